"""Rows of a panel become tables: long columns of Parquet files -> one dense (securities, days) array a field."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy import native
from eventstudy.calendars import market_of
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.panel import Bools, Days, Floats, Ints
from eventstudy.panel.homes import Home, home_by
from eventstudy.prices import PEGGED, Basis, PriceTable, SeriesInfo, gross_base
from eventstudy.scale.panel import PanelFolder, Unit, groups_of, unreadable

USED = ("close", "adj_close", "dividend")
"""The fields that returns are made of; the others stay on the disk."""
_LEAST = float(np.nextafter(0, 1))
"""The least price."""
_FEW = 3
"""By so many securities of a part it is told whether closes are any."""
Numbers = NDArray[np.int32]


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
    import pyarrow as pa
    import pyarrow.dataset as ds

    name = folder.columns["ticker"]
    fragments = (_that_may_hold(f, name, tickers) for f in folder.dataset.get_fragments())
    numbers = pa.types.is_integer(folder.dataset.schema.field(name).type)  # as of CRSP, which names securities so
    written = ds.field(name).cast(pa.string()) if numbers else ds.field(name)
    return _table(folder, _rows(folder, [f for f in fragments if f is not None], written.isin(list(tickers))), None)


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
    for number, _, said in groups_of(fragment, name):
        low, high = (said or {}).get("min"), (said or {}).get("max")
        if not isinstance(low, str) or not isinstance(high, str) or any(low <= t <= high for t in tickers):
            kept.append(number)
    return fragment.subset(row_group_ids=kept) if kept else None


def _rows(folder: PanelFolder, fragments: Sequence[Any], only: Any = None) -> Any:
    """The columns that are used of some files, as one arrow table."""
    import pyarrow as pa

    wanted = {n: folder.columns[n] for n in ("ticker", "date", "exchange", *USED) if n in folder.columns}
    schema = folder.dataset.schema
    parts = [pa.table({n: pa.array([], schema.field(c).type) for n, c in wanted.items()})]
    pool = pa.system_memory_pool()  # what one part leaves is there for the next, without new pages
    for fragment in fragments:
        try:
            part = fragment.to_table(schema=schema, columns=list(wanted.values()), filter=only, memory_pool=pool)
        except (OSError, ValueError) as error:
            raise unreadable(fragment.path, error) from error
        parts.append(part.rename_columns(list(wanted)))
    return pa.concat_tables(parts)


def _table(folder: PanelFolder, rows: Any, extra: PriceTable | None) -> PriceTable:
    """The table of some rows, and what of `extra` it lacks beside them, on its days within theirs."""
    batches, tickers = _batches(folder, rows)
    more = [t for t in extra.tickers if t not in set(tickers)] if extra is not None else []
    theirs = extra.close.index.to_numpy("datetime64[D]").astype(np.int64) if more and extra is not None else None
    first, column, sessions = _columns([b.days for b in batches], theirs)
    columns = pd.Index([*tickers, *more], dtype=object, name="ticker")
    index = pd.DatetimeIndex(sessions.astype("datetime64[ns]"), name="session")
    frames = {}
    for name in USED:
        if name in rows.column_names:
            grid = np.full((len(columns), len(index)), np.nan)
            _fill(folder, name, grid[: len(tickers)], batches, first, column)
            if name == "close" and "adj_close" not in rows.column_names:
                _refuse_gross(folder, grid[: min(_FEW, len(tickers))].T, tickers)
            if more and extra is not None and name in extra.fields:
                grid[len(tickers) :] = extra.fields[name][more].reindex(index).to_numpy().T
            if name == "dividend":
                grid[: len(tickers)][grid[: len(tickers)] == 0] = np.nan
            frames[name] = pd.DataFrame(grid.T, index, columns, copy=False)
    basis: Basis = "dividends" if "dividend" in frames else "adj_close" if "adj_close" in frames else "as_given"
    info = {t: SeriesInfo("parquet", basis) for t in tickers}
    if "exchange" in rows.column_names:
        for t, market in _exchanges(folder, batches, tickers).items():
            info[t] = replace(info[t], exchange=market, exchange_by="given")
    return PriceTable(frames, info | ({t: extra.info[t] for t in more} if extra is not None else {}))


def _refuse_gross(folder: PanelFolder, closes: Floats, tickers: Sequence[str]) -> None:
    """Refuse what is no close but a gross return, by some securities (S, n), the first of them."""
    if (base := gross_base(closes, least=PEGGED)) is not None:
        what = Sentence(
            "closes such as those of {tickers} lie around {base:g} and start anew every day: they are gross returns",
            tickers=tickers[0],
            base=base,
        )
        raise _fault(
            folder,
            what,
            Sentence("write prices: {base:g} on the first day, multiplied by the returns since", base=base),
        )


class _Batch(NamedTuple):
    """Some rows (N,) as they were read."""

    rows: Any
    codes: Numbers
    """(N,) the ticker of each row, by its number among the names of this batch."""
    row: Ints
    """Of each of these names the row of the table; those that no row has: 0."""
    days: Numbers
    """(N,) days since 1970."""


def _batches(folder: PanelFolder, rows: Any) -> tuple[list[_Batch], list[str]]:
    """The rows in the batches in which they were read, and the tickers that they have, in the order of the alphabet."""
    import pyarrow as pa

    column = rows.column("ticker")
    if column.null_count:
        raise _fault(folder, Sentence("a row has no ticker"), Sentence("name the ticker of every price"))
    if not pa.types.is_dictionary(column.type):
        rows = rows.set_column(rows.column_names.index("ticker"), "ticker", _encoded(column))
    read: list[tuple[Any, Numbers, int]] = []
    names, texts, used, last = list[list[str]](), dict[str, str](), set[str](), None
    for batch in filter(len, rows.to_batches()):
        coded = batch.column("ticker")
        codes = coded.indices.cast(pa.int32()).to_numpy()
        if last is None or not coded.dictionary.equals(last):  # most batches share that of their file
            last = coded.dictionary
            names.append(_names(folder, last.to_pylist(), texts))
        there = np.zeros(len(last), bool)
        _mark(codes, 0, there)
        used.update(names[-1][i] for i in np.flatnonzero(there).tolist())
        read.append((batch, codes, len(names) - 1))
    tickers = sorted(used)
    place = {name: i for i, name in enumerate(tickers)}
    row = [np.array([place.get(name, 0) for name in own], np.int64) for own in names]
    return [_Batch(batch, codes, row[k], days_of(folder, batch.column("date"))) for batch, codes, k in read], tickers


def _names(folder: PanelFolder, written: Sequence[Any], texts: dict[str, str]) -> list[str]:
    """Tickers as they are written, without blanks around them; `texts`: what each that is known was written as."""
    names = [str(text).strip() for text in written]
    if any(not name or texts.setdefault(name, text) != text for name, text in zip(names, written, strict=True)):
        raise _fault(
            folder,
            Sentence("tickers are blank, or differ in blanks only"),
            Sentence("write tickers without blanks around them"),
        )
    return names


def _encoded(column: Any) -> Any:
    """Texts as codes and names."""
    import pyarrow as pa

    return column.cast(pa.string()).dictionary_encode()


def _fill(folder: PanelFolder, name: str, grid: Floats, batches: Sequence[_Batch], first: int, column: Ints) -> None:
    """Put a field into its table (S, T); `column` says where each day from the `first` on stands."""
    import pyarrow as pa

    least = 0.0 if name == "dividend" else _LEAST
    written = np.zeros(grid.shape, bool)
    for batch in batches:
        try:
            values = batch.rows.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            what = Sentence(
                "{name}s are not numbers: {said}",
                name=name.replace("_", " "),
                said=str(error).splitlines()[0],
            )
            raise _fault(folder, what, Sentence("write them as float64")) from error
        i = _put(batch, values, column, first, least, grid, written)
        if i < len(values):
            _refuse(folder, name, batch, i, values[i], least)


def _put(batch: _Batch, values: Floats, column: Ints, first: int, least: float, grid: Floats, written: Bools) -> int:
    """Put the rows of a batch in their places, where none was `written` yet; how many came before one that cannot be put."""
    kernel = native.form().kernel
    if kernel is not None:
        done: int = kernel.put_rows(batch.codes, batch.days, values, batch.row, column, first, least, grid, written)
        return done
    place = batch.row[batch.codes] * grid.shape[1] + column[batch.days - np.int32(first)]
    wrong = written.reshape(-1)[place] | ~(((values >= least) & np.isfinite(values)) | np.isnan(values))
    _, own = np.unique(place, return_index=True)
    wrong[np.setdiff1d(np.arange(len(place)), own)] = True
    n = int(wrong.argmax()) if wrong.any() else len(place)
    grid.reshape(-1)[place[:n]], written.reshape(-1)[place[:n]] = values[:n], True
    return n


def _refuse(folder: PanelFolder, name: str, batch: _Batch, i: int, value: float, least: float) -> None:
    """Say what is wrong with a row of a batch."""
    ticker = str(batch.rows.column("ticker")[i].as_py()).strip()
    said = Sentence("{ticker} on {day}", ticker=ticker, day=np.datetime64(int(batch.days[i]), "D"))
    if value < least or np.isinf(value):
        raise _fault(
            folder,
            Sentence(
                "the {name} {value:g} of {said} cannot be one", name=name.replace("_", " "), value=value, said=said
            ),
            Sentence("leave a missing value empty"),
        )
    raise _fault(folder, Sentence("{said} is given twice", said=said), Sentence("keep one of the two rows"))


def _exchanges(folder: PanelFolder, batches: Sequence[_Batch], tickers: Sequence[str]) -> dict[str, str]:
    """The market code of each ticker whose exchange is one that is known.

    Raises:
        InvalidFile: a ticker trades at two of them.
    """
    import pyarrow as pa

    column = pa.chunked_array([b.rows.column("exchange").cast(pa.string()) for b in batches], pa.string())
    codes = np.concatenate([np.empty(0, np.int64), *(b.row[b.codes] for b in batches)])
    of_row, distinct = pd.factorize(column.to_pandas(), use_na_sentinel=True)
    markets = [market_of(str(text)) for text in distinct]
    found: dict[str, str] = {}
    pairs = np.unique(codes * (len(markets) + 1) + of_row + 1)
    for pair in pairs.tolist():
        ticker, k = tickers[pair // (len(markets) + 1)], pair % (len(markets) + 1) - 1
        market = markets[k] if k >= 0 else None
        if market is not None and found.setdefault(ticker, market) != market:
            raise _fault(
                folder,
                Sentence(
                    "{ticker} trades at {found} and at {market}", ticker=ticker, found=found[ticker], market=market
                ),
                Sentence("one exchange a ticker"),
            )
    return found


def days_of(folder: PanelFolder, column: Any) -> Numbers:
    """(N,) days since 1970."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        raise _fault(
            folder,
            Sentence("dates are instants with a zone"),
            Sentence("a session is the date at the exchange, without a zone"),
        )
    if column.null_count:
        raise _fault(folder, Sentence("a row has no date"), Sentence("fill it in"))
    try:
        day = column.cast(pa.date32())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _fault(
            folder,
            Sentence("dates are not dates: {said}", said=str(error).splitlines()[0]),
            Sentence("write them as date32"),
        ) from error
    if pa.types.is_timestamp(column.type) and not day.cast(column.type).equals(column):
        raise _fault(
            folder,
            Sentence("dates have a time of the day"),
            Sentence("a session is the date at the exchange, without a time"),
        )
    found: Numbers = day.cast(pa.int32()).to_numpy()
    return found


