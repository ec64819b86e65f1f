"""Designs beside the usual one: one side, other levels, returns as input, windows of other kinds.

Each against slow code in its own words, scipy or a closed form.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy import StudyResult, run
from eventstudy.charts._language import of_language
from eventstudy.charts._paths import verdict as verdict_of
from eventstudy.charts._words import judged
from eventstudy.engine.leave_out import days_of, drawn_t
from eventstudy.errors import EventStudyError, InvalidRequest, NothingUsable, UnknownName
from eventstudy.events import Group
from eventstudy.events.scheduled import decisions
from eventstudy.inference import Sample, SeriesSignificance, Significance
from eventstudy.inference.placebo import placebo_sets
from eventstudy.language import Phrase, in_language
from eventstudy.reports import render
from eventstudy.reports.pictures import chosen_charts
from eventstudy.study.happened import what_happened
from eventstudy.study.study import EventStudy
from eventstudy.units.windows import Window
from matplotlib.text import Text
from scipy import stats

from tests.language.test_levels import WORDS_OF_RETURNS
from tests.panel.made import CHOICES, DAY0, codes, dummies, row, study
from tests.test_documented import abroad
from tests.test_documented import yields as made_up_yields
from tests.test_frequency import strings, written_on_charts
from tests.worlds import SESSIONS, closes

FIRMS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG")


@cache
def world(**choices: Any) -> StudyResult:
    return study(closes(5, FIRMS), tickers=FIRMS, **choices)


def p_of(result: StudyResult, name: str, window: tuple[int, int]) -> float:
    return result.test(name, window).p_value


@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_one_side_of_a_t_is_its_tail(alternative: str) -> None:
    both, one = world(), world(alternative=alternative)
    tail = stats.t.sf if alternative == "greater" else stats.t.cdf
    for window in ((0, 0), (-1, 1)):
        table = one.windows()
        mine = table[(table["start"] == window[0]) & (table["end"] == window[1])]
        assert mine["p"].to_numpy() == pytest.approx(tail(mine["t"].to_numpy(), one.returns.df))
        said = both.test("portfolio_t", window)
        assert p_of(one, "portfolio_t", window) == pytest.approx(tail(said.statistic, said.df))
        said = both.test("bmp", window)
        assert p_of(one, "bmp", window) == pytest.approx(tail(said.statistic, said.df))
    assert one.ar_p == pytest.approx(tail(one.returns.ar / one.ar_se, one.returns.df[:, None]))


@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_one_side_of_ranks_and_signs_is_counted(alternative: str) -> None:
    both, one = world(), world(alternative=alternative)
    window = (-1, 1)
    sample: Sample = both.sample(Window(*window))
    up = sum(car > 0 for car in sample.car)
    assert p_of(one, "sign", window) == pytest.approx(stats.binomtest(up, sample.n, 0.5, alternative).pvalue)
    wanted = stats.wilcoxon(sample.car, alternative=alternative, method="exact").pvalue
    assert p_of(one, "wilcoxon", window) == pytest.approx(wanted)
    firms = one.firm_answers[Window(0, 0)].tests["placebo"].p_value
    for i, p in enumerate(firms):
        sar, days = float(both.returns.sar[i, 5]), both.returns.studentised[i]
        reached = sum((u >= sar) if alternative == "greater" else (u <= sar) for u in days)
        assert p == pytest.approx((1 + reached) / (len(days) + 1))


def test_both_sides_of_a_permutation_add_up() -> None:
    """Every set of days lies above, below, or at the sum of the window, which both tails count."""
    window = Window(-1, 1)
    sides = ("two-sided", "greater", "less")
    both, up, down = (world(alternative=a).firm_answers[window].tests["placebo"] for a in sides)
    assert both.tails is not None
    assert up.draws
    assert up.p_value + down.p_value == pytest.approx(1 + 1 / (up.draws + 1), abs=2 / up.draws)
    smaller = np.minimum(up.p_value, down.p_value)
    assert (smaller <= both.p_value).all()
    assert (smaller >= both.p_value / 4).all()


def test_what_has_no_direction_has_no_one_sided_p() -> None:
    answer = Significance(3.0, 0.02, "F", 4.0, 9).towards("greater")
    assert np.isnan(answer.p_value)
    assert "whatever the direction" in answer.reasons[0]
    many = SeriesSignificance(np.ones(2), np.full(2, 0.1), "ranks of donors").towards("less")
    assert np.isnan(many.p_value).all()
    with pytest.raises(InvalidRequest, match="no one-sided p"):
        EventStudy(tests=("max_t",), alternative="greater")
    with pytest.raises(InvalidRequest, match="volatility"):
        EventStudy(outcome="volatility", alternative="greater")
    assert "ONE_SIDED" in codes(world(alternative="less"))
    assert "below zero only (less, to be chosen beforehand)" in world(alternative="less").text()
    assert "ONE_SIDED" not in codes(world())


@pytest.mark.parametrize(
    ("alternative", "verdict", "german"),
    [
        ("greater", "that is no rise out of the ordinary (p 1", "das ist kein ungewöhnlicher Anstieg (p 1"),
        ("less", "that is a fall out of the ordinary (p ", "das ist ein ungewöhnlicher Rückgang (p "),
    ],
)
def test_a_verdict_to_one_side_says_to_which(alternative: str, verdict: str, german: str) -> None:
    """A fall of 17 % is not ordinary because it is no rise."""
    result = run("deepseek-r1", tickers="NVDA", day0="recognised", alternative=alternative)
    said = what_happened(result)[0]
    assert verdict in said
    assert german in (in_language(said, "de") or "")
    side = "rise" if alternative == "greater" else "fall"
    assert f"CAR of NVDA, tested for a {side} alone (p of 5 windows" in result.summary()
    chosen = np.array([0])
    with of_language("en"):
        assert judged(result, verdict_of(result, Window(0, 0), chosen), chosen).endswith(f" {side} out of the ordinary")


def _in_a_storm(n: int, **choices: Any) -> StudyResult:
    """Firms of one date whose days from ten before day 0 to ten after move three times as much, and nothing happens."""
    prices = closes(5, FIRMS[:n])
    moves = prices[list(FIRMS[:n])].pct_change()
    moves.iloc[DAY0 - 10 : DAY0 + 11] *= 3
    prices[list(FIRMS[:n])] = 100 * (1 + moves.fillna(0)).cumprod()
    return study(prices, tickers=FIRMS[:n], **choices)


@pytest.mark.parametrize("n", [1, 7])
def test_a_study_of_variance_says_that_a_small_p_may_be_the_storm(n: int) -> None:
    """No test of variance goes by the days near a window, so none may be said to allow for them."""
    result = _in_a_storm(n, outcome="volatility")
    told = [w.message for w in result.warned if w.code == "VOLATILITY_REGIME"]
    assert len(told) == (1 if n == 1 else n + 1)
    assert all("not of those near it: a small p may be the wild days, not the event" in one for one in told)
    assert "stands out" in result.summary() or "stand out" in result.summary()
    assert "allows for that" not in result.text()


def test_firms_of_one_date_whose_variance_rose_can_be_told() -> None:
    """The mean is not asked for there, so no test of it is held beside the variance."""
    said = run("deepseek-r1", day0="recognised", outcome="volatility").summary()
    assert "[0, 0] 19.5 times" in said
    assert "stand out from ordinary days" in said


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.8, 0.9, 0.99])
def test_intervals_are_of_the_level(level: float) -> None:
    result = world(level=level)
    window = Window(-1, 1)
    firm = result.firm_answers[window]
    ordinary = drawn_t(days_of(result.returns, np.array([0])), placebo_sets(result.returns.n_estimation_days, 3, 0))
    rank = int((1 - level) * 10_000 + 1e-9)
    said = firm.tests["placebo"]
    assert said.kappa is not None
    assert said.regimes is not None
    half = np.sort(np.abs(ordinary[0]))[-rank] * firm.found.se[0] * np.sqrt(said.kappa[0])
    if not said.regimes.used[0]:
        assert (firm.low[0], firm.high[0]) == pytest.approx((firm.found.car[0] - half, firm.found.car[0] + half))
    wider = world(level=(1 + level) / 2).answers[window].interval
    answer = result.answers[window].interval
    assert wider is not None
    assert answer is not None
    assert wider[0] < answer[0] < answer[1] < wider[1]
    assert f"{100 * level:.4g} % interval" in result.text()
    assert result.to_dict()["config"]["level"] == level


@pytest.mark.parametrize("level", [0.4, 1.0, 95, True])
def test_levels_are_shares(level: float) -> None:
    with pytest.raises(InvalidRequest, match="level"):
        EventStudy(level=level)


@pytest.mark.render
def test_words_of_the_level_in_german() -> None:
    assert in_language(Phrase("{level:.4g %} band", level=0.9), "de") == "Band von 90 %"
    result = run("deepseek-r1", tickers="NVDA", level=0.9)
    assert "90-%-Intervall" in "".join(map(str, _heads(result)))


def _heads(result: StudyResult) -> tuple[object, ...]:
    from eventstudy.reports.material import Material
    from eventstudy.reports.tables import _together
    from eventstudy.reports.words import Words

    return tuple(_together(Material(result, Words("de"))).columns)


# ---- windows of other kinds ----------------------------------------------------------------------------------------------

MIDDLE = 100
"""A day 0 with as many days after it as before."""
SPANS = {
    "after": ((-5, 5), [(11, 90)]),
    "both": ((-5, 5), [(-90, -11), (11, 90)]),
    "twice before": ((-5, 5), [(-95, -60), (-40, -8)]),
    "both, without day 0": ((2, 9), [(-80, -11), (20, 80)]),
}


def spanned(name: str, **choices: Any) -> StudyResult:
    event, spans = SPANS[name]
    return study(
        closes(5, FIRMS),
        tickers=FIRMS,
        day0=MIDDLE,
        event_window=event,
        estimation_windows=spans,
        min_estimation=30,
        **choices,
    )


@pytest.mark.parametrize("name", SPANS)
def test_estimation_on_any_side_is_one_regression_with_dummies(name: str) -> None:
    result, prices = spanned(name), closes(5, FIRMS)
    event, spans = SPANS[name]
    shift = MIDDLE - DAY0  # `dummies` counts from its own day 0
    rows = [MIDDLE + day for a, b in spans for day in range(a, b + 1)]
    for a, b in (event, (max(event[0], 3), max(event[0], 3))):
        days = [day + shift for day in range(a, b + 1)]
        car, se, df = dummies(prices, days, "CCC", rows)
        found = result.returns.over(Window(a, b))
        assert found.car[2] == pytest.approx(car)
        assert found.se[2] == pytest.approx(se)
        assert result.returns.df[2] == df
    assert ("POST_EVENT_ESTIMATION" in codes(result)) == (name != "twice before")


def test_portfolio_and_correlation_of_days_on_both_sides() -> None:
    """The mean of the firms studied by hand, and the correlation of residuals by numpy."""
    result, prices = spanned("both"), closes(5, FIRMS)
    returns = prices / prices.shift(1) - 1
    rows = [MIDDLE + day for a, b in SPANS["both"][1] for day in range(a, b + 1)]
    x = np.column_stack([np.ones(len(rows)), returns["MKT"].iloc[rows]])
    firms = returns[list(FIRMS)]
    mean = firms.mean(axis=1)
    (alpha, beta), rss, *_ = np.linalg.lstsq(x, mean.iloc[rows], rcond=None)
    ahead = np.array([1.0, returns["MKT"].iloc[MIDDLE]])
    ar = mean.iloc[MIDDLE] - ahead @ (alpha, beta)
    se = np.sqrt(rss[0] / (len(rows) - 2) * (1 + ahead @ np.linalg.inv(x.T @ x) @ ahead))
    assert result.test("portfolio_t").statistic == pytest.approx(ar / se)
    own = firms.iloc[rows].to_numpy()
    r = np.corrcoef((own - x @ np.linalg.lstsq(x, own, rcond=None)[0]).T)
    assert result.sample(Window(0, 0)).correlation.mean == pytest.approx((r.sum() - 7) / 42)


@pytest.mark.parametrize("window", [(2, 9), (-9, -2)])
def test_an_event_window_without_day_0(window: tuple[int, int]) -> None:
    """Day 0 need not even have a price; what is asked of its days is refused, and the other days are as ever."""
    prices = closes(5, FIRMS)
    prices.loc[prices.index[DAY0], "CCC"] = np.nan
    result = study(prices, tickers=FIRMS, event_window=window)
    car, se, df = dummies(prices, range(window[0], window[1] + 1), "CCC")
    mine = row(result, window, "CCC")
    assert (mine["car"], mine["se"], result.returns.df[2]) == pytest.approx((car, se, df))
    assert result.to_dict()["config"]["event_window"] == list(window)
    assert result.config.windows
    assert result.config.windows[-1] == window
    assert "DAY0_NOT_LOOKED_AT" in codes(result)
    assert "GAP_IN_WINDOW" not in codes(result)
    with pytest.raises(InvalidRequest, match="outside the event window"):
        study(prices, event_window=window, windows=[(0, 0)])
    outside = [day for day in result.rel_days if not window[0] <= day <= window[1]]
    table = result.tidy()
    assert table[table["rel_day"].isin(outside)]["ar"].isna().all()
    usual = study(prices, tickers=FIRMS, event_window=(-9, 9), windows=[window])
    assert "CCC" not in [pair.ticker for pair in usual.panel.pairs]


@pytest.mark.parametrize("n", [1, 3])
def test_a_window_without_day_0_is_told_first(n: int) -> None:
    """Its mean CAR is that of regressions with dummies; no sentence is about day 0."""
    prices = closes(5, FIRMS)
    found = study(prices, tickers=FIRMS[:n], event_window=(2, 9))
    mean = np.mean([dummies(prices, range(2, 10), firm)[0] for firm in FIRMS[:n]])
    who = "AAA" if n == 1 else "the 3 stocks on average"
    side = "above" if mean > 0 else "below"
    told = f"From day +2 to day +9, {who} moved {100 * abs(mean):.1f} points {side} what the market explains; "
    said = " ".join(found.text().split())
    assert told in said
    assert said.index(told) < said.index("announced")
    p = found.answer(Window(2, 9)).tests[found.answer(Window(2, 9)).headline or ""].p_value
    assert f"that is not out of the ordinary (p {p:.3f}".replace("0.", ".") in said
    assert "On day 0" not in said
    german = in_language(what_happened(found)[0], "de")
    assert german is not None
    assert german.startswith("Von Tag +2 bis Tag +9 war die Bewegung von ")


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"estimation_windows": [(-100, -11), (-20, -8)]}, "share days"),
        ({"estimation_windows": [(-100, -11), (3, 90)]}, "start it after 5"),
        ({"estimation_windows": [(11, 120)], "model": "garch"}, "in their order"),
        ({"estimation_windows": [(11, 120)], "outcome": "volume"}, "in their order"),
        ({"estimation_windows": [(-60, -31), (11, 30)]}, "has 50 sessions"),
        ({"event_window": (-120, -100)}, "reaches into"),
    ],
)
def test_windows_that_cannot_be_meant(choices: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        EventStudy(**choices)
    assert words in f"{error.value} {error.value.hint}"


def test_what_needs_days_in_order_says_so() -> None:
    with pytest.raises(InvalidRequest, match="one estimation window that ends before the event"):
        es.analyses.robustness(spanned("both"))


# ---- nothing estimated ---------------------------------------------------------------------------------------------------


def bare(days: Any, **choices: Any) -> StudyResult:
    """Events of the first sessions of the firms, with hardly a price before them."""
    prices = closes(5, FIRMS)
    events = pd.DataFrame({"ticker": list(FIRMS), "date": [prices.index[day].date().isoformat() for day in days]})
    made = {"event_window": (-2, 2), "model": "market_adjusted", "min_estimation": 0, **choices}
    return EventStudy(benchmark="MKT", calendar=None, **made).run(events, prices)


def test_without_estimation_the_spread_of_the_pairs_speaks() -> None:
    days = [4, 14, 24, 34, 44, 54, 64]
    result = bare(days)
    returns = closes(5, FIRMS).pct_change()
    over = returns[list(FIRMS)].sub(returns["MKT"], axis=0)
    car = [over[firm].iloc[d - 1 : d + 2].sum() for firm, d in zip(FIRMS, days, strict=True)]
    answer = result.answer(Window(-1, 1))
    assert answer.headline == "cross_section_t"
    assert answer.caar == pytest.approx(np.mean(car))
    t = stats.ttest_1samp(car, 0)
    assert answer.tests["cross_section_t"].p_value == pytest.approx(t.pvalue)
    assert answer.interval == pytest.approx(tuple(t.confidence_interval()))
    assert p_of(result, "wilcoxon", (-1, 1)) == pytest.approx(stats.wilcoxon(car, method="exact").pvalue)
    signs = np.array(list(itertools.product((-1, 1), repeat=7)))
    reached = np.abs(signs @ car) >= abs(sum(car)) - 1e-12
    assert p_of(result, "wild_bootstrap", (-1, 1)) == pytest.approx(reached.mean())
    assert "NO_ESTIMATION" in codes(result)


def test_without_estimation_nothing_is_said_of_one_firm() -> None:
    result = bare([4, 14, 24, 34, 44, 54, 64])
    assert result.windows()[["se", "t", "p", "headline_p"]].isna().all(axis=None)
    for name in ("bmp", "patell", "grank_t", "cda", "exact_t", "portfolio_t"):
        said = result.test(name, (0, 0))
        assert np.isnan(said.p_value)
        assert "no estimation days" in said.reasons[0]
    told = result.to_dict()
    assert told["config"]["estimation_window"] is None
    assert "estimation none" in result.text()
    for ask in (es.analyses.robustness, es.analyses.scan):
        with pytest.raises(InvalidRequest, match="needs estimation days"):
            ask(result)
    with pytest.raises(InvalidRequest, match="needs estimation days"):
        result.plot("placebo")


@pytest.mark.parametrize(("days", "valid"), [([20] * 7, ()), ([4, 5, 24, 34, 44, 54, 64], ("wild_bootstrap",))])
def test_without_estimation_pairs_that_share_days_are_judged_by_date(days: list[int], valid: tuple[str, ...]) -> None:
    answer = bare(days).answer(Window(-1, 1))
    assert tuple(name for name, said in answer.tests.items() if said.valid) == valid
    assert answer.headline == (valid[0] if valid else None)


@pytest.mark.parametrize(
    "choices",
    [
        {"min_estimation": 20, "model": "market_adjusted"},
        {"min_estimation": 0},
        {"min_estimation": 0, "outcome": "volume"},
    ],
)
def test_what_is_estimated_needs_days(choices: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="min_estimation is"):
        EventStudy(**choices)


# ---- changes of levels ---------------------------------------------------------------------------------------------------


LEVELS: dict[str, Any] = {"returns": "difference", "unit_in": "percent"}


def yields(seed: int = 7) -> pd.DataFrame:
    """Yields in per cent that cross zero, of two countries and of a third as benchmark."""
    steps = np.random.default_rng(seed).normal(0, 0.05, (len(SESSIONS), 3))
    return pd.DataFrame(np.cumsum(steps, axis=0) - 0.1, SESSIONS, ["DE2", "US2", "MKT"])


@pytest.mark.slow
@pytest.mark.parametrize("model", ["constant_mean", "market", "market_adjusted"])
@pytest.mark.parametrize("missing", ["drop", "trade_to_trade"])
def test_changes_of_levels_are_log_returns_of_their_exponential(model: str, missing: str) -> None:
    made = yields()
    made.loc[made.index[[70, 90, DAY0 - 3]], "US2"] = np.nan
    assert (made.min() < 0).all()
    chosen: dict[str, Any] = {"tickers": ["US2", "DE2"], "model": model, "missing": missing}
    ours = study(made, **chosen, **LEVELS)
    theirs = study(np.exp(made / 100), **chosen, returns="log")
    assert ours.returns.ar == pytest.approx(theirs.returns.ar, abs=1e-13, nan_ok=True)
    for column in ("car", "t", "p", "headline_p"):
        assert ours.windows()[column].to_numpy() == pytest.approx(
            theirs.windows()[column].to_numpy(), abs=1e-9, nan_ok=True
        )
    assert ours.windows()["bhar"].isna().all()
    assert ours.test("portfolio_t").p_value == pytest.approx(theirs.test("portfolio_t").p_value, nan_ok=True)


def test_changes_are_shown_in_basis_points_and_nowhere_in_per_cent() -> None:
    made = yields()
    made.loc[made.index[DAY0:], "US2"] += 0.25
    result = study(made, tickers=["US2"], **LEVELS)
    change = made["US2"].iloc[DAY0] - made["US2"].iloc[DAY0 - 1]
    mean = made["US2"].diff().iloc[DAY0 - 120 : DAY0 - 10].mean()
    text = result.text(verbose=True)
    assert f"{100 * (change - mean):+.1f} bp" in text
    assert result.config.model == "constant_mean"
    assert result.to_dict()["config"]["unit"] == "bp"
    assert result.returns.ar[0, 5] == pytest.approx((change - mean) / 100)
    signed = [word for word in re.findall(r"[+-][\d.]+ \S+", text) if "%" in word]
    assert signed == []
    points = study(made, tickers=["US2"], returns="difference", unit_in="points")
    assert f"{change - mean:+.2f}" in points.text()
    assert " bp" not in points.text()
    with pytest.raises(InvalidRequest, match="is of returns"):
        result.plot("price_path")
    with pytest.raises(InvalidRequest, match="is of returns"):
        es.analyses.scan(result)


def test_prices_among_levels_are_refused_ticker_by_ticker() -> None:
    """By a level no rate has, or by what only prices have; the others are studied as if they were alone."""
    alone = study(yields(), tickers=["US2", "DE2"], **LEVELS)
    mixed = yields().assign(AAA=closes(5, FIRMS)["AAA"].to_numpy() * 3)
    found = study(mixed, tickers=["US2", "DE2", "AAA"], **LEVELS)
    assert found.returns.ar == pytest.approx(alone.returns.ar)
    [left] = found.exclusions
    assert (left.ticker, left.reason) == ("AAA", "NO_PRICES")
    middle = mixed["AAA"].median()
    told = f"the middle of AAA is {middle:.6g}, in percent a rate of {middle:.0f}%: it is a price, or in another unit"
    assert told in " ".join(found.text(verbose=True).split())
    german = " ".join(render(found, "md", lang="de", answers={}).decode().replace("\u00a0", " ").split())
    assert "das mittlere Niveau von AAA ist" in german
    assert "es ist ein Kurs oder hat eine andere Einheit" in german
    with pytest.raises(NothingUsable, match="a rate of"):
        study(mixed, tickers=["AAA"], **LEVELS)
    points = study(mixed, tickers=["AAA"], returns="difference", unit_in="points")
    change = mixed["AAA"].diff()
    mean = change.iloc[DAY0 - 120 : DAY0 - 10].mean()
    assert points.returns.ar[0, 5] == pytest.approx(change.iloc[DAY0] - mean)


@pytest.mark.parametrize(("field", "value"), [("dividend", 0.2), ("split", 2.0), ("adj_close", 0.01)])
def test_what_only_prices_have_makes_no_level(field: str, value: float, tmp_path: Path) -> None:
    made = yields().assign(SPREAD=2 + yields(3)["US2"].to_numpy())
    long = made.rename_axis("date").reset_index().melt("date", var_name="ticker", value_name="close")
    long[field] = long["close"] if field == "adj_close" else 0.0 if field == "dividend" else 1.0
    for spoilt in (False, True):
        if spoilt:
            long.loc[long.index[long["ticker"] == "SPREAD"][-1], field] = value
        long.to_csv(tmp_path / "y.csv", index=False)
        events = pd.DataFrame({"ticker": ["US2", "SPREAD"], "date": [SESSIONS[DAY0].date().isoformat()] * 2})
        found = run(events, prices=tmp_path / "y.csv", estimation_window=(-120, -11), calendar=None, **LEVELS)
        assert [e.ticker for e in found.exclusions] == ["SPREAD"] * spoilt


def test_levels_of_different_kinds_are_told_apart() -> None:
    made = yields()
    made["VOL"] = 20 + (made["US2"] - made["US2"].mean()) * 25
    found = study(made, tickers=["US2", "DE2", "VOL"], **LEVELS)
    [told] = [w.message for w in found.warned if w.code == "SCALES_APART"]
    move = made.diff().abs().median()
    calm = str(move[["US2", "DE2"]].idxmin())
    assert f"VOL moves {move['VOL'] / move[calm]:.0f} times as far a day as {calm}" in told
    assert f"VOL bewegt sich {move['VOL'] / move[calm]:.0f}-mal so weit je Tag wie {calm}" in str(
        in_language(told, "de")
    )
    made["VOL"] = 20 + (made["US2"] - made["US2"].mean()) * 15
    assert "SCALES_APART" not in codes(study(made, tickers=["US2", "DE2", "VOL"], **LEVELS))


class Decided(NamedTuple):
    """Decisions on a yield, by slow code: places of the days, changes in basis points; by length of window CARs and t."""

    held: list[int]
    change: list[float]
    cars: dict[int, list[float]]
    t: dict[int, float]


def decisions_from(first: int, last: int) -> tuple[list[datetime], list[es.Event]]:
    """When the Federal Reserve decided in these years, by the dates that ship, and events of them on a yield."""
    when = [d.instant for d in decisions() if first <= d.instant.year <= last]
    group = (Group(tickers=("DGS2",)),)
    return when, [es.Event(id=f"e{k}", title="FOMC", announced=at, group=group) for k, at in enumerate(when)]


@cache
def decided() -> tuple[StudyResult, Decided]:
    """The study of the page on levels, at 14:00, before the snapshot; and loops over the changes of its yields."""
    when, events = decisions_from(2022, 2024)
    table = made_up_yields()
    choices: dict[str, Any] = {"snapshot": "15:30 America/New_York", "windows": [(0, 0), (0, 1)]}
    days, level = [day.date() for day in table.index], [float(value) for value in table["DGS2"]]
    change = [math.nan, *(100 * (later - before) for before, later in itertools.pairwise(level))]
    held = [days.index(at.date()) for at in when]
    slow = Decided(held, change, {1: [], 2: []}, {})
    for length, cars in slow.cars.items():
        scars = []
        for place in held:
            others = [other for other in held if other != place]
            kept = [k for k in range(place - 260, place - 10) if all(abs(k - other) > 1 for other in others)]
            mean = sum(change[k] for k in kept) / len(kept)
            spread = sum((change[k] - mean) ** 2 for k in kept) / (len(kept) - 1)
            cars.append(sum(change[k] - mean for k in range(place, place + length)))
            scars.append(cars[-1] / math.sqrt(spread * (length + length**2 / len(kept))))
        middle = sum(scars) / 24
        slow.t[length] = middle / math.sqrt(sum((z - middle) ** 2 for z in scars) / 23 / 24)
    return EventStudy(**LEVELS, **choices).run(events, table), slow


def test_decisions_of_the_federal_reserve_on_made_up_yields_by_slow_code() -> None:
    result, slow = decided()
    ordinary = result.windows()
    for length, cars in slow.cars.items():
        found = result.answer(Window(0, length - 1))
        assert found.n == 24
        assert 1e4 * found.caar == pytest.approx(sum(cars) / 24)
        assert found.tests["bmp"].statistic == pytest.approx(slow.t[length])
        assert (1e4 * ordinary[ordinary["end"] == length - 1]["car"]).tolist() == pytest.approx(cars)
        assert f"{sum(cars) / 24:+.1f} bp" in result.summary()
    assert 2 < 1e4 * result.answer(Window(0, 0)).caar < 6
    assert (made_up_yields()["DGS2"] < 0).any()
    assert sum(w.code == "EVENT_IN_ESTIMATION" for w in result.warned) > 0


def test_the_page_on_levels_prints_the_figures_of_slow_code() -> None:
    """The mean, its p, and that of both windows: Z of each, of which one day of two is in both; days, jumps and noise."""
    _, slow = decided()
    page = " ".join((Path(__file__).parents[1] / "docs" / "howto" / "levels.md").read_text(encoding="utf-8").split())
    p = {length: 2 * stats.t.sf(abs(t), 23) for length, t in slow.t.items()}
    assert p[1] < p[2]
    z = stats.norm.isf(p[1] / 2)
    both = stats.multivariate_normal([0, 0], [[1, math.sqrt(0.5)], [math.sqrt(0.5), 1]])
    together = 1 - both.cdf([z, z], lower_limit=[-z, -z])
    shown = [f"{figure:.3f}".lstrip("0") for figure in (p[1], together)]
    mean = sum(slow.cars[1]) / 24
    assert f"mean change of day 0 is {mean:+.1f} bp (p {shown[0]}; {shown[1]} of the two windows together)" in page
    jumps = [-8 if k % 4 == 3 else 8 for k in range(len(slow.held))]
    assert (len(jumps), sum(jumps) / 24) == (24, 4)
    assert "by eight basis points on the 24 days of decisions of these years, three times up and then once down" in page
    quiet = [move for k, move in enumerate(slow.change) if k and k not in slow.held]
    assert round(float(np.std(quiet))) == 4
    assert "that is four points on average, and by four points of noise on any day" in page


OF_RETURNS = {
    "en": r"\bCA?ARs?\b|"
    r"[+\u2212-]\d[\d.,]*\s?%|\bgained\b|\blost\b|\bshares?\b(?! of| days| one)|BHAR|\bin per cent\b|^0\s%$|earnings|"
    + WORDS_OF_RETURNS["en"],
    "de": r"\bCA?ARs?\b|"
    r"[+\u2212-]\d[\d.,]*\s?%|\bgewann|\bverlor|BHAR|\bin Prozent\b|^0\s%$|\bDividende|\bQuartalszahlen|"
    + WORDS_OF_RETURNS["de"],
}
"""Words and units of returns."""
MAY = r"consumer prices|studies of returns|Studien von Renditen|where prices are studied"
"""A refusal that names them, and an advice for those who have them."""


def three_yields(**choices: Any) -> StudyResult:
    made = yields()
    made.loc[made.index[DAY0:], "US2"] += 0.25
    made["FR2"] = made["DE2"] + np.cumsum(np.random.default_rng(3).normal(0, 0.04, len(made)))
    return study(made, **{"tickers": ["US2", "DE2", "FR2"], **LEVELS, **choices})


def is_of_returns(text: str, lang: str) -> list[str]:
    """The lines of a text that have a word or a unit of returns."""
    lines = text.replace("\u00a0", " ").splitlines()
    return [line for line in lines if re.search(OF_RETURNS[lang], line) and not re.search(MAY, line)]


@cache
def other_yields(design: str) -> StudyResult:
    """Studies of yields that call for other sentences than `three_yields` does."""
    if design == "one series":
        return three_yields(tickers=["US2"])
    if design == "a long window":
        return three_yields(
            event_window=(-5, 35), windows=[(0, 0), (-5, 35)], estimation_window=(-80, -11), model="market"
        )
    made = yields()
    made.loc[made.index[[DAY0 - 2]], "US2"] = np.nan
    made.loc[made.index[[DAY0 + 2]], "DE2"] = made["DE2"].iloc[DAY0 + 1]
    return study(made.iloc[: DAY0 + 4], tickers=["US2", "DE2"], **LEVELS)


def told_of(result: StudyResult, lang: Any) -> list[str]:
    """A report, the table of a journal, and in English screens and all texts of the JSON object."""
    texts = [render(result, "md", lang=lang, answers={}).decode()]
    texts.append(render(result, "latex", lang=lang, style="journal", answers={}).decode())
    if lang == "en":
        texts += [result.text(), result.text(verbose=True), result.summary(), result._repr_html_()]
        document = result.to_dict()
        texts += strings([document["warnings"], document["excluded"]])
    return texts


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize(
    ("design", "said"),
    [
        ("three", ()),
        ("one series", ()),
        ("a long window", ("LONG_WINDOW", "LONG_FOR_ESTIMATION")),
        ("an unfinished window", ("WINDOW_INCOMPLETE", "GAP_IN_WINDOW")),
    ],
)
def test_no_sentence_of_a_study_of_levels_is_of_returns(design: str, said: tuple[str, ...], lang: Any) -> None:
    result = three_yields() if design == "three" else other_yields(design)
    assert codes(result) >= set(said)
    texts = told_of(result, lang)
    assert " bp" in texts[0].replace("\u00a0", " ")
    for text in texts:
        assert is_of_returns(text, lang) == []


@pytest.mark.render
@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("choices", [{}, {"model": "market", "event_window": (2, 9)}, {"unit_in": "points"}])
def test_no_chart_of_a_study_of_levels_is_of_returns(choices: dict[str, Any], lang: Any) -> None:
    """Titles, lines, legends and axes of every chart that a study of levels has."""
    drawn = written_on_charts(three_yields(**choices), lang)
    assert {"car", "caar", "forest", "heatmap", "placebo" if not choices else "car"} <= set(drawn)
    for chart, texts in drawn.items():
        assert [line for text in texts for line in is_of_returns(text, lang)] == [], chart


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "de"])
def test_no_sentence_of_decisions_on_yields_is_of_returns(lang: Any) -> None:
    """Events of several dates and one series, with their history: other sentences than those of one date."""
    _, events = decisions_from(2023, 2023)
    result = EventStudy(**LEVELS, snapshot="15:30 America/New_York").run(events, made_up_yields())
    texts = [render(result, "md", lang=lang, answers={}).decode()]
    texts += [result.text(verbose=True), result.summary(), result._repr_html_()] if lang == "en" else []
    for text in texts:
        assert is_of_returns(text, lang) == []


@pytest.mark.parametrize(("unit", "factor"), [("decimal", 0.01), ("percent", 1.0), ("bp", 100.0)])
def test_levels_say_what_they_are_in(unit: str, factor: float, tmp_path: Path) -> None:
    made = yields()
    (made * factor).rename_axis("date").to_csv(tmp_path / "y.csv")
    events = pd.DataFrame({"ticker": ["US2"], "date": [SESSIONS[DAY0].date().isoformat()]})
    wide: dict[str, Any] = {
        "estimation_window": (-120, -11),
        "benchmark": "MKT",
        "calendar": None,
        "returns": "difference",
    }
    result = run(events, prices=tmp_path / "y.csv", unit_in=unit, **wide)
    assert result.returns.ar == pytest.approx(study(made, tickers=["US2"], **LEVELS).returns.ar)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"returns": "difference"}, "unit of the levels"),
        ({"unit_in": "bp"}, "units are of levels"),
        ({"unit_out": "bp"}, "units are of levels"),
        ({"returns": "difference", "unit_in": "points", "unit_out": "bp"}, "not shown in bp"),
        ({"returns": "difference", "unit_in": "percent", "unit_out": "points"}, "not shown in points"),
        ({**LEVELS, "outcome": "volume", "model": "constant_mean"}, "is of returns"),
        ({**LEVELS, "model": "capm"}, "is of returns"),
        ({**LEVELS, "currency": "USD"}, "is of returns"),
        ({**LEVELS, "bhar": "market"}, "is of returns"),
        ({"snapshot": "15:30 America/New_York"}, "a snapshot is of levels"),
        ({**LEVELS, "snapshot": "half past three"}, "a time and a zone"),
    ],
)
def test_levels_that_cannot_be_meant(choices: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        EventStudy(**choices)
    assert words in f"{error.value} {error.value.hint}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("14:00:00-04:00", 0),  # before the snapshot of that day
        ("15:30:00-04:00", 1),  # at it: the value may have been taken before
        ("16:45:00-04:00", 1),
        ("23:30:00+02:00", 1),  # 17:30 in New York
    ],
)
def test_the_snapshot_decides_day_0_of_an_instant(instant: str, day: int) -> None:
    date = SESSIONS[DAY0].date().isoformat()
    announced = datetime.fromisoformat(f"{date}T{instant}")
    event = es.Event(id="fomc", title="FOMC", announced=announced, group=(Group(tickers=("US2",)),))
    choices = {**CHOICES, **LEVELS}
    result = EventStudy(**choices, snapshot="15:30 America/New_York").run(event, yields())
    assert result.panel.day0[0].session == SESSIONS[DAY0 + day].date()
    assert "SNAPSHOT" in codes(result)
    with pytest.raises(InvalidRequest, match="is an instant"):
        EventStudy(**choices).run(event, yields())


# ---- windows of calendar days --------------------------------------------------------------------------------------------


PLACED = [DAY0 - 4, DAY0 - 3, DAY0 - 2, DAY0 - 1, DAY0, DAY0 + 1, DAY0 + 2]
"""Days 0 on different weekdays."""


def in_calendar_days(days: tuple[int, int], **choices: Any) -> StudyResult:
    events = pd.DataFrame(
        {"ticker": list(FIRMS), "date": [SESSIONS[day].date().isoformat() for day in PLACED]},
    )
    usual = {k: v for k, v in CHOICES.items() if k != "event_window"}
    return EventStudy(**{**usual, **choices}, window_days=days).run(events, closes(5, FIRMS))


@pytest.mark.parametrize(
    "days", [(-14, 0), *(pytest.param(d, marks=pytest.mark.slow) for d in ((0, 10), (-3, 4), (2, 9)))]
)
def test_a_window_of_calendar_days_holds_the_sessions_in_it(days: tuple[int, int]) -> None:
    """Events on different weekdays; the sessions are counted on the calendar, the CAR is a regression with dummies.

    Fourteen days before the event are ten sessions or fewer, and the estimation window ends eleven sessions before it.
    """
    prices, dates = closes(5, FIRMS), [SESSIONS[day] for day in PLACED]
    result = in_calendar_days(days)
    [window] = result.config.windows or ()
    found, lengths, ends = result.returns.over(window), [], []
    for i, (firm, row0) in enumerate(zip(FIRMS, PLACED, strict=True)):
        first, last = (dates[i] + pd.Timedelta(days=d) for d in days)
        inside = [k for k, day in enumerate(SESSIONS) if first <= day <= last]
        estimation = range(row0 - 120, row0 - 10)
        car, se, _ = dummies(prices, [k - DAY0 for k in inside], firm, estimation)
        assert (found.car[i], found.se[i], found.n_days[i]) == pytest.approx((car, se, len(inside)))
        lengths.append(len(inside))
        ends += [inside[0] - row0, inside[-1] - row0]
    assert window == (min(ends), max(ends))
    assert result.rel_days == list(range(min(*ends, 0), max(*ends, 0) + 1))
    spread = {"least": min(lengths), "median": float(np.median(lengths)), "most": max(lengths)}
    assert result.to_dict()["per_event"] == {"window": spread}
    said = result.warnings.set_index("code")["message"]["OWN_WINDOWS"]
    assert (f"{min(lengths)} to {max(lengths)} sessions" in said) == (min(lengths) < max(lengths))
    for name in ("cda", "corrado_rank", "generalized_sign"):
        differ = "differ in length" in " ".join(result.test(name, tuple(window)).reasons)
        assert differ == (min(lengths) < max(lengths))
    assert "differ in length" not in " ".join(result.test("patell", tuple(window)).reasons)
    assert "WINDOW_INCOMPLETE" not in codes(result)
    assert "GAP_IN_WINDOW" not in codes(result)


@pytest.mark.render
def test_a_window_of_calendar_days_is_called_by_them_everywhere() -> None:
    found = in_calendar_days((3, 20))
    name, german = "[+3, +20 calendar days]", "[+3, +20 Kalendertage]"
    assert found.to_dict()["aggregate"]["windows"][0]["calendar_days"] == [3, 20]
    assert found.to_dict()["config"]["window_days"] == [3, 20]
    assert f"only {name} is" in found.text()
    for said in (found.text(), found.summary(), found._repr_html_()):
        assert name in said
        assert "[+1, +14]" not in said
    report = render(found, "md", lang="de", answers={}).decode()
    assert "**Ereignisfenster:** [+3, +20 Kalendertage]" in report
    assert not re.search(r"\[\+1,[\s\u00a0]\+14\]", report)
    assert german[5:-1] in render(found, "latex", style="journal", lang="de", answers={}).decode()
    for chart in ("car", "caar", "forest"):
        drawn = found.plot(chart, lang="de").figure.findobj(Text)
        written = " ".join(" ".join(text.get_text() for text in drawn).split())
        assert f"CAR{german}" in written
        assert "+14]" not in written
    again = EventStudy(found.config, model="constant_mean")
    assert again.config.windows == found.config.windows


@pytest.mark.parametrize(
    ("days", "words", "hint"),
    [
        ((-30, -20), "calendar days -30 to -20 hold the sessions [-21, -14] of AAA", "--estimation-window -136 -27"),
        ((-18, 5), "calendar days -18 to +5 hold the sessions [-12, -11] of AAA", "--estimation-window -127 -18"),
    ],
)
def test_calendar_days_that_reach_into_the_estimation_window(days: tuple[int, int], words: str, hint: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(words)) as error:
        in_calendar_days(days)
    assert hint in str(error.value)
    assert "Kalendertage -" in str(in_language(error.value.what, "de")).replace("−", "-")
    ends = tuple(map(int, re.findall(r"-\d+", hint)))
    assert in_calendar_days(days, estimation_window=ends).returns.n == 7


def test_calendar_days_without_estimation_may_reach_back() -> None:
    found = in_calendar_days((-30, -20), min_estimation=0, model="market_adjusted")
    assert found.config.windows == ((-22, -14),)  # of some firms the first, of some the last


def test_windows_of_sessions_and_of_calendar_days_are_not_both_named() -> None:
    with pytest.raises(InvalidRequest, match="calendar days are both named"):
        EventStudy(window_days=(0, 30), windows=[(0, 5)])


@pytest.mark.parametrize("away", [0, -2])
def test_a_window_between_two_dates(away: int) -> None:
    """On a Monday, or announced on the Saturday before it: the same sessions, and the same CAR as a regression with dummies."""
    monday = next(k for k in range(DAY0, DAY0 + 5) if SESSIONS[k].weekday() == 0)
    announced = SESSIONS[monday] + pd.Timedelta(days=away)
    first, last = (SESSIONS[monday + d].date() for d in (-3, 8))
    words: dict[str, Any] = {
        "prices": closes(5, FIRMS),
        "window_dates": (str(first), last + (SESSIONS[1] - SESSIONS[0])),
    }
    words |= {k: v for k, v in CHOICES.items() if k != "event_window"}
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": str(announced.date())})
    result = run(events, **words)
    [window] = result.config.windows or ()
    inside = [
        k for k, day in enumerate(SESSIONS) if str(first) <= str(day.date()) <= str(words["window_dates"][1])[:10]
    ]
    car, se, _ = dummies(words["prices"], [k - DAY0 for k in inside], "BBB", range(monday - 120, monday - 10))
    found = result.returns.over(window)
    assert (found.car[1], found.se[1], found.n_days[1]) == pytest.approx((car, se, len(inside)))
    assert window == (-3, 9)
    assert result.config.days_looked_at == (-3, 9)
    assert f"WINDOW_DATES [-3, +9] is {first} to " in result.text()
    events.loc[1, "date"] = str(SESSIONS[monday - 20].date())
    with pytest.raises(InvalidRequest, match="2 days 0"):
        run(events, **words)
    with pytest.raises(InvalidRequest, match="between two dates"):
        run(events.iloc[:1], prices=words["prices"], window_dates=words["window_dates"], frequency="monthly")
    with pytest.raises(InvalidRequest, match="two dates"):
        run(events.iloc[:1], **{**words, "window_dates": (first,)})
    with pytest.raises(InvalidRequest, match=f"from {last} to {first} ends before"):
        run(events.iloc[:1], **{**words, "window_dates": (last, first)})
    with pytest.raises(InvalidRequest, match="and an event window"):
        run(events.iloc[:1], **{**words, "event_window": (0, 3)})


@pytest.mark.parametrize(
    ("first", "last", "window"),
    [(5, 6, None), (2, 25, (2, 19)), (-15, 0, (-11, 0)), (-1, 0, (0, 0))],  # calendar days from a Monday
)
def test_a_window_between_dates_is_counted_in_sessions(first: int, last: int, window: tuple[int, int] | None) -> None:
    """On a weekend there is none; fifteen days before the event are eleven sessions, and the estimation ends before them."""
    monday = next(k for k in range(DAY0, DAY0 + 5) if SESSIONS[k].weekday() == 0)
    named = [str((SESSIONS[monday] + pd.Timedelta(days=d)).date()) for d in (first, last)]
    inside = [k - monday for k, day in enumerate(SESSIONS) if named[0] <= str(day.date()) <= named[1]]
    words: dict[str, Any] = {k: v for k, v in CHOICES.items() if k != "event_window"} | {
        "estimation_window": (-120, -12)
    }
    words |= {"prices": closes(5, FIRMS), "window_dates": named}
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": str(SESSIONS[monday].date())})
    if window is None:
        with pytest.raises(InvalidRequest, match=f"no session lies between {named[0]} and {named[1]}"):
            run(events, **words)
        return
    result = run(events, **words)
    assert (inside[0], inside[-1]) == tuple((result.config.windows or [()])[0])
    assert ("DAY0_NOT_LOOKED_AT" in codes(result)) == (first > 0)
    assert result.config.as_dict()["event_window"] == [inside[0], inside[-1]]


@pytest.mark.slow
def test_a_window_between_dates_on_two_exchanges_is_of_calendar_days() -> None:
    """New York was closed on 9 January 2025 and Amsterdam was not: four sessions of the one, five of the other."""
    table = es.load_prices(["NVDA", "SPY"], source="bundled").close
    both = table.join(abroad(table.index[0], table.index[-1]), how="outer")
    events = pd.DataFrame({"ticker": ["NVDA", "ASML.AS"], "date": ["2025-01-08"] * 2, "event_id": "e"})
    found = run(events, prices=both, window_dates=("2025-01-08", "2025-01-14"), benchmark="SPY,.AS=^AEX")
    assert np.isfinite(found.returns.ar).sum(axis=1).tolist() == [4, 5]
    assert found.config.windows == ((0, 4),)
    [told] = [w.message for w in found.warned if w.code == "WINDOW_DATES"]
    assert told == "[0, +6 calendar days] is 2025-01-08 to 2025-01-14: not the same sessions for all pairs"
    assert "nicht dieselben Handelstage" in str(in_language(told, "de"))


def test_a_pair_without_a_session_in_its_calendar_days_is_left_out() -> None:
    placed = [next(k for k in range(DAY0, DAY0 + 7) if SESSIONS[k].weekday() == day) for day in (0, 2)]
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": [str(SESSIONS[k].date()) for k in placed]})
    choices = {k: v for k, v in CHOICES.items() if k != "event_window"} | {"window_days": (5, 6)}
    result = EventStudy(**choices).run(events, closes(5, FIRMS))  # a weekend after the Monday, Monday after Wednesday
    assert [(e.ticker, e.reason) for e in result.exclusions] == [("AAA", "NO_SESSION")]
    assert type(result.config.as_dict()["window_days"]) is list
    with pytest.raises(NothingUsable, match="no pair is left"):
        EventStudy(**choices).run(events.iloc[:1], closes(5, FIRMS))


def test_windows_of_the_pairs_own_may_end_on_a_date() -> None:
    rows = [
        {
            "ticker": t,
            "date": SESSIONS[DAY0].date(),
            "event_id": "made-up",
            "end_date": str((SESSIONS[DAY0 + k] + off).date()),
        }
        for t, k, off in (("AAA", 3, pd.Timedelta(0)), ("BBB", 0, pd.Timedelta(0)), ("CCC", 4, pd.Timedelta(hours=20)))
    ]
    choices = {k: v for k, v in CHOICES.items() if k != "event_window"}
    prices = closes(5, FIRMS)
    found = EventStudy(**choices, own_windows=True).run(pd.DataFrame(rows), prices)
    table = found.windows().set_index("ticker")
    for ticker, end in (("AAA", 3), ("BBB", 0), ("CCC", 4)):
        car, se, _ = dummies(prices, range(end + 1), ticker)
        assert (table["car"][ticker], table["se"][ticker]) == pytest.approx((car, se))
    started = pd.DataFrame(rows).assign(window_start=-2)
    assert EventStudy(**choices, own_windows=True).run(started, prices).windows()["n_days"].tolist() == [6, 3, 7]
    for wrong, words in (
        ("2021-01-05", "before it starts"),
        (str(SESSIONS[DAY0 + 9].date()), "after the event window"),
    ):
        with pytest.raises(InvalidRequest, match=words):
            EventStudy(**choices, own_windows=True).run(pd.DataFrame(rows).assign(end_date=wrong), prices)
    with pytest.raises(InvalidRequest, match="no window of its own"):
        EventStudy(**choices, own_windows=True).run(pd.DataFrame(rows).assign(end_date="soon"), prices)


# ---- a model of one's own ------------------------------------------------------------------------------------------------


def by_hand(y: Any, x: Any, ahead: Any) -> Any:
    """The market model by the formulas of a textbook, for one regressor."""
    mean, market = y.mean(), x[:, 0].mean()
    beta = ((x[:, 0] - market) * (y - mean)).sum() / ((x[:, 0] - market) ** 2).sum()
    alpha = mean - beta * market
    return alpha + beta * ahead[:, 0], y - alpha - beta * x[:, 0], 2


def broken(y: Any, x: Any, ahead: Any) -> Any:
    return {
        0: (ahead[:, 0], y[:-1], 1),
        1: (ahead[:, 0] * np.nan, y, 1),
        2: (ahead[:, 0], y, len(y)),
        3: None,
    }[FAULT[0]]


FAULT = [0]


def test_a_model_of_ones_own_that_is_the_market_model() -> None:
    prices = closes(5, FIRMS)
    prices.loc[prices.index[[60, DAY0 + 2]], "CCC"] = np.nan
    ours, theirs = (study(prices, tickers=FIRMS[:4], model=model) for model in (by_hand, "market"))
    assert ours.config.model == f"{__name__}:by_hand"
    for column in ("car", "se", "t", "p", "headline_p"):
        assert ours.windows()[column].to_numpy() == pytest.approx(theirs.windows()[column].to_numpy(), nan_ok=True), (
            column
        )
    assert ours.test("portfolio_t").p_value == pytest.approx(theirs.test("portfolio_t").p_value)
    assert "UNCHECKED_MODEL" in codes(ours)
    ours.plot("car")


@pytest.mark.parametrize(("fault", "words"), list(enumerate(["shapes", "not finite", "parameters", "something else"])))
def test_what_a_model_of_ones_own_gives_is_checked(fault: int, words: str) -> None:
    FAULT[0] = fault
    with pytest.raises(InvalidRequest, match=words):
        study(closes(5, FIRMS), model=broken)


def test_models_that_no_other_process_finds_are_refused() -> None:
    def inner(y: Any, x: Any, ahead: Any) -> Any:
        return by_hand(y, x, ahead)

    for model in (inner, lambda y, x, ahead: by_hand(y, x, ahead)):
        with pytest.raises(InvalidRequest, match="cannot be found by its name"):
            EventStudy(model=model)
    with pytest.raises(UnknownName):
        EventStudy(model="os:system")


# ---- what reports make of them -------------------------------------------------------------------------------------------


@pytest.mark.render
def test_the_table_of_a_journal_has_the_figures_of_the_result() -> None:
    result = run("deepseek-r1", day0="recognised")
    table = render(result, "latex", style="journal").decode()
    rows = [line.removesuffix(r" \\").replace("$-$", "-").split(" & ") for line in table.splitlines() if " & " in line]
    groups = [None, *(group.name for group in result.groups if len(group.members) > 1)]
    windows = result.config.windows or ()
    assert len(rows[0]) == 1 + len(windows)
    assert len(rows) == 1 + 4 * len(groups)
    for place, group in enumerate(groups):
        means, statistics, signs, pairs = rows[1 + 4 * place : 5 + 4 * place]
        for column, window in enumerate(windows, 1):
            answer = result.answer(window, group)
            said = answer.tests[answer.headline or ""]
            stars = "*" * sum(said.p_value < level for level in (0.01, 0.05, 0.1))
            assert means[column] == f"{100 * answer.caar:+.2f}" + (f"$^{{{stars}}}$" if stars else "")
            assert statistics[column] == f"({said.statistic:+.2f})"
            assert (signs[column], pairs[column]) == (f"{answer.n_positive}:{answer.n_negative}", str(answer.n))
    one = render(result, "latex", style="journal", stars=[0.05]).decode()
    assert "* p \\textless{} 0.05" in one or "* p < 0.05" in one
    assert "**" not in one
    assert "$^" not in render(result, "latex", style="journal", stars=[]).decode()
    with pytest.raises(InvalidRequest, match="cannot be meant"):
        render(result, "latex", style="journal", stars=[0.01, 0.05])
    assert "Anmerkungen" in render(result, "latex", style="journal", lang="de").decode()


def test_the_table_of_a_journal_is_latex_and_says_what_cannot_be_believed() -> None:
    prices = closes(5, FIRMS)
    prices.loc[prices.index[DAY0], "CCC"] *= 100
    table = render(study(prices, tickers=FIRMS), "latex", style="journal").decode()
    assert "Notes" in table
    assert table.index("DOUBT") < table.index("Notes: Windows")
    with pytest.raises(InvalidRequest, match="stars are no data"):
        render(world(), "md", style="journal")
    one_date = render(bare([20] * 7), "latex", style="journal").decode()
    assert "& --" in one_date


@cache
def of_own_windows() -> StudyResult:
    own = {"AAA": (-1, 3), "BBB": (0, 0), "CCC": (2, 5), "DDD": (-5, 5), "EEE": (-3, -1), "FFF": (0, 2)}
    rows = [
        {"ticker": t, "date": SESSIONS[DAY0].date(), "event_id": "made-up", "window_start": a, "window_end": b}
        for t, (a, b) in own.items()
    ]
    choices = {k: v for k, v in CHOICES.items() if k != "event_window"}
    return EventStudy(**choices, own_windows=True).run(pd.DataFrame(rows), closes(5, FIRMS))


ENDS = re.compile(r"(?<!within )\[[-\u2212]5,[\s\u00a0]\+5\]")


@pytest.mark.parametrize(("lang", "name"), [("en", "own windows"), ("de", "eigene Fenster")])
def test_windows_of_the_pairs_own_are_not_called_by_the_ends_of_the_event_window(lang: Any, name: str) -> None:
    found = of_own_windows()
    assert found.config.windows == ((-5, 5),)
    if lang == "en":
        for said in (found.text(verbose=True), found.summary(), found._repr_html_()):
            assert f"[{name}]" in said
            assert not ENDS.search(said)
        told = found.to_dict()
        assert told["aggregate"]["windows"][0]["own"] is True
        assert {(w["start"], w["end"], w["own"]) for f in told["firms"] for w in f["windows"]} == {(-5, 5, True)}
        assert "own" not in world().to_dict()["aggregate"]["windows"][0]
    text = render(found, "md", lang=lang, answers={}).decode()
    assert f"[{name}]" in text
    assert len(ENDS.findall(text)) == 1  # the event window among the settings
    assert name in render(found, "latex", style="journal", lang=lang, answers={}).decode()
    assert found.config.called(Window(0, 1)) == (0, 1)
    for chart, chosen in (("forest", {"window": (-5, 5)}), ("caar", {})):
        figure = found.plot(chart, lang=lang, **chosen).figure
        written = " ".join(text.get_text() for text in figure.findobj(Text)).replace("\u00a0", " ").replace("\n", " ")
        assert f"CAR[{name}]" in written
        assert not ENDS.search(written)


def test_each_pair_has_its_own_window() -> None:
    own = {"AAA": (-1, 3), "BBB": (0, 0), "CCC": (2, 5), "DDD": (-5, 5), "EEE": (-3, -1), "FFF": (0, 2)}
    rows = [
        {"ticker": t, "date": SESSIONS[DAY0].date(), "event_id": "made-up", "window_start": a, "window_end": b}
        for t, (a, b) in own.items()
    ]
    prices = closes(5, FIRMS)
    choices = {k: v for k, v in CHOICES.items() if k != "event_window"}
    found = EventStudy(**choices, own_windows=True).run(pd.DataFrame(rows), prices)
    table = found.windows().set_index("ticker")
    for ticker, window in own.items():
        alone = row(world(windows=(window,)), window, ticker)
        for name in ("car", "se", "t"):
            assert float(table[name][ticker]) == pytest.approx(float(alone[name]))
    assert codes(found) >= {"OWN_WINDOWS"}
    assert not found.test("corrado_rank", (-5, 5)).valid
    assert not found.test("portfolio_t", (-5, 5)).valid
    assert "each its own" in found.text()
    with pytest.raises(InvalidRequest, match="no window of its own"):
        EventStudy(**choices, own_windows=True).run(pd.DataFrame(rows).drop(columns="window_end"), prices)
    with pytest.raises(InvalidRequest, match="outside the event window"):
        EventStudy(**{**CHOICES, "event_window": (-2, 2)}, own_windows=True).run(pd.DataFrame(rows), prices)
    with pytest.raises(InvalidRequest, match="each pair has its own"):
        EventStudy(**CHOICES, own_windows=True, windows=[(0, 1)])


OWN_DAYS = {
    "AAA": (-120, -11),
    "BBB": (-90, -21),
    "CCC": (-105, -41),
    "DDD": (-100, -21),
    "EEE": (8, 38),
    "FFF": (-119, -50),
}


def own_days(prices: pd.DataFrame, days: Mapping[str, tuple[float, float]] = OWN_DAYS, **choices: Any) -> StudyResult:
    rows = [
        {"ticker": t, "date": SESSIONS[DAY0].date(), "event_id": "made-up", "estimation_start": a, "estimation_end": b}
        for t, (a, b) in days.items()
    ]
    spans = {"estimation_windows": [(-120, -11), (8, 38)], "min_estimation": 30, "regime": "never"}
    return EventStudy(**{**CHOICES, **spans, "own_estimation": True, **choices}).run(pd.DataFrame(rows), prices)


def test_each_pair_has_its_own_estimation_window() -> None:
    """Regressions with dummies, on the days that the table names; days that are not a pair's own lack nowhere."""
    prices = closes(5, FIRMS)
    prices.loc[prices.index[DAY0 - 60], "BBB"] = np.nan  # two of its returns
    prices.loc[prices.index[DAY0 - 15 : DAY0 - 12], "CCC"] = np.nan  # none of its own
    found = own_days(prices)
    for i, (ticker, (start, end)) in enumerate(OWN_DAYS.items()):
        for window in ((0, 0), (-1, 1)):
            mine = row(found, window, ticker)
            days = range(DAY0 + start, DAY0 + end + 1)
            wanted = dummies(prices, range(window[0], window[1] + 1), ticker, days)
            assert (mine["car"], mine["se"], found.returns.df[i]) == pytest.approx(wanted)
    assert found.untraded[:, 1] == pytest.approx([0, 2 / 70, 0, 0, 0, 0])
    [told] = [w.message for w in found.warned if w.code == "OWN_ESTIMATION"]
    assert "31 to 110 days, median 70" in told
    assert "estimation each its own within [-120, -11] and [8, 38]" in found.text().replace("+", "")
    assert found.to_dict()["config"]["own_estimation"] is True
    assert found.to_dict()["per_event"] == {"estimation_window": {"least": 31, "median": 70.0, "most": 110}}
    assert "per_event" not in world().to_dict()
    assert not any(w.code in ("NO_RETURNS", "GAPS", "THIN_TRADING") and w.ticker == "CCC" for w in found.warned)


