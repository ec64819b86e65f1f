"""Figures that cannot be: an alpha of 40 % a day, a CAR below all there is, a beta that one day turns negative.

The prices may each look possible; what was estimated from them does not. The estimation day that carries it is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from eventstudy import plugins
from eventstudy.language.messages import Message, severity_of
from eventstudy.panel import Floats
from eventstudy.study.doubts import touching

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

ALPHA = 0.05
"""No trend of ordinary days is larger, in a day."""
SIGMA = 1.0
"""Nothing spreads by more than all there is, in a day."""
LOST = 0.63
"""A CAR below -100 % needs a fall of about so much, 1 - 1/e."""
CERTAIN = 5.0
"""A beta is positive beyond doubt from so many standard errors on."""


def impossible(result: StudyResult) -> Iterator[Message]:
    """IMPOSSIBLE_FIGURE of each pair whose estimate or CAR cannot be that of a price, the first reason alone.

    Nothing is said of pairs whose prices have a doubt that explains it, accepted by the user or not; nor of volumes and
    levels, which are bounded by none of this: an index such as VIX changes by more than one point a day.
    """
    if result.config.outcome == "volume" or result.config.returns == "difference":
        return
    fit, names = result.fit, result.fit.names
    none = np.full(result.returns.n, np.nan)
    alpha = fit.params[:, names.index("alpha")] if "alpha" in names else none
    beta = fit.params[:, names.index("beta")] if names == ("alpha", "beta") else none
    lost = np.nanprod(1 + result.raw, axis=1) - 1 if result.config.returns == "simple" else none
    least = _least_car(result)
    with np.errstate(invalid="ignore"):
        reasons = (
            ("alpha", np.abs(alpha) > ALPHA * result.config.clock.days, alpha),
            ("sigma", fit.sigma > SIGMA * result.config.clock.days**0.5, fit.sigma),
            ("car", (least < -1) & (lost > -LOST), least),
            ("beta", beta < 0, beta),
        )
    if not np.any([hit.any() for _, hit, _ in reasons]):
        return
    explained = touching(result, [w for w in result.noticed if severity_of(w.code) == "doubt"])
    said = np.array([bool(doubts) for doubts in explained], dtype=bool)
    for form, hit, value in reasons:
        for i in np.flatnonzero(hit & ~said).tolist():
            column, without = _heaviest_day(result, i)
            if form == "beta" and not without > CERTAIN:
                continue
            said[i] = True
            pair, block = result.panel.pairs[i], result.panel.block
            session = block.sessions[block.design[i], column].item()
            message = Message.of(
                f"IMPOSSIBLE_FIGURE.{form}", pair.event_id, pair.ticker, value=float(value[i]), session=session
            )
            yield message._replace(session=session.isoformat())


def _least_car(result: StudyResult) -> Floats:
    """(N,) the smallest CAR of the reported windows; NaN where there is none.

    Over many days, weeks or months a sum may fall below -100 % while the price does not: long windows are left aside.
    """
    short = [w for w in result.config.windows or () if w.length <= result.config.clock.long]
    cars = [result.returns.over(w).car for w in short]
    return np.fmin.reduce(cars) if cars else np.full(result.returns.n, np.nan)


def _heaviest_day(result: StudyResult, i: int) -> tuple[int, float]:
    """The column of the estimation day that moves the fit of a pair most, and t of beta without that day.

    Leave-one-out by closed form: without day t the fit of that day moves by h_t e_t / (1 - h_t).
    """
    block = result.panel.block
    days = block.estimation_columns
    needed = plugins.load("models", result.config.model).requires(block.names)
    market = block.columns(("mkt_rf" if "mkt_rf" in needed else "benchmark",))
    y, x = block.returns[i, days], market[block.design[i], days, 0]
    if "rf" in needed:
        y = y - block.columns(("rf",))[block.design[i], days, 0]
    if not np.isfinite(x).any():  # a model without a benchmark
        x = np.zeros(len(y))
    there = np.flatnonzero(np.isfinite(y) & np.isfinite(x) & np.isfinite(result.fit.residuals[i]))
    design = np.column_stack([np.ones(len(there)), x[there]])
    errors = y[there] - design @ np.linalg.lstsq(design, y[there], rcond=None)[0]
    leverage = (design * np.linalg.pinv(design).T).sum(axis=1)
    moved = np.abs(errors) * np.sqrt(np.maximum(leverage, 0)) / np.maximum(1 - leverage, 1e-9)
    heaviest = int(np.argmax(moved))
    kept = np.delete(np.arange(len(there)), heaviest)
    coefficients = np.linalg.lstsq(design[kept], y[there][kept], rcond=None)[0]
    rest = y[there][kept] - design[kept] @ coefficients
    variance = float(rest @ rest) / max(len(kept) - 2, 1) * np.linalg.pinv(design[kept].T @ design[kept])[1, 1]
    return int(there[heaviest]) + days.start, float(coefficients[1] / np.sqrt(variance)) if variance > 0 else 0.0
