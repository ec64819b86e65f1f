"""The screen of a study in German: every sentence, and numbers and dates as they are written there."""

from __future__ import annotations

import re
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from eventstudy.cli import command
from eventstudy.errors import UnknownName
from eventstudy.events import single_event
from eventstudy.prices import load_bars

ENGLISH = re.compile(
    r"\b(the|and|of|is|are|not|with|days?|sessions?|prices?|pairs?|dates?|mean|left|out|by|from|here|over|valid|more|"
    r"ordinary|weekly|monthly|change|benchmark|returns?|headline|together|window|stands?|estimation|event)\b(?![-_]|\.\w)"
)
"""Words that no German sentence has; identifiers with a hyphen or an underscore are not sentences."""
NO_SENTENCES = re.compile(
    r"--[a-z-]+( [a-z]+)?|eventstudy \w+|\([a-z0-9-]+\)|result\.\w+\(\)|Buy-and-hold\S*|[A-Z][A-Z_]{3,}"
)
"""Options, commands, ids and codes."""


def _day_series(n: int, rows: int = 900) -> tuple[Any, Any]:
    """Prices of some firms and of a market, and an event of each firm."""
    rng, days = np.random.default_rng(1), pd.bdate_range("2020-01-01", periods=rows)
    market = rng.normal(0, 0.01, rows)
    closes = {f"T{k:02d}": 100 * np.exp(np.cumsum(market + rng.normal(0, 0.02, rows))) for k in range(n)}
    events = {
        "id": [f"e{k}" for k in range(n)],
        "ticker": list(closes),
        "date": [str(days[400 + 12 * k].date()) for k in range(n)],
    }
    return pd.DataFrame(closes | {"MKT": 100 * np.exp(np.cumsum(market))}, index=days), pd.DataFrame(events)


def _of(frequency: str, first: int) -> es.StudyResult:
    prices, events = _day_series(4, 3000)
    events["date"] = [str(prices.index[first + 600 + 30 * k].date()) for k in range(4)]
    return es.run(events, prices=prices, benchmark="MKT", frequency=frequency)


def _by_kind() -> es.StudyResult:
    prices, events = _day_series(12)
    return es.run(events.assign(category=["earnings", "deal"] * 6), prices=prices, benchmark="MKT")


def _of_one() -> es.StudyResult:
    prices, events = _day_series(12)
    return es.run(
        events.assign(ticker="T01", category="earnings"), prices=prices, benchmark="MKT", event_window=(-1, 20)
    )


def _faulty() -> es.StudyResult:
    prices, events = _day_series(12)
    prices.iloc[402, 0] *= 10
    return es.run(events, prices=prices.iloc[:480], benchmark="MKT")


def _sums() -> Any:
    prices, events = _day_series(12)
    events = events.rename(columns={"id": "event_id"})
    return es.EventStudy(es.StudyConfig(benchmark="MKT")).run(events, prices, keep="aggregate")


def _minutes() -> Any:
    """Bars of five minutes of two firms and a market, over enough days, and an instant while they trade."""
    rng, found = np.random.default_rng(3), []
    for ticker in ("AAA", "BBB", "SPY"):
        for day in pd.bdate_range("2024-03-01", "2024-06-28"):
            times = pd.date_range(f"{day.date()} 09:30", f"{day.date()} 15:55", freq="5min", tz="America/New_York")
            closes = 100 * np.exp(np.cumsum(rng.normal(0, 0.001, len(times))))
            found.append(pd.DataFrame({"ticker": ticker, "time": times.tz_convert("UTC"), "close": closes}))
    event = single_event("2024-06-20T14:02:00Z", "AAA,BBB")
    return es.analyses.minutes([event], load_bars(pd.concat(found)), benchmark="SPY")


