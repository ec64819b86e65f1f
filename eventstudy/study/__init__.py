"""The method: from lined-up pairs to a result, and what it says.

    study              the whole method on one page: events and prices -> pairs -> normal returns -> abnormal returns -> answers
    estimate           a fit becomes abnormal returns; the portfolio of one date
    answers            one window put to all tests
    result, aggregate  what a study found: with its pairs, or as sums alone
    cautions, doubts   what the estimates call for; which figures are no finding
    document, text, sentences       a result as JSON, as a screen, in words
    passes, evidence   many pairs: sums that combine, block by block
    fitted             the sums of a block by the model's own fit
    compiled_sums      the same of a linear model, where the compiled kernel runs

Pairs are added up by *stratum*, the set of windows that they cover (ruling 9: a window's tests use the pairs that cover it, on
estimation days too). The sums of a window are those of the strata that cover it. Parts are combined in the order given, so the
same partition gives the same bits. Everything here pickles. What is added up stands in `engine.totals`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult
    from eventstudy.study.study import EventStudy

__all__ = ["EventStudy", "StudyResult"]


def __getattr__(name: str) -> Any:
    """The public names are imported on first use."""
    if name in __all__:
        return getattr(import_module(f"eventstudy.study.{'study' if name == 'EventStudy' else 'result'}"), name)
    raise AttributeError(f"module 'eventstudy.study' has no attribute {name!r}")
