"""`eventstudy spillover`: which groups lost, which gained, and do they differ?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]


def test_the_object_has_its_schema(es: Es) -> None:
    ran = es("spillover", "deepseek-r1", "--day0", "recognised", "--format", "json")
    assert ran.code == 0
    told = json.loads(ran.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert told["schema"] == "eventstudy.spillover/1"
    assert [len(w["groups"]) for w in told["windows"]] == [5] * 5
    assert told["windows"][0]["alike"]["df"] == [4, 245]
    assert told["day0_policy"] == "recognised"


def test_it_fits_one_screen_and_says_who_chose_the_day(es: Es) -> None:
    ran = es("spillover", "deepseek-r1", "--day0", "recognised")
    lines = ran.out.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 125
    assert "DAY0_CHOSEN" in ran.out
    assert "lost, judged together over all firms and windows: VRT" in ran.out


def test_csv_has_a_row_a_group_and_a_difference(es: Es) -> None:
    rows = list(
        csv.DictReader(io.StringIO(es("spillover", "deepseek-r1", "--window", "0", "1", "--format", "csv").out))
    )
    assert [r["kind"] for r in rows] == ["group"] * 5 + ["difference"] * 10


def test_one_group_is_nothing_to_compare(es: Es) -> None:
    ran = es("spillover", "deepseek-r1", "--tickers", "NVDA,AMD")
    assert ran.code == 2
    assert "fewer than two groups" in ran.err
