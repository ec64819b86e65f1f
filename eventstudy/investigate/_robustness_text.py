"""Robustness as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventstudy.sentences import p_text, percent
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.robustness import Robustness, Specification

_SHOWN = 3
_FIRMS = 20
"""Up to so many firms are shown by themselves."""


def text(found: Robustness) -> str:
    """The finding, what each option says, and the extremes."""
    lines = [*wrapped(found.sentence), ""]
    table = [["choice", "option", "specifications", "median CAR", "smallest", "largest", "p < 5 %"]]
    before = ""
    for row in found.options().to_dict("records"):
        choice, significant = row["choice"], row["share_significant"]
        heading = f"{choice.replace('_', ' ')} ({100 * row['share']:.0f} %)" if choice != before else ""
        before = choice
        figures = [percent(row[name]) for name in ("median", "lowest", "highest")]
        shown = f"{100 * significant:.0f} %" if significant == significant else "n/a"
        table.append([heading, row["option"], str(row["n"]), *figures, shown])
    lines += columns(table, range(2, 7)).splitlines()
    lines += wrapped("per cent beside a choice: its share of the variance of the CARs; p by " + ", ".join(found.tests))
    lines += wrapped(f"peers: equal-weighted index of {', '.join(found.peers)}") if found.peers else []
    lines += _firms(found)
    ordered = sorted(found.specifications, key=lambda s: s.car)
    extremes = [*ordered[:_SHOWN], *ordered[-_SHOWN:]] if len(ordered) > 2 * _SHOWN else ordered
    lines += ["", "the lowest and the highest (--format csv shows all):"]
    lines += columns([_row(s) for s in extremes], (4, 5)).splitlines()
    lines += [line for said in found.cautions for line in wrapped(said)]
    lines += [line for said in found.left_out for line in wrapped(f"left out: {said}")]
    return "\n".join(lines)


def _firms(found: Robustness) -> list[str]:
    """How the CAR of each firm by itself fares, in a line or two."""
    table = found.firms()
    if table.empty:
        return []
    shown = table.iloc[:_FIRMS]
    each = [
        f"{ticker} {100 * same:.0f}/{100 * hits:.0f}"
        for ticker, same, hits in zip(
            shown["ticker"], shown["share_same_sign"], shown["share_significant"], strict=True
        )
    ]
    more = f", and {len(table) - len(shown)} more" if len(table) > len(shown) else ""
    return wrapped(f"firm by firm, % with the sign of its own / % with p < 5 % (exact t): {', '.join(each)}{more}")


def _row(one: Specification) -> list[str]:
    words = [one.model, f"benchmark {one.benchmark}", f"estimated on {one.estimation_window}", f"{one.returns} returns"]
    return [words[0], words[1], words[2], words[3], f"CAR{one.window} {percent(one.car)}", f"p {p_text(one.p)}"]
