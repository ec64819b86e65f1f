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

from eventstudy.errors import InvalidRequest

VARIABLE = "EVENTSTUDY_NATIVE"
CONTRACT = 12
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


def form() -> Form:
    """The form that runs, by the environment and by what was built."""
    wanted = os.environ.get(VARIABLE, "").strip()
    if wanted not in ("", "0", "1"):
        raise InvalidRequest(
            f"{VARIABLE} is {wanted!r}", available="0 (NumPy), 1 (the compiled kernel)", hint=f"unset {VARIABLE}"
        )
    return _form(wanted)


@cache
def _form(wanted: str) -> Form:
    if wanted == "0":
        return Form(None, 0, "NumPy", f"{VARIABLE}=0 asks for it")
    kernel, lacking = _load()
    if kernel is None:
        if wanted == "1":
            hint = f"install a C compiler and install eventstudy-lab anew; or unset {VARIABLE}"
            raise InvalidRequest(f"{VARIABLE}=1, but {lacking}", hint=hint)
        return Form(None, 0, "NumPy", lacking)
    levels = kernel.forms()
    why = f"{VARIABLE}=1 asks for it" if wanted == "1" else "it was built with this installation"
    return Form(kernel, len(levels) - 1, f"compiled kernel, {levels[-1]}", why)


def _load() -> tuple[Any, str]:
    try:
        kernel = import_module("eventstudy._native")
    except ModuleNotFoundError:
        return None, "no compiled kernel was built with this installation"
    except ImportError as error:
        return None, f"the compiled kernel cannot be loaded: {error}"
    if kernel.CONTRACT != CONTRACT:
        return None, "the compiled kernel was built for another version of these sources"
    return kernel, ""
