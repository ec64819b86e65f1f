"""A panel of 50 million rows in Parquet, a million events: the whole study against reading the same columns with pyarrow alone.

The panel is made in a temporary folder and removed. `python -m tests.benchmarks.panels [securities] [events]`; for up to ten
million events `python -m tests.benchmarks blocks`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks import figures

DAYS, FILES = 5250, 40


def write(folder: Path, securities: int) -> None:
    """Files of long rows `ticker,date,close` by security; a fifth is listed late, single prices are missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    days = pd.bdate_range("2005-01-03", periods=DAYS).to_numpy("datetime64[D]")
    market = rng.normal(0.0003, 0.01, DAYS)
    each = securities // FILES
    for part in range(FILES):
        steps = rng.uniform(0.5, 1.5, each)[:, None] * market + rng.normal(0, 0.02, (each, DAYS))
        close = 20 * np.cumprod(1 + np.clip(steps, -0.5, None), axis=1)
        close[rng.random(each) < 0.2, : DAYS // 4] = np.nan
        close[rng.random(close.shape) < 0.0002] = np.nan
        names = [f"S{part * each + i:05d}" for i in range(each)]
        if part == 0:
            names[0], close[0] = "MKT", 100 * np.cumprod(1 + market)
        there = np.isfinite(close).reshape(-1)
        code = np.repeat(np.arange(each, dtype=np.int32), DAYS)[there]
        columns = {
            "ticker": pa.DictionaryArray.from_arrays(pa.array(code), pa.array(names)),
            "date": pa.array(np.tile(days, each)[there]),
            "close": np.round(close, 4).reshape(-1)[there],
        }
        pq.write_table(pa.table(columns), folder / f"part-{part:03d}.parquet", compression="snappy")


def read(folder: str) -> None:
    """The yardstick: the same columns with pyarrow, one file after the other, nothing kept."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    taken = []
    for _ in range(4):
        wall, cpu, rows = time.perf_counter(), time.process_time(), 0
        for file in sorted(Path(folder).glob("*.parquet")):
            rows += pq.read_table(file, columns=["ticker", "date", "close"], use_threads=False).num_rows
        taken.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu, wall = sorted(taken[1:])[1]
    print(json.dumps({"rows": rows, "cpu": cpu, "wall": wall}))


def run(folder: str, securities: str, events: str, workers: str = "1") -> None:
    """The study, from the folder to all default tests; beside it what it took the `first` time."""
    import pyarrow as pa
    from eventstudy.parallel import executor
    from eventstudy.scale.study import run_folder

    from tests.benchmarks import engine

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    rng = np.random.default_rng(5)
    days = pd.bdate_range("2005-01-03", periods=DAYS)
    asked = pd.DataFrame(
        {
            "ticker": np.char.mod("S%05d", rng.integers(1, int(securities), int(events))),
            "date": days[rng.integers(1700, DAYS - 50, int(events))],
            "event_id": np.arange(int(events)),
        }
    )
    taken: list[dict[str, float]] = []
    for _ in range(
        2
    ):  # of which the second counts, as of the yardstick: memory that is touched for the first time is dear
        wall, cpu = time.perf_counter(), time.process_time()
        found = run_folder(engine.study(), asked, folder, executor=executor(int(workers)))
        tests = [list(answer.tests.items()) for answer in found.answers.values()]
        taken.append({"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "peak": engine.peak()})
    told = taken[1] | {"peak": taken[0]["peak"], "first": taken[0]["cpu"], "n": found.n}
    print(json.dumps(told | {"tests": len(tests[0])}))


def measure(securities: int = 10_000, events: int = 1_000_000, workers: int = 1) -> dict[str, object]:
    """The study and its yardstick in turn, from a warm file cache, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), securities)
        before, ours, after = (
            _process(*args)
            for args in (
                ("read", folder),
                ("run", folder, str(securities), str(events), str(workers)),
                ("read", folder),
            )
        )
    yardstick = {name: (before[name] + after[name]) / 2 for name in ("cpu", "wall")}
    return {"events": events, "rows": before["rows"], "study": ours, "read": yardstick, "workers": workers}


def curve(securities: int = 10_000, *sizes: int) -> dict[str, object]:
    """What more events cost on the same panel: its parts go by one after the other, and memory holds the events."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), securities)
        before = _process("read", folder)
        studies = [
            {"events": n, **_process("run", folder, str(securities), str(n))}
            for n in sizes or (10**6, 3 * 10**6, 10**7)
        ]
        read = (before["cpu"] + _process("read", folder)["cpu"]) / 2
    return {"rows": before["rows"], "read": read, "studies": studies, "on": figures.on()}


def _process(*args: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.panels", *args]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("read", "run"):
        read(*sys.argv[2:]) if sys.argv[1] == "read" else run(*sys.argv[2:])
    else:
        print(json.dumps(measure(*(int(a) for a in sys.argv[1:])), indent=1))
