"""Dates of a column, whatever their form: the order of day, month and year is settled by the whole column, or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.errors import Sentence
from eventstudy.language import Phrase
from eventstudy.tables.place import Place, Reading
from eventstudy.tables.written import (
    EIGHT,
    NAMED,
    ORDERS,
    REPUBLIC,
    SERIALS,
    YEARS,
    When,
    Written,
    begins_with_day,
    counted_day,
    end_of_month,
    end_of_week,
    in_croatian,
    is_quarter,
    months_named,
    said_of_day_first,
    taken_apart,
)

Ints = NDArray[np.int64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Dates:
    """The dates of the N rows of a column."""

    codes: Ints
    """(N,) position in `whens`; -1: the cell is blank or no date."""
    whens: tuple[When, ...]
    """The distinct days and instants."""
    bad: Mapping[int, str]
    """Row -> what is wrong with its cell."""
    said: tuple[Phrase, ...]
    """What they were taken for."""


def dates_of(
    place: Place, column: Any, name: str, reading: Reading, *, serials: bool = True, months: bool = False
) -> Dates:
    """The dates of a column of texts, dates, stamps or numbers; of `months`, where all are, the last day of each.

    Raises:
        InvalidFile: the column can be read two ways; says which rows leave it open, and the option that settles it. Or day and
        month of some look swapped, and nobody has said the order.
    """
    found = _read(place, column, name, reading, serials=serials, months=months)
    if reading.dates is None:
        _refuse_swapped_days(place, name, found)
    return found


def _read(place: Place, column: Any, name: str, reading: Reading, *, serials: bool, months: bool) -> Dates:
    """The same, whatever days of the week they fall on."""
    series = column if isinstance(column, pd.Series) else pd.Series(column)
    if isinstance(series.dtype, pd.CategoricalDtype):
        coded, distinct = series.cat.codes.to_numpy(), series.cat.categories
    else:
        coded, distinct = pd.factorize(series, use_na_sentinel=True)
    codes: Ints = coded.astype(np.int64)
    met_by_code: Any = pd.Index(distinct)
    if isinstance(met_by_code, pd.DatetimeIndex):
        return Dates(codes, _of_stamps(met_by_code), _blank(codes), ())
    values = met_by_code.tolist()
    if values and isinstance(values[0], pd.Period):
        long = next((v for v in values if v.end_time - v.start_time > pd.Timedelta(1, "D")), None)
        if months and values[0].freqstr == "M":
            return Dates(codes, tuple(v.end_time.date() for v in values), _blank(codes), (_UNDER_LAST_DAYS,))
        if months and values[0].freqstr in _WORKING_WEEKS:
            fridays = tuple(v.end_time.date() - timedelta(v.end_time.weekday() - 4) for v in values)
            return Dates(codes, fridays, _blank(codes), (_UNDER_FRIDAYS,))
        if long is not None:
            raise place.fault(
                Sentence("{long} is a period of more than a day, and prices are of days", long=long),
                column=name,
                hint=Sentence("hand over daily prices, with the days as their index"),
            )
        return Dates(codes, tuple(v.start_time.date() for v in values), _blank(codes), (Phrase("dates from periods"),))
    if values and set(map(type, values)) in ({date}, {datetime}):  # cells of a workbook that it took for dates
        return Dates(codes, _as_days(values), _blank(codes), ())
    if (plain := _plain_days(values)) is not None:
        return Dates(codes, plain, _blank(codes), ())
    if (plain := _compact_days(values)) is not None:
        return Dates(codes, plain, _blank(codes), (Phrase("dates as {form}", form="yyyymmdd"),))
    if reading.dates is None and (marked := _marked_days(place, codes, values)) is not None:
        return Dates(codes, marked[0], _blank(codes), (marked[1],))
    if months and (ends := _ends_of_months(place, name, codes, values, reading) or _fridays(codes, values)):
        return ends
    found = [_of_value(v, serials=serials, years=reading.dates == "ymd") for v in values]
    if reading.dates is None and _years_may_stand_first(found):
        found = [_of_value(v, serials=serials, years=True) for v in values]
    written = [(k, w) for k, w in enumerate(found) if isinstance(w, Written) and not w.wrong]
    order, said = _settled(place, name, codes, values, written, reading)
    _refuse_other_digits(place, name, codes, values, found)
    _refuse_swapped(place, name, codes, values, found, order)
    found = _by_months(place, name, codes, values, found)
    _refuse_other_count(place, name, codes, values, found)
    whens: list[When] = []
    again = np.full(len(found) + 1, -1, dtype=np.int64)
    wrong: dict[int, str] = {}
    met: dict[When, int] = {}
    for k, one in enumerate(found):
        when = _meant(one, order)
        if isinstance(when, str):
            wrong[k] = Phrase("{what}: {why}", what=_why_not(values[k]), why=when) if when else _why_not(values[k])
            continue
        if when not in met or type(whens[met[when]]) is not type(when):
            met[when] = len(whens)
            whens.append(when)
        again[k] = met[when]
    bad = _blank(codes)
    if wrong:
        hit = np.isin(codes, list(wrong))
        bad |= {int(i): wrong[int(codes[i])] for i in np.flatnonzero(hit)}
    return Dates(again[codes], _as_days(whens), dict(sorted(bad.items())), said)


def _meant(one: Written | When | None, order: str | None) -> When | str:
    """The day or instant of a cell in this order; a text: why it has none, empty where there is no more to say."""
    if not isinstance(one, Written):
        return one or ""
    day = one.days.get("only") or one.days.get(order or "")
    return one.wrong or (one.when(day) if day else "")


_SWAPPED = 3
"""The fewest texts such as 2024-02-01 that look as if a spreadsheet had swapped day and month; of its own dates one is."""
_ISO = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}\n)+")
_COMPACT = re.compile(r"(?:[0-9]{8}\n)+")
_MARKED = re.compile(r"[0-9]{2}([-/.])[0-9]{2}\1[0-9]{4}\n(?:[0-9]{2}\1[0-9]{2}\1[0-9]{4}\n)*")


def _ends_of_months(place: Place, name: str, codes: Ints, values: Sequence[Any], reading: Reading) -> Dates | None:
    """The last days of a column of months, 2025-01 or Jan 2025; None: a cell is none.

    Raises:
        InvalidFile: six digits, each of which may be a month or a day.
    """
    in_rows = [values[k] for k in dict.fromkeys(codes.tolist()) if k >= 0]
    texts = [str(v).strip().removesuffix(".0") for v in in_rows if str(v).strip()]
    ends = [end for text in texts if (end := end_of_month(text))]
    if not ends or len(ends) < len(texts) or reading.dates:
        return None
    if not all(_LONG_YEAR.search(text) for text in texts) and not _months_follow(ends):
        return None  # Jan-20 may be a day of January
    days = [taken_apart(text, serials=True) for text in texts]
    if all(days):
        day = next(iter(days[0].days.values())) if days[0] else None
        raise place.fault(
            Sentence("{texts} reads two ways: {ends:%Y-%m} or {day}", texts=texts[0], ends=ends[0], day=day),
            row=int(np.flatnonzero(codes >= 0)[0]),
            column=name,
            hint=Sentence(
                "write dates as 2025-01-27, months as 2025-01; or say the order of days: --dates dmy|mdy|ymd"
            ),
        )
    return _under(
        codes, values, dict(zip(filter(lambda v: str(v).strip(), in_rows), ends, strict=True)), _UNDER_LAST_DAYS
    )


def _fridays(codes: Ints, values: Sequence[Any]) -> Dates | None:
    """The Fridays of a column of weeks, 2024-W03; None: a cell is none."""
    filled = [v for v in values if str(v).strip()]
    fridays = {v: day for v in filled if (day := end_of_week(str(v)))}
    return _under(codes, values, fridays, _UNDER_FRIDAYS) if fridays and len(fridays) == len(filled) else None


def _under(codes: Ints, values: Sequence[Any], days: Mapping[Any, date], said: Phrase) -> Dates:
    """The dates of cells that mean longer periods, by the day that each is put under."""
    distinct = {day: k for k, day in enumerate(dict.fromkeys(days.values()))}
    again = np.array([*(distinct[days[v]] if v in days else -1 for v in values), -1], np.int64)[codes]
    return Dates(again, tuple(distinct), _blank(again), (said,))


_UNDER_FRIDAYS = Phrase("weeks, each under its Friday")
_UNDER_LAST_DAYS = Phrase("months, each under its last day")
_WORKING_WEEKS = ("W-FRI", "W-SAT", "W-SUN")
"""Weeks of pandas that hold Monday to Friday."""
_LONG_YEAR = re.compile("[0-9]{4}")


def _months_follow(ends: Sequence[date]) -> bool:
    """Whether each month is beside the one before it."""
    counted = [12 * end.year + end.month for end in ends]
    return {b - a for a, b in pairwise(counted)} in ({1}, {-1})


def _plain_days(values: Sequence[Any]) -> tuple[When, ...] | None:
    """The days of texts that are all written 2025-01-27; None: others are among them, or days that are none."""
    if not values or not all(type(v) is str for v in values) or not _ISO.fullmatch("\n".join(values) + "\n"):
        return None
    return _in_use(values)


def _compact_days(values: Sequence[Any]) -> tuple[When, ...] | None:
    """The same of texts that are all written 20250127."""
    if not values or not all(type(v) is str for v in values) or not _COMPACT.fullmatch("\n".join(values) + "\n"):
        return None
    return _in_use([f"{v[:4]}-{v[4:6]}-{v[6:]}" for v in values])


def _marked_days(place: Place, codes: Ints, values: Sequence[Any]) -> tuple[tuple[When, ...], Phrase] | None:
    """The same of texts that are all written 27.01.2025, or 27/01/2025 in an order that one of them settles; and the order."""
    if not values or not all(type(v) is str for v in values):
        return None
    text = "\n".join(values) + "\n"
    hit = _MARKED.fullmatch(text)
    if hit is None:
        return None
    digits = np.frombuffer(text.encode(), np.uint8).reshape(len(values), -1) - ord("0")
    first, second = (10 * digits[:, i] + digits[:, i + 1] > 12 for i in (0, 3))
    if hit[1] != "." and first.any() == second.any():
        return None  # left open, or contradicted: it is told with the rows
    order = "mdy" if hit[1] != "." and second.any() else "dmy"
    day, month = (slice(3, 5), slice(2)) if order == "mdy" else (slice(2), slice(3, 5))
    days = _in_use([f"{v[6:]}-{v[month]}-{v[day]}" for v in values])
    if days is None:
        return None
    form = _form(order, hit[1])
    if hit[1] == ".":
        return days, Phrase("dates as {form}", form=form)
    settles = int((second if order == "mdy" else first).argmax())
    row = place.row(int(np.flatnonzero(codes == settles)[0]))
    return days, Phrase("dates as {form}, by {row}: {text}", form=form, row=row, text=values[settles])


def _in_use(values: Sequence[str]) -> tuple[When, ...] | None:
    """ISO days; None: one of them is none, or of no year that prices are of."""
    try:
        days = np.array(values, "datetime64[D]").tolist()
    except ValueError:
        return None
    return tuple(days) if min(days).year in YEARS and max(days).year in YEARS else None


def _of_stamps(stamps: pd.DatetimeIndex) -> tuple[When, ...]:
    """The days of stamps without a zone that are all midnights, else the instants."""
    if stamps.tz is None and ((days := stamps.to_numpy("datetime64[D]")) == stamps.to_numpy()).all():
        found: list[When] = days.tolist()
        if set(map(type, found)) == {date}:  # of years that Python has
            return tuple(found)
    return _as_days(list(stamps.to_pydatetime()))


def days_on(whens: Iterable[When]) -> Days:
    """(N,) the days of days and instants, each where it is told."""
    counted = np.fromiter((when.toordinal() for when in whens), np.int64)
    found: Days = (counted - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
    return found


def _as_days(whens: list[When]) -> tuple[When, ...]:
    """Naive midnights throughout are days; beside other times they are times."""
    naive = [w for w in whens if isinstance(w, datetime) and w.tzinfo is None]
    days = all(w.time() == time() for w in naive)
    return tuple(w.date() if days and isinstance(w, datetime) and w.tzinfo is None else w for w in whens)


def _blank(codes: Ints) -> dict[int, str]:
    return {int(i): Phrase("the date is empty") for i in np.flatnonzero(codes < 0)}


def _of_value(value: Any, *, serials: bool, years: bool = False) -> Written | When | None:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return value
    if isinstance(value, np.datetime64):
        return pd.Timestamp(value).to_pydatetime()
    if isinstance(value, str):
        return taken_apart(value, serials=serials, years=years)
    if isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer():
        if serials and 10_100 < value < 1_000_000 and len(str(int(value))) == 6:
            return taken_apart(str(int(value)), serials=True)
        if 1e6 <= value < 1e8 or value >= 1e9:
            return taken_apart(str(int(value)).zfill(8))  # 01022024 as a number has no first zero
    if serials and isinstance(value, int | float) and not isinstance(value, bool):
        return counted_day(float(value))
    return None


def _why_not(value: Any) -> str:
    text = str(value).strip()
    if not text:
        return Phrase("the date is empty")
    if is_quarter(text):
        return Phrase("{text!r} is a quarter of a year: prices are of days, weeks or months, events of days", text=text)
    if end_of_week(text):
        return Phrase("{text!r} is a week, not a day", text=text)
    return Phrase("{text!r} is not a date", text=text)


def _settled(
    place: Place, name: str, codes: Ints, values: Sequence[Any], written: list[tuple[int, Written]], reading: Reading
) -> tuple[str | None, tuple[Phrase, ...]]:
    """The order in which the whole column is written, and how that is known.

    Raises:
        InvalidFile: two orders fit, or none does.
    """
    said = list[Phrase]()
    forms = list(dict.fromkeys(w.form for _, w in written if "only" in w.days))
    if forms and forms != ["yyyy-mm-dd"]:
        said.append(Phrase("dates as {form}", form=" and ".join(forms)))
    counted = {k: w for k, w in written if w.form == SERIALS}
    if 0 < len(counted) < _SEVERAL:  # too few to tell by weekends that they are counted from 1900
        earliest = min(counted, key=lambda k: int(np.flatnonzero(codes == k)[0]))
        at, day = place.row(int(np.flatnonzero(codes == earliest)[0])), counted[earliest].days["only"]
        said.append(Phrase("{row}: {text} is {day}, counted from 1900", row=at, text=str(values[earliest]), day=day))
    open_ones = [(k, w) for k, w in written if "only" not in w.days]
    if not open_ones:
        return None, tuple(said)
    if REPUBLIC in forms:
        long_year = next(k for k, w in written if w.form == REPUBLIC)
        raise _two_calendars(place, name, codes, values, long_year, open_ones[0][0])
    mark = open_ones[0][1].form
    dotted = all(w.form == "." for _, w in open_ones)
    if reading.dates:
        return reading.dates, (*said, Phrase("dates as {form}, as asked", form=_form(reading.dates, mark)))
    by_days = [(k, set(w.days) - {"ymd"} or {"ymd"}) for k, w in open_ones]
    alone = {next(iter(orders)): k for k, orders in reversed(by_days) if len(orders) == 1}
    if len(alone) > 1 and not set(alone) <= {"dmy", "ymd"}:
        first, other = sorted(alone, key=lambda o: int(np.flatnonzero(codes == alone[o])[0]))[:2]
        raise _mixed(place, name, codes, values, alone[first], alone[other], first)
    if left := _other_marks(by_days, dict(open_ones)):
        raise _two_ways(place, name, codes, values, [(k, dict(open_ones)[k]) for k in left], ["dmy", "mdy"], left)
    fits: dict[str, list[int]] = {o: [k for k, w in open_ones if o in w.days] for o in ("dmy", "mdy", "ymd")}
    most = max(len(hits) for hits in fits.values())
    able = [o for o, hits in fits.items() if len(hits) == most]
    if "ymd" in able and len(able) > 1:
        at_first = dict(zip(*np.unique(codes, return_index=True), strict=True))
        by_row = [w for _, w in sorted(open_ones, key=lambda one: at_first[one[0]])]
        able, why = _first_or_last(by_row, able)
        said += why
        if dotted and not why and _usually_day_first(by_row, name):
            able = ["dmy"]
            said.append(next(told for w in by_row if (told := said_of_day_first(w))))
    differs = [k for k, w in open_ones if len({w.days[o] for o in able if o in w.days}) > 1]
    if len(able) > 1 and differs:
        raise _two_ways(place, name, codes, values, open_ones, able, differs)
    order = able[0]
    if dotted:
        return order, (*said, Phrase("dates as {form}", form=_form(order, mark)))
    settles = next((k for k, w in open_ones if order in w.days and set(w.days) <= {order, "ymd"}), None)
    if settles is None:
        return order, (*said, Phrase("dates as {form}", form=_form(order, mark)))
    row = int(np.flatnonzero(codes == settles)[0])
    return order, (
        *said,
        Phrase(
            "dates as {form}, by {row}: {text}", form=_form(order, mark), row=place.row(row), text=str(values[settles])
        ),
    )


def _other_marks(by_days: Sequence[tuple[int, set[str]]], written: Mapping[int, Written]) -> list[int]:
    """The dates between slashes or dashes that day and month may open, where only dates of another mark would settle it."""
    settled = {written[k].form for k, orders in by_days if len(orders & {"dmy", "mdy"}) == 1 and len(orders) == 1}
    marks = {written[k].form for k, _ in by_days}
    if len(marks) == 1:
        return []
    return [
        k
        for k, orders in by_days
        if {"dmy", "mdy"} <= orders
        and written[k].form not in {*settled, ".", ""}
        and written[k].days["dmy"] != written[k].days["mdy"]
    ]


def _by_months(
    place: Place, name: str, codes: Ints, values: Sequence[Any], found: list[Written | When | None]
) -> list[Written | When | None]:
    """`15 lis 2024` is November in Polish, October in Croatian: the other months of the column, or a Polish heading, settle it.

    Raises:
        InvalidFile: they do not.
    """
    named = {
        k: (w, *months_named(str(values[k]))) for k, w in enumerate(found) if isinstance(w, Written) and w.form == NAMED
    }
    both = {k: w for k, (w, usual, croatian) in named.items() if usual and croatian}
    if not both:
        return found
    alone = {usual is None for k, (_, usual, _) in named.items() if k not in both}
    croatian = {k: in_croatian(w.days["only"], str(values[k])) for k, w in both.items()}
    if alone == {True} and all(croatian.values()):
        days = {k: replace(both[k], days={"only": day}) for k, day in croatian.items() if day}
        return [days.get(k, w) for k, w in enumerate(found)]
    if alone == {False} or (not alone and name.casefold().startswith("data")):
        return found
    first = min(both, key=lambda k: int(np.flatnonzero(codes == k)[0]))
    raise place.fault(
        Sentence(
            "the date {values!r} reads two ways: {days} (Polish or Czech) or {croatian} (Croatian)",
            values=str(values[first]).strip(),
            days=both[first].days["only"],
            croatian=croatian[first],
        ),
        row=int(np.flatnonzero(codes == first)[0]),
        column=name,
        hint=Sentence("write dates as 2025-01-27"),
    )


def _refuse_swapped(
    place: Place,
    name: str,
    codes: Ints,
    values: Sequence[Any],
    found: Sequence[Written | When | None],
    order: str | None,
) -> None:
    """A spreadsheet that takes 02/01 for 1 February keeps 13/01 as text: dates up to the 12th alone, texts after it alone.

    Raises:
        InvalidFile: the column looks as if that had happened to it.
    """
    texts = (
        {k: w.days[order] for k, w in enumerate(found) if isinstance(w, Written) and order in w.days} if order else {}
    )
    dates: dict[int, date] = {}
    for k, met in enumerate(found):
        if isinstance(met, date):
            dates[k] = met
        elif isinstance(met, Written) and met.form == "yyyy-mm-dd":
            dates[k] = met.days["only"]
    fewest = 1 if any(isinstance(met, date) for met in found) else _SWAPPED
    if len(dates) < fewest or len(texts) < fewest:
        return
    if max(d.day for d in dates.values()) > 12 or min(d.day for d in texts.values()) < 13:
        return
    one, other = next(iter(dates)), next(iter(texts))
    raise place.fault(
        Sentence(
            "{dates:%Y-%m-%d} may be {dates2:%Y-%m-%d}: no date of {n} is after the 12th of a month, and"
            " no text of {all}, such as {values!r}, before the 13th, as where a spreadsheet has read the"
            " day for the month",
            dates=dates[one],
            dates2=dates[one].replace(month=dates[one].day, day=dates[one].month),
            n=len(dates),
            all=len(texts),
            values=str(values[other]).strip(),
        ),
        row=int(np.flatnonzero(codes == one)[0]),
        column=name,
        available=_rows_of(place, codes, values, [other]),
        hint=Sentence("take the file as it was downloaded, or write all dates as 2025-01-27"),
    )


def _refuse_swapped_days(place: Place, name: str, dates: Dates) -> None:
    """Where 02/01 was taken for 1 February and 13/01 for 13 January, days up to the 12th alone fall on weekends.

    Raises:
        InvalidFile: some do, no day after the 12th does, and none of them would with day and month swapped.
    """
    days = days_on(dates.whens)
    month = days.astype("datetime64[M]")
    number, months = (days - month).astype(np.int64) + 1, month.astype(np.int64) % 12 + 1
    open_ones = (number <= 12) & (number != months)
    on_weekend = open_ones & (_weekday(days) >= _WEEKEND[0])
    n, able = int(on_weekend.sum()), int(open_ones.sum())
    if n < max(_SWAPPED, able / 10) or (_weekday(days[number > 12]) >= _WEEKEND[0]).any():
        return
    swapped = (month + (number - months)).astype("datetime64[D]") + (months - 1)
    if (_weekday(swapped[open_ones]) >= _WEEKEND[0]).any():
        return
    row = int(np.append(on_weekend, False)[dates.codes].argmax())
    at = dates.codes[row]
    raise place.fault(
        Sentence(
            "{days} may be {swapped}: of {able} days up to the 12th of a month {n} are Saturdays or"
            " Sundays, of those after it none is, and with day and month swapped none would be",
            days=days[at],
            swapped=swapped[at],
            able=able,
            n=n,
        ),
        row=row,
        column=name,
        hint=Sentence(
            "read the dates anew from where they come from, or write them as 2025-01-27; if they are"
            " right as they stand, say in which order: --dates dmy|mdy|ymd"
        ),
    )


def _refuse_other_digits(
    place: Place, name: str, codes: Ints, values: Sequence[Any], found: Sequence[Written | When | None]
) -> None:
    """Eight digits with the year last, such as 20112015, beside others with the year first may be a slip of these.

    Raises:
        InvalidFile: both are in the column.
    """
    forms = {form: [k for k, w in enumerate(found) if isinstance(w, Written) and w.form == form]
             for form in ("yyyymmdd", EIGHT)}  # fmt: skip
    if not all(forms.values()):
        return
    one, other = (min(hits, key=lambda k: int(np.flatnonzero(codes == k)[0])) for hits in forms.values())
    raise place.fault(
        Sentence(
            "{values!r} has the year last, if it is a date, and {values2!r} has it first",
            values=str(values[other]).strip(),
            values2=str(values[one]).strip(),
        ),
        row=int(np.flatnonzero(codes == other)[0]),
        column=name,
        available=_rows_of(place, codes, values, [one]),
        hint=Sentence("write dates as 2025-01-27"),
    )


_SEVERAL = 20
"""So many days show on which days of the week a security is traded."""


def _refuse_other_count(
    place: Place, name: str, codes: Ints, values: Sequence[Any], found: Sequence[Written | When | None]
) -> None:
    """Days counted from another day than spreadsheets count from fall on weekends: 1904 (old workbooks), 1960, 1970.

    Raises:
        InvalidFile: one in ten or more is on a Saturday or a Sunday, and none on two other days of the week.
    """
    counted = {k: w.days["only"] for k, w in enumerate(found) if isinstance(w, Written) and w.form == SERIALS}
    often = [sum(day.weekday() == k for day in counted.values()) for k in range(7)]
    if not sum(often[5:]) or sum(often[5:]) < len(counted) / 10 or often[:5].count(0) + often[5:].count(0) < 2:
        return
    first = min(counted, key=lambda k: int(np.flatnonzero(codes == k)[0]))
    raise place.fault(
        Sentence(
            "{values} is {number} as spreadsheets count days, and {all} of {n} such days are Saturdays"
            " or Sundays: they are counted from another day (1904, 1960 or 1970), or not traded from"
            " Monday to Friday",
            values=values[first],
            number=counted[first],
            all=sum(often[5:]),
            n=len(counted),
        ),
        row=int(np.flatnonzero(codes == first)[0]),
        column=name,
        hint=Sentence("write dates as 2025-01-27"),
    )


def _years_may_stand_first(found: Sequence[Written | When | None]) -> bool:
    """Whether two digits in front may be a year: one of them can be no month, or there are too many days to tell by one."""
    short = [w for w in found if isinstance(w, Written) and w.form and set(w.days) & {"dmy", "mdy"}]
    return any("ymd" in w.days for w in short) or len(short) >= _SEVERAL


def _first_or_last(by_row: Sequence[Written], able: list[str]) -> tuple[list[str], list[Phrase]]:
    """Which orders remain of dates such as 24-01-25, all of which can begin with the year or end with it; and what speaks
    against the others. Evidence against both settles nothing.
    """
    said = list[Phrase]()
    mark = by_row[0].form
    for other in [o for o in able if o != "ymd"]:
        days = {o: [w.days[o] for w in by_row] for o in ("ymd", other)}
        against = {
            order: _speaks_against(_form(order, mark), days[order], days[rival])
            for order, rival in (("ymd", other), (other, "ymd"))
        }
        found = {order: why for order, why in against.items() if why is not None}
        said += found.values()
        if len(found) == 1:
            able = [o for o in able if o not in found]
    return able, said


def _speaks_against(form: str, days: Sequence[date], rival: Sequence[date]) -> Phrase | None:
    """Why days in one order cannot be meant, though in the rival one they can."""
    ends, others = (sum(day.weekday() > _FRIDAY for day in listed) for listed in (days, rival))
    if ends >= _WEEKENDS * (1 + others):
        return Phrase("not as {form}: {n} days would be on weekends", form=form, n=ends)
    if len(days) >= _IN_ORDER and _follow(rival) and not _follow(days):
        return Phrase("not as {form}: the days would not follow each other", form=form)
    years = {day.year for day in days}
    several = len(set(rival)) >= (_OF_ONE_YEAR if "." not in form else 2)
    if several and len({day.year for day in rival}) == 1 and len(years) > min(2, len(set(days)) - 1):
        return Phrase("not as {form}: {n} years in place of one", form=form, n=len(years))
    return None


def _usually_day_first(by_row: Sequence[Written], name: str) -> bool:
    """Whether usage settles dates between points, under a heading of this name: not where the year may as well stand first,
    because that day first is on a weekend, or that brings the days into order.
    """
    both = [w.days for w in by_row if {"dmy", "ymd"} <= set(w.days)]
    first, year = ([days[order] for days in both] for order in ("dmy", "ymd"))
    ordered = len(both) > 2 and _follow(year) and not _follow(first)
    return begins_with_day(by_row) and not ordered and not _EAST_ASIAN.search(name)


_FRIDAY = 4
_WEEKENDS = 4
"""So many weekends more, and so many times as many, show that an order is not the one that is meant."""
_IN_ORDER = 8
"""So many days follow each other by no accident."""
_OF_ONE_YEAR = 5
"""So many days are of one year by no accident, where in the other order they are of three or more; between points, where the
day mostly stands first, two are enough that are of two.
"""
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""A heading in the letters of a language that puts the year first between points, too."""


