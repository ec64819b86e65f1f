"""Sessions, closes and day 0, on days whose holidays and early closes are public knowledge."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from eventstudy import calendars
from eventstudy.calendars import Moment, Timing, close_time, day0, day0_on_sessions, exchange_of, reach, sessions, shift
from eventstudy.errors import InvalidRequest, UnknownName
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiers import first

NEW_YORK = ZoneInfo("America/New_York")


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("ticker", "exchange"),
    [
        ("NVDA", "XNYS"),
        ("SPY", "XNYS"),
        ("BRK.B", "XNYS"),
        ("BRK-B", "XNYS"),
        ("BF.A", "XNYS"),
        ("BAC-PL", "XNYS"),
        ("NA", "XNYS"),
        ("TRUE", "XNYS"),
        ("^GSPC", "XNYS"),
        ("VOD.L", "XLON"),
        ("7203.T", "XTKS"),
        ("0700.HK", "XHKG"),
        ("MC.PA", "XPAR"),
        ("VOW3.DE", "XETR"),
        ("vow3.de", "XETR"),
        ("BBD-B.TO", "XTSE"),
        ("BHP.AX", "XASX"),
        ("INFY.NS", "XBOM"),
        ("005930.KS", "XKRX"),
        ("600519.SS", "XSHG"),
        ("000001.SZ", "XSHG"),
        ("2330.TW", "XTAI"),
        ("NESN.SW", "XSWX"),
        ("ENI.MI", "XMIL"),
        ("ASML.AS", "XAMS"),
        ("VOLV-B.ST", "XSTO"),
        ("EQNR.OL", "XOSL"),
        ("NOVO-B.CO", "XCSE"),
        ("NOKIA.HE", "XHEL"),
        ("PETR4.SA", "BVMF"),
        ("NPN.JO", "XJSE"),
        ("^GDAXI", "XETR"),
        ("BTC-USD", "24/7"),
        ("ETH-BTC", "24/7"),
        ("EURUSD=X", "24/5"),
        ("ES=F", "CMES"),
    ],
)
def test_a_suffix_names_the_exchange(ticker: str, exchange: str) -> None:
    assert exchange_of(ticker) == exchange


@pytest.mark.parametrize("ticker", ["SAP.XYZ", "A.Q", "^NOSUCH", "A=Z", "ABC-WXYZ", "", "  ", "SAP GY Equity"])
def test_no_exchange_is_guessed(ticker: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        exchange_of(ticker)
    assert caught.value.available
    assert repr(ticker) in str(caught.value)


@pytest.mark.parametrize("exchange", first(sorted({*calendars._SUFFIXES.values(), "CMES"} - {"ASEX", "XTAE"}), 12))
def test_every_suffix_leads_to_a_calendar(exchange: str) -> None:
    year = sessions(exchange, date(2024, 1, 1), date(2024, 12, 31))
    assert 235 < len(year) < 262
    assert (np.diff(year) > np.timedelta64(0, "D")).all()


def test_a_calendar_that_cannot_be_worked_out_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> object:
        raise NotImplementedError("no such rule")

    monkeypatch.setattr(calendars, "_calendars", {})
    monkeypatch.setattr(calendars, "_factory", lambda _: ("XXXX", broken, date(1900, 1, 1), date(2199, 12, 31)))
    with pytest.raises(InvalidRequest, match="no such rule"):
        sessions("XXXX", date(2024, 1, 1), date(2024, 12, 31))


def test_new_york_was_closed_and_open_on_these_days() -> None:
    days = {day.item() for day in sessions("XNYS", date(1990, 1, 1), date(2026, 11, 30))}
    for closed in [
        date(2025, 1, 20),
        date(2025, 1, 9),
        date(2018, 12, 5),
        date(2012, 10, 29),
        date(2012, 10, 30),
        date(2001, 9, 11),
        date(2001, 9, 14),
        date(2021, 12, 24),
        date(2022, 6, 20),
    ]:
        assert closed not in days
    for traded in [date(1990, 1, 2), date(2021, 6, 18), date(2001, 9, 10), date(2001, 9, 17), date(2025, 1, 21)]:
        assert traded in days


def test_sessions_include_both_ends_and_are_dates() -> None:
    week = sessions("XNYS", date(2025, 1, 17), date(2025, 1, 22))
    assert week.dtype == np.dtype("datetime64[D]")
    assert week.tolist() == [date(2025, 1, 17), date(2025, 1, 21), date(2025, 1, 22)]


@pytest.mark.parametrize("day", [date(2024, 7, 3), date(2024, 11, 29), date(2024, 12, 24), date(2025, 11, 28)])
def test_half_days_close_at_one(day: date) -> None:
    assert close_time("XNYS", day).astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M") == f"{day} 13:00"


def test_closes_are_in_the_time_of_the_exchange() -> None:
    assert close_time("XETR", date(2025, 1, 20)).isoformat() == "2025-01-20T17:30:00+01:00"
    assert close_time("24/7", date(2025, 1, 20)) == datetime(2025, 1, 21, tzinfo=UTC)


def test_shift_counts_sessions() -> None:
    assert shift("XNYS", date(2025, 1, 27), -5) == date(2025, 1, 17)
    assert shift("XNYS", date(2025, 1, 17), 1) == date(2025, 1, 21)
    assert shift("XNYS", date(2025, 1, 17), 0) == date(2025, 1, 17)
    far = shift("XNYS", date(2025, 1, 17), -15_000)
    assert far < date(1966, 1, 1)
    assert shift("XNYS", far, 15_000) == date(2025, 1, 17)


@pytest.mark.parametrize(
    ("when", "timing", "expected"),
    [
        (date(2025, 1, 20), "unknown", date(2025, 1, 21)),
        (date(2025, 1, 9), "unknown", date(2025, 1, 10)),
        (date(2025, 1, 18), "unknown", date(2025, 1, 21)),
        (date(2025, 1, 17), "unknown", date(2025, 1, 17)),
        (date(2025, 1, 17), "pre", date(2025, 1, 17)),
        (date(2025, 1, 17), "intraday", date(2025, 1, 17)),
        (date(2025, 1, 17), "post", date(2025, 1, 21)),
        (date(2025, 1, 18), "post", date(2025, 1, 21)),
        (date(2001, 9, 11), "unknown", date(2001, 9, 17)),
        (at(2025, 1, 27, 7), "unknown", date(2025, 1, 27)),
        (at(2025, 2, 26, 15, 59), "unknown", date(2025, 2, 26)),
        (at(2025, 2, 26, 16), "unknown", date(2025, 2, 27)),
        (at(2025, 2, 26, 16, 20), "unknown", date(2025, 2, 27)),
        (at(2025, 11, 28, 12, 59), "unknown", date(2025, 11, 28)),
        (at(2025, 11, 28, 13), "unknown", date(2025, 12, 1)),
        (at(2025, 11, 28, 13, 5), "unknown", date(2025, 12, 1)),
        (at(2025, 1, 18, 11), "unknown", date(2025, 1, 21)),
    ],
)
def test_day0_in_new_york(when: date, timing: Timing, expected: date) -> None:
    found = day0(Moment(when, timing), "XNYS")
    local = when.date() if isinstance(when, datetime) else when
    assert found.session == expected
    assert found.local_date == local
    assert found.announced == when.isoformat()
    assert found.shifted is (expected != local)
    assert found.shift_days == (expected - local).days


@pytest.mark.parametrize("exchange", ["XETR", "XTKS", "XHKG"])
def test_deepseek_was_day0_at_once_elsewhere(exchange: str) -> None:
    found = day0(Moment(date(2025, 1, 20)), exchange)
    assert (found.session, found.shifted) == (date(2025, 1, 20), False)


def test_one_instant_has_three_local_dates_and_sessions() -> None:
    moment = Moment(datetime(2025, 3, 4, 23, 30, tzinfo=UTC))
    found = {name: day0(moment, name) for name in ("XNYS", "XETR", "XTKS")}
    assert found["XNYS"].local_date == date(2025, 3, 4)  # 18:30 there, after the close
    assert found["XETR"].local_date == date(2025, 3, 5)  # half past midnight
    assert found["XTKS"].local_date == date(2025, 3, 5)  # 08:30, before the open
    assert {d.session for d in found.values()} == {date(2025, 3, 5)}
    assert [found[name].shifted for name in ("XNYS", "XETR", "XTKS")] == [True, False, False]


def test_the_same_instant_is_day0_on_different_dates() -> None:
    moment = Moment(datetime(2025, 3, 4, 12, tzinfo=UTC))  # Tokyo has closed, New York has not opened
    assert [day0(moment, name).session for name in ("XTKS", "XETR", "XNYS")] == [
        date(2025, 3, 5),
        date(2025, 3, 4),
        date(2025, 3, 4),
    ]


def test_a_market_that_never_closes_closes_at_midnight() -> None:
    last = Moment(datetime(2025, 1, 18, 23, 59, tzinfo=UTC))
    assert day0(last, "24/7").session == date(2025, 1, 18)
    assert day0(Moment(datetime(2025, 1, 19, tzinfo=UTC)), "24/7").session == date(2025, 1, 19)
    assert day0(last, "24/5").session == date(2025, 1, 20)
    assert day0(Moment(date(2025, 1, 18), "post"), "24/7").session == date(2025, 1, 19)


def test_futures_trade_on_sunday_evening_for_monday() -> None:
    sunday = datetime(2025, 1, 26, 18, tzinfo=ZoneInfo("America/Chicago"))
    assert day0(Moment(sunday), "CMES").session == date(2025, 1, 27)


def test_too_far_a_shift_names_both_dates() -> None:
    with pytest.raises(
        InvalidRequest, match="2001-09-11 would be 2001-09-17; calendar days later: 6, allowed: 5"
    ) as caught:
        day0(Moment(date(2001, 9, 11)), "XNYS", max_shift=5)
    assert "max_shift of 6" in str(caught.value)
    assert day0(Moment(date(2001, 9, 11)), "XNYS", max_shift=6).shift_days == 6


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31), date(1899, 12, 31), date(2200, 1, 1)])
def test_outside_the_calendar_says_how_far_it_reaches(day: date) -> None:
    for ask in (
        lambda: day0(Moment(day), "XNYS"),
        lambda: day0(Moment(datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=14)))), "XNYS"),
        lambda: shift("XNYS", day, 1),
        lambda: close_time("XNYS", day),
        lambda: sessions("XNYS", day, day),
    ):
        with pytest.raises(InvalidRequest, match="outside the calendar of XNYS") as caught:
            ask()
        assert caught.value.available == "1900-01-01 to 2199-12-31"


def test_a_bounded_calendar_ends_where_it_ends() -> None:
    low, high = reach("XHKG")
    assert (low, high.year < 2199) == (date(1960, 1, 1), True)
    assert sessions("XHKG", high - timedelta(10), high + timedelta(10))[-1].item() <= high
    with pytest.raises(InvalidRequest, match="outside"):
        day0(Moment(high + timedelta(1)), "XHKG")
    with pytest.raises(InvalidRequest, match="outside"):
        day0(Moment(high, "post"), "XHKG")
    with pytest.raises(InvalidRequest, match="outside"):
        shift("XHKG", sessions("XHKG", high - timedelta(10), high)[-1].item(), 1)


def test_what_is_no_session_has_no_close() -> None:
    with pytest.raises(InvalidRequest, match="2025-01-20 is not a session") as caught:
        close_time("XNYS", date(2025, 1, 20))
    assert caught.value.available == "2025-01-17 and 2025-01-21"


def test_an_unknown_exchange_names_the_nearest() -> None:
    for ask in (lambda: reach("XNYX"), lambda: day0(Moment(date(2025, 1, 2)), "XNYX")):
        with pytest.raises(UnknownName, match="XNYS"):
            ask()
    assert day0(Moment(date(2025, 1, 2)), "XNAS").exchange == "XNYS"


def test_backward_ranges_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="end before"):
        sessions("XNYS", date(2025, 1, 2), date(2025, 1, 1))


@pytest.mark.parametrize(
    ("when", "timing"),
    [(at(2025, 1, 27, 7).replace(tzinfo=None), "unknown"), (at(2025, 1, 27, 7), "post"), (date(2025, 1, 27), "later")],
)
def test_a_moment_that_reads_two_ways_is_refused(when: date, timing: Timing) -> None:
    with pytest.raises(InvalidRequest):
        Moment(when, timing)


def test_the_dates_of_the_prices_can_be_the_sessions() -> None:
    days = np.array(["2025-01-17", "2025-01-21", "2025-01-22"], dtype="datetime64[D]")
    found = day0_on_sessions(Moment(date(2025, 1, 20)), days)
    assert (found.session, found.shift_days, found.exchange) == (date(2025, 1, 21), 1, "")
    assert day0_on_sessions(Moment(date(2025, 1, 21), "post"), days).session == date(2025, 1, 22)
    assert day0_on_sessions(Moment(at(2025, 1, 21, 20)), days).session == date(2025, 1, 21)
    with pytest.raises(InvalidRequest, match="no session of the prices") as caught:
        day0_on_sessions(Moment(date(2025, 1, 23)), days)
    assert caught.value.available == "2025-01-17 to 2025-01-22"
    with pytest.raises(InvalidRequest, match="would be 2025-01-17"):
        day0_on_sessions(Moment(date(2025, 1, 1)), days)
    with pytest.raises(InvalidRequest, match="no session"):
        day0_on_sessions(Moment(date(2025, 1, 1)), days[:0])


def test_a_calendar_says_the_same_however_it_grew() -> None:
    code, factory, _, _ = calendars._factory("XLON")
    narrow = calendars._build(code, factory, date(2010, 1, 1), date(2012, 12, 31))
    grown = calendars._calendar("XLON", date(1955, 3, 1), date(2044, 3, 1))
    assert (grown.first, grown.last) == (date(1950, 1, 1), date(2049, 12, 31))
    start = grown.days.index(narrow.days[0])
    assert grown.days[start : start + len(narrow.days)] == narrow.days
    assert grown.closes[start : start + len(narrow.days)] == narrow.closes
    assert calendars._calendar("XLON", date(2000, 1, 1), date(2001, 1, 1)) is grown


EXCHANGES = ["XNYS", "XLON", "XETR", "XTKS", "XHKG"]
INSTANTS = st.datetimes(
    datetime(1998, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    datetime(2026, 6, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, NEW_YORK, ZoneInfo("Asia/Tokyo"), timezone(timedelta(hours=-11))]),
)
MOMENTS = st.one_of(
    st.builds(Moment, INSTANTS),
    st.builds(
        Moment,
        st.dates(date(1998, 1, 1), date(2026, 6, 1)),
        st.sampled_from(["pre", "intraday", "post", "unknown"]),
    ),
)


@settings(max_examples=150, deadline=None)
@given(moment=MOMENTS, exchange=st.sampled_from(EXCHANGES))
def test_day0_is_a_session_and_never_before_the_moment(moment: Moment, exchange: str) -> None:
    found = day0(moment, exchange, max_shift=20)
    assert found.session >= found.local_date
    assert sessions(exchange, found.session, found.session).tolist() == [found.session]
    assert found.shifted == (found.shift_days > 0) == (found.session != found.local_date)
    close = close_time(exchange, found.session)
    before = close_time(exchange, shift(exchange, found.session, -1))
    if isinstance(moment.when, datetime):
        assert before <= moment.when < close
    elif moment.timing == "post":
        assert before.date() <= moment.when < close.date()
    else:
        assert before.date() < moment.when <= close.date()


@settings(max_examples=150, deadline=None)
@given(one=INSTANTS, later=st.timedeltas(timedelta(0), timedelta(30)), exchange=st.sampled_from(EXCHANGES))
def test_later_news_never_has_an_earlier_day0(one: datetime, later: timedelta, exchange: str) -> None:
    two = one.astimezone(UTC) + later
    first, second = (day0(Moment(when), exchange, max_shift=20).session for when in (one, two))
    assert first <= second


DATES = st.dates(date(1998, 1, 1), date(2026, 6, 1))


@settings(max_examples=150, deadline=None)
@given(one=DATES, days=st.integers(0, 40), exchange=st.sampled_from(EXCHANGES))
def test_a_later_date_or_hour_never_has_an_earlier_day0(one: date, days: int, exchange: str) -> None:
    def found(day: date, timing: Timing) -> date:
        return day0(Moment(day, timing), exchange, max_shift=20).session

    two = one + timedelta(days)
    for timing in ("pre", "intraday", "post", "unknown"):
        assert found(one, timing) <= found(two, timing)
    assert found(one, "pre") == found(one, "intraday") == found(one, "unknown") <= found(one, "post")
    assert found(one, "post") <= found(one + timedelta(1), "pre"), "the evening before is no later than the morning"


@settings(max_examples=150, deadline=None)
@given(day=DATES, exchange=st.sampled_from(EXCHANGES))
def test_an_instant_of_the_local_day_is_that_date_before_or_after_the_close(day: date, exchange: str) -> None:
    zone = close_time(exchange, shift(exchange, sessions(exchange, day - timedelta(30), day)[0].item(), 0)).tzinfo
    early, late = (datetime.combine(day, hour, zone) for hour in (time(0, 0), time(23, 59)))
    assert (
        day0(Moment(early), exchange, max_shift=20).session == day0(Moment(day, "pre"), exchange, max_shift=20).session
    )
    assert (
        day0(Moment(late), exchange, max_shift=20).session == day0(Moment(day, "post"), exchange, max_shift=20).session
    )


def test_naming_an_exchange_imports_nothing_heavy() -> None:
    code = "import sys; from eventstudy.calendars import exchange_of; exchange_of('VOW3.DE'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "numpy", "exchange_calendars"} & set(loaded)
