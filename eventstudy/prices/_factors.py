"""Factors: the user's own (`date, mkt_rf, ..., rf`, one row a session) in any table, or Ken French's as published."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from eventstudy.calendars import markets
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.tables.dates import Days, Ints, dates_of, days_on, sessions_of
from eventstudy.tables.frames import headed_frame
from eventstudy.tables.headed import Headed
from eventstudy.tables.numbers import Floats, numbers_of
from eventstudy.tables.opened import opened, table_of
from eventstudy.tables.place import Place, Reading, beyond_options

Unit = Literal["percent", "decimal"]
UNITS = {"percent": 0.01, "decimal": 1.0}
_PUBLISHED = re.compile(r"^[ \t]*,[ \t]*[A-Za-z].*\r?\n[ \t]*(\d{8}|\d{6}|\d{4})[ \t]*,", re.MULTILINE)
"""Column names with nothing above the dates, and the first row: what prose there is stands before it."""
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(1[7-9]|2[01])\d{2}(0[1-9]|1[0-2])")
_BY_MONTH = Sentence("values by the month or year; a study needs those by the day")
_OF_MONTHS = Sentence("name a file of days; or study months: --frequency monthly")
_NONE = (-99.99, -999.0)
"""What the published files write where there is no value."""
_CALLED = {
    **dict.fromkeys(("mktrf", "rmrf", "rm_rf", "mkt_rf"), "mkt_rf"),
    **dict.fromkeys(("umd", "wml"), "mom"),
    **dict.fromkeys(("riskfree", "risk_free", "risk_free_rate"), "rf"),
}
"""Further names of factors: those of WRDS, and of papers."""
_SEVERAL = 20
_CALM, _WILD = {False: 5e-4, True: 3e-3}, {False: 0.05, True: 0.5}
"""So many days, or months, of a market have a root mean square above the first, and half of its moves are below the second."""
_LARGEST = {False: 0.5, True: 1.5}
"""No market moves by so much on a day, and none in a month."""
_LEAP = 30
"""No usual move of a market, of several days, is so many times that of as many days before, nor such a part of it."""
_RATES = {False: 0.01, True: 0.2}
"""No risk-free rate of a day is higher, and none of a month: such a rate is one of a year."""


def read_factors(path: str | Path, unit: Unit | None, *, monthly: bool = False) -> pd.DataFrame:
    """Factor returns as decimals: index = sessions, columns = the factors in lower case (`Mkt-RF`, `mktrf` are `mkt_rf`).

    `path`: a table as prices are read from (text, workbook, Parquet, a zip of one), with a column of dates and a column a
    factor. `monthly`: a row may be a month, `202501`, which is named by its last day.

    A file as Ken French publishes it is in per cent and needs no `unit`, nor does one with signs of per cent; the line that
    names its vintage is in `frame.attrs["vintage"]`.

    Raises:
        InvalidRequest: the unit is not named.
        InvalidFile: no such file, no column of dates, a date or number that cannot be read, a day that stands there twice, a
            market that cannot be in the unit that is said.
    """
    files = opened(path)
    if len(files) > 1:
        raise InvalidFile(
            Sentence("the archive holds several files"), where=str(path), hint=Sentence("unpack the one that is meant")
        )
    one = replace(files[0], name=str(path))
    content = one.content.decode("utf-8-sig", "replace") if one.kind == "text" else ""
    if _PUBLISHED.search(content):
        return parse_factors(content, str(path), unit, monthly=monthly)
    return _of_table(table_of(one, "prices", Reading()), unit, monthly=monthly)


def factors_of_frame(frame: pd.DataFrame, unit: Unit | None, *, monthly: bool = False) -> pd.DataFrame:
    """As `read_factors`, of a frame whose index or a column are the sessions; decimals, where no unit is named."""
    place = Place(Sentence("the DataFrame of factors"), lambda i: Phrase("row {n}", n=i))
    found = _of_table(headed_frame(place, frame, "prices"), unit or "decimal", monthly=monthly)
    found.attrs = {**found.attrs, **frame.attrs}
    return found


@beyond_options()
def _of_table(table: Headed, unit: Unit | None, *, monthly: bool) -> pd.DataFrame:
    """The factors of a table, a column each beside its dates; what has no heading is none."""
    place, heads = table.place, table.headings
    months = [i for i in range(len(heads)) if all(_MONTH.fullmatch(str(v)) for v in table.cells_of(i) or [""])]
    dated = [i for i in range(len(heads)) if table.is_dates(i, "prices") or i in months]
    held = [i for i in range(len(heads)) if i not in dated and heads[i]]
    twice = _twice([_name(heads[i]) for i in held])
    if not monthly and len(dated) == 1 and months:
        raise place.fault(
            Sentence("the factor file holds {what}", what=_BY_MONTH), column=heads[dated[0]], hint=_OF_MONTHS
        )
    if len(dated) != 1 or not held or twice:
        what = Sentence("the factor file has two columns {twice!r}", twice=twice[0]) if twice else _NO_TABLE
        raise place.fault(what, available=", ".join(filter(None, heads)))
    raw = table.cells.columns({dated[0]}, set(held))
    numbers = numbers_of(
        place, {i: raw[i] for i in held}, Reading(), dict(enumerate(heads)), table.cells.usual, (), table.cells.proved
    )
    for _, error in table.uneven:
        raise error
    words = [heads[i] for i in held if numbers.bad.get(i) and not np.isfinite(numbers.values[i]).any()]
    held = [i for i in held if heads[i] not in words] or held
    _check_unit(place.name, unit, signed=len(numbers.percent), columns=len(held))
    for i in held:
        for row, why in numbers.bad.get(i, {}).items():
            raise place.fault(
                why, row=row, column=heads[i], hint=Sentence("correct the cell, or leave a missing value empty")
            )
    dates = dates_of(place, raw[dated[0]], heads[dated[0]] or "date", Reading(), months=monthly)
    for row, why in dates.bad.items():
        raise place.fault(why, row=row, column=heads[dated[0]] or "date", hint=Sentence("write dates as 2025-01-27"))
    days: Days = days_on(dates.whens)
    said = dates.said
    if not monthly:
        days, more = sessions_of(place, dates, heads[dated[0]] or "date", markets.open_on)
        said = (*said, *more)
    own = days[dates.codes]
    values = np.column_stack([numbers.values[i] for i in held])
    once, repeated = _each_day_once(
        place, own, values, Sentence("make it a row a day and a column a factor") if words else None
    )
    said = (*said, *repeated)
    own, values = own[once], values[once]
    factor = [0.01 if i in numbers.percent else UNITS[unit or "percent"] for i in held]
    values = np.where(np.isin(values, _NONE), np.nan, values) * factor
    names = [_name(heads[i]) for i in held]
    found = pd.DataFrame(values, pd.DatetimeIndex(own.astype("datetime64[ns]"), name="session"), names).sort_index()
    comma = getattr(table.cells, "comma", None)
    left = [Phrase("columns without numbers left aside: {columns:some 4}", columns=words)] if words else []
    if told := [*table.cells.said, *([comma] if comma else []), *numbers.said, *said, *left]:
        found.attrs["read_as"] = told
    return _believable(found, place.name, monthly=monthly)


def _each_day_once(place: Place, days: Days, values: Floats, hint: Sentence | None) -> tuple[Ints, list[Phrase]]:
    """The rows of N that are left where one that stands there again with the same `values` (N, K) is taken once, and what
    is said of it.

    `hint`: what to do about a day that stands there with different ones, where that is known.

    Raises:
        InvalidFile: it does.
    """
    order = np.argsort(days, kind="stable")
    again = days[order][1:] == days[order][:-1]
    alike = (values[order][1:] == values[order][:-1]) | (np.isnan(values[order][1:]) & np.isnan(values[order][:-1]))
    if (other := np.flatnonzero(again & ~alike.all(axis=1))).size:
        row = int(order[other[0] + 1])
        raise place.fault(
            Sentence("{own} is a day that stands there twice", own=days[row]),
            row=row,
            hint=hint or Sentence("keep one of the two rows"),
        )
    gone = order[1:][again]
    if not len(gone):
        return np.arange(len(days)), []
    first = place.row(int(gone.min()))
    told = Phrase("rows that stand there twice taken once: {n}, the first is {where}", n=len(gone), where=first)
    return np.sort(order[np.r_[True, ~again]]), [told]


_NO_TABLE = Sentence("a factor file has a column `date` and a column a factor")


def _twice(names: Sequence[str]) -> list[str]:
    """The names that are there more than once."""
    return sorted({name for name in names if names.count(name) > 1})


def _name(heading: str) -> str:
    """The name of a factor: `Mkt-RF` and `Mkt.RF`, as R writes it, are mkt_rf, `UMD` is mom."""
    plain = re.sub(r"[\s.-]+", "_", heading.strip().lower())
    return _CALLED.get(plain, plain)


def _check_unit(where: str, unit: str | None, *, signed: int, columns: int) -> None:
    """Refuse factors in no unit, or in one that their signs of per cent speak against; `signed` of the columns have them."""
    if unit not in (None, *UNITS) or (unit is None and signed < columns):
        raise InvalidRequest(
            Phrase("the unit of the factors in {where} is not named", where=where)
            if unit is None
            else Sentence("no such unit: {unit!r}", unit=unit),
            available=", ".join(UNITS),
            hint=Phrase("add --factor-unit percent or --factor-unit decimal"),
        )
    if unit == "decimal" and signed:
        raise InvalidFile(
            Phrase("the factors have signs of per cent, and are said to be decimals"),
            where=where,
            hint=Phrase("say --factor-unit percent, or leave it out"),
        )


def _largest(factors: pd.DataFrame, name: str) -> tuple[float, date | None]:
    """The largest value of a factor by size, and its day; 0 where there is none."""
    values = factors[name].to_numpy(float) if name in factors.columns else np.empty(0)
    if not np.isfinite(values).any():
        return 0.0, None
    at = int(np.nanargmax(np.abs(values)))
    return float(values[at]), factors.index[at].date()


def _believable(factors: pd.DataFrame, where: str, *, monthly: bool) -> pd.DataFrame:
    """The factors, if their market can be one and their risk-free rate one of a day or a month.

    Raises:
        InvalidFile: they are in another unit than was said; names the value that shows it.
    """
    moved = factors.get("mkt_rf", pd.Series(dtype=float)).dropna().abs()
    moved = moved[moved > 0]
    several, half = len(moved) >= _SEVERAL, moved.median()
    market, day = _largest(factors, "mkt_rf")
    if half >= _WILD[monthly] and (several or abs(market) >= _LARGEST[monthly]):
        raise InvalidFile(
            Phrase(
                "mkt_rf would move by {half:.2f %} and more half of the time, and by {value:.2f %} on {date}: no market does,"
                " the factors are in another unit",
                half=half,
                value=market,
                date=day,
            ),
            where=where,
            hint=Phrase("say which: --factor-unit percent"),
        )
    _one_unit(moved, where)
    if abs(market) >= _LARGEST[monthly]:
        raise InvalidFile(
            Phrase("mkt_rf would be {value:.2f %} on {date}, which no market moves by", value=market, date=day),
            where=where,
            hint=Phrase("correct the cell, or leave a missing value empty"),
        )
    usual = float(np.sqrt((moved**2).mean()))
    if several and usual < _CALM[monthly]:
        raise InvalidFile(
            Phrase(
                "mkt_rf would move by {value:.3f %} as a rule, less than any market: the factors are in another unit",
                value=usual,
            ),
            where=where,
            hint=Phrase("say which: --factor-unit decimal"),
        )
    rate, day = _largest(factors, "rf")
    if abs(rate) > _RATES[monthly]:
        raise InvalidFile(
            Phrase("rf would be {value:.2f %} on {date}: a rate of a year, or in another unit", value=rate, date=day),
            where=where,
            hint=Phrase(
                "divide a rate of a year by the sessions, or the months, of a year; or say the unit: --factor-unit"
            ),
        )
    return factors


def _one_unit(moved: pd.Series, where: str) -> None:
    """Refuse a market whose moves, by size, become those of another unit on a day."""
    near = moved.rolling(_SEVERAL).median()
    leapt = np.nan_to_num(np.abs(np.log((near / near.shift(_SEVERAL)).to_numpy(float))))
    if leapt.max(initial=0.0) > np.log(_LEAP):
        end = int(leapt.argmax())
        raise InvalidFile(
            Phrase(
                "mkt_rf moves by {after:.3f %} as a rule from about {date} on, and by {before:.3f %} before: the factors are in"
                " two units",
                after=float(near.iloc[end]),
                before=float(near.iloc[end - _SEVERAL]),
                date=moved.index[end - _SEVERAL + 1].date(),
            ),
            where=where,
            hint=Phrase("put all of them in one unit"),
        )


def parse_factors(content: str, where: str, unit: Unit | None, *, monthly: bool = False) -> pd.DataFrame:
    """As `read_factors`, from the text of a file as Ken French publishes it; `where` is its name."""
    start = _PUBLISHED.search(content)
    if start is None:
        raise InvalidFile(_NO_TABLE, where=where)
    _check_unit(where, unit or "percent", signed=0, columns=1)
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = content[: start.start()].count("\n")
    names, rows = _table(lines, first, where)
    table = _numbers(names, rows, where, monthly=monthly) * UNITS[unit or "percent"]
    prose = [line.strip() for line in lines[:first] if line.strip()]
    table.attrs["vintage"] = next((line for line in prose if "created" in line.lower()), (prose or [""])[0])
    if len(prose) > 1 and "returns" in prose[-1].lower():
        table.attrs["table"] = prose[-1]
    return _believable(table, where, monthly=monthly)


def _table(lines: list[str], first: int, where: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Names of the columns, the first of them `date`, and the rows with their lines, up to the footer of the table.

    Raises:
        InvalidFile: no such table, or a row that has more or fewer cells.
    """
    try:
        cells = [[cell.strip() for cell in row] for row in csv.reader(lines[first:], strict=True)]
    except csv.Error as error:
        raise InvalidFile(Sentence("the factor file is not valid CSV: {said}", said=error), where=where) from None
    names = ["date", *map(_name, cells[0][1:])]
    twice = _twice(names)
    if twice or "" in names:
        raise InvalidFile(
            Sentence("the factor file has two columns {twice!r}", twice=twice[0]) if twice else _NO_TABLE,
            where=where,
            available=", ".join(names),
        )
    rows = []
    for line, row in enumerate(cells[1:], first + 2):
        if not (row and row[0].isdigit()):
            break
        if any(row):
            _refuse(
                len(row) != len(names),
                Sentence("a row of {n} cells under {all} columns", n=len(row), all=len(names)),
                where,
                line,
            )
            rows.append((line, row))
    if not rows:
        raise InvalidFile(Sentence("the factor file has no row of factors"), where=where)
    return names, rows


