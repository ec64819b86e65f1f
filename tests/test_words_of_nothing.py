"""What is nothing is told as nothing: days that moved nobody, a column that is there and blank."""

from __future__ import annotations

import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult
from eventstudy.errors import InvalidRequest
from eventstudy.events import from_frame
from eventstudy.language import in_language
from eventstudy.request.events import _grouped
from eventstudy.study.happened import Move, _all_moved, _moved, _points, _some_moved

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
