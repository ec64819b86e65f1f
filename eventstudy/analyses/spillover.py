"""Whom did it touch besides? The groups of an event side by side: each as one portfolio, and how they differ (METHODS 3.24).

Firms that share one date, benchmark and estimation days are one regression system. A difference between two groups is the CAR
of a portfolio that holds the one and owes the other, judged as any series is, by `placebo`; p are adjusted for all groups (or
differences) and windows together. That all groups moved alike is an exact F.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from eventstudy.analyses.base import Answer, Finding, lines_of, of_pairs, plain
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.inference import Sample, Significance, holm
from eventstudy.inference.advice import in_a_storm
from eventstudy.inference.joint import equal_means, not_one_design, restricted
from eventstudy.language import Phrase, at_most, spoken
from eventstudy.language.messages import Message
from eventstudy.panel import Floats, Ints
from eventstudy.study.answers import FirmAnswers, ask_family, ask_firms, levels_of, on_scale
from eventstudy.study.document import number, warnings_as_dicts
from eventstudy.study.doubts import out_of_means, told
from eventstudy.study.estimate import combined
from eventstudy.study.families import MANY_TICKERS, judged_by_days
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import LEVEL, of_the_others, p_text, percent
from eventstudy.study.text import heading, prose
from eventstudy.text import columns, wrapped
from eventstudy.units.windows import Window


@dataclass(frozen=True)
class Verdict:
    """A mean CAR or a difference of two: the test that speaks for one series, with its 95 % interval, and the exact t."""

    car: float
    low: float
    """The effects that the test does not reject; NaN where it bounds none."""
    high: float
    test: str
    """`placebo`, or `exact_t` where a return lies across a gap; empty where neither is valid."""
    p: float
    """NaN where no test is valid."""
    p_adjusted: float
    """Judged together with all groups (or differences) and windows: Romano and Wolf's, or Holm's where days are lacking."""
    t: float
    """Exact t."""
    df: int
    p_t: float

    @property
    def judged(self) -> bool:
        """Whether a test is valid for it."""
        return bool(self.test)

    @property
    def stands_out(self) -> bool:
        """Whether it is out of the ordinary, the number of its like considered."""
        return self.p_adjusted < LEVEL


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
    """One firm that stands out, judged together with all firms and windows."""

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
    """That all groups have the same mean CAR: exact F of this window alone, for days no wilder than ordinary ones."""
    restrictions: int
    """How many restrictions that are."""
    gained: tuple[FirmAnswer, ...]
    lost: tuple[FirmAnswer, ...]
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""

    def _finding(self) -> Phrase:
        """Which groups lost, which gained, which did not stand out, and whether they differ: what happened, never why."""
        judged = [g for g in self.groups if g.answer.judged]
        told = [
            Phrase("{what}: {groups:list}", what=word, groups=[_with_p(g) for g in those])
            for kind, word in _SIDES.items()
            if (those := [g for g in judged if g.moved == kind])
        ]
        if others := [g for g in self.groups if not g.answer.judged]:
            names = [Phrase("{group} {car:+.2f %}", group=g.name, car=g.answer.car) for g in others]
            told.append(Phrase("no test is valid for {groups:list}", groups=names))
        further = [_alike(self), *_furthest(self)]
        return Phrase("Over {window} {findings:;}. {further: }", window=self.window, findings=told, further=further)


@dataclass(frozen=True, repr=False, eq=False)
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
    def doubts(self) -> tuple[str, ...]:
        """What looks wrong in the prices, whether or not the groups are told of without it."""
        return tuple(told(self.result.doubts_of()))

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know of the study, and of the comparison."""
        said = [Phrase("p only describe: {why}", why=self.doubt)] if self.doubt else []
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
            "believable": self.believable,
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
            yield from ("", *prose(spill.sentence), "")
            yield columns([[spoken(name) for name in _HEAD], *_rows(spill)], (2, 3, 4, 5))
            for group in self.result.groups:
                for line in out_of_means(self.result, group.members):
                    yield from prose(Phrase("{group}: {line}", group=group.name, line=line))
            if not spill.instead:
                yield from _firms_in_words(_SIDES["lost"], spill.lost)
                yield from _firms_in_words(_SIDES["gained"], spill.gained)
        rest = [] if verbose or not self.believable else self.windows[1:]
        yield from ("", *(line for spill in rest for line in prose(spill.sentence)))
        yield from prose(_legend(self))
        if self.result.day0_policy != "announced":
            yield spoken(Phrase("DAY0_CHOSEN: the user chose day 0; no p accounts for that choice"))
        if self.doubt:
            yield from prose(Phrase("p only describe: {why}", why=self.doubt))
        for warned in self.warned:
            yield from wrapped(f"{warned.code} {spoken(warned.message)}")


