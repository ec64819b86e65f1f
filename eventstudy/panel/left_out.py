"""Which pairs were left out among many: counted by reason, and only the first few are named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from eventstudy.events.columns import EventColumns
from eventstudy.panel.warned import Exclusion

NAMED = 5
"""So many pairs of each reason are named."""


@dataclass
class LeftOut:
    """How many pairs were left out, by reason, and the first few of each by name."""

    counts: dict[str, int] = field(default_factory=dict)
    first: list[Exclusion] = field(default_factory=list)

    def add(self, reason: str, count: int, named: Iterable[Exclusion]) -> None:
        """Count `count` pairs more; of those `named` only as many are kept as still have room."""
        room = NAMED - self.counts.get(reason, 0)
        if count:
            self.counts[reason] = self.counts.get(reason, 0) + count
            self.first += [e for _, e in zip(range(max(room, 0)), named, strict=False)]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def exclusion_of(events: EventColumns, row: int, reason: str, text: str) -> Exclusion:
    """What is said of the pair in this row."""
    return Exclusion(events.name(row), events.tickers[events.ticker[row]], reason, text)
