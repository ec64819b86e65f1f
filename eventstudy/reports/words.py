"""The words of reports, and how numbers are written in each language.

`said` gives the sentences of the engine (warnings, reasons) in the reader's language where its catalogue knows them, and else
as they are, marked as English.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any

from eventstudy.language import NO_FIGURE, in_language, p_text, shown
from eventstudy.language.messages import Exclusion
from eventstudy.reports.parts import Foreign, Lang, Span, Text, plain
from eventstudy.units import unit_shown
from eventstudy.units.windows import CalendarDays, OwnWindows, Window

NBSP = "\u00a0"
PHRASES: dict[str, str] = {
    # the face of the report
    "event study": "Event study",
    "finding": "Finding",
    "all reports": "All reports",
    "other formats": "The same report as",
    "doubt": "DOUBT",
    "accepted": "ACCEPTED",
    "and more doubts": "and {n} more",
    "no finding one": (
        "No finding for {who}: the figures rest on prices of {series} that look wrong. They can be computed, but "
        "not quoted before these prices have been looked at."
    ),
    "no finding many": (
        "No finding for the {n} stocks together: the figures rest on prices of {series} that look wrong. They can "
        "be computed, but not quoted before these prices have been looked at."
    ),
    "no finding cases": (
        "No finding for the {n} cases together: the figures rest on prices of {series} that look wrong. They can "
        "be computed, but not quoted before these prices have been looked at."
    ),
    "incomplete": "Incomplete.",
    "left out": "{ticker} is left out: ",
    "left out of": "{ticker} ({event}) is left out: ",
    "days so far": "{ticker}: {n} of {all} days of {window}",
    "and more": "And {n} more, listed under “Left out and warned about”.",
    "and more pages": "And {n} more, listed on the pages of the events.",
    "no result": "There is no result: {why}",
    "user chose": "Day 0 was chosen by the user ({policy}): no p-value accounts for that choice.",
    "as recognised": "recognised",
    # sections
    "s.day0": "How day 0 was found",
    "s.results": "Results",
    "s.charts": "In a picture",
    "s.more charts": "More charts",
    "s.detail": "Day by day, and what was normal",
    "s.tests": "Which test, and why",
    "s.notes": "Left out and warned about",
    "s.provenance": "Provenance",
    "s.methods": "Methods and papers",
    "s.events": "Events",
    "s.news": "What changed",
    # day 0
    "announced": "Announced",
    "recognised": "Recognised",
    "day 0": "Day 0",
    "counted from": "Day 0 is counted from",
    "policy announced": "the announcement",
    "policy recognised": "the recognised date, as the user asked",
    "policy date": "a date that the user named",
    "not shifted": "{day0}, a session of {exchange}",
    "shifted": "{day0}: the first session of {exchange} that could react, {days} calendar days later",
    "shifted one": "{day0}: the first session of {exchange} that could react, one calendar day later",
    "not shifted by prices": "{day0}, a session of the series",
    "shifted by prices": "{day0}: the first session of the series that could react, {days} calendar days later",
    "shifted one by prices": "{day0}: the first session of the series that could react, one calendar day later",
    "for tickers": " ({tickers})",
    "reason": "Why then",
    "sources": "Sources",
    "notes": "Notes",
    # results
    "ticker": "Ticker",
    "event": "Event",
    "title": "Title",
    "window": "Window",
    "mean CAR": "Mean CAR",
    "median CAR": "Median CAR",
    "up down": "Up : down",
    "up": "Up",
    "down": "Down",
    "interval": "{level} % interval",
    "interval of two sides": "{level} % interval, two-sided",
    "n": "Pairs",
    "headline": "Headline test",
    "p": "p",
    "none": "none",
    "mean of": "Mean of {n}",
    "n of all": "{n} of {all}",
    "cap.firms": "Cumulated abnormal return (CAR) of each stock and window, with its p-value",
    "cap.windows of levels": "CAR with its interval, exact t and headline test",
    "cap.windows": "CAR with its interval, exact t, headline test and buy-and-hold abnormal return (BHAR)",
    "cap.together": "What all pairs say together",
    "cap.days": "{ticker}: each day of the event window",
    "cap.aar": "Average abnormal return of each day",
    "cap.model": "The normal return of each stock",
    "cap.tests": "p-value of each test, where it is valid",
    "cap.invalid": "Tests that are not valid here",
    "cap.events": "The events of this study",
    "event studies": "Event studies",
    "p of events": "Each p judges its event by itself: none accounts for how many events there are.",
    "p note": (
        "p of a stock: its place among windows made of ordinary days; p of a mean: headline test. Of all stocks and "
        "windows judged together, below 5 %: {list}."
    ),
    "p note doubt": (
        "p of a stock: its place among windows made of ordinary days; p of a mean: headline test. Prices are in "
        "doubt, so no stock is named."
    ),
    "p note alone": (
        "p of a stock: its place among windows made of ordinary days; p of a mean: headline test. Each stock is judged by "
        "itself: no p here accounts for how many there are."
    ),
    "least p": "≤ before a p: no smaller one is possible with so many ordinary days, or draws of them.",
    "in brackets": "p in brackets: the test is not valid there. The warnings say why, and the JSON file of each test.",
    "nothing left": "none",
    "day": "Day",
    "session": "Session",
    "ret": "Return",
    "expected": "Expected",
    "ar": "Abnormal",
    "se": "SE",
    "t": "t",
    "car": "CAR",
    "car of window": "CAR{window}",
    "bhar": "BHAR",
    "row ends": "Ends on",
    "from calendar": "From calendar day",
    "to calendar": "To calendar day",
    "p exact": "p (exact t)",
    "p headline": "p (headline)",
    "p together": "p, judged together",
    "p holm": "p (Holm)",
    "exact valid": "Exact t valid",
    "headline valid": "Headline valid",
    "sigma": "sigma",
    "n estimation": "Estimation days",
    "from": "From",
    "to": "To",
    "low": "{level} % low",
    "high": "{level} % high",
    "n days": "Days",
    "variance": "Own variance / sigma²",
    "statistic": "Statistic",
    "distribution": "Distribution",
    "valid": "Valid",
    "yes": "yes",
    "no": "no",
    "code": "Code",
    "note": "Note",
    # tests
    "situation": "The design: {situation}; so {test} is the headline test.",
    "no headline": "The design: {situation}; no test is valid for it.",
    "look next": "Look next at: {tests}.",
    "null": "Its null hypothesis: {null}",
    "assumes": "It assumes: {assumes}",
    "one firm": "one firm",
    "one event date": "one event date",
    "events that share days": "events that share days",
    "fewer than five events that share days": "fewer than five events that share days",
    "fewer than five events": "fewer than five events",
    "holding periods of a year or more": "holding periods of a year or more",
    "an effect that varies with risk": "an effect that varies with risk",
    "distinct event dates": "distinct event dates",
    "test": "Test",
    "why not": "Why not",
    "size": "True nulls rejected at 5 %",
    "is headline": "(headline)",
    "is headline over": "(headline over {windows})",
    "mean correlation": "Mean correlation of the residuals: {r}; pairs: {n}; event dates: {dates}.",
    # several events of one ticker
    "s.history": "Event by event",
    "cap.history": "Abnormal return of day 0 and of the windows around it, event by event",
    "came": "Came",
    # minutes
    "minutes": "minutes after an instant",
    "s.minutes": "Window by window",
    "s.bars": "Bar by bar",
    "cap.minutes": "What each window brought, held against the same minutes of other days",
    "cap.bars": "{who}, {day}: each bar, the path from bar 0 on, and the band of ordinary days",
    "m.windows": "Window or stage",
    "m.moved": "Moved",
    "m.scaled": "In the volatility of the day",
    "m.as far": "Days that moved as far",
    "m.bar": "Bar",
    "m.clock": "Clock",
    "m.price": "Price",
    "m.path": "Path",
    "m.band": "Band",
    # other choices
    "s.robustness": "Does it survive other choices?",
    "not asked": "Not asked: {why}.",
    "all choices": (
        "{n} specifications of {window}: CAR from {lowest} to {highest}, median {median}; {same} of them have the "
        "sign of the study's own."
    ),
    "choices hit": "Of the {judged} that a test is valid for, {hits} have p below 5\u00a0%.",
    "choices by chance": "Where nothing happens, as many have it in {share} of cases, drawn from ordinary days.",
    "matters most": "The choice that matters most is the {choice} ({share} of the variance).",
    "same days": "All {n} rest on the same days: they are one piece of evidence seen from several sides.",
    "cap.choices": "One choice changed at a time",
    "own choices": "as in this report",
    "choice": "Choice",
    "choice model": "model",
    "choice benchmark": "benchmark",
    "choice estimation_window": "estimation window",
    "choice returns": "returns",
    "choice window": "CAR window",
    "peers": "peers",
    # other news
    "s.confounders": "What else happened",
    "other news": "{n} of the {all} days of the event window carry other news.",
    "other news one": "{n} of the {all} days of the event window carries other news.",
    "no other news": "No other news is known for the {all} days of the event window.",
    "also day 0": "Day 0 is one of them: {what}.",
    "own news": "News of the event itself, not counted as other news: {what} ({session}, day {day}).",
    "not looked for": "Not known, so not looked for: {what}.",
    "earnings of": "earnings dates of {tickers}",
    "actions": "dividends and splits",
    "and so many": "{names} and {n} more",
    "not apart": "A study of these days cannot tell the event from other news on the same days.",
    "cap.news": "Other news in the event window",
    "kind": "Kind",
    "what": "What",
    "tickers": "Whom it is about",
    "all of them": "all",
    "news EARNINGS": "earnings",
    "news EX_DIVIDEND": "dividend",
    "news MARKET_MOVE": "market move",
    "news NEWS": "news",
    "news OTHER_EVENT": "other event",
    "news SPLIT": "split",
    # notes
    "nothing excluded": "Nothing was left out.",
    "nothing warned": "There is nothing to warn about.",
    # the table of a journal
    "j.window": "Window",
    "j.mean": "Mean CAR ({unit})",
    "j.mean weighted": "Weighted mean CAR ({unit})",
    "j.signs": "Pos:Neg",
    "j.pairs": "N",
    "j.points": "points",
    "j.caption": "Mean cumulated abnormal returns: {title}",
    "j.caption weighted": "Weighted mean cumulated abnormal returns: {title}",
    "j.panel": "Panel {letter}: {name}",
    "j.all": "all pairs",
    "j.note": (
        "Notes: {counted}. Normal returns by the {model}. In brackets below each mean the statistic "
        "of the test that fits the design of the window ({tests}). No statistic stands where no test is valid."
    ),
    "counted": "Windows count sessions from day 0",
    "counted calendar": "Windows are of calendar days from day 0",
    "counted own": "Each pair has a window of its own, in sessions from day 0",
    # provenance
    "source": "Prices",
    "factors": "Factors",
    "bundled": "the embedded sample",
    "benchmark": "Benchmark",
    "model": "Model",
    "returns": "Returns",
    "outcome": "Measured",
    "return": "return",
    "volume": "log volume",
    "volatility": "volatility",
    "simple": "simple",
    "log": "logarithmic",
    "estimation window": "Estimation window",
    "event window": "Event window",
    "missing": "Missing returns",
    "difference": "differences",
    "seed": "Seed",
    "retrieved": "Retrieved",
    "as of": "As of",
    "prices hash": "SHA-256 of the prices",
    "registry hash": "SHA-256 of the events",
    "versions": "Versions",
    "alpha": "alpha",
    "beta": "beta",
    "drop": "left out",
    "trade_to_trade": "from trade to trade",
    # methods
    "abnormal": (
        "The abnormal return (AR) of a day is the return minus the one the model expects; CAR is the sum over a "
        "window. {counted}, both ends included. Standard errors hold the forecast error "
        "(Campbell, Lo and MacKinlay 1997, ch. 4)."
    ),
    "no proof": "A small p-value says that the days were unusual, not that the event was the cause.",
    "advice": "No investment advice.",
    # sites and updates
    "site of": "{n:,} events",
    "whom": "Tickers",
    "of group": "Group",
    "filter": "Show rows with these words",
    "path": "Path",
    "path said": "mean CAR over {window}: {car}",
    "status": "Status",
    "complete": "complete",
    "partial": "incomplete",
    "doubtful": "in doubt",
    "no report": "no result",
    "kept": "not updated, the last report stands: ",
    "knows more": "asked as of {as_of}, and it knows days until {last}",
    "first report": "first report",
    "back": "{ticker} is there now",
    "gone": "{ticker} is no longer there",
    "filled": "{ticker}: {before} of {all} days became {after} of {all}",
    "moved": "{ticker}: CAR {window} was {before} and is {after}",
    "m.event": "id of the event",
    "m.ticker": "ticker of the firm",
    "m.day 0": "first session that could react to the news",
    "m.sigma": "standard deviation of the residuals of the estimation days",
    "m.df": "degrees of freedom",
    "m.n estimation": "estimation days that were used",
    "m.params": "parameter of the model of normal returns",
    "m.day": "session counted from day 0",
    "m.row ends": "date on which the day ends",
    "m.session": "date of the session",
    "m.ret": "return of the day",
    "m.expected": "normal return: what the model expects of the day",
    "m.ar": "abnormal return: return less normal return",
    "m.se": "standard error, the error of the forecast included",
    "m.t": "figure divided by its standard error",
    "m.p exact": "p of the exact t test, for one firm and window by itself",
    "m.variance": "variance of a day by itself, in units of sigma squared",
    "m.basis": "what forecast errors of the days have in common, one column a parameter",
    "m.from": "first day of the window",
    "m.to": "last day of the window",
    "m.from calendar": "first calendar day of the window, counted from day 0",
    "m.to calendar": "last calendar day of the window, counted from day 0",
    "m.n days": "days of the window that were observed",
    "m.car": "cumulated abnormal return: sum over the window",
    "m.p holm": "exact p, all firms of the window judged together (Holm)",
    "m.exact valid": "whether the exact t may be believed for this firm and window",
    "m.headline valid": "whether the headline test may be believed for it",
    "m.headline": "test that is valid for this design and is believed first",
    "m.p headline": "p of that test; ≤ where no smaller one is possible",
    "m.p together": "what is left of it as all windows are judged together",
    "m.bhar": "buy-and-hold abnormal return",
    "m.n": "pairs of event and firm",
    "m.mean CAR": "mean CAR of all pairs",
    "m.median CAR": "median CAR of all pairs",
    "m.up": "pairs whose CAR is above zero",
    "m.down": "pairs whose CAR is below zero",
    "m.low": "lower end of the confidence interval, which has two sides",
    "m.high": "upper end of the confidence interval, which has two sides",
    "m.test": "name of the test in the program",
    "m.statistic": "value of the test statistic",
    "m.p": "p of the test",
    "m.distribution": "distribution that the p comes from",
    "m.valid": "whether the test may be believed for this design",
    "m.size": "share of true nulls that an invalid test would reject at 5 %",
    "m.why not": "why the test is not valid",
    "m.code": "code of the warning or exclusion",
    "m.note": "what it says",
    "m.finding": "title and finding",
    "m.cum": "mean CAR from the first day of the event window on",
    "cum": "CAR so far",
    "sheet": "Sheet",
    "sheet Report": "Report",
    "sheet Firms": "Firms",
    "sheet Days": "Days",
    "sheet Windows": "Windows",
    "sheet Together": "Together",
    "sheet Mean days": "Mean days",
    "sheet Tests": "Tests",
    "sheet Notes": "Notes",
    "sheet Charts": "Charts",
    "sheet Columns": "Columns",
    "column": "Column",
    "meaning": "What it is",
    "chart of days": "Mean abnormal return by day, and its sum so far",
    "chart of firms": "CAR {window} by pair",
    "revised": "{ticker}: figures changed",
    "rewritten": "written anew, the figures are the same",
}
"""The English templates; those of other languages stand in their catalogues."""


def _with_minus(text: str) -> str:
    """With true minus signs before numbers; ranges of years and dates keep their hyphens."""
    for before in " ([;":
        for digit in "0123456789":
            text = text.replace(f"{before}-{digit}", f"{before}−{digit}")
    return f"−{text[1:]}" if text[:1] == "-" and text[1:2].isdigit() else text


class Words:
    """Phrases and numbers in one language."""

    def __init__(self, lang: Lang = "en") -> None:
        """`lang` is one of `LANGUAGES`."""
        self.lang: Lang = lang

    def __call__(self, key: str, **fields: object) -> str:
        """The phrase of that key with its fields filled in as text."""
        return self._template(key).format(**fields)

    def knows(self, key: str) -> bool:
        """Whether there is a phrase of that key."""
        return key in PHRASES

    def named(self, name: str) -> str:
        """A name of the engine in this language, or as it is where it is not known here."""
        return self(name) if self.knows(name) else name

    def fill(self, key: str, **fields: Span | Text) -> Text:
        """The phrase of that key with spans in place of its fields."""
        spans: list[Span] = []
        for text, name, _, _ in Formatter().parse(self._template(key)):
            spans += [text] if text else []
            if name is not None:
                value = fields[name]
                spans += list(value) if isinstance(value, tuple) else [value]
        return tuple(spans)

    def _template(self, key: str) -> str:
        return in_language(PHRASES[key], self.lang) or PHRASES[key]

    def said(self, message: str) -> Span:
        """A sentence of the engine in this language, or as it is and marked as English."""
        told = in_language(message, self.lang)
        return Foreign(message) if told is None else _with_minus(told.replace(" %", "\u00a0%"))

    def date(self, text: str) -> str:
        """A date in figures, from ISO 8601; any other text as it is."""
        return shown(text, "", self.lang)

    def left_out(self, exclusions: Iterable[Exclusion]) -> str:
        """Which pairs are left out and why, in one line."""
        return "; ".join(f"{e.ticker}: {plain((self.said(e.message),))}" for e in exclusions)

    # ---- numbers ------------------------------------------------------------------------------------------------------

    def number(self, value: Any, digits: int = 2, *, sign: bool = False) -> str:
        """A number with a true minus; `n/a` where there is none."""
        if value is None or not math.isfinite(value):
            return NO_FIGURE[self.lang]
        text = f"{value:{'+' if sign else ''}.{digits}f}"
        text = text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")
        return text if self.lang == "en" else text.replace(".", ",")

    def percent(self, value: Any, digits: int = 2, *, sign: bool = True) -> str:
        """A decimal as per cent."""
        if value is None:
            return self.number(None)
        return f"{self.number(100 * value, digits, sign=sign)}{NBSP}%"

    def amount(self, value: Any, digits: int = 2, *, sign: bool = True) -> str:
        """An abnormal value in the unit of the study."""
        if value is None:
            return self.number(None)
        unit = unit_shown()
        shown = self.number(unit.factor * value, unit.digits(digits), sign=sign)
        return f"{shown}{unit.mark.replace(' ', NBSP)}"

    def p(self, value: Any) -> str:
        """A p-value."""
        return p_text(math.nan if value is None else value, self.lang)

    def window_of(self, found: Mapping[str, Any]) -> str:
        """The window that figures are of, as the study calls it."""
        start, end = found["start"], found["end"]
        if days := found.get("calendar_days"):
            return shown(CalendarDays.holding(Window(start, end), Window(*days)), "", self.lang).replace("-", "−")
        return shown(OwnWindows(start, end), "", self.lang) if found.get("own") else self.window(start, end)

    def window(self, start: int, end: int) -> str:
        """`[−1, +1]`."""
        ends = [f"{day:+d}".replace("-", "−") if day else "0" for day in (start, end)]
        return f"[{ends[0]},\u00a0{ends[1]}]"
