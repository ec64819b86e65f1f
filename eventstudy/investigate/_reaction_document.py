"""A scan as the JSON object that scripts rely on (schema `eventstudy.scan/1`), and its sentences."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.document import warnings_as_dicts
from eventstudy.sentences import LEVEL, p_text, percent

if TYPE_CHECKING:
    from eventstudy.investigate.reaction import Day, Scan, Subject

SCHEMA = "eventstudy.scan/1"


def document(scan: Scan) -> dict[str, Any]:
    """All of a scan as plain values: decimals, NaN as None, dates as ISO text."""
    return {
        "schema": SCHEMA,
        "days": list(scan.days),
        "subjects": [_subject(subject) for subject in scan.subjects],
        "level": LEVEL,
        "draws": scan.draws,
        "seed": scan.result.config.seed,
        "day0_policy": scan.result.day0_policy,
        "config": scan.result.config.as_dict(),
        "provenance": dict(scan.result.provenance),
        "excluded": [e._asdict() for e in scan.result.exclusions],
        "warnings": warnings_as_dicts((*scan.result.warned, *scan.warned)),
    }


def sentence(subject: Subject) -> str:
    """Announcement and recognition side by side, then the day of the reaction or that there was none."""
    if subject.instead:
        return subject.instead[-1]
    told = [_beside("announced", subject, subject.announced_day0)]
    if subject.recognised_day0 and subject.recognised_day0 != subject.announced_day0:
        told.append(_beside("recognised", subject, subject.recognised_day0))
    return f"{subject.name}: {'; '.join(told)}. {_finding(subject)}"


def _beside(word: str, subject: Subject, session: date) -> str:
    day = subject.on(session)
    if day is None:
        return f"{word} day {session} lies outside the event window"
    if not np.isfinite(day.ar):
        return f"{word} day {session} has no return"
    if not np.isfinite(day.p_adjusted):
        return f"{word} day {session} {percent(day.ar)}, not among the days searched (p {p_text(day.p)} by itself)"
    verdict = "not significant" if day.p_adjusted >= LEVEL else "significant"
    return f"{word} day {session} {percent(day.ar)}, {verdict} (p {p_text(day.p_adjusted)})"


def _finding(subject: Subject) -> str:
    n = sum(np.isfinite(day.sar) for day in subject.days)
    day, largest = subject.reaction, subject.largest
    if largest is None:
        return "No searched day has an abnormal return."
    if day is None:
        return (
            f"No reaction day: the largest of the {n} days, {largest.session} ({percent(largest.ar)}),"
            f" is not out of the ordinary (p {p_text(largest.p_adjusted)}, adjusted for {n} days)."
        )
    told = f"Reaction day: {day.session}{_later(subject, day)}, {percent(day.ar)}"
    return f"{told} (p {p_text(day.p_adjusted)}, adjusted for {n} days)."


def _later(subject: Subject, day: Day) -> str:
    start = subject.on(subject.announced_day0)
    if start is None:
        return ""
    steps = day.rel_day - start.rel_day
    sessions = f"{abs(steps)} session{'s' if abs(steps) != 1 else ''}"
    return f", {sessions} {'after' if steps > 0 else 'before'} day 0 of the announcement" if steps else ""


def _subject(subject: Subject) -> dict[str, Any]:
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
        "believable": not subject.instead,
        "sentence": sentence(subject),
        "announced": _plain(subject.on(subject.announced_day0)),
        "recognised": _plain(subject.on(recognised)),
        "reaction": _plain(day),
        "earliest_significant": earliest.session.isoformat() if earliest and earliest.session else None,
        "half_life": subject.half_life,
        "volume_peak": subject.volume_peak,
        "car": _number(subject.car),
        "car_p": _number(subject.car_p),
        "n_estimation": subject.n_estimation,
        "smallest_p": subject.smallest_p,
        "critical_sar": _number(subject.critical),
    }


def _plain(day: Day | None) -> dict[str, Any] | None:
    if day is None:
        return None
    return {
        "rel_day": day.rel_day,
        "session": day.session.isoformat() if day.session else None,
        **{name: _number(getattr(day, name)) for name in ("ar", "sar", "p", "p_adjusted", "p_holm")},
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
