"""Which day did the market react? Every day of a set declared beforehand, judged with all of them in mind (METHODS 5.1).

The days are fixed before any price is looked at, [0, +10] unless others are named. A firm or portfolio reacted on the day with
the largest standardised abnormal return, if that is out of the ordinary for the largest of so many days, on the scale of the
days near it; else on none. What is left where the days of all firms (of all groups) are judged together stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from eventstudy import calendars, plugins
from eventstudy.analyses.base import Answer, Finding, lines_of, of_pairs
from eventstudy.calendars import Moment
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence
from eventstudy.inference import holm
from eventstudy.inference.multiple import least_of_draws, romano_wolf_of_windows
from eventstudy.language import AtMost, Phrase, at_most, spoken, written
from eventstudy.language.messages import Message
from eventstudy.panel import Floats, Ints
from eventstudy.study.answers import levels_of, raised
from eventstudy.study.document import number, warnings_as_dicts
from eventstudy.study.families import MANY_TICKERS, judged_by_days
from eventstudy.study.result import Group, StudyResult
from eventstudy.study.sentences import LEVEL, instead_of_finding, p_text, percent, to_two
from eventstudy.study.text import heading, left_out, notes, prose
from eventstudy.text import columns
from eventstudy.units.windows import Window

DAYS = Window(0, 10)
"""The days that are searched unless others are named."""
DRAWS = 9999
_BEYOND_ALL = np.finfo(float).max


@dataclass(frozen=True)
class Day:
    """One day of one subject; `p` is its rank among ordinary days, not adjusted for the days beside it."""

    rel_day: int
    session: date | None
    ar: float
    sar: float
    p: float
    p_adjusted: float
    """Adjusted for the largest of all searched days (maxT)."""
    p_holm: float
    scale: float
    """How many times as much as usual the days near it moved, where that is out of the ordinary; else 1."""


@dataclass(frozen=True)
class Subject(Finding):
    """What one firm or portfolio did on the searched days."""

    name: str
    kind: Literal["firm", "group"]
    tickers: tuple[str, ...]
    event_id: str
    announced_day0: date
    """The first session that could react to the announcement."""
    recognised_day0: date | None
    """The first session from the recognised date of the registry on; None where it has none."""
    n_estimation: int
    critical: float
    """|SAR| over `scale` above which a searched day would be named; NaN where there are too few estimation days for any."""
    event_days: tuple[Day, ...]
    """Every day of the event window; those that were not searched have neither `p_adjusted` nor `p_holm`."""
    searched: Window
    car: float
    """Sum over all searched days; NaN where too few were observed."""
    car_p: float
    """By `placebo`, among windows made of ordinary days; exact t where that does not apply."""
    half_life: int | None
    """First day by which half of the largest CAR since the first searched day was reached; None where days are missing."""
    volume_peak: int | None
    """Day with the highest log volume; the same with and without a constant mean. None where volume is not known."""
    together: int = 1
    """How many firms, or groups, the scan looks at."""
    p_together: float = float("nan")
    """That of the largest day, judged with all days of all of them (Romano and Wolf); NaN where it stands alone."""
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""

    @property
    def days(self) -> tuple[Day, ...]:
        """The searched days."""
        return tuple(d for d in self.event_days if self.searched.start <= d.rel_day <= self.searched.end)

    def on(self, session: date | None) -> Day | None:
        """The day of that session, searched or not; None outside the event window."""
        return next((day for day in self.event_days if session and day.session == session), None)

    @property
    def largest(self) -> Day | None:
        """The searched day with the largest |SAR|, on the scale of the days near it."""
        known = [day for day in self.days if np.isfinite(day.sar)]
        return max(known, key=lambda day: abs(day.sar / day.scale)) if known else None

    @property
    def reaction(self) -> Day | None:
        """The largest day, if it is out of the ordinary for the largest of so many; none where prices look wrong."""
        found = None if self.instead else self.largest
        return found if found and found.p_adjusted < LEVEL else None

    @property
    def earliest(self) -> Day | None:
        """The first day that Holm's correction leaves below 5 %; none where prices look wrong."""
        return None if self.instead else next((day for day in self.days if day.p_holm < LEVEL), None)

    @property
    def smallest_p(self) -> float:
        """The adjusted p of a day beyond all estimation days: no day can have a smaller one."""
        return float(1 - (1 - 1 / (self.n_estimation + 1)) ** sum(np.isfinite(day.sar) for day in self.days))

    def _finding(self) -> Phrase:
        """Announcement and recognition side by side, then the day of the reaction or that there was none."""
        told = [Phrase("announced {day}", day=_beside(self, self.announced_day0))]
        if self.recognised_day0 and self.recognised_day0 != self.announced_day0:
            told.append(Phrase("recognised {day}", day=_beside(self, self.recognised_day0)))
        return Phrase("{who}: {days:;}. {reaction}", who=self.name, days=told, reaction=_reaction_of(self))


