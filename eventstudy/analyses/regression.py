"""What explains the differences between firms? CARs regressed on their characteristics (METHODS 4).

On one date the CARs share a common shock, so least squares of them knows neither its variance nor its degrees of freedom. Each
coefficient is then the CAR of a portfolio, with weights (Z'Z)⁻¹Z' (Sefcik and Thompson 1986), and is judged as any series is,
by its place among windows of ordinary days. Windows of several dates that share days are clusters; where these are too few,
errors have the correlations of the estimation days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from eventstudy import plugins
from eventstudy.analyses.base import Answer, in_its_unit, lines_of, plain
from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.engine.least_squares import full_rank
from eventstudy.errors import InvalidFile, InvalidRequest, NothingUsable, Sentence
from eventstudy.inference import Sample, SeriesSignificance, holm
from eventstudy.inference.advice import in_a_storm
from eventstudy.inference.clusters import Coefficients as Estimates
from eventstudy.inference.clusters import by_clusters, of_one_cluster, sharing_days
from eventstudy.inference.distributions import critical_t
from eventstudy.inference.parametric import proportional
from eventstudy.inference.regime import Regime
from eventstudy.language import Phrase, spoken, written
from eventstudy.language.messages import Exclusion, Message, sentence
from eventstudy.panel import Bools, Floats, Ints
from eventstudy.study.answers import FirmAnswers, ask_firms
from eventstudy.study.cautions import of_regimes
from eventstudy.study.document import called_as_dict, number, warnings_as_dicts
from eventstudy.study.estimate import combined
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import LEVEL, of_the_others, p_text
from eventstudy.study.text import car_in_words, prose
from eventstudy.tables.dates import dates_of
from eventstudy.tables.frames import pandas_of
from eventstudy.tables.headings import role_of
from eventstudy.tables.numbers import numbers_of
from eventstudy.tables.opened import opened, table_of
from eventstudy.tables.place import Place, Reading, beyond_options
from eventstudy.tables.workbook import as_text
from eventstudy.text import columns, separated
from eventstudy.units.windows import Window

Weights = Literal["equal", "precision", "random_effects"]
_METHODS = {
    "equal": Phrase("least squares"),
    "precision": Phrase("weighted least squares"),
    "random_effects": Phrase("random-effects weights"),
}
_FEW_CLUSTERS = 20
_ENOUGH_CLUSTERS = 5
"""Clusters of windows that share days from which on these are clustered by."""
_PER_COEFFICIENT = 10
_FEWEST_OF_A_LEVEL = 5
_CATEGORY = re.compile(r"C\((.+)\)")


@dataclass(frozen=True)
class Coefficient:
    """One coefficient: the change of CAR, as a decimal, with one unit of the characteristic."""

    name: str
    value: float
    se: float
    t: float
    df: float
    """Degrees of freedom of that t."""
    p_t: float
    """p of that t."""
    test: str
    """The test that speaks: `t`, on one date `placebo` (`exact_t` where that does not apply); empty where none is valid."""
    p: float
    """Of that test; NaN where none is valid."""
    low: float
    high: float
    """Limits of its 95 % interval."""
    rank_p: float | None = None
    """On one date: p by `placebo`: the portfolio's window among windows made of ordinary days; None for volume."""
    p_adjusted: float = float("nan")
    """p by Holm over all coefficients but the intercept; NaN for the intercept."""


@dataclass(frozen=True)
class Category:
    """A characteristic that is a word: its coefficients are differences from its base, the level of most pairs."""

    name: str
    base: str
    levels: tuple[str, ...]
    """The others, in the order of their coefficients."""
    f: float
    """All differences together: Wald's statistic over their number."""
    df: tuple[float, float]
    p: float
    reason: str = ""
    """Why F is not valid."""


