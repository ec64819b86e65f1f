"""What the columns of a table of prices mean: which is the date, which the ticker, which fields there are, and of whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from itertools import pairwise

from eventstudy import calendars
from eventstudy.datasets import of_isin, tickers_by_name
from eventstudy.errors import Sentence
from eventstudy.language import Phrase
from eventstudy.prices._base import FIELDS
from eventstudy.prices._currency import unit_of
from eventstudy.tables.headed import Headed
from eventstudy.tables.headings import (
    by_bracket_alone,
    currency_beside,
    currency_in,
    fold,
    is_logarithmic,
    other_field,
    role_of,
    unit_said,
)
from eventstudy.tables.place import Place, Reading
from eventstudy.tables.written import days_meant, end_of_month

MEANT = (*FIELDS, "ret")
_NEEDED = ("close", "adj_close", "ret")
_DEAR = ("adj_close", "dividend", "split")
"""A column that may be one of these, misspelt, is not passed over."""
_PART = re.compile(r"[\s._:|/-]+")
_STOOQ = re.compile(r"([a-z0-9^&-]+)[_.](us|uk|de|jp|hk|hu|pl|cc|f)(_[dwm](_\d+)?)?", re.I)
_WORDS = {
    "PRICES",
    "PRICE",
    "DATA",
    "EXPORT",
    "TABLE",
    "CHART",
    "BOOK",
    "SHEET",
    "FILE",
    "CLOSE",
    "STOCKS",
    "HISTORY",
    "DOWNLOAD",
    "CSV",
    "QUOTES",
    "DAILY",
    "TEST",
    "NEW",
    "OLD",
    "ALL",
    "RETURNS",
    "OUTPUT",
    "KURSE",
}
_MARKED_FIELDS = ("prc", "dlyprc", "mthprc")


FORMS = Sentence("a wide table is date,TICKER,TICKER,...; a long one ticker,date,close")
"""How prices are written."""


@dataclass
class Shape:
    """Where things stand in a table of prices."""

    date: int
    ticker: int | None = None
    """Column of tickers; None: each price column is of one ticker."""
    fields: dict[str, int] = field(default_factory=dict)
    """Of a long table: field -> column."""
    columns: dict[tuple[str, str], int] = field(default_factory=dict)
    """Of a wide one: (ticker, field) -> column; the ticker is empty where the table names none."""
    blocks: dict[int, int] = field(default_factory=dict)
    """Of a table with several columns of dates: column -> its column of dates."""
    indices: dict[str, int] = field(default_factory=dict)
    """Columns that hold returns of an index on the day of each row, by its name."""
    divisor: int | None = None
    """Column by which closes are divided, that splits leave no move: Compustat's `ajexdi`."""
    factor: int | None = None
    """Column by which closes are multiplied: Tushare's `adj_factor`, Compustat's `trfd` for dividends."""
    exchange: int | None = None
    currency: int | None = None
    units: dict[int, str] = field(default_factory=dict)
    """Columns of returns whose heading says their unit."""
    logarithmic: bool = False
    """Whether returns are logarithmic, as their headings say."""
    middles: bool = False
    """Whether a negative price is the middle of bid and ask, as CRSP writes it."""
    decimals: bool = False
    """Whether returns are decimals unless their sizes speak against it: CRSP's are, whose column `permno` is."""
    said: list[Phrase] = field(default_factory=list)
    proof: tuple[str, str] | None = None
    """The row and the cell that can only have the decimal mark of the table."""
    kind: Phrase = Phrase("prices")
    paid_in: str | None = None
    """The currency that the headings of prices say."""
    closes: bool = False
    """Whether its columns are called by tickers and hold one number each: closes, or returns."""


def shape_of(table: Headed, reading: Reading, asked: Sequence[str] | None, stem: str | None = None) -> Shape:
    """What the columns mean; `asked` are the tickers that are wanted, `stem` the name of the file or the sheet.

    Raises:
        InvalidFile: no dates, no prices, a column twice.
    """
    table, paid_in = _without_currency(_without_its_ticker(table, reading.ticker or _of_file(stem, asked)), asked)
    dates = _date_columns(table)
    beside = [i for i in range(len(table.levels)) if i not in dates and _dated_beside(table, i)]
    again = _renamed(table, asked)
    others = [i for i in range(len(table.levels)) if i not in (*dates, *beside, *again) and not _hollow(table, i)]
    several = len(table.levels[0]) > 1
    if several:
        shape = _leveled(table, dates, others, asked)
    else:
        counts = [i for i in others if _numbers_rows(table, i) and table.headings[i] not in (asked or ())]
        shape = _flat(table, dates, [i for i in others if i not in counts], asked, reading.ticker, stem)
        if counts:
            shape.said.append(_passed([table.headings[i] for i in counts]))
    if again:
        shape.said.append(
            Phrase(
                "columns that stand there twice taken once: {columns:list}", columns=[table.headings[i] for i in again]
            )
        )
    if beside:
        more = [table.headings[i] for i in beside]
        shape.said.append(
            Phrase("dates from {column}, not from {others:list}", column=table.headings[dates[0]] or "?", others=more)
        )
    if not shape.fields and not shape.columns:
        if aside := _bracketed(table):
            raise _other_fields(table, aside)
        raise table.place.fault(
            Sentence("there is a date column but no price"),
            available=", ".join(filter(None, table.headings)),
            hint=FORMS,
        )
    shape.paid_in = paid_in
    shape.logarithmic = _logarithmic(table, shape)
    return _as_said(shape, reading.values)


def _logarithmic(table: Headed, shape: Shape) -> bool:
    """Whether the headings say that all returns are logarithmic.

    Raises:
        InvalidFile: they say so of some.
    """
    fields = [*shape.fields.items(), *((f, i) for (_, f), i in shape.columns.items())]
    heads = [" ".join(filter(None, table.levels[i])) for f, i in fields if f == "ret"]
    logs = list(filter(is_logarithmic, heads))
    if logs and len(logs) < len(heads):
        raise table.place.fault(
            Phrase("some of the columns of returns are logarithmic by their headings, and some are not"),
            available=", ".join(heads),
            hint=Phrase("make all of them one kind"),
        )
    return bool(logs)


