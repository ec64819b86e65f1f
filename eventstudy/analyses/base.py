"""What all analyses have in common: an `Answer` is a table, a sentence, and what to know before believing it.

Each analysis gives the pieces: `tidy`, `_document`, `_lines`, `_finding`, `messages`. How they become JSON, a screen, a page in
a notebook and a picture, and that doubts stand before a finding and in its place, is written here alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any, ClassVar, TypeVar, cast

import numpy as np
import pandas as pd

from eventstudy import plugins
from eventstudy.errors import InvalidRequest, NeedsPairs, Sentence
from eventstudy.events.notebook import answer_page
from eventstudy.language import Phrase, spoken, spoken_in
from eventstudy.language.messages import Message
from eventstudy.prices import PriceTable, load_prices
from eventstudy.study.result import Result, StudyResult
from eventstudy.study.study import Prices, price_table
from eventstudy.text import fitted, json_text

_Analysis = TypeVar("_Analysis", bound=Callable[..., Any])


def of_pairs(function: _Analysis) -> _Analysis:
    """The analysis, refused where its first argument, `result`, is no study of which the pairs are kept."""

    @wraps(function)
    def asked(result: StudyResult, *args: Any, **words: Any) -> Any:
        if isinstance(result, Result) and not isinstance(result, StudyResult):
            raise NeedsPairs(
                Sentence("{what} cannot be had from sums", what=function.__name__),
                hint=Sentence('keep every pair: keep="pairs" (--keep pairs)'),
            )
        if not isinstance(result, StudyResult):
            raise InvalidRequest(
                Sentence(
                    "{analysis} asks a study, not a {kind}", analysis=function.__name__, kind=type(result).__name__
                ),
                hint=Sentence("give the result of run: analyses.{analysis}(result)", analysis=function.__name__),
            )
        return function(result, *args, **words)

    return cast(_Analysis, asked)


def in_its_unit(function: _Analysis) -> _Analysis:
    """The analysis, with the unit and the rows of its study in what it says."""

    @of_pairs
    @wraps(function)
    def shown(result: StudyResult, *args: Any, **words: Any) -> Any:
        with result.config.as_shown():
            return function(result, *args, **words)

    return cast(_Analysis, shown)


class Finding(ABC):
    """One thing that is said: a finding, or where prices look wrong that there is none."""

    def as_shown(self) -> AbstractContextManager[None]:
        """The unit and the rows of its study meanwhile, where it holds one.

        Example:
            >>> with answer.as_shown():
            ...     print("values are in the unit of the study here")
            values are in the unit of the study here
        """
        result = getattr(self, "result", None)
        return result.config.as_shown() if isinstance(result, StudyResult) else nullcontext()

    @property
    def instead(self) -> tuple[str, ...]:
        """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""
        return ()

    @property
    def believable(self) -> bool:
        """Whether the prices behind it look right."""
        return not self.instead

    @property
    def sentence(self) -> str:
        """The finding, in a few sentences; where prices look wrong, that there is none."""
        with self.as_shown():
            return self.instead[-1] if self.instead else self._finding()

    @abstractmethod
    def _finding(self) -> str:
        """The finding in words. Every figure in it stands among the plain values too."""


