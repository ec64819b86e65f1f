"""Which day did the market react?

Figures of NVDA: METHODS 5.1, computed for this project outside the engine. Adjusted p: the closed form of drawing D days out of
M + 1 with replacement, 1 - (1 - p)^D (Sidak 1967), of which the bootstrap is an estimate.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy.analyses.reaction import Scan, Subject, adjusted_over_days, critical_sar, half_life, scan
from eventstudy.errors import InvalidRequest

from tests.worlds import closes


@cache
def deepseek(*tickers: str, day0: str = "announced", **choices: Any) -> Scan:
    return scan(es.run("deepseek-r1", tickers=list(tickers), day0=day0, event_window=(-5, 10), **choices))


def subject(found: Scan, name: str) -> Subject:
    return next(s for s in found.subjects if s.name == name)


def test_nvda_the_release_day_is_ordinary_and_one_day_four_sessions_later_is_not() -> None:
    (nvda,) = deepseek("NVDA").subjects
    days = {day.rel_day: day for day in nvda.days}
    assert [100 * days[k].ar for k in (0, 4, 5)] == pytest.approx([-0.38, -13.43, 6.43], abs=0.005)
    assert [days[k].sar for k in (0, 4, 5)] == pytest.approx([-0.15, -5.18, 2.49], abs=0.005)
    assert days[4].p == pytest.approx(1 / 251)
    assert nvda.announced_day0 == date(2025, 1, 21)
    assert nvda.on(nvda.announced_day0) == days[0]
    assert days[0].p_adjusted > 0.5
    assert nvda.reaction == days[4]
    assert days[4].session == date(2025, 1, 27)
    assert [day.rel_day for day in nvda.days if day.p_holm < 0.05] == [4]
    assert nvda.earliest == days[4]
    assert nvda.volume_peak == 4, "818,830,900 shares"
    assert nvda.half_life == 4


def test_chip_and_power_groups_reacted_on_the_27th_and_cloud_buyers_on_no_day() -> None:
    found = deepseek()
    for name in ("chip makers", "data-centre power and cooling"):
        group = subject(found, name)
        assert group.kind == "group"
        assert group.reaction is not None
        assert group.reaction.session == date(2025, 1, 27)
        assert group.reaction.ar < -0.1
    assert subject(found, "cloud buyers").reaction is None
    assert subject(found, "chip makers").tickers == ("NVDA", "AVGO", "AMD", "TSM", "MU", "MRVL")
    assert subject(found, "chip makers").volume_peak is None, "volume is known of NVDA only"


def test_a_group_is_the_portfolio_of_its_members() -> None:
    found = deepseek()
    chips = subject(found, "chip makers")
    members = [subject(found, ticker) for ticker in chips.tickers]
    for j, day in enumerate(chips.days):
        assert day.ar == pytest.approx(np.mean([m.days[j].ar for m in members]), abs=1e-12)


def test_both_dates_stand_side_by_side_whichever_is_day_0() -> None:
    for day0 in ("announced", "recognised"):
        (nvda,) = deepseek("NVDA", day0=day0).subjects
        assert (nvda.announced_day0, nvda.recognised_day0) == (date(2025, 1, 21), date(2025, 1, 27))
        told = nvda.sentence
        assert "announced day 2025-01-21 -0.3" in told
        assert "recognised day 2025-01-27 -13." in told
    announced = nvda.on(nvda.announced_day0)
    assert announced is not None
    assert announced.rel_day == -4
    assert np.isnan(announced.p_adjusted), "not among the days searched"
    assert "not among the days searched" in told


def test_adjusted_p_is_sidaks_of_the_rank_p() -> None:
    rng = np.random.default_rng(3)
    residuals = rng.standard_t(4, (4, 250))
    sar = np.concatenate([rng.standard_t(4, (4, 9)), np.quantile(np.abs(residuals), [0.98, 1.0], axis=1).T * 1.001], 1)
    ranks = (1 + (np.abs(residuals)[:, None, :] >= np.abs(sar)[:, :, None]).sum(axis=2)) / 251
    exact = 1 - (1 - ranks) ** 11
    found = adjusted_over_days(sar, residuals, seed=5)
    assert (np.abs(found - exact) < 4 * np.sqrt(exact * (1 - exact) / 9999) + 2e-4).all()
    assert exact.min() < 0.05 < exact.max()
    assert not np.array_equal(found, adjusted_over_days(sar, residuals, seed=6))
    assert np.array_equal(found, adjusted_over_days(sar, residuals, seed=5))


def test_a_day_is_named_just_above_the_critical_value() -> None:
    for name, day in (("NVDA", 4), ("AVGO", 4)):
        firm = subject(deepseek(), name)
        assert (firm.reaction is not None) == (abs(firm.days[day].sar) > firm.critical)
    residuals = np.random.default_rng(9).standard_t(4, (1, 300))
    critical = critical_sar(residuals[0], 11, 0)
    beside = np.full((1, 11), [critical * 1.0001, critical * 0.9999] + [0.0] * 9)
    above, below = adjusted_over_days(beside, residuals, 0)[0, :2]
    assert above < 0.05 <= below
    assert np.isnan(critical_sar(residuals[0, :100], 11, 0)), "1 - (100 / 101)^11 is .10"


def test_a_missing_day_is_not_counted_and_gets_no_p() -> None:
    residuals = np.random.default_rng(4).standard_normal((1, 100))
    whole, gap = np.full((1, 5), 2.0), np.array([[2.0, np.nan, 2.0, 2.0, 2.0]])
    rank = (1 + (np.abs(residuals) >= 2).sum()) / 101
    found = adjusted_over_days(gap, residuals, 0)
    assert np.isnan(found[0, 1])
    assert found[0, 0] == pytest.approx(1 - (1 - rank) ** 4, abs=0.02)
    assert found[0, 0] < adjusted_over_days(whole, residuals, 0)[0, 0]
    assert np.isnan(adjusted_over_days(whole * np.nan, residuals, 0)).all()


@pytest.mark.parametrize(
    ("ar", "day"),
    [
        ([0.0, 0.0, -0.10, -0.02, 0.01], 2),
        ([-0.04, -0.04, -0.04, 0.0, 0.0], 1),
        ([0.03, -0.10, -0.10, 0.0, 0.0], 2),
        ([0.01, 0.01, 0.01, 0.01, 0.01], 2),
        ([0.0, 0.0, 0.0, 0.0, 0.0], None),
        ([0.01, np.nan, 0.0, 0.0, 0.0], None),
    ],
)
def test_half_life_by_hand(ar: list[float], day: int | None) -> None:
    assert half_life(np.array(ar)) == day


def test_the_days_are_those_named_and_lie_inside_the_event_window() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA"])
    assert scan(result).days == (0, 5), "as far as the event window goes"
    assert [day.rel_day for day in scan(result, (1, 3)).subjects[0].days] == [1, 2, 3]
    with pytest.raises(InvalidRequest, match=r"--event-window -5 10"):
        scan(result, (0, 10))


def test_too_few_estimation_days_for_so_many_searched_are_said() -> None:
    found = deepseek("NVDA", estimation_window=(-160, -11))
    (nvda,) = found.subjects
    assert nvda.reaction is None
    assert nvda.smallest_p == pytest.approx(1 - (150 / 151) ** 11)
    assert [w.code for w in found.warned] == ["SCAN_TOO_WIDE"]


def test_groups_on_several_dates_have_no_portfolio_and_that_is_said() -> None:
    days = pd.bdate_range("2023-01-02", periods=340)
    prices = closes(1, ("AAA", "BBB"), days)
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": [days[300].date(), days[310].date()]})
    study = es.EventStudy(benchmark="MKT", calendar=None, event_window=(0, 10))
    found = scan(study.run(events, prices))
    assert [s.kind for s in found.subjects] == ["firm", "firm"]
    assert [w.code for w in found.warned] == ["NO_PORTFOLIO"]
    assert [s.announced_day0 for s in found.subjects] == [days[300].date(), days[310].date()]


def test_every_figure_of_the_sentence_is_in_the_document() -> None:
    told = json.loads(json.dumps(deepseek().to_dict(), allow_nan=False))
    assert told["schema"] == "eventstudy.scan/1"
    assert told["days"] == [0, 10]
    for row in told["subjects"]:
        if row["reaction_day"]:
            day = next(d for d in row["days"] if d["session"] == row["reaction_day"])
            assert day == row["reaction"]
            assert f"Reaction day: {row['reaction_day']}" in row["sentence"]
        else:
            day = max(row["days"], key=lambda d: abs(d["sar"] / d["scale"]))
            assert "No reaction day" in row["sentence"]
        assert f"{100 * day['ar']:+.2f} %" in row["sentence"]
        assert f"{100 * row['announced']['ar']:+.2f} %" in row["sentence"]
        assert "cause" not in row["sentence"]


@pytest.mark.parametrize(("kind", "n"), [("firm", 16), ("group", 5)])
def test_the_largest_day_of_all_is_held_against_the_largest_of_all_on_ordinary_days(kind: str, n: int) -> None:
    """P' = (1 + M p) / (1 + M), p = 1 - (1 - q)^11, q the share of ordinary days on which one of them was as large."""
    found = deepseek(regime="never")
    judged = [s for s in found.subjects if s.kind == kind and s.together > 1]
    assert {s.together for s in judged} == {n}
    assert len(judged) == n
    first = max(judged, key=lambda s: abs(s.largest.sar / s.largest.scale) if s.largest else 0)
    result = found.result
    place = {pair.ticker: i for i, pair in enumerate(result.panel.pairs)}
    members = [[place[t] for t in s.tickers] for s in judged]
    days = [
        result.returns.take(np.array(m)) if len(m) == 1 else result.portfolios.portfolio(np.array(m))[0]
        for m in members
    ]
    largest = np.max([np.abs(one.studentised[0]) for one in days if one is not None], axis=0)
    assert first.largest is not None
    q = (largest >= abs(first.largest.sar / first.largest.scale)).mean()
    p = 1 - (1 - q) ** 11
    assert first.p_together == pytest.approx((1 + 250 * p) / 251, abs=4 * np.sqrt(p * (1 - p) / 9999) + 1e-9) or (
        first.p_together == first.largest.p_adjusted
    )
    assert all(s.largest is not None and s.p_together >= s.largest.p_adjusted for s in judged)
    assert f"{n} {kind}s)" in first.sentence


