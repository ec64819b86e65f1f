"""Does the answer survive other choices? One question, put by many models, benchmarks, windows and kinds of returns.

Prices are lined up once for each benchmark and kind of returns with the longest estimation window; every other choice is a
part of those arrays. Each specification says what a study with its choices says. Idea of the specification curve: Simonsohn,
Simmons and Nelson (2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import product
from statistics import median
from typing import Any, cast

import numpy as np
import pandas as pd

from eventstudy import plugins
from eventstudy.analyses.base import Answer, all_prices, of_pairs
from eventstudy.analyses.peer_index import FUNDS, PEERS, peers_outside, with_peer_index
from eventstudy.analyses.specifications import Judged, judge
from eventstudy.config import StudyConfig
from eventstudy.engine.least_squares import nothing_left
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence
from eventstudy.inference.multiple import rejected_by_chance
from eventstudy.language import AtMost, Phrase, spoken, written
from eventstudy.models import model_of
from eventstudy.panel import Floats, Panel, align
from eventstudy.parallel import Executor, Serial
from eventstudy.prices import PriceTable
from eventstudy.study.document import number
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import LEVEL, instead_of_finding, percent
from eventstudy.study.study import Prices, check_regressors, estimated, needs_benchmark, needs_peers, pairs_to_study
from eventstudy.study.text import prose
from eventstudy.text import columns, separated
from eventstudy.units.windows import Window

MODELS = ("market", "market_adjusted", "constant_mean")
DIMENSIONS = ("model", "benchmark", "estimation_window", "window", "returns")
"""The choices. `window` is the CAR window."""
_CALLED = {
    "model": Phrase("model"),
    "benchmark": Phrase("benchmark"),
    "estimation_window": Phrase("estimation window"),
    "window": Phrase("window"),
    "returns": Phrase("returns"),
}
"""What each choice is called."""
_DRAWS = 1999
"""Draws of ordinary days for the share of specifications that have p below 5 %."""
_SUMS = ("placebo_sum", "patell_guarded", "patell_adjusted", "patell")
"""Tests over pairs that judge a sum by a spread it should have; others take the spread of the pairs."""
OWN = "own"
"""The benchmark where each event has its own."""


@dataclass(frozen=True)
class Specification:
    """One set of choices and what it says."""

    model: str
    benchmark: str
    """A ticker; `peers`: the equal-weighted index of tickers that are not studied; `own`: each event's; `none`: not used."""
    estimation_window: Window
    window: Window
    returns: str
    judged: Judged

    @property
    def choices(self) -> tuple[Any, ...]:
        """The choices, in the order of `DIMENSIONS`."""
        return tuple(getattr(self, name) for name in DIMENSIONS)

    @property
    def car(self) -> float:
        """Mean CAR of all pairs (the CAR of a single one), a decimal."""
        return self.judged.car

    @property
    def p(self) -> float:
        """p of the test that speaks for this design; NaN where none is valid."""
        return self.judged.p


