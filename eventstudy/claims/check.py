"""Is the press claim true? (METHODS 5.3, ruling 27)

Its numbers among quoted prices, the move they make, what they leave out, and whether it was ordinary. A claim is understood
first (`understand` a sentence, or `from_parts`), and only then looked up (`check`), in the ten sessions on either side of the
event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.analyses.base import Answer, lines_of
from eventstudy.claims.parse import Quote, Understood, from_parts, load_names, moves_somehow, name_of, understand
from eventstudy.claims.search import Found, Match, Quoted, move_agrees, search, sessions_between
from eventstudy.claims.text import judgement, paragraph, screen
from eventstudy.config import StudyConfig
from eventstudy.datasets import shipped
from eventstudy.errors import EventStudyError, InvalidRequest, NothingUsable, Sentence
from eventstudy.events import Claim, Event, shipped_earnings, shipped_registry, single_event
from eventstudy.language import Phrase, Translated, in_language
from eventstudy.language.messages import Message, severity_of
from eventstudy.panel import AFTER, UNDATED, Floats, flagged_closes, over_splits, read_shares
from eventstudy.prices import PriceTable, in_whole_units, load_prices, whole_currency
from eventstudy.study import doubts
from eventstudy.study.document import number, warnings_as_dicts
from eventstudy.study.near import leaving_out, others
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import LEVEL
from eventstudy.study.study import DEFAULT_BENCHMARK, EventStudy, chosen_moment

AROUND = 10
"""Sessions on either side of the event in which prices are searched."""
BEFORE = 5
"""Sessions before the first number in which its peak (of a rise: its trough) is looked for."""


@dataclass(frozen=True)
class Part:
    """What the model leaves of a move, over the sessions from its first on, judged as a study of these sessions judges it."""

    n_days: int
    expected: float
    """Sum of the normal returns."""
    car: float
    se: float
    t: float
    df: int
    p: float
    """By `test`, the one that the study's own sentence rests on."""
    p_t: float
    """By the exact t, beside it."""
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
class Counted:
    """How many shares there were."""

    shares: float
    """In units of after all splits that the prices know."""
    since: str | None
    """When they were counted; None where that is not known."""


