"""The two passes over all pairs, block by block.

A block is `BLOCK` pairs by grid, day 0, benchmark and security. Both passes are pure functions of arguments that pickle, so
blocks may be worked on anywhere: combined in their order they give the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eventstudy import native
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.engine.plan import Plan
from eventstudy.engine.totals import Below, NearSums, Totals, below_together, near_together
from eventstudy.models import Model
from eventstudy.models.linear import LinearModel
from eventstudy.panel import Bools, Floats
from eventstudy.panel.dense import Dense
from eventstudy.panel.marks import ascending
from eventstudy.parallel import Executor, Processes, Serial, Threads, one_thread
from eventstudy.study.compiled_sums import compiled_sums
from eventstudy.study.evidence import Evidence, Ground
from eventstudy.study.fitted import first_by_model, near_by_model, pairs_by_model, second_by_model

BLOCK = 16_384
"""Pairs of one block: the unit of the fixed partition, small enough that two threads share 100,000 pairs evenly."""
_ROWS = ("security", "row", "table", "last_close", "late", "origin")
_FEW = 32
"""Up to so many pairs are kept themselves beside their sums."""


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
    evidence = Evidence(plan, totals, grounds, model, left_out=shared_days(grids))
    if not totals.n:
        return evidence
    scales = evidence.scales_of(form)
    asked = near_asked(evidence)
    parts = runner.run(_second, (*shared, scales, asked), jobs)
    below, near = below_together(part[0] for part in parts), near_together(part[1] for part in parts)
    few = tuple(one for part in runner.run(_few, shared, jobs) for one in part) if few_asked(evidence) else ()
    return replace(evidence, below=below, scales=tuple(scales.tolist()), near=near if asked else None, few=few)


def shared_days(grids: Sequence[Dense]) -> Bools | None:
    """(1, L) days of other events that all pairs share, where they are of one date; None: of several, or nobody asks."""
    grids = [dense for dense in grids if len(dense)]
    if any(dense.reacted is None for dense in grids):
        return None
    if len({day for dense in grids for day in np.unique(dense.sessions[dense.row]).tolist()}) != 1:
        return None
    blocks = (
        dense.take(np.arange(start, min(start + BLOCK, len(dense)))).other_days()
        for dense in grids
        for start in range(0, len(dense), BLOCK)
    )
    shared: Bools = np.logical_and.reduce([block.all(axis=0, keepdims=True) for block in blocks])
    return shared


def near_asked(evidence: Evidence) -> bool:
    """Whether the days around the events are added up: on several dates; of one they are those of the portfolio."""
    return evidence.n_dates > 1


def few_asked(evidence: Evidence) -> bool:
    """Whether the pairs themselves are kept, since they are so few on several dates that each is judged by its own days."""
    return evidence.totals.n <= _FEW and evidence.n_dates > 1


def _few(shared: tuple[Plan, Model, list[Dense]], job: tuple[int, int]) -> list[AbnormalReturns]:
    plan, model, grids = shared
    g, start = job
    with one_thread():
        return pairs_by_model(plan, model, grids[g].take(np.arange(start, min(start + BLOCK, len(grids[g])))))


def _runner(model: Model, executor: Executor | None) -> Executor:
    """Threads in place of processes where the compiled kernel does the work: it needs no lock, and nothing is copied."""
    if isinstance(executor, Processes) and isinstance(model, LinearModel) and native.form().kernel is not None:
        return Threads(executor.workers)
    return executor or Serial()


def in_order(dense: Dense) -> Dense:
    """The pairs of a grid by day 0 and benchmark, then by security: the order in which blocks are cut; nothing is held yet.

    Their numbers take four bytes each, which is enough for rows of a table.
    """
    keys = dense.designs * len(dense.returns) + dense.security
    if (np.diff(keys) < 0).any():
        dense = dense.take(ascending(keys))
    short = {name: getattr(dense, name).astype(np.int32, copy=False) for name in _ROWS}
    return replace(dense, held={}, **short)


def _first(shared: tuple[Plan, Model, list[Dense]], job: tuple[int, int]) -> Totals:
    plan, model, grids = shared
    g, start = job
    part = grids[g].take(np.arange(start, min(start + BLOCK, len(grids[g]))))
    with one_thread():
        return first_pass(replace(plan, grid=g), model, part)


def _second(
    shared: tuple[Plan, Model, list[Dense], Floats, bool], job: tuple[int, int]
) -> tuple[Below, dict[int, NearSums]]:
    plan, model, grids, scales, asked = shared
    g, start = job
    part = grids[g].take(np.arange(start, min(start + BLOCK, len(grids[g]))))
    with one_thread():
        return second_pass(replace(plan, grid=g), model, part, scales, near=asked)


def first_pass(plan: Plan, model: Model, part: Dense) -> Totals:
    """The sums of the pairs of one block."""
    if (sums := compiled_sums(plan, model, part)) is None:
        return Totals.combined(first_by_model(plan, model, part))
    quick = sums.totals()
    return Totals.combined([quick, *first_by_model(plan, model, part.take(sums.left))])


def second_pass(
    plan: Plan, model: Model, part: Dense, scales: Floats, *, near: bool
) -> tuple[Below, dict[int, NearSums]]:
    """Where the windows of the pairs of one block rank, their SCARs times `scales` (W,).

    And where that is asked (`near`), how far they moved on ordinary days, and on those around their events.
    """
    if (sums := compiled_sums(plan, model, part)) is None:
        return second_by_model(plan, model, part, scales), near_by_model(plan, model, part) if near else {}
    below, moved = sums.later(scales, near=near)
    below = below_together([below, second_by_model(plan, model, part.take(sums.left), scales)])
    return below, near_together([moved, near_by_model(plan, model, part.take(sums.disturbed))]) if near else {}
