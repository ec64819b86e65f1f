"""Robustness: every specification is the study with those choices, which is held against least squares by statsmodels."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy.analyses.base import all_prices
from eventstudy.analyses.peer_index import PEERS, peers_outside, with_peer_index
from eventstudy.analyses.robustness import OWN, Robustness, Specification, drivers_of, prices_needed, robustness
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.inference.multiple import rejected_by_chance
from eventstudy.prices import PriceTable, load_prices
from eventstudy.study.result import StudyResult
from eventstudy.study.study import EventStudy
from eventstudy.units.windows import Window
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from tests.charts.conftest import made_up
from tests.panel.made import DAY0, study
from tests.worlds import SESSIONS, closes, long

TEN = tuple(f"F{i}" for i in range(10))


def table_of(result: StudyResult, found: Robustness, prices: PriceTable | None = None) -> PriceTable:
    """The prices of all specifications, the index of peers included."""
    table = prices or all_prices(result)
    return with_peer_index(table, found.peers) if found.peers else table


def again(result: StudyResult, one: Specification, table: PriceTable) -> StudyResult:
    """A study by itself with the choices of a specification."""
    own = one.benchmark in ("none", OWN) or one.benchmark == result.panel.pairs[0].benchmark
    config = replace(
        result.config,
        model=one.model,
        benchmark=result.config.benchmark if own else one.benchmark,
        estimation_window=one.estimation_window,
        returns=one.returns,  # type: ignore[arg-type]
    )
    return EventStudy(config).run(result.events, table, day0=result.day0_policy)


def agree(result: StudyResult, found: Robustness, prices: PriceTable | None = None) -> None:
    """Every specification against a study of its own: pairs, CAR, interval, test and p."""
    table = table_of(result, found, prices)
    made: dict[tuple[Any, ...], StudyResult] = {}
    for one in found.specifications:
        key = (one.model, one.benchmark, one.estimation_window, one.returns)
        if key not in made:
            made[key] = again(result, one, table)
        answer = made[key].answer(one.window)
        tight: dict[str, Any] = {"rel": 1e-9, "abs": 1e-12, "nan_ok": True}
        assert one.judged.n == answer.n, one
        assert one.car == pytest.approx(answer.caar, **tight), one
        assert one.judged.test == (answer.headline or ""), one
        if answer.headline:
            assert one.p == pytest.approx(answer.tests[answer.headline].p_value, **tight), one
        else:
            assert np.isnan(one.p)
        if answer.interval:
            assert (one.judged.low, one.judged.high) == pytest.approx(answer.interval, **tight), one
        else:
            assert np.isnan(one.judged.low)
        each = made[key].firm_answers.get(one.window)
        if one.judged.firms and each is not None:
            assert one.judged.firms == tuple((p.event_id, p.ticker) for p in made[key].panel.pairs)
            assert one.judged.cars == pytest.approx(each.found.car, **tight)
            p = np.where(each.believed, each.headline_p, np.nan)  # of windows of several days by more draws
            assert one.judged.ps == pytest.approx(p, nan_ok=True, abs=1e-12 if one.window.length == 1 else 0.06)
    assert len(made) * len(result.config.windows or ()) == len(found.specifications)


@pytest.mark.slow
@pytest.mark.parametrize("day0", [pytest.param("announced", marks=pytest.mark.slow), "recognised"])
@pytest.mark.parametrize(
    "tickers",
    [pytest.param((), marks=pytest.mark.slow), ("NVDA",), pytest.param(("NVDA", "AMD", "MU"), marks=pytest.mark.slow)],
    ids=["all", "one", "three"],
)
def test_every_specification_is_the_study_with_those_choices(tickers: Sequence[str], day0: str) -> None:
    result = es.run("deepseek-r1", tickers=tickers, day0=day0)
    found = robustness(result)
    assert len(found.specifications) == (280 if tickers else 200)
    agree(result, found)


@pytest.mark.slow
def test_it_is_where_events_have_dates_of_their_own_and_where_they_share_some() -> None:
    for firms, dates in ((6, 6), (8, 4)):
        result, _ = made_up(firms, dates)
        found = robustness(result, estimation_windows=[(-200, -11)], returns=["simple"])
        assert set(found.tests) == {"bmp"} if dates == firms else {"bmp_adjusted"}
        agree(result, found)


@pytest.mark.slow
def test_it_is_where_days_lack_are_left_out_or_lie_across_gaps() -> None:
    """A hole on an estimation day of one firm, one inside a window of another, excluded dates, returns across gaps."""
    prices = closes(seed=4)
    prices.loc[SESSIONS[60], "AAA"] = np.nan
    prices.loc[SESSIONS[40:44], "BBB"] = np.nan  # ends where a shorter estimation window begins
    prices.loc[SESSIONS[DAY0 + 3], "CCC"] = np.nan
    gone = tuple(SESSIONS[i].date() for i in (41, 70, DAY0 - 12))
    spans = [(-117, -11), (-118, -11), (-119, -30)]
    for missing in ("drop", "trade_to_trade"):
        for tickers in (("AAA", "BBB", "CCC"), ("BBB",)):
            result = study(prices, tickers=tickers, missing=missing, exclude_dates=gone)
            found = robustness(result, estimation_windows=spans, returns=["simple"])
            agree(result, found)
            assert len({s.judged.n for s in found.specifications}) == (
                2 if missing == "drop" and len(tickers) > 1 else 1
            )


@pytest.mark.slow
def test_it_is_with_models_of_other_kinds_and_with_peers() -> None:
    result = study(closes(seed=5, tickers=TEN), tickers=TEN[:2], peers=TEN[2:])
    models = ["scholes_williams", "theil_sen", "peer", "synthetic_control", "principal_components"]
    found = robustness(result, models=models, estimation_windows=[(-100, -11)], returns=["simple"])
    assert {s.model for s in found.specifications} == {"market", *models}
    assert found.peers == TEN[2:]
    agree(result, found)


class Elsewhere:
    """An executor whose jobs see copies only, as those in other processes do."""

    def run(self, function: Any, shared: Any, jobs: Sequence[Any], done: Any = None, fold: Any = None) -> list[Any]:
        return [function(pickle.loads(pickle.dumps(shared)), pickle.loads(pickle.dumps(job))) for job in jobs]


@pytest.mark.slow
def test_jobs_in_other_processes_find_the_same() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA"], day0="recognised")
    one, two = (robustness(result, models=["market"], executor=e).to_dict() for e in (None, Elsewhere()))
    assert one == two


def test_mean_cars_are_those_of_dummy_regressions() -> None:
    """statsmodels on the mean return of the firms: the sum of a dummy a day is the CAR, about which the interval lies."""
    prices = closes(seed=8, tickers=TEN)
    prices["NDX"] = closes(seed=9, tickers=["X"])["X"]
    result = study(prices, tickers=TEN, windows=[(0, 0), (-2, 3)])
    found = robustness(result, models=["market", "constant_mean"], benchmarks=["NDX"], estimation_windows=[(-90, -25)])
    assert len(found.specifications) == 2 * 2 * 2 * (2 + 1)
    for one in found.specifications:
        ratio = prices / prices.shift()
        returns = ratio.apply(np.log) if one.returns == "log" else ratio - 1
        y = returns[list(TEN)].to_numpy().mean(axis=1)
        span, (first, last) = one.estimation_window, one.window
        days = [*range(DAY0 + span.start, DAY0 + span.end + 1), *range(DAY0 + first, DAY0 + last + 1)]
        dummies = np.zeros((len(days), one.window.length))
        dummies[-one.window.length :] = np.eye(one.window.length)
        x = np.column_stack([np.ones(len(days)), dummies])
        if one.model == "market":
            x = np.column_stack([x, returns[one.benchmark].to_numpy()[days]])
        fit = sm.OLS(y[days], x).fit()
        sums = np.zeros(x.shape[1])
        sums[1 : 1 + one.window.length] = 1
        tested = fit.t_test(sums)
        assert one.car == pytest.approx(tested.effect.item(), rel=1e-9)
        assert one.judged.test == "placebo"
        assert (one.judged.low + one.judged.high) / 2 == pytest.approx(tested.effect.item(), rel=1e-8)
        assert (one.judged.low <= 0 <= one.judged.high) == (one.p > 0.05)


# ---- which choice matters --------------------------------------------------------------------------------------------


def grid(seed: int, lack: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [(a, b, c) for a in "abc" for b in "xy" for c in "1234"]
    frame = pd.DataFrame(rows, columns=["model", "benchmark", "window"])
    frame["car"] = frame["model"].map({"a": 0.0, "b": 0.4, "c": 1.0}) + rng.normal(0, 0.3, len(frame))
    return frame.sample(len(frame) - lack, random_state=seed) if lack else frame


@pytest.mark.parametrize("lack", [0, 5])
def test_drivers_are_the_shares_of_an_analysis_of_variance(lack: int) -> None:
    frame = grid(1, lack)
    shares, interaction = drivers_of(
        {name: frame[name].tolist() for name in ("model", "benchmark", "window")}, frame["car"].tolist()
    )
    table = anova_lm(ols("car ~ C(model) + C(benchmark) + C(window)", frame).fit(), typ=2)["sum_sq"]
    total = ((frame["car"] - frame["car"].mean()) ** 2).sum()
    for name, share in shares.items():
        assert share == pytest.approx(table[f"C({name})"] / total)
    assert interaction == pytest.approx(table["Residual"] / total)
    assert next(iter(shares)) == "model"
    if not lack:
        assert sum(shares.values()) + interaction == pytest.approx(1)
        means = frame.groupby("benchmark")["car"].transform("mean")
        assert shares["benchmark"] == pytest.approx(((means - frame["car"].mean()) ** 2).sum() / total)


def test_a_model_without_benchmark_says_the_same_under_all_of_them() -> None:
    """`none` counts once for each benchmark, so that the benchmark is not blamed for what the model does."""
    choices = {"model": ["m", "m", "c"], "benchmark": ["x", "y", "none"]}
    shares, interaction = drivers_of(choices, [1.0, 1.0, 3.0])
    assert shares == pytest.approx({"model": 1.0, "benchmark": 0.0})
    assert interaction == pytest.approx(0)
    assert drivers_of({"model": ["a", "b"]}, [2.0, 2.0]) == ({"model": 0.0}, 0.0)


@pytest.mark.slow
def test_what_is_told_follows_from_the_specifications_told() -> None:
    assert robustness(es.run("deepseek-r1", tickers=["NVDA"]), models=["market"]).to_dict()["firms"] == []
    found = robustness(es.run("deepseek-r1", tickers=["NVDA"]))
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    rows = told["specifications"]
    own = {tuple(r["window"]): r["car"] for r in rows if r["own"]}
    assert len(own) == 5
    assert own == {tuple(s.window): s.car for s in found.specifications[:5]}
    same = [np.sign(r["car"]) == np.sign(own[tuple(r["window"])]) for r in rows]
    assert [r["same_sign"] for r in rows] == same
    assert 0 < told["share_same_sign"] == pytest.approx(np.mean(same))
    assert told["share_same_sign"] < 1
    assert told["share_significant"] == pytest.approx(np.mean([r["p"] < 0.05 for r in rows]))
    assert (told["n"], told["lowest"], told["highest"]) == (
        len(rows),
        min(r["car"] for r in rows),
        max(r["car"] for r in rows),
    )
    assert told["median"] == pytest.approx(np.median([r["car"] for r in rows]))
    assert max(told["drivers"], key=told["drivers"].get) == next(iter(told["drivers"]))
    said = f"{told['n']} specifications"
    assert told["sentence"].startswith(said)
    assert f"{100 * told['share_same_sign']:.0f} % have the sign" in told["sentence"]
    assert len(found.tidy()) == len(rows)
    assert found.tidy()["car"].is_monotonic_increasing
    assert found.tidy()["own"].sum() == 5


# ---- the benchmark without the firm ----------------------------------------------------------------------------------


def test_the_index_of_peers_is_their_mean_return_without_the_firm() -> None:
    prices = closes(seed=2, tickers=TEN)
    prices.loc[SESSIONS[30], "F3"] = np.nan  # costs F3 two returns, the index goes on with the others
    prices.loc[SESSIONS[50], list(TEN[1:7])] = np.nan  # of nine peers three have returns: no level on two days
    paid = pd.Series({SESSIONS[20]: 2.0})
    table = load_prices(path=long(prices, dividend={"F5": paid}))
    level = with_peer_index(table, TEN[1:]).close[PEERS]
    expected = {}
    for i in range(1, len(SESSIONS)):
        found = []
        for name in TEN[1:]:
            before, now = prices[name].iloc[i - 1], prices[name].iloc[i]
            now = now + (2.0 if (name, i) == ("F5", 20) else 0.0)
            if np.isfinite(before) and np.isfinite(now):
                found.append(now / before - 1)
        if len(found) >= 4.5:
            expected[SESSIONS[i]] = float(np.mean(found))
    returns = level / level.shift() - 1
    known = [day for day in expected if np.isfinite(returns[day])]
    assert returns[known].to_numpy() == pytest.approx([expected[day] for day in known], rel=1e-9)
    assert sorted(set(SESSIONS[1:]) - set(returns.dropna().index)) == [SESSIONS[i] for i in (50, 51, 52)]


def test_firms_by_themselves_are_counted_over_the_specifications() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA", "AAPL"], day0="recognised")
    found = robustness(result, models=["market", "market_adjusted"], returns=["simple"])
    table = found.firms().set_index("ticker")
    assert found.to_dict()["firms"][0]["ticker"] == "NVDA"
    for i, ticker in enumerate(["NVDA", "AAPL"]):
        own = {s.window: s.judged.cars[i] for s in found.specifications[:5]}
        cars = [s.judged.cars[i] for s in found.specifications]
        same = [np.sign(s.judged.cars[i]) == np.sign(own[s.window]) for s in found.specifications]
        line = table.loc[[ticker]].to_dict("records")[0]
        assert line["n"] == len(found.specifications)
        assert [line[name] for name in ("lowest", "median", "highest")] == [min(cars), np.median(cars), max(cars)]
        assert line["share_same_sign"] == pytest.approx(np.mean(same))
        assert line["share_significant"] == pytest.approx(
            np.mean([s.judged.ps[i] < 0.05 for s in found.specifications])
        )


@pytest.mark.slow
def test_the_firms_studied_are_never_among_their_peers() -> None:
    registry = load_prices(None, source="bundled")
    one = es.run("deepseek-r1", tickers=["NVDA"])
    peers = ["MSFT", "GOOGL", "META", "AMZN", "ORCL", "AAPL", "CRM", "BABA"]
    assert peers_outside(one, registry) == (
        peers,
        "",
    )  # those that the registry calls peers, though NVDA alone is studied
    assert peers_outside(es.run("deepseek-r1", tickers=["NVDA", "META"]), registry)[0] == [
        p for p in peers if p != "META"
    ]
    assert peers_outside(one, registry, ["AMD", "NVDA"])[0] == ["AMD"]
    on_the_spot = es.run(date="2025-01-27", tickers=["NVDA"])
    assert set(peers_outside(on_the_spot, registry)[0]) == set(registry.tickers) - {"NVDA", "SPY", "QQQ"}
    found, why = peers_outside(es.run("deepseek-r1"), registry)
    assert found == []
    assert "no one to compare with" in why
    assert any("benchmark peers" in text for text in robustness(es.run("deepseek-r1"), models=["market"]).left_out)


def test_a_benchmark_that_holds_the_firm_takes_part_of_its_reaction() -> None:
    """A firm that makes a third of its benchmark and falls by 30 %: against the peers alone it fell by 30 %, not by 20 %."""
    prices = closes(seed=6, tickers=("AAA", "BBB", "CCC"))
    prices.loc[SESSIONS[DAY0] :, "AAA"] *= 0.7
    returns = prices[["AAA", "BBB", "CCC"]].pct_change().fillna(0).mean(axis=1)
    prices["MKT"] = 100 * (1 + returns).cumprod()
    result = study(prices, windows=[(0, 0)], model="market_adjusted")
    found = robustness(result, models=["market_adjusted"], returns=["simple"], estimation_windows=[(-110, -11)])
    car = {s.benchmark: s.car for s in found.specifications}
    assert set(car) == {"MKT", PEERS}
    assert car["MKT"] == pytest.approx(car[PEERS] * 2 / 3, abs=1e-12)


def test_peers_that_moved_themselves_are_told() -> None:
    prices = closes(seed=6, tickers=("AAA", "BBB", "CCC", "DDD"))
    prices.loc[SESSIONS[DAY0] :, ["BBB", "CCC", "DDD"]] *= 0.85
    told = robustness(study(prices), models=["market"], returns=["simple"]).cautions
    assert len(told) == 1
    assert told[0].endswith("[PEER_CONTAMINATION]")
    assert "-1" in told[0]
    assert robustness(study(closes(seed=6)), models=["market"], returns=["simple"]).cautions == ()


# ---- what cannot be --------------------------------------------------------------------------------------------------


def test_choices_that_cannot_be_are_refused_or_listed() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA"])
    with pytest.raises(InvalidRequest, match="gross"):
        robustness(result, returns=["gross"])
    with pytest.raises(InvalidRequest, match="there is no model called 'marke'"):
        robustness(result, models=["marke"])
    with pytest.raises(InvalidRequest, match="fewer than min_estimation"):
        robustness(result, estimation_windows=[(-50, -11)])
    with pytest.raises(InvalidRequest, match="outside the event window"):
        robustness(result, windows=[(0, 9)])
    volume = study(
        load_prices(path=long(closes(), volume={t: pd.Series(1e6, SESSIONS) for t in ("AAA", "BBB", "CCC", "MKT")})),
        tickers=("AAA", "BBB"),
        outcome="volatility",
    )
    with pytest.raises(InvalidRequest, match="a study of returns"):
        robustness(volume)
    found = robustness(result, models=["capm"], benchmarks=["SPY", "VTI"], estimation_windows=[(-400, -300)])
    left = "; ".join(found.left_out)
    assert "benchmark VTI: no prices for VTI" in left
    assert "the model capm needs mkt_rf, rf" in left
    assert "estimation window [-400, -300]: no pair" in left
    assert {s.model for s in found.specifications} == {"market"}
    with pytest.raises(NothingUsable, match="no specification"):
        robustness(
            replace(result, prices=result.prices),
            load_prices(path=closes(index=pd.bdate_range("2001-01-01", periods=200))),
        )


def test_factors_are_handed_on_and_log_returns_without_them() -> None:
    prices = closes(seed=3)
    rng = np.random.default_rng(0)
    factors = pd.DataFrame(rng.normal(0, 0.01, (200, 3)), SESSIONS, ["mkt_rf", "smb", "hml"]).assign(rf=0.0001)
    result = study(prices, tickers=("AAA", "BBB"))
    found = robustness(result, models=["fama_french3"], factors=factors)
    rows = [s for s in found.specifications if s.model == "fama_french3"]
    assert {s.returns for s in rows} == {"simple"}
    assert any("no log form" in text for text in found.left_out)
    own = EventStudy(replace(result.config, model="fama_french3")).run(result.events, prices, factors=factors)
    for one in [s for s in rows if s.estimation_window == Window(-120, -11)]:
        assert one.car == pytest.approx(own.answer(one.window).caar)


def test_without_alpha_models_that_have_none_to_leave_out_stay() -> None:
    result = study(closes(), alpha=False)
    found = robustness(result, returns=["simple"])
    assert {s.model for s in found.specifications} == {"market", "market_adjusted", "constant_mean"}
    for one in found.specifications[:5]:
        assert one.car == pytest.approx(result.answer(one.window).caar)


def test_prices_as_of_a_day_stay_so() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA"], as_of="2025-01-28")
    assert all_prices(result).close.index[-1].date() == date(2025, 1, 28)
    with pytest.raises(InvalidRequest, match="does not hold its prices"):
        all_prices(replace(result, prices=None, provenance={"source": "csv"}))


@pytest.mark.slow
def test_options_in_numbers_are_those_of_their_specifications() -> None:
    found = robustness(es.run("deepseek-r1", tickers=["NVDA"]))
    table, told = found.options(), found.tidy()
    assert list(dict.fromkeys(table["choice"])) == list(found.drivers)
    for row in table[table["choice"] == "model"].to_dict("records"):
        cars = told.loc[told["model"] == row["option"]]
        figures = (len(cars), cars["car"].median(), cars["car"].min(), cars["car"].max())
        assert (row["n"], row["median"], row["lowest"], row["highest"]) == pytest.approx(figures, rel=1e-12)
        assert row["share_significant"] == pytest.approx((cars["p"].dropna() < 0.05).mean())
        assert row["share"] == found.drivers["model"]


@pytest.mark.slow
def test_what_was_asked_for_and_could_not_be_made_is_lacking() -> None:
    """The Fama-French model has no factors; of choices that were not asked for by name none is lacking."""
    result = es.run("deepseek-r1", tickers=["NVDA"])
    made = robustness(result, models=["market"], benchmarks=["SPY"], estimation_windows=[(-260, -11)])
    assert not made.incomplete
    found = robustness(result, models=["market", "fama_french3"], benchmarks=["peers"], peers=["ABSENT"])
    assert found.lacking == ("fama_french3", "peers")
    assert found.incomplete
    assert not robustness(result, peers=["ABSENT"]).incomplete


def test_prices_must_reach_as_far_back_as_the_longest_estimation_window() -> None:
    config = es.StudyConfig(estimation_window=Window(-260, -11), peers=("NVDA=AMD", "TSM"))
    assert prices_needed(config) == (0, ["AMD", "TSM"])
    assert prices_needed(config, [(-500, -11), (-100, -11)], ["QQQ"]) == (240, ["QQQ", "AMD", "TSM"])


@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_the_share_by_chance_is_binomial_where_specifications_have_nothing_in_common(alternative: Any) -> None:
    """Of K series of independent days and windows apart, as many as K and 5 % say; K copies of one reject all or none."""
    days = np.random.default_rng(3).normal(size=(12, 3000))
    own = np.arange(12)
    rule: dict[str, Any] = {"level": 0.05, "alternative": alternative}
    drawn = rejected_by_chance(days, own, [Window(0, 2)] * 12, 1, 9999, **rule)
    for k in (1, 2, 3):
        wanted = stats.binom.sf(k - 1, 12, 0.05)
        assert (drawn >= k / 12 - 1e-9).mean() == pytest.approx(wanted, abs=4 * np.sqrt(wanted / 9999))
    copies = rejected_by_chance(days[:1], np.zeros(9, dtype=np.int64), [Window(0, 0)] * 9, 1, 9999, **rule)
    assert set(copies.tolist()) == {0.0, 1.0}
    assert copies.mean() == pytest.approx(0.05, abs=0.002)
    nested = rejected_by_chance(days[:1], np.zeros(2, dtype=np.int64), [Window(0, 0), Window(0, 3)], 1, 9999, **rule)
    both = (nested == 1).mean()
    assert 0.05**2 + 0.003 < both < 0.05, "windows that share days reject together more often than others"
    assert rejected_by_chance(days[:, :29], own, [Window(0, 0)] * 12, 1, 99, **rule).size == 0


@pytest.mark.slow
def test_a_share_of_specifications_is_held_against_what_chance_gives() -> None:
    """Where something happened hardly ever so many, on the day of the release often; each is in the sentence."""
    found = {day0: robustness(es.run("deepseek-r1", day0=day0)) for day0 in ("recognised", "announced")}
    quiet = robustness(es.run("deepseek-r1"), windows=[(0, 0)])
    assert quiet.share_significant == 0
    assert "Where nothing happens" not in quiet.sentence, "none of 40 is what any study has"
    for one in found.values():
        told = json.loads(json.dumps(one.to_dict(), allow_nan=False))
        assert told["share_p"] == one.share_p
        assert f"as many have it in {100 * one.share_p:.3g} % of cases" in one.sentence
    assert found["recognised"].share_p < 0.05 < found["announced"].share_p