@dataclass(frozen=True, repr=False, eq=False)
class Scan(Answer):
    """The searched days of every firm, and of every group that one portfolio can stand for."""

    days: Window
    subjects: tuple[Subject, ...]
    result: StudyResult
    """The study whose days were searched."""
    warned: tuple[Message, ...]
    draws: int = DRAWS
    schema = "eventstudy.scan/1"
    chart = "reaction"

    @property
    def findings(self) -> tuple[Subject, ...]:
        """A finding a subject."""
        return self.subjects

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know of the study, and of the search."""
        return lines_of((*self.result.warned, *self.warned))

    @property
    def incomplete(self) -> bool:
        """Whether a pair was left out, or a day was not observed."""
        unseen = any(not np.isfinite(day.ar) for subject in self.subjects for day in subject.days)
        return bool(self.result.exclusions) or unseen

    def tidy(self) -> pd.DataFrame:
        """One row a subject and day: subject, kind, event_id, rel_day, session, ar, sar, p, p_adjusted, p_holm, reaction."""
        rows = [
            {"subject": s.name, "kind": s.kind, "event_id": s.event_id, **vars(day), "reaction": day == s.reaction}
            for s in self.subjects
            for day in s.days
        ]
        return pd.DataFrame(rows)

    def _document(self) -> dict[str, Any]:
        """The JSON object of the contract."""
        return {
            "days": list(self.days),
            "subjects": [_subject_as_dict(subject) for subject in self.subjects],
            "level": LEVEL,
            "draws": self.draws,
            "seed": self.result.config.seed,
            "day0_policy": self.result.day0_policy,
            "config": self.result.config.as_dict(),
            "provenance": dict(self.result.provenance),
            "excluded": [e._asdict() for e in self.result.exclusions],
            "warnings": warnings_as_dicts((*self.result.warned, *self.warned)),
        }

    def _lines(self, *, verbose: bool) -> Iterator[str]:
        """What was searched, a row a subject (or a day, of a single one), the answer in words, and what to know."""
        one = len(self.subjects) == 1
        table = _days_of(self.subjects[0]) if one else _subjects(self, verbose)
        told = [line for subject in self.subjects[:1] for line in prose(subject.sentence)]
        after = [line for said in lines_of(self.warned) for line in prose(said)]
        searched = spoken(Phrase("days searched: {window}, fixed beforehand", window=self.days))
        blocks = [
            [*heading(self.result), searched],
            told,
            list(table),
            [*_legend(self), *after, *(notes(self.result, verbose) if verbose or one else _left_out(self))],
        ]
        yield "\n\n".join("\n".join(lines) for lines in blocks if lines)


def window_for(days: Sequence[int], event_window: Sequence[int] = (0, 0)) -> Window:
    """The event window of a study that these days are to be searched in: its own, made wide enough for them and for day 0."""
    (first, last), (start, end) = days, event_window
    return Window(min(start, first, 0), max(end, last, 0))


@of_pairs
def scan(result: StudyResult, days: Sequence[int] | None = None) -> Scan:
    """Search the days of a study, those of [0, +10] that lie inside its event window unless `days` names others.

    `result`: the study, of which the pairs are kept.

    Raises:
        InvalidRequest: `days` reaches out of the event window, or the study is not of returns of days.
        NothingUsable: not one firm has a searched day with an abnormal return.

    Example:
        >>> result = es.run("deepseek-r1", tickers="NVDA")
        >>> print(es.analyses.scan(result).sentence)
        NVDA: announced day 2025-01-21 -0.38 %, not significant (p 1); recognised day 2025-01-27 -13.43 %,
        significant (p ≤.026). Reaction day: 2025-01-27, 4 sessions after day 0 of the announcement, -13.43 %
        (p ≤.026, adjusted for 6 days).
    """
    searched = searched_days(result, days)
    warned: list[Message] = []
    result.config.check_equal_weights(Phrase("the time of the reaction"))
    result.config.check_estimated(Phrase("the time of the reaction"))
    result.config.check_of_returns(Phrase("the time of the reaction"))
    result.config.check_outcome(Phrase("the time of the reaction"))
    result.config.check_daily(Phrase("the time of the reaction"))
    subjects = [*_portfolios(result, searched, warned), *_firms(result, searched)]
    if all(subject.largest is None for subject in subjects):
        raise NothingUsable(
            Sentence("no firm has an abnormal return on a day of {searched}", searched=searched),
            hint=Sentence("search other days"),
        )
    warned += _too_few_days(subjects)
    return Scan(searched, tuple(subjects), result, tuple(warned))


def searched_days(result: StudyResult, days: Sequence[int] | None = None) -> Window:
    """The days that are searched: `days`, or those of [0, +10] inside the event window.

    Raises:
        InvalidRequest: `days` reaches out of the event window.
    """
    event = result.config.event_window
    searched = Window.of(days, "set of days") if days else Window(DAYS.start, min(DAYS.end, event.end))
    if not searched.inside(event):
        raise InvalidRequest(
            Sentence("the days {searched} reach out of the event window {event}", searched=searched, event=event),
            hint=Sentence(
                "widen it: --event-window {start} {end}",
                start=min(searched.start, event.start),
                end=max(searched.end, event.end),
            ),
        )
    return searched


def adjusted_over_days(sar: Floats, studentised: Floats, seed: int, draws: int = DRAWS) -> Floats:
    """(N, D) p of each day as the largest of D days (maxT), from the SARs (N, D) and the M residuals of each series (N, M).

    D days are drawn with replacement from the estimation days and the judged day itself, which counts as reaching itself: if
    nothing happened all M + 1 are exchangeable. p = (1 + #{largest drawn >= |SAR|}) / (draws + 1). Without the day itself a
    scan of 11 days after 250 would name a day in 8 % of studies in which nothing happened (Romano and Wolf 2005).
    """
    p = np.full(sar.shape, np.nan)
    for i, (days, residuals) in enumerate(zip(np.abs(sar), np.abs(studentised), strict=True)):
        observed = np.flatnonzero(np.isfinite(days))
        if len(observed):
            p[i, observed] = _p_of_largest(
                days[observed], residuals[np.isfinite(residuals)], len(observed), seed, draws
            )
    return p


def critical_sar(studentised: Floats, length: int, seed: int, draws: int = DRAWS) -> float:
    """The |SAR| above which a day is named, as one of `length` after the residuals (M,); NaN where none can be."""
    ordinary = np.unique(np.abs(studentised[np.isfinite(studentised)]))
    p = _p_of_largest(np.nextafter(ordinary, np.inf), ordinary, length, seed, draws)
    return float(ordinary[p < LEVEL].min(initial=np.inf)) if (p < LEVEL).any() else float("nan")


def _p_of_largest(values: Floats, ordinary: Floats, length: int, seed: int, draws: int) -> Floats:
    """(K,) how often the largest of `length` days, drawn from the ordinary (M,) and the judged one, reaches each value (K,)."""
    largest = np.sort(np.append(ordinary, np.inf)[_drawn(len(ordinary) + 1, length, draws, seed)].max(axis=1))
    p: Floats = (1 + draws - np.searchsorted(largest, values, side="left")) / (draws + 1)
    return p


@lru_cache(maxsize=16)
def _drawn(total: int, length: int, draws: int, seed: int) -> Ints:
    return np.random.default_rng(seed).integers(total, size=(draws, length))


def half_life(ar: Floats) -> int | None:
    """The first of the D days (D,) by which half of the largest |CAR| since the first was reached, on its side of zero."""
    car = np.cumsum(ar)
    if not np.isfinite(car).all() or not car.any():
        return None
    peak = car[np.argmax(np.abs(car))]
    return int(np.argmax(car * np.sign(peak) >= abs(peak) / 2))


def subject_of(result: StudyResult, members: Ints, days: Window, name: str) -> tuple[Subject | None, str]:
    """What the pairs at these positions did on the days, several as one portfolio; or None, and why they make none."""
    series, why_none = _series_of(result, members)
    if series is None:
        return None, why_none
    judged = _judged(series, days, result.config.seed)
    return _subject(result, days, name, "group" if len(members) > 1 else "firm", members, judged, 0), ""


def _series_of(result: StudyResult, members: Ints) -> tuple[AbnormalReturns | None, str]:
    """The pairs at these positions as one series, or None and why they make none."""
    if len(members) > 1:
        return result.portfolios.portfolio(members)
    return result.returns.take(members), ""


def _firms(result: StudyResult, days: Window) -> Iterator[Subject]:
    """Each pair, judged together with all others unless they are very many."""
    several = len(result.events) > 1
    judged, together = _judged(result.returns, days, result.config.seed), None
    if 1 < result.n <= MANY_TICKERS and not result.returns.dependent:
        together, _ = romano_wolf_of_windows(
            result.returns, _singly(days), judged.scaled, result.config.seed, DRAWS, result.executor, judged.levels()
        )
    for i, pair in enumerate(result.panel.pairs):
        name = f"{pair.ticker} {pair.event_id}" if several else pair.ticker
        found = _subject(result, days, name, "firm", np.array([i]), judged, i)
        yield found if together is None else _beside_others(found, together[i], result.n)


def _beside_others(subject: Subject, p: Floats, n: int) -> Subject:
    """The subject with the p of its largest day, of those (D,) that are left where n are judged together."""
    largest = subject.largest
    if largest is None:
        return replace(subject, together=n)
    alone, left = largest.p_adjusted, float(np.fmax(p[subject.days.index(largest)], largest.p_adjusted))
    least = alone if isinstance(alone, AtMost) else least_of_draws(subject.n_estimation, DRAWS)
    return replace(subject, together=n, p_together=at_most(left, least))


def _portfolios(result: StudyResult, days: Window, warned: list[Message]) -> Iterator[Subject]:
    """All pairs together, then each group: as one security, where they share one date and one benchmark."""
    everyone = np.arange(result.returns.n)
    if len(everyone) == 1:
        return
    name = Phrase("all {tickers} tickers", tickers=len(everyone))
    whole, why_none = subject_of(result, everyone, days, name)
    if whole is None:
        warned.append(Message.of("NO_PORTFOLIO", name=name, why=Phrase.quoted(why_none)))
    else:
        yield replace(whole, kind="group")
    made: list[tuple[Group, AbnormalReturns]] = []
    for group in result.groups:
        series, why_none = _series_of(result, group.members)
        if series is None:
            warned.append(Message.of("NO_PORTFOLIO", name=group.name, why=Phrase.quoted(why_none)))
        else:
            made.append((group, series))
    judged = [_judged(series, days, result.config.seed) for _, series in made]
    together = None
    if len(made) > 1 and not any(series.dependent for _, series in made):
        cells = np.concatenate([np.repeat(series.studentised, days.length, axis=0) for _, series in made])
        statistic = np.concatenate([one.scaled[0] for one in judged])
        levels = [level for one in judged for level in one.levels()]
        by_days = judged_by_days(cells, statistic, _singly(days) * len(made), result.config.seed, levels)
        together = by_days.p.reshape(len(made), -1)
    for g, (group, _) in enumerate(made):
        found = _subject(result, days, group.name, "group", group.members, judged[g], 0)
        yield found if together is None else _beside_others(found, together[g], len(made))


def _singly(days: Window) -> list[Window]:
    """Each day as a window."""
    return [Window(day, day) for day in range(days.start, days.end + 1)]


@dataclass(frozen=True)
class _Judged:
    """What N series did on the L2 days of the event window, D of them searched."""

    searched: slice
    """The columns of the D searched days."""
    ar: Floats
    """(N, L2)"""
    sar: Floats
    """(N, L2)"""
    scale: Floats
    """(N, L2) of the days near each."""
    near: list[list[Floats]]
    """(L2,) of (N,): how wild the days near each estimation day are, where the day is judged by that; else empty."""
    p: Floats
    """(N, L2)"""
    least: Floats
    """(N, L2) the smallest that is possible; NaN where the test does not count."""
    p_adjusted: Floats
    """(N, D)"""
    least_adjusted: Floats
    """(N,) the smallest that is possible."""
    car: Floats
    """(N,) over the searched days."""
    car_p: Floats
    """(N,)"""
    n_estimation: Ints
    """(N,)"""
    critical: Floats
    """(N,)"""

    @property
    def scaled(self) -> Floats:
        """(N, D) SARs of the searched days on the scale of the days near them."""
        found: Floats = (self.sar / self.scale)[:, self.searched]
        return found

    def levels(self) -> list[Floats]:
        """(N D,) how wild the days near each estimation day are, where a day is judged by that; else empty."""
        return [level for own in zip(*self.near[self.searched], strict=True) for level in own]


def _judged(returns: AbnormalReturns, days: Window, seed: int) -> _Judged:
    ranked, exact = (plugins.load("tests", name) for name in ("placebo", "exact_t"))
    event = returns.event
    each = [ranked.compute(returns, Window(day, day), seed) for day in range(event.start, event.end + 1)]
    sar = np.stack([answer.statistic for answer in each], axis=1)
    scale = np.stack([raised(answer) for answer in each], axis=1)
    ar = np.where(np.isfinite(sar), returns.ar, np.nan)
    searched = slice(days.start - event.start, days.end - event.start + 1)
    scaled, lacking = (sar / scale)[:, searched], np.full(returns.n, np.nan)
    by_rank = ranked.compute(returns, days, seed).p_value
    by_t = exact.compute(returns, days, seed)
    return _Judged(
        searched=searched,
        ar=ar,
        sar=sar,
        scale=scale,
        near=[levels_of(answer) for answer in each],
        p=np.stack([answer.p_value for answer in each], axis=1),
        least=np.stack([lacking if answer.least is None else answer.least for answer in each], axis=1),
        p_adjusted=adjusted_over_days(scaled, returns.studentised, seed),
        least_adjusted=np.fmin.reduce(
            adjusted_over_days(np.where(np.isfinite(scaled), _BEYOND_ALL, np.nan), returns.studentised, seed), axis=1
        ),
        car=np.where(np.isfinite(by_t.statistic), np.nansum(ar[:, searched], axis=1), np.nan),
        car_p=np.where(np.isfinite(by_rank), by_rank, by_t.p_value),
        n_estimation=returns.observed_days,
        critical=np.array([critical_sar(r, days.length, seed) for r in returns.studentised]),
    )


def _subject(
    result: StudyResult,
    days: Window,
    name: str,
    kind: Literal["firm", "group"],
    members: Ints,
    judged: _Judged,
    row: int,
) -> Subject:
    """What row `row` of `judged`, the series of these members, did."""
    first = int(members[0])
    event_id = result.panel.pairs[first].event_id
    event = next(e for e in result.events if e.id == event_id)
    recognised = event.moment("recognised")
    steps = half_life(judged.ar[row, judged.searched])
    return Subject(
        name=name,
        kind=kind,
        tickers=tuple(result.panel.pairs[int(i)].ticker for i in members),
        event_id=event_id,
        announced_day0=_session_of(result, first, Moment(event.announced, event.timing)),
        recognised_day0=_session_of(result, first, recognised) if recognised else None,
        n_estimation=int(judged.n_estimation[row]),
        critical=float(judged.critical[row]),
        event_days=tuple(_days(result.rel_days, result.sessions[first], judged, row)),
        searched=days,
        car=float(judged.car[row]),
        car_p=float(judged.car_p[row]),
        half_life=None if steps is None else days.start + steps,
        volume_peak=_volume_peak(days, result.panel.volume[members][:, judged.searched]),
        instead=instead_of_finding(result, members.tolist(), name),
    )


def _days(rel_days: Sequence[int], sessions: Any, judged: _Judged, row: int) -> Iterator[Day]:
    adjusted, corrected = (np.full(len(rel_days), np.nan) for _ in range(2))
    adjusted[judged.searched] = judged.p_adjusted[row]
    corrected[judged.searched] = holm(judged.p[row, judged.searched])
    for j, (rel_day, session) in enumerate(zip(rel_days, sessions, strict=True)):
        yield Day(
            rel_day=rel_day,
            session=None if np.isnat(session) else session.item(),
            ar=float(judged.ar[row, j]),
            sar=float(judged.sar[row, j]),
            p=at_most(float(judged.p[row, j]), float(judged.least[row, j])),
            p_adjusted=at_most(float(adjusted[j]), float(judged.least_adjusted[row])),
            p_holm=float(corrected[j]),
            scale=float(judged.scale[row, j]),
        )


def _session_of(result: StudyResult, i: int, moment: Moment) -> date:
    """The first session of pair i that could react to a moment, whichever day 0 the study counts from."""
    exchange, shift = result.panel.day0[i].exchange, result.config.max_shift
    if exchange:
        return calendars.day0(moment, exchange, max_shift=shift).session
    block = result.panel.block
    known = block.sessions[block.design[i]]
    return calendars.day0_on_sessions(moment, known[~np.isnat(known)], max_shift=shift).session


def _volume_peak(days: Window, volume: Floats) -> int | None:
    """The day with the highest mean log volume over the members (n, D), None where one is not known or not traded."""
    if not (volume > 0).all():
        return None
    return days.start + int(np.argmax(np.log(volume).mean(axis=0)))


def _too_few_days(subjects: Sequence[Subject]) -> Iterator[Message]:
    """Say where the estimation window is too short for any day to be named."""
    hopeless = [s for s in subjects if s.kind == "firm" and s.smallest_p >= LEVEL]
    if hopeless:
        least = min(hopeless, key=lambda s: s.n_estimation)
        yield Message.of(
            "SCAN_TOO_WIDE",
            None,
            ", ".join(s.tickers[0] for s in hopeless[:5]),
            days=len(least.days),
            estimation=least.n_estimation,
            p=least.smallest_p,
        )


def _beside(subject: Subject, session: date) -> Phrase:
    """What a day brought, and whether that stands out; read after `announced` or `recognised`."""
    day = subject.on(session)
    if day is None:
        return Phrase("day {on} lies outside the event window", on=session)
    if not np.isfinite(day.ar):
        return Phrase("day {on} has no return", on=session)
    said: dict[str, Any] = {"on": session, "ar": day.ar}
    if not np.isfinite(day.p_adjusted):
        return Phrase("day {on} {ar:+.2f %}, not among the days searched (p {p:p} by itself)", p=day.p, **said)
    if day.p_adjusted >= LEVEL:
        return Phrase("day {on} {ar:+.2f %}, not significant (p {p:p})", p=day.p_adjusted, **said)
    return Phrase("day {on} {ar:+.2f %}, significant (p {p:p})", p=day.p_adjusted, **said)


def _reaction_of(subject: Subject) -> Phrase:
    """The day of the reaction, or that there was none."""
    day, largest = subject.reaction, subject.largest
    if largest is None:
        return Phrase("No searched day has an abnormal return.")
    n = sum(np.isfinite(day.sar) for day in subject.days)
    of = Phrase("adjusted for {n} days", n=n)
    if np.isfinite(subject.p_together):
        both = {"n": n, "p": subject.p_together, "of": subject.together}
        of = Phrase("adjusted for {n} days; {p:p} for those of {of} firms", **both)
        if subject.kind == "group":
            of = Phrase("adjusted for {n} days; {p:p} for those of {of} groups", **both)
    if day is None:
        return Phrase(
            "No reaction day: the largest of the {n} days, {on} ({ar:+.2f %}), is not out of the ordinary (p {p:p}, {of}).",
            n=n,
            on=largest.session,
            ar=largest.ar,
            p=largest.p_adjusted,
            of=of,
        )
    said = {"on": day.session, "later": _later(subject, day), "ar": day.ar, "p": day.p_adjusted, "of": of}
    return Phrase("Reaction day: {on}{later}, {ar:+.2f %} (p {p:p}, {of}).", **said)


def _later(subject: Subject, day: Day) -> str:
    start = subject.on(subject.announced_day0)
    steps = day.rel_day - start.rel_day if start else 0
    if steps > 0:
        return Phrase.counted(
            ", {n} session after day 0 of the announcement", ", {n} sessions after day 0 of the announcement", n=steps
        )
    if steps < 0:
        return Phrase.counted(
            ", {n} session before day 0 of the announcement",
            ", {n} sessions before day 0 of the announcement",
            n=-steps,
        )
    return ""


def _subject_as_dict(subject: Subject) -> dict[str, Any]:
    day, earliest, recognised = subject.reaction, subject.earliest, subject.recognised_day0
    return {
        "name": subject.name,
        "kind": subject.kind,
        "tickers": list(subject.tickers),
        "event_id": subject.event_id,
        "announced_day0": subject.announced_day0.isoformat(),
        "recognised_day0": recognised.isoformat() if recognised else None,
        "reaction_day": day.session.isoformat() if day and day.session else None,
        "days": [_plain(d) for d in subject.days],
        "believable": subject.believable,
        "sentence": subject.sentence,
        "announced": _plain(subject.on(subject.announced_day0)),
        "recognised": _plain(subject.on(recognised)),
        "reaction": _plain(day),
        "earliest_significant": earliest.session.isoformat() if earliest and earliest.session else None,
        "half_life": subject.half_life,
        "volume_peak": subject.volume_peak,
        "car": number(subject.car),
        "car_p": number(subject.car_p),
        "n_estimation": subject.n_estimation,
        "together": subject.together,
        "p_together": number(subject.p_together),
        "smallest_p": subject.smallest_p,
        "critical_sar": number(subject.critical),
    }


def _plain(day: Day | None) -> dict[str, Any] | None:
    if day is None:
        return None
    return {
        "rel_day": day.rel_day,
        "session": day.session.isoformat() if day.session else None,
        **{name: number(getattr(day, name)) for name in ("ar", "sar", "p", "p_adjusted", "p_holm", "scale")},
    }


_SHOWN = 30
"""Up to so many subjects are shown in a table for people."""


def _subjects(found: Scan, verbose: bool) -> Iterator[str]:
    recognised = any(s.recognised_day0 for s in found.subjects)
    volume = any(s.volume_peak is not None for s in found.subjects)
    head: list[str] = ["", Phrase("announced"), "p", *([Phrase("recognised"), "p"] if recognised else [])]
    head += [Phrase("reaction day"), "AR", "p", Phrase("first"), Phrase("half by")]
    head += [Phrase("volume")] if volume else []
    rows = [[spoken(name) for name in head]]
    shown = found.subjects if verbose else found.subjects[:_SHOWN]
    for s in shown:
        days = [s.on(s.announced_day0), *([s.on(s.recognised_day0)] if recognised else []), s.reaction or s.largest]
        cells = [[percent(day.ar), _p_of(day)] if day else ["", ""] for day in days]
        which = Phrase("in doubt") if s.instead else Phrase("none")
        cells[-1].insert(0, written(s.reaction.session) if s.reaction else spoken(which))
        steps = [s.earliest.rel_day if s.earliest else None, s.half_life, *([s.volume_peak] if volume else [])]
        name = spoken(s.name) if s.kind == "group" else f"  {s.name}"
        rows.append([name, *(text for pair in cells for text in pair), *map(_step, steps)])
    yield columns(rows, range(1, len(head)))
    if len(found.subjects) > len(shown):
        yield spoken(Phrase("... and {n} more (--format csv shows all)", n=len(found.subjects) - len(shown)))


def _step(day: int | None) -> str:
    return "" if day is None else written(day, "day")


def _p_of(day: Day) -> str:
    """The adjusted p; in brackets that of the day by itself, where it was not searched."""
    return p_text(day.p_adjusted) if day.p_adjusted == day.p_adjusted else f"({p_text(day.p)})"


def _days_of(subject: Subject) -> Iterator[str]:
    marks = {subject.announced_day0: Phrase("announced"), subject.recognised_day0: Phrase("recognised")}
    head = [Phrase("day"), Phrase("session"), Phrase("abnormal"), "SAR", "p", Phrase("p, adjusted")]
    rows = [[*map(spoken, head), ""]]
    for day in subject.days:
        said = [marks[day.session]] if day.session in marks else []
        said += [Phrase("REACTION DAY")] if day == subject.reaction else []
        said += [Phrase("highest volume")] if day.rel_day == subject.volume_peak else []
        figures = [percent(day.ar), to_two(day.sar), p_text(day.p), p_text(day.p_adjusted)]
        rows.append([_step(day.rel_day), written(day.session), *figures, ", ".join(map(spoken, said))])
    yield columns(rows, range(6))
    if subject.instead:
        return
    first, half = subject.earliest, ""
    if first:
        by_holm = Phrase("first significant day by Holm's correction: {on} (p {p:p})", on=first.session, p=first.p_holm)
        yield spoken(by_holm)
    else:
        yield spoken(Phrase("no day is significant by Holm's correction"))
    if subject.half_life is not None:
        half = Phrase("; half of the largest CAR was reached by day {day:day}", day=subject.half_life)
    yield spoken(
        Phrase(
            "CAR{window} {car:+.2f %} (p {p:p} among windows made of ordinary days){half}",
            window=subject.searched,
            car=subject.car,
            p=subject.car_p,
            half=half,
        )
    )


def _legend(found: Scan) -> Iterator[str]:
    shown = [p for s in found.subjects for day in s.days for p in (day.p, day.p_adjusted)]
    yield from prose(
        Phrase(
            "p: chance that the largest of {n} ordinary days is as large (maxT over the days), on the scale of the days near"
            " it{floor}",
            n=found.days.length,
            floor=Phrase("; ≤: least possible") if any("≤" in p_text(p) for p in shown) else "",
        )
    )
    if len(found.subjects) > 1:
        yield spoken(
            Phrase("where no day reacted its columns show the largest; groups are judged as one portfolio each")
        )
        yield from _together(found)
        yield spoken(Phrase("first: earliest day below 5 % by Holm's correction over the days of its row"))
        yield spoken(Phrase("half by: day on which half of the largest CAR was reached"))


def _together(found: Scan) -> Iterator[str]:
    """What is left of the reaction days where those of all groups, and of all firms, are judged together."""
    if any(s.kind == "firm" and s.together == 1 for s in found.subjects):
        yield spoken(Phrase("p of firms are not adjusted for the number of firms"))
    for kind in ("group", "firm"):
        judged = [s for s in found.subjects if s.kind == kind and np.isfinite(s.p_together)]
        if not judged:
            continue
        left = [Phrase("{who} {p:p}", who=s.name, p=s.p_together) for s in judged if s.p_together < LEVEL]
        least = min(judged, key=lambda s: s.p_together)
        none = Phrase("none (least: {who} {p:p})", who=least.name, p=least.p_together)
        said = {"of": judged[0].together, "names": left or none}
        if kind == "group":
            yield from prose(Phrase("below 5 % where all days of {of} groups are judged together: {names}", **said))
        else:
            yield from prose(Phrase("below 5 % where all days of {of} firms are judged together: {names}", **said))


def _left_out(found: Scan) -> Iterator[str]:
    yield from left_out(found.result.exclusions)
    if found.result.day0_policy != "announced":
        yield spoken(
            Phrase("DAY0_CHOSEN: the user chose day 0, and with it the days searched; no p accounts for that choice")
        )
