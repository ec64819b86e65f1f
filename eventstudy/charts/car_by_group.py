"""Mean CAR of each named group: small panels with the same scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import (
    as_panels,
    head,
    name_below,
    narrow,
    open_axes,
    open_panels,
    side_by_side,
    side_label,
    wrapped,
)
from eventstudy.charts._car_path import car_path
from eventstudy.charts._grid import PANEL, tell_above
from eventstudy.charts._language import p_text, say, say_counted, spoken
from eventstudy.charts._paths import Path, Verdict, verdict
from eventstudy.charts._scales import day_axis, day_label, percent_axis
from eventstudy.charts._style import HEIGHT, SMALL
from eventstudy.charts._words import (
    DAY0,
    abnormal,
    caveat,
    cumulated,
    finding,
    first_looked_at,
    in_words,
    method,
    percent,
    tested,
    upper,
    when,
    window_text,
)
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.panel import Ints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult

_COLUMNS = 3


def paint(result: StudyResult, ax: Axes | None) -> Any:
    """One panel a group, in the order of the registry; one panel of all pairs where no group has a name.

    Returns an array of Axes in reading order, or the Axes where there is one. `ax` can hold one panel only.
    """
    parts = [(spoken(group.name), group.members) for group in result.groups] or [("", np.arange(result.returns.n))]
    if ax is not None and len(parts) > 1:
        raise InvalidRequest(
            Sentence("{n} groups need {n} panels, and ax= is one", n=len(parts)),
            hint=Sentence("leave out ax=, or draw one group: plot('car', group=..., ax=...)"),
        )
    columns = min(_COLUMNS, len(parts), side_by_side(PANEL))
    rows = -(-len(parts) // columns)
    panels = [open_axes(ax)] if len(parts) == 1 else open_panels(rows, columns, max(HEIGHT, 2.6 * rows + 1.3))
    for unused in panels[len(parts) :]:
        unused.remove()
    panels = panels[: len(parts)]
    mark = 4.5 if len(parts) == 1 else 2.5
    drawn = [car_path(panel, result, chosen, mark)[0] for panel, (_, chosen) in zip(panels, parts, strict=True)]
    everyone = np.unique(np.concatenate([chosen for _, chosen in parts]))
    _frame(panels, result, everyone, columns)
    found = [verdict(result, first_looked_at(result), chosen) for _, chosen in parts]
    lines = [f"{_drawn(drawn)}.", f"{method(result, everyone)}.", *caveat(result, everyone)]
    head(panels[0], _title(result, everyone, parts, found), lines)
    if len(panels) > 1:
        _name(panels, [name for name, _ in parts], found, columns)
    return panels[0] if len(panels) == 1 else as_panels(panels)


def _frame(panels: list[Axes], result: StudyResult, everyone: Ints, columns: int) -> None:
    """Scales: labelled once, on the left and at the bottom."""
    alone = len(panels) == 1
    for place, ax in enumerate(panels):
        day_axis(ax, result, everyone, result.rel_days, ticks=13 if alone else 5, alone=alone)
        percent_axis(ax.yaxis, 7 if alone else 6)
        ax.tick_params(labelleft=place % columns == 0, labelbottom=place + columns >= len(panels))
    if alone:
        panels[0].set_ylabel(cumulated(result))
        return
    figure = panels[0].figure.figure
    name_below(figure, day_label(result, everyone))
    side_label(figure, cumulated(result))


def _name(panels: list[Axes], names: Sequence[str], found: Sequence[Verdict], columns: int) -> None:
    """Above each panel its group, and what day 0, or the window that leaves it out, brought it."""
    room = panels[0].figure.figure.get_figwidth() * 72 / (columns if narrow() else _COLUMNS) - 36
    for ax, name, one in zip(panels, names, found, strict=True):
        said = {"n": one.n, "value": percent(one.value), "tested": _short(one)}
        if one.window == DAY0:
            told = say_counted("{n} pair; day 0 {value} ({tested})", "{n} pairs; day 0 {value} ({tested})", **said)
        else:
            told = say_counted(
                "{n} pair; CAR{window} {value} ({tested})",
                "{n} pairs; CAR{window} {value} ({tested})",
                window=window_text(one.window),
                **said,
            )
        pad = tell_above(ax, told, columns, 5)
        title = "\n".join(wrapped(name, room, SMALL, "bold"))
        ax.set_title(title, loc="left", fontsize=SMALL, fontweight="bold", pad=pad + 2, parse_math=False)


def _short(found: Verdict) -> str:
    """The p of the headline test, or why there is none."""
    return f"p\u00a0{p_text(found.p)}" if found.test else tested(found).partition(",")[0]


def _title(result: StudyResult, everyone: Ints, parts: Sequence[tuple[str, Ints]], found: Sequence[Verdict]) -> str:
    """The groups that day 0, or the window that leaves it out, brought least and most."""
    known = [(one.value, name) for (name, _), one in zip(parts, found, strict=True) if np.isfinite(one.value)]
    if len(known) < 2:
        return finding(result, everyone, None)
    (least, low), (most, high) = min(known), max(known)
    said = {"least": percent(least), "low": low, "most": percent(most), "high": high}
    if (window := found[0].window) != DAY0:
        return say(
            "Mean CAR{window}: {least} ({low}), at the other end {most} ({high})", window=window_text(window), **said
        )
    return say(
        "{what} {when}: {least} ({low}), at the other end {most} ({high})",
        what=upper(abnormal(result)),
        when=when(result, everyone),
        **said,
    )


def _drawn(paths: Sequence[Path]) -> str:
    """What the lines and bands are."""
    bands = list(dict.fromkeys(band for path in paths for band in path.bands))
    band = say("no band, for no interval is valid")
    if bands and any(path.reason for path in paths):
        band = say("{level:.4g %} band by {tests:or} where one is valid", tests=in_words(bands), level=paths[0].level)
    elif bands:
        band = say("{level:.4g %} band by {tests:or}", tests=in_words(bands), level=paths[0].level)
    return say("Mean of each group and its pairs (thin lines), {band}", band=band)


CHART = Chart("mean CAR of each named group, in panels of the same scales", paint)