def _follow(days: Sequence[date]) -> bool:
    """Whether all days stand in order, the first above or below."""
    steps = [a < b for a, b in pairwise(days)]
    return all(steps) or not any(steps)


def _form(order: str, mark: str) -> str:
    mark = "" if mark == EIGHT else mark
    return mark.join({"d": "dd", "m": "mm", "y": "yyyy"}[c] for c in order)


def _rows_of(place: Place, codes: Ints, values: Sequence[Any], which: list[int]) -> str:
    found = [(int(np.flatnonzero(codes == k)[0]), k) for k in which]
    return place.cells([(i, values[k]) for i, k in sorted(found)])


def _or(readings: Sequence[str]) -> str:
    """One or another, as they are: in no language's own way of dates."""
    whole = readings[-1]
    for one in reversed(readings[:-1]):
        whole = Sentence("{first} or {last}", first=one, last=whole)
    return whole


def _two_ways(
    place: Place,
    name: str,
    codes: Ints,
    values: Sequence[Any],
    open_ones: list[tuple[int, Written]],
    able: list[str],
    differs: list[int],
) -> Exception:
    by = dict(open_ones)
    first = min(differs, key=lambda k: int(np.flatnonzero(codes == k)[0]))
    days = [Sentence("{day} ({order})", day=by[first].days[o], order=ORDERS[o]) for o in able if o in by[first].days]
    return place.fault(
        Sentence(
            "the date {values!r} reads two ways: {readings}; no row of the column settles it",
            values=str(values[first]).strip(),
            readings=_or(list(dict.fromkeys(days))),
        ),
        row=int(np.flatnonzero(codes == first)[0]),
        column=name,
        available=_rows_of(place, codes, values, differs),
        hint=Sentence("say which: {able}; or write dates as 2025-01-27", able=_or([f"--dates {o}" for o in able])),
    )


