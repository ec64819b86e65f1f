"""Show it: one chart a file. matplotlib is imported here only, and not before something is drawn."""

from eventstudy.charts._base import Chart
from eventstudy.charts._save import render, save, words

__all__ = ["Chart", "render", "save", "words"]
