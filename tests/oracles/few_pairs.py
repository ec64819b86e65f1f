"""Tests over pairs by loops over numbers: P is a list of lists, and Student's tail is Simpson's rule on the density."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Row = Sequence[float]
Table = Sequence[Row]


def in_common(rho: Table, days: Sequence[int], length: int) -> list[list[float]]:
    """P_ij = rho_ij times the share of sessions that the windows of both hold."""
    n = len(days)
    return [
        [1.0 if i == j else rho[i][j] * max(0, length - abs(days[i] - days[j])) / length for j in range(n)]
        for i in range(n)
    ]


def quadratic(x: Row, p: Table, y: Row) -> float:
    return math.fsum(x[i] * p[i][j] * y[j] for i in range(len(x)) for j in range(len(y)))


def mean_correlation(p: Table) -> float:
    n = len(p)
    return math.fsum(p[i][j] for i in range(n) for j in range(n) if i != j) / (n * (n - 1))


def degrees(p: Table, h: Row) -> float:
    """tr(QP)² / tr(QPQP) by the product of the matrices, Q = I - hh'."""
    n = len(h)
    ph = [math.fsum(h[k] * p[k][j] for k in range(n)) for j in range(n)]
    qp = [[p[i][j] - h[i] * ph[j] for j in range(n)] for i in range(n)]
    trace = math.fsum(qp[i][i] for i in range(n))
    squares: float = math.fsum(qp[i][j] * qp[j][i] for i in range(n) for j in range(n))
    return float(trace * trace / squares)


def student_tail(t: float, df: float, steps: int = 20_000) -> float:
    """P(T > |t|)."""
    scale = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
    a = abs(t)
    density = [(1 + (k * a / steps) ** 2 / df) ** (-(df + 1) / 2) for k in range(steps + 1)]
    simpson = density[0] + density[-1] + 4 * math.fsum(density[1:-1:2]) + 2 * math.fsum(density[2:-1:2])
    return float(0.5 - scale * simpson * a / steps / 3)


def root(rising: Callable[[float], bool], low: float, high: float) -> float:
    """Where `rising` turns true, by halving."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) else (middle, high)
    return (low + high) / 2


def student_critical(df: float) -> float:
    return root(lambda t: student_tail(t, df, 2_000) < 0.025, 0.0, 60.0)


def bmp_adjusted(car: Row, se: Row, p: Table, effect: float = 0.0) -> float:
    """The statistic when `effect` is taken from every CAR."""
    n, r = len(car), mean_correlation(p)
    z = [(c - effect) / s for c, s in zip(car, se, strict=True)]
    mean = math.fsum(z) / n
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in z) / (n - 1))
    return math.sqrt(n) * mean / spread * math.sqrt((1 - r) / (1 + (n - 1) * r))


def guarded(car: Row, se: Row, p: Table, expected: float, scale: float, effect: float = 0.0) -> float:
    """Patell's z over the larger spread when `effect` is taken from every CAR; `expected`: the mean of v / (v - 2)."""
    n, r = len(car), mean_correlation(p)
    z = [(c - effect) / s for c, s in zip(car, se, strict=True)]
    mean = math.fsum(z) / n
    spread = math.fsum((v - mean) ** 2 for v in z) / (n - 1) / max(1 - r, 0.05)
    return math.fsum(z) / math.sqrt(n * (1 + (n - 1) * r) * max(expected * max(1.0, scale) ** 2, spread))


def not_rejected(statistic: Callable[[float], float], critical: float, centre: float) -> tuple[float, float]:
    """The effects around `centre` whose statistic stays within the critical value, by steps and halving."""

    def edge(side: int) -> float:
        step = 1e-4
        while abs(statistic(centre + side * step)) < critical:
            step *= 1.3
        return centre + side * root(lambda d: abs(statistic(centre + side * d)) >= critical, 0.0, step)

    return edge(-1), edge(1)


def common_effect(car: Row, se: Row) -> float:
    return math.fsum(c / s for c, s in zip(car, se, strict=True)) / math.fsum(1 / s for s in se)


def mean_car(car: Row, se: Row, p: Table) -> dict[str, float]:
    """Mean CAR: h'Ph, k², degrees of freedom, standard error; the distance from the common effect, and its z."""
    n = len(car)
    z = [c / s for c, s in zip(car, se, strict=True)]
    along = math.sqrt(math.fsum(1 / s**2 for s in se))
    h = [1 / s / along for s in se]
    onto = math.fsum(a * b for a, b in zip(h, z, strict=True))
    rest = math.fsum((v - a * onto) ** 2 for v, a in zip(z, h, strict=True))
    k2 = rest / (n - quadratic(h, p, h))
    share = 1 / math.fsum(1 / s for s in se)
    weights = [(1 / n - share / s) * s for s in se]
    apart = math.fsum(car) / n - common_effect(car, se)
    return {
        "hPh": quadratic(h, p, h),
        "kappa2": k2,
        "df": degrees(p, h),
        "se": math.sqrt(k2 * quadratic(se, p, se)) / n,
        "apart": apart,
        "z": apart / math.sqrt(k2 * quadratic(weights, p, weights)),
    }


def by_precision(car: Row, se: Row, p: Table) -> tuple[float, float]:
    """The mean of CARs weighted by one over their variances, and its standard error on the scale of `mean_car`."""
    total = math.fsum(1 / s**2 for s in se)
    shares = [1 / s / total for s in se]
    return (
        math.fsum(c / s**2 for c, s in zip(car, se, strict=True)) / total,
        math.sqrt(mean_car(car, se, p)["kappa2"] * quadratic(shares, p, shares)),
    )
