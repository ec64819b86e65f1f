"""Donors: the peers of a design that a counterfactual is made of."""

from __future__ import annotations

import numpy as np

from eventstudy.panel.block import Bools, EventBlock, Floats


def donors_required(available: tuple[str, ...]) -> tuple[str, ...]:
    """The regressors `@TICKER` of a block; `peer` where it has none, so that the study asks for peers."""
    return tuple(name for name in available if name.startswith("@")) or ("peer",)


def donors_of(block: EventBlock, design: int) -> tuple[tuple[str, ...], Floats]:
    """The tickers (J,) and returns (T, J) of a design's donors: those that have a return on every day it is compared."""
    names = donors_required(block.names)
    values = block.columns(names)[design]
    mine = np.flatnonzero((np.isfinite(values) | ~known_days(block)[design][:, None]).all(axis=0))
    return tuple(names[j][1:] for j in mine), values[:, mine]


def known_days(block: EventBlock) -> Bools:
    """(D, T) the days on which the donors of a design have returns."""
    return np.isfinite(block.columns(("peer",))[:, :, 0])
