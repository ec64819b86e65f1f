"""What looks wrong in a series of levels, such as a yield: a value that is written wrongly on one day.

Levels have no splits, units or dividends, and some leap for days (VIX, spreads): only a change that nothing in the series
resembles and that the next row takes back is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from eventstudy.prices._moves import Flag

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

SPREADS, TIMES = 20.0, 8.0
"""A change that is taken back is in doubt above so many robust spreads, and from so many times the largest of the others on."""
LEFT = 0.2
"""What may be left of it, as a part of it."""
LEAST = 30
"""Changes other than none that a spread needs."""
FEW = 3
"""Up to so many such changes are faults that do not excuse one another; more are the habit of the series."""


def flags_of_levels(ticker: str, days: Days, levels: Floats, shown: float = 1.0) -> Iterator[Flag]:
    """The values (N,) of one series that are left again on the next row, by far more than it changes otherwise.

    `days` (N,) ascending; a NaN is a day without a value. `shown`: what levels are multiplied by where they are told.
    """
    there = np.isfinite(levels)
    days, levels = days[there], levels[there]
    changes = np.diff(levels)
    sizes = np.abs(changes)
    if (sizes > 0).sum() < LEAST:
        return
    spread = 1.4826 * float(np.median(sizes[sizes > 0]))
    smaller = np.minimum(sizes[:-1], sizes[1:])
    undone = (changes[:-1] * changes[1:] < 0) & (np.abs(changes[:-1] + changes[1:]) <= LEFT * sizes[:-1])
    found = np.flatnonzero(undone & (smaller > SPREADS * spread))
    if not 0 < len(found) <= FEW:
        return
    others = np.delete(sizes, np.union1d(found, found + 1)).max(initial=0.0)
    for t in found[smaller[found] >= TIMES * others].tolist():
        before, after, again = (shown * levels[t : t + 3]).tolist()
        said = {"before": before, "after": after, "back": days[t + 2].item(), "again": again}
        yield Flag.of("PRICE_SPIKE", ticker, days[t + 1], **said)._replace(also=(days[t + 2].item(),))
