"""How often each test rejects where nothing happened, and where something did (METHODS 6).

Made-up studies are drawn from the user's own prices, on dates before the events. Added effects and a larger variance of event
days are put on abnormal returns, so that all made-up studies share one fit. Idea: Brown and Warner (1980, 1985).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from eventstudy import catalog
from eventstudy.advice import DEFAULT_TESTS
from eventstudy.calibrate.placebo import PlaceboPairs, placebo_dates, placebo_pairs
from eventstudy.calibrate.samples import drawn, moved
from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.execution import Done, Executor, Serial
from eventstudy.inference import Correlation, Pairs, PairsTest, Sample, SeriesTest
from eventstudy.language import Phrase
from eventstudy.panel import Floats, Ints
from eventstudy.results import StudyResult
from eventstudy.sentences import percent
from eventstudy.windows import Window

LEVEL = 0.05
EFFECTS = (0.005, 0.01, 0.02)
_FEW = 30
_BATCH = 10


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


@dataclass(frozen=True)
class Calibration:
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

    def sentence(self, rate: Rate) -> str:
        """What a test does with these tickers and dates."""
        finds = [f"finds an effect of {percent(e, 1)} in {100 * share:.0f} %" for e, share in rate.power.items()][-1:]
        low, size, high = (f"{100 * share:.1f}" for share in (rate.ci_low, rate.size, rate.ci_high))
        rejects = f"rejects {size} % of true nulls ({low} to {high} %) at {100 * self.level:g} %"
        return f"With these tickers and dates {rate.name} over {rate.window} {' and '.join([rejects, *finds])}."

    def text(self) -> str:
        """What the command prints: a row a test and window, its size with its interval, and its power by effect."""
        from eventstudy.calibrate._text import text

        return text(self)

    def _repr_html_(self) -> str:
        """Sentences and a table, for Jupyter."""
        from eventstudy.events.notebook import answer_page

        return answer_page(map(self.sentence, self.rates[:1]), self.tidy())

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the contract (schema `eventstudy.calibration/1`)."""
        return {
            "schema": "eventstudy.calibration/1",
            "level": self.level,
            "design": self.design,
            "tests": [
                {
                    "name": r.name,
                    "start": r.window.start,
                    "end": r.window.end,
                    "size": _number(r.size),
                    "ci_low": _number(r.ci_low),
                    "ci_high": _number(r.ci_high),
                    "power": {f"{effect:g}": _number(share) for effect, share in r.power.items()},
                    "draws": r.draws,
                }
                for r in self.rates
            ],
            "seed": self.seed,
            "dates": list(self.dates),
            "tickers": list(self.tickers),
            "notes": list(self.notes),
        }

    def plot(self) -> Any:
        """Size of each test with its interval, and its power; returns the matplotlib Axes."""
        from importlib import import_module

        return import_module("eventstudy.charts.calibration").draw(self)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


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


