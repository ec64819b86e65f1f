"""Whether the dates of factors are those of the prices: a file of them that is a session off explains nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from eventstudy import calendars
from eventstudy.language.messages import Message
from eventstudy.panel.align import Panel
from eventstudy.panel.block import Days, Floats
from eventstudy.panel.dense import Dense
from eventstudy.panel.flagged import Accepts, accepted, hours_later
from eventstudy.prices import Moves, out_of_step

_MARKET = "mkt_rf"
_AT_ONCE = 32
"""Rows that are added up at a time: what is worked out of them stays in the cache."""
_EAST = 8.0
"""Exchanges that close so many hours before New York follow its market a session later, by right."""


def of_panel(panel: Panel, needed: Sequence[str], accepts: Accepts) -> list[Message]:
    """SESSION_SHIFT of the market factor that a model needs, beside the firms of an exchange and their benchmarks.

    `needed`: the columns of the factor file that the model takes; `accepts`: which doubts the user takes for right.
    """
    block, found = panel.block, list[Message]()
    homes = [day0.exchange for day0 in panel.day0] if _MARKET in needed else []
    for home in dict.fromkeys(homes):
        pairs = np.flatnonzero([one == home for one in homes])
        design = block.design[pairs]
        market, benchmark = (block.columns((name,))[design, :, 0] for name in (_MARKET, "benchmark"))
        days, series = _by_day(block.sessions[design], (market, benchmark, block.returns[pairs]))
        found += _apart(days, series, home)
    return _told(found, accepts)


def of_grids(grids: Iterable[Dense], needed: Sequence[str], accepts: Accepts) -> list[Message]:
    """As `of_panel`, of pairs that stand in grids."""
    found = list[Message]()
    for dense in grids:
        if _MARKET in needed and len(dense):
            market, benchmarks = dense.regressors[:1, :, dense.names.index(_MARKET)], dense.regressors[:, :, 0]
            known = ~np.isnat(dense.sessions)
            series = [_means(v)[known] for v in (market, benchmarks, dense.returns)]
            found += _apart(dense.sessions[known], series, dense.place[0])
    return _told(found, accepts)


def _told(found: Sequence[Message], accepts: Accepts) -> list[Message]:
    """The first of them: all are about one file."""
    return [accepted(doubt) if accepts(doubt.code, None, ()) else doubt for doubt in found[:1]]


def _by_day(days: Days, values: Sequence[Floats]) -> tuple[Days, list[Floats]]:
    """The days among those of an array, each once, and of each array of values the mean on each of them; NaN: there is none."""
    known = ~np.isnat(days)
    at = (days[known] - days[known].min()).astype(np.int64)
    met = np.flatnonzero(np.bincount(at))
    found = list[Floats]()
    for array in values:
        own = array[known]
        good = np.isfinite(own)
        n, total = (np.bincount(at[good], w, int(met[-1]) + 1)[met] for w in (None, own[good]))
        found.append(np.divide(total, n, out=np.full(len(met), np.nan), where=n > 0))
    return days[known].min() + met, found


def _means(values: Floats) -> Floats:
    """The mean of each column of a table, some rows at a time; NaN: there is none."""
    n, total = np.zeros((2, values.shape[1]))
    for at in range(0, len(values), _AT_ONCE):
        part = values[at : at + _AT_ONCE]
        good = np.isfinite(part)
        n += good.sum(axis=0)
        total += np.where(good, part, 0).sum(axis=0)
    mean: Floats = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return mean


def _apart(days: Days, series: Sequence[Floats], home: str | None) -> list[Message]:
    """Whether the first of some series moves as the others do, and a session before or after them."""
    held = [one for one in series[1:] if np.isfinite(one).any()]
    if not held:
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.log1p(np.column_stack([series[0], *held]))
    for i, ahead in out_of_step(Moves.between(moved)):
        if i == 0 and not (ahead and _in_the_east(home, days)):
            return [Message.of("SESSION_SHIFT.factors" if ahead else "SESSION_SHIFT.factors_behind", factor=_MARKET)]
    return []


def _in_the_east(home: str | None, days: Days) -> bool:
    """Whether an exchange closes so long before New York that it follows it a session later; of one unknown it may."""
    if home is None:
        return True
    shared = np.intersect1d(days, calendars.sessions("XNYS", days[0].item(), days[-1].item()))
    return not len(shared) or hours_later(home, "XNYS", shared[-1].item()) >= _EAST