@dataclass(frozen=True, repr=False, eq=False)
class Robustness(Answer):
    """All specifications, the study's own first, and what they have in common."""

    specifications: tuple[Specification, ...]
    peers: tuple[str, ...]
    """The tickers behind the benchmark `peers`."""
    share_same_sign: float
    """Share with the sign that the study's own specification of the same window has."""
    share_significant: float
    """Share with p below 5 %, of those that have a p."""
    share_p: float
    """How often so large a share has p below 5 % where nothing happened; NaN where that cannot be drawn."""
    drivers: dict[str, float]
    """Choice -> share of the variance of the CARs that goes with it, the largest first; see `drivers_of`."""
    interaction: float
    """Share that goes with no choice alone, but with several together."""
    left_out: tuple[str, ...]
    """Choices that could not be made, and why."""
    cautions: tuple[str, ...] = ()
    """What to know before believing some of the specifications."""
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""
    lacking: tuple[str, ...] = ()
    """Choices that were asked for by name and are in no specification."""
    schema = "eventstudy.robustness/1"
    chart = "specification_curve"

    @property
    def incomplete(self) -> bool:
        """Whether a choice that was asked for is in no specification."""
        return bool(self.lacking)

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know of the specifications, and which could not be made."""
        return (*self.cautions, *(Phrase("left out: {why}", why=why) for why in self.left_out))

    def is_own(self, one: Specification) -> bool:
        """Whether a specification is the study's own, for its window.

        `one`: of `specifications`.

        Example:
            >>> robust.is_own(robust.specifications[0])
            True
        """
        first = self.specifications[0]
        return all(getattr(one, name) == getattr(first, name) for name in DIMENSIONS if name != "window")

    def own(self, window: Window) -> Specification:
        """The study's own specification of a window.

        `window`: one of those that were asked about.

        Example:
            >>> robust.own(es.Window(0, 0)).model
            'market'
        """
        return next(s for s in self.specifications if s.window == window)

    def same_sign(self, one: Specification) -> bool:
        """Whether its CAR has the sign of the study's own for the same window.

        `one`: of `specifications`.

        Example:
            >>> all(robust.same_sign(one) for one in robust.specifications)
            True
        """
        return bool(np.sign(one.car) == np.sign(self.own(one.window).car))

    @property
    def n_judged(self) -> int:
        """How many specifications have a valid test."""
        return sum(bool(np.isfinite(s.p)) for s in self.specifications)

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests behind the p, the most frequent first."""
        counts = pd.Series([s.judged.test for s in self.specifications if s.judged.test], dtype=object).value_counts()
        return tuple(map(str, counts.index))

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
                "own": self.is_own(s),
                **{name: getattr(s.judged, name) for name in ("n", "car", "low", "high", "p", "test")},
            }
            for s in sorted(self.specifications, key=lambda s: s.car)
        ]
        return pd.DataFrame(rows)

    def options(self) -> pd.DataFrame:
        """One row an option of each choice: what the specifications with it say. The choices stand in the order of `drivers`.

        Columns: choice, share (of the variance of the CARs that goes with the choice), option, n, median, lowest, highest,
        share_significant (of those with a p; NaN where none has one).

        Example:
            >>> robust.options().columns.tolist()[:4]
            ['choice', 'share', 'option', 'n']
        """
        rows = []
        for choice, share in self.drivers.items():
            those: dict[str, list[Specification]] = {}
            for s in self.specifications:
                those.setdefault(str(getattr(s, choice)), []).append(s)
            for option, made in those.items():
                cars, hits = [s.car for s in made], [s.p < LEVEL for s in made if s.judged.test]
                significant = sum(hits) / len(hits) if hits else np.nan
                figures = (len(cars), median(cars), min(cars), max(cars), significant)
                rows.append((choice, share, option, *figures))
        names = ["choice", "share", "option", "n", "median", "lowest", "highest", "share_significant"]
        return pd.DataFrame(rows, columns=names)

    def firms(self) -> pd.DataFrame:
        """One row a pair, where there are several: how its own CAR fares over the specifications, by the test of each.

        Columns: event_id, ticker, n, lowest, median, highest, share_same_sign (of the study's own for the same window),
        share_significant (of those with a p; 5 % on average where nothing happens).

        Example:
            >>> robust.firms()["ticker"].tolist()
            ['NVDA', 'AMD']
        """
        cars: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
        own = {s.window: self._of_firms(s) for s in self.specifications[::-1] if self.is_own(s)}
        for s in self.specifications:
            for name, (car, p) in self._of_firms(s).items():
                base = own[s.window].get(name, (np.nan, np.nan))[0]
                if np.isfinite(car):
                    cars.setdefault(name, []).append((car, p, float(np.sign(car) == np.sign(base))))
        rows = []
        for (event_id, ticker), values in cars.items():
            car, p, same = np.array(values).T
            hits = float(np.mean(p[np.isfinite(p)] < LEVEL)) if np.isfinite(p).any() else np.nan
            figures = (len(car), car.min(), np.median(car), car.max(), same.mean(), hits)
            rows.append((event_id, ticker, *figures))
        names = ["n", "lowest", "median", "highest", "share_same_sign", "share_significant"]
        return pd.DataFrame(rows, columns=["event_id", "ticker", *names])

    def _of_firms(self, one: Specification) -> dict[tuple[str, str], tuple[float, float]]:
        """Pair -> CAR and p."""
        judged = one.judged
        values = zip(judged.cars.tolist(), judged.ps.tolist(), strict=True)
        return dict(zip(judged.firms, values, strict=True))

    def _document(self) -> dict[str, Any]:
        """The JSON object of the contract."""
        cars = [s.car for s in self.specifications]
        return {
            "n": len(cars),
            "lowest": min(cars),
            "median": float(np.median(cars)),
            "highest": max(cars),
            "share_same_sign": self.share_same_sign,
            "share_significant": number(self.share_significant),
            "share_p": number(self.share_p),
            "n_judged": self.n_judged,
            "drivers": self.drivers,
            "interaction": self.interaction,
            "tests": list(self.tests),
            "peers": list(self.peers),
            "firms": [
                {k: number(v) if isinstance(v, float) else v for k, v in row.items()}
                for row in self.firms().astype(object).to_dict("records")
            ],
            "cautions": list(self.cautions),
            "left_out": list(self.left_out),
            "specifications": [
                {
                    "model": s.model,
                    "benchmark": s.benchmark,
                    "estimation_window": list(s.estimation_window),
                    "window": list(s.window),
                    "returns": s.returns,
                    "own": self.is_own(s),
                    "same_sign": self.same_sign(s),
                    "n": s.judged.n,
                    "car": s.car,
                    "ci_low": number(s.judged.low),
                    "ci_high": number(s.judged.high),
                    "test": s.judged.test or None,
                    "p": number(s.p),
                    "p_least": s.p if isinstance(s.p, AtMost) else None,
                }
                for s in self.specifications
            ],
            "believable": self.believable,
            "sentence": self.sentence,
        }

    def _finding(self) -> Phrase:
        """What the choices change, in a few sentences."""
        told = [self._spread()]
        if np.isfinite(self.share_p) and self.share_significant:
            told.append(
                Phrase(
                    "Where nothing happens, as many have it in {share:.3g %} of cases (drawn from ordinary days).",
                    share=self.share_p,
                )
            )
        matters = [{"choice": _CALLED[name], "share": share} for name, share in self.drivers.items() if share > 0]
        if len(matters) == 1:
            told.append(Phrase("What matters most: {choice} ({share:.0f %} of the variance).", **matters[0]))
        elif matters:
            second = Phrase("{choice} ({share:.0f %})", **matters[1])
            told.append(
                Phrase(
                    "What matters most: {choice} ({share:.0f %} of the variance), then {second}.",
                    second=second,
                    **matters[0],
                )
            )
        told.append(
            Phrase(
                "All {n} rest on the same days: they are one piece of evidence seen from {n} sides, not {n} pieces.",
                n=len(self.specifications),
            )
        )
        return Phrase("{sentences: }", sentences=told)

    def _spread(self) -> Phrase:
        """Between which CARs all lie, how many have the sign of the study's own, and how many a small p."""
        cars, n = [s.car for s in self.specifications], len(self.specifications)
        said = {"share": self.share_significant, "judged": self.n_judged}
        if self.n_judged == n:
            hits = Phrase("{share:.0f %} have p below 5 %", share=self.share_significant)
        elif self.n_judged:
            hits = Phrase("{share:.0f %} of the {judged} that a test is valid for have p below 5 %", **said)
        else:
            hits = Phrase("none of the 0 that a test is valid for have p below 5 %")
        return Phrase(
            "{n} specifications: CAR from {low:+.2f %} to {high:+.2f %}, median {median:+.2f %}; {same:.0f %} have the sign of"
            " the study's own for the same window, {hits}.",
            n=n,
            low=min(cars),
            high=max(cars),
            median=float(np.median(cars)),
            same=self.share_same_sign,
            hits=hits,
        )

    def _lines(self, *, verbose: bool) -> list[str]:
        """The finding, what each option says, and the extremes."""
        lines = [*prose(self.sentence), ""]
        head = [Phrase("choice"), Phrase("option"), Phrase("specifications"), Phrase("median CAR")]
        table = [[spoken(name) for name in (*head, Phrase("smallest"), Phrase("largest"), "p < 5 %")]]
        windows = {str(window): window for s in self.specifications for window in (s.window, s.estimation_window)}
        before = ""
        for row in self.options().to_dict("records"):
            choice, significant = row["choice"], row["share_significant"]
            called = Phrase("{choice} ({share:.0f %})", choice=_CALLED[choice], share=row["share"])
            heading = spoken(called) if choice != before else ""
            before, option = choice, written(windows.get(row["option"], _called(row["option"])))
            figures = [percent(row[name]) for name in ("median", "lowest", "highest")]
            shown = written(significant, ".0f %")
            table.append([heading, option, str(row["n"]), *figures, shown])
        lines += columns(table, range(2, 7), names=2).splitlines()
        lines += prose(
            Phrase(
                "per cent beside a choice: its share of the variance of the CARs; p by {tests}", tests=list(self.tests)
            )
        )
        if self.peers:
            lines += prose(Phrase("peers: equal-weighted index of {tickers}", tickers=list(self.peers)))
        lines += _firms(self)
        ordered = sorted(self.specifications, key=lambda s: s.car)
        extremes = [*ordered[:_SHOWN], *ordered[-_SHOWN:]] if len(ordered) > 2 * _SHOWN else ordered
        lines += ["", spoken(Phrase("the lowest and the highest (--format csv shows all):"))]
        lines += columns([_row(s) for s in extremes], (4, 5)).splitlines()
        return lines + [line for said in self.messages for line in prose(said)]


