"""Files and sheets of the same tickers by years are one table, each after the other; contradictions are refused."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from eventstudy.errors import InvalidFile
from eventstudy.prices import load_prices

from tests.tables.shapes import CLOSE, DAYS, RETURNS, returns_wide, wide

NVDA = CLOSE["NVDA"]


def rows_of(first: int, end: int, head: str = "Date,Close,Volume", more: str = "") -> str:
    """Some days of one ticker."""
    held = zip(DAYS[first:end], NVDA[first:end], strict=True)
    return "\n".join([head, *(f"{d:%Y-%m-%d},{v:.2f},1000{more}" for d, v in held)]) + "\n"


def cut(text: str) -> tuple[str, str]:
    """A table in two, each with its headings."""
    lines = text.splitlines()
    return "\n".join(lines[:21]) + "\n", "\n".join([lines[0], *lines[21:]]) + "\n"


def book(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of these sheets."""
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def folder(path: Path, files: dict[str, str]) -> Path:
    """A folder of these files."""
    for name, text in files.items():
        (path / name).write_text(text)
    return path


@pytest.mark.parametrize(
    "names", [("NVDA_2023", "NVDA_2024"), ("2023", "2024"), ("nvda-2023-H1", "nvda-2023-H2"), ("NVDA", "NVDA (1)")]
)
@pytest.mark.parametrize("shared", [0, 5])
def test_files_by_years_follow_each_other(tmp_path: Path, names: tuple[str, str], shared: int) -> None:
    first, second = (f"{name}.csv" for name in names)
    folder(tmp_path, {second: rows_of(20 - shared, 40), first: rows_of(0, 20)})
    for path in (tmp_path, [tmp_path / second, tmp_path / first]):
        found = load_prices(["NVDA"], path=path)
        assert found.close["NVDA"].to_dict() == NVDA.to_dict()
        assert found.fields["volume"]["NVDA"].sum() == 40_000
        assert "one after the other" in " ".join(map(str, found.read_as))
    assert load_prices(["NVDA"], DAYS[30].date(), path=tmp_path).close.index.tolist() == list(DAYS[30:])


def test_a_ticker_of_none_of_them_is_missed_by_name(tmp_path: Path) -> None:
    folder(tmp_path, {"NVDA_2023.csv": rows_of(0, 20), "NVDA_2024.csv": rows_of(20, 40)})
    assert "has no file of 'FOO'" in str(load_prices(["NVDA", "FOO"], path=tmp_path).missing["FOO"])
    assert "has no ticker 'FOO'" in str(load_prices(["FOO"], path=tmp_path).missing["FOO"])
    (tmp_path / "nvda.csv").write_text(rows_of(0, 20))
    assert "has no ticker 'FOO'" in str(load_prices(["FOO"], path=tmp_path / "nvda.csv").missing["FOO"])


def test_tables_of_several_tickers_follow_each_other_closes_and_returns(tmp_path: Path) -> None:
    for held, field, wanted in ((wide(), "close", CLOSE), (returns_wide(), "ret", RETURNS)):
        first, second = cut(held)
        folder(tmp_path, {"p_2023.csv": first, "p_2024.csv": second})
        found = load_prices(["NVDA", "SPY"], path=tmp_path)
        for ticker in ("NVDA", "SPY"):
            series = found.fields[field][ticker].dropna()
            pd.testing.assert_series_equal(
                series, wanted[ticker], check_names=False, check_freq=False, check_index_type=False
            )
        moves = found.close["NVDA"].pct_change().iloc[1:]
        assert moves.tolist() == pytest.approx(RETURNS["NVDA"].reindex(moves.index).tolist(), abs=1e-11)


def test_what_two_files_have_of_one_day_must_be_the_same_and_of_one_kind(tmp_path: Path) -> None:
    folder(
        tmp_path,
        {"NVDA_2023.csv": rows_of(0, 25), "NVDA_2024.csv": rows_of(20, 40).replace(f"{NVDA.iloc[22]:.2f}", "470.01")},
    )
    said = rf"NVDA_2023 and NVDA_2024 have other values of close of NVDA on {DAYS[22]:%Y-%m-%d}: 470\.01 and {NVDA.iloc[22]}"
    with pytest.raises(InvalidFile, match=said):
        load_prices(["NVDA"], path=tmp_path)
    (tmp_path / "NVDA_2024.csv").write_text(rows_of(25, 40, "Date,Close,Volume,Adj Close", ",470.5"))
    with pytest.raises(InvalidFile, match="NVDA has closes alone in the first, adjusted closes in the second"):
        load_prices(["NVDA"], path=tmp_path)


def test_adjusted_closes_of_files_of_different_times_are_told(tmp_path: Path) -> None:
    def adjusted(first: int, end: int, factor: float) -> str:
        held = zip(DAYS[first:end], NVDA[first:end], strict=True)
        return "Date,Close,Adj Close\n" + "".join(f"{d:%Y-%m-%d},{v:.2f},{factor * v:.4f}\n" for d, v in held)

    for factor, told in ((0.9, False), (0.89, True)):
        folder(tmp_path, {"NVDA_2023.csv": adjusted(0, 20, 0.9), "NVDA_2024.csv": adjusted(20, 40, factor)})
        notes = " ".join(map(str, load_prices(["NVDA"], path=tmp_path).info["NVDA"].notes))
        assert (f"meet on {DAYS[20]:%Y-%m-%d}, adjusted by other factors" in notes) is told


def test_files_that_differ_by_more_than_years_are_not_put_together(tmp_path: Path) -> None:
    missing = load_prices(
        ["NVDA"], path=folder(tmp_path, {"NVDA.csv": rows_of(0, 20), "NVDA_old.csv": rows_of(20, 40)})
    ).missing
    assert "2 files" in str(missing["NVDA"])
    with pytest.raises(InvalidFile, match="several files or sheets hold prices of NVDA"):
        load_prices(["NVDA"], path=[tmp_path / "NVDA.csv", tmp_path / "NVDA_old.csv"])


def test_sheets_by_years_and_of_adjusted_closes(tmp_path: Path) -> None:
    path = tmp_path / "NVDA.xlsx"
    one = [("Date", "Close"), *((d.date(), v) for d, v in zip(DAYS, NVDA, strict=True))]
    path.write_bytes(book({"2023": one[:21], "2024": [one[0], *one[21:]]}))
    assert load_prices(["NVDA"], path=path).close["NVDA"].to_dict() == NVDA.to_dict()
    every = [("Date", *CLOSE), *((d.date(), *row) for d, row in zip(DAYS, CLOSE.to_numpy().tolist(), strict=True))]
    paid = [every[0], *((d, *(0.9 * v for v in row)) for d, *row in every[1:])]
    path.write_bytes(book({"Close": every, "Adj Close": paid, "Volume": every}))
    found = load_prices(["NVDA", "SPY"], path=path)
    assert (found.close["SPY"] == CLOSE["SPY"]).all()
    assert found.fields["adj_close"]["SPY"].tolist() == pytest.approx((0.9 * CLOSE["SPY"]).tolist(), rel=1e-12)
    assert {info.basis for info in found.info.values()} == {"adj_close"}
    assert "adjusted closes from the sheet Adj Close" in map(str, found.read_as)
    path.write_bytes(book({"Adj Close": paid, "Open": every}))
    found = load_prices(["NVDA"], path=path)
    assert found.close["NVDA"].tolist() == pytest.approx((0.9 * NVDA).tolist(), rel=1e-12)
    assert "adjusted closes, in place of closes" in map(str, found.read_as)
