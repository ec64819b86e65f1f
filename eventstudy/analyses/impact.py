"""How much money? CARs times market capitalisation at the last close before the window.

Money is in the currency of the prices. What the market did stands beside it: the capitalisation times the return of the window,
dividends included. Capitalisation is close times shares outstanding, both in units of after all splits that the prices know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.analyses.base import Answer, all_prices, of_pairs, plain
from eventstudy.config import StudyConfig
from eventstudy.datasets import shipped
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence
from eventstudy.inference import Sample
from eventstudy.inference.joint import not_one_design
from eventstudy.language import Phrase, spoken, written
from eventstudy.panel import Exclusion, Floats, Ints, over_splits, read_shares, worth_before
from eventstudy.prices import PriceTable, in_whole_units
from eventstudy.study.answers import FirmAnswers, ask_firms
from eventstudy.study.doubts import not_counted
from eventstudy.study.estimate import combined
from eventstudy.study.happened import DAY0, called, explains, side
from eventstudy.study.names import words_of_test
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import instead_of_finding, p_text
from eventstudy.study.study import Prices
from eventstudy.study.text import prose
from eventstudy.text import columns
from eventstudy.units.windows import Window

_OLD = 400
"""Days from which on a count of shares is called old: reports come once a year at least."""
_LATE = 7
"""Days between the last price and its retrieval from which on splits may be hidden."""


@dataclass(frozen=True)
class Stake:
    """What one pair was worth before a window."""

    session: str
    """The last close before the window."""
    close: float
    """Adjusted for splits."""
    shares: float
    """Adjusted for splits."""
    shares_since: str | None
    """When they were counted; None where the file does not say, and they are taken as counted like the prices."""
    splits: float
    """What the count was multiplied by for splits after its day."""
    currency: str
    """Of the close; empty where the price source names none."""

    @property
    def capitalisation(self) -> float:
        """Close times shares outstanding."""
        return self.close * self.shares


@dataclass(frozen=True)
class Amount:
    """Money that a window brought, with the interval of the abnormal part by the headline test."""

    capitalisation: float
    raw: float
    """Capitalisation times the return of the window; NaN where a day of it has no return."""
    abnormal: float
    low: float
    high: float
    p: float
    """Exact t."""


@dataclass(frozen=True)
class FirmImpact:
    """One pair and window."""

    event_id: str
    ticker: str
    window: Window
    stake: Stake
    amount: Amount
    headline: str
    """The test that speaks for this pair."""
    headline_p: float
    """NaN where that test is not valid."""
    exact_valid: bool = True
    """Whether the exact t is."""


@dataclass(frozen=True)
class TotalImpact:
    """All pairs of one window: the portfolio that holds every firm by its capitalisation."""

    window: Window
    tickers: tuple[str, ...]
    amount: Amount
    headline: str
    """The test that speaks for this portfolio."""
    headline_p: float
    """NaN where that test is not valid."""
    exact_valid: bool = True
    """Whether the exact t is."""


@dataclass(frozen=True, repr=False, eq=False)
class Impact(Answer):
    """What an event was worth. Amounts are in units of `currency`."""

    currency: str
    """Of all amounts; empty where the price source names none, or several: then see `Stake.currency`."""
    firms: tuple[FirmImpact, ...]
    totals: tuple[TotalImpact, ...]
    no_total: str
    """Why there is no total; empty where there is one."""
    doubt: str
    """Why intervals only describe under this model; or empty."""
    excluded: tuple[Exclusion, ...]
    result: StudyResult
    cautions: tuple[str, ...] = ()
    """Which pairs no total counts, and what to know of the counts of shares."""
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""
    schema = "eventstudy.impact/1"
    chart = "impact"

    @property
    def incomplete(self) -> bool:
        """Whether a pair could not be counted."""
        return bool(self.excluded)

    @property
    def messages(self) -> tuple[str, ...]:
        """Why there is no total, what intervals and counts of shares are worth, and what was left out."""
        return (*self._limits(), *self.cautions, *map(_without, self.excluded))

    def _limits(self) -> list[Phrase]:
        """Why there is no total, and why intervals only describe."""
        said = [Phrase("no total: {why}", why=self.no_total)] if self.no_total else []
        return said + ([Phrase("intervals only describe: {why}", why=self.doubt)] if self.doubt else [])

    def tidy(self) -> pd.DataFrame:
        """One row a pair and window, then one a total (no event, ticker `total`): capitalisation, raw and abnormal value, p."""
        rows: list[dict[str, Any]] = [
            {"event_id": f.event_id, "ticker": f.ticker, "start": f.window.start, "end": f.window.end}
            | vars(f.stake)
            | vars(f.amount)
            | {"headline": f.headline, "headline_p": f.headline_p}
            for f in self.firms
        ]
        rows += [
            {"event_id": "", "ticker": "total", "start": t.window.start, "end": t.window.end}
            | vars(t.amount)
            | {"headline": t.headline, "headline_p": t.headline_p}
            for t in self.totals
        ]
        return pd.DataFrame(rows)

    @property
    def lacking(self) -> int:
        """How many pairs could not be counted: a total is then the sum of a part."""
        return len({(e.event_id, e.ticker) for e in self.excluded})

    def total_name(self, total: TotalImpact) -> str:
        """What a total is called: `all 16`, or `4 of 16` where some could not be counted, or are in doubt.

        `total`: one of `totals`.

        Example:
            >>> answer.total_name(answer.totals[0])
            'all 2'
        """
        n, every = len(total.tickers), self.every(total.window)
        return Phrase("{n} of {all}", n=n, all=every) if n < every else Phrase("all {n}", n=n)

    def every(self, window: Window) -> int:
        """How many pairs a total would count if all of them could be counted and believed.

        `window`: one of those asked for.

        Example:
            >>> answer.every(answer.totals[0].window)
            2
        """
        return self.lacking + sum(f.window == window for f in self.firms)

    def money(self, value: float, *, sign: bool = True) -> str:
        """An amount as shown to people: in billions or millions.

        `value`: in units of the currency. `sign`: whether gains bear a plus.

        Example:
            >>> answer.money(-592.66e9)
            '-592.7 billion USD'
        """
        return money(value, self.currency, sign=sign)

    def _document(self) -> dict[str, Any]:
        """Amounts are in units of the currency."""
        return {
            "currency": self.currency,
            "firms": [
                {"event_id": f.event_id, "ticker": f.ticker, "start": f.window.start, "end": f.window.end}
                | plain(vars(f.stake))
                | plain(vars(f.amount))
                | plain({"headline": f.headline, "headline_p": f.headline_p})
                for f in self.firms
            ],
            "totals": [
                {"start": t.window.start, "end": t.window.end, "tickers": list(t.tickers)}
                | plain(vars(t.amount))
                | plain({"headline": t.headline, "headline_p": t.headline_p})
                for t in self.totals
            ],
            "no_total": self.no_total,
            "doubt": self.doubt,
            "cautions": list(self.cautions),
            "excluded": [e._asdict() for e in self.excluded],
            "believable": self.believable,
            "sentence": self.sentence,
        }

    def _finding(self) -> Phrase:
        """What the first window brought: all firms together where they make a portfolio, else one by one."""
        window = self.firms[0].window
        alone = [f for f in self.firms if f.window == window]
        together = [t for t in self.totals if t.window == window and not self.lacking]
        explained, more, left = explains(self.result.config), "", ""
        if together:
            [total] = together
            who = Phrase("the {n} firms", n=len(total.tickers))
            told = [_in_words(who, len(total.tickers), total, self.currency, explained)]
        else:
            shown = alone[:_NAMED]
            told = [_in_words(called(self.result, f.ticker), 1, f, f.stake.currency, explained) for f in shown]
            more = Phrase("; and {n} more", n=len(alone) - len(shown)) if len(alone) > len(shown) else ""
        if self.lacking:
            left = Phrase(" {n} more could not be counted, so no sum speaks for all.", n=self.lacking)
        said: dict[str, Any] = {"brought": told, "more": more, "left": left}
        sessions = np.unique(self.result.returns.day0_sessions)
        if window != DAY0:
            said |= {"first": window.start, "last": window.end}
            return Phrase("From day {first:day} to day {last:day} {brought:;}{more}.{left}", **said)
        if len(sessions) == 1:
            return Phrase("On {on:weekday} {brought:;}{more}.{left}", on=str(sessions[0]), **said)
        return Phrase("On day 0 of their events {brought:;}{more}.{left}", **said)

    def _lines(self, *, verbose: bool) -> list[str]:
        """The finding, a row a pair and window with the total below, and what to know."""
        unit, name = _unit(self)
        head: list[str] = [Phrase("window"), name, Phrase("value before"), Phrase("in all"), Phrase("abnormal")]
        rows = [[spoken(text) for text in [*head, Phrase("95 % interval"), "p", Phrase("p of t")]]]
        firms = self.firms if verbose else self.firms[:_SHOWN]
        several = len({f.stake.currency for f in self.firms}) > 1
        called = {f.ticker: f"{f.ticker} ({f.stake.currency})" if several else f.ticker for f in self.firms}
        rows += [[written(f.window), called[f.ticker], *_figures(f, unit)] for f in firms]
        rows += [[written(t.window), spoken(self.total_name(t)), *_figures(t, unit)] for t in self.totals]
        lines = [*prose(self.sentence), "", *columns(rows, range(2, 8), names=2).splitlines()]
        if len(firms) < len(self.firms):
            more = len(self.firms) - len(firms)
            lines.append(spoken(Phrase("... and {n} more rows (--verbose, or --format csv)", n=more)))
        valid = all(f.exact_valid for f in firms) and all(t.exact_valid for t in self.totals)
        lines += prose(
            Phrase(
                "value before: last close before the window times shares outstanding. p and interval: the window among windows"
                " made of ordinary days; p of t: exact t.{invalid}",
                invalid="" if valid else Phrase(" In brackets: not valid (eventstudy run says why)."),
            )
        )
        lines += prose(_counted(self))
        lines += [line for said in (*self._limits(), *self.cautions) for line in prose(said)]
        return lines + _left_out(self, verbose=verbose)


def check_money(config: StudyConfig) -> None:
    """Refuse what no money is behind, before shares are asked for.

    Raises:
        InvalidRequest: the study is not of returns of days, has no estimation days, or was given abnormal returns.
    """
    for check in (config.check_estimated, config.check_of_returns, config.check_daily, config.check_prices):
        check(Phrase("the money a window brought"))
    if config.outcome != "return":
        raise InvalidRequest(
            Sentence("only a study of returns can be turned into money"), hint=Sentence("leave out --outcome")
        )


@of_pairs
def impact(
    result: StudyResult,
    prices: Prices | None = None,
    shares: pd.DataFrame | str | Path | None = None,
    *,
    windows: Sequence[Sequence[int]] | None = None,
) -> Impact:
    """CARs of a study in money.

    `prices`: those of the study by default, or more of them. `shares`: outstanding, a file or what `read_shares` or
    `load_shares` gives; by default those that ship, of the embedded prices. Of a ticker the last count up to the close
    before the window is taken, times the splits after its day. `windows`: those that are reported, by default. The total is
    that of one portfolio, so it has an interval too; only firms of one date, one currency and the same days make one. Pairs
    whose prices are in doubt stand in the table, and in no total.

    `result`: the study, of which the pairs are kept. Money is in the currency of the prices.

    Raises:
        InvalidRequest: a study of something else than returns. NothingUsable: no pair has a price and shares outstanding.

    Example:
        >>> result = es.run("deepseek-r1", tickers="NVDA,AMD", day0="recognised")
        >>> found = es.analyses.impact(result, windows=[(0, 0)])
        >>> [(firm.ticker, found.money(firm.amount.raw)) for firm in found.firms]
        [('NVDA', '-592.7 billion USD'), ('AMD', '-12.7 billion USD')]
    """
    check_money(result.config)
    table = in_whole_units(all_prices(result, prices))
    table.check_prices((pair.ticker for pair in result.panel.pairs), Phrase("money"))
    shares = over_splits(read_shares(shipped("shares.csv") if shares is None else shares), table)
    wanted = [Window.of(w) for w in windows] if windows is not None else list(result.config.windows or ())
    stakes: dict[tuple[int, int], Stake] = {}
    lacking: dict[tuple[str, str], Exclusion] = {}
    firms: list[FirmImpact] = []
    totals, reasons, doubtful = [], [], []
    for window in wanted:
        sample = result.sample(window)
        assert sample.members is not None
        for i in sample.members:
            found = _stake(result, int(i), window, table, shares)
            if isinstance(found, Exclusion):
                lacking[found.event_id, found.ticker] = found
            else:
                stakes[int(i), window.start] = found
        known = np.array([i for i in sample.members if (int(i), window.start) in stakes], dtype=np.int64)
        held = [stakes[int(i), window.start] for i in known]
        firms += _firms(result, window, known, held)
        kept = result.believed(known)
        doubtful += not_counted(result, known)
        summed = [stakes[int(i), window.start] for i in kept]
        total, reason = _total(result, window, kept, summed, _currencies(table, result, kept))
        totals += [total] if total else []
        reasons += [reason] if reason else []
    if not firms:
        raise NothingUsable(
            Sentence("no pair has both a close before the window and shares outstanding"),
            available="; ".join(e.message for e in list(lacking.values())[:5]),
            hint=Sentence("columns of the file: ticker, shares[, date]"),
        )
    currencies = _currencies(table, result, np.arange(result.returns.n))
    return Impact(
        currency=currencies.pop() if len(currencies) == 1 else "",
        firms=tuple(firms),
        totals=tuple(totals),
        no_total=Phrase("{reasons:list}", reasons=list(dict.fromkeys(reasons))) if reasons else "",
        doubt=result.returns.descriptive if any(f.headline == "exact_t" for f in firms) else "",
        excluded=tuple(lacking.values()),
        result=result,
        cautions=(*dict.fromkeys(doubtful), *_cautions(firms, table)),
        instead=instead_of_finding(result),
    )


def _cautions(firms: Sequence[FirmImpact], prices: PriceTable) -> tuple[str, ...]:
    """Counts that are old, and splits that the prices may be adjusted for without showing them."""
    said: dict[str, None] = {}
    if any(not firm.stake.currency for firm in firms):
        said[Phrase("amounts are in the currency of the prices, which their source does not name")] = None
    for firm in firms:
        stake = firm.stake
        if stake.shares_since is None:
            continue
        days = (pd.Timestamp(stake.session) - pd.Timestamp(stake.shares_since)).days
        if days > _OLD:
            counted = {"ticker": firm.ticker, "n": days, "on": stake.shares_since}
            said[Phrase("{ticker}: its shares were counted {n} days before the window, on {on}", **counted)] = None
        info, last = prices.info[firm.ticker], prices.close.index[-1]
        fetched = pd.Timestamp(info.retrieved_at).tz_localize(None) if info.retrieved_at else last
        if (fetched - last).days > _LATE:
            ends = {"ticker": firm.ticker, "last": f"{last:%Y-%m-%d}", "fetched": f"{fetched:%Y-%m-%d}"}
            text = Phrase(
                "{ticker}: prices end on {last} and were fetched on {fetched}; a split between the two is in the prices, but"
                " not in the count of shares",
                **ends,
            )
            said[text] = None
    return tuple(said)


def _stake(result: StudyResult, i: int, window: Window, prices: PriceTable, shares: pd.DataFrame) -> Stake | Exclusion:
    """What pair i was worth at the last close before the window, or why that is not known."""
    pair, block = result.panel.pairs[i], result.panel.block
    first = pd.Timestamp(block.sessions[block.design[i], window.start - block.estimation.start])
    found = worth_before(pair.event_id, pair.ticker, first, prices, shares)
    if isinstance(found, Exclusion):
        return found
    return Stake(
        session=f"{found.session:%Y-%m-%d}",
        close=found.close,
        shares=found.shares,
        shares_since=None if found.since is None else f"{found.since:%Y-%m-%d}",
        splits=found.splits,
        currency=prices.info[pair.ticker].currency or "",
    )


def _firms(result: StudyResult, window: Window, known: Ints, held: list[Stake]) -> list[FirmImpact]:
    """Each pair by itself."""
    if not len(known):
        return []
    config, returns = result.config, result.returns.take(known)
    answers = ask_firms(returns, window, (), config.seed, config.outcome, config.alternative, config.level)
    value = np.array([stake.capitalisation for stake in held])
    amounts = _amounts(answers, value, _compounded(result, known, window), log=config.returns == "log")
    pairs = [result.panel.pairs[int(i)] for i in known]
    return [
        FirmImpact(pair.event_id, pair.ticker, window, stake, amount, answers.headline[n], *_judged(answers, n))
        for n, (pair, stake, amount) in enumerate(zip(pairs, held, amounts, strict=True))
    ]


def _amounts(answers: FirmAnswers, value: Floats, raw: Floats, *, log: bool) -> list[Amount]:
    """Money of N series worth `value` (N,) whose return over the window was `raw` (N,)."""
    grown = np.expm1 if log else np.asarray
    abnormal, low, high = (value * grown(car) for car in (answers.found.car, answers.low, answers.high))
    columns = (value, value * raw, abnormal, low, high, answers.p)
    return [Amount(*map(float, row)) for row in zip(*columns, strict=True)]


def _compounded(result: StudyResult, known: Ints, window: Window) -> Floats:
    """(n,) buy-and-hold return of the window; NaN where a day of it has none."""
    start = window.start - result.config.event_window.start
    returns = result.raw[known, start : start + window.length]
    grown: Floats = np.expm1(returns.sum(axis=1)) if result.config.returns == "log" else (1 + returns).prod(axis=1) - 1
    return grown


def _total(
    result: StudyResult, window: Window, known: Ints, held: list[Stake], currencies: set[str]
) -> tuple[TotalImpact | None, str]:
    """All pairs as one portfolio with one share of each firm's capital, or why there is none."""
    tickers = tuple(result.panel.pairs[int(i)].ticker for i in known)
    if len(known) < 2:
        return None, ""
    if len(set(tickers)) < len(tickers):
        return None, Phrase("a ticker has several events")
    if len(currencies) > 1:
        return None, Phrase("prices are in {currencies:list}", currencies=sorted(currencies))
    if result.config.returns == "log":
        return None, Phrase("log returns of firms do not add up to those of a portfolio")
    returns = result.returns.take(known)
    if reason := not_one_design(Sample.of(returns, window), 1):
        return None, reason
    value = np.array([stake.capitalisation for stake in held])
    raw = float(value @ _compounded(result, known, window) / value.sum())
    one = combined(returns, (value / value.sum())[None, :])
    config = result.config
    answers = ask_firms(one, window, (), config.seed, config.outcome, config.alternative, config.level)
    [amount] = _amounts(answers, value.sum(keepdims=True), np.array([raw]), log=False)
    return TotalImpact(window, tickers, amount, answers.headline[0], *_judged(answers, 0)), ""


