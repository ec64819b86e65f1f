"""Labels keep apart, near to where they belong; text breaks where it should."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from eventstudy.charts._canvas import in_clauses, open_axes, wrapped
from eventstudy.charts._labels import apart
from eventstudy.charts._scales import percent_axis
from eventstudy.charts._style import text_width
from eventstudy.charts._words import percent
from eventstudy.study.study import EventStudy
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy.optimize import minimize

from .conftest import made_up


def test_labels_that_are_apart_stay() -> None:
    np.testing.assert_array_equal(apart(np.array([10.0, 30.0, 80.0]), 12, 100), [10, 30, 80])


def test_labels_on_one_point_spread_around_it() -> None:
    np.testing.assert_allclose(apart(np.array([50.0, 50.0, 50.0]), 10, 100), [40, 50, 60])


def test_labels_stay_inside_where_they_fit() -> None:
    np.testing.assert_allclose(apart(np.array([-3.0, 0.0]), 10, 100), [0, 10])
    np.testing.assert_allclose(apart(np.array([99.0, 100.0]), 10, 100), [90, 100])


@pytest.mark.parametrize("seed", range(5))
def test_no_arrangement_is_nearer(seed: int) -> None:
    wanted = np.sort(np.random.default_rng(seed).uniform(20, 80, 6))
    rules = [{"type": "ineq", "fun": lambda y, i=i: y[i + 1] - y[i] - 9} for i in range(5)]
    best = minimize(lambda y: ((y - wanted) ** 2).sum(), wanted, constraints=rules, tol=1e-12)
    placed = apart(wanted, 9, 1000)
    assert (np.diff(placed) >= 9 - 1e-9).all()
    assert ((placed - wanted) ** 2).sum() <= best.fun + 1e-6


def test_text_is_as_wide_as_matplotlib_draws_it() -> None:
    ax = open_axes(None)
    for words, weight in itertools.product(
        ["NVDA: −13.4 % on 2025-01-27", "Wide MMM and thin iii"], ["normal", "bold"]
    ):
        drawn = ax.text(0, 0, words, fontsize=12, fontweight=weight, fontfamily="DejaVu Sans")
        assert text_width(words, 12, weight) == pytest.approx(drawn.get_window_extent().width * 72 / 150, rel=0.04)


def test_a_title_breaks_at_a_comma_and_a_long_one_anywhere() -> None:
    title = "Sixteen tickers: mean −6.7 %, out of the ordinary"
    assert in_clauses(title, 1000, 12) == [title]
    assert in_clauses(title, 200, 12) == ["Sixteen tickers: mean −6.7 %,", "out of the ordinary"]
    lines = in_clauses(title, 90, 12)
    assert " ".join(lines) == title
    assert all(text_width(line, 12) <= 90 for line in lines)
    assert wrapped("unbreakable", 5, 12) == ["unbreakable"]


def test_a_name_wider_than_its_room_breaks_after_its_hyphens_and_loses_nothing() -> None:
    lines = wrapped("LONGNAME-INDUSTRIES-01.DE", 90, 9)
    assert "".join(lines) == "LONGNAME-INDUSTRIES-01.DE"
    assert len(lines) > 1
    assert all(text_width(line, 9) <= 90 for line in lines)
    assert wrapped("BRK-B", 90, 9) == ["BRK-B"]


@pytest.mark.parametrize(("size", "weight"), [(9.0, "normal"), (9.5, "normal"), (12.0, "bold")])
def test_lines_are_as_full_as_measured(size: float, weight: str) -> None:
    """The sum of the words tells as much as each longer line measured as a whole."""
    of_all = "Toggling (AVATAR), WAV. 13.4\u00a0% of 250 ordinary days; Überschüsse f\u00fcr Patells Test: [-0.5 %, 1 %] l il"
    text = " ".join([of_all] * 3)
    for room in np.linspace(60, 500, 45):
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            lines[-1:] = [longer] if lines and text_width(longer, size, weight) <= room else [*lines[-1:], word]
        assert wrapped(text, float(room), size, weight) == lines


@pytest.mark.parametrize(
    ("value", "said"),
    [(-0.1337, "−13.4"), (0.05, "+5.0"), (-0.00008, "−0.01"), (0.0, "0.00"), (0.0004, "+0.04"), (1.5, "+150.0")],
)
def test_per_cent_in_words(value: float, said: str) -> None:
    assert percent(value) == f"{said}\u00a0%"


@pytest.mark.parametrize(
    ("low", "high", "some"),
    [(-0.2, 0.1, "−20 %"), (-0.02, 0.03, "−1 %"), (-0.004, 0.004, "+0.2 %"), (0, 0.16, "+2.5 %"), (-3, 3, "+200 %")],
)
def test_per_cent_scales_have_the_digits_their_steps_need(low: float, high: float, some: str) -> None:
    figure = Figure()
    ax = figure.subplots()
    ax.set_ylim(low, high)
    percent_axis(ax.yaxis)
    figure.draw_without_rendering()
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert some in shown
    assert "0 %" in [s.replace("0.0 %", "0 %") for s in shown]
    assert len(set(shown)) == len(shown)


def test_dollar_signs_in_a_ticker_stay_what_they_are() -> None:
    first, prices = made_up(2, 1)
    day = str(first.returns.day0_sessions[0])
    events = pd.DataFrame({"ticker": ["A$B$", "F01"], "date": day})
    result = EventStudy(benchmark="MKT", calendar=None).run(events, prices.rename(columns={"F00": "A$B$"}))
    for chart in ("car", "forest", "price_path"):
        figure = result.plot(chart, tickers=["A$B$", "F01"]).figure
        named = [text for text in figure.findobj(Text) if "A$B$" in text.get_text()]
        assert named, chart
        assert not any(text.get_parse_math() for text in named), chart
