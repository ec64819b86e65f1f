"""The answer of a study without its days that carry other news: before and after, each by the test that speaks in the study.

The masked days are taken out and the model is estimated again, so that own news in the estimation window counts no more either.
Day 0 is never masked, nor is another day on which the event itself was announced or recognised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.analyses.base import Answer, Finding, lines_of
from eventstudy.analyses.confounders import Confounders, days_of_the_event, masked_cells
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.language import Phrase, spoken, written
from eventstudy.language.messages import Message
from eventstudy.models import model_of
from eventstudy.panel import Bools, Ints
from eventstudy.study.answers import ask_firms
from eventstudy.study.document import warnings_as_dicts
from eventstudy.study.estimate import Portfolios, abnormal_returns
from eventstudy.study.names import words_of_test
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import LEVEL, instead_of_finding, p_text, percent
from eventstudy.study.text import prose
from eventstudy.text import columns, wrapped
from eventstudy.units.windows import Window


@dataclass(frozen=True)
class Part:
    """The CAR of a window; NaN where there is none."""

    n_days: int
    car: float
    se: float
    t: float
    p_of_t: float
    """Exact t."""
    p: float
    """By the test that speaks, as in the study itself."""
    test: str


@dataclass(frozen=True)
class Compared(Finding):
    """One firm or portfolio and window, with all days and without the masked ones."""

    name: str
    kind: str
    """`firm` or `group`."""
    event_id: str
    tickers: tuple[str, ...]
    window: Window
    before: Part
    after: Part
    days: tuple[date, ...]
    """The days of the window that were masked."""
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""

    def _finding(self) -> Phrase:
        """Both figures, and the days that are missing from the second."""
        said = {"name": self.name, "window": self.window, "before": _said(self.before), "after": _said(self.after)}
        if self.days:
            return Phrase(
                "{name}: CAR{window} {before} with all days, {after} without {days:days 4}",
                days=list(self.days),
                **said,
            )
        if (self.before.car, self.before.p) == (self.after.car, self.after.p):
            del said["after"]
            return Phrase("{name}: CAR{window} {before}; none of its days is masked", **said)
        return Phrase(
            "{name}: CAR{window} {before}; none of its days is masked, estimated without the masked days {after}",
            **said,
        )


@dataclass(frozen=True, repr=False, eq=False)
class Masked(Answer):
    """A study before and after its days with other news were taken out."""

    rows: tuple[Compared, ...]
    kept_day0: tuple[str, ...]
    """What else happened on day 0, which is never masked."""
    kept_own: tuple[str, ...]
    """What else happened on other days on which the event was announced or recognised, which are never masked either."""
    estimation_days: dict[str, int]
    """How many estimation days were masked, by ticker; those with none are not listed."""
    warned: tuple[Message, ...]

    @property
    def findings(self) -> tuple[Compared, ...]:
        """The windows that lose a day; where none does, the first."""
        return tuple(row for row in self.rows if row.days) or self.rows[:1]

    @property
    def messages(self) -> tuple[str, ...]:
        """A line a warning."""
        return lines_of(self.warned)

    def tidy(self) -> pd.DataFrame:
        """One row a firm or group and window: car, se, t, p and its test before and after, n_days, and the masked days."""
        return pd.DataFrame([_plain(row, dates=" ") for row in self.rows])

    def _document(self) -> dict[str, Any]:
        """Plain values: rows, what was kept, and the sentences."""
        return {
            "rows": [_plain(row) | {"sentence": row.sentence} for row in self.rows],
            "kept_day0": list(self.kept_day0),
            "kept_own": list(self.kept_own),
            "estimation_days": dict(self.estimation_days),
            "level": LEVEL,
            "warnings": warnings_as_dicts(self.warned),
        }

    def _lines(self, *, verbose: bool) -> Iterator[str]:
        """The windows that lose a day (`verbose`: all), with all days and without the masked ones."""
        changed = [row for row in self.rows if verbose or row.days]
        rows = [["", spoken(Phrase("window")), "CAR", "p", spoken(Phrase("without")), "CAR", "p"]]
        for row in changed if verbose else changed[:_SHOWN]:
            days = ", ".join(written(day, "brief") for day in row.days[:4]) + (" ..." if len(row.days) > 4 else "")
            cells = [[percent(part.car), p_text(part.p)] for part in (row.before, row.after)]
            name = spoken(row.name) if row.kind == "group" else f"  {row.name}"
            rows.append([name, written(row.window), *cells[0], days or spoken(Phrase("no day")), *cells[1]])
        tests = dict.fromkeys(words_of_test(part.test) for row in self.rows for part in (row.before, row.after))
        yield spoken(
            Phrase(
                "before and after days with other news are masked (p by {tests}; groups as one portfolio)",
                tests=list(tests),
            )
        )
        if len(rows) > 1:
            yield columns(rows, (2, 3, 5, 6), names=2)
        else:
            yield spoken(Phrase("no window has a day that is masked"))
        if len(changed) >= len(rows):
            yield spoken(Phrase("... and {n} more rows (--verbose shows all)", n=len(changed) - len(rows) + 1))
        for said in self.kept_day0:
            yield from prose(Phrase("day 0 is never masked, although it carries other news: {news}", news=said))
        for said in self.kept_own:
            yield from prose(
                Phrase(
                    "a day on which the event itself was announced or recognised is never masked, although it carries other"
                    " news: {news}",
                    news=said,
                )
            )
        if self.estimation_days:
            told = [f"{ticker} {n}" for ticker, n in list(self.estimation_days.items())[:8]]
            yield from prose(Phrase("estimation days masked as well: {tickers}", tickers=told))
        for said in self.messages:
            yield from wrapped(said)


def mask(found: Confounders) -> Masked:
    """The windows of a study with all days, and without those that carry other news.

    `found`: what `confounders` found, with the study it looked at.

    Example:
        >>> result = es.run("deepseek-r1", tickers="NVDA,AMD", day0="recognised")
        >>> masked = es.analyses.mask(es.analyses.confounders(result))
        >>> print(masked.sentence)
        all 2 tickers: CAR[0, 0] -8.23 % (p .008); none of its days is masked
    """
    result, cells = found.result, masked_cells(found)
    block = replace(result.panel.block, returns=np.where(cells, np.nan, result.panel.block.returns))
    model, config = model_of(result.config), result.config
    fit = model.fit(block, config.min_estimation)
    returns = abnormal_returns(block, fit, result.returns.last_close, prediction_error=config.prediction_error)
    returns = replace(returns, around=result.returns.around)
    left_out = cells[:, block.event_columns]
    portfolios = Portfolios(block, model, config.min_estimation, config.prediction_error)
    warned: list[Message] = []
    rows = [*_groups(result, portfolios, left_out, warned), *_firms(result, returns, left_out)]
    for i in np.flatnonzero(fit.problem != ""):
        pair = result.panel.pairs[i]
        usable = int(fit.n_estimation[i])
        warned.append(Message.of("SHORT_ESTIMATION.masked", pair.event_id, pair.ticker, usable=usable))
    own = days_of_the_event(result)
    kept_own = (
        Phrase("{session}: {what}", session=day.session, what=day.what)
        for day in found.days
        if day.rel_day != 0 and any((day.event_id, ticker, day.session) in own for ticker in day.tickers)
    )
    estimation = cells[:, block.estimation_columns].sum(axis=1)
    return Masked(
        rows=tuple(rows),
        kept_day0=tuple(
            dict.fromkeys(
                Phrase("{session}: {what}", session=day.session, what=day.what)
                for day in found.days
                if day.rel_day == 0
            )
        ),
        kept_own=tuple(dict.fromkeys(kept_own)),
        estimation_days={p.ticker: int(n) for p, n in zip(result.panel.pairs, estimation, strict=True) if n},
        warned=tuple(warned),
    )


def _firms(result: StudyResult, returns: AbnormalReturns, left_out: Bools) -> Iterator[Compared]:
    several = len(result.events) > 1
    for window in result.firm_answers:
        before, after = _parts(result, result.returns, window, None), _parts(result, returns, window, left_out)
        for i, pair in enumerate(result.panel.pairs):
            name = f"{pair.ticker} {pair.event_id}" if several else pair.ticker
            days = _days(result, i, left_out[i], window)
            instead = instead_of_finding(result, [i], name)
            yield Compared(name, "firm", pair.event_id, (pair.ticker,), window, before[i], after[i], days, instead)


def _groups(result: StudyResult, portfolios: Portfolios, left_out: Bools, warned: list[Message]) -> Iterator[Compared]:
    """All pairs and each group as one portfolio; a day that is masked for a member is masked for its portfolio."""
    everyone = np.arange(result.returns.n)
    if len(everyone) == 1:
        return
    named = [
        (Phrase("all {tickers} tickers", tickers=len(everyone)), everyone),
        *((g.name, g.members) for g in result.groups),
    ]
    for name, members in named:
        one, why_none = result.portfolios.portfolio(members)
        other, why_not = portfolios.portfolio(members)
        if one is None or other is None:
            warned.append(Message.of("NO_PORTFOLIO", name=name, why=Phrase.quoted(why_none or why_not)))
            continue
        any_masked = left_out[members].any(axis=0)
        for window in result.firm_answers:
            [before] = _parts(result, one, window, None)
            [after] = _parts(result, replace(other, around=one.around), window, any_masked[None, :])
            days = _days(result, int(members[0]), any_masked, window)
            event_id, tickers = result.panel.pairs[members[0]].event_id, _tickers(result, members)
            instead = instead_of_finding(result, members.tolist(), name)
            yield Compared(name, "group", event_id, tickers, window, before, after, days, instead)


def _tickers(result: StudyResult, members: Ints) -> tuple[str, ...]:
    return tuple(result.panel.pairs[int(i)].ticker for i in members)


def _parts(result: StudyResult, returns: AbnormalReturns, window: Window, left_out: Bools | None) -> list[Part]:
    """What the tests of the study say of a window; `left_out` (N, L2): days that are not looked at."""
    own = result.config
    if left_out is not None:
        unseen = left_out if returns.unseen is None else left_out | returns.unseen
        returns = replace(returns, unseen=unseen)
    said = ask_firms(returns, window, own.tests, own.seed, own.outcome, own.alternative, own.level)
    found = said.found
    columns = (found.n_days, found.car, found.se, found.scar, said.p, said.headline_p, said.headline)
    return [
        Part(int(n), float(car), float(se), float(t), float(exact), float(p), test)
        for n, car, se, t, exact, p, test in zip(*columns, strict=True)
    ]


def _days(result: StudyResult, i: int, left_out: Bools, window: Window) -> tuple[date, ...]:
    inside = np.array([window.start <= day <= window.end for day in result.rel_days])
    return tuple(result.sessions[i][left_out & inside].tolist())


def _plain(row: Compared, dates: str | None = None) -> dict[str, Any]:
    days = [day.isoformat() for day in row.days]
    told: dict[str, Any] = {"name": row.name, "kind": row.kind, "event_id": row.event_id}
    told |= {"tickers": list(row.tickers) if dates is None else dates.join(row.tickers)}
    told |= {"start": row.window.start, "end": row.window.end, "masked": days if dates is None else dates.join(days)}
    for word, part in (("before", row.before), ("after", row.after)):
        values = {n: v if isinstance(v, int | str) or np.isfinite(v) else None for n, v in vars(part).items()}
        told |= {word: values} if dates is None else {f"{word}_{n}": v for n, v in values.items()}
    return told


def _said(part: Part) -> Phrase:
    return Phrase("{car:+.2f %} (p {p:p})", car=part.car, p=part.p) if np.isfinite(part.car) else Phrase("no answer")


_SHOWN = 60
"""Up to so many rows are shown in a table for people."""
