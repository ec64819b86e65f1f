"""The verdict on a claim in a word, and the number that is true: 127 claims against closes that anybody can look up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from eventstudy.claims import (
    Checked,
    CheckedEach,
    check,
    event_of,
    load_names,
    of_registry,
    understand,
    understand_each,
)
from eventstudy.events import shipped_registry

from tests.tiers import first

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


OF_WHAT_CAME_BEFORE = [
    ("After R1 was released on 20 January 2025, Nvidia fell within a few trading days from 142 to 128.99", "misleading"),
    ("Nachdem R1 am 20. Januar 2025 erschienen war, fiel Nvidia in wenigen Handelstagen von 142 auf 128,99", "misleading"),
    ("Nach dem Erscheinen von R1 am 20. Januar 2025 fiel Nvidia um 17 Prozent", "true"),
    ("Am 20. Januar 2025 kam R1 heraus. Nvidia fiel innerhalb weniger Handelstage von 142 auf 128,99 US-Dollar", "misleading"),
    ("Nvidia fell 17 percent on 27 January 2025, a week after DeepSeek released R1 on 20 January 2025", "true"),
    ("Nvidia fell 3 percent on 27 January 2025 after DeepSeek released R1 on 20 January 2025", "false"),
    ("DeepSeek released R1 on 20 January 2025, and Nvidia fell within days from 142 to 128.99", "misleading"),
    ("DeepSeek veröffentlichte R1 am 20. Januar 2025; daraufhin fiel Nvidia von 142 auf 128,99", "misleading"),
    ("Nvidia sank infolge der Vorstellung von R1 am 20. Januar 2025 um 17 Prozent", "true"),
]  # fmt: skip
"""Sentences that date the news, not the move."""


@pytest.mark.parametrize(("sentence", "word"), OF_WHAT_CAME_BEFORE)
def test_the_date_of_what_came_before_is_not_held_against_the_move(sentence: str, word: str) -> None:
    claim = understand(sentence, NAMES)
    found = check(claim, event_of(claim, KNOWN, None), names=NAMES)
    told = found.to_dict()
    assert (told["verdict_word"], told["earlier"]) == (word, ["2025-01-20"])
    assert "20 January 2025 is taken for a day before the move, not for its own" in found.text().replace("\n  ", " ")
    assert "20. Januar 2025 gilt als ein Tag vor der Bewegung" in found.to_dict("de")["sentence"]


@pytest.mark.parametrize(
    "sentence",
    [
        "On 20 January 2025 Nvidia fell from 142 to 128.99 dollars",
        "Nach dem Wochenende fiel Nvidia am 20. Januar 2025 von 142 auf 128,99 Dollar",
        "After falling from 142 to 128.99 dollars on 20 January 2025 Nvidia rose again",
        "Nvidia closed at 142 dollars on 24 January 2025 and at 128.99 on 20 January 2025",
        "In New York trading on 20 January 2025, Nvidia fell 17 percent",
        "After 30 January 2025 Nvidia fell from 142 to 128.99 dollars",
        "Nvidia fell 17 percent. That was on 28 January 2025.",
    ],
)
def test_the_date_of_the_move_is_held_against_it(sentence: str) -> None:
    told = checked(sentence).to_dict()
    assert (told["verdict_word"], told["earlier"], told["verdict"]["dates_ok"]) == ("false", [], False)


def test_a_close_of_another_day_than_the_one_named_is_false_and_that_of_the_day_is_given() -> None:
    found = checked("Nvidia closed at $128.99 on Monday")
    said = "Nvidia (NVDA) closed at 118.42 US dollars on 27 January 2025, not at 128.99."
    assert found.sentence.startswith(f"False: {said}")
    assert found.to_dict("de")["sentence"].startswith(
        "Falsch: Nvidia (NVDA) schloss am 27. Januar 2025 bei 118,42 US-Dollar, nicht bei 128,99."
    )
    assert checked("Nvidia closed at $118.42 on Monday").to_dict()["close_then"] is None


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
    found = check(of_registry(event.claim[0], NAMES), event, names=NAMES)
    assert "„weniger Handelstage“" in " ".join(found.text("de").split())
    assert "“a few trading days”" in " ".join(found.text("en").split())


# ---- money, several firms, wrong size, wrong day, wrong direction ------------------------------------------------------

# Closes of 24, 27 and 28 January 2025 times the shares on the covers of the reports: Nvidia 142.62, 118.42, 128.99 times 24.49
# billion; Apple 222.78, 229.86, 238.26 times 15.116 billion; Microsoft 444.06, 434.56, 447.20 times 7.435 billion.
MORE = (
    ("Nvidia lost 593 billion dollars in market value on Monday", "NVDA true"),
    ("Nvidia lost 800 billion dollars in market value on Monday", "NVDA false -17 -592.7bn"),
    ("Nvidia fell 17 percent and Broadcom 30 percent on Monday", "NVDA true; AVGO false -17.4"),
    ("Nvidia gewann am Montag 593 Milliarden Dollar an Börsenwert", "NVDA false -17 -592.7bn"),
    ("Nvidia fiel am Montag um 17, Broadcom um 17,4 Prozent", "NVDA true; AVGO true"),
    ("Broadcom lost 200 billion dollars in market value on Monday", "AVGO true"),
    ("Nvidia's market cap fell by $593 billion", "NVDA true"),
    ("Nvidia lost 593 billion dollars of market value on Tuesday", "NVDA false +8.9 +258.9bn"),
    ("Nvidia gained 259 billion dollars in market value on Tuesday", "NVDA true"),
    ("Nvidia gained 593 billion dollars in market value on Monday", "NVDA false -17 -592.7bn"),
    ("Nvidia's market value fell from $3.49 trillion to $2.90 trillion on Monday", "NVDA true"),
    ("Nvidia's market value fell from $4.2 trillion to $2.90 trillion on Monday", "NVDA false"),
    ("Nvidia's market value fell from $3.49 trillion to $3.16 trillion within days", "NVDA misleading"),
    ("Nvidia plunged 17% on Monday, wiping out $600 billion", "NVDA true"),
    ("Nvidia plunged 17% on Monday, wiping out $400 billion", "NVDA false -17 -592.7bn"),
    ("Apple gained 107 billion dollars in market value on Monday", "AAPL true"),
    ("Apple lost 107 billion dollars in market value on Monday", "AAPL false +3.2 +107bn"),
    ("Microsoft lost about 70 billion dollars in market value on Monday", "MSFT true"),
    ("Microsoft lost 170 billion dollars in market value on Monday", "MSFT false -2.1 -70.6bn"),
    ("Nvidia lost 593 billion euros in market value on Monday", "NVDA untold"),
    ("Der Börsenwert von Nvidia sank am Montag um 593 Milliarden Dollar", "NVDA true"),
    ("Der Börsenwert von Nvidia sank am Dienstag um 593 Milliarden Dollar", "NVDA false +8.9 +258.9bn"),
    ("Nvidia verlor am Montag knapp 600 Mrd. Dollar an Börsenwert", "NVDA true"),
    ("Nvidia verlor am Montag 900 Mrd. Dollar an Börsenwert", "NVDA false -17 -592.7bn"),
    ("Nvidias Börsenwert schrumpfte auf 2,9 Billionen Dollar", "NVDA true"),
    ("Nvidias Börsenwert schrumpfte auf 1,9 Billionen Dollar", "NVDA false"),
    ("Bei Apple stieg die Marktkapitalisierung am Montag um 107 Milliarden Dollar", "AAPL true"),
    ("On Monday Nvidia fell 17 percent while Apple rose 3.2 percent", "NVDA true; AAPL true"),
    ("On Monday Nvidia fell 17 percent while Apple fell 3.2 percent", "NVDA true; AAPL false +3.2"),
    ("Nvidia and Broadcom fell 17 and 17.4 percent on Monday", "NVDA true; AVGO true"),
    ("Nvidia and Broadcom fell 17 percent on Tuesday", "NVDA false +8.9; AVGO false +2.6"),
    ("Nvidia fell 17 percent on Monday and Broadcom rose 2.6 percent on Tuesday", "NVDA true; AVGO true"),
    ("Nvidia rose 17 percent on Monday, Apple rose 3.2, Oracle fell 13.8 percent", "NVDA false -17; AAPL true; ORCL true"),
    ("Nvidia fell from 142.62 to 118.42 dollars on Monday and Apple from 222.78 to 229.86 dollars", "NVDA true; AAPL false"),
    ("Nvidia lost $593bn in market value on Monday and Apple gained $107bn in market value", "NVDA true; AAPL true"),
    ("Nvidia verlor am Montag 17 Prozent und Broadcom 17,4 Prozent", "NVDA true; AVGO true"),
    ("Nvidia, Broadcom und Oracle verloren am Montag 17, 17,4 und 23,8 Prozent", "NVDA true; AVGO true; ORCL false -13.8"),
    ("Nvidia stürzte am Montag um 17 Prozent ab, Apple legte um 13,2 Prozent zu", "NVDA true; AAPL false +3.2"),
    ("Nvidia fiel am 28. Januar 2025 um 17 Prozent, während Vertiv um 30 Prozent fiel", "NVDA false +8.9; VRT false +3.8"),
    ("Analysts cut the price target of Nvidia to 100 dollars, and the share fell 17 percent on Monday", "NVDA true"),
    ("Nvidia fiel am Montag um 7 Prozent, nachdem das Kursziel von 180 auf 150 Dollar gesenkt wurde", "NVDA false -17"),
    ("Nvidia lost 24.20 dollars a share on Monday, and Microsoft 9.50 dollars", "NVDA true; MSFT true"),
)  # fmt: skip
"""Sentence; of each firm the word, and where it is wrong what the price did in per cent and in billions of market value."""


# The same days in other words of the press.
OTHERS = (
    ("Shares of Nvidia tumbled 17% on January 27, 2025", "NVDA true"),
    ("Nvidia shed almost $600 billion in market cap on Monday, the biggest one-day loss in history", "NVDA true"),
    ("Nvidia dropped nearly 17% on Monday", "NVDA true"),
    ("Nvidia slid 18 percent on Monday", "NVDA false -17"),
    ("Nvidia plummeted 17 percent on January 24", "NVDA false -3.1"),
    ("Nvidia's shares closed at $118.42 on Monday", "NVDA true"),
    ("Nvidia closed at $128.99 on Monday", "NVDA false"),
    ("Nvidia recovered 8.9% on Tuesday", "NVDA true"),
    ("Nvidia jumped 12% on Tuesday", "NVDA false +8.9"),
    ("TSMC fell 13 percent on Monday", "TSM true"),
    ("Marvell sank 19% on Monday", "MRVL true"),
    ("Constellation Energy dropped 21 percent on Monday", "CEG true"),
    ("Constellation Energy rose 21 percent on Monday", "CEG false -20.8"),
    ("AMD lost 6.4 percent on Monday", "AMD true"),
    ("AMD lost 16.4 percent on Monday", "AMD false -6.4"),
    ("Meta gained 1.9 percent on Monday", "META true"),
    ("Meta lost 1.9 percent on Monday", "META false +1.9"),
    ("Amazon edged up 0.2 percent on Monday", "AMZN true"),
    ("Alphabet lost 103 billion dollars in market value on Monday", "GOOGL true"),
    ("Alphabet lost 203 billion dollars in market value on Monday", "GOOGL false -4.2 -103bn"),
    ("Nvidia and AMD fell 17 and 6.4 percent on Monday", "NVDA true; AMD true"),
    ("Meta rose 1.9 percent while Alphabet fell 4.2 percent on Monday", "META true; GOOGL true"),
    ("Nvidia traded as low as 116.70 dollars on Monday", "NVDA true"),
    ("Nvidia halved on Monday", "NVDA false -17"),
    ("Die Nvidia-Aktie brach am Montag um 17 Prozent ein", "NVDA true"),
    ("Die Nvidia-Aktie brach am Freitag um 17 Prozent ein", "NVDA false -3.1"),
    ("Nvidia büßte am Montag fast 600 Milliarden Dollar an Börsenwert ein", "NVDA true"),
    ("Nvidia büßte am Montag 60 Milliarden Dollar an Börsenwert ein", "NVDA false -17 -592.7bn"),
    ("Die Aktie von Broadcom gab am Montag um 17,4 Prozent nach", "AVGO true"),
    ("Die Aktie von Broadcom legte am Montag um 17,4 Prozent zu", "AVGO false -17.4"),
    ("Oracle rutschte am Montag um 13,8 Prozent ab", "ORCL true"),
    ("Meta kletterte am Montag um 1,9 Prozent", "META true"),
    ("Meta kletterte am Montag um 9,1 Prozent", "META false +1.9"),
    ("Nvidia erholte sich am Dienstag um 8,9 Prozent", "NVDA true"),
    ("Nvidia erholte sich am Dienstag um 18,9 Prozent", "NVDA false +8.9"),
    ("Nvidia schloss am Montag bei 118,42 Dollar", "NVDA true"),
    ("Nvidia schloss am Montag bei 128,99 Dollar", "NVDA false"),
    ("Nvidia und Marvell verloren am Montag 17 und 19,1 Prozent", "NVDA true; MRVL true"),
    ("Apple gewann am Montag 3,2 Prozent, Nvidia verlor 7 Prozent", "AAPL true; NVDA false -17"),
    ("Micron verlor am Montag 11,7 Prozent, AMD 6,4 Prozent", "MU true; AMD true"),
    ("Am 27. Januar 2025 verlor Vertiv knapp 30 Prozent", "VRT true"),
    ("Am 28. Januar 2025 verlor Vertiv knapp 30 Prozent", "VRT false +3.8"),
    ("Der Börsenwert von Apple stieg am Montag um 107 Milliarden Euro", "AAPL untold"),
)  # fmt: skip
"""Other words for the same days; the same columns."""


def each(sentence: str) -> CheckedEach:
    claims = understand_each(sentence, NAMES)
    return CheckedEach(
        sentence,
        tuple(check(claim, event_of(claim, KNOWN, "2025-01-27"), source="bundled", names=NAMES) for claim in claims),
    )


def as_row(claim: dict[str, Any]) -> str:
    """The firm, the word, and what the price did, as they stand in the table."""
    actual = claim["actual"] or {"move": None, "worth": None}
    said = [claim["understood"]["ticker"], claim["verdict_word"].replace("cannot be told", "untold")]
    said += [] if actual["move"] is None else [f"{round(100 * actual['move'], 1):+g}"]
    said += [] if actual["worth"] is None else [f"{round(actual['worth'] / 1e9, 1):+g}bn"]
    return " ".join(said)


@pytest.mark.parametrize("row", [*first(MORE, 5), *first(OTHERS, 1)], ids=[row[0] for row in (*MORE, *OTHERS)])
def test_money_and_several_firms_have_a_verdict_each_and_the_number_that_is_true(row: tuple[str, str]) -> None:
    sentence, parts = row
    told = each(sentence).to_dict()
    assert "; ".join(as_row(claim) for claim in told["claims"]) == parts
    worst = next(word for word in ("false", "untold", "misleading", "true") if word in parts)
    assert told["verdict_word"] == worst.replace("untold", "cannot be told")


def test_an_amount_is_judged_in_words_in_both_languages() -> None:
    wrong = checked("Nvidia lost 800 billion dollars in market value on Monday")
    assert wrong.sentence.startswith(
        "False: Nvidia (NVDA) moved by −16.97 % on 27 January 2025; its market value by −592.7 billion US dollars, not by"
        " −800 billion dollars."
    )
    right = checked("Der Börsenwert von Nvidia sank am Montag um 593 Milliarden Dollar").to_dict("de")["sentence"]
    assert "Bei 24.490 Millionen Aktien (gezählt am 15. November 2024) sind das −592,7 Milliarden US-Dollar" in right
    claim = understand("Broadcom lost 200 billion dollars in market value on Monday", NAMES)
    few = pd.DataFrame({"ticker": ["NVDA"], "shares": [24.49e9]})
    lacking = check(claim, event_of(claim, KNOWN, "2025-01-27"), source="bundled", names=NAMES, shares=few)
    assert lacking.incomplete
    assert lacking.to_dict()["verdict_word"] == "cannot be told"
    assert "how many shares of Broadcom (AVGO) there were is not known here" in lacking.sentence


def test_shares_of_the_user_turn_market_value_into_prices(tmp_path: Path) -> None:
    file = tmp_path / "shares.csv"
    file.write_text("ticker,shares,date\nAVGO,4700000000,2024-12-01\n", encoding="utf-8")
    claim = understand("Broadcom lost 200 billion dollars in market value on Monday", NAMES)
    found = check(claim, event_of(claim, KNOWN, "2025-01-27"), source="bundled", names=NAMES, shares=file).to_dict()
    assert found["verdict_word"] == "true"  # 42.57 dollars times 4.7 billion
    assert found["worth"]["move"] == pytest.approx(-42.57 * 4.7e9, rel=1e-3)


def test_two_firms_are_told_apart_on_the_screen() -> None:
    found = each("Nvidia fell 17 percent and Broadcom 30 percent on Monday")
    said = found.text()
    assert said.startswith("False. Nvidia (NVDA): true. Broadcom (AVGO): false: Broadcom (AVGO) moved by −17.40 %")
    assert list(found.tidy()["ticker"]) == ["NVDA"]
    assert found.text("de").startswith("Falsch. Nvidia (NVDA): wahr.")
