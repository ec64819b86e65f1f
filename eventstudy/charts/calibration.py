"""How often each test rejects where nothing happened, with its interval, and how often it finds an effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.analyses.calibration import calibrate
from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import as_panels, grid_of_rows, head, open_axes, open_panels, settle
from eventstudy.charts._language import number, say, spoken
from eventstudy.charts._legend import legend_below
from eventstudy.charts._select import window_of
from eventstudy.charts._style import BLUE, EDGE, INK, ORANGE, style
from eventstudy.charts._words import percent, window_text
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.prices import load_prices

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.analyses.calibration import Calibration, Rate
    from eventstudy.prices import PriceTable
    from eventstudy.study.result import StudyResult
    from eventstudy.study.study import Prices


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    window: Sequence[int] | None = None,
    prices: Prices | None = None,
    draws: int = 200,
) -> Axes:
    """Calibrate the tests of one window (see `eventstudy calibrate`), and draw their size and power.

    `window`: the first that the study reports unless another is named. `prices`: those of the study, reaching further back;
    by default the embedded sample, where the study is made with it. `draws`: made-up studies, where dates are random.

    Raises:
        InvalidRequest: no prices. NothingUsable: they hold too few dates before the event.
    """
    asked = replace(result, config=replace(result.config, windows=(window_of(result, window),)))
    found = calibrate(asked, _sample(result) if prices is None else prices, draws=draws)
    ax = open_axes(ax, _height(found))
    _frame([ax], found)
    return ax


def _sample(result: StudyResult) -> PriceTable:
    """The whole embedded sample."""
    if result.provenance["source"] != "bundled":
        raise InvalidRequest(
            Sentence("placebo dates need prices that reach further back than the study's"),
            hint=Sentence("give prices= to this chart"),
        )
    pairs = result.panel.pairs
    return load_prices(
        list(dict.fromkeys(t for p in pairs for t in (p.benchmark, p.ticker, *p.peers))), source="bundled"
    )


def draw(found: Calibration) -> Any:
    """A panel a window: size of each test (dot and interval) against the level, power of the largest effect (diamond).

    Returns the Axes, or an array of them.
    """
    windows = list(dict.fromkeys(rate.window for rate in found.rates))
    with style():
        axes = open_panels(1, len(windows), _height(found))
        _frame(axes, found)
        settle(axes[0])
    return as_panels(axes) if len(axes) > 1 else axes[0]


def _height(found: Calibration) -> float:
    return max(3.4, 0.3 * len({rate.name for rate in found.rates}) + 2.4)


def _frame(axes: Sequence[Axes], found: Calibration) -> None:
    """A panel a window, and what they say."""
    windows = list(dict.fromkeys(rate.window for rate in found.rates))
    names = list(dict.fromkeys(rate.name for rate in found.rates))
    for place, (ax, window) in enumerate(zip(axes, windows, strict=True)):
        _panel(ax, [r for r in found.rates if r.window == window], names, found.level)
        if len(axes) > 1:
            ax.set_title(say("window {window}", window=window_text(window)), loc="left", fontsize=10, color=INK)
            ax.tick_params(labelleft=place == 0)
    legend_below(axes[0])
    design = spoken(found.design)
    made_up = say("Made-up studies: {design}.", design=design)
    if len(windows) == 1:
        made_up = say("Made-up studies: {design} over {window}.", design=design, window=window_text(windows[0]))
    lines = [made_up, f"{_range(found)}."]
    head(axes[0], f"{_who(found)}: {_title(found)}", lines)


def _panel(ax: Any, rates: list[Rate], names: list[str], level: float) -> None:
    place = {name: len(names) - 1 - i for i, name in enumerate(names)}
    y = [place[r.name] for r in rates]
    ax.axvline(level, color=EDGE, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    ax.hlines(y, [r.ci_low for r in rates], [r.ci_high for r in rates], color=INK, linewidth=1.1, zorder=2)
    dots = {"linestyle": "", "markeredgecolor": INK, "markeredgewidth": 0.6, "zorder": 3}
    ax.plot([r.size for r in rates], y, marker="o", color=BLUE, label=say("rejects a true null, 95 % interval"), **dots)
    effect = max(rates[0].power, default=None)
    if effect is not None:
        label = say("finds {effect}", effect=percent(effect))
        ax.plot([r.power[effect] for r in rates], y, marker="D", markersize=5, color=ORANGE, label=label, **dots)
    ax.set_yticks(list(place.values()), list(place))
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.7, len(names) - 0.3)
    ax.set_xlim(0, 1)
    grid_of_rows(ax, edge=True)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.set_xlabel(say("share of made-up studies"))


def _who(found: Calibration) -> str:
    return found.tickers[0] if len(found.tickers) == 1 else say("{tickers} tickers", tickers=len(found.tickers))


def _title(found: Calibration) -> str:
    """The test that is furthest from its level, or that all are near it."""
    known = [rate for rate in found.rates if np.isfinite(rate.size)]
    if not known:
        return say("no test could be asked")
    off = [rate for rate in known if not rate.ci_low <= found.level <= rate.ci_high]
    if not off:
        return say("every test rejects about {share} of true nulls, as it should", share=_share(found.level))
    worst = max(off, key=lambda rate: abs(rate.size - found.level))
    said = {"test": worst.name, "size": _share(worst.size), "level": _share(found.level)}
    return say("{test} rejects {size} of true nulls, not {level}", **said)


def _share(value: float) -> str:
    return number(f"{100 * value:.3g}") + "\u00a0%"


def _range(found: Calibration) -> str:
    return say(
        "{dates} placebo dates from {first} to {last}, {who}; dashed: the level, {level}",
        dates=len(found.dates),
        first=found.dates[0],
        last=found.dates[-1],
        who=_who(found),
        level=_share(found.level),
    )


CHART = Chart(
    "how often each test rejects where nothing happened, and how often it finds an effect",
    paint,
    further=True,
    show=draw,
    of_returns=True,
    of_prices=True,
)
