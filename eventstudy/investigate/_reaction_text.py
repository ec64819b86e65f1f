"""The search for the day of reaction as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eventstudy.investigate._reaction_document import sentence
from eventstudy.screens import heading, notes
from eventstudy.sentences import p_text, percent
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.reaction import Day, Scan, Subject

_SHOWN = 30
"""Up to so many subjects are shown in a table for people."""


def text(found: Scan, *, verbose: bool = False) -> str:
    """What was searched, a row a subject (or a day, of a single one), the answer in words, and what to know."""
    one = len(found.subjects) == 1
    table = _days_of(found.subjects[0]) if one else _subjects(found, verbose)
    told = [line for subject in found.subjects[:1] for line in wrapped(sentence(subject))]
    after = [
        line for w in found.warned for line in wrapped(f"{w.code} {w.ticker + ': ' if w.ticker else ''}{w.message}")
    ]
    blocks = [
        [*heading(found.result), f"days searched: {found.days}, fixed beforehand"],
        told,
        list(table),
        [*_legend(found), *after, *(notes(found.result, verbose) if verbose or one else _left_out(found))],
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _subjects(found: Scan, verbose: bool) -> Iterator[str]:
    recognised = any(s.recognised_day0 for s in found.subjects)
    volume = any(s.volume_peak is not None for s in found.subjects)
    head = ["", "announced", "p", *(["recognised", "p"] if recognised else [])]
    head += ["reaction day", "AR", "p", "first", "half by", *(["volume"] if volume else [])]
    rows = [head]
    shown = found.subjects if verbose else found.subjects[:_SHOWN]
    for s in shown:
        days = [s.on(s.announced_day0), *([s.on(s.recognised_day0)] if recognised else []), s.reaction or s.largest]
        cells = [[percent(day.ar), _p_of(day)] if day else ["", ""] for day in days]
        cells[-1].insert(0, "in doubt" if s.instead else str(s.reaction.session) if s.reaction else "none")
        steps = [s.earliest.rel_day if s.earliest else None, s.half_life, *([s.volume_peak] if volume else [])]
        name = s.name if s.kind == "group" else f"  {s.name}"
        rows.append([name, *(text for pair in cells for text in pair), *map(_step, steps)])
    yield columns(rows, range(1, len(head)))
    if len(found.subjects) > len(shown):
        yield f"... and {len(found.subjects) - len(shown)} more (--format csv shows all)"


def _step(day: int | None) -> str:
    return "" if day is None else f"{day:+d}" if day else "0"


def _p_of(day: Day) -> str:
    """The adjusted p; in brackets that of the day by itself, where it was not searched."""
    return p_text(day.p_adjusted) if day.p_adjusted == day.p_adjusted else f"({p_text(day.p)})"


def _days_of(subject: Subject) -> Iterator[str]:
    marks = {subject.announced_day0: "announced", subject.recognised_day0: "recognised"}
    rows = [["day", "session", "abnormal", "SAR", "p", "p, adjusted", ""]]
    for day in subject.days:
        said = [marks[day.session]] if day.session in marks else []
        said += ["REACTION DAY"] if day == subject.reaction and not subject.instead else []
        said += ["highest volume"] if day.rel_day == subject.volume_peak else []
        sar = f"{day.sar:+.2f}" if day.sar == day.sar else "n/a"
        figures = [percent(day.ar), sar, p_text(day.p), p_text(day.p_adjusted)]
        rows.append([_step(day.rel_day), str(day.session), *figures, ", ".join(said)])
    yield columns(rows, range(6))
    half = (
        "" if subject.half_life is None else f"; half of the largest CAR was reached by day {_step(subject.half_life)}"
    )
    if subject.instead:
        return
    first = subject.earliest
    yield (
        f"first significant day by Holm's correction: {first.session} (p {p_text(first.p_holm)})"
        if first
        else "no day is significant by Holm's correction"
    )
    yield f"CAR{subject.searched} {percent(subject.car)} (p {p_text(subject.car_p)} by permutation of days){half}"


def _legend(found: Scan) -> Iterator[str]:
    n = found.days.length
    yield f"p: chance that the largest of {n} ordinary days is as large (maxT over the days)"
    if len(found.subjects) > 1:
        yield "where no day reacted its columns show the largest; groups are judged as one portfolio each"
        yield "p of firms are not adjusted for the number of firms; first: earliest day below 5 % by Holm's correction"
        yield "half by: day on which half of the largest CAR was reached"


def _left_out(found: Scan) -> Iterator[str]:
    left = found.result.exclusions
    for exclusion in left[:6]:
        yield f"left out {exclusion.ticker} ({exclusion.event_id}): {exclusion.message}"
    if len(left) > 6:
        yield f"... and {len(left) - 6} more left out (--verbose shows all)"
    if found.result.day0_policy != "announced":
        yield "DAY0_CHOSEN: the user chose day 0, and with it the days searched; no p accounts for that choice"
