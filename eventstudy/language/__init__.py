"""Sentences as data: an English template with its values, and the same in other languages.

A `Phrase` is the English text that it reads as, and remembers the template and the values it was made of; `in_language` says
it in another language. Templates are `str.format` templates; values are formatted at the edge, in the way of the language. To
what Python formats (`{p:.3f}`, `{share:.0%}`) these are added:

    {car:+.2f %}   a decimal as per cent, the mark set apart; with + or - a value of the study, in the study's own unit
    {p:p}          a p-value: .012, <.001
    {ratio:times}  a ratio: 1.6, and 1.04 where it rounds to 1.0
    {day:day}      a day relative to day 0, or several: -1, 0, +2      {names:list}  a, b and c; `or`: a or b or c
    {names:some}   a, b, c and 4 more, or as many first as `some 4` says; `days` and `dates` say of what
    {findings:;}   one; another; a third, or with another mark between them; `lines`: one below another
    {on:long}      a date: 27 January 2025; `weekday`: Monday 27 January 2025; `month`: January 2025; `short`: Mon 2025-01-27;
                   `brief`: 01-27 (German 27.01.); by itself 2025-01-27 (German 27.01.2025)

Translations are gettext catalogues, `locale/LANGUAGE/LC_MESSAGES/eventstudy.po`, with the English template as the msgid.
They are read as they are written, so that there is no compiled file that could lag behind.
"""

from __future__ import annotations

import gettext
import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from numbers import Real
from pathlib import Path
from typing import Any

from eventstudy.errors import LABELS, EventStudyError, Sentence, UnknownName
from eventstudy.language.wording import in_words_of
from eventstudy.units import PERCENT, unit_shown
from eventstudy.units.frequency import counted_in, frequency_counted, frequency_pinned
from eventstudy.units.windows import CalendarDays, OwnWindows, Window

LANGUAGES = ("en", "de")
NO_FIGURE = {"en": "n/a", "de": "k. A."}
"""What stands for a figure that does not exist."""
LOCALE = Path(__file__).parents[1] / "locale"

_SOME = 3
"""So many names are given of a list of which some are named."""


class Phrase(str):
    """An English text that remembers the template and the values it was made of.

    It is equal to its text and may stand wherever a text may.
    """

    __slots__ = ("frequency", "many", "params", "template", "whole")

    template: str
    many: str | None
    """The template of the plural, where the number `n` among the values decides which is meant."""
    params: Mapping[str, Any]
    whole: bool
    """Whether it is one text in JSON where it stands within another, not the values it was made of."""
    frequency: str | None
    """The frequency whose words it has, weeks or months for days; None: that of where it is shown."""

    def __new__(cls, template: str, /, **params: Any) -> Phrase:
        """The template filled in with the values."""
        return _made(template, None, params)

    @classmethod
    def counted(cls, one: str, many: str, /, **params: Any) -> Phrase:
        """The template of the singular or of the plural, as the value `n` is one or not."""
        return _made(one, many, params)

    @classmethod
    def quoted(cls, text: str) -> Phrase:
        """A finished text, which no catalogue knows unless it is a sentence of ours: what an error or a source said."""
        if isinstance(text, Sentence):
            return _made(text.template, None, text.params, whole=True)
        return text if isinstance(text, Phrase) else cls(text.replace("{", "{{").replace("}", "}}"))

    def __reduce__(self) -> tuple[Any, ...]:
        """What a copy in another process is made of."""
        return _made, (self.template, self.many, self.params, self.frequency, self.whole)

    def as_one(self) -> Phrase:
        """The same, one text in JSON."""
        return _made(self.template, self.many, self.params, self.frequency, True)

    def of_rows(self, frequency: str) -> Phrase:
        """The same, in the words of rows of this frequency."""
        return _made(self.template, self.many, self.params, frequency, self.whole)

    def values(self) -> dict[str, Any]:
        """The values as JSON has them, those of phrases within this one among them."""
        found: dict[str, Any] = {}
        for name, value in self.params.items():
            if isinstance(value, Phrase) and value.params and not value.whole:
                found |= value.values()
            else:
                found[name] = _plain(value)
        return found

    def within(self) -> Iterator[Phrase]:
        """The phrases that are among the values."""
        for value in self.params.values():
            yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Phrase))


