"""What the estimates themselves call for: warnings per pair, and for the design of the reported windows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from eventstudy import plugins
from eventstudy.engine.abnormal import effective_n
from eventstudy.engine.correlation import correlations
from eventstudy.inference.advice import AGAINST_THE_MEAN, arch_p, beside_the_mean, is_thin, warn_design
from eventstudy.inference.parametric import calendar_alpha
from eventstudy.inference.placebo import serial
from eventstudy.inference.regime import MANY, Regime, regimes
from eventstudy.language import Phrase
from eventstudy.language.messages import Message
from eventstudy.models import fit_pairs, model_of
from eventstudy.models.autoregressive import trend
from eventstudy.panel import Floats, Pair
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.config import StudyConfig
    from eventstudy.study.answers import Answer
    from eventstudy.study.result import StudyResult

_OUT_OF_THE_ORDINARY = 1.96
_TWINS, _MANY_TWINS = 0.9, 300
"""Correlation from which on two series are nearly one; looked for among so many pairs at most."""
_OF_VARIANCE = frozenset({"beaver_u", "variance_placebo", "variance_ratio"})
"""Headline tests of how much prices moved, whatever the direction."""
_UNRELATED, _AGAINST, _ENOUGH = 1.5, 5.0, 100
"""A benchmark explains nothing of a firm where beta is less than so many standard errors from zero, on so many days or more;
it moves against it where beta is so many below zero."""
_WILD = 2.0
_LONG = 5
"""Over more sessions errors of a factor model add up, and buy-and-hold returns ask for a control."""
_THIN = 10
"""A portfolio in calendar time of fewer firms is a thin one."""
_MOVED = 1.05
"""How many times as wide residuals are with the days of other events, from which on that is said."""


def cautions(result: StudyResult) -> list[Message]:
    """What the estimates themselves call for: per pair, then for the design of each reported window."""
    found = [*of_choices(result.config), *_own_windows(result), *_own_estimation(result)]
    if result.config.weights == "value" and result.returns.n > 1:
        weights = result.weights()
        assert weights is not None
        form = "VALUE_WEIGHTED" if result.panel.worth is None else "VALUE_WEIGHTED.shares"
        found.append(Message.of(form, n=effective_n(weights), most=float(weights.max())))
    design = of_design(result.answers.values())
    if not result.config.estimated:
        return [*found, *design, *_bhar(result)]
    if result.config.returns == "difference":
        return [*found, *_pair_warnings(result), *_regimes(result), *design, *_peers_moved(result)]
    found += [*_pair_warnings(result), *_with_other_events(result), *_near_twins(result), *_regimes(result), *design]
    found += [*_held(result), *_benchmarks(result)]
    if result.config.outcome != "volume":
        found += [*_bhar(result), *_peers_moved(result), *_counterfactual(result)]
    elif result.config.model == "market" and len(np.unique(result.returns.day0_sessions)) == 1:
        found.append(Message.of("VOLUME_MARKET"))
    return found


def own_lengths(result: StudyResult) -> dict[str, dict[str, float]]:
    """How many days the windows have that are each pair's own: the shortest, the median, the longest."""
    config, found = result.config, {}
    if result.returns.unseen is not None and (config.window_days is not None or config.own_windows):
        found["window"] = result.returns.unseen
    if result.panel.block.outside is not None:
        found["estimation_window"] = result.panel.block.outside
    spread = {}
    for name, outside in found.items():
        days = (~outside).sum(axis=1)
        spread[name] = {"least": int(days.min()), "median": float(np.median(days)), "most": int(days.max())}
    return spread


def _own_windows(result: StudyResult) -> Iterator[Message]:
    """Say how long the windows of the pairs are, where each has its own."""
    days, spread = result.config.window_days, own_lengths(result).get("window")
    if spread is None:
        return
    if days is None:
        yield Message.of("OWN_WINDOWS.rows", **spread)
        return
    [window] = result.config.windows or ()
    if spread["least"] == spread["most"]:
        yield Message.of("OWN_WINDOWS.same", window=window, least=spread["least"], most=spread["most"])
        return
    yield Message.of("OWN_WINDOWS", window=window, **spread, first=days.start, last=days.end)


