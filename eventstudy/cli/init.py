"""`eventstudy init`: write a commented eventstudy.toml and study.toml to begin with."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import language, made, put, say, there_already
from eventstudy.cli._settings import FILE
from eventstudy.cli._study import split
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase, in_language, marked, shown
from eventstudy.text import json_text

STUDY = "study.toml"


@command("init")
@click.argument("firms", nargs=-1, metavar="[TICKERS]...")
@click.option("--tickers", multiple=True, help="The same as TICKERS, comma separated; may be repeated.")
@click.option(
    "--date", help="When it happened: 2025-01-27, or 2025-01-27T07:00:00-05:00. Without it: reports of earnings."
)
@click.option("--benchmark", default="SPY", show_default=True, help="Ticker of the benchmark.")
@click.option("--folder", type=click.Path(file_okay=False), default=".", show_default=True, help="Where the files go.")
def COMMAND(  # noqa: N802
    firms: tuple[str, ...], tickers: tuple[str, ...], date: str | None, benchmark: str, folder: str
) -> None:
    """Write a commented eventstudy.toml and study.toml for these TICKERS; files that are there stay as they are.

    \b
    eventstudy init NVDA AMD --date 2025-01-27
    eventstudy init NVDA AMD          their reports of earnings
    eventstudy init                   the example, which needs no network
    """
    from eventstudy.events import parse_when

    place, given = Path(folder), (*firms, *tickers)
    named = list(dict.fromkeys(ticker.upper() for ticker in split(given))) if given else []
    if date is not None and not named:
        raise InvalidRequest(
            Sentence("a date without a ticker"),
            where=f"--date {date}",
            hint=Sentence("eventstudy init NVDA --date {date}", date=date),
        )
    when = parse_when(date).isoformat() if date is not None else None
    if there := [name for name in (FILE, STUDY) if os.path.exists(place / name)]:
        raise InvalidRequest(
            there_already(there),
            where=str(place.absolute()),
            hint=Sentence("name another folder: --folder mine"),
        )
    made(folder, where=f"--folder {folder}")
    for name, text in ((FILE, _settings(benchmark)), (STUDY, _study(named, when, benchmark))):
        put(_in_words(text), str(place / name))
        say(str(place / name))
    say(Phrase("next: {command}", command=f"eventstudy update {shlex.quote(str(place / STUDY))}"))


def _in_words(text: str) -> str:
    """A file with its comments, and its language, in the language asked for."""
    if language() == "en":
        return text
    said = re.sub(
        r"(?<=# )\S[^#\n]*$", lambda found: in_language(found[0], language()) or found[0], text, flags=re.MULTILINE
    )
    return re.sub(r'^(#? ?)lang = "en"', rf'\1lang = "{language()}"', said, flags=re.MULTILINE)


marked(
    "Settings of the commands that are run in this folder, a table a command: each is called as its flag, without the dashes.",
    "`eventstudy config` prints all, their values here and where these come from. A flag comes before what stands here.",
    "sessions before the event that say what is normal",
    "sessions around it",
    "over which abnormal returns are added up",
    "what ships, then the price store, then Yahoo",
    'or "de"',
    'ids of `eventstudy events list`; a file of events: "mine.xlsx"',
    "what is found goes here",
    "so many are kept",
    'Looked for before each update. The SEC wants to know who asks: EVENTSTUDY_CONTACT="Name name@example.org"',
    "What `eventstudy update study.toml` keeps reports of; `eventstudy schedule show` prints what a scheduler needs to run it.",
    "the folder of the pages; begin with index.html",
    "also: pdf, xlsx, pptx, md, latex, json",
    "only events that were announced in it",
    "as the flags of `eventstudy run`, for all events",
    "when the market took notice, where the event says so",
    "My event studies",
)
"""What the files say beside their settings."""


def _settings(benchmark: str) -> str:
    return f"""\
# Settings of the commands that are run in this folder, a table a command: each is called as its flag, without the dashes.
# `eventstudy config` prints all, their values here and where these come from. A flag comes before what stands here.

[run]
benchmark = {json_text(benchmark, indent=None)}
# estimation-window = [-260, -11]   # sessions before the event that say what is normal
# event-window = [-5, 5]            # sessions around it
# window = [[0, 0], [0, 1]]         # over which abnormal returns are added up
# model = "market"                  # `eventstudy methods models`
# source = "auto"                   # what ships, then the price store, then Yahoo

[report]
benchmark = {json_text(benchmark, indent=None)}
# lang = "en"                       # or "de"
"""


def _study(tickers: list[str], date: str | None, benchmark: str) -> str:
    listed = json_text(tickers, indent=None)
    if not tickers:
        title, search = in_language("My event studies", language()) or "", ""
        events = (
            'events = ["deepseek-r1"]            # ids of `eventstudy events list`; a file of events: "mine.xlsx"\n'
        )
        events += '# events = [{ date = 2025-01-27, tickers = ["NVDA", "AMD"] }]\n'
    elif date is None:
        title = shown(Phrase("{names}: reports of earnings", names=", ".join(tickers)), "", language())
        events = 'registry = "earnings.toml"          # what is found goes here\n'
        events += "latest = 8                          # so many are kept\n"
        search = f"""
# Looked for before each update. The SEC wants to know who asks: EVENTSTUDY_CONTACT="Name name@example.org"
[[find]]
finder = "earnings"
tickers = {listed}
since = 2023-01-01
"""
    else:
        title, search = shown(Phrase("{names} on {day}", names=", ".join(tickers), day=date[:10]), "", language()), ""
        events = f"events = [{{ date = {date}, tickers = {listed} }}]\n"
    return f"""\
# What `eventstudy update {STUDY}` keeps reports of; `eventstudy schedule show` prints what a scheduler needs to run it.

title = {json_text(title, indent=None)}
{events}output = "reports"                  # the folder of the pages; begin with index.html
formats = ["html"]                  # also: pdf, xlsx, pptx, md, latex, json
lang = "en"                         # or "de"
# span = "last 90 days"             # only events that were announced in it

[options]                           # as the flags of `eventstudy run`, for all events
benchmark = {json_text(benchmark, indent=None)}
# day0 = "recognised"               # when the market took notice, where the event says so
# window = [[0, 0], [0, 1]]
{search}"""
