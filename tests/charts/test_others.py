"""The artists of `ar_bars`, `forest` and `price_path` are the numbers of the result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy.analyses.calibration import calibrate
from eventstudy.charts._levels import chained
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.inference import advice
from eventstudy.prices import load_prices
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from tests.tiers import first

from .conftest import made_up
from .test_car import line, title, words


def bars(ax: Axes) -> dict[int, tuple[float, bool]]:
    """Height of each day's bar, and whether it is marked by its hatch."""
    found = {}
    for group in ax.containers:
        assert isinstance(group, BarContainer)
        for bar in group.patches:
            found[round(bar.get_x() + bar.get_width() / 2)] = (bar.get_height(), bool(bar.get_hatch()))
    return found


def test_bars_of_one_pair_are_its_abnormal_returns_marked_where_few_ordinary_days_are_as_large(
    nvda: StudyResult,
) -> None:
    ax, drawn = nvda.plot("ar_bars"), bars(nvda.plot("ar_bars"))
    assert sorted(drawn) == nvda.rel_days
    np.testing.assert_array_equal([drawn[d][0] for d in nvda.rel_days], nvda.tidy()["ar"])
    assert [d for d in nvda.rel_days if drawn[d][1]] == [0, 1]
    by_day = [float(nvda.firms_over(es.Window(day, day)).headline_p[0]) for day in nvda.rel_days]
    assert [day for day, p in zip(nvda.rel_days, by_day, strict=True) if p < 0.05] == [0, 1]
    np.testing.assert_array_equal(line(ax, "their sum: CAR"), nvda.tidy()["car"])
    assert "Each day's p by placebo windows, not adjusted for 11 looks" in words(ax)
    assert [t.get_text() for t in ax.figure.figure.legends[0].get_texts()] == [
        "abnormal return",
        "abnormal return, p < 5 %",
        "their sum: CAR",
    ]


def test_bars_of_several_pairs_are_means_marked_by_the_headline_of_the_day(many_dates: StudyResult) -> None:
    drawn = bars(many_dates.plot("ar_bars"))
    for day, mean in zip(many_dates.rel_days, many_dates.aar()[0], strict=True):
        answer = many_dates.answer(Window(day, day))
        assert answer.headline is not None
        height, marked = drawn[day]
        assert height == pytest.approx(mean)
        assert marked == (answer.tests[answer.headline].p_value < 0.05)
    assert drawn[0][1]
    assert not all(marked for _, marked in drawn.values())


def rows(ax: Axes) -> dict[str, float]:
    """Where each named row is."""
    return {t.get_text(): float(y) for y, t in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)}


def test_forest_is_windows(recognised: StudyResult) -> None:
    ax = recognised.plot("forest", window=(0, 1))
    table = recognised.windows().query("start == 0 and end == 1").set_index("ticker")
    place = rows(ax)
    points = {y: x for each in ax.lines if each.get_linestyle() == "None" for x, y in each.get_xydata()}
    [whiskers] = ax.collections
    limits = {path.vertices[0, 1]: path.vertices[:, 0] for path in whiskers.get_paths()}
    for ticker, row in table.iterrows():
        y = place[str(ticker)]
        assert points[y] == row["car"]
        low, high = limits[y]
        assert (low, high) == pytest.approx((row["ci_low"], row["ci_high"]))
        assert (low + high) / 2 == pytest.approx(row["car"])
    ordered = sorted(table.index, key=lambda ticker: -place[ticker])
    assert table.loc[ordered, "car"].is_monotonic_increasing
    assert title(ax).startswith("16 tickers: mean CAR[0, +1] −5.3 %")


def test_the_diamond_is_the_interval_of_the_headline(recognised: StudyResult) -> None:
    ax = recognised.plot("forest")
    answer = recognised.answer(Window(0, 0))
    [diamond] = [patch for patch in ax.patches if isinstance(patch, Polygon)]
    corners = diamond.get_xy()[:4]
    assert (corners[0, 0], corners[2, 0]) == pytest.approx(answer.interval)
    assert corners[[1, 3], 0] == pytest.approx(answer.caar)
    assert rows(ax)["mean of 16"] == pytest.approx(corners[:, 1].mean())
    assert "placebo windows; diamond: its interval" in words(ax)


def test_a_mean_without_interval_is_no_diamond(recognised: StudyResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advice, "confidence_interval", lambda *_: None)
    ax = replace(recognised).plot("forest", window=(-5, 5))
    assert not [patch for patch in ax.patches if isinstance(patch, Polygon)]
    assert "no valid interval of the mean: placebo windows has no interval" in words(ax)
    assert "n/a" not in " ".join(text.get_text() for text in ax.texts)


