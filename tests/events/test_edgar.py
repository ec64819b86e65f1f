"""EDGAR against a local stand-in: expected events typed by hand, every fault a row, and what is asked, how and how often."""

from __future__ import annotations

import json
import re
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from eventstudy import history
from eventstudy.calendars import Moment, day0
from eventstudy.errors import (
    EventStudyError,
    InvalidFile,
    InvalidRequest,
    SourceDown,
    SourceMalformed,
    SourceRateLimited,
    SymbolUnknown,
    UnknownName,
)
from eventstudy.events.finders import Finds, find, merge
from eventstudy.events.finders import _edgar as client
from eventstudy.events.finders._edgar import CONTACT, Edgar
from eventstudy.events.finders._kept import Kept
from tests.loopback.edgar import TOO_OFTEN, UNDECLARED, Made, Sec, world
from tests.loopback.web import Desk, Reply, desk
from tests.worlds import MARKET, SESSIONS, closes

WHO = "Ada Lovelace ada@example.org"
YEAR: dict[str, Any] = {"since": date(2024, 1, 1), "until": date(2024, 12, 31)}


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 1_700_000_000.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sec() -> Sec:
    return world()


@pytest.fixture
def web(sec: Sec, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The stand-in in EDGAR's place."""
    monkeypatch.setenv(CONTACT, WHO)
    monkeypatch.setattr("eventstudy.events.finders._kept.SYNCHRONOUS", "off")  # no test loses its power
    with desk(lambda path: sec.reply(path)) as made:
        there = Edgar(data=made.address, www=made.address, timeout=0.5, clock=clock, sleep=clock.sleep)
        monkeypatch.setattr(client, "EDGAR", there)
        yield made


def told(found: Finds) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(e.id, e.announced.isoformat(), str(e.category), e.found.flags if e.found else ()) for e in found.events]


BY_HAND = [
    ("acme-8-k-2-02-2024-01-31", "2024-01-31T16:05:10-05:00", "results", ()),
    ("acme-8-k-2-02-2024-04-02", "2024-04-02T08:00:00-04:00", "results", ()),
    ("acme-8-k-2-02-2024-04-24", "2024-04-24T17:45:01-04:00", "results", ("AFTER_HOURS_FILING",)),
    ("acme-8-k-5-07-2024-06-03", "2024-06-03T16:08:21-04:00", "vote", ("FILED_LATER",)),
    ("acme-8-k-8-01-2024-06-20", "2024-06-20", "other", ("NO_CLOCK",)),
    ("acme-8-k-5-02-2024-11-01", "2024-11-01T16:30:00-04:00", "management", ()),
]
FIRST_SESSION = {
    "acme-8-k-2-02-2024-01-31": "2024-02-01",  # five past four: the next
    "acme-8-k-2-02-2024-04-02": "2024-04-02",  # before the open
    "acme-8-k-2-02-2024-04-24": "2024-04-25",
    "acme-8-k-5-07-2024-06-03": "2024-06-04",
    "acme-8-k-8-01-2024-06-20": "2024-06-20",  # a date alone
    "acme-8-k-5-02-2024-11-01": "2024-11-04",  # over a weekend
}


def test_filings_as_typed_by_hand(web: Desk) -> None:
    found = find("edgar", tickers="ACME", **YEAR)
    assert told(found) == BY_HAND
    assert [e.id for e in found.events] == list(FIRST_SESSION)
    for event in found.events:
        assert str(day0(Moment(event.announced), "XNYS").session) == FIRST_SESSION[event.id]
    assert [(one.key, str(one.reason), one.wanted) for one in found.left_out] == [
        ("0001000001-24-000006", "an amendment (8-K/A)", True),
        ("0001000001-24-000011", "it repeats 0001000001-24-000010", True),
    ]
    assert not found.incomplete
    assert [str(note) for note in found.notes] == ["ACME CORP was ROADRUNNER INC until 2010-05-05"]
    first = found.events[0]
    assert first.title == "ACME CORP, 8-K: results of operations (2.02, 9.01)"
    assert first.tags == ("8-K", "2.02", "9.01")
    assert first.tickers == ("ACME",)
    assert first.sources == (
        "https://www.sec.gov/Archives/edgar/data/1000001/000100000124000001/0001000001-24-000001-index.htm",
    )
    assert first.found is not None
    assert first.found.to_dict() == {
        "finder": "edgar", "key": "0001000001-24-000001", "stamp": "acceptance", "precision": "second",
        "period": "2024-01-31",
    }  # fmt: skip


