"""Where the files of `data/` are: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

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
    raise FileNotFoundError(f"{'/'.join(parts)} is not among the shipped data: reinstall eventstudy-lab")


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
