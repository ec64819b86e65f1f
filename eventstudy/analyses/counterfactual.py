"""What would the price have done without the event? One row a model, and the path each of them says.

Beside the study's own model stand models made of donors: tickers that the event is thought to have left alone. Each row has
its valid p: ranks and permutations of days, and placebos in space, for which every donor takes the firm's place (METHODS 1.5,
3.22).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from eventstudy import plugins
from eventstudy.analyses.base import Answer, all_prices, of_pairs
from eventstudy.analyses.peer_index import FUNDS, known_events
from eventstudy.config import StudyConfig
from eventstudy.engine.arrays import mean_known
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence
from eventstudy.events import Event, Group
from eventstudy.inference.days import known, ratios
from eventstudy.language import Phrase, figure, spoken, written
from eventstudy.models import model_of
from eventstudy.models.peers import donors_of
from eventstudy.panel import Bools, Floats
from eventstudy.prices import PriceTable
from eventstudy.study.buy_and_hold import BASE, chained
from eventstudy.study.document import number
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import LEVEL, instead_of_finding, p_text, percent
from eventstudy.study.study import PEER_ROLES, EventStudy, Prices, needs_peers, peers_in
from eventstudy.study.text import prose
from eventstudy.text import columns, separated
from eventstudy.units.windows import Window

MODELS = ("market", "principal_components", "synthetic_control")
_WEIGHT = 5e-4
"""Smaller weights of donors are not told."""


@dataclass(frozen=True)
class InSpace:
    """The firm among its donors, each fitted by the same model as if the event had been its own."""

    ratio: float
    """Root mean square of the window's abnormal returns over that of the estimation days."""
    rank: int
    """1: no donor has a larger ratio."""
    donors: int
    p: float
    """rank / (donors + 1)."""

    @property
    def smallest_p(self) -> float:
        """What so many donors can reach at best."""
        return 1 / (self.donors + 1)


@dataclass(frozen=True)
class Row:
    """One pair, model and window."""

    event_id: str
    ticker: str
    model: str
    window: Window
    car: float
    test: str
    """The test that speaks for this model and window; empty where none does."""
    p: float
    p_time: float
    """Placebo in time: the window among all runs of days as long as it; NaN where days are too few."""
    p_conformal: float
    """Permutation of days."""
    in_space: InSpace | None
    """None where fewer than two donors could be fitted."""
    rmspe: float
    """Root mean square error of the estimation days: how closely the model followed the firm before."""
    weights: dict[str, float]
    """Donor -> weight, of models that give weights; the slope on the benchmark as `benchmark` of those that have one."""
    donors: tuple[str, ...]
    """What the model was made of; empty for models of the benchmark alone."""


