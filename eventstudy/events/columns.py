"""Many events as columns: one row an (event, ticker), coded, without an object for each.

The same table by the same rules as `registry.from_frame`; only what is distinct (tickers, dates, zones) is looked at singly.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.calendars import Moment
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.events.event import Event
from eventstudy.events.importers import _check_columns
from eventstudy.events.when import checked, parse_when

Codes = NDArray[np.int64]
H = TypeVar("H", bound=Hashable)
_ORIGIN = "the table of events"


@dataclass(frozen=True)
class EventColumns:
    """E pairs of event and ticker in the order in which they were given."""

    tickers: tuple[str, ...]
    ticker: Codes
    """(E,) position in `tickers`."""
    moments: tuple[Moment | None, ...]
    """The distinct moments that day 0 is counted from; None: the event has none."""
    moment: Codes
    """(E,) position in `moments`."""
    benchmarks: tuple[str | None, ...]
    """The distinct benchmarks that events name; None where they name none."""
    benchmark: Codes
    """(E,) position in `benchmarks`."""
    event: Codes
    """(E,) which event a pair belongs to, counted from 0."""
    name: Callable[[int], str]
    """The id of the event of row i."""
    grouped: bool = False
    """Whether events name groups."""

    def __len__(self) -> int:
        """E."""
        return len(self.ticker)

    def ticker_of(self, row: int) -> str:
        """The ticker of row i."""
        return self.tickers[int(self.ticker[row])]


def columns_of_frame(frame: pd.DataFrame) -> EventColumns:
    """The rows of a table with `ticker` and `date`, and as in an event file `event_id, tz, timing, benchmark, ...`.

    Raises:
        InvalidFile: columns missing or unknown, blank cells, dates that are not ISO, a ticker twice in one event.
    """
    names = [str(column) for column in frame.columns]
    _check_columns(names, _ORIGIN)
    if not len(frame):
        raise InvalidFile("there is no event in the table", where=_ORIGIN, hint="add a row below the column names")
    table = frame.set_axis(names, axis=1)
    ticker, tickers = _texts(table["ticker"], "ticker")
    moment, moments = _moments(table)
    benchmark, benchmarks = _texts(table["benchmark"], "") if "benchmark" in names else (np.full(len(frame), -1), ())
    ids = table["event_id"] if "event_id" in names else None
    event = _events(ids, ticker, moment, len(tickers), len(moments))
    _refuse_twice(event, ticker, len(tickers), tickers)
    first = _first_of_event(event)
    if (wrong := np.flatnonzero(moment != moment[first])).size:
        row = int(wrong[0])
        raise _fault(row, "date", f"contradicts row {first[row] + 1} of the same event", "one event has one date")
    benchmark, shared = _shared_benchmark(event, benchmark, benchmarks)

    def name(i: int) -> str:
        given = None if ids is None else ids.iloc[i]
        if given is not None and given == given and str(given).strip():
            return str(given).strip()
        found = moments[moment[i]]
        when = found.when.date() if isinstance(found.when, datetime) else found.when
        return f"{tickers[ticker[i]].lower()}-{when.isoformat()}"

    return EventColumns(
        tickers, ticker, tuple(moments), moment, shared, benchmark, event, name, grouped="group" in names
    )


def columns_of_events(events: Iterable[Event], moment_of: Callable[[Event], Moment | None]) -> EventColumns:
    """The pairs of events as objects; `moment_of` says when day 0 of an event is counted from."""
    known = list(events)
    rows = [(i, t) for i, event in enumerate(known) for t in event.tickers]
    event = np.array([i for i, _ in rows], dtype=np.int64)
    ticker, tickers = coded(t for _, t in rows)
    moment, moments = coded_moments(moment_of(e) for e in known)
    benchmark, benchmarks = coded(known[i].benchmark_of(t) for i, t in rows)
    return EventColumns(
        tickers,
        ticker,
        moments,
        moment[event],
        benchmarks,
        benchmark,
        event,
        lambda i: known[event[i]].id,
        grouped=any(group.name for e in known for group in e.group),
    )


def coded(values: Iterable[H]) -> tuple[Codes, tuple[H, ...]]:
    """(E,) codes of some values, and the distinct values in the order in which they are met."""
    place: dict[H, int] = {}
    codes = np.array([place.setdefault(value, len(place)) for value in values], dtype=np.int64)
    return codes, tuple(place)


def coded_moments(moments: Iterable[Moment | None]) -> tuple[Codes, tuple[Moment | None, ...]]:
    """The same of moments; an instant told in two zones is two, because its date is not the same in both."""
    codes, distinct = coded((moment, moment and moment.when.isoformat()) for moment in moments)
    return codes, tuple(moment for moment, _ in distinct)


def _fault(row: int, column: str, what: str, hint: str | None = None) -> InvalidFile:
    return InvalidFile(f"row {row + 1}, column {column}: {what}", where=_ORIGIN, hint=hint)


def _texts(given: pd.Series, needed: str) -> tuple[Codes, tuple[str, ...]]:
    """(E,) codes of a column of texts without blanks around them, and the texts; -1 for blank, refused where `needed`."""
    codes, distinct = pd.factorize(given, use_na_sentinel=True)
    texts = [str(t).strip() for t in distinct]
    order = {t: i for i, t in enumerate(dict.fromkeys(t for t in texts if t))}
    again = np.array([*(order.get(t, -1) for t in texts), -1], dtype=np.int64)
    coded = again[codes]
    if needed and (coded < 0).any():
        raise _fault(int((coded < 0).argmax()), needed, "is blank", "fill it in, or remove the row")
    return coded, tuple(order)


def _moments(table: pd.DataFrame) -> tuple[Codes, list[Moment]]:
    """(E,) codes of the moments of the rows, and the distinct moments."""
    day, days = _dates(table["date"])
    zone, zones = _texts(table["tz"], "") if "tz" in table else (np.full(len(table), -1), ())
    timing, timings = _texts(table["timing"], "") if "timing" in table else (np.full(len(table), -1), ())
    key = (day * (len(zones) + 1) + zone + 1) * (len(timings) + 1) + timing + 1
    codes, distinct = pd.factorize(key)
    found = []
    for k, combined in enumerate(distinct.tolist()):
        rest, t = divmod(combined, len(timings) + 1)
        d, z = divmod(rest, len(zones) + 1)
        try:
            when, tz = days[d], zones[z - 1] if z else None
            when = parse_when(when, tz=tz) if isinstance(when, str) else checked(when, tz)
            found.append(Moment(when, timings[t - 1]) if t else Moment(when))
        except InvalidRequest as error:
            raise _fault(int((codes == k).argmax()), "date", error.what, error.hint) from error
    return codes.astype(np.int64), found


def _dates(given: pd.Series) -> tuple[Codes, list[Any]]:
    """(E,) codes of the dates, and the distinct ones as dates, instants or texts; naive midnights throughout are dates."""
    codes, distinct = pd.factorize(given, use_na_sentinel=True)
    if (codes < 0).any():
        raise _fault(int((codes < 0).argmax()), "date", "is blank", "fill it in, or remove the row")
    if isinstance(distinct, pd.DatetimeIndex) and distinct.tz is None and (distinct == distinct.normalize()).all():
        return codes.astype(np.int64), distinct.to_numpy("datetime64[D]").tolist()
    values = [v.strip() if isinstance(v, str) else v for v in pd.Index(distinct).tolist()]
    stamps = [v for v in values if isinstance(v, datetime)]
    if all(s.tzinfo is None and s == datetime(s.year, s.month, s.day) for s in stamps):  # noqa: DTZ001
        values = [v.date() if isinstance(v, datetime) else v for v in values]
    return codes.astype(np.int64), [v if isinstance(v, str | date) else str(v) for v in values]


def _events(ids: pd.Series | None, ticker: Codes, moment: Codes, n_tickers: int, n_moments: int) -> Codes:
    """(E,) the event of each row: its id, or else ticker and date."""
    own = moment * n_tickers + ticker
    if ids is None:
        return pd.factorize(own)[0].astype(np.int64)
    codes = pd.factorize(ids, use_na_sentinel=True)[0].astype(np.int64)
    if ids.dtype == object or pd.api.types.is_string_dtype(ids):
        blank = ids.astype(str).str.strip().eq("").to_numpy(dtype=bool)
        codes = np.where(blank, -1, codes)
    named = codes >= 0
    if named.all():
        return codes
    return pd.factorize(np.where(named, codes, codes.max() + 1 + own))[0].astype(np.int64)


def _refuse_twice(event: Codes, ticker: Codes, n_tickers: int, tickers: tuple[str, ...]) -> None:
    again = pd.Series(event * n_tickers + ticker).duplicated().to_numpy()
    if again.any():
        row = int(again.argmax())
        first = int(((event == event[row]) & (ticker == ticker[row])).argmax())
        raise _fault(row, "ticker", f"{tickers[ticker[row]]} stands in row {first + 1} of the same event already")


def _first_of_event(event: Codes) -> Codes:
    """(E,) the first row of the event that each row belongs to."""
    first = np.full(int(event.max()) + 1, len(event), dtype=np.int64)
    rows = np.arange(len(event))
    first[event[::-1]] = rows[::-1]
    return first[event]


def _shared_benchmark(event: Codes, codes: Codes, names: tuple[str, ...]) -> tuple[Codes, tuple[str | None, ...]]:
    """The benchmark of each row's event: rows may leave it blank, not contradict each other; None comes last."""
    most = np.full(int(event.max()) + 1, -1, dtype=np.int64)
    np.maximum.at(most, event, codes)
    shared = most[event]
    if (wrong := np.flatnonzero((codes >= 0) & (codes != shared))).size:
        raise _fault(int(wrong[0]), "benchmark", "contradicts another row of the same event")
    return np.where(shared < 0, len(names), shared), (*names, None)


__all__ = ["EventColumns", "coded", "coded_moments", "columns_of_events", "columns_of_frame"]