def _own_estimation(result: StudyResult) -> Iterator[Message]:
    """Say how long the estimation windows of the pairs are, where each has its own."""
    if spread := own_lengths(result).get("estimation_window"):
        yield Message.of("OWN_ESTIMATION", **spread, window=list(result.config.spans))


def of_choices(config: StudyConfig) -> list[Message]:
    """What the choices alone call for: one side only, an estimation after the event, day 0 left aside."""
    found = []
    if config.alternative != "two-sided":
        found.append(Message.of(f"ONE_SIDED.{config.alternative}"))
    after = [w for w in config.spans if w.start > config.event_window.end]
    if after:
        form = "POST_EVENT_ESTIMATION.both" if len(after) < len(config.spans) else "POST_EVENT_ESTIMATION"
        found.append(Message.of(form, windows=list(config.spans)))
    if config.regime != "auto" and config.in_order and config.estimated:
        found.append(Message.of(f"REGIME_CHOSEN.{config.regime}"))
    if ":" in config.model:
        found.append(Message.of("UNCHECKED_MODEL", model=config.model))
    if config.model == "given":
        found.append(Message.of("NO_FORECAST_ERROR"))
    if not config.estimated:
        found.append(Message.of("NO_ESTIMATION"))
    if config.event_period == "next":
        found.append(Message.of("NEXT_PERIOD" if config.frequency == "monthly" else "NEXT_PERIOD.week"))
    if config.looked_at is not None:
        found.append(Message.of("DAY0_NOT_LOOKED_AT", window=config.called(config.looked_at)))
    return found


def _held(result: StudyResult) -> Iterator[Message]:
    """What the portfolio in calendar time earned over each holding period of a year or more, and how thin it was."""
    for window, answer in result.answers.items():
        if answer.design is None or not answer.design.held or answer.n < 2:
            continue
        sample = result.sample(window, result._members(None))
        found = None if sample.block is None else calendar_alpha(sample, sample.block)
        if found is not None:
            said = {
                "window": window,
                "alpha": found.alpha,
                "rows": len(found.held),
                "n": int((found.held < _THIN).sum()),
            }
            yield Message.of("HOLDING_PERIOD", **said, least=int(found.held.min()))


def _with_other_events(result: StudyResult) -> Iterator[Message]:
    """How wide the residuals of a pair would be with the days of its firm's other events, where leaving them out moves that."""
    block, own = result.panel.block, result.config
    if block.masked is None or own.outcome != "return" or result.n > _MANY_TWINS:
        return
    which = np.flatnonzero(np.isfinite(block.masked).any(axis=1))
    whole, left_out = block.take(which), block.masked[which]
    days = whole.returns.copy()
    days[:, whole.estimation_columns] = np.where(np.isfinite(left_out), left_out, days[:, whole.estimation_columns])
    fit = fit_pairs(result.portfolios.model, replace(whole, returns=days, masked=None), own.min_estimation)
    for i, before in zip(which.tolist(), fit.sigma.tolist(), strict=True):
        pair, after = result.panel.pairs[i], float(result.returns.sigma[i])
        if before > _MOVED * after:
            form = "EVENT_IN_ESTIMATION.sigma"
            yield Message.of(form, pair.event_id, pair.ticker, before=before, after=after)


def _near_twins(result: StudyResult) -> Iterator[Message]:
    """Pairs of different tickers whose event windows meet and whose residuals are nearly one series."""
    if not 1 < result.n <= _MANY_TWINS:
        return
    rho, enough = correlations(result.returns)
    start, end = result.sessions[:, 0], result.sessions[:, -1]
    meet = (start[:, None] <= end) & (start <= end[:, None])
    said: set[tuple[str, str]] = set()
    for i, j in np.argwhere(np.triu(meet & enough & (rho > _TWINS), 1)).tolist():
        one, other = result.panel.pairs[i], result.panel.pairs[j]
        if one.ticker != other.ticker and (one.ticker, other.ticker) not in said:
            said |= {(one.ticker, other.ticker), (other.ticker, one.ticker)}
            names = {"ticker": one.ticker, "twin": other.ticker}
            yield Message.of("NEAR_TWINS", one.event_id, one.ticker, correlation=float(rho[i, j]), **names)