@dataclass(frozen=True, repr=False, eq=False)
class Counterfactual(Answer):
    """All rows, pair by pair in the order of the models, and the paths."""

    models: tuple[str, ...]
    rows: tuple[Row, ...]
    paths: tuple[Path, ...]
    donors: tuple[str, ...]
    cautions: tuple[str, ...]
    """What to know of the donors."""
    left_out: tuple[str, ...]
    """Models and pairs that could not be, and why."""
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""
    schema = "eventstudy.counterfactual/1"
    chart = "counterfactual"

    @property
    def incomplete(self) -> bool:
        """Whether a model or a pair could not be."""
        return bool(self.left_out)

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know of the donors, and what was left out."""
        return (*self.cautions, *(Phrase("left out: {why}", why=why) for why in self.left_out))

    def tidy(self) -> pd.DataFrame:
        """One row a pair, model and window."""
        return pd.DataFrame(
            [
                {
                    "event_id": r.event_id,
                    "ticker": r.ticker,
                    "model": r.model,
                    "start": r.window.start,
                    "end": r.window.end,
                    "car": r.car,
                    "test": r.test,
                    "p": r.p,
                    "p_time": r.p_time,
                    "p_conformal": r.p_conformal,
                    "p_space": r.in_space.p if r.in_space else np.nan,
                    "rmspe_ratio": r.in_space.ratio if r.in_space else np.nan,
                    "placebo_donors": r.in_space.donors if r.in_space else 0,
                    "rmspe": r.rmspe,
                    "weights": " ".join(f"{name}={value:.4f}" for name, value in r.weights.items()),
                }
                for r in self.rows
            ]
        )

    def _document(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "models": list(self.models),
            "donors": list(self.donors),
            "rows": [
                {
                    "event_id": r.event_id,
                    "ticker": r.ticker,
                    "model": r.model,
                    "start": r.window.start,
                    "end": r.window.end,
                    "car": r.car,
                    "test": r.test or None,
                    "p": number(r.p),
                    "p_time": number(r.p_time),
                    "p_conformal": number(r.p_conformal),
                    "in_space": {
                        **vars(r.in_space),
                        "ratio": number(r.in_space.ratio),
                        "smallest_p": r.in_space.smallest_p,
                    }
                    if r.in_space
                    else None,
                    "rmspe": r.rmspe,
                    "weights": r.weights,
                    "donors": list(r.donors),
                }
                for r in self.rows
            ],
            "paths": [
                {
                    "event_id": p.event_id,
                    "ticker": p.ticker,
                    "model": p.model,
                    "currency": p.currency,
                    "rel_days": list(p.rel_days),
                    "sessions": list(p.sessions),
                    "actual": [number(value) for value in p.actual.tolist()],
                    "counterfactual": [number(value) for value in p.counterfactual.tolist()],
                }
                for p in self.paths
            ],
            "cautions": list(self.cautions),
            "left_out": list(self.left_out),
            "believable": self.believable,
            "sentence": self.sentence,
        }

    def _finding(self) -> Phrase:
        """What the models say of the first window: of one pair each by itself, of several how often they agree."""
        window = self.rows[0].window
        pairs: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            if row.window == window:
                pairs.setdefault((row.event_id, row.ticker), []).append(row)
        if len(pairs) == 1:
            return _of_one(next(iter(pairs.values())))
        same = [rows for rows in pairs.values() if len({np.sign(r.car) for r in rows}) == 1]
        clear = [rows[0].ticker for rows in same if all(r.p < LEVEL for r in rows)]
        found = Phrase("{n} ({tickers:list})", n=len(clear), tickers=clear) if clear else len(clear)
        if len(self.models) == 1:
            return Phrase(
                "{pairs} pairs over {window}: {model} finds p below 5 % for {found}.",
                pairs=len(pairs),
                window=window,
                model=self.models[0],
                found=found,
            )
        return Phrase(
            "{pairs} pairs over {window}: the {n} models ({models:list}) agree on the sign for {same}; all of them find p below"
            " 5 % for {found}.",
            pairs=len(pairs),
            window=window,
            n=len(self.models),
            models=list(self.models),
            same=len(same),
            found=found,
        )

    def _lines(self, *, verbose: bool) -> list[str]:
        """The finding, a row a model, and what to know of the donors."""
        pairs = list(dict.fromkeys((r.event_id, r.ticker) for r in self.rows))
        first = self.rows[0].window
        many = len(pairs) > _FEW and not verbose
        rows = [r for r in self.rows if r.window == first or not many]
        lines = [*prose(self.sentence), ""]
        if many:
            lines += columns(_compact(self, rows), range(1, 20)).splitlines()
            lines += prose(
                Phrase(
                    "CAR{window} and p by model (--verbose shows other windows and placebos, --format csv all figures)",
                    window=first,
                )
            )
        else:
            head = [*(Phrase("ticker"), Phrase("window"), Phrase("model"), "CAR", "p", Phrase("test"))]
            head += [Phrase("in time"), Phrase("permuted"), Phrase("in space"), Phrase("pre-event fit")]
            lines += columns(
                [[spoken(name) for name in head], *(_row(r) for r in rows)], (3, 4, 6, 7, 8, 9), names=3
            ).splitlines()
            lines += prose(
                Phrase(
                    "p: of the test that speaks. in time: among runs of days. permuted: days exchanged. in space: rank among"
                    " the firm and its donors by the window's errors over those before, and p. pre-event fit: root mean square"
                    " error a day."
                )
            )
        if not many:
            lines += [line for said in _made_of(self) for line in prose(said)]
        return lines + [line for said in self.messages for line in prose(said)]


@of_pairs
def counterfactual(
    result: StudyResult,
    prices: Prices | None = None,
    *,
    models: str | Sequence[str] = MODELS,
    donors: str | Sequence[str] = (),
    tickers: str | Sequence[str] = (),
    factors: pd.DataFrame | None = None,
) -> Counterfactual:
    """The study again with each of `models`, its own first, for its `tickers` (all by default).

    `prices`: those of the study by default, and with the embedded sample all of it. `donors`: by default the study's peers,
    else the event's groups of peers and controls, else all tickers of the prices but index funds, benchmarks, and firms that
    the event is about. A ticker is never its own donor.

    `result`: the study, of which the pairs are kept. `factors`: rows sessions, columns returns in decimals, for models that
    need them.

    Raises:
        NothingUsable: no model could be fitted. InvalidRequest: a choice that cannot be meant.

    Example:
        >>> result = es.run("deepseek-r1", tickers="NVDA", day0="recognised")
        >>> found = es.analyses.counterfactual(result, models=["market", "synthetic_control"])
        >>> print(found.sentence)
        NVDA over [0, 0]: abnormal -13.37 % by market (p ≤.004) and -12.35 % by synthetic_control (p .008).
        They agree on the sign; 2 of 2 have p below 5 %. Among 8 donors in its place (synthetic_control) it
        ranks 2, p .222 (the smallest possible is .111).
    """
    if result.config.outcome != "return":
        raise InvalidRequest(
            Sentence("a counterfactual price is asked of a study of returns"), hint=Sentence("leave out --outcome")
        )
    result.config.check_made_anew(Phrase("a counterfactual price"))
    table = all_prices(result, prices)
    table.check_prices((pair.ticker for pair in result.panel.pairs), Phrase("a counterfactual price"))
    pool = _pool(result, table, separated(donors))
    events = _only(result.events, separated(tickers))
    tried = list(dict.fromkeys([result.config.model, *separated(models, "model")]))
    for name in tried:
        plugins.load("models", name)
    left_out: dict[str, None] = {}
    cautions = dict.fromkeys(_exposed(result, pool))
    rows: list[Row] = []
    paths: list[Path] = []
    for name in tried:
        try:
            config = _config(result, name, pool)
            made = EventStudy(config).run(events, table, factors=factors, day0=result.day0_policy)
        except (InvalidRequest, NothingUsable) as error:
            left_out[Phrase("model {model}: {why}", model=name, why=Phrase.quoted(error.what))] = None
            continue
        left_out |= dict.fromkeys(
            Phrase("{model}, {ticker}: {why}", model=name, ticker=e.ticker, why=e.message) for e in made.exclusions
        )
        cautions |= dict.fromkeys(
            Phrase("{said} [{code}]", said=w.message, code=w.code)
            for warned, code in ((made.noticed, "PEER_INCOMPLETE"), (made.warned, "PEER_CONTAMINATION"))
            for w in warned
            if w.code == code
        )
        rows += _rows(made, name, _Placebos(made, table, pool, factors))
        paths += [path_of(made, i, name, table) for i in range(made.returns.n)]
    if not rows:
        raise NothingUsable(Sentence("no model could be fitted"), available="; ".join(left_out))
    order = {(p.event_id, p.ticker): i for i, p in enumerate(result.panel.pairs)}
    rows.sort(key=lambda row: order.get((row.event_id, row.ticker), len(order)))
    fitted = tuple(name for name in tried if any(row.model == name for row in rows))
    told = (fitted, tuple(rows), tuple(paths), tuple(pool), tuple(cautions), tuple(left_out))
    return Counterfactual(*told, instead_of_finding(result))


def _config(result: StudyResult, model: str, pool: Sequence[str]) -> StudyConfig:
    """The study's choices with another model, and an event window that leaves no gap, so that paths have none either."""
    base = result.config
    event = Window(base.estimation_window.end + 1, base.event_window.end)
    config = replace(base, model=model, peers=tuple(pool), event_window=event, tests=("placebo", "conformal"))
    if not base.alpha and model != base.model:
        try:
            model_of(config)
        except InvalidRequest:
            return replace(config, alpha=True)
    return config


