"""PriceTable: the prices of many tickers side by side, with where each came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.errors import InvalidRequest, Sentence, SourceError
from eventstudy.language import Phrase
from eventstudy.prices._base import FIELDS, Basis, Fetch
from eventstudy.prices._side_by_side import SideBySide
from eventstudy.text import separated

PORTFOLIOS = "portfolios"
"""The source of series that are portfolios: they have months, and no days to be looked over."""


@dataclass(frozen=True)
class SeriesInfo:
    """Where one ticker's prices came from, and what kind they are."""

    source: str
    basis: Basis
    currency: str | None = None
    exchange: str | None = None
    retrieved_at: str | None = None
    notes: tuple[str, ...] = ()
    rate: str | None = None
    """The exchange rate that they were put in `currency` by; None: they are as they were quoted."""
    exchange_by: str | None = None
    """How the exchange is known: `given`, by a vendor's `mark`, None: the source says it."""
    origin: str | None = field(default=None, compare=False)
    """The source that the store has it from; None: it comes from `source` itself."""

    @classmethod
    def of(cls, source: str, fetch: Fetch) -> SeriesInfo:
        """What a source of this name said with a series.

        `source`: the name of the source. `fetch`: what it gave.

        Example:
            >>> given = es.Fetch("A", prices.close, "dividends", "USD", "XNYS", None)
            >>> es.prices.SeriesInfo.of("csv", given).currency
            'USD'
        """
        at, notes = fetch.retrieved_at, fetch.notes
        return cls(source, fetch.basis, fetch.currency, fetch.exchange, at, notes, origin=fetch.origin)


class Given(Protocol):
    """Columns that are looked at when a study names them."""

    def empty(self, tickers: Iterable[str]) -> Mapping[str, SourceError]:
        """Those of the columns that hold no price at all, and what to say of each.

        Raises:
            InvalidFile: one holds what cannot be a price.
        """
        ...


