"""The words of the command `eventstudy run` become a study."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from eventstudy import plugins
from eventstudy.analyses.confounders import Confounders, Looked
from eventstudy.analyses.masked import Masked, mask
from eventstudy.calendars import Timing
from eventstudy.config import named_choices
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.events import Event, Registry, load_registry, rows_of_file, shipped_registry
from eventstudy.events.rows import Rows, rows_of_frame
from eventstudy.language import Phrase
from eventstudy.models import model_of, watched
from eventstudy.panel import Warned, read_shares
from eventstudy.prices import PriceTable, Reading, factors_of_frame, load_abnormal, load_prices, read_factors
from eventstudy.request.dates import days_0, days_to, last_day, sessions_between
from eventstudy.request.events import column_of, events_of, spelled
from eventstudy.request.factors import factors_for
from eventstudy.request.news import besides, other_news
from eventstudy.request.portfolios import check_portfolios, with_portfolios
from eventstudy.request.prices import Progress, placed, placed_by, prices_for
from eventstudy.request.shares import counts_shares, shares_to_study
from eventstudy.request.span import days_needed
from eventstudy.scale.panel import is_panel
from eventstudy.scale.workers import executor_of
from eventstudy.study.result import StudyResult
from eventstudy.study.study import EventStudy, compares_with_peers, peers_in
from eventstudy.tables.written import one_day
from eventstudy.text import separated
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.aggregate import AggregateResult


@named_choices
def run(
    what: str | Path | Registry | Event | pd.DataFrame | None = None,
    *,
    date: str | dt.date | None = None,
    tickers: str | Sequence[str] = (),
    day0: str | dt.date = "announced",
    timing: Timing = "unknown",
    tz: str | None = None,
    registry: str | Path | None = None,
    source: str = "auto",
    prices: Any = None,
    abnormal: Any = None,
    factors: pd.DataFrame | str | Path | None = None,
    factor_unit: Literal["percent", "decimal"] | None = None,
    shares: pd.DataFrame | str | Path | None = None,
    benchmark_portfolios: str | Path | None = None,
    assign: str | Path | None = None,
    window_dates: Sequence[str | dt.date] | None = None,
    as_of: str | dt.date | None = None,
    dates: Literal["dmy", "mdy", "ymd"] | None = None,
    decimal: Literal["comma", "point"] | None = None,
    times: Literal["written", "after", "before"] | None = None,
    values: Literal["close", "returns"] | None = None,
    unit_in: str | None = None,
    ticker: str | None = None,
    exchange: str | Sequence[str] = (),
    strict: bool = False,
    group_by: str | None = None,
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
    and `tickers` (a list, or a text such as "NVDA,AMD"). `earnings` (a file, or `yahoo`) and `news` (files): what to warn of
    besides what ships; `look` is handed all of it. `workers` processes, or the Dask `scheduler` at `address`, share what takes
    long. `dates`, `decimal`, `times`, `values`, `unit_in` and `ticker` say what a price file leaves open
    (`eventstudy.prices.Reading`); `exchange`: where securities trade, `AAA=XLON`. `abnormal`: abnormal returns (`ticker,
    date, ar`) in place of prices. `group_by`: the category, or a further column of the table of events, that makes groups of
    firms. `choices`: the fields of `StudyConfig`.

    `day0`: `announced`, `recognised`, or a date. `timing`, `tz`: on which side of the close news came, and the zone of times
    without one. `registry`: an event file in place of the events that ship. `source`, `prices`, `as_of` and `progress`: as
    `load_prices` takes them (`prices` as its `path`). `factors`: a file, `ken_french`, or a frame of sessions by
    returns; `factor_unit`: `percent` or `decimal`. `shares`: shares outstanding.
    `benchmark_portfolios`: monthly returns of portfolios, as Ken French publishes them, each firm's own by `assign`
    (`ticker, month, portfolio`). `window_dates`: first and last date of the event window,
    of events of one day 0. `strict`: rows that are no
    event are an error. Returns are decimals; NaN is a day without a value and stays one.

    Raises:
        EventStudyError: one clear message; see `eventstudy.errors`.

    Example:
        >>> result = es.run("deepseek-r1", tickers="NVDA", day0="recognised")
        >>> print(result.summary().splitlines()[0])
        On Monday 27 January 2025 Nvidia (NVDA) lost 17.0 %, 13.4 points more than the market explains; none
        of the 250 ordinary days before was as large.
    """
    if choices.pop("keep", "pairs") != "pairs":
        raise InvalidRequest(
            Sentence("here every pair is kept"),
            hint=Sentence("sums alone, by the same words: eventstudy.request.run_aggregate"),
        )
    _check_ticker(ticker, prices, abnormal)
    tickers = separated(tickers)
    if prices is None:
        tickers = spelled(tickers, plugins.load("sources", "bundled").tickers)
    reading = reading_of(choices, dates, decimal, values, unit_in, ticker, strict, times)
    if abnormal is not None:
        if prices is not None or choices.get("model") not in (None, "", "given"):
            raise InvalidRequest(
                Sentence("abnormal returns are given, beside prices or a model"),
                hint=Sentence("leave out --prices and --model"),
            )
        choices["model"], prices = "given", load_abnormal(abnormal, reading)
    study, executor = EventStudy(**choices), executor_of(workers, scheduler, address)
    events = events_of(
        what,
        date=date,
        tickers=tickers,
        timing=timing,
        tz=tz,
        registry=registry,
        reading=reading,
        group_by=group_by,
    )
    compares = compares_with_peers(model_of(study.config), study.config)
    known = events_of(what, tz=tz, registry=registry, reading=reading) if what is not None and tickers else ()
    if known and compares and not study.config.peers:
        # the peers of an event stay its peers, asked for or not
        study = EventStudy(study.config, peers=tuple(dict.fromkeys(p for e in known for p in peers_in(e))))
    factors = factors_for(factors, factor_unit, study.config, lambda: days_needed(list(events), study.config, day0)[1])
    if shares is not None and not counts_shares(study.config.as_dict()):
        raise InvalidRequest(
            Sentence("shares outstanding are named, and nothing is counted by them"),
            hint=Sentence("they are used with --weights value"),
        )
    if isinstance(shares, str | Path) and str(shares) != "yahoo":
        shares = read_shares(shares)
    limit = last_day(as_of)
    if window_dates is not None:
        study.config.check_daily(Phrase("a window between two dates"))
        if choices.get("windows") or study.config.window_days:
            raise InvalidRequest(
                Sentence("dates of a window are named, and other windows"),
                hint=Sentence("leave out --window and --window-days"),
            )
        if choices.get("event_window") is not None:
            raise InvalidRequest(
                Sentence("dates of a window are named, and an event window"),
                hint=Sentence("leave out --event-window or --window-dates"),
            )
        about = study.config.sessions_of(Window(*days_to(window_dates, days_0(events, day0))))
        study = EventStudy(study.config, event_window=about, looked_at=None, windows=(about,))
    config = study.config
    if grouped := benchmark_portfolios is not None or assign is not None:
        check_portfolios(benchmark_portfolios, assign, config)
        own = ",".join(f"{t}={t}" for t in dict.fromkeys(t for e in events for t in e.tickers))
        config = EventStudy(config, benchmark=own).config  # no other benchmark is looked for
    table = prices_for(
        events, config, day0, source=source, prices=prices, as_of=limit, progress=progress, reading=reading
    )
    table, told = placed_by(events, table)
    table = placed(table, separated(exchange, "exchange"))
    noted: dict[str, Any] = {"as_of": limit.isoformat()} if limit else {}
    shares, whence = shares_to_study(shares, events, table, study.config)
    if whence:
        noted["shares"] = whence
    if group_by is not None:
        noted["group_by"] = column_of(events, group_by)
    if events.read_as:
        noted["events_read_as"] = [*events.read_as, *told]
    warned: list[Warned] = []
    if grouped:
        assert benchmark_portfolios is not None
        assert assign is not None
        table, config, warned, noted["benchmark_portfolios"] = with_portfolios(
            table, events, study.config, benchmark_portfolios, assign
        )
        study = EventStudy(config)
    asked = partial(
        EventStudy.run,
        events=events,
        prices=table,
        factors=factors,
        shares=shares,
        day0=day0,
        provenance=noted,
        executor=executor,
    )
    with watched(progress):
        result: StudyResult = asked(study)
        if window_dates is not None:
            if (between := sessions_between(window_dates, result)) is not None:
                only = EventStudy(study.config, event_window=between, looked_at=None, windows=(between,))
                result = result if between == about else asked(only)
                first, last = map(one_day, window_dates)
                warned.append(
                    Warned.of("WINDOW_DATES", window=between, first=first, last=last, sessions=between.length)
                )
            else:
                days = days_to(window_dates, {d.session for d in result.panel.day0})
                result = asked(EventStudy(study.config, window_days=days, looked_at=None, windows=None))
                first, last = map(one_day, window_dates)
                [named] = result.config.windows or ()
                warned.append(Warned.of("WINDOW_DATES.several", window=named, first=first, last=last))
    result = replace(result, noticed=(*result.noticed, *warned)) if warned else result
    result = replace(result, known=tuple(known)) if known else result
    if not study.config.clock.daily:
        if earnings or news:
            raise InvalidRequest(
                Sentence("other news is of days, and the frequency is {frequency}", frequency=study.config.frequency),
                hint=Sentence("leave out --earnings and --news"),
            )
        if look:
            look(Confounders((), Looked(0, 0, (), (), actions=False), result))  # nothing is looked for
        return result
    found = other_news(result, table, load_registry(registry) if registry else shipped_registry(), earnings, news)
    result = replace(found.result, noticed=(*result.noticed, *found.warned))
    if look:
        look(replace(found, result=result))
    return result


