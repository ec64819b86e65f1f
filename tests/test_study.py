"""The first study anyone runs, DeepSeek in the embedded sample: its figures, its document, its bytes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult, run
from eventstudy.errors import InvalidRequest, NothingUsable, UnknownName

from tests.panel.made import codes, study
from tests.worlds import SESSIONS, closes

SCHEMA = json.loads((Path(__file__).parent / "contracts" / "result.schema.json").read_text(encoding="utf-8"))


@cache
def deepseek(day0: str = "announced", *tickers: str) -> StudyResult:
    return run("deepseek-r1", tickers=list(tickers), day0=day0)


def window(result: StudyResult, start: int, end: int) -> pd.Series:
    table = result.windows()
    return table[(table["start"] == start) & (table["end"] == end)].iloc[0]


def test_nvda_on_the_day_the_market_took_notice() -> None:
    result = deepseek("recognised", "NVDA")
    assert str(result.panel.day0[0].session) == "2025-01-27"
    day, two = window(result, 0, 0), window(result, 0, 1)
    assert round(100 * day["car"], 1) == -13.4
    assert round(day["t"], 2) == -5.15
    assert day["headline"] == "placebo"
    assert day["headline_p"] == pytest.approx(1 / 251)
    assert round(100 * two["car"], 1) == -6.9
    assert round(two["p"], 2) == 0.06
    assert "DAY0_CHOSEN" in codes(result)


def test_nvda_from_the_announcement() -> None:
    """20 January was a holiday in New York."""
    result = deepseek("announced", "NVDA")
    assert str(result.panel.day0[0].session) == "2025-01-21"
    said = result.warnings.set_index("code")["message"]["DAY0_SHIFTED"]
    assert "2025-01-20" in said
    assert "2025-01-21" in said
    assert "DAY0_CHOSEN" not in codes(result)
    whole = window(result, -5, 5)
    assert round(100 * whole["car"], 1) == -16.2
    assert round(whole["t"], 2) == -1.85
    assert whole["headline"] == "placebo"
    assert str(result.tidy()["session"].iloc[0].date()) == "2025-01-13"  # 9 January was no session either
    assert "ALPHA_DRIFT" not in codes(result)  # 11 x .22 % is less than half of the standard error, 8.74 %


def test_all_sixteen_tickers() -> None:
    result = deepseek("recognised")
    assert result.returns.n == 16
    for w, answer in result.answers.items():
        assert answer.headline == "placebo", w
        assert (answer.n, answer.n_dates) == (16, 1)
        invalid = {name for name, s in answer.tests.items() if not s.valid}
        takes_variance = {"cda", "corrado_rank", "patell_adjusted", "patell_guarded"}
        raised = takes_variance if answer.design and answer.design.event_variance else set()
        assert invalid == {"cross_section_t", "bmp", "patell", "generalized_sign"} | raised
        assert answer.interval is not None
    assert "ONE_DATE" in codes(result)
    assert result.groups[0].name == "chip makers"
    chips = result.test("portfolio_t", (0, 0), group="chip makers")
    assert chips.valid
    assert chips.n == 6
    assert result.answer(next(iter(result.answers)), "chip makers").caar < -0.05


def test_a_series_test_is_put_to_the_portfolio() -> None:
    result = deepseek("recognised")
    mean = result.panel.block.returns.mean(axis=0)
    quantile = result.test("sample_quantile", (0, 0))
    assert quantile.statistic == pytest.approx(result.test("portfolio_t", (0, 0)).statistic, rel=1e-12)
    assert np.isfinite(mean).all()


def test_groups_of_one_speak_for_themselves() -> None:
    result = deepseek("recognised")
    answer = result.answer(next(iter(result.answers)), "China")
    assert answer.n == 1
    assert answer.headline == "placebo"


def test_tables() -> None:
    result = deepseek("announced", "NVDA")
    tidy = result.tidy()
    columns = "event_id ticker rel_day session ret expected ar ar_se car car_se car_low car_high"
    assert " ".join(tidy.columns) == columns
    assert list(tidy["rel_day"]) == list(range(-5, 6))
    np.testing.assert_allclose(tidy["ret"] - tidy["expected"], tidy["ar"], rtol=1e-12)
    np.testing.assert_allclose(tidy["ar"].cumsum(), tidy["car"], rtol=1e-12)
    whole = window(result, -5, 5)
    np.testing.assert_allclose(tidy[["car", "car_se"]].iloc[-1], whole[["car", "se"]].astype(float), rtol=1e-12)
    np.testing.assert_allclose((tidy["car_high"] - tidy["car_low"]) / 2 / tidy["car_se"], 1.96957565, rtol=1e-6)
    tests = result.tests((0, 0))
    assert set(tests[~tests["valid"]]["reasons"]) == {"a mean over pairs is not defined for one pair"}
    with pytest.raises(InvalidRequest, match="outside the event window"):
        result.test("bmp", (-9, 0))
    with pytest.raises(UnknownName):
        result.test("no_such_test", (0, 0))
    with pytest.raises(UnknownName):
        result.answer(next(iter(result.answers)), "no such group")


def documents() -> list[StudyResult]:
    gap = closes()
    gap.iloc[163, 0] = np.nan
    early = closes()
    early.iloc[:150, 1] = np.nan
    return [
        deepseek("recognised"),
        deepseek("announced", "NVDA"),
        study(gap, tickers=("AAA", "BBB", "CCC")),
        study(early, tickers=("AAA", "BBB")),
        study(closes(), tickers=("AAA", "BBB"), model="market_adjusted", event_window=(0, 0), windows=[(0, 0)]),
        study(closes(), tickers=("AAA",), tests=["bmp", "conformal"], missing="trade_to_trade"),
    ]


@pytest.mark.parametrize("which", range(6))
def test_the_document_keeps_the_contract(which: int) -> None:
    result = documents()[which]
    text = result.to_json()
    read: dict[str, Any] = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    jsonschema.Draft202012Validator(SCHEMA).validate(read)
    assert len(read["firms"]) == result.returns.n
    assert len(read["excluded"]) == len(result.excluded)
    assert read["aggregate"]["n"] == result.returns.n


def test_the_document_says_what_the_tables_say() -> None:
    result = deepseek("recognised")
    read = json.loads(result.to_json())
    table = result.windows()
    for i, firm in enumerate(read["firms"]):
        assert firm["ticker"] == result.panel.pairs[i].ticker
        mine = table[table["ticker"] == firm["ticker"]].reset_index()
        for k, found in enumerate(firm["windows"]):
            for name in ("start", "end", "n_days", "car", "se", "t", "p", "scar", "bhar", "p_adjusted"):
                assert found[name] == mine[name][k]
        assert [d["rel_day"] for d in firm["days"]] == list(range(-5, 6))
    together = read["aggregate"]["windows"][0]
    portfolio = next(t for t in together["tests"] if t["name"] == "portfolio_t")
    assert portfolio["statistic"] == result.test("portfolio_t", (0, 0)).statistic
    assert together["ci_low"] < together["caar"] < together["ci_high"]


@pytest.mark.slow
def test_same_inputs_same_bytes() -> None:
    one, two = run("deepseek-r1", day0="recognised"), run("deepseek-r1", day0="recognised")
    assert one.to_json() == two.to_json()
    assert run("deepseek-r1", day0="recognised", seed=1).to_json() != one.to_json()


def test_other_prices_other_hash() -> None:
    prices = closes()
    first = study(prices).provenance
    prices["CCC"] *= 1.001
    assert study(prices).provenance["prices_sha256"] != first["prices_sha256"]
    assert study(prices).provenance["registry_sha256"] == first["registry_sha256"]


def test_choices_that_cannot_be_meant() -> None:
    for choices in (
        {"estimation_window": (-100, -3)},
        {"windows": [(-9, 0)]},
        {"min_estimation": 20},
        {"estimation_window": (-60, -11), "min_estimation": 100},
        {"model": "no_such_model"},
        {"tests": ["no_such_test"]},
        {"returns": "percent"},
        {"no_such_choice": 1},
    ):
        with pytest.raises(InvalidRequest):
            EventStudy(**choices)


def test_nothing_left_to_study_names_the_reasons() -> None:
    events = pd.DataFrame({"ticker": ["AAA"], "date": [SESSIONS[20].date().isoformat()]})
    with pytest.raises(NothingUsable, match="MIN_EST"):
        EventStudy(benchmark="MKT", calendar=None).run(events, closes())


def test_published_forms_are_used_where_they_are_named() -> None:
    prices, tickers = closes(), ("AAA", "BBB", "CCC")
    plain, named = study(prices, tickers=tickers), study(prices, tickers=tickers, variants={"cda": "paper"})
    assert plain.test("cda", (-5, 5)).df == 108
    assert named.test("cda", (-5, 5)).df == 109
    assert named.answers[(-5, 5)].tests["cda"].df == 109  # type: ignore[index]


def test_an_alpha_that_moves_a_car_is_warned_of() -> None:
    """METHODS 1.5: half a standard error. An estimation window that rose by 0.6 % a day takes 6.6 % from an 11-day CAR."""
    prices = closes(1)
    prices["AAA"] *= np.exp(0.006 * np.arange(len(prices)))
    result = study(prices, tickers=("AAA", "BBB"))
    said = result.warnings[result.warnings["code"] == "ALPHA_DRIFT"]
    assert list(said["ticker"]) == ["AAA"]
    alpha, se = (
        result.fit.params[0, 0],
        result.windows().query("ticker == 'AAA' and end == 5 and start == -5")["se"].iloc[0],
    )
    assert 11 * alpha > 0.5 * se


def test_without_prediction_error() -> None:
    result = study(closes(), prediction_error=False)
    found = result.windows().query("start == -5 and end == 5").iloc[0]
    assert found["se"] == pytest.approx(result.fit.sigma[0] * np.sqrt(11), rel=1e-12)


def test_ups_downs_and_the_median_are_counted_pair_by_pair() -> None:
    result = deepseek()
    said = result.to_dict()
    for w, told in enumerate(said["aggregate"]["windows"]):
        cars = sorted(firm["windows"][w]["car"] for firm in said["firms"])
        half = len(cars) // 2
        middle = cars[half] if len(cars) % 2 else (cars[half - 1] + cars[half]) / 2
        assert told["median"] == pytest.approx(middle, rel=1e-14)
        assert (told["n_positive"], told["n_negative"]) == (sum(c > 0 for c in cars), sum(c < 0 for c in cars))
        assert f"({told['n_positive']}:{told['n_negative']})" in result.text()
        assert f"; {100 * middle:+.2f} %" in result.text()