class Translated(str):
    """A text of the user's own, such as the title of an event, with what it is in other languages."""

    others: Mapping[str, str]

    def __new__(cls, text: str, /, **others: str | None) -> Translated:
        """The text, and by language what it is there; None: it has no words for it."""
        made = super().__new__(cls, text)
        made.others = {language: said for language, said in others.items() if said}
        return made


def _made(
    template: str, many: str | None, params: Mapping[str, Any], frequency: str | None = None, whole: bool = False
) -> Phrase:
    chosen = template if many is None or params["n"] == 1 else many
    pinned = frequency_pinned() if frequency is None else frequency
    made = str.__new__(Phrase, _counted(chosen, params, "en", pinned, chosen))
    made.template, made.many, made.params, made.frequency, made.whole = template, many, params, pinned, whole
    return made


def _counted(template: str, params: Mapping[str, Any], language: str, frequency: str | None, english: str) -> str:
    """A template filled in, its rows as days, weeks or months; the template is that of `english` in the language."""
    if frequency in (None, frequency_counted()):
        return _filled(in_words_of(template, frequency_counted(), language, english), params, language)
    assert frequency is not None
    with counted_in(frequency):
        return _filled(in_words_of(template, frequency, language, english), params, language)


def marked(*templates: str) -> tuple[str, ...]:
    """Templates that are filled in elsewhere, so that they are found here for the catalogues."""
    return templates


def in_language(text: str, language: str) -> str | None:
    """A text in a language of `LANGUAGES`; None where its catalogue has no words for it, or for a phrase within it."""
    if not text:  # which is what a catalogue calls its own heading
        return ""
    if isinstance(text, Translated):
        return str(text) if language == "en" else text.others.get(language)
    usual = frequency_counted() == "daily" and not unit_shown().of_levels
    if not isinstance(text, Phrase) and not usual and language == "en":
        return in_words_of(text, frequency_counted(), "en", text) if _catalogue("de").gettext(text) else str(text)
    if (
        language == "en"
        and isinstance(text, Phrase)
        and not usual
        and (text.frequency is None or unit_shown().of_levels)
    ):
        chosen = text.template if text.many is None or text.params["n"] == 1 else text.many
        return _counted(chosen, text.params, "en", text.frequency, chosen)
    if language == "en":
        return str(text)
    catalogue = _catalogue(language)
    if isinstance(text, Sentence):
        template = catalogue.gettext(text.template)
        values = {
            name: in_language(v, language) if isinstance(v, Sentence | Phrase) else v for name, v in text.params.items()
        }
        wordless = any(v is None for name, v in values.items() if text.params[name] is not None)
        return None if not template or wordless else template.format(**values)
    if not isinstance(text, Phrase):
        said = catalogue.gettext(text)
        return in_words_of(said, frequency_counted(), language, text) if said else None
    if text.many is None:
        template = catalogue.gettext(text.template)
    else:
        template = catalogue.ngettext(text.template, text.many, text.params["n"])
    if not template or any(in_language(phrase, language) is None for phrase in text.within()):
        return None
    return _counted(template, text.params, language, text.frequency, text.template)


def refusal(error: EventStudyError, language: str) -> str:
    """An error as a person reads it: in the language where its catalogue has words for all of it, else in English.

    Where it is and what there was may be plain texts: names, paths, dates. What is wrong and what to do are sentences.
    """
    if language == "en":
        return str(error)
    lines = []
    for label, text in [("", error.what), *error.parts()]:
        ours = label in ("", LABELS["hint"]) or isinstance(text, Sentence | Phrase)
        line = in_language(text, language) if ours else text  # else it is to be typed again
        if line is None:
            return str(error)
        lines.append(f"  {in_language(label, language)}: {line}" if label else line)
    return "\n".join(lines)


# ---- the language of a screen ------------------------------------------------------------------------------------------

_spoken: ContextVar[str] = ContextVar("spoken", default="en")


def language_spoken() -> str:
    """The language in which a screen is written now."""
    return _spoken.get()


@contextmanager
def spoken_in(language: str) -> Iterator[None]:
    """`spoken`, `written` and `figure` use this language of `LANGUAGES` meanwhile.

    Raises:
        UnknownName: there is no such language.
    """
    if language not in LANGUAGES:
        raise UnknownName("language", language, LANGUAGES)
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken(text: str) -> str:
    """A text in the language spoken now; where its catalogue has no words for it, as it is."""
    said = in_language(text, language_spoken())
    return str(text) if said is None else said


