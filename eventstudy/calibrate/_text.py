"""Sizes and powers as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventstudy.sentences import percent
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.calibrate.calibration import Calibration


def text(found: Calibration) -> str:
    """A row a test and window: size with its interval, power by effect."""
    effects = list(found.rates[0].power) if found.rates else []
    head = ["test", "window", "rejects", "95 % interval", *(f"finds {percent(e, 1)}" for e in effects), "studies"]
    rows = [head]
    for rate in found.rates:
        size = f"{100 * rate.size:.1f} %"
        interval = f"{100 * rate.ci_low:.1f} .. {100 * rate.ci_high:.1f}"
        power = [f"{100 * share:.0f} %" for share in rate.power.values()]
        rows.append([rate.name, str(rate.window), size, interval, *power, str(rate.draws)])
    when = f"{found.dates[0]} to {found.dates[-1]}"
    lines = wrapped(
        f"Made-up studies: {found.design}; {len(found.dates)} placebo dates, {when}; {len(found.tickers)} tickers"
    )
    lines += [f"share of true nulls rejected at {100 * found.level:g} %, and of added effects found:", ""]
    lines += columns(rows, range(2, len(head))).splitlines()
    told = next((r for r in found.rates if r.name in ("portfolio_t", "sample_quantile")), None)
    lines += ["", *(wrapped(found.sentence(told)) if told else []), *(x for n in found.notes for x in wrapped(n))]
    return "\n".join(lines)
