"""What a chart is: a line for listings, and a function that draws a result.

A chart's file holds `CHART = Chart(summary, paint)`; the file name is its key.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eventstudy.charts._canvas import as_panel, of_doubt, of_slide, of_width, settle
from eventstudy.charts._language import of_language
from eventstudy.charts._select import members
from eventstudy.charts._style import is_own, style
from eventstudy.charts._words import in_doubt
from eventstudy.errors import InvalidRequest, Sentence, UnknownName
from eventstudy.language import Phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult

Paint = Callable[..., Any]
"""`paint(result, ax, *, option=default, ...)`: draws on `ax`, or on Axes of its own where `ax` is None, and returns them."""


@dataclass(frozen=True)
class Chart:
    """A chart of the catalog."""

    summary: str
    """What it shows, in one line."""
    paint: Paint
    outcomes: tuple[str, ...] = ("return", "volume", "volatility")
    """The studies it can show, by what they ask about."""
    of_returns: bool = False
    """Whether it shows prices, money or answers that are of returns alone, not of changes of levels."""
    of_prices: bool = False
    """Whether it shows prices, or returns that are not abnormal yet."""
    further: bool = False
    """Whether it asks a further question, which takes a while, before it draws the answer."""
    show: Callable[..., Any] | None = None
    """Draws an answer that is there already, where the chart shows one: `show(answer, *, option=default, ...)`."""

    def of_answer(self, answer: Any, *, width: float | None = None, lang: str = "en", **options: Any) -> Any:
        """Draw an answer that is there already, on a new figure `width` inches wide, in a language; the Axes.

        Raises:
            UnknownName: an option or language that there is not.
        """
        assert self.show is not None
        known = {word.name for word in inspect.signature(self.show).parameters.values()} - {"found", "answer"}
        for name in options:
            if name not in known:
                raise UnknownName("option of this chart", name, sorted({*known, "lang", "width"}))
        with of_width(width), of_language(lang):
            return self.show(answer, **options)

    @property
    def options(self) -> Mapping[str, Any]:
        """The chart's options and their defaults."""
        words = inspect.signature(self.paint).parameters.values()
        return {word.name: word.default for word in words if word.kind is word.KEYWORD_ONLY}

    def draw(
        self,
        result: StudyResult,
        *,
        ax: Axes | None = None,
        width: float | None = None,
        lang: str | None = None,
        size: str | None = None,
        title: str | None = None,
        **options: Any,
    ) -> Any:
        """Draw `result` on `ax`, or on a new figure of its own, and return the Axes.

        A new figure is not known to pyplot: it is freed like any object, and Jupyter shows it as the last line of a cell.
        Global settings of matplotlib are neither used nor changed. Labels may stand around `ax`: give it a
        figure with `layout="constrained"` or `"tight"`. On `ax` of less than 4.5 inches letters are smaller, and of the lines
        under the title only the last are shown, as many as have room, and doubts always. `width`: inches of a new figure, 8 by
        default; 4 suits a phone. `lang`: `en` or `de`.
        `size`: `16:9` or `4:3`, for a slide. `title`: in place of the finding; a doubt stands before it all the same.

        Raises:
            UnknownName: an option or language that this chart does not have, a ticker or group that is not in the result.
            InvalidRequest: an option that cannot be meant, a study of another outcome, or `ax` that is not one Axes of the
                user's own.
        """
        for name in options:
            if name not in self.options:
                raise UnknownName("option of this chart", name, self.options)
        if (outcome := result.config.outcome) not in self.outcomes:
            raise InvalidRequest(
                Sentence(
                    "this chart shows a study of {outcomes}s, and this is one of {outcome}",
                    outcomes=self.outcomes[0],
                    outcome=outcome,
                ),
                hint=Sentence(
                    "run the study with --outcome {outcomes}, or draw another chart", outcomes=self.outcomes[0]
                ),
            )
        if self.of_prices:
            result.config.check_prices(Phrase("this chart"))
        if self.of_returns or self.further:
            result.config.check_of_returns(Phrase("this chart"))
        if self.further:
            result.config.check_daily(Phrase("this chart"))
        if ax is not None and not hasattr(ax, "add_line"):
            raise InvalidRequest(
                Sentence("ax is {kind}, not one matplotlib Axes", kind=type(ax).__name__),
                hint=Sentence("give ax=axes[0] of an array"),
            )
        if ax is not None and is_own(ax):
            raise InvalidRequest(
                Sentence("these Axes hold a chart already"),
                hint=Sentence("leave out ax=, or give Axes of your own figure"),
            )
        group = options.get("group")
        chosen = members(result, options.get("tickers"), group)
        with (
            result.config.as_shown(),
            style(),
            of_slide(size, title),
            of_width(width),
            of_language(lang),
            of_doubt(in_doubt(result, chosen, group)),
            as_panel(ax),
        ):
            drawn = self.paint(result, ax, **options)
            settle(next(iter(drawn)) if isinstance(drawn, Iterable) else drawn)
        return drawn
