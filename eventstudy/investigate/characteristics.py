"""What is known of the firms: a CSV of numbers and words by ticker, or by event and ticker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from eventstudy.errors import InvalidFile
from eventstudy.language import Phrase
from eventstudy.messages import Exclusion, sentence
from eventstudy.panel import Floats
from eventstudy.results import StudyResult

KEYS = ("event_id", "ticker", "date")


@dataclass(frozen=True)
class Known:
    """What is known of the N pairs of a study that have it all."""

    members: np.ndarray
    """(N,) positions of the pairs in the result."""
    values: Floats
    """(N, P) the characteristics, in the order asked for."""
    words: dict[str, np.ndarray]
    """(N,) texts of the columns that were asked for as words."""
    excluded: tuple[Exclusion, ...]
    dated: bool
    """Whether the file says when each row was known."""


def read_characteristics(path: str | Path) -> pd.DataFrame:
    """The rows as text, with the columns `ticker`, any of `event_id` and `date`, and at least one more.

    Raises:
        InvalidFile: no such file, no column `ticker`, no other column, or a row that stands there twice.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InvalidFile(f"cannot read the characteristics: {error}", where=str(path)) from error
    table.columns = [str(c).strip() for c in table.columns]
    return checked(table, str(path))


def checked(table: pd.DataFrame, where: str = "the DataFrame of characteristics") -> pd.DataFrame:
    """The table, if it can be one of characteristics; see `read_characteristics`."""
    others = [c for c in table.columns if c not in KEYS]
    if "ticker" not in table.columns or not others:
        raise InvalidFile(
            "characteristics need a column `ticker` and at least one more",
            where=where,
            available=", ".join(map(str, table.columns)),
            hint="ticker[,event_id][,date],size,leverage,...",
        )
    keys = [k for k in ("event_id", "ticker") if k in table.columns]
    twice = table.duplicated(keys)
    if twice.any():
        row = int(twice.to_numpy().argmax())
        named = ", ".join(str(table[k].iloc[row]) for k in keys)
        raise InvalidFile(f"{named} is there twice", where=f"{where}, row {row + 2}", hint="keep one row a pair")
    return table


def known_of(result: StudyResult, table: pd.DataFrame, numbers: Sequence[str], words: Sequence[str] = ()) -> Known:
    """The pairs of a result with all of these columns known before day 0; the others are excluded with the reason.

    Raises:
        InvalidFile: a column is not there, or a value is no number or no date.
    """
    lacking = [c for c in (*numbers, *words) if c not in table.columns]
    if lacking:
        raise InvalidFile(
            f"the characteristics have no column {', '.join(map(repr, lacking))}", available=", ".join(table.columns)
        )
    by_event = "event_id" in table.columns
    keys = list(zip(table["event_id"], table["ticker"], strict=True)) if by_event else list(table["ticker"])
    row_of = {key: row for row, key in enumerate(keys)}
    columns = {name: [_number(table, name, row) for row in range(len(table))] for name in numbers}
    days = [_day(table, row) for row in range(len(table))] if "date" in table.columns else None
    members, rows, excluded = [], [], []
    for i, (pair, day0) in enumerate(zip(result.panel.pairs, result.panel.day0, strict=True)):
        row = row_of.get((pair.event_id, pair.ticker) if by_event else pair.ticker)
        why: Phrase | None = None
        if row is None:
            excluded.append(Exclusion.of("NO_CHARACTERISTICS", pair.event_id, pair.ticker))
            continue
        if blank := [name for name in numbers if np.isnan(columns[name][row])]:
            why = sentence("NO_CHARACTERISTICS.blank", names=blank)
        elif days and days[row] >= day0.session:
            why = sentence("NO_CHARACTERISTICS.late", dated=days[row], session=day0.session)
        if why is not None:
            excluded.append(Exclusion(pair.event_id, pair.ticker, "NO_CHARACTERISTICS", why))
        else:
            members.append(i)
            rows.append(row)
    values = np.array([[columns[name][row] for name in numbers] for row in rows]).reshape(len(rows), len(numbers))
    texts = {name: table[name].to_numpy()[rows] for name in words}
    return Known(np.array(members, dtype=np.int64), values, texts, tuple(excluded), days is not None)


def _number(table: pd.DataFrame, name: str, row: int) -> float:
    text = str(table[name].iloc[row]).strip()
    try:
        value = float(text) if text and text.lower() not in ("nan", "none") else np.nan
    except ValueError as error:
        raise InvalidFile(f"{text!r} is not a number", where=f"column {name}, row {row + 2}") from error
    if np.isinf(value):
        raise InvalidFile(f"{text!r} is not a finite number", where=f"column {name}, row {row + 2}")
    return value


def _day(table: pd.DataFrame, row: int) -> date:
    text = str(table["date"].iloc[row])[:10]
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidFile(f"{text!r} is not a date", where=f"column date, row {row + 2}", hint="2024-12-31") from error