def test_forest_tells_groups_by_shape_and_names_them(recognised: StudyResult) -> None:
    ax = recognised.plot("forest")
    shapes = {each.get_label(): each.get_marker() for each in ax.lines if each.get_linestyle() == "None"}
    assert set(shapes) == {group.name for group in recognised.groups}
    assert len(set(shapes.values())) == 5
    [legend] = ax.figure.legends
    assert {text.get_text() for text in legend.get_texts()} == set(shapes)
    for group in recognised.groups:
        [drawn] = [each for each in ax.lines if each.get_label() == group.name]
        assert sorted(np.atleast_1d(drawn.get_xdata())) == sorted(recognised.returns.ar[group.members, 5])


def test_a_long_forest_shows_both_ends_and_the_mean_of_all(many_dates: StudyResult) -> None:
    ax = many_dates.plot("forest", most=5)
    cars = many_dates.windows().query("start == 0 and end == 0").set_index("ticker")["car"].sort_values()
    assert set(rows(ax)) == {*cars.index[:3], *cars.index[-2:], "mean of 12"}
    assert "The 3 lowest and 2 highest of 12." in words(ax)
    assert f"{100 * cars.mean():.1f} points above what the market explains" in title(ax)


def test_forest_refuses_what_cannot_be_meant(nvda: StudyResult) -> None:
    with pytest.raises(InvalidRequest, match="lies outside the event window"):
        nvda.plot("forest", window=(0, 9))
    with pytest.raises(InvalidRequest, match="at least one row"):
        nvda.plot("forest", most=0)
    with pytest.raises(InvalidRequest, match="not two whole numbers"):
        nvda.plot("forest", window=3)


def test_forest_of_a_window_that_nobody_lived_through_is_refused() -> None:
    result, _ = made_up(2, 1, holes=((0, 3), (1, 3)))
    with pytest.raises(NothingUsable, match=r"no pair was observed over the window \[\+2, \+4\]"):
        result.plot("forest", window=(2, 4))


@pytest.mark.parametrize("returns", ["simple", "log"])
def test_price_path_is_the_price_rebased(returns: str) -> None:
    result, prices = made_up(3, 1, returns=returns)
    ax = result.plot("price_path")
    day0 = list(prices.index).index(result.sessions[0, 5])
    for name in ("F00", "F01", "F02", "MKT"):
        rebased = 100 * prices[name] / prices[name].iloc[day0 - 1]
        np.testing.assert_allclose(line(ax, name), rebased.iloc[day0 - 5 : day0 + 6], rtol=1e-10)
        assert line(ax, name)[4] == 100
        assert f"{name} {rebased.iloc[day0 + 5]:.1f}" in [text.get_text() for text in ax.texts]


def test_a_path_from_day_0_on_starts_at_100_the_day_before() -> None:
    result, prices = made_up(1, 1, event_window=(0, 3))
    ax = result.plot("price_path")
    drawn = next(each for each in ax.lines if each.get_label() == "F00")
    assert list(np.asarray(drawn.get_xdata())) == [-1, 0, 1, 2, 3]
    np.testing.assert_allclose(line(ax, "F00"), 100 * prices["F00"].iloc[289:294] / prices["F00"].iloc[289])


@pytest.mark.slow
def test_behind_a_hole_the_level_is_not_known_unless_returns_bridge_it() -> None:
    gap = ((0, 2), (0, -4))
    dropped, _ = made_up(3, 1, holes=gap)
    bridged, prices = made_up(3, 1, holes=gap, missing="trade_to_trade")
    level = 100 * prices["F00"].iloc[285:296] / prices["F00"].iloc[289]
    known = line(dropped.plot("price_path"), "F00")
    assert list(np.isfinite(known)) == [False, False, True, True, True, True, True, False, False, False, False]
    np.testing.assert_allclose(known[2:7], level[2:7])
    np.testing.assert_allclose(line(bridged.plot("price_path"), "F00"), level)


def test_levels_by_hand() -> None:
    returns = np.array([[0.6, 0.25, np.nan, 0.10, -0.5, 1.0]])
    span = np.array([[1, 1, 1, 2, 1, 1]])
    by_hand = [[50.0, 80.0, 100.0, np.nan, 110.0, 55.0, 110.0]]
    np.testing.assert_allclose(chained(returns, span, 3, log=False), by_hand)
    np.testing.assert_allclose(chained(np.log1p(returns), span, 3, log=True), by_hand)


def test_of_many_firms_on_axes_of_ones_own_the_mean_of_their_paths(recognised: StudyResult) -> None:
    ax = recognised.plot("price_path", ax=Figure().add_subplot())
    gross = np.cumprod(1 + recognised.raw, axis=1)
    paths = 100 * gross / gross[:, [4]]
    np.testing.assert_allclose(line(ax, "mean"), paths.mean(axis=0))
    market = np.cumprod(1 + recognised.benchmark[0])
    np.testing.assert_allclose(line(ax, "SPY"), 100 * market / market[4])
    on, end = paths.mean(axis=0)[[5, 10]] - 100
    assert " ".join(ax.get_title(loc="left").split()) == (
        f"16 tickers: mean −{-on:.1f} % on 2025-01-27, −{-end:.1f} % by day +5 (SPY −{100 - line(ax, 'SPY')[10]:.1f} %)"
    )