def _pool(result: StudyResult, prices: PriceTable, named: Sequence[str]) -> list[str]:
    """The tickers that donors are taken from."""
    events = known_events(result)
    own = {pair.benchmark for pair in result.panel.pairs}
    wanted = [*named] or [p.split("=")[-1] for p in result.config.peers] or [t for e in events for t in peers_in(e)]
    if not wanted:
        about = {t for event in events for group in event.group for t in group.tickers}
        wanted = [t for t in prices.tickers if t not in about | own and t not in FUNDS]
    lacking = [t for t in named if t not in prices.close.columns]
    if lacking:
        raise InvalidRequest(
            Sentence("no prices of the donors {lacking}", lacking=", ".join(lacking)),
            available=", ".join(prices.tickers),
        )
    return [t for t in dict.fromkeys(wanted) if t in prices.close.columns]


def _only(events: Sequence[Event], tickers: Sequence[str]) -> list[Event]:
    """The events with these tickers alone; all where none are named."""
    kept = []
    for event in events:
        groups = [
            group.model_copy(update={"tickers": own})
            for group in event.group
            if (own := tuple(t for t in group.tickers if not tickers or t in tickers))
        ]
        kept += [event.model_copy(update={"group": tuple(groups)})] if groups else []
    if not kept:
        raise InvalidRequest(Sentence("the study has none of {tickers}", tickers=", ".join(tickers)))
    return kept