def _judged(answers: FirmAnswers, i: int) -> tuple[float, bool]:
    """The p of the headline of series i, NaN where it is not valid, and whether the exact t is."""
    p = answers.told_p(i) if answers.believed[i] else float("nan")
    return p, bool(answers.tests["exact_t"].believed[i])


def _currencies(prices: PriceTable, result: StudyResult, known: Ints) -> set[str]:
    names = {result.panel.pairs[int(i)].ticker for i in known}
    return {prices.info[name].currency or "" for name in names if name in prices.info}


_NAMED = 3
"""Up to so many firms are named where they make no portfolio."""


def money(value: float, currency: str, *, sign: bool = True) -> str:
    """An amount as shown to people: in billions or millions."""
    unit, large = (1e9, True) if abs(value) >= 1e9 else (1e6, False)
    said: dict[str, Any] = {"value": value / unit, "currency": f" {currency}" if currency else ""}
    if not np.isfinite(value):
        return Phrase("{value:.1f}", value=float("nan"))
    if sign:
        return (
            Phrase("{value:+,.1f} billion{currency}", **said)
            if large
            else Phrase("{value:+,.1f} million{currency}", **said)
        )
    return (
        Phrase("{value:,.1f} billion{currency}", **said) if large else Phrase("{value:,.1f} million{currency}", **said)
    )


