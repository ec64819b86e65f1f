"""StudyResult -> workbook whose formulas are alive: AR = return - expected, CAR = SUM, SE, t and p from the cells before.

Each formula carries the figure of the result as its cached value, so that a reader that does not calculate shows the same
numbers. Text is written as text, whatever it starts with.

SE of a window = sigma sqrt(sum of the days' own variances + the squared sums of each forecast column): the forecast
covariance of `models.Fit`, laid out in cells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from eventstudy.engine.abnormal import cumulate
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import AtMost, at_most
from eventstudy.reports.build import finding, title_of
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Facts, Lang, plain
from eventstudy.reports.reasons import provenance
from eventstudy.reports.tables import OF_FIT
from eventstudy.reports.words import Words
from eventstudy.units import unit_shown

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows."""

_WIDTHS = {"code": 26, "headline": 20, "test": 20, "column": 34}
"""Of columns of names, in characters."""

_LINE = 15
"""Points of a line of text."""

_CELL = 32_767
"""Characters of a cell."""

_LOOKS = {
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "percent": {"num_format": "+0.00%;-0.00%;0.00%"},
    "share": {"num_format": "0.00%"},
    "t": {"num_format": "+0.00;-0.00;0.00"},
    "p": {"num_format": "0.0000"},
    "least p": {"num_format": '"≤"0.0000'},
    "number": {"num_format": "0.000000"},
    "count": {"num_format": "0"},
    "text": {"text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 14},
}
_DATES = {"en": "yyyy-mm-dd", "de": "dd.mm.yyyy"}


_SHEETS = ("Report", "Firms", "Days", "Windows", "Together", "Mean days", "Tests", "Notes", "Charts", "Columns")
"""In their order."""

_IN_UNIT = frozenset(
    ("sigma", "alpha", "ret", "expected", "ar", "se", "car", "mean CAR", "median CAR", "low", "high", "cum")
)
"""Columns whose figures are in the unit of the study."""

_BARS = 40
"""Most pairs in a chart of bars."""

_AHEAD = 11
"""The first column of `Days` that holds forecast columns, counted from 0: L."""


def _letters(column: int) -> str:
    """The name of a column: 0 is A, 26 is AA."""
    return ("" if column < 26 else _letters(column // 26 - 1)) + chr(ord("A") + column % 26)


class Heading(str):
    """A text in bold."""

    __slots__ = ()


class Cell(NamedTuple):
    """A figure, and the formula that gives it; None is a figure that does not exist."""

    value: float | None
    look: str
    formula: str = ""


def _p(found: dict[str, Any], key: str) -> Cell:
    """A p-value of the result, marked where no smaller one is possible."""
    p = found[key]
    return Cell(p, "least p" if p is not None and isinstance(at_most(p, found[f"{key}_least"]), AtMost) else "p")


def render(result: StudyResult, *, lang: Lang = "en") -> bytes:
    """The workbook.

    Raises:
        InvalidRequest: xlsxwriter is not installed, or the result has more rows than a sheet.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise InvalidRequest(
            Sentence("an XLSX report needs xlsxwriter, which is not installed"),
            hint=Sentence("python -m pip install xlsxwriter"),
        ) from error
    if result.returns.n * len(result.rel_days) > _ROWS:
        raise InvalidRequest(
            Sentence("{n} pairs have more days than a sheet has rows", n=result.returns.n),
            hint=Sentence("write --format json, or fewer events"),
        )
    with result.config.as_shown():
        return _written(Material(result, Words(lang)), xlsxwriter)


def _written(told: Material, xlsxwriter: Any) -> bytes:
    """What `render` says."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime.fromisoformat(told.data["firms"][0]["day0"])})
    _Workbook(book, told).write()
    book.close()
    return buffer.getvalue()


def on_paper(sheet: Any) -> None:
    """Printed as wide as a page, on A4."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


class _Sheet:
    """A sheet that is written row by row."""

    def __init__(
        self,
        book: Any,
        looks: dict[str, Any],
        name: str,
        head: Sequence[str],
        none: str,
        wide: int,
        widths: Mapping[int, int],
    ) -> None:
        self._sheet, self._looks, self._none, self.rows = book.add_worksheet(name), looks, none, 1
        for column, text in enumerate(head):
            self._sheet.write_string(0, column, text, looks["head"])
        self._sheet.freeze_panes(1, 0)
        self._sheet.repeat_rows(0)
        on_paper(self._sheet)
        self._wide = wide
        self._sheet.set_column(0, max(len(head) - 1, 1), 13)
        if wide:
            self._sheet.set_column(0, 0, 26)
            self._sheet.set_column(len(head) - 1, len(head) - 1, wide)
        for column, width in widths.items():
            self._sheet.set_column(column, column, width)

    def add(self, *cells: str | float | date | Cell | None) -> int:
        """Write a row; its number as Excel counts. A long text has the height of its lines: not every reader works it out."""
        last = cells[-1]
        if isinstance(last, Heading):
            self._sheet.set_row(self.rows, _LINE * 4 / 3)
        elif self._wide and isinstance(last, str) and len(last) > self._wide:
            self._sheet.set_row(self.rows, _LINE * math.ceil(1.1 * len(last) / self._wide))
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                self._sheet.write_datetime(self.rows, column, cell, self._looks["date"])
            elif isinstance(cell, str):
                look = "title" if isinstance(cell, Heading) else "text"
                self._sheet.write_string(self.rows, column, cell[:_CELL], self._looks[look])
            elif isinstance(cell, Cell) and cell.value is None:
                self._sheet.write_string(self.rows, column, self._none)
            elif isinstance(cell, Cell) and cell.formula:
                self._sheet.write_formula(self.rows, column, cell.formula, self._looks[cell.look], cell.value)
            elif isinstance(cell, Cell):
                self._sheet.write_number(self.rows, column, cell.value, self._looks[cell.look])
            elif cell is not None:
                self._sheet.write_number(self.rows, column, cell)
        self.rows += 1
        return self.rows


class _Workbook:
    """The sheets of one result, each referring to those before."""

    def __init__(self, book: Any, told: Material) -> None:
        self.told, self.result, self.data = told, told.result, told.data
        config, unit = self.result.config, unit_shown()
        self._factor = unit.factor if told.levels and unit.name != "percent" else 1.0
        """What a value of 1 is in the cells, which have the unit of the study: Excel itself shows per cent alone."""
        self._mark = "" if self._factor == 1 and unit.name != "points" else unit.mark.strip() or told.words("j.points")
        """The unit, in headings."""
        mark = "" if config.outcome == "volume" or self._mark else "%"
        form = f"0.{'0' * unit.digits(2)}{mark}"
        looks = _LOOKS | {"percent": {"num_format": f"+{form};-{form};{form}"}, "share": {"num_format": form}}
        looks |= {"estimate": {"num_format": f"0.{'0' * unit.digits(4)}{mark}"}}
        looks |= {"rate": {"num_format": "0.00%"}, "date": {"num_format": _DATES[told.words.lang]}}
        self._number = form if told.levels or not mark else "0%"
        """Of the axes of charts."""
        self.named = {name: told.words(f"sheet {name}") for name in _SHEETS}
        """What each sheet is called in the language of the workbook."""
        self._explained: list[tuple[str, str, str]] = []
        """Sheet, heading and key of each column so far."""
        self._book, self._looks = book, {name: book.add_format(look) for name, look in looks.items()}
        two_sided = config.outcome == "return" and config.alternative == "two-sided"
        self.p_formula = f"=TDIST(ABS({{t}}),{self.named['Firms']}!$E${{row}},2)" if two_sided else ""
        """Volumes and volatilities are judged by one side, and others where that was asked for."""
        returns = self.result.returns
        self.ahead = returns.basis[:, returns.n_estimation_days :, returns.forecast_columns]
        """(B, L2, K) what the errors of event days have in common, column by column."""
        self.columns = [_letters(_AHEAD + k) for k in range(self.ahead.shape[2])]
        """Where they stand in `Days`."""

    def write(self) -> None:
        """All sheets in the order in which an auditor reads them."""
        self._report()
        self._firms()
        self._days()
        self._windows()
        self._together()
        self._tests()
        self._notes()
        self._charts()
        self._columns()

    def _sheet(self, name: str, keys: Sequence[str], wide: int = 0) -> _Sheet:
        words = self.told.words
        keys = self.told.columns(*keys)
        heads = [self._head(key) for key in keys]
        self._explained += [(self.named[name], head, key) for head, key in zip(heads, keys, strict=True)]
        widths = {column: _WIDTHS[key] for column, key in enumerate(keys) if key in _WIDTHS}
        return _Sheet(self._book, self._looks, self.named[name], heads, words.number(None), wide, widths)

    def _head(self, key: str) -> str:
        """The heading of a column, with the unit of its figures where their format does not show it."""
        said = self._said(key)
        head = self.told.words(said, level=self.told.level) if self.told.words.knows(said) else key
        return f"{head} ({self._mark})" if self._mark and key in _IN_UNIT else head

    def _said(self, key: str) -> str:
        """The key of what stands for a heading in this study."""
        days = self._in_calendar_days and key in ("from", "to")
        return f"{key} calendar" if days else key

    @property
    def _in_calendar_days(self) -> bool:
        return self.result.config.window_days is not None

    def _ends(self, window: Mapping[str, Any]) -> tuple[str | int, str | int]:
        """The window of figures: its ends in rows or in calendar days; pairs' own windows by that name."""
        if window.get("own"):
            return self.told.words.window_of(window), ""
        start, end = window.get("calendar_days") or (window["start"], window["end"])
        return start, end

    def _value(self, value: float | None, look: str, formula: str = "") -> Cell:
        """A figure in the unit of the study."""
        return Cell(None if value is None else self._factor * value, look, formula)

    def _report(self) -> None:
        sheet = self._sheet("Report", ("event", "finding"), wide=100)
        sheet.add("", Heading(title_of(self.told)))
        for paragraph in finding(self.told):
            sheet.add("", plain(paragraph.text))
        for event in self.result.events:
            sheet.add(event.id, plain((self.told.of_registry(event, "title"),)))
        for block in provenance(self.told).blocks:
            for name, text in block.rows if isinstance(block, Facts) else ():
                sheet.add(name, plain(text))

    def _firms(self) -> None:
        names = self.result.fit.names
        of_fit = {"sigma": "estimate", "df": "count"} | OF_FIT  # formulas look for these two in columns D and E
        sheet = self._sheet("Firms", ("event", "ticker", "day 0", *of_fit, *names))
        for firm in self.data["firms"]:
            fitted = [
                self._param(name, firm["params"][name], "estimate" if name == "alpha" else "number") for name in names
            ]
            sheet.add(
                firm["event_id"],
                firm["ticker"],
                date.fromisoformat(firm["day0"]),
                *(self._param(key, firm[key.replace(" ", "_")], look) for key, look in of_fit.items()),
                *fitted,
            )

    def _param(self, name: str, value: float | None, look: str) -> Cell:
        """What is told of a fit; of what is in the unit of the study, the figure in that unit."""
        return self._value(value, look) if name in _IN_UNIT else Cell(value, look)

    def _days(self) -> None:
        columns = [f"g{k + 1}" for k in range(self.ahead.shape[2])]
        keys = (
            "event",
            "ticker",
            "day",
            "session",
            "ret",
            "expected",
            "ar",
            "se",
            "t",
            "p exact",
            "variance",
            *columns,
        )
        sheet = self._sheet("Days", keys)
        for i, firm in enumerate(self.data["firms"]):
            basis = self.result.returns.basis_of[i]
            for j, day in enumerate(firm["days"]):
                row = sheet.rows + 1
                there = day["ar"] is not None
                own = [float(self.result.returns.noise[basis, j]), *map(float, self.ahead[basis, j])] if there else []
                spread = f"K{row}+SUMSQ({self._over(row, row)})" if columns else f"K{row}"
                sheet.add(
                    firm["event_id"],
                    firm["ticker"],
                    day["rel_day"],
                    date.fromisoformat(day["session"]) if day["session"] else self.told.words.number(None),
                    self._value(day["ret"], "percent"),
                    self._value(day["expected"], "percent"),
                    self._value(day["ar"], "percent", f"=E{row}-F{row}"),
                    self._value(day["se"], "share", f"={self.named['Firms']}!$D${i + 2}*SQRT({spread})"),
                    Cell(day["t"], "t", f"=G{row}/H{row}"),
                    Cell(day["p"], "p", self.p_formula.format(t=f"I{row}", row=i + 2)),
                    *(Cell(value, "number") for value in own),
                )

    def _over(self, top: int, bottom: int) -> str:
        """The cells of all forecast columns of some rows of `Days`."""
        return f"{self.columns[0]}{top}:{self.columns[-1]}{bottom}"

    def _windows(self) -> None:
        keys = (
            "event",
            "ticker",
            "from",
            "to",
            "n days",
            "car",
            "se",
            "t",
            "p exact",
            "p holm",
            "headline",
            "p headline",
            "bhar",
            "exact valid",
            "headline valid",
        )
        sheet = self._sheet("Windows", keys)
        for j, window in enumerate(self.result.firm_answers):
            used = cumulate(self.result.returns, window).used
            for i, firm in enumerate(self.data["firms"]):
                found, row = firm["windows"][j], sheet.rows + 1
                alive = self._alive(i, window, used[i])
                sheet.add(
                    firm["event_id"],
                    firm["ticker"],
                    *self._ends(found),
                    Cell(found["n_days"], "count"),
                    self._value(found["car"], "percent", self._sum(i, window, "G") if alive else ""),
                    self._value(found["se"], "share", self._se(i, window) if alive else ""),
                    Cell(found["t"], "t", f"=F{row}/G{row}"),
                    Cell(found["p"], "p", self.p_formula.format(t=f"H{row}", row=i + 2)),
                    Cell(found["p_adjusted"], "p"),
                    found["headline"],
                    _p(found, "headline_p"),
                    *([] if self.told.levels else [Cell(found["bhar"], "percent")]),
                    *(self._valid(f"firms[{i}].windows[{j}]", test) for test in ("exact_t", found["headline"])),
                )

    def _valid(self, path: str, test: str) -> str:
        return self.told.words("yes" if self.told.valid_for(path, test) else "no")

    def _alive(self, i: int, window: Any, used: np.ndarray) -> bool:
        """Whether the window takes every observed day: a return across a gap may lie outside, and is then no SUM of cells."""
        first = window.start - self.result.config.event_window.start
        return bool(np.array_equal(np.isfinite(self.result.returns.ar[i, first : first + window.length]), used))

    def _rows(self, i: int, window: Any) -> tuple[int, int]:
        first = 2 + i * len(self.result.rel_days) + window.start - self.result.config.event_window.start
        return first, first + window.length - 1

    def _sum(self, i: int, window: Any, column: str) -> str:
        top, bottom = self._rows(i, window)
        return f"=SUM({self.named['Days']}!{column}{top}:{column}{bottom})"

    def _se(self, i: int, window: Any) -> str:
        squares = "".join(f"+{self._sum(i, window, column)[1:]}^2" for column in self.columns)
        return f"={self.named['Firms']}!$D${i + 2}*SQRT({self._sum(i, window, 'K')[1:]}{squares})"

    def _together(self) -> None:
        n, windows, per_day = self.result.returns.n, self.named["Windows"], self.named["Days"]
        sheet = self._sheet(
            "Together",
            (
                "from",
                "to",
                "n",
                "mean CAR",
                "median CAR",
                "up",
                "down",
                "low",
                "high",
                "headline",
                "p headline",
                "p together",
                "bhar",
            ),
        )
        for j, window in enumerate(self.data["aggregate"]["windows"]):
            sheet.add(
                *self._ends(window),
                Cell(window["n"], "count"),
                self._value(window["caar"], "percent", f"=AVERAGE({windows}!F{2 + j * n}:F{1 + (j + 1) * n})"),
                self._value(window["median"], "percent", f"=MEDIAN({windows}!F{2 + j * n}:F{1 + (j + 1) * n})"),
                Cell(window["n_positive"], "count"),
                Cell(window["n_negative"], "count"),
                self._value(window["ci_low"], "percent"),
                self._value(window["ci_high"], "percent"),
                window["headline"] or self.told.words.number(None),
                _p(window, "headline_p"),
                _p(window, "p_adjusted_windows"),
                *([] if self.told.levels else [Cell(window["bhaar"], "percent")]),
            )
        last = 1 + n * len(self.result.rel_days)
        days, total = self._sheet("Mean days", ("day", "n", "ar", "cum")), 0.0
        for day in self.data["aggregate"]["days"]:
            row, total = days.rows + 1, total + (day["aar"] or 0.0)
            mean = f"=AVERAGEIF({per_day}!C$2:C${last},A{row},{per_day}!G$2:G${last})"
            so_far = self._value(total, "percent", f"=SUM(C$2:C{row})")
            days.add(day["rel_day"], Cell(day["n"], "count"), self._value(day["aar"], "percent", mean), so_far)

    def _tests(self) -> None:
        keys = ("from", "to", "test", "statistic", "p", "distribution", "df", "n", "valid", "size", "why not")
        sheet = self._sheet("Tests", keys, wide=80)
        for window in self.data["aggregate"]["windows"]:
            for test in window["tests"]:
                sheet.add(
                    *self._ends(window),
                    test["name"],
                    Cell(test["statistic"], "number"),
                    _p(test, "p"),
                    test["distribution"] or self.told.words.number(None),
                    Cell(test["df"], "count"),
                    Cell(test["n"], "count"),
                    self.told.words("yes" if test["valid"] else "no"),
                    Cell(test["expected_size"], "rate"),
                    "; ".join(plain((self.told.words.said(reason),)) for reason in test["reasons"]),
                )

    def _notes(self) -> None:
        sheet = self._sheet("Notes", ("event", "ticker", "code", "note"), wide=100)
        for left in self.data["excluded"]:
            sheet.add(left["event_id"], left["ticker"], left["reason"], plain((self.told.words.said(left["message"]),)))
        for warned in self.data["warnings"]:
            message = plain((self.told.words.said(warned["message"]),))
            sheet.add(warned["event_id"] or "", warned["ticker"] or "", warned["code"], message)

    def _charts(self) -> None:
        """What the cells draw: the mean by day with its sum so far, and the CAR of the first window by pair."""
        words, place = self.told.words, self._book.add_worksheet(self.named["Charts"])
        on_paper(place)
        last = len(self.data["aggregate"]["days"])
        days = self._book.add_chart({"type": "column"})
        path = self._book.add_chart({"type": "line"})
        for chart, column in ((days, 2), (path, 3)):
            chart.add_series(
                {
                    "name": [self.named["Mean days"], 0, column],
                    "categories": [self.named["Mean days"], 1, 0, last, 0],
                    "values": [self.named["Mean days"], 1, column, last, column],
                }
            )
        days.combine(path)
        self._placed(days, words("chart of days"), words("day"), "B2", place)
        n, window = self.result.returns.n, next(iter(self.result.firm_answers), None)
        if window is None or not 1 < n <= _BARS:
            return
        firms = self._book.add_chart({"type": "bar"})
        who = 0 if len(self.result.events) > 1 else 1
        windows = self.named["Windows"]
        firms.add_series({"categories": [windows, 1, who, n, who], "values": [windows, 1, 5, n, 5]})
        firms.set_legend({"none": True})
        firms.set_y_axis({"reverse": True, "label_position": "low"})
        firms.set_x_axis({"num_format": self._number})
        firms.set_size({"width": 720, "height": 120 + 22 * n})
        self._placed(
            firms,
            words("chart of firms", window=words.window_of(self.data["firms"][0]["windows"][0])),
            "",
            "B24",
            place,
        )

    def _placed(self, chart: Any, title: str, below: str, cell: str, sheet: Any) -> None:
        chart.set_title({"name": title, "name_font": {"size": 12}})
        if below:
            chart.set_x_axis({"name": below, "label_position": "low"})
            chart.set_y_axis({"num_format": self._number})
            chart.set_size({"width": 720, "height": 400})
            chart.set_legend({"position": "bottom"})
        sheet.insert_chart(cell, chart)

    def _columns(self) -> None:
        """What each column of each sheet holds."""
        told, words = list(self._explained), self.told.words
        sheet = self._sheet("Columns", ("sheet", "column", "meaning"), wide=80)
        for name, head, key in told:
            said = f"m.{self._said(key)}" if words.knows(f"m.{self._said(key)}") else f"m.{key}"
            meaning = said if words.knows(said) else "m.params" if name == self.named["Firms"] else "m.basis"
            sheet.add(name, head, words(meaning))
