"""Charts inside a page: without the words that the page sets itself, and narrow enough for a phone."""

from __future__ import annotations

import struct
from itertools import pairwise

import pytest
from eventstudy.charts import render, words
from eventstudy.reports.pictures import _NARROW, PHONE, chosen_charts, inline
from eventstudy.study.result import StudyResult

from tests.tiers import first


def size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("chart", first(["car", "forest", "ar_bars"], 1, "render"))
def test_without_head_the_picture_is_lower_and_says_the_same(sixteen: StudyResult, chart: str) -> None:
    drawn = sixteen.plot(chart)
    whole, title = render(drawn, "png"), words(drawn)
    (width, height), (same, lower) = size(whole), size(render(drawn, "png", head=False))
    assert same == width
    assert 0.65 * height < lower < 0.95 * height
    assert render(drawn, "png") == whole, "the title is back"
    assert words(drawn) == title
    assert title[0].startswith("16 tickers: ")
    assert "\n" not in "".join(title)


@pytest.mark.parametrize(
    ("study", "chart"),
    [*((s, "car") for s in ("nvda", "sixteen")), ("nvda", "price_path"), ("nvda", "ar_bars"), ("sixteen", "forest")],
)
def test_a_chart_for_a_phone_keeps_its_labels_apart(request: pytest.FixtureRequest, study: str, chart: str) -> None:
    ax = request.getfixturevalue(study).plot(chart, width=PHONE)
    figure = ax.figure
    assert figure.get_figwidth() == PHONE
    figure.draw_without_rendering()
    for axis, low, high in ((ax.xaxis, "x0", "x1"), (ax.yaxis, "y0", "y1")):
        start, end = sorted(axis.get_view_interval())
        shown = [t.label1 for t in axis.get_major_ticks() if start <= t.get_loc() <= end and t.label1.get_text()]
        boxes = sorted((label.get_window_extent() for label in shown), key=lambda box: float(getattr(box, low)))
        assert len(boxes) >= (2 if chart == "forest" else 3)
        assert all(getattr(one, high) < getattr(next, low) for one, next in pairwise(boxes))
    assert ax.get_position().height > 0.35, "the words above leave room for what is drawn"


def test_every_chart_of_a_report_is_drawn_for_a_phone_too(nvda: StudyResult, sixteen: StudyResult) -> None:
    assert {*chosen_charts(nvda), *chosen_charts(sixteen)} == set(_NARROW)
    figure = nvda.plot("ar_bars", width=PHONE).figure
    figure.draw_without_rendering()
    [legend], [ax] = figure.legends, figure.axes
    assert not legend.get_window_extent().overlaps(ax.get_window_extent())


@pytest.mark.render
def test_panels_for_a_phone_stand_two_by_two(sixteen: StudyResult) -> None:
    panels = sixteen.plot("price_path", width=PHONE)
    figure = panels[0].figure
    assert figure.get_figwidth() == PHONE
    assert len({round(ax.get_position().x0, 3) for ax in panels}) == 2
    assert min(ax.get_position().height * figure.get_figheight() for ax in panels) > 0.8


def test_a_wide_chart_is_as_it_was(sixteen: StudyResult) -> None:
    assert sixteen.plot("car").figure.get_figwidth() == 8
    labels = [t.get_text() for t in sixteen.plot("car").get_xticklabels()]
    assert len(labels) == 11


def test_drawings_of_one_page_share_no_id_and_no_rule(nvda: StudyResult) -> None:
    svg = render(nvda.plot("car"), "svg", head=False).decode()
    one = inline(svg, "c0")
    assert one.startswith('<svg class="c0"')
    for gone in ("<metadata", "<!--", "<?xml", "DOCTYPE", 'width="576'):
        assert gone not in one
    assert ".c0 *{" in one
    assert ' id="c0-' in one
    assert "#c0-" in one
    assert "viewBox" in one


def test_the_charts_suit_the_number_of_firms(nvda: StudyResult, sixteen: StudyResult) -> None:
    assert chosen_charts(nvda) == ("price_path", "ar_bars")
    assert chosen_charts(sixteen) == ("forest", "car")
