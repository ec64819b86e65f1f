"""Rows of events as people hold them: which column is which, dates by the whole column, and what is wrong with single rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, time
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy import calendars
from eventstudy.datasets import company_names, of_isin, tickers_by_name
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.events.faults import BadRow
from eventstudy.events.when import checked
from eventstudy.language import Phrase
from eventstudy.tables.dates import dates_of
from eventstudy.tables.documents import Document
from eventstudy.tables.frames import headed_frame, pandas_of
from eventstudy.tables.headed import Headed, names_of
from eventstudy.tables.headings import by_bracket_alone, fold, other_field, role_of, words
from eventstudy.tables.numbers import missing_marks
from eventstudy.tables.place import ADD_ROW, Place, Reading
from eventstudy.tables.workbook import as_text
from eventstudy.tables.written import When, clock_of, days_meant, local_time, looks_like_one, zone, zone_in

Codes = NDArray[np.int64]

REQUIRED = ("ticker", "date")
COLUMNS = (
    *REQUIRED,
    "event_id",
    "tz",
    "timing",
    "title",
    "category",
    "benchmark",
    "group",
    "recognised",
    "recognised_reason",
)
"""Columns a table of events may have, beside those that are kept as attributes."""

_NAMES = (
    "company",
    "firm",
    "unternehmen",
    "firma",
    "name",
    "company_name",
    "security_name",
    "stock",
    "share",
    "aktie",
    "wertpapier",
    "societe",
    "empresa",
    "societa",
    "azienda",
    "bedrijf",
    "spolka",
    "emittent",
    "issuer",
)
"""Headings of columns that may hold names of firms in place of tickers."""

_LISTED = re.compile(r"[A-Z0-9^][A-Z0-9.^=-]{0,11}(?:\s*[,;|]\s*[A-Z0-9^][A-Z0-9.^=-]{0,11})+")
"""Tickers with marks between that no ticker has: `NVDA, AMD`, `NVDA | AMD`."""
_JOINED = re.compile(r"[A-Z]{1,5}(?:(?:\s*[/&+]\s*|\s+(?:and|und|et|y|e)\s+|\s+)[A-Z]{1,5})+")
"""Words that may be tickers, with what may join two or be part of a name: `NVDA & AMD`, `NVDA AMD`, not `BRK/B`, `VOD LN`."""
_BETWEEN = re.compile(r"\s*[,;|/&+]\s*|\s+(?:and|und|et|y|e)\s+|\s+")
_BRACKETS = re.compile(r"""[\[({]\s*(.*?)\s*[\])}]""")
_FORMS = {
    "INC",
    "LTD",
    "LLC",
    "CORP",
    "CO",
    "PLC",
    "AG",
    "SE",
    "SA",
    "NV",
    "AB",
    "OYJ",
    "ASA",
    "SPA",
    "KGAA",
    "GMBH",
    "THE",
    "LP",
}
"""Behind a comma these are part of a firm's name: `NVIDIA, INC.`."""
_CLASSES = frozenset("ABC")
"""And these are classes of its shares, `BRK, B`, where no row beside is of a ticker called so."""


class _Numbers(Sequence[str]):
    """Where each row of a table stands, in words: put into words when somebody asks."""

    def __init__(self, place: Place, n: int) -> None:
        self._place, self._rows = place, range(n)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, i: int) -> str: ...

    @overload
    def __getitem__(self, i: slice) -> list[str]: ...

    def __getitem__(self, i: int | slice) -> str | list[str]:
        rows = self._rows[i]
        return self._place.row(rows) if isinstance(rows, int) else [self._place.row(k) for k in rows]


class _WholeNumbers(Sequence[str]):
    """The texts of whole numbers, each written when somebody asks for it."""

    def __init__(self, values: Codes) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, i: int) -> str: ...

    @overload
    def __getitem__(self, i: slice) -> list[str]: ...

    def __getitem__(self, i: int | slice) -> str | list[str]:
        return [str(value) for value in self._values[i].tolist()] if isinstance(i, slice) else str(self._values[i])

    def __iter__(self) -> Iterator[str]:
        return map(str, self._values.tolist())


@dataclass
class Rows:
    """E rows of events in columns."""

    numbers: Sequence[str]
    """Where each row stands, in words."""
    ticker: tuple[Codes, Sequence[str]]
    """(E,) codes and the texts; blank is -1."""
    date: tuple[Codes, list[When]]
    """(E,) codes and the days or instants; -1 where there is none."""
    texts: dict[str, tuple[Codes, Sequence[str]]] = field(default_factory=dict)
    """The other columns that are known, by their names."""
    attributes: dict[str, tuple[Codes, Sequence[str]]] = field(default_factory=dict)
    """All others."""
    noticed: tuple[Codes, list[When]] | None = None
    """(E,) codes and the days or instants when markets took notice; -1 where that is not said. None: no column says it."""
    bad: list[BadRow] = field(default_factory=list)
    odd: Mapping[int, str] = field(default_factory=dict)
    """Row -> what is wrong with it."""
    read_as: tuple[Phrase, ...] = ()
    origin: str = ""
    """What was read, as messages name it."""
    tz: str | None = None
    """The zone of times that have none."""
    strict: bool = False
    """Whether all are refused for one that is no event."""

    def __len__(self) -> int:
        """E."""
        return len(self.numbers)


