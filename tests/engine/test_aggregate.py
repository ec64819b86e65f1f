"""keep="aggregate" says what keep="pairs" says: the pair engine, which is held against the oracles, is the yardstick."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import native
from eventstudy.engine.correlation import pairwise_correlation
from eventstudy.errors import InvalidFile, InvalidRequest, NothingUsable
from eventstudy.events import from_frame
from eventstudy.events.columns import columns_of_rows
from eventstudy.events.rows import rows_of_frame
from eventstudy.panel.line_up import line_up
from eventstudy.panel.marks import ascending
from eventstudy.prices import frame_to_table
from eventstudy.request import run, run_aggregate
from eventstudy.study import fitted, passes
from eventstudy.study.aggregate import AggregateResult
from eventstudy.study.answers import NEEDS_PAIRS
from eventstudy.study.cautions import of_design
from eventstudy.study.near import Besides, leaving_out, others, with_others
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import p_text
from eventstudy.study.study import EventStudy
from eventstudy.tables.place import Reading
from eventstudy.units.windows import Window
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import scalar
from tests.tiers import first
from tests.worlds import Many, many


def both(data: Many, **choices: Any) -> tuple[AggregateResult, StudyResult]:
    study = EventStudy(calendar=None, **choices)
    return (
        study.run(data.events, data.prices, factors=data.factors, keep="aggregate"),
        study.run(data.events, data.prices, factors=data.factors),
    )


def same(aggregate: AggregateResult, pairs: StudyResult, near: float = 1e-12) -> None:
    """Every default test, mean, interval, correlation and count, to 1e-12; many pairs round more often."""
    assert aggregate.n == pairs.returns.n
    for window, ours in aggregate.answers.items():
        theirs = pairs.answers[window]
        assert (ours.n, ours.n_dates, ours.headline) == (theirs.n, theirs.n_dates, theirs.headline)
        assert list(ours.tests) == list(theirs.tests)
        assert (ours.n_positive, ours.n_negative) == (theirs.n_positive, theirs.n_negative)
        for name in ("caar", "bhaar", "correlation", "overlap"):
            assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-12, abs=1e-13, nan_ok=True)
        assert (ours.interval is None) == (theirs.interval is None)
        if ours.interval:
            assert ours.interval == pytest.approx(theirs.interval, rel=1e-11, abs=1e-13)
        for name, said in ours.tests.items():
            if NEEDS_PAIRS in said.reasons:
                assert name == "joint_placebo"
                continue
            other = theirs.tests[name]
            assert said.statistic == pytest.approx(other.statistic, rel=near, abs=near, nan_ok=True), name
            assert said.p_value == pytest.approx(other.p_value, rel=1e-11, abs=1e-12, nan_ok=True), name
            assert (said.interval is None) == (other.interval is None), name
            figures = [(said.df or 0.0, other.df or 0.0), *zip(said.interval or (), other.interval or (), strict=True)]
            for mine, yours in figures:
                assert mine == pytest.approx(yours, rel=1e-9), name
            for part in ("distribution", "n", "valid", "reasons"):
                assert getattr(said, part) == getattr(other, part), (name, part)
    assert of_design(aggregate.answers.values()) == of_design(pairs.answers.values())
    aar, count = pairs.aar()
    np.testing.assert_allclose(aggregate.aar()["aar"], aar, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(aggregate.aar()["n"], count)


TROUBLE: Mapping[str, dict[str, Any]] = {
    "nothing missing": {},
    "gaps, late listings, delistings, still days": {"gaps": 0.003, "listed_late": 0.3, "delisted": 0.4, "still": 0.06},
    "many dates": {"dates": 80, "gaps": 0.001},
    "one date": {"dates": 1, "events": 18},
    "one date with a gap": {"dates": 1, "events": 18, "gaps": 0.002},
    "three benchmarks": {"dates": 40, "benchmarks": 3, "listed_late": 0.2},
}


OF_SUMS = {"GROUPS_NOT_KEPT"}
"""What sums alone say: what they do not hold."""
OF_PAIRS = {
    *(
        "ALPHA_DRIFT",
        "ARCH",
        "BENCHMARK_UNRELATED",
        "GAP_IN_WINDOW",
        "MANY_PAIRS",
        "SERIAL_CORRELATION",
        "THIN_TRADING",
    ),
    *("VOLATILITY_REGIME", "WINDOW_INCOMPLETE", "ZERO_RETURN", "MOVE_UNDONE", "MOVE_UNCONFIRMED", "REGIME_UNKNOWN"),
}
"""What is said of single pairs, or by looking at their days."""


@pytest.mark.parametrize("kind", first(TROUBLE, 2))
@pytest.mark.parametrize("model", first(["market", "constant_mean", "market_adjusted"]))
def test_aggregate_says_what_pairs_say(kind: str, model: str) -> None:
    sums, pairs = both(many(3, **TROUBLE[kind]), model=model)
    same(sums, pairs)
    told, every = ({w.code for w in result.warned} for result in (sums, pairs))
    assert told <= every | OF_SUMS
    assert every - told <= OF_PAIRS
    assert of_windows(sums) == of_windows(pairs) > set()


def of_windows(result: AggregateResult | StudyResult) -> set[str]:
    """What is said of the reported windows, whoever the pairs are."""
    return {w.message for w in result.warned if w.code in {"BHAR_MARKET", "COUNTERFACTUAL", "CALENDAR_ENDS"}}


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        ([(0, 0)], ""),
        ([(0, 0), (-1, 1)], "variance over [-1, +1] is"),
        ([(-1, 4), (0, 1)], "[-1, +4] is longer than five sessions"),
    ],
)
@pytest.mark.parametrize("model", first(["market", "constant_mean"]))
def test_wild_markets_and_long_windows_are_told_alike(windows: list[tuple[int, int]], said: str, model: str) -> None:
    """On event days the market moves three times as far; some pairs have too short an estimation."""
    data = many(3, events=60, dates=12, benchmarks=2, listed_late=0.4)
    near = np.unique(data.prices.index.searchsorted(data.events["date"])[:, None] + np.arange(-1, 2))
    market = data.prices[["M0", "M1"]].pct_change().fillna(0.0)
    market.iloc[near] *= 3
    data.prices[["M0", "M1"]] = 100 * (1 + market).cumprod()
    sums, pairs = both(data, windows=windows, model=model)
    assert pairs.returns.n < 60
    assert of_windows(sums) == of_windows(pairs)
    assert said in " ".join(of_windows(sums))
    assert bool(said) == bool(of_windows(sums))


@pytest.mark.parametrize("model", first(["fama_french5_momentum", "capm", "factors"], 0))
def test_six_factors(model: str) -> None:
    data = many(5, dates=30, gaps=0.002, listed_late=0.2, factors=7)
    same(*both(data, model=model, windows=[(0, 0), (-2, 3), (-5, 5)]))


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    dates=st.sampled_from([1, 2, 30]),
    gaps=st.sampled_from([0, 0.004]),
    delisted=st.sampled_from([0, 0.5]),
    still=st.sampled_from([0, 0.2]),
    log=st.booleans(),
    prediction_error=st.booleans(),
)
def test_random_panels(
    seed: int, dates: int, gaps: float, delisted: float, still: float, log: bool, prediction_error: bool
) -> None:
    data = many(seed, dates=dates, events=19, gaps=gaps, delisted=delisted, still=still, listed_late=delisted)
    choices = {"returns": "log" if log else "simple", "prediction_error": prediction_error}
    same(*both(data, **choices))


TICKS = [(0, 0), (0, 1), (-2, 2), (-5, 5)]


def on_ticks(**trouble: Any) -> Many:
    """Prices in whole ticks: on many days neither the share nor the market moves, and so its abnormal return is zero."""
    data = many(21, events=14, dates=5, **trouble)
    tick = np.where(data.prices.columns == "M0", 8, 1)
    return replace(data, prices=data.prices.div(tick).round().mul(tick).clip(lower=5))


def ranked_by_hand(data: Many, window: tuple[int, int]) -> tuple[float, float]:
    """The published GRANK-T and GRANK-Z of the market-adjusted model, day by day."""
    returns = data.prices / data.prices.shift() - 1
    fits = []
    for ticker, day in zip(data.events["ticker"], data.events["date"], strict=True):
        at = int(data.prices.index.searchsorted(day))
        diff = (returns[ticker] - returns["M0"]).iloc[at - 260 : at + 6]
        numbers: list[float | None] = [None if np.isnan(v) else float(v) for v in diff]
        days = list(range(at - 260, at + 6))
        none: list[tuple[float, ...]] = [()] * 266
        one = scalar.Instance(days[:250], numbers[:250], none[:250], days[255:], numbers[255:], none[255:], -5)
        if numbers[260] is not None and sum(v is not None for v in numbers[:250]) >= 100:
            fits.append(scalar.fit(one))
    fits = [f for f in fits if scalar.counts(f, window)]
    scars = [scalar.scar(f, window) for f in fits]
    spread, own = scalar.sd(scars), []
    for f, value in zip(fits, scars, strict=True):
        days_of = [None if e is None else e / f.s2**0.5 for e in f.residual]
        own.append((scalar.ranks([*days_of, value / spread])[-1], f.m + 1))
    variance = sum((t - 1) / (12 * (t + 1)) for _, t in own)
    return scalar.grank(fits, window, lambda n, r: 1.0)[0], sum(u for u, _ in own if u is not None) / variance**0.5


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [{"gaps": 0.004}, {}], ids=["gaps", "whole"])
def test_a_window_that_ties_with_days_counts_half_of_them(trouble: dict[str, Any]) -> None:
    """Abnormal returns of zero stay zero however they are scaled, and tie with the days of zero."""
    data = on_ticks(**trouble)
    variants = {"grank_t": "paper"}
    for choices in ({}, {"variants": variants}, {"model": "market"}, {"model": "constant_mean"}):
        same(*both(data, windows=TICKS, **{"model": "market_adjusted", **choices}))
    tests = ["grank_t", "grank_z"]
    aggregate, pairs = both(
        data, windows=TICKS, model="market_adjusted", variants=variants, tests=tests, mask_other_events=None
    )
    for window in ((0, 0), (-2, 2)):
        by_t, by_z = ranked_by_hand(data, window)
        assert aggregate.test("grank_t", window).statistic == pytest.approx(by_t, rel=1e-9)
        assert pairs.test("grank_t", window).statistic == pytest.approx(by_t, rel=1e-9)
        assert pairs.test("grank_z", window).statistic == pytest.approx(by_z, rel=1e-9)


def test_a_share_on_the_limit_is_told_alike() -> None:
    """19 pairs of which a fifth of all days are still: as a mean of shares 0.2 and a little, as a share of sums 0.2."""
    data = many(4428, dates=1, events=19, gaps=0.004, still=0.2)
    same(*both(data, prediction_error=False))


@pytest.mark.parametrize("model", first(["market", "market_adjusted", "capm"], 0))
def test_benchmarks_that_lack_days_and_events_near_the_first_price(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiled kernel takes them, as the model's own fit does; days without a benchmark are none without a trade."""
    data = many(11, dates=30, gaps=0.002, listed_late=0.2, factors=7 if model == "capm" else 0)
    start = data.prices.index.searchsorted(data.events["date"].min()) - 180
    data.prices.loc[data.prices.index[start + 20 : start + 160 : 23], "M0"] = np.nan
    short = replace(data, prices=data.prices.iloc[start:])
    aggregate, pairs = both(short, model=model)
    same(aggregate, pairs)
    sample = aggregate.sample(Window(0, 0))
    assert sample.untraded_shares == pytest.approx(pairs.untraded.mean(axis=0), rel=1e-12)
    if native.form().kernel is not None:
        monkeypatch.setattr(fitted, "_first", lambda *_: pytest.fail("pairs were left to the model"))
        both(short, model=model)


