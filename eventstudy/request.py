"""From words to a result: an event id, a date, tickers and options become events, prices and a study.

`run` takes the words of the command `eventstudy run`; `events_of` and `prices_for` are its two halves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import pandas as pd

from eventstudy import catalog, exchanges
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidFile, InvalidRequest, SourceDown, SourceError, SourceRateLimited
from eventstudy.events import (
    Event,
    Group,
    News,
    Registry,
    load_registry,
    parse_when,
    read_calendar,
    read_earnings,
    shipped_calendar,
    shipped_earnings,
    shipped_registry,
    single_event,
)
from eventstudy.exchanges import Moment, Timing
from eventstudy.investigate.confounders import Confounders, confounders
from eventstudy.investigate.masked import Masked, mask
from eventstudy.models import model_of, watched
from eventstudy.panel import Warned, read_shares
from eventstudy.prices import PriceTable, in_currency, load_prices, rates_for, read_factors
from eventstudy.results import StudyResult
from eventstudy.scale.workers import executor_of
from eventstudy.study import (
    DEFAULT_BENCHMARK,
    EventStudy,
    chosen_moment,
    compares_with_peers,
    needs_factors,
    peers_in,
    peers_of,
)

if TYPE_CHECKING:
    from eventstudy.aggregated import AggregateResult

Progress = Callable[[str, int, int], None]


def run(
    what: str | Registry | Event | pd.DataFrame | None = None,
    *,
    date: str | dt.date | None = None,
    tickers: Sequence[str] = (),
    day0: str | dt.date = "announced",
    timing: Timing = "unknown",
    tz: str | None = None,
    registry: str | Path | None = None,
    source: str = "auto",
    prices: PriceTable | pd.DataFrame | str | Path | None = None,
    factors: pd.DataFrame | str | Path | None = None,
    factor_unit: Literal["percent", "decimal"] | None = None,
    shares: pd.DataFrame | str | Path | None = None,
    as_of: str | dt.date | None = None,
    earnings: str | Path | None = None,
    news: str | Path | Sequence[str | Path] = (),
    look: Callable[[Confounders], None] | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    scheduler: str = "processes",
    address: str | None = None,
    **choices: Any,
) -> StudyResult:
    """Run a study as the command does, with the command's words.

    `what`: an event id, a registry or event file, a registry, an event, or a DataFrame (`ticker, date`); or None with `date`
    and `tickers`. `earnings` (a file, or `yahoo`) and `news` (files): what to warn of besides what ships; `look` is handed all
    of it. `workers` processes, or the Dask `scheduler` at `address`, share what takes long. `choices`: the fields of
    `StudyConfig`.

    Raises:
        EventStudyError: one clear message; see `eventstudy.errors`.
    """
    study, executor = EventStudy(**choices), executor_of(workers, scheduler, address)
    events = events_of(what, date=date, tickers=tickers, timing=timing, tz=tz, registry=registry)
    compares = compares_with_peers(model_of(study.config), study.config)
    known = events_of(what, registry=registry) if what is not None and tickers else ()
    if known and compares and not study.config.peers:
        # the peers of an event stay its peers, asked for or not
        study = EventStudy(study.config, peers=tuple(dict.fromkeys(p for e in known for p in peers_in(e))))
    factors = factors_for(factors, factor_unit, study.config, lambda: _span(list(events), study.config, day0)[1])
    if isinstance(shares, str | Path):
        shares = read_shares(shares)
    limit = last_day(as_of)
    table = prices_for(events, study.config, day0, source=source, prices=prices, as_of=limit, progress=progress)
    noted = {"as_of": limit.isoformat()} if limit else {}
    with watched(progress):
        result = study.run(
            events, table, factors=factors, shares=shares, day0=day0, provenance=noted, executor=executor
        )
    result = replace(result, known=tuple(known)) if known else result
    found = _other_news(result, table, load_registry(registry) if registry else shipped_registry(), earnings, news)
    result = replace(result, noticed=(*result.noticed, *found.warned))
    if look:
        look(replace(found, result=result))
    return result


def run_aggregate(
    what: str | Registry | Event | pd.DataFrame | None = None,
    *,
    date: str | dt.date | None = None,
    tickers: Sequence[str] = (),
    timing: Timing = "unknown",
    tz: str | None = None,
    registry: str | Path | None = None,
    day0: str | dt.date = "announced",
    source: str = "auto",
    prices: pd.DataFrame | str | Path | None = None,
    factors: pd.DataFrame | str | Path | None = None,
    factor_unit: Literal["percent", "decimal"] | None = None,
    as_of: str | dt.date | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    scheduler: str = "processes",
    address: str | None = None,
    **choices: Any,
) -> AggregateResult:
    """As `run`, with sums alone kept of as many pairs as there are; `prices` may be a folder of Parquet files.

    Raises:
        EventStudyError: one clear message; see `eventstudy.errors`.
    """
    from eventstudy.scale.words import run_many

    if isinstance(factors, str | Path):
        factors = read_factors(factors, factor_unit)
    table_of_events = isinstance(what, pd.DataFrame) or (isinstance(what, str | Path) and Path(what).is_file())
    events = (
        what
        if table_of_events and not tickers
        else events_of(what, date=date, tickers=tickers, timing=timing, tz=tz, registry=registry)
    )
    limit = last_day(as_of)
    return run_many(
        EventStudy(**choices),
        cast(Any, events),
        prices,
        source=source,
        factors=factors,
        day0=day0,
        as_of=limit,
        provenance={"as_of": limit.isoformat()} if limit else {},
        executor=executor_of(workers, scheduler, address),
        progress=progress,
    )


def what_else(
    what: str | Registry | Event | pd.DataFrame | None = None, *, mask_confounded: bool = False, **words: Any
) -> tuple[Confounders, Masked | None]:
    """What else happened on the days of a study, and with `mask_confounded` the answer without them; takes the words of `run`.

    Raises:
        EventStudyError: one clear message; see `eventstudy.errors`.
    """
    found: list[Confounders] = []
    run(what, look=found.append, **words)
    return found[0], mask(found[0]) if mask_confounded else None


def _other_news(
    result: StudyResult,
    table: PriceTable,
    known: Registry,
    earnings: str | Path | None,
    news: str | Path | Sequence[str | Path],
) -> Confounders:
    files = (news,) if isinstance(news, str | Path) else news
    reported, said = _earnings(earnings, result)
    calendar = [*shipped_calendar(), *(entry for file in files for entry in read_calendar(file))]
    return confounders(result, table, others=known, calendar=calendar, earnings=reported, noticed=said)


def _earnings(where: str | Path | None, result: StudyResult) -> tuple[list[News], list[Warned]]:
    """The earnings that ship, with those of a file or of Yahoo's calendar, and what could not be had."""
    shipped = list(shipped_earnings())
    if where is None:
        return shipped, []
    if str(where) != "yahoo":
        return [*shipped, *read_earnings(where)], []
    from eventstudy.prices import yahoo

    found: list[News] = []
    said: list[Warned] = []
    for ticker in dict.fromkeys(pair.ticker for pair in result.panel.pairs):
        try:
            stamps = yahoo.SOURCE.earnings(ticker)
        except SourceError as error:
            said.append(Warned("SOURCE_NOTE", f"no earnings dates: {' '.join(str(error).split())}", None, ticker))
            if isinstance(error, SourceRateLimited | SourceDown):
                said.append(Warned("SOURCE_NOTE", f"no further ticker after {ticker} was asked for"))
                break
            continue
        found += [News(Moment(stamp), "earnings", ticker, None, "yahoo") for stamp in stamps]
    covered = {entry.ticker for entry in found}
    return [*(entry for entry in shipped if entry.ticker not in covered), *found], said


