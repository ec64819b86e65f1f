"""Tests of a mean whose statistic has a known law: Student's t or the normal.

First a security or a portfolio by itself, then the mean over pairs: of CARs, and of standardised CARs; at last the portfolio in
calendar time and the mean with weights by precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.engine.correlation import InCommon, pair_correlations
from eventstudy.inference import clusters
from eventstudy.inference.base import (
    NO_SPREAD,
    NOTHING_OWN,
    PairsTest,
    Sample,
    SeriesSignificance,
    SeriesTest,
    Significance,
    no_spread,
    nothing_own,
)
from eventstudy.inference.clusters import Coefficients
from eventstudy.inference.distributions import (
    critical_normal,
    critical_t,
    mean_over_known_variance,
    mean_over_spread,
    p_normal,
    p_t,
)
from eventstudy.language import Phrase
from eventstudy.panel.block import EventBlock, Floats, Ints
from eventstudy.units.windows import Window

_FEWEST_WEIGHED = 5
"""Pairs of equal weight that weights must be worth for a standard error of their mean."""
_LEAST_PAIRS = 10
"""Pairs from which on their skewness says something."""
_SLOPE = 0.2
"""Root of the slope of Hall's t in the mean over its spread, below which it no longer follows the mean."""
_LEAST_DAYS = 30
"""Calendar days that a regression of the portfolio needs."""
_NEWEY_WEST = 150
"""Calendar days below which Newey and West's covariance is too small."""
_LEAST_FIRMS = 5
"""Firms a day in the variant `five` of the portfolio in calendar time."""
_LEAST_OWN = 0.05
"""What pairs have of their own, at least, in the guard of Patell's test."""
_LEAST_TOTAL = 1e-3
"""Least variance of a sum of correlated values over the sum of their variances."""
_NO_REST = 1e-9
"""A part so small is what rounding leaves of none."""
NEEDS_DF = Phrase("needs more than four degrees of freedom in every estimation")


