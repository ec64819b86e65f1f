"""A chart as one panel of a user's figure: all that it says stays beside the other panels, and a doubt is never left out."""

from __future__ import annotations

from itertools import combinations, pairwise

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy import plugins
from eventstudy.charts._canvas import of_doubt
from eventstudy.charts._style import NOTE, SUBTITLE, TITLE
from eventstudy.study.result import StudyResult
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from tests.charts.conftest import made_up

_CHARTS = ("ar_bars", "caar", "car", "forest", "heatmap", "placebo", "price_path", "reaction")


def _four(layout: str) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(10, 7), layout=layout)  # type: ignore[arg-type]
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(2, 2).flat)


@pytest.mark.render
@pytest.mark.parametrize("layout", ["tight", "constrained"])
@pytest.mark.parametrize("name", _CHARTS)
@pytest.mark.parametrize("lang", ["en", "de"])
def test_four_panels_touch_neither_each_other_nor_the_edge(
    name: str, layout: str, lang: str, recognised: StudyResult
) -> None:
    figure, panels = _four(layout)
    for ax in panels:
        recognised.plot(name, ax=ax, lang=lang)
    figure.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in panels]
    assert all(one is not None and not one.overlaps(other) for one, other in combinations(boxes, 2) if other)
    assert all(ax.bbox.height > 0.13 * figure.bbox.height for ax in panels)
    assert all(box is not None and box.y1 <= figure.bbox.y1 + 1 and box.y0 >= -1 for box in boxes)


@pytest.fixture(scope="module")
def long_names() -> StudyResult:
    result, prices = made_up(5, 1)
    called = {name: f"LONGNAME-INDUSTRIES-{name}.DE" for name in prices if name != "MKT"}
    day0 = str(result.returns.day0_sessions[0])
    events = pd.DataFrame({"ticker": list(called.values()), "date": day0})
    return es.EventStudy(benchmark="MKT", calendar=None).run(events, prices.rename(columns=called))


@pytest.mark.parametrize("width", [None, 3.6])
@pytest.mark.parametrize("name", ["car", "forest", "heatmap", "estimation_fit"])
def test_words_of_long_names_stand_apart_and_inside(name: str, width: float | None, long_names: StudyResult) -> None:
    drawn = long_names.plot(name, lang="de", width=width)
    axes = list(drawn) if isinstance(drawn, np.ndarray) else [drawn]
    figure = axes[0].figure.figure
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    for ax in axes:
        days = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text() and label.get_visible()]
        assert all(one.x1 + 2 < other.x0 for one, other in pairwise(days))
        for text in (*ax.texts, ax._left_title, *ax.get_yticklabels()):
            if text.get_text() and text.get_visible():
                assert text.get_window_extent().x0 >= -1
                assert text.get_window_extent().x1 <= figure.bbox.x1 + 1


@pytest.mark.parametrize("own", [True, False])
def test_no_legend_lies_over_the_bars(own: bool, nvda: StudyResult) -> None:
    figure, (panel, *_) = _four("constrained")
    ax = nvda.plot("ar_bars", ax=None if own else panel)
    figure = ax.figure.figure
    figure.draw_without_rendering()
    [legend] = figure.legends if own else [ax.get_legend()]
    assert legend.get_window_extent().y1 < ax.bbox.y0


def _over(ax: Axes) -> str:
    return "\n".join(text.get_text() for text in ax.texts)


@pytest.mark.parametrize("small", [True, False])
def test_a_doubt_stands_over_any_panel(small: bool, nvda: StudyResult) -> None:
    figure = Figure(figsize=(3, 2) if small else (8, 5))
    ax = figure.subplots()
    with of_doubt(("NVDA: no finding", ["DOUBT: " + "the price of this firm cannot be believed, " * 4])):
        plugins.load("charts", "car").paint(nvda, ax)
    assert ax.get_title(loc="left") == "NVDA: no finding"
    assert "".join(_over(ax).split()).count("cannotbebelieved") == 4


def test_a_small_panel_keeps_the_cautions_that_stand_last_and_a_large_one_all_lines(nvda: StudyResult) -> None:
    _, (small, *_) = _four("tight")
    large = Figure(figsize=(8, 5)).subplots()
    for ax in (small, large):
        nvda.plot("car", ax=ax)
        assert "no p-value accounts" in " ".join(_over(ax).split())
    assert "placebo windows" in _over(large)
    assert "placebo windows" not in _over(small)
    assert (small._left_title.get_fontsize(), large._left_title.get_fontsize()) == (SUBTITLE, TITLE)  # type: ignore[attr-defined]
    others = [t for t in small.findobj(Text) if t is not small._left_title and t.get_text()]  # type: ignore[attr-defined]
    assert max(t.get_fontsize() for t in others if isinstance(t, Text)) == NOTE


def test_what_a_user_wrote_into_a_panel_keeps_its_size(nvda: StudyResult) -> None:
    _, (ax, *_) = _four("tight")
    mine = ax.text(0, 0, "mine", fontsize=20)
    nvda.plot("car", ax=ax)
    assert mine.get_fontsize() == 20
