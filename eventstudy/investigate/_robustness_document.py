"""Robustness as plain values (schema `eventstudy.robustness/1`), and its sentence, which is made of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.sentences import percent

if TYPE_CHECKING:
    from eventstudy.investigate.robustness import Robustness


def document(found: Robustness) -> dict[str, Any]:
    """The JSON object: decimals, NaN as None."""
    cars = [s.car for s in found.specifications]
    told: dict[str, Any] = {
        "schema": "eventstudy.robustness/1",
        "n": len(cars),
        "lowest": min(cars),
        "median": float(np.median(cars)),
        "highest": max(cars),
        "share_same_sign": found.share_same_sign,
        "share_significant": _plain(found.share_significant),
        "n_judged": sum(bool(np.isfinite(s.p)) for s in found.specifications),
        "drivers": found.drivers,
        "interaction": found.interaction,
        "tests": list(found.tests),
        "peers": list(found.peers),
        "firms": [
            {k: _plain(v) if isinstance(v, float) else v for k, v in row.items()}
            for row in found.firms().astype(object).to_dict("records")
        ],
        "cautions": list(found.cautions),
        "left_out": list(found.left_out),
        "specifications": [
            {
                "model": s.model,
                "benchmark": s.benchmark,
                "estimation_window": list(s.estimation_window),
                "window": list(s.window),
                "returns": s.returns,
                "own": found.is_own(s),
                "same_sign": found.same_sign(s),
                "n": s.judged.n,
                "car": s.car,
                "ci_low": _plain(s.judged.low),
                "ci_high": _plain(s.judged.high),
                "test": s.judged.test or None,
                "p": _plain(s.p),
            }
            for s in found.specifications
        ],
    }
    return told | {"believable": not found.instead, "sentence": found.instead[-1] if found.instead else sentence(told)}


def sentence(told: Mapping[str, Any]) -> str:
    """What the choices change, in a few sentences."""
    judged, n = told["n_judged"], told["n"]
    share = f"{100 * told['share_significant']:.0f} %" if judged else "none"
    of = "" if judged == n else f" of the {judged} that a test is valid for"
    text = (
        f"{n} specifications: CAR from {percent(told['lowest'])} to {percent(told['highest'])}, median"
        f" {percent(told['median'])}; {100 * told['share_same_sign']:.0f} % have the sign of the study's own for the same"
        f" window, {share}{of} have p below 5 %."
    )
    names = [(name.replace("_", " "), s) for name, s in told["drivers"].items() if s > 0]
    if names:
        text += f" What matters most: {names[0][0]} ({100 * names[0][1]:.0f} % of the variance)"
        text += f", then {names[1][0]} ({100 * names[1][1]:.0f} %)." if len(names) > 1 else "."
    return text + f" All {n} rest on the same days: they are one piece of evidence seen from {n} sides, not {n} pieces."


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
