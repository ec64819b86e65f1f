"""The prices that a request needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from eventstudy import calendars
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest, Sentence, SymbolUnknown
from eventstudy.events import Event
from eventstudy.language import Phrase
from eventstudy.models import model_of
from eventstudy.panel import AFTER, home_of, is_of_file
from eventstudy.prices import Names, PriceTable, Reading, in_currency, load_prices, rates_for
from eventstudy.request.span import benchmark_of, days_needed
from eventstudy.scale.panel import is_panel
from eventstudy.study.result import StudyResult
from eventstudy.study.study import compares_with_peers, needs_benchmark, peers_of

Progress = Callable[[str, int, int], None]


def prices_for(
    events: Iterable[Event],
    config: StudyConfig,
    day0: str | dt.date = "announced",
    *,
    source: str = "auto",
    prices: Any = None,
    as_of: dt.date | None = None,
    progress: Progress | None = None,
    reading: Reading | None = None,
) -> PriceTable:
    """The prices that a study of these events needs: its tickers and benchmarks, from estimation to event window.

    Raises:
        SourceError: not one ticker was delivered. InvalidFile: not a price file.
    """
    if isinstance(prices, PriceTable):
        return prices
    events = list(events)
    levels = config.returns == "difference"
    if levels and prices is None:
        raise InvalidRequest(
            Sentence("the levels are not there: sources have prices"),
            hint=Sentence("name a file of them: --prices FILE, or prices= in Python"),
        )
    benchmarks = [benchmark_of(e, t, config) for e in events for t in e.tickers]  # first: without it nothing counts
    needed = prices is None or needs_benchmark(model_of(config)) or config.bhar == "market"
    wanted = benchmarks if needed else []
    wanted += [t for e in events for t in e.tickers]
    if compares_with_peers(model_of(config), config):
        wanted += [p for e in events for t in e.tickers for p in peers_of(e, t, config)]
    tickers = list(dict.fromkeys(wanted))
    if isinstance(prices, str | Path) and is_panel(prices):
        return _of_folder(Path(prices), tickers, source, config.currency, as_of)
    if prices is not None:
        load = partial(load_prices, start=None, end=as_of, source=source, path=prices, levels=levels, reading=reading)
        besides = [b for b in dict.fromkeys(benchmarks) if b not in tickers]
        return _with_rates(load(tickers, besides=besides), config.currency, load)
    start, end = days_needed(events, config, day0)
    _, beyond = days_needed(events, config, day0, after=AFTER)  # how wild days after the event are: nice to know
    if as_of and as_of < start:
        what = Sentence(
            "what was known by {as_of} holds none of the prices that the study needs, from {start} on",
            as_of=as_of,
            start=start,
        )
        raise InvalidRequest(what, where=f"--as-of {as_of}", hint=Sentence("name a later day"))
    end, beyond = (min(day, as_of) if as_of else day for day in (end, beyond))
    load = partial(load_prices, start=start, end=end, beyond=beyond, source=source, as_of=as_of, progress=progress)
    table = _with_rates(load(tickers), config.currency, load)
    if not table.tickers and table.missing:
        raise next(iter(table.missing.values()))
    return table


def placed(table: PriceTable, exchanges: Sequence[str]) -> PriceTable:
    """The prices with the exchanges that a person says securities trade on, each as `AAA=XLON`.

    Raises:
        InvalidRequest: not such a text, several such tickers, or no exchange of that name.
    """
    info, unneeded, there = dict(table.info), list[str](), Names(table.tickers)
    for text in exchanges:
        name, mark, where = text.partition("=")
        if not mark or not name.strip() or not where.strip():
            raise InvalidRequest(
                Sentence("the exchange {text!r} cannot be meant", text=text),
                hint=Sentence("write TICKER=EXCHANGE, such as AAA=XLON"),
            )
        found = there.meant_by(name.strip())
        code = calendars.market_of(where) or calendars.code_of(where.strip())
        if not found:
            unneeded.append(name.strip())
            continue
        if len(found) > 1:
            raise InvalidRequest(
                Sentence(
                    "the ticker {name!r} to be placed at {where} may be {found}",
                    name=name.strip(),
                    where=where,
                    found=Phrase("{names:or}", names=list(found[:3])),
                ),
                hint=Sentence("write it as the prices do"),
            )
        info[found[0]] = replace(info[found[0]], exchange=code, exchange_by="given")
    told = table.read_as
    if unneeded:
        more = Phrase("exchanges given for tickers that the study has no prices of: {names:list}", names=unneeded)
        told = (*told, more)
    return replace(table, info=info, homes={}, read_as=told)


def placed_by(events: Iterable[Event], table: PriceTable) -> tuple[PriceTable, tuple[Phrase, ...]]:
    """The prices with the exchanges that a column of the table of events says, and what is said of it.

    A source of prices knows a ticker as one of an exchange: a pair of which the events say another one has no price there.

    Raises:
        InvalidRequest: the events say two exchanges of one ticker.
    """
    said: dict[str, str] = {}
    for event in events:
        for ticker in event.tickers:
            written = event.attribute("exchange", ticker)
            where = written and (calendars.market_of(written) or written)
            if where and said.setdefault(ticker, where) != where:
                raise InvalidRequest(
                    Sentence(
                        "the events say that {ticker} trades at {said} and at {where}",
                        ticker=ticker,
                        said=said[ticker],
                        where=where,
                    ),
                    hint=Sentence(
                        "write one of them, or say which is meant: --exchange {ticker}={said}",
                        ticker=ticker,
                        said=said[ticker],
                    ),
                )
    info, missing, unknown = dict(table.info), dict(table.missing), list[str]()
    there = Names(table.tickers)
    for ticker, where in said.items():
        code, found = calendars.market_of(where), there.meant_by(ticker)
        if code is None:
            unknown.append(f"{where} ({ticker})")
        elif len(found) == 1 and found[0] in info:
            name = found[0]
            if is_of_file(info[name]):
                info[name] = replace(info[name], exchange=code, exchange_by="given")
            elif (own := home_of(name, table).exchange) != code:
                missing[name] = SymbolUnknown(
                    Sentence(
                        "the events say that {ticker} trades at {code}, and what the source has under that name"
                        " trades at {own}",
                        ticker=ticker,
                        code=code,
                        own=own,
                    ),
                    hint=Sentence("write the ticker as the source does, with the suffix of its exchange"),
                )
    told = (Phrase("exchanges that are not known, left aside: {names:list}", names=unknown[:5]),) if unknown else ()
    gone = [t for t in missing if t in table.tickers]
    if gone:
        table = replace(
            table,
            fields={f: grid.drop(columns=gone) for f, grid in table.fields.items()},
            missing=missing,
        )
        info = {t: one for t, one in info.items() if t not in gone}
    return (replace(table, info=info, homes={}) if info != dict(table.info) else table), told


def _of_folder(
    path: Path, tickers: Sequence[str], source: str, currency: str | None, as_of: dt.date | None
) -> PriceTable:
    """The prices of some tickers from a folder of Parquet files."""
    from eventstudy.scale.panel import PanelFolder
    from eventstudy.scale.read import read_tickers, upto

    if source not in ("auto", "parquet"):
        raise InvalidRequest(
            Sentence("source {source!r} reads no folder", source=source),
            available="parquet",
            hint=Sentence("--source parquet"),
        )
    if currency is not None:
        raise InvalidRequest(
            Sentence("prices of a folder are not converted"),
            hint=Sentence("leave out --currency, or name a price file"),
        )
    return upto(read_tickers(PanelFolder(path), tickers), as_of)


def _with_rates(table: PriceTable, currency: str | None, load: Callable[[list[str]], PriceTable]) -> PriceTable:
    """With the exchange rates that putting the prices in a currency needs, from where the prices come."""
    rates = rates_for(table, currency) if currency else []
    return table.beside(load(rates)) if rates else table


def longer_prices(
    result: StudyResult,
    *,
    source: str = "auto",
    prices: Any = None,
    as_of: dt.date | None = None,
    sessions: int = 250,
    everyone: bool = False,
    more: Sequence[str] = (),
    until: dt.date | None = None,
    progress: Progress | None = None,
    reading: Reading | None = None,
) -> PriceTable:
    """The prices of a study, reaching further back: all dates of a file or of the embedded sample, else `sessions` more.

    `everyone`: all tickers of the file or sample, else those of the study's events too, studied or not. `more`: tickers to
    ask for besides. `until`: how far prices of a source go on at least. `reading`: what is said of how a file is read.
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
        levels, besides = result.config.returns == "difference", tickers if everyone else []
        load = partial(load_prices, start=None, end=as_of, source=source, path=prices, levels=levels, reading=reading)
        return put(partial(load, besides=besides), listed)
    if result.provenance["source"] == "bundled":
        return put(partial(load_prices, start=None, end=as_of, source="bundled"), listed)
    known = (t for event in (*result.events, *result.known) for t in event.tickers if everyone)
    tickers = list(dict.fromkeys([*tickers, *known, *(t for t in more if t != "peers" and "=" not in t)]))
    end = max(day for days in result.sessions.astype("datetime64[D]").tolist() for day in days if day)
    end = min(max(end, until or end), as_of or dt.date.max)
    home = calendars.exchange_of(pairs[0].ticker)
    first = min(day0.session for day0 in result.panel.day0)
    start = calendars.shift(home, first, result.config.reach.start - 1 - sessions)
    load = partial(load_prices, start=start, end=end, source=source, as_of=as_of, progress=progress)
    return put(load, tickers)
