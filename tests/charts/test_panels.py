"""A chart as one panel of a user's figure: all that it says stays beside the other panels, and a doubt is never left out."""

from __future__ import annotations

from itertools import combinations

import pytest
from eventstudy import plugins
from eventstudy.charts._canvas import of_doubt
from eventstudy.charts._style import NOTE, SUBTITLE, TITLE
from eventstudy.study.result import StudyResult
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

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
