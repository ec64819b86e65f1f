"""Whether the dates of factors are those of the prices: a file of them that is a session off explains nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from eventstudy import calendars
from eventstudy.language.messages import Message
from eventstudy.panel.align import Panel
from eventstudy.panel.block import Days, Floats
from eventstudy.panel.dense import Dense
from eventstudy.panel.flagged import Accepts, accepted, hours_later
from eventstudy.prices import Moves, out_of_order, out_of_step

_AT_ONCE = 32
"""Rows that are added up at a time: what is worked out of them stays in the cache."""
_EAST = 8.0
"""Exchanges that close so many hours before New York follow its market a session later, by right."""


def of_panel(panel: Panel, needed: Sequence[str], accepts: Accepts) -> list[Message]:
    """SESSION_SHIFT of the factor that moves most as the firms of an exchange and their benchmarks do: their market's.

    `needed`: the columns of the factor file that the model takes; `accepts`: which doubts the user takes for right.
    """
    block, found = panel.block, list[Message]()
    homes = [day0.exchange for day0 in panel.day0] if needed else []
    for home in dict.fromkeys(homes):
        pairs = np.flatnonzero([one == home for one in homes])
        design = block.design[pairs]
        given = [block.columns((name,))[design, :, 0] for name in (*needed, "benchmark")]
        days, series = _by_day(block.sessions[design], (*given, block.returns[pairs]))
        found += _apart(days, dict(zip(needed, series, strict=False)), series[len(needed) :], home)
    return _told(found, accepts)


def of_grids(grids: Iterable[Dense], needed: Sequence[str], accepts: Accepts) -> list[Message]:
    """As `of_panel`, of pairs that stand in grids."""
    found = list[Message]()
    for dense in grids:
        if needed and len(dense):
            known = ~np.isnat(dense.sessions)
            factors = {name: dense.regressors[0, known, dense.names.index(name)] for name in needed}
            others = [_means(v)[known] for v in (dense.regressors[:, :, 0], dense.returns)]
            found += _apart(dense.sessions[known], factors, others, dense.place[0])
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


def _apart(days: Days, factors: Mapping[str, Floats], others: Sequence[Floats], home: str | None) -> list[Message]:
    """Whether the factor that moves most as some series do moves a session before or after them."""
    held = [one for one in others if np.isfinite(one).any()]
    if not held:
        return []
    name, factor = _most_alike(factors, held)
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.log1p(np.column_stack([factor, *held]))
    for i, ahead in out_of_step(Moves.between(moved)):
        if i == 0 and not (ahead and _in_the_east(home, days)):
            return [Message.of("SESSION_SHIFT.factors" if ahead else "SESSION_SHIFT.factors_behind", factor=name)]
    return _disordered(factors, held)


def _disordered(factors: Mapping[str, Floats], others: Sequence[Floats]) -> list[Message]:
    """Whether a factor moves as some series do, but some sessions from them or from the last day to the first."""
    for name, factor in factors.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = np.log1p(np.column_stack([factor, *others]))
        for i, by in out_of_order(Moves.between(moved)):
            if i == 0:
                form = "backwards" if not by else "far" if by > 0 else "far_behind"
                return [Message.of(f"SESSION_SHIFT.factors_{form}", factor=name, **({"n": abs(by)} if by else {}))]
    return []


def _most_alike(factors: Mapping[str, Floats], others: Sequence[Floats]) -> tuple[str, Floats]:
    """The factor with the largest correlation with other series, of one session or of two next to each other, turned their way.

    A market factor is known by this, whatever its name; one of fear moves against the prices.
    """
    own, them = (_scaled(np.column_stack(list(of))) for of in (factors.values(), others))
    mean = them.sum(axis=1)
    found = np.array([mean @ own, mean[1:] @ own[:-1], mean[:-1] @ own[1:]])
    lag, at = np.unravel_index(np.argmax(np.abs(found)), found.shape)
    return list(factors)[at], np.sign(found[lag, at]) * list(factors.values())[at]


def _scaled(series: Floats) -> Floats:
    """(S, n) series less their means, over their standard deviations; 0 where there is no value."""
    known = np.isfinite(series)
    n = np.maximum(known.sum(axis=0), 1)
    apart = np.where(known, series - np.where(known, series, 0).sum(axis=0) / n, 0)
    spread = np.sqrt((apart**2).sum(axis=0) / n)
    scaled: Floats = np.divide(apart, spread, out=np.zeros_like(apart), where=spread > 0)
    return scaled


def _in_the_east(home: str | None, days: Days) -> bool:
    """Whether an exchange closes so long before New York that it follows it a session later; of one unknown it may."""
    if home is None:
        return True
    shared = np.intersect1d(days, calendars.sessions("XNYS", days[0].item(), days[-1].item()))
    return not len(shared) or hours_later(home, "XNYS", shared[-1].item()) >= _EAST
