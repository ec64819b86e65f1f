"""What a sentence in the press claims about a price: by rules, in English or German.

Dates and spans are taken out first. What is left of the numbers has a currency, a per cent sign, or neither; the last word of
`from`, `to`, `by` (von, auf, um) before a number says what it is for. What cannot be told is refused, never guessed. Numbers
are read as the press prints them, and names as it writes them.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from eventstudy.claims.untold import base_in, refuse_what_is_no_price
from eventstudy.claims.when import Day, Span, read_span, take_dates, take_span, whole_dates
from eventstudy.datasets import shipped
from eventstudy.disk import read_text
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.language import Phrase

# ---- numbers: 128,99 and 128.99, 1.234,50 and 1,234.50, with what their digits promise -------------------------------

Language = Literal["de", "en"]
Loose = Literal["", "about", "under", "over", "most", "least"]

_SPACES = "\u00a0\u2009\u202f"
NUMBER = rf"[0-9]+(?:[.,'’{_SPACES}][0-9]+)*"
"""Digits with separators between them, as a regular expression."""

_MOST_DIGITS = 15

CURRENCIES = {
    "USD": r"US[- ]?Dollars?|U\.S\. dollars?|US\$|USD|dollars?|\$",
    "EUR": r"euros?|EUR|€",
    "GBP": r"britische Pfund|Pfund|pounds?|GBP|£",
    "CHF": r"Schweizer Franken|Franken|Swiss francs?|francs?|CHF",
    "JPY": r"yen|JPY|¥",
    "HKD": r"Hongkong-Dollars?|Hong Kong dollars?|HKD|HK\$",
}
"""ISO code -> how it is written; HKD goes before USD where both could be read."""


@dataclass(frozen=True)
class Quote:
    """A number of a claim: what it says, and how exactly."""

    printed: str
    """As printed."""
    value: float
    step: float
    """One unit of the last printed digit."""
    unit: str | None = None
    """ISO code of the currency; None where none is named."""
    loose: Loose = ""
    """`about` 142, just `under` 142, just `over` 142; at `least` (more than) 142, at `most` (less than) 142."""

    @property
    def plain(self) -> str:
        """The printed digits with a decimal point and without separators of thousands."""
        return f"{self.value:.{max(0, -round(math.log10(self.step)))}f}"

    def manner(self, price: float) -> str | None:
        """How a price can have become this number: `exact`, `rounded`, `truncated`, `about`, `under`, `over`, or None.

        What is above a least one is `over` it, however far, and what is below a most one `under` it.
        """
        away, slack = price - self.value, 1e-9 * max(1.0, abs(self.value))
        if abs(away) <= slack:
            return "exact"
        if self.loose in ("least", "most"):
            beyond = away if self.loose == "least" else -away
            return None if beyond < 0 else "over" if away > 0 else "under"
        if self.loose == "under":
            return "under" if -self.step - slack <= away < 0 else None
        if self.loose == "over":
            return "over" if 0 < away <= self.step + slack else None
        if abs(away) <= self.step / 2 + slack:
            return "rounded"
        if 0 < away < self.step - slack:
            return "truncated"
        return "about" if self.loose == "about" and abs(away) <= self.step + slack else None


def quote(printed: str, language: Language | None = None, unit: str | None = None, loose: Loose = "") -> Quote:
    """The number that a text of digits and separators stands for.

    A single separator before exactly three digits is one of thousands or a decimal one: the language decides, and without
    one the number is refused.

    Raises:
        InvalidRequest: no number, one that can be read two ways, or not above zero.
    """
    text = printed.strip()
    if not re.fullmatch(NUMBER, text):
        raise InvalidRequest(
            Sentence("{printed!r} is not a number", printed=printed), hint=Sentence("write 128.99 or 128,99")
        )
    if sum(c.isdigit() for c in text) > _MOST_DIGITS:
        raise InvalidRequest(Sentence("{printed!r} has more digits than a price", printed=printed))
    whole, decimals = _parts(text, language)
    value = float(f"{whole}.{decimals or 0}")
    if value <= 0:
        raise InvalidRequest(
            Sentence("{printed!r} is no price or percentage", printed=printed),
            hint=Sentence("numbers of a claim are above zero"),
        )
    return Quote(text, value, 10.0 ** -len(decimals), unit, loose)


def _parts(text: str, language: Language | None) -> tuple[str, str]:
    """The digits before and after the decimal separator."""
    pieces = re.split(rf"[.,'’{_SPACES}]", text)
    marks = [c for c in text if not c.isdigit()]
    if not marks:
        return text, ""
    last = marks[-1]
    decimal = last in ".," and marks.count(last) == 1 and (len(pieces[-1]) != 3 or _is_decimal(text, marks, language))
    groups = pieces[:-1] if decimal else pieces
    separators = marks[:-1] if decimal else marks
    grouped = all(len(g) == 3 for g in groups[1:]) and 1 <= len(groups[0]) <= 3 and len(set(separators)) <= 1
    if len(groups) > 1 and not grouped:
        raise InvalidRequest(
            Sentence("{text!r} is not a number", text=text), hint=Sentence("write 1,234.50 or 1.234,50")
        )
    return "".join(groups), pieces[-1] if decimal else ""


def _is_decimal(text: str, marks: list[str], language: Language | None) -> bool:
    """Whether the last of these separators, with three digits after it, is the decimal one."""
    if len(set(marks)) > 1 or text.startswith("0"):
        return True
    if len(text.partition(marks[-1])[0]) > 3:
        return True
    if language is None:
        one, other = text.replace(marks[0], ""), text.replace(marks[0], ".")
        raise InvalidRequest(
            Sentence("the number {text!r} reads two ways: {one} or {other}", text=text, one=one, other=other),
            hint=Sentence("write {one} or {other}0, whichever is meant", one=one, other=other),
        )
    return marks[-1] == {"de": ",", "en": "."}[language]


# ---- names -----------------------------------------------------------------------------------------------------------

_LISTED = re.compile(r"\((?:[A-Za-z ]{2,12}: ?)(?P<listed>[A-Z][A-Z0-9.-]{0,9})\)|\$(?P<cash>[A-Z]{1,5})\b")
"""(NASDAQ: NVDA), $NVDA."""


def load_names(more: str | Path | None = None) -> dict[str, str]:
    """Names and their tickers: those of `data/names.csv`, and of a file of the user's own, which goes before them.

    `more`: that file, a CSV of ticker and name; None: there is none.

    Raises:
        InvalidFile: the file cannot be read, or is no CSV with the columns ticker and name.

    Example:
        >>> es.claims.load_names()["Nvidia"]
        'NVDA'
    """
    names = _read(shipped("names.csv"))
    return names | _read(Path(more)) if more else names


def _read(path: Path) -> dict[str, str]:
    lines = read_text(path, Sentence("the names")).splitlines()
    try:
        rows = list(csv.DictReader(lines, restkey=""))
    except csv.Error as error:
        raise InvalidFile(Sentence("cannot read the names: {said}", said=error), where=str(path)) from error
    found = {}
    for number, row in enumerate(rows, 2):
        ticker, name = (row.get("ticker") or "").strip(), (row.get("name") or "").strip()
        if not ticker or not name or set(row) != {"ticker", "name"}:
            raise InvalidFile(
                Sentence("a row is not one ticker and one name"),
                where=Sentence("{path}, line {number}", path=path, number=number),
                hint=Sentence("ticker,name"),
            )
        found[name] = ticker
    return found


def name_of(ticker: str, names: Mapping[str, str]) -> str:
    """The first name of a ticker that is not the ticker itself, or else the ticker."""
    return next((name for name, known in names.items() if known == ticker and name != ticker), ticker)


def ticker_in(text: str, names: Mapping[str, str]) -> str:
    """The one ticker whose name, or which itself, stands in the text; the plural or genitive s is no part of a name.

    Raises:
        InvalidRequest: none is named, or several are.
    """
    named: dict[str, str] = {}
    for ticker, start, end in mentions(text, names):
        named.setdefault(ticker, text[start:end])
    if len(named) != 1:
        told = ", ".join(f"{word} ({ticker})" for ticker, word in named.items())
        raise InvalidRequest(
            Sentence("the sentence names several companies: {told}", told=told)
            if named
            else Sentence("no company that is known is named"),
            hint=Sentence("say whose price is meant: --ticker NVDA; --names FILE adds names"),
        )
    return next(iter(named))


def mentions(text: str, names: Mapping[str, str]) -> list[tuple[str, int, int]]:
    """Each ticker that a text names, with where its name begins and ends, in their order."""
    found = [(m["listed"] or m["cash"], *m.span()) for m in _LISTED.finditer(text)]
    for _, ticker, pattern in _patterns(names):
        found += [(ticker, *match.span()) for match in pattern.finditer(text)]
        text = pattern.sub(lambda m: " " * len(m[0]), text)
    if len({ticker for ticker, _, _ in found}) > 1:  # "while the S&P 500 fell": the yardstick, not the subject
        found = [mention for mention in found if mention[0] != "SPY"]
    return sorted(found, key=lambda mention: mention[1])


def _patterns(names: Mapping[str, str]) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """What to look for, longest first: names in any case and with a genitive s, tickers of three letters or more as written."""
    known = [(name, ticker, False) for name, ticker in names.items()]
    known += [(ticker, ticker, True) for ticker in set(names.values()) if len(ticker) > 2]
    for word, ticker, is_ticker in sorted(known, key=lambda k: (-len(k[0]), k)):
        if is_ticker:
            yield word, ticker, re.compile(rf"(?<![\w.$]){re.escape(word)}(?![\w.]\w)(?!\w)")
        else:
            yield word, ticker, re.compile(rf"(?<![\w&.]){re.escape(word)}(?:['’]?s)?(?![\w&])", re.IGNORECASE)


# ---- changes in words ------------------------------------------------------------------------------------------------

# "halved", "a third of its value", "siebzehn Prozent", "ein Sechstel": a fraction in words is never exact, it is taken to
# within an eighth of itself; a percentage in words is as exact as its digits.

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
_CLOSE_TO: dict[Loose, str] = {
    "under": r"nearly|almost|just under|just below|knapp|fast|beinahe",
    "over": r"just over|just above|gut",
}
_AT_MOST = r"(?<!no )(?<!not )less than|fewer than|(?<!nicht )weniger als|at most|(?:no|not) more than|nicht mehr als|höchstens"
_AT_LEAST = (
    r"(?<!no )(?<!not )more than|over|(?<!nicht )mehr als|über|at least|"
    r"(?:no|not) less than|nicht weniger als|mindestens"
)
_LOOSELY: dict[Loose, str] = {**_CLOSE_TO, "most": _AT_MOST, "least": _AT_LEAST}


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


# ---- sentences -------------------------------------------------------------------------------------------------------

_GERMAN = (
    "der die das den des von auf um innerhalb weniger wenigen binnen prozent aktie kurs fiel ist und im am seit nach"
)
_ENGLISH = "the of from to by within percent share price fell is and in on since after a its shares stock"
_FALLING = re.compile(
    r"\b(?:(?:ab)?stürz\w*|(?:ab|Kurs)?sturz\w*|fiel\w*|fällt|(?:ge)?fallen|sank\w*|sink\w*|gesunken|brach\w*|bricht|brechen|einge?brochen|"
    r"Einbruch|verlor\w*|verliert|Verlust\w*|rutsch\w*|sackt\w*|nachgegeben|(?:gab|gibt|geben)(?:en)?\b.*\bnach|büßt|büßte|Minus|"
    r"schwächer|leichter|tiefer|(?:rausch|purzel|schrumpf|verbillig)\w*|billiger|hinab|"
    r"hinunter|abwärts|wip(?:ed|es|ing)|vernicht\w*|ausradier\w*|shr[aiu]nk\w*|losing|halbier\w*|Halbierung|halv\w*|weaker|lower|fell|falls?|drop\w*|"
    r"plung\w*|plummet\w*|tumbl\w*|slid\w*|slump\w*|sunk|lost|lose[sd]?|loss|shed|crash\w*|declin\w*|down|collaps\w*)\b",
    re.IGNORECASE,
)
_RISING = re.compile(
    r"\b(?:(?:an)?stieg\w*|steig\w*|gestiegen|kletter\w*|sprang|spring\w*|Kurssprung|gewann|gewonnen|gewinnt|zugelegt|"
    r"leg(?:t|te|ten|en)\b.*\bzu|gewinnen|erhol\w*|Anstieg|Plus|rose|verdoppel\w*|verdreifach\w*|doubl\w*|tripled|fester|höher|teurer|verteuer\w*|aufwärts|higher|"
    r"rises?|risen|rising|gain\w*|jump\w*|climb\w*|surg\w*|rall\w*|soar\w*|"
    r"rebound\w*|recover\w*|up|increas\w*|advanc\w*)\b",
    re.IGNORECASE,
)
_ROLES = re.compile(
    r"(?P<from>\b(?:von(?! (?!US|EUR|CHF|Kurs|Höchst)(?-i:[A-ZÄÖÜ]))|vom|from)\b)"
    r"|(?P<to>\b(?:auf|bis|to|at|bei|unter|below|under|above|reached|erreichte)\b|→|->)"
    r"|(?P<by>\b(?:um|by|lost|lose[sd]?|shed|verlor\w*|gained|gewann|büßte)\b)",
    re.IGNORECASE,
)
_LOOSE: dict[Loose, re.Pattern[str]] = {
    manner: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for manner, words in {
        **_CLOSE_TO,
        "most": rf"{_AT_MOST}|below|under|unter",
        "least": rf"{_AT_LEAST}|above",
        "about": r"about|around|roughly|some|approximately|rund|etwa|circa|ca|ungefähr|gegen",
    }.items()
}
_MONEY = "|".join(
    f"(?P<{{side}}_{code}>{words})" for code, words in sorted(CURRENCIES.items(), key=lambda c: c[0] != "HKD")
)
_TOKEN = re.compile(
    rf"(?<![\w.,])(?<![A-Za-zÄÖÜäöüß]-)(?:(?:{_MONEY.replace('{side}', 'before')})\s?)?(?P<number>(?<![0-9]){NUMBER})"
    rf"(?:[ \u00a0-]?(?P<much>(?:Milliarden|Mrd|Millionen|Mio|Billionen|[bm]illions?|trillions?|[bt]n|Punkte?n?|points?|"
    rf"Prozentpunkte?n?|percentage points?|shares|Aktien|for|zu|st|nd|rd|th)\b)"
    rf"|[ \u00a0-]?(?P<percent>%|Prozent|prozentig\w*|per[ -]?cent|pct\b)"
    rf"|[ \u00a0-]?(?:{_MONEY.replace('{side}', 'after')})(?!\w))?(?!\w)",
    re.IGNORECASE,
)
_SCALES = {
    "Millionen|Mio|millions?": 1e6, "Milliarden?|Mrd|billions?|bn": 1e9, "Billionen|Bio|trillions?|tn": 1e12,
}  # fmt: skip
"""Words -> what they count by; in German a "Billion" is what a trillion is in English."""
_AMOUNT = re.compile(
    rf"(?:(?:{_MONEY.replace('{side}', 'before')}) ?)?(?P<number>(?<![\w.,]){NUMBER}|(?<=\$|€|£){NUMBER})"
    rf"[ \u00a0-]?(?P<scale>{'|'.join(_SCALES)})\b\.?(?:[ \u00a0-]?(?:{_MONEY.replace('{side}', 'after')})(?!\w))?",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\b(?:(?:market|stock market|shareholder) (?:value|cap\w*)|capitali[sz]ation|valuation|(?:in|of(?: its)?) value|"
    r"wip(?:ed|es|e|ing)|eras(?:ed|es|e|ing)|\w*(?:Börsen|Markt|Unternehmens|Firmen)werte?s?|\w*kapitalisierung|an Wert|"
    r"Börsenbewertung|vernichte\w*|ausradier\w*)\b",
    re.IGNORECASE,
)
"""What makes an amount one of market value."""
_LEVEL = r"von|vom|from|auf|to|at|bei|below|under|above|unter|über"
_ROUND, _COUNTED = 0.05, 0.01
"""An amount that ends in noughts is as exact as they leave it, but to a twentieth at least; none is more exact than half a per
cent to either side, for the count of shares is one of the quarter before."""
_TARGET = re.compile(
    rf"\b(?:price targets?|target prices?|(?:stock|share) target|Kursziele?s?)\b[^.;:,0-9]{{0,40}}?(?:[$€£] ?)?{NUMBER}"
    rf"(?:[ \u00a0]?(?:US-)?(?:dollars?|euros?|pounds?|Pfund|USD|EUR|[$€£]))?"
    rf"(?: (?:to|from|auf|von) (?:[$€£] ?)?{NUMBER}(?:[ \u00a0]?(?:US-)?(?:dollars?|euros?|pounds?|Pfund|USD|EUR|[$€£]))?)?",
    re.IGNORECASE,
)
"""A price target, with the one before."""
_AT_TIMES = re.compile(
    r"\b(?:as much as|up to|at one point|intraday|zeitweise|zwischenzeitlich|in der Spitze|im (?:Handels|Tages)verlauf|"
    r"bis zu)\b",
    re.IGNORECASE,
)
_MEANWHILE = re.compile(r"\b(?:while|whereas|während)\b", re.IGNORECASE)
_EARLIER = re.compile(r"\b(?:nachdem|am Vortag|after \w+ing|the day before|previous day)\b", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:between|zwischen|range|Spanne)\b", re.IGNORECASE)
_INDEX = re.compile(r"\b(?:S ?& ?P|Nasdaq|DAX|Dow(?: Jones)?|Russell|Nikkei|FTSE|Stoxx|Top)[ -][0-9]+", re.IGNORECASE)

_ELSEWHERE = "\u00a4"
"""Stands where an index was named: the number after it is not about the share."""


@dataclass(frozen=True)
class Worth:
    """An amount of market value in a claim: 593 billion dollars."""

    number: Quote
    """In whole units of its currency; `printed` are its words."""
    role: Literal["from", "to", "by"]
    """What it was before, what it was after, or by how much it changed."""


@dataclass(frozen=True)
class Understood:
    """A claim as it was understood, before anything is looked up.

    Example:
        >>> claim = es.claims.understand("Nvidia fell 17 percent on Monday", es.claims.load_names())
        >>> claim.ticker, claim.percent.value, claim.falling, claim.span.text
        ('NVDA', 17.0, True, 'on Monday')
    """

    ticker: str
    start: Quote | None = None
    """The number before."""
    end: Quote | None = None
    """The number after."""
    percent: Quote | None = None
    """How much in per cent, as printed and without sign."""
    change: Quote | None = None
    """How much in money, without sign."""
    worth: tuple[Worth, ...] = ()
    """Amounts of market value."""
    per_share: Quote | None = None
    """By how much the price moves where the market value does by what is claimed; known with the count of shares."""
    span: Span | None = None
    phrase: str | None = None
    """The words of the span, understood or not."""
    falling: bool | None = None
    """What the words say: it fell, it rose; None where they say neither or both."""
    days: tuple[Day, ...] = ()
    text: str | None = None
    language: Language | None = None
    at_times: bool = False
    """Whether it says how far the price went in between: as much as 18 percent."""
    aside: tuple[str, ...] = ()
    """Numbers that say nothing about the price, or say it again in another currency."""
    base: str = ""
    """The words by which a change counts from a day that is not named: since the start of the year, from its high."""

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The numbers that are understood."""
        said = (self.start, self.end, self.percent, self.change, *(w.number for w in self.worth))
        return tuple(q for q in said if q is not None)

    @property
    def move_days(self) -> tuple[Day, ...]:
        """The dates that the move is said to be on."""
        return tuple(day for day in self.days if not day.earlier)

    @property
    def unit(self) -> str | None:
        """The currency of the prices."""
        amounts = (self.start, self.end, self.change, *(w.number for w in self.worth))
        return next((q.unit for q in amounts if q is not None and q.unit), None)

    @property
    def down(self) -> bool | None:
        """Whether the claim says that the price fell: by its words, else by its numbers."""
        if self.falling is None and self.start and self.end and self.start.unit == self.end.unit:
            return self.end.value < self.start.value if self.end.value != self.start.value else None
        return self.falling


