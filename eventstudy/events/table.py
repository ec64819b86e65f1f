"""Events of the rows of a table: by columns where each row is an event by itself, the others row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.errors import InvalidRequest
from eventstudy.events.columns import combined
from eventstudy.events.event import SLUG, Event, Group
from eventstudy.events.faults import BadRow
from eventstudy.events.importers import Row, day_of, drafted, group_of, id_of, refuse_rows
from eventstudy.events.listed import Column, Listed
from eventstudy.events.rows import Rows
from eventstudy.events.when import YEARS, checked


@dataclass(frozen=True)
class _Plain:
    """Rows each of which is an event by itself, and all it says surely is what an event may have."""

    rows: dict[int, str]
    """Row of the table -> the id of its event."""
    position: dict[str, int]
    """Id -> its position in the columns."""
    like: Event
    fields: dict[str, Column]
    more: dict[str, Column]


def read_rows(rows: Rows, origin: str, *, strict: bool = False) -> tuple[list[Event] | Listed, list[BadRow]]:
    """The events of the rows of a table, and the rows that are left out.

    Raises:
        InvalidFile: no row can be read, or one cannot and it is to be `strict`.
    """
    plain = _plain(rows)
    bad = list(rows.bad)
    apart = [i for i in range(len(rows)) if plain is None or i not in plain.rows]
    places = {rows.numbers[i]: i for i in apart}
    found = drafted(_singly(rows, apart, bad), bad)
    refuse_rows(bad, origin, strict=strict, some=bool(found or plain))
    if plain is None:
        return [event for _, event in found], bad
    at = plain.position
    if found:
        ids = plain.rows | {places[number]: event.id for number, event in found}
        at = {ids[i]: at.get(ids[i], -1) for i in sorted(ids)}
    return Listed(at, plain.like, plain.fields, plain.more, (event for _, event in found)), bad


def _singly(rows: Rows, apart: Iterable[int], bad: list[BadRow]) -> Iterator[Row]:
    """These rows with all they say, one by one; those that are odd are added to the `bad` ones."""
    tickers, whens = (rows.ticker[0].tolist(), rows.ticker[1]), (rows.date[0].tolist(), rows.date[1])
    columns = {name: (codes.tolist(), texts) for name, (codes, texts) in rows.texts.items()}
    more = {name: (codes.tolist(), texts) for name, (codes, texts) in rows.attributes.items()}
    for i in apart:
        number = rows.numbers[i]
        if (why := rows.odd.get(i)) is not None:
            if why:
                bad.append(BadRow(number, tickers[1][tickers[0][i]] if tickers[0][i] >= 0 else "", why))
            continue
        row: dict[str, Any] = {"ticker": tickers[1][tickers[0][i]], "date": whens[1][whens[0][i]]}
        row |= {name: texts[codes[i]] for name, (codes, texts) in columns.items() if codes[i] >= 0}
        if rows.noticed is not None and (k := int(rows.noticed[0][i])) >= 0:
            row["recognised"] = rows.noticed[1][k]
        if zone := row.get("tz") or _zone_of(row["date"], rows.tz):
            row["tz"] = zone
        held = {name: texts[codes[i]] for name, (codes, texts) in more.items() if codes[i] >= 0}
        if held:
            row["attributes"] = held
        yield number, row


def _zone_of(when: date | datetime, tz: str | None) -> str | None:
    """The zone of a time that has none."""
    return tz if isinstance(when, datetime) and when.tzinfo is None else None


def _plain(rows: Rows) -> _Plain | None:
    """The rows that can be read by columns, each an event by itself; None: there are none, look at each."""
    keep = np.delete(np.arange(len(rows), dtype=np.int64), list(rows.odd))
    if rows.noticed is not None:
        return None
    if not len(keep) or not all(map(_can_be_kept, rows.attributes)):
        return None
    good = np.ones(len(keep), bool)
    given: dict[str, Column] = {}
    more: dict[str, Column] = {}
    for columns, held in ((rows.texts, given), (rows.attributes, more)):
        for name, (codes, texts) in columns.items():
            may = _MAY.get(name) if held is given else _can_be_kept
            if may and (name in ("event_id", "benchmark") or not _can_be_kept("".join(texts))):
                good &= np.array([*(bool(may(text)) for text in texts), True])[codes[keep]]
            held[name] = codes[keep].tolist(), [*texts, None]
    moment, distinct = combined(keep, rows.date, rows.texts.get("tz"), rows.texts.get("timing"))
    moments = _moments(distinct, rows.tz)
    group, pairs = combined(keep, rows.ticker, rows.texts.get("group"))
    groups = [_group(name or "", ticker) for ticker, name in pairs]
    good &= (
        np.array([one is not None for one in moments])[moment] & np.array([one is not None for one in groups])[group]
    )
    if "event_id" in given:
        own, called = given["event_id"]
        if min(own) < 0:
            return None
        ids = [called[code] for code in own]
        title = given.get("title", given["event_id"])
        good &= np.array(title[0]) >= 0
    else:
        stems, days = [id_of(ticker, "") for ticker in rows.ticker[1]], [day_of(one[0]).isoformat() for one in distinct]
        at = moment.tolist()
        ids = [stems[t] + days[d] for t, d in zip(rows.ticker[0][keep].tolist(), at, strict=True)]
        title = given.get("title", ([-1] * len(ids), [None]))
    if len(set(ids)) < len(ids):  # rows of one event, one that stands there twice, or ids that need a number
        good &= ~pd.Series(ids).duplicated(keep=False).to_numpy()
    if not good.any():
        return None
    at, first = moment.tolist(), int(good.argmax())
    fields: dict[str, Column] = {
        name: (at, [one and one[i] for one in moments]) for i, name in enumerate(("announced", "tz", "timing"))
    }
    fields |= {"group": (group.tolist(), groups), "title": title}
    fields |= {name: given[name] for name in ("category", "benchmark") if name in given}
    like = Event(
        id="x",
        title="x",
        title_de=None,
        announced=fields["announced"][1][at[first]],
        timing="unknown",
        tz=None,
        category=None,
        benchmark=None,
        group=groups[group[first]],
        attributes={},
    )
    chosen = np.flatnonzero(good).tolist()
    named = [ids[k] for k in chosen]
    return _Plain(
        dict(zip(keep[good].tolist(), named, strict=True)), dict(zip(named, chosen, strict=True)), like, fields, more
    )


def _group(name: str, ticker: str) -> tuple[Group, ...] | None:
    """The group of one ticker; None: it is written as none is."""
    try:
        return (group_of(name, (ticker,)),)
    except InvalidRequest:
        return None


def _moments(distinct: Iterable[tuple[Any, ...]], tz: str | None) -> list[tuple[Any, Any, Any] | None]:
    """What makes each moment: the day or instant, its zone, its timing; None: it is none that an event may have."""
    made: list[tuple[Any, Any, Any] | None] = []
    seen: set[Any] = set()
    for when, own, said in distinct:
        if own is None and type(when) is date and (said or "unknown") in seen and when.year in YEARS:
            made.append((when, None, said or "unknown"))  # as one before, but for the day
            continue
        zone: str | None = own or _zone_of(when, tz)
        timing: Any = said or "unknown"
        try:
            when = checked(when, zone)
            if type(when) is not date or zone is not None or timing not in seen:
                when = Event(id="x", title="x", announced=when, tz=zone, timing=timing).announced
                seen |= {timing} if type(when) is date else set()
        except InvalidRequest:
            made.append(None)
        else:
            made.append((when, zone, timing))
    return made


def _can_be_kept(whole: str) -> bool:
    """Whether a text holds nothing that no file can."""
    if whole.isascii():
        return "\0" not in whole
    try:
        return b"\0" not in whole.encode()
    except UnicodeEncodeError:
        return False


_MAY: dict[str, Callable[[str], object]] = {
    "event_id": re.compile(SLUG).fullmatch,
    "benchmark": lambda text: _group("", text),  # it is written as a ticker is
    "title": _can_be_kept,
    "category": _can_be_kept,
}
"""Whether an event may have a text in this column."""