@dataclass(frozen=True, repr=False, eq=False)
class Regression(Answer):
    """CARs of N pairs over one window on their characteristics."""

    window: Window
    n: int
    n_dates: int
    method: str
    """How the coefficients were estimated, in words."""
    covariance: str
    """Where the standard errors come from, in words."""
    df: float
    """The fewest degrees of freedom of a coefficient."""
    r_squared: float
    tau: float | None
    """Standard deviation of true effects that random-effects weights allow for, as a decimal."""
    coefficients: tuple[Coefficient, ...]
    excluded: tuple[Exclusion, ...]
    """What the study left out, and what only the regression did."""
    warned: tuple[Message, ...]
    result: StudyResult
    categories: tuple[Category, ...] = ()
    """The characteristics that are words."""
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""
    without: tuple[str, ...] = ()
    """Which pairs the figures leave out because their prices are in doubt."""

    @property
    def incomplete(self) -> bool:
        """Whether a pair was left out."""
        return bool(self.excluded)

    @property
    def stormy(self) -> bool:
        """Whether days near the event were wilder than usual, which the t of one date does not allow for."""
        return any(w.code == "VOLATILITY_REGIME" for w in self.warned)

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know of the regression, and what was left out."""
        left = map(_left_out, self.excluded)
        return (*self.without, *lines_of(self.warned), *left)

    def tidy(self) -> pd.DataFrame:
        """One row a coefficient: start, end, and the fields of `Coefficient`."""
        rows = [{"start": self.window.start, "end": self.window.end} | vars(c) for c in self.coefficients]
        return pd.DataFrame(rows)

    @property
    def verdicts(self) -> dict[str, float | None]:
        """Of each characteristic the sign of its coefficient where it stands out, 0 where it does not, None without a test."""
        told = self.coefficients[1:]
        return {c.name: float(np.sign(c.value) * (c.p_adjusted < LEVEL)) if c.test else None for c in told}

    def _finding(self) -> Phrase:
        """Which characteristics go with the CARs, their number considered, and for which no test is valid."""
        told = [c for c in self.coefficients if c.name != "intercept"]
        found = [self._with_its_p(c, len(told)) for c in told if c.p_adjusted < LEVEL]
        judged = [c.name for c in told if c.test]
        lost = [c.name for c in told if not c.test]
        who = Phrase("CAR{window} of {n} pairs", window=self.window, n=self.n)
        if self.result.config.outcome == "volume":
            who = Phrase("log volume over {window} of {n} pairs", window=self.window, n=self.n)
        if lost and not judged:
            return Phrase("{who}: no test is valid for {lost:list}.", who=who, lost=lost)
        if found and lost:
            return Phrase(
                "{who}: no test is valid for {lost:list}; it goes with {found:list}.", who=who, lost=lost, found=found
            )
        if found:
            return Phrase("{who} goes with {found:list}.", who=who, found=found)
        quiet = (
            Phrase("{name} does not stand out", name=judged[0])
            if len(judged) == 1
            else Phrase("none of {names} stands out", names=judged)
        )
        if lost:
            return Phrase("{who}: no test is valid for {lost:list}; {quiet}.", who=who, lost=lost, quiet=quiet)
        return Phrase("{who}: {quiet}.", who=who, quiet=quiet)

    def _with_its_p(self, c: Coefficient, of: int) -> Phrase:
        """A coefficient and its p in brackets, adjusted where there are several."""
        said = {"name": c.name, "value": self._factor * c.value, "mark": self._mark, "p": c.p_adjusted}
        if of > 1:
            return Phrase("{name} ({value:+.4g}{mark} a unit, p by Holm {p:p})", **said)
        return Phrase("{name} ({value:+.4g}{mark} a unit, p {p:p})", **said)

    @property
    def _factor(self) -> float:
        """What a coefficient of 1 is shown as: decimals of returns, changes of a level in their own unit."""
        return self.result.config.unit.factor if self.result.config.returns == "difference" else 1.0

    @property
    def _mark(self) -> str:
        return self.result.config.unit.mark if self.result.config.returns == "difference" else ""

    def _shown(self, value: float) -> str:
        return written(self._factor * value, "+.5g")

    def _how(self) -> Phrase:
        """What the coefficients rest on, and what they are in."""
        levels = self.result.config.returns == "difference"
        unit = (self._mark.strip() or Phrase("points")) if levels else Phrase("decimals")
        told = sorted(c.df for c in self.coefficients if np.isfinite(c.df))
        return Phrase(
            "{pairs}, {dates}; {method}; standard errors: {errors}{df}; coefficients are {unit} of {car} a unit",
            pairs=Phrase.counted("{n} pair", "{n} pairs", n=self.n),
            dates=Phrase.counted("{n} date", "{n} dates", n=self.n_dates),
            method=self.method,
            errors=self.covariance,
            df=_degrees(told[0], told[-1]) if told else "",
            unit=unit,
            car=car_in_words(self.result.config),
        )

    def _together(self, kind: Category) -> Phrase:
        """All levels of a category at once."""
        said = {"window": self.window, "name": kind.name, "base": kind.base, "f": kind.f, "p": kind.p}
        said |= {"above": kind.df[0], "below": kind.df[1]}
        told = Phrase(
            "{window}, {name}: differences from {base}, its largest level; all together F({above:.4g}, {below:.4g}) ="
            " {f:.2f}, p {p:p}",
            **said,
        )
        return Phrase("{told}; not valid: {reason}", told=told, reason=kind.reason) if kind.reason else told

    def _lines(self, *, verbose: bool) -> list[str]:
        """The coefficients, how they were judged, and what to know."""
        return [text_of([self])]

    def _document(self) -> dict[str, Any]:
        """All of it."""
        return {
            "start": self.window.start,
            "end": self.window.end,
            **called_as_dict(self.window),
            "n": self.n,
            "n_dates": self.n_dates,
            "method": self.method,
            "covariance": self.covariance,
            "df": number(self.df),
            "r_squared": number(self.r_squared),
            "tau": number(self.tau),
            "coefficients": [plain(vars(c)) for c in self.coefficients],
            "categories": [plain(vars(c)) for c in self.categories],
            "believable": self.believable,
            "sentence": self.sentence,
            "without": list(map(str, self.without)),
            "excluded": [e._asdict() for e in self.excluded],
            "warnings": warnings_as_dicts(self.warned),
        }


@in_its_unit
def regress(
    result: StudyResult,
    characteristics: Any = None,
    on: str | Sequence[str] = (),
    *,
    window: Sequence[int] = (0, 0),
    weights: Weights = "equal",
    cluster: str | Sequence[str] = (),
) -> Regression:
    """Regress the CARs of a study on the columns `on` of `characteristics` (ticker[, event_id][, date], ...).

    These are a frame of any library, or a Series, with the tickers in a column or in the index. Without them on the further
    columns of the table of events.

    `C(sector)` in `on` takes a column of words: a coefficient for each level but the largest, its base, and one test of all.

    `weights`: `equal` (least squares), `precision` (1 over the variance of each CAR), or `random_effects` (1 over that variance
    plus the variance of true effects, DerSimonian and Laird 1986). `cluster`: one or two of `date`, `ticker` or columns of the
    characteristics; without it windows that share days, where any do. On one date the coefficients are judged as portfolios,
    whatever else is asked for.

    `result`: the study, of which the pairs are kept. `window`: its first and last event day, both included; coefficients are
    in decimals of CAR a unit of the column. Pairs that lack a value, or whose prices are in doubt, are
    left out and named.

    Raises:
        InvalidFile: a column is lacking, or holds what is no number. InvalidRequest: words that contradict, or a study of
        volatility.
        NothingUsable: too few pairs for so many characteristics.

    Example:
        >>> result = es.run("deepseek-r1", day0="recognised")
        >>> import pandas as pd
        >>> size = {"NVDA": 3493, "AVGO": 1143, "AMD": 199, "TSM": 1151, "MU": 115, "MRVL": 108, "MSFT": 3302}
        >>> known = pd.DataFrame({"ticker": list(size), "size": list(size.values())})
        >>> print(es.analyses.regress(result, known, "size").sentence)
        CAR[0, 0] of 7 pairs: size does not stand out.
    """
    result.config.check_outcome(Phrase("a regression on characteristics"), "volume")
    window = result.config.called(Window.of(window))
    result.config.check_inside(window)
    on, cluster = (separated(names, "column") for names in (on, cluster))
    _check(on, weights, cluster)
    sample_window = cumulate(result.returns, window)
    words = [c for c in cluster if c not in ("date", "ticker")]
    kinds = [word[1].strip() for name in on if (word := _CATEGORY.fullmatch(name))]
    numbers = [name for name in on if not _CATEGORY.fullmatch(name)]
    table = attributes_of(result) if characteristics is None else characteristics
    known = known_of(result, checked(table), numbers, (*words, *kinds), kinds)
    there = sample_window.covered[known.members]
    excluded = [*known.excluded, *_unobserved(result, known, there, window)]
    everyone = known.members[there]

    def of(members: Ints) -> Regression:
        return _of_members(result, known, members, excluded, window, numbers, kinds, weights, cluster)

    found = of(result.believed(everyone))
    whom = Phrase("the CARs of {pairs} pairs", pairs=len(everyone))
    instead, without = of_the_others(result, everyone, whom, lambda: found.verdicts != of(everyone).verdicts)
    return replace(found, instead=instead, without=without)


def _of_members(
    result: StudyResult,
    known: Known,
    members: Ints,
    excluded: Sequence[Exclusion],
    window: Window,
    numbers: Sequence[str],
    kinds: Sequence[str],
    weights: Weights,
    cluster: Sequence[str],
) -> Regression:
    """The regression of these pairs, whatever is thought of their prices."""
    there = np.isin(known.members, members)
    coded = [_levels(name, known.words[name][there]) for name in kinds]
    z = np.column_stack([np.ones(len(members)), known.values[there], *(c.columns for c in coded)])
    names = ("intercept", *numbers, *(f"{c.name}: {level}" for c in coded for level in c.levels))
    _told_apart(z, names, excluded)
    unit = 2.0 ** np.round(np.log2(np.sqrt((z**2).mean(axis=0))))
    z = z / unit  # sums of dollars beside those of shares of one would lose digits; powers of two lose none
    returns = result.returns.take(members)
    found = cumulate(returns, window)
    n_dates = len(np.unique(returns.day0_sessions))
    warned = list(_warnings(len(members), len(names), known))
    tau = None
    if n_dates == 1:
        if weights != "equal" or cluster:
            warned.append(Message.of("ONE_DATE.regression"))
        fitted = _as_portfolios(result, members, returns, z, names, window)
        method = Phrase("least squares on one date, each coefficient judged as a portfolio (Sefcik and Thompson 1986)")
    else:
        variance = (returns.sigma**2) * found.unit
        tau = _between(found.car, z, variance) if weights == "random_effects" else None
        weight = np.ones(len(members)) if weights == "equal" else 1 / (variance + (tau or 0.0) ** 2)
        groups = _groups(cluster, result, members, known, there)
        columns = slice(
            window.start - result.config.event_window.start, window.end + 1 - result.config.event_window.start
        )
        shared = sharing_days(result.sessions[members][:, columns])
        if not groups and len(np.unique(shared)) < len(members):
            fitted = _of_shared_days(returns, z, names, window, weight, shared)
        else:
            fitted = _least_squares(found.car, z, names, weight, groups)
        method = _METHODS[weights]
        warned += list(_few_clusters(groups)) if len(groups) > 1 else []
    fitted = fitted.in_units(unit)
    warned += fitted.warned
    fit = (z * unit) @ np.array([c.value for c in fitted.coefficients])
    spread = ((found.car - found.car.mean()) ** 2).sum()
    return Regression(
        window=window,
        n=len(members),
        n_dates=n_dates,
        method=method,
        covariance=fitted.how,
        df=min((c.df for c in fitted.coefficients if np.isfinite(c.df)), default=float("nan")),
        r_squared=float(1 - ((found.car - fit) ** 2).sum() / spread),
        tau=tau,
        coefficients=_together(fitted.coefficients),
        excluded=(*result.exclusions, *excluded),
        warned=tuple(warned),
        result=result,
        categories=_categories(coded, len(numbers) + 1, fitted),
    )


def _degrees(least: float, most: float) -> Phrase:
    """How many degrees of freedom the t of the coefficients have."""
    low, high = (f"{value:.4g}" for value in (least, most))
    if low == high:
        return Phrase("; t with {df:.4g} degrees of freedom", df=least)
    return Phrase("; t with {low:.4g} to {high:.4g} degrees of freedom", low=least, high=most)


class _Fitted(NamedTuple):
    """The coefficients and how their errors were found."""

    coefficients: tuple[Coefficient, ...]
    covariance: Floats
    """(K, K)"""
    how: str
    """Where the covariance comes from, in words."""
    few: bool = False
    """Whether it is estimated like that of few draws, so that several coefficients are judged by Hotelling's F."""
    doubt: str = ""
    """Why tests of several coefficients are not valid."""
    warned: tuple[Message, ...] = ()

    def in_units(self, unit: Floats) -> _Fitted:
        """The same, of characteristics (K,) so many times as large."""
        told = tuple(
            replace(c, value=c.value / u, se=c.se / u, low=c.low / u, high=c.high / u)
            for c, u in zip(self.coefficients, unit.tolist(), strict=True)
        )
        return self._replace(coefficients=told, covariance=self.covariance / np.outer(unit, unit))


