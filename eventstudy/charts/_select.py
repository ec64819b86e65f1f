"""Which pairs are drawn, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eventstudy.charts._language import say
from eventstudy.errors import InvalidRequest, Sentence, named
from eventstudy.panel import Ints
from eventstudy.text import separated
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult


def members(result: StudyResult, tickers: str | Sequence[str] | None, group: str | None) -> Ints:
    """Positions of the pairs of these tickers, or of this group, or of all pairs, in the order of the result.

    Raises:
        UnknownName: a ticker or group that is not in the result.
        InvalidRequest: both were named, or no ticker.
    """
    if tickers is not None and group is not None:
        raise InvalidRequest(Sentence("tickers and group were both given"), hint=Sentence("name one of them"))
    if group is not None:
        name = named("group", group, [g.name for g in result.groups])
        return next(known.members for known in result.groups if known.name == name)
    everyone = [pair.ticker for pair in result.panel.pairs]
    if tickers is None:
        return np.arange(len(everyone))
    wanted = separated(tickers)
    if not wanted:
        raise InvalidRequest(Sentence("no ticker is named"), available=", ".join(sorted(set(everyone))))
    wanted = [named("ticker", ticker, set(everyone)) for ticker in wanted]
    return np.flatnonzero(np.isin(everyone, wanted)).astype(np.int64)


def check_day0(result: StudyResult) -> None:
    """Refuse what shows day 0 where it is not looked at.

    Raises:
        InvalidRequest: the window leaves it out.
    """
    if not Window(0, 0).inside(result.config.days_looked_at):
        raise InvalidRequest(
            Sentence("this chart shows day 0, which the event window does not hold"),
            hint=Sentence("--event-window -1 20"),
        )


def window_of(result: StudyResult, window: Sequence[int] | None) -> Window:
    """The window that a chart of one draws: the one that is named, else the first that the study reports."""
    if window is not None:
        return Window.of(window)
    return (result.config.windows or (result.config.event_window,))[0]


def names(result: StudyResult, chosen: Ints) -> list[str]:
    """What each pair is called: its ticker, with day 0 where a ticker has several."""
    tickers = [result.panel.pairs[i].ticker for i in chosen]
    often = Counter(tickers)
    dates = [str(day) for day in result.returns.day0_sessions[chosen]]
    return [t if often[t] == 1 else say("{ticker} {day}", ticker=t, day=d) for t, d in zip(tickers, dates, strict=True)]


def day0_date(result: StudyResult, chosen: Ints) -> str | None:
    """The day 0 that all these pairs share, or None."""
    dates = np.unique(result.returns.day0_sessions[chosen])
    return str(dates[0]) if len(dates) == 1 else None
