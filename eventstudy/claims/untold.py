"""What a sentence says that no close can confirm: what did not happen, what may, what is no price, and moves from a day that is
not looked at.

A number beside such words is not held against prices: a claim that "did not fall 17 percent" is no claim of a fall.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from eventstudy.claims.when import MONTH_NAMES
from eventstudy.errors import InvalidRequest, Sentence

_ENDS = re.compile(
    r"[;:–!?]|(?:,|(?<!\.[A-Z])\.)(?=\s)|\b(?:and|but|while|whereas|because|that|whether|amid|despite|"
    r"(?<!much )(?<!low )(?<!high )(?<!far )as(?! (?:much|low|high|far|many)\b)|"
    r"after(?! (?:the (?:bell|close)|hours)\b)|und|aber|während|sondern|weil|dass|ob|nachdem|obwohl)\b",
    re.IGNORECASE,
)
"""Where a clause ends; the separators of a number are followed by digits."""
_NOT = re.compile(
    r"\b(?:not(?! (?:only|just|least|until|less|more)\b)|never|avoid(?:s|ed)|(?:fail(?:s|ed)?|refus(?:es|ed)) to)\b|n['’]t\b",
    re.IGNORECASE,
)
_NICHT = re.compile(
    r"\b(?:nicht(?! (?:nur|zuletzt|erst|weniger|mehr)\b)|nie|niemals|weder|keine?[nrs]?)\b", re.IGNORECASE
)
_DENIED = re.compile(
    r"\b(?:not true|untrue|den(?:y|ies|ied)|stimmt nicht|nicht wahr|unwahr|dementier\w*)\b", re.IGNORECASE
)
"""What is said of the whole sentence, unless it is told besides: after DeepSeek denied it."""
_BESIDES = re.compile(r"\b(?:after|as|while|although|though|since|nachdem|während|obwohl)\b[^,;:]*$", re.IGNORECASE)
_BROKEN_OFF = re.compile(
    r"(?:\b(?:not|never|could|would|might|should|will|nicht|nie|soll|(?:könnt|würd|dürft|sollt)en?)|n['’]t)$",
    re.IGNORECASE,
)
"""A clause that another one breaks off: it would, analysts say, fall."""
_MAY = re.compile(
    r"\b(?:could|would|might|should|will|(?-i:may)|if|unless|expects?|(?:is|are|was|were) expected to|predicts?|forecasts?|"
    r"likely to)\b",
    re.IGNORECASE,
)
_KANN = re.compile(
    r"\b(?:wenn|sofern|möglicherweise|soll(?:en)?|(?:könnt|würd|dürft|sollt)en?|(?<!als )(?<!wie )erwarte[nt]|rechne[nt] mit|"
    r"prognostizier\w*|(?:wird|werden)\b.*\b(?:fallen|sinken|steigen|verlieren|gewinnen|zulegen|nachgeben|einbrechen))\b",
    re.IGNORECASE,
)
"""German puts its verb after the number as well, English before it."""
_AFTER_HOURS = re.compile(
    r"\b(?:pre-?market|after-hours|after hours|extended trading|vorbörslich\w*|nachbörslich\w*|"
    r"(?:before the (?:bell|open(?:ing)?)|after the (?:bell|close)))\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(r"\b(?:report|results|earnings|announc|publish|Zahlen|meldet|gemeldet)", re.IGNORECASE)
_MOVED = (
    r"(?:fell|falls|rose|rises|dropp?ed|drops|grew|gained|lost|declined|slump\w*|plung\w*|jump\w*|climb\w*|soar\w*|surged|"
    r"shrank|tumbled|increased|doubled|halved|fiel|fielen|sank|sanken|stieg|stiegen|brach\w*|wuchs\w*|ging\w*|"
    r"schrumpfte\w*|kletterte\w*|legte\w*|verringerte|erhöhte)"
)
_OF_THE_FIRM = re.compile(
    r"(?P<what>(?:revenues?|(?:net )?sales|(?:net |operating )?(?:profits?|income|earnings)|margins?|orders|deliveries|"
    r"bookings|volume|turnover|short interest|bonds?|options?|yields?|dividends?|\w*volumen|\w*anleihen?|optionen|dividenden?|"
    r"\w*umsatz|\w*umsätze|\w*gewinne?|\w*erlöse?|\w*ergebnis|aufträge|auslieferungen|marge)"
    rf"(?: (?:of|at|von|bei|des|der)(?: [\wÄÖÜäöü&.-]+){{1,3}})?) (?:\w+ ){{0,2}}{_MOVED}\b",
    re.IGNORECASE,
)
_PART_OF = re.compile(
    r"(?:%|\bper ?cent|\bpct|\bProzent) (?P<what>(?:of (?:its|the|their|all)|der|des|seiner|ihrer|aller) "
    r"(?!value|worth|market value|market cap|capitali|(?:share|stock) price|price|Wert|Börsenwert|Kurs)[\wäöüß-]+)",
    re.IGNORECASE,
)
_BESIDE_OTHERS = re.compile(r"\b(?:under|out)perform\w*", re.IGNORECASE)
_WHY = re.compile(r"\b(?:on|following|when|since|though|nach|trotz|wegen|da|als)\b", re.IGNORECASE)
_PRICE = re.compile(r"\b(?:shares?|stocks?|price)\b|aktie|kurs", re.IGNORECASE)

_SPAN = r"(?:year|month|quarter)"
_ZEIT = r"(?:Jahr|Monat|Quartal)"
_SINCE_THEN = re.compile(
    rf"\b(?:(?:since|seit) the (?:start|beginning|turn|outset) of (?:the |this )?{_SPAN}|year[- ]to[- ]date|YTD|"
    r"year[- ](?:over|on)[- ]year|annuali[sz]ed|im Jahresvergleich|(?:zum|gegenüber dem) Vorjahr\w*|(?:binnen|auf) Jahresfrist|"
    rf"(?:so far )?this {_SPAN}|(?:in|over|during|for) the (?:past|last|previous) (?:twelve months|{_SPAN})|last {_SPAN}|"
    rf"(?:seit|zum) (?:dem )?(?:Jahres|Monats|Quartals)(?:beginn|anfang|start|wechsel)|auf (?:Jahres|Monats)sicht|"
    rf"(?:(?:in|seit) (?:diesem|dem laufenden)|im (?:laufenden|vergangenen|letzten)|dieses) {_ZEIT}e?s?|"
    r"(?:since|seit) (?:its |the |dem |seinem )?(?:IPO|listing|debut|Börsengang|Börsendebüt))\b(?!['’]s)",
    re.IGNORECASE,
)
_FROM_THERE = re.compile(
    r"\b(?:from|below|under|off|above|unter|über|gegenüber|seit|von|vom)\s"
    r"(?:(?:its|the|their|a|an|ihr\w*|sein\w*|dem|der|einem)\s)?"
    r"(?:(?:all-time|record|previous|recent|(?:52|fifty-two)-week|jüngsten|bisherigen)\s){0,2}"
    r"(?:highs?|peaks?|lows?|troughs?|\w*(?:höchst|tiefst)\w*|(?:\w*-)?\w*(?:hoch|tief)s?)\b",
    re.IGNORECASE,
)
_WEEKS = re.compile(
    r"\b(?:(?:this|last) week|(?:diese|vergangene|letzte|vorige)[rn]? Woche|(?:each|every) (?:day|session|week)|"
    r"jede[nr]? (?:Tag|Woche))\b",
    re.IGNORECASE,
)
"""Whose days, or each of which, no day in the claim says."""
_LONG_AGO = re.compile(
    rf"\b(?P<lead>since|seit|in|im|during|throughout)(?: (?:early|late|mid|Anfang|Ende|Mitte|dem|Jahre?))*"
    rf"[ -](?:(?:{MONTH_NAMES})\b\.?(?! ?[0-9]{{1,2}}(?![0-9]))|(?:19|20)[0-9]{{2}}\b(?![.,-]?[0-9]))",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\b(?:worst|best|largest|biggest|steepest|sharpest|lowest|highest|most|first|lows?|highs?|größte\w*|stärkste\w*|höchste\w*|"
    r"niedrigste\w*|tiefste\w*|erste\w*|schlechteste\w*|beste\w*|\w*tief|\w*hoch)\b",
    re.IGNORECASE,
)


def refuse_what_is_no_price(text: str, numbers: Collection[str]) -> None:
    """Refuse a claim whose numbers are beside words of what did not happen, what may, or of something else than the price.

    `text`: the sentence with blanks for its dates and spans; `numbers`: as they are printed in it.

    Raises:
        InvalidRequest: one is; names the words.
    """
    denied = _DENIED.search(text)
    if denied and _BESIDES.search(text[: denied.start()]):
        denied = None
    for clause, at in clauses(text, numbers):
        if found := denied or _NOT.search(clause, 0, at) or _NICHT.search(clause):
            raise InvalidRequest(
                Sentence(
                    "{words!r} says what did not happen, and which price there was instead it does not", words=found[0]
                ),
                hint=_WHAT_IT_DID,
            )
        if found := _MAY.search(clause, 0, at) or _KANN.search(clause):
            raise InvalidRequest(
                Sentence("{words!r} says what may happen, not what the price did", words=found[0]), hint=_WHAT_IT_DID
            )
        if (found := _AFTER_HOURS.search(clause)) and not _REPORTS.search(clause):
            raise InvalidRequest(
                Sentence(
                    "{words!r} is outside of the hours of the exchange, of which no price is known", words=found[0]
                ),
                hint=_WHAT_IT_DID,
            )
        if found := _PART_OF.search(clause) or _BESIDE_OTHERS.search(clause):
            words = found.groupdict().get("what") or found[0]
            raise InvalidRequest(Sentence("{words!r} is not the price of the share", words=words), hint=_WHAT_IT_DID)
        found = _OF_THE_FIRM.search(clause)
        if found and not _WHY.search(clause[: found.start()]) and not _PRICE.search(clause[: found.end()]):
            raise InvalidRequest(
                Sentence("{words!r} is not the price of the share", words=found["what"]), hint=_WHAT_IT_DID
            )


_WHAT_IT_DID = Sentence("a claim needs what the price did: fell 17 percent on Monday")


def base_in(text: str, sentence: str, numbers: Collection[str], *, dated: bool) -> str:
    """The words by which a change counts from a day that the claim does not name; empty where it has none.

    `text` and `numbers`: as above; `sentence`: all of it; `dated`: whether the claim has a date, a weekday or a span.
    """
    for clause, _ in clauses(text, numbers):
        for pattern in (_SINCE_THEN, _FROM_THERE):
            if (found := pattern.search(clause)) and not _MOST.search(clause[: found.start()]):
                return found[0]
    if not dated:
        for found in (*_WEEKS.finditer(sentence), *_LONG_AGO.finditer(sentence)):
            if not _MOST.search(sentence[: found.start()]):
                return found[0]
    return ""


def clauses(text: str, numbers: Collection[str]) -> Iterator[tuple[str, int]]:
    """The clauses of a text that hold one of the numbers, each with where the last of these begins in it."""
    ends = [0, *(end for match in _ENDS.finditer(text) for end in match.span()), len(text)]
    printed = [re.compile(rf"(?<![\w.,]){re.escape(number)}(?![0-9])") for number in numbers]
    before = ""
    for a, b in zip(ends[::2], ends[1::2], strict=True):
        clause = before + text[a:b]
        if text[b : b + 1] == "," and _BROKEN_OFF.search(clause.rstrip()):
            before = f"{clause.rstrip()} "
        if held := [found.start() for one in printed for found in one.finditer(clause)]:
            yield clause, max(held)
