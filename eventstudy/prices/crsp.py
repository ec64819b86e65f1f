"""Prices from an export of CRSP's stock files, in their legacy columns (PRC, RET) or those of CIZ (DlyPrc, MthRet).

A security is its PERMNO; a TICKER stands for the PERMNO that bore it, if only one did. Returns are CRSP's own (RET, which
counts distributions), put into `adj_close`; returns of an index in a column of their own (vwretd) are a series by that name. A
negative PRC is the mean of bid and ask on a day without a trade: it is kept as a price. The legacy delisting return DLRET is
compounded into the last return; DlyRet has it in it already. What was done is said in the notes of each series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.calendars import markets
from eventstudy.errors import Sentence, SourceError, SymbolUnknown
from eventstudy.language import Phrase
from eventstudy.prices._base import Basis, Fetch
from eventstudy.prices._given import NO_RETURN, Bools, Days, Floats, Ints, Wanted, not_there
from eventstudy.prices._read import index_of, size_of, texts_of
from eventstudy.prices._shapes import matched
from eventstudy.prices._table import PriceTable
from eventstudy.tables.dates import dates_of, sessions_of
from eventstudy.tables.headed import Headed
from eventstudy.tables.headings import fold, role_of
from eventstudy.tables.numbers import numbers_of
from eventstudy.tables.opened import opened, table_of
from eventstudy.tables.place import Place, Reading

LEGACY = {
    "permno": "security", "date": "date", "ticker": "ticker", "prc": "price", "ret": "ret", "dlret": "delisting",
    "cfacpr": "per_price", "cfacshr": "per_share", "vol": "volume",
}  # fmt: skip
CIZ = {
    "permno": "security", "dlycaldt": "date", "ticker": "ticker", "dlyprc": "price", "dlyret": "ret", "dlyprcflg": "flag",
    "dlydelflg": "delisted", "dlycumfacpr": "per_price", "dlycumfacshr": "per_share", "dlyvol": "volume",
}  # fmt: skip
MONTHS = {name.replace("dly", "mth"): meaning for name, meaning in CIZ.items()}
"""Those of its monthly file."""
_NEEDED = ("security", "date", "price")
_TEXTS = {"security", "date", "ticker", "ret", "delisting", "flag", "delisted"}
_MEAN = "prices of days without a trade are the mean of bid and ask, as CRSP marks them; they are used as prices"

_OF_RETURNS = "an index of the returns that the file has of each day, in place of prices"


class CrspFile:
    """CRSP's stock files of days and of months as CSV."""

    summary = (
        "an export of CRSP's daily stock file as CSV: PERMNO,date,PRC,RET,... or PERMNO,DlyCalDt,DlyPrc,DlyRet,..."
    )

    def read(
        self,
        path: str | PathLike[str],
        tickers: Sequence[str] | None = None,
        start: date | None = None,
        end: date | None = None,
        reading: Reading | None = None,
    ) -> PriceTable:
        """The prices of `tickers` (PERMNOs or tickers; None: all) from `start` to `end`, both included.

        Raises:
            InvalidFile: the file cannot be read as such an export; says where, and what to do.
        """
        return read_export(
            table_of(opened(Path(path))[0], "prices", reading or Reading()), Wanted(tickers, start, end), reading
        )


def recognised(headings: Sequence[str]) -> bool:
    """Whether the columns of a table are those of such an export."""
    names = {fold(name) for name in headings}
    return "permno" in names and bool(names & {"prc", "dlyprc", "mthprc"})


def read_export(table: Headed, wanted: Wanted, reading: Reading | None = None) -> PriceTable:
    """The prices of such an export, whatever kind of file it is in.

    Raises:
        InvalidFile: the table cannot be read as such an export; says where, and what to do.
    """
    place, names = table.place, table.headings
    for _, error in table.uneven:
        raise error
    rows = _rows(place, table, names, _columns(place, names), reading or Reading())
    indices = [name for name in names if (role_of(name, "prices") or ("",))[0] == "index"]
    known = _Known(rows, indices)
    fetches, missing = [], dict[str, SourceError]()
    for ticker in [*known.all, *indices] if wanted.tickers is None else dict.fromkeys(wanted.tickers):
        try:
            if not known.has(ticker) and (index := matched(ticker, indices)):
                fetches.append(("crsp", _index(place, table, index[0], rows, ticker, wanted)))
                continue
            fetches.append(("crsp", _series(place, rows, ticker, known.rows(place.name, ticker, wanted), wanted)))
        except SymbolUnknown as error:
            missing[ticker] = error
    found = PriceTable.from_fetches(fetches, missing)
    size = size_of(found.close.index.to_numpy("datetime64[D]"), found.tickers)
    return replace(found, read_as=(_which_file(rows.days), *table.cells.said, size))


