"""What the estimates themselves call for: warnings per pair, and for the design of the reported windows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from eventstudy import catalog
from eventstudy.advice import arch_p, is_thin, warn_design
from eventstudy.estimate import abnormal_returns
from eventstudy.panel import Pair, Warned

if TYPE_CHECKING:
    from eventstudy.answers import Answer
    from eventstudy.results import StudyResult

_OF_A_WINDOW = ("EVENT_VARIANCE", "LONG_WINDOW", "LONG_FOR_ESTIMATION", "OVERLAPPING_EVENTS")
"""Said of the first window they hold for."""
_OUT_OF_THE_ORDINARY = 1.96
_WILD = 2.0


def cautions(result: StudyResult) -> list[Warned]:
    """What the estimates themselves call for: per pair, then for the design of each reported window."""
    found = [*_pair_warnings(result), *of_design(result.answers.values())]
    if result.config.outcome != "volume":
        found += [*_bhar(result), *_peers_moved(result), *_counterfactual(result)]
    elif result.config.model == "market" and len(np.unique(result.returns.day0_sessions)) == 1:
        text = "on one event date the mean volume of the tickers studied holds the event itself: prefer constant_mean"
        found.append(Warned("VOLUME_MARKET", text))
    return found


def of_design(answers: Iterable[Answer]) -> list[Warned]:
    """What the design of the reported windows calls for; what is said of several windows, once."""
    found: dict[str, Warned] = {}
    for answer in answers:
        for code, text in warn_design(answer.design) if answer.design else []:
            found.setdefault(code, Warned(code, f"{answer.window}: {text}" if code in _OF_A_WINDOW else text))
    return list(found.values())


def _bhar(result: StudyResult) -> Iterator[Warned]:
    """Say where buy-and-hold returns compare with the benchmark for want of a control (METHODS 0.4, ruling 6)."""
    asked = result.config.bhar
    lacking = "peer" not in result.panel.block.names
    if lacking and (asked == "matched" or (asked == "auto" and any(w.length > 5 for w in result.answers))):
        over = "" if asked == "matched" else " over more than five sessions"
        yield Warned("BHAR_MARKET", f"buy-and-hold returns{over} compare with the benchmark: no control is named")


def _peers_moved(result: StudyResult) -> Iterator[Warned]:
    """Warn where the peers themselves stand out on day 0, by the market model of their mean (METHODS 1)."""
    block = result.panel.block
    if "peer" not in block.names:
        return
    designs, first = np.unique(block.design, return_index=True)
    mean = replace(block, returns=block.columns(("peer",))[designs, :, 0], design=designs)
    fit = catalog.load("models", "market").fit(mean, result.config.min_estimation)
    moved = abnormal_returns(mean, fit, np.full(len(designs), block.event.end), prediction_error=True)
    said = set()
    for t, i in zip(moved.sar[:, -block.event.start].tolist(), first.tolist(), strict=True):
        pair = result.panel.pairs[i]
        if abs(t) > _OUT_OF_THE_ORDINARY and pair.event_id not in said:
            said.add(pair.event_id)
            text = f"the peers moved abnormally on day 0 themselves (t = {t:+.1f}): that much is taken for normal"
            yield Warned("PEER_CONTAMINATION", text, pair.event_id)


def _counterfactual(result: StudyResult) -> Iterator[Warned]:
    """Advise a model made of peers where factor models err most: long windows, wild markets (METHODS 1.5)."""
    if result.returns.descriptive or not result.answers:
        return
    widest = max(result.answers, key=lambda w: w.length)
    block = result.panel.block
    market = block.regressors[:, :, 0]
    before = market[:, block.estimation_columns]
    columns = slice(widest.start - block.event.start, widest.end - block.event.start + 1)
    within = market[:, block.event_columns][:, columns]
    ratio = float(np.nanmean(within**2) / np.nanmean(before**2))
    if widest.length > 5:
        text = f"{widest} is longer than five sessions: errors of a factor model add up"
    elif widest.length > 1 and ratio > _WILD:
        text = f"the benchmark's variance over {widest} is {ratio:.1f} times that of the estimation window"
    else:
        return
    yield Warned("COUNTERFACTUAL", f"{text}; see whether --model synthetic_control agrees")


def _pair_warnings(result: StudyResult) -> Iterator[Warned]:
    fit, config = result.fit, result.config
    for note in fit.notes:
        pair = result.panel.pairs[note.pair]
        yield Warned(note.code, note.message, pair.event_id, pair.ticker)
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
        if fit.names[:1] == ("alpha",) and config.outcome != "volume":
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
