"""Both passes over the pairs of a block that the kernel can take: those that lack days, or whose design does, apart.

What the kernel is not for is handed back: designs that lack a regressor on day 0 or leave out a date, collinear ones, and
pairs without variance. The models' own fit says what is to be said of them.
"""

from __future__ import annotations

import numpy as np

from eventstudy.engine import whole
from eventstudy.engine.plan import Plan
from eventstudy.engine.totals import Below, Totals, below_together
from eventstudy.models import Model
from eventstudy.models.linear import LinearModel
from eventstudy.panel import Floats, Ints
from eventstudy.panel.dense import Dense
from eventstudy.study.chunks import Chunks
from eventstudy.study.compiled_sums import compiled_sums
from eventstudy.study.gapped import Gapped
from eventstudy.study.whole import Added


def first_by_kernel(plan: Plan, model: Model, part: Dense) -> tuple[list[Totals], Ints]:
    """The first pass over the pairs of a block that the kernel can take, and the positions of the others."""
    if not isinstance(model, LinearModel) or plan.estimation.length < plan.min_estimation:
        return [], np.arange(len(part))
    if sums := compiled_sums(plan, model, part):
        return [sums.totals()], sums.left
    chunks = Chunks(plan, model, part, untraded=True)
    total = Added(plan)
    left: list[Ints] = []
    gapped = ~part.whole
    for chunk in chunks.of(part.whole, gaps=False):
        found = whole.first(chunk.estimation, chunk.event, chunk.bounds, chunk.given, chunks.task)
        total.add(chunk, found)
        left.append(chunk.rows[~found.good])
        gapped[chunk.without] = True
    parts = total.totals()
    for chunk in chunks.of(gapped, gaps=True):
        some = Gapped(chunks, chunk)
        parts.append(some.totals())
        left += [some.left, chunk.without]
    return parts, np.sort(np.concatenate(left))


def second_by_kernel(plan: Plan, model: Model, part: Dense, scales: Floats) -> tuple[Below, Ints]:
    """The second pass over the pairs of a block that the kernel can take, and the positions of the others."""
    if not isinstance(model, LinearModel) or plan.estimation.length < plan.min_estimation:
        return {}, np.arange(len(part))
    if sums := compiled_sums(plan, model, part):
        return sums.below(scales), sums.left
    chunks = Chunks(plan, model, part, untraded=False)
    left: list[Ints] = []
    below = np.zeros((len(plan.windows), plan.estimation.length))
    gapped, taken = ~part.whole, 0
    for chunk in chunks.of(part.whole, gaps=False):
        found, good = whole.second(chunk.estimation, chunk.event, chunk.bounds, chunk.given, chunks.task, scales)
        below += found
        taken += int(good.sum())
        left.append(chunk.rows[~good])
        gapped[chunk.without] = True
    parts: list[Below] = [{plan.everything: below / (plan.estimation.length + 2)}] if taken else []
    for chunk in chunks.of(gapped, gaps=True):
        some = Gapped(chunks, chunk)
        parts.append(some.below(scales))
        left += [some.left, chunk.without]
    return below_together(parts), np.sort(np.concatenate(left))
