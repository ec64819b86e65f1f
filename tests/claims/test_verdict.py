"""The verdict on a claim in a word, and the number that is true: 42 claims against closes that anybody can look up."""

from __future__ import annotations

import pytest
from eventstudy.claims import Checked, check, event_of, load_names, of_registry, understand
from eventstudy.events import shipped_registry

NAMES, KNOWN = load_names(), list(shipped_registry())
Actual = tuple[str, float] | None
CLAIMS: list[tuple[str, str, Actual]] = [
    ("Nvidia fell 17 percent on Monday", "true", None),
    ("Nvidia fell 17.0 % on 27 January 2025", "true", None),
    ("Nvidia fell 30 percent on Monday", "false", ("2025-01-27", -17.0)),
    ("Nvidia rose 17 percent on Monday", "false", ("2025-01-27", -17.0)),
    ("Nvidia fell 17 percent on Tuesday", "false", ("2025-01-28", 8.9)),
    ("Nvidia fell 17 percent on 28 January 2025", "false", ("2025-01-28", 8.9)),
    ("Nvidia rose 8.9 percent on Tuesday", "true", None),
    ("Nvidia fell from 142.62 to 118.42 dollars on Monday", "true", None),
    ("Nvidia fell from 142.62 to 128.99 dollars within a few trading days", "misleading", None),
    ("Nvidia fell from 142.62 to 118.42 dollars within one month", "true", None),
    ("Nvidia fell from 150 to 118.42 dollars on Monday", "false", None),
    ("Nvidia rose from 118.42 to 128.99 dollars on Tuesday", "true", None),
    ("Nvidia fell from 128.99 to 118.42 dollars", "false", None),
    ("Nvidia lost 24.20 dollars on Monday", "true", None),
    ("Nvidia lost 50 dollars on Monday", "false", ("2025-01-27", -17.0)),
    ("Broadcom fell 17 percent on Monday", "true", None),
    ("Broadcom fell 17.4 percent on Monday", "true", None),
    ("Apple rose 3 percent on Monday", "true", None),
    ("Apple fell 3 percent on Monday", "cannot be told", ("2025-01-27", 3.2)),
    ("Apple rose 3.2 percent on Monday", "true", None),
    ("Apple rose 10 percent on Monday", "false", ("2025-01-27", 3.2)),
    ("Microsoft fell 2.1 percent on Monday", "true", None),
    ("Oracle fell 14 percent on Monday", "true", None),
    ("Oracle fell 13.8 percent on Monday", "true", None),
    ("Vertiv fell 30 percent on Monday", "true", None),
    ("Vertiv fell 29.9 percent on Monday", "true", None),
    ("Salesforce rose 4 percent on Monday", "true", None),
    ("Micron fell 11.7 percent on Monday", "true", None),
    ("Nvidia-Aktie fiel am Montag um 17 Prozent", "true", None),
    ("Nvidia fiel am Montag um 30 Prozent", "false", ("2025-01-27", -17.0)),
    ("Nvidia stieg am Montag um 17 Prozent", "false", ("2025-01-27", -17.0)),
    ("Nvidia fiel am Dienstag um 17 Prozent", "false", ("2025-01-28", 8.9)),
    ("Nvidia stieg am Dienstag um 8,9 Prozent", "true", None),
    ("Nvidia fiel am Montag von 142,62 auf 118,42 Dollar", "true", None),
    ("Nvidia fiel von 142,62 auf 128,99 Dollar", "misleading", None),
    ("Nvidia fiel von 142,62 auf 110 Dollar", "false", None),
    ("Apple stieg am Montag um 3,2 Prozent", "true", None),
    ("Apple fiel am Montag um 3,2 Prozent", "false", ("2025-01-27", 3.2)),
    ("Broadcom fiel am 27. Januar 2025 um 17,4 Prozent", "true", None),
    ("Broadcom fiel am 28. Januar 2025 um 17,4 Prozent", "false", ("2025-01-28", 2.6)),
    ("Nvidia fell from 137 to 113 euros on Monday", "cannot be told", None),
    ("Alphabet fell 4 percent on Monday", "true", None),
]  # fmt: skip
"""Sentence, word, and where the claim is wrong what the price did: the day, and per cent."""


def checked(sentence: str) -> Checked:
    claim = understand(sentence, NAMES)
    return check(claim, event_of(claim, KNOWN, "2025-01-27"), names=NAMES)


@pytest.mark.parametrize(("sentence", "word", "actual"), CLAIMS, ids=[claim[0] for claim in CLAIMS])
def test_a_verdict_is_a_word_and_the_number_that_is_true(sentence: str, word: str, actual: Actual) -> None:
    told = checked(sentence).to_dict()
    assert told["verdict_word"] == word
    found = told["actual"]
    assert (found and (found["to"], round(100 * found["move"], 1))) == actual


def test_the_word_stands_first_on_every_surface_in_both_languages() -> None:
    wrong = checked("Nvidia fell 30 percent on Monday")
    said = "False: Nvidia (NVDA) moved by −16.97 % on 27 January 2025, not by −30 %."
    assert wrong.sentence.startswith(said)
    assert said in wrong.text()
    assert wrong.to_dict("de")["sentence"].startswith(
        "Falsch: Nvidia (NVDA) bewegte sich am 27. Januar 2025 um −16,97 %, nicht um −30 %."
    )
    story = checked("Nvidia fell from 142.62 to 128.99 dollars within a few trading days")
    assert story.sentence.startswith(
        "Misleading: the numbers are right, the story is not. Nvidia (NVDA) closed at 142.62"
    )
    nearest = checked("Nvidia fell from 150 to 118.42 dollars on Monday").sentence
    assert nearest.startswith("False: the close nearest to 150 was 147.22 US dollars on 23 January 2025.")


def test_the_span_of_a_claim_is_in_the_language_of_its_paragraph() -> None:
    event = shipped_registry()["deepseek-r1"]
    found = check(of_registry(event.claim[0], event, NAMES), event, names=NAMES)
    assert "„weniger Handelstage“" in " ".join(found.text("de").split())
    assert "“a few trading days”" in " ".join(found.text("en").split())
