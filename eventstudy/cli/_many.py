"""Sums over many pairs as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventstudy.sentences import p_text, percent
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.aggregated import AggregateResult


def many_screen(result: AggregateResult, *, verbose: bool = False) -> str:
    """A row a window, what was left out, what to know; `verbose` adds every test of every window."""
    head = ["window", "pairs", "CAAR", "95 % interval", "BHAAR", "headline", "p"]
    rows = [head]
    for answer in result.answers.values():
        interval = f"{percent(answer.interval[0])} .. {percent(answer.interval[1])}" if answer.interval else ""
        p = p_text(answer.tests[answer.headline].p_value) if answer.headline else ""
        told = [percent(answer.caar), interval, percent(answer.bhaar), answer.headline or "no valid test", p]
        rows.append([str(answer.window), f"{answer.n:,}", *told])
    blocks = [
        wrapped(f"{result.n_events:,} events, {result.n:,} pairs; sums were kept, not pairs (--keep pairs shows each)"),
        [] if result.believable else [line for said in result.summary().splitlines() for line in wrapped(said)],
        columns(rows, (1, 2, 3, 4, 6)).splitlines(),
        _tests(result) if verbose else [],
        [line for n in _left_out(result) for line in wrapped(n)],
        [line for w in result.warned if w not in result.doubts_of() for line in wrapped(f"{w.code}: {w.message}")],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _left_out(result: AggregateResult) -> list[str]:
    first = {e.reason: e for e in reversed(result.exclusions)}
    return [
        f"left out: {count:,} pairs {reason}, the first {one.ticker} ({one.event_id}): {one.message}"
        for reason, count in result.left_out.items()
        if (one := first.get(reason))
    ]


def _tests(result: AggregateResult) -> list[str]:
    rows = [["window", "test", "statistic", "p", "valid"]]
    for window, answer in result.answers.items():
        for name, said in answer.tests.items():
            why = "yes" if said.valid else f"no: {'; '.join(said.reasons)}"
            rows.append([str(window), name, f"{said.statistic:.3f}", p_text(said.p_value), why])
    return columns(rows, (2, 3)).splitlines()