def _mixed(place: Place, name: str, codes: Ints, values: Sequence[Any], one: int, other: int, order: str) -> Exception:
    return place.fault(
        Sentence(
            "the dates are written in two orders: {values!r} has the {orders}, {values2!r} cannot",
            values=str(values[one]).strip(),
            orders=ORDERS[order],
            values2=str(values[other]).strip(),
        ),
        row=int(np.flatnonzero(codes == other)[0]),
        column=name,
        available=_rows_of(place, codes, values, [one]),
        hint=Sentence("write all dates in one way, or say which is meant: --dates dmy|mdy|ymd"),
    )


def _two_calendars(
    place: Place, name: str, codes: Ints, values: Sequence[Any], long_year: int, short_year: int
) -> Exception:
    return place.fault(
        Sentence(
            "the year of {values!r} has fewer digits than that of {values2!r}, which counts the years of"
            " the Republic of China",
            values=str(values[short_year]).strip(),
            values2=str(values[long_year]).strip(),
        ),
        row=int(np.flatnonzero(codes == short_year)[0]),
        column=name,
        hint=Sentence("write dates as 2025-01-27"),
    )


_DAWN, _EARLY, _NOON, _EVENING, _LAST = time(6), time(9), time(12), time(18), time(23, 59)
"""Midnights are seen by clocks in the west from the first on, exchanges are open between the second and the fourth by their own
clocks, and a day that never rests ends at the last.
"""
_SUNDAYS_END = {False: time(15), True: time(13)}
"""The last round hour at which exchanges close that trade on Sundays, by clocks of their own and by that of Greenwich."""
_WEEKEND, _OF_SUNDAYS = (5, 6), (4, 5)
"""Days of rest: of most exchanges, and of those that trade from Sunday to Thursday."""
_ODD = 0.01
"""Share of sessions that may be on days of rest: those that nobody planned."""
Able = list[tuple[str, Days]]
"""The days that times can be of: `written`, `after` or `before`."""


