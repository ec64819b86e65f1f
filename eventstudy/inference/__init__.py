"""Was it chance: one test a file."""

from eventstudy.inference._base import PairsTest, Sample, SeriesSignificance, SeriesTest, Significance
from eventstudy.inference._correlation import Correlation
from eventstudy.inference._multiple import holm

__all__ = ["Correlation", "PairsTest", "Sample", "SeriesSignificance", "SeriesTest", "Significance", "holm"]
