"""`python -m tests.benchmarks.prices [symbols] [years]`: a panel from the store, from Parquet and from CSV, in one run; and the
looks at prices (`looks()`).

The same made-up prices in all three. Each way is a call of `load_prices`, read in turn, medians after a warm-up; the tables are
compared by their hash, so all three hand over the same numbers.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from eventstudy import calendars
from eventstudy.prices import Fetch, PriceTable, copies_among, flags, frame_to_table, load_prices
from eventstudy.prices._store import Store
from eventstudy.prices._store_schema import location

from tests.benchmarks import engine

Way = Callable[..., PriceTable]


def prices(symbols: int = 500, years: int = 20, runs: int = 3) -> None:
    """All of it, and a window of 300 sessions of 100 symbols."""
    days = calendars.sessions("XNYS", date(2025 - years, 1, 3), date(2025, 1, 31))
    names = [f"S{i:03d}" for i in range(symbols)]
    with tempfile.TemporaryDirectory() as made, _placed(Path(made, "prices.db")):
        ways = _ways(Path(made), names, days)
        whole = (names, days[0].item(), days[-1].item())
        window = (names[:100], days[-300].item(), days[-1].item())
        print(f"\n{symbols} symbols, {len(days)} sessions, eight columns: seconds of load_prices")
        print(f"{'':<10}{'all':>9}{'to store':>10}{'100 x 300':>12}{'to store':>10}")
        hashes = {(w(*asked)).sha256() for asked in (whole, window) for w in ways.values()}
        assert len(hashes) == 2, "the three do not hand over the same prices"
        taken = [_times(ways, asked, n) for asked, n in ((whole, runs), (window, runs))]
        for name in ways:
            cells = [(times[name], times[name] / times["store"]) for times in taken]
            print(f"{name:<10}" + "".join(f"{s:>9.3f}{r:>9.1f}x  " for s, r in cells))


class _placed:  # noqa: N801 - a context manager
    """A store of our own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        import os

        os.environ["EVENTSTUDY_STORE"] = str(self._path)

    def __exit__(self, *_: object) -> None:
        import os

        del os.environ["EVENTSTUDY_STORE"]


def _ways(folder: Path, names: list[str], days: np.ndarray) -> dict[str, Way]:
    """The prices written in each way, and how each is read."""
    rng, index = np.random.default_rng(7), pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session")
    parts, at = [], datetime(2025, 6, 2, 12, tzinfo=UTC).isoformat(timespec="seconds")
    with Store(location(), write=True) as store:
        for name in names:
            close = 100 * np.cumprod(1 + rng.normal(0.0003, 0.015, len(days)))
            columns = {"open": close * 0.999, "high": close * 1.01, "low": close * 0.99, "close": close}
            columns |= {"adj_close": close * 0.97, "volume": rng.integers(1, 10**7, len(days)).astype(float)}
            columns["dividend"] = np.where(np.arange(len(days)) % 63 == 5, 0.25, np.nan)
            columns["split"] = np.where(np.arange(len(days)) == 1000, 2.0, np.nan)
            frame = pd.DataFrame(columns, index)
            store.keep("csv", Fetch(name, frame, "dividends", None, None, at), days[0].item(), days[-1].item())
            parts.append(frame.assign(ticker=name, date=index))
    long = pd.concat(parts)[["ticker", "date", *columns]]
    long.to_parquet(folder / "prices.parquet", index=False)
    long.assign(date=long["date"].dt.strftime("%Y-%m-%d")).to_csv(folder / "prices.csv", index=False)
    sizes = {f.name: f.stat().st_size / 1e6 for f in (location(), folder / "prices.parquet", folder / "prices.csv")}
    print(", ".join(f"{name} {size:,.0f} MB" for name, size in sizes.items()))
    return {
        "store": lambda *asked: load_prices(*asked, source="store"),
        "parquet": lambda *asked: load_prices(*asked, path=folder / "prices.parquet"),
        "csv": lambda *asked: load_prices(*asked, path=folder / "prices.csv"),
    }


def looks(securities: int = 2000, days: int = 5000, runs: int = 5) -> None:
    """The looks at all closes of a wide frame, in both forms, beside the logarithm of each cell and its test for a number."""
    table = frame_to_table(engine.panel(securities, days, 1).prices)
    close = table.close.to_numpy()

    def looked() -> None:
        flags(table, None, ["MKT"], ("GAP", "CALENDAR_MISMATCH"))
        copies_among(close, np.arange(close.shape[1]) % 2 == 0)

    looked()
    yardstick = engine.cpu(lambda: (np.log(close), np.isfinite(close)), runs)
    ours = engine.cpu(looked, runs)
    plain = engine.by_numpy(lambda: engine.cpu(looked, 1))
    line = f"looks at {securities + 1:,} x {days:,} closes: {1e3 * ours:.0f} ms CPU, {1e9 * ours / close.size:.0f} ns a cell"
    line += f", {ours / yardstick:.1f}x np.log and np.isfinite of each ({1e3 * yardstick:.0f} ms)"
    print(f"{line}; NumPy alone {plain / ours:.1f}x that")


def _times(ways: dict[str, Way], asked: tuple[list[str], date, date], runs: int) -> dict[str, float]:
    """Median CPU seconds of each way, in turn."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            start = time.process_time()
            way(*asked)
            taken[name].append(time.process_time() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


if __name__ == "__main__":
    prices(*(int(word) for word in sys.argv[1:3]))
