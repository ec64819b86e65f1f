"""Numbers as the press prints them: 128,99 and 128.99, 1.234,50 and 1,234.50, with what their digits promise."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from eventstudy.errors import InvalidRequest

Language = Literal["de", "en"]
Loose = Literal["", "about", "under", "over"]

_SPACES = "\u00a0\u2009\u202f"
NUMBER = rf"[0-9]+(?:[.,'’{_SPACES}][0-9]+)*"
"""Digits with separators between them, as a regular expression."""

_MOST_DIGITS = 15

CURRENCIES = {
    "USD": r"US[- ]?Dollars?|U\.S\. dollars?|US\$|USD|dollars?|\$",
    "EUR": r"euros?|EUR|€",
    "GBP": r"britische Pfund|Pfund|pounds?|GBP|£",
    "CHF": r"Schweizer Franken|Franken|Swiss francs?|francs?|CHF",
    "JPY": r"yen|JPY|¥",
    "HKD": r"Hongkong-Dollars?|Hong Kong dollars?|HKD|HK\$",
}
"""ISO code -> how it is written; HKD goes before USD where both could be read."""


@dataclass(frozen=True)
class Quote:
    """A number of a claim: what it says, and how exactly."""

    printed: str
    """As printed."""
    value: float
    step: float
    """One unit of the last printed digit."""
    unit: str | None = None
    """ISO code of the currency; None where none is named."""
    loose: Loose = ""
    """`about` 142, just `under` 142, more than (`over`) 142."""

    @property
    def plain(self) -> str:
        """The printed digits with a decimal point and without separators of thousands."""
        return f"{self.value:.{max(0, -round(math.log10(self.step)))}f}"

    def manner(self, price: float) -> str | None:
        """How a price can have become this number: `exact`, `rounded`, `truncated`, `about`, `under`, `over`, or None."""
        away, slack = price - self.value, 1e-9 * max(1.0, abs(self.value))
        if abs(away) <= slack:
            return "exact"
        if self.loose == "under":
            return "under" if -self.step - slack <= away < 0 else None
        if self.loose == "over":
            return "over" if 0 < away <= self.step + slack else None
        if abs(away) <= self.step / 2 + slack:
            return "rounded"
        if 0 < away < self.step - slack:
            return "truncated"
        return "about" if self.loose == "about" and abs(away) <= self.step + slack else None


def quote(printed: str, language: Language | None = None, unit: str | None = None, loose: Loose = "") -> Quote:
    """The number that a text of digits and separators stands for.

    A single separator before exactly three digits is one of thousands or a decimal one: the language decides, and without
    one the number is refused.

    Raises:
        InvalidRequest: no number, one that can be read two ways, or not above zero.
    """
    text = printed.strip()
    if not re.fullmatch(NUMBER, text):
        raise InvalidRequest(f"{printed!r} is not a number", hint="write 128.99 or 128,99")
    if sum(c.isdigit() for c in text) > _MOST_DIGITS:
        raise InvalidRequest(f"{printed!r} has more digits than a price")
    whole, decimals = _parts(text, language)
    value = float(f"{whole}.{decimals or 0}")
    if value <= 0:
        raise InvalidRequest(f"{printed!r} is no price or percentage", hint="numbers of a claim are above zero")
    return Quote(text, value, 10.0 ** -len(decimals), unit, loose)


def _parts(text: str, language: Language | None) -> tuple[str, str]:
    """The digits before and after the decimal separator."""
    pieces = re.split(rf"[.,'’{_SPACES}]", text)
    marks = [c for c in text if not c.isdigit()]
    if not marks:
        return text, ""
    last = marks[-1]
    decimal = last in ".," and marks.count(last) == 1 and (len(pieces[-1]) != 3 or _is_decimal(text, marks, language))
    groups = pieces[:-1] if decimal else pieces
    separators = marks[:-1] if decimal else marks
    grouped = all(len(g) == 3 for g in groups[1:]) and 1 <= len(groups[0]) <= 3 and len(set(separators)) <= 1
    if len(groups) > 1 and not grouped:
        raise InvalidRequest(f"{text!r} is not a number", hint="write 1,234.50 or 1.234,50")
    return "".join(groups), pieces[-1] if decimal else ""


def _is_decimal(text: str, marks: list[str], language: Language | None) -> bool:
    """Whether the last of these separators, with three digits after it, is the decimal one."""
    if len(set(marks)) > 1 or text.startswith("0"):
        return True
    if len(text.partition(marks[-1])[0]) > 3:
        return True
    if language is None:
        one, other = text.replace(marks[0], ""), text.replace(marks[0], ".")
        raise InvalidRequest(
            f"the number {text!r} reads two ways: {one} or {other}", hint=f"write {one} or {other}0, whichever is meant"
        )
    return marks[-1] == {"de": ",", "en": "."}[language]