def prices_needed(
    config: StudyConfig, estimation_windows: Sequence[Sequence[int]] = (), benchmarks: Sequence[str] = ()
) -> tuple[int, list[str]]:
    """What `robustness` needs of prices beyond those of a study: so many sessions before them, and these tickers besides."""
    own = config.estimation_window.start
    sessions = own - min([own, *(start for start, _ in estimation_windows)])
    return sessions, [*benchmarks, *(peer.split("=")[-1] for peer in config.peers)]


@of_pairs
def robustness(
    result: StudyResult,
    prices: Prices | None = None,
    *,
    models: str | Sequence[str] = (),
    benchmarks: str | Sequence[str] = (),
    estimation_windows: Sequence[Sequence[int]] = (),
    windows: Sequence[Sequence[int]] = (),
    returns: Sequence[str] = ("simple", "log"),
    peers: str | Sequence[str] = (),
    factors: pd.DataFrame | None = None,
    executor: Executor | None = None,
) -> Robustness:
    """The study once more for every combination of choices, with the study's own choices always among them.

    `prices`: those of the study by default, and with the embedded sample all of it; give more where longer estimation windows
    or other benchmarks are asked for. `models`: by default those of `MODELS`. `benchmarks`: tickers, or `peers`, the index of
    the firm's peers without the firm (see `peers_outside`, which takes `peers`); by default the study's own, the index funds
    among the prices, and `peers`. `estimation_windows`: by default the study's own, its later half, its later two thirds, and
    itself cut short by 20 sessions. `windows`: CAR windows inside the event window; by default those the study reports. Models
    that fit each series by itself are slow: an `executor` of several processes shares them out.

    `result`: the study, of which the pairs are kept. `returns`: `simple`, `log`, or both. `factors`: rows sessions, columns
    returns in decimals, for models that need them.

    Raises:
        NothingUsable: no specification could be made. InvalidRequest: a choice that cannot be meant.

    Example:
        >>> result = es.run("deepseek-r1", tickers="NVDA", day0="recognised")
        >>> found = es.analyses.robustness(result, models=["market", "constant_mean"])
        >>> len(found.tidy())
        160
    """
    if result.config.outcome != "return":
        raise InvalidRequest(
            Sentence("robustness is asked of a study of returns"), hint=Sentence("leave out --outcome")
        )
    result.config.check_made_anew(Phrase("the study under other choices"))
    table = all_prices(result, prices)
    called = tuple(result.config.called(Window.of(w)) for w in windows)
    base = replace(result.config, windows=called, primary=None) if windows else result.config
    models, benchmarks = separated(models, "model"), separated(benchmarks)
    tried, kinds = _names(base, models or MODELS, returns)
    left_out: dict[str, None] = {}
    asked, table, index = _benchmarks(result, table, benchmarks, separated(peers), left_out)
    shared = _Shared(
        replace(result, prices=None),
        table,
        factors,
        base,
        tuple(_estimation_windows(base, estimation_windows)),
        asked[0],
    )
    jobs = [_Job(*choice) for choice in product(tried, asked, kinds)]
    jobs.sort(key=lambda job: (job.benchmark != asked[0], job.returns != base.returns, job.model != base.model))
    made: dict[tuple[Any, ...], Specification] = {}
    for found, reasons in (executor or Serial()).run(_do, shared, _distinct(jobs, base)):
        left_out |= dict.fromkeys(reasons)
        for one in found:
            made.setdefault(one.choices, one)
    if not made:
        raise NothingUsable(Phrase("no specification could be made"), available="; ".join(left_out))
    summary = _summary(base, tuple(made.values()), tuple(index), tuple(left_out), _cautions(shared, index))
    lacking = _lacking(summary.specifications, models, benchmarks, estimation_windows)
    return replace(summary, instead=instead_of_finding(result), lacking=lacking)