@of_pairs
def spillover(result: StudyResult, windows: Sequence[Sequence[int]] | None = None) -> Spillover:
    """Compare the groups of a study over its reported windows, or over `windows`.

    `result`: the study, of which the pairs are kept. Its events have two groups or more. `windows`: pairs of a first and last
    event day, both included.

    Raises:
        InvalidRequest: there are fewer than two groups, or the pairs are no one system: several dates, benchmarks, or days.

    Example:
        >>> result = es.run("deepseek-r1", day0="recognised")
        >>> print(es.analyses.spillover(result).sentence)
        Over [0, 0] lost: data-centre power and cooling -22.56 % (p .007) and chip makers -10.85 % (p .016);
        not out of the ordinary: cloud buyers -1.67 % (p .485), China +1.76 % (p .973) and software and
        devices +5.21 % (p .206). The groups did not all move alike. Furthest apart: data-centre
        power and cooling minus software and devices -27.78 % (p .004).
    """
    result.config.check_estimated(Phrase("a comparison of groups"))
    result.config.check_of_returns(Phrase("a comparison of groups"))
    result.config.check_daily(Phrase("a comparison of groups"))
    result.config.check_outcome(Phrase("a comparison of groups"))
    if len(result.groups) < 2:
        raise InvalidRequest(
            Sentence("there are fewer than two groups to compare"),
            available=", ".join(group.name for group in result.groups) or Sentence("no named group"),
            hint=Sentence("give the event two [[event.group]] tables with names, or ask for tickers of both"),
        )
    asked = [Window.of(w) for w in windows] if windows else list(result.config.windows or ())
    warned: list[Message] = []
    looked = _looked(result, asked, warned, result.believed)
    if not looked:
        raise InvalidRequest(
            Sentence(
                "the groups cannot be compared: {why}",
                why=warned[0].message if warned else Sentence("no window is reported"),
            ),
            hint=Sentence("study one event date with one benchmark, or name a window inside the event window"),
        )
    found, everyone = _told(result, looked), _members(result, lambda members: members)

    @cache
    def overturned() -> bool:
        rests_on_doubt = any(all(result.doubts[int(i)] for i in group.members) for group in result.groups)
        every = _looked(result, asked, [], lambda members: members)
        return rests_on_doubt or [*map(_verdicts_of, found)] != [*map(_verdicts_of, _told(result, every))]

    instead = [of_the_others(result, everyone, one.whom, overturned)[0] for one in looked]
    found = tuple(replace(spill, instead=said) for spill, said in zip(found, instead, strict=True))
    return Spillover(found, result, tuple(warned))


def _members(result: StudyResult, of: Callable[[Ints], Ints]) -> Ints:
    """Those of each group, once."""
    return np.unique(np.concatenate([of(group.members) for group in result.groups]))


def _looked(
    result: StudyResult, windows: Sequence[Window], warned: list[Message], of: Callable[[Ints], Ints]
) -> list[_Looked]:
    """The windows that can be looked at, with those members `of` each group."""
    samples = (_sample(result, window, _members(result, of), warned) for window in windows)
    return [_Looked(result, sample) for sample in samples if sample]


