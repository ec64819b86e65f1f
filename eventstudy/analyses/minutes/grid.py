"""Bars on the hours of an exchange: which there are, and the prices of a ticker on them.

Nothing is filled: the value of a bar is that of the last trade of its session, with its age.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from eventstudy import calendars
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.prices import Series

OLDEST = 5
"""Bars since the last trade up to which a value counts."""
_HOUR = 60


def utc(instant: datetime) -> np.datetime64:
    """An instant in UTC, to the second."""
    return np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "s")


@dataclass(frozen=True)
class Grid:
    """The bars of an exchange: S sessions by B places of its clock."""

    zone: ZoneInfo
    width: int
    sessions: list[date]
    clock: Ints
    """(B,) minutes after midnight at which a bar starts, where the exchange is."""
    start: np.ndarray
    """(S, B) UTC, of datetime64[s]; NaT where the session has no such bar."""
    stretch: Ints
    """(B,) 0 before a lunch, 1 after it."""

    @cached_property
    def open(self) -> Bools:
        """(S, B) whether the session has the bar."""
        found: Bools = ~np.isnat(self.start)
        return found

    @cached_property
    def over_lunch(self) -> Bools:
        """(B,) whether a bar is the first after a lunch: its return is from the last trade before it."""
        found: Bools = np.diff(self.stretch, prepend=self.stretch[0]) > 0
        return found

    @cached_property
    def hours(self) -> Ints:
        """(S,) the number of a session's hours: sessions of the same bars have the same."""
        found: Ints = np.unique(self.open, axis=0, return_inverse=True)[1].reshape(-1)
        return found

    @cached_property
    def flat(self) -> tuple[Ints, Ints, np.ndarray]:
        """Session, place and start (n,) of every bar, ascending."""
        rows, places = np.nonzero(self.open)
        return rows, places, self.start[rows, places]

    def place(self, instant: datetime) -> tuple[int, int] | None:
        """Session and place of the first bar whose end lies after an instant; None: it is before or after all sessions."""
        rows, places, starts = self.flat
        ends = starts + np.timedelta64(60 * self.width, "s")
        k = int(np.searchsorted(ends, utc(instant), side="right"))
        return (int(rows[k]), int(places[k])) if k < len(ends) and utc(instant) >= starts[0] else None

    def _within(self, place: int) -> tuple[int, int | None]:
        """How many sessions later a bar is, and its place there; None: the night before that session, a bar by itself."""
        later, within = divmod(place + 1, len(self.clock) + 1)
        return later, within - 1 if within else None

    def minute(self, place: int) -> int | None:
        """The minute after midnight at which a bar starts; None: a night."""
        _, within = self._within(place)
        return None if within is None else int(self.clock[within])

    def after_lunch(self, place: int) -> bool:
        """Whether a bar is the first after a lunch."""
        _, within = self._within(place)
        return within is not None and bool(self.over_lunch[within])

    def said(self, place: int) -> str:
        """The clock at which a bar starts; those of a later session follow its night."""
        later, minute = self._within(place)[0], self.minute(place)
        if minute is None:
            return Phrase("night")
        clock = f"{minute // 60:02d}:{minute % 60:02d}"
        return f"+{later} {clock}" if later else clock

    def nights(self, first: int, last: int) -> list[int]:
        """The places from one to another that are nights."""
        return [k for k in range(first, last + 1) if self.minute(k) is None]


