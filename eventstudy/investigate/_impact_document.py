"""Impact as plain values (schema `eventstudy.impact/1`), and its sentence, which is made of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.sentences import p_text
from eventstudy.windows import Window

if TYPE_CHECKING:
    from eventstudy.investigate.impact import Impact

_NAMED = 3
"""Up to so many firms are named where they make no portfolio."""


def document(found: Impact) -> dict[str, Any]:
    """The JSON object: amounts in units of the currency, NaN as None."""
    told: dict[str, Any] = {
        "schema": "eventstudy.impact/1",
        "currency": found.currency,
        "firms": [
            {"event_id": f.event_id, "ticker": f.ticker, "start": f.window.start, "end": f.window.end}
            | _plain(vars(f.stake))
            | _plain(vars(f.amount))
            | _plain({"headline": f.headline, "headline_p": f.headline_p})
            for f in found.firms
        ],
        "totals": [
            {"start": t.window.start, "end": t.window.end, "tickers": list(t.tickers)}
            | _plain(vars(t.amount))
            | _plain({"headline": t.headline, "headline_p": t.headline_p})
            for t in found.totals
        ],
        "no_total": found.no_total,
        "doubt": found.doubt,
        "cautions": list(found.cautions),
        "excluded": [e._asdict() for e in found.excluded],
    }
    return told | {"believable": not found.instead, "sentence": found.instead[-1] if found.instead else sentence(told)}


def sentence(told: Mapping[str, Any]) -> str:
    """What the first window brought: all firms together where they make a portfolio, else one by one."""
    first = told["firms"][0]
    span = (first["start"], first["end"])
    whole = [t for t in told["totals"] if (t["start"], t["end"]) == span]
    alone = [f for f in told["firms"] if (f["start"], f["end"]) == span]
    rows = [(f"the {len(t['tickers'])} firms {', '.join(t['tickers'])}", t) for t in whole]
    rows = rows or [(f["ticker"], f) for f in alone[:_NAMED]]
    texts = [f"{name} {_one(row, row.get('currency', told['currency']))}" for name, row in rows]
    more = f"; and {len(alone) - len(rows)} more" if not whole and len(alone) > len(rows) else ""
    lacking = len({(e["event_id"], e["ticker"]) for e in told["excluded"]})
    left = f" {lacking} more could not be counted." if lacking else ""
    return f"Market value over {Window(*span)}: {'; '.join(texts)}{more}.{left}"


def _one(row: Mapping[str, Any], currency: str) -> str:
    raw, abnormal, low, high = (money(row[name], currency) for name in ("raw", "abnormal", "low", "high"))
    test = f"p {p_text(row['headline_p'])} by {row['headline']}"
    return f"{raw} in all, {abnormal} abnormal (95 % from {low} to {high}; {test})"


def money(value: float | None, currency: str, *, sign: bool = True) -> str:
    """An amount as shown to people: in billions or millions."""
    if value is None or not np.isfinite(value):
        return "n/a"
    unit, name = (1e9, "billion") if abs(value) >= 1e9 else (1e6, "million")
    return f"{value / unit:{'+' if sign else ''},.1f} {name} {currency}".rstrip()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in values.items()}
