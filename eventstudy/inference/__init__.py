"""Was it chance: a family of tests a file; `plugins` knows which test stands where."""

from eventstudy.engine.correlation import Correlation
from eventstudy.inference.base import (
    Alternative,
    Pairs,
    PairsTest,
    Sample,
    SeriesSignificance,
    SeriesTest,
    Significance,
    Sums,
)
from eventstudy.inference.multiple import benjamini_hochberg, holm, romano_wolf, romano_wolf_of_windows
from eventstudy.inference.parametric import WeightedMean, precision_weighted

__all__ = [
    "Alternative",
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
