"""The pages of docs/methods: every citation in the code leads to one, and nothing public is left undescribed.

`python -m tests.test_methods_pages` writes the tables anew that the program itself knows: codes, what tests rest on, and which
one speaks in which design.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from docs import decision, side_by_side
from eventstudy import plugins
from eventstudy.language.messages import EXCLUSIONS, WARNINGS, Code

from tests.simulation import price_faults

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "methods"
TEXT = {".csv", ".html", ".j2", ".json", ".md", ".py", ".toml"}

_BREAK = r"[\s#]+"
_SECTION = r"\d+(?:\.\d+[a-z]?)?(?![\d%])(?:\s+O\d)?"
_NEXT = rf"(?:{_BREAK}\([^()]*\))?(?:,{_BREAK}and|,|{_BREAK}and|{_BREAK}with[a-z\s]+of){_BREAK}"
SECTIONS = re.compile(rf"METHODS{_BREAK}({_SECTION}(?:{_NEXT}{_SECTION}(?!\s*%))*)")
RULINGS = re.compile(
    rf"\b[Rr]uling(?:s{_BREAK}(\d+(?:(?:,{_BREAK}and|,|{_BREAK}and|{_BREAK}to){_BREAK}\d+)*)|{_BREAK}(\d+))"
)
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
LINK = re.compile(r"\]\(([^)\s]+)\)")


def cited(text: str) -> Iterator[str]:
    """The anchors that a text cites: `m3.29` for METHODS 3.29, `o7` for its O7, `ruling-10` for ruling 10."""
    for found in SECTIONS.finditer(text):
        said = re.sub(r"\([^()]*\)", " ", found[1])
        yield from (f"m{number}" for number in re.findall(r"(?<![\dO.])\d+(?:\.\d+[a-z]?)?", said))
        yield from (f"o{number}" for number in re.findall(r"\bO(\d)", said))
    for found in RULINGS.finditer(text):
        numbers = [int(n) for n in re.findall(r"\d+", found[1] or found[2])]
        for first, last in re.findall(rf"(\d+){_BREAK}to{_BREAK}(\d+)", found[1] or ""):
            numbers += range(int(first), int(last) + 1)
        yield from (f"ruling-{number}" for number in dict.fromkeys(numbers))


def pages() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.md"))}


def anchors() -> Counter[str]:
    return Counter(name for text in pages().values() for name in ANCHOR.findall(text))


def sections() -> dict[str, str]:
    """Each anchor and the text from it to the next line of anchors."""
    found: dict[str, str] = {}
    for text in pages().values():
        for part in re.split(r"(?m)^(?=<a id=)", text):
            line, _, body = part.partition("\n")
            found |= dict.fromkeys(ANCHOR.findall(line), body)
    return found


def citations() -> list[tuple[str, str]]:
    """(place, anchor) of every citation in the code and its tests."""
    files = (path for top in ("eventstudy", "tests") for path in sorted((ROOT / top).rglob("*")))
    return [
        (str(path.relative_to(ROOT)), name)
        for path in files
        if path.suffix in TEXT and "__pycache__" not in path.parts
        for name in cited(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("(METHODS 3.29, ruling 22)", ["m3.29", "ruling-22"]),
        (
            "METHODS 0.3 (day 0), 0.5 (missing data) and rulings 3, 12, 15",
            ["m0.3", "m0.5", "ruling-3", "ruling-12", "ruling-15"],
        ),
        ("METHODS 1.5,\n3.22).", ["m1.5", "m3.22"]),
        ("METHODS 5.3 and\n# 6.3 O6", ["m5.3", "m6.3", "o6"]),
        ("METHODS 3.27 with the placebo of 3.20b)", ["m3.27", "m3.20b"]),
        ("METHODS 3.28: 16.4 % against 4.4", ["m3.28"]),
        ("METHODS 4), METHODS 6.1. METHODS: 4.9 to 5.3 %", ["m4", "m6.1"]),
        ("METHODS ruling 10; Ruling 7, 30 days", ["ruling-10", "ruling-7"]),
        ("rulings 1 to 3", ["ruling-1", "ruling-3", "ruling-2"]),
    ],
)
def test_citations_are_read_as_they_are_written(text: str, names: list[str]) -> None:
    assert list(cited(text)) == names


def test_every_citation_leads_to_a_section() -> None:
    known, found = anchors(), citations()
    assert len(found) > 100
    lost = sorted({f"{place}: {name}" for place, name in found if name not in known})
    assert not lost, "cited, but no page of docs/methods has such an anchor:\n" + "\n".join(lost)


def test_anchors_are_unique_and_stand_before_something() -> None:
    assert [name for name, times in anchors().items() if times > 1] == []
    assert [name for name, body in sections().items() if not body.strip()] == []


def test_links_between_pages_and_to_files_resolve() -> None:
    known = {name: set(ANCHOR.findall(text)) for name, text in pages().items()}
    lost = []
    for name, text in pages().items():
        for target in LINK.findall(text):
            if target.startswith(("http://", "https://")):
                continue
            file, _, anchor = target.partition("#")
            there = (PAGES / file).exists() if file else True
            if not there or (anchor and anchor not in known.get(file or name, ())):
                lost.append(f"{name}: {target}")
    assert lost == []


def test_index_lists_every_page_and_readme_links_to_it() -> None:
    listed = {target.partition("#")[0] for target in LINK.findall(pages()["index.md"])}
    assert set(pages()) - {"index.md"} <= listed
    assert "docs/methods/index.md" in LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("kind", "mark"), [("models", "model-"), ("tests", "test-")])
def test_every_model_and_test_is_described(kind: str, mark: str) -> None:
    own = set(plugins.own(kind))
    told = {name.removeprefix(mark): body for name, body in sections().items() if name.startswith(mark)}
    assert set(told) == own
    assert [name for name, body in told.items() if name not in body or len(body.split()) < 25] == []


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _codes(codes: Mapping[str, Code]) -> str:
    rows = ([f'<a id="code-{name}"></a>`{name}`', c.meaning, c.advice] for name, c in sorted(codes.items()))
    return _table(["code", "what it means", "what to do"], rows)


def _assumptions() -> str:
    """One row a test over pairs: what `advice` holds against the design."""

    def of(plain: bool, variants: Iterable[str], every: tuple[str, ...]) -> str:
        named = tuple(variants)
        if plain or (named and set(named) == set(every)):
            return "yes"
        return ", ".join("yes" if name == "default" else f"({name})" for name in every if name in named)

    rows = []
    for name in plugins.names("tests"):
        test = plugins.load("tests", name)
        if test.kind == "pairs":
            least = (str(n) if v == "default" else f"({v}) {n}" for v, n in test.trusted_from.items())
            own = [
                of(test.independent, test.independent_variants, test.variants),
                of(test.event_time, (), test.variants),
                of(test.constant_variance, (), test.variants),
                of(test.constant_variance or test.calm_days, (), test.variants),
                of(test.cross_sectional_variance, (), test.variants),
                of(test.symmetric, (), test.variants),
                of(False, test.normal_variants, test.variants),
                of(False, test.short_variants, test.variants),
                of(not test.thin_trading, (), test.variants),
            ]
            rows.append([f"`{name}`", *own, ", ".join(least)])
    head = [
        "test",
        "independent pairs",
        "dates apart",
        "variance unchanged",
        "no storm",
        "spread of the pairs",
        "symmetry",
        "normal tails",
    ]
    return _table([*head, "short window", "regular trading", "least N"], rows)


def _stored() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(price_faults.STORED.read_text(encoding="utf-8"))
    return found


PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "warnings.md": {
        "warnings": lambda: _codes(WARNINGS),
        "exclusions": lambda: _codes(EXCLUSIONS),
        "faults": lambda: _table(*price_faults.table_of_faults(_stored())),
        "alarms": lambda: _table(*price_faults.table_of_alarms(_stored())),
    },
    "choosing.md": {"assumptions": _assumptions},
    "../which.md": {"decision": decision.page},
    "../coming-from.md": {"side by side": side_by_side.page},
}


def written(page: str, text: str) -> str:
    """A page with its generated tables as the program has them."""
    for name, part in PARTS[page].items():
        before, mark, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        assert mark, f"{page} has no part {name}"
        assert end, f"{page} does not end its part {name}"
        text = f"{before}{mark}{part()}\n{end}{after}"
    return text


SLOW = {"../coming-from.md"}  # a whole study


@pytest.mark.parametrize("page", [pytest.param(p, marks=pytest.mark.slow if p in SLOW else ()) for p in PARTS])
def test_tables_say_what_the_program_says(page: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    assert text == written(page, text), "not up to date: python -m tests.test_methods_pages"


if __name__ == "__main__":
    for page in PARTS:
        (PAGES / page).write_text(written(page, (PAGES / page).read_text(encoding="utf-8")), encoding="utf-8")
