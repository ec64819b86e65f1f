"""A counterfactual as plain values (schema `eventstudy.counterfactual/1`), and its sentence, which is made of nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.panel import Floats
from eventstudy.sentences import LEVEL, listed, p_text, percent
from eventstudy.windows import Window

if TYPE_CHECKING:
    from eventstudy.investigate.counterfactual import Counterfactual

Plain = Mapping[str, Any]


def document(found: Counterfactual) -> dict[str, Any]:
    """The JSON object: decimals, NaN as None."""
    told: dict[str, Any] = {
        "schema": "eventstudy.counterfactual/1",
        "models": list(found.models),
        "donors": list(found.donors),
        "rows": [
            {
                "event_id": r.event_id,
                "ticker": r.ticker,
                "model": r.model,
                "start": r.window.start,
                "end": r.window.end,
                "car": r.car,
                "test": r.test or None,
                "p": _plain(r.p),
                "p_time": _plain(r.p_time),
                "p_conformal": _plain(r.p_conformal),
                "in_space": {
                    **vars(r.in_space),
                    "ratio": _plain(r.in_space.ratio),
                    "smallest_p": r.in_space.smallest_p,
                }
                if r.in_space
                else None,
                "rmspe": r.rmspe,
                "weights": r.weights,
                "donors": list(r.donors),
            }
            for r in found.rows
        ],
        "paths": [
            {
                "event_id": p.event_id,
                "ticker": p.ticker,
                "model": p.model,
                "currency": p.currency,
                "rel_days": list(p.rel_days),
                "sessions": list(p.sessions),
                "actual": _plain_all(p.actual),
                "counterfactual": _plain_all(p.counterfactual),
            }
            for p in found.paths
        ],
        "cautions": list(found.cautions),
        "left_out": list(found.left_out),
    }
    return told | {"believable": not found.instead, "sentence": found.instead[-1] if found.instead else sentence(told)}


def sentence(told: Plain) -> str:
    """What the models say of the first window: of one pair each by itself, of several how often they agree."""
    first = told["rows"][0]
    span = (first["start"], first["end"])
    pairs: dict[tuple[str, str], list[Plain]] = {}
    for row in told["rows"]:
        if (row["start"], row["end"]) == span:
            pairs.setdefault((row["event_id"], row["ticker"]), []).append(row)
    window = str(Window(*span))
    if len(pairs) == 1:
        return _of_one(told, next(iter(pairs.values())), window)
    same = [rows for rows in pairs.values() if len({np.sign(r["car"]) for r in rows}) == 1]
    clear = [rows[0]["ticker"] for rows in same if all(_below(r) for r in rows)]
    if len(told["models"]) == 1:
        text = f"{len(pairs)} pairs over {window}: {told['models'][0]} finds p below 5 % for {len(clear)}"
        return text + (f" ({listed(clear)})." if clear else ".")
    text = (
        f"{len(pairs)} pairs over {window}: the {len(told['models'])} models ({listed(told['models'])}) agree on the sign for"
        f" {len(same)}; all of them find p below 5 % for {len(clear)}"
    )
    return text + (f" ({listed(clear)})." if clear else ".")


def _of_one(told: Plain, rows: Sequence[Plain], window: str) -> str:
    ticker = rows[0]["ticker"]
    each = [f"{percent(r['car'])} by {r['model']} ({_judged(r)})" for r in rows]
    text = f"{ticker} over {window}: abnormal {listed(each)}."
    signs = {np.sign(r["car"]) for r in rows}
    if len(rows) > 1:
        agree = "They agree on the sign" if len(signs) == 1 else "They do not agree on the sign"
        hits = sum(_below(r) for r in rows)
        text += f" {agree}; {hits} of {len(rows)} have p below 5 %."
    space = [r for r in rows if r["in_space"] and r["donors"]]
    if space:
        one = space[-1]
        at = one["in_space"]
        text += (
            f" Among {at['donors']} donors in its place ({one['model']}) it ranks {at['rank']}, p {p_text(at['p'])}"
            f" (the smallest possible is {p_text(at['smallest_p'])})."
        )
    return text


def _judged(row: Plain) -> str:
    return f"p {p_text(row['p'])}" if row["p"] is not None else "no valid test"


def _below(row: Plain) -> bool:
    return row["p"] is not None and bool(row["p"] < LEVEL)


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _plain_all(values: Floats) -> list[float | None]:
    return [_plain(value) for value in values.tolist()]
