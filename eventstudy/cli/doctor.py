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
from eventstudy.cli._output import format_option, listing, put
from eventstudy.errors import EventStudyError
from eventstudy.text import columns

_NAME = "eventstudy-lab"
_ANEW = "in a copy of the repository: pip install --force-reinstall ."
_SAME_IMPORT = "eventstudy"
"""Another distribution that installs a package of our name; both overwrite each other."""


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
        wide = max(len(f.status) for f in found)  # status and check are one column, which stays beside what was found
        put(columns([[f"{f.status:<{wide}}  {f.check}", ": ".join(filter(None, (f.found, f.advice)))] for f in found]))
    else:
        put(listing("doctor", rows, form))
    ctx.exit(next((f.exit_code for f in found if f.status == "fault"), 0))


def _installation() -> Iterator[_Finding]:
    yield _Finding("eventstudy", "ok", __version__)
    yield _Finding("python", "ok", f"{platform.python_version()} on {sys.platform}")
    wanted = _wanted()
    if not wanted:
        yield _Finding("packages", "absent", f"not checked: {_NAME} is not installed here, it runs from its sources")
    for name, extras in wanted.items():
        what = f"package {name}"
        try:
            yield _Finding(what, "ok", version(name))
        except ModuleNotFoundError:
            if extras:
                text = f"pip install '{_NAME}[{extras[0]}]' adds it"
                yield _Finding(what, "absent", f"not installed, for extra {', '.join(extras)} only", text)
            else:
                yield _Finding(what, "fault", "not installed", _ANEW, 3)
    try:
        other = version(_SAME_IMPORT)
    except ModuleNotFoundError:
        return
    advice = f"pip uninstall {_SAME_IMPORT} {_NAME}, then in a copy of the repository pip install ."
    yield _Finding(f"package {_SAME_IMPORT}", "fault", f"{other} overwrites files of {_NAME}", advice, 3)


def _arithmetic() -> Iterator[_Finding]:
    """What adds up studies of many events, and why."""
    from eventstudy import native

    try:
        form = native.form()
    except EventStudyError as error:
        yield _Finding("arithmetic", "fault", error.what, error.hint or "", error.exit_code)
    else:
        yield _Finding("arithmetic", "absent" if form.advice else "ok", f"{form.name}: {form.why}", form.advice)


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
        yield _Finding("embedded sample", "fault", str(error), _ANEW, 3)
    else:
        yield _Finding("embedded sample", "ok", f"{tickers} tickers")


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
        yield _Finding("calendars", "fault", error.what, error.hint or "", error.exit_code)
        return
    text = f"{len(ends)} exchanges" + (f", days put right for {', '.join(put_right)}" if put_right else "")
    if short := {code: end for code, end in ends.items() if end < soon}:
        told = ", ".join(f"{code} after {end}" for code, end in sorted(short.items(), key=lambda pair: pair[1])[:5])
        advice = "pip install -U exchange-calendars, or --calendar prices"
        yield _Finding("calendars", "absent", f"{text}; none for {told}", advice)
        return
    yield _Finding("calendars", "ok", text)


def _store() -> Iterator[_Finding]:
    from eventstudy.prices.store import is_remote, location

    path = location()
    if not os.path.exists(path):
        yield _Finding("price store", "absent", f"none at {path}", "eventstudy prices fetch makes one")
        return
    from eventstudy.prices.store import Store, now

    at = now()
    try:
        with Store() as store:
            faults, vintages, symbols, clocks = store.faults(), store.vintages(), store.symbols(), store.clocks(at)
    except EventStudyError as error:
        yield _Finding("price store", "fault", f"{error.what} ({path})", error.hint or "", error.exit_code)
        return
    if faults:
        text = f"{len(faults)} faults in {path}, the first: {faults[0]}"
        advice = "`eventstudy prices fetch --force` takes a series anew; or move the file away and fetch again"
        yield _Finding("price store", "fault", text, advice, 3)
        return
    size = sum(p.stat().st_size for p in path.parent.glob(f"{path.name}*"))
    latest = vintages[-1].retrieved_at if vintages else "never"
    remote = ", on a network file system" if is_remote(path.resolve()) else ""
    text = (
        f"{len(symbols)} symbols, {len(vintages)} vintages, {size / 1e6:.1f} MB, last written {latest}: {path}{remote}"
    )
    yield _Finding("price store", "ok", text)
    if clocks:
        to_come = [v for v in {v.series_id: v for v in vintages}.values() if v.ahead(at)]
        more = f"; and {len(clocks) - 1} more" if len(clocks) > 1 else ""
        advice = "set the clock of this machine; what is still to come is asked for again with the next fetch"
        status, code = ("fault", 3) if to_come else ("absent", 0)
        yield _Finding("clocks", status, clocks[0] + more, advice if to_come else "", code)


def _online(name: str) -> Iterator[_Finding]:
    from datetime import timedelta

    from eventstudy.prices.store import now

    today = now().date()
    try:
        fetch = plugins.load("sources", name).fetch("SPY", today - timedelta(10), today)
    except EventStudyError as error:
        told = f"{error.what}{f' ({error.available})' if error.available else ''}"
        yield _Finding(f"source {name}", "fault", told, error.hint or "", error.exit_code)
        return
    last = fetch.frame.index[-1]
    yield _Finding(f"source {name}", "ok", f"SPY: {len(fetch.frame)} sessions, the last {last:%Y-%m-%d}")