def calibrate(
    result: StudyResult,
    prices: Any,
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

    `prices`: the table the study was made with, reaching back further. By default a made-up study is the study itself with
    every event moved to a placebo date: each date in turn for one event, `draws` random dates for several. With `n` it is Brown
    and Warner's: `n` pairs drawn at random, on dates of their own or (`clustered`) on one. `effects` are added to day 0, or
    (`spread`) over the days of each window; `variance` multiplies the variance of event days.

    Raises:
        NothingUsable: too few placebo dates. InvalidRequest: numbers that cannot be meant.
    """
    _check(draws, effects, variance, level)
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
    own = ("exact_t", "sample_quantile", "conformal")
    asked = (*(own if one else (*DEFAULT_TESTS, *own[1:])), *config.tests)
    windows, sizes = tuple(config.windows or ()), (0.0, *effects)
    made.returns.work_out({1, *(w.length for w in windows)})
    pools = _pools(made, windows, sizes, variance, spread=spread)
    task = _Task(made, windows, tuple(dict.fromkeys(asked)), config, sizes, variance, level, pools)
    batches = [samples[i : i + _BATCH] for i in range(0, len(samples), _BATCH)]
    counts = np.sum((executor or Serial()).run(_count, task, batches, done), axis=0)
    return Calibration(
        rates=_rates(task, counts),
        design=design + (f"; variance of event days x {variance:g}" if variance != 1 else ""),
        level=level,
        seed=config.seed,
        dates=tuple(d.isoformat() for d in made.dates),
        tickers=made.tickers,
        notes=tuple(_notes(len(dates), len(samples), config)),
    )


def _too_few(dates: list[date], prices: Any, config: StudyConfig) -> NothingUsable:
    """Why there are no made-up studies, and how many dates the prices would hold in all."""
    whole = max(0, len(prices.close) - 1 + config.estimation_window.start - config.event_window.end)
    span = f"{prices.close.index[0].date()} to {prices.close.index[-1].date()}"
    return NothingUsable(
        f"too few placebo dates: {len(dates)} with whole windows lie before the event window",
        available=f"prices from {span}: {whole} dates with whole windows in all, the event and those beside it included",
        hint="shorten the estimation window (--estimation-window -130 -11) or give prices that begin earlier",
    )


def _check(draws: int, effects: Sequence[float], variance: float, level: float) -> None:
    if draws < 1:
        raise InvalidRequest(f"{draws} draws say nothing", hint="use 100 or more")
    if any(abs(e) >= 1 or e == 0 for e in effects):
        raise InvalidRequest("effects are decimals other than zero", hint="--effect 0.02 is 2 %")
    if variance <= 0 or not 0 < level < 1:
        raise InvalidRequest("the variance factor is positive and the level lies between 0 and 1")


def _tickers_of(result: StudyResult, made: PlaceboPairs, event_id: str) -> Ints:
    own = [made.tickers.index(p.ticker) for p in result.panel.pairs if p.event_id == event_id]
    return np.array(own, dtype=np.int64)


def _notes(dates: int, samples: int, config: StudyConfig) -> list[str]:
    found = []
    if samples < _FEW:
        found.append(f"{samples} made-up studies say little: one more or less is {100 / samples:.0f} %")
    if dates < _FEW:
        found.append(f"only {dates} placebo dates: shorten the estimation window or give prices that begin earlier")
    longest = max((w.length for w in config.windows or ()), default=1)
    if longest > 1:
        found.append("neighbouring dates share days of a longer window: the intervals are narrower than they should be")
    return found


def _count(task: _Task, samples: list[Ints]) -> np.ndarray:
    """(effects, windows, tests, 2) how many of the samples each test rejects, and how many it could be asked of."""
    counts = np.zeros((len(task.effects), len(task.windows), len(task.tests), 2), dtype=np.int64)
    tests = [(catalog.load("tests", name), task.config.variants.get(name, "default")) for name in task.tests]
    for rows in samples:
        for e, w, sample in _samples(task, rows):
            for t, (test, variant) in enumerate(tests):
                p = _p_value(test, variant, sample)
                if np.isfinite(p):
                    counts[e, w, t] += (p < task.level + 1e-12, 1)
    return counts


def _samples(task: _Task, rows: Ints) -> Iterator[tuple[int, int, Sample]]:
    """(effect, window, sample) of the made-up study of these rows; what effects do not change is worked out once."""
    portfolio, why = task.made.portfolio(rows)
    if portfolio:
        portfolio.studentised, portfolio.error_scale  # noqa: B018 - worked out once, for all effects
    exact, correlations = task.config.correlation == "pairwise", dict[Window, Correlation]()
    for e in range(len(task.effects)):
        pairs: Pairs | None = None
        for w, window in enumerate(task.windows):
            pool = task.pools[w][e]
            if pairs is None or pool.added is not task.pools[w - 1][e].added:
                pairs = Pairs(pool.returns.take(rows))
            together = portfolio.with_ar(portfolio.ar * np.sqrt(task.variance) + pool.added) if portfolio else None
            covered = pairs.returns.over(window).covered
            more: dict[str, Any] = {"seed": task.config.seed, "exact_correlation": exact}
            if not covered.all():
                yield e, w, Sample(window, Pairs(pairs.returns.take(covered)), no_portfolio=why, **more)
                continue
            sample = Sample(window, pairs, portfolio=together, no_portfolio=why, **more)
            if len(rows) > 1:
                correlations.setdefault(window, sample.correlation)  # effects do not change it
                sample = sample.knowing(correlation=correlations[window])
            yield e, w, sample


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


def _p_value(test: SeriesTest | PairsTest, variant: str, sample: Sample) -> float:
    if isinstance(test, SeriesTest):
        return test.compute(sample.portfolio, sample.window, sample.seed).at(0).p_value if sample.portfolio else np.nan
    return float(test.compute(sample, variant).p_value) if sample.n > 1 else np.nan


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
