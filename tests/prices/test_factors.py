"""Factor files: as Ken French publishes them, and as a person writes them; each value against what stands in the file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.prices import factors_of_frame, read_factors
from eventstudy.request import factors_for

DAILY = """This file was created using the 202509 CRSP database.
The 1-month TBill rate data until 202405 are from Ibbotson, and from 202406 on from ICE BofA.

,Mkt-RF,SMB,HML,RF
20250102,   -0.67,    0.02,   -99.99,    0.016
20250103,    1.25,   -0.50,    0.10,    0.016
20250106,    0.00,    0.30,   -1.00,    0.016

  Copyright 2025 Eugene F. Fama and Kenneth R. French
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("unit", [None, "percent"])
def test_the_published_file(tmp_path: Path, ends: str, unit: None) -> None:
    path = tmp_path / "F-F.csv"
    path.write_bytes(DAILY.replace("\n", ends).encode())
    table = read_factors(path, unit)
    assert list(table.columns) == ["mkt_rf", "smb", "hml", "rf"]
    assert [f"{d:%Y-%m-%d}" for d in table.index] == ["2025-01-02", "2025-01-03", "2025-01-06"]
    assert table["mkt_rf"].tolist() == pytest.approx([-0.0067, 0.0125, 0.0], abs=1e-15)
    assert np.isnan(table["hml"].iloc[0])
    assert table["hml"].tolist()[1:] == pytest.approx([0.001, -0.01], abs=1e-15)
    assert table.attrs["vintage"] == "This file was created using the 202509 CRSP database."


MONTHS = {
    2024: """0.73 -5.07 -2.38 .47; 5.07 -.24 -3.43 .42; 2.84 -2.50 4.16 .43; -4.65 -2.37 -.45 .47; 4.33 .55 -1.31 .44;
        2.80 -3.00 -3.36 .41; 1.22 6.81 5.62 .45; 1.60 -3.49 -1.10 .48; 1.72 -.13 -2.77 .40; -1.00 -.99 .86 .39;
        6.49 4.46 .15 .40; -3.17 -2.71 -3.00 .37""",
    2025: """2.80 -1.97 1.63 .37; -2.44 -5.79 4.91 .33; -6.39 -2.76 2.90 .34; -.84 -.59 -3.40 .35; 6.06 .70 -2.88 .38;
        4.86 .83 -1.61 .34; 1.98 .27 -1.27 .34; 1.84 3.87 4.42 .38; 3.39 -1.85 -1.05 .33; 1.96 -.55 -3.09 .37;
        -.13 .38 3.76 .30; -.36 -1.06 2.42 .34""",
}
YEARS = {2024: (19.76, -11.34, -8.71, 5.26), 2025: (13.30, -10.57, 8.41, 4.25)}
"""Market less risk-free rate, size, value and risk-free rate in per cent, as Kenneth R. French's library has them for each
month of two years, and in its own table of years (`F-F_Research_Data_Factors.csv`, CRSP of December 2025)."""


def recorded() -> str:
    """These months and years as the file has them: `yyyymm`, cells padded to eight, the years below under a title."""
    cells = "{:8.2f},{:8.2f},{:8.2f},{:8.2f}".format
    months = [
        f"{year}{month:02},{cells(*map(float, row.split()))}"
        for year, rows in MONTHS.items()
        for month, row in enumerate(rows.split(";"), 1)
    ]
    years = [f"  {year},{cells(*row)}" for year, row in YEARS.items()]
    names, rights = ",Mkt-RF,SMB,HML,RF", "Copyright 2025 Eugene F. Fama and Kenneth R. French"
    above = "This file was created using the 202512 CRSP database."
    return "\r\n".join(
        [above, "", names, *months, "", " Annual Factors: January-December ", names, *years, "", rights, ""]
    )