def exact_t(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """CAR over its forecast standard error, Student t with the degrees of freedom of sigma (METHODS 3.1).

    Give t = CAR / sqrt(s² i'Vi) for each series: exact under normal, independent, equal-variance errors.
    """
    t = returns.over(window).scar
    return SeriesSignificance(t, p_t(t, returns.df), "t", returns.df)


def garch_z(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """CAR over its standard error with the variances that GARCH forecasts for the event days (METHODS 1.4).

    Give z = CAR / sqrt(sum h_t + i'X* Var(b) X*'i), standard normal; no answer where the variance is one for all days.
    """
    z = cumulate(returns, window).scar
    constant = (returns.noise == returns.span).all(axis=1)[returns.basis_of]
    if returns.dependent:
        constant = np.ones(returns.n, dtype=bool)
    unchanging = Phrase("the model has one variance for all days: use garch or egarch")
    z = np.where(constant, np.nan, z)
    return SeriesSignificance(
        z, p_normal(z), "normal", reasons=tuple(unchanging if one else "" for one in constant.tolist())
    )


def portfolio_t(sample: Sample, variant: str) -> Significance:
    """The equal-weighted portfolio of the firms, run as one security (METHODS 3.4): exact on one event date.

    The t of the portfolio's CAR with the degrees of freedom of its own fit.
    """
    if sample.portfolio is None:
        return Significance.undefined(sample.no_portfolio, sample.n)
    found = sample.portfolio.over(sample.window)
    if not found.covered[0]:
        return Significance.undefined(
            Phrase("the portfolio lacks days of this window on which all members traded"), sample.n
        )
    t, df, se = float(found.scar[0]), float(sample.portfolio.df[0]), float(found.se[0])
    half = critical_t(df, 1 - sample.level) * se
    around = (sample.estimate - half, sample.estimate + half)
    return Significance(t, float(p_t(t, df)), "t", df, sample.n, se=se, interval=around)


def weighted_mean(sample: Sample, variant: str) -> Significance:
    """The weighted mean CAR over a standard error by clusters of event windows that share days (CR2).

    Student t with the degrees of freedom of Bell and McCaffrey (2002).
    """
    if sample.weights is None:
        return Significance.undefined(Phrase("the pairs have no weights"), sample.n)
    first = sample.returns.n_estimation_days + sample.window.start - sample.event.start
    days = sample.returns.sessions[sample.returns.session_of, first : first + sample.window.length]
    cluster = clusters.sharing_days(days)
    if int(cluster.max()) < 1:
        return Significance.undefined(Phrase("all windows share days: there is one cluster of dates"), sample.n)
    found = clusters.weighted_mean(sample.returns.over(sample.window).car, sample.weights, cluster)
    if not np.isfinite(found.statistic):
        return Significance.undefined(NO_SPREAD, sample.n)
    half = critical_t(found.df, 1 - sample.level) * found.se
    around = (found.difference - half, found.difference + half)
    answer = Significance(found.statistic, found.p, "t", found.df, sample.n, se=found.se, interval=around)
    if sample.effective_n >= _FEWEST_WEIGHED * (1 - _NO_REST):
        return answer
    return answer.distrusted(
        Phrase("the weights are worth {n:.1f} pairs of equal weight, and five are needed", n=sample.effective_n)
    )


def cda(sample: Sample, variant: str) -> Significance:
    """Crude dependence adjustment: the spread of the average abnormal return over the estimation days (METHODS 3.2, ruling 7).

    Give t = CAAR / sqrt(S² C), S² from the event-time AARs; `paper` is CAAR / (S sqrt(L)) of Brown and Warner (1985).
    """
    aar, count = sample.residual_average
    paper = variant == "paper"
    k = sample.parameters
    kept = count >= (1 if paper else sample.n / 2)
    m = int(kept.sum())
    df = m - (1 if paper or k == 0 else k)
    if df < 1:
        return Significance.undefined(
            Phrase("too few event-time days on which half of the pairs have a return"), sample.n
        )
    centre = aar[kept].mean() if paper or k == 0 else 0.0
    variance = float(((aar[kept] - centre) ** 2).sum() / df)
    unit = sample.window.length if paper else sample.mean_unit
    se = float(np.sqrt(variance * unit))
    t = sample.caar / se
    return Significance(t, float(p_t(t, df)), "t", df, sample.n, se=se)


def cross_section_t(sample: Sample, variant: str) -> Significance:
    """Mean CAR over the spread of the CARs (METHODS 3.3).

    Give t = sqrt(N) CAAR / sd(CAR), N - 1 degrees of freedom.
    """
    n = sample.n
    if n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), n)
    if reason := no_spread(sample.car_spread, sample.caar):
        return Significance.undefined(reason, n)
    se = float(sample.car_spread / np.sqrt(n))
    t = sample.caar / se
    half = critical_t(n - 1, 1 - sample.level) * se
    around = sample.caar - half, sample.caar + half
    return Significance(t, float(p_t(t, n - 1)), "t", n - 1, n, se=se, interval=around)


def hall(values: Floats) -> tuple[float, float]:
    """T = sqrt(N) (S + g S²/3 + g² S³/27 + g/(6N)) of values (N,), S their mean over their sd, g their skewness.

    Also 1 + g S/3, the root of the slope of T in S: where it nears zero the correction no longer follows the mean.
    """
    n, sd = len(values), values.std(ddof=1)
    s = values.mean() / sd
    g = n / ((n - 1) * (n - 2)) * (((values - values.mean()) / sd) ** 3).sum()
    t = np.sqrt(n) * (s + g * s**2 / 3 + g**2 * s**3 / 27 + g / (6 * n))
    return float(t), float(1 + g * s / 3)


def hall_t(sample: Sample, variant: str) -> Significance:
    """Cross-sectional t corrected for the skewness of the CARs (METHODS 3.10, ruling 23).

    Student t with N - 1 degrees of freedom; `paper` refers to the standard normal.
    """
    n = sample.n
    if n < _LEAST_PAIRS:
        return Significance.undefined(Phrase("a skewness from {n} pairs says nothing: ten are needed", n=n), n)
    if reason := no_spread(sample.car_spread, sample.caar):
        return Significance.undefined(reason, n)
    t, slope = hall(sample.car)
    answer = (
        Significance(t, float(p_normal(t)), "normal", None, n)
        if variant == "paper"
        else Significance(t, float(p_t(t, n - 1)), "t", n - 1, n)
    )
    if slope < _SLOPE:
        return answer.distrusted(Phrase("the skewness is so large that the correction no longer follows the mean"))
    return answer