ORIGIN = Sentence("the table of events")


def rows_of_frame(frame: Any, reading: Reading | None = None, tz: str | None = None) -> Rows:
    """The rows of a frame of events of any library; they are counted from 1.

    Raises:
        InvalidFile: it is no frame, holds nothing, or as `rows_of`.
    """
    if isinstance(frame, pd.Series):
        frame = frame.to_frame("date" if 2 * sum(map(looks_like_one, frame)) > len(frame) else "ticker")
    made = _of_plain(frame) if isinstance(frame, list | tuple | Mapping | np.ndarray) else None
    made = pandas_of(frame) if made is None else made
    if made is None:
        raise InvalidFile(
            Sentence("events are a {kind}, no table", kind=type(frame).__name__),
            hint=Sentence("give a frame with the columns ticker and date"),
        )
    if not len(made):
        raise InvalidFile(Sentence("there is no event in the table"), where=ORIGIN, hint=ADD_ROW)
    return rows_of(
        headed_frame(Place(ORIGIN, lambda i: Phrase("row {n}", n=i + 1)), made, "events"), reading or Reading(), tz
    )


def _of_plain(given: Sequence[Any] | Mapping[str, Any] | NDArray[Any]) -> pd.DataFrame | None:
    """Lists and mappings of Python as a frame: records, columns, pairs of ticker and date; None: they are none of these."""
    if isinstance(given, Mapping):
        found = Document(Place(ORIGIN, str), "Python", "events").of(dict(given))
        return found[0] if found else None
    rows = [list(row) for row in given if isinstance(row, list | tuple | np.ndarray)]
    names = names_of(rows, "events") if rows and len(rows) == len(given) else None
    return pd.DataFrame(rows, columns=names, dtype=object) if names else None


_BLANK = Phrase("is blank")


def _of_column(heading: str, why: str) -> Phrase:
    return Phrase("column {column}: {why}", column=heading, why=why)