def test_published_forms_and_excluded_dates() -> None:
    data = many(8, dates=25)
    variants = {"grank_t": "corr", "corrado_rank": "paper", "generalized_sign": "paper", "cda": "paper", "bmp": "paper"}
    same(*both(data, variants=variants, exclude_dates=[str(d.date()) for d in data.prices.index[300:420:7]]))


def test_a_model_without_a_closed_form_goes_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitted, "_AT_ONCE", 7)
    same(*both(many(4, events=40, dates=9, gaps=0.002), model="scholes_williams"))


def test_with_nothing_missing_both_forms_of_the_mean_correlation_agree() -> None:
    aggregate, pairs = both(many(6, dates=1, events=20))
    for window, answer in aggregate.answers.items():
        assert pairs.answers[window].design is not None
        exact = pairwise_correlation(pairs.returns, window)
        assert answer.correlation == pytest.approx(exact.mean, rel=1e-12)


def test_three_thousand_events() -> None:
    data = many(12, events=3000, dates=300, gaps=0.001, delisted=0.1)
    same(*both(data), near=5e-12)


@pytest.mark.parametrize("day0", ["announced", "recognised"])
def test_the_shipped_event(day0: str) -> None:
    same(run_aggregate("deepseek-r1", day0=day0), run("deepseek-r1", day0=day0))


