"""Decisions of the Federal Reserve and releases of statistics: weekday, clock, counts a year, and the odd ones by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from eventstudy.calendars import Moment, day0
from eventstudy.events.scheduled import decisions, releases

UNSCHEDULED = {
    "2001-01-03": 13,
    "2001-04-18": 10,
    "2001-09-17": 8,
    "2008-01-22": 8,
    "2008-10-08": 7,
    "2020-03-03": 10,
    "2020-03-15": 17,
}
"""Changes of the target between meetings, and the hour in New York: typed from the press of the day."""


def summer(day: date) -> bool:
    """Daylight saving time in New York by the two laws: before 2007 April to October, since then March to November."""

    def sunday(month: int, number: int) -> date:
        first = date(day.year, month, 1)
        first += timedelta((6 - first.weekday()) % 7)
        return first + timedelta(7 * (number - 1))

    if day.year >= 2007:
        return sunday(3, 2) <= day < sunday(11, 1)
    last = date(day.year, 10, 31)
    return sunday(4, 1) <= day < last - timedelta((last.weekday() + 1) % 7)


def test_offsets_are_those_of_the_law() -> None:
    for when in [d.instant for d in decisions()] + [r.instant for r in releases()]:
        assert when.utcoffset() == timedelta(hours=-4 if summer(when.date()) else -5), when


def test_eight_meetings_a_year_and_the_odd_ones_between() -> None:
    counted = Counter(d.instant.year for d in decisions() if d.scheduled)
    assert counted == {year: 7 if year == 2020 else 8 for year in range(2000, 2027)}  # March 2020 was called off
    assert {d.instant.date().isoformat(): d.instant.hour for d in decisions() if not d.scheduled} == UNSCHEDULED
    assert {d.instant.weekday() for d in decisions() if d.scheduled} == {1, 2, 3}  # Tuesday to Thursday
    assert len({d.instant for d in decisions()}) == len(decisions())
    assert list(decisions()) == sorted(decisions(), key=lambda d: d.instant)


@pytest.mark.parametrize(
    ("first", "last", "clocks"),
    [
        ("2000-01-01", "2011-04-26", {"14:15"}),
        ("2011-04-27", "2012-12-31", {"14:15", "12:30"}),
        ("2013-01-01", "2013-03-19", {"14:15"}),
        ("2013-03-20", "2026-12-31", {"14:00"}),
    ],
)
def test_the_clock_of_each_time(first: str, last: str, clocks: set[str]) -> None:
    of_then = [d for d in decisions() if d.scheduled and first <= d.instant.date().isoformat() <= last]
    assert {f"{d.instant:%H:%M}" for d in of_then} == clocks
    assert {d.precision for d in of_then} == {"minute" if first >= "2013-03-20" else "hour"}


def test_who_spoke_to_the_press() -> None:
    spoke = Counter(d.instant.year for d in decisions() if d.press)
    wanted = {2011: 3, 2012: 5} | dict.fromkeys(range(2013, 2019), 4) | dict.fromkeys(range(2019, 2027), 8)
    assert spoke == wanted | {2020: 9}  # seven meetings and both decisions of March
    assert sum(f"{d.instant:%H:%M}" == "12:30" for d in decisions()) == 8
    assert all(d.press > d.instant for d in decisions() if d.press)
    assert Counter(d.instant.year for d in decisions() if d.projections)[2020] == 3


HELD_UP = {
    "2013-09": "2013-10-22",
    "2013-10": "2013-11-08",
    "2025-09": "2025-11-20",
    "2025-11": "2025-12-16",
    "2026-01": "2026-02-11",
}
"""Months whose employment report a closed government held up, and the day on which it came."""


def employment_day(year: int, month: int) -> date:
    """The published rule: the third Friday after the week that holds the 12th.

    In the first three days of January a week later; a day before on the holiday of July, the 4th or the Friday before it.
    """
    twelfth = date(year, month, 12)
    day = twelfth + timedelta((5 - twelfth.weekday()) % 7 + 20)  # the week ends on Saturday
    if day.month == 1 and day.day <= 3:
        return day + timedelta(7)
    return day - timedelta(1) if day.month == 7 and day.day in (3, 4) else day


def test_employment_reports_keep_to_the_published_rule() -> None:
    jobs = {r.reference: r.instant.date() for r in releases() if r.release == "jobs"}
    months = [f"{y}-{m:02}" for y in range(1999, 2027) for m in range(1, 13)]
    wanted = months[months.index("1999-12") : months.index("2026-04") + 1]
    assert list(jobs) == [month for month in wanted if month != "2025-10"]  # never collected
    odd = {month: str(day) for month, day in jobs.items() if day != employment_day(int(month[:4]), int(month[5:]))}
    assert odd == HELD_UP


def test_twelve_releases_a_year_but_for_closed_governments() -> None:
    short = {"cpi": {2025: 11, 2026: 5}, "jobs": {2025: 11, 2026: 5}}
    for name, first in (("cpi", 2013), ("jobs", 2000)):
        counted = Counter(r.instant.year for r in releases() if r.release == name)
        assert counted == dict.fromkeys(range(first, 2027), 12) | short[name]
    prices = [r.reference for r in releases() if r.release == "cpi"]
    months = [f"{y}-{m:02}" for y in range(2012, 2027) for m in range(1, 13)]
    wanted = months[months.index("2012-12") : months.index("2026-04") + 1]
    assert prices == [month for month in wanted if month != "2025-10"]
    assert {f"{r.instant:%H:%M}" for r in releases()} == {"08:30"}
    later = {}
    for one in releases():
        if (one.instant.date().month - 2) % 12 + 1 != int(one.reference[5:]):
            later[one.instant.date().isoformat()] = one.reference
    assert later == {"2025-11-20": "2025-09"}  # the others that were late kept to the month after
    late = [str(r.instant.date()) for r in releases() if r.release == "cpi" and not 10 <= r.instant.day <= 24]
    assert late == ["2013-10-30", "2015-02-26"]


def test_day_0_is_the_day_itself_but_where_new_york_was_closed() -> None:
    moved = {}
    for when in [d.instant for d in decisions()] + [r.instant for r in releases()]:
        found = day0(Moment(when), "XNYS")
        if found.session != when.date():
            moved[when.date().isoformat()] = found.session.isoformat()
    assert moved == {
        "2007-04-06": "2007-04-09",  # Good Friday: jobs
        "2010-04-02": "2010-04-05",  # Good Friday
        "2012-04-06": "2012-04-09",  # Good Friday
        "2015-04-03": "2015-04-06",  # Good Friday
        "2017-04-14": "2017-04-17",  # Good Friday: consumer prices
        "2020-03-15": "2020-03-16",  # a Sunday
        "2020-04-10": "2020-04-13",  # Good Friday
        "2021-04-02": "2021-04-05",  # Good Friday
        "2023-04-07": "2023-04-10",  # Good Friday
        "2026-04-03": "2026-04-06",  # Good Friday
    }


def test_each_row_names_an_official_page() -> None:
    for one in decisions():
        assert one.source.startswith("https://www.federalreserve.gov/monetarypolicy/fomc")
    for other in releases():
        year = other.instant.year
        page = "bls/news-release/empsit.htm" if year < 2013 else f"schedule/{year}/home.htm"
        assert other.source == f"https://www.bls.gov/{page}"
