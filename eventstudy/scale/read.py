"""Rows of a panel become tables: long columns of Parquet files -> one dense (securities, days) array a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.calendars import market_of
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.panel import Bools, Days, Floats, Ints
from eventstudy.panel.homes import Home, home_by
from eventstudy.prices import Basis, PriceTable, SeriesInfo
from eventstudy.scale.panel import PanelFolder, Unit

USED = ("close", "adj_close", "dividend")
"""The fields that returns are made of; the others stay on the disk."""


def read_unit(folder: PanelFolder, unit: Unit, extra: PriceTable | None = None) -> PriceTable:
    """The prices of one unit, with the columns of `extra` that it lacks beside them.

    Raises:
        InvalidFile: a row without ticker or date, a price that cannot be one, or two rows of one security and day.
    """
    return table_of(folder, [read_rows(folder, unit)], extra)[0]


def read_rows(folder: PanelFolder, unit: Unit) -> Any:
    """The columns of one unit that are used, as an arrow table."""
    kept = set(unit.files)
    return _rows(folder, [f for f in folder.dataset.get_fragments() if f.path in kept])


def table_of(folder: PanelFolder, rows: Sequence[Any], extra: PriceTable | None) -> tuple[PriceTable, list[str]]:
    """The prices of these rows with the columns of `extra` that they lack beside them, and the tickers of the rows."""
    import pyarrow as pa

    table = _table(folder, pa.concat_tables(rows), extra)
    more = [] if extra is None else [t for t in extra.tickers if t not in table.info or table.info[t] is extra.info[t]]
    return table, [t for t in table.tickers if t not in more]


def on_sessions(table: PriceTable, sessions: Days) -> PriceTable:
    """The table with these sessions."""
    index = pd.DatetimeIndex(sessions.astype("datetime64[ns]"), name="session")
    return PriceTable({name: frame.reindex(index) for name, frame in table.fields.items()}, table.info, table.missing)


def upto(table: PriceTable, last: date | None) -> PriceTable:
    """The table without what is later than `last`."""
    if last is None:
        return table
    fields = {name: frame.loc[: pd.Timestamp(last)] for name, frame in table.fields.items()}
    return PriceTable(fields, table.info, table.missing)


def read_tickers(folder: PanelFolder, tickers: Sequence[str]) -> PriceTable:
    """All prices of these tickers, from wherever they are in the panel; what cannot hold them by its statistics is not read."""
    import pyarrow.dataset as ds

    name = folder.columns["ticker"]
    fragments = (_that_may_hold(f, name, tickers) for f in folder.dataset.get_fragments())
    return _table(
        folder, _rows(folder, [f for f in fragments if f is not None], ds.field(name).isin(list(tickers))), None
    )


def homes_of(folder: PanelFolder, tickers: Sequence[str], last: date | None) -> tuple[dict[str, Home], Days]:
    """Where those of the tickers trade that the panel has, and the days with a price of one whose exchange is not known.

    The panel is gone through once, and of each security its days are kept: any part alone would say less.
    """
    wanted = {ticker: i for i, ticker in enumerate(tickers)}
    begin = min(unit.first for unit in folder)
    length = int((max(unit.last for unit in folder) - begin).astype(int)) + 1
    priced, moved = np.zeros((2, len(tickers), length), dtype=bool)
    newest = np.full(len(tickers), np.nan)
    info: dict[str, SeriesInfo] = {}
    for unit in folder:
        table = upto(read_unit(folder, unit), last)
        days = (table.close.index.to_numpy("datetime64[D]") - begin).astype(np.int64)
        for ticker in filter(wanted.__contains__, table.tickers):
            i, closes = wanted[ticker], table.close[ticker].to_numpy()
            there = np.flatnonzero(np.isfinite(closes))
            info[ticker] = table.info[ticker]
            if len(there):
                priced[i, days[there]] = True
                moved[i, days[there][np.diff(closes[there], prepend=newest[i]) != 0]] = True
                newest[i] = closes[there[-1]]

    def at(hit: Bools) -> Days:
        found: Days = begin + np.flatnonzero(hit)
        return found

    homes = {}
    for ticker, of in info.items():
        with suppress(InvalidRequest):  # told of each event when it is lined up
            homes[ticker] = home_by(ticker, of, at(priced[wanted[ticker]]), partial(at, moved[wanted[ticker]]))
    lonely = [wanted[ticker] for ticker, home in homes.items() if home.exchange is None]
    return homes, at(np.asarray(priced[lonely].any(axis=0)))


def _that_may_hold(fragment: Any, name: str, tickers: Sequence[str]) -> Any:
    """The row groups of a file whose smallest and largest ticker leave room for one of these; None: there are none."""
    kept = []
    for group in fragment.row_groups:
        said = group.statistics.get(name) or {}
        low, high = said.get("min"), said.get("max")
        if not isinstance(low, str) or not isinstance(high, str) or any(low <= t <= high for t in tickers):
            kept.append(group.id)
    return fragment.subset(row_group_ids=kept) if kept else None


def _rows(folder: PanelFolder, fragments: Sequence[Any], only: Any = None) -> Any:
    """The columns that are used of some files, as one arrow table."""
    import pyarrow as pa

    wanted = {n: folder.columns[n] for n in ("ticker", "date", "exchange", *USED) if n in folder.columns}
    schema = folder.dataset.schema
    parts = [pa.table({n: pa.array([], schema.field(c).type) for n, c in wanted.items()})]
    for fragment in fragments:
        try:
            part = fragment.to_table(schema=schema, columns=list(wanted.values()), filter=only)
        except (OSError, ValueError) as error:
            raise InvalidFile(
                f"the file cannot be read: {str(error).splitlines()[0]}", where=fragment.path, hint="write it again"
            ) from error
        parts.append(part.rename_columns(list(wanted)))
    return pa.concat_tables(parts)


def _table(folder: PanelFolder, rows: Any, extra: PriceTable | None) -> PriceTable:
    """The table of some rows, and what of `extra` it lacks beside them, on its days within theirs."""
    codes, tickers = _tickers(folder, rows.column("ticker"))
    days = days_of(folder, rows.column("date"))
    known = set(tickers)
    more = [t for t in extra.tickers if t not in known] if extra is not None else []
    theirs = extra.close.index.to_numpy("datetime64[D]").astype(np.int64) if more and extra is not None else None
    row, sessions = _positions(days, theirs)
    columns = pd.Index([*tickers, *more], dtype=object, name="ticker")
    index = pd.DatetimeIndex(sessions.astype("datetime64[ns]"), name="session")
    place = codes.astype(np.int64) * len(index)
    place += row

    def said(i: int) -> str:
        return f"{tickers[codes[i]]} on {np.datetime64(int(days[i]), 'D')}"

    _refuse_twice(folder, place, said)
    frames = {}
    for name in USED:
        if name in rows.column_names:
            grid = np.full((len(columns), len(index)), np.nan)
            grid.reshape(-1)[place] = _values(folder, name, rows.column(name), said)
            if more and extra is not None and name in extra.fields:
                grid[len(tickers) :] = extra.fields[name][more].reindex(index).to_numpy().T
            if name == "dividend":
                grid[: len(tickers)][grid[: len(tickers)] == 0] = np.nan
            frames[name] = pd.DataFrame(grid.T, index, columns, copy=False)
    basis: Basis = "dividends" if "dividend" in frames else "adj_close" if "adj_close" in frames else "as_given"
    info = {t: SeriesInfo("parquet", basis) for t in tickers}
    if "exchange" in rows.column_names:
        for t, market in _exchanges(folder, rows.column("exchange"), codes, tickers).items():
            info[t] = replace(info[t], exchange=market, exchange_by="given")
    return PriceTable(frames, info | ({t: extra.info[t] for t in more} if extra is not None else {}))


def _tickers(folder: PanelFolder, column: Any) -> tuple[Ints, list[str]]:
    """(N,) codes and the names they stand for, in the order of the alphabet."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    one = column.unify_dictionaries().combine_chunks()
    one = one.chunk(0) if isinstance(one, pa.ChunkedArray) else one
    if one.null_count:
        raise _fault(folder, "a row has no ticker", "name the ticker of every price")
    names = [str(t).strip() for t in one.dictionary.to_pylist()]
    if "" in names or len(set(names)) < len(names):
        raise _fault(folder, "tickers are blank, or differ in blanks only", "write tickers without blanks around them")
    used = np.flatnonzero(np.bincount(one.indices.to_numpy(), minlength=len(names)))
    order = sorted(used.tolist(), key=lambda i: names[i])
    again = np.zeros(len(names), dtype=np.int32)
    again[order] = np.arange(len(order))
    return again[one.indices.to_numpy()], [names[i] for i in order]


