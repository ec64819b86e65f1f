"""Slow oracles: plain Python loops written from the method's text, with nothing of the engine in them.

An `Instance` holds one (security, event) pair as lists; None = no return. Regressors are a constant and the market (K = 2),
a constant (K = 1), or nothing with the market's return taken off (K = 0).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from tests.oracles import few_pairs
from tests.oracles.designs import Panel

Row = tuple[float, ...]
Numbers = list[float | None]


@dataclass(frozen=True)
class Instance:
    """One pair: calendar days, returns and regressor rows of the estimation window and of the event window."""

    days: list[int]
    y: Numbers
    x: list[Row]
    event_days: list[int]
    event_y: Numbers
    event_x: list[Row]
    first: int
    """The event day of the first element of `event_y`."""


@dataclass(frozen=True)
class Fitted:
    """The regression of one instance."""

    instance: Instance
    residual: Numbers
    ar: Numbers
    inverse: list[list[float]]
    """(X'X)⁻¹"""
    m: int
    k: int
    df: int
    s2: float


def instances_of(panel: Panel, k: int) -> list[Instance]:
    """The panel as lists."""
    made = []
    for firm, day0 in panel.instances:
        rows = [int(r) for r in panel.rows(day0)]
        n_est = panel.estimation.end - panel.estimation.start + 1
        n_event = panel.event.end - panel.event.start + 1
        own = [float(v) for v in panel.returns[:, firm]]
        market = [float(v) for v in panel.market]

        def value(r: int, own: list[float] = own, market: list[float] = market) -> float | None:
            return None if math.isnan(own[r]) else own[r] - (market[r] if k == 0 else 0.0)

        def regressors(r: int, market: list[float] = market) -> Row:
            return (1.0, market[r])[:k]

        est, event = rows[:n_est], rows[-n_event:]
        made.append(
            Instance(
                est,
                [value(r) for r in est],
                [regressors(r) for r in est],
                event,
                [value(r) for r in event],
                [regressors(r) for r in event],
                panel.event.start,
            )
        )
    return made


def invert(a: list[list[float]]) -> list[list[float]]:
    """The inverse of a matrix of up to two rows."""
    if len(a) == 0:
        return []
    if len(a) == 1:
        return [[1 / a[0][0]]]
    (p, q), (r, s) = a
    det = p * s - q * r
    return [[s / det, -q / det], [-r / det, p / det]]


def quadratic(x: Row, a: list[list[float]], z: Row) -> float:
    """X'Az"""
    return fsum(x[i] * a[i][j] * z[j] for i in range(len(x)) for j in range(len(z)))


def fit(one: Instance) -> Fitted:
    """Least squares by the normal equations of deviations from the mean."""
    k = len(one.x[0])
    seen = [(y, x) for y, x in zip(one.y, one.x, strict=True) if y is not None]
    m = len(seen)
    b: Row = ()
    if k == 1:
        b = (fsum(y for y, _ in seen) / m,)
    elif k == 2:
        ybar, xbar = fsum(y for y, _ in seen) / m, fsum(x[1] for _, x in seen) / m
        slope = fsum((x[1] - xbar) * (y - ybar) for y, x in seen) / fsum((x[1] - xbar) ** 2 for _, x in seen)
        b = (ybar - slope * xbar, slope)

    def rest(ys: Numbers, xs: list[Row]) -> Numbers:
        return [
            None if y is None else y - fsum(bi * xi for bi, xi in zip(b, x, strict=True))
            for y, x in zip(ys, xs, strict=True)
        ]

    residual = rest(one.y, one.x)
    kept = [e for e in residual if e is not None]
    centre = fsum(kept) / m if k == 0 else 0.0
    df = m - k if k else m - 1
    cross = [[fsum(x[i] * x[j] for _, x in seen) for j in range(k)] for i in range(k)]
    s2 = fsum((e - centre) ** 2 for e in kept) / df
    return Fitted(one, residual, rest(one.event_y, one.event_x), invert(cross), m, k, df, s2)


def leverage(f: Fitted, t: int) -> float:
    """h_tt of estimation day t."""
    return quadratic(f.instance.x[t], f.inverse, f.instance.x[t])


def used(f: Fitted, window: tuple[int, int]) -> list[int]:
    """Positions in the event window of the days of `window` that have an abnormal return."""
    span = range(window[0] - f.instance.first, window[1] - f.instance.first + 1)
    return [j for j in span if f.ar[j] is not None]


def counts(f: Fitted, window: tuple[int, int]) -> bool:
    """Whether enough of the window was observed: all of up to three days, else 80 %."""
    length = window[1] - window[0] + 1
    return 5 * len(used(f, window)) >= 4 * length if length > 3 else len(used(f, window)) == length


def there(value: float | None) -> float:
    """A number that must be there."""
    assert value is not None
    return value


def car(f: Fitted, window: tuple[int, int]) -> float:
    return fsum(there(f.ar[j]) for j in used(f, window))


def unit(f: Fitted, window: tuple[int, int]) -> float:
    """C = sum over all pairs of days of V."""
    x = f.instance.event_x
    cells = [(a, b) for a in used(f, window) for b in used(f, window)]
    return fsum((1.0 if a == b else 0.0) + quadratic(x[a], f.inverse, x[b]) for a, b in cells)


def scar(f: Fitted, window: tuple[int, int]) -> float:
    return car(f, window) / sqrt(f.s2 * unit(f, window))


def mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


def sd(values: Sequence[float]) -> float:
    """Standard deviation with n - 1."""
    centre = mean(values)
    return sqrt(fsum((v - centre) ** 2 for v in values) / (len(values) - 1))


# ---- correlation -----------------------------------------------------------------------------------------------------


def overlap(a: Fitted, b: Fitted, window: tuple[int, int]) -> float:
    """Shared calendar days of the two windows as covered, over sqrt(L_i L_j)."""
    mine = {a.instance.event_days[j] for j in used(a, window)}
    yours = {b.instance.event_days[j] for j in used(b, window)}
    return len(mine & yours) / sqrt(len(mine) * len(yours))


def pearson(a: Fitted, b: Fitted) -> float | None:
    """Correlation on the calendar days both have, centred on them; None with fewer than 30."""
    other = {d: e for d, e in zip(b.instance.days, b.residual, strict=True) if e is not None}
    both = [(e, other[d]) for d, e in zip(a.instance.days, a.residual, strict=True) if e is not None and d in other]
    if len(both) < 30:
        return None
    p, q = mean([u for u, _ in both]), mean([v for _, v in both])
    cross = fsum((u - p) * (v - q) for u, v in both)
    return cross / sqrt(fsum((u - p) ** 2 for u, _ in both) * fsum((v - q) ** 2 for _, v in both))


def mean_correlation(fits: list[Fitted], window: tuple[int, int]) -> float:
    """R = [N(N-1)]⁻¹ Σ_{i≠j} ρ_ij ω_ij."""
    n = len(fits)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    rho = {(i, j): pearson(fits[i], fits[j]) for i, j in pairs}
    known = [r for r in rho.values() if r is not None]
    total = 0.0
    for i, j in pairs:
        weight, r = overlap(fits[i], fits[j], window), rho[i, j]
        if weight > 0:
            total += weight * (r if r is not None else mean(known) if known else 0.0)
    r = total / (n * (n - 1))
    return r if 1 + (n - 1) * r > 0 else 0.0


def common_by_date(
    fits: list[Fitted], window: tuple[int, int], held: dict[int, set[int]] | None = None
) -> list[list[float]]:
    """Ruling 25 pair by pair: rho w of each two, residuals standardised on their own days, one rho for each two dates.

    `held`: the days of each date's window that the calendar has; all of them where nothing is said.
    """
    z = []
    for f in fits:
        own = [e for e in f.residual if e is not None]
        centre = mean(own)
        spread = sqrt(mean([(e - centre) ** 2 for e in own]))
        z.append({d: (e - centre) / spread for d, e in zip(f.instance.days, f.residual, strict=True) if e is not None})
    length = window[1] - window[0] + 1
    p = [[float(i == j) for j in range(len(fits))] for i in range(len(fits))]
    dates = sorted({f.instance.event_days[0] for f in fits})
    held = held or {a: set(range(a, a + length)) for a in dates}
    for a in dates:
        for b in dates:
            cells = [
                (i, j)
                for i, f in enumerate(fits)
                for j, g in enumerate(fits)
                if i != j and f.instance.event_days[0] == a and g.instance.event_days[0] == b
            ]
            products = [z[i][d] * z[j][d] for i, j in cells for d in z[i] if d in z[j]]
            for i, j in cells if products else []:
                p[i][j] = len(held[a] & held[b]) / length * mean(products)
    return p


def mean_correlation_by_date(
    fits: list[Fitted], window: tuple[int, int], held: dict[int, set[int]] | None = None
) -> float:
    """The mean of the same over i != j; zero where 1 + (N - 1) r would not be positive."""
    n = len(fits)
    r = (fsum(map(fsum, common_by_date(fits, window, held))) - n) / (n * (n - 1))
    return r if 1 + (n - 1) * r > 0 else 0.0


def degrees(fits: list[Fitted], window: tuple[int, int]) -> float:
    """Satterthwaite's degrees of freedom of a spread over the pairs, between 1 and N - 1."""
    n = len(fits)
    found = few_pairs.degrees(common_by_date(fits, window), [1 / sqrt(n)] * n)
    return min(max(found, 1.0), n - 1)


# ---- tests over pairs ------------------------------------------------------------------------------------------------


def patell(fits: list[Fitted], window: tuple[int, int]) -> float:
    return fsum(scar(f, window) for f in fits) / sqrt(fsum(f.df / (f.df - 2) for f in fits))


def patell_of_daily_values(fits: list[Fitted], window: tuple[int, int]) -> float:
    """The original form: the sum of the daily standardised returns over sqrt(L_i)."""
    total = []
    for f in fits:
        days = used(f, window)
        x = f.instance.event_x
        sars = [there(f.ar[j]) / sqrt(f.s2 * (1 + quadratic(x[j], f.inverse, x[j]))) for j in days]
        total.append(fsum(sars) / sqrt(len(days)))
    return fsum(total) / sqrt(fsum(f.df / (f.df - 2) for f in fits))


def patell_adjusted(fits: list[Fitted], window: tuple[int, int]) -> float:
    return patell(fits, window) / sqrt(1 + (len(fits) - 1) * mean_correlation_by_date(fits, window))


def bmp(fits: list[Fitted], window: tuple[int, int]) -> float:
    scars = [scar(f, window) for f in fits]
    return mean(scars) / (sd(scars) / sqrt(len(scars)))


def bmp_adjusted(fits: list[Fitted], window: tuple[int, int]) -> float:
    r = mean_correlation_by_date(fits, window)
    return bmp(fits, window) * sqrt((1 - r) / (1 + (len(fits) - 1) * r))


def cross_section(fits: list[Fitted], window: tuple[int, int]) -> float:
    cars = [car(f, window) for f in fits]
    return mean(cars) / (sd(cars) / sqrt(len(cars)))


def average_by_day(rows: list[Numbers]) -> list[tuple[int, float]]:
    """(count, mean) of each event-time day on which there is a value."""
    found = []
    for column in zip(*rows, strict=True):
        values = [v for v in column if v is not None]
        found.append((len(values), mean(values) if values else 0.0))
    return found


def cda(fits: list[Fitted], window: tuple[int, int]) -> tuple[float, int]:
    """The project's form and its degrees of freedom (ruling 7)."""
    n, k = len(fits), fits[0].k
    kept = [aar for count, aar in average_by_day([f.residual for f in fits]) if count >= n / 2]
    df = len(kept) - k if k else len(kept) - 1
    centre = mean(kept) if k == 0 else 0.0
    s2 = fsum((a - centre) ** 2 for a in kept) / df
    caar = mean([car(f, window) for f in fits])
    return caar / sqrt(s2 * mean([unit(f, window) for f in fits])), df


def cda_published(fits: list[Fitted], window: tuple[int, int]) -> float:
    kept = [aar for count, aar in average_by_day([f.residual for f in fits]) if count >= 1]
    return mean([car(f, window) for f in fits]) / (sd(kept) * sqrt(window[1] - window[0] + 1))


def ranks(values: Numbers) -> Numbers:
    """Rank / (T_i + 1) - 1/2, ties averaged, values rounded to 1e-12 first."""
    seen = [round(v, 12) for v in values if v is not None]

    def one(v: float | None) -> float | None:
        if v is None:
            return None
        below = sum(1 for s in seen if s < round(v, 12))
        equal = sum(1 for s in seen if s == round(v, 12))
        return (below + (equal + 1) / 2) / (len(seen) + 1) - 0.5

    return [one(v) for v in values]


def rank_statistic(rows: list[Numbers], days: list[int]) -> tuple[float, int]:
    """Σ over `days` of the mean ranks / (sqrt(L) S), and T."""
    averages = average_by_day([ranks(row) for row in rows])
    with_value = [(count, u) for count, u in averages if count >= 1]
    t = len(with_value)
    s = sqrt(fsum(count / len(rows) * u * u for count, u in with_value) / t)
    return fsum(averages[d][1] for d in days) / (sqrt(len(days)) * s), t


def as_t(z: float, t: int) -> float:
    return z * sqrt((t - 2) / (t - 1 - z * z))


def corrado(fits: list[Fitted], window: tuple[int, int], *, published: bool = False) -> tuple[float, int]:
    """Statistic and T."""
    n_est = len(fits[0].residual)
    first = n_est + window[0] - fits[0].instance.first
    days = list(range(first, first + window[1] - window[0] + 1))
    z, t = rank_statistic([f.residual + f.ar for f in fits], days)
    return (z, t) if published else (as_t(z * sqrt((t - 1) / (t - len(days))), t), t)


def grank(fits: list[Fitted], window: tuple[int, int], kappa: Callable[[int, float], float]) -> tuple[float, int]:
    """Statistic and T; `kappa(N, r)` scales the squeezed window."""
    scars = [scar(f, window) for f in fits]
    spread, factor = sd(scars), kappa(len(fits), mean_correlation_by_date(fits, window))
    rows: list[Numbers] = []
    for f, value in zip(fits, scars, strict=True):
        days: Numbers = [None if e is None else e / sqrt(f.s2 * (1 - leverage(f, i))) for i, e in enumerate(f.residual)]
        rows.append([*days, factor * value / spread])
    z, t = rank_statistic(rows, [len(rows[0]) - 1])
    return as_t(z, t), t


def share_positive(fits: list[Fitted], length: int) -> float:
    """Mean over instances of the share of positive sums of `length` consecutive valid sessions."""
    shares = []
    for f in fits:
        runs = [f.residual[i : i + length] for i in range(len(f.residual) - length + 1)]
        sums = [fsum(there(v) for v in run) for run in runs if all(v is not None for v in run)]
        if sums:
            shares.append(sum(1 for s in sums if s > 0) / len(sums))
    return mean(shares)


def generalized_sign(fits: list[Fitted], window: tuple[int, int], length: int) -> float:
    n, p = len(fits), share_positive(fits, length)
    up = sum(1 for f in fits if car(f, window) > 0)
    return (up - n * p) / sqrt(n * p * (1 - p))


# ---- placebo over days -----------------------------------------------------------------------------------------------


def left_out(one: Instance, t: int) -> Fitted:
    """The fit without estimation day t, which becomes the only event day."""
    y: Numbers = [None if i == t else v for i, v in enumerate(one.y)]
    return fit(Instance(one.days, y, one.x, [one.days[t]], [one.y[t]], [one.x[t]], 0))


def day_by_day(one: Instance) -> Numbers:
    """The exact t of each estimation day as if it were the event day: refitted on the other days."""
    return [None if v is None else scar(left_out(one, t), (0, 0)) for t, v in enumerate(one.y)]


def sample_quantile(f: Fitted) -> float:
    """P of day 0 by its rank among estimation days, each judged by the others."""
    others = [abs(v) for v in day_by_day(f.instance) if v is not None]
    return (1 + sum(1 for v in others if v >= abs(scar(f, (0, 0))))) / (len(others) + 1)


def without(one: Instance, left: Sequence[int]) -> Fitted:
    """The fit without these estimation days, which become the event days in their order."""
    y: Numbers = [None if i in left else v for i, v in enumerate(one.y)]
    ahead = list(left)
    return fit(
        Instance(
            one.days, y, one.x, [one.days[i] for i in ahead], [one.y[i] for i in ahead], [one.x[i] for i in ahead], 0
        )
    )


def ordinary_t(one: Instance, left: Sequence[int]) -> float:
    """The t of a window made of these estimation days, forecast by the others."""
    return scar(without(one, left), (0, len(left) - 1))


def hanging_together(residual: Numbers, length: int) -> tuple[float, float, float]:
    """Kappa of a sum of days, the autocorrelation of neighbours, and its z."""
    pairs = [a * b for a, b in itertools.pairwise(residual) if a is not None and b is not None]
    r = fsum(pairs) / fsum(v * v for v in residual if v is not None)
    z = fsum(pairs) / sqrt(fsum(v * v for v in pairs))
    factor = max(0.2, 1 + 2 * (1 - 1 / length) * r) if length > 1 and abs(z) > 1.96 else 1.0
    return factor, r, z


def without_largest(values: Sequence[float]) -> float:
    """The mean of values without a tenth of them, the largest, and one at least."""
    kept = sorted(values)[: len(values) - max(1, len(values) // 10)]
    return mean(kept)


def median(values: Sequence[float]) -> float:
    ordered, n = sorted(values), len(values)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


def wildness(
    usual: Sequence[float], before: Numbers, after: Numbers, length: int
) -> tuple[float, float, list[float]] | None:
    """Lambda-hat, its p and the same of every estimation day, from |standardised| days; `before` and `after` nearest first."""
    m, seen, around = len(usual), [0.0], [[0.0] * len(usual)]
    for back, ahead in ((10, 10), (0, 10), (5, 5)):
        i = [j for j in range(back) if before[j] is not None]
        k = [j for j in range(ahead) if after[j] is not None]
        if len(i) + len(k) < 6:
            continue
        own = without_largest([there(before[j]) for j in i] + [there(after[j]) for j in k])
        each = [
            without_largest([usual[(t - 1 - j) % m] for j in i] + [usual[(t + length + j) % m] for j in k])
            for t in range(m)
        ]
        seen.append(own / median(each))
        around.append([v / median(each) for v in each])
    if len(seen) == 1:
        return None
    largest = [max(column) for column in zip(*around, strict=True)]
    ratio = max(seen) / median(largest)
    ratios = [v / median(largest) for v in largest]
    return ratio, (1 + sum(1 for v in ratios if v >= ratio * (1 - 1e-12))) / (m + 1), ratios


def share_of_ordinary(
    x: float, ordinary: Sequence[float], ratios: Sequence[float] = (1.0,), ratio: float = 1.0
) -> float:
    """Upper p of x among ordinary windows: the mean over the scales of their days against that of the near ones."""
    counts = [sum(1 for v in ordinary if v >= x * own / ratio - abs(x) * 1e-12) for own in ratios]
    return mean([(1 + n) / (len(ordinary) + 1) for n in counts])


def variance_placebo(fits: list[Fitted], window: tuple[int, int]) -> tuple[float, float]:
    """Variance of the SCARs over firms, and its p among the days on which all are present."""
    days = [
        [v for v in column if v is not None] for column in zip(*(day_by_day(f.instance) for f in fits), strict=True)
    ]
    spreads = [sd(column) ** 2 for column in days if len(column) == len(fits)]
    observed = sd([scar(f, window) for f in fits]) ** 2
    return observed, (1 + sum(1 for s in spreads if s >= observed)) / (len(spreads) + 1)


def solve(a: list[list[float]], b: list[float]) -> list[float]:
    """A x = b by elimination with pivots."""
    n = len(b)
    rows = [[*row, value] for row, value in zip(a, b, strict=True)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            rows[r] = [v - factor * w for v, w in zip(rows[r], rows[i], strict=True)]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - fsum(rows[i][j] * x[j] for j in range(i + 1, n))) / rows[i][i]
    return x


def distance(fits: list[Fitted]) -> float:
    """Q = c'Σ⁻¹c / C of day 0, Σ = U'U/ν, for firms with one design and nothing missing."""
    u = [[there(e) for e in f.residual if e is not None] for f in fits]
    sigma = [[fsum(a * b for a, b in zip(p, q, strict=True)) / fits[0].df for q in u] for p in u]
    c = [car(f, (0, 0)) for f in fits]
    return fsum(a * b for a, b in zip(c, solve(sigma, c), strict=True)) / unit(fits[0], (0, 0))


def joint_placebo(fits: list[Fitted]) -> tuple[float, float]:
    """Q and its p among the distances of all estimation days, each from a fit without it."""
    q = distance(fits)
    days = len(fits[0].residual)
    others = [distance([left_out(f.instance, t) for f in fits]) for t in range(days)]
    return q, (1 + sum(1 for d in others if d >= q)) / (days + 1)
