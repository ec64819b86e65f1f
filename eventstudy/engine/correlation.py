"""Mean residual correlation on calendar days, weighted by the overlap of the event windows (METHODS 3.7, rulings 2 and 25).

r = mean over i != j of rho_ij w_ij, w_ij = shared calendar days of the two windows / sqrt(L_i L_j). Residuals are standardised
by their own mean and deviation and added up by event date, so that the sum over all pairs of two dates is one product of two
rows (`DateTables`); that is the rule for any number of pairs. `pairwise_correlation` is the exact form: rho_ij is Pearson's
correlation on the estimation days that i and j share, centred on those days. With nothing missing on one date both are one
number. Idea: Kolari, Pape and Pynnonen (2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from eventstudy import native
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.panel.block import Bools, Days, Floats, Ints
from eventstudy.units.windows import Window

_MIN_COMMON_DAYS = 30
_ROWS = 64
_ROUNDING = 1e-9
_AT_ONCE = 256
"""Pairs of dates whose products are taken together."""
_ADDED = ("sums", "counts", "squares", "size", "returns", "returns_n", "spreads")
"""What of two tables of one date adds up."""


class Along(NamedTuple):
    """What pairs have in common along a vector x over them."""

    product: float
    """x'Px"""
    length: float
    """|Px|²"""


@dataclass(frozen=True)
class InCommon:
    """P of N pairs: P_ij = rho_ij w_ij, one value for all pairs of two dates, and 1 on the diagonal.

    A vector x over pairs enters by its sums over the pairs of each date; G dates, Q pairs of them whose windows share days.
    """

    size: Floats
    """(G,) pairs of a date."""
    one: Ints
    """(Q,) a date."""
    other: Ints
    """(Q,) the same or another one; each two once."""
    value: Floats
    """(Q,) rho w."""
    same_day: Bools
    """(Q,) whether both have one day 0."""

    @classmethod
    def nothing(cls, size: Floats) -> InCommon:
        """Dates of so many pairs that have nothing in common: P = I."""
        none = np.empty(0, dtype=np.int64)
        return cls(size, none, none, np.empty(0), np.empty(0, dtype=bool))

    @classmethod
    def of_matrix(cls, p: Floats, day0: Ints | Days) -> InCommon:
        """Each pair by itself: `p` (N, N) and the day 0 of each."""
        one, other = np.nonzero(np.triu(p, 1))
        return cls(np.ones(len(p)), one, other, p[one, other], np.asarray(day0[one] == day0[other]))

    @cached_property
    def _own(self) -> Floats:
        """(G,) rho w of two pairs of one date."""
        within = self.one == self.other
        return np.bincount(self.one[within], self.value[within], len(self.size)).astype(float)

    @cached_property
    def _apart(self) -> tuple[Ints, Ints, Floats]:
        """`one`, `other` and `value` of two dates that differ."""
        apart = np.flatnonzero(self.one != self.other)
        return self.one[apart], self.other[apart], self.value[apart]

    def times(self, total: Floats) -> Floats:
        """(G,) sum over all pairs j of rho w x_j, those of the own date among them; `total` (G,) are the sums of x."""
        one, other, value = self._apart
        found: Floats = self._own * total
        found += np.bincount(one, value * total[other], len(total))
        found += np.bincount(other, value * total[one], len(total))
        return found

    def product(self, x: Floats, y: Floats, inner: Floats) -> float:
        """x'Py; by date `x`, `y` (G,) are the sums and `inner` (G,) those of x_i y_i."""
        return float(x @ self.times(y) + ((1 - self._own) * inner).sum())

    def along(self, x: Floats, squares: Floats) -> Along:
        """x'Px and |Px|²; by date `x` (G,) are the sums and `squares` (G,) those of x_i²."""
        own, others = 1 - self._own, self.times(x)
        length = (own**2 * squares + 2 * own * others * x + self.size * others**2).sum()
        return Along(float(x @ others + (own * squares).sum()), float(length))

    @cached_property
    def squared(self) -> float:
        """Sum of P_ij²."""
        apart = self.one != self.other
        a, b = self.size[self.one], self.size[self.other]
        return float(self.size.sum() + (self.value**2 * np.where(apart, 2 * a * b, a * (a - 1))).sum())

    @property
    def of_one_day(self) -> float:
        """Sum of P_ij over ordered pairs i != j that have one day 0."""
        apart = self.one != self.other
        a, b = self.size[self.one], self.size[self.other]
        return float((self.value * np.where(apart, 2 * a * b, a * (a - 1)))[self.same_day].sum())

    def df(self, h: Along) -> float:
        """Satterthwaite's degrees of freedom of z'(I - hh')z, z with covariance P: tr(QP)² / tr(QPQP), between 1 and N - 1.

        `h` is what `along` says of a vector of length one.
        """
        n = float(self.size.sum())
        square = self.squared - 2 * h.length + h.product**2
        found = (n - h.product) ** 2 / square if square > 0 else 1.0
        return n - 1 if abs(found - n + 1) < _ROUNDING * n else min(max(found, 1.0), n - 1)


