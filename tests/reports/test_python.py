"""What Python and Jupyter show and write of a result is what the terminal shows and the command writes."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from eventstudy.errors import InvalidRequest, UnknownName
from eventstudy.language import p_text
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window


def test_a_result_has_a_length_tickers_and_parts(sixteen: StudyResult) -> None:
    assert len(sixteen) == 16
    assert list(sixteen)[:2] == ["NVDA", "AVGO"]
    part = sixteen["NVDA"]
    assert len(part) == 1
    assert part.returns.ar[0].tolist() == sixteen.returns.ar[0].tolist()
    assert part.firm_answers[Window(0, 0)].headline_p[0] == sixteen.firm_answers[Window(0, 0)].headline_p[0]
    assert {w.ticker for w in part.warned} <= {"NVDA", "SPY", None}
    with pytest.raises(UnknownName, match="XYZ"):
        sixteen["XYZ"]


def test_a_notebook_shows_what_happened_p_means_groups_day_0_and_cautions(sixteen: StudyResult) -> None:
    page = unescape(sixteen._repr_html_())
    assert page.startswith("<p>On Monday 27 January 2025 the 16 stocks lost")
    firm, whole = sixteen.firm_answers[Window(0, 0)], sixteen.answers[Window(0, 0)]
    assert f"{100 * firm.found.car[0]:+.2f} % (p {p_text(firm.told_p(0))})" in page
    assert "mean of 16" in page
    assert f"{100 * whole.caar:+.2f} % (p ≤.004)" in page, "1 / 251, the least that 250 ordinary days can give"
    assert "chip makers (6)" in page
    assert "day 0 is 2025-01-27 XNYS" in page
    assert "FAT_TAILS: residuals have fat tails" in page
    assert page.count("VOLATILITY_REGIME") == 1, "a kind of caution is told once, with its tickers"
    assert "VOLATILITY_REGIME MRVL, VRT, CEG, ORCL and 2 more: days near the event" in page


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.md", "a.PNG", "a.xlsx"])
def test_a_file_is_what_its_name_says(sixteen: StudyResult, tmp_path: Path, name: str) -> None:
    begins = {"csv": b"event_id,", "json": b"{", "md": b"# ", "png": bytes([0x89]) + b"PNG", "xlsx": b"PK"}
    path = sixteen["NVDA"].save(tmp_path / name)
    assert path.read_bytes().startswith(begins[name[2:].lower()])


def test_a_report_is_a_page_and_other_names_are_refused_before_anything_is_written(
    sixteen: StudyResult, tmp_path: Path
) -> None:
    page = sixteen["NVDA"].report(lang="de", charts=(), answers={})
    assert "DeepSeek veröffentlicht das Modell R1" in unescape(unescape(page._repr_html_()))
    assert page.save(tmp_path / "r.html").read_bytes().startswith(b"<!DOCTYPE html>")
    with pytest.raises(InvalidRequest, match=r"\.docx"):
        sixteen.save(tmp_path / "r.docx")
    with pytest.raises(InvalidRequest, match="no workbook"):
        sixteen.to_excel(tmp_path / "r.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
