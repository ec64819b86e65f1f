"""Bars of some minutes: a table of trades summed up by their start, in UTC.

Read from CSV, Parquet and frames with the columns `ticker, time, close` and, where there is one, `open`; a text may separate
cells and write dates, clocks and prices as another language does. A time without a zone is refused unless one is named; whether
it is the start or the end of a bar is told by the opening of the exchange, or the first bars of the days, else asked.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from io import BytesIO
from os import PathLike
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy import calendars
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.prices._given import impossible
from eventstudy.prices._shapes import named_by_file
from eventstudy.tables.dates import dates_of
from eventstudy.tables.frames import pandas_of
from eventstudy.tables.headed import Headed
from eventstudy.tables.headings import role_of
from eventstudy.tables.numbers import numbers_of
from eventstudy.tables.opened import Opened, opened, table_of
from eventstudy.tables.opened import frame_of as table_in
from eventstudy.tables.place import Place, Reading
from eventstudy.tables.written import clock_of, local_time, zone_in

MASSIVE_KEY = "MASSIVE_API_KEY"
"""The environment variable that the key of Massive is read from, at every request."""
WIDTHS = (1, 5, 15, 30, 60)
"""Minutes that a bar may last."""
_NAMES = {
    "ticker": ("ticker", "symbol", "tic"),
    "time": ("time", "timestamp", "datetime", "ts_event", "start", "t"),
    "open": ("open", "o"),
    "close": ("close", "price", "last", "c"),
    "volume": ("volume", "size", "v"),
}
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3}|[0-9]{6}|[0-9]{9})?")
"""Seconds since 1970 from 2001 to 2033, or smaller parts of them: no such number is a date and clock."""
_UNITS = {10: "s", 13: "ms", 16: "us", 19: "ns"}
_ENOUGH = 20
"""Steps from bar to bar, all multiples of the least, that tell the width of bars."""
_SHARE = 0.5
"""Of the days, so many must begin with a bar at the same place of the clock for it to say what times are."""
_RUN = 5
"""Sessions on end whose bars are equally far from the hours of the exchange."""
_HALF = 30
"""Minutes: zones stand whole and half hours apart."""
_AS = Sentence("write it with commas and in UTF-8, or as Parquet")
Stamps = NDArray[np.datetime64]
Stamp = Literal["start", "end"]


@dataclass(frozen=True)
class Series:
    """The bars of one ticker, ascending by their start."""

    start: Stamps
    """(n,) UTC, of datetime64[s]."""
    close: NDArray[np.float64]
    """(n,)"""
    open: NDArray[np.float64] | None
    """(n,) the first price of each bar; None: unknown."""


@dataclass(frozen=True)
class BarTable:
    """Bars of one width; a minute without a trade has none."""

    width: int
    """Minutes."""
    series: Mapping[str, Series]
    source: str = "dataframe"
    read_as: tuple[Phrase, ...] = ()
    """What the file was taken for, where it could have been something else."""

    @property
    def tickers(self) -> list[str]:
        """The tickers that have bars."""
        return list(self.series)

    def sha256(self) -> str:
        """A hash of tickers, starts and every price: equal bars, equal hash, in whatever order a file has them."""
        digest = hashlib.sha256(repr((self.width, sorted(self.series))).encode())
        for ticker in sorted(self.series):
            one = self.series[ticker]
            digest.update(one.start.astype("datetime64[s]").astype("<i8").tobytes())
            for prices in (one.close, one.open):
                digest.update(b"-" if prices is None else np.asarray(prices, "<f8").tobytes())
        return digest.hexdigest()


def load_bars(
    given: Any,
    *,
    width: int | None = None,
    zone: str | None = None,
    stamp: Literal["start", "end"] | None = None,
    exchange: str | None = None,
    reading: Reading | None = None,
    asked: Sequence[str] = (),
) -> BarTable:
    """Bars of a file or frame.

    `width`: minutes of a bar; None: the least time between two bars of a ticker. `zone`: of times that have none. `stamp`:
    whether a time is the start of its bar or its end; None: by the opening of the exchange, else the first bars of the days.
    `exchange`: where they trade; None: told by the tickers. `reading`: the order of dates and the decimal mark, where a text
    leaves them open. `asked`: tickers that are asked for, of which the name of a file may say that its bars are.

    Raises:
        InvalidFile: a column is lacking, a price is none, a time stands twice.
        InvalidRequest: times without a zone, or that may be starts or ends; a width that is none of 1, 5, 15, 30, 60.
    """
    if isinstance(given, BarTable):
        return given
    reading = reading or Reading()
    frame, source, said = frame_of(given, reading, asked)
    columns = _columns(frame, source)
    if frame.empty:
        raise InvalidFile(Sentence("there are no bars in it"), where=source)
    heading = zone_in(frame.attrs.get("times", str(columns["time"])))
    times = _utc(_clocked(frame, columns, source, reading, said), zone, source, said, heading)
    close = pd.to_numeric(frame[columns["close"]], errors="coerce").to_numpy(float)
    wrong = np.flatnonzero(np.isnan(close) | impossible("close", close))
    if len(wrong):
        row = int(wrong[0])
        raise InvalidFile(
            Sentence("the price of row {row} is {given!r}", row=row + 1, given=str(frame[columns["close"]].iloc[row])),
            where=source,
            hint=Sentence("leave out bars without a trade"),
        )
    first = pd.to_numeric(frame[columns["open"]], errors="coerce").to_numpy(float) if "open" in columns else None
    named = frame[columns["ticker"]]
    lacking = (named.isna() | (named.astype(str).str.strip() == "")).to_numpy()
    if lacking.any():
        raise InvalidFile(
            Sentence("a bar has no ticker"),
            where=Sentence("{source}, row {row}", source=source, row=int(lacking.argmax()) + 1),
        )
    code, names = pd.factorize(named.astype(str), sort=True)
    order = np.lexsort((times, code))
    code, times, close = code[order], times[order], close[order]
    first = None if first is None else first[order]
    same = np.flatnonzero((np.diff(code) == 0) & (np.diff(times) == np.timedelta64(0, "s")))
    if len(same):
        raise InvalidFile(
            Sentence("{names} has two bars at {times} UTC", names=names[code[same[0]]], times=times[same[0]]),
            where=source,
            hint=Sentence("keep one of them"),
        )
    minutes = _width(code, times, width, source)
    edges = np.searchsorted(code, np.arange(len(names) + 1))
    stamp = _stamped(np.unique(times), minutes, exchange or _exchange(map(str, names)), stamp, said)
    if stamp == "end":
        times = times - np.timedelta64(60 * minutes, "s")
    series = {
        str(name): Series(times[a:b], close[a:b], None if first is None else first[a:b])
        for name, a, b in zip(names, edges[:-1], edges[1:], strict=True)
    }
    return BarTable(minutes, series, source, tuple(said))


def frame_of(
    given: Any, reading: Reading | None = None, asked: Sequence[str] = ()
) -> tuple[pd.DataFrame, str, list[Phrase]]:
    """The rows of a CSV or Parquet file, or of a frame of any library, what they are called, and what they were taken for.

    `reading`: the rows are bars, and a text may have them as another language does; None: cells of other separators stay texts.
    `asked`: as `load_bars` takes it.
    """
    if isinstance(given, str | PathLike):
        (one, *more) = opened(str(given))
        if more:
            raise InvalidFile(
                Sentence("there are several files in it"), where=str(given), hint=Sentence("name one of them")
            )
        if one.kind in ("parquet", "feather"):
            said: list[Phrase] = []
            rows = table_in(one).reset_index(drop=True)
            return _of_one(rows, one.stem, asked, said) if reading else rows, one.name, said
        if one.kind == "workbook":
            raise InvalidFile(
                Sentence("this is a workbook"),
                where=one.name,
                available="CSV, Parquet",
                hint=Sentence("save it as CSV"),
            )
        header = one.content.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").lower()
        plain = {name.strip(' "\r') for name in header.split(",")}
        if reading and not all(plain & set(_NAMES[name]) for name in ("ticker", "time", "close")):
            return _spoken(table_of(one, "prices", reading), one, reading, asked)
        text: dict[str, Any] = {"dtype": dict.fromkeys(_NAMES["ticker"], str), "keep_default_na": False}
        if "," not in header and (sep := next((mark for mark in ";\t" if mark in header), "")):
            text |= {"dtype": str, "sep": sep}
        try:  # no ticker is a mark for what is missing: NA is one
            return pd.read_csv(BytesIO(one.content), encoding="utf-8-sig", low_memory=False, **text), one.name, []
        except ValueError as error:  # also of pandas's own and of letters that are no UTF-8
            raise InvalidFile(
                Sentence("the file cannot be read as CSV: {said}", said=error), where=one.name, hint=_AS
            ) from error
    frame = pandas_of(given)
    if frame is None:
        raise InvalidRequest(
            Sentence("{kind} holds no rows", kind=type(given).__name__),
            available=Sentence("a CSV or Parquet file, a frame"),
        )
    told: list[Phrase] = []
    frame = frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()
    return _of_one(frame, "", asked, told), "dataframe", told


def _spoken(
    table: Headed, one: Opened, reading: Reading, asked: Sequence[str]
) -> tuple[pd.DataFrame, str, list[Phrase]]:
    """A text with headings, separator or decimal mark of another language: prices as numbers, dates and clocks as text.

    Raises:
        InvalidFile: a number cannot be read, or can be read two ways.
    """
    found: dict[str, tuple[int, int]] = {}
    for i, heading in enumerate(table.headings):
        if (known := role_of(heading, "prices")) and (known[0] not in found or known[1] < found[known[0]][0]):
            found[known[0]] = known[1], i
    at = {name: i for name, (_, i) in found.items() if name in ("ticker", "date", "time", "open", "close", "volume")}
    raw = table.cells.columns(set(at.values()), set())
    prices = {name: raw[at[name]] for name in ("open", "close") if name in at}
    names = {name: table.headings[at[name]] for name in prices}
    numbers = numbers_of(table.place, prices, reading, names, table.cells.usual, proved=table.cells.proved)
    for name, bad in numbers.bad.items():
        for row, why in bad.items():
            raise table.place.fault(
                why, row=row, column=table.headings[at[name]], hint=Sentence("leave out bars without a trade")
            )
    frame = pd.DataFrame({name: pd.Series(raw[i]) for name, i in at.items() if name not in prices} | numbers.values)
    said = [*table.cells.said, *numbers.said]
    frame = _of_one(frame, one.stem, asked, said)
    frame.attrs["times"] = table.headings[at.get("time", at.get("date", 0))]
    if not {"ticker", "close"} <= set(frame) or not {"date", "time"} & set(frame):
        shown = ", ".join(filter(None, table.headings))
        raise InvalidFile(Sentence("bars need columns ticker, time and close"), where=one.name, available=shown)
    return frame, one.name, said


def _of_one(frame: pd.DataFrame, stem: str, asked: Sequence[str], said: list[Phrase]) -> pd.DataFrame:
    """A table without a column of tickers is of the one that the name of its file says, or of the only one asked for."""
    if {str(c).strip().lower() for c in frame.columns} & set(_NAMES["ticker"]):
        return frame
    if name := named_by_file(stem, asked):
        said.append(Phrase("ticker {ticker}, by the name of the file", ticker=name))
    elif len(asked) == 1:
        name = asked[0]
        said.append(Phrase("ticker {ticker}, the only one asked for", ticker=name))
    return frame.assign(ticker=name) if name else frame


def _clocked(
    frame: pd.DataFrame, columns: Mapping[str, str], source: str, reading: Reading, said: list[Phrase]
) -> pd.Series:
    """The times as they stand; of texts that do not put the year first, or stand in two columns, days with their clock.

    Raises:
        InvalidFile: one is no time, or can be read two ways.
    """
    column = frame[columns["time"]]
    if pd.api.types.is_datetime64_any_dtype(column) or not len(column):
        return column
    text = column.astype(str).str.strip()
    if _EPOCH.fullmatch(text.iloc[0]):
        said.append(Phrase("times counted from 1970 on, in UTC"))
        return _since_1970(text, source)
    if re.match(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}", text.iloc[0]):
        return _year_first(column, text, source)
    apart = "date" in columns and bool(np.isfinite(_seconds(text.iloc[:1])).all())
    if apart:
        day, clock = frame[columns["date"]].astype(str).str.strip(), text
    else:
        split = text.str.replace(",", " ").str.split(r"[ T]+", n=1, regex=True)
        day, clock = split.str[0], split.str[1]
    place = Place(source, lambda i: Phrase("row {n}", n=i + 1))
    dates = dates_of(place, day, columns.get("date", columns["time"]), reading)
    seconds = _seconds(clock)
    wrong = np.isnan(seconds) | (dates.codes < 0)
    if wrong.any():
        row = int(wrong.argmax())
        shown = f"{day.iloc[row]} {clock.iloc[row]}" if apart else text.iloc[row]
        raise InvalidFile(
            Sentence("the time {shown!r} cannot be read", shown=shown),
            where=Sentence("{source}, row {row}", source=source, row=row + 1),
            hint=Sentence("write 2025-01-29T14:00:00-05:00, or a day and a clock: 29.01.2025 14:00"),
        )
    said += dates.said
    days = np.array([np.datetime64(when, "D") for when in dates.whens])[dates.codes]
    return pd.Series(days.astype("datetime64[s]") + seconds.astype("timedelta64[s]"))


def _since_1970(text: pd.Series, source: str) -> pd.Series:
    """(n,) times that are counted in seconds since 1970, or in thousandths, millionths or billionths of them.

    Raises:
        InvalidFile: one is not counted as the first is.
    """
    digits = len(text.iloc[0])
    wrong = ~(text.str.fullmatch(_EPOCH) & (text.str.len() == digits)).to_numpy(bool)
    if wrong.any():
        row = int(wrong.argmax())
        raise InvalidFile(
            Sentence("the time {given!r} cannot be read", given=text.iloc[row]),
            where=Sentence("{source}, row {row}", source=source, row=row + 1),
            available=Sentence("row 1: {given}, counted from 1970 on", given=text.iloc[0]),
            hint=Sentence("count all times in one unit, or write them as 2025-01-29T14:00:00-05:00"),
        )
    counted = text.to_numpy(str).astype(np.int64).astype(f"datetime64[{_UNITS[digits]}]")
    return pd.Series(pd.DatetimeIndex(counted).tz_localize("UTC"))


def _year_first(column: pd.Series, text: pd.Series, source: str) -> pd.Series:
    """Times with the year first as they stand; with more than one blank before the clock, or the name of a zone after it, read.

    Raises:
        InvalidFile: zones differ, or one is unknown.
    """
    named = re.search(r"\s([A-Za-z]+(?:/[A-Za-z_-]+)+|UTC|GMT)$", text.iloc[0])
    if named is None and not re.search(r"\s\s", text.iloc[0]):
        return column
    plain = text.str.replace(r"\s+", " ", regex=True)
    if named is None:
        return plain
    ends = plain.str.endswith(f" {named[1]}").to_numpy(bool)
    if not ends.all():
        row = int((~ends).argmax())
        raise InvalidFile(
            Sentence("the time {given!r} cannot be read", given=text.iloc[row]),
            where=Sentence("{source}, row {row}", source=source, row=row + 1),
            available=Sentence("row 1: {given}", given=text.iloc[0]),
            hint=Sentence("write the same zone in every row"),
        )
    clocks = pd.to_datetime(plain.str[: -len(named[1]) - 1], format="ISO8601", errors="coerce")
    return clocks if clocks.isna().any() else _localized(clocks, named[1], source)


def _localized(times: pd.Series, zone: str, source: str) -> pd.Series:
    """(n,) times of a zone.

    Raises:
        InvalidRequest: there is no such zone, or one of the times is none of it.
    """
    try:
        return pd.Series(times.dt.tz_localize(ZoneInfo(zone)))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidRequest(
            Sentence(
                "times cannot be of the zone {zone!r}: {said}", zone=zone, said=str(error).strip(chr(39) + chr(34))
            ),
            where=source,
            hint=Sentence("the name of a zone: America/New_York, Asia/Hong_Kong, UTC"),
        ) from error


def _seconds(clock: pd.Series) -> NDArray[np.float64]:
    """(n,) seconds after midnight of clocks such as 14:00, 14.00 and 2:00 pm; NaN: none, or one with a zone of its own."""
    codes, distinct = pd.factorize(clock.astype(str))
    found = [clock_of(text) for text in distinct.tolist()]
    seconds = [
        3600.0 * one.hour + 60 * one.minute + one.second
        if isinstance(one, time) and one.tzinfo is None and not one.microsecond
        else np.nan
        for one in found
    ]
    return np.array([*seconds, np.nan])[codes]


def _exchange(tickers: Iterable[str]) -> str:
    """The exchange of most of them, of those whose marks are known; none of whose are: empty."""
    found = Counter[str]()
    for ticker in tickers:
        try:
            found[calendars.exchange_of(ticker)] += 1
        except InvalidRequest:  # it is said where the ticker is studied
            continue
    return found.most_common(1)[0][0] if found else ""


def _columns(frame: pd.DataFrame, source: str) -> dict[str, str]:
    have = {str(c).strip().lower(): c for c in frame.columns}
    found = {
        name: next(have[alias] for alias in names if alias in have)
        for name, names in _NAMES.items()
        if any(alias in have for alias in names)
    }
    if {"date", "time"} <= set(have):
        found["date"] = have["date"]
    elif "date" in have and "time" not in found:
        found["time"] = have["date"]
    if lacking := [name for name in ("ticker", "time", "close") if name not in found]:
        raise InvalidFile(
            Sentence("bars need a column {lacking}", lacking=Phrase("{names:list}", names=list(lacking))),
            where=source,
            available=", ".join(map(str, frame.columns)),
            hint=Sentence("of one ticker the name of the file may say whose they are: NVDA.parquet")
            if lacking == ["ticker"]
            else None,
        )
    return found


def _utc(column: pd.Series, zone: str | None, source: str, said: list[Phrase], heading: str | None) -> Stamps:
    """(n,) times in UTC; `heading`: the zone that the heading says."""
    times = column
    if not pd.api.types.is_datetime64_any_dtype(times):
        text = column.astype(str)
        zones = text.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$").to_numpy()
        times = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
        wrong = times.isna().to_numpy() | (zones != zones[0])
        if wrong.any():
            row = int(wrong.argmax())
            raise InvalidFile(
                Sentence("the time {given!r} cannot be read", given=text.iloc[row]),
                where=Sentence("{source}, row {row}", source=source, row=row + 1),
                hint=Sentence("write the year first, and the zone in every row or in none: 2025-01-29T14:00:00-05:00"),
            )
        times = times if zones[0] else times.dt.tz_localize(None)
    if times.isna().any():
        raise InvalidFile(
            Sentence("a bar has no time"),
            where=Sentence("{source}, row {row}", source=source, row=int(times.isna().to_numpy().argmax()) + 1),
        )
    if times.dt.tz is None:
        if zone is None:
            raise InvalidRequest(
                Sentence("the times of the bars have no zone"),
                where=source,
                available=str(times.iloc[0]),
                hint=Sentence("say it: --bar-zone America/New_York, or UTC"),
            )
        first, times = times.iloc[0].to_pydatetime(), _localized(times, zone, source)
        if heading and local_time(first, heading) != times.iloc[0]:
            raise InvalidRequest(
                Sentence(
                    "the times of the bars are in {heading}, as their heading says, and --bar-zone is {zone}",
                    heading=heading,
                    zone=zone,
                ),
                where=source,
                hint=Sentence("keep the one that is meant"),
            )
    elif zone is not None:
        said.append(Phrase("times have a zone of their own, and {zone} is left aside", zone=zone))
    found: Stamps = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    return found


def _width(code: NDArray[np.int64], times: Stamps, width: int | None, source: str) -> int:
    steps = np.diff(times).astype(np.int64)[np.diff(code) == 0]
    if not len(steps) and width is None:
        raise InvalidRequest(
            Sentence("no ticker has more than one bar, and a move is from one to another"),
            where=source,
            hint=Sentence("name a file of more bars"),
        )
    least = int(steps.min()) // 60 if len(steps) else 0
    minutes = least if width is None else width
    asked, there = _lasting(minutes), _lasting(least)
    longer = least > minutes and len(steps) >= _ENOUGH and not (steps % (60 * least)).any()
    if len(steps) and width in WIDTHS and minutes != least and (longer or (steps % (60 * minutes)).any()):
        raise InvalidRequest(
            Sentence(
                "bars of {asked} are asked for, and those that are there stand {there} apart", asked=asked, there=there
            ),
            available=str(least),
            hint=Sentence("leave out --width")
            if longer
            else Sentence("leave out --width, or sum them up to bars of {asked} first", asked=asked),
        )
    if minutes not in WIDTHS:
        raise InvalidRequest(
            Sentence("bars of {asked}", asked=asked)
            if width is not None
            else Sentence("bars stand {there} apart", there=there),
            available=", ".join(f"{w}" for w in WIDTHS),
            hint=Sentence("name the width of a bar in minutes: --width 5"),
        )
    return minutes


def _lasting(minutes: int) -> Phrase:
    return Phrase.counted("{n} minute", "{n} minutes", n=minutes)


def _stamped(times: Stamps, width: int, exchange: str, named: Stamp | None, said: list[Phrase]) -> Stamp:
    """What times are: what is named, with a word where the opening of the exchange says otherwise; else what the bars tell.

    Raises:
        InvalidRequest: the bars do not tell, or begin and end hours away from those of the exchange.
    """
    hours = _hours(times, exchange)
    _refuse_other_zones(times, width, exchange, hours)
    opening = _by_opening(times, width, exchange, hours)
    sure = opening and (opening[0] == "start" or _close_is_there(times, width, hours))
    if named is None and opening and not sure:
        raise InvalidRequest(
            Sentence(
                "is a time the start of its bar, or its end? the first bar after the opening of most days is"
                " lacking, or the last before the close"
            ),
            available="start, end",
            hint=Sentence("say it: --stamp start"),
        )
    if named is None:
        found, by = opening or _by_days(times, width)
        said.append(by)
        return found
    if opening and sure and opening[0] != named:
        starts = Phrase(
            "times are taken as the starts of bars, as was asked; by the opening of {exchange} they are the ends, and every bar"
            " would be one off",
            exchange=exchange,
        )
        ends = Phrase(
            "times are taken as the ends of bars, as was asked; by the opening of {exchange} they are the starts, and every bar"
            " would be one off",
            exchange=exchange,
        )
        said.append(starts if named == "start" else ends)
    return named


def _by_opening(times: Stamps, width: int, exchange: str, hours: Stamps) -> tuple[Stamp, Phrase] | None:
    """What times are by the opening of the exchange; None: it does not tell."""
    step, began = np.timedelta64(60 * width, "s"), hours[:, 0]
    if not len(began):
        return None
    before, at, after = (np.isin(began + k * step, times).mean() for k in (-1, 0, 1))
    if before > _SHARE or max(at, after) <= _SHARE:
        return None
    if at > _SHARE:
        return "start", Phrase("times are the starts of bars, by the opening of {exchange}", exchange=exchange)
    return "end", Phrase("times are the ends of bars, by the opening of {exchange}", exchange=exchange)


def _last(width: int, hours: Stamps) -> Stamps:
    """(S,) when the last bar of each session starts, were there no lunch."""
    step = np.timedelta64(60 * width, "s")
    last: Stamps = hours[:, 0] + (hours[:, 1] - hours[:, 0] - np.timedelta64(1, "s")) // step * step
    return last


def _close_is_there(times: Stamps, width: int, hours: Stamps) -> bool:
    """Whether most days have a bar that the close ends, where times are ends."""
    ends = np.isin(hours[:, 1], times) | np.isin(_last(width, hours) + np.timedelta64(60 * width, "s"), times)
    return bool(ends.mean() > _SHARE)


def _refuse_other_zones(times: Stamps, width: int, exchange: str, hours: Stamps) -> None:
    """Days on end whose bars begin and end equally many hours away from the exchange's are of another zone than was said.

    Raises:
        InvalidRequest: there are such days.
    """
    if len(hours) < _RUN:
        return
    night = (hours[1:, 0] - hours[:-1, 1]) // 2
    edges = np.searchsorted(times, np.concatenate([hours[:1, 0] - night[:1], hours[:-1, 1] + night]))
    ends = np.append(edges[1:], np.searchsorted(times, hours[-1, 1] + night[-1]))
    has = ends > edges
    minute = np.timedelta64(60, "s")
    begun = (times[np.minimum(edges, len(times) - 1)] - hours[:, 0]) // minute
    ended = (times[np.maximum(ends, 1) - 1] - _last(width, hours)) // minute
    whole = _HALF if width < _HALF // 2 else 60
    off = begun // whole * whole
    alike = (
        has
        & ~np.isin(begun, (0, width))
        & np.isin(begun - off, (0, width))
        & np.isin(ended - begun, (0, int(width == 1)))
    )
    run = 0
    for k in range(len(hours)):
        run = (run + 1 if run and off[k] == off[k - 1] else 1) if alike[k] else 0
        if run == _RUN:
            said = {
                "lasting": _lasting(abs(int(off[k]))),
                "exchange": exchange,
                "day": hours[k, 0].astype("datetime64[D]"),
            }
            raise InvalidRequest(
                Sentence("bars begin and end {lasting} after the hours of {exchange}, on days such as {day}", **said)
                if off[k] > 0
                else Sentence(
                    "bars begin and end {lasting} before the hours of {exchange}, on days such as {day}", **said
                ),
                hint=Sentence(
                    "say the zone of the times (--bar-zone, of a file whose times have none; Etc/GMT+5 is that"
                    " of New York without summer time), or where they trade: --exchange XLON"
                ),
            )


def _by_days(times: Stamps, width: int) -> tuple[Stamp, Phrase]:
    """What times are by the minute at which most days begin.

    Raises:
        InvalidRequest: it does not tell.
    """
    days = times.astype("datetime64[D]")
    first = times[np.flatnonzero(np.diff(days.astype(np.int64), prepend=-1))]
    minute = (first - first.astype("datetime64[h]")).astype(np.int64) // 60
    if width < 15:
        if np.isin(minute, (0, 30)).mean() > _SHARE:
            return "start", Phrase("times are the starts of bars, by the first of each day")
        if np.isin(minute, (width % 60, (30 + width) % 60)).mean() > _SHARE:
            return "end", Phrase("times are the ends of bars, by the first of each day")
    raise InvalidRequest(
        Sentence("is a time the start of its bar, or its end?"),
        available="start, end",
        hint=Sentence("say it: --stamp start"),
    )


def _hours(times: Stamps, exchange: str) -> Stamps:
    """(S, 2) when the exchange opened and closed on the days of these times, as far as its calendar knows them; UTC."""
    if not exchange:
        return times[:0].reshape(0, 2)
    first, last = (day.item() for day in times[[0, -1]].astype("datetime64[D]"))
    low, high = calendars.reach(exchange)
    if last < low or first > high:
        return times[:0].reshape(0, 2)
    found = []
    years = np.unique(
        times.astype("datetime64[Y]").astype(int) + 1970
    )  # of the years that have a time, not of those between
    for run in np.split(years, np.flatnonzero(np.diff(years) > 1) + 1):
        begin, end = max(first, low, date(run[0], 1, 1)), min(last, high, date(run[-1], 12, 31))
        if begin <= end:
            hours = calendars.hours(exchange, begin, end)[1]
            found += [(one.stretches[0][0], one.stretches[-1][1]) for one in hours]
    return np.array(found, dtype="datetime64[s]").reshape(-1, 2)
