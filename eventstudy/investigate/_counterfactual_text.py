"""The price without the event as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventstudy.sentences import p_text, percent
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.counterfactual import Counterfactual, Row

_FEW = 3
"""Up to so many tickers are shown with all windows, more with the first alone."""


def text(found: Counterfactual, *, verbose: bool = False) -> str:
    """The finding, a row a model, and what to know of the donors."""
    pairs = list(dict.fromkeys((r.event_id, r.ticker) for r in found.rows))
    first = found.rows[0].window
    many = len(pairs) > _FEW and not verbose
    rows = [r for r in found.rows if r.window == first or not many]
    lines = [*wrapped(found.sentence), ""]
    if many:
        lines += columns(_compact(found, rows), range(1, 20)).splitlines()
        lines.append(
            f"CAR{first} and p by model (--verbose shows other windows and placebos, --format csv all figures)"
        )
    else:
        head = ["ticker", "window", "model", "CAR", "p", "test", "in time", "permuted", "in space", "pre-event fit"]
        lines += columns([head, *(_row(r) for r in rows)], (3, 4, 6, 7, 8, 9)).splitlines()
        lines += wrapped(
            "p: of the test that speaks. in time: among runs of days. permuted: days exchanged. in space: rank among the firm"
            " and its donors by the window's errors over those before, and p. pre-event fit: root mean square error a day."
        )
    if not many:
        lines += [line for said in _made_of(found) for line in wrapped(said)]
    lines += [line for said in found.cautions for line in wrapped(said)]
    lines += [line for said in found.left_out for line in wrapped(f"left out: {said}")]
    return "\n".join(lines)


def _compact(found: Counterfactual, rows: list[Row]) -> list[list[str]]:
    """A row a pair: what each model says, and how the last one ranks it among its donors."""
    cells = {(r.event_id, r.ticker, r.model): r for r in rows}
    table = [["ticker", *(cell for name in found.models for cell in (name, "p")), "in space"]]
    for pair in dict.fromkeys((r.event_id, r.ticker) for r in rows):
        line = [pair[1]]
        for name in found.models:
            one = cells.get((*pair, name))
            line += [percent(one.car), p_text(one.p) if one.test else "n/a"] if one else ["n/a", "n/a"]
        last = cells.get((*pair, found.models[-1]))
        at = last.in_space if last else None
        table.append([*line, f"{at.rank} of {at.donors + 1}, {p_text(at.p)}" if at else "n/a"])
    return table


def _row(r: Row) -> list[str]:
    at = r.in_space
    space = f"{at.rank} of {at.donors + 1}, {p_text(at.p)}" if at else "n/a"
    times = [p_text(v) if v == v else "n/a" for v in (r.p, r.p_time, r.p_conformal)]
    fit = f"{100 * r.rmspe:.2f} %"
    return [
        r.ticker,
        str(r.window),
        r.model,
        percent(r.car),
        times[0],
        r.test or "none",
        times[1],
        times[2],
        space,
        fit,
    ]


def _made_of(found: Counterfactual) -> list[str]:
    """What each model was made of, once a ticker."""
    told: dict[str, None] = {}
    for r in found.rows:
        if r.weights:
            shown = ", ".join(f"{name} {value:.2f}" for name, value in r.weights.items())
        elif r.donors:
            shown = f"components of {', '.join(r.donors)}"
        else:
            continue
        told[f"{r.ticker}, {r.model}: {shown}"] = None
    return list(told)