_SHOWN = 30
"""Up to so many rows are shown in a table for people."""


def _counted(found: Impact) -> Phrase:
    """Which count of shares was taken, once a ticker and day of counting."""
    counts: dict[Phrase, None] = {}
    for f in found.firms:
        stake = f.stake
        said: dict[str, Any] = {"ticker": f.ticker, "millions": stake.shares / 1e6, "split": ""}
        if stake.splits != 1:
            said["split"] = Phrase(", times {times:g} for splits since", times=stake.splits)
        if stake.shares_since:
            text = Phrase("{ticker} {millions:,.1f} million (counted {on}{split})", on=stake.shares_since, **said)
        else:
            text = Phrase("{ticker} {millions:,.1f} million (undated{split})", **said)
        counts[text] = None
    texts: list[str] = list(counts)
    return Phrase("shares: {counts:;}", counts=texts if len(texts) <= _SHOWN else [*texts[:_SHOWN], "..."])


def _left_out(found: Impact, *, verbose: bool) -> list[str]:
    """Pairs without an amount: one line for all that lack a count of shares, or with `verbose` one each."""
    lacking = [e for e in found.excluded if e.reason == "NO_SHARES"]
    others = [e for e in found.excluded if e.reason != "NO_SHARES"]
    lines = []
    if len(lacking) > 2 and not verbose:
        names = list(dict.fromkeys(e.ticker for e in lacking))
        lines += prose(
            Phrase(
                "left out, for it is not known how many shares there were: {names} [NO_SHARES]; --shares FILE",
                names=names,
            )
        )
    else:
        others = [*lacking, *others]
    return lines + [line for e in others for line in prose(_without(e))]