def understand(
    text: str,
    names: Mapping[str, str],
    ticker: str | None = None,
    phrase: str | None = None,
    language: Language | None = None,
) -> Understood:
    """What a sentence claims. `ticker`, `phrase` (the span) and `language`, where given, go before the sentence's own.

    `text`: the sentence, in English or German. `names`: names of firms and their tickers, as `load_names` gives.

    Raises:
        InvalidRequest: whose price or which numbers are meant cannot be told.

    Example:
        >>> claim = es.claims.understand("Nvidia fiel am Montag um 17 Prozent", es.claims.load_names())
        >>> claim.ticker, claim.percent.value, claim.language
        ('NVDA', 17.0, 'de')
    """
    sentence = " ".join(text.split())
    language = language or language_of(sentence)
    days, dated = take_dates(whole_dates(_INDEX.sub(lambda m: _ELSEWHERE * len(m[0]), sentence)))
    span, rest = take_span(with_digits(dated))
    targets, rest = _take_targets(rest)
    worth = _worth(rest, language)
    seen = _seen(rest, language, names)
    used = _used(seen, fraction_in(rest), sentence, worth, targets)
    signs = {s.sign for s in seen if s.is_percent and s.number in used.values()} - {""}
    by_sign = signs == {"-"} if len(signs) == 1 else None
    main = direction(_MEANWHILE.split(rest)[0])
    falling = direction(rest) if main is None else main
    valued = {amount.number.printed for amount in worth}
    numbers = [*(number.printed for number in used.values()), *valued]
    refuse_what_is_no_price(rest, numbers)
    falling = by_sign if falling is None else falling
    has_day = bool(days or span or phrase)
    if not has_day:  # no day on which it was more than the least, or less than the most
        used = {name: replace(n, loose="under") if n.loose == "most" else n for name, n in used.items()}
    counted_from = "start" in used or len(days) > 1 or any(amount.role == "from" for amount in worth)
    return Understood(
        ticker=ticker or ticker_in(sentence, names),
        worth=worth,
        span=read_span(phrase) if phrase else span,
        phrase=phrase or (span.text if span else None),
        falling=falling,
        days=tuple(replace(day, earlier=_comes_before(dated, at)) for at, day in days),
        text=sentence,
        language=language,
        at_times=bool(_AT_TIMES.search(rest)),
        aside=(
            *(s.number.printed for s in seen if s.number not in used.values()),
            *(amount for amount in _amounts(rest) if amount not in valued),
            *targets,
        ),
        base="" if counted_from else base_in(rest, sentence, numbers, dated=has_day),
        **used,
    )


