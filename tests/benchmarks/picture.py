"""The chart of the site: what a study costs by the number of events, factors and days, from `figures.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.figure

from tests.benchmarks.figures import held

TARGET = Path(__file__).parents[2] / "docs" / "speed.png"
_OURS, _LOOP, _READ, _SORT = "#0b5394", "#b45f06", "#7f7f7f", "#38761d"


def draw() -> Path:
    """Write the picture and say where."""
    found = held()
    figure = matplotlib.figure.Figure(figsize=(10, 4.2), layout="constrained")
    cost, shape = figure.subplots(1, 2, width_ratios=[3, 2])
    _cost(cost, found["events"])
    _shape(shape, found)
    figure.savefig(TARGET, dpi=120, metadata={"Software": None})
    return TARGET


def _cost(axes: Any, rows: list[dict[str, Any]]) -> None:
    """CPU seconds by the number of events, each line named at its end."""
    n = [r["events"] for r in rows]
    lines = (
        ("study", "all default tests", _OURS, "o-"),
        ("loop", "bare statsmodels loop,\nCAR alone", _LOOP, "s--"),
        ("sort", "np.sort of the numbers", _SORT, "^:"),
        ("read", "reading the bytes", _READ, "v:"),
    )
    for key, label, colour, style in lines:
        values = [r[key] for r in rows]
        axes.plot(n, values, style, color=colour, lw=1.8, ms=5)
        axes.annotate(
            label, (n[-1], values[-1]), (8, 0), textcoords="offset points", va="center", color=colour, fontsize=9
        )
    axes.set(xscale="log", yscale="log", xlabel="events", title="From prices to tests, 2,000 x 5,000 panel")
    axes.set_ylabel("CPU seconds, one thread")
    axes.set_xlim(n[0] * 0.7, n[-1] * 60)
    axes.set_xticks(n, [f"{v:,}" for v in n])
    axes.minorticks_off()
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _shape(axes: Any, found: dict[str, Any]) -> None:
    """Microseconds per event by factors and by the days of each window."""
    bars = [(f"{r['factors']} factor{'s' if r['factors'] > 1 else ''}", r) for r in found["factors"]]
    bars += [(f"{r['estimation']} estimation days", r) for r in found["estimation"]]
    bars += [(f"{r['event']} event day{'s' if r['event'] > 1 else ''}", r) for r in found["event"]]
    values = [1e6 * r["study"] / r["events"] for _, r in bars]
    place = [
        -i - 0.6 * (i >= len(found["factors"])) - 0.6 * (i >= len(bars) - len(found["event"])) for i in range(len(bars))
    ]
    axes.barh(place, values, color=_OURS, height=0.72)
    for y, value in zip(place, values, strict=True):
        axes.annotate(f"{value:.1f}", (value, y), (4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(place, [label for label, _ in bars], fontsize=8)
    axes.set(xlabel=f"µs of CPU an event ({bars[0][1]['events']:,} events)", title="What a choice costs")
    axes.set_xlim(0, max(values) * 1.15)
    axes.spines[["top", "right"]].set_visible(False)
