"""Ranks of days within each series, shared by the rank tests (METHODS 3.13, 3.15, ruling 10)."""

from __future__ import annotations

import numpy as np

from eventstudy.panel.block import Floats


def scaled_ranks(values: Floats) -> Floats:
    """(N, T) rank / (T_i + 1) - 1/2 within each row, T_i its values; ties share their average rank; NaN stays NaN.

    Values are rounded to 1e-12 first, so that days of exactly no return are ties.
    """
    rounded = np.round(values, 12)
    order = np.argsort(rounded, axis=1, kind="stable")
    ordered = np.take_along_axis(rounded, order, axis=1)
    position = np.arange(1.0, values.shape[1] + 1)
    new = np.ones(values.shape, dtype=bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.maximum.accumulate(np.where(new, position, 0.0), axis=1)
    closing = np.ones(values.shape, dtype=bool)
    closing[:, :-1] = new[:, 1:]
    last = np.minimum.accumulate(np.where(closing, position, np.inf)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2, axis=1)
    count = np.isfinite(values).sum(axis=1, keepdims=True)
    return np.where(np.isfinite(values), ranks / (count + 1) - 0.5, np.nan)


def mean_ranks(ranks: Floats) -> tuple[Floats, float, int]:
    """Mean scaled rank of each day (T,), NaN where no series has one; S = sqrt(sum (N_t/N) mean² / T); and T."""
    n_day = np.isfinite(ranks).sum(axis=0)
    there = n_day > 0
    mean = np.where(there, np.nansum(ranks, axis=0) / np.maximum(n_day, 1), np.nan)
    t = int(there.sum())
    spread = float(np.sqrt((n_day[there] / len(ranks) * mean[there] ** 2).sum() / t))
    return mean, spread, t


def pooled_t(z: float, t: int) -> float:
    """z sqrt((T - 2) / (T - 1 - z²)): the pooled two-sample t of the event days against the others, T - 2 df."""
    rest = t - 1 - z**2
    return float(np.copysign(np.inf, z)) if rest <= 0 else float(z * np.sqrt((t - 2) / rest))
