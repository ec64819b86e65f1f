from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.prices import Reading, load_prices
from eventstudy.study import EventStudy

DATES = ["2025-01-02", "2025-01-03"]
WIDE = pd.DataFrame({"A": [10.0, 11.0], "B": [20.0, np.nan]}, index=pd.DatetimeIndex(DATES))
LONG = pd.DataFrame({"ticker": list("AAB"), "date": [*DATES, DATES[0]], "close": [10.0, 11.0, 20.0]})


@pytest.mark.parametrize(
    "frame",
    [
        WIDE,
        WIDE.iloc[::-1],
        WIDE.set_axis(pd.Index([date(2025, 1, 2), date(2025, 1, 3)], dtype=object)),
        WIDE.set_axis(DATES),
        WIDE.set_axis(pd.DatetimeIndex(DATES).as_unit("s")),
        WIDE.rename_axis(index="Date").reset_index(),
        WIDE.rename_axis(index="session", columns="ticker"),
        WIDE.astype({"A": int}),
        WIDE.astype("Float64"),
        WIDE.astype(object),
        LONG,
        LONG.assign(date=pd.to_datetime(LONG["date"])),
        LONG.set_index("date"),
        LONG.set_index(pd.DatetimeIndex(LONG["date"]).rename(None)).drop(columns="date"),
        LONG.set_index(["ticker", "date"]),
        LONG.astype({"ticker": "category"}),
        LONG.rename(columns=str.title),
    ],
)
def test_all_forms_say_the_same(frame: pd.DataFrame) -> None:
    before = frame.copy()
    table = load_prices(path=frame)
    assert table.sha256() == load_prices(path=WIDE).sha256()
    assert table.close.index.dtype == np.dtype("datetime64[ns]")
    assert table.info["A"].source == "dataframe"
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("again", [WIDE.iloc[:1], WIDE])
def test_a_row_that_stands_there_twice_is_taken_once_and_that_is_said(tmp_path: Path, again: pd.DataFrame) -> None:
    frame = pd.concat([WIDE, again])
    frame.to_csv(tmp_path / "wide.csv", index_label="date")
    for table in (load_prices(path=frame), load_prices(path=tmp_path / "wide.csv")):
        np.testing.assert_array_equal(table.close.to_numpy(), WIDE.to_numpy())
        assert any(f"taken once: {len(again)}, the first is" in str(said) for said in table.read_as)


def test_a_frame_that_is_written_to_afterwards_changes_nothing_and_the_other_way_round() -> None:
    mine = pd.DataFrame([[10.0, 20.0], [11.0, 21.0]], pd.DatetimeIndex(DATES), ["A", "B"])
    table = load_prices(path=mine)
    mine.iloc[0, 0] = 99.0
    mine["B"] = 0.0
    assert table.close.to_numpy().tolist() == [[10.0, 20.0], [11.0, 21.0]]
    table.close.iloc[1, 1] = 7.0
    assert mine["B"].tolist() == [0.0, 0.0]


def test_a_price_table_and_its_frame_say_the_same() -> None:
    table = load_prices(["NVDA", "SPY"], source="bundled")
    again = load_prices(path=table.close)
    pd.testing.assert_frame_equal(again.close, table.close)
    assert again.info["NVDA"].basis == "as_given"


def test_only_what_is_asked_for() -> None:
    table = load_prices(["B", "C"], "2025-01-02", "2025-01-02", path=WIDE)
    assert table.close.to_dict("list") == {"B": [20.0]}
    assert "the DataFrame of prices has no ticker 'C'" in str(table.missing["C"])


def test_tickers_that_are_numbers_become_text() -> None:
    assert load_prices(path=WIDE.set_axis([10107, 14593], axis=1)).tickers == ["10107", "14593"]


NO_DATE = pd.Series([DATES[0], None, DATES[0]], dtype=object)