def _as_said(shape: Shape, values: str | None) -> Shape:
    """The shape with its only column of closes, or of returns, taken for what a person says that it is."""
    if values not in ("close", "returns"):
        return shape
    said, other = ("close", "ret") if values == "close" else ("ret", "close")
    held = {*shape.fields, *(f for _, f in shape.columns)}
    if other in held and held.isdisjoint({said, "open", "high", "low", "adj_close"}):
        shape.fields = {said if f == other else f: i for f, i in shape.fields.items()}
        shape.columns = {(t, said if f == other else f): i for (t, f), i in shape.columns.items()}
        shape.closes = False
    return shape


def is_other_list(table: Headed) -> bool:
    """Whether a table names tickers and has no column of prices or returns: a list of events, or of firms."""
    meant = {_price_role(heading) for heading in table.headings}
    held = [
        str(v)
        for i, heading in enumerate(table.headings)
        if _price_role(heading) == "ticker"
        for v in table.cells_of(i)
    ]
    return meant.isdisjoint({*_NEEDED, "index"}) and any(v.strip(".-")[:1].isalpha() for v in held)


def _of_file(stem: str | None, asked: Sequence[str] | None) -> str | None:
    """The ticker that the name of a file says."""
    return None if stem is None or names_nobody(stem) else named_by_file(stem, asked)


def _without_its_ticker(table: Headed, ticker: str | None) -> Headed:
    """The table of one ticker, which headings may name in brackets: `Close (NVDA)` is the close of NVDA."""
    own = re.compile(rf"\s*[(\[]{re.escape(ticker)}[)\]]$", re.I) if ticker else None
    if own is None or not any(own.search(heading) for levels in table.levels for heading in levels):
        return table
    return replace(table, levels=[tuple(own.sub("", heading) for heading in levels) for levels in table.levels])


def _without_currency(table: Headed, asked: Sequence[str] | None) -> tuple[Headed, str | None]:
    """The table without currencies beside the words of its headings, as in `Close EUR`, and the one that all of them say.

    Raises:
        InvalidFile: one price is there in two currencies, or they are tickers; a price and an adjusted one are in two.
    """
    if len(table.levels[0]) > 1:
        return table, None
    heads = table.headings
    beside = {i: hit for i, heading in enumerate(heads) if (hit := currency_beside(heading, "prices"))}
    wanted = {ticker.casefold() for ticker in asked or ()}
    if wanted & {code.casefold() for _, code in beside.values()}:
        return table, None
    plain = [beside[i][0] if i in beside else heading for i, heading in enumerate(heads)]
    fields: dict[str, int] = {}
    for i in beside:
        if plain[i].casefold() in fields:
            raise table.place.fault(
                Phrase(
                    "{one!r} and {other!r} are one price in two currencies, or the prices of two tickers",
                    one=heads[fields[plain[i].casefold()]],
                    other=heads[i],
                ),
                available=", ".join(filter(None, heads)),
                hint=Phrase("leave one of the columns out; or name the tickers that are wanted"),
            )
        fields[plain[i].casefold()] = i
    roles = [_price_role(heading) for heading in plain]
    prices = [i for i, role in enumerate(roles) if role in _NEEDED or (i in beside and role != "volume")]
    said = {i: unit_of(code) for i in prices if (code := beside[i][1] if i in beside else currency_in(heads[i]))}
    paid = {currency: heads[i] for i, currency in said.items() if roles[i] in _NEEDED}
    if len(paid) > 1:
        one, other, *_ = paid.values()
        raise table.place.fault(
            Phrase("{one!r} and {other!r} are prices of one row in two currencies", one=one, other=other),
            available=", ".join(filter(None, heads)),
            hint=Phrase("leave all columns but those of one currency out"),
        )
    levels = [(plain[i],) if i in beside else own for i, own in enumerate(table.levels)]
    currencies = set(said.values())
    return (replace(table, levels=levels) if beside else table), currencies.pop() if len(currencies) == 1 else None


_NUMBERED = re.compile(r"(?P<own>.+?)(?:[._]|(?P<loose> ?\(?))[1-9]\)?")
"""A heading that stands there again, as programs write it: `Close.1`, `Close_1`, `Close2`, `Close (2)`."""


def _renamed(table: Headed, asked: Sequence[str] | None) -> list[int]:
    """Columns whose heading stands there before without a number, and whose first cells are the same.

    Raises:
        InvalidFile: their cells are others, so that nothing says which is meant.
    """
    heads, found = table.headings, list[int]()
    if len(table.levels[0]) > 1:
        return found
    first = {fold(heading): i for i, heading in reversed(list(enumerate(heads)))}
    for i, heading in enumerate(heads):
        hit = _NUMBERED.fullmatch(heading)
        own = first.get(fold(hit["own"])) if hit else None
        if hit is None or own is None or own >= i or any(matched(ticker, [heading]) for ticker in asked or ()):
            continue
        role = _price_role(heads[own])
        if role not in (*_NEEDED, *_DEAR) and (role is not None or hit["loose"] is not None):
            continue  # not needed; or a ticker that ends in a number
        if role is None and asked is not None and not any(matched(ticker, [heads[own]]) for ticker in asked):
            continue
        for row, cells in enumerate(table.sample):
            one, other = (str(cells[k]).strip() if k < len(cells) else "" for k in (own, i))
            if one != other:
                raise table.place.fault(
                    Phrase(
                        "{one!r} and {other!r} may be two columns of one name, which another program has numbered, and they"
                        " differ: {a} and {b}",
                        one=heads[own],
                        other=heading,
                        a=one,
                        b=other,
                    ),
                    row=row,
                    available=", ".join(filter(None, heads[:20])),
                    hint=Phrase("leave one of them out, or name the ticker of each"),
                )
        found.append(i)
    return found


def _hollow(table: Headed, i: int) -> bool:
    """Whether a column has no heading, and no cell or only the count of rows."""
    unnamed = not any(table.levels[i]) or fold(table.headings[i]) in ("unnamed_0", "index")
    return unnamed and (table.counts_rows(i) or _counted_on(table, i))


def _counted_on(table: Headed, i: int) -> bool:
    """Whether a column counts several rows from anywhere, up or down."""
    held = [str(v).removesuffix(".0") for v in table.cells_of(i)]
    if len(held) < _COUNTED or not held[0].isdecimal() or not all(v.isdecimal() and len(v) < _LONG for v in held):
        return False
    return {int(b) - int(a) for a, b in pairwise(held)} in ({1}, {-1})


_COUNTED = 8
"""So many rows below each other with 1, 2, 3 are counted, not priced."""
_LONG = 12
"""Numbers of so many digits count no rows."""


