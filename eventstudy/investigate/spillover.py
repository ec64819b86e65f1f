"""Whom did it touch besides? The groups of an event side by side: each as one portfolio, and how they differ (METHODS 3.24).

Firms that share one date, benchmark and estimation days are one regression system. A difference between two groups is the CAR
of a portfolio that holds the one and owes the other, an exact t; that all groups moved alike is an exact F.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from eventstudy import catalog
from eventstudy.engine.abnormal import cumulate
from eventstudy.errors import InvalidRequest
from eventstudy.estimate import combined
from eventstudy.inference import Sample, Significance, holm
from eventstudy.inference.distributions import critical_t, p_t
from eventstudy.inference.joint import equal_means, not_one_design, restricted
from eventstudy.language import Phrase
from eventstudy.messages import Message
from eventstudy.panel import Floats, Ints
from eventstudy.results import Group, StudyResult
from eventstudy.sentences import LEVEL, instead_of_finding
from eventstudy.windows import Window


@dataclass(frozen=True)
class Verdict:
    """A mean CAR or a difference of two: exact t with its 95 % interval, and the place among ordinary days."""

    car: float
    low: float
    high: float
    t: float
    df: int
    p: float
    """Exact t."""
    p_ranks: float
    """Rank of the day, or permutation of days over a window; NaN where that does not apply."""
    p_adjusted: float
    """Holm's, of the exact p, over the groups or differences of the window."""

    @property
    def stands_out(self) -> bool:
        """Whether it is out of the ordinary, the number of its like considered, and by its place among days too."""
        return self.p_adjusted < LEVEL and not self.p_ranks >= LEVEL


@dataclass(frozen=True)
class GroupAnswer:
    """One group as one portfolio."""

    role: str
    name: str
    tickers: tuple[str, ...]
    """The members that count for the window."""
    answer: Verdict

    @property
    def moved(self) -> Literal["gained", "lost", ""]:
        """Which way it went, where it stands out."""
        return "" if not self.answer.stands_out else "gained" if self.answer.car > 0 else "lost"


@dataclass(frozen=True)
class Difference:
    """The mean CAR of one group minus that of another."""

    one: str
    other: str
    answer: Verdict


@dataclass(frozen=True)
class FirmAnswer:
    """One firm that stands out: by the exact t, with Holm's correction over all firms, and by its headline test."""

    ticker: str
    group: str
    car: float
    p_adjusted: float


@dataclass(frozen=True)
class Spill:
    """The groups of one window."""

    window: Window
    groups: tuple[GroupAnswer, ...]
    """From the lowest mean CAR to the highest."""
    differences: tuple[Difference, ...]
    """Each two groups once; the larger drop first."""
    alike: Significance
    """That all groups have the same mean CAR, exact F."""
    restrictions: int
    """How many restrictions that are."""
    gained: tuple[FirmAnswer, ...]
    lost: tuple[FirmAnswer, ...]
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""

    @property
    def sentence(self) -> str:
        """Which groups lost, which gained, which did not stand out, and whether they differ."""
        from eventstudy.investigate._spillover_document import sentence

        return sentence(self)