def grid_of(exchange: str, first: date, last: date, width: int) -> Grid:
    """The bars of an exchange from one day to another; a bar that the close or a lunch cuts off ends there."""
    zone, known = calendars.hours(exchange, first, last)
    rows: list[list[tuple[Ints, np.ndarray]]] = []
    for hours in known:
        row = []
        for start, end in hours.stretches:
            local = start.replace(tzinfo=UTC).astimezone(zone)
            later = np.arange(-(-int((end - start).total_seconds()) // (60 * width))) * width
            row.append(
                (local.hour * 60 + local.minute + later, np.datetime64(start, "s") + later * np.timedelta64(60, "s"))
            )
        rows.append(row)
    clock = np.unique(np.concatenate([minutes for row in rows for minutes, _ in row]))
    starts = np.full((len(rows), len(clock)), np.datetime64("NaT", "s"))
    stretch = np.zeros(len(clock), np.int64)
    for s, row in enumerate(rows):
        for which, (minutes, begun) in enumerate(row):
            at = np.searchsorted(clock, minutes)
            starts[s, at] = begun
            stretch[at] = np.maximum(stretch[at], which)
    return Grid(zone, width, [h.session for h in known], clock, starts, stretch)


@dataclass(frozen=True)
class Track:
    """One ticker on a grid."""

    price: Floats
    """(S, B) the last trade of the session up to the end of each bar; NaN before the first."""
    age: Floats
    """(S, B) bars since that trade; inf before the first."""
    opening: Floats
    """(S,) the first price of the session; NaN where it is unknown."""
    outside: int
    """Bars outside the hours of the exchange, which are not used."""

    @cached_property
    def returns(self) -> Floats:
        """(S, B) simple returns of bars; that of the first from the first price, before a trade NaN.

        That of the first bar after a lunch is from the last trade before it.
        """
        found = np.full_like(self.price, np.nan)
        found[:, 1:] = self.price[:, 1:] / self.price[:, :-1] - 1
        found[:, 0] = self.price[:, 0] / self.opening - 1
        return found

    def nights(self, grid: Grid) -> Floats:
        """(S,) from the last trade of the session before to the first price of each."""
        known = grid.open & np.isfinite(self.price)
        at = np.where(known, np.arange(known.shape[1]), -1).max(axis=1)
        last = np.where(at >= 0, self.price[np.arange(len(at)), at], np.nan)
        found: Floats = np.concatenate([[np.nan], self.opening[1:] / last[:-1] - 1])
        return found


def track(series: Series, grid: Grid) -> Track:
    """The bars of a ticker on a grid; that of the closing auction, of one minute at the close, joins the last bar.

    A wider bar that begins at the close holds trades of after it, and is left aside like others outside the hours.

    Raises:
        InvalidRequest: bars start between the bars of the grid.
    """
    rows, places, flat = grid.flat
    step = np.timedelta64(60 * grid.width, "s")
    at = np.searchsorted(flat, series.start, side="right") - 1
    inside = (at >= 0) & (series.start - flat[np.maximum(at, 0)] < step)
    auction = (at >= 0) & (series.start - flat[np.maximum(at, 0)] == step) & (grid.width == 1)
    off = inside & (series.start != flat[np.maximum(at, 0)])
    if off.any():
        first = series.start[np.flatnonzero(off)[0]]
        hour = (
            Sentence("; where bars of an hour lie across the opening, take bars of 30 minutes or less")
            if grid.width == _HOUR
            else ""
        )
        raise InvalidRequest(
            Sentence("a bar starts at {first} UTC, between two bars of the exchange{hour}", first=first, hour=hour),
            hint=Sentence("say what times are: --stamp start or end, --bar-zone ZONE, and the width of a bar"),
        )
    close: Floats = np.full(grid.start.shape, np.nan)
    for which in (inside, auction):
        close[rows[at[which]], places[at[which]]] = series.close[which]
    traded = np.isfinite(close)
    last = np.maximum.accumulate(np.where(traded, np.arange(close.shape[1]), -1), axis=1)
    known = (last >= 0) & grid.open
    price = np.where(known, np.take_along_axis(close, np.maximum(last, 0), axis=1), np.nan)
    age = np.where(known, np.arange(close.shape[1]) - last, np.inf)
    opening = np.full(len(close), np.nan)
    if series.open is not None:
        begun = np.full(grid.start.shape, np.nan)
        begun[rows[at[inside]], places[at[inside]]] = series.open[inside]
        has = np.isfinite(begun).any(axis=1)
        opening[has] = begun[has, np.isfinite(begun[has]).argmax(axis=1)]
    return Track(price, age, opening, int((~inside & ~auction).sum()))
