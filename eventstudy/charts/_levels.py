"""Returns chained into levels: 100 at the last close before day 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eventstudy.panel import Floats, Ints

if TYPE_CHECKING:
    from eventstudy.results import StudyResult

BASE = 100.0


def first_day(result: StudyResult) -> int:
    """The first day that has a level worth drawing: that of the event window, or the day before day 0."""
    return min(result.config.event_window.start, -1)


def levels(result: StudyResult, chosen: Ints) -> tuple[Floats, Floats]:
    """(n, days) levels of the pairs and of their benchmarks, from `first_day` to the end of the event window.

    A level is NaN on a day without a price, and wherever a missing return leaves no chain of returns to day 0.
    """
    block, start = result.panel.block, result.config.event_window.start
    span = block.span[block.design[chosen], block.event_columns].astype(int)
    skipped = first_day(result) - start + 1
    log = result.config.returns == "log"
    own, market = (chained(values[chosen], span, -start, log=log) for values in (result.raw, result.benchmark))
    return own[:, skipped:], market[:, skipped:]


def chained(returns: Floats, span: Ints, day0: int, *, log: bool) -> Floats:
    """(n, L + 1) levels before the first return and after each of the (n, L) `returns`, which cover `span` sessions each.

    The close that the return of column `day0` starts from is 100.
    """
    gross = np.exp(returns) if log else 1 + returns
    n, length = gross.shape
    found = np.full((n, length + 1), np.nan)
    for i in range(n):
        base = day0 + 1 - int(span[i, day0])
        if base < 0:
            continue
        found[i, base] = BASE
        for day in range(base, length):
            if (before := day + 1 - span[i, day]) >= base and np.isfinite(gross[i, day]):
                found[i, day + 1] = found[i, before] * gross[i, day]
        for day in range(base - 1, -1, -1):
            if (before := day + 1 - span[i, day]) >= 0 and np.isfinite(gross[i, day]):
                found[i, before] = found[i, day + 1] / gross[i, day]
    return found


def whole(paths: Floats) -> Floats:
    """The paths that have a level on every day."""
    kept: Floats = paths[np.isfinite(paths).all(axis=1)]
    return kept
