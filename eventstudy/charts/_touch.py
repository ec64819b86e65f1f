"""What a chart answers when a day or a firm is touched: date, abnormal return, p and CAR, as titles that browsers show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eventstudy.charts._language import p_text, say
from eventstudy.charts._paths import daily, mean_car
from eventstudy.charts._scales import sessions_of
from eventstudy.charts._words import percent, signed, window_text
from eventstudy.panel import Floats, Ints
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

    from eventstudy.study.result import StudyResult

TOLD = "_told: "
"""How the label of a mark begins that has something to say; such labels are in no legend."""


def answer_days(ax: Axes, result: StudyResult, chosen: Ints, ar: Floats, p: Floats, car: Floats) -> None:
    """Give each event day an area, not seen, that says its abnormal return, p and CAR, (L2,) each."""
    from matplotlib.patches import Rectangle

    days = result.rel_days
    sessions = sessions_of(result, chosen, days)
    for i, day in enumerate(days):
        if not np.isfinite(ar[i]):
            continue
        on = sessions[i].item() if sessions is not None and not np.isnat(sessions[i]) else None
        said = {
            "day": signed(f"{day:+d}"),
            "ar": percent(float(ar[i]), 2),
            "p": p_text(float(p[i])),
            "car": percent(float(car[i]), 2),
        }
        if on:
            text = say("{on} (day {day}): {ar}, p {p}; CAR so far {car}", on=on, **said)
        else:
            text = say("day {day}: {ar}, p {p}; CAR so far {car}", **said)
        area = Rectangle((day - 0.5, 0), 1, 1, transform=ax.get_xaxis_transform())
        _answer(ax, area, f"day-{i}", text)


def answer_days_of(ax: Axes, result: StudyResult, chosen: Ints) -> None:
    """`answer_days` with the figures of the pairs drawn: of one its own, of several their means."""
    if not result.config.estimated:
        return
    ar, p, _ = daily(result, chosen)
    answer_days(ax, result, chosen, ar, p, mean_car(result, chosen).value)


def answer_rows(ax: Axes, result: StudyResult, window: Window, rows: Ints, named: Sequence[str], y: Ints) -> None:
    """Give the row of each pair an area, not seen, that says its day 0, the abnormal return of it, CAR and p."""
    from matplotlib.patches import Rectangle

    said = result.firms_over(window, rows)
    start, believed = result.config.event_window.start, set(result.believed(rows).tolist())
    for i, (pair, name, at) in enumerate(zip(rows, named, y, strict=True)):
        if int(pair) not in believed:  # what rests on prices that look wrong says nothing
            continue
        told = {
            "name": name,
            "window": window_text(window),
            "car": percent(float(said.found.car[i]), 2),
            "p": p_text(said.told_p(i)),
        }
        on = sessions_of(result, rows[i : i + 1], [0])
        if on is None or np.isnat(on[0]) or not start <= 0 <= result.config.event_window.end:
            text = say("{name}: CAR{window} {car}, p {p}", **told)
        else:
            ar = percent(float(result.returns.ar[pair, -start]), 2)
            text = say("{name}, {on} (day 0): {ar}; CAR{window} {car}, p {p}", on=on[0].item(), ar=ar, **told)
        area = Rectangle((0, at - 0.5), 1, 1, transform=ax.get_yaxis_transform())
        _answer(ax, area, f"row-{i}", text)


def _answer(ax: Axes, area: Rectangle, name: str, text: str) -> None:
    """Put an area into the drawing that is not seen and has something to say."""
    area.set(alpha=0, linewidth=0, zorder=9, gid=name, label=f"{TOLD}{text}", in_layout=False)
    ax.add_artist(area)
