"""Slides: the finding, a chart each with its sentence and source; nothing of the user's becomes more than text."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eventstudy import run
from eventstudy.charts import render as drawn
from eventstudy.errors import UnknownName
from eventstudy.prices import load_prices
from eventstudy.reports import render
from eventstudy.study.result import StudyResult

from tests.cli.conftest import Ran, es  # noqa: F401 - a fixture
from tests.reports.conftest import HOSTILE, Rendered

pptx = pytest.importorskip("pptx")


def texts(data: bytes) -> list[list[str]]:
    """The texts of each slide."""
    show = pptx.Presentation(io.BytesIO(data))
    return [[s.text_frame.text for s in slide.shapes if s.has_text_frame] for slide in show.slides]


def test_slides_say_what_happened_then_draw_it(rendered: Rendered, nvda: StudyResult) -> None:
    data = rendered("nvda", "pptx")
    first, *charts, last = texts(data)
    assert first[0] == "DeepSeek releases the R1 model"
    assert any(text.startswith("On Monday 27 January 2025 Nvidia (NVDA) lost 17.0") for text in first)
    assert len(charts) == 2
    for slide in (first, *charts, last):
        assert any(f"bundled · SHA-256 {nvda.provenance['prices_sha256'][:12]}" in text for text in slide)
    pictures = [s for slide in pptx.Presentation(io.BytesIO(data)).slides for s in slide.shapes if s.shape_type == 13]
    assert len(pictures) == 2
    for picture, chart in zip(pictures, charts, strict=True):
        assert picture._element.nvPicPr.cNvPr.get("descr").startswith(chart[0])


@pytest.mark.slow
def test_german_slides_are_german(rendered: Rendered) -> None:
    assert any("27. Januar 2025" in text and "verlor" in text for text in texts(rendered("nvda", "pptx", "de"))[0])


@pytest.mark.slow
def test_a_title_of_the_user_is_text(rendered: Rendered) -> None:
    assert texts(rendered("hostile", "pptx"))[0][0] == HOSTILE


def test_what_an_extra_gives_is_asked_first(es: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setitem(sys.modules, "pptx", None)
    monkeypatch.setattr("eventstudy.request.study.run", lambda *_, **__: pytest.fail("computed"))
    ran = es("report", "deepseek-r1", "--output", "r.pptx")
    assert ran.code == 2
    assert "eventstudy-lab[slides]" in ran.err


def size(data: bytes) -> tuple[int, int]:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        return picture.size


@pytest.mark.parametrize(("slide", "ratio"), [("16:9", 16 / 9), ("4:3", 4 / 3)])
@pytest.mark.parametrize("chart", ["forest", pytest.param("heatmap", marks=pytest.mark.slow)])
def test_a_chart_fills_a_slide(sixteen: StudyResult, chart: str, slide: str, ratio: float) -> None:
    wide, high = size(drawn(sixteen.plot(chart, size=slide), "png", dpi=80))
    assert wide / high == pytest.approx(ratio, rel=0.01)
    assert wide == (800 if slide == "16:9" else 640)


def test_words_do_not_run_over_the_edge_at_other_dots_per_inch(sixteen: StudyResult) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(drawn(sixteen.plot("forest", size="4:3"), "png", dpi=80))) as picture:
        edge = picture.convert("L").crop((picture.width - 4, 0, picture.width, picture.height))
        assert edge.getextrema() == (255, 255)


@pytest.mark.slow
def test_more_than_a_slide_holds_is_said_in_words(rendered: Rendered) -> None:
    assert any(text.endswith("\nund 7 weitere") for text in texts(rendered("sixteen", "pptx", "de"))[-1])


@pytest.mark.slow
def test_a_title_takes_the_place_of_the_finding_but_not_of_a_doubt(nvda: StudyResult) -> None:
    assert nvda.plot("car", title="Monday").figure.get_suptitle() == "Monday"
    with pytest.raises(UnknownName):
        nvda.plot("car", size="1:1")
    closes = load_prices(["NVDA", "SPY"], "2023-12-01", "2025-02-14", source="bundled").close
    closes = closes.assign(NVDA=closes["NVDA"].where(closes.index != "2025-01-27", closes["NVDA"] / 100))
    doubtful = run("deepseek-r1", tickers="NVDA", day0="recognised", prices=closes)
    assert not doubtful.believable
    assert doubtful.plot("car", title="Monday").figure.get_suptitle() != "Monday"
    assert texts(render(doubtful, "pptx"))[0][2].startswith("DOUBT")


def test_plot_draws_for_slides(es: Callable[..., Ran], tmp_path: Path) -> None:  # noqa: F811
    words: list[Any] = ["plot", "deepseek-r1", "--tickers", "NVDA", "--output", "x.png"]
    assert es(*words, "--size", "4:3", "--dpi", "50", "--lang", "de", "--title", "Montag").code == 0
    assert size((tmp_path / "x.png").read_bytes()) == (400, 300)
    assert es(*words, "--size", "5:4").code == es(*words, "--dpi", "5000").code == 2