@dataclass(frozen=True, repr=False, eq=False)
class Checked(Answer):
    """A claim, where its numbers were found, and what they leave out.

    Example:
        >>> claim = es.claims.understand("Nvidia fell 17 percent on Monday", es.claims.load_names())
        >>> checked = es.claims.check(claim, es.load_registry()["deepseek-r1"], source="bundled")
        >>> checked.to_dict()["verdict_word"], round(checked.move.size, 4)
        ('true', -0.1697)
    """

    claim: Understood
    """As it was understood."""
    priced: Understood
    """The same with what its market value is a share."""
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
    counted: Counted | None
    """The shares that turn market value into prices; None where the claim has none, or how many there were is not known."""
    found: Found
    move: Move | None
    whole: Part | None
    """The abnormal part of the move."""
    until: Part | None
    """The abnormal part up to the close that was left out; None where none was, or where it cannot be told."""
    study: StudyResult | None
    warned: tuple[Message, ...]
    suspect: tuple[Message, ...]
    """What looks wrong with the closes that were searched: where anything does, nothing can be told of the claim."""
    provenance: Mapping[str, Any]
    schema = "eventstudy.claim/1"

    @property
    def instead(self) -> tuple[str, ...]:
        """What is said in place of a finding where prices look wrong: of the claim, or of its abnormal part."""
        found = self._with_suspect(self.study.doubts_of() if self.study else ())
        return (*doubts.told(found), doubts.no_finding(self.claim.ticker, found)) if found else ()

    @property
    def messages(self) -> tuple[str, ...]:
        """Why there is no abnormal part, and what to know of the study behind it."""
        return lines_of(self._warnings())

    def _warnings(self) -> tuple[Message, ...]:
        """All that is to be known, doubts first."""
        return doubts.doubts_first((*self.warned, *self._with_suspect(self.study.warned if self.study else ())))

    def _with_suspect(self, of_study: Iterable[Message]) -> list[Message]:
        """What looks wrong with the closes that were searched, and what the study says beside it."""
        known = {(w.code, w.ticker) for w in self.suspect}
        return [*self.suspect, *(w for w in of_study if (w.code, w.ticker) not in known)]

    @property
    def incomplete(self) -> bool:
        """Whether there is a move without an abnormal part, or market value without a count of shares."""
        return (self.move is not None and self.whole is None) or self.uncounted

    @property
    def uncounted(self) -> bool:
        """Whether the claim has market value that was not looked for, as how many shares there were is not known."""
        return bool(self.claim.worth) and self.counted is None and not self.foreign

    def tidy(self) -> pd.DataFrame:
        """One row a session of the move: its close, its move, that of the benchmark, and the abnormal return."""
        return pd.DataFrame(_days(self), columns=["session", "close", "ret", "market", "ar"])

    def _finding(self) -> str:
        """The paragraph in English."""
        return str(self._document()["sentence"])

    def _document(self, lang: str = "en") -> dict[str, Any]:
        """All of it as plain values; the sentence is written from these alone."""
        found, move, quoted = self.found, self.move, self.quoted
        start = found.start.value if found.start else None
        told: dict[str, Any] = {
            "understood": understood(self.claim, self.name),
            "event": {
                "id": self.event.id,
                "title": Translated(self.event.title, de=self.event.title_de),
                "announced": self.event.announced.isoformat(),
                "day0": self.day0.isoformat(),
            },
            "searched": {
                "first": quoted.date(quoted.first).isoformat(),
                "last": quoted.date(len(quoted.close) - 1).isoformat(),
            },
            "fields": [name for name in ("close", "high", "low", "open") if name in quoted.fields],
            "currency": self.currency,
            "benchmark": self.benchmark,
            "found": {"from": _match(found.start), "to": _match(found.end)},
            "not_compared": [
                {"printed": n.plain if n.step < _COUNTABLE else n.printed, "unit": n.unit} for n in self.foreign
            ],
            "worth": _worth(self),
            "matches": {name: [_match(m) for m in several] for name, several in found.matches.items()},
            "nearest": {
                "from": _nearest(self, self.priced.start, found.start),
                "to": _nearest(self, self.priced.end, found.end),
            },
            "move": number(move.size) if move else None,
            "sessions": move.sessions if move else None,
            "peak": _extreme_as_dict(move.peak, start) if move else None,
            "trough": _extreme_as_dict(move.trough, start) if move else None,
            "fall_from_peak": number(move.trough.value / move.peak.value - 1) if move else None,
            "rebound": _rebound(found, move),
            "market_move": number(move.market) if move else None,
            "days": _days(self),
            "abnormal": _part_as_dict(self.whole),
            "abnormal_to_extreme": _part_as_dict(self.until),
            "earlier": [day.isoformat() for day in _earlier(self)],
            "verdict": (found_out := verdict(self)),
            "verdict_word": verdict_word(self, found_out),
            "actual": _actual(self),
            "close_then": _close_then(self, found_out),
            "believable": self.believable,
            "closes_believable": not self.suspect,
            "doubts": [in_language(said, lang) or str(said) for said in self.doubts],
            "warnings": warnings_as_dicts(self._warnings()),
            "config": self.study.config.as_dict() if self.study else None,
            "provenance": dict(self.provenance),
            "lang": lang,
        }
        said = [*(f"{doubt}." for doubt in told["doubts"]), judgement(told, lang), paragraph(told, lang)]
        return told | {"sentence": " ".join(said)}

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """The JSON object of the command, as plain values; `lang`: the language of its sentence, `en` or `de`."""
        return {"schema": self.schema} | self._document(lang)

    def _lines(self, *, verbose: bool) -> list[str]:
        """What was understood, where it was found, the sessions of the move, and the verdict."""
        return [screen(self.to_dict(), verbose=verbose)]

    def text(self, lang: str = "en", *, verbose: bool = False) -> str:
        """What the command prints.

        `lang`: the language of the verdict, `en` or `de`. `verbose`: with every figure that was found, and every warning.
        """
        return screen(self.to_dict(lang), verbose=verbose)


