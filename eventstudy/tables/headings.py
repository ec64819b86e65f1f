"""What columns are called: the words of `data/headings.toml`, compared without case, accents and marks."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal

from eventstudy.datasets import shipped

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_COUNTED = re.compile(r"^\d+\.\s+")
_ASIDE = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\]|\b(in|en)\s+[A-Z€$]{1,3}$)\s*")
_BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_MARKED = re.compile(r"[(\[]\W+[)\]]")
"""Brackets without a word: `Close (%)`."""
_FORM = re.compile(
    r"(?:utc|gmt)\s*[+-]\s*[0-9]{1,2}(?::?[0-9]{2})?|[+-][0-9]{2}:?[0-9]{2}"
    r"|[dmyjthsa]{1,4}([./: -]+[dmyjthsa]{1,4})+|[A-Z][a-z]+/[A-Z][A-Za-z_/]+|[ymdj]{8}",
    re.ASCII | re.IGNORECASE,
)
"""How a date is written, or the name of a time zone, or how far it is from Greenwich."""


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """A heading as it is compared: `Adj Close*`, `<CLOSE>` and `Clôture` are adj_close, close and cloture."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFKC", plain)
    return re.sub(r"[\W_]+", "_", plain).strip("_")


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    """The table of words; it is read once, for all of its parts."""
    with open(shipped("headings.toml"), "rb") as file:
        return tomllib.load(file)


def words(part: str) -> Mapping[str, list[str]]:
    """A part of the table of words, by what they mean."""
    return _table()[part]


@cache
def roles(part: str) -> Mapping[str, tuple[str, int]]:
    """Folded heading -> (what it means, how early it stands among the words for it)."""
    found: dict[str, tuple[str, int]] = {}
    for role, listed in words(part).items():
        for rank, word in enumerate(listed):
            found.setdefault(fold(word), (role, rank))
    return found


@cache
def _harmless() -> frozenset[str]:
    """Words in brackets behind a heading that leave it the same field: units, currencies, exchanges, time zones, vendors."""
    return frozenset(w for listed in words("brackets").values() for v in listed for w in (v, fold(v)) if w)


def unit_said(heading: str) -> Literal["percent", "bp"] | None:
    """The unit of returns that a heading says: `ret_pct`, `return (%)`, `ret (bp)`; None: none."""
    said = set(fold(heading).split("_")) & {"pct", "percent", "prozent", "bp", "bps", "basispunkte"}
    if said & {"bp", "bps", "basispunkte"} or "basis_point" in fold(heading):
        return "bp"
    return "percent" if said or "%" in heading or "per_cent" in fold(heading) else None


_AT = re.compile(r"(?:[01]?[0-9]|2[0-3])[:.h][0-5][0-9]\s*(?:[ap]\.?m\.?|uhr)?\s*(?P<zone>[a-z_/ ]*)")
"""A time of the day, with its zone."""


def _same_field(aside: str, role: str, part: str, own_word: str) -> bool:
    """Whether words in brackets leave a heading what it is: `Close (USD)`, `Kurs (Schluss)`, not `Kurs (Vortag)`.

    `own_word` is the heading without them: of a close, a time of the day is when the exchange closes.
    """
    text = aside.strip().casefold()
    able = _harmless()
    if role in ("close", "adj_close") and fold(own_word) in map(fold, words("brackets")["close"]):
        at = _AT.fullmatch(text)
        if at and (not at["zone"] or at["zone"] in able or fold(at["zone"]) in able):
            return True
    if not text or text in able or fold(text) in able or _FORM.fullmatch(aside.strip()):
        return True
    own = roles(part).get(fold(text))
    if own is not None:
        return own[0] == role or (own[0] == "adj_close" and role in ("close", "ret"))
    if unit_said(text):
        return role not in ("close", "adj_close")
    found = [w for w in re.split(r"[\s,;/+&-]+", text) if w]
    return bool(found) and all(
        w in able or fold(w) in able or roles(part).get(fold(w), ("",))[0] == role for w in found
    )


@cache
def _behind_zone() -> re.Pattern[str]:
    """The zone of times behind their heading: `time_utc`."""
    names = "|".join(["utc", "gmt", *(name for listed in words("zones").values() for name in listed)])
    return re.compile(rf"(?<=[A-Za-z])[ _](?:{names})$", re.I)


