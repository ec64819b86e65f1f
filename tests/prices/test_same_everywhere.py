"""The same prices from the store, CSV, Parquet and XLSX give the same result, but for where it says they came from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from eventstudy.datasets import shipped

from tests.cli.conftest import Ran, es  # noqa: F401 - the fixture
from tests.tiers import first

SAMPLE = shipped("prices", "sample.csv")
TICKERS = ("SPY", "NVDA", "AMD", "MU", "MSFT", "META", "AVGO")
WAYS = {
    "csv": ("--prices", "sample.csv"),
    "parquet": ("--prices", "sample.parquet"),
    "xlsx": ("--prices", "sample.xlsx"),
    "store": ("--source", "store"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the sample in every kind of file."""
    folder = tmp_path_factory.mktemp("kinds")
    frame = pd.read_csv(SAMPLE, dtype={"ticker": str}, keep_default_na=False, na_values={"dividend": [""]})
    frame = frame[frame["ticker"].isin(TICKERS)]
    frame.to_csv(folder / "sample.csv", index=False)
    frame = frame.assign(date=pd.to_datetime(frame["date"]))
    frame.to_parquet(folder / "sample.parquet", index=False)
    dates = frame["date"].dt.date
    frame.assign(date=dates).to_excel(folder / "sample.xlsx", index=False, engine="openpyxl")
    return folder


@pytest.mark.parametrize(
    "what", first([("deepseek-r1", "--model", "constant_mean", "--returns", "log"), ("deepseek-r1",)])
)
def test_the_result_is_the_same(
    es: Callable[..., Ran],  # noqa: F811
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: tuple[str, ...],
) -> None:
    monkeypatch.chdir(folder)
    kept = es("prices", "import", "sample.csv")
    assert kept.code == 0, kept.err
    results: dict[str, dict[str, Any]] = {}
    for name, way in WAYS.items():
        ran = es("run", *what, *way, "--tickers", ",".join(TICKERS[1:]), "--format", "json")
        assert ran.code == 0, ran.err
        results[name] = json.loads(ran.out)
        assert results[name].pop("provenance")["source"] == name
    for name in WAYS:
        assert results[name] == results["csv"], name
    assert len(results["csv"]["firms"]) == 6
