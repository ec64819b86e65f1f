"""Panels stand where their words leave room: as matplotlib puts them that measures all twice, and on phones too."""

from __future__ import annotations

import warnings
from typing import Any

import eventstudy as es
import pytest
from eventstudy.charts._layout import Margins
from eventstudy.charts._style import BELOW, style
from eventstudy.charts._ticks import DayTicks
from eventstudy.study.result import StudyResult
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from .conftest import figure_of


def _drawn(engine: Any, *, below: str) -> Figure:
    """Four panels with words on all sides; a legend or one name below them all."""
    figure = Figure(figsize=(8, 6), dpi=150, layout=engine)
    grid = figure.add_gridspec(2, 2, height_ratios=[3, 2])
    for place in range(4):
        ax = figure.add_subplot(grid[place // 2, place % 2])
        ax.plot([0, 1], [0, 10.0**place], label="what it is")
        ax.set_ylabel("some name" if place != 1 else "")
        ax.set_xlabel("a name that is much longer than its panel " * 3 if place == 2 else "across")
        ax.set_title("one" if place else "two\nlines", loc="left")
        beside = ax.text(1.05, 10.0**place, "far to the right" if place % 2 else "right")
        beside.set_in_layout(place < 3)
    if below == "legend":
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower left")
    elif below == "name":
        figure.supxlabel("across all of them").set_label(BELOW)
    engine.execute(figure)
    return figure


@pytest.mark.parametrize("below", ["", "legend", "name"])
def test_panels_stand_where_constrained_layout_puts_them(below: str) -> None:
    with style():
        ours = _drawn(Margins(), below=below)
        theirs = _drawn(ConstrainedLayoutEngine(w_pad=0.1, h_pad=4.3 / 72), below=below)
    for one, other in zip(ours.axes, theirs.axes, strict=True):
        assert one.get_position().get_points() == pytest.approx(other.get_position().get_points(), abs=0.004)


@pytest.mark.render
@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("name", ["counterfactual", "specification_curve", "car", "reaction"])
def test_on_a_phone_no_word_runs_over_the_edge(nvda: StudyResult, name: str, lang: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = figure_of(nvda.plot(name, width=3.6, lang=lang))
    figure.draw_without_rendering()
    said = [
        text for ax in figure.axes for text in (*ax.texts, ax.xaxis.label, *ax.get_yticklabels()) if text.get_text()
    ]
    assert said
    for text in said:
        assert isinstance(text, Text)
        box = text.get_window_extent()
        assert box.x0 >= 5, text.get_text()
        assert box.x1 <= figure.bbox.x1 - 5, text.get_text()


@pytest.mark.render
@pytest.mark.parametrize("name", ["counterfactual", "reaction"])
def test_on_a_phone_no_name_stands_on_another(name: str) -> None:
    """The days that are marked were written into each other, and names of several lines over the name of day 0."""
    figure = figure_of(es.run("deepseek-r1", tickers=["NVDA"]).plot(name, width=3.6, lang="de"))
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for ax in figure.axes for text in ax.texts if text.get_text()]
    boxes += [text.get_window_extent() for text in figure.texts]
    near = [
        (a, b)
        for k, a in enumerate(boxes)
        for b in boxes[:k]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > -8 and min(a.y1, b.y1) - max(a.y0, b.y0) > 4
    ]
    assert len(boxes) > 4
    assert not near


@pytest.mark.parametrize("name", ["car", "car_by_ticker"])
def test_a_picture_cut_to_what_is_drawn_keeps_its_words(announced: StudyResult, name: str) -> None:
    """`savefig(bbox_inches="tight")` cut the finding off, and with it a doubt."""
    figure = figure_of(announced.plot(name))
    cut = figure.get_tightbbox().get_points() * figure.dpi
    assert len(figure.texts) > 0
    for words in figure.texts:
        box = words.get_window_extent().get_points()
        assert (box[0] >= cut[0] - 1).all(), words.get_text()
        assert (box[1] <= cut[1] + 1).all(), words.get_text()


@pytest.mark.render
@pytest.mark.parametrize("name", ["car_by_ticker", "car_by_group", "estimation_fit"])
@pytest.mark.parametrize("width", [3.6, 6.0])
def test_on_narrow_figures_no_panel_is_told_of_over_the_next(announced: StudyResult, name: str, width: float) -> None:
    figure = figure_of(announced.plot(name, width=width, lang="de"))
    figure.draw_without_rendering()
    for ax in figure.axes:
        others = [other.bbox.x0 for other in figure.axes if other.bbox.x0 > ax.bbox.x1]
        end = min([*others, figure.bbox.x1])
        told = [ax.title, ax._left_title, *(text for text in ax.texts if not text.get_in_layout())]  # type: ignore[attr-defined]
        for text in told:
            assert text.get_window_extent().x1 <= end, text.get_text()


@pytest.mark.parametrize(
    ("first", "last", "inches", "named"),
    [
        (21, 24, 0.9, [21]),
        (11, 13, 0.8, [12]),
        (1, 3, 1.0, [2]),
        (-5, 5, 1.68, [-5, 0, 5]),
        (-5, 5, 8, [*range(-5, 6)]),
        (-1000, 1000, 8, [-1000, -500, 0, 500, 1000]),
    ],
)
def test_some_day_is_named_whatever_the_window_and_the_room(
    first: int, last: int, inches: float, named: list[int]
) -> None:
    ax = Figure((inches / 0.775, 3)).add_subplot()  # whose panel is so many inches wide
    ax.xaxis.set_major_locator(DayTicks(range(first, last + 1), 30.0, 11))
    assert list(ax.xaxis.get_major_locator()()) == named