def _numbers_rows(table: Headed, i: int) -> bool:
    """Whether a column under an unknown heading, such as `#` or `Nr`, counts rows; of a ticker or a firm, from 0 or 1 alone."""
    heading = table.headings[i]
    if len(table.cells_of(i)) < _COUNTED or _price_role(heading) is not None:
        return False
    return table.counts_rows(i) or (not (_capitals(heading) or _is_name(heading)) and _counted_on(table, i))


def _date_columns(table: Headed) -> list[int]:
    """The columns of dates, the one that is meant first."""
    heads = table.headings
    dated = [i for i in range(len(heads)) if table.is_dates(i, "prices")]
    ranked = {i: hit[1] for i, h in enumerate(heads) if (hit := role_of(h, "prices")) and hit[0] == "date"}
    ranked = ranked or {i: 0 for i in dated if _price_role(heads[i]) == "time"}
    named = [i for i in dated if i in ranked]
    if not named:
        between = [heads[i] for i in dated if other_field(heads[i], "prices") == "date"]
        if len(between) > 1:
            raise _by_brackets(table, between)
        held = [
            i
            for i in ranked
            if not table.cells_of(i) or any(isinstance(v, str) or end_of_month(str(v)) for v in table.cells_of(i))
        ]
        named = [i for i in dated if not heads[i] or i == 0] or held or dated
    if not named:
        raise table.place.fault(
            Sentence("there is no column 'date'"),
            available=", ".join(filter(None, heads[:20])),
            hint=Sentence("prices are ticker,date,close or date,TICKER,TICKER,...; dates as 2025-01-27"),
        )
    best = min(named, key=lambda i: (ranked.get(i, 9_999), i))
    twins = [
        i for i in named if ranked.get(i, 9_999) == ranked.get(best, 9_999) and fold(heads[i]) == fold(heads[best])
    ]
    near = [heads[i] for i in named if ranked.get(i, 9_999) == ranked.get(best, 9_999)
            and by_bracket_alone(heads[i], heads[best])]  # fmt: skip
    if len(near) > len(twins):
        raise _by_brackets(table, near)
    if len(twins) == 1:
        again = [i for i in dated if i > best and _dates_again(heads, best, i)]
        twins += again if _apart([best, *again], len(heads)) else []
    if len(twins) > 1:
        if _apart(twins, len(heads)):
            return twins
        raise table.place.fault(
            Sentence("there are two columns 'date'"), available=", ".join(heads[:20]), hint=Sentence("keep one")
        )
    _refuse_other_days(table, best, [i for i in dated if i != best and ((i in ranked) == (best in ranked))])
    return [best]


def _dates_again(heads: Sequence[str], best: int, i: int) -> bool:
    """Whether dates stand before a ticker of their own: `Date.1`, `Date2`, `Date SPY` before SPY, or no heading at all."""
    if i + 1 == len(heads) or _price_role(heads[i + 1]) is not None:
        return False
    more = fold(heads[i]).removeprefix(fold(heads[best])).strip("_")
    return not more or more.isdigit() or more.startswith("unnamed_") or more == fold(heads[i + 1])


def _apart(columns: Sequence[int], end: int) -> bool:
    """Whether each of the columns has others behind it."""
    return all(b - a > 1 for a, b in pairwise([*columns, end]))


def _refuse_other_days(table: Headed, best: int, others: Sequence[int]) -> None:
    """Refuse another column that may as well be the date of the session, and has other days.

    Raises:
        InvalidFile: there is one.
    """
    for i in others:
        for row, cells in enumerate(table.sample):
            one, other = (days_meant(cells[k]) if k < len(cells) else frozenset() for k in (best, i))
            if one and other and one.isdisjoint(other):
                raise table.place.fault(
                    Sentence(
                        "{headings!r} and {headings2!r} both may be the date of the session, and they differ:"
                        " {cells} and {cells2}",
                        headings=table.headings[best],
                        headings2=table.headings[i],
                        cells=cells[best],
                        cells2=cells[i],
                    ),
                    row=row,
                    available=", ".join(filter(None, table.headings[:20])),
                    hint=Sentence("call the column of the sessions 'date', and leave the other one out"),
                )


def _dated_beside(table: Headed, i: int) -> bool:
    """Whether a column that is not the date of the sessions holds dates: those of another kind, which nobody asks for."""
    return _price_role(table.headings[i]) in (None, "date") and table.is_dates(i, "prices")


def _price_role(heading: str) -> str | None:
    found = role_of(heading, "prices")
    return found[0] if found else None


def _without_numbers(levels: list[list[str]]) -> None:
    """Take away numbers by which programs tell fields apart that stand there again: `Close`, `Close.1` above two tickers."""
    for depth in range(len(levels[0])):
        for i, own in enumerate(levels):
            hit = _NUMBERED.fullmatch(own[depth])
            if hit is None or hit["loose"] is not None or _price_role(hit["own"]) not in MEANT:
                continue
            plain = [*own[:depth], hit["own"], *own[depth + 1 :]]
            if any(one[depth] == hit["own"] for one in levels[:i]) and plain not in levels:
                levels[i] = plain