@pytest.mark.parametrize("headers_gone", [False, True], ids=["page of headers", "whole submission"])
def test_no_instant_comes_from_the_z_of_the_list(web: Desk, sec: Sec, headers_gone: bool) -> None:
    """BETA's list says 16:30Z for 16:30 in New York, on both sides of the night on which clocks change."""
    sec.headers_gone = headers_gone
    found = find("edgar", tickers="BETA.B", until=date(2024, 3, 31))
    assert [e.announced.isoformat() for e in found.events] == ["2024-03-08T16:30:00-05:00", "2024-03-11T08:30:00-04:00"]
    sessions = [day0(Moment(e.announced), "XNYS").session.isoformat() for e in found.events]
    assert sessions == ["2024-03-11", "2024-03-11"]
    if headers_gone:
        assert told(find("edgar", tickers="ACME", **YEAR)) == BY_HAND


def test_one_filing_of_two_firms_is_one_event(web: Desk) -> None:
    found = find("edgar", tickers="ACME,BETA-B", items="5.02", since=date(2024, 10, 1))
    assert [(e.id, e.tickers) for e in found.events] == [("acme-8-k-5-02-2024-11-01", ("ACME", "BETA-B"))]


def test_forms_items_amendments_and_late_filings(web: Desk) -> None:
    assert [e.id for e in find("edgar", tickers="ACME", items="2.02", **YEAR).events] == [row[0] for row in BY_HAND[:3]]
    assert [e.category for e in find("edgar", tickers="ACME", items="7.01", **YEAR).events] == ["disclosure"]
    kept = find("edgar", tickers="ACME", items="2.02", amendments="keep", **YEAR)
    amending = [(e.id, e.found.amends) for e in kept.events if e.found and e.found.amends]
    assert amending == [("acme-8-k-a-2-02-2024-04-29", "0001000001-24-000004")]
    late = find("edgar", tickers="ACME", late="drop", **YEAR)
    assert "acme-8-k-5-07-2024-06-03" not in [e.id for e in late.events]
    assert ("0001000001-24-000007", True) in [(one.key, one.wanted) for one in late.left_out]
    assert [e.category for e in find("edgar", tickers="ACME", forms="S-4", **YEAR).events] == ["merger"]
    about = find("edgar", tickers="ACME", forms="SC 13D", **YEAR)
    assert [e.id for e in about.events] == ["acme-schedule-13d-2024-12-20"]  # not the one about another firm


def test_earnings_are_the_last_results_before_each_report(web: Desk) -> None:
    found = find("earnings", tickers="ACME", **YEAR)
    assert [(e.id, e.category) for e in found.events] == [
        ("acme-8-k-2-02-2024-01-31", "earnings"),
        ("acme-8-k-2-02-2024-04-02", "results-other"),  # deliveries
        ("acme-8-k-2-02-2024-04-24", "earnings"),
    ]
    assert {e.found.finder for e in found.events if e.found} == {"earnings"}
    before = find("earnings", tickers="ACME", since=date(2023, 1, 1), until=date(2023, 12, 31))
    assert [e.announced.isoformat() for e in before.events] == ["2023-02-01T16:05:00-05:00"]  # on an older page


def test_a_report_without_results_is_named(web: Desk, sec: Sec) -> None:
    sec.filers[1000001]["filings"].append(
        Made("0001000001-24-000020", "10-Q", "2024-08-01T17:00:00", "2024-08-01", "2024-06-30")
    )
    found = find("earnings", tickers="ACME", **YEAR)
    [left] = found.left_out
    assert (left.key, str(left.reason)) == ("0001000001-24-000020", "no 8-K 2.02 before the 10-Q of 2024-06-30")
    assert found.incomplete


