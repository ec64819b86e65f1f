"""What a test takes and what it answers.

Two kinds. A *series test* judges each of N series by itself (a firm, or a portfolio). A *pairs test* judges N (event, ticker)
pairs together. What a test assumes is data here, so that `advice` can say when not to believe it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, Cumulated, effective_n
from eventstudy.engine.arrays import mean_of
from eventstudy.engine.correlation import Correlation, DateTables, InCommon, pairwise_correlation, spread_parts
from eventstudy.engine.ranks import mean_ranks, with_one_more
from eventstudy.engine.totals import (
    CarSums,
    DaySums,
    Errors,
    NearSums,
    RankSums,
    below,
    car_sums,
    day_sums,
    near_sums,
    rank_sums,
)
from eventstudy.inference.distributions import upper_tail
from eventstudy.inference.regime import Regime, Regimes, regime_of_all, regimes
from eventstudy.language import Phrase, at_most
from eventstudy.panel.block import Bools, Days, EventBlock, Floats, Ints
from eventstudy.parallel import Executor
from eventstudy.units.frequency import DAILY, Frequency
from eventstudy.units.windows import Window

LEVEL = 0.05
"""What is called small of a p."""
FEWEST_DAYS = 30
"""Days in common below which event days are not held against them."""
TOO_FEW_DAYS = Phrase("fewer than 30 estimation days on which all pairs have a return")
Alternative = Literal["two-sided", "greater", "less"]
NO_ESTIMATION = Phrase("there are no estimation days: no statement about one firm, nor in units of its variance")
NO_SIDE = Phrase("this test asks whether anything differs, whatever the direction: it has no one-sided p")
_SAME = 1e-12
"""A spread of so small a part is what rounding leaves of none."""
_OWN = 1e-9
"""Pairs that have no more than this of their own are one pair."""
NO_SPREAD = Phrase("there is no spread between the pairs: their abnormal returns are the same")
NOTHING_OWN = Phrase("the residuals of the pairs are the same: no pair has anything of its own")
COLLINEAR = Phrase(
    "the abnormal returns of some firms are the same, or follow from those of the others: no joint test is possible"
)


@dataclass(frozen=True)
class Significance:
    """The answer of one test for one window. `statistic` and `p_value` are NaN where the test does not apply."""

    statistic: float
    p_value: float
    distribution: str
    """Reference: `t`, `normal`, `permutation`, `placebo`, ... or empty where the test does not apply."""
    df: float | None = None
    n: int = 0
    valid: bool = True
    reasons: tuple[Phrase, ...] = ()
    """Why it is not valid here, or does not apply."""
    expected_size: float | None = None
    """The share of true nulls an invalid test is expected to reject at 5 %."""
    se: float | None = None
    """The denominator in the units of CAAR, for tests that have one."""
    draws: int | None = None
    """How many random draws p rests on; None where nothing is drawn, or all possibilities are enumerated."""
    tails: tuple[float, float] | None = None
    """p of the upper and of the lower tail, of tests that count; None: from the two-sided one where its law is symmetric."""
    interval: tuple[float, float] | None = None
    """The effects that the test itself does not reject at the level it was asked for, for tests that say."""
    least: float | None = None
    """The smallest p that is possible, for tests that count."""
    regime: Regime | None = None
    """How wild the days near the window are, where the test looked."""

    @classmethod
    def undefined(cls, reason: str, n: int = 0) -> Significance:
        """The answer of a test that does not apply, with the reason."""
        return cls(float("nan"), float("nan"), "", None, n, False, (Phrase.quoted(reason),))

    @property
    def told_p(self) -> float:
        """The p as people are told it: marked where no smaller one is possible."""
        return at_most(self.p_value, self.least)

    def distrusted(self, reason: str, expected_size: float | None = None) -> Significance:
        """This answer, marked as not valid for `reason`.

        Of what several reasons lead to expect, the largest size is kept; a test whose p cannot be small has none.
        """
        reasons = (*self.reasons, Phrase.quoted(reason))
        sizes = [size for size in (self.expected_size, expected_size) if size is not None]
        mute = any(one.template == cannot_reach(self.n, self.p_value).template for one in reasons)
        return replace(self, valid=False, reasons=reasons, expected_size=None if mute else max(sizes, default=None))

    def in_upper_tail(self) -> Significance:
        """This answer with the p of the upper tail, where its reference is symmetric about zero."""
        return self.towards("greater") if self.distribution in _SYMMETRIC else self

    def towards(self, alternative: Alternative) -> Significance:
        """This answer with the p of the alternative; none, and the reason, where the test has no direction."""
        if alternative == "two-sided" or not self.distribution:
            return self
        if self.tails is None and self.distribution not in _SYMMETRIC:
            return Significance.undefined(NO_SIDE, self.n)
        return replace(self, p_value=float(_one_sided(self.statistic, self.p_value, self.tails, alternative)))


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
    tails: tuple[Floats, Floats] | None = None
    """(N,) each, as in `Significance`."""
    doubt: str = ""
    """Why the answers are not to be believed, though they are given; or empty."""
    low: Floats | None = None
    """(N,) the smallest effect that the test does not reject at the level it was asked for; infinite where there is none."""
    high: Floats | None = None
    """(N,) the largest."""
    least: Floats | None = None
    """(N,) the smallest p that is possible, for tests that count."""
    kappa: Floats | None = None
    """(N,) the factor on the variance of a sum for days that hang together, where the test has one."""
    regimes: Regimes | None = None
    """How wild the days near the window are, where the test looked."""
    storms: tuple[str, ...] = ()
    """(N,) why the days near the window make the answer for a series one not to believe, empty where they do not; or ()."""

    @classmethod
    def undefined(cls, reason: str, n: int) -> SeriesSignificance:
        """The answer for N series that the test does not apply to."""
        nothing = np.full(n, np.nan)
        return cls(nothing, nothing, "", None, (reason,) * n)

    @property
    def believed(self) -> Bools:
        """(N,) whether the answer for each series is given and valid."""
        nothing = ("",) * len(self.statistic)
        given = (np.array(self.reasons or nothing) == "") & (np.array(self.storms or nothing) == "")
        found: Bools = np.asarray(given & (self.doubt == ""), dtype=bool)
        return found

    def at(self, i: int) -> Significance:
        """The answer for series i."""
        reason = self.reasons[i] if self.reasons else ""
        if reason:
            return Significance.undefined(reason, n=1)
        df = None if self.df is None else float(self.df[i])
        answer = Significance(
            float(self.statistic[i]),
            float(self.p_value[i]),
            self.distribution,
            df,
            1,
            draws=self.draws,
            tails=self.tails and (float(self.tails[0][i]), float(self.tails[1][i])),
            interval=self.interval(i),
            least=None if self.least is None else float(self.least[i]),
            regime=self.regimes.at(i) if self.regimes else None,
        )
        for why in (self.doubt, self.storms[i] if self.storms else ""):
            answer = answer.distrusted(why) if why else answer
        return answer

    def interval(self, i: int) -> tuple[float, float] | None:
        """The effects that the test does not reject for series i; None where it does not say, or rejects none."""
        if self.low is None or self.high is None or not np.isfinite(self.high[i] - self.low[i]):
            return None
        return float(self.low[i]), float(self.high[i])

    def in_upper_tail(self) -> SeriesSignificance:
        """These answers with the p of the upper tail, where their reference is symmetric about zero."""
        return self.towards("greater") if self.distribution in _SYMMETRIC else self

    def towards(self, alternative: Alternative) -> SeriesSignificance:
        """These answers with the p of the alternative; none, and the reason, where the test has no direction."""
        if alternative == "two-sided" or not self.distribution:
            return self
        if self.tails is None and self.distribution not in _SYMMETRIC:
            return SeriesSignificance.undefined(NO_SIDE, len(self.statistic))
        return replace(self, p_value=_one_sided(self.statistic, self.p_value, self.tails, alternative))


_SYMMETRIC = ("t", "normal")
"""Reference distributions that are symmetric about zero."""


def _one_sided(statistic: Any, p: Any, tails: tuple[Any, Any] | None, alternative: Alternative) -> Any:
    """The p of one tail: the test's own, or from the two-sided one of a statistic that is symmetric about zero."""
    if tails is not None:
        return tails[0 if alternative == "greater" else 1]
    return upper_tail(statistic if alternative == "greater" else -statistic, p)


