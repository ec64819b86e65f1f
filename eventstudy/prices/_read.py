"""A table under its headings becomes a PriceTable: what it was taken for is said, what cannot be a price stops its own ticker.

Nothing is repaired: a table that can be read two ways is refused with the rows that leave it open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.calendars import markets
from eventstudy.datasets import company_names, tickers_by_name
from eventstudy.errors import InvalidFile, Sentence, SourceError, SourceMalformed
from eventstudy.language import Phrase
from eventstudy.prices._base import FIELDS
from eventstudy.prices._beside import copies, copies_among
from eventstudy.prices._currency import unit_of
from eventstudy.prices._explained import explained
from eventstudy.prices._given import (
    NO_RETURN,
    Bools,
    Days,
    Floats,
    Ints,
    Wanted,
    impossible,
    not_there,
    table_of_grids,
    why_impossible,
)
from eventstudy.prices._gross import PEGGED, gross_base
from eventstudy.prices._shapes import (
    MEANT,
    Names,
    Shape,
    bare,
    matched,
    named_by_file,
    named_by_titles,
    names_nobody,
    shape_of,
)
from eventstudy.prices._table import PriceTable
from eventstudy.tables.dates import dates_of, sessions_of
from eventstudy.tables.headed import Headed
from eventstudy.tables.numbers import Numbers, numbers_of, refuse_thousandfold, thousandfold
from eventstudy.tables.place import Place, Reading
from eventstudy.tables.stacked import side_by_side
from eventstudy.tables.workbook import as_text
from eventstudy.units.frequency import rows_apart

_STOPS = ("close", "adj_close", "dividend", "split", "ret")
"""Fields whose bad cell stops the ticker; in the others it is left empty, and said."""
_IN_FULL = ("open", "high", "low", "close", "adj_close", "dividend")
"""Fields that nobody writes in thousands or millions."""
_OF_LEVELS = ("open", "high", "low", "close", "adj_close")
"""Fields that levels have too, where they may be zero or negative."""
_START = 100.0
"""What a price that is made of returns starts at."""
QUIET = 0.05
"""A return of the middle of days above that is no return in decimals, unless it is said to be one."""
_STILL = 0.015
"""A security whose returns spread less a day gives them in decimals: none that falls as it rises moves by .015 % a day."""
_STILL_FIRM = 0.15
"""A well-known firm, too: no share of one moves by .15 % a day."""
_MAD = 1.4826
"""The median distance from the median, times that, is a standard deviation without regard to outliers."""
_FEW_DAYS = 20
"""Fewer returns tell no spread, and no study is made of them."""
_SEVERAL = 3
"""So many losses of more than all are no codes for something else."""
_COARSE = 4
"""Where a number stands so often in the mean, it may be a price between two ticks."""
_LOPSIDED = 0.95
"""So many gains, or losses, are those of money that earns interest, and tell no unit."""


@dataclass
class _Cells:
    """(S, n) what was read, before anything is left out; and what is wrong with single tickers."""

    names: list[str]
    days: Days
    grids: dict[str, Floats] = field(default_factory=dict)
    bad: dict[str, InvalidFile] = field(default_factory=dict)
    notes: dict[str, list[Phrase]] = field(default_factory=dict)
    exchanges: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    copies: pd.DataFrame | None = None
    """Closes of tickers that nobody asked for, where they may be those of a ticker that was asked for."""


def read_table(
    table: Headed, wanted: Wanted, reading: Reading, source: str, stem: str | None = None, *, sheet: bool = False
) -> PriceTable:
    """The prices of a table; `stem` is the name of its file, which may say the ticker, or of its sheet, which does.

    Raises:
        InvalidFile: it cannot be read as prices, or in two ways; says where, and what settles it.
    """
    if not table.cells.rows:
        raise table.place.fault(Sentence("there is no row below the headings"), available=", ".join(table.headings))
    table = side_by_side(table)
    own = list(wanted.tickers) if wanted.tickers is not None else None
    hints = own if own is not None else list(wanted.besides) or None
    asked = None if own is None else [*own, *(t for t in wanted.besides if t not in own)]
    shape = shape_of(table, reading, own, stem)
    said = list(table.cells.said)
    separator = getattr(table.cells, "separator", ",")
    if separator != ",":
        said.append(Phrase("cells separated by {mark}", mark={"\t": "tabs"}.get(separator, repr(separator))))
    if table.titles:
        said.append(
            Phrase(
                "titles above the headings left aside: {text}", text="; ".join(" ".join(t) for t in table.titles)[:80]
            )
        )
    if shape.ticker is not None:
        cells, more = _long(table, shape, asked, reading, stem)
    else:
        cells, more = _wide(table, shape, asked, hints, reading, stem, sheet=sheet)
    if hasattr(table.cells, "separator") and reading.decimal is None and reading.values in (None, "close"):
        _refuse_thousandths(table.place, cells)
    if reading.values is None:
        said += _refuse_gross(table.place, cells, headed=not shape.closes)
    if shape.paid_in and not cells.currencies:
        said.append(Phrase("prices in {currency}, as the headings say", currency=shape.paid_in))
        cells.currencies = dict.fromkeys(cells.names, shape.paid_in)
    result = _finished(table.place, cells, shape, wanted, reading, source)
    said += [*more, *shape.said]
    days = result.close.index.to_numpy("datetime64[D]")
    size, kind = size_of(days, result.tickers), shape.kind.of_rows(rows_apart(days))
    in_full = explained(table, shape, said) if reading.explain else ()
    return replace(result, read_as=(kind, *dict.fromkeys(said), size), explained=(*in_full, size) if in_full else ())


def _refuse_thousandths(place: Place, cells: _Cells) -> None:
    """Refuse a table in which 4.806 stands beside 4811.50: its points may be those of thousands, but for the last rows.

    Raises:
        InvalidFile: there is such a pair of closes on days that follow each other.
    """
    grid = cells.grids.get("close")
    if grid is None or "ret" in cells.grids or len(grid) < 2:
        return
    for t, k in np.argwhere(thousandfold(grid)).tolist():
        small, large = sorted((t, t + 1), key=lambda day: grid[day, k])
        if 1 <= grid[small, k] < 1000 and abs(1000 * grid[small, k] - round(1000 * grid[small, k])) < 1e-6:
            raise place.fault(
                Sentence(
                    "{names} is at {grid:g} on {days} and at {grid2:g} on {days2}, a thousand times as much: its"
                    " mark may be the other one, of decimals or of thousands",
                    names=cells.names[k],
                    grid=grid[small, k],
                    days=cells.days[small],
                    grid2=grid[large, k],
                    days2=cells.days[large],
                ),
                hint=Sentence(
                    "write all numbers in one way, or say which mark is the decimal one: --decimal comma|point"
                ),
            )


def _refuse_gross(place: Place, cells: _Cells, *, headed: bool) -> list[Phrase]:
    """Refuse closes that may be gross returns: they lie around 1 or 100 and start anew every day.

    `headed`: a heading says that they are closes; what moves as little as no share does is then believed, and said.

    Raises:
        InvalidFile: they do, and nothing beside them says that they are prices.
    """
    grid = cells.grids.get("close")
    if grid is None or not cells.grids.keys().isdisjoint(_BESIDE_CLOSES) or (base := gross_base(grid)) is None:
        return []
    if headed and gross_base(grid, least=PEGGED) is None:
        return [Phrase("values around {base:g} that hardly move taken for closes, as their heading says", base=base)]
    k = next(k for k in range(grid.shape[1]) if gross_base(grid[:, [k]]) == base)
    t = int(np.flatnonzero(np.isfinite(grid[:, k]))[-1])
    own: dict[str, Any] = {"ticker": cells.names[k], "value": grid[t, k], "date": cells.days[t].item(), "base": base}
    raise place.fault(
        Phrase(
            "{value:g} of {ticker} on {date} reads two ways: a gross return ({base:g} for no move), or a close; the values lie"
            " around {base:g} and start anew every day, as returns do, not prices",
            **own,
        ),
        hint=Phrase("say which: --values returns or --values close"),
    )


_BESIDE_CLOSES = frozenset({"open", "high", "low", "adj_close", "ret"})
"""Fields beside which a close is a price."""


def size_of(days: Days, names: Sequence[str]) -> Phrase:
    """How many sessions of how many tickers, in words; of how many months or weeks, where rows lie so far apart."""
    n, rows = len(days), rows_apart(days)
    if len(names) == 1:
        one = Phrase.counted("{n} session of {ticker}", "{n} sessions of {ticker}", n=n, ticker=names[0])
        return one.of_rows(rows)
    return Phrase.counted(
        "{n} session x {tickers} tickers", "{n} sessions x {tickers} tickers", n=n, tickers=len(names)
    ).of_rows(rows)


# ---- rows ----------------------------------------------------------------------------------------------------------------


def _parsed(
    table: Headed, shape: Shape, columns: Mapping[Any, int], reading: Reading, dates: Sequence[int], texts: set[int]
) -> tuple[dict[int, Any], Numbers, list[Phrase]]:
    raw = table.cells.columns({*dates, *texts}, set(columns.values()) - texts)
    heads = table.headings
    names = {key: heads[i] or str(key) for key, i in columns.items()}
    full = [key for key in columns if (key[1] if isinstance(key, tuple) else key) in _IN_FULL]
    given = {key: raw[i] for key, i in columns.items()}
    numbers = numbers_of(table.place, given, reading, names, table.cells.usual, full, table.cells.proved)
    shape.proof = numbers.proof
    comma: Phrase | None = getattr(table.cells, "comma", None)
    return raw, numbers, [comma, *numbers.said] if comma else numbers.said


def _days(
    table: Headed, raw: Mapping[int, Any], column: int, reading: Reading
) -> tuple[Days, Ints, dict[int, str], list[Phrase]]:
    """The distinct days, which of them each row has, the rows without one, and what dates were taken for."""
    name = table.headings[column] or "date"
    dates = dates_of(table.place, raw[column], name, reading, months=True)
    days, how = sessions_of(table.place, dates, name, markets.open_on, reading.times)
    return days, dates.codes, dict(dates.bad), [*dates.said, *how]


def _long(
    table: Headed, shape: Shape, asked: list[str] | None, reading: Reading, stem: str | None
) -> tuple[_Cells, list[Phrase]]:
    assert shape.ticker is not None
    place, heads = table.place, table.headings
    columns: dict[Any, int] = {**shape.fields, **{("index", name): i for name, i in shape.indices.items()}}
    scales = {i: ("scale", heads[i]) for i in (shape.divisor, shape.factor) if i is not None}
    columns |= {key: i for i, key in scales.items()}
    texts = {i for i in (shape.ticker, shape.exchange, shape.currency) if i is not None}
    raw, numbers, said = _parsed(table, shape, columns, reading, [shape.date], texts)
    if numbers.bad.get("ret"):
        said += _letters(raw[shape.fields["ret"]], numbers)
    met, when, bad_days, how = _days(table, raw, shape.date, reading)
    codes, names = texts_of(place, raw[shape.ticker], heads[shape.ticker])
    if owner := _owner(names, asked, stem):
        said.append(Phrase("{name} is {ticker}, as the name of the file says", name=names[0], ticker=owner))
        names[0] = owner
    keep = np.ones(len(codes), bool)
    own = keep
    if "" in names:
        blank = np.array([not n for n in names], bool)[codes]
        empty = np.isnat(met)[when]
        for key in columns:
            empty &= np.isnan(numbers.values[key])
        if (blank & ~empty).any():
            row = int((blank & ~empty).argmax())
            raise place.fault(
                Sentence("the ticker is empty"),
                row=row,
                column=heads[shape.ticker],
                hint=Sentence("name the ticker of this price"),
            )
        keep = ~(blank & empty)
    held = Names([n for n in names if n])
    if asked is not None:
        meant = {k for a in asked for k in held.meant_by(a)}
        own = np.array([n in meant for n in names], bool)[codes]
        keep &= own
    cells = _Cells([n for n in names if n], np.empty(0, "datetime64[D]"))
    for a in asked or ():
        if a in held and (other := _written_otherwise(a, held.meant_by(a, otherwise=True), names, codes, when)):
            row = int(np.flatnonzero(codes == names.index(other))[0])
            cells.bad[a] = place.fault(
                Phrase(
                    "{one} and {other} may be one security in two spellings: they are on different days",
                    one=a,
                    other=other,
                ),
                row=row,
                column=heads[shape.ticker],
                hint=Phrase("write it in one way; or take the rows out that are not meant"),
            )
    for row_cells, error in table.uneven:
        ticker = row_cells[shape.ticker] if shape.ticker < len(row_cells) else ""
        if ticker not in cells.names:
            raise error
        cells.bad.setdefault(ticker, error)
    for row, why in bad_days.items():
        if keep[row]:
            _stop(cells, names[codes[row]], place, row, heads[shape.date], why)
            keep[row] = False
    keep &= ~np.isnat(met)[when]
    for f, i in shape.fields.items():
        if f in _IN_FULL and reading.decimal is None:
            refuse_thousandfold(place, numbers, f, heads[i], met[when], codes)
        if f in _STOPS:
            for row, why in numbers.bad.get(f, {}).items():
                if keep[row]:
                    _stop(cells, names[codes[row]], place, row, heads[i], why)
        elif bad := {r: w for r, w in numbers.bad.get(f, {}).items() if keep[r]}:
            said.append(_left_empty(place, bad, heads[i]))
    values = {f: numbers.values[f] for f in shape.fields}
    copied = copies(values["close"], when, codes, own) if "close" in values and not own.all() else np.empty(0, np.int64)
    scaled = {i: numbers.values[key] for i, key in scales.items()}
    if any(len(np.unique(v[keep & np.isfinite(v)])) > 1 for v in scaled.values()):
        values["adj_close"], how_scaled = _scaled(values["close"], scaled, shape, heads, codes, names)
        shape.fields["adj_close"] = next(iter(scaled))
        said += how_scaled
    levels = reading.values == "levels"
    keep = _checked(place, cells, values, codes, names, heads, shape, keep, said, levels=levels)
    cells.days = np.unique(met[np.flatnonzero(np.bincount(when[keep], minlength=len(met)))])
    spot = codes * len(cells.days) + np.searchsorted(cells.days, met)[when]
    keep = _each_once(place, cells, codes, names, met[when], values, keep, spot, said) if _again(spot, keep) else keep
    there: Any = slice(None) if keep.all() else keep
    for f, column in values.items():
        grid = np.full(len(names) * len(cells.days), np.nan)
        grid[spot[there]] = column[there]
        by_name = grid.reshape(len(names), -1)
        cells.grids[f] = (by_name if "" not in names else by_name[[k for k, n in enumerate(names) if n]]).T
    if len(copied):
        them = np.flatnonzero(np.isin(codes, copied) & ~np.isnat(met)[when])
        of = np.array(names, dtype=object)[codes[them]]
        others = pd.DataFrame({"day": met[when[them]], "ticker": of, "close": numbers.values["close"][them]})
        cells.copies = others.drop_duplicates(["day", "ticker"]).pivot(index="day", columns="ticker", values="close")
    for name, i in shape.indices.items():
        _index_series(place, cells, name, met[when], numbers.values["index", name], heads[i], asked)
    for at, kept in ((shape.exchange, cells.exchanges), (shape.currency, cells.currencies)):
        if at is None:
            continue
        of_row, texts_there = texts_of(place, raw[at], heads[at])
        met_there: dict[int, list[str]] = {}
        for pair in pd.unique(codes * len(texts_there) + of_row).tolist():
            k, c = divmod(pair, len(texts_there))
            if texts_there[c]:
                met_there.setdefault(k, []).append(texts_there[c])
        for k, n in enumerate(names):
            found = met_there.get(k, [])
            if len(found) > 1 and (at == shape.currency or len({_market(text) for text in found}) > 1):
                row = int(np.flatnonzero((codes == k) & (of_row == texts_there.index(found[1])))[0])
                why = Phrase("prices in {one} before, and in {other} here", one=found[0], other=found[1])
                _stop(cells, n, place, row, heads[at], why)
            elif found:
                kept[n] = found[0]
    _as_returns(place, cells, numbers, shape, reading, said)
    return cells, [*how, *said]


def _written_otherwise(ticker: str, others: Sequence[str], names: Sequence[str], codes: Ints, when: Ints) -> str | None:
    """Of the names that would serve for a ticker if that had no rows, the first that has none on a day of these; None: there
    is none.
    """
    there = set(when[codes == names.index(ticker)].tolist()) if others else set()
    return next((n for n in others if there.isdisjoint(when[codes == names.index(n)].tolist())), None)


def _owner(names: Sequence[str], asked: list[str] | None, stem: str | None) -> str | None:
    """The ticker in the name of a file whose rows call one firm by words that are no ticker, such as `NVIDIA Corporation`."""
    if asked is None or stem is None or len(names) != 1 or any(matched(a, names) for a in asked):
        return None
    name, ticker = names[0], named_by_file(stem, asked)
    in_words = name != name.upper() or " " in name
    known = tickers_by_name().get(name.casefold(), ticker)
    return ticker if ticker in asked and in_words and not calendars.mark_of(name) and known == ticker else None


def _scaled(
    close: Floats, scaled: Mapping[int, Floats], shape: Shape, heads: Sequence[str], codes: Ints, names: Sequence[str]
) -> tuple[Floats, list[Phrase]]:
    """Closes divided by the divisor of a table and multiplied by its factor, and what is said of it.

    A ticker without any factor is taken as one that pays no dividends, which Compustat leaves empty.
    """
    adjusted, said, name = close, list[Phrase](), heads[shape.fields["close"]]
    if shape.divisor is not None:
        divisor = scaled[shape.divisor]
        adjusted = adjusted / np.where(divisor > 0, divisor, np.nan)
        said.append(
            Phrase("adjusted closes are {close} divided by {divisor}", close=name, divisor=heads[shape.divisor])
        )
    if shape.factor is not None:
        factor = np.where(scaled[shape.factor] > 0, scaled[shape.factor], np.nan)
        none = np.bincount(codes, np.isfinite(factor), len(names)) == 0
        adjusted = adjusted * np.where(none[codes], 1.0, factor)
        said.append(Phrase("adjusted closes are multiplied by {factor}", factor=heads[shape.factor]))
        if none.any() and not none.all():
            shown = [n for n, empty in zip(names, none, strict=True) if empty and n]
            said.append(
                Phrase(
                    "no value of {factor}, taken to be without dividends: {tickers:some 4}",
                    factor=heads[shape.factor],
                    tickers=shown,
                )
            )
    return adjusted, said


def texts_of(place: Place, column: Any, name: str) -> tuple[Ints, list[str]]:
    """(N,) codes of the texts of a column, and the texts; blank cells are the text without a letter."""
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    texts = []
    for k, value in enumerate(pd.Index(distinct).tolist()):
        try:
            texts.append(as_text(value).removeprefix("'"))
        except ValueError as error:
            row = int(np.flatnonzero(codes == k)[0])
            raise place.fault(error.args[0], row=row, column=name, hint=Sentence("format the column as text")) from None
    order: dict[str, int] = {}
    again = [order.setdefault(t, len(order)) for t in texts]
    if (codes < 0).any():
        again.append(order.setdefault("", len(order)))
    else:
        again.append(-1)
    return np.array(again, np.int64)[codes], list(order)


def _stop(cells: _Cells, ticker: str, place: Place, row: int, column: str, why: str) -> None:
    if ticker not in cells.bad:
        cells.bad[ticker] = place.fault(
            why, row=row, column=column, hint=Phrase("correct the cell, or leave a missing value empty")
        )


def _left_empty(place: Place, bad: Mapping[int, str], column: str) -> Phrase:
    row, why = next(iter(bad.items()))
    return Phrase(
        "cells of {column} left empty, {n} of them: {where}, {why}",
        column=column,
        n=len(bad),
        where=place.row(row),
        why=why,
    )


def _checked(
    place: Place,
    cells: _Cells,
    values: dict[str, Floats],
    codes: Ints,
    names: Sequence[str],
    heads: Sequence[str],
    shape: Shape,
    keep: Bools,
    said: list[Phrase],
    *,
    levels: bool,
) -> Bools:
    """Numbers that cannot be what the field says stop their ticker, or are left empty where the field is not needed."""
    for f, column in values.items():
        if f == "ret":
            continue
        if f == "close" and shape.middles:
            values[f] = column = _middles(column, keep, said)
        for row, why in _impossible(f, column, keep, levels=levels):
            if f in _STOPS:
                _stop(cells, names[codes[row]], place, row, heads[shape.fields[f]], why)
            else:
                wrong = dict(_impossible(f, column, keep, levels=levels))
                values[f] = column = np.where(np.isin(np.arange(len(column)), list(wrong)), np.nan, column)
                said.append(_left_empty(place, wrong, heads[shape.fields[f]]))
                break
    return keep


def _middles(column: Floats, keep: Bools, said: list[Phrase]) -> Floats:
    if (column[keep] <= 0).any():
        n = int((column[keep] < 0).sum())
        said.append(Phrase("negative prices are the middle of bid and ask, as CRSP writes them: {n} of them", n=n))
    return np.where(column == 0, np.nan, np.abs(column))


def _impossible(f: str, column: Floats, keep: Bools, *, levels: bool = False) -> list[tuple[int, str]]:
    """The rows whose number cannot be what the field says, and why."""
    wrong = impossible(f, column)
    if levels and f in _OF_LEVELS:
        wrong = np.isinf(column)
    found: list[tuple[int, str]] = []
    for row in np.flatnonzero(wrong & keep).tolist():
        why = why_impossible(f, column[row])
        if column[row] < 0 and f == "close":
            why = Phrase(
                "{what}; returns are read with --values returns, yields with --returns difference --unit-in percent, and CRSP's"
                " negative prices in a column PRC",
                what=why,
            )
        found.append((row, why))
    return found


def _again(at: Ints, keep: Bools) -> bool:
    """Whether a place is taken twice by rows that are kept; `at` says which each row takes."""
    if not keep.all():
        at = at[keep]
    return not (np.diff(at) > 0).all() and bool(len(at)) and bool(np.bincount(at).max() > 1)


def _each_once(
    place: Place,
    cells: _Cells,
    codes: Ints,
    names: Sequence[str],
    days: Days,
    values: Mapping[str, Floats],
    keep: Bools,
    at: Ints,
    said: list[Phrase],
) -> Bools:
    """The rows that are kept, each ticker once a day; the same row twice is one, two different ones stop the ticker."""
    rows = np.flatnonzero(keep)
    key = at[rows]
    order = np.argsort(key, kind="stable")
    gone = []
    for i in np.flatnonzero(key[order][1:] == key[order][:-1]).tolist():
        first, second = int(rows[order[i]]), int(rows[order[i + 1]])
        gone.append(second)
        ticker = names[codes[second]]
        if ticker not in cells.bad and not all(_same(column[first], column[second]) for column in values.values()):
            cells.bad[ticker] = place.fault(
                Phrase("{ticker} on {date} is given twice", ticker=ticker, date=days[second].item()),
                row=second,
                available=Phrase("first in {where}", where=place.row(first)),
                hint=Phrase("keep one of the two rows"),
            )
    if same := [r for r in gone if names[codes[r]] not in cells.bad]:
        said.append(
            Phrase(
                "rows that stand there twice taken once: {n}, the first is {where}",
                n=len(same),
                where=place.row(same[0]),
            )
        )
    keep = keep.copy()
    keep[gone] = False
    return keep


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def _index_series(
    place: Place, cells: _Cells, name: str, days: Days, values: Floats, heading: str, asked: list[str] | None
) -> None:
    """Returns of an index that stand beside each security on each day, as a ticker of their own."""
    if asked is not None and not any(matched(a, [name]) for a in asked):
        return
    at = np.flatnonzero(np.isfinite(values) & ~np.isnat(days))
    unique, first, inverse = np.unique(days[at], return_index=True, return_inverse=True)
    wrong = np.flatnonzero(values[at] != values[at][first][inverse])
    if len(wrong):
        row = int(at[wrong[0]])
        raise place.fault(
            Sentence("{name} on {days} is given twice, with different values", name=name, days=days[row]),
            row=row,
            column=heading,
        )
    merged = np.union1d(cells.days, unique)
    for f in list(cells.grids):
        grid = np.full((len(merged), len(cells.names)), np.nan)
        grid[np.searchsorted(merged, cells.days)] = cells.grids[f]
        cells.grids[f] = grid
    cells.days = merged
    column = np.full(len(merged), np.nan)
    column[np.searchsorted(merged, unique)] = values[at][first]
    cells.names = [*cells.names, name]
    for f in {*cells.grids, "ret"}:
        old = cells.grids.get(f, np.full((len(merged), len(cells.names) - 1), np.nan))
        cells.grids[f] = np.column_stack([old, column if f == "ret" else np.full(len(merged), np.nan)])


# ---- columns -------------------------------------------------------------------------------------------------------------


def _wide(
    table: Headed,
    shape: Shape,
    asked: list[str] | None,
    own: list[str] | None,
    reading: Reading,
    stem: str | None,
    *,
    sheet: bool = False,
) -> tuple[_Cells, list[Phrase]]:
    place, heads = table.place, table.headings
    for _, error in table.uneven:
        raise error
    names = list(dict.fromkeys(t for t, _ in shape.columns))
    if "" in names:
        others = [n for n in names if n]
        theirs = Names(others)
        left = None if own is None else [a for a in own if not theirs.meant_by(a)]
        given = _whose(table, left, reading, stem, shape.said, alone=not others, sheet=sheet)
        if sheet and given == stem:
            shape.said.append(Phrase("tickers from the names of the sheets"))
        if not given:
            said_of = [heads[i] for (t, _), i in shape.columns.items() if not t]
            shape.said.append(Phrase("columns of no ticker left aside: {columns:some 4}", columns=said_of))
            shape.columns = {key: i for key, i in shape.columns.items() if key[0]}
            names = others
        names = [given if n == "" else n for n in names]
        shape.columns = {(t or given, f): i for (t, f), i in shape.columns.items()}
    elif reading.ticker and len(names) == 1:
        shape.columns = {(reading.ticker, f): i for (_, f), i in shape.columns.items()}
        names = [reading.ticker]
    needed = set(names)
    if asked is not None:
        there = Names(names)
        needed = {k for a in asked for k in there.meant_by(a)}
    columns = shape.columns
    dates = sorted({shape.date, *shape.blocks.values()})
    raw, numbers, said = _parsed(table, shape, columns, reading, dates, set())
    cells = _Cells(names, np.empty(0, "datetime64[D]"))
    by_column: dict[int, tuple[Days, dict[int, str]]] = {}
    how: list[Phrase] = []
    for i in dates:
        met, when, bad, told = _days(table, raw, i, reading)
        by_column[i] = met[when], bad
        how += told
    for date_column, (_, bad) in by_column.items():
        mine = [key for key, i in columns.items() if shape.blocks.get(i, shape.date) == date_column]
        for row, why in bad.items():
            if any(np.isfinite(numbers.values[key][row]) or row in numbers.bad.get(key, {}) for key in mine):
                raise place.fault(
                    why,
                    row=row,
                    column=heads[date_column] or "date",
                    hint=Sentence("write dates as 2025-01-27, and take a row of sums or means out"),
                )
    for key, i in columns.items():
        ticker, f = key
        if f in _IN_FULL and reading.decimal is None:
            refuse_thousandfold(place, numbers, key, heads[i] or ticker, by_column[shape.blocks.get(i, shape.date)][0])
        if wrong := numbers.bad.get(key):
            if f in _STOPS and ticker in needed:
                row, why = next(iter(wrong.items()))
                _stop(cells, ticker, place, row, heads[i] or ticker, why)
            elif ticker in needed:
                said.append(_left_empty(place, wrong, heads[i]))
    order_of: dict[int, Ints] = {}
    for date_column, (days, _) in by_column.items():
        mine = [key for key, i in columns.items() if shape.blocks.get(i, shape.date) == date_column]
        order_of[date_column] = _ascending(place, days, {key: numbers.values[key] for key in mine}, said)
    all_days = [days[order_of[i]] for i, (days, _) in by_column.items()]
    cells.days = all_days[0] if len(all_days) == 1 else np.unique(np.concatenate(all_days))
    fields = [f for f in MEANT if any(k[1] == f for k in columns)]
    plain = (
        len(all_days) == 1
        and len(order_of[dates[0]]) == len(by_column[dates[0]][0])
        and (np.diff(order_of[dates[0]]) == 1).all()
    )
    for f in fields:
        stacked = [(t, numbers.values[t, f] if (t, f) in columns else None) for t in names]
        if plain:
            nothing = np.full(len(cells.days), np.nan)
            cells.grids[f] = np.stack([nothing if v is None else v for _, v in stacked]).T
        else:
            grid = np.full((len(names), len(cells.days)), np.nan).T
            for k, (t, v) in enumerate(stacked):
                if v is not None:
                    where = shape.blocks.get(columns[t, f], shape.date)
                    rows = order_of[where]
                    grid[np.searchsorted(cells.days, by_column[where][0][rows]), k] = v[rows]
            cells.grids[f] = grid
    _checked_wide(place, cells, columns, numbers, shape, heads, needed, reading, said)
    if "close" in cells.grids and len(needed) < len(names):
        grid = cells.grids["close"]
        alike = copies_among(grid, np.array([n in needed for n in names]))
        if len(alike):
            cells.copies = pd.DataFrame(
                grid[:, alike], pd.DatetimeIndex(cells.days), [names[k] for k in alike.tolist()]
            )
    _as_returns(place, cells, numbers, shape, reading, said)
    return cells, [*how, *said]


def _ascending(place: Place, days: Days, values: Mapping[Any, Floats], said: list[Phrase]) -> Ints:
    """The rows in the order of their days, each day once; a row that stands there twice with other numbers is refused."""
    rows = np.flatnonzero(~np.isnat(days))
    order = rows[np.argsort(days[rows], kind="stable")]
    again = np.flatnonzero(days[order][1:] == days[order][:-1])
    if not len(again):
        return order
    gone = []
    for i in again.tolist():
        first, second = int(order[i]), int(order[i + 1])
        if not all(_same(column[first], column[second]) for column in values.values()):
            raise place.fault(
                Sentence("the date {days} is given twice", days=days[second]),
                row=second,
                available=Sentence("first in {row}", row=place.row(first)),
                hint=Sentence("keep one of the two rows"),
            )
        gone.append(i + 1)
    said.append(
        Phrase(
            "rows that stand there twice taken once: {n}, the first is {where}",
            n=len(gone),
            where=place.row(int(order[gone[0]])),
        )
    )
    return np.delete(order, gone)


def _checked_wide(
    place: Place,
    cells: _Cells,
    columns: Mapping[tuple[str, str], int],
    numbers: Numbers,
    shape: Shape,
    heads: Sequence[str],
    needed: set[str],
    reading: Reading,
    said: list[Phrase],
) -> None:
    if reading.values is None and shape.closes and (_are_returns(cells, numbers, columns) or _are_gross(cells)):
        cells.grids["ret"] = cells.grids.pop("close")
        for key in list(numbers.percent):
            numbers.percent.add((key[0], "ret"))
        return
    for f, grid in list(cells.grids.items()):
        if f == "ret":
            continue
        if f == "close" and shape.middles:
            cells.grids[f] = grid = _middles(grid, np.ones(grid.shape, bool), said)
        if reading.values == "levels" and f in _OF_LEVELS and not np.isinf(grid).any():
            continue
        wild = impossible(f, grid)
        for k in np.flatnonzero(wild.any(axis=0)).tolist():
            ticker = cells.names[k]
            column = numbers.values[ticker, f]
            rows = _impossible(f, column, np.ones(len(column), bool))
            if f in _STOPS:
                if ticker in needed and rows:
                    _stop(cells, ticker, place, rows[0][0], heads[columns[ticker, f]] or ticker, rows[0][1])
            else:
                grid[wild[:, k], k] = np.nan
                if ticker in needed:
                    said.append(_left_empty(place, dict(rows), heads[columns[ticker, f]]))


def _are_returns(cells: _Cells, numbers: Numbers, columns: Mapping[tuple[str, str], int]) -> bool:
    """Whether columns that are called by tickers are returns: per cent, or negative in each and never above 1 in size."""
    if numbers.percent:
        return len(numbers.percent) == len(columns)
    grid = cells.grids["close"]
    return bool(grid.shape[0] > 1 and (grid < 0).any(axis=0).all() and not (np.abs(grid) > 1).any())


def _are_gross(cells: _Cells) -> bool:
    """Whether columns that are called by tickers can only be gross returns: all start anew, and move as shares do.

    The closes of a share of a dollar that is quoted in cents start anew as well, and are few different numbers.
    """
    closes = cells.grids["close"]
    fine = [len(np.unique(own)) > len(own) / _COARSE for c in closes.T if len(own := c[np.isfinite(c)])]
    return all(fine) and gross_base(closes, every=True, least=PEGGED) is not None


def _whose(
    table: Headed,
    asked: list[str] | None,
    reading: Reading,
    stem: str | None,
    said: list[Phrase],
    *,
    alone: bool = True,
    sheet: bool = False,
) -> str:
    """The ticker that a table of one ticker is of; empty where nothing says it and it is not `alone` in the table.

    Raises:
        InvalidFile: nothing says it.
    """
    if reading.ticker:
        return reading.ticker
    if title := named_by_titles(table.titles, asked):
        return title
    if stem is not None and (name := named_by_file(stem, asked)):
        return name
    if sheet and stem is not None and not names_nobody(stem):
        return stem
    if asked is not None and len(asked) == 1:
        said.append(Phrase("ticker {ticker}, the only one asked for", ticker=asked[0]))
        return asked[0]
    if not alone:
        return ""
    raise table.place.fault(
        Sentence("no column 'ticker' says which ticker the prices are of, nor does the name of the file"),
        available=", ".join(filter(None, table.headings)),
        hint=Sentence("say it: --ticker NVDA (in Python: ticker='NVDA'); or call the file NVDA.csv"),
    )


# ---- returns -------------------------------------------------------------------------------------------------------------


def _as_returns(
    place: Place, cells: _Cells, numbers: Numbers, shape: Shape, reading: Reading, said: list[Phrase]
) -> None:
    """Returns in place of prices become an index of prices beside the returns themselves."""
    if "ret" not in cells.grids or (reading.values == "levels" and "close" in cells.grids):
        cells.grids.pop("ret", None)
        return
    priced = cells.grids.get("close")
    if reading.values != "returns" and priced is not None:
        own = ~np.isfinite(priced).any(axis=0) & np.isfinite(cells.grids["ret"]).any(axis=0)
        if not own.any():
            del cells.grids["ret"]
            said.append(Phrase("returns beside prices not used; --values returns uses them"))
            return
    else:
        own = np.isfinite(cells.grids["ret"]).any(axis=0)
    returns = np.where(own, cells.grids["ret"], np.nan)
    if (
        (base := gross_base(returns, every=True)) is not None
        and reading.unit in (None, _OF_BASE[base])
        and not shape.units
    ):
        returns = _net(returns, base, said)
        reading = replace(reading, unit="decimal")
    percent = any(
        k in numbers.percent
        for k in numbers.values
        if k == "ret" or (isinstance(k, tuple) and k[1] in ("ret", "close"))
    )
    units = {*shape.units.values(), *(["percent"] if percent else [])}
    if len(units) > 1 and not reading.unit:
        raise place.fault(
            Sentence("returns are in per cent and in basis points, by their headings or their cells"),
            hint=Sentence("put all of them in one unit, or say it: --unit-in percent|decimal|bp"),
        )
    named: str | None = reading.unit or next(iter(units), None)
    returns = _without_levels(place, cells, returns, _UNITS[named or "percent"])
    if reading.unit in (None, "decimal") and not units:
        returns = _without_codes(returns, cells, said, decimals=shape.decimals)
    unit: str = (
        named
        or (None if priced is None else _unit_beside(returns, priced))
        or _unit_or_refused(place, cells, returns, shape)
    )
    returns = returns / _UNITS[unit]
    if shape.logarithmic:
        returns = np.expm1(returns)
        said.append(Phrase("logarithmic returns made simple ones"))
    for k in np.flatnonzero((returns < -1).any(axis=0) | np.isinf(returns).any(axis=0)).tolist():
        if cells.names[k] not in cells.bad:
            day = cells.days[int((returns[:, k] < -1).argmax())]
            cells.bad[cells.names[k]] = place.fault(
                Phrase("the return of {ticker} on {date} is below -100 %", ticker=cells.names[k], date=day.item()),
                hint=Phrase("say its unit: --unit-in percent|decimal|bp"),
            )
    level = index_of(returns)
    close = priced if priced is not None else np.full(returns.shape, np.nan)
    cells.grids = {f: g for f, g in cells.grids.items() if f in FIELDS} | {
        "close": np.where(own, level, close),
        "ret": returns,
    }
    said.append(
        Phrase(
            "returns in {unit}, in place of prices",
            unit={"percent": Phrase("per cent"), "bp": Phrase("basis points"), "decimal": Phrase("decimals")}[unit],
        )
    )


def _without_levels(place: Place, cells: _Cells, returns: Floats, unit: float) -> Floats:
    """Returns without the series that are none: in the unit said, or in per cent, each of many values is a large gain.

    Raises:
        InvalidFile: all series are such.
    """
    known = np.isfinite(returns)
    levels = (known.sum(axis=0) >= _FEW_DAYS) & (np.where(known, returns, np.inf) > QUIET * unit).all(axis=0)
    for k in np.flatnonzero(levels).tolist():
        own = returns[known[:, k], k]
        error = place.fault(
            Phrase(
                "{ticker} has no returns: each of its {n} values, from {least:g} to {most:g}, would be a gain of more than"
                " {gain:.0%}; they are prices or other levels",
                ticker=cells.names[k],
                n=len(own),
                least=own.min(),
                most=own.max(),
                gain=QUIET,
            ),
            hint=Phrase("leave out --values returns, which reads closes as returns; or name a file of returns"),
        )
        cells.bad.setdefault(cells.names[k], error)
    if levels.any() and not known[:, ~levels].any():
        raise cells.bad[cells.names[int(levels.argmax())]]
    return np.where(levels, np.nan, returns)


_OF_BASE = {1.0: "decimal", 100.0: "percent"}
"""The unit of gross returns by what they are counted from."""


def _net(gross: Floats, base: float, said: list[Phrase]) -> Floats:
    """Returns in decimals of gross ones, and what is said of it."""
    said.append(Phrase("gross returns, {base:g} for no move: {base:g} is taken off", base=base))
    net: Floats = gross / base - 1
    return net


def index_of(returns: Floats) -> Floats:
    """(S, n) an index that moves by these returns; NaN where one lacks, or nothing is left."""
    known = np.isfinite(returns)
    with np.errstate(invalid="ignore", over="ignore"):
        level: Floats = _START * np.cumprod(1 + np.where(known, returns, 0.0), axis=0)
    level[~known | (level <= 0)] = np.nan
    return level


def _letters(cells: Any, numbers: Numbers) -> list[Phrase]:
    """Take letters that CRSP writes for no return out of the cells that are none, and what is said of them."""
    bad = numbers.bad["ret"]
    coded = [row for row in bad if str(cells.iloc[row]).strip().upper().removeprefix(".") in _NONE]
    for row in coded:
        del bad[row]
    letters = sorted({str(cells.iloc[row]).strip() for row in coded})
    return [_codes_left(len(coded), letters)] if coded else []


def _codes_left(n: int, codes: Sequence[str]) -> Phrase:
    return Phrase("codes of CRSP for no return taken for missing: {n} ({codes:list})", n=n, codes=codes)


_NONE = frozenset("BC")
"""Not traded where CRSP looks, and no price to count a return from."""


def _without_codes(returns: Floats, cells: _Cells, said: list[Phrase], *, decimals: bool) -> Floats:
    """Returns without CRSP's codes for none, where all others are decimals: no decimal is as low as one."""
    coded = np.isin(returns, NO_RETURN)
    if not coded.any() or not _are_decimals(np.where(coded, np.nan, returns), cells, decimals=decimals):
        return returns
    met = sorted(set(returns[coded].tolist()), reverse=True)
    said.append(_codes_left(int(coded.sum()), [f"{code:g}" for code in met]))
    return np.where(coded, np.nan, returns)