def factors_for(
    given: pd.DataFrame | str | Path | None,
    unit: Literal["percent", "decimal"] | None,
    config: StudyConfig,
    last: Callable[[], dt.date] | None = None,
) -> pd.DataFrame | None:
    """The factors that are meant: those of a file, or of `ken_french`, which is asked only for a model that needs factors.

    `last`: the day they should reach, worked out only if it is needed.

    Raises:
        SourceError, InvalidFile, InvalidRequest: they cannot be had.
    """
    if given is None or isinstance(given, pd.DataFrame):
        return given
    if str(given) != "ken_french" or Path(given).exists():
        return read_factors(given, unit)
    source = catalog.load("sources", "ken_french")
    model = model_of(config)
    needed = needs_factors(model)
    if config.model == "factors":
        raise InvalidRequest(
            "the model factors takes all columns of a file, and ken_french is none",
            hint="say which are meant: --model fama_french3, carhart, fama_french5 or fama_french5_momentum",
        )
    found: pd.DataFrame | None = source.factors(needed, last() if last else None) if needed else None
    return found


def events_of(
    what: str | Registry | Event | pd.DataFrame | None = None,
    *,
    date: str | dt.date | None = None,
    tickers: Sequence[str] = (),
    timing: Timing = "unknown",
    tz: str | None = None,
    registry: str | Path | None = None,
) -> Registry:
    """The events that are meant; `tickers`, where given, take the place of the events' own.

    Raises:
        UnknownName: no event of that id. InvalidFile: a file that is no registry. InvalidRequest: words that contradict.
    """
    if what is None:
        if date is None or not tickers:
            raise InvalidRequest(
                "say which event: an event id, a file, or --date with --tickers",
                hint="eventstudy events list shows the ids; eventstudy run --date 2025-01-27 --tickers NVDA",
            )
        when = parse_when(date, tz=tz) if isinstance(date, str) else date
        return Registry([single_event(when, tickers, timing=timing)])
    if date is not None:
        raise InvalidRequest(
            "an event and --date were both given", hint="leave out --date, or move day 0 with --day0 DATE"
        )
    found = _named(what, registry)
    return Registry([_with_tickers(event, tickers) for event in found]) if tickers else found


