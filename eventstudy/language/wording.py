"""Sentences in the words of a study: templates of ours speak of days and of returns, and a study may be of months or of levels.

Rows become weeks or months (`frequency`), returns of prices of firms become changes of levels of series (`units`). Who shows a
sentence says which, by `StudyConfig.as_shown`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from eventstudy.units import unit_shown
from eventstudy.units.frequency import frequency_counted


def worded(text: str) -> str:
    """An English text of our own in which rows are days, as one of the rows that are counted now."""
    return in_words_of(text, frequency_counted(), "en", text)


def in_words_of(template: str, name: str, language: str, msgid: str) -> str:
    """A template of days and returns, in the words of that frequency and of the unit shown now; `msgid`: it in English."""
    return _in_words_of(template, name, language, msgid, unit_shown().of_levels)


@lru_cache(maxsize=4096)
def _in_words_of(template: str, name: str, language: str, msgid: str, levels: bool) -> str:
    return _of_rows(of_levels(template, language, msgid) if levels else template, name, language, msgid)


# ---- rows: weeks and months for days ------------------------------------------------------------------------------------

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
_ON = re.compile(r"\b([Oo])n(\s)(?!average\b)(?=(?:\{[^{}]*\}\s|\w+\s){0,2}(?:month|week)s?\b)")
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
_IN_CALENDAR_TIME = ("hold firms on", "this covariance")
_IN = re.compile(r"\b([Aa])([nm])(\s)(?=(?:\{[^{}]*\}\s|\w+en\s|\w+em\s|\w+er\s){0,2}(?:\w*[Mm]onat|\w*[Ww]oche))")
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


def _of_rows(template: str, name: str, language: str, msgid: str) -> str:
    if name == "daily" or (
        any(mark in msgid.lower() for mark in _TRUE_DAYS) and not any(mark in msgid for mark in _IN_CALENDAR_TIME)
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
        return _ON.sub(lambda hit: ("In" if hit[1] == "O" else "in") + hit[2], said)
    if name == "weekly":
        template = _BEFORE_WEEK.sub(_feminine, template)
    parts = _FIELD.split(template)
    template = "".join(
        p if k % 2 else _DE.sub(lambda hit: _german(hit, _GERMAN[name], name), p) for k, p in enumerate(parts)
    )
    template = _IN.sub(lambda hit: f"{'I' if hit[1] == 'A' else 'i'}{hit[2]}{hit[3]}", template)
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


# ---- levels: changes for returns ----------------------------------------------------------------------------------------

_CHANGES = {
    "return": "change", "returns": "changes", "price": "level", "prices": "levels", "closes": "levels", "close": "level",
    "closing price": "level", "firm": "series", "firms": "series", "firm's": "series'", "stock": "series", "stocks": "series",
    "car": "cumulated change", "cars": "cumulated changes",
}  # fmt: skip
_EN_RETURNS = re.compile(
    r"(?<![-\w])(?<!consumer )(returns?|closing price|prices?|closes|firm's|firms?|stocks?|CARs?|"
    r"(?:(?<=the )|(?<=last )|(?<=no )|(?<=a ))close(?= (?:of|is|at|before)\b))\b"
    r"(?!-)(?! (?:to a mean|the portfolio)\b)",
    re.I,
)
_DE_RETURNS = re.compile(
    r"\b(?:(Tages|Markt)?([Rr]endite)(n)?|(Vergleichs|Kontroll|Placebo-)?([Ff]irm|[Aa]ktie)(a|en|n)?|"
    r"(?:Schluss|Aktien)?([Kk]urs)(es|en|e)?|(?<=je )Wert|(?P<car>CAR)(?P<cars>s)?)\b"
)
_CAR = re.compile(r"\bCAR(?=\{|\[)")
"""Before a window, which stands right behind the letters and apart from a word."""
_LEVEL = {"": "Stand", "es": "Stands", "en": "Niveaus", "e": "Niveaus"}
"""By the ending of `Kurs`: one has its gender, of several it is not seen."""
_OF_RETURNS_ALONE = (
    "is of returns",
    "of returns alone",
    "studies of returns",
    "buy-and-hold",
    "counterfactual price",
    "dividend",
    "shares outstanding",
    "split",
    "--values returns",
    "it is a price",
    "which prices have",
    "prices by their returns",
)
"""Sentences with these speak of returns or prices, whatever a study is of."""


def of_levels(template: str, language: str, msgid: str) -> str:
    """A template of returns, prices and firms, as one of changes, levels and series; in German these have the same genders."""
    if any(mark in msgid for mark in _OF_RETURNS_ALONE):
        return template
    template = _CAR.sub("CAR ", template.replace(" (CAR)", ""))
    pattern, said = (_EN_RETURNS, _change) if language == "en" else (_DE_RETURNS, _aenderung)
    return "".join(part if k % 2 else pattern.sub(said, part) for k, part in enumerate(_FIELD.split(template)))


def _change(hit: re.Match[str]) -> str:
    if hit[1].isupper() and hit[1] != "CAR":  # a name
        return hit[1]
    said = _CHANGES[hit[1].lower()]
    return said.capitalize() if hit[1][0].isupper() and (hit[1][1].islower() or not hit.start()) else said


def _aenderung(hit: re.Match[str]) -> str:
    if hit["car"]:
        return "Gesamtänderung" + ("en" if hit["cars"] else "")
    if hit[2]:
        return f"{hit[1] or ''}{'änderung' if hit[1] else 'Änderung'}{'en' if hit[3] else ''}"
    if hit[5]:
        several = hit[6] in ("en", "n")
        return f"{hit[4] or ''}{'reihe' if hit[4] and hit[4][-1] != '-' else 'Reihe'}{'n' if several else ''}"
    return _LEVEL[hit[8] or ""] if hit[7] else "Reihe"