def patell_z(sample: Sample, variant: str) -> float:
    """Give Z = sum SCAR / sqrt(sum v / (v - 2)); `paper` sums daily SARs over sqrt(L) in place of the exact SCAR."""
    total = float(sample.n * sample.scar_mean)
    if variant == "paper":
        used = sample.cumulated.used
        columns = slice(sample.window.start - sample.returns.event.start, None)
        sar = sample.returns.sar[:, columns][:, : sample.window.length]
        total = (np.where(used, sar, 0.0).sum(axis=1) / np.sqrt(used.sum(axis=1))).sum()
    return float(total / np.sqrt(sample.days.theoretical))


def patell(sample: Sample, variant: str) -> Significance:
    """Sum of standardised CARs over the variance they should have (METHODS 3.5).

    Standard normal for independent pairs.
    """
    if sample.days.least_df <= 4:
        return Significance.undefined(NEEDS_DF, sample.n)
    z = patell_z(sample, variant)
    return Significance(z, float(p_normal(z)), "normal", None, sample.n)


def patell_adjusted(sample: Sample, variant: str) -> Significance:
    """Patell's Z over sqrt(1 + (N - 1) r) (METHODS 3.6).

    Standard normal; r is the overlap-weighted mean residual correlation.
    """
    if sample.n < 2:
        return Significance.undefined(Phrase("a correlation needs two pairs"), sample.n)
    if sample.days.least_df <= 4:
        return Significance.undefined(NEEDS_DF, sample.n)
    z = patell_z(sample, "default") / np.sqrt(sample.correlation.inflation(sample.n))
    return Significance(float(z), float(p_normal(z)), "normal", None, sample.n)


class Standardised(NamedTuple):
    """What N standardised CARs z = CAR / s and g = 1 / s have as means and as variances with N - 1."""

    n: int
    z: float
    g: float
    zz: float
    gg: float
    zg: float

    @classmethod
    def of(cls, sample: Sample) -> Standardised:
        """Those of a sample of two or more pairs."""
        found, less = sample.cars.precision, sample.n - 1
        means = (float(found.one.mean[0]), float(found.other.mean[0]))
        return cls(sample.n, *means, *(float(m[0] / less) for m in (found.one.m2, found.other.m2, found.product)))

    @property
    def common_effect(self) -> float:
        """The effect of all pairs at which the mean standardised CAR is zero."""
        return self.z / self.g

    def not_rejected(self, k: float) -> tuple[float, float] | None:
        """The effects m with mean(z - m g)² <= k var(z - m g); None where they have no bounds."""
        a, e = self.g**2 - k * self.gg, self.z**2 - k * self.zz
        if a <= 0:
            return None
        half_b = self.z * self.g - k * self.zg
        root = np.sqrt(max(half_b**2 - a * e, 0.0))
        return float((half_b - root) / a), float((half_b + root) / a)


def bmp_t(sample: Sample) -> float:
    """sqrt(N) mean(SCAR) / sd(SCAR), sd with N - 1; forecast errors are in the SCARs."""
    return float(np.sqrt(sample.n) * sample.scar_mean / sample.scar_spread)


def bmp_answer(sample: Sample, variant: str, shrink: float, df: float) -> Significance:
    """BMP's statistic times the root of `shrink`, Student t with `df`; `paper` refers to the standard normal.

    The interval is of the effects that it does not reject when they are taken from every CAR (REMEDIES B 3).
    """
    n, t = sample.n, bmp_t(sample) * float(np.sqrt(shrink))
    alpha = 1 - sample.level
    critical = critical_normal(alpha) if variant == "paper" else critical_t(df, alpha)
    around = Standardised.of(sample).not_rejected(critical**2 / (n * shrink))
    if variant == "paper":
        return Significance(t, float(p_normal(t)), "normal", None, n, interval=around)
    return Significance(t, float(p_t(t, df)), "t", df, n, interval=around)


def bmp(sample: Sample, variant: str) -> Significance:
    """Standardised cross-sectional test: mean SCAR over the spread of the SCARs (METHODS 3.8).

    Robust to event-induced variance; needs independent pairs.
    """
    if sample.n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), sample.n)
    if reason := no_spread(sample.scar_spread, sample.scar_mean):
        return Significance.undefined(reason, sample.n)
    return bmp_answer(sample, variant, 1.0, sample.n - 1)


