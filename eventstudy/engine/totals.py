"""What many pairs leave behind: sums that combine, from which the tests over pairs are worked out.

`DaySums` hold what no window has a part in, `CarSums` what each window does. Both come from the abnormal returns that any model
made (`day_sums`, `car_sums`), or from the compiled kernel. Means and variances of pairs are merged as (n, mean, M2),
never as raw squares; the rest are plain sums. Parts are combined in the order given: the same partition gives the same bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Any, NamedTuple, Self

import numpy as np

from eventstudy.engine import ranks
from eventstudy.engine.abnormal import AbnormalReturns, Scaled
from eventstudy.engine.correlation import DateTables
from eventstudy.engine.runs import ABOVE
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.units.windows import Window

_MANY = 2**62
"""More days than there are."""


@dataclass(frozen=True)
class Moments:
    """Count, mean and sum of squared distances from the mean, of W quantities."""

    n: Floats
    mean: Floats
    m2: Floats

    @classmethod
    def of(cls, values: Floats) -> Moments:
        """Of values (N, W); NaN does not count. It is quickest where the values of a quantity lie side by side."""
        known = np.isfinite(values)
        n = known.sum(axis=0).astype(float)
        mean = _of_known(known, values).sum(axis=0) / np.maximum(n, 1)
        apart = _of_known(known, values - mean)
        m2 = np.multiply(apart, apart, out=apart).sum(axis=0)
        return cls(n, mean, m2)

    def __add__(self, other: Moments) -> Moments:
        """Those of both together."""
        n = self.n + other.n
        apart = other.mean - self.mean
        share = other.n / np.maximum(n, 1)
        return Moments(n, self.mean + apart * share, self.m2 + other.m2 + apart**2 * self.n * share)

    def at(self, w: int) -> Moments:
        """Of quantity w alone."""
        return Moments(self.n[w : w + 1], self.mean[w : w + 1], self.m2[w : w + 1])

    @cached_property
    def spread(self) -> Floats:
        """(W,) standard deviation, n - 1; NaN for fewer than two values."""
        return np.where(self.n > 1, np.sqrt(self.m2 / np.maximum(self.n - 1, 1)), np.nan)


def _of_known(known: Bools, values: Floats) -> Floats:
    """Values, 0 where they are not known."""
    return values if known.all() else np.where(known, values, 0.0)


@dataclass(frozen=True)
class Comoments:
    """Moments of two times W quantities, and the sum of the products of their distances from the means."""

    one: Moments
    other: Moments
    product: Floats

    @classmethod
    def of(cls, one: Floats, a: Moments, other: Floats) -> Comoments:
        """Of values (N, W) each, both NaN where either is; `a`: the moments of the first."""
        b = Moments.of(other)
        apart = one - a.mean
        apart *= other - b.mean
        return cls(a, b, _of_known(np.isfinite(apart), apart).sum(axis=0))

    def __add__(self, more: Comoments) -> Comoments:
        """Those of both together."""
        one, other = self.one + more.one, self.other + more.other
        apart = (more.one.mean - self.one.mean) * (more.other.mean - self.other.mean)
        product = self.product + more.product + apart * self.one.n * more.one.n / np.maximum(one.n, 1)
        return Comoments(one, other, product)

    def at(self, w: int) -> Comoments:
        """Of quantity w alone."""
        return Comoments(self.one.at(w), self.other.at(w), self.product[w : w + 1])


@dataclass(frozen=True)
class CarSums:
    """What the windows of N pairs leave behind: W windows, each of which all pairs cover."""

    car: Moments
    scar: Moments
    bhar: Moments
    unit: Floats
    """(W,) sum of C = i'Vi."""
    positive: Ints
    """(W,) CARs above zero."""
    negative: Ints
    """(W,) CARs below zero."""
    share: Floats
    """(W,) sum of the shares of positive runs of estimation days, each as long as the window."""
    share_n: Ints
    """(W,) pairs that have such a run."""
    precision: Comoments
    """SCARs and 1 / s, s the standard error of a CAR."""

    def __add__(self, other: CarSums) -> CarSums:
        """Those of both together."""
        return CarSums(**{name: mine + getattr(other, name) for name, mine in vars(self).items()})

    def at(self, w: int) -> CarSums:
        """Those of window w alone."""
        one = slice(w, w + 1)
        return CarSums(
            self.car.at(w),
            self.scar.at(w),
            self.bhar.at(w),
            self.unit[one],
            self.positive[one],
            self.negative[one],
            self.share[one],
            self.share_n[one],
            self.precision.at(w),
        )


