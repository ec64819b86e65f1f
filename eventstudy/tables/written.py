"""What a text means as a day or an instant: every form that a person writes, taken apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.tables.headings import fold, words

Order = Literal["dmy", "mdy", "ymd"]
When = date | datetime

YEARS = range(1700, 2201)
_FIRST_SERIAL, _LAST_SERIAL = 61, 109_574  # days before 1900-03-01 are counted wrongly by some; 2199-12-31
_EPOCH = date(1899, 12, 30)

_CLOCK = (
    r"(?:[T ,:]+(?P<h>[0-9]{1,2})(?::?(?P<m>[0-9]{2})(?::?(?P<s>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?|(?=\s*[AaPp]\.?[Mm]))\s*"
    r"(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|z|(?:UTC|GMT)(?:[+-][0-9]{1,2}(?::?[0-9]{2})?)?|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?)?"
)
_WEEKDAY = r"(?:(?P<weekday>[^\W\d_]{2,12})\.?,?\s+)?"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_CLOCK}")
_COMPACT = re.compile(rf"([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})(?:\.0)?{_CLOCK}")
_STAMP = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?P<h>[0-9]{2})(?P<m>[0-9]{2})(?P<s>[0-9]{2})?(?P<f>)(?P<half>)(?P<zone>Z)?"
)
"""Digits alone, from the year to the minute or the second: 20250127163005."""
_PARTS = re.compile(rf"{_WEEKDAY}([0-9]{{1,2}})([-/. ])([0-9]{{1,2}})\3([0-9]{{4}}|[0-9]{{2}})\.?{_CLOCK}")
_SUFFIX, _OF, _MONTH = r"(?:st|nd|rd|th|er|\.|º|°)?", r"(?:de |of )?", r"(?P<name>[^\W\d_]{3,12})"
_NAMED = (
    re.compile(
        rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}}){_SUFFIX}[\s./-]*{_OF}{_MONTH}\.?[\s.,/-]*{_OF}'?(?P<y>[0-9]{{4}}|[0-9]{{2}}){_CLOCK}"
    ),
    re.compile(rf"{_WEEKDAY}(?P<name>[^\W\d_]{{3,12}})\.?[\s./-]*(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s,./-]+'?(?P<y>[0-9]{{4}}|[0-9]{{2}}){_CLOCK}"),
    re.compile(rf"(?P<y>[0-9]{{4}})[\s./-]+(?P<name>[^\W\d_]{{3,12}})\.?[\s./-]+(?P<d>[0-9]{{1,2}}){_CLOCK}"),
)  # fmt: skip
_CJK = re.compile(rf"([0-9]{{4}})\s*[年년]\s*([0-9]{{1,2}})\s*[月월]\s*([0-9]{{1,2}})\s*[日일]?{_CLOCK}")
_WEEK = re.compile(rf"([0-9]{{4}})-?W([0-9]{{2}})-?([1-7]){_CLOCK}")
SERIALS = "days as spreadsheets count them"
NAMED = "months by name"
REPUBLIC = "years of the Republic of China"
"""What dates such as 113/01/02 are called, as Taiwan counts years."""
_REPUBLIC = re.compile(rf"(1[0-9]{{2}})([-/])([0-9]{{1,2}})\2([0-9]{{1,2}}){_CLOCK}")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")
_SIX = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})")
_EIGHT = re.compile(r"([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})")
EIGHT = "eight digits, the year last"
"""What dates such as 27012025 are called: as yyyymmdd they would be of month 20 or of no year that prices are of."""
_UNIX = re.compile(r"[0-9]{10}([0-9]{3}){0,3}(\.0+)?")
_QUICK = re.compile(
    r"[0-9]{4}[-/.]\s?[0-9]{1,2}[-/.]\s?[0-9]{1,2}([T ,].*)?"
    r"|(1[789]|2[01])[0-9][0-9](0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(\.0|([01][0-9]|2[0-3])[0-5][0-9]([0-5][0-9])?)?"
    r"|((0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])|(0[1-9]|1[0-2])(1[3-9]|2[0-9]|3[01]))(19|20)[0-9]{2}"
    r"|[0-9]{1,2}[-/.]\s?[0-9]{1,2}[-/.]\s?([0-9]{4}|[0-9]{2})\.?([T ,].*)?|[0-9]{4}\s?[年년].*"
)


_BARE = re.compile(r"[+-]?[0-9]*[.,]?[0-9]*")
"""A number with one mark at most: only eight digits of it are a date."""


@dataclass(frozen=True)
class Written:
    """A text taken apart: the days it can mean by order, and its time."""

    days: Mapping[str, date]
    """By `dmy`, `mdy`, `ymd`; `only` where there is one way to read it."""
    clock: time | None = None
    zone: timezone | None = None
    form: str = ""
    """How dates of this kind are called."""
    wrong: str = ""
    """Why it means no day: none of them is the day of the week that stands beside it."""
    called: str = ""
    """The name of its zone, whose offset is that of the day that is meant: ET."""

    def when(self, day: date) -> When | Phrase:
        """The day with its time; or why its zone has no such time."""
        if self.clock is None:
            return day
        at = datetime.combine(day, self.clock, self.zone)
        return local_time(at, self.called) if self.called else at


_BEHIND = re.compile(r"(?<=[0-9])\s*г\.?$|(?<=[\s./][0-9]{2})\.$|(?<=[\s./][0-9])\.$")
"""What stands behind a day and says nothing of it: a Russian word for year, a point."""
_FOOTNOTES = re.compile(r"(?:\[[0-9a-z]{1,3}\])+$")
"""Marks of footnotes, as pages of an encyclopedia have them: March 24, 2025[5]."""
_UHR = re.compile(r"(?<![0-9])([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*Uhr(?:\s*([0-9]{2}))?\.?$", re.IGNORECASE)
"""A German time at the end: 16.05 Uhr, 18 Uhr, 7 Uhr 30."""
_BRACKETS = re.compile(r"\s*\(([^\W\d_]{1,10})\.?\)$")
DIGITS = (
    {zero + k: str(k) for zero in (0x0660, 0x06F0, 0xFF10) for k in range(10)}
    | {ord(mark): plain for mark, plain in zip("٫٬．，－％／：＋", ".,.,-%/:+", strict=True)}
    | dict.fromkeys((0x200B, 0x200E, 0x200F, 0x2060), "")
)
"""Digits and marks of numbers and dates as Arabic and full-width letters have them, and marks that nobody sees."""
_DAY_BEHIND = re.compile(r"(?<=[0-9日])(?:\s*[,/]\s*|\s+)([^\W\d_]{1,10})\.?$")
"""A day of the week behind a day: `2024-01-02,二`, `02.01.2024 Di`."""
_PLAIN = {
    **DIGITS,
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),
    **dict.fromkeys((0xFEFF, *range(0x202A, 0x202F)), ""),
}
"""These, and dashes that word processors make of hyphens."""
_CLEAN = re.compile(r"[0-9A-Za-z:./+-]+")


@cache
def _zones() -> Mapping[str, tuple[str, ...]]:
    """What stands behind a time, ET or MEZ, and the places whose clocks it may be."""
    found: dict[str, tuple[str, ...]] = {}
    for place, listed in words("zones").items():
        for word in listed:
            found[word] = (*found.get(word, ()), place)
    return found


def place_of(zone: str) -> str | None:
    """The place whose clocks an abbreviation means, by its IANA name; None: it is no abbreviation.

    Raises:
        InvalidRequest: it may be that of several.
    """
    places = _zones().get(zone.upper(), ())
    if len(places) > 1:
        raise InvalidRequest(
            Phrase("{zone} may be the time of {places:or}", zone=zone, places=places),
            hint=Phrase("name the place, such as {place}, or write the offset, e.g. -05:00", place=places[0]),
        )
    return places[0] if places else None


_ENGLISH = {"MEZ": "CET", "MESZ": "CEST"}
_FROM_UTC = re.compile(r"(?:UTC|GMT)[+-][0-9]{1,2}(?::?[0-9]{2})?", re.IGNORECASE)


@cache
def _named_zone() -> re.Pattern[str]:
    places = r"(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific|US)/[A-Za-z_/]+"
    return re.compile(rf"(?<=[0-9mMhHr.])\s*(?P<open>[(\[])?(?P<zone>{'|'.join(_zones())}|{places})(?(open)[)\]])$")


def _without_zone(text: str) -> tuple[str, str | None]:
    """A text that ends in a time, and the zone behind it: 16:05 ET, 16:05 (ET), 16:05 Asia/Tokyo; None: there is none."""
    hit = _named_zone().search(text)
    return (text[: hit.start()], hit["zone"]) if hit else (text, None)


@cache
def zone(name: str) -> tzinfo:
    """The time zone of an IANA name, an offset from UTC (UTC-5), a place (London), or an abbreviation of one place (ET).

    Raises:
        InvalidRequest: there is none of that name, or an abbreviation means several.
    """
    if _FROM_UTC.fullmatch(name) and (offset := _zone(name.upper())):
        return offset
    try:
        return ZoneInfo(place_of(name) or name)
    except (KeyError, ValueError, OSError) as error:
        if place := _places().get(fold(name)):
            return ZoneInfo(place)
        why = Phrase("there is no time zone called {name!r}", name=name)
        raise InvalidRequest(why, hint=Phrase("e.g. America/New_York")) from error


def shows(aware: datetime, zone: str) -> bool:
    """Whether clocks of a place show the time of this abbreviation: EST in New York in winter alone, ET all the year."""
    name, shown = zone.upper(), aware.tzname() or ""
    return (len(name) == 2 and name[1] == "T") or shown[:1] in "+-" or shown == _ENGLISH.get(name, name)


def local_time(naive: datetime, called: str) -> datetime | Phrase:
    """A time of the zone of this abbreviation or IANA name; or why it is none."""
    try:
        place, there = place_of(called), zone(called)
    except InvalidRequest as error:
        return Phrase("{what}; {hint}", what=error.what, hint=error.hint)
    aware = naive.replace(tzinfo=there)
    if aware.utcoffset() != aware.replace(fold=1).utcoffset() or (place and not shows(aware, called)):
        return Phrase(
            "{zone} is not the time of that place on {date}; write the offset, e.g. -05:00",
            zone=called,
            date=naive.date(),
        )
    return aware.replace(tzinfo=timezone(aware.utcoffset() or timedelta()))


_BEHIND_HEADING = re.compile(r"[(\[]([^()\[\]]+)[)\]]|(?<=[A-Za-z])[ _]([A-Za-z]{2,4}(?:[+-][0-9:]+)?)$")
_OFFSET = re.compile(r"[+-][0-9]{1,2}(?::?[0-9]{2})?")


def zone_in(heading: str, tz: str | None = None) -> str | None:
    """The zone that a heading says times are of, `time (ET)`, `datetime_utc`, `time (UTC+1)`; None: it says none.

    Of an abbreviation of several places it is that of the place `tz`.
    """
    for hit in _BEHIND_HEADING.finditer(heading):
        text = (hit[1] or hit[2]).strip()
        name = text.upper().replace(" ", "")
        if places := _zones().get(name):
            return tz if tz in places else name
        if name in ("UTC", "GMT", "Z") or _FROM_UTC.fullmatch(name):
            return name.replace("Z", "UTC")
        if _OFFSET.fullmatch(name):
            return f"UTC{name}"
        if place := _places().get(fold(text)):
            return place
    return None


@cache
def _places() -> Mapping[str, str]:
    """Words for zones of one place, and what these are called everywhere."""
    named = {fold(name): name for name in available_timezones() if "/" in name}
    return named | {fold(word): place for place, listed in words("places").items() for word in listed}


@cache
def _months() -> Mapping[str, int]:
    return {fold(word): int(number) for number, listed in words("months").items() for word in listed}


@cache
def _croatian() -> Mapping[str, int]:
    return {fold(word): int(number) for number, listed in words("croatian").items() for word in listed}


def month_of(name: str) -> int | None:
    """The month of this name, in Croatian where it is none in another language; None: there is none."""
    return _months().get(fold(name)) or _croatian().get(fold(name))


_WORD = re.compile(r"[^\W\d_]{3,12}")


def months_named(text: str) -> tuple[int | None, int | None]:
    """The month that a text names in other languages than Croatian, and in Croatian."""
    found = ((_months().get(word), _croatian().get(word)) for word in map(fold, _WORD.findall(text)))
    return next(filter(any, found), (None, None))


def in_croatian(day: date, text: str) -> date | None:
    """The day that a text means in Croatian, which calls another month so; None: it is no other."""
    usual, croatian = months_named(text)
    return _day(day.year, croatian, day.day) if usual and croatian else None


@cache
def _weekdays() -> Mapping[str, int]:
    return {fold(word): int(number) for number, listed in words("weekdays").items() for word in listed}


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _full(year: str) -> int:
    """Two digits mean 1950 to 2049: there are prices of 1962, and none of 2062."""
    number = int(year)
    return number if len(year) == 4 else number + (2000 if number < 50 else 1900)


def taken_apart(text: str, *, serials: bool = False, years: bool = False) -> Written | None:
    """What a text can mean as a day or an instant; None: nothing.

    `serials`: five digits are a day of a spreadsheet; `years`: any two digits in front may be a year.
    """
    if not _CLEAN.fullmatch(text) or text[-1] == ".":
        text = text.translate(_PLAIN)
        text = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()).strip("'\"")
        text = re.sub(r"(?<=\d[.-]) (?=\d)", "", text)
        text = re.sub(r"(?<=[0-9]),? (?:at|um) (?=[0-9])", " ", text)
        text = _UHR.sub(lambda hit: f"{hit[1]}:{hit[2] or hit[3] or '00'}", text)
        if (hit := _DAY_BEHIND.search(text)) and fold(hit[1]) in _weekdays():
            return _with_word(text[: hit.start()], hit[1], serials=serials, years=years)
        if hit := _BRACKETS.search(text):
            return _with_word(text[: hit.start()], hit[1], serials=serials, years=years)
        text = _BEHIND.sub("", _FOOTNOTES.sub("", text))
        bare, zone = _without_zone(text)
        if zone:
            return _in_zone(taken_apart(bare, years=years), zone)
    if hit := _YEAR_FIRST.fullmatch(text):
        return _made({"only": _day(int(hit[1]), int(hit[3]), int(hit[4]))}, hit, "yyyy{0}mm{0}dd".format(hit[2]))
    if hit := _WEEK.fullmatch(text):
        return _made({"only": _day_of_week(int(hit[1]), int(hit[2]), int(hit[3]))}, hit, "yyyy-Www-d")
    if hit := _CJK.fullmatch(text):
        return _made({"only": _day(int(hit[1]), int(hit[2]), int(hit[3]))}, hit, "yyyy-mm-dd")
    if (hit := _COMPACT.fullmatch(text)) and (day := _day(int(hit[1]), int(hit[2]), int(hit[3]))):
        return _made({"only": day}, hit, "yyyymmdd")
    if hit := _STAMP.fullmatch(text):
        return _made({"only": _day(int(hit[1]), int(hit[2]), int(hit[3]))}, hit, "yyyymmddhhmm")
    if hit := _EIGHT.fullmatch(text):
        there = {order: day for order, day in _orders(hit[1], hit[2], hit[3], dots=False).items() if day}
        return Written(there, form=EIGHT) if there else None
    if hit := _REPUBLIC.fullmatch(text):
        return _made({"only": _day(int(hit[1]) + 1911, int(hit[3]), int(hit[4]))}, hit, REPUBLIC)
    if hit := _PARTS.fullmatch(text):
        return _made(_orders(hit[2], hit[4], hit[5], dots=hit[3] == ".", years=years), hit, hit[3])
    for form in _NAMED:
        if (hit := form.fullmatch(text)) and (month := month_of(hit["name"])):
            return _made({"only": _day(_full(hit["y"]), month, int(hit["d"]))}, hit, NAMED)
    if _UNIX.fullmatch(text):
        digits = text.partition(".")[0]
        seconds = int(digits) / 10 ** (len(digits) - 10)
        at = datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001
        return Written({"only": at.date()}, at.time(), timezone.utc, "seconds since 1970")  # noqa: UP017
    if serials and (hit := _SIX.fullmatch(text)):
        orders = _orders(hit[1], hit[2], hit[3], dots=False) | {"ymd": _day(_full(hit[1]), int(hit[2]), int(hit[3]))}
        there = {order: day for order, day in orders.items() if day}
        return Written(there) if there else None
    return counted_day(float(text)) if serials and _SERIAL.fullmatch(text) else None


def _with_word(text: str, word: str, *, serials: bool, years: bool) -> Written | None:
    """What a text means with a word in brackets behind it: the zone of its time, or the day of the week of its day."""
    if word in (*_zones(), "UTC", "GMT"):
        return taken_apart(f"{text} {word}", years=years)
    found = taken_apart(text, serials=serials, years=years)
    if found is None or found.wrong:
        return found
    return _held_to(found, word) if found.clock is None or fold(word) in _weekdays() else None


def _held_to(found: Written, word: str) -> Written:
    """What was taken apart without the days that are not on this day of the week; a word that is none says nothing."""
    if (weekday := _weekdays().get(fold(word))) is None:
        return found
    fitting = {order: day for order, day in found.days.items() if day.weekday() == weekday}
    if fitting:
        return replace(found, days=fitting)
    days = [Phrase("{day:weekday}", day=day) for day in dict.fromkeys(found.days.values())]
    return replace(found, wrong=Phrase("that day is {days:or}", days=days))


def _in_zone(found: Written | None, called: str) -> Written | None:
    """What was taken apart in the zone of this name; None: it has no time, or a zone already."""
    if found is None or found.clock is None or found.zone is not None:
        return None
    return replace(found, called=called)


def counted_day(number: float) -> Written | None:
    """The day that a number is in the way spreadsheets count days, with the time of the part behind it; None: it is none."""
    if not _FIRST_SERIAL <= number < _LAST_SERIAL + 1:
        return None
    at = datetime.combine(_EPOCH, time()) + timedelta(seconds=round(number * 86_400))
    return Written({"only": at.date()}, at.time() if number % 1 else None, form=SERIALS)


def _orders(first: str, second: str, year: str, *, dots: bool, years: bool = False) -> dict[str, date | None]:
    a, b = int(first), int(second)
    found = {"dmy": _day(_full(year), b, a)}
    if not dots:
        found["mdy"] = _day(_full(year), a, b)
    if len(year) == 2 and (a > 12 or years):
        found["ymd"] = _day(_full(first.zfill(2)), b, int(year))
    return found


def _day_of_week(year: int, week: int, day: int) -> date | None:
    """The day that ISO 8601 counts by weeks: 2024-W01-2 is 2024-01-02."""
    try:
        return date.fromisocalendar(year, week, day)
    except ValueError:
        return None


def _made(days: Mapping[str, date | None], hit: re.Match[str], form: str) -> Written | None:
    there = {order: day for order, day in days.items() if day}
    if not there:
        return None
    found = _held_to(Written(there, form=form), hit.groupdict().get("weekday") or "")
    if hit["h"] is None or found.wrong:
        return found
    hour = int(hit["h"])
    if half := hit["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    try:
        clock = time(hour, int(hit["m"] or 0), int(hit["s"] or 0), int(f"{(hit['f'] or '0')[:6]:0<6}"))
    except ValueError:
        return None
    return Written(found.days, clock, _zone(hit["zone"]), form=form)


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    text = text.removeprefix("UTC").removeprefix("GMT")
    if text[:1] not in ("+", "-"):
        return timezone.utc  # noqa: UP017
    digits = text[1:].replace(":", "")
    cut = len(digits) if len(digits) < 3 else -2
    offset = timedelta(hours=int(digits[:cut]), minutes=int(digits[cut:] or 0))
    if offset >= timedelta(hours=24):
        return None
    return timezone(-offset if text[0] == "-" else offset)


_MONTHS = (
    re.compile(r"(?P<y>(?:19|20)[0-9]{2})(?:[-/. ]|M|-M)?(?P<m>0[1-9]|1[0-2]|(?<=[-/. M])[1-9])"),
    re.compile(r"(?P<m>0?[1-9]|1[0-2])[-/.](?P<y>(?:19|20)[0-9]{2})"),
    re.compile(r"(?P<name>[^\W\d_]{3,12})\.?[\s./'-]*(?P<y>(?:19|20)?[0-9]{2})"),
    re.compile(r"(?P<y>(?:19|20)[0-9]{2})[\s./-]*(?P<name>[^\W\d_]{3,12})\.?"),
    re.compile(r"(?P<y>(?:19|20)[0-9]{2})\s*[年년]\s*(?P<m>[0-9]{1,2})\s*[月월]"),
)


def end_of_month(text: str) -> date | None:
    """The last day of the month that a text means, 2025-01, 202501, 2025M01, 01/2025, Jan 2025; None: it means none."""
    text = text.strip().translate(DIGITS).removesuffix(".0")
    for hit in filter(None, (form.fullmatch(text) for form in _MONTHS)):
        parts = hit.groupdict()
        month = month_of(parts["name"]) if "name" in parts else int(parts["m"])
        if month and month <= 12:
            year = _full(parts["y"])
            return (date(year + month // 12, month % 12 + 1, 1)) - timedelta(1)
    return None


_WEEKS = (
    re.compile(r"(?P<y>(?:19|20)[0-9]{2})[-/. ]?(?:W|KW|CW) ?(?P<w>[0-9]{1,2})", re.IGNORECASE),
    re.compile(r"(?:W|KW|CW) ?(?P<w>[0-9]{1,2})[-/. ]+(?P<y>(?:19|20)[0-9]{2})", re.IGNORECASE),
)
_QUARTER = re.compile(
    r"(?:19|20)[0-9]{2}[-/. ]?[QT][1-4]|[1-4]\.? ?[QT][-/. ]*(?:19|20)[0-9]{2}"
    r"|[QT][1-4][-/. ]*(?:(?:19|20)[0-9]{2}|(?:FY ?|')[0-9]{2,4})|FY ?[0-9]{2,4}[-/. ]*[QT][1-4]",
    re.IGNORECASE,
)


def end_of_week(text: str) -> date | None:
    """The Friday of the week that a text means as ISO 8601 counts, 2024-W03, 2024W03, KW 3/2024; None: it means none."""
    found = next(filter(None, (form.fullmatch(text.strip()) for form in _WEEKS)), None)
    return _day_of_week(int(found["y"]), int(found["w"]), 5) if found else None


def is_quarter(text: str) -> bool:
    """Whether a text means a quarter of a year: 2015Q1, 2015-Q1, Q1 2015, Q1 FY25."""
    return _QUARTER.fullmatch(text.strip()) is not None


def clock_of(text: str) -> time | tuple[time, str] | None:
    """The time that a text means, 16:05, 4.05 pm, 16h05 or 16:05 Uhr, with its offset or the name of its zone; None: none."""
    text, zone = _without_zone(text)
    text = re.sub(r"(?<=[0-9])\s*(h|hrs?)\.?$", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^([0-9]{1,2})[.h]([0-9]{2})(?:\.([0-9]{2}))?(?![0-9:.])", _colons, text)
    found = taken_apart(f"2000-01-01 {text}")
    if found is None or found.clock is None:
        return None
    return (found.clock, zone) if zone else found.clock.replace(tzinfo=found.zone)


def _colons(hit: re.Match[str]) -> str:
    return ":".join(filter(None, hit.groups()))


def looks_like_one(value: Any) -> bool:
    """Whether a cell is written like a date, with the time or without."""
    if isinstance(value, date) or type(value).__name__ in ("Period", "datetime64"):
        return True
    if not isinstance(value, str):
        number = isinstance(value, int | float) and not isinstance(value, bool) and value == value and value % 1 == 0
        return number and 1e6 <= value < 1e14 and _QUICK.fullmatch(str(int(value)).zfill(8)) is not None
    text = value.strip()
    if not 5 < len(text) <= 48 or not any(c.isdigit() for c in text):
        return False
    if _BARE.fullmatch(text):
        return _QUICK.fullmatch(text) is not None
    if _QUICK.fullmatch(text) or end_of_week(text) or is_quarter(text):
        return True
    return taken_apart(text) is not None and not _UNIX.fullmatch(text)


def days_meant(value: Any) -> frozenset[date]:
    """The days that a cell may mean; of a time with a zone those beside it, too. None: it is no date."""
    if isinstance(value, datetime):
        found, zoned = {value.date()}, value.tzinfo is not None
    elif isinstance(value, date):
        found, zoned = {value}, False
    else:
        written = taken_apart(str(value).strip().removesuffix(".0"))
        found, zoned = (
            set(written.days.values()) if written else set(),
            bool(written and (written.zone or written.called)),
        )
    return frozenset(day + timedelta(step) for day in found for step in ((-1, 0, 1) if zoned else (0,)))


ORDERS = {"dmy": Phrase("day first"), "mdy": Phrase("month first"), "ymd": Phrase("year first")}
"""What the orders of day, month and year are called."""


def without_midnight(stamp: datetime) -> When:
    """The day of a naive midnight; any other time as it is."""
    if stamp.tzinfo is None and stamp.time() == time():
        return stamp.date()
    return stamp


_WEEKEND = 5


def one_moment(text: str, *, order: Order | None = None) -> When:
    """The day, or the instant without a zone or with its own, that one text by itself means; `order` settles two ways.

    Between points the day stands first: 24.01.25 is 2025-01-24; unless that alone would be on a weekend.

    Raises:
        InvalidRequest: it means none, or can be read two ways.
    """
    hint = Phrase("write 2025-01-27, or with a time and an offset 2025-01-27T07:00:00-05:00")
    if not text.strip():
        raise InvalidRequest(Phrase("there is no date"), hint=hint)
    found = taken_apart(text, years=order == "ymd")
    if found is None or found.form == "seconds since 1970":
        raise InvalidRequest(Phrase("{text!r} is not a date", text=text), hint=hint)
    days = (
        found.days.values()
        if order is None or "only" in found.days
        else [found.days[order]]
        if order in found.days
        else []
    )
    if not days:
        raise InvalidRequest(
            Phrase("{text!r} is no date with the {order}", text=text, order=ORDERS[str(order)]), hint=hint
        )
    if order is None and begins_with_day([found]):
        days = [found.days["dmy"]]
    distinct = list(dict.fromkeys(days))
    if len(distinct) > 1 and not found.wrong:
        whens = [day if isinstance(when := found.when(day), Phrase) else when for day in distinct]
        able = [
            Phrase("{day} ({order})", day=when.isoformat(), order=ORDERS[order])
            for order, when in zip(found.days, whens, strict=False)
        ]
        raise InvalidRequest(
            Phrase("the date {text!r} reads two ways: {days:or}", text=text, days=able),
            hint=Phrase("write the one meant, such as {day}", day=whens[0].isoformat()),
        )
    meant = found.wrong or found.when(distinct[0])
    if isinstance(meant, str):
        raise InvalidRequest(Phrase("{text!r} is not a date: {why}", text=text, why=meant), hint=hint)
    if found.form == NAMED and (other := in_croatian(found.days["only"], text)):
        raise InvalidRequest(
            Phrase(
                "the date {text!r} reads two ways: {days:or}",
                text=text,
                days=[found.days["only"].isoformat(), other.isoformat()],
            ),
            hint=hint,
        )
    return meant


def begins_with_day(dates: Sequence[Written]) -> bool:
    """Whether dates between points that may all begin with the year are taken to begin with the day: the usual way to write
    them, where no more of them are on weekends that way.
    """
    able = [w.days for w in dates if w.form == "." and {"dmy", "ymd"} <= set(w.days) and len(set(w.days.values())) > 1]
    ends = [sum(days[order].weekday() >= _WEEKEND for days in able) for order in ("dmy", "ymd")]
    return bool(able) and ends[0] <= ends[1]


def said_of_day_first(found: Written | None) -> Phrase | None:
    """What is said of a date that is taken to begin with the day by usage alone; None: it can only be read that way."""
    if found is None or not begins_with_day([found]):
        return None
    return Phrase(
        "{day}, and not {other}: between points the day stands first; --dates ymd puts the year first",
        day=found.days["dmy"],
        other=found.days["ymd"],
    )


def one_day(given: Any, name: str = Sentence("the date")) -> date:
    """The day that a text, a date, a stamp of any library or a datetime at midnight means.

    Raises:
        InvalidRequest: it means none, two, or an instant.
    """
    when = one_moment(given) if isinstance(given, str) else plain_when(given)
    if isinstance(when, datetime):
        if when.tzinfo is not None or when.time() != time():
            raise InvalidRequest(
                Sentence("{name} {given} is an instant, not a date", name=name, given=given),
                hint=Sentence("give the date: {date}", date=when.date()),
            )
        when = when.date()
    return when


_DAY = timedelta(1)
_LONGER = ("datetime64[Y]", "datetime64[M]", "datetime64[W]")
"""What NumPy calls years, months and weeks."""


def _no_day(given: Any) -> InvalidRequest:
    told = Phrase("{given} is a period of more than a day, not a date", given=str(given))
    return InvalidRequest(told, hint=Phrase("write 2025-01-27"))


def plain_when(given: Any) -> When:
    """A date or datetime from what Python libraries call one; a naive midnight is its day.

    Raises:
        InvalidRequest: it is none.
    """
    kind = type(given).__name__
    if kind == "Period":
        if given.end_time - given.start_time > _DAY:
            raise _no_day(given)
        given = given.start_time
    elif kind == "datetime64":
        if str(given.dtype) in _LONGER:
            raise _no_day(given)
        given = given.astype("datetime64[us]").item()
    if not isinstance(given, date) or kind == "NaTType":
        hint = Phrase("write 2025-01-27 or 2025-01-27T07:00:00-05:00")
        raise InvalidRequest(Phrase("{text!r} is not a date", text=given), hint=hint)
    if isinstance(given, datetime):
        given = datetime.combine(given.date(), given.time(), given.tzinfo).replace(fold=given.fold)
        return without_midnight(given)
    return given
