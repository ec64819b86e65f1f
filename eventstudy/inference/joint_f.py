"""Linear restrictions on the CARs of firms that share one event date, exact F (METHODS 3.24).

With equal regressors, seemingly unrelated regressions are least squares firm by firm. c are the CARs, S = U'U / v their
residual covariance and C the unit variance of the window; R c = 0 is judged by Q = (Rc)' (R S R')⁻¹ (Rc) / C.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from eventstudy.errors import InvalidRequest
from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._spread import collinear
from eventstudy.inference.joint_placebo import not_one_design, residuals_in_common
from eventstudy.panel.block import Floats, Ints


def all_zero(n: int) -> Floats:
    """(n, n) every CAR is zero."""
    return np.eye(n)


def all_equal(n: int) -> Floats:
    """(n - 1, n) all CARs are the same."""
    return np.diff(np.eye(n), axis=0)


def equal_means(n: int, members: Ints, others: Ints) -> Floats:
    """(1, n) the mean CAR of `members` is that of `others` (positions): a difference between two groups."""
    row = np.zeros((1, n))
    row[0, members] = 1 / len(members)
    row[0, others] -= 1 / len(others)
    return row


def restricted(sample: Sample, restriction: Floats, *, wald: bool = False) -> Significance:
    """Test R c = 0 for `restriction` R (q, N): F = Q (v - q + 1) / (q v) with q and v - q + 1 degrees of freedom.

    `wald` refers Q to chi-square with q degrees of freedom, as large-sample theory has it.

    Raises:
        InvalidRequest: the rows of R are not independent, or there is not one column a firm.
    """
    q = len(restriction)
    if restriction.shape[1] != sample.n or np.linalg.matrix_rank(restriction) < q:
        raise InvalidRequest(
            f"no {q} independent restrictions on {sample.n} abnormal returns",
            hint="one column a firm, rows independent",
        )
    if reason := not_one_design(sample, q):
        return Significance.undefined(reason, sample.n)
    df = float(sample.returns.df[0])
    residuals = residuals_in_common(sample)
    if reason := collinear(restriction, residuals):
        return Significance.undefined(reason, sample.n)
    moved = restriction @ residuals
    c = restriction @ sample.car
    distance = float(c @ np.linalg.solve(moved @ moved.T / df, c) / sample.cumulated.unit[0])
    if wald:
        return Significance(distance, float(special.chdtrc(q, distance)), "chi2", q, sample.n)
    f = distance * (df - q + 1) / (q * df)
    return Significance(f, float(special.fdtrc(q, df - q + 1, f)), "F", df - q + 1, sample.n)


def compute(sample: Sample, variant: str) -> Significance:
    """All CARs are zero; df is that of the denominator, the numerator has N. `wald` is the large-sample form."""
    return restricted(sample, all_zero(sample.n), wald=variant == "wald")


TEST = PairsTest(
    summary="did any firm react? Exact F of all CARs together",
    null="all CARs are zero",
    assumes="one event date; normal errors, same covariance on event days",
    fails="fat tails, event-induced variance, nearly as many firms as days",
    paper="Schipper and Thompson 1983; Binder 1985",
    compute=compute,
    variants=("default", "wald"),
    normal_variants=("default", "wald"),
    location=False,
)
