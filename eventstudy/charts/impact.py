"""Market value that an event brought: in all, and the abnormal part with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.analyses.impact import Amount, Impact, impact
from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, of_doubt, open_axes, settle
from eventstudy.charts._language import say, say_counted, spoken, writer
from eventstudy.charts._legend import legend_below
from eventstudy.charts._style import BLUE, GRID, INK, ORANGE, SMALL, style
from eventstudy.charts._words import caveat, no_finding_of, signed, window_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult

Row = tuple[str, Amount]


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    shares: pd.DataFrame | str | Path | None = None,
    windows: Sequence[Sequence[int]] | None = None,
) -> Axes:
    """Market value in all and abnormal: of one firm a row a window, of several a row a firm over the first, and one for all.

    `shares` outstanding and `windows` are those of `impact`.
    """
    return _draw(impact(result, shares=shares, windows=windows), ax, caveat(result))


def draw(found: Impact) -> Any:
    """The same of an answer that is there already. Returns the Axes."""
    with style(), of_doubt(no_finding_of(found.instead)):
        ax = _draw(found, None, [])
        settle(ax)
    return ax


def _draw(found: Impact, ax: Axes | None, said: list[str]) -> Axes:
    firms = list(dict.fromkeys((f.event_id, f.ticker) for f in found.firms))
    first = found.firms[0].window
    whole = [t for t in found.totals if t.window == first]
    if len(firms) == 1:
        rows = [(window_text(f.window), f.amount) for f in found.firms]
        who, amount = firms[0][1], rows[0][1]
    else:
        rows = sorted(((f.ticker, f.amount) for f in found.firms if f.window == first), key=lambda row: row[1].abnormal)
        who, amount = rows[0]
        for total in whole:
            n, every = len(total.tickers), found.every(first)
            called = say("{n} of {all}", n=n, all=every) if n < every else say("all {firms}", firms=n)
            rows.append((called, total.amount))
            if n == every:
                who, amount = say("{firms:,} firms", firms=n), total.amount
    ax = open_axes(ax, 2.5 + 0.42 * len(rows))
    _rows(ax, found, rows)
    title = say(
        "{who}: {raw} over {window}, {abnormal} abnormal",
        who=who,
        raw=_told(found, amount.raw),
        window=window_text(first),
        abnormal=_told(found, amount.abnormal),
    )
    lines = [
        say(
            "Close before the window times shares outstanding, times the return in all or the abnormal return; lines are"
            " 95\u00a0% intervals."
        )
    ]
    if gone := list(dict.fromkeys(left.ticker for left in found.excluded)):
        text = say_counted(
            "Left out is {n} firm, of which no amount is known: {names:some 6}.",
            "Left out are {n} firms, of which no amount is known: {names:some 6}.",
            n=len(gone),
            names=gone,
        )
        lines.append(text)
    if found.doubt:
        lines.append(say("Intervals only describe: {why}.", why=spoken(found.doubt)))
    head(ax, title, [*lines, *said])
    return ax


def _rows(ax: Axes, found: Impact, rows: list[Row]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    y = np.arange(len(rows))[::-1]
    amounts = [amount for _, amount in rows]
    ax.axvline(0, color=INK, linewidth=0.9, zorder=1.5)
    ax.hlines(y, [a.low for a in amounts], [a.high for a in amounts], color=BLUE, linewidth=1.6, zorder=2)
    dots: dict[str, Any] = {"linestyle": "", "markeredgecolor": INK, "markeredgewidth": 0.6, "zorder": 3}
    ax.plot([a.abnormal for a in amounts], y, marker="o", color=BLUE, label=say("abnormal, with interval"), **dots)
    ax.plot([a.raw for a in amounts], y, marker="D", markersize=5.5, color=ORANGE, label=say("in all"), **dots)
    ax.set_yticks(y, [name for name, _ in rows], fontsize=SMALL)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color=GRID, linewidth=0.8)
    ends = np.array([v for a in amounts for v in (a.raw, a.abnormal, a.low, a.high)])
    large = np.nanmax(np.abs(ends)) >= 1e9
    unit, write = 1e9 if large else 1e6, writer()
    ax.xaxis.set_major_locator(MaxNLocator(7))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(f"{value / unit:+.5g}", write)))
    currency = found.currency or say("the currency of the prices")
    ax.set_xlabel(
        say("billions of {currency}", currency=currency) if large else say("millions of {currency}", currency=currency)
    )
    legend_below(ax)


def _told(found: Impact, value: float) -> str:
    if not np.isfinite(value):
        return say("n/a")
    large = abs(value) >= 1e9
    said = {"value": signed(f"{value / (1e9 if large else 1e6):+,.1f}"), "currency": found.currency}
    if large:
        return say("{value}\u00a0billion\u00a0{currency}", **said).rstrip()
    return say("{value}\u00a0million\u00a0{currency}", **said).rstrip()


CHART = Chart(
    "market value that the event brought, firm by firm: in all, and the abnormal part with its interval",
    paint,
    ("return",),
    further=True,
    show=draw,
    of_returns=True,
    of_prices=True,
)