_COUNTABLE = 1e5
"""A number that is exact to no less is one of market value."""


def of_registry(claim: Claim, names: Mapping[str, str]) -> Understood:
    """A claim of the registry: its fields, and what they leave open by its sentence.

    `claim`: as it is registered. `names`: names of firms and their tickers.

    Raises:
        InvalidRequest: the sentence does not say what the fields leave open.

    Example:
        >>> event = es.load_registry()["deepseek-r1"]
        >>> claim = es.claims.of_registry(event.claim[0], es.claims.load_names())
        >>> claim.start.printed, claim.end.printed, claim.span.most
        ('142', '128.99', 5)
    """
    span = Translated(claim.span, de=claim.span_de) if claim.span else None
    if claim.ticker is None or (claim.from_ is None and claim.to is None):
        return understand(claim.text, names, claim.ticker, span)
    return from_parts(claim.ticker, start=claim.from_, end=claim.to, unit=claim.unit, phrase=span, text=claim.text)


def event_of(claim: Understood, known: Sequence[Event], around: str | dt.date | None) -> Event:
    """The event around which a claim is looked up: `around`, a date of the sentence, or that of a registered claim.

    A registered claim is taken for the same if it has the same words, or the same ticker and numbers.

    `claim`: what `understand` gives. `known`: the events among which a registered claim is looked for.

    Raises:
        InvalidRequest: none of them.

    Example:
        >>> claim = es.claims.understand("Nvidia fell 17 percent on 27 January 2025", es.claims.load_names())
        >>> es.claims.event_of(claim, [], None).announced.isoformat()
        '2025-01-27'
    """
    if around is not None:
        return single_event(around, [claim.ticker])
    if dated := [day for day in claim.move_days or claim.days if day.year is not None]:
        return single_event(dated[-1].near(None), [claim.ticker])
    for event in known:
        for other in event.claim:
            if _same(claim, other):
                return event
    near = [f"{e.id} ({e.announced.isoformat()})" for e in known if claim.ticker in e.tickers]
    raise InvalidRequest(
        Sentence("the claim does not say when"),
        available=Sentence("events that name {ticker}: {events}", ticker=claim.ticker, events=", ".join(near))
        if near
        else None,
        hint=Sentence("say --around 2025-01-20: prices are searched ten sessions on either side"),
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
    shares: pd.DataFrame | str | Path | None = None,
) -> Checked:
    """Look a claim up around an event.

    `config` are the choices of the study behind the abnormal part, which counts from the first session of the move. `shares`
    outstanding turn market value into prices: as `analyses.impact` takes them, by default those that ship.

    `claim`: what `understand` gives. `event`: the news it is about, whose `day0` (`announced`, `recognised`, or a date) is
    where the search begins. `source`, `prices` and `as_of`: as `load_prices` takes them (`prices` as its `path`). `factors`:
    rows sessions, columns returns in decimals. `names`: names of firms and their tickers.

    Raises:
        SourceError: no prices of the ticker. NothingUsable: none of the searched sessions.
        InvalidRequest: a date that cannot be meant, or a source that does not exist.

    Example:
        >>> claim = es.claims.understand("Nvidia fell 30 percent on Monday", es.claims.load_names())
        >>> checked = es.claims.check(claim, es.load_registry()["deepseek-r1"], source="bundled")
        >>> print(checked.sentence.partition("%.")[0])
        False: Nvidia (NVDA) moved by −16.97 % on 27 January 2025, not by −30
    """
    config = config or StudyConfig()
    _refuse_what_is_no_move(claim)
    moment = chosen_moment(event, day0)
    if moment is None:
        raise InvalidRequest(
            Sentence("{id} has no recognised date", id=event.id), hint=Sentence("leave out --day0, or name a date")
        )
    exchange = calendars.exchange_of(claim.ticker)
    centre = calendars.day0(moment, exchange, max_shift=config.max_shift).session
    first, last = (calendars.shift(exchange, centre, n) for n in (-AROUND - BEFORE, AROUND))
    last = min(last, as_of) if as_of else last
    market = config.benchmark_for(claim.ticker, event.benchmark_of(claim.ticker)) or DEFAULT_BENCHMARK
    shop = _Shop(claim.ticker, market, source, prices)
    table = _as_named(claim, shop.prices(first, last))
    if table.of_returns([claim.ticker]):
        raise InvalidRequest(
            Phrase("a claim is held against prices, and the file holds returns of {ticker}", ticker=claim.ticker),
            hint=Sentence("name a file of prices: --prices FILE"),
        )
    quoted = _quoted(claim.ticker, table, calendars.sessions(exchange, first, last), centre)
    currency = table.info[claim.ticker].currency
    sought, foreign = _in_currency(claim, currency)
    counted = _counted(claim.ticker, table, centre, shares) if sought.worth else None
    sought = _a_share(sought, counted)
    found = search(sought, quoted)
    market_close = _column(table, "close", market, quoted)
    move = _move(found, quoted, market_close) if found.in_order else None
    study, why = (None, "")
    if move:
        study, why = _study(move, quoted, config, shop, exchange, factors, as_of, event)
    return Checked(
        claim=claim,
        priced=_a_share(claim, counted),
        counted=counted,
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
        suspect=tuple(w for w in flagged_closes(claim.ticker, table) if _doubtful(w)),
        provenance=study.provenance if study else {"source": table.source, "prices_sha256": table.sha256()},
    )


