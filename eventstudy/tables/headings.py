"""What columns are called: the words of `data/headings.toml`, compared without case, accents and marks."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from eventstudy.datasets import shipped

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_COUNTED = re.compile(r"^\d+\.\s+")
_ASIDE = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\]|\b(in|en)\s+[A-Z€$]{1,3}$)\s*")


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """A heading as it is compared: `Adj Close*`, `<CLOSE>` and `Clôture` are adj_close, close and cloture."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFKC", plain)
    return re.sub(r"[\W_]+", "_", plain).strip("_")


@cache
def words(part: str) -> Mapping[str, list[str]]:
    """A part of the table of words, by what they mean."""
    with open(shipped("headings.toml"), "rb") as file:
        found: Mapping[str, list[str]] = tomllib.load(file)[part]
    return found


@cache
def roles(part: str) -> Mapping[str, tuple[str, int]]:
    """Folded heading -> (what it means, how early it stands among the words for it)."""
    found: dict[str, tuple[str, int]] = {}
    for role, listed in words(part).items():
        for rank, word in enumerate(listed):
            found.setdefault(fold(word), (role, rank))
    return found


def role_of(heading: str, part: str) -> tuple[str, int] | None:
    """What a heading means, a unit in brackets and a number before it (`4. close`) left aside; None: it is not known."""
    if heading[-1:].isdigit() and heading[0] in "0123456789.-+":
        return None  # a number
    known = roles(part)
    return known.get(fold(heading)) or known.get(fold(_ASIDE.sub(" ", _COUNTED.sub("", heading))))
