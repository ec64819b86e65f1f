"""`eventstudy doctor`: is this installation healthy, is the store, is the source reachable."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import click

from eventstudy import __version__, plugins
from eventstudy.cli._command import command
from eventstudy.cli._output import format_option, language, listing, put
from eventstudy.errors import EventStudyError
from eventstudy.language import Phrase, marked, spoken, spoken_in
from eventstudy.text import columns

_NAME = "eventstudy-lab"
_ANEW = Phrase("in a copy of the repository: pip install --force-reinstall .")
_SAME_IMPORT = "eventstudy"
"""Another distribution that installs a package of our name; both overwrite each other."""


_SUMS, _SAMPLE = Phrase("arithmetic"), Phrase("embedded sample")
_CALENDARS, _STORE = Phrase("calendars"), Phrase("price store")
marked("ok", "absent", "fault")

_AHEAD = 60
"""Days that a calendar should reach into the future."""


def version(name: str) -> str:
    """The installed version of a distribution; its module takes a while to import, so only here."""
    from importlib import metadata

    return metadata.version(name)


def requires(name: str) -> list[str] | None:
    """What an installed distribution asks for."""
    from importlib import metadata

    return metadata.requires(name)


class _Finding(NamedTuple):
    check: str
    status: str
    """`ok`, `absent` (nothing wrong, but not there) or `fault`."""
    found: str
    advice: str = ""
    exit_code: int = 0


@command("doctor")
@click.option("--online", is_flag=True, help="Also ask the price source for ten days of one fund.")
@click.option("--source", default="yahoo", show_default=True, help="The price source that --online asks.")
@format_option
@click.pass_context
def COMMAND(ctx: click.Context, online: bool, source: str, form: str) -> None:  # noqa: N802
    """Is this installation healthy, is the price store, is the price source reachable?

    Exits with 0 where nothing is wrong, else with the code of the first fault.
    """
    found = [*_installation(), *_arithmetic(), *_data(), *_calendars(), *_store(), *(_online(source) if online else ())]
    rows: list[dict[str, Any]] = [f._asdict() for f in found]
    for row in rows:
        del row["exit_code"]
    if form == "table":
        with spoken_in(language()):
            said = [(spoken(f.status), spoken(f.check), spoken(f.found), spoken(f.advice)) for f in found]
        wide = max(
            len(status) for status, *_ in said
        )  # status and check are one column, which stays beside what was found
        put(columns([[f"{status:<{wide}}  {check}", ": ".join(filter(None, about))] for status, check, *about in said]))
    else:
        put(listing("doctor", rows, form))
    ctx.exit(next((f.exit_code for f in found if f.status == "fault"), 0))


def _installation() -> Iterator[_Finding]:
    yield _Finding("eventstudy", "ok", __version__)
    yield _Finding(
        "python", "ok", Phrase("{version} on {system}", version=platform.python_version(), system=sys.platform)
    )
    wanted = _wanted()
    if not wanted:
        yield _Finding(
            "packages",
            "absent",
            Phrase("not checked: {name} is not installed here, it runs from its sources", name=_NAME),
        )
    for name, extras in wanted.items():
        what = Phrase("package {name}", name=name)
        try:
            yield _Finding(what, "ok", version(name))
        except ModuleNotFoundError:
            if extras:
                text = Phrase("pip install '{name}[{extra}]' adds it", name=_NAME, extra=extras[0])
                only = Phrase("not installed, for extra {extras} only", extras=", ".join(extras))
                yield _Finding(what, "absent", only, text)
            else:
                yield _Finding(what, "fault", Phrase("not installed"), _ANEW, 3)
    try:
        other = version(_SAME_IMPORT)
    except ModuleNotFoundError:
        return
    advice = Phrase(
        "pip uninstall {other} {name}, then in a copy of the repository pip install .", other=_SAME_IMPORT, name=_NAME
    )
    what = Phrase("{version} overwrites files of {name}", version=other, name=_NAME)
    yield _Finding(Phrase("package {name}", name=_SAME_IMPORT), "fault", what, advice, 3)


def _arithmetic() -> Iterator[_Finding]:
    """What adds up studies of many events, and why."""
    from eventstudy import native

    try:
        form = native.form()
    except EventStudyError as error:
        yield _Finding(_SUMS, "fault", error.what, error.hint or "", error.exit_code)
    else:
        told = Phrase("{name}: {why}", name=Phrase.quoted(form.name), why=Phrase.quoted(form.why))
        yield _Finding(
            _SUMS, "absent" if form.advice else "ok", told, Phrase.quoted(form.advice) if form.advice else ""
        )


def _wanted() -> dict[str, list[str]]:
    """Packages that this one names: those it needs first, with no extra, then those of each extra.

    From the metadata of the installation; a folder of sources that is not installed has none.
    """
    import re

    try:
        lines = requires(_NAME) or []
    except ModuleNotFoundError:
        return {}
    found: dict[str, list[str]] = {}
    for line in lines:
        matched, extra = re.match(r"[A-Za-z0-9._-]+", line), re.search(r"extra\s*==\s*['\"](\w+)['\"]", line)
        if matched is None or matched[0] == _NAME or (extra and extra[1] == "dev"):
            continue
        named = found.setdefault(matched[0], [])
        if extra and extra[1] not in named:
            named.append(extra[1])
    return dict(sorted(found.items(), key=lambda item: bool(item[1])))


def _data() -> Iterator[_Finding]:
    """Whether the data that ship are there."""
    try:
        tickers = len(plugins.load("sources", "bundled").tickers)
    except (FileNotFoundError, EventStudyError) as error:
        yield _Finding(_SAMPLE, "fault", str(error), _ANEW, 3)
    else:
        yield _Finding(_SAMPLE, "ok", Phrase("{n} tickers", n=tickers))


def _calendars() -> Iterator[_Finding]:
    """Whether the calendars reach beyond the coming months, and which days are put right here."""
    from datetime import timedelta

    from eventstudy import calendars
    from eventstudy.calendars.overrides import override_of
    from eventstudy.prices.store import now

    soon = (now() + timedelta(_AHEAD)).date()
    try:
        ends = {code: calendars.reach(code)[1] for code in calendars.known()}
        put_right = [code for code in ends if override_of(code) != override_of("")]
    except EventStudyError as error:
        yield _Finding(_CALENDARS, "fault", error.what, error.hint or "", error.exit_code)
        return
    text = Phrase("{n} exchanges", n=len(ends))
    if put_right:
        text = Phrase("{n} exchanges, days put right for {codes}", n=len(ends), codes=", ".join(put_right))
    if short := {code: end for code, end in ends.items() if end < soon}:
        told = [
            Phrase("{code} after {end}", code=code, end=end)
            for code, end in sorted(short.items(), key=lambda pair: pair[1])[:5]
        ]
        advice = Phrase("pip install -U exchange-calendars, or --calendar prices")
        yield _Finding(_CALENDARS, "absent", Phrase("{text}; none for {ends}", text=text, ends=told), advice)
        return
    yield _Finding(_CALENDARS, "ok", text)


def _store() -> Iterator[_Finding]:
    from eventstudy.prices.store import is_remote, location

    path = location()
    if not os.path.exists(path):
        yield _Finding(
            _STORE, "absent", Phrase("none at {path}", path=str(path)), Phrase("eventstudy prices fetch makes one")
        )
        return
    from eventstudy.prices.store import Store, now

    at = now()
    try:
        with Store() as store:
            faults, vintages, symbols, clocks = store.faults(), store.vintages(), store.symbols(), store.clocks(at)
    except EventStudyError as error:
        what = Phrase("{what} ({path})", what=error.what, path=str(path))
        yield _Finding(_STORE, "fault", what, error.hint or "", error.exit_code)
        return
    if faults:
        text = Phrase("{n} faults in {path}, the first: {fault}", n=len(faults), path=str(path), fault=faults[0])
        advice = Phrase("`eventstudy prices fetch --force` takes a series anew; or move the file away and fetch again")
        yield _Finding(_STORE, "fault", text, advice, 3)
        return
    size = sum(p.stat().st_size for p in path.parent.glob(f"{path.name}*"))
    text = Phrase(
        "{n} symbols, {vintages} vintages, {size:.1f} MB, last written {latest}: {path}{remote}",
        n=len(symbols),
        vintages=len(vintages),
        size=size / 1e6,
        latest=vintages[-1].retrieved_at if vintages else Phrase("never"),
        path=str(path),
        remote=Phrase(", on a network file system") if is_remote(path.resolve()) else "",
    )
    yield _Finding(_STORE, "ok", text)
    if clocks:
        to_come = [v for v in {v.series_id: v for v in vintages}.values() if v.ahead(at)]
        told = Phrase("{first}; and {n} more", first=clocks[0], n=len(clocks) - 1) if len(clocks) > 1 else clocks[0]
        advice = Phrase("set the clock of this machine; what is still to come is asked for again with the next fetch")
        status, code = ("fault", 3) if to_come else ("absent", 0)
        yield _Finding(Phrase("clocks"), status, told, advice if to_come else "", code)


def _online(name: str) -> Iterator[_Finding]:
    from datetime import timedelta

    from eventstudy.prices.store import now

    asked, today = Phrase("source {name}", name=name), now().date()
    try:
        fetch = plugins.load("sources", name).fetch("SPY", today - timedelta(10), today)
    except EventStudyError as error:
        told = Phrase("{what} ({path})", what=error.what, path=error.available) if error.available else error.what
        yield _Finding(asked, "fault", told, error.hint or "", error.exit_code)
        return
    last = fetch.frame.index[-1]
    had = Phrase("{ticker}: {n} sessions, the last {day}", ticker="SPY", n=len(fetch.frame), day=last.date())
    yield _Finding(asked, "ok", had)
