"""Log volume in place of returns (METHODS 3.26).

V = ln(100 volume / shares outstanding + .000255), or ln(1 + volume) where the shares are not known. Volume is taken as adjusted
for splits, as prices are; shares outstanding are carried over the splits after their date.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from eventstudy.disk import read_text
from eventstudy.errors import InvalidFile, Sentence
from eventstudy.language import Phrase
from eventstudy.language.messages import Exclusion
from eventstudy.panel.align import Panel
from eventstudy.panel.block import EventBlock, Floats
from eventstudy.prices import PriceTable

UNDATED = pd.Timestamp("1900-01-01")
"""The date of a count of shares that has none."""
_SMALLEST_TURNOVER = 0.000255
"""Added to turnover in per cent, so that a day without trade has a logarithm (Ajinkya and Jain 1989)."""


def with_volume(
    panel: Panel, prices: PriceTable, shares: pd.DataFrame | None = None, exclude: Sequence[date] = ()
) -> Panel:
    """The panel with log volume as `returns`, and the equal-weighted mean of the tickers studied as `benchmark`.

    `shares`: what `read_shares` gives. Pairs without a volume on day 0 are moved to `excluded`, reason NO_VOLUME. The mean is
    over tickers that have a volume on every session of a design, so that it is over the same ones every day.
    """
    block = panel.block
    days = block.sessions.reshape(-1)
    order = list(dict.fromkeys(pair.ticker for pair in panel.pairs))
    counted = None if shares is None else over_splits(shares, prices)
    levels = _levels(prices, order, days, counted).reshape(*block.sessions.shape, len(order))
    column = np.array([order.index(pair.ticker) for pair in panel.pairs], dtype=np.int64)
    values = levels[block.design, :, column]
    there = np.isfinite(values[:, -block.estimation.start])
    if exclude:
        inside = block.sessions[:, block.estimation_columns]
        hit = np.isin(inside, np.array(exclude, dtype="datetime64[D]"))[block.design]
        values[:, block.estimation_columns][hit] = np.nan
    if block.outside is not None:
        values[:, block.estimation_columns][block.outside] = np.nan
    left_out = None
    if block.masked is not None:
        own, hit = values[:, block.estimation_columns], np.isfinite(block.masked)
        left_out = np.where(hit, own, np.nan)
        own[hit] = np.nan
    mean = _mean_of_complete(levels, np.isnat(block.sessions))
    lined = EventBlock(
        returns=values,
        regressors=mean[:, :, None],
        names=("benchmark",),
        design=block.design,
        sessions=block.sessions,
        row=block.row,
        unseen=block.unseen,
        masked=left_out,
        outside=block.outside,
        span=np.ones_like(block.span),
        estimation=block.estimation,
        event=block.event,
    )
    lacking = tuple(
        Exclusion.of("NO_VOLUME", p.event_id, p.ticker, ticker=p.ticker, session=d.session)
        for p, d, ok in zip(panel.pairs, panel.day0, there, strict=True)
        if not ok
    )
    kept = replace(panel, block=lined, after=None, excluded=(*panel.excluded, *lacking))
    return kept.take(np.flatnonzero(there).astype(np.int64))


def _levels(prices: PriceTable, tickers: list[str], days: np.ndarray, shares: pd.DataFrame | None) -> Floats:
    """(len(days), tickers) log volume; NaN where there is none."""
    index = pd.DatetimeIndex(days.astype("datetime64[ns]"))
    traded = np.full((len(days), len(tickers)), np.nan)
    if "volume" in prices.fields:
        traded = prices.fields["volume"].reindex(columns=tickers).reindex(index=index).to_numpy(float, copy=True)
    levels: Floats = np.log1p(traded)
    for j, ticker in enumerate(tickers):
        if shares is not None and ticker in set(shares["ticker"]):
            known = shares[shares["ticker"] == ticker].sort_values("date")
            at = np.searchsorted(known["date"].to_numpy("datetime64[D]"), days, side="right") - 1
            count = np.where((at >= 0) & ~np.isnat(days), known["shares"].to_numpy(float)[np.maximum(at, 0)], np.nan)
            levels[:, j] = np.log(100 * traded[:, j] / count + _SMALLEST_TURNOVER)
    return levels


def _mean_of_complete(levels: Floats, unknown: np.ndarray) -> Floats:
    """(D, T) mean over the tickers (D, T, J) that have a volume on all known sessions of a design; NaN where none has."""
    complete = (np.isfinite(levels) | unknown[:, :, None]).all(axis=1)
    count = complete.sum(axis=1)
    total = np.where(complete[:, None, :], levels, 0.0).sum(axis=2)
    mean: Floats = np.where((count > 0)[:, None], total / np.maximum(count, 1)[:, None], np.nan)
    return mean


def over_splits(shares: pd.DataFrame, prices: PriceTable) -> pd.DataFrame:
    """The shares outstanding in the units of the prices: each dated count times the splits after its date.

    A split is on the first day at the new price, so a count of that day is one after it. Counts without a date are taken as
    counted like the prices. Column `splits` holds the factor.
    """
    factor = np.ones(len(shares))
    if "split" in prices.fields:
        known = prices.fields["split"].reindex(columns=list(dict.fromkeys(shares["ticker"])))
        for i, (ticker, day) in enumerate(zip(shares["ticker"], shares["date"], strict=True)):
            ratios = known.loc[known.index > day, ticker].dropna()
            factor[i] = float(ratios.prod()) if day != UNDATED else 1.0
    return shares.assign(shares=shares["shares"].to_numpy(float) * factor, splits=factor)


def read_shares(path: str | Path | pd.DataFrame) -> pd.DataFrame:
    """Shares outstanding: columns ticker, shares, date (from when on they count, as counted then; `UNDATED` if not given).

    Of a file, or of a table that has the columns ticker, shares[, date].

    Raises:
        InvalidFile: no such file, a column lacking, a number that is not above zero, or a date that cannot be read.
    """
    if isinstance(path, pd.DataFrame):
        given = path.reset_index() if path.index.name in ("ticker", "date") else path.reset_index(drop=True)
        if "date" in given:
            given = given.assign(date=[_as_text(day) for day in given["date"]])
        return _checked_shares(given, Sentence("the table of shares"), lambda i: Phrase("row {n}", n=i + 1))
    text = StringIO(read_text(path, Sentence("the shares outstanding")))
    try:
        table = pd.read_csv(text, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise InvalidFile(
            Sentence("cannot read the shares outstanding: {said}", said=error), where=str(path)
        ) from error
    return _checked_shares(table, str(path), lambda i: Phrase("line {n}", n=i + 2))


def _as_text(day: object) -> str:
    """A day as a file has it; empty where none is given."""
    if day is None or day is pd.NaT or day == "" or day != day:
        return ""
    return f"{day:%Y-%m-%d}" if isinstance(day, date) else str(day)


def _checked_shares(table: pd.DataFrame, name: str, row: Callable[[int], str]) -> pd.DataFrame:
    """The columns of a table of shares; `row` says where the i-th of its rows stands."""
    if not {"ticker", "shares"} <= set(table.columns):
        raise InvalidFile(
            Sentence("shares outstanding have columns ticker, shares[, date]"),
            where=name,
            available=", ".join(map(str, table.columns)),
        )
    count = pd.to_numeric(table["shares"], errors="coerce")
    when = table["date"] if "date" in table.columns else pd.Series("", index=table.index)
    when = when.where(when != "", str(UNDATED.date()))
    dates = pd.to_datetime(when, format="%Y-%m-%d", errors="coerce")
    wrong = ~(count > 0) | dates.isna()
    if wrong.any():
        raise InvalidFile(
            Sentence("shares outstanding must be numbers above zero, dates written as 2025-01-31"),
            where=Phrase("{name}, {row}", name=name, row=row(int(np.argmax(wrong)))),
        )
    return pd.DataFrame({"ticker": table["ticker"], "shares": count, "date": dates})
