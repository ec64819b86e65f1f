"""How often each test rejects where nothing happened, and where something did (METHODS 6).

Made-up studies are drawn from the user's own prices, on dates before the events. Added effects and a larger variance of event
days are put on abnormal returns, so that all made-up studies share one fit. Idea: Brown and Warner (1980, 1985).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from eventstudy import plugins
from eventstudy.analyses.base import Answer, all_prices, of_pairs
from eventstudy.calendars import Moment
from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence
from eventstudy.inference import Pairs, PairsTest, Sample, SeriesTest
from eventstudy.inference.advice import DEFAULT_TESTS
from eventstudy.inference.many import Samples
from eventstudy.language import Phrase, figure, spoken, written
from eventstudy.language.messages import severity_of
from eventstudy.models import fit_pairs, model_of
from eventstudy.models.linear import LinearModel
from eventstudy.panel import Bools, EventBlock, Floats, Ints, Pair, align, flagged_closes
from eventstudy.parallel import Done, Executor, Serial
from eventstudy.prices import PriceTable
from eventstudy.study.document import number
from eventstudy.study.doubts import no_finding, told
from eventstudy.study.estimate import Portfolios, abnormal_returns, combined_each
from eventstudy.study.result import StudyResult
from eventstudy.study.study import Prices
from eventstudy.study.text import prose
from eventstudy.text import columns
from eventstudy.units.windows import Window

LEVEL = 0.05
EFFECTS = (0.005, 0.01, 0.02)
_FEW = 30
_AT_ONCE, _PAIRS = 32, 1024
"""Made-up studies that are worked out together, and the pairs of them all: so many stay in the cache of the processor."""
_DRAWS = 999
"""Placebo windows of a made-up study: whether p is below 5 % is asked, no more."""


@dataclass(frozen=True)
class Rate:
    """How often one test rejects over one window."""

    name: str
    window: Window
    size: float
    """Share of true nulls rejected."""
    ci_low: float
    ci_high: float
    """95 % interval of `size` (Clopper and Pearson 1934), as if made-up studies were independent."""
    power: dict[float, float]
    """Effect added to day 0 of every pair, as a decimal -> share of studies in which it is found."""
    draws: int
    """Made-up studies that the test could be asked of."""


@dataclass(frozen=True, repr=False, eq=False)
class Calibration(Answer):
    """Size and power of tests on made-up studies."""

    rates: tuple[Rate, ...]
    design: str
    """What a made-up study is, in words."""
    level: float
    seed: int
    dates: tuple[str, ...]
    """The placebo dates."""
    tickers: tuple[str, ...]
    notes: tuple[str, ...]
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""
    schema = "eventstudy.calibration/1"
    chart = "calibration"

    @property
    def messages(self) -> tuple[str, ...]:
        """What so many made-up studies are worth."""
        return self.notes

    def tidy(self) -> pd.DataFrame:
        """One row a test and window: name, start, end, size, ci_low, ci_high, power_* and draws."""
        return pd.DataFrame(
            [
                {"name": r.name, "start": r.window.start, "end": r.window.end, "size": r.size}
                | {"ci_low": r.ci_low, "ci_high": r.ci_high}
                | {f"power_{effect:g}": share for effect, share in r.power.items()}
                | {"draws": r.draws}
                for r in self.rates
            ]
        )

    def _finding(self) -> str:
        """What the first test does."""
        return (
            self.sentence_of(self.rates[0]) if self.rates else Phrase("No test could be asked of the made-up studies.")
        )

    def sentence_of(self, rate: Rate) -> Phrase:
        """What a test does with these tickers and dates.

        `rate`: one of `rates`: a test and a window.

        Example:
            >>> choices = {"estimation_window": (-130, -11), "windows": [(0, 0)]}
            >>> result = es.run("deepseek-r1", tickers="NVDA", day0="recognised", **choices)
            >>> found = es.analyses.calibrate(result, draws=20)
            >>> found.sentence_of(found.rates[0])[:28]
            'With these tickers and dates'
        """
        said: dict[str, Any] = {"test": rate.name, "window": rate.window, "level": self.level}
        said |= {"size": rate.size, "low": 100 * rate.ci_low, "high": rate.ci_high}
        if not rate.power:
            return Phrase(
                "With these tickers and dates {test} over {window} rejects {size:.1f %} of true nulls ({low:.1f} to"
                " {high:.1f %}) at {level:g %}.",
                **said,
            )
        effect, found = list(rate.power.items())[-1]
        return Phrase(
            "With these tickers and dates {test} over {window} rejects {size:.1f %} of true nulls ({low:.1f} to {high:.1f %})"
            " at {level:g %} and finds an effect of {effect:+.1f %} in {found:.0f %}.",
            effect=effect,
            found=found,
            **said,
        )

    def _document(self) -> dict[str, Any]:
        """The JSON object of the contract."""
        return {
            "level": self.level,
            "design": self.design,
            "tests": [
                {
                    "name": r.name,
                    "start": r.window.start,
                    "end": r.window.end,
                    "size": number(r.size),
                    "ci_low": number(r.ci_low),
                    "ci_high": number(r.ci_high),
                    "power": {f"{effect:g}": number(share) for effect, share in r.power.items()},
                    "draws": r.draws,
                }
                for r in self.rates
            ],
            "seed": self.seed,
            "dates": list(self.dates),
            "tickers": list(self.tickers),
            "notes": list(self.notes),
        }

    def _lines(self, *, verbose: bool) -> list[str]:
        """A row a test and window: size with its interval, power by effect."""
        effects = list(self.rates[0].power) if self.rates else []
        head = [Phrase("test"), Phrase("window"), Phrase("rejects"), Phrase("{level} % interval", level=95)]
        head += [*(Phrase("finds {effect:+.1f %}", effect=e) for e in effects), Phrase("studies")]
        rows = [[spoken(name) for name in head]]
        for rate in self.rates:
            interval = " .. ".join(figure(f"{100 * end:.1f}") for end in (rate.ci_low, rate.ci_high))
            power = [written(share, ".0f %") for share in rate.power.values()]
            cells = [written(rate.window), written(rate.size, ".1f %"), interval, *power, str(rate.draws)]
            rows.append([rate.name, *cells])
        lines = [line for doubt in self.doubts for line in prose(doubt)]
        lines += prose(
            Phrase(
                "Made-up studies: {design}; {n} placebo dates, {first} to {last}; {tickers} tickers",
                design=self.design,
                n=len(self.dates),
                first=self.dates[0],
                last=self.dates[-1],
                tickers=len(self.tickers),
            )
        )
        shares = Phrase("share of true nulls rejected at {level:g %}, and of added effects found:", level=self.level)
        lines += [*prose(shares), ""]
        lines += columns(rows, range(2, len(head)), names=2).splitlines()
        first = next((r for r in self.rates if r.name == "placebo"), None)
        sentence = self.sentence if self.instead else self.sentence_of(first) if first else ""
        lines += ["", *prose(sentence), *(x for n in self.notes for x in prose(n))]
        return lines


@dataclass(frozen=True)
class _Task:
    """What all batches of made-up studies share."""

    made: PlaceboPairs
    windows: tuple[Window, ...]
    tests: tuple[str, ...]
    config: StudyConfig
    effects: tuple[float, ...]
    variance: float
    level: float
    pools: list[list[_Pool]]
    """By window and effect."""


@of_pairs
def calibrate(
    result: StudyResult,
    prices: Prices | None = None,
    *,
    factors: pd.DataFrame | None = None,
    n: int | None = None,
    clustered: bool = False,
    draws: int = 1000,
    effects: Sequence[float] = EFFECTS,
    spread: bool = False,
    variance: float = 1.0,
    level: float = LEVEL,
    executor: Executor | None = None,
    done: Done | None = None,
) -> Calibration:
    """Size and power of the default tests, and of those the study asked for, on its own tickers before its events.

    `prices`: the table the study was made with, reaching back further; by default those of the study, and with the embedded
    sample all of it. By default a made-up study is the study itself with every event moved to a placebo date: each date in turn
    for one event, `draws` random dates for several. With `n` it is Brown and Warner's: `n` pairs drawn at random, on dates of
    their own or (`clustered`) on one. `effects` are added to day 0, or (`spread`) over the days of each window; `variance`
    multiplies the variance of event days.

    `result`: the study, of which the pairs are kept. `factors`: rows sessions, columns returns in decimals. `level`: the size
    that the tests are held to, 0.05. `executor`: who shares out the made-up studies; the result is the same, whoever does.
    `done`: told how many are done, and of how many.

    Raises:
        NothingUsable: too few placebo dates. InvalidRequest: numbers that cannot be meant.

    Example:
        >>> choices = {"estimation_window": (-130, -11), "windows": [(0, 0)]}
        >>> result = es.run("deepseek-r1", tickers="NVDA", day0="recognised", **choices)
        >>> print(es.analyses.calibrate(result).sentence)
        With these tickers and dates exact_t over [0, 0] rejects 3.2 % of true nulls (0.9 to 7.9 %) at 5 %
        and finds an effect of +2.0 % in 8 %.
    """
    _check(draws, effects, variance, level)
    result.config.check_made_anew(Phrase("a calibration"))
    prices = all_prices(result, prices)
    config, pairs = result.config, list(result.panel.pairs)
    first = min(day0.session for day0 in result.panel.day0)
    dates = placebo_dates(prices, pairs[0].benchmark, config, first)
    if len(dates) < 2:
        raise _too_few(dates, prices, config)
    made = placebo_pairs(pairs, prices, config, dates, factors, executor)
    if n is None:
        events = [_tickers_of(result, made, event.id) for event in result.events]
        samples = moved(made, [e for e in events if len(e)], draws, config.seed)
        design = (
            Phrase("the study's own events, each date in turn")
            if len(events) == 1
            else Phrase("the study's own events on random dates")
        )
    else:
        samples = drawn(made, n, draws, config.seed, clustered=clustered)
        design = Phrase("{pairs} pairs drawn at random, on dates of their own", pairs=n)
        if clustered:
            design = Phrase("{pairs} pairs drawn at random, on one date", pairs=n)
    one = len(pairs) == 1 and n is None
    own = ("exact_t", "placebo")
    asked = (*(own if one else (*DEFAULT_TESTS, *own[1:])), *config.tests)
    windows, sizes = tuple(config.windows or ()), (0.0, *effects)
    made.returns.work_out({1, *(w.length for w in windows)})
    pools = _pools(made, windows, sizes, variance, spread=spread)
    task = _Task(made, windows, tuple(dict.fromkeys(asked)), config, sizes, variance, level, pools)
    batches = _batches(samples)
    counts = np.sum((executor or Serial()).run(_count, task, batches, done), axis=0)
    if variance != 1:
        design = Phrase("{design}; variance of event days x {factor:g}", design=design, factor=variance)
    return Calibration(
        rates=_rates(task, counts),
        design=design,
        level=level,
        seed=config.seed,
        dates=tuple(d.isoformat() for d in made.dates),
        tickers=made.tickers,
        notes=tuple(_notes(len(dates), len(samples), config)),
        instead=_instead(result, prices),
    )


def _instead(result: StudyResult, prices: PriceTable) -> tuple[str, ...]:
    """What is said where prices of a ticker or benchmark look wrong on any day: made-up studies may stand on all of them."""
    named = dict.fromkeys(t for pair in result.panel.pairs for t in (pair.ticker, pair.benchmark) if t in prices.info)
    doubts = [
        w
        for ticker in named
        for w in flagged_closes(ticker, prices)
        if severity_of(w.code) == "doubt"
        and not result.config.accepts(w.code, ticker, map(date.fromisoformat, w.sessions))
    ]
    return (*told(doubts), no_finding(Phrase("these made-up studies"), doubts)) if doubts else ()


def _too_few(dates: list[date], prices: PriceTable, config: StudyConfig) -> NothingUsable:
    """Why there are no made-up studies, and how many dates the prices would hold in all."""
    whole = max(0, len(prices.close) - 1 + config.estimation_window.start - config.event_window.end)
    return NothingUsable(
        Sentence("too few placebo dates: the windows of {n} end before the event window begins", n=len(dates)),
        available=Sentence(
            "prices from {first} to {last}: {whole} dates have whole windows, and those of {others} reach into the event's",
            first=prices.close.index[0].date(),
            last=prices.close.index[-1].date(),
            whole=whole,
            others=whole - len(dates),
        ),
        hint=Sentence("shorten the estimation window (--estimation-window -130 -11) or give prices that begin earlier"),
    )


def _check(draws: int, effects: Sequence[float], variance: float, level: float) -> None:
    if draws < 1:
        raise InvalidRequest(Sentence("{draws} draws say nothing", draws=draws), hint=Sentence("use 100 or more"))
    if any(abs(e) >= 1 or e == 0 for e in effects):
        raise InvalidRequest(Sentence("effects are decimals other than zero"), hint=Sentence("--effect 0.02 is 2 %"))
    if variance <= 0 or not 0 < level < 1:
        raise InvalidRequest(Sentence("the variance factor is positive and the level lies between 0 and 1"))


def _tickers_of(result: StudyResult, made: PlaceboPairs, event_id: str) -> Ints:
    own = [made.tickers.index(p.ticker) for p in result.panel.pairs if p.event_id == event_id]
    return np.array(own, dtype=np.int64)


def _notes(dates: int, samples: int, config: StudyConfig) -> list[str]:
    found: list[str] = []
    if samples < _FEW:
        found.append(
            Phrase("{n} made-up studies say little: one more or less is {share:.0f %}", n=samples, share=1 / samples)
        )
    if dates < _FEW:
        found.append(
            Phrase("only {n} placebo dates: shorten the estimation window or give prices that begin earlier", n=dates)
        )
    longest = max((w.length for w in config.windows or ()), default=1)
    if longest > 1:
        found.append(
            Phrase("neighbouring dates share days of a longer window: the intervals are narrower than they should be")
        )
    return found


def _batches(samples: list[Ints]) -> list[list[Ints]]:
    """The rows of made-up studies, some at a time: those of one date together, which share its design; none without pairs."""
    batches: list[list[Ints]] = []
    for rows in sorted(filter(len, samples), key=lambda rows: (len(rows), *rows[:1].tolist())):
        last = batches[-1] if batches else []
        if last and len(last[0]) == len(rows) and len(last) < min(_AT_ONCE, _PAIRS // len(rows)):
            last.append(rows)
        else:
            batches.append([rows])
    return batches


def _count(task: _Task, samples: list[Ints]) -> np.ndarray:
    """(effects, windows, tests, 2) how many of the samples each test rejects, and how many it could be asked of."""
    counts = np.zeros((len(task.effects), len(task.windows), len(task.tests), 2), dtype=np.int64)
    for e, w, p in _p_values(task, np.stack(samples)):
        counts[e, w] += np.stack([p < task.level + 1e-12, np.isfinite(p)], axis=2).sum(axis=1)
    return counts


def _p_values(task: _Task, rows: Ints) -> Iterator[tuple[int, int, Floats]]:
    """(effect, window, p (tests, S)) of made-up studies of equally many pairs, `rows` (S, N).

    What effects do not change is worked out once.
    """
    made: _Made | None = None
    for e in range(len(task.effects)):
        for w, window in enumerate(task.windows):
            pool = task.pools[w][e]
            if made is None:
                made = _Made.of(task, pool, rows)
            elif w == 0 or pool is not task.pools[w - 1][e]:
                made = made.moved(pool, rows)
            yield e, w, _asked(task, made, window, pool.returns.over(window).covered[rows])


def _asked(task: _Task, made: _Made, window: Window, covered: Bools) -> Floats:
    """(tests, S) p of made-up studies of which `covered` (S, N) pairs cover the window; NaN where a test cannot be asked."""
    whole: Bools = np.asarray(covered.all(axis=1), dtype=bool)
    p = np.full((len(task.tests), len(covered)), np.nan)
    tests = [(plugins.load("tests", name), task.config.variants.get(name, "default")) for name in task.tests]
    for t, (test, _) in enumerate(tests):
        for at, series in made.portfolios if isinstance(test, SeriesTest) else ():
            found = test.compute(series, window, task.config.seed, **({"draws": _DRAWS} if test.inverts else {}))
            p[t, at] = np.where(whole[at], [found.at(i).p_value for i in range(series.n)], np.nan)
    if covered.shape[1] > 1:
        for i, sample in enumerate(made.samples_over(window, covered, task.config.seed)):
            for t, (test, variant) in enumerate(tests):
                if isinstance(test, PairsTest) and sample.n > 1:
                    p[t, i] = test.compute(sample, variant).p_value
    return p


class _Made(NamedTuple):
    """Made-up studies of equally many pairs, with one effect."""

    samples: Samples
    portfolios: list[tuple[Ints, AbnormalReturns]]
    """The positions of some of the studies, and their portfolios, a series each."""
    plain: list[Floats]
    """Abnormal returns of these portfolios without an effect."""

    @classmethod
    def of(cls, task: _Task, pool: _Pool, rows: Ints) -> _Made:
        """Those of these `rows` (S, N), without an effect."""
        returns = pool.returns.take(rows.reshape(-1))
        portfolios = task.made.portfolios(rows, returns, task.variance)
        exact = task.config.correlation == "pairwise"
        return cls(Samples(returns, len(rows), exact), portfolios, [series.ar for _, series in portfolios])

    def moved(self, pool: _Pool, rows: Ints) -> _Made:
        """The same with the effect of a pool."""
        portfolios = [
            (at, series.with_ar(ar + pool.added)) for (at, series), ar in zip(self.portfolios, self.plain, strict=True)
        ]
        return self._replace(samples=self.samples.with_ar(pool.returns.take(rows.reshape(-1))), portfolios=portfolios)

    def samples_over(self, window: Window, covered: Bools, seed: int) -> list[Sample]:
        """A sample a study, of those of its pairs that cover the window; with its portfolio where all do."""
        each: list[AbnormalReturns | None] = [None] * len(covered)
        for at, series in self.portfolios:
            series.over(window)  # worked out once, for all of them
            for i, j in enumerate(at.tolist()):
                each[j] = series.take(slice(i, i + 1))
        found = self.samples.over(window, each, seed=seed)
        for j in np.flatnonzero(~covered.all(axis=1)).tolist():
            few = found[j].returns.take(covered[j])
            found[j] = Sample(window, Pairs(few), seed=seed, exact_correlation=self.samples.exact_correlation)
        return found


class _Pool(NamedTuple):
    """All placebo pairs with one effect added, and what their samples take over from them."""

    returns: AbnormalReturns
    added: Floats
    """(L2,)"""


def _pools(
    made: PlaceboPairs, windows: tuple[Window, ...], effects: tuple[float, ...], variance: float, *, spread: bool
) -> list[list[_Pool]]:
    """For each window and effect; an effect on day 0 is the same for all windows."""
    pools: list[list[_Pool]] = []
    for window in windows:
        row: list[_Pool] = []
        for e, effect in enumerate(effects):
            add = _added(made.returns.event, window, effect, spread=spread)
            if pools and not spread:
                row.append(pools[0][e])
                continue
            moved_pairs = made.returns.with_ar(made.returns.ar * np.sqrt(variance) + add)
            moved_pairs.day_ranks  # noqa: B018 - worked out once, for all samples
            row.append(_Pool(moved_pairs, add))
        for pool in row:
            pool.returns.over(window)
        pools.append(row)
    return pools


def _added(event: Window, window: Window, effect: float, *, spread: bool) -> Floats:
    """(L2,) the effect on day 0, or spread over the window."""
    add = np.zeros(event.length)
    if spread:
        first = window.start - event.start
        add[first : first + window.length] = effect / window.length
    else:
        add[-event.start] = effect
    return add


def _rates(task: _Task, counts: np.ndarray) -> tuple[Rate, ...]:
    found = []
    for w, window in enumerate(task.windows):
        for t, name in enumerate(task.tests):
            rejected, asked = counts[:, w, t, 0], counts[:, w, t, 1]
            if asked[0]:
                low, high = _interval(int(rejected[0]), int(asked[0]))
                power = dict(zip(task.effects[1:], (rejected / np.maximum(asked, 1))[1:].tolist(), strict=True))
                found.append(Rate(name, window, rejected[0] / asked[0], low, high, power, int(asked[0])))
    return tuple(found)


def _interval(hits: int, n: int) -> tuple[float, float]:
    """Exact 95 % interval of a share (Clopper and Pearson 1934)."""
    low = 0.0 if hits == 0 else float(special.betaincinv(hits, n - hits + 1, 0.025))
    high = 1.0 if hits == n else float(special.betaincinv(hits + 1, n - hits, 0.975))
    return low, high


@dataclass(frozen=True)
class PlaceboPairs:
    """Every ticker on every placebo date that its prices allow; row i of all arrays is the same pair."""

    returns: AbnormalReturns
    block: EventBlock
    portfolios_of: Portfolios
    date_of: Ints
    """(N,) the number of the pair's date."""
    ticker_of: Ints
    """(N,) the number of the pair's ticker."""
    dates: tuple[date, ...]
    tickers: tuple[str, ...]

    def portfolios(self, rows: Ints, returns: AbnormalReturns, variance: float) -> list[tuple[Ints, AbnormalReturns]]:
        """The equal-weighted portfolios of studies of these `rows` (S, N), some at a time: whose they are, a series each.

        `returns` (S N): abnormal returns of these rows, event days with this `variance` times their own. Pairs of several
        dates have no portfolio. Where pairs share one design, least squares of the mean is the mean of the least squares:
        nothing is fitted again.
        """
        found, design, day0 = [], self.returns.basis_of[rows], self.returns.day0_sessions[rows]
        linear = isinstance(self.portfolios_of.model, LinearModel)
        alike = (design == design[:, :1]).all(axis=1) & linear
        if (at := np.flatnonzero(alike)).size:
            whole = returns if alike.all() else returns.take(np.repeat(alike, rows.shape[1]))
            found.append((at, combined_each(whole, len(at))))
        for i in np.flatnonzero(~alike & (day0 == day0[:, :1]).all(axis=1)).tolist():
            one, _ = self.portfolios_of.portfolio(rows[i])
            if one is not None:
                found.append((np.array([i]), one.with_ar(one.ar * np.sqrt(variance))))
        return found


