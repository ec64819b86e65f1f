"""Files: the same bytes, whole or not at all; and pictures in Jupyter."""

from __future__ import annotations

import gc
import os
import re
import weakref
import xml.etree.ElementTree as ET
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from eventstudy import plugins
from eventstudy.charts import render, save, words
from eventstudy.charts._style import style
from eventstudy.charts._svg import _shapes
from eventstudy.errors import InvalidRequest
from eventstudy.study.result import StudyResult
from matplotlib.figure import Figure

from .test_contract import CHARTS


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".svg", b"<?xml"),
        pytest.param(".png", b"\x89PNG", marks=pytest.mark.render),
        pytest.param(".PDF", b"%PDF", marks=pytest.mark.render),
    ],
)
def test_the_suffix_says_how_and_two_files_are_the_same(
    suffix: str, start: bytes, nvda: StudyResult, tmp_path: Path
) -> None:
    one, other = tmp_path / f"one{suffix}", tmp_path / f"other{suffix}"
    save(nvda.plot("car"), one)
    save(nvda.plot("car"), str(other))
    assert one.read_bytes().startswith(start)
    assert one.read_bytes() == other.read_bytes()
    assert sorted(tmp_path.iterdir()) == sorted([one, other])


@pytest.mark.render
@pytest.mark.parametrize("name", [n for n in CHARTS if "return" in plugins.load("charts", n).outcomes])
def test_to_write_a_chart_does_not_change_it(name: str, recognised: StudyResult) -> None:
    drawn = recognised.plot(name)
    first = render(drawn, "svg")
    render(drawn, "png")
    assert render(drawn, "svg") == first


def test_a_chart_is_drawn_once_to_be_written(nvda: StudyResult, monkeypatch: pytest.MonkeyPatch) -> None:
    chart, own = nvda.plot("ar_bars"), Figure.draw
    drawn: list[Figure] = []

    def noted(figure: Figure, renderer: Any) -> None:
        drawn.append(figure)
        own(figure, renderer)

    monkeypatch.setattr(Figure, "draw", noted)
    render(chart, "svg")
    assert len(drawn) == 1


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("name", ["forest", "car", pytest.param("heatmap", marks=pytest.mark.render)])
def test_an_svg_has_the_bytes_of_matplotlibs_own_canvas(name: str, lang: str, recognised: StudyResult) -> None:
    """Though texts are shaped once for all charts: the second chart finds letters that the first has shaped."""
    for width in (None, 3.6):
        drawn = recognised.plot(name, lang=lang, width=width)
        figure, plain = drawn.figure, BytesIO()
        told = {"Date": None, "Title": words(drawn)[0], "Description": " ".join(figure.get_label().split())}
        with style():
            figure.savefig(plain, format="svg", metadata=told)
        assert outlined(render(drawn, "svg")) == outlined(plain.getvalue())


def outlined(svg: bytes) -> str:
    """A picture without the words that a chart gives its marks afterwards."""
    text = svg.decode().partition("</metadata>")[2]
    return re.sub(r"<title>.*?</title>| pointer-events=\"all\"", "", text)


def test_a_picture_is_1200_by_750(nvda: StudyResult) -> None:
    head = render(nvda.plot("car"), "png")[16:24]
    assert (int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")) == (1200, 750)


def test_the_title_goes_into_the_file(recognised: StudyResult) -> None:
    root = ET.fromstring(render(recognised.plot("car_by_group"), "svg"))
    told = root.find("{http://www.w3.org/2000/svg}title")
    assert told is not None
    assert str(told.text).startswith("Abnormal return on 2025-01-27: −22.6")
    said = " ".join(root.itertext())
    assert "Market model against SPY" in said


@pytest.mark.parametrize("name", ["car.gif", "car", "car.jpeg"])
def test_another_suffix_is_refused_with_those_that_are_known(name: str, nvda: StudyResult, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as caught:
        save(nvda.plot("car"), tmp_path / name)
    assert ".png, .svg, .pdf" in str(caught.value)
    assert name in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_file_and_no_other(
    nvda: StudyResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "car.svg"
    path.write_text("old")

    def full(source: Any, target: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InvalidRequest, match="cannot write the chart: No space left on device"):
        save(nvda.plot("car"), path)
    assert [p.name for p in tmp_path.iterdir()] == ["car.svg"]
    assert path.read_text() == "old"


def test_a_folder_that_is_not_there_is_named(nvda: StudyResult, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="No such file or directory") as caught:
        save(nvda.plot("car"), tmp_path / "none" / "car.png")
    assert f"none{os.sep}car.png" in str(caught.value)


def test_axes_of_two_figures_are_refused(nvda: StudyResult) -> None:
    with pytest.raises(InvalidRequest, match="not the Axes of one figure"):
        render([nvda.plot("car"), nvda.plot("car")])


def test_axes_of_the_user_can_be_written_too(nvda: StudyResult) -> None:
    ax = Figure().subplots()
    nvda.plot("car", ax=ax)
    assert b"<title>NVDA lost 17.0" in render(ax, "svg")


def shown(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What Jupyter is given for the last value of a cell."""
    from IPython.core.formatters import DisplayFormatter

    formatter: Any = DisplayFormatter()
    data, facts = formatter.format(value)
    return data, facts


@pytest.mark.render
def test_jupyter_shows_the_last_value_of_a_cell(nvda: StudyResult, recognised: StudyResult) -> None:
    for drawn in (nvda.plot("car"), recognised.plot("car_by_group")):
        data, facts = shown(drawn)
        assert data["image/png"] == render(drawn, "png")
        assert facts["image/png"]["width"] == 768
        assert "Market model against SPY" in facts["image/png"]["alt"]


def test_jupyter_is_not_given_the_users_own_axes_twice(nvda: StudyResult) -> None:
    data, _ = shown(nvda.plot("car", ax=Figure().subplots()))
    assert "image/png" not in data


def test_a_chart_that_is_let_go_is_freed(nvda: StudyResult) -> None:
    figure = weakref.ref(nvda.plot("car").figure)
    gc.collect()
    assert figure() is None


def test_texts_of_our_own_figures_are_shaped_once_and_a_users_figure_is_written_by_matplotlib(
    nvda: StudyResult,
) -> None:
    ours = render(nvda.plot("car"), "svg")
    before = _shapes()._shape.cache_info()
    assert render(nvda.plot("car"), "svg") == ours
    after = _shapes()._shape.cache_info()
    assert (after.misses, after.hits > before.hits) == (before.misses, True)
    ax = Figure().subplots()
    ax.set_title("theirs")
    render(ax, "svg")
    assert _shapes()._shape.cache_info() == after
