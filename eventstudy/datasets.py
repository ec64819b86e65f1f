"""Where the files of `data/` are: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from eventstudy.errors import Sentence

_PACKAGE = Path(__file__).parent


def shipped(*parts: str) -> Path:
    """The path of a file or folder that ships, e.g. `shipped("events")`.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    for root in (_PACKAGE / "data", _PACKAGE.parent / "data"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(
        Sentence("{parts} is not among the shipped data: reinstall eventstudy-lab", parts="/".join(parts))
    )


@cache
def company_names() -> Mapping[str, str]:
    """Tickers and what people call the company: the first name of each in `data/names.csv` that is not the ticker itself."""
    with shipped("names.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["ticker"], row["name"]) for row in csv.DictReader(file)]
    return {ticker: name for ticker, name in reversed(rows) if name != ticker}


@cache
def tickers_by_name() -> Mapping[str, str]:
    """Names of companies in lower case and their tickers, those that name one alone; names with digits are those of indices."""
    met: dict[str, set[str]] = {}
    with shipped("names.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            met.setdefault(row["name"].casefold(), set()).add(row["ticker"])
    return {name: min(own) for name, own in met.items() if len(own) == 1 and not any(c.isdigit() for c in name)}


@cache
def tickers_by_isin() -> Mapping[str, str]:
    """ISINs of well-known securities and their tickers, those of `data/isins.csv`."""
    with shipped("isins.csv").open(encoding="utf-8", newline="") as file:
        return {row["isin"]: row["ticker"] for row in csv.DictReader(file)}


_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


def is_isin(text: str) -> bool:
    """Whether a text is an ISIN, by its form and its last digit (ISO 6166: modulus 10, every second digit twice)."""
    if not _ISIN.fullmatch(text):
        return False
    digits = "".join(str(int(c, 36)) for c in text)
    return sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(digits))) % 10 == 0


def of_isin(text: str) -> str:
    """The ticker of an ISIN that is known; any other text as it is."""
    return tickers_by_isin().get(text.strip().upper(), text)