@dataclass(frozen=True)
class Correlation:
    """How far N pairs are one draw instead of N."""

    mean: float
    """r, the overlap-weighted mean correlation; 0 where it would make 1 + (N - 1) r negative."""
    overlap: float
    """Mean of w_ij over i != j."""
    floored: bool = False
    """Whether r was set to 0."""
    exact: bool = False
    """Whether every two pairs were compared on the days that they share, in place of sums by date (ruling 25)."""
    common: InCommon | None = field(default=None, compare=False, repr=False)
    """What each two of them have in common; None: nothing."""

    def inflation(self, n: int) -> float:
        """f = 1 + (N - 1) r, the variance of a mean of correlated draws relative to independent ones."""
        return 1 + (n - 1) * self.mean

    def across(self, n: int) -> float:
        """f over the f of pairs of equal day 0 alone: how much windows of different dates have in common."""
        same = 1 + (0.0 if self.common is None or self.floored else self.common.of_one_day / n)
        return self.inflation(n) / same if same > 0 else self.inflation(n)

    def df(self, n: int) -> float:
        """Degrees of freedom of the spread of N values around their mean (REMEDIES B 1b): N - 1 where they are independent."""
        if self.common is None or self.floored:
            return n - 1.0
        return self.common.df(self.common.along(self.common.size / np.sqrt(n), self.common.size / n))


def correlation_of_sums(
    total: float, overlap: float, n: int, *, exact: bool = False, common: InCommon | None = None
) -> Correlation:
    """From sums over ordered pairs i != j; a mean so negative that 1 + (N - 1) r would not be positive becomes zero."""
    mean = min(total / (n * (n - 1)), 1.0)  # rounding puts firms of equal returns beyond it
    floored = 1 + (n - 1) * mean <= 0
    return Correlation(0.0 if floored else mean, overlap / (n * (n - 1)), floored, exact, common)