def test_a_day_amid_wild_days_is_judged_on_their_scale() -> None:
    """The last 11 of 40 wild days: by the scale of an ordinary day one of them is named, by that of its neighbours none."""
    days = pd.bdate_range("2023-01-02", periods=340)
    prices = closes(5, ("AAA",), days, sigma=(0.01, 0.011))
    moves = np.random.default_rng(2).normal(0, 0.06, 40)
    prices.loc[days[300:], "AAA"] = prices["AAA"].iloc[299] * np.cumprod(1 + moves)
    events = pd.DataFrame({"ticker": ["AAA"], "date": [days[310].date()]})
    told = {}
    for regime in ("auto", "never"):
        study = es.EventStudy(benchmark="MKT", calendar=None, event_window=(0, 10), regime=regime)
        [told[regime]] = scan(study.run(events, prices)).subjects
    assert told["never"].reaction is not None
    assert {day.scale for day in told["never"].days} == {1.0}
    assert told["auto"].reaction is None
    assert min(day.scale for day in told["auto"].days) > 2


def _nothing_happened(studies: int, tails: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Prices of `studies` firms that follow the market and their own noise (METHODS 6.4), and an event for each."""
    days = pd.bdate_range("2020-01-01", periods=290)
    names = [f"F{i:04d}" for i in range(studies)]
    prices = closes(11, names, days, sigma=(0.01, 0.04), tails=tails)
    return prices, pd.DataFrame({"ticker": names, "date": days[275].date()})


@pytest.mark.slow
@pytest.mark.parametrize("tails", [None, 4])
def test_where_nothing_happened_a_day_is_named_in_at_most_6_5_percent(tails: int | None) -> None:
    prices, events = _nothing_happened(2000, tails)
    study = es.EventStudy(benchmark="MKT", calendar=None, event_window=(0, 10))
    found = [s for s in scan(study.run(events, prices)).subjects if s.kind == "firm"]
    named = np.mean([s.reaction is not None for s in found])
    assert len(found) == 2000
    assert 0.025 < named <= 0.065