def _leveled(table: Headed, dates: list[int], others: list[int], asked: Sequence[str] | None) -> Shape:
    """Two or three rows of headings: one of fields, one of tickers."""
    depth = len(table.levels[0])
    filled = [list(levels) for levels in table.levels]
    for level in range(depth - 1):
        for i in range(1, len(filled)):
            if not filled[i][level] and i not in dates and (i - 1) not in dates:
                filled[i][level] = filled[i - 1][level]
    _without_numbers(filled)
    named = [i for i in others if any(filled[i])]
    share = [
        sum(_price_role(filled[i][level]) in (*MEANT, "nothing") for i in named) / max(len(named), 1)
        for level in range(depth)
    ]
    blocks = {}
    if len(dates) > 1:
        for level in range(depth):  # the name of a security stands above its dates
            for j in named:
                i = max((i for i in dates if i < j), default=dates[0])
                above = table.levels[i][level]
                if not filled[j][level] and above and _price_role(above) != "date":
                    filled[j][level] = above
        blocks = {j: max((i for i in dates if i < j), default=dates[0]) for j in named}
    best = max(range(depth), key=lambda k: share[k])
    if share[best] < 0.5:
        apart = [k for k in range(depth) if len({filled[i][k] for i in named} - {""}) == len(named)]
        # names and codes: what is asked for stands in one of them; below the codes may stand currencies
        held = {k: sum(len(matched(a, [filled[i][k] for i in named])) == 1 for a in asked or ()) for k in apart}
        lowest = max(apart, key=lambda k: (held[k], k), default=depth - 1)
        bottom = [filled[i][lowest] or filled[i][0] for i in named]
        columns = _tickers(table, list(zip(bottom, named, strict=True)))
        return Shape(
            dates[0],
            columns={(t, "close"): i for t, i in columns.items()},
            blocks=blocks,
            kind=Phrase("wide closes"),
            closes=True,
        )
    rest = [k for k in range(depth) if k != best]
    held = {k: sum(len(matched(a, list({filled[i][k] for i in named}))) == 1 for a in asked or ()) for k in rest}
    level = max(
        rest, key=lambda k: (held[k], sum(filled[i][k] != "" for i in named), _marks(filled[i][k] for i in named), -k)
    )
    found: dict[tuple[str, str], int] = {}
    passed: dict[str, None] = {}
    units: dict[int, str] = {}
    for i in named:
        role, ticker = _price_role(filled[i][best]), filled[i][level]
        if role not in MEANT:
            passed[filled[i][best]] = None
            continue
        rank = (role_of(filled[i][best], "prices") or ("", 0))[1]
        known = found.get((ticker, role))
        if known is not None:
            old = (role_of(filled[known][best], "prices") or ("", 0))[1]
            pair = [filled[known][best], filled[i][best]]
            if rank == old and fold(pair[0]) != fold(pair[1]) and by_bracket_alone(*pair):
                raise _by_brackets(table, pair)
            if rank == old:
                raise table.place.fault(
                    Sentence("ticker {ticker!r} has two columns {filled!r}", ticker=ticker, filled=filled[i][best]),
                    hint=Sentence("keep one of them"),
                )
            if rank > old:
                continue
        found[ticker, role] = i
        if unit := unit_said(filled[i][best]):
            units[i] = unit
    if not any(role in _NEEDED for _, role in found):
        raise _no_close(table)
    said = [_passed(list(passed))] if passed else []
    return Shape(
        dates[0],
        columns=found,
        blocks=blocks,
        units=units,
        said=said,
        kind=Phrase("two rows of headings, field and ticker"),
    )


def _marks(names: Iterable[str]) -> int:
    return len(set(names))


def _flat(
    table: Headed,
    dates: list[int],
    others: list[int],
    asked: Sequence[str] | None,
    owner: str | None,
    stem: str | None,
) -> Shape:
    heads = table.headings
    meant = {i: _price_role(heads[i]) for i in others}
    for i in others:
        if fold(heads[i]) in _EITHER and (len(others) == 1 or _decimals(table, i)):
            meant[i] = "close"
    ticker = _best(table, [i for i in others if meant[i] == "ticker" and not _numbers(table, i)], heads)
    if ticker is not None and len(others) > 1:
        others = [i for i in others if i != ticker]
        return _long(table, dates, others, meant, ticker)
    split = None if all(meant[i] for i in others) else _composite(heads, others) or _beside(heads, others, meant)
    if split:
        columns = {(t, f): i for i, (t, f) in split.items() if f in MEANT}
        if not any(f in _NEEDED for _, f in columns):
            raise _no_close(table)
        _twice(table, [(f"{t} {f}", i) for i, (t, f) in split.items() if f in MEANT])
        fields = {i: heads[i].replace(t, "", 1) for i, (t, f) in split.items() if f == "ret"}
        units: dict[int, str] = {i: unit for i, heading in fields.items() if (unit := unit_said(heading))}
        return Shape(dates[0], columns=columns, units=units, kind=Phrase("wide, field and ticker in each heading"))
    wanted = {name.casefold() for a in asked or () for name in (a, bare(a))}
    capitals = set(others) if _small_tickers(heads, others, meant) else {i for i in others if _capitals(heads[i])}
    own = [i for i in others if meant[i] in MEANT and heads[i].casefold() not in wanted]
    tickers = [i for i in others if meant[i] is None]
    closes = [i for i in own if meant[i] in _NEEDED]
    sure = {meant[i] for i in own if i not in capitals}  # LOW and OPEN may be tickers
    named = any(heads[i].casefold() in wanted or bare(heads[i]).casefold() in wanted for i in tickers)
    if (
        len(dates) == 1
        and closes
        and not named
        and (
            asked
            or owner
            or len(own) >= len(tickers)
            or len(sure) > 1
            or fold(heads[closes[0]]) in ("close", "adj_close", "ret")
        )
    ):
        return _single(table, dates, others, meant)
    if len(dates) == 1 and not closes and not named and (len(sure) > 1 or (sure and not tickers)):
        raise _no_close(table)
    _refuse_unknown(table, [] if named or len(dates) > 1 or set(others) == capitals else others, meant)
    useful = [
        i
        for i in others
        if (meant[i] in (None, "ticker", *MEANT) or i in capitals or heads[i].casefold() in wanted)
        and (_numeric(table, i) or not _text_alone(table, i))
    ]
    if len(dates) == 1 and not named and (own_close := _alone(table, useful, meant, asked, owner, stem)) is not None:
        taken = Phrase("{column} is taken for the closing price: the table has no other", column=heads[own_close])
        return Shape(
            dates[0],
            columns={("", "close"): own_close},
            said=[taken, *([_passed([heads[i] for i in others if i != own_close])] if len(others) > 1 else [])],
            kind=Phrase("one ticker"),
            closes=True,
        )
    left = [heads[i] for i in others if i not in useful]
    blocks = {}
    if len(dates) > 1:
        blocks = {j: max((i for i in dates if i < j), default=dates[0]) for j in useful}
    columns_by = _tickers(table, [(heads[i], i) for i in useful])
    said = [_passed(left)] if left else []
    return Shape(
        dates[0],
        columns={(t, "close"): i for t, i in columns_by.items()},
        blocks=blocks,
        said=said,
        kind=Phrase("wide closes"),
        closes=True,
    )


_EITHER = ("valor", "valeur")
"""Headings of tickers that are values where numbers stand below them."""


def _decimals(table: Headed, i: int) -> bool:
    """Whether all cells of a column are numbers, and one has a mark: they name nobody."""
    held = [str(v) for v in table.cells_of(i)]
    return bool(held) and all(_DECIMAL.fullmatch(v) for v in held) and any("." in v or "," in v for v in held)


