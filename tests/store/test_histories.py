"""Random histories of a share and of the fetches of it: whatever happens in whatever order, returns are the true ones.

The truth is a series of prices before any split. A source gives it on the basis of the day it is asked, with holes that
come and go. However a store was filled, the return between two days it holds must be the true one, a price that was had
once must not be lost, and every earlier vintage must read as it did.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from eventstudy.prices import Fetch
from eventstudy.prices._store import Store, digest
from eventstudy.prices._store_update import bring

from tests.store.conftest import DAYS
from tests.tiers import first

N = len(DAYS)


class Market:
    """A share with splits, and a source that forgets single days at random."""

    summary = "for tests"

    def __init__(self, seed: int) -> None:
        self.luck = np.random.default_rng(seed)
        self.price = 100 * np.cumprod(1 + self.luck.normal(0, 0.02, N))
        self.dividend = np.where(self.luck.random(N) < 0.01, 0.5, np.nan)
        self.split = np.where(self.luck.random(N) < 0.01, self.luck.choice([2.0, 10.0, 0.25], N), np.nan)
        self.today = 0

    @property
    def at(self) -> datetime:
        day = DAYS[self.today]
        return datetime(day.year, day.month, day.day, 23, tzinfo=UTC)

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        n = self.today + 1
        shares = np.cumprod(np.nan_to_num(self.split[:n], nan=1.0))
        later = shares[-1] / shares  # splits between each day and today
        # the price of a share of the first day, in shares of the day, on the basis of today
        close = self.price[:n] / shares / later
        paid = np.concatenate(([1.0], 1 - np.nan_to_num(self.dividend[1:n]) / self.price[: n - 1]))
        adjusted = close * np.cumprod(paid)[-1] / np.cumprod(paid)
        columns = {"close": close, "adj_close": adjusted, "volume": 1e6 / later}
        columns |= {"dividend": self.dividend[:n] / shares / later, "split": self.split[:n]}
        frame = pd.DataFrame(columns, pd.DatetimeIndex(np.array(DAYS[:n], "datetime64[ns]"), name="session"))
        forgotten = self.luck.random(n) < 0.02
        frame.loc[forgotten, ["close", "adj_close", "volume"]] = np.nan
        frame = frame[self.luck.random(n) > 0.01].loc[str(start) : str(end)]
        return Fetch(symbol, frame, "dividends", "USD", "XNYS", self.at.isoformat())

    def returns(self) -> np.ndarray:
        found: np.ndarray = self.price[1:] / self.price[:-1] - 1
        return found


def true_returns(market: Market, frame: pd.DataFrame) -> None:
    """Every return between neighbouring prices is that of the truth."""
    place = {pd.Timestamp(day): i for i, day in enumerate(DAYS)}
    held = frame["close"].dropna()
    rows = [place[day] for day in held.index]
    for (a, b), (one, other) in zip(pairwise(rows), pairwise(held.tolist()), strict=True):
        assert other / one == pytest.approx(market.price[b] / market.price[a], rel=1e-9), DAYS[b]


@pytest.mark.parametrize("seed", first(range(12), 4))
def test_returns_are_true_and_nothing_is_lost(store: Store, seed: int) -> None:
    market = Market(seed)
    known: set[pd.Timestamp] = set()
    seen: dict[int, str] = {}
    for today in sorted(market.luck.choice(np.arange(30, N), 8, replace=False).tolist()):
        market.today = int(today)
        first = int(market.luck.integers(0, today - 10))
        start, end = DAYS[first], DAYS[today] + timedelta(int(market.luck.integers(-5, 10)))
        vintage, asked = bring(store, "yahoo", market, "AAA", start, max(start, end), at=market.at)
        frame = store.frame(vintage)
        assert asked or vintage.number in seen
        true_returns(market, frame)
        priced = set(frame.index[frame["close"].notna()])
        assert known <= priced, "a price was lost"
        known = priced
        seen[vintage.number] = digest("AAA", frame)
        assert vintage.outcome != "revised", vintage.notes
    for v in store.vintages("AAA"):
        assert digest("AAA", store.frame(v)) == v.sha256 == seen[v.number]
    assert store.faults() == []