def written(value: Any, spec: str = "") -> str:
    """A value as a template shows it that asks for `spec`, in the language spoken now."""
    return shown(value, spec, language_spoken())


def figure(text: str) -> str:
    """A number that was written in English, in the language spoken now."""
    return text if language_spoken() == "en" else german_number(text)


# ---- values at the edge -----------------------------------------------------------------------------------------------


def _filled(template: str, params: Mapping[str, Any], language: str) -> str:
    return template.format_map({name: _Shown(value, language) for name, value in params.items()})


class _Shown:
    """A value that knows in which language it is to be shown."""

    __slots__ = ("language", "value")

    def __init__(self, value: Any, language: str) -> None:
        self.value, self.language = value, language

    def __format__(self, spec: str) -> str:
        return shown(self.value, spec, self.language)

    def __repr__(self) -> str:
        return repr(self.value)


def shown(value: Any, spec: str = "", language: str = "en") -> str:
    """A value as a template shows it that asks for `spec`."""
    if isinstance(value, Phrase | Sentence | Translated):
        said = in_language(value, language)
        return str(value) if said is None else said
    if (day := _day(value)) is not None:
        return date_text(day, spec, language)
    if isinstance(value, str):
        return format(str(value), spec)
    if isinstance(value, OwnWindows):
        return shown(Phrase("[own windows]"), spec, language)
    if isinstance(value, CalendarDays) and language != "en":
        first, last = str(value.days)[1:-1].replace("-", "−").split(", ")
        return shown(Phrase("[{first}, {last} calendar days]", first=first, last=last), spec, language)
    if isinstance(value, Window):
        return str(value) if language == "en" else str(value).replace("-", "−")
    if isinstance(value, Sequence):
        return _several(value, spec, language)
    if isinstance(value, Real):
        return _number(value, spec, language)
    return str(value) if not spec else format(value, spec)


def _day(value: Any) -> date | None:
    """The date that a value is, or that a text is in ISO 8601."""
    if isinstance(value, date):
        return None if isinstance(value, datetime) else value
    if not isinstance(value, str) or len(value) != _ISO or value[4] != "-" or value[7] != "-":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:  # other letters, or the 31st of February
        return None


_ISO = len("2025-01-27")


def date_text(day: date, spec: str = "", language: str = "en") -> str:
    """A date as a language writes it: in figures, `long` with the name of the month, `weekday` with that of the day too, or
    its `month` alone; `short` is in figures, with the first letters of the day, `brief` without the year.

    German names the day as it stands after "am".
    """
    months, days = MONTHS[language], WEEKDAYS[language]
    if not spec:
        return day.isoformat() if language == "en" else f"{day:%d.%m.%Y}"
    if spec == "brief":
        return f"{day:%m-%d}" if language == "en" else f"{day:%d.%m.}"
    if spec == "short":
        return f"{days[day.weekday()][: 3 if language == 'en' else 2]} {date_text(day, '', language)}"
    if spec == "month":
        return f"{months[day.month - 1]} {day.year}"
    if language == "en":
        whole = f"{day.day} {months[day.month - 1]} {day.year}"
        return whole if spec == "long" else f"{days[day.weekday()]} {whole}"
    whole = f"{day.day}. {months[day.month - 1]} {day.year}"
    return whole if spec == "long" else f"{days[day.weekday()]}, dem {whole}"


MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember"),
}  # fmt: skip
WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}


def _several(values: Sequence[Any], spec: str, language: str) -> str:
    if spec in ("list", "or"):
        *names, whole = (shown(value, "", language) for value in values)
        if spec == "list":
            first = ", ".join(names)
            return shown(Phrase("{first} and {last}", first=first, last=whole), "", language) if names else whole
        for name in reversed(names):
            whole = shown(Phrase("{first} or {last}", first=name, last=whole), "", language)
        return whole
    kind, _, first_few = spec.partition(" ")
    if kind in _MORE:
        few = int(first_few or _SOME)
        named, more = ", ".join(shown(value, "", language) for value in values[:few]), len(values) - few
        return named if more <= 0 else shown(_MORE[kind](named, more), "", language)
    mark = {";": "; ", " ": " ", "lines": "\n"}.get(spec)
    return (mark or ", ").join(shown(value, "" if mark else spec, language) for value in values)


