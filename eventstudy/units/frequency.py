"""What a row of a study is: a day, a week, or a month, and which days it holds.

A period is named by its last calendar day: the Friday of a week from Saturday to Friday, the last day of a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray


def is_of_minutes(name: str) -> bool:
    """Whether somebody who writes this means rows of some minutes or hours: `5min`, `1h`, `intraday`."""
    return (
        re.fullmatch(r"\d+\s*(m|t|min|minutes?|h|hours?)|minutes?|minutely|hourly|intraday", name.strip().lower())
        is not None
    )


@dataclass(frozen=True)
class Frequency:
    """One row of a study and what is usual for it, in rows."""

    name: str
    days: int
    """The most calendar days that a row holds."""
    estimation: Window
    event: Window
    windows: tuple[Window, ...]
    """Reported unless others are named: those inside the event window."""
    least: int
    """Fewest rows of an estimation."""
    long: int
    """A window of more rows is a long one, over which a sum is no change of wealth."""
    held: int = 0
    """From so many rows on a window is a holding period, judged in calendar time; 0: none is."""
    rough: int = 120
    """With fewer rows of estimation, estimates are rough."""

    def holds(self, window: Window) -> bool:
        """Whether a window is a holding period of a year or more."""
        return 0 < self.held <= window.length

    @property
    def daily(self) -> bool:
        """Whether a row is one session."""
        return self.name == "daily"

    def named_by(self, days: NDArray[Any]) -> NDArray[Any]:
        """(n,) the last calendar days of the periods that hold these days (n,), of datetime64[D]."""
        import numpy as np

        if self.daily:
            return days
        if self.name == "weekly":
            return days + (1 - days.astype(np.int64)) % 7  # 1970-01-02 was a Friday
        return (days.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1

    def moved(self, day: date, n: int) -> date:
        """The last calendar day of the period that lies `n` periods after the one that holds `day`."""
        import numpy as np

        if self.name == "monthly":
            then = np.datetime64(day, "M") + n
            moved: date = self.named_by(np.array([then]).astype("datetime64[D]"))[0].item()
        else:
            moved = (self.named_by(np.array([day], "datetime64[D]"))[0] + self.days * n).item()
        return moved


FREQUENCIES = {
    one.name: one
    for one in (
        Frequency(
            "daily",
            1,
            Window(-260, -11),
            Window(-5, 5),
            (Window(0, 0), Window(-1, 1), Window(0, 1), Window(0, 5), Window(-5, 5)),
            100,
            20,
        ),
        Frequency(
            "weekly",
            7,
            Window(-109, -6),
            Window(-5, 26),
            (Window(0, 0), Window(0, 1), Window(0, 4), Window(1, 26)),
            52,
            12,
            52,
            78,
        ),
        Frequency(
            "monthly", 31, Window(-65, -6), Window(0, 36), (Window(0, 0), Window(1, 12), Window(1, 36)), 36, 11, 12, 48
        ),
    )
}
DAILY = FREQUENCIES["daily"]

_ROWS = 12
"""Of fewer rows nobody knows how far apart they lie."""


def rows_apart(days: NDArray[Any]) -> str:
    """The frequency of a table by its days (n,), ascending, of datetime64[D]: that whose periods its rows mostly lie apart."""
    import numpy as np

    between = np.sort(np.diff(days).astype(np.int64)) if len(days) > _ROWS else np.ones(1)
    apart = float(between[(len(between) - 1) // 2] + between[len(between) // 2]) / 2  # the median: most are alike
    found = (f.name for f in reversed(FREQUENCIES.values()) if not f.daily and f.days - 4 < apart <= f.days)
    return next(found, "daily")


_counted_in: ContextVar[str | None] = ContextVar("counted_in", default=None)


def frequency_counted() -> str:
    """The name of the frequency whose words sentences take now."""
    return _counted_in.get() or "daily"


def frequency_pinned() -> str | None:
    """The same; None where nobody said it, so that a sentence takes the words of where it is shown."""
    return _counted_in.get()


@contextmanager
def counted_in(name: str) -> Iterator[None]:
    """Sentences count days, weeks or months meanwhile; what is of calendar days stays so."""
    before = _counted_in.set(name)
    try:
        yield
    finally:
        _counted_in.reset(before)
