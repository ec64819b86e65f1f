"""Daily prices become those of weeks or months, before pairs are lined up: the rows of a study are then periods.

The return of a period is the total return of its sessions compounded, (1 + r_1) ... (1 + r_n) - 1, by their logarithms, on the
sessions of the ticker's own exchange. It needs the close of the last session of the period and of the one before, and closes
on four sessions of five; what lacks them is missing and said. A series with one row a period is taken as it is. A period is
named by its last day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language.messages import Message
from eventstudy.panel.align import Panel
from eventstudy.panel.block import Bools, Days, Floats
from eventstudy.panel.homes import Home, home_of, opened_by, own_days
from eventstudy.panel.returns import grid_returns
from eventstudy.prices import PriceTable

_SHARE = 0.8
"""Of the sessions of a period, so many must have a close."""
_TINY = 1e-9


def in_periods(table: PriceTable, config: StudyConfig, tickers: list[str]) -> tuple[PriceTable, dict[str, Days]]:
    """The table of these tickers with a row a period; and by ticker which are missing though there are prices in them.

    A field `ret` holds the returns; of changes of levels `close` holds the last level of each period.
    """
    table = table.naming(tickers)
    tickers = [t for t in dict.fromkeys(tickers) if t in table.close.columns]
    days = table.close.index.to_numpy("datetime64[D]")
    if not len(days) or not tickers:
        return table, {}
    labels = _all_between(days[0].item(), days[-1].item(), config)
    series, partial, homes = {}, dict[str, Days](), dict(table.homes)
    for ticker in tickers:
        homes[ticker] = home_of(ticker, table)
        own = days[table.close[ticker].notna().to_numpy()]
        named = config.clock.named_by(own)
        if len(own) and len(np.unique(named)) == len(own):
            series[ticker] = _as_given(table, ticker, labels, config)
            continue
        values, lacking = _compounded(table, ticker, homes[ticker].exchange, own, labels, config)
        series[ticker] = values
        if len(lacking):
            partial[ticker] = lacking
    frame = pd.DataFrame(series, pd.DatetimeIndex(labels.astype("datetime64[ns]"), name="session"))
    frame.columns = pd.Index(tickers, dtype=object, name="ticker")
    if config.returns == "difference":
        return replace(_bare(table, tickers, homes, labels), fields={"close": frame}), partial
    index = 100 * (1 + frame.fillna(0.0)).cumprod()
    index = index.where(frame.notna() | frame.shift(-1).notna())
    info = {t: replace(table.info[t], basis="returns") for t in tickers}
    return replace(_bare(table, tickers, homes, labels), fields={"close": index, "ret": frame}, info=info), partial


def told_of_partial(partial: Mapping[str, Days], panel: Panel) -> Iterator[Message]:
    """Which periods that a pair of the panel uses are missing though there are prices in them."""
    for ticker, lacking in partial.items():
        uses = [k for k, p in enumerate(panel.pairs) if ticker in (p.ticker, p.benchmark, *p.peers)]
        days = lacking[np.isin(lacking, panel.block.sessions[panel.block.design[uses]])]
        if len(days):
            said = {"n": len(days), "first": days[0].item(), "last": days[-1].item()}
            yield Message.of("PARTIAL_PERIOD", None, ticker, **said)


def _bare(table: PriceTable, tickers: list[str], homes: dict[str, Home], labels: Days) -> PriceTable:
    """The table without what is of days alone; a ticker without an exchange has all periods for its sessions."""
    info = {t: table.info[t] for t in tickers}
    return replace(table, info=info, given=None, quoted=None, homes=homes, unplaced=labels)


def _all_between(first: date, last: date, config: StudyConfig) -> Days:
    """(P,) the last days of all periods from one day to another."""
    every = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    labels: Days = np.unique(config.clock.named_by(every))
    return labels


def _as_given(table: PriceTable, ticker: str, labels: Days, config: StudyConfig) -> Floats:
    """(P,) returns, or levels, of a series that has one row a period."""
    rows = table.close[ticker].notna()
    if "ret" in table.fields:
        rows |= table.fields["ret"][ticker].notna()
    kept = table.part([ticker], table.close.index[0].date(), table.close.index[-1].date())
    named = config.clock.named_by(kept.close.index[rows].to_numpy("datetime64[D]"))
    fields = {}
    for name, frame in kept.fields.items():
        part = frame[rows.to_numpy()].copy()
        part.index = pd.DatetimeIndex(named.astype("datetime64[ns]"), name="session")
        fields[name] = part
    alone = replace(kept, fields=fields)
    if config.returns == "difference":
        levels: Floats = alone.close[ticker].reindex(pd.DatetimeIndex(labels.astype("datetime64[ns]"))).to_numpy(float)
        return levels
    found: Floats = grid_returns(alone, [ticker], labels, "simple", "drop").returns[:, 0]
    return found


def _compounded(
    table: PriceTable, ticker: str, exchange: str | None, own: Days, labels: Days, config: StudyConfig
) -> tuple[Floats, Days]:
    """(P,) returns of periods, or their last levels, NaN where missing; and the missing ones in which there are prices."""
    found = np.full(len(labels), np.nan)
    if not len(own):
        return found, labels[:0]
    by_calendar = exchange is not None and config.calendar is not None
    groups = own_days(table)
    sessions = groups.days[groups.of(ticker)]
    sessions = sessions[sessions >= own[0]]
    if exchange is not None and by_calendar:
        end = min(labels[-1].item(), calendars.reach(exchange)[1])
        sessions = calendars.sessions(exchange, own[0].item(), end, opened_by(exchange, table))
    period = np.searchsorted(labels, config.clock.named_by(sessions))
    first = np.flatnonzero(np.diff(period, prepend=-1))
    held = period[first]
    made = grid_returns(
        table, [ticker], sessions, "simple" if config.returns == "log" else config.returns, "trade_to_trade"
    )
    priced, values = np.isfinite(made.level[:, 0]), made.returns[:, 0]
    last = np.append(first[1:], len(sessions)) - 1
    share = np.add.reduceat(priced, first) / np.diff(np.append(first, len(sessions)))
    whole = np.ones(len(held), bool)  # of a series without a calendar, no weekday is left of its last period
    whole[-1] = by_calendar or np.busday_count(sessions[-1] + 1, labels[held[-1]] + 1) <= 0
    good: Bools = whole & priced[last] & (share >= _SHARE - _TINY)
    if config.returns == "difference":
        levels = table.close[ticker].reindex(pd.DatetimeIndex(sessions.astype("datetime64[ns]"))).to_numpy(float)
        found[held[good]] = levels[last[good]]
    else:
        good &= np.concatenate([[False], priced[last[:-1]]])
        if "ret" in table.fields and table.info[ticker].basis == "returns":
            good &= np.logical_and.reduceat(np.isfinite(values), first)
        with np.errstate(divide="ignore"):  # of a loss of all there was
            logs = np.log1p(np.where(np.isfinite(values), values, 0.0))
        found[held[good]] = np.expm1(np.add.reduceat(logs, first))[good]  # a product of 1 + r rounds each day at 1e-16
    lacking = held[~good & (np.add.reduceat(priced, first) > 0)]
    return found, labels[lacking[lacking > held[0]]]


def factors_of_periods(factors: pd.DataFrame | None, config: StudyConfig) -> pd.DataFrame | None:
    """Factors of weeks or months, each named as its period is.

    Raises:
        InvalidRequest: they have several rows a period: the factors of a month are no sums or products of those of its days.
    """
    if factors is None or config.clock.daily:
        return factors
    named = config.clock.named_by(factors.index.to_numpy("datetime64[D]"))
    if len(np.unique(named)) < len(named):
        word = {"weekly": "week", "monthly": "month"}[config.frequency]
        raise InvalidRequest(
            Sentence(
                "the factors have several rows a {word}, and the frequency is {frequency}",
                word=word,
                frequency=config.frequency,
            ),
            hint=Sentence(
                "name a file with one row a {word}; those of a {word} do not follow from those of its days", word=word
            ),
        )
    again = factors.set_axis(pd.DatetimeIndex(named.astype("datetime64[ns]"), name="session"))
    again.attrs = dict(factors.attrs)
    return again
