"""EventStudy: the whole method on one page.

events and prices -> pairs -> lined up -> normal returns -> abnormal returns -> answers
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.metadata import version
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

import numpy as np
import pandas as pd

from eventstudy import __version__, plugins
from eventstudy.calendars import Moment
from eventstudy.config import StudyConfig, named_choices
from eventstudy.datasets import company_names
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.engine.least_squares import least_days
from eventstudy.errors import (
    EventStudyError,
    InvalidRequest,
    NothingUsable,
    Sentence,
    SourceDown,
    SourceRateLimited,
    SymbolUnknown,
    UnknownName,
)
from eventstudy.events import Event, Registry, as_events, chosen_moment, policy_of
from eventstudy.language import Phrase
from eventstudy.language.messages import sentence, severity_of
from eventstudy.models import Fit, Model, model_of, own_model
from eventstudy.panel import (
    Bools,
    Days,
    Exclusion,
    Pair,
    Panel,
    Warned,
    align,
    check,
    check_levels,
    dated_factors,
    factors_of_periods,
    flagged_closes,
    in_periods,
    lacking_factors,
    no_levels,
    taken_for,
    told_of_partial,
    with_volume,
    with_worth,
    within_days,
)
from eventstudy.panel.left_out import unread
from eventstudy.parallel import Executor
from eventstudy.prices import Names, PriceTable, factors_of_frame, frame_to_table, in_currency, load_prices
from eventstudy.study.estimate import NearDays, Portfolios, abnormal_returns, around, fits
from eventstudy.study.near import Besides
from eventstudy.study.result import StudyResult
from eventstudy.tables.place import Reading
from eventstudy.tables.written import one_day
from eventstudy.text import some_of
from eventstudy.units import GIVEN_IN
from eventstudy.units.frequency import FREQUENCIES, rows_apart
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.aggregate import AggregateResult

DEFAULT_BENCHMARK = "SPY"
PEER_ROLES = ("peer", "control")

Events = Registry | Event | Iterable[Event] | Iterable[tuple[str, Any]] | Mapping[str, Any] | pd.DataFrame
Prices = (
    Any  # what `load_prices` returns, a path, or what a notebook holds: frames of any library, Series, dict of frames
)


class EventStudy:
    """An event study with its choices fixed; `run` it on events and prices.

    Takes the fields of `StudyConfig` as keywords; `model` may be a function (y, X, X_event) -> expected, residuals, K.

    Raises:
        InvalidRequest: a choice that cannot be meant.

    Example:
        >>> study = es.EventStudy(model="market", windows=[(0, 0), (0, 1)])
        >>> study.config.windows
        (Window(start=0, end=0), Window(start=0, end=1))
    """

    @named_choices
    def __init__(self, config: StudyConfig | None = None, **choices: Any) -> None:
        """A study with these choices, or with those of `config` changed by them."""
        if callable(choices.get("model")):
            choices["model"] = own_model(choices["model"])
        known = [f.name for f in fields(StudyConfig)]
        if unknown := sorted(set(choices) - set(known)):
            raise UnknownName("choice", unknown[0], known)
        self.config = replace(config, **choices) if config else StudyConfig(**choices)
        for name, form in self.config.variants.items():
            forms = getattr(plugins.load("tests", name), "variants", ("default",))
            if form not in forms:
                raise UnknownName(Sentence("form of {name}", name=name), form, forms)
        directed = (name for name in self.config.tests if self.config.alternative != "two-sided")
        if aimless := [name for name in directed if not getattr(plugins.load("tests", name), "location", True)]:
            raise InvalidRequest(
                Sentence("{aimless}: whether anything differs has no one-sided p", aimless=", ".join(aimless)),
                hint=Sentence("leave out --alternative, or these tests"),
            )

    def __repr__(self) -> str:
        """The choices that differ from the usual ones."""
        usual = StudyConfig()
        own = ((f.name, getattr(self.config, f.name)) for f in fields(StudyConfig))
        return f"EventStudy({', '.join(f'{name}={v!r}' for name, v in own if v != getattr(usual, name))})"

    @overload
    def run(
        self,
        events: Events,
        prices: Prices,
        *,
        factors: pd.DataFrame | None = None,
        shares: pd.DataFrame | None = None,
        day0: str | date = "announced",
        provenance: Mapping[str, Any] | None = None,
        executor: Executor | None = None,
        keep: Literal["pairs"] = "pairs",
    ) -> StudyResult: ...
    @overload
    def run(
        self,
        events: Events,
        prices: Prices,
        *,
        factors: pd.DataFrame | None = None,
        shares: pd.DataFrame | None = None,
        day0: str | date = "announced",
        provenance: Mapping[str, Any] | None = None,
        executor: Executor | None = None,
        keep: Literal["aggregate"],
        besides: Besides | None = None,
    ) -> AggregateResult: ...
    def run(
        self,
        events: Events,
        prices: Prices,
        *,
        factors: pd.DataFrame | None = None,
        shares: pd.DataFrame | None = None,
        day0: str | date = "announced",
        provenance: Mapping[str, Any] | None = None,
        executor: Executor | None = None,
        keep: Literal["pairs", "aggregate"] = "pairs",
        besides: Besides | None = None,
    ) -> StudyResult | AggregateResult:
        """Study `events` with `prices`.

        `events`: a registry, events, or a DataFrame with `ticker, date[, event_id]`. `prices`: what `load_prices` returns, a
        DataFrame (wide or long), or a path. `factors`: a frame of sessions by factor returns, decimals. `shares`:
        shares outstanding for volume studies (ticker, shares, date). `day0`: `announced`, `recognised`, or a date. `executor`:
        who works on models that are fitted pair by pair, and makes the draws of bootstraps where they are many
        (`eventstudy.parallel`); the result is the same, whoever does. `keep="aggregate"` holds no pair's arrays: of as many
        events as there are only sums are kept (`eventstudy.sums`); `besides` is what the firms had to react to besides, of
        which days say nothing of how wild ordinary days are (of pairs: `study.near.leaving_out`).

        `provenance`: what else is to be told of where the data come from, by name. Returns are decimals; NaN is a day without
        a value and stays one.

        Raises:
            NothingUsable: no pair is left to study; the message lists why.
            InvalidRequest: the model needs factors that are not there.

        Example:
            >>> event = es.load_registry()["deepseek-r1"]
            >>> prices = es.load_prices(None, None, source="bundled")
            >>> found = es.EventStudy(windows=[(0, 0)]).run(event, prices, day0="recognised")
            >>> found["NVDA"].windows()["car"].round(4).tolist()
            [-0.1337]
        """
        if factors is not None:
            factors = factors_of_frame(factors, None, monthly=self.config.frequency == "monthly")
            factors = with_its_market(factors, self.config)
        words = events, prices, factors, shares, policy_of(day0), provenance, executor, keep, besides
        with self.config.as_shown():
            return self._run(*words)

    def _run(
        self,
        events: Events,
        prices: Prices,
        factors: pd.DataFrame | None,
        shares: pd.DataFrame | None,
        day0: str | date,
        provenance: Mapping[str, Any] | None,
        executor: Executor | None,
        keep: str,
        besides: Besides | None,
    ) -> StudyResult | AggregateResult:
        """What `run` finds, in the words of the study."""
        config, model = self.config, model_of(self.config)
        levels = config.returns == "difference"
        table, dropped = _without_days(price_table(prices, levels=levels), config.dropped)
        given, table, converted = table, *_in_one_currency(_in_decimals(table, config), config)
        converted[:0] = dropped
        if config.calendar is not None or not config.clock.daily:  # without a calendar rows of days are what they are
            _check_days(table, config.frequency)
        if keep == "aggregate":
            return self._aggregate(events, given, table, converted, factors, day0, provenance or {}, executor, besides)
        if keep != "pairs":
            raise InvalidRequest(Sentence("keep is {keep!r}", keep=keep), available="'pairs', 'aggregate'")
        events = as_events(events)
        known = list(events)
        known, config = _called(known, config, table)
        pairs, warned = pairs_to_study(known, config, model, day0)
        daily, factors, partial = table, factors_of_periods(factors, config), dict[str, Days]()
        if not config.clock.daily:
            table, partial = in_periods(daily, config, [t for p in pairs for t in (p.ticker, p.benchmark, *p.peers)])
        if config.window_days is not None:
            config = replace(config, windows=None)  # whatever sessions another study found
        panel = align(pairs, table, config, factors, compared=needs_benchmark(model))
        if config.window_days is not None and (sessions := within_days(panel, config)) is not None:
            config = config.in_sessions(sessions)
            panel = align(pairs, table, config, factors, compared=needs_benchmark(model))
        warned += told_of_partial(partial, panel)
        if config.model == "given" and any(table.info[p.ticker].basis != "returns" for p in panel.pairs):
            raise InvalidRequest(
                Sentence("the model given takes abnormal returns, and the file holds prices"),
                hint=Sentence("name the file of abnormal returns: --abnormal FILE (ticker, date, ar)"),
            )
        if config.outcome == "volume":
            panel = with_volume(panel, table, shares, config.exclude_dates)
        if config.weights == "value":
            panel, counted = _weighed(panel, known, table, shares, config)
            warned += counted
        check_regressors(model, panel.block.names, config)
        made = estimated(panel, config, model, executor)
        excluded = [*unread(events), *panel.excluded, *made.excluded]
        if not made.panel.pairs:
            raise _nothing(excluded, table)
        checked = (
            check_levels(made.panel, table, config.accepts, 1 / GIVEN_IN[str(config.unit_in)])
            if levels
            else check(
                made.panel,
                daily,
                config.accepts,
                of_returns=config.outcome != "volume",
                daily=config.clock.daily,
            )
        )
        return StudyResult(
            config=config,
            events=tuple(known),
            day0_policy=str(day0),
            panel=made.panel,
            fit=made.fit,
            returns=made.returns,
            portfolios=made.portfolios,
            exclusions=tuple(excluded),
            noticed=(
                *warned,
                *flagged_when_found(known),
                *converted,
                *panel.warnings,
                *checked,
                *_of_factors(model, made.panel, factors, config),
            ),
            provenance=_Provenance(given, Registry(known), {**_told(factors), **(provenance or {})}),
            prices=table,
            executor=executor,
        )

    def _aggregate(
        self,
        events: Events,
        given: PriceTable,
        table: PriceTable,
        converted: list[Warned],
        factors: pd.DataFrame | None,
        day0: str | date,
        more: Mapping[str, Any],
        executor: Executor | None,
        besides: Besides | None,
    ) -> AggregateResult:
        """The study of which only sums are kept."""
        from eventstudy.study import many

        config, model = self.config, model_of(self.config)
        many.check_sums_do(config, model)
        columns, no_events = many.as_columns(events, day0)
        told = besides and besides.among(columns if day0 == "announced" else many.as_columns(events, "announced")[0])
        lined = many.lined_up(columns, table, config, model, DEFAULT_BENCHMARK, factors, besides=told)
        lined.left.add("BAD_ROW", len(no_events), no_events)
        lined.warned[:0] = converted
        if lined.grids:
            check_regressors(model, lined.grids[0].names, config)
        found = many.added_up(columns, lined, config, model, executor) if lined.grids else None
        if found is None or not found.totals.n:
            raise _nothing(lined.left.first, table)
        return many.result_of(
            columns,
            lined,
            found,
            config,
            day0,
            lambda: _provenance(given, many.fingerprint(columns), more),
            lambda rows: many.without(rows, columns, table, config, model, DEFAULT_BENCHMARK, factors, told),
        )


def price_table(prices: Prices, *, levels: bool = False) -> PriceTable:
    """The prices as a table; of a wide frame those columns are looked at that the study names."""
    if isinstance(prices, PriceTable):
        return prices
    if isinstance(prices, str | PathLike):
        return load_prices(path=prices, levels=levels)
    return frame_to_table(prices, reading=Reading(values="levels") if levels else None, all_checked=levels)


def _without_days(table: PriceTable, days: Sequence[tuple[str, date]]) -> tuple[PriceTable, list[Warned]]:
    """The prices without the closes that the user takes for missing, and what is said of each."""
    if not days:
        return table, []
    table = table.naming(ticker for ticker, _ in days)
    return table.without(days), [Warned.of("DAY_DROPPED", None, ticker, session=day) for ticker, day in days]


def _called(events: list[Event], config: StudyConfig, table: PriceTable) -> tuple[list[Event], StudyConfig]:
    """Events and choices with tickers as the prices write them, where they differ in case or by the marks of a vendor."""
    names, there = dict[str, str](), Names(table.tickers)

    def call(ticker: str) -> str:
        if table.position(ticker) is not None:
            return ticker
        if ticker not in names:
            found = [table.names[ticker]] if ticker in table.names else there.meant_by(ticker)
            names[ticker] = found[0] if len(found) == 1 else ticker
        return names[ticker]

    again = []
    for event in events:
        if any(call(t) != t for t in event.tickers):
            groups = tuple(
                g.model_copy(update={"tickers": tuple(dict.fromkeys(call(t) for t in g.tickers))}) for g in event.group
            )
            more = {
                name: said if isinstance(said, str) else {call(t): text for t, text in said.items()}
                for name, said in event.attributes.items()
            }
            event = event.model_copy(update={"group": groups, "attributes": more})
        own = [g.benchmark for g in event.group if g.benchmark] + ([event.benchmark] if event.benchmark else [])
        if any(call(b) != b for b in own):
            groups = tuple(g.model_copy(update={"benchmark": g.benchmark and call(g.benchmark)}) for g in event.group)
            event = event.model_copy(update={"group": groups, "benchmark": event.benchmark and call(event.benchmark)})
        again.append(event)
    if config.benchmark and "=" not in config.benchmark and "," not in config.benchmark:
        config = replace(config, benchmark=call(config.benchmark))
    return again, config


class _Provenance(Mapping[str, Any]):
    """Where a study came from, worked out when somebody asks: the hashes read every price and every event."""

    def __init__(self, table: PriceTable, events: Registry, more: Mapping[str, Any]) -> None:
        """Of these prices and events."""
        self._of = table, events, more

    @cached_property
    def _known(self) -> dict[str, Any]:
        table, events, more = self._of
        return _provenance(table, events.sha256, more)

    def __repr__(self) -> str:
        """All that is known, as of a dict."""
        return repr(self._known)

    def __getitem__(self, key: str) -> Any:
        """What is known under a name."""
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._known)

    def __len__(self) -> int:
        """How many names."""
        return len(self._known)


def _in_decimals(table: PriceTable, config: StudyConfig) -> PriceTable:
    """Levels as decimals, or in their own points, without the tickers that have none; prices as they are."""
    if config.unit_in is None:
        return table
    table = table.refusing(no_levels(table, config.unit_in))
    return replace(table, fields={"close": table.close * GIVEN_IN[config.unit_in]}, given=None)


def _in_one_currency(table: PriceTable, config: StudyConfig) -> tuple[PriceTable, list[Warned]]:
    """The prices in the currency of the study, where it has one, and what was done for it."""
    if config.currency is None:
        return table, []
    found = in_currency(table, config.currency)
    said = []
    for tickers, text in found.told:
        whom = tickers[0] if len(tickers) == 1 else None
        said.append(Warned.of("CURRENCY_CONVERTED", None, whom, tickers=tickers, what=text))
    return found.table, said


class Estimated(NamedTuple):
    """What a model makes of a panel: the pairs it can be fitted to, and why not to the others."""

    panel: Panel
    fit: Fit
    returns: AbnormalReturns
    portfolios: Portfolios
    excluded: list[Exclusion]


def estimated(panel: Panel, config: StudyConfig, model: Model, executor: Executor | None = None) -> Estimated:
    """Fit the model to all pairs of a panel; those that have no fit, or no normal return on day 0, are left out."""
    near = near_days(config)
    found = fits(model, panel.block, panel.after, config.min_estimation, near, executor)
    good, unfit = _usable(panel, found.own, config)
    panel, (fit, wide) = panel.take(good), found.take(good)
    returns = abnormal_returns(panel.block, fit, last_day(panel), prediction_error=config.prediction_error)
    returns = around(returns, panel.block, panel.after, model, config.min_estimation, near, wide)
    portfolios = Portfolios(panel.block, model, config.min_estimation, config.prediction_error, panel.after, near)
    return Estimated(panel, fit, returns, portfolios, unfit)


def near_days(config: StudyConfig) -> NearDays | None:
    """How days near the windows are asked how wild they are; None: they are not."""
    if not config.in_order:
        return None
    return NearDays(config.regime, asked=config.regime == "always" or "placebo" in config.tests)


_OF_FINDERS = ("AFTER_HOURS_FILING", "CLOCKS_DISAGREE", "FILED_LATER", "NO_CLOCK")
"""Flags of [event.found] that a study repeats; those of other finders are their own."""


def flagged_when_found(events: Iterable[Event]) -> Iterator[Warned]:
    """What finders noted of the time of an event."""
    for event in events:
        if event.found:
            day, _, clock = event.announced.isoformat().partition("T")
            said = {"filed": day, "at": clock[:5], "period": event.found.period}
            yield from (Warned.of(code, event.id, **said) for code in event.found.flags if code in _OF_FINDERS)


def pairs_to_study(
    events: list[Event], config: StudyConfig, model: Model, day0: str | date
) -> tuple[list[Pair], list[Warned]]:
    """All (event, ticker) pairs to be lined up, and what is said before any price is looked at."""
    pairs: list[Pair] = []
    warned: list[Warned] = []
    peered = compares_with_peers(model, config)
    for event in events:
        moment = chosen_moment(event, day0)
        if day0 != "announced" and moment is not None:
            form = "DAY0_CHOSEN.recognised" if day0 == "recognised" else "DAY0_CHOSEN"
            warned.append(Warned.of(form, event.id, day0=day0, moment=_said(moment)))
        if moment is not None and (seen := config.level_moment(moment)) != moment:
            warned.append(Warned.of("SNAPSHOT", event.id, moment=_said(moment), snapshot=config.snapshot))
            moment = seen
        named = config.peers if peered and moment is not None else ()
        clash = [p for p in named if p in event.tickers and p not in peers_in(event)]
        if clash:
            warned.append(Warned.of("PEER_CONTAMINATION.own", event.id, peers=clash))
        for ticker in event.tickers:
            benchmark = config.benchmark_for(ticker, event.benchmark_of(ticker)) or DEFAULT_BENCHMARK
            window, until = own_window(event, ticker, config) if config.own_windows else (None, None)
            estimation = own_estimation(event, ticker, config) if config.own_estimation else None
            peers = peers_of(event, ticker, config) if peered else ()
            pairs.append(Pair(event.id, ticker, benchmark, moment, peers, window, estimation, until))
    return pairs, warned


def own_window(event: Event, ticker: str, config: StudyConfig) -> tuple[Window, date | None]:
    """The window that the table of events names for a ticker, and the date on which it ends where that is said by `end_date`.

    Raises:
        InvalidRequest: it names none, or one that lies outside the event window.
    """
    ends = event.attribute("end_date", ticker)
    if ends and event.attribute("window_end", ticker) is None:
        start = event.attribute("window_start", ticker) or "0"
        try:
            first, until = float(start), one_day(ends)
            whole = first.is_integer()
        except (ValueError, InvalidRequest):
            whole = False
        if not whole:
            raise InvalidRequest(
                Sentence("no window of its own is named"),
                where=Sentence("event {id}, ticker {ticker}", id=event.id, ticker=ticker),
                available=f"window_start {start}, end_date {ends}",
                hint=Sentence(
                    "end_date is a date, 2025-03-31; window_start whole days from day 0, 0 where the column lacks"
                ),
            )
        window = Window.of((int(first), config.event_window.end))
        where: str = Sentence("event {id}, ticker {ticker}", id=event.id, ticker=ticker)
    else:
        (window, where), until = _named(event, ticker, "window", "window", "-1, 3"), None
    if not window.inside(config.event_window):
        low, high = min(window.start, config.event_window.start), max(window.end, config.event_window.end)
        raise InvalidRequest(
            Sentence(
                "its window {window} lies outside the event window {event_window}",
                window=window,
                event_window=config.event_window,
            ),
            where=where,
            hint=Sentence("widen the event window: --event-window {low} {high}", low=low, high=high),
        )
    return window, until


def own_estimation(event: Event, ticker: str, config: StudyConfig) -> Window:
    """The estimation window that the table of events names for a ticker.

    Raises:
        InvalidRequest: it names none, or one that lies in no estimation window of the study.
    """
    window, where = _named(event, ticker, "estimation", Sentence("estimation window"), "-200, -31")
    if not any(window.inside(span) for span in config.spans):
        low, high = min(window.start, config.spans[0].start), max(window.end, config.spans[-1].end)
        apart = high < config.event_window.start or low > config.event_window.end
        raise InvalidRequest(
            Sentence("its estimation window {window} lies outside that of the study", window=window),
            where=where,
            available=Phrase("{spans:list}", spans=[*map(str, config.spans)]),
            hint=Sentence("widen it: --estimation-window {low} {high}", low=low, high=high)
            if apart
            else Sentence("name windows before and after the event"),
        )
    return window


def _weighed(
    panel: Panel, events: list[Event], prices: PriceTable, shares: pd.DataFrame | None, config: StudyConfig
) -> tuple[Panel, list[Warned]]:
    """The panel with the value of its firms where shares outstanding say it, and when these were counted.

    Raises:
        InvalidRequest: neither shares nor the table of events say what a pair weighs.
    """
    by_id = {event.id: event for event in events}
    named = any("weight" in event.attributes for event in events)
    if shares is None or (named and config.outcome == "volume"):
        for pair in panel.pairs:
            by_id[pair.event_id].weight_of(pair.ticker)
        return panel, []
    config.check_of_returns(Phrase("weights by shares outstanding"))
    weighed, counted = with_worth(panel, prices, shares)
    return weighed, [*counted, *([Warned.of("SHARES_COUNTED.column")] if named else [])]


def _named(event: Event, ticker: str, column: str, what: str, example: str) -> tuple[Window, str]:
    """The window of a ticker in two columns of the table of events, whole days from day 0; and where it stands, in words."""
    said = [event.attribute(f"{column}_{end}", ticker) for end in ("start", "end")]
    where = Sentence("event {id}, ticker {ticker}", id=event.id, ticker=ticker)
    try:
        start, end = (float(text or "") for text in said)
        whole = start.is_integer() and end.is_integer()
    except ValueError:
        whole = False
    if not whole:
        raise InvalidRequest(
            Sentence("no {what} of its own is named", what=what),
            where=where,
            available=f"{column}_start {said[0]}, {column}_end {said[1]}",
            hint=Sentence(
                "give the table of events the columns {column}_start and {column}_end, whole days from day"
                " 0: {example}",
                column=column,
                example=example,
            ),
        )
    return Window.of((int(start), int(end)), f"{what} of {where}"), where


def needs_benchmark(model: Model) -> bool:
    """Whether a model compares with a benchmark, which then cannot be studied itself."""
    return "benchmark" in model.requires(("benchmark",))


def needs_peers(model: Model) -> bool:
    """Whether a model compares with peers."""
    return any(name in ("peer", "@") for name in model.requires(("benchmark", "peer", "@")))


_MARKETS = ("mkt", "market", "rm", "rmkt", "mkt_ret", "market_return", "vwretd", "sprtrn")
"""Names that do not say whether the risk-free rate is subtracted."""


def with_its_market(factors: pd.DataFrame, config: StudyConfig) -> pd.DataFrame:
    """The factors, unless a model needs `mkt_rf` and they have a market of which nothing says whether it is that.

    Raises:
        InvalidRequest: they have; the benchmark less `rf` would be taken in its place.
    """
    loose = [name for name in factors.columns if name in _MARKETS]
    needed = () if config.model == "factors" else needs_factors(model_of(config))
    if loose and "mkt_rf" in needed and "mkt_rf" not in factors.columns:
        raise InvalidRequest(
            Phrase("{column!r} may be the return of the market, or that less the risk-free rate", column=loose[0]),
            available=", ".join(map(str, factors.columns)),
            hint=Phrase("call it mkt_rf where rf is subtracted; else leave it out, and the benchmark less rf is taken"),
        )
    return factors


def needs_factors(model: Model) -> tuple[str, ...]:
    """The factors a model needs of a factor file, `rf` among them; none for most models."""
    offered = ("benchmark", "peer", "@", "mkt_rf", "smb", "hml", "rmw", "cma", "mom", "rf")
    return tuple(name for name in model.requires(offered) if name not in offered[:3])


def compares_with_peers(model: Model, config: StudyConfig) -> bool:
    """Whether a study compares with peers: its model, or its buy-and-hold returns, over long windows where peers are named."""
    return needs_peers(model) or config.bhar == "matched" or (config.bhar == "auto" and bool(config.peers))


def peers_of(event: Event, ticker: str, config: StudyConfig) -> tuple[str, ...]:
    """The tickers that `ticker` is compared with: its own, those named for all, or the event's peers and controls.

    Never the ticker itself; of those named for all, never a firm that the event is about.
    """
    named = [p.split("=", 1) for p in config.peers]
    if own := [p[1] for p in named if len(p) == 2 and p[0] == ticker]:
        return tuple(own)
    studied = {t for group in event.group if group.role not in PEER_ROLES for t in group.tickers}
    known = [p[0] for p in named if len(p) == 1] or peers_in(event)
    return tuple(p for p in dict.fromkeys(known) if p != ticker and p not in studied)


def peers_in(event: Event) -> list[str]:
    """The tickers of the event's groups of peers and controls."""
    return [t for group in event.group if group.role in PEER_ROLES for t in group.tickers]


