"""Which tests are valid for this design, which one is the headline, and why (METHODS 3.29, ruling 22).

The decision table is `_SITUATIONS`: the first row that fits names the headline. What a test assumes is written in its own
file; `judge` holds it against the design. One event date is one draw of the common shock, however many tickers it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from eventstudy import catalog
from eventstudy.aggregate import AbnormalReturns, cumulate
from eventstudy.inference import Correlation, PairsTest, Sample, Significance
from eventstudy.inference._distributions import critical_normal, critical_t

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
)
"""Reported for every aggregate, valid or not, so that the reader sees why not."""

_OVERLAP = 0.05
_EVENT_VARIANCE = 0.10
_FEW = 5
_FAT = 1.0
_SKEWED = 1.0


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

    @property
    def clustered(self) -> bool:
        """Whether pairs share event days: one date, repeated dates, or overlapping windows."""
        return self.n > 1 and (self.n_dates < self.n or self.correlation.overlap > _OVERLAP)

    @property
    def event_variance(self) -> bool:
        """Whether the variance rose with the event, as far as that can be told."""
        return self.n >= _FEW and self.variance_p < _EVENT_VARIANCE


@dataclass(frozen=True)
class Situation:
    """A row of the decision table."""

    name: str
    applies: Callable[[Design], bool]
    headline: str


_SITUATIONS = (
    Situation("one firm, one day", lambda d: d.n == 1 and d.length == 1, "sample_quantile"),
    Situation("one firm, several days", lambda d: d.n == 1, "conformal"),
    Situation("one event date", lambda d: d.n_dates == 1 and d.has_portfolio, "portfolio_t"),
    Situation("events that share days", lambda d: d.clustered, "bmp_adjusted"),
    Situation("fewer than five events", lambda d: d.n < _FEW, "patell"),
    Situation("distinct event dates", lambda d: True, "bmp"),
)


def describe(sample: Sample) -> Design:
    """The design of a sample: its counts, overlap and correlation, and how its residuals are distributed."""
    pooled = sample.returns.studentised
    pooled = pooled[np.isfinite(pooled)]
    centred = pooled - pooled.mean()
    spread = centred.std()
    variance = catalog.load("tests", "variance_placebo").compute(sample, "default")
    return Design(
        n=sample.n,
        n_dates=sample.n_dates,
        length=sample.window.length,
        correlation=sample.correlation,
        variance_p=variance.p_value,
        kurtosis=float((centred**4).mean() / spread**4 - 3),
        skewness=float((centred**3).mean() / spread**3),
        has_portfolio=sample.portfolio is not None and bool(cumulate(sample.portfolio, sample.window).covered[0]),
    )


def situation(design: Design) -> Situation:
    """The first row of the decision table that fits."""
    return next(row for row in _SITUATIONS if row.applies(design))


def judge(test: PairsTest, answer: Significance, design: Design) -> Significance:
    """The answer, marked as not valid where the design breaks what the test assumes.

    Never repairs and never hides: statistic and p stay as computed.
    """
    if not answer.distribution:
        return answer
    if test.independent and design.clustered:
        size = test.size_when_clustered(design.n, design.correlation.mean) if test.size_when_clustered else None
        answer = answer.distrusted(_why_clustered(design), size)
    if test.cross_sectional_variance and design.n < _FEW and not design.clustered:
        answer = answer.distrusted(f"a spread estimated from {design.n} pairs says little: five are needed")
    if test.constant_variance and design.event_variance and not design.clustered:
        answer = answer.distrusted(
            f"the variance rose with the event (p = {design.variance_p:.3f}); this test takes it for unchanged"
        )
    return answer


def _why_clustered(design: Design) -> str:
    if design.n_dates == 1:
        return (
            f"one date is one draw of the common shock: {design.n} tickers on it are not {design.n} observations"
            f" (mean correlation {design.correlation.mean:.2f})"
        )
    shared = f"{design.n} pairs, {design.n_dates} dates, mean window overlap {design.correlation.overlap:.2f}"
    return f"the events share days ({shared}): the pairs are not independent"


def warn_design(design: Design) -> list[tuple[str, str]]:
    """(code, sentence) of all that the reader of an aggregate must know."""
    found = []
    if design.n > 1 and design.n_dates == 1:
        text = (
            f"{design.n} tickers on one date: a shock to all of them on that day, whatever its cause,"
            " cannot be told apart from the event"
        )
        found.append(("ONE_DATE", text))
    if design.correlation.floored:
        text = "the mean correlation of the residuals is too negative to be one: taken as zero"
        found.append(("CORRELATION_FLOORED", text))
    if design.correlation.approximate:
        text = f"{design.n} pairs: the mean correlation comes from tables per date, not from every pair on its own days"
        found.append(("CORRELATION_APPROXIMATE", text))
    if design.event_variance:
        text = f"standardised returns spread more widely than on ordinary days (p = {design.variance_p:.3f})"
        if design.clustered:
            text += "; no test is robust to a jump of the common variance: read the result as `an unusual day`"
        found.append(("EVENT_VARIANCE", text))
    if design.kurtosis > _FAT:
        text = f"residuals have fat tails (excess kurtosis {design.kurtosis:.1f}): trust ranks and permutations over t"
        found.append(("FAT_TAILS", text))
    if abs(design.skewness) > _SKEWED:
        found.append(("SKEWED", f"residuals are skewed ({design.skewness:+.1f}): sign and mean tests disagree easily"))
    if design.length > 20:
        text = f"{design.length} sessions: a sum of abnormal returns is no wealth change, and small model errors add up"
        found.append(("LONG_WINDOW", text))
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


def confidence_interval(answer: Significance, caar: float) -> tuple[float, float] | None:
    """95 % interval of CAAR from the headline test (ruling 21); None for rank, sign and permutation tests."""
    if answer.distribution not in ("t", "normal") or not answer.valid or answer.statistic == 0:
        return None
    critical = critical_normal() if answer.distribution == "normal" else critical_t(answer.df or np.inf)
    se = answer.se if answer.se is not None else abs(caar / answer.statistic)
    return caar - critical * se, caar + critical * se
