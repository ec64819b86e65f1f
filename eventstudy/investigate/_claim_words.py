"""What a sentence in the press claims about a price: by rules, in English or German.

Dates and spans are taken out first. What is left of the numbers has a currency, a per cent sign, or neither; the last word of
`from`, `to`, `by` (von, auf, um) before a number says what it is for. What cannot be told is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from eventstudy.errors import InvalidRequest
from eventstudy.investigate._claim_names import ticker_in
from eventstudy.investigate._claim_numbers import CURRENCIES, NUMBER, Language, Loose, Quote, quote
from eventstudy.investigate._claim_spelled import fraction_in, with_digits
from eventstudy.investigate._claim_when import Day, Span, read_span, take_dates, take_span, whole_dates

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