@dataclass(frozen=True)
class DateTables:
    """Residuals of the pairs of each event date, each standardised by its own mean and deviation, added up (ruling 25).

    A date is a day 0 and a benchmark: G of them, with L1 estimation and L2 event days each. Tables of parts of a study add up.
    """

    keys: Ints
    """(G,) ascending numbers that tell the dates of all parts of a study apart."""
    days: Days
    """(G, L1 + L2) calendar days, NaT beyond the calendar; (G, 0) while parts are added up.

    Where all dates are on one grid, those of the event (G, L2) will do: its sessions say which estimation days are shared.
    """
    sums: Floats | Rows
    """(G, L1) sum of the standardised residuals of a day."""
    counts: Floats | Rows
    """(G, L1) pairs with a residual that day."""
    squares: Floats
    """(G,) sum of all squares, which is the number of residuals."""
    size: Floats
    """(G,) pairs."""
    returns: Floats
    """(G, T) sum of returns from the start of the estimation to some days after the event window; (G, 0) where not kept."""
    returns_n: Floats
    """(G, T) pairs behind it."""
    spreads: Floats
    """(G, W, 4) sums over the pairs of each date, as `spread_sums` has them; (G, 0, 4) where not kept."""
    row: Ints | None = None
    """(G,) where day 0 stands among the sessions of the one grid that all dates are on; None where there are several."""
    near: list[Neighbours] = field(default_factory=list, compare=False, repr=False)
    """Pairs of dates that are few sessions apart, those that are further in each next one; worked out once."""
    means: dict[tuple[Window, Window], Correlation] = field(default_factory=dict, compare=False, repr=False)
    """What `mean_correlation` found."""
    mostly: Mostly | None = None
    """The tables that these are most dates of; None: all dates are their own."""

    @classmethod
    def of(cls, returns: AbnormalReturns) -> DateTables:
        """The tables of N series; a date is a row of `sessions`."""
        known, nothing = np.isfinite(returns.residuals), np.empty((returns.n, 0))
        tables = cls.by_date(returns.session_of, returns.sessions, returns.centred, known, nothing)
        return replace(tables, row=None if returns.row is None else returns.row[tables.keys])

    @classmethod
    def by_date(
        cls,
        date: Ints,
        days: Days | None,
        centred: Floats,
        known: Bools,
        returns: Floats,
        se: Floats | None = None,
    ) -> DateTables:
        """Pairs added up by their `date` (N,), a row of `days` (D, L1 + L2) where there are some.

        `centred`, `known` (N, L1): standardised residuals, 0 where there is none. `returns` (N, T) or (N, 0): to be added up.
        `se` (N, W): standard errors of CARs.
        """
        order: Ints | slice = slice(None)
        keys, first = date[:1], np.zeros(min(1, len(date)), dtype=np.int64)
        if (date != keys).any():
            order = np.argsort(date, kind="stable")
            keys, first = np.unique(date[order], return_index=True)

        of_each = np.diff(np.append(first, len(date)))
        alike = len(keys) > 0 and bool((of_each == of_each[0]).all())

        def added(values: Floats) -> Floats:
            if alike:  # many times as quick as `reduceat`
                total: Floats = values[order].reshape(len(keys), int(of_each[0]), *values.shape[1:]).sum(axis=1)
                return total
            return np.add.reduceat(values[order], first, axis=0)

        m = np.count_nonzero(known, axis=1).astype(float)
        kept = returns.shape[1] > 0
        nothing = np.empty((len(keys), 0))
        return cls(
            keys=keys,
            days=undated(len(keys)) if days is None else days[keys],
            sums=added(centred),
            counts=added(known.astype(float)),
            squares=added(m),
            size=of_each.astype(float),
            returns=added(np.nan_to_num(returns)) if kept else nothing,
            returns_n=added(np.isfinite(returns).astype(float)) if kept else nothing,
            spreads=np.empty((len(keys), 0, 4)) if se is None else added(spread_parts(se)),
        )

    @classmethod
    def merged(cls, parts: Sequence[DateTables]) -> DateTables:
        """Those of all parts together, in their order."""
        if len(parts) == 1:
            return parts[0]
        own_rows = [p.row for p in parts if p.row is not None]
        rows = np.concatenate(own_rows) if len(own_rows) == len(parts) else None
        every = np.concatenate([p.keys for p in parts])
        if (np.diff(every) > 0).all():  # no date in two of them, and all in order
            one_after_the_other: dict[str, Any] = {
                name: np.concatenate([getattr(p, name) for p in parts]) for name in ("days", *_ADDED)
            }
            return cls(every, row=rows, **one_after_the_other)
        keys, one, where = np.unique(every, return_index=True, return_inverse=True)
        bounds = np.cumsum([0, *(len(p.keys) for p in parts)])
        places = [as_slice(where[first:last]) for first, last in pairwise(bounds.tolist())]
        largest = max(range(len(parts)), key=lambda i: len(parts[i].keys))
        begin = (
            [largest] if len(parts[largest].keys) == len(keys) else []
        )  # it has all dates: the others are added to it
        rest = [i for i in range(len(parts)) if i not in begin]
        found: dict[str, Any] = {}
        for name in _ADDED:
            values = [getattr(part, name) for part in parts]
            total = values[largest].copy() if begin else np.zeros((len(keys), *values[0].shape[1:]))
            for i in rest:
                total[places[i]] += values[i]  # keys of one part are distinct
            found[name] = total
        return cls(
            keys,
            days=np.concatenate([p.days for p in parts])[one],
            row=None if rows is None else rows[one],
            **found,
        )

    def without(self, few: DateTables) -> DateTables:
        """Those of all pairs but a few among them; a date that has no other goes."""
        where = np.searchsorted(self.keys, few.keys)
        left = {name: getattr(self, name).copy() for name in _ADDED}
        for name, values in left.items():
            values[where] -= getattr(few, name)
        there = left["size"] > 0
        found: dict[str, Any] = {name: values[there] for name, values in left.items()}
        row = None if self.row is None else self.row[there]
        return DateTables(self.keys[there], days=self.days[there], row=row, **found)

    def take(self, which: Ints, keys: Ints) -> DateTables:
        """The dates at these positions under these `keys`, which ascend."""
        return DateTables(keys, **{name: getattr(self, name)[which] for name in ("days", *_ADDED)})

    def among(self, keys: Ints) -> DateTables:
        """The dates that have one of these keys."""
        mine = np.flatnonzero(np.isin(self.keys, keys))
        return self.take(mine, self.keys[mine])

    def but(self, keys: Ints, own: DateTables) -> DateTables:
        """These tables where the dates of these `keys` are as in `own`, which lacks those that go; the others are shared.

        Calendar days and rows are not told.
        """
        changed, there = np.zeros(len(self.keys), dtype=bool), np.ones(len(self.keys), dtype=bool)
        changed[np.searchsorted(self.keys, keys)] = True
        there[changed] = np.isin(self.keys[changed], own.keys)
        place = np.where(there, np.cumsum(there) - 1, -1)
        mine = place[np.searchsorted(self.keys, own.keys)]
        at = np.flatnonzero(there)
        at[mine] = len(self.keys) + np.arange(len(mine))
        found: dict[str, Any] = {name: Rows(getattr(self, name), getattr(own, name), at) for name in ("sums", "counts")}
        for name in _ADDED[2:]:
            found[name] = getattr(self, name)[there]
            found[name][mine] = getattr(own, name)
        return DateTables(self.keys[there], undated(len(at)), **found, mostly=Mostly(self, place, changed))

    @property
    def n(self) -> int:
        """All pairs."""
        return int(self.size.sum())

    def mean_correlation(self, event: Window, window: Window) -> Correlation:
        """Mean correlation over the pairs of dates whose `window` shares days."""
        if self.n < 2:
            return Correlation(0.0, 0.0)
        if (event, window) not in self.means:
            sums = self._by_lag if self.row is not None else self._by_calendar
            total, overlap, common = sums(event, window)
            self.means[event, window] = correlation_of_sums(total, overlap, self.n, common=common)
        return self.means[event, window]

    def _by_lag(self, event: Window, window: Window) -> tuple[float, float, InCommon]:
        """Sum of rho w and sum of w over ordered pairs of pairs, and each."""
        near, weight = self.met(event, window)
        shared = np.flatnonzero((weight > 0) & (near.pairs > 0))
        value = weight[shared] * near.product[shared] / near.pairs[shared]
        common = InCommon(self.size, near.one[shared], near.other[shared], value, near.lag[shared] == 0)
        return float((weight * near.product).sum()), float((weight * near.pairs).sum()), common

    def met(self, event: Window, window: Window) -> tuple[Neighbours, Floats]:
        """Pairs of dates of one grid whose windows can meet, and (Q,) w of each: the days of the grid in both windows."""
        near = self._neighbours(window.length)
        there = ~np.isnat(self.days[:, -event.length :])
        before = np.where(there[:, ::-1].any(axis=1), there[:, ::-1].argmax(axis=1), 0)  # days lacking at the end
        first = event.start + there.argmax(axis=1)
        last = event.end - before
        start = np.maximum(near.lag + window.start, np.maximum(first[near.one], near.lag + first[near.other]))
        end = np.minimum(window.end, np.minimum(last[near.one], near.lag + last[near.other]))
        return near, np.maximum(end - start + 1, 0) / window.length

    def _neighbours(self, reach: int) -> Neighbours:
        """Pairs of dates whose windows of length `reach` can meet, lag by lag."""
        assert self.row is not None
        if self.mostly is not None:
            return self.mostly.neighbours(self, reach)
        reach = min(reach, int(np.ptp(self.row)) + 1)  # no two dates are further apart
        known = self.near[-1].upto if self.near else 0
        if known < reach:
            self.near.append(_neighbours_of(self, range(known, reach)))
        return Neighbours.within(self.near, reach)

    def _by_calendar(self, event: Window, window: Window) -> tuple[float, float, InCommon]:
        """Sum of rho w and sum of w over ordered pairs of pairs, and each; some dates at a time against those within reach."""
        n_estimation = self.sums.shape[1]
        day0 = self.days[:, n_estimation - event.start]
        found = []
        first = n_estimation + window.start - event.start
        days = self.days[:, first : first + window.length]
        before, sums, counts = self.days[:, :n_estimation], self.sums, self.counts
        total = weights = 0.0
        for columns, rows in _within_reach(days):
            mine = slice(0, rows)
            hit = _on_calendar(np.ones(days[columns].shape), days[columns], ~np.isnat(days[columns]))
            weight = hit[mine] @ hit.T / window.length
            weight[:, mine] = np.triu(weight[:, mine])
            there = counts[columns] > 0
            z = _on_calendar(sums[columns], before[columns], there)
            n = _on_calendar(counts[columns], before[columns], there)
            cross, pairs = z[mine] @ z.T, n[mine] @ n.T
            own, size = columns, self.size[columns]
            both = 2 * np.outer(size[mine], size)
            diagonal = np.arange(rows)
            cross[diagonal, diagonal] -= self.squares[own[mine]]
            pairs[diagonal, diagonal] -= n[mine].sum(axis=1)
            both[diagonal, diagonal] = size[mine] * (size[mine] - 1)
            rho = np.where(pairs > 0, cross / np.where(pairs > 0, pairs, 1.0), 0.0)
            total += float((weight * both * rho).sum())
            weights += float((weight * both).sum())
            a, b = np.nonzero(weight * both)
            found.append((columns[a], columns[b], (weight * rho)[a, b]))
        one, other, value = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return total, weights, InCommon(self.size, one, other, value, day0[one] == day0[other])


