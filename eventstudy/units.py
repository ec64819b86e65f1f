"""The unit in which abnormal values are shown: per cent, basis points, or the points of an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """What a value of 1 is shown as, and what stands behind it."""

    name: str
    factor: float
    mark: str
    coarser: int = 0
    """So many digits fewer than per cent has, but one where that has any."""

    def text(self, value: float, spec: str) -> str:
        """A value by a format such as `+.2f`, which says how many digits per cent would have; without the mark."""
        head, point, tail = spec.partition(".")
        if point and tail[:-1].isdigit():
            digits = int(tail[:-1])
            spec = f"{head}.{max(digits - self.coarser, min(digits, 1))}{tail[-1]}"
        return format(self.factor * value, spec)


UNITS = {unit.name: unit for unit in (Unit("percent", 100.0, " %"), Unit("bp", 1e4, " bp", 1), Unit("points", 1.0, ""))}
PERCENT = UNITS["percent"]
GIVEN_IN = {"decimal": 1.0, "percent": 1e-2, "bp": 1e-4, "points": 1.0}
"""What one of a unit is, as levels are held: rates as decimals, an index in its own points."""

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
