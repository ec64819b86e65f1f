"""What people who know pandas do in a notebook: frames of every kind, parts by lists, copies, files of results, slips."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from functools import cache
from inspect import signature
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest, NeedsPairs
from eventstudy.study.aggregate import AggregateResult

_DAYS = pd.bdate_range("2020-01-01", "2021-12-31")
_TICKERS = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"]
_DATES = _DAYS[[300, 330, 360, 390, 420, 450]]


@cache
def world() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events with a column of their own, and closes."""
    rng = np.random.default_rng(3)
    market = rng.normal(0, 0.01, len(_DAYS))
    returns = pd.DataFrame({t: market + rng.normal(0, 0.01, len(_DAYS)) for t in _TICKERS}, index=_DAYS)
    events = pd.DataFrame({"ticker": _TICKERS, "date": _DATES, "size": rng.normal(size=6)})
    return events, 100 * (1 + returns.assign(MKT=market)).cumprod()


@cache
def study() -> es.EventStudy:
    return es.EventStudy(benchmark="MKT", calendar=None)


@cache
def result() -> es.StudyResult:
    return study().run(*world())


@cache
def sums() -> AggregateResult:
    return study().run(*world(), keep="aggregate")


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
@pytest.mark.parametrize("events", ["events.csv", None, 5], ids=["text", "none", "number"])
def test_events_that_are_no_table_are_refused_by_what_they_are(events: Any, keep: Any) -> None:
    with pytest.raises(InvalidFile, match="no table"):
        study().run(events, world()[1], keep=keep)


def test_a_list_of_tickers_takes_a_part() -> None:
    part = result()[["AAA", "CCC"]]
    assert list(part) == ["AAA", "CCC"]
    assert list(result()[pd.Index(["CCC"])]) == ["CCC"]  # type: ignore[index]
    for wrong in (["AAA", "NOPE"], [], 0):
        with pytest.raises(EventStudyError, match="no ticker in this result"):
            result()[wrong]  # type: ignore[index]


def test_results_and_answers_are_compared_and_shown_without_their_arrays() -> None:
    found, other = result(), study().run(*world())
    answers = [
        es.analyses.scan(found),
        es.analyses.regress(found, on="size"),
        es.analyses.compare(found, "size", cut=0),
    ]
    for one in (found, sums(), *answers, es.load_prices(["SPY"], source="bundled")):
        assert one == one
        assert one != other
        assert len({one, one}) == 1
    assert all(repr(a).startswith(f"<{type(a).__name__}>\n") and "array(" not in repr(a) for a in answers)
    assert answers[1].sentence in repr(answers[1])
    assert repr(found.provenance) == repr(dict(found.provenance))


@pytest.mark.parametrize("again", [lambda r: pickle.loads(pickle.dumps(r)), copy.copy, copy.deepcopy])
def test_sums_go_into_a_file_and_come_back(again: Callable[[AggregateResult], AggregateResult]) -> None:
    back = again(sums())
    assert back.to_json() == sums().to_json()
    assert back.warnings.equals(sums().warnings)


def test_a_pandas_date_is_the_date_that_it_is_on() -> None:
    text = es.StudyConfig(exclude_dates=("2020-03-16",))  # type: ignore[arg-type]
    assert es.StudyConfig(exclude_dates=(pd.Timestamp("2020-03-16"),)) == text
    assert es.StudyConfig(exclude_dates=pd.to_datetime(["2020-03-16"])).as_dict() == text.as_dict()  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="not a date"):
        es.StudyConfig(exclude_dates=(pd.NaT,))  # type: ignore[arg-type]


def test_two_days_are_one_window() -> None:
    assert es.StudyConfig(windows=(0, 1)).windows == (es.Window(0, 1),)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="two whole numbers"):
        es.StudyConfig(windows=(0, 1, 2))  # type: ignore[arg-type]


