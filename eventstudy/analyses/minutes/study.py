"""The study of minutes: each event and ticker is judged, and who could not be is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from eventstudy.analyses.minutes.answer import Minutes
from eventstudy.analyses.minutes.asked import bars_of_stages, instant_of
from eventstudy.analyses.minutes.judged import MEAN, Judged
from eventstudy.analyses.minutes.room import Room, WindowRefused
from eventstudy.errors import EventStudyError, InvalidRequest, NothingUsable, Sentence
from eventstudy.events import Event
from eventstudy.inference.clock import LEAST_DAYS
from eventstudy.language import Phrase
from eventstudy.prices import BarTable
from eventstudy.study.study import versions

DAYS = 60
"""Other days that a move is held against."""
MODELS = ("market", "market_adjusted", "constant_mean")
_TOLD = 5
"""Reasons and tickers that are told where none is left."""


def minutes(
    events: Iterable[Event],
    bars: BarTable,
    *,
    tickers: Sequence[str] = (),
    benchmark: str | None = "SPY",
    model: Literal["", "market", "market_adjusted", "constant_mean"] = "",
    windows: Sequence[tuple[int, int]] | None = None,
    days: int = DAYS,
    bar0: Literal["holds", "next"] = "holds",
    exchange: str | None = None,
    stages: Mapping[str, tuple[int, int]] | None = None,
    across: bool = False,
) -> Minutes:
    """Judge the minutes after the instants of events.

    `windows`: bars relative to bar 0, both ends included; None: the first 5, 30 and 60 minutes, as far as the session goes.
    `model`: empty: `market`, with lags of up to five minutes, for tickers traded in 80 % of the bars, else `market_adjusted`.
    `days`: other days that a move is held against. `bar0="next"`: leave a bar out that holds prices from before the instant.
    `exchange`: where they trade; None: told by the tickers. `stages`: names and minutes from bar 0 on, both ends included, of
    parts that follow one another: `{"statement": (0, 29), "press": (30, 99)}`; each is judged by itself and against the one
    before it. `across`: windows may go over a lunch and over nights, each of which is one bar.

    `events`: those with a time of day. `bars`: what `prices.load_bars` gives, in UTC. `tickers`: all of the events by
    default. `benchmark`: what the market is taken to be; None: none. Abnormal returns are decimals; NaN: a bar without a
    trade.

    Raises:
        InvalidRequest: an event without a time, a window over a close or lunch, a model that is none of minutes.
        NothingUsable: no ticker has what is needed; the message lists why.

    Example:
        >>> import numpy as np
        >>> import pandas as pd
        >>> from eventstudy.events import single_event
        >>> from eventstudy.prices import load_bars
        >>> days = pd.bdate_range("2024-10-14", "2024-11-22")
        >>> times = [day + pd.Timedelta(hours=9, minutes=30 + 5 * k) for day in days for k in range(78)]
        >>> close = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.001, len(times))))
        >>> stamps = pd.DatetimeIndex(times).tz_localize("America/New_York")
        >>> bars = pd.DataFrame({"ticker": "AAPL", "time": stamps, "open": close, "close": close})
        >>> event = single_event("2024-11-20T14:00:00-05:00", ["AAPL"])
        >>> table = load_bars(bars)
        >>> found = es.analyses.minutes([event], table, benchmark=None, model="constant_mean", days=20)
        >>> print(found.sentence)
        In the 5 minutes from 14:00 AAPL moved +0.05 %; on 7 of 20 other days it moved as far for its
        volatility that day (p .381).
    """
    if model not in ("", *MODELS):
        raise InvalidRequest(Sentence("{model} is no model of minutes", model=model), available=", ".join(MODELS))
    if not LEAST_DAYS <= days <= 500:
        raise InvalidRequest(
            Phrase.counted("{n} other day", "{n} other days", n=days),
            available=Sentence("{low} to {high}", low=LEAST_DAYS, high=500),
        )
    if stages and windows is not None:
        raise InvalidRequest(Sentence("windows and stages are named"), hint=Sentence("name the one or the other"))
    parts = bars_of_stages(stages, bars.width) if stages else {}
    named_windows = list(parts.values()) if parts else windows
    room = Room(bars, benchmark, model, named_windows, days, bar0, exchange, list(events), list(parts), across=across)
    judged, left = list[Judged](), list[tuple[str, str, EventStudyError]]()
    for event in room.events:
        instant = instant_of(event, bars.width)
        named = list(tickers) or list(event.tickers)
        good: list[str] = []
        for ticker in named:
            try:
                judged.append(room.judge(event.id, ticker, [ticker], instant))
                good.append(ticker)
            except WindowRefused:
                raise
            except (InvalidRequest, NothingUsable) as error:
                left.append((event.id, ticker, error))
        if len(good) > 1:
            judged.append(room.judge(event.id, MEAN, good, instant))
    if not judged:
        raise _nothing(left)
    return Minutes(
        tuple(judged),
        tuple((event, ticker, error.what) for event, ticker, error in left),
        model or "market",
        benchmark,
        bars.width,
        bars.read_as,
        {"days": days, "bar0": bar0, "across": across, "exchange": exchange},
        {
            "source": bars.source,
            "prices_sha256": bars.sha256(),
            "versions": versions(),
            **({"read_as": [str(phrase) for phrase in bars.read_as]} if bars.read_as else {}),
        },
    )


def _nothing(left: Sequence[tuple[str, str, EventStudyError]]) -> NothingUsable:
    """What to say where every (event, ticker) is left out: each reason once, and what each asks for."""
    reasons = dict.fromkeys(error.what for _, _, error in left)
    where = "; ".join(f"{ticker} ({event})" for event, ticker, _ in left[:_TOLD])
    more = f" and {len(left) - _TOLD} more" if len(left) > _TOLD else ""
    return NothingUsable(
        Sentence("no ticker is left to study: {value}", value=_joined(reasons) or Sentence("no event has one")),
        where=f"{where}{more}" or None,
        available=_joined(e.available for _, _, e in left[:_TOLD] if e.available),
        hint=_joined(e.hint for _, _, e in left[:_TOLD] if e.hint),
    )


def _joined(said: Iterable[str]) -> Phrase | None:
    """Each sentence once, and the first few; None: there is none."""
    each = [Phrase.quoted(one) for one in dict.fromkeys(said)]
    return Phrase("{found:;}", found=each[:_TOLD]) if each else None
