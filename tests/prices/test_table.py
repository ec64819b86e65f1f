from __future__ import annotations

import hashlib
import struct

import numpy as np
import pandas as pd
import pytest
from eventstudy.prices import Fetch, PriceTable

DAYS = pd.DatetimeIndex(["2025-01-02", "2025-01-03"])


def fetch(symbol: str, **columns: list[float]) -> tuple[str, Fetch]:
    return "made", Fetch(symbol, pd.DataFrame(columns, index=DAYS), "as_given", retrieved_at=f"2025-01-0{len(symbol)}")


def test_series_are_lined_up_by_their_sessions() -> None:
    late = Fetch("L", pd.DataFrame({"close": [3.0]}, index=DAYS[1:] + pd.Timedelta(days=3)), "dividends", "USD")
    table = PriceTable.from_fetches([fetch("A", close=[1, 2], volume=[7, 8]), ("other", late)])
    assert table.close.index.equals(DAYS.append(late.frame.index))
    assert table.close.fillna(-1).to_numpy().tolist() == [[1, -1], [2, -1], [-1, 3]]
    assert table.fields["volume"].isna().sum().to_dict() == {"A": 1, "L": 3}
    assert (table.close.index.name, table.close.columns.name) == ("session", "ticker")
    assert (table.source, table.info["L"].currency) == ("made+other", "USD")


def test_the_time_of_a_table_is_its_latest() -> None:
    assert PriceTable.from_fetches([fetch("A", close=[1, 2]), fetch("BBB", close=[1, 2])]).retrieved_at == "2025-01-03"


def test_the_hash_does_not_depend_on_the_order() -> None:
    a, b = fetch("A", close=[1, 2]), fetch("B", close=[3, 4])
    assert PriceTable.from_fetches([a, b]).sha256() == PriceTable.from_fetches([b, a]).sha256()


@pytest.mark.parametrize(
    "changed",
    [
        fetch("A", close=[1, 2.0000000000000004]),
        fetch("B", close=[1, 2]),
        fetch("A", close=[1, np.nan]),
        fetch("A", close=[2, 1]),
        fetch("A", close=[1, 2], open=[1, 2]),
        ("made", Fetch("A", pd.DataFrame({"close": [1.0, 2.0]}, index=DAYS + pd.Timedelta(days=1)), "as_given")),
    ],
)
def test_the_hash_changes_with_every_value_ticker_and_session(changed: tuple[str, Fetch]) -> None:
    table = PriceTable.from_fetches([fetch("A", close=[1, 2])])
    assert PriceTable.from_fetches([changed]).sha256() != table.sha256()


def test_the_hash_is_the_same_on_every_machine() -> None:
    told = repr(("close", ["A"])).encode() + struct.pack("<2q", 20090, 20091) + struct.pack("<2d", 1, float("nan"))
    odd_nan = float(np.array([0xFFF8000000000001], np.uint64).view(np.float64)[0])
    for nan in (np.nan, -np.nan, odd_nan):
        assert PriceTable.from_fetches([fetch("A", close=[1, nan])]).sha256() == hashlib.sha256(told).hexdigest()
