"""Sums over pairs that the model's own code fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from eventstudy.aggregate import AbnormalReturns, bhar, cumulate
from eventstudy.estimate import abnormal_returns
from eventstudy.inference._placebo import share_of_runs
from eventstudy.inference._ranks import scaled_ranks
from eventstudy.kernel.ranks import part_below
from eventstudy.models import Fit, Model
from eventstudy.panel import Bools, EventBlock, Floats, Ints
from eventstudy.panel.dense import Dense
from eventstudy.sums.dates import DateSums
from eventstudy.sums.plan import Plan
from eventstudy.sums.totals import Moments, Said, Squeezed, Sums, Totals, squeezed_together
from eventstudy.windows import Window

_AT_ONCE = 1024
"""Pairs that are fitted together."""


def first_by_model(plan: Plan, model: Model, part: Dense) -> list[Totals]:
    """The first pass."""
    return [_first(plan, model, some) for some in _slices(part)]


def second_by_model(plan: Plan, model: Model, part: Dense, scales: Floats) -> Squeezed:
    """The second pass."""
    found = []
    for some in _slices(part):
        block, fit, good = _fitted(plan, model, some)
        if len(good):
            returns = abnormal_returns(block, fit, some.last_day[good], prediction_error=plan.prediction_error)
            found.append(_squeezed(plan, returns, scales))
    return squeezed_together(found)


def _slices(part: Dense) -> Iterator[Dense]:
    for start in range(0, len(part), _AT_ONCE):
        yield part.take(np.arange(start, min(start + _AT_ONCE, len(part))))


def _fitted(plan: Plan, model: Model, part: Dense) -> tuple[EventBlock, Fit, Ints]:
    """The block and fit of the pairs that can be studied, and their positions (ruling 12); `fit.problem` is of those alone."""
    block = part.block()
    fit = model.fit(block, plan.min_estimation)
    reached = np.isfinite(fit.ar[:, -plan.event.start])
    good = np.flatnonzero((fit.problem == "") & reached)
    return replace(block, returns=block.returns[good], design=block.design[good]), fit.take(good), good


def _first(plan: Plan, model: Model, part: Dense) -> Totals:
    """The first pass by the model's own fit."""
    block = part.block()
    fit = model.fit(block, plan.min_estimation)
    reason = np.where(
        fit.problem != "", fit.problem, np.where(np.isfinite(fit.ar[:, -plan.event.start]), "", "NO_DAY0")
    )
    good = np.flatnonzero(reason == "")
    lost = np.flatnonzero(reason != "")
    kept = replace(block, returns=block.returns[good], design=block.design[good])
    totals = Totals({}, {})
    if len(good):
        returns = abnormal_returns(kept, fit.take(good), part.last_day[good], prediction_error=plan.prediction_error)
        market = kept.regressors[:, kept.event_columns, 0][kept.design]
        keys = (plan.grid << 48) + part.designs[good]
        totals = _summed(plan, returns, _Pairs(keys, kept.returns, market, kept.untraded(part.exclude)))
    reasons, counts = np.unique(reason[lost].astype(str), return_counts=True)
    m = fit.n_estimation[good]
    return replace(
        totals,
        problems=dict(zip(reasons.tolist(), counts.tolist(), strict=True)),
        named=tuple((str(reason[i]), int(part.origin[i]), int(fit.n_estimation[i])) for i in lost.tolist()),
        parameters=fit.parameters,
        said=Said(fit.descriptive, fit.dependent, fit.upper),
        short=int((m < 120).sum()),
        gaps=int(((m >= 120) & (m < plan.estimation.length)).sum()),
    )


@dataclass(frozen=True)
class _Pairs:
    """What `_summed` needs of N pairs, beside their abnormal returns."""

    keys: Ints
    """(N,) their dates."""
    raw: Floats
    """(N, T) returns from the start of the estimation to the end of the event window."""
    benchmark: Floats
    """(N, L2) the benchmark's returns on event days."""
    untraded: Floats
    """(N, 2) shares of estimation days with a return of zero, and without a return."""


def _strata(returns: AbnormalReturns, windows: Sequence[Window]) -> Ints:
    """(N,) the stratum of each pair."""
    strata = np.zeros(returns.n, dtype=np.int64)
    for w, window in enumerate(windows):
        strata |= cumulate(returns, window).covered.astype(np.int64) << w
    return strata


def _summed(plan: Plan, returns: AbnormalReturns, pairs: _Pairs) -> Totals:
    """The first pass over pairs fitted by any model."""
    strata = _strata(returns, plan.windows)
    sums, dates = {}, {}
    for stratum in np.unique(strata).tolist():
        mine = np.flatnonzero(strata == stratum)
        some = _Pairs(*(getattr(pairs, f.name)[mine] for f in fields(_Pairs)))
        sums[stratum] = _sums(plan, returns.take(mine), some)
        dates[stratum] = _dates(plan, returns.take(mine).residuals, some)
    return Totals(sums, dates)