@pytest.mark.parametrize("calendar", [None, "exchange"])
def test_days_of_other_events_of_a_firm_are_left_out_of_storms_alike(calendar: str | None) -> None:
    """In what the command asks; an event that a firm has on a day near another says nothing of how wild its days are."""
    data = many(21, events=40, dates=6, gaps=0.001)
    after = data.events.iloc[::3].assign(event_id=lambda f: f["event_id"] + "-2")
    after["date"] += pd.offsets.BDay(7)
    events = pd.concat([data.events, after[after["date"] < data.prices.index[-12]]])
    wild = data.prices.copy()
    for day in np.flatnonzero(wild.index.isin(after["date"])):
        wild.iloc[day:] *= np.where(wild.columns.str.startswith("S"), 1.08, 1.0)
    asked: dict[str, Any] = {"prices": wild, "benchmark": "M0", "calendar": calendar}
    masked = run(events, **asked)
    same(run_aggregate(events, **asked), masked)
    ratio = masked.answers[Window(-5, 5)].regime
    plain = run(events, **asked, mask_other_events=None).answers[Window(-5, 5)].regime
    assert ratio
    assert plain
    assert ratio.ratio != pytest.approx(plain.ratio, rel=1e-3)


def test_a_single_event_beside_another_of_its_firm_is_judged_alike() -> None:
    data = many(22, events=4, dates=2)
    one = data.events.iloc[:1]
    later = one.assign(event_id="other", date=one["date"] + pd.offsets.BDay(8))
    [other] = from_frame(later)
    config = EventStudy(calendar=None, benchmark="M0")
    pairs = leaving_out(config.run(one, data.prices), others([other], []))
    sums = config.run(one, data.prices, keep="aggregate", besides=Besides(tuple(others([other], [])), own=True))
    same(sums, pairs)
    assert pairs.answers[Window(-5, 5)].regime != config.run(one, data.prices).answers[Window(-5, 5)].regime
    assert sums.answers[Window(-5, 5)].regime == pytest.approx(pairs.answers[Window(-5, 5)].regime, rel=1e-9)


