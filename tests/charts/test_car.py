"""The lines and bands of `car` and `car_by_group` are the numbers of the result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy.errors import InvalidRequest
from eventstudy.inference import advice
from eventstudy.language import p_text
from eventstudy.study.names import words_of_test
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .conftest import made_up


def line(ax: Axes, label: str) -> NDArray[np.float64]:
    [found] = [each for each in ax.lines if each.get_label() == label]
    return np.asarray(found.get_ydata(), dtype=float)


def band(ax: Axes) -> dict[float, tuple[float, float]]:
    """Lower and upper edge of the shaded area on each day."""
    [area] = [c for c in ax.collections if c.get_label() == "95 % band"]
    points = np.concatenate([path.vertices for path in area.get_paths()])
    days = np.unique(points[:, 0])
    return {d: (points[points[:, 0] == d, 1].min(), points[points[:, 0] == d, 1].max()) for d in days}


def words(ax: Axes) -> str:
    return str(ax.figure.get_label()).replace("\n", " ").replace("\u00a0", " ")


def title(ax: Axes) -> str:
    return " ".join(ax.figure.figure.get_suptitle().split())


def test_one_pair_is_tidy(nvda: StudyResult) -> None:
    ax, tidy = nvda.plot("car"), nvda.tidy()
    np.testing.assert_array_equal(line(ax, "CAR"), tidy["car"])
    edges, said = band(ax), [nvda.firms_over(Window(-5, d)) for d in tidy["rel_day"]]
    np.testing.assert_allclose([edges[d][0] for d in tidy["rel_day"]], [of.low[0] for of in said], rtol=1e-12)
    np.testing.assert_allclose([edges[d][1] for d in tidy["rel_day"]], [of.high[0] for of in said], rtol=1e-12)
    assert "95 % band by placebo windows" in words(ax)


def test_one_pair_out_of_many_is_its_own_rows_of_tidy(recognised: StudyResult) -> None:
    tidy = recognised.tidy()
    np.testing.assert_array_equal(
        line(recognised.plot("car", tickers=["AMD"]), "CAR"), tidy.loc[tidy["ticker"] == "AMD", "car"]
    )


def test_the_p_of_a_chart_is_that_of_the_sentence(announced: StudyResult) -> None:
    """Over the whole event window .023 by itself, .096 judged together with the other four."""
    said = words(announced.plot("car"))
    assert "−6.7 % (p .096; p of 5 windows judged together)." in said
    assert "p .023" not in said
    assert announced.adjusted[Window(-5, 5)].p == pytest.approx(0.096, abs=0.0005)


@pytest.mark.slow
def test_p_that_nothing_is_judged_together_with_stays_as_it_is(announced: StudyResult) -> None:
    of_group = words(announced.plot("car", group="chip makers"))
    assert "judged together" not in of_group, "the family is that of all pairs"
    alone = es.run("deepseek-r1", windows=[(-5, 5)])
    assert "judged together" not in words(alone.plot("car"))
    declared = es.run("deepseek-r1", primary=(-5, 5))
    said = words(declared.plot("car")).replace("\u00a0", " ")
    assert "−6.7 % (p .023)" in said, "declared before, so judged by itself"
    assert "p .996, placebo windows; p of 4 windows judged together." in said, "the others"


@pytest.mark.slow
def test_a_chart_has_the_p_of_no_window_that_is_not_reported() -> None:
    for windows, told in (
        ([(0, 1)], "Mean CAR from day 0 to +1"),
        ([(-1, 1), (0, 3)], "Mean CAR from day 0 to +3"),
        ([(0, 0)], ""),
    ):
        result = es.run("deepseek-r1", day0="recognised", windows=windows)
        said = words(result.plot("car")).replace("\u00a0", " ")
        found = result.adjusted[Window.of(windows[-1])]
        assert told in said
        assert f"p {p_text(found.p)}" in said
        assert ("Day 0: p" in said) == (not told)
        assert "from day −5 to +5" not in said
    wide = words(es.run("deepseek-r1", event_window=(-10, 10)).plot("car"))
    assert "from day −5 to +5" in wide, "the longest that is reported"


def test_the_title_is_the_finding_of_day_0(nvda: StudyResult, announced: StudyResult, many_dates: StudyResult) -> None:
    assert title(nvda.plot("car")) == (
        "NVDA lost 17.0 % on 27 January 2025, 13.4 points more than the market explains, beyond all 250 ordinary days"
    )
    assert nvda.firm_answers[Window(0, 0)].headline_p[0] == pytest.approx(1 / 251)
    quiet = announced.answer(Window(0, 0))
    assert quiet.tests["portfolio_t"].p_value > 0.05
    assert title(announced.plot("car")) == (
        "16 tickers: +1.7 % on average on 21 January 2025, as much as the market explains, not out of the ordinary"
    )
    raw, loud = many_dates.raw[:, 5].mean(), many_dates.answer(Window(0, 0))
    assert title(many_dates.plot("car")) == (
        f"12 events on 6 dates: +{100 * raw:.1f} % on average on day 0, {100 * loud.caar:.1f} points above what the market"
        " explains, out of the ordinary"
    )


def test_a_day_like_others_is_counted_among_them(announced: StudyResult) -> None:
    p = announced.firm_answers[Window(0, 0)].headline_p[0]
    said = title(announced.plot("car", tickers="NVDA"))
    assert said.endswith(f"{round(p * 251) - 1} of 250 ordinary days moved as far")
    assert p > 0.5


@pytest.mark.parametrize("study", ["announced", "recognised", "many_dates"])
def test_several_pairs_are_their_mean_with_the_interval_of_the_headline(
    study: str, request: pytest.FixtureRequest
) -> None:
    result: StudyResult = request.getfixturevalue(study)
    ax = result.plot("car")
    answers = [result.answer(Window(-5, day)) for day in result.rel_days]
    np.testing.assert_allclose(line(ax, "mean CAR"), [a.caar for a in answers], rtol=1e-12)
    edges = band(ax)
    for day, answer in zip(result.rel_days, answers, strict=True):
        assert answer.interval is not None
        np.testing.assert_allclose(edges[day], answer.interval, rtol=1e-9)
    assert f"95 % band by {words_of_test(answers[0].headline or '')}" in words(ax)
    assert f"Mean of {result.returns.n} (thin lines)" in words(ax)
    mean = result.tidy().groupby("rel_day")["car"].mean()
    np.testing.assert_allclose(line(ax, "mean CAR"), mean, rtol=1e-9)


def test_the_firms_are_behind_the_mean(recognised: StudyResult) -> None:
    ax, tidy = recognised.plot("car", group="chip makers"), recognised.tidy()
    for ticker in ("NVDA", "AVGO", "AMD", "TSM", "MU", "MRVL"):
        np.testing.assert_array_equal(line(ax, f"_{ticker}"), tidy.loc[tidy["ticker"] == ticker, "car"])
    named = {text.get_text(): text for text in ax.texts}
    assert {"NVDA", "AVGO", "AMD", "TSM", "MU", "MRVL", "mean"} <= set(named)
    [hairs] = [c for c in ax.collections if c.get_label() == "_hairs"]
    firsts, lasts = (
        ax.transData.transform([path.vertices[i] for path in hairs.get_paths()]) * 72 / 150 for i in (0, -1)
    )
    for name, label in (("NVDA", "_NVDA"), ("mean", "mean CAR")):
        end, word = ax.transData.transform([(5, line(ax, label)[-1]), named[name].get_position()]) * 72 / 150
        there = np.hypot(*(firsts - end).T).argmin()
        assert np.hypot(*(firsts[there] - end)) == pytest.approx(3)
        assert np.hypot(*(lasts[there] - word)) == pytest.approx(3)


def test_of_many_firms_the_outermost_are_named(recognised: StudyResult) -> None:
    last = recognised.tidy().query("rel_day == 5").set_index("ticker")["car"].sort_values()
    shown = {text.get_text() for text in recognised.plot("car").texts}
    assert shown & set(last.index) == {*last.index[:2], *last.index[-2:]}


def test_a_mean_without_a_valid_interval_has_no_band_and_says_why(
    many_dates: StudyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advice, "confidence_interval", lambda *_: None)
    ax = replace(many_dates).plot("car")
    assert [c.get_label() for c in ax.collections] == ["_hairs"]
    assert "no band, for no interval is valid: correlation-adjusted cross-sectional test has no interval" in words(ax)
    assert np.isfinite(line(ax, "mean CAR")).all()


def test_where_the_portfolio_lacks_days_the_band_is_that_of_the_next_test() -> None:
    """Either firm lacks two of eleven returns, which is allowed; their portfolio lacks four, which is not."""
    result, _ = made_up(3, 1, holes=((0, -3), (1, 2)))
    ax = result.plot("car")
    several = {d: result.answer(Window(-5, d)) for d in result.rel_days}
    assert several[5].headline == "patell_guarded"
    assert not several[5].tests["portfolio_t"].valid
    assert sorted(band(ax)) == [d for d, a in several.items() if a.interval is not None or a.n == 1]
    assert max(band(ax)) == 5
    assert several[3].n == 1
    assert "Mean of 1 to 3 (thin lines), 95 % band by placebo windows and Patell's test, guarded" in words(ax)


def test_ticks_carry_dates_only_where_all_pairs_share_them(recognised: StudyResult, many_dates: StudyResult) -> None:
    def ticks(ax: Axes) -> list[str]:
        return [label.get_text() for label in ax.get_xticklabels()]

    shown = ticks(recognised.plot("car"))
    assert shown[0] == "−5\n17 Jan"
    assert shown[5] == "0\n27 Jan"
    assert shown[10] == "+5\n3 Feb"
    assert ticks(many_dates.plot("car")) == ["−5", "−4", "−3", "−2", "−1", "0", "+1", "+2", "+3", "+4", "+5"]


def test_per_cent_is_for_people_only(nvda: StudyResult) -> None:
    ax = nvda.plot("car")
    ax.figure.draw_without_rendering()
    labels = {round(float(t), 6): s.get_text() for t, s in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)}
    assert labels[-0.1] == "−10 %"
    assert labels[0.0] == "0 %"
    assert labels[0.1] == "+10 %"


def test_by_group_has_a_panel_a_group_with_the_numbers_of_the_group(recognised: StudyResult) -> None:
    panels = recognised.plot("car_by_group")
    assert panels.shape == (5,)
    for ax, group in zip(panels, recognised.groups, strict=True):
        assert ax.get_title(loc="left").replace("\n", " ") == group.name
        label = "mean CAR" if len(group.members) > 1 else "CAR"
        caars = [recognised.answer(Window(-5, day), group.name).caar for day in recognised.rel_days]
        np.testing.assert_allclose(line(ax, label), caars, rtol=1e-12)
        assert ax.get_ylim() == panels[0].get_ylim()
        assert ax.get_xlim() == panels[0].get_xlim()
    edges, answer = band(panels[0])[0], recognised.answer(Window(-5, 0), "chip makers")
    assert answer.interval is not None
    np.testing.assert_allclose(edges, answer.interval, rtol=1e-9)
    told = [text.get_text() for text in panels[4].texts]
    assert any(text.startswith("1 pair; day 0 +1.8") for text in told)
    assert title(panels[0]).startswith("Abnormal return on 2025-01-27: −22.6 % (data-centre power and cooling)")


def test_by_group_without_groups_is_one_panel(many_dates: StudyResult) -> None:
    ax = many_dates.plot("car_by_group")
    np.testing.assert_array_equal(line(ax, "mean CAR"), line(many_dates.plot("car"), "mean CAR"))


def test_by_group_refuses_one_axes_for_five_panels(recognised: StudyResult) -> None:
    ax = Figure().subplots()
    with pytest.raises(InvalidRequest, match="5 groups need 5 panels"):
        recognised.plot("car_by_group", ax=ax)


@pytest.mark.parametrize("tickers", [["NVDA"], ["NVDA", "AMD", "MSFT"]])
def test_a_window_without_day_0_is_drawn_and_judged_by_itself(tickers: list[str]) -> None:
    result = es.run("deepseek-r1", tickers=tickers, benchmark="SPY", event_window=(2, 6))
    ax = result.plot("car")
    days = result.rel_days
    mean = line(ax, "CAR" if len(tickers) == 1 else "mean CAR")
    assert len(tickers) == 1 or not np.isfinite(mean[: days.index(2)]).any()
    answer = result.answers[Window(2, 6)]
    edges = band(ax)
    assert min(edges) == 2
    if len(tickers) > 1:
        assert mean[-1] == pytest.approx(answer.caar)
        assert edges[6] == pytest.approx(answer.interval)
        assert answer.headline is not None
        p = f"{answer.tests[answer.headline].p_value:.3f}".removeprefix("0")
        assert f"p {p}" in words(ax)
    assert "[+2, +6]" in title(ax)
    assert "no test is valid" not in title(ax)
    assert "Day 0:" not in words(ax)


def of_two_groups(levels: str = "", **choices: Any) -> StudyResult:
    """Two groups of two firms, each of its own day; `levels`: their closes as levels in that unit."""
    made, prices = made_up(4, 4)
    listed = pd.DataFrame(
        {
            "ticker": [e.tickers[0] for e in made.events],
            "date": [e.announced for e in made.events],
            "kind": ["a", "a", "b", "b"],
        }
    )
    of: dict[str, Any] = {"returns": "difference", "unit_in": levels} if levels else {"benchmark": "MKT"}
    return es.run(listed, prices=prices, group_by="kind", calendar=None, **of, **choices)


def test_groups_of_a_window_without_day_0_are_told_by_that_window() -> None:
    result = of_two_groups(event_window=(2, 6))
    panels = result.plot("car_by_group")
    for ax, group in zip(panels, result.groups, strict=True):
        caar = result.returns.ar[group.members][:, 2:].sum(axis=1).mean()
        told = [text.get_text().replace("\u00a0", " ").replace("−", "-") for text in ax.texts]
        assert any(text.startswith(f"2 pairs; CAR[+2, +6] {100 * caar:+.1f} %") for text in told), told
    assert title(panels[0]).startswith("Mean CAR[+2, +6]: ")
    with pytest.raises(InvalidRequest, match="shows day 0, which the event window does not hold"):
        result.plot("placebo")
    two = result.plot("car_by_ticker", most=2)
    cars = result.returns.ar[:, 2:].sum(axis=1)
    largest = np.sort(np.argsort(-np.abs(cars))[:2])
    for ax, i in zip(two, largest, strict=True):
        told = [text.get_text().replace("\u00a0", " ").replace("−", "-") for text in ax.texts]
        assert any(text.startswith(f"CAR[+2, +6] {100 * cars[i]:+.1f} %") for text in told), told
    assert "The 2 of 4 whose CAR is largest." in words(two[0])


def test_volume_of_a_window_without_day_0_is_told_by_that_window() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA", "AMD"], outcome="volume", event_window=(2, 6))
    ax, total = result.plot("volume"), result.returns.ar[:, 2:].sum(axis=1).mean()
    assert f"volume on average {np.exp(total / 5):.2g} times the expected over [+2, +6], " in title(ax)
    assert f"Sum over [+2, +6]: {total:+.2f} in logarithms".replace("-", "−") in words(ax)


@pytest.mark.parametrize(("lang", "told"), [("en", "2 series:"), ("de", "2 Reihen:")])
def test_a_chart_of_levels_counts_series(lang: str, told: str) -> None:
    made, prices = made_up(2, 1)
    events = pd.DataFrame({"ticker": [e.tickers[0] for e in made.events], "date": made.events[0].announced})
    result = es.run(events, prices=prices, calendar=None, returns="difference", unit_in="points")
    assert title(result.plot("heatmap", lang=lang)).startswith(told)


def test_groups_of_levels_have_their_words() -> None:
    panels = of_two_groups("points").plot("car_by_group")
    assert title(panels[0]).startswith("Abnormal change on day 0: ")
    assert any(text.get_text().startswith("2 pairs; ") for text in panels[0].texts)


def test_units_of_several_letters_stand_once_below_a_forest_on_a_phone() -> None:
    levels = of_two_groups("percent")
    for width, wanted in ((3.6, False), (None, True)):
        ax = levels.plot("forest", width=width)
        ax.figure.canvas.draw()
        assert all((" bp" in text.get_text()) is wanted for text in ax.get_xticklabels() if text.get_text())
        assert ("(bp)" in ax.get_xlabel()) is not wanted


def test_levels_and_dates_are_written_as_the_language_does() -> None:
    made, prices = made_up(4, 4)
    listed = pd.DataFrame({"ticker": made.events[0].tickers[0], "date": [e.announced for e in made.events[::2]]})
    result = es.run(listed, prices=prices, benchmark="MKT", calendar=None)
    for lang, tick, day in (("en", "99.2", "%Y-%m-%d"), ("de", "99,2", "%d.%m.%Y")):
        ax = result.plot("price_path", lang=lang)
        ax.set_ylim(99.1, 99.9)
        ax.figure.canvas.draw()
        assert tick in [text.get_text() for text in ax.get_yticklabels()]
        named = [f"{listed.ticker[0]} {pd.Timestamp(d):{day}}" for d in result.returns.day0_sessions]
        assert all(any(text.get_text().startswith(name) for text in ax.texts) for name in named), named