def rows_of(table: Headed, reading: Reading, tz: str | None = None) -> Rows:
    """The rows of a table of events; `tz` is the zone of times that have none.

    Raises:
        InvalidFile: a column lacks or is there twice, or its dates can be read two ways.
        InvalidRequest: there is no such zone, which is no fault of the rows.
    """
    if tz:
        zone(tz)
    place, heads = table.place, table.headings
    columns, others = _columns(table)
    texts = {i for i in range(len(heads)) if i in columns.values() or i in others}
    raw = table.cells.columns(texts, set())
    told = _told(columns, others, heads, len(next(iter(raw.values()))))
    tickers = _coded(raw[columns["ticker"]])
    if more := _each_ticker(raw[columns["ticker"]], tickers[1], heads[columns["ticker"]]):
        at, each = more
        raw = {i: pd.Series(column).iloc[at].reset_index(drop=True) for i, column in raw.items()}
        raw[columns["ticker"]] = pd.Series(each, dtype=object)
        tickers = _coded(raw[columns["ticker"]])
        own, several = place, sum(k == i for k, i in pairwise(at))
        place = Place(own.name, lambda i: own.row(at[i]))
        told += [
            Phrase.counted(
                "{n} ticker more in cells that name several: a row for each",
                "{n} tickers more in cells that name several: a row for each",
                n=several,
            )
        ] * (several > 0)
    n = len(raw[columns["ticker"]])
    dates = dates_of(place, raw[columns["date"]], heads[columns["date"]] or "date", reading)
    codes, whens = dates.codes, list(dates.whens)
    odd: dict[int, str] = {}
    for row, why in dates.bad.items():
        odd[row] = _of_column(heads[columns["date"]] or "date", _BLANK if why == "the date is empty" else why)
    if "time" in columns:
        beside = raw[columns["time"]]
        if columns.get("timing") == columns["time"]:
            worded = beside.map(lambda v: isinstance(v, str) and fold(v) in _timings()).astype(bool)
            raw[columns["timing"]], beside = beside.where(worded, None), beside.where(~worded, None)
        codes, whens = _with_times(beside, codes, whens, heads[columns["time"]], odd)
        told += _rough(beside)
    found = Rows(_Numbers(place, n), _texts(*tickers, heads[columns["ticker"]], odd), (codes, whens))
    for i in np.flatnonzero(found.ticker[0] < 0).tolist():
        odd.setdefault(i, _of_column(heads[columns["ticker"]], _BLANK))
    if "recognised" in columns:
        found.noticed, more_said = _noticed(
            place, raw[columns["recognised"]], heads[columns["recognised"]], reading, odd
        )
        told += more_said
    empty = (found.ticker[0] < 0) & (codes < 0)
    for name, i in columns.items():
        if name not in (*REQUIRED, "time", "recognised"):
            found.texts[name] = _texts(*_coded(raw[i]), heads[i], odd)
            empty &= found.texts[name][0] < 0
    for i, name in others.items():
        found.attributes[name] = _texts(*_coded(raw[i]), heads[i], odd, dates=True)
        empty &= found.attributes[name][0] < 0
    _refuse_prices(place, found, heads)
    for i in np.flatnonzero(empty).tolist():
        odd[i] = ""
    if zoned := {
        heads[i]: z for name in ("time", "date") if (i := columns.get(name, -1)) >= 0 and (z := zone_in(heads[i], tz))
    }:
        told += _of_headings(found, place, zoned, odd, tz)
    if "timing" in found.texts:
        found.texts["timing"] = (found.texts["timing"][0], [_timing(t) for t in found.texts["timing"][1]])
    if fold(heads[columns["ticker"]]) in _NAMES:
        known = tickers_by_name()
        called = {t: known[t.casefold()] for t in found.ticker[1] if known.get(t.casefold(), t) != t}
        found.ticker = (found.ticker[0], [called.get(t, t) for t in found.ticker[1]])
        if called:
            shown = [f"{name} ({ticker})" for name, ticker in list(called.items())[:5]]
            told.append(Phrase("names of firms taken for their tickers: {names:list}", names=shown))
    isins = {t: of_isin(t) for t in found.ticker[1] if of_isin(t) != t}
    if isins:
        found.ticker = (found.ticker[0], [isins.get(t, t) for t in found.ticker[1]])
        shown = [f"{isin} ({ticker})" for isin, ticker in list(isins.items())[:5]]
        told.append(Phrase("ISINs taken for their tickers: {names:list}", names=shown))
    told += _called_alike(found)
    found.odd = dict(sorted(odd.items()))
    lines = getattr(table.cells, "odd", [])
    found.bad = [BadRow(Phrase("row {n}", n=line), "", why) for line, why in lines]
    said = list(table.cells.said)
    if table.titles:
        said.append(
            Phrase(
                "titles above the headings left aside: {text}", text="; ".join(" ".join(t) for t in table.titles)[:80]
            )
        )
    found.origin, found.tz, found.strict = place.name, tz, reading.strict
    found.read_as = (*told, *said, *dates.said)
    return found


def _noticed(
    place: Place, column: Any, heading: str, reading: Reading, odd: dict[int, str]
) -> tuple[tuple[Codes, list[When]], Sequence[Phrase]]:
    """When markets took notice, of each row, and what the dates were taken for; what is no date is added to the `odd` rows."""
    blank = column.map(lambda v: isinstance(v, str) and v.strip().lower() in missing_marks()).astype(bool)
    dates = dates_of(place, column.where(~blank, None), heading, reading)
    for row, why in dates.bad.items():
        if why != "the date is empty":
            odd.setdefault(row, _of_column(heading, why))
    return (dates.codes, list(dates.whens)), dates.said


_SESSIONS = 20
"""So many rows of a ticker, nearly all of them a session apart, beside a column of closes or returns are prices."""


def _refuse_prices(place: Place, rows: Rows, heads: Sequence[str]) -> None:
    """Refuse prices in the place of events, as where the two were swapped: each day would be an event.

    Raises:
        InvalidFile: the rows of a ticker are its sessions, without titles, and a column is called as closes or returns are.
    """
    values = [h for h in heads if (role := role_of(h, "prices")) and role[0] in ("close", "adj_close", "ret")]
    if not values:
        return
    codes, whens = rows.date
    days = np.array([when.toordinal() for when in whens] + [0], np.int64)[codes]
    title = rows.texts["title"][0] if "title" in rows.texts else -1
    frame = pd.DataFrame({"ticker": rows.ticker[0], "day": days, "title": title})
    for _, group in frame[(rows.ticker[0] >= 0) & (codes >= 0)].groupby("ticker"):
        own, titles = group["day"], group["title"].nunique()
        steps = np.diff(np.sort(own.unique()))
        if len(steps) >= _SESSIONS and (steps <= 4).mean() > 0.9 and 2 * titles <= len(own):
            called = rows.ticker[1][int(rows.ticker[0][own.index[0]])]
            raise place.fault(
                Sentence(
                    "these are prices, not events: {called} has {n} rows, most of them a session apart, and a"
                    " column {values}",
                    called=called,
                    n=len(own),
                    values=values[0],
                ),
                hint=Sentence(
                    "name the list of events first, and the prices behind --prices; or call that column otherwise"
                ),
            )


