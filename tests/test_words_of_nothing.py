"""What is nothing is told as nothing: days that moved nobody, a column that is there and blank."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult, plugins
from eventstudy.errors import InvalidRequest
from eventstudy.events import from_frame
from eventstudy.language import Phrase, in_language
from eventstudy.request import run_aggregate
from eventstudy.request.events import _grouped
from eventstudy.study import happened
from eventstudy.study.happened import Move, _all_moved, _moved, _points, _some_moved
from eventstudy.study.names import words_of_model, words_of_test
from eventstudy.units.windows import Window

from tests.panel.made import CHOICES, DAY0
from tests.worlds import SESSIONS, closes

TICKERS = ("AAA", "BBB", "CCC")


def result_of(tickers: tuple[str, ...], *, at: tuple[int, ...] = (DAY0, DAY0, DAY0)) -> StudyResult:
    events = pd.DataFrame(
        {
            "ticker": tickers,
            "date": [str(SESSIONS[d].date()) for d in at[: len(tickers)]],
            "event_id": [f"e{i}" for i in range(len(tickers))],
        }
    )
    return EventStudy(**CHOICES).run(events, closes(tickers=TICKERS))


def test_days_that_moved_nobody_lost_nothing() -> None:
    still = Move(0, "", -0.0004, 0.0002, (0, 1, 2))
    several = result_of(TICKERS)
    again = result_of(("AAA", "AAA", "BBB"), at=(DAY0, DAY0 + 20, DAY0))
    assert _all_moved(several, still) == "the 3 stocks did not move on average"
    assert _all_moved(again, still) == "the 3 cases did not move on average"
    assert _some_moved(several, still, 4) == "the 3 of 4 stocks that have that day did not move on average"
    assert _some_moved(again, still, 4) == "the 3 of 4 cases that have that day did not move on average"
    assert _points(several, still) == "which the market explains"
    assert in_language(_points(several, still), "de") == "was der Markt erklärt"
    one = Move(0, "", 0.0001, 0.0, (0,))
    assert _moved(result_of(("AAA",)), one) == "AAA did not move"
    loud = Move(0, "", -0.0006, 0.0006, (0, 1, 2))
    assert _all_moved(several, loud) == "the 3 stocks lost 0.1 % on average"


def test_sums_begin_with_the_mean_of_day_0_worked_out_by_hand() -> None:
    made, days = closes(tickers=TICKERS), (0, 5, 9)
    for ticker, d in zip(TICKERS, days, strict=True):
        made.loc[SESSIONS[DAY0 + d] :, ticker] *= 1.12
    events = pd.DataFrame({"ticker": TICKERS, "date": [str(SESSIONS[DAY0 + d].date()) for d in days]})
    sums = EventStudy(**CHOICES | {"model": "constant_mean"}).run(events, made, keep="aggregate")
    first, last = sums.config.estimation_window
    change = made.pct_change().to_numpy()
    rows = [(DAY0 + d, made.columns.get_loc(ticker)) for ticker, d in zip(TICKERS, days, strict=True)]
    mean = sum(change[row, k] - change[row + first : row + last + 1, k].mean() for row, k in rows) / 3
    side = "above" if mean > 0 else "below"
    said = f"the 3 cases on average moved {abs(100 * mean):.1f} points {side} what an average day brings; "
    assert said in " ".join(sums.text().split())
    sums.answers[Window(0, 0)] = replace(sums.answers[Window(0, 0)], caar=-0.0)
    assert str(happened.of_sums(sums)).startswith(
        "On day 0 of their events the 3 cases on average moved as much as an average day brings; "
    )


def test_a_window_that_brought_nothing_moved_as_much_as_is_normal() -> None:
    events = pd.DataFrame({"ticker": TICKERS, "date": str(SESSIONS[DAY0].date())})
    made = EventStudy(**CHOICES | {"event_window": (2, 6), "windows": None}).run(events, closes(tickers=TICKERS))
    still = replace(made, returns=replace(made.returns, ar=np.zeros_like(made.returns.ar)))
    [said, *_] = happened._over(still, Window(2, 6))
    assert said.startswith("From day +2 to day +6, the 3 stocks on average moved as much as the market explains; ")
    german = in_language(said, "de")
    assert german is not None
    assert german.startswith(
        "Von Tag +2 bis Tag +6 war die Bewegung von 3 Werten im Mittel so groß, wie der Markt erklärt; "
    )


def test_sums_of_levels_are_refused_before_a_price_is_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="a study of changes of a level cannot be had from sums"):
        run_aggregate(tmp_path / "none.csv", prices=tmp_path / "no.csv", returns="difference", unit_in="percent")


def test_each_test_and_model_of_the_package_has_a_name_in_words() -> None:
    for kind, words in (("tests", words_of_test), ("models", words_of_model)):
        bare = [name for name in plugins.names(kind) if not isinstance(words(name), Phrase)]
        assert not bare, bare


def test_a_model_without_a_benchmark_names_the_day_that_carries_an_alpha() -> None:
    made = closes(tickers=TICKERS)
    made.loc[SESSIONS[DAY0 - 60 : DAY0 - 11 : 2], "AAA"] *= 3
    events = pd.DataFrame({"ticker": ["AAA"], "date": [str(SESSIONS[DAY0].date())]})
    result = EventStudy(**CHOICES | {"model": "constant_mean", "benchmark": None}).run(events, made)
    assert "IMPOSSIBLE_FIGURE" in {w.code for w in result.doubts_of()}


def test_a_flag_of_one_ticker_names_it_once() -> None:
    made = closes(tickers=TICKERS)
    day = SESSIONS[DAY0 - 40]
    made["AAA"] = made["AAA"].where(made.index != day, 1.5 * made["AAA"])
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": str(SESSIONS[DAY0].date())})
    sums = EventStudy(**CHOICES).run(events, made, keep="aggregate")
    told = [w.message for w in sums.warned if w.code == "PRICE_SPIKE"]
    assert [m.split(":")[0] for m in told] == [f"AAA on {day.date()}"]
    made["BBB"] = made["BBB"].where(made.index != SESSIONS[DAY0 - 50], 1.5 * made["BBB"])
    both = EventStudy(**CHOICES).run(events, made, keep="aggregate")
    [said] = [w.message for w in both.warned if w.code == "PRICE_SPIKE"]
    assert said.startswith("AAA, BBB: ")


@pytest.mark.parametrize(
    ("column", "what", "available"),
    [
        ("category", "no event has a category to group by", "kind"),
        ("colour", "no event has a column 'colour' to group by", "category, kind"),
    ],
)
def test_a_column_to_group_by_that_is_lacking_is_not_offered(column: str, what: str, available: str) -> None:
    events = from_frame(pd.DataFrame({"ticker": ["AAA"], "date": ["2024-03-01"], "kind": ["x"]}))
    with pytest.raises(InvalidRequest) as refused:
        _grouped(events, column)
    assert (refused.value.what, refused.value.available) == (what, available)
