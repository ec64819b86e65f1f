"""Shares outstanding from Yahoo's stand-in, and the command that turns CARs into money with them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from eventstudy.cli import main
from eventstudy.errors import SourceDown, SourceMalformed, SourceRateLimited, SymbolUnknown
from eventstudy.prices import load_shares
from eventstudy.prices.yahoo import Yahoo

from tests import worlds
from tests.cli.test_yahoo_command import DAY0, DAYS
from tests.loopback.server import Service
from tests.prices.conftest import FIRST, LAST, series

SHARES = {date(2025, 1, 6): 1_000_000, date(2025, 1, 20): 1_200_000}


def test_counts_by_their_day(yahoo: Yahoo, service: Service) -> None:
    service.add(series("GOOD", shares=SHARES))
    found = yahoo.shares("GOOD", FIRST, LAST)
    assert dict(zip((d.date() for d in found.index), found.tolist(), strict=True)) == SHARES
    assert found.index.tz is None  # type: ignore[attr-defined]
    assert yahoo.shares("GOOD", FIRST, date(2025, 1, 6)).tolist() == [1_000_000]  # both days included
    assert yahoo.shares("GOOD", date(2025, 1, 7), LAST).tolist() == [1_200_000]


def test_several_tickers_and_those_without(yahoo: Yahoo, service: Service) -> None:
    service.add(series("GOOD", shares=SHARES))
    table, missing = load_shares(["GOOD", "FINE", "NOSUCH", "GOOD"], FIRST, LAST)
    assert table["ticker"].tolist() == ["GOOD", "GOOD"]
    assert table["shares"].tolist() == [1e6, 1.2e6]
    assert set(missing) == {"FINE", "NOSUCH"}
    assert "no shares outstanding of 'FINE'" in str(missing["FINE"])
    assert "--shares FILE" in str(missing["FINE"])
    assert list(load_shares(["FINE"], FIRST, LAST)[0].columns) == ["ticker", "shares", "date"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate-limited", SourceRateLimited),
        ("500", SourceDown),
        ("web-page", SourceMalformed),
        ("truncated", SourceMalformed),
        ("401", SourceDown),
        ("time-out", SourceDown),
    ],
)
def test_faults_are_named(yahoo: Yahoo, service: Service, fault: str, error: type[Exception]) -> None:
    service.add(series("GOOD", shares=SHARES))
    yahoo.shares("GOOD", FIRST, LAST)  # the time zone is known now: the next request is for the counts
    service.fail("GOOD", fault)
    with pytest.raises(error):
        yahoo.shares("GOOD", FIRST, LAST)
    service.recover()
    assert len(yahoo.shares("GOOD", FIRST, LAST)) == 2


def test_an_unknown_symbol(yahoo: Yahoo) -> None:
    with pytest.raises(SymbolUnknown, match="no shares outstanding of 'NOSUCH'"):
        yahoo.shares("NOSUCH", FIRST, LAST)


def test_the_command_asks_for_shares_and_for_splits_after_the_window(
    yahoo: Yahoo, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counted before a split of 2024-06 and one after the window: both are in the closes, so both must be in the count."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVENTSTUDY_STORE", str(tmp_path / "store"))
    splits = {date(2024, 6, 10): (10, 1), date(2025, 2, 12): (2, 1)}
    for name, seed in (("GOOD", 1), ("FINE", 2), ("MKT", 3)):
        service.add(replace(worlds.series(name, seed, DAYS), splits=splits if name == "GOOD" else {}))
    told = {date(2024, 5, 24): 3_000_000}
    service.add(replace(service.series["GOOD"], shares=told))
    what = ["impact", "--date", str(DAY0), "--tickers", "GOOD,FINE", "--benchmark", "MKT", "--window", "0", "0"]
    with pytest.raises(SystemExit) as ended:
        main([*what, "--source", "yahoo", "--format", "json"])
    out, err = capsys.readouterr()
    assert ended.value.code == 4  # FINE has no count: named, and the rest is given
    assert "no shares outstanding of 'FINE'" in err
    found = json.loads(out)
    [firm] = found["firms"]
    close = service.series["GOOD"].closes[DAYS.index(DAY0) - 1]
    assert (firm["shares"], firm["splits"], firm["shares_since"]) == (60e6, 20.0, "2024-05-24")
    assert close is not None
    assert firm["close"] == pytest.approx(close)
    assert found["currency"] == "USD"
    assert [e["ticker"] for e in found["excluded"]] == ["FINE"]


@pytest.mark.slow
def test_robustness_and_counterfactual_ask_for_the_tickers_they_compare_with(
    yahoo: Yahoo, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVENTSTUDY_STORE", str(tmp_path / "store"))
    for seed, name in enumerate(("GOOD", "MKT", "ALT", "PEER", "MATE")):
        service.add(worlds.series(name, seed, DAYS))
    what = [
        "--date",
        str(DAY0),
        "--tickers",
        "GOOD",
        "--benchmark",
        "MKT",
        "--peers",
        "PEER,MATE",
        "--window",
        "0",
        "0",
    ]
    more = ["--source", "yahoo", "--format", "json"]

    def told(*words: str) -> dict[str, Any]:
        with pytest.raises(SystemExit) as ended:
            main([words[0], *what, *more, *words[1:]])
        assert not ended.value.code
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    found = told("robustness", "--benchmarks", "ALT,peers", "--also-estimation", "-200", "-11")
    assert {s["benchmark"] for s in found["specifications"]} == {"MKT", "ALT", "peers", "none"}
    assert found["peers"] == ["PEER", "MATE"]
    assert found["left_out"] == []
    assert told("counterfactual")["donors"] == ["PEER", "MATE"]