_DECIMAL = re.compile(r"[0-9][0-9.,]*")


def _alone(
    table: Headed,
    useful: list[int],
    meant: Mapping[int, str | None],
    asked: Sequence[str] | None,
    owner: str | None,
    stem: str | None,
) -> int | None:
    """The one column of numbers under an unknown word in a table of one ticker: `owner`, or the name of its file; else None.

    Raises:
        InvalidFile: there are several such columns.
    """
    heads = table.headings
    ticker = owner or _of_file(stem, asked)
    if not ticker:
        return None
    unknown = [i for i in useful if not (meant[i] or _capitals(heads[i]) or _is_name(heads[i]))]
    if not unknown or len(unknown) < len(useful) or any(matched(ticker, [heads[i]]) for i in useful):
        return None
    if len(unknown) > 1:
        otherwise = Sentence("leave --ticker out") if owner else Sentence("call the file 'prices'")
        raise table.place.fault(
            Sentence(
                "{heads!r} and {heads2!r} are tickers, or fields of {ticker} in words that are not known",
                heads=heads[unknown[0]],
                heads2=heads[unknown[1]],
                ticker=ticker,
            ),
            available=", ".join(filter(None, heads)),
            hint=Sentence(
                "call the column of closing prices 'close'; or {otherwise} if these are tickers", otherwise=otherwise
            ),
        )
    return unknown[0]


def _is_name(heading: str) -> bool:
    """Whether a heading is a firm that is known, or a ticker with the marks of a vendor."""
    return heading.casefold() in tickers_by_name() or bare(heading) != heading


def _beside(heads: Sequence[str], others: Sequence[int], meant: Mapping[int, str | None]) -> dict[int, tuple[str, str]]:
    """Headings of tickers beside those of their fields, `NVDA` and `NVDA Volume`: column -> (ticker, field); empty: none is."""
    tickers = {tuple(_PART.split(heads[i].casefold())): heads[i] for i in reversed(others) if meant[i] is None}
    found: dict[int, tuple[str, str]] = {}
    for i in others:
        parts = _parts(heads[i]) if meant[i] is None else []
        for k in range(1, len(parts)):
            for name, rest in ((parts[:k], parts[k:]), (parts[k:], parts[:k])):
                owner = tickers.get(tuple(p.casefold() for p in name))
                role = _price_role(" ".join(rest)) if owner is not None else None
                if owner is not None and role in (*MEANT, "nothing"):
                    found[i] = owner, role if role != "close" else "nothing"
    if not found or any(meant[i] in MEANT and not _capitals(heads[i]) for i in others):
        return {}
    rest_of = [i for i in others if i not in found and (meant[i] is None or _capitals(heads[i]))]
    return {i: (heads[i], "close") for i in rest_of} | found


def _refuse_unknown(table: Headed, others: list[int], meant: Mapping[int, str | None]) -> None:
    """Refuse headings that nobody asked for as tickers, beside one that is a field: they may be fields in other words."""
    heads = table.headings
    fields = [heads[i] for i in others if (meant[i] and not _capitals(heads[i])) or "%" in heads[i]]
    unknown = [heads[i] for i in others if not meant[i] and "%" not in heads[i]]
    if all(map(_capitals, unknown)):  # a year or a mean beside NVDA is left aside, a volume would be of one of them
        fields = [heads[i] for i in others if meant[i] in MEANT and not _capitals(heads[i])]
    if fields and unknown:
        raise table.place.fault(
            Sentence(
                "{unknown!r} is a ticker, or a field in a word that is not known: {fields!r} beside it is a field",
                unknown=unknown[0],
                fields=fields[0],
            ),
            available=", ".join(filter(None, heads)),
            hint=Sentence(
                "call the column of closing prices 'close'; or name the tickers, or leave the column of the field out"
            ),
        )


def _capitals(heading: str) -> bool:
    return heading.isascii() and heading.isupper()


def _small_tickers(heads: Sequence[str], others: Sequence[int], meant: Mapping[int, str | None]) -> bool:
    """Whether all headings are tickers in small letters, such as aapl, low and bas: short words, one of which is the ticker of
    a firm that is known and no word for a field; and none that is a close.
    """
    short = all(_SMALL.fullmatch(heads[i]) and meant[i] not in _NEEDED for i in others)
    return short and bool({heads[i].upper() for i in others if meant[i] is None} & set(tickers_by_name().values()))


_SMALL = re.compile("[a-z]{1,5}")


def _numbers(table: Headed, i: int) -> bool:
    """Whether a column that may be of tickers holds none: numbers with decimals, or an `id` of digits."""
    counted = fold(table.headings[i]) == "id" and all(str(v).removesuffix(".0").isdigit() for v in table.cells_of(i))
    return counted or _numeric(table, i)


def _numeric(table: Headed, i: int) -> bool:
    """Whether a column holds numbers with decimals: no names."""
    held = table.cells_of(i)
    return bool(held) and all(isinstance(v, float) and v % 1 for v in held)


def _text_alone(table: Headed, i: int) -> bool:
    """Whether a column that may be prices holds words alone."""
    held = [str(v) for v in table.cells_of(i)]
    return (
        len(held) > 1
        and not any(any(c.isdigit() for c in v) for v in held)
        and not all(len(v) < 9 and "n" in v.lower() for v in held)
    )


def _best(table: Headed, columns: list[int], heads: list[str]) -> int | None:
    ranked = sorted(columns, key=lambda i: (role_of(heads[i], "prices") or ("", 0))[1])
    if len(ranked) > 1 and fold(heads[ranked[0]]) == fold(heads[ranked[1]]):
        raise _there_twice(table, heads[ranked[1]])
    if len(ranked) > 1 and by_bracket_alone(heads[ranked[0]], heads[ranked[1]]) and _tied(heads, *ranked[:2]):
        raise _by_brackets(table, [heads[i] for i in ranked[:2]])
    return ranked[0] if ranked else None


def _tied(heads: Sequence[str], i: int, k: int) -> bool:
    return role_of(heads[i], "prices") == role_of(heads[k], "prices")


def _by_brackets(table: Headed, headings: Sequence[str]) -> Exception:
    """What to raise of columns that only their brackets tell apart."""
    return table.place.fault(
        Sentence(
            "{headings} differ only in their brackets, and none says which is meant",
            headings=Phrase("{names:list}", names=list(map(repr, headings))),
        ),
        available=", ".join(filter(None, table.headings)),
        hint=Sentence("call the column that is meant by its word alone (close, date, ticker), or remove the others"),
    )


