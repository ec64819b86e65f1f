"""Studies of volume and of volatility, from prices to the sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import StudyResult, run
from eventstudy.analyses import compare, regress, scan, spillover
from eventstudy.errors import InvalidFile, InvalidRequest, NothingUsable
from eventstudy.panel import read_shares
from eventstudy.units.windows import Window
from scipy import stats

from tests.panel.made import DAY0, ESTIMATION, codes, study
from tests.worlds import SESSIONS, closes, long

TICKERS = ("AAA", "BBB", "CCC")


def traded(seed: int = 4, tickers: tuple[str, ...] = TICKERS, jump: float = 0.0) -> dict[str, pd.Series]:
    """Shares traded by ticker; `jump` is added to the log volume of day 0."""
    rng = np.random.default_rng(seed)
    found = {}
    for ticker in tickers:
        log_volume = 13 + 0.3 * rng.standard_normal(len(SESSIONS))
        log_volume[DAY0] += jump
        found[ticker] = pd.Series(np.expm1(log_volume).round(), SESSIONS)
    return found


def volume_study(volume: dict[str, pd.Series], tickers: tuple[str, ...] = TICKERS, **choices: Any) -> StudyResult:
    return study(long(closes(), volume=volume), tickers=tickers, outcome="volume", **choices)


def test_nvda_of_the_sample_has_volume_and_the_others_are_left_out() -> None:
    result = run("deepseek-r1", tickers=["NVDA", "AMD"], day0="recognised", outcome="volume")
    assert [p.ticker for p in result.panel.pairs] == ["NVDA"]
    assert [(e.ticker, e.reason) for e in result.exclusions] == [("AMD", "NO_VOLUME")]
    assert result.config.model == "constant_mean"
    day = result.windows().query("start == 0 and end == 0").iloc[0]
    assert day["car"] > 0.5
    assert day["p"] == pytest.approx(stats.t.sf(day["t"], result.fit.df[0]), rel=1e-10)
    assert day["headline"] == "exact_t"
    assert np.isnan(result.windows()["bhar"]).all()
    assert "log volume of NVDA" in result.summary()
    assert not {"ALPHA_DRIFT", "BHAR_MARKET", "COUNTERFACTUAL", "PRICE_INDEX_MIX"} & codes(result)
    assert json.loads(result.to_json())["config"]["outcome"] == "volume"


def test_abnormal_volume_is_the_log_over_the_mean_of_the_estimation_days() -> None:
    volume = traded()
    result = volume_study(volume)
    for i, ticker in enumerate(TICKERS):
        levels = np.log(1 + volume[ticker].to_numpy())
        assert result.raw[i, 5] == pytest.approx(levels[DAY0], rel=1e-12)
        plain = levels[DAY0] - levels[list(ESTIMATION)].mean()
        assert result.returns.ar[i, 5] == pytest.approx(
            plain, abs=0.02
        )  # generalised least squares moves the mean a little


def test_turnover_where_shares_outstanding_are_known(tmp_path: Path) -> None:
    """ln(100 volume / shares + .000255), the shares of the last date on or before the session."""
    volume = traded()
    path = tmp_path / "shares.csv"
    later = SESSIONS[100].date()
    path.write_text(f"ticker,shares,date\nAAA,2000000,2020-01-01\nAAA,4000000,{later}\nBBB,1000000,2020-01-01\n")
    events = pd.DataFrame({"ticker": list(TICKERS), "date": SESSIONS[DAY0].date().isoformat(), "event_id": "e"})
    result = run(
        events, prices=long(closes(), volume=volume), shares=path, outcome="volume", benchmark="MKT", calendar=None,
        estimation_window=(-120, -11), min_estimation=60,
    )  # fmt: skip
    block = result.panel.block
    for t in (0, 39, 40, 41, 125):
        row = DAY0 - 120 + t
        count = 2e6 if row < 100 else 4e6
        assert block.returns[0, t] == pytest.approx(np.log(100 * volume["AAA"].iloc[row] / count + 0.000255), rel=1e-12)
        assert block.returns[2, t] == pytest.approx(np.log(1 + volume["CCC"].iloc[row]), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ticker,count\nAAA,5\n", "columns ticker, shares"),
        ("ticker,shares\nAAA,0\n", "line 2"),
        ("ticker,shares,date\nAAA,5,2020-01-01\nAAA,5,1/2/2020\n", "line 3"),
    ],
)
def test_shares_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "shares.csv"
    path.write_text(text)
    with pytest.raises(InvalidFile, match=said):
        read_shares(path)
    with pytest.raises(InvalidFile, match="there is no such file"):
        read_shares(tmp_path / "nowhere.csv")


def test_only_an_increase_counts() -> None:
    up, down = volume_study(traded(jump=1.5)), volume_study(traded(jump=-1.5))
    for result, low in ((up, True), (down, False)):
        p = result.windows().query("start == 0 and end == 0")["p"]
        assert ((p < 0.05) == low).all()
        for name in ("cross_section_t", "bmp_adjusted", "corrado_rank", "portfolio_t"):
            answer = result.test(name, (0, 0))
            assert (answer.p_value < 0.1) == low, name
            assert answer.p_value == pytest.approx(
                stats.t.sf(answer.statistic, answer.df)
                if answer.distribution == "t"
                else stats.norm.sf(answer.statistic)
            )


def test_days_of_volume_are_not_exchanged() -> None:
    result = volume_study(traded(jump=1.5))
    for name in ("sample_quantile", "max_t"):
        answer = result.test(name, (0, 0))
        assert not answer.valid
        assert "autocorrelated" in answer.reasons[0]
    ranks = {window: answer.tests["corrado_rank"] for window, answer in result.answers.items()}
    assert ranks[Window(0, 0)].valid  # the rank of one day; sums of ranks of days that hang together are too wild
    assert all("autocorrelated" in one.reasons[0] for window, one in ranks.items() if window.length > 1)
    assert set(result.firm_answers[(0, 0)].headline) == {"exact_t"}  # type: ignore[index]


def test_on_one_date_the_t_of_the_portfolio_speaks() -> None:
    """Its days are not exchanged, which `placebo` would need; its forecast error knows that they hang together."""
    result = volume_study(traded(jump=1.5))
    day = result.answers[Window(0, 0)]
    assert day.headline == "portfolio_t"
    assert day.tests["portfolio_t"].valid
    assert "stand out" in result.summary()
    assert "portfolio_t" in result.summary()
    assert volume_study(traded()).answers[Window(0, 0)].tests["portfolio_t"].p_value > 0.05


def test_rows_of_volume_are_logarithms_judged_by_one_side() -> None:
    result = volume_study(traded(jump=1.5))
    text = " ".join(result.text().split())
    assert "cumulated abnormal log volume" in text
    assert "cumulated abnormal return" not in text
    assert f"AAA {result.returns.ar[0, 5]:+.2f} " in text
    assert "p of tickers: exact t, upper tail" in text
    assert "Romano-Wolf" not in text  # its days would be exchanged
    assert "95 % interval, two-sided" in text
    low, high = result.answers[Window(0, 0)].interval or (0.0, 0.0)
    assert f"{low:+.1f} .. {high:+.1f}" in text
    alone = " ".join(volume_study(traded(jump=1.5), tickers=("AAA",)).text().split())
    assert "p: exact t, upper tail, and the interval" in alone
    spread = " ".join(study(closes(), tickers=TICKERS, outcome="volatility").text().split())
    assert "p of tickers: variance_ratio, upper tail" in spread


def test_days_of_volume_are_not_searched_and_kinds_are_compared_in_logarithms() -> None:
    """A search judges days that can be exchanged, to both sides: neither holds of volume."""
    result = volume_study(traded(jump=1.5))
    for ask in (scan, spillover):
        with pytest.raises(InvalidRequest, match="is of returns, and this is a study of volume"):
            ask(result)
    with pytest.raises(InvalidRequest, match="is of returns, and this is a study of volatility"):
        scan(study(closes(), tickers=TICKERS, outcome="volatility"))
    events = pd.DataFrame(
        {
            "ticker": ["AAA", "BBB"] * 4,
            "date": [SESSIONS[DAY0 + 4 * (i // 2)].date() for i in range(8)],
            "event_id": [f"e{i}" for i in range(8)],
            "kind": ["up", "up", "down", "down"] * 2,
        }
    )
    made = run(
        events, prices=long(closes(), volume=traded(jump=1.5)), outcome="volume", benchmark="MKT", calendar=None,
        estimation_window=(-120, -11), min_estimation=60, windows=[(0, 0)],
    )  # fmt: skip
    found = compare(made, "kind", window=(0, 0))
    [pair] = found.pairs
    assert f"{pair.a} less {pair.b} {pair.difference:+.2f} (p" in found.sentence
    assert f" {pair.difference:+.2f} " in found.text()
    assert "log volume" in regress(made, pd.DataFrame({"ticker": ["AAA", "BBB"], "size": [1.0, 2.0]}), "size").text()


def test_the_mean_volume_as_regressor() -> None:
    """On one date it holds the event itself: abnormal volumes average zero by construction, and that is said."""
    volume = traded(jump=1.5)
    result = volume_study(volume, model="market")
    levels = np.log1p(np.stack([volume[t].to_numpy() for t in TICKERS]))
    np.testing.assert_allclose(result.benchmark[0], levels.mean(axis=0)[DAY0 - 5 : DAY0 + 6], rtol=1e-12)
    assert result.fit.names == ("alpha", "beta", "rho")
    assert abs(result.answers[(0, 0)].caar) < 0.1  # type: ignore[index]
    assert "VOLUME_MARKET" in codes(result)
    assert "VOLUME_MARKET" not in codes(volume_study(volume))


def test_a_ticker_that_lacks_days_is_no_part_of_the_mean() -> None:
    volume = traded()
    volume["CCC"].iloc[60] = np.nan
    result = volume_study(volume, model="market")
    levels = np.log1p(np.stack([volume[t].to_numpy() for t in TICKERS[:2]]))
    np.testing.assert_allclose(result.benchmark[0], levels.mean(axis=0)[DAY0 - 5 : DAY0 + 6], rtol=1e-12)


def test_excluded_dates_are_left_out_of_volume_too() -> None:
    gone = [SESSIONS[80].date(), SESSIONS[81].date()]
    assert volume_study(traded(), exclude_dates=gone).fit.n_estimation[0] == 110 - 2


def test_no_volume_at_all() -> None:
    with pytest.raises(NothingUsable, match="NO_VOLUME"):
        study(closes(), outcome="volume")
    with pytest.raises(NothingUsable, match="NO_PRICES"):
        study(closes(), tickers=("ZZZ",), outcome="volume")
    with pytest.raises(InvalidRequest, match="no model of volume"):
        study(closes(), outcome="volume", model="capm")


def test_variance_ratio_of_one_firm_by_hand() -> None:
    """Mean of squared standardised returns; one day against every estimation day, a window against random sets of them."""
    result = study(closes(), outcome="volatility")
    sar = result.returns.sar[0]
    days = result.returns.studentised[0] ** 2
    one = result.firm_answers[(0, 0)].tests["variance_ratio"].at(0)  # type: ignore[index]
    assert one.statistic == pytest.approx(sar[5] ** 2, rel=1e-12)
    assert one.p_value == pytest.approx((1 + (days >= sar[5] ** 2).sum()) / (len(days) + 1), rel=1e-12)
    whole = result.firm_answers[(-5, 5)].tests["variance_ratio"].at(0)  # type: ignore[index]
    assert whole.statistic == pytest.approx((sar**2).mean(), rel=1e-12)
    rng = np.random.default_rng(77)
    drawn = np.array([rng.choice(days, 11, replace=False).mean() for _ in range(20_000)])
    assert whole.p_value == pytest.approx(float((drawn >= (sar**2).mean()).mean()), abs=0.015)
    assert whole.draws == 9999


def test_a_study_of_volatility_asks_about_variance() -> None:
    prices = closes()
    alone = study(prices, outcome="volatility")
    assert {a.headline for a in alone.answers.values()} == {"variance_ratio"}
    together = study(prices, tickers=TICKERS, outcome="volatility")
    answer = together.answers[(0, 0)]  # type: ignore[index]
    assert answer.headline == "beaver_u"
    assert list(answer.tests) == ["beaver_u", "variance_placebo", "variance_ratio"]
    assert answer.tests["beaver_u"].distribution == "placebo"
    assert answer.interval is None
    assert "times" in together.summary()


def test_size_of_the_variance_ratio() -> None:
    """Nothing happened: about 5 % for a day and for a window, with fat tails too (600 firms, standard error .9)."""
    from eventstudy import plugins
    from eventstudy.study.estimate import abnormal_returns
    from eventstudy.units.windows import Window

    from tests.oracles.test_models_robust import draws

    made = draws(600, 4, seed=3)
    fit = plugins.load("models", "market").fit(made, 100)
    returns = abnormal_returns(made, fit, np.full(600, 5), prediction_error=True)
    for window in (Window(0, 0), Window(-5, 5)):
        p = plugins.load("tests", "variance_ratio").compute(returns, window, 1).p_value
        assert 0.023 < float((p <= 0.05).mean()) < 0.077


def test_what_to_look_at_next_is_what_the_model_allows() -> None:
    volume = volume_study(traded(jump=1.0)).answers[(0, 0)]  # type: ignore[index]
    assert volume.robustness
    assert all(volume.tests[name].valid for name in volume.robustness if name in volume.tests)
    assert not {"conformal", "sample_quantile", "max_t", "joint_placebo"} & set(volume.robustness)
    together = study(closes(), tickers=TICKERS, outcome="volatility").answers[(0, 0)]  # type: ignore[index]
    assert together.robustness == ("variance_placebo", "variance_ratio")
    assert volume_study(traded()).multiple()["romano_wolf"].isna().all()


@pytest.mark.parametrize(("rise", "told"), [(0.0, False), (0.004, True), (-0.004, True)])
def test_volume_that_rose_all_through_the_estimation_window_is_told(rise: float, told: bool) -> None:
    """Its mean there is that of days long ago."""
    days = np.arange(len(SESSIONS)) - DAY0
    volume = {ticker: own * np.exp(rise * days) for ticker, own in traded().items()}
    found = [w for w in volume_study(volume).warned if w.code == "VOLUME_TREND"]
    assert [w.ticker for w in found] == (list(TICKERS) if told else [])
    for w in found:
        assert w.message.params["slope"] == pytest.approx(rise, abs=0.002)
        middle = float(np.mean(ESTIMATION)) - DAY0
        assert w.message.params["taken"] == pytest.approx(-w.message.params["slope"] * middle)