def _named(what: str | Registry | Event | pd.DataFrame, registry: str | Path | None) -> Registry:
    if isinstance(what, Registry):
        return what
    if isinstance(what, Event):
        return Registry([what])
    if isinstance(what, pd.DataFrame):
        from eventstudy.events import from_frame

        return from_frame(what)
    if Path(what).suffix or "/" in what:  # an id has neither
        return load_registry(what)
    known = load_registry(registry) if registry else shipped_registry()
    return Registry([known[what]])


def _with_tickers(event: Event, tickers: Sequence[str]) -> Event:
    """The event with these tickers: in their groups where the event has them, the others in a group without a name."""
    wanted = tuple(dict.fromkeys(tickers))
    groups = [
        g.model_copy(update={"tickers": kept})
        for g in event.group
        if (kept := tuple(t for t in wanted if t in g.tickers))
    ]
    loose = tuple(t for t in wanted if t not in event.tickers)
    return event.model_copy(update={"group": (*groups, *([Group(tickers=loose)] if loose else []))})


def prices_for(
    events: Iterable[Event],
    config: StudyConfig,
    day0: str | dt.date = "announced",
    *,
    source: str = "auto",
    prices: PriceTable | pd.DataFrame | str | Path | None = None,
    as_of: dt.date | None = None,
    progress: Progress | None = None,
) -> PriceTable:
    """The prices that a study of these events needs: its tickers and benchmarks, from estimation to event window.

    Raises:
        SourceError: not one ticker was delivered. InvalidFile: not a price file.
    """
    if isinstance(prices, PriceTable):
        return prices
    events = list(events)
    wanted = [_benchmark(e, t, config) for e in events for t in e.tickers]  # first: without it nothing counts
    wanted += [t for e in events for t in e.tickers]
    if compares_with_peers(model_of(config), config):
        wanted += [p for e in events for t in e.tickers for p in peers_of(e, t, config)]
    tickers = list(dict.fromkeys(wanted))
    if isinstance(prices, str | Path) and Path(prices).is_dir():
        return _of_folder(Path(prices), tickers, source, config.currency, as_of)
    if prices is not None:
        load = partial(load_prices, start=None, end=as_of, source=source, path=prices)
        return _with_rates(load(tickers), config.currency, load)
    start, end = _span(events, config, day0)
    end = min(end, as_of) if as_of else end
    load = partial(load_prices, start=start, end=end, source=source, as_of=as_of, progress=progress)
    table = _with_rates(load(tickers), config.currency, load)
    if not table.tickers and table.missing:
        raise next(iter(table.missing.values()))
    return table


def _of_folder(
    path: Path, tickers: Sequence[str], source: str, currency: str | None, as_of: dt.date | None
) -> PriceTable:
    """The prices of some tickers from a folder of Parquet files."""
    from eventstudy.scale.panel import PanelFolder
    from eventstudy.scale.read import read_tickers, upto

    if source not in ("auto", "parquet"):
        raise InvalidRequest(f"source {source!r} reads no folder", available="parquet", hint="--source parquet")
    if currency is not None:
        raise InvalidRequest("prices of a folder are not converted", hint="leave out --currency, or name a price file")
    return upto(read_tickers(PanelFolder(path), tickers), as_of)


def _with_rates(table: PriceTable, currency: str | None, load: Callable[[list[str]], PriceTable]) -> PriceTable:
    """With the exchange rates that putting the prices in a currency needs, from where the prices come."""
    rates = rates_for(table, currency) if currency else []
    return table.beside(load(rates)) if rates else table