def _squeezed(plan: Plan, returns: AbnormalReturns, scales: Floats) -> Squeezed:
    """The second pass: where the SCAR of each window, times `scales` (W,), stands among the standardised residuals."""
    strata = _strata(returns, plan.windows)
    weight = 1 / (returns.observed_days + 2.0)
    found = {s: np.zeros((len(plan.windows), returns.residuals.shape[1])) for s in np.unique(strata).tolist()}
    for w, window in enumerate(plan.windows):
        below = part_below((scales[w] * cumulate(returns, window).scar)[:, None], returns.standardised)
        for stratum, total in found.items():
            mine = strata == stratum
            if stratum >> w & 1:
                total[w] = weight[mine] @ below[mine]
    return found


def _sums(plan: Plan, returns: AbnormalReturns, pairs: _Pairs) -> Sums:
    residuals, ar = returns.residuals, returns.ar
    student = returns.studentised
    flat = student[np.isfinite(student)]
    days = returns.observed_days
    found = [cumulate(returns, window) for window in plan.windows]
    shares = [share_of_runs(residuals, length) for length in plan.lengths]
    own = scaled_ranks(returns.standardised)
    ranks = (own + 0.5) * ((days + 1) / (days + 2))[:, None]
    everything = scaled_ranks(np.concatenate([residuals, ar / returns.error_scale], axis=1))

    def columns(values: list[Floats]) -> Floats:
        return np.stack(values, axis=1) if values else np.empty((returns.n, 0))

    event = pairs.raw[:, pairs.raw.shape[1] - plan.event.length :]
    held = [
        bhar_of(plan, window, f.used, f.covered, event, pairs.benchmark)
        for window, f in zip(plan.windows, found, strict=True)
    ]
    car = columns([f.car for f in found])
    return Sums(
        n=returns.n,
        car=Moments.of(car),
        scar=Moments.of(columns([f.scar for f in found])),
        bhar=Moments.of(columns(held)),
        unit=np.nansum(columns([f.unit for f in found]), axis=0),
        positive=(car > 1e-12).sum(axis=0),
        theoretical=float((returns.df / (returns.df - 2)).sum()),
        least_df=int(returns.df.min()),
        least_m=int(days.min()),
        ar=np.nansum(ar, axis=0),
        ar_n=np.isfinite(ar).sum(axis=0),
        residual=np.nansum(residuals, axis=0),
        residual_n=np.isfinite(residuals).sum(axis=0),
        ranks=np.nansum(everything, axis=0),
        residual_ranks=np.nansum(ranks, axis=0),
        student=np.nansum(student, axis=0),
        student_squares=np.nansum(student**2, axis=0),
        student_powers=np.array([np.vdot(flat**2, flat), np.vdot(flat**2, flat**2)]),
        share=np.array([np.nansum(s) for s in shares]),
        share_n=np.array([np.isfinite(s).sum() for s in shares], dtype=np.int64),
        untraded=pairs.untraded.sum(axis=0),
    )


def bhar_of(plan: Plan, window: Window, used: Bools, covered: Bools, raw: Floats, benchmark: Floats) -> Floats:
    """(N,) buy-and-hold return minus the benchmark's over the used days of `raw`, `benchmark` (N, L2); NaN if one lacks."""
    first = window.start - plan.event.start
    columns = slice(first, first + window.length)
    ret, market = raw[:, columns], benchmark[:, columns]
    known = used & np.isfinite(market) & np.isfinite(ret)
    return np.where(covered & (known == used).all(axis=1), bhar(ret, market, known, log=plan.log), np.nan)


def _dates(plan: Plan, residuals: Floats, pairs: _Pairs) -> DateSums:
    known = np.isfinite(residuals)
    m = known.sum(axis=1, keepdims=True)
    there = np.where(known, residuals, 0.0)
    centred = np.where(known, there - there.sum(axis=1, keepdims=True) / m, 0.0)
    z = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True) / m)
    order = np.argsort(pairs.keys, kind="stable")
    keys, first = np.unique(pairs.keys[order], return_index=True)

    def by_date(values: Floats) -> Floats:
        total: Floats = np.add.reduceat(values[order], first, axis=0)
        return total

    raw = pairs.raw if plan.portfolios else pairs.raw[:, :0]
    return DateSums(
        keys=keys,
        sums=by_date(z),
        counts=by_date(known.astype(float)),
        squares=by_date(m[:, 0].astype(float)),
        size=by_date(np.ones(len(m))),
        returns=by_date(np.nan_to_num(raw)) if plan.portfolios else np.empty((len(keys), 0)),
        returns_n=by_date(np.isfinite(raw).astype(float)) if plan.portfolios else np.empty((len(keys), 0)),
    )
