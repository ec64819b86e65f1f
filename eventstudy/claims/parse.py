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

from eventstudy.claims.when import Day, Span, read_span, take_dates, take_span, whole_dates
from eventstudy.datasets import shipped
from eventstudy.disk import read_text
from eventstudy.errors import InvalidFile, InvalidRequest

# ---- numbers: 128,99 and 128.99, 1.234,50 and 1,234.50, with what their digits promise -------------------------------

Language = Literal["de", "en"]
Loose = Literal["", "about", "under", "over"]

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
    """`about` 142, just `under` 142, more than (`over`) 142."""

    @property
    def plain(self) -> str:
        """The printed digits with a decimal point and without separators of thousands."""
        return f"{self.value:.{max(0, -round(math.log10(self.step)))}f}"

    def manner(self, price: float) -> str | None:
        """How a price can have become this number: `exact`, `rounded`, `truncated`, `about`, `under`, `over`, or None."""
        away, slack = price - self.value, 1e-9 * max(1.0, abs(self.value))
        if abs(away) <= slack:
            return "exact"
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
        raise InvalidRequest(f"{printed!r} is not a number", hint="write 128.99 or 128,99")
    if sum(c.isdigit() for c in text) > _MOST_DIGITS:
        raise InvalidRequest(f"{printed!r} has more digits than a price")
    whole, decimals = _parts(text, language)
    value = float(f"{whole}.{decimals or 0}")
    if value <= 0:
        raise InvalidRequest(f"{printed!r} is no price or percentage", hint="numbers of a claim are above zero")
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
        raise InvalidRequest(f"{text!r} is not a number", hint="write 1,234.50 or 1.234,50")
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
            f"the number {text!r} reads two ways: {one} or {other}", hint=f"write {one} or {other}0, whichever is meant"
        )
    return marks[-1] == {"de": ",", "en": "."}[language]


# ---- names -----------------------------------------------------------------------------------------------------------

_LISTED = re.compile(r"\((?:[A-Za-z ]{2,12}: ?)(?P<listed>[A-Z][A-Z0-9.-]{0,9})\)|\$(?P<cash>[A-Z]{1,5})\b")
"""(NASDAQ: NVDA), $NVDA."""


def load_names(more: str | Path | None = None) -> dict[str, str]:
    """Names and their tickers: those of `data/names.csv`, and of a file of the user's own, which goes before them.

    Raises:
        InvalidFile: the file cannot be read, or is no CSV with the columns ticker and name.
    """
    names = _read(shipped("names.csv"))
    return names | _read(Path(more)) if more else names


