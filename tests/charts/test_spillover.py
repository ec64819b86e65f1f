"""The artists of `spillover` are the groups of the result."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from eventstudy.analyses.spillover import spillover
from eventstudy.errors import InvalidRequest
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from .test_car import title, words
from .test_others import rows


def means(ax: Axes) -> dict[str, tuple[float, float, bool]]:
    """Value, row and whether it is filled, by group."""
    found = {}
    for line in ax.lines:
        if str(line.get_label()).endswith(" mean"):
            name = str(line.get_label())[1:-5]
            filled = to_hex(line.get_markerfacecolor()) != "#ffffff"
            [(x, y)] = np.asarray(line.get_xydata(), dtype=float).tolist()
            found[name] = (x, y, filled)
    return found


@pytest.mark.parametrize("window", [(0, 0), (0, 5)])
def test_means_intervals_and_dots_are_those_of_the_groups(recognised: StudyResult, window: tuple[int, int]) -> None:
    ax = recognised.plot("spillover", window=window)
    place, drawn = rows(ax), means(ax)
    spill = spillover(recognised, [window]).windows[0]
    assert list(place) == [f"{g.name} ({len(g.tickers)})" for g in spill.groups]
    for group in spill.groups:
        car, y, filled = drawn[group.name]
        answer = recognised.answer(Window.of(window), group.name)
        assert car == pytest.approx(group.answer.car, rel=1e-9)
        assert y == place[f"{group.name} ({len(group.tickers)})"]
        assert filled == (recognised.adjusted_groups[group.name, Window.of(window)].p < 0.05)
        [interval] = [c for c in ax.collections if c.get_label() == f"_{group.name} interval"]
        ends = interval.get_paths()[0].vertices[:, 0]
        assert sorted(ends) == pytest.approx(answer.interval, rel=1e-8)
        dots = [c for c in ax.collections if c.get_label() == f"_{group.name}"]
        table = recognised.windows().query(f"start == {window[0]} and end == {window[1]}").set_index("ticker")
        if len(group.tickers) > 1:
            np.testing.assert_array_equal(
                np.asarray(dots[0].get_offsets())[:, 0], table.loc[list(group.tickers), "car"]
            )
        else:
            assert not dots


def test_the_title_names_both_ends(recognised: StudyResult) -> None:
    ax = recognised.plot("spillover")
    assert (
        title(ax).replace("\u00a0", " ")
        == "16 tickers: data-centre power and cooling −22.6 %, software and devices +5.2 %"
    )
    assert "Filled: p below 5 %, all groups judged together over 5 windows" in words(ax)


def test_without_groups_all_pairs_are_one(many_dates: StudyResult) -> None:
    ax = many_dates.plot("spillover")
    assert list(rows(ax)) == ["mean of 12"]
    assert means(ax)["mean of 12"][0] == pytest.approx(many_dates.answer(Window(0, 0)).caar)
    with pytest.raises(InvalidRequest, match="outside the event window"):
        many_dates.plot("spillover", window=(0, 30))


@pytest.mark.parametrize("lang", ["en", "de"])
def test_numbers_below_stand_apart_on_a_phone(recognised: StudyResult, lang: str) -> None:
    ax = recognised.plot("spillover", width=3.6, lang=lang)
    ax.figure.draw_without_rendering()
    low, high = ax.get_xlim()
    seen = [tick.label1.get_window_extent() for tick in ax.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
    assert len(seen) > 1
    assert all(one.x1 + 3 < other.x0 for one, other in pairwise(seen))
    assert ax.get_xlabel().endswith("(%)")