def bmp_adjusted(sample: Sample, variant: str) -> Significance:
    """BMP times sqrt((1 - r) / (1 + (N - 1) r)) (METHODS 3.9).

    Robust to event-induced variance and to events that share days; exact for equicorrelated normal pairs. Where some pairs
    hang together more than others their spread has fewer than N - 1 degrees of freedom (Satterthwaite; REMEDIES B 1b).
    """
    n = sample.n
    if n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), n)
    r = sample.correlation
    if reason := no_spread(sample.scar_spread, sample.scar_mean) or nothing_own(r.mean):
        return Significance.undefined(reason, n)
    return bmp_answer(sample, variant, (1 - r.mean) / r.inflation(n), r.df(n))


def _own(sample: Sample) -> float:
    """1 - r, what pairs have of their own, at least .05."""
    return max(1 - sample.correlation.mean, _LEAST_OWN)


def spread_over_expected(sample: Sample) -> float:
    """The variance of the standardised CARs, over 1 - r, relative to the mean of v / (v - 2)."""
    return float(sample.scar_spread**2 / _own(sample) * sample.n / sample.days.theoretical)


def patell_guarded(sample: Sample, variant: str) -> Significance:
    """Patell's sum over the larger of the spread it should have and of the one it has (REMEDIES B 5).

    Give z = sum SCAR / sqrt(N f max(Q l², k²)), f = 1 + (N - 1) r, Q the mean of v / (v - 2), l the scale of a raised
    volatility regime, k² = var(SCAR) / (1 - r), 1 - r at least .05; standard normal.
    """
    n = sample.n
    if n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), n)
    if sample.days.least_df <= 4:
        return Significance.undefined(NEEDS_DF, n)
    of, f, own = Standardised.of(sample), sample.correlation.inflation(n), _own(sample)
    expected = sample.days.theoretical / n * max(1.0, sample.scale) ** 2
    z = float(n * of.z / np.sqrt(n * f * max(expected, of.zz / own)))
    critical = critical_normal(1 - sample.level)
    half = critical * float(np.sqrt(f * expected / n)) / of.g
    wide = of.not_rejected(critical**2 * f / (n * own))
    linear = (of.common_effect - half, of.common_effect + half)
    around = wide and (min(wide[0], linear[0]), max(wide[1], linear[1]))
    return Significance(z, float(p_normal(z)), "normal", None, n, interval=around)


class EqualWeights(NamedTuple):
    """The mean CAR, judged by the spread of the standardised CARs around one effect (REMEDIES B 3b, 3c)."""

    se: float
    df: float
    apart: float
    """CAAR less the common effect."""
    z: float
    """The same over its standard error: beyond 1.96, calm and volatile firms moved differently."""


def equal_weights(sample: Sample) -> EqualWeights | str:
    """Standard error of the mean CAR, k² i'SPSi / N² with S = diag(s), k² = e'e / (N - h'Ph), e = z - h h'z; or why none.

    H is 1 / s over its length. i'SPSi is at least a thousandth of sum s².
    """
    n, of, common = sample.n, Standardised.of(sample), sample.common
    g, gg, s, ss = sample.spreads.T
    along = float(np.sqrt(gg.sum()))
    h, hh = g / along, gg / along**2
    length = (n - 1) * of.zz + n * of.z**2
    rest = length - ((n - 1) * of.zg + n * of.z * of.g) ** 2 / along**2
    of_h = common.along(h, hh)
    own = n - of_h.product
    if rest <= _NO_REST * length:
        return NO_SPREAD
    if own <= _NO_REST * n:
        return NOTHING_OWN
    spread = rest / own
    total = max(common.product(s, s, ss), _LEAST_TOTAL * ss.sum())
    sum_g = n * of.g
    w, ww = s / n - common.size / sum_g, ss / n**2 - 2 * s / (n * sum_g) + common.size / sum_g**2
    apart, against = sample.caar - of.common_effect, spread * common.product(w, w, ww)
    z = apart / np.sqrt(against) if against > _NO_REST * spread * ss.sum() / n**2 else 0.0
    return EqualWeights(float(np.sqrt(spread * total) / n), common.df(of_h), apart, float(z))