def _are_decimals(returns: Floats, cells: _Cells, *, decimals: bool) -> bool:
    """Whether returns (S, n) of n securities on S days cannot be per cent: none is above 1, and one spreads too little.

    `decimals`: whether the file is of somebody who gives them so; a share may then have gained more than it was worth.
    """
    size = np.abs(returns[np.isfinite(returns)])
    if not len(size):
        return True
    if np.median(size) > QUIET or (size.max() > 1 and not decimals):
        return False
    if decimals:
        return True
    days, known = cells.days, company_names()
    moves = [
        (column[np.isfinite(column) & (column != 0)], name in known)
        for column, name in zip(returns.T, cells.names, strict=True)
    ]
    moves = [(m, own) for m, own in moves if len(m) > 1 and max((m > 0).mean(), (m < 0).mean()) <= _LOPSIDED]
    sessions = max(1.0, float(np.median(np.diff(days).astype(float))) * 5 / 7) if len(days) > 1 else 1.0
    wider = np.sqrt(sessions)  # weeks and months spread wider than days
    least = [wider * (_STILL_FIRM if own else _STILL) for _, own in moves]
    spread = [_MAD * np.median(np.abs(m - np.median(m))) for m, _ in moves]
    return any(s < t for s, t in zip(spread, least, strict=True)) or len(returns) < _FEW_DAYS


