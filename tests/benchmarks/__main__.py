"""`python -m tests.benchmarks`: every budget as a ratio to its yardstick, both measured in turn in the same run.

Times are of whole processes or of calls without imports; medians of interleaved repetitions. Nothing here fails a build: a
ratio is read, and quoted with its yardstick.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks import engine as many
from tests.benchmarks import robustness
from tests.benchmarks.prices import prices

CALENDAR = (
    "import pandas, scipy.special, exchange_calendars; exchange_calendars.get_calendar('XNYS', start='1990-01-02')"
)
PROCESSES = {
    "eventstudy --help": (["-m", "eventstudy", "--help"], "import click", 2.0),
    "eventstudy events list": (
        ["-m", "eventstudy", "events", "list"],
        "import click, tomllib, pydantic\nclass First(pydantic.BaseModel):\n    a: int",  # which loads the rest of it
        1.5,
    ),
    "eventstudy run deepseek-r1": (["-m", "eventstudy", "run", "deepseek-r1"], CALENDAR, 1.6),
    "eventstudy run deepseek-r1 --tickers NVDA": (
        ["-m", "eventstudy", "run", "deepseek-r1", "--tickers", "NVDA"],
        CALENDAR,
        1.6,
    ),
}


def interleaved(first: Callable[[], object], second: Callable[[], object], runs: int) -> tuple[float, float]:
    """Median seconds of two calls, measured in turn after one warm-up each."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(runs + 1):
        for call, times in zip((first, second), taken, strict=True):
            start = time.perf_counter()
            call()
            if turn:
                times.append(time.perf_counter() - start)
    return statistics.median(taken[0]), statistics.median(taken[1])


def process(args: list[str]) -> Callable[[], object]:
    """A call that runs this Python with these arguments and waits for it."""
    return lambda: subprocess.run([sys.executable, *args], check=True, capture_output=True)


def startup(runs: int = 9) -> None:
    """The budgets of the command."""
    print(f"{'command':<45}{'s':>8}{'yardstick s':>13}{'ratio':>8}{'budget':>8}")
    for name, (args, yardstick, budget) in PROCESSES.items():
        ours, theirs = interleaved(process(args), process(["-c", yardstick]), runs)
        print(f"{name:<45}{ours:>8.3f}{theirs:>13.3f}{ours / theirs:>8.2f}{budget:>8.1f}")


def report(runs: int = 7) -> None:
    """A report on 16 tickers from the embedded sample, against importing what it cannot do without."""
    yardstick = "import pandas, matplotlib.figure, scipy.special, jinja2"
    with tempfile.TemporaryDirectory() as folder:
        args = ["-m", "eventstudy", "report", "deepseek-r1", "--output", str(Path(folder, "report.html"))]
        ours, theirs = interleaved(process(args), process(["-c", yardstick]), runs)
    print(f"{'eventstudy report deepseek-r1':<45}{ours:>8.3f}{theirs:>13.3f}{ours / theirs:>8.2f}{3.0:>8.1f}")


def engine(events: int = 2000, runs: int = 3) -> None:
    """A whole study of distinct dates, from prices to all default tests, against a bare statsmodels loop with CARs only."""
    import statsmodels.api as sm
    from eventstudy.study import EventStudy

    rng = np.random.default_rng(1)
    sessions = pd.bdate_range("2005-01-03", periods=3000)
    market = rng.normal(0, 0.01, 3000)
    names = [f"S{i:03d}" for i in range(200)]
    returns = market[:, None] * rng.uniform(0.5, 1.5, 200) + rng.normal(0, 0.02, (3000, 200))
    prices = pd.DataFrame(100 * np.cumprod(1 + returns, axis=0), sessions, names).assign(
        MKT=100 * np.cumprod(1 + market)
    )
    rows = rng.integers(300, 2900, events)
    frame = pd.DataFrame({"ticker": rng.choice(names, events), "date": sessions[rows].date})
    frame["event_id"] = [f"e{i}" for i in range(events)]
    study = EventStudy(benchmark="MKT", calendar=None, event_window=(-10, 10), windows=[(-10, 10)])

    def ours() -> object:
        return study.run(frame, prices).answers

    def loop() -> None:
        place = {name: i for i, name in enumerate(names)}
        for row, ticker in zip(rows, frame["ticker"], strict=True):
            y, x = returns[row - 260 : row - 10, place[ticker]], sm.add_constant(market[row - 260 : row - 10])
            fit = sm.OLS(y, x).fit()
            days = slice(row - 10, row + 11)
            (returns[days, place[ticker]] - fit.params[0] - fit.params[1] * market[days]).sum()

    mine, bare = interleaved(ours, loop, runs)
    print(f"\n{events} events: whole study {mine:.2f} s ({events / mine:,.0f} events/s),", end=" ")
    print(f"bare statsmodels loop {bare:.2f} s ({events / bare:,.0f} events/s): {bare / mine:.2f}x")


def calibration(securities: int = 50, studies: int = 200, runs: int = 10) -> None:
    """One made-up study of `calibrate` against one call of the whole study, both with all default tests; CPU seconds."""
    from eventstudy.calibrate import calibrate
    from eventstudy.prices import load_prices
    from eventstudy.study import EventStudy

    rng = np.random.default_rng(2)
    sessions = pd.bdate_range("2018-01-01", periods=600)
    market = rng.normal(0, 0.01, 600)
    names = [f"S{i:02d}" for i in range(securities)]
    returns = market[:, None] * rng.uniform(0.5, 1.5, securities) + rng.normal(0, 0.02, (600, securities))
    prices = pd.DataFrame(100 * np.cumprod(1 + returns, axis=0), sessions, names).assign(
        MKT=100 * np.cumprod(1 + market)
    )
    frame = pd.DataFrame({"ticker": names, "date": sessions[570].date(), "event_id": "e"})
    study = EventStudy(benchmark="MKT", calendar=None, estimation_window=(-130, -11), windows=[(0, 0), (-1, 1)])
    result = study.run(frame, prices)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "prices.csv")
        prices.rename_axis("date").to_csv(path)
        table = load_prices(None, None, None, source="csv", path=path)

    def whole() -> None:
        for answer in study.run(
            frame.assign(date=sessions[int(rng.integers(200, 550))].date()), prices
        ).answers.values():
            dict(answer.tests)

    for clustered in (True, False):
        taken = []
        for draws in (1, studies):
            start = time.process_time()
            calibrate(result, table, n=securities, clustered=clustered, draws=draws, effects=[])
            taken.append(time.process_time() - start)
        start = time.process_time()
        for _ in range(runs):
            whole()
        one, each = (time.process_time() - start) / runs, (taken[1] - taken[0]) / (studies - 1)
        kind = "one date" if clustered else "dates of their own"
        print(f"made-up study of {securities}, {kind}: {1000 * each:.1f} ms, whole study {1000 * one:.1f} ms:", end=" ")
        print(f"{one / each:.1f}x")


if __name__ == "__main__":
    startup()
    report()
    engine()
    prices()
    robustness.main()
    calibration()
    many.main(full="--full" in sys.argv)