def _which_file(days: Days) -> Phrase:
    """The legacy columns of both files are called alike: that of months has one day of each, those of single days have more."""
    met = np.unique(days[~np.isnat(days)])
    monthly = len(met) > 1 and len(np.unique(met.astype("datetime64[M]"))) == len(met)
    return (
        Phrase("an export of CRSP's monthly stock file") if monthly else Phrase("an export of CRSP's daily stock file")
    )


@dataclass(frozen=True)
class _Rows:
    """N rows of the file, ordered by security and day."""

    line: Ints
    """(N,) the row of prices each was, from 0, for messages."""
    security: Ints
    permnos: list[str]
    """`security` (N,) says which of these each row is of."""
    ticker: Ints
    tickers: list[str]
    """`ticker` (N,) says which of these each row has; blank where it has none."""
    days: Days
    price: Floats
    """(N,) positive, adjusted for splits where the file says how; NaN: none."""
    mean: Bools
    """(N,) whether the price is a mean of bid and ask."""
    ret: Floats
    """(N,) return since the last price, NaN: none."""
    delisting: Floats
    """(N,) return after the last trade that `ret` does not count, NaN: none."""
    unknown: Bools
    """(N,) whether the file says that there was such a return but not what it was."""
    counted: Bools
    """(N,) whether `ret` itself is, or holds, the delisting return."""
    volume: Floats
    adjusted: bool
    """Whether the file says how prices are adjusted for splits."""
    returns: bool
    """Whether the file has returns."""

    def take(self, rows: Ints) -> _Rows:
        """Some of the rows."""
        arrays: dict[str, Any] = {n: v[rows] for n, v in vars(self).items() if isinstance(v, np.ndarray)}
        return replace(self, **arrays)


def _columns(place: Place, names: list[str]) -> dict[str, int]:
    """Where each thing stands that is read.

    Raises:
        InvalidFile: a column is lacking or there twice.
    """
    folded = [name.lower() for name in names]
    form = next((form for form, dates in ((CIZ, "dlycaldt"), (MONTHS, "mthcaldt")) if dates in folded), LEGACY)
    found = {form[name]: i for i, name in enumerate(folded) if name in form}
    for name, meaning in form.items():
        if folded.count(name) > 1:
            raise place.fault(
                Sentence("column {names!r} is there twice", names=names[found[meaning]]), available=", ".join(names)
            )
    for name in (next(name for name, meant in form.items() if meant == needed) for needed in _NEEDED):
        if form[name] not in found:
            raise place.fault(
                Sentence("there is no column {name!r}", name=name.upper() if form is LEGACY else name),
                available=", ".join(names),
                hint=Sentence(
                    "export at least PERMNO,date,PRC,RET,CFACPR or PERMNO,DlyCalDt,DlyPrc,DlyRet,DlyCumFacPr"
                ),
            )
    return found


