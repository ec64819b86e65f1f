"""The workbook: formulas that give the figures of the result, when LibreOffice calculates them anew from empty cells."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from itertools import accumulate
from pathlib import Path
from typing import Any

import eventstudy as es
import openpyxl
import pytest
from eventstudy.reports import tables
from eventstudy.reports.material import Material
from eventstudy.reports.parts import plain
from eventstudy.reports.words import Words
from eventstudy.reports.xlsx import _letters, render
from eventstudy.study.result import StudyResult
from openpyxl.workbook import Workbook

from tests.reports.conftest import Rendered

STUDIES = ("nvda", "sixteen", "gaps", "mean_model", "volume", "volatility")


def load(data: bytes, *, values: bool) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def shown(figures: list[float | None]) -> list[Any]:
    """As cells have them: sixteen digits."""
    return ["n/a" if figure is None else pytest.approx(figure, rel=1e-15) for figure in figures]


@pytest.mark.parametrize("study", STUDIES)
def test_cached_values_are_the_figures_of_the_result(
    request: pytest.FixtureRequest, rendered: Rendered, study: str
) -> None:
    result: StudyResult = request.getfixturevalue(study)
    found, book = result.to_dict(), load(rendered(study, "xlsx"), values=True)
    days = list(book["Days"].iter_rows(min_row=2, values_only=True))
    wanted = [(f["ticker"], d) for f in found["firms"] for d in f["days"]]
    for row, (ticker, day) in zip(days, wanted, strict=True):
        figures = [day["ret"], day["expected"], day["ar"], day["se"], day["t"], day["p"]]
        assert row[1:3] == (ticker, day["rel_day"])
        assert list(row[4:10]) == shown(figures)
    windows = list(book["Windows"].iter_rows(min_row=2, values_only=True))
    count = len(found["config"]["windows"])
    wanted_windows = [(f["ticker"], f["windows"][j]) for j in range(count) for f in found["firms"]]
    for row, (ticker, window) in zip(windows, wanted_windows, strict=True):
        figures = [window["car"], window["se"], window["t"], window["p"]]
        assert row[1:4] == (ticker, window["start"], window["end"])
        assert list(row[5:9]) == shown(figures)


def test_dates_are_dates_and_each_column_is_explained(rendered: Rendered) -> None:
    names = {
        "en": ["Report", "Firms", "Days", "Windows", "Together", "Mean days", "Tests", "Notes", "Charts", "Columns"],
        "de": ["Bericht", "Firmen", "Tage", "Fenster", "Gesamt", "Mittel je Tag", "Tests", "Anmerkungen", "Diagramme",
               "Spalten"],
    }  # fmt: skip
    for lang, date_format in (("en", "yyyy-mm-dd"), ("de", "dd.mm.yyyy")):
        book = load(rendered("nvda", "xlsx", lang), values=True)
        assert book.sheetnames == names[lang]
        days, (*sheets, _, explained) = book[names[lang][2]], list(book)
        assert str(days["D7"].value) == "2025-01-27 00:00:00"
        assert days["D7"].number_format == book[names[lang][1]]["C2"].number_format == date_format
        told = {tuple(row[:2]): row[2] for row in explained.iter_rows(min_row=2, values_only=True)}
        heads = {(sheet.title, cell.value) for sheet in sheets for cell in sheet[1]}
        assert {key for key in heads if key[1]} == set(told)
        assert all(told.values())
        assert all(sheet.page_setup.fitToHeight == 0 for sheet in book)  # as wide as a page
    assert told["Tage", "Erwartet"].startswith("normale Rendite")


def test_a_german_workbook_speaks_german_and_its_formulas_name_its_sheets(rendered: Rendered) -> None:
    book = load(rendered("nvda", "xlsx", "de"), values=False)
    said = list(book["Bericht"].iter_rows(values_only=True))
    assert ("Modell", "Marktmodell (market)") in said
    assert ("Kurse", "die eingebaute Stichprobe") in said
    formulas = [str(c.value) for sheet in book for row in sheet.rows for c in row if str(c.value).startswith("=")]
    named = {name for formula in formulas for name in re.findall(r"(\w+)!", formula)}
    assert named == {"Firmen", "Tage", "Fenster"}


def test_what_does_not_exist_is_said_in_german(rendered: Rendered) -> None:
    cells = {
        cell for sheet in load(rendered("gaps", "xlsx", "de"), values=True) for row in sheet.values for cell in row
    }
    assert "k. A." in cells
    assert "n/a" not in cells


def test_charts_draw_cells(rendered: Rendered) -> None:
    book = load(rendered("sixteen", "xlsx"), values=True)
    found = zipfile.ZipFile(io.BytesIO(rendered("sixteen", "xlsx")))
    drawn = [found.read(name).decode() for name in found.namelist() if name.startswith("xl/charts/chart")]
    areas = sorted(area for text in drawn for area in re.findall(r"<c:val><c:numRef><c:f>([^<]*)</c:f>", text))
    assert areas == ["'Mean days'!$C$2:$C$12", "'Mean days'!$D$2:$D$12", "Windows!$F$2:$F$17"]
    mean = [row[2:4] for row in book["Mean days"].iter_rows(min_row=2, values_only=True)]
    assert [so_far for _, so_far in mean] == pytest.approx(list(accumulate(ar for ar, _ in mean)))


def test_an_auditor_can_follow_it(rendered: Rendered) -> None:
    book = load(rendered("nvda", "xlsx"), values=False)
    assert [book["Days"][f"{c}2"].value for c in "GHIJ"] == [
        "=E2-F2",
        "=Firms!$D$2*SQRT(K2+SUMSQ(L2:M2))",
        "=G2/H2",
        "=TDIST(ABS(I2),Firms!$E$2,2)",
    ]
    day0, three_days = 7, 3
    assert book["Windows"]["F2"].value == f"=SUM(Days!G{day0}:G{day0})"
    assert book["Windows"][f"F{three_days}"].value == f"=SUM(Days!G{day0 - 1}:G{day0 + 1})"
    assert book["Together"]["D2"].value == "=AVERAGE(Windows!F2:F2)"


@pytest.mark.render
@pytest.mark.parametrize("study", STUDIES)
def test_libreoffice_calculates_the_same(rendered: Rendered, tmp_path: Path, study: str) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("no LibreOffice on PATH (Debian: apt-get install libreoffice-calc-nogui)")
    data = rendered(study, "xlsx")
    (tmp_path / "empty.xlsx").write_bytes(without_cached_values(data))
    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to"]
    command += ["xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(tmp_path / "empty.xlsx")]
    subprocess.run(command, capture_output=True, check=True, timeout=180)
    formulas, cached = load(data, values=False), load(data, values=True)
    calculated = load((tmp_path / "out" / "empty.xlsx").read_bytes(), values=True)
    count = 0
    for sheet in formulas:
        for cell in (c for row in sheet.iter_rows() for c in row if c.data_type == "f"):
            ours, theirs = (book[sheet.title][cell.coordinate].value for book in (cached, calculated))
            assert theirs == pytest.approx(ours, rel=1e-9, abs=1e-14), (sheet.title, cell.coordinate, cell.value)
            count += 1
    assert count > 50


def without_cached_values(data: bytes) -> bytes:
    """The workbook with formulas only, so that whoever opens it has to calculate."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/"):
                text, hits = re.subn(rb"(</f>)<v>[^<]*</v>", rb"\1", text)
                assert hits or b"<f>" not in text
            new.writestr(name, text)
    return target.getvalue()


