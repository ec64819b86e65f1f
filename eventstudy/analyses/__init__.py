"""What really happened: each analysis asks a study one question, and gives an `Answer`.

    import eventstudy as es
    result = es.run("deepseek-r1")
    es.analyses.scan(result)            # which day did the market react?
    es.analyses.robustness(result)      # does the finding survive other choices?

Each is imported on first use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eventstudy.analyses.base import Answer
    from eventstudy.analyses.calibration import calibrate
    from eventstudy.analyses.comparison import compare
    from eventstudy.analyses.confounders import confounders
    from eventstudy.analyses.counterfactual import counterfactual
    from eventstudy.analyses.history import history
    from eventstudy.analyses.impact import impact
    from eventstudy.analyses.masked import mask
    from eventstudy.analyses.minutes import minutes
    from eventstudy.analyses.reaction import scan
    from eventstudy.analyses.regression import read_characteristics, regress
    from eventstudy.analyses.robustness import robustness
    from eventstudy.analyses.spillover import spillover

_HOME = {
    "Answer": "base",
    "calibrate": "calibration",
    "compare": "comparison",
    "confounders": "confounders",
    "counterfactual": "counterfactual",
    "history": "history",
    "impact": "impact",
    "mask": "masked",
    "minutes": "minutes",
    "read_characteristics": "regression",
    "regress": "regression",
    "robustness": "robustness",
    "scan": "reaction",
    "spillover": "spillover",
}
"""Name -> the file that holds it."""

__all__ = [
    "Answer",
    "calibrate",
    "compare",
    "confounders",
    "counterfactual",
    "history",
    "impact",
    "mask",
    "minutes",
    "read_characteristics",
    "regress",
    "robustness",
    "scan",
    "spillover",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__


class _Room(ModuleType):
    """A folder in which an analysis may be called like its file.

    Python binds a file to its folder when it is first imported; here the analysis of that name stays in its place, so that
    `es.analyses.impact` is the analysis whoever imported the file.
    """

    def __setattr__(self, name: str, value: object) -> None:
        """Bind the analysis instead of the file that is called like it."""
        super().__setattr__(name, getattr(value, name) if _HOME.get(name) == name else value)


sys.modules[__name__].__class__ = _Room
