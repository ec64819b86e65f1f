"""Titles and subtitles. Every figure in them stands in the result too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eventstudy import catalog
from eventstudy.charts._paths import Path, Verdict, verdict
from eventstudy.charts._select import day0_date
from eventstudy.doubts import some
from eventstudy.panel import Ints
from eventstudy.sentences import LEVEL, listed, p_text
from eventstudy.windows import Window

if TYPE_CHECKING:
    from eventstudy.results import StudyResult

DAY0 = Window(0, 0)
_DAY0 = "day\u00a00"
_DOUBTS = 3
"""So many doubts have a line of their own."""
_LEFT = 6
"""So many tickers that were left out are named."""


def percent(value: float, digits: int = 1) -> str:
    """A decimal as per cent with sign and a true minus; a second digit where the first says nothing."""
    if not np.isfinite(value):
        return "n/a"
    text: str = f"{100 * value:+.{digits}f}"
    if float(text) == 0:
        text = f"{100 * value:+.{digits + 1}f}"
    return f"{signed(text)}\u00a0%"


def signed(text: str) -> str:
    """With a true minus, and no sign before zero."""
    if float(text) == 0:
        return text.lstrip("+-")
    return text.replace("-", "−")


def window_text(window: Window) -> str:
    """As printed, with true minus and no break inside."""
    return str(window).replace("-", "−").replace(" ", "\u00a0")


def span(low: float, high: float, digits: int = 0) -> str:
    """`250`, or `240 to 250`."""
    one, other = f"{low:.{digits}f}", f"{high:.{digits}f}"
    return one if one == other else f"{one} to {other}"


def subject(result: StudyResult, chosen: Ints, group: str | None) -> str:
    """Whom the chart is about."""
    pairs = [result.panel.pairs[int(i)] for i in chosen]
    if len(pairs) == 1:
        return pairs[0].ticker
    if group is not None:
        return f"{group[:1].upper()}{group[1:]}"
    tickers = len({pair.ticker for pair in pairs})
    dates = len(np.unique(result.returns.day0_sessions[chosen]))
    if dates == 1 and tickers == len(pairs):
        return f"{tickers} tickers"
    return f"{len(pairs)} events on {dates} dates" if dates > 1 else f"{len(pairs)} events"


def when(result: StudyResult, chosen: Ints) -> str:
    """`on 2025-01-27`, or `on day 0` where the pairs do not share it."""
    return f"on\u00a0{day0_date(result, chosen) or _DAY0}"


def finding(result: StudyResult, chosen: Ints, group: str | None) -> str:
    """What day 0 brought these pairs, and whether that was ordinary."""
    found = verdict(result, DAY0, chosen)
    what = "mean abnormal return" if len(chosen) > 1 else "abnormal return"
    place = f"{percent(found.value)} {when(result, chosen)}"
    return f"{subject(result, chosen, group)}: {what} {place}, {judged(result, found, chosen)}"


def judged(result: StudyResult, found: Verdict, chosen: Ints) -> str:
    """What the headline test says, in words."""
    if not found.test:
        return "no test is valid"
    if found.test == "sample_quantile" and len(chosen) == 1:
        return among_days(found.p, int(result.returns.observed_days[chosen[0]]))
    return "out of the ordinary" if found.p < LEVEL else "not out of the ordinary"


def among_days(p: float, days: int) -> str:
    """The p of the quantile test is (1 + days at least as large) / (1 + days)."""
    larger = round(p * (days + 1)) - 1
    if larger == 0:
        return f"beyond all {days} ordinary days"
    few = "only " if p < LEVEL else ""
    return f"{few}{larger} of {days} ordinary days moved as far"


def tested(found: Verdict) -> str:
    """The answer of the headline test."""
    return f"p\u00a0{p_text(found.p)}, {found.test}" if found.test else f"no valid test: {found.reason}"


def tests_text(result: StudyResult, chosen: Ints) -> str:
    """Day 0 and the whole event window by their headline tests."""
    day0, whole = verdict(result, DAY0, chosen), verdict(result, result.config.event_window, chosen)
    name = "CAR" if whole.n == 1 else "Mean CAR"
    told = f"{name}{window_text(whole.window)} {percent(whole.value)} ({tested(whole)})"
    return f"Day 0: {tested(day0)}. {told}."


def band_text(path: Path) -> str:
    """What the band is, or why there is none."""
    if not path.bands:
        return f"no band, for no interval is valid: {path.reason}"
    some = ", where one is valid" if path.reason else ""
    return f"95\u00a0% band by {listed(path.bands)}{some}"


def method(result: StudyResult, chosen: Ints) -> str:
    """Model, benchmark, estimation window and its usable days."""
    model = result.config.model
    pairs = [result.panel.pairs[i] for i in chosen]
    benchmarks = list(dict.fromkeys(pair.benchmark for pair in pairs))
    uses = "benchmark" in catalog.load("models", model).requires(("benchmark",))
    against = f" against {benchmarks[0] if len(benchmarks) == 1 else f'{len(benchmarks)} benchmarks'}" if uses else ""
    days = result.returns.observed_days[chosen]
    window = window_text(result.config.estimation_window)
    name = model.replace("_", " ").capitalize()
    return f"{name} model{against} on {span(days.min(), days.max())} days of {window}"


def in_doubt(result: StudyResult, chosen: Ints, group: str | None) -> tuple[str, list[str]] | None:
    """Title and first lines in place of a finding on pairs whose prices look wrong; None where none do."""
    doubts = result.doubts_of(chosen)
    if not doubts:
        return None
    who = some(list(dict.fromkeys(w.ticker for w in doubts if w.ticker)))
    series = f"prices of {who}" if who else "prices"
    lines = [f"DOUBT: {w.ticker or ''} on {w.session} ({w.code})." for w in doubts[:_DOUBTS]]
    if more := len(doubts) - len(lines):
        lines.append(f"DOUBT: {more} more series of prices.")
    return f"{subject(result, chosen, group)}: no finding, for the {series} look wrong", lines


def no_finding_of(instead: Sequence[str]) -> tuple[str, list[str]] | None:
    """The same of an answer that says this in place of a finding; None where it has one."""
    return (instead[-1].partition(". ")[0], [f"{line}." for line in instead[:-1][:_DOUBTS]]) if instead else None


def caveat(result: StudyResult) -> list[str]:
    """What the reader must not miss: that pairs are missing, and that somebody chose day 0."""
    lines = []
    if gone := len(result.exclusions):
        names = list(dict.fromkeys(left.ticker for left in result.exclusions))
        more = " and others" if len(names) > _LEFT else ""
        lines.append(f"Left out, {gone} of {gone + result.returns.n}: {', '.join(names[:_LEFT])}{more}.")
    if result.day0_policy != "announced":
        lines.append(f"Day 0 was set by the user ({result.day0_policy}): no p-value accounts for that choice.")
    return lines