@dataclass(frozen=True)
class TablesOfParts:
    """The tables of many samples at once, which have equally many pairs each and follow one another: the parts."""

    tables: DateTables
    """Of the dates of all parts; those of a part are so far from those of the next that no two windows of both can meet."""
    part: Ints
    """(G,) the part of each date."""
    first: Ints
    """(parts + 1,) where the dates of each part begin."""
    row: Ints
    """(N,) the date of each pair."""

    @classmethod
    def of(cls, returns: AbnormalReturns, parts: int) -> TablesOfParts:
        """Those of N series on one grid."""
        assert returns.row is not None
        known, nothing = np.isfinite(returns.residuals), np.empty((returns.n, 0))
        dates, part_of = len(returns.row), np.repeat(np.arange(parts), returns.n // parts)
        key = part_of * dates + returns.session_of
        tables = DateTables.by_date(key, None, returns.centred, known, nothing)
        part, date = np.divmod(tables.keys, dates)
        far = int(np.ptp(returns.row)) + returns.event.length
        tables = replace(tables, days=returns.sessions[date], row=returns.row[date] + part * far)
        return cls(tables, part, np.searchsorted(part, np.arange(parts + 1)), np.searchsorted(tables.keys, key))

    def mean_correlations(self, event: Window, window: Window) -> list[Correlation]:
        """What `DateTables.mean_correlation` says of each part of two pairs or more."""
        near, weight = self.tables.met(event, window)
        of, parts = self.part[near.one], len(self._slices)
        n, total, overlap = (
            np.bincount(which, values, parts).tolist()
            for which, values in (
                (self.part, self.tables.size),
                (of, weight * near.product),
                (of, weight * near.pairs),
            )
        )
        shared = np.flatnonzero((weight > 0) & (near.pairs > 0))
        shared = shared[np.argsort(of[shared], kind="stable")]
        value, same_day = weight[shared] * near.product[shared] / near.pairs[shared], near.lag[shared] == 0
        begin = self.first[of[shared]]
        one, other = near.one[shared] - begin, near.other[shared] - begin
        bounds = np.searchsorted(of[shared], np.arange(parts + 1)).tolist()
        found = []
        for p, dates in enumerate(self._slices):
            mine = slice(bounds[p], bounds[p + 1])
            common = InCommon(self.tables.size[dates], one[mine], other[mine], value[mine], same_day[mine])
            found.append(correlation_of_sums(total[p], overlap[p], int(n[p]), common=common))
        return found

    def spreads(self, se: Floats) -> list[Floats]:
        """(G_p, 4) of each part the sums over the pairs of each date of `spread_parts`; `se` (N,)."""
        columns = [np.bincount(self.row, part, len(self.part)) for part in spread_parts(se).T]
        together: Floats = np.stack(columns, axis=1).astype(float, copy=False)
        return [together[dates] for dates in self._slices]

    @property
    def _slices(self) -> list[slice]:
        """The dates of each part."""
        return [slice(begin, end) for begin, end in pairwise(self.first.tolist())]


@dataclass(frozen=True)
class Neighbours:
    """Pairs of dates of one grid whose windows can meet, the earlier first, by `lag`; a date with itself among them."""

    one: Ints
    """(Q,) the earlier date."""
    other: Ints
    """(Q,) the later one."""
    lag: Ints
    """(Q,) sessions between them."""
    pairs: Floats
    """(Q,) ordered pairs of one instance of each, none with itself."""
    product: Floats
    """(Q,) `pairs` times their mean correlation."""
    upto: int
    """One more than the largest lag that was looked for."""

    @classmethod
    def within(cls, parts: Sequence[Neighbours], reach: int) -> Neighbours:
        """Those of all parts that are fewer sessions apart."""
        names = ("one", "other", "lag", "pairs", "product")
        found: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        if parts[-1].upto > reach:
            some = np.flatnonzero(found["lag"] < reach)
            found = {name: values[some] for name, values in found.items()}
        return cls(**found, upto=reach)


@dataclass(frozen=True)
class Rows:
    """(G, L1) rows, most of them in an array that other tables have as well."""

    shared: Floats
    """(R, L1)"""
    own: Floats
    """(F, L1)"""
    at: Ints
    """(G,) position of each row among those of both, the shared ones first."""

    @property
    def shape(self) -> tuple[int, int]:
        """(G, L1)"""
        return len(self.at), self.shared.shape[1]

    def __getitem__(self, which: Any) -> Floats:
        """The rows at these positions."""
        at = self.at[which]
        found: Floats = self.shared[np.minimum(at, len(self.shared) - 1)]
        mine = np.flatnonzero(at >= len(self.shared))
        found[mine] = self.own[at[mine] - len(self.shared)]
        return found


@dataclass(frozen=True)
class Mostly:
    """Tables of which some others have most dates: what their dates have in common is worked out once for all."""

    tables: DateTables
    place: Ints
    """(R,) where each of their dates stands among the others; -1: it is not there."""
    changed: Bools
    """(R,) dates of which others have other pairs."""

    def neighbours(self, others: DateTables, reach: int) -> Neighbours:
        """Pairs of dates of the others whose windows of length `reach` can meet."""
        known = self.tables._neighbours(reach)
        one, other = self.place[known.one], self.place[known.other]
        there = np.flatnonzero((one >= 0) & (other >= 0))
        again = np.flatnonzero((self.changed[known.one] | self.changed[known.other])[there])
        one, other, lag = one[there], other[there], known.lag[there]
        pairs, product = known.pairs[there], known.product[there]
        pairs[again], product[again] = _shared(others, one[again], other[again], lag[again])
        return Neighbours(one, other, lag, pairs, product, reach)


def _neighbours_of(tables: DateTables, lags: range) -> Neighbours:
    """Dates so many sessions apart; the pairs of each date follow each other, so that it is at hand for all of them."""
    assert tables.row is not None
    order = np.argsort(tables.row, kind="stable")
    row = tables.row[order] - tables.row[order[0]]
    before = np.searchsorted(row, np.arange(row[-1] + lags.stop + 1))  # dates before each session
    apart = row[:, None] + np.array(lags)
    start, stop = before[apart], before[apart + 1]
    if lags.start == 0:  # a date with itself and its like once
        start[:, 0] = np.arange(len(row))
    count = (stop - start).ravel()
    each = np.repeat(np.arange(count.size), count)
    date, lag = np.divmod(each, len(lags))
    a, b = order[date], order[np.arange(len(each)) + (start.ravel() - np.cumsum(count) + count)[each]]
    lag += lags.start
    return Neighbours(a, b, lag, *_shared(tables, a, b, lag), lags.stop)


def _shared(tables: DateTables, a: Ints, b: Ints, lag: Ints) -> tuple[Floats, Floats]:
    """(Q,) ordered pairs of one instance of dates a and b each, and these times their mean correlation.

    Dates share the estimation days that lie as many columns apart as they lie sessions (`lag`).
    """
    days = tables.sums.shape[1]
    shared = np.maximum(days - lag, 0)
    whole = tables.squares == tables.size * days
    cross = _products(tables.sums, a, b, shared)
    common = tables.size[a] * tables.size[b] * shared
    gaps = np.flatnonzero(~(whole[a] & whole[b]))
    common[gaps] = _products(tables.counts, a[gaps], b[gaps], shared[gaps])
    both = 2 * tables.size[a] * tables.size[b]
    own = np.flatnonzero(a == b)
    cross[own] -= tables.squares[a[own]]
    common[own] -= tables.squares[a[own]]
    both[own] = tables.size[a[own]] * (tables.size[a[own]] - 1)
    rho = np.where(common > 0, cross / np.where(common > 0, common, 1.0), 0.0)
    return both, both * rho


def _products(values: Floats | Rows, a: Ints, b: Ints, shared: Ints) -> Floats:
    """(Q,) inner products of rows a and b of (G, L1): of the last `shared` (Q,) days of the one, the first of the other."""
    found = np.empty(len(a))
    if isinstance(values, Rows):
        asked, where = np.unique(np.concatenate([a, b]), return_inverse=True)
        values, a, b = values[asked], where[: len(a)], where[len(a) :]
    if (form := native.form()).kernel is not None:
        form.kernel.products(form.level, np.ascontiguousarray(values), a, b, shared, found)
        return found
    for days in np.unique(shared).tolist():
        places = np.flatnonzero(shared == days)
        for begin in range(0, len(places), _AT_ONCE):
            some = as_slice(places[begin : begin + _AT_ONCE])
            left, right = values[as_slice(a[some])][:, values.shape[1] - days :], values[as_slice(b[some])][:, :days]
            found[some] = np.einsum("qt,qt->q", left, right)
    return found


def spread_parts(se: Floats) -> Floats:
    """(..., 4) 1/s, 1/s², s and s² of the standard errors s of CARs."""
    inverse = 1 / se
    return np.stack([inverse, inverse**2, se, se**2], axis=-1)


def undated(n: int) -> Days:
    """(n, 0) the calendar days of dates that are told apart by their keys alone, until they are all together."""
    return np.empty((n, 0), dtype="datetime64[D]")


def as_slice(place: Ints) -> Ints | slice:
    """Positions that follow each other as a slice, which copies nothing."""
    in_a_row = len(place) > 0 and place[-1] - place[0] + 1 == len(place) and (np.diff(place) == 1).all()
    return slice(int(place[0]), int(place[-1]) + 1) if in_a_row else place


def pairwise_correlation(returns: AbnormalReturns, window: Window) -> Correlation:
    """Mean correlation of N series, every two of them on their own common days."""
    if returns.n < 2:
        return Correlation(0.0, 0.0)
    total, overlap, common = _all_pairs(returns, returns.over(window).used, window)
    return correlation_of_sums(total, overlap, returns.n, exact=True, common=common)


def correlations(returns: AbnormalReturns) -> tuple[Floats, Bools]:
    """(N, N) Pearson correlations of all series on common estimation days, and whether there are enough of them."""
    everyone = np.arange(returns.n)
    return _correlations(returns, everyone, everyone)


def pair_correlations(returns: AbnormalReturns, used: Bools, window: Window) -> Floats:
    """(N, N) rho_ij w_ij of every two series, 1 on the diagonal; an N x N matrix, so for moderate N."""
    everyone = np.arange(returns.n)
    days = returns.sessions[:, _window_columns(returns, window)][returns.session_of]
    weight = _overlaps(days, used, everyone, everyone)
    rho, enough = _correlations(returns, everyone, everyone)
    if not enough[weight > 0].all():
        rho = np.where(enough, rho, _mean_of_all(returns))
    common: Floats = np.where(weight > 0, rho * weight, 0.0)
    np.fill_diagonal(common, 1.0)
    return common


def _all_pairs(returns: AbnormalReturns, used: Bools, window: Window) -> tuple[float, float, InCommon]:
    """Sum of rho w and sum of w over ordered pairs i != j, and each; every pair on its own common days.

    Only pairs whose windows share days count, so series are taken in the order of their windows, a few rows at a time
    against those that can still reach them.
    """
    days = returns.sessions[:, _window_columns(returns, window)][returns.session_of]
    total = weights = 0.0
    found = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))]
    for columns, n_rows in _within_reach(days):
        rows = columns[:n_rows]
        weight = _overlaps(days, used, rows, columns)
        weight[:, : len(rows)] = np.triu(weight[:, : len(rows)], 1)
        if weight.any():
            rho, enough = _correlations(returns, rows, columns)
            if not enough[weight > 0].all():
                fallback = _mean_of_all(returns)
                rho = np.where(enough, rho, fallback)
            total += 2 * float((rho * weight).sum())
            weights += 2 * float(weight.sum())
            a, b = np.nonzero(weight)
            found.append((columns[a], columns[b], (rho * weight)[a, b]))
    one, other, value = (np.concatenate(parts) for parts in zip(*found, strict=True))
    day0 = returns.day0_sessions
    return total, weights, InCommon(np.ones(returns.n), one, other, value, day0[one] == day0[other])


