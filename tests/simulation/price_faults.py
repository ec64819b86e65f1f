"""Faults planted in made-up prices, and sound series of many kinds: what the price checks find, and when they cry wolf.

`python -m tests.simulation.price_faults` runs all of it (a minute or two) and stores the figures in `price_faults.json`; the
tables of docs/methods/warnings.md are made of them. A fault is kind x size x place x series x how wild the share is; each is
planted in a share (or in a benchmark of its own) that follows one market, and judged by what `flags` says of that series.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from eventstudy import calendars
from eventstudy.language.messages import WARNINGS
from eventstudy.panel import Floats
from eventstudy.prices import Flag, PriceTable, SeriesInfo, flags, load_prices

STORED = Path(__file__).with_name("price_faults.json")
DAYS = calendars.sessions("XNYS", date(2023, 12, 1), date(2025, 2, 14))
ROW = int(np.searchsorted(DAYS, np.datetime64("2025-01-27")))
ESTIMATION = slice(ROW - 250, ROW - 10)
PLACES = {"estimation": ROW - 100, "day 0": ROW, "event window": ROW + 2}
SHARES = {"calm": 0.006, "ordinary": 0.015, "wild": 0.04}
MARKET = 0.009
_JUDGED = {**{code: known.severity for code, known in WARNINGS.items()}, "STALE": "caution"}


class Case(NamedTuple):
    """A fault to be planted."""

    kind: str
    size: float
    place: str
    series: str
    """`share` or `benchmark`."""
    used: str
    """`close` or `adj_close`."""
    share: str


class Outcome(NamedTuple):
    """What became of a case."""

    case: Case
    found: str
    """`doubt`, `caution`, or empty: nothing names the day."""
    moved: float
    """By how many standard errors CAR[0, 0] moves."""


def cases(kinds: tuple[str, ...] | None = None) -> list[Case]:
    """All of them, or those of some kinds."""
    made: list[Case] = []
    for kind, sizes in SIZES.items():
        if kinds is not None and kind not in kinds:
            continue
        for series in ("share",) if kind in _OF_SHARES else ("share", "benchmark"):
            for used in ("close", "adj_close") if kind in _EITHER else ("close",):
                for place in PLACES if kind not in _WHOLE else ("whole",):
                    for share in SHARES if series == "share" else ("index",):
                        made += [Case(kind, size, place, series, used, share) for size in sizes]
    return made


SIZES: dict[str, tuple[float, ...]] = {
    "wrong close for a day": (1.03, 1.05, 1.1, 1.2, 0.8, 0.5, 2.0, 10.0, 100.0, 0.01, 30.0, 1 / 30, 1e4, 1e6),
    "wrong close for two days": (1.05, 1.1, 1.2, 0.5, 2.0, 100.0),
    "another level from then on": (1.05, 1.1, 1.2, 1.37, 0.7, 3.7, 1 / 7.3, 30.0, 1 / 30, 1e4, 1e6),
    "split not applied, not listed": (1.5, 2.0, 3.0, 10.0, 20.0),
    "split not applied, listed": (1.05, 1.1, 1.25, 1.5, 2.0, 10.0),
    "split applied twice": (1.25, 1.5, 2.0, 10.0),
    "split a day late": (1.5, 2.0, 10.0),
    "another unit from then on": (100.0, 0.01, 1000.0, 0.001),
    "dividend that the price does not know": (0.02, 0.05, 0.1, 0.3, 1.5),
    "dividend a hundredth of the fall": (0.02, 0.05, 0.1, 0.3),
    "adjusted price steps over the close": (1.03, 1.06, 1.1, 1.3, 2.0, 0.9, 0.5),
    "stands still": (2, 3, 4, 6, 10),
    "a session early": (-1,),
    "a session late": (1,),
    "two sessions exchanged": (1,),
    "data of another symbol": (1,),
    "another symbol for a while": (5, 15, 40),
    "the same closes twice": (4, 5, 8, 12),
    "logarithms": (4, 6, 8),
}
_OF_SHARES = ("split not applied, not listed", "split not applied, listed", "split applied twice", "split a day late",
              "dividend that the price does not know", "dividend a hundredth of the fall")  # fmt: skip
_EITHER = ("wrong close for a day", "wrong close for two days", "another level from then on", "stands still")
_WHOLE = ("a session early", "a session late", "data of another symbol", "logarithms")


WITH = {False: "closes only", True: "volumes known"}
REASONS = {
    "wrong close for a day": "about two ordinary days of the share itself, or the next day moves on by itself",
    "wrong close for two days": "the same, and the days between hide where it came back",
    "stands still": "two days without a change are nothing odd; more where a wild share has a coarse price",
    "a session early": "it moves so little with the market that nobody sees it",
    "a session late": "the same",
    "another symbol for a while": "five closes that happen to lie near those of the share",
    "the same closes twice": "four closes in a row may come again by chance; five are told",
    "two sessions exchanged": "each close was a close of the share, and they are two ordinary days apart",
    "another level from then on": "below four ordinary days, no more than on other days, or as much trade as with news",
    "split not applied, not listed": "a wild share falls like that by itself",
    "split not applied, listed": "less than three ordinary days, on a day on which the share moved the other way by itself",
    "dividend that the price does not know": "the share fell by itself on that day",
    "dividend a hundredth of the fall": "less than three ordinary days, or the share rose by itself on that day",
    "adjusted price steps over the close": "the close rose by itself on that day",
}
"""Why a fault may pass although it moves a CAR."""


class Planted(NamedTuple):
    """One series with its fault: prices, what is listed, and the days on which a return is wrong."""

    close: Floats
    adjusted: Floats
    dividend: Floats
    split: Floats
    days: range


def plant(case: Case, clean: Floats, other: Floats) -> Planted:
    """The fault in a clean series; `other` is that of another symbol."""
    n, at = len(clean), PLACES.get(case.place, 0)
    later = np.arange(n) >= at
    wrong, close, dividend, split = clean.copy(), None, np.zeros(n), np.zeros(n)
    days = range(at, at + 1)
    match case.kind:
        case "wrong close for a day":
            wrong[at] *= case.size
            days = range(at, at + 2)
        case "wrong close for two days":
            wrong[at : at + 2] *= case.size
            days = range(at, at + 3)
        case "another level from then on" | "another unit from then on":
            wrong[later] *= case.size
        case "split not applied, not listed":
            wrong[later] /= case.size
        case "split not applied, listed":
            wrong[later] /= case.size
            split[at] = case.size
        case "split applied twice":
            wrong[later] *= case.size
            split[at] = case.size
        case "split a day late":
            wrong[np.arange(n) >= at + 1] /= case.size
            split[at] = case.size
            days = range(at, at + 2)
        case "dividend that the price does not know":
            dividend[at] = case.size * clean[at - 1]
        case "dividend a hundredth of the fall":
            wrong[later] *= 1 - case.size
            dividend[at] = case.size / 100 * clean[at - 1]
        case "adjusted price steps over the close":
            wrong[later] *= case.size
            close = clean
        case "stands still":
            wrong[at : at + int(case.size)] = wrong[at - 1]
            days = range(at, at + int(case.size) + 1)
        case "a session early" | "a session late":
            wrong = np.roll(wrong, int(case.size))
            wrong[0 if case.size > 0 else -1] = np.nan
            days = range(n)
        case "two sessions exchanged":
            wrong[at], wrong[at + 1] = wrong[at + 1], wrong[at]
            days = range(at, at + 3)
        case "data of another symbol":
            wrong, days = other.copy(), range(n)
        case "another symbol for a while":
            wrong[at : at + int(case.size)] = other[at : at + int(case.size)]
            days = range(at, at + int(case.size) + 1)
        case "the same closes twice":
            wrong[at : at + int(case.size)] = wrong[at - 30 : at - 30 + int(case.size)]
            days = range(at, at + int(case.size) + 1)
        case "logarithms":
            wrong, days = np.log(np.round(clean, 2)).round(int(case.size)), range(n)
    return Planted(wrong if close is None else close, wrong, dividend, split, days)


def outcomes(planned: list[Case], seed: int = 0, *, traded: bool = False) -> list[Outcome]:
    """Plant all of them, each in a table of its own, and say what was found; `traded`: volumes are known as well."""
    rng = np.random.default_rng(seed)
    n, width = len(planned), len(DAYS)
    market = MARKET * rng.standard_t(5, width) / np.sqrt(5 / 3)
    sd = np.array([SHARES.get(case.share, 0.002) for case in planned])
    errors = sd * rng.standard_t(5, (width, n)) / np.sqrt(5 / 3)
    slope = np.where(sd == 0.002, 1.0, rng.uniform(0.6, 1.5, n))
    clean = np.round(rng.uniform(20, 300, n) * np.exp(np.cumsum(slope * market[:, None] + errors, axis=0)), 4)
    index = 100 * np.exp(np.cumsum(market))
    other = np.round(50 * np.exp(np.cumsum(market + 0.015 * rng.normal(size=width))), 4)
    shares = 60 * np.exp(np.cumsum(1.1 * market[:, None] + 0.015 * rng.standard_normal((width, n)), axis=0))
    trade = rng.lognormal(13, 0.4, (width, n)) * np.exp(8 * np.abs(np.diff(np.log(clean), axis=0, prepend=np.nan)))
    trade[0] = trade[1]
    found = []
    for i, case in enumerate(planned):
        planted = plant(case, clean[:, i], other)
        beside = index if case.series == "share" else np.round(shares[:, i], 4)
        more = [other] if "another symbol" in case.kind else []
        best = _best(_flags(case, planted, [beside, *more], trade[:, i] if traded else None), planted.days)
        found.append(Outcome(case, best, _moved(case, clean[:, i], planted, beside)))
    return found


def _flags(case: Case, planted: Planted, beside: list[Floats], trade: Floats | None) -> list[Flag]:
    """What is said of the series with the fault, in the table of a study: it and the series it is held against."""
    nothing = [np.zeros(len(DAYS))] * len(beside)
    fields = {
        "close": np.column_stack([planted.close, *beside]),
        "adj_close": np.column_stack([planted.adjusted, *beside]),
        "dividend": np.column_stack([planted.dividend, *nothing]),
        "split": np.column_stack([planted.split, *nothing]),
    }
    if trade is not None:
        fields["volume"] = np.column_stack([trade, *[np.full(len(DAYS), np.nan)] * len(beside)])
    adjusted = case.used == "adj_close" or case.kind.startswith("adjusted")
    names = ["T", "BESIDE", "OTHER"][: 1 + len(beside)]
    prices = table(fields, names, ["adj_close" if adjusted else "dividends", *["dividends"] * len(beside)])
    closer = dict.fromkeys(names, DAYS[ROW - 5 : ROW + 6])
    compared = "T" if case.series == "benchmark" else "BESIDE"
    found = (f for f in flags(prices, closer, [compared]) if f.code in _JUDGED)
    return [f for f in found if f.ticker == "T" or f.code == "SESSION_SHIFT"]  # of two series, which one is off?


def table(fields: dict[str, Floats], names: list[str], basis: list[str], days: Any = DAYS) -> PriceTable:
    """A table of made-up prices."""
    rows, columns = pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session"), pd.Index(names, name="ticker")
    frames = {name: pd.DataFrame(values, rows, columns) for name, values in fields.items()}
    infos: Any = {n: SeriesInfo("made", b, exchange="XNYS") for n, b in zip(names, basis, strict=True)}  # type: ignore[arg-type]
    return PriceTable(frames, infos)


def _best(found: list[Flag], days: range) -> str:
    """The heaviest word on one of these days; a price that stands still in the event window is a doubt there."""
    at_fault = {DAYS[d].item() for d in days if d < len(DAYS)}
    event = {d.item() for d in DAYS[ROW - 5 : ROW + 6]}
    grades = set()
    for flag in found:
        if flag.whole or at_fault & set(flag.sessions):
            frozen = flag.code == "STALE" and event & set(flag.sessions)
            grades.add("doubt" if frozen else _JUDGED[flag.code])
    return "doubt" if "doubt" in grades else "caution" if "caution" in grades else ""


def _moved(case: Case, clean: Floats, planted: Planted, beside: Floats) -> float:
    """By how many standard errors of the clean study, of a share beside its benchmark, the fault moves CAR[0, 0]."""

    def returns(prices: Floats, paid: Floats) -> Floats:
        return np.append(np.nan, (prices[1:] + paid[1:]) / prices[:-1] - 1)

    nothing = np.zeros(len(clean))
    sound, other = returns(clean, nothing), returns(beside, nothing)
    spoilt = returns(planted.adjusted, planted.dividend)
    pairs = [(own, other) if case.series == "share" else (other, own) for own in (sound, spoilt)]
    (right, se), (wrong, _) = (_day0(*pair) for pair in pairs)
    return abs(wrong - right) / se


def _day0(y: Floats, x: Floats) -> tuple[float, float]:
    """The abnormal return of day 0 by the market model, and its standard error."""
    there = np.isfinite(y[ESTIMATION]) & np.isfinite(x[ESTIMATION])
    own, market = y[ESTIMATION][there], x[ESTIMATION][there]
    beta = float(np.cov(own, market)[0, 1] / np.var(market, ddof=1))
    alpha = float(own.mean() - beta * market.mean())
    sigma = float(np.sqrt(np.sum((own - alpha - beta * market) ** 2) / (len(own) - 2)))
    return float(y[ROW] - alpha - beta * x[ROW]), sigma


# ---- sound series -----------------------------------------------------------------------------------------------------

LONG = calendars.sessions("XNYS", date(2005, 1, 3), date(2024, 12, 31))


def _garch(rng: np.random.Generator, n: int, df: int = 5) -> Floats:
    """(S, n) GARCH(1, 1) with unit variance and t errors."""
    shocks = rng.standard_t(df, (len(LONG), n)) / np.sqrt(df / (df - 2))
    variance, found = np.ones(n), np.empty((len(LONG), n))
    for t in range(len(LONG)):
        found[t] = np.sqrt(variance) * shocks[t]
        variance = 0.02 + 0.09 * found[t] ** 2 + 0.89 * variance
    return found


def _moves(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    """Returns of a market with the crashes of 2008 and 2020, and of shares with earnings four times a year."""
    market = 0.009 * _garch(rng, 1)
    for first, days, sd in (("2008-10-06", 25, 0.04), ("2020-03-05", 20, 0.055)):
        at = int(np.searchsorted(LONG, np.datetime64(first)))
        market[at : at + days, 0] += rng.normal(0, sd, days)
    found = rng.uniform(0.5, 1.6, n) * market + rng.uniform(0.009, 0.024, n) * _garch(rng, n)
    for k in range(n):
        reports = np.arange(rng.integers(0, 63), len(LONG), 63)
        found[reports, k] += 0.045 * rng.standard_t(4, len(reports))
    return market, np.clip(found, -0.9, 3)


def sound(n: int, seed: int = 1) -> Iterator[tuple[str, PriceTable]]:
    """Kinds of sound series, each n long histories."""
    rng, names = np.random.default_rng(seed), [f"T{i}" for i in range(n)]
    market, moved = _moves(rng, n)
    plain, zero = ["as_given"] * n, np.zeros((len(LONG), n))
    price = 50 * np.cumprod(1 + moved, axis=0)
    of: Callable[..., PriceTable] = lambda closes, basis=plain, who=names, **more: table(  # noqa: E731
        {"close": closes, **more}, who, basis, LONG
    )
    yield "shares, GARCH, earnings, 2008 and 2020", of(price.round(4))
    trade = rng.lognormal(13, 0.5, price.shape) * np.exp(8 * np.abs(moved))
    yield "the same with volume", of(price.round(4), volume=trade)
    indices = 100 * np.cumprod(1 + market + 0.003 * rng.standard_normal(price.shape), axis=0)
    yield "indices", of(indices.round(2), who=[f"^I{i}" for i in range(n)])
    cheap = np.cumprod(1 + np.clip(0.05 * _garch(rng, n), -0.8, 2), axis=0)
    yield "penny shares in cents", of(np.maximum((0.3 * cheap / np.median(cheap, axis=0)).round(2), 0.01))
    coins = of(np.cumprod(1 + np.clip(0.06 * _garch(rng, n, 4), -0.9, 4), axis=0))
    info = {name: SeriesInfo("made", "as_given", exchange="24/7") for name in names}
    yield "coins", PriceTable(coins.fields, info)
    still = rng.random(price.shape) < 0.5
    still[0] = False
    bounced = (price * np.exp(rng.choice([-0.01, 0.0, 0.01], price.shape))).round(2)
    last = np.maximum.accumulate(np.where(still, 0, np.arange(len(LONG))[:, None]), axis=0)
    yield "illiquid shares", of(np.take_along_axis(bounced, last, axis=0), volume=np.where(still, 0.0, 5000.0))
    share = np.where(np.arange(len(LONG))[:, None] % 63 == rng.integers(0, 63, n), 0.006, 0.0)
    share = np.where(np.arange(len(LONG))[:, None] == rng.integers(1, len(LONG), n), 0.1, share)
    after = 50 * np.cumprod((1 + moved) * (1 - share), axis=0)
    yield "dividends, special ones too", of(after, ["dividends"] * n, dividend=share * after / (1 - share))
    ratio = rng.choice([1.05, 1.1, 1.25, 1.5, 2, 3, 10, 0.1], n)
    split = np.where(np.arange(len(LONG))[:, None] == rng.integers(1, len(LONG), n), ratio, zero)
    yield "splits, all applied", of(price, split=split)
    yield (
        "shares beside their index",
        of(np.column_stack([indices[:, 0], price[:, 1:]]).round(4), who=["^I", *names[1:]]),
    )
    homes = [("XNYS", "XETR", "XTKS")[i % 3] for i in range(n)]
    closed = [~np.isin(LONG, calendars.sessions(home, LONG[0].item(), LONG[-1].item())) for home in homes]
    mixed = of(np.where(np.column_stack(closed), np.nan, price.round(4)))
    info = {name: SeriesInfo("made", "as_given", exchange=home) for name, home in zip(names, homes, strict=True)}
    yield "mixed exchanges", PriceTable(mixed.fields, info)
    yield "the prices that ship, 2024 and 2025", load_prices(source="bundled")


def alarms(n: int) -> list[dict[str, Any]]:
    """False alarms by kind and code, in a thousand years of a ticker."""
    rows = []
    for kind, prices in sound(n):
        days, years = prices.close.index.to_numpy("datetime64[D]"), int(prices.close.notna().sum().sum()) / 252
        compared = prices.tickers if kind == "indices" else ("^I", "SPY")
        seen = Counter(flag.code for flag in flags(prices, _an_event_a_year(prices.tickers, days), compared))
        codes = {code: round(1000 * times / years, 2) for code, times in sorted(seen.items())}
        of = {grade: sum(t for code, t in seen.items() if _severity(code) == grade) for grade in ("doubt", "caution")}
        rates = {grade: round(1000 * times / years, 2) for grade, times in of.items()}
        rows.append({"kind": kind, "years": round(years), **rates, "codes": codes})
    return rows


def _an_event_a_year(tickers: list[str], days: Any) -> dict[str, Any]:
    """Eleven days around a day of each year but the first and, where there are more, the last: another one for each ticker."""
    rng = np.random.default_rng(3)
    years, reach = np.arange(252, max(len(days) - 252, 253), 252), min(200, len(days) - 262)
    starts = [years + rng.integers(0, reach) for _ in tickers]
    return {t: days[(s[:, None] + np.arange(11)).ravel()] for t, s in zip(tickers, starts, strict=True)}


def _severity(code: str) -> str:
    """The severity of a flag."""
    return WARNINGS[code].severity if code in WARNINGS else "note"


# ---- figures ----------------------------------------------------------------------------------------------------------


def summed(found: list[Outcome]) -> list[dict[str, Any]]:
    """A row a kind and size: cases, found, and of those that move CAR[0, 0] by more than two standard errors the passed."""
    rows = []
    for kind in dict.fromkeys(o.case.kind for o in found):
        for size in dict.fromkeys(o.case.size for o in found if o.case.kind == kind):
            own = [o for o in found if (o.case.kind, o.case.size) == (kind, size)]
            large = [o for o in own if o.moved > 2]
            rows.append(
                {
                    "kind": kind,
                    "size": size,
                    "n": len(own),
                    "doubt": sum(o.found == "doubt" for o in own),
                    "caution": sum(o.found == "caution" for o in own),
                    "large": len(large),
                    "passed": sum(not o.found for o in large),
                }
            )
    return rows


def figures(repeat: int = 9, histories: int = 100) -> dict[str, Any]:
    """All figures that are stored: of a third of the tables the volumes are not known."""
    by_volume = {
        traded: [o for s in seeds for o in outcomes(cases(), s, traded=traded)]
        for traded, seeds in ((False, range(repeat // 3)), (True, range(repeat // 3, repeat)))
    }
    large = {traded: [o for o in found if o.moved > 2] for traded, found in by_volume.items()}
    totals = {WITH[traded]: [len(found), sum(not o.found for o in found)] for traded, found in large.items()}
    return {"faults": summed([*by_volume[False], *by_volume[True]]), "totals": totals, "alarms": alarms(histories)}


def table_of_faults(stored: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """A row a kind: the share found by size, and how many pass that move CAR[0, 0] by more than two standard errors."""
    rows = []
    for kind in SIZES:
        own = [row for row in stored["faults"] if row["kind"] == kind]
        sizes = "; ".join(
            f"{row['size']:g}: {100 * row['doubt'] / row['n']:.0f} + {100 * row['caution'] / row['n']:.0f}"
            for row in own
        )
        large, passed = sum(row["large"] for row in own), sum(row["passed"] for row in own)
        reason = REASONS.get(kind, "") if passed else ""
        rows.append([kind, str(sum(row["n"] for row in own)), sizes, str(large), str(passed), reason])
    total = [str(sum(int(row[column]) for row in rows)) for column in (1, 3, 4)]
    rows.append(["all", total[0], "", total[1], total[2], ""])
    for name, (many, missed) in stored["totals"].items():
        rows.append([f"all, {name}", "", "", str(many), f"{missed} ({100 * missed / many:.1f} %)", ""])
    head = ["fault", "cases", "size: % doubted + % cautioned", "move CAR by > 2 s.e.", "of these passed", "why"]
    return head, rows


def table_of_alarms(stored: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """A row a kind of sound series: doubts and cautions in a thousand years of a ticker, and the codes."""
    rows = [
        [
            row["kind"],
            f"{row['years']:,}",
            f"{row['doubt']:.1f}",
            f"{row['caution']:.1f}",
            ", ".join(f"{code} {rate:g}" for code, rate in row["codes"].items()) or "none",
        ]
        for row in stored["alarms"]
    ]
    return ["sound series", "ticker-years", "doubts in 1,000", "cautions in 1,000", "codes"], rows


if __name__ == "__main__":
    STORED.write_text(json.dumps(figures(), indent=1) + "\n", encoding="utf-8")