def _rows(place: Place, table: Headed, names: list[str], columns: dict[str, int], reading: Reading) -> _Rows:
    numeric = {i for meaning, i in columns.items() if meaning not in _TEXTS}
    frame = table.cells.columns(set(columns.values()) - numeric, numeric)
    numbers = numbers_of(place, {i: frame[i] for i in numeric}, reading, dict(enumerate(names)), "point")
    for i, bad in numbers.bad.items():
        for row, why in bad.items():
            raise place.fault(why, row=row, column=names[i], hint=Sentence("leave a missing value empty"))
    n = table.cells.rows

    def text(meaning: str) -> tuple[Ints, list[str]]:
        if meaning not in columns:
            return np.zeros(n, np.int64), [""]
        return texts_of(place, frame[columns[meaning]], names[columns[meaning]])

    def number(meaning: str, default: float) -> Floats:
        if meaning not in columns:
            return np.full(n, default)
        values = numbers.values[columns[meaning]]
        if np.isinf(values).any():
            raise place.fault(
                Sentence("the value is infinite"), row=int(np.isinf(values).argmax()), column=names[columns[meaning]]
            )
        return values

    def has(meaning: str, value: str) -> Bools:
        codes, found = text(meaning)
        return np.array([t.upper() == value for t in found])[codes]

    security, permnos = text("security")
    _check_permnos(place, security, permnos)
    ticker, tickers = text("ticker")
    price, scale = number("price", np.nan), number("per_price", 1.0)
    delisting, unknown = _returns(place, names, columns, "delisting", *text("delisting"))
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where(price == 0, np.nan, np.abs(price) / np.where(scale > 0, scale, np.nan))
    volume = number("volume", np.nan)
    rows = _Rows(
        line=np.arange(n),
        security=security,
        permnos=permnos,
        ticker=ticker,
        tickers=tickers,
        days=_days(place, names[columns["date"]], frame[columns["date"]], reading),
        price=level,
        mean=(price < 0) | has("flag", "BA"),
        ret=_returns(place, names, columns, "ret", *text("ret"))[0],
        delisting=delisting,
        unknown=unknown,
        counted=has("delisted", "Y"),
        volume=np.where(volume < 0, np.nan, volume) * number("per_share", 1.0),
        adjusted="per_price" in columns,
        returns="ret" in columns,
    )
    return rows.take(np.lexsort((rows.days, rows.security)))


def _check_permnos(place: Place, codes: Ints, permnos: list[str]) -> None:
    for k, permno in enumerate(permnos):
        if not (permno.isascii() and permno.isdigit()):
            row = int((codes == k).argmax())
            raise place.fault(
                Sentence("{permno!r} is not a PERMNO", permno=permno),
                row=row,
                column="PERMNO",
                hint=Sentence("it is a whole number"),
            )


def _days(place: Place, name: str, column: Any, reading: Reading) -> Days:
    dates = dates_of(place, column, name, reading)
    for row, why in dates.bad.items():
        raise place.fault(why, row=row, column=name, hint=Sentence("write dates as 2025-01-27"))
    return sessions_of(place, dates, name, markets.open_on, reading.times)[0][dates.codes]


def _returns(
    place: Place, names: list[str], columns: dict[str, int], meaning: str, codes: Ints, written: list[str]
) -> tuple[Floats, Bools]:
    """(N,) returns, NaN where there is none, and whether the file gives a code for why there is none.

    Raises:
        InvalidFile: one is neither a number nor a code, or loses more than all.
    """
    values, coded = np.full(len(written), np.nan), np.zeros(len(written), bool)
    for k, text in enumerate(written):
        try:
            values[k] = float(text) if text else np.nan
        except ValueError:
            values[k] = -99.0 if len(text.removeprefix(".")) <= 1 else np.inf
        coded[k] = values[k] in NO_RETURN
        if not coded[k] and text and not -1 <= values[k] < np.inf:
            what = Sentence("{text!r} is not a return", text=text)
            row = int((codes == k).argmax())
            raise place.fault(
                what, row=row, column=names[columns[meaning]], hint=Sentence("returns are decimals: -0.012")
            )
    values[coded] = np.nan
    return values[codes], coded[codes]


