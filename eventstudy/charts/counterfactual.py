"""The price that was, and the prices that models say there would have been without the event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.analyses.counterfactual import MODELS, counterfactual
from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, narrow, of_doubt, open_axes, settle
from eventstudy.charts._labels import End, end_of, label_ends
from eventstudy.charts._language import month_day, number, p_text, say
from eventstudy.charts._scales import name_above, number_axis
from eventstudy.charts._style import BLACK, BLUE, EDGE, GREEN, ORANGE, PURPLE, VERMILLION, style
from eventstudy.charts._words import caveat, method, model_name, no_finding_of, signed, span, window_text
from eventstudy.errors import NothingUsable, Sentence, UnknownName

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.analyses.counterfactual import Counterfactual, Path, Row
    from eventstudy.study.result import StudyResult

_LOOKS = (
    (BLUE, (0, (5, 1.5))),
    (VERMILLION, (0, (1.5, 1.2))),
    (GREEN, (0, (6, 1.5, 1.5, 1.5))),
    (PURPLE, "-"),
    (ORANGE, "-"),
)
"""Colour and dashes of each model: either alone tells them apart."""
_TICKS = 9


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    ticker: str | None = None,
    models: str | Sequence[str] = MODELS,
    donors: str | Sequence[str] = (),
) -> Axes:
    """The price of one `ticker` (the first by default), and the counterfactual price of each model.

    All are the last close before day 0, carried forward and back by total returns, or by the returns that a model takes for
    normal. Before day 0 the lines show how closely a model follows the firm. `models` and `donors` are those of
    `counterfactual`.
    """
    known = list(dict.fromkeys(pair.ticker for pair in result.panel.pairs))
    if ticker is not None and ticker not in known:
        raise UnknownName("ticker in this result", ticker, known)
    wanted = ticker or known[0]
    found = counterfactual(result, models=models, donors=donors, tickers=[wanted])
    chosen = np.array([i for i, pair in enumerate(result.panel.pairs) if pair.ticker == wanted][:1])
    said = [f"{method(result, chosen)}.", *_one_of(wanted, len(known)), *caveat(result)]
    return _draw(found, ax, None, said)


def _one_of(ticker: str, n: int) -> list[str]:
    """That others could be drawn as well."""
    return [say("Drawn is {ticker}, one of {n} tickers of the study.", ticker=ticker, n=n)] if n > 1 else []


def draw(found: Counterfactual, ticker: str | None = None) -> Any:
    """The prices of a ticker (the first) from an answer that is there already. Returns the Axes."""
    known = list(dict.fromkeys(path.ticker for path in found.paths))
    if ticker is not None and ticker not in known:
        raise UnknownName("ticker in this answer", ticker, known)
    with style(), of_doubt(no_finding_of(found.instead)):
        ax = _draw(found, None, ticker, _one_of(ticker or found.rows[0].ticker, len(known)))
        settle(ax)
    return ax


def _draw(found: Counterfactual, ax: Axes | None, ticker: str | None, said: list[str]) -> Axes:
    wanted = ticker or found.rows[0].ticker
    event = next(path.event_id for path in found.paths if path.ticker == wanted)
    paths = [path for path in found.paths if (path.event_id, path.ticker) == (event, wanted)]
    if not paths:
        raise NothingUsable(Sentence("no model of {wanted} could be fitted", wanted=wanted))
    ax = open_axes(ax)
    days = list(paths[0].rel_days)
    ends = [_line(ax, days, paths[0].actual, say("actual"), BLACK, "-", 2.2, bold=True)]
    for path, (colour, dashes) in zip(paths, _LOOKS * (1 + len(paths) // len(_LOOKS)), strict=False):
        ends.append(_line(ax, days, path.counterfactual, model_name(path.model), colour, dashes, 1.8))
    _days(ax, paths[0])
    number_axis(ax.yaxis)
    ax.set_ylabel(say("price in {currency}", currency=paths[0].currency) if paths[0].currency else say("price"))
    rows = [r for r in found.rows if (r.event_id, r.ticker) == (event, wanted)]
    head(ax, _title(wanted, paths), [_told(rows), *_donors(found, rows), *said])
    label_ends(ax, ends)
    return ax


def _line(
    ax: Axes, days: list[int], values: Any, name: str, colour: str, dashes: Any, width: float, *, bold: bool = False
) -> End | None:
    ax.plot(days, values, color=colour, linestyle=dashes, linewidth=width, label=name, zorder=4 if bold else 3)
    end = end_of(days, values, name, "bold" if bold else "normal")
    return end and end._replace(text=f"{name} {number(f'{end.y:.2f}')}")


def _days(ax: Axes, path: Path) -> None:
    """Sessions relative to day 0 with their dates, day 0 marked."""
    days = list(path.rel_days)
    ticks = _TICKS // 3 if narrow() else _TICKS
    every = next(step for step in (1, 2, 5, 10, 20, 50, 100) if len(days) / step <= ticks)
    shown = [day for day in days if day % every == 0]
    dates = [month_day(date.fromisoformat(path.sessions[day - days[0]])) for day in shown]
    texts = [f"{signed(f'{day:+d}')}\n{on}" for day, on in zip(shown, dates, strict=True)]
    ax.set_xticks(shown, texts)
    ax.set_xlim(days[0] - 0.6, days[-1] + 0.6)
    ax.axvline(0, color=EDGE, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1, gid="day0")
    ax.set_xlabel(say("sessions relative to day 0 ({date})", date=path.sessions[-days[0]]))
    name_above(ax, 0, say("day 0"))


def _title(ticker: str, paths: list[Path]) -> str:
    """What the price was on day 0, and what it would have been."""
    path = paths[0]
    at = path.rel_days.index(0)
    would = [p.counterfactual[at] for p in paths if np.isfinite(p.counterfactual[at])]
    if not np.isfinite(path.actual[at]) or not would:
        return say("{who}: no price on day 0", who=ticker)
    low, high = min(would), max(would)
    money = f"\u00a0{path.currency}" if path.currency else ""
    said = {
        "who": ticker,
        "price": number(f"{path.actual[at]:.2f}") + money,
        "date": path.sessions[at],
        "each": span(low, high, 2),
    }
    if len(paths) > 1:
        return say(
            "{who}: {price} on\u00a0{date}, without the event {each} by {models} models", models=len(paths), **said
        )
    model = model_name(path.model)
    return say("{who}: {price} on\u00a0{date}, without the event {each} ({model})", model=model, **said)


def _told(rows: list[Row]) -> str:
    """p of the first window, model by model, and what the lines are."""
    first = rows[0].window
    each = [f"{model_name(r.model)} {p_text(r.p)}" for r in rows if r.window == first and r.test]
    text = say("All lines are equal at the last close before day 0.")
    return f"{text} {say('p for CAR{window}: {each}.', window=window_text(first), each=each)}" if each else text


def _donors(found: Counterfactual, rows: list[Row]) -> list[str]:
    """Of whom the counterfactual is made, and a word on them."""
    made_of = next((r.donors for r in rows if r.donors), ())
    if not made_of:
        return []
    exposed = any("PEER_CONTAMINATION" in text for text in found.cautions)
    if exposed:
        return [say("Donors: {donors:some 8}: not untouched by the event themselves.", donors=made_of)]
    return [say("Donors: {donors:some 8}.", donors=made_of)]


CHART = Chart(
    "the price that was against the price that models say there would have been without the event",
    paint,
    ("return",),
    show=draw,
    of_returns=True,
    of_prices=True,
)