def proportional(x: Floats, values: Floats, weights: Floats, se: Floats, common: InCommon) -> Coefficients:
    """Weighted least squares of N CARs on x (N, K), their errors in proportion to `se` (N,), with P = `common` of each pair.

    a = (x'Wx)⁻¹x'W,  S = diag(se),  Q = I less the projection on S⁻¹x,  k² = c'S⁻¹QS⁻¹c / tr QP,  V = k² aSPSa', with the
    degrees of freedom tr(QP)² / tr(QPQP) of k². V has a thousandth of what independent pairs have at least. On a constant
    alone, with equal `se`, this is `caar_t`.
    """

    def of_all(columns: Floats) -> Floats:
        """P times (N, C)."""
        found: Floats = columns + np.stack([common.times(column) for column in columns.T], axis=1)
        return found

    wx = x * weights[:, None]
    a = np.linalg.solve(wx.T @ x, wx.T)
    q, _ = np.linalg.qr(x / se[:, None])
    met, z = of_all(q), values / se
    inner, rest = q.T @ met, z - q @ (q.T @ z)
    own = len(x) - float(np.trace(inner))
    square = common.squared - 2 * float((met**2).sum()) + float((inner**2).sum())
    df = own**2 / square if square > 0 and own > _NO_REST else np.nan
    load = (a * se).T
    alone = load.T @ load
    v = load.T @ of_all(load)
    short = np.diag(v) < _LEAST_TOTAL * np.diag(alone)
    v = np.where(short[:, None] | short, _LEAST_TOTAL * alone, v)
    spread = float(rest @ rest) / own if own > _NO_REST else np.nan
    return Coefficients(a @ values, spread * v, np.full(x.shape[1], df))


def caar_t(sample: Sample, variant: str) -> Significance:
    """The mean CAR over a standard error made of the pairs' own, scaled by how far they are from one effect (REMEDIES B 3b).

    Student t with Satterthwaite's degrees of freedom. Equal standard errors, equicorrelated pairs: `bmp_adjusted`.
    """
    if sample.n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), sample.n)
    found = equal_weights(sample)
    if isinstance(found, str):
        return Significance.undefined(found, sample.n)
    t, half = sample.caar / found.se, critical_t(found.df, 1 - sample.level) * found.se
    around = (sample.caar - half, sample.caar + half)
    return Significance(t, float(p_t(t, found.df)), "t", found.df, sample.n, se=found.se, interval=around)


def pseudo_values(values: Floats) -> Floats:
    """(N,) N theta - (N - 1) theta without i, theta = mean / sd."""
    n = len(values)
    others, spread = without_each(values)
    theta = values.mean() / values.std(ddof=1)
    jack: Floats = n * theta - (n - 1) * others / spread
    return jack


def without_each(values: Floats) -> tuple[Floats, Floats]:
    """(N,) mean and standard deviation of the others."""
    n = len(values)
    others = (values.sum() - values) / (n - 1)
    squares = ((values**2).sum() - values**2 - (n - 1) * others**2) / (n - 2)
    return others, np.sqrt(np.maximum(squares, 0.0))


def jackknife(sample: Sample, variant: str) -> Significance:
    """Mean of the jackknife pseudo-values of ASCAR / sd(SCAR) (METHODS 3.18).

    Student t with N - 1 degrees of freedom.
    """
    n = sample.n
    if n < 3:
        return Significance.undefined(Phrase("leaving one out needs three pairs"), n)
    if reason := no_spread(sample.scar_spread, sample.scar_mean):
        return Significance.undefined(reason, n)
    others, spread = without_each(sample.scar)
    if (spread <= 1e-7 * (1 + np.abs(others))).any():  # what rounding leaves of a difference of squares
        return Significance.undefined(Phrase("without one of the pairs there is no spread between the others"), n)
    jack = pseudo_values(sample.scar)
    t = float(np.sqrt(n) * jack.mean() / jack.std(ddof=1))
    return Significance(t, float(p_t(t, n - 1)), "t", n - 1, n)


class CalendarPortfolio(NamedTuple):
    """One row a calendar day, in order."""

    returns: Floats
    """(D,) mean return of the firms held, over the risk-free rate where factors are given."""
    regressors: Floats
    """(D, K) ones, then the mean benchmark or factors of the firms held."""
    held: Ints
    """(D,) how many."""


def factors_of(block: EventBlock) -> tuple[str, ...]:
    """The regressors: all factors but the risk-free rate; the benchmark where there are none."""
    return tuple(n for n in block.names if n not in ("benchmark", "peer", "rf") and n[0] != "@") or ("benchmark",)