class _Known:
    """Which rows are those of a name, beside indices that have columns of their own."""

    def __init__(self, rows: _Rows, indices: Sequence[str] = ()) -> None:
        self._rows, self._indices = rows, indices
        self._first = np.searchsorted(rows.security, np.arange(len(rows.permnos) + 1))
        self._order = {permno: k for k, permno in enumerate(rows.permnos)}
        bearers: dict[str, list[int]] = {}
        pairs = np.unique(rows.ticker * np.int64(len(rows.permnos)) + rows.security)
        for key in pairs.tolist():
            ticker, security = divmod(key, len(rows.permnos))
            if rows.tickers[ticker]:
                bearers.setdefault(rows.tickers[ticker], []).append(security)
        self._bearers = bearers

    @property
    def all(self) -> list[str]:
        """A name for each security: the ticker it bore last if no other bore it too, else its PERMNO."""
        names = []
        for k, permno in enumerate(self._rows.permnos):
            last = self._rows.tickers[self._rows.ticker[self._first[k + 1] - 1]]
            names.append(last if self._bearers.get(last) == [k] else permno)
        return names

    def has(self, name: str) -> bool:
        """Whether a security is called so."""
        return name in self._order or name in self._bearers

    def rows(self, file: str, name: str, wanted: Wanted) -> Ints:
        """The rows of the security that a PERMNO or ticker means.

        Raises:
            SymbolUnknown: there is none, or a ticker was borne by several.
        """
        securities = [self._order[name]] if name in self._order else self._bearers.get(name, [])
        if not securities:
            raise not_there(file, name, [*self._bearers, *self._rows.permnos, *self._indices], wanted)
        if len(securities) > 1:
            raise SymbolUnknown(
                Sentence("{name!r} was the ticker of {n} securities", name=name, n=len(securities)),
                where=Sentence("ticker {name}", name=name),
                available=Phrase("{securities:;}", securities=[self._said(name, k) for k in securities]),
                hint=Sentence("name the PERMNO that is meant"),
            )
        return np.arange(self._first[securities[0]], self._first[securities[0] + 1])

    def _said(self, name: str, k: int) -> str:
        span = slice(self._first[k], self._first[k + 1])
        days = self._rows.days[span][self._rows.ticker[span] == self._rows.tickers.index(name)]
        permno = self._rows.permnos[k]
        return Sentence("PERMNO {permno} from {first} to {last}", permno=permno, first=days[0], last=days[-1])


def _series(place: Place, rows: _Rows, name: str, which: Ints, wanted: Wanted) -> Fetch:
    """The prices of one security, with a level that moves by its returns.

    Raises:
        SymbolUnknown: it has no price on the days wanted.
        InvalidFile: its rows contradict each other.
    """
    own, merged = _once_a_day(place, rows.take(which))
    delisted = np.flatnonzero(np.isfinite(own.delisting))
    last = int(np.flatnonzero(np.isfinite(own.price) | np.isfinite(own.ret) | np.isfinite(own.delisting))[-1:].sum())
    if len(delisted) and delisted[0] != last:
        raise place.fault(
            Sentence("a delisting return of {name} stands before its last day", name=name),
            row=int(own.line[delisted[0]]),
            column="DLRET",
            hint=Sentence("it belongs to the last day only; merge delistings by PERMNO and date"),
        )
    level, from_price = _level(own)
    columns = {"close": own.price, "volume": own.volume}
    if own.returns:
        columns["adj_close"] = level
    keep = wanted.on(own.days)
    if not np.isfinite(columns["close"][keep]).any():
        raise not_there(place.name, name, [name], wanted)
    index = pd.DatetimeIndex(own.days[keep].astype("datetime64[ns]"), name="session")
    frame = pd.DataFrame({c: v[keep] for c, v in columns.items() if np.isfinite(v).any()}, index)
    notes = [text for said, text in _notes(own, keep, from_price) if said]
    if merged:
        notes.append("days that stand there several times with the same price and return are taken once")
    return Fetch(name, frame, "adj_close" if own.returns else "as_given", "USD", None, None, tuple(notes))


def _index(place: Place, table: Headed, heading: str, rows: _Rows, name: str, wanted: Wanted) -> Fetch:
    """An index of which the file has the return of each day, beside every security.

    Raises:
        SymbolUnknown: it has no return on the days wanted.
        InvalidFile: a return is no number, or one day has two.
    """
    at = table.headings.index(heading)
    numbers = numbers_of(place, {at: table.cells.columns(set(), {at})[at]}, Reading(), {at: heading}, "point")
    for row, why in numbers.bad.get(at, {}).items():
        raise place.fault(why, row=row, column=heading, hint=Sentence("leave a missing value empty"))
    returns = numbers.values[at][rows.line]
    order = np.argsort(rows.days, kind="stable")
    order = order[np.isfinite(returns[order]) & wanted.on(rows.days[order])]
    days, first, of = np.unique(rows.days[order], return_index=True, return_inverse=True)
    if (twice := np.flatnonzero(returns[order] != returns[order][first][of])).size:
        row = order[twice[0]]
        what = Sentence(
            "{heading} on {days} is given twice, with different values", heading=heading, days=rows.days[row]
        )
        raise place.fault(what, row=int(rows.line[row]), column=heading, hint=Sentence("keep one of them"))
    if not len(days):
        raise not_there(place.name, name, [name], wanted)
    index = pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session")
    level = index_of(returns[order][first][:, None])[:, 0]
    basis: Basis = "adj_close" if fold(heading).endswith("retd") else "as_given"  # with dividends: vwretd, ewretd
    columns = {"close": level, **({"adj_close": level} if basis == "adj_close" else {})}
    return Fetch(name, pd.DataFrame(columns, index), basis, "USD", None, None, (_OF_RETURNS,))


