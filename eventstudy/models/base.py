"""What a normal-return model is, and what a fit hands over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from eventstudy.language import Phrase
from eventstudy.panel.block import EventBlock, Floats, Ints


class Note(NamedTuple):
    """What a fit has to say of one pair: `pair` is its position, `code` a capital name, `message` a sentence."""

    pair: int
    code: str
    message: Phrase


@dataclass(frozen=True)
class Fit:
    """Normal returns of N pairs: M_i valid estimation days of L1, L2 event days, K estimated parameters.

    Var(AR over the event window) = sigma² V with V = diag(noise) + G G', where G are the event rows of `basis`: everything the
    tests need. NaN = no value that day.
    """

    names: tuple[str, ...]
    """P names of what is reported, `alpha` first where there is one."""
    params: Floats
    """(N, P) NaN where a pair has no such parameter."""
    sigma: Floats
    """(N,) residual standard deviation; NaN where `problem` says why."""
    df: Ints
    """(N,) degrees of freedom of sigma: M - K, or M - 1 where nothing is estimated."""
    n_estimation: Ints
    """(N,) M, the complete cases."""
    expected: Floats
    """(N, L2) normal returns of the event window."""
    ar: Floats
    """(N, L2) abnormal returns."""
    residuals: Floats
    """(N, L1) estimation residuals, each scaled to the standard deviation sigma (differences where nothing is estimated)."""
    basis: Floats
    """(B, L1 + L2, K + ...) regressors in coordinates in which the estimation cross product is the identity (X R⁻¹).

    Columns after the first K, zero on estimation days, carry what the errors of event days have in common.
    """
    parameters: int
    """K as the tests count it: columns of `basis` that were estimated."""
    basis_of: Ints
    """(N,) the row of `basis`, `span` and `noise` of each pair."""
    span: Floats
    """(B, L2) sessions each event-window return covers."""
    noise: Floats
    """(B, L2) variance of each event day's own error over sigma²: `span`, or a forecast of a changing variance."""
    problem: NDArray[np.object_]
    """(N,) empty, or why there is no fit: MIN_EST, COLLINEAR, ZERO_VARIANCE, ..."""
    notes: tuple[Note, ...] = ()
    descriptive: str = ""
    """Why sigma and V say little, so that a t by them only describes; empty where they do what they should."""
    dependent: str = ""
    """Why days must not be exchanged for one another; empty where they may."""
    upper: bool = False
    """Whether only an increase counts: p-values are those of the upper tail."""
    bare: bool = False
    """Whether there are no estimation days: no sigma, no residuals."""
    donors: Callable[[int], Floats] | None = None
    """Design -> (J, L1 + L2) errors of each of its donors, fitted by the other donors; None where the model has no donors."""

    def within(self, days: slice) -> Fit:
        """The same fits on these of their event days alone; of models in which each day stands by itself (`each_day`)."""
        m = self.residuals.shape[1]
        return replace(
            self,
            expected=self.expected[:, days],
            ar=self.ar[:, days],
            basis=np.concatenate([self.basis[:, :m], self.basis[:, m:][:, days]], axis=1),
            span=self.span[:, days],
            noise=self.noise[:, days],
        )

    def take(self, which: Ints) -> Fit:
        """The fits of the pairs at these positions; designs are shared, not copied."""
        place = {int(i): new for new, i in enumerate(which)}
        return replace(
            self,
            params=self.params[which],
            sigma=self.sigma[which],
            df=self.df[which],
            n_estimation=self.n_estimation[which],
            expected=self.expected[which],
            ar=self.ar[which],
            residuals=self.residuals[which],
            basis_of=self.basis_of[which],
            problem=self.problem[which],
            notes=tuple(note._replace(pair=place[note.pair]) for note in self.notes if note.pair in place),
        )


class Model(Protocol):
    """A normal-return model: one file of `eventstudy/models/` each, in its attribute `MODEL`.

    What else a model may say of itself, each false where it says nothing: `each_day`, each event day stands by itself;
    `needs_order`, a day depends on the days next to it; `estimates_nothing`, it needs no estimation days; `excess`, it is of
    returns over the risk-free rate, not of changes of a level; `of_volume`, it can be asked what volume is normal.
    """

    @property
    def summary(self) -> str:
        """One line: what is normal."""
        ...

    @property
    def assumes(self) -> str:
        """When it is right."""
        ...

    @property
    def fails(self) -> str:
        """When it is not."""
        ...

    @property
    def paper(self) -> str:
        """Authors and year."""
        ...

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The regressors the model needs, given those a block has; the study says which are lacking."""
        ...

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs of a block. No pair is left out: `Fit.problem` says which have no fit."""
        ...
