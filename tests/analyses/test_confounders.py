"""What else happened, and the answer without it.

Oracles: the shipped calendars and the events' dates read by hand; refits by statsmodels' OLS on the days that are left, with
the forecast variance s² (L + x'(X'X)⁻¹x), x the sum of the regressors' rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy.analyses.confounders import Confounders, Hit, _InReach, confounders
from eventstudy.analyses.masked import Masked, mask
from eventstudy.events import Event, Group, Moment, News, shipped_registry
from eventstudy.prices import load_prices
from eventstudy.reports import render
from eventstudy.reports.further import further
from eventstudy.request import what_else
from scipy import stats

from tests.worlds import closes

SAMPLE = load_prices(None, source="bundled")


def deepseek(*tickers: str, **words: Any) -> Confounders:
    return what_else("deepseek-r1", tickers=list(tickers), **words)[0]


def kinds(found: Confounders) -> set[tuple[str, str, str]]:
    return {(str(day.session), day.code, "all" if day.everyone else ",".join(day.tickers)) for day in found.days}


def test_the_list_of_the_release() -> None:
    assert kinds(deepseek(event_window=(-5, 10))) == {
        ("2025-01-15", "MARKET_MOVE", "all"),
        ("2025-01-15", "NEWS", "all"),
        ("2025-01-16", "EARNINGS", "TSM"),
        ("2025-01-21", "NEWS", "all"),
        ("2025-01-29", "NEWS", "all"),
        ("2025-01-30", "EARNINGS", "MSFT"),
        ("2025-01-30", "EARNINGS", "META"),
        ("2025-01-31", "EARNINGS", "AAPL"),
    }


@pytest.mark.parametrize("window", [{"event_window": (1, 3)}, {"window_days": (1, 3)}])
def test_news_of_days_that_nobody_looks_at_is_not_listed(window: dict[str, Any]) -> None:
    """Day 0 has news in the registry and the calendar; the window begins after it."""
    whole, found = (deepseek("NVDA", **choices) for choices in ({"event_window": (0, 3)}, window))
    days = {hit.rel_day for hit in whole.hits if hit.part == "event"}
    assert 0 in days
    assert {hit.rel_day for hit in found.hits if hit.part == "event"} == {d for d in days if 1 <= d <= 3}
    assert "of the 3 days of the event window" in found.sentence
    assert found.to_dict()["event_window"] == [1, 3]


def test_market_moves_by_hand() -> None:
    spy = SAMPLE.close["SPY"]
    paid = SAMPLE.fields["dividend"]["SPY"].fillna(0)
    returns = ((spy + paid) / spy.shift() - 1).dropna()
    row0 = returns.index.get_loc("2025-01-21")
    assert isinstance(row0, int)
    limit = 2 * returns.iloc[row0 - 260 : row0 - 10].std(ddof=1)
    days = returns.iloc[row0 - 5 : row0 + 11]
    wanted = {str(day.date()) for day in days.index[days.abs() > limit]}
    found = deepseek("NVDA", event_window=(-5, 10))
    assert {str(d.session) for d in found.days if d.code == "MARKET_MOVE"} == wanted == {"2025-01-15"}


def test_dividends_and_splits_of_the_sample() -> None:
    found = what_else(date="2024-07-15", tickers=["AVGO", "NVDA"], estimation_window=(-115, -11), min_estimation=100)[0]
    assert {(d.code, d.tickers, d.what) for d in found.days if d.code == "SPLIT"} == {
        ("SPLIT", ("AVGO",), "10-for-1 split")
    }
    paid = SAMPLE.fields["dividend"]["MSFT"].dropna()
    day = paid.index[-1].date()
    near = what_else(date=day, tickers=["MSFT"], estimation_window=(-130, -11))[0]
    assert ("EX_DIVIDEND", day, 0) in {(h.code, h.session, h.rel_day) for h in near.hits}
    assert f"a dividend of {paid.iloc[-1]:g} goes ex" in {h.what for h in near.hits}


def other(id: str, day: date, *tickers: str) -> Event:
    return Event(id=id, title=f"Event {id}", announced=day, group=(Group(tickers=tickers),))


def test_other_events_of_the_firm_or_the_market_count_and_those_of_others_do_not() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA", "AMD"])
    known = [
        other("own", date(2025, 1, 23), "NVDA", "XOM"),
        other("market", date(2025, 1, 24), "SPY"),
        other("foreign", date(2025, 1, 23), "XOM"),
        other("early", date(2024, 6, 3), "AMD"),
        *shipped_registry(),
    ]
    found = confounders(result, SAMPLE, others=known)
    assert {(h.origin, h.ticker, str(h.session), h.part) for h in found.hits if h.code == "OTHER_EVENT"} == {
        ("own", "NVDA", "2025-01-23", "event"),
        ("market", "NVDA", "2025-01-24", "event"),
        ("market", "AMD", "2025-01-24", "event"),
        ("early", "AMD", "2024-06-03", "estimation"),
    }


def test_events_studied_together_are_news_to_each_other() -> None:
    events = [other("one", date(2025, 1, 21), "NVDA"), other("two", date(2025, 1, 24), "NVDA")]
    found = confounders(es.run(es.Registry(events)), SAMPLE)
    hits = {(h.event_id, h.origin, h.rel_day) for h in found.hits if h.code == "OTHER_EVENT"}
    assert hits == {("one", "two", 3), ("two", "one", -3)}


def test_a_crowd_at_one_moment_is_one_piece_of_news_for_each() -> None:
    """Each of many events of a firm on a date is other news for all the others: named in one, or their number is squared."""
    rows = pd.DataFrame(
        {"ticker": ["NVDA"] * 60, "date": ["2025-01-27"] * 60, "event_id": [f"e{i}" for i in range(60)]}
    )
    found = confounders(es.run(rows))
    others = [hit for hit in found.hits if hit.code == "OTHER_EVENT"]
    assert len(others) == 1, "one firm on one date counts once, whatever its ids"
    assert {str(hit.what) for hit in others} == {"60 events at once, e0 among them (announced)"}
    few = confounders(es.run(rows[:5]))
    assert len([hit for hit in few.hits if hit.code == "OTHER_EVENT"]) == 4, "a few are named one by one"


@pytest.mark.slow
def test_news_that_events_of_one_day_share_is_told_once_with_all_their_firms() -> None:
    rows = pd.DataFrame({"ticker": ["NVDA", "AMD", "AVGO", "MSFT"], "date": ["2025-01-27"] * 3 + ["2025-01-28"]})
    found = what_else(rows, source="bundled")[0]
    by_news = Counter((day.session, day.what) for day in found.days)
    fomc = (date(2025, 1, 29), "FOMC decision")
    assert by_news[fomc] == 4, "one of each event"
    lines = [line for line in found.text().splitlines() if "FOMC decision" in line]
    assert [line.split()[0] for line in lines] == ["+1", "+2"]
    assert [line.split("FOMC decision")[1].split() for line in lines] == [["all"], ["AMD,", "AVGO,", "NVDA"]]
    assert "3 events" in lines[1]
    page = render(found.result, "md", answers=further(found.result, found)).decode()
    table = page[page.index("Other news in the event window") :].split("\n\n")[1]
    told = [line for line in table.splitlines() if "FOMC decision" in line]
    assert [line.split("|")[-2].strip() for line in told] == ["MSFT", "AMD, AVGO, NVDA"]
    alone = what_else(rows[:3], source="bundled")[0]
    page = render(alone.result, "md", answers=further(alone.result, alone)).decode()
    assert page.count("| FOMC decision | all |") == 1


def test_each_is_a_warning_on_its_day_and_of_its_ticker() -> None:
    result = es.run("deepseek-r1", tickers=["TSM", "NVDA"])
    told = {(w.code, w.ticker, w.session) for w in result.warned if w.session}
    assert told == {
        ("MARKET_MOVE", None, "2025-01-15"),
        ("NEWS", None, "2025-01-15"),
        ("EARNINGS", "TSM", "2025-01-16"),
        ("NEWS", None, "2025-01-21"),
    }
    assert {w["session"] for w in result.to_dict()["warnings"]} >= {"2025-01-21", None}


def test_many_events_are_counted() -> None:
    days = pd.bdate_range("2024-07-01", periods=25)
    events = [
        other(f"e{i}", day.date(), "NVDA")
        for i, day in enumerate(days)
        if i % 1 == 0 and day.date() != date(2024, 7, 4)
    ]
    result = es.run(es.Registry(events), estimation_window=(-110, -11))
    [warned] = [w for w in result.warned if w.code == "NEWS_OF_MANY"]
    assert warned.message.startswith(f"{len(events)} of {len(events)} pairs")
    assert not [w for w in result.warned if w.session]
    found = confounders(result, SAMPLE)
    assert found.sentence.startswith(f"{found.n_pairs} of {len(events)} pairs have other news")
    assert found.to_dict()["n_pairs"] == found.n_pairs


def test_a_report_of_another_year_says_nothing_about_this_one() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA", "MSFT"])
    reports = [
        News(Moment(date(2024, 5, 22)), "earnings", "NVDA"),
        News(Moment(date(2024, 10, 30)), "earnings", "MSFT"),
    ]
    looked = confounders(result, SAMPLE, earnings=reports).looked
    assert (looked.earnings, looked.earnings_unknown) == (("MSFT",), ("NVDA",))


def test_on_the_dates_of_the_prices_as_sessions() -> None:
    days = pd.bdate_range("2024-01-01", periods=300)
    prices = closes(0, ("AAA",), days)
    result = es.EventStudy(benchmark="MKT", calendar=None).run(
        pd.DataFrame({"ticker": ["AAA"], "date": [days[280].date()]}), prices
    )
    news = [News(Moment(days[282].date(), "post"), "late"), News(Moment(days[299].date(), "post"), "after all")]
    found = confounders(result, calendar=[*news, News(Moment(date(2019, 1, 1)), "long before")])
    assert [(h.session, h.rel_day, h.what) for h in found.hits if h.code == "NEWS"] == [(days[283].date(), 3, "late")]
    assert not found.looked.actions


def refit(ticker: str, left_out: Sequence[str], window: tuple[int, int]) -> tuple[float, float, float, int]:
    """CAR, its standard error and p without these days, by OLS on the rest of them."""
    close, paid = SAMPLE.close, SAMPLE.fields["dividend"].fillna(0)
    returns = ((close + paid) / close.shift() - 1)[[ticker, "SPY"]]
    row0 = returns.index.get_loc("2025-01-21")
    assert isinstance(row0, int)
    days = [pd.Timestamp(day) for day in left_out]
    before = returns.iloc[row0 - 260 : row0 - 10].drop(days, errors="ignore")
    within = returns.iloc[row0 + window[0] : row0 + window[1] + 1].drop(days, errors="ignore")
    fit = sm.OLS(before[ticker].to_numpy(), sm.add_constant(before["SPY"].to_numpy())).fit()
    x = sm.add_constant(within["SPY"].to_numpy(), has_constant="add")
    car = float((within[ticker].to_numpy() - fit.predict(x)).sum())
    total = x.sum(axis=0)
    se = float(np.sqrt(fit.mse_resid * (len(within) + total @ fit.normalized_cov_params @ total)))
    return car, se, float(2 * stats.t.sf(abs(car / se), fit.df_resid)), len(within)


REPORTS = ("2024-02-22", "2024-05-23", "2024-08-29", "2024-11-21", "2025-01-23")


@pytest.fixture(scope="module")
def masked() -> Masked:
    result = es.run("deepseek-r1", tickers=["NVDA", "MSFT"])
    reports = [News(Moment(date.fromisoformat(day)), "earnings", "NVDA") for day in REPORTS]
    return mask(confounders(result, SAMPLE, earnings=reports, calendar=[News(Moment(date(2025, 1, 24)), "a visit")]))


@pytest.mark.parametrize("window", [(0, 0), (-1, 1), (0, 1), (0, 5), (-5, 5)])
@pytest.mark.parametrize("name", ["NVDA", "MSFT"])
def test_a_mask_changes_the_estimate_by_what_a_refit_gives(masked: Masked, name: str, window: tuple[int, int]) -> None:
    [row] = [r for r in masked.rows if r.name == name and r.window == window]
    move = ["2025-01-15", "2025-01-24"]
    days = [*move, *(REPORTS if name == "NVDA" else ())]
    for part, left_out in ((row.before, []), (row.after, days)):
        car, se, p, n = refit(name, left_out, window)
        assert (part.car, part.se, part.p_of_t) == pytest.approx((car, se, p), rel=1e-9)
        assert part.n_days == n
    inside = [day for day in days if window[0] <= np.busday_count("2025-01-21", day) <= window[1]]
    assert sorted(d.isoformat() for d in row.days) == sorted(inside)
    if name == "NVDA":
        assert masked.estimation_days == {"NVDA": 4}
        assert row.before.se != row.after.se


def test_the_p_before_is_that_of_the_study() -> None:
    """It was that of the exact t, and .016 on one screen stood as <.001 on the next."""
    result = es.run("deepseek-r1", tickers=["NVDA", "MSFT"], day0="recognised")
    rows = mask(confounders(result, SAMPLE)).rows
    for window, said in result.firm_answers.items():
        told = [(r.before.test, r.before.p) for r in rows if r.window == window and r.kind == "firm"]
        assert told == list(zip(said.headline, said.headline_p.tolist(), strict=True))
        [whole] = [r.before for r in rows if r.window == window and r.name.startswith("all")]
        answer = result.answers[window]
        assert answer.headline is not None
        assert whole.test == answer.headline
        assert whole.p == pytest.approx(answer.tests[answer.headline].p_value, rel=1e-9)


def test_a_window_without_its_last_day_is_judged_like_the_shorter_one() -> None:
    """Masking the last of three days leaves the CAR, and the place among sums of two ordinary days, of the two before."""
    windows = [(0, 1), (0, 2)]
    result = es.run("deepseek-r1", tickers=["MSFT"], windows=windows)
    news = [News(Moment(date(2025, 1, 23)), "a visit")]
    [short, long] = mask(replace(confounders(result, calendar=news), hits=_on(result, "2025-01-23"))).rows
    assert [d.isoformat() for d in long.days] == ["2025-01-23"]
    assert (long.after.n_days, long.after.test) == (2, "placebo")
    assert (long.after.car, long.after.p) == pytest.approx((short.before.car, short.before.p), rel=1e-9)
    assert long.before.p != long.after.p


def _on(result: es.StudyResult, day: str) -> tuple[Hit, ...]:
    found = confounders(result, calendar=[News(Moment(date.fromisoformat(day)), "a visit")])
    return tuple(hit for hit in found.hits if hit.session.isoformat() == day)


def test_the_portfolio_loses_the_days_of_all_its_members(masked: Masked) -> None:
    [row] = [r for r in masked.rows if r.name == "all 2 tickers" and r.window == (0, 5)]
    assert [d.isoformat() for d in row.days] == ["2025-01-23", "2025-01-24"]
    assert row.after.n_days == 4
    assert "without 2025-01-23, 2025-01-24" in row.sentence


def test_day_0_is_kept_and_said() -> None:
    found, without = what_else("deepseek-r1", tickers=["NVDA"], mask_confounded=True)
    assert without is not None
    assert [said[:10] for said in without.kept_day0] == ["2025-01-21", "2025-01-21"]
    [row] = [r for r in without.rows if r.window == (0, 0)]
    assert (row.days, row.after) == ((), row.before)
    assert "day 0 is one of them" in found.sentence


def test_news_of_the_event_itself_is_told_apart_and_never_masked() -> None:
    found, without = what_else("deepseek-r1", tickers=["NVDA", "AMD"], mask_confounded=True)
    assert without is not None
    [day] = found.own_days
    assert (str(day.session), day.rel_day, day.what[:14], day.everyone) == ("2025-01-27", 4, "DeepSeek's app", True)
    assert all("DeepSeek" not in other.what for other in found.days)
    assert [own["session"] for own in found.to_dict()["own_news"]] == ["2025-01-27"]
    assert {str(masked) for row in without.rows for masked in row.days} == {"2025-01-15"}
    assert not [w for w in found.result.warned if "DeepSeek" in w.message]


def test_news_that_names_an_event_is_its_own_and_that_of_no_other() -> None:
    events = [other("one", date(2025, 1, 21), "NVDA"), other("two", date(2025, 1, 22), "AMD")]
    named = News(Moment(date(2025, 1, 23)), "a word of one", None, "one")
    found = confounders(es.run(es.Registry(events)), SAMPLE, calendar=[named])
    assert {(hit.event_id, hit.ticker, hit.what) for hit in found.own} == {("one", "NVDA", "a word of one")}
    assert all(hit.what != "a word of one" for hit in found.hits)


@pytest.mark.parametrize(("day0", "kept"), [("announced", "2025-01-27"), ("recognised", "2025-01-21")])
def test_the_other_day_of_the_event_is_kept_and_said(day0: str, kept: str) -> None:
    """QQQ itself moved out of the ordinary on the day the market took notice: without that day there is no event left."""
    found, without = what_else("deepseek-r1", tickers=["NVDA"], benchmark="QQQ", day0=day0, mask_confounded=True)
    assert without is not None
    assert kept in {str(day.session) for day in found.days}
    assert kept not in {str(masked) for row in without.rows for masked in row.days}
    assert {said[:10] for said in without.kept_own} == {kept}
    assert {said[:10] for said in without.to_dict()["kept_own"]} == {kept}


def test_without_other_news_nothing_changes() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA"])
    without = mask(replace(confounders(result), hits=()))
    for row in without.rows:
        (*before, test), (*after, same) = vars(row.before).values(), vars(row.after).values()
        assert after == pytest.approx(before, rel=1e-12)
        assert same == test


def test_too_many_masked_days_leave_no_answer() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA"], estimation_window=(-120, -11))
    sessions = result.panel.block.sessions[0, :20].tolist()
    found = confounders(result, earnings=[News(Moment(day), "earnings", "NVDA") for day in sessions])
    without = mask(found)
    assert [w.code for w in without.warned] == ["SHORT_ESTIMATION"]
    assert all(np.isnan(row.after.car) for row in without.rows)
    assert all("no answer" in row.sentence for row in without.rows if row.days)


def test_every_figure_of_a_sentence_is_in_the_document(tmp_path: Path) -> None:
    found, without = what_else("deepseek-r1", mask_confounded=True)
    assert without is not None
    told = json.loads(json.dumps(found.to_dict() | {"masked": without.to_dict()}, allow_nan=False))
    assert told["schema"] == "eventstudy.confounders/1"
    assert told["sentence"].startswith(f"{told['n_days']} of the 11 days")
    assert told["n_days"] == len({day["session"] for day in told["days"]})
    assert told["day0"] is True
    assert set(told["looked"]["earnings"]) == {"TSM", "META", "MSFT", "AAPL", "AMD", "GOOGL", "AMZN"}
    for row in told["masked"]["rows"]:
        assert f"{100 * row['before']['car']:+.2f} %" in row["sentence"]
        if row["masked"]:
            assert f"{100 * row['after']['car']:+.2f} %" in row["sentence"]
            assert row["masked"][0] in row["sentence"]
        assert "caus" not in row["sentence"]
    assert len(without.tidy()) == len(without.rows)
    assert list(found.tidy().columns) == ["event_id", "ticker", "session", "rel_day", "code", "what", "origin", "part"]


def test_those_in_reach_are_found_whatever_the_lengths_of_their_windows() -> None:
    rng = np.random.default_rng(3)
    first = [date(2020, 1, 1) + timedelta(days=int(k)) for k in rng.integers(0, 400, 60)]
    last = [day + timedelta(days=int(k)) for day, k in zip(first, rng.integers(0, 300, 60), strict=True)]
    some = list(range(0, 60, 2))
    reach = _InReach(some, first, last)
    for day in (date(2020, 1, 1) + timedelta(days=k) for k in range(-1, 701)):
        assert sorted(reach.of(day)) == [i for i in some if first[i] <= day <= last[i]]
