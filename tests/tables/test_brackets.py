"""Words in brackets behind a heading: a unit leaves the field what it is, any other word makes it another field."""

from __future__ import annotations

from pathlib import Path

import pytest
from eventstudy.errors import InvalidFile
from eventstudy.events import load_registry
from eventstudy.language import in_language
from eventstudy.prices import Reading, load_prices

DAYS = ("2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05")
TAKEN = {
    "Datum,Kurs (Vortag),Kurs": 2,
    "Date,Close (prev),Close": 2,
    "Date,Close,Close [previous]": 1,
    "Date,Price (t-1),Price": 2,
    "Date,Price (12m target),Price": 2,
    "Date,Close (%),Close": 2,
    "Date,Close (EUR),Close": 2,
    "Datum,Kurs (Eröffnung),Kurs (Schluss)": 2,
    "Date,Price (open),Price (close)": 2,
    "Date,Close (US$)": 1,
    "Date,Price (bid),Price (unadjusted)": 2,
    "Date (dd/mm/yyyy),Close (XETRA)": 1,
}
REFUSED = (
    "Date,Close (9:30),Close (16:00)",
    "Date,Price (16:00 ET)",
    "Date,Close (16:00 forecast)",
    "Date,Price (bid),Price (ask)",
    "Date,Close (USD),Close (EUR)",
    "Date,Close (prev)",
    "Date,Return (log)",
    "Date,Ret (excess)",
)


def prices(path: Path, head: str) -> Path:
    """A file of one ticker in which column K holds 100 K and more."""
    n = head.count(",")
    rows = [",".join([day, *(f"{100 * k + i}.5" for k in range(1, n + 1))]) for i, day in enumerate(DAYS)]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("head", TAKEN)
def test_the_close_is_the_column_that_says_so(tmp_path: Path, head: str) -> None:
    found = load_prices(path=prices(tmp_path / "NVDA.csv", head))
    assert found.fields["close"]["NVDA"].tolist() == [100 * TAKEN[head] + i + 0.5 for i in range(4)]
    dropped = [h for k, h in enumerate(head.split(",")) if k not in (0, TAKEN[head])]
    assert all(h in " ".join(map(str, found.read_as)) for h in dropped)


