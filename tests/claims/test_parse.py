"""What a sentence is understood to say: numbers, spans, dates, directions, companies, in two languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from eventstudy.claims.parse import Language, Understood, from_parts, load_names, name_of, quote, ticker_in, understand
from eventstudy.claims.several import understand_each
from eventstudy.claims.when import Day, read_span, take_dates
from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = load_names()
GERMAN = (
    "Der Aktienkurs des Halbleiter-Riesen Nvidia stürzte innerhalb weniger Handelstage von 142 US-Dollar"
    " auf 128,99 US-Dollar ab"
)
ENGLISH = (
    "The share price of chip giant Nvidia plunged within a few trading days from 142 US dollars to 128.99 US dollars"
)
DOWN: dict[str, object] = {"falling": True}


def fields(claim: Understood) -> dict[str, object]:
    numbers = {"from": claim.start, "to": claim.end, "percent": claim.percent, "change": claim.change}
    return {name: number.plain for name, number in numbers.items() if number} | (
        {} if claim.falling is None else {"falling": claim.falling}
    )


@pytest.mark.parametrize(
    ("printed", "language", "value", "step"),
    [
        ("142", None, 142, 1),
        ("142.00", None, 142, 0.01),
        ("128,99", None, 128.99, 0.01),
        ("128,99", "en", 128.99, 0.01),
        ("1.234,50", None, 1234.5, 0.01),
        ("1,234.50", None, 1234.5, 0.01),
        ("1'234.5", None, 1234.5, 0.1),
        ("1\u202f234,5", None, 1234.5, 0.1),
        ("1.234", "de", 1234, 1),
        ("1.234", "en", 1.234, 0.001),
        ("1,234", "en", 1234, 1),
        ("1,234", "de", 1.234, 0.001),
        ("48.168", "en", 48.168, 0.001),
        ("1.234.567", None, 1234567, 1),
        ("0,125", None, 0.125, 0.001),
        ("1234,567", None, 1234.567, 0.001),
    ],
)
def test_numbers_with_comma_or_point(printed: str, language: Language | None, value: float, step: float) -> None:
    found = quote(printed, language)
    assert found.value == pytest.approx(value, rel=1e-12)
    assert found.step == pytest.approx(step)


@pytest.mark.parametrize(
    "printed", ["1,234", "1.234", "12,34,56", "1.2.3", "1,23.4", "0", "0,00", "", "x", "-3", "1" * 40]
)
def test_what_is_no_number_or_two_is_refused(printed: str) -> None:
    with pytest.raises(InvalidRequest):
        quote(printed)


@pytest.mark.parametrize(
    ("printed", "price", "manner"),
    [
        ("142", 142.62, "truncated"),
        ("142", 141.88, "rounded"),
        ("142", 142.0, "exact"),
        ("142", 142.5, "rounded"),
        ("142", 141.49, None),
        ("142", 143.0, None),
        ("142.00", 142.62, None),
        ("128.99", 128.99, "exact"),
        ("128.99", 128.995, "rounded"),
        ("128.99", 128.984, None),
    ],
)
def test_the_printed_digits_are_the_tolerance(printed: str, price: float, manner: str | None) -> None:
    assert quote(printed).manner(price) == manner


def test_words_of_approximation_move_the_tolerance() -> None:
    under, over, about = (quote("17", loose=loose) for loose in ("under", "over", "about"))
    assert (under.manner(16.2), under.manner(17.2), under.manner(15.9)) == ("under", None, None)
    assert (over.manner(17.9), over.manner(16.97), over.manner(18.1)) == ("over", None, None)
    assert (about.manner(16.2), about.manner(17.3), about.manner(18.1)) == ("about", "rounded", None)


@pytest.mark.parametrize(
    ("phrase", "most"),
    [
        ("a few trading days", 5),
        ("few trading days", 5),
        ("innerhalb weniger Handelstage", 5),
        ("in mehreren Börsentagen", 10),
        ("within a week", 5),
        ("binnen zwei Wochen", 10),
        ("in a single session", 1),
        ("an einem einzigen Tag", 1),
        ("two trading sessions", 2),
        ("innerhalb von nur zwei Handelstagen", 2),
        ("innerhalb eines Monats", 23),
        ("in a matter of days", 5),
        ("within hours", 1),
        ("in 3 sessions", 3),
        ("0 trading days", 0),
        ("overnight", 1),
        ("on Monday", 1),
        ("am Dienstag", 1),
        ("a two-day slide", 2),
    ],
)
def test_spans_in_sessions(phrase: str, most: int) -> None:
    span = read_span(phrase)
    assert span is not None
    assert span.most == most
    assert span.intraday == (phrase == "within hours")
    assert span.weekday == {"on Monday": 0, "am Dienstag": 1}.get(phrase)


@pytest.mark.parametrize("phrase", ["", "soon", "in no time", "142 dollars", "im Handumdrehen"])
def test_phrases_that_are_no_span(phrase: str) -> None:
    assert read_span(phrase) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("am 27. Januar 2025", [Day(1, 27, 2025)]),
        ("from January 24 to Jan. 27, 2025", [Day(1, 24), Day(1, 27, 2025)]),
        ("vom 24.1. bis zum 28.01.2025", [Day(1, 24), Day(1, 28, 2025)]),
        ("on 2025-01-27", [Day(1, 27, 2025)]),
        ("on the 3rd of March", [Day(3, 3)]),
        ("fell to 28.9. Then", []),
        ("auf 128,99 ab", []),
    ],
)
def test_dates(text: str, days: list[Day]) -> None:
    found, rest = take_dates(text)
    assert [day for _, day in found] == days
    assert len(rest) == len(text)


def test_a_date_without_a_year_is_the_nearest_one() -> None:
    assert Day(1, 3).near(date(2024, 12, 30)) == date(2025, 1, 3)
    assert Day(12, 30).near(date(2025, 1, 3)) == date(2024, 12, 30)
    for day, around in ((Day(1, 3), None), (Day(2, 30), date(2025, 1, 1)), (Day(13, 1, 2025), None)):
        with pytest.raises(InvalidRequest):
            day.near(around)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (GERMAN, {"from": "142", "to": "128.99", **DOWN}),
        (ENGLISH, {"from": "142", "to": "128.99", **DOWN}),
        ("Nvidia fell 17 percent on Monday", {"percent": "17", **DOWN}),
        ("Die Nvidia-Aktie fiel um rund 17 Prozent", {"percent": "17", **DOWN}),
        ("Nvidia closed at $118.42, down 16.97%", {"to": "118.42", "percent": "16.97", **DOWN}),
        ("Nvidia verlor am 27.01.2025 knapp 17 Prozent auf 118,42 Dollar", {"to": "118.42", "percent": "17", **DOWN}),
        ("Nvidia lost $24.20 in one day", {"change": "24.20", **DOWN}),
        ("Nvidia lost $593 billion of its value as shares fell 17%", {"percent": "17", **DOWN}),
        ("Nvidia fiel von 142,62 Dollar (136 Euro) auf 118,42 Dollar (113 Euro)", {"from": "142.62", "to": "118.42", **DOWN}),
        ("Nvidia fell to $118.42 from $142.62 while the S&P 500 lost 1.5%", {"from": "142.62", "to": "118.42", **DOWN}),
        ("Nvidia 142 → 128,99", {"from": "142", "to": "128.99"}),
        ("Nvidia −16,97 %", {"percent": "16.97", **DOWN}),
        ("Nvidia +8.9%", {"percent": "8.9", "falling": False}),
        ("Nvidias Kurs brach von 142 auf unter 120 Dollar ein", {"from": "142", "to": "120", **DOWN}),
        ("Der Kurs der Nvidia-Aktie legte um 8,9 Prozent zu", {"percent": "8.9", "falling": False}),
        ("Nvidia, which makes the H100, sank from 142 to 118.42", {"from": "142", "to": "118.42", **DOWN}),
        ("Ein 17-prozentiger Kurssturz bei Nvidia", {"percent": "17", **DOWN}),
    ],
)  # fmt: skip
def test_sentences(sentence: str, expected: dict[str, object]) -> None:
    claim = understand(sentence, NAMES)
    assert claim.ticker == "NVDA"
    assert fields(claim) == expected


@pytest.mark.parametrize(
    ("sentence", "ticker", "expected", "loose"),
    [
        ("Nvidia's stock halved in a single day", "NVDA", {"percent": "50", **DOWN}, "about"),
        ("Die Nvidia-Aktie halbierte sich innerhalb weniger Tage", "NVDA", {"percent": "50", **DOWN}, "about"),
        ("Vertiv lost nearly a third of its value on Monday", "VRT", {"percent": "33", **DOWN}, "under"),
        ("Nvidia shed more than a fifth of its value", "NVDA", {"percent": "20", **DOWN}, "least"),
        ("Nvidia fiel binnen eines Tages um ein Sechstel", "NVDA", {"percent": "16.7", **DOWN}, "about"),
        ("Der Kurs von Nvidia verdoppelte sich im Jahr 2024", "NVDA", {"percent": "100", "falling": False}, "about"),
        ("Nvidia down seventeen percent on Monday", "NVDA", {"percent": "17", **DOWN}, ""),
        ("Nvidia sackte um siebenundzwanzig Prozent ab", "NVDA", {"percent": "27", **DOWN}, ""),
        ("DeepSeek caused Nvidia to lose 17% in one day", "NVDA", {"percent": "17", **DOWN}, ""),
        ("Die Papiere von Broadcom gingen 17,4 Prozent schwächer aus dem Handel", "AVGO", {"percent": "17.4", **DOWN}, ""),
        ("Nvidias Aktien rauschten um 17 Prozent in die Tiefe", "NVDA", {"percent": "17", **DOWN}, ""),
        ("Nvidia-Aktien gaben 17 Prozent nach", "NVDA", {"percent": "17", **DOWN}, ""),
        ("Nvidia plunged 17%, wiping out $600 billion", "NVDA", {"percent": "17", **DOWN}, ""),
        ("Im ersten Quartal 2025 verlor Nvidia 17 Prozent", "NVDA", {"percent": "17", **DOWN}, ""),
        ("Nvidia's third consecutive loss came to 17%, its worst since 2020", "NVDA", {"percent": "17", **DOWN}, ""),
        ("Nvidia fell by a quarter, or 25.3%", "NVDA", {"percent": "25.3", **DOWN}, ""),
        ("Oracle's 13.8 percent slide was its worst since 2002", "ORCL", {"percent": "13.8", **DOWN}, ""),
    ],
)  # fmt: skip
def test_changes_in_words_and_what_is_no_change(
    sentence: str, ticker: str, expected: dict[str, object], loose: str
) -> None:
    claim = understand(sentence, NAMES)
    assert claim.ticker == ticker
    assert claim.percent is not None
    assert claim.percent.loose == loose
    assert fields(claim).pop("percent") == claim.percent.plain
    assert {name: v for name, v in fields(claim).items() if name != "percent"} == {
        name: v for name, v in expected.items() if name != "percent"
    }
    assert claim.percent.value == pytest.approx(float(str(expected["percent"])), abs=0.5)
    assert not claim.start
    assert not claim.end


def test_a_fraction_is_taken_to_within_an_eighth_of_itself() -> None:
    claim = understand("Vertiv lost a third of its value", NAMES)
    assert claim.percent is not None
    assert claim.percent.manner(29.2)
    assert claim.percent.manner(37.4)
    assert claim.percent.manner(29.1) is None
    assert claim.percent.manner(37.5) is None


def test_an_amount_of_money_is_market_value_where_words_say_so() -> None:
    [amount] = understand("Nvidia's market cap fell by $593 billion", NAMES).worth
    assert (amount.role, amount.number.value, amount.number.unit) == ("by", 593e9, "USD")
    german = understand("Nvidias Börsenwert fiel von 3,49 Billionen Dollar auf 2,9 Billionen Dollar", NAMES).worth
    assert [(w.role, w.number.value) for w in german] == [("from", 3.49e12), ("to", 2.9e12)]
    with pytest.raises(InvalidRequest, match="the firm's own money or its market value") as caught:
        understand("Nvidia lost 593 billion dollars on Monday", NAMES)
    assert "in market value" in str(caught.value.hint)
    assert understand("Nvidia lost 17% or $593 billion", NAMES).aside == ("$593 billion",)


@pytest.mark.parametrize(
    ("printed", "price", "agrees"),
    [
        ("600 billion", 592.7, True),
        ("593 billion", 592.7, True),
        ("593 billion", 600.0, False),
        ("500 billion", 592.7, False),
    ],
)
def test_an_amount_that_ends_in_noughts_is_a_round_one(printed: str, price: float, agrees: bool) -> None:
    [amount] = understand(f"Nvidia lost {printed} dollars in market value", NAMES).worth
    assert (amount.number.manner(price * 1e9) is not None) == agrees


def test_a_price_target_is_no_price() -> None:
    claim = understand("Nvidia fiel um 17 Prozent, nachdem das Kursziel von 180 auf 150 Dollar gesenkt wurde", NAMES)
    assert fields(claim) == {"percent": "17", **DOWN}
    assert claim.aside == ("Kursziel von 180 auf 150 Dollar",)
    with pytest.raises(InvalidRequest, match="what somebody expects"):
        understand("Nvidia's price target was cut to $100", NAMES)


@pytest.mark.parametrize(
    "sentence", ["Nvidia fell more than Broadcom on Monday", "Nvidia and AMD fell from 142 to 128.99"]
)
def test_firms_without_a_number_each_are_refused(sentence: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        understand_each(sentence, NAMES)
    assert "--ticker" in str(caught.value.hint)


def test_the_example_in_both_languages() -> None:
    for sentence, language in ((GERMAN, "de"), (ENGLISH, "en")):
        claim = understand(sentence, NAMES)
        assert (claim.unit, claim.language) == ("USD", language)
        assert claim.span is not None
        assert claim.span.most == 5
        assert not claim.aside


@pytest.mark.parametrize(
    "sentence",
    [
        "Nvidia had a bad week",
        "Nvidia made 5 chips in 2024",
        "Shares fell from 142 to 128.99",
        "Nvidia and AMD fell from 142 to 128.99",
        "Nvidia fell from 142 to 128.99 and from 130 to 118",
        "Nvidia fell 17 percent and then 3 percent",
        "Nvidia 1,234",
    ],
)
def test_what_cannot_be_told_is_refused_with_a_hint(sentence: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        understand(sentence, NAMES)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "ticker"),
    [
        ("des Halbleiter-Riesen Nvidia", "NVDA"),
        ("NVIDIA's stock", "NVDA"),
        ("Nvidias Kurs", "NVDA"),
        ("nvidia", "NVDA"),
        ("shares of NVDA", "NVDA"),
        ("the maker (NASDAQ: NVDA)", "NVDA"),
        ("$NVDA", "NVDA"),
        ("Something new ($ZZZZ)", "ZZZZ"),
        ("Advanced Micro Devices", "AMD"),
        ("Google-Mutter Alphabet", "GOOGL"),
        ("Meta Platforms", "META"),
        ("Vertiv fell while the S&P 500 rose", "VRT"),
    ],
)
def test_names_find_their_ticker(text: str, ticker: str) -> None:
    assert ticker_in(text, NAMES) == ticker


def test_every_share_of_the_registry_has_a_name() -> None:
    from eventstudy.events import shipped_registry

    deepseek = shipped_registry()["deepseek-r1"]
    assert all(name_of(ticker, NAMES) != ticker for ticker in deepseek.tickers if ticker != "AMD")


def test_names_of_the_user_come_first(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("ticker,name\nSAP.DE,SAP\nNVD.DE,Nvidia\n", encoding="utf-8")
    names = load_names(file)
    assert (ticker_in("SAP fell", names), ticker_in("Nvidia fell", names)) == ("SAP.DE", "NVD.DE")
    for text in ("ticker,name\nSAP.DE\n", "a,b\n1,2\n", "ticker,name\nSAP.DE,SAP,1\n"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InvalidFile, match="line 2"):
            load_names(file)
    with pytest.raises(InvalidFile, match="there is no such file"):
        load_names(tmp_path / "none.csv")


def test_numbers_named_one_by_one() -> None:
    claim = from_parts("NVDA", start="142", end="128,99", unit="US-Dollar", phrase="few trading days")
    assert (claim.unit, claim.down, claim.phrase) == ("USD", True, "few trading days")
    assert fields(claim) == {"from": "142", "to": "128.99"}
    percent = from_parts("NVDA", end="17", unit="%", text="Nvidia fell by 17 %")
    assert fields(percent) == {"percent": "17", **DOWN}
    with pytest.raises(InvalidRequest, match="no number"):
        from_parts("NVDA")


WORDS = (
    *(
        "Nvidia",
        "AMD",
        "from",
        "to",
        "by",
        "von",
        "auf",
        "um",
        "fell",
        "stieg",
        "142",
        "128,99",
        "1.234",
        "17%",
        "17",
        "$",
    ),
    *(
        "USD",
        "Euro",
        "(",
        ")",
        "on",
        "Monday",
        "am",
        "31.02.2025",
        "2025-13-40",
        "27.",
        "Januar",
        "January",
        "99",
        "within",
    ),
    *(
        "few",
        "days",
        "0",
        "Wochen",
        "S&P",
        "500",
        "→",
        "−",
        "1,2,3",
        "(NASDAQ: X)",
        "$ZZ",
        "unter",
        "knapp",
        "billion",
        "’",
    ),
    *("1/2/2025", "\u202f", "'"),
)


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)))
def test_any_text_is_understood_or_refused_by_an_error_of_ours(text: str) -> None:
    try:
        claim = understand(text, NAMES)
    except EventStudyError:
        return
    assert claim.quotes
    assert all(number.value > 0 for number in claim.quotes)


@settings(deadline=None)
@given(st.integers(1, 10**7), st.integers(0, 4), st.sampled_from(["de", "en"]))
def test_a_number_printed_either_way_is_read_back(units: int, digits: int, language: Language) -> None:
    value = units / 10**digits
    printed = f"{value:,.{digits}f}"
    if language == "de":
        printed = printed.translate(str.maketrans(",.", ".,"))
    assert quote(printed, language).value == pytest.approx(value, rel=1e-12)