@pytest.mark.parametrize(
    ("model", "explains"), [("market", "the market explains"), ("constant_mean", "an average day brings")]
)
def test_sums_say_first_what_day_0_brought(model: str, explains: str) -> None:
    data = many(3, dates=10, events=60)
    sums, pairs = both(data, model=model, regime="never")
    answer = pairs.answers[Window(0, 0)]
    told = " ".join(sums.text().split("\n\n")[1].split())
    side = "above" if answer.caar > 0 else "below"
    assert f"the {answer.n} cases on average moved {abs(100 * answer.caar):.1f} points {side} what {explains}" in told
    assert f"(p {p_text(pairs.adjusted[Window(0, 0)].p)} of {len(pairs.adjusted)} windows judged together)" in told


def test_a_firm_with_an_event_on_every_day_costs_what_its_windows_hold() -> None:
    """Of the days on which a firm had something to react to only those within reach of a pair are looked at."""
    data = many(22, events=4, dates=2)
    days = data.prices.index[280:680]
    events = pd.DataFrame({"ticker": "S00", "date": days, "event_id": [f"e{i}" for i in range(len(days))]})
    columns = columns_of_rows(rows_of_frame(events))
    besides, every = Besides((), own=True).among(columns)
    study = EventStudy(calendar=None, benchmark="M0")
    [dense], _, _ = line_up(columns, frame_to_table(data.prices), study.config, "M0", compared=True, factors=None)
    left_out = with_others(dense, columns, every, besides).other_days()
    first = -dense.columns[0]  # the column of day 0
    for i in (0, 200, len(dense) - 1):
        row = int(dense.row[i])
        there = np.arange(row - first, row - first + left_out.shape[1])
        expected = (there >= dense.row.min()) & (there <= dense.row.max()) & (there != row)
        np.testing.assert_array_equal(left_out[i], expected)


