"""The number of the kernel's array contract goes up whenever what goes in and out of the compiled kernel changes.

A kernel that was built before such a change is told from one that was built after it by this number alone: with the old number
it would read arrays for what they are not.
"""

from __future__ import annotations

import ast
import hashlib
import re
from pathlib import Path

import eventstudy
from eventstudy import native

SOURCES = Path(__file__).parents[2] / "native"
PACKAGE = Path(eventstudy.__file__).parent
OF_CONTRACT = {15: "4eeae141da71e8bb"}
"""The digest of what goes in and out, of the contract that holds."""
WHAT_TO_DO = """What goes in and out of the compiled kernel is not what contract {number} says.
Where an array, a number, an argument, their order or what they mean has changed: raise CONTRACT by one in
native/build.py and in eventstudy/native.py, and write its digest here: {digest}.
Where words alone have changed: write the digest and keep the number."""


def in_c() -> list[str]:
    """What is told of arrays in C: structures with their comments, tables of names, what is taken from Python and how."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.glob("*.[ch]")))
    patterns = (
        r"^typedef struct \{[^}]*\} (?:Work|Grid|Rules|Looks|Returns|Products|Others|Shared|Traded|Rows);",
        r"^static const (?:Number|Array) \w+\[\] = \{.*?^\};",
        r"PyArg_ParseTuple\(.*?\)\)",
        r'take_(?:grid|row|some|numbers)\(&b, [^;{]*?(?:"\w+"|which, &[\w.]+)\)',
        r"METH_VARARGS, \".*?\"",
    )
    return [one for pattern in patterns for one in re.findall(pattern, text, re.MULTILINE | re.DOTALL)]


def in_python() -> list[str]:
    """How Python calls the kernel, and the thresholds that it hands over in their order."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py")))
    every = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call | ast.Assign))
    return [told for told in map(ast.unparse, every) if re.match(r"(?:\w+\.)?kernel\.(?!form)\w+\(|_RULES = ", told)]


def digest(parts: list[str]) -> str:
    """The same wherever lines are broken."""
    return hashlib.sha256("\n".join(" ".join(part.split()) for part in parts).encode()).hexdigest()[:16]


def test_the_number_of_the_contract_goes_up_when_arrays_change() -> None:
    found = digest(in_c() + in_python())
    told = WHAT_TO_DO.format(number=native.CONTRACT, digest=found)
    build = (SOURCES / "build.py").read_text(encoding="utf-8")
    assert f"\nCONTRACT = {native.CONTRACT}\n" in build, (
        "native/build.py and eventstudy/native.py have different numbers"
    )
    assert {native.CONTRACT: found} == OF_CONTRACT, told
