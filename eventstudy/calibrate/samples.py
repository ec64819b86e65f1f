"""Which placebo pairs make one made-up study: the study's own design on other dates, or Brown and Warner's (METHODS 6.1)."""

from __future__ import annotations

import numpy as np

from eventstudy.calibrate.placebo import PlaceboPairs
from eventstudy.errors import InvalidRequest
from eventstudy.panel import Ints


def moved(made: PlaceboPairs, events: list[Ints], draws: int, seed: int) -> list[Ints]:
    """Rows of each made-up study in which every event, with its tickers, happens on a placebo date.

    One event takes each date in turn, several take dates at random, as often as `draws` says. `events`: ticker numbers of each.
    """
    rows = {(int(d), int(t)): i for i, (d, t) in enumerate(zip(made.date_of, made.ticker_of, strict=True))}
    days = np.arange(len(made.dates))
    random = np.random.default_rng(seed).choice(days, size=(draws, len(events)))
    chosen = days[:, None] if len(events) == 1 else random
    return [
        np.array(
            [rows[d, t] for d, own in zip(row, events, strict=True) for t in own if (d, t) in rows], dtype=np.int64
        )
        for row in chosen.tolist()
    ]


def drawn(made: PlaceboPairs, n: int, draws: int, seed: int, *, clustered: bool) -> list[Ints]:
    """Rows of each made-up study of `n` pairs drawn at random; on one date, or each on a date of its own.

    Raises:
        InvalidRequest: there are fewer tickers (one date) or dates than that.
    """
    there = len(made.tickers) if clustered else len(made.dates)
    if not 2 <= n <= there:
        what = "tickers for pairs on one date" if clustered else "placebo dates for pairs on dates of their own"
        raise InvalidRequest(f"{n} pairs cannot be drawn", available=f"{there} {what}", hint=f"use 2 to {there}")
    rng = np.random.default_rng(seed)
    of_date = [np.flatnonzero(made.date_of == d) for d in range(len(made.dates))]
    found: list[Ints] = []
    while len(found) < draws:
        if clustered:
            pool = of_date[rng.integers(len(of_date))]
            if len(pool) >= n:
                found.append(np.sort(rng.choice(pool, n, replace=False)))
        else:
            days = rng.choice(len(of_date), n, replace=False)
            found.append(np.array([rng.choice(of_date[d]) for d in days], dtype=np.int64))
    return found
