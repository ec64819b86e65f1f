"""Sums over pairs that the model's own code fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, bhar
from eventstudy.engine.correlation import DateTables
from eventstudy.engine.plan import Plan
from eventstudy.engine.totals import (
    Below,
    Errors,
    NearSums,
    Stratum,
    Totals,
    below,
    below_together,
    car_sums,
    day_sums,
    near_sums,
    near_together,
    rank_sums,
)
from eventstudy.models import Model
from eventstudy.panel import After, EventBlock, Floats, Ints
from eventstudy.panel.dense import Dense
from eventstudy.study.estimate import Fits, NearDays, abnormal_returns, around, fits
from eventstudy.units.windows import Window

_AT_ONCE = 1024
"""Pairs that are fitted together."""


def first_by_model(plan: Plan, model: Model, part: Dense) -> list[Totals]:
    """The first pass."""
    return [_first(plan, model, some) for some in _slices(part)]


def second_by_model(plan: Plan, model: Model, part: Dense, scales: Floats) -> Below:
    """The second pass."""
    found = []
    for some in _slices(part):
        block, fit, good = _fitted(plan, model, some)
        if len(good):
            returns = abnormal_returns(block, fit.own, some.last_day[good], prediction_error=plan.prediction_error)
            found.append(below_of(plan, returns, scales))
    return below_together(found)


def near_by_model(plan: Plan, model: Model, part: Dense) -> dict[int, NearSums]:
    """How much the pairs of each stratum moved on ordinary days and on those around the event."""
    return near_together(_near(plan, model, some) for some in _slices(part))


def pairs_by_model(plan: Plan, model: Model, part: Dense) -> list[AbnormalReturns]:
    """The abnormal returns of the pairs themselves, with the days around them."""
    return [found for some in _slices(part) if (found := _with_days_around(plan, model, some)) is not None]


def _with_days_around(plan: Plan, model: Model, part: Dense) -> AbnormalReturns | None:
    """The abnormal returns of those pairs that can be studied; None where there are none."""
    near, after = NearDays(plan.regime), part.after()
    block, found, good = _fitted(plan, model, part, after, near)
    if not len(good):
        return None
    returns = abnormal_returns(block, found.own, part.last_day[good], prediction_error=plan.prediction_error)
    returns = around(returns, block, after.take(good), model, plan.min_estimation, near, found.wide)
    if part.reacted is not None and returns.around is not None:
        returns = replace(returns, around=replace(returns.around, left_out=part.take(good).other_days()))
    return returns


def _near(plan: Plan, model: Model, part: Dense) -> dict[int, NearSums]:
    if (returns := _with_days_around(plan, model, part)) is None:
        return {}
    strata = _strata(returns, plan.windows)
    sums = {stratum: near_sums(returns.take(strata == stratum)) for stratum in np.unique(strata).tolist()}
    return {stratum: one for stratum, one in sums.items() if one is not None}


def _slices(part: Dense) -> Iterator[Dense]:
    for start in range(0, len(part), _AT_ONCE):
        yield part.take(np.arange(start, min(start + _AT_ONCE, len(part))))


def _fitted(
    plan: Plan, model: Model, part: Dense, after: After | None = None, near: NearDays | None = None
) -> tuple[EventBlock, Fits, Ints]:
    """The block and fits of the pairs that can be studied, and their positions (ruling 12); `problem` is of those alone."""
    block = part.block()
    found = fits(model, block, after, plan.min_estimation, near)
    reached = np.isfinite(found.own.ar[:, -plan.event.start])
    good = np.flatnonzero((found.own.problem == "") & reached)
    return block.take(good), found.take(good), good


def _first(plan: Plan, model: Model, part: Dense) -> Totals:
    """The first pass by the model's own fit."""
    block = part.block()
    fit = model.fit(block, plan.min_estimation)
    reason = np.where(
        fit.problem != "", fit.problem, np.where(np.isfinite(fit.ar[:, -plan.event.start]), "", "NO_DAY0")
    )
    good = np.flatnonzero(reason == "")
    lost = np.flatnonzero(reason != "")
    kept = block.take(good)
    totals = Totals({})
    if len(good):
        returns = abnormal_returns(kept, fit.take(good), part.last_day[good], prediction_error=plan.prediction_error)
        market = kept.regressors[:, kept.event_columns, 0][kept.design]
        keys = (plan.grid << 48) + part.designs[good]
        raw, span = kept.returns[:, kept.event_columns], kept.returns[:, :0]
        if plan.portfolios:
            span = np.concatenate([kept.returns, part.after().returns[good]], axis=1)
        beside = PairsBeside(keys, raw, span, market, kept.untraded(part.exclude))
        totals = Totals(strata_of(plan, returns, beside))
    reasons, counts = np.unique(reason[lost].astype(str), return_counts=True)
    short, gaps = plan.few(fit.n_estimation[good])
    return replace(
        totals,
        problems=dict(zip(reasons.tolist(), counts.tolist(), strict=True)),
        named=tuple((str(reason[i]), int(part.origin[i]), int(fit.n_estimation[i])) for i in lost.tolist()),
        parameters=fit.parameters,
        errors=Errors(fit.descriptive, fit.dependent, fit.upper),
        short=short,
        gaps=gaps,
    )