def _called_alike(rows: Rows) -> list[Phrase]:
    """What is said of rows of one title and one date with different tickers, which no `event_id` makes one event."""
    if "title" not in rows.texts or "event_id" in rows.texts:
        return []
    (title, titles), date = rows.texts["title"], rows.date[0]
    frame = pd.DataFrame({"title": title, "date": date, "ticker": rows.ticker[0]})
    tickers = frame[(frame >= 0).all(axis=1)].groupby(["title", "date"], sort=False)["ticker"].nunique()
    several = tickers[tickers > 1]
    if several.empty:
        return []
    called = titles[several.index[0][0]]
    return [
        Phrase(
            "each row is an event of its own, also the {n} of one day called {title!r}; with one `event_id` they are one event",
            n=int(several.iloc[0]),
            title=called,
        )
    ]


def _each_ticker(column: Any, distinct: pd.Index, heading: str) -> tuple[list[int], list[Any]] | None:
    """The row in which each ticker of a column stands, where cells name several; None: none does."""
    held = [v for v in distinct.tolist() if isinstance(v, str)]
    known = {v.strip() for v in held} | company_names().keys()
    meant = fold(heading) in ("tickers", "symbols")
    lists = {v: named for v in held if (named := _named_in(v, known, meant=meant))}
    if not lists:
        return None
    cells = column.tolist()
    found = [(i, t) for i, v in enumerate(cells) for t in (lists.get(v, [v]) if isinstance(v, str) else [v])]
    return [i for i, _ in found], [t for _, t in found]


def _named_in(cell: str, known: Set[str], *, meant: bool) -> list[str] | None:
    """The tickers that a cell names; None: one, or what may be one.

    Words with marks between that names of firms have as well are tickers where all are `known` to be, or where the heading says
    that several are `meant` and none is a currency or the mark of a market or a class of shares.
    """
    inner = _BRACKETS.fullmatch(cell.strip())
    text = (inner[1] if inner else cell.strip()).replace("'", "").replace('"', "")
    parts = _BETWEEN.split(text)
    if _LISTED.fullmatch(text) or (inner and len(parts) == 1 and _LIKE_A_TICKER.fullmatch(text)):
        return None if (_FORMS | (_CLASSES - known)) & {t.strip(" .") for t in parts} else parts
    no_tickers = _FORMS.union(map(str.upper, words("brackets")["currencies"]))
    plain = _JOINED.fullmatch(text) and all(len(t) > 1 for t in parts) and no_tickers.isdisjoint(parts)
    marked = calendars.mark_of(text) or calendars.mark_of("-".join(parts))
    return parts if plain and marked is None and (meant or known >= set(parts)) else None


def _told(columns: Mapping[str, int], others: Mapping[int, str], heads: list[str], n: int) -> list[Phrase]:
    """What the columns of a table of N rows were taken for."""
    said = [Phrase.counted("{n} row of events", "{n} rows of events", n=n)]
    named = [f"{name} ({heads[i]})" for name, i in columns.items() if heads[i] and fold(heads[i]) != name]
    if named:
        said.append(Phrase("columns taken for {names:list}", names=named))
    if others:
        said.append(Phrase("kept as attributes: {names:list}", names=list(others.values())))
    for option, used in _USED_WITH.items():
        if set(used) <= set(others.values()):
            said.append(Phrase("{names:list} are used with {option} alone", names=used, option=option))
    return said


_USED_WITH = {
    "--own-windows": ("window_start", "window_end"),
    "--own-estimation": ("estimation_start", "estimation_end"),
}
"""Columns that a study uses on request."""