def _together(coefficients: Sequence[Coefficient]) -> tuple[Coefficient, ...]:
    """The coefficients with p adjusted for the number of characteristics: the intercept, which is first, is none."""
    first, *others = coefficients
    adjusted = holm(np.array([c.p for c in others])).tolist()
    return (first, *(replace(c, p_adjusted=p) for c, p in zip(others, adjusted, strict=True)))


class _Levels(NamedTuple):
    """A column of words as dummies."""

    name: str
    base: str
    levels: tuple[str, ...]
    columns: Floats
    """(N, levels) whether a pair is of the level."""


def _levels(name: str, words: np.ndarray) -> _Levels:
    """The levels of a column of words; the largest is the base.

    Raises:
        InvalidRequest: there is one level alone, or one has fewer pairs than tell it from another.
    """
    levels, counts = np.unique(words.astype(str), return_counts=True)
    if few := [f"{level} ({n})" for level, n in zip(levels, counts, strict=True) if n < _FEWEST_OF_A_LEVEL]:
        raise InvalidRequest(
            Sentence(
                "levels of {name} with fewer than {least} pairs: {few}",
                name=name,
                least=_FEWEST_OF_A_LEVEL,
                few=", ".join(few),
            ),
            hint=Sentence("put small levels together"),
        )
    if len(levels) < 2:
        raise InvalidRequest(Sentence("all pairs are of one level of {name}", name=name), hint=Sentence("leave it out"))
    base = int(np.argmax(counts))
    others = np.delete(levels, base)
    columns = (words.astype(str)[:, None] == others).astype(float)
    return _Levels(name, str(levels[base]), tuple(map(str, others)), columns)