def from_parts(
    ticker: str,
    *,
    start: str | None = None,
    end: str | None = None,
    unit: str | None = None,
    phrase: str | None = None,
    text: str | None = None,
) -> Understood:
    """A claim whose numbers were named one by one, as the registry and the command line do.

    With `unit` percent, `end` (or `start`) is the change in per cent. `text` says no more than which way it went.

    `ticker`: whose price it is. `start`, `end`: numbers as text. `phrase`: the span, as in "on Monday".

    Raises:
        InvalidRequest: no number, or one that cannot be read.

    Example:
        >>> claim = es.claims.from_parts("NVDA", start="142", end="128.99", unit="USD")
        >>> claim.start.value, claim.end.value, claim.down
        (142.0, 128.99, True)
    """
    sentence = " ".join(text.split()) if text else None
    language = language_of(sentence) if sentence else None
    if start is None and end is None:
        raise InvalidRequest(Sentence("the claim has no number"), hint=Sentence("say at least one of --from and --to"))
    money, share = _unit(unit)
    first, last = (quote(number, language, money) if number else None for number in (start, end))
    if share and first and last:
        raise InvalidRequest(Sentence("a change in per cent is one number"), hint=Sentence("say it by --to alone"))
    return Understood(
        ticker=ticker,
        start=None if share else first,
        end=None if share else last,
        percent=(last or first) if share else None,
        span=read_span(phrase) if phrase else None,
        phrase=phrase,
        falling=direction(sentence) if sentence else None,
        text=sentence,
        language=language,
    )


