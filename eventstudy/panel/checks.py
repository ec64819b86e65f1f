"""Looks at the lined-up pairs and says what a reader must know of their data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from eventstudy.errors import Sentence, SourceError, SourceMalformed
from eventstudy.language import Phrase
from eventstudy.language.messages import Message
from eventstudy.panel.align import Panel
from eventstudy.panel.block import Days
from eventstudy.panel.flagged import Accepts, calendars_apart, currencies_apart, flagged, flagged_levels, nothing
from eventstudy.prices import PriceTable
from eventstudy.units import GIVEN_IN
from eventstudy.units.frequency import counted_in

_TOTAL_RETURN_INDICES = {"^SP500TR", "^GDAXI", "^XNDX"}


def check_levels(panel: Panel, levels: PriceTable, accepts: Accepts = nothing, shown: float = 1.0) -> list[Message]:
    """The warnings that levels call for: what is asked of prices (splits, jumps, currencies) is not asked of them.

    `levels`: those of the rows of the study; `accepts`: which doubts the user takes for right; `shown`: what levels are
    multiplied by where they are told.
    """

    def mistyped(panel: Panel, levels: PriceTable) -> Iterator[Message]:
        yield from flagged_levels(panel, levels, accepts, shown)

    looks = (_shifted, _calendar_ends, _gaps, mistyped, _scales_apart, _source_notes)
    return [w for look in looks for w in look(panel, levels)]


_HIGHEST = 1.0
"""A rate whose middle is higher is none: 100 per cent."""
_STILLEST = 1e-5
"""Rates that move, and by less than a tenth of a basis point on most of these days, are in another unit."""
_APART = 20.0
"""One series moves so many times as far a day as another: their mean is that of the wilder one."""


_TINY = 1e-9
"""Of a close: nothing but rounding."""


def no_levels(table: PriceTable, unit: str) -> dict[str, SourceError]:
    """The tickers whose numbers are prices among levels in this unit, each with why."""
    wrong: dict[str, SourceError] = {}
    of_prices = [f for f in ("adj_close", "dividend", "split") if f in table.fields]
    for ticker in table.tickers:
        close = table.close[ticker].to_numpy(float)
        close = close[np.isfinite(close)]
        middle = float(np.median(np.abs(close))) if len(close) else 0.0
        moves = np.abs(np.diff(close))
        usual = float(np.median(moves[moves > 0])) * GIVEN_IN[unit] if (moves > 0).any() else _STILLEST
        hint = Phrase(
            "study prices by their returns, apart from levels; an index, or so high a rate, with --unit-in points"
        )
        if any(_of_a_share(table, ticker, field) for field in of_prices):
            what = Phrase(
                "{ticker} has dividends, splits or adjusted closes, which prices have and levels do not", ticker=ticker
            )
        elif unit != "points" and middle * GIVEN_IN[unit] > _HIGHEST:
            rate = middle * GIVEN_IN[unit]
            what = Phrase(
                "the middle of {ticker} is {middle:.6g}, in {unit} a rate of {rate:.0%}: it is a price, or in another unit",
                ticker=ticker,
                middle=middle,
                unit=unit,
                rate=rate,
            )
        elif unit != "points" and usual < _STILLEST:
            what = Phrase(
                "read in {unit}, {ticker} moves by {usual:.2g} basis points on a usual day, as no rate does: it is in another"
                " unit",
                unit=unit,
                ticker=ticker,
                usual=usual * 1e4,
            )
            hint = Phrase(
                "name the unit of the file with --unit-in; a rate that moves so little, with --unit-in points"
            )
        else:
            continue
        wrong[ticker] = SourceMalformed(what, where=Sentence("ticker {ticker}", ticker=ticker), hint=hint)
    return wrong


def _of_a_share(table: PriceTable, ticker: str, field: str) -> bool:
    """Whether a field of a ticker says anything beyond its close: a dividend, a split, a close that is adjusted."""
    values, close = (table.fields[f][ticker].to_numpy(float) for f in (field, "close"))
    usual = {"adj_close": close, "dividend": 0.0, "split": 1.0}[field]
    return bool((np.isfinite(values) & (np.abs(values - usual) > _TINY * np.abs(close)) & (values != 0)).any())


def _scales_apart(panel: Panel, levels: PriceTable) -> Iterator[Message]:
    """The series of a study that moves least, and the one that moves most, where these are no levels of one kind."""
    moves = {}
    for ticker in dict.fromkeys(pair.ticker for pair in panel.pairs):
        close = levels.close[ticker].dropna().to_numpy(float)
        moves[ticker] = float(np.median(np.abs(np.diff(close)))) if len(close) > 1 else 0.0
    moves = {ticker: size for ticker, size in moves.items() if size > 0}
    if len(moves) < 2:
        return
    least, most = min(moves, key=moves.__getitem__), max(moves, key=moves.__getitem__)
    if moves[most] >= _APART * moves[least]:
        yield Message.of("SCALES_APART", wild=most, calm=least, times=moves[most] / moves[least])


def check(
    panel: Panel, prices: PriceTable, accepts: Accepts = nothing, *, of_returns: bool = True, daily: bool = True
) -> list[Message]:
    """All warnings that the data of the kept pairs call for, in the order of the panel.

    `accepts`: which doubts the user takes for right; `of_returns`: with the warnings of returns; `daily`:
    rows are sessions, of which two exchanges share some only.
    """

    def looked_over(panel: Panel, prices: PriceTable) -> Iterator[Message]:
        with counted_in("daily"):  # prices have days, whatever the rows of the study are
            yield from flagged(panel, prices, accepts)

    looks = [_shifted, _calendar_ends, calendars_apart, currencies_apart, _delisted, looked_over, _source_notes]
    if of_returns:
        looks = [
            _shifted,
            _calendar_ends,
            calendars_apart,
            currencies_apart,
            _gaps,
            _delisted,
            _zero_returns,
            _mixed_basis,
            looked_over,
            _source_notes,
        ]
    looks = [look for look in looks if daily or look is not calendars_apart]
    return [w for look in looks for w in look(panel, prices)]


def _warned(panel: Panel, i: int, form: str, **params: Any) -> Message:
    return Message.of(form, panel.pairs[i].event_id, panel.pairs[i].ticker, **params)


def _shifted(panel: Panel, prices: PriceTable) -> Iterator[Message]:
    for i, day0 in enumerate(panel.day0):
        if day0.shifted:
            form = "DAY0_SHIFTED" if day0.exchange else "DAY0_SHIFTED.prices"
            days = {"announced": day0.announced, "session": day0.session}
            yield _warned(panel, i, form, **days, exchange=day0.exchange)


def _calendar_ends(panel: Panel, prices: PriceTable) -> Iterator[Message]:
    days = panel.block.sessions[:, panel.block.event_columns][panel.block.design]
    yield from calendar_ends([day0.exchange for day0 in panel.day0], days)


def calendar_ends(exchanges: Sequence[str | None], days: Days) -> Iterator[Message]:
    """Event days (n, L2) that the installed calendars of n exchanges do not know, because they end before them.

    Without an exchange the prices say which days there are: where these end is told of each pair.
    """
    last: dict[str, np.datetime64] = {}
    for i in np.flatnonzero(np.isnat(days[:, -1])).tolist():
        exchange, known = exchanges[i], days[i][~np.isnat(days[i])]
        if exchange and known.size:
            last[exchange] = max(known[-1], last.get(exchange, known[-1]))
    for exchange, session in sorted(last.items()):
        yield Message.of("CALENDAR_ENDS", exchange=exchange, session=session.item())


def _gaps(panel: Panel, prices: PriceTable) -> Iterator[Message]:
    """Returns lacking in the event window: inside the prices (a gap) or beyond their end (not observed yet)."""
    start, length = panel.block.event.start, panel.block.event.length
    lacking = ~np.isfinite(panel.block.returns[:, panel.block.event_columns])
    last = np.full(len(lacking), panel.block.event.end)
    if panel.block.unseen is not None:
        lacking &= ~panel.block.unseen
        last -= np.argmax(~panel.block.unseen[:, ::-1], axis=1)
    day = np.arange(start, panel.block.event.end + 1)
    for i in np.flatnonzero(lacking.any(axis=1)).tolist():
        gaps = day[lacking[i] & (day <= panel.last_close[i])]
        if len(gaps):
            yield _warned(panel, i, "GAP_IN_WINDOW", days=gaps.tolist())
        if panel.last_close[i] < last[i] and not panel.delisted[i]:
            length = int(last[i]) - start + 1
            seen = length - int(((day > panel.last_close[i]) & (day <= last[i])).sum())
            yield _warned(panel, i, "WINDOW_INCOMPLETE", day=int(panel.last_close[i]), seen=seen, length=length)


def _delisted(panel: Panel, prices: PriceTable) -> Iterator[Message]:
    for i in np.flatnonzero(panel.delisted).tolist():
        yield _warned(panel, i, "DELISTED", day=int(panel.last_close[i]))


def _zero_returns(panel: Panel, prices: PriceTable) -> Iterator[Message]:
    """Returns of exactly zero on event days: without volume they are stale, without a volume column they are only odd."""
    zero = panel.block.returns[:, panel.block.event_columns] == 0
    day = np.arange(panel.block.event.start, panel.block.event.end + 1)
    for i in np.flatnonzero(zero.any(axis=1)).tolist():
        stale = zero[i] & (panel.volume[i] == 0)
        unknown = zero[i] & np.isnan(panel.volume[i])
        for hit, form in ((stale, "STALE.event_day"), (unknown, "ZERO_RETURN")):
            if hit.any():
                yield _warned(panel, i, form, days=day[hit].tolist())


def _mixed_basis(panel: Panel, prices: PriceTable) -> Iterator[Message]:
    """A firm with dividends against a benchmark without, or the other way round (METHODS 0.4)."""

    def total(ticker: str) -> bool:
        index_of_prices = ticker.startswith("^") and ticker not in _TOTAL_RETURN_INDICES
        return prices.info[ticker].basis != "as_given" and not index_of_prices

    for i, pair in enumerate(panel.pairs):
        if pair.benchmark not in prices.info:
            continue
        if total(pair.ticker) != total(pair.benchmark):
            with_dividends, without = sorted((pair.ticker, pair.benchmark), key=total, reverse=True)
            yield _warned(panel, i, "PRICE_INDEX_MIX", with_dividends=with_dividends, without=without)


def _source_notes(panel: Panel, prices: PriceTable) -> Iterator[Message]:
    """What the source of the prices had to say of a ticker or benchmark that is used, each note once."""
    said: dict[str, list[str]] = {}
    for ticker in dict.fromkeys(t for pair in panel.pairs for t in (pair.ticker, pair.benchmark, *pair.peers)):
        for note in prices.info[ticker].notes if ticker in prices.info else ():
            said.setdefault(note, []).append(ticker)
    for note, tickers in said.items():
        whom = tickers[0] if len(tickers) == 1 else None
        yield Message.of("SOURCE_NOTE", None, whom, tickers=tickers, note=Phrase.quoted(note))


def lacking_factors(panel: Panel, needed: tuple[str, ...]) -> list[Message]:
    """Days of the event window on which a factor that the model needs has no value, though the benchmark has one."""
    block, found = panel.block, list[Message]()
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
            days = np.arange(block.event.start, block.event.end + 1)[hole].tolist()
            first = block.sessions[block.design[i], block.event_columns][hole][0].item()
            found.append(Message.of("FACTORS_LACKING", pair.event_id, days=days, session=first))
    return found
