"""`python -m tests.simulation.storms`: one firm in calm and in storms, how often its headline rejects, with seed and date.

R = .0003 + beta R_m + .02 e, beta ~ U(.5, 1.5), R_m ~ t(4) with 1 %, 250 estimation days, days up to +15; in a storm firm
and market move `times` as much from day `since` on. `TABLE` is what other code found for the same designs (8,000 draws).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.panel import AFTER, After, EventBlock, Floats
from eventstudy.study.estimate import NearDays, abnormal_returns, around
from eventstudy.windows import Window

from tests.oracles.designs import distinct_days
from tests.worlds import shocks

STORED = Path(__file__).parents[1] / "oracles" / "storms.json"
SEED, DRAWS, PLACEBO_WINDOWS = 20261129, 1000, 1999
ESTIMATION, EVENT = Window(-260, -11), Window(-5, 5)
_CHUNK = 200


@dataclass(frozen=True)
class Storm:
    """A design: the law of errors, and from which day on firm and market move so many times as much."""

    tails: int | None = None
    since: int = 0
    times: float = 1.0
    effect: float = 0.0
    """On day 0, in standard deviations of a day times the root of the window's length."""


DESIGNS = {
    "normal": Storm(),
    "t4": Storm(4),
    "from -10, x2": Storm(5, -10, 2.0),
    "from -10, x1.5": Storm(5, -10, 1.5),
    "from -3, x2": Storm(5, -3, 2.0),
    "from -20, x2": Storm(5, -20, 2.0),
    "normal, effect 3": Storm(effect=3.0),
}
WINDOWS = ((0, 0), (-1, 1), (-5, 5))
TABLE = {
    "normal": (4.2, 4.8, 5.0),
    "t4": (4.2, 4.6, 4.7),
    "from -10, x2": (5.2, 6.5, 6.8),
    "from -10, x1.5": (6.2, 7.2, 7.6),
    "from -3, x2": (7.2, 9.3, 8.4),
    "from -20, x2": (5.2, 5.4, 5.4),
    "normal, effect 3": (80.0, 80.0, 79.0),
}
"""Per cent rejected at 5 % by the same rule in other code, for each of `WINDOWS`."""
TABLE_DRAWS = 8000


def series(seed: int, storm: Storm, length: int, draws: int) -> Iterator[AbnormalReturns]:
    """Firms with a path of their own each, fitted in chunks."""
    rng, width = np.random.default_rng(seed), EVENT.end + AFTER - ESTIMATION.start + 1
    day = np.arange(ESTIMATION.start, EVENT.end + AFTER + 1)
    scale = np.where(day >= storm.since, storm.times, 1.0) if storm.times != 1 else np.ones(width)
    for _ in range(0, draws, _CHUNK):
        market = 0.01 * shocks(rng, (_CHUNK, width), 4) * scale
        returns = (
            0.0003 + rng.uniform(0.5, 1.5, (_CHUNK, 1)) * market + 0.02 * shocks(rng, market.shape, storm.tails) * scale
        )
        returns[:, -ESTIMATION.start] += storm.effect * 0.02 * np.sqrt(length)
        yield _fitted(returns, market)


def _fitted(returns: Floats, market: Floats) -> AbnormalReturns:
    n, last = len(returns), EVENT.end - ESTIMATION.start + 1
    days = distinct_days(n, returns.shape[1])
    block = EventBlock(
        returns=returns[:, :last],
        regressors=market[:, :last, None],
        names=("benchmark",),
        design=np.arange(n),
        sessions=days[:, :last],
        span=np.ones((n, last)),
        estimation=ESTIMATION,
        event=EVENT,
    )
    fit = plugins.load("models", "market").fit(block, 100)
    made = abnormal_returns(block, fit, np.full(n, EVENT.end), prediction_error=True)
    after = After(returns[:, last:], market[:, last:, None], days[:, last:])
    return around(made, block, after, plugins.load("models", "market"), 100, NearDays(asked=True))


def rejected(seed: int, storm: Storm, window: tuple[int, int], draws: int) -> tuple[int, int, int]:
    """(by the headline, by the exact t, storms that were raised) of so many firms."""
    test, exact = (plugins.load("tests", name) for name in ("placebo", "exact_t"))
    span, counts = Window(*window), np.zeros(3, dtype=int)
    for returns in series(seed, storm, span.length, draws):
        said = test.compute(returns, span, 0, draws=PLACEBO_WINDOWS)
        by_t = exact.compute(replace(returns), span, 0).p_value
        counts += [(said.p_value <= 0.05).sum(), (by_t <= 0.05).sum(), said.regimes.used.sum()]
    return tuple(counts.tolist())


def main() -> None:
    """Simulate every design and store what was found."""
    cells = []
    for d, (name, storm) in enumerate(DESIGNS.items()):
        for window in WINDOWS:
            by, by_t, raised = rejected(SEED + d, storm, window, DRAWS)
            cells.append(
                {"design": name, "window": window, "placebo": by, "exact_t": by_t, "raised": raised, "draws": DRAWS}
            )
            print(cells[-1], flush=True)
    made = {"made": datetime.now(UTC).date().isoformat(), "numpy": np.__version__}
    head = {"seed": SEED, "placebo_windows": PLACEBO_WINDOWS, **made}
    rows = ",\n  ".join(json.dumps(cell) for cell in cells)
    STORED.write_text(f'{json.dumps(head)[:-1]},\n "cells": [\n  {rows}\n ]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
