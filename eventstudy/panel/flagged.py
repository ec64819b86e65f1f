"""What looks wrong in the prices that a study uses, as warnings of its result."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from eventstudy import exchanges
from eventstudy.panel.align import Panel
from eventstudy.panel.warned import Warned
from eventstudy.prices import Flag, PriceTable, currency_of, flags

_TOLD_ELSEWHERE = ("GAP", "SUSPECT_CALENDAR", "CALENDAR_MISMATCH")
"""By ESTIMATION_GAPS and GAP_IN_WINDOW for each pair, and by the grid and `calendars` below."""


def flagged(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    """The flags of tickers and benchmarks on the days a pair uses, one warning a ticker and code."""
    spans = _spans(panel, prices)
    if not spans:
        return
    first, last = min(a for a, _ in spans.values()), max(b for _, b in spans.values())
    told: dict[tuple[str, str], list[Flag]] = {}
    for flag in flags(prices.part(list(spans), first, last)):
        if flag.ticker is None or flag.code in _TOLD_ELSEWHERE:
            continue
        a, b = spans[flag.ticker]
        if a <= flag.session <= b:
            told.setdefault((flag.code, flag.ticker), []).append(flag)
    for (code, ticker), found in told.items():
        more = f"; and {len(found) - 1} more like it" if len(found) > 1 else ""
        yield Warned(code, f"{found[0].session}: {found[0].message}{more}", None, ticker)


def _spans(panel: Panel, prices: PriceTable) -> dict[str, tuple[date, date]]:
    """First and last day on which each ticker, benchmark and peer is used."""
    sessions = panel.block.sessions
    ends = [(known[0].item(), known[-1].item()) if len(known := row[~np.isnat(row)]) else None for row in sessions]
    spans: dict[str, tuple[date, date]] = {}
    for pair, design in zip(panel.pairs, panel.block.design.tolist(), strict=True):
        if (own := ends[design]) is None:
            continue
        for ticker in (pair.ticker, pair.benchmark, *pair.peers):
            if ticker in prices.info:
                low, high = spans.get(ticker, own)
                spans[ticker] = min(low, own[0]), max(high, own[1])
    return spans


def calendars(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    """Firms and benchmarks of different exchanges: days of one of the two only are left out, and closes are hours apart."""
    apart: dict[tuple[str, str], list[str]] = {}
    for pair, day0 in zip(panel.pairs, panel.day0, strict=True):
        if day0.exchange:
            abroad = exchanges.code_of(exchanges.exchange_of(pair.benchmark))
            if abroad != day0.exchange and pair.ticker not in apart.setdefault((day0.exchange, pair.benchmark), []):
                apart[day0.exchange, pair.benchmark].append(pair.ticker)
    days = panel.block.sessions[~np.isnat(panel.block.sessions)]
    for (home, benchmark), tickers in apart.items():
        abroad = exchanges.exchange_of(benchmark)
        a, b = (exchanges.sessions(e, days.min().item(), days.max().item()) for e in (home, abroad))
        who = ", ".join(tickers[:3]) + (f" and {len(tickers) - 3} more" if len(tickers) > 3 else "")
        verb = "trades" if len(tickers) == 1 else "trade"
        text = (
            f"{who} {verb} on {home}, the benchmark {benchmark} on {abroad}: {len(np.setxor1d(a, b))} sessions of one"
        )
        text += f" exchange only are left out{_hours_apart(home, abroad, np.intersect1d(a, b)[-1].item())}"
        yield Warned("CALENDAR_MISMATCH", text, None, tickers[0] if len(tickers) == 1 else None)


def currencies(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    """Firms and benchmarks in different currencies: the exchange rate is part of what is called abnormal."""
    apart: dict[tuple[str, str], list[str]] = {}
    for pair in panel.pairs:
        own, other = (currency_of(t, prices.info.get(t)) for t in (pair.ticker, pair.benchmark))
        if own and other and own != other and pair.ticker not in apart.setdefault((own, pair.benchmark), []):
            apart[own, pair.benchmark].append(pair.ticker)
    for (own, benchmark), tickers in apart.items():
        who = ", ".join(tickers[:3]) + (f" and {len(tickers) - 3} more" if len(tickers) > 3 else "")
        verb = "is" if len(tickers) == 1 else "are"
        other = currency_of(benchmark, prices.info.get(benchmark))
        text = f"{who} {verb} quoted in {own}, the benchmark {benchmark} in {other}: abnormal returns hold the exchange rate"
        yield Warned("CURRENCY_MIX", text, None, tickers[0] if len(tickers) == 1 else None)


def _hours_apart(home: str, abroad: str, session: date) -> str:
    """How much later one exchange closes than the other, in words."""
    late = exchanges.close_time(abroad, session) - exchanges.close_time(home, session)
    hours = late.total_seconds() / 3600
    if not hours:
        return ""
    return f", and {abroad} closes {abs(hours):g} hours {'later' if hours > 0 else 'earlier'} on the same day"
