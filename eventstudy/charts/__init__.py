"""Show it: one chart a file. matplotlib is imported here only, and not before something is drawn."""

from eventstudy.charts._base import Chart
from eventstudy.charts._save import render, save, words
from eventstudy.charts._style import style

__all__ = ["Chart", "render", "save", "style", "words"]
