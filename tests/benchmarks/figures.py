"""The figures of the site: measured into `figures.json`, from which table and chart are made.

`python -m tests.benchmarks figures` measures (some minutes on an idle machine), `python -m tests.benchmarks picture` draws.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.engine import ONE_THREAD

HELD = Path(__file__).with_name("figures.json")

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
CASES: dict[str, list[dict[str, Any]]] = {
    "events": [{"events": n} for n in SIZES],
    "wide": [{"securities": 20_000, "days": 6000, "events": 1_000_000, "loop": False}],
    "cents": [{"events": n, "cents": True, "loop": False, "runs": 9} for n in (1_000, 100_000)],
    "factors": [{"events": 50_000, "factors": k, "loop": False} for k in range(1, 7)],
    "estimation": [{"events": 50_000, "estimation": n, "loop": False} for n in (60, 120, 250, 500)],
    "event": [{"events": 50_000, "event": n, "loop": False} for n in (1, 11, 21, 61)],
}


def machine() -> dict[str, str]:
    """What the figures were taken on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "processor": model,
        "cores": str(os.cpu_count()),
        "memory": f"{memory / 2**20:.0f} GiB",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "pandas", "statsmodels", "pyarrow")},
    }


def on() -> str:
    """What a measurement is taken on that stands beside those of other days."""
    return f"{machine()['processor']}, {os.cpu_count()} cores, {os.getloadavg()[0]:.0f} processes at work"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def held() -> dict[str, Any]:
    """The figures that were measured last."""
    found: dict[str, Any] = json.loads(HELD.read_text(encoding="utf-8"))
    return found


def keep(name: str, value: Any) -> None:
    """Put one measurement into the file, beside what is there; one that says what it was taken `on` speaks for itself."""
    found = held() if HELD.exists() else {}
    found |= {name: value} if isinstance(value, dict) and "on" in value else {name: value, "machine": machine()}
    HELD.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def point(case: dict[str, Any]) -> dict[str, Any]:
    """One case in a process of its own, on one thread."""
    command = [sys.executable, "-m", "tests.benchmarks.points", json.dumps(case)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | ONE_THREAD)
    found: dict[str, Any] = json.loads(ran.stdout)
    print(json.dumps(found), flush=True)
    return found


