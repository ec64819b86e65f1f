"""Which pairs were left out: counted by reason; all are named, or among many only the first few."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from eventstudy.errors import EventStudyError
from eventstudy.events import Registry
from eventstudy.events.columns import EventColumns
from eventstudy.language import Phrase
from eventstudy.language.messages import Exclusion, sentence
from eventstudy.panel.block import Ints

NAMED = 5
"""So many pairs of each reason are named where only sums are kept."""


@dataclass
class LeftOut:
    """How many pairs were left out, by reason, and the first of each by name."""

    counts: dict[str, int] = field(default_factory=dict)
    first: list[Exclusion] = field(default_factory=list)
    named: int | None = NAMED
    """How many of each reason are named; None: all."""
    repeats: list[tuple[int, int]] = field(default_factory=list)
    """Rows of pairs of the same firm and day 0 as an earlier one, and that one: counted once, and not left out."""

    def add(self, reason: str, count: int, named: Iterable[Exclusion]) -> None:
        """Count `count` pairs more; of those `named` only as many are kept as still have room."""
        known = self.counts.get(reason, 0)
        room = count if self.named is None else min(self.named - known, count)
        if count:
            self.counts[reason] = known + count
            self.first += [e for _, e in zip(range(max(room, 0)), named, strict=False)]

    def rows(self, events: EventColumns, rows: Ints, reason: str, why: Phrase | Callable[[int], Phrase]) -> None:
        """Leave out the pairs in these rows of the events; `why` is what keeps them out, or says it of the i-th of them."""
        named = (
            Exclusion(events.name(row), events.ticker_of(row), reason, why if isinstance(why, Phrase) else why(i))
            for i, row in enumerate(rows.tolist())
        )
        self.add(reason, len(rows), named)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def in_full(error: EventStudyError) -> Phrase:
    """What an error says is wrong, and what to do about it."""
    what = Phrase.quoted(error.what)
    return Phrase("{what}; {hint}", what=what, hint=Phrase.quoted(error.hint).as_one()) if error.hint else what


def by_row(row: int) -> str:
    """What an event is called as long as only its row is known."""
    return f"row {row}"


def row_of(one: Exclusion) -> int:
    """The row of a pair whose event is named by it."""
    return int(one.event_id.rpartition(" ")[2])


def with_id(one: Exclusion, event_id: str) -> Exclusion:
    """The same with the id of its event in place of the row."""
    said = one.message
    if said.params.get("event") == one.event_id:
        said = sentence("NO_DAY0.unrecognised", event=event_id)
    return one._replace(event_id=event_id, message=said)


def unread(events: object) -> list[Exclusion]:
    """Rows of a table of events that are none."""
    rows = events.left_out if isinstance(events, Registry) else ()
    return [
        Exclusion.of(
            "BAD_ROW",
            str(bad.row),
            bad.ticker,
            row=Phrase.quoted(bad.row).as_one(),
            why=Phrase.quoted(bad.why).as_one(),
        )
        for bad in rows
    ]