def _once_a_day(place: Place, own: _Rows) -> tuple[_Rows, bool]:
    """Exports repeat a day for each of its distributions: rows that say the same are one.

    Raises:
        InvalidFile: two rows of a day differ.
    """
    again = np.flatnonzero(own.days[1:] == own.days[:-1]) + 1
    for field in ("price", "ret", "delisting"):
        values = getattr(own, field)
        differ = ~((values[again] == values[again - 1]) | (np.isnan(values[again]) & np.isnan(values[again - 1])))
        if differ.any():
            row = int(own.line[again[differ.argmax()]])
            what = Sentence(
                "{permnos} has two different rows for {days}",
                permnos=own.permnos[own.security[0]],
                days=own.days[again[differ.argmax()]],
            )
            raise place.fault(what, row=row, hint=Sentence("keep one of them"))
    return own.take(np.setdiff1d(np.arange(len(own.days)), again)), len(again) > 0


def _level(own: _Rows) -> tuple[Floats, Bools]:
    """(N,) what one share grows to, distributions reinvested, and (N,) where a price had to stand in for a lacking return.

    It begins at the first price. Between two prices without a return it moves as the price does.
    """
    grows = np.where(np.isfinite(own.ret), 1 + own.ret, np.nan)
    priced = np.flatnonzero(np.isfinite(own.price))
    by_price = np.full(len(grows), np.nan)
    by_price[priced[1:]] = own.price[priced[1:]] / own.price[priced[:-1]]
    from_price = ~np.isfinite(grows) & np.isfinite(by_price)
    grows = np.where(from_price, by_price, grows)
    after = np.isfinite(own.delisting)
    grows = np.where(after, np.where(np.isfinite(grows), grows, 1.0) * (1 + own.delisting), grows)
    level = np.full(len(grows), np.nan)
    if len(priced):
        first = priced[0]
        grows[first] = own.price[first] * (1 + own.delisting[first] if after[first] else 1.0)
        moves = np.flatnonzero(np.isfinite(grows) & (np.arange(len(grows)) >= first))
        level[moves] = np.cumprod(grows[moves])
    return level, from_price


def _notes(own: _Rows, keep: Bools, from_price: Bools) -> list[tuple[bool, str]]:
    """What a reader must know, each with whether it holds for the days kept."""
    at = np.flatnonzero(np.isfinite(own.delisting) & keep)
    inside = np.flatnonzero(own.counted & np.isfinite(own.ret) & keep)
    names = list(dict.fromkeys(own.tickers[k] for k in own.ticker.tolist() if own.tickers[k]))
    return [
        (bool((own.mean & np.isfinite(own.price) & keep).any()), _MEAN),
        (
            len(at) > 0,
            "".join(
                f"the delisting return of {own.delisting[i]:+.1%} is in the last return, of {own.days[i]}" for i in at
            ),
        ),
        (
            len(inside) > 0,
            "".join(
                f"the return of {own.ret[i]:+.1%} on {own.days[i]} is or holds the delisting return" for i in inside
            ),
        ),
        (
            bool((own.unknown & keep).any()),
            "it was delisted, but the file does not know with what return: the last return leaves that out",
        ),
        (
            own.returns and bool((from_price & keep).any()),
            "where the file lacks a return, that of the price without distributions is taken",
        ),
        (
            not own.adjusted and not own.returns,
            "the file has no returns and does not say how to adjust prices for splits",
        ),
        (not own.adjusted and own.returns, "closes are not adjusted for splits, returns are"),
        (len(names) > 1, f"its ticker changed: {', '.join(names)}"),
    ]


SOURCE = CrspFile()
