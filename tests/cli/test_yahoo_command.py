"""`eventstudy run` as a process of its own that asks Yahoo's stand-in: every fault ends in a message and an exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from eventstudy import calendars

from tests.loopback.proxied import yahoo_over_proxy
from tests.loopback.server import Service
from tests.worlds import series

pytestmark = pytest.mark.wait
DAY0 = date(2025, 1, 27)
DAYS = [d.astype(object) for d in calendars.sessions("XNYS", date(2023, 12, 1), date(2025, 2, 14))]
CLEAN = ("GOOD", "FINE", "MKT")


@pytest.fixture
def service() -> Service:
    return Service([series(symbol, seed, DAYS) for seed, symbol in enumerate(CLEAN)])


def run(service: Service, folder: Path, tickers: str = "GOOD,FINE") -> subprocess.CompletedProcess[str]:
    what = ("--date", str(DAY0), "--tickers", tickers, "--benchmark", "MKT")
    words = (*what, "--source", "yahoo", "--format", "json")
    with yahoo_over_proxy(service, folder) as environment:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "eventstudy", "run", *words],
            env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def codes(result: dict[str, Any], ticker: str) -> set[str]:
    return {w["code"] for w in result["warnings"] if w["ticker"] in (ticker, None)}


def test_sound_answers(service: Service, tmp_path: Path) -> None:
    done = run(service, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    result = told(done)
    assert [firm["ticker"] for firm in result["firms"]] == ["GOOD", "FINE"]
    assert result["provenance"]["source"] == "yahoo"
    closes = dict(zip(DAYS, service.series["GOOD"].closes, strict=True))
    before = DAYS[DAYS.index(DAY0) - 1]
    day = next(d for d in result["firms"][0]["days"] if d["rel_day"] == 0)
    assert day["ret"] == pytest.approx(closes[DAY0] / closes[before] - 1, rel=1e-9)


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("rate-limited", 75, "asks us to wait"),
        ("500", 5, "500"),
        ("truncated", 5, "cannot be read"),
        ("404", 5, "has no prices of"),
    ],
)
def test_no_ticker_at_all(service: Service, tmp_path: Path, fault: str, code: int, words: str) -> None:
    spoil(service, "*", fault)
    done = run(service, tmp_path)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert words in done.stderr
    assert done.stderr.startswith("eventstudy: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("fault", ["500", "truncated", "404"])
def test_what_was_had_is_studied_and_what_was_not_is_named(service: Service, tmp_path: Path, fault: str) -> None:
    spoil(service, "FINE", fault)
    done = run(service, tmp_path)
    result = told(done)
    assert done.returncode == 4, done.stderr
    assert [firm["ticker"] for firm in result["firms"]] == ["GOOD"]
    assert [(e["ticker"], e["reason"]) for e in result["excluded"]] == [("FINE", "NO_PRICES")]
    assert result["excluded"][0]["message"]


def test_a_rate_limit_stops_the_source_and_what_was_had_is_studied(service: Service, tmp_path: Path) -> None:
    service.fail("FINE", "rate-limited")
    done = run(service, tmp_path, tickers="GOOD,FINE,NONE")
    assert done.returncode == 4, done.stderr
    result = told(done)
    assert [firm["ticker"] for firm in result["firms"]] == ["GOOD"]
    assert [e["ticker"] for e in result["excluded"]] == ["FINE", "NONE"]
    assert all("wait" in e["message"] for e in result["excluded"])
    assert service.charts("NONE") == 0


def test_without_the_benchmark_nothing_can_be_studied_until_later(service: Service, tmp_path: Path) -> None:
    service.fail("MKT", "rate-limited")
    done = run(service, tmp_path)
    assert (done.returncode, done.stdout) == (75, "")
    assert "asks us to wait" in done.stderr
    assert service.charts("GOOD") == 0


@pytest.mark.parametrize("missing", [1, 5])
def test_null_rows_are_told(service: Service, tmp_path: Path, missing: int) -> None:
    place = DAYS.index(DAY0) + 2
    good = service.series["GOOD"]
    closes = list(good.closes)
    closes[place : place + missing] = [None] * missing
    service.add(replace(good, closes=closes))
    result = told(run(service, tmp_path))
    days = {day.isoformat() for day in DAYS[place : place + missing]}
    lost = {d["session"] for d in result["firms"][0]["days"] if d["ar"] is None}
    assert days & {d["session"] for d in result["firms"][0]["days"]} <= lost
    assert codes(result, "GOOD") & {"GAP_IN_WINDOW", "DELISTED"}
    assert any(w["code"] == "SOURCE_NOTE" and "no price on" in w["message"] for w in result["warnings"])


def test_duplicate_rows_are_told(service: Service, tmp_path: Path) -> None:
    service.add(replace(service.series["GOOD"], again=(DAYS.index(DAY0),)))
    done = run(service, tmp_path)
    assert done.returncode == 0
    assert any(f"two rows for {DAY0}" in w["message"] for w in told(done)["warnings"])


def spoil(service: Service, symbol: str, fault: str) -> None:
    """Let the stand-in answer badly for a symbol; `404` is a symbol it does not know."""
    if fault == "404":
        for name in CLEAN if symbol == "*" else (symbol,):
            service.series.pop(name)
    else:
        service.fail(symbol, fault)
