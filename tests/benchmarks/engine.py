"""The engine of many events against what one would write by hand, and against reading the bytes.

Every figure is CPU time of this process on one BLAS thread, and every ratio has both sides measured in the same run. The panel
is made: half of the securities are listed late, 30 % are delisted, 0.02 % of the prices are missing.
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from eventstudy import calendars, native
from eventstudy.study.study import EventStudy

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ESTIMATION, EVENT = (-260, -11), (-10, 10)
WINDOWS = ((0, 0), (-1, 1), (0, 1), (0, 5), (-10, 10))
BYTES_OF = 271
"""Doubles that one event touches: 250 estimation and 21 event days."""

_TOUCH = """
double touch(const double *p, const long *start, long n, long width) {
    double total[32] = {0}, rest = 0;
    for (long i = 0; i < n; i++) {
        const double *q = p + start[i];
        long j = 0;
        for (; j + 32 <= width; j += 32) for (int l = 0; l < 32; l++) total[l] += q[j + l];
        for (; j < width; j++) rest += q[j];
    }
    for (int l = 0; l < 32; l++) rest += total[l];
    return rest;
}
"""


@dataclass(frozen=True)
class Panel:
    """Prices as a user has them, and E events on them."""

    prices: pd.DataFrame
    events: pd.DataFrame
    factors: pd.DataFrame
    column: np.ndarray
    row: np.ndarray


def panel(securities: int, days: int, events: int, seed: int = 0) -> Panel:
    """A wide table of prices and events that have their day 0."""
    rng = np.random.default_rng(seed)
    sessions = pd.bdate_range("2000-01-03", periods=days)
    market = rng.normal(0, 0.01, days)
    table = np.empty((days, securities + 1))
    table[:, -1] = 100 * np.cumprod(1 + market)
    first = np.where(rng.random(securities) < 0.5, rng.integers(0, days - 400, securities), 0)
    last = np.where(rng.random(securities) < 0.3, np.minimum(first + rng.integers(300, days, securities), days), days)
    for j in range(securities):
        path = market * rng.uniform(0.5, 1.5) + rng.normal(0, rng.uniform(0.01, 0.03), days)
        table[:, j] = 50 * np.cumprod(1 + path)
        table[: first[j], j] = np.nan
        table[last[j] :, j] = np.nan
    gaps = rng.integers(0, days * securities, days * securities // 5000)
    table[gaps // securities, gaps % securities] = np.nan
    names = [f"S{j:05d}" for j in range(securities)]
    column = rng.integers(0, securities, 2 * events)
    row = rng.integers(280, days - 12, 2 * events)
    there = np.flatnonzero(
        np.isfinite(table[row, column]) & np.isfinite(table[row - 1, column]) & (row > first[column] + 105)
    )[:events]
    column, row = column[there], row[there]
    frame = pd.DataFrame({"ticker": np.array(names)[column], "date": sessions[row], "event_id": np.arange(len(there))})
    factors = pd.DataFrame(
        rng.normal(0, 0.006, (days, 6)), sessions, ["mkt_rf", "smb", "hml", "rmw", "cma", "mom"]
    ).assign(rf=0.0)
    return Panel(pd.DataFrame(table, sessions, [*names, "MKT"]), frame, factors, column, row)


def as_traded(data: Panel) -> Panel:
    """The same panel as most files have prices: in whole cents, none below five dollars, on sessions of New York."""
    days = calendars.sessions("XNYS", data.prices.index[0].date(), date(2025, 12, 31))[: len(data.prices)]
    index = pd.DatetimeIndex(days.astype("datetime64[ns]"))
    prices = (data.prices * np.maximum(1, 5 / data.prices.min())).round(2).set_axis(index)
    return replace(data, prices=prices, events=data.events.assign(date=index[data.row]))


def cpu(call: Callable[[], object], runs: int = 3) -> float:
    """Median CPU seconds of this process over some calls."""
    taken = []
    for _ in range(runs):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def study(model: str = "market", **more: Any) -> EventStudy:
    """The study that is measured: default tests, five windows."""
    return EventStudy(
        model=model,
        benchmark="MKT",
        calendar=None,
        estimation_window=ESTIMATION,
        event_window=EVENT,
        windows=WINDOWS,
        **more,
    )


def answers(data: Panel, model: str = "market") -> object:
    """All default tests from prices, ranks and the second pass among them."""
    found = study(model).run(
        data.events, data.prices, factors=data.factors if model != "market" else None, keep="aggregate"
    )
    return [list(answer.tests.items()) for answer in found.answers.values()]


def bare(data: Panel, sample: int = 1000) -> float:
    """CPU seconds per event of a bare loop of statsmodels fits with AR and CAR, from the first events without a gap."""
    import statsmodels.api as sm

    returns = data.prices.to_numpy()
    returns = returns[1:] / returns[:-1] - 1
    market = returns[:, -1].copy()
    done = 0
    start = time.process_time()
    for column, row in zip(data.column, data.row - 1, strict=True):
        y = returns[row - 260 : row + 11, column]
        if not np.isfinite(y).all():
            continue
        x = sm.add_constant(market[row - 260 : row - 10])
        fit = sm.OLS(y[:250], x).fit()
        ar = y[250:] - fit.params[0] - fit.params[1] * market[row - 10 : row + 11]
        ar.sum()
        done += 1
        if done == sample:
            break
    return (time.process_time() - start) / done


def touch(data: Panel) -> tuple[float, str]:
    """CPU seconds of reading each event's doubles once, in the order of securities, and how they were read."""
    held = np.ascontiguousarray(data.prices.to_numpy().T)
    starts = np.sort(data.column * held.shape[1] + data.row - 260)
    compiler = shutil.which("cc")
    if compiler is None:
        view = np.lib.stride_tricks.sliding_window_view(held.reshape(-1), BYTES_OF)
        return cpu(lambda: [view[s : s + 1].sum() for s in starts]), "NumPy, one call an event"
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "touch.c"), Path(folder, "touch.so")
        source.write_text(_TOUCH, encoding="utf-8")
        command = [compiler, "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-o", str(made), str(source)]
        subprocess.run(command, check=True)
        read = ctypes.CDLL(str(made)).touch
        read.restype = ctypes.c_double
        pointer, where = held.ctypes.data_as(ctypes.c_void_p), starts.ctypes.data_as(ctypes.c_void_p)
        return cpu(lambda: read(pointer, where, ctypes.c_long(len(starts)), ctypes.c_long(BYTES_OF)), 5), "compiled"


