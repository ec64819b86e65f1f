"""One firm on one date under several ids, or firms whose returns are the same: they count once."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from eventstudy import plugins
from eventstudy.inference import PairsTest, Sample
from eventstudy.language import in_language
from eventstudy.study.study import EventStudy

from tests.oracles.designs import ask, made_up, sampled
from tests.tiers import first

DAYS = pd.bdate_range("2022-01-03", periods=420)
ONE, OTHER = str(DAYS[350].date()), str(DAYS[330].date())
SETS: dict[str, tuple[list[str], list[str]]] = {
    "one firm, four ids": (["AAA"] * 4, [ONE] * 4),
    "one firm, 25 ids": (["AAA"] * 25, [ONE] * 25),
    "firms with the same returns": (["AAA", "BBB", "CCC", "DDD"], [ONE] * 4),
    "one firm three times beside another": (["AAA", "AAA", "AAA", "EEE"], [ONE] * 4),
    "two dates": (["AAA", "AAA", "AAA", "AAA", "BBB", "BBB"], [ONE, ONE, ONE, OTHER, OTHER, OTHER]),
}
NEEDS_SPREAD = ("bmp", "bmp_adjusted", "cross_section_t", "grank_t", "grank_z", "jackknife", "variance_placebo")


def prices() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    market = rng.normal(0, 0.01, 420)
    one = 100 * np.cumprod(1 + 0.9 * market + rng.normal(0, 0.02, 420))
    other = 80 * np.cumprod(1 + 1.1 * market + rng.normal(0, 0.015, 420))
    table = {"AAA": one, "BBB": one, "CCC": one / 3, "DDD": 2 * one, "EEE": other, "SPY": 100 * np.cumprod(1 + market)}
    return pd.DataFrame(table, index=DAYS)


def asked(kind: str, keep: Literal["pairs", "aggregate"], form: int = 0, **choices: Any) -> Any:
    """The result of a study with all tests, in their form number `form` where they have so many."""
    tests = plugins.names("tests")
    forms = {name: getattr(plugins.load("tests", name), "variants", ("default",)) for name in tests}
    variants = {name: found[form] for name, found in forms.items() if form < len(found)}
    tickers, dates = SETS[kind]
    events = pd.DataFrame({"ticker": tickers, "date": dates, "event_id": [f"e{i}" for i in range(len(dates))]})
    settings = {"benchmark": "SPY", "windows": [(0, 0), (0, 1)], "tests": tests, "variants": variants, **choices}
    return EventStudy(calendar=None, **settings).run(events, prices(), keep=keep)


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
@pytest.mark.parametrize("model", first(["market", "market_adjusted", "constant_mean"]))
@pytest.mark.parametrize("kind", SETS)
def test_what_cannot_be_computed_is_null_with_its_reason(
    kind: str, model: str, keep: Literal["pairs", "aggregate"]
) -> None:
    for form in range(3):
        found = asked(kind, keep, form, model=model)
        windows = json.loads(found.to_json())["aggregate"]["windows"]
        for told in [test for window in windows for test in window["tests"]]:
            assert all(told[key] is None or np.isfinite(told[key]) for key in ("statistic", "p")), told
            if told["statistic"] is None or told["p"] is None:
                assert told["valid"] is False, told
                assert told["reasons"], told


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
@pytest.mark.parametrize("kind", ["one firm, four ids", "one firm, 25 ids", "firms with the same returns"])
def test_what_is_the_same_counts_once_and_is_said(kind: str, keep: Literal["pairs", "aggregate"]) -> None:
    found = asked(kind, keep)
    repeated = kind.startswith("one firm")
    assert ("REPEATED_EVENT" in set(found.warnings["code"])) is repeated
    assert set(found.excluded["reason"]) == (set() if repeated else {"DUPLICATE_SERIES"})
    assert len(found.excluded) == (0 if repeated else 3 if keep == "pairs" else 1)
    assert all("has the same returns as AAA" in message for message in found.excluded["message"])
    for window in found.answers:
        for name in NEEDS_SPREAD:
            test = plugins.load("tests", name)
            assert isinstance(test, PairsTest)
            if keep == "aggregate" and "default" not in test.from_sums:
                continue
            said = found.test(name, window)
            assert np.isnan(said.statistic), name
            assert said.reasons[0] == "a mean over pairs is not defined for one pair"
            assert in_language(said.reasons[0], "de")


@pytest.mark.parametrize("keep", [pytest.param("pairs", marks=pytest.mark.slow), "aggregate"])
def test_thousands_of_events_of_one_firm_and_date_are_one_pair(keep: Literal["pairs", "aggregate"]) -> None:
    """They took over a minute and 1.3 GB, as tables of pairs by pairs: what counts once is worked out once."""
    n = 3000
    events = pd.DataFrame({"ticker": ["AAA"] * n, "date": [ONE] * n, "event_id": [f"e{i}" for i in range(n)]})
    tracemalloc.start()
    found = EventStudy(calendar=None, benchmark="SPY", windows=[(0, 0), (0, 1)]).run(events, prices(), keep=keep)
    said = [(answer.n, list(answer.tests.items())) for answer in found.answers.values()]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [count for count, _ in said] == [1, 1]
    assert "REPEATED_EVENT" in set(found.warnings["code"])
    assert most < 8 * n * n, "a table of pairs by pairs"


def alike(n: int, others: int = 0, window: tuple[int, int] = (0, 1)) -> Sample:
    """`n` firms of one date with the same returns, and others, past the door that leaves such firms out."""
    made = made_up(np.random.default_rng(5), tuple((i, 100) for i in range(n + others)), missing=0.0)
    made.returns[:, :n] = made.returns[:, :1]
    return sampled(made.block(), window)


@pytest.mark.parametrize("n", [4, 25])
def test_pairs_without_a_spread_are_not_judged_by_one(n: int) -> None:
    sample = alike(n)
    for name in NEEDS_SPREAD:
        said = ask(name, sample)
        assert np.isnan(said.statistic), name
        assert "no spread between the pairs" in said.reasons[0]
        assert in_language(said.reasons[0], "de")


def test_a_joint_test_of_firms_with_the_same_returns_says_why_there_is_none() -> None:
    sample = alike(3, others=1, window=(0, 0))
    for name in ("joint_f", "joint_placebo"):
        assert "no joint test is possible" in ask(name, sample).reasons[0]
    assert "without one of the pairs" in ask("jackknife", sample).reasons[0]