BAD: dict[str, tuple[pd.DataFrame, str, str]] = {
    "numbers": (WIDE.reset_index(drop=True), "there is no column 'date'", "available: A, B"),
    "two-ways": (WIDE.set_axis(["1/2/2025", "1/3/2025"]), "reads two ways", "row 0, column date"),
    "no-date": (WIDE.set_axis(pd.DatetimeIndex([DATES[0], pd.NaT])), "date is empty", "row 1"),
    "empty": (WIDE.iloc[:0], "no prices in it", "0 rows"),
    "twice": (pd.concat([WIDE, 2 * WIDE]), "2025-01-02 is given twice", "row 2"),
    "zero": (WIDE.assign(B=[0.0, 1.0]), "close is zero", "row 0, column B"),
    "infinite": (WIDE.assign(B=[1.0, np.inf]), "infinite", "row 1, column B"),
    "no-ticker": (LONG.assign(ticker=pd.Series(["A", None, "B"], dtype=object)), "ticker is empty", "row 1"),
    "no-close": (LONG.rename(columns={"close": "open"}), "no column 'close'", "the DataFrame of prices"),
    "one-ticker": (pd.DataFrame({"Open": [1.0], "Close": [1.0]}, index=WIDE.index[:1]), "no column 'ticker'", "Close"),
    "heading": (WIDE.set_axis([("A",), ("B",)], axis=1), "is not a ticker", "text"),
}  # fmt: skip


def test_a_bad_cell_stops_its_own_ticker_and_strict_the_table() -> None:
    frame = WIDE.assign(B=["20", "x"])
    table = load_prices(path=frame)
    assert table.tickers == ["A"]
    assert "'x' is not a number" in table.missing["B"].what
    assert "row 1, column B" in table.missing["B"].what
    with pytest.raises(InvalidFile, match="'x' is not a number"):
        load_prices(path=frame, reading=Reading(strict=True))


@pytest.mark.parametrize(("frame", "what", "more"), BAD.values(), ids=BAD)
def test_a_bad_frame_is_refused_with_its_place(frame: pd.DataFrame, what: str, more: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        load_prices(path=frame)
    assert what in caught.value.what
    assert more in str(caught.value)
    assert "the DataFrame of prices" in str(caught.value)


def test_a_source_that_is_no_file_reads_no_frame() -> None:
    with pytest.raises(InvalidRequest, match="does not read a DataFrame"):
        load_prices(path=WIDE, source="yahoo")


def test_a_frame_and_its_file_have_one_hash(tmp_path: Path) -> None:
    rng: Any = np.random.default_rng(7)
    frame = pd.DataFrame(rng.lognormal(3, 1, (50, 4)), pd.bdate_range("2025-01-01", periods=50), list("ABCD"))
    frame.rename_axis("date").to_csv(tmp_path / "prices.csv")
    assert load_prices(path=tmp_path / "prices.csv").sha256() == load_prices(path=frame).sha256()


def test_numbers_at_odd_addresses_are_read_as_others() -> None:
    """As in a file that is mapped into memory behind a heading of some bytes."""
    days, names = pd.bdate_range("2019-01-01", periods=200), ["A", "B", "M"]
    closes = 50 * np.exp(np.random.default_rng(5).normal(0, 0.01, (200, 3)).cumsum(axis=0))
    odd = np.ndarray(closes.shape, float, bytearray(closes.nbytes + 1), offset=1)
    odd[:] = closes
    events = pd.DataFrame({"ticker": ["A", "B"], "date": days[[170, 180]]})
    study = EventStudy(calendar=None, benchmark="M", estimation_window=(-130, -11), windows=[(0, 0)])
    for keep in ("pairs", "aggregate"):
        found, wanted = (
            study.run(events, pd.DataFrame(held, days, names, copy=False), keep=keep).windows()
            for held in (odd, closes)
        )
        pd.testing.assert_frame_equal(found, wanted)