def measure(*names: str) -> None:
    """Measure these groups of cases, or all; with the largest difference from the bare loop."""
    command = [sys.executable, "-m", "tests.benchmarks.points"]
    keep("apart", float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    for name in names or tuple(CASES):
        keep(name, [point(case) for case in CASES[name]])


# ---- as the site shows them ------------------------------------------------------------------------------------------


def table() -> str:
    """The table of the site: ratios, with the machine described; only what was measured."""
    found = held()
    blocks = [_machine(found["machine"], found["apart"])]
    if "events" in found:
        head = [
            "events on 2,000 x 5,000",
            "events a second",
            "x the bare loop",
            "x reading the bytes",
            "x `np.sort`",
            "peak MiB",
        ]
        rows = [
            [
                f"{r['events']:,}",
                f"{r['events'] / r['study']:,.0f}",
                f"{r['loop'] / r['study']:.1f}",
                f"{r['study'] / r['read']:,.0f}",
                f"{r['study'] / r['sort']:.0f}",
                f"{r['peak']:,.0f}",
            ]
            for r in found["events"]
        ]
        blocks.append(_rows(head, rows))
    if "stages" in found:
        blocks += _stages(found["stages"])
    if "blocks" in found:
        blocks += _blocks(found["blocks"])
    if "peers" in found:
        blocks.append(_peers(found["peers"]))
    blocks.append(_sentences(found))
    return "\n\n".join(block for block in blocks if block)


def _machine(m: dict[str, str], apart: float) -> str:
    return (
        f"Measured on {m['cores']} cores ({m['processor']}, {m['memory']}), Python {m['python']}, NumPy {m['numpy']}, pandas"
        f" {m['pandas']}, statsmodels {m['statsmodels']}: CPU time on one thread from prices to all default tests, ranks among"
        " them; medians, study and yardsticks in turn in one process, imports apart. The loop is `sm.OLS(y, sm.add_constant(x))"
        f".fit()` with AR and CAR alone; the mean CARs differ by {apart:.0e}. The machine was shared: read the ratios."
    )


def _stages(found: dict[str, Any]) -> list[str]:
    """Where the time goes, and what it was measured on."""
    size = f"{found['events']:,} events on {found['securities']:,} x {found['days']:,}"
    times = found["loop"] / found["all"]
    said = (
        f"Where the time of {size} goes, the least of some runs of each stage ({found['on']}). All of it took"
        f" {found['all']:.1f} us an event, a fit of the loop {found['loop']:.0f} us, {times:.1f} times as much. Day 0, the"
        " table of returns and the looks at prices cost as much where there are fewer events."
    )
    rows = [[stage, f"{micro:.2f}"] for stage, micro in sorted(found["stages"].items(), key=lambda s: -s[1])]
    return [said, _rows(["stage", "us an event"], rows)]


def _blocks(found: dict[str, Any]) -> list[str]:
    """What more events cost where prices are a folder of Parquet files."""
    said = (
        f"More events on the same {found['rows'] / 1e6:.0f} million rows of Parquet, which go by in parts ({found['on']});"
        f" pyarrow reads their columns in {found['read']:.1f} s. Memory holds the list of events, the parts that are kept for"
        " the second pass (512 MiB at most) and the part that is worked on. Workers share the parts, and each has the list of"
        " events: they save time, not memory. Events are drawn by chance; a firm and day that come up again count once."
    )
    rows = [
        [f"{r['events']:,}", f"{r['n']:,}", f"{r['cpu']:.0f}", f"{1e6 * r['cpu'] / r['n']:.1f}", f"{r['peak']:,.0f}"]
        for r in found["studies"]
    ]
    return [said, _rows(["events", "pairs in the sums", "s of CPU time", "us a pair", "peak MiB"], rows)]


def _peers(rows: list[dict[str, Any]]) -> str:
    ran = [r for r in rows if "seconds" in r]
    shown = [
        [
            f"`{r['name']}`" if "==" in r["name"] else r["name"],
            f"{r['events'] / r['seconds']:,.0f}",
            f"{r['apart']:.0e}" if r["apart"] else "0",
        ]
        for r in ran
    ]
    left = "; ".join(f"{r['name']} ({r['failed']})" for r in rows if "failed" in r)
    told = _rows(
        [f"program, {ran[0]['events']:,} events", "events a second", "mean CAR differs from the loop's by"], shown
    )
    return told + (f"\n\nNot run: {left}." if left else "")


def _sentences(found: dict[str, Any]) -> str:
    told = []
    if "factors" in found:
        one, *_, six = found["factors"]
        told.append(f"Six factors cost {six['study'] / one['study']:.1f} times one.")
    if "cents" in found:
        few, many = ((r["events"], r["traded"] / r["study"]) for r in found["cents"])
        told.append(
            "Prices in whole cents on sessions of New York, as most files have them, take"
            f" {few[1]:.1f} times as long with {few[0]:,} events and {many[1]:.1f} times with {many[0]:,}."
        )
    if "wide" in found:
        r = found["wide"][0]
        told.append(
            f"A million events on {r['securities']:,} x {r['days']:,}: {r['study'] / r['read']:,.0f} times reading the bytes,"
            f" {r['peak']:,.0f} MiB at most, of which prices and returns are {2 * r['panel']:,.0f}."
        )
    if "panel" in found:
        r = found["panel"]
        ratio = r["study"]["cpu"] / r["read"]["cpu"]
        first = r["study"].get("first", 0) / r["read"]["cpu"]
        before = f", each in a process that has done so before (a first study: {first:.1f} times)" if first else ""
        told.append(
            f"{r['rows'] / 1e6:.0f} million rows of Parquet and {r['events']:,} events: {ratio:.1f}"
            f" times the CPU time of pyarrow reading the same columns{before}, {r['study']['peak']:,.0f} MiB at most."
        )
    if "workers" in found:
        told.append(f"Two processes fit GARCH {found['workers']['ratio']:.2f} times as fast as one.")
    return " ".join(told)


def _rows(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
