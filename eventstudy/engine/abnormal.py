"""AR -> CAR, SCAR, AAR, CAAR, BHAR: short pure functions on arrays.

CAR(W) sums the abnormal returns of W that were observed; its variance is sigma² C with C = i'Vi over those days, the
covariance of the forecast errors included (Campbell, Lo and MacKinlay 1997, ch. 4). CAAR is the mean of the CARs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from eventstudy.engine.arrays import mean_of
from eventstudy.engine.ranks import plain_ranks, scaled_ranks
from eventstudy.engine.runs import shares_of_runs
from eventstudy.panel.block import Bools, Days, Floats, Ints
from eventstudy.units.windows import Window

ALONE = 1e-9
"""The least share of the variance that the other days of a series leave where one day is studentised against them."""


Scaled = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class Around:
    """The days of N series after the estimation window, up to some sessions after the event window, for those who ask."""

    start: int
    """The event day of the first of the D columns: the one after the estimation window."""
    found: Callable[[], tuple[Floats, Floats]]
    """Works out (N0, D) abnormal returns, NaN where there is none, and their variance in units of sigma²."""
    rows: Ints
    """(N,) the rows of `found`."""
    left_out: Bools
    """(N, L1 + D) days of other events of the same firm, which say nothing of how wild its ordinary days are."""
    scaled: Scaled = "auto"
    """Whether a window is judged by the scale of its near days: where they are wilder than usual, always, or never."""
    asked: bool = False
    """Whether that is asked for though there are very many series."""

    @cached_property
    def days(self) -> tuple[Floats, Floats]:
        """(N, D) abnormal returns and their variance in units of sigma²."""
        ar, unit = self.found()
        return ar[self.rows], unit[self.rows]

    def standardised(self, sigma: Floats) -> Floats:
        """(N, D) abnormal returns over their forecast standard errors."""
        ar, unit = self.days
        found: Floats = ar / (sigma[:, None] * np.sqrt(unit))
        return found

    def take(self, which: Ints | Bools | slice) -> Around:
        """Of the series at these positions."""
        part = replace(self, rows=self.rows[which], left_out=self.left_out[which])
        if "days" in self.__dict__:
            ar, unit = self.days
            part.__dict__["days"] = ar[which], unit[which]
        return part


@dataclass(frozen=True)
class AbnormalReturns:
    """Abnormal returns of N series, with what is needed to say how sure they are.

    M_i estimation days of L1 and the L2 days of the event window; K estimated parameters. NaN = no value.
    """

    ar: Floats
    """(N, L2) abnormal returns."""
    residuals: Floats
    """(N, L1) estimation residuals."""
    sigma: Floats
    """(N,) residual standard deviation."""
    df: Ints
    """(N,) its degrees of freedom."""
    basis: Floats
    """(B, L1 + L2, K + ...) regressors in the coordinates of `models.Fit.basis`: leverages and forecast covariance."""
    parameters: int
    """K, the columns of `basis` that were estimated."""
    basis_of: Ints
    """(N,) the row of `basis`, `span` and `noise` of each series."""
    span: Floats
    """(B, L2) sessions each return covers."""
    noise: Floats
    """(B, L2) variance of each event day's own error over sigma²."""
    sessions: Days
    """(D, L1 + L2) calendar days of the columns."""
    session_of: Ints
    """(N,) the row of `sessions` of each series."""
    row: Ints | None = field(default=None, kw_only=True)
    """(D,) where day 0 stands on the one grid of sessions of all series; None where there are several."""
    event: Window
    last_close: Ints
    """(N,) last event day a delisted security could be observed; the end of the event window for others."""
    prediction_error: bool = True
    descriptive: str = ""
    """Why sigma and V say little under this model, so that a t by them only describes; or empty."""
    dependent: str = ""
    """Why days must not be exchanged for one another; or empty."""
    upper: bool = False
    """Whether only an increase counts."""
    bare: bool = False
    """Whether there are no estimation days: no sigma, no residuals, so that nothing can be said of one series."""
    unseen: Bools | None = None
    """(N, L2) event days that nobody looks at: not part of the pair's own window; None: all are looked at."""
    donors: Callable[[int], Floats] | None = None
    """Row of `sessions` -> (J, L1 + L2) errors of each donor fitted by the other donors; None where there are no donors."""
    around: Around | None = None
    """What is known of the days around the event window; None where nobody asks how wild they are."""

    @property
    def n(self) -> int:
        """N."""
        return int(self.ar.shape[0])

    @property
    def n_estimation_days(self) -> int:
        """L1."""
        return int(self.residuals.shape[1])

    @cached_property
    def observed_days(self) -> Ints:
        """(N,) M."""
        count: Ints = np.isfinite(self.residuals).sum(axis=1).astype(np.int64)
        return count

    @cached_property
    def day0_sessions(self) -> Days:
        """(N,) the session of day 0."""
        day0: Days = self.sessions[self.session_of, self.n_estimation_days - self.event.start]
        return day0

    @cached_property
    def standardised(self) -> Floats:
        """(N, L1) e = residual / sqrt(s² (1 - h)), h the leverage."""
        rows, own = self._designs
        leverage = _squares(self.basis[rows, : self.n_estimation_days])[own]
        e: Floats = self.residuals / (self.sigma[:, None] * np.sqrt(np.clip(1 - leverage, 1e-12, None)))
        return e

    @cached_property
    def studentised(self) -> Floats:
        """(N, L1) externally studentised residuals e sqrt((v - 1) / (v - e²)): each day against the others."""
        e, df = self.standardised, self.df[:, None]
        found: Floats = e * np.sqrt((df - 1) / np.maximum(df - e**2, ALONE * df))
        return found

    @property
    def ranked_days(self) -> Floats:
        """(N, L1 + L2) all days of each series in units of sigma, event days on the scale of the residuals."""
        days = np.concatenate([self.residuals, self.ar / self.error_scale], axis=1)
        found: Floats = days / self.sigma[:, None]
        return found

    @cached_property
    def day_ranks(self) -> Floats:
        """(N, L1 + L2) scaled ranks of all days of each series."""
        return scaled_ranks(self.ranked_days)

    @property
    def ranked(self) -> bool:
        """Whether the ranks of each series are worked out already."""
        return "day_ranks" in self.__dict__ and "estimation_ranks" in self.__dict__

    @cached_property
    def estimation_ranks(self) -> Floats:
        """(N, L1) ranks of the standardised residuals of each series among themselves."""
        return plain_ranks(self.standardised)

    @cached_property
    def centred(self) -> Floats:
        """(N, L1) residuals around their own mean, in units of their own standard deviation; 0 on missing days."""
        known = np.isfinite(self.residuals)
        m = self.observed_days[:, None]
        there = np.where(known, self.residuals, 0.0)
        around = np.where(known, there - there.sum(axis=1, keepdims=True) / m, 0.0)
        found: Floats = around / np.sqrt((around**2).sum(axis=1, keepdims=True) / m)
        return found

    def share_of_runs(self, length: int) -> Floats:
        """(N,) share of sums of `length` consecutive estimation days that are above zero; NaN without such a run."""
        if length not in self._runs:
            [self._runs[length]] = shares_of_runs(self.residuals, (length,)).T
        return self._runs[length]

    def over(self, window: Window) -> Cumulated:
        """CARs over a window, worked out once."""
        if window not in self._cumulated:
            self._cumulated[window] = cumulate(self, window)
        return self._cumulated[window]

    def work_out(self, lengths: Iterable[int]) -> None:
        """Work out all that no window has a part in, and the shares of runs of these `lengths`, before series are taken."""
        for name in _BY_SERIES:
            getattr(self, name)
        for length in lengths:
            self.share_of_runs(length)

    @cached_property
    def _runs(self) -> dict[int, Floats]:
        return {}

    def kept(self, what: Any, work: Callable[[], Any]) -> Any:
        """What `work` finds in days that are no event days, kept where series are few, since it is asked again."""
        if self.n > FEW:
            return work()
        if what not in self._of_ordinary_days:
            self._of_ordinary_days[what] = work()
        return self._of_ordinary_days[what]

    @cached_property
    def _of_ordinary_days(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def _cumulated(self) -> dict[Window, Cumulated]:
        return {}

    @cached_property
    def unit_variance(self) -> Floats:
        """(N, L2) V_tt, the variance of a day's abnormal return in units of sigma²."""
        rows, own = self._designs
        ahead = self.basis[rows, self.n_estimation_days :, self.forecast_columns]
        variance: Floats = self.noise[rows] + _squares(ahead)
        return variance[own]

    @cached_property
    def error_scale(self) -> Floats:
        """(N, L2) standard deviation of each event day's error, without that of the estimates, in units of sigma."""
        rows, own = self._designs
        shared = self.basis[rows, self.n_estimation_days :, self.parameters :]
        scale: Floats = np.sqrt(self.noise[rows] + _squares(shared))
        return scale[own]

    @property
    def _designs(self) -> tuple[Ints, Ints]:
        """The rows of `basis` that the series use, and the place of each series' own among them."""
        rows, own = np.unique(self.basis_of, return_inverse=True)
        return rows, own.reshape(-1)

    @property
    def forecast_columns(self) -> slice:
        """The columns of `basis` that enter forecast variances: all, or those after the K parameters."""
        return slice(0 if self.prediction_error else self.parameters, None)

    @cached_property
    def sar(self) -> Floats:
        """(N, L2) standardised abnormal returns AR / sqrt(s² V_tt)."""
        return self.ar / (self.sigma[:, None] * np.sqrt(self.unit_variance))

    def take(self, which: Ints | Bools | slice) -> AbnormalReturns:
        """The series at these positions; designs are shared, not copied, and what is worked out already is kept."""
        part = replace(
            self,
            ar=self.ar[which],
            residuals=self.residuals[which],
            sigma=self.sigma[which],
            df=self.df[which],
            basis_of=self.basis_of[which],
            session_of=self.session_of[which],
            last_close=self.last_close[which],
            around=self.around.take(which) if self.around else None,
            unseen=None if self.unseen is None else self.unseen[which],
        )
        part.__dict__.update({name: known[which] for name, known in self.__dict__.items() if name in _BY_SERIES})
        part._runs.update({length: shares[which] for length, shares in self._runs.items()})
        part._cumulated.update({window: found.take(which) for window, found in self._cumulated.items()})
        return part

    def with_ar(self, ar: Floats) -> AbnormalReturns:
        """The series with other abnormal returns (N, L2); what is worked out of other things is kept."""
        other = replace(self, ar=ar)
        kept = {name: known for name, known in self.__dict__.items() if name in _BY_SERIES - {"sar", "day_ranks"}}
        other.__dict__.update(kept)
        other._runs.update(self._runs)
        other._of_ordinary_days.update(self._of_ordinary_days)
        return other


def _squares(basis: Floats) -> Floats:
    """(D, T) sums of squares over the few columns of (D, T, K): column by column, many times as quick as along them."""
    return sum((column**2 for column in np.moveaxis(basis, 2, 0)), np.zeros(basis.shape[:2]))


FEW = 32
"""Up to so many series, what tests find in their ordinary days is kept."""
_BY_SERIES = {
    "observed_days",
    "day0_sessions",
    "standardised",
    "studentised",
    "unit_variance",
    "error_scale",
    "sar",
    "day_ranks",
    "estimation_ranks",
    "centred",
}
"""What is worked out once, a row a series."""


@dataclass(frozen=True)
class Cumulated:
    """CARs of N series over one window."""

    car: Floats
    """(N,)"""
    unit: Floats
    """(N,) C = i'Vi over the observed days."""
    se: Floats
    """(N,) sigma sqrt(C)."""
    scar: Floats
    """(N,) car / se."""
    n_days: Ints
    """(N,) sessions covered, L_i."""
    used: Bools
    """(N, L) the days that enter."""
    covered: Bools
    """(N,) whether enough of the window was observed (METHODS 0.5): all of up to three days, 80 % of longer windows."""

    def take(self, which: Ints | Bools | slice) -> Cumulated:
        """The CARs of the series at these positions."""
        return Cumulated(*(getattr(self, f.name)[which] for f in fields(self)))


def cumulate(returns: AbnormalReturns, window: Window, left_out: Bools | None = None) -> Cumulated:
    """CARs over `window`, which must lie inside the event window.

    `left_out` (N, L2): days without a return on purpose, which do not count as lacking.
    """
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    ar = returns.ar[:, columns]
    span = returns.span[returns.basis_of, columns]
    within = np.minimum(span, np.arange(1, window.length + 1))
    used = np.isfinite(ar) & (2 * within >= span)  # a return across a gap belongs where at least half of it lies
    n_days = np.where(used, within, 0).sum(axis=1).astype(np.int64)
    car = np.where(used, ar, 0.0).sum(axis=1)
    unit = np.where(used, returns.noise[returns.basis_of, columns], 0.0).sum(axis=1)
    if returns.basis[..., returns.forecast_columns].shape[2]:
        first = returns.n_estimation_days + columns.start
        ahead = returns.basis[returns.basis_of, first : first + window.length, returns.forecast_columns]
        total = np.where(used[:, :, None], ahead, 0.0).sum(axis=1)
        unit = unit + (total**2).sum(axis=1)
    possible = np.clip(np.minimum(returns.last_close, window.end) - window.start + 1, 1, window.length)
    if returns.unseen is not None:
        left_out = returns.unseen if left_out is None else left_out | returns.unseen
    if left_out is not None:
        reached = np.arange(window.start, window.end + 1) <= returns.last_close[:, None]
        possible = possible - (left_out[:, columns] & reached).sum(axis=1)
    needed = possible if window.length <= 3 else np.ceil(0.8 * possible - 1e-9)
    covered = (n_days >= needed) & (n_days > 0) & (np.isfinite(returns.sigma) | returns.bare)
    car, unit = np.where(covered, car, np.nan), np.where(covered, unit, np.nan)
    se = returns.sigma * np.sqrt(unit)
    return Cumulated(car, unit, se, car / se, n_days, used, covered)


def average(ar: Floats) -> tuple[Floats, Ints]:
    """AAR over the first axis, and the number of values behind each; NaN where there is none."""
    n = np.isfinite(ar).sum(axis=0).astype(np.int64)
    return mean_of(np.nansum(ar, axis=0), n), n


def weighted_average(ar: Floats, weights: Floats) -> tuple[Floats, Ints]:
    """As `average`, with `weights` (N,) that are shared out anew among those that have a value."""
    known = np.isfinite(ar)
    total = weights @ known
    mean = np.divide(weights @ np.where(known, ar, 0.0), total, out=np.full(len(total), np.nan), where=total > 0)
    return mean, known.sum(axis=0).astype(np.int64)


def effective_n(weights: Floats) -> float:
    """How many values of equal weight `weights` (N,) that add up to one are worth: 1 / sum w²."""
    return float(1 / (weights**2).sum())


def bhar(ret: Floats, normal: Floats, used: Bools, covered: Bools, *, log: bool) -> Floats:
    """(N,) buy-and-hold abnormal return: compounded return minus compounded normal return over the used days (N, L).

    NaN where one of them lacks either return, or the window is not `covered` (N,).
    Papers: Barber and Lyon (1997); Lyon, Barber and Tsai (1999).
    """
    known = used & np.isfinite(ret) & np.isfinite(normal)
    if log:
        growth, usual = (np.exp(np.where(known, r, 0.0).sum(axis=1)) for r in (ret, normal))
    else:
        growth, usual = (np.prod(np.where(known, 1 + r, 1.0), axis=1) for r in (ret, normal))
    return np.where(covered & (known == used).all(axis=1), growth - usual, np.nan)
