"""Sentences that hold a number and claim no move of the price on these days; and those that are like them and do."""

from __future__ import annotations

import pytest
from eventstudy.claims import check, event_of, load_names, understand
from eventstudy.errors import InvalidRequest

NAMES = load_names()
MONDAY = "2025-01-27"


def verdict(sentence: str) -> str:
    claim = understand(sentence, NAMES)
    return str(check(claim, event_of(claim, [], MONDAY), source="bundled").to_dict()["verdict_word"])


NOT_A_MOVE = [
    ("Nvidia did not fall 17 percent on Monday", "'not'"),
    ("Nvidia didn't fall 17 percent on Monday", "n't"),
    ("Nvidia never fell 17 percent on Monday", "'never'"),
    ("Nvidia fiel am Montag nicht um 17 Prozent", "'nicht'"),
    ("Nvidia hat am Montag keine 17 Prozent verloren", "'keine'"),
    ("Nvidia could fall as much as 17 percent on Monday", "'could'"),
    ("Analysts expect Nvidia to fall 17 percent on Monday", "'expect'"),
    ("Nvidia könnte am Montag 17 Prozent verlieren", "'könnte'"),
    ("Es hieß, dass Nvidia am Montag 17 Prozent verlieren dürfte", "'dürfte'"),
    ("Nvidia's revenue fell 17 percent on Monday", "'revenue'"),
    ("Nvidia fell on Monday after profit fell 17 percent", "'profit'"),
    ("Der Umsatz von Nvidia brach am Montag um 17 Prozent ein", "'Umsatz von Nvidia'"),
    ("Nvidia bonds fell 17 percent on Monday", "'bonds'"),
    ("Nvidia lost 17 percent of its market share on Monday", "'of its market'"),
    ("Nvidia baut 17 Prozent der Stellen ab", "'der Stellen'"),
    ("Nvidia underperformed the market by 17 percent on Monday", "'underperformed'"),
    ("Nvidia's tax rate is 17 percent on Monday", "does not say that the price rose or fell"),
    ("It is not true that Nvidia fell 17 percent on Monday", "'not true'"),
    ("Nvidia avoided a 17 percent fall on Monday", "'avoided'"),
    ("Nvidia soll am Montag 17 Prozent verlieren", "'soll'"),
    ("Nvidia is down 17 percent year over year", "'year over year'"),
    ("Nvidia hat binnen Jahresfrist 17 Prozent verloren", "'binnen Jahresfrist'"),
    ("Nvidia fell 17 percent in premarket trading on Monday", "'premarket'"),
    ("Nvidia lost 17 percent after the close on Monday", "'after the close'"),
    ("Nvidia notiert vorbörslich 17 Prozent niedriger", "'vorbörslich'"),
    ("Nvidia has lost 17 percent since the start of the year", "'since the start of the year'"),
    ("Nvidia is down 17 percent so far this year", "'so far this year'"),
    ("Nvidia verlor seit Jahresbeginn 17 Prozent", "'seit Jahresbeginn'"),
    ("Nvidia hat in diesem Jahr 17 Prozent verloren", "'in diesem Jahr'"),
    ("Nvidia fell 17 percent from its record high", "'from its record high'"),
    ("Nvidia notiert 17 Prozent unter seinem Rekordhoch", "'unter seinem Rekordhoch'"),
    ("Nvidia has fallen 17 percent since December", "'since December'"),
    ("Nvidia verlor im Januar rund 17 Prozent", "'im Januar'"),
    ("Nvidia lost 17 percent in 2025", "'in 2025'"),
    ("Nvidia fell 17 percent over the past year", "'over the past year'"),
    ("Nvidia lost 500 billion dollars in market value this month", "'this month'"),
    ("Nvidia fell 17 percent last week", "'last week'"),
    ("Nvidia fell 17 percent each day", "'each day'"),
    ("Nvidia verlor vergangene Woche 17 Prozent", "'vergangene Woche'"),
    ("Nvidia did not, as some wrote, fall 17 percent on Monday", "'not'"),
    ("Nvidia would, analysts say, fall 17 percent on Monday", "'would'"),
    ("Nvidia did not in U.S. trading fall 17 percent on Monday", "'not'"),
]


