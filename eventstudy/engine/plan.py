"""What is added up of many pairs."""

from __future__ import annotations

from dataclasses import dataclass

from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import Scaled
from eventstudy.engine.arrays import Ints
from eventstudy.units.frequency import FREQUENCIES
from eventstudy.units.windows import Window


@dataclass(frozen=True)
class Plan:
    """What is added up: all that the two passes need to know beside the arrays."""

    estimation: Window
    event: Window
    windows: tuple[Window, ...]
    """W windows, at most 62."""
    lengths: tuple[int, ...]
    """Lengths of the runs of estimation days whose signs are counted, ascending."""
    log: bool = False
    """Whether returns are logarithms."""
    portfolios: bool = False
    """Whether the returns of each event date are added up too, for the portfolio of one date."""
    prediction_error: bool = True
    min_estimation: int = 100
    regime: Scaled = "auto"
    """Whether the window of a portfolio is judged by the scale of the days near it: `auto`, `always` or `never`."""
    rough: int = FREQUENCIES["daily"].rough
    """With fewer estimation days, estimates are rough."""
    grid: int = 0
    """The number of the grid that the pairs stand on; it goes into the keys of dates."""

    def few(self, m: Ints) -> tuple[int, int]:
        """How many pairs, of `m` (N,) estimation days, have so few that estimates are rough, and how many others lack some."""
        short = m < self.rough
        return int(short.sum()), int((~short & (m < self.estimation.length)).sum())

    def columns(self, window: Window) -> slice:
        """Where the days of a window stand among those of the event window."""
        return slice(window.start - self.event.start, window.end - self.event.start + 1)


def plan_of(config: StudyConfig, *, portfolios: bool) -> Plan:
    """What has to be added up for a study of these choices."""
    windows = config.windows or ()
    lengths = {1, *(w.length for w in windows)}
    return Plan(
        estimation=config.estimation_days,
        event=config.event_window,
        windows=windows,
        lengths=tuple(sorted(lengths)),
        log=config.returns == "log",
        portfolios=portfolios,
        prediction_error=config.prediction_error,
        min_estimation=config.min_estimation,
        regime=config.regime,
        rough=config.clock.rough,
    )
