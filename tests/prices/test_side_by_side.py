"""Series of different days and fields side by side, against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from eventstudy.prices import FIELDS, Fetch, PriceTable


def _series(rng: np.random.Generator, days: pd.DatetimeIndex, fields: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rng.normal(size=(len(days), len(fields))), days, fields)


@pytest.mark.parametrize("seed", range(40))
def test_every_value_stands_where_its_series_has_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    every = pd.DatetimeIndex(
        np.arange("2025-01-01", "2025-01-13", dtype="datetime64[D]").astype("datetime64[ns]"), name="session"
    )
    frames = {}
    for ticker in "ABCDEF"[: rng.integers(1, 7)]:
        days = every if rng.random() < 0.4 else every[np.sort(rng.permutation(12)[: rng.integers(1, 13)])]
        more = [name for name in FIELDS if name != "close" and rng.random() < 0.3]
        frames[ticker] = _series(rng, days, [*more[:1], "close", *more[1:]])
    fetches = [("csv", Fetch(t, frame, "dividends", None, None, None)) for t, frame in frames.items()]
    table = PriceTable.from_fetches(fetches)
    assert list(table.fields) == [name for name in FIELDS if any(name in frame for frame in frames.values())]
    for name, found in table.fields.items():
        there = {t: frame[name] if name in frame else frame["close"] * np.nan for t, frame in frames.items()}
        wanted = pd.DataFrame(there).sort_index()
        pd.testing.assert_frame_equal(
            found, wanted, check_exact=True, check_names=False, check_freq=False, check_column_type=False
        )


def test_series_without_a_close_have_none() -> None:
    days = pd.bdate_range("2025-01-01", periods=3, name="session")
    frame = pd.DataFrame({"volume": [1.0, 2.0, 3.0]}, days)
    table = PriceTable.from_fetches([("csv", Fetch("A", frame, "dividends", None, None, None))])
    assert table.close["A"].isna().all()
    assert table.fields["volume"]["A"].tolist() == [1.0, 2.0, 3.0]