def _lacking(
    made: Sequence[Specification],
    models: Sequence[str],
    benchmarks: Sequence[str],
    estimation_windows: Sequence[Sequence[int]],
) -> tuple[str, ...]:
    """The choices that are in no specification."""
    there = {s.model for s in made} | {s.benchmark for s in made} | {str(s.estimation_window) for s in made}
    return tuple(
        one for one in (*models, *benchmarks, *(str(Window.of(w)) for w in estimation_windows)) if one not in there
    )


@dataclass(frozen=True)
class _Job:
    """A model, a benchmark and a kind of returns: everything that one fit of all estimation windows needs."""

    model: str
    benchmark: str
    returns: str


@dataclass(frozen=True)
class _Shared:
    """What all jobs have in common."""

    result: StudyResult
    prices: PriceTable
    factors: pd.DataFrame | None
    base: StudyConfig
    spans: tuple[Window, ...]
    own: str
    """What the study's own benchmark is called here."""
    panels: dict[Any, Panel] = field(default_factory=dict)
    """Lined up already, by benchmark, returns, span and whether peers are needed."""

    def panel(self, config: StudyConfig, span: Window) -> Panel:
        """The pairs lined up for these choices; excluded dates are not left out yet."""
        model = model_of(config)
        key = (config.benchmark, config.returns, span, needs_peers(model))
        if key not in self.panels:
            plain = replace(config, estimation_window=span, exclude_dates=())
            events = list(self.result.events)
            pairs, _ = pairs_to_study(events, plain, model, self.result.day0_policy)
            self.panels[key] = align(pairs, self.prices, plain, self.factors, compared=needs_benchmark(model))
        return self.panels[key]


