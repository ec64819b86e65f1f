"""Did any firm react? The CARs of firms that share one event date, all together (METHODS 3.24).

With equal regressors, seemingly unrelated regressions are least squares firm by firm. c are the CARs, S = U'U / v their
residual covariance and C the unit variance of the window; R c = 0 is judged by Q = (Rc)' (R S R')⁻¹ (Rc) / C.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.inference.base import PairsTest, Sample, Significance, collinear
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats, Ints


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


def joint_placebo(sample: Sample, variant: str) -> Significance:
    """Did any firm react? The distance of all abnormal returns from zero, against every estimation day (METHODS 3.24).

    Give p = (1 + #{D_t >= Q}) / (M + 1), D_t the distance of each estimation day with that day left out.
    """
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
    return Significance(q, float(p), "placebo", None, sample.n, least=float(1 / (there.sum() + 1)))


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
            Sentence("no {q} independent restrictions on {n} abnormal returns", q=q, n=sample.n),
            hint=Sentence("one column a firm, rows independent"),
        )
    if reason := not_one_design(sample, q):
        return Significance.undefined(reason, sample.n)
    df = float(sample.returns.df[0])
    residuals = residuals_in_common(sample)
    if reason := collinear(restriction, residuals):
        return Significance.undefined(reason, sample.n)
    moved = restriction @ residuals
    c = restriction @ sample.car
    squared = float(c @ np.linalg.solve(moved @ moved.T / df, c) / sample.cumulated.unit[0])
    if wald:
        return Significance(squared, float(special.chdtrc(q, squared)), "chi2", q, sample.n)
    f = squared * (df - q + 1) / (q * df)
    return Significance(f, float(special.fdtrc(q, df - q + 1, f)), "F", df - q + 1, sample.n)


def joint_f(sample: Sample, variant: str) -> Significance:
    """Linear restrictions on the CARs of firms that share one event date, exact F (METHODS 3.24).

    All CARs are zero; df is that of the denominator, the numerator has N. `wald` is the large-sample form.
    """
    return restricted(sample, all_zero(sample.n), wald=variant == "wald")


TESTS: dict[str, PairsTest] = {
    "joint_placebo": PairsTest(
        summary="did any firm react? All abnormal returns together against every estimation day",
        null="all abnormal returns are zero",
        assumes="one event date; exchangeable days",
        fails="event-induced variance; nearly as many firms as days",
        paper="Schipper and Thompson 1983; Binder 1985",
        compute=joint_placebo,
        calm_days=True,
        location=False,
    ),
    "joint_f": PairsTest(
        summary="did any firm react? Exact F of all CARs together",
        null="all CARs are zero",
        assumes="one event date; normal errors, same covariance on event days",
        fails="fat tails, event-induced variance, nearly as many firms as days",
        paper="Schipper and Thompson 1983; Binder 1985",
        compute=joint_f,
        calm_days=True,
        variants=("default", "wald"),
        normal_variants=("default", "wald"),
        location=False,
    ),
}
