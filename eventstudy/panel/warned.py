"""What a reader must be told: pairs left out, and warnings."""

from __future__ import annotations

from eventstudy.language.messages import Exclusion, Message

Warned = Message

__all__ = ["Exclusion", "Warned"]
