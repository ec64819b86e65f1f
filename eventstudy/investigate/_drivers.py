"""Which choice matters most: how much of the variance of the answers goes with each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from eventstudy.panel import Floats

NONE = "none"
"""The option of a choice that another choice makes void: the benchmark of a model that uses none."""


def drivers_of(choices: Mapping[str, Sequence[str]], values: Sequence[float]) -> tuple[dict[str, float], float]:
    """Choice -> its share of the variance of the `values`, the largest first; and the share of what they do together.

    The values are laid out over all combinations of options and split as in an analysis of variance with main effects: a
    choice's share is what the fit loses in explained sum of squares when that choice alone is taken out (type II). In a full
    grid this is the variance between the means of its options, and the shares and the interaction add to one. A value whose
    option is `none` holds for every other option of that choice, so it enters once for each: a model without a benchmark says
    the same under all of them.
    """
    table, y = _laid_out(pd.DataFrame(choices, dtype=object), np.asarray(values, dtype=float))
    total = float(((y - y.mean()) ** 2).sum())
    if total <= 1e-24 * max(float((y**2).sum()), np.finfo(float).tiny):
        return dict.fromkeys(choices, 0.0), 0.0
    dummies = {name: _dummies(table[name]) for name in choices}
    left = _left(list(dummies.values()), y)
    shares = {
        name: max(0.0, (_left([d for other, d in dummies.items() if other != name], y) - left) / total)
        for name in choices
    }
    return dict(sorted(shares.items(), key=lambda item: -item[1])), left / total


def _laid_out(table: pd.DataFrame, y: Floats) -> tuple[pd.DataFrame, Floats]:
    """The rows, those with a void choice once for every option it could have had."""
    names = [str(name) for name in table]
    table = table.assign(_value=y)
    for name in names:
        options = [o for o in dict.fromkeys(table[name]) if o != NONE]
        void = table[name] == NONE
        if options and void.any():
            filled = [table[void].assign(**{name: option}) for option in options]
            table = pd.concat([table[~void], *filled], ignore_index=True)
    return table.drop(columns="_value"), table["_value"].to_numpy(float)


def _dummies(column: pd.Series) -> Floats:
    """(rows, options - 1) indicators of all options but the first."""
    codes, options = pd.factorize(column)
    indicators: Floats = (codes[:, None] == np.arange(1, len(options))).astype(float)
    return indicators


def _left(dummies: list[Floats], y: Floats) -> float:
    """Sum of squares that main effects of these choices leave."""
    x = np.column_stack([np.ones(len(y)), *dummies])
    solved = np.linalg.lstsq(x.T @ x, x.T @ y, rcond=1e-12)[0]  # zeros and ones: nothing is lost by the cross product
    return float(((y - x @ solved) ** 2).sum())
