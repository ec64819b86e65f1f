"""ISINs in place of tickers, in lists of events and in prices; and a date that stands in three columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from eventstudy.datasets import is_isin, of_isin, tickers_by_isin
from eventstudy.errors import InvalidFile
from eventstudy.events import from_frame, load_registry
from eventstudy.prices import load_prices
from eventstudy.request import run

from tests.tables.shapes import CLOSE, DAYS, long, wide


def test_each_isin_that_ships_has_the_last_digit_of_its_kind() -> None:
    assert len(tickers_by_isin()) > 80
    assert all(map(is_isin, tickers_by_isin()))
    assert {"NVDA", "SPY", "QQQ", "CEG", "VRT", "TSM", "BABA"} <= set(tickers_by_isin().values())


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("US0378331005", True), ("AU0000XVGZA3", True), ("GB0002634946", True),  # the examples of ISO 6166
     ("US0378331004", False), ("US0373831005", False), ("US037833100", False), ("us0378331005", False), ("NVDA", False)],
)  # fmt: skip
def test_the_last_digit_tells_an_isin(text: str, is_one: bool) -> None:
    assert is_isin(text) == is_one


def test_prices_by_isin_are_those_of_the_ticker(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(wide().replace("NVDA", "US67066G1040"), encoding="utf-8")
    for asked in ("NVDA", "US67066G1040"):
        table = load_prices([asked], path=path)
        np.testing.assert_array_equal(table.close[table.names.get(asked, asked)], CLOSE["NVDA"])
    path.write_text(wide(), encoding="utf-8")
    assert load_prices(["US67066G1040"], path=path).close.shape == (40, 1)


def test_a_list_by_isin_is_of_the_tickers_that_are_known_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text("ISIN;Datum\nUS67066G1040;27.01.2025\nDE0007164600;28.01.2025\n", encoding="utf-8")
    events = load_registry(path)
    assert [e.tickers for e in events] == [("NVDA",), ("SAP.DE",)]
    assert "ISINs taken for their tickers: US67066G1040 (NVDA) and DE0007164600 (SAP.DE)" in map(str, events.read_as)
    assert run(date="2025-01-27", tickers="US67066G1040", source="bundled").panel.pairs[0].ticker == "NVDA"


def test_an_isin_that_nobody_knows_is_told_what_to_give() -> None:
    unknown = "AU0000XVGZA3"
    assert of_isin(unknown) == unknown
    result = run(pd.DataFrame({"ticker": ["NVDA", unknown], "date": "2025-01-27"}), source="bundled", tests=())
    (gone,) = result.exclusions
    assert gone.ticker == unknown
    assert "is an ISIN, and this source knows tickers" in str(gone.message)
    assert "give its ticker" in str(gone.message)


@pytest.mark.parametrize(
    "head", ["Year,Month,Day", "Jahr,Monat,Tag", "DAY,MONTH,YEAR", "yyyy,mm,dd"]
)  # fmt: skip
def test_a_date_in_three_columns_is_one(tmp_path: Path, head: str) -> None:
    form = "%d,%m,%Y" if head.startswith("DAY") else "%Y,%m,%d"
    path = tmp_path / "x.csv"
    path.write_text(wide(lambda d: f"{d:{form}}").replace("Date", head, 1), encoding="utf-8")
    table = load_prices(path=path)
    assert list(table.close.index) == list(DAYS)
    np.testing.assert_array_equal(table.close, CLOSE)
    assert any("dates from the columns" in said for said in table.read_as)
    parts = [{"%d": 27, "%m": 1, "%Y": 2025}[part] for part in form.split(",")]
    events = from_frame(pd.DataFrame([["NVDA", *parts]], columns=["ticker", *head.split(",")]))
    assert [e.announced for e in events] == [pd.Timestamp("2025-01-27").date()]


def test_three_columns_beside_a_date_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        long("ticker,date,close,year,month,day", lambda t, d, v: f"{t},{d:%Y-%m-%d},{v},{d.year},{d.month},{d.day}")
    )
    assert load_prices(path=path).close.shape == (40, 3)


def test_a_day_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [f"{d.year},{d.month},{30 if i == 30 else d.day},{i + 10}.5" for i, d in enumerate(DAYS)]
    path.write_text("\n".join(["Year,Month,Day,NVDA", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match="'2024-2-30' is not a date") as caught:
        load_prices(path=path)
    assert "row 32" in str(caught.value)
