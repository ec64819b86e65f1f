"""Findings in words. Every figure in a sentence stands in the result too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.inference import Alternative
from eventstudy.language import NO_FIGURE, Phrase, figure, language_spoken, written
from eventstudy.panel import Ints
from eventstudy.study.answers import Answer
from eventstudy.study.doubts import no_finding, not_counted, speak_for_all
from eventstudy.study.doubts import told as doubts_told
from eventstudy.study.happened import of_prices
from eventstudy.study.names import tests_named

if TYPE_CHECKING:
    from eventstudy.study.result import Result, StudyResult

LEVEL = 0.05
_ON_AVERAGE = "bmp_adjusted"
"""The test that asks whether such firms move on average, by how unlike they are."""


def percent(decimal: float, digits: int = 2) -> str:
    """A decimal as per cent with sign, as shown to people."""
    return written(decimal, f"+.{digits}f %")


def amount(result: StudyResult) -> Callable[[float], str]:
    """How abnormal values are shown: per cent, or plain logarithms of volume."""
    return to_two if result.config.outcome == "volume" else percent


def to_two(number: float) -> str:
    """A number with sign and two decimals, as shown to people."""
    return figure(f"{number:+.2f}") if np.isfinite(number) else NO_FIGURE[language_spoken()]


def p_text(p: float) -> str:
    """A p-value as shown to people."""
    return written(p, "p")


def listed(names: Iterable[str]) -> str:
    """Names as in a sentence: `a, b and c`."""
    return written(list(names), "list")


def finding(result: StudyResult) -> Phrase:
    """What the pairs together say: which windows stand out by the headline test, which do not, and the largest day.

    Where the figures cannot be believed there is no finding.
    """
    if doubts := result.withheld():
        return no_finding(_subject(result), doubts)
    answers = list(result.answers.values())
    primary = [a for a in answers if a.window == result.config.primary]
    told = _told(result, primary or answers)
    further = [a for a in answers if a not in primary]
    if primary and further:
        told.append(_further(result, further))
    unjudged = [a for a in answers if not a.headline]
    ended = [a.window for a in unjudged if not a.n and a.window.end > _last_day(result)]
    if ended:
        told.append(Phrase("prices end before the last day of {windows}", windows=ended))
    unjudged = [a for a in unjudged if a.window not in ended]
    if nothing := [a.window for a in unjudged if not any(test.valid for test in a.tests.values())]:
        told.append(Phrase("no test is valid for {windows}", windows=nothing))
    if other := [a.window for a in unjudged if a.window not in nothing]:
        told.append(Phrase("the test for this design is not valid over {windows}", windows=other))
    whom = _to_a_side(_measured(result, answers), result.config.alternative)
    day = None if of_prices(result) else largest_day(result)  # `what_happened` says it of prices
    if not primary:
        whom = _together(result, whom)
    if not day:
        return Phrase("{subject}: {findings:;}.", subject=whom, findings=told)
    return Phrase("{subject}: {findings:;}. {day}", subject=whom, findings=told, day=day)


def _last_day(result: StudyResult) -> int:
    """The last event day that any pair has a return of."""
    return max((int(result.rel_days[j]) for j in np.flatnonzero(np.isfinite(result.returns.ar).any(axis=0))), default=0)


def _told(result: StudyResult, answers: list[Answer]) -> list[Phrase]:
    """Which windows stand out and which do not, by the p that is left when they are judged together."""
    judged = [a for a in answers if a.headline]
    out = [a for a in judged if result.adjusted[a.window].p < LEVEL]
    quiet = [a for a in judged if a not in out]
    told = []
    if out:
        told.append(
            Phrase.counted(
                "{windows} by {tests:list} stands out from ordinary days",
                "{windows} by {tests:list} stand out from ordinary days",
                **_windows(result, out),
            )
        )
    if quiet and out:
        told.append(
            Phrase.counted(
                "{windows} by {tests:list} does not", "{windows} by {tests:list} do not", **_windows(result, quiet)
            )
        )
    elif quiet:
        told.append(
            Phrase.counted(
                "{windows} by {tests:list} does not stand out",
                "{windows} by {tests:list} do not stand out",
                **_windows(result, quiet),
            )
        )
    if unlike := [a for a in out if _unlike(a)]:
        windows = [Phrase("{window} (p {p:p})", window=a.window, p=a.tests[_ON_AVERAGE].told_p) for a in unlike]
        told.append(
            Phrase(
                "whether such firms move on average, or only these did: {windows} by {tests:list}",
                windows=windows,
                tests=tests_named([_ON_AVERAGE]),
            )
        )
    return told


def _unlike(answer: Answer) -> bool:
    """Whether firms of one date are spread so widely that a wilder day and unlike reactions cannot be told apart."""
    wide = answer.design is not None and answer.n_dates == 1 and answer.design.event_variance
    asked = answer.tests.get(_ON_AVERAGE)  # a study of variance does not ask for the mean
    return wide and answer.headline != _ON_AVERAGE and asked is not None and bool(np.isfinite(asked.p_value))


def _further(result: StudyResult, answers: list[Answer]) -> Phrase:
    """The windows beside the one that was declared before."""
    told = _told(result, answers)
    n = judged_together(result)
    if n < 2:
        return Phrase("further window: {findings:;}", findings=told)
    return Phrase("further windows (p of {n} judged together): {findings:;}", n=n, findings=told)


def _to_a_side(whom: Phrase, alternative: Alternative) -> Phrase:
    """What was measured, with the side that its p look to where that is one."""
    if alternative == "greater":
        return Phrase("{subject}, tested for a rise alone", subject=whom)
    return Phrase("{subject}, tested for a fall alone", subject=whom) if alternative == "less" else whom


def judged_together(result: Result) -> int:
    """How many windows are judged together."""
    return max((one.of for one in result.adjusted.values()), default=0)


def _together(result: StudyResult, whom: Phrase) -> Phrase:
    """What was measured, with how many windows are judged together where there are several."""
    n = judged_together(result)
    return Phrase("{subject} (p of {n} windows judged together)", subject=whom, n=n) if n > 1 else whom


def instead_of_finding(result: StudyResult, members: Iterable[int] | None = None, whom: str = "") -> tuple[str, ...]:
    """What other answers say of these pairs (or all) where prices look wrong: the doubts, and last that there is no finding.

    Nothing where there is no doubt.
    """
    doubts = result.doubts_of(members)
    return (*doubts_told(doubts), no_finding(whom or _subject(result), doubts)) if doubts else ()


def of_the_others(
    result: StudyResult, members: Ints, whom: str, overturned: Callable[[], bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is said in place of a finding of figures that leave out pairs in doubt, and whom they leave out, after the doubts.

    The first is empty where those that are left speak for all; `overturned`: whether the figures of all have other verdicts.
    """
    without, instead = tuple(not_counted(result, members)), instead_of_finding(result, members.tolist(), whom)
    if speak_for_all(len(result.believed(members)), len(members), overturned):
        return (), (*instead[:-1], *without)
    return instead, without