def _numbers(names: list[str], rows: list[tuple[int, list[str]]], where: str, *, monthly: bool) -> pd.DataFrame:
    """The table as it stands in the file, NaN where there is no value, by ascending session."""
    place, days, seen = names.index("date"), [], set()
    values = np.full((len(rows), len(names) - 1), np.nan)
    for i, (line, row) in enumerate(rows):
        day = _day(row.pop(place), where, line, monthly=monthly)
        _refuse(day in seen, Sentence("a day that stands there twice"), where, line)
        seen.add(day)
        days.append(day)
        for j, cell in enumerate(row):
            if cell.lower() not in ("", "nan"):
                values[i, j] = _number(cell, where, line)
    values[np.isin(values, _NONE)] = np.nan
    index = pd.DatetimeIndex(np.array(days, "datetime64[ns]"), name="session")
    return pd.DataFrame(values, index, [n for n in names if n != "date"]).sort_index()


def _day(text: str, where: str, line: int, *, monthly: bool) -> np.datetime64:
    """The day of a row; of a month its last one."""
    compact = _COMPACT.fullmatch(text)
    iso = "-".join(compact.groups()) if compact else text
    digits = len(text) if text.isascii() and text.isdigit() else 0
    if monthly and digits == 6 and 1 <= int(text[4:]) <= 12:
        last: np.datetime64 = (np.datetime64(f"{text[:4]}-{text[4:]}") + 1).astype("datetime64[D]") - 1
        return last
    by_year = Sentence("values by the year; a study needs those by the month")
    _refuse(
        digits == 4 or (digits == 6 and not monthly),
        by_year if monthly else _BY_MONTH,
        where,
        line,
        None if monthly else _OF_MONTHS,
    )
    sound = re.fullmatch(r"(1[7-9]|2[01])\d{2}-\d{2}-\d{2}", iso, re.ASCII)
    try:
        if sound:
            return np.datetime64(iso, "D")
    except ValueError:
        pass  # no such day
    raise InvalidFile(
        Sentence("the factor file holds a date that is not written as 2025-01-31"),
        where=Sentence("{where}, line {line}", where=where, line=line),
    )


def _number(text: str, where: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.inf
    _refuse(not abs(value) < np.inf or "_" in text, Sentence("a value that is no number"), where, line)
    return value


def _refuse(wrong: bool, what: str, where: str, line: int, hint: str | None = None) -> None:
    if wrong:
        raise InvalidFile(
            Sentence("the factor file holds {what}", what=what),
            where=Sentence("{where}, line {line}", where=where, line=line),
            hint=hint,
        )