def _unit(unit: str | None) -> tuple[str | None, bool]:
    """The currency of a unit, or that it is per cent."""
    if unit is None:
        return None, False
    if re.fullmatch(r"%|Prozent|per ?cent", unit.strip(), re.IGNORECASE):
        return None, True
    for code, words in CURRENCIES.items():
        if re.fullmatch(words, unit.strip(), re.IGNORECASE):
            return code, False
    return unit.strip().upper(), False


def language_of(text: str) -> Language | None:
    """The language whose small words are more frequent; None where neither is."""
    words = re.findall(r"\w+", text.lower())
    german, english = (sum(word in known.split() for word in words) for known in (_GERMAN, _ENGLISH))
    german += len(re.findall("[äöüß]", text.lower()))
    return "de" if german > english else "en" if english > german else None


def direction(text: str) -> bool | None:
    """Whether the words say that something fell (True) or rose (False); None where they say neither or both."""
    down, up = bool(_FALLING.search(text)), bool(_RISING.search(text))
    return down if down != up else None


def moves_somehow(text: str) -> bool:
    """Whether a word says that something rose, fell, moved or changed."""
    moved = re.search(r"\b(?:mov\w*|chang\w*|swung|swing\w*|beweg\w*|veränder\w*|schwank\w*|return\w*)\b", text, re.I)
    return bool(moved or _FALLING.search(text) or _RISING.search(text))


