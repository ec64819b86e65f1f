"""A grid: the sessions that pairs are counted on, and the factors on them.

The grid is the sessions of the ticker's exchange; across exchanges it is those that ticker and benchmark share (ruling 19).
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.config import StudyConfig
from eventstudy.language.messages import Message
from eventstudy.panel.block import AFTER, Days, Floats, Ints
from eventstudy.panel.homes import opened_by, trades_on
from eventstudy.prices import PriceTable
from eventstudy.units.windows import Window


def reach(config: StudyConfig) -> Window:
    """The sessions, relative to day 0, that a grid holds around each pair: those of the study, and some after the event."""
    return Window(config.reach.start, max(config.reach.end, config.event_window.end + AFTER))


def grid_sessions(
    home: str | None,
    abroad: str | None,
    days: Days | None,
    tickers: list[str],
    last: date,
    prices: PriceTable,
    config: StudyConfig,
) -> tuple[Days, list[Message]]:
    """(S,) the sessions of exchange `home` shared with `abroad`, or the `days` that the prices say themselves.

    `last` is the last day 0 to be counted; the grid reaches beyond it by the event window and the sessions after it.
    """
    sessions = prices.close.index.to_numpy("datetime64[D]")
    if home is None or days is not None:
        return sessions if days is None else days, []
    first = sessions[0].astype(date)
    if not config.clock.daily:
        end = config.clock.moved(max(sessions[-1].astype(date), last), reach(config).end + 1)
        every = np.arange(sessions[0], np.datetime64(min(end, calendars.reach(home)[1]), "D") + 1)
        return np.unique(config.clock.named_by(every)), []
    end = max(sessions[-1].astype(date), last) + timedelta(days=2 * reach(config).end + 15)
    sessions = calendars.sessions(home, first, end, opened_by(home, prices))
    warned = _check_calendar(sessions, home, tickers, prices)
    if abroad is not None and abroad != home:
        sessions = np.intersect1d(sessions, calendars.sessions(abroad, first, end, opened_by(abroad, prices)))
    return sessions, warned


def factor_names(factors: pd.DataFrame | None) -> tuple[str, ...]:
    """The names of a block's regressors after `benchmark`.

    `mkt_rf` is derived as benchmark minus `rf` where the file has `rf` alone (ruling 6).
    """
    if factors is None:
        return ()
    derived = ("mkt_rf",) if "rf" in factors.columns and "mkt_rf" not in factors.columns else ()
    return (*(str(c) for c in factors.columns), *derived)


def factors_on(factors: pd.DataFrame | None, sessions: Days) -> Floats:
    """(S, F) the factors on these sessions."""
    if factors is None:
        return np.empty((len(sessions), 0))
    return factors.reindex(pd.DatetimeIndex(sessions.astype("datetime64[ns]"))).to_numpy(float)


def _check_calendar(sessions: Days, home: str, tickers: list[str], prices: PriceTable) -> list[Message]:
    """Warn of prices on days that are no session, and of sessions on which nothing at all has a price."""
    dates = prices.close.index.to_numpy("datetime64[D]")
    own = dates[prices.close[tickers].notna().any(axis=1).to_numpy()]
    if not len(own):
        return []
    warned = []
    low, high = calendars.reach(home)
    if len(extra := without(own[(own >= low) & (own <= high)], sessions)):
        warned.append(Message.of("OFF_CALENDAR", tickers=tickers[:3], days=extra.tolist(), exchange=home))
    if more := opened_by(home, prices) & set(own.tolist()):
        warned.append(Message.of("UNPLANNED_SESSION", days=sorted(more), exchange=home))
    inside = sessions[(sessions >= own[0]) & (sessions <= own[-1])]
    if len(lacking := without(inside, own)) and len(lacking := _lacked_by_all(lacking, home, prices)):
        warned.append(Message.of("SUSPECT_CALENDAR", exchange=home, days=lacking.tolist()))
    return warned


def _lacked_by_all(days: Days, home: str, prices: PriceTable) -> Days:
    """Those of the days on which no series of an exchange has a price, nor, where the prices hold one alone, any series."""
    dates = prices.close.index.to_numpy("datetime64[D]")
    some = prices.close[np.isin(dates, days)]
    members = [t for t in prices.tickers if trades_on(t, home, prices)]
    traded = (some[members] if len(members) > 1 else some).notna().any(axis=1).to_numpy()
    return without(days, some.index.to_numpy("datetime64[D]")[traded])


def without(days: Days, others: Days) -> Days:
    """The days that are not among the others; both ascend."""
    place = np.searchsorted(others, days)
    found: Days = days[np.append(others, np.datetime64("NaT"))[place] != days]
    return found


def rows_of(days: Days, some: Days) -> Ints:
    """(n,) where each of some days stands, or would, among ascending ones (S,); of many each day between their ends once."""
    if len(some) < len(days) or not len(days):
        return np.searchsorted(days, some)
    between = np.arange(days[0], days[-1] + 2)
    found: Ints = np.searchsorted(days, between)[np.clip((some - days[0]).astype(np.int64), 0, len(between) - 1)]
    return found