def test_what_firms_had_to_react_to_travels_to_other_processes() -> None:
    data = many(22, events=4, dates=2)
    [other] = from_frame(data.events.iloc[:1])
    columns = columns_of_rows(rows_of_frame(data.events))
    besides, every = Besides(tuple(others([other], [])), own=True).among(columns)
    assert besides.code == {"e0": 0}
    assert pickle.loads(pickle.dumps((besides, every)))[0] == besides


def test_two_calendars() -> None:
    """Shares of New York and Tokyo, of one benchmark each."""
    data = many(13, days=900, dates=30, benchmarks=2)
    home = {"M0": "M0", "M1": "M1.T"}
    tokyo = set(data.events["ticker"][data.events["benchmark"] == "M1"])
    events = data.events.assign(
        ticker=[
            f"{t}.T" if b == "M1" else t for t, b in zip(data.events["ticker"], data.events["benchmark"], strict=True)
        ],
        benchmark=data.events["benchmark"].map(home),
    )
    others = many(14, days=900).prices  # no two securities have the same closes
    prices = data.prices.rename(columns=home).assign(**{f"{t}.T": others[t] for t in sorted(tokyo)})
    study = EventStudy()
    same(study.run(events, prices, keep="aggregate"), study.run(events, prices))


@pytest.mark.parametrize("largest", [1, 70_000, 2**33, 2**50])
@pytest.mark.parametrize("n", [0, 1, 1000])
def test_pairs_are_put_in_order_as_a_stable_sort_does(n: int, largest: int) -> None:
    keys = np.random.default_rng(n).integers(0, largest, n) // 3
    assert ascending(keys).tolist() == sorted(range(n), key=keys.tolist().__getitem__)


def test_the_same_bytes_every_run_and_for_any_order_of_the_events() -> None:
    data = many(2, gaps=0.002)
    study = EventStudy(calendar=None)
    first = study.run(data.events, data.prices, keep="aggregate")
    assert first.to_json() == study.run(data.events, data.prices, keep="aggregate").to_json()
    shuffled = data.events.sample(frac=1, random_state=1)
    again = study.run(shuffled, data.prices, keep="aggregate")
    assert again.to_dict()["aggregate"] == first.to_dict()["aggregate"]


def test_the_same_result_for_any_size_of_block(monkeypatch: pytest.MonkeyPatch) -> None:
    data = many(2, gaps=0.002, events=150, dates=20)
    study = EventStudy(calendar=None, regime="never")
    usual = study.run(data.events, data.prices, keep="aggregate")
    for size, rows in ((1, 1024), (13, 1024), (100, 7), (1000, 30)):
        monkeypatch.setattr(passes, "BLOCK", size)
        monkeypatch.setattr(fitted, "_AT_ONCE", rows)
        parts = study.run(data.events, data.prices, keep="aggregate")
        for window, answer in usual.answers.items():
            for name, said in answer.tests.items():
                other = parts.answers[window].tests[name]
                assert said.statistic == pytest.approx(other.statistic, rel=1e-10, abs=1e-11, nan_ok=True)


def test_totals_and_blocks_pickle() -> None:
    data = many(2)
    found = EventStudy(calendar=None).run(data.events, data.prices, keep="aggregate")
    totals = found.evidence.totals
    again = pickle.loads(pickle.dumps(totals))
    assert again.strata[31].days.n == totals.strata[31].days.n