def _exposed(result: StudyResult, pool: Sequence[str]) -> list[Phrase]:
    """A sentence an event whose registry entry calls none, or not all, of the donors a control."""
    said = []
    for event in known_events(result):
        roles = {t: group.role for group in event.group for t in group.tickers}
        exposed = [t for t in pool if t in roles and roles[t] != "control"]
        if exposed:
            said.append(
                Phrase(
                    "the donors {tickers} take part in {event} by its registry entry ({roles}), and are no controls: what the"
                    " news did to them is taken for what would have happened anyway [PEER_CONTAMINATION]",
                    tickers=exposed,
                    event=event.id,
                    roles=[Phrase("role {role}", role=role) for role in dict.fromkeys(roles[t] for t in exposed)],
                )
            )
    return said


class _Placebos:
    """Every donor in the place of the firm, fitted by the same model; worked out once for each set of donors."""

    def __init__(
        self, made: StudyResult, prices: PriceTable, pool: Sequence[str], factors: pd.DataFrame | None
    ) -> None:
        self._made, self._prices, self._pool, self._factors = made, prices, pool, factors
        self._known: dict[tuple[str, str], StudyResult | None] = {}

    def errors(self, i: int) -> tuple[Floats, Floats]:
        """(J, L1) estimation residuals and (J, L2) abnormal returns of the donors of pair i."""
        pair = self._made.panel.pairs[i]
        key = (pair.event_id, pair.ticker if pair.ticker in self._pool else "")
        if key not in self._known:
            self._known[key] = self._study(
                pair.event_id, [t for t in self._pool if t not in (pair.ticker, pair.benchmark)]
            )
        study = self._known[key]
        if study is None:
            return np.empty((0, 0)), np.empty((0, 0))
        return study.returns.residuals, study.returns.ar

    def _study(self, event_id: str, donors: list[str]) -> StudyResult | None:
        if len(donors) < 2:
            return None
        [event] = [e for e in self._made.events if e.id == event_id]
        placed = event.model_copy(update={"group": (Group(role=PEER_ROLES[0], tickers=tuple(donors)),)})
        study = EventStudy(replace(self._made.config, peers=tuple(donors), tests=()))
        try:
            return study.run([placed], self._prices, factors=self._factors, day0=self._made.day0_policy)
        except NothingUsable:
            return None