def sessions_of(
    place: Place, dates: Dates, name: str, open_on: Callable[[Days], bool], asked: str | None = None
) -> tuple[Days, tuple[Phrase, ...]]:
    """The day of each of the W distinct dates, and NaT behind them for rows without one: (W + 1,), to be asked by the codes.

    Instants count for the day they were at the exchange, which the days of the week tell. `open_on`: whether some exchange was
    open on these days. `asked`: which of the days a person says is meant (`Reading.times`).

    Raises:
        InvalidFile: times whose session cannot be told; dates that are not those of the sessions.
    """
    written = days_on(dates.whens)
    instants = [w for w in dates.whens if isinstance(w, datetime)]
    zoned = any(w.tzinfo is not None for w in instants)
    if zoned or any(w.time() != time() for w in instants):
        written, said = _of_times(place, dates, name, written, open_on, asked, zoned=zoned)
    elif asked is not None:
        written, said = (
            written + {"written": 0, "after": 1, "before": -1}[asked],
            (Phrase("days of sessions, as asked"),),
        )
    else:
        said = _of_days(place, dates, name, written, open_on)
    return np.append(written, np.datetime64("NaT", "D")), said


def _of_times(
    place: Place,
    dates: Dates,
    name: str,
    written: Days,
    open_on: Callable[[Days], bool],
    asked: str | None,
    *,
    zoned: bool,
) -> tuple[Days, tuple[Phrase, ...]]:
    timed = np.array([isinstance(w, datetime) for w in dates.whens], bool)
    clocks = [w.time() if isinstance(w, datetime) else time() for w in dates.whens]
    late = np.array([clock >= _NOON for clock in clocks], bool)
    able: Able = [("written", written)]
    whole = timed & (min(clock for clock, hit in zip(clocks, timed, strict=True) if hit) >= _DAWN)
    for which, by in (("after", 1 * late), ("after", 1 * whole), ("before", -1 * (timed & ~late))):
        if by.any() and not any(np.array_equal(written + by, days) for _, days in able):
            able.append((which, written + by))
    if asked is not None:
        meant = [days for which, days in able if which == asked] or [written]
        return next((days for days in meant if rest(days, _WEEKEND)), meant[0]), (Phrase("days of sessions, as asked"),)
    greenwich = any(isinstance(w, datetime) and w.tzinfo and not w.utcoffset() for w in dates.whens)
    found, sure = _session(able, clocks, open_on, zoned=zoned, greenwich=greenwich)
    if found is None:
        raise _of_two_days(place, dates, name, able, zoned=zoned)
    which, days = found
    times = Phrase("times with a zone") if zoned else Phrase("times without a zone")
    told = {
        "written": Phrase("{times}: the day as it is written, on no weekend", times=times)
        if sure
        else Phrase("{times}: the day as it is written", times=times),
        "after": Phrase(
            "{times}, midnights by a clock west of the exchange: the day after, on no weekend", times=times
        ),
        "before": Phrase("{times}, closes by a clock east of the exchange: the day before, on no weekend", times=times),
    }
    return days, (told[which],)


