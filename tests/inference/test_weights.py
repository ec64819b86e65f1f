"""Means weighted by value: one date as one security, several by clusters of dates, against code written apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, analyses
from eventstudy.errors import InvalidRequest
from eventstudy.inference.clusters import weighted_mean
from eventstudy.language import in_language
from eventstudy.panel import Floats, read_shares
from eventstudy.prices import Reading, frame_to_table
from eventstudy.reports import journal
from eventstudy.reports.further import further
from eventstudy.study.happened import in_common, what_happened
from eventstudy.study.result import StudyResult
from eventstudy.study.text import screen
from eventstudy.units.windows import Window
from scipy import stats

FIRMS = [f"F{k:02d}" for k in range(8)]
WEIGHTS = dict(zip(FIRMS, (5.0, 1.0, 2.0, 4.0, 3.0, 2.5, 1.5, 3.5), strict=True))
CHOICES: dict[str, Any] = {
    "benchmark": "SPY",
    "windows": [(0, 0), (0, 2)],
    "min_estimation": 60,
    "estimation_window": (-90, -11),
}


@cache
def closes() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    days = pd.bdate_range("2023-01-02", "2024-12-31")
    market = rng.normal(0, 0.01, len(days))
    moves = {t: (0.6 + 0.1 * k) * market + rng.normal(0, 0.012, len(days)) for k, t in enumerate(FIRMS)}
    return pd.DataFrame({t: 100 * np.cumprod(1 + r) for t, r in {**moves, "SPY": market}.items()}, index=days)


def study(dates: dict[str, int], by: dict[str, float] | None = None, **choices: Any) -> StudyResult:
    rows = [{"ticker": t, "date": closes().index[k].date(), "weight": (by or WEIGHTS)[t]} for t, k in dates.items()]
    return EventStudy(calendar=None, **{**CHOICES, **choices}).run(pd.DataFrame(rows), closes())


ONE = dict.fromkeys(FIRMS, 200)
SEVERAL = dict(zip(FIRMS, (150, 150, 151, 200, 250, 300, 301, 350), strict=True))


def by_matrices(y: Floats, w: Floats, cluster: list[int]) -> tuple[float, float, float]:
    """Mean, standard error and degrees of freedom with every matrix written out, N x N."""
    n = len(y)
    left = np.eye(n) - np.outer(np.ones(n), w)
    e, cov, variance, rows = left @ y, left @ left.T, 0.0, []
    for g in sorted(set(cluster)):
        pick = np.array([float(c == g) for c in cluster])
        at = np.flatnonzero(pick)
        values, vectors = np.linalg.eigh(cov[np.ix_(at, at)])
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        load = np.zeros(n)
        load[at] = root @ w[at]
        variance += float(load @ e) ** 2
        rows.append(left.T @ load)
    product = np.array(rows) @ np.array(rows).T
    return float(w @ y), float(np.sqrt(variance)), float(np.trace(product) ** 2 / (product**2).sum())


def test_the_weighted_mean_on_several_dates_by_whole_matrices() -> None:
    found = study(SEVERAL, weights="value")
    answer, window = found.answer(Window(0, 2)), Window(0, 2)
    cars = found.returns.over(window).car
    w = np.array([WEIGHTS[p.ticker] for p in found.panel.pairs])
    w /= w.sum()
    order = [SEVERAL[p.ticker] for p in found.panel.pairs]
    cluster = [{150: 0, 151: 0, 200: 1, 250: 2, 300: 3, 301: 3, 350: 4}[k] for k in order]
    mean, se, df = by_matrices(cars, w, cluster)
    said = answer.tests["weighted_mean"]
    assert answer.headline == "weighted_mean"
    assert answer.caar == pytest.approx(mean, rel=1e-12)
    assert (said.statistic, said.df, said.se) == pytest.approx((mean / se, df, se), rel=1e-9)
    assert said.p_value == pytest.approx(2 * stats.t.sf(abs(mean / se), df), rel=1e-9)
    half = stats.t.ppf(0.975, df) * se
    assert answer.interval == pytest.approx((mean - half, mean + half), rel=1e-9)
    assert answer.effective_n == pytest.approx(1 / (w**2).sum())
    assert not answer.tests["cross_section_t"].valid
    assert "count equally" in str(answer.tests["bmp_adjusted"].reasons[-1])
    mean_day, _ = found.aar()
    assert mean_day == pytest.approx(w @ found.returns.ar, rel=1e-12)


def test_equal_weights_of_single_dates_are_the_t_of_one_sample() -> None:
    y = np.random.default_rng(1).normal(0.3, 1, 9)
    found, expected = weighted_mean(y, np.full(9, 1 / 9), np.arange(9)), stats.ttest_1samp(y, 0.0)
    assert (found.statistic, found.p, found.df) == pytest.approx((expected.statistic, expected.pvalue, 8.0))


def test_two_clusters_are_the_fewest_of_a_weighted_mean() -> None:
    y, w = np.random.default_rng(2).normal(0.3, 1, 7), np.array([1.0, 2, 3, 1, 4, 2, 2]) / 15
    cluster = np.array([0, 0, 0, 1, 1, 1, 1])
    found, (mean, se, df) = weighted_mean(y, w, cluster), by_matrices(y, w, cluster.tolist())
    assert (found.difference, found.se, found.df) == pytest.approx((mean, se, df), rel=1e-9)
    alone = weighted_mean(y, w, 0 * cluster)
    assert alone.difference == pytest.approx(mean, rel=1e-12)
    assert np.isnan([alone.se, alone.p]).all()


def test_one_date_is_the_weighted_portfolio_run_as_one_security() -> None:
    found = study(ONE, weights="value")
    answer = found.answer(Window(0, 2))
    w = np.array([WEIGHTS[t] for t in FIRMS]) / sum(WEIGHTS.values())
    moves = closes().pct_change()
    series, market = moves[FIRMS].to_numpy() @ w, moves["SPY"].to_numpy()
    days, event = slice(200 - 90, 200 - 10), slice(200, 203)
    x = np.column_stack([np.ones(80), market[days]])
    beta = np.linalg.lstsq(x, series[days], rcond=None)[0]
    ahead = np.column_stack([np.ones(3), market[event]])
    car = float((series[event] - ahead @ beta).sum())
    rest = series[days] - x @ beta
    total = ahead.sum(axis=0)
    variance = float(rest @ rest) / 78 * (3 + total @ np.linalg.inv(x.T @ x) @ total)
    said = answer.tests["portfolio_t"]
    assert answer.headline == "placebo"
    assert answer.caar == pytest.approx(car, rel=1e-9)
    assert (said.statistic, said.df) == pytest.approx((car / np.sqrt(variance), 78), rel=1e-9)
    equal = study(ONE).answer(Window(0, 2))
    assert equal.effective_n == 8
    assert abs(equal.caar - answer.caar) > 1e-4


def test_only_proportions_matter_and_equal_weights_change_nothing_of_a_date() -> None:
    found = study(ONE, dict.fromkeys(FIRMS, 7e9), weights="value").answer(Window(0, 2))
    equal = study(ONE).answer(Window(0, 2))
    assert found.caar == pytest.approx(equal.caar, rel=1e-12)
    assert found.tests["placebo"].p_value == equal.tests["placebo"].p_value


def test_weights_that_a_few_hold_are_not_valid_over_dates() -> None:
    answer = study(SEVERAL, {**WEIGHTS, "F00": 500.0}, weights="value").answer(Window(0, 2))
    assert answer.effective_n < 2
    assert answer.headline is None
    assert "five are needed" in str(answer.tests["weighted_mean"].reasons[-1])


def test_five_firms_of_equal_weight_on_two_dates_are_enough() -> None:
    dates = dict(zip(FIRMS, (150, 150, 300, 300, 300), strict=False))
    found = study(dates, dict.fromkeys(FIRMS, 4.0), weights="value")
    answer = found.answer(Window(0, 2))
    mean, se, df = by_matrices(found.returns.over(Window(0, 2)).car, np.full(5, 0.2), [0, 0, 1, 1, 1])
    said = answer.tests["weighted_mean"]
    assert answer.effective_n == pytest.approx(5.0)
    assert (said.statistic, said.df, said.se) == pytest.approx((mean / se, df, se), rel=1e-9)
    assert said.valid


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(InvalidRequest, match="weight"):
        study(ONE, {**WEIGHTS, "F03": weight}, weights="value")


SHARES = pd.DataFrame(
    [
        *((t, 10.0 * k + 5, "2022-06-30") for k, t in enumerate(FIRMS)),
        ("F00", 80.0, closes().index[180]),  # before the event window, and before a split
        ("F01", 9e9, closes().index[196]),  # on the first day of the event window
    ],
    columns=["ticker", "shares", "date"],
)


def by_shares(shares: pd.DataFrame = SHARES, **choices: Any) -> StudyResult:
    """Eight firms of one date; F00 splits three for one between the count of its shares and the event."""
    table = frame_to_table(closes())
    splits = pd.DataFrame(np.nan, index=closes().index, columns=table.close.columns)
    splits.loc[splits.index[185], "F00"] = 3.0
    splits.loc[splits.index[300], "F02"] = 2.0
    table = replace(table, fields={**table.fields, "split": splits})
    rows = [{"ticker": t, "date": closes().index[200].date()} for t in FIRMS]
    study = EventStudy(calendar=None, **{**CHOICES, "event_window": (-4, 5), "weights": "value", **choices})
    return study.run(pd.DataFrame(rows), table, shares=read_shares(shares))


def test_weights_are_the_last_close_before_the_event_window_times_shares() -> None:
    found = by_shares()
    counts = {t: 10.0 * k + 5 for k, t in enumerate(FIRMS)}
    counts |= {"F00": 80.0 * 3, "F02": counts["F02"] * 2}  # prices are in units of after all splits
    value = np.array([closes()[t].iloc[195] * counts[t] for t in FIRMS])
    assert found.weights() == pytest.approx(value / value.sum(), rel=1e-12)
    car = found.returns.over(Window(0, 2)).car
    assert found.answer(Window(0, 2)).caar == pytest.approx(sum(value * car) / value.sum(), rel=1e-12)
    told = {w.code: w.message for w in found.warned}
    assert "last close before the event window times shares outstanding" in told["VALUE_WEIGHTED"]
    assert "2022-06-30 to 2023-09-11" in str(told["SHARES_COUNTED"])
    assert "ausstehende Aktien" in str(in_language(told["VALUE_WEIGHTED"], "de"))
    again = found["F03"]
    assert again.weights() == pytest.approx([1.0])


def test_shares_that_are_named_count_and_the_column_weight_does_not() -> None:
    rows = pd.DataFrame([{"ticker": t, "date": closes().index[200].date(), "weight": 1.0} for t in FIRMS])
    asked = EventStudy(calendar=None, **{**CHOICES, "event_window": (-4, 5), "weights": "value"})
    table = frame_to_table(closes())
    found = asked.run(rows, table, shares=read_shares(SHARES))
    assert found.weights() == pytest.approx(
        asked.run(rows.drop(columns="weight"), table, shares=read_shares(SHARES)).weights()
    )
    told = [str(w.message) for w in found.warned if w.code == "SHARES_COUNTED"]
    assert any("the column weight is not used" in text for text in told)
    assert asked.run(rows, table).weights() == pytest.approx(np.full(len(FIRMS), 1 / len(FIRMS)))


def test_firms_without_a_count_of_shares_are_left_out_with_their_reason() -> None:
    found = by_shares(SHARES[SHARES["ticker"] != "F05"].drop(columns="date").drop_duplicates("ticker"))
    assert [(e.ticker, e.reason) for e in found.exclusions] == [("F05", "NO_SHARES")]
    assert found.returns.n == 7
    assert "without a date" in next(w.message for w in found.warned if w.code == "SHARES_COUNTED")


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"returns": "difference", "unit_in": "points"}, "of returns"),
        ({"weights": "value", "returns_only": True}, "holds returns"),
        ({"currencies": ("USD", "EUR")}, "several currencies"),
    ],
)
def test_values_that_cannot_be_compared_are_refused(choices: dict[str, Any], words: str) -> None:
    table, rows = frame_to_table(closes()), pd.DataFrame({"ticker": FIRMS[:2], "date": closes().index[200].date()})
    if choices.pop("returns_only", False):
        table = frame_to_table(closes().pct_change().iloc[1:], reading=Reading(values="returns", unit="decimal"))
    for ticker, currency in zip(FIRMS, choices.pop("currencies", ()), strict=False):
        table = replace(table, info={**table.info, ticker: replace(table.info[ticker], currency=currency)})
    with pytest.raises(InvalidRequest, match=words):
        EventStudy(calendar=None, **{**CHOICES, "weights": "value", **choices}).run(
            rows, table, shares=read_shares(SHARES)
        )


def test_the_first_sentence_says_that_its_mean_is_weighted() -> None:
    first = what_happened(study(ONE, weights="value"))[0]
    assert " on average, weighted by value, " in str(first)
    assert ", nach Wert gewichtet, " in str(in_language(first, "de"))
    assert "weighted" not in str(what_happened(study(ONE))[0])


def test_what_is_said_of_weights() -> None:
    found = study(SEVERAL, weights="value")
    (said,) = [w for w in found.warned if w.code == "VALUE_WEIGHTED"]
    assert "one pair has 22" in str(said.message)
    assert "gewichtet" in str(in_language(said.message, "de"))
    told = json.loads(found.to_json())
    assert told["config"]["weights"] == "value"
    assert told["aggregate"]["windows"][0]["effective_n"] == pytest.approx(
        1 / sum((w / 22.5) ** 2 for w in WEIGHTS.values())
    )
    with pytest.raises(InvalidRequest, match="weighted by value"):
        EventStudy(calendar=None, weights="value", **CHOICES).run(
            pd.DataFrame({"ticker": ["F00"], "date": [closes().index[200].date()]}), closes(), keep="aggregate"
        )


@pytest.mark.parametrize("ask", [analyses.robustness, analyses.scan, analyses.calibrate, analyses.counterfactual])
def test_what_weighs_firms_equally_is_refused_where_they_are_weighted_by_value(ask: Callable[..., Any]) -> None:
    with pytest.raises(InvalidRequest, match="weighs firms equally") as refused:
        ask(study(SEVERAL, weights="value"))
    assert refused.value.hint == "leave out --weights"


def _own_estimation() -> StudyResult:
    rows = [
        {"ticker": t, "date": closes().index[k].date(), "estimation_start": -90 + n, "estimation_end": -11}
        for n, (t, k) in enumerate(SEVERAL.items())
    ]
    choices = {**CHOICES, "own_estimation": True}
    return EventStudy(calendar=None, **choices).run(pd.DataFrame(rows), closes())


@pytest.mark.parametrize(
    ("made", "english", "german"),
    [
        (lambda: study(SEVERAL, weights="value"), "weighs firms equally", "gewichtet alle Firmen gleich"),
        (_own_estimation, "one estimation window for all pairs", "ein gemeinsames Schätzfenster für alle Paare"),
        (
            lambda: study(SEVERAL, estimation_windows=[(-90, -11), (20, 40)]),
            "one estimation window that ends before the event",
            "ein einziges Schätzfenster, das vor dem Ereignis endet",
        ),
        (
            lambda: study(SEVERAL, model="market_adjusted", min_estimation=0),
            "needs estimation days",
            "braucht Schätztage",
        ),
    ],
)
def test_a_report_says_in_both_languages_why_other_choices_are_not_tried(
    made: Callable[[], StudyResult], english: str, german: str
) -> None:
    why = further(made())["robustness"]["reason"]
    assert english in why
    told = str(in_language(why, "de"))
    assert told.startswith("die Studie unter anderen Entscheidungen ")
    assert german in told


def test_the_table_of_an_article_says_that_its_means_are_weighted() -> None:
    weighted, plain = study(SEVERAL, weights="value"), study(SEVERAL)
    assert rb"\caption{Weighted mean cumulated abnormal returns" in journal.render(weighted)
    assert b"Weighted mean CAR (" in journal.render(weighted)
    assert "Gewichtete mittlere CAR (" in journal.render(weighted, lang="de").decode()
    assert b"eighted" not in journal.render(plain)
    start = plain.config.event_window.start
    means = [100 * plain.returns.ar[:, w.start - start : w.end - start + 1].sum(axis=1).mean() for w in plain.answers]
    row = " & ".join(f"{mean:+.2f}".replace("-", "$-$") for mean in means)
    assert f"Mean CAR (\\%) & {row} " in journal.render(plain).decode()


def test_only_events_that_are_studied_are_counted() -> None:
    one = study({"F00": 150, "F01": 20})  # the second has no estimation window
    assert [e.ticker for e in one.exclusions] == ["F01"]
    said, day = in_common(one), closes().index[150].date()
    assert said == f"F00: one event of 2, {day}"
    assert in_language(said, "de") == f"F00: eines von 2 Ereignissen, {day:%d.%m.%Y}"
    assert in_common(study({"F00": 150, "F01": 160, "F02": 20})).startswith("2 events of 2 firms, ")
    same = in_common(study({"F00": 150, "F01": 150}))
    assert same == f"2 events of 2 firms, {day}", "one date is said once"
    assert in_language(same, "de") == f"2 Ereignisse bei 2 Firmen, {day:%d.%m.%Y}"


def test_a_test_that_is_valid_in_no_window_is_not_called_so() -> None:
    assert "p, bmp_adjusted (also valid)" in screen(study(ONE))
    assert "also valid" not in screen(study(ONE, weights="value"))


@pytest.mark.parametrize(("model", "named"), [("constant_mean", None), ("market", "SPY")])
def test_a_benchmark_of_levels_is_named_where_the_model_has_one(model: str, named: str | None) -> None:
    found = study(ONE, model=model, returns="difference", unit_in="bp")
    told = json.loads(found.to_json())
    assert (told["config"]["benchmark"], told["firms"][0]["benchmark"]) == (named, named)
    assert ("benchmark SPY" in screen(found)) == (named is not None)