def longer_prices(
    result: StudyResult,
    *,
    source: str = "auto",
    prices: PriceTable | pd.DataFrame | str | Path | None = None,
    as_of: dt.date | None = None,
    sessions: int = 250,
    everyone: bool = False,
    more: Sequence[str] = (),
    until: dt.date | None = None,
    progress: Progress | None = None,
) -> PriceTable:
    """The prices of a study, reaching further back: all dates of a file or of the embedded sample, else `sessions` more.

    `everyone`: all tickers of the file or sample, else those of the study's events too, studied or not. `more`: tickers to
    ask for besides. `until`: how far prices of a source go on at least.
    """
    if isinstance(prices, PriceTable):
        return prices
    pairs = result.panel.pairs
    tickers = list(dict.fromkeys(t for pair in pairs for t in (pair.benchmark, pair.ticker, *pair.peers)))
    listed = None if everyone else [*tickers, *(t for t in more if t not in tickers)]

    def put(load: Callable[[list[str] | None], PriceTable], wanted: list[str] | None) -> PriceTable:
        currency = result.config.currency
        table = _with_rates(load(wanted), currency, load)
        return in_currency(table, currency).table if currency else table

    if prices is not None:
        return put(partial(load_prices, start=None, end=as_of, source=source, path=prices), listed)
    if result.provenance["source"] == "bundled":
        return put(partial(load_prices, start=None, end=as_of, source="bundled"), listed)
    known = (t for event in (*result.events, *result.known) for t in event.tickers if everyone)
    tickers = list(dict.fromkeys([*tickers, *known, *(t for t in more if t != "peers" and "=" not in t)]))
    end = max(day for days in result.sessions.astype("datetime64[D]").tolist() for day in days if day)
    end = min(max(end, until or end), as_of or dt.date.max)
    home = exchanges.exchange_of(pairs[0].ticker)
    first = min(day0.session for day0 in result.panel.day0)
    start = exchanges.shift(home, first, result.config.estimation_window.start - 1 - sessions)
    load = partial(load_prices, start=start, end=end, source=source, as_of=as_of, progress=progress)
    return put(load, tickers)


def _span(events: list[Event], config: StudyConfig, day0: str | dt.date) -> tuple[dt.date, dt.date]:
    """First and last calendar day that any pair needs: one session before the estimation window to the event window's end."""
    days: list[dt.date] = []
    for event in events:
        moment = chosen_moment(event, day0)
        if moment and config.calendar is None:
            days += _roughly(moment, config)
            continue
        grids = {
            (exchanges.exchange_of(t), exchanges.exchange_of(_benchmark(event, t, config)))
            for t in (event.tickers if moment else ())
        }
        for home, abroad in grids:
            room = 0 if home == abroad else 30  # shared sessions are fewer
            days += _needed(moment, home, config, room) if moment else []
    if not days:
        raise InvalidRequest(
            "no event has a day 0 and a ticker", hint="eventstudy events show ID shows what an event has"
        )
    return min(days), max(days)


def _benchmark(event: Event, ticker: str, config: StudyConfig) -> str:
    return config.benchmark_for(ticker, event.benchmark_of(ticker)) or DEFAULT_BENCHMARK


def _needed(moment: Moment, exchange: str, config: StudyConfig, room: int) -> list[dt.date]:
    first = exchanges.day0(moment, exchange, max_shift=config.max_shift).session
    low, high = exchanges.reach(exchange)
    try:
        end = exchanges.shift(exchange, first, config.event_window.end)
    except InvalidRequest:  # the calendar ends inside the event window: told by the result
        end = high
    try:
        start = exchanges.shift(exchange, first, config.estimation_window.start - 1)
    except InvalidRequest:
        start = low
    return [start - dt.timedelta(days=room), end + dt.timedelta(days=room)]


def _roughly(moment: Moment, config: StudyConfig) -> list[dt.date]:
    """As `_needed` where the dates of the prices are the sessions: markets are open on two days of three, and more."""
    day = moment.when.date() if isinstance(moment.when, dt.datetime) else moment.when
    back, ahead = (dt.timedelta(1.6 * n + 30) for n in (1 - config.estimation_window.start, config.event_window.end))
    return [day - back, day + ahead]


def last_day(as_of: str | dt.date | None) -> dt.date | None:
    """The last day a run may read: a date, `last-session` (the last New York session that has closed), or None."""
    if as_of is None or isinstance(as_of, dt.date):
        return as_of
    if as_of == "last-session":
        now = Moment(dt.datetime.now(dt.UTC))
        return exchanges.shift("XNYS", exchanges.day0(now, "XNYS").session, -1)
    try:
        return dt.date.fromisoformat(as_of)
    except ValueError as error:
        raise InvalidRequest(
            f"--as-of cannot be {as_of!r}", available="a date such as 2025-01-31, or last-session"
        ) from error


def read_dates(path: str | Path) -> tuple[dt.date, ...]:
    """Dates from a text file, one ISO date a line; empty lines and those that start with # are passed over.

    Raises:
        InvalidFile: no such file, or a line that is no date.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFile(f"cannot read the dates: {error}", where=str(path)) from error
    found = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            try:
                found.append(dt.date.fromisoformat(text))
            except ValueError as error:
                raise InvalidFile(
                    f"{text!r} is not a date", where=f"{path}, line {number}", hint="2025-01-31"
                ) from error
    return tuple(found)
