"""`python -m tests.benchmarks reading`: what files cost beside the bare library that takes them apart, on one thread.

CPU time, the least of several runs, each way and its yardstick in turn: pandas reads the same CSV with its dates,
python-calamine the same workbook to Python values.
"""

from __future__ import annotations

import csv
import datetime as dt
import gc
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def reading(tickers: int = 500, years: int = 20, events: int = 20_000, runs: int = 4) -> None:
    """Prices in the shapes that there are most of, and events of a workbook."""
    from eventstudy.events import load_registry, rows_of_file
    from eventstudy.events.columns import columns_of_rows
    from eventstudy.prices import load_prices
    from eventstudy.tables import Reading

    if any(os.environ.get(name) != "1" for name in ONE_THREAD):
        print(f"set {' '.join(f'{name}=1' for name in ONE_THREAD)} to measure one thread")
    with tempfile.TemporaryDirectory() as made:
        for name, path in _prices(Path(made), tickers, 252 * years).items():
            how = {"sep": ";", "decimal": ",", "date_format": "%d.%m.%Y"} if "German" in name else {}
            _told(f"prices, {name}", partial(load_prices, path=path), partial(_by_pandas, path, **how), runs)
            if name == "German":
                _told("  dates as categories", partial(load_prices, path=path), partial(_by_categories, path), runs)
        for name, pairs in _pairs(events).items():
            book = _events(Path(made) / "events.xlsx", pairs)
            plain = partial(_by_calamine, book)
            if name == "events":
                _told(
                    f"{name}, columns",
                    partial(lambda b: columns_of_rows(rows_of_file(b, Reading())), book),
                    plain,
                    runs,
                )
            _told(f"{name}, checked", partial(load_registry, book), plain, runs)


def _by_pandas(path: Path, **how: Any) -> object:
    return pd.read_csv(path, parse_dates=["date"], **how)


def _by_calamine(path: Path) -> object:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def _by_categories(path: Path) -> object:
    """The German table the quick way: each date that there is read once."""
    table = pd.read_csv(path, sep=";", decimal=",", dtype={"date": "category"})
    days = pd.to_datetime(table["date"].cat.categories.to_series(), format="%d.%m.%Y")
    return table.assign(date=table["date"].map(days))


def _prices(folder: Path, tickers: int, days: int) -> dict[str, Path]:
    rng = np.random.default_rng(0)
    steps = 0.01 * rng.standard_normal((days, tickers))
    names = [f"T{i:03d}" for i in range(tickers)]
    closes = np.round(50 * np.exp(steps.cumsum(axis=0)), 2).clip(0.01)
    wide = pd.DataFrame(closes, pd.bdate_range("2005-01-03", periods=days, name="date"), names)
    table = wide.reset_index().melt("date", var_name="ticker", value_name="close")[["ticker", "date", "close"]]
    whole = table.assign(open=table["close"], high=table["close"], low=table["close"], volume=1_000_000).head(1_000_000)
    names_of = ("long", "wide", "all fields", "quoted", "German", "German, wide", "three decimals")
    found = {name: folder / f"{name}.csv" for name in names_of}
    table.to_csv(found["long"], index=False)
    wide.to_csv(found["wide"])
    whole.to_csv(found["all fields"], index=False)
    table.to_csv(found["quoted"], index=False, quoting=csv.QUOTE_ALL)
    german: dict[str, Any] = {"sep": ";", "decimal": ",", "date_format": "%d.%m.%Y"}
    table.to_csv(found["German"], index=False, **german)
    wide.to_csv(found["German, wide"], **german)
    table.to_csv(found["three decimals"], index=False, float_format="%.3f")
    return found


def _pairs(n: int) -> dict[str, list[tuple[str, dt.datetime]]]:
    """Lists of N events: on some days, one pair of them twice, and on thousands of days, one pair twice as well."""
    some = [(f"T{i % 500:03d}", dt.datetime(2006, 1, 2) + dt.timedelta(days=7 * (i // 500))) for i in range(n)]  # noqa: DTZ001
    rng = np.random.default_rng(0)
    cells = rng.choice(3000 * 9000, n, replace=False).tolist()
    many = [(f"T{k % 3000:04d}", dt.datetime(2000, 1, 3) + dt.timedelta(days=k // 3000)) for k in cells]  # noqa: DTZ001
    twice = {"one pair twice": some, "many days, one pair twice": many}
    return {"events": some, "many days": many} | {name: [*pairs[:-1], pairs[0]] for name, pairs in twice.items()}


def _events(path: Path, pairs: list[tuple[str, dt.datetime]]) -> Path:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("events")
    sheet.append(["ticker", "date", "title"])
    for i, (ticker, day) in enumerate(pairs):
        sheet.append([ticker, day, f"event {i}"])
    book.save(path)
    return path


def _told(name: str, way: Callable[[], object], plain: Callable[[], object], runs: int) -> None:
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for call, times in zip((way, plain), taken, strict=True):
            gc.collect()  # else what the one leaves behind is collected at the cost of the other
            start = time.process_time()
            call()
            times.append(time.process_time() - start)
    own, other = (min(times) for times in taken)
    print(f"{name:<28}{own:>8.2f} s{other:>8.2f} s{own / other:>7.2f}x")
