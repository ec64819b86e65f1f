"""Puts the question of one window to all tests, and lets `advice` say which answers to believe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns, Cumulated
from eventstudy.engine.totals import Errors
from eventstudy.inference import (
    Alternative,
    PairsTest,
    Sample,
    SeriesSignificance,
    SeriesTest,
    Significance,
    advice,
    benjamini_hochberg,
    holm,
    romano_wolf_of_windows,
)
from eventstudy.inference.base import NO_ESTIMATION
from eventstudy.inference.days import DRAWS
from eventstudy.inference.distributions import critical_values
from eventstudy.inference.multiple import least_of_draws
from eventstudy.inference.parametric import Standardised
from eventstudy.inference.regime import MANY, Regime
from eventstudy.language import Phrase, at_most
from eventstudy.panel import Bools, Floats, Ints
from eventstudy.parallel import Executor
from eventstudy.units.frequency import counted_in
from eventstudy.units.windows import Window

_DRAWS = 9999

NEEDS_PAIRS = Phrase('needs every pair, and only sums were kept: run with keep="pairs"')

_OF_DAYS = ("permutation", "placebo", "bootstrap")
"""Reference distributions made by exchanging days."""
_RANKS_OF_DAYS = "corrado_rank"
"""Adds up ranks of days as if they did not depend on one another."""
_OF_SIGMA = ("t", "normal", "F", "chi2")
"""Reference distributions of a statistic over its forecast standard error."""


_ONE_LENGTH = ("cda", "corrado_rank", "generalized_sign")
LENGTHS_DIFFER = Phrase("the windows of the pairs differ in length, and this test takes one length for all")

_OF_WEIGHTS = ("portfolio_t", "weighted_mean")
"""Tests over pairs of the mean that is weighted."""
EQUALLY_WEIGHTED = Phrase("it is about pairs that count equally, and this study weighs them by value")


class Verdicts(Mapping[str, Significance]):
    """What each test says by its name, worked out when it is first looked at: of a group most readers see the headline."""

    def __init__(
        self, names: Sequence[str], known: Mapping[str, Significance], answer: Callable[[str], Significance]
    ) -> None:
        """The answers of `names`: those that are known, and each other from `answer(name)`."""
        self._names, self._known, self._answer = dict.fromkeys(names), dict(known), answer

    def __getitem__(self, name: str) -> Significance:
        """What that test says."""
        if name not in self._names:
            raise KeyError(name)
        if name not in self._known:
            self._known[name] = self._answer(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        """The names, the headline first."""
        return iter(self._names)

    def __len__(self) -> int:
        """How many tests there are."""
        return len(self._names)


@dataclass(frozen=True)
class Answer:
    """What all pairs of a sample say together about one window."""

    window: Window
    n: int
    n_dates: int
    caar: float
    bhaar: float
    correlation: float
    overlap: float
    interval: tuple[float, float] | None
    """Two-sided confidence interval of CAAR at the level of the study, by the headline test."""
    headline: str | None
    tests: Mapping[str, Significance]
    design: advice.Design | None
    common_effect: float = float("nan")
    """The effect at which the mean standardised CAR is zero, where `bmp_adjusted` or `bmp` speaks."""
    robustness: tuple[str, ...] = ()
    """The tests to look at beside the headline, by the decision table."""
    regime: Regime | None = None
    """How wild the days near the window are; None where nobody asked."""
    n_positive: int = 0
    """Pairs with a CAR above zero."""
    n_negative: int = 0
    """Pairs with a CAR below zero."""
    median: float = np.nan
    """Median CAR; NaN where only sums were kept."""
    effective_n: float = np.nan
    """Pairs of equal weight that are worth as much as these, 1 / sum w²: N where all count equally."""

    @property
    def look_next(self) -> tuple[str, ...]:
        """`robustness` without the tests that are not valid here."""
        return tuple(name for name in self.robustness if name not in self.tests or self.tests[name].valid)

    @classmethod
    def of_none(cls, window: Window) -> Answer:
        """The answer where no pair was observed."""
        return cls(window, 0, 0, np.nan, np.nan, 0.0, 0.0, None, None, {}, None)


def ask(sample: Sample, extra: Sequence[str], variants: Mapping[str, str]) -> Answer:
    """All default tests, the headline, and the `extra` ones, on one sample."""
    if sample.n == 0:
        return Answer.of_none(sample.window)
    design = advice.describe(sample)
    if sample.outcome == "volatility":
        variants = {"beaver_u": "placebo", **variants}
    headline, chosen = headline_of(sample, design, variants)
    names = [*(advice.BARE_TESTS if sample.bare else advice.DEFAULT_TESTS)]
    if sample.outcome == "volatility":
        names = ["beaver_u", "variance_placebo", "variance_ratio"]
    elif sample.portfolio is not None:
        names += ["placebo"] if sample.n > 1 else ["placebo", "exact_t"]
        names += ["joint_placebo"] if sample.n > 1 and sample.window.length == 1 else []
        names += _of_model(sample.portfolio)
    names += ["weighted_mean"] if sample.weights is not None else []
    names = list(dict.fromkeys([headline, *names, *extra]))
    return Answer(
        window=sample.window,
        n=sample.n,
        n_dates=sample.n_dates,
        caar=sample.estimate,
        bhaar=sample.held_estimate,
        correlation=sample.correlation.mean,
        overlap=sample.correlation.overlap,
        interval=advice.confidence_interval(chosen, sample.estimate, sample.level),
        headline=headline if chosen.valid else None,
        tests=Verdicts(names, {headline: chosen}, partial(answer_of, sample=sample, design=design, variants=variants)),
        design=design,
        common_effect=Standardised.of(sample).common_effect if headline in ("bmp", "bmp_adjusted") else np.nan,
        robustness=_beside(sample, design, headline, variants),
        regime=sample.regime,
        n_positive=sample.positive,
        n_negative=sample.negative,
        median=sample.median,
        effective_n=sample.effective_n,
    )


def _beside(sample: Sample, design: advice.Design, headline: str, variants: Mapping[str, str]) -> tuple[str, ...]:
    """The tests to look at beside the headline: those of the decision table that the model does not rule out."""
    if sample.bare:
        return tuple(n for n in advice.BARE_TESTS if n != headline and answer_of(n, sample, design, variants).valid)
    named = advice.robustness(design)
    if sample.outcome == "volatility":
        named = ("variance_placebo", "variance_ratio") if sample.n > 1 else ()
    if sample.errors.descriptive or sample.errors.dependent:
        named = tuple(name for name in named if answer_of(name, sample, design, variants).valid)
    return tuple(name for name in named if name != headline)


def headline_of(sample: Sample, design: advice.Design, variants: Mapping[str, str]) -> tuple[str, Significance]:
    """The test that speaks for this design, and what it says; the exact t where the one for a single firm does not apply."""
    name = advice.situation(design).headline
    if sample.weights is not None:
        name = "placebo" if sample.portfolio is not None else "weighted_mean"
        return _or_its_t(name, answer_of(name, sample, design, variants), sample, design, variants)
    if sample.bare:
        name = "wild_bootstrap" if design.clustered else "cross_section_t"
        return name, answer_of(name, sample, design, variants)
    if sample.outcome == "volatility":
        name = "variance_ratio" if sample.n == 1 else "beaver_u"
        return name, answer_of(name, sample, design, variants)
    if sample.errors.descriptive and name == "patell_guarded":
        name = "placebo"
    answer = answer_of(name, sample, design, variants)
    if design.held and name == "calendar_time" and not answer.valid:  # too few months for a regression
        return headline_of(sample, replace(design, held=False), variants)
    if name == "placebo_sum" and not answer.distribution:  # a return lies across a gap, or these few are part of many
        return "patell_guarded", answer_of("patell_guarded", sample, design, variants)
    return _or_its_t(name, answer, sample, design, variants)


def _or_its_t(
    name: str, answer: Significance, sample: Sample, design: advice.Design, variants: Mapping[str, str]
) -> tuple[str, Significance]:
    """A test and what it says; where it is not valid for one series (a firm, the portfolio of a date) the t of that series."""
    alone = "exact_t" if sample.n == 1 else "portfolio_t" if name == "placebo" else ""
    return (alone, answer_of(alone, sample, design, variants)) if alone and not answer.valid else (name, answer)


def answer_of(name: str, sample: Sample, design: advice.Design, variants: Mapping[str, str]) -> Significance:
    """One test on a sample, in the words of its rows; a series test is put to the portfolio of the pairs."""
    with counted_in(sample.clock.name):
        return _answer_of(name, sample, design, variants)


def _answer_of(name: str, sample: Sample, design: advice.Design, variants: Mapping[str, str]) -> Significance:
    test: SeriesTest | PairsTest = plugins.load("tests", name)
    if sample.bare:
        if name not in (*advice.BARE_TESTS, "weighted_mean"):
            return Significance.undefined(NO_ESTIMATION, sample.n)
        sample = sample.unscaled()
    if isinstance(test, PairsTest):
        if sample.n == 1:
            return Significance.undefined(Phrase("a mean over pairs is not defined for one pair"), 1)
        variant = variants.get(name, "default")
        if variant not in test.from_sums and sample.pairs is None and not (test.of_few and sample.each):
            return Significance.undefined(NEEDS_PAIRS, sample.n)
        answer = test.compute(sample, variant)
        if answer.distribution:
            doubt = _doubt(answer.distribution, sample.errors, spread_of_pairs=test.cross_sectional_variance)
            if test.by_precision and sample.outcome != "volatility":
                answer = advice.of_the_mean(answer, sample.estimate, sample.level)
            answer = answer.in_upper_tail() if sample.errors.upper else answer.towards(sample.alternative)
            answer = answer.distrusted(doubt) if doubt else answer
            if sample.weights is not None and test.location and name not in _OF_WEIGHTS:
                answer = answer.distrusted(EQUALLY_WEIGHTED)
            if name == _RANKS_OF_DAYS and sample.errors.dependent and sample.window.length > 1:
                answer = answer.distrusted(sample.errors.dependent)
            if name in _ONE_LENGTH and sample.lengths_differ:
                answer = answer.distrusted(LENGTHS_DIFFER)
        return _scaled_where_wild(advice.judge(test, answer, design, variant))
    if sample.portfolio is None:
        return Significance.undefined(sample.no_portfolio, sample.n)
    said = _series(name, sample.portfolio, sample.window, sample.seed, sample.alternative, sample.level).at(0)
    if test.calm_days and design.storm > 1 and said.distribution:
        return said.distrusted(advice.in_a_storm(design.storm))
    return _scaled_where_wild(said)


def _scaled_where_wild(answer: Significance) -> Significance:
    """The answer of a test that can take wild days near the window into account, distrusted where it was told not to."""
    near = answer.regime
    return answer.distrusted(advice.in_a_storm(near.ratio)) if near is not None and near.ignored else answer


def _series(
    name: str,
    returns: AbnormalReturns,
    window: Window,
    seed: int,
    alternative: Alternative,
    level: float,
    draws: int = DRAWS,
) -> SeriesSignificance:
    """A test of single series, as far as the model lets it speak."""
    test: SeriesTest = plugins.load("tests", name)
    found = test.compute(returns, window, seed, **({"level": level, "draws": draws} if test.inverts else {}))
    found = found.in_upper_tail() if returns.upper else found.towards(alternative)
    return replace(found, doubt=_doubt(found.distribution, returns, spread_of_pairs=False))


def _doubt(distribution: str, errors: AbnormalReturns | Errors, *, spread_of_pairs: bool) -> str:
    """Why the model makes a test of this reference distribution one not to believe; or empty.

    Where sigma and V only describe, tests remain that take their spread from the pairs, or compare days; where days depend on
    one another, those that compare days do not.
    """
    if distribution in _OF_DAYS:
        return errors.dependent
    return errors.descriptive if distribution in _OF_SIGMA and not spread_of_pairs else ""


@dataclass(frozen=True)
class FirmAnswers:
    """What each of N pairs says by itself about one window; NaN where the window was not observed."""

    window: Window
    found: Cumulated
    p: Floats
    """(N,) exact t."""
    p_adjusted: Floats
    """(N,) Holm's over the pairs, from `p`."""
    headline: tuple[str, ...]
    """(N,) the test that speaks for each pair."""
    headline_p: Floats
    """(N,) p of that test."""
    least: Floats
    """(N,) the smallest p that it could give, where it counts; else NaN."""
    low: Floats
    """(N,) the smallest effect that the headline test does not reject; NaN where it rejects none."""
    high: Floats
    """(N,) the largest."""
    tests: Mapping[str, SeriesSignificance]

    def spoken(self, i: int) -> Significance:
        """What the headline test says of pair i."""
        return self.tests[self.headline[i]].at(i)

    def told_p(self, i: int) -> float:
        """The headline p of pair i as people are told it: marked where no smaller one is possible."""
        return at_most(float(self.headline_p[i]), float(self.least[i]))

    @property
    def believed(self) -> Bools:
        """(N,) whether the headline test of each pair is valid."""
        which, found = np.array(self.headline), np.zeros(len(self.headline), dtype=bool)
        for name in set(self.headline):
            found |= (which == name) & self.tests[name].believed
        return found

    def take(self, which: Ints) -> FirmAnswers:
        """Of the pairs at these positions; p-values stay adjusted for all, single tests are left behind."""
        arrays: dict[str, Any] = {n: v[which] for n, v in vars(self).items() if isinstance(v, np.ndarray)}
        headline = tuple(self.headline[i] for i in which)
        return replace(self, found=self.found.take(which), headline=headline, tests={}, **arrays)


