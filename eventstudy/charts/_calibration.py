"""How often each test rejects where nothing happened, with its interval, and how often it finds an effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventstudy.charts._canvas import as_panels, head, open_panels, settle
from eventstudy.charts._style import BLUE, EDGE, GRID, INK, ORANGE, style
from eventstudy.charts._words import window_text
from eventstudy.sentences import percent

if TYPE_CHECKING:
    from eventstudy.calibrate import Calibration, Rate


def draw(found: Calibration) -> Any:
    """A panel a window: size of each test (dot and interval) against the level, power of the largest effect (diamond).

    Returns the Axes, or an array of them.
    """
    windows = list(dict.fromkeys(rate.window for rate in found.rates))
    names = list(dict.fromkeys(rate.name for rate in found.rates))
    with style():
        axes = open_panels(1, len(windows), max(3.4, 0.3 * len(names) + 2.4))
        for ax, window in zip(axes, windows, strict=True):
            _panel(ax, [r for r in found.rates if r.window == window], names, found.level)
            ax.set_title(f"window {window_text(window)}", loc="left", fontsize=10, color=INK)
        worst = max(found.rates, key=lambda r: r.size)
        head(axes[0], _title(worst, found.level), [f"Made-up studies: {found.design}.", f"{_range(found)}."])
        axes[0].figure.figure.legend(
            *axes[0].get_legend_handles_labels(), loc="outside lower left", ncols=3, handletextpad=0.4
        )
        settle(axes[0])
    return as_panels(axes) if len(axes) > 1 else axes[0]


def _panel(ax: Any, rates: list[Rate], names: list[str], level: float) -> None:
    place = {name: len(names) - 1 - i for i, name in enumerate(names)}
    y = [place[r.name] for r in rates]
    ax.axvline(level, color=EDGE, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    ax.hlines(y, [r.ci_low for r in rates], [r.ci_high for r in rates], color=INK, linewidth=1.1, zorder=2)
    dots = {"linestyle": "", "markeredgecolor": INK, "markeredgewidth": 0.6, "zorder": 3}
    ax.plot([r.size for r in rates], y, marker="o", color=BLUE, label="rejects a true null, 95 % interval", **dots)
    effect = max(rates[0].power, default=None)
    if effect is not None:
        label = f"finds {percent(effect, 1)}"
        ax.plot([r.power[effect] for r in rates], y, marker="D", markersize=5, color=ORANGE, label=label, **dots)
    ax.set_yticks(list(place.values()), list(place))
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.7, len(names) - 0.3)
    ax.set_xlim(0, 1)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color=GRID, linewidth=0.8)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    ax.set_xlabel("share of made-up studies")


def _title(worst: Rate, level: float) -> str:
    return f"{worst.name} rejects {100 * worst.size:.0f}\u00a0% of true nulls at {100 * level:g}\u00a0%"


def _range(found: Calibration) -> str:
    return f"{len(found.dates)} placebo dates from {found.dates[0]} to {found.dates[-1]}, {len(found.tickers)} tickers"
