"""On which side of day 0's session news came: half days, daylight saving, weekends, late filings."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from eventstudy.calendars import Moment, day0, open_time, timing_of

CASES = {
    "before the open": ("2025-01-29T08:00:00-05:00", "2025-01-29", "pre"),
    "at the open": ("2025-01-29T09:30:00-05:00", "2025-01-29", "intraday"),
    "a second before": ("2025-01-29T09:29:59-05:00", "2025-01-29", "pre"),
    "while trading": ("2025-01-29T14:00:00-05:00", "2025-01-29", "intraday"),
    "at the close": ("2025-01-29T16:00:00-05:00", "2025-01-30", "post"),
    "a filing of 17:45": ("2025-01-29T17:45:00-05:00", "2025-01-30", "post"),
    "after a half day": ("2024-07-03T13:30:00-04:00", "2024-07-05", "post"),
    "on a half day": ("2024-07-03T12:59:00-04:00", "2024-07-03", "intraday"),
    "on a Sunday": ("2020-03-15T17:00:00-04:00", "2020-03-16", "post"),
    "the Monday after clocks changed": ("2025-03-10T09:15:00-04:00", "2025-03-10", "pre"),
    "the same instant in UTC": ("2025-03-10T13:15:00+00:00", "2025-03-10", "pre"),
    "the Friday before": ("2025-03-07T14:15:00+00:00", "2025-03-07", "pre"),
    "the Friday before, trading": ("2025-03-07T14:30:00+00:00", "2025-03-07", "intraday"),
}


@pytest.mark.parametrize(("when", "session", "timing"), CASES.values(), ids=CASES.keys())
def test_which_side(when: str, session: str, timing: str) -> None:
    moment = Moment(datetime.fromisoformat(when))
    found = day0(moment, "XNYS")
    assert found.session.isoformat() == session
    assert timing_of(moment, found) == timing


def test_a_date_says_it_itself() -> None:
    moment = Moment(date(2025, 1, 29), "post")
    assert timing_of(moment, day0(moment, "XNYS")) == "post"
    blank = Moment(date(2025, 1, 29))
    assert timing_of(blank, day0(blank, "XNYS")) == "unknown"


def test_openings() -> None:
    opened = open_time("XETR", date(2025, 7, 1))
    assert opened is not None
    assert opened.isoformat() == "2025-07-01T09:00:00+02:00"
    assert open_time("XNYS", date(2025, 7, 4)) is None