def test_exclusions_are_those_of_the_pair_engine() -> None:
    data = many(9, gaps=0.004, listed_late=0.6, delisted=0.6)
    events = pd.concat(
        [
            data.events,
            pd.DataFrame(
                {
                    "ticker": ["GONE", "M0", "S01", "S02"],
                    "date": [data.prices.index[400]] * 2 + [pd.Timestamp("2001-01-02"), pd.Timestamp("2030-01-02")],
                    "event_id": ["x1", "x2", "x3", "x4"],
                    "benchmark": ["M0"] * 4,
                }
            ),
        ],
        ignore_index=True,
    )
    aggregate, pairs = both(Many(events, data.prices, None))
    expected = pairs.excluded.groupby("reason").size().to_dict()
    assert set(expected) >= {"NO_PRICES", "BENCHMARK_IS_TICKER", "NO_DAY0", "MIN_EST"}
    assert aggregate.excluded.set_index("reason")["n"].to_dict() == expected
    named = {(e.event_id, e.ticker): (e.reason, e.message) for e in pairs.exclusions}
    for e in aggregate.exclusions:
        assert named[e.event_id, e.ticker] == (e.reason, e.message)
    assert aggregate.incomplete


@pytest.mark.slow
def test_exchange_calendars_and_registries_are_read_as_by_the_pair_engine() -> None:
    data = many(11, days=800, dates=20)
    stamped = data.events.assign(
        date=[f"{d.date()}T{17 + i % 6}:30:00-05:00" for i, d in enumerate(data.events["date"])]
    )
    study = EventStudy()
    for events in (stamped, from_frame(stamped)):
        same(study.run(events, data.prices, keep="aggregate"), study.run(stamped, data.prices))
    days = study.run(data.events, data.prices, day0="2016-06-20", keep="aggregate")
    assert days.answers[days.config.windows[0]].n_dates == 1  # type: ignore[index]
    assert "DAY0_CHOSEN" in set(days.warnings["code"])


def test_json_has_the_shape_of_the_contract() -> None:
    data = many(2, gaps=0.002)
    found = EventStudy(calendar=None).run(data.events, data.prices, keep="aggregate")
    plain = json.loads(found.to_json())
    whole = json.loads(EventStudy(calendar=None).run(data.events, data.prices).to_json())
    assert set(whole) <= set(plain)
    assert set(whole["aggregate"]) <= set(plain["aggregate"])
    for ours, theirs in zip(plain["aggregate"]["windows"], whole["aggregate"]["windows"], strict=True):
        assert set(ours) == set(theirs)
        assert [t["name"] for t in ours["tests"]] == [t["name"] for t in theirs["tests"]]
    assert plain["firms"] == []
    assert (plain["aggregate"]["n_doubtful"], plain["aggregate"]["with_doubtful"]) == (0, None)
    assert plain["aggregate"]["approximate"] is True
    assert plain["provenance"]["prices_sha256"] == whole["provenance"]["prices_sha256"]


def test_what_needs_every_pair_is_null_with_the_reason() -> None:
    data = many(2)
    found = EventStudy(calendar=None, tests=["wilcoxon"]).run(data.events, data.prices, keep="aggregate")
    said = found.test("wilcoxon", (0, 1))
    assert np.isnan(said.statistic)
    assert said.reasons == (NEEDS_PAIRS,)
    assert "wilcoxon" in set(found.tests((0, 1))["name"])
    with pytest.raises(InvalidRequest, match="not added up"):
        found.test("bmp", (2, 3))


