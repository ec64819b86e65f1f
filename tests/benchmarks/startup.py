"""How fast the command feels: each against its yardstick, and against an earlier commit.

`python -m tests.benchmarks startup [runs]`; `python -m tests.benchmarks before COMMIT` runs one event with both, in turn.
"""

from __future__ import annotations

import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

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
ROOT = Path(__file__).parents[2]


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


def process(args: list[str], root: Path = ROOT) -> Callable[[], object]:
    """A call that runs this Python with these arguments, on the package in `root`, and waits for it."""
    where = os.environ | {"PYTHONPATH": str(root)}
    return lambda: subprocess.run([sys.executable, *args], check=True, capture_output=True, env=where, cwd=root)


def startup(runs: int = 9) -> None:
    """The budgets of the command, with its files compiled as an installed package has them."""
    compileall.compile_dir(str(ROOT / "eventstudy"), quiet=1)
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


def before(commit: str, runs: int = 9) -> dict[str, float]:
    """One event with the package of an earlier commit and with this one, processes in turn: CPU seconds, and their ratio."""
    args = ["-m", "eventstudy", "run", "deepseek-r1", "--tickers", "NVDA"]
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder, "old")
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "-q", "--detach", old, commit], check=True)
        try:
            taken: dict[Path, list[float]] = {old: [], ROOT: []}
            for turn in range(runs + 1):
                for root, times in taken.items():
                    start = os.times()
                    process(args, root)()
                    end = os.times()
                    if turn:
                        times.append(
                            end.children_user + end.children_system - start.children_user - start.children_system
                        )
        finally:
            subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", old], check=True)
    earlier, now = (statistics.median(times) for times in taken.values())
    return {"before": earlier, "now": now, "ratio": now / earlier}
