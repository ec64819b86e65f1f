"""`eventstudy history`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from eventstudy import history
from eventstudy.errors import InvalidRequest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
WORDS = ("history", "NVDA", "--kind", "fomc", "--last", "4", "--source", "bundled")


def test_screen_json_csv_and_picture(es: Es, tmp_path: Path) -> None:
    found = history("NVDA", kind="fomc", last=4, source="bundled")
    ran = es(*(word.replace("fomc", "FOMC") for word in WORDS), "--chart", "h.svg")
    assert ran.out == found.text() + "\n"
    assert ran.code == 4  # the month after the last one is not over
    assert (tmp_path / "h.svg").read_text(encoding="utf-8").startswith("<?xml")
    ran = es(*WORDS, "--chart", "h.svg", "--allow-excluded", "--format", "json")
    assert ran.code == 0  # a picture of an earlier run is replaced
    assert json.loads(ran.out) == json.loads(found.to_json())


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("history",), 2, "Missing argument 'TICKER'"),
        (("history", "NVDA", "--kind", "fomk"), 2, "did you mean 'fomc'"),
        (("history", "NVDA", "--last", "0", "--kind", "fomc"), 2, "the last 0 events"),
        (("history", "NVDA", "--registry", "gone.csv"), 3, "there is no such file"),
        (("history", "NVDA", "--kind", "fomc", "--frequency", "weekly"), 2, "a history of events is of days"),
        (("history", "ZZZ", "--kind", "earnings"), 2, "eventstudy events find earnings --ticker ZZZ"),
    ],
)
def test_what_cannot_be_meant(es: Es, words: tuple[str, ...], code: int, what: str) -> None:
    ran = es(*words)
    assert ran.code == code
    assert what in ran.err


@pytest.mark.parametrize("last", ["4", 4.5, True, 0, None])
def test_so_many_events_is_a_whole_number(last: object) -> None:
    with pytest.raises(InvalidRequest, match=f"the last {last!r} events cannot be meant"):
        history("NVDA", kind="fomc", last=last, source="bundled")  # type: ignore[arg-type]