def _said(moment: Moment) -> str:
    return moment.when.isoformat()


def check_regressors(model: Model, names: tuple[str, ...], config: StudyConfig) -> None:
    """Refuse what no data can mend: factors that are not there, log returns with long-short factors (ruling 18)."""
    lacking = [n for n in model.requires(names) if n not in names]
    if lacking and needs_peers(model):
        raise InvalidRequest(
            Sentence("the model {model} needs peers with prices", model=config.model),
            hint=Sentence("name them: --peers KO,PG (or NVDA=INTC), or give the event a group of role peer or control"),
        )
    if lacking:
        raise InvalidRequest(
            Sentence("the model {model} needs {lacking}", model=config.model, lacking=", ".join(lacking)),
            available=", ".join(names),
            hint=Sentence("name a factor file: --factors FILE --factor-unit percent|decimal"),
        )
    if config.returns == "log" and {n for n in model.requires(names) if n[0] != "@"} - {"benchmark", "peer"}:
        raise InvalidRequest(
            Sentence(
                "the model {model} has no log form: its factors are differences of simple returns", model=config.model
            ),
            hint=Sentence("use simple returns, or a model without factors"),
        )


def _usable(panel: Panel, fit: Fit, config: StudyConfig) -> tuple[np.ndarray, list[Exclusion]]:
    """Positions of the pairs that can be studied, and why the others cannot (ruling 12)."""
    reached = np.isfinite(fit.ar[:, -config.event_window.start]) | (not config.day0_seen)
    unseen = panel.block.unseen
    empty: Bools = np.zeros(len(panel.pairs), bool) if unseen is None else np.all(unseen, axis=1)
    good = np.flatnonzero((fit.problem == "") & reached & ~empty)
    excluded = []
    for i in np.setdiff1d(np.arange(len(panel.pairs)), good):
        pair, reason = panel.pairs[i], fit.problem[i] or "NO_DAY0"
        least = least_days(config.min_estimation, fit.parameters)
        text = _no_regressor(panel, int(i))
        if fit.problem[i]:
            text = sentence(str(reason), usable=int(fit.n_estimation[i]), least=least)
        elif empty[i]:
            reason, days = "NO_SESSION", config.window_days or config.event_window
            text = sentence("NO_SESSION", ticker=pair.ticker, first=days.start, last=days.end)
        excluded.append(Exclusion(pair.event_id, pair.ticker, str(reason), text))
    return good, excluded


