"""The events of a study file: ids, files, and described on the spot; a span of days that ends at the last session read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from eventstudy.errors import InvalidFile
from eventstudy.reports.study_file import StudyFile, days_of, read_study


def study(tmp_path: Path, text: str) -> StudyFile:
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return read_study(path)


def test_ids_files_and_events_on_the_spot_stand_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("event_id,ticker,date\nlate,AMD,2025-03-03\n")
    found = study(
        tmp_path,
        'events = [{ date = 2025-01-27T07:00:00-05:00, tickers = "NVDA, AMD", title = "Monday", id = "monday" }, "deepseek-r1",'
        ' "more.csv", { date = "28.01.2025", ticker = "NVDA", benchmark = "QQQ", timing = "post" }]',
    ).chosen()
    assert [event.id for event in found] == ["monday", "deepseek-r1", "late", "2025-01-28"]
    assert (found[0].title, found[0].tickers) == ("Monday", ("NVDA", "AMD"))
    assert found[0].announced.isoformat() == "2025-01-27T07:00:00-05:00"
    assert (found[3].announced, found[3].benchmark, found[3].timing) == (date(2025, 1, 28), "QQQ", "post")


def test_tables_stand_for_events_too(tmp_path: Path) -> None:
    found = study(
        tmp_path, '[[events]]\ndate = 2025-01-27\ntickers = ["NVDA"]\n[[events]]\ndate = 2025-01-28\nticker = "AMD"\n'
    )
    assert [(event.id, event.tickers) for event in found.chosen()] == [
        ("2025-01-27", ("NVDA",)),
        ("2025-01-28", ("AMD",)),
    ]


def test_a_span_ends_at_the_day_that_is_read_last(tmp_path: Path) -> None:
    days = ("2025-01-01", "2025-01-02", "2025-03-31", "2025-04-01")
    events = ", ".join(f'{{ date = {day}, ticker = "NVDA" }}' for day in days)
    found = study(tmp_path, f'events = [{events}]\nspan = "last 90 days"\n')
    assert [event.id for event in found.chosen(date(2025, 4, 1))] == list(days[1:])  # 1 April - 90 days = 1 January
    assert [event.id for event in found.chosen(date(2025, 3, 31))] == list(days[:3])
    assert [event.id for event in found.chosen(date(2026, 3, 31))] == []


def test_spans_are_counted_in_days() -> None:
    assert [days_of(span) for span in ("last 1 day", "Last 6 weeks", "last 3 months", "last 2 years")] == [
        1,
        42,
        93,
        732,
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("events = [5]", "events is [5], not text"),
        ("events = [{ date = 2025-01-27 }]", "no date or no ticker"),
        ('events = [{ tickers = ["NVDA"] }]', "no date or no ticker"),
        ('events = [{ date = 2025-01-27, tickr = "NVDA" }]', "no setting called 'tickr'"),
        ('events = [{ date = "03/04/2025", ticker = "NVDA" }]', "2025-04-03"),
        (
            'events = [{ date = 2025-01-27, ticker = "A" }, { date = 2025-01-27, ticker = "B" }]',
            "two events are called",
        ),
        ('events = ["none.csv"]', "no such file"),
        ('events = ["deepseek-r1"]\nspan = "90 days"', "span is '90 days'"),
        ('events = ["deepseek-r1"]\nspan = "last 0 days"', "span is 'last 0 days'"),
    ],
)
def test_what_cannot_be_meant_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        study(tmp_path, text).chosen()
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (
            'events = [\n"deepseek-r1",\n{ date = 2025-01-27, ticker = "A", id = "fed day" }]',
            3,
            "'fed day' is not a slug",
        ),
        ("[[events]]\ndate = 2025-01-27\nticker = 'A'\nid = 'montag-ä'", 4, "'montag-ä' is not a slug"),
        (
            '[[events]]\ndate = 2025-01-27\nticker = "A"\nid = "a"\n'
            '[[events]]\nid = "../x"\ndate = 2025-01-27\nticker = "A"',
            6,
            "'../x' is not a slug",
        ),
        ('\nevents = [{ date = 2025-01-27, ticker = "A", timing = "foo" }]', 2, "'foo' is not one of pre, intraday"),
        ('events = ["deepseek-r1"]\nformats = ["htm"]', 2, "formats[1]: 'htm' is not one of html, pdf"),
        ('events = ["deepseek-r1"]\nlang = "fr"', 2, "lang: 'fr' is not one of en, de"),
        ('events = ["deepseek-r1"]\nnotify_if = "chnged"', 2, "notify_if[1]: 'chnged' is not one of changed"),
        ('events = ["deepseek-r1"]\nlatest = 0', 2, "latest: 0 is less than 1"),
        ('events = ["deepseek-r1"]\nbase = "example.org"', 2, "base: 'example.org' is not an address such as"),
        ('events = ["deepseek-r1"]\n[mail]\nfrom = "a"\nto = []\nhost = "h"', 4, "mail.to: is empty"),
        ('events = ["deepseek-r1"]\n[mail]\nfrom = "a"\nto = ["b"]', 2, "mail.host: is missing"),
    ],
)
def test_the_line_and_our_words_for_what_is_no_value(tmp_path: Path, text: str, line: int, told: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        study(tmp_path, text)
    assert told in caught.value.what
    assert "nput should" not in caught.value.what
    assert str(caught.value.where).startswith(f"{tmp_path / 'study.toml'}, line {line}")
