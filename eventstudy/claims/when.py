"""Spans and dates in a sentence, English or German: "within a few trading days", "am Montag", "27. Januar 2025".

A span becomes the most sessions it leaves room for: a day is a session, a week 5, a month 23, a year 262; a few are at most 5,
several at most 10. Hours and minutes leave room for one session, within which daily prices cannot judge them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.events import parse_when

_NUMBERS = (
    "a|an|one|single|ein|eine|einem|einen|einer|eines|einzigen|einzige|einziger;two|zwei;three|drei;four|vier;five|fünf;"
    "six|sechs;seven|sieben;eight|acht;nine|neun;ten|zehn"
)
_COUNTS = {word: n for n, words in enumerate(_NUMBERS.split(";"), 1) for word in words.split("|")}
_FEW_ARE, _SEVERAL_ARE = 5, 10
_FEW = r"few|couple of|wenige[rnm]?|einige[rnm]?|ein paar"
_SEVERAL = r"several|mehrere[rnm]?"
_WORDS = "|".join(_COUNTS)
_ARTICLE = r"(?:only |just |nur |the |der |den |a |ein(?:em|er|en)? )?(?:past |last |previous |vergangenen |letzten )?"
_COUNT = rf"{_ARTICLE}(?P<count>[0-9]{{1,3}}|{_FEW}|{_SEVERAL}|{_WORDS})"
_UNITS = {
    "session": (
        1,
        r"(?:trading|business|market) (?:days?|sessions?)|sessions?|(?:Handels|Börsen|Geschäfts)tage?[ns]?|Sitzung(?:en)?",
    ),
    "day": (1, r"days?|Tage?[ns]?"),
    "week": (5, r"(?:trading )?weeks?|(?:Handels)?wochen?"),
    "month": (23, r"months?|Monat(?:en|e|s)?"),
    "year": (262, r"years?|Jahre?[ns]?"),
    "less": (1, r"hours?|minutes?|seconds?|Stunden?|Minuten?|Sekunden?"),
}
_UNIT = "|".join(f"(?P<{name}>{words})" for name, (_, words) in _UNITS.items())
_LEAD = r"(?:within|in|over|during|after|inside|on|innerhalb(?: von)?|binnen|an|während|über|nach|seit)"
_SPAN = re.compile(rf"(?<![\w-])(?:{_LEAD} )?{_COUNT}[ -](?:{_UNIT})\b", re.IGNORECASE)
_VAGUE = re.compile(rf"\b(?:in a matter of|within|innerhalb von|binnen) (?:{_UNIT})\b", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:overnight|intraday|same day|one-day|über Nacht|(?:am )?selben Tag|(?:am )?gleichen Tag|"
    r"over the weekend|übers? (?:das )?Wochenende)\b",
    re.IGNORECASE,
)

_WEEKDAYS = ("monday|montag", "tuesday|dienstag", "wednesday|mittwoch", "thursday|donnerstag", "friday|freitag")
_WEEKDAY = re.compile(
    rf"\b(?:on|am|this|last|diesen|vergangenen|letzten)? ?(?P<day>{'|'.join(_WEEKDAYS)})s?\b", re.IGNORECASE
)

_MONTHS = (
    "january|januar|jänner|jan", "february|februar|feb", "march|märz|mar|mär", "april|apr", "may|mai", "june|juni|jun",
    "july|juli|jul", "august|aug", "september|sept|sep", "october|oktober|oct|okt", "november|nov", "december|dezember|dec|dez",
)  # fmt: skip
MONTH_NAMES = "|".join(_MONTHS)
_MONTH = rf"(?P<month>{MONTH_NAMES})\b\.?"
_PRINTED_YEAR = r"(?:,? (?P<y>[0-9]{4}))?"
_DATES = (
    re.compile(r"(?<![\w-])(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})(?![\w-])"),
    re.compile(r"(?<![\w.])(?P<d>[0-9]{1,2})\.(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{4})(?!\w)"),
    re.compile(r"\b(?:am|vom|zum|dem|den|der) (?P<d>[0-9]{1,2})\.(?P<m>[0-9]{1,2})\.(?!\w)", re.IGNORECASE),
    re.compile(
        rf"(?<![\w.])(?P<d>[0-9]{{1,2}})(?:\.|st|nd|rd|th)? (?:of )?{_MONTH}{_PRINTED_YEAR}(?!\w)", re.IGNORECASE
    ),
    re.compile(rf"\b{_MONTH} (?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?{_PRINTED_YEAR}(?![\w.,]?[0-9])", re.IGNORECASE),
    re.compile(r"(?<![\w/])(?P<slashed>[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})(?![\w/])"),
)
_YEAR = re.compile(
    rf"\b(?:in|of|im Jahr|im|seit|since|(?:{MONTH_NAMES})) (?:19|20)[0-9]{{2}}\b(?![.,]?[0-9])", re.IGNORECASE
)


_BEFORE = re.compile(
    r"\b(?:from|between|since|than|von|vom|seit|zwischen|als)(?: (?:last|letztem|vergangenem))? $", re.IGNORECASE
)
_NAMED = rf"(?P<name>{_MONTH})"
_RANGES = (
    (
        re.compile(rf"\b{_NAMED} (?P<a>[0-9]{{1,2}}) ?(?:-|–|to|and) ?(?P<b>[0-9]{{1,2}})(?![\w.]?[0-9])", re.I),
        r"\g<name> \g<a> to \g<name> \g<b>",
    ),
    (
        re.compile(
            rf"(?<![\w.])(?P<a>[0-9]{{1,2}})\. ?(?:und|bis|-|–) ?(?:dem |den |zum )*(?P<b>[0-9]{{1,2}})\. {_NAMED}",
            re.I,
        ),
        r"\g<a>. \g<name> bis \g<b>. \g<name>",
    ),
)


@dataclass(frozen=True)
class Span:
    """How long a claim says it took."""

    text: str
    most: int
    """Most sessions it leaves room for."""
    intraday: bool = False
    """Hours or minutes: daily prices can only tell that it took longer."""
    weekday: int | None = None
    """Monday is 0: the session the move ended on."""


@dataclass(frozen=True)
class Day:
    """A date in a sentence; `year` is None where none is printed."""

    month: int
    day: int
    year: int | None = None
    earlier: bool = False
    """Whether it is the day of what came before the move, not one that the move is said to be on."""

    def near(self, around: date | None) -> date:
        """The date, in the year that brings it nearest to `around` where none is printed.

        Raises:
            InvalidRequest: there is no such day, or no year and nothing to be near to.
        """
        if self.year is None and around is None:
            raise InvalidRequest(
                Sentence("the date {day:02d}.{month:02d}. has no year", day=self.day, month=self.month),
                hint=Sentence("say --around 2025-01-20"),
            )
        years = [self.year] if self.year is not None else [around.year + k for k in (-1, 0, 1)] if around else []
        found = [day for year in years if (day := _day(year, self.month, self.day))]
        if not found:
            asked = f"{self.day:02d}.{self.month:02d}.{self.year or ''}"
            raise InvalidRequest(Sentence("there is no day {day}", day=asked))
        return min(found, key=lambda day: abs(day - (around or day)))


def _day(year: int, month: int, day: int) -> date | None:
    """The date; None where the month has no such day."""
    if not (1 <= month <= 12 and 1800 <= year <= 2199):
        return None
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(1)).day
    return date(year, month, day) if 1 <= day <= last else None


def whole_dates(text: str) -> str:
    """The text with both dates written out where two share their month: 23. und 27. Januar, January 23-27."""
    for pattern, written in _RANGES:
        text = pattern.sub(written, text)
    return text


def take_dates(text: str) -> tuple[list[tuple[int, Day]], str]:
    """The dates of a text in their order, each with where it begins, and the text with blanks in their place.

    Raises:
        InvalidRequest: a date in a notation that reads two ways.
    """
    found: list[tuple[int, Day]] = []
    for pattern in _DATES:
        found += [(match.start(), _as_day(match)) for match in pattern.finditer(text)]
        text = pattern.sub(lambda m: " " * len(m[0]), text)
    text = _YEAR.sub(lambda m: " " * len(m[0]), text)
    return sorted(found, key=lambda pair: pair[0]), text


def _as_day(match: re.Match[str]) -> Day:
    parts = match.groupdict()
    if slashed := parts.get("slashed"):
        first, second, printed = map(int, slashed.split("/"))
        if first > 12 >= second:
            return Day(second, first, printed)
        if second > 12 >= first:
            return Day(first, second, printed)
    if text := parts.get("iso") or slashed:
        when = parse_when(text)
        return Day(when.month, when.day, when.year)
    year = int(parts["y"]) if parts.get("y") else None
    if named := parts.get("month"):
        month = next(n for n, names in enumerate(_MONTHS, 1) if named.lower() in names.split("|"))
        return Day(month, int(parts["d"]), year)
    return Day(int(parts["m"]), int(parts["d"]), year)


def take_span(text: str) -> tuple[Span | None, str]:
    """The first span of a text, and the text with blanks in its place; of a weekday the session that ended on it."""
    for read in (_counted, _one, _weekday):
        if found := read(text):
            span, (start, end) = found
            return span, text[:start] + " " * (end - start) + text[end:]
    return None, text


Found = tuple[Span, tuple[int, int]]


def _counted(text: str) -> Found | None:
    match = _SPAN.search(text)
    count = _count_of(match["count"].lower()) if match else _FEW_ARE
    match = match or _VAGUE.search(text)
    if not match:
        return None
    unit = next(name for name in _UNITS if match[name])
    most = 1 if unit == "less" else count * _UNITS[unit][0]
    return Span(match[0].strip(), most, unit == "less"), match.span()


def _count_of(word: str) -> int:
    if word.isdigit():
        return int(word)
    return _COUNTS.get(word) or (_FEW_ARE if re.fullmatch(_FEW, word) else _SEVERAL_ARE)


def _one(text: str) -> Found | None:
    match = _ONE.search(text)
    return (Span(match[0].strip(), 1), match.span()) if match else None


def _weekday(text: str) -> Found | None:
    named = list(_WEEKDAY.finditer(text))
    ends = [m for m in named if not _BEFORE.search(text[: m.start("day")])]  # "from Friday" is where it began
    if not ends:
        return None
    joined = len(ends) > 1 and re.search(r"\b(?:and|und)\b", text[ends[0].end() : ends[-1].start()])
    match = ends[-1] if joined else ends[0]
    day = next(n for n, names in enumerate(_WEEKDAYS) if match["day"].lower() in names.split("|"))
    return Span(match[0].strip(), 1, weekday=day), match.span()


def read_span(text: str) -> Span | None:
    """The span that a phrase of its own stands for, None where it is not understood."""
    return take_span(" ".join(text.split()))[0]
