"""Placebo pairs: the tickers of a study on dates before its events, on which nothing of the kind happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.errors import NothingUsable
from eventstudy.estimate import Portfolios, abnormal_returns, combined
from eventstudy.exchanges import Moment
from eventstudy.execution import Executor
from eventstudy.models import fit_pairs, model_of
from eventstudy.models.linear import LinearModel
from eventstudy.panel import EventBlock, Ints, Pair, align
from eventstudy.prices import PriceTable


@dataclass(frozen=True)
class PlaceboPairs:
    """Every ticker on every placebo date that its prices allow; row i of all arrays is the same pair."""

    returns: AbnormalReturns
    block: EventBlock
    portfolios: Portfolios
    date_of: Ints
    """(N,) the number of the pair's date."""
    ticker_of: Ints
    """(N,) the number of the pair's ticker."""
    dates: tuple[date, ...]
    tickers: tuple[str, ...]

    def portfolio(self, rows: Ints) -> tuple[AbnormalReturns | None, str]:
        """The equal-weighted portfolio of these pairs, or None and why there is none.

        Where they share one design, least squares of the mean is the mean of the least squares: nothing is fitted again.
        """
        linear = isinstance(self.portfolios.model, LinearModel)
        if linear and len(rows) and (self.returns.basis_of[rows] == self.returns.basis_of[rows[0]]).all():
            part = self.returns.take(rows)
            return combined(part, np.full((1, len(rows)), 1 / len(rows))), ""
        return self.portfolios.portfolio(rows)


def placebo_dates(prices: PriceTable, benchmark: str, config: StudyConfig, before: date) -> list[date]:
    """Sessions whose whole estimation window has prices and whose event window ends before that of an event on `before`."""
    sessions = prices.close[benchmark].dropna().index
    last = int(sessions.searchsorted(pd.Timestamp(before))) + config.event_window.start - config.event_window.end
    return [day.date() for day in sessions[1 - config.estimation_window.start : max(0, last)]]


def placebo_pairs(
    pairs: list[Pair],
    prices: PriceTable,
    config: StudyConfig,
    dates: list[date],
    factors: pd.DataFrame | None,
    executor: Executor | None = None,
) -> PlaceboPairs:
    """All tickers of `pairs` on all `dates`, lined up and fitted at once.

    Raises:
        NothingUsable: not one could be fitted.
    """
    by_ticker = {pair.ticker: pair for pair in pairs}
    tickers = list(by_ticker)
    moved = [replace_day(by_ticker[ticker], day) for day in dates for ticker in tickers]
    model = model_of(config)
    panel = align(moved, prices, config, factors)
    fit = fit_pairs(model, panel.block, config.min_estimation, executor)
    good = np.flatnonzero((fit.problem == "") & np.isfinite(fit.ar[:, -config.event_window.start]))
    if not len(good):
        raise NothingUsable(
            f"none of {len(moved)} placebo pairs has enough prices", hint="load prices that begin earlier"
        )
    panel, fit = panel.take(good), fit.take(good)
    last = np.where(panel.delisted, panel.last_close, config.event_window.end)
    place = {day.isoformat(): i for i, day in enumerate(dates)}
    return PlaceboPairs(
        returns=abnormal_returns(panel.block, fit, last, prediction_error=config.prediction_error),
        block=panel.block,
        portfolios=Portfolios(panel.block, model, config.min_estimation, config.prediction_error),
        date_of=np.array([place[p.event_id] for p in panel.pairs], dtype=np.int64),
        ticker_of=np.array([tickers.index(p.ticker) for p in panel.pairs], dtype=np.int64),
        dates=tuple(dates),
        tickers=tuple(tickers),
    )


def replace_day(pair: Pair, day: date) -> Pair:
    """The pair with its day 0 moved."""
    return replace(pair, event_id=day.isoformat(), moment=Moment(day))
