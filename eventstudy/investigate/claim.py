"""Is the press claim true? (METHODS 5.3, ruling 27)

Its numbers among quoted prices, the move they make, what they leave out, and whether it was ordinary. A claim is understood
first (`understand` a sentence, or `from_parts`), and only then looked up (`check`), in the ten sessions on either side of the
event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eventstudy import exchanges
from eventstudy.config import StudyConfig
from eventstudy.errors import EventStudyError, InvalidRequest, NothingUsable
from eventstudy.events import Claim, Event, single_event
from eventstudy.investigate._claim_names import load_names, name_of
from eventstudy.investigate._claim_numbers import Quote
from eventstudy.investigate._claim_search import Found, Quoted, search, sessions_between
from eventstudy.investigate._claim_words import Understood, from_parts, understand
from eventstudy.language import Phrase
from eventstudy.messages import Message
from eventstudy.panel import Floats
from eventstudy.prices import PriceTable, load_prices
from eventstudy.results import StudyResult
from eventstudy.study import DEFAULT_BENCHMARK, EventStudy, chosen_moment

AROUND = 10
"""Sessions on either side of the event in which prices are searched."""
BEFORE = 5
"""Sessions before the first number in which its peak (of a rise: its trough) is looked for."""


@dataclass(frozen=True)
class Part:
    """What the model leaves of a move, over the sessions from its first on; days with one p are judged by `test`."""

    n_days: int
    expected: float
    """Sum of the normal returns."""
    car: float
    se: float
    t: float
    df: int
    p: float
    """By the exact t."""
    p_ranks: float
    """By `test`: the rank of the day, or permutation of days. NaN where it does not apply."""
    test: str


@dataclass(frozen=True)
class Extreme:
    """The highest or lowest close of a stretch."""

    row: int
    date: dt.date
    value: float


@dataclass(frozen=True)
class Move:
    """The move between two matches that came in this order."""

    size: float
    sessions: int
    first: int
    """Row of the first session that belongs to it."""
    last: int
    peak: Extreme
    trough: Extreme
    market: float
    """Move of the benchmark over the same sessions, close to close; NaN where it has no prices."""

    @property
    def omitted(self) -> Extreme | None:
        """The close in between that lies beyond both numbers on the side the price went to, if there is one."""
        extreme = self.trough if self.size < 0 else self.peak
        return extreme if self.first <= extreme.row < self.last else None


@dataclass(frozen=True)
class Checked:
    """A claim, where its numbers were found, and what they leave out."""

    claim: Understood
    name: str
    event: Event
    day0: dt.date
    quoted: Quoted
    market: Floats
    """(S,) closes of the benchmark."""
    benchmark: str
    currency: str | None
    """Of the prices; None where the source does not say."""
    foreign: tuple[Quote, ...]
    """Numbers in another currency, which were not looked for."""
    found: Found
    move: Move | None
    whole: Part | None
    """The abnormal part of the move."""
    until: Part | None
    """The abnormal part up to the close that was left out; None where none was, or where it cannot be told."""
    study: StudyResult | None
    warned: tuple[Message, ...]
    provenance: Mapping[str, Any]

    @property
    def incomplete(self) -> bool:
        """Whether there is a move without an abnormal part."""
        return self.move is not None and self.whole is None

    def text(self, lang: str = "en", *, verbose: bool = False) -> str:
        """What the command prints: what was understood, where it was found, the sessions of the move, and the verdict."""
        from eventstudy.investigate._claim_screen import text

        return text(self.to_dict(lang), verbose=verbose)

    def _repr_html_(self) -> str:
        """The verdict, and where the numbers were found, for Jupyter."""
        from eventstudy.events.notebook import answer_page

        told = self.to_dict()
        found = [{"number": name, **part} for name, part in told["found"].items() if part]
        return answer_page([told["sentence"]], pd.DataFrame(found))

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """The JSON object of the contract (`eventstudy.claim/1`), the sentence in English or German."""
        from eventstudy.investigate._claim_document import document

        return document(self, lang)


def of_registry(claim: Claim, event: Event, names: Mapping[str, str]) -> Understood:
    """A claim of the registry: its fields, and what they leave open by its sentence.

    Raises:
        InvalidRequest: the sentence does not say what the fields leave open.
    """
    if claim.ticker is None or (claim.from_ is None and claim.to is None):
        return understand(claim.text, names, claim.ticker, claim.span)
    return from_parts(
        claim.ticker, start=claim.from_, end=claim.to, unit=claim.unit, phrase=claim.span, text=claim.text
    )


def event_of(claim: Understood, known: Sequence[Event], around: str | dt.date | None) -> Event:
    """The event around which a claim is looked up: `around`, a date of the sentence, or that of a registered claim.

    A registered claim is taken for the same if it has the same words, or the same ticker and numbers.

    Raises:
        InvalidRequest: none of them.
    """
    if around is not None:
        return single_event(around, [claim.ticker])
    if dated := [day for day in claim.days if day.year is not None]:
        return single_event(dated[-1].near(None), [claim.ticker])
    for event in known:
        for other in event.claim:
            if _same(claim, other):
                return event
    near = [f"{e.id} ({e.announced.isoformat()})" for e in known if claim.ticker in e.tickers]
    raise InvalidRequest(
        "the claim does not say when",
        available=f"events that name {claim.ticker}: {', '.join(near)}" if near else None,
        hint="say --around 2025-01-20: prices are searched ten sessions on either side",
    )


def _same(claim: Understood, other: Claim) -> bool:
    def words(text: str) -> str:
        return " ".join("".join(c if c.isalnum() or c == "," else " " for c in text.casefold()).split())

    if claim.text and words(claim.text) == words(other.text):
        return True
    if claim.ticker != other.ticker or not (other.from_ and other.to and claim.start and claim.end):
        return False
    numbers = from_parts(claim.ticker, start=other.from_, end=other.to)
    return (numbers.start and numbers.start.plain, numbers.end and numbers.end.plain) == (
        claim.start.plain,
        claim.end.plain,
    )


def check(
    claim: Understood,
    event: Event,
    *,
    config: StudyConfig | None = None,
    day0: str | dt.date = "announced",
    source: str = "auto",
    prices: pd.DataFrame | str | Path | None = None,
    factors: pd.DataFrame | None = None,
    as_of: dt.date | None = None,
    names: Mapping[str, str] | None = None,
) -> Checked:
    """Look a claim up around an event.

    `config` are the choices of the study behind the abnormal part, which counts from the first session of the move.

    Raises:
        SourceError: no prices of the ticker. NothingUsable: none of the searched sessions.
        InvalidRequest: a date that cannot be meant, or a source that does not exist.
    """
    config = config or StudyConfig()
    moment = chosen_moment(event, day0)
    if moment is None:
        raise InvalidRequest(f"{event.id} has no recognised date", hint="leave out --day0, or name a date")
    exchange = exchanges.exchange_of(claim.ticker)
    centre = exchanges.day0(moment, exchange, max_shift=config.max_shift).session
    first, last = (exchanges.shift(exchange, centre, n) for n in (-AROUND - BEFORE, AROUND))
    last = min(last, as_of) if as_of else last
    market = config.benchmark_for(claim.ticker, event.benchmark_of(claim.ticker)) or DEFAULT_BENCHMARK
    shop = _Shop(claim.ticker, market, source, prices)
    table = shop.prices(first, last)
    quoted = _quoted(claim.ticker, table, exchanges.sessions(exchange, first, last), centre)
    currency = table.info[claim.ticker].currency
    sought, foreign = _in_currency(claim, currency)
    found = search(sought, quoted)
    market_close = _column(table, "close", market, quoted)
    move = _move(found, quoted, market_close) if found.in_order else None
    study, why = (None, "")
    if move:
        study, why = _study(move, quoted, config, shop, exchange, factors)
    return Checked(
        claim=claim,
        name=name_of(claim.ticker, names if names is not None else load_names()),
        event=event,
        day0=centre,
        quoted=quoted,
        market=market_close,
        benchmark=market,
        currency=currency,
        foreign=foreign,
        found=found,
        move=move,
        whole=_part(study, 0) if study else None,
        until=_part(study, 1) if study and move and move.omitted else None,
        study=study,
        warned=(Message.of("NO_ABNORMAL", event.id, claim.ticker, why=Phrase.quoted(why)),) if why else (),
        provenance=study.provenance if study else {"source": table.source, "prices_sha256": table.sha256()},
    )


@dataclass(frozen=True)
class _Shop:
    """Where prices are had: the same source for the search and for the estimation."""

    ticker: str
    benchmark: str
    source: str
    path: pd.DataFrame | str | Path | None

    def prices(self, first: dt.date, last: dt.date, source: str | None = None) -> PriceTable:
        """Prices of share and benchmark from `first` to `last`.

        Raises:
            SourceError: there are none of the share.
        """
        tickers = list(dict.fromkeys([self.ticker, self.benchmark]))
        table = load_prices(tickers, first, last, source=source or self.source, path=self.path)
        if self.ticker in table.missing:
            raise table.missing[self.ticker]
        return table

    def same_source(self, table: PriceTable) -> str:
        """The source that served both tickers, so that a sample that reaches less far back is not left for another."""
        used = {info.source for info in table.info.values()}
        return used.pop() if len(used) == 1 and self.path is None else self.source


def _quoted(ticker: str, table: PriceTable, sessions: Any, centre: dt.date) -> Quoted:
    event = int(np.searchsorted(sessions, np.datetime64(centre, "D")))
    blank = Quoted(sessions, {}, event, max(event - AROUND, 0))
    known = {
        name: _column(table, name, ticker, blank) for name in ("close", "high", "low", "open") if name in table.fields
    }
    fields = {name: values for name, values in known.items() if name == "close" or np.isfinite(values).any()}
    quoted = replace(blank, fields=fields)
    if not np.isfinite(quoted.close[quoted.first :]).any():
        held = table.close[ticker].dropna().index
        reach = f"{held[0].date()} to {held[-1].date()}" if len(held) else "no session"
        raise NothingUsable(
            f"there is no price of {ticker} from {sessions[blank.first]} to {sessions[-1]}",
            available=reach,
            hint="check --around, or name another price source",
        )
    return quoted


def _column(table: PriceTable, field: str, ticker: str, quoted: Quoted) -> Floats:
    """(S,) values of one ticker on the sessions, NaN where there is none."""
    if ticker not in table.close.columns:
        return np.full(len(quoted.sessions), np.nan)
    values: Floats = table.fields[field][ticker].reindex(pd.DatetimeIndex(quoted.sessions)).to_numpy(float)
    return values


def _in_currency(claim: Understood, currency: str | None) -> tuple[Understood, tuple[Quote, ...]]:
    """The claim without the numbers in another currency than the prices, and those numbers: no exchange rate is guessed."""
    foreign = tuple(
        number
        for number in (claim.start, claim.end, claim.change)
        if number and number.unit and currency and number.unit != currency
    )
    start, end, change = (None if n in foreign else n for n in (claim.start, claim.end, claim.change))
    return replace(claim, start=start, end=end, change=change), foreign


def _move(found: Found, quoted: Quoted, market: Floats) -> Move | None:
    start, end = found.start, found.end
    if start is None or end is None:
        return None
    first, size = start.row + (start.field == "close"), end.value / start.value - 1
    before = max(start.row - BEFORE, 0)
    down = size < 0
    return Move(
        size=size,
        sessions=sessions_between(start, end),
        first=first,
        last=end.row,
        peak=_extreme(quoted, before if down else start.row, end.row, np.nanargmax),
        trough=_extreme(quoted, start.row if down else before, end.row, np.nanargmin),
        market=float(market[end.row] / market[first - 1] - 1) if first else float("nan"),
    )


def _extreme(quoted: Quoted, low: int, high: int, pick: Any) -> Extreme:
    """The highest or lowest close of these rows, both ends included."""
    closes = quoted.close[low : high + 1]
    row = low + int(pick(closes)) if np.isfinite(closes).any() else high
    return Extreme(row, quoted.date(row), float(quoted.close[row]))


def _study(
    move: Move, quoted: Quoted, config: StudyConfig, shop: _Shop, exchange: str, factors: pd.DataFrame | None
) -> tuple[StudyResult | None, str]:
    """The study of the move's sessions, day 0 the first of them, or why there is none."""
    day0, last = quoted.date(move.first), move.last - move.first
    until = move.omitted.row - move.first if move.omitted else last
    windows = ((0, last), (0, until))
    room = dt.timedelta(0 if exchanges.exchange_of(shop.benchmark) == exchange else 30)
    try:
        study = EventStudy(config, event_window=(0, last), windows=windows)
        begin = exchanges.shift(exchange, day0, config.estimation_window.start - 1) - room
        near = shop.prices(quoted.date(0), quoted.date(move.last))
        table = shop.prices(begin, quoted.date(move.last), shop.same_source(near))
        event = single_event(day0, [shop.ticker], benchmark=shop.benchmark)
        return study.run(event, table, factors=factors), ""
    except EventStudyError as error:
        return None, " ".join(str(error).split())


def _part(study: StudyResult, which: int) -> Part:
    """The abnormal part over the whole move (0), or up to the close that was left out (1)."""
    windows = study.config.windows or ()
    window = windows[min(which, len(windows) - 1)]
    answer = study.firm_answers[window]
    ranked = answer.headline[0] != "exact_t"
    return Part(
        n_days=int(answer.found.n_days[0]),
        expected=float(np.nansum(study.fit.expected[0, : window.end + 1])),
        car=float(answer.found.car[0]),
        se=float(answer.found.se[0]),
        t=float(answer.found.scar[0]),
        df=int(study.returns.df[0]),
        p=float(answer.p[0]),
        p_ranks=float(answer.headline_p[0]) if ranked else float("nan"),
        test=answer.headline[0] if ranked else "",
    )


__all__ = [
    "AROUND",
    "BEFORE",
    "Checked",
    "check",
    "event_of",
    "from_parts",
    "load_names",
    "of_registry",
    "understand",
]
