"""Was it chance: one test a file."""

from eventstudy.engine.correlation import Correlation
from eventstudy.inference._base import Pairs, PairsTest, Sample, SeriesSignificance, SeriesTest, Significance, Sums
from eventstudy.inference._multiple import benjamini_hochberg, holm, romano_wolf
from eventstudy.inference._weighted import WeightedMean, precision_weighted
from eventstudy.inference.max_t import romano_wolf_of_windows

__all__ = [
    "Correlation",
    "Pairs",
    "PairsTest",
    "Sample",
    "SeriesSignificance",
    "SeriesTest",
    "Significance",
    "Sums",
    "WeightedMean",
    "benjamini_hochberg",
    "holm",
    "precision_weighted",
    "romano_wolf",
    "romano_wolf_of_windows",
]