def _of_factors(model: Model, panel: Panel, factors: pd.DataFrame | None, config: StudyConfig) -> list[Warned]:
    """Where the factors do not reach, whether their dates are those of the prices, and what their source had to say."""
    if factors is None:
        return []
    noted = [Warned.of("SOURCE_NOTE.factors", note=Phrase.quoted(note)) for note in factors.attrs.get("notes", ())]
    needed = tuple(n for n in model.requires(panel.block.names) if n in factors.columns)
    return noted + dated_factors.of_panel(panel, needed, config.accepts) + lacking_factors(panel, needed)


def _told(factors: pd.DataFrame | None) -> dict[str, Any]:
    """Where the factors came from, as far as they say so."""
    told = {} if factors is None else {k: v for k, v in factors.attrs.items() if k != "notes"}
    return {"factors": told} if told else {}


def _no_regressor(panel: Panel, i: int) -> Phrase:
    block, pair, session = panel.block, panel.pairs[i], panel.day0[i].session
    market = block.regressors[block.design[i], block.event_columns, 0][-block.event.start]
    if np.isfinite(market):
        return sentence("NO_DAY0.factors", ticker=pair.ticker, session=session)
    return sentence("NO_DAY0.market", benchmark=pair.benchmark, session=session)


def last_day(panel: Panel) -> np.ndarray:
    """(N,) last event day a delisted security could be observed, the end of the event window for the others (ruling 3)."""
    return np.where(panel.delisted, panel.last_close, panel.block.event.end)


