"""`eventstudy prices`: fetch, import, check and export prices; what the store holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from eventstudy import plugins
from eventstudy.cli._command import Choice, Commands, Day, Files
from eventstudy.cli._output import form_of, format_option, language, listing, output_options, progress, put, say
from eventstudy.cli._study import split
from eventstudy.errors import (
    EventStudyError,
    InvalidFile,
    InvalidRequest,
    Locked,
    NothingUsable,
    Sentence,
    SourceError,
    SourceRateLimited,
)
from eventstudy.language import Phrase, marked, refusal, shown, spoken, spoken_in

if TYPE_CHECKING:
    import pandas as pd

    from eventstudy.prices import Fetch, PriceTable
    from eventstudy.prices.store import Store, Vintage

F = TypeVar("F", bound=Callable[..., Any])
_DATE = Day()


def _tickers_option(help: str, *, required: bool = False) -> Callable[[F], F]:
    return click.option("--tickers", multiple=True, required=required, help=help)


@click.group("prices", cls=Commands)
def COMMAND() -> None:  # noqa: N802
    """Fetch prices into the store, and see what is held there."""


# ---- fetch and import -----------------------------------------------------------------------------------------------------


marked("held", "failed", "not asked for", "new", "extended", "unchanged", "rebased", "revised")


@dataclass
class _Tally:
    """What came of each ticker: rows for the listing, and the errors of those that could not be had."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[EventStudyError] = field(default_factory=list)

    def held(self, vintage: Vintage, outcome: str, notes: Sequence[str] | None = None) -> None:
        told = list(vintage.notes if notes is None else notes)
        message = Phrase("{notes:;}", notes=told) if told else ""
        self.rows.append(
            {"ticker": vintage.symbol, "outcome": Phrase.quoted(outcome), **_told(vintage), "message": message}
        )

    def failed(self, ticker: str, error: EventStudyError, outcome: str = "failed") -> None:
        nothing = dict.fromkeys(("source", "sessions", "first", "through", "final_through", "retrieved_at"))
        self.rows.append({"ticker": ticker, "outcome": Phrase.quoted(outcome), **nothing, "message": error.what})
        self.errors.append(error)

    @property
    def exit_code(self) -> int:
        """75 where waiting may help, that of the store where it is the store, 4 where a part is lacking, 5 where all is."""
        if any(e.exit_code == 75 for e in self.errors):
            return 75
        if of_store := [e.exit_code for e in self.errors if not isinstance(e, SourceError)]:
            return of_store[0]
        if not self.errors:
            return 0
        return 4 if len(self.errors) < len(self.rows) else 5

    def end(self, ctx: click.Context, *, verbose: bool) -> None:
        """Say the first error (`verbose`: each), and exit."""
        for error in self.errors if verbose else self.errors[:1]:
            say(f"eventstudy: {refusal(error, language())}")
        ctx.exit(self.exit_code)