_SENTENCES = re.compile(r"[.!?]\s+(?=[A-ZÄÖÜ])")
_BEFORE_MOVE = re.compile(
    r"\b(?:after|following|since|when|once|upon|nach|nachdem|seit|seitdem|als|infolge)\b(?P<what>[^,;:]*)$",
    re.IGNORECASE,
)
_NEWS = re.compile(
    r"\b(?:releas\w*|launch\w*|unveil\w*|present(?:s|ed)|publish\w*|announc\w*|introduc\w*|reported|came out|veröffentlich\w*|"
    r"vorgestellt|stellte|brachte|erschien\w*|kam heraus|herausgebracht|kündigte|angekündigt|präsentier\w*|meldete|gemeldet)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:–]|\b(?:and|und)\b", re.IGNORECASE)
_NUMBER_ALONE = re.compile(r"(?<![\w-])[0-9]")


def _comes_before(text: str, at: int) -> bool:
    """Whether the date that stood at this place is of what came before.

    It is in a sentence of its own, in a clause that tells the news, or after "after" or "nachdem"; and it is one of the move
    where a number, or a word for rising or falling, stands there too.
    """

    def moves(words: str) -> bool:
        return bool(_FALLING.search(words) or _RISING.search(words) or _NUMBER_ALONE.search(words))

    def around(ends: re.Pattern[str]) -> str:
        found = [match.span() for match in ends.finditer(text)]
        first = max((end for _, end in found if end <= at), default=0)
        return text[first : min((start for start, _ in found if start >= at), default=len(text))]

    sentence, clause = around(_SENTENCES), around(_CLAUSE)
    before = _BEFORE_MOVE.search(text[:at])
    return (
        not moves(sentence)
        or (bool(_NEWS.search(clause)) and not moves(clause))
        or (before is not None and not _SENTENCES.search(before["what"]) and not moves(before["what"]))
    )