@dataclass(frozen=True)
class DaySums:
    """What the days of N pairs leave behind: L1 estimation days, L2 event days."""

    n: int
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
    student: Floats
    """(L1,) sum of studentised residuals."""
    student_squares: Floats
    """(L1,) sum of their squares."""
    student_powers: Floats
    """(2,) sums of their third and fourth powers over all days."""
    share: float
    """Sum of the shares of estimation days with a residual above zero."""
    untraded: Floats
    """(2,) sums of the shares of estimation days with a return of zero, and without a return."""

    def __add__(self, other: DaySums) -> DaySums:
        """Those of both together."""
        least = ("least_df", "least_m")
        mine, theirs = vars(self), vars(other)
        return DaySums(**{k: min(mine[k], theirs[k]) if k in least else mine[k] + theirs[k] for k in mine})

    def without(self, few: DaySums, *, least_df: int, least_m: int) -> DaySums:
        """Those of all but a few among them, and the least of those that are left."""
        mine, theirs = vars(self), vars(few)
        left = DaySums(**{k: mine[k] - theirs[k] for k in mine})
        return replace(left, least_df=least_df, least_m=least_m)


@dataclass(frozen=True)
class RankSums:
    """What the ranks of the days of N pairs add up to: dear beside the other sums, and few tests ask for them."""

    days: Floats
    """(L1 + L2,) sum of scaled ranks among all days; pairs behind it are `residual_n` and `ar_n` of their `DaySums`."""
    residuals: Floats
    """(L1,) sum of rank / (M + 2) of the standardised residuals among each other; `below` adds a window's part."""

    def __add__(self, other: RankSums) -> RankSums:
        """Those of both together."""
        return RankSums(self.days + other.days, self.residuals + other.residuals)

    def without(self, few: RankSums) -> RankSums:
        """Those of all but a few among them."""
        return RankSums(self.days - few.days, self.residuals - few.residuals)


@dataclass(frozen=True)
class NearSums:
    """How much N pairs moved on each estimation day, and on each day up to some sessions after the event window."""

    first: int
    """The event day of the first estimation day."""
    ordinary: Floats
    """(L1,) sum of |e| of each estimation day, e over its standard error."""
    ordinary_n: Ints
    """(L1,) pairs behind it."""
    near: Floats
    """(L1 + D,) the same of all days, without those of other events of the firm."""
    near_n: Ints
    scaled: Scaled
    """Whether a window is judged by the scale of its near days, as in `Around`."""

    def __add__(self, other: NearSums) -> NearSums:
        """Those of both together."""
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in _ADDED})

    def without(self, few: NearSums) -> NearSums:
        """Those of all but a few among them."""
        return replace(self, **{name: getattr(self, name) - getattr(few, name) for name in _ADDED})


_ADDED = ("ordinary", "ordinary_n", "near", "near_n")


def near_sums(returns: AbnormalReturns) -> NearSums | None:
    """Those of N pairs; None where nobody asks how wild their days are."""
    around = returns.around
    if around is None or returns.n == 0:
        return None
    days = np.abs(returns.standardised)
    every = np.concatenate([days, np.abs(around.standardised(returns.sigma))], axis=1)
    every = np.where(around.left_out, np.nan, every)
    first = around.start - returns.n_estimation_days
    return NearSums(first, _sums(days)[0], _counts(days)[0], _sums(every)[0], _counts(every)[0], around.scaled)


def near_together(parts: Iterable[Mapping[int, NearSums]]) -> dict[int, NearSums]:
    """Those of all parts, stratum by stratum, in their order."""
    found: dict[int, NearSums] = {}
    for part in parts:
        for stratum, sums in part.items():
            found[stratum] = found[stratum] + sums if stratum in found else sums
    return found


