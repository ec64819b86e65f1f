"""What a chart answers when a day is touched: date, abnormal return, p and CAR, as titles that browsers show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eventstudy.charts._language import p_text, say
from eventstudy.charts._scales import sessions_of
from eventstudy.charts._words import percent, signed
from eventstudy.panel import Floats, Ints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
        area = Rectangle((day - 0.5, 0), 1, 1, transform=ax.get_xaxis_transform(), alpha=0, linewidth=0, zorder=9)
        area.set_gid(f"day-{i}")
        area.set_label(f"{TOLD}{text}")
        area.set_in_layout(False)
        ax.add_artist(area)
