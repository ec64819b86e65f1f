"""A normal return of the user's own: a Python function of arrays, asked pair by pair (METHODS 8.8)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, cast

import numpy as np

from eventstudy import plugins
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.models.base import Fit
from eventstudy.models.pairwise import Single, fit_each, least_squares
from eventstudy.panel.block import EventBlock, Floats, Ints

OwnFunction = Callable[[Floats, Floats, Floats], tuple[Floats, Floats, int]]
"""(y (M,), X (M, F), X_event (L, F)) -> expected returns (L,), residuals (M,), and K, how many parameters were estimated."""


@dataclass(frozen=True)
class OwnModel:
    """R = what `function` makes of the benchmark and the factors.

    sigma is the root of the sum of squared residuals over M - K; V is that of least squares on a constant and X, since the
    function does not say how sure it is.
    """

    name: str
    function: OwnFunction
    apart: ClassVar[bool] = True
    summary: ClassVar[str] = "a function of the user's own"
    assumes: ClassVar[str] = "what the function assumes; forecast errors of about the size of least squares"
    fails: ClassVar[str] = "where the function sees the event window, or fits what it is judged by"
    paper: ClassVar[str] = ""

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The benchmark and all factors; no peers."""
        return tuple(n for n in available if n != "peer" and not n.startswith("@"))

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; see `Fit` for the shapes."""
        x = block.columns(self.requires(block.names))
        known = np.isfinite(x).all(axis=2) & np.isfinite(block.span)

        def single(i: int, rows: Ints) -> Single | str:
            d = block.design[i]
            ahead = known[d, block.event_columns]
            y, own, event = block.returns[i, rows].copy(), x[d, rows].copy(), x[d, block.event_columns][ahead].copy()
            expected, residuals, k = self._asked(y, own, event)
            span = block.span[d]
            design, later = (np.column_stack([span[r], x[d, r]]) for r in (rows, block.event_columns))
            found = least_squares(design, y, np.where(ahead[:, None], later, 0.0), span[rows])
            if isinstance(found, str):
                return found
            wide = np.full(len(ahead), np.nan)
            wide[ahead] = expected
            df = len(rows) - k
            return Single({}, float(np.sqrt((residuals**2).sum() / df)), df, wide, residuals, found[2])

        return fit_each(block, known, x.shape[2] + 1, min_estimation, single)

    def _asked(self, y: Floats, x: Floats, event: Floats) -> tuple[Floats, Floats, int]:
        """What the function gives, checked.

        Raises:
            InvalidRequest: it is of another shape, not finite, or estimates more than there are days.
        """
        shapes = Sentence(
            "expected returns ({n},), residuals ({all},), and K, a whole number", n=len(event), all=len(y)
        )
        try:
            expected, residuals, k = self.function(y, x, event)
            expected, residuals = np.asarray(expected, dtype=float), np.asarray(residuals, dtype=float)
            whole = int(k) == k
        except (TypeError, ValueError) as error:
            raise InvalidRequest(
                Sentence("the model {name} gave something else: {said}", name=self.name, said=error), available=shapes
            ) from error
        if expected.shape != (len(event),) or residuals.shape != (len(y),):
            got = f"{expected.shape} and {residuals.shape}"
            raise InvalidRequest(
                Sentence("the model {name} gave arrays of the shapes {got}", name=self.name, got=got), available=shapes
            )
        if not (np.isfinite(expected).all() and np.isfinite(residuals).all()):
            raise InvalidRequest(
                Sentence("the model {name} gave values that are not finite", name=self.name), available=shapes
            )
        if not whole or not 0 <= k < len(y):
            raise InvalidRequest(
                Sentence("the model {name} says that it estimated {k!r} parameters", name=self.name, k=k),
                available=shapes,
            )
        return expected, residuals, int(k)


def own_model(function: OwnFunction) -> str:
    """The name, `module:function`, under which a function is a model from now on.

    Raises:
        InvalidRequest: it cannot be found again by its name, so that another process could not: a lambda, a function within
            another one.
    """
    module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    try:
        found: Any = reduce(getattr, name.split("."), cast(Any, sys.modules[module]))
    except (AttributeError, KeyError):
        found = None
    if found is not function:
        raise InvalidRequest(
            Sentence("the model {name!r} cannot be found by its name", name=name or function),
            hint=Sentence("write it as a function of a module: def normal(y, X, X_event): ..."),
        )
    plugins.give("models", f"{module}:{name}", OwnModel(f"{module}:{name}", function))
    return f"{module}:{name}"