def rest(days: Days, resting: tuple[int, int] = _WEEKEND) -> bool:
    """Whether days leave two days of the week out, but for a few; Saturday and Sunday, if nothing else is said."""
    return int(np.isin(_weekday(days), resting).sum()) <= _ODD * len(days)


def _weekday(days: Days) -> Ints:
    """Monday is 0."""
    weekday: Ints = (days.astype(np.int64) + 3) % 7
    return weekday


def _session(
    able: Able, clocks: Sequence[time], open_on: Callable[[Days], bool], *, zoned: bool, greenwich: bool
) -> tuple[tuple[str, Days] | None, bool]:
    """Which of the days times are of, and whether the days of the week say so; None: it cannot be told."""
    if len(able) == 1:  # all times are of the same day in any reading
        return able[0], False
    usual = [one for one in able if rest(one[1], _WEEKEND)]
    usual = usual or [one for one in able if rest(one[1], _OF_SUNDAYS)]
    midnights = all(clock == time() for clock in clocks)
    by_day = all(_EARLY <= clock < _EVENING for clock in clocks)
    into_next = any(which == "after" for which, _ in able)
    if len(usual) == 1:
        if usual[0][0] == "after" and rest(able[0][1], _OF_SUNDAYS):
            fits = [one for one in (able[0], usual[0]) if open_on(one[1])]
            usual = fits if len(fits) == 1 else usual
            closes = all(_EARLY <= c < _EVENING and (c <= _SUNDAYS_END[greenwich] or c.minute % 15) for c in clocks)
            return (None if closes and len(fits) != 1 else usual[0]), True
        return usual[0], True
    if usual:  # too few days to tell
        return (able[0] if midnights or (by_day and not (zoned and any(c >= _NOON for c in clocks))) else None), False
    ends = midnights or all(clock >= _LAST for clock in clocks)  # of what never rests
    return (able[0] if ends or not (zoned or into_next) else None), False