def test_months_as_published_compound_to_the_years_published_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "F-F_Research_Data_Factors.csv"
    path.write_text(recorded(), encoding="utf-8", newline="")
    table = read_factors(path, None, monthly=True)
    assert [f"{d:%Y-%m-%d}" for d in table.index[[0, 1, -1]]] == ["2024-01-31", "2024-02-29", "2025-12-31"]
    assert len(table) == 24
    assert table.iloc[16].tolist() == pytest.approx([0.0606, 0.0070, -0.0288, 0.0038], abs=1e-15)  # May 2025
    for year, (market, _, _, rate) in YEARS.items():
        grown = (1 + table[["mkt_rf", "rf"]].loc[f"{year}"]).assign(both=lambda t: t["mkt_rf"] + t["rf"] - 1)
        whole = 100 * (grown.to_numpy().prod(axis=0) - 1)
        assert whole[1] == pytest.approx(rate, abs=0.03)  # twelve roundings of .005
        assert whole[2] == pytest.approx(market + rate, abs=0.06)


def test_what_a_person_writes_needs_its_unit(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("date,Mkt-RF,RF\n2025-01-03,1,0.1\n20250102,-2,\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="not named"):
        read_factors(path, None)
    assert read_factors(path, "percent")["mkt_rf"].tolist() == [-0.02, 0.01]  # by ascending session
    assert np.isnan(read_factors(path, "percent")["rf"].iloc[0])
    path.write_text("date,Mkt-RF,RF\n2025-01-03,.01,.001\n20250102,-.02,\n", encoding="utf-8")
    assert read_factors(path, "decimal")["mkt_rf"].tolist() == [-0.02, 0.01]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (DAILY.replace("20250103", "20250102"), "a day that stands there twice"),
        (DAILY.replace("1.25", "1.2.5"), "a value that is no number"),
        (DAILY.replace("1.25", "inf"), "a value that is no number"),
        (DAILY.replace("1.25,   ", ""), "a row of 4 cells under 5 columns"),
        (DAILY.replace("20250103", "20250230"), "a date that is not written as"),
        ("\n,Mkt-RF,RF\n202501,1,2\n202502,1,2\n", "values by the month"),
        ("\n,Mkt-RF,RF\n2025,1,2\n", "values by the month or year"),
        ("date,mkt_rf\n1/2/2025,1\n", "reads two ways"),
        ("date,mkt_rf\n2025-01-02,1\n2025-01-02,2\n", "a day that stands there twice"),
        ("date,mkt_rf\n2025-01-02,x\n", "'x' is not a number"),
        ("date,mkt_rf\n2025-01-02,1\n2025-02-30,1\n", "'2025-02-30' is not a date"),
        ("date,mkt_rf\n2025-01-02,1\n2025-01-03,1,2\n", "cells"),
        ("date,mkt_rf,Mkt-RF\n2025-01-02,1,2\n", "two columns 'mkt_rf'"),
        ("date,date\n2025-01-02,2025-01-02\n", "has a column `date`"),
        ("name,mkt_rf\nx,1\n", "has a column `date`"),
        ("date,mkt_rf\n", "no row below"),
        ('date,mkt_rf\n2025-01-02,"1\n', "quot"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_factors(path, "percent")
    assert what in caught.value.what
    assert "odd.csv" in str(caught.value.where)


def test_the_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(DAILY.replace("1.25", "x"), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_factors(path, None)
    assert caught.value.where == f"{path}, line 6"
    with pytest.raises(InvalidFile, match="there is no such file"):
        read_factors(tmp_path / "none.csv", None)


DAYS = pd.bdate_range("2025-01-02", periods=30)
DRAWN = np.random.default_rng(4).normal(0, 0.01, (30, 2)).round(6)
OWN = pd.DataFrame(DRAWN, pd.DatetimeIndex(DAYS, name="session"), ["mkt_rf", "mom"]).assign(rf=0.0002)


def written(head: str, sep: str = ",", dates: str = "%Y-%m-%d", mark: str = ".", sign: str = "") -> bytes:
    """Per cent in a text, each cell in the same form."""
    rows = [
        [f"{d:{dates}}", *(f"{100 * x:.4f}".replace(".", mark) + sign for x in row)]
        for d, row in zip(DAYS, OWN.to_numpy(), strict=True)
    ]
    return "\n".join([head.replace(",", sep), *map(sep.join, rows), ""]).encode()


def packed(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("F-F_Research_Data_Factors_daily.csv", content)
    return buffer.getvalue()


def book() -> bytes:
    buffer = io.BytesIO()
    (100 * OWN).rename_axis("Date").reset_index().to_excel(buffer, index=False)
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    (100 * OWN).to_parquet(buffer)
    return buffer.getvalue()


FORMS: dict[str, tuple[str, bytes]] = {
    "German": ("f.csv", written("Datum,Mkt-RF,Mom,RF", ";", "%d.%m.%Y", ",")),
    "months by name": ("f.csv", written("date,mkt_rf,mom,rf", dates="%d%b%Y")),
    "the names of WRDS": ("f.csv", written("dateff,mktrf,umd,rf", dates="%Y%m%d")),
    "tabs": ("f.txt", written("date,MKTRF,UMD,RF", "\t")),
    "American dates": ("f.csv", written("Date,Mkt-RF,WML,RF", dates="%m/%d/%Y")),
    "no name above the dates": ("f.csv", written(",mkt_rf,mom,rf")),
    "signs of per cent": ("f.csv", written("date,mkt_rf,mom,rf", sign="%")),
    "a workbook": ("f.xlsx", book()),
    "Parquet": ("f.parquet", parquet()),
    "the zip as it is published": ("f.zip", packed(b"Created by x\n\n" + written(",Mkt-RF,Mom   ,RF", dates="%Y%m%d"))),
}


@pytest.mark.parametrize("form", FORMS)
def test_tables_of_factors_are_read_as_those_of_prices(tmp_path: Path, form: str) -> None:
    name, content = FORMS[form]
    (tmp_path / name).write_bytes(content)
    unit: Any = None if form in ("signs of per cent", "the zip as it is published") else "percent"
    found = read_factors(tmp_path / name, unit)
    pd.testing.assert_frame_equal(found, OWN, check_freq=False, atol=1e-12, check_index_type=False)


def test_a_column_of_words_is_no_factor(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("date,Mkt.RF,rf,note\n2025-01-02,0.01,0.0002,\n2025-01-03,-0.02,0.0002,checked\n", encoding="utf-8")
    table = read_factors(path, "decimal")
    assert list(table.columns) == ["mkt_rf", "rf"], "R writes Mkt.RF for Mkt-RF"
    assert "without numbers left aside: note" in " ".join(map(str, table.attrs["read_as"]))
    path.write_text(path.read_text(encoding="utf-8") + "2025-01-06,0.01,0.0002,1\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match="'checked' is not a number"):
        read_factors(path, "decimal")  # some are numbers: which were meant?
    path.write_text("date,note\n2025-01-02,a\n2025-01-03,b\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match="'a' is not a number"):
        read_factors(path, "decimal")


def test_what_factors_were_taken_for_is_said(tmp_path: Path) -> None:
    name, content = FORMS["German"]
    (tmp_path / name).write_bytes(content)
    said = read_factors(tmp_path / name, "percent").attrs["read_as"]
    assert list(map(str, said)) == ["decimal comma", "dates as dd.mm.yyyy"]


@pytest.mark.parametrize(
    ("dates", "what", "hint"),
    [
        (
            pd.bdate_range("2025-01-02", periods=7).strftime("%m/%d/%Y")[[0, 2, 3, 4, 5]],
            "reads two ways",
            "write dates as",
        ),
        (
            (DAYS + pd.Timedelta(days=1)).strftime("%Y-%m-%d"),
            "they are of the day after the sessions",
            "of the sessions",
        ),
        (
            (DAYS[2:5] + pd.Timedelta(hours=23)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "its session reads two ways",
            "of the sessions",
        ),
    ],
)
def test_options_that_do_not_reach_factors_are_not_advised(tmp_path: Path, dates: Any, what: str, hint: str) -> None:
    OWN.iloc[: len(dates)].set_axis(pd.Index(dates, name="date")).to_csv(tmp_path / "f.csv")
    with pytest.raises(InvalidFile, match=what) as caught:
        read_factors(tmp_path / "f.csv", "decimal")
    assert hint in str(caught.value.hint)
    assert "--" not in str(caught.value.hint)


def test_frames_of_factors_are_in_decimals_unless_another_unit_is_said() -> None:
    """The unit was not heeded."""
    for frame, unit in ((OWN, None), (OWN, "decimal"), (100 * OWN, "percent")):
        given = frame.rename(columns=str.upper).tz_localize("America/New_York")
        pd.testing.assert_frame_equal(factors_of_frame(given, unit), OWN, check_freq=False, check_index_type=False)  # type: ignore[arg-type]
    with pytest.raises(InvalidFile, match="half of the time"):
        factors_of_frame(100 * OWN, None)


@pytest.mark.parametrize(
    ("said", "factor", "rate", "what"),
    [
        ("decimal", 100.0, 0.0, "mkt_rf would move by .* % and more half of the time.*another unit"),
        ("percent", 1.0, 0.0, "mkt_rf would move by 0.01. % as a rule, less than any market"),
        ("percent", 100.0, 4.8, "rf would be 4.80 % on 2025-01-02: a rate of a year"),
    ],
)
def test_factors_in_another_unit_are_refused(tmp_path: Path, said: Any, factor: float, rate: float, what: str) -> None:
    (factor * OWN).assign(rf=rate).to_csv(tmp_path / "f.csv")
    with pytest.raises(InvalidFile, match=what):
        read_factors(tmp_path / "f.csv", said)


MANY = 300


@pytest.mark.parametrize("at", [40, 150, 260])
@pytest.mark.parametrize("times", [0.01, 100])
def test_two_units_in_one_file_of_factors_are_refused(at: int, times: float) -> None:
    rng, days = np.random.default_rng(2), pd.bdate_range("2023-01-02", periods=MANY)
    usual = np.where(
        np.arange(MANY) < at, 0.005, 0.04 if times > 1 else 0.0006
    )  # as calm, and as wild, as markets become
    market = pd.Series(usual * rng.standard_t(4, MANY), days)
    sound = factors_of_frame(pd.DataFrame({"mkt_rf": market}), "decimal")
    assert len(sound) == MANY
    steady = 0.005 * rng.standard_t(4, MANY)
    apart = pd.Series(steady * np.where(np.arange(MANY) < at, 1.0, 0.01), days)
    with pytest.raises(InvalidFile, match="in two units") as caught:
        factors_of_frame(pd.DataFrame({"mkt_rf": apart if times < 1 else apart[::-1].set_axis(days)}), "decimal")
    change = days[at] if times < 1 else days[MANY - at]
    assert any(
        f"{day:%Y-%m-%d}" in str(caught.value) for day in pd.bdate_range(change, periods=15) - pd.offsets.BDay(7)
    )


@pytest.mark.parametrize("monthly", [False, True])
@pytest.mark.parametrize("usual", [0.003, 0.01, 0.04])
def test_calm_and_wild_markets_are_read_and_never_in_another_unit(*, usual: float, monthly: bool) -> None:
    """By the largest move alone, months in decimals passed for per cent: 39 % of them are 0.39 %, no small move of a day."""
    days = pd.bdate_range("2000-01-31", periods=300, freq="BME" if monthly else "B")
    moved = np.random.default_rng(8).standard_t(3, 300) / 3**0.5 * usual * (5 if monthly else 1)
    frame = pd.DataFrame({"mkt_rf": moved.clip(-0.4, 0.4 if not monthly else 1.4)}, days)
    assert factors_of_frame(frame, "decimal", monthly=monthly)["mkt_rf"].tolist() == frame["mkt_rf"].tolist()
    for wrong, unit in ((frame, "percent"), (100 * frame, "decimal")):
        with pytest.raises(InvalidFile, match="the factors are in another unit"):
            factors_of_frame(wrong, unit, monthly=monthly)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "bound", "monthly"),
    [("rf", 0.01, False), ("rf", 0.2, True), ("mkt_rf", 0.5, False), ("mkt_rf", 1.5, True)],
)
def test_the_bounds_of_single_values_hold_what_there_has_been(*, column: str, bound: float, monthly: bool) -> None:
    """1 % of interest a day; a market that rose by 140 % in a month of hyperinflation. One value shows no other unit."""
    days = pd.date_range("2000-01-31", periods=len(OWN), freq="ME") if monthly else DAYS
    frame = OWN.set_axis(days)
    frame.loc[days[3], column] = 0.999 * bound
    assert factors_of_frame(frame, None, monthly=monthly).loc[days[3], column] == 0.999 * bound
    frame.loc[days[3], column] = 1.001 * bound
    with pytest.raises(InvalidFile, match=f"on {days[3]:%Y-%m-%d}") as caught:
        factors_of_frame(frame, None, monthly=monthly)
    assert column == "rf" or "unit" not in str(caught.value)


def test_signs_of_per_cent_and_decimals_contradict_each_other(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(FORMS["signs of per cent"][1])
    with pytest.raises(InvalidFile, match="are said to be decimals"):
        read_factors(tmp_path / "f.csv", "decimal")


def test_a_market_that_may_hold_the_risk_free_rate_is_not_passed_over() -> None:
    """It was, and the benchmark less the rate was taken in its place."""
    frame = OWN.rename(columns={"mkt_rf": "mkt"})
    with pytest.raises(InvalidRequest, match="'mkt' may be the return of the market"):
        factors_for(frame, None, StudyConfig(model="capm"))
    assert factors_for(frame, None, StudyConfig(model="factors")) is not None
    assert factors_for(frame.drop(columns="mkt"), None, StudyConfig(model="capm")) is not None


_ROWS = "2025-01-02,-0.0067,0.0001\n2025-01-03,0.0125,\n2025-01-06,0.001,0.0001\n"


def test_a_row_that_stands_there_twice_is_taken_once_and_said(tmp_path: Path) -> None:
    (once := tmp_path / "once.csv").write_text("date,mkt_rf,rf\n" + _ROWS)
    (twice := tmp_path / "twice.csv").write_text("date,mkt_rf,rf\n" + _ROWS + "2025-01-03,0.0125,\n")
    found = read_factors(twice, "decimal")
    pd.testing.assert_frame_equal(found, read_factors(once, "decimal"))
    assert "rows that stand there twice taken once: 1, the first is row 5" in list(map(str, found.attrs["read_as"]))


@pytest.mark.parametrize("row", ["2025-01-03,0.0125,0.0001\n", "2025-01-03,0.0126,\n"])
def test_a_day_with_other_factors_is_refused(tmp_path: Path, row: str) -> None:
    (path := tmp_path / "f.csv").write_text("date,mkt_rf,rf\n" + _ROWS + row)
    with pytest.raises(InvalidFile, match="2025-01-03 is a day that stands there twice") as error:
        read_factors(path, "decimal")
    assert error.value.hint == "keep one of the two rows"


def test_a_row_for_each_factor_is_told_what_to_make_of_it(tmp_path: Path) -> None:
    (path := tmp_path / "f.csv").write_text("date,factor,value\n2025-01-02,mkt_rf,0.01\n2025-01-02,rf,0.0001\n")
    with pytest.raises(InvalidFile) as error:
        read_factors(path, "decimal")
    assert error.value.hint == "make it a row a day and a column a factor"


@pytest.mark.parametrize("text", ["date,mkt_rf\n202501,0.01\n202502,0.02\n", ",Mkt-RF\n202501,1.0\n202502,2.0\n"])
def test_months_in_a_study_of_days_are_told_what_to_do(tmp_path: Path, text: str) -> None:
    (path := tmp_path / "f.csv").write_text(text)
    with pytest.raises(InvalidFile) as error:
        read_factors(path, "percent")
    assert error.value.hint == "name a file of days; or study months: --frequency monthly"
    assert len(read_factors(path, "percent", monthly=True)) == 2
