"""Looks at the lined-up pairs and says what a reader must know of their data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from eventstudy.panel.align import Panel
from eventstudy.panel.flagged import calendars, currencies, flagged
from eventstudy.panel.warned import Warned
from eventstudy.prices import PriceTable

_TOTAL_RETURN_INDICES = {"^SP500TR", "^GDAXI", "^XNDX"}


def check(panel: Panel, prices: PriceTable, *, of_returns: bool = True) -> list[Warned]:
    """All warnings that the data of the kept pairs call for, in the order of the panel; `of_returns`: with those of returns."""
    looks = [_shifted, _calendar_ends, calendars, currencies, _delisted, flagged, _source_notes]
    if of_returns:
        looks = [
            _shifted,
            _calendar_ends,
            calendars,
            currencies,
            _gaps,
            _delisted,
            _zero_returns,
            _mixed_basis,
            flagged,
            _source_notes,
        ]
    return [w for look in looks for w in look(panel, prices)]


def _warned(panel: Panel, i: int, code: str, message: str) -> Warned:
    return Warned(code, message, panel.pairs[i].event_id, panel.pairs[i].ticker)


def _shifted(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    for i, day0 in enumerate(panel.day0):
        if day0.shifted:
            text = f"announced {day0.announced}; day 0 is {day0.session}, the first session that could react"
            yield _warned(panel, i, "DAY0_SHIFTED", f"{text} ({day0.exchange})" if day0.exchange else text)


def _calendar_ends(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    """Event days that the installed calendar does not know, because it ends before them."""
    sessions = panel.block.sessions[:, panel.block.event_columns]
    said = set()
    for i, day0 in enumerate(panel.day0):
        own = sessions[panel.block.design[i]]
        if np.isnat(own[-1]) and (own := own[~np.isnat(own)]).size and day0.exchange not in said:
            said.add(day0.exchange)
            text = f"the installed calendar of {day0.exchange} ends after {own[-1]}, inside the event window"
            yield Warned("CALENDAR_ENDS", f"{text}: later days are not studied; update exchange-calendars")


def _gaps(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    """Returns lacking in the event window: inside the prices (a gap) or beyond their end (not observed yet)."""
    start, length = panel.block.event.start, panel.block.event.length
    lacking = ~np.isfinite(panel.block.returns[:, panel.block.event_columns])
    day = np.arange(start, panel.block.event.end + 1)
    for i in np.flatnonzero(lacking.any(axis=1)).tolist():
        gaps = day[lacking[i] & (day <= panel.last_close[i])]
        if len(gaps):
            shown = ", ".join(f"{d:+d}" for d in gaps)
            hint = 'missing="trade_to_trade" keeps the return across a gap'
            yield _warned(panel, i, "GAP_IN_WINDOW", f"no return on day {shown} of the event window; {hint}")
        if panel.last_close[i] < panel.block.event.end and not panel.delisted[i]:
            seen = length - int((day > panel.last_close[i]).sum())
            text = f"prices end on day {panel.last_close[i]:+d}: {seen} of {length} event days observed"
            yield _warned(panel, i, "WINDOW_INCOMPLETE", text)


def _delisted(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    for i in np.flatnonzero(panel.delisted).tolist():
        text = f"the last close is on day {panel.last_close[i]:+d}, while the benchmark goes on: windows end there"
        yield _warned(panel, i, "DELISTED", text)


def _zero_returns(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    """Returns of exactly zero on event days: without volume they are stale, without a volume column they are only odd."""
    zero = panel.block.returns[:, panel.block.event_columns] == 0
    day = np.arange(panel.block.event.start, panel.block.event.end + 1)
    for i in np.flatnonzero(zero.any(axis=1)).tolist():
        stale = zero[i] & (panel.volume[i] == 0)
        unknown = zero[i] & np.isnan(panel.volume[i])
        for hit, code, text in (
            (stale, "STALE", "no trade and an unchanged price"),
            (unknown, "ZERO_RETURN", "a return of exactly zero (volume unknown; kept)"),
        ):
            if hit.any():
                yield _warned(panel, i, code, f"{text} on day {', '.join(f'{d:+d}' for d in day[hit])}")


def _mixed_basis(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    """A firm with dividends against a benchmark without, or the other way round (METHODS 0.4)."""

    def total(ticker: str) -> bool:
        index_of_prices = ticker.startswith("^") and ticker not in _TOTAL_RETURN_INDICES
        return prices.info[ticker].basis != "as_given" and not index_of_prices

    for i, pair in enumerate(panel.pairs):
        if total(pair.ticker) != total(pair.benchmark):
            with_dividends, without = sorted((pair.ticker, pair.benchmark), key=total, reverse=True)
            text = f"returns of {with_dividends} include dividends, those of {without} do not"
            yield _warned(panel, i, "PRICE_INDEX_MIX", text)


def _source_notes(panel: Panel, prices: PriceTable) -> Iterator[Warned]:
    """What the source of the prices had to say of a ticker or benchmark that is used, each note once."""
    said: dict[str, list[str]] = {}
    for ticker in dict.fromkeys(t for pair in panel.pairs for t in (pair.ticker, pair.benchmark, *pair.peers)):
        for note in prices.info[ticker].notes if ticker in prices.info else ():
            said.setdefault(note, []).append(ticker)
    for note, tickers in said.items():
        text = f"{', '.join(tickers[:3])}{f' and {len(tickers) - 3} more' if len(tickers) > 3 else ''}: {note}"
        yield Warned("SOURCE_NOTE", text, None, tickers[0] if len(tickers) == 1 else None)


def lacking_factors(panel: Panel, needed: tuple[str, ...]) -> list[Warned]:
    """Days of the event window on which a factor that the model needs has no value, though the benchmark has one."""
    block, found = panel.block, list[Warned]()
    if not needed:
        return found
    values = block.columns(needed)[:, block.event_columns]
    market = block.regressors[:, block.event_columns, 0]
    holes = np.isnan(values).any(axis=2) & np.isfinite(market)
    said: set[str] = set()
    for i, pair in enumerate(panel.pairs):
        hole = holes[block.design[i]]
        if hole.any() and pair.event_id not in said:
            said.add(pair.event_id)
            days = ", ".join(f"{d:+d}" for d in np.arange(block.event.start, block.event.end + 1)[hole])
            first = block.sessions[block.design[i], block.event_columns][hole][0]
            text = f"the factors have no value on day {days} of the event window, from {first} on: no abnormal return there"
            found.append(Warned("FACTORS_LACKING", text, pair.event_id))
    return found