def _read(path: Path) -> dict[str, str]:
    lines = read_text(path, "the names").splitlines()
    try:
        rows = list(csv.DictReader(lines, restkey=""))
    except csv.Error as error:
        raise InvalidFile(f"cannot read the names: {error}", where=str(path)) from error
    found = {}
    for number, row in enumerate(rows, 2):
        ticker, name = (row.get("ticker") or "").strip(), (row.get("name") or "").strip()
        if not ticker or not name or set(row) != {"ticker", "name"}:
            raise InvalidFile(
                "a row is not one ticker and one name", where=f"{path}, line {number}", hint="ticker,name"
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
    for match in _LISTED.finditer(text):
        named[match["listed"] or match["cash"]] = match[0]
    for word, ticker, pattern in _patterns(names):
        if pattern.search(text):
            named.setdefault(ticker, word)
            text = pattern.sub(" ", text)
    if len(named) > 1 and "SPY" in named:  # "while the S&P 500 fell": the yardstick, not the subject
        named.pop("SPY")
    if len(named) != 1:
        told = ", ".join(f"{word} ({ticker})" for ticker, word in named.items())
        raise InvalidRequest(
            f"the sentence names several companies: {told}" if named else "no company that is known is named",
            hint="say whose price is meant: --ticker NVDA; --names FILE adds names",
        )
    return next(iter(named))


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


# ---- sentences -------------------------------------------------------------------------------------------------------

_GERMAN = (
    "der die das den des von auf um innerhalb weniger wenigen binnen prozent aktie kurs fiel ist und im am seit nach"
)
_ENGLISH = "the of from to by within percent share price fell is and in on since after a its shares stock"
_FALLING = re.compile(
    r"\b(?:(?:ab)?stürz\w*|(?:ab|Kurs)?sturz\w*|fiel\w*|fällt|(?:ge)?fallen|sank\w*|sink\w*|gesunken|brach\w*|einge?brochen|"
    r"Einbruch|verlor\w*|verliert|Verlust\w*|rutsch\w*|sackt\w*|nachgegeben|gab(?:en)?\b.*\bnach|büßte|Minus|"
    r"schwächer|leichter|tiefer|(?:rausch|purzel|schrumpf|verbillig)\w*|billiger|hinab|"
    r"hinunter|abwärts|shr[aiu]nk\w*|losing|halbier\w*|Halbierung|halv\w*|weaker|lower|fell|falls?|drop\w*|"
    r"plung\w*|plummet\w*|tumbl\w*|slid\w*|slump\w*|sunk|lost|lose[sd]?|loss|shed|crash\w*|declin\w*|down|collaps\w*)\b",
    re.IGNORECASE,
)
_RISING = re.compile(
    r"\b(?:(?:an)?stieg\w*|steig\w*|gestiegen|kletter\w*|sprang|spring\w*|Kurssprung|gewann|gewonnen|gewinnt|zugelegt|"
    r"legte?n?\b.*\bzu|erhol\w*|Anstieg|Plus|rose|verdoppel\w*|verdreifach\w*|doubl\w*|tripled|fester|höher|teurer|verteuer\w*|aufwärts|higher|"
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
    "under": re.compile(
        r"\b(?:just under|less than|nearly|almost|below|under|knapp|fast|beinahe|unter|weniger als)\b", re.IGNORECASE
    ),
    "over": re.compile(r"\b(?:just over|more than|over|above|gut|über|mehr als)\b", re.IGNORECASE),
    "about": re.compile(
        r"\b(?:about|around|roughly|some|approximately|rund|etwa|circa|ca|ungefähr|gegen)\b", re.IGNORECASE
    ),
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
_AMOUNT = re.compile(
    rf"(?:(?:US)?[$€£] ?)?{NUMBER}[ \u00a0-]?(?:Milliarden|Mrd|Millionen|Mio|Billionen|[bm]illions?|trillions?|[bt]n)\b",
    re.IGNORECASE,
)
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
class Understood:
    """A claim as it was understood, before anything is looked up."""

    ticker: str
    start: Quote | None = None
    """The number before."""
    end: Quote | None = None
    """The number after."""
    percent: Quote | None = None
    """How much in per cent, as printed and without sign."""
    change: Quote | None = None
    """How much in money, without sign."""
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

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The numbers that are understood."""
        return tuple(q for q in (self.start, self.end, self.percent, self.change) if q is not None)

    @property
    def unit(self) -> str | None:
        """The currency of the prices."""
        return next((q.unit for q in (self.start, self.end, self.change) if q is not None and q.unit), None)

    @property
    def down(self) -> bool | None:
        """Whether the claim says that the price fell: by its words, else by its numbers."""
        if self.falling is None and self.start and self.end and self.start.unit == self.end.unit:
            return self.end.value < self.start.value if self.end.value != self.start.value else None
        return self.falling


def understand(text: str, names: Mapping[str, str], ticker: str | None = None, phrase: str | None = None) -> Understood:
    """What a sentence claims. `ticker` and `phrase` (the span), where given, take the place of the sentence's own.

    Raises:
        InvalidRequest: whose price or which numbers are meant cannot be told.
    """
    sentence = " ".join(text.split())
    language = language_of(sentence)
    days, rest = take_dates(whole_dates(_INDEX.sub(lambda m: _ELSEWHERE * len(m[0]), sentence)))
    span, rest = take_span(with_digits(rest))
    seen = _seen(rest, language, names)
    used = _used(seen, fraction_in(rest), sentence)
    signs = {s.sign for s in seen if s.is_percent and s.number in used.values()} - {""}
    by_sign = signs == {"-"} if len(signs) == 1 else None
    main = direction(_MEANWHILE.split(rest)[0])
    falling = direction(rest) if main is None else main
    return Understood(
        ticker=ticker or ticker_in(sentence, names),
        span=read_span(phrase) if phrase else span,
        phrase=phrase or (span.text if span else None),
        falling=by_sign if falling is None else falling,
        days=tuple(days),
        text=sentence,
        language=language,
        at_times=bool(_AT_TIMES.search(rest)),
        aside=(*(s.number.printed for s in seen if s.number not in used.values()), *_amounts(rest)),
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

    Raises:
        InvalidRequest: no number, or one that cannot be read.
    """
    sentence = " ".join(text.split()) if text else None
    language = language_of(sentence) if sentence else None
    if start is None and end is None:
        raise InvalidRequest("the claim has no number", hint="say at least one of --from and --to")
    money, share = _unit(unit)
    first, last = (quote(number, language, money) if number else None for number in (start, end))
    if share and first and last:
        raise InvalidRequest("a change in per cent is one number", hint="say it by --to alone")
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


def _used(seen: list[_Seen], fraction: Quote | None, sentence: str) -> dict[str, Quote]:
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
    for name, found in fields.items():
        if len(found) > 1:
            told = " and ".join(s.number.printed for s in found)
            raise InvalidRequest(
                f"{told} could each be the {_CALLED[name]}",
                where=sentence,
                hint="give the numbers: --ticker NVDA --from 142 --to 128.99 --around 2025-01-20",
            )
    used = {name: found[0].number for name, found in fields.items() if found}
    if fraction and "percent" not in used and "change" not in used:
        used["percent"] = fraction
    if not used and (amounts := _amounts(sentence)):
        raise InvalidRequest(
            f"{amounts[0]} is an amount of money, not a share price",
            where=sentence,
            hint="eventstudy impact says what a move was worth; a claim needs a price or a percentage",
        )
    if not used:
        raise InvalidRequest(
            "no price, percentage or change is understood",
            where=sentence,
            hint="give the numbers: --ticker NVDA --from 142 --to 128.99 --around 2025-01-20",
        )
    return used


_CALLED = {"start": "price before", "end": "price after", "percent": "change in per cent", "change": "change"}


def _of(seen: list[_Seen], role: str) -> list[_Seen]:
    """The numbers with this role; where several have it, those outside brackets, then those with a currency."""
    found = [s for s in seen if s.role == role]
    for better in (lambda s: not s.bracketed, lambda s: not s.earlier, lambda s: s.number.unit or s.is_percent):
        kept = [s for s in found if better(s)]
        found = kept if len(found) > 1 and kept else found
    return found
