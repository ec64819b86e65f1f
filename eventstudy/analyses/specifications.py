"""One model on one panel, estimated on several windows: what it says of every CAR window.

Where a linear model meets pairs of one date and one benchmark, which is the usual case, all estimation windows are fitted at
once: a window is a set of days, and each (window, pair) a row of one block. Elsewhere each window is a study of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import FEW, AbnormalReturns, cumulate
from eventstudy.inference import Sample
from eventstudy.models import Model
from eventstudy.models.linear import LinearModel
from eventstudy.panel import Bools, Days, EventBlock, Floats, Ints, Panel
from eventstudy.study.answers import ask_firms
from eventstudy.study.estimate import abnormal_returns, around, fits
from eventstudy.study.result import StudyResult
from eventstudy.study.study import estimated, last_day, near_days
from eventstudy.units.windows import Window


class Series(NamedTuple):
    """The ordinary days of a pair, or of all pairs of one date as one security."""

    name: tuple[str, str]
    """Event and ticker; empty where they are all."""
    date: str
    """Its day 0."""
    days: Days
    """(M,) estimation days."""
    residuals: Floats
    """(M,) their externally studentised residuals."""


@dataclass(frozen=True)
class Judged:
    """What one specification says: what `run` with these choices says of all pairs together, or of the only one."""

    n: int
    car: float
    """Mean CAR, a decimal."""
    low: float
    """Interval of the study's level: of the test for several pairs, of the exact t for one; NaN where the test has none."""
    high: float
    test: str
    """The headline test; empty where none is valid."""
    p: float
    firms: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """(N,) event and ticker of the pairs, where there are several."""
    cars: Floats = field(default_factory=lambda: np.empty(0), compare=False, repr=False)
    """(N,) the CAR of each; NaN where it was not observed."""
    ps: Floats = field(default_factory=lambda: np.empty(0), compare=False, repr=False)
    """(N,) p of the test that speaks for it; NaN where none is valid."""
    series: tuple[Series, ...] = field(default=(), compare=False, repr=False)
    """The one series that all pairs of a date are together, or each of not too many pairs of several dates."""


_DRAWS = 1999
"""Windows made of ordinary days that single pairs are judged by."""
_MANY = 200
"""The ordinary days of more pairs than this are not kept one by one."""

Key = tuple[Window, Window]
"""Estimation window and CAR window."""


def judge(
    result: StudyResult, panel: Panel, model: Model, config: StudyConfig, spans: Sequence[Window]
) -> dict[Key, Judged]:
    """All estimation windows `spans`, which lie inside that of the panel, and all windows that `config` reports.

    `panel` is lined up without regard to excluded dates: they are left out here, of each estimation window by itself. A span
    on which no pair has a fit is not in the answer.
    """
    found: dict[Key, Judged] = {}
    for end in sorted({span.end for span in spans}) if _alike(panel, model) else ():
        found |= _at_once(_until(panel, end), model, config, [span for span in spans if span.end == end])
    wanted = [(span, [w for w in config.windows or () if (span, w) not in found]) for span in spans]
    for span, windows in wanted:
        if windows:
            found |= _one(result, panel, model, replace(config, estimation_window=span), windows)
    return found


def _until(panel: Panel, end: int) -> Panel:
    """The panel with this end of the estimation window: what comes after it is a day near the event."""
    return replace(panel, block=replace(panel.block, estimation=Window(panel.block.estimation.start, end)))


def _alike(panel: Panel, model: Model) -> bool:
    return isinstance(model, LinearModel) and len(panel.block.span) == 1 and panel.block.n_pairs > 0


