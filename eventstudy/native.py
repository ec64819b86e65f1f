"""Which form of the kernel runs: the compiled one, where it was built, or NumPy.

`EVENTSTUDY_NATIVE=0` takes NumPy, `1` insists on the compiled one; without it the compiled one runs where there is one.
Both give the same figures but for rounding.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from eventstudy.errors import InvalidRequest, Sentence

VARIABLE = "EVENTSTUDY_NATIVE"
CONTRACT = 15
"""What the arrays mean; a kernel that was built for another contract is not used."""


@dataclass(frozen=True)
class Form:
    """What does the arithmetic of many pairs, and why."""

    kernel: Any
    """The compiled module, or None: NumPy."""
    level: int
    """The number of the instruction set that it uses."""
    name: str
    why: str
    advice: str = ""
    """What to do where the compiled kernel was not declined and does not run."""


def form() -> Form:
    """The form that runs, by the environment and by what was built."""
    wanted = os.environ.get(VARIABLE, "").strip()
    if wanted not in ("", "0", "1"):
        raise InvalidRequest(
            Sentence("{variable} is {wanted!r}", variable=VARIABLE, wanted=wanted),
            available=Sentence("0 (NumPy), 1 (the compiled kernel)"),
            hint=Sentence("set {variable} to 0 (NumPy) or to 1 (the compiled kernel), or unset it", variable=VARIABLE),
        )
    return _form(wanted)


@cache
def _form(wanted: str) -> Form:
    if wanted == "0":
        return Form(None, 0, "NumPy", Sentence("{variable}=0 asks for it", variable=VARIABLE))
    kernel, lacking, advice = _load()
    if kernel is None:
        if wanted == "1":
            raise InvalidRequest(
                Sentence("{variable}=1, but {lacking}", variable=VARIABLE, lacking=lacking),
                hint=Sentence("{advice}; or unset {variable}", advice=advice, variable=VARIABLE),
            )
        return Form(None, 0, "NumPy", lacking, advice)
    levels = kernel.forms()
    why = (
        Sentence("{variable}=1 asks for it", variable=VARIABLE)
        if wanted == "1"
        else Sentence("it was built with this installation")
    )
    return Form(kernel, len(levels) - 1, Sentence("compiled kernel, {levels}", levels=levels[-1]), why)


def _load() -> tuple[Any, str, str]:
    """The compiled module; where there is none that can be used, why, and what to do."""
    anew = Sentence("install eventstudy-lab anew, or in a copy of the repository: python native/build.py")
    try:
        kernel = import_module("eventstudy._native")
    except ModuleNotFoundError:
        return None, Sentence("no compiled kernel was built with this installation"), f"with a C compiler {anew}"
    except ImportError as error:
        return None, Sentence("the compiled kernel cannot be loaded: {said}", said=error), anew
    if kernel.CONTRACT != CONTRACT:
        return None, Sentence("the compiled kernel was built for another version of these sources"), anew
    return kernel, "", ""
