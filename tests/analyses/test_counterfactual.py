"""Counterfactuals: what each row says is what the study by that model says; placebos and paths by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy.analyses.counterfactual import MODELS, counterfactual
from eventstudy.analyses.peer_index import known_events
from eventstudy.charts._words import model_name
from eventstudy.errors import InvalidRequest, NothingUsable, UnknownName
from eventstudy.panel import Floats
from eventstudy.prices import load_prices
from eventstudy.study.study import EventStudy
from eventstudy.units.windows import Window
from scipy.optimize import minimize

from tests.panel.made import DAY0, ESTIMATION, study
from tests.worlds import SESSIONS, closes, long

TICKERS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG")
DONORS = TICKERS[1:]
EFFECT = -0.12


def prices(seed: int = 5) -> pd.DataFrame:
    """AAA is a mix of three donors and some noise, and falls by 12 % on day 0 through the event alone."""
    made = closes(seed=seed, tickers=TICKERS)
    rng = np.random.default_rng(seed)
    returns = made.pct_change().fillna(0)
    own = 0.5 * returns["BBB"] + 0.3 * returns["CCC"] + 0.2 * returns["DDD"] + rng.normal(0, 0.002, len(SESSIONS))
    own.iloc[DAY0] += EFFECT
    made["AAA"] = 100 * (1 + own).cumprod()
    return made


@pytest.mark.slow
def test_rows_are_what_a_study_with_that_model_says() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA", "META"], day0="recognised")
    found = counterfactual(result)
    assert found.models == MODELS
    peers = ["MSFT", "GOOGL", "META", "AMZN", "ORCL", "AAPL", "CRM", "BABA"]
    assert list(found.donors) == peers
    for name in MODELS:
        own = EventStudy(result.config, model=name, peers=peers).run(
            result.events, load_prices(None, source="bundled"), day0="recognised"
        )
        table = own.windows()
        for row in [r for r in found.rows if r.model == name]:
            here = (
                (table["ticker"] == row.ticker)
                & (table["start"] == row.window.start)
                & (table["end"] == row.window.end)
            )
            [line] = table[here].to_dict("records")
            assert row.car == pytest.approx(line["car"], rel=1e-9)
            assert row.test == line["headline"]
            assert row.p == pytest.approx(line["headline_p"], rel=1e-9)
    assert len(found.rows) == 2 * 3 * 5
    assert [r.donors for r in found.rows if r.model == "market"] == [()] * 10
    assert {r.ticker: "META" in r.donors for r in found.rows if r.model != "market"} == {"NVDA": True, "META": False}


def test_synthetic_control_finds_the_mix_and_the_effect() -> None:
    found = counterfactual(study(prices(), windows=[(0, 0)]), donors=DONORS)
    row = next(r for r in found.rows if r.model == "synthetic_control")
    assert [row.weights[name] for name in ("BBB", "CCC", "DDD")] == pytest.approx([0.5, 0.3, 0.2], abs=0.04)
    assert sum(row.weights.values()) == pytest.approx(1, abs=1e-3)
    assert list(row.weights) == sorted(row.weights, key=lambda name: -row.weights[name])
    assert row.car == pytest.approx(EFFECT, abs=0.01)
    assert row.rmspe == pytest.approx(0.002, rel=0.2)
    assert row.in_space is not None
    assert (row.in_space.rank, row.in_space.donors) == (1, 6)
    assert row.in_space.p == pytest.approx(1 / 7)
    market = next(r for r in found.rows if r.model == "market")
    assert market.rmspe > 3 * row.rmspe
    assert row.p == pytest.approx(1 / 111)  # beyond all 110 estimation days


def ratio(before: Floats, within: Floats) -> float:
    return float(np.sqrt(np.mean(within**2) / np.mean(before**2)))


def market_ratio(returns: pd.DataFrame, ticker: str, days: list[int]) -> float:
    e = list(ESTIMATION)
    fit = sm.OLS(returns[ticker].to_numpy()[e], sm.add_constant(returns["MKT"].to_numpy()[e])).fit()
    ahead = returns[ticker].to_numpy()[days] - fit.params[0] - fit.params[1] * returns["MKT"].to_numpy()[days]
    return ratio(fit.resid, ahead)


def mix_ratio(returns: pd.DataFrame, ticker: str, others: list[str], days: list[int]) -> float:
    """The synthetic control by a general optimiser over the simplex."""
    y, z = returns[ticker].to_numpy(), returns[others].to_numpy()
    e, n = list(ESTIMATION), len(others)
    solved = minimize(
        lambda w: 1e4 * ((y[e] - z[e] @ w) ** 2).sum(),
        np.full(n, 1 / n),
        jac=lambda w: -2e4 * z[e].T @ (y[e] - z[e] @ w),
        bounds=[(0, 1)] * n,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(n)},
        options={"ftol": 1e-14, "maxiter": 500},
    )
    gaps = y - z @ solved.x
    return ratio(gaps[e], gaps[days])


@pytest.mark.parametrize("window", [(0, 0), (-1, 3)])
def test_placebos_in_space_are_the_donors_refitted_one_by_one(window: tuple[int, int]) -> None:
    made = prices()
    returns = made.pct_change()
    days = list(range(DAY0 + window[0], DAY0 + window[1] + 1))
    result = study(made, windows=[window])
    found = {r.model: r for r in counterfactual(result, donors=DONORS, models=["market", "synthetic_control"]).rows}
    for name, of in (("market", None), ("synthetic_control", DONORS)):

        def by_hand(ticker: str, of: Any = of) -> float:
            if of is None:
                return market_ratio(returns, ticker, days)
            return mix_ratio(returns, ticker, [d for d in of if d != ticker], days)

        own, others = by_hand("AAA"), [by_hand(d) for d in DONORS]
        at = found[name].in_space
        assert at is not None
        assert at.ratio == pytest.approx(own, rel=1e-4)
        rank = 1 + sum(o >= own for o in others)
        assert (at.rank, at.donors) == (rank, 6)
        assert (at.p, at.smallest_p) == pytest.approx((rank / 7, 1 / 7))
    listed = EventStudy(result.config, model="synthetic_control", peers=DONORS).run(result.events, made)
    own_test = listed.firm_answers[Window(*window)].tests["placebo_in_space"].at(0)
    at = found["synthetic_control"].in_space
    assert at is not None
    assert (own_test.statistic, own_test.p_value) == pytest.approx((at.ratio, at.p), rel=1e-6)


def test_paths_are_the_closes_and_the_returns_that_least_squares_expects() -> None:
    made = prices()
    e = list(ESTIMATION)
    for kind in ("simple", "log"):
        found = counterfactual(study(made, returns=kind), models=["market"])
        [path] = found.paths
        assert path.rel_days == tuple(range(-40, 6))
        assert path.sessions[path.rel_days.index(0)] == f"{SESSIONS[DAY0]:%Y-%m-%d}"
        assert path.actual == pytest.approx(made["AAA"].to_numpy()[DAY0 - 40 : DAY0 + 6])
        gross = made / made.shift()
        returns = gross.apply(np.log) if kind == "log" else gross - 1
        fit = sm.OLS(returns["AAA"].to_numpy()[e], sm.add_constant(returns["MKT"].to_numpy()[e])).fit()
        normal = fit.params[0] + fit.params[1] * returns["MKT"].to_numpy()
        steps = np.exp(normal) if kind == "log" else 1 + normal
        level = float(made["AAA"].iloc[DAY0 - 1])
        for ahead in range(6):
            level *= steps[DAY0 + ahead]
            assert path.counterfactual[path.rel_days.index(ahead)] == pytest.approx(level)
        level = float(made["AAA"].iloc[DAY0 - 1])
        for day in range(-1, -40, -1):
            assert path.counterfactual[path.rel_days.index(day)] == pytest.approx(level)
            level /= steps[DAY0 + day]


def test_a_day_without_a_price_ends_the_path_there() -> None:
    made = prices()
    made.loc[SESSIONS[DAY0 + 2], "AAA"] = np.nan
    [path] = counterfactual(study(made, windows=[(0, 0)]), models=["market"]).paths
    known = dict(zip(path.rel_days, np.isfinite(path.actual), strict=True))
    assert [known[day] for day in range(-1, 6)] == [True, True, True, False, False, False, False]
    assert json.dumps(counterfactual(study(made), models=["market"]).to_dict(), allow_nan=False)


@pytest.mark.slow
def test_donors_that_the_event_touched_are_told() -> None:
    nvda = es.run("deepseek-r1", tickers=["NVDA"], day0="recognised")
    [said] = counterfactual(nvda).cautions
    assert "MSFT, GOOGL, META, AMZN, ORCL, AAPL, CRM, BABA" in said
    assert "role peer" in said
    assert said.endswith("[PEER_CONTAMINATION]")
    loud = counterfactual(nvda, donors=["AAPL", "CRM", "BABA"]).cautions
    assert any("moved abnormally on day 0 themselves" in text for text in loud)
    [event] = known_events(nvda)
    called = tuple(g.model_copy(update={"role": "control"}) if g.role == "peer" else g for g in event.group)
    untouched = replace(nvda, known=(event.model_copy(update={"group": called}),))
    assert counterfactual(untouched).cautions == ()


def test_who_the_donors_are() -> None:
    on_the_spot = es.run(date="2025-01-27", tickers=["NVDA"])
    others = counterfactual(on_the_spot, models=["synthetic_control"]).donors
    assert {"NVDA", "SPY", "QQQ"}.isdisjoint(others)
    assert len(others) == 15
    with pytest.raises(InvalidRequest, match="no prices of the donors XOM"):
        counterfactual(on_the_spot, donors=["XOM", "AAPL"])
    alone = counterfactual(on_the_spot, donors=["AAPL"], models=["synthetic_control"])
    assert all(r.in_space is None for r in alone.rows)
    nobody = counterfactual(study(closes(tickers=("AAA", "BBB")), tickers=("AAA", "BBB")), models=MODELS)
    assert nobody.models == ("market",)
    assert any("synthetic_control needs peers" in text for text in nobody.left_out)


def test_the_sentence_follows_from_the_rows_told() -> None:
    found = counterfactual(study(prices(), windows=[(0, 0), (0, 1)]), donors=DONORS)
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["schema"] == "eventstudy.counterfactual/1"
    first = [r for r in told["rows"] if (r["start"], r["end"]) == (0, 0)]
    for row in first:
        assert f"{100 * row['car']:+.2f} % by {row['model']}" in told["sentence"]
    assert "They agree on the sign; 3 of 3 have p below 5 %" in told["sentence"]
    assert "it ranks 1, p .143 (the smallest possible is .143)" in told["sentence"]
    assert "caused" not in told["sentence"]
    assert len(found.tidy()) == len(told["rows"])
    many = counterfactual(es.run("deepseek-r1", day0="recognised"), models=["market"])
    assert many.sentence.startswith("16 pairs over [0, 0]: market finds p below 5 % for ")


@pytest.mark.render
def test_the_chart_draws_what_the_answer_holds() -> None:
    result = es.run("deepseek-r1", day0="recognised")
    drawn = result.plot("counterfactual", ticker="VRT")
    found = counterfactual(result, tickers=["VRT"])
    lines = {line.get_label(): line.get_ydata() for line in drawn.lines}
    assert list(lines["actual"]) == pytest.approx(list(found.paths[0].actual))
    for path in found.paths:
        assert list(lines[model_name(path.model)]) == pytest.approx(list(path.counterfactual))
    title = drawn.figure.get_suptitle()
    assert title.startswith("VRT: ")
    assert "2025-01-27" in title.replace("\u00a0", " ")
    assert any(line.get_gid() == "day0" for line in drawn.lines)
    with pytest.raises(UnknownName, match="VTR"):
        result.plot("counterfactual", ticker="VTR")
    with pytest.raises(UnknownName, match="VTR"):
        found.plot(ticker="VTR")


def test_what_cannot_be() -> None:
    with pytest.raises(InvalidRequest, match="a study of returns"):
        counterfactual(study(closes(), outcome="volatility"))
    with pytest.raises(InvalidRequest, match="the study has none of XYZ"):
        counterfactual(study(closes()), tickers=["XYZ"])
    with pytest.raises(NothingUsable, match="no model could be fitted"):
        counterfactual(study(closes()), load_prices(path=long(closes(index=pd.bdate_range("2001-01-01", periods=200)))))