FEW, ONE = "NVDA,AMD,MSFT,AAPL,TSM", "NVDA"
STUDIES: dict[str, Any] = {
    "one": lambda: es.run("deepseek-r1", tickers=ONE, day0="recognised"),
    "sixteen": lambda: es.run("deepseek-r1"),
    "volume": lambda: es.run("deepseek-r1", tickers=ONE, outcome="volume"),
    "volumes": lambda: es.run("deepseek-r1", tickers=FEW, outcome="volume"),
    "volatility": lambda: es.run("deepseek-r1", tickers=FEW, outcome="volatility"),
    "a fall": lambda: es.run("deepseek-r1", tickers=FEW, alternative="less"),
    "asked for": lambda: es.run("deepseek-r1", tickers=ONE, tests=["corrado_rank", "bmp"]),
    "weeks": lambda: _of("weekly", 200),
    "months": lambda: _of("monthly", 1800),
    "primary": lambda: es.run("deepseek-r1", tickers=FEW, primary=(0, 1)),
    "no benchmark": lambda: es.run("deepseek-r1", tickers=ONE, model="constant_mean", returns="log"),
    "in doubt and left out": _faulty,
    "sums": _sums,
    "scan of one": lambda: es.analyses.scan(es.run("deepseek-r1", tickers=ONE)),
    "scan": lambda: es.analyses.scan(es.run("deepseek-r1")),
    "kinds": lambda: es.analyses.compare(_by_kind(), "category", window=(0, 1)),
    "money": lambda: es.analyses.impact(es.run("deepseek-r1", tickers=FEW, day0="recognised")),
    "groups": lambda: es.analyses.spillover(es.run("deepseek-r1")),
    "other choices": lambda: es.analyses.robustness(es.run("deepseek-r1", tickers=FEW), models=["constant_mean"]),
    "made-up studies": lambda: es.analyses.calibrate(
        es.run("deepseek-r1", tickers=ONE, estimation_window=(-130, -11), windows=[(0, 1)]), draws=20, variance=2
    ),
    "minutes": _minutes,
    "without the event": lambda: es.analyses.counterfactual(es.run("deepseek-r1", tickers=ONE)),
    "several without the event": lambda: es.analyses.counterfactual(es.run("deepseek-r1", tickers=FEW)),
    "other news": lambda: es.analyses.confounders(es.run("deepseek-r1", tickers=FEW)),
    "without other news": lambda: es.analyses.mask(es.analyses.confounders(es.run("deepseek-r1", tickers=FEW))),
    "history": lambda: es.analyses.history(_of_one()),
}


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("verbose", [False, True])
def test_no_english_is_left_on_a_german_screen(name: str, verbose: bool) -> None:
    told = STUDIES[name]().text(verbose=verbose, lang="de")
    left = [line for line in told.splitlines() if ENGLISH.search(NO_SENTENCES.sub("", line))]
    assert left == []
    assert not re.search(r"(?<![=:\d])\d{4}-\d\d-\d\d|(?<![\d.])[+-]?\d+\.\d+ %", told)


def test_the_main_job_in_german() -> None:
    told = CliRunner().invoke(
        command, ["run", "deepseek-r1", "--tickers", "NVDA", "--day0", "recognised", "--lang", "de"]
    )
    lines = told.stdout.splitlines()
    assert lines[0] == "DeepSeek veröffentlicht das Modell R1 (deepseek-r1)"
    assert lines[1].startswith(
        "Am Montag, dem 27. Januar 2025, verlor Nvidia (NVDA) 17,0 %, 13,4 Prozentpunkte mehr, als der Markt"
    )
    assert "vom Markt bemerkt 27.01.2025; Tag 0 ist Mo 27.01.2025, wie beim Aufruf gewählt (--day0 recognised)" in lines
    assert "  0  27.01.2025  −16,97 %  −13,37 %  −5,15  <0,001" in lines
    assert next(line for line in lines if line.startswith("NVDA:")).endswith("250 Schätztage")


def test_json_is_the_same_whatever_the_language_of_the_screen() -> None:
    one, other = (
        CliRunner().invoke(command, ["run", "deepseek-r1", "--tickers", "NVDA", "--format", "json", *lang]).stdout
        for lang in ([], ["--lang", "de"])
    )
    assert one == other


def test_a_language_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(UnknownName, match="no language called 'fr'"):
        STUDIES["one"]().text(lang="fr")