def placebo_dates(prices: PriceTable, benchmark: str, config: StudyConfig, before: date) -> list[date]:
    """Sessions whose whole estimation window has prices and whose event window ends before that of an event on `before`."""
    sessions = prices.close[benchmark].dropna().index
    last = int(sessions.searchsorted(pd.Timestamp(before))) + config.event_window.start - config.event_window.end
    return [day.date() for day in sessions[1 - config.estimation_window.start : max(0, last)]]


def placebo_pairs(
    pairs: list[Pair],
    prices: PriceTable,
    config: StudyConfig,
    dates: list[date],
    factors: pd.DataFrame | None,
    executor: Executor | None = None,
) -> PlaceboPairs:
    """All tickers of `pairs` on all `dates`, lined up and fitted at once.

    Raises:
        NothingUsable: not one could be fitted.
    """
    by_ticker = {pair.ticker: pair for pair in pairs}
    tickers = list(by_ticker)
    moved = [replace_day(by_ticker[ticker], day) for day in dates for ticker in tickers]
    model = model_of(config)
    panel = align(moved, prices, config, factors)
    fit = fit_pairs(model, panel.block, config.min_estimation, executor)
    good = np.flatnonzero((fit.problem == "") & np.isfinite(fit.ar[:, -config.event_window.start]))
    if not len(good):
        raise NothingUsable(
            Sentence("none of {n} placebo pairs has enough prices", n=len(moved)),
            hint=Sentence("load prices that begin earlier"),
        )
    panel, fit = panel.take(good), fit.take(good)
    last = np.where(panel.delisted, panel.last_close, config.event_window.end)
    place = {day.isoformat(): i for i, day in enumerate(dates)}
    return PlaceboPairs(
        returns=abnormal_returns(panel.block, fit, last, prediction_error=config.prediction_error),
        block=panel.block,
        portfolios_of=Portfolios(panel.block, model, config.min_estimation, config.prediction_error),
        date_of=np.array([place[p.event_id] for p in panel.pairs], dtype=np.int64),
        ticker_of=np.array([tickers.index(p.ticker) for p in panel.pairs], dtype=np.int64),
        dates=tuple(dates),
        tickers=tuple(tickers),
    )


