"""`eventstudy confounders`, and `run --mask-confounded`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]


def test_the_object_has_its_schema_and_both_answers(es: Es) -> None:
    ran = es("confounders", "deepseek-r1", "--format", "json", "--mask-confounded")
    assert ran.code == 0
    told = json.loads(ran.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert told["schema"] == "eventstudy.confounders/1"
    assert {day["session"] for day in told["days"]} == {"2025-01-15", "2025-01-16", "2025-01-21"}
    assert [day["session"] for day in told["own_news"]] == ["2025-01-27"]
    [nvda] = [r for r in told["masked"]["rows"] if r["name"] == "NVDA" and (r["start"], r["end"]) == (-5, 5)]
    assert nvda["masked"] == ["2025-01-15"]
    assert nvda["before"]["car"] < nvda["after"]["car"] < -0.1
    assert json.loads(es("confounders", "deepseek-r1", "--format", "json").out)["masked"] is None


def test_it_fits_one_screen(es: Es) -> None:
    ran = es("confounders", "deepseek-r1", "--event-window", "-5", "10")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 125
    assert "6 of the 16 days" in ran.out
    assert "FOMC decision" in ran.out
    assert "news of the event itself on 2025-01-27 (day +4): DeepSeek's app" in ran.out


def test_csv_has_a_row_a_hit_or_a_row_a_window(es: Es) -> None:
    hits = list(csv.DictReader(io.StringIO(es("confounders", "deepseek-r1", "--format", "csv").out)))
    assert {(r["ticker"], r["code"]) for r in hits if r["session"] == "2025-01-16"} == {("TSM", "EARNINGS")}
    windows = es("confounders", "deepseek-r1", "--tickers", "NVDA", "--mask-confounded", "--format", "csv").out
    assert [r["masked"] for r in csv.DictReader(io.StringIO(windows))][-1] == "2025-01-15"


def test_files_of_the_user_add_to_what_ships(es: Es, tmp_path: Path) -> None:
    (tmp_path / "news.csv").write_text("date,what,ticker\n2025-01-23,a visit,NVDA\n", encoding="utf-8")
    (tmp_path / "reports.csv").write_text("ticker,date,timing\nNVDA,2025-01-23,post\n", encoding="utf-8")
    files = ("--news", "news.csv", "--earnings", "reports.csv")
    ran = es("confounders", "deepseek-r1", "--tickers", "NVDA,AMD", *files, "--format", "json")
    told = json.loads(ran.out)
    mine = {(d["session"], d["code"], *d["tickers"]) for d in told["days"] if d["tickers"] == ["NVDA"]}
    assert mine == {("2025-01-23", "NEWS", "NVDA"), ("2025-01-24", "EARNINGS", "NVDA")}
    assert told["looked"]["earnings"] == ["NVDA", "AMD"]
    bad = es("confounders", "deepseek-r1", "--news", "none.csv")
    assert (bad.code, "none.csv" in bad.err) == (3, True)


def test_run_shows_a_line_a_day(es: Es) -> None:
    ran = es("run", "deepseek-r1", "--tickers", "TSM,NVDA")
    lines = [line for line in ran.out.splitlines() if line.startswith("other news on")]
    assert [line.split()[3] for line in lines] == ["2025-01-15", "2025-01-16", "2025-01-21"]
    assert "EARNINGS earnings of TSM" in lines[1]


def test_run_of_many_tickers_names_the_days_in_a_sentence(es: Es) -> None:
    said = " ".join(es("run", "deepseek-r1").out.split())
    days = "2025-01-15 (MARKET_MOVE, NEWS), 2025-01-16 (EARNINGS (TSM)), 2025-01-21 (NEWS)"
    assert f"not told apart from the event by prices: {days}; see eventstudy confounders" in said


def test_run_shows_before_and_after(es: Es) -> None:
    plain = es("run", "deepseek-r1", "--tickers", "NVDA")
    ran = es("run", "deepseek-r1", "--tickers", "NVDA", "--mask-confounded")
    assert ran.code == 0
    assert ran.out.startswith(plain.out.rstrip())
    [row] = [line for line in ran.out.splitlines() if "[-5, +5]" in line and "01-15" in line]
    assert row.split()[1:] == ["[-5,", "+5]", "-16.19", "%", ".070", "01-15", "-14.54", "%", ".086"]
    assert "day 0 is never masked" in ran.out
    told = json.loads(es("run", "deepseek-r1", "--tickers", "NVDA", "--mask-confounded", "--format", "json").out)
    assert told["schema"] == "eventstudy.result/1"
    assert told["masked"]["rows"][-1]["masked"] == ["2025-01-15"]
    assert "masked" not in json.loads(es("run", "deepseek-r1", "--tickers", "NVDA", "--format", "json").out)
