"""Factor files: as Ken French publishes them, and as a person writes them; each value against what stands in the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.prices import read_factors

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
    assert read_factors(path, "decimal")["mkt_rf"].tolist() == [-2.0, 1.0]
    assert np.isnan(read_factors(path, "decimal")["rf"].iloc[0])


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
        ("date,mkt_rf\n1/2/2025,1\n", "a date that is not written as"),
        ("date,mkt_rf,Mkt-RF\n2025-01-02,1,2\n", "two columns 'mkt_rf'"),
        ("date,date\n2025-01-02,2025-01-02\n", "two columns 'date'"),
        ("day,mkt_rf\n2025-01-02,1\n", "has a column `date`"),
        ("date,mkt_rf\n", "no row of factors"),
        ('date,mkt_rf\n2025-01-02,"1\n', "not valid CSV"),
        ("", "has a column `date`"),
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