def ordering(events: int) -> float:
    """CPU seconds of `np.sort` of as many rows of 271 numbers."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(min(events, 20_000), BYTES_OF))
    return cpu(lambda: np.sort(rows, axis=1)) * events / len(rows)


def peak() -> float:
    """The most memory this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(securities: int, days: int, events: int, *, factors: bool = False, loop: bool = True) -> None:
    """One line: the study, and every yardstick, in turn in this process."""
    data = panel(securities, days, events)
    before = peak()
    runs = 1 if events > 200_000 else 3
    ours = cpu(lambda: answers(data), runs)
    after = peak()
    plain = by_numpy(lambda: cpu(lambda: answers(data), runs))
    read, how = touch(data)
    line = f"{events:>9,} events on {securities:,} x {days:,}: {ours:7.2f} s CPU, {1e6 * ours / events:5.2f} us/event"
    line += f", {ours / read:5.0f}x the read ({1e9 * read / events:.0f} ns/event, {how})"
    line += f", {ours / ordering(events):.1f}x np.sort"
    if loop:
        line += f", 1/{bare(data) * events / ours:.1f} of a bare statsmodels loop"
    if factors:
        line += f"; six factors {cpu(lambda: answers(data, 'fama_french5_momentum'), 1) / ours:.2f}x one"
    line += f"; by {native.form().name}, NumPy {plain / ours:.2f}x that"
    line += f"; peak memory {after:,.0f} MiB, {after - before:,.0f} above the prices ({data.prices.size * 8 / 2**20:,.0f} MiB)"
    print(line, flush=True)