def ask_firms(
    returns: AbnormalReturns,
    window: Window,
    extra: Sequence[str],
    seed: int,
    outcome: str = "return",
    alternative: Alternative = "two-sided",
    level: float = 0.95,
    draws: int = DRAWS,
) -> FirmAnswers:
    """The tests of single firms, put to every pair at once, with so many `draws` of windows of ordinary days.

    A window is judged by its place among windows made of ordinary days (METHODS 3.29). The exact t speaks where that does not
    apply (a return across a gap), and with very many pairs, where windows of several days are drawn on request only. A study
    of volatility lets the variance ratio speak.
    """
    if returns.bare:
        none, unknown = SeriesSignificance.undefined(NO_ESTIMATION, returns.n), np.full(returns.n, np.nan)
        nobody = ("exact_t",) * returns.n
        return FirmAnswers(
            window,
            returns.over(window),
            unknown,
            unknown,
            nobody,
            unknown,
            unknown,
            unknown,
            unknown,
            {"exact_t": none},
        )
    headline = "variance_ratio" if outcome == "volatility" else "placebo"
    own = [name for name in extra if isinstance(plugins.load("tests", name), SeriesTest)]
    if headline == "placebo" and headline not in own and not drawn_for_all(returns, window):
        headline = "exact_t"
    names = dict.fromkeys(["exact_t", headline, *_of_model(returns), *own])
    tests = {name: _series(name, returns, window, seed, alternative, level, draws) for name in names}
    if (near := tests[headline].regimes) is not None:
        every = [near.at(i) for i in range(returns.n)]
        tests = {name: replace(said, storms=_storms(name, said, every)) for name, said in tests.items()}
    chosen, p = tests[headline], tests["exact_t"].p_value
    speaks = (np.array(chosen.reasons or ("",) * returns.n) == "") & (chosen.doubt == "")
    headline_p = np.where(speaks, chosen.p_value, p)
    by = tuple(np.where(speaks, headline, "exact_t").tolist())
    found = returns.over(window)
    half = critical_values(returns.df, 1 - level) * found.se
    low, high = found.car - half, found.car + half
    if chosen.low is not None and chosen.high is not None:
        low, high = np.where(speaks, chosen.low, low), np.where(speaks, chosen.high, high)
    none = ~np.isfinite(high - low) | (outcome == "volatility") | (~speaks & bool(returns.descriptive))
    none |= np.array(chosen.storms or ("",) * returns.n) != ""
    low, high = np.where(none, np.nan, low), np.where(none, np.nan, high)
    least = np.where(speaks, np.nan if chosen.least is None else chosen.least, np.nan)
    return FirmAnswers(window, found, p, holm(p), by, headline_p, least, low, high, tests)