def _categories(coded: Sequence[_Levels], first: int, fitted: _Fitted) -> tuple[Category, ...]:
    """All differences of each category at once: Wald's F, or Hotelling's where the covariance is of few draws."""
    values, found = np.array([c.value for c in fitted.coefficients]), []
    for one in coded:
        q = len(one.levels)
        part = slice(first, first + q)
        df = min(c.df for c in fitted.coefficients[part])
        below = df - q + 1 if fitted.few else df
        if below > 0:
            wald = float(values[part] @ np.linalg.solve(fitted.covariance[part, part], values[part]))
            f = wald / q * below / df
            p = float(special.fdtrc(q, below, f))
        else:
            f = p = float("nan")
        found.append(Category(one.name, one.base, one.levels, f, (float(q), float(below)), p, fitted.doubt))
        first += q
    return tuple(found)


def _told_apart(z: Floats, names: Sequence[str], excluded: Sequence[Exclusion]) -> None:
    """Refuse more coefficients than the pairs can tell apart.

    Raises:
        NothingUsable: too few pairs, a characteristic that is the same for all, or one that others add up to.
    """
    n, k = z.shape
    if n < k + 2:
        raise NothingUsable(
            Phrase.counted(
                "{n} pair with all characteristics is too few for {coefficients} coefficients",
                "{n} pairs with all characteristics are too few for {coefficients} coefficients",
                n=n, coefficients=k,
            ),
            available=Phrase("{found:;}", found=[_left_out(e) for e in excluded[:5]]) if excluded else None,
            hint=Sentence("at least {least} pairs: add firms, or leave out characteristics", least=k + 2),
        )  # fmt: skip
    if same := [name for name, column in zip(names[1:], z.T[1:], strict=True) if np.ptp(column) == 0]:
        raise NothingUsable(
            Phrase("{names:list}: the same for all {pairs} pairs, so nothing can go with it", names=same, pairs=n),
            hint=Sentence("leave it out"),
        )
    if not full_rank(z):
        last = next(j for j in range(1, k) if not full_rank(z[:, : j + 1]))
        raise NothingUsable(
            Phrase(
                "{name} follows from {others:list}, so their coefficients cannot be told apart",
                name=Phrase.quoted(names[last]),
                others=names[1:last],
            ),
            hint=Sentence("leave out {name}, or another of them", name=names[last]),
        )