def _do(shared: _Shared, job: _Job) -> tuple[list[Specification], list[str]]:
    """All estimation windows and CAR windows of a model, a benchmark and a kind of returns; and what could not be."""
    base = shared.base
    benchmark = base.benchmark if job.benchmark in (OWN, NONE, shared.own) else job.benchmark
    config = replace(base, model=job.model, benchmark=benchmark, returns=cast(Any, job.returns))
    if job.model != base.model:
        config = replace(config, alpha=True) if not base.alpha and not _can_do_without_alpha(config) else config
    model = model_of(config)
    widest = Window(min(w.start for w in shared.spans), max(w.end for w in shared.spans))
    # peers count where they are complete, which depends on the estimation window: such models are lined up for each
    lots = [(span,) for span in shared.spans] if needs_peers(model) else [shared.spans]
    found: list[Specification] = []
    reasons: list[str] = []
    for spans in lots:
        panel = shared.panel(config, spans[0] if len(lots) > 1 else widest)
        if not panel.pairs:
            reasons.append(_of_benchmark(job.benchmark, panel.excluded[0].message))
            continue
        try:
            check_regressors(model, panel.block.names, config)
        except InvalidRequest as error:
            reasons.append(Phrase.quoted(error.what))
            break
        judged = judge(shared.result, panel, model, config, spans)
        for span, window in product(spans, base.windows or ()):
            if (span, window) in judged:
                found.append(Specification(job.model, job.benchmark, span, window, job.returns, judged[span, window]))
            else:
                reasons.append(Phrase("estimation window {window}: no pair has enough days with prices", window=span))
    return found, reasons