def _refuse_what_is_no_move(claim: Understood) -> None:
    """Refuse a change whose beginning is not among the sessions that are searched, and that no number names; or that is none.

    Raises:
        InvalidRequest: it says from when on it counts, or over more sessions than are searched, or no word that it moved.
    """
    change = claim.percent or claim.change or any(worth.role == "by" for worth in claim.worth)
    if not change or claim.start or len(claim.days) > 1:
        return
    longer = claim.phrase if claim.span and claim.span.most > 2 * AROUND else ""
    if words := claim.base or longer:
        raise InvalidRequest(
            Sentence("the claim counts from a price that it does not name ({words!r})", words=words),
            hint=Sentence("give the numbers: --ticker NVDA --from 142 --to 128.99 --around 2025-01-20"),
        )
    if claim.falling is None and claim.end is None and claim.text and not moves_somehow(claim.text):
        raise InvalidRequest(
            Sentence("the sentence does not say that the price rose or fell"),
            where=claim.text,
            hint=Sentence("a claim needs what the price did: fell 17 percent on Monday"),
        )


@dataclass(frozen=True)
class _Shop:
    """Where prices are had: the same source for the search and for the estimation."""

    ticker: str
    benchmark: str
    source: str
    path: pd.DataFrame | str | Path | None

    def prices(
        self, first: dt.date, last: dt.date, source: str | None = None, beyond: dt.date | None = None
    ) -> PriceTable:
        """Prices of share and benchmark from `first` to `last`, and up to `beyond` where they can be had.

        Raises:
            SourceError: there are none of the share.
        """
        tickers = list(dict.fromkeys([self.ticker, self.benchmark]))
        if self.path is not None:  # a file has what it has
            last, beyond = max(last, beyond or last), None
        table = load_prices(tickers, first, last, source=source or self.source, path=self.path, beyond=beyond)
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
        reach = (
            Sentence("{first} to {last}", first=held[0].date(), last=held[-1].date())
            if len(held)
            else Sentence("no session")
        )
        raise NothingUsable(
            Sentence(
                "there is no price of {ticker} from {first} to {last}",
                ticker=ticker,
                first=sessions[blank.first],
                last=sessions[-1],
            ),
            available=reach,
            hint=Sentence("check --around, or name another price source"),
        )
    return quoted


def _column(table: PriceTable, field: str, ticker: str, quoted: Quoted) -> Floats:
    """(S,) values of one ticker on the sessions, NaN where there is none."""
    if ticker not in table.close.columns:
        return np.full(len(quoted.sessions), np.nan)
    values: Floats = table.fields[field][ticker].reindex(pd.DatetimeIndex(quoted.sessions)).to_numpy(float)
    return values


