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

from eventstudy import catalog
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.events import Event, Group
from eventstudy.inference.days import known, ratios
from eventstudy.investigate._counterfactual_document import document
from eventstudy.investigate._paths import Path, path_of
from eventstudy.investigate._prices import all_prices
from eventstudy.investigate.peer_index import FUNDS, known_events
from eventstudy.models import model_of
from eventstudy.models.peers import donors_of
from eventstudy.panel import Bools, Floats
from eventstudy.prices import PriceTable
from eventstudy.results import StudyResult
from eventstudy.sentences import instead_of_finding
from eventstudy.separated import separated
from eventstudy.study import PEER_ROLES, EventStudy, needs_peers, peers_in
from eventstudy.windows import Window

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


@dataclass(frozen=True)
class Counterfactual:
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

    @property
    def sentence(self) -> str:
        """What the models say of the first window, and whether they agree."""
        return str(self.to_dict()["sentence"])

    def text(self, *, verbose: bool = False) -> str:
        """What the command prints below its heading: the finding, a row a model, and what to know of the donors."""
        from eventstudy.investigate._counterfactual_text import text

        return text(self, verbose=verbose)

    def to_dict(self) -> dict[str, Any]:
        """Plain values (schema `eventstudy.counterfactual/1`): decimals, NaN as None."""
        return document(self)

    def plot(self, ticker: str | None = None) -> Any:
        """The actual price of a ticker (the first) against what the models say; returns the matplotlib Axes."""
        from importlib import import_module

        return import_module("eventstudy.charts.counterfactual").draw(self, ticker)


def counterfactual(
    result: StudyResult,
    prices: PriceTable | None = None,
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

    Raises:
        NothingUsable: no model could be fitted. InvalidRequest: a choice that cannot be meant.
    """
    if result.config.outcome != "return":
        raise InvalidRequest("a counterfactual price is asked of a study of returns", hint="leave out --outcome")
    table = prices or all_prices(result)
    pool = _pool(result, table, separated(donors))
    events = _only(result.events, separated(tickers))
    tried = list(dict.fromkeys([result.config.model, *separated(models, "model")]))
    for name in tried:
        catalog.load("models", name)
    left_out: dict[str, None] = {}
    cautions = dict.fromkeys(_exposed(result, pool))
    rows: list[Row] = []
    paths: list[Path] = []
    for name in tried:
        try:
            config = _config(result, name, pool)
            made = EventStudy(config).run(events, table, factors=factors, day0=result.day0_policy)
        except (InvalidRequest, NothingUsable) as error:
            left_out[f"model {name}: {error.what}"] = None
            continue
        left_out |= dict.fromkeys(f"{name}, {e.ticker}: {e.message}" for e in made.exclusions)
        cautions |= dict.fromkeys(f"{w.message} [{w.code}]" for w in made.noticed if w.code == "PEER_INCOMPLETE")
        cautions |= dict.fromkeys(f"{w.message} [{w.code}]" for w in made.warned if w.code == "PEER_CONTAMINATION")
        rows += _rows(result, made, name, _Placebos(made, table, pool, factors))
        paths += [path_of(made, i, name, table) for i in range(made.returns.n)]
    if not rows:
        raise NothingUsable("no model could be fitted", available="; ".join(left_out))
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
        raise InvalidRequest(f"no prices of the donors {', '.join(lacking)}", available=", ".join(prices.tickers))
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
        raise InvalidRequest(f"the study has none of {', '.join(tickers)}")
    return kept


def _exposed(result: StudyResult, pool: Sequence[str]) -> list[str]:
    """A sentence an event whose registry entry calls none, or not all, of the donors a control."""
    said = []
    for event in known_events(result):
        roles = {t: group.role for group in event.group for t in group.tickers}
        exposed = [t for t in pool if t in roles and roles[t] != "control"]
        if exposed:
            text = (
                f"the donors {', '.join(exposed)} take part in {event.id} by its registry entry ({_roles(roles, exposed)}), and"
                " are no controls: what the news did to them is taken for what would have happened anyway [PEER_CONTAMINATION]"
            )
            said.append(text)
    return said


def _roles(roles: dict[str, str], tickers: Sequence[str]) -> str:
    return ", ".join(f"role {role}" for role in dict.fromkeys(roles[t] for t in tickers))


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


def _rows(result: StudyResult, made: StudyResult, name: str, placebos: _Placebos) -> list[Row]:
    """All pairs and windows of one model."""
    rows = []
    rmspe = np.sqrt(np.nanmean(made.returns.residuals**2, axis=1))
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
                    p=float(answers.headline_p[i]) if valid else float("nan"),
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
