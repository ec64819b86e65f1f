"""`eventstudy compare`."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.cli.conftest import Ran

Es = Callable[..., Ran]


def test_decisions_and_releases_side_by_side(es: Es) -> None:
    dates = ("--since", "2024-08-01", "--until", "2025-01-20", "--ticker", "NVDA,AAPL")
    assert es("events", "find", "fomc", *dates, "--output", "e.toml").code == 0
    assert es("events", "find", "macro", "--release", "jobs", *dates, "--merge", "e.toml").code == 0
    words = ("compare", "e.toml", "--by", "category", "--source", "bundled", "--event-window", "-1", "3")
    ran = es(*words)
    assert ran.code == 0
    assert "jobs" in ran.out
    assert "headline" in ran.out
    told = json.loads(
        es(*(w.replace("category", "Category") for w in words), "--window", "0", "0", "--format", "json").out
    )
    assert (told["schema"], told["start"], told["end"]) == ("eventstudy.compare/1", 0, 0)
    assert {level["name"] for level in told["levels"]} == {"fomc", "jobs"}


def test_what_cannot_be_meant(es: Es) -> None:
    ran = es("compare", "deepseek-r1", "--by", "category")
    assert ran.code == 2
    assert "all events are of one kind" in ran.err
    ran = es("compare", "deepseek-r1", "--by", "category", "--window", "0", "0", "--window", "0", "1")
    assert ran.code == 2
    assert "one is compared at a time" in ran.err
    assert "Missing option '--by'" in es("compare", "deepseek-r1").err


def test_a_row_that_is_no_event_is_named(es: Es, bad_rows: str) -> None:
    words = ("compare", bad_rows, "--by", "category", "--source", "bundled")
    ran = es(*words)
    assert ran.code == 4
    said = "row 7 of the table of events cannot be read: column category: jobs contradicts fomc"
    assert said in " ".join(ran.out.split())
    told = json.loads(es(*words, "--format", "json").out)
    assert [e["reason"] for e in told["excluded"]] == ["BAD_ROW"]