def _subject(result: StudyResult) -> str:
    n = result.returns.n
    return result.panel.pairs[0].ticker if n == 1 else Phrase("the {pairs:,} pairs together", pairs=n)


def _measured(result: StudyResult, answers: list[Answer]) -> Phrase:
    """What was measured, and of whom."""
    if result.returns.n == 1:
        ticker = result.panel.pairs[0].ticker
        if result.config.outcome == "volume":
            return Phrase("Abnormal log volume of {ticker}", ticker=ticker)
        if result.config.outcome == "volatility":
            return Phrase("Variance over that of ordinary days of {ticker}", ticker=ticker)
        if result.config.returns == "difference":
            return Phrase("Cumulated abnormal change of {ticker}", ticker=ticker)
        return Phrase("CAR of {ticker}", ticker=ticker)
    n = max((answer.n for answer in answers), default=0)
    if result.config.outcome == "volume":
        return Phrase("Mean abnormal log volume of {pairs:,} pairs", pairs=n)
    if result.config.outcome == "volatility":
        return Phrase("Mean variance over that of ordinary days of {pairs:,} pairs", pairs=n)
    if result.config.returns == "difference":
        return Phrase("Mean cumulated abnormal change of {pairs:,} pairs", pairs=n)
    return Phrase("Mean CAR of {pairs:,} pairs", pairs=n)


def _windows(result: StudyResult, answers: list[Answer]) -> dict[str, Any]:
    """Windows with their CAAR (or a ratio of variances) and the p of their headline test, the tests named once."""
    found = []
    for a in answers:
        said = a.tests[a.headline or ""]
        values = {"window": a.window, "value": a.caar, "p": result.adjusted[a.window].p}
        if result.config.outcome == "volatility":
            found.append(Phrase("{window} {value:.1f} times (p {p:p})", **{**values, "value": said.statistic}))
        elif result.config.outcome == "volume":
            found.append(Phrase("{window} {value:+.2f} (p {p:p})", **values))
        else:
            found.append(Phrase("{window} {value:+.2f %} (p {p:p})", **values))
    return {"n": len(answers), "windows": found, "tests": tests_named(a.headline or "" for a in answers)}


def largest_day(result: StudyResult) -> Phrase | None:
    """The event day with the largest average abnormal return, described, not tested: it was picked after looking."""
    aar, _ = result.aar()
    if not np.isfinite(aar).any():
        return None
    at = int(np.nanargmax(np.abs(aar)))
    value, session = float(aar[at]), result.sessions[0, at]
    day = Phrase("day {day:day}", day=int(result.rel_days[at]))
    if len(set(map(str, result.sessions[:, at]))) == 1:
        day = Phrase("day {day:day} ({session})", day=int(result.rel_days[at]), session=session.item())
    if result.config.outcome == "volume":
        return Phrase("Largest day: {on}, {value:+.2f} (picked after looking, so not tested).", on=day, value=value)
    return Phrase("Largest day: {on}, {value:+.2f %} (picked after looking, so not tested).", on=day, value=value)