def of_design(answers: Iterable[Answer]) -> list[Message]:
    """What the design of the reported windows calls for; what is said of several windows, once, with all of them."""
    answers, found = list(answers), dict[str, tuple[Message, list[Window]]]()
    for answer in answers:
        for message in warn_design(answer.design, answer.window) if answer.design else []:
            found.setdefault(message.code, (message, []))[1].append(answer.window)
    told_once = [_of_windows(message, others) for message, (_, *others) in found.values()]
    told_once += _beside_the_mean(answers)
    told = {answer.window: answer.regime for answer in answers if answer.n > 1 and answer.regime is not None}
    speaks = {answer.headline for answer in answers if answer.headline}
    return [*told_once, *of_regimes(told, "VOLATILITY_REGIME.together", speaks)]


def _beside_the_mean(answers: Sequence[Answer]) -> Iterator[Message]:
    """Where the headline test is of the effect common to the pairs, and their mean is another."""
    said = [(a, next(iter(a.tests.values()))) for a in answers if a.n > 1 and a.tests]
    if against := [a.window for a, one in said if AGAINST_THE_MEAN in one.reasons]:
        yield Message.of("EFFECT_VARIES_WITH_RISK.against", windows=against)
    if apart := [a.window for a, one in said if one.valid and beside_the_mean(one, a.caar)]:
        yield Message.of("EFFECT_VARIES_WITH_RISK.apart", windows=apart)


def _of_windows(message: Message, others: list[Window]) -> Message:
    """A message about one window that holds for `others` too."""
    if not others or "window" not in message.message.params:
        return message
    return message._replace(message=Phrase("{said}; likewise {others:list}", said=message.message, others=others))


def of_regimes(told: Mapping[Window, Regime], form: str, speaks: Set[str], *whom: str) -> Iterator[Message]:
    """What the days near some windows call for, where these tests speak; `form` of the code, `whom` its event and ticker."""
    if wild := {window: regime for window, regime in told.items() if regime.raised}:
        storms = [
            Phrase("near {window} {ratio:times} times (p {p:p})", window=window, ratio=regime.ratio, p=regime.p)
            for window, regime in wild.items()
        ]
        calm = [window for window in told if window not in wild]
        yield Message.of(form, *whom, storms=storms, windows=list(wild), judged=_allowed_for(wild, calm, speaks))
    if unknown := [window for window, regime in told.items() if not regime.after or not np.isfinite(regime.ratio)]:
        yield Message.of("REGIME_UNKNOWN", *whom, windows=unknown)


def _allowed_for(wild: Mapping[Window, Regime], calm: list[Window], speaks: Set[str]) -> Phrase:
    """Whether the p of the headline tests allow for the wild days near some windows, and that near others there are none."""
    if "placebo_sum" in speaks:
        return Phrase(
            "the headline test goes by the days near each event alone, not by those of all events together: a small p may be"
            " the wild days, not the event"
        )
    if speaks & _OF_VARIANCE:
        return Phrase(
            "the variance of the window is held against that of ordinary days, not of those near it: a small p may be the"
            " wild days, not the event"
        )
    if any(regime.ignored for regime in wild.values()):
        return Phrase("tests that do not allow for that are not valid there (--regime never)")
    if not speaks <= {"placebo"}:
        return Phrase("the headline test allows for that, tests that do not are not valid there")
    several = any(window.length > 1 for window in wild)
    told = Phrase("p-values there allow for that")
    if calm:
        told = Phrase("{told}, those of {calm:list} do not", told=told, calm=calm)
        return (
            Phrase("{told}: a small p there may be the wild days, not the event", told=told)
            if not several
            else Phrase(
                "{told}, and over several days none does in full: a small p may be the wild days, not the event",
                told=told,
            )
        )
    if several:
        return Phrase("{told}, over several days not in full: a small p may be the wild days, not the event", told=told)
    return told


