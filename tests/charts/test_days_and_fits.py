"""The artists of `heatmap`, `caar`, `placebo`, `estimation_fit` and `volume` are the numbers of the result."""

from __future__ import annotations

import numpy as np
import pytest
from eventstudy.charts.heatmap import _ABOVE, _BELOW
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_rgb
from matplotlib.container import BarContainer
from numpy.typing import NDArray

from .conftest import made_up
from .test_car import band, title, words
from .test_contract import contrast
from .test_others import bars

Floats = NDArray[np.float64]


def cells(ax: Axes) -> Floats:
    """The values behind the colours, the top row first."""
    [mesh] = [c for c in ax.collections if isinstance(c, QuadMesh)]
    values = mesh.get_array()
    assert values is not None
    return np.ma.filled(np.ma.asarray(values, dtype=float), np.nan).reshape(len(rows(ax)), -1)


def rows(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_cells_are_abnormal_returns_in_the_order_of_day_0(recognised: StudyResult) -> None:
    ax = recognised.plot("heatmap")
    table = recognised.tidy().pivot(index="ticker", columns="rel_day", values="ar")
    ordered = table.loc[table[0].sort_values().index]
    assert rows(ax) == list(ordered.index)
    np.testing.assert_array_equal(cells(ax), ordered.to_numpy())


def test_figures_stand_on_day_0_and_where_the_exact_t_is_below_5_per_cent(recognised: StudyResult) -> None:
    ax = recognised.plot("heatmap")
    called = rows(ax)
    place = {pair.ticker: i for i, pair in enumerate(recognised.panel.pairs)}
    wanted = {}
    for y, ticker in zip(ax.get_yticks(), called, strict=True):
        for day, ar, p in zip(
            recognised.rel_days, recognised.returns.ar[place[ticker]], recognised.ar_p[place[ticker]], strict=True
        ):
            if day == 0 or p < 0.05:
                wanted[day, y] = (f"{100 * ar:+.1f}".replace("-", "−"), "bold" if p < 0.05 else "normal")
    drawn = {(t.get_position()[0], t.get_position()[1]): t for t in ax.texts if t.get_text() != "day 0"}
    assert {at: (t.get_text(), t.get_fontweight()) for at, t in drawn.items()} == wanted
    counts = (recognised.ar_p < 0.05).sum(axis=0)
    assert (
        title(ax)
        == f"16 tickers: {counts[5]} of 16 stand out on 2025-01-27, on other days {max(np.delete(counts, 5))} at most"
    )
    assert "not adjusted for 176 looks" in words(ax)


def test_dark_figures_can_be_read_on_every_colour() -> None:
    on_white = contrast("#1a1a1a")
    for end in (_BELOW, _ABOVE):
        for share in np.linspace(0, 1, 11):
            cell = tuple(share * np.array(to_rgb(end)) + (1 - share))
            assert on_white / contrast(cell) >= 4.5


def test_the_two_ends_differ_for_people_without_red_or_green() -> None:
    """Blue less red, which neither protanopes nor deuteranopes lose, has opposite signs."""
    below, above = to_rgb(_BELOW), to_rgb(_ABOVE)
    assert below[2] - below[0] < -0.5
    assert above[2] - above[0] > 0.3


def test_a_day_without_a_return_is_named_as_such_and_of_many_rows_both_ends_are_drawn() -> None:
    result, _ = made_up(6, 1, holes=((2, 3),))
    ax = result.plot("heatmap")
    assert np.isnan(cells(ax)).sum() == 2  # the day, and the return after it
    [legend] = ax.figure.legends
    assert "no value" in [text.get_text() for text in legend.get_texts()]
    few = result.plot("heatmap", most=3)
    ordered = result.tidy().query("rel_day == 0").set_index("ticker")["ar"].sort_values()
    assert rows(few) == [*ordered.index[:2], ordered.index[-1]]
    assert "The 2 lowest and 1 highest of 6." in words(few)
    with pytest.raises(InvalidRequest, match="at least one row"):
        result.plot("heatmap", most=0)


@pytest.mark.parametrize("study", ["recognised", "many_dates"])
def test_mean_car_its_band_and_its_dots_are_the_headline_answers(study: str, request: pytest.FixtureRequest) -> None:
    result: StudyResult = request.getfixturevalue(study)
    ax = result.plot("caar")
    answers = {day: result.answer(Window(-5, day)) for day in result.rel_days}
    [line] = [each for each in ax.lines if each.get_label() == "_mean CAR"]
    np.testing.assert_allclose(line.get_ydata(), [a.caar for a in answers.values()], rtol=1e-12)
    edges = band(ax)
    for day, answer in answers.items():
        np.testing.assert_allclose(np.array(edges[day]), np.array(answer.interval), rtol=1e-9)
    out = {day for day, a in answers.items() if a.tests[a.headline or ""].p_value < 0.05}
    for label, wanted in (("mean CAR, p < 5 %", out), ("mean CAR, p of 5 % or more", set(answers) - out)):
        assert {int(x) for each in ax.lines if each.get_label() == label for x in each.get_xdata()} == wanted
    assert out


def test_n_stands_below_each_day() -> None:
    result, _ = made_up(3, 1, holes=((0, -3), (1, 2)))
    ax = result.plot("caar")
    labels = zip(ax.get_xticks(minor=True), ax.get_xticklabels(minor=True), strict=True)
    said = {int(day): text.get_text() for day, text in labels}
    assert said == {day: str(result.answer(Window(-5, day)).n) for day in result.rel_days}
    assert len(set(said.values())) > 1


def counted(ax: Axes) -> tuple[int, int]:
    """How many days are drawn, and how many of them hatched."""
    patches = [bar for group in ax.containers if isinstance(group, BarContainer) for bar in group.patches]
    return round(sum(b.get_height() for b in patches)), round(sum(b.get_height() for b in patches if b.get_hatch()))


@pytest.mark.parametrize("day", [0, 1])
@pytest.mark.parametrize("study", ["nvda", "announced", "recognised"])
def test_the_share_of_days_as_large_is_the_p_of_the_quantile_test(
    study: str, day: int, request: pytest.FixtureRequest
) -> None:
    result: StudyResult = request.getfixturevalue(study)
    ax = result.plot("placebo", day=day)
    found = result.test("sample_quantile", (day, day))
    days, hatched = counted(ax)
    assert days == 250
    assert (1 + hatched) / 251 == pytest.approx(found.p_value)
    [event] = [each for each in ax.lines if str(each.get_label()).startswith("event day")]
    assert event.get_xdata()[0] == found.statistic


def test_bars_are_the_studentised_days(nvda: StudyResult) -> None:
    ax = nvda.plot("placebo")
    days = nvda.returns.studentised[0]
    for bar in (bar for group in ax.containers if isinstance(group, BarContainer) for bar in group.patches):
        left = bar.get_x()
        assert bar.get_height() == ((days >= left - 1e-12) & (days < left + 0.25 - 1e-12)).sum()


def test_pairs_of_several_dates_have_a_mark_each(many_dates: StudyResult) -> None:
    ax = many_dates.plot("placebo")
    marks = {label: x for each in ax.lines if "pair" in (label := str(each.get_label())) for x in [each.get_xdata()]}
    sar = many_dates.returns.ar[:, 5] / many_dates.ar_se[:, 5]
    p = many_dates.firm_answers[Window(0, 0)].headline_p
    np.testing.assert_allclose(np.sort(marks["event day of a pair, p < 5 %"]), np.sort(sar[p < 0.05]))
    np.testing.assert_allclose(np.sort(marks["event day of a pair, p of 5 % or more"]), np.sort(sar[p >= 0.05]))
    assert counted(ax) == (12 * 250, 0)
    assert title(ax).startswith(f"12 events on 6 dates: {(p < 0.05).sum()} of 12 stand out on day 0")


def test_a_day_that_nobody_was_observed_on_has_no_place() -> None:
    result, _ = made_up(1, 1, holes=((0, 3),))
    with pytest.raises(NothingUsable, match=r"no pair has an abnormal return on day \+3"):
        result.plot("placebo", day=3)
    with pytest.raises(InvalidRequest, match="outside the event window"):
        result.plot("placebo", day=9)


def dots(ax: Axes) -> Floats:
    [found] = [c for c in ax.collections if isinstance(c, PathCollection)]
    return np.asarray(found.get_offsets(), dtype=float)


def drawn_line(ax: Axes) -> tuple[float, float]:
    """Intercept and slope."""
    [found] = [each for each in ax.lines if each.get_label() == "fitted line"]
    slope, intercept = np.polyfit(np.asarray(found.get_xdata()), np.asarray(found.get_ydata()), 1)
    return intercept, slope


def test_dots_are_the_days_and_the_line_is_least_squares() -> None:
    result, prices = made_up(2, 1)
    own, market = (prices[name].pct_change().to_numpy()[30:280] for name in ("F00", "MKT"))
    ax = result.plot("estimation_fit", tickers="F00")
    np.testing.assert_allclose(dots(ax), np.column_stack([market, own]), rtol=1e-9)
    slope, intercept = np.polyfit(market, own, 1)
    np.testing.assert_allclose(drawn_line(ax), (intercept, slope), rtol=1e-8)
    [day0] = [each for each in ax.lines if each.get_label() == "day 0"]
    x, y = float(day0.get_xdata()[0]), float(day0.get_ydata()[0])
    assert y == pytest.approx(prices["F00"].pct_change().iloc[290])
    ar = result.tidy().query("ticker == 'F00' and rel_day == 0")["ar"].item()
    assert y - intercept - slope * x == pytest.approx(ar)
    [area] = [c for c in ax.collections if c.get_label() == "95 % of ordinary days"]
    corners = area.get_paths()[0].vertices
    spread = np.std(own - intercept - slope * market) * np.sqrt(250 / 248)
    assert np.abs(corners[:, 1] - intercept - slope * corners[:, 0]).max() == pytest.approx(1.969576 * spread, rel=1e-5)


@pytest.mark.parametrize(("model", "line"), [("market_adjusted", (0.0, 1.0)), ("constant_mean", None)])
def test_models_without_a_slope_have_theirs(model: str, line: tuple[float, float] | None) -> None:
    result, prices = made_up(1, 1, model=model)
    mean = prices["F00"].pct_change().iloc[30:280].mean()
    np.testing.assert_allclose(drawn_line(result.plot("estimation_fit")), line or (mean, 0.0), atol=1e-12)


def test_a_model_that_is_no_line_is_refused() -> None:
    result, _ = made_up(2, 1, model="principal_components", peers=("F00", "F01"))
    with pytest.raises(InvalidRequest, match="principal_components is no line in the benchmark's return"):
        result.plot("estimation_fit")


def test_outliers_are_named_by_their_date(nvda: StudyResult) -> None:
    """Leave-one-out t of each day, by a refit without it."""
    ax = nvda.plot("estimation_fit")
    points, sessions = dots(ax), nvda.panel.block.sessions[0, :250]
    far = {}
    for t, (x, y) in enumerate(points):
        rest = np.delete(points, t, axis=0)
        design = np.column_stack([np.ones(249), rest[:, 0]])
        inverse = np.linalg.inv(design.T @ design)
        line = inverse @ design.T @ rest[:, 1]
        spread = ((rest[:, 1] - design @ line) ** 2).sum() / 247
        at = np.array([1.0, x])
        far[str(sessions[t])] = abs(y - at @ line) / np.sqrt(spread * (1 + at @ inverse @ at))
    wanted = sorted((d for d, size in far.items() if size >= 3), key=lambda d: -far[d])[:4]
    assert {text.get_text() for text in ax.texts} == {*wanted, "day 0"}
    assert len(wanted) >= 3


@pytest.mark.render
def test_each_pair_has_a_panel_and_of_many_the_furthest_are_drawn(recognised: StudyResult) -> None:
    panels = recognised.plot("estimation_fit")
    assert [ax.get_title(loc="left") for ax in panels] == [pair.ticker for pair in recognised.panel.pairs]
    sar = np.abs(recognised.returns.ar[:, 5] / recognised.ar_se[:, 5])
    few = recognised.plot("estimation_fit", most=2)
    names = [recognised.panel.pairs[i].ticker for i in sorted(np.argsort(-sar)[:2])]
    assert [ax.get_title(loc="left") for ax in few] == names
    assert "The 2 of 16 whose day 0 lies furthest off." in words(few[0])
    assert recognised.panel.pairs[int(np.argmax(sar))].ticker in title(few[0])
    with pytest.raises(InvalidRequest, match="6 pairs need 6 panels"):
        recognised.plot("estimation_fit", group="chip makers", ax=made_axes())


def made_axes() -> Axes:
    from matplotlib.figure import Figure

    return Figure().subplots()


def test_volume_bars_are_logarithms_and_the_scale_says_multiples(nvda_volume: StudyResult) -> None:
    ax = nvda_volume.plot("volume")
    drawn, tidy = bars(ax), nvda_volume.tidy()
    np.testing.assert_array_equal([drawn[d][0] for d in nvda_volume.rel_days], tidy["ar"])
    assert [drawn[d][1] for d in nvda_volume.rel_days] == list(nvda_volume.ar_p[0] < 0.05)
    for tick, text in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True):
        said = text.get_text().rstrip("×")
        assert np.exp(tick) == pytest.approx(1 / float(said[2:]) if said.startswith("1/") else float(said))
    volume = f"NVDA: volume {np.exp(tidy['ar'][5]):.2g} times the expected on 2025-01-27"
    assert nvda_volume.adjusted[Window(0, 0)].p > 0.05, "judged together with the other windows, as the sentence has it"
    assert title(ax) == f"{volume}, 13 of 250 ordinary days moved as far"


def test_volume_of_several_is_the_mean_of_logarithms(recognised_volume: StudyResult) -> None:
    drawn = bars(recognised_volume.plot("volume"))
    mean = recognised_volume.tidy().groupby("rel_day")["ar"].mean()
    np.testing.assert_allclose([drawn[d][0] for d in recognised_volume.rel_days], mean)


def test_a_study_of_returns_has_no_volume_to_show(nvda: StudyResult) -> None:
    with pytest.raises(InvalidRequest, match="shows a study of volumes, and this is one of return"):
        nvda.plot("volume")
