"""Further questions that every report asks: does the answer survive other choices? What the answers say stands in its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eventstudy.errors import InvalidRequest, NothingUsable

if TYPE_CHECKING:
    from eventstudy.results import StudyResult

Answers = Mapping[str, Any]
"""Question -> the JSON object of the command of that name, or `{"reason": why there is none}`."""

_MANY = 100
"""Of more pairs than this nothing further is asked: it takes too long for a page."""


def further(result: StudyResult) -> Answers:
    """What the further questions answer; nothing for studies of volumes and volatilities, and of many pairs."""
    if result.returns.n > _MANY or result.config.outcome != "return":
        return {}
    return {"robustness": _robustness(result)}


def lead_window(result: StudyResult) -> int:
    """The place of the window that a report begins with: day 0, or the first there is."""
    return next((i for i, w in enumerate(result.answers) if w.start == w.end == 0), 0)


def _robustness(result: StudyResult) -> dict[str, Any]:
    from eventstudy.investigate.robustness import robustness

    windows = [tuple(window) for window in result.answers]
    if not windows:
        return {"reason": "no window is reported"}
    try:
        return robustness(result, windows=[windows[lead_window(result)]]).to_dict()
    except (InvalidRequest, NothingUsable) as error:
        return {"reason": error.what}