def _storms(name: str, said: SeriesSignificance, near: Sequence[Regime]) -> tuple[str, ...]:
    """(N,) why the days near each window speak against what a test says of it; or empty."""
    calm_days, asked = plugins.load("tests", name).calm_days, said.regimes is not None
    wild = [one.raised and (calm_days or (asked and not one.used)) for one in near]
    return tuple(advice.in_a_storm(one.ratio) if those else "" for one, those in zip(near, wild, strict=True))


def drawn_for_all(returns: AbnormalReturns, window: Window) -> bool:
    """Whether windows made of ordinary days are drawn for every pair without being asked for."""
    return window.length == 1 or returns.n <= MANY or bool(returns.descriptive)


@dataclass(frozen=True)
class FamilyAnswers:
    """The p-values of N pairs and W windows, adjusted for all of them at once; NaN where a window was not observed."""

    by: tuple[tuple[str, ...], ...]
    """(W, N) the test behind each p."""
    p: Floats
    """(N, W)"""
    holm: Floats
    """(N, W) family-wise error rate."""
    benjamini_hochberg: Floats
    """(N, W) false discovery rate."""
    romano_wolf: Floats
    """(N, W) family-wise error rate over pairs and windows, from the largest of all statistics; NaN where days are lacking."""
    romano_wolf_by_window: Floats
    """(N, W) the same over the pairs of each window alone."""
    draws: int
    least: float = float("nan")
    """The smallest p of Romano and Wolf that is possible."""


