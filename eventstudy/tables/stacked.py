"""Prices whose fields stand below each other, `date, ticker, field, value`, become a column a field."""

from __future__ import annotations

from typing import Any

import pandas as pd

from eventstudy.errors import Sentence
from eventstudy.language import Phrase
from eventstudy.tables.frames import headed_frame
from eventstudy.tables.headed import Headed
from eventstudy.tables.headings import fold, role_of
from eventstudy.tables.place import Place

_CALLED = (
    "field",
    "fields",
    "variable",
    "item",
    "attribute",
    "measure",
    "metric",
    "series",
    "mnemonic",
    "feld",
    "merkmal",
    "grosse",
)
"""What a column that names fields is called."""
_PRICED = ("close", "adj_close")
_FIELDS = ("open", "high", "low", "volume", "dividend", "split", "ret", *_PRICED)


def side_by_side(table: Headed) -> Headed:
    """The table with a column a field, the numbers below their names; any other as it is.

    Raises:
        InvalidFile: a field stands there twice for a day, or a number beside none.
    """
    if len(table.levels[0]) > 1 or len(table.headings) > 4:
        return table
    names = next((i for i in range(len(table.headings)) if _names_fields(table, i)), None)
    dated = [i for i in range(len(table.headings)) if table.is_dates(i, "prices")]
    others = [i for i in range(len(table.headings)) if i != names and i not in dated]
    values = [
        i
        for i in others
        if role_of(table.headings[i], "prices") in (role_of("value", "prices"), role_of("price", "prices"))
    ]
    keys = [*dated, *(i for i in others if i not in values)]
    if names is None or len(dated) != 1 or len(values) != 1 or len(keys) > 2:
        return table
    cells, heads = table.cells, table.headings
    raw = {i: pd.Series(column) for i, column in cells.columns(set(range(len(heads))), set()).items()}
    place = cells.place
    known = raw[names].map(lambda v: _field(v) in _FIELDS).astype(bool)
    blank, given = (_blank(raw[i]) for i in (names, values[0]))
    if (lost := blank & ~given).any():
        raise place.fault(
            Sentence("no field says what this number is"),
            row=int(lost.idxmax()),
            column=heads[names],
            hint=Sentence("name its field, or remove the row"),
        )
    frame = pd.DataFrame({str(i): raw[i][known] for i in (*keys, names, values[0])}, dtype=object)
    on = [str(i) for i in keys]
    if (again := frame.duplicated([*on, str(names)]).to_numpy()).any():
        row = int(frame.index[int(again.argmax())])
        raise place.fault(
            Sentence("{field} of {day} is given twice", field=raw[names][row], day=raw[dated[0]][row]),
            row=row,
            hint=Sentence("keep one of the two rows"),
        )
    first = frame.drop_duplicates(on).index.to_numpy()
    wide = frame.pivot(index=on, columns=str(names), values=str(values[0])).reindex(
        pd.MultiIndex.from_frame(frame.loc[first, on]) if len(on) > 1 else pd.Index(frame.loc[first, on[0]])
    )
    made = wide.reset_index(allow_duplicates=True)
    made.columns = [*(heads[i] for i in keys), *wide.columns]
    found = headed_frame(Place(place.name, lambda i: place.row(int(first[i]))), made, "prices")
    weighed: Any = getattr(cells, "weighed", None)
    found.cells.usual = weighed([raw[values[0]].tolist()]) if weighed else cells.usual
    shown = [str(name) for name in wide.columns]
    found.cells.said = [*cells.said, Phrase("fields below each other put side by side: {names:list}", names=shown)]
    if gone := sorted({str(v) for v in raw[names][~known & ~blank]}):
        found.cells.said.append(Phrase("fields that are not needed: {names:some 4}", names=gone))
    found.titles = table.titles
    return found


def _blank(column: Any) -> Any:
    """Which cells of a column hold nothing."""
    return column.isna() | column.astype(str).str.strip().eq("")


def _field(value: Any) -> str:
    """The field of prices that a cell names; empty: none."""
    role = role_of(value.strip(), "prices") if isinstance(value, str) and value.strip() else None
    return role[0] if role else ""


def _names_fields(table: Headed, i: int) -> bool:
    """Whether a column names fields of prices: by its heading, or because several of them, a close too, stand in it."""
    held = {_field(v) for v in table.cells_of(i)}
    if held.isdisjoint(_PRICED):
        return False
    return fold(table.headings[i]) in _CALLED or (len(held) > 1 and held <= {*_FIELDS, "nothing"})
