"""The words of the command `eventstudy history` become a study of the last events of a kind on one ticker."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eventstudy import calendars
from eventstudy.analyses.history import EVENT_WINDOW, WINDOWS, History
from eventstudy.analyses.history import history as told
from eventstudy.config import StudyConfig, named_choices
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence, UnknownName, as_known
from eventstudy.events import Event, Group, Registry, chosen_moment, load_registry, shipped_earnings, shipped_registry
from eventstudy.events.finders import CONTACT, find
from eventstudy.language import Phrase
from eventstudy.language.messages import Message
from eventstudy.prices import PriceTable, Reading
from eventstudy.request.dates import last_day
from eventstudy.request.prices import Progress, placed, prices_for
from eventstudy.request.study import reading_of, run
from eventstudy.text import separated
from eventstudy.units.windows import Window

_QUARTER = dt.timedelta(days=95)
TABLES = {"fomc": ("fomc", ()), "cpi": ("macro", ("cpi",)), "jobs": ("macro", ("jobs",))}
"""Kinds that ship: the finder and its releases."""


@named_choices
def history(
    ticker: str,
    *,
    kind: str = "earnings",
    last: int = 12,
    registry: str | Path | Registry | Sequence[Event] | None = None,
    source: str = "auto",
    prices: Any = None,
    as_of: str | dt.date | None = None,
    day0: str | dt.date = "announced",
    dates: Any = None,
    decimal: Any = None,
    times: Any = None,
    values: Any = None,
    unit_in: Any = None,
    exchange: str | Sequence[str] = (),
    strict: bool = False,
    progress: Progress | None = None,
    **choices: Any,
) -> History:
    """How the last events of a kind went for a ticker: a row an event, and what they have in common.

    `kind`: a category or tag of the events (`earnings`), a form and its item (`8-K:2.02`), or `fomc`, `cpi`, `jobs`, whose
    dates ship. `registry`: a registry, an event file (`ticker,date[,timing]`), or events; None: those that ship, and earnings
    from filings with the SEC where EVENTSTUDY_CONTACT says who asks. `choices`: the other words of `run`; the event window is
    [-1, +20] unless another is named. A price file that names nobody is the ticker's.

    `ticker`: whose events. `last`: so many of them, the latest. `day0`: `announced` or `recognised`. `source`, `prices`,
    `as_of` and `progress`: as `load_prices` takes them (`prices` as its `path`). `dates`, `decimal`, `times`, `values`,
    `unit_in`, `exchange` and `strict`: as `run` takes them.

    Raises:
        UnknownName: there is no event of that kind on the ticker. NothingUsable: none of them has prices.
        EventStudyError: as `run`.

    Example:
        >>> found = es.history("AAPL", kind="fomc", last=3, source="bundled", estimation_window=(-130, -11))
        >>> found.tidy()["event_id"].tolist()
        ['fomc-2024-11-07', 'fomc-2024-12-18', 'fomc-2025-01-29']
    """
    if isinstance(last, bool) or not isinstance(last, int | np.integer) or last < 1:
        raise InvalidRequest(
            Sentence("the last {last!r} events cannot be meant", last=last), hint=Sentence("--last 12")
        )
    StudyConfig(frequency=choices.get("frequency", "daily")).check_daily(Phrase("a history of events"))
    if any(choices.get(name) for name in ("window_days", "window_dates", "own_windows")):
        choices = {k: v for k, v in choices.items() if v is not None or k not in ("event_window", "windows")}
    else:
        event_window = Window.of(choices.setdefault("event_window", EVENT_WINDOW), "event window")
    if choices.get("windows") is None and "event_window" in choices:
        choices["windows"] = [w for w in WINDOWS if Window.of(w).inside(event_window)]
    reading = reading_of(choices, dates, decimal, values, unit_in, ticker, strict, times)
    limit = last_day(as_of)
    ahead = limit or dt.datetime.now(dt.UTC).date()
    kind, events, notes = events_of_kind(ticker, kind, registry, ahead - _QUARTER * (last + 2), limit, reading)
    past = sorted((e for e in events if _day(e) <= ahead), key=lambda e: (_day(e), e.announced.isoformat()))
    if not past:
        raise NothingUsable(
            Sentence(
                "no event of the kind {kind!r} on {ticker} was announced by {ahead}",
                kind=kind,
                ticker=ticker,
                ahead=ahead,
            ),
            available=Sentence("{n} later ones", n=len(events)),
        )
    config = StudyConfig(**{name: value for name, value in choices.items() if name in StudyConfig.__dataclass_fields__})
    reaches = prices is not None or source == "bundled"
    wanted = past if reaches else past[-last - 2 :]
    table = prices_for(
        wanted, config, day0, source=source, prices=prices, as_of=limit, progress=progress, reading=reading
    )
    table = placed(table, separated(exchange, "exchange"))
    priced = _with_day0(past, ticker, table, config, day0)
    shipped = registry is None and kind in TABLES
    if shipped and len(table.close) and table.close.index[-1].date() > (last_row := max(_day(e) for e in events)):
        notes.append(Message.of("HISTORY_TABLE", None, ticker, kind=kind, day=last_row, ticker=ticker))
    if len(priced) < len(past):
        notes.append(Message.of("HISTORY_UNPRICED", None, ticker, n=len(past) - len(priced), ticker=ticker))
    if not priced:
        span = f"{table.close.index[0]:%Y-%m-%d} to {table.close.index[-1]:%Y-%m-%d}" if len(table.close) else "none"
        raise NothingUsable(
            Sentence("no event of the kind {kind!r} falls on a day with a price of {ticker}", kind=kind, ticker=ticker),
            available=Sentence(
                "prices {span}; events {day} to {day2}", span=span, day=_day(past[0]), day2=_day(past[-1])
            ),
        )
    result = run(
        Registry(priced[-last:]),
        prices=table,
        day0=day0,
        as_of=as_of,
        progress=progress,
        registry=registry if isinstance(registry, str | Path) else None,
        **choices,
    )
    return told(result, kind=kind, asked=last, notes=tuple(notes))


def events_of_kind(
    ticker: str,
    kind: str,
    registry: str | Path | Registry | Sequence[Event] | None,
    since: dt.date | None = None,
    as_of: dt.date | None = None,
    reading: Reading | None = None,
) -> tuple[str, list[Event], list[Message]]:
    """The kind as it is spelt, its events on the ticker, each about it alone, and how they were taken.

    Raises:
        UnknownName: there is none; the kinds there are, are named.
    """
    if registry is None and (kind := as_known(kind, [*TABLES, "earnings"])) in TABLES:
        finder, releases = TABLES[kind]
        return kind, list(find(finder, tickers=ticker, releases=releases).events), []
    notes: list[Message] = []
    if registry is None and kind == "earnings" and os.environ.get(CONTACT):
        found_now = find("earnings", tickers=ticker, since=since, as_of=as_of)
        if found_now.events:
            return kind, [e for e in found_now.events if is_of(e, kind)], notes
    if registry is None:
        own = [*shipped_registry(), *_shipped_earnings(ticker)]
        where: str = Sentence("the events that ship")
    else:
        own = list(load_registry(registry, reading=reading) if isinstance(registry, str | Path) else registry)
        where = str(registry) if isinstance(registry, str | Path) else Sentence("the events given")
    about = [_about(event, ticker) for event in own if ticker in event.tickers or not event.tickers]
    names = {name for event in about for name in (event.category, *event.tags) if name}
    kind = (
        as_known(kind, names)
        if kind in names or ":" not in kind
        else ":".join(as_known(k, names) for k in kind.split(":"))
    )
    found = [event for event in about if is_of(event, kind)]
    if not found and about and not any(event.category or event.tags for event in about):
        found = about
        notes.append(Message.of("HISTORY_TAKEN", None, ticker, n=len(about), where=where, kind=kind))
    if not found:
        kinds = {name for event in about for name in (event.category, *event.tags) if name}
        raise _no_such(ticker, kind, kinds | (set(TABLES) if registry is None else set()), where)
    return kind, found, notes


def is_of(event: Event, kind: str) -> bool:
    """Whether an event is of a kind: its category, one of its tags, or tags that a colon joins (`8-K:2.02`)."""
    return kind in (event.category, *event.tags) or (":" in kind and set(kind.split(":")) <= set(event.tags))


def _no_such(ticker: str, kind: str, kinds: set[str], where: str) -> UnknownName:
    error = UnknownName(Sentence("kind of event on {ticker}", ticker=ticker), kind, kinds, where=where)
    if kind == "earnings":
        error.hint = Sentence(
            "name a list: --registry FILE (ticker,date[,timing]); or find them: eventstudy events find"
            " earnings --ticker {ticker} --output {ticker2}.toml",
            ticker=ticker,
            ticker2=ticker.lower(),
        )
    return error


def _shipped_earnings(ticker: str) -> list[Event]:
    return [
        Event(
            id=f"{ticker.lower()}-earnings-{news.day}",
            title=f"{ticker}, earnings",
            announced=news.moment.when,
            timing=news.moment.timing,
            category="earnings",
            group=(Group(tickers=(ticker,)),),
        )
        for news in shipped_earnings()
        if news.ticker == ticker
    ]


def _about(event: Event, ticker: str) -> Event:
    """The event with this ticker alone; its benchmark stays."""
    own = event.benchmark_of(ticker)
    return event.model_copy(update={"group": (Group(tickers=(ticker,), benchmark=own),)})


def _day(event: Event) -> dt.date:
    return event.announced.date() if isinstance(event.announced, dt.datetime) else event.announced


def _with_day0(
    events: list[Event], ticker: str, table: PriceTable, config: StudyConfig, day0: str | dt.date
) -> list[Event]:
    """The events whose day 0 lies between the first and the last close of the ticker; all, where the study knows more."""
    priced = table.close.index[table.close[ticker].notna()] if ticker in table.info else table.close.index[:0]
    if not len(priced):
        return events  # the study says why there is no price
    first, last = priced[0].date(), priced[-1].date()
    home = calendars.exchange_of(ticker) if config.calendar else ""
    found = []
    for event in events:
        moment = chosen_moment(event, day0)
        day = _day(event)
        if moment and home and day >= first - dt.timedelta(config.max_shift):
            day = calendars.day0(moment, home, max_shift=config.max_shift).session
        if moment is None or first <= day <= last:
            found.append(event)
    return found