def _told(result: StudyResult, looked: Sequence[_Looked]) -> tuple[Spill, ...]:
    """What each window says, judged together with the others."""
    groups, differences = _verdicts([one.of_groups for one in looked]), _verdicts([one.of_pairs for one in looked])
    firms = _adjusted_firms(result, [one.window for one in looked])
    return tuple(one.told(g, d, f) for one, g, d, f in zip(looked, groups, differences, firms, strict=True))


def _verdicts_of(spill: Spill) -> tuple[object, ...]:
    """Which groups stand out and to which side, which differ, and whether all are alike."""
    moved = {group.name: (group.moved, group.answer.judged) for group in spill.groups}
    apart = {frozenset((d.one, d.other)): d.answer.stands_out for d in spill.differences}
    return spill.window, moved, apart, spill.alike.valid and spill.alike.p_value < LEVEL


def _sample(result: StudyResult, window: Window, counted: Ints, warned: list[Message]) -> Sample | None:
    """Those pairs over a window as one regression system, or None and why there is none among what is to be known.

    Those whose prices are in doubt are left out, as they are of all means, unless a group has no other.
    """
    sample = result.sample(window, counted)
    if not sample.n or sample.members is None:
        warned.append(Message.of("NO_PORTFOLIO.unobserved", window=window))
        return None
    if why := not_one_design(sample, 1):
        warned.append(Message.of("NO_PORTFOLIO.window", window=window, why=Phrase.quoted(why)))
        return None
    return sample


class _Series(NamedTuple):
    """Portfolios of the pairs and what each says of a window by itself."""

    returns: AbnormalReturns
    said: FirmAnswers
    seed: int


class _Looked:
    """The groups of one window, from the lowest mean CAR to the highest, and each two of them."""

    def __init__(self, result: StudyResult, sample: Sample) -> None:
        assert sample.members is not None
        self.result, self.sample, self.window = result, sample, sample.window
        place = {int(i): k for k, i in enumerate(sample.members)}
        known = [
            (g, np.array([place[int(i)] for i in g.members if int(i) in place], dtype=np.int64)) for g in result.groups
        ]
        some = [(group, members) for group, members in known if len(members)]
        order = np.argsort([sample.car[members].mean() for _, members in some], kind="stable")
        self.groups = [some[i] for i in order]
        self.means = np.array([_mean(sample.n, members) for _, members in self.groups])
        self.pairs = [
            (i, j)
            for i, j in combinations(range(len(self.groups)), 2)
            if not np.array_equal(self.groups[i][1], self.groups[j][1])
        ]
        self.of_groups = self._series(self.means)
        rows = [equal_means(sample.n, self.groups[i][1], self.groups[j][1])[0] for i, j in self.pairs]
        self.of_pairs = self._series(np.array(rows).reshape(-1, sample.n))

    def _series(self, weights: Floats) -> _Series:
        own, series = self.result.config, combined(self.sample.returns, weights)
        return _Series(series, ask_firms(series, self.window, (), own.seed, level=own.level), own.seed)

    def told(self, groups: list[Verdict], differences: list[Verdict], adjusted: Floats) -> Spill:
        result, window, members = self.result, self.window, self.sample.members
        assert members is not None
        restriction = _independent(np.diff(self.means, axis=0))
        alike, regime = restricted(self.sample, restriction), self.sample.regime
        if regime is not None and regime.raised and alike.distribution:
            alike = alike.distrusted(in_a_storm(regime.ratio))
        return Spill(
            window=window,
            groups=tuple(
                GroupAnswer(g.role, g.name, tuple(result.panel.pairs[int(members[m])].ticker for m in inside), answer)
                for (g, inside), answer in zip(self.groups, groups, strict=True)
            ),
            differences=tuple(
                Difference(self.groups[i][0].name, self.groups[j][0].name, answer)
                for (i, j), answer in zip(self.pairs, differences, strict=True)
            ),
            alike=alike,
            restrictions=len(restriction),
            gained=_firms(result, window, adjusted, up=True),
            lost=_firms(result, window, adjusted, up=False),
        )

    @property
    def whom(self) -> Phrase:
        """What is said of pairs in doubt is said of these."""
        return Phrase("the groups over {window}", window=self.window)


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


