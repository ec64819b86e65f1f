"""What a test takes and what it answers.

Two kinds. A *series test* judges each of N series by itself (a firm, or a portfolio). A *pairs test* judges N (event, ticker)
pairs together. What a test assumes is data here, so that `advice` can say when not to believe it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from eventstudy.aggregate import AbnormalReturns, Cumulated, average, cumulate
from eventstudy.execution import Executor
from eventstudy.inference._correlation import Correlation, mean_correlation
from eventstudy.inference._placebo import Shape, days_in_common, mean_share, shape_of, share_of_runs
from eventstudy.inference._ranks import mean_ranks, plain_ranks, scaled_ranks, with_one_more
from eventstudy.panel.block import Bools, EventBlock, Floats, Ints
from eventstudy.windows import Window


@dataclass(frozen=True)
class Significance:
    """The answer of one test for one window. `statistic` and `p_value` are NaN where the test does not apply."""

    statistic: float
    p_value: float
    distribution: str
    """Reference: `t`, `normal`, `permutation`, `placebo`, `ranks of days`, ... or empty where the test does not apply."""
    df: float | None = None
    n: int = 0
    valid: bool = True
    reasons: tuple[str, ...] = ()
    """Why it is not valid here, or does not apply."""
    expected_size: float | None = None
    """The share of true nulls an invalid test is expected to reject at 5 %."""
    se: float | None = None
    """The denominator in the units of CAAR, for tests that have one."""
    draws: int | None = None
    """How many random draws p rests on; None where nothing is drawn, or all possibilities are enumerated."""

    @classmethod
    def undefined(cls, reason: str, n: int = 0) -> Significance:
        """The answer of a test that does not apply, with the reason."""
        return cls(float("nan"), float("nan"), "", None, n, False, (reason,))

    def distrusted(self, reason: str, expected_size: float | None = None) -> Significance:
        """This answer, marked as not valid for `reason`; the expected size is kept from the first reason that has one."""
        size = self.expected_size if self.expected_size is not None else expected_size
        return replace(self, valid=False, reasons=(*self.reasons, reason), expected_size=size)

    def in_upper_tail(self) -> Significance:
        """This answer with the p of the upper tail, where its reference is symmetric about zero."""
        if self.distribution not in ("t", "normal"):
            return self
        return replace(self, p_value=upper_tail(self.statistic, self.p_value))


@dataclass(frozen=True)
class SeriesSignificance:
    """The answers of a series test for N series and one window."""

    statistic: Floats
    """(N,) NaN where the test does not apply."""
    p_value: Floats
    """(N,)"""
    distribution: str
    df: Ints | None = None
    reasons: tuple[str, ...] = ()
    """(N,) why the test does not apply to a series, empty where it does; or () for none."""
    draws: int | None = None
    """As in `Significance`."""
    doubt: str = ""
    """Why the answers are not to be believed, though they are given; or empty."""

    @classmethod
    def undefined(cls, reason: str, n: int) -> SeriesSignificance:
        """The answer for N series that the test does not apply to."""
        nothing = np.full(n, np.nan)
        return cls(nothing, nothing, "", None, (reason,) * n)

    def at(self, i: int) -> Significance:
        """The answer for series i."""
        reason = self.reasons[i] if self.reasons else ""
        if reason:
            return Significance.undefined(reason, n=1)
        df = None if self.df is None else float(self.df[i])
        answer = Significance(
            float(self.statistic[i]), float(self.p_value[i]), self.distribution, df, 1, draws=self.draws
        )
        return answer.distrusted(self.doubt) if self.doubt else answer

    def in_upper_tail(self) -> SeriesSignificance:
        """These answers with the p of the upper tail, where their reference is symmetric about zero."""
        if self.distribution not in ("t", "normal"):
            return self
        return replace(self, p_value=upper_tail(self.statistic, self.p_value))


def upper_tail(statistic: Any, p: Any) -> Any:
    """The p of the upper tail from the two-sided p of a statistic that is symmetric about zero under the null."""
    return np.where(np.asarray(statistic) > 0, p / 2, 1 - p / 2)[()]


@dataclass(frozen=True)
class Sample:
    """The pairs that count for one window (ruling 9), on event and estimation days alike."""

    returns: AbnormalReturns
    window: Window
    portfolio: AbnormalReturns | None = None
    """One series: the equal-weighted portfolio of the pairs, run as a single security; None where there is none."""
    no_portfolio: str = ""
    """Why there is no portfolio."""
    seed: int = 0
    draws: int = 9999
    bhar: Floats | None = None
    """(N,) buy-and-hold abnormal returns of the window, NaN where one is not known; None where none was asked for."""
    block: EventBlock | None = None
    """Raw returns and regressors; the pairs stand at `members`."""
    members: Ints | None = None
    """(N,) rows of `block`; None for all of them."""
    untraded: Floats | None = None
    """(N, 2) share of estimation days with a return of zero, and without a return."""
    outcome: Literal["return", "volume", "volatility"] = "return"
    """What the study asks about."""
    executor: Executor | None = None
    """Who makes many draws; None: they are made here."""

    @property
    def n(self) -> int:
        """N."""
        return self.returns.n

    @cached_property
    def cumulated(self) -> Cumulated:
        """CARs, standard errors and SCARs of the window."""
        return cumulate(self.returns, self.window)

    @property
    def car(self) -> Floats:
        """(N,)"""
        return self.cumulated.car

    @property
    def scar(self) -> Floats:
        """(N,)"""
        return self.cumulated.scar

    @property
    def caar(self) -> float:
        """Mean CAR."""
        return float(self.car.mean())

    # What the default tests look at; `totals.Summed` says the same from sums, where no pair is kept.

    @cached_property
    def car_spread(self) -> float:
        """Standard deviation of the CARs, N - 1."""
        return float(self.car.std(ddof=1))

    @cached_property
    def scar_mean(self) -> float:
        """Mean SCAR."""
        return float(self.scar.mean())

    @cached_property
    def scar_spread(self) -> float:
        """Standard deviation of the SCARs, N - 1."""
        return float(self.scar.std(ddof=1))

    @cached_property
    def theoretical_variance(self) -> float:
        """Sum of v / (v - 2), the variances the SCARs should have."""
        df = self.returns.df
        return float((df / (df - 2)).sum())

    @property
    def least_df(self) -> int:
        """The smallest degrees of freedom of a residual variance."""
        return int(self.returns.df.min())

    @property
    def least_m(self) -> int:
        """The smallest number of estimation days."""
        return int(self.returns.observed_days.min())

    @property
    def parameters(self) -> int:
        """K, the estimated parameters."""
        return self.returns.parameters

    @property
    def event(self) -> Window:
        """The event window."""
        return self.returns.event

    @property
    def mean_unit(self) -> float:
        """Mean of C, the variance of a CAR over sigma²."""
        return float(self.cumulated.unit.mean())

    @property
    def positive(self) -> int:
        """The number of CARs above zero."""
        return int((self.car > 1e-12).sum())

    def share_positive(self, length: int) -> float:
        """Mean share of positive sums of `length` consecutive estimation days; NaN where there is no such run."""
        if length not in self.run_shares:
            self.run_shares[length] = share_of_runs(self.returns.residuals, length)
        return mean_share(self.run_shares[length])

    @property
    def residual_average(self) -> tuple[Floats, Ints]:
        """(L1,) mean residual of each estimation day in event time, and the pairs behind it."""
        return average(self.returns.residuals)

    @cached_property
    def day_ranks(self) -> tuple[Floats, float, int]:
        """Mean scaled rank of each day of estimation and event window, its spread S, and T; see `mean_ranks`."""
        return mean_ranks(self.ranks)

    def window_ranks(self, scale: float) -> tuple[Floats, float, int]:
        """As `day_ranks`, of the standardised estimation days and, the last column, the SCARs times `scale`."""
        return mean_ranks(self.squeezed(scale))

    def squeezed(self, scale: float) -> Floats:
        """(N, L1 + 1) scaled ranks of the standardised residuals and of the SCARs times `scale`, the last column."""
        return with_one_more(self.estimation_ranks, self.returns.standardised, scale * self.scar)

    @cached_property
    def residual_shape(self) -> Shape:
        """Skewness and kurtosis of the pooled studentised residuals."""
        return shape_of(self.returns.studentised)

    @cached_property
    def variance_of_days(self) -> Floats | str:
        """(days,) spread over pairs, squared, of every estimation day on which all have a residual; or why there are none."""
        days = days_in_common(self.returns.studentised)
        return days if isinstance(days, str) else days.var(axis=0, ddof=1)

    @property
    def untraded_shares(self) -> tuple[float, float] | None:
        """Mean share of estimation days with a return of zero, and without a return."""
        if self.untraded is None:
            return None
        zero, lacking = self.untraded.mean(axis=0).tolist()
        return zero, lacking

    @cached_property
    def ranks(self) -> Floats:
        """(N, L1 + L2) scaled ranks of all days of each pair, event days on the scale of the residuals."""
        ar = self.returns.ar / self.returns.error_scale
        return scaled_ranks(np.concatenate([self.returns.residuals, ar], axis=1))

    @cached_property
    def estimation_ranks(self) -> Floats:
        """(N, L1) ranks of the standardised residuals of each pair among themselves."""
        return plain_ranks(self.returns.standardised)

    @cached_property
    def run_shares(self) -> dict[int, Floats]:
        """Length -> (N,) share of positive runs of that many estimation days, as far as they were asked for."""
        return {}

    def knowing(self, **found: Any) -> Sample:
        """This sample, told what is worked out already: `cumulated`, `ranks`, `correlation`, `run_shares`, ..."""
        self.__dict__.update(found)
        return self

    @cached_property
    def n_dates(self) -> int:
        """G, the number of distinct day-0 sessions."""
        return len(np.unique(self.returns.day0_sessions))

    @cached_property
    def correlation(self) -> Correlation:
        """Mean residual correlation, weighted by how far the windows share calendar days."""
        return mean_correlation(self.returns, self.cumulated.used, self.window)


SeriesFunction = Callable[[AbnormalReturns, Window, int], SeriesSignificance]
PairsFunction = Callable[[Any, str], Significance]
"""Takes a `Sample`, or for the `from_sums` variants anything that says the same of the pairs (`totals.Summed`)."""
SizeFunction = Callable[[int, float], float]


@dataclass(frozen=True)
class SeriesTest:
    """A test of one firm or one portfolio. `compute(returns, window, seed)` judges all N series at once."""

    summary: str
    null: str
    assumes: str
    fails: str
    paper: str
    compute: SeriesFunction
    kind: Literal["series"] = field(default="series", init=False)


@dataclass(frozen=True)
class PairsTest:
    """A test over pairs. `compute(sample, variant)` answers for the variants named."""

    summary: str
    null: str
    assumes: str
    fails: str
    paper: str
    compute: PairsFunction
    variants: tuple[str, ...] = ("default",)
    from_sums: tuple[str, ...] = ()
    """The variants that need no more than sums over pairs."""
    independent: bool = False
    """Takes the pairs for independent draws: invalid when events share days."""
    independent_variants: tuple[str, ...] = ()
    """The variants that do so where the others do not."""
    constant_variance: bool = False
    """Takes the variance of estimation days for that of event days."""
    cross_sectional_variance: bool = False
    """Estimates a variance from the N pairs themselves: hollow below five of them."""
    symmetric: bool = False
    """Takes abnormal returns for symmetric about zero."""
    normal_variants: tuple[str, ...] = ()
    """The variants whose size hangs on normal tails."""
    short_variants: tuple[str, ...] = ()
    """The variants that take the variance of a sum for the sum of variances: wrong in long windows."""
    thin_trading: bool = True
    """Holds where many days have no trade."""
    trusted_from: Mapping[str, int] = field(default_factory=dict)
    """Variant -> the number of pairs below which its reference distribution is a poor one."""
    smallest_p: Callable[[int], float] | None = None
    """The smallest p that N pairs can reach, for tests that count."""
    size_when_clustered: SizeFunction | None = None
    """Expected rejection rate of true nulls at 5 % given N and the mean correlation (METHODS 6.3 O7)."""
    location: bool = True
    """Asks whether the mean effect is zero (else: whether any is, or whether the variance changed)."""
    kind: Literal["pairs"] = field(default="pairs", init=False)


__all__ = [
    "AbnormalReturns",
    "Bools",
    "Correlation",
    "PairsTest",
    "Sample",
    "SeriesSignificance",
    "SeriesTest",
    "Significance",
]
