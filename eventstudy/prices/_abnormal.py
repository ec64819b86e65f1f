"""Abnormal returns that somebody else estimated, from a file or frame with `ticker, date, ar`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from eventstudy.errors import InvalidFile, Sentence
from eventstudy.prices._bars import frame_of
from eventstudy.prices._frame import frame_to_table
from eventstudy.prices._read import QUIET
from eventstudy.prices._table import PriceTable
from eventstudy.tables.place import Reading

_NAMES = ("ar", "abnormal", "abnormal_return", "aret", "abret")


def load_abnormal(given: Any, reading: Reading | None = None) -> PriceTable:
    """Abnormal returns as a table whose returns they are; in decimals, where nothing says another unit.

    Raises:
        InvalidFile: no column is called `ar`, or several are; a date or number that is none.
    """
    frame, source, _ = frame_of(given)
    named = [c for c in frame.columns if str(c).strip().lower().replace(" ", "_") in _NAMES]
    if len(named) != 1:
        what = Sentence("no column holds") if not named else Sentence("several columns may hold")
        raise InvalidFile(
            Sentence("{what} abnormal returns", what=what),
            where=source,
            available=", ".join(map(str, frame.columns)),
            hint=Sentence("call it ar, beside ticker and date"),
        )
    others = [c for c in frame.columns if str(c).strip().lower() in ("ret", "return", "close", "price", "adj_close")]
    frame = frame.drop(columns=others).rename(columns={named[0]: "ret"})
    reading, values = reading or Reading(), pd.to_numeric(frame["ret"], errors="coerce").abs()
    if reading.unit is None and values.notna().any() and values.max() <= 1 and values.median() <= QUIET:
        reading = replace(reading, unit="decimal")  # their unit, unless their sizes or a sign say another one
    return frame_to_table(frame, reading=reading)