def _of_benchmark(benchmark: str, why: str) -> Phrase:
    if benchmark == PEERS:
        return Phrase("benchmark peers: {why}", why=Phrase.quoted(why))
    return Phrase("benchmark {benchmark}: {why}", benchmark=benchmark, why=Phrase.quoted(why))


def _can_do_without_alpha(config: StudyConfig) -> bool:
    try:
        model_of(config)
    except InvalidRequest:
        return False
    return True


def _distinct(jobs: list[_Job], base: StudyConfig) -> list[_Job]:
    """The jobs, those whose model does not use the benchmark only once."""
    plain = [
        job if "benchmark" in model_of(replace(base, model=job.model, alpha=True)).requires(("benchmark",)) else
        replace(job, benchmark=NONE)
        for job in jobs
    ]  # fmt: skip
    return list(dict.fromkeys(plain))


def _names(base: StudyConfig, models: Sequence[str], returns: Sequence[str]) -> tuple[list[str], list[str]]:
    """The models and kinds of returns, the study's own first."""
    tried, kinds = list(dict.fromkeys([base.model, *models])), list(dict.fromkeys([base.returns, *returns]))
    for name in tried:
        plugins.load("models", name)
    if unknown := [k for k in kinds if k not in ("simple", "log")]:
        raise InvalidRequest(Sentence("returns cannot be {unknown!r}", unknown=unknown[0]), available="simple, log")
    return tried, kinds


def _estimation_windows(base: StudyConfig, asked: Sequence[Sequence[int]]) -> list[Window]:
    """The distinct estimation windows, the study's own first; of the default ones those that are long enough.

    Raises:
        InvalidRequest: one that was asked for and that no study could use.
    """
    own = base.estimation_window
    half, third = own.start + own.length // 2, own.start + own.length // 3
    default = [Window(half, own.end), Window(third, own.end), Window(own.start, own.end - 20)]
    spans = [Window.of(w, "estimation window") for w in asked] or [
        w for w in default if w.length >= base.min_estimation
    ]
    for span in spans:
        replace(base, estimation_window=span)  # refuses what no study could use
    return list(dict.fromkeys([own, *spans]))


def _benchmarks(
    result: StudyResult, prices: PriceTable, asked: Sequence[str], peers: Sequence[str], left_out: dict[str, None]
) -> tuple[list[str], PriceTable, list[str]]:
    """The benchmarks, the study's own first; the prices, with the index of peers where it is one of them; and the peers."""
    studied = {ticker for event in result.events for ticker in event.tickers}
    own = {pair.benchmark for pair in result.panel.pairs}
    first = own.pop() if len(own) == 1 else OWN
    funds = [t for t in prices.tickers if t in FUNDS and t not in studied]
    wanted = list(dict.fromkeys([first, *(asked or [*funds, PEERS])]))
    if PEERS not in wanted:
        return wanted, prices, []
    found, why_none = peers_outside(result, prices, peers)
    if not found:
        left_out[_of_benchmark(PEERS, why_none)] = None
        return [b for b in wanted if b != PEERS], prices, []
    return wanted, with_peer_index(prices, found), found


