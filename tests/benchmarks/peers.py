"""Other programs on the same events: `python -m tests.benchmarks.peers [events]`, on request only.

Each is installed from PyPI into a virtual environment of its own in a temporary folder, and run there, never read into ours.
Same returns, same events, market model, 250 estimation days, 21 event days, simple returns. What each calls its mean CAR is
compared with the bare statsmodels loop; the difference stands in its row. Imports and the handing over of the data are not
counted. The programs take turns.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# Estimation windows end ten sessions before the event window: rows -270 .. -21 around an event window of -10 .. 10.
_BEFORE = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd
held = np.load(sys.argv[1]); runs = int(sys.argv[2])
names = [f"S{i:04d}" for i in range(2000)]
days = pd.DatetimeIndex(held["days"].astype("datetime64[ns]"))
returns = pd.DataFrame(held["returns"], index=days, columns=[*names, "MKT"])
events = pd.DataFrame({"ticker": [names[i] for i in held["ticker"]], "date": days[held["row"]]})
events["event_id"] = range(len(events))
def told(call):
    taken, caar = [], None
    for _ in range(runs):
        start = time.process_time(); caar = call(); taken.append(time.process_time() - start)
    print(json.dumps({"seconds": sorted(taken)[len(taken) // 2], "caar": float(caar)}))
"""
SCRIPTS = {
    "eventstudy==0.1a12": """
from eventstudy import Multiple, Single
table = {"date": returns.index.to_numpy("datetime64[D]")} | {c: returns[c].to_numpy() for c in returns}
Single._save_parameter("returns", table)
asked = [{"event_date": np.datetime64(d, "D"), "security_ticker": t, "market_ticker": "MKT"}
         for t, d in zip(events["ticker"], events["date"])]
told(lambda: Multiple.from_list([dict(a) for a in asked], Single.market_model, event_window=(-10, 10),
                                estimation_size=250, buffer_size=10).CAAR[-1])
""",
    "ffjr-eventstudies==0.2.0": """
from eventstudies import MultipleEvents, SingleEvent
table = returns.rename_axis("date")
SingleEvent.import_returns(dataframe=table)
asked = [{"event_date": np.datetime64(d, "D"), "ticker": t, "mkt_idx": "MKT"}
         for t, d in zip(events["ticker"], events["date"])]
told(lambda: MultipleEvents.from_list([dict(a) for a in asked], SingleEvent.MarketModel, event_window=(-10, 10),
                                      est_size=250, buffer_size=10).CAAR[-1])
""",
}
NOT_RUN = {
    "event-study-toolkit": "its windows follow the NYSE calendar and its errors pool the events of a firm",
    "EasyEventStudies": "fetches prices and factors from the network itself",
}
OURS = """
from eventstudy.study.study import EventStudy
prices = 100 * (1 + returns).cumprod()
study = EventStudy(benchmark="MKT", calendar=None, estimation_window=(-270, -21), event_window=(-10, 10), windows=[(-10, 10)])
def run():
    found = study.run(events, prices, keep="aggregate")
    [list(a.tests.items()) for a in found.answers.values()]
    return float(found.windows()["caar"].iloc[0])
told(run)
"""
LOOP = """
import statsmodels.api as sm
place = {c: i for i, c in enumerate(returns)}
values, rows = returns.to_numpy(), returns.index.get_indexer(pd.DatetimeIndex(events["date"]))
def run():
    total = 0.0
    for t, row in zip(events["ticker"], rows):
        y, x = values[row - 270 : row + 11, place[t]], values[row - 270 : row + 11, -1]
        fit = sm.OLS(y[:250], sm.add_constant(x[:250])).fit()
        total += (y[260:] - fit.params[0] - fit.params[1] * x[260:]).sum()
    return total / len(rows)
told(run)
"""


def material(folder: Path, events: int) -> None:
    """Returns without a gap, 2,000 securities on 5,000 days and the market, and events on them."""
    rng = np.random.default_rng(3)
    days = pd.bdate_range("2000-01-03", periods=5000).as_unit("ns")
    market = rng.normal(0.0003, 0.01, 5000)
    values = market[:, None] * rng.uniform(0.5, 1.5, 2000) + rng.normal(0, 0.02, (5000, 2000))
    np.savez(
        folder / "held.npz",
        returns=np.column_stack([values, market]),
        days=days.to_numpy("datetime64[D]"),
        ticker=rng.integers(0, 2000, events),
        row=rng.integers(300, 4980, events),
    )


def installed(name: str, folder: Path) -> Path | str:
    """The Python of an environment with that distribution, or why it cannot be installed."""
    place = folder / name.partition("=")[0]
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    ran = subprocess.run([python, "-m", "pip", "install", "-q", name], capture_output=True, text=True, check=False)
    return python if ran.returncode == 0 else ran.stderr.strip().splitlines()[-1]


def measure(events: int = 2000, runs: int = 3) -> list[dict[str, Any]]:
    """One row a program: events per second, and how far its mean CAR is from the loop's."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        material(folder, events)
        programs: dict[str, tuple[Path | str, str]] = {
            "eventstudy-lab, all default tests": (Path(sys.executable), OURS),
            "bare statsmodels loop, CAR alone": (Path(sys.executable), LOOP),
        }
        programs |= {name: (installed(name, folder), script) for name, script in SCRIPTS.items()}
        found: dict[str, list[dict[str, float]]] = {}
        failed = dict(NOT_RUN)
        for _ in range(runs):
            for name, (python, script) in programs.items():
                if isinstance(python, str):
                    failed[name] = python
                elif name not in failed:
                    answer = _run(python, script, folder)
                    if isinstance(answer, str):
                        failed[name] = answer
                    else:
                        found.setdefault(name, []).append(answer)
        ours = found["bare statsmodels loop, CAR alone"][0]["caar"]
        rows: list[dict[str, Any]] = [
            {
                "name": name,
                "events": events,
                "seconds": statistics.median(a["seconds"] for a in answers),
                "apart": abs(answers[0]["caar"] - ours),
            }
            for name, answers in found.items()
        ]
        return rows + [{"name": name, "failed": why} for name, why in failed.items()]


def _run(python: Path, script: str, folder: Path) -> dict[str, float] | str:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    paths = {"PYTHONPATH": str(Path(__file__).parents[2])} if python == Path(sys.executable) else {}
    ran = subprocess.run(
        [python, "-c", _BEFORE + script, folder / "held.npz", "1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, **threads, **paths},
    )
    if ran.returncode:
        return ran.stderr.strip().splitlines()[-1][:200]
    answer: dict[str, float] = json.loads(ran.stdout.strip().splitlines()[-1])
    return answer


if __name__ == "__main__":
    print(json.dumps(measure(*(int(a) for a in sys.argv[1:])), indent=1))
