"""`eventstudy robustness`: does the answer survive other choices?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
NVDA = ("robustness", "deepseek-r1", "--tickers", "NVDA", "--day0", "recognised")


def test_the_object_keeps_the_contract(es: Es) -> None:
    ran = es(*NVDA, "--format", "json")
    assert ran.code == 0
    told = json.loads(ran.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert told["schema"] == "eventstudy.robustness/1"
    assert {"n", "specifications", "share_same_sign", "share_significant", "drivers", "sentence"} <= set(told)
    assert told["n"] == len(told["specifications"]) == 280
    assert all(
        {"model", "benchmark", "estimation_window", "window", "returns", "car", "p"} <= set(s)
        for s in told["specifications"]
    )
    own = [s for s in told["specifications"] if s["own"] and s["window"] == [0, 0]]
    assert len(own) == 1
    assert own[0]["car"] == pytest.approx(-0.13373, abs=5e-5)  # NVDA against SPY on 2025-01-27
    assert own[0]["p"] == pytest.approx(1 / 251)
    assert {s["benchmark"] for s in told["specifications"]} == {"SPY", "QQQ", "peers", "none"}
    assert "NVDA" not in told["peers"]


def test_a_person_reads_it_on_a_screen(es: Es) -> None:
    ran = es(*NVDA)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 125
    assert "window (" in ran.out
    assert "280 specifications: CAR from" in ran.out
    assert "peers: equal-weighted index of MSFT" in ran.out


@pytest.mark.slow
def test_csv_chart_and_file(es: Es, tmp_path: Path) -> None:
    ran = es(
        *NVDA, "--format", "csv", "--output", "all.csv", "--chart", "curve.svg", "--models", "market,constant_mean"
    )
    assert ran.code == 0
    assert ran.out == ""
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text(encoding="utf-8"))))
    assert {r["model"] for r in rows} == {"market", "constant_mean"}
    assert [float(r["car"]) for r in rows] == sorted(float(r["car"]) for r in rows)
    assert (tmp_path / "curve.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.slow
def test_the_chart_is_one_of_the_catalog(es: Es, tmp_path: Path) -> None:
    assert es("plot", *NVDA[1:], "--chart", "specification_curve", "--output", "curve.png", "--quiet").code == 0
    assert (tmp_path / "curve.png").stat().st_size > 10_000


def test_choices_of_the_user(es: Es) -> None:
    run = (
        *NVDA,
        "--format",
        "json",
        "--benchmarks",
        "peers",
        "--also-estimation",
        "-200",
        "-11",
        "--window",
        "-2",
        "2",
    )
    told = json.loads(es(*run).out)
    assert {s["benchmark"] for s in told["specifications"]} == {"SPY", "peers", "none"}
    assert {tuple(s["estimation_window"]) for s in told["specifications"]} == {(-260, -11), (-200, -11)}
    assert {tuple(s["window"]) for s in told["specifications"]} == {(-2, 2)}
    assert json.loads(es(*run, "--peers", "AMD,MU").out)["peers"] == ["AMD", "MU"]


@pytest.mark.slow
def test_exit_codes(es: Es) -> None:
    assert es(*NVDA, "--models", "nonsense").code == 2
    assert es(*NVDA, "--workers", "0").code == 2
    assert es(*NVDA, "--outcome", "volatility").code == 2
    gone = ("robustness", "deepseek-r1", "--tickers", "NVDA,NOSUCH", "--source", "bundled")
    assert es(*gone).code == 4
    assert es(*gone, "--allow-excluded").code == 0
    for asked in (("--models", "capm"), ("--benchmarks", "VTI"), ("--also-estimation", "-400", "-270")):
        assert es(*NVDA, *asked).code == 4  # named, and in no specification; the rest is given
        assert es(*NVDA, *asked, "--allow-excluded").code == 0