def _within_reach(days: Days) -> Iterator[tuple[Ints, int]]:
    """Windows by their days (N, W), some at a time.

    Yields the positions of these, followed by those of later ones that can share a day with them, and how many come first.
    """
    first, last = np.fmin.reduce(days, axis=1), np.fmax.reduce(days, axis=1)
    order = np.argsort(first, kind="stable")
    first, reach = first[order], np.maximum.accumulate(last[order])
    for start in range(0, len(order), _ROWS):
        stop = min(start + _ROWS, len(order))
        yield order[start : int(np.searchsorted(first, reach[stop - 1], side="right"))], stop - start


def _overlaps(days: Days, used: Bools, rows: Ints, columns: Ints) -> Floats:
    """(rows, columns) shared calendar days of the windows over the root of the product of their lengths."""
    hit = _on_calendar(used[columns].astype(float), days[columns], used[columns])
    length = used.sum(axis=1)
    own = hit[: len(rows)]
    return np.asarray(own @ hit.T / np.sqrt(np.outer(length[rows], length[columns])))


def _correlations(returns: AbnormalReturns, rows: Ints, columns: Ints) -> tuple[Floats, Bools]:
    """(rows, columns) Pearson correlations on common estimation days, and whether there are enough of them.

    The first of the `columns` are the `rows`.
    """
    residuals = returns.residuals[columns] / returns.sigma[columns, None]
    known = np.isfinite(residuals)
    days = returns.sessions[:, : returns.n_estimation_days][returns.session_of[columns]]
    z = _on_calendar(np.where(known, residuals, 0.0), days, known)
    there = _on_calendar(known.astype(float), days, known)
    mine = slice(0, len(rows))
    common = there[mine] @ there.T
    safe = np.maximum(common, 1)
    sums, squares = z[mine] @ there.T, (z[mine] ** 2) @ there.T
    if len(rows) == len(columns):
        others, other_squares = sums.T, squares.T
    else:
        others, other_squares = there[mine] @ z.T, there[mine] @ (z**2).T
    spread, other_spread = squares - sums**2 / safe, other_squares - others**2 / safe
    scale = np.sqrt(np.maximum(spread, 0.0) * np.maximum(other_spread, 0.0))
    enough = (common >= _MIN_COMMON_DAYS) & (scale > 0)
    rho = (z[mine] @ z.T - sums * others / safe) / np.where(scale > 0, scale, 1.0)
    return rho, enough