def _frames() -> dict[str, Any]:
    import polars

    values = world()[0]["size"].tolist()
    frame = pd.DataFrame({"ticker": _TICKERS, "size": values})
    return {
        "index": frame.set_index("ticker"),
        "nameless index": pd.DataFrame({"size": values}, index=_TICKERS),
        "series": pd.Series(values, index=pd.Index(_TICKERS, name="ticker"), name="size"),
        "filtered": frame.iloc[::-1],
        "other word": frame.rename(columns={"ticker": "Symbol"}),
        "polars": polars.DataFrame({"ticker": _TICKERS, "size": values}),
        "dict": {"ticker": _TICKERS, "size": values},
        "events": None,
    }


@pytest.mark.parametrize("kind", list(_frames()))
def test_characteristics_of_any_frame_are_the_same(kind: str) -> None:
    frame = pd.DataFrame({"ticker": _TICKERS, "size": world()[0]["size"]})
    known = es.analyses.regress(result(), frame, "size").tidy()
    pd.testing.assert_frame_equal(es.analyses.regress(result(), _frames()[kind], on="size").tidy(), known)


def test_what_is_forgotten_of_a_regression_is_named() -> None:
    with pytest.raises(InvalidRequest, match="name the characteristics"):
        es.analyses.regress(result())
    with pytest.raises(InvalidFile, match="need a column `ticker`"):
        es.analyses.regress(result(), 5, "size")
    with pytest.raises(InvalidRequest, match=r"\[0, \+9\] lies outside the event window"):
        es.analyses.regress(result(), on="size", window=(0, 9))
    assert es.analyses.regress(result=result(), on="size").n == 6


ASKED = [
    name for name in es.analyses.__all__ if next(iter(signature(getattr(es.analyses, name)).parameters), "") == "result"
]
"""All analyses of a study."""


@pytest.mark.parametrize("name", ASKED)
def test_an_analysis_refuses_what_is_no_study_of_pairs(name: str) -> None:
    ask, more = getattr(es.analyses, name), {"by": "size"} if name == "compare" else {}
    with pytest.raises(NeedsPairs, match="cannot be had from sums"):
        ask(sums(), **more)
    with pytest.raises(InvalidRequest, match="asks a study, not a DataFrame"):
        ask(world()[1], **more)


def _factors() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    values = rng.normal(0, 0.005, (len(_DAYS), 3))
    return pd.DataFrame(values, _DAYS, ["mkt_rf", "smb", "hml"]).assign(rf=0.0001)


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.rename(columns=str.upper),
        lambda f: f.rename(columns={"mkt_rf": "Mkt-RF"}),
        lambda f: f.rename_axis("date").reset_index(),
        lambda f: f.tz_localize("UTC"),
    ],
    ids=["upper case", "as published", "a column of dates", "with a zone"],
)
def test_a_study_takes_factors_as_the_command_does(change: Callable[[pd.DataFrame], pd.DataFrame], keep: Any) -> None:
    three = es.EventStudy(model="fama_french3", calendar=None)
    known = three.run(*world(), factors=_factors(), keep=keep)
    again = three.run(*world(), factors=change(_factors()), keep=keep)
    pd.testing.assert_frame_equal(again.windows(), known.windows())


def test_factors_in_per_cent_or_of_an_unclear_market_are_refused() -> None:
    three = es.EventStudy(model="fama_french3", calendar=None)
    with pytest.raises(InvalidFile, match="another unit"):
        three.run(*world(), factors=_factors() * 100)
    with pytest.raises(InvalidRequest, match="may be the return of the market"):
        three.run(*world(), factors=_factors().rename(columns={"mkt_rf": "mkt"}))


def test_the_ticker_of_a_file_that_is_not_there_is_no_choice_of_firms() -> None:
    with pytest.raises(InvalidRequest, match="to study a ticker: --tickers NVDA"):
        es.run("deepseek-r1", ticker="NVDA")