def _columns(table: Headed) -> tuple[dict[str, int], dict[int, str]]:
    """What each column is, and the columns that are kept as attributes, with their names."""
    heads = table.headings
    found: dict[str, int] = {}
    others = []
    problems: list[str] = []
    for i, heading in enumerate(heads):
        role = role_of(heading, "events")
        if not heading:
            if not table.counts_rows(i):
                others.append(i)
            continue
        if role is None and other_field(heading, "events"):
            others.append(i)
            continue
        if role is None:
            near = get_close_matches(fold(heading), COLUMNS, n=1, cutoff=0.8)
            if near and near[0] not in [fold(h) for h in heads]:
                problems.append(
                    Sentence("column {heading!r} is unknown; did you mean {near}?", heading=heading, near=near[0])
                )
            if fold(heading) not in ("unnamed_0",):
                others.append(i)
            continue
        name = role[0]
        if name in found:
            if fold(heads[found[name]]) == fold(heading):
                problems.append(
                    Sentence(
                        "column {heading} stands there {all} times",
                        heading=heading,
                        all=sum(fold(h) == fold(heading) for h in heads),
                    )
                )
                continue
            first = (role_of(heads[found[name]], "events") or role)[1]
            if name in REQUIRED and first == role[1] and by_bracket_alone(heads[found[name]], heading):
                problems.append(
                    Sentence(
                        "columns {heads} and {heading} differ only in their brackets: keep one as {name}",
                        heads=heads[found[name]],
                        heading=heading,
                        name=name,
                    )
                )
                continue
            loser = i if first <= role[1] else found[name]
            others.append(loser)
            if loser == i:
                continue
        found[name] = i
    if "date" in found and not table.is_dates(found["date"], "events"):
        dated = [i for i in others if table.is_dates(i, "events")]
        if len(dated) == 1 and (role_of(heads[dated[0]], "events") or ("",))[0] == "date":
            others[others.index(dated[0])] = found["date"]
            found["date"] = dated[0]
    _title_or_ticker(table, found, others)
    wanting = _only_one(table, found, others)
    problems += _other_dates(table, found, others)
    problems += _of_times(table, found, others)
    if "time" in found and "timing" not in found:
        times = table.cells_of(found["time"])
        if times and all(isinstance(v, str) and fold(v) in _timings() for v in times):
            found["timing"] = found.pop("time")
        elif any(isinstance(v, str) and fold(v) in _timings() for v in times):
            found["timing"] = found["time"]  # words beside times
    if "timing" not in found:
        said = [i for i in others if _is_timing({fold(str(v)) for v in table.cells_of(i)}, table.headings[i])]
        if len(said) == 1:
            found["timing"] = said[0]
            others.remove(said[0])
    lacking = [
        wanting.get(name) or Sentence("there is no column {name}", name=name) for name in REQUIRED if name not in found
    ]
    problems = [*lacking, *dict.fromkeys(problems)]
    if problems:
        held = ", ".join(filter(None, heads)) or ", ".join(COLUMNS)
        raise InvalidFile(Phrase("{problems:lines}", problems=problems), where=table.place.name, available=held,
                          hint=Sentence("columns are {columns}, or words for them", columns=', '.join(COLUMNS)))  # fmt: skip
    exchange = found.pop("exchange", None)
    if exchange is not None:
        others.append(exchange)
    return found, {i: "exchange" if i == exchange else heads[i] or f"column {i + 1}" for i in sorted(others)}


_ANY_DATE = (
    *("date", "dates", "day", "when", "datetime", "date_time", "timestamp", "anndats"),
    *("datum", "tag", "fecha", "data", "jour", "giorno", "dato", "tarih"),
)
"""Headings that do not say what happened on the day."""


def _other_dates(table: Headed, found: Mapping[str, int], others: Sequence[int]) -> list[str]:
    """What is wrong with a table whose dates of events may stand in two columns, and differ."""
    heads, date = table.headings, found.get("date")
    if date is None or fold(heads[date]) not in _ANY_DATE:
        return []
    for i in (i for i in others if (role_of(heads[i], "events") or ("",))[0] == "date"):
        for cells in table.sample:
            one, other = (days_meant(cells[k]) if k < len(cells) else frozenset() for k in (date, i))
            if one and other and one.isdisjoint(other):
                return [
                    Sentence(
                        "columns {heads} and {heads2} both may be the dates of the events, and they differ: {cells}"
                        " and {cells2}; call the one that is meant date, the other one otherwise",
                        heads=heads[date],
                        heads2=heads[i],
                        cells=cells[date],
                        cells2=cells[i],
                    )
                ]
    return []


_PLAIN_TIMES = ("time", "event_time", "time_of_event", "uhrzeit", "zeit", "heure", "hora", "ora", "godzina", "时间")
"""Headings of times that can be of nothing else but the event."""
_OF_TIMES = re.compile(
    r"(?:^|_)(?:\w*time|\w*zeit|\w*tims|heure|hora|ora|godzina|tijd|tid|saat|hour|at|\w*stamp|\w*stempel)(?:_|$)"
)
_CLOCK = re.compile(r"[0-9]\s*(?:[:h][0-9]{2}|[ap]\.?m\b|uhr)", re.IGNORECASE)
_BESIDE = re.compile(r"[(\[].*[)\]]|[ _](?:utc|gmt)$", re.IGNORECASE)


def _of_times(table: Headed, found: dict[str, int], others: list[int]) -> list[str]:
    """Which column has the times of the events, where it is not plain; and what is wrong where that cannot be told.

    It is the one that is called as their dates are (`Announce Date`, `Announce Time`), else the one that a word is known for.
    Times of the day that nobody says the meaning of are not passed over: news of an evening is of the next session.
    """
    heads, date = table.headings, found.get("date")
    if date is None or fold(heads[found.get("time", date)]) in _PLAIN_TIMES or _have_times(table.cells_of(date)):
        return []
    able = [*([found["time"]] if "time" in found else []), *(i for i in others if _may_be_times(table, i))]
    alike = re.sub("dat(?:e|um)", "(?:time|zeit)", fold(_BESIDE.sub("", heads[date]))).replace("dats", "tims")
    named = [i for i in able if re.fullmatch(alike, fold(_BESIDE.sub("", heads[i])))]
    known = [i for i in able if (role_of(heads[i], "events") or ("",))[0] == "time"]
    if len(meant := named or known) == 1:
        others[:] = [i for i in dict.fromkeys([*others, *able]) if i != meant[0]]
        found["time"] = meant[0]
        return []
    if not able or ("timing" in found and not meant):
        return []
    shown = [heads[i] for i in able]
    return [
        Phrase(
            "nothing says whether the times of the day under {shown:list} are those of the events: call those"
            " that are time, and leave others out",
            shown=shown,
        )
    ]


