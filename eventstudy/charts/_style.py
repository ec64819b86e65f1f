"""The look of all charts: colours, sizes and settings, in force only while one of ours is drawn or written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#1a1a1a"
MUTED = "#595959"
THIN = "#949494"
GRID = "#e8e8e8"
EDGE = "#8c8c8c"
STAGES = ("#f4f4f4", "#e6e9ee")
"""Behind parts that follow one another, by turns."""

ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILLION, PURPLE, BLACK = "#0072B2", "#D55E00", "#CC79A7", "#000000"
"""Okabe and Ito (2008): eight colours that people with any colour vision can tell apart."""

MARKS = (
    ("o", BLUE),
    ("s", VERMILLION),
    ("^", GREEN),
    ("v", PURPLE),
    ("P", ORANGE),
    ("X", SKY),
    ("d", YELLOW),
    ("h", BLACK),
)
"""Shape and colour of the groups: either alone tells them apart."""

WIDTH, HEIGHT, DPI = 8.0, 5.0, 150
"""Inches and dots: 1200 x 750 pixels."""

TITLE, SUBTITLE, LABEL, SMALL = 12.0, 9.5, 9.5, 9.0
"""Points."""

NOTE = 7.5
"""Points of what is written into and over a small panel of a user's figure."""

LINE = 1.4
"""How far apart lines are, in sizes of their letters."""

HEAD = "head"
"""The label of the texts that make the title and subtitle of a figure."""

SIDE = "side"
"""The label of the words beside several panels that share a scale."""

BELOW = "below"
"""The label of the words below several panels that share a scale."""

OWN = "eventstudy"
"""What Axes on figures of our own are called."""

FAMILY = "DejaVu Sans"
"""Comes with matplotlib, so that a chart looks and measures the same everywhere."""

SETTINGS: dict[str, Any] = {
    "font.family": [FAMILY],
    "font.size": LABEL,
    "text.color": INK,
    "text.parse_math": False,
    "figure.dpi": DPI,
    "figure.facecolor": "white",
    "axes.edgecolor": EDGE,
    "axes.linewidth": 0.8,
    "axes.labelcolor": MUTED,
    "axes.labelsize": LABEL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titlesize": LABEL,
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "savefig.dpi": "figure",
    "svg.hashsalt": "eventstudy",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}


def is_own(ax: Axes) -> bool:
    """Whether the figure of these Axes is one of ours."""
    return ax.name == OWN


_in_force: ContextVar[bool] = ContextVar("in_force", default=False)


@contextmanager
def style() -> Iterator[None]:
    """Our settings on top of matplotlib's own defaults; on leaving, the user's are back. Where ours are in force they stay."""
    from matplotlib.style import context

    with nullcontext() if _in_force.get() else context(["default", SETTINGS]):
        before = _in_force.set(True)
        try:
            yield
        finally:
            _in_force.reset(before)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width in points, as it comes out at our resolution: letters stand on whole dots."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family=FAMILY, weight=weight)))
    font.set_size(size, DPI)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64 * 72 / DPI
