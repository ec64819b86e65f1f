"""Further questions that reports ask: how did the events go, does it survive other choices, what else happened on its days?

What the answers say stands in the JSON of the report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.language import Phrase

if TYPE_CHECKING:
    from eventstudy.analyses.confounders import Confounders, Hit
    from eventstudy.study.result import StudyResult

Answers = Mapping[str, Any]
"""Question -> the JSON object of the command of that name, or `{"reason": why there is none}`."""

_MANY = 100
"""Of more pairs than this nothing further is asked: it takes too long for a page."""


def further(result: StudyResult, found: Confounders | None = None) -> Answers:
    """What the further questions answer; of many pairs nothing, of volumes and volatilities only what else happened.

    `found`: what `request.what_else` found, or of several events; None: what is known from what ships is looked through now.
    """
    if result.returns.n > _MANY or not result.config.clock.daily:
        return {}
    asked = {"robustness": _robustness(result)} if result.config.outcome == "return" else {}
    asked |= _history(result)
    known = looked_through(result) if found is None else about(found, result)
    return asked | {"confounders": {name: value for name, value in known.to_dict().items() if name != "hits"}}


def looked_through(result: StudyResult) -> Confounders:
    """Other news that is known from the registry, the calendar and the earnings that ship, and from the prices."""
    from eventstudy.analyses.confounders import confounders
    from eventstudy.events import shipped_calendar, shipped_earnings, shipped_registry

    return confounders(
        result, result.prices, others=shipped_registry(), calendar=shipped_calendar(), earnings=shipped_earnings()
    )


def about(found: Confounders, result: StudyResult) -> Confounders:
    """What was found, for a result that is a part of the one it was found for."""
    ids, tickers = {event.id for event in result.events}, {pair.ticker for pair in result.panel.pairs}
    looked = replace(
        found.looked,
        earnings=tuple(t for t in found.looked.earnings if t in tickers),
        earnings_unknown=tuple(t for t in found.looked.earnings_unknown if t in tickers),
    )

    def of_this(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        return tuple(hit for hit in hits if hit.event_id in ids and hit.ticker in tickers)

    return replace(found, hits=of_this(found.hits), own=of_this(found.own), looked=looked, result=result)


def lead_window(result: StudyResult) -> int:
    """The place of the window that a report begins with: day 0, or the first there is."""
    return next((i for i, w in enumerate(result.answers) if w.start == w.end == 0), 0)


def _history(result: StudyResult) -> dict[str, Any]:
    """How the events went, where they are several of one ticker."""
    from eventstudy.analyses.history import history

    tickers = {pair.ticker for pair in result.panel.pairs}
    if result.config.outcome != "return" or len(tickers) > 1 or result.returns.n < 2:
        return {}
    of_result = ("schema", "config", "provenance", "warnings")
    return {"history": {k: v for k, v in history(result).to_dict().items() if k not in of_result}}


def _robustness(result: StudyResult) -> dict[str, Any]:
    from eventstudy.analyses.robustness import robustness

    if result.config.returns == "difference":
        return {"reason": Phrase("other choices are tried of studies of returns alone")}
    if not result.believable:
        return {"reason": Phrase("the prices of the study look wrong")}
    windows = [tuple(window) for window in result.answers]
    if not windows:
        return {"reason": Phrase("no window is reported")}
    try:
        return robustness(result, windows=[windows[lead_window(result)]]).to_dict()
    except (InvalidRequest, NothingUsable) as error:
        return {"reason": error.what}
