"""Is the press claim true? A sentence is understood, looked up among quoted prices, and judged."""

from eventstudy.claims.check import Checked, check, event_of, of_registry
from eventstudy.claims.parse import Understood, from_parts, load_names, understand
from eventstudy.claims.several import CheckedEach, understand_each

__all__ = [
    "Checked",
    "CheckedEach",
    "Understood",
    "check",
    "event_of",
    "from_parts",
    "load_names",
    "of_registry",
    "understand",
    "understand_each",
]
