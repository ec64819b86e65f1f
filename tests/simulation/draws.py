"""Made-up studies in which nothing happened, many at once (METHODS 6.4).

R = .0005 + beta R_m + sigma eps; beta ~ U(.5, 1.5), sigma ~ U(1 %, 4 %), R_m ~ t(4) with 1 %; on one date
eps = lambda F + sqrt(1 - lambda²) e with lambda ~ U(.3, .8), so that residuals correlate by .30 on average.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns, bhar
from eventstudy.inference import Sample
from eventstudy.panel import EventBlock, Floats
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window

from tests.oracles.designs import distinct_days
from tests.worlds import shocks

EVENT = Window(-5, 5)
DRIFT = 0.0005
"""Mean return of every firm beyond its beta; the estimates take it out, raw returns (`Study.block`) come without it."""
_CHUNK = 200


@dataclass(frozen=True)
class Plan:
    """N pairs with M estimation days, on one date or on dates of their own; `tails` None is normal, else t's df."""

    n: int
    m: int = 120
    one_date: bool = False
    tails: int | None = None
    event_scale: float = 1.0
    """Factor on the errors of event days."""
    effect: float = 0.0
    """Added to the return of day 0."""
    sigma: float | None = None
    """The same residual sd for all; None draws it."""

    @property
    def estimation(self) -> Window:
        return Window(EVENT.start - self.m, EVENT.start - 1)


@dataclass(frozen=True)
class Study:
    """One made-up study: its pairs and, on one date, their portfolio."""

    returns: AbnormalReturns
    portfolio: AbnormalReturns | None
    block: EventBlock

    def sample(self, window: tuple[int, int], **more: Any) -> Sample:
        span = Window(*window)
        returns, market = self.event_returns(span)
        held = bhar(returns, market, np.isfinite(returns), np.ones(len(returns), bool), log=False)
        return Sample.of(self.returns, span, self.portfolio, bhar=held, block=self.block, **more)

    def event_returns(self, window: Window) -> tuple[Floats, Floats]:
        """(N, L) returns of the firms and of the market."""
        first = self.block.event_columns.start + window.start - EVENT.start
        columns = slice(first, first + window.length)
        return self.block.returns[:, columns], self.block.regressors[self.block.design, columns, 0]


def _block(rng: np.random.Generator, plan: Plan, studies: int) -> EventBlock:
    width, pairs = plan.m + EVENT.length, studies * plan.n
    designs = studies if plan.one_date else pairs
    design = np.repeat(np.arange(studies), plan.n) if plan.one_date else np.arange(pairs)
    market = 0.01 * rng.standard_t(4, (designs, width)) / np.sqrt(2)
    eps = shocks(rng, (pairs, width), plan.tails)
    if plan.one_date:
        load = rng.uniform(0.3, 0.8, (pairs, 1))
        common = shocks(rng, (studies, width), plan.tails)[design]
        eps = load * common + np.sqrt(1 - load**2) * eps
    eps[:, plan.m :] *= plan.event_scale
    beta, sigma = rng.uniform(0.5, 1.5, (pairs, 1)), rng.uniform(0.01, 0.04, (pairs, 1))
    sigma = sigma if plan.sigma is None else np.full((pairs, 1), plan.sigma)
    eps[:, plan.m - EVENT.start] += plan.effect / sigma[:, 0]
    return EventBlock(
        returns=DRIFT + beta * market[design] + sigma * eps,
        regressors=market[:, :, None],
        names=("benchmark",),
        design=design.astype(np.int64),
        sessions=distinct_days(designs, width),
        span=np.ones((designs, width)),
        estimation=plan.estimation,
        event=EVENT,
    )


def _fit(block: EventBlock) -> AbnormalReturns:
    fit = plugins.load("models", "market").fit(block, 30)
    return abnormal_returns(block, fit, np.full(block.n_pairs, EVENT.end), prediction_error=True)


def _only(returns: AbnormalReturns, which: slice) -> AbnormalReturns:
    """Some series with their own designs alone, so that nothing is computed for the others."""
    part = returns.take(np.arange(which.start, which.stop))
    rows, basis_of = np.unique(part.basis_of, return_inverse=True)
    days, session_of = np.unique(part.session_of, return_inverse=True)
    return replace(
        part,
        basis=part.basis[rows],
        span=part.span[rows],
        noise=part.noise[rows],
        basis_of=basis_of.astype(np.int64),
        sessions=part.sessions[days],
        session_of=session_of.astype(np.int64),
    )


def _pairs(block: EventBlock, which: slice) -> EventBlock:
    """Some pairs with their own designs alone."""
    rows, design = np.unique(block.design[which], return_inverse=True)
    return replace(
        block,
        returns=block.returns[which] - DRIFT,
        regressors=block.regressors[rows],
        sessions=block.sessions[rows],
        span=block.span[rows],
        design=design.astype(np.int64),
    )


def studies(seed: int, plan: Plan, draws: int) -> Iterator[Study]:
    """`draws` studies, fitted in chunks through the engine's own model."""
    rng = np.random.default_rng(seed)
    for start in range(0, draws, _CHUNK):
        size = min(_CHUNK, draws - start)
        block = _block(rng, plan, size)
        returns = _fit(block)
        together = None
        if plan.one_date:
            mean = block.returns.reshape(size, plan.n, -1).mean(axis=1)
            together = _fit(replace(block, returns=mean, design=np.arange(size)))
        for s in range(size):
            own = _only(returns, slice(s * plan.n, (s + 1) * plan.n))
            part = _pairs(block, slice(s * plan.n, (s + 1) * plan.n))
            yield Study(own, _only(together, slice(s, s + 1)) if together else None, part)