def _as_named(claim: Understood, table: PriceTable) -> PriceTable:
    """The prices in whole units where the claim names the currency of minor ones that they are quoted in: pounds, not pence."""
    quoted = table.info[claim.ticker].currency if claim.ticker in table.info else None
    named = {
        number.unit for number in (claim.start, claim.end, claim.change, *(w.number for w in claim.worth)) if number
    }
    whole, size = whole_currency(quoted or "")
    return in_whole_units(table) if size != 1 and whole in named else table


def _in_currency(claim: Understood, currency: str | None) -> tuple[Understood, tuple[Quote, ...]]:
    """The claim without the numbers in another currency than the prices, and those numbers: no exchange rate is guessed."""
    amounts = tuple(w.number for w in claim.worth)
    foreign = tuple(
        number
        for number in (claim.start, claim.end, claim.change, *amounts)
        if number and number.unit and currency and number.unit != currency
    )
    start, end, change = (None if n in foreign else n for n in (claim.start, claim.end, claim.change))
    worth = tuple(w for w in claim.worth if w.number not in foreign)
    return replace(claim, start=start, end=end, change=change, worth=worth), foreign


def _counted(
    ticker: str, table: PriceTable, centre: dt.date, shares: pd.DataFrame | str | Path | None
) -> Counted | None:
    """The last count of shares up to day 0, in units of the prices."""
    known = over_splits(read_shares(shipped("shares.csv") if shares is None else shares), table)
    lines = known[(known["ticker"] == ticker) & (known["date"] <= pd.Timestamp(centre))].sort_values(
        "date", kind="stable"
    )
    if lines.empty:
        return None
    line = lines.iloc[-1]
    return Counted(float(line["shares"]), None if line["date"] == UNDATED else f"{line['date']:%Y-%m-%d}")


def _a_share(claim: Understood, counted: Counted | None) -> Understood:
    """The claim with what its market value is a share; prices that it names itself go before those."""
    if counted is None:
        return claim
    by = {
        w.role: Quote(
            w.number.printed,
            w.number.value / counted.shares,
            w.number.step / counted.shares,
            w.number.unit,
            w.number.loose,
        )
        for w in claim.worth
    }
    return replace(claim, start=claim.start or by.get("from"), end=claim.end or by.get("to"), per_share=by.get("by"))


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
    move: Move,
    quoted: Quoted,
    config: StudyConfig,
    shop: _Shop,
    exchange: str,
    factors: pd.DataFrame | None,
    as_of: dt.date | None,
    named: Event,
) -> tuple[StudyResult | None, str]:
    """The study of the move's sessions, day 0 the first of them, or why there is none.

    The whole move is the window that was named before: the claim says which sessions it means. Days on which the firm had
    something else to react to than the `named` event do not say how wild the days near the move are, as in a study.
    """
    day0, last = quoted.date(move.first), move.last - move.first
    until = move.omitted.row - move.first if move.omitted else last
    windows = ((0, last), (0, until))
    room = dt.timedelta(0 if calendars.exchange_of(shop.benchmark) == exchange else 30)
    try:
        study = EventStudy(config, event_window=(0, last), windows=windows, primary=windows[0])
        begin = calendars.shift(exchange, day0, config.estimation_window.start - 1) - room
        beyond = quoted.date(move.last) + dt.timedelta(3 * AFTER)  # how wild days after the move are: nice to know
        beyond = min(beyond, as_of) if as_of else beyond
        near = shop.prices(quoted.date(0), quoted.date(move.last))
        table = shop.prices(begin, quoted.date(move.last), shop.same_source(near), beyond)
        event = single_event(day0, [shop.ticker], benchmark=shop.benchmark)
        besides = others((e for e in shipped_registry() if e.id != named.id), shipped_earnings())
        return leaving_out(study.run(event, table, factors=factors), besides), ""
    except EventStudyError as error:
        return None, " ".join(str(error).split())