def test_days_near_other_events_are_left_out_of_the_pairs_own_days() -> None:
    prices = closes(5, FIRMS)
    rows = [
        {
            "ticker": "AAA",
            "date": SESSIONS[DAY0 + d].date(),
            "event_id": f"day{d}",
            "estimation_start": a,
            "estimation_end": b,
        }
        for d, a, b in ((-70, -80, -11), (-30, -85, -16), (0, -100, -31))
    ]
    events = pd.DataFrame(rows)
    found = EventStudy(**CHOICES, own_estimation=True).run(events, prices)
    assert found.returns.df.tolist() == [
        70 - 2,
        70 - 3 - 2,
        70 - 4 - 2,
    ]  # the day after the last of one is near the next
    masked = [w.event_id for w in found.warned if w.code == "EVENT_IN_ESTIMATION"]
    assert masked == ["day-30", "day0"]


@pytest.mark.parametrize(
    ("days", "choices", "words"),
    [
        ((-121, -11), {}, "outside that of the study"),
        ((-60, 20), {}, "outside that of the study"),
        ((-60, np.nan), {}, "no estimation window of its own"),
        ((-60.5, -11), {}, "no estimation window of its own"),
        ((-11, -60), {}, "ends before it starts"),
        ((-100, -11), {"model": "market_adjusted", "min_estimation": 0}, "nothing is estimated"),
    ],
)
def test_estimation_windows_of_the_pairs_that_are_none(days: Any, choices: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        own_days(closes(5, FIRMS), {"AAA": days}, **choices)


def test_what_varies_the_estimation_window_is_refused_where_pairs_have_their_own() -> None:
    found = own_days(closes(5, FIRMS), {"AAA": (-100, -11), "BBB": (-90, -11)}, estimation_windows=[(-120, -11)])
    with pytest.raises(InvalidRequest, match="one estimation window for all pairs"):
        es.analyses.robustness(found)
    short = own_days(closes(5, FIRMS), {"AAA": (-39, -11), "BBB": (-90, -11)}, estimation_windows=[(-120, -11)])
    assert [e.ticker for e in short.exclusions] == ["AAA"]
    with pytest.raises(InvalidRequest, match="cannot be had from sums"):
        EventStudy(**CHOICES, own_estimation=True).run(pd.DataFrame(), closes(5, FIRMS), keep="aggregate")


@pytest.mark.parametrize(("lasting", "told"), [(2, "the 2 of 4 stocks that have that day gained"), (1, "AAA gained")])
def test_the_largest_move_says_how_many_have_that_day(lasting: int, told: str) -> None:
    tickers = ("AAA", "BBB", "CCC", "DDD")
    prices = closes(6, tickers)
    prices.loc[prices.index[DAY0 + 4] :, list(tickers)] *= 1.3
    prices.loc[prices.index[DAY0 + 3] :, list(tickers[lasting:])] = np.nan
    found = study(prices, tickers=tickers)
    assert found.aar()[1][-2] == lasting
    said = found.summary()
    assert "the 4 stocks" in said
    assert f"the largest move of the window, {told}" in said


def test_the_drift_of_alpha_is_that_of_the_days_in_a_window_of_its_own() -> None:
    prices = closes(5, FIRMS)
    prices["AAA"] *= np.exp(0.03 * np.arange(len(prices)))
    rows = [
        {"ticker": t, "date": SESSIONS[DAY0].date(), "event_id": "made-up", "window_start": a, "window_end": b}
        for t, (a, b) in {"AAA": (0, 1), "BBB": (-5, 5)}.items()
    ]
    choices = {k: v for k, v in CHOICES.items() if k != "event_window"}
    found = EventStudy(**choices, own_windows=True).run(pd.DataFrame(rows), prices)
    [told] = [w.message for w in found.warned if w.code == "ALPHA_DRIFT" and w.ticker == "AAA"]
    assert f"takes {-200 * found.fit.params[0, 0]:+.1f} % into" in told


@pytest.mark.parametrize(
    ("choices", "check"),
    [
        ({"weights": "value"}, "check_equal_weights"),
        (LEVELS, "check_of_returns"),
        ({"frequency": "monthly"}, "check_daily"),
        ({"min_estimation": 0, "model": "market_adjusted"}, "check_estimated"),
        ({"model": "given"}, "check_prices"),
        ({"estimation_windows": [(-200, -101), (11, 100)]}, "check_in_order"),
    ],
)
@pytest.mark.parametrize("what", ["a calibration", "a counterfactual price", "the time of the reaction", "this chart"])
def test_what_a_design_does_not_have_is_refused_in_german_too(choices: dict[str, Any], check: str, what: str) -> None:
    config = es.StudyConfig(**choices)
    with pytest.raises(InvalidRequest) as error:
        getattr(config, check)(Phrase(what))
    german = in_language(error.value.what, "de")
    assert german is not None
    assert what not in german
    with config.as_shown():
        assert str(in_language(error.value.what, "en")) == str(error.value.what)


# ---- returns in place of prices -------------------------------------------------------------------------------------------


def of_returns(path: Path, spoil: Mapping[int, str] | None = None, factor: float = 1.0) -> pd.DataFrame:
    """The file `permno,date,ret,vwretd` of the returns that the prices of two firms make; some cells are others."""
    returns = factor * closes(5, FIRMS).pct_change().iloc[1:]
    days = [day.date() for day in pd.DatetimeIndex(returns.index)]
    rows = [
        {"permno": number, "date": day, "ret": repr(float(own)), "vwretd": repr(float(market))}
        for number, firm in ((10001, "AAA"), (10002, "BBB"))
        for day, own, market in zip(days, returns[firm], returns["MKT"], strict=True)
    ]
    for place, text in (spoil or {}).items():
        rows[place]["ret"] = text
    pd.DataFrame(rows).to_csv(path, index=False)
    return pd.DataFrame({"ticker": ["10001", "10002"], "date": [SESSIONS[DAY0].date().isoformat()] * 2})


LONG: dict[str, Any] = {**CHOICES, "benchmark": "vwretd"}


def test_returns_made_from_prices_give_the_result_of_the_prices(tmp_path: Path) -> None:
    events = of_returns(tmp_path / "crsp.csv")
    found = run(events, prices=tmp_path / "crsp.csv", **LONG)
    wanted = study(closes(5, FIRMS), tickers=("AAA", "BBB"))
    wide = 100 * closes(5, FIRMS).pct_change().iloc[1:]
    wide.to_csv(tmp_path / "wide.csv", index_label="date")
    named = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": events["date"]})
    again = run(named, prices=tmp_path / "wide.csv", values="returns", unit_in="percent", **CHOICES)
    for made in (found, again):
        assert made.returns.ar == pytest.approx(wanted.returns.ar, rel=0, abs=1e-12)
        for column in ("car", "se", "t", "p", "headline_p", "bhar"):
            values = wanted.windows()[column].to_numpy()
            assert made.windows()[column].to_numpy() == pytest.approx(values, rel=0, abs=1e-12)
        for window, answer in wanted.answers.items():
            for name, said in answer.tests.items():
                mine = made.answers[window].tests[name]
                assert (mine.statistic, mine.p_value) == pytest.approx(
                    (said.statistic, said.p_value), rel=0, abs=1e-12, nan_ok=True
                )
    for refused in (es.analyses.counterfactual, lambda result: result.plot("price_path")):
        with pytest.raises(InvalidRequest, match="needs prices, and the file holds returns of 10001, 10002") as error:
            refused(found)
        assert "braucht Kurse" in str(in_language(error.value.what, "de"))
    found.plot("estimation_fit")  # which shows returns, not prices
    assert "price_path" not in chosen_charts(run(events[:1], prices=tmp_path / "crsp.csv", **LONG))
    with pytest.raises(InvalidRequest, match="money needs prices, and the file holds returns of 10001, 10002"):
        es.analyses.impact(found, shares=pd.DataFrame({"ticker": ["10001", "10002"], "shares": [1e6, 1e6]}))


def test_a_claim_is_not_held_against_an_index_made_of_returns(tmp_path: Path) -> None:
    of_returns(tmp_path / "crsp.csv")
    claim = es.claims.understand(f"It fell 5 percent on {SESSIONS[DAY0]:%d %B %Y}", {}, ticker="10001")
    event = es.Event(id="e", title="made-up", announced=SESSIONS[DAY0].date(), group=(Group(tickers=("10001",)),))
    with pytest.raises(InvalidRequest, match="held against prices, and the file holds returns of 10001"):
        es.claims.check(claim, event, config=es.StudyConfig(benchmark="vwretd"), prices=tmp_path / "crsp.csv")


def test_codes_of_crsp_for_no_return_are_missing_and_each_costs_one_return(tmp_path: Path) -> None:
    spoil = {60: "C", 70: "B", 80: "-66.0", 90: ".C", 91: "-99"}
    events = of_returns(tmp_path / "crsp.csv", spoil)
    found = run(events, prices=tmp_path / "crsp.csv", **LONG)
    inside = [place for place in spoil if DAY0 - 121 <= place <= DAY0 - 12]  # the first return is of the second session
    assert found.fit.n_estimation.tolist() == [110 - len(inside), 110]
    prices = closes(5, FIRMS)
    kept = [k for k in range(DAY0 - 120, DAY0 - 10) if k - 1 not in spoil]
    car, se, df = dummies(prices, range(-1, 2), "AAA", kept)
    mine = row(found, (-1, 1), "10001")
    assert (mine["car"], mine["se"], found.returns.df[0]) == pytest.approx((car, se, df))
    lost = run(of_returns(tmp_path / "day0.csv", {DAY0 - 1: "C"}), prices=tmp_path / "day0.csv", **LONG)
    [left] = lost.exclusions
    assert (left.ticker, left.reason) == ("10001", "NO_DAY0")
    assert "10001 has no return on day 0" in left.message
    assert "a code such as C or -99 stands for none" in left.message
    assert "10001 hat keine Rendite an Tag 0" in str(in_language(left.message, "de"))
    said = " ".join(found.provenance["read_as"])
    assert "codes of CRSP for no return taken for missing: 3 (.C, B and C)" in said
    assert "codes of CRSP for no return taken for missing: 2 (-66 and -99)" in said


def test_returns_of_which_some_would_be_losses_of_more_than_all_are_per_cent(tmp_path: Path) -> None:
    run_as = [
        run(of_returns(tmp_path / "crsp.csv", {}, factor), prices=tmp_path / "crsp.csv", **LONG)
        for factor in (1.0, 100.0)
    ]
    decimals, percent = (found.windows()["car"].to_numpy() for found in run_as)
    assert percent == pytest.approx(decimals, rel=0, abs=1e-12)
    assert "returns in per cent" in " ".join(map(str, run_as[1].provenance["read_as"]))


@pytest.mark.parametrize(("factor", "spoil"), [(100.0, {60: "-66.0"}), (1.0, {60: "X"})])
def test_the_unit_of_returns_is_never_guessed(tmp_path: Path, factor: float, spoil: dict[int, str]) -> None:
    events = of_returns(tmp_path / "crsp.csv", spoil, factor)
    with pytest.raises(EventStudyError, match=r"reads two ways|no pair is left|not a number"):
        run(events.iloc[:1], prices=tmp_path / "crsp.csv", **LONG)


# ---- each design says what it is, in both languages ------------------------------------------------------------------------


def weighed() -> StudyResult:
    day = SESSIONS[DAY0].date()
    rows = [{"ticker": t, "date": day, "event_id": "made-up", "weight": 2.0 + k} for k, t in enumerate(FIRMS)]
    return EventStudy(**CHOICES, weights="value").run(pd.DataFrame(rows), closes(5, FIRMS))


@pytest.mark.parametrize("heading", ["weight", "Gewicht"])
def test_weights_are_read_as_numbers_of_any_table(heading: str) -> None:
    event = es.Event(id="e", title="made-up", announced=SESSIONS[DAY0].date(), group=(Group(tickers=("AAA",)),))
    told = event.model_copy(update={"attributes": {heading: "1,5"}})
    assert told.weight_of("AAA") == 1.5
    for wrong in ("-1,5", "many", "0"):
        with pytest.raises(InvalidRequest, match="the weight is"):
            event.model_copy(update={"attributes": {heading: wrong}}).weight_of("AAA")


def test_a_refusal_names_the_window_that_was_named() -> None:
    with pytest.raises(InvalidRequest, match=r"reaches into the event window \[-60, -2\]"):
        EventStudy(event_window=(-60, -2))


def given_ones() -> StudyResult:
    ar = closes(5, FIRMS).pct_change().iloc[1:].drop(columns="MKT").rename_axis("date").reset_index()
    long = ar.melt("date", var_name="ticker", value_name="ar")
    events = pd.DataFrame({"ticker": ["AAA", "BBB", "CCC"], "date": [SESSIONS[DAY0].date().isoformat()] * 3})
    return run(events, abnormal=long, **{k: v for k, v in CHOICES.items() if k not in ("benchmark", "model")})


def of_given_returns() -> StudyResult:
    wide = 100 * closes(5, FIRMS).pct_change().iloc[1:]
    events = pd.DataFrame({"ticker": ["AAA", "BBB", "CCC"], "date": [SESSIONS[DAY0].date().isoformat()] * 3})
    return run(events, prices=wide, values="returns", unit_in="percent", **CHOICES)


ROWS: dict[str, tuple[Any, str]] = {
    "estimation on both sides": (lambda: spanned("both"), "POST_EVENT_ESTIMATION"),
    "windows of the pairs' own": (lambda: of_own_windows(), "OWN_WINDOWS"),
    "estimation of the pairs' own": (lambda: own_days(closes(5, FIRMS)), "OWN_ESTIMATION"),
    "no day 0": (lambda: study(closes(5, FIRMS), tickers=FIRMS, event_window=(2, 9)), "DAY0_NOT_LOOKED_AT"),
    "calendar days": (lambda: in_calendar_days((0, 10)), "OWN_WINDOWS"),
    "nothing estimated": (lambda: bare([4, 14, 24, 34, 44, 54, 64]), "NO_ESTIMATION"),
    "own abnormal returns": (given_ones, "NO_FORECAST_ERROR"),
    "returns in place of prices": (lambda: of_given_returns(), ""),
    "own model": (lambda: study(closes(5, FIRMS), tickers=FIRMS, model=by_hand), "UNCHECKED_MODEL"),
    "one side": (lambda: world(alternative="less"), "ONE_SIDED"),
    "levels": (lambda: three_yields(snapshot="15:30 America/New_York"), ""),
    "another level": (lambda: world(level=0.9), ""),
    "weights by value": (weighed, "VALUE_WEIGHTED"),
}
"""Design -> a study of it, and the code of the note that says so; levels and intervals say it in their figures."""


PROOFS = {
    "estimation on both sides": (
        "test_estimation_on_any_side_is_one_regression_with_dummies",
        "test_what_needs_days_in_order_says_so",
        "designs.md#m8.3",
    ),
    "windows of the pairs' own": (
        "test_each_pair_has_its_own_window",
        "test_what_varies_the_estimation_window_is_refused_where_pairs_have_their_own",
        "designs.md#m8.10",
    ),
    "estimation of the pairs' own": (
        "test_each_pair_has_its_own_estimation_window",
        "test_estimation_windows_of_the_pairs_that_are_none",
        "designs.md#m8.10",
    ),
    "no day 0": ("test_an_event_window_without_day_0", "test_windows_that_cannot_be_meant", "designs.md#m8.4"),
    "calendar days": (
        "test_a_window_of_calendar_days_holds_the_sessions_in_it",
        "test_calendar_days_that_reach_into_the_estimation_window",
        "designs.md#m8.7",
    ),
    "nothing estimated": (
        "test_without_estimation_the_spread_of_the_pairs_speaks",
        "test_what_is_estimated_needs_days",
        "designs.md#m8.5",
    ),
    "returns in place of prices": (
        "test_returns_made_from_prices_give_the_result_of_the_prices",
        "test_the_unit_of_returns_is_never_guessed",
        "../howto/files.md#permno,date,ret",
    ),
    "own abnormal returns": (
        "oracles/test_given.py::test_they_are_taken_as_they_are",
        "oracles/test_given.py::test_what_is_no_abnormal_return_is_refused",
        "models.md#model-given",
    ),
    "own model": (
        "test_a_model_of_ones_own_that_is_the_market_model",
        "test_what_a_model_of_ones_own_gives_is_checked",
        "designs.md#m8.8",
    ),
    "one side": (
        "test_one_side_of_a_t_is_its_tail",
        "test_what_has_no_direction_has_no_one_sided_p",
        "designs.md#m8.1",
    ),
    "levels": (
        "test_decisions_of_the_federal_reserve_on_made_up_yields_by_slow_code",
        "test_levels_that_cannot_be_meant",
        "designs.md#m8.6",
    ),
    "another level": ("test_intervals_are_of_the_level", "test_levels_are_shares", "designs.md#m8.2"),
    "weights by value": (
        "inference/test_weights.py::test_the_weighted_mean_on_several_dates_by_whole_matrices",
        "inference/test_weights.py::test_weights_that_a_few_hold_are_not_valid_over_dates",
        "designs.md#m8.11",
    ),
    "categories in a regression": (
        "analyses/test_regression.py::test_a_category_is_dummies_and_one_wald_test",
        "analyses/test_regression.py::test_levels_of_few_firms_are_refused",
        "further-questions.md#`C(sector)`",
    ),
    "the table of an article": (
        "test_the_table_of_a_journal_has_the_figures_of_the_result",
        "test_the_table_of_a_journal_is_latex_and_says_what_cannot_be_believed",
        "designs.md#m8.9",
    ),
}
"""Design -> what holds its figures against others, what holds its refusals, and the page and words that tell it."""


@pytest.mark.parametrize("design", PROOFS)
def test_every_design_has_an_oracle_a_refusal_and_its_place_in_the_docs(design: str) -> None:
    here, pages = Path(__file__), Path(__file__).parents[1] / "docs" / "methods"
    *proofs, told = PROOFS[design]
    for proof in proofs:
        file, _, name = proof.rpartition("::")
        assert f"def {name}(" in (here.parent / file if file else here).read_text(encoding="utf-8"), proof
    page, _, words = told.partition("#")
    assert words in (pages / page).read_text(encoding="utf-8")
    assert set(PROOFS) >= set(ROWS)


@pytest.mark.render
@pytest.mark.parametrize("design", ROWS)
def test_every_design_says_what_it_is_in_both_languages(design: str) -> None:
    """On the screen and in German reports; and the chart that a report shows first is drawn."""
    make, code = ROWS[design]
    found: StudyResult = make()
    english, german = found.text(verbose=True), render(found, "md", lang="de", answers={}).decode()
    flat = " ".join(re.sub(r"[\\\u00a0]", " ", german).split())
    said = [w.message for w in found.warned if w.code == code]
    if code:
        [message, *_] = said
        assert " ".join(message.split())[:60] in " ".join(english.split())
        told = in_language(message, "de")
        assert told is not None
        assert told != message
        assert " ".join(re.sub(r"[\\\u00a0]", " ", told).split())[:40] in flat
    elif design == "returns in place of prices":
        told = found.provenance["read_as"]
        assert any(str(words) == "returns in per cent, in place of prices" for words in told)
    elif design == "levels":
        assert " bp" in english
        assert " bp" in flat
        assert re.findall(r"[+\u2212][\d.,]+ %", flat) == []
    else:
        assert "90 % interval" in english
        assert "90-%-Intervall" in flat
    charts = chosen_charts(found)
    assert charts
    found.plot(charts[0], lang="de")


@pytest.mark.parametrize(("factor", "unit"), [(1, "bp"), (0.01, "percent"), (0.01, "bp")])
def test_levels_that_hardly_move_are_of_another_unit(factor: float, unit: str) -> None:
    """A yield of 4.25 taken for basis points moves by hundredths of one: what it is said to have found is nothing."""
    made = yields() * factor
    with pytest.raises(NothingUsable, match="on a usual day, as no rate does: it is in another unit") as error:
        study(made, tickers=["US2"], **{**LEVELS, "unit_in": unit})
    moves = made["US2"].diff().abs()
    usual = moves[moves > 0].median() * {"bp": 1, "percent": 100}[unit]
    assert f"US2 moves by {usual:.2g} basis points" in str(error.value)
    right = study(yields(), tickers=["US2"], **LEVELS)
    decimal = study(yields() / 100, tickers=["US2"], **{**LEVELS, "unit_in": "decimal"})
    assert decimal.returns.ar == pytest.approx(right.returns.ar)
    points = study(made, tickers=["US2"], returns="difference", unit_in="points")
    assert points.returns.ar == pytest.approx(right.returns.ar * 100 * factor)