@dataclass(frozen=True, eq=False)
class PriceTable:
    """Daily prices of many tickers.

    `fields` maps some of `FIELDS` (always `close`) to frames of one shape: index = sessions (naive,
    ascending, unique), columns = tickers; NaN = no value. `info` says for each ticker where it came from;
    `missing` why a wanted ticker is not there. Columns that are still `given` as they were are looked at by `naming`.
    A field `ret` holds returns that were given themselves; `close` is then an index made of them.

    Example:
        >>> prices = es.load_prices(["NVDA", "SPY"], "2025-01-24", "2025-01-28", source="bundled")
        >>> prices.tickers
        ['NVDA', 'SPY']
        >>> prices.close["NVDA"].tolist()
        [142.62, 118.42, 128.99]
    """

    fields: Mapping[str, pd.DataFrame]
    info: Mapping[str, SeriesInfo]
    missing: Mapping[str, SourceError] = field(default_factory=dict)
    given: Given | None = None
    quoted: PriceTable | None = None
    """Prices put in one currency as they were quoted, and the rates beside them; None: nothing was converted."""
    read_as: tuple[Phrase, ...] = ()
    """What a file or frame was taken for."""
    explained: tuple[Phrase, ...] = ()
    """The same in full, column by column, where somebody asked for it (`Reading.explain`)."""
    homes: dict[str, Any] = field(default_factory=dict)
    """Where its tickers trade, as far as somebody asked (`panel.homes`)."""
    opened: dict[str, frozenset[date]] | None = field(default_factory=dict)
    """Days on which an exchange traded against its calendar, as far as somebody asked; None: nobody does, of a part."""
    unplaced: Any = None
    """The days of all securities without an exchange, where this table is a part of theirs; None: it is the whole."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What a ticker that was asked for is called here, where that differs: `nvda` is NVDA."""
    copies: pd.DataFrame | None = None
    """Closes of tickers that the same file holds, that nobody asked for, and that are closes of one that was asked for."""

    def __repr__(self) -> str:
        """How much there is of what."""
        more = ", ..." if len(self.tickers) > 5 else ""
        days = f", {self.close.index[0].date()} to {self.close.index[-1].date()}" if len(self.close) else ""
        return f"<PriceTable of {', '.join(self.tickers[:5])}{more}: {len(self.close)} sessions{days}>"

    @classmethod
    def from_fetches(
        cls, fetches: Iterable[tuple[str, Fetch]], missing: Mapping[str, SourceError] | None = None
    ) -> PriceTable:
        """A table from (source name, fetch) pairs, one a ticker.

        `fetches`: the pairs. `missing`: why other tickers have no prices.

        Example:
            >>> es.PriceTable.from_fetches([]).tickers  # what a source gave, a fetch a ticker
            []
        """
        fetched = list(fetches)
        beside = SideBySide(len(fetched))
        for _, fetch in fetched:
            beside.add(fetch)
        info = {fetch.symbol: SeriesInfo.of(source, fetch) for source, fetch in fetched}
        return cls(beside.fields(), info, missing or {})

    def fetch_of(self, ticker: str, currency: str | None = None) -> Fetch:
        """One ticker as a source gives it: its days from the first close to the last, and the fields that it has.

        `ticker`: one of the table that has a close. `currency`: stands for that of the table. Returns that were
        given are left out.

        Example:
            >>> es.load_prices().fetch_of("NVDA").currency
            'USD'
        """
        columns = {name: frame[ticker].to_numpy(float) for name, frame in self.fields.items() if name != "ret"}
        there = {name: ~np.isnan(values) for name, values in columns.items()}
        priced = np.flatnonzero(there["close"])
        days = priced[0] + np.flatnonzero(np.any([*there.values()], axis=0)[priced[0] : priced[-1] + 1])
        named = [
            n for n in columns if there[n].any() or n in ("close", "dividend")
        ]  # without a dividend is not unknown
        frame = pd.DataFrame({name: columns[name][days] for name in named}, self.close.index[days])
        about = self.info[ticker]
        basis = "as_given" if about.basis == "returns" else about.basis
        return Fetch(ticker, frame, basis, currency or about.currency, about.exchange, None, about.notes)

    @property
    def close(self) -> pd.DataFrame:
        """Split-adjusted closing prices, sessions by tickers."""
        return self.fields["close"]

    def of_returns(self, tickers: Iterable[str]) -> list[str]:
        """Those of some `tickers` whose closes are no prices, but an index made of the returns that were given.

        Example:
            >>> prices.of_returns(prices.tickers)
            []
        """
        return [t for t in tickers if t in self.info and self.info[t].basis == "returns"]

    def check_prices(self, tickers: Iterable[str], what: str) -> None:
        """Refuse what needs prices of some `tickers` where returns were given.

        `what`: that which is asked, as the error names it.

        Raises:
            InvalidRequest: the file holds returns of one of them.

        Example:
            >>> prices.check_prices(prices.tickers, "money") is None
            True
        """
        if of_returns := self.of_returns(dict.fromkeys(tickers)):
            raise InvalidRequest(
                Phrase(
                    "{what} needs prices, and the file holds returns of {tickers:some}",
                    what=Phrase.quoted(what),
                    tickers=of_returns,
                ),
                hint=Sentence("name a file of prices: --prices FILE"),
            )

    @property
    def tickers(self) -> list[str]:
        """The tickers that have prices."""
        return list(self._places)

    def position(self, ticker: str) -> int | None:
        """The column of a ticker; None where it has none.

        `ticker`: as it is written in `tickers`.

        Example:
            >>> prices.position("SPY"), prices.position("none")
            (1, None)
        """
        return self._places.get(ticker)

    @cached_property
    def _places(self) -> dict[str, int]:
        """The column of each ticker."""
        return {str(t): i for i, t in enumerate(self.close.columns.tolist())}

    def naming(self, tickers: Iterable[str]) -> PriceTable:
        """The table for who names these tickers: their columns are sound, and those without a price are in `missing`.

        `tickers`: those that are asked for.

        Raises:
            InvalidFile: a column holds what cannot be a price.

        Example:
            >>> prices.naming(["NVDA"]).tickers
            ['NVDA', 'SPY']
        """
        return self if self.given is None else self._without(self.given.empty(tickers))

    def priced(self) -> PriceTable:
        """The table without the columns that hold no price, wherever nobody has looked at them.

        Example:
            >>> prices.priced().tickers
            ['NVDA', 'SPY']
        """
        if self.given is None:
            return self
        there = self.close.notna().any().to_numpy()
        return self._without({}, [str(t) for t in self.close.columns[~there]])

    def refusing(self, wrong: Mapping[str, SourceError]) -> PriceTable:
        """The table without some tickers, each missing for what is wrong with it.

        `wrong`: ticker -> why it cannot be used.

        Example:
            >>> why = es.errors.SourceMalformed("these are no levels")
            >>> prices.refusing({"SPY": why}).tickers
            ['NVDA']
        """
        return self._without(wrong) if wrong else self

    def _without(self, missing: Mapping[str, SourceError], more: Sequence[str] = ()) -> PriceTable:
        gone = [t for t in (*missing, *more) if t in self.info]
        if not gone:
            return self
        fields = {name: frame.drop(columns=gone) for name, frame in self.fields.items()}
        info = {t: i for t, i in self.info.items() if t not in gone}
        return replace(self, fields=fields, info=info, missing={**self.missing, **missing})

    def without(self, days: Iterable[tuple[str, date]]) -> PriceTable:
        """The table without any value of these tickers on these days.

        `days`: ticker and date of each close that is taken for missing.

        Raises:
            InvalidRequest: there is no such ticker, or no price of it on that day.

        Example:
            >>> from datetime import date
            >>> prices.without([("NVDA", date(2025, 1, 27))]).close["NVDA"].tolist()
            [142.62, nan, 128.99]
        """
        fields = {name: frame.copy() for name, frame in self.fields.items()}
        for ticker, day in days:
            at = pd.Timestamp(day)
            if ticker not in self.info:
                raise InvalidRequest(
                    Sentence("no prices of {ticker}, whose {day} is to be dropped", ticker=ticker, day=day),
                    available=", ".join(self.tickers[:12]),
                )
            if at not in self.close.index or np.isnan(self.close[ticker].to_numpy(float)[self.close.index.get_loc(at)]):
                known = self.close[ticker].dropna().index
                near = known[(known >= at - pd.Timedelta(7, "D")) & (known <= at + pd.Timedelta(7, "D"))]
                raise InvalidRequest(
                    Sentence("{ticker} has no price on {day} that could be dropped", ticker=ticker, day=day),
                    available=", ".join(f"{d:%Y-%m-%d}" for d in near),
                )
            for frame in fields.values():
                frame.loc[at, ticker] = np.nan
        return replace(self, fields=fields)

    def adjusted(self, tickers: Sequence[str]) -> NDArray[np.bool_]:
        """(n,) which tickers have their returns from `adj_close`; those of the others come from `close`.

        `tickers`: whose returns are asked about.

        Example:
            >>> prices.adjusted(["NVDA", "SPY"]).tolist()  # the embedded sample has dividends beside its closes
            [False, False]
        """
        there = "adj_close" in self.fields
        return np.array([there and t in self.info and self.info[t].basis == "adj_close" for t in tickers], dtype=bool)

    @property
    def source(self) -> str:
        """The names of the sources used, joined by `+`."""
        return "+".join(sorted({i.source for i in self.info.values()}))

    @property
    def retrieved_at(self) -> str | None:
        """The latest time at which one of the series was retrieved."""
        return max((i.retrieved_at for i in self.info.values() if i.retrieved_at), default=None)

    def beside(self, other: PriceTable) -> PriceTable:
        """Both tables in one; tickers that both have are this one's.

        `other`: the table that is added.

        Example:
            >>> more = es.load_prices(["AMD"], "2025-01-24", "2025-01-28", source="bundled")
            >>> prices.beside(more).tickers
            ['NVDA', 'SPY', 'AMD']
        """
        more = [t for t in other.tickers if t not in self.info]
        days = self.close.index.union(other.close.index)
        fields = {}
        for name in (n for n in (*FIELDS, "ret") if n in self.fields or n in other.fields):
            own, others = (
                (table.fields[name][columns] if name in table.fields else pd.DataFrame(np.nan, days, columns)).reindex(
                    days
                )
                for table, columns in ((self, self.tickers), (other, more))
            )
            fields[name] = pd.concat([own, others], axis=1).rename_axis(index="session", columns="ticker")
        info = {**self.info, **{t: other.info[t] for t in more}}
        missing = {t: e for t, e in {**other.missing, **self.missing}.items() if t not in info}
        told = (*self.read_as, *(p for p in other.read_as if p not in self.read_as))
        alike = [t.copies for t in (self, other) if t.copies is not None]
        copies = pd.concat(alike, axis=1) if alike else None
        return PriceTable(fields, info, missing, read_as=told, names={**other.names, **self.names}, copies=copies)

    def part(self, tickers: str | Sequence[str], first: date, last: date) -> PriceTable:
        """The prices of these tickers from `first` to `last`, both included.

        `tickers`: a list, or names in one text.

        Example:
            >>> from datetime import date
            >>> prices.part("NVDA", date(2025, 1, 27), date(2025, 1, 28)).close["NVDA"].tolist()
            [118.42, 128.99]
        """
        tickers = separated(tickers)
        days = self.close.index.to_numpy("datetime64[D]")
        rows = slice(*np.searchsorted(days, np.array([first, last + timedelta(1)], "datetime64[D]")).tolist())
        columns = [self._places[t] for t in tickers]
        every = columns == list(range(len(self._places)))  # of all columns as they stand nothing is copied
        fields = {name: frame.iloc[rows] if every else frame.iloc[rows, columns] for name, frame in self.fields.items()}
        return replace(self, fields=fields, info={t: self.info[t] for t in tickers}, given=None)

    def sha256(self) -> str:
        """A hash of tickers, sessions and every value: equal tables, equal hash, on every machine.

        Example:
            >>> from datetime import date
            >>> same = prices.part(prices.tickers, date(2025, 1, 24), date(2025, 1, 28))
            >>> same.sha256() == prices.sha256(), len(prices.sha256())
            (True, 64)
        """
        return self._sha256

    @cached_property
    def _sha256(self) -> str:
        fields = {name: frame.sort_index(axis=1) for name, frame in self.priced().fields.items()}
        first = next(iter(fields.values()))
        tickers = [str(t) for t in first.columns]
        values = {name: frame.to_numpy(float) for name, frame in fields.items()}
        return hash_of(tickers, first.index.to_numpy("datetime64[D]"), values)