def sessions_of(folder: PanelFolder) -> Days:
    """All days of the panel, ascending: for studies whose sessions are the dates of the prices."""
    name = folder.columns["date"]
    first, last = min(u.first for u in folder), max(u.last for u in folder)
    there = np.zeros(int((last - first).astype(int)) + 1, dtype=bool)
    for batch in folder.dataset.to_batches(columns=[name]):
        days = days_of(folder, batch.column(0))
        n = _mark(days, int(first.astype(int)), there)
        if n < len(days):
            what = Sentence(
                "{day} is none of the days from {first} to {last} that the files say they have",
                day=np.datetime64(int(days[n]), "D"),
                first=first,
                last=last,
            )
            raise _fault(folder, what, Sentence("write the files again"))
    found: Days = first + np.flatnonzero(there)
    return found


def _columns(days: Sequence[Numbers], more: Ints | None) -> tuple[int, Ints, Days]:
    """The first of the days, the place of each day from it on among those that there are, and all of these.

    There are also those of `more` that lie between the first and the last.
    """
    if not days:
        return 0, np.empty(0, np.int64), np.empty(0, dtype="datetime64[D]")
    first, last = int(min(d.min() for d in days)), int(max(d.max() for d in days))
    there = np.zeros(last - first + 1, dtype=bool)
    for some in days:
        _mark(some, first, there)
    if more is not None:
        there[more[(more >= first) & (more <= last)] - first] = True
    found: Days = (np.flatnonzero(there) + first).astype("datetime64[D]")
    return first, np.maximum(np.cumsum(there) - 1, 0), found


def _mark(numbers: Numbers, first: int, there: Bools) -> int:
    """Mark which numbers there are, counted from the `first` on; how many came before one that lies outside."""
    kernel = native.form().kernel
    if kernel is not None:
        done: int = kernel.mark(numbers, first, there)
        return done
    at = numbers.astype(np.int64) - first
    outside = (at < 0) | (at >= len(there))
    n = int(outside.argmax()) if outside.any() else len(at)
    there[at[:n]] = True
    return n


def _fault(folder: PanelFolder, what: str, hint: str) -> InvalidFile:
    return InvalidFile(what, where=str(folder.path), hint=hint)
