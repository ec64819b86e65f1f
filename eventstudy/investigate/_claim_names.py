"""Whose share price is meant: company names, as the press writes them, and their tickers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.shipped import shipped

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
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), restkey=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
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
