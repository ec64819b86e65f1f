"""`eventstudy events`: find, list, show, check, add and import events; the day 0 of a moment."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from eventstudy.cli._command import Choice, Commands, Day
from eventstudy.cli._output import STDOUT, form_of, form_option, format_option, language, listing, put, say
from eventstudy.cli._study import say_events_read, split
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.language import Phrase, Translated, marked, shown, spoken, spoken_in, written
from eventstudy.text import columns, fitted, json_text

F = TypeVar("F", bound=Callable[..., Any])


def _registry(path: str | None) -> Any:
    from eventstudy.events import load_registry, shipped_registry

    return load_registry(path) if path else shipped_registry()


def _counted(n: int) -> Phrase:
    return Phrase.counted("{n} event", "{n} events", n=n)


def _reading_options(f: F) -> F:
    """`--dates` and `--tz`: what a list of events leaves open."""
    f = click.option("--tz", help="Zone of times without an offset: America/New_York.")(f)
    named = "Order of dates, where a list leaves it open."
    return click.option("--dates", type=Choice(["dmy", "mdy", "ymd"]), help=named)(f)


_timing_option = click.option(
    "--timing",
    type=Choice(["pre", "intraday", "post", "unknown"]),
    default="unknown",
    show_default=True,
    help="When on that day the news came: before trading, during or after it.",
)
_registry_option = click.option(
    "--registry", type=click.Path(), envvar="EVENTSTUDY_REGISTRY", help="Registry file. [default: the one that ships]"
)


@click.group("events", cls=Commands)
def COMMAND() -> None:  # noqa: N802
    """Find, list, show, check, add and import events; find the day 0 of a moment."""


@COMMAND.command("list")
@_registry_option
@click.option("--category", help="Only events of this category.")
@click.option("--tag", help="Only events with this tag.")
@format_option
def list_events(registry: str | None, category: str | None, tag: str | None, form: str) -> None:
    """List the events of the registry."""
    found = _registry(registry).filter(category=category, tag=tag)
    rows = [
        {
            "id": event.id,
            "announced": event.announced.isoformat(),
            "recognised": event.recognised.isoformat() if event.recognised else None,
            "title": Translated(event.title, de=event.title_de),
            "tickers": list(event.tickers),
        }
        for event in found
    ]
    put(listing("events", rows, form))


@COMMAND.command("show")
@click.argument("id")
@_registry_option
@form_option("table", "json")
def show(id: str, registry: str | None, form: str) -> None:
    """Show one event with its groups, claims and sources."""
    known = _registry(registry)
    event = known[id] if id in known or registry else _scheduled(id) or known[id]
    if form == "json":
        put(json_text({"schema": "eventstudy.event/1", **event.to_dict()}))
        return
    with spoken_in(language()):
        told, own = event.to_dict(), "_de" if language() == "de" else ""
        lines = [
            [spoken(name.replace("_", " ")), written(_text(told.get(f"{name}{own}", value)))]
            for name, value in told.items()
            if name not in ("group", "claim") and value and not name.endswith("_de")
        ]
        for g in event.group:
            who, name = ", ".join(g.tickers), spoken(Translated(g.name, de=g.name_de))
            lines.append([spoken(g.role), f"{name}: {who}" if name else who])
        lines += [[spoken(Phrase("claim")), claim.text] for claim in event.claim]
        put(columns(lines))


marked("recognised reason", "category", "tags", "sources", "notes", "benchmark", "timing", "tz", "found")
marked("treated", "exposed", "peer", "control")


def _scheduled(id: str) -> Any:
    from eventstudy.events.finders import scheduled_event

    return scheduled_event(id)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} {_text(one)}" for name, one in value.items())
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@COMMAND.command("check")
@click.argument("path", type=click.Path())
@click.option("--max-shift", type=int, default=7, show_default=True, help="Most calendar days from the news to day 0.")
@_reading_options
def check(path: str, max_shift: int, dates: Any, tz: str | None) -> None:
    """Check a registry or event file, and map every event to its day 0."""
    from eventstudy.calendars import day0, exchange_of
    from eventstudy.events import load_registry
    from eventstudy.prices import Reading

    registry, problems = load_registry(path, tz=tz, reading=Reading(dates=dates, strict=True)), []
    say_events_read(registry.read_as)
    for event in registry:
        for home in dict.fromkeys(exchange_of(t) for t in event.tickers):
            for which in ("announced", "recognised"):
                moment = event.moment(which)
                try:
                    if moment is not None:
                        day0(moment, home, max_shift=max_shift)
                except InvalidRequest as error:
                    problems.append(f"{event.id}, {which}: {error.what}")
    if problems:
        raise InvalidFile(
            Sentence("{n} of the dates have no day 0", n=len(problems)), where=f"{path}: {'; '.join(problems)}"
        )
    told = Phrase(
        "{path}: {events}, all with a day 0 on the exchanges of their tickers",
        path=path,
        events=_counted(len(registry)),
    )
    put(shown(told, "", language()))


@COMMAND.command("import")
@click.argument("path", type=click.Path())
@click.option("--output", type=click.Path(dir_okay=False), help="Registry to write (.toml). [default: to stdout]")
@click.option("--force", is_flag=True, help="Replace the registry if it is there.")
@_reading_options
@click.option("--quiet", is_flag=True, help="No messages on stderr but errors.")
@click.pass_context
def import_events(
    ctx: click.Context, path: str, output: str | None, force: bool, dates: Any, tz: str | None, quiet: bool
) -> None:
    """Make a registry of a list of events: .csv, .xlsx, or a request file of EventStudyTools."""
    from eventstudy.events import import_requests, load_registry
    from eventstudy.prices import Reading

    form_of(output, {"toml": (".toml",)})
    requested = import_requests(path)
    registry, asked = requested or (load_registry(path, tz=tz, reading=Reading(dates=dates)), {})
    say_events_read(registry.read_as, quiet=quiet)
    if output is None or output == STDOUT:
        put(registry.to_toml())
    elif os.path.exists(output) and not force:
        raise InvalidRequest(
            Sentence("{output} is there already", output=output),
            hint=Sentence("--force replaces it; --output names another file"),
        )
    else:
        registry.save(output)
        say(Phrase("{path}: {events}", path=output, events=_counted(len(registry))), quiet=quiet)
    for windows, lines in asked.items():
        again = f"eventstudy run {output or 'registry.toml'} {windows}"
        say(Phrase("{n} of them ask for: {command}", n=lines, command=again), quiet=quiet)
    for row in registry.left_out:
        say(Phrase("left out {row}", row=row.said), quiet=quiet)
    if registry.left_out:
        ctx.exit(4)


@COMMAND.command("add")
@click.option(
    "--registry", type=click.Path(), envvar="EVENTSTUDY_REGISTRY", required=True, help="Your registry (.toml)."
)
@click.option("--title", required=True, help="What happened, in a few words.")
@click.option("--date", required=True, help="When it was announced: 2025-01-27, or 2025-01-27T07:00:00-05:00.")
@click.option("--tickers", multiple=True, required=True, help="Tickers, comma separated; may be repeated.")
@click.option("--id", "id_", help="Its id. [default: made of the title]")
@_timing_option
@click.option("--tz", help="Zone of a local time: America/New_York.")
@click.option("--benchmark", help="Ticker of the market: SPY.")
@click.option("--category", help="One word or two: technology.")
@click.option("--source", "sources", multiple=True, help="Where it can be read; may be repeated.")
@click.option("--notes", default="", help="What a reader must know.")
@click.option("--quiet", is_flag=True, help="No messages on stderr but errors.")
def add(
    registry: str, title: str, date: str, tickers: tuple[str, ...], id_: str | None, quiet: bool, **more: Any
) -> None:
    """Add an event to a registry; what stands in the file stays as it is."""
    from eventstudy.events import Event, Group, append_event, parse_when
    from eventstudy.events.importers import slug

    event = Event(
        id=slug(title) if id_ is None else id_,
        title=title,
        announced=parse_when(date, tz=more["tz"]),
        group=(Group(tickers=tuple(split(tickers))),),
        **{name: value for name, value in more.items() if value not in (None, "")},
    )
    known = append_event(registry, event)
    say(Phrase("{path}: {id} added, {events}", path=registry, id=event.id, events=_counted(len(known))), quiet=quiet)


@COMMAND.command("find")
@click.argument("finder")
@click.option("--ticker", "tickers", multiple=True, help="Tickers, comma separated; may be repeated.")
@click.option("--cik", "ciks", type=int, multiple=True, help="Number of a filer, where no ticker leads to it.")
@click.option("--form", "forms", multiple=True, help="Form of a filing: 8-K, 10-Q, SC 13D; may be repeated.")
@click.option("--item", "items", multiple=True, help="Item of an 8-K: 2.02; may be repeated.")
@click.option(
    "--release", "releases", multiple=True, help="Release of macro: cpi, jobs, gdp (asks the BEA); may be repeated."
)
@click.option("--since", type=Day(), help="The first day.")
@click.option("--until", type=Day(), help="The last day.")
@click.option("--as-of", metavar="DATE|last-session", help="Find nothing that came out later.")
@click.option(
    "--amendments",
    type=Choice(["drop", "keep"]),
    default="drop",
    show_default=True,
    help="Filings that correct an earlier one.",
)
@click.option(
    "--late",
    type=Choice(["drop", "keep"]),
    default="keep",
    show_default=True,
    help="Filings that came after the day of what they report.",
)
@click.option("--with", "vendor", metavar="yahoo", help="Earnings: a vendor whose dates are held against the filings.")
@click.option("--output", type=click.Path(dir_okay=False), help="Registry to write (.toml), which is not there yet.")
@click.option("--merge", "merge_into", type=click.Path(dir_okay=False), help="Registry (.toml) that gets what is new.")
@format_option
@click.option("--quiet", is_flag=True, help="No messages on stderr but errors.")
@click.pass_context
def find_events(
    ctx: click.Context,
    /,
    finder: str,
    vendor: str | None,
    output: str | None,
    merge_into: str | None,
    form: str,
    quiet: bool,
    **words: Any,
) -> None:
    """Find events with the time at which they were known: FINDER is one of `eventstudy methods finders`.

    What is found goes to stdout, or as a registry to --output, or to the end of the registry --merge, where what stands there
    stays as it is.
    """
    from eventstudy.events.finders import find, merge
    from eventstudy.request.clocks import with_vendor
    from eventstudy.request.dates import last_day

    for flag, path in (("--output", output), ("--merge", merge_into)):
        form_of(path, {"toml": (".toml",)}, flag=flag)
    if output and merge_into:
        raise InvalidRequest(
            Sentence("--output and --merge name two registries"), hint=Sentence("leave one of them out")
        )
    if output and os.path.exists(output):
        raise InvalidRequest(
            Sentence("{output} is there already", output=output),
            hint=Sentence("--merge {output} adds to it", output=output),
        )
    words |= {name: split(words[name]) for name in ("tickers", "forms", "items", "releases")}
    words |= {name: words[name].date() if words[name] else None for name in ("since", "until")}
    words["as_of"] = last_day(words["as_of"])
    if vendor and finder != "earnings":
        raise InvalidRequest(
            Sentence("--with {vendor} holds dates of earnings against filings", vendor=vendor),
            hint=Sentence("events find earnings"),
        )
    found = find(finder, **words)
    found = with_vendor(found, vendor) if vendor else found
    changed: tuple[str, ...] = ()
    if target := output or merge_into:
        merged = merge(target, found)
        changed = merged.changed
        added, n = _counted(len(merged.added)), len(merged.registry)
        say(Phrase("{path}: {events} added, {n} in all", path=target, events=added, n=n), quiet=quiet)
        for line in changed:
            say(Phrase("changed, and left as it is: {what}", what=line), quiet=quiet)
        for id in merged.gone:
            say(Phrase("no longer found, and left as it is: {id}", id=id), quiet=quiet)
    if form == "json":
        put(json_text(found.to_dict()))
    elif not target:
        put(listing("find", found.rows(), form))
    if found.requests or found.kept:
        say(Phrase("{n} requests, {kept} answers at hand", n=found.requests, kept=found.kept), quiet=quiet)
    for note in found.notes:
        say(note, quiet=quiet)
    for one in found.left_out:
        say(Phrase("left out {key}: {why}", key=one.key, why=one.reason), quiet=quiet)
    if found.incomplete or changed:
        ctx.exit(4)


@COMMAND.command("schema")
def schema() -> None:
    """Print the JSON Schema of a registry file."""
    from eventstudy.events import Registry

    put(json_text(Registry.schema()))


@COMMAND.command("day0")
@click.argument("when")
@click.option("--exchange", help="Market code, e.g. XNYS.")
@click.option("--ticker", help="A ticker; its suffix names the exchange.")
@_timing_option
@click.option("--tz", help="Zone of a local time: America/New_York.")
@click.option("--max-shift", type=int, default=7, show_default=True, help="Most calendar days from the news to day 0.")
@form_option("table", "json")
def find_day0(
    when: str, exchange: str | None, ticker: str | None, timing: Any, tz: str | None, max_shift: int, form: str
) -> None:
    """Find the first session that could react to WHEN, a date or an instant with its zone."""
    from dataclasses import asdict

    from eventstudy.calendars import Moment, day0, exchange_of
    from eventstudy.events import parse_when

    if (exchange is None) == (ticker is None):
        raise InvalidRequest(
            Sentence("name an exchange or a ticker"), hint=Sentence("--exchange XNYS, or --ticker VOW3.DE")
        )
    home = exchange or exchange_of(str(ticker))
    found = day0(Moment(parse_when(when, tz=tz), timing), home, max_shift=max_shift)
    if form == "json":
        told = asdict(found)
        told["day0"] = told.pop("session")
        put(json_text({"schema": "eventstudy.day0/1", **told}, indent=None))
        return
    said = Phrase(
        "Day 0 is {day0:weekday}, the first session of {exchange} that could react to {announced} ({local:short} there"
        "{later}).",
        day0=found.session,
        announced=str(found.announced),
        local=found.local_date,
        exchange=found.exchange,
        later=Phrase.counted(", {n} calendar day before", ", {n} calendar days before", n=found.shift_days)
        if found.shifted
        else "",
    )
    put(fitted(shown(said, "", language())))