def _part(study: StudyResult, which: int) -> Part:
    """The abnormal part over the whole move (0), or up to the close that was left out (1)."""
    windows = study.config.windows or ()
    window = windows[min(which, len(windows) - 1)]
    answer = study.firm_answers[window]
    return Part(
        n_days=int(answer.found.n_days[0]),
        expected=float(np.nansum(study.fit.expected[0, : window.end + 1])),
        car=float(answer.found.car[0]),
        se=float(answer.found.se[0]),
        t=float(answer.found.scar[0]),
        df=int(study.returns.df[0]),
        p=study.adjusted[window].p,
        p_t=float(answer.p[0]),
        test=answer.headline[0],
    )


_DIVIDENDS = 0.002
"""A number below a close by less than this share looks like a close adjusted for later dividends."""


def understood(claim: Understood, name: str) -> dict[str, Any]:
    """What was understood, before anything is looked up; prices keep their printed digits, with a decimal point."""
    percent, span = claim.percent, claim.span
    sign = -1 if claim.down else 1
    return {
        "ticker": claim.ticker,
        "name": name,
        "from": claim.start.plain if claim.start else None,
        "to": claim.end.plain if claim.end else None,
        "unit": claim.unit,
        "percent": sign * percent.value / 100 if percent else None,
        "change": claim.change.plain if claim.change else None,
        "span": claim.phrase,
        "span_sessions": span.most if span else None,
        "weekday": span.weekday if span else None,
        "direction": None if claim.down is None else "down" if claim.down else "up",
        "dates": [{"year": day.year, "month": day.month, "day": day.day, "earlier": day.earlier} for day in claim.days],
        "loosely": {
            n: q.loose for n, q in (("from", claim.start), ("to", claim.end), ("percent", percent)) if q and q.loose
        },
        "at_times": claim.at_times,
        "language": claim.language,
        "text": claim.text,
        "aside": list(claim.aside),
    }


def _match(match: Match | None) -> dict[str, Any] | None:
    if match is None:
        return None
    exact = match.manner == "exact"
    return {
        "value": match.value,
        "field": match.field,
        "date": match.date.isoformat(),
        "exact": exact,
        "manner": match.manner,
    }


def _nearest(checked: Checked, number: Quote | None, match: Match | None) -> dict[str, Any] | None:
    """The close that comes nearest to a number that was looked for and not found."""
    if number is None or match is not None or number in checked.foreign:
        return None
    quoted = checked.quoted
    away = np.abs(quoted.close[quoted.first :] - number.value)
    row = quoted.first + int(np.nanargmin(away))
    close = float(quoted.close[row])
    like = bool(0 < close - number.value < _DIVIDENDS * close)
    worth = _money(checked, close) if number.printed in {w.number.printed for w in checked.claim.worth} else None
    return {
        "value": close,
        "date": quoted.date(row).isoformat(),
        "like_adjusted": like and worth is None,
        "worth": worth,
    }


def _money(checked: Checked, price: float) -> float | None:
    """What a price, or its change, is times the shares; None where the claim has no market value."""
    return None if checked.counted is None else number(price * checked.counted.shares)


def _worth(checked: Checked) -> dict[str, Any] | None:
    """The market value that a claim names, the count of shares, and by how much it changed over the move."""
    if not checked.claim.worth:
        return None
    amounts = [
        {"printed": w.number.printed, "value": w.number.value, "unit": w.number.unit, "role": w.role}
        for w in checked.claim.worth
    ]
    found, counted = checked.found, checked.counted
    both = found.start is not None and found.end is not None and checked.move is not None
    return {
        "amounts": amounts,
        "shares": counted.shares if counted else None,
        "counted": counted.since if counted else None,
        "before": _money(checked, found.start.value) if found.start else None,
        "after": _money(checked, found.end.value) if found.end else None,
        "move": _money(checked, found.end.value - found.start.value) if both and found.start and found.end else None,
    }


def _extreme_as_dict(extreme: Extreme, start: float | None) -> dict[str, Any]:
    move = None if start is None else number(extreme.value / start - 1)
    return {"value": number(extreme.value), "date": extreme.date.isoformat(), "move": move}


def _rebound(found: Found, move: Move | None) -> float | None:
    """The way back from the close that was left out to the second number."""
    if move is None or move.omitted is None or found.end is None:
        return None
    return number(found.end.value / move.omitted.value - 1)