class Shape(NamedTuple):
    """How values are distributed."""

    skewness: float
    kurtosis: float
    """Excess over the normal."""


@dataclass(frozen=True)
class Pairs:
    """N pairs one by one, and what their days add up to, whatever the window."""

    returns: AbnormalReturns
    block: EventBlock | None = None
    """Raw returns and regressors; the pairs stand at `members`."""
    members: Ints | None = None
    """(N,) rows of `block`; None for all of them."""
    untraded: Floats | None = None
    """(N, 2) share of estimation days with a return of zero, and without a return."""
    but: tuple[Pairs, Pairs] | None = None
    """More pairs, and the few of them that these lack: sums are then those of all without theirs."""

    @cached_property
    def days(self) -> DaySums:
        """The sums of their days."""
        own = self.returns
        if self.but:
            more, few = self.but
            return more.days.without(few.days, least_df=int(own.df.min()), least_m=int(own.observed_days.min()))
        unknown = np.full((own.n, 2), np.nan)
        return day_sums(own, unknown if self.untraded is None else self.untraded)

    @cached_property
    def ranks(self) -> RankSums:
        """The sums of the ranks of their days."""
        return self.but[0].ranks.without(self.but[1].ranks) if self.but else rank_sums(self.returns)

    @cached_property
    def near(self) -> NearSums | None:
        """How much they moved on ordinary days and on those around the event; None where nobody asks."""
        if self.but and (all_of_them := self.but[0].near) and (few := self.but[1].near):
            return all_of_them.without(few)
        return near_sums(self.returns)

    def regime(self, window: Window) -> Regime | None:
        """How wild the mean over pairs is near a window, worked out once; None where nobody asks."""
        if window not in self._regimes:
            self._regimes[window] = _regime_of(self.near, window)
        return self._regimes[window]

    @cached_property
    def _regimes(self) -> dict[Window, Regime | None]:
        return {}

    @cached_property
    def dates(self) -> DateTables:
        """The sums of their standardised residuals by event date."""
        return self.but[0].dates.without(self.but[1].dates) if self.but else DateTables.of(self.returns)