def _verdicts(looked: Sequence[_Series]) -> list[list[Verdict]]:
    """What the portfolios of each window did, their p adjusted for all portfolios and windows together."""
    valid = [one.said.believed for one in looked]
    p = np.where(np.concatenate(valid), np.concatenate([one.said.headline_p for one in looked]), np.nan)
    statistic = np.where(np.concatenate(valid), np.concatenate([on_scale(one.said) for one in looked]), np.nan)
    windows = [one.said.window for one in looked for _ in range(one.returns.n)]
    dependent = any(one.returns.dependent for one in looked)
    together, least = np.full(len(p), np.nan), np.nan
    if len(p) and not dependent:
        days = np.concatenate([one.returns.studentised for one in looked])
        levels = [level for one in looked for level in _levels_of(one.said)]
        together, least = judged_by_days(days, statistic, windows, looked[0].seed, levels)
    adjusted = iter(np.fmax(np.where(np.isfinite(p), together, np.nan), p) if np.isfinite(together).any() else holm(p))
    found = []
    for (returns, said, _), sound in zip(looked, valid, strict=True):
        judged = (
            np.where(sound, column, np.nan).tolist() for column in (said.low, said.high, said.headline_p, said.least)
        )
        plain = (column.tolist() for column in (said.found.car, said.found.scar, returns.df, said.p))
        tests = [test if one else "" for test, one in zip(said.headline, sound, strict=True)]
        found.append(
            [
                Verdict(
                    car, low, high, test, at_most(q, floor), at_most(float(next(adjusted)), least), t, int(df), exact
                )
                for test, low, high, q, floor, car, t, df, exact in zip(tests, *judged, *plain, strict=True)
            ]
        )
    return found


def _levels_of(said: FirmAnswers) -> list[Floats]:
    return levels_of(said.tests["placebo"]) if "placebo" in said.tests else [np.empty(0)] * len(said.p)


def _adjusted_firms(result: StudyResult, windows: Sequence[Window]) -> list[Floats]:
    """For each window the p of each pair, judged together with all pairs and windows; with very many by Holm."""
    firms = {window: result.firms_over(window) for window in windows}
    if result.n > MANY_TICKERS:
        every = holm(np.concatenate([np.where(f.believed, f.headline_p, np.nan) for f in firms.values()]))
        return list(every.reshape(len(firms), result.n))
    if set(windows) == set(result.firm_answers):
        family = result.family
        return [family.romano_wolf[:, list(result.firm_answers).index(window)] for window in windows]
    own = result.config
    family = ask_family(result.returns, firms, fat=True, seed=own.seed, executor=result.executor)
    return list(family.romano_wolf.T)


