"""Findings in words. Every figure in a sentence stands in the result too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from eventstudy.answers import Answer
from eventstudy.doubts import no_finding, told

if TYPE_CHECKING:
    from eventstudy.results import StudyResult

LEVEL = 0.05


def percent(value: float, digits: int = 2) -> str:
    """A decimal as per cent with sign, as shown to people."""
    return "n/a" if not np.isfinite(value) else f"{100 * value:+.{digits}f} %"


def amount(result: StudyResult) -> Callable[[float], str]:
    """How abnormal values are shown: per cent, or plain logarithms of volume."""
    return (lambda v: f"{v:+.2f}" if np.isfinite(v) else "n/a") if result.config.outcome == "volume" else percent


def p_text(p: float) -> str:
    """A p-value as shown to people."""
    if not np.isfinite(p):
        return "n/a"
    return "<.001" if p < 0.001 else f"{p:.3f}".replace("0.", ".", 1) if p < 1 else "1"


def listed(names: Iterable[str]) -> str:
    """Names as in a sentence: `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def finding(result: StudyResult) -> str:
    """What the pairs together say: which windows stand out by the headline test, which do not, and the largest day.

    Where the figures cannot be believed there is no finding.
    """
    if doubts := result.doubts_of():
        return no_finding(_subject(result), doubts)
    answers = list(result.answers.values())
    n = max((answer.n for answer in answers), default=0)
    what = {"return": "CAR", "volume": "abnormal log volume", "volatility": "variance over that of ordinary days"}
    subject = what[result.config.outcome]
    subject = (
        f"{subject} of {result.panel.pairs[0].ticker}" if result.returns.n == 1 else f"mean {subject} of {n} pairs"
    )
    judged = [a for a in answers if a.headline]
    out = [a for a in judged if a.tests[a.headline or ""].p_value < LEVEL]
    told = []
    show = None if result.config.outcome == "volatility" else amount(result)
    if out:
        told.append(f"{_windows(out, show)} stand{'s' if len(out) == 1 else ''} out from ordinary days")
    if quiet := [a for a in judged if a not in out]:
        told.append(f"{_windows(quiet, show)} do{'es' if len(quiet) == 1 else ''} not{'' if out else ' stand out'}")
    if unjudged := [str(a.window) for a in answers if not a.headline]:
        told.append(f"no test is valid for {', '.join(unjudged)}")
    return f"{subject[0].upper()}{subject[1:]}: {'; '.join(told)}. {largest_day(result)}".strip()


def instead_of_finding(result: StudyResult, members: Iterable[int] | None = None, whom: str = "") -> tuple[str, ...]:
    """What other answers say of these pairs (or all) where prices look wrong: the doubts, and last that there is no finding.

    Nothing where there is no doubt.
    """
    doubts = result.doubts_of(members)
    return (*told(doubts), no_finding(whom or _subject(result), doubts)) if doubts else ()


def _subject(result: StudyResult) -> str:
    n = result.returns.n
    return result.panel.pairs[0].ticker if n == 1 else f"the {n} pairs together"


def _windows(answers: list[Answer], show: Callable[[float], str] | None) -> str:
    """Windows with their CAAR (or a ratio of variances) and the p of their headline test, the tests named once."""
    shown = []
    for a in answers:
        said = a.tests[a.headline or ""]
        value = show(a.caar) if show else f"{said.statistic:.1f} times"
        shown.append(f"{a.window} {value} (p {p_text(said.p_value)})")
    return f"{', '.join(shown)} by {listed(dict.fromkeys(a.headline or '' for a in answers))}"


def largest_day(result: StudyResult) -> str:
    """The event day with the largest average abnormal return, described, not tested: it was picked after looking."""
    aar, _ = result.aar()
    if not np.isfinite(aar).any():
        return ""
    day = int(np.nanargmax(np.abs(aar)))
    rel, session = result.rel_days[day], result.sessions[0, day]
    one_date = len(set(map(str, result.sessions[:, day]))) == 1
    when = f"day {rel:+d}" if rel else "day 0"
    when += f" ({session})" if one_date else ""
    return f"Largest day: {when}, {amount(result)(float(aar[day]))} (picked after looking, so not tested)."