def _regime_of(near: NearSums | None, window: Window) -> Regime | None:
    return regime_of_all(near, window) if near else None


@dataclass(frozen=True)
class Sums:
    """What the pairs that cover a window add up to, where the pairs themselves were not kept."""

    days: DaySums
    ranks: RankSums
    cars: CarSums
    """Of this window alone: W = 1."""
    dates: DateTables
    spreads: Floats
    """(G, 4) the `spreads` of the dates, of this window."""
    event: Window
    """The event window."""
    errors: Errors
    """What the model says of its own errors."""
    parameters: int
    """K, the estimated parameters."""
    below: Floats | None = None
    """(L1,) what `engine.totals.below` says with `scale`; None before the second pass."""
    scale: float = float("nan")
    near: NearSums | None = None
    """How much the pairs moved on ordinary days and on those around the event; None where that was not added up."""
    few: tuple[AbnormalReturns, ...] = ()
    """The pairs themselves, grid by grid, where they are few."""


@dataclass(frozen=True)
class Sample:
    """What tests over pairs see: the N pairs that cover a window, as sums, and one by one where they were kept (ruling 9).

    One of `pairs` and `sums` is there, unless no pair covers the window. What follows from sums is asked of either in one way.
    """

    window: Window
    pairs: Pairs | None = None
    sums: Sums | None = None
    bhar: Floats | None = None
    """(N,) buy-and-hold abnormal returns of the window, NaN where one is not known; None where none was asked for."""
    portfolio: AbnormalReturns | None = None
    """One series: the portfolio of the pairs by `weights`, run as a single security; None where there is none."""
    no_portfolio: str = ""
    """Why there is no portfolio."""
    weights: Floats | None = None
    """(N,) by which the pairs count in the mean that is asked for, adding up to one; None: equally."""
    seed: int = 0
    draws: int = 9999
    outcome: Literal["return", "volume", "volatility"] = "return"
    """What the study asks about."""
    alternative: Alternative = "two-sided"
    """What p-values look for."""
    level: float = 0.95
    """Of confidence intervals."""
    executor: Executor | None = None
    """Who makes many draws; None: they are made here."""
    exact_correlation: bool = False
    """Whether every two pairs are compared on the days that they share (ruling 25)."""
    scale: float = 1.0
    """How much more the days near the event moved than estimation days (VOLATILITY_REGIME); 1 unless that is raised."""
    regime: Regime | None = None
    """The same as it was found, raised or not; None where nobody asked."""
    clock: Frequency = DAILY
    """What a row is."""

    @classmethod
    def of(
        cls,
        returns: AbnormalReturns,
        window: Window,
        portfolio: AbnormalReturns | None = None,
        no_portfolio: str = "",
        *,
        block: EventBlock | None = None,
        members: Ints | None = None,
        untraded: Floats | None = None,
        **more: Any,
    ) -> Sample:
        """The sample of N pairs, all of which cover the window."""
        return cls(
            window, Pairs(returns, block, members, untraded), portfolio=portfolio, no_portfolio=no_portfolio, **more
        )

    @cached_property
    def n(self) -> int:
        """N."""
        if self.pairs:
            return self.pairs.returns.n
        return self.sums.days.n if self.sums else 0

    @cached_property
    def day0_sessions(self) -> Days:
        """(G,) the distinct sessions of day 0."""
        if self.pairs:
            return np.unique(self.returns.day0_sessions)
        return np.unique(self.dates.days[:, -1 - self.event.end])

    @property
    def n_dates(self) -> int:
        """G, the number of distinct day-0 sessions."""
        return len(self.day0_sessions)

    @property
    def _sums(self) -> Sums:
        assert self.sums is not None, "a sample has pairs or sums"
        return self.sums

    @property
    def days(self) -> DaySums:
        """What the days of the pairs add up to."""
        return self.pairs.days if self.pairs else self._sums.days

    @property
    def ranks(self) -> RankSums:
        """What the ranks of their days add up to."""
        return self.pairs.ranks if self.pairs else self._sums.ranks

    @property
    def dates(self) -> DateTables:
        """The same of their standardised residuals, by event date."""
        return self.pairs.dates if self.pairs else self._sums.dates

    @cached_property
    def cars(self) -> CarSums:
        """What their CARs of the window add up to: W = 1."""
        if not self.pairs:
            return self._sums.cars
        held = np.full(self.n, np.nan) if self.bhar is None else self.bhar
        return car_sums(self.returns, [self.window], held[:, None])

    @property
    def event(self) -> Window:
        """The event window."""
        return self.pairs.returns.event if self.pairs else self._sums.event

    @property
    def errors(self) -> Errors:
        """What the model says of its own errors."""
        return Errors.of(self.pairs.returns) if self.pairs else self._sums.errors

    @property
    def parameters(self) -> int:
        """K, the estimated parameters."""
        return self.pairs.returns.parameters if self.pairs else self._sums.parameters

    # ---- from sums ----------------------------------------------------------------------------------------------------

    @property
    def caar(self) -> float:
        """Mean CAR."""
        return float(self.cars.car.mean[0])

    @property
    def estimate(self) -> float:
        """The mean CAR that is asked for: weighted where there are weights, else `caar`."""
        return self.caar if self.weights is None else float(self.weights @ self.returns.over(self.window).car)

    @property
    def held_estimate(self) -> float:
        """The mean buy-and-hold abnormal return that is asked for, over the pairs that have one."""
        if self.weights is None or self.bhar is None:
            return self.bhaar
        known = np.isfinite(self.bhar)
        return (
            float(self.weights[known] @ self.bhar[known] / self.weights[known].sum()) if known.any() else float("nan")
        )

    @property
    def effective_n(self) -> float:
        """Pairs of equal weight that are worth as much, 1 / sum w²."""
        return float(self.n) if self.weights is None else effective_n(self.weights)

    @property
    def bhaar(self) -> float:
        """Mean buy-and-hold abnormal return; NaN where no pair has one."""
        return float(self.cars.bhar.mean[0]) if self.cars.bhar.n[0] else float("nan")

    @property
    def car_spread(self) -> float:
        """Standard deviation of the CARs, N - 1."""
        return float(self.cars.car.spread[0])

    @property
    def scar_mean(self) -> float:
        """Mean SCAR."""
        return float(self.cars.scar.mean[0])

    @property
    def scar_spread(self) -> float:
        """Standard deviation of the SCARs, N - 1."""
        return float(self.cars.scar.spread[0])

    @property
    def mean_unit(self) -> float:
        """Mean of C, the variance of a CAR over sigma²."""
        return float(self.cars.unit[0] / self.n)

    @property
    def positive(self) -> int:
        """The number of CARs above zero."""
        return int(self.cars.positive[0])

    @property
    def negative(self) -> int:
        """The number of CARs below zero."""
        return int(self.cars.negative[0])

    @property
    def share_positive(self) -> float:
        """Mean share of positive sums of as many consecutive estimation days as the window has; NaN without such a run."""
        return float(self.cars.share[0] / self.cars.share_n[0]) if self.cars.share_n[0] else float("nan")

    @property
    def share_positive_days(self) -> float:
        """Mean share of estimation days with a residual above zero."""
        return self.days.share / self.n

    @property
    def residual_average(self) -> tuple[Floats, Ints]:
        """(L1,) mean residual of each estimation day in event time, and the pairs behind it."""
        return mean_of(self.days.residual, self.days.residual_n), self.days.residual_n

    @property
    def day_ranks(self) -> tuple[Floats, float, int]:
        """Mean scaled rank of each day of estimation and event window, its spread S, and T; see `mean_ranks`."""
        return mean_ranks(self.ranks.days, np.concatenate([self.days.residual_n, self.days.ar_n]), self.n)

    def window_ranks(self, scale: float) -> tuple[Floats, float, int]:
        """As `day_ranks`, of the standardised estimation days and, the last column, the SCARs times `scale`."""
        if self.pairs:
            lower = below(self.returns, self.window, scale)
        else:
            assert self._sums.below is not None
            assert scale == self._sums.scale
            lower = self._sums.below
        days = self.ranks.residuals + lower - 0.5 * self.days.residual_n
        own = -days.sum()  # the scaled ranks of a pair add up to zero
        return mean_ranks(np.append(days, own), np.append(self.days.residual_n, self.n), self.n)

    @property
    def residual_shape(self) -> Shape:
        """Skewness and kurtosis of the pooled studentised residuals."""
        n = float(self.days.residual_n.sum())
        s1, s2 = self.days.student.sum() / n, self.days.student_squares.sum() / n
        s3, s4 = self.days.student_powers / n
        variance = s2 - s1**2
        third = s3 - 3 * s1 * s2 + 2 * s1**3
        fourth = s4 - 4 * s1 * s3 + 6 * s1**2 * s2 - 3 * s1**4
        return Shape(float(third / variance**1.5), float(fourth / variance**2 - 3))

    @property
    def variance_of_days(self) -> Floats | str:
        """(days,) spread over pairs, squared, of every estimation day on which all have a residual; or why there are none."""
        common = self.days.residual_n == self.n
        if common.sum() < FEWEST_DAYS:
            return TOO_FEW_DAYS
        student, squares = self.days.student[common], self.days.student_squares[common]
        variance: Floats = (squares - student**2 / self.n) / (self.n - 1)
        return np.where(variance > 1e-12 * squares / self.n, variance, 0.0)

    @property
    def untraded_shares(self) -> tuple[float, float] | None:
        """Mean share of estimation days with a return of zero, and without a return; None where that is not known."""
        zero, lacking = (self.days.untraded / self.n).tolist()
        return None if np.isnan(zero) else (zero, lacking)

    @cached_property
    def correlation(self) -> Correlation:
        """Mean residual correlation, weighted by how far the windows share calendar days."""
        if self.bare:
            days = self.returns.sessions[self.returns.session_of, self.returns.n_estimation_days :]
            first = self.window.start - self.event.start
            return Correlation(float("nan"), _mean_overlap(days[:, first : first + self.window.length]))
        if self.exact_correlation:
            return pairwise_correlation(self.returns, self.window)
        return self.dates.mean_correlation(self.event, self.window)

    @cached_property
    def common(self) -> InCommon:
        """What each two of the pairs have in common: nothing where their mean correlation was set to zero."""
        known = self.correlation.common
        if known is None or self.correlation.floored:
            size = known.size if known else np.ones(self.n) if self.exact_correlation else self.dates.size
            return InCommon.nothing(size)
        return known

    @cached_property
    def spreads(self) -> Floats:
        """(G, 4) sums over the pairs of each row of `common` of 1/s, 1/s², s and s², s the standard error of a CAR."""
        if not self.pairs:
            return self._sums.spreads
        parts = spread_parts(self.cumulated.se)
        if self.exact_correlation:
            return parts
        row = np.searchsorted(self.dates.keys, self.returns.session_of)
        return np.stack([np.bincount(row, part, len(self.dates.keys)) for part in parts.T], axis=1)

    @property
    def bare(self) -> bool:
        """Whether there are no estimation days, so that the spread of the pairs is all that is known."""
        return self.pairs is not None and self.pairs.returns.bare

    @property
    def lengths_differ(self) -> bool:
        """Whether the pairs have windows of their own that differ in length."""
        own = self.pairs is not None and self.pairs.returns.unseen is not None
        return own and bool(np.ptp(self.cumulated.n_days) > 0)

    def unscaled(self) -> Sample:
        """This sample of pairs without estimation days, with one for the variance of every day: SCARs are CARs over sqrt(L)."""
        returns = replace(self.returns, sigma=np.ones(self.n), bare=False)
        assert self.pairs is not None
        return replace(self, pairs=replace(self.pairs, returns=returns)).knowing(correlation=self.correlation)

    def in_regime(self) -> Sample:
        """This sample with the scale of its near days: those of its portfolio, or on several dates of the mean over pairs."""
        if self.portfolio is not None:
            found = regimes(self.portfolio, self.window)
            regime = found.at(0) if found else None
        else:
            regime = self.pairs.regime(self.window) if self.pairs else _regime_of(self._sums.near, self.window)
        return replace(self, regime=regime, scale=regime.ratio if regime and regime.used else 1.0)

    def knowing(self, **found: Any) -> Sample:
        """This sample, told what of it is worked out already: its `correlation`, `cars` or `spreads`."""
        self.__dict__.update(found)
        return self

    # ---- pair by pair -------------------------------------------------------------------------------------------------

    @property
    def returns(self) -> AbnormalReturns:
        """Abnormal returns of the pairs."""
        assert self.pairs is not None, "only sums were kept"
        return self.pairs.returns

    @property
    def each(self) -> tuple[AbnormalReturns, ...]:
        """Abnormal returns of the pairs, in parts; none where only sums were kept."""
        return (self.pairs.returns,) if self.pairs else self._sums.few

    @property
    def cumulated(self) -> Cumulated:
        """CARs, standard errors and SCARs of the window."""
        return self.returns.over(self.window)

    @property
    def car(self) -> Floats:
        """(N,)"""
        return self.cumulated.car

    @property
    def scar(self) -> Floats:
        """(N,)"""
        return self.cumulated.scar

    @property
    def median(self) -> float:
        """Median CAR; NaN where only sums were kept."""
        return float(np.median(self.car)) if self.pairs else float("nan")

    @property
    def members(self) -> Ints | None:
        """(N,) rows of the block; None for all of them."""
        return self.pairs.members if self.pairs else None

    @property
    def block(self) -> EventBlock | None:
        """Raw returns and regressors."""
        return self.pairs.block if self.pairs else None

    def squeezed(self, scale: float) -> Floats:
        """(N, L1 + 1) scaled ranks of the standardised residuals and of the SCARs times `scale`, the last column."""
        return with_one_more(self.returns.estimation_ranks, self.returns.standardised, scale * self.scar)


