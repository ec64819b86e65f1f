"""Ranks of days within each series, shared by the rank tests (METHODS 3.13, 3.15, ruling 10)."""

from __future__ import annotations

import numpy as np

from eventstudy.kernel.ranks import average_ranks, part_below
from eventstudy.panel.block import Floats


def scaled_ranks(values: Floats) -> Floats:
    """(N, T) rank / (T_i + 1) - 1/2 within each row, T_i its values; ties share their average rank; NaN stays NaN."""
    count = np.isfinite(values).sum(axis=1, keepdims=True)
    scaled: Floats = plain_ranks(values) / (count + 1) - 0.5
    return scaled


def plain_ranks(values: Floats) -> Floats:
    """(N, T) rank within each row, from 1; ties and NaN as in `scaled_ranks`."""
    return np.where(np.isfinite(values), average_ranks(values), np.nan)


def with_one_more(ranks: Floats, others: Floats, value: Floats) -> Floats:
    """(N, T + 1) scaled ranks of the values `others` (N, T) and of one more value (N,) a row, the last column.

    `ranks` are the plain ones of the others among themselves: each goes up by one where the new value lies
    below it, by half where it ties.
    """
    below = part_below(value[:, None], others)
    count = np.isfinite(others).sum(axis=1, keepdims=True)
    own = 1 + count - below.sum(axis=1, keepdims=True)
    scaled: Floats = np.concatenate([ranks + below, own], axis=1) / (count + 2) - 0.5
    return scaled


def mean_ranks(ranks: Floats) -> tuple[Floats, float, int]:
    """Mean scaled rank of each day (T,), NaN where no series has one; S = sqrt(sum (N_t/N) mean² / T); and T."""
    known = np.isfinite(ranks)
    n_day = np.count_nonzero(known, axis=0)
    there = n_day > 0
    mean = np.where(there, np.where(known, ranks, 0.0).sum(axis=0) / np.maximum(n_day, 1), np.nan)
    t = int(there.sum())
    spread = float(np.sqrt((n_day[there] / len(ranks) * mean[there] ** 2).sum() / t))
    return mean, spread, t


def pooled_t(z: float, t: int) -> float:
    """z sqrt((T - 2) / (T - 1 - z²)): the pooled two-sample t of the event days against the others, T - 2 df."""
    rest = t - 1 - z**2
    return float(np.copysign(np.inf, z)) if rest <= 0 else float(z * np.sqrt((t - 2) / rest))