def _may_be_times(table: Headed, i: int) -> bool:
    """Whether a column is called times and holds times of the day."""
    worded = missing_marks() | set(_timings())
    held = [v for v in table.cells_of(i) if str(v).strip().lower() not in worded and fold(str(v)) not in worded]
    return bool(held) and bool(_OF_TIMES.search(fold(table.headings[i]))) and _have_times(held)


def _have_times(cells: Sequence[Any]) -> bool:
    """Whether most of the cells have a time of the day."""
    timed = [
        v.time() != time() if isinstance(v, datetime) else isinstance(v, time) or _CLOCK.search(str(v)) for v in cells
    ]
    return 2 * sum(map(bool, timed)) > len(cells)


_LIKE_A_TICKER = re.compile(r"[A-Z0-9][A-Z0-9.:/^=-]{0,14}")


def _title_or_ticker(table: Headed, found: dict[str, int], others: list[int]) -> None:
    """`Titre` and `titolo` are securities and headlines: the latter where they hold no tickers and another column may."""
    held = [*([found["ticker"]] if "ticker" in found else []), *others]
    firms = {i: role[1] for i in held if (role := role_of(table.headings[i], "events")) and role[0] == "ticker"}
    titles = set(map(fold, words("events")["title"]))
    both = [i for i in firms if fold(table.headings[i]) in titles]
    if "title" in found or len(both) != 1 or len(firms) == 1:
        return
    if all(_LIKE_A_TICKER.fullmatch(str(v).strip()) for v in table.cells_of(both[0])):
        return
    found["title"] = both[0]
    found["ticker"] = min(firms.keys() - both, key=firms.__getitem__)
    others[:] = [i for i in held if i not in (found["title"], found["ticker"])]


def _only_one(table: Headed, found: dict[str, int], others: list[int]) -> dict[str, str]:
    """A date or a ticker that no word is known for is the one column of dates, or the one that is called something ticker.

    Dates that are those of something else by their name are none beside others.

    Returned is what is told where several may be, or the one is the day of something else by its name.
    """
    able = {
        "date": [i for i in others if table.is_dates(i, "events")],
        "ticker": [i for i in others if {"ticker", "symbol"} & set(fold(table.headings[i]).split("_"))],
    }
    wanting: dict[str, str] = {}
    for name, columns in able.items():
        if name in found or not (columns := [i for i in columns if i in others]):
            continue
        if name == "date":
            columns = [i for i in columns if not _of_something_else(table.headings[i])] or columns
        shown = [table.headings[i] or Phrase("number {n}", n=i + 1) for i in columns]
        if len(columns) > 1:
            wanting[name] = Phrase(
                "there is no column {name}: {shown:list} may be it; call the one that is meant {name}",
                name=name,
                shown=shown,
            )
        elif name == "date" and (why := _of_something_else(table.headings[columns[0]])):
            wanting[name] = Phrase(
                "there is no column date: {shown} is {why} by its name; call it date if it is that of the event",
                shown=shown[0],
                why=why,
            )
        else:
            found[name] = columns[0]
            others.remove(columns[0])
    return wanting


def _of_something_else(heading: str) -> str:
    """What a day is that its heading says to be of no event: the end of a period, an earlier date; empty: it may be.

    That of the announcement of a period is none of its end.
    """
    said = f"_{fold(heading)}_"
    kinds = {"period": Phrase("the end of a period"), "another": Phrase("another day")}
    met = {kind for kind, listed in words("other_days").items() if any(f"_{w}_" in said for w in listed)}
    if "announced" in met:
        del kinds["period"]
    return next((meant for kind, meant in kinds.items() if kind in met), "")


def _coded(column: Any) -> tuple[Codes, pd.Index]:
    """(E,) codes of what stands in a column, blank ones -1, and what they stand for, in the order in which it is met."""
    numbers = column.to_numpy() if isinstance(column, pd.Series) and column.dtype == np.int64 else None
    if numbers is not None and (numbers[1:] > numbers[:-1]).all():
        return np.arange(len(numbers), dtype=np.int64), pd.Index(numbers)
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    return codes.astype(np.int64), pd.Index(distinct)


