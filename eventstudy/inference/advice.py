"""Which tests are valid for this design, which one is the headline, and why (METHODS 3.29, ruling 22).

The first row of `_SITUATIONS` that fits names the headline. Rows of `_CIRCUMSTANCES` may hold as well:
they add tests to look at next. What a test assumes is written in its own file; `judge` holds it against the design. One event
date is one draw of the common shock, however many tickers it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference import Correlation, PairsTest, Sample, Significance
from eventstudy.inference.base import LEVEL, cannot_reach
from eventstudy.inference.distributions import against_variance, critical_normal, critical_t
from eventstudy.inference.parametric import equal_weights, spread_over_expected
from eventstudy.language import Phrase
from eventstudy.language.messages import Message
from eventstudy.units import unit_shown
from eventstudy.units.frequency import DAILY, Frequency
from eventstudy.units.windows import Window

DEFAULT_TESTS = (
    "portfolio_t",
    "bmp_adjusted",
    "patell_adjusted",
    "cda",
    "corrado_rank",
    "grank_t",
    "generalized_sign",
    "cross_section_t",
    "patell",
    "bmp",
    "caar_t",
    "patell_guarded",
)
"""Reported for every aggregate, valid or not, so that the reader sees why not."""

BARE_TESTS = ("cross_section_t", "hall_t", "sign", "wilcoxon", "wild_bootstrap")
"""What can be asked without estimation days: the spread of the pairs is all that is known."""

AGAINST_THE_MEAN = Phrase(
    "the firms that move least by themselves count most in this test, and went the other way than the mean: what stands out is"
    " not the mean"
)

_MORE = 1.05
"""Variance of a mean over that of independent pairs from which on tests that take it for the same are not valid."""
_RISK = 1.96
_LEAST_FOR_RISK = 10
_EVENT_VARIANCE = 0.10
_FEW = 5
_MANY = 30
_FAT = 1.0
_SKEWED = 1.0
_SHARE_OF_ESTIMATION = 0.1
_STILL, _LACKING = 0.2, 0.05


@dataclass(frozen=True)
class Design:
    """What the decision table looks at, for one window."""

    n: int
    n_dates: int
    length: int
    correlation: Correlation
    """Mean residual correlation and mean overlap of the event windows."""
    variance_p: float
    """p of the test for event-induced variance; NaN where it cannot be told."""
    kurtosis: float
    """Excess kurtosis of the pooled studentised residuals."""
    skewness: float
    has_portfolio: bool
    df: int = 0
    """The smallest degrees of freedom of a residual variance."""
    m: int = 0
    """The smallest number of estimation days."""
    thin: bool = False
    """Whether many days have no trade (over all pairs)."""
    f_cross: float = 1.0
    """`f` over the f of pairs of equal day 0 alone: what windows of different dates have in common."""
    scale: float = 1.0
    """How much more the days near the event moved than estimation days, where the window is judged by that."""
    storm: float = 1.0
    """The same where they were wilder than usual (VOLATILITY_REGIME), whether or not the window is judged by that."""
    variance_ratio: float = 1.0
    """The variance of the standardised CARs over the one they should have."""
    clock: Frequency = DAILY
    """What a row is."""
    held: bool = False
    """Whether the window is a holding period of a year or more, in rows that are no days."""
    risk_z: float = 0.0
    """How far the mean CAR is from the effect common to all pairs, over its standard error."""

    @property
    def f(self) -> float:
        """The variance of a mean over the pairs relative to independent ones."""
        if np.isnan(self.correlation.mean):  # unknown without estimation days
            return np.inf if self.clustered else 1.0
        return self.correlation.inflation(self.n) if self.n > 1 else 1.0

    @property
    def clustered(self) -> bool:
        """Whether pairs share event days: one date, repeated dates, or overlapping windows."""
        return self.n > 1 and (self.n_dates < self.n or self.correlation.overlap > 0)

    @property
    def by_risk(self) -> bool:
        """Whether calm and volatile firms moved differently, as far as that can be told."""
        return self.n >= _LEAST_FOR_RISK and abs(self.risk_z) > _RISK

    @property
    def event_variance(self) -> bool:
        """Whether the variance rose with the event, as far as that can be told."""
        return self.n >= _FEW and self.variance_p < _EVENT_VARIANCE

    @property
    def fat_tailed(self) -> bool:
        """Whether tests that hang on normal tails are not to be believed."""
        return self.kurtosis > _FAT

    @property
    def skewed(self) -> bool:
        """Whether tests that take returns for symmetric are not to be believed."""
        return abs(self.skewness) > _SKEWED


@dataclass(frozen=True)
class Situation:
    """A row of the decision table."""

    name: str
    applies: Callable[[Design], bool]
    headline: str
    """The test that speaks; empty for circumstances."""
    robustness: tuple[str, ...]
    """The tests to look at next, the best first."""


_SITUATIONS = (
    Situation("one firm", lambda d: d.n == 1, "placebo", ("exact_t",)),
    Situation(
        "holding periods of a year or more",
        lambda d: d.held and d.n_dates > 1,
        "calendar_time",
        ("bmp_adjusted", "patell_guarded", "bhar_bootstrap"),
    ),
    Situation(
        "one event date",
        lambda d: d.n_dates == 1 and d.has_portfolio,
        "placebo",
        ("portfolio_t", "bmp_adjusted", "max_t", "joint_placebo", "patell_adjusted", "grank_t", "corrado_rank"),
    ),
    Situation(
        "an effect that varies with risk",
        lambda d: d.by_risk,
        "caar_t",
        ("bmp_adjusted", "patell_guarded", "grank_t", "calendar_time", "generalized_sign"),
    ),
    Situation(
        "events that share days",
        lambda d: d.n >= _FEW and d.clustered,
        "bmp_adjusted",
        ("patell_guarded", "patell_adjusted", "grank_t", "calendar_time", "wild_bootstrap"),
    ),
    Situation(
        "fewer than five events that share days",
        lambda d: d.n < _FEW and d.clustered,
        "patell_guarded",
        ("patell_adjusted", "patell"),
    ),
    Situation("fewer than five events", lambda d: d.n < _FEW, "placebo_sum", ("patell_guarded", "patell")),
    Situation(
        "distinct event dates",
        lambda d: True,
        "bmp",
        ("patell_guarded", "grank_t", "generalized_sign", "patell"),
    ),
)

_CIRCUMSTANCES = (
    Situation(
        "few events",
        lambda d: _FEW <= d.n < _MANY and not d.clustered,
        "",
        ("wild_bootstrap", "grank_t", "corrado_rank"),
    ),
    Situation(
        "event-induced variance",
        lambda d: d.event_variance,
        "",
        ("bmp", "bmp_adjusted", "grank_t", "generalized_sign", "cross_section_t"),
    ),
    Situation("fat tails", lambda d: d.fat_tailed, "", ("corrado_rank", "grank_t", "placebo", "max_t")),
    Situation("skewed returns", lambda d: d.skewed, "", ("generalized_sign", "corrado_rank", "bmp", "hall_t")),
    Situation("thin trading", lambda d: d.thin, "", ("corrado_rank", "generalized_sign")),
    Situation("long window", lambda d: d.length > d.clock.long, "", ("placebo", "bhar_bootstrap", "calendar_time")),
    Situation("many firms on one date", lambda d: d.n_dates == 1 and d.n > d.df - 10, "", ("max_t",)),
)


def describe(sample: Sample) -> Design:
    """The design of a `Sample`, or of what the sums over pairs say of one: its counts, correlation, and its residuals."""
    if sample.bare:
        return describe_bare(sample)
    shape, untraded = sample.residual_shape, sample.untraded_shares
    variance = plugins.load("tests", "variance_placebo").compute(sample, "default")
    many = sample.n > 1
    weighted = equal_weights(sample) if many and sample.scar_spread > 0 else ""
    return Design(
        n=sample.n,
        n_dates=sample.n_dates,
        length=sample.window.length,
        correlation=sample.correlation,
        variance_p=variance.told_p,
        kurtosis=shape.kurtosis,
        skewness=shape.skewness,
        has_portfolio=sample.portfolio is not None and bool(cumulate(sample.portfolio, sample.window).covered[0]),
        df=sample.days.least_df,
        m=sample.days.least_m,
        thin=untraded is not None and is_thin(*untraded),
        f_cross=sample.correlation.across(sample.n) if many else 1.0,
        scale=max(1.0, sample.scale),
        storm=max(1.0, sample.regime.ratio) if sample.regime and sample.regime.raised else 1.0,
        clock=sample.clock,
        held=sample.clock.holds(sample.window),
        variance_ratio=spread_over_expected(sample) if many else 1.0,
        risk_z=0.0 if isinstance(weighted, str) else weighted.z,
    )


def describe_bare(sample: Sample) -> Design:
    """The design of pairs without estimation days: what is common to them is unknown, the days they share are counted."""
    unknown = float("nan")
    n, length = sample.n, sample.window.length
    return Design(n, sample.n_dates, length, sample.correlation, unknown, unknown, unknown, has_portfolio=False)


def is_thin(zero: float, missing: float) -> bool:
    """Whether so many days have a return of zero, or none, that betas are biased (METHODS 3.29)."""
    return zero > _STILL + 1e-12 or missing > _LACKING + 1e-12  # a fifth is a fifth, however it was added up


def situation(design: Design) -> Situation:
    """The first row of the decision table that fits."""
    return next(row for row in _SITUATIONS if row.applies(design))


def judged_by(design: Design, headline: str | None) -> Situation:
    """The row that named this headline: where a portfolio in calendar time has too few rows, it is that of a shorter window."""
    found = situation(design)
    return situation(replace(design, held=False)) if design.held and headline != found.headline else found


def robustness(design: Design) -> tuple[str, ...]:
    """The tests to look at beside the headline: those of every row that fits, without those that the design breaks.

    Tests of single series are put to the portfolio of the pairs, so they count where there is one.
    """
    first = situation(design)
    rows = [first, *(row for row in _CIRCUMSTANCES if design.n > 1 and row.applies(design))]
    found = []
    for name in dict.fromkeys(name for row in rows for name in row.robustness):
        test = plugins.load("tests", name)
        lacks_series = test.kind == "series" and design.n > 1 and not design.has_portfolio
        one_day = name == "joint_placebo" and design.length > 1
        broken = test.kind == "pairs" and any(objections(test, design, "default"))
        if name != first.headline and not (lacks_series or one_day or broken):
            found.append(name)
    return tuple(found)


def judge(test: PairsTest, answer: Significance, design: Design, variant: str = "default") -> Significance:
    """The answer, marked as not valid where the design breaks what the test assumes.

    Never repairs and never hides: statistic and p stay as computed.
    """
    if answer.distribution:
        for reason, size in objections(test, design, variant):
            answer = answer.distrusted(reason, size)
    return answer


def objections(test: PairsTest, design: Design, variant: str) -> Iterator[tuple[Phrase, float | None]]:
    """(reason, expected size or None) of everything that the design breaks."""
    n = design.n
    if (test.independent or variant in test.independent_variants) and design.f > _MORE:
        size_of = test.size_of_variants.get(variant, test.size_when_clustered)
        size = size_of(n, design.correlation.mean) if size_of and np.isfinite(design.correlation.mean) else None
        yield _why_clustered(design), size
    elif test.independent and design.held and design.correlation.overlap > 0:
        yield Phrase("holding periods of a year or more overlap: the pairs are not independent"), None
    if test.event_time and design.f_cross > _MORE:
        yield (
            Phrase(
                "windows of different dates share days: a sum over them varies {times:.2f} times as much as this test"
                " takes it to",
                times=design.f_cross,
            ),
            against_variance(design.f_cross),
        )
    if test.cross_sectional_variance and n < _FEW:
        yield Phrase("a spread estimated from {pairs} pairs says little: five are needed", pairs=n), None
    if test.constant_variance and design.event_variance:
        yield (
            Phrase("the variance rose with the event (p {p:p}); this test takes it for unchanged", p=design.variance_p),
            against_variance(max(1.0, design.variance_ratio)),
        )
    if (test.constant_variance or test.calm_days) and design.storm > 1 and not (test.scaled and design.scale > 1):
        yield in_a_storm(design.storm), against_variance(design.storm**2) if test.location else None
    if test.symmetric and design.skewed:
        yield (
            Phrase(
                "residuals are skewed ({skewness:+.1f}); this test takes them for symmetric", skewness=design.skewness
            ),
            None,
        )
    if variant in test.normal_variants and design.fat_tailed:
        yield (
            Phrase(
                "residuals have fat tails (excess kurtosis {kurtosis:.1f}); this test needs normal ones",
                kurtosis=design.kurtosis,
            ),
            None,
        )
    if variant in test.short_variants and design.length > design.clock.long:
        yield (
            Phrase(
                "{sessions} sessions: this form forgets what the errors of the days have in common",
                sessions=design.length,
            ),
            None,
        )
    if not test.thin_trading and design.thin:
        yield Phrase("many days without a trade bias betas and variances: prefer ranks"), None
    if n < (least := test.trusted_from.get(variant, 0)):
        yield (
            Phrase(
                "with {pairs} pairs the reference distribution of this form is a poor one: {least} are needed",
                pairs=n,
                least=least,
            ),
            None,
        )
    if test.smallest_p and (smallest := test.smallest_p(n)) > LEVEL:
        yield cannot_reach(n, smallest), None


def in_a_storm(scale: float) -> Phrase:
    """Why a test that takes its variance from calm days is not valid."""
    return Phrase(
        "days near the event moved {times:times} times as much as estimation days; this test takes the variance"
        " for unchanged",
        times=scale,
    )


def _why_clustered(design: Design) -> Phrase:
    if design.n_dates == 1:
        return Phrase(
            "one date is one draw of the common shock: {pairs} tickers on it are not {pairs} observations"
            " (mean correlation {correlation:.2f})",
            pairs=design.n,
            correlation=design.correlation.mean,
        )
    overlap = design.correlation.overlap
    shared = {"pairs": design.n, "dates": design.n_dates, "overlap": overlap}
    if overlap >= 0.01:
        return Phrase(
            "the events share days ({pairs} pairs, {dates} dates, mean window overlap {overlap:.2f}): the pairs are not"
            " independent",
            **shared,
        )
    return Phrase(
        "the events share days ({pairs} pairs, {dates} dates, mean window overlap {overlap:.1g}): the pairs are not"
        " independent",
        **shared,
    )


def warn_design(design: Design, window: Window) -> list[Message]:
    """All that the reader of an aggregate over this window must know."""
    found = []
    if design.n > 1 and design.n_dates == 1:
        found.append(Message.of("ONE_DATE", pairs=design.n))
    if design.correlation.floored:
        found.append(Message.of("CORRELATION_FLOORED"))
    if design.event_variance:
        shared = "one_date" if design.n_dates == 1 else "clustered"
        form = f"EVENT_VARIANCE.{shared}" if design.clustered else "EVENT_VARIANCE"
        found.append(Message.of(form, window=window, p=design.variance_p))
    if design.fat_tailed:
        found.append(Message.of("FAT_TAILS", kurtosis=design.kurtosis))
    if design.skewed:
        found.append(Message.of("SKEWED", skewness=design.skewness))
    return found + _warn_counts(design, window)


def _warn_counts(design: Design, window: Window) -> list[Message]:
    """What the numbers of pairs, dates and days call for."""
    found = []
    if design.n > 1 and design.n_dates > 1 and design.clustered:
        found.append(Message.of("OVERLAPPING_EVENTS", window=window, shared=_why_clustered(design)))
    if 1 < design.n < _FEW and design.n_dates > 1:
        found.append(Message.of("FEW_EVENTS", pairs=design.n))
    if design.by_risk and design.n_dates > 1:
        found.append(Message.of("EFFECT_VARIES_WITH_RISK", window=window))
    if design.n_dates == 1 and 1 < design.df - 10 < design.n:
        found.append(Message.of("MANY_FIRMS", pairs=design.n, df=design.df))
    if design.length > design.clock.long:
        found.append(
            Message.of(
                f"LONG_WINDOW{'.levels' if unit_shown().of_levels else ''}", window=window, sessions=design.length
            )
        )
    if design.m and design.length > _SHARE_OF_ESTIMATION * design.m:
        found.append(Message.of("LONG_FOR_ESTIMATION", window=window, sessions=design.length, days=design.m))
    return found


def arch_p(returns: AbnormalReturns, lags: int = 5) -> np.ndarray:
    """(N,) p of Engle's LM test for volatility clusters in the estimation residuals; NaN where days are missing."""
    p = np.full(returns.n, np.nan)
    squares = returns.residuals**2
    whole = np.flatnonzero(np.isfinite(squares).all(axis=1))
    if squares.shape[1] <= 3 * lags or not len(whole):
        return p
    scaled = squares[whole] / squares[whole].mean(axis=1, keepdims=True)
    target = scaled[:, lags:]
    lagged = [np.ones_like(target)] + [scaled[:, lags - k : -k] for k in range(1, lags + 1)]
    x = np.stack(lagged, axis=2)
    solved = np.linalg.solve(np.einsum("ntj,ntk->njk", x, x), np.einsum("ntk,nt->nk", x, target)[:, :, None])[:, :, 0]
    rest = target - np.einsum("ntk,nk->nt", x, solved)
    total = ((target - target.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    p[whole] = special.chdtrc(lags, target.shape[1] * (1 - (rest**2).sum(axis=1) / total))
    return p


def of_the_mean(answer: Significance, mean: float, level: float) -> Significance:
    """A two-sided answer of a test by precision, not valid where it finds an effect (on one side or both) against the mean."""
    found = answer.p_value < 2 * max(LEVEL, 1 - level)
    return answer.distrusted(AGAINST_THE_MEAN) if found and answer.statistic * mean < 0 else answer


def beside_the_mean(answer: Significance, mean: float) -> bool:
    """Whether an interval over several pairs, which is of the effect common to them, does not hold their mean."""
    return answer.n > 1 and answer.interval is not None and not answer.interval[0] <= mean <= answer.interval[1]


def confidence_interval(answer: Significance, caar: float, level: float = 0.95) -> tuple[float, float] | None:
    """Two-sided interval from the headline test (ruling 21): its own, or that of a t of one series; None for other tests.

    One of several pairs that does not hold their mean is of another effect, and none of the mean.
    """
    if not answer.valid or answer.interval or answer.n > 1:
        return answer.interval if answer.valid and not beside_the_mean(answer, caar) else None
    if answer.distribution not in ("t", "normal") or answer.statistic == 0:
        return None
    alpha = 1 - level
    half = abs(caar / answer.statistic) * (critical_t(answer.df, alpha) if answer.df else critical_normal(alpha))
    return caar - half, caar + half
