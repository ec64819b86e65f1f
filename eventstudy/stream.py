"""A study of which only sums are kept: blocks of pairs go by, twice, and answers come from what they leave behind.

    plan, grids = ...          what is added up, and the tables (`panel.dense`)
    first_pass(plan, model, part)            -> Totals     sums of one block of pairs
    second_pass(plan, model, part, scales)   -> Squeezed   ranks of the windows, once the spread of the SCARs is known

Both are pure functions of arguments that pickle, so blocks may be worked on anywhere. A block is `BLOCK` pairs in the order of
`blocks`: by grid, day 0, benchmark and security. `Totals.combined` and `squeezed_together` in that order give the same bits
wherever the blocks were worked on.

What the two engines share: `panel.dense` follows the rules of `panel.align`, designs are factorised by `kernel`, and every
formula of a test stands once, in `inference`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from eventstudy.config import StudyConfig
from eventstudy.estimate import abnormal_returns
from eventstudy.evidence import Evidence, Ground, with_second_pass
from eventstudy.execution import Executor, Serial, one_thread
from eventstudy.gather import first_by_kernel, second_by_kernel
from eventstudy.models import Fit, Model
from eventstudy.panel import EventBlock, Floats, Ints
from eventstudy.panel.dense import Dense
from eventstudy.totals import Pairs, Plan, Said, Squeezed, Totals, squeezed, squeezed_together, summed

BLOCK = 32_768
"""Pairs of one block: the unit of the fixed partition."""
_AT_ONCE = 1024
"""Pairs that are fitted together by the models' own code."""


def plan_of(config: StudyConfig, *, portfolios: bool) -> Plan:
    """What has to be added up for a study of these choices."""
    windows = config.windows or ()
    lengths = {w.length for w in windows} | ({1} if config.variants.get("generalized_sign") == "paper" else set())
    return Plan(
        estimation=config.estimation_window,
        event=config.event_window,
        windows=windows,
        lengths=tuple(sorted(lengths)),
        log=config.returns == "log",
        portfolios=portfolios,
        prediction_error=config.prediction_error,
        min_estimation=config.min_estimation,
    )


def evidence_of(
    plan: Plan, model: Model, grids: Sequence[Dense], form: str = "adjusted", executor: Executor | None = None
) -> Evidence:
    """Both passes over all pairs of all grids; `form` is that of `grank_t`."""
    runner = executor or Serial()
    jobs = [(g, start) for g, dense in enumerate(grids) for start in range(0, len(dense), BLOCK)]
    ordered = [in_order(dense) for dense in grids]
    shared = (plan, model, ordered)
    totals = Totals.combined(runner.run(_first, shared, jobs))
    grounds = tuple(Ground(dense.sessions, dense.regressors, dense.names) for dense in grids)
    evidence = Evidence(plan, totals, grounds, model)
    if not totals.n:
        return evidence
    scales = evidence.scales_of(form)
    parts = runner.run(_second, (*shared, scales), jobs)
    return with_second_pass(evidence, squeezed_together(parts), scales)


def in_order(dense: Dense) -> Dense:
    """The pairs of a grid by day 0 and benchmark, then by security: the order in which blocks are cut; nothing is held yet."""
    key = dense.designs * len(dense.returns) + dense.security
    return replace(dense.take(np.argsort(key, kind="stable")), held={})


def _first(shared: tuple[Plan, Model, list[Dense]], job: tuple[int, int]) -> Totals:
    plan, model, grids = shared
    g, start = job
    part = grids[g].take(np.arange(start, min(start + BLOCK, len(grids[g]))))
    with one_thread():
        return first_pass(replace(plan, grid=g), model, part)


def _second(shared: tuple[Plan, Model, list[Dense], Floats], job: tuple[int, int]) -> Squeezed:
    plan, model, grids, scales = shared
    g, start = job
    part = grids[g].take(np.arange(start, min(start + BLOCK, len(grids[g]))))
    with one_thread():
        return second_pass(replace(plan, grid=g), model, part, scales)


def first_pass(plan: Plan, model: Model, part: Dense) -> Totals:
    """The sums of the pairs of one block."""
    quick, rest = first_by_kernel(plan, model, part)
    return Totals.combined([*quick, *(_fitted_sums(plan, model, some) for some in _slices(part.take(rest)))])


def second_pass(plan: Plan, model: Model, part: Dense, scales: Floats) -> Squeezed:
    """Where the windows of the pairs of one block rank, their SCARs times `scales` (W,)."""
    quick, rest = second_by_kernel(plan, model, part, scales)
    found = [quick]
    for some in _slices(part.take(rest)):
        block, fit, good = _fitted(plan, model, some)
        if len(good):
            returns = abnormal_returns(block, fit, some.last_day[good], prediction_error=plan.prediction_error)
            found.append(squeezed(plan, returns, scales))
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


def _fitted_sums(plan: Plan, model: Model, part: Dense) -> Totals:
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
        totals = summed(plan, returns, Pairs(keys, kept.returns, market, kept.untraded(part.exclude)))
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