def _cautions(shared: _Shared, index: Sequence[str]) -> tuple[str, ...]:
    """Whether the peers moved on day 0 themselves, judged by the study's own benchmark."""
    if not index:
        return ()
    result, base = shared.result, shared.base
    pairs = {pair.event_id: replace(pair, ticker=PEERS, peers=()) for pair in result.panel.pairs}
    plain = replace(base, model="market", alpha=True)
    made = estimated(align(list(pairs.values()), shared.prices, plain), plain, model_of(plain))
    day0 = -base.event_window.start
    sar = made.returns.sar[:, day0] if made.panel.pairs else np.empty(0)
    loud = [i for i in range(len(sar)) if abs(sar[i]) > 2]
    return tuple(
        Phrase(
            "the peers moved abnormally on day 0 themselves ({ar:+.2f %}, t = {t:+.1f}, {event}): a CAR against them lacks"
            " that much [PEER_CONTAMINATION]",
            ar=float(made.returns.ar[i, day0]),
            t=float(sar[i]),
            event=made.panel.pairs[i].event_id,
        )
        for i in loud[:3]
    )


def _summary(
    base: StudyConfig,
    specifications: tuple[Specification, ...],
    index: tuple[str, ...],
    left_out: tuple[str, ...],
    said: tuple[str, ...],
) -> Robustness:
    shares, interaction = drivers_of(_table(specifications), [s.car for s in specifications])
    p = np.array([s.p for s in specifications])
    hits = float(np.mean(p[np.isfinite(p)] < LEVEL)) if np.isfinite(p).any() else float("nan")
    chance = _by_chance(base, specifications, hits)
    found = Robustness(specifications, index, float("nan"), hits, chance, shares, interaction, left_out, said)
    return replace(found, share_same_sign=float(np.mean([found.same_sign(s) for s in specifications])))


def _by_chance(base: StudyConfig, specifications: Sequence[Specification], share: float) -> float:
    """How often this share or more has p below 5 % where nothing happened, by draws of days that all specifications know.

    P = (1 + #{share drawn >= share}) / (draws + 1), pairs of one date drawn together and dates apart; NaN where the days of a
    specification must not be exchanged, where they share too few, or with very many pairs.
    """
    judged = [s for s in specifications if np.isfinite(s.p)]
    if not judged or any(not s.judged.series for s in judged):
        return float("nan")
    every = [one for s in judged for one in s.judged.series]
    dates = {name: n for n, name in enumerate(dict.fromkeys(one.date for one in every))}
    shared = {name: reduce(np.intersect1d, [one.days for one in every if one.date == name]) for name in dates}
    days = np.full((len(every), max(map(len, shared.values()))), np.nan)
    for i, one in enumerate(every):
        days[i, : len(shared[one.date])] = one.residuals[np.searchsorted(one.days, shared[one.date])]
    date = np.array([dates[one.date] for one in every], dtype=np.int64)
    distinct, own = np.unique(np.column_stack([date, days]), axis=0, return_inverse=True)
    drawn = rejected_by_chance(
        distinct[:, 1:],
        np.split(own.reshape(-1).astype(np.int64), np.cumsum([len(s.judged.series) for s in judged])[:-1]),
        [s.window for s in judged],
        base.seed,
        _DRAWS,
        level=LEVEL,
        alternative=base.alternative,
        date=distinct[:, 0].astype(np.int64),
        spread=[len(s.judged.series) > 1 and s.judged.test not in _SUMS for s in judged],
    )
    return float((1 + (drawn >= share - 1e-9).sum()) / (len(drawn) + 1)) if len(drawn) else float("nan")


def _table(specifications: Sequence[Specification]) -> Mapping[str, list[str]]:
    return {name: [str(getattr(s, name)) for s in specifications] for name in DIMENSIONS}


NONE = "none"
"""The option of a choice that another choice makes void: the benchmark of a model that uses none."""