def _there_twice(table: Headed, heading: str) -> Exception:
    return table.place.fault(
        Sentence("column {heading!r} is there twice", heading=heading),
        available=", ".join(table.headings),
        hint=Sentence("keep one"),
    )


def _fields(table: Headed, others: list[int], meant: Mapping[int, str | None], said: list[Phrase]) -> dict[str, int]:
    """Field -> column, of columns with the same meaning the one whose word stands first; the others are said."""
    heads = table.headings
    found: dict[str, int] = {}
    left = []
    for i in others:
        role = meant[i]
        if role not in MEANT:
            if role is None:
                _refuse_misspelt(table, heads[i])
            if role not in ("exchange", "currency", "index", "time", "divisor", "factor"):
                left.append(heads[i])
            continue
        known = found.get(role)
        if known is not None:
            ranks = [(role_of(heads[k], "prices") or ("", 0))[1] for k in (known, i)]
            if fold(heads[known]) == fold(heads[i]):
                raise _there_twice(table, heads[i])
            if role in _NEEDED and ranks[0] == ranks[1] and by_bracket_alone(heads[known], heads[i]):
                raise _by_brackets(table, [heads[known], heads[i]])
            left.append(heads[i] if ranks[0] <= ranks[1] else heads[known])
            if ranks[0] <= ranks[1]:
                continue
        found[role] = i
    if left:
        said.append(_passed(left))
    return found


def _refuse_misspelt(table: Headed, heading: str) -> None:
    near = get_close_matches(fold(heading), _DEAR, n=1, cutoff=0.8)
    if near and fold(heading) not in ("adj_volume", "adj_open"):
        raise table.place.fault(
            Sentence("unknown column {heading!r}", heading=heading),
            available=", ".join(MEANT),
            hint=Sentence("did you mean {near!r}? rename or remove it", near=near[0]),
        )


def _passed(headings: Sequence[str]) -> Phrase:
    return Phrase("columns not needed: {columns:some 4}", columns=[h for h in headings if h] or ["?"])


def _bracketed(table: Headed) -> list[str]:
    """Headings that words in brackets make another field than the close or the return."""
    return [h for h in table.headings if h and other_field(h, "prices") in _NEEDED]


def _other_fields(table: Headed, headings: Sequence[str]) -> Exception:
    return table.place.fault(
        Sentence(
            "{headings}: the words in brackets make another field of it, and there is no close",
            headings=Phrase("{names:list}", names=list(map(repr, headings))),
        ),
        available=", ".join(filter(None, table.headings)),
        hint=Sentence("if one of them is the closing price, call it close; a simple return, call it ret"),
    )


def _no_close(table: Headed) -> Exception:
    if aside := _bracketed(table):
        return _other_fields(table, aside)
    return table.place.fault(
        Sentence("there is no column 'close'"),
        available=", ".join(filter(None, table.headings)),
        hint=Sentence(
            "prices are ticker,date,close[,open,high,low,adj_close,volume,dividend,split], or returns: ticker,date,ret"
        ),
    )


def _extras(shape: Shape, table: Headed, others: list[int], meant: Mapping[int, str | None]) -> None:
    heads = table.headings
    unused = [heads[i] for i in others if meant[i] == "factor" and i != shape.factor]
    if unused and "adj_close" in {*shape.fields, *(f for _, f in shape.columns)}:
        shape.said.append(_passed(unused))
    elif unused:
        shape.said.append(
            Phrase("closes are not adjusted by {column}, which may be one of several kinds", column=unused[0])
        )
    shape.exchange = next((i for i in others if meant[i] == "exchange"), None)
    shape.currency = next((i for i in others if meant[i] == "currency"), None)
    fields = [*shape.fields.items(), *((f, i) for (_, f), i in shape.columns.items())]
    shape.units = {i: unit for f, i in fields if f == "ret" and (unit := unit_said(heads[i]))}
    close = shape.fields.get("close", shape.columns.get(("", "close")))
    shape.middles = close is not None and fold(heads[close]) in _MARKED_FIELDS
    shape.decimals = "permno" in map(fold, heads)


def _long(table: Headed, dates: list[int], others: list[int], meant: Mapping[int, str | None], ticker: int) -> Shape:
    shape = Shape(dates[0], ticker, kind=Phrase("one row a ticker and day"))
    shape.fields = _fields(table, others, meant, shape.said)
    if not any(f in _NEEDED for f in shape.fields):
        raise _no_close(table)
    shape.indices = {table.headings[i]: i for i in others if meant[i] == "index"}
    if "close" in shape.fields and "adj_close" not in shape.fields:
        shape.divisor = next((i for i in others if meant[i] == "divisor"), None)
        called = {fold(h) for h in table.headings}
        if shape.divisor is not None or "ts_code" in called:  # others write factors of other kinds under these names
            shape.factor = next((i for i in others if meant[i] == "factor"), None)
    _extras(shape, table, others, meant)
    return shape


def _single(table: Headed, dates: list[int], others: list[int], meant: Mapping[int, str | None]) -> Shape:
    shape = Shape(dates[0], kind=Phrase("one ticker"))
    found = _fields(table, others, meant, shape.said)
    shape.columns = {("", f): i for f, i in found.items()}
    _extras(shape, table, others, meant)
    return shape


_MOST_WORDS = 20
"""A heading of more words is neither a field nor a ticker with one."""


def _parts(heading: str) -> list[str]:
    """The words of a heading; none of one that has very many."""
    parts = [p for p in _PART.split(heading.strip("()'\" ")) if p]
    return parts if len(parts) <= _MOST_WORDS else []


def names_field(heading: str) -> bool:
    """Whether a heading has several words, and the first or last of them may be a field."""
    parts = _parts(heading)
    return any(_price_role(" ".join(rest)) for k in range(1, len(parts)) for rest in (parts[:k], parts[k:]))


