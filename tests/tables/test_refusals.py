"""Tables that two readings fit are refused with the rows that leave it open; and random shapes are read to the same numbers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.events import load_registry
from eventstudy.language import in_language
from eventstudy.panel import places_of
from eventstudy.prices import Reading, _shapes, load_prices
from eventstudy.request import run
from eventstudy.tables.text import _edges, _odd_so_far, _proof, _proving
from eventstudy.tables.written import one_moment

from tests.tables.shapes import CLOSE, DAYS, book, early, long, one, returns_long, returns_wide, wide

DMY: list[tuple[str, Callable[[Any], str]]] = [
    ("dd/mm/yyyy", lambda d: f"{d:%d/%m/%Y}"),
    ("mm/dd/yyyy", lambda d: f"{d:%m/%d/%Y}"),
    ("d/m/yyyy", lambda d: f"{d.day}/{d.month}/{d.year}"),
    ("m/d/yyyy", lambda d: f"{d.month}/{d.day}/{d.year}"),
    ("dd-mm-yyyy", lambda d: f"{d:%d-%m-%Y}"),
    ("mm-dd-yyyy", lambda d: f"{d:%m-%d-%Y}"),
    ("dd/mm/yy", lambda d: f"{d:%d/%m/%y}"),
    ("m/d/yy", lambda d: f"{d.month}/{d.day}/{d:%y}"),
    ("dd mm yyyy", lambda d: f"{d:%d %m %Y}"),
    ("with a time", lambda d: f"{d:%m/%d/%Y 00:00}"),
]
EVENTS = "ticker;date\nNVDA;{}\nAMD;{}\n"
LONG_EARLY = "ticker,date,close\n" + "".join(f"NVDA,{d:%m/%d/%Y},{400 + i}.5\n" for i, d in enumerate(DAYS[:8]))


def thousands(mark: str, digits: int = 3) -> str:
    """Numbers with one mark and three digits behind it: 4.726 or 4,726."""
    return wide(number=lambda v: f"{v / 1000 + 1:.{digits}f}".replace(".", mark), sep=";")


PRICES: dict[str, tuple[str, str, str]] = {
    **{f"dates {k} sep {s}": (early(f, s), "reads two ways", "--dates dmy or --dates mdy") for k, f in DMY for s in (",", ";")},
    "dates long": (LONG_EARLY, "reads two ways", "--dates"),
    "dates in two orders": ("Date,NVDA\n13/01/2024,480.5\n01/14/2024,481.5\n", "two orders", "--dates"),
    "dates between slashes beside one between points": ("Date,NVDA\n15.01.2024,480.5\n16.01.2024,481.5\n2/1/2024,482.5\n", "reads two ways", "row 4: 2/1/2024"),  # noqa: E501
    "dates between slashes beside one between dashes": ("Date,NVDA\n13-01-2024,480.5\n01/02/2024,481.5\n", "reads two ways", "--dates dmy"),  # noqa: E501
    "points": (thousands("."), "reads two ways", "--decimal comma or --decimal point"),
    "commas": (thousands(","), "reads two ways", "--decimal"),
    "commas in quotes": (wide(number=lambda v: f"{v / 1000 + 1:.3f}".replace(".", ","), quote=True), "reads two ways", "--decimal"),  # noqa: E501
    "points in quotes": (wide(number=lambda v: f"{v / 1000 + 1:.3f}", quote=True), "reads two ways", "--decimal"),
    "points, crossing 1000": ("Date,NVDA\n2024-01-02,989\n2024-01-03,1.003\n2024-01-04,1.011\n", "1003 or 1.003", "row 3: 1.003"),  # noqa: E501
    "points, crossing 1000, long": ("ticker,date,close\nNVDA,2024-01-02,989\nNVDA,2024-01-03,1.003\n", "reads two ways", "--decimal"),  # noqa: E501
    "points, crossing 1000, and one in the ticker": ("ticker,date,close\nBRK.B,2024-01-02,989\nBRK.B,2024-01-03,1.003\n", "1003 or 1.003", "--decimal"),  # noqa: E501
    "years first": ("Date,NVDA\n24-01-02,480.5\n24-01-03,481.5\n", "2002-01-24 (day first) or 2024-01-02 (year first)", "--dates dmy or --dates ymd"),  # noqa: E501
    "years first in order": ("Date,NVDA\n21.05.26,480.5\n22.05.25,481.5\n23.05.24,482.5\n24.05.29,483.5\n", "(day first) or 2021-05-26 (year first)", "--dates dmy or --dates ymd"),  # noqa: E501
    "another day of the week": ("Date,NVDA\nTue 01/02/2024,480.5\nTue 01/03/2024,481.5\n", "that day is Friday 1 March 2024 or Wednesday 3 January 2024", "row 3"),  # noqa: E501
    "points and tabs": (thousands(".").replace(";", "\t"), "reads two ways", "--decimal"),
    "points and a sign": (wide(number=lambda v: f"{v / 1000 + 1:.3f} €", sep=";"), "reads two ways", "--decimal"),
    "points, long": (long("ticker;date;close", lambda t, d, v: f"{t};{d:%Y-%m-%d};{v / 1000 + 1:.3f}"), "reads two ways", "--decimal"),  # noqa: E501
    "both marks": (wide(sep=";").replace(f"{CLOSE['AMD'].iloc[3]:.2f}", "1385,5"), "decimal comma", "--decimal"),
    "per cent in a quiet market": (returns_long("ticker,date,ret", 25), "reads two ways", "--unit-in"),
    "some cells per cent": (returns_wide(100, "%").replace("%", "", 1), "per cent and", "all of them"),
    "negative prices": (returns_wide(100), "negative", "--values returns"),
    "an instant at noon": ("Date,NVDA\n2024-01-03 15:00:00+00:00,480.5\n", "two ways", "date at the exchange"),
    "nobody's prices": (one(), "which ticker", "--ticker"),
    "a page": ("<!DOCTYPE html><html></html>", "a web page", "save the data"),
    "JSON": ('{"chart": 1}', "the file is JSON", "read_json"),
    "a table of R": ("RDX3\nX\n", "no table that is read", "CSV or .xlsx"),
    "a table of SAS": ("\0" * 84 + "SAS FILE" + "\0" * 40, "no table that is read", "CSV or .xlsx"),
    "a table of Stata": ("<stata_dta><header>", "no table that is read", "CSV or .xlsx"),
    "packed by bzip2": ("BZh91AY&SY", "packed in a way", ".zip or .gz"),
    "a pickle": ("\x80\x04K", "pickle", "frame itself"),
    "decimal comma between commas": ("ticker,date,close\nA,2025-01-02,142,62\nA,2025-01-03,143,62\n", "4 cells where the header has 3", "row 2"),  # noqa: E501
    "decimal comma between commas, wide": ("Date,NVDA\n2025-01-02,142,62\n2025-01-03,143,62\n", "3 cells where the header has 2", "row 2"),  # noqa: E501
    "no heading": ("NVDA,2025-01-02,10,7\nNVDA,2025-01-03,11,7\n", "no row that names the columns", "ticker, date, close"),
    "swapped by a spreadsheet": (wide(lambda d: f"{d:%Y-%d-%m}" if d.day < 13 else f"{d:%d/%m/%Y}"), "read the day for the month", "as it was downloaded"),  # noqa: E501
    "swapped by a spreadsheet, dots": (wide(lambda d: f"{d:%Y-%d-%m}" if d.day < 13 else f"{d:%d.%m.%Y}"), "read the day for the month", "as it was downloaded"),  # noqa: E501
    "two units in a column": ("date,VOD\n2025-01-02,GBX 71\n2025-01-03,GBP 0.72\n", "in two units", "row 2: 'GBX 71'"),
    "fields and no close": ("Date,Open,Hoch,Foo,Vol.\n2025-01-02,1.1,2.1,3.1,4\n2025-01-03,1.1,2.1,3.1,4\n", "no column 'close'", "Foo"),  # noqa: E501
    "twice": ("ticker,date,close\nA,2025-01-02,1\nA,2025-01-02,2\n", "given twice", "row 3"),
    "twice, wide": ("date,A\n2025-01-02,1\n2025-01-02,2\n", "given twice", "row 3"),
}  # fmt: skip


@pytest.mark.parametrize("key", PRICES)
def test_a_table_that_can_be_read_two_ways_is_refused(tmp_path: Path, key: str) -> None:
    text, what, more = PRICES[key]
    path = tmp_path / "some_prices.csv"
    path.write_bytes(text.encode("latin-1") if key == "a pickle" else text.encode())
    with pytest.raises(InvalidFile) as caught:
        load_prices(path=path)
    assert caught.value.exit_code == 3
    assert what in str(caught.value)
    assert more in str(caught.value)
    assert "some_prices.csv" in str(caught.value.where)


@pytest.mark.parametrize("one_day", ["03/04/2024", "3/4/24", "03-04-2024", "3/4/2024 16:00"])
def test_a_list_of_events_that_can_be_read_two_ways_is_refused(tmp_path: Path, one_day: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(EVENTS.format(one_day, one_day.replace("3", "5", 1)), encoding="utf-8")
    with pytest.raises(InvalidFile, match="reads two ways") as caught:
        load_registry(path)
    assert "row 2" in str(caught.value)
    assert "--dates" in str(caught.value)
    if ":" not in one_day:
        assert len(load_registry(path, reading=Reading(dates="mdy"))) == 2


@pytest.mark.parametrize(
    ("seeds", "least"), [(range(21), 19), pytest.param(range(21, 400), 310, marks=pytest.mark.slow)]
)
def test_random_shapes_are_read_to_the_same_numbers_or_refused(tmp_path: Path, seeds: range, least: int) -> None:
    """So many must be read: a reader that refuses all of them gives no other numbers either."""
    refused = {seed: why for seed in seeds if (why := refused_of_a_random_shape(tmp_path / "prices.csv", seed))}
    assert len(seeds) - len(refused) >= least, refused


def refused_of_a_random_shape(path: Path, seed: int) -> str | None:
    """Why a random shape is refused; None: it is read, to the numbers it was made of."""
    rng = np.random.default_rng(seed)

    def pick(*options: Any) -> Any:
        return options[int(rng.integers(len(options)))]

    n = int(rng.integers(3, 40))
    scale = float(pick(0.01, 1, 20))
    frame = CLOSE.iloc[:n] * scale
    frame = frame.round(int(pick(1, 2, 3, 4)))
    dates = pick(
        "%Y-%m-%d",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d.%m.%Y",
        "%Y%m%d",
        "%d %b %Y",
        "%m/%d/%y",
        "%Y/%m/%d",
        "%y.%m.%d",
        "%d.%m.%y",
    )
    comma, thousand, quoted = (bool(rng.integers(2)) for _ in range(3))
    separator = pick(";", "\t", "|") if (comma or thousand) and not quoted else pick(",", ";", "\t", "  ")
    quoted &= separator != "  "
    separator = pick(",", ";", "\t") if separator == "  " and (comma or thousand) else separator
    quoted |= separator == "," and (comma or thousand)
    if separator == "  ":
        dates = pick("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d")
    digits = int(pick(*([0, 0] if scale == 20 else []), 1, 2, 3, 4))

    def cell(value: float) -> str:
        value = float(value)
        text = f"{round(value, digits):,.{digits}f}" if thousand else f"{round(value, digits):.{digits}f}"
        return text.replace(",", "@").replace(".", ",").replace("@", ".") if comma else text

    days = [f"{d:{dates}}" for d in frame.index]
    layout = pick("wide", "wide", "long", "long", "across", "two rows")
    if layout in ("wide", "two rows"):
        rows = [
            [pick("Date", "Datum", "Dates"), *frame.columns],
            *([d, *map(cell, v)] for d, v in zip(days, frame.to_numpy(), strict=True)),
        ]
        if layout == "two rows" and separator != "  ":
            below = [pick("", "Date"), *[pick("Close", "PX_LAST")] * frame.shape[1]]
            rows = [["Ticker", *frame.columns], below, *rows[1:]]
    elif layout == "across":
        rows = [["Ticker", *days], *([t, *map(cell, frame[t])] for t in frame)]
    else:
        rows = [
            ["Symbol", "Date", "Close"],
            *([t, d, cell(v)] for t in frame for d, v in zip(days, frame[t], strict=True)),
        ]
    heads = 2 if rows[0][0] == "Ticker" and layout == "two rows" else 1
    body = rows[heads:][:: int(pick(1, -1))]
    title = "" if separator == "  " else pick("", "Some prices\n")
    edge = '"' if quoted else ""
    lines = (separator.join(f"{edge}{one}{edge}" for one in row) for row in [*rows[:heads], *body])
    text = title + "\n".join(lines) + "\n"
    path.write_bytes(text.encode(pick("utf-8", "utf-8-sig", "utf-16")))
    written = [[float(f"{round(float(v), digits):.{digits}f}") for v in row] for row in frame.to_numpy()]
    wanted = pd.DataFrame(written, frame.index, frame.columns)
    try:
        found = load_prices(path=path).close[list(wanted.columns)]
    except InvalidFile as error:
        refused = str(error)
        assert "two ways" in refused or "decimal" in refused or (layout == "across" and "no row that names" in refused)
        return refused
    assert found.index.equals(pd.DatetimeIndex(wanted.index))
    np.testing.assert_allclose(found.to_numpy(), wanted.to_numpy(), rtol=1e-9, err_msg=f"seed {seed}")
    return None


ROWS = [f"{t},{d:%Y-%m-%d},{i + 10}.5" for t in "ABC" for i, d in enumerate(pd.bdate_range("2024-01-01", periods=50))]


@pytest.mark.parametrize(
    ("row", "what"),
    [("B,2024-02-01,10.5,7", "4 cells where the header has 3"), ("B,2024-02-01", "2 cells"), ("B,1.1.,10.5", "not a date"),
     ("B,2024-02-01,ten", "'ten' is not a number"), ("B,2024-02-01,-3", "negative")],
)  # fmt: skip
def test_one_bad_row_stops_its_own_security(tmp_path: Path, row: str, what: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("\n".join(["ticker,date,close", *ROWS[:70], row, *ROWS[71:]]) + "\n", encoding="utf-8")
    table = load_prices(path=path)
    assert table.tickers == ["A", "C"]
    assert what in table.missing["B"].what
    assert "row 72" in table.missing["B"].what
    with pytest.raises(InvalidFile, match=what.replace("'", ".")):
        load_prices(path=path, reading=Reading(strict=True))


def test_a_bad_row_of_nobody_or_several_refuse_the_file(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    for rows in (["D,2024-02-01,1,2"], ["B,2024-02-01,1,2"] * 3):
        path.write_text("\n".join(["ticker,date,close", *ROWS[:70], *rows, *ROWS[71:]]) + "\n", encoding="utf-8")
        with pytest.raises(InvalidFile, match="4 cells where the header has 3"):
            load_prices(path=path)


def test_what_to_do_is_said_of_a_pair_that_is_left_out(tmp_path: Path) -> None:
    days = pd.bdate_range("2024-01-01", "2025-02-14")
    closes = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.01, (len(days), 4)), axis=0))
    path = tmp_path / "prices.csv"
    pd.DataFrame(closes, days.rename("date"), ["AAA", "NVDA", "NVDL", "SPY"]).to_csv(path)
    events = pd.DataFrame({"ticker": ["AAA", "NVDAA"], "date": "2025-01-27"})
    result = run(events, prices=path, windows=[(0, 0)], tests=())
    (gone,) = result.exclusions
    assert gone.message == "prices.csv has no ticker 'NVDAA'; did you mean 'NVDA' or 'NVDL'?"
    assert "did you mean 'NVDA' or 'NVDL'?" in " ".join(result.text().split())
    assert "meinten Sie 'NVDA' oder 'NVDL'?" in str(in_language(gone.message, "de"))


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("Datum,Laatst,Open,Hoog,Laag,Vol.,Verschil %", "{v},1.5,9.5,1.5,7,1.0%"),
        ("日期,收盘,开盘,高,低,交易量,涨跌幅", "{v},1.5,9.5,1.5,7,1.0%"),
        ("Datum,Senaste,Öppen,Högst,Lägst,Vol.,+/- %", "{v},1.5,9.5,1.5,7,1.0%"),
        ("date,price,bid,ask", "{v},1.5,9.5"),
        ("Date,Open Price,Close Price,WAP,", "1.5,{v},9.5,"),
        ("date,Close (unadjusted),Last", "{v},1.5"),
        ("date,unadjusted close,close", "1.5,{v}"),
    ],
)
def test_fields_beside_unknown_headings_are_no_tickers(tmp_path: Path, head: str, cells: str) -> None:
    """Also where the last row ends with the separator, as all do, and with no end of line."""
    path = tmp_path / "history.csv"
    closes = CLOSE["NVDA"].round(2)
    rows = [f"{d:%Y- %m- %d},{cells.format(v=v)}" for d, v in zip(DAYS, closes, strict=True)]
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    read = load_prices(path=path, reading=Reading(ticker="NVDA"))
    assert read.tickers == ["NVDA"]
    assert read.close["NVDA"].tolist() == closes.tolist()


def test_dates_and_texts_that_a_spreadsheet_has_not_swapped_are_read(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(wide(lambda d: f"{d:%Y-%m-%d}" if d.day % 2 else f"{d:%d/%m/%Y}"), encoding="utf-8")
    assert load_prices(path=path).close.index.tolist() == list(DAYS)


@pytest.mark.parametrize("shape", ["long", "one", "levels", "headings"])
def test_adjusted_closes_alone_are_closes_and_that_is_said(shape: str) -> None:
    closes = CLOSE[["NVDA", "AMD"]].rename_axis(index="date", columns=None)
    if shape == "long":
        given: Any = closes.reset_index().melt("date", var_name="ticker", value_name="adj_close")
    elif shape == "one":
        given = {t: closes[[t]].rename(columns={t: "Adj Close"}) for t in closes}
    elif shape == "levels":
        given = pd.concat({"Adj Close": closes, "Volume": closes * 0 + 1000}, axis=1)
    else:
        given = closes.add_suffix("_adjclose")
    read = load_prices(path=given)
    for ticker in closes:
        assert read.close[ticker].tolist() == closes[ticker].tolist()
    assert "adjusted closes, in place of closes" in map(str, read.read_as)


def test_a_split_in_compustat_is_no_fall_of_the_price(tmp_path: Path) -> None:
    path = tmp_path / "comp.csv"
    closes = CLOSE["NVDA"].round(2)
    factor = [2 if i < 30 else 1 for i in range(len(DAYS))]
    rows = [f"1,{d:%Y-%m-%d},NVDA,{f},{f * v:.2f}" for d, f, v in zip(DAYS, factor, closes, strict=True)]
    path.write_text("\n".join(["gvkey,datadate,tic,ajexdi,prccd", *rows]) + "\n", encoding="utf-8")
    read = load_prices(path=path)
    assert read.info["NVDA"].basis == "adj_close"
    np.testing.assert_allclose(read.fields["adj_close"]["NVDA"], closes, rtol=1e-12)
    assert read.close["NVDA"].iloc[0] == pytest.approx(2 * closes.iloc[0])
    assert "adjusted closes are prccd divided by ajexdi" in map(str, read.read_as)
    path.write_text(path.read_text().replace("NVDA,2,", "NVDA,1,"), encoding="utf-8")
    assert load_prices(path=path).info["NVDA"].basis == "as_given"


@pytest.mark.parametrize("vendor", ["Compustat", "Compustat, monthly", "Tushare"])
def test_factors_that_a_vendor_multiplies_by_are_used(tmp_path: Path, vendor: str) -> None:
    """A split of 2 for 1 on row 30, a dividend of 1 % on row 20: returns are those of a holder, worked out one by one."""
    closes, path = CLOSE["NVDA"].round(2).tolist(), tmp_path / "x.csv"
    held, total = (
        [2.0 if i < 30 else 1.0 for i in range(len(DAYS))],
        [1.0 if i < 20 else 1.01 for i in range(len(DAYS))],
    )
    written = [f * v for f, v in zip(held, closes, strict=True)]
    if vendor.startswith("Compustat"):
        of_months = vendor.endswith("monthly")
        head = "gvkey,datadate,tic,ajexm,prccm,trfm" if of_months else "gvkey,datadate,tic,ajexdi,prccd,trfd"
        rows = [f"1,{d:%Y-%m-%d},NVDA,{f},{w!r},{r}" for d, f, w, r in zip(DAYS, held, written, total, strict=True)]
    else:
        head = "ts_code,trade_date,close,adj_factor"
        rows = [f"NVDA,{d:%Y%m%d},{w!r},{7 * r / f!r}" for d, f, w, r in zip(DAYS, held, written, total, strict=True)]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    found = load_prices(path=path).fields["adj_close"]["NVDA"].tolist()
    for i in range(1, len(DAYS)):
        shares, paid = (2.0 if i == 30 else 1.0), (1.01 if i == 20 else 1.0)
        assert found[i] / found[i - 1] == pytest.approx(paid * shares * written[i] / written[i - 1], rel=1e-12)


MONTHS: dict[str, Callable[[pd.Timestamp], str]] = {
    "2015-01": lambda m: f"{m:%Y-%m}",
    "201501": lambda m: f"{m:%Y%m}",
    "2015M01": lambda m: f"{m:%YM%m}",
    "1/2015": lambda m: f"{m.month}/{m.year}",
    "Jan 2015": lambda m: f"{m:%b %Y}",
    "Jan-15": lambda m: f"{m:%b-%y}",
}


@pytest.mark.parametrize("form", MONTHS)
def test_months_are_read_under_their_last_days_for_studies_of_months(tmp_path: Path, form: str) -> None:
    months = pd.date_range("2015-01-01", periods=40, freq="MS")
    path = tmp_path / "x.csv"
    path.write_text(
        "date,NVDA\n" + "".join(f"{MONTHS[form](m)},{v}\n" for m, v in zip(months, CLOSE["NVDA"], strict=True))
    )
    read = load_prices(path=path)
    assert read.close["NVDA"].to_dict() == dict(zip(months + pd.offsets.MonthEnd(), CLOSE["NVDA"], strict=True))
    assert "months, each under its last day" in map(str, read.read_as)
    path = tmp_path / "x.xlsx"
    path.write_bytes(
        book([["date", "NVDA"], *([int(f"{m:%Y%m}"), v] for m, v in zip(months, CLOSE["NVDA"], strict=True))])
    )
    assert load_prices(path=path).close.index.tolist() == read.close.index.tolist()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (lambda d: f"{d:%b-%d}", "'Jan-02' is not a date"),
        (lambda d: f"2007{d.day % 12 + 1:02d}", "reads two ways: 2007-03 or"),
        (lambda d: f"{d:%Y-%m}" if d.day < 16 else f"{d:%Y-%m-%d}", "'2024-01' is not a date"),
    ],
)
def test_what_may_be_no_month_is_not_taken_for_one(
    tmp_path: Path, form: Callable[[pd.Timestamp], str], said: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("date,NVDA\n" + "".join(f"{form(d)},{v}\n" for d, v in zip(DAYS[:12], CLOSE["NVDA"], strict=False)))
    with pytest.raises(InvalidFile, match=said):
        load_prices(path=path)


def test_a_factor_of_nobody_known_is_not_used_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [f"NVDA,{d:%Y-%m-%d},{v:.2f},{1 + (i > 30)}" for i, (d, v) in enumerate(CLOSE["NVDA"].items())]
    path.write_text("\n".join(["ticker,date,close,adj_factor", *rows]) + "\n", encoding="utf-8")
    read = load_prices(path=path)
    assert read.info["NVDA"].basis == "as_given"
    assert any("not adjusted by adj_factor" in str(said) for said in read.read_as)


@pytest.mark.parametrize("form", ["%y%m%d", "%d%m%y", "%d%m%Y", "%m%d%Y"])
def test_digits_are_dates_in_the_order_that_the_column_settles_or_that_is_asked_for(tmp_path: Path, form: str) -> None:
    path = tmp_path / "x.csv"
    rows = [f"NVDA,{d:{form}},{v:.2f}" for d, v in CLOSE["NVDA"].items()]
    order: Any = {"%y": "ymd", "%d": "dmy", "%m": "mdy"}[form[:2]]
    for n, settled in ((len(rows), True), (8, form == "%y%m%d")):  # 24 is no month, and eight years are none
        path.write_text("\n".join(["ticker,date,close", *rows[:n]]) + "\n")
        if settled:
            assert load_prices(path=path).close.index.tolist() == list(DAYS[:n])
        else:
            with pytest.raises(InvalidFile, match="reads two ways"):
                load_prices(path=path)
        assert load_prices(path=path, reading=Reading(dates=order)).close.index.tolist() == list(DAYS[:n])
    rows[20] = "NVDA,20112015,470.00"
    path.write_text(
        "\n".join(["ticker,date,close", *(f"NVDA,{d:%Y%m%d},{v:.2f}" for d, v in CLOSE["NVDA"].items()), rows[20]])
    )
    with pytest.raises(InvalidFile, match="'20112015' has the year last, if it is a date, and '20240102' has it first"):
        load_prices(path=path)


@pytest.mark.parametrize(
    ("clock", "shift", "said"),
    [
        ("00:30:00+02:00", 0, "on no weekend"),
        ("00:30:00+02:00", 1, "the day before, on no weekend"),
        ("22:00:00+00:00", -1, "the day after, on no weekend"),
        ("09:30:00-05:00", 0, "the day as it is written, on no weekend"),
    ],
)
def test_times_at_night_are_of_the_session_that_no_weekend_speaks_against(
    tmp_path: Path, clock: str, shift: int, said: str
) -> None:
    path = tmp_path / "x.csv"
    step = pd.Timedelta(shift, "D")
    path.write_text(
        "ticker,date,close\n"
        + "".join(f"NVDA,{d + step:%Y-%m-%d}T{clock},{v:.2f}\n" for d, v in zip(DAYS, CLOSE["NVDA"], strict=True))
    )
    read = load_prices(path=path)
    assert read.close.index.tolist() == list(DAYS)
    assert any(str(told).endswith(said) for told in read.read_as)


@pytest.mark.parametrize("piece", [1, 7, 1 << 18])
def test_cells_are_counted_as_the_csv_module_cuts_them(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr("eventstudy.tables.text._PIECE", piece)
    rng = np.random.default_rng(0)
    cells = ["1.5", '"a, b"', '""', "", '"x ""y"", z"', '"1,234"', "n"]
    for end in ("\n", "\r\n"):
        text = end.join(",".join(rng.choice(cells, rng.integers(1, 5))) for _ in range(60)) + end
        lines = marks = 0
        for _, ends, separators in _edges(text.encode(), 0, ","):
            assert ends is not None
            lines, marks = lines + ends.sum(), marks + separators.sum()
        cut = list(csv.reader(text.splitlines()))
        assert (lines, marks) == (len(cut), sum(max(len(row) - 1, 0) for row in cut))
    for broken in ('a,"b\nc",d\n', 'a,b"c",d\n', 'a,"b"c\n', 'a,"b\n'):
        assert any(ends is None for _, ends, _ in _edges(broken.encode(), 0, ","))


def test_a_mark_of_missing_numbers_far_down_and_quotes_change_no_number(tmp_path: Path) -> None:
    """Marks are looked for in samples, and quotes by their number: what the samples miss is read all the same."""
    path = tmp_path / "x.csv"
    days = pd.bdate_range("1990-01-01", periods=9000)
    rows = [f'"{d:%Y-%m-%d}","{100 + i % 7}.25","{50 + i % 5}.5"' for i, d in enumerate(days)]
    rows[8000] = f'"{days[8000]:%Y-%m-%d}","105.25",n.a.'
    for end in ("\n", "\r\n"):
        path.write_bytes(end.join(["date,A,B", *rows, ""]).encode())
        read = load_prices(path=path)
        assert read.close["A"].tolist() == [100 + i % 7 + 0.25 for i in range(8000)] + [105.25] + [
            100 + i % 7 + 0.25 for i in range(8001, 9000)
        ]
        assert np.isnan(read.close["B"].iloc[8000])
        assert read.close["B"].notna().sum() == 8999


@pytest.mark.parametrize(
    "head",
    [
        "Name,NVIDIA,SPDR S&P 500\nCode,@NVDA(P),U:SPY(P)",
        "Name,NVDA,SPY\nCode,131745(P),905113(P)",
        ",NVDA,SPY\nCurrency,USD,USD\nDate,,",
        "Pricing,,\nDate,NASDAQGS:NVDA - Share Pricing,ARCA:SPY - Share Pricing",
    ],
)
def test_codes_and_names_above_each_other_are_found_by_what_is_asked_for(tmp_path: Path, head: str) -> None:
    path = tmp_path / "x.csv"
    pair = zip(DAYS, CLOSE["NVDA"], CLOSE["SPY"], strict=True)
    path.write_text(head + "\n" + "".join(f"{d:%Y-%m-%d},{a:.2f},{b:.2f}\n" for d, a, b in pair))
    read = load_prices(["NVDA", "SPY"], path=path)
    for ticker in ("NVDA", "SPY"):
        np.testing.assert_allclose(read.close[read.names.get(ticker, ticker)], CLOSE[ticker].round(2))


@pytest.mark.parametrize("n", [1, 63, 64, 65, 1000])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_what_stands_in_quotation_marks_is_told_by_counting_them(n: int, share: float) -> None:
    marks = np.random.default_rng(n).random(n) < share
    assert _odd_so_far(marks).tolist() == [sum(marks[: i + 1].tolist()) % 2 == 1 for i in range(n)]


GERMAN = '"Datum","Schlusskurs",{}\n"14.02.2025","989",{}\n"17.02.2025","1.003",{}\n'


@pytest.mark.parametrize(
    ("text", "choices", "wanted"),
    [
        (GERMAN.format('"Veränderung %"', '"0,53%"', '"1,42%"'), {}, [989, 1003]),
        (GERMAN.format('"Umsatz"', '"1.234.567"', '"985.123"'), {}, [989, 1003]),
        (GERMAN.format('"Vol."', '"62,96M"', '"61,10M"'), {}, [989, 1003]),
        (GERMAN.replace('"989"', '"1.989"').format('"Change %"', '"0.53%"', '"1.42%"'), {}, [1.989, 1.003]),
        (GERMAN.format('"Rang"', '"1"', '"2"'), {"decimal": "comma"}, [989, 1003]),
        (GERMAN.format('"Rang"', '"1"', '"2"'), {"decimal": "point"}, [989, 1.003]),
        ("Date,Close\n2025-02-14,1.083\n2025-02-17,12.104\n", {}, [1.083, 12.104]),
        ("Date,Close\n2025-02-14,985\n2025-02-17,48.17\n", {}, [985, 48.17]),
        (
            "Date,ticker,close\n2025-02-14,NVDA,50.000\n2025-02-17,NVDA,50.125\n2025-02-14,A.B,50.000\n",
            {},
            [50, 50.125],
        ),
        ("Date;Close;Change %\n2025-02-14;1,989;0.53%\n2025-02-17;1,003;1.42%\n", {}, [1989, 1003]),
        ('Date,Close,Change\n2025-02-14,"19,224",12.5\n2025-02-17,"19,301",77.0\n', {}, [19224, 19301]),
        ("Date;Close;Low;Change\n2025-02-14;1,989;0.53;0,5%\n2025-02-17;1,003;1.42;0,6%\n", {}, [1989, 1003]),
        ("Date;Close;Change\n2025-02-14;1,989;0.5%\n2025-02-17;1,003;0,6%\n", {}, None),
    ],
)
def test_other_cells_settle_points_between_commas(
    tmp_path: Path, text: str, choices: dict[str, Any], wanted: list[float] | None
) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text(text, encoding="utf-8")
    if wanted is None:
        with pytest.raises(InvalidFile, match="'1,989' reads two ways"):
            load_prices(["NVDA"], path=path)
        return
    found = load_prices(["NVDA"], path=path, reading=Reading(**choices))
    assert found.close["NVDA"].tolist() == wanted


@pytest.mark.parametrize("choices", [{}, {"dates": "ymd"}])
def test_years_first_between_dots(tmp_path: Path, choices: dict[str, Any]) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(wide(lambda d: f"{d:%y.%m.%d}"))
    found = load_prices(["NVDA"], path=path, reading=Reading(**choices))
    assert found.close["NVDA"].index.equals(CLOSE["NVDA"].index)
    assert any("yyyy.mm.dd" in str(said) for said in found.read_as)


def two_digits(form: str, days: list[str]) -> str:
    return "Date,NVDA\n" + "".join(f"{pd.Timestamp(d):{form}},480.5\n" for d in days)


def month_ends(n: int) -> list[str]:
    return [f"{d:%Y-%m-%d}" for d in pd.date_range("2013-01-31", periods=n, freq="BME")]


@pytest.mark.parametrize("mark", [".", "/", "-"])
@pytest.mark.parametrize(
    ("order", "days", "why"),
    [
        ("%y{0}%m{0}%d", [f"{d:%Y-%m-%d}" for d in DAYS[:40]], "weekends"),
        ("%d{0}%m{0}%y", [f"{d:%Y-%m-%d}" for d in DAYS[:40]], "weekends"),
        ("%y{0}%m{0}%d", month_ends(140), "weekends"),
        ("%y{0}%m{0}%d", [f"{2014 + m // 12}-{m % 12 + 1:02d}-01" for m in range(24)], "follow"),
        (
            "%d{0}%m{0}%y",
            ["2025-01-27", "2025-02-26", "2025-05-28", "2025-08-27", "2025-11-19"],
            "years in place of one",
        ),
        (
            "%y{0}%m{0}%d",
            ["2025-01-27", "2025-02-26", "2025-05-28", "2025-08-27", "2025-11-19"],
            "years in place of one",
        ),
    ],
)
def test_years_of_two_digits_are_told_from_days_by_the_column(
    tmp_path: Path, mark: str, order: str, days: list[str], why: str
) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(two_digits(order.format(mark), days))
    found = load_prices(["NVDA"], path=path)
    assert [f"{d:%Y-%m-%d}" for d in found.close.index] == days
    assert why in " ".join(map(str, found.read_as))


@pytest.mark.parametrize("mark", ["/", "-"])
@pytest.mark.parametrize("days", [["2024-05-22"], ["2023-05-24", "2024-05-22"], ["2016-02-18", "2017-02-16"]])
@pytest.mark.parametrize("form", ["%y{0}%m{0}%d", "%d{0}%m{0}%y"])
def test_few_years_of_two_digits_may_be_days(tmp_path: Path, mark: str, days: list[str], form: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(two_digits(form.format(mark), days))
    with pytest.raises(InvalidFile, match=r"\(day first\) or 20..-..-.. \(year first\)") as caught:
        load_prices(["NVDA"], path=path)
    assert "--dates dmy or --dates ymd" in str(caught.value)
    path.write_text(
        path.read_text().replace("Date,NVDA", "date,close").replace(",480.5", ",NVDA").replace("close", "ticker")
    )
    with pytest.raises(InvalidFile, match="reads two ways"):
        load_registry(path)


@pytest.mark.parametrize(
    ("head", "cells", "found"),
    [
        ("Datum", ["27.01.25", "28.04.25"], ["2025-01-27", "2025-04-28"]),
        ("Date", ["24.01.02", "24.01.03"], ["2024-01-02", "2024-01-03"]),
        ("Date", ["24.05.23", "22.05.24"], ["2023-05-24", "2024-05-22"]),
        ("Date", ["18.06.14"], ["2014-06-18"]),
        ("날짜", ["18.06.14"], None),  # there the year stands first
        ("Datum", ["23.08.25"], None),  # a Saturday; 2023-08-25 is a Friday
        (
            "Datum",
            [f"14.{m:02d}.01" for m in range(1, 13)] + [f"{y}.01.01" for y in (15, 16)],
            None,
        ),  # firsts, or of one year
    ],
)
def test_few_days_between_points_begin_with_the_day_where_nothing_speaks_against_it(
    tmp_path: Path, head: str, cells: list[str], found: list[str] | None
) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(f"{head},NVDA\n" + "".join(f"{cell},480.5\n" for cell in cells), encoding="utf-8")
    if found is None:
        with pytest.raises(InvalidFile, match=r"\(day first\) or 20..-..-.. \(year first\)"):
            load_prices(path=path)
    else:
        table = load_prices(path=path)
        assert [f"{d:%Y-%m-%d}" for d in table.close.index] == found
        told = " ".join(table.read_as)
        assert "2 years in place of one" in told or "between points the day stands first" in told


def test_one_text_beside_dates_of_a_spreadsheet_shows_that_it_has_swapped_them(tmp_path: Path) -> None:
    book = pd.DataFrame({"ticker": ["NVDA"] * 2, "date": [pd.Timestamp("2024-01-02"), "13/02/2024"]})
    book.to_excel(tmp_path / "events.xlsx", index=False)
    with pytest.raises(InvalidFile, match=r"2024-01-02 may be 2024-02-01: no date of 1 .* read the day for the month"):
        load_registry(tmp_path / "events.xlsx")
    book = pd.DataFrame({"ticker": ["NVDA"] * 2, "date": [pd.Timestamp("2024-01-16"), "13/02/2024"]})
    book.to_excel(tmp_path / "events.xlsx", index=False)
    assert len(load_registry(tmp_path / "events.xlsx")) == 2


@pytest.mark.parametrize(("since", "refused"), [("1899-12-30", False), ("1904-01-01", True), ("1970-01-01", True)])
def test_few_days_that_are_counted_from_another_year_are_refused_by_their_weekends_or_said(
    tmp_path: Path, since: str, refused: bool
) -> None:
    path = tmp_path / "NVDA.csv"

    def written(days: list[str]) -> str:
        return "Date,Close\n" + "".join(f"{(pd.Timestamp(d) - pd.Timestamp(since)).days},480.5\n" for d in days)

    path.write_text(written(["2024-01-03", "2024-01-04", "2024-01-05"]))
    if refused:
        with pytest.raises(InvalidFile, match="counted from another day"):
            load_prices(path=path)
    path.write_text(written(["2024-01-03"]))
    assert "counted from 1900" in " ".join(map(str, load_prices(path=path).read_as))


def test_days_that_a_spreadsheet_counts_may_have_a_time(tmp_path: Path) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text("Date,Close\n45293.66666667,480.5\n45294.66666667,481.5\n")
    found = load_prices(path=path)
    assert [f"{d:%Y-%m-%d}" for d in found.close.index] == ["2024-01-02", "2024-01-03"]
    assert "times without a zone: the day as it is written" in map(str, found.read_as)


@pytest.mark.parametrize("form", ["%a %m/%d/%Y", "%A %d/%m/%Y"])
def test_the_day_of_the_week_settles_the_order(tmp_path: Path, form: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(early(lambda d: f"{d:{form}}", ","))
    found = load_prices(["NVDA"], path=path).close["NVDA"]
    assert set(found.index) <= set(DAYS)


def test_comments_and_units_below_headings_are_left_aside(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    rows = [f"{d:%Y-%m-%d},NVDA,{v}" for d, v in CLOSE["NVDA"].items()]
    path.write_text("\n".join(["date,ticker,close", ",,USD", "# first, days", *rows[:5], "# then", *rows[5:]]) + "\n")
    found = load_prices(["NVDA"], path=path)
    assert found.close["NVDA"].tolist() == CLOSE["NVDA"].tolist()
    said = [str(one) for one in found.read_as]
    assert "comments left aside: 2, the first is row 3" in said
    assert "units below the headings left aside: USD" in said
    path.write_text("ticker,date\n# skip\nNVDA,2025-01-27\n")
    assert "comments left aside: 1, the first is row 2" in [str(one) for one in load_registry(path).read_as]
    quoted = ["date,ticker,close", *rows[:5], '"# then, in quotes"', *rows[5:]]
    path.write_text("\n".join(quoted) + "\n")
    found = load_prices(["NVDA"], path=path)
    assert found.close["NVDA"].tolist() == CLOSE["NVDA"].tolist()
    assert "comments left aside: 1, the first is row 7" in [str(one) for one in found.read_as]


THOUSANDS = "Datum;{};Schluss\n14.02.2025;{};17.095\n17.02.2025;{};17.241\n"


@pytest.mark.parametrize(("head", "cell"), [("Zeit", "17.35"), ("Zeit", "17:35"), ("Fassung", "2.10"), ("Rang", "1")])
def test_a_time_or_an_unknown_column_proves_no_decimal_mark(tmp_path: Path, head: str, cell: str) -> None:
    path = tmp_path / "DAX.csv"
    for mark in (";", ","):
        quoted = '"17.095"', '"17.241"'
        text = THOUSANDS.format(head, cell, cell)
        text = text if mark == ";" else text.replace("17.095", quoted[0]).replace("17.241", quoted[1]).replace(";", ",")
        path.write_text(text)
        with pytest.raises(InvalidFile, match=r"'17.095' reads two ways"):
            load_prices(path=path)
        assert load_prices(path=path, reading=Reading(decimal="comma")).close["DAX"].tolist() == [17095, 17241]


@pytest.mark.parametrize(
    ("head", "cell", "said"),
    [
        ("Veränderung", "0,53%", ""),
        ("Umsatz", "1.234.567", ""),
        ("Abstand", "0,53 %", ""),
        ("Eröffnung", "17.001,25", ""),
    ],
)
def test_numbers_of_known_fields_and_per_cent_prove_a_decimal_comma(
    tmp_path: Path, head: str, cell: str, said: str
) -> None:
    path = tmp_path / "DAX.csv"
    path.write_text(THOUSANDS.format(head, cell, cell), encoding="utf-8")
    found = load_prices(path=path)
    assert found.close["DAX"].tolist() == [17095, 17241]
    assert any(str(one).startswith("decimal comma") for one in found.read_as)


@pytest.mark.parametrize("close", ["480,12", "1.480,12"])
def test_a_decimal_comma_is_said_and_explained_by_its_first_cell(tmp_path: Path, close: str) -> None:
    path = tmp_path / "SAP.csv"
    path.write_text(f"Datum;Schluss\n14.02.2025;480\n17.02.2025;{close}\n18.02.2025;{close}\n")
    found = load_prices(path=path, reading=Reading(explain=True))
    assert "decimal comma" in map(str, found.read_as)
    assert f"decimal comma, as row 3 has it: {close}" in map(str, found.explained)


@pytest.mark.parametrize(
    ("usual", "odd"), [("480.12", "431,640"), ("480,12", "431.640"), ("480.12", '"431,640"'), ("16.750,25", "16.750")]
)
@pytest.mark.parametrize("kind", ["wide", "long", "one"])
def test_a_number_a_thousand_times_the_one_beside_it_is_refused(
    tmp_path: Path, usual: str, odd: str, kind: str
) -> None:
    path = tmp_path / "NVDA.csv"
    heads = {"wide": "Date;NVDA", "long": "ticker;date;close", "one": "Date;Close"}
    before, n = "NVDA;" if kind == "long" else "", len(DAYS)
    rows = [f"{before}{d:%Y-%m-%d};{usual if k < n - 3 else odd}" for k, d in enumerate(DAYS)]
    path.write_text("\n".join([heads[kind], *rows]) + "\n")
    if usual == "16.750,25":  # a whole number beside decimals
        assert load_prices(path=path).close["NVDA"].iloc[-1] == 16750
        return
    with pytest.raises(InvalidFile, match="one mark and three digits behind it") as caught:
        load_prices(path=path)
    assert f"row {n - 1}" in str(caught.value)
    asked: Any = "comma" if "," in usual else "point"
    assert load_prices(path=path, reading=Reading(decimal=asked)).close["NVDA"].iloc[-1] == 431640


@pytest.mark.parametrize("kind", ["wide", "long"])
def test_thousands_that_the_last_rows_make_decimals_are_refused(tmp_path: Path, kind: str) -> None:
    path, n = tmp_path / "NVDA.csv", len(DAYS)
    head, before = ("ticker;date;close", "NVDA;") if kind == "long" else ("Date;NVDA", "")
    rows = [f"{before}{d:%Y-%m-%d};{'4.806' if k < n - 3 else '4811.50'}" for k, d in enumerate(DAYS)]
    path.write_text("\n".join([head, *rows]) + "\n")
    with pytest.raises(InvalidFile, match=r"NVDA is at 4\.806 on .* and at 4811\.5 on .*, a thousand times as much"):
        load_prices(path=path)
    assert load_prices(path=path, reading=Reading(decimal="point")).close["NVDA"].iloc[0] == 4.806


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("title,ticker,date\n#MeToo claims,NVDA,2024-05-22\nOther,AMD,2024-05-01\n", 2),
        ("rank,ticker,date\n#1,NVDA,2024-05-22\n#2,AMD,2024-05-01\n", 2),
        ("note,ticker,date\n#N/A,NVDA,2024-05-22\n# not yet\n# two, words\nx,AMD,2024-05-01\n", 2),
        ("ticker,date\n#NVDA,2024-05-22\nAMD,2024-05-01\n", 1),
    ],
)
def test_rows_that_begin_with_a_hash_are_rows(tmp_path: Path, text: str, rows: int) -> None:
    path = tmp_path / "events.csv"
    path.write_text(text)
    found = load_registry(path)
    assert len(found) == rows
    told = [str(one) for one in found.read_as if "comments" in str(one)]
    assert bool(told) == ("# not" in text or rows == 1)


def test_a_missing_number_in_the_first_cell_is_no_comment(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("NVDA;AMD;Date\n480.5;120.5;2024-01-02\n#N/A;121.5;2024-01-03\n482.5;122.5;2024-01-04\n")
    found = load_prices(path=path).close
    assert found["AMD"].tolist() == [120.5, 121.5, 122.5]
    assert found["NVDA"].isna().tolist() == [False, True, False]


def test_prices_are_written_in_full_and_volumes_need_not_be(tmp_path: Path) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text("Date,Close,Volume\n2025-01-02,48.17,1.2M\n2025-01-03,48.20,900k\n")
    assert load_prices(["NVDA"], path=path).fields["volume"]["NVDA"].tolist() == [1_200_000, 900_000]
    path.write_text("Date,NVDA,AMD\n2025-01-02,48.17m,7.5\n2025-01-03,48.20m,7.6\n")
    found = load_prices(["NVDA", "AMD"], path=path)
    assert found.tickers == ["AMD"]
    assert "'48.17m' is thousands or millions, or another unit" in str(found.missing["NVDA"])
    assert "row 2, column NVDA" in str(found.missing["NVDA"])


@pytest.mark.parametrize("mark", [".", "/", "-"])
def test_years_first_are_read_of_any_digits_where_that_is_said(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("Date;NVDA\n" + "".join(f"09{mark}01{mark}{day:02d};480.5\n" for day in (2, 5, 6)))
    found = load_prices(["NVDA"], path=path, reading=Reading(dates="ymd")).close
    assert [f"{day:%Y-%m-%d}" for day in found.index] == ["2009-01-02", "2009-01-05", "2009-01-06"]
    assert one_moment(f"09{mark}01{mark}02", order="ymd") == date(2009, 1, 2)


@pytest.mark.parametrize(
    ("stem", "asked", "name", "found"),
    [
        ("NVDA", "NVDA", "NVIDIA Corporation", True),
        ("NVDA", "NVDA", "AMD", False),
        ("NVDA", "NVDA", "AMD US Equity", False),
        ("INTC", "INTC", "Nvidia", False),  # a firm that is known, by another ticker
    ],
)
def test_a_firm_by_its_name_is_the_ticker_of_the_file(
    tmp_path: Path, stem: str, asked: str, name: str, found: bool
) -> None:
    path = tmp_path / f"{stem}.csv"
    path.write_text(f"Date,Name,Close\n2025-01-02,{name},48.17\n2025-01-03,{name},48.2\n")
    table = load_prices([asked], path=path)
    assert table.tickers == ([asked] if found else [])
    said = f"{name} is {asked}, as the name of the file says"
    assert (said in [str(one) for one in table.read_as]) == found


def test_unknown_words_in_a_table_of_one_ticker_are_one_close_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("Datum;Wert X\n02.01.2025;48,17\n03.01.2025;48,2\n")
    found = load_prices(path=path, reading=Reading(ticker="NVDA"))
    assert found.tickers == ["NVDA"]
    assert "Wert X is taken for the closing price: the table has no other" in map(str, found.read_as)
    path.write_text("Datum;Wert X;Wert Y\n02.01.2025;48,17;7,5\n03.01.2025;48,2;7,5\n")
    for stem, reading, otherwise in (
        ("prices", Reading(ticker="NVDA"), "leave --ticker out"),
        ("NVDA", Reading(), "call the file 'prices'"),
    ):
        path = path.rename(tmp_path / f"{stem}.csv")
        with pytest.raises(InvalidFile, match="'Wert X' and 'Wert Y' are tickers, or fields of NVDA") as caught:
            load_prices(path=path, reading=reading)
        assert f"or {otherwise} if these are tickers" in str(caught.value)


@pytest.mark.parametrize("stem", ["NVDA-US", "nvda-us", "NVDA US Equity", "NVDA_US"])
def test_files_are_called_by_tickers_with_the_marks_of_vendors(tmp_path: Path, stem: str) -> None:
    path = tmp_path / f"{stem}.csv"
    path.write_text("Date,Close\n2025-01-02,48.17\n2025-01-03,48.2\n")
    assert load_prices(["NVDA", "SPY"], path=path).tickers == ["NVDA"]


def test_a_price_file_is_explained_column_by_column(tmp_path: Path) -> None:
    path = tmp_path / "kurse.csv"
    path.write_text(
        "Von Hand;;;;;\nDatum;Eröffn.;Schlusskurs;Stück;Umsatz;Merkzettel\n02.01.2024;1.492,44;1.481,68;3,4 Mio;5;x\n"
        "15.01.2024;1.474,85;1.475,69;3,1 Mio;6;\nSumme;;;;;\n",
        encoding="cp1252",
    )
    table = load_prices(["SAP-DE"], path=path, reading=Reading(ticker="SAP-DE", explain=True))
    told = [str(one) for one in (*table.explained, *places_of(table))]
    assert told == [
        "kurse.csv: one ticker",
        "text in cp1252",
        "words below the table left aside: Summe",
        "cells separated by ';'",
        "titles above the headings left aside: Von Hand",
        "dates as dd.mm.yyyy",
        "thousands by points",
        "numbers in Mio",
        "columns not needed: Umsatz, Merkzettel",
        "between points the month of a date never stands first",
        "decimal comma, as row 3 has it: 1.492,44",
        "column 1, Datum: date",
        "column 2, Eröffn.: opening price of SAP-DE",
        "column 3, Schlusskurs: closing price of SAP-DE",
        "column 4, Stück: volume of SAP-DE",
        "column 5, Umsatz: not used",
        "column 6, Merkzettel: not used: the word is not known",
        "2 rows of prices, from row 3 to row 4",
        "2 sessions of SAP-DE",
        "exchange of SAP-DE: XETR, by the marks of vendors in the names",
    ]
    german = [in_language(one, "de") for one in (*table.explained, *places_of(table))]
    assert "Spalte 3, Schlusskurs: Schlusskurs von SAP-DE" in german
    assert None not in german


def test_the_row_that_settles_dates_and_marks_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("Symbol,Date,Price,Vol.\nAAA,02/03/2024,12.125,5\nAAA,13/03/2024,12.5,6\nAAA,13/03/2024,12.5,6\n")
    told = [str(one) for one in load_prices(path=path, reading=Reading(explain=True)).explained]
    assert "dates as dd/mm/yyyy, by row 3: 13/03/2024" in told
    assert "decimal point, as row 3 has it: 12.5" in told
    assert "rows that stand there twice taken once: 1, the first is row 4" in told
    assert load_prices(path=path).explained == ()


def test_reasons_of_bad_cells_are_said_in_german(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("Date,NVDA,AMD,INTC,SPY\n2025-01-02,x,-7.5,48m,1\n2025-01-03,1,7.6,1,1\n")
    missing = load_prices(["NVDA", "AMD", "INTC", "SPY"], path=path).missing
    german = {ticker: in_language(error.what, "de") for ticker, error in missing.items()}
    assert german["NVDA"] == "'x' ist keine Zahl (prices.csv, Zeile 2, Spalte NVDA)"
    assert str(german["AMD"]).startswith("close ist negativ: −7,5; Renditen werden mit")
    assert str(german["INTC"]).startswith("'48m' sind Tausende, Millionen oder")
    events = tmp_path / "events.csv"
    events.write_text("ticker,date\nNVDA,2025-01-27\nAMD,2025-13-45\n,2025-01-27\nX,2025-01-27,1,2\n")
    rows = load_registry(events).left_out
    said = [(in_language(one.row, "de"), in_language(one.why, "de")) for one in rows]
    assert sorted(said, key=str) == [
        ("Zeile 3", "Spalte date: „2025-13-45“ ist kein Datum"),
        ("Zeile 4", "Spalte ticker: ist leer"),
        ("Zeile 5", "4 Werte für 2 Spalten"),
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("09.01.25", date(2025, 1, 9)),
        ("14.03.16", date(2016, 3, 14)),
        ("31.12.24", date(2024, 12, 31)),
        ("18.06.14", date(2014, 6, 18)),
        ("23.08.25", None),  # a Saturday; 2023-08-25 is a Friday
        ("01/02/24", None),
    ],
)
def test_a_date_alone_between_points_begins_with_the_day_unless_that_is_a_weekend(text: str, read: date | None) -> None:
    if read is None:
        with pytest.raises(InvalidRequest, match="reads two ways"):
            one_moment(text)
        assert one_moment(text, order="dmy")
    else:
        assert one_moment(text) == read


@pytest.mark.parametrize("piece", [16, 37, 1 << 18])
def test_a_cell_that_proves_the_decimal_mark_is_found_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr("eventstudy.tables.text._PIECE", piece)
    monkeypatch.setattr("eventstudy.tables.text._SAMPLE", 5)
    rng = np.random.default_rng(3)
    open_ones = ["1.003", "12.345", "987.001", "7", "985", "", "x.y", "2024-01-02", "1.234.567", "-4.100", "02.01.2024"]
    proving = ["1.5", "0.123", "1234.567", "3.1415", "1200.", ".5", "-0.25", "12.34"]
    for k in range(150):
        cells = rng.choice(open_ones, int(rng.integers(2, 40))).tolist()
        at = int(rng.integers(len(cells)))
        if k % 2:
            cells[at] = str(rng.choice(proving))
        rows = [cells[i : i + 3] for i in range(0, len(cells), 3)]
        text = "a,b,c\n" + "\n".join(",".join(row) for row in rows) + "\n"
        hit, plain = _proving(text.encode(), 5, ",", "."), _proof(",").search(text.encode(), 5)
        assert (hit is None) == (plain is None) == (not k % 2), text


CLOSES = [f"{v:.2f}" for v in CLOSE["NVDA"]]


def under(head: str, row: str) -> str:
    """A table under these headings: `{v}` is the close, `{n}` the number of the row."""
    pairs = enumerate(zip(DAYS, CLOSES, strict=True), 1)
    lines = [row.format(d=f"{d:%Y-%m-%d}", v=v, n=k, m=900 - k) for k, (d, v) in pairs]
    return "\n".join([head, *lines]) + "\n"


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("#,Date,NVDA", "{n},{d},{v}"),
        ("Lauf,Date,NVDA", "{n},{d},{v}"),
        ("Unnamed: 0,Date,NVDA", "{m},{d},{v}"),
        (",Date,NVDA", "{m},{d},{v}"),
        ("Date,NVDA,Zeile der Quelle", "{d},{v},{m}"),
        ("Date,NVDA,NVDA Volume", "{d},{v},7000"),
        ("Date,NVDA,NVDA_ret", "{d},{v},0.01"),
        ("Date,NVDA,Volume NVDA", "{d},{v},7000"),
        ("Date,NVDA,Year", "{d},{v},2024"),
        ("Date,NVDA,Weekday", "{d},{v},3"),
        ("Date,NVDA,Mean", "{d},{v},480.5"),
    ],
)
def test_what_stands_beside_a_ticker_is_no_ticker(tmp_path: Path, head: str, row: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(under(head, row))
    found = load_prices(path=path)
    assert found.tickers == ["NVDA"]
    assert found.close["NVDA"].tolist() == [float(v) for v in CLOSES]


@pytest.mark.parametrize(
    "head",
    [
        "Fecha,Valor",
        "Date,Valeur",
        "Datum,Nettoinventarwert",
        "Datum,Rücknahmepreis",
        "Дата,Цена на затваряне",
        "Dagur,Staða",
    ],
)
def test_the_one_column_of_a_file_that_is_called_by_a_ticker_is_its_close(tmp_path: Path, head: str) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text(under(head, "{d},{v}"), encoding="utf-8")
    found = load_prices(path=path)
    assert found.close["NVDA"].tolist() == [float(v) for v in CLOSES]
    assert ("Staða is taken for the closing price" in " ".join(map(str, found.read_as))) == ("Staða" in head)


@pytest.mark.parametrize("head", ["Date,Bid,Ask", "Datum,Geld,Brief", "Date,Previous,Current state", "Date,Strike,Foo"])
def test_columns_that_are_neither_tickers_nor_closes_are_refused(tmp_path: Path, head: str) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text(under(head, "{d},{v},480.5"))
    with pytest.raises(InvalidFile, match=r"no price|words that are not known|word that is not known"):
        load_prices(path=path)


@pytest.mark.parametrize(
    ("head", "asked", "found"),
    [
        ("date,aapl,low,bas", None, ["aapl", "low", "bas"]),
        ("date,low,bas", ["LOW", "BAS"], ["low", "bas"]),
        ("date,bas,sap", ["BAS.DE", "SAP.DE"], ["BAS.DE", "SAP.DE"]),
        ("Date,Ouv,Bas,Dernier", ["BAS.DE"], ["BAS.DE"]),
        ("date,xxxx,low,bas", None, None),
    ],
)
def test_tickers_in_small_letters_that_are_words_for_fields(
    tmp_path: Path, head: str, asked: list[str] | None, found: list[str] | None
) -> None:
    path = tmp_path / "some_prices.csv"
    path.write_text(under(head, "{d}" + ",{v}" * head.count(",")))
    if found is None:
        with pytest.raises(InvalidFile, match=r"in a word that is not known|no column 'close'"):
            load_prices(asked, path=path)
    else:
        assert [t.casefold() for t in load_prices(asked, path=path).tickers] == [t.casefold() for t in found]


def test_sheets_that_are_called_as_programs_call_them_are_no_tickers(tmp_path: Path) -> None:
    closes = pd.DataFrame({"Date": DAYS, "Close": CLOSE["NVDA"].to_numpy()})
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        closes.to_excel(book, sheet_name="NVDA", index=False)
        closes.to_excel(book, sheet_name="Returns", index=False)
        closes.to_excel(book, sheet_name="Tabelle2", index=False)
    found = load_prices(path=tmp_path / "book.xlsx")
    assert found.tickers == ["NVDA"]
    assert "Returns (its name is no ticker), Tabelle2 (its name is no ticker)" in str(found.read_as[-1])


@pytest.mark.parametrize(("other", "told"), [("Volume", True), ("Adj Close", False)])
def test_sheets_that_are_called_by_fields_are_of_all_tickers(tmp_path: Path, other: str, told: bool) -> None:
    closes = CLOSE[["NVDA", "AMD"]].rename_axis("Date")
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        closes.to_excel(book, sheet_name="Close")
        (closes + 1000).to_excel(book, sheet_name=other)
    found = load_prices(path=tmp_path / "book.xlsx")
    assert found.close["AMD"].tolist() == closes["AMD"].tolist()
    if not told:
        assert found.fields["adj_close"]["AMD"].tolist() == pytest.approx((closes["AMD"] + 1000).tolist(), rel=1e-12)
        return
    assert f"{other} (of a field that is not needed)" in str(found.read_as[-1])


def test_a_heading_of_very_many_words_costs_no_more_than_it_is_long() -> None:
    """No field and no ticker: its words are not tried in all ways."""
    assert _shapes._parts("a." * 20 + "a") == []
    assert _shapes.names_field("NVDA.Close")
    assert not _shapes.names_field("a." * 10_000 + "Close")


@pytest.mark.parametrize("months", [("lis", "lis"), ("lip", "lis"), ("listopada", "listopada")])
def test_months_that_are_others_in_croatian(tmp_path: Path, months: tuple[str, str]) -> None:
    path = tmp_path / "NVDA.csv"
    rows = f"15 {months[0]} 2024,480.5\n18 {months[1]} 2024,481.5\n"
    path.write_text("Date,Close\n" + rows)
    with pytest.raises(InvalidFile, match=r"Polish or Czech\) or 2024-(06|10)-15 \(Croatian"):
        load_prices(path=path)
    path.write_text("Date,Close\n" + rows + "2 stu 2024,482.5\n")
    other = {"lis": 10, "lip": 6, "listopada": 10}
    assert [day.month for day in pd.DatetimeIndex(load_prices(path=path).close.index)] == [
        *(other[m] for m in months),
        11,
    ]
    path.write_text("Date,Close\n" + rows + "2 stu 2024,482.5\n3 gru 2024,483.5\n")
    with pytest.raises(InvalidFile, match="reads two ways"):
        load_prices(path=path)
    for settled in ("Data,Close\n" + rows, "Date,Close\n" + rows + "2 gru 2024,482.5\n"):
        path.write_text(settled)
        assert str(load_prices(path=path).fields["close"].index[0])[:7] == (
            "2024-07" if months[0] == "lip" else "2024-11"
        )
    with pytest.raises(InvalidRequest, match="reads two ways: 2024-"):
        one_moment(f"15 {months[0]} 2024")
