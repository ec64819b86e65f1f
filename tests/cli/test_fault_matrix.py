"""The fault matrix: whatever Yahoo does, `prices fetch` and `run` keep what they had, say what is wrong, and end as promised.

One row a fault, two commands. Nothing is silent: a value that lacks is talked about by a message, a warning or an exclusion
of its own ticker, in every row.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from eventstudy import calendars
from eventstudy.language import messages
from eventstudy.prices._store import Store

from tests.cli.conftest import Ran
from tests.loopback.answers import FAULTS, Series, opening
from tests.loopback.server import Service
from tests.tiers import first
from tests.worlds import series

DAYS: list[date] = calendars.sessions("XNYS", date(2023, 12, 1), date(2025, 2, 14)).tolist()
DAY0 = date(2025, 1, 27)
ZERO = DAYS.index(DAY0)
HELD = DAYS[200]
"""Up to here the series were fetched before anything went wrong."""

Spoil = Callable[[Series], Series]


@pytest.fixture
def service() -> Service:
    return Service([series(symbol, seed, DAYS) for seed, symbol in enumerate(("GOOD", "BAD", "SPY", "LAST"))])


def closes(change: Callable[[int, float], float | None]) -> Spoil:
    """Another close for each row and close."""
    return lambda s: replace(s, closes=[change(i, float(c or 0)) for i, c in enumerate(s.closes)])


def without(*rows: int) -> Spoil:
    """Rows that do not come at all."""

    def change(series: Series) -> Series:
        kept = [i for i in range(len(DAYS)) if i not in rows]
        days, volumes = [series.days[i] for i in kept], [series.volumes[i] for i in kept]
        return replace(series, days=days, closes=[series.closes[i] for i in kept], volumes=volumes)

    return change


def volumes(change: Callable[[int, int], int | None]) -> Spoil:
    return lambda s: replace(s, volumes=[change(i, int(v or 0)) for i, v in enumerate(s.volumes)])


def then(*changes: Spoil) -> Spoil:
    def all_of_them(series: Series) -> Series:
        for change in changes:
            series = change(series)
        return series

    return all_of_them


def meta(**more: Any) -> Spoil:
    return lambda s: replace(s, more=more)


@dataclass(frozen=True)
class Row:
    """One fault: an answer that is none (`spoil` absent), or one that is odd; what both commands must end with and say."""

    fetch: int
    run: int
    said: str
    """In the message of `prices fetch` about the ticker, and in a warning or exclusion of `run` about it."""
    spoil: Spoil | None = None
    code: str = "SOURCE_NOTE"
    """What `run` calls it."""
    told: str | None = None
    """What `run` says where it is something else."""
    odd: bool = False
    """Whether the answer is so odd that there are no prices."""


NONE = "NO_PRICES"
DEEP: Any = []
for _ in range(5000):
    DEEP = [DEEP]
SPLIT = ZERO - 40
MATRIX: dict[str, Row] = {
    # answers without prices
    "rate-limited": Row(75, 4, "asks us to wait", code=NONE),
    "500": Row(4, 4, "HTTP 500", code=NONE),
    "500-json": Row(4, 4, "HTTP 500", code=NONE),
    "web-page": Row(4, 4, "a web page instead of prices", code=NONE),
    "401": Row(4, 4, "HTTP 401", code=NONE),
    "404": Row(4, 4, "has no prices of 'BAD'", code=NONE),
    "truncated": Row(4, 4, "cannot be read", code=NONE),
    "time-out": Row(4, 4, "does not answer", code=NONE),
    "ragged": Row(4, 4, "same length", code=NONE),
    "all-null": Row(4, 4, "and no price", code=NONE),
    "weekly": Row(4, 4, "by 1wk instead of by the day", code=NONE),
    "bomb": Row(4, 4, "larger than 30 MB", code=NONE),
    "times in milliseconds": Row(
        4, 4, "no time in seconds since 1970", meta(firstTradeDate=1_735_828_200_000), code=NONE, odd=True
    ),
    "the first trade is no time": Row(
        4, 4, "no time in seconds since 1970", meta(firstTradeDate=float("nan")), code=NONE, odd=True
    ),
    "a list of currencies": Row(4, 4, "not text", meta(currency=["USD"]), code=NONE, odd=True),
    "a deep answer": Row(4, 4, "", meta(deep=DEEP), code=NONE, odd=True),
    # prices that lack
    "null row": Row(
        0,
        4,
        f"no price on {DAYS[ZERO + 2]}",
        then(closes(lambda i, c: None if i == ZERO + 2 else c), volumes(lambda i, v: None if i == ZERO + 2 else v)),
    ),
    "volume without price": Row(
        0, 4, f"a volume but no price on {DAYS[ZERO + 2]}", closes(lambda i, c: None if i == ZERO + 2 else c)
    ),
    "null on day 0": Row(
        0, 4, f"no price on {DAY0}", closes(lambda i, c: None if i == ZERO else c), "NO_DAY0", f"day 0, {DAY0}"
    ),
    "row lacks": Row(0, 4, "", without(ZERO + 2), "GAP_IN_WINDOW"),
    "end lacks": Row(0, 0, f"the last price is that of {DAYS[ZERO + 3]}", without(*range(ZERO + 4, len(DAYS)))),
    "zero, negative, infinite": Row(
        0, 4, "no price can be zero", closes(lambda i, c: {ZERO + 1: 0.0, ZERO - 20: -1.0, ZERO - 30: np.inf}.get(i, c))
    ),
    "estimation days lack": Row(0, 0, "", without(*range(ZERO - 60, ZERO - 50)), "HALTED"),
    # prices that are odd
    "two rows of a day": Row(0, 0, f"two rows for {DAY0}", lambda s: replace(s, again=(ZERO,))),
    "split not applied": Row(
        0,
        4,
        "",
        then(closes(lambda i, c: 10 * c if i < SPLIT else c), lambda s: replace(s, splits={DAYS[SPLIT]: (10, 1)})),
        "SPLIT_NOT_APPLIED",
    ),
    "split applied twice": Row(
        0,
        4,
        "",
        then(closes(lambda i, c: c / 10 if i < SPLIT else c), lambda s: replace(s, splits={DAYS[SPLIT]: (10, 1)})),
        "SPLIT_NOT_APPLIED",
    ),
    "split not listed": Row(0, 4, "", closes(lambda i, c: 10 * c if i < SPLIT else c), "SPLIT_NOT_APPLIED"),
    "dividend before a split": Row(
        0, 4, "", lambda s: replace(s, dividends={DAYS[ZERO - 50]: 50.0}), "DIVIDEND_NOT_FOLLOWED"
    ),
    "jump": Row(0, 0, "", closes(lambda i, c: 0.6 * c if i > ZERO - 30 else c), "JUMP"),
    "pounds become pence": Row(0, 4, "", closes(lambda i, c: 100 * c if i > ZERO - 30 else c), "UNIT_CHANGE"),
    "a negative volume": Row(0, 0, "a volume of -5 cannot be", volumes(lambda i, v: -5 if i == ZERO - 30 else v)),
    "a negative dividend": Row(
        0, 0, "a dividend of -1 cannot be", lambda s: replace(s, dividends={DAYS[ZERO - 50]: -1.0})
    ),
    "an absurd split": Row(
        0, 0, "a split of 1e+06 cannot be", lambda s: replace(s, splits={DAYS[SPLIT]: (1_000_000, 1)})
    ),
    "a negative split": Row(0, 0, "a split of -4 cannot be", lambda s: replace(s, splits={DAYS[SPLIT]: (-4, 1)})),
    "another currency": Row(
        0, 0, "prices are in JPY, and shares of the exchange", lambda s: replace(s, currency="JPY")
    ),
    "times of another market": Row(0, 0, "its times are those of", meta(exchangeTimezoneName="America/Chicago")),
    "hundredths": Row(0, 0, "in GBp, hundredths of GBP", lambda s: replace(s, currency="GBp")),
    "no trade": Row(0, 0, "", volumes(lambda i, v: 0 if i == ZERO - 30 else v), "ZERO_VOLUME"),
    "stale": Row(0, 0, "", closes(lambda i, c: 100.0 if ZERO - 40 <= i < ZERO - 20 else c), "STALE"),
    # another firm
    "renamed": Row(0, 0, "Yahoo answered with META", meta(symbol="META")),
    "the symbol was another firm's": Row(
        0, 0, "from before its first trade on 2024-06-03", meta(firstTradeDate=opening(date(2024, 6, 3)))
    ),
    "delisted": Row(0, 0, "no longer traded", without(*range(ZERO + 2, len(DAYS))), "DELISTED"),
}


def test_every_fault_of_the_stand_in_has_its_row() -> None:
    assert set(FAULTS) <= set(MATRIX)


def put_in(yahoo: Service, name: str) -> Row:
    row = MATRIX[name]
    if row.spoil is None:
        yahoo.fail("BAD", name)
    else:
        yahoo.add(row.spoil(yahoo.series["BAD"]))
    return row


@pytest.mark.parametrize("command", ["prices fetch", "run"])
@pytest.mark.parametrize("name", first(MATRIX, 7))
def test_what_was_had_is_kept_and_what_is_wrong_is_said(
    es: Callable[..., Ran], yahoo: Service, name: str, command: str
) -> None:
    if command == "prices fetch":
        fetch_row(es, yahoo, name)
    else:
        run_row(es, yahoo, name)


def fetch_row(es: Callable[..., Ran], yahoo: Service, name: str) -> None:
    sound = {s: series(s, seed, DAYS) for seed, s in enumerate(("GOOD", "BAD"))}
    with Store(write=True) as store:  # a fetch of long ago, before anything was wrong
        for one in sound.values():
            store.keep("yahoo", fetch_of(one), DAYS[0], HELD)
        before = {s: store.frame(store.vintages(s)[-1]) for s in sound}
    quiet = json.loads(es("prices", "check", "--tickers", "BAD", "--format", "json").out)["rows"]
    row = put_in(yahoo, name)
    span = ("--start", str(DAYS[0]), "--end", str(DAYS[-1]))
    ran = es("prices", "fetch", "--tickers", "GOOD,BAD,LAST", *span, "--format", "json")
    assert ran.code == row.fetch, ran.err
    told = {r["ticker"]: r for r in json.loads(ran.out)["rows"]}
    assert list(told) == ["GOOD", "BAD", "LAST"]
    assert told["BAD"]["message"], "`prices fetch` says nothing of it"
    assert row.said in told["BAD"]["message"]
    assert "Traceback" not in ran.err
    assert bool(ran.err) == (row.fetch != 0), "the first error is said aloud"
    with Store() as store:
        assert store.faults() == []
        for symbol in ("GOOD", "BAD"):
            first, *_, last = (vintages := store.vintages(symbol))[0], vintages[-1]
            assert store.frame(first).equals(before[symbol]), "what was held reads as it did"
            kept = store.frame(last)
            assert before[symbol]["close"].dropna().index.isin(kept["close"].dropna().index).all(), "no price is lost"
        assert store.frame(store.vintages("GOOD")[-1])["close"].tolist() == list(sound["GOOD"].closes)
        if row.spoil is None or row.odd:
            assert len(store.vintages("BAD")) == 1
            return
        bad = store.frame(store.vintages("BAD")[-1])["close"].dropna()
    lacking = {d for d in DAYS if d not in {t.date() for t in bad.index}}
    looked = es("prices", "check", "--tickers", "BAD", "--format", "json")
    flags = json.loads(looked.out)["rows"]
    assert [flag for flag in flags if flag not in quiet], "`prices check` says nothing of it"
    assert not lacking or "no price" in told["BAD"]["message"] or "lack" in told["BAD"]["message"]


def fetch_of(series: Series) -> Any:
    import pandas as pd
    from eventstudy.prices import Fetch

    n = DAYS.index(HELD) + 1
    index = pd.DatetimeIndex(np.array(DAYS[:n], "datetime64[ns]"), name="session")
    frame = pd.DataFrame({"close": series.closes[:n], "volume": series.volumes[:n]}, index, dtype=float)
    at = datetime(2024, 12, 2, 12, tzinfo=UTC).isoformat(timespec="seconds")
    return Fetch(series.symbol, frame, "dividends", "USD", "XNAS", at)


def run_row(es: Callable[..., Ran], yahoo: Service, name: str) -> None:
    row = put_in(yahoo, name)
    what = ("--date", str(DAY0), "--tickers", "GOOD,BAD,LAST", "--benchmark", "SPY", "--source", "yahoo")
    ran = es("run", *what, "--format", "json")
    assert ran.code == row.run, ran.err
    result = json.loads(ran.out)
    firms = {firm["ticker"]: firm for firm in result["firms"]}
    left_out = {e["ticker"]: e for e in result["excluded"]}
    assert {*firms, *left_out} == {"GOOD", "BAD", "LAST"}, "every ticker is studied or listed with its reason"
    assert "GOOD" in firms
    about = [w for w in result["warnings"] if w["ticker"] == "BAD" or "BAD" in w["message"]]
    said = [(w["code"], w["message"]) for w in about] + [(e["reason"], e["message"]) for e in left_out.values()]
    assert row.code in {code for code, _ in said}, said
    assert any((row.told or row.said) in message for _, message in said), said
    assert all(messages.CODES[code].advice for code, _ in said)
    if "BAD" in firms and any(day["ret"] is None for day in firms["BAD"]["days"]):
        assert {code for code, _ in said} & {"GAP_IN_WINDOW", "DELISTED", "WINDOW_INCOMPLETE"}, (
            "a NaN without a warning"
        )
    assert all(day["ret"] is not None for day in firms["GOOD"]["days"])
    if row.spoil is None or row.odd:
        assert "BAD" in left_out
    if name == "rate-limited":
        assert yahoo.charts("LAST") == 0, "the source is not asked again"
