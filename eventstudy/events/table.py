"""Events of the rows of a table: row by row, or by columns where each row is an event by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eventstudy.errors import InvalidRequest
from eventstudy.events.columns import combined
from eventstudy.events.event import SLUG, Event
from eventstudy.events.faults import BadRow, refuse
from eventstudy.events.importers import Row, day_of, events_from_rows, group_of, id_of
from eventstudy.events.listed import Column, Listed
from eventstudy.events.rows import Rows
from eventstudy.events.when import checked

Codes = NDArray[np.int64]


def read_rows(rows: Rows, origin: str, *, strict: bool = False) -> tuple[list[Event] | Listed, list[BadRow]]:
    """The events of the rows of a table, and the rows that are left out.

    Raises:
        InvalidFile: no row can be read, or one cannot and it is to be `strict`.
    """
    made = _listed(rows)
    bad = list(rows.bad)
    tickers, whens = (rows.ticker[0].tolist(), rows.ticker[1]), (rows.date[0].tolist(), rows.date[1])

    def leave_out(i: int) -> None:
        if why := rows.odd[i]:
            bad.append(BadRow(rows.numbers[i], tickers[1][tickers[0][i]] if tickers[0][i] >= 0 else "", why))

    if made is not None:
        for i in rows.odd:
            leave_out(i)
        if strict:
            refuse([one.said for one in bad], origin)
        return made, bad
    columns = {name: (codes.tolist(), texts) for name, (codes, texts) in rows.texts.items()}
    more = {name: (codes.tolist(), texts) for name, (codes, texts) in rows.attributes.items()}

    def listed() -> Iterable[Row]:
        for i, number in enumerate(rows.numbers):
            if i in rows.odd:
                leave_out(i)
                continue
            row: dict[str, Any] = {"ticker": tickers[1][tickers[0][i]], "date": whens[1][whens[0][i]]}
            row |= {name: texts[codes[i]] for name, (codes, texts) in columns.items() if codes[i] >= 0}
            if zone := row.get("tz") or _zone_of(row["date"], rows.tz):
                row["tz"] = zone
            held = {name: texts[codes[i]] for name, (codes, texts) in more.items() if codes[i] >= 0}
            if held:
                row["attributes"] = held
            yield number, row

    return events_from_rows(listed(), origin, bad, strict=strict), bad


def _zone_of(when: date | datetime, tz: str | None) -> str | None:
    """The zone of a time that has none."""
    return tz if isinstance(when, datetime) and when.tzinfo is None else None


def _listed(rows: Rows) -> Listed | None:
    """The events, where each row is one by itself and all it says surely is what an event may have; None: look at each row."""
    keep = np.delete(np.arange(len(rows), dtype=np.int64), list(rows.odd))
    given: dict[str, Column] = {n: (codes[keep].tolist(), [*texts, None]) for n, (codes, texts) in rows.texts.items()}
    more: dict[str, Column] = {
        n: (codes[keep].tolist(), [*texts, None]) for n, (codes, texts) in rows.attributes.items()
    }
    free = [*more.items(), *((name, given[name]) for name in ("title", "category") if name in given)]
    if not len(keep) or not all(_can_be_kept([name, *texts[:-1]]) for name, (_, texts) in free):
        return None
    try:
        moment, fields = _moments(rows, keep)
        group, pairs = combined(keep, rows.ticker, rows.texts.get("group"))
        fields["group"] = group.tolist(), [(group_of(name or "", (ticker,)),) for ticker, name in pairs]
        for benchmark in given.get("benchmark", ([], [None]))[1][:-1]:
            group_of("", (benchmark,))  # it is written as a ticker is
    except InvalidRequest:
        return None
    days = [day_of(when).isoformat() for when in fields["announced"][1]]
    ids: list[str]
    if "event_id" in given:
        codes, texts = given["event_id"]
        if min(codes) < 0 or not all(map(re.compile(SLUG).fullmatch, texts[:-1])):
            return None
        ids = [texts[code] for code in codes]
        fields["title"] = given.get("title", given["event_id"])
        if min(fields["title"][0]) < 0:
            return None
    else:
        stems = [id_of(ticker, "") for ticker in rows.ticker[1]]
        ids = [stems[t] + days[d] for t, d in zip(rows.ticker[0][keep].tolist(), moment, strict=True)]
        fields["title"] = given.get("title", ([-1] * len(ids), [None]))
    fields |= {name: given[name] for name in ("category", "benchmark") if name in given}
    like = Event(
        id="x",
        title="x",
        title_de=None,
        announced=fields["announced"][1][0],
        timing="unknown",
        tz=None,
        category=None,
        benchmark=None,
        group=fields["group"][1][0],
        attributes={},
    )
    made = Listed(ids, like, fields, more)
    return made if len(made) == len(ids) else None  # else rows of one event, or ids that need a number


def _moments(rows: Rows, keep: Codes) -> tuple[list[int], dict[str, Column]]:
    """Of each row the position of its moment, and what makes it: the day or instant, its zone, its timing.

    Raises:
        InvalidRequest: one is none that an event may have.
    """
    codes, distinct = combined(keep, rows.date, rows.texts.get("tz"), rows.texts.get("timing"))
    found: list[tuple[Any, Any, Any]] = [
        (when, zone or _zone_of(when, rows.tz), timing or "unknown") for when, zone, timing in distinct
    ]
    plain = [one for one in found if type(one[0]) is date and one[1] is None]
    least = {end(plain, key=lambda one: one[0]) for end in (min, max)} if plain else set()  # any year between will do
    made = []
    seen: set[Any] = set()
    for one in found:
        when, zone, timing = one
        if type(when) is not date or zone is not None or one in least or timing not in seen:
            probe = Event(id="x", title="x", announced=checked(when, zone), tz=zone, timing=timing)
            when = probe.announced
            seen.add(timing)
        made.append((when, zone, timing))
    at = codes.tolist()
    return at, {name: (at, [one[i] for one in made]) for i, name in enumerate(("announced", "tz", "timing"))}


def _can_be_kept(texts: list[str]) -> bool:
    """Whether texts hold nothing that no file can."""
    whole = "".join(texts)
    if whole.isascii():
        return "\0" not in whole
    try:
        return b"\0" not in whole.encode()
    except UnicodeEncodeError:
        return False