def _check(on: Sequence[str], weights: str, cluster: Sequence[str]) -> None:
    if not on or len(set(on)) < len(on):
        raise InvalidRequest(
            Sentence("name the characteristics to regress on, each once"), hint=Sentence("--on size,leverage")
        )
    if weights not in ("equal", "precision", "random_effects"):
        raise InvalidRequest(
            Sentence("weights cannot be {weights!r}", weights=weights),
            available="equal, precision, random_effects",
        )
    if len(cluster) > 2:
        raise InvalidRequest(Sentence("{n} ways to cluster", n=len(cluster)), hint=Sentence("name one or two"))


def _unobserved(result: StudyResult, known: Known, there: np.ndarray, window: Window) -> list[Exclusion]:
    lost = [result.panel.pairs[i] for i in known.members[~there]]
    return [Exclusion.of("WINDOW_INCOMPLETE.car", p.event_id, p.ticker, window=window) for p in lost]


def _warnings(n: int, p: int, known: Known) -> list[Message]:
    found = []
    if n < _PER_COEFFICIENT * p:
        found.append(Message.of("FEW_PAIRS", pairs=n, coefficients=p))
    if not known.dated:
        found.append(Message.of("UNDATED"))
    return found


def _groups(
    cluster: Sequence[str], result: StudyResult, members: np.ndarray, known: Known, there: np.ndarray
) -> dict[str, np.ndarray]:
    """What to cluster by -> (N,) codes."""
    own = {
        "date": result.returns.day0_sessions[members].astype(str),
        "ticker": np.array([result.panel.pairs[i].ticker for i in members]),
    }
    return {name: pd.factorize(own[name] if name in own else known.words[name][there])[0] for name in cluster}


def _few_clusters(groups: dict[str, np.ndarray]) -> list[Message]:
    few = {name: len(np.unique(codes)) for name, codes in groups.items()}
    return [
        Message.of("FEW_CLUSTERS", clusters=n, by=name, least=_FEW_CLUSTERS)
        for name, n in few.items()
        if n < _FEW_CLUSTERS
    ]


def _between(car: Floats, z: Floats, variance: Floats) -> float:
    """Standard deviation of true effects around the regression line (DerSimonian and Laird 1986), zero at least."""
    weight = 1 / variance
    inverse = np.linalg.inv(z.T @ (z * weight[:, None]))
    rest = car - z @ (inverse @ (z.T @ (weight * car)))
    q = float((weight * rest**2).sum())
    spare = weight.sum() - np.trace(inverse @ (z.T @ (z * (weight**2)[:, None])))
    return float(np.sqrt(max(0.0, (q - (len(car) - z.shape[1])) / spare)))


def _least_squares(
    car: Floats, z: Floats, names: Sequence[str], weight: Floats, groups: dict[str, np.ndarray]
) -> _Fitted:
    """Standard errors of HC3, or of clusters: CR2 of one way, CR1 of two; none for what rests on one pair or cluster alone."""
    import statsmodels.api as sm

    if len(groups) == 1:
        [(name, codes)] = groups.items()
        return _of_clusters(car, z, names, weight, codes, Phrase("clusters of {name} (CR2)", name=name))
    kind: dict[str, Any] = {"cov_type": "HC3"}
    if groups:
        kind = {"cov_type": "cluster", "cov_kwds": {"groups": np.column_stack(list(groups.values()))}}
    fit = sm.WLS(car, z, weights=weight).fit(use_t=True, **kind)
    lost = [of_one_cluster(z, codes) for codes in groups.values() or [np.arange(len(car))]]
    lost += [] if groups else [_of_two_pairs(z)]
    df = min((len(np.unique(codes)) - 1 for codes in groups.values()), default=len(car) - z.shape[1])
    told = np.where(np.any(lost, axis=0), np.nan, float(df))
    found = Estimates(np.asarray(fit.params), np.asarray(fit.cov_params()), told)
    how = Phrase("clusters of {names:list} (CR1)", names=list(groups)) if groups else Phrase("HC3")
    return _by_t(found, names, how)


def _of_two_pairs(z: Floats) -> Bools:
    """(K,) whether all but two pairs or one have the same value of a characteristic; never the intercept.

    HC3 has then two residuals to go by, and rejects 10 to 14 % of true nulls at 5 %.
    """
    alike = [int(np.unique(column, return_counts=True)[1].max()) for column in z.T]
    return np.array([False, *(n >= len(z) - 2 for n in alike[1:])])


def _of_clusters(car: Floats, z: Floats, names: Sequence[str], weight: Floats, codes: Ints, how: str) -> _Fitted:
    """CR2 of one way of clusters; nothing is said of a coefficient that rests on one of them alone."""
    found, lost = by_clusters(z, car, codes, weight), of_one_cluster(z, codes)
    return _by_t(found._replace(df=np.where(lost, np.nan, found.df)), names, how, few=True)


def _of_shared_days(
    returns: AbnormalReturns, z: Floats, names: Sequence[str], window: Window, weight: Floats, shared: Ints
) -> _Fitted:
    """Clusters of windows that share days; of too few of them, the correlations of the estimation days.

    The latter takes errors to be in proportion to the standard errors of the CARs, and effects to be alike on all dates.
    """
    found, clusters = cumulate(returns, window), len(np.unique(shared))
    if returns.bare or clusters >= _ENOUGH_CLUSTERS:
        return _of_clusters(found.car, z, names, weight, shared, Phrase("clusters of windows that share days (CR2)"))
    common = Sample.of(returns, window, exact_correlation=True).common
    how = Phrase("correlations of the estimation days, and the spread of the pairs")
    fitted = _by_t(proportional(z, found.car, weight, found.se, common), names, how)
    return fitted._replace(warned=(Message.of("FEW_CLUSTERS.shared", clusters=clusters, least=_ENOUGH_CLUSTERS),))


