"""Where the ticks of a scale stand: as many as the Axes have room for whenever they are drawn, not only when they were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import Locator, MaxNLocator

from eventstudy.charts._style import SMALL

_STEPS = (1, 2, 5, 10, 20, 50, 100, 250, 500, 1000, 2500)
_GAP = 5.0
"""Points between the labels of two days at least."""
_FEW = 8
"""At most so many days are named where not all are."""


def room_along(axis: Axis) -> float:
    """Points of the panel along a scale, as it stands now."""
    box = axis.axes.bbox
    return (box.width if axis is axis.axes.xaxis else box.height) * 72 / axis.axes.figure.dpi


class DayTicks(Locator):
    """Each of `days`, or each second, fifth ... from day 0 on: `most` at most, with their labels apart.

    Where no such day is among them, they are counted from the first. `wide`: points of the widest label in small letters.
    """

    def __init__(self, days: Sequence[int], wide: float, most: int) -> None:
        self.days, self.wide, self.most = days, wide, most

    def __call__(self) -> Any:
        """The days that are named now."""
        assert isinstance(self.axis, Axis)
        letters = float(self.axis.get_major_ticks(1)[0].label1.get_fontsize()) / SMALL
        n, ticks = len(self.days), min(self.most, room_along(self.axis) / (self.wide * letters + _GAP))
        every = next((s for s in _STEPS if n / s <= (ticks if s == 1 else min(ticks, _FEW))), n)
        of_zero = [day for day in self.days if day % every == 0]
        return np.array(of_zero or self.days[::every])

    def tick_values(self, vmin: float, vmax: float) -> Any:
        """The same, whatever is in view."""
        return self()


class RoundTicks(MaxNLocator):
    """Round values, `most` at most, and across no more than there is room for their labels, `wide` points each."""

    def __init__(self, most: int, wide: float) -> None:
        super().__init__(max(most, 2), steps=[1, 2, 2.5, 5, 10])
        self.most, self.wide = most, wide

    def tick_values(self, vmin: float, vmax: float) -> Any:
        """Those of what is in view."""
        assert isinstance(self.axis, Axis)
        if self.axis is self.axis.axes.xaxis:
            self.set_params(nbins=max(min(self.most, int(room_along(self.axis) // self.wide)), 2))
        return super().tick_values(vmin, vmax)
