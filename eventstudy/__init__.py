"""Event studies: what did an event do to prices, and was it chance?

The public names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eventstudy import analyses, claims
    from eventstudy.config import StudyConfig
    from eventstudy.errors import EventStudyError
    from eventstudy.events import Event, Registry, load_registry
    from eventstudy.prices import PriceTable, load_prices
    from eventstudy.request import history, run
    from eventstudy.study.result import StudyResult
    from eventstudy.study.study import EventStudy
    from eventstudy.units.windows import Window

__version__ = "0.1.0"

_HOME = {
    "Event": "eventstudy.events",
    "EventStudy": "eventstudy.study.study",
    "EventStudyError": "eventstudy.errors",
    "PriceTable": "eventstudy.prices",
    "Registry": "eventstudy.events",
    "StudyConfig": "eventstudy.config",
    "StudyResult": "eventstudy.study.result",
    "Window": "eventstudy.units.windows",
    "analyses": "eventstudy.analyses",
    "claims": "eventstudy.claims",
    "history": "eventstudy.request",
    "load_prices": "eventstudy.prices",
    "load_registry": "eventstudy.events",
    "run": "eventstudy.request",
}

__all__ = [
    "Event",
    "EventStudy",
    "EventStudyError",
    "PriceTable",
    "Registry",
    "StudyConfig",
    "StudyResult",
    "Window",
    "__version__",
    "analyses",
    "claims",
    "history",
    "load_prices",
    "load_registry",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'eventstudy' has no attribute {name!r}")
    home = import_module(_HOME[name])
    return home if home.__name__ == f"{__name__}.{name}" else getattr(home, name)


def __dir__() -> list[str]:
    return __all__