def _by_t(found: Estimates, names: Sequence[str], how: str, *, few: bool = False) -> _Fitted:
    """Each coefficient by its t."""
    told = []
    for k, name in enumerate(names):
        one = found.of(k)
        half = critical_t(one.df) * one.se
        test = "t" if np.isfinite(one.p) else ""
        told.append(
            Coefficient(
                name, one.difference, one.se, one.statistic, one.df, one.p, test, one.p,
                one.difference - half, one.difference + half,
            )
        )  # fmt: skip
    return _Fitted(tuple(told), found.covariance, how, few)


def _as_portfolios(
    result: StudyResult, members: Ints, returns: AbnormalReturns, z: Floats, names: Sequence[str], window: Window
) -> _Fitted:
    """The coefficients as CARs of the portfolios whose weights are the rows of (Z'Z)⁻¹Z', each judged as a series is."""
    weights: Floats = np.linalg.solve(z.T @ z, z.T).astype(np.float64)
    series = _series_of(result, members, returns, weights)
    told: list[Coefficient] = []
    near: list[Regime] = []
    for one in series:
        said, ranks = _judged(one, window, result.config.seed)
        near += [ranks.regimes.at(k) for k in range(one.n)] if ranks.regimes else []
        told += [_coefficient(said, ranks, k, float(one.df[k])) for k in range(one.n)]
    se = np.array([c.se for c in told])
    residuals = np.concatenate([one.residuals for one in series])
    kept = residuals[:, np.isfinite(residuals).all(axis=0)]
    correlation = np.corrcoef(kept - (0 if returns.parameters else kept.mean(axis=1, keepdims=True)))
    covariance = np.atleast_2d(correlation) * np.outer(se, se)
    worst = max(near, key=lambda one: (one.raised, one.ratio), default=None)
    return _Fitted(
        tuple(replace(c, name=name) for c, name in zip(told, names, strict=True)),
        covariance,
        Phrase("residuals of the estimation days"),
        few=True,
        doubt=in_a_storm(worst.ratio) if worst and worst.raised else "",
        warned=tuple(of_regimes({window: worst}, "VOLATILITY_REGIME.coefficients", {"placebo"}) if worst else ()),
    )


def _series_of(
    result: StudyResult, members: Ints, returns: AbnormalReturns, weights: Floats
) -> tuple[AbnormalReturns, ...]:
    """Portfolios with these weights (K, N). Where days hang together each is fitted anew: how much, is a matter of its own.

    More of a characteristic may go with less volume: both sides count.
    """
    if not returns.dependent:
        return (combined(returns, weights),)
    found = []
    for held in weights:
        made, why = result.portfolios.portfolio(members, held)
        if made is None:
            raise NothingUsable(why, hint=Sentence("regress on firms of one calendar that have the same days"))
        found.append(replace(made, upper=False))
    return tuple(found)


def _judged(series: AbnormalReturns, window: Window, seed: int) -> tuple[FirmAnswers, SeriesSignificance]:
    """What is said of portfolios, and their places among windows of ordinary days."""
    said = ask_firms(series, window, (), seed)
    if "placebo" in said.tests:
        return said, said.tests["placebo"]
    return said, plugins.load("tests", "placebo").compute(series, window, seed)


def _coefficient(said: FirmAnswers, ranks: SeriesSignificance, k: int, df: float) -> Coefficient:
    """Portfolio k as a coefficient; its place among ordinary days is told unless these must not be exchanged."""
    sound, rank_p = said.believed[k], float(ranks.p_value[k])
    return Coefficient(
        name="",
        value=float(said.found.car[k]),
        se=float(said.found.se[k]),
        t=float(said.found.car[k] / said.found.se[k]),
        df=df,
        p_t=float(said.p[k]),
        test=said.headline[k] if sound else "",
        p=said.told_p(k) if sound else float("nan"),
        low=float(said.low[k]) if sound else float("nan"),
        high=float(said.high[k]) if sound else float("nan"),
        rank_p=rank_p if np.isfinite(rank_p) and not ranks.doubt else None,
    )


KEYS = ("event_id", "ticker", "date")


@dataclass(frozen=True)
class Known:
    """What is known of the N pairs of a study that have it all."""

    members: np.ndarray
    """(N,) positions of the pairs in the result."""
    values: Floats
    """(N, P) the characteristics, in the order asked for."""
    words: dict[str, np.ndarray]
    """(N,) texts of the columns that were asked for as words."""
    excluded: tuple[Exclusion, ...]
    dated: bool
    """Whether the file says when each row was known."""


