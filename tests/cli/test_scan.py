"""`eventstudy scan`: which day did the market react?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Ran
from tests.tiers import first

Es = Callable[..., Ran]
KEYS = {"name", "kind", "tickers", "announced_day0", "reaction_day", "days", "sentence"}


def test_the_object_keeps_the_contract(es: Es) -> None:
    ran = es("scan", "deepseek-r1", "--format", "json")
    assert ran.code == 0
    told = json.loads(ran.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert told["schema"] == "eventstudy.scan/1"
    assert told["days"] == [0, 10]
    subjects = {s["name"]: s for s in told["subjects"]}
    assert len(subjects) == 1 + 5 + 16
    for found in subjects.values():
        assert set(found) >= KEYS
        assert found["announced_day0"] == "2025-01-21"
        assert [set(day) for day in found["days"]] == [
            {"rel_day", "session", "ar", "sar", "p", "p_adjusted", "p_holm", "scale"}
        ] * 11
    for name in ("NVDA", "chip makers", "data-centre power and cooling"):
        assert subjects[name]["reaction_day"] == "2025-01-27"
    assert subjects["cloud buyers"]["reaction_day"] is None
    assert subjects["NVDA"]["kind"] == "firm"
    assert subjects["chip makers"]["kind"] == "group"
    assert "not significant" in subjects["NVDA"]["sentence"]


@pytest.mark.parametrize("more", first([("--day0", "recognised"), (), ("--tickers", "NVDA"), ("--verbose",)]))
def test_it_fits_one_screen(es: Es, more: tuple[str, ...]) -> None:
    ran = es("scan", "deepseek-r1", *more)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert len(lines) <= 50 or "--verbose" in more
    assert max(map(len, lines)) <= 125
    assert "2025-01-21" in ran.out
    assert "recognised" in ran.out
    assert ("DAY0_CHOSEN" in ran.out) == ("--day0" in more)


def test_csv_has_a_row_a_subject_and_day(es: Es) -> None:
    rows = list(csv.DictReader(io.StringIO(es("scan", "deepseek-r1", "--tickers", "NVDA,VRT", "--format", "csv").out)))
    assert len(rows) == 11 * (1 + 2 + 2)
    assert [r["session"] for r in rows if r["subject"] == "VRT" and r["reaction"] == "True"] == ["2025-01-27"]


def test_the_days_searched(es: Es) -> None:
    def days(*more: str) -> list[int]:
        ran = es("scan", "deepseek-r1", "--tickers", "NVDA", "--format", "json", *more)
        found: list[int] = json.loads(ran.out)["days"]
        return found

    assert days("--days", "1", "3") == [1, 3]
    assert days("--event-window", "0", "4") == [0, 4]
    assert days("--event-window", "-2", "4", "--days", "-1", "8") == [-1, 8]
    assert es("scan", "deepseek-r1", "--days", "3", "1").code == 2


def test_days_without_prices_are_a_partial_answer(es: Es) -> None:
    run = ("scan", "--date", "2025-02-07", "--tickers", "NVDA", "--source", "bundled", "--format", "json")
    ran = es(*run)
    assert ran.code == 4
    days = json.loads(ran.out)["subjects"][0]["days"]
    assert [d["ar"] is None for d in days] == [False] * 6 + [True] * 5
    assert es(*run, "--allow-excluded").code == 0


def test_an_event_described_on_the_spot(es: Es) -> None:
    ran = es("scan", "--date", "2025-01-27", "--tickers", "NVDA", "--tickers", "VRT")
    assert ran.code == 0
    assert "announced" in ran.out
    assert "recognised" not in ran.out


def test_the_first_significant_day_is_said(es: Es) -> None:
    assert (
        "first significant day by Holm's correction: 2025-01-27" in es("scan", "deepseek-r1", "--tickers", "NVDA").out
    )
    assert "no day is significant" in es("scan", "deepseek-r1", "--tickers", "MU").out
    [chips] = [line for line in es("scan", "deepseek-r1").out.splitlines() if line.startswith("chip makers")]
    assert chips.split()[-2:] == ["+4", "+4"]