def _without(e: Exclusion) -> Phrase:
    """What was left out, and why."""
    return Phrase("left out {ticker}: {why} [{code}]", ticker=e.ticker, why=e.message, code=e.reason)


def _unit(found: Impact) -> tuple[float, Phrase]:
    """What amounts are divided by in the table, and what that is called."""
    largest = max(f.amount.capitalisation for f in found.firms)
    currency = f" {found.currency}" if found.currency else ""
    if largest >= 1e9:
        return 1e9, Phrase("billion{currency}", currency=currency)
    return 1e6, Phrase("million{currency}", currency=currency)


def _figures(row: FirmImpact | TotalImpact, unit: float) -> list[str]:
    amount = row.amount
    raw, abnormal, low, high = (
        written(v / unit, "+,.1f") for v in (amount.raw, amount.abnormal, amount.low, amount.high)
    )
    there = np.isfinite(amount.high - amount.low)
    exact = p_text(amount.p) if row.exact_valid or not np.isfinite(amount.p) else f"({p_text(amount.p)})"
    interval = f"{low} .. {high}" if there else ""
    return [written(amount.capitalisation / unit, ",.1f"), raw, abnormal, interval, p_text(row.headline_p), exact]


def _in_words(who: str, n: int, row: FirmImpact | TotalImpact, currency: str, explained: Phrase) -> Phrase:
    """What somebody gained or lost, n firms together, and how that stands to what is explained."""
    amount = row.amount
    odds = Phrase("(no test is valid for that)")
    if np.isfinite(row.headline_p):
        low, high = (money(v, currency) for v in (amount.low, amount.high))
        said = {"low": low, "high": high, "p": row.headline_p, "test": words_of_test(row.headline)}
        odds = Phrase("(95 % from {low} to {high}; p {p:p}, {test})", **said)
    if not np.isfinite(amount.raw):
        return Phrase("{who}: abnormal {value} {odds}", who=who, value=money(amount.abnormal, currency), odds=odds)
    whole, part = (money(abs(v), currency, sign=False) for v in (amount.raw, amount.abnormal))
    moved: dict[str, Any] = {"n": n, "who": who, "whole": whole, "odds": odds}
    moved["stands"] = _stands(part, side(amount.raw, amount.abnormal), explained)
    if amount.raw < 0:
        return Phrase.counted(
            "{who} lost {whole} of market value, {stands} {odds}",
            "{who} lost {whole} of market value, {stands} {odds}",
            **moved,
        )
    return Phrase.counted(
        "{who} gained {whole} of market value, {stands} {odds}",
        "{who} gained {whole} of market value, {stands} {odds}",
        **moved,
    )


def _stands(part: str, where: str, explained: Phrase) -> Phrase:
    """How far an amount lies from what is explained."""
    said = {"part": part, "model": explained}
    if where == "more than":
        return Phrase("{part} more than {model}", **said)
    if where == "less than":
        return Phrase("{part} less than {model}", **said)
    return (
        Phrase("{part} below what {model}", **said)
        if where == "below what"
        else Phrase("{part} above what {model}", **said)
    )
