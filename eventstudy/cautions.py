"""What the estimates themselves call for: warnings per pair, and for the design of the reported windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eventstudy.advice import arch_p, is_thin, warn_design
from eventstudy.panel import Pair, Warned

if TYPE_CHECKING:
    from eventstudy.results import StudyResult

_OF_A_WINDOW = ("EVENT_VARIANCE", "LONG_WINDOW", "LONG_FOR_ESTIMATION", "OVERLAPPING_EVENTS")
"""Said of the first window they hold for."""


def cautions(result: StudyResult) -> list[Warned]:
    """What the estimates themselves call for: per pair, then for the design of each reported window."""
    found = list(_pair_warnings(result))
    said: set[str] = set()
    for window, answer in result.answers.items():
        for code, text in warn_design(answer.design) if answer.design else []:
            if code not in said:
                found.append(Warned(code, f"{window}: {text}" if code in _OF_A_WINDOW else text))
                said.add(code)
    if any(w.length > 5 for w in result.answers):
        text = "buy-and-hold returns over more than five sessions compare with the benchmark: no control is named"
        found.append(Warned("BHAR_MARKET", text))
    return found


def _pair_warnings(result: StudyResult) -> Iterator[Warned]:
    fit, config = result.fit, result.config
    clustering = arch_p(result.returns)
    for i, pair in enumerate(result.panel.pairs):
        m, asked = int(fit.n_estimation[i]), config.estimation_window.length
        if m < 120:
            text = f"{m} of {asked} estimation days usable: estimates are rough below 120"
            yield Warned("SHORT_ESTIMATION", text, pair.event_id, pair.ticker)
        elif m < asked:
            yield Warned("ESTIMATION_GAPS", f"{m} of {asked} estimation days usable", pair.event_id, pair.ticker)
        if clustering[i] < 0.05:
            text = (
                f"volatility clusters (Engle LM p = {clustering[i]:.3f}): p-values hold on average, not in wild spells"
            )
            yield Warned("ARCH", text, pair.event_id, pair.ticker)
        if thin := _thin(result, i):
            yield Warned("THIN_TRADING", thin, pair.event_id, pair.ticker)
        if fit.names[:1] == ("alpha",):
            yield from _alpha_drift(result, i, pair)


def _thin(result: StudyResult, i: int) -> str:
    """Whether so many days lack a trade that betas are biased (METHODS 3.29), in words."""
    still, lacking = result.untraded[i].tolist()
    if not is_thin(still, lacking):
        return ""
    return (
        f"{still:.0%} of the estimation days have a return of zero and {lacking:.0%} have none: betas are biased;"
        ' prefer ranks and missing="trade_to_trade"'
    )


def _alpha_drift(result: StudyResult, i: int, pair: Pair) -> Iterator[Warned]:
    """Warn where the estimated alpha alone moves a reported CAR by more than half its standard error (METHODS 1.5)."""
    alpha = float(result.fit.params[i, 0])
    for window in sorted(result.firm_answers, key=lambda w: -w.length):
        se = result.firm_answers[window].found.se[i]
        if abs(window.length * alpha) > 0.5 * se:
            text = f"alpha of {alpha:+.2%} a day takes {-window.length * alpha:+.1%} into CAR{window}: is that still normal?"
            yield Warned("ALPHA_DRIFT", text, pair.event_id, pair.ticker)
            return
