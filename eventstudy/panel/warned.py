"""What a reader must be told: pairs left out, and warnings."""

from __future__ import annotations

from typing import NamedTuple


class Exclusion(NamedTuple):
    """A pair that is left out, and why: `reason` is a code, `message` a sentence."""

    event_id: str
    ticker: str
    reason: str
    message: str


class Warned(NamedTuple):
    """Something the reader must know: `code` is a capital name of METHODS, `message` a sentence."""

    code: str
    message: str
    event_id: str | None = None
    ticker: str | None = None
    session: str | None = None
    """The day it is about, as ISO text, the first of several; None where it is about no single day."""
    sessions: tuple[str, ...] = ()
    """All days it is about, where there are several."""
    severity: str = ""
    """`doubt`, `caution` or `note`; empty: that of its code."""
