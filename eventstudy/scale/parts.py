"""The parts of a panel that are worked on one at a time, and which events each has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from eventstudy.config import StudyConfig
from eventstudy.panel import Bools
from eventstudy.scale.panel import PanelFolder, Unit


@dataclass(frozen=True)
class Part:
    """Units that are read together for the events after `since`, up to `until`; NaT: from the first, to the last."""

    units: tuple[Unit, ...]
    since: np.datetime64
    until: np.datetime64

    def takes(self, days: np.ndarray[Any, Any]) -> Bools:
        """(E,) which events, by their dates, are those of this part; one without a date belongs to the last."""
        late = np.isnat(days)
        after: Bools = np.isnat(self.since) | (days > self.since) | late
        found: Bools = after & (np.isnat(self.until) | (days <= self.until))
        return found


def parts_of(folder: PanelFolder, config: StudyConfig) -> tuple[Part, ...]:
    """A unit each where units hold different securities.

    Where they hold different times a part has the events of one unit, the units before it that estimation windows reach, and
    those after it up to a whole unit beyond the event window: a security without a price in all of that counts as delisted.
    """
    never = np.datetime64("NaT", "D")
    units = folder.units
    if folder.by == "security":
        return tuple(Part((unit,), never, never) for unit in units)
    back = np.timedelta64(_calendar_days(1 - config.estimation_window.start), "D")
    ahead = np.timedelta64(_calendar_days(config.event_window.end) + config.max_shift, "D")
    found = []
    for k, unit in enumerate(units):
        first = next(i for i, u in enumerate(units) if u.last >= unit.first - back)
        beyond = next((i for i, u in enumerate(units) if i > k and u.last >= unit.last + ahead), len(units) - 1)
        found.append(
            Part(
                units[first : beyond + 1],
                never if k == 0 else units[k - 1].last,
                never if k == len(units) - 1 else unit.last,
            )
        )
    return tuple(found)


def _calendar_days(sessions: int) -> int:
    """Calendar days that surely hold so many sessions, long closings included."""
    return int(np.ceil(1.5 * sessions)) + 30
