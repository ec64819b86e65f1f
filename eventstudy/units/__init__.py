"""The unit in which abnormal values are shown: per cent, basis points, or the points of an index."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_ROUNDING = 1e-9
"""What is smaller, in the unit shown, is what sums of numbers leave."""


@dataclass(frozen=True)
class Unit:
    """What a value of 1 is shown as, and what stands behind it."""

    name: str
    factor: float
    mark: str
    coarser: int = 0
    """So many digits fewer than per cent has, but one where that has any."""
    finer: int = 0
    """So many digits more than that."""

    @property
    def of_levels(self) -> bool:
        """Whether it is a unit of changes of a level, not of returns."""
        return self not in (PERCENT, LOGS)

    def digits(self, of_percent: int) -> int:
        """How many digits it has where per cent would have so many."""
        return max(of_percent - self.coarser, min(of_percent, 1)) + self.finer

    def text(self, value: float, spec: str) -> str:
        """A value by a format such as `+.2f`, which says how many digits per cent would have; without the mark.

        Where these are two or more, what they would show as nothing has two digits of its own, down to rounding.
        """
        head, point, tail = spec.partition(".")
        if point and tail[:-1].isdigit():
            asked = int(tail[:-1])
            digits, size = self.digits(asked), abs(self.factor * value)
            if asked > 1 and _ROUNDING <= size < 0.5 * 10.0**-digits:
                digits = 1 - math.floor(math.log10(size))
            spec = f"{head}.{digits}{tail[-1]}"
        return format(self.factor * value, spec)


UNITS = {unit.name: unit for unit in (Unit("percent", 100.0, " %"), Unit("bp", 1e4, " bp", 1), Unit("points", 1.0, ""))}
PERCENT = UNITS["percent"]
LOGS = Unit("log", 1.0, "")
"""Of abnormal volume, which is a logarithm."""
LEVELS_IN_PERCENT = Unit("percent", 100.0, " %", 1, 2)
"""Of changes of a rate, which are small: with the digits that basis points have."""
GIVEN_IN = {"decimal": 1.0, "percent": 1e-2, "bp": 1e-4, "points": 1.0}
"""What one of a unit is, as levels are held: rates as decimals, an index in its own points."""


def unit_called(name: str, *, levels: bool) -> Unit:
    """The unit of that name, of returns or of changes of levels."""
    return LEVELS_IN_PERCENT if levels and name == "percent" else UNITS[name]


_shown_in: ContextVar[Unit] = ContextVar("shown_in", default=PERCENT)


def unit_shown() -> Unit:
    """The unit in which abnormal values are shown now."""
    return _shown_in.get()


@contextmanager
def shown_in(unit: Unit) -> Iterator[None]:
    """Abnormal values, which bear a sign, are shown in this unit meanwhile; shares and levels stay per cent."""
    before = _shown_in.set(unit)
    try:
        yield
    finally:
        _shown_in.reset(before)
