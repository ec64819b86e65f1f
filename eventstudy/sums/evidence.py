"""What sums over pairs say of one window, in the words in which `inference.Sample` says it of pairs.

The default tests ask either for the same things, so each formula stands once. What needs every pair is not here; tests that ask
for it are not `from_sums` and say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np

from eventstudy.aggregate import AbnormalReturns
from eventstudy.estimate import Portfolios
from eventstudy.inference import Correlation
from eventstudy.inference._correlation import DateTables, correlation_of_sums
from eventstudy.inference._placebo import FEWEST_DAYS, TOO_FEW_DAYS, Shape
from eventstudy.inference.grank_t import not_ranked, scale_of
from eventstudy.models import Model
from eventstudy.panel import Days, EventBlock, Floats, Ints
from eventstudy.sums.dates import DateSums, Neighbours, neighbours_of
from eventstudy.sums.plan import Plan
from eventstudy.sums.totals import Said, Squeezed, Sums, Totals
from eventstudy.windows import Window

_BITS = 48

T = TypeVar("T")


@dataclass(frozen=True)
class Ground:
    """One grid as answers need it: its days and regressors, without the returns."""

    sessions: Days
    """(P,)"""
    regressors: Floats
    """(B, P, F)"""
    names: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """All windows of a study of which sums were kept."""

    plan: Plan
    totals: Totals
    grounds: tuple[Ground, ...]
    """The grids by their number."""
    model: Model
    cache: dict[str, Any] = field(default_factory=dict, compare=False)
    """Tables of dates that several windows look at, put together once."""
    squeezed: Squeezed | None = None
    """What the second pass found; None before it."""
    scales: tuple[float, ...] = ()
    """(W,) what the SCARs were multiplied with in it."""

    def over(self, window: Window) -> Summed:
        """What the pairs that cover `window` say."""
        return Summed(self, window, self.plan.windows.index(window))

    def scales_of(self, form: str) -> Floats:
        """(W,) what the SCARs are multiplied with before they are ranked; 0 where that is not defined."""
        found = []
        for window in self.plan.windows:
            one = self.over(window)
            ready = not not_ranked(one, form)
            found.append(scale_of(one.n, one.correlation.mean, one.scar_spread, form) if ready else 0.0)
        return np.array(found)

    def dates(self, strata: tuple[int, ...]) -> DateSums:
        """The date tables of these strata together."""
        return self._once(f"dates {strata}", lambda: DateSums.merged([self.totals.dates[s] for s in strata]))

    def neighbours(self, strata: tuple[int, ...]) -> Neighbours:
        """The pairs of dates of these strata whose windows can meet, worked out once for all windows that they cover."""
        mine = [w.length for i, w in enumerate(self.plan.windows) if self.over_strata(i) == strata]
        width = len(self.grounds[0].sessions)
        return self._once(f"near {strata}", lambda: neighbours_of(self.dates(strata), max(mine), width))

    def over_strata(self, w: int) -> tuple[int, ...]:
        """The strata that cover window number `w`."""
        return tuple(s for s in self.totals.sums if s >> w & 1)

    @cached_property
    def day0_sessions(self) -> Days:
        """(G,) the distinct sessions of day 0 of all pairs."""
        return _day0(self, tuple(self.totals.dates))

    def _once(self, name: str, make: Callable[[], T]) -> T:
        if name not in self.cache:
            self.cache[name] = make()
        found: T = self.cache[name]
        return found


@dataclass(frozen=True)
class Summed:
    """The pairs that cover one window, as `inference.Sample` but from sums."""

    evidence: Evidence
    window: Window
    w: int
    """Position of the window in the plan."""
    outcome: Literal["return"] = "return"

    @property
    def returns(self) -> Said:
        """What the model says of its own errors."""
        return self.evidence.totals.said

    @property
    def event(self) -> Window:
        """The event window."""
        return self.evidence.plan.event

    @property
    def parameters(self) -> int:
        """K."""
        return self.evidence.totals.parameters

    @cached_property
    def strata(self) -> tuple[int, ...]:
        """The strata that cover the window."""
        return self.evidence.over_strata(self.w)

    @cached_property
    def sums(self) -> Sums:
        """Their sums together."""
        first, *rest = (self.evidence.totals.sums[s] for s in self.strata)
        for more in rest:
            first = first + more
        return first

    @property
    def n(self) -> int:
        """N."""
        return self.sums.n if self.strata else 0

    @property
    def caar(self) -> float:
        """Mean CAR."""
        return float(self.sums.car.mean[self.w])

    @property
    def bhaar(self) -> float:
        """Mean buy-and-hold return over the benchmark's; NaN where no pair has one."""
        return float(self.sums.bhar.mean[self.w]) if self.sums.bhar.n[self.w] else float("nan")

    @property
    def car_spread(self) -> float:
        """Standard deviation of the CARs, N - 1."""
        return float(np.sqrt(self.sums.car.m2[self.w] / (self.n - 1)))

    @property
    def scar_mean(self) -> float:
        """Mean SCAR."""
        return float(self.sums.scar.mean[self.w])

    @property
    def scar_spread(self) -> float:
        """Standard deviation of the SCARs, N - 1."""
        return float(np.sqrt(self.sums.scar.m2[self.w] / (self.n - 1)))

    @property
    def theoretical_variance(self) -> float:
        """Sum of v / (v - 2)."""
        return self.sums.theoretical

    @property
    def least_df(self) -> int:
        """The smallest degrees of freedom."""
        return self.sums.least_df

    @property
    def least_m(self) -> int:
        """The smallest number of estimation days."""
        return self.sums.least_m

    @property
    def mean_unit(self) -> float:
        """Mean of C."""
        return float(self.sums.unit[self.w] / self.n)

    @property
    def positive(self) -> int:
        """CARs above zero."""
        return int(self.sums.positive[self.w])

    def share_positive(self, length: int) -> float:
        """Mean share of positive runs of estimation days; NaN where there is none."""
        r = self.evidence.plan.lengths.index(length)
        return float(self.sums.share[r] / self.sums.share_n[r]) if self.sums.share_n[r] else float("nan")

    @property
    def residual_average(self) -> tuple[Floats, Ints]:
        """(L1,) mean residual of each estimation day, and the pairs behind it."""
        return _mean(self.sums.residual, self.sums.residual_n), self.sums.residual_n

    @property
    def day_ranks(self) -> tuple[Floats, float, int]:
        """Mean scaled rank of each day, its spread, and T."""
        return _ranks(self.sums.ranks, np.concatenate([self.sums.residual_n, self.sums.ar_n]), self.n)

    def window_ranks(self, scale: float) -> tuple[Floats, float, int]:
        """As `day_ranks`, of the estimation days and the window; `scale` is the one the second pass was made with."""
        assert self.evidence.squeezed is not None
        assert scale == self.evidence.scales[self.w]
        below = sum(self.evidence.squeezed[s][self.w] for s in self.strata)
        days = self.sums.residual_ranks + below - 0.5 * self.sums.residual_n
        own = -days.sum()  # the scaled ranks of a pair add up to zero
        return _ranks(np.append(days, own), np.append(self.sums.residual_n, self.n), self.n)

    @property
    def residual_shape(self) -> Shape:
        """Skewness and kurtosis of the pooled studentised residuals."""
        n = float(self.sums.residual_n.sum())
        s1, s2 = self.sums.student.sum() / n, self.sums.student_squares.sum() / n
        s3, s4 = self.sums.student_powers / n
        variance = s2 - s1**2
        third = s3 - 3 * s1 * s2 + 2 * s1**3
        fourth = s4 - 4 * s1 * s3 + 6 * s1**2 * s2 - 3 * s1**4
        return Shape(float(third / variance**1.5), float(fourth / variance**2 - 3))

    @property
    def variance_of_days(self) -> Floats | str:
        """(days,) spread over pairs, squared, of every estimation day on which all have a residual; or why there are none."""
        common = self.sums.residual_n == self.n
        if common.sum() < FEWEST_DAYS:
            return TOO_FEW_DAYS
        student, squares = self.sums.student[common], self.sums.student_squares[common]
        variance: Floats = (squares - student**2 / self.n) / (self.n - 1)
        return variance

    @property
    def untraded_shares(self) -> tuple[float, float]:
        """Mean share of estimation days with a return of zero, and without a return."""
        zero, lacking = (self.sums.untraded / self.n).tolist()
        return zero, lacking

    @property
    def date_sums(self) -> DateSums:
        """The date tables of the pairs."""
        return self.evidence.dates(self.strata)

    @cached_property
    def day0_sessions(self) -> Days:
        """(G,) the distinct sessions of day 0."""
        return _day0(self.evidence, self.strata)

    @property
    def n_dates(self) -> int:
        """G, the distinct day-0 sessions."""
        return len(self.day0_sessions)

    @cached_property
    def correlation(self) -> Correlation:
        """Mean residual correlation over the pairs of dates whose windows meet."""
        if self.n < 2:
            return Correlation(0.0, 0.0)
        evidence, tables = self.evidence, self.date_sums
        if len(evidence.grounds) == 1:
            total, overlap = _over_neighbours(evidence, self.strata, self.window)
            return correlation_of_sums(total, overlap, self.n, approximate=True)
        days = np.stack([_days(evidence, key) for key in tables.keys.tolist()])
        generic = DateTables(days, tables.sums, tables.counts, tables.squares, tables.size)
        return generic.mean_correlation(evidence.plan.event, self.window)

    @property
    def portfolio(self) -> AbnormalReturns | None:
        """The equal-weighted portfolio of the pairs of one date as one series; None where there is none."""
        return self._portfolio[0]

    @property
    def no_portfolio(self) -> str:
        """Why there is no portfolio."""
        return self._portfolio[1]

    @cached_property
    def _portfolio(self) -> tuple[AbnormalReturns | None, str]:
        tables, evidence = self.date_sums, self.evidence
        if self.n_dates > 1:
            return None, "the pairs have more than one event date"
        if len(tables.keys) > 1:
            return None, "the firms do not share one calendar and one benchmark"
        if not evidence.plan.portfolios:
            return None, 'the returns of one date are not kept among many: run with keep="pairs"'
        mean = np.where(tables.returns_n == self.n, tables.returns / self.n, np.nan)
        made = Portfolios(
            _block(evidence, int(tables.keys[0]), mean),
            evidence.model,
            evidence.plan.min_estimation,
            evidence.plan.prediction_error,
        )
        return made.portfolio(np.zeros(1, dtype=np.int64))

    seed: int = 0