def ask_family(
    returns: AbnormalReturns,
    firms: Mapping[Window, FirmAnswers],
    *,
    fat: bool,
    seed: int,
    executor: Executor | None = None,
    alternative: Alternative = "two-sided",
) -> FamilyAnswers:
    """Adjust for all pairs and windows. With fat tails ranks and permutations stand in for the exact t (METHODS 3.28).

    Romano and Wolf's p look for an effect of either sign, so a one-sided study has none.
    """
    windows = list(firms)
    if returns.bare:
        nothing = np.full((returns.n, len(windows)), np.nan)
        return FamilyAnswers(
            (("exact_t",) * returns.n,) * len(windows), nothing, nothing, nothing, nothing, nothing, _DRAWS
        )
    judged = [_of_family(f, fat=fat) for f in firms.values()]
    p = np.stack([found for found, _ in judged], axis=1)
    scar = np.stack([np.where(f.believed, on_scale(f), np.nan) for f in firms.values()], axis=1)
    if returns.dependent or alternative != "two-sided":
        scar = np.full_like(scar, np.nan)
    by = tuple(names for _, names in judged)
    together, alone = romano_wolf_of_windows(returns, windows, scar, seed, _DRAWS, executor, _levels(firms, returns.n))
    return FamilyAnswers(
        by=by,
        p=p,
        holm=holm(p.ravel()).reshape(p.shape),
        benjamini_hochberg=benjamini_hochberg(p.ravel()).reshape(p.shape),
        romano_wolf=together,
        romano_wolf_by_window=alone,
        draws=_DRAWS,
        least=least_of_draws(int(returns.observed_days.min()), _DRAWS),
    )