def _days(checked: Checked) -> list[dict[str, Any]]:
    """Each session of the move: close, its move, that of the benchmark, and the abnormal return."""
    move, close, market = checked.move, checked.quoted.close, checked.market
    if move is None:
        return []
    return [
        {
            "session": checked.quoted.date(row).isoformat(),
            "close": number(close[row]),
            "ret": number(close[row] / close[row - 1] - 1) if row else None,
            "market": number(market[row] / market[row - 1] - 1) if row else None,
            "ar": number(checked.study.returns.ar[0, row - move.first]) if checked.study else None,
        }
        for row in range(move.first, move.last + 1)
    ]


def _part_as_dict(part: Part | None) -> dict[str, Any] | None:
    return None if part is None else {n: v if isinstance(v, int | str) else number(v) for n, v in vars(part).items()}


def _doubtful(warned: Message) -> bool:
    """Whether it makes the closes doubtful, and not only what later dividends are taken out of."""
    return severity_of(warned.code) == "doubt" and warned.code != "ADJUSTED_DISAGREES"


def verdict(checked: Checked) -> dict[str, Any]:
    """The fields of the verdict; None where one cannot be told, as of prices that look wrong."""
    told = _verdict(checked)
    if checked.suspect:
        return dict.fromkeys(told)
    return told if checked.believable else told | {"attributable": None}


def verdict_word(checked: Checked, told: Mapping[str, Any]) -> str:
    """`true`, `false`, `misleading` (the numbers are right, the story is not), or `cannot be told`.

    A claim is false where a number, the size, the direction, the order or the day is another one; misleading where it leaves
    out the lowest or highest close in between, or the move took longer than it says.
    """
    claim, move = checked.priced, checked.move
    if checked.suspect or checked.foreign:
        return "cannot be told"
    on_another_day = told["phrase_ok"] is False and claim.span is not None and claim.span.weekday is not None
    parts = ("numbers_found", "direction_ok", "size_ok", "order_ok", "dates_ok")
    if on_another_day or any(told[name] is False for name in parts):
        return "false"
    if checked.uncounted or (move is None and not (claim.start or claim.end)):
        return "cannot be told"
    if _on_a_farther_weekday(checked) or (move is not None and claim.span is not None and claim.span.intraday):
        return "cannot be told"
    story = told["phrase_ok"] is False or told["trough_omitted"] or told["peak_omitted"]
    return "misleading" if story else "true"


def _on_a_farther_weekday(checked: Checked) -> bool:
    """Whether the move was found on another Monday than the one nearest to the event, and the claim does not say which."""
    claim, end = checked.claim, checked.found.end
    if _move_days(checked) or end is None or claim.span is None or claim.span.weekday is None:
        return False
    day = _named_weekday(checked)
    return day is not None and end.date != day


def _named_weekday(checked: Checked) -> dt.date | None:
    """The session of the weekday that the claim names that is nearest to the event."""
    assert checked.claim.span is not None
    dates = [checked.quoted.date(row) for row in range(checked.quoted.first, len(checked.quoted.close))]
    same = [day for day in dates if day.weekday() == checked.claim.span.weekday]
    return min(same, key=lambda day: abs(day - checked.day0), default=None)


def _actual(checked: Checked) -> dict[str, Any] | None:
    """What the price did in truth where a claimed change is wrong: on the day that is named, or on its largest day."""
    claim, quoted, told = checked.priced, checked.quoted, _verdict(checked)
    if checked.suspect or not (claim.percent or claim.change or claim.per_share):
        return None
    farther = _on_a_farther_weekday(checked)
    if verdict_word(checked, told) != "false" and not farther:
        return None
    returns = quoted.close[1:] / quoted.close[:-1] - 1
    rows = np.arange(max(quoted.first, 1), len(quoted.close))
    rows = rows[np.isfinite(returns[rows - 1])]
    dates = [quoted.date(int(row)) for row in rows]
    named = _move_days(checked)[-1:]
    if claim.span is not None and claim.span.weekday is not None:
        named = [day for day in [_named_weekday(checked)] if day]
    at = [row for row, day in zip(rows, dates, strict=True) if day in named]
    if not at and (named or not len(rows)):
        return None
    row = int(at[0] if at else rows[np.argmax(np.abs(returns[rows - 1]))])
    size = number(float(returns[row - 1]))
    return {
        "move": size,
        "from": quoted.date(row - 1).isoformat(),
        "to": quoted.date(row).isoformat(),
        "named": bool(at),
        "worth": _money(checked, float(quoted.close[row] - quoted.close[row - 1])),
    }