@dataclass(frozen=True)
class Spillover:
    """The groups of an event, window by window."""

    windows: tuple[Spill, ...]
    result: StudyResult
    warned: tuple[Message, ...]

    @property
    def doubt(self) -> str:
        """Why p-values only describe under the model of the study; or empty."""
        return self.result.returns.descriptive

    def tidy(self) -> pd.DataFrame:
        """One row a window and group or difference: start, end, kind, name, other, n, car, low, high, t, df, p, ...."""
        rows: list[dict[str, Any]] = []
        for spill in self.windows:
            span = {"start": spill.window.start, "end": spill.window.end}
            rows += [
                span | {"kind": "group", "name": g.name, "other": "", "n": len(g.tickers)} | vars(g.answer)
                for g in spill.groups
            ]
            rows += [
                span | {"kind": "difference", "name": d.one, "other": d.other, "n": None} | vars(d.answer)
                for d in spill.differences
            ]
        return pd.DataFrame(rows)

    def text(self, *, verbose: bool = False) -> str:
        """What the command prints: the groups by window, their differences, who gained and who lost."""
        from eventstudy.investigate._spillover_text import text

        return text(self, verbose=verbose)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object (`eventstudy.spillover/1`)."""
        from eventstudy.investigate._spillover_document import document

        return document(self)


def spillover(result: StudyResult, windows: Sequence[Sequence[int]] | None = None) -> Spillover:
    """Compare the groups of a study over its reported windows, or over `windows`.

    Raises:
        InvalidRequest: there are fewer than two groups, or the pairs are no one system: several dates, benchmarks, or days.
    """
    if result.config.outcome != "return":
        raise InvalidRequest(
            f"groups are compared by their returns, and this is a study of {result.config.outcome}",
            hint="leave out --outcome",
        )
    if len(result.groups) < 2:
        raise InvalidRequest(
            "there are fewer than two groups to compare",
            available=", ".join(group.name for group in result.groups) or "no named group",
            hint="give the event two [[event.group]] tables with names, or ask for tickers of both",
        )
    asked = [Window.of(w) for w in windows] if windows else list(result.config.windows or ())
    warned: list[Message] = []
    found = [spill for window in asked if (spill := _spill(result, window, warned))]
    if not found:
        raise InvalidRequest(
            f"the groups cannot be compared: {warned[0].message if warned else 'no window is reported'}",
            hint="study one event date with one benchmark, or name a window inside the event window",
        )
    return Spillover(tuple(found), result, tuple(warned))


def _spill(result: StudyResult, window: Window, warned: list[Message]) -> Spill | None:
    sample = result.sample(window)
    if not sample.n or sample.members is None:
        warned.append(Message.of("NO_PORTFOLIO.unobserved", window=window))
        return None
    if why := not_one_design(sample, 1):
        warned.append(Message.of("NO_PORTFOLIO.window", window=window, why=Phrase.quoted(why)))
        return None
    place = {int(i): k for k, i in enumerate(sample.members)}
    known = [
        (g, np.array([place[int(i)] for i in g.members if int(i) in place], dtype=np.int64)) for g in result.groups
    ]
    groups = [(group, members) for group, members in known if len(members)]
    means = np.array([_mean(sample.n, members) for _, members in groups])
    answers = _verdicts(sample, means, result.config.seed)
    order = np.argsort([a.car for a in answers], kind="stable").tolist()
    pairs = [(i, j) for i, j in combinations(order, 2) if not np.array_equal(groups[i][1], groups[j][1])]
    rows = [equal_means(sample.n, groups[i][1], groups[j][1])[0] for i, j in pairs]
    differences = _verdicts(sample, np.array(rows), result.config.seed) if rows else []
    restriction = _independent(np.diff(means[order], axis=0))
    return Spill(
        window=window,
        groups=tuple(_answer(result, sample, groups[i][0], groups[i][1], answers[i]) for i in order),
        differences=tuple(
            Difference(groups[i][0].name, groups[j][0].name, answer)
            for (i, j), answer in zip(pairs, differences, strict=True)
        ),
        alike=restricted(sample, restriction),
        restrictions=len(restriction),
        gained=_firms(result, window, up=True),
        lost=_firms(result, window, up=False),
        instead=instead_of_finding(result, whom=f"the groups over {window}"),
    )


def _answer(result: StudyResult, sample: Sample, group: Group, members: Ints, answer: Verdict) -> GroupAnswer:
    assert sample.members is not None
    tickers = tuple(result.panel.pairs[int(sample.members[m])].ticker for m in members)
    return GroupAnswer(group.role, group.name, tickers, answer)


def _mean(n: int, members: Ints) -> Floats:
    row = np.zeros(n)
    row[members] = 1 / len(members)
    return row


def _independent(rows: Floats) -> Floats:
    """Those of the rows that are no combination of the ones before."""
    kept: list[Floats] = []
    for row in rows:
        if np.linalg.matrix_rank(np.array([*kept, row])) > len(kept):
            kept.append(row)
    return np.array(kept)


def _verdicts(sample: Sample, weights: Floats, seed: int) -> list[Verdict]:
    """What each portfolio of the pairs, weights (P, N), did over the window."""
    series = combined(sample.returns, weights)
    found = cumulate(series, sample.window)
    ranked = catalog.load("tests", "conformal" if sample.window.length > 1 else "sample_quantile")
    by_ranks = ranked.compute(series, sample.window, seed).p_value
    p = p_t(found.scar, series.df)
    half = np.array([critical_t(float(df)) for df in series.df]) * found.se
    columns = (found.car, found.car - half, found.car + half, found.scar, series.df, p, by_ranks, holm(p))
    return [
        Verdict(float(car), float(low), float(high), float(t), int(df), float(q), float(r), float(adjusted))
        for car, low, high, t, df, q, r, adjusted in zip(*columns, strict=True)
    ]


def _firms(result: StudyResult, window: Window, *, up: bool) -> tuple[FirmAnswer, ...]:
    """The firms that stand out on one side, the furthest first."""
    from eventstudy.answers import ask_firms

    firm = result.firm_answers.get(window) or ask_firms(result.returns, window, (), result.config.seed)
    home = {int(i): group.name for group in reversed(result.groups) for i in group.members}
    both = (firm.p_adjusted < LEVEL) & ~(firm.headline_p >= LEVEL)
    out = [i for i in np.flatnonzero(both).tolist() if (firm.found.car[i] > 0) == up]
    out.sort(key=lambda i: -abs(firm.found.car[i]))
    return tuple(
        FirmAnswer(result.panel.pairs[i].ticker, home.get(i, ""), float(firm.found.car[i]), float(firm.p_adjusted[i]))
        for i in out
    )
