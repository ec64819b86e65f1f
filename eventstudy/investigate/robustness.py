"""Does the answer survive other choices? One question, put by many models, benchmarks, windows and kinds of returns.

Prices are lined up once for each benchmark and kind of return with the longest estimation window; every other choice is a slice
of those arrays. Idea of the specification curve: Simonsohn, Simmons and Nelson (2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, cast

import numpy as np
import pandas as pd

from eventstudy import advice, catalog
from eventstudy.aggregate import cumulate
from eventstudy.answers import headline_of
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.estimate import abnormal_returns, combined
from eventstudy.inference import Sample
from eventstudy.inference._distributions import p_t
from eventstudy.investigate.peer_index import PEERS, with_peer_index
from eventstudy.models import Model, model_of
from eventstudy.panel import EventBlock, Floats, Panel, align
from eventstudy.prices import PriceTable
from eventstudy.results import StudyResult
from eventstudy.sentences import LEVEL, percent
from eventstudy.windows import Window

MODELS = ("market", "market_adjusted", "constant_mean")
DIMENSIONS = ("model", "benchmark", "estimation_window", "window", "returns")


@dataclass(frozen=True)
class Specification:
    """One set of choices and what it says: the mean CAR of all pairs (the CAR of a single one), a decimal."""

    model: str
    benchmark: str
    """A ticker; `peers`: the equal-weighted index of tickers that are not studied; `none`: not used."""
    estimation_window: Window
    window: Window
    returns: str
    n: int
    car: float
    se: float
    """NaN for tests that have none in the units of the CAR."""
    p: float

    @property
    def choices(self) -> tuple[Any, ...]:
        """The choices, in the order of `DIMENSIONS`."""
        return tuple(getattr(self, name) for name in DIMENSIONS)


@dataclass(frozen=True)
class Robustness:
    """All specifications, the study's own first, and what they have in common."""

    specifications: tuple[Specification, ...]
    test: str
    """The test behind every p."""
    share_same_sign: float
    """Share with the sign that the study's own specification of the same window has."""
    share_significant: float
    """Share with p below 5 %."""
    drivers: dict[str, float]
    """Choice -> share of the variance of the CARs that it accounts for by itself, the largest first."""
    left_out: tuple[str, ...]
    """Choices that could not be made, and why."""

    def tidy(self) -> pd.DataFrame:
        """One row a specification, ordered as drawn: by CAR."""
        rows = [
            {
                "model": s.model,
                "benchmark": s.benchmark,
                "estimation_start": s.estimation_window.start,
                "estimation_end": s.estimation_window.end,
                "start": s.window.start,
                "end": s.window.end,
                "returns": s.returns,
                "n": s.n,
                "car": s.car,
                "se": s.se,
                "p": s.p,
            }
            for s in sorted(self.specifications, key=lambda s: s.car)
        ]
        return pd.DataFrame(rows)

    @property
    def sentence(self) -> str:
        """What the choices change, in one or two sentences."""
        cars = np.array([s.car for s in self.specifications])
        biggest, share = next(iter(self.drivers.items()))
        return (
            f"{len(cars)} specifications: CAR from {percent(cars.min())} to {percent(cars.max())}, median"
            f" {percent(float(np.median(cars)))}; {100 * self.share_same_sign:.0f} % have the sign of the study's own,"
            f" {100 * self.share_significant:.0f} % have p below 5 % ({self.test})."
            f" The choice that matters most: {biggest.replace('_', ' ')} ({100 * share:.0f} % of the variance)."
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the contract (schema `eventstudy.robustness/1`)."""
        return {
            "schema": "eventstudy.robustness/1",
            "n": len(self.specifications),
            "test": self.test,
            "specifications": [
                {
                    "model": s.model,
                    "benchmark": s.benchmark,
                    "estimation_window": list(s.estimation_window),
                    "window": list(s.window),
                    "returns": s.returns,
                    "n": s.n,
                    "car": s.car,
                    "se": s.se if np.isfinite(s.se) else None,
                    "p": s.p,
                }
                for s in self.specifications
            ],
            "share_same_sign": self.share_same_sign,
            "share_significant": self.share_significant,
            "drivers": self.drivers,
            "left_out": list(self.left_out),
            "sentence": self.sentence,
        }

    def plot(self) -> Any:
        """The specification curve; returns the matplotlib Axes."""
        from importlib import import_module

        return import_module("eventstudy.charts._specification_curve").draw(self)


def robustness(
    result: StudyResult,
    prices: PriceTable,
    *,
    models: Sequence[str] = MODELS,
    benchmarks: Sequence[str] = (),
    estimation_windows: Sequence[Sequence[int]] = (),
    returns: Sequence[str] = ("simple", "log"),
    peers: Sequence[str] = (),
    factors: pd.DataFrame | None = None,
) -> Robustness:
    """The study once more for every combination of choices, with the study's own choices always among them.

    `prices`: the table the study was made with, reaching back further where longer estimation windows are asked for.
    `benchmarks`: tickers, or `peers` for the index of the `peers`; by default the study's own, the index funds among the
    prices, and `peers`, which are the other tickers of the prices unless named, never one that is studied: over all members of
    an index abnormal returns cancel. `estimation_windows`: by default the study's own, its later half, two thirds of it, and
    the same window ending 20 sessions earlier. CAR windows are those the study reports.

    Raises:
        NothingUsable: no specification could be made. InvalidRequest: a choice that cannot be meant.
    """
    base, test = result.config, _test_of(result)
    spans = _estimation_windows(base, estimation_windows)
    widest = Window(min(w.start for w in spans), max(w.end for w in spans))
    tried, kinds = _names(base, models, returns)
    left_out: dict[str, None] = {}
    wanted, table = _benchmarks(result, prices, benchmarks, peers, left_out)
    made: dict[tuple[str, str, Window, str], list[Specification]] = {}
    for benchmark, kind in product(wanted, kinds):
        pairs = [replace(p, benchmark=benchmark) for p in result.panel.pairs]
        panel = align(pairs, table, replace(base, returns=cast(Any, kind), estimation_window=widest), factors)
        if not panel.pairs:
            left_out[f"benchmark {benchmark}: {panel.excluded[0].message}"] = None
        for name, span in product(tried if panel.pairs else (), spans):
            model = model_of(replace(base, model=name))
            needed = model.requires(panel.block.names)
            chosen = (name, benchmark if "benchmark" in needed else "none", span, kind)
            if chosen in made or _lacks(name, needed, panel.block.names, kind, left_out):
                continue
            made[chosen] = _specifications(panel, model, chosen, base, test)
            if not made[chosen]:
                left_out[f"estimation window {span}: too few days with prices"] = None
    found = [one for some in made.values() for one in some]
    if not found:
        raise NothingUsable("no specification could be made", available="; ".join(left_out))
    return _summary(tuple(found), test, tuple(left_out))


def _names(base: StudyConfig, models: Sequence[str], returns: Sequence[str]) -> tuple[list[str], list[str]]:
    """The models and kinds of returns, the study's own first."""
    tried, kinds = list(dict.fromkeys([base.model, *models])), list(dict.fromkeys([base.returns, *returns]))
    for name in tried:
        catalog.load("models", name)
    if unknown := [k for k in kinds if k not in ("simple", "log")]:
        raise InvalidRequest(f"returns cannot be {unknown[0]!r}", available="simple, log")
    return tried, kinds


def _estimation_windows(base: StudyConfig, asked: Sequence[Sequence[int]]) -> list[Window]:
    """The distinct estimation windows, the study's own first."""
    own = base.estimation_window
    half, third = own.start + own.length // 2, own.start + own.length // 3
    default = [(half, own.end), (third, own.end), (own.start, own.end - 20)]
    spans = [own, *(Window.of(w, "estimation window") for w in (asked or default))]
    spans = [w for w in dict.fromkeys(spans) if w.length >= base.min_estimation]
    for span in spans:
        replace(base, estimation_window=span)  # refuses what no study could use
    return spans


def _benchmarks(
    result: StudyResult, prices: PriceTable, asked: Sequence[str], peers: Sequence[str], left_out: dict[str, None]
) -> tuple[list[str], PriceTable]:
    """The benchmarks, the study's own first, and the prices with the index of peers where it is one of them."""
    studied = {p.ticker for p in result.panel.pairs}
    own = str(result.config.benchmark or result.panel.pairs[0].benchmark)
    funds = [t for t in prices.tickers if t in _FUNDS and t not in studied]
    wanted = list(dict.fromkeys([own, *(asked or [*funds, PEERS])]))
    if PEERS not in wanted:
        return wanted, prices
    known = peers or [t for t in prices.tickers if t not in (*_FUNDS, own)]
    others = [t for t in known if t not in studied and t in prices.close.columns]
    if not others:
        left_out["benchmark peers: there is no ticker with prices that is not studied itself"] = None
        return [b for b in wanted if b != PEERS], prices
    return wanted, with_peer_index(prices, others)


_FUNDS = ("SPY", "QQQ", "VTI", "IWM", "DIA", "SOXX", "SMH", "^GSPC", "^NDX", "^GDAXI", "^STOXX50E")
"""Index funds and indices that stand in for a market where the prices hold them."""


def _test_of(result: StudyResult) -> str:
    """The headline of the widest window's design; a single firm is judged by the exact t, which has a standard error."""
    sample = result.sample(result.config.event_window)
    if sample.n < 2:
        return "exact_t"
    return headline_of(sample, advice.describe(sample), result.config.variants)[0]


def _lacks(model: str, needed: tuple[str, ...], names: tuple[str, ...], kind: str, left_out: dict[str, None]) -> bool:
    """Whether a model cannot be used with these regressors and returns."""
    if lacking := [n for n in needed if n not in names]:
        left_out[f"model {model}: needs {', '.join(lacking)}"] = None
        return True
    return kind == "log" and bool({n for n in needed if n[0] != "@"} - {"benchmark", "peer"})


def _specifications(
    panel: Panel, model: Model, chosen: tuple[str, str, Window, str], base: StudyConfig, test: str
) -> list[Specification]:
    """One model, benchmark, estimation window and kind of returns: every CAR window."""
    name, benchmark, span, kind = chosen
    block = _cut(panel.block, span)
    fit = model.fit(block, base.min_estimation)
    good = np.flatnonzero((fit.problem == "") & np.isfinite(fit.ar[:, -base.event_window.start]))
    last = np.where(panel.delisted, panel.last_close, base.event_window.end)
    returns = abnormal_returns(block, fit, last, prediction_error=base.prediction_error)
    found = []
    for window in base.windows or ():
        counted = good[cumulate(returns.take(good), window).covered] if len(good) else good
        if len(counted):
            sample = Sample(returns.take(counted), window, seed=base.seed)
            car, se, p = _judged(test, sample, base)
            found.append(Specification(name, benchmark, span, window, kind, sample.n, car, se, p))
    return found


def _cut(block: EventBlock, span: Window) -> EventBlock:
    """The block with a later start and another end of the estimation window; nothing is copied."""
    first = span.start - block.estimation.start
    return replace(
        block,
        returns=block.returns[:, first:],
        regressors=block.regressors[:, first:],
        sessions=block.sessions[:, first:],
        span=block.span[:, first:],
        estimation=span,
    )


def _judged(test: str, sample: Sample, base: StudyConfig) -> tuple[float, float, float]:
    """Mean CAR, its standard error and p. On one date the pairs are judged as the one portfolio that they are."""
    if test in ("exact_t", "portfolio_t"):
        one = combined(sample.returns, np.full((1, sample.n), 1 / sample.n))
        se = float(one.sigma[0] * np.sqrt(sample.cumulated.unit.mean()))
        return sample.caar, se, float(p_t(sample.caar / se, float(one.df[0])))
    answer = catalog.load("tests", test).compute(sample, base.variants.get(test, "default"))
    return sample.caar, answer.se if answer.se is not None else float("nan"), answer.p_value


def _summary(specifications: tuple[Specification, ...], test: str, left_out: tuple[str, ...]) -> Robustness:
    own: dict[Window, float] = {}
    for s in specifications:  # the study's own choices come first for every window
        own.setdefault(s.window, s.car)
    same = np.mean([np.sign(s.car) == np.sign(own[s.window]) for s in specifications])
    return Robustness(
        specifications=specifications,
        test=test,
        share_same_sign=float(same),
        share_significant=float(np.mean([s.p < LEVEL for s in specifications])),
        drivers=drivers(specifications),
        left_out=left_out,
    )


def drivers(specifications: Sequence[Specification]) -> dict[str, float]:
    """Each choice's share of the variance of the CARs: between its options, over the whole (eta squared)."""
    car: Floats = np.array([s.car for s in specifications])
    total = float(((car - car.mean()) ** 2).sum())
    shares = {}
    for name in DIMENSIONS:
        codes = pd.factorize(pd.Series([str(getattr(s, name)) for s in specifications]))[0]
        means = np.bincount(codes, car) / np.bincount(codes)
        shares[name] = float(((means[codes] - car.mean()) ** 2).sum() / total) if total > 0 else 0.0
    return dict(sorted(shares.items(), key=lambda item: -item[1]))