def _close_then(checked: Checked, told: Mapping[str, Any]) -> dict[str, Any] | None:
    """The close of the weekday that is named, where the price that is named for it was that of another day."""
    if checked.suspect or checked.move is not None or told["phrase_ok"] is not False:
        return None
    day, quoted = _named_weekday(checked), checked.quoted
    row = next((r for r in range(quoted.first, len(quoted.close)) if quoted.date(r) == day), None)
    if day is None or row is None or not np.isfinite(quoted.close[row]):
        return None
    return {"value": float(quoted.close[row]), "date": day.isoformat()}


def _verdict(checked: Checked) -> dict[str, Any]:
    claim, found, move = checked.priced, checked.found, checked.move
    sought = [(claim.start, found.start), (claim.end, found.end)]
    numbers = all(match is not None for number, match in sought if number)
    if not claim.start or not claim.end:
        changes = claim.percent or claim.change or claim.per_share
        numbers = numbers and (not changes or found.in_order is not None)
    down = None if move is None else move.size < 0
    return {
        "numbers_found": numbers,
        "phrase_ok": _phrase_ok(claim, move, found),
        "direction_ok": _direction_ok(claim, found, down),
        "trough_omitted": None if move is None else bool(down and move.omitted),
        "attributable": _attributable(checked.whole, move),
        "peak_omitted": None if move is None else bool(not down and move.omitted),
        "order_ok": found.in_order,
        "size_ok": move_agrees(claim, found.start.value, found.end.value)
        if move and found.start and found.end
        else None,
        "dates_ok": _dates_ok(checked),
        "truncated": any(match is not None and match.manner == "truncated" for _, match in sought),
    }


def _direction_ok(claim: Understood, found: Found, down: bool | None) -> bool | None:
    if found.in_order is False:
        return False
    return None if down is None else claim.down is None or claim.down == down


def _phrase_ok(claim: Understood, move: Move | None, found: Found) -> bool | None:
    end = found.end
    if claim.span is None or end is None:
        return None
    if (
        move is None
    ):  # a price by itself: on that weekday it was there on none of the days, or that is not known to be wrong
        if (
            claim.span.weekday is None
            or claim.start
            or any(m.date.weekday() == claim.span.weekday for m in found.matches["to"])
        ):
            return None
        return False
    if move.sessions > claim.span.most:
        return False
    if claim.span.weekday is not None:
        return end.date.weekday() == claim.span.weekday
    return None if claim.span.intraday else True


def _earlier(checked: Checked) -> list[dt.date]:
    """The dates of a claim that are taken for days before its move: by its words, and where they lie before the move's end."""
    end, day0 = checked.found.end, checked.day0
    days = [day.near(day0) for day in checked.claim.days if day.earlier]
    return [day for day in days if end is None or day < end.date]


def _move_days(checked: Checked) -> list[dt.date]:
    """The dates of a claim that are taken for days of its move: all others."""
    earlier = _earlier(checked)
    return [at for day in checked.claim.days if (at := day.near(checked.day0)) not in earlier]


def _dates_ok(checked: Checked) -> bool | None:
    found, days = checked.found, _move_days(checked)
    if not days or found.end is None:
        return None
    if len(days) > 1 and found.start is not None:
        return days[0] == found.start.date and days[-1] == found.end.date
    return days[-1] == found.end.date


def _attributable(part: Part | None, move: Move | None) -> bool | None:
    """Whether the model leaves something that ordinary days do not bring, on the side of the move."""
    if part is None or move is None:
        return None
    return bool(part.p < LEVEL and np.sign(part.car) == np.sign(move.size))