def _sums(values: Floats, parts: int = 1) -> Floats:
    """(parts, ...) sums of values (N, ...) over equally many rows each; NaN does not count."""
    found: Floats = np.nansum(values.reshape(parts, len(values) // parts, *values.shape[1:]), axis=1)
    return found


def _counts(values: Floats, parts: int = 1) -> Ints:
    """(parts, ...) how many there are."""
    there = np.isfinite(values).reshape(parts, len(values) // parts, *values.shape[1:])
    found: Ints = there.sum(axis=1).astype(np.int64)
    return found


def day_sums(returns: AbnormalReturns, untraded: Floats) -> DaySums:
    """The sums of N pairs; `untraded` (N, 2) are their shares of days with a return of zero, and without one."""
    [found] = day_sums_of_parts(returns, untraded, 1)
    return found


def day_sums_of_parts(returns: AbnormalReturns, untraded: Floats, parts: int) -> list[DaySums]:
    """The same of each of so many `parts`, which have equally many pairs and follow one another."""
    known = np.isfinite(returns.studentised)
    student = np.where(known, returns.studentised, 0.0)
    squares, flat = student**2, (parts, -1 if known.size else 0)
    third, fourth = (np.einsum("pd,pd->p", squares.reshape(flat), x.reshape(flat)) for x in (student, squares))
    days, df = (x.reshape(parts, returns.n // parts) for x in (returns.observed_days, returns.df))
    found: dict[str, Any] = {
        "theoretical": (df / np.maximum(df - 2, 1)).sum(axis=1).tolist(),
        "least_df": df.min(axis=1, initial=_MANY).tolist(),
        "least_m": days.min(axis=1, initial=_MANY).tolist(),
        "ar": _sums(returns.ar, parts),
        "ar_n": _counts(returns.ar, parts),
        "residual": _sums(returns.residuals, parts),
        "residual_n": _counts(returns.residuals, parts),
        "student": _sums(student, parts),
        "student_squares": _sums(squares, parts),
        "student_powers": np.stack([third, fourth], axis=1),
        "share": _sums(returns.share_of_runs(1), parts).tolist(),
        "untraded": untraded.reshape(parts, returns.n // parts, 2).sum(axis=1),
    }
    n = returns.n // parts
    return [DaySums(n, **dict(zip(found, each, strict=True))) for each in zip(*found.values(), strict=True)]


def rank_sums(returns: AbnormalReturns) -> RankSums:
    """Those of N pairs."""
    if returns.ranked:
        [found] = rank_sums_of_parts(returns, 1)
        return found
    everything, over = returns.ranked_days, returns.observed_days + 2.0
    known = np.isfinite(everything)
    scaled = ranks.rank_sums(everything, 1 / (known.sum(axis=1) + 1.0)) - known.sum(axis=0) / 2
    return RankSums(scaled, ranks.rank_sums(returns.standardised, 1 / over))


def rank_sums_of_parts(returns: AbnormalReturns, parts: int) -> list[RankSums]:
    """The same of each of so many `parts`, which have equally many pairs and follow one another."""
    own = returns.estimation_ranks / (returns.observed_days + 2.0)[:, None]
    return [RankSums(*one) for one in zip(_sums(returns.day_ranks, parts), _sums(own, parts), strict=True)]


def car_sums(returns: AbnormalReturns, windows: Sequence[Window], bhar: Floats) -> CarSums:
    """The sums of N pairs that cover all W `windows`; `bhar` (N, W) are their buy-and-hold abnormal returns."""
    found = [returns.over(window) for window in windows]
    shares = _columns(returns, [returns.share_of_runs(window.length) for window in windows])
    car, scar, unit, se = (_columns(returns, [getattr(f, x) for f in found]) for x in ("car", "scar", "unit", "se"))
    return _added_up(car, scar, unit, 1 / se, shares, bhar)


def car_sums_of_parts(returns: AbnormalReturns, window: Window, parts: int) -> list[CarSums]:
    """The same of one window and of each of so many `parts`, without buy-and-hold abnormal returns: a part is a column."""
    found = returns.over(window)
    each = found.car, found.scar, found.unit, 1 / found.se, returns.share_of_runs(window.length)
    car, scar, unit, precision, shares = (values.reshape(parts, returns.n // parts).T for values in each)
    together = _added_up(car, scar, unit, precision, shares, np.full(car.shape, np.nan))
    return [together.at(part) for part in range(parts)]


def _added_up(car: Floats, scar: Floats, unit: Floats, precision: Floats, shares: Floats, bhar: Floats) -> CarSums:
    """The sums of the rows (N, W)."""
    scars = Moments.of(scar)
    return CarSums(
        car=Moments.of(car),
        scar=scars,
        bhar=Moments.of(bhar),
        unit=np.nansum(unit, axis=0),
        positive=(car > ABOVE).sum(axis=0),
        negative=(car < -ABOVE).sum(axis=0),
        share=np.nansum(shares, axis=0),
        share_n=np.isfinite(shares).sum(axis=0),
        precision=Comoments.of(scar, scars, precision),
    )


def below(returns: AbnormalReturns, window: Window, scale: float) -> Floats:
    """(L1,) sum over pairs of 1{the window's SCAR times `scale` ranks below that day} / (M + 2), a tie counting half."""
    found = ranks.part_below((scale * returns.over(window).scar)[:, None], returns.standardised)
    total: Floats = (1 / (returns.observed_days + 2.0)) @ found
    return total


def _columns(returns: AbnormalReturns, values: list[Floats]) -> Floats:
    return np.stack(values, axis=1) if values else np.empty((returns.n, 0))


class Errors(NamedTuple):
    """What the model says of its own errors; see `models.Fit`."""

    descriptive: str = ""
    dependent: str = ""
    upper: bool = False

    @classmethod
    def of(cls, returns: AbnormalReturns) -> Self:
        """Those of abnormal returns."""
        return cls(returns.descriptive, returns.dependent, returns.upper)


class Stratum(NamedTuple):
    """What the pairs that cover one set of windows leave behind."""

    days: DaySums
    ranks: RankSums
    cars: CarSums
    dates: DateTables


@dataclass(frozen=True)
class Totals:
    """What all pairs of a part of a study leave behind after the first pass."""

    strata: Mapping[int, Stratum]
    """Bit w of the key says that the pairs cover window w (ruling 9: a window's tests use the pairs that cover it)."""
    problems: Mapping[str, int] = field(default_factory=dict)
    """Reason -> pairs that could not be studied."""
    named: tuple[tuple[str, int, int], ...] = ()
    """(reason, row of the table of events, estimation days) of the first of them."""
    parameters: int = 0
    """K, the estimated parameters."""
    errors: Errors = Errors()
    short: int = 0
    """Pairs with so few estimation days that estimates are rough (`Plan.few`)."""
    gaps: int = 0
    """Other pairs with fewer than the estimation window has."""

    @classmethod
    def combined(cls, parts: Iterable[Totals], most_named: int = 5) -> Totals:
        """Those of all parts together, in their order."""
        given = list(parts)
        strata = sorted({s for part in given for s in part.strata})
        problems: dict[str, int] = {}
        named: dict[str, list[tuple[str, int, int]]] = {}
        for part in given:
            for reason, count in part.problems.items():
                problems[reason] = problems.get(reason, 0) + count
            for one in part.named:
                named.setdefault(one[0], []).append(one)
        return cls(
            strata={s: _together([p.strata[s] for p in given if s in p.strata]) for s in strata},
            problems=problems,
            named=tuple(
                one for _, found in sorted(named.items()) for one in sorted(found, key=lambda o: o[1])[:most_named]
            ),
            parameters=max((p.parameters for p in given), default=0),
            errors=next((p.errors for p in given if p.n), Errors()),
            short=sum(p.short for p in given),
            gaps=sum(p.gaps for p in given),
        )

    @property
    def n(self) -> int:
        """All pairs that could be studied."""
        return sum(s.days.n for s in self.strata.values())

    def covering(self, w: int) -> tuple[int, ...]:
        """The strata that cover window number w."""
        return tuple(s for s in self.strata if s >> w & 1)


def _together(parts: Sequence[Stratum]) -> Stratum:
    return Stratum(
        reduce(lambda a, b: a + b, [p.days for p in parts]),
        reduce(lambda a, b: a + b, [p.ranks for p in parts]),
        reduce(lambda a, b: a + b, [p.cars for p in parts]),
        DateTables.merged([p.dates for p in parts]),
    )


Below = Mapping[int, Floats]
"""Stratum -> (W, L1) what `below` says of its pairs: the second pass."""


def below_together(parts: Iterable[Below]) -> Below:
    """The second pass of all parts together, in their order."""
    found: dict[int, Floats] = {}
    for part in parts:
        for stratum, values in part.items():
            found[stratum] = found[stratum] + values if stratum in found else values
    return found