@pytest.mark.parametrize("head", REFUSED)
def test_brackets_that_leave_no_close_are_refused_by_name(tmp_path: Path, head: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        load_prices(path=prices(tmp_path / "NVDA.csv", head))
    assert all(repr(h) in str(refused.value) for h in head.split(",")[1:])


def test_returns_in_logs_beside_simple_ones(tmp_path: Path) -> None:
    path = tmp_path / "returns.csv"
    rows = "".join(f"NVDA,{day},{k}.5,{k / 100 + 0.01:.3f}\n" for k, day in enumerate(DAYS))
    path.write_text("ticker,date,return (log),return\n" + rows)
    assert load_prices(path=path).fields["ret"]["NVDA"].dropna().tolist() == [0.01, 0.02, 0.03, 0.04]


def test_a_ticker_that_is_called_as_a_unit_says_none(tmp_path: Path) -> None:
    path = tmp_path / "returns.csv"
    path.write_text("date,BP_ret,SPY_ret\n" + "".join(f"{day},0.0{k}5,-0.01{k}\n" for k, day in enumerate(DAYS)))
    assert load_prices(path=path).fields["ret"]["BP"].tolist() == [0.005, 0.015, 0.025, 0.035]
    path.write_text("date,BP_ret_bp,SPY_ret_pct\n" + "".join(f"{day},{k}5,-1.{k}\n" for k, day in enumerate(DAYS)))
    with pytest.raises(InvalidFile, match="in per cent and in basis points"):
        load_prices(path=path)


def test_two_dates_that_only_brackets_tell_apart(tmp_path: Path) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text(
        "Date (trade),Date (settlement),Close\n" + "".join(f"{d},2024-02-0{k + 1},{k}.5\n" for k, d in enumerate(DAYS))
    )
    with pytest.raises(InvalidFile, match="'Date \\(trade\\)' and 'Date \\(settlement\\)'"):
        load_prices(path=path)


def test_events_by_the_plain_date_and_ticker(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("ticker (acquirer),ticker,date (effective),date\nAMD,NVDA,2024-03-01,2024-01-03\n")
    (event,) = load_registry(path)
    assert (list(event.tickers), str(event.announced)[:10]) == (["NVDA"], "2024-01-03")


@pytest.mark.parametrize("head", ["Ticker (acquirer),Ticker (target),date", "ticker,date (UTC),date (CET)"])
def test_events_whose_columns_only_brackets_tell_apart(tmp_path: Path, head: str) -> None:
    path = tmp_path / "events.csv"
    row = "AMD,NVDA,2024-01-03" if head.startswith("T") else "NVDA,2024-01-03,2024-01-04"
    path.write_text(f"{head}\n{row}\n")
    with pytest.raises(InvalidFile) as refused:
        load_registry(path)
    assert all(h in str(refused.value) for h in head.split(",") if "(" in h)


@pytest.mark.parametrize("name", ["NVDA.csv", "NVDA Historical Data.csv"])
def test_the_ticker_of_the_file_in_brackets_makes_no_other_field(tmp_path: Path, name: str) -> None:
    found = load_prices(path=prices(tmp_path / name, "Date,Close (NVDA),Volume [NVDA],Open (SPY)"))
    assert found.fields["close"]["NVDA"].tolist() == [100.5, 101.5, 102.5, 103.5]
    assert found.fields["volume"]["NVDA"].tolist() == [200.5, 201.5, 202.5, 203.5]
    assert "open" not in found.fields
    with pytest.raises(InvalidFile, match="words in brackets"):
        load_prices(path=prices(tmp_path / "AMD.csv", "Date,Close (NVDA),Volume (NVDA)"))


# ---- currencies beside the word ------------------------------------------------------------------------------------------

ROWS = "".join(f"2025-01-{d:02d},{100 + d}.5,{90 + d}.25\n" for d in (2, 3, 6, 7, 8))


@pytest.mark.parametrize(
    ("headings", "currency"),
    [
        ("Close EUR,Open EUR", "EUR"),
        ("Close_USD,Open_USD", "USD"),
        ("Kurs EUR,Volume", "EUR"),
        ("EUR Close,EUR Open", "EUR"),
        ("EUR Close,USD Volume", "EUR"),
        ("close_gbp,open_gbp", "GBP"),
        ("Close GBp,Open GBp", "GBp"),
        ("Close (CHF),Open (CHF)", "CHF"),
        ("Kurs in EUR,Volume", "EUR"),
        ("Close,Open", None),
    ],
)
def test_a_currency_in_the_headings_of_prices_is_said_and_no_ticker(
    tmp_path: Path, headings: str, currency: str | None
) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text(f"Date,{headings}\n{ROWS}")
    found = load_prices(path=path)
    assert found.tickers == ["NVDA"]
    assert found.info["NVDA"].currency == currency
    assert found.close["NVDA"].tolist() == [102.5, 103.5, 106.5, 107.5, 108.5]
    assert any(str(one) == f"prices in {currency}, as the headings say" for one in found.read_as) == (
        currency is not None
    )


def test_currencies_beside_several_tickers_and_two_currencies_of_one(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"Date,AAA Close EUR,BBB Close EUR\n{ROWS}")
    found = load_prices(path=path)
    assert {t: one.currency for t, one in found.info.items()} == {"AAA": "EUR", "BBB": "EUR"}
    path.write_text(f"Date,Adj Close USD,Close USD\n{ROWS}")
    both = load_prices(path=path, reading=Reading(ticker="AAA"))
    assert both.fields["adj_close"]["AAA"].iloc[0] == 102.5
    assert both.close["AAA"].iloc[0] == 92.25
    path.write_text(f"Date,Close USD,Close EUR\n{ROWS}")
    with pytest.raises(InvalidFile, match="one price in two currencies"):
        load_prices(path=path, reading=Reading(ticker="AAA"))
    for heads in ("Close USD,Adj Close EUR", "Close (USD),Adj Close (EUR)", "Close,Adj Close EUR"):
        path.write_text(f"Date,{heads}\n{ROWS}")
        if heads.startswith("Close,"):
            assert load_prices(path=path, reading=Reading(ticker="AAA")).info["AAA"].currency == "EUR"
            continue
        with pytest.raises(InvalidFile, match="prices of one row in two currencies") as caught:
            load_prices(path=path, reading=Reading(ticker="AAA"))
        assert in_language(caught.value.what, "de") != caught.value.what
    path.write_text(f"Date,Close USD,Close EUR\n{ROWS}")
    assert load_prices(["EUR", "USD"], path=path).tickers == ["EUR", "USD"]  # they are what is asked for
    path.write_text(f"Date,Close BTC,Close ETH\n{ROWS}")
    assert load_prices(path=path).tickers == ["BTC", "ETH"]
