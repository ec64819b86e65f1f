"""`eventstudy events` and `eventstudy methods`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Ran

Es = Callable[..., Ran]


def test_list_in_every_form(es: Es) -> None:
    rows = json.loads(es("events", "list", "--format", "json").out)
    assert rows["schema"] == "eventstudy.events/1"
    ids = [row["id"] for row in rows["rows"]]
    assert "deepseek-r1" in ids
    assert len(ids) == 20
    assert es("events", "list").out.count("\n") == 21
    assert es("events", "list", "--format", "csv").out.splitlines()[0].startswith("id,announced")


def test_show_names_groups_and_the_claim(es: Es) -> None:
    out = es("events", "show", "deepseek-r1").out
    assert "chip makers: NVDA, AVGO, AMD, TSM, MU, MRVL" in out
    assert "von 142 US-Dollar auf 128,99 US-Dollar" in out
    assert json.loads(es("events", "show", "deepseek-r1", "--format", "json").out)["claim"][0]["from"] == "142"


def test_day0_of_the_holiday(es: Es) -> None:
    found = json.loads(es("events", "day0", "2025-01-20", "--exchange", "XNYS", "--format", "json").out)
    assert found == {
        "schema": "eventstudy.day0/1",
        "announced": "2025-01-20",
        "exchange": "XNYS",
        "local_date": "2025-01-20",
        "day0": "2025-01-21",
        "shifted": True,
        "shift_days": 1,
    }
    assert "2025-01-20" in es("events", "day0", "2025-01-20", "--ticker", "VOW3.DE").out


def test_check_accepts_what_ships(es: Es) -> None:
    data = Path(__file__).parents[2] / "data" / "events"
    for path in sorted(data.glob("*.toml")):
        assert es("events", "check", str(path)).code == 0


def test_schema_is_json_schema(es: Es) -> None:
    assert json.loads(es("events", "schema").out)["type"] == "object"


def test_methods_lists_each_family(es: Es) -> None:
    rows = json.loads(es("methods", "--format", "json").out)["rows"]
    assert {row["kind"] for row in rows} == {"model", "test", "source", "chart"}
    assert all(row["summary"] for row in rows)
    tests = {row["name"]: row for row in json.loads(es("methods", "tests", "--format", "json").out)["rows"]}
    assert tests["bmp"]["paper"] == "Boehmer, Musumeci and Poulsen 1991"
