"""Firms against the portfolios of their size and book-to-market: a file as it is published, made by hand, and scalar code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eventstudy import StudyResult
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.language import in_language
from eventstudy.request import run
from eventstudy.study.happened import what_happened
from eventstudy.units.windows import Window

from tests.cli.conftest import Ran, es  # noqa: F401 - the fixture
from tests.test_frequency import EVENTS, FIRMS, last_of_month, months_by_hand, world

BOOK = ("LoBM", "BM2", "BM3", "BM4", "HiBM")
NAMES = [f"{'SMALL' if i == 1 else 'BIG' if i == 5 else f'ME{i}'} {b}" for i in range(1, 6) for b in BOOK]
MONTHS = sorted({last_of_month(d) for d in months_by_hand()["SPY"]})


def returns() -> dict[date, list[float]]:
    """Per cent, two digits, by month and portfolio; one month has none of the first."""
    rng = np.random.default_rng(25)
    found = {m: [round(float(v), 2) for v in rng.normal(0.8, 5, 25)] for m in MONTHS}
    found[MONTHS[90]][0] = -99.99
    return found


def published() -> str:
    """The layout of the library: prose, value-weighted months, equal-weighted ones, years."""
    head = "This file was created using the 202412 CRSP database.\r\nMissing data are indicated by -99.99 or -999.\r\n\r\n\r\n"
    names = "," + ",".join(NAMES)
    rows = [f"{m:%Y%m}," + ",".join(f"{v:9.4f}" for v in values) for m, values in returns().items()]
    equal = [f"{m:%Y%m}," + ",".join(["   9.0000"] * 25) for m in MONTHS]
    years = ["2010," + ",".join(["  10.0000"] * 25)]
    parts = [
        ["  Average Value Weighted Returns -- Monthly", names, *rows, "", ""],
        ["  Average Equal Weighted Returns -- Monthly", names, *equal, "", ""],
        ["  Average Value Weighted Returns -- Annual", names, *years, ""],
    ]
    return head + "\r\n".join(line for part in parts for line in part)


ASSIGNED = {  # from a month on
    "AAA": [("2009-01", "SMALL LoBM")],
    "BBB": [("200901", "ME3 BM3"), ("201607", "BIG HiBM")],
    "CCC": [("2010-06-30", "big lobm"), ("2009-01", "ME2 BM4")],
    "DDD": [("2009-01", "ME5 BM2".replace("ME5", "BIG"))],
    "EEE": [("2009-01", "ME4 BM3")],
    "FFF": [("2009-01", "SMALL HiBM")],
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    portfolios, assign = tmp_path / "25_Portfolios_5x5.csv", tmp_path / "assign.csv"
    portfolios.write_bytes(published().encode())
    rows = [f"{t},{m},{p}" for t, own in ASSIGNED.items() for m, p in own]
    assign.write_text("\n".join(["ticker,month,portfolio", *rows]), encoding="utf-8")
    return portfolios, assign


def study(files: tuple[Path, Path], **choices: Any) -> StudyResult:
    words: dict[str, Any] = {"frequency": "monthly", "model": "market_adjusted", "windows": [(0, 0), (1, 12), (0, 36)]}
    words |= {"benchmark_portfolios": files[0], "assign": files[1]}
    return run(EVENTS, prices=world().drop(columns="SPY"), **{**words, **choices})


def own_portfolio(ticker: str) -> dict[date, float]:
    """The returns of the portfolio that a ticker is in, month by month."""
    rows = sorted((int(m[:4]) * 12 + int(m.replace("-", "")[4:6]), p) for m, p in ASSIGNED[ticker])
    found = {}
    for month, values in returns().items():
        name = next(p for since, p in reversed(rows) if since <= month.year * 12 + month.month)
        value = values[[n.lower() for n in NAMES].index(name.lower())]
        if value != -99.99:
            found[month] = value / 100
    return found


def test_each_firm_is_held_against_its_portfolio_by_scalar_code(files: tuple[Path, Path]) -> None:
    result = study(files)
    assert {p.benchmark for p in result.panel.pairs} == {f"portfolio:{t}" for t in FIRMS}
    compared = 0
    for i, (ticker, at) in enumerate(EVENTS.itertuples(index=False)):
        own, held, zero = (
            months_by_hand()[ticker],
            own_portfolio(ticker),
            MONTHS.index(last_of_month(date.fromisoformat(at))),
        )
        for start, end in ((0, 0), (1, 12), (0, 36)):
            months = MONTHS[zero + start : zero + end + 1]
            if not all(m in own and m in held for m in months):
                continue
            compared += 1
            car = result.returns.over(Window(start, end)).car[i]
            assert car == pytest.approx(sum(own[m] - held[m] for m in months), rel=1e-9, abs=1e-12)
            firm, portfolio = 1.0, 1.0
            for m in months:
                firm, portfolio = firm * (1 + own[m]), portfolio * (1 + held[m])
            assert result.bhars[Window(start, end)][i] == pytest.approx(firm - portfolio, rel=1e-9, abs=1e-12)
    assert compared > 12


def test_it_is_said_what_firms_are_compared_with(files: tuple[Path, Path]) -> None:
    result = study(files)
    [told] = [w.message for w in result.warned if w.code == "REBALANCED"]
    assert "Average Value Weighted Returns -- Monthly" in told
    assert "umgeschichtet" in str(in_language(told, "de"))
    said = result.summary()
    assert "the benchmark portfolios brought" in said
    assert "the market" not in said
    german = in_language(what_happened(result)[0], "de")
    assert "die Vergleichsportfolios brachten" in str(german)
    assert result.provenance["benchmark_portfolios"] == {
        "table": "Average Value Weighted Returns -- Monthly",
        "vintage": "This file was created using the 202412 CRSP database.",
    }


@pytest.mark.parametrize(
    ("line", "choices", "kind", "words"),
    [
        ("AAA,2009-01,ME9 BM1", {}, InvalidFile, "no portfolio 'ME9 BM1'"),
        ("AAA,January,ME2 BM2", {}, InvalidFile, "cannot be read"),
        ("AAA,2009-01,ME2 BM2", {}, InvalidFile, "two portfolios"),
        ("", {"frequency": "daily", "windows": None}, InvalidRequest, "one row a month"),
        ("", {"benchmark": "SPY"}, InvalidRequest, "compared with its portfolio"),
        ("", {"assign": None}, InvalidRequest, "assigned to them"),
    ],
)
def test_portfolios_that_cannot_be_meant(
    files: tuple[Path, Path], line: str, choices: dict[str, Any], kind: type[Exception], words: str
) -> None:
    files[1].write_text(files[1].read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    with pytest.raises(kind, match=words):
        study(files, **choices)


def test_portfolios_are_not_looked_over_as_daily_prices_and_are_named_as_written(files: tuple[Path, Path]) -> None:
    warned = [w for w in study(files).warned if w.ticker and w.ticker.startswith("portfolio:")]
    assert warned == []
    files[1].write_text("ticker,month,portfolio\nAAA,2009-01,ME9 BM1", encoding="utf-8")
    with pytest.raises(InvalidFile) as refused:
        study(files)
    assert "SMALL LoBM, SMALL BM2" in str(refused.value.available)
    files[0].write_bytes(b"PK\x03\x04")
    with pytest.raises(InvalidFile, match="zip"):
        study(files)


def test_a_firm_in_no_portfolio_is_named(files: tuple[Path, Path]) -> None:
    files[1].write_text("ticker,month,portfolio\nAAA,2009-01,ME2 BM2\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="no portfolio is assigned to BBB, CCC, DDD"):
        study(files)


def test_the_command_takes_portfolios(es: Callable[..., Ran], files: tuple[Path, Path], tmp_path: Path) -> None:  # noqa: F811
    world().drop(columns="SPY").to_csv(tmp_path / "prices.csv")
    EVENTS.to_csv(tmp_path / "events.csv", index=False)
    words = ("run", "events.csv", "--prices", "prices.csv", "--frequency", "monthly", "--model", "market_adjusted")
    ran = es(*words, "--benchmark-portfolios", str(files[0]), "--assign", str(files[1]))
    assert ran.code == 0, ran.err
    assert "portfolio:AAA" in ran.out
    assert "rebalanced" in ran.out.replace("\n  ", " ")
    files_named = ("--benchmark-portfolios", str(files[0]), "--assign", str(files[1]))
    assert es(*words, *files_named, "--format", "json", "--output", "r.json").code == 0
    refused = es("rerun", "r.json", "--prices", "prices.csv")
    assert (refused.code, "--benchmark-portfolios FILE" in refused.err) == (2, True)
    again = es("rerun", "r.json", "--prices", "prices.csv", "--registry", "events.csv", *files_named)
    assert "figures are the same" in again.out, again.err
