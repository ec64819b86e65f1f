"""Tests that hold the window of a security against its own ordinary days, or against that of its donors."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference.base import SeriesSignificance, SeriesTest
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.units.windows import Window

DRAWS = 9999
"""Sets of days that are drawn for a window of more than one."""
ACROSS_GAPS = Phrase("returns across gaps are not exchangeable with single days")
LONE = Phrase("one donor alone cannot be fitted by others")
COPIES = Phrase("fewer than two donors have an error to compare: others make up the rest exactly")
_NO_ERROR = 1e-12
"""Below such an error a return is fitted exactly."""


def conformal(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """Permutation of residuals fitted under the null, for windows of any length (METHODS 3.20).

    The model is refitted on estimation and window days together; if nothing happened these days are exchangeable.

    Give p = (1 + #{|sum over drawn days| >= |sum over the window|}) / (draws + 1); all single days are enumerated.
    """
    found = cumulate(returns, window)
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    bridged: Bools = np.asarray(((returns.span[returns.basis_of, columns] > 1) & found.used).any(axis=1), dtype=bool)
    days, inside = null_residuals(returns, found.used, columns)
    present = np.isfinite(days)
    statistic = np.where(inside & present, days, 0.0).sum(axis=1)
    p, upper, lower = (np.full(returns.n, np.nan) for _ in range(3))
    possible = found.covered & ~bridged
    shapes = np.stack([present.sum(axis=1), found.used.sum(axis=1)], axis=1)
    for total, length in sorted(set(map(tuple, shapes[possible].tolist()))):
        group = np.flatnonzero(possible & (shapes == (total, length)).all(axis=1))
        pool = days[group][present[group]].reshape(len(group), total)
        drawn = sets_of_days(total, length, seed)
        for i, series in zip(group, pool, strict=True):
            sums, size = _sums(series, drawn), abs(statistic[i])
            for found_p, reached in (
                (p, np.abs(sums) >= size * (1 - 1e-12)),
                (upper, sums >= statistic[i] - size * 1e-12),
                (lower, sums <= statistic[i] + size * 1e-12),
            ):
                every = length == 1
                found_p[i] = reached.mean() if every else (1 + reached.sum()) / (len(sums) + 1)
    reasons = tuple(ACROSS_GAPS if over else "" for over in bridged)
    draws = None if (shapes[possible, 1] == 1).all() else DRAWS
    statistic = np.where(possible, found.car, np.nan)
    return SeriesSignificance(statistic, p, "permutation", reasons=reasons, draws=draws, tails=(upper, lower))


def _sums(series: Floats, drawn: Ints) -> Floats:
    """(draws,) sums over the sets of days; day by day, which is faster for few days."""
    total = np.zeros(len(drawn))
    for days in drawn.T:
        total += series[days]
    return total


def null_residuals(returns: AbnormalReturns, used: Bools, columns: slice) -> tuple[Floats, Bools]:
    """(N, L1 + L) residuals of the refit on estimation and window days, NaN where not used; and which are window days.

    In the coordinates of the basis the estimation cross product is the identity and the estimation residuals are orthogonal
    to it, so the refit moves the coefficients by (I + G'G)⁻¹ G' AR.
    """
    scale = returns.error_scale[:, columns]  # days of changing variance are brought to that of the residuals
    ar = np.where(used, returns.ar[:, columns] / scale, 0.0)
    days = returns.n_estimation_days
    k = returns.parameters
    estimation = returns.basis[:, :days, :k][returns.basis_of]
    ahead = returns.basis[:, days + columns.start : days + columns.stop, :k][returns.basis_of]
    ahead = np.where(used[:, :, None], ahead / scale[:, :, None], 0.0)
    cross = np.eye(k) + np.einsum("nlj,nlk->njk", ahead, ahead)
    step = np.linalg.solve(cross, np.einsum("nlk,nl->nk", ahead, ar)[:, :, None])[:, :, 0]
    before = returns.residuals - np.einsum("nmk,nk->nm", estimation, step)
    within = np.where(used, ar - np.einsum("nlk,nk->nl", ahead, step), np.nan)
    inside = np.concatenate([np.zeros(before.shape, dtype=bool), used], axis=1)
    return np.concatenate([before, within], axis=1), inside


@lru_cache(maxsize=96)
def sets_of_days(total: int, length: int, seed: int, draws: int = DRAWS) -> Ints:
    """(draws, length) positions without replacement: each single one where length is 1, else a random sample."""
    if length == 1:
        return np.arange(total)[:, None]
    rng = np.random.default_rng(seed)
    if length**2 > 4 * total:  # of long windows hardly any set drawn day by day is without a repeated one
        return np.asfortranarray(rng.random((draws, total)).argsort(axis=1)[:, :length].astype(np.int64))
    drawn = rng.integers(total, size=(draws, length))
    repeated = np.arange(draws)[_repeats(drawn)]
    while len(repeated):
        drawn[repeated] = rng.integers(total, size=(len(repeated), length))
        repeated = repeated[_repeats(drawn[repeated])]
    return np.asfortranarray(drawn)  # they are added up day by day


def _repeats(drawn: Ints) -> Bools:
    """Whether a row has a position twice."""
    ordered = np.sort(drawn.astype(np.int32), axis=1)
    found: Bools = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    return found


def placebo_in_space(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """Where the firm stands among its donors, each of them fitted as if the event had been its own (METHODS 3.22).

    Give the root mean square error of the window over that of the estimation days, and p = rank / (J + 1).

    The smallest p that J donors allow is 1 / (J + 1).
    """
    if returns.donors is None:
        return SeriesSignificance.undefined(Phrase("the model has no donors: use synthetic_control"), returns.n)
    found = cumulate(returns, window)
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    ratio, p, least = (np.full(returns.n, np.nan) for _ in range(3))
    reasons: list[str] = [""] * returns.n
    for i in np.flatnonzero(found.covered):
        errors = returns.donors(int(returns.session_of[i]))
        split, used = returns.n_estimation_days, found.used[i]
        others = known(ratios(errors[:, :split], errors[:, split:][:, columns], used)) if len(errors) else errors
        if len(others) < 2:
            reasons[i] = COPIES if len(errors) > 1 else LONE
            continue
        ratio[i] = ratios(returns.residuals[i : i + 1], returns.ar[i : i + 1, columns], used)[0]
        if np.isnan(ratio[i]):
            reasons[i] = Phrase("the donors make up the firm exactly, in the window too: there is no error to compare")
            continue
        p[i], least[i] = (1 + (others >= ratio[i]).sum()) / (len(others) + 1), 1 / (len(others) + 1)
    return SeriesSignificance(ratio, p, "ranks of donors", reasons=tuple(reasons), least=least)


def ratios(before: Floats, within: Floats, used: Bools) -> Floats:
    """(J,) root mean square of the used days of a window over that of the estimation days; rounding is no error.

    It is infinite where there was no error before, and NaN where there is none in the window either.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        under = np.sqrt(np.nansum(before**2, axis=1) / np.isfinite(before).sum(axis=1))
        over = np.sqrt(np.mean(within[:, used] ** 2, axis=1))
        value: Floats = np.where(over < _NO_ERROR, 0.0, over) / np.where(under < _NO_ERROR, 0.0, under)
    return value


def known(values: Floats) -> Floats:
    """The ratios of donors that say something."""
    told: Floats = values[~np.isnan(values)]
    return told


TESTS: dict[str, SeriesTest] = {
    "conformal": SeriesTest(
        summary="permutation of the residuals under the null of no effect",
        null="window days are exchangeable with estimation days",
        assumes="exchangeable days; any error law",
        fails="event-induced variance, volatility clustering, serial correlation",
        paper="Chernozhukov, Wüthrich and Zhu 2021",
        compute=conformal,
        calm_days=True,
    ),
    "placebo_in_space": SeriesTest(
        summary="the firm's error against those of its donors, each fitted as if it were the firm",
        null="the firm is no more off in the window than a donor would be",
        assumes="the event leaves the donors alone; firm and donors are exchangeable",
        fails="with few donors: the smallest p is 1/(J+1); donors of another kind",
        paper="Abadie, Diamond and Hainmueller 2010",
        compute=placebo_in_space,
    ),
}
