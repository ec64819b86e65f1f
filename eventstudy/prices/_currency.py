"""Prices of several currencies put in one, by the rate of each day; nothing is carried over a day without a rate."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.errors import InvalidRequest, Sentence, SourceError, SymbolUnknown
from eventstudy.language import Phrase
from eventstudy.prices._table import PriceTable, SeriesInfo

_PAID_IN = """
XNYS:USD CMES:USD XLON:GBP XDUB:EUR XPAR:EUR XAMS:EUR XBRU:EUR XLIS:EUR XMAD:EUR XMIL:EUR XSWX:CHF XWBO:EUR XETR:EUR XFRA:EUR
XHAM:EUR XDUS:EUR XSTO:SEK XOSL:NOK XCSE:DKK XHEL:EUR XICE:ISK XWAR:PLN XPRA:CZK XBUD:HUF ASEX:EUR XIST:TRY XJSE:ZAR
XSAU:SAR XTAE:ILS XTSE:CAD XMEX:MXN BVMF:BRL XBUE:ARS XSGO:CLP XTKS:JPY XHKG:HKD XSHG:CNY XKRX:KRW XTAI:TWD XBOM:INR
XSES:SGD XKLS:MYR XIDX:IDR XBKK:THB XASX:AUD XNZE:NZD
"""
"""What shares are paid in where the source of the prices does not say."""
_CURRENCIES = dict(pair.split(":") for pair in _PAID_IN.split())
_MINOR = "GBp:GBP:100 GBX:GBP:100 ZAc:ZAR:100 ZAC:ZAR:100 ILA:ILS:100 USX:USD:100 EUX:EUR:100 KWF:KWD:1000"
"""Minor units in which prices are quoted, the currency they belong to, and how many of them make one of it."""
_UNITS = {name: (whole, float(size)) for name, whole, size in (unit.split(":") for unit in _MINOR.split())}
_MONEY = ("open", "high", "low", "close", "adj_close", "dividend")


class Converted(NamedTuple):
    """A table in one currency, and what was done for it: sentences with the tickers they are about."""

    table: PriceTable
    told: tuple[tuple[tuple[str, ...], Phrase], ...]


def whole_currency(unit: str) -> tuple[str, float]:
    """The currency that a unit of quotation belongs to, and how many of the units make one of it: GBp are 100 to a GBP."""
    return _UNITS.get(unit, (unit, 1.0))


def unit_of(text: str) -> str | None:
    """The currency, or the minor unit of one, that a cell names: `GBp` are pence, `gbp` pounds; None: no three letters."""
    if not re.fullmatch("[A-Za-z]{3}", text):
        return None
    return text if text in _UNITS else text.upper()


def in_whole_units(table: PriceTable) -> PriceTable:
    """The prices of a table in whole units of their currencies: pence become pounds."""
    sizes = {t: whole_currency(table.info[t].currency or "") for t in table.tickers}
    if all(size == 1 for _, size in sizes.values()):
        return table
    scale = pd.Series({t: 1 / size for t, (_, size) in sizes.items()})
    fields = {name: frame * scale[frame.columns] if name in _MONEY else frame for name, frame in table.fields.items()}
    info = {t: replace(one, currency=sizes[t][0] or None) if t in sizes else one for t, one in table.info.items()}
    return replace(table, fields=fields, info=info)


def currency_of(ticker: str, info: SeriesInfo | None = None) -> str | None:
    """The currency that a ticker is quoted in, minor units as the whole: by its source, else by its exchange, else unknown."""
    if info is not None and info.currency:
        return whole_currency(info.currency)[0]
    stem, dash, priced_in = ticker.upper().rpartition("-")
    try:
        home = calendars.exchange_of(ticker)
        if home.startswith("24/"):
            return priced_in if stem and dash else None
        return _CURRENCIES.get(calendars.code_of(home))
    except InvalidRequest:
        return None


def is_rate(ticker: str) -> bool:
    """Whether a ticker is an exchange rate: EURUSD=X."""
    return ticker.endswith("=X")


def rates_for(table: PriceTable, currency: str) -> list[str]:
    """The rates that putting a table in a currency may need: EURUSD=X, or the other way round USDEUR=X."""
    foreign = dict.fromkeys(currency_of(t, table.info[t]) for t in table.tickers if not is_rate(t))
    pairs = [(c, currency) for c in foreign if c not in (None, currency)]
    return [name for one, other in pairs for name in (f"{one}{other}=X", f"{other}{one}=X")]


def in_currency(table: PriceTable, currency: str) -> Converted:
    """Every series in one currency, by the rates that the table holds, which are left out of what comes back.

    Price and dividend of a day are multiplied by the rate of that day; a day without a rate has no price. A series whose
    currency is not known, or has no rate, is in `missing` with the reason.
    """
    table = table.naming(table.tickers)
    shares = [t for t in table.tickers if not is_rate(t)]
    groups: dict[str | None, list[str]] = {}
    for ticker in shares:
        groups.setdefault(currency_of(ticker, table.info[ticker]), []).append(ticker)
    missing: dict[str, SourceError] = {t: e for t, e in table.missing.items() if not is_rate(t)}
    scale = pd.DataFrame(1.0, table.close.index, shares)
    told: list[tuple[tuple[str, ...], Phrase]] = []
    by: dict[str, str | None] = {}
    for foreign, tickers in groups.items():
        rate, name = _rate(table, foreign, currency)
        if rate is None:
            missing |= {t: _no_rate(t, foreign, currency, table) for t in tickers}
            continue
        by |= dict.fromkeys(tickers, name or None)
        scale[tickers] = np.tile(rate.to_numpy()[:, None], len(tickers))
        if foreign != currency:
            told.append((tuple(tickers), _told(table, tickers, str(foreign), currency, rate, name)))
    kept = [t for t in shares if t not in missing]
    for t in kept:
        scale[t] = scale[t] / whole_currency(table.info[t].currency or "")[1]
    fields = {n: f[kept] * scale[kept] if n in _MONEY else f[kept] for n, f in table.fields.items()}
    traded = table.close[kept].notna().any(axis=1).to_numpy()  # days that only rates have are no sessions
    info = {t: replace(table.info[t], currency=currency, rate=by[t]) for t in kept}
    converted = PriceTable({n: f[traded] for n, f in fields.items()}, info, missing, quoted=table)
    return Converted(converted, tuple(told))


def _rate(table: PriceTable, foreign: str | None, currency: str) -> tuple[pd.Series | None, str]:
    """How much of `currency` one unit of `foreign` is, day by day, and the series it comes from.

    Of the two ways round the one above one, where there are both: it has more digits.
    """
    if foreign == currency:
        return pd.Series(1.0, table.close.index), ""
    direct = f"{foreign}{currency}=X"
    there = [n for n in (direct, f"{currency}{foreign}=X") if n in table.close and table.close[n].notna().any()]
    if not there:
        return None, ""
    name = max(there, key=lambda n: float(np.nanmedian(table.close[n])))
    return (table.close[name] if name == direct else 1 / table.close[name]), name


def _no_rate(ticker: str, foreign: str | None, currency: str, table: PriceTable) -> SymbolUnknown:
    if foreign is None:
        return SymbolUnknown(
            Sentence(
                "{ticker} cannot be put in {currency}: nothing says what it is quoted in",
                ticker=ticker,
                currency=currency,
            ),
            where=Sentence("ticker {ticker}", ticker=ticker),
        )
    name = f"{foreign}{currency}=X"
    why = table.missing.get(name)
    said = {"ticker": ticker, "currency": currency, "rate": name}
    return SymbolUnknown(
        Sentence("{ticker} cannot be put in {currency}: there is no rate {rate} ({why})", why=why.what, **said)
        if why
        else Sentence("{ticker} cannot be put in {currency}: there is no rate {rate}", **said),
        where=Sentence("ticker {ticker}", ticker=ticker),
        hint=Sentence("give the price file a column {name}, or eventstudy prices fetch --tickers {name}", name=name),
    )


def _told(table: PriceTable, tickers: list[str], foreign: str, currency: str, rate: pd.Series, name: str) -> Phrase:
    days = table.close[tickers].notna().any(axis=1)
    lacking = rate.index[days & rate.isna()]
    unsaid = [t for t in tickers if not table.info[t].currency]
    text = Phrase(
        "put from {foreign} in {currency} by {rate} of each day ({source})",
        foreign=foreign,
        currency=currency,
        rate=name,
        source=table.info[name].source,
    )
    if unsaid:
        text = Phrase(
            "{converted}; {unsaid:some} taken as {foreign} by the exchange, because the prices do not say",
            converted=text,
            unsaid=unsaid,
            foreign=foreign,
        )
    if len(lacking):
        text = Phrase.counted(
            "{converted}; {lacking:some} has no rate, and so no price",
            "{converted}; {lacking:some} have no rate, and so no price",
            converted=text,
            n=len(lacking),
            lacking=[f"{day:%Y-%m-%d}" for day in lacking],
        )
    return text
