"""What a figure in doubt would be without the day that is at fault: an offer, with the option that takes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.engine.abnormal import cumulate
from eventstudy.language import Phrase
from eventstudy.models import fit_pairs, model_of
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

MOST_DAYS, MOST_PAIRS = 3, 3
"""An offer leaves out at most so many days of a series; it is made for so many pairs."""
ONE_DAY = ("PRICE_SPIKE", "UNIT_CHANGE", "RATE_SPIKE", "ADJUSTED_DISAGREES", "DIVIDEND_NOT_FOLLOWED")
"""Faults of single closes, or that cost single returns."""
STAY = ("UNIT_CHANGE", "ADJUSTED_DISAGREES")
"""Those of them that may stay: without its first day the step is one day later. A move that comes back names both days."""


@dataclass(frozen=True)
class Offer:
    """The CAR of a pair over a window, with the closes of some days taken for missing."""

    event_id: str
    ticker: str
    days: tuple[tuple[str, date], ...]
    """The series at fault, and the day."""
    window: Window
    car: float

    @property
    def options(self) -> str:
        """What the command takes to do so."""
        return " ".join(f"--drop-day {ticker}={day}" for ticker, day in self.days)

    @property
    def said(self) -> Phrase:
        """The offer as a sentence."""
        return Phrase(
            "Without {days:dates} the CAR{window} of {ticker} is {car:+.2f %} ({options}).",
            days=[day for _, day in self.days],
            window=self.window,
            ticker=self.ticker,
            car=self.car,
            options=self.options,
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        days = [{"ticker": ticker, "session": day.isoformat()} for ticker, day in self.days]
        window = {"start": self.window.start, "end": self.window.end}
        return {"event_id": self.event_id, "ticker": self.ticker, "without": days, **window, "car": self.car}


def offers(result: StudyResult) -> tuple[Offer, ...]:
    """An offer for each of the first pairs in doubt whose doubts are about a few days, none of them day 0.

    The closes of those days are taken for missing and the model is estimated again, as `--drop-day` does it.
    """
    if result.config.outcome != "return" or result.config.missing != "drop" or not result.config.windows:
        return ()
    doubtful = [i for i, of_one in enumerate(result.doubts) if of_one][:MOST_PAIRS]
    return tuple(said for i in doubtful if (said := _offer(result, i)) is not None)


def _offer(result: StudyResult, i: int) -> Offer | None:
    block = result.panel.block
    own = block.sessions[block.design[i]]
    days = _closes_at_fault(result, i)
    if not days or any(
        np.datetime64(day) == own[block.event_columns][-result.config.event_window.start] for _, day in days
    ):
        return None
    gone = np.zeros(len(own), bool)
    for _, day in days:
        at = np.flatnonzero(own == np.datetime64(day))
        gone[at] = True
        gone[at[at + 1 < len(own)] + 1] = True
    one = result.panel.take(np.array([i])).block
    one = replace(one, returns=np.where(gone, np.nan, one.returns))
    fit = fit_pairs(model_of(result.config), one, result.config.min_estimation)
    if fit.problem[0]:
        return None
    returns = abnormal_returns(
        one, fit, result.returns.last_close[[i]], prediction_error=result.config.prediction_error
    )
    missing = np.flatnonzero(gone[block.event_columns]) + result.config.event_window.start
    named = result.config.windows or ()
    window = next((w for w in named if any(w.start <= day <= w.end for day in missing)), named[0])
    car = float(cumulate(returns, window, gone[None, block.event_columns]).car[0])
    pair = result.panel.pairs[i]
    return Offer(pair.event_id, pair.ticker, tuple(days), window, car) if np.isfinite(car) else None


def _closes_at_fault(result: StudyResult, i: int) -> list[tuple[str, date]]:
    """The tickers and days that the doubts of a pair are about; none where they are not about a few closes."""
    days: list[tuple[str, date]] = []
    for doubt in result.doubts[i]:
        sessions = [date.fromisoformat(day) for day in doubt.sessions]
        if doubt.code not in ONE_DAY or doubt.ticker is None or not sessions or len(sessions) > 2 * MOST_DAYS:
            return []
        if doubt.code in STAY and len(sessions) < 2:
            return []
        days += [(doubt.ticker, day) for k, day in enumerate(sessions) if k == 0 or (day - sessions[k - 1]).days > 4]
    return days if len(days) <= MOST_DAYS else []