def _mean_overlap(days: Days) -> float:
    """Mean share of the days (N, L) that two pairs have in common."""
    n, length = days.shape
    counts = np.unique(days[~np.isnat(days)], return_counts=True)[1].astype(float)
    return float((counts * (counts - 1)).sum() / (length * n * (n - 1))) if n > 1 else 0.0


SeriesFunction = Callable[..., SeriesSignificance]
PairsFunction = Callable[[Sample, str], Significance]
SizeFunction = Callable[[int, float], float]


@dataclass(frozen=True)
class SeriesTest:
    """A test of one firm or one portfolio. `compute(returns, window, seed)` judges all N series at once.

    One that says so by `inverts` takes a `level` too, gives the interval of effects that it does not reject, and takes the
    number of `draws`.
    """

    summary: str
    null: str
    assumes: str
    fails: str
    paper: str
    compute: SeriesFunction
    inverts: bool = False
    calm_days: bool = False
    """Takes its measure from estimation days as they are, however wild the days near the window."""
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
    of_few: bool = False
    """Needs abnormal returns pair by pair, as they are kept of few pairs beside their sums."""
    independent: bool = False
    """Takes the pairs for independent draws: invalid when events share days."""
    independent_variants: tuple[str, ...] = ()
    """The variants that do so where the others do not."""
    event_time: bool = False
    """Adds up days in event time, as if windows of different dates shared none: invalid where they do."""
    constant_variance: bool = False
    """Takes the variance of estimation days for that of event days."""
    calm_days: bool = False
    """Takes the variance of a sum from estimation days as they are, whatever the pairs' own spread."""
    scaled: bool = False
    """Divides by the scale of a raised volatility regime, so that only variance beyond it counts against the test."""
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
    size_of_variants: Mapping[str, SizeFunction] = field(default_factory=dict)
    """The same of variants that reject at other values."""
    by_precision: bool = False
    """Adds up returns over their own standard errors, so that calm firms weigh most: of one effect, not of the mean of all."""
    location: bool = True
    """Asks whether the mean effect is zero (else: whether any is, or whether the variance changed)."""
    kind: Literal["pairs"] = field(default="pairs", init=False)


def cannot_reach(n: int, smallest: float) -> Phrase:
    """Why the p of a test that counts N pairs cannot be small."""
    return Phrase("{pairs} pairs cannot reach 5 %: the smallest p is {p:.3g}", pairs=n, p=smallest)


def no_spread(spread: float, mean: float) -> str:
    """Why values with this standard deviation and mean cannot be judged by it, or nothing; rounding is no spread."""
    return "" if spread > _SAME * (1 + abs(mean)) else NO_SPREAD


def nothing_own(correlation: float) -> str:
    """Why pairs with this mean correlation cannot be told from what they have in common, or nothing."""
    return "" if 1 - correlation > _OWN else NOTHING_OWN


def collinear(restriction: Floats, residuals: Floats) -> str:
    """Why the covariance of these sums (q, N) of series (N, days) cannot be inverted, or nothing."""
    size = np.abs(restriction) @ np.sqrt((residuals**2).sum(axis=1))
    sums = restriction @ residuals / np.where(size > 0, size, 1.0)[:, None]
    return COLLINEAR if np.linalg.matrix_rank(sums, tol=1e-8) < len(sums) else ""