def replace_day(pair: Pair, day: date) -> Pair:
    """The pair with its day 0 moved."""
    return replace(pair, event_id=day.isoformat(), moment=Moment(day))


def moved(made: PlaceboPairs, events: list[Ints], draws: int, seed: int) -> list[Ints]:
    """Rows of each made-up study in which every event, with its tickers, happens on a placebo date.

    One event takes each date in turn, several take dates at random, as often as `draws` says. `events`: ticker numbers of each.
    """
    rows = {(int(d), int(t)): i for i, (d, t) in enumerate(zip(made.date_of, made.ticker_of, strict=True))}
    days = np.arange(len(made.dates))
    random = np.random.default_rng(seed).choice(days, size=(draws, len(events)))
    chosen = days[:, None] if len(events) == 1 else random
    return [
        np.array(
            [rows[d, t] for d, own in zip(row, events, strict=True) for t in own if (d, t) in rows], dtype=np.int64
        )
        for row in chosen.tolist()
    ]


def drawn(made: PlaceboPairs, n: int, draws: int, seed: int, *, clustered: bool) -> list[Ints]:
    """Rows of each made-up study of `n` pairs drawn at random; on one date, or each on a date of its own.

    Raises:
        InvalidRequest: there are fewer tickers (one date) or dates than that.
    """
    of_date = [np.flatnonzero(made.date_of == d) for d in range(len(made.dates))]
    if not clustered:
        of_date = [pool for pool in of_date if len(pool)]
    there = max(map(len, of_date), default=0) if clustered else len(of_date)
    if not 2 <= n <= there:
        able = (
            Sentence("{there} tickers for pairs on one date", there=there)
            if clustered
            else Sentence("{there} placebo dates for pairs on dates of their own", there=there)
        )
        hint = (
            Sentence("use 2 to {there}", there=there)
            if there > 1
            else Sentence("leave out --pairs: the study itself is moved to other dates")
        )
        raise InvalidRequest(Sentence("{n} pairs cannot be drawn", n=n), available=able, hint=hint)
    rng = np.random.default_rng(seed)
    found: list[Ints] = []
    while len(found) < draws:
        if clustered:
            pool = of_date[rng.integers(len(of_date))]
            if len(pool) >= n:
                found.append(np.sort(rng.choice(pool, n, replace=False)))
        else:
            days = rng.choice(len(of_date), n, replace=False)
            found.append(np.array([rng.choice(of_date[d]) for d in days], dtype=np.int64))
    return found