def _rows(made: StudyResult, name: str, placebos: _Placebos) -> list[Row]:
    """All pairs and windows of one model."""
    rows = []
    rmspe = np.sqrt(mean_known(made.returns.residuals**2, axis=1))
    for i, pair in enumerate(made.panel.pairs):
        before, within = placebos.errors(i)
        for window, answers in made.firm_answers.items():
            if not answers.found.covered[i]:
                continue
            test = answers.tests[str(answers.headline[i])]
            valid = test.at(i).valid
            rows.append(
                Row(
                    event_id=pair.event_id,
                    ticker=pair.ticker,
                    model=name,
                    window=window,
                    car=float(answers.found.car[i]),
                    test=str(answers.headline[i]) if valid else "",
                    p=answers.told_p(i) if valid else float("nan"),
                    p_time=float(answers.tests["placebo"].p_value[i]),
                    p_conformal=float(answers.tests["conformal"].p_value[i]),
                    in_space=_in_space(made, i, window, answers.found.used[i], before, within),
                    rmspe=float(rmspe[i]),
                    weights=_weights(made, i),
                    donors=_donors(made, i),
                )
            )
    return rows


def _in_space(made: StudyResult, i: int, window: Window, used: Bools, before: Floats, within: Floats) -> InSpace | None:
    """Where the firm's ratio of errors stands among those of its donors."""
    first = window.start - made.config.event_window.start
    columns = slice(first, first + window.length)
    ratio = float(ratios(made.returns.residuals[i : i + 1], made.returns.ar[i : i + 1, columns], used)[0])
    others = known(ratios(before, within[:, columns], used)) if len(before) else np.empty(0)
    if len(others) < 2 or np.isnan(ratio):
        return None
    rank = 1 + int((others >= ratio).sum())
    return InSpace(ratio, rank, len(others), rank / (len(others) + 1))


def _weights(made: StudyResult, i: int) -> dict[str, float]:
    """The weights of donors, the largest first, or the slope on the benchmark."""
    params = dict(zip(made.fit.names, made.fit.params[i].tolist(), strict=True))
    weights = {n.removeprefix("w_"): v for n, v in params.items() if n.startswith("w_") and abs(v) > _WEIGHT}
    if weights:
        return dict(sorted(weights.items(), key=lambda item: -item[1]))
    return {"benchmark": params["beta"]} if "beta" in params else {}


def _donors(made: StudyResult, i: int) -> tuple[str, ...]:
    """The peers of pair i that a model of peers was made of: those with a return on every day that is compared."""
    if not needs_peers(model_of(made.config)):
        return ()
    return donors_of(made.panel.block, int(made.panel.block.design[i]))[0]


BEFORE = 40
"""Sessions before day 0 that a path shows."""


@dataclass(frozen=True)
class Path:
    """Prices of one pair and model, both equal at the last close before day 0; T sessions."""

    event_id: str
    ticker: str
    model: str
    currency: str
    """Of the price; empty where the source names none."""
    rel_days: tuple[int, ...]
    """(T,) sessions relative to day 0."""
    sessions: tuple[str, ...]
    """(T,) ISO dates."""
    actual: Floats
    """(T,) the last close before day 0 carried on, and back, by the total returns; NaN beyond a day without one."""
    counterfactual: Floats
    """(T,) the same by normal returns."""

    @property
    def last(self) -> int:
        """The last session with both prices."""
        return int(np.flatnonzero(np.isfinite(self.actual) & np.isfinite(self.counterfactual))[-1])


def path_of(made: StudyResult, i: int, model: str, prices: PriceTable) -> Path:
    """The path of pair i of a study whose event window follows its estimation window without a gap.

    Before the event window normal returns are those of the fit.
    """
    block, fit = made.panel.block, made.fit
    design, days = block.design[i], block.estimation_columns
    returns = block.returns[i]
    fitted = returns[days] - fit.residuals[i] * np.sqrt(block.span[design, days])
    normal = np.concatenate([fitted, np.where(np.isfinite(fit.ar[i]), fit.expected[i], np.nan)])
    zero = -block.estimation.start  # the column of day 0
    first = max(0, zero - BEFORE)
    span = block.span[design].astype(int)[None, :]
    log = made.config.returns == "log"
    actual, counterfactual = (chained(values[None, :], span, zero, log=log)[0, 1:] for values in (returns, normal))
    sessions = block.sessions[design]
    closes = prices.close[made.panel.pairs[i].ticker].dropna()
    base = float(closes[closes.index < np.datetime64(sessions[zero], "ns")].iloc[-1]) / BASE
    pair = made.panel.pairs[i]
    return Path(
        event_id=pair.event_id,
        ticker=pair.ticker,
        model=model,
        currency=prices.info[pair.ticker].currency or "",
        rel_days=tuple(range(first - zero, len(returns) - zero)),
        sessions=tuple(str(day) for day in sessions[first:]),
        actual=base * actual[first:],
        counterfactual=base * counterfactual[first:],
    )


