"""Do kinds of events differ? The mean CARs of two kinds, judged on clusters of dates.

Events whose windows share days are one draw of a common shock, so dates are counted, not pairs: windows that touch make a
cluster, and each cluster has one vote (Ibragimov and Mueller 2016). Where a cluster holds both kinds the difference is taken
within it; where only some do, pairs are weighted, with standard errors and degrees of freedom for few clusters (Bell and
McCaffrey 2002).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from eventstudy.analyses.base import Answer, in_its_unit, lines_of
from eventstudy.analyses.regression import attributes_of, checked, known_of
from eventstudy.calendars import timing_of
from eventstudy.engine.abnormal import cumulate
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence, as_known
from eventstudy.events import Moment, chosen_moment
from eventstudy.inference import holm
from eventstudy.inference.clusters import (
    Found,
    cr1,
    cr2,
    im_paired,
    im_two_sample,
    permuted,
    sharing_days,
    votes,
    wald,
    welch,
    wild,
)
from eventstudy.inference.distributions import critical_t
from eventstudy.language import Phrase, figure, spoken
from eventstudy.language.messages import Exclusion, Message
from eventstudy.panel import Floats, Ints
from eventstudy.study.document import called_as_dict, number, warnings_as_dicts
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import LEVEL, of_the_others, p_text, percent
from eventstudy.study.text import heading, prose
from eventstudy.text import columns, wrapped
from eventstudy.units import LOGS, shown_in
from eventstudy.units.windows import Window

BY = (
    "category",
    "timing",
    "surprise",
    "tag:NAME",
    Sentence("a column of the characteristics or of the file of events"),
)
_MOST_LEVELS = 10
_MOST_NUMBERS = 2
"""Numbers of more values than this are no kinds where most of them stand on one event."""
_POWER = 0.80
_FEW = 6
"""Below so many clusters of a kind little can be seen."""
_RETURNS = ("ar", "car", "ret", "return", "abnormal", "ar_0", "day0")
"""Columns that are called like what is compared."""
PAIRS_DEPEND = Phrase("pairs of one date share a shock and are not independent")
FEW_DATES = Phrase("with few dates its standard error is too small")


@dataclass(frozen=True)
class Level:
    """A kind of events."""

    name: str
    n: int
    """Pairs."""
    clusters: int
    mean: float
    """Over pairs."""
    vote: float
    """Mean of the means of its clusters."""


@dataclass(frozen=True)
class Test:
    """What one test says of a difference."""

    name: str
    difference: float
    se: float
    statistic: float
    df: float
    p: float
    valid: bool
    reason: str = ""
    draws: int = 0


@dataclass(frozen=True)
class Pair:
    """Two kinds: the mean of the first minus that of the second."""

    a: str
    b: str
    headline: str
    """The test that speaks; empty where too few clusters let none."""
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float
    """Holm's, over all pairs of kinds."""
    detectable: float
    """The smallest true difference that would have been seen in 80 % of studies like this."""
    tests: tuple[Test, ...]
    why_none: str = ""


