"""From lined-up returns to abnormal ones: for the pairs of a panel, and for equal-weighted portfolios of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, Around, Scaled
from eventstudy.inference.base import NO_ESTIMATION
from eventstudy.language import Phrase
from eventstudy.models import Fit, Model, fit_pairs
from eventstudy.panel import After, Bools, Days, EventBlock, Floats, Ints
from eventstudy.parallel import Executor


@dataclass(frozen=True)
class NearDays:
    """How days around the event window are asked how wild they are."""

    scaled: Scaled = "auto"
    """Whether windows are judged by the scale of their near days, as in `Around`."""
    asked: bool = False
    """They are asked of each pair, however many there are."""


class Fits(NamedTuple):
    """The fit of the pairs of a block; `wide`: the same one of all days after the estimation window, where it reaches them."""

    own: Fit
    wide: Fit | None

    def take(self, which: Ints) -> Fits:
        """Of the pairs at these positions."""
        return Fits(self.own.take(which), None if self.wide is None else self.wide.take(which))


def fits(
    model: Model,
    block: EventBlock,
    after: After | None,
    least: int,
    near: NearDays | None,
    executor: Executor | None = None,
) -> Fits:
    """Fit a model to the pairs of a block, once for their event days and for those around them where it can be."""
    if near is None or after is None or not getattr(model, "each_day", False):
        return Fits(fit_pairs(model, block, least, executor), None)
    wide = fit_pairs(model, after.beside(block), least, executor)
    first = block.event.start - block.estimation.end - 1
    return Fits(wide.within(slice(first, first + block.event.length)), wide)


@dataclass
class _Around:
    """Abnormal returns of all days after the estimation window, worked out when somebody asks."""

    block: EventBlock
    after: After
    model: Model
    min_estimation: int
    prediction_error: bool
    fit: Fit | None
    _found: tuple[Floats, Floats] | None = field(default=None, repr=False)

    def __call__(self) -> tuple[Floats, Floats]:
        if self._found is None:
            wide = self.after.beside(self.block)
            fit = self.fit or fit_pairs(self.model, wide, self.min_estimation)
            last = np.full(wide.n_pairs, wide.event.end)
            made = abnormal_returns(wide, fit, last, prediction_error=self.prediction_error)
            self._found = made.ar, made.unit_variance
        return self._found


def around(
    returns: AbnormalReturns,
    block: EventBlock,
    after: After | None,
    model: Model,
    least: int,
    near: NearDays | None,
    wide: Fit | None = None,
) -> AbnormalReturns:
    """The abnormal returns with what is known of the days around them, unless nobody asks. `wide`: as in `Fits`.

    A model whose variance changes from day to day follows storms by itself, and days that hang together are not compared.
    """
    changing = bool((returns.noise != returns.span).any())
    if near is None or after is None or returns.bare or returns.dependent or changing:
        return returns
    days = returns.n_estimation_days + block.event.end + after.returns.shape[1] - block.estimation.end
    found = Around(
        start=block.estimation.end + 1,
        found=_Around(block, after, model, least, returns.prediction_error, wide),
        rows=np.arange(returns.n),
        left_out=np.zeros((returns.n, days), dtype=bool),
        scaled=near.scaled,
        asked=near.asked,
    )
    return replace(returns, around=found)


def abnormal_returns(block: EventBlock, fit: Fit, last_close: Ints, *, prediction_error: bool) -> AbnormalReturns:
    """What the tests need of a fit; `last_close` (N,) is the last event day that could be observed."""
    days, event = block.estimation_columns, block.event_columns
    return AbnormalReturns(
        ar=fit.ar if block.unseen is None else np.where(block.unseen, np.nan, fit.ar),
        unseen=block.unseen,
        residuals=fit.residuals,
        sigma=fit.sigma,
        df=fit.df,
        basis=fit.basis,
        parameters=fit.parameters,
        basis_of=fit.basis_of,
        span=fit.span,
        noise=fit.noise,
        sessions=np.concatenate([block.sessions[:, days], block.sessions[:, event]], axis=1),
        session_of=block.design,
        row=block.row,
        event=block.event,
        last_close=last_close,
        prediction_error=prediction_error,
        descriptive=fit.descriptive,
        dependent=fit.dependent,
        upper=fit.upper,
        bare=fit.bare,
        donors=fit.donors,
    )


@dataclass(frozen=True)
class Portfolios:
    """Makes the equal-weighted portfolio of any pairs of a panel and runs it as one security (METHODS 3.4, ruling 20)."""

    block: EventBlock
    model: Model
    min_estimation: int
    prediction_error: bool
    after: After | None = None
    """The days after the event window of the pairs."""
    near: NearDays | None = None
    """How the days around are asked how wild they are; None: they are not."""
    left_out: Bools | None = None
    """(N, L1 + D) days of other events of each pair, as in `Around`; None: none."""

    def take(self, which: Ints, block: EventBlock) -> Portfolios:
        """Of the pairs at these positions, whose block is `block`, with the days after their windows and of other events."""
        after = None if self.after is None else self.after.take(which)
        return replace(self, block=block, after=after, left_out=None if self.left_out is None else self.left_out[which])

    def portfolio(self, members: Ints, weights: Floats | None = None) -> tuple[AbnormalReturns | None, str]:
        """The portfolio of the pairs at these positions as one series, or None and why there is none.

        `weights` (N,) add up to one; None: equal ones.
        """
        key = members.tobytes() + (b"" if weights is None else weights.tobytes())
        if key not in self._made:  # most windows count the same pairs
            self._made[key] = self._make(members, weights)
        return self._made[key]

    @cached_property
    def _made(self) -> dict[bytes, tuple[AbnormalReturns | None, str]]:
        return {}

    def _make(self, members: Ints, weights: Floats | None) -> tuple[AbnormalReturns | None, str]:
        if self.min_estimation == 0:
            return None, NO_ESTIMATION
        block = self.block
        designs = np.unique(block.design[members])
        day0 = block.sessions[designs, -block.estimation.start]
        if len(np.unique(day0)) > 1:
            return None, Phrase("the pairs have more than one event date")
        if block.unseen is not None and (block.unseen[members] != block.unseen[members[:1]]).any():
            return None, Phrase("the windows of the pairs differ")
        if not _alike(block, designs):
            return None, Phrase("the firms do not share one calendar and one benchmark")
        mean = _mean(block.returns[members], weights)
        one = replace(
            block,
            returns=mean,
            design=designs[:1].astype(np.int64),
            unseen=None
            if block.unseen is None
            else np.asarray(block.unseen[members].any(axis=0, keepdims=True), dtype=bool),
        )
        after = self.after
        if after is not None:
            after = replace(after, returns=_mean(after.returns[members], weights))
        fit, wide = fits(self.model, one, after, self.min_estimation, self.near)
        if fit.problem[0]:
            return None, Phrase(
                "the portfolio has too few days on which all members traded ({days})", days=int(fit.n_estimation[0])
            )
        end = np.array([block.event.end])
        made = abnormal_returns(one, fit, end, prediction_error=self.prediction_error)
        made = around(made, one, after, self.model, self.min_estimation, self.near, wide)
        if made.around is None or self.left_out is None:
            return made, ""
        return replace(
            made, around=replace(made.around, left_out=np.atleast_2d(self.left_out[members].all(axis=0)))
        ), ""


def _mean(values: Floats, weights: Floats | None) -> Floats:
    """(1, L) of (N, L): the mean of each day on which all have a value."""
    found: Floats = values.mean(axis=0) if weights is None else weights @ values
    return found[None, :]


def _alike(block: EventBlock, designs: Ints) -> bool:
    """Whether these designs are one and the same: equal sessions, spans and regressors."""
    first = designs[0]

    def same(values: Floats | Days) -> bool:
        return all(np.array_equal(values[d], values[first], equal_nan=True) for d in designs[1:])

    return same(block.sessions) and same(block.span) and same(block.regressors)


def _given(ar: Floats, unit: Floats) -> tuple[Floats, Floats]:
    return ar, unit


def combined(returns: AbnormalReturns, weights: Floats) -> AbnormalReturns:
    """Portfolios of series with the `weights` (P, N) on days on which all have a return, as P series.

    With one design for all series this is the fit of the portfolios' own returns.
    """
    near = returns.around
    if near is not None:
        ar, unit = near.days
        mixed = weights @ ar, np.repeat(unit[:1], len(weights), axis=0)
        left_out = np.stack([near.left_out[held != 0].all(axis=0) for held in weights])
        near = replace(near, found=partial(_given, *mixed), rows=np.arange(len(weights)), left_out=left_out)
    unseen = None if returns.unseen is None else returns.unseen.any(axis=0)
    return _as_series(
        replace(returns.take(np.zeros(len(weights), dtype=np.int64)), around=near),
        weights @ returns.ar,
        weights @ returns.residuals,
        None if unseen is None else np.broadcast_to(unseen, (len(weights), returns.event.length)),
    )


def combined_each(returns: AbnormalReturns, parts: int) -> AbnormalReturns:
    """The equal-weighted portfolio of each of so many `parts`, as many series, with one design for all pairs of a part.

    The parts have equally many pairs and follow one another. Nothing is said of the days around.
    """
    n = returns.n // parts
    ar, residuals = (values.reshape(parts, n, -1).mean(axis=1) for values in (returns.ar, returns.residuals))
    unseen = (
        None if returns.unseen is None else np.asarray(returns.unseen.reshape(parts, n, -1).any(axis=1), dtype=bool)
    )
    return _as_series(replace(returns, around=None).take(slice(None, None, n)), ar, residuals, unseen)


def _as_series(like: AbnormalReturns, ar: Floats, residuals: Floats, unseen: Bools | None) -> AbnormalReturns:
    """Portfolios as securities with the designs of the series `like`: sigma and its degrees of freedom from their residuals."""
    m, k = np.isfinite(residuals).sum(axis=1), like.parameters
    centre = np.zeros((len(m), 1)) if k else np.nansum(residuals, axis=1, keepdims=True) / m[:, None]
    df = m - (k or 1)
    return replace(
        like,
        ar=ar,
        residuals=residuals,
        sigma=np.sqrt(np.nansum((residuals - centre) ** 2, axis=1) / df),
        df=df.astype(np.int64),
        last_close=np.full(len(m), like.event.end),
        unseen=unseen,
    )
