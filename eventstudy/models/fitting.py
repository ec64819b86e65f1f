"""From the choices of a study to its model, and from a model to the fits of all pairs.

Models that are fitted pair by pair go in pieces of one size, whoever works on them: the number of workers changes no digit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from eventstudy import plugins
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.models.base import Fit, Model
from eventstudy.models.linear import LinearModel
from eventstudy.models.watching import heard, watched
from eventstudy.panel.block import EventBlock, Floats, Ints
from eventstudy.parallel import Executor, Serial, one_thread


def model_of(config: StudyConfig) -> Model:
    """The model of that name: without intercept where `alpha` is off, with autocorrelated errors where volume is studied.

    Raises:
        InvalidRequest: the model has no intercept to leave out, or nothing would be left of it.
    """
    model: Model = plugins.load("models", config.model)
    if not config.alpha:
        if not isinstance(model, LinearModel) or model.difference or model.factors == () or config.outcome == "volume":
            raise InvalidRequest(
                Sentence("the model {model} cannot do without its intercept", model=config.model),
                available=Sentence("market, capm, peer, factors and the Fama-French models"),
                hint=Sentence("leave out --no-alpha"),
            )
        model = replace(model, intercept=False)
    if config.outcome == "volume":
        from eventstudy.models.autoregressive import autoregressive

        return autoregressive(model)
    return model


PIECE = 16
"""Pairs of a piece: some tenths of a second of GARCH."""


def fit_pairs(model: Model, block: EventBlock, min_estimation: int, executor: Executor | None = None) -> Fit:
    """Fit all pairs of a block: a model that says `apart` in pieces, by the executor; any other at once, here."""
    if not getattr(model, "apart", False):
        return model.fit(block, min_estimation)
    if block.n_pairs <= PIECE:
        return _fit((model, min_estimation), block)
    rows = [np.arange(i, min(i + PIECE, block.n_pairs)) for i in range(0, block.n_pairs, PIECE)]
    watcher = heard()

    def done(i: int, n: int) -> None:
        if watcher is not None:
            watcher("pairs fitted", min(i * PIECE, block.n_pairs), block.n_pairs)

    pieces = [cut(block, some) for some in rows]
    with watched(None):
        return joined((executor or Serial()).run(_fit, (model, min_estimation), pieces, done))


def _fit(shared: tuple[Model, int], piece: EventBlock) -> Fit:
    model, min_estimation = shared
    with one_thread():
        return model.fit(piece, min_estimation)


def cut(block: EventBlock, rows: Ints) -> EventBlock:
    """The pairs at these positions with the designs they use."""
    designs, which = np.unique(block.design[rows], return_inverse=True)
    return replace(
        block,
        returns=block.returns[rows],
        design=which.reshape(-1).astype(np.int64),
        regressors=block.regressors[designs],
        sessions=block.sessions[designs],
        row=None if block.row is None else block.row[designs],
        span=block.span[designs],
    )


def joined(fits: list[Fit]) -> Fit:
    """One fit of the pairs of all `fits`, which are by one model, in their order."""
    names = tuple(dict.fromkeys(name for fit in fits for name in fit.names))
    k = max(fit.parameters for fit in fits)
    first = np.cumsum([0, *(len(fit.ar) for fit in fits)])
    rows = np.cumsum([0, *(len(fit.basis) for fit in fits)])

    def stack(what: str) -> Any:
        return np.concatenate([getattr(fit, what) for fit in fits])

    return replace(
        fits[0],
        names=names,
        params=np.concatenate([_named(fit, names) for fit in fits]),
        basis=_bases(fits, k),
        parameters=k,
        basis_of=np.concatenate([fit.basis_of + start for fit, start in zip(fits, rows, strict=False)]),
        notes=tuple(
            note._replace(pair=note.pair + int(start))
            for fit, start in zip(fits, first, strict=False)
            for note in fit.notes
        ),
        **{what: stack(what) for what in _STACKED},
    )


_STACKED = ("sigma", "df", "n_estimation", "expected", "ar", "residuals", "span", "noise", "problem")


def _named(fit: Fit, names: tuple[str, ...]) -> Floats:
    """(N, P) the parameters under these names; NaN where the fit has none of that name."""
    params = np.full((len(fit.params), len(names)), np.nan)
    params[:, [names.index(name) for name in fit.names]] = fit.params
    return params


def _bases(fits: list[Fit], k: int) -> Floats:
    """(B, L1 + L2, k + ...) all bases one under the other: K estimated columns first, then what event days share."""
    shared = max(fit.basis.shape[2] - fit.parameters for fit in fits)
    bases = np.zeros((sum(len(fit.basis) for fit in fits), fits[0].basis.shape[1], k + shared))
    row = 0
    for fit in fits:
        here, own = slice(row, row + len(fit.basis)), fit.parameters
        bases[here, :, :own] = fit.basis[:, :, :own]
        bases[here, :, k : k + fit.basis.shape[2] - own] = fit.basis[:, :, own:]
        row += len(fit.basis)
    return bases
