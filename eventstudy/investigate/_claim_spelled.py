"""Changes that a sentence says in words: "halved", "a third of its value", "siebzehn Prozent", "ein Sechstel".

A fraction in words is never exact: it is taken to within an eighth of itself. A percentage in words is as exact as its digits.
"""

from __future__ import annotations

import re

from eventstudy.investigate._claim_numbers import Loose, Quote

_NEAR = 1 / 8
"""How far from it, as a share of it, a fraction in words may be."""
_SMALL = (
    "one|ein|einem", "two|zwei", "three|drei", "four|vier", "five|fünf", "six|sechs", "seven|sieben", "eight|acht", "nine|neun",
    "ten|zehn", "eleven|elf", "twelve|zwölf", "thirteen|dreizehn", "fourteen|vierzehn", "fifteen|fünfzehn", "sixteen|sechzehn",
    "seventeen|siebzehn", "eighteen|achtzehn", "nineteen|neunzehn",
)  # fmt: skip
_TENS = (
    "twenty|zwanzig", "thirty|dreißig|dreissig", "forty|vierzig", "fifty|fünfzig", "sixty|sechzig", "seventy|siebzig",
    "eighty|achtzig", "ninety|neunzig",
)  # fmt: skip


def _words() -> dict[str, int]:
    small = {word: n for n, words in enumerate(_SMALL, 1) for word in words.split("|")}
    tens = {word: 10 * n for n, words in enumerate(_TENS, 2) for word in words.split("|")}
    both = {f"{ten}-{one}": m + n for ten, m in tens.items() for one, n in small.items() if n < 10}
    german = {f"{one}und{ten}": m + n for ten, m in tens.items() for one, n in small.items() if n < 10}
    return small | tens | both | german


_NUMBERS = _words()
_PERCENT = re.compile(
    rf"\b(?P<word>{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})[ -](?=Prozent|per ?cent\b|pct\b)", re.IGNORECASE
)
_PARTS = {
    "half|Hälfte": 2, "thirds?|Drittel": 3, "quarters?|Viertel": 4, "fifths?|Fünftel": 5, "sixths?|Sechstel": 6,
    "sevenths?|Siebtel": 7, "eighths?|Achtel": 8, "tenths?|Zehntel": 10,
}  # fmt: skip
_FRACTION = re.compile(
    rf"\b(?:by|um|lost|loses?|lose|shed|fell|dropped|plunged|down|gained|rose|up|verlor|verliert|büßte|gewann|fiel|brach)\s"
    rf"(?P<said>(?:[\wäöüß]+ ){{0,2}}?)(?P<many>a|an|one|two|three|half|ein|eine|einem|die|zwei|drei)?[ -]?"
    rf"(?P<part>{'|'.join(_PARTS)})\b(?![- ]?(?:day|consecutive|straight|time|week|quarter|year|Tag|largest|größte|in a row))",
    re.IGNORECASE,
)
_TIMES = (
    (re.compile(r"\b(?:halved|halving|halbiert\w*|Halbierung)\b", re.IGNORECASE), 50.0),
    (re.compile(r"\b(?:doubled|doubling|verdoppelt\w*|Verdopplung|Verdoppelung)\b", re.IGNORECASE), 100.0),
    (re.compile(r"\b(?:tripled|trebled|verdreifacht\w*)\b", re.IGNORECASE), 200.0),
)
_LOOSELY: dict[Loose, str] = {
    "under": r"nearly|almost|just under|knapp|fast|beinahe",
    "over": r"more than|over|mehr als|über|gut",
}


def with_digits(text: str) -> str:
    """The text with "17 percent" for "seventeen percent"."""
    return _PERCENT.sub(lambda m: f"{_NUMBERS[m['word'].lower()]} ", text)


def fraction_in(text: str) -> Quote | None:
    """The change, in per cent, that a fraction or multiple in words stands for; None where there is none."""
    for pattern, percent in _TIMES:
        if match := pattern.search(text):
            return _quote(match[0], percent, text[max(0, match.start() - 20) : match.start()])
    match = _FRACTION.search(text)
    if not match:
        return None
    part = next(n for words, n in _PARTS.items() if re.fullmatch(words, match["part"], re.IGNORECASE))
    many = {"two": 2, "zwei": 2, "three": 3, "drei": 3}.get((match["many"] or "").lower(), 1)
    printed = " ".join(word for word in (match["many"], match["part"]) if word)
    return _quote(printed, round(100 * many / part, 1), match["said"])


def _quote(printed: str, percent: float, said: str) -> Quote:
    loose: Loose = next((way for way, words in _LOOSELY.items() if re.search(rf"\b(?:{words})\b", said, re.I)), "about")
    return Quote(printed, percent, percent * _NEAR, None, loose)
