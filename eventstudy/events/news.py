"""What else happened: dated news beside the events that are studied, from files.

A calendar is a CSV with `date,what[,timing][,event_id][,ticker][,what_de]`: a row is other news for every event, unless it
names the event whose own news it is; and it counts for every ticker unless it names one; `what_de` says it in German. Earnings
are a CSV with `ticker,date[,timing]`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

from eventstudy.calendars import Moment, Timing
from eventstudy.datasets import shipped
from eventstudy.disk import read_text
from eventstudy.errors import EventStudyError, InvalidFile, Sentence
from eventstudy.events.scheduled import decisions, releases
from eventstudy.events.when import parse_when
from eventstudy.language import Phrase, Translated

_CALENDAR = ("date", "what", "timing", "event_id", "ticker", "what_de")
_EARNINGS = ("ticker", "date", "timing")
_OWN_COLUMNS = ("earnings.csv", "fomc.csv", "macro.csv")
"""Files of `data/calendar/` that are no calendars of news."""


@dataclass(frozen=True)
class News:
    """One piece of news: what happened when, and for whom it counts."""

    moment: Moment
    what: str
    ticker: str | None = None
    """None: for every ticker."""
    event_id: str | None = None
    """The event whose own news it is; None: of none, so other news for every event."""
    origin: str = ""
    """The file it stands in."""

    @property
    def day(self) -> date:
        """Its calendar date, in its own zone."""
        when = self.moment.when
        return when.date() if isinstance(when, datetime) else when


def read_calendar(path: str | Path) -> tuple[News, ...]:
    """News from a CSV with `date,what[,timing][,event_id][,ticker][,what_de]`.

    Raises:
        InvalidFile: no such file, another column, or a row that cannot be meant.
    """
    return tuple(
        News(
            moment,
            Translated(row["what"], de=row.get("what_de")),
            row.get("ticker") or None,
            row.get("event_id") or None,
            Path(path).name,
        )
        for moment, row in _rows(Path(path), _CALENDAR, ("date", "what"))
    )


def read_earnings(path: str | Path) -> tuple[News, ...]:
    """Days on which firms report, from a CSV with `ticker,date[,timing]`; after the close the next session counts.

    Raises:
        InvalidFile: no such file, another column, or a row that cannot be meant.
    """
    return tuple(
        News(moment, "earnings", row["ticker"], None, Path(path).name)
        for moment, row in _rows(Path(path), _EARNINGS, ("ticker", "date"))
    )


def shipped_calendar() -> tuple[News, ...]:
    """The calendars of `data/calendar/`, with the decisions and releases whose dates are public."""
    files = sorted(p for p in shipped("calendar").glob("*.csv") if p.name not in _OWN_COLUMNS)
    dated = [News(Moment(one.instant), one.what, origin="fomc.csv") for one in decisions()]
    dated += [News(Moment(one.instant), one.what, origin="macro.csv") for one in releases()]
    return (*(news for file in files for news in read_calendar(file)), *dated)


def shipped_earnings() -> tuple[News, ...]:
    """The earnings of `data/calendar/earnings.csv`: some shares of the embedded sample, around its event."""
    return read_earnings(shipped("calendar", "earnings.csv"))


def _rows(path: Path, known: Sequence[str], needed: Sequence[str]) -> Iterator[tuple[Moment, dict[str, str]]]:
    lines = read_text(path).splitlines()
    try:
        reader = csv.DictReader(lines, restkey="more")
        rows: list[dict[str, Any]] = list(reader)
    except csv.Error as error:
        raise InvalidFile(Sentence("cannot read it: {said}", said=error), where=str(path)) from error
    columns = [name.strip() for name in reader.fieldnames or ()]
    if set(needed) - set(columns) or set(columns) - set(known):
        optional = "".join(f"[,{name}]" for name in known if name not in needed)
        raise InvalidFile(
            Sentence("the columns are {columns}", columns=", ".join(columns) or "none"),
            where=str(path),
            hint=Sentence("{needed}{optional}", needed=",".join(needed), optional=optional),
        )
    for number, row in enumerate(rows, 2):
        cells = {str(name).strip(): str(value or "").strip() for name, value in row.items()}
        where = Sentence("{path}, line {number}", path=path, number=number)
        if "more" in row or not all(cells[name] for name in needed):
            raise InvalidFile(
                Sentence(
                    "a row needs {needed}, and no more cells than columns",
                    needed=Phrase("{names:list}", names=list(needed)),
                ),
                where=where,
            )
        said = cells.get("timing") or "unknown"
        timing: Timing | None = next((known for known in get_args(Timing) if known == said), None)
        if timing is None:
            raise InvalidFile(
                Sentence("the timing is {said!r}", said=said), where=where, available=", ".join(get_args(Timing))
            )
        try:
            yield Moment(parse_when(cells["date"]), timing), cells
        except EventStudyError as error:
            raise InvalidFile(
                " ".join(str(error).split()), where=where, hint=Sentence("2025-01-29, with timing post")
            ) from error


__all__ = ["News", "read_calendar", "read_earnings", "shipped_calendar", "shipped_earnings"]
