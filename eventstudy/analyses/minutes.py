"""What did the minutes after an instant bring, and was it unusual for that time of day and the volatility of that day?

Rows are bars of 1 to 60 minutes on the hours of the exchange. Bar 0 is the first bar whose end lies after the instant.
Nothing is filled: the value of a bar is that of the last trade of its session, and where that is older than five bars there
is no figure. The night is no bar of a window and is shown apart, unless windows are to go across it: then it is one bar. The
one valid test is the clock placebo
(`eventstudy.inference.clock`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from importlib import import_module
from itertools import pairwise
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.analyses.base import Answer, Finding, plain
from eventstudy.engine.arrays import mean_known
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.events import Event
from eventstudy.inference import holm
from eventstudy.inference.clock import (
    LEAST_DAYS,
    ClockPlacebo,
    Reaction,
    clock_placebo,
    reaction,
    realised,
    shape_of_day,
)
from eventstudy.inference.distributions import p_t
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.prices import BarTable, Series
from eventstudy.study.study import versions
from eventstudy.text import columns, wrapped
from eventstudy.units.windows import Window

DAYS = 60
"""Other days that a move is held against."""
OLDEST = 5
"""Bars since the last trade up to which a value counts."""
MODELS = ("market", "market_adjusted", "constant_mean")
MEAN = "mean"
"""The name of the equal-weighted mean of several tickers at one instant."""
_BEFORE = 60
"""Minutes before bar 0 that say how volatile a day is."""
_REACH = 2
"""Of so many times the days that are asked for, the last ones are taken that have what is needed."""
_FEWEST = 12
"""Bars before bar 0, where bars are long."""
_FIVE = 5
_HOUR = 60
_USUAL = (5, 30, 60)
"""Minutes of the windows that are reported unless others are named."""
_FEW = 3
"""Of five or more, so many are told one by one unless all are asked for."""
_THIN, _TOO_THIN = 0.8, 0.5
_DISTINCT = 5


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
    def hours(self) -> Ints:
        """(S,) the number of a session's hours: sessions of the same bars have the same."""
        found: Ints = np.unique(self.open, axis=0, return_inverse=True)[1].reshape(-1)
        return found

    @cached_property
    def flat(self) -> tuple[Ints, Ints, np.ndarray]:
        """Session, place and start (n,) of every bar, ascending."""
        rows, places = np.nonzero(self.open)
        return rows, places, self.start[rows, places]

    def place(self, instant: datetime) -> tuple[int, int]:
        """Session and place of the first bar whose end lies after an instant.

        Raises:
            InvalidRequest: no bar does.
        """
        at = np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "s")
        rows, places, starts = self.flat
        ends = starts + np.timedelta64(60 * self.width, "s")
        k = int(np.searchsorted(ends, at, side="right"))
        if k == len(ends):
            raise InvalidRequest(f"no bar ends after {instant.isoformat()}", available=f"to {ends[-1]} UTC")
        return int(rows[k]), int(places[k])

    def said(self, place: int) -> str:
        """The clock at which a bar starts; those of a later session follow its night, a bar by itself."""
        later, within = divmod(place - len(self.clock), len(self.clock) + 1)
        if later < 0:
            return f"{self.clock[place] // 60:02d}:{self.clock[place] % 60:02d}"
        clock = Phrase("night") if within == 0 else self.said(within - 1)
        return clock if within == 0 else f"+{later + 1} {clock}"

    def nights(self, first: int, last: int) -> list[int]:
        """The places from one to another that are nights."""
        n = len(self.clock)
        return [k for k in range(max(first, n), last + 1) if (k - n) % (n + 1) == 0]


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
        """(S, B) simple returns of bars; that of the first from the first price, those over a lunch and before a trade NaN."""
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
            "; where bars of an hour lie across the opening, take bars of 30 minutes or less"
            if grid.width == _HOUR
            else ""
        )
        raise InvalidRequest(
            f"a bar starts at {first} UTC, between two bars of the exchange{hour}",
            hint="say what times are: --stamp start or end, --bar-zone ZONE, and the width of a bar",
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


def who_in_words(who: str) -> str:
    """A ticker, or the mean of several."""
    return Phrase("the mean of the tickers") if who == MEAN else who


@dataclass(frozen=True)
class Stretch(Finding):
    """The move over one window, held against other days."""

    who: str
    window: Window
    car: float
    scaled: float
    """The move in the volatility of the day."""
    placebo: ClockPlacebo
    p_adjusted: float
    minutes: int
    since: str
    """The clock at which it begins."""
    against: bool
    """Whether it is against the market."""
    stage: str = ""
    """The name of the stage; empty: a window without one."""
    nights: int = 0
    """Nights in it, each as one bar."""

    def _finding(self) -> Phrase:
        said = self._moved()
        if not self.placebo.larger:
            said = Phrase("{what} No smaller p is possible with {days} other days.", what=said, days=self.placebo.days)
        if self.nights:
            held = Phrase("The night in it is one bar.")
            if self.nights > 1:
                held = Phrase("Each of the {n} nights in it is one bar.", n=self.nights)
            said = Phrase("{what} {held}", what=said, held=held)
        return Phrase("{stage}: {what}", stage=self.stage, what=said) if self.stage else said

    def _moved(self) -> Phrase:
        said = {"minutes": self.minutes, "clock": self.since, "who": who_in_words(self.who), "car": self.car}
        said |= {"larger": self.placebo.larger, "days": self.placebo.days, "p": self.placebo.p}
        if self.against:
            return Phrase(
                "In the {minutes} minutes from {clock} {who} moved {car:+.2f %} against the market; on {larger} of {days}"
                " other days it moved as far for its volatility that day (p {p:p}).",
                **said,
            )
        return Phrase(
            "In the {minutes} minutes from {clock} {who} moved {car:+.2f %}; on {larger} of {days} other days it moved as"
            " far for its volatility that day (p {p:p}).",
            **said,
        )


class Change(NamedTuple):
    """How much more one stage moved than the one before it."""

    earlier: str
    later: str
    car: float
    placebo: ClockPlacebo
    """The difference of scaled moves, among that of other days."""

    @property
    def words(self) -> Phrase:
        """It in words."""
        return Phrase(
            "The move of {later} less that of {earlier} is {car:+.2f %}; on {larger} of {days} other days the"
            " difference was as large for the volatility of that day (p {p:p}).",
            later=self.later,
            earlier=self.earlier,
            car=self.car,
            larger=self.placebo.larger,
            days=self.placebo.days,
            p=self.placebo.p,
        )


class Average(NamedTuple):
    """Moves of a stage, or of one more than another, over instants of distinct days."""

    later: str
    earlier: str | None
    n: int
    mean: float
    t: float
    """Of Boehmer, Musumeci and Poulsen: each move over its spread on other days, then mean over standard error."""
    p: float
    p_adjusted: float
    """Holm's, over the stages; that of a difference stands alone."""

    @property
    def words(self) -> Phrase:
        """It in words."""
        said = {
            "n": self.n,
            "later": self.later,
            "mean": self.mean,
            "t": self.t,
            "p": self.p,
            "adjusted": self.p_adjusted,
        }
        if self.earlier is None:
            return Phrase(
                "Over {n} days the move of {later} was {mean:+.2f %} on average (t {t:.2f} of scaled moves, p {p:p},"
                " {adjusted:p} for all stages together).",
                **said,
            )
        return Phrase(
            "Over {n} days the move of {later} less that of {earlier} was {mean:+.2f %} on average (t {t:.2f} of scaled"
            " differences, p {p:p}).",
            earlier=self.earlier,
            **said,
        )


@dataclass(frozen=True)
class Judged:
    """One ticker, or the mean of several, at one instant."""

    event_id: str
    who: str
    session: date
    grid: Grid
    place: int
    mixed: bool
    night: tuple[float, float] | None
    """The move of the night before bar 0 and its p among other nights; None: the news came while it traded."""
    stretches: tuple[Stretch, ...]
    ar: Floats
    """(L,) abnormal returns of the bars from bar 0 to the end of the longest window."""
    se: Floats
    """(L,) what each usually is at that minute, in the volatility of this day."""
    band: Floats
    """(L,) half the width of the band around the path."""
    price: Floats
    """(L,) NaN for the mean of several."""
    reacted: Reaction
    others: Floats
    """(W, D) scaled moves of the windows on other days."""
    notes: tuple[Phrase, ...]
    left: Window
    """The bars that are shown."""
    before: Floats
    """(n,) abnormal returns of up to twelve bars of the session before them."""
    changes: tuple[Change, ...] = ()
    """Each stage against the one before it."""

    @property
    def which(self) -> Phrase:
        """Who is judged at which event, and on which day."""
        return Phrase(
            "{who}, event {event}: judged on {day:weekday}.",
            who=who_in_words(self.who),
            event=self.event_id,
            day=self.session,
        )

    @property
    def path(self) -> Floats:
        """(L,) abnormal returns summed from bar 0 on, and back from it: zero at its beginning."""
        found: Floats = np.cumsum(self.ar) - self.ar[: -self.left.start].sum()
        return found

    @property
    def sentences(self) -> list[str]:
        """Each window, the night before, windows together, each stage against the one before, and when it reacted."""
        found: list[str] = [s.sentence for s in self.stretches]
        if self.night is not None:
            said = {"who": who_in_words(self.who), "move": self.night[0], "p": self.night[1]}
            found.append(
                Phrase("The night before brought {who} {move:+.2f %}, rank p {p:p} among other nights.", **said)
            )
        if len(self.stretches) > 1:
            held = [Phrase("{window} {p:p}", window=s.stage or s.window, p=s.p_adjusted) for s in self.stretches]
            found.append(Phrase("p of {n} windows judged together (Holm): {found}.", n=len(held), found=held))
        return [*found, *(change.words for change in self.changes), self.reaction_words]

    @property
    def reaction_words(self) -> Phrase:
        """When it reacted."""
        who = who_in_words(self.who)
        if self.reacted.since is None or self.reacted.half is None or self.reacted.half_range is None:
            return Phrase(
                "{who}: the path ends inside the band of ordinary days, so no time of a reaction is named.", who=who
            )
        low, high = self.reacted.half_range
        width = self.grid.width
        return Phrase(
            "{who}: the path left the band of ordinary days for good with the bar from {clock}, and kept half of its end after"
            " {half} minutes ({low} to {high}).",
            who=who,
            clock=self.grid.said(self.place + self.reacted.since),
            half=(self.reacted.half + 1) * width,
            low=(low + 1) * width,
            high=(high + 1) * width,
        )


@dataclass(frozen=True)
class Minutes(Answer):
    """The minutes after one or several instants."""

    judged: tuple[Judged, ...]
    left_out: tuple[tuple[str, str, str], ...]
    """(event, ticker, why)."""
    model: str
    benchmark: str | None
    width: int
    read_as: tuple[Phrase, ...] = ()
    """What the file of bars was taken for."""
    choices: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for besides, as JSON has it."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Where the bars come from."""
    schema = "eventstudy.minutes/1"

    @property
    def findings(self) -> Sequence[Finding]:
        """Each window of each ticker."""
        return [s for one in self.judged for s in one.stretches]

    def _finding(self) -> str:
        """The first window, and all instants together."""
        first = self.judged[0].stretches[0].sentence
        many = self.together
        return first if many is None else f"{self._together_words(*many)}"

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know before believing it."""
        found = [f"{who} ({event}): {note}" if who else f"{event}: {note}" for who, event, note in self.noted]
        found += [f"{event} {ticker}: {why}" for event, ticker, why in self.left_out]
        return (*dict.fromkeys(found), *map(str, self.told), *map(str, self.scale), str(ALWAYS))

    @property
    def noted(self) -> Iterator[tuple[str, str, Phrase]]:
        """(ticker, event, note); a note that all tickers of an event share is told once, of no ticker."""
        for event in dict.fromkeys(one.event_id for one in self.judged):
            own = [one for one in self.judged if one.event_id == event]
            shared = [n for n in own[0].notes if len(own) > 1 and all(n in one.notes for one in own)]
            yield from (("", event, note) for note in shared)
            yield from ((one.who, event, note) for one in own for note in one.notes if note not in shared)

    @property
    def told(self) -> tuple[Phrase, ...]:
        """What the file of bars was taken for, in one sentence."""
        return (Phrase("bars read as: {what:;}", what=self.read_as),) if self.read_as else ()

    @property
    def scale(self) -> tuple[Phrase, ...]:
        """What is taken for the volatility of a day, where that is more than an hour."""
        if self.width <= _FIVE:
            return ()
        said = {"bars": _FEWEST, "hours": _FEWEST * self.width // _HOUR}
        return (
            Phrase(
                "The volatility of a day is that of the {bars} bars ({hours} hours) before bar 0, or of the last {bars} of the"
                " day before where the session has fewer; how often this rejects was simulated for bars of one and five"
                " minutes only.",
                **said,
            ),
        )

    @property
    def incomplete(self) -> bool:
        """Whether something asked for was left out."""
        return bool(self.left_out)

    @property
    def together(self) -> tuple[int, float, float, float] | None:
        """(n, mean move, t, p) of the first window over instants of distinct days; None: fewer than five.

        t is that of Boehmer, Musumeci and Poulsen: each move over its spread on other days, then mean over standard error.
        """
        return self._averaged(lambda one: (one.stretches[0].car, one.stretches[0].scaled, one.others[0]))

    @property
    def stages(self) -> list[Average]:
        """Each stage over instants of distinct days, and each more than the one before it; none of fewer than five."""
        names = [s.stage for s in self.judged[0].stretches]
        if not names[0]:
            return []

        def move(one: Judged, k: int) -> tuple[float, float, Floats]:
            return one.stretches[k].car, one.stretches[k].scaled, one.others[k]

        def more(one: Judged, k: int) -> tuple[float, float, Floats]:
            (car, x, others), (before, y, other) = move(one, k), move(one, k - 1)
            return car - before, x - y, others - other

        own = [self._averaged(partial(move, k=k)) for k in range(len(names))]
        adjusted = holm(np.array([found[3] for found in own if found]))
        told = [
            Average(n, None, *found, float(p)) for n, found, p in zip(names, filter(None, own), adjusted, strict=False)
        ]
        for k, (earlier, later) in enumerate(pairwise(names), 1):
            if found := self._averaged(partial(more, k=k)):
                told.append(Average(later, earlier, *found, found[3]))
        return told

    @property
    def averages(self) -> list[Phrase]:
        """What all instants say together, in words; nothing of fewer than five days."""
        many = self.together
        return [] if many is None else [a.words for a in self.stages] or [self._together_words(*many)]

    def _averaged(self, of: Callable[[Judged], tuple[float, float, Floats]]) -> tuple[int, float, float, float] | None:
        """(n, mean, t, p) of a move, its scaled form and those of other days (D,); tickers of one day have one vote."""
        by_day: dict[date, list[tuple[float, float, Floats]]] = {}
        for one in self.judged:
            if one.who == MEAN or not any(o.who == MEAN and o.event_id == one.event_id for o in self.judged):
                by_day.setdefault(one.session, []).append(of(one))
        if len(by_day) < _DISTINCT:
            return None
        z = [np.mean([scaled / np.std(others, ddof=1) for _, scaled, others in day]) for day in by_day.values()]
        cars = [np.mean([car for car, _, _ in day]) for day in by_day.values()]
        t = float(np.mean(z) / (np.std(z, ddof=1) / np.sqrt(len(z))))
        return len(z), float(np.mean(cars)), t, float(p_t(t, len(z) - 1))

    def _together_words(self, n: int, mean: float, t: float, p: float) -> Phrase:
        return Phrase(
            "Over {n} days the first window moved {mean:+.2f %} on average (t {t:.2f} of scaled moves, p {p:p}).",
            n=n,
            mean=mean,
            t=t,
            p=p,
        )

    def plot(self, **options: Any) -> Any:
        """Draw the path of one ticker at one instant in the band of ordinary days: `ticker`, `event`, `width`, `lang`."""
        return import_module("eventstudy.charts._minutes").draw(self, **options)  # above us: reached by name

    def tidy(self) -> pd.DataFrame:
        """A row a ticker and window."""
        rows = [
            {
                "event_id": one.event_id,
                "ticker": one.who,
                "session": one.session.isoformat(),
                "bar0": one.grid.said(one.place),
                "stage": s.stage or None,
                "start": s.window.start,
                "end": s.window.end,
                "nights": s.nights,
                "car": s.car,
                "scaled": s.scaled,
                "p": s.placebo.p,
                "p_adjusted": s.p_adjusted,
                "larger": s.placebo.larger,
                "days": s.placebo.days,
                "least_p": s.placebo.least,
            }
            for one in self.judged
            for s in one.stretches
        ]
        return pd.DataFrame(rows)

    def _document(self) -> dict[str, Any]:
        many = self.together
        return {
            "config": {
                "frequency": f"{self.width}min",
                "model": self.model,
                "benchmark": self.benchmark,
                "unit": "percent",
                **self.choices,
            },
            "provenance": dict(self.provenance),
            "windows": [plain({str(k): v for k, v in row.items()}) for row in self.tidy().to_dict("records")],
            "bars": [
                {"event_id": j.event_id, "ticker": j.who, **plain(row)} for j in self.judged for row in self._bars(j)
            ],
            "nights": [
                {"event_id": j.event_id, "ticker": j.who, "move": j.night[0], "p": j.night[1]}
                for j in self.judged
                if j.night
            ],
            "together": None if many is None else dict(zip(("n", "mean", "t", "p"), many, strict=True)),
            "stages": [a._asdict() for a in self.stages],
            "changes": [
                {
                    "event_id": j.event_id,
                    "ticker": j.who,
                    "later": c.later,
                    "earlier": c.earlier,
                    "car": c.car,
                    "p": c.placebo.p,
                    "larger": c.placebo.larger,
                    "days": c.placebo.days,
                }
                for j in self.judged
                for c in j.changes
            ],
            "excluded": [{"event_id": e, "ticker": t, "why": str(w)} for e, t, w in self.left_out],
            "sentences": [str(s.sentence) for s in self.findings],
            "notes": list(self.messages),
        }

    def _bars(self, one: Judged) -> Iterator[dict[str, Any]]:
        for k, path in enumerate(one.path):
            place = one.place + one.left.start + k
            yield {
                "bar": one.left.start + k,
                "clock": one.grid.said(place),
                "price": float(one.price[k]),
                "ar": float(one.ar[k]),
                "se": float(one.se[k]),
                "path": float(path),
                "band": float(one.band[k]),
            }

    def _lines(self, *, verbose: bool) -> Iterable[str]:
        if self.together is not None:
            for words in self.averages:
                yield from wrapped(words)
            yield ""
        shown = self.judged if verbose or len(self.judged) < _DISTINCT else self.judged[:_FEW]
        for one in shown:
            for sentence in (one.which, *one.sentences):
                yield from wrapped(sentence)
            if verbose or len(self.judged) == 1:
                yield ""
                yield columns([["bar", "clock", "price", "abnormal", "path", "band"], *self._cells(one)], range(6))
            yield ""
        if more := len(self.judged) - len(shown):
            yield f"... and {more} more (--verbose shows all)"
            yield ""
        yield from (line for note in self.messages for line in wrapped(note))

    def _cells(self, one: Judged) -> Iterator[list[str]]:
        for row in self._bars(one):
            price = f"{row['price']:.2f}" if np.isfinite(row["price"]) else ""
            mark = "*" if one.mixed and row["bar"] == 0 else ""
            shares = [f"{100 * row[name]:+.3f} %" for name in ("ar", "path")]
            yield [
                f"{row['bar']:+d}{mark}",
                row["clock"],
                price,
                *shares,
                f"±{100 * band:.3f} %" if np.isfinite(band := row["band"]) else "",
            ]


ALWAYS = Phrase(
    "One p says that the minutes were unusual. After a scheduled release all moves are larger, so that a direction needs many"
    " events; no t of minutes is valid."
)


def minutes(
    events: Iterable[Event],
    bars: BarTable,
    *,
    tickers: Sequence[str] = (),
    benchmark: str | None = "SPY",
    model: Literal["", "market", "market_adjusted", "constant_mean"] = "",
    windows: Sequence[tuple[int, int]] | None = None,
    days: int = DAYS,
    bar0: Literal["holds", "next"] = "holds",
    exchange: str | None = None,
    stages: Mapping[str, tuple[int, int]] | None = None,
    across: bool = False,
) -> Minutes:
    """Judge the minutes after the instants of events.

    `windows`: bars relative to bar 0, both ends included; None: the first 5, 30 and 60 minutes, as far as the session goes.
    `model`: empty: `market`, with lags of up to five minutes, for tickers traded in 80 % of the bars, else `market_adjusted`.
    `days`: other days that a move is held against. `bar0="next"`: leave a bar out that holds prices from before the instant.
    `exchange`: where they trade; None: told by the tickers. `stages`: names and minutes from bar 0 on, both ends included, of
    parts that follow one another: `{"statement": (0, 29), "press": (30, 99)}`; each is judged by itself and against the one
    before it. `across`: windows may go over a lunch and over nights, each of which is one bar.

    `events`: those with a time of day. `bars`: what `prices.load_bars` gives, in UTC. `tickers`: all of the events by
    default. `benchmark`: what the market is taken to be; None: none. Abnormal returns are decimals; NaN: a bar without a
    trade.

    Raises:
        InvalidRequest: an event without a time, a window over a close or lunch, a model that is none of minutes.
        NothingUsable: no ticker has what is needed; the message lists why.

    Example:
        >>> import numpy as np
        >>> import pandas as pd
        >>> from eventstudy.events import single_event
        >>> from eventstudy.prices import load_bars
        >>> days = pd.bdate_range("2024-10-14", "2024-11-22")
        >>> times = [day + pd.Timedelta(hours=9, minutes=30 + 5 * k) for day in days for k in range(78)]
        >>> close = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.001, len(times))))
        >>> stamps = pd.DatetimeIndex(times).tz_localize("America/New_York")
        >>> bars = pd.DataFrame({"ticker": "AAPL", "time": stamps, "open": close, "close": close})
        >>> event = single_event("2024-11-20T14:00:00-05:00", ["AAPL"])
        >>> table = load_bars(bars)
        >>> found = es.analyses.minutes([event], table, benchmark=None, model="constant_mean", days=20)
        >>> print(found.sentence)
        In the 5 minutes from 14:00 AAPL moved +0.05 %; on 7 of 20 other days it moved as far for its
        volatility that day (p .381).
    """
    if model not in ("", *MODELS):
        raise InvalidRequest(f"{model} is no model of minutes", available=", ".join(MODELS))
    if not LEAST_DAYS <= days <= 500:
        raise InvalidRequest(f"{days} other days", available=f"{LEAST_DAYS} to 500")
    if stages and windows is not None:
        raise InvalidRequest("windows and stages are named", hint="name the one or the other")
    parts = _stages(stages, bars.width) if stages else {}
    named_windows = list(parts.values()) if parts else windows
    room = _Room(bars, benchmark, model, named_windows, days, bar0, exchange, list(events), list(parts), across=across)
    judged, left = list[Judged](), list[tuple[str, str, str]]()
    for event in room.events:
        instant = _instant(event, bars.width)
        named = list(tickers) or list(event.tickers)
        good: list[str] = []
        for ticker in named:
            try:
                judged.append(room.judge(event.id, ticker, [ticker], instant))
                good.append(ticker)
            except (InvalidRequest, NothingUsable) as error:
                if named_windows is not None and "window" in error.what:
                    raise
                left.append((event.id, ticker, error.what))
        if len(good) > 1:
            judged.append(room.judge(event.id, MEAN, good, instant))
    if not judged:
        raise NothingUsable(
            "no ticker is left to study",
            available="; ".join(f"{t} ({e}): {why}" for e, t, why in left[:5]) or "no event",
        )
    return Minutes(
        tuple(judged),
        tuple(left),
        model or "market",
        benchmark,
        bars.width,
        bars.read_as,
        {"days": days, "bar0": bar0, "across": across, "exchange": exchange},
        {
            "source": bars.source,
            "prices_sha256": bars.sha256(),
            "versions": versions(),
            **({"read_as": [str(phrase) for phrase in bars.read_as]} if bars.read_as else {}),
        },
    )


def stages_of(texts: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The names and minutes of stages from texts like `statement=0:29`.

    Raises:
        InvalidRequest: one is written otherwise, or a name stands twice.
    """
    found: dict[str, tuple[int, int]] = {}
    for text in texts:
        read = re.fullmatch(r"\s*([^=\s][^=]*?)\s*=\s*(-?\d+)\s*:\s*(-?\d+)\s*", text)
        if read is None:
            raise InvalidRequest(
                f"the stage {text!r} cannot be read",
                hint="a name, and its first and last minute from bar 0: statement=0:29",
            )
        if read[1] in found:
            raise InvalidRequest(f"two stages are called {read[1]}", hint="give each a name of its own")
        found[read[1]] = int(read[2]), int(read[3])
    return found


