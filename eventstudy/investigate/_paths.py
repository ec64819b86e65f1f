"""From returns to the price that was, and the one a model says there would have been."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eventstudy.holding import BASE, chained
from eventstudy.panel import Floats
from eventstudy.prices import PriceTable
from eventstudy.results import StudyResult

BEFORE = 40
"""Sessions before day 0 that a path shows."""


@dataclass(frozen=True)
class Path:
    """Prices of one pair and model, both equal at the last close before day 0; T sessions."""

    event_id: str
    ticker: str
    model: str
    currency: str
    """Of the price; empty where the source names none."""
    rel_days: tuple[int, ...]
    """(T,) sessions relative to day 0."""
    sessions: tuple[str, ...]
    """(T,) ISO dates."""
    actual: Floats
    """(T,) the last close before day 0 carried on, and back, by the total returns; NaN beyond a day without one."""
    counterfactual: Floats
    """(T,) the same by normal returns."""

    @property
    def last(self) -> int:
        """The last session with both prices."""
        return int(np.flatnonzero(np.isfinite(self.actual) & np.isfinite(self.counterfactual))[-1])


def path_of(made: StudyResult, i: int, model: str, prices: PriceTable) -> Path:
    """The path of pair i of a study whose event window follows its estimation window without a gap.

    Before the event window normal returns are those of the fit.
    """
    block, fit = made.panel.block, made.fit
    design, days = block.design[i], block.estimation_columns
    returns = block.returns[i]
    fitted = returns[days] - fit.residuals[i] * np.sqrt(block.span[design, days])
    normal = np.concatenate([fitted, np.where(np.isfinite(fit.ar[i]), fit.expected[i], np.nan)])
    zero = -block.estimation.start  # the column of day 0
    first = max(0, zero - BEFORE)
    span = block.span[design].astype(int)[None, :]
    log = made.config.returns == "log"
    actual, counterfactual = (chained(values[None, :], span, zero, log=log)[0, 1:] for values in (returns, normal))
    sessions = block.sessions[design]
    closes = prices.close[made.panel.pairs[i].ticker].dropna()
    base = float(closes[closes.index < np.datetime64(sessions[zero], "ns")].iloc[-1]) / BASE
    pair = made.panel.pairs[i]
    return Path(
        event_id=pair.event_id,
        ticker=pair.ticker,
        model=model,
        currency=prices.info[pair.ticker].currency or "",
        rel_days=tuple(range(first - zero, len(returns) - zero)),
        sessions=tuple(str(day) for day in sessions[first:]),
        actual=base * actual[first:],
        counterfactual=base * counterfactual[first:],
    )
