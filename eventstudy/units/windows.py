"""Window(start, end): sessions relative to day 0, both ends included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from eventstudy.errors import InvalidRequest, Sentence

_FURTHEST = 100_000
"""Sessions on either side of day 0; four centuries of them."""


class Window(NamedTuple):
    """Sessions `start`..`end` relative to day 0, both included.

    Example:
        >>> es.Window(-1, 1).length
        3
    """

    start: int
    end: int

    @classmethod
    def of(cls, value: Sequence[int], name: str = Sentence("window")) -> Window:
        """A window from a pair of whole numbers; `name` is what the message calls it.

        `value`: its first and last event day, both included.

        Raises:
            InvalidRequest: not a pair of whole numbers, or the end lies before the start.

        Example:
            >>> es.Window.of([0, 5]).length
            6
        """
        name = name if isinstance(name, Sentence) else Sentence.quoted(name)
        try:
            start, end = (int(v) for v in value)
            whole = [float(v) for v in value] == [start, end]
        except (TypeError, ValueError, OverflowError):
            whole, start, end = False, 0, 0
        if not whole:
            raise InvalidRequest(
                Sentence("the {name} is {value!r}, not two whole numbers", name=name, value=value),
                hint=Sentence("give START END, e.g. -1 1"),
            )
        if end < start:
            raise InvalidRequest(
                Sentence("the {name} [{start}, {end}] ends before it starts", name=name, start=start, end=end),
                hint=Sentence("did you mean {end} {start}?", end=end, start=start),
            )
        if max(abs(start), abs(end)) > _FURTHEST:
            raise InvalidRequest(
                Sentence("the {name} [{start}, {end}] reaches further than prices do", name=name, start=start, end=end),
                hint=Sentence("count in sessions, {most:,} at most on either side of day 0", most=_FURTHEST),
            )
        return cls(start, end)

    @property
    def length(self) -> int:
        """Number of sessions."""
        return self.end - self.start + 1

    def inside(self, other: Window) -> bool:
        """Whether no session of this window lies outside `other`.

        Example:
            >>> es.Window(0, 1).inside(es.Window(-5, 5))
            True
        """
        return other.start <= self.start and self.end <= other.end

    def __str__(self) -> str:
        """As printed: [-1, +1]."""
        return f"[{self.start:+d}, {self.end:+d}]".replace("+0", "0")


class OwnWindows(Window):
    """The event window of a study whose pairs have windows of their own: equal to it, and never called by its ends."""

    __slots__ = ()

    def __str__(self) -> str:
        """As printed, in place of ends that no pair need have."""
        return "[own windows]"


class CalendarDays(Window):
    """The sessions that a window of calendar days holds of any pair: equal to them, and called by the calendar days."""

    days: Window

    @classmethod
    def holding(cls, sessions: Window, days: Window) -> CalendarDays:
        """The window of these calendar days, which holds these sessions."""
        found = cls(*sessions)
        found.days = days
        return found

    def __str__(self) -> str:
        """As printed, by what was asked for: [0, +30 calendar days]."""
        return f"{str(self.days)[:-1]} calendar days]"
