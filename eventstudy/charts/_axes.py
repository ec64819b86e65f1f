"""Axes that Jupyter shows, on figures that pyplot does not know.

A figure that pyplot holds stays in memory until it is closed and is shown wherever it was made. Ours belong to who holds
them; IPython asks the last value of a cell for its picture, and these have one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from eventstudy.charts._save import alt_text, render
from eventstudy.charts._style import DPI, OWN


def _picture(shown: Any, dots: float) -> tuple[bytes, dict[str, Any]]:
    return render(shown, "png"), {"width": round(dots / DPI * 96), "alt": alt_text(shown)}


class ChartAxes(Axes):
    """Axes of a figure of our own."""

    name = OWN

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        return _picture(self, self.figure.figure.bbox.width)


class ChartPanels(np.ndarray[tuple[int], np.dtype[np.object_]]):
    """The ChartAxes of a figure of several panels, in reading order."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]] | None:
        return _picture(self, self.tolist()[0].figure.bbox.width) if self.size else None