def _regimes(result: StudyResult) -> Iterator[Message]:
    """What the days near the windows of each pair call for, and whether its days hang together."""
    near = result.returns.around
    if near is not None and result.returns.n > MANY and not near.asked:
        yield Message.of("MANY_PAIRS", pairs=result.returns.n)
    widest = max(result.firm_answers, key=lambda w: w.length, default=None)
    for i, pair in enumerate(result.panel.pairs):
        said = {w: firm.spoken(i) for w, firm in result.firm_answers.items() if firm.headline[i] == "placebo"}
        told = {w: one.regime for w, one in said.items() if one.regime and np.isfinite(one.p_value)}
        yield from of_regimes(told, "VOLATILITY_REGIME", {"placebo"}, pair.event_id, pair.ticker)
        varied = [
            w for w, firm in result.firm_answers.items() if firm.headline[i] in _OF_VARIANCE and firm.spoken(i).valid
        ]
        told = {w: found.at(i) for w in varied if (found := regimes(result.returns, w))}
        yield from of_regimes(told, "VOLATILITY_REGIME", _OF_VARIANCE, pair.event_id, pair.ticker)
        if widest is not None and widest in said and widest.length > 1:
            yield from _serial(result, i, pair, widest)


def _serial(result: StudyResult, i: int, pair: Pair, window: Window) -> Iterator[Message]:
    kappa = result.firm_answers[window].tests["placebo"].kappa
    if kappa is not None and kappa[i] != 1:
        r = float(serial(result.returns.residuals[i : i + 1], np.array([window.length]))[1][0])
        factor = float(np.sqrt(kappa[i]))
        yield Message.of("SERIAL_CORRELATION", pair.event_id, pair.ticker, r=r, factor=factor, window=window)


def _longest(result: StudyResult, window: Window) -> int:
    """Days of a window; where each pair has its own, those of the pair that has most."""
    unseen = result.returns.unseen
    return int((~unseen).sum(axis=1).max()) if result.config.own_windows and unseen is not None else window.length


def _bhar(result: StudyResult) -> Iterator[Message]:
    if "peer" not in result.panel.block.names:
        yield from without_control(result.config, max((_longest(result, w) for w in result.answers), default=0))


def without_control(config: StudyConfig, longest: int) -> Iterator[Message]:
    """Say where buy-and-hold returns compare with the benchmark for want of a control (METHODS 0.4, ruling 6).

    `longest`: days of the longest reported window.
    """
    if config.model == "given":
        return  # of abnormal returns there are none
    if config.bhar == "matched" or (config.bhar == "auto" and longest > _LONG):
        yield Message.of("BHAR_MARKET.matched" if config.bhar == "matched" else "BHAR_MARKET")


def _peers_moved(result: StudyResult) -> Iterator[Message]:
    """Warn where the peers themselves stand out on day 0, by the market model of their mean (METHODS 1)."""
    block = result.panel.block
    if "peer" not in block.names:
        return
    designs, first = np.unique(block.design, return_index=True)
    mean = replace(block, returns=block.columns(("peer",))[designs, :, 0], design=designs, unseen=None)
    fit = plugins.load("models", "market").fit(mean, result.config.min_estimation)
    moved = abnormal_returns(mean, fit, np.full(len(designs), block.event.end), prediction_error=True)
    said = set()
    for t, i in zip(moved.sar[:, -block.event.start].tolist(), first.tolist(), strict=True):
        pair = result.panel.pairs[i]
        if abs(t) > _OUT_OF_THE_ORDINARY and pair.event_id not in said:
            said.add(pair.event_id)
            yield Message.of("PEER_CONTAMINATION", pair.event_id, t=t)