def _check_days(table: PriceTable, asked: str) -> None:
    """Refuse weeks and months that would pass for days, and months that would pass for weeks.

    Raises:
        InvalidRequest: the rows of the table lie as far apart.
    """
    days = table.close.index.to_numpy("datetime64[D]")
    frequency = rows_apart(days)
    if FREQUENCIES[frequency].days > FREQUENCIES[asked].days:
        apart = np.median(np.diff(days).astype(np.int64))
        raise InvalidRequest(
            Phrase("most rows of the prices are {apart:.0f} days apart, and this is a study of days", apart=apart)
            if asked == "daily"
            else Phrase(
                "most rows of the prices are {apart:.0f} calendar days apart, too far for a study of weeks", apart=apart
            ),
            available=Sentence("{days} to {days2}, {len} rows", days=days[0], days2=days[-1], len=len(days)),
            hint=Sentence("say what a row is: --frequency {frequency}", frequency=frequency),
        )


def _nothing(excluded: list[Exclusion], table: PriceTable) -> EventStudyError:
    """Why nothing is left; where the source asked to come back later, that error, so that its exit code says so."""
    later = [error for error in table.missing.values() if isinstance(error, SourceRateLimited)]
    if later:
        return SourceRateLimited(later[0].what, where=later[0].where, available=_reasons(excluded), hint=later[0].hint)
    unknown = [e for e in table.missing.values() if isinstance(e, SymbolUnknown) and e.available]
    held = unknown[0].available if unknown else some_of(table.tickers)
    return NothingUsable(
        Sentence("no pair is left to study"),
        where=_reasons(excluded),
        available=held or None if {e.reason for e in excluded} <= {"NO_PRICES", "NO_BENCHMARK"} else None,
        hint=_hint(excluded, table),
    )