def drivers_of(choices: Mapping[str, Sequence[str]], values: Sequence[float]) -> tuple[dict[str, float], float]:
    """Choice -> its share of the variance of the `values`, the largest first; and the share of what they do together.

    The values are laid out over all combinations of options and split as in an analysis of variance with main effects: a
    choice's share is what the fit loses in explained sum of squares when that choice alone is taken out (type II). In a full
    grid this is the variance between the means of its options, and the shares and the interaction add to one. A value whose
    option is `none` holds for every other option of that choice, so it enters once for each: a model without a benchmark says
    the same under all of them.
    """
    table, y = _laid_out(pd.DataFrame(choices, dtype=object), np.asarray(values, dtype=float))
    total = float(((y - y.mean()) ** 2).sum())
    if nothing_left(total, float((y**2).sum())):
        return dict.fromkeys(choices, 0.0), 0.0
    dummies = {name: _dummies(table[name]) for name in choices}
    left = _left(list(dummies.values()), y)
    shares = {
        name: max(0.0, (_left([d for other, d in dummies.items() if other != name], y) - left) / total)
        for name in choices
    }
    return dict(sorted(shares.items(), key=lambda item: -item[1])), left / total


def _laid_out(table: pd.DataFrame, y: Floats) -> tuple[pd.DataFrame, Floats]:
    """The rows, those with a void choice once for every option it could have had."""
    names = [str(name) for name in table]
    table = table.assign(_value=y)
    for name in names:
        options = [o for o in dict.fromkeys(table[name]) if o != NONE]
        void = table[name] == NONE
        if options and void.any():
            filled = [table[void].assign(**{name: option}) for option in options]
            table = pd.concat([table[~void], *filled], ignore_index=True)
    return table.drop(columns="_value"), table["_value"].to_numpy(float)


def _dummies(column: pd.Series) -> Floats:
    """(rows, options - 1) indicators of all options but the first."""
    codes, options = pd.factorize(column)
    indicators: Floats = (codes[:, None] == np.arange(1, len(options))).astype(float)
    return indicators


def _left(dummies: list[Floats], y: Floats) -> float:
    """Sum of squares that main effects of these choices leave."""
    x = np.column_stack([np.ones(len(y)), *dummies])
    solved = np.linalg.lstsq(x.T @ x, x.T @ y, rcond=1e-12)[0]  # zeros and ones: nothing is lost by the cross product
    return float(((y - x @ solved) ** 2).sum())


_SHOWN = 3
_FIRMS = 20
"""Up to so many firms are shown by themselves."""


def _firms(found: Robustness) -> list[str]:
    """How the CAR of each firm by itself fares, in a line or two."""
    table = found.firms()
    if table.empty:
        return []
    shown = table.iloc[:_FIRMS]
    each: Phrase | list[str] = [
        f"{ticker} {100 * same:.0f}/{100 * hits:.0f}"
        for ticker, same, hits in zip(
            shown["ticker"], shown["share_same_sign"], shown["share_significant"], strict=True
        )
    ]
    if len(table) > len(shown):
        each = Phrase("{names}, and {n} more", names=each, n=len(table) - len(shown))
    return prose(
        Phrase(
            "firm by firm, % with the sign of its own / % with p < 5 % by the test of each (5 % on average where nothing"
            " happens): {firms}",
            firms=each,
        )
    )


def _called(option: str) -> str:
    """An option as a screen shows it."""
    return spoken(Phrase("none")) if option == NONE else option


_RETURNS = {"simple": Phrase("simple returns"), "log": Phrase("log returns")}


def _row(one: Specification) -> list[str]:
    words = [
        one.model,
        Phrase("benchmark {benchmark}", benchmark=_called(one.benchmark)),
        Phrase("estimated on {window}", window=one.estimation_window),
        _RETURNS[one.returns],
        Phrase("CAR{window} {car:+.2f %}", window=one.window, car=one.car),
        Phrase("p {p:p}", p=one.p),
    ]
    return [spoken(word) for word in words]
