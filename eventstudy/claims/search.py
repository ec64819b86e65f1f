"""Finds the numbers of a claim among quoted prices (METHODS 5.3, ruling 27).

Quoted prices are adjusted for splits only. A number is looked for as a close (rounded, then truncated), then as a high or low,
then as an open; the first kind that matches wins, the others are listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from eventstudy.claims.parse import Quote, Understood
from eventstudy.panel import Days, Floats

_KINDS = (("close",), ("high", "low"), ("open",))
_LOOSELY = ("truncated", "about", "under", "over")
_OF_DAY = {"open": 0, "high": 1, "low": 1, "close": 2}
"""Order within a session; of high and low daily prices do not say which came first."""
_SEARCHED = 5
"""Where a claim gives a change and no span, moves of up to so many sessions are looked at."""


@dataclass(frozen=True)
class Quoted:
    """What was quoted of one share on S sessions; NaN where a session has no price."""

    sessions: Days
    """(S,)"""
    fields: Mapping[str, Floats]
    """(S,) of `close` and, where they are known, `high`, `low` and `open`."""
    event: int
    """The row of the event's day 0, around which it is searched."""
    first: int
    """The first row that is searched; those before serve as context."""

    def date(self, row: int) -> date:
        """The session of a row."""
        found: date = self.sessions[row].item()
        return found

    @property
    def close(self) -> Floats:
        """(S,)"""
        return self.fields["close"]


@dataclass(frozen=True)
class Match:
    """A price that can have become a number of the claim."""

    row: int
    date: date
    field: str
    value: float
    manner: str
    """`exact`, `rounded`, `truncated`, `about`, `under`, `over`; `move` where it was found by the change alone."""

    @property
    def rank(self) -> int:
        """0 is the kind that is looked for first."""
        kind = next(k for k, names in enumerate(_KINDS) if self.field in names)
        return 2 * kind + (self.manner in _LOOSELY)


@dataclass(frozen=True)
class Found:
    """Where the numbers of a claim were found; None where they were not, or there is no such number."""

    start: Match | None
    end: Match | None
    matches: Mapping[str, tuple[Match, ...]]
    """All matches of `from` and `to`, best kind first."""

    @property
    def in_order(self) -> bool | None:
        """Whether the first number came before the second; None where there are not two."""
        return None if self.start is None or self.end is None else _before(self.start, self.end)


def search(claim: Understood, quoted: Quoted) -> Found:
    """The matches of both numbers, and the pair that is meant.

    Of pairs of the best kinds: those in order of time, then those within the claimed span, then the fewest sessions, then the
    nearest to the event. A claim of a change alone is looked for among moves from close to close.
    """
    matches = {
        name: tuple(matches_of(number, quoted)) if number else ()
        for name, number in (("from", claim.start), ("to", claim.end))
    }
    starts, ends = _best(matches["from"]), _best(matches["to"])
    if claim.start and claim.end:
        if starts and ends:
            start, end = min(((s, e) for s in starts for e in ends), key=lambda p: _order(p, claim, quoted))
            return Found(start, end, matches)
        return Found(_nearest(starts, quoted), _nearest(ends, quoted), matches)
    if claim.percent or claim.change or claim.per_share:
        pairs = list(_moves(claim, starts, ends, quoted))
        if pairs:
            start, end = min(pairs, key=lambda p: _order(p, claim, quoted))
            return Found(start, end, matches)
    return Found(_nearest(starts, quoted), _nearest(ends, quoted), matches)


def matches_of(number: Quote, quoted: Quoted) -> Iterator[Match]:
    """Every searched price that can have become this number, best kind first, then by date."""
    found = [
        Match(row, quoted.date(row), field, float(values[row]), manner)
        for field, values in quoted.fields.items()
        if field in _OF_DAY
        for row in range(quoted.first, len(values))
        if np.isfinite(values[row]) and (manner := number.manner(float(values[row])))
    ]
    yield from sorted(found, key=lambda m: (m.rank, m.row, m.field))


def move_agrees(claim: Understood, start: float, end: float) -> bool | None:
    """Whether a move has the size (and, where the words say one, the direction) of the claimed change; None without one."""
    verdicts = []
    if claim.percent:
        verdicts.append(claim.percent.manner(round(100 * abs(end / start - 1), 9)) is not None)
    amounts = [money for money in (claim.change, claim.per_share) if money]
    verdicts += [money.manner(round(abs(end - start), 9)) is not None for money in amounts]
    if not verdicts:
        return None
    way = claim.down is None or claim.down == (end < start)
    return all(verdicts) and way


def sessions_between(start: Match, end: Match) -> int:
    """The sessions in which the move took place: a number that is no close takes in its own session."""
    return end.row - start.row + (start.field != "close")


def _best(found: tuple[Match, ...]) -> list[Match]:
    return [m for m in found if m.rank == found[0].rank]


def _nearest(found: list[Match], quoted: Quoted) -> Match | None:
    return min(found, key=lambda m: (m.manner != "exact", abs(m.row - quoted.event), m.row), default=None)


def _before(start: Match, end: Match) -> bool:
    """Whether the one can have come before the other."""
    if start.row != end.row:
        return start.row < end.row
    return start.field != end.field and _OF_DAY[start.field] <= _OF_DAY[end.field]


def _order(pair: tuple[Match, Match], claim: Understood, quoted: Quoted) -> tuple[int | bool, ...]:
    """The smallest is the pair that is meant."""
    start, end = pair
    sessions = sessions_between(start, end)
    too_long = claim.span is not None and sessions > claim.span.most
    other_day = claim.span is not None and claim.span.weekday not in (None, end.date.weekday())
    inexact = (start.manner != "exact") + (end.manner != "exact")
    return not _before(start, end), too_long, other_day, abs(sessions), inexact, abs(end.row - quoted.event), start.row


def _moves(claim: Understood, starts: list[Match], ends: list[Match], quoted: Quoted) -> Iterator[tuple[Match, Match]]:
    """Pairs of closes, or of a match and a close, that moved by the claimed change within the span."""
    most = claim.span.most if claim.span else _SEARCHED

    def closes(rows: range) -> list[Match]:
        known = (r for r in rows if quoted.first <= r < len(quoted.close) and np.isfinite(quoted.close[r]))
        return [Match(r, quoted.date(r), "close", float(quoted.close[r]), "move") for r in known]

    def furthest(rows: range) -> list[Match]:
        field = "low" if claim.down else "high"
        values = quoted.fields.get(field) if claim.at_times else None
        if values is None:
            return closes(rows)
        known = (r for r in rows if np.isfinite(values[r]))
        return [Match(r, quoted.date(r), field, float(values[r]), "move") for r in known]

    every = range(quoted.first, len(quoted.close))
    if (claim.start and not starts) or (claim.end and not ends):
        return
    for end in ends or furthest(every):
        for start in starts or closes(range(end.row - most, end.row)):
            if _before(start, end) and move_agrees(claim, start.value, end.value):
                yield start, end
