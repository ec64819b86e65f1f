"""What sections are made from: the result, its JSON object, and figures taken from there by their path.

Every number that a report shows comes through here, so that it is the number of `to_json()`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from eventstudy.language import at_most
from eventstudy.panel import was_accepted
from eventstudy.reports.parts import Figure, Span, Text
from eventstudy.reports.words import Words
from eventstudy.study.names import words_of_test

if TYPE_CHECKING:
    from eventstudy.events import Event
    from eventstudy.study.result import StudyResult

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def value_at(data: Any, path: str) -> Any:
    """What stands at a path such as `firms[0].windows[1].car`.

    Raises:
        KeyError, IndexError: nothing stands there.
    """
    for name, place in _STEP.findall(path):
        data = data[int(place)] if place else data[name]
    return data


@dataclass(frozen=True)
class Material:
    """A result and the words it is told in."""

    result: StudyResult
    words: Words
    answers: Mapping[str, Any] = field(default_factory=dict)
    """Answers to further questions, by the name of the question."""
    document: Mapping[str, Any] | None = None
    """The result as the object of its JSON, where it was made already."""

    @cached_property
    def data(self) -> dict[str, Any]:
        """The object of the report's JSON: that of `to_json()`, with the answers to further questions."""
        return {**(self.result.to_dict() if self.document is None else self.document), **self.answers}

    @property
    def doubts(self) -> tuple[Text, ...]:
        """What cannot be believed, a sentence each, with the series it is about."""
        return self._told([w for w in self.data["warnings"] if w["severity"] == "doubt"])

    @property
    def accepted(self) -> tuple[Text, ...]:
        """What the user takes for right although it looks wrong, a sentence each."""
        return self._told([w for w in self.data["warnings"] if was_accepted(w["message"])])

    def _told(self, warnings: list[dict[str, Any]]) -> tuple[Text, ...]:
        named = [(self.whom(w), self.words.said(w["message"])) for w in warnings]
        return tuple((*((f"{who}, ",) if who else ()), said) for who, said in named)

    def whom(self, warning: Mapping[str, Any]) -> str:
        """The ticker that a warning is about, and its event where there are several."""
        where = warning["event_id"] if len(self.data["events"]) > 1 else None
        if warning["ticker"] and where:
            return f"{warning['ticker']} ({where})"
        return warning["ticker"] or where or ""

    @property
    def offers(self) -> tuple[Text, ...]:
        """What figures in doubt would be without the day at fault, a sentence each."""
        return tuple((self.words.said(offer.said),) for offer in self.result.offers)

    def percent(self, path: str, digits: int = 2, *, sign: bool = True) -> Figure:
        """A decimal of the result as per cent."""
        value = value_at(self.data, path)
        return Figure(path, value, self.words.percent(value, digits, sign=sign))

    def amount(self, path: str, digits: int = 2, *, sign: bool = True) -> Figure:
        """A return as per cent, or in the unit of the study; a log volume as it is."""
        if self.data["config"].get("outcome") == "volume":
            return self.number(path, digits, sign=sign)
        value = value_at(self.data, path)
        return Figure(path, value, self.words.amount(value, digits, sign=sign))

    @property
    def levels(self) -> bool:
        """Whether what is studied are changes of a level, which cannot be bought and held."""
        return self.result.config.returns == "difference"

    def columns(self, *keys: str) -> tuple[str, ...]:
        """Those of these columns that the study has: levels are not held, and a week or month has an end for its session.

        Where p-values look to one side, the interval says that it has two.
        """
        there = (key for key in keys if key != "bhar" or not self.levels)
        called = {} if self.result.config.clock.daily else {"session": "row ends"}
        if self.result.config.alternative != "two-sided":
            called["interval"] = "interval of two sides"
        return tuple(called.get(key, key) for key in there)

    @property
    def counted(self) -> str:
        """What the windows of the study count."""
        config = self.result.config
        kind = " calendar" if config.window_days is not None else " own" if config.own_windows else ""
        return self.words(f"counted{kind}")

    @property
    def level(self) -> str:
        """Of the intervals, in per cent."""
        level = 100 * self.data["config"]["level"]
        return self.words.number(level, 0 if round(level, 6).is_integer() else 1)

    def p(self, path: str) -> Figure:
        """A p-value of the result, marked where the least that is possible stands beside it and it is that."""
        value = value_at(self.data, path)
        parent, _, key = path.rpartition(".")
        least = value_at(self.data, parent).get(f"{key}_least")
        return Figure(path, value, self.words.p(value if value is None else at_most(value, least)))

    def number(self, path: str, digits: int = 2, *, sign: bool = False) -> Figure:
        """A number of the result."""
        value = value_at(self.data, path)
        return Figure(path, value, self.words.number(value, digits, sign=sign))

    def count(self, path: str) -> Figure:
        """A whole number of the result."""
        return self.number(path, 0)

    def text(self, path: str) -> Figure:
        """A date, name or hash of the result; a dash where there is none."""
        value = value_at(self.data, path)
        return Figure(path, value, "–" if value is None else self.words.date(str(value)))

    def test(self, name: str) -> Span:
        """A test in words."""
        return self.words.said(words_of_test(name))

    def interval(self, path: str) -> Text:
        """`low … high` of the window at `path`; empty where no interval is valid."""
        if value_at(self.data, path)["ci_low"] is None:
            return ()
        return (self.amount(f"{path}.ci_low", 1), " … ", self.amount(f"{path}.ci_high", 1))

    def window(self, path: str) -> str:
        """The window that the object at `path` is about."""
        return self.words.window_of(value_at(self.data, path))

    def headline_p(self, path: str) -> Span:
        """The p of the headline test of the aggregate window at `path`; a dash where no test is valid."""
        found = value_at(self.data, path)
        for place, test in enumerate(found["tests"]):
            if test["name"] == found["headline"]:
                return self.p(f"{path}.tests[{place}].p")
        return "–"

    def p_together(self, path: str) -> Span:
        """What is left of that p as all windows are judged together; a dash where no test is valid."""
        found = value_at(self.data, path)
        if found["headline"] is None:
            return "–"
        return self.p(f"{path}.{'headline_p' if found['adjusted_by'] == 'primary' else 'p_adjusted_windows'}")

    def p_of_firm(self, path: str, test: str, key: str) -> Text:
        """The p of a test of one firm, `key` of the window at `path`; in brackets where the test is not valid there."""
        return (self.p(f"{path}.{key}"),) if self.valid_for(path, test) else ("(", self.p(f"{path}.{key}"), ")")

    def valid_for(self, path: str, test: str) -> bool:
        """Whether a test of one firm is valid over the window at `path`, or says nothing."""
        return all(
            one["valid"] or one["p"] is None for one in value_at(self.data, path)["tests"] if one["name"] == test
        )

    def of_registry(self, event: Event, name: str) -> Span:
        """A text of the registry in the report's language, where it has one, or else as it is and marked as English."""
        return self.words.said(event.said(name))

    def ticker_of(self, i: int) -> str:
        """The ticker of firm i, with its day 0 where there are several."""
        firm = self.data["firms"][i]
        return f"{firm['ticker']} {self.words.date(firm['day0'])}" if self.dated else str(firm["ticker"])

    @cached_property
    def dated(self) -> bool:
        """Whether pairs are told apart by their days 0 as well."""
        return len({firm["day0"] for firm in self.data["firms"]}) > 1