def _one(
    result: StudyResult, panel: Panel, model: Model, config: StudyConfig, windows: Sequence[Window]
) -> dict[Key, Judged]:
    """One estimation window, as a study by itself."""
    span = config.estimation_window
    made = estimated(replace(panel, block=_cut(panel.block, span, config)), config, model)
    if not made.panel.pairs:
        return {}
    study = replace(
        result,
        config=config,
        panel=made.panel,
        fit=made.fit,
        returns=made.returns,
        portfolios=made.portfolios,
        noticed=(),
    )
    found = {}
    names = tuple((pair.event_id, pair.ticker) for pair in made.panel.pairs)
    for window in windows:
        answer = study.answer(window)
        if not answer.n:
            continue
        chosen = next(iter(answer.tests.values()))
        low, high = answer.interval or (np.nan, np.nan)
        p = chosen.told_p if answer.headline else np.nan
        cars, ps = _of_firms(made.returns, window, config)
        firms: dict[str, Any] = {"firms": names, "cars": cars, "ps": ps} if len(names) > 1 else {}
        test, series = answer.headline or "", _series(study.sample_of(window), names)
        found[span, window] = Judged(answer.n, answer.caar, float(low), float(high), test, p, **firms, series=series)
    return found


def _of_firms(returns: AbnormalReturns, window: Window, config: StudyConfig) -> tuple[Floats, Floats]:
    """(N,) the CAR of each pair, and the p of the test that speaks for it; NaN where none is valid."""
    said = ask_firms(returns, window, (), config.seed, config.outcome, config.alternative, config.level, draws=_DRAWS)
    return said.found.car, np.where(said.believed, said.headline_p, np.nan)


def _series(sample: Sample, names: Sequence[tuple[str, str]]) -> tuple[Series, ...]:
    """The ordinary days of all pairs of a sample: as one security, or pair by pair."""
    if sample.portfolio is not None:
        return _ordinary(sample.portfolio, 0)
    if sample.n > _MANY or sample.members is None:
        return ()
    return tuple(
        one for i, member in enumerate(sample.members.tolist()) for one in _ordinary(sample.returns, i, names[member])
    )


def _ordinary(returns: AbnormalReturns, i: int, name: tuple[str, str] = ("", "")) -> tuple[Series, ...]:
    """The ordinary days of series i; none where they must not be exchanged for one another."""
    if returns.bare or returns.dependent:
        return ()
    there = np.isfinite(returns.studentised[i])
    days = returns.sessions[returns.session_of[i], : returns.n_estimation_days]
    return (Series(name, str(returns.day0_sessions[i]), days[there], returns.studentised[i][there]),)


def _at_once(panel: Panel, model: Model, config: StudyConfig, spans: Sequence[Window]) -> dict[Key, Judged]:
    """All estimation windows in one fit of the pairs, and one of their portfolio; what is not regular is left to `_one`."""
    n, s = panel.block.n_pairs, len(spans)
    block = _stacked(panel.block, spans, config)
    returns, good = _fitted(panel, block, model, config, np.tile(last_day(panel), s))
    whole = returns if n == 1 else _portfolio(panel, block, model, config, s)
    found: dict[Key, Judged] = {}
    names = tuple((pair.event_id, pair.ticker) for pair in panel.pairs)
    taken = cache(lambda *rows: returns.take(np.concatenate([np.arange(row * n, row * n + n) for row in rows])))
    for window in config.windows or ():
        counted = cumulate(returns, window)
        together = cumulate(whole, window)
        regular = (good & counted.covered).reshape(s, n).all(axis=1) & together.covered
        rows = np.flatnonzero(regular).tolist()
        if rows:
            car = counted.car.reshape(s, n).mean(axis=1)[rows]
            of = whole if len(rows) == s else whole.take(np.array(rows))
            said = ask_firms(of, window, (), config.seed, config.outcome, config.alternative, config.level)
            if n > 1:
                lots = [rows] if len(rows) * n <= FEW else [[row] for row in rows]
                told = [_of_firms(taken(*lot), window, config) for lot in lots]
                cars, ps = (np.concatenate(each).reshape(-1, n) for each in zip(*told, strict=True))
            for i, row in enumerate(rows):
                low, high = float(said.low[i]), float(said.high[i])
                test, p = (said.headline[i], said.told_p(i)) if said.spoken(i).valid else ("", np.nan)
                firms: dict[str, Any] = {}
                if n > 1:
                    firms = {"firms": names, "cars": cars[i], "ps": ps[i]}
                series = _ordinary(whole, row)
                found[spans[row], window] = Judged(n, float(car[i]), low, high, test, p, **firms, series=series)
    return found


