"""What a table of prices was taken for, in full: its file, its marks, each of its columns, its rows."""

from __future__ import annotations

from collections.abc import Sequence

from eventstudy.language import Phrase
from eventstudy.prices._shapes import Shape
from eventstudy.tables.headed import Headed
from eventstudy.tables.headings import role_of

_SHOWN = 24
"""So many columns are told one by one; of more the first, and how many there are."""
_FIELDS = {
    "close": Phrase("closing price"),
    "adj_close": Phrase("adjusted closing price"),
    "open": Phrase("opening price"),
    "high": Phrase("highest price"),
    "low": Phrase("lowest price"),
    "volume": Phrase("volume"),
    "dividend": Phrase("dividend"),
    "split": Phrase("split"),
    "ret": Phrase("return"),
}


def explained(table: Headed, shape: Shape, said: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """One phrase for each thing that was found out; `said` are those that are said in any case."""
    known = {phrase.template for phrase in said}

    def told(start: str) -> bool:
        return any(template.startswith(start) for template in known)

    found = [Phrase("{name}: {kind}", name=table.place.name, kind=shape.kind)]
    cells = table.cells
    if hasattr(cells, "separator"):
        if not told("text in"):
            found.append(Phrase("text in {encoding}", encoding="UTF-8"))
        if not told("cells separated"):
            found.append(Phrase("cells separated by commas"))
    comma = told("decimal comma")
    proof = shape.proof or (cells.proof("," if comma else ".") if hasattr(cells, "proof") else None)
    found += [
        phrase for phrase in said if proof is None or phrase.template != "decimal comma"
    ]  # it is told with its row
    if not told("dates"):
        found.append(Phrase("dates as {form}", form="yyyy-mm-dd"))
    elif any("." in str(phrase.params.get("form", "")) for phrase in said if phrase.template == "dates as {form}"):
        found.append(Phrase("between points the month of a date never stands first"))
    if proof is not None:
        mark = Phrase("decimal comma") if comma else Phrase("decimal point")
        found.append(Phrase("{mark}, as {row} has it: {text}", mark=mark, row=proof[0], text=proof[1]))
    elif not comma and not told("decimal point") and hasattr(cells, "proof"):
        found.append(Phrase("decimal point: no cell has another mark"))
    found += _columns(table, shape)
    n = cells.rows
    found.append(
        Phrase("{n} rows of prices, from {first} to {last}", n=n, first=_row(table, 0), last=_row(table, n - 1))
    )
    return tuple(dict.fromkeys(found))


def _row(table: Headed, i: int) -> str:
    return table.place.row(i)


def _columns(table: Headed, shape: Shape) -> list[Phrase]:
    found = []
    for i, levels in enumerate(table.levels[:_SHOWN]):
        heading = " / ".join(h for h in levels if h) or "?"
        found.append(
            Phrase("column {n}, {heading}: {meaning}", n=i + 1, heading=heading, meaning=_meant(table, shape, i))
        )
    if len(table.levels) > _SHOWN:
        used = sum(i in shape.columns.values() for i in range(_SHOWN, len(table.levels)))
        more = len(table.levels) - _SHOWN
        found.append(Phrase("{n} further columns, {used} of them prices of a ticker each", n=more, used=used))
    return found


def _meant(table: Headed, shape: Shape, i: int) -> Phrase:
    """What a column was taken for."""
    if i in {shape.date, *shape.blocks.values()}:
        return Phrase("date")
    if i == shape.ticker:
        return Phrase("ticker")
    for (ticker, field), at in shape.columns.items():
        if at == i:
            return Phrase("{field} of {ticker}", field=_FIELDS[field], ticker=ticker) if ticker else _FIELDS[field]
    for field, at in shape.fields.items():
        if at == i:
            return _FIELDS[field]
    if i in shape.indices.values():
        return Phrase("return of an index")
    if i == shape.exchange:
        return Phrase("exchange")
    if i == shape.currency:
        return Phrase("currency")
    if i in (shape.divisor, shape.factor):
        return Phrase("factor of adjusted prices")
    if not any(table.levels[i]) and not table.cells_of(i):
        return Phrase("empty")
    role = role_of(table.headings[i], "prices") if table.headings[i] else None
    return Phrase("not used: the word is not known") if role is None else Phrase("not used")
