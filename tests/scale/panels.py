"""Made-up panels of Parquet files, and what they were made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests import worlds


def closes(securities: int = 12, days: int = 900, seed: int = 4) -> pd.DataFrame:
    """Wide closing prices: one listed late, one delisted, single days missing; the market is `MKT`."""
    sessions = pd.bdate_range("2015-01-05", periods=days).as_unit("ns")
    names = [f"S{i:02d}" for i in range(securities)]
    sound = worlds.closes(seed, names, sessions)
    gone = {names[1]: days // 2}
    spoilt = worlds.damaged(sound, np.random.default_rng(seed), gaps=0.002, late={names[0]: days // 3}, gone=gone)
    return spoilt.assign(MKT=sound["MKT"])


def long(wide: pd.DataFrame) -> pd.DataFrame:
    """The rows of a wide table that have a price."""
    rows = worlds.long(wide).dropna(ignore_index=True)
    return rows.assign(date=rows["date"].dt.date)


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