_FEW = 3
"""Up to so many tickers are shown with all windows, more with the first alone."""


def _compact(found: Counterfactual, rows: list[Row]) -> list[list[str]]:
    """A row a pair: what each model says, and how the last one ranks it among its donors."""
    cells = {(r.event_id, r.ticker, r.model): r for r in rows}
    models = [cell for name in found.models for cell in (name, "p")]
    table = [[spoken(Phrase("ticker")), *models, spoken(Phrase("in space"))]]
    for pair in dict.fromkeys((r.event_id, r.ticker) for r in rows):
        line = [pair[1]]
        for name in found.models:
            one = cells.get((*pair, name))
            line += [percent(one.car), p_text(one.p if one.test else np.nan)] if one else [p_text(np.nan)] * 2
        last = cells.get((*pair, found.models[-1]))
        table.append([*line, _place(last.in_space if last else None)])
    return table


def _row(r: Row) -> list[str]:
    speaks = [p_text(r.p), r.test or spoken(Phrase("none"))]
    placebos = [p_text(r.p_time), p_text(r.p_conformal), _place(r.in_space)]
    return [r.ticker, written(r.window), r.model, percent(r.car), *speaks, *placebos, figure(f"{100 * r.rmspe:.2f} %")]


def _place(at: InSpace | None) -> str:
    """The rank of a firm among its donors, and p."""
    if at is None:
        return p_text(np.nan)
    return spoken(Phrase("{rank} of {n}, {p:p}", rank=at.rank, n=at.donors + 1, p=at.p))


def _made_of(found: Counterfactual) -> list[Phrase]:
    """What each model was made of, once a ticker."""
    told: dict[Phrase, None] = {}
    for r in found.rows:
        if r.weights:
            each = [
                Phrase("{name} {weight:.2f}", name=Phrase("benchmark") if name == "benchmark" else name, weight=value)
                for name, value in r.weights.items()
            ]
        elif r.donors:
            each = [Phrase("components of {tickers}", tickers=list(r.donors))]
        else:
            continue
        told[Phrase("{ticker}, {model}: {parts}", ticker=r.ticker, model=r.model, parts=each)] = None
    return list(told)


def _of_one(rows: Sequence[Row]) -> Phrase:
    """What each model says of one pair and window, and how the last of them ranks it among its donors."""
    each = [
        Phrase("{car:+.2f %} by {model} (p {p:p})", car=r.car, model=r.model, p=r.p)
        if np.isfinite(r.p)
        else Phrase("{car:+.2f %} by {model} (no valid test)", car=r.car, model=r.model)
        for r in rows
    ]
    told = [
        Phrase("{ticker} over {window}: abnormal {each:list}.", ticker=rows[0].ticker, window=rows[0].window, each=each)
    ]
    if len(rows) > 1:
        hits = {"hits": sum(r.p < LEVEL for r in rows), "n": len(rows)}
        if len({np.sign(r.car) for r in rows}) == 1:
            told.append(Phrase("They agree on the sign; {hits} of {n} have p below 5 %.", **hits))
        else:
            told.append(Phrase("They do not agree on the sign; {hits} of {n} have p below 5 %.", **hits))
    ranked = [(r.model, r.in_space) for r in rows if r.in_space and r.donors]
    if ranked:
        model, at = ranked[-1]
        told.append(
            Phrase(
                "Among {donors} donors in its place ({model}) it ranks {rank}, p {p:p} (the smallest possible is {least:p}).",
                donors=at.donors,
                model=model,
                rank=at.rank,
                p=at.p,
                least=at.smallest_p,
            )
        )
    return Phrase("{sentences: }", sentences=told)
