"""The two passes over all pairs, block by block.

A block is `BLOCK` pairs by grid, day 0, benchmark and security. Both passes are pure functions of arguments that pickle, so
blocks may be worked on anywhere: combined in their order they give the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eventstudy import native
from eventstudy.engine.plan import Plan
from eventstudy.engine.totals import Below, NearSums, Totals, below_together, near_together
from eventstudy.models import Model
from eventstudy.models.linear import LinearModel
from eventstudy.panel import Floats
from eventstudy.panel.dense import Dense
from eventstudy.parallel import Executor, Processes, Serial, Threads, one_thread
from eventstudy.study.compiled_sums import compiled_sums
from eventstudy.study.evidence import Evidence, Ground
from eventstudy.study.fitted import first_by_model, near_by_model, second_by_model

BLOCK = 32_768
"""Pairs of one block: the unit of the fixed partition."""
NEAR = 2_000
"""Up to so many pairs are asked without being told to how wild the days around their events are: they are fitted once more."""


def evidence_of(
    plan: Plan, model: Model, grids: Sequence[Dense], form: str = "adjusted", executor: Executor | None = None
) -> Evidence:
    """Both passes over all pairs of all grids; `form` is that of `grank_t`."""
    runner = _runner(model, executor)
    jobs = [(g, start) for g, dense in enumerate(grids) for start in range(0, len(dense), BLOCK)]
    ordered = [in_order(dense) for dense in grids]
    shared = (plan, model, ordered)
    totals = Totals.combined(runner.run(_first, shared, jobs))
    grounds = tuple(Ground(dense.place[0], dense.sessions, dense.regressors, dense.names) for dense in grids)
    evidence = Evidence(plan, totals, grounds, model)
    if not totals.n:
        return evidence
    scales = evidence.scales_of(form)
    parts = runner.run(_second, (*shared, scales), jobs)
    near = near_together(runner.run(_near, shared, jobs)) if near_asked(plan, evidence) else None
    return replace(evidence, below=below_together(parts), scales=tuple(scales.tolist()), near=near)


def near_asked(plan: Plan, evidence: Evidence) -> bool:
    """Whether the days around the events are added up: on several dates, of not too many pairs unless that is asked for."""
    if plan.regime == "never" or evidence.n_dates < 2:
        return False
    return plan.regime == "always" or evidence.totals.n <= NEAR


def _near(shared: tuple[Plan, Model, list[Dense]], job: tuple[int, int]) -> dict[int, NearSums]:
    plan, model, grids = shared
    g, start = job
    part = grids[g].take(np.arange(start, min(start + BLOCK, len(grids[g]))))
    with one_thread():
        return near_by_model(replace(plan, grid=g), model, part)


def _runner(model: Model, executor: Executor | None) -> Executor:
    """Threads in place of processes where the compiled kernel does the work: it needs no lock, and nothing is copied."""
    if isinstance(executor, Processes) and isinstance(model, LinearModel) and native.form().kernel is not None:
        return Threads(executor.workers)
    return executor or Serial()


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


def _second(shared: tuple[Plan, Model, list[Dense], Floats], job: tuple[int, int]) -> Below:
    plan, model, grids, scales = shared
    g, start = job
    part = grids[g].take(np.arange(start, min(start + BLOCK, len(grids[g]))))
    with one_thread():
        return second_pass(replace(plan, grid=g), model, part, scales)


def first_pass(plan: Plan, model: Model, part: Dense) -> Totals:
    """The sums of the pairs of one block."""
    if (sums := compiled_sums(plan, model, part)) is None:
        return Totals.combined(first_by_model(plan, model, part))
    quick = sums.totals()
    return Totals.combined([quick, *first_by_model(plan, model, part.take(sums.left))])


def second_pass(plan: Plan, model: Model, part: Dense, scales: Floats) -> Below:
    """Where the windows of the pairs of one block rank, their SCARs times `scales` (W,)."""
    if (sums := compiled_sums(plan, model, part)) is None:
        return second_by_model(plan, model, part, scales)
    quick = sums.below(scales)
    return below_together([quick, second_by_model(plan, model, part.take(sums.left), scales)])
