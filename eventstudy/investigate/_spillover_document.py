"""Groups side by side as a JSON object (schema `eventstudy.spillover/1`), and their sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.document import warnings_as_dicts
from eventstudy.sentences import LEVEL, listed, p_text, percent

if TYPE_CHECKING:
    from eventstudy.investigate.spillover import GroupAnswer, Spill, Spillover, Verdict

SCHEMA = "eventstudy.spillover/1"


def document(found: Spillover) -> dict[str, Any]:
    """All of it as plain values; every figure of a sentence stands there too."""
    result = found.result
    return {
        "schema": SCHEMA,
        "events": [{"id": event.id, "title": event.title} for event in result.events],
        "day0": str(np.unique(result.returns.day0_sessions)[0]),
        "day0_policy": result.day0_policy,
        "level": LEVEL,
        "doubt": found.doubt or None,
        "believable": found.result.believable,
        "windows": [_spill(spill) for spill in found.windows],
        "config": result.config.as_dict(),
        "provenance": dict(result.provenance),
        "excluded": [e._asdict() for e in result.exclusions],
        "warnings": warnings_as_dicts((*result.warned, *found.warned)),
    }


def _spill(spill: Spill) -> dict[str, Any]:
    alike = spill.alike
    return {
        "start": spill.window.start,
        "end": spill.window.end,
        "groups": [
            {"role": g.role, "name": g.name, "tickers": list(g.tickers), **_verdict(g.answer), "moved": g.moved or None}
            for g in spill.groups
        ],
        "differences": [{"one": d.one, "other": d.other, **_verdict(d.answer)} for d in spill.differences],
        "alike": {
            "statistic": _number(alike.statistic),
            "df": [spill.restrictions, _number(alike.df)],
            "p": _number(alike.p_value),
            "valid": alike.valid,
            "reasons": list(alike.reasons),
        },
        "gained": [vars(firm) for firm in spill.gained],
        "lost": [vars(firm) for firm in spill.lost],
        "sentence": sentence(spill),
    }


def _verdict(answer: Verdict) -> dict[str, Any]:
    return {name: _number(value) for name, value in vars(answer).items()} | {"stands_out": answer.stands_out}


def _number(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else value


def sentence(spill: Spill) -> str:
    """Which groups lost, which gained, which did not stand out, and whether they differ: what happened, never why."""
    if spill.instead:
        return spill.instead[-1]
    by_move: dict[str, list[GroupAnswer]] = {"lost": [], "gained": [], "": []}
    for group in spill.groups:
        by_move[group.moved].append(group)
    told = [
        f"{word}: {listed(f'{g.name} {percent(g.answer.car)} (p {p_text(g.answer.p_adjusted)})' for g in by_move[kind])}"
        for kind, word in (("lost", "lost"), ("gained", "gained"), ("", "not out of the ordinary"))
        if by_move[kind]
    ]
    return f"Over {spill.window} {'; '.join(told)}. {_alike(spill)}{_furthest(spill)}"


def _alike(spill: Spill) -> str:
    if not spill.alike.valid or not np.isfinite(spill.alike.p_value):
        return "Whether they differ cannot be told jointly."
    verdict = "do not differ by more than chance" if spill.alike.p_value >= LEVEL else "did not all move alike"
    return f"The groups {verdict} (F p {p_text(spill.alike.p_value)})."


def _furthest(spill: Spill) -> str:
    """The two groups furthest apart."""
    if not spill.differences:
        return ""
    most = max(spill.differences, key=lambda d: abs(d.answer.car))
    verdict = "" if most.answer.stands_out else ", which is not out of the ordinary"
    size = f"{percent(most.answer.car)} (p {p_text(most.answer.p_adjusted)})"
    return f" Furthest apart: {most.one} minus {most.other} {size}{verdict}."
