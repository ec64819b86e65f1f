"""What a row of a study is: a day, a week, or a month; which days it holds, and the word for it in sentences.

A period is named by its last calendar day: the Friday of a week from Saturday to Friday, the last day of a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from eventstudy.windows import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray


def is_of_minutes(name: str) -> bool:
    """Whether somebody who writes this means rows of some minutes or hours: `5min`, `1h`, `intraday`."""
    return (
        re.fullmatch(r"\d+\s*(m|t|min|minutes?|h|hours?)|minutes?|minutely|hourly|intraday", name.strip().lower())
        is not None
    )


@dataclass(frozen=True)
class Frequency:
    """One row of a study and what is usual for it, in rows."""

    name: str
    days: int
    """The most calendar days that a row holds."""
    estimation: Window
    event: Window
    windows: tuple[Window, ...]
    """Reported unless others are named: those inside the event window."""
    least: int
    """Fewest rows of an estimation."""
    long: int
    """A window of more rows is a long one, over which a sum is no change of wealth."""
    held: int = 0
    """From so many rows on a window is a holding period, judged in calendar time; 0: none is."""
    rough: int = 120
    """With fewer rows of estimation, estimates are rough."""

    def holds(self, window: Window) -> bool:
        """Whether a window is a holding period of a year or more."""
        return 0 < self.held <= window.length

    @property
    def daily(self) -> bool:
        """Whether a row is one session."""
        return self.name == "daily"

    def named_by(self, days: NDArray[Any]) -> NDArray[Any]:
        """(n,) the last calendar days of the periods that hold these days (n,), of datetime64[D]."""
        import numpy as np

        if self.daily:
            return days
        if self.name == "weekly":
            return days + (1 - days.astype(np.int64)) % 7  # 1970-01-02 was a Friday
        return (days.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1

    def moved(self, day: date, n: int) -> date:
        """The last calendar day of the period that lies `n` periods after the one that holds `day`."""
        import numpy as np

        if self.name == "monthly":
            then = np.datetime64(day, "M") + n
            moved: date = self.named_by(np.array([then]).astype("datetime64[D]"))[0].item()
        else:
            moved = (self.named_by(np.array([day], "datetime64[D]"))[0] + self.days * n).item()
        return moved


FREQUENCIES = {
    one.name: one
    for one in (
        Frequency(
            "daily",
            1,
            Window(-260, -11),
            Window(-5, 5),
            (Window(0, 0), Window(-1, 1), Window(0, 1), Window(0, 5), Window(-5, 5)),
            100,
            20,
        ),
        Frequency(
            "weekly",
            7,
            Window(-109, -6),
            Window(-5, 26),
            (Window(0, 0), Window(0, 1), Window(0, 4), Window(1, 26)),
            52,
            12,
            52,
            78,
        ),
        Frequency(
            "monthly", 31, Window(-65, -6), Window(0, 36), (Window(0, 0), Window(1, 12), Window(1, 36)), 36, 11, 12, 48
        ),
    )
}
DAILY = FREQUENCIES["daily"]

_counted_in: ContextVar[str | None] = ContextVar("counted_in", default=None)


def frequency_counted() -> str:
    """The name of the frequency whose words sentences take now."""
    return _counted_in.get() or "daily"


def frequency_pinned() -> str | None:
    """The same; None where nobody said it, so that a sentence takes the words of where it is shown."""
    return _counted_in.get()


@contextmanager
def counted_in(name: str) -> Iterator[None]:
    """Sentences count days, weeks or months meanwhile; what is of calendar days stays so."""
    before = _counted_in.set(name)
    try:
        yield
    finally:
        _counted_in.reset(before)


def worded(text: str) -> str:
    """An English text of our own in which rows are days, as one of the rows that are counted now."""
    return in_words_of(text, frequency_counted(), "en", text)


# ---- words ------------------------------------------------------------------------------------------------------------

_ENGLISH = {"weekly": "week", "monthly": "month"}
_GERMAN = {
    "weekly": {"": "Woche", "e": "Wochen", "en": "Wochen", "es": "Woche", "s": "Woche"},
    "monthly": {"": "Monat", "e": "Monate", "en": "Monaten", "es": "Monats", "s": "Monats"},
}
"""By the ending of `Tag`."""
_FIELD = re.compile(r"(\{\{|\}\}|\{[^{}]*\})")
_EN = re.compile(
    r"(?<![-\w])(?:(trading|single) )?(days?|sessions?|daily)\b(?!-)(?! and time| of the week)|(?<=-)(day)\b", re.I
)
_ON = re.compile(r"\b([Oo])n (?!average\b)(?=(?:\{[^{}]*\} |\w+ ){0,2}(?:month|week)s?\b)")
_DE = re.compile(
    r"\b(Handels|Kalender|Schätz|Ereignis|Vor|Reaktions|Halte|Zufalls)?([Tt]ag)(e|en|es|s)?\b|\b([Tt])äglich(\w*)|\bSitzung(en)?\b"
)
_DATED = {
    ("On {on:weekday}, ", "en"): "In the {row} to {{on:long}}, ",
    ("On {on:weekday} ", "en"): "In the {row} to {{on:long}} ",
    ("Am {on:weekday}, {what}", "de"): "{row} bis zum {{on:long}} {{what}}",
    ("Am {on:weekday}, ", "de"): "{row} bis zum {{on:long}}, ",
}
"""How a sentence begins that names the day, and how where it is a week or month."""
_DATED_WITHIN = {
    "en": (" on {on:long}", {"weekly": " in the week to {on:long}", "monthly": " in the month to {on:long}"}),
    "de": (" am {on:long}", {"weekly": " in der Woche bis zum {on:long}", "monthly": " im Monat bis zum {on:long}"}),
}
"""The same within a sentence."""
_TRUE_DAYS = ("calendar day", "days old", "same day", "intraday", "hours", "is of days", "{day}. ", "{day}. ")
"""Sentences with these speak of days, whatever a row is, but for those of a portfolio in calendar time."""
_OF_ROWS = ("hold firms on", "this covariance")
_IN = re.compile(r"\b([Aa])([nm]) (?=(?:\{[^{}]*\} |\w+en |\w+em |\w+er ){0,2}(?:\w*[Mm]onat|\w*[Ww]oche))")
_FEMININE = {
    "ein": "eine", "einen": "eine", "einem": "einer", "eines": "einer", "kein": "keine", "keinen": "keine",
    "der": "die", "den": "die", "dem": "der", "des": "der", "jeder": "jede", "jeden": "jede", "jedem": "jeder",
    "jedes": "jeder", "dieser": "diese", "diesen": "diese", "diesem": "dieser", "derselbe": "dieselbe",
    "denselben": "dieselbe", "selben": "selben", "vom": "von der", "zum": "zur", "im": "in der",
}  # fmt: skip
"""Articles before `Tag` and before `Woche`."""
_LAST = tuple(
    (re.compile(wrong), right)
    for wrong, right in (
        (r"\bi[mn] (\w*[Ww]oche(?: \{day| 0|\b(?= \{)))", r"in \1"),
        (r"\b([Ii])m (\w*[Ww]oche\b)", r"\1n der \2"),
        (r"(\w*[Ww]oche\b[^,.;]{0,20}), (an|auf|von) dem\b", r"\1, \2 der"),
        (r"([Ww]oche\b[^.;]{0,40}), der (reagieren)", r"\1, die \2"),
        (r"\b([Kk]?)einer der (?=[^.;]*Wochen)", r"\1eine der "),
        (r"\bjedem der (?=[^.;]*Wochen)", "jeder der "),
        (r", dem der größten", ", der der größten"),
        (r"nach dem ersten, der", "nach der ersten, die"),
        (r"\bin seiner Nähe", "in ihrer Nähe"),
    )
)
"""What follows a noun of another gender."""
_BEFORE_WEEK = re.compile(r"\b(" + "|".join(_FEMININE) + r")( (\w+?)(er|en|e))?( \w*[Tt]ag(?:es|s)?\b)", re.I)


@lru_cache(maxsize=4096)
def in_words_of(template: str, name: str, language: str, msgid: str) -> str:
    """A template whose rows are days, as one of weeks or months; `msgid`: the same in English."""
    if name == "daily" or (
        any(mark in msgid.lower() for mark in _TRUE_DAYS) and not any(mark in msgid for mark in _OF_ROWS)
    ):
        return template
    day, rows = _DATED_WITHIN[language]
    template = template.replace(day, rows[name])
    for (begins, spoken), instead in _DATED.items():
        if spoken == language and template.startswith(begins):
            row = _ENGLISH[name] if language == "en" else {"weekly": "In der Woche", "monthly": "Im Monat"}[name]
            template = instead.format(row=row) + template[len(begins) :]
    if language == "en":
        said = "".join(
            part if k % 2 else _EN.sub(lambda hit: _english(hit, _ENGLISH[name]), part)
            for k, part in enumerate(_FIELD.split(template))
        )
        return _ON.sub(lambda hit: "In " if hit[1] == "O" else "in ", said)
    if name == "weekly":
        template = _BEFORE_WEEK.sub(_feminine, template)
    parts = _FIELD.split(template)
    template = "".join(
        p if k % 2 else _DE.sub(lambda hit: _german(hit, _GERMAN[name], name), p) for k, p in enumerate(parts)
    )
    template = _IN.sub(lambda hit: f"{'I' if hit[1] == 'A' else 'i'}{hit[2]} ", template)
    for wrong, right in _LAST if name == "weekly" else ():
        template = wrong.sub(right, template)
    return template


def _english(hit: re.Match[str], word: str) -> str:
    found = hit[2] or hit[3]
    said = f"{word}ly" if found.lower() == "daily" else word + ("s" if found.endswith("s") else "")
    single = f"{hit[1]} " if hit[1] and hit[1].lower() == "single" else ""
    return single + (said.capitalize() if hit[0][:1].isupper() and not single else said)


def _german(hit: re.Match[str], words: dict[str, str], name: str) -> str:
    if hit[4]:
        said = {"weekly": "wöchentlich", "monthly": "monatlich"}[name] + hit[5]
        return said.capitalize() if hit[4] == "T" else said
    if hit[2] is None:
        return words["e"] if hit[6] else words[""]
    said = words[hit[3] or ""]
    if hit[1] in (None, "Handels"):
        return said
    return hit[1] + said.lower()


def _feminine(hit: re.Match[str]) -> str:
    article = hit[1]
    said = _FEMININE[article.lower()]
    if article[0].isupper():
        said = said.capitalize()
    middle = ""
    if hit[3]:  # an adjective: after ein and der it ends in -e before a feminine noun, in other cases in -en
        plain = article.lower() in ("ein", "einen", "kein", "keinen", "der", "jeder", "jeden", "derselbe", "dieser")
        middle = f" {hit[3]}{'e' if plain else hit[4] if hit[4] == 'en' else 'e'}"
    return said + middle + hit[5]