def _composite(heads: list[str], others: list[int]) -> dict[int, tuple[str, str]]:
    """Headings that hold field and ticker, `NVDA.Close` or `Close NVDA`: column -> (ticker, field); empty where not all do."""
    found: dict[int, tuple[str, str]] = {}
    for i in others:
        if (own := _price_role(heads[i])) in MEANT:  # of the ticker that the table is of
            found[i] = "", str(own)
            continue
        parts = _parts(heads[i])
        if len(parts) < 2:
            return {}
        for k in range(1, len(parts)):
            for name, rest in ((parts[:k], parts[k:]), (parts[k:], parts[:k])):
                role = _price_role(" ".join(rest))
                if role in (*MEANT, "nothing") and i not in found:
                    text = heads[i].strip("()'\" ")
                    ticker = text[: text.find(rest[0])] if name == parts[:k] else text[text.find(name[0]) :]
                    found[i] = ticker.strip(" ._:|/-"), role
        if i not in found:
            return {}
    if any(t == t.lower() != t.upper() and not t.isascii() for t, _ in found.values()):
        return {}  # a word in small letters: `Цена на затваряне`
    if any(not ticker for ticker, _ in found.values()) and any(t != t.upper() for t, _ in found.values()):
        return {}  # one more field of the one ticker: `Close` beside `Close of market`
    return found if any(ticker and f in _NEEDED for ticker, f in found.values()) else {}


def _tickers(table: Headed, named: list[tuple[str, int]]) -> dict[str, int]:
    """The headings of a wide table, checked: each a ticker, none empty or twice."""
    for k, (name, i) in enumerate(named):
        if not name.strip():
            raise table.place.fault(
                Sentence("the heading of price column {k} is empty", k=k + 1),
                available=", ".join(n for n, _ in named if n),
                hint=Sentence("give it a ticker or remove the column"),
            )
        del i
    _twice(table, named)
    return {name.strip(): i for name, i in named}


def _twice(table: Headed, named: list[tuple[str, int]]) -> None:
    met: set[str] = set()
    for name, _ in named:
        if name.strip() in met:
            raise table.place.fault(
                Sentence("ticker {name!r} heads two columns", name=name.strip()), hint=Sentence("keep one of them")
            )
        met.add(name.strip())


def long_columns(place: Place, names: Sequence[str]) -> dict[str, int] | None:
    """Where each column of a long table is, the exchange among them, by its heading alone; None: it has no column of tickers.

    Raises:
        InvalidFile: a column is there twice, or lacks.
    """
    found: dict[str, int] = {}
    for i, name in enumerate(names):
        role = role_of(name, "prices")
        if role is None or role[0] not in ("ticker", "date", "exchange", *FIELDS):
            continue
        known = found.get(role[0])
        if known is not None and fold(names[known]) == fold(name):
            raise place.fault(
                Sentence("column {name!r} is there twice", name=name),
                available=", ".join(names),
                hint=Sentence("keep one"),
            )
        if known is None or role[1] < (role_of(names[known], "prices") or role)[1]:
            found[role[0]] = i
    if "ticker" not in found:
        return None
    for name in ("date", "close"):
        if name not in found:
            raise place.fault(
                Sentence("there is no column {name!r}", name=name),
                available=", ".join(names),
                hint=Sentence("a panel is ticker,date,close[,...]"),
            )
    return found


# ---- names ---------------------------------------------------------------------------------------------------------------


_BESIDE = re.compile(r"^@|^\$(?=[A-Za-z])|^[A-Z]:(?=[^:]*$)|\((?:P|PI|RI|UP)\)$|\s+\([A-Z]{3}\)$")
"""What Datastream writes around a ticker, and currencies in brackets behind it."""


_NAMED = re.compile(r"(\S+) [-–—|:] .+|.+ [(\[]([^()\[\]]+)[)\]]")
"""A ticker with the name of its firm: `NVDA - NVIDIA Corp`, `NVIDIA Corp (NVDA)`."""


_PRESS = re.compile(r"^\(?([A-Za-z]+):\s*([^\s()]+)\)?$")
"""How the press names a share: `(NASDAQ: NVDA)`."""


def bare(ticker: str) -> str:
    """A ticker without the marks of its vendor: NVDA for `NVDA US Equity`, `NVDA.US`, `XNAS:NVDA`, `@NVDA(P)`, `NVDA (USD)`."""
    ticker = _BESIDE.sub("", _PRESS.sub(r"\1:\2", ticker))
    mark = calendars.mark_of(ticker)
    return mark[0] if mark else ticker


_LETTERS = "U:XNYS D:XETR F:XPAR J:XTKS S:XSWX H:XAMS I:XMIL E:XMAD C:XTSE K:XHKG A:XASX W:XSTO N:XOSL B:XBRU"
_DATASTREAM = dict(pair.split(":") for pair in _LETTERS.split())
"""What the letter before a colon says of where a share trades, as Datastream writes it."""


def _where(ticker: str) -> str:
    """The exchange that a name says; of letters alone it is New York, and empty where it says none: 7203, `NVDA Equity`."""
    text = _PRESS.sub(r"\1:\2", ticker)
    if text[1:2] == ":":
        return _DATASTREAM.get(text[0].upper(), text[0])
    mark = calendars.mark_of(_BESIDE.sub("", text))
    return mark[1] if mark else "" if any(c.isdigit() for c in text) else "XNYS"


def _stem(ticker: str) -> str:
    """A ticker without marks, in any case."""
    return bare(ticker).casefold()


def _same(known: str, asked: str) -> bool:
    """Whether a name of a table serves for a ticker: it is the same but for marks, and bears none of another exchange."""
    if _stem(known) != _stem(asked):
        return False
    plain = _stem(known) == known.casefold()
    return plain or not (_where(known) and _where(asked)) or _where(known) == _where(asked)


def _named(text: str) -> str:
    """The ticker beside the name of a firm; a text that has none as it is."""
    hit = _NAMED.fullmatch(text)
    return (hit[1] or hit[2]) if hit else text


