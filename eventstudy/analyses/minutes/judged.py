"""What was found of one ticker at one instant, in figures and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from eventstudy.analyses.base import Finding
from eventstudy.analyses.minutes.grid import Grid
from eventstudy.inference.clock import ClockPlacebo, Reaction
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats
from eventstudy.units.windows import Window

MEAN = "mean"
"""The name of the equal-weighted mean of several tickers at one instant."""


def who_in_words(who: str) -> str:
    """A ticker, or the mean of several."""
    return Phrase("the mean of the tickers") if who == MEAN else who


def who_at_first(who: str) -> str:
    """The same as a sentence begins."""
    return Phrase("The mean of the tickers") if who == MEAN else who


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
        said = {"n": self.minutes, "clock": self.since, "who": who_in_words(self.who), "car": self.car}
        said |= {"larger": self.placebo.larger, "days": self.placebo.days, "p": self.placebo.p}
        if self.against:
            return Phrase.counted(
                "In the minute from {clock} {who} moved {car:+.2f %} against the market; on {larger} of {days} other days it"
                " moved as far for its volatility that day (p {p:p}).",
                "In the {n} minutes from {clock} {who} moved {car:+.2f %} against the market; on {larger} of {days} other"
                " days it moved as far for its volatility that day (p {p:p}).",
                **said,
            )
        return Phrase.counted(
            "In the minute from {clock} {who} moved {car:+.2f %}; on {larger} of {days} other days it moved as far for its"
            " volatility that day (p {p:p}).",
            "In the {n} minutes from {clock} {who} moved {car:+.2f %}; on {larger} of {days} other days it moved as far for"
            " its volatility that day (p {p:p}).",
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
            who=who_at_first(self.who),
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
        who = who_at_first(self.who)
        if self.reacted.since is None or self.reacted.half is None or self.reacted.half_range is None:
            return Phrase(
                "{who}: the path ends inside the band of ordinary days, so no time of a reaction is named.", who=who
            )
        low, high = self.reacted.half_range
        width = self.grid.width
        return Phrase.counted(
            "{who}: the path left the band of ordinary days for good with the bar from {clock}, and kept half of its end after"
            " {n} minute ({low} to {high}).",
            "{who}: the path left the band of ordinary days for good with the bar from {clock}, and kept half of its end after"
            " {n} minutes ({low} to {high}).",
            who=who,
            clock=self.grid.said(self.place + self.reacted.since),
            n=(self.reacted.half + 1) * width,
            low=(low + 1) * width,
            high=(high + 1) * width,
        )