def _exchanges(folder: PanelFolder, column: Any, codes: Ints, tickers: Sequence[str]) -> dict[str, str]:
    """The market code of each ticker whose exchange is one that is known.

    Raises:
        InvalidFile: a ticker trades at two of them.
    """
    import pyarrow as pa

    of_row, distinct = pd.factorize(column.cast(pa.string()).to_pandas(), use_na_sentinel=True)
    markets = [market_of(str(text)) for text in distinct]
    found: dict[str, str] = {}
    pairs = np.unique(codes.astype(np.int64) * (len(markets) + 1) + of_row + 1)
    for pair in pairs.tolist():
        ticker, k = tickers[pair // (len(markets) + 1)], pair % (len(markets) + 1) - 1
        market = markets[k] if k >= 0 else None
        if market is not None and found.setdefault(ticker, market) != market:
            raise _fault(folder, f"{ticker} trades at {found[ticker]} and at {market}", "one exchange a ticker")
    return found


def days_of(folder: PanelFolder, column: Any) -> Ints:
    """(N,) days since 1970."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        raise _fault(folder, "dates are instants with a zone", "a session is the date at the exchange, without a zone")
    if column.null_count:
        raise _fault(folder, "a row has no date", "fill it in")
    try:
        day = column.cast(pa.date32())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _fault(folder, f"dates are not dates: {str(error).splitlines()[0]}", "write them as date32") from error
    if pa.types.is_timestamp(column.type) and not day.cast(column.type).equals(column):
        raise _fault(folder, "dates have a time of the day", "a session is the date at the exchange, without a time")
    found: Ints = day.cast(pa.int32()).to_numpy()
    return found


def sessions_of(folder: PanelFolder) -> Days:
    """All days of the panel, ascending: for studies whose sessions are the dates of the prices."""
    name = folder.columns["date"]
    first, last = min(u.first for u in folder), max(u.last for u in folder)
    there = np.zeros(int((last - first).astype(int)) + 1, dtype=bool)
    for batch in folder.dataset.to_batches(columns=[name]):
        there[days_of(folder, batch.column(0)) - int(first.astype(int))] = True
    found: Days = first + np.flatnonzero(there)
    return found


def _positions(days: Ints, more: Ints | None) -> tuple[Ints, Days]:
    """(N,) the row of each day among the distinct ones and those of `more` that lie within, and all of these, ascending."""
    if not len(days):
        return days, np.empty(0, dtype="datetime64[D]")
    first, last = int(days.min()), int(days.max())
    there = np.zeros(last - first + 1, dtype=bool)
    days = days - np.int32(first)
    there[days] = True
    if more is not None:
        there[more[(more >= first) & (more <= last)] - first] = True
    found: Days = (np.flatnonzero(there) + first).astype("datetime64[D]")
    return (np.cumsum(there) - 1)[days], found


def _values(folder: PanelFolder, name: str, column: Any, said: Callable[[int], str]) -> Floats:
    """(N,) the values of a field; NaN where there is none."""
    import pyarrow as pa

    values: Floats = column.cast(pa.float64()).to_numpy()
    wild = values < 0 if name == "dividend" else values <= 0
    if wild.any() or np.isinf(values).any():
        bad = int(np.flatnonzero(wild | np.isinf(values))[0])
        what = f"the {name.replace('_', ' ')} {values[bad]:g} of {said(bad)} cannot be one"
        raise _fault(folder, what, "leave a missing value empty")
    return values


def _refuse_twice(folder: PanelFolder, place: Ints, said: Callable[[int], str]) -> None:
    seen = np.zeros(int(place.max()) + 1 if len(place) else 0, dtype=bool)
    seen[place] = True
    if int(seen.sum()) < len(place):
        _, first = np.unique(place, return_index=True)
        again = int(np.setdiff1d(np.arange(len(place)), first)[0])
        raise _fault(folder, f"{said(again)} is given twice", "keep one of the two rows")


def _fault(folder: PanelFolder, what: str, hint: str) -> InvalidFile:
    return InvalidFile(what, where=str(folder.path), hint=hint)