def _higher(pair: Pair) -> str:
    return pair.a if pair.difference > 0 else pair.b


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(Answer):
    """The kinds of a study's events over one window."""

    by: str
    window: Window
    n_clusters: int
    levels: tuple[Level, ...]
    """From the lowest mean to the highest."""
    pairs: tuple[Pair, ...]
    alike: Test | None
    """That all of several kinds have one mean: Wald by the wild cluster bootstrap. None where no comparison is valid."""
    dots: tuple[Floats, ...]
    """Of each kind the means of its clusters."""
    excluded: tuple[Exclusion, ...]
    """What the study left out, and what only the comparison did."""
    warned: tuple[Message, ...]
    result: StudyResult
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""
    without: tuple[str, ...] = ()
    """Which pairs the figures leave out because their prices are in doubt."""
    schema = "eventstudy.compare/1"
    chart = "comparison"

    @property
    def incomplete(self) -> bool:
        """Whether a pair was left out."""
        return bool(self.excluded)

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know of the comparison, and what was left out."""
        left = (
            Phrase("left out {ticker} ({event}): {why}", ticker=e.ticker, event=e.event_id, why=e.message)
            for e in self.excluded
        )
        return (*self.without, *lines_of(self.warned), *left)

    def tidy(self) -> pd.DataFrame:
        """One row a pair of kinds and test: a, b, name, difference, se, statistic, df, p, valid, headline, reason."""
        rows = [
            {"a": pair.a, "b": pair.b, **vars(test), "headline": test.name == pair.headline}
            for pair in self.pairs
            for test in pair.tests
        ]
        return pd.DataFrame(rows)

    def as_shown(self) -> AbstractContextManager[None]:
        """Abnormal volumes as the logarithms that they are, other values in the unit of the study.

        Example:
            >>> with answer.as_shown():
            ...     print("values are in the unit of the study here")
            values are in the unit of the study here
        """
        return shown_in(LOGS) if self.result.config.outcome == "volume" else super().as_shown()

    @property
    def verdicts(self) -> dict[frozenset[str], str | None]:
        """Of each two kinds the higher one where they differ, no name where they do not, None without a test."""
        return {
            frozenset((pair.a, pair.b)): _higher(pair) if pair.p_adjusted < LEVEL else "" if pair.headline else None
            for pair in self.pairs
        }

    def _finding(self) -> Phrase:
        """Which kinds differ, and what could have been seen."""
        told: list[Phrase] = []
        for pair in self.pairs:
            said = {"a": pair.a, "b": pair.b, "value": pair.difference}
            if not pair.headline:
                told.append(Phrase("{a} less {b} {value:+.2f %}, no test is valid", **said))
            else:
                told.append(
                    Phrase(
                        "{a} less {b} {value:+.2f %} (p {p:p} by {test}; a difference of {seen:-.2f %} would mostly be seen)",
                        p=pair.p_adjusted, test=pair.headline, seen=pair.detectable, **said,
                    )
                )  # fmt: skip
        out = [pair for pair in self.pairs if pair.p_adjusted < LEVEL]
        fields: dict[str, Any] = {"by": self.by, "what": self._what, "n": self.n_clusters, "findings": told}
        if not any(pair.headline for pair in self.pairs):
            return Phrase("By {by}, {what} on {n} clusters of dates cannot be compared: {findings:;}.", **fields)
        if out:
            return Phrase("By {by}, {what} on {n} clusters of dates differ: {findings:;}.", **fields)
        return Phrase("By {by}, {what} on {n} clusters of dates do not differ measurably: {findings:;}.", **fields)

    @property
    def _what(self) -> Phrase:
        """What the kinds are compared by."""
        if self.result.config.outcome == "volume":
            return Phrase("abnormal log volume over {window}", window=self.window)
        if self.result.config.returns == "difference":
            return Phrase("cumulated change {window}", window=self.window)
        return Phrase("CAR{window}", window=self.window)

    def _document(self) -> dict[str, Any]:
        return {
            "by": self.by,
            "start": self.window.start,
            "end": self.window.end,
            **called_as_dict(self.window),
            "levels": [_plain(level) for level in self.levels],
            "pairs": [_pair_as_dict(pair) for pair in self.pairs],
            "alike": _plain(self.alike) if self.alike else None,
            "clusters": self.n_clusters,
            "believable": self.believable,
            "sentence": self.sentence,
            "without": list(map(str, self.without)),
            "excluded": [e._asdict() for e in self.excluded],
            "warnings": warnings_as_dicts(self.warned),
            "provenance": dict(self.result.provenance),
        }

    def _lines(self, *, verbose: bool) -> Iterator[str]:
        """The kinds, each difference by the headline and beside it, and what to know."""
        yield from heading(self.result)
        yield ""
        yield from prose(self.sentence)
        yield ""
        head = [Phrase("pairs"), Phrase("clusters of dates"), Phrase("mean {what}", what=self._what)]
        rows = [[self.by, *map(spoken, [*head, Phrase("mean of clusters")])]]
        rows += [[v.name, str(v.n), str(v.clusters), percent(v.mean), percent(v.vote)] for v in self.levels]
        yield columns(rows, range(1, 5))
        for pair in self.pairs:
            yield ""
            less = Phrase("{a} less {b}", a=pair.a, b=pair.b)
            rows = [[spoken(less), spoken(Phrase("difference")), "t", "df", "p", ""]]
            for test in pair.tests:
                mark = "" if test.valid else Phrase("not valid: {reasons:;}", reasons=[test.reason])
                mark = Phrase("headline") if test.name == pair.headline else mark
                figures = [
                    figure(f"{v:.{d}f}") if np.isfinite(v) else "" for v, d in ((test.statistic, 2), (test.df, 1))
                ]
                rows.append([f"  {test.name}", percent(test.difference), *figures, p_text(test.p), spoken(mark)])
            yield columns(rows, range(1, 5))
            if pair.headline:
                interval = Phrase("95 % interval {low:+.2f %} .. {high:+.2f %}", low=pair.low, high=pair.high)
                holm_p = Phrase("p by Holm over {n}: {p:p}", n=len(self.pairs), p=pair.p_adjusted)
                yield f"  {spoken(interval)}; {spoken(holm_p)}"
            else:
                yield from wrapped(f"  {spoken(pair.why_none)}")
        if self.alike:
            yield ""
            said = {"wald": self.alike.statistic, "p": self.alike.p}
            yield spoken(Phrase("all kinds alike: Wald {wald:.2f}, p {p:p} (wild cluster bootstrap)", **said))
        yield ""
        for line in self.messages:
            yield from prose(line)


def _plain(value: Any) -> dict[str, Any]:
    told = {k: number(v) if isinstance(v, float) else v for k, v in vars(value).items()}
    return {k: v or None if k == "reason" else v for k, v in told.items()}


def _pair_as_dict(pair: Pair) -> dict[str, Any]:
    told = {k: v for k, v in _plain(pair).items() if k not in ("low", "high", "tests", "why_none")}
    return told | {
        "headline": pair.headline or None,
        "ci": [number(pair.low), number(pair.high)] if np.isfinite(pair.low) else None,
        "why_none": pair.why_none or None,
        "tests": [_plain(test) for test in pair.tests],
    }


@in_its_unit
def compare(
    result: StudyResult,
    by: str,
    *,
    window: Sequence[int] | None = None,
    characteristics: Any = None,
    cut: str | float | None = None,
) -> Comparison:
    """Compare the mean CARs of kinds of events over one window.

    `by`: `category` or `timing` of the events, `tag:NAME` (with it and without), or a column of `characteristics` (ticker[,
    event_id], ...) or else of the table of events, `surprise` among them. `cut`: `median` or a number, which makes two kinds
    of a column of numbers; of `surprise` it is 0.

    `result`: the study, of which the pairs are kept. `window`: its first and last event day, both included; None:
    [0, 1], or the one window of a study of calendar days or of windows of the pairs' own.

    Raises:
        InvalidRequest: one kind alone, one cluster of dates, a cut by the returns that are compared, a column that cannot be
        meant, or a study of volatility. InvalidFile: the column is not there. NothingUsable: no pair covers the window.

    Example:
        >>> import pandas as pd
        >>> days = pd.date_range("2024-10-01", periods=8, freq="7D")
        >>> table = pd.DataFrame({"ticker": "NVDA", "date": days, "kind": ["good", "bad"] * 4})
        >>> result = es.run(table, source="bundled", estimation_window=(-130, -11))
        >>> print(es.analyses.compare(result, by="kind").sentence)
        By kind, CAR[0, +1] on 8 clusters of dates do not differ measurably: bad less good -0.82 % (p .629
        by im_two_sample; a difference of 5.96 % would mostly be seen).
    """
    result.config.check_outcome(Phrase("a comparison of kinds of events"), "volume")
    window = _window(result, window)
    result.config.check_inside(window)
    found = cumulate(result.returns, window)
    by = _meant(result, by, characteristics)
    named, excluded, warned = _kinds(result, by, characteristics, cut, found.car)
    members = np.array([i for i, name in enumerate(named) if name is not None], dtype=np.int64)
    gone = members[~found.covered[members]]
    excluded += [Exclusion.of("WINDOW_INCOMPLETE.car", *_who(result, i), window=window) for i in gone.tolist()]
    members = members[found.covered[members]]
    if not len(members):
        raise NothingUsable(Sentence("no pair has both a kind by {by} and the window {window}", by=by, window=window))

    def of(chosen: Ints) -> Comparison:
        names = [str(named[i]) for i in chosen.tolist()]
        return _of_members(result, by, window, chosen, names, found.car[chosen], excluded, warned)

    told = of(result.believed(members))
    whom = Phrase("the CARs of {pairs} pairs", pairs=len(members))
    instead, without = of_the_others(result, members, whom, lambda: told.verdicts != of(members).verdicts)
    return replace(told, instead=instead, without=without)


def _of_members(
    result: StudyResult,
    by: str,
    window: Window,
    members: Ints,
    names: Sequence[str],
    car: Floats,
    excluded: Sequence[Exclusion],
    warned: Sequence[Message],
) -> Comparison:
    """The comparison of these pairs of kinds `names`, whatever is thought of their prices."""
    levels = sorted(set(names), key=lambda name: float(car[[n == name for n in names]].mean()))
    if len(levels) < 2:
        raise InvalidRequest(
            Sentence("all events are of one kind by {by}: {levels}", by=by, levels=levels[0]),
            hint=Sentence("compare by something in which they differ"),
        )
    if len(levels) > _MOST_LEVELS:
        raise InvalidRequest(
            Sentence("{by} has {n} kinds", by=by, n=len(levels)),
            available=", ".join(sorted(levels)[:_MOST_LEVELS]),
            hint=Sentence("--cut median, or 0, makes two of numbers"),
        )
    cluster = _clusters(result, members, window)
    if cluster.max() == 0:
        raise InvalidRequest(
            Sentence(
                "all windows share days: one date is one draw of the common shock, and kinds cannot be"
                " compared over dates"
            ),
            hint=Sentence("eventstudy spillover compares groups of firms on one date"),
        )
    level = np.array([levels.index(name) for name in names], dtype=np.int64)
    pairs = [
        _compared(car, level, cluster, a, b, levels, result.config.seed) for a, b in combinations(range(len(levels)), 2)
    ]
    p = holm(np.array([pair.p for pair in pairs])).tolist()
    pairs = [replace(pair, p_adjusted=float(q)) for pair, q in zip(pairs, p, strict=True)]
    kinds = tuple(_level(levels[k], car, level, cluster, k) for k in range(len(levels)))
    few = [
        Message.of("COMPARE_FEW.one" if k.clusters == 1 else "COMPARE_FEW", kind=k.name, clusters=k.clusters)
        for k in kinds
        if k.clusters < _FEW
    ]
    alike = None
    if len(levels) > 2 and any(pair.headline for pair in pairs):
        said = wald(car, level, cluster, result.config.seed)
        alike = Test("wald", np.nan, np.nan, said.statistic, said.df, said.p, True, draws=said.draws)
    return Comparison(
        by=by,
        window=window,
        n_clusters=int(cluster.max()) + 1,
        levels=kinds,
        pairs=tuple(pairs),
        alike=alike,
        dots=tuple(_votes(car, level, cluster, k) for k in range(len(levels))),
        excluded=(*result.exclusions, *excluded),
        warned=(*warned, *few),
        result=result,
    )


def _window(result: StudyResult, asked: Sequence[int] | None) -> Window:
    """The window that is compared, as the study calls it."""
    if asked is None and (result.config.window_days is not None or result.config.own_windows):
        return next(iter(result.config.windows or ()))
    return result.config.called(Window.of((0, 1) if asked is None else asked))


def _who(result: StudyResult, i: int) -> tuple[str, str]:
    pair = result.panel.pairs[i]
    return pair.event_id, pair.ticker


def _meant(result: StudyResult, by: str, table: pd.DataFrame | None) -> str:
    """What events are compared by, in the spelling of the events or of the table."""
    tags = {f"tag:{tag}" for event in result.events for tag in event.tags}
    columns = (
        {name for event in result.events for name in event.attributes} if table is None else map(str, table.columns)
    )
    return as_known(by, {*BY, *tags, *columns})


def _kinds(
    result: StudyResult, by: str, table: pd.DataFrame | None, cut: str | float | None, car: Floats
) -> tuple[list[str | None], list[Exclusion], list[Message]]:
    """The kind of each pair, or None with an exclusion; and what to know of how kinds were made."""
    events = {event.id: event for event in result.events}
    own = [events[pair.event_id] for pair in result.panel.pairs]
    if cut is not None and (by in ("category", "timing") or by.startswith("tag:")):
        raise InvalidRequest(Sentence("--cut cuts numbers, and {by} holds none", by=by), hint=Sentence("leave it out"))
    if by.startswith("tag:"):
        tag = by.removeprefix("tag:")
        tags = sorted({one for event in own for one in event.tags})
        if tag not in tags:
            raise InvalidRequest(
                Sentence("no event has the tag {tag!r}", tag=tag), available=", ".join(tags) or Sentence("no tags")
            )
        return [tag if tag in event.tags else f"without {tag}" for event in own], [], []
    if by in ("category", "timing"):
        named = [event.category or "" for event in own] if by == "category" else _timings(result)
        blank = [i for i, name in enumerate(named) if name in ("", "unknown")]
        excluded = [Exclusion.of("NO_CHARACTERISTICS.blank", *_who(result, i), names=[by]) for i in blank]
        return [None if i in blank else name for i, name in enumerate(named)], excluded, []
    if table is None:
        own_columns = sorted({name for event in own for name in event.attributes})
        if by not in own_columns:
            raise InvalidRequest(
                Sentence("{by!r} is nothing that events say of themselves", by=by),
                available=Phrase("{names}", names=[*BY, *own_columns]),
                hint=Sentence("--characteristics FILE names a table with that column"),
            )
        table = attributes_of(result)
    if by.lower() in _RETURNS:
        raise _cut_by_returns(by)
    return _by_column(result, by, checked(table), 0.0 if by == "surprise" and cut is None else cut, car)


def _by_column(
    result: StudyResult, by: str, table: pd.DataFrame, cut: str | float | None, car: Floats
) -> tuple[list[str | None], list[Exclusion], list[Message]]:
    known = known_of(result, table, [] if cut is None else [by], [by] if cut is None else [])
    warned = [] if known.dated else [Message.of("UNDATED")]
    named: list[str | None] = [None] * result.returns.n
    excluded = list(known.excluded)
    if cut is None:
        _check_kinds(result, by, known.members.tolist(), [str(text).strip() for text in known.words[by].tolist()])
        for i, text in zip(known.members.tolist(), known.words[by].tolist(), strict=True):
            if str(text).strip():
                named[i] = str(text).strip()
            else:
                excluded.append(Exclusion.of("NO_CHARACTERISTICS.blank", *_who(result, i), names=[by]))
        return named, excluded, warned
    values = known.values[:, 0]
    for returns in (car[known.members], result.raw[known.members, -result.config.event_window.start]):
        both = np.isfinite(returns) & np.isfinite(values)
        if both.sum() > 2 and np.ptp(values[both]) > 0 and np.corrcoef(values[both], returns[both])[0, 1] > 0.999:
            raise _cut_by_returns(by)
    at = _cut_at(cut, values)
    for i, value in zip(known.members.tolist(), values.tolist(), strict=True):
        named[i] = f"{by} above {at:g}" if value > at else f"{by} up to {at:g}"
    if cut == "median":
        warned.append(Message.of("COMPARE_CUT", column=by, cut=at))
    return named, excluded, warned


def _check_kinds(result: StudyResult, by: str, members: list[int], said: list[str]) -> None:
    """Refuse numbers that are no kinds: as good as every event has its own.

    Raises:
        InvalidRequest: they are many, and at least half of them stand on one event.
    """
    events: dict[str, set[str]] = {}
    for i, text in zip(members, said, strict=True):
        if text:
            events.setdefault(text, set()).add(_who(result, i)[0])
    alone = sum(len(one) == 1 for one in events.values())
    if len(events) > _MOST_NUMBERS and all(map(_is_number, events)) and 2 * alone >= len(events):
        raise InvalidRequest(
            Sentence(
                "{by} holds {n} different numbers, {alone} of them on one event alone: these are no kinds",
                by=by,
                n=len(events),
                alone=alone,
            ),
            hint=Sentence("--cut median, or a number such as 0, makes two kinds of them"),
        )


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _cut_at(cut: str | float, values: Floats) -> float:
    if cut == "median":
        return float(np.median(values)) if len(values) else 0.0
    try:
        at = float(cut)
    except ValueError:
        at = float("nan")
    if not np.isfinite(at):
        raise InvalidRequest(
            Sentence("--cut cannot be {cut!r}", cut=cut), available=Sentence("median, or a number such as 0")
        )
    return at


def _cut_by_returns(by: str) -> InvalidRequest:
    return InvalidRequest(
        Sentence("{by} is the return that is compared: kinds that are made of it differ by their making", by=by),
        hint=Sentence("compare by what was known before, such as the surprise of the report"),
    )


def _timings(result: StudyResult) -> list[str]:
    events = {event.id: event for event in result.events}
    found = []
    for pair, day0 in zip(result.panel.pairs, result.panel.day0, strict=True):
        event = events[pair.event_id]
        moment = chosen_moment(event, result.day0_policy) or Moment(event.announced, event.timing)
        found.append(str(timing_of(moment, day0)))
    return found


def _clusters(result: StudyResult, members: Ints, window: Window) -> Ints:
    """(N,) groups of pairs whose windows share days."""
    start = window.start - result.config.event_window.start
    return sharing_days(result.sessions[members][:, start : start + window.length])


def _votes(car: Floats, level: Ints, cluster: Ints, k: int) -> Floats:
    one, _ = votes(car, (level == k).astype(np.int64), cluster)
    return one[np.isfinite(one)]


def _level(name: str, car: Floats, level: Ints, cluster: Ints, k: int) -> Level:
    own, one = car[level == k], _votes(car, level, cluster, k)
    return Level(name, len(own), len(one), float(own.mean()), float(one.mean()))


def _compared(car: Floats, level: Ints, cluster: Ints, a: int, b: int, levels: list[str], seed: int) -> Pair:
    """Two kinds by all tests; which of them speaks follows from whether clusters hold one kind, both, or some both."""
    chosen = (level == a) | (level == b)
    values, first = car[chosen], (level[chosen] == a).astype(np.int64)
    groups = np.unique(cluster[chosen], return_inverse=True)[1].astype(np.int64)
    one, other = votes(values, first, groups)
    both, g = np.isfinite(one) & np.isfinite(other), len(one)
    why = ""
    if both.all():
        headline = "im_paired"
        why = "" if g > 1 else Phrase("both kinds fall on one cluster of dates")
    elif not both.any():
        headline = "im_two_sample"
        if min(np.isfinite(one).sum(), np.isfinite(other).sum()) < 2:
            why = Phrase("one of the kinds has one cluster of dates: nothing says how much dates differ")
    else:
        headline = "cr2"
        why = "" if g > 2 else Phrase("two clusters of dates are too few where one holds both kinds")
    said: dict[str, Found] = {headline: _ask(headline, values, first, groups)}
    said["cr2"] = _ask("cr2", values, first, groups)
    if not both.any():
        said["permuted"] = permuted(values, first, groups, seed)
    if g > 1:
        said["wild"] = wild(values, first, groups, seed)
        said["cr1"] = cr1(values, first, groups)
    said["welch"] = welch(values[first == 1], values[first == 0])
    doubts = {"welch": PAIRS_DEPEND if g < len(values) else "", "cr1": FEW_DATES}
    tests = tuple(
        Test(
            name,
            f.difference,
            f.se,
            f.statistic,
            f.df,
            f.p,
            not (doubts.get(name) or why),
            doubts.get(name) or why,
            f.draws,
        )
        for name, f in said.items()
    )
    lead = said[headline]
    speaks = not why and np.isfinite(lead.p)
    half = critical_t(lead.df) * lead.se if speaks else np.nan
    seen = (critical_t(lead.df) + float(special.stdtrit(lead.df, _POWER))) * lead.se if speaks else np.nan
    return Pair(
        a=levels[a],
        b=levels[b],
        headline=headline if speaks else "",
        difference=lead.difference,
        low=lead.difference - half,
        high=lead.difference + half,
        p=lead.p if speaks else np.nan,
        p_adjusted=np.nan,
        detectable=seen,
        tests=tests,
        why_none=why if not speaks else "",
    )


def _ask(name: str, values: Floats, first: Ints, cluster: Ints) -> Found:
    return {"im_two_sample": im_two_sample, "im_paired": im_paired, "cr2": cr2}[name](values, first, cluster)