def test_beyond_six_tickers_each_has_a_panel_of_the_same_scales(recognised: StudyResult) -> None:
    panels = recognised.plot("price_path")
    prices = load_prices(source="bundled").close
    last = prices.loc[:"2025-01-24"].iloc[-1]
    assert [ax.get_title(loc="left") for ax in panels] == [pair.ticker for pair in recognised.panel.pairs]
    assert len({ax.get_ylim() for ax in panels}) == 1
    for ax in panels:
        ticker = ax.get_title(loc="left")
        own = 100 * prices.loc["2025-01-17":"2025-02-03", ticker] / last[ticker]
        np.testing.assert_allclose(line(ax, "the stock"), own, rtol=0.005)  # dividends aside


@pytest.mark.parametrize("study", first(["many_dates", "recognised"], 0, "render"))
def test_car_by_ticker_draws_the_tidy_cars_in_panels(study: str, request: pytest.FixtureRequest) -> None:
    result: StudyResult = request.getfixturevalue(study)
    panels, table = result.plot("car_by_ticker"), result.tidy()
    assert len(panels) == result.returns.n
    assert len({ax.get_ylim() for ax in panels}) == 1
    for ax, (_, own) in zip(panels, table.groupby(["event_id", "ticker"], sort=False), strict=True):
        np.testing.assert_array_equal(line(ax, "CAR"), own["car"])
        assert ax.get_title(loc="left").startswith(own["ticker"].iloc[0])
        day0 = float(own.loc[own["rel_day"] == 0, "ar"].iloc[0])
        assert f"day 0 {100 * day0:+.1f}".replace("-", "−") in ax.texts[0].get_text()
    few = result.plot("car_by_ticker", most=2)
    assert len(few) == 2
    assert f"The 2 of {result.returns.n} that day 0 moved most." in words(few[0])
    with pytest.raises(InvalidRequest, match="panels, and ax= is one"):
        result.plot("car_by_ticker", ax=Figure().add_subplot())


def test_what_was_left_out_stands_under_every_title() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA", "XYZ"], source="bundled")
    for chart in ("car", "forest", "heatmap"):
        assert "Left out, 1 of 2: XYZ." in words(result.plot(chart))


@pytest.mark.slow
def test_calibration_draws_size_and_power_of_each_test() -> None:
    choices: dict[str, Any] = {"tickers": ["NVDA", "AMD"], "estimation_window": (-130, -11)}
    result = es.run("deepseek-r1", windows=[(0, 0), (0, 1)], **choices)
    ax = result.plot("calibration", window=(0, 1), draws=50)
    found = calibrate(es.run("deepseek-r1", windows=[(0, 1)], **choices), load_prices(source="bundled"), draws=50)
    named = {text.get_text(): y for y, text in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)}
    for label, figures in (
        ("rejects a true null, 95 % interval", {r.name: r.size for r in found.rates}),
        ("finds +2.0\u00a0%", {r.name: r.power[0.02] for r in found.rates}),
    ):
        [marks] = [each for each in ax.lines if each.get_label() == label]
        drawn = dict(zip(marks.get_ydata(), marks.get_xdata(), strict=True))
        assert {name: drawn[y] for name, y in named.items()} == figures
    with pytest.raises(InvalidRequest, match="give prices= to this chart"):
        made_up(1, 1)[0].plot("calibration")


@pytest.mark.parametrize("chart", ["forest", "spillover"])
def test_a_chart_of_one_window_draws_the_first_that_was_asked_for(chart: str) -> None:
    for windows in ([(0, 5)], [(0, 5), (0, 0)]):
        result = es.run("deepseek-r1", tickers=["NVDA", "AMD"], source="bundled", windows=windows)
        assert result.plot(chart).get_xlabel() == "CAR[0,\u00a0+5]"
        assert result.plot(chart, window=(-1, 1)).get_xlabel() == "CAR[−1,\u00a0+1]"


def test_a_chart_of_one_window_draws_the_only_one_of_weeks() -> None:
    weeks: dict[str, Any] = {"frequency": "weekly", "min_estimation": 40, "event_window": (-5, 2), "windows": [(1, 2)]}
    result = es.run("deepseek-r1", tickers=["NVDA", "AMD"], source="bundled", **weeks)
    assert result.plot("forest").get_xlabel() == "CAR[+1,\u00a0+2]"


def test_a_forest_counts_the_pairs_in_doubt_that_it_draws_among_those_it_does_not() -> None:
    sound, prices = made_up(12, 1)
    prices.loc[prices.index >= prices.index[290], "F03"] *= 50  # no price moves so
    events = pd.DataFrame({"ticker": [pair.ticker for pair in sound.panel.pairs], "date": prices.index[290]})
    result = es.EventStudy(benchmark="MKT", calendar=None).run(events, prices)
    assert len(result.believed(np.arange(12))) == 11
    assert "The 6 lowest and 5 highest of 12." in words(result.plot("forest", most=11))
    assert "lowest and" not in words(result.plot("forest", most=12))
