"""Every model works from the command, and says what it lacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.conftest import Ran
from tests.tiers import first

Es = Callable[..., Ran]
NVDA = ("run", "deepseek-r1", "--tickers", "NVDA", "--day0", "recognised")
FACTORS = ["mkt_rf", "smb", "hml", "rmw", "cma", "mom", "rf"]
PEERED = ["synthetic_control", "principal_components", "peer", "matched", "elastic_net"]
ALONE = ["scholes_williams", "dimson", "theil_sen", "huber", "garch", "egarch", "constant_mean", "market_adjusted"]


@pytest.mark.parametrize(
    "model", ["fama_french3", "carhart", "fama_french5", "fama_french5_momentum", "capm", "factors"]
)
def test_factor_models(es: Es, model: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    days = pd.bdate_range("2024-01-02", "2025-02-28")
    table = pd.DataFrame(rng.normal(0, 0.5, (len(days), len(FACTORS))), days.strftime("%Y-%m-%d"), FACTORS)
    table["rf"] = 0.02
    table.to_csv(tmp_path / "factors.csv", index_label="date")
    ran = es(*NVDA, "--model", model, "--factors", "factors.csv", "--factor-unit", "percent", "--format", "json")
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    assert document["config"]["model"] == model
    assert document["firms"][0]["windows"][0]["se"] > 0
    lacking = es(*NVDA, "--model", model)
    assert lacking.code == 2
    assert "--factors" in lacking.err


@pytest.mark.parametrize("model", first([*PEERED, *ALONE], 3))
def test_every_other_model(es: Es, model: str) -> None:
    peers = ("--peers", "AAPL,CRM,META,AMZN,GOOGL") if model in PEERED else ()
    ran = es(*NVDA, "--model", model, *peers, "--format", "json")
    assert ran.code == 0, ran.err
    day = json.loads(ran.out)["firms"][0]["windows"][0]
    assert -0.20 < day["car"] < -0.12
    assert day["headline"] == "placebo"
    assert day["headline_p"] < 0.01


@pytest.mark.parametrize("model", PEERED)
def test_without_peers_it_says_how_to_name_them(es: Es, model: str) -> None:
    ran = es("run", "--date", "2025-01-27", "--tickers", "NVDA", "--model", model)
    assert ran.code == 2
    assert "--peers" in ran.err


def test_alpha_left_out(es: Es) -> None:
    ran = es(*NVDA, "--no-alpha")
    assert ran.code == 0
    assert "NVDA: beta 2.69927" in ran.out
    assert es(*NVDA, "--no-alpha", "--model", "dimson").code == 2


def test_outcomes(es: Es, tmp_path: Path) -> None:
    volume = es(*NVDA, "--outcome", "volume")
    assert volume.code == 0
    assert "Abnormal log volume of NVDA (p of 5 windows judged together): [0, 0] +0.88 (p .071)" in volume.out
    (tmp_path / "shares.csv").write_text("ticker,shares\nNVDA,24490000000\n")
    turnover = es(*NVDA, "--outcome", "volume", "--shares", "shares.csv", "--format", "json")
    assert json.loads(turnover.out)["firms"][0]["days"][5]["ret"] == pytest.approx(
        np.log(100 * 818830900 / 24.49e9), rel=0.01
    )
    volatility = es(*NVDA, "--outcome", "volatility")
    assert "[0, 0] 26.5 times (p ≤.008)" in volatility.out  # 5.148 squared; by itself p ≤.004


def test_what_buy_and_hold_compares_with_is_printed(es: Es) -> None:
    ran = es(*NVDA, "--bhar", "matched", "--peers", "AAPL,META", "--format", "json")
    windows = json.loads(ran.out)["firms"][0]["windows"]
    assert {w["bhar_benchmark"] for w in windows} == {"matched"}
    usual = json.loads(es(*NVDA, "--format", "json").out)["firms"][0]["windows"]
    assert {w["bhar_benchmark"] for w in usual} == {"market"}
    assert windows[0]["bhar"] != usual[0]["bhar"]
