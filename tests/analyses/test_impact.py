"""CARs in money, held against least squares by statsmodels and arithmetic by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy.analyses.impact import Impact, impact
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.panel import UNDATED, over_splits
from eventstudy.prices import PriceTable, load_prices
from eventstudy.study.result import StudyResult

from tests.panel.made import DAY0, study
from tests.worlds import SESSIONS, closes, grown, jumped, long

FIRMS = ("AAA", "BBB", "CCC")


def counts(*rows: tuple[str, float, int | None]) -> pd.DataFrame:
    """Shares outstanding: ticker, number, and the session of the count."""
    days = [UNDATED if day is None else SESSIONS[day] for _, _, day in rows]
    return pd.DataFrame({"ticker": [t for t, _, _ in rows], "shares": [float(n) for _, n, _ in rows], "date": days})


SHARES = counts(("AAA", 5e6, 100), ("BBB", 40e6, 100), ("CCC", 1e6, None))


def table(prices: pd.DataFrame, currency: dict[str, str] | None = None, **fields: dict[str, pd.Series]) -> PriceTable:
    made = load_prices(path=long(prices, **fields))
    info = {t: replace(i, currency=(currency or {}).get(t, "USD")) for t, i in made.info.items()}
    return replace(made, info=info)


def by_hand(
    prices: pd.DataFrame, weights: dict[str, float], window: tuple[int, int]
) -> tuple[float, float, float, float]:
    """CAR, its 95 % interval and p of the portfolio with these weights, from dummies for the days of the window."""
    returns = prices.pct_change()
    y = sum(w * returns[t] for t, w in weights.items()).to_numpy()  # type: ignore[union-attr]
    days = [*range(DAY0 - 120, DAY0 - 10), *range(DAY0 + window[0], DAY0 + window[1] + 1)]
    length = window[1] - window[0] + 1
    dummies = np.zeros((len(days), length))
    dummies[-length:] = np.eye(length)
    fit = sm.OLS(y[days], np.column_stack([np.ones(len(days)), returns["MKT"].to_numpy()[days], dummies])).fit()
    tested = fit.t_test(np.r_[0, 0, np.ones(length)])
    low, high = tested.conf_int()[0]
    return tested.effect.item(), float(low), float(high), float(tested.pvalue)


@pytest.mark.parametrize("window", [(0, 0), (-2, 3)])
def test_amounts_of_firms_and_of_all_are_those_of_regressions_by_hand(window: tuple[int, int]) -> None:
    prices = closes(seed=1)
    result = study(table(prices), tickers=FIRMS, windows=[window])
    found, [said] = impact(result, shares=SHARES), result.firm_answers.values()
    before, last = DAY0 + window[0] - 1, DAY0 + window[1]
    value = {t: prices[t].iloc[before] * n for t, n in zip(FIRMS, SHARES["shares"], strict=True)}
    for firm in found.firms:
        car, _, _, p = by_hand(prices, {firm.ticker: 1.0}, window)
        i = FIRMS.index(firm.ticker)
        low, high = said.low[i], said.high[i]
        worth = value[firm.ticker]
        assert firm.stake.capitalisation == pytest.approx(worth)
        assert firm.stake.session == f"{SESSIONS[before]:%Y-%m-%d}"
        assert firm.amount.raw == pytest.approx(
            worth * (prices[firm.ticker].iloc[last] / prices[firm.ticker].iloc[before] - 1)
        )
        assert (firm.amount.abnormal, firm.amount.low, firm.amount.high) == pytest.approx(
            (worth * car, worth * low, worth * high), rel=1e-8
        )
        assert firm.amount.p == pytest.approx(p, rel=1e-8)
    [total] = found.totals
    whole = sum(value.values())
    car, _, _, p = by_hand(prices, {t: v / whole for t, v in value.items()}, window)
    assert total.amount.capitalisation == pytest.approx(whole)
    assert total.amount.raw == pytest.approx(sum(f.amount.raw for f in found.firms))
    assert total.amount.abnormal == pytest.approx(sum(f.amount.abnormal for f in found.firms))
    assert total.amount.abnormal == pytest.approx(whole * car, rel=1e-8)
    assert (total.amount.low + total.amount.high) / 2 == pytest.approx(whole * car, rel=1e-8)
    assert total.amount.p == pytest.approx(p, rel=1e-8)
    assert (total.headline, found.currency, found.no_total) == ("placebo", "USD", "")
    rows: list[Any] = [*found.firms, total]
    for row in rows:
        assert (row.amount.low <= 0 <= row.amount.high) == (row.headline_p > 0.05)


def test_nvda_lost_593_billion_dollars_in_a_day() -> None:
    """142.62 to 118.42 (landmarks of the sample) times the 24.49 billion shares of its report: 592.7 billion."""
    found = impact(es.run("deepseek-r1", tickers=["NVDA"], day0="recognised"))
    day = found.firms[0]
    assert day.stake.close == 142.62
    assert day.stake.shares == 24.49e9
    assert day.amount.raw == pytest.approx(24.49e9 * (118.42 - 142.62), rel=1e-12)
    assert round(day.amount.raw / 1e9) == -593
    assert day.amount.abnormal == pytest.approx(-0.13373 * 24.49e9 * 142.62, rel=1e-4)
    assert "Nvidia (NVDA) lost 592.7 billion USD of market value, 467.1 billion USD more than" in found.sentence


@pytest.mark.parametrize(
    ("day", "split", "factor"),
    [
        (100, {120: 10.0}, 10),  # between count and window
        (100, {DAY0 + 20: 4.0}, 4),  # after the window, but the prices are adjusted for it
        (100, {120: 10.0, DAY0: 0.5}, 5),
        (130, {120: 10.0}, 1),  # before the count
        (120, {120: 10.0}, 1),  # on the day of the count
        (None, {120: 10.0}, 1),  # a count without a date is one like the prices
    ],
)
def test_splits_after_the_count_are_in_it(day: int | None, split: dict[int, float], factor: float) -> None:
    prices = closes(seed=1)
    made = table(prices, split={"AAA": pd.Series({SESSIONS[d]: r for d, r in split.items()})})
    found = impact(
        study(made, tickers=("AAA", "BBB"), windows=[(0, 0)]), shares=counts(("AAA", 3e6, day), ("BBB", 1e6, day))
    )
    one, other = found.firms
    assert (one.stake.shares, one.stake.splits) == (factor * 3e6, factor)
    assert one.stake.capitalisation == pytest.approx(factor * 3e6 * prices["AAA"].iloc[DAY0 - 1])
    assert (other.stake.shares, other.stake.splits) == (1e6, 1)


def test_the_last_count_before_the_window_is_taken() -> None:
    shares = counts(("AAA", 1e6, 20), ("AAA", 2e6, DAY0 - 2), ("AAA", 3e6, DAY0 - 1), ("AAA", 9e6, DAY0))
    found = impact(study(closes(), windows=[(-1, 1), (0, 0)]), shares=shares)
    assert [f.stake.shares for f in found.firms] == [2e6, 3e6]
    with pytest.raises(NothingUsable, match="no pair has both") as caught:
        impact(study(closes()), shares=counts(("AAA", 1e6, DAY0 + 1)))
    assert "no shares outstanding of AAA are given" in str(caught.value)


def test_dividends_belong_to_what_the_market_did() -> None:
    prices = closes(seed=3)
    paid = table(prices, dividend={"AAA": pd.Series({SESSIONS[DAY0]: 2.0})})
    found = impact(study(paid, windows=[(0, 0)]), shares=counts(("AAA", 1e6, 0)))
    before, day0 = prices["AAA"].iloc[DAY0 - 1 : DAY0 + 1]
    assert found.firms[0].amount.raw == pytest.approx(1e6 * (day0 + 2.0 - before))


def total_of(result: StudyResult, shares: pd.DataFrame = SHARES) -> tuple[Impact, str]:
    found = impact(result, shares=shares)
    assert not found.totals
    return found, found.no_total


def test_there_is_no_total_where_there_is_no_one_portfolio() -> None:
    two = table(closes(), currency={"BBB": "EUR"})
    found, why = total_of(study(two, tickers=FIRMS))
    assert why == "prices are in EUR and USD"
    assert found.currency == ""
    assert {f.ticker: f.amount.capitalisation > 0 for f in found.firms} == dict.fromkeys(FIRMS, True)
    assert {f["ticker"]: f["currency"] for f in found.to_dict()["firms"]} == {"AAA": "USD", "BBB": "EUR", "CCC": "USD"}
    assert "AAA" in found.sentence
    assert "million EUR" in found.sentence
    _, why = total_of(study(table(closes()), tickers=FIRMS, returns="log"))
    assert "log returns" in why
    holes = closes()
    holes.loc[SESSIONS[60], "BBB"] = np.nan
    _, why = total_of(study(table(holes), tickers=FIRMS))
    assert why == "the firms must share the benchmark and all estimation days"


def test_log_returns_make_money_by_growth() -> None:
    result = study(table(closes()), returns="log", windows=[(0, 1)])
    firm = impact(result, shares=SHARES).firms[0]
    car = float(result.windows()["car"].iloc[0])
    assert firm.amount.abnormal == pytest.approx(firm.stake.capitalisation * (np.exp(car) - 1))
    assert firm.amount.low < firm.amount.abnormal < firm.amount.high
    assert firm.amount.raw == pytest.approx(
        firm.stake.shares * (closes()["AAA"].iloc[DAY0 + 1] - closes()["AAA"].iloc[DAY0 - 1])
    )


def test_a_model_without_a_t_lets_placebo_windows_speak() -> None:
    names = tuple(f"F{i}" for i in range(8))
    result = study(table(closes(tickers=names)), tickers=names[:2], peers=names[2:], model="synthetic_control")
    found = impact(result, shares=counts(("F0", 1e6, 0), ("F1", 1e6, 0)))
    assert found.doubt == ""
    assert {row.headline for row in found.firms} | {row.headline for row in found.totals} == {"placebo"}


def test_the_whole_is_told_in_plain_values_and_the_sentence_follows_from_them() -> None:
    found = impact(study(table(closes()), tickers=FIRMS), shares=SHARES.iloc[:2])
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["schema"] == "eventstudy.impact/1"
    assert len(told["firms"]) == 2 * 5
    assert len(told["totals"]) == 5
    assert [e["ticker"] for e in told["excluded"]] == ["CCC"]
    assert told["excluded"][0]["reason"] == "NO_SHARES"
    whole = told["totals"][0]
    assert (
        f"{abs(whole['raw']) / 1e6:,.1f} million USD of market value" not in told["sentence"]
    )  # the sum of a part heads nothing
    for firm in (f for f in told["firms"] if (f["start"], f["end"]) == (0, 0)):
        verb = "lost" if firm["raw"] < 0 else "gained"
        assert f"{firm['ticker']} {verb} {abs(firm['raw']) / 1e6:,.1f} million USD of market value" in told["sentence"]
    assert "1 more could not be counted, so no sum speaks for all" in told["sentence"]
    assert "2 of 3" in found.text()
    full = impact(study(table(closes()), tickers=FIRMS), shares=SHARES)
    assert f"{abs(full.totals[0].amount.raw) / 1e6:,.1f} million USD of market value" in full.sentence
    assert "all 3" in full.text()
    assert len(found.tidy()) == 15
    drawn: Any = found.plot()
    assert [t.get_text() for t in drawn.get_yticklabels()][-1] == "2 of 3"
    dots = next(line for line in drawn.lines if line.get_label() == "in all")
    assert sorted(dots.get_xdata()) == pytest.approx(sorted([whole["raw"], *(f["raw"] for f in told["firms"][:2])]))


def test_the_chart_of_the_catalog_draws_what_the_answer_holds() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA", "AAPL"], day0="recognised")
    found = impact(result)
    drawn = result.plot("impact")
    rows = [t.get_text() for t in drawn.get_yticklabels()]
    assert rows == ["NVDA", "AAPL", "all 2"]
    amounts = {f.ticker: f.amount for f in found.firms if f.window == (0, 0)} | {"all 2": found.totals[0].amount}
    dots = {line.get_label(): list(line.get_xdata()) for line in drawn.lines}
    assert dots["abnormal, with interval"] == pytest.approx([amounts[name].abnormal for name in rows])
    assert dots["in all"] == pytest.approx([amounts[name].raw for name in rows])
    title = drawn.figure.get_suptitle().replace("\u00a0", " ")
    assert title.startswith("2 firms: \u2212")
    assert "no p-value accounts for that choice" in drawn.figure.get_label()
    one = es.run("deepseek-r1", tickers=["NVDA"], day0="recognised").plot("impact", windows=[(0, 0), (0, 1)])
    assert len(one.get_yticks()) == 2
    assert one.figure.get_suptitle().replace("\u00a0", " ").startswith("NVDA: \u2212592.7 billion USD over [0, 0]")


def test_old_counts_and_splits_that_may_be_hidden_are_told() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA"], day0="recognised")
    old = pd.DataFrame({"ticker": ["NVDA"], "shares": [2.47e9], "date": [pd.Timestamp("2023-11-17")]})
    found = impact(result, shares=old)
    assert found.firms[0].stake.shares == pytest.approx(24.7e9)  # ten for one on 2024-06-10
    assert "counted 434 days before" in found.cautions[0]
    prices = table(closes())
    late = {t: replace(i, retrieved_at="2022-01-01T00:00:00+00:00") for t, i in prices.info.items()}
    said = impact(study(replace(prices, info=late)), shares=SHARES).cautions
    assert any("a split between the two" in text for text in said)
    assert impact(study(prices), shares=SHARES).cautions == ()


def test_every_share_of_the_sample_has_a_count_and_its_source() -> None:
    shipped_counts = pd.read_csv("data/shares.csv")
    event = es.load_registry()["deepseek-r1"]
    assert sorted(shipped_counts["ticker"]) == sorted(event.tickers)
    assert shipped_counts["source"].str.match("Form (10-K|10-Q|20-F|6-K) ").all()
    found = impact(es.run("deepseek-r1", day0="recognised"), windows=[(0, 0)])
    assert not found.excluded
    assert [f.stake.currency for f in found.firms] == ["USD"] * 16
    assert found.totals[0].amount.raw == pytest.approx(sum(f.amount.raw for f in found.firms))
    assert "no currency" not in str(found.cautions)
    unnamed = table(closes(), currency=dict.fromkeys(("AAA",), ""))
    assert any("does not name" in said for said in impact(study(unnamed), shares=SHARES).cautions)


def test_volume_counts_shares_over_splits_too() -> None:
    made = table(closes(), split={"AAA": pd.Series({SESSIONS[120]: 10.0})})
    counted = over_splits(counts(("AAA", 1e6, 100), ("AAA", 10e6, 130), ("BBB", 2e6, 100)), made)
    assert counted["shares"].tolist() == [10e6, 10e6, 2e6]
    volume = {
        t: pd.Series(1e5 * np.exp(np.random.default_rng(i).normal(size=200)), SESSIONS) for i, t in enumerate(FIRMS)
    }
    priced = table(closes(), split={"AAA": pd.Series({SESSIONS[120]: 10.0})}, volume=volume)
    date = SESSIONS[DAY0].date().isoformat()
    events = pd.DataFrame({"ticker": ["AAA"], "date": date, "event_id": "e"})
    choices: dict[str, Any] = {
        "outcome": "volume", "benchmark": "MKT", "calendar": None, "estimation_window": (-120, -11), "min_estimation": 60
    }  # fmt: skip
    ran = es.EventStudy(**choices).run(events, priced, shares=counts(("AAA", 1e6, 0)))
    expected = np.log(100 * volume["AAA"].iloc[DAY0] / 10e6 + 0.000255)
    assert ran.raw[0, 5] == pytest.approx(expected)


def test_only_returns_become_money() -> None:
    with pytest.raises(InvalidRequest, match="only a study of returns"):
        impact(study(closes(), outcome="volatility"), shares=SHARES)


def test_without_a_valid_test_money_has_no_interval_and_no_p() -> None:
    """In a storm that the study is told not to judge by; the exact t stands in brackets there, whatever is chosen."""
    prices = closes(seed=3)
    own = np.array(prices["AAA"].pct_change().fillna(0.0), dtype=np.float64)
    own[DAY0 - 10 :] *= 4
    prices["AAA"] = grown(own)
    found = {regime: impact(study(prices, regime=regime), shares=SHARES) for regime in ("auto", "never")}
    for regime, one in found.items():
        row = next(f for f in one.firms if str(f.window) == "[0, 0]")
        assert not row.exact_valid
        assert np.isfinite([row.headline_p, row.amount.low]).all() == (regime == "auto")
        assert "In brackets: not valid" in " ".join(one.text().split())
    assert "(no test is valid for that)" in found["never"].sentence
    assert "nan" not in found["never"].text()


def test_a_pair_in_doubt_counts_in_no_total() -> None:
    """A close a hundredfold on day 0 stands in its row; the total is that of the others, and is called so."""
    prices = jumped(closes(1), DAY0, {"AAA": 99})
    prices.loc[prices.index[DAY0 + 1] :, "AAA"] /= 100
    found = impact(study(table(prices), tickers=FIRMS, windows=[(0, 0), (0, 1)]), shares=SHARES)
    assert {firm.ticker for firm in found.firms} == set(FIRMS)
    for total in found.totals:
        others = [f.amount for f in found.firms if f.window == total.window and f.ticker != "AAA"]
        assert total.tickers == ("BBB", "CCC")
        assert total.amount.abnormal == pytest.approx(sum(one.abnormal for one in others))
        assert total.amount.capitalisation == pytest.approx(sum(one.capitalisation for one in others))
        assert found.total_name(total) == "2 of 3"
    said = "Counted together are 2 of 3 pairs; without AAA, in doubt."
    assert found.cautions.count(said) == 1
    assert said in found.text()
    assert found.sentence.startswith("No finding for the 3 pairs together")
    assert "2 of 3" in [label.get_text() for label in found.plot().get_yticklabels()]