@COMMAND.command("fetch")
@_tickers_option("Tickers to fetch, comma separated; may be repeated.", required=True)
@click.option("--start", type=_DATE, required=True, help="First day, included.")
@click.option("--end", type=_DATE, required=True, help="Last day, included.")
@click.option("--source", default="yahoo", show_default=True, help="Where from: see `eventstudy methods sources`.")
@click.option("--force", is_flag=True, help="Fetch all of each series again, and take the source's word on dividends.")
@output_options
@click.pass_context
def fetch(
    ctx: click.Context,
    tickers: tuple[str, ...],
    start: Any,
    end: Any,
    source: str,
    force: bool,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Fetch daily prices and keep them; what is held and final is not asked for again.

    Each ticker is kept as it comes. A source that asks to wait is not asked again: exit 75, and the same command goes on
    from there. Exit 4: some tickers could not be had; 5: none.
    """
    first, last, wanted = start.date(), end.date(), split(tickers)
    member = plugins.load("sources", source)
    if source == "store" or not hasattr(member, "fetch"):
        raise InvalidRequest(
            Sentence("source {source!r} is not one to fetch from", source=source),
            hint=Sentence("a file of prices: eventstudy prices import"),
        )
    if first > last:
        raise InvalidRequest(
            Sentence("start {first} is after end {last}", first=first, last=last), hint=Sentence("swap the two dates")
        )
    if not wanted:
        raise InvalidRequest(Sentence("no ticker is given"), hint=Sentence("--tickers NVDA,SPY"))
    tally = _fetch_all(wanted, source, member, first, last, force=force, quiet=quiet)
    put(listing("prices_fetch", tally.rows, form), output)
    tally.end(ctx, verbose=verbose)


def _fetch_all(
    wanted: list[str], name: str, member: Any, first: date, last: date, *, force: bool, quiet: bool
) -> _Tally:
    from eventstudy.prices import Desk
    from eventstudy.prices.store import Store, bring

    desk = Desk(member)  # a source that is down is given up after a while
    tally, shown = _Tally(), progress(quiet)
    with Store(write=True) as store:
        for i, ticker in enumerate(wanted, 1):
            if shown:
                shown(ticker, i, len(wanted))
            try:
                found = bring(store, name, desk, ticker, first, last, force=force)
            except (SourceRateLimited, Locked, InvalidFile, InvalidRequest) as error:  # not better with the next ticker
                tally.failed(ticker, error)
                for other in wanted[i:]:
                    tally.failed(other, _not_asked(other, error), "not asked for")
                break
            except SourceError as error:
                tally.failed(ticker, error)
            else:
                had = store.fetch(found.vintage, first, last)
                notes = (*had.notes, *_odd(name, had))
                tally.held(found.vintage, found.vintage.outcome if found.asked else "held", notes)
    if shown:
        shown("", len(wanted), len(wanted))
    return tally


_SHOWN = 5
"""So many things to look at are named of a ticker; `prices check` names all."""


def _odd(source: str, fetch: Fetch) -> list[Phrase]:
    """What looks wrong in prices that were just fetched, as `prices check` will say it."""
    from eventstudy.prices import PriceTable, flags

    found = [
        Phrase("{code} {day}: {what}", code=flag.code, day=flag.session, what=flag.message)
        for flag in flags(PriceTable.from_fetches([(source, fetch)]))
    ]
    more, named = len(found) - _SHOWN, f"eventstudy prices check --tickers {fetch.symbol}"
    return [
        *found[:_SHOWN],
        *([Phrase("and {n} more: {command}", n=more, command=named)] if more > 0 else []),
    ]


def _not_asked(ticker: str, error: EventStudyError) -> EventStudyError:
    return type(error)(
        Sentence("{ticker} was not asked for: {what}", ticker=ticker, what=error.what),
        where=Sentence("ticker {ticker}", ticker=ticker),
        hint=error.hint,
    )


@COMMAND.command("import")
@click.argument("path", type=click.Path(), nargs=-1, required=True)
@click.option("--source", default="auto", show_default=True, help="Kind of file. [default: as its suffix says]")
@_tickers_option("Tickers to take, comma separated; may be repeated. [default: all of the file]")
@click.option("--currency", help="Currency of the prices.")
@click.option("--ticker", help="Whose prices a file is of that names nobody.")
@click.option("--dates", type=Choice(["dmy", "mdy", "ymd"]), help="Order of dates, where a file leaves it open.")
@click.option("--decimal", type=Choice(["comma", "point"]), help="Decimal mark, where a file leaves it open.")
@click.option("--times", type=Choice(["written", "after", "before"]), help="The day that times in the file are of.")
@click.option("--values", type=Choice(["close", "returns"]), help="What the numbers of the file are.")
@click.option("--unit-in", "unit", type=Choice(["percent", "decimal", "bp"]), help="Unit of returns.")
@click.option("--strict", is_flag=True, help="Refuse the file for one bad cell, instead of leaving out its ticker.")
@click.option("--explain", is_flag=True, help="Say what the file is taken for, and keep nothing.")
@output_options
@click.pass_context
def import_file(
    ctx: click.Context,
    /,
    path: tuple[str, ...],
    source: str,
    tickers: tuple[str, ...],
    currency: str | None,
    explain: bool,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    **said: Any,
) -> None:
    """Take files of prices into the store; they are read as `--prices` would be."""
    from eventstudy.prices import Reading, load_prices
    from eventstudy.prices.store import Store

    if explain and form != "table":
        raise InvalidRequest(
            Sentence("--explain tells in sentences, not as {form}", form=form), hint=Sentence("leave --format out")
        )
    files = path[0] if len(path) == 1 else path
    table = load_prices(split(tickers) or None, source=source, path=files, reading=Reading(**said, explain=explain))
    if explain:
        from eventstudy.panel import places_of

        left = (Phrase("{name}: {why}", name=t, why=error.what) for t, error in table.missing.items())
        with spoken_in(language()):
            put("\n".join(map(spoken, (*(table.explained or table.read_as), *places_of(table), *left))), output)
        return
    if table.read_as:
        say(Phrase("read as: {what:;}", what=table.read_as), quiet=quiet)
    tally = _Tally()
    with Store(write=True) as store:
        for ticker in table.tickers:
            try:
                vintage = _keep_column(store, table.info[ticker].source, table, ticker, currency)
            except SourceError as error:
                tally.failed(ticker, error)
            else:
                tally.held(vintage, vintage.outcome)
    for ticker, lacking in table.missing.items():
        tally.failed(ticker, lacking)
    if not tally.rows:
        raise NothingUsable(Sentence("there is no price in {path}", path=", ".join(path)))
    put(listing("prices_import", tally.rows, form), output)
    tally.end(ctx, verbose=verbose)


def _keep_column(store: Store, source: str, table: PriceTable, ticker: str, currency: str | None) -> Vintage:
    """Keep one ticker of a table: from its first price to its last, or what is held if that is more."""
    from eventstudy.prices.store import take

    given = table.fetch_of(ticker, currency)
    return take(store, source, given, given.frame.index[0].date(), given.frame.index[-1].date())


# ---- what is held ---------------------------------------------------------------------------------------------------------


@contextmanager
def _opened() -> Iterator[Store]:
    from eventstudy.prices.store import Store

    with Store() as store:
        yield store


def _told(vintage: Vintage) -> dict[str, Any]:
    return {
        "source": vintage.source,
        "sessions": vintage.rows,
        "first": vintage.first.isoformat(),
        "through": vintage.through.isoformat(),
        "final_through": vintage.final_through.isoformat(),
        "retrieved_at": vintage.retrieved_at,
    }


def _picked(store: Store, tickers: tuple[str, ...]) -> list[str]:
    """The tickers that are meant, all held.

    Raises:
        NothingUsable: one of them is not, or none is held at all.
    """
    held, wanted = store.symbols(), split(tickers)
    if lacking := [t for t in wanted if t not in held]:
        raise NothingUsable(
            Sentence("the price store has no {lacking}", lacking=", ".join(lacking)),
            where=str(store.path),
            available=", ".join(held[:20]) or "nothing",
            hint=Sentence("eventstudy prices fetch --tickers ... --start ... --end ..."),
        )
    return wanted or held


@COMMAND.command("status")
@_tickers_option("Tickers to list, comma separated; may be repeated. [default: all]")
@click.option("--history", is_flag=True, help="Every vintage, not only the newest of each series.")
@format_option
def status(tickers: tuple[str, ...], history: bool, form: str) -> None:
    """List what is held: from where, for which days, since when, and up to which day it is final."""
    with _opened() as store:
        rows = []
        for ticker in _picked(store, tickers):
            vintages = store.vintages(ticker)
            newest = {v.series_id: v for v in sorted(vintages, key=lambda v: v.number)}
            for v in vintages if history else newest.values():
                about = {
                    "vintage": v.number,
                    "outcome": Phrase.quoted(v.outcome),
                    "currency": v.currency,
                    "sha256": v.sha256,
                }
                rows.append({"ticker": ticker, **_told(v), **about, "notes": list(v.notes)})
    if form == "table" and not rows:
        put(shown(Phrase("the price store holds nothing yet"), "", language()))
        return
    if form == "table":
        columns = (
            "ticker",
            "source",
            "sessions",
            "first",
            "through",
            "final_through",
            "retrieved_at",
            "vintage",
            "outcome",
        )
        rows = [{name: row[name] for name in columns} for row in rows]
    put(listing("prices_status", rows, form))


@COMMAND.command("check")
@_tickers_option("Tickers to check, comma separated; may be repeated. [default: all]")
@click.option("--start", type=_DATE, help="First day, included.")
@click.option("--end", type=_DATE, help="Last day, included.")
@click.option(
    "--source", default="store", show_default=True, help="Where the prices are: see `eventstudy methods sources`."
)
@click.option("--prices", type=Files(), help="A file of prices to check instead of the store; may be repeated.")
@format_option
@click.pass_context
def check(
    ctx: click.Context, tickers: tuple[str, ...], start: Any, end: Any, source: str, prices: Any, form: str
) -> None:
    """List what looks wrong in the prices that are held: gaps, halts, jumps, splits that were not applied, units, calendars.

    Exit 4 where there is anything to look at.
    """
    from eventstudy.prices import flags, load_prices

    if prices is not None and source == "store":
        source = "auto"
    days = [day.date() if day else None for day in (start, end)]
    table = load_prices(split(tickers) or None, *days, source=source, path=prices)
    if not table.tickers:
        raise next(iter(table.missing.values()), NothingUsable(Sentence("there are no prices to check")))
    rows: list[dict[str, Any]] = [
        {"code": f.code, "ticker": f.ticker, "session": f.session.isoformat(), "message": f.message}
        for f in flags(table, others=table.copies)
    ]
    for ticker in table.tickers:
        rows += [
            {"code": "SOURCE_NOTE", "ticker": ticker, "session": None, "message": n} for n in table.info[ticker].notes
        ]
    rows += _new_currencies(table.tickers) if source == "store" else []
    for ticker, error in table.missing.items():
        rows.append({"code": "NO_PRICES", "ticker": ticker, "session": None, "message": error.what})
    if rows or form != "table":
        put(listing("prices_check", rows, form))
    else:
        n, sessions = len(table.tickers), len(table.close)
        told = Phrase.counted(
            "{n} ticker, {days} sessions: nothing to look at",
            "{n} tickers, {days} sessions: nothing to look at",
            n=n,
            days=sessions,
        )
        put(shown(told, "", language()))
    if rows:
        ctx.exit(4)


def _new_currencies(tickers: list[str]) -> list[dict[str, Any]]:
    """Series of the store that a later fetch had in another currency than an earlier one."""
    rows = []
    with _opened() as store:
        for ticker in tickers:
            past: dict[str, Vintage] = {}
            for v in store.vintages(ticker):
                before = past.get(v.source)
                if before and v.currency and before.currency != v.currency:
                    text = Phrase(
                        "{source} gave it in {before} until {day}, and now in {now}",
                        source=v.source,
                        before=before.currency,
                        day=before.retrieved_at[:10],
                        now=v.currency,
                    )
                    session = v.retrieved_at[:10]
                    rows.append({"code": "CURRENCY_CHANGE", "ticker": ticker, "session": session, "message": text})
                if v.currency:
                    past[v.source] = v
    return rows


@COMMAND.command("export")
@click.argument("path", type=click.Path(dir_okay=False), required=False)
@_tickers_option("Tickers to export, comma separated; may be repeated. [default: all]")
@click.option("--start", type=_DATE, help="First day, included.")
@click.option("--end", type=_DATE, help="Last day, included.")
@click.option("--as-of", type=_DATE, help="The prices as they were known on this day.")
@click.option("--force", is_flag=True, help="Replace a file at PATH that holds anything else.")
def export(path: str | None, tickers: tuple[str, ...], start: Any, end: Any, as_of: Any, *, force: bool) -> None:
    """Write prices of the store, long, to PATH (CSV, or Parquet where it ends so) or as CSV to stdout.

    `--prices` and `prices import` read it again. An earlier export is replaced where the new one holds all its rows.
    """
    import pandas as pd

    from eventstudy.prices import load_prices
    from eventstudy.prices.parquet import SOURCE as PARQUET
    from eventstudy.prices.parquet import parquet_bytes

    form = form_of(path, {"csv": (".csv", ".txt"), "parquet": PARQUET.suffixes}, flag="")
    days = [day.date() if day else None for day in (start, end, as_of)]
    with _opened() as store:
        wanted = _picked(store, tickers)
    if not wanted:
        raise NothingUsable(Sentence("the price store is empty"), hint=Sentence("eventstudy prices fetch fills it"))
    table = load_prices(wanted, *days[:2], source="store", as_of=days[2])
    if table.missing:
        raise next(iter(table.missing.values()))
    parts = []
    for ticker in table.tickers:
        frame = pd.DataFrame({name: values[ticker] for name, values in table.fields.items()})
        frame = frame[frame.notna().any(axis=1)]
        parts.append(frame.assign(ticker=ticker, date=pd.DatetimeIndex(frame.index).strftime("%Y-%m-%d")))
    columns = ["ticker", "date", *(c for c in ("close", *table.fields) if c in table.fields)]
    long = pd.concat(parts)[list(dict.fromkeys(columns))]
    if path and os.path.isfile(path) and not force and not _holds_all_of(long, path, form):
        raise InvalidRequest(
            Sentence("{path} is there already, and holds rows that the store does not give now", path=path),
            hint=Sentence(
                "eventstudy prices import {path} takes them into the store; --force replaces the file", path=path
            ),
        )
    if path and form == "parquet":
        put(parquet_bytes(long, Path(path)), path)
    else:
        put(long.to_csv(index=False, lineterminator="\n"), path)


def _holds_all_of(long: pd.DataFrame, path: str, form: str | None) -> bool:
    """Whether an export (ticker, date, ...) has every ticker and day of the file, so that replacing it loses none."""
    import pandas as pd

    keys = ["ticker", "date"]
    try:
        if form == "parquet":
            old = pd.read_parquet(path, columns=keys)
        else:
            old = pd.read_csv(path, usecols=keys, dtype=str, keep_default_na=False)
    except ValueError:  # another kind of file, or a table of other columns
        return os.path.getsize(path) == 0
    return bool(pd.MultiIndex.from_frame(old).isin(pd.MultiIndex.from_frame(long[keys])).all())
