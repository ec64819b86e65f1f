"""A sentence on several firms: each firm's part is understood and looked up by itself.

"Nvidia fell 17 percent and Broadcom 17.4 percent on Monday" is two claims. The part of a firm reaches from its name to the last
"and", "while", comma before the next name; days, spans and the direction that a part does not name are those of the others.
Firms that are named in one breath share a percentage, or have one each in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from eventstudy.analyses.base import Answer, Finding
from eventstudy.claims.check import Checked
from eventstudy.claims.parse import NUMBER, Understood, language_of, mentions, ticker_in, understand
from eventstudy.claims.text import name_as_told, together
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.text import fitted, wrapped

_JOINS = re.compile(
    r"[;,]? \b(?:and|while|whereas|but|as well as|und|während|aber|sowie|wohingegen)\b|[;,](?= )", re.IGNORECASE
)
_SHARE = re.compile(r"%|Prozent|per ?cent\b|pct\b", re.IGNORECASE)
_ONE = rf"{NUMBER}(?: ?(?:%|Prozent|percent|per cent))?"
_EACH = re.compile(rf"(?P<list>{_ONE}(?:(?:, | (?:and|und) ){_ONE})+)", re.IGNORECASE)
_LEVEL = re.compile(r"\b(?:to|at|auf|bei)\b", re.IGNORECASE)
_BARE = re.compile(rf"{NUMBER}$")


def understand_each(text: str, names: Mapping[str, str], phrase: str | None = None) -> tuple[Understood, ...]:
    """What a sentence claims of each firm that it names, in their order.

    `text`: the sentence, in English or German. `names`: names of firms and their tickers. `phrase`: the span, before the
    sentence's own.

    Raises:
        InvalidRequest: whose price or which numbers are meant cannot be told.

    Example:
        >>> text = "Nvidia fell 17 percent and Broadcom 17.4 percent on Monday"
        >>> claims = es.claims.understand_each(text, es.claims.load_names())
        >>> [(claim.ticker, claim.percent.value) for claim in claims]
        [('NVDA', 17.0), ('AVGO', 17.4)]
    """
    sentence = " ".join(text.split())
    found = mentions(sentence, names)
    if len({ticker for ticker, _, _ in found}) < 2:
        return (understand(sentence, names, None, phrase),)
    language = language_of(sentence)
    parts = list(_parts(sentence, found, names))
    claims: list[Understood] = []
    for ticker, words in parts:
        try:
            claims.append(understand(words, names, ticker, phrase, language))
        except InvalidRequest as error:
            raise InvalidRequest(
                Sentence("of {ticker}: {what}", ticker=ticker, what=error.what),
                where=sentence,
                available=Sentence("its part of the sentence: {words}", words=words),
                hint=Sentence("say each firm's number, or check one firm: --ticker NVDA"),
            ) from error
    return tuple(_shared(claims, sentence))


def _parts(sentence: str, found: Sequence[tuple[str, int, int]], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each firm and its part of the sentence."""
    groups: list[list[tuple[str, int, int]]] = []
    begin = [0]
    for mention in found:
        if groups and any(mention[0] == other for other, _, _ in groups[-1]):
            continue  # named once more in its own part
        if groups:
            gap_start = max(end for _, _, end in groups[-1])
            gap = sentence[gap_start : mention[1]]
            if not _JOINS.sub("", gap).strip():
                groups[-1].append(mention)
                continue
            joins = list(_JOINS.finditer(gap))
            begin.append(gap_start + (joins[-1].start() if joins else len(gap)))
        groups.append([mention])
    texts = [sentence[a:b].strip(" ,;.") for a, b in zip(begin, [*begin[1:], len(sentence)], strict=True)]
    shares = any(_SHARE.search(words) for words in texts)
    for group, words in zip(groups, texts, strict=True):
        if len(group) > 1:
            yield from _in_one_breath([ticker for ticker, _, _ in group], words, sentence, names)
        else:
            yield group[0][0], f"{words} %" if shares and _BARE.search(words) and not _SHARE.search(words) else words


