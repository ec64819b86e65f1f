"""Did any firm react? The distance of all abnormal returns from zero, against every estimation day (METHODS 3.24)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._spread import collinear
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats


def residuals_in_common(sample: Sample) -> Floats:
    """(N, days) residuals of the estimation days on which all firms have one; centred where no model is estimated."""
    returns = sample.returns
    residuals = returns.residuals[:, np.isfinite(returns.residuals).all(axis=0)]
    return residuals if returns.parameters else residuals - residuals.mean(axis=1, keepdims=True)


def distance(sample: Sample) -> tuple[float, Floats]:
    """Q = c' S⁻¹ c / C, S = U'U / v, with the firms' CARs c; and S⁻¹U' (N, M), for firms that share one design."""
    residuals = residuals_in_common(sample)
    covariance = residuals @ residuals.T / sample.returns.df[0]
    solved = np.linalg.solve(covariance, np.column_stack([sample.car, residuals]))
    return float(sample.car @ solved[:, 0] / sample.cumulated.unit[0]), solved[:, 1:]


def not_one_design(sample: Sample, restrictions: int) -> str:
    """Why so many restrictions on the firms' CARs cannot be tested jointly, or nothing."""
    returns = sample.returns
    if sample.n_dates > 1:
        return Phrase("the firms must share one event date")
    if len(np.unique(returns.basis_of)) > 1:
        return Phrase("the firms must share the benchmark and all estimation days")
    if (sample.cumulated.used != sample.cumulated.used[0]).any():
        return Phrase("the firms must share the observed days of the window")
    if restrictions > returns.df[0] - 10:
        return Phrase(
            "{firms} firms are too many for {df} degrees of freedom", firms=restrictions, df=int(returns.df[0])
        )
    return ""


def compute(sample: Sample, variant: str) -> Significance:
    """Give p = (1 + #{D_t >= Q}) / (M + 1), D_t the distance of each estimation day with that day left out."""
    if sample.window.length > 1:
        return Significance.undefined(Phrase("one day only"), sample.n)
    returns = sample.returns
    if returns.parameters == 0:
        why = Phrase("the model estimates nothing, so estimation days have no leverage to leave out")
        return Significance.undefined(why, sample.n)
    if reason := not_one_design(sample, sample.n):
        return Significance.undefined(reason, sample.n)
    if reason := collinear(np.eye(sample.n), residuals_in_common(sample)):
        return Significance.undefined(reason, sample.n)
    there = np.isfinite(returns.residuals).all(axis=0)
    q, solved = distance(sample)
    basis = returns.basis[returns.basis_of[0], : returns.n_estimation_days][there]
    inner = (returns.residuals[:, there] * solved).sum(axis=0) / (1 - (basis**2).sum(axis=1))
    df = float(returns.df[0])
    left_out = inner * (df - 1) / (df - inner)
    p = (1 + (left_out >= q).sum()) / (there.sum() + 1)
    return Significance(q, float(p), "placebo", None, sample.n)


TEST = PairsTest(
    summary="did any firm react? All abnormal returns together against every estimation day",
    null="all abnormal returns are zero",
    assumes="one event date; exchangeable days",
    fails="event-induced variance; nearly as many firms as days",
    paper="Schipper and Thompson 1983; Binder 1985",
    compute=compute,
    location=False,
)