_UNIT_BEHIND = re.compile(r"\s+in\s+(?:%|per ?cent|pct|prozent|bps?|basis points|basispunkten?)$", re.IGNORECASE)
"""The unit of returns behind their heading: `Rendite in %`."""


def is_logarithmic(heading: str) -> bool:
    """Whether a heading of returns says that they are logarithmic: `log_return`, `Log-Rendite`, `stetige Rendite`."""
    return bool(re.search(r"(?:^|_)(?:(?:log|ln)(?:arithmic)?_?(?:ret|rend)|stetige_|continuous)", fold(heading)))


def _aside(heading: str, part: str) -> tuple[str, int] | None:
    """What a heading means without what stands in brackets, whatever that is."""
    found = roles(part).get(fold(_ASIDE.sub(" ", _COUNTED.sub("", heading))))
    if found is None and (plain := _behind_zone().sub("", heading)) != heading:
        found = roles(part).get(fold(plain))
        found = found if found and found[0] in ("date", "time") else None
    if found is None and (plain := _UNIT_BEHIND.sub("", heading)) != heading:
        found = roles(part).get(fold(plain))
        found = found if found and found[0] in ("ret", "nothing") else None
    return found


@lru_cache(maxsize=65_536)
def role_of(heading: str, part: str) -> tuple[str, int] | None:
    """What a heading means and how early its word stands; a number before it (`4. close`) and a unit in brackets left aside.

    The plain word comes before the same with a unit. Words in brackets that make it another field (`Close (prev)`) name
    nothing that is needed. None: it is not known.
    """
    if heading[-1:].isdigit() and heading[0] in "0123456789.-+":
        return None  # a number
    if (
        hit := roles(part).get(fold(heading)) or roles(part).get(fold(_COUNTED.sub("", heading)))
    ) and not _MARKED.search(heading):
        return hit[0], 2 * hit[1]
    hit = _aside(heading, part)
    if hit is None:
        return None
    own_word = _ASIDE.sub(" ", heading)
    if all(_same_field(a or b, hit[0], part, own_word) for a, b in _BRACKET.findall(heading)):
        return hit[0], 2 * hit[1] + 1
    return ("nothing", 0) if "nothing" in roles_of(part) else None


def currency_beside(heading: str, part: str) -> tuple[str, str] | None:
    """A heading without the currency behind or before its words, `Close EUR`, and the currency as it is written; None: none."""
    pieces = [piece for piece in re.split(r"[\s_.]+", heading) if piece]
    money = [piece for piece in pieces if piece.casefold() in _codes()]
    if len(money) != 1 or len(pieces) < 2 or money[0] not in (pieces[0], pieces[-1]) or role_of(heading, part):
        return None
    rest = pieces[1:] if money[0] == pieces[0] else pieces[:-1]
    known = any(role_of(" ".join(some), part) for k in range(len(rest)) for some in (rest[k:], rest[: k + 1]))
    return (heading.replace(money[0], "", 1).strip(" _."), money[0]) if known else None


@cache
def _codes() -> frozenset[str]:
    """Currencies by their codes of three letters."""
    return frozenset(word for word in words("brackets")["currencies"] if len(word) == 3)


def currency_in(heading: str) -> str | None:
    """The currency in brackets behind a heading, `Close (EUR)`, or behind `in`; None: there is none."""
    found = [aside.strip("()[] ").split()[-1:] for aside in (m[0].strip() for m in _ASIDE.finditer(heading))]
    return next((text[0] for text in found if text and text[0].casefold() in _codes()), None)


@cache
def roles_of(part: str) -> frozenset[str]:
    """What headings of a part can mean."""
    return frozenset(words(part))


def by_bracket_alone(one: str, other: str) -> bool:
    """Whether two headings are the same but for what stands in brackets."""
    return fold(_ASIDE.sub(" ", one)) == fold(_ASIDE.sub(" ", other))


def other_field(heading: str, part: str) -> str | None:
    """What a heading would mean if words in brackets did not make it another field; None: they do not."""
    hit, own = _aside(heading, part), role_of(heading, part)
    return hit[0] if hit and (own is None or own[0] != hit[0]) else None
