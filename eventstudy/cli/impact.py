"""`eventstudy impact`: how much money?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._output import columns_of, output_options, put
from eventstudy.cli._study import study, study_options
from eventstudy.errors import InvalidRequest

if TYPE_CHECKING:
    from eventstudy.investigate.impact import Amount, Impact

_SHOWN = 30
"""Up to so many rows are shown in a table for people."""


@click.command("impact")
@study_options
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, form: str, output: str | None, quiet: bool, verbose: bool, **options: Any
) -> None:
    """How much money? CARs times market capitalisation before the window.

    Needs --shares FILE: a CSV with columns ticker, shares[, date], counted as the prices are (after splits).
    """
    from eventstudy.investigate.impact import impact
    from eventstudy.panel import read_shares
    from eventstudy.request import last_day, longer_prices

    if not options["shares"]:
        raise InvalidRequest("money needs shares outstanding", hint="--shares FILE with columns ticker, shares[, date]")
    shares = read_shares(options["shares"])
    from_where = {name: options[name] for name in ("source", "prices")}
    limit, allowed = last_day(options["as_of"]), options["allow_excluded"]
    result = study(options, quiet=quiet)
    found = impact(result, longer_prices(result, **from_where, as_of=limit, sessions=0), shares)
    if form == "json":
        told = found.to_dict() | {"events": result.to_dict()["events"], "provenance": dict(result.provenance)}
        put(json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False), output)
    elif form == "csv":
        put(found.tidy().to_csv(index=False), output)
    else:
        from eventstudy.cli._screen import heading

        put("\n".join([*heading(result), "", *_screen(found, verbose=verbose)]), output)
    if (result.incomplete or found.excluded) and not allowed:
        ctx.exit(4)


def _screen(found: Impact, *, verbose: bool) -> list[str]:
    """The finding, a row a pair and window with the total below, and what to know."""
    from eventstudy.cli._screen import wrapped

    rows = [["window", "", "value before", "raw", "abnormal", "95 % interval", "p", "p (ranks)"]]
    firms = found.firms if verbose else found.firms[:_SHOWN]
    rows += [[str(f.window), f.ticker, *_figures(found, f.amount), _p(f.headline_p)] for f in firms]
    rows += [[str(t.window), f"all {len(t.tickers)}", *_figures(found, t.amount)] for t in found.totals]
    lines = [*wrapped(found.sentence), "", *columns_of(rows, range(2, 8)).splitlines()]
    if len(firms) < len(found.firms):
        lines.append(f"... and {len(found.firms) - len(firms)} more rows (--verbose, or --format csv)")
    lines.append("value before: last close before the window times shares outstanding. p: exact t, as the interval.")
    dates = sorted({(f.stake.session, f.stake.shares_since or "undated") for f in found.firms})
    lines += [f"close of {session}, shares {since}" for session, since in dates[:3]]
    lines += wrapped(f"no total: {found.no_total}") if found.no_total else []
    lines += wrapped(f"intervals only describe: {found.doubt}") if found.doubt else []
    return lines + [line for e in found.excluded for line in wrapped(f"left out {e.ticker}: {e.message} [{e.reason}]")]


def _figures(found: Impact, amount: Amount) -> list[str]:
    interval = f"{found.money(amount.low)} .. {found.money(amount.high)}"
    money = [found.money(amount.capitalisation, sign=False), found.money(amount.raw), found.money(amount.abnormal)]
    return [*money, interval, _p(amount.p)]


def _p(p: float) -> str:
    from eventstudy.sentences import p_text

    return p_text(p)
