"""`calibrate` against calling the whole study once a made-up study."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from eventstudy.parallel import Serial


def calibration(securities: int = 50, studies: int = 200, runs: int = 10) -> None:
    """One made-up study of `calibrate` against one call of the whole study, both with all default tests; CPU seconds."""
    from eventstudy.analyses.calibration import calibrate
    from eventstudy.prices import load_prices
    from eventstudy.study.study import EventStudy

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
        timed = _Timed()
        calibrate(result, table, n=securities, clustered=clustered, draws=studies, effects=[], executor=timed)
        start = time.process_time()
        for _ in range(runs):
            whole()
        one, each = (time.process_time() - start) / runs, timed.seconds / studies
        kind = "one date" if clustered else "dates of their own"
        print(f"made-up study of {securities}, {kind}: {1000 * each:.1f} ms, whole study {1000 * one:.1f} ms:", end=" ")
        print(f"{one / each:.1f}x")


class _Timed(Serial):
    """One job after the other, with the CPU seconds of the last run: the fit of all pairs, done once, is not in them."""

    def run(self, *job: Any, **more: Any) -> Any:
        """See `Serial`."""
        start = time.process_time()
        found = super().run(*job, **more)
        object.__setattr__(self, "seconds", time.process_time() - start)
        return found

    seconds: float = 0.0
