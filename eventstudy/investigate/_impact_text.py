"""Money as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventstudy.sentences import p_text
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.impact import Amount, Impact

_SHOWN = 30
"""Up to so many rows are shown in a table for people."""


def text(found: Impact, *, verbose: bool = False) -> str:
    """The finding, a row a pair and window with the total below, and what to know."""
    unit, name = _unit(found)
    rows = [["window", name, "value before", "in all", "abnormal", "95 % interval", "p", "headline p"]]
    firms = found.firms if verbose else found.firms[:_SHOWN]
    several = len({f.stake.currency for f in found.firms}) > 1
    called = {f.ticker: f"{f.ticker} ({f.stake.currency})" if several else f.ticker for f in found.firms}
    rows += [[str(f.window), called[f.ticker], *_figures(f.amount, unit), p_text(f.headline_p)] for f in firms]
    rows += [
        [str(t.window), f"all {len(t.tickers)}", *_figures(t.amount, unit), p_text(t.headline_p)] for t in found.totals
    ]
    lines = [*wrapped(found.sentence), "", *columns(rows, range(2, 8)).splitlines()]
    if len(firms) < len(found.firms):
        lines.append(f"... and {len(found.firms) - len(firms)} more rows (--verbose, or --format csv)")
    lines.append("value before: last close before the window times shares outstanding. p: exact t, as the interval.")
    lines += _counted(found)
    lines += wrapped(f"no total: {found.no_total}") if found.no_total else []
    lines += wrapped(f"intervals only describe: {found.doubt}") if found.doubt else []
    lines += [line for said in found.cautions for line in wrapped(said)]
    return "\n".join(lines + _left_out(found, verbose=verbose))


def _counted(found: Impact) -> list[str]:
    """Which count of shares was taken, once a ticker and day of counting."""
    counts: dict[str, None] = {}
    for f in found.firms:
        stake = f.stake
        since = f"counted {stake.shares_since}" if stake.shares_since else "undated"
        split = f", times {stake.splits:g} for splits since" if stake.splits != 1 else ""
        counts[f"{f.ticker} {stake.shares / 1e6:,.1f} million ({since}{split})"] = None
    texts = list(counts)[:_SHOWN]
    return wrapped(f"shares: {'; '.join(texts)}{'; ...' if len(counts) > len(texts) else ''}")


def _left_out(found: Impact, *, verbose: bool) -> list[str]:
    """Pairs without an amount: one line for all that lack a count of shares, or with `verbose` one each."""
    lacking = [e for e in found.excluded if e.reason == "NO_SHARES"]
    others = [e for e in found.excluded if e.reason != "NO_SHARES"]
    lines = []
    if len(lacking) > 2 and not verbose:
        names = ", ".join(dict.fromkeys(e.ticker for e in lacking))
        lines += wrapped(
            f"left out, for it is not known how many shares there were: {names} [NO_SHARES]; --shares FILE"
        )
    else:
        others = [*lacking, *others]
    return lines + [line for e in others for line in wrapped(f"left out {e.ticker}: {e.message} [{e.reason}]")]


def _unit(found: Impact) -> tuple[float, str]:
    """What amounts are divided by in the table, and what that is called."""
    largest = max(f.amount.capitalisation for f in found.firms)
    unit, name = (1e9, "billion") if largest >= 1e9 else (1e6, "million")
    return unit, f"{name} {found.currency}".rstrip()


def _figures(amount: Amount, unit: float) -> list[str]:
    raw, abnormal, low, high = (f"{v / unit:+,.1f}" for v in (amount.raw, amount.abnormal, amount.low, amount.high))
    return [f"{amount.capitalisation / unit:,.1f}", raw, abnormal, f"{low} .. {high}", p_text(amount.p)]
