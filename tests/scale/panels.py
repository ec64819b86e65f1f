"""Made-up panels of Parquet files, and what they were made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def closes(securities: int = 12, days: int = 900, seed: int = 4) -> pd.DataFrame:
    """Wide closing prices: some listed late, one delisted, single days missing; the market is `MKT`."""
    rng = np.random.default_rng(seed)
    sessions = pd.bdate_range("2015-01-05", periods=days).as_unit("ns")
    market = rng.normal(0, 0.01, days)
    returns = market[:, None] * rng.uniform(0.5, 1.5, securities) + rng.normal(0, 0.02, (days, securities))
    prices = 50 * np.cumprod(1 + returns, axis=0)
    prices[: days // 3, 0] = np.nan
    prices[days // 2 :, 1] = np.nan
    prices[rng.random(prices.shape) < 0.002] = np.nan
    wide = pd.DataFrame(prices, sessions, [f"S{i:02d}" for i in range(securities)])
    return wide.assign(MKT=100 * np.cumprod(1 + market))


def long(wide: pd.DataFrame) -> pd.DataFrame:
    """The rows of a wide table that have a price."""
    rows = wide.rename_axis(index="date").reset_index().melt("date", var_name="ticker", value_name="close").dropna()
    return rows[["ticker", "date", "close"]].assign(date=rows["date"].dt.date)


def by_security(wide: pd.DataFrame, folder: Path, each: int = 4) -> Path:
    """A file for every few securities."""
    rows = long(wide)
    names = list(wide.columns)
    folder.mkdir(parents=True)
    for i in range(0, len(names), each):
        mine = rows[rows["ticker"].isin(names[i : i + each])]
        mine.to_parquet(folder / f"part-{i:03d}.parquet", index=False)
    return folder


def by_year(wide: pd.DataFrame, folder: Path) -> Path:
    """A folder `year=...` for each year, rows in the order of dates."""
    rows = long(wide).sort_values(["date", "ticker"])
    for year, mine in rows.groupby(rows["date"].map(lambda d: d.year)):
        place = folder / f"year={year}"
        place.mkdir(parents=True)
        mine.to_parquet(place / "part-0.parquet", index=False)
    return folder


def by_ticker(wide: pd.DataFrame, folder: Path) -> Path:
    """A folder `ticker=...` for each security; the files have no column of that name."""
    for ticker, mine in long(wide).groupby("ticker"):
        place = folder / f"ticker={ticker}"
        place.mkdir(parents=True)
        mine.drop(columns="ticker").to_parquet(place / "part-0.parquet", index=False)
    return folder