def test_nothing_later_than_as_of(web: Desk) -> None:
    found = find("edgar", tickers="ACME", since=date(2024, 1, 1), as_of=date(2024, 4, 2))
    assert [e.id for e in found.events] == [row[0] for row in BY_HAND[:2]]


# ---- what is asked, and how ------------------------------------------------------------------------------------------------


def test_who_asks_is_in_a_header_and_nowhere_else(web: Desk, tmp_path: Path) -> None:
    found = find("edgar", tickers="ACME", **YEAR)
    assert {headers["User-Agent"] for _, headers in web.asked} == {WHO}
    assert "ada@" not in json.dumps(found.to_dict())
    merged = merge(tmp_path / "a.toml", found)
    assert merged.added
    assert "ada@" not in (tmp_path / "a.toml").read_text(encoding="utf-8")
    assert b"ada@" not in Kept().path.read_bytes()


def test_the_second_run_asks_for_the_list_alone_and_finds_the_same(web: Desk, clock: Clock) -> None:
    first = find("edgar", tickers="ACME", **YEAR)
    assert first.requests == len(web.asked) == 2 + 7  # tickers, list, headers
    web.asked.clear()
    again = find("edgar", tickers="ACME", **YEAR)
    assert (web.asked, again.requests) == ([], 0)
    clock.now += 901
    later = find("edgar", tickers="ACME", **YEAR)
    assert [path for path, _ in web.asked] == ["/submissions/CIK0001000001.json"]
    assert first.events == again.events == later.events
    assert later.kept == 8


def test_at_most_eight_requests_a_second(web: Desk, clock: Clock) -> None:
    start = clock.now
    found = find("edgar", tickers="ACME", **YEAR)
    assert clock.now - start == pytest.approx((found.requests - 1) / 8, abs=1e-3)
    turns = [Kept(clock=clock).turn("edgar", 8.0) for _ in range(3)]  # another process waits behind these
    assert turns[1] - turns[0] == pytest.approx(1 / 8, abs=1e-3)
    clock.now -= 10_000  # a clock that was set back holds nobody up
    assert Kept(clock=clock).turn("edgar", 8.0) == clock.now


def test_older_pages_are_asked_for_where_the_dates_meet_them(web: Desk) -> None:
    find("edgar", tickers="ACME", **YEAR)
    assert not any("-submissions-001" in path for path, _ in web.asked)
    find("edgar", tickers="ACME", since=date(2023, 1, 1), until=date(2023, 12, 31))
    assert sum("-submissions-001" in path for path, _ in web.asked) == 1


def test_nothing_is_lost_whenever_it_stops(web: Desk, sec: Sec) -> None:
    """EDGAR asks to wait at the first, second, ... request: the runs together ask for each thing once."""
    paths: list[str] = []
    allowed = 0

    def answer(path: str) -> Reply:
        nonlocal allowed
        if allowed == 0:
            return Reply(b"slow down", status=429, kind="text/html")
        allowed -= 1
        paths.append(path)
        return sec.reply(path)

    web.answer = answer
    for _ in range(40):
        allowed = 1
        try:
            found = find("edgar", tickers="ACME", **YEAR)
            break
        except SourceRateLimited:
            continue
    assert told(found) == BY_HAND
    assert len(paths) == len(set(paths)) == 9


# ---- what goes wrong -------------------------------------------------------------------------------------------------------


def page(body: bytes, status: int = 200, **headers: str) -> Callable[[], Reply]:
    return lambda: Reply(body, status=status, kind="text/html", headers=headers)


