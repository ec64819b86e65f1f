"""What many pairs leave behind after each pass.

Means and variances of pairs are merged as (n, mean, M2), never as raw squares; the rest are plain sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

import numpy as np

from eventstudy.panel import Floats, Ints
from eventstudy.sums.dates import DateSums


@dataclass(frozen=True)
class Moments:
    """Count, mean and sum of squared distances from the mean, of W quantities."""

    n: Floats
    mean: Floats
    m2: Floats

    @classmethod
    def of(cls, values: Floats) -> Moments:
        """Of values (N, W); NaN does not count."""
        known = np.isfinite(values)
        n = known.sum(axis=0).astype(float)
        mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(n, 1)
        m2 = (np.where(known, values - mean, 0.0) ** 2).sum(axis=0)
        return cls(n, mean, m2)

    def __add__(self, other: Moments) -> Moments:
        """Those of both together."""
        n = self.n + other.n
        apart = other.mean - self.mean
        share = other.n / np.maximum(n, 1)
        return Moments(n, self.mean + apart * share, self.m2 + other.m2 + apart**2 * self.n * share)


@dataclass(frozen=True)
class Sums:
    """What the pairs of one stratum leave behind: L1 estimation days, L2 event days, W windows, R run lengths."""

    n: int
    car: Moments
    scar: Moments
    bhar: Moments
    unit: Floats
    """(W,) sum of C = i'Vi."""
    positive: Ints
    """(W,) CARs above zero."""
    theoretical: float
    """Sum of v / (v - 2)."""
    least_df: int
    least_m: int
    ar: Floats
    """(L2,) sum of abnormal returns of each event day."""
    ar_n: Ints
    """(L2,) pairs behind it."""
    residual: Floats
    """(L1,) sum of residuals of each estimation day."""
    residual_n: Ints
    ranks: Floats
    """(L1 + L2,) sum of scaled ranks among all days; pairs behind it are `residual_n` and `ar_n`."""
    residual_ranks: Floats
    """(L1,) sum of rank / (M + 2) of the standardised residuals among each other; `Squeezed` adds the window's part."""
    student: Floats
    """(L1,) sum of studentised residuals."""
    student_squares: Floats
    """(L1,) sum of their squares."""
    student_powers: Floats
    """(2,) sums of their third and fourth powers over all days."""
    share: Floats
    """(R,) sum of the shares of positive runs."""
    share_n: Ints
    """(R,) pairs that have a run."""
    untraded: Floats
    """(2,) sums of the shares of estimation days with a return of zero, and without a return."""

    def __add__(self, other: Sums) -> Sums:
        """Those of both together."""
        mine, theirs = vars(self), vars(other)
        least = ("least_df", "least_m")
        return Sums(**{k: min(mine[k], theirs[k]) if k in least else mine[k] + theirs[k] for k in mine})


class Said(NamedTuple):
    """What the model says of its own errors; see `models.Fit`."""

    descriptive: str = ""
    dependent: str = ""
    upper: bool = False


@dataclass(frozen=True)
class Totals:
    """What all pairs of a part of a study leave behind after the first pass."""

    sums: Mapping[int, Sums]
    """Stratum -> sums; bit w of a stratum says that its pairs cover window w."""
    dates: Mapping[int, DateSums]
    problems: Mapping[str, int] = field(default_factory=dict)
    """Reason -> pairs that could not be studied."""
    named: tuple[tuple[str, int, int], ...] = ()
    """(reason, row of the table of events, estimation days) of the first of them."""
    parameters: int = 0
    """K, the estimated parameters."""
    said: Said = Said()
    short: int = 0
    """Pairs with fewer than 120 estimation days."""
    gaps: int = 0
    """Other pairs with fewer than the estimation window has."""

    @classmethod
    def combined(cls, parts: Iterable[Totals], most_named: int = 5) -> Totals:
        """Those of all parts together, in their order."""
        given = list(parts)
        strata = sorted({s for part in given for s in part.sums})
        problems: dict[str, int] = {}
        named: dict[str, list[tuple[str, int, int]]] = {}
        for part in given:
            for reason, count in part.problems.items():
                problems[reason] = problems.get(reason, 0) + count
            for one in part.named:
                named.setdefault(one[0], []).append(one)
        return cls(
            sums={s: reduce(lambda a, b: a + b, [p.sums[s] for p in given if s in p.sums]) for s in strata},
            dates={s: DateSums.merged([p.dates[s] for p in given if s in p.dates]) for s in strata},
            problems=problems,
            named=tuple(one for found in named.values() for one in sorted(found, key=lambda o: o[1])[:most_named]),
            parameters=max((p.parameters for p in given), default=0),
            said=next((p.said for p in given if p.n), Said()),
            short=sum(p.short for p in given),
            gaps=sum(p.gaps for p in given),
        )

    @property
    def n(self) -> int:
        """All pairs that could be studied."""
        return sum(s.n for s in self.sums.values())


Squeezed = Mapping[int, Floats]
"""Stratum -> (W, L1) sum over pairs of 1{the window's SCAR, scaled, ranks below that day} / (M + 2), a tie counting half."""


def squeezed_together(parts: Iterable[Squeezed]) -> Squeezed:
    """The second pass of all parts together, in their order."""
    found: dict[int, Floats] = {}
    for part in parts:
        for stratum, values in part.items():
            found[stratum] = found[stratum] + values if stratum in found else values
    return found