@pytest.mark.parametrize(
    ("choices", "what"),
    [
        ({"missing": "trade_to_trade"}, "trade_to_trade"),
        ({"outcome": "volume"}, "volume"),
        ({"model": "peer"}, "peers"),
        ({"bhar": "model"}, "bhar"),
        ({"min_estimation": 0, "model": "market_adjusted"}, "estimation days"),
    ],
)
def test_what_sums_cannot_answer_is_refused(choices: dict[str, Any], what: str) -> None:
    data = many(2)
    with pytest.raises(InvalidRequest, match=what):
        EventStudy(calendar=None, **choices).run(data.events, data.prices, keep="aggregate")


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ({"ticker": ["S01", ""], "date": ["2017-01-05", "2017-01-06"]}, "row 2, column ticker: is blank"),
        ({"ticker": ["S01", "S02"], "date": ["2017-01-05", None]}, "row 2, column date: is blank"),
        ({"ticker": ["S01", "S02"], "date": ["2017-01-05", "1/2/2017"]}, "row 2, column date"),
        ({"ticker": ["S01", "S01"], "date": ["2017-01-05"] * 2}, "stands in row 1 of the same event"),
        ({"ticker": ["S01", "S02"], "date": ["2017-01-05", "2017-01-06"], "event_id": ["a", "a"]}, "contradicts"),
        (
            {"ticker": ["S01"], "date": ["2017-01-05"], "benchmrk": ["M0"]},
            "'benchmrk' is unknown; did you mean benchmark",
        ),
        ({"ticker": ["S01"], "date": [pd.Timestamp("2017-01-05 10:00")]}, "without an offset or a zone"),
    ],
)
def test_tables_that_cannot_be_meant_name_their_row(rows: dict[str, list[Any]], what: str) -> None:
    data = many(2)
    study, frame = EventStudy(calendar=None, benchmark="M0"), pd.DataFrame(rows)

    def summed() -> None:
        strict: Any = rows_of_frame(frame, Reading(strict=True))
        study.run(strict, data.prices, keep="aggregate")

    with pytest.raises(InvalidFile, match=what):
        summed()
    with pytest.raises(InvalidFile, match="column"):
        from_frame(frame, reading=Reading(strict=True))


def test_sums_and_pairs_leave_the_same_rows_out() -> None:
    data = many(2)
    rows = [("a", "S01", "2017-01-05", "x"), ("a", "S02", "2017-01-05", "y"), ("b", "S02", "2017-01-06", "y")]
    frame = pd.DataFrame([*rows, ("c", "S01", "1/2/2017x", "x")], columns=["event_id", "ticker", "date", "category"])
    study = EventStudy(calendar=None, benchmark="M0")
    pairs = study.run(frame, data.prices)
    for events in (frame, from_frame(frame)):
        sums = study.run(events, data.prices, keep="aggregate")
        assert sums.n == pairs.returns.n == 2
        assert sums.left_out == {"BAD_ROW": 2}
        assert sorted(e.message for e in sums.exclusions) == sorted(e.message for e in pairs.exclusions)
        assert sums.incomplete


def test_nothing_left_is_an_error_that_lists_why() -> None:
    data = many(2)
    rows = pd.DataFrame({"ticker": ["GONE"], "date": ["2017-01-05"]})
    with pytest.raises(NothingUsable, match="GONE"):
        EventStudy(calendar=None, benchmark="M0").run(rows, data.prices, keep="aggregate")


def test_answers_of_believable_pairs_are_those_of_the_pair_engine() -> None:
    data = many(2)
    prices = data.prices.copy()
    pair = data.events.iloc[0]
    at = int(prices.index.searchsorted(pair["date"])) - 40
    own = prices[pair["ticker"]]
    prices[pair["ticker"]] = own.where(np.arange(len(own)) != at, 1.5 * own)
    aggregate, pairs = both(Many(data.events, prices, None), windows=[(0, 1)])
    plain, whole = aggregate.to_dict()["aggregate"], pairs.to_dict()["aggregate"]
    assert plain["doubts"] == ["PRICE_SPIKE"]
    keys = ("n", "n_dates", "believable", "n_doubtful")
    assert {k: plain[k] for k in keys} == {k: whole[k] for k in keys}
    assert plain["believable"]
    assert plain["n_doubtful"] == 3
    for ours, theirs in ((plain, whole), (plain["with_doubtful"], whole["with_doubtful"])):
        for a, b in zip(ours["windows"], theirs["windows"], strict=True):
            assert a["caar"] == pytest.approx(b["caar"], abs=1e-12)
            assert a["n"] == b["n"]
    told = aggregate.summary().splitlines()
    assert told[0].startswith("DOUBT ")
    assert told[1] == f"3 of {len(pairs)} pairs are left out of the means: their prices look wrong."
    assert told[2].startswith(f"Mean CAR of {plain['n']} pairs")