def _stages(named: Mapping[str, tuple[int, int]], width: int) -> dict[str, Window]:
    """Stages in bars, in the order of time.

    Raises:
        InvalidRequest: minutes that are no whole bars, or that belong to two stages.
    """
    found: dict[str, Window] = {}
    for name, minutes in sorted(named.items(), key=lambda item: tuple(item[1])):
        first, last = Window.of(minutes, f"stage {name}")
        if first % width or (last + 1) % width:
            raise InvalidRequest(
                f"the minutes {first} to {last} of the stage {name} are no whole bars of {width} minutes",
                hint=f"{first // width * width}:{-(-(last + 1) // width) * width - 1}, or bars of fewer minutes",
            )
        found[name] = Window(first // width, (last + 1) // width - 1)
    for (earlier, one), (later, other) in pairwise(found.items()):
        if other.start <= one.end:
            raise InvalidRequest(f"the stages {earlier} and {later} share minutes", hint="stages follow one another")
    return found


def _instant(event: Event, width: int) -> datetime:
    when = event.announced
    if not isinstance(when, datetime):
        raise InvalidRequest(
            f"{event.id} has a date and no time, and minutes need one", hint="write the time: 2025-01-29T14:00:00-05:00"
        )
    precision = event.found.precision if event.found else "minute"
    coarse = {"hour": 60, "day": 1440}.get(precision, 0)
    if coarse > width:
        raise InvalidRequest(
            f"the time of {event.id} is known to the {precision}, and a bar lasts {width} minutes",
            hint="take bars as long, or write the time that is known",
        )
    return when


class _Room:
    """What the instants of a study share: grids, tracks, abnormal returns."""

    def __init__(
        self,
        bars: BarTable,
        benchmark: str | None,
        model: str,
        windows: Sequence[tuple[int, int]] | None,
        days: int,
        bar0: str,
        exchange: str | None,
        events: list[Event],
        names: Sequence[str] = (),
        *,
        across: bool = False,
    ) -> None:
        self.bars, self.benchmark, self.model, self.days, self.bar0 = bars, benchmark, model, days, bar0
        self.windows, self.exchange, self.events = windows, exchange, events
        self.names, self.across = names, across
        self._lagged: dict[str, Floats] = {}
        self._moments: dict[tuple[str, ...], tuple[Floats, Floats]] = {}
        self._grids: dict[str, Grid] = {}
        self._tracks: dict[tuple[str, str], Track] = {}
        self._taken: dict[str, set[int]] = {}

    def grid(self, ticker: str) -> tuple[str, Grid]:
        """The exchange of a ticker and its bars, on the days of the table."""
        place = self.exchange or calendars.exchange_of(ticker)
        if place not in self._grids:
            zone, _ = calendars.hours(place, date(2020, 1, 2), date(2020, 1, 10))
            ends = [s.start[[0, -1]] for s in self.bars.series.values() if len(s.start)]
            first, last = min(e[0] for e in ends).item(), max(e[1] for e in ends).item()
            days = [d.replace(tzinfo=UTC).astimezone(zone).date() for d in (first, last)]
            self._grids[place] = grid_of(place, days[0], days[1] + timedelta(7), self.bars.width)
        return place, self._grids[place]

    def track(self, ticker: str, place: str) -> Track:
        """The bars of a ticker on the grid of an exchange."""
        if ticker not in self.bars.series:
            raise InvalidRequest(f"no bars of {ticker}", available=", ".join(self.bars.tickers[:12]))
        if (ticker, place) not in self._tracks:
            self._tracks[ticker, place] = track(self.bars.series[ticker], self._grids[place])
        return self._tracks[ticker, place]

    def taken(self, place: str) -> set[int]:
        """The sessions of the events of the study, which are no ordinary days."""
        if place not in self._taken:
            self._taken[place] = {self._grids[place].place(_instant(e, self.bars.width))[0] for e in self.events}
        return self._taken[place]

    def judge(self, event_id: str, who: str, tickers: list[str], instant: datetime) -> Judged:
        """One ticker, or the mean of several, at an instant."""
        place, grid = self.grid(tickers[0])
        if any(self.grid(t)[0] != place for t in tickers):
            raise InvalidRequest("tickers of several exchanges have no bars in common", hint="study them apart")
        row, col = grid.place(instant)
        start = grid.start[row, col]
        at = np.datetime64(instant.astimezone(UTC).replace(tzinfo=None), "s")
        mixed = bool(at > start)
        if mixed and self.bar0 == "next":
            col, mixed = col + 1, False
            if col >= len(grid.clock) or not grid.open[row, col]:
                raise InvalidRequest("no bar of the session follows the instant", hint="leave out --bar0 next")
        night = not mixed and col == 0 and at < start
        windows = self._windows(grid, row, col)
        shown = Window(min(0, *(w.start for w in windows)), max(0, *(w.end for w in windows)))
        tracks = [self.track(t, place) for t in tickers]
        later = max(
            -(-(col + shown.end + 1 - len(grid.clock)) // (len(grid.clock) + 1)), 0
        )  # sessions after that of the instant
        if row + later >= len(grid.sessions):
            raise InvalidRequest(f"the bars end before the window {shown} does")
        since = max(
            row - _REACH * self.days, 0
        )  # all below is of the sessions from here to the last one of the windows
        lately, now = slice(since, row + 1 + later), row - since
        fresh = np.all([t.age[lately] <= OLDEST for t in tracks], axis=0)
        opened = grid.open[lately]
        traded = min(float((t.age[lately][opened] == 0).mean()) for t in tracks)
        if traded < _TOO_THIN:
            raise InvalidRequest(f"only {100 * traded:.0f} % of the bars hold a trade", hint="take longer bars")
        notes = list[Phrase]()
        if self.windows is None and len(windows) < len(asked := self._usual()):
            short = ", ".join(str(w.length * grid.width) for w in asked if w not in windows)
            notes.append(
                Phrase(
                    "the first {minutes} minutes are not judged: the session, or its stretch, ends before",
                    minutes=short,
                )
            )
        model = self.model or ("market" if traded >= _THIN else "market_adjusted")
        if traded < _THIN:
            notes.append(Phrase("THIN_BARS: {share:.0f %} of the bars hold a trade", share=float(traded)))
        if (told := instant.astimezone(grid.zone).date()) != grid.sessions[row]:
            notes.append(
                Phrase(
                    "DAY0_SHIFTED: announced on {announced:weekday}, outside the hours of the exchange; {day:weekday} is"
                    " judged, the first day that could react",
                    announced=told,
                    day=grid.sessions[row],
                )
            )
        if outside := sum(t.outside for t in tracks):
            notes.append(
                Phrase.counted(
                    "one bar outside the hours of the exchange is left aside",
                    "{n:,} bars outside the hours of the exchange are left aside",
                    n=outside,
                )
            )
        if mixed:
            notes.append(
                Phrase(
                    "MIXED_BAR: bar 0 begins at {clock}, before the instant, and holds older prices too",
                    clock=grid.said(col),
                )
            )
        first = col + shown.start
        cols = np.arange(first, col + shown.end + 1)
        if first == 0 and not all(np.isfinite(t.opening[row]) for t in tracks):
            raise InvalidRequest(
                "bar 0 is the first of the session, and its first price is not there",
                hint="bars with a column open tell the night from the first bar",
            )
        hours = grid.hours[lately]
        whole = hours == np.bincount(hours[: now + 1]).argmax()  # no half days
        taken = self.taken(place)
        raw = np.mean([t.returns[lately] for t in tracks], axis=0)
        nights = np.mean([t.nights(grid) for t in tracks], axis=0) if later or night else np.zeros(0)
        market = None
        if model != "constant_mean":
            if self.benchmark is None:
                raise InvalidRequest(
                    "no benchmark is named", hint="name one: --benchmark SPY, or --model constant_mean"
                )
            index = self.track(self.benchmark, place)
            market = index.returns[lately]
            fresh_too = index.age[lately] <= OLDEST
            nights = nights - index.nights(grid) if len(nights) else nights
        else:
            fresh_too = np.ones_like(fresh)
        base = fresh[:, first - 1] if first > 0 else np.ones(len(fresh), bool)
        between = np.isfinite(nights[lately]) if later else np.zeros(0)
        there = (_wide(fresh & fresh_too & opened, between, later)[:, cols] == 1).all(axis=1) & base
        if not there[now]:
            raise InvalidRequest(f"a value of the window is older than {OLDEST} bars, or is not there")
        able = [
            d
            for d in range(now - 1 - later, 0, -1)
            if there[d] and all(whole[d + k] and d + k + since not in taken for k in range(later + 1))
        ]
        rows = np.array([now, *able[: self.days]])
        ar = self._abnormal(tuple(tickers), place, raw, market, rows, lately, model)
        scale = self._scale(ar, grid, opened, rows, col)
        moves = _wide(ar, nights[lately], later)[rows][:, cols]
        good = np.isfinite(scale) & (scale > 0) & np.isfinite(moves).all(axis=1)
        if not good[0]:
            raise InvalidRequest("nothing traded before the instant: how volatile the day was is not known")
        rows, scale, moves = rows[good], scale[good], moves[good]
        if len(rows) - 1 < LEAST_DAYS:
            raise NothingUsable(
                f"{len(rows) - 1} other days have the same minutes, and {LEAST_DAYS} are needed",
                hint="bars that begin earlier",
            )
        scaled = moves / scale[:, None]
        stretches = list(self._stretches(who, grid, col, windows, shown, moves, scaled, against=market is not None))
        seen = slice(-shown.start, None)
        found = reaction(np.cumsum(scaled[0, seen]), np.cumsum(scaled[1:, seen], axis=1))
        band = np.concatenate([np.full(-shown.start, np.nan), found.band * scale[0]])
        alone = len(tracks) == 1
        own = (
            _wide(tracks[0].price[lately], tracks[0].opening[lately], later)[now, cols]
            if alone
            else np.full(len(cols), np.nan)
        )
        sums = np.array([scaled[:, w.start - shown.start : w.end - shown.start + 1].sum(axis=1) for w in windows])
        return Judged(
            event_id,
            who,
            grid.sessions[row],
            grid,
            col,
            mixed,
            _among(nights[rows + since]) if night else None,
            tuple(stretches),
            moves[0],
            shape_of_day(scaled[1:]) * scale[0],
            band,
            own,
            found,
            sums[:, 1:],
            tuple(notes),
            shown,
            np.nan_to_num(ar[now, max(first - _FEWEST, 0) : first]),
            tuple(self._changes(stretches, sums)),
        )

    def _changes(self, stretches: list[Stretch], sums: Floats) -> Iterator[Change]:
        """Each stage against the one before it: `sums` (W, 1 + D) are the scaled moves."""
        if not self.names:
            return
        for k, (one, other) in enumerate(pairwise(stretches)):
            more = sums[k + 1] - sums[k]
            yield Change(one.stage, other.stage, other.car - one.car, clock_placebo(float(more[0]), more[1:]))

    def _stretches(
        self,
        who: str,
        grid: Grid,
        col: int,
        windows: list[Window],
        shown: Window,
        moves: Floats,
        scaled: Floats,
        *,
        against: bool,
    ) -> Iterator[Stretch]:
        parts = [slice(w.start - shown.start, w.end - shown.start + 1) for w in windows]
        sums = [scaled[:, part].sum(axis=1) for part in parts]
        placebos = [clock_placebo(float(x[0]), x[1:]) for x in sums]
        adjusted = holm(np.array([found.p for found in placebos]))
        names = self.names or [""] * len(windows)
        for name, window, part, x, found, p in zip(names, windows, parts, sums, placebos, adjusted, strict=True):
            nights = len(grid.nights(col + window.start, col + window.end))
            yield Stretch(
                who,
                window,
                float(moves[0, part].sum()),
                float(x[0]),
                found,
                float(p),
                (window.length - nights) * grid.width,
                grid.said(col + window.start),
                against,
                name,
                nights,
            )

    def _usual(self) -> list[Window]:
        """The windows that are judged where none are named."""
        return list(dict.fromkeys(Window(0, max(m // self.bars.width, 1) - 1) for m in _USUAL))

    def _windows(self, grid: Grid, row: int, col: int) -> list[Window]:
        """The windows that lie in the session and the stretch of bar 0."""

        def inside(w: Window) -> bool:
            places = range(col + w.start, col + w.end + 1)
            return all(
                0 <= b < len(grid.clock) and grid.open[row, b] and grid.stretch[b] == grid.stretch[col] for b in places
            )

        if self.windows is None:
            found = [w for w in self._usual() if inside(w)]
            if found:
                return found
            raise InvalidRequest("the session ends before the first window does")
        named = list(dict.fromkeys(Window.of(w) for w in self.windows))
        for w in named:
            if self.across and col + w.start < 0:
                raise InvalidRequest(
                    f"the window {w} begins before the session does", hint="windows go across nights after the instant"
                )
            if not self.across and not inside(w):
                raise InvalidRequest(
                    f"the window {w} reaches over a close or a lunch",
                    hint="--across takes a night as one bar; without it windows lie within one stretch of trading",
                )
        return named

    def _abnormal(
        self,
        tickers: tuple[str, ...],
        place: str,
        raw: Floats,
        market: Floats | None,
        rows: Ints,
        lately: slice,
        model: str,
    ) -> Floats:
        """(S, B) abnormal returns; the model is fitted on the other days alone."""
        if market is None:
            found: Floats = raw - mean_known(raw[rows[1:]])
            return found
        if model == "market_adjusted":
            return raw - market
        x = self._regressors(place)
        xx, xy = self._sums(tickers, place)
        others = rows[1:] + lately.start
        beta = np.linalg.lstsq(xx[others].sum(axis=0), xy[others].sum(axis=0), rcond=None)[0]
        return np.where(np.isfinite(market), raw - x[lately] @ beta, np.nan)

    def _regressors(self, place: str) -> Floats:
        """(S, B, K) the market's return and its lags of up to five minutes, none before the first bar."""
        if place not in self._lagged:
            market = np.nan_to_num(self.track(str(self.benchmark), place).returns)
            width = self.bars.width
            lags = _FIVE // width if width < _FIVE else 1 if width == _FIVE else 0
            x = np.zeros((*market.shape, lags + 1))
            for k in range(lags + 1):
                x[:, k:, k] = market[:, : market.shape[1] - k]
            self._lagged[place] = x
        return self._lagged[place]

    def _sums(self, tickers: tuple[str, ...], place: str) -> tuple[Floats, Floats]:
        """(S, K, K) and (S, K) X'X and X'y of each session, over the bars in which both are known."""
        if (place, *tickers) not in self._moments:
            y = np.mean([self.track(t, place).returns for t in tickers], axis=0)
            known = np.isfinite(y) & np.isfinite(self.track(str(self.benchmark), place).returns)
            x = np.where(known[:, :, None], self._regressors(place), 0.0)
            turned = x.transpose(0, 2, 1)
            self._moments[place, *tickers] = turned @ x, (turned @ np.where(known, y, 0.0)[:, :, None])[:, :, 0]
        return self._moments[place, *tickers]

    def _scale(self, ar: Floats, grid: Grid, opened: Bools, rows: Ints, col: int) -> Floats:
        """(D,) volatility of the hour before bar 0, twelve bars at least; of the end of the day before where it has fewer."""
        n = max(_BEFORE // grid.width, _FEWEST)
        part = np.full((len(rows), n), np.nan)
        if col >= n:
            part = ar[rows, col - n : col]
            part[:, np.flatnonzero(np.diff(grid.stretch[col - n : col], prepend=grid.stretch[col - n]))] = np.nan
        else:
            for k, row in enumerate(rows.tolist()):
                places = np.flatnonzero(opened[row - 1])[-n:] if row else np.zeros(0, np.int64)
                part[k, n - len(places) :] = ar[row - 1, places]
        return realised(part, max(_FIVE // grid.width, 1))


def _wide(values: Any, nights: Any, later: int) -> Floats:
    """(S, B + later (B + 1)) of (S, B): after each session the night (S,) that follows it and the next session."""
    found = [np.asarray(values, float)]
    for k in range(1, later + 1):
        for one in (np.asarray(nights, float)[:, None], found[0]):
            moved = np.full(one.shape, np.nan)
            moved[:-k] = one[k:]
            found.append(moved)
    return np.concatenate(found, axis=1)


def _among(nights: Floats) -> tuple[float, float] | None:
    """The move of a night and its rank among other nights."""
    own, others = nights[0], nights[1:][np.isfinite(nights[1:])]
    return (float(own), clock_placebo(float(own), others).p) if np.isfinite(own) and len(others) else None