_UNITS = {"decimal": 1.0, "percent": 100.0, "bp": 10_000.0}


def _unit_beside(returns: Floats, closes: Floats) -> str | None:
    """The unit in which returns are the moves of the closes beside them; None: they are not, or there is none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        times = returns[1:] / (closes[1:] / closes[:-1] - 1)
    times = times[np.isfinite(times)]
    middle = np.median(times) if len(times) >= _FEW_DAYS else np.nan
    return next((unit for unit, factor in _UNITS.items() if abs(middle / factor - 1) < 0.1), None)


def _unit_or_refused(place: Place, cells: _Cells, returns: Floats, shape: Shape) -> str:
    """Decimals, where they cannot be per cent; per cent, where some would be losses of more than all, and are no basis points.

    A code for no return beside them may be a loss in per cent as well: that is asked.

    Raises:
        InvalidFile: they can be either.
    """
    if _are_decimals(returns, cells, decimals=shape.decimals):
        return "decimal"
    lost = np.median(np.abs(returns[np.isfinite(returns)])) > QUIET and (returns < -1).sum() >= _SEVERAL
    lost = lost and not np.isin(returns, NO_RETURN).any()
    if lost and not shape.logarithmic and _are_decimals(returns / 100, cells, decimals=False):
        return "percent"
    k = int(np.nanargmax(np.where(np.isfinite(returns), np.abs(returns), -1).max(axis=0)))
    t = int(np.nanargmax(np.where(np.isfinite(returns[:, k]), np.abs(returns[:, k]), -1)))
    value = returns[t, k]
    raise place.fault(
        Sentence(
            "the return {value:g} of {names} on {days} reads two ways: {value:g} % or {value2:g} %",
            value=value,
            names=cells.names[k],
            days=cells.days[t],
            value2=100 * value,
        ),
        available=Sentence("nothing that says the unit of returns"),
        hint=Sentence(
            "say which: --unit-in percent or --unit-in decimal; of yields and other levels, --returns"
            " difference beside it"
        ),
    )


# ---- the table -----------------------------------------------------------------------------------------------------------


def _finished(place: Place, cells: _Cells, shape: Shape, wanted: Wanted, reading: Reading, source: str) -> PriceTable:
    """The tickers that are wanted, under the names by which they were asked for."""
    known = cells.names
    there = Names(known)
    asked = list(dict.fromkeys([*wanted.tickers, *wanted.besides])) if wanted.tickers is not None else known
    missing: dict[str, SourceError] = {}
    chosen: dict[str, str] = {}
    names: dict[str, str] = {}
    for ticker in asked:
        found = there.meant_by(ticker)
        if len(found) > 1:
            missing[ticker] = SourceMalformed(
                Phrase("{ticker!r} may be {names:or} in {place}", ticker=ticker, names=found[:3], place=place.name),
                where=Sentence("ticker {ticker}", ticker=ticker),
                hint=Phrase("write it as the table does"),
            )
        elif not found:
            if wanted.tickers is None or ticker in wanted.tickers:
                missing[ticker] = not_there(place.name, ticker, known, wanted)
        else:
            name = found[0]
            shown = (
                ticker if name == ticker else (name if name.casefold() == ticker.casefold() else _spelt(name, ticker))
            )
            if cells.bad.get(name):
                if reading.strict:
                    raise cells.bad[name]
                error = cells.bad[name]
                missing[ticker] = SourceMalformed(
                    Phrase("{what} ({where})", what=error.what, where=error.where),
                    where=Sentence("ticker {ticker}", ticker=ticker),
                    hint=error.hint,
                )
            else:
                chosen[shown] = name
            if shown != ticker:
                names[ticker] = shown
            if name.casefold() != ticker.casefold():
                shape.said.append(Phrase("{ticker} is {name} of the table", ticker=ticker, name=name))
    if cells.bad and not chosen and (wanted.tickers is None or set(cells.bad) >= set(known)):
        raise next(iter(cells.bad.values()))
    at = {n: k for k, n in enumerate(known)}
    columns = [at[n] for n in chosen.values()]
    if "close" not in cells.grids and "adj_close" in cells.grids:
        cells.grids["close"] = cells.grids["adj_close"]
        shape.said.append(Phrase("adjusted closes, in place of closes"))
    grids = {f: g if columns == list(range(len(known))) else g[:, columns] for f, g in cells.grids.items()}
    hit = wanted.on(cells.days)
    days = cells.days if hit.all() else cells.days[hit]
    if not hit.all():
        grids = {f: g[hit] for f, g in grids.items()}
    table = table_of_grids(place, source, days, list(chosen), grids, wanted, known, missing)
    info = dict(table.info)
    odd = dict.fromkeys(text for name in chosen.values() if (text := cells.exchanges.get(name)) and not _market(text))
    if odd:
        shape.said.append(Phrase("exchanges that are not known, left aside: {names:list}", names=list(odd)[:5]))
    for shown, name in chosen.items():
        if shown not in info:
            continue
        one = info[shown]
        if market := _market(cells.exchanges.get(name)):
            one = replace(one, exchange=market, exchange_by="given")
        elif shown != name and (mark := calendars.mark_of(name)) and mark[1]:
            one = replace(one, exchange=mark[1], exchange_by="mark")
        info[shown] = replace(one, currency=unit_of(cells.currencies.get(name, "")) or one.currency)
    return replace(table, info=info, names=names, copies=cells.copies)


def _spelt(name: str, asked: str) -> str:
    """The ticker itself in the way the table writes it, where the table adds the marks of a vendor."""
    own = bare(name)
    return own if own.casefold() == asked.casefold() else asked


def _market(text: str | None) -> str | None:
    """The market code of an exchange as a column writes it; None: none that is known."""
    return calendars.market_of(text) if text else None
