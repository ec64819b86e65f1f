"""`update` asks the finders of a study file first: what is new goes to the registry, and a failure leaves it as it was."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from eventstudy.errors import InvalidFile, SourceDown, SourceRateLimited, UnknownName
from eventstudy.events import load_registry
from eventstudy.events.finders import Finder, Finds, Query, find
from eventstudy.reports.finding import searched
from eventstudy.reports.parts import Picture
from eventstudy.reports.study_file import read_study
from eventstudy.reports.update import update


@pytest.fixture(autouse=True)
def _nothing_further(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other choices, other news and pictures have tests of their own, and take their time."""
    monkeypatch.setattr("eventstudy.reports.update.further", lambda *asked: {})
    drawn = Picture("car", "A picture", "of nothing", "<svg></svg>")
    monkeypatch.setattr(import_module("eventstudy.reports.build"), "pictures", lambda told, names: iter([drawn]))


OPTIONS = '[options]\nsource = "bundled"\nevent_window = [-1, 1]\n'
FOMC = '[[find]]\nfinder = "fomc"\ntickers = "NVDA"\nsince = 2024-12-01\nuntil = 2025-02-01\n'


def written(folder: Path, more: str = FOMC, top: str = 'registry = "mine.toml"\n') -> Path:
    path = folder / "study.toml"
    path.write_text(top + OPTIONS + more, encoding="utf-8")
    return path


@pytest.mark.render
def test_reports_are_made_of_what_was_found(tmp_path: Path) -> None:
    study = read_study(written(tmp_path))
    early = update(study, date(2025, 1, 20))
    assert [e.id for e in early.events] == ["fomc-2024-12-18"]  # nothing later than the day it reads
    later = update(study, date(2025, 2, 14))
    assert [(e.id, e.status) for e in later.events] == [("fomc-2024-12-18", "unchanged"), ("fomc-2025-01-29", "new")]
    [told] = later.to_dict()["found"]
    assert told["added"] == ["fomc-2025-01-29"]
    assert later.exit_code == 0
    assert update(study, date(2025, 2, 14)).written == ()


@pytest.mark.render
def test_the_latest_events_alone(tmp_path: Path) -> None:
    top = 'registry = "mine.toml"\nlatest = 2\n'
    study = read_study(written(tmp_path, FOMC.replace("2024-12-01", "2024-01-01"), top))
    searched(study.find, date(2025, 2, 14))
    assert len(load_registry(tmp_path / "mine.toml")) == 9
    assert [event.id for event in study.chosen()] == ["fomc-2024-12-18", "fomc-2025-01-29"]


@pytest.mark.render
@pytest.mark.parametrize("kind", [SourceDown, SourceRateLimited])
def test_a_finder_that_fails_leaves_the_registry(
    tmp_path: Path, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = read_study(written(tmp_path))
    searched(study.find, None)
    before = (tmp_path / "mine.toml").read_bytes()

    def failing(query: Query) -> Finds:
        raise kind("the service does not answer")

    from eventstudy.events.finders import fomc

    monkeypatch.setattr(fomc, "FINDER", Finder("made up", failing, frozenset({"tickers"})))
    told = update(study, date(2025, 2, 14))
    assert told.exit_code == 75
    assert told.found[0].told == ("the service does not answer",)
    assert [e.status for e in told.events] == ["new", "new"]
    assert (tmp_path / "mine.toml").read_bytes() == before


@pytest.mark.render
def test_a_time_that_changed_is_told(tmp_path: Path) -> None:
    study = read_study(written(tmp_path))
    searched(study.find, None)
    path = tmp_path / "mine.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("T14:00", "T14:01", 1), encoding="utf-8")
    [told] = searched(study.find, None)
    assert told.incomplete
    assert not told.again
    assert "changed, and left as it is: fomc-2024-12-18" in told.told[0]


@pytest.mark.parametrize(
    ("more", "top", "kind", "what"),
    [
        ('[[find]]\nfinder = "fomk"\n', 'registry = "mine.toml"\n', UnknownName, "did you mean 'fomc'"),
        ('[[find]]\nfinder = "fomc"\nform_ = "8-K"\n', 'registry = "mine.toml"\n', UnknownName, "form_"),
        ('[find]\nfinder = "fomc"\n', 'registry = "mine.toml"\n', InvalidFile, r"write \[\[find\]\]"),
        ('[[find]]\nfinder = "fomc"\n', 'events = ["deepseek-r1"]\n', InvalidFile, "no registry gets what is found"),
        ('[[find]]\nfinder = "fomc"\nsince = "soon"\n', 'registry = "m.toml"\n', InvalidFile, "a date of a search"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_file_is_read(
    tmp_path: Path, more: str, top: str, kind: type[Exception], what: str
) -> None:
    with pytest.raises((kind, InvalidFile), match=what):
        read_study(written(tmp_path, more, top))


@pytest.mark.render
def test_find_takes_the_words_of_the_command(tmp_path: Path) -> None:
    study = read_study(written(tmp_path, FOMC + 'registry = "other.toml"\n'))
    [search] = study.find
    assert search.registry == tmp_path / "other.toml"
    assert find(search.finder, **search.words).events == find(
        "fomc", tickers="NVDA", since=date(2024, 12, 1), until=date(2025, 2, 1)
    ).events  # fmt: skip
