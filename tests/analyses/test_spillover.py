"""Groups of an event side by side.

Oracles: statsmodels' OLS of each portfolio, and of the difference of two, with a dummy for every event day, whose coefficients'
sum is the CAR; its externally studentised residuals, of which the place of one day and of the largest of several is read; the
system's Wald distance written out with scipy.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy.analyses.spillover import Spill, Spillover, spillover
from eventstudy.errors import InvalidRequest
from eventstudy.events import Group
from eventstudy.inference.joint import equal_means, restricted
from eventstudy.prices import load_prices
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window
from numpy.typing import NDArray
from scipy import stats

from tests.worlds import closes, jumped

Floats = NDArray[np.float64]
CHIPS = ("NVDA", "AVGO", "AMD", "TSM", "MU", "MRVL")
POWER = ("VRT", "CEG")
WINDOWS = [(0, 0), (-1, 1), (0, 5)]


@cache
def found(day0: str = "recognised") -> Spillover:
    return spillover(es.run("deepseek-r1", day0=day0))


def spill(window: tuple[int, int]) -> Spill:
    return next(s for s in found().windows if s.window == window)


@cache
def returns() -> pd.DataFrame:
    table = load_prices(None, source="bundled")
    close, paid = table.close, table.fields["dividend"].fillna(0)
    return (close + paid) / close.shift() - 1


def fitted(series: pd.Series, window: tuple[int, int]) -> tuple[float, float, float, tuple[float, float]]:
    """CAR, t, p and 95 % interval by a regression with a dummy for every day of the window."""
    row0 = returns().index.get_loc("2025-01-27")
    assert isinstance(row0, int)
    rows = [*range(row0 - 260, row0 - 10), *range(row0 + window[0], row0 + window[1] + 1)]
    days = window[1] - window[0] + 1
    dummies = np.vstack([np.zeros((250, days)), np.eye(days)])
    x = np.column_stack([np.ones(len(rows)), returns()["SPY"].iloc[rows], dummies])
    test = sm.OLS(series.iloc[rows].to_numpy(), x).fit().t_test(np.r_[0, 0, np.ones(days)])
    low, high = test.conf_int()[0]
    return float(test.effect[0]), float(test.tvalue.item()), float(test.pvalue), (float(low), float(high))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(("name", "tickers"), [("chip makers", CHIPS), ("China", ("BABA",))])
def test_a_group_is_its_portfolio(name: str, tickers: tuple[str, ...], window: tuple[int, int]) -> None:
    [group] = [g for g in spill(window).groups if g.name == name]
    assert group.tickers == tickers
    car, t, p, _ = fitted(returns()[list(tickers)].mean(axis=1), window)
    answer = group.answer
    assert (answer.car, answer.t, answer.p_t) == pytest.approx((car, t, p), rel=1e-8)
    of_study = found().result.answer(Window.of(window), name)
    assert (answer.low, answer.high) == pytest.approx(of_study.interval, rel=1e-8)
    assert (answer.test, answer.p) == (of_study.headline, of_study.tests["placebo"].p_value)


@pytest.mark.parametrize("window", WINDOWS)
def test_a_difference_is_that_of_the_portfolios_and_the_restriction_of_the_system(window: tuple[int, int]) -> None:
    [difference] = [
        d for d in spill(window).differences if {d.one, d.other} == {"chip makers", "data-centre power and cooling"}
    ]
    one, other = (POWER, CHIPS) if difference.one.startswith("data") else (CHIPS, POWER)
    series = returns()[list(one)].mean(axis=1) - returns()[list(other)].mean(axis=1)
    car, t, p, _ = fitted(series, window)
    answer = difference.answer
    assert (answer.car, answer.t, answer.p_t) == pytest.approx((car, t, p), rel=1e-8)
    assert answer.low < answer.car < answer.high
    result = found().result
    place = {pair.ticker: i for i, pair in enumerate(result.panel.pairs)}
    members = [np.array([place[t] for t in tickers]) for tickers in (one, other)]
    joint = restricted(result.sample(Window.of(window)), equal_means(16, *members))
    assert joint.statistic == pytest.approx(answer.t**2, rel=1e-8)
    assert joint.p_value == pytest.approx(answer.p_t, rel=1e-6)


@pytest.mark.parametrize("window", WINDOWS)
def test_that_all_are_alike_is_the_distance_of_the_system(window: tuple[int, int]) -> None:
    """F = (Rc)' (R S R')^-1 (Rc) / C * (v - q + 1) / (q v), from residuals of five portfolios fitted by numpy."""
    row0 = returns().index.get_loc("2025-01-27")
    assert isinstance(row0, int)
    groups = [CHIPS, POWER, ("MSFT", "GOOGL", "META", "AMZN", "ORCL"), ("AAPL", "CRM"), ("BABA",)]
    y = np.column_stack([returns()[list(g)].mean(axis=1) for g in groups])
    x = np.column_stack([np.ones(len(y)), returns()["SPY"]])
    before, within = slice(row0 - 260, row0 - 10), slice(row0 + window[0], row0 + window[1] + 1)
    beta = np.linalg.lstsq(x[before], y[before], rcond=None)[0]
    u, c = y[before] - x[before] @ beta, (y[within] - x[within] @ beta).sum(axis=0)
    total = x[within].sum(axis=0)
    unit = window[1] - window[0] + 1 + total @ np.linalg.inv(x[before].T @ x[before]) @ total
    r, df = np.eye(4, 5) - np.eye(4, 5, 1), 248
    q = (r @ c) @ np.linalg.solve(r @ (u.T @ u / df) @ r.T, r @ c) / unit
    f = q * (df - 3) / (4 * df)
    alike = spill(window).alike
    assert spill(window).restrictions == 4
    assert alike.statistic == pytest.approx(f, rel=1e-8)
    assert alike.p_value == pytest.approx(stats.f.sf(f, 4, df - 3), rel=1e-6)


def ordinary(series: pd.Series) -> Floats:
    """|Externally studentised residuals| of the estimation days."""
    row0 = returns().index.get_loc("2025-01-27")
    assert isinstance(row0, int)
    rows = slice(row0 - 260, row0 - 10)
    x = np.column_stack([np.ones(250), returns()["SPY"].iloc[rows]])
    fit = sm.OLS(series.iloc[rows].to_numpy(), x).fit()
    found: Floats = np.abs(fit.get_influence().resid_studentized_external)
    return found


def test_differences_of_one_day_are_held_against_the_largest_of_all_on_each_ordinary_day() -> None:
    """p is the place among the estimation days; adjusted, that of the largest of those that are left, day by day."""
    day = spillover(es.run("deepseek-r1", day0="recognised", regime="never"), [(0, 0)]).windows[0]
    of = {group.name: returns()[list(group.tickers)].mean(axis=1) for group in day.groups}
    told = sorted((d for d in day.differences if d.answer.judged), key=lambda d: -abs(d.answer.t))
    assert len(told) == 5, "the others moved more than usual on the days near, which may not be allowed for here"
    days = np.array([ordinary(of[d.one] - of[d.other]) for d in told])
    least = 0.0
    for k, d in enumerate(told):
        size = abs(d.answer.t)
        assert d.answer.p == pytest.approx((1 + (days[k] >= size).sum()) / 251, rel=1e-12)
        reached = (days[k:].max(axis=0) >= size).sum() / 250
        least = max(least, (1 + 250 * reached) / 251)
        assert d.answer.p_adjusted == pytest.approx(
            max(least, d.answer.p), abs=4 * np.sqrt(0.25 / 9999) * (reached > 0) + 1e-3
        )


def test_groups_are_adjusted_as_the_study_has_them() -> None:
    adjusted = found().result.adjusted_groups
    for one in found().windows:
        for group in one.groups:
            assert group.answer.p_adjusted == pytest.approx(adjusted[group.name, one.window].p, rel=1e-12)


def test_judged_together_no_p_is_smaller_than_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("eventstudy.analyses.spillover")  # the function has the same name
    monkeypatch.setattr(module, "judged_by_days", lambda days, statistic, *_: (0 * statistic, 0.0))
    [one] = spillover(found().result, [(0, 0)]).windows
    answers = [g.answer for g in one.groups] + [d.answer for d in one.differences]
    assert [a.p_adjusted for a in answers] == [a.p for a in answers]


def test_who_lost_and_who_gained_on_the_27th() -> None:
    day = spill((0, 0))
    assert {g.name: g.moved for g in day.groups} == {
        "chip makers": "lost",
        "data-centre power and cooling": "lost",
        "cloud buyers": "",
        "China": "",
        "software and devices": "",
    }
    family = found().result.family.romano_wolf[:, 0]
    tickers = [pair.ticker for pair in found().result.panel.pairs]
    out = {tickers[i]: p for i, p in enumerate(family) if p < 0.05}
    assert {f.ticker: f.p_adjusted for f in (*day.lost, *day.gained)} == out
    assert [f.ticker for f in day.lost] == ["VRT"]
    assert day.lost[0].group == "data-centre power and cooling"


def test_no_group_stood_out_on_the_day_of_the_release() -> None:
    """Nor did a firm: Apple, which two banks rated down, does not once all firms and windows are looked at together."""
    first = found("announced").windows[0]
    assert {g.moved for g in first.groups} == {""}
    assert first.gained == first.lost == ()
    assert "do not differ by more than chance" in first.sentence
    assert "which is not out of the ordinary" in first.sentence


def test_every_figure_of_the_sentence_is_in_the_document() -> None:
    told = json.loads(json.dumps(found().to_dict(), allow_nan=False))
    assert told["schema"] == "eventstudy.spillover/1"
    assert told["day0"] == "2025-01-27"
    for window, spilled in zip(told["windows"], found().windows, strict=True):
        said = window["sentence"]
        for group in window["groups"]:
            assert f"{group['name']} {100 * group['car']:+.2f} %" in said
            part = {"lost": "lost: ", "gained": "gained: ", None: "not out of the ordinary: "}[group["moved"]]
            assert group["name"] in said.partition(part)[2].partition(";")[0]
        furthest = max(window["differences"], key=lambda d: abs(d["car"]))
        assert f"{furthest['one']} minus {furthest['other']} {100 * furthest['car']:+.2f} %" in said
        apart = [d["p_adjusted"] < 0.05 for d in window["differences"]]
        assert ("did not all move alike" in said) == any(apart)
        assert ("do not differ by more than chance" in said) == (not any(apart))
        assert "F p" not in said, "the F of one window is judged with no other, and not on the scale of the days near"
        assert "caus" not in said
        assert said == spilled.sentence
    assert len(found().tidy()) == 15 * len(told["windows"])


def test_what_is_no_system_of_groups_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="fewer than two groups"):
        spillover(es.run("deepseek-r1", tickers=list(CHIPS)))
    with pytest.raises(InvalidRequest, match="study of volume"):
        spillover(es.run("deepseek-r1", tickers=["NVDA"], outcome="volume"))
    days = pd.bdate_range("2023-01-02", periods=340)
    prices = closes(1, ("AAA", "BBB"), days)
    events = [
        es.Event(id=f"e{k}", title="x", announced=days[300 + k].date(), group=(Group(name=t, tickers=(t,)),))
        for k, t in enumerate(("AAA", "BBB"))
    ]
    with pytest.raises(InvalidRequest, match="one event date"):
        spillover(es.EventStudy(benchmark="MKT", calendar=None).run(events, prices))


def test_windows_of_ones_own() -> None:
    asked = spillover(found().result, [(1, 3)])
    assert [s.window for s in asked.windows] == [(1, 3)]
    with pytest.raises(InvalidRequest, match="outside the event window"):
        spillover(found().result, [(0, 30)])


def test_groups_that_no_test_is_valid_for_are_neither_lost_nor_ordinary() -> None:
    """A storm that may not be allowed for: what moved in it has no p, whichever group or difference it is of."""
    result = es.run("deepseek-r1", day0="recognised", regime="never")
    unjudged = {group.name for spill in spillover(result).windows for group in spill.groups if not group.answer.judged}
    first = spillover(result).windows[0]
    stormy = {group.name for group in first.groups if not group.answer.judged}
    assert {"China", "software and devices"} == stormy <= unjudged
    assert "; no test is valid for China +1.76 % and software and devices +5.21 %. " in first.sentence
    verdicts = {group.name: group.answer for group in first.groups}
    verdicts |= {f"{d.one} - {d.other}": d.answer for d in first.differences}
    for name, answer in verdicts.items():
        if "China" in name:
            assert np.isnan([answer.p, answer.p_adjusted, answer.low, answer.high]).all()
        assert answer.judged == bool(np.isfinite(answer.p))
    plain = json.loads(json.dumps(spillover(result).to_dict()))["windows"][0]["groups"]
    assert {g["name"] for g in plain if g["test"] is None and g["p"] is None and not g["stands_out"]} == stormy
    told = spillover(es.run("deepseek-r1", day0="recognised")).windows[0]
    assert all(group.answer.judged for group in told.groups)


def test_a_pair_in_doubt_counts_in_no_table() -> None:
    """A close a hundredfold on day 0: the groups are those of `run`, whose means leave the pair out, and that is said."""
    tickers = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
    prices = jumped(closes(3, tickers), 160, {"AAA": 99})
    prices.loc[prices.index[161] :, "AAA"] /= 100
    events = pd.DataFrame(
        {"ticker": tickers, "date": str(prices.index[160].date()), "event_id": "e", "group": list("xxxyyy")}
    )
    study = es.EventStudy(benchmark="MKT", calendar=None, estimation_window=(-120, -11), min_estimation=60)
    result = study.run(events, prices)
    told = spillover(result, [(0, 0)])
    groups = {group.name: group for group in told.windows[0].groups}
    assert groups["x"].tickers == ("BBB", "CCC")
    for name in "xy":
        assert groups[name].answer.car == pytest.approx(result.answer(Window(0, 0), name).caar)
        assert groups[name].answer.p == pytest.approx(result.answer(Window(0, 0), name).tests["placebo"].p_value)
    assert "x: Means of 2 of 3 pairs; without AAA, in doubt." in told.text()
    assert "y: Means" not in told.text()
    assert told.sentence.startswith("No finding") or "No finding" in told.sentence


def _one_close_wrong(times: float, row: int, effect: float) -> StudyResult:
    """Twenty firms in two groups, the first moved on day 0, and a close of one of the second that is so many times too high."""
    tickers = [f"F{i:02d}" for i in range(20)]
    prices = jumped(closes(11, tickers, sigma=(0.01, 0.012)), 160, dict.fromkeys(tickers[:10], effect))
    prices.loc[prices.index[row], "F15"] *= times
    events = pd.DataFrame(
        {"ticker": tickers, "date": str(prices.index[160].date()), "event_id": "e", "group": ["x"] * 10 + ["y"] * 10}
    )
    study = es.EventStudy(
        benchmark="MKT", calendar=None, windows=[(0, 0)], estimation_window=(-120, -11), min_estimation=60
    )
    return study.run(events, prices)


@pytest.mark.parametrize("effect", [0.0, -0.05])
def test_one_pair_in_doubt_of_twenty_that_changes_no_verdict_withholds_nothing(effect: float) -> None:
    result = _one_close_wrong(1.35, 100, effect)
    assert [w.code for w in result.doubts_of()] == ["PRICE_SPIKE"]
    found = spillover(result)
    assert not result.withheld()
    assert found.believable
    assert found.to_dict()["believable"]
    assert ("lost: x" in found.sentence) == (effect < 0)
    assert "F15" in found.doubts[0]
    assert "DOUBT F15" in found.text()
    assert "without F15, in doubt" in found.text()
    assert "F15" not in {firm.ticker for firm in (*found.windows[0].lost, *found.windows[0].gained)}


def test_one_pair_in_doubt_that_would_turn_a_verdict_withholds_it() -> None:
    """A hundredfold close on day 0: with it the second group gained, or its spread hides what the others did."""
    found = spillover(_one_close_wrong(100, 160, -0.05))
    assert not found.believable
    assert "No finding" in found.sentence


def test_a_group_that_rests_on_doubts_alone_is_no_finding() -> None:
    tickers = [f"F{i:02d}" for i in range(20)]
    prices = closes(11, tickers, sigma=(0.01, 0.012))
    prices.loc[prices.index[100], "F19"] *= 1.35
    events = pd.DataFrame(
        {"ticker": tickers, "date": str(prices.index[160].date()), "event_id": "e", "group": ["x"] * 19 + ["y"]}
    )
    study = es.EventStudy(
        benchmark="MKT", calendar=None, windows=[(0, 0)], estimation_window=(-120, -11), min_estimation=60
    )
    assert not spillover(study.run(events, prices)).believable