@dataclass(frozen=True)
class _Seen:
    """A number of a sentence, and what the words around it say it is for."""

    number: Quote
    role: str
    """`from`, `to`, `by`, or empty."""
    is_percent: bool
    bracketed: bool
    sign: str
    earlier: bool
    """Whether it is what happened before: after falling 17 percent."""


def _seen(text: str, language: Language | None, names: Mapping[str, str]) -> list[_Seen]:
    """The numbers of a text but for amounts (593 billion), counts, and what an index did."""
    done = 0
    found: list[_Seen] = []
    for token in _TOKEN.finditer(text):
        gap, done = text[done : token.start()], token.end()
        of_index = gap.rpartition(_ELSEWHERE)[2] if _ELSEWHERE in gap else None
        if token["much"] or (of_index is not None and not any(name.lower() in of_index.lower() for name in names)):
            continue
        if found and not found[-1].role and gap.strip() in ("→", "->"):
            found[-1] = replace(found[-1], role="from")
        roles = list(_ROLES.finditer(gap))
        words = gap[roles[-1].start() :] if roles else gap
        if _is_year(token[0], gap):
            continue
        loose: Loose = next((manner for manner, pattern in _LOOSE.items() if pattern.search(words)), "")
        unit = next((c for c in CURRENCIES if token[f"before_{c}"] or token[f"after_{c}"]), None)
        sign = re.search(r"[-−+]$", gap)
        found.append(
            _Seen(
                number=quote(token["number"], language, unit, loose),
                role=_role(roles, words, bool(token["percent"])),
                is_percent=bool(token["percent"]),
                bracketed=text.count("(", 0, token.start()) > text.count(")", 0, token.start()),
                sign="" if not sign else "+" if sign[0] == "+" else "-",
                earlier=bool(_EARLIER.search(text[: token.start()])),
            )
        )
    return found