@dataclass(frozen=True)
class PairsBeside:
    """What the first pass needs of N pairs, beside their abnormal returns."""

    keys: Ints
    """(N,) their dates."""
    raw: Floats
    """(N, L2) returns of event days."""
    span: Floats
    """(N, T + AFTER) all returns, those after the event window too; (N, 0) where none of them are added up."""
    benchmark: Floats
    """(N, L2) the benchmark's returns on event days."""
    untraded: Floats
    """(N, 2) shares of estimation days with a return of zero, and without a return."""


def _strata(returns: AbnormalReturns, windows: Sequence[Window]) -> Ints:
    """(N,) the stratum of each pair."""
    strata = np.zeros(returns.n, dtype=np.int64)
    for w, window in enumerate(windows):
        strata |= returns.over(window).covered.astype(np.int64) << w
    return strata


def strata_of(plan: Plan, returns: AbnormalReturns, pairs: PairsBeside) -> dict[int, Stratum]:
    """The first pass over pairs fitted by any model."""
    strata = _strata(returns, plan.windows)
    found = {}
    for stratum in np.unique(strata).tolist():
        mine = np.flatnonzero(strata == stratum)
        some = PairsBeside(*(getattr(pairs, f.name)[mine] for f in fields(PairsBeside)))
        own = returns.take(mine)
        held = [
            bhar(some.raw[:, c], some.benchmark[:, c], f.used, f.covered, log=plan.log)
            for window in plan.windows
            for c, f in [(plan.columns(window), own.over(window))]
        ]
        bhars = np.stack(held, axis=1) if held else np.empty((len(mine), 0))
        se = np.stack([own.over(w).se for w in plan.windows], axis=1) if plan.windows else np.empty((len(mine), 0))
        dates = DateTables.by_date(some.keys, None, own.centred, np.isfinite(own.residuals), some.span, se)
        found[stratum] = Stratum(
            day_sums(own, some.untraded), rank_sums(own), car_sums(own, plan.windows, bhars), dates
        )
    return found


def below_of(plan: Plan, returns: AbnormalReturns, scales: Floats) -> Below:
    """The second pass: where the SCAR of each window, times `scales` (W,), stands among the standardised residuals."""
    strata = _strata(returns, plan.windows)
    found = {}
    for stratum in np.unique(strata).tolist():
        own = returns.take(strata == stratum)
        found[stratum] = np.stack(
            [
                below(own, window, scale) if stratum >> w & 1 else np.zeros(own.n_estimation_days)
                for w, (window, scale) in enumerate(zip(plan.windows, scales.tolist(), strict=True))
            ]
        )
    return found
