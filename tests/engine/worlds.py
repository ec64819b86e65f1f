"""Chunks of pairs under a linear model: as a block for NumPy, and as the compiled kernel looks them up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from eventstudy.engine import compiled
from eventstudy.engine.abnormal import AbnormalReturns, bhar
from eventstudy.engine.compiled import Task
from eventstudy.engine.correlation import DateTables
from eventstudy.engine.totals import below, car_sums, day_sums, rank_sums
from eventstudy.models.linear import LinearModel
from eventstudy.native import Form
from eventstudy.panel.block import EventBlock
from eventstudy.panel.marks import as_bits
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window

Found = dict[str, np.ndarray]
"""What both passes leave behind, by the names of native/kernel.h; ranks are scaled as in `engine.totals.RankSums`."""


class World(NamedTuple):
    """n pairs of g designs with K regressors, NaN where a pair has no return."""

    estimation: np.ndarray
    """(n, L1)"""
    event: np.ndarray
    """(n, L2)"""
    bounds: np.ndarray
    """(g + 1,) the pairs of design d are bounds[d] .. bounds[d + 1] - 1."""
    x: np.ndarray
    """(g, L1 + L2, K)"""
    task: Task


def pairs_of(of: World) -> compiled.Pairs:
    """The pairs as a panel of which each has a row, and each design one of the benchmarks."""
    returns, g = np.hstack([of.estimation, of.event]), len(of.bounds) - 1
    days, none = of.x.shape[1], np.zeros(of.x.shape[:2])
    panel = compiled.Panel(
        returns, None, as_bits(np.zeros(of.task.days, bool)), of.x, none, np.ones(none.shape, bool), none, False
    )
    place, design = np.arange(len(returns)) * days, np.arange(g) * days
    return compiled.Pairs(panel, 0, place, design, of.bounds, np.zeros(len(returns), bool))


def _block(of: World) -> EventBlock:
    g, days, _ = of.x.shape
    design = np.repeat(np.arange(g), np.diff(of.bounds))
    sessions = np.datetime64("2020-01-01", "D") + np.arange(g * days).reshape(g, days)
    names = tuple(f"x{k}" for k in range(of.x.shape[2]))
    estimation, event = Window(-of.task.days, -1), Window(0, of.task.event - 1)
    returns = np.hstack([of.estimation, of.event])
    return EventBlock(returns, of.x, names, design, sessions, np.ones((g, days)), estimation, event)


def abnormal(of: World) -> tuple[AbnormalReturns, np.ndarray]:
    """The abnormal returns of the pairs that count by the model's own fit, and (n,) which do."""
    block = _block(of)
    fit = LinearModel("", "", "", "", factors=block.names, intercept=False).fit(block, 1)
    good = np.flatnonzero(fit.problem == "")
    last = np.full(len(good), block.event.end)
    made = abnormal_returns(block.take(good), fit.take(good), last, prediction_error=of.task.prediction_error)
    return made, fit.problem == ""


def by_numpy(of: World, scales: np.ndarray) -> Found:
    """Both passes over pairs that have all their days."""
    returns, good = abnormal(of)
    windows = [Window(start, stop - 1) for start, stop in of.task.windows]
    design = np.repeat(np.arange(len(of.bounds) - 1), np.diff(of.bounds))[good]
    shares = np.stack([returns.share_of_runs(length) for length in of.task.lengths], axis=1)
    of_windows = {name: np.full((len(good), len(windows)), np.nan) for name in ("car", "scar", "se", "bhar")}
    for w, (start, stop) in enumerate(of.task.windows):
        found, raw = returns.over(windows[w]), of.event[good, start:stop]
        held = bhar(raw, np.zeros(raw.shape), found.used, found.covered, log=False)
        for name, values in {"car": found.car, "scar": found.scar, "se": found.se, "bhar": held}.items():
            of_windows[name][good, w] = values
    days = day_sums(returns, np.zeros((returns.n, 2)))
    cars, ranks = car_sums(returns, windows, of_windows["bhar"][good]), rank_sums(returns)
    nothing = np.empty((returns.n, 0))
    dates = DateTables.by_date(design, None, returns.centred, np.isfinite(returns.residuals), nothing)
    names = ("ar", "ar_n", "residual", "residual_n", "student", "student_squares", "student_powers")
    return {
        "good": good,
        **of_windows,
        **{name: np.asarray(getattr(days, name), dtype=float) for name in names},
        "unit": cars.unit,
        "ranks": ranks.days,
        "residual_ranks": ranks.residuals,
        "share": np.nansum(shares, axis=0),
        "share_n": np.isfinite(shares).sum(axis=0).astype(float),
        "dates": dates.sums,
        "size": dates.size,
        "below": np.stack([below(returns, *one) for one in zip(windows, scales.tolist(), strict=True)]),
    }


def by_compiled(form: Form, of: World, scales: np.ndarray) -> Found:
    """The same by the compiled kernel."""
    n, pairs = len(of.estimation), pairs_of(of)
    seen = compiled.survey(form, pairs, of.task, np.full(n, of.task.event))
    assert seen.strata.tolist() == [2 ** len(of.task.windows) - 1]
    wanted = np.ones(n, dtype=bool)
    found = compiled.first(form, pairs, of.task, seen, wanted)
    later = compiled.second(form, pairs, of.task, seen, wanted, scales, wanted, found.kept)
    anew = compiled.second(form, pairs, of.task, seen, wanted, scales, wanted)
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(later, anew, strict=True))
    np.testing.assert_array_equal(later.good, found.good)
    sums = {name: values[0] for name, values in found.sums.items()}
    counts, there = np.concatenate([sums["residual_n"], sums["ar_n"]]), found.sums["size"] > 0
    names = ("ar", "ar_n", "residual", "residual_n", "student", "student_squares", "student_powers", "unit")
    return {
        "good": later.good,
        **{name: found.sums[name] for name in ("car", "scar", "se", "bhar")},
        **{name: sums[name] for name in (*names, "residual_ranks", "share", "share_n")},
        "ranks": sums["ranks"] - counts / 2,
        "dates": found.sums["dates"][there],
        "size": found.sums["size"][there],
        "below": later.below[0],
    }
