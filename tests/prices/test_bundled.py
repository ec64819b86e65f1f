from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from eventstudy.errors import SymbolUnknown
from eventstudy.prices import load_prices
from eventstudy.prices.bundled import SOURCE

SHARES = """
    NVDA AVGO AMD TSM MU MRVL VRT CEG ORCL MSFT GOOGL META AMZN AAPL CRM BABA SPY QQQ
""".split()  # noqa: SIM905


def test_the_sample_is_whole() -> None:
    table = load_prices(source="bundled")
    assert sorted(SHARES) == table.tickers == SOURCE.tickers
    assert table.close.shape == (282, 18)
    assert table.close.notna().all().all()
    assert (str(table.close.index[0].date()), str(table.close.index[-1].date())) == ("2024-01-02", "2025-02-14")
    assert not {"2025-01-09", "2025-01-20"} & {f"{d:%Y-%m-%d}" for d in table.close.index}
    assert (table.source, table.retrieved_at, table.missing) == ("bundled", None, {})


def test_totals_are_those_of_the_tables_typed_in() -> None:
    table = load_prices(source="bundled")
    assert np.isclose(table.close.to_numpy().sum(), 1162617.938, rtol=0, atol=5e-4)
    assert table.fields["dividend"].count().sum() == 63
    assert np.isclose(table.fields["dividend"].sum().sum(), 28.922, rtol=0, atol=1e-9)
    splits = table.fields["split"]
    assert (splits.loc["2024-06-10", "NVDA"], splits.loc["2024-07-15", "AVGO"], splits.count().sum()) == (10, 10, 2)
    assert table.fields["volume"]["NVDA"].sum() == 103318819200
    sums = [round(table.fields[f]["NVDA"].sum(), 3) for f in ("open", "high", "low")]
    assert sums == [31191.37, 31763.752, 30526.886]
    assert table.fields["open"].drop(columns="NVDA").isna().all().all()


@pytest.mark.parametrize(
    ("ticker", "day", "close"),
    [
        ("NVDA", "2025-01-24", 142.62),
        ("NVDA", "2025-01-27", 118.42),
        ("NVDA", "2025-01-28", 128.99),
        ("NVDA", "2024-01-02", 48.168),
        ("BABA", "2024-01-02", 74.76),
        ("QQQ", "2024-01-04", 396.28),
    ],
)
def test_landmarks(ticker: str, day: str, close: float) -> None:
    assert load_prices([ticker], source="bundled").close.loc[day, ticker] == close


@pytest.mark.parametrize(
    ("ticker", "fall"),
    [("NVDA", -16.97), ("VRT", -29.9), ("CEG", -20.8), ("MRVL", -19.1), ("AVGO", -17.4), ("SPY", -1.41)],
)
def test_the_fall_of_january_27(ticker: str, fall: float) -> None:
    close = load_prices([ticker], "2025-01-24", "2025-01-27", source="bundled").close[ticker]
    digits = len(str(fall).split(".")[1])
    assert round((close.iloc[1] / close.iloc[0] - 1) * 100, digits) == fall


def test_what_is_known_of_a_share() -> None:
    info = load_prices(["NVDA", "SPY", "TSM"], source="bundled").info
    assert [info[t].exchange for t in ("NVDA", "SPY", "TSM")] == ["XNAS", "ARCX", "XNYS"]
    assert {(i.currency, i.basis, i.source) for i in info.values()} == {("USD", "dividends", "bundled")}
    assert SOURCE.name("TSM") == "Taiwan Semiconductor (TSMC)"
    assert SOURCE.name("XYZ") is None
    assert all(SOURCE.name(t) and SOURCE.fetch(t).exchange for t in SOURCE.tickers)


@pytest.mark.parametrize(
    ("ticker", "start", "end", "covered"),
    [
        ("NVDA", date(2024, 1, 2), date(2025, 2, 14), True),
        ("NVDA", date(2023, 12, 30), date(2025, 2, 17), True),
        ("NVDA", None, None, True),
        ("NVDA", date(2023, 12, 29), date(2025, 2, 14), False),
        ("NVDA", date(2024, 1, 2), date(2025, 2, 18), False),
        ("NVDA", date(2026, 1, 2), None, False),
        ("nvda", None, None, False),
        ("INTC", date(2024, 1, 2), date(2025, 2, 14), False),
    ],
)
def test_what_is_covered(ticker: str, start: date | None, end: date | None, covered: bool) -> None:
    assert SOURCE.covers(ticker, start, end) is covered


def test_both_ends_are_included_and_nothing_else() -> None:
    close = load_prices(["SPY"], "2025-01-08", "2025-01-21", source="bundled").close
    assert [f"{d:%m-%d}" for d in close.index] == [
        "01-08", "01-10", "01-13", "01-14", "01-15", "01-16", "01-17", "01-21",
    ]  # fmt: skip


def test_a_part_of_the_dates_is_said_to_be_one() -> None:
    table = load_prices(["SPY"], "2025-02-10", "2025-06-30", source="bundled")
    assert table.close.index[-1] == np.datetime64("2025-02-14")
    assert table.info["SPY"].notes == ("the embedded sample only reaches from 2023-12-30 to 2025-02-17",)


def test_dates_outside_and_unknown_tickers() -> None:
    table = load_prices(["NVDA", "nvda", "INTC"], "2020-01-01", "2020-12-31", source="bundled")
    assert table.tickers == []
    assert table.close.empty
    assert all(isinstance(e, SymbolUnknown) for e in table.missing.values())
    assert "2023-12-30 to 2025-02-17" in str(table.missing["NVDA"])
    assert "did you mean 'NVDA'?" in str(table.missing["nvda"])
    assert "AAPL, AMD" in str(table.missing["INTC"])


def test_what_a_caller_does_to_a_table_stays_with_the_caller() -> None:
    close = load_prices(["NVDA"], source="bundled").close
    close.iloc[0, 0] = 1.0
    assert load_prices(["NVDA"], source="bundled").close.iloc[0, 0] == 48.168