def calendar_portfolio(sample: Sample, block: EventBlock) -> CalendarPortfolio:
    """The portfolio of the pairs over their windows; days without a return of one session or a regressor are left out."""
    members = np.arange(block.n_pairs) if sample.members is None else sample.members
    first = block.event_columns.start + sample.window.start - block.event.start
    columns = np.arange(first, first + sample.window.length)
    design, names = block.design[members], factors_of(block)
    held = block.returns[np.ix_(members, columns)]
    x = block.columns(names)[design][:, columns]
    if names != ("benchmark",) and "rf" in block.names:
        held = held - block.columns(("rf",))[design][:, columns, 0]
    there = np.isfinite(held) & np.isfinite(x).all(axis=2) & (block.span[design][:, columns] == 1)
    _, day = np.unique(block.sessions[design][:, columns][there], return_inverse=True)
    count = np.bincount(day)
    values = np.column_stack([held[there], x[there]])
    mean = np.stack([np.bincount(day, weights=v) / count for v in values.T], axis=1)
    return CalendarPortfolio(mean[:, 0], np.column_stack([np.ones(len(mean)), mean[:, 1:]]), count.astype(np.int64))


class CalendarAlpha(NamedTuple):
    """The alpha of the portfolio in calendar time, a row, and the firms held in each row (D,)."""

    alpha: float
    held: Ints


def _least_days(x: Floats) -> int:
    """The days that a regression on `x` (D, K) in calendar time needs."""
    needed: int = max(_LEAST_DAYS, x.shape[1] + 10)
    return needed


def calendar_alpha(sample: Sample, block: EventBlock) -> CalendarAlpha | None:
    """The alpha that `calendar_time` tests, by least squares; None where it cannot be told."""
    y, x, held = calendar_portfolio(sample, block)
    if len(y) < _least_days(x) or np.linalg.matrix_rank(x) < x.shape[1]:
        return None
    return CalendarAlpha(float(np.linalg.lstsq(x, y, rcond=None)[0][0]), held)


def newey_west(x: Floats, residuals: Floats, lag: int) -> Floats:
    """(K, K) covariance of least-squares coefficients, Bartlett weights (Newey and West 1987), no small-sample factor."""
    scores = x * residuals[:, None]
    meat = scores.T @ scores
    for k in range(1, lag + 1):
        cross = scores[k:].T @ scores[:-k]
        meat = meat + (1 - k / (lag + 1)) * (cross + cross.T)
    bread = np.linalg.inv(x.T @ x)
    covariance: Floats = bread @ meat @ bread
    return covariance


def hc3(x: Floats, residuals: Floats) -> Floats:
    """(K, K) covariance of least-squares coefficients, each residual over one minus its leverage (MacKinnon and White 1985)."""
    bread = np.linalg.inv(x.T @ x)
    leverage = np.einsum("dj,jk,dk->d", x, bread, x)
    scores = x * (residuals / (1 - leverage))[:, None]
    covariance: Floats = bread @ (scores.T @ scores) @ bread
    return covariance


def calendar_time(sample: Sample, variant: str) -> Significance:
    """The alpha of a portfolio that holds each firm while its window lasts, in calendar time (METHODS 3.23).

    Every calendar day holds, with equal weights, the firms whose window covers it. Its return is regressed on the
    benchmark's, or on the factors over the risk-free rate where a factor file is given.

    T of alpha, D - K degrees of freedom, covariance HC3, since days with few firms vary more.

    `newey_west` takes the covariance of Newey and West with lag floor(4 (D/100)^(2/9)), which rejects too often below 150
    calendar days.

    `wls` multiplies each day by the root of the firms held, whose mean varies the less the more they are; `five` leaves out
    days with fewer than five firms.
    """
    if sample.block is None:
        return Significance.undefined(Phrase("raw returns are not known here"), sample.n)
    y, x, held = calendar_portfolio(sample, sample.block)
    if variant == "five":
        y, x = y[held >= _LEAST_FIRMS], x[held >= _LEAST_FIRMS]
    n, k = x.shape
    if n < _least_days(x):
        why = Phrase(
            "the windows hold firms on {days} calendar days: a regression needs {least}",
            days=n,
            least=_least_days(x),
        )
        return Significance.undefined(why, sample.n)
    root = np.sqrt(held) if variant == "wls" else np.ones(n)
    xw, yw = x * root[:, None], y * root
    b, _, rank, _ = np.linalg.lstsq(xw, yw, rcond=None)
    if rank < k:
        return Significance.undefined(Phrase("the regressors are collinear over the days held"), sample.n)
    rest = yw - xw @ b
    if variant == "wls":
        covariance = np.linalg.inv(xw.T @ xw) * (rest @ rest) / (n - k)
    elif variant == "newey_west":
        covariance = newey_west(xw, rest, int(4 * (n / 100) ** (2 / 9)))
    else:
        covariance = hc3(xw, rest)
    t = float(b[0] / np.sqrt(covariance[0, 0]))
    answer = Significance(t, float(p_t(t, n - k)), "t", n - k, sample.n)
    if variant == "newey_west" and n < _NEWEY_WEST:
        return answer.distrusted(
            Phrase(
                "on {days} calendar days this covariance is too small: {least} are needed", days=n, least=_NEWEY_WEST
            )
        )
    return answer