STOPS: dict[str, tuple[str, Callable[[], Reply], type[EventStudyError], str]] = {
    "403 with a page": ("/submissions/", page(TOO_OFTEN, 403), SourceRateLimited, "wait ten minutes"),
    "403 that wants a name": ("/submissions/", page(UNDECLARED, 403), InvalidRequest, CONTACT),
    "429 with a time": ("/submissions/", page(b"no", 429, **{"Retry-After": "600"}), SourceRateLimited, "wait 600 seconds"),
    "200 with a page, list": ("/submissions/", page(TOO_OFTEN), SourceRateLimited, "what was had is kept"),
    "200 with a page, header": ("index-headers", page(TOO_OFTEN), SourceRateLimited, "what was had is kept"),
    "200 that wants a name": ("index-headers", page(UNDECLARED), InvalidRequest, CONTACT),
    "200 with another page": ("/submissions/", page(b"<html>hello</html>"), SourceMalformed, "no JSON"),
    "broken JSON": ("/submissions/", page(b'{"cik": "0001000001", "name"'), SourceMalformed, "broken off"),
    "another filer": ("/submissions/", page(b'{"cik": "7", "name": "X", "filings": {}}'), SourceMalformed, "the filer 7"),
    "no columns": (
        "/submissions/", page(b'{"cik": "1000001", "name": "X", "filings": {"recent": {}}}'), SourceMalformed, "are not there",
    ),
    "500 for ever": ("/submissions/", page(b"oops", 500), SourceDown, "HTTP 500"),
    "no list": ("/submissions/", page(b"", 404), SourceMalformed, "no filings of 1000001"),
    "tickers of another shape": (
        "company_tickers", page(b'{"0": {"ticker": "ACME"}}'), SourceMalformed, "no ticker with its number",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("part", "fault", "kind", "what"), STOPS.values(), ids=STOPS.keys())
def test_faults_that_stop_the_search(
    web: Desk, sec: Sec, part: str, fault: Callable[[], Reply], kind: type[EventStudyError], what: str
) -> None:
    sec.faults[part] = fault
    with pytest.raises(kind) as caught:
        find("edgar", tickers="ACME", **YEAR)
    assert type(caught.value) is kind
    assert what in str(caught.value)
    assert WHO not in "".join(traceback.format_exception(caught.value))
    if kind is SourceRateLimited:
        assert caught.value.exit_code == 75
        assert sum(part in path for path, _ in web.asked) == 1  # at once, and not again
    sec.faults.clear()
    assert told(find("edgar", tickers="ACME", **YEAR)) == BY_HAND


def unequal(sec: Sec) -> Callable[[], Reply]:
    def fault() -> Reply:
        made = json.loads(world().reply("/submissions/CIK0001000001.json").body)
        made["filings"]["recent"]["form"].pop()
        return Reply(json.dumps(made).encode())

    return fault


def test_columns_of_unequal_length_are_refused(web: Desk, sec: Sec) -> None:
    sec.faults["/submissions/"] = unequal(sec)
    with pytest.raises(SourceMalformed, match=r"not of one length.*form 12"):
        find("edgar", tickers="ACME", **YEAR)


HEADERS: dict[str, tuple[str, Callable[[], Reply], str]] = {
    "another's header": (
        "000100000124000001/", page(b"<!--<SEC-HEADER>0009999999-24-000001.hdr.sgml : 1\n</SEC-HEADER>-->"), "the header of",
    ),
    "gone": ("000100000124000001/", page(b"", 404), "EDGAR has no header of it"),
    "endless": ("000100000124000001/", page(b"<SEC-HEADER>0001000001-24-000001" + b"x" * 300_000), "EDGAR has no header of it"),
    "a clock that is none": (
        "000100000124000001/",
        page(b"<SEC-HEADER>0001000001-24-000001.hdr\n<ACCEPTANCE-DATETIME>20241399999999\n</SEC-HEADER>"),
        "its clock is none",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("part", "fault", "what"), HEADERS.values(), ids=HEADERS.keys())
def test_a_header_that_cannot_be_believed_leaves_its_filing_out(
    web: Desk, sec: Sec, part: str, fault: Callable[[], Reply], what: str
) -> None:
    sec.faults[part] = fault
    found = find("edgar", tickers="ACME", **YEAR)
    assert told(found) == BY_HAND[1:]
    [left] = [one for one in found.left_out if not one.wanted]
    assert left.key == "0001000001-24-000001"
    assert what in left.reason
    assert found.incomplete


def test_a_page_that_is_not_there_is_named(web: Desk, sec: Sec) -> None:
    sec.faults["-submissions-001"] = page(b"", 404)
    found = find("edgar", tickers="ACME")
    assert [one.key for one in found.left_out if not one.wanted] == ["CIK0001000001-submissions-001.json"]
    assert told(found) == BY_HAND


def test_a_count_that_does_not_hold_is_told(web: Desk, sec: Sec) -> None:
    sec.filers[1000001]["count"] = 7
    found = find("edgar", tickers="ACME")
    assert "page CIK0001000001-submissions-001.json is said to hold 7 filings and holds 2" in map(str, found.notes)


def test_500_and_then_good_is_good(web: Desk, sec: Sec, clock: Clock) -> None:
    wrong = iter([Reply(b"", status=503), Reply(b"", status=500)])
    web.answer = lambda path: next(wrong, None) or sec.reply(path)
    assert told(find("edgar", tickers="ACME", **YEAR)) == BY_HAND
    assert [s for s in clock.slept if s >= 1] == [1.0, 4.0]


def test_offline_uses_what_is_kept_and_says_so(web: Desk, sec: Sec, clock: Clock) -> None:
    find("edgar", tickers="ACME", **YEAR)
    clock.now += 100_000
    sec.faults[""] = page(b"", 500)
    found = find("edgar", tickers="ACME", **YEAR)
    assert told(found) == BY_HAND
    assert "filings of 1000001 could not be asked for: as it was kept is used" in map(str, found.notes)


@pytest.mark.parametrize("said", ["", "Ada Lovelace", "ada@example.org\nX: y", "Adä ada@example.org"], ids=repr)
def test_nobody_is_asked_for_before_it_is_known_who_asks(web: Desk, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv(CONTACT, said)
    for finder in ("edgar", "earnings"):
        with pytest.raises(InvalidRequest, match=CONTACT):
            find(finder, tickers="ACME")
    assert web.asked == []


def test_names_that_lead_nowhere(web: Desk) -> None:
    with pytest.raises(SymbolUnknown, match="ACME CORP") as caught:
        find("edgar", tickers="ACMI")
    assert "--cik" in str(caught.value)
    with pytest.raises(UnknownName, match="did you mean '8-K'"):
        find("edgar", tickers="ACME", forms="8K")
    with pytest.raises(InvalidRequest, match="no firm is named"):
        find("edgar")
    found = find("edgar", ciks=[1000002], until=date(2024, 3, 9))
    assert [e.tickers for e in found.events] == [("BETA-B",)]


def test_a_file_of_answers_that_is_none(web: Desk) -> None:
    path = Kept().path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no database" * 500)
    with pytest.raises(InvalidFile, match="it holds no answers"):
        find("edgar", tickers="ACME", **YEAR)


def test_an_answer_that_was_altered_is_asked_for_again(web: Desk) -> None:
    find("edgar", tickers="ACME", **YEAR)
    with sqlite3.connect(Kept().path) as connection:
        connection.execute("update answer set body = cast(body || ' ' as blob) where url like '%24000001/%'")
    web.asked.clear()
    assert told(find("edgar", tickers="ACME", **YEAR)) == BY_HAND
    assert [bool(re.search("24-000001-index-headers", path)) for path, _ in web.asked] == [True]


def test_a_history_finds_its_earnings_where_somebody_says_who_asks(web: Desk, sec: Sec) -> None:
    for row in range(5):
        day = SESSIONS[100 + 12 * row].date()
        sec.filers[1000001]["filings"] += [
            Made(f"0001000001-21-1000{row}1", "8-K", f"{day}T16:30:00", f"{day}", f"{day}", "2.02"),
            Made(f"0001000001-21-1000{row}2", "10-Q", f"{day}T17:00:00", f"{day}", f"{day - timedelta(30)}"),
        ]
    words: dict[str, Any] = {"estimation_window": (-60, -11), "min_estimation": 30, "event_window": (-1, 5)}
    prices = closes(1, ["ACME"])
    found = history("ACME", prices=prices, benchmark=MARKET, calendar=None, as_of="2021-12-31", last=3, **words)
    assert [row.event_id for row in found.rows] == [f"acme-8-k-2-02-{SESSIONS[i].date()}" for i in (124, 136, 148)]
    assert found.kind == "earnings"
