"""Can the test be trusted here? Size and power of each test on the user's own tickers and dates."""

from eventstudy.calibrate.calibration import Calibration, Rate, calibrate

__all__ = ["Calibration", "Rate", "calibrate"]
