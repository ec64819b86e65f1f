"""Designs that the oracles share: made-up panels as blocks, as price tables, and as plain lists."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.inference import Sample, Significance
from eventstudy.panel import Days, EventBlock, Floats, Ints
from eventstudy.study.estimate import Portfolios, abnormal_returns
from eventstudy.units.windows import Window

from tests.worlds import moves

FIRST_DAY = np.datetime64("2020-01-01", "D")


@dataclass(frozen=True)
class Panel:
    """Calendar returns of firms and of a market, and the instances (firm, row of day 0) to study."""

    returns: Floats
    """(S, F) calendar days by firms; NaN = no return."""
    market: Floats
    """(S,)"""
    instances: tuple[tuple[int, int], ...]
    """(firm, row of day 0)"""
    estimation: Window
    event: Window
    factors: Floats = field(default_factory=lambda: np.empty((0, 0)))
    """(S, Q) further factors."""
    factor_names: tuple[str, ...] = ()

    def rows(self, day0: int) -> Ints:
        """(T,) calendar rows of the columns of a block."""
        return day0 + np.arange(self.estimation.start, self.event.end + 1)

    def block(self) -> EventBlock:
        """The block of all instances; a date is a design."""
        days, design = np.unique([day0 for _, day0 in self.instances], return_inverse=True)
        rows = np.stack([self.rows(int(d)) for d in days])
        regressors = self.market[rows][:, :, None]
        if self.factor_names:
            regressors = np.concatenate([regressors, self.factors[rows]], axis=2)
        return EventBlock(
            returns=np.stack([self.returns[self.rows(d), f] for f, d in self.instances]),
            regressors=regressors,
            names=("benchmark", *self.factor_names),
            design=design.astype(np.int64),
            sessions=FIRST_DAY + rows,
            span=np.ones(rows.shape),
            estimation=self.estimation,
            event=self.event,
        )


def made_up(
    rng: np.random.Generator,
    instances: tuple[tuple[int, int], ...],
    *,
    missing: float = 0.03,
    estimation: tuple[int, int] = (-70, -11),
    event: tuple[int, int] = (-5, 5),
    common: float = 0.6,
    n_factors: int = 0,
) -> Panel:
    """A random panel; returns are missing at random, but never on a day 0. `common` loads the errors on one factor."""
    firms = 1 + max(f for f, _ in instances)
    days = max(d for _, d in instances) + event[1] + 1
    returns, market, factors = moves(rng, days, firms, common=common, n_factors=n_factors)
    holes = rng.random(returns.shape) < missing
    for firm, day0 in instances:
        holes[day0, firm] = False
    returns[holes] = np.nan
    names = tuple(f"f{i}" for i in range(n_factors))
    return Panel(returns, market, instances, Window(*estimation), Window(*event), factors, names)


def fitted(block: EventBlock, model: str = "market", *, prediction_error: bool = True) -> AbnormalReturns:
    """The abnormal returns of a block, all pairs of which must have a fit."""
    fit = plugins.load("models", model).fit(block, 30)
    assert not any(fit.problem), fit.problem
    end = np.full(block.n_pairs, block.event.end)
    return abnormal_returns(block, fit, end, prediction_error=prediction_error)


def sampled(block: EventBlock, window: tuple[int, int], model: str = "market", **more: Any) -> Sample:
    """The sample of a window, with the portfolio where the pairs have one: the pairs covered, as a study takes them."""
    returns = fitted(block, model)
    whole = Sample.of(returns, Window(*window))
    counted = np.flatnonzero(whole.cumulated.covered)
    portfolio, why = Portfolios(block, plugins.load("models", model), 30, True).portfolio(counted)
    return Sample.of(returns.take(counted), Window(*window), portfolio, why, **more)


def ask(name: str, sample: Sample, variant: str = "default") -> Significance:
    """One pairs test."""
    answer = plugins.load("tests", name).compute(sample, variant)
    assert isinstance(answer, Significance)
    return answer


def prices_of(returns: pd.DataFrame) -> pd.DataFrame:
    """Closes, starting from 100 one business day before the first return, whose simple returns are these."""
    index = pd.DatetimeIndex(returns.index)
    before = index[0] - pd.tseries.offsets.BDay(1)
    grown = (1 + returns.to_numpy(float)).cumprod(axis=0)
    table = np.vstack([np.ones(grown.shape[1]), grown]) * 100
    return pd.DataFrame(table, index=pd.DatetimeIndex([before, *index]), columns=list(returns.columns))


def scaled(block: EventBlock, factor: float) -> EventBlock:
    """The block with all returns and regressors times a factor."""
    return replace(block, returns=block.returns * factor, regressors=block.regressors * factor)


def distinct_days(n_designs: int, width: int) -> Days:
    """(D, T) sessions of designs that share no day."""
    return FIRST_DAY + np.arange(n_designs * width).reshape(n_designs, width)
