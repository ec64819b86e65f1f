"""Findings in words. Every figure in a sentence stands in the result too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eventstudy import catalog
from eventstudy.answers import Answer

if TYPE_CHECKING:
    from eventstudy.results import StudyResult

LEVEL = 0.05


def percent(value: float, digits: int = 2) -> str:
    """A decimal as per cent with sign, as shown to people."""
    return "n/a" if not np.isfinite(value) else f"{100 * value:+.{digits}f} %"


def p_text(p: float) -> str:
    """A p-value as shown to people."""
    if not np.isfinite(p):
        return "n/a"
    return "<.001" if p < 0.001 else f"{p:.3f}".replace("0.", ".", 1) if p < 1 else "1"


def finding(result: StudyResult) -> str:
    """What the pairs together say, window by window, by the headline test; and the largest day, which is only described."""
    lines = [about(result, answer) for answer in result.answers.values()]
    return " ".join([*lines, largest_day(result)]).strip()


def about(result: StudyResult, answer: Answer) -> str:
    """One window in a sentence."""
    name = f"CAR{answer.window}" if answer.n == 1 else f"mean CAR{answer.window}"
    if answer.headline is None:
        return f"{name}: {percent(answer.caar)}; no test is valid for this design."
    test = answer.tests[answer.headline]
    verdict = "stands out from" if test.p_value < LEVEL else "does not stand out from"
    return (
        f"{name} is {percent(answer.caar)} and {verdict} ordinary days"
        f" (p {p_text(test.p_value)}, {answer.headline})."
    )


def largest_day(result: StudyResult) -> str:
    """The event day with the largest average abnormal return, described, not tested: it was picked after looking."""
    aar, _ = result.aar()
    if not np.isfinite(aar).any():
        return ""
    day = int(np.nanargmax(np.abs(aar)))
    rel, session = result.rel_days[day], result.sessions[0, day]
    one_date = len(set(map(str, result.sessions[:, day]))) == 1
    when = f"day {rel:+d} ({session})" if one_date else f"day {rel:+d}"
    return f"The largest day of the event window is {when}: {percent(float(aar[day]))} (picked after looking, not tested)."


def describe_test(name: str) -> str:
    """What a test asks, in a line."""
    return str(catalog.load("tests", name).summary)