def _mean(total: Floats, n: Ints) -> Floats:
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _ranks(total: Floats, n: Ints, pairs: int) -> tuple[Floats, float, int]:
    """Mean scaled rank of each day, S, and T, as `inference._ranks.mean_ranks` gives them."""
    mean, there = _mean(total, n), n > 0
    t = int(there.sum())
    return mean, float(np.sqrt((n[there] / pairs * mean[there] ** 2).sum() / t)), t


def _place(evidence: Evidence, key: int) -> tuple[Ground, int, int]:
    """The grid of a date, and its benchmark and row there."""
    ground = evidence.grounds[key >> _BITS]
    table, row = divmod(key & ((1 << _BITS) - 1), len(ground.sessions))
    return ground, table, row


def _day0(evidence: Evidence, strata: tuple[int, ...]) -> Days:
    keys = evidence.dates(strata).keys
    found = [np.empty(0, dtype="datetime64[D]")]
    for g, ground in enumerate(evidence.grounds):
        rows = (keys[keys >> _BITS == g] & ((1 << _BITS) - 1)) % len(ground.sessions)
        found.append(ground.sessions[rows])
    return np.unique(np.concatenate(found))


def _days(evidence: Evidence, key: int) -> Days:
    """(L1 + L2,) the calendar days of estimation and event window of a date."""
    ground, _, row = _place(evidence, key)
    before, event = evidence.plan.estimation, evidence.plan.event
    return np.concatenate(
        [
            ground.sessions[row + before.start : row + before.end + 1],
            ground.sessions[row + event.start : row + event.end + 1],
        ]
    )