def _of_family(firm: FirmAnswers, *, fat: bool) -> tuple[Floats, tuple[str, ...]]:
    """(N,) the p of a window that are adjusted, and the tests they are of: the exact t where it is valid, else the headline."""
    exact = firm.tests["exact_t"].believed & (not fat)
    p = np.where(exact, firm.p, np.where(firm.believed, firm.headline_p, np.nan))
    return p, tuple("exact_t" if plain else name for plain, name in zip(exact, firm.headline, strict=True))


def on_scale(firm: FirmAnswers) -> Floats:
    """(N,) the statistics of the placebo windows, on the scale of the days near them; SCARs where none were drawn."""
    said = firm.tests.get("placebo")
    if said is None:
        return firm.found.scar
    return np.where(np.isfinite(said.statistic), said.statistic, firm.found.scar) / raised(said)


def raised(said: SeriesSignificance) -> Floats:
    """(N,) how many times as much as usual the days near a window moved, where it is judged by that; else 1."""
    if said.regimes is None:
        return np.ones(len(said.statistic))
    return np.where(said.regimes.used, np.fmax(said.regimes.ratio, 1.0), 1.0)


def levels_of(said: SeriesSignificance) -> list[Floats]:
    """(N,) of (M,) how wild the days near each estimation day are, where a window is judged by its near days; else empty."""
    near, none = said.regimes, np.empty(0)
    if near is None:
        return [none] * len(said.statistic)
    kept = zip(near.scales, near.ratio.tolist(), near.used.tolist(), strict=True)
    return [scales * ratio if used else none for scales, ratio, used in kept]


def _levels(firms: Mapping[Window, FirmAnswers], n: int) -> list[Floats]:
    """(N W,) the levels of N series and all windows, series by series."""
    every = [levels_of(f.tests["placebo"]) if "placebo" in f.tests else [np.empty(0)] * n for f in firms.values()]
    return [level for own in zip(*every, strict=True) for level in own]


def _of_model(returns: AbnormalReturns) -> list[str]:
    """The tests of single series that a model brings along: placebos over its donors, the z of its changing variance."""
    changing = bool((returns.noise != returns.span).any()) and not returns.dependent
    return ["placebo_in_space"] * (returns.donors is not None) + ["garch_z"] * changing
