"""CAR of each ticker in a panel of its own, with its own band: all on the same scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import as_panels, head, open_axes
from eventstudy.charts._car_path import car_path
from eventstudy.charts._grid import PANELS, frame_grid, name_grid, open_grid
from eventstudy.charts._language import p_text, say
from eventstudy.charts._paths import verdict
from eventstudy.charts._scales import day_axis, percent_axis
from eventstudy.charts._select import members, names
from eventstudy.charts._words import (
    DAY0,
    caveat,
    cumulated,
    finding,
    first_looked_at,
    method,
    percent,
    tests_text,
    window_text,
)
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.study.names import words_of_test

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    tickers: str | Sequence[str] | None = None,
    group: str | None = None,
    most: int = PANELS,
) -> Any:
    """Cumulated abnormal return of each pair since the first event day, with its 95 % band by the exact t.

    `tickers` or `group`: the pairs to draw; all by default. Of more than `most`, those that day 0 moved most are drawn;
    where it is not looked at those whose CAR is largest. Returns an array of Axes in reading order, or the Axes where there is
    one.

    Raises:
        InvalidRequest: several pairs for one `ax`, or `most` below one.
    """
    if most < 1:
        raise InvalidRequest(Sentence("most is {most}: there is at least one panel", most=most))
    everyone = members(result, tickers, group)
    window, start = first_looked_at(result), result.config.event_window.start
    moved = result.returns.ar[everyone, window.start - start : window.end - start + 1]
    size = np.nan_to_num(np.abs(moved.sum(axis=1)))
    chosen = everyone[np.sort(np.argsort(-size, kind="stable")[:most])]
    if ax is not None and len(chosen) > 1:
        raise InvalidRequest(
            Sentence("{n} pairs need {n} panels, and ax= is one", n=len(chosen)),
            hint=Sentence("leave out ax=, or draw one: plot(..., tickers='NVDA')"),
        )
    scale = cumulated(result)
    some = ""
    if len(chosen) < len(everyone):
        some = " " + say("The {n} of {all} that day 0 moved most.", n=most, all=len(everyone))
        if window != DAY0:
            some = " " + say("The {n} of {all} whose CAR is largest.", n=most, all=len(everyone))
    by = dict.fromkeys(result.firms_over(result.config.days_looked_at, chosen).headline)
    lines = [
        tests_text(result, everyone),
        say("{level:.4g %} band by {tests:list}", tests=[words_of_test(name) for name in by], level=result.config.level)
        + f". {method(result, everyone)}.{some}",
        *caveat(result),
    ]
    panels = [open_axes(ax)] if len(chosen) == 1 else open_grid(names(result, chosen))
    for panel, i in zip(panels, chosen, strict=True):
        car_path(panel, result, np.array([i]), 4.5 if len(chosen) == 1 else 2.5)
        percent_axis(panel.yaxis, 7 if len(chosen) == 1 else 5)
    if len(panels) == 1:
        day_axis(panels[0], result, chosen, result.rel_days)
        panels[0].set_ylabel(scale)
        head(panels[0], finding(result, everyone, group), lines)
        return panels[0]
    frame_grid(panels, result, chosen, result.rel_days, scale)
    head(panels[0], finding(result, everyone, group), lines)
    found = [verdict(result, window, np.array([i])) for i in chosen]
    told = [
        (
            say("day 0 {value}", value=percent(v.value))
            if window == DAY0
            else f"{say('CAR{window}', window=window_text(window))} {percent(v.value)}"
        )
        + (f" (p\u00a0{p_text(v.p)})" if v.test else "")
        for v in found
    ]
    name_grid(panels, names(result, chosen), told)
    return as_panels(panels)


CHART = Chart("CAR of each ticker in a panel of its own with its 95 % band, on the same scales", paint)