class Answer(Finding):
    """What an analysis answers: the same in Python, Jupyter and on the command line.

    Example:
        >>> result = es.run("deepseek-r1", tickers="NVDA,AMD", day0="recognised")
        >>> answer = es.analyses.scan(result)
        >>> answer.believable, len(answer.tidy()), answer.messages[0][:25]
        (True, 24, 'DAY0_CHOSEN day 0 is set ')
    """

    schema: ClassVar[str] = ""
    """Of the JSON object; empty where it is a part of another."""
    chart: ClassVar[str] = ""
    """The chart that shows it; empty where none does."""

    @property
    def findings(self) -> Sequence[Finding]:
        """Each thing that is said, the first before all: itself, where there is only one."""
        return (self,)

    def _finding(self) -> str:
        """That of the first of several."""
        return self.findings[0].sentence if self.findings else Phrase("No window is reported.")

    @property
    def believable(self) -> bool:
        """Whether the prices behind every finding look right."""
        return not any(finding.instead for finding in self.findings)

    @property
    def doubts(self) -> tuple[str, ...]:
        """The lines that stand before every finding, each once: what is wrong with the prices."""
        return tuple(dict.fromkeys(line for finding in self.findings for line in finding.instead[:-1]))

    @property
    @abstractmethod
    def messages(self) -> tuple[str, ...]:
        """What to know before believing it: warnings, cautions and what was left out, in sentences."""

    @property
    def incomplete(self) -> bool:
        """Whether something that was asked for is lacking."""
        return False

    @abstractmethod
    def tidy(self) -> pd.DataFrame:
        """The table: decimals, NaN where there is no figure.

        Example:
            >>> answer.tidy()[["ticker", "start", "end"]].values.tolist()
            [['NVDA', 0, 0], ['AMD', 0, 0], ['total', 0, 0]]
        """

    @abstractmethod
    def _document(self) -> dict[str, Any]:
        """The JSON object but for its schema."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the command, as plain values: decimals, NaN as None, dates as ISO text.

        Example:
            >>> answer.to_dict()["schema"]
            'eventstudy.impact/1'
        """
        with self.as_shown():
            return ({"schema": self.schema} if self.schema else {}) | self._document()

    def to_json(self) -> str:
        """`to_dict` as JSON text.

        Example:
            >>> answer.to_json().splitlines()[1].strip()
            '"schema": "eventstudy.impact/1",'
        """
        return json_text(self.to_dict())

    @abstractmethod
    def _lines(self, *, verbose: bool) -> Iterable[str]:
        """The lines of `text`."""

    def text(self, *, verbose: bool = False, lang: str = "en") -> str:
        """What the command prints; `verbose` adds what takes more than a screen, where there is more. `lang`: `en` or `de`.

        Raises:
            UnknownName: there is no such language.

        Example:
            >>> answer.text()[:72]
            'On Monday 27 January 2025 the 2 firms lost 605.3 billion USD of market v'
        """
        with self.as_shown(), spoken_in(lang):
            return fitted("\n".join(self._lines(verbose=verbose)))

    def __repr__(self) -> str:
        """Doubts and findings, for a prompt."""
        return "\n".join([f"<{type(self).__name__}>", *self._said])

    def _repr_html_(self) -> str:
        """Doubts, findings and the first rows of the table, for Jupyter."""
        return answer_page(self._said, self.tidy())

    @property
    def _said(self) -> list[str]:
        return [*self.doubts, *(finding.sentence for finding in self.findings)]

    def plot(self, **options: Any) -> Any:
        """Draw it; returns the matplotlib Axes. `lang`: `en` or `de`; `width`: inches; others are those of the chart.

        Raises:
            InvalidRequest: no chart shows such an answer.

        Example:
            >>> answer.plot(lang="de").get_xlabel()
            'Milliarden USD'
        """
        if not self.chart:
            raise InvalidRequest(
                Sentence("no chart shows this answer"),
                available=Sentence("its table, `.tidy()`, and its sentences, `.text()`"),
                hint=Sentence('draw the study itself: result.plot("car")'),
            )
        return plugins.load("charts", self.chart).of_answer(self, **options)


def lines_of(warned: Iterable[Message]) -> tuple[str, ...]:
    """Warnings as people read them, in the language spoken now: code, whom it concerns, and what is the matter."""
    return tuple(f"{w.code} {w.ticker + ': ' if w.ticker else ''}{spoken(w.message)}" for w in warned)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON has them: None for NaN."""
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in values.items()}


def all_prices(result: StudyResult, given: Prices | None = None) -> PriceTable:
    """The prices `given`, a table, frame or file; by default those of the study, of the embedded sample all there are.

    Raises:
        InvalidRequest: the study does not hold its prices.
    """
    if given is not None:
        return price_table(given, levels=result.config.returns == "difference")
    if result.provenance.get("source") == "bundled" and result.config.currency is None:
        until = result.provenance.get("as_of")
        return load_prices(None, None, pd.Timestamp(until).date() if until else None, source="bundled")
    if result.prices is None:
        raise InvalidRequest(Phrase("the study does not hold its prices"), hint=Sentence("give prices="))
    return result.prices
