"""`python -m tests.benchmarks clocks`: minutes and files of returns, each beside its yardstick, CPU time on one thread.

A million bars of a Parquet file into the study of one instant, beside pandas that reads the file; 500 instants, each held
against 60 other days, beside a study of 500 daily pairs; returns of 500 firms as CRSP writes them, beside pandas that reads
them.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

NEW_YORK = "America/New_York"


def clocks(runs: int = 3) -> dict[str, dict[str, float]]:
    """Seconds of CPU, the least of several runs, the one and the other in turn."""
    from eventstudy.prices import load_bars, load_prices

    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as made:
        bars, permno = _bars(Path(made) / "bars.parquet"), _permno(Path(made) / "crsp.csv")
        one = partial(_minutes, load_bars, bars, 1)
        found["a million bars, one instant"] = _both(one, partial(pd.read_parquet, bars), runs)
        found["returns of 500 firms"] = _both(
            partial(load_prices, path=permno), partial(pd.read_csv, permno, parse_dates=["date"]), runs
        )
        table = load_bars(_bars(Path(made) / "many.parquet", tickers=2, sessions=580, width=5))
        many = partial(_minutes, lambda given: given, table, 500)
        found["500 instants"] = _both(many, partial(_daily, *_panel(), 500), runs)
    for name, taken in found.items():
        ratio = taken["ours"] / taken["yardstick"]
        print(f"{name:28} {taken['ours']:6.2f} s, yardstick {taken['yardstick']:6.2f} s, ratio {ratio:5.1f}")
    return found


def _both(ours: Callable[[], object], other: Callable[[], object], runs: int) -> dict[str, float]:
    ours(), other()
    taken: dict[str, list[float]] = {"ours": [], "yardstick": []}
    for _ in range(runs):
        for name, what in (("ours", ours), ("yardstick", other)):
            gc.collect()
            begun = time.process_time()
            what()
            taken[name].append(time.process_time() - begun)
    return {name: min(times) for name, times in taken.items()}


def _sessions(n: int) -> list[Any]:
    from eventstudy import calendars

    first = pd.Timestamp("2022-01-03").date()
    _, hours = calendars.hours("XNYS", first, first + pd.Timedelta(days=2 * n).to_pytimedelta())
    return hours[:n]


def _bars(path: Path, tickers: int = 10, sessions: int = 258, width: int = 1) -> Path:
    """Bars of whole sessions of New York, of 10 tickers a million; SPY is among them."""
    rng, step = np.random.default_rng(0), np.timedelta64(60 * width, "s")
    hours = [h.stretches[0] for h in _sessions(sessions)]
    starts = np.concatenate([np.arange(np.datetime64(opened), np.datetime64(closed), step) for opened, closed in hours])
    parts = []
    for name in ["SPY", *(f"T{k}" for k in range(tickers - 1))]:
        close = 100 * np.exp(np.cumsum(rng.normal(0, 5e-4, len(starts))))
        parts.append(pd.DataFrame({"ticker": name, "time": starts, "open": np.r_[100.0, close[:-1]], "close": close}))
    table = pd.concat(parts, ignore_index=True)
    table["time"] = table["time"].dt.tz_localize("UTC")
    table.to_parquet(path)
    return path


def _minutes(read: Callable[..., Any], given: Any, instants: int) -> object:
    """The study of instants, whole: five a day, on every fourth of the last whole sessions; the days between are ordinary."""
    from eventstudy.analyses.minutes import minutes
    from eventstudy.events import single_event

    table = read(given)
    last = table.series["SPY"].start[-1].item().date()
    whole = [h for h in _sessions(600) if h.session <= last and h.stretches[0][1].hour >= 20]
    days = whole[-2::-4][: -(-instants // 5)]
    clocks = ("14:00", "13:00", "12:00", "11:00", "10:30")
    at = [pd.Timestamp(f"{d.session} {c}", tz=NEW_YORK).isoformat() for d in days for c in clocks]
    events = [single_event(when, ["T0"]).model_copy(update={"id": when}) for when in at[:instants]]
    found = minutes(events, table)
    if len(found.judged) != instants or any(s.placebo.days != 60 for one in found.judged for s in one.stretches):
        raise SystemExit("not every instant was held against 60 other days")
    return found.to_dict()


def _panel() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Daily closes of a market and a firm an event."""
    rng = np.random.default_rng(0)
    days = pd.bdate_range("2018-01-02", periods=900)
    names = ["MKT", *(f"T{k:03d}" for k in range(500))]
    closes = pd.DataFrame(100 * np.exp(np.cumsum(rng.normal(0, 0.01, (len(days), 501)), axis=0)), days, names)
    events = pd.DataFrame({"ticker": names[1:], "date": [str(days[300 + k].date()) for k in range(500)]})
    return events, closes


def _daily(events: pd.DataFrame, closes: pd.DataFrame, pairs: int) -> object:
    import eventstudy as es

    study = es.EventStudy(benchmark="MKT", calendar=None)
    return study.run(events.head(pairs), closes).to_dict()


def _permno(path: Path, firms: int = 500, days: int = 2520) -> Path:
    """Ten years of `permno,date,ret,vwretd`, some returns missing by letters."""
    rng = np.random.default_rng(0)
    dates = pd.bdate_range("2010-01-04", periods=days).strftime("%Y-%m-%d")
    ret = np.round(rng.normal(0, 0.02, (firms, days)), 6).astype(str)
    ret[:, 0] = "C"
    market = np.round(rng.normal(0, 0.01, days), 6)
    rows = {
        "permno": np.repeat(np.arange(10_000, 10_000 + firms), days),
        "date": np.tile(dates, firms),
        "ret": ret.ravel(),
        "vwretd": np.tile(market, firms),
    }
    pd.DataFrame(rows).to_csv(path, index=False)
    return path
