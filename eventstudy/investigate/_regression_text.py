"""Regressions, one a window, as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventstudy.sentences import p_text
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.regression import Regression


def text_of(found: Sequence[Regression]) -> str:
    """The coefficients of each window, how they were judged, and what to know."""
    ranks = any(c.rank_p is not None for one in found for c in one.coefficients)
    rows = [["window", "", "coefficient", "95 % interval", "t", "p", *(["p (ranks)"] if ranks else [])]]
    for one in found:
        for i, c in enumerate(one.coefficients):
            name = str(one.window) if i == 0 else ""
            figures = [f"{c.value:+.5g}", f"{c.low:+.5g} .. {c.high:+.5g}", f"{c.t:+.2f}", p_text(c.p)]
            rows.append([name, c.name, *figures, *([p_text(c.rank_p or float("nan"))] if ranks else [])])
    lines = [*columns(rows, range(2, 7)).splitlines(), ""]
    for one in found[:1]:
        who = f"{one.n} pairs, {one.n_dates} date{'s' if one.n_dates > 1 else ''}"
        how = f"{who}; {one.method}; standard errors: {one.covariance}"
        lines += wrapped(f"{how}; t with {one.df:g} degrees of freedom; coefficients are decimals of CAR a unit")
    lines += [line for said in dict.fromkeys(one.sentence for one in found) for line in wrapped(said)]
    lines += dict.fromkeys(line for one in found for w in one.warned for line in wrapped(f"{w.code} {w.message}"))
    lines += dict.fromkeys(f"left out {e.ticker} ({e.event_id}): {e.message}" for one in found for e in one.excluded)
    return "\n".join(lines)
