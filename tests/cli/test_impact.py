"""`eventstudy impact`: how much money?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from eventstudy import calendars

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
NVDA = ("impact", "deepseek-r1", "--tickers", "NVDA", "--day0", "recognised")


def test_without_a_file_and_without_a_network(es: Es) -> None:
    ran = es(*NVDA, "--format", "json")
    assert ran.code == 0
    told = json.loads(ran.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert told["schema"] == "eventstudy.impact/1"
    assert told["currency"] == "USD"
    day = next(f for f in told["firms"] if (f["start"], f["end"]) == (0, 0))
    assert round(day["raw"] / 1e9) == -593
    assert day["low"] < day["abnormal"] < day["high"] < 0
    assert told["sentence"].startswith(
        "On Monday 27 January 2025 Nvidia (NVDA) lost 592.7 billion USD of market value, 467.1 billion USD more than the market"
        " explains (95 % from -654.4 billion USD to -279.7 billion USD; p ≤.004, placebo windows)."
    )


def test_levels_are_refused_before_shares_are_asked_for(es: Es, tmp_path: Path) -> None:
    days = calendars.sessions("XNYS", date(2023, 1, 3), date(2025, 2, 28)).tolist()
    rows = [f"{day},{4 + k % 7 / 100}" for k, day in enumerate(days)]
    (tmp_path / "yields.csv").write_text("\n".join(["date,DGS2", *rows]), encoding="utf-8")
    levels = ("--prices", "yields.csv", "--returns", "difference", "--unit-in", "percent")
    ran = es("impact", "--date", "2025-01-27", "--tickers", "DGS2", *levels)
    assert ran.code == 2
    assert "is of returns, and this is a study of changes of a level" in ran.err
    assert "shares" not in ran.err


def test_all_sixteen_are_counted_and_make_one_sum(es: Es) -> None:
    ran = es("impact", "deepseek-r1", "--day0", "recognised")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert len(lines) <= 62
    assert max(map(len, lines)) <= 125
    assert (
        "On Monday 27 January 2025 the 16 firms lost 1,115.2 billion USD of market value, 653.7 billion USD more"
        in (" ".join(ran.out.split()))
    )
    assert "NO_SHARES" not in ran.out


def test_what_is_not_known_is_named_and_the_rest_is_given(es: Es, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("ticker,shares\nNVDA,24490000000\nMSFT,7434880776\n", encoding="utf-8")
    asked = ("impact", "deepseek-r1", "--day0", "recognised", "--shares", "few.csv")
    ran = es(*asked)
    assert ran.code == 4
    assert "Nvidia (NVDA) lost 592.7 billion USD of market value" in " ".join(
        ran.out.split()
    )  # no sum of two of sixteen
    assert "14 more could not be counted" in " ".join(ran.out.split())
    assert "2 of 16" in ran.out
    assert "AVGO, AMD, TSM" in ran.out
    assert "[NO_SHARES]" in ran.out
    assert es(*asked, "--allow-excluded").code == 0


def test_a_file_of_the_user(es: Es, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("ticker,shares,date\nNVDA,2460000000,2024-05-24\nAMD,1.6e9,\n", encoding="utf-8")
    run = ("impact", "deepseek-r1", "--tickers", "NVDA,AMD", "--day0", "recognised", "--shares", "mine.csv")
    ran = es(*run, "--format", "csv", "--output", "out.csv", "--chart", "out.svg")
    assert ran.code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert {r["ticker"] for r in rows} == {"NVDA", "AMD", "total"}
    nvda = next(r for r in rows if r["ticker"] == "NVDA")
    assert float(nvda["shares"]) == 24.6e9  # ten for one on 2024-06-10
    assert (tmp_path / "out.svg").exists()
    assert "times 10 for splits since" in es(*run).out


def test_exit_codes(es: Es, tmp_path: Path) -> None:
    assert es(*NVDA, "--shares", "none.csv").code == 3
    (tmp_path / "bad.csv").write_text("ticker,shares\nNVDA,many\n", encoding="utf-8")
    assert es(*NVDA, "--shares", "bad.csv").code == 3
    (tmp_path / "other.csv").write_text("ticker,shares\nAMD,5\n", encoding="utf-8")
    assert es(*NVDA, "--shares", "other.csv").code == 5
    assert es(*NVDA, "--outcome", "volatility").code == 2
    (tmp_path / "p.csv").write_text(
        (Path(__file__).parents[2] / "data/prices/sample.csv").read_text(), encoding="utf-8"
    )
    ran = es(*NVDA, "--prices", "p.csv")
    assert ran.code == 2
    assert "--shares FILE" in ran.err


def test_shares_outstanding_weigh_as_well(es: Es, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("ticker,shares\nNVDA,2e9\nAMD,1.6e9\n", encoding="utf-8")
    pair = ("--tickers", "NVDA,AMD", "--day0", "recognised", "--shares", "mine.csv")
    files = ("--prices", str(Path(__file__).parents[2] / "data/prices/sample.csv"), "--benchmark", "SPY")
    assert es("impact", "deepseek-r1", *pair, *files, "--weights", "value").code == 0
    refused = es("run", "deepseek-r1", *pair)
    assert (refused.code, "used with --weights value" in refused.err) == (2, True)
