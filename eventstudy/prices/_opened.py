"""Days on which an exchange traded although its calendar has no session: Muhurat trading, the Saturday of a budget."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]

BESIDE = 5
"""So many sessions on either side must have prices: one that lacks may stand under the date of that day."""
RARE, FEW = 0.01, 2
"""Such a part of its sessions, or so many days, may lie outside the calendar; more are wrong dates or another market."""


def opened(days: Days, sessions: Days, close: Floats, volume: Floats | None) -> Days:
    """Those of the days that are sessions although the calendar has none.

    All series of the exchange traded on them: a volume above nothing, and not the row of the day before once more. They
    also have prices in all sessions around it, so that none of these bears a wrong date. `days` (S,) are the dates of the
    prices, `sessions` (D,) those of the calendar over that span, `close` and `volume` (S, n) of the series that trade on the
    exchange; those that have no volume at all say nothing.
    """
    none = days[:0]
    if volume is None or not len(sessions) or not close.shape[1]:
        return none
    known = (np.nan_to_num(volume) > 0).any(axis=0)
    close, volume = close[:, known], volume[:, known]
    outside = np.flatnonzero(~np.isin(days, sessions) & (np.nan_to_num(volume) > 0).any(axis=1))
    if not len(outside) or len(outside) > max(FEW, RARE * len(sessions)):
        return none
    kept = [at for at in outside.tolist() if _all_traded(at, days, sessions, close, volume)]
    return days[kept]


def _all_traded(at: int, days: Days, sessions: Days, close: Floats, volume: Floats) -> bool:
    """Whether every series that has prices in the sessions around a day traded on it, and at least one does."""
    after = int(np.searchsorted(sessions, days[at]))
    if not 0 < after < len(sessions):
        return False
    near = sessions[max(after - BESIDE, 0) : after + BESIDE]
    rows = np.flatnonzero(np.isin(days, near))
    if len(rows) != len(near):
        return False
    around = np.isfinite(close[rows]).all(axis=0)
    before = int(rows[rows < at][-1])
    again = (close[at] == close[before]) & (volume[at] == volume[before])
    traded: Bools = (np.nan_to_num(volume[at]) > 0) & np.isfinite(close[at]) & ~again
    return bool(around.any() and traded[around].all())
