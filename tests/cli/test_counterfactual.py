"""`eventstudy counterfactual`: what would the price have done without the event?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.tiers import first

Es = Callable[..., Ran]
NVDA = ("counterfactual", "deepseek-r1", "--tickers", "NVDA", "--day0", "recognised")


def test_the_object(es: Es) -> None:
    ran = es(*NVDA, "--format", "json")
    assert ran.code == 0
    told = json.loads(ran.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert told["schema"] == "eventstudy.counterfactual/1"
    assert {r["model"] for r in told["rows"]} == {"market", "principal_components", "synthetic_control"}
    for row in told["rows"]:
        assert {"car", "p", "test", "p_time", "p_conformal", "in_space", "rmspe", "weights", "donors"} <= set(row)
        assert row["in_space"]["donors"] == 8
    assert told["rows"][0]["car"] == pytest.approx(-0.13373, abs=5e-5)
    path = told["paths"][0]
    assert (path["currency"], path["actual"][path["rel_days"].index(0)]) == ("USD", pytest.approx(118.42, abs=0.01))


@pytest.mark.parametrize("more", first([("--tickers", "NVDA"), (), ("--tickers", "NVDA", "--peers", "AAPL,CRM,BABA")]))
def test_it_fits_a_screen(es: Es, more: tuple[str, ...]) -> None:
    ran = es("counterfactual", "deepseek-r1", "--day0", "recognised", *more)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 125
    assert "[PEER_CONTAMINATION]" in ran.out
    assert "synthetic_control" in ran.out


@pytest.mark.slow
def test_csv_chart_and_file(es: Es, tmp_path: Path) -> None:
    assert (
        es(*NVDA, "--format", "csv", "--output", "out.csv", "--chart", "out.svg", "--models", "synthetic_control").code
        == 0
    )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert {r["model"] for r in rows} == {"market", "synthetic_control"}
    assert (tmp_path / "out.svg").exists()
    assert es("plot", *NVDA[1:], "--chart", "counterfactual", "--output", "p.png", "--quiet").code == 0


def test_exit_codes(es: Es) -> None:
    assert es(*NVDA, "--models", "nonsense").code == 2
    assert es(*NVDA, "--peers", "XOM").code == 2
    assert es(*NVDA, "--models", "capm").code == 4  # no factors: named, and the rest is given
    assert es(*NVDA, "--models", "capm", "--allow-excluded").code == 0