def hash_of(tickers: Sequence[str], days: NDArray[np.datetime64], fields: Mapping[str, NDArray[np.float64]]) -> str:
    """The hash of prices by their values: (S, n) of each field, on S days, of n tickers."""
    digest, sessions = hashlib.sha256(), days.astype("<i8").tobytes()
    for name in sorted(fields):
        digest.update(repr((name, list(tickers))).encode())
        digest.update(sessions)
        values = fields[name].astype("<f8") + 0.0  # one zero
        digest.update(np.where(np.isnan(values), np.nan, values).tobytes())  # one NaN
    return digest.hexdigest()


def together(tables: Sequence[PriceTable], order: Sequence[str] = ()) -> PriceTable:
    """Tables of different tickers in one, on all their days; `order` are the tickers that come first."""
    if len(tables) == 1 and not order:
        return tables[0]
    days = np.unique(np.concatenate([t.close.index.to_numpy("datetime64[ns]") for t in tables]))
    rows = [np.searchsorted(days, t.close.index.to_numpy("datetime64[ns]")) for t in tables]
    at = [(i, k) for i, table in enumerate(tables) for k in range(len(table.tickers))]
    names = [tables[i].tickers[k] for i, k in at]
    place = {t: n for n, t in enumerate(dict.fromkeys([*(t for t in order if t in names), *names]))}
    fields = {}
    for name in (*FIELDS, "ret"):
        if any(name in t.fields for t in tables):
            grid = np.full((len(days), len(place)), np.nan)
            for table, own in zip(tables, rows, strict=True):
                if name in table.fields:
                    columns = np.array([place[t] for t in table.tickers], dtype=np.int64)
                    grid[np.ix_(own, columns)] = table.fields[name].to_numpy(float)
            index = pd.DatetimeIndex(days, name="session")
            fields[name] = pd.DataFrame(grid, index, pd.Index(list(place), dtype=object, name="ticker"))
    info = {t: table.info[t] for table in tables for t in table.tickers}
    missing = {t: e for table in tables for t, e in table.missing.items() if t not in info}
    said = dict.fromkeys(p for table in tables if table.tickers or not names for p in table.read_as)
    names_of = {a: n for table in tables for a, n in table.names.items()}
    in_full = tuple(p for table in tables for p in table.explained)
    return PriceTable(
        fields, {t: info[t] for t in place}, missing, read_as=tuple(said), explained=in_full, names=names_of
    )