def test_columns_are_called_as_excel_calls_them() -> None:
    from xlsxwriter.utility import xl_col_to_name

    assert [_letters(i) for i in range(800)] == [xl_col_to_name(i) for i in range(800)]


@pytest.mark.parametrize("there", [True, False])
def test_pages_and_workbook_tell_the_same_of_each_fit(there: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A column less in the one list is one less in both."""
    if not there:
        monkeypatch.delitem(tables.OF_FIT, "n estimation")
    result = es.run("deepseek-r1", tickers=["NVDA"])
    told = Material(result, Words("en"))
    head = told.words("n estimation")
    sheet = load(render(result), values=True)["Firms"]
    assert (head in [cell.value for cell in sheet[1]]) == there
    assert (head in tables._models(told).columns) == there


def test_alpha_and_sigma_are_in_the_unit_of_returns_on_every_surface(nvda: StudyResult) -> None:
    alpha, sigma = 100 * nvda.fit.params[0, 0], 100 * nvda.fit.sigma[0]
    sheet = load(render(nvda), values=True)["Firms"]
    shown = {cell.value: below for cell, below in zip(sheet[1], sheet[2], strict=True)}
    assert (shown["alpha"].number_format, shown["sigma"].number_format) == ("0.0000%", "0.0000%")
    assert (100 * shown["alpha"].value, 100 * shown["sigma"].value) == pytest.approx((alpha, sigma))
    [row] = tables._models(Material(nvda, Words("en"))).rows
    assert plain(row.cells[0]).replace("\u00a0", " ") == f"{alpha:+.4f} %"
    assert f"alpha {alpha:+.3f} %, beta" in nvda.text(verbose=True)
    assert f"sigma {sigma:.3f} %" in nvda.text(verbose=True)