def _reasons(excluded: list[Exclusion]) -> Phrase:
    same: dict[tuple[Phrase, str], list[str]] = {}
    for e in excluded:
        same.setdefault((e.message, e.reason), []).append(f"{e.ticker} ({e.event_id})")
    shown = [
        Phrase("{pair}: {why} [{code}]", pair=pairs[0], why=why, code=code)
        if len(pairs) == 1
        else Phrase("{pair} and {n} more: {why} [{code}]", pair=pairs[0], n=len(pairs) - 1, why=why, code=code)
        for (why, code), pairs in list(same.items())[:5]
    ]
    more = [Phrase("and {n} more", n=len(same) - 5)] if len(same) > 5 else []
    return Phrase("{reasons:;}", reasons=[*shown, *more]) if shown else Phrase("no event names a ticker")


def _hint(excluded: list[Exclusion], table: PriceTable) -> str:
    for ticker in dict.fromkeys(e.ticker for e in excluded[:5] if e.ticker in table.info):
        if wrong := [w for w in flagged_closes(ticker, table) if severity_of(w.code) == "doubt"]:
            return Sentence(
                "look at the prices first: {ticker}: {message} [{code}]",
                ticker=ticker,
                message=wrong[0].message,
                code=wrong[0].code,
            )
    if any(e.message.startswith(Sentence("the factors")) for e in excluded):
        return Sentence("name a newer factor file, or take a model without factors: --model market")
    reasons = {e.reason for e in excluded}
    if reasons <= {"MIN_EST"}:
        return Sentence("shorten the gap before the event, or lower --min-estimation")
    if reasons <= {"NO_SESSION"}:
        return Sentence("name a longer window: --window-days")
    if reasons <= {"NO_BENCHMARK"}:
        return Sentence("name a ticker that has prices: --benchmark TICKER, or take --model constant_mean")
    if reasons <= {"NO_PRICES"} and (near := _meant(excluded, table)):
        return Sentence("did you mean {near!r}?", near=near)
    if reasons <= {"BENCHMARK_IS_TICKER"}:
        return Sentence("choose another --benchmark, or a model without one (constant_mean)")
    return Sentence("check tickers, dates and the price source")


