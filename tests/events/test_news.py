"""Files of dated news and of earnings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from eventstudy import calendars
from eventstudy.errors import InvalidFile
from eventstudy.events import Moment, read_calendar, read_earnings, shipped_calendar, shipped_earnings
from eventstudy.language import in_language


def test_what_ships_is_dated_on_sessions_that_could_react() -> None:
    """The Federal Reserve's own calendar: eight decisions a year, all on days on which New York was open."""
    decisions = [news for news in shipped_calendar() if news.what == "FOMC decision"]
    for year in (2024, 2025):
        assert len([news for news in decisions if news.day.year == year]) == 8
    assert all(calendars.day0(news.moment, "XNYS").session == news.day for news in decisions)
    assert date(2025, 1, 29) in {news.day for news in decisions}
    [late] = [news for news in decisions if news.day == date(2025, 1, 29)]
    for exchange, session in (("XETR", date(2025, 1, 30)), ("XTKS", date(2025, 1, 30)), ("XNYS", date(2025, 1, 29))):
        assert calendars.day0(late.moment, exchange).session == session, "14:00 in New York is after Frankfurt's close"
    [tariffs] = [news for news in shipped_calendar() if "tariffs on all" in news.what]
    assert calendars.day0(tariffs.moment, "XNYS").session == date(2025, 4, 3)
    own = {news.day for news in shipped_calendar() if news.event_id == "deepseek-r1"}
    assert own == {date(2025, 1, 27)}, "the inauguration and the data-centre plan are no news of that event's"


def test_what_ships_is_said_in_german_too() -> None:
    """A German report showed English titles of news."""
    said = {in_language(news.what, "de") for news in shipped_calendar()}
    assert None not in said
    assert {"US-Verbraucherpreise, Dezember 2024", "US-Zölle für 90 Tage ausgesetzt"} < said
    assert "US consumer prices of December 2024" in {news.what for news in shipped_calendar()}


def test_earnings_after_the_close_belong_to_the_next_session() -> None:
    days = {news.ticker: calendars.day0(news.moment, "XNYS").session for news in shipped_earnings()}
    assert (days["MSFT"], days["META"], days["TSM"]) == (date(2025, 1, 30), date(2025, 1, 30), date(2025, 1, 16))


def test_rows_are_read_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        "what,date,ticker,event_id,timing\nplain,2025-01-29,,,\nown,2025-01-29T14:00:00-05:00,NA,deepseek-r1,\n",
        encoding="utf-8",
    )
    plain, own = read_calendar(file)
    assert (plain.moment, plain.ticker, plain.event_id) == (Moment(date(2025, 1, 29)), None, None)
    assert (own.day, own.ticker, own.event_id, own.origin) == (date(2025, 1, 29), "NA", "deepseek-r1", "mine.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,why\n2025-01-29,x\n", "the columns are date, why"),
        ("", "the columns are none"),
        ("date,what\n1/2/2025,x\n", "line 2"),
        ("date,what\n2025-02-30,x\n", "line 2"),
        ("date,what\n2025-01-29,x,y\n", "no more cells than columns"),
        ("date,what\n2025-01-29,\n", "line 2"),
        ("date,what,timing\n2025-01-29,x,noon\n", "the timing is 'noon'"),
        ("date,what,timing\n2025-01-29T14:00:00-05:00,x,post\n", "already says the time"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_calendar(file)
    assert said in str(caught.value)
    assert "mine.csv" in str(caught.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="there is no such file"):
        read_earnings(tmp_path / "none.csv")