def _texts(
    codes: Codes, values: pd.Index, heading: str, odd: dict[int, str], *, dates: bool = False
) -> tuple[Codes, Sequence[str]]:
    """(E,) codes of the texts of a column, blank ones -1, and the texts; of what `_coded` finds."""
    if values.dtype.kind in "iu":  # each is a text of its own
        return codes, _WholeNumbers(values.to_numpy())
    again: list[int] = []
    order: dict[str, int] = {}
    wrong: dict[int, str] = {}
    held: list[Any] = values.tolist()
    texts = [v.strip() for v in held if isinstance(v, str)]
    if len(texts) == len(held) and all(texts) and len({*texts, "<NA>"}) > len(texts):  # each is a text of its own
        return codes, texts
    for k, value in enumerate(held):
        try:
            text = as_text(value)
        except ValueError as error:
            text = str(value)
            if not dates:
                fault = Phrase("{what}; format the cell as text and type it again", what=error.args[0])
                wrong[k] = _of_column(heading, fault)
        again.append(order.setdefault(text, len(order)) if text and text != "<NA>" else -1)
    for k, why in wrong.items():
        for row in np.flatnonzero(codes == k).tolist():
            odd.setdefault(row, why)
    return np.array([*again, -1], np.int64)[codes], list(order)


_WHOLE_DAY = re.compile(r"(0[0-9]|1[3-9]|2[0-3])[:.h][0-9]{2}(?![^|]*[AaPp]\.?[Mm]).*")
"""A time as clocks of 24 hours write it."""
_HALF_A_DAY = re.compile(r"[1-5]:[0-9]{2}(:[0-9]{2})?")
"""A time at which no news come in the morning, and many do in the afternoon."""


def _with_times(
    column: Any, codes: Codes, whens: list[When], heading: str, odd: dict[int, str]
) -> tuple[Codes, list[When]]:
    """Days with the times that stand beside them."""
    at, distinct = pd.factorize(column, use_na_sentinel=True)
    clocks = _clocks(pd.Index(distinct).tolist())
    key = codes * (len(clocks) + 1) + at + 1
    again, pairs = pd.factorize(key)
    found: list[When] = []
    place = np.full(len(pairs), -1, np.int64)
    for k, pair in enumerate(pairs.tolist()):
        day, clock = divmod(pair, len(clocks) + 1)
        if pair < 0 or day < 0:
            continue
        when = whens[day]
        beside: time | tuple[time, str] | str | datetime | None = clocks[clock - 1] if clock else None
        if isinstance(beside, tuple) and not isinstance(when, datetime):
            beside = local_time(datetime.combine(when, beside[0]), beside[1])
        if isinstance(beside, str):
            for row in np.flatnonzero(again == k).tolist():
                odd.setdefault(row, _of_column(heading, beside))
            continue
        if isinstance(beside, datetime):
            when = beside
        elif isinstance(beside, time) and not isinstance(when, datetime):
            when = datetime.combine(when, beside)
        place[k] = len(found)
        found.append(when)
    return place[again], found


def _of_headings(
    rows: Rows, place: Place, zoned: Mapping[str, str], odd: dict[int, str], tz: str | None
) -> list[Phrase]:
    """Put times in the zone that headings say, and tell it; `zoned`: heading -> its zone.

    Raises:
        InvalidFile: two headings, or one of them and a column of zones or `tz`, say different ones.
    """
    codes, whens = rows.date
    (heading, named), *others = zoned.items()
    of_row, zones = rows.texts.get("tz", (np.full(len(codes), -1, np.int64), []))
    pairs, first = np.unique(np.stack([codes, of_row]), axis=1, return_index=True)
    found: list[When] = list(whens)
    for (k, own), row in zip(pairs.T.tolist(), first.tolist(), strict=True):
        when = whens[k] if k >= 0 else None
        if not isinstance(when, datetime):
            continue
        naive = when.replace(tzinfo=None)
        at = local_time(naive, named)
        if isinstance(at, Phrase) or (when.tzinfo is not None and when.utcoffset() != at.utcoffset()):
            none = Phrase("{when} is no time in {zone}, as the heading says", when=when.isoformat(), zone=named)
            why = at if isinstance(at, Phrase) else none
            odd.update({i: _of_column(heading, why) for i in np.flatnonzero(codes == k).tolist() if i not in odd})
            continue
        beside: list[tuple[str, datetime | Phrase | None]] = [
            (Sentence("the heading {other!r}", other=other), local_time(naive, zone)) for other, zone in others
        ]
        if when.tzinfo is None and (said := zones[own] if own >= 0 else tz):
            beside.append(
                (Sentence("the column of zones, {said},", said=said) if own >= 0 else f"--tz {said}", _at(naive, said))
            )
        if wrong := [name for name, other in beside if isinstance(other, datetime) and other != at]:
            raise place.fault(
                Sentence(
                    "{said} is in {named}, as the heading says, and {wrong} makes it another instant",
                    said=naive,
                    named=named,
                    wrong=wrong[0],
                ),
                row=row,
                column=heading,
                hint=Sentence("keep the one that is meant"),
            )
        found[k] = at
    rows.date = codes, found
    times = any(isinstance(when, datetime) for when in whens)
    return [Phrase("times in {zone}, as the heading {column} says", zone=named, column=heading)] if times else []


