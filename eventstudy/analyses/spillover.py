"""Whom did it touch besides? The groups of an event side by side: each as one portfolio, and how they differ (METHODS 3.24).

Firms that share one date, benchmark and estimation days are one regression system. A difference between two groups is the CAR
of a portfolio that holds the one and owes the other, an exact t; that all groups moved alike is an exact F.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from eventstudy import plugins
from eventstudy.analyses.base import Answer, Finding, lines_of, plain
from eventstudy.engine.abnormal import cumulate
from eventstudy.errors import InvalidRequest
from eventstudy.inference import Sample, Significance, holm
from eventstudy.inference.distributions import critical_t, p_t
from eventstudy.inference.joint import equal_means, not_one_design, restricted
from eventstudy.language import Phrase
from eventstudy.messages import Message
from eventstudy.panel import Floats, Ints
from eventstudy.study.document import number, warnings_as_dicts
from eventstudy.study.estimate import combined
from eventstudy.study.result import Group, StudyResult
from eventstudy.study.sentences import LEVEL, instead_of_finding, listed, p_text, percent
from eventstudy.study.text import heading
from eventstudy.text import columns, wrapped
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
    """By `placebo`, the place of the window among windows made of ordinary days; NaN where that does not apply."""
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
class Spill(Finding):
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

    def _finding(self) -> str:
        """Which groups lost, which gained, which did not stand out, and whether they differ: what happened, never why."""
        by_move: dict[str, list[GroupAnswer]] = {"lost": [], "gained": [], "": []}
        for group in self.groups:
            by_move[group.moved].append(group)
        told = [
            f"{word}: {listed(f'{g.name} {percent(g.answer.car)} (p {p_text(g.answer.p_adjusted)})' for g in by_move[kind])}"
            for kind, word in (("lost", "lost"), ("gained", "gained"), ("", "not out of the ordinary"))
            if by_move[kind]
        ]
        return f"Over {self.window} {'; '.join(told)}. {_alike(self)}{_furthest(self)}"


@dataclass(frozen=True)
class Spillover(Answer):
    """The groups of an event, window by window."""

    windows: tuple[Spill, ...]
    result: StudyResult
    warned: tuple[Message, ...]
    schema = "eventstudy.spillover/1"
    chart = "spillover"

    @property
    def findings(self) -> tuple[Spill, ...]:
        """A finding a window."""
        return self.windows

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know of the study, and of the comparison."""
        said = [f"p only describe: {self.doubt}"] if self.doubt else []
        return (*said, *lines_of((*self.result.warned, *self.warned)))

    @property
    def incomplete(self) -> bool:
        """Whether the study lacks something."""
        return self.result.incomplete

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

    def _document(self) -> dict[str, Any]:
        """All of it as plain values; every figure of a sentence stands there too."""
        result = self.result
        return {
            "events": [{"id": event.id, "title": event.title} for event in result.events],
            "day0": str(np.unique(result.returns.day0_sessions)[0]),
            "day0_policy": result.day0_policy,
            "level": LEVEL,
            "doubt": self.doubt or None,
            "believable": self.result.believable,
            "windows": [_spill_as_dict(spill) for spill in self.windows],
            "config": result.config.as_dict(),
            "provenance": dict(result.provenance),
            "excluded": [e._asdict() for e in result.exclusions],
            "warnings": warnings_as_dicts((*result.warned, *self.warned)),
        }

    def _lines(self, *, verbose: bool) -> Iterator[str]:
        """The groups by window; of the first window (`verbose`: of all) the differences, who gained and who lost, in words."""
        yield from heading(self.result)
        for spill in self.windows if verbose else self.windows[:1]:
            yield from ("", *wrapped(spill.sentence), "")
            yield columns([_HEAD, *_rows(spill)], (2, 3, 4, 5, 6))
            if not spill.instead:
                yield from _firms_in_words("lost", spill.lost)
                yield from _firms_in_words("gained", spill.gained)
        rest = [] if verbose or not self.result.believable else self.windows[1:]
        yield from ("", *(line for spill in rest for line in wrapped(spill.sentence)))
        yield "p: exact t, by Holm over the groups, or over the differences, of a window; p (ranks): place among ordinary days"
        if self.result.day0_policy != "announced":
            yield "DAY0_CHOSEN: the user chose day 0; no p accounts for that choice"
        if self.doubt:
            yield from wrapped(f"p only describe: {self.doubt}")
        for warned in self.warned:
            yield from wrapped(f"{warned.code} {warned.message}")


def spillover(result: StudyResult, windows: Sequence[Sequence[int]] | None = None) -> Spillover:
    """Compare the groups of a study over its reported windows, or over `windows`.

    Raises:
        InvalidRequest: there are fewer than two groups, or the pairs are no one system: several dates, benchmarks, or days.
    """
    result.config.check_estimated("a comparison of groups")
    result.config.check_of_returns("a comparison of groups")
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
    ranked = plugins.load("tests", "placebo")
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
    from eventstudy.study.answers import ask_firms

    firm = result.firm_answers.get(window) or ask_firms(result.returns, window, (), result.config.seed)
    home = {int(i): group.name for group in reversed(result.groups) for i in group.members}
    both = (firm.p_adjusted < LEVEL) & ~(firm.headline_p >= LEVEL)
    out = [i for i in np.flatnonzero(both).tolist() if (firm.found.car[i] > 0) == up]
    out.sort(key=lambda i: -abs(firm.found.car[i]))
    return tuple(
        FirmAnswer(result.panel.pairs[i].ticker, home.get(i, ""), float(firm.found.car[i]), float(firm.p_adjusted[i]))
        for i in out
    )


def _spill_as_dict(spill: Spill) -> dict[str, Any]:
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
            "statistic": number(alike.statistic),
            "df": [spill.restrictions, number(alike.df)],
            "p": number(alike.p_value),
            "valid": alike.valid,
            "reasons": list(alike.reasons),
        },
        "gained": [vars(firm) for firm in spill.gained],
        "lost": [vars(firm) for firm in spill.lost],
        "sentence": spill.sentence,
    }


def _verdict(answer: Verdict) -> dict[str, Any]:
    return plain(vars(answer)) | {"stands_out": answer.stands_out}


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


_HEAD = ["group", "firms", "mean CAR", "95 % interval", "t", "p", "p (ranks)"]


def _rows(spill: Spill) -> Iterator[list[str]]:
    for group in spill.groups:
        yield [group.name, str(len(group.tickers)), *_cells(group.answer)]
    yield ["difference of means"]
    for difference in spill.differences:
        yield [f"  {difference.one} - {difference.other}", "", *_cells(difference.answer)]


def _cells(answer: Verdict) -> list[str]:
    interval = f"{percent(answer.low)} .. {percent(answer.high)}"
    return [percent(answer.car), interval, f"{answer.t:+.2f}", p_text(answer.p_adjusted), p_text(answer.p_ranks)]


def _firms_in_words(word: str, firms: tuple[FirmAnswer, ...]) -> Iterator[str]:
    told = ", ".join(f"{firm.ticker} {percent(firm.car)}" for firm in firms)
    yield from wrapped(f"{word}, each by itself (Holm over all firms): {told or 'none'}")