_MORE = {
    "some": lambda names, n: Phrase("{names} and {n} more", names=names, n=n),
    "dates": lambda names, n: Phrase.counted(
        "{names} and one more date", "{names} and {n} more dates", names=names, n=n
    ),
    "days": lambda names, n: Phrase.counted("{names} and one more day", "{names} and {n} more days", names=names, n=n),
}


def _number(value: Any, spec: str, language: str) -> str:
    if not math.isfinite(value):
        return NO_FIGURE[language]
    if spec == "p":
        return p_text(value, language)
    if spec == "times":
        spec = next((s for s in (".1f", ".2f", ".3f") if float(format(value, s)) != 1), ".1f")
    if spec == "day":
        spec = "+d" if value else "d"
    percent = spec.endswith(" %")
    unit = unit_shown() if spec[:1] in ("+", "-") else PERCENT  # what may bear a sign is abnormal; the rest are shares
    text = unit.text(value, spec[:-2]) if percent else format(value, spec)
    if text.startswith("-") and not text.strip("-0."):
        text = text[1:]  # nothing is neither up nor down
    if language == "en":
        return text + (unit.mark if percent else "")
    return german_number(text).replace("%", " %") + (unit.mark if percent else "")


class AtMost(float):
    """A p-value below which none is possible: it is as small as the number of ordinary days, or of draws, lets it be."""

    __slots__ = ()


def at_most(p: float, least: float | None) -> float:
    """A p-value, marked where it is the smallest that is possible (None or NaN: not known)."""
    return AtMost(p) if least is not None and p <= least * (1 + 1e-9) else p


def p_text(p: float, language: str = "en") -> str:
    """A p-value as shown to people, marked where no smaller one is possible."""
    if not math.isfinite(p):
        return NO_FIGURE[language]
    text = "<.001" if p < 0.001 else f"{p:.3f}"[1:] if p < 0.9995 else "1"
    text = f"≤{text}" if isinstance(p, AtMost) and not text.startswith("<") else text
    return text if language == "en" else text.replace(".", "0,")


def german_number(text: str) -> str:
    """An English number with a decimal comma, points between thousands and a true minus; exponents as they are."""
    whole, mark, exponent = text.partition("e")
    return whole.translate(_MARKS) + mark + exponent


_MARKS = str.maketrans({",": ".", ".": ",", "-": "−"})


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, Sequence):
        return [_plain(one) for one in value]
    if isinstance(value, Real):
        number = value.item() if hasattr(value, "item") else value
        return number if math.isfinite(number) else None
    return str(value)


# ---- catalogues -------------------------------------------------------------------------------------------------------


class _Unknown(gettext.NullTranslations):
    """Says of a text that is in no catalogue that it is not."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    text = (LOCALE / language / "LC_MESSAGES" / "eventstudy.po").read_text(encoding="utf-8")
    found = gettext.GNUTranslations(BytesIO(_compiled(dict(entries(text)))))
    found.add_fallback(_Unknown())
    return found


def entries(text: str) -> Iterator[tuple[str, str]]:
    """msgid and msgstr of each entry of a .po file; those of plurals joined by a zero, as in the compiled form."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in [*text.splitlines(), ""]:
        if not line.strip():
            if found:
                ids = [found[name] for name in ("msgid", "msgid_plural") if name in found]
                said = [found[name] for name in sorted(found) if name.startswith("msgstr")]
                yield "\0".join(map("".join, ids)), "\0".join(map("".join, said))
            found = {}
        elif line.startswith("msg"):
            key, _, line = line.partition(" ")
            found[key] = [json.loads(line)]
        elif line.startswith('"'):
            found[key].append(json.loads(line))


def _compiled(found: dict[str, str]) -> bytes:
    """The catalogue in the compiled form of gettext (.mo): two tables of lengths and places, then the texts."""
    pairs = sorted((msgid.encode(), said.encode()) for msgid, said in found.items() if said.strip("\0"))
    n, tables, texts = len(pairs), (bytearray(), bytearray()), bytearray()
    start = 28 + 16 * n
    for column, table in enumerate(tables):
        for pair in pairs:
            table += struct.pack("<2I", len(pair[column]), start + len(texts))
            texts += pair[column] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, n, 28, 28 + 8 * n, 0, start) + tables[0] + tables[1] + texts