@dataclass(frozen=True)
class WeightedMean:
    """The mean CAR with weights w that sum to one."""

    weights: Floats
    """(N,)"""
    caar: float
    se: float
    statistic: float
    p_value: float
    distribution: str
    """`t` on one date, else `normal`."""
    df: int | None


def precision_weighted(sample: Sample, by: Literal["var", "sd"] = "var") -> WeightedMean:
    """W_i proportional to 1 / (s² C) of each CAR (`var`), or to its root (`sd`).

    Give se² = sum_ij w_i w_j rho_ij omega_ij se_i se_j: independent pairs and pairs of one date are its ends.
    """
    se = sample.cumulated.se
    weight = se ** (-2.0 if by == "var" else -1.0)
    weight = weight / weight.sum()
    caar = float(weight @ sample.car)
    scaled = weight * se
    common = pair_correlations(sample.returns, sample.cumulated.used, sample.window)
    spread = float(np.sqrt(scaled @ common @ scaled))
    t = caar / spread
    if sample.n_dates == 1:
        df = int(sample.returns.df.min())
        return WeightedMean(weight, caar, spread, t, float(p_t(t, df)), "t", df)
    return WeightedMean(weight, caar, spread, t, float(p_normal(t)), "normal", None)


TESTS: dict[str, PairsTest | SeriesTest] = {
    "exact_t": SeriesTest(
        summary="abnormal return over its forecast standard error",
        null="E[CAR] = 0",
        assumes="normal errors, independent over days, same variance on event days",
        fails="fat tails (mildly), volatility clustering, event-induced variance",
        paper="MacKinlay 1997; Campbell, Lo and MacKinlay 1997",
        compute=exact_t,
        calm_days=True,
    ),
    "garch_z": SeriesTest(
        summary="abnormal return over the standard error that GARCH forecasts for its days",
        null="E[CAR] = 0",
        assumes="the GARCH variance is right; normal shocks",
        fails="event-induced variance, fat-tailed shocks, short estimation windows",
        paper="Bollerslev 1986; Hilliard and Savickas 2002",
        compute=garch_z,
    ),
    "portfolio_t": PairsTest(
        summary="exact t of the equal-weighted portfolio of the pairs",
        null="E[portfolio CAR] = 0",
        assumes="one event date; normal errors, same variance on event days",
        fails="event-induced variance; several event dates",
        paper="Jaffe 1974; Brown and Warner 1980",
        compute=portfolio_t,
        from_sums=("default",),
        calm_days=True,
    ),
    "weighted_mean": PairsTest(
        summary="mean CAR weighted by value, over clusters of dates",
        null="weighted mean CAR = 0",
        assumes="clusters of windows that share days are independent",
        fails="few clusters, or weights that a few firms hold",
        paper="Bell and McCaffrey 2002",
        compute=weighted_mean,
    ),
    "cda": PairsTest(
        summary="mean CAR over the time-series spread of the mean AR",
        null="CAAR = 0",
        assumes="average abnormal returns alike on all event-time days",
        fails="event-induced variance, few estimation days, windows of different dates that overlap",
        paper="Brown and Warner 1980, 1985",
        compute=cda,
        variants=("default", "paper"),
        from_sums=("default", "paper"),
        constant_variance=True,
        event_time=True,
        short_variants=("paper",),
        thin_trading=False,
    ),
    "cross_section_t": PairsTest(
        summary="mean CAR over the spread of the CARs",
        null="CAAR = 0",
        assumes="independent pairs",
        fails="events that share days, fewer than five pairs, skewed CARs",
        paper="Charest 1978; Boehmer, Musumeci and Poulsen 1991",
        compute=cross_section_t,
        from_sums=("default",),
        independent=True,
        cross_sectional_variance=True,
        size_when_clustered=mean_over_spread,
    ),
    "hall_t": PairsTest(
        summary="mean CAR over the spread of the CARs, corrected for their skewness",
        null="CAAR = 0",
        assumes="independent pairs with a finite sixth moment; best from thirty pairs on",
        fails="events that share days, few pairs, very large |t|",
        paper="Johnson 1978; Hall 1992",
        compute=hall_t,
        variants=("default", "paper"),
        independent=True,
        cross_sectional_variance=True,
        trusted_from={"paper": 30},
        size_when_clustered=mean_over_spread,
    ),
    "patell": PairsTest(
        summary="sum of standardised CARs over their theoretical spread",
        null="mean standardised CAR = 0",
        assumes="independent pairs, same variance on event days",
        fails="events that share days, event-induced variance",
        paper="Patell 1976",
        compute=patell,
        by_precision=True,
        variants=("default", "paper"),
        from_sums=("default",),
        independent=True,
        constant_variance=True,
        short_variants=("paper",),
        size_when_clustered=mean_over_known_variance,
    ),
    "patell_adjusted": PairsTest(
        summary="Patell's test with the mean residual correlation taken into account",
        null="mean standardised CAR = 0",
        assumes="mean correlation of the estimation window holds, same variance on event days",
        fails="event-induced variance",
        paper="Kolari and Pynnönen 2010",
        compute=patell_adjusted,
        by_precision=True,
        from_sums=("default",),
        constant_variance=True,
    ),
    "bmp": PairsTest(
        summary="mean standardised CAR over the spread of the standardised CARs",
        null="mean standardised CAR = 0",
        assumes="independent pairs; the event scales all variances alike",
        fails="events that share days, fewer than five pairs",
        paper="Boehmer, Musumeci and Poulsen 1991",
        compute=bmp,
        by_precision=True,
        variants=("default", "paper"),
        from_sums=("default", "paper"),
        independent=True,
        cross_sectional_variance=True,
        trusted_from={"paper": 30},
        size_when_clustered=mean_over_spread,
    ),
    "bmp_adjusted": PairsTest(
        summary="BMP with the mean residual correlation taken into account",
        null="mean standardised CAR = 0",
        assumes="mean correlation of the estimation window holds; the event scales common and own variance alike",
        fails="a jump of the common variance alone",
        paper="Kolari and Pynnönen 2010",
        compute=bmp_adjusted,
        by_precision=True,
        variants=("default", "paper"),
        from_sums=("default", "paper"),
        cross_sectional_variance=True,
        trusted_from={"paper": 30},
    ),
    "caar_t": PairsTest(
        summary="mean CAR over a standard error made of the pairs' own",
        null="CAAR = 0",
        assumes="mean correlation of the estimation window holds; the event scales all variances alike",
        fails="fewer than five pairs; rejects somewhat too rarely",
        paper="this project; Kolari and Pynnönen 2010; Satterthwaite 1946",
        compute=caar_t,
        from_sums=("default",),
        cross_sectional_variance=True,
    ),
    "patell_guarded": PairsTest(
        summary="Patell's test over the larger of the spread it should have and of the one it has",
        null="mean standardised CAR = 0",
        assumes="mean correlation of the estimation window holds",
        fails="two to four pairs whose own variance jumps with the event (mildly); rejects too rarely in calm times",
        paper="Patell 1976; Boehmer, Musumeci and Poulsen 1991; this project",
        compute=patell_guarded,
        by_precision=True,
        from_sums=("default",),
        constant_variance=True,
        scaled=True,
    ),
    "jackknife": PairsTest(
        summary="jackknife of the standardised cross-sectional test",
        null="mean standardised CAR = 0",
        assumes="independent pairs",
        fails="events that share days; rejects too rarely with few pairs",
        paper="Giaccotto and Sfiridis 1996",
        compute=jackknife,
        by_precision=True,
        independent=True,
        cross_sectional_variance=True,
        size_when_clustered=mean_over_spread,
    ),
    "calendar_time": PairsTest(
        summary="alpha of the portfolio that holds each firm while its window lasts",
        null="alpha = 0",
        assumes="the factors price the portfolio; its composition changes little",
        fails="few calendar days, changing composition",
        paper="Jaffe 1974; Mandelker 1974; MacKinnon and White 1985; Fama 1998",
        compute=calendar_time,
        variants=("default", "newey_west", "wls", "five"),
    ),
}