def _of_days(
    place: Place, dates: Dates, name: str, written: Days, open_on: Callable[[Days], bool]
) -> tuple[Phrase, ...]:
    """What is said of dates without times that are on weekends.

    Raises:
        InvalidFile: they are of the day before or after the sessions.
    """
    weekday = _weekday(written)
    on = np.bincount(weekday, minlength=7)
    if len(written) < _SEVERAL or int((on >= len(written) / 10).sum()) != 5:
        return ()
    if not on[0] + on[6]:
        weekend, moved = 5, "after"
        what = Sentence(
            "no date is on a Monday and {n} are on a Saturday: they are of the day after the sessions", n=on[5]
        )
    elif not on[4] + on[5]:
        weekend, moved = 6, "before"
        what = Sentence(
            "no date is on a Friday and {n} are on a Sunday: they are of the day before the sessions", n=on[6]
        )
        if open_on(written) or not open_on(written + 1):
            return (Phrase("dates from Sunday to Thursday, as they are written"),)
    else:
        return ()
    raise place.fault(
        what,
        row=int(np.flatnonzero(dates.codes == int((weekday == weekend).argmax()))[0]),
        column=name,
        hint=Sentence(
            "say that it is so: --times {times}; or write the dates of the sessions",
            times="before" if moved == "after" else "after",
        ),
    )


def _of_two_days(place: Place, dates: Dates, name: str, able: Able, *, zoned: bool) -> Exception:
    apart = np.any([days != able[0][1] for _, days in able], axis=0)
    row = int(np.flatnonzero((dates.codes >= 0) & apart[dates.codes])[0])
    at = int(dates.codes[row])
    first, second = list(dict.fromkeys(days[at] for _, days in able))[:2]
    said = {"when": dates.whens[at], "first": first, "second": second}
    return place.fault(
        Sentence("{when} is an instant with a zone, and its session reads two ways: {first} or {second}", **said)
        if zoned
        else Sentence("{when} is a time without a zone, and its session reads two ways: {first} or {second}", **said),
        row=row,
        column=name,
        hint=Sentence("say which: --times written|after|before; or write the date at the exchange, without a time"),
    )
