"""Titles and subtitles. Every figure in them stands in the result too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy import plugins
from eventstudy.charts._language import number, p_text, say, say_counted, spoken, window_name, writer
from eventstudy.charts._paths import Path, Verdict, verdict
from eventstudy.charts._select import day0_date
from eventstudy.language import Phrase
from eventstudy.panel import Ints
from eventstudy.study.doubts import out_of_means, told
from eventstudy.study.happened import days_as_large, title
from eventstudy.study.names import words_of_model, words_of_test
from eventstudy.study.sentences import LEVEL
from eventstudy.units import unit_shown
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

DAY0 = Window(0, 0)
_DAY0 = "day\u00a00"
_DOUBTS = 3
"""So many doubts have a line of their own."""
_LEFT = 6
"""So many tickers that were left out are named."""


NBSP = "\u00a0"


def percent(value: float, digits: int = 1) -> str:
    """A decimal as per cent with sign and a true minus; a second digit where the first says nothing."""
    if not np.isfinite(value):
        return say("n/a")
    unit = unit_shown()
    text = unit.text(value, f"+.{digits}f")
    if float(text) == 0:
        text = unit.text(value, f"+.{digits + 1}f")
    return f"{signed(text)}{unit.mark.replace(' ', NBSP)}"


def signed(text: str, write: Callable[[str], str] | None = None) -> str:
    """With a true minus, and no sign before zero; `write`: in the way of a language, by default of the one spoken now."""
    text = text.lstrip("+-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")
    return (write or writer())(text)


def true_minus(text: str) -> str:
    """A sentence of the study with the minus of charts before its figures."""
    words = text.split(" ")
    return " ".join(f"−{word[1:]}" if word[:1] == "-" and word[1:2].isdigit() else word for word in words)


def first_looked_at(result: StudyResult) -> Window:
    """Day 0; where it is not looked at the window that is."""
    looked = result.config.days_looked_at
    return DAY0 if DAY0.inside(looked) else looked


def abnormal(result: StudyResult) -> str:
    """What is abnormal: a return, or the change of a level."""
    return say("abnormal return")


def raw(result: StudyResult) -> str:
    """What is not: the whole return, or change."""
    return say("return")


def raw_of(result: StudyResult, ticker: str) -> str:
    """The return, or the change, of one security; of the benchmark, where none is named."""
    return say("return of {ticker}", ticker=ticker) if ticker else say("return of the benchmark")


def cumulated(result: StudyResult) -> str:
    """The sum of it over days."""
    return say("cumulated abnormal return")


def window_text(window: Window) -> str:
    """As printed, with true minus and no break inside."""
    return window_name(window).replace("-", "−").replace(" ", "\u00a0")


def span(low: float, high: float, digits: int = 0) -> str:
    """`250`, or `240 to 250`."""
    one, other = number(f"{low:.{digits}f}"), number(f"{high:.{digits}f}")
    return one if one == other else say("{low} to {high}", low=one, high=other)


def upper(text: str) -> str:
    """With a capital letter, to begin a sentence."""
    return text[:1].upper() + text[1:]


def subject(result: StudyResult, chosen: Ints, group: str | None) -> str:
    """Whom the chart is about."""
    pairs = [result.panel.pairs[int(i)] for i in chosen]
    if len(pairs) == 1:
        return pairs[0].ticker
    if group is not None:
        return upper(group)
    tickers = len({pair.ticker for pair in pairs})
    dates = len(np.unique(result.returns.day0_sessions[chosen]))
    if dates == 1 and tickers == len(pairs) and result.config.returns == "difference":
        return say_counted("one series", "{n} series", n=tickers)
    if dates == 1 and tickers == len(pairs):
        return say("{tickers} tickers", tickers=tickers)
    if dates > 1:
        return say("{events} events on {dates} dates", events=len(pairs), dates=dates)
    return say("{events} events", events=len(pairs))


def when(result: StudyResult, chosen: Ints) -> str:
    """`on 2025-01-27`, `in the month to 2025-01-31`, or `on day 0` where the pairs do not share it."""
    date = day0_date(result, chosen)
    if date and result.config.frequency == "monthly":
        return say("in\u00a0the\u00a0month to\u00a0{date}", date=date)
    if date and result.config.frequency == "weekly":
        return say("in\u00a0the\u00a0week to\u00a0{date}", date=date)
    return say("on\u00a0{date}", date=date) if date else say("on\u00a0day\u00a00")


def finding(result: StudyResult, chosen: Ints, group: str | None) -> str:
    """What day 0 brought these pairs, and whether that was ordinary."""
    who, looked = subject(result, chosen, group), result.config.days_looked_at
    if not DAY0.inside(looked):
        whole = verdict(result, looked, chosen)
        return title_of_car(
            {"who": who, "window": window_text(whole.window)}, result, whole, chosen, several=len(chosen) > 1
        )
    found = verdict(result, DAY0, chosen)
    if (plain := title(result, chosen, who)) is not None:
        rare = judged(result, found, chosen)
        return say("{plain}, {rare}", plain=true_minus(spoken(plain)), rare=rare)
    said = {
        "who": who,
        "value": percent(found.value),
        "when": when(result, chosen),
        "verdict": judged(result, found, chosen),
    }
    if len(chosen) > 1:
        return say("{who}: mean abnormal return {value} {when}, {verdict}", **said)
    return say("{who}: abnormal return {value} {when}, {verdict}", **said)


def judged(result: StudyResult, found: Verdict, chosen: Ints) -> str:
    """What the headline test says, in words."""
    found, _ = together(result, found, chosen)
    if not found.test:
        return say("no test is valid")
    side = result.config.alternative
    if side == "greater":
        return say("a rise out of the ordinary") if found.p < LEVEL else say("no rise out of the ordinary")
    if side == "less":
        return say("a fall out of the ordinary") if found.p < LEVEL else say("no fall out of the ordinary")
    if found.window == DAY0 and len(chosen) == 1 and (counted := days_as_large(result.sample(DAY0, chosen))):
        larger, days = counted
        if (found.p < LEVEL) == ((1 + larger) / (1 + days) < LEVEL):
            return among_days((1 + larger) / (1 + days), days)
    return say("out of the ordinary") if found.p < LEVEL else say("not out of the ordinary")


def together(result: StudyResult, found: Verdict, chosen: Ints) -> tuple[Verdict, int]:
    """With the p that the study's own sentence has: what is left where all reported windows are judged together, and how many.

    Of some of the pairs, and of a window that is not reported, p stays as it is.
    """
    if not found.test or len(chosen) < result.returns.n or found.window not in result.adjusted:
        return found, 1
    left = result.adjusted[found.window]
    return replace(found, p=left.p), left.of


def title_of_car(said: dict[str, str], result: StudyResult, found: Verdict, chosen: Ints, *, several: bool) -> str:
    """CAR of one or mean CAR of several over a window, and whether that was ordinary; `said`: `who` and `window`."""
    if found.window == DAY0 and (plain := title(result, chosen, said["who"])) is not None:
        return say("{plain}, {rare}", plain=true_minus(spoken(plain)), rare=judged(result, found, chosen))
    said = {**said, "car": percent(found.value), "verdict": judged(result, found, chosen)}
    if several:
        return say("{who}: mean CAR{window} {car}, {verdict}", **said)
    return say("{who}: CAR{window} {car}, {verdict}", **said)


def among_days(p: float, days: int) -> str:
    """The p of the quantile test is (1 + days at least as large) / (1 + days)."""
    larger = round(p * (days + 1)) - 1
    if larger == 0:
        return say("beyond all {days} ordinary days", days=days)
    if p < LEVEL:
        return say("only {larger} of {days} ordinary days moved as far", larger=larger, days=days)
    return say("{larger} of {days} ordinary days moved as far", larger=larger, days=days)


def tested(found: Verdict) -> str:
    """The answer of the headline test."""
    if found.test:
        return f"p\u00a0{p_text(found.p)}, {spoken(words_of_test(found.test))}"
    return say("no valid test: {reason}", reason=found.reason)


def tests_text(result: StudyResult, chosen: Ints) -> str:
    """Day 0 and one longer window, of those that are reported, by their headline tests; nothing where prices look wrong."""
    if result.doubts_of(chosen):
        return ""
    reported = result.config.windows or (result.config.days_looked_at,)
    shown = dict.fromkeys([*(w for w in reported if w == DAY0), _longer(result, reported)])
    answers = [together(result, verdict(result, window, chosen), chosen) for window in shown]
    (first, _), (last, last_of) = answers[0], answers[-1]
    told = []
    for found, of in answers:
        again = found is not first and found.test and found.test == first.test
        text = f"p\u00a0{p_text(found.p)}" if again else tested(found)
        if of > 1 and (found is last or of != last_of):
            text = say("{tested}; p of {n} windows judged together", tested=text, n=of)
        told.append(_of_window(found, text))
    return " ".join(told)


def _longer(result: StudyResult, reported: Sequence[Window]) -> Window:
    """The window that is told beside day 0: the one declared as the first, else the event window, else the longest."""
    primary, looked = result.config.primary, result.config.days_looked_at
    if primary is not None and primary != DAY0:
        return primary
    return looked if looked in reported else max(reported, key=lambda window: window.length)


def _of_window(found: Verdict, answer: str) -> str:
    """The answer of a window, with its CAR where it is longer than day 0."""
    if found.window == DAY0:
        return say("Day 0: {day0}.", day0=answer)
    said: dict[str, Any] = {"car": percent(found.value), "whole": answer, **_ends(found.window)}
    if found.n == 1:
        return say("CAR from day {start} to {end} {car} ({whole}).", **said)
    return say("Mean CAR from day {start} to {end} {car} ({whole}).", **said)


def looks(n: int) -> Phrase:
    """How many comparisons a p is not adjusted for."""
    return Phrase.counted("one look", "{n} looks", n=n)


def counted_windows(n: int) -> Phrase:
    """How many windows."""
    return Phrase.counted("one window", "{n} windows", n=n)


def in_words(tests: Iterable[str]) -> list[str]:
    """What tests are called."""
    return [words_of_test(name) for name in tests]


def band_text(path: Path) -> str:
    """What the band is, or why there is none."""
    if not path.bands:
        return say("no band, for no interval is valid: {reason}", reason=path.reason)
    if path.reason:
        return say(
            "{level:.4g %} band by {tests:list}, where one is valid", tests=in_words(path.bands), level=path.level
        )
    return say("{level:.4g %} band by {tests:list}", tests=in_words(path.bands), level=path.level)


def method(result: StudyResult, chosen: Ints) -> str:
    """Model, benchmark, estimation window and its usable days."""
    pairs = [result.panel.pairs[i] for i in chosen]
    benchmarks = list(dict.fromkeys(pair.benchmark for pair in pairs))
    uses = "benchmark" in plugins.load("models", result.config.model).requires(("benchmark",))
    days = result.returns.observed_days[chosen]
    said: dict[str, Any] = {
        "model": _model(result.config.model),
        "days": span(days.min(), days.max()),
        "spans": [say("day {start} to {end}", **_ends(span)) for span in result.config.spans],
    }
    if not result.config.estimated:
        return say("{model}, nothing is estimated", **said)
    if not uses:
        return say("{model} on {days} days ({spans:list})", **said)
    if len(benchmarks) == 1:
        return say("{model} against {benchmark} on {days} days ({spans:list})", benchmark=benchmarks[0], **said)
    n = len(benchmarks)
    return say("{model} against {benchmarks} benchmarks on {days} days ({spans:list})", benchmarks=n, **said)


def _ends(window: Window) -> dict[str, str]:
    """The days at which a window begins and ends."""
    return {name: signed(f"{day:+d}") for name, day in (("start", window.start), ("end", window.end))}


def _model(model: str) -> str:
    """What a model is called at the beginning of a sentence."""
    return upper(model_name(model))


def model_name(model: str) -> str:
    """What a model is called in the language that is spoken now."""
    return spoken(words_of_model(model))


def in_doubt(result: StudyResult, chosen: Ints, group: str | None) -> tuple[str, list[str]] | None:
    """Title and first lines in place of a finding on pairs whose prices look wrong; None where none do."""
    doubts = result.doubts_of(chosen)
    if not doubts:
        return None
    whom = subject(result, chosen, group)
    who = list(dict.fromkeys(w.ticker for w in doubts if w.ticker))
    pairs = {(result.panel.pairs[i].event_id, result.panel.pairs[i].ticker) for i in chosen.tolist()}
    offered = [true_minus(spoken(o.said)) for o in result.offers if (o.event_id, o.ticker) in pairs]
    lines = [*_lines_of(told(doubts)), *offered]
    if not who:
        return say("{whom}: no finding, for the prices look wrong", whom=whom), lines
    return say("{whom}: no finding, for the prices of {tickers:some 4} look wrong", whom=whom, tickers=who), lines


def no_finding_of(instead: Sequence[str]) -> tuple[str, list[str]] | None:
    """The same of an answer that says this in place of a finding; None where it has one."""
    return (spoken(instead[-1]).partition(". ")[0], _lines_of(instead[:-1])) if instead else None


def _lines_of(doubts: Sequence[str]) -> list[str]:
    """The first of them, a line each, and how many more there are."""
    lines = [f"{spoken(line)}." for line in doubts[:_DOUBTS]]
    return (
        [*lines, say("DOUBT: {more} more of other kinds.", more=more)] if (more := len(doubts) - len(lines)) else lines
    )


_TOLD = ("ONE_SIDED", "FEW_EVENTS")
"""Warnings without which the p and the interval of a chart are read wrongly."""


def caveat(result: StudyResult, averaged: Ints | None = None) -> list[str]:
    """What the reader must not miss: that pairs are missing, and that somebody chose day 0.

    `averaged`: the pairs of which means are drawn.
    """
    lines = [spoken(line) for line in out_of_means(result, averaged)] if averaged is not None else []
    if gone := len(result.exclusions):
        names = list(dict.fromkeys(left.ticker for left in result.exclusions))
        said = {"gone": gone, "all": gone + result.returns.n, "names": names[:_LEFT]}
        if len(names) > _LEFT:
            lines.append(say("Left out, {gone} of {all}: {names} and others.", **said))
        else:
            lines.append(say("Left out, {gone} of {all}: {names}.", **said))
    if result.day0_policy == "recognised":
        lines.append(say("Day 0 was set by the user (recognised): no p-value accounts for that choice."))
    elif result.day0_policy != "announced":
        day0 = result.day0_policy
        lines.append(say("Day 0 was set by the user ({day0}): no p-value accounts for that choice.", day0=day0))
    return lines + [f"{spoken(w.message)}." for w in result.warned if w.code in _TOLD]


def days_of(result: StudyResult, chosen: Ints) -> str:
    """Which day is day 0, or how many different ones there are."""
    if date := day0_date(result, chosen):
        return say("Day 0 is {date}", date=date)
    return say("Day 0 falls on {dates} dates", dates=len(np.unique(result.returns.day0_sessions[chosen])))


def drawn_of(shown: int, whole: int, high: int) -> str:
    """Which rows of too many are drawn; empty where all are."""
    if shown >= whole:
        return ""
    return " " + say("The {low} lowest and {high} highest of {all}.", low=shown - high, high=high, all=whole)