def _is_year(token: str, gap: str) -> bool:
    """Whether a number is a year: four bare digits that no word of from, to or by stands right before."""
    last = gap.split()[-1:] or [""]
    return bool(re.fullmatch("(?:19|20)[0-9]{2}", token)) and not _ROLES.fullmatch(last[0])


def _role(roles: list[re.Match[str]], words: str, is_percent: bool) -> str:
    """What a number is for; "to lose 17 %" says by how much, not to what."""
    if not roles:
        return ""
    if is_percent and roles[-1].lastgroup != "by" and direction(words) is not None:
        return "by"
    return str(roles[-1].lastgroup)


def _amounts(text: str) -> list[str]:
    """Sums of money that are no share price (593 billion)."""
    return [match[0] for match in _AMOUNT.finditer(text)]


def _take_targets(text: str) -> tuple[list[str], str]:
    """The price targets of a text, and the text with blanks in their place: what somebody expects is no price."""
    found = [" ".join(match[0].split()) for match in _TARGET.finditer(text)]
    return found, _TARGET.sub(lambda m: " " * len(m[0]), text)


def _worth(text: str, language: Language | None) -> tuple[Worth, ...]:
    """The amounts of market value in a text: of amounts in millions and more those beside words of value."""
    if not _VALUE.search(text):
        return ()
    done, found = 0, []
    for match in _AMOUNT.finditer(text):
        gap, done = text[done : match.start()], match.end()
        size = next(n for words, n in _SCALES.items() if re.fullmatch(words, match["scale"], re.IGNORECASE))
        if language == "de" and match["scale"].casefold() in ("billion", "billions"):
            size = 1e12
        roles = list(_ROLES.finditer(gap))
        words = gap[roles[-1].start() :] if roles else gap
        loose: Loose = next((manner for manner, pattern in _LOOSE.items() if pattern.search(words)), "")
        unit = next((c for c in CURRENCIES if match[f"before_{c}"] or match[f"after_{c}"]), None)
        plain = quote(match["number"], language)
        round_to = (
            10.0 ** (len(digits := f"{plain.value:.0f}") - len(digits.rstrip("0"))) if plain.step >= 1 else plain.step
        )
        step = max(plain.step, min(round_to, _ROUND * plain.value), _COUNTED * plain.value)
        number = Quote(match[0].strip(), plain.value * size, step * size, unit, loose)
        role = roles[-1].lastgroup if roles and re.fullmatch(_LEVEL, roles[-1][0], re.IGNORECASE) else "by"
        found.append(Worth(number, "from" if role == "from" else "to" if role == "to" else "by"))
    return tuple(found)