def _at(naive: datetime, zone: str) -> datetime | None:
    """A time in a zone; None: it cannot be."""
    try:
        when = checked(naive, zone)
    except InvalidRequest:
        return None
    return when if isinstance(when, datetime) else None


_FRACTION = re.compile(r"0?[.,][0-9]+")
"""A part of a day, as a spreadsheet keeps times: 0.67."""
_POINTED = re.compile(r"[0-9]{1,2}\.[0-9]{2}")


def _clocks(cells: Sequence[Any]) -> list[time | tuple[time, str] | str | None]:
    """The times of the cells of a column; whether 0.40 is 00:40 or four tenths of a day is settled by all of them."""
    texts = [v.strip() for v in cells if isinstance(v, str)]
    parts = any(_FRACTION.fullmatch(t) and clock_of(t) is None for t in texts)
    pointed = any(_POINTED.fullmatch(t) and not _FRACTION.fullmatch(t) and clock_of(t) for t in texts)
    found = [_clock(v, parts=parts, pointed=pointed) for v in cells]
    if not any(_WHOLE_DAY.fullmatch(t) for t in texts):
        for k, value in enumerate(cells):
            if isinstance(value, str) and _HALF_A_DAY.fullmatch(text := value.strip()):
                found[k] = Phrase("{text} may be in the morning or in the afternoon; write 04:05 or 16:05", text=text)
    return found


def _clock(value: Any, *, parts: bool, pointed: bool) -> time | tuple[time, str] | str | None:
    """The time of a cell, with its offset or the name of its zone if it has one; None: it is blank; a text: what is wrong.

    `parts`: another cell can only be a part of a day, `pointed`: hours and minutes with a point between.
    """
    if isinstance(value, time):
        return value
    if isinstance(value, datetime):
        return value.time()
    given = str(value).strip()
    if given.lower() in missing_marks() or _timing(given) == "unknown":
        return None
    if isinstance(value, float) and 0 <= value < 1:
        return _part_of_day(value)
    if _FRACTION.fullmatch(given) and parts != pointed:
        return _part_of_day(float(given.replace(",", "."))) if parts else clock_of(given)
    if _FRACTION.fullmatch(given) and (hour := clock_of(given)):
        times = [f"{when:%H:%M}" for when in (hour, _part_of_day(float(given))) if isinstance(when, time)]
        return Phrase("{text!r} reads two ways: {times:or}; no other cell settles it", text=given, times=times)
    return clock_of(given) or Phrase("{text!r} is not a time", text=given)


def _rough(column: Any) -> list[Phrase]:
    """What is said of texts that are parts of a day, where they have too few decimals for the minute."""
    texts = [v.strip() for v in pd.unique(column) if isinstance(v, str) and _FRACTION.fullmatch(v.strip())]
    rough = min(texts, key=len, default="")
    decimals = len(re.split("[.,]", rough)[-1])
    if not rough or decimals > 3 or all(clock_of(t) for t in texts):
        return []
    when, off = _part_of_day(float(rough.replace(",", "."))), round(720 / 10**decimals) or 1
    return [
        Phrase.counted(
            "times as parts of a day: {text} is {when}, give or take {n} minute",
            "times as parts of a day: {text} is {when}, give or take {n} minutes",
            text=rough,
            when=f"{when:%H:%M}",
            n=off,
        )
    ]


def _part_of_day(part: float) -> time:
    seconds = round(part * 86_400)
    return time(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)


@cache
def _timings() -> Mapping[str, str]:
    return {word: meant for meant, listed in words("timing").items() for word in listed}


_MOMENTS = ("zeitpunkt", "moment", "when", "tageszeit", "time_of_day", "session", "borsenzeit", "handelszeit")
"""Headings of columns that say when on its day news came."""


def _is_timing(said: set[str], heading: str) -> bool:
    """Whether all that a column says are words for when on its day news came; `before` and `post` alone need a heading."""
    if not said or not said <= set(_timings()):
        return False
    return bool(said & _of_sessions()) or (fold(heading) in _MOMENTS and any(_timings()[w] != "unknown" for w in said))


@cache
def _of_sessions() -> frozenset[str]:
    """Words that can only say when on its day news came, whatever their column is called; `before` and `post` are none."""
    parts = (
        "open",
        "close",
        "market",
        "hours",
        "handel",
        "bors",
        "cloture",
        "beurs",
        "bourse",
        "cierre",
        "chiusura",
        "apertura",
    )
    return frozenset(w for w in _timings() if w in ("bmo", "amc", "dmh", "dmt") or any(part in w for part in parts))


def _timing(text: str) -> str:
    return "unknown" if text.lower() in missing_marks() else _timings().get(fold(text), text)