class Names:
    """The names that a table has, to be asked for many tickers: each rule looks its names up, it does not go through all."""

    def __init__(self, known: Sequence[str]) -> None:
        """The names, in the order of the table."""
        self._known = known

    def __contains__(self, asked: str) -> bool:
        """Whether a ticker is there as it is written."""
        return asked in self._as_written

    def meant_by(self, asked: str, *, otherwise: bool = False) -> list[str]:
        """The names that a ticker may mean: as written, else in any case, else with marks of the same exchange, else by its
        company.

        `otherwise`: those that it would mean if the table did not have the name as written.
        """
        if asked in self and not otherwise:
            return [asked]
        rules = (self._in_any_case, self._marked, self._by_isin, self._isin_of, self._beside_firm, self._by_company)
        return next((found for rule in rules if (found := [k for k in rule(asked) if k != asked])), [])

    def _in_any_case(self, asked: str) -> list[str]:
        return self._by_letters.get(asked.casefold(), [])

    def _marked(self, asked: str) -> list[str]:
        return [k for k in self._by_stem.get(_stem(asked), []) if _same(k, asked)]

    def _by_isin(self, asked: str) -> list[str]:
        return self._by_ticker_of_isin.get(asked, [])

    def _isin_of(self, asked: str) -> list[str]:
        return self._as_written.get(of_isin(asked), [])

    def _beside_firm(self, asked: str) -> list[str]:
        ticker = _named(asked)
        alike = self._by_stem_beside.get(_stem(ticker), [])
        return [k for k in alike if (_named(k), ticker) != (k, asked) and _same(_named(k), ticker)]

    def _by_company(self, asked: str) -> list[str]:
        theirs = {*self._by_firm.get(asked, []), tickers_by_name().get(asked.casefold())} & self._as_written.keys()
        return [k for k in self._known if k in theirs] if theirs else []

    @cached_property
    def _as_written(self) -> Mapping[str | None, list[str]]:
        return _grouped(self._known, str)

    @cached_property
    def _by_letters(self) -> Mapping[str | None, list[str]]:
        return _grouped(self._known, str.casefold)

    @cached_property
    def _by_stem(self) -> Mapping[str | None, list[str]]:
        return _grouped(self._known, _stem)

    @cached_property
    def _by_ticker_of_isin(self) -> Mapping[str | None, list[str]]:
        return _grouped(self._known, of_isin)

    @cached_property
    def _by_stem_beside(self) -> Mapping[str | None, list[str]]:
        return _grouped(self._known, lambda name: _stem(_named(name)))

    @cached_property
    def _by_firm(self) -> Mapping[str | None, list[str]]:
        return _grouped(self._known, lambda name: tickers_by_name().get(name.casefold()))


def _grouped(names: Iterable[str], of: Callable[[str], str | None]) -> Mapping[str | None, list[str]]:
    found: dict[str | None, list[str]] = {}
    for name in names:
        found.setdefault(of(name), []).append(name)
    return found


def matched(asked: str, known: Sequence[str]) -> list[str]:
    """The names of a table that a ticker may mean; see `Names`."""
    return Names(known).meant_by(asked)


def names_nobody(sheet: str) -> bool:
    """Whether the name of a sheet is one that programs give, or a word for a table: `Sheet1`, `Returns`."""
    return re.sub(r"[\s(]*\d+\)?$", "", sheet.strip()).upper() in _WORDS | _SHEETS


_SHEETS = {"TABELLE", "TABELLENBLATT", "BLATT", "FEUIL", "FEUILLE", "HOJA", "FOGLIO", "ARKUSZ", "BLAD", "RENDITEN"}


def named_by_file(stem: str, asked: Sequence[str] | None) -> str | None:
    """The ticker that the name of a file says its prices are of; None: it says none."""
    stem = stem.strip()
    words = [w for w in re.split(r"[^\w.^=&-]+|_|(?<=^WIKI)-|(?<=^EOD)-", stem) if w]
    stooq, view = _STOOQ.fullmatch(stem), re.fullmatch(r"([A-Z]+)_([A-Z0-9.!]+), \w+", stem)
    view = view if view and calendars.market_of(view[1]) else None
    marked = [
        *([f"{stooq[1]}.{stooq[2]}".upper()] if stooq else []),
        *([f"{view[1]}:{view[2]}"] if view else []),
        stem,
        *words,
    ]
    if len(words) == 2 and len(words[1]) > 1 and words[1].isupper():
        marked.append(".".join(words))
    elsewhere = None
    for ticker in asked or ():
        low = ticker.casefold()
        if other := [m for m in marked if bare(m).casefold() == low != m.casefold() and not _same(m, ticker)]:
            elsewhere = other[0]  # of another exchange
            continue
        if low in (stem.casefold(), *(w.casefold() for w in words), *(bare(w).casefold() for w in words)):
            return ticker
        if low.replace(".", "-") in (stem.casefold(), *(w.casefold() for w in words)):
            return ticker
        if bare(stem).casefold() == low or low.lstrip("^") == stem.casefold():
            return ticker
    if stooq:
        return stooq[1].upper() if _where(marked[0]) in ("", "XNYS") else marked[0]
    if re.fullmatch(
        r".* (Historical Data|Historical Prices|historische Kurse|Stock Price History)( \(\d+\))?", stem, re.I
    ):
        return words[0]
    if view:
        return view[2] if _where(marked[0]) == "XNYS" else marked[0]
    if (
        " " in stem
        and (mark := calendars.mark_of(stem))
        and mark[1]
        and mark[0] == mark[0].upper()
        and " " not in mark[0]
    ):
        return stem
    first = re.sub(r"( ?\(\d+\)|_\d{4}.*|-\d{4}.*)$", "", stem)
    if re.fullmatch(r"\^?[A-Z0-9]{1,6}([.=-][A-Z0-9]{1,4})?", first) and first not in _WORDS and not first.isdigit():
        return first
    if re.fullmatch(r"\d{6}([.](SH|SZ|SS|BJ))?", first, re.I):
        return first
    known = first.upper() in tickers_by_name().values() and first.upper() not in _WORDS
    if known or (len(words) == 1 and (calendars.mark_of(first) or ("", ""))[1]):
        return first.upper()  # nvda.csv is of nobody else
    return elsewhere and elsewhere.upper()


def named_by_titles(titles: Sequence[Sequence[str]], asked: Sequence[str] | None = None) -> str | None:
    """The ticker that stands above the headings of a table: beside a word for it, before a colon, or by a vendor's marks."""
    for cells in titles:
        if len(cells) == 2 and (role_of(cells[0].rstrip(":"), "prices") or ("",))[0] == "ticker":
            return cells[1]
    for cells in titles:
        if len(cells) == 1 and (
            hit := re.fullmatch(r"(?:symbol|ticker|security|isin|wkn)\s*[:=]\s*(\S.*)", cells[0], re.I)
        ):
            return hit[1].strip()
        if len(cells) == 1 and (named := cells[0].partition(": ")[0]) in (asked or ()) and named != cells[0]:
            return named
        if len(cells) == 1 and calendars.mark_of(cells[0]) and " " in cells[0]:
            return cells[0]
    return None