def _firms(result: StudyResult, window: Window, adjusted: Floats, *, up: bool) -> tuple[FirmAnswer, ...]:
    """The firms that stand out on one side, the furthest first."""
    car = result.firms_over(window).found.car
    home = {int(i): group.name for group in reversed(result.groups) for i in group.members}
    out = [i for i in np.flatnonzero(adjusted < LEVEL).tolist() if (car[i] > 0) == up and not result.doubts[i]]
    out.sort(key=lambda i: -abs(car[i]))
    return tuple(
        FirmAnswer(result.panel.pairs[i].ticker, home.get(i, ""), float(car[i]), float(adjusted[i])) for i in out
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
    return plain(vars(answer)) | {"test": answer.test or None, "stands_out": answer.stands_out}


_SIDES = {"lost": Phrase("lost"), "gained": Phrase("gained"), "": Phrase("not out of the ordinary")}
"""Which way a group went -> how it is called."""


def _with_p(group: GroupAnswer) -> Phrase:
    """A group with its mean CAR and the p that is left as all are judged together."""
    said = {"group": group.name, "car": group.answer.car, "p": group.answer.p_adjusted}
    return Phrase("{group} {car:+.2f %} (p {p:p})", **said)


def _alike(spill: Spill) -> Phrase:
    """Whether any two groups differ, all differences and windows judged together on the scale of the days near.

    The exact F of a window takes ordinary days for as wild as those of the event, and knows of no other window: it is among the
    figures, and no finding.
    """
    if not any(d.answer.judged for d in spill.differences):
        return Phrase("Whether they differ cannot be told.")
    if any(d.answer.stands_out for d in spill.differences):
        return Phrase("The groups did not all move alike.")
    return Phrase("The groups do not differ by more than chance.")


def _furthest(spill: Spill) -> Iterator[Phrase]:
    """The two groups furthest apart, where there are two."""
    if not spill.differences:
        return
    most = max(spill.differences, key=lambda d: abs(d.answer.car))
    said = {"one": most.one, "other": most.other, "car": most.answer.car, "p": most.answer.p_adjusted}
    if not most.answer.judged:
        del said["p"]
        yield Phrase("Furthest apart: {one} minus {other} {car:+.2f %}; no test is valid for that.", **said)
    elif most.answer.stands_out:
        yield Phrase("Furthest apart: {one} minus {other} {car:+.2f %} (p {p:p}).", **said)
    else:
        yield Phrase(
            "Furthest apart: {one} minus {other} {car:+.2f %} (p {p:p}), which is not out of the ordinary.", **said
        )


_HEAD = (
    *(Phrase("group"), Phrase("firms"), Phrase("mean CAR")),
    *(Phrase("{level} % interval", level=95), "p", Phrase("adj.")),
)


def _legend(found: Spillover) -> Phrase:
    """What p and adj. are."""
    n = len(found.windows)
    over = Phrase("{n} windows", n=n) if n > 1 else found.windows[0].window
    by = {v.answer.test for s in found.windows for v in s.groups} | {
        v.answer.test for s in found.windows for v in s.differences
    }
    p = Phrase("place among ordinary days, or exact t")
    if by <= {"placebo", ""}:
        p = Phrase("place among windows of ordinary days")
    told = [g.answer for s in found.windows for g in s.groups] + [
        d.answer for s in found.windows for d in s.differences
    ]
    least = any("≤" in p_text(p) for v in told for p in (v.p, v.p_adjusted))
    adjusted = Phrase("adj.: judged together with all groups (or all differences) over {windows}", windows=over)
    floor = [Phrase("≤: least possible")] if least else []
    return Phrase("p and interval: {said:;}", said=[p, adjusted, *floor])


def _rows(spill: Spill) -> Iterator[list[str]]:
    for group in spill.groups:
        yield [spoken(group.name), str(len(group.tickers)), *_cells(group.answer)]
    yield [spoken(Phrase("difference of means"))]
    for difference in spill.differences:
        yield [f"  {spoken(difference.one)} - {spoken(difference.other)}", "", *_cells(difference.answer)]


def _cells(answer: Verdict) -> list[str]:
    known = np.isfinite(answer.low) and np.isfinite(answer.high)
    interval = f"{percent(answer.low)} .. {percent(answer.high)}" if known else spoken(Phrase("none"))
    return [percent(answer.car), interval, p_text(answer.p), p_text(answer.p_adjusted)]


def _firms_in_words(side: Phrase, firms: tuple[FirmAnswer, ...]) -> Iterator[str]:
    told = [Phrase("{ticker} {car:+.2f %}", ticker=firm.ticker, car=firm.car) for firm in firms]
    if told:
        said = Phrase("{side}, judged together over all firms and windows: {firms}", side=side, firms=told)
    else:
        said = Phrase("{side}, judged together over all firms and windows: none", side=side)
    yield from prose(said)
