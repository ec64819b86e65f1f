"""`eventstudy minutes`: bars of a file, an instant, the same figures in JSON and CSV."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from eventstudy import __version__
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest
from eventstudy.prices import load_bars

from tests.analyses.test_minutes import frame, made, study
from tests.cli.conftest import Ran

Es = Callable[..., Ran]


@pytest.fixture
def bars(tmp_path: Path) -> str:
    path = tmp_path / "bars.parquet"
    frame(made()).to_parquet(path)
    return str(path)


def test_the_command_says_what_python_says(es: Es, bars: str) -> None:
    asked = ("minutes", "--date", "2025-12-03T14:00:00-05:00", "--tickers", "AAA", "--bars", bars)
    told = json.loads(es(*asked, "--format", "json").out)
    assert told["schema"] == "eventstudy.minutes/1"
    assert told["config"] == {
        **{"frequency": "5min", "model": "market", "benchmark": "SPY", "unit": "percent"},
        **{"days": 60, "bar0": "holds", "across": False, "exchange": None},
    }
    origin = told["provenance"]
    assert origin["source"] == "bars.parquet"
    assert origin["prices_sha256"] == load_bars(frame(tuple(reversed(made())))).sha256()
    assert origin["prices_sha256"] != load_bars(frame(made()[1:])).sha256()
    assert origin["versions"]["eventstudy"] == __version__
    assert [f"bars read as: {'; '.join(origin['read_as'])}"] == [
        n for n in told["notes"] if n.startswith("bars read as")
    ]
    assert [w["p"] for w in told["windows"]] == pytest.approx(study().tidy()["p"].tolist())
    assert len(told["bars"]) == 12
    ran = es(*asked)
    assert ran.code == 0
    assert "In the 5 minutes from 14:00 AAA moved" in ran.out
    assert "no t of minutes is valid" in ran.out


def test_an_event_of_a_date_alone_is_refused(es: Es, bars: str) -> None:
    ran = es("minutes", "--date", "2025-12-03", "--tickers", "AAA", "--bars", bars)
    assert ran.code == 2
    assert "no time" in ran.err


@pytest.mark.parametrize(
    "words", [("--frequency", "5min"), ("--frequency=1h",), ("--bars", "b.csv"), ("--bars=b.csv",)]
)
def test_minutes_asked_of_a_study_of_days_lead_to_their_command(es: Es, words: tuple[str, ...]) -> None:
    ran = es("run", "deepseek-r1", *words)
    assert ran.code == 2
    assert "eventstudy minutes WHAT --bars FILE" in ran.err
    with pytest.raises(InvalidRequest, match="eventstudy minutes"):
        StudyConfig(frequency="5min")  # type: ignore[arg-type]


def test_stages_and_a_window_across_the_night(es: Es, bars: str) -> None:
    asked = ("minutes", "--date", "2025-12-03T14:00:00-05:00", "--tickers", "AAA", "--bars", bars, "--format", "json")
    told = json.loads(es(*asked, "--stage", "press=30:59", "--stage", "statement=0:29").out)
    assert [(w["stage"], w["start"], w["end"]) for w in told["windows"]] == [("statement", 0, 5), ("press", 6, 11)]
    assert [(c["earlier"], c["later"]) for c in told["changes"]] == [("statement", "press")]
    refused = es(*asked, "--window", "0", "80")
    assert refused.code == 2
    assert "--across takes a night as one bar" in refused.err
    twice = json.loads(es(*asked, "--window", "0", "5", "--window", "0", "5").out)
    assert [(w["start"], w["end"], w["p"] == w["p_adjusted"]) for w in twice["windows"]] == [(0, 5, True)]
    assert "18 other days have the same minutes" in es(*asked, "--window", "0", "80", "--across").err
