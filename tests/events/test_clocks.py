"""A vendor's dates beside the filings, and what a study says of the flags of what was found."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from eventstudy import run
from eventstudy.errors import SourceDown, SourceRateLimited, SymbolUnknown, UnknownName
from eventstudy.events.event import Event, Found, Group
from eventstudy.events.finders import Finds, Query
from eventstudy.request.clocks import with_vendor


def report(ticker: str, when: str, category: str = "earnings", **more: Any) -> Event:
    table: dict[str, Any] = {"finder": "earnings", "key": when, "stamp": "acceptance", "precision": "second", **more}
    return Event(
        id=f"{ticker.lower()}-{when[:10]}", title="Report", announced=datetime.fromisoformat(when), category=category,
        found=Found(**table), group=(Group(tickers=(ticker,)),),
    )  # fmt: skip


FINDS = Finds(
    "earnings",
    Query(),
    (
        report("NVDA", "2024-11-20T16:20:00-05:00"),
        report("NVDA", "2024-08-28T16:20:00-04:00"),
        report("NVDA", "2024-05-22T16:20:00-04:00"),
        report("NVDA", "2024-06-10T08:00:00-04:00", "results-other"),
        report("AMD", "2025-02-04T16:15:00-05:00"),
    ),
)


class Yahoo:
    """A vendor: right on one report, a day early on another, without the third."""

    def earnings(self, ticker: str) -> tuple[datetime, ...]:
        if ticker != "NVDA":
            raise SymbolUnknown("no dates")
        return (datetime(2024, 11, 20, 21, 0, tzinfo=UTC), datetime(2024, 8, 28, 11, 0, tzinfo=UTC))


def test_where_the_clocks_disagree_the_filing_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventstudy.prices.yahoo.SOURCE", Yahoo())
    found = with_vendor(FINDS, "yahoo")
    assert [e.found.flags for e in found.events if e.found] == [(), ("CLOCKS_DISAGREE",), (), (), ()]
    assert [e.announced for e in found.events] == [e.announced for e in FINDS.events]
    assert [str(note) for note in found.notes] == [
        "yahoo has no dates of AMD: no dates",
        "nvda-2024-08-28: day 0 is 2024-08-29 by the filing, 2024-08-28 by yahoo (2024-08-28T11:00:00+00:00): the filing leads",
    ]


def test_a_vendor_that_asks_to_wait_is_obeyed_and_one_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Down:
        def earnings(self, ticker: str) -> tuple[datetime, ...]:
            raise SourceDown("no answer")

    class Busy:
        def earnings(self, ticker: str) -> tuple[datetime, ...]:
            raise SourceRateLimited("wait")

    monkeypatch.setattr("eventstudy.prices.yahoo.SOURCE", Down())
    assert len(with_vendor(FINDS, "yahoo").notes) == 2
    monkeypatch.setattr("eventstudy.prices.yahoo.SOURCE", Busy())
    with pytest.raises(SourceRateLimited):
        with_vendor(FINDS, "yahoo")
    with pytest.raises(UnknownName, match="yahoo"):
        with_vendor(FINDS, "bloomberg")


def test_a_study_says_what_is_flagged() -> None:
    event = report(
        "NVDA", "2025-01-29T17:45:00-05:00", period=date(2025, 1, 28),
        flags=("FILED_LATER", "AFTER_HOURS_FILING", "CLOCKS_DISAGREE", "OF_SOMEBODY_ELSE"),
    )  # fmt: skip
    said = run(event, source="bundled", event_window=(-1, 1)).warnings.set_index("code")["message"]
    assert "filed on 2025-01-29 about 2025-01-28" in said["FILED_LATER"]
    assert "filed at 17:45" in said["AFTER_HOURS_FILING"]
    assert "CLOCKS_DISAGREE" in said
    assert "OF_SOMEBODY_ELSE" not in said
