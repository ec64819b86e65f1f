"""`eventstudy calibrate` on the embedded sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
WORDS = ("calibrate", "deepseek-r1", "--estimation-window", "-130", "-11", "--window", "0", "0", "--effect", "0.02")


def test_json_has_the_shape_of_the_contract(es: Es) -> None:
    ran = es(*WORDS, "--format", "json", "--chart", "sizes.png")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert (told["schema"], told["level"], told["seed"]) == ("eventstudy.calibration/1", 0.05, 0)
    for row in told["tests"]:
        assert {"name", "size", "ci_low", "ci_high", "power", "draws"} <= set(row)
        assert row["ci_low"] <= row["size"] <= row["ci_high"]
        assert set(row["power"]) == {"0.02"}
    assert Path("sizes.png").stat().st_size > 10_000


@pytest.mark.slow
def test_the_table_for_people(es: Es) -> None:
    ran = es(*WORDS)
    assert ran.code == 0
    assert "cross_section_t" in ran.out
    assert "share of true nulls rejected at 5 %, and of added effects found:" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 125


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("calibrate", "deepseek-r1"), 5, "too few placebo dates"),
        ((*WORDS, "--pairs", "99", "--clustered"), 2, "cannot be drawn"),
        ((*WORDS, "--workers", "0"), 2, "workers"),
    ],
)
def test_bad_input(es: Es, words: tuple[str, ...], code: int, told: str) -> None:
    ran = es(*words)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