def _portfolio(panel: Panel, block: EventBlock, model: Model, config: StudyConfig, s: int) -> AbnormalReturns:
    """(S series) the equal-weighted portfolio of the pairs, once for each estimation window."""
    mean = block.returns.reshape(s, panel.block.n_pairs, -1).mean(axis=1)
    unseen = None if block.unseen is None else block.unseen[:s]
    one = replace(block, returns=mean, design=np.zeros(s, dtype=np.int64), unseen=unseen)
    after = panel.after
    if after is not None:
        after = replace(after, returns=after.returns.mean(axis=0, keepdims=True))
    return _fitted(replace(panel, after=after), one, model, config, np.repeat(block.event.end, s))[0]


def _fitted(
    panel: Panel, block: EventBlock, model: Model, config: StudyConfig, last: Ints
) -> tuple[AbnormalReturns, Bools]:
    """The series of a stacked block, each known until its `last` event day; and whether each has a fit and its day 0.

    What comes after the event window is that of the panel, once for each estimation window.
    """
    after, near = panel.after, near_days(config)
    if after is not None:
        after = replace(after, returns=np.tile(after.returns, (len(block.returns) // len(after.returns), 1)))
    fit, wide = fits(model, block, after, config.min_estimation, near)
    good = (fit.problem == "") & (np.isfinite(fit.ar[:, -config.event_window.start]) | (not config.day0_seen))
    made = abnormal_returns(block, fit, last, prediction_error=config.prediction_error)
    return around(made, block, after, model, config.min_estimation, near, wide), np.asarray(good, dtype=bool)


def _stacked(block: EventBlock, spans: Sequence[Window], config: StudyConfig) -> EventBlock:
    """The pairs once for each estimation window, one after the other; days outside of it have no return."""
    pieces = []
    for span in spans:
        returns = block.returns.copy()
        first = span.start - block.estimation.start
        inside = slice(first, first + span.length)
        returns[:, :first] = np.nan
        returns[:, inside.stop : block.estimation.length] = np.nan
        returns[:, inside] = _kept(block, returns[:, inside], inside, config)
        pieces.append(returns)
    unseen = None if block.unseen is None else np.tile(block.unseen, (len(spans), 1))
    return replace(
        block, returns=np.concatenate(pieces), design=np.tile(block.design, len(spans)), unseen=unseen, masked=None
    )


def _cut(block: EventBlock, span: Window, config: StudyConfig) -> EventBlock:
    """The block with a later start and another end of the estimation window."""
    first = span.start - block.estimation.start
    returns = block.returns[:, first:].copy()
    days = slice(0, span.length)
    returns[:, days] = _kept(block, returns[:, days], slice(first, first + span.length), config)
    return replace(
        block,
        returns=returns,
        regressors=block.regressors[:, first:],
        sessions=block.sessions[:, first:],
        span=block.span[:, first:],
        estimation=span,
        masked=None,
    )


def _kept(block: EventBlock, returns: Floats, days: slice, config: StudyConfig) -> Floats:
    """Estimation returns (N, days) without those of excluded dates, and those that lie mostly before the first day."""
    covered = block.span[:, days]
    gone: Bools = 2 * np.minimum(covered, np.arange(1, covered.shape[1] + 1)) < covered
    if config.exclude_dates:
        gone = gone | np.isin(block.sessions[:, days], np.array(config.exclude_dates, dtype="datetime64[D]"))
    kept: Floats = np.where(gone[block.design], np.nan, returns)
    return kept