def _benchmarks(result: StudyResult) -> Iterator[Message]:
    """Say where a benchmark explains nothing of a firm, or moves against it: the wrong one, or one of the two is misread."""
    fit, block = result.fit, result.panel.block
    if fit.names != ("alpha", "beta") or "benchmark" not in model_of(result.config).requires(block.names):
        return
    market = block.columns(("benchmark",))[block.design, block.estimation_columns, 0]
    market = np.where(np.isfinite(fit.residuals), market, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = fit.params[:, 1] * np.sqrt(np.nansum((market - np.nanmean(market, axis=1, keepdims=True)) ** 2, axis=1))
        t /= fit.sigma
    for i in np.flatnonzero((fit.n_estimation >= _ENOUGH) & ((np.abs(t) < _UNRELATED) | (t < -_AGAINST))).tolist():
        pair = result.panel.pairs[i]
        said = {"ticker": pair.ticker, "benchmark": pair.benchmark, "beta": float(fit.params[i, 1]), "t": float(t[i])}
        form = "BENCHMARK_UNRELATED.against" if t[i] < 0 and abs(t[i]) > _UNRELATED else "BENCHMARK_UNRELATED"
        yield Message.of(form, pair.event_id, pair.ticker, **said)


def _counterfactual(result: StudyResult) -> Iterator[Message]:
    block = result.panel.block
    if result.returns.descriptive or not result.answers or not result.config.clock.daily:
        return  # a synthetic control is one of days
    market = block.regressors[np.unique(block.design), :, 0]
    days = {window: _longest(result, window) for window in result.answers}
    yield from by_peers(days, market[:, block.estimation_columns], market[:, block.event_columns], block.event)


def by_peers(days: Mapping[Window, int], before: Floats, event_days: Floats, event: Window) -> Iterator[Message]:
    """Advise a model made of peers where factor models err most: long windows, wild markets (METHODS 1.5).

    `days`: of each reported window; `before` (D, L1) and `event_days` (D, L2): the benchmark's returns around each date.
    """
    widest = max(days, key=lambda w: w.length)
    within = event_days[:, widest.start - event.start : widest.end - event.start + 1]
    if days[widest] > _LONG:
        yield Message.of("COUNTERFACTUAL", window=widest)
    elif days[widest] > 1 and np.isfinite(within).any() and np.isfinite(before).any():
        ratio = float(np.nanmean(within**2) / np.nanmean(before**2))
        if ratio > _WILD:
            yield Message.of("COUNTERFACTUAL.wild", window=widest, ratio=ratio)


def _pair_warnings(result: StudyResult) -> Iterator[Message]:
    fit, config = result.fit, result.config
    for note in fit.notes:
        pair = result.panel.pairs[note.pair]
        yield Message(note.code, note.message, pair.event_id, pair.ticker)
    clustering = arch_p(result.returns)
    for i, pair in enumerate(result.panel.pairs):
        m, asked = int(fit.n_estimation[i]), config.estimation_days.length
        if m < config.clock.rough:
            said = {"usable": m, "asked": asked, "rough": config.clock.rough}
            yield Message.of("SHORT_ESTIMATION", pair.event_id, pair.ticker, **said)
        elif m < asked:
            yield Message.of("ESTIMATION_GAPS", pair.event_id, pair.ticker, usable=m, asked=asked)
        if clustering[i] < 0.05:
            yield Message.of("ARCH", pair.event_id, pair.ticker, p=float(clustering[i]))
        still, lacking = result.untraded[i].tolist()
        if is_thin(still, lacking):
            yield Message.of("THIN_TRADING", pair.event_id, pair.ticker, still=still, lacking=lacking)
        if config.outcome == "volume":
            yield from _volume_trend(result, i, pair)
        elif fit.names[:1] == ("alpha",):
            yield from _alpha_drift(result, i, pair)


def _volume_trend(result: StudyResult, i: int, pair: Pair) -> Iterator[Message]:
    """Warn where volume rose or fell over the estimation days by so much that this alone moves a reported window.

    As of alpha: by more than half its standard error, where the trend goes on to the days of the event.
    """
    slope, t = trend(result.fit, i)
    middle = result.config.spans[0].start + float(np.flatnonzero(np.isfinite(result.fit.residuals[i])).mean())
    on_day0 = -slope * middle
    cars = [firm.found for firm in result.firm_answers.values()]
    moved = any(abs(found.n_days[i] * on_day0) > 0.5 * found.se[i] for found in cars)
    if abs(t) > _OUT_OF_THE_ORDINARY and moved:
        yield Message.of("VOLUME_TREND", pair.event_id, pair.ticker, slope=slope, t=t, taken=on_day0)


def _alpha_drift(result: StudyResult, i: int, pair: Pair) -> Iterator[Message]:
    """Warn where the estimated alpha alone moves a reported CAR by more than half its standard error (METHODS 1.5)."""
    alpha = float(result.fit.params[i, 0])
    for window in sorted(result.firm_answers, key=lambda w: -w.length):
        found = result.firm_answers[window].found
        taken = -int(found.n_days[i]) * alpha  # of the days that the pair has, where its window is its own or cut short
        if abs(taken) > 0.5 * found.se[i]:
            drift = {"alpha": alpha, "taken": taken, "window": window}
            yield Message.of("ALPHA_DRIFT", pair.event_id, pair.ticker, **drift)
            return