def _block(evidence: Evidence, key: int, returns: Floats) -> EventBlock:
    ground, table, row = _place(evidence, key)
    plan = evidence.plan
    days = slice(row + plan.estimation.start, row + plan.event.end + 1)
    return EventBlock(
        returns=returns,
        regressors=ground.regressors[table : table + 1, days],
        names=ground.names,
        design=np.zeros(1, dtype=np.int64),
        sessions=ground.sessions[None, days],
        span=np.ones(returns.shape),
        estimation=plan.estimation,
        event=plan.event,
    )


def _over_neighbours(evidence: Evidence, strata: tuple[int, ...], window: Window) -> tuple[float, float]:
    """Sum of rho w and sum of w over ordered pairs of pairs; w counts the days of the grid that both windows hold."""
    near = evidence.neighbours(strata)
    there = np.flatnonzero(~np.isnat(evidence.grounds[0].sessions))
    start = np.maximum(near.row + near.lag + window.start, there[0])
    end = np.minimum(near.row + window.end, there[-1])
    weight = np.maximum(end - start + 1, 0) / window.length
    return float((weight * near.product).sum()), float((weight * near.pairs).sum())


def with_second_pass(evidence: Evidence, squeezed: Squeezed, scales: Floats) -> Evidence:
    """The evidence with what the second pass found."""
    return replace(evidence, squeezed=squeezed, scales=tuple(scales.tolist()))
