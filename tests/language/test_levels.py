"""Templates of returns in the words of a study of levels: each has them, in both languages."""

from __future__ import annotations

import re

import pytest
from eventstudy.language import LOCALE, Phrase, entries
from eventstudy.language.wording import of_levels
from eventstudy.units import PERCENT, UNITS, shown_in
from eventstudy.units.frequency import counted_in

from .templates import of_help, of_refusals

WORDS_OF_RETURNS = {
    "en": r"\b[Rr]eturns?\b|\b[Ss]tocks?\b|\b[Ff]irms?\b|\b[Pp]rices?\b|\bcloses\b|\bwealth\b|dividends",
    "de": r"[Rr]enditen?\b|\bAktien?\b|[Ff]irm(a|en)\b|\bUnternehmen|\b(Schlussk|K)urs(e|en|es)?\b|Vermögen",
}
"""What a study of levels has other words for."""


def test_every_template_has_words_of_levels() -> None:
    """But for those that are of returns in any study: what a buy-and-hold return is, dividends, splits, values of firms."""
    alone = r"dividend|split|[Bb]uy-and-hold|shares outstanding|CRSP|--values|returns? to a mean|factors price|counterfactual"
    refused = r"is of returns|of returns alone|consumer prices|studies of returns|excess return|no wealth change"
    refused += r"|it is a price|prices by their returns|gross return|logarithmic"
    catalogue = (LOCALE / "de" / "LC_MESSAGES" / "eventstudy.po").read_text(encoding="utf-8")
    own = of_refusals().union(of_help())
    for english, german in entries(catalogue):
        for template, said in zip(english.split("\0"), german.split("\0"), strict=True):
            if re.search(f"{alone}|{refused}", template) or template in own:
                continue
            for text, lang in ((template, "en"), (said, "de")):
                plain = re.sub(r"\{[^{}]*\}", "", of_levels(text, lang, template))
                assert not re.search(WORDS_OF_RETURNS[lang], plain), plain


@pytest.mark.parametrize(
    ("lang", "template", "said"),
    [
        ("en", "abnormal return of a firm's closing price", "abnormal change of a series' level"),
        ("en", "Returns of stocks", "Changes of series"),
        (
            "en",
            "CAR{window} of each firm: mean CAR, CARs",
            "Cumulated change {window} of each series: mean cumulated change, cumulated changes",
        ),
        ("de", "Mittlere CAR; Streuung der CARs (CAR)", "Mittlere Gesamtänderung; Streuung der Gesamtänderungen"),
        ("en", "no close of {day}; {price} near the close", "no level of {day}; {price} near the close"),
        ("de", "Die Kurse enden, und der Kurs der Aktie fehlt", "Die Niveaus enden, und der Stand der Reihe fehlt"),
        (
            "de",
            "Vergleichsfirmen ohne Rendite; Tagesrenditen je Wert",
            "Vergleichsreihen ohne Änderung; Tagesänderungen je Reihe",
        ),
        ("de", "der Wechselkurs der {firms} Firmen", "der Wechselkurs der {firms} Reihen"),
    ],
)
def test_words_of_levels(lang: str, template: str, said: str) -> None:
    assert of_levels(template, lang, template) == said
    with shown_in(UNITS["bp"]), counted_in("monthly"):
        assert Phrase("the return on day {day:day}", day=0) == "the change in month 0"
    assert Phrase("the return on day {day:day}", day=0) == "the return on day 0"


@pytest.mark.parametrize(
    ("value", "spec", "said"),
    [
        (0.00004, "+.2f", "+0.0040"),
        (-0.0000017, "+.2f", "-0.00017"),
        (0.00005, "+.2f", "+0.01"),
        (0.0, "+.2f", "+0.00"),
        (3e-17, "+.2f", "+0.00"),  # what sums leave
        (0.00004, "+.1f", "+0.0"),  # where there is room for few letters
        (0.0000031, ".3f", "0.00031"),
    ],
)
def test_what_is_not_nothing_is_not_shown_as_nothing(value: float, spec: str, said: str) -> None:
    assert PERCENT.text(value, spec) == said
