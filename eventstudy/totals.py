"""What many pairs leave behind: sums that combine, so that no array of (pairs x days) of a whole study is held.

Pairs are added up by *stratum*, the set of windows that they cover (ruling 9: a window's tests use the pairs that cover it, on
estimation days too). The sums of a window are those of the strata that cover it. Means and variances of pairs are merged as
(n, mean, M2), never as raw squares; the rest are plain sums. Parts are combined in the order given, so the same partition gives
the same bits. Everything here pickles.

The sums of one event date (`DateSums`) give the mean correlation by ruling 25.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import reduce
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from eventstudy.aggregate import AbnormalReturns, bhar, cumulate
from eventstudy.inference._placebo import share_of_runs
from eventstudy.inference._ranks import scaled_ranks
from eventstudy.panel import Bools, Floats, Ints
from eventstudy.windows import Window


@dataclass(frozen=True)
class Plan:
    """What is added up: all that the two passes need to know beside the arrays."""

    estimation: Window
    event: Window
    windows: tuple[Window, ...]
    """W windows, at most 62."""
    lengths: tuple[int, ...]
    """Lengths of the runs of estimation days whose signs are counted, ascending."""
    log: bool = False
    """Whether returns are logarithms."""
    portfolios: bool = False
    """Whether the returns of each event date are added up too, for the portfolio of one date."""
    prediction_error: bool = True
    min_estimation: int = 100
    grid: int = 0
    """The number of the grid that the pairs stand on; it goes into the keys of dates."""


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


@dataclass(frozen=True)
class DateSums:
    """Residuals of the pairs of each event date, each standardised by its own mean and deviation, added up (ruling 25).

    A date is a day 0 and a benchmark on a grid: G keys, ascending.
    """

    keys: Ints
    """(G,) grid << 48 | design; see `Dense.designs`."""
    sums: Floats
    """(G, L1)"""
    counts: Floats
    """(G, L1) pairs with a residual."""
    squares: Floats
    """(G,) sum of all squares, which is the number of residuals."""
    size: Floats
    """(G,) pairs."""
    returns: Floats
    """(G, T) sum of returns from the start of the estimation to the end of the event window; (G, 0) where not kept."""
    returns_n: Floats
    """(G, T) pairs behind it."""

    @classmethod
    def merged(cls, parts: Sequence[DateSums]) -> DateSums:
        """Those of all parts together, in their order."""
        if len(parts) == 1:
            return parts[0]
        keys, where = np.unique(np.concatenate([p.keys for p in parts]), return_inverse=True)
        bounds = np.cumsum([0, *(len(p.keys) for p in parts)])
        places = [as_slice(where[first:last]) for first, last in pairwise(bounds.tolist())]
        found: dict[str, Any] = {}
        for name in (f.name for f in fields(cls) if f.name != "keys"):
            total = np.zeros((len(keys), *getattr(parts[0], name).shape[1:]))
            for part, place in zip(parts, places, strict=True):
                total[place] += getattr(part, name)  # keys of one part are distinct
            found[name] = total
        return cls(keys, **found)


def as_slice(place: Ints) -> Ints | slice:
    """Positions that follow each other as a slice, which copies nothing."""
    in_a_row = len(place) > 0 and place[-1] - place[0] + 1 == len(place) and (np.diff(place) == 1).all()
    return slice(int(place[0]), int(place[-1]) + 1) if in_a_row else place


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


@dataclass(frozen=True)
class Pairs:
    """What `summed` needs of N pairs, beside their abnormal returns."""

    keys: Ints
    """(N,) their dates."""
    raw: Floats
    """(N, T) returns from the start of the estimation to the end of the event window."""
    benchmark: Floats
    """(N, L2) the benchmark's returns on event days."""
    untraded: Floats
    """(N, 2) shares of estimation days with a return of zero, and without a return."""


def strata_of(returns: AbnormalReturns, windows: Sequence[Window]) -> Ints:
    """(N,) the stratum of each pair."""
    strata = np.zeros(returns.n, dtype=np.int64)
    for w, window in enumerate(windows):
        strata |= cumulate(returns, window).covered.astype(np.int64) << w
    return strata


def summed(plan: Plan, returns: AbnormalReturns, pairs: Pairs) -> Totals:
    """The first pass over pairs fitted by any model."""
    strata = strata_of(returns, plan.windows)
    sums, dates = {}, {}
    for stratum in np.unique(strata).tolist():
        mine = np.flatnonzero(strata == stratum)
        some = Pairs(*(getattr(pairs, f.name)[mine] for f in fields(Pairs)))
        sums[stratum] = _sums(plan, returns.take(mine), some)
        dates[stratum] = _dates(plan, returns.take(mine).residuals, some)
    return Totals(sums, dates)


def squeezed(plan: Plan, returns: AbnormalReturns, scales: Floats) -> Squeezed:
    """The second pass: where the SCAR of each window, times `scales` (W,), stands among the standardised residuals."""
    strata = strata_of(returns, plan.windows)
    days = np.round(returns.standardised, 12)
    weight = 1 / (returns.observed_days + 2.0)
    found = {s: np.zeros((len(plan.windows), days.shape[1])) for s in np.unique(strata).tolist()}
    for w, window in enumerate(plan.windows):
        place = np.round(scales[w] * cumulate(returns, window).scar, 12)[:, None]
        below = (days > place) + 0.5 * (days == place)
        for stratum, total in found.items():
            mine = strata == stratum
            if stratum >> w & 1:
                total[w] = weight[mine] @ below[mine]
    return found


def _sums(plan: Plan, returns: AbnormalReturns, pairs: Pairs) -> Sums:
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
        student_powers=np.array([(flat**3).sum(), (flat**4).sum()]),
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


def _dates(plan: Plan, residuals: Floats, pairs: Pairs) -> DateSums:
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