_ALMOST = 0.85
"""Of two tickers of four letters or more that are so alike one has a letter more than the other."""


def _meant(excluded: list[Exclusion], table: PriceTable) -> str | None:
    """A well-known ticker that is almost the one of which no price could be had; a source that knows its own has said so."""
    for ticker in dict.fromkeys(e.ticker for e in excluded[:5] if isinstance(table.missing.get(e.ticker), SourceDown)):
        near = get_close_matches(ticker.upper(), company_names(), n=1, cutoff=_ALMOST)
        if near and near[0] != ticker:
            return near[0]
    return None


def versions() -> dict[str, str]:
    """The versions of what computes.

    Example:
        >>> from eventstudy.study.study import versions
        >>> list(versions())
        ['eventstudy', 'numpy', 'scipy', 'pandas', 'exchange-calendars']
    """
    packages = ("numpy", "scipy", "pandas", "exchange-calendars")
    return {"eventstudy": __version__, **{name: _installed(name) for name in packages}}


@cache
def _installed(package: str) -> str:
    """Read once a process: what is installed takes as long to read as a small study."""
    return version(package)


def _provenance(table: PriceTable, registry_sha256: str, more: Mapping[str, Any]) -> dict[str, Any]:
    read_as = (*table.read_as, *taken_for(table))
    table = table.priced()
    return {
        "source": table.source,
        "sources": {ticker: table.info[ticker].source for ticker in sorted(table.tickers)},
        "retrieved_at": table.retrieved_at,
        "prices_sha256": table.sha256(),
        "registry_sha256": registry_sha256,
        "versions": versions(),
        **({"read_as": list(read_as)} if read_as else {}),
        **more,
    }


__all__ = ["DEFAULT_BENCHMARK", "EventStudy", "Events", "Prices", "chosen_moment"]