def by_numpy(measured: Callable[[], float]) -> float:
    """What is measured without the compiled kernel."""
    before = os.environ.get(native.VARIABLE)
    os.environ[native.VARIABLE] = "0"
    try:
        return measured()
    finally:
        os.environ.pop(native.VARIABLE)
        if before is not None:
            os.environ[native.VARIABLE] = before


def one_event(securities: int = 2000, days: int = 5000) -> None:
    """One line a way of keeping: one event on a wide frame, on the two columns it names, and all cells looked at once."""
    data = panel(securities, days, 1)
    used = data.prices[[*data.events["ticker"], "MKT"]].copy()
    looked = cpu(lambda: np.isfinite(data.prices.to_numpy()).all(), 5)
    for keep in ("pairs", "aggregate"):

        def ran(prices: pd.DataFrame, keep: Any = keep) -> float:
            return cpu(lambda: study().run(data.events, prices, keep=keep), 1)

        ran(data.prices), ran(used)  # once, so that no repetition pays for what is made on first use
        whole, named = zip(*((ran(data.prices), ran(used)) for _ in range(21)), strict=True)
        ours, least = statistics.median(whole), statistics.median(named)
        line = f"one event on {securities:,} x {days:,}, keep={keep!r}: {1e3 * ours:.1f} ms CPU"
        line += f", {ours / least:.1f}x that on the two columns it names ({1e3 * least:.1f} ms)"
        line += f", {ours / looked:.1f}x a look at every cell ({1e3 * looked:.1f} ms)"
        print(line, flush=True)


def pairs(securities: int = 500, days: int = 2000, events: int = 2000, few: int = 400) -> None:
    """Two lines beside the bare loop: pairs with all their default answers, and many specifications on distinct dates."""
    from eventstudy.analyses.robustness import robustness
    from eventstudy.prices import frame_to_table

    data = panel(securities, days, events)

    def answered() -> object:
        found = study().run(data.events, data.prices)
        return [list(answer.tests.items()) for answer in found.answers.values()], found.firm_answers

    some = data.events.drop_duplicates("date").head(few)
    result, prices = study().run(some, data.prices), frame_to_table(data.prices)
    spans = [(-260 + 5 * i, -11) for i in range(25)]

    def varied() -> int:
        return len(robustness(result, prices, benchmarks=["MKT", "S00000"], estimation_windows=spans).specifications)

    answered()
    n = varied()
    times = [(cpu(answered, 1) / events, cpu(varied, 1) / (n * len(some)), bare(data)) for _ in range(5)]
    each, once, loop = (1e6 * statistics.median(column) for column in zip(*times, strict=True))
    print(
        f"{events:,} pairs, all default answers: {each:.0f} us a pair, {each / loop:.2f}x a bare loop ({loop:.0f} us)"
    )
    line = f"{n} specifications x {len(some)} events on distinct dates: {once:.1f} us a pair and specification"
    print(f"{line}, 1/{loop / once:.0f} of the bare loop", flush=True)


QUICK = ((500, 2000, 20_000),)
FULL = (
    (2000, 5000, 1_000),
    (2000, 5000, 10_000),
    (2000, 5000, 100_000),
    (2000, 5000, 1_000_000),
    (20_000, 6000, 1_000_000),
)


def main(full: bool = False) -> None:
    """Each size in a process of its own, so that its peak memory is its own."""
    for securities, days, events in FULL if full else QUICK:
        size = f"{securities}, {days}, {events}, factors={events >= 10_000}"
        code = f"from tests.benchmarks.engine import measure; measure({size})"
        subprocess.run([sys.executable, "-c", code], check=True)
    code = "from tests.benchmarks.engine import one_event, pairs; one_event(); pairs()"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | ONE_THREAD)


if __name__ == "__main__":
    main(full="--full" in sys.argv)
