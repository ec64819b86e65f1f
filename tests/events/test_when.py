"""Text to date or instant: what is meant, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from eventstudy.errors import InvalidRequest
from eventstudy.events import parse_when
from eventstudy.tables.written import said_of_day_first, taken_apart
from hypothesis import assume, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-01-27T07:00:00-05:00", "2025-01-27T12:00:00"),
        ("2025-01-27 07:00-05:00", "2025-01-27T12:00:00"),
        ("2025-01-27t12:00z", "2025-01-27T12:00:00"),
        (" 2025-01-27T12:00:00.5Z ", "2025-01-27T12:00:00.500000"),
    ],
)
def test_an_instant_with_offset(text: str, instant: str) -> None:
    found = parse_when(text)
    assert isinstance(found, datetime)
    assert found.astimezone(UTC).isoformat() == instant + "+00:00"


def test_a_date_stays_a_date() -> None:
    found = parse_when("2025-01-27", tz="America/New_York")
    assert found == date(2025, 1, 27)
    assert not isinstance(found, datetime)


def test_a_local_time_takes_the_offset_of_its_day() -> None:
    winter = parse_when("2025-01-27T07:00", tz="America/New_York")
    summer = parse_when("2025-07-27T07:00", tz="America/New_York")
    assert (winter.isoformat(), summer.isoformat()) == ("2025-01-27T07:00:00-05:00", "2025-07-27T07:00:00-04:00")


def test_an_offset_outweighs_the_zone() -> None:
    assert parse_when("2025-11-02T01:30-05:00", tz="America/New_York").isoformat() == "2025-11-02T01:30:00-05:00"


@pytest.mark.parametrize(
    "text",
    ["27.01.2025", "1/27/2025", "27/1/2025", "2025/1/27", "20250127", "Jan 27 2025", "27 January 2025", "27. Januar 2025",
     "27-Jan-25",

     "Monday, January 27, 2025", "27 janvier 2025", "2025年1月27日", " 2025-01-27 "],
)  # fmt: skip
def test_every_form_that_means_one_day(text: str) -> None:
    assert parse_when(text) == date(2025, 1, 27)


def test_days_come_first_between_dots_and_that_is_said() -> None:
    for text, day, other in (
        ("27.1.25", date(2025, 1, 27), "2027-01-25"),
        ("18.06.14", date(2014, 6, 18), "2018-06-14"),
    ):
        assert parse_when(text) == day
        told = f"{day}, and not {other}: between points the day stands first; --dates ymd puts the year first"
        assert str(said_of_day_first(taken_apart(text))) == told
    assert parse_when("27.1.25", order="ymd") == date(2027, 1, 25)
    for text in ("25.01.25", "05.01.25", "27.01.2025", "27-01-25"):
        assert said_of_day_first(taken_apart(text)) is None, "one day, or not between points"


@pytest.mark.parametrize(
    ("text", "tz", "says"),
    [
        ("23.8.25", None, "2025-08-23 (day first) or 2023-08-25 (year first)"),
        ("25-1-27", None, "2027-01-25 (day first) or 2025-01-27 (year first)"),
        ("Tuesday 27 January 2025", None, "that day is Monday 27 January 2025"),
        ("1/2/2025", None, "2025-02-01 (day first) or 2025-01-02 (month first)"),
        ("45684", None, "is not a date"),
        ("2025-02-30", None, "check the day"),
        ("2025-01-27T25:00Z", None, "check the day and the time"),
        ("2025-01-27T07:00", None, "without an offset"),
        ("2025-01-27 00:00:00", None, "without an offset"),
        ("2025-03-09T02:30", "America/New_York", "does not exist"),
        ("2025-11-02T01:30", "America/New_York", "comes twice"),
        ("2025-01-27T07:00", "Mars/Olympus", "no time zone called 'Mars/Olympus'"),
        ("2025-01-27T07:00", "America", "no time zone"),
        ("1025-01-27", None, "the year"),
        ("2025-W60-1", None, "is not a date"),
        ("Monday", None, "is not a date"),
        ("", None, "no date"),
        ("01022025", None, "2025-02-01 (day first) or 2025-01-02 (month first)"),
        ("20250127163005", None, "without an offset"),
        ("2025-01-27 16:00", "CST", "CST may be the time of America/Chicago or Asia/Shanghai"),
        ("2025-01-27 16:00 IST", None, "IST may be the time of Europe/Dublin or Asia/Jerusalem or Asia/Kolkata"),
        ("2025-01-27 16:00", "MESZ", "winter time in Europe/Berlin, and MESZ is the time of the summer"),
        ("2025-07-28 16:00", "CET", "summer time in Europe/Berlin, and CET is the time of the winter"),
        ("2025-11-02 01:30", "ET", "comes twice in ET"),
    ],
)
def test_what_is_refused_and_what_it_says(text: str, tz: str | None, says: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_when(text, tz=tz)
    assert says in str(caught.value)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789-/.:TZ+ é", max_size=26), st.sampled_from([None, "America/New_York", "x"]))
def test_any_text_is_read_or_refused(text: str, tz: str | None) -> None:
    try:
        found = parse_when(text, tz=tz)
    except InvalidRequest:
        return
    assert parse_when(found.isoformat()) == found


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(1900, 1, 1), datetime(2150, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_what_was_read_reads_the_same_again(when: datetime) -> None:
    offset = when.utcoffset()
    assume(offset is not None and offset.seconds % 60 == 0)
    assert parse_when(when.isoformat()).isoformat() == when.isoformat()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2025\u201301\u201327", "2025-01-27"),
        ("2025\u201101\u201127", "2025-01-27"),
        ("\u200e2025-01-27", "2025-01-27"),
        ("January 27, 2025 at 4 PM EST", "2025-01-27T16:00:00-05:00"),
        ("2025-07-28 16:00 ET", "2025-07-28T16:00:00-04:00"),
        ("28.07.2025 um 16:00 MESZ", "2025-07-28T16:00:00+02:00"),
        ("28.07.2025 16.05 Uhr MESZ", "2025-07-28T16:05:00+02:00"),
        ("28.07.2025, 7 Uhr 30 MESZ", "2025-07-28T07:30:00+02:00"),
        ("2025-07-28 16:00 (ET)", "2025-07-28T16:00:00-04:00"),
        ("2025-07-28 16:00 (UTC)", "2025-07-28T16:00:00+00:00"),
        ("2025-01-27 (Mon)", "2025-01-27"),
        ("٢٠٢٥-٠١-٢٧", "2025-01-27"),
        ("２０２５／０１／２７", "2025-01-27"),
        ("27012025", "2025-01-27"),
        ("01272025", "2025-01-27"),
        ("20250127163005Z", "2025-01-27T16:30:05+00:00"),
        ("2025-01-27 16:00 UTC-5", "2025-01-27T16:00:00-05:00"),
        ("2025-01-27 16:00 GMT+5:30", "2025-01-27T16:00:00+05:30"),
        ("2025-07-28 16:00 JST", "2025-07-28T16:00:00+09:00"),
        ("20250728 16:00:00 US/Eastern", "2025-07-28T16:00:00-04:00"),
        ("2025-07-28T16:00 [Europe/Paris]", "2025-07-28T16:00:00+02:00"),
        ("2025-01-27,一", "2025-01-27"),
        ("27.01.2025 Mo", "2025-01-27"),
    ],
)
def test_dates_as_they_are_pasted(text: str, meant: str) -> None:
    assert parse_when(text).isoformat() == meant


@pytest.mark.parametrize(
    "text",
    [
        "2025-07-28 16:00 EST",
        "2025-11-02 01:30 ET",
        "2025-03-09 02:30 ET",
        "2025-07-28 EST",
        "2025-07-28 16:00 (CT)",
        "2025-01-27 (Tue)",
    ],
)
def test_a_zone_that_did_not_hold_then_is_not_known_or_another_day_of_the_week(text: str) -> None:
    with pytest.raises(InvalidRequest, match="is not a date"):
        parse_when(text, tz="Europe/Berlin")


def test_the_time_of_the_winter_is_no_zone_of_the_summer() -> None:
    with pytest.raises(InvalidRequest, match="summer time in America/New_York, and EST is"):
        parse_when("2025-07-28 16:00", tz="EST")
    assert parse_when("2025-01-27 16:00", tz="EST") == parse_when("2025-01-27T16:00-05:00")


@pytest.mark.parametrize(
    ("tz", "winter", "summer"),
    [("ET", -5, -4), ("et", -5, -4), ("JST", 9, 9), ("UTC-5", -5, -5), ("GMT+1", 1, 1), ("UTC+05:30", 5.5, 5.5)],
)
def test_zones_as_people_call_them(tz: str, winter: float, summer: float) -> None:
    for text, hours in (("2025-01-27 16:00", winter), ("2025-07-28 16:00", summer)):
        read = parse_when(text, tz=tz)
        assert isinstance(read, datetime)
        assert read.utcoffset() == timedelta(hours=hours)


def test_the_order_that_is_asked_for_settles_a_date() -> None:
    assert parse_when("01/02/2025", order="mdy").isoformat() == "2025-01-02"
    assert parse_when("01/02/2025", order="dmy").isoformat() == "2025-02-01"
    assert parse_when("2025-01-02", order="dmy").isoformat() == "2025-01-02"
    with pytest.raises(InvalidRequest, match="no date with the month first"):
        parse_when("27/01/2025", order="mdy")


@pytest.mark.parametrize(
    ("text", "day"),
    [("2-Jan-62", "1962-01-02"), ("31-Dec-49", "2049-12-31"), ("1-Jan-50", "1950-01-01"), ("27.1.25", "2025-01-27")],
)
def test_years_of_two_digits_are_those_of_prices(text: str, day: str) -> None:
    """A history of IBM begins in 1962, and none has a session of 2062."""
    assert str(parse_when(text)) == day