def read_characteristics(path: str | Path) -> pd.DataFrame:
    """The rows as text, with the columns `ticker`, any of `event_id` and `date`, and at least one more.

    `path`: a table (CSV, workbook, Parquet, ...), a row a ticker, event or day.

    Raises:
        InvalidFile: no such file, no column `ticker`, no other column, or a row that stands there twice.

    Example:
        >>> import pandas as pd
        >>> from pathlib import Path
        >>> from tempfile import mkdtemp
        >>> file = Path(mkdtemp()) / "known.csv"
        >>> pd.DataFrame({"ticker": ["NVDA", "AMD"], "size": [3493, 199]}).to_csv(file, index=False)
        >>> es.analyses.read_characteristics(file)["size"].tolist()
        ['3493', '199']
    """
    files = opened(path)
    if len(files) > 1:
        raise InvalidFile(
            Sentence("the archive holds several files"), where=str(path), hint=Sentence("unpack the one that is meant")
        )
    table = table_of(replace(files[0], name=str(path)), "events", Reading())
    named = [heading.strip() for heading in table.headings]
    kept = [i for i, name in enumerate(named) if name]
    if twice := [name for i, name in enumerate(named) if name and name in named[:i]]:
        raise InvalidFile(
            Sentence("two columns are called {name!r}", name=twice[0]),
            where=str(path),
            hint=Sentence("keep one of them"),
        )
    cells = table.cells.columns(set(kept), set())
    texts = {named[i]: [_as_text(v) for v in cells[i]] for i in kept}
    return checked(pd.DataFrame(texts, dtype=object), str(path))


def _as_text(value: Any) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else as_text(value)


def attributes_of(result: StudyResult) -> pd.DataFrame:
    """What the table of events has besides, a row a pair: event_id, ticker, and the further columns as text.

    Raises:
        InvalidRequest: it has none.
    """
    events = {event.id: event for event in result.events}
    names = list(dict.fromkeys(name for event in result.events for name in event.attributes))
    if not names:
        raise InvalidRequest(
            Sentence("the events have no further columns, and no characteristics are named"),
            hint=Sentence("--characteristics FILE, or columns beside ticker and date in the file of events"),
        )
    rows = [
        [pair.event_id, pair.ticker, *(events[pair.event_id].attribute(name, pair.ticker) or "" for name in names)]
        for pair in result.panel.pairs
    ]
    return pd.DataFrame(rows, columns=["event_id", "ticker", *names])


def checked(given: Any, where: str = Sentence("the DataFrame of characteristics")) -> pd.DataFrame:
    """The table, if it can be one of characteristics; see `read_characteristics`. What names rows may be its index."""
    table = pandas_of(given)
    if table is None:
        raise InvalidFile(
            Sentence("characteristics need a column `ticker` and at least one more"),
            where=where,
            available=type(given).__name__,
            hint=Sentence("ticker[,event_id][,date],size,leverage,..."),
        )
    if not isinstance(table.index, pd.RangeIndex):
        texts = table.index.nlevels == 1 and pd.api.types.is_string_dtype(table.index)
        table = table.rename_axis(index="ticker") if texts and table.index.name is None else table
        table = table.reset_index(level=[name for name in table.index.names if name not in (None, *table.columns)])
    if "ticker" not in table.columns:
        told = {c: hit[1] for c in table.columns if (hit := role_of(str(c), "events")) and hit[0] == "ticker"}
        table = table.rename(columns={min(told, key=lambda c: told[c]): "ticker"} if told else {})
    others = [c for c in table.columns if c not in KEYS]
    if "ticker" not in table.columns or not others:
        raise InvalidFile(
            Sentence("characteristics need a column `ticker` and at least one more"),
            where=where,
            available=", ".join(map(str, table.columns)),
            hint=Sentence("ticker[,event_id][,date],size,leverage,..."),
        )
    keys = [k for k in ("event_id", "ticker") if k in table.columns]
    twice = table.duplicated(keys)
    if twice.any():
        row = int(twice.to_numpy().argmax())
        named = ", ".join(str(table[k].iloc[row]) for k in keys)
        raise InvalidFile(
            Sentence("{named} is there twice", named=named),
            where=Sentence("{where}, row {row}", where=where, row=row + 2),
            hint=Sentence("keep one row a pair"),
        )
    return table


def known_of(
    result: StudyResult,
    table: pd.DataFrame,
    numbers: Sequence[str],
    words: Sequence[str] = (),
    needed: Sequence[str] = (),
) -> Known:
    """The pairs of a result with all of these columns known before day 0; the others are excluded with the reason.

    Columns of `words` may be blank, those `needed` may not.

    Raises:
        InvalidFile: a column is not there, or a value is no number or no date.
    """
    lacking = [c for c in (*numbers, *words) if c not in table.columns]
    if lacking:
        raise InvalidFile(
            Sentence("the characteristics have no column {names}", names=", ".join(map(repr, lacking))),
            available=", ".join(table.columns),
            hint=Sentence("--characteristics FILE names a table with that column"),
        )
    by_event = "event_id" in table.columns
    keys = list(zip(table["event_id"], table["ticker"], strict=True)) if by_event else list(table["ticker"])
    row_of = {key: row for row, key in enumerate(keys)}
    columns = _numbers(table, numbers)
    days = _days(table) if "date" in table.columns else None
    members, rows, excluded = [], [], []
    for i, (pair, day0) in enumerate(zip(result.panel.pairs, result.panel.day0, strict=True)):
        row = row_of.get((pair.event_id, pair.ticker) if by_event else pair.ticker)
        why: Phrase | None = None
        if row is None:
            excluded.append(Exclusion.of("NO_CHARACTERISTICS", pair.event_id, pair.ticker))
            continue
        blank = [name for name in numbers if np.isnan(columns[name][row])]
        if blank := [*blank, *(name for name in needed if str(table[name].iloc[row]).strip() in ("", "nan", "None"))]:
            why = sentence("NO_CHARACTERISTICS.blank", names=blank)
        elif days and days[row] >= day0.session:
            why = sentence("NO_CHARACTERISTICS.late", dated=days[row], session=day0.session)
        if why is not None:
            excluded.append(Exclusion(pair.event_id, pair.ticker, "NO_CHARACTERISTICS", why))
        else:
            members.append(i)
            rows.append(row)
    values = np.array([[columns[name][row] for name in numbers] for row in rows]).reshape(len(rows), len(numbers))
    texts = {name: table[name].to_numpy()[rows] for name in words}
    return Known(np.array(members, dtype=np.int64), values, texts, tuple(excluded), days is not None)


