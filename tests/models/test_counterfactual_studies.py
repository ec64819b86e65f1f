"""Whole studies with the models that take peers, and the warnings that models give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult
from eventstudy.errors import NothingUsable
from eventstudy.panel import Warned
from eventstudy.units.windows import Window

from tests.panel.made import CHOICES, DAY0, codes, row, study
from tests.worlds import SESSIONS, closes

TICKERS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
PEERS = ("CCC", "DDD", "EEE", "FFF")


def prices(*, effect: float = 0.0, on_peers: float = 0.0) -> pd.DataFrame:
    """Closes in which day 0 moves AAA and BBB, and the peers."""
    made = closes(seed=5, tickers=TICKERS)
    for ticker, move in (("AAA", effect), ("BBB", effect), *((p, on_peers) for p in PEERS)):
        made.loc[SESSIONS[DAY0] :, ticker] *= 1 + move
    return made


def counterfactual(model: str = "synthetic_control", **more: Any) -> StudyResult:
    return study(prices(effect=0.15), tickers=("AAA", "BBB"), model=model, peers=PEERS, **more)


@pytest.mark.parametrize("model", ["synthetic_control", "elastic_net"])
def test_a_t_that_only_describes_is_not_valid_and_placebos_speak(model: str) -> None:
    result = counterfactual(model)
    for window in ((0, 0), (-5, 5)):
        answer = result.answers[window]  # type: ignore[index]
        assert answer.headline == "placebo"
        assert answer.interval == answer.tests["placebo"].interval
        for name in ("portfolio_t", "cda", "patell_adjusted", "corrado_rank"):
            assert not answer.tests[name].valid
            assert any("judge it by placebos" in reason for reason in answer.tests[name].reasons)
        exact = result.firm_answers[window].tests["exact_t"].at(0)  # type: ignore[index]
        assert np.isfinite(exact.p_value)
        assert not exact.valid
    assert result.answers[(0, 0)].tests["placebo"].p_value < 0.05  # type: ignore[index]
    assert "COUNTERFACTUAL" not in codes(result)


def test_placebo_in_space_is_shown_under_synthetic_control_alone() -> None:
    for model, there in (("synthetic_control", True), ("elastic_net", False), ("market", False)):
        result = counterfactual(model)
        assert ("placebo_in_space" in result.firm_answers[(0, 0)].tests) == there  # type: ignore[index]
    best = counterfactual().firm_answers[(0, 0)].tests["placebo_in_space"]  # type: ignore[index]
    assert best.at(0).p_value == pytest.approx(1 / 5)  # four peers
    assert best.at(0).valid


def test_garch_z_is_shown_under_garch_alone() -> None:
    names = {m: set(study(closes(), model=m).firm_answers[(0, 0)].tests) for m in ("garch", "market")}  # type: ignore[index]
    assert "garch_z" not in names["market"]
    fitted = study(closes(), model="garch")
    assert ("garch_z" in names["garch"]) == (not fitted.fit.notes)
    assert {w.code for w in fitted.warned if w.code == "CONSTANT_VARIANCE"} == {n.code for n in fitted.fit.notes}


def warned(result: StudyResult, code: str) -> list[Warned]:
    return [w for w in result.warned if w.code == code]


def test_peers_that_moved_themselves() -> None:
    """A mean of four peers that jumped 10 % on day 0 stands out by its own market model; quiet ones do not."""
    loud = study(prices(on_peers=0.1), model="peer", peers=PEERS)
    said = warned(loud, "PEER_CONTAMINATION")
    assert len(said) == 1
    assert "moved abnormally on day 0" in said[0].message
    assert not warned(study(prices(effect=0.15), model="peer", peers=PEERS), "PEER_CONTAMINATION")


def test_a_counterfactual_is_advised_for_long_windows_and_wild_markets() -> None:
    assert "longer than five sessions" in warned(study(closes()), "COUNTERFACTUAL")[0].message
    calm = closes()
    calm.loc[SESSIONS[DAY0 - 2] : SESSIONS[DAY0 + 2], "MKT"] = calm["MKT"].iloc[DAY0 - 2]
    assert not warned(study(calm, windows=[(0, 0), (-1, 1)]), "COUNTERFACTUAL")
    stormy = calm.copy()
    stormy.loc[SESSIONS[DAY0] :, "MKT"] *= 0.9
    said = warned(study(stormy, windows=[(-1, 1)]), "COUNTERFACTUAL")
    assert "variance over [-1, +1]" in said[0].message


@pytest.mark.parametrize("bhar", ["auto", "model", "market", "matched"])
def test_what_buy_and_hold_returns_compare_with(bhar: str) -> None:
    made = prices(effect=0.05)
    result = study(made, model="peer", peers=PEERS, bhar=bhar)
    returns = (made / made.shift(1) - 1).to_numpy()
    columns = {t: j for j, t in enumerate(made.columns)}
    for window in ((0, 1), (0, 5), (-5, 5)):
        kind = {"auto": "market" if window == (0, 1) else "matched"}.get(bhar, bhar)
        days = slice(DAY0 + window[0], DAY0 + window[1] + 1)
        normal = {
            "market": returns[days, columns["MKT"]],
            "matched": returns[days][:, [columns[p] for p in PEERS]].mean(axis=1),
            "model": result.fit.expected[0, window[0] + 5 : window[1] + 6],
        }[kind]
        expected = np.prod(1 + returns[days, columns["AAA"]]) - np.prod(1 + normal)
        assert row(result, window)["bhar"] == pytest.approx(expected, rel=1e-10)
        assert result.bhar_benchmark(Window(*window)) == kind
    assert "BHAR_MARKET" not in codes(result)


def test_matched_without_a_control_falls_back_to_the_market_and_says_so() -> None:
    plain, asked = study(closes()), study(closes(), bhar="matched")
    pd.testing.assert_series_equal(plain.windows()["bhar"], asked.windows()["bhar"])
    assert "no control is named" in warned(asked, "BHAR_MARKET")[0].message
    assert "over more than five sessions" in warned(plain, "BHAR_MARKET")[0].message
    assert "BHAR_MARKET" not in codes(study(closes(), bhar="market"))


def test_peers_that_are_named_serve_long_windows_under_any_model() -> None:
    made = prices(effect=0.05)
    market, named = study(made), study(made, peers=PEERS)
    assert [named.bhar_benchmark(w) for w in named.config.windows or ()] == ["market"] * 3 + ["matched"] * 2
    np.testing.assert_array_equal(named.returns.ar, market.returns.ar)
    changed = named.windows()["bhar"] != market.windows()["bhar"]
    assert list(changed) == [False] * 3 + [True] * 2
    assert "BHAR_MARKET" not in codes(named)


def test_after_a_delisting_buy_and_hold_ends_or_goes_on_in_the_benchmark() -> None:
    made = closes()
    made.loc[SESSIONS[DAY0 + 3] :, "AAA"] = np.nan  # the last trade is on day +2
    returns = (made / made.shift(1) - 1)[["AAA", "MKT"]].to_numpy()
    own, market = returns[DAY0 : DAY0 + 6].T
    truncated, reinvested = study(made), study(made, delisting="reinvest")
    ends = np.prod(1 + own[:3]) - np.prod(1 + market[:3])
    goes_on = np.prod(1 + own[:3]) * np.prod(1 + market[3:]) - np.prod(1 + market)
    assert row(truncated, (0, 5))["bhar"] == pytest.approx(ends, rel=1e-10)
    assert row(reinvested, (0, 5))["bhar"] == pytest.approx(goes_on, rel=1e-10)
    assert row(truncated, (0, 5))["car"] == row(reinvested, (0, 5))["car"]
    whole = study(closes())
    pd.testing.assert_frame_equal(whole.windows(), study(closes(), delisting="reinvest").windows())


def test_one_study_of_several_events_with_a_slow_model_is_the_sum_of_its_parts() -> None:
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": [str(SESSIONS[DAY0].date()), str(SESSIONS[150].date())]})
    table = prices(effect=0.1)
    engine = EventStudy(**CHOICES, model="theil_sen")
    both = engine.run(events, table)
    for i in range(2):
        alone = engine.run(events.iloc[[i]], table)
        np.testing.assert_allclose(both.fit.params[i], alone.fit.params[0], rtol=1e-12)
        np.testing.assert_allclose(both.returns.ar[i], alone.returns.ar[0], rtol=1e-12)


@pytest.mark.parametrize(
    "model", ["garch", "theil_sen", "dimson", "synthetic_control", "elastic_net", "principal_components"]
)
def test_nothing_to_fit_is_told_as_under_any_model(model: str) -> None:
    with pytest.raises(NothingUsable, match="NO_PRICES"):
        study(closes(), tickers=("ZZZ",), model=model, peers=("BBB", "CCC"))
    partly = study(closes(), tickers=("AAA", "ZZZ"), model=model, peers=("BBB", "CCC"))
    assert list(partly.excluded["reason"]) == ["NO_PRICES"]
