"""`eventstudy impact`: how much money did it move?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._output import answer, draw, finish, output_options, picture_option, say
from eventstudy.cli._study import study, study_options
from eventstudy.errors import InvalidRequest
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    import pandas as pd

    from eventstudy.errors import SymbolUnknown
    from eventstudy.investigate.impact import Amount, Impact
    from eventstudy.prices import PriceTable
    from eventstudy.results import StudyResult

_SHOWN = 30
"""Up to so many rows are shown in a table for people."""
_BEFORE = dt.timedelta(days=550)
"""How far back from the window counts of shares are looked for."""


@click.command("impact")
@study_options
@picture_option("--chart", "Draw it into this file.")
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, chart: str | None, form: str, output: str | None, quiet: bool, verbose: bool, **options: Any
) -> None:
    """How much money? CARs times market capitalisation before the window.

    Shares outstanding come from --shares FILE (CSV with columns ticker, shares[, date]), or from Yahoo with --shares yahoo.
    Without it Yahoo is asked where the prices are Yahoo's; to the embedded prices belong the few counts that ship.
    """
    from eventstudy.investigate.impact import impact
    from eventstudy.screens import heading

    from_where = {name: options[name] for name in ("source", "prices")}
    limit, allowed, given = options["as_of"], options["allow_excluded"], options["shares"]
    options["shares"] = None  # they are for volume there
    result = study(options, quiet=quiet)
    prices = _prices(result, from_where, limit)
    shares, unknown = _shares(result, given)
    found = impact(result, prices, shares)
    for error in unknown:
        say(f"eventstudy: {error.what}", quiet=quiet)
    draw(found.plot, chart, quiet=quiet)
    answer(
        form,
        output,
        plain=lambda: found.to_dict() | {"events": result.to_dict()["events"], "provenance": dict(result.provenance)},
        rows=found.tidy,
        lines=lambda: [*heading(result), "", *_screen(found, verbose=verbose)],
    )
    finish(ctx, lacking=result.incomplete or bool(found.excluded), allowed=allowed, believable=result.believable)


def _prices(result: StudyResult, from_where: dict[str, Any], as_of: str | None) -> PriceTable:
    """The prices of the study; those of a source go on to today, so that all splits they are adjusted for are seen."""
    from eventstudy.request import last_day, longer_prices

    return longer_prices(result, **from_where, as_of=last_day(as_of), sessions=0, until=dt.datetime.now(dt.UTC).date())


def _shares(result: StudyResult, given: str | None) -> tuple[pd.DataFrame, list[SymbolUnknown]]:
    """Shares outstanding: from the file or source that is named, else from where the prices are."""
    from eventstudy.panel import read_shares
    from eventstudy.prices import load_shares
    from eventstudy.shipped import shipped

    sources = set(str(result.provenance["source"]).split("+"))
    if given and given != "yahoo":
        return read_shares(given), []
    if not given and sources == {"bundled"}:
        return read_shares(shipped("shares.csv")), []
    if not given and not sources & {"yahoo", "store"}:
        raise InvalidRequest(
            "money needs shares outstanding",
            hint="--shares FILE with columns ticker, shares[, date], or --shares yahoo",
        )
    sessions = result.sessions[result.sessions == result.sessions].astype("datetime64[D]")
    first, last = sessions.min().astype(object), sessions.max().astype(object)
    found, missing = load_shares([p.ticker for p in result.panel.pairs], first - _BEFORE, last)
    return found, list(missing.values())


def _screen(found: Impact, *, verbose: bool) -> list[str]:
    """The finding, a row a pair and window with the total below, and what to know."""
    unit, name = _unit(found)
    rows = [["window", name, "value before", "in all", "abnormal", "95 % interval", "p", "headline p"]]
    firms = found.firms if verbose else found.firms[:_SHOWN]
    several = len({f.stake.currency for f in found.firms}) > 1
    called = {f.ticker: f"{f.ticker} ({f.stake.currency})" if several else f.ticker for f in found.firms}
    rows += [[str(f.window), called[f.ticker], *_figures(f.amount, unit), _p(f.headline_p)] for f in firms]
    rows += [
        [str(t.window), f"all {len(t.tickers)}", *_figures(t.amount, unit), _p(t.headline_p)] for t in found.totals
    ]
    lines = [*wrapped(found.sentence), "", *columns(rows, range(2, 8)).splitlines()]
    if len(firms) < len(found.firms):
        lines.append(f"... and {len(found.firms) - len(firms)} more rows (--verbose, or --format csv)")
    lines.append("value before: last close before the window times shares outstanding. p: exact t, as the interval.")
    lines += _counted(found)
    lines += wrapped(f"no total: {found.no_total}") if found.no_total else []
    lines += wrapped(f"intervals only describe: {found.doubt}") if found.doubt else []
    lines += [line for text in found.cautions for line in wrapped(text)]
    return lines + _left_out(found, verbose=verbose)


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
    return [f"{amount.capitalisation / unit:,.1f}", raw, abnormal, f"{low} .. {high}", _p(amount.p)]


def _p(p: float) -> str:
    from eventstudy.sentences import p_text

    return p_text(p)
