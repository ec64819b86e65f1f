"""Returns chained into levels: 100 at the last close before day 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eventstudy.panel import Floats, Ints
from eventstudy.study.buy_and_hold import BASE, chained

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

__all__ = ["BASE", "chained", "first_day", "levels", "whole"]


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


def whole(paths: Floats) -> Floats:
    """The paths that have a level on every day."""
    kept: Floats = paths[np.isfinite(paths).all(axis=1)]
    return kept
