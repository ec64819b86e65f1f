"""Days that the installed calendars do not know: closings, sessions and closes against the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from eventstudy import calendars
from eventstudy.calendars import Moment, close_time, day0, sessions, shift
from eventstudy.calendars.overrides import Override, override_of
from eventstudy.errors import InvalidFile

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """`own(text)` makes a file of overrides that is in force until the test ends."""
    monkeypatch.setattr(calendars, "_calendars", {})

    def write(text: str) -> None:
        (tmp_path / "own.toml").write_text(text)
        monkeypatch.setenv("EVENTSTUDY_CALENDARS", str(tmp_path / "own.toml"))
        calendars._calendars.clear()

    yield write
    calendars._calendars.clear()


def test_a_closing_that_nobody_planned(own: Callable[[str], None]) -> None:
    day = date(2024, 7, 10)
    assert sessions("XNYS", day, day).tolist() == [day]
    own("[XNYS]\nclosed = [2024-07-10]\n")
    assert sessions("XNYS", date(2024, 7, 9), date(2024, 7, 11)).tolist() == [date(2024, 7, 9), date(2024, 7, 11)]
    assert shift("XNYS", date(2024, 7, 9), 1) == date(2024, 7, 11)
    assert day0(Moment(day), "XNYS").session == date(2024, 7, 11)
    assert sessions("XETR", day, day).tolist() == [day], "another exchange keeps its own"
    assert sessions("NYSE", date(2024, 7, 10), date(2024, 7, 11)).tolist() == [date(2024, 7, 11)], "an alias too"


def test_a_session_against_the_rule_closes_as_the_others_do(own: Callable[[str], None]) -> None:
    own("[XNYS]\nopen = [2024-07-06]\n")
    assert sessions("XNYS", date(2024, 7, 5), date(2024, 7, 8)).tolist() == [date(2024, 7, d) for d in (5, 6, 8)]
    assert close_time("XNYS", date(2024, 7, 6)) == datetime(2024, 7, 6, 16, tzinfo=NEW_YORK)


def test_an_early_close_moves_the_news_to_the_next_session(own: Callable[[str], None]) -> None:
    afternoon = Moment(datetime(2024, 7, 10, 14, tzinfo=NEW_YORK))
    assert day0(afternoon, "XNYS").session == date(2024, 7, 10)
    own("[XNYS.closes]\n2024-07-10 = 13:00:00\n")
    assert day0(afternoon, "XNYS").session == date(2024, 7, 11)


def test_what_ships_holds_whatever_calendars_are_installed() -> None:
    """Calendars older than January 2025 took the day of mourning for a session."""
    shipped = override_of("XNYS")
    assert date(2025, 1, 9) in shipped.closed
    days, closes = [date(2025, 1, 8), date(2025, 1, 9)], [datetime(2025, 1, d, 21) for d in (8, 9)]  # noqa: DTZ001
    assert shipped.applied(days, closes, NEW_YORK, days[0], days[1]) == (days[:1], closes[:1])
    assert override_of("XETR") == Override()


def test_the_users_word_holds_over_what_ships(own: Callable[[str], None]) -> None:
    own("[XNYS]\nopen = [2025-01-09]\n")
    assert sessions("XNYS", date(2025, 1, 9), date(2025, 1, 9)).tolist() == [date(2025, 1, 9)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[XNYS]\nshut = [2025-01-09]\n", "closed, open, closes"),
        ('[XNYS]\nclosed = ["2025-01-09"]\n', "list of dates"),
        ("[XNYS]\nclosed = [2025-01-09]\nopen = [2025-01-09]\n", "2025-01-09 is closed and open"),
        ("[XNYS.closes]\n2025-01-09 = 13\n", "a local time"),
        ("[XNYS.closes]\ntoday = 13:00:00\n", "'today' is not a date"),
        ("XNYS = 1\n", "closed, open, closes"),
        ("closed\n", "cannot read"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(own: Callable[[str], None], text: str, words: str) -> None:
    own(text)
    with pytest.raises(InvalidFile, match=words) as error:
        sessions("XNYS", date(2025, 1, 2), date(2025, 1, 3))
    assert error.value.exit_code == 3
    assert "own.toml" in str(error.value)
