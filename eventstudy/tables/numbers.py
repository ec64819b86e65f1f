"""Numbers of cells: which mark is the decimal one is settled by the whole table, or refused."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.errors import Sentence
from eventstudy.language import Phrase
from eventstudy.tables.headings import words
from eventstudy.tables.place import Place, Reading
from eventstudy.tables.written import DIGITS

Floats = NDArray[np.float64]
Mark = Literal["comma", "point"]

_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MARKED = re.compile(r"[+-]?[0-9]*([.,][0-9]+)*[.,]?[0-9]*([eE][+-]?[0-9]+)?")
_GROUPED = {
    "point": re.compile(
        r"[+-]?([1-9][0-9]{0,2}(,[0-9]{3})+|[1-9][0-9]?(,[0-9]{2})*,[0-9]{3}|[0-9]*)(\.[0-9]*)?([eE][+-]?[0-9]+)?"
    ),
    "comma": re.compile(r"[+-]?([1-9][0-9]{0,2}(\.[0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][+-]?[0-9]+)?"),
}
"""Whole numbers in groups of three (or of two, as in India), and decimals behind the mark."""
_EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
"""One mark and three digits behind it: thousands or thousandths."""
_BELOW = re.compile(r"[1-9][0-9]{0,2}")
"""A number that is too small for a mark of thousands."""
_CURRENCY = {
    **dict.fromkeys(["$", "us$", "hk$", "c$", "a$", "usd", "hkd", "cad", "aud"], "$"),
    **{"€": "eur", "£": "gbp", "zł": "pln", "kr": "sek", "₹": "inr", "₩": "krw", "r$": "brl", "¥": "jpy"},
}
"""Units that may stand for the same currency in one column."""
_TIMES = {"k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9, "mio": 1e6, "mrd": 1e9, "mln": 1e6, "tsd": 1e3, "万": 1e4, "亿": 1e8}
_SUFFIXED = re.compile(r"([+-]?[0-9.,]+)\s*([A-Za-z万亿]{1,3})\.?")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
"""What word processors and typesetters write for a minus: hyphens, the dash of figures, the short dash."""
_BEHIND = re.compile(r"[0-9][0-9.,]*(?<=[0-9])\s?-")
"""A minus behind its number, as ledgers write it; `12.-` is a price without cents."""
_BLANKS = re.compile(r"(?<=[0-9])[\u0020\u00a0\u202f\u2007\u2009'’](?=[0-9]{3}(?![0-9]))")
_SEPARATED = {"point": ",", "comma": "."}


@cache
def missing_marks() -> frozenset[str]:
    """Cells that say that there is no number, in lower case."""
    return frozenset(words("cells")["missing"])


@cache
def _units() -> tuple[str, ...]:
    return tuple(sorted(words("cells")["units"], key=len, reverse=True))


@dataclass
class Numbers:
    """Columns as numbers."""

    values: dict[Any, Floats] = field(default_factory=dict)
    """Column -> (N,); NaN where the cell is empty or holds a missing mark, or no number."""
    bad: dict[Any, dict[int, str]] = field(default_factory=dict)
    """Column -> row -> what is wrong with its cell."""
    percent: set[Any] = field(default_factory=set)
    """Columns whose cells have a sign of per cent."""
    said: list[Phrase] = field(default_factory=list)
    proof: tuple[str, str] | None = None
    """The row and the cell that can only have the decimal mark; None: nobody looked, or there is none."""
    either: dict[Any, NDArray[np.bool_]] = field(default_factory=dict)
    """Column -> (N,) whether the cell by itself may have thousands or thousandths; columns of which some cells may, not all."""


def numbers_of(
    place: Place,
    columns: Mapping[Any, Any],
    reading: Reading,
    names: Mapping[Any, str],
    usual: Mark | None = None,
    full: Container[Any] = (),
    proved: Mark | None = None,
) -> Numbers:
    """The numbers of some columns, given as arrays of numbers or of texts; `names` are what messages call them.

    Those of `full` are written in full: `48.17m` is none of them.

    `usual` is the mark where cells with it leave both open: a point, where commas separate the cells; `proved` the one that
    columns which are not read prove, where those that are read leave it open.

    Raises:
        InvalidFile: the decimal mark can be read two ways, or cells contradict each other; says where, and what settles it.
    """
    found = Numbers()
    texts: dict[Any, tuple[NDArray[np.int64], list[Any]]] = {}
    for key, given in columns.items():
        if isinstance(given, np.ndarray) and given.dtype == np.float64:
            found.values[key] = given
            continue
        series = given if isinstance(given, pd.Series) else pd.Series(given)
        of_numbers = pd.api.types.is_numeric_dtype(series.dtype) and series.dtype.kind not in "bc"
        if not of_numbers and (series.dtype.kind in "bcmM" or pd.api.types.is_bool_dtype(series.dtype)):
            found.values[key] = np.full(len(series), np.nan)
            found.bad[key] = {0: _no_number(series.iloc[0])} if len(series) else {}
        elif of_numbers:
            found.values[key] = series.to_numpy(np.float64, na_value=np.nan)
        else:
            codes, distinct = pd.factorize(series, use_na_sentinel=True)
            texts[key] = codes.astype(np.int64), pd.Index(distinct).tolist()
    if texts:
        _of_texts(place, texts, reading, names, found, usual, full, proved)
    return found


def _of_texts(
    place: Place,
    texts: Mapping[Any, tuple[NDArray[np.int64], list[Any]]],
    reading: Reading,
    names: Mapping[Any, str],
    found: Numbers,
    usual: Mark | None,
    full: Container[Any],
    proved: Mark | None,
) -> None:
    cores: dict[Any, list[tuple[str | float | None, float]]] = {}
    units, times, percents = set[str](), set[str](), dict[Any, int]()
    behind = ""
    for key, (_, distinct) in texts.items():
        cores[key] = listed = []
        met: dict[str, int] = {}
        for k, value in enumerate(distinct):
            beside = set[str]()
            core, factor = _core(value, beside, set() if key in full else times)
            for unit in beside:
                met.setdefault(_CURRENCY.get(unit.casefold(), unit.casefold()), k)
            units |= beside
            if isinstance(core, str) and core[:1] == "-" and value.strip()[:1].isdigit():
                behind = behind or value.strip()
            if isinstance(core, str) and core.endswith("%"):
                percents[key] = percents.get(key, 0) + 1
                core = core[:-1]
            listed.append((core, factor))
        if len(met) > 1:
            raise _two_units(place, texts[key], met, names[key])
    mark, how = _mark(place, texts, cores, reading, names, usual, proved, found)
    grouped, separator = _GROUPED[mark], _SEPARATED[mark]
    separated = False
    for key, (codes, distinct) in texts.items():
        values = np.full(len(distinct) + 1, np.nan)
        wrong: dict[int, str] = {}
        for k, (core, factor) in enumerate(cores[key]):
            if core is None:
                continue
            if factor != 1 and key in full:
                wrong[k] = Phrase(
                    "{cell} is thousands or millions, or another unit: prices are written in full",
                    cell=_shown(distinct[k]),
                )
            elif isinstance(core, str):
                if _PLAIN.fullmatch(core) and mark == "point":
                    values[k] = float(core) * factor if factor != 1 else float(core)
                elif core and any(c.isdigit() for c in core) and grouped.fullmatch(core):
                    separated = separated or separator in core
                    core = core.replace(separator, "").replace(",", ".")
                    values[k] = float(core) * factor if factor != 1 else float(core)
                else:
                    wrong[k] = _no_number(distinct[k])
            else:
                values[k] = core * factor
        if key in percents:
            there = int(np.isfinite(values).sum())
            if percents[key] < there:
                k = next(i for i, v in enumerate(distinct) if "%" not in str(v) and np.isfinite(values[i]))
                row = int(np.flatnonzero(codes == k)[0])
                raise place.fault(
                    Sentence("some cells of the column are per cent and {shown} is not", shown=_shown(distinct[k])),
                    row=row,
                    column=names[key],
                    hint=Sentence("write all of them with the sign of per cent, or none"),
                )
            found.percent.add(key)
        found.values[key] = values[codes]
        flags = np.array(
            [isinstance(core, str) and _EITHER.fullmatch(core) is not None for core, _ in cores[key]] + [False]
        )
        if flags.any() and not flags[:-1].all():
            found.either[key] = flags[codes]
        if wrong:
            rows = np.flatnonzero(np.isin(codes, list(wrong)))
            found.bad[key] = {int(i): wrong[int(codes[i])] for i in rows}
    if how is not None:
        found.said.append(how)
    if separated:
        form = Phrase("thousands by points") if mark == "comma" else Phrase("thousands by commas")
        found.said.append(form)
    if behind:
        found.said.append(Phrase("a minus behind a number is its sign: {cell}", cell=behind))
    if units:
        found.said.append(Phrase("units beside numbers left aside: {units:list}", units=sorted(units)))
    if times:
        found.said.append(Phrase("numbers in {units:list}", units=sorted(times)))


def _no_number(value: Any) -> Phrase:
    return Phrase("{cell} is not a number", cell=_shown(value))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return f"{value!s:}".upper()
    return repr(value) if isinstance(value, str) else f"{value!s}"


def _core(value: Any, units: set[str], times: set[str]) -> tuple[str | float | None, float]:
    """What of a cell is the number (None: it is empty), and by what it is multiplied; a sign of per cent stays behind it."""
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | np.integer | np.floating):
            return Sentence("no number"), 1.0
        return (None if value != value else float(value)), 1.0
    text = value.strip().strip("\u00a0").strip()
    if _PLAIN.fullmatch(text):
        return text, 1.0
    low = text.lower()
    if low in missing_marks():
        return None, 1.0
    text = text.translate(DIGITS).translate(_DASHES).strip()
    if text.startswith("'"):
        text = text[1:]
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1].strip()
    elif _BEHIND.fullmatch(text):
        text = "-" + text[:-1].strip()
    sign = ""
    if text[:1] in "+-":
        sign, text = text[0].replace("+", ""), text[1:].strip()
    for unit in _units():
        low = text.lower()
        if low.startswith(unit) and text[len(unit) :].strip()[:1] and text[len(unit) :].strip()[0] in "0123456789.,-+":
            units.add(text[: len(unit)])
            text = text[len(unit) :].strip()
        elif low.endswith(unit) and (text[: -len(unit)].strip()[-1:] or "x") in "0123456789.,":
            units.add(text[-len(unit) :])
            text = text[: -len(unit)].strip()
    percent = ""
    if text.endswith("%"):
        percent, text = "%", text[:-1].strip()
    text = _BLANKS.sub("", sign + text)
    if (hit := _SUFFIXED.fullmatch(text)) and (factor := _TIMES.get(hit[2].lower())):
        times.add(hit[2])
        return hit[1] + percent, factor
    return text + percent, 1.0


def _mark(
    place: Place,
    texts: Mapping[Any, tuple[NDArray[np.int64], list[Any]]],
    cores: Mapping[Any, list[tuple[str | float | None, float]]],
    reading: Reading,
    names: Mapping[Any, str],
    usual: Mark | None,
    proved: Mark | None,
    found: Numbers,
) -> tuple[Mark, Phrase | None]:
    """The decimal mark of the table, and how it is known.

    Raises:
        InvalidFile: both fit, or some cells have the one and some the other.
    """
    settled: dict[Mark, tuple[Any, int]] = {}
    either: list[tuple[Any, int]] = []
    for key, listed in cores.items():
        for k, (core, _) in enumerate(listed):
            if not isinstance(core, str) or ("." not in core and "," not in core):
                continue
            if "point" in settled and "," not in core and core.count(".") == 1:
                continue  # it can be a comma in no reading
            text = core.rstrip("%")
            if _EITHER.fullmatch(text):
                either.append((key, k))
            elif (one := _proved(text)) and one not in settled:
                settled[one] = key, k
        if len(settled) == 2:
            break
    if reading.decimal:
        how = Phrase("decimal comma, as asked") if reading.decimal == "comma" else Phrase("decimal point, as asked")
        return reading.decimal, how
    if len(settled) == 2:
        raise _contradicted(place, texts, settled, names)
    if settled:
        mark, (key, k) = next(iter(settled.items()))
        found.proof = place.row(int(np.flatnonzero(texts[key][0] == k)[0])), str(texts[key][1][k]).strip()
        return mark, Phrase("decimal comma") if mark == "comma" else None
    if proved and either:
        comma = proved == "comma"
        told = (
            Phrase("decimal comma, by a column not needed")
            if comma
            else Phrase("decimal point, by a column not needed")
        )
        return proved, told
    whole = [(key, k) for key, k in either if usual != "point" or "," in str(cores[key][k][0])]
    if not whole:
        return "point", None
    key, k = whole[0]
    shown = str(cores[key][k][0])
    at = int(np.flatnonzero(texts[key][0] == k)[0])
    left, right = re.split("[.,]", shown, maxsplit=1)
    rows = [(int(np.flatnonzero(texts[a][0] == b)[0]), texts[a][1][b].strip()) for a, b in whole]
    raise place.fault(
        Sentence(
            "the number {shown!r} reads two ways: {left}{right} or {left}.{right}; no cell of the table settles it",
            shown=shown,
            left=left,
            right=right,
        ),
        row=at,
        column=names[key],
        available=place.cells(rows),
        hint=Sentence("say which mark is the decimal one: --decimal comma or --decimal point"),
    )


def _proved(text: str) -> Mark | None:
    """The decimal mark that a number with marks can have; None: it is no number in either way."""
    able = [m for m, form in _GROUPED.items() if form.fullmatch(text)]
    return able[0] if len(able) == 1 else None  # type: ignore[return-value]


def marks_of(cells: Iterable[str]) -> set[Mark]:
    """The decimal marks that some of these cells prove, whatever else stands among them: `0,53%`, `1.234.567`, `62.96M`."""
    cores = (_core(cell, set(), set())[0] for cell in cells)
    texts = (core.rstrip("%") for core in cores if isinstance(core, str) and ("." in core or "," in core))
    return {one for text in texts if not _EITHER.fullmatch(text) and (one := _proved(text))}


def may_be_thousands(cells: Iterable[str], *, quoted: bool) -> bool:
    """Whether points of a column between commas may be those of thousands: 1.003 beside 985, or all of them in quotes."""
    cores = [core for cell in cells if isinstance(core := _core(cell, set(), set())[0], str)]
    return any("." in core and _EITHER.fullmatch(core) for core in cores) and (
        quoted or any(map(is_below_thousand, cores))
    )


def is_below_thousand(cell: str) -> bool:
    """Whether a cell is a number that is too small for a mark of thousands, and has none."""
    return _BELOW.fullmatch(cell.strip()) is not None


def _contradicted(
    place: Place,
    texts: Mapping[Any, tuple[NDArray[np.int64], list[Any]]],
    settled: Mapping[Mark, tuple[Any, int]],
    names: Mapping[Any, str],
) -> Exception:
    (one_key, one), (other_key, other) = settled["point"], settled["comma"]
    row = int(np.flatnonzero(texts[other_key][0] == other)[0])
    first = int(np.flatnonzero(texts[one_key][0] == one)[0])
    return place.fault(
        Sentence(
            "{shown} has a decimal comma and {shown2} a decimal point",
            shown=_shown(texts[other_key][1][other]),
            shown2=_shown(texts[one_key][1][one]),
        ),
        row=row,
        column=names[other_key],
        available=Sentence(
            "{row}, column {names}: {shown}",
            row=place.row(first),
            names=names[one_key],
            shown=_shown(texts[one_key][1][one]),
        ),
        hint=Sentence("write all numbers in one way, or say which is meant: --decimal comma|point"),
    )


def _two_units(
    place: Place, column: tuple[NDArray[np.int64], list[Any]], met: Mapping[str, int], name: str
) -> Exception:
    codes, distinct = column
    (first, one), (then, other) = sorted((int(np.flatnonzero(codes == k)[0]), k) for k in met.values())[:2]
    return place.fault(
        Sentence(
            "{shown} and {shown2} of one column are in two units",
            shown=_shown(distinct[other]),
            shown2=_shown(distinct[one]),
        ),
        row=then,
        column=name,
        available=place.cells([(first, _shown(distinct[one]))]),
        hint=Sentence("put the column in one currency"),
    )


_THOUSAND = 500, 2000
"""A number so many times the one beside it is one whose mark was taken for the other."""


def thousandfold(values: Floats) -> NDArray[np.bool_]:
    """(n - 1, ...) whether a number of (n, ...) and the next are so far apart."""
    low, high = _THOUSAND
    if len(values) < 2:
        return np.zeros((0, *values.shape[1:]), bool)
    found = np.zeros((len(values) - 1, *values.shape[1:]), bool)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        wide = np.fmax.reduce(values, axis=0) > low * np.fmin.reduce(values, axis=0)  # few columns reach so far at all
        some = values[:, wide] if values.ndim > 1 else values if wide else values[:0]
        up, down = some[1:] / some[:-1], some[:-1] / some[1:]
    far = ((up > low) & (up < high)) | ((down > low) & (down < high))
    if values.ndim > 1:
        found[:, wide] = far
    elif wide:
        found = far
    return found


def refuse_thousandfold(
    place: Place,
    numbers: Numbers,
    key: Any,
    name: str,
    days: NDArray[np.datetime64],
    of: NDArray[np.int64] | None = None,
) -> None:
    """Refuse a cell such as 431,640 whose mark makes it a thousand times, or a thousandth of, the day beside it.

    `of` are the codes of the tickers of the rows, where a column is of several.

    Raises:
        InvalidFile: there is one; says where.
    """
    if key not in numbers.either:
        return
    values = numbers.values[key]
    order = np.lexsort((days,) if of is None else (days, of))
    order = order[np.isfinite(values[order]) & (values[order] > 0)]
    far = thousandfold(values[order])
    either = numbers.either[key][order]
    far &= either[1:] != either[:-1]
    if of is not None:
        far &= of[order][1:] == of[order][:-1]
    if not far.any():
        return
    at = int(far.argmax())
    one, other = (int(order[at + k]) for k in ((0, 1) if either[at] else (1, 0)))
    raise place.fault(
        Sentence(
            "a number with one mark and three digits behind it, read as {values:g}, stands beside"
            " {values2:g}: its mark may be the other one, of decimals or of thousands",
            values=values[one],
            values2=values[other],
        ),
        row=one,
        column=name,
        available=place.cells([(other, f"{values[other]:g}")]),
        hint=Sentence("write all numbers in one way, or say which mark is the decimal one: --decimal comma|point"),
    )
