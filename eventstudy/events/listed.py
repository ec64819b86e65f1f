"""Events by their ids, each of which is made when it is first asked for, of columns that have been checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from eventstudy.events.event import Event
from eventstudy.events.importers import day_of, titled

Column = tuple[Sequence[int], Sequence[Any]]
"""Of each event the position of its value, and the values; -1 is the last of them."""


class Listed(Mapping[str, Event]):
    """E events by their ids, in order; each is made when it is first asked for."""

    def __init__(
        self,
        rows: Mapping[str, int],
        like: Event,
        fields: Mapping[str, Column],
        more: Mapping[str, Column],
        made: Iterable[Event] = (),
    ) -> None:
        """Events as `like`, but for the id, these fields and the attributes in their rows; those that are `made` have none.

        `fields` are checked; a title of None is made of the ticker and the day. `more` is what attributes say, None: nothing.
        """
        self._rows = rows
        self._like, self._fields, self._more = like.__getstate__(), fields, more
        self._made = {event.id: event for event in made}

    def __len__(self) -> int:
        """E."""
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        """The ids in order."""
        return iter(self._rows)

    def __contains__(self, id: object) -> bool:
        """Whether there is an event of that id."""
        return id in self._rows

    def __getitem__(self, id: str) -> Event:
        """The event of that id, always the same object."""
        if id not in self._made:
            self._made[id] = self._event(id, self._rows[id])
        return self._made[id]

    def _event(self, id: str, row: int) -> Event:
        own = {name: values[codes[row]] for name, (codes, values) in self._fields.items()}
        if own["title"] is None:
            own["title"], own["title_de"] = titled(own["group"][0].tickers[0], day_of(own["announced"]))
        own["attributes"] = {
            n: text for n, (codes, texts) in self._more.items() if (text := texts[codes[row]]) is not None
        }
        event = Event.__new__(Event)
        event.__setstate__({**self._like, "__dict__": {**self._like["__dict__"], "id": id, **own}})
        return event
