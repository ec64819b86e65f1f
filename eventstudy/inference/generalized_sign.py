"""Share of positive CARs against the share of positive windows in the estimation period (METHODS 3.12, ruling 8)."""

from __future__ import annotations

import numpy as np

from eventstudy.aggregate import AbnormalReturns
from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal
from eventstudy.inference._sizes import count_of_signs


def share_positive(returns: AbnormalReturns, length: int) -> float:
    """Mean over series of the share of positive sums of `length` consecutive valid estimation days; zero is not positive."""
    padded = np.zeros((returns.n, returns.n_estimation_days + 1))
    lacking = padded.copy()
    np.cumsum(np.nan_to_num(returns.residuals), axis=1, out=padded[:, 1:])
    np.cumsum(np.isnan(returns.residuals), axis=1, out=lacking[:, 1:])
    full = lacking[:, length:] == lacking[:, :-length]
    up = full & (padded[:, length:] - padded[:, :-length] > 1e-12)
    windows = full.sum(axis=1)
    return float((up.sum(axis=1)[windows > 0] / windows[windows > 0]).mean()) if (windows > 0).any() else float("nan")


def compute(sample: Sample, variant: str) -> Significance:
    """Give Z = (n+ - N p) / sqrt(N p (1 - p)); `paper` takes p from single days."""
    p = share_positive(sample.returns, 1 if variant == "paper" else sample.window.length)
    if not 0 < p < 1:
        return Significance.undefined("the estimation window has no run of days as long as the window", sample.n)
    up = int((sample.car > 1e-12).sum())
    z = (up - sample.n * p) / np.sqrt(sample.n * p * (1 - p))
    return Significance(float(z), float(p_normal(z)), "normal", None, sample.n)


TEST = PairsTest(
    summary="share of positive CARs against that of ordinary windows",
    null="P(CAR > 0) = its share in the estimation window",
    assumes="independent pairs",
    fails="events that share days",
    paper="Cowan 1992",
    compute=compute,
    variants=("default", "paper"),
    independent=True,
    size_when_clustered=count_of_signs,
)
