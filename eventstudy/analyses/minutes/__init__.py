"""What did the minutes after an instant bring, and was it unusual for that time of day and the volatility of that day?

Rows are bars of 1 to 60 minutes on the hours of the exchange. Bar 0 is the first bar whose end lies after the instant.
Nothing is filled: the value of a bar is that of the last trade of its session, and where that is older than five bars there
is no figure. The night is no bar of a window and is shown apart, unless windows are to go across it: then it is one bar. The
one valid test is the clock placebo
(`eventstudy.inference.clock`).
"""

from __future__ import annotations

from eventstudy.analyses.minutes.answer import ALWAYS, Minutes
from eventstudy.analyses.minutes.asked import stages_of
from eventstudy.analyses.minutes.grid import Grid, grid_of, track
from eventstudy.analyses.minutes.judged import MEAN, Judged, who_at_first, who_in_words
from eventstudy.analyses.minutes.study import minutes

__all__ = [
    "ALWAYS",
    "MEAN",
    "Grid",
    "Judged",
    "Minutes",
    "grid_of",
    "minutes",
    "stages_of",
    "track",
    "who_at_first",
    "who_in_words",
]
