"""Bars of some minutes: a table of trades summed up by their start, in UTC.

Read from CSV, Parquet and frames with the columns `ticker, time, close` and, where there is one, `open`. A time without a zone
is refused unless one is named; whether it is the start or the end of a bar is told by the first bars of the days, else asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from os import PathLike
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.prices._given import impossible
from eventstudy.tables.frames import pandas_of
from eventstudy.tables.opened import frame_of as table_in
from eventstudy.tables.opened import opened

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
_SHARE = 0.5
"""Of the days, so many must begin with a bar at the same place of the clock for it to say what times are."""
_AS = "write it with commas and in UTF-8, or as Parquet"
Stamps = NDArray[np.datetime64]


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

    @property
    def tickers(self) -> list[str]:
        """The tickers that have bars."""
        return list(self.series)


def load_bars(
    given: Any,
    *,
    width: int | None = None,
    zone: str | None = None,
    stamp: Literal["start", "end"] | None = None,
) -> BarTable:
    """Bars of a file or frame.

    `width`: minutes of a bar; None: the least time between two bars of a ticker. `zone`: of times that have none. `stamp`:
    whether a time is the start of its bar or its end; None: by the first bars of the days.

    Raises:
        InvalidFile: a column is lacking, a price is none, a time stands twice.
        InvalidRequest: times without a zone, or that may be starts or ends; a width that is none of 1, 5, 15, 30, 60.
    """
    if isinstance(given, BarTable):
        return given
    frame, source = frame_of(given)
    columns = _columns(frame, source)
    if frame.empty:
        raise InvalidFile("there are no bars in it", where=source)
    times = _utc(frame[columns["time"]], zone, source)
    close = pd.to_numeric(frame[columns["close"]], errors="coerce").to_numpy(float)
    wrong = np.flatnonzero(np.isnan(close) | impossible("close", close))
    if len(wrong):
        row = int(wrong[0])
        raise InvalidFile(
            f"the price of row {row + 1} is {frame[columns['close']].iloc[row]!r}",
            where=source,
            hint="leave out bars without a trade",
        )
    first = pd.to_numeric(frame[columns["open"]], errors="coerce").to_numpy(float) if "open" in columns else None
    named = frame[columns["ticker"]]
    lacking = (named.isna() | (named.astype(str).str.strip() == "")).to_numpy()
    if lacking.any():
        raise InvalidFile("a bar has no ticker", where=f"{source}, row {int(lacking.argmax()) + 1}")
    code, names = pd.factorize(named.astype(str), sort=True)
    order = np.lexsort((times, code))
    code, times, close = code[order], times[order], close[order]
    first = None if first is None else first[order]
    same = np.flatnonzero((np.diff(code) == 0) & (np.diff(times) == np.timedelta64(0, "s")))
    if len(same):
        raise InvalidFile(
            f"{names[code[same[0]]]} has two bars at {times[same[0]]} UTC", where=source, hint="keep one of them"
        )
    minutes = _width(code, times, width)
    edges = np.searchsorted(code, np.arange(len(names) + 1))
    if stamp is None:
        stamp = _stamp(np.unique(times), minutes)
    if stamp == "end":
        times = times - np.timedelta64(60 * minutes, "s")
    series = {
        str(name): Series(times[a:b], close[a:b], None if first is None else first[a:b])
        for name, a, b in zip(names, edges[:-1], edges[1:], strict=True)
    }
    return BarTable(minutes, series, source)


def frame_of(given: Any) -> tuple[pd.DataFrame, str]:
    """The rows of a CSV or Parquet file, or of a frame of any library, and what they are called."""
    if isinstance(given, str | PathLike):
        (one, *more) = opened(str(given))
        if more:
            raise InvalidFile("there are several files in it", where=str(given), hint="name one of them")
        if one.kind in ("parquet", "feather"):
            return table_in(one).reset_index(drop=True), one.name
        if one.kind == "workbook":
            raise InvalidFile("this is a workbook", where=one.name, available="CSV, Parquet", hint="save it as CSV")
        header = one.content.split(b"\n", 1)[0]
        if b"," not in header and (b";" in header or b"\t" in header):
            raise InvalidFile(
                "the columns of bars are read by commas and prices by points, and the first row has no comma",
                where=one.name,
                available=header.decode("utf-8-sig", errors="replace").strip(),
                hint=_AS,
            )
        try:  # no ticker is a mark for what is missing: NA is one
            text: dict[str, Any] = {"dtype": dict.fromkeys(_NAMES["ticker"], str), "keep_default_na": False}
            return pd.read_csv(BytesIO(one.content), encoding="utf-8-sig", low_memory=False, **text), one.name
        except ValueError as error:  # also of pandas's own and of letters that are no UTF-8
            raise InvalidFile(f"the file cannot be read as CSV: {error}", where=one.name, hint=_AS) from error
    frame = pandas_of(given)
    if frame is None:
        raise InvalidRequest(f"{type(given).__name__} holds no rows", available="a CSV or Parquet file, a frame")
    return (frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()), "dataframe"


def _columns(frame: pd.DataFrame, source: str) -> dict[str, str]:
    have = {str(c).strip().lower(): c for c in frame.columns}
    found = {
        name: next(have[alias] for alias in names if alias in have)
        for name, names in _NAMES.items()
        if any(alias in have for alias in names)
    }
    if lacking := [name for name in ("ticker", "time", "close") if name not in found]:
        raise InvalidFile(
            f"bars need a column {' and '.join(lacking)}", where=source, available=", ".join(map(str, frame.columns))
        )
    return found


def _utc(column: pd.Series, zone: str | None, source: str) -> Stamps:
    """(n,) times in UTC."""
    times = column
    if not pd.api.types.is_datetime64_any_dtype(times):
        text = column.astype(str)
        zones = text.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$").to_numpy()
        times = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
        wrong = times.isna().to_numpy() | (zones != zones[0])
        if wrong.any():
            row = int(wrong.argmax())
            raise InvalidFile(
                f"the time {text.iloc[row]!r} cannot be read",
                where=f"{source}, row {row + 1}",
                hint="write the year first, and the zone in every row or in none: 2025-01-29T14:00:00-05:00",
            )
        times = times if zones[0] else times.dt.tz_localize(None)
    if times.isna().any():
        raise InvalidFile("a bar has no time", where=f"{source}, row {int(times.isna().to_numpy().argmax()) + 1}")
    if times.dt.tz is None:
        if zone is None:
            raise InvalidRequest(
                "the times of the bars have no zone",
                where=source,
                available=str(times.iloc[0]),
                hint="say it: --bar-zone America/New_York, or UTC",
            )
        try:
            times = times.dt.tz_localize(ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidRequest(f"times cannot be of the zone {zone!r}: {error}", where=source) from error
    found: Stamps = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    return found


def _width(code: NDArray[np.int64], times: Stamps, width: int | None) -> int:
    steps = np.diff(times).astype(np.int64)[np.diff(code) == 0]
    if not len(steps) and width is None:
        raise InvalidRequest(
            "no ticker has more than one bar, and a move is from one to another", hint="name a file of more bars"
        )
    least = int(steps.min()) // 60 if len(steps) else 0
    minutes = least if width is None else width
    if len(steps) and width in WIDTHS and minutes != least and (steps % (60 * minutes)).any():
        raise InvalidRequest(
            f"bars of {minutes} minutes are asked for, and those that are there stand {least} minutes apart",
            available=str(least),
            hint=f"leave out --width, or sum them up to bars of {minutes} minutes first",
        )
    if minutes not in WIDTHS:
        raise InvalidRequest(
            f"bars of {minutes} minutes" if width is not None else f"bars stand {least} minutes apart",
            available=", ".join(f"{w}" for w in WIDTHS),
            hint="name the width of a bar in minutes: --width 5",
        )
    return minutes


def _stamp(times: Stamps, width: int) -> Literal["start", "end"]:
    """What times are, by the minute at which most days begin: those of an exchange open on the half hour."""
    days = times.astype("datetime64[D]")
    first = times[np.flatnonzero(np.diff(days.astype(np.int64), prepend=-1))]
    minute = (first - first.astype("datetime64[h]")).astype(np.int64) // 60
    if width < 15:
        for said, at in (("start", (0, 30)), ("end", (width % 60, (30 + width) % 60))):
            if np.isin(minute, at).mean() > _SHARE:
                return said  # type: ignore[return-value]
    raise InvalidRequest(
        "is a time the start of its bar, or its end?",
        available="start, end",
        hint="say it: --stamp start",
    )


def massive_bars(tickers: Iterable[str], first: date, last: date, width: int = 1) -> BarTable:
    """Bars of a vendor that wants a key; what asks it is imported only then."""
    from eventstudy.prices._massive import Massive

    return Massive().bars(tickers, first, last, width)