def _in_one_breath(
    tickers: Sequence[str], words: str, sentence: str, names: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Firms that share their words: one percentage for all, or one each."""
    listed = _EACH.search(words)
    numbers = re.findall(rf"(?<![\w.,]){NUMBER}", listed["list"]) if listed and _SHARE.search(words) else []
    if listed and len(numbers) == len(tickers):
        for ticker, number in zip(tickers, numbers, strict=True):
            yield ticker, f"{words[: listed.start()]}{number} %{_SHARE.sub('', words[listed.end() :], count=1)}"
    elif _SHARE.search(words) and not numbers:
        for ticker in tickers:
            yield ticker, words
    else:
        ticker_in(sentence, names)  # says that several are named


def _shared(claims: Sequence[Understood], sentence: str) -> Iterator[Understood]:
    """Each part with the days, the span and the direction that it leaves to the others."""
    days = [claim for claim in claims if claim.days or claim.span]
    before: Understood | None = None
    for n, claim in enumerate(claims):
        full = claim
        if not (claim.days or claim.span) and days:
            other = next((c for c in claims[n:] if c.days or c.span), days[-1])
            full = replace(full, days=other.days, span=other.span, phrase=other.phrase)
        if full.falling is None and before is not None:
            full = replace(full, falling=before.falling)
            if before.change and full.end and not (full.start or before.end or _LEVEL.search(claim.text or "")):
                full = replace(full, end=None, change=full.end)  # lost 24.20 dollars, and Microsoft 9.50 dollars
        before = full
        yield replace(full, text=sentence if len(claims) == 1 else claim.text)


@dataclass(frozen=True, repr=False, eq=False)
class CheckedEach(Answer):
    """A sentence on several firms: what became of each part.

    Example:
        >>> names, event = es.claims.load_names(), es.load_registry()["deepseek-r1"]
        >>> text = "Nvidia fell 17 percent and Broadcom 30 percent on Monday"
        >>> claims = es.claims.understand_each(text, names)
        >>> parts = tuple(es.claims.check(claim, event, source="bundled") for claim in claims)
        >>> es.claims.CheckedEach(text, parts).to_dict()["verdict_word"]
        'false'
        >>> [part.to_dict()["verdict_word"] for part in parts]
        ['true', 'false']
    """

    sentence_checked: str
    parts: tuple[Checked, ...]
    schema = "eventstudy.claims/1"

    @property
    def findings(self) -> Sequence[Finding]:
        """Each part."""
        return self.parts

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know of each part."""
        return tuple(dict.fromkeys(said for part in self.parts for said in part.messages))

    @property
    def incomplete(self) -> bool:
        """Whether something is lacking of a part."""
        return any(part.incomplete for part in self.parts)

    def tidy(self) -> pd.DataFrame:
        """One row a firm and session of its move."""
        tables = [part.tidy().assign(ticker=part.claim.ticker) for part in self.parts]
        table = pd.concat([t for t in tables if len(t)] or tables[:1], ignore_index=True)
        return table[["ticker", *(name for name in table.columns if name != "ticker")]]

    def _document(self, lang: str = "en") -> dict[str, Any]:
        claims = [part.to_dict(lang) for part in self.parts]
        word = _all_together([claim["verdict_word"] for claim in claims])
        told = {"text": self.sentence_checked, "verdict_word": word, "claims": claims, "lang": lang}
        return told | {"sentence": together(told)}

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """The JSON object: the word for the whole sentence, and the object of each part.

        `lang`: the language of the sentences, `en` or `de`.
        """
        return {"schema": self.schema} | self._document(lang)

    def _lines(self, *, verbose: bool) -> Iterable[str]:
        return [self.text(verbose=verbose)]

    def text(self, lang: str = "en", *, verbose: bool = False) -> str:
        """What the command prints: the verdict on the whole, then each part.

        `lang`: the language of the verdicts, `en` or `de`. `verbose`: with every figure that was found, and every warning.
        """
        told = self._document(lang)
        heads = [name_as_told(claim) for claim in told["claims"]]
        parts = [f"== {head}\n{part.text(lang, verbose=verbose)}" for head, part in zip(heads, self.parts, strict=True)]
        return fitted("\n\n".join(["\n".join(wrapped(told["sentence"])), *parts]))


def _all_together(words: Sequence[str]) -> str:
    """A sentence is as true as the worst of its parts."""
    return next(word for word in ("false", "cannot be told", "misleading", "true") if word in words)