def _check_ticker(ticker: str | None, *files: Any) -> None:
    """Refuse the ticker of a file where there is none of these: it chooses no firms."""
    if ticker and all(file is None for file in files):
        raise InvalidRequest(
            Sentence("{ticker} is said to be whose prices a file holds, and there is no file", ticker=ticker),
            hint=Sentence("to study a ticker: --tickers {ticker}; else name the file: --prices FILE", ticker=ticker),
        )


def reading_of(
    choices: dict[str, Any], dates: Any, decimal: Any, values: Any, unit: Any, ticker: Any, strict: bool, times: Any
) -> Reading:
    """What is said of the price file; the unit of levels is a choice of the study, that of returns says how to read them."""
    if unit is not None and (choices.get("returns") == "difference" or unit == "points"):
        choices["unit_in"], unit = unit, None
    return Reading(dates, decimal, values, unit, ticker, strict, times=times)


def run_aggregate(
    what: str | Path | Registry | Event | pd.DataFrame | None = None,
    *,
    date: str | dt.date | None = None,
    tickers: str | Sequence[str] = (),
    timing: Timing = "unknown",
    tz: str | None = None,
    registry: str | Path | None = None,
    day0: str | dt.date = "announced",
    source: str = "auto",
    prices: Any = None,
    factors: pd.DataFrame | str | Path | None = None,
    factor_unit: Literal["percent", "decimal"] | None = None,
    as_of: str | dt.date | None = None,
    dates: Literal["dmy", "mdy", "ymd"] | None = None,
    decimal: Literal["comma", "point"] | None = None,
    times: Literal["written", "after", "before"] | None = None,
    values: Literal["close", "returns"] | None = None,
    unit_in: str | None = None,
    ticker: str | None = None,
    exchange: str | Sequence[str] = (),
    strict: bool = False,
    group_by: str | None = None,
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
    from eventstudy.study.many import check_sums_do

    reading = reading_of(choices, dates, decimal, values, unit_in, ticker, strict, times)
    _check_ticker(ticker, prices)
    study, limit = EventStudy(**choices), last_day(as_of)
    check_sums_do(study.config, model_of(study.config))
    if isinstance(factors, str | Path):
        factors = read_factors(factors, factor_unit)
    elif factors is not None:
        factors = factors_of_frame(factors, factor_unit)
    provenance: dict[str, Any] = {"as_of": limit.isoformat()} if limit else {}
    file = Path(what) if isinstance(what, str | Path) and os.path.isfile(what) else None
    events: Any = what
    if prices is None or tickers or (file is None and not isinstance(what, pd.DataFrame)) or group_by is not None:
        events = events_of(
            what,
            date=date,
            tickers=tickers,
            timing=timing,
            tz=tz,
            registry=registry,
            reading=reading,
            group_by=group_by,
        )
    elif file is not None and file.suffix.lower() != ".toml":
        events = rows_of_file(file, reading, tz)
    elif file is not None:
        events = load_registry(file)
    elif isinstance(what, pd.DataFrame):
        events = rows_of_frame(what, reading, tz)
    if isinstance(events, Registry | Rows) and events.read_as:
        provenance["events_read_as"] = list(events.read_as)
    if prices is None:
        prices = prices_for(events, study.config, day0, source=source, as_of=limit, progress=progress)
    if is_panel(prices) and exchange:
        raise InvalidRequest(
            Sentence("where securities of a folder trade is told by their names and days, not by a word"),
            hint=Sentence("leave out --exchange, or keep every pair: --keep pairs"),
        )
    if not is_panel(prices):
        prices = (
            load_prices(None, None, limit, source=source, path=prices, reading=reading)
            if not isinstance(prices, PriceTable)
            else prices
        )
        prices = placed(prices, separated(exchange, "exchange"))
    return run_many(
        study,
        events,
        prices,
        source=source,
        factors=factors,
        day0=day0,
        as_of=limit,
        provenance=provenance,
        executor=executor_of(workers, scheduler, address),
        progress=progress,
        besides=besides(load_registry(registry) if registry else shipped_registry(), events, study.config),
    )


def what_else(
    what: str | Path | Registry | Event | pd.DataFrame | None = None, *, mask_confounded: bool = False, **words: Any
) -> tuple[Confounders, Masked | None]:
    """What else happened on the days of a study, and with `mask_confounded` the answer without them; takes the words of `run`.

    Raises:
        EventStudyError: one clear message; see `eventstudy.errors`.
    """
    found: list[Confounders] = []
    run(what, look=found.append, **words)
    if mask_confounded:
        found[0].result.config.check_daily(Phrase("other news"))
    return found[0], mask(found[0]) if mask_confounded else None