@pytest.mark.parametrize(("sentence", "words"), NOT_A_MOVE)
def test_what_no_close_can_confirm_is_refused(sentence: str, words: str) -> None:
    """A fall of 17 % on that Monday is among the closes, and none of them says so."""
    with pytest.raises(InvalidRequest) as caught:
        verdict(sentence)
    assert words in str(caught.value)


A_MOVE = [
    "Nvidia lost 17 percent of its market value on Monday",
    "Nvidia verlor am Montag 17 Prozent des Börsenwerts",
    "Nvidia moved by 17 percent on Monday",
    "Nvidia fell 17 percent on Monday, its worst day since March 2020",
    "Nvidia fell 17 percent on Monday in the steepest fall this year",
    "Nvidia fell 17 percent on Monday, not least because of DeepSeek",
    "Nvidia did not recover: it fell 17 percent on Monday",
    "Nvidia could not recover on Monday and closed 17 percent lower",
    "Nvidia fell 17 percent on Monday as investors feared that demand could weaken",
    "Nvidia fell 17 percent on Monday, more than analysts expected",
    "Nvidia's shares fell 17 percent on Monday despite strong revenue",
    "Shares of Nvidia, whose revenue doubled, fell 17 percent on Monday",
    "Nvidia stürzte am Montag um 17 Prozent ab, weil die Nachfrage sinken könnte",
    "Nvidia verlor am Montag 17 Prozent, so viel wie nie zuvor",
    "Die Aktie von Nvidia fiel am Montag um 17 Prozent, den stärksten Rückgang seit 2020",
    "In January 2025 Nvidia fell 17 percent in one day",
    "Nvidia fell 17 percent on Monday after it had reported after the close on Friday",
    "Nvidia fell 17 percent on Monday after DeepSeek denied using banned chips",
    "Die Aktie von Nvidia fiel am Montag um 17 Prozent, nachdem DeepSeek Vorwürfe dementierte",
    "Nvidia-Aktie bricht am Montag um 17 Prozent ein",
    "Nvidia gibt am Montag um 17 Prozent nach",
    "On Monday last week, Nvidia fell 17 percent",
]


@pytest.mark.parametrize("sentence", A_MOVE)
def test_such_words_beside_another_clause_are_no_reason_to_refuse(sentence: str) -> None:
    assert verdict(sentence) == "true"


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("Nvidia fell more than 10 percent on Monday", "true"),
        ("Nvidia fell by at least 15 percent on Monday", "true"),
        ("Nvidia fell more than 17 percent on Monday", "false"),
        ("Nvidia rose more than 10 percent on Monday", "false"),
        ("Nvidia fell less than 20 percent on Monday", "true"),
        ("Nvidia fell no more than 20 percent on Monday", "true"),
        ("Nvidia lost no less than 15 percent on Monday", "true"),
        ("Nvidia fell just over 15 percent on Monday", "false"),
        ("Nvidia verlor am Montag mindestens 15 Prozent", "true"),
        ("Nvidia verlor am Montag nicht mehr als 18 Prozent", "true"),
        ("Nvidia closed below 120 dollars on Monday", "true"),
        ("Nvidia's market value fell by more than 500 billion dollars on Monday", "true"),
        ("Nvidia's market value fell by more than 600 billion dollars on Monday", "false"),
    ],
)
def test_a_bound_holds_for_what_is_beyond_it(sentence: str, word: str) -> None:
    """It moved by -16.97 %, 592.7 billion dollars of market value, to 118.42."""
    assert verdict(sentence) == word


def test_of_hours_daily_closes_say_nothing() -> None:
    assert verdict("Nvidia fell 17 percent within an hour") == "cannot be told"