_PLACE = Place(Sentence("the characteristics"), lambda i: Phrase("row {n}", n=i + 2))


def _numbers(table: pd.DataFrame, names: Sequence[str]) -> dict[str, Floats]:
    """Columns of numbers as they are written, by the rules of any table; NaN where a cell is blank."""
    with beyond_options():
        found = numbers_of(_PLACE, {name: table[name] for name in names}, Reading(), {n: n for n in names}, "point")
    for name, values in found.values.items():
        wrong = found.bad.get(name, {})
        wild = np.flatnonzero(np.isinf(values)).tolist()
        if wrong or wild:
            row, what = (
                next(iter(wrong.items()))
                if wrong
                else (wild[0], Sentence("{value!r} is not finite", value=table[name].iloc[wild[0]]))
            )
            raise _PLACE.fault(what, row=row, column=name)
    return {name: values / 100 if name in found.percent else values for name, values in found.values.items()}


def _days(table: pd.DataFrame) -> list[date]:
    """The day from which each row was known."""
    with beyond_options():
        dates = dates_of(_PLACE, table["date"], "date", Reading())
    for row, why in dates.bad.items():
        raise _PLACE.fault(why, row=row, column="date", hint=Sentence("2024-12-31"))
    days = [when.date() if isinstance(when, datetime) else when for when in dates.whens]
    return [days[code] for code in dates.codes.tolist()]


def _left_out(one: Exclusion) -> Phrase:
    return Phrase("left out {ticker} ({event}): {why}", ticker=one.ticker, event=one.event_id, why=one.message)


def text_of(found: Sequence[Regression]) -> str:
    """The coefficients of each window, how they were judged, and what to know; in the language spoken now."""
    if not found:
        return ""
    with found[0].as_shown():
        lines = [*_table(found).splitlines(), ""]
        for said in _notes(found):
            lines += prose(said)
        return "\n".join(lines)


def _table(found: Sequence[Regression]) -> str:
    """A row a coefficient."""
    placed, several = _placed(found), _several(found)
    head = [Phrase("window"), "", Phrase("coefficient"), Phrase("95 % interval"), "p"]
    head += [*([Phrase("adj.")] if several else []), "t", *([Phrase("p of t")] if placed else [])]
    rows = [[*map(spoken, head)]]
    for one in found:
        for i, c in enumerate(one.coefficients):
            interval = f"{one._shown(c.low)} .. {one._shown(c.high)}" if np.isfinite(c.low) else ""
            of_t = f"({p_text(c.p_t)})" if one.stormy else p_text(c.p_t)
            adjusted = [p_text(c.p_adjusted) if i else ""] if several else []
            cells = [written(one.window) if i == 0 else "", c.name if i else spoken(Phrase("intercept"))]
            cells += [one._shown(c.value), interval, p_text(c.p), *adjusted, written(c.t, "+.2f")]
            rows.append([*cells, *([of_t] if placed else [])])
    return columns(rows, range(2, 8), names=2)


def _placed(found: Sequence[Regression]) -> bool:
    return any(c.test == "placebo" for one in found for c in one.coefficients)


def _several(found: Sequence[Regression]) -> bool:
    return any(len(one.coefficients) > 2 for one in found)


def _notes(found: Sequence[Regression]) -> Iterator[str]:
    """How the coefficients were judged, what is found, and what to know of it."""
    yield found[0]._how()
    if _placed(found):
        if any(one.stormy for one in found):
            yield Phrase(
                "p and interval: the portfolio's window among windows made of ordinary days; p of t: exact t, in brackets"
                " where days near the event were wilder than it allows for"
            )
        else:
            yield Phrase("p and interval: the portfolio's window among windows made of ordinary days; p of t: exact t")
    elif found[0].n_dates == 1:
        yield Phrase("p and interval: exact t of the portfolio")
    if _several(found):
        yield Phrase("adj.: p by Holm over the characteristics of a window, which the sentence below goes by")
    if len(found) > 1:
        yield Phrase(
            "{n} windows were looked at, and each is judged by itself: a small p in one of them is less than it seems",
            n=len(found),
        )
    yield from dict.fromkeys(said for one in found for said in one.without)
    yield from dict.fromkeys(one.sentence for one in found)
    yield from (one._together(kind) for one in found for kind in one.categories)
    warned = (w for one in found for w in one.warned)
    yield from dict.fromkeys(Phrase("{code} {what}", code=w.code, what=w.message) for w in warned)
    yield from dict.fromkeys(_left_out(e) for one in found for e in one.excluded)