def _mean_of_all(returns: AbnormalReturns) -> float:
    """Mean correlation of all pairs that share enough estimation days; what stands in for overlapping pairs that do not."""
    return _mean_of(*correlations(returns))


def _mean_of(rho: Floats, enough: Bools) -> float:
    others = enough & ~np.eye(len(rho), dtype=bool)
    return float(rho[others].mean()) if others.any() else 0.0


def _window_columns(returns: AbnormalReturns, window: Window) -> slice:
    first = returns.n_estimation_days + window.start - returns.event.start
    return slice(first, first + window.length)


def _on_calendar(values: Floats, days: Days, where: Bools) -> Floats:
    """(N, calendar days) the values (N, columns) laid out on the distinct days that occur; zero elsewhere."""
    if len(days) and (days == days[0]).all():
        return np.where(where, values, 0.0)  # one date: the columns are the calendar
    number = days.astype(np.int64)
    mine = number[where]
    first = int(mine.min()) if len(mine) else 0
    occurs = np.zeros(int(mine.max()) - first + 1 if len(mine) else 0, dtype=bool)
    occurs[mine - first] = True
    place = np.cumsum(occurs) - 1
    laid = np.zeros((len(values), int(occurs.sum())))
    row, _ = np.nonzero(where)
    laid[row, place[mine - first]] = values[where]
    return laid