def _used(
    seen: list[_Seen], fraction: Quote | None, sentence: str, worth: tuple[Worth, ...], targets: list[str]
) -> dict[str, Quote]:
    """Which number is which field of `Understood`; a fraction in words counts where no percentage is printed."""
    prices = [s for s in seen if not s.is_percent]
    percents = [s for s in seen if s.is_percent]
    money = [s for s in prices if s.role == "" and s.number.unit and not s.bracketed]
    fields = {
        "start": _of(prices, "from"),
        "end": _of(prices, "to") or (money if len(money) == 1 else []),
        "percent": _of(percents, "by") or _of(percents, "") or (percents if len(percents) == 1 else []),
        "change": [s for s in _of(prices, "by") if s.number.unit],
    }
    if len(money) == 2 and not any(fields.values()) and not _RANGE.search(sentence):
        fields["start"], fields["end"] = money[:1], money[1:]  # 142.62 on Friday and 118.42 on Monday
    of_worth = {role: [w for w in worth if w.role == role] for role in ("from", "to", "by")}
    for name, found in (fields | {f"worth_{role}": amounts for role, amounts in of_worth.items()}).items():
        if len(found) > 1:
            told = Phrase("{numbers:list}", numbers=[s.number.printed for s in found])
            raise InvalidRequest(
                Sentence("{told} could each be the {called}", told=told, called=_CALLED[name]),
                where=sentence,
                hint=Sentence("give the numbers: --ticker NVDA --from 142 --to 128.99 --around 2025-01-20"),
            )
    used = {name: found[0].number for name, found in fields.items() if found}
    if fraction and "percent" not in used and "change" not in used:
        used["percent"] = fraction
    if not (used or worth) and (amounts := _amounts(sentence)):
        raise InvalidRequest(
            Sentence("{amount} can be the firm's own money or its market value", amount=amounts[0]),
            where=sentence,
            hint=Sentence('say "in market value" if that is meant; eventstudy impact says what a move was worth'),
        )
    if not (used or worth) and targets:
        raise InvalidRequest(
            Sentence("{target!r} is what somebody expects, not a price", target=targets[0]),
            where=sentence,
            hint=Sentence("a claim needs what the price did: fell 17 percent on Monday"),
        )
    if not (used or worth):
        raise InvalidRequest(
            Sentence("no price, percentage or change is understood"),
            where=sentence,
            hint=Sentence("give the numbers: --ticker NVDA --from 142 --to 128.99 --around 2025-01-20"),
        )
    return used


_CALLED = {
    "start": Sentence("price before"),
    "end": Sentence("price after"),
    "percent": Sentence("change in per cent"),
    "change": "change",
}
_CALLED |= {
    "worth_from": Sentence("market value before"),
    "worth_to": Sentence("market value after"),
    "worth_by": Sentence("change in market value"),
}


def _of(seen: list[_Seen], role: str) -> list[_Seen]:
    """The numbers with this role; where several have it, those outside brackets, then those with a currency."""
    found = [s for s in seen if s.role == role]
    for better in (lambda s: not s.bracketed, lambda s: not s.earlier, lambda s: s.number.unit or s.is_percent):
        kept = [s for s in found if better(s)]
        found = kept if len(found) > 1 and kept else found
    return found
