"""What looks wrong in the prices a study uses stands among its warnings; what it does not use does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.language import messages
from eventstudy.panel.flagged import flagged_closes
from eventstudy.prices import load_prices

from tests.worlds import SESSIONS, closes, walk

DAYS = calendars.sessions("XNYS", date(2023, 6, 1), date(2025, 2, 14))
DAY0 = date(2025, 1, 27)
ROW = int(np.searchsorted(DAYS, np.datetime64(DAY0)))
BEFORE, INSIDE, AFTER = 20, ROW - 100, ROW + 8
"""Rows before the estimation window, inside it, and after the event window."""

Change = Callable[[pd.DataFrame], None]


def long(tickers: tuple[str, ...] = ("AAA", "BBB", "SPY"), change: Change | None = None) -> pd.DataFrame:
    """Random walks; `change` spoils the first of them."""
    frames = []
    for seed, ticker in enumerate(tickers):
        close = walk(seed, len(DAYS))
        frame = pd.DataFrame({"ticker": ticker, "date": DAYS.astype("datetime64[ns]"), "close": close, "volume": 1e6})
        frame["split"] = np.nan
        if change and seed == 0:
            change(frame)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def jump(row: int, factor: float, split: float = np.nan) -> Change:
    def change(frame: pd.DataFrame) -> None:
        frame["close"] = np.where(frame.index >= row, factor, 1.0) * frame["close"]
        frame.loc[row, "split"] = split

    return change


def still(row: int, volume: float = 1e6) -> Change:
    def change(frame: pd.DataFrame) -> None:
        close, traded = (frame[name].to_numpy(copy=True) for name in ("close", "volume"))
        close[row : row + 6] = close[row - 1]
        traded[row : row + 6] = volume
        frame["close"], frame["volume"] = close, traded

    return change


def untraded(row: int) -> Change:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[row, "volume"] = 0.0

    return change


def ran(frame: pd.DataFrame, tickers: tuple[str, ...] = ("AAA", "BBB"), benchmark: str = "SPY") -> es.StudyResult:
    return es.run(date=DAY0, tickers=tickers, benchmark=benchmark, prices=frame)


def told(result: es.StudyResult) -> dict[tuple[str, str | None], str]:
    wanted = {"ADJUSTED_DISAGREES", "JUMP", "SPLIT_NOT_APPLIED", "UNIT_CHANGE", "HALTED", "STALE", "ZERO_VOLUME"}
    return {(w.code, w.ticker): w.message for w in result.warned if w.code in wanted}


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (jump(INSIDE, 0.6), "JUMP", "in one day"),
        (jump(INSIDE, 0.1), "SPLIT_NOT_APPLIED", "looks like a split of 10:1"),
        (jump(INSIDE, 0.1, 10.0), "SPLIT_NOT_APPLIED", "10:1 is listed"),
        (jump(INSIDE, 10.0, 10.0), "SPLIT_NOT_APPLIED", "adjusted for it twice"),
        (jump(INSIDE, 0.01), "UNIT_CHANGE", "a hundredth"),
        (still(INSIDE), "STALE", "though there was trade"),
        (still(INSIDE, 0.0), "HALTED", "no trade and no change"),
        (untraded(INSIDE), "ZERO_VOLUME", "a volume of zero"),
    ],
)
def test_a_fault_in_the_estimation_window_is_told(change: Change, code: str, words: str) -> None:
    found = told(ran(long(change=change)))
    assert list(found) == [(code, "AAA")]
    assert found[code, "AAA"].startswith(f"{DAYS[INSIDE]}: ")
    assert words in found[code, "AAA"]
    assert messages.WARNINGS[code].advice


@pytest.mark.parametrize("row", [BEFORE, AFTER])
def test_a_fault_that_no_window_holds_is_not_told(row: int) -> None:
    assert told(ran(long(change=jump(row, 0.1)))) == {}


def test_a_fault_of_the_benchmark_is_told_and_one_of_a_stranger_is_not() -> None:
    frame = long(("AAA", "BBB", "SPY"), jump(INSIDE, 0.1))
    assert told(ran(frame, ("BBB",), "AAA")).keys() == {("SPLIT_NOT_APPLIED", "AAA")}
    assert told(ran(frame, ("BBB",), "SPY")) == {}


def with_adjusted(row: int, factor: float) -> pd.DataFrame:
    """The adjusted price of AAA is worth `factor` times its close before a row; those of the others are their closes."""
    frame = long()
    frame["adj_close"] = frame["close"]
    early = (frame["ticker"] == "AAA") & (frame["date"] < DAYS[row])
    frame.loc[early, "adj_close"] *= factor
    return frame


def test_an_adjusted_price_at_fault_is_told_of_a_firm_and_of_a_benchmark() -> None:
    assert told(ran(with_adjusted(ROW, 0.57))).keys() == {("ADJUSTED_DISAGREES", "AAA")}
    found = told(ran(with_adjusted(INSIDE, 0.93), ("BBB",), "AAA"))
    assert found["ADJUSTED_DISAGREES", "AAA"].startswith(f"{DAYS[INSIDE]}: adj_close moved by +")


def test_an_adjusted_price_that_ends_early_is_completed_by_the_close_and_told() -> None:
    sound = ran(with_adjusted(INSIDE, 1.0))
    frame = with_adjusted(INSIDE, 1.0)
    frame.loc[(frame["ticker"] == "AAA") & (frame["date"] > DAYS[ROW]), "adj_close"] = np.nan
    result = ran(frame)
    np.testing.assert_allclose(result.returns.ar, sound.returns.ar, atol=1e-12)
    assert not result.incomplete
    said = {w.code: w.message for w in result.warned if w.ticker == "AAA"}
    assert "DELISTED" not in said
    assert f"AAA: adj_close has no value on {len(DAYS) - ROW - 1} days from {DAYS[ROW + 1]} to" in said["SOURCE_NOTE"]


def test_sound_prices_are_not_talked_about() -> None:
    assert told(ran(long())) == {}
    sample = load_prices(source="bundled")
    assert told(es.run("deepseek-r1", day0="recognised", prices=sample)) == {}


def test_many_faults_are_a_line_a_kind() -> None:
    tickers = tuple(f"T{i}" for i in range(30))
    frame = long((*tickers, "SPY"))
    rows = frame["ticker"].isin(tickers)
    for row in (INSIDE, INSIDE + 10, INSIDE + 20):
        frame.loc[rows & (frame["date"] >= DAYS[row]), "close"] *= 0.1
    result = ran(frame, tickers)
    found = told(result)
    assert len(found) == 30
    assert all("; and 2 more like it" in text for text in found.values())
    lines = [line for line in result.text().splitlines() if line.startswith("DOUBT")]
    assert len(lines) == 1
    assert "T0, T1, T2, T3 and 26 more" in lines[0]


def test_sums_over_pairs_are_told_of_it_too() -> None:
    tickers = ("AAA", "BBB", "CCC", "DDD", "SAP.DE")
    frame = long((*tickers, "SPY"))
    for ticker in tickers[:4]:
        frame.loc[(frame["ticker"] == ticker) & (frame["date"] >= DAYS[INSIDE]), "close"] *= 0.1
    frame["exchange"] = frame["ticker"].map({"SAP.DE": "XETR"})  # these are days of New York
    early = long(("EEE",), jump(BEFORE, 0.1))
    events = pd.DataFrame({"ticker": [*tickers, "EEE"], "date": str(DAY0), "event_id": list("abcdef")})
    result = es.EventStudy().run(events, pd.concat([frame, early], ignore_index=True), keep="aggregate")
    said = {w.code: w.message for w in result.warned}
    start = f"AAA, BBB, CCC and 1 more: AAA on {DAYS[INSIDE]}: "
    assert said["SPLIT_NOT_APPLIED"].startswith(start)
    assert "SAP.DE trades on XETR, the benchmark SPY on XNYS" in said["CALENDAR_MISMATCH"]
    assert "SAP.DE is quoted in EUR, the benchmark SPY in USD" in said["CURRENCY_MIX"]
    assert not {"JUMP", "UNIT_CHANGE"} & set(said)


def test_firm_and_benchmark_of_different_exchanges_are_told() -> None:
    frankfurt, new_york = (calendars.sessions(e, date(2023, 6, 1), date(2025, 2, 14)) for e in ("XETR", "XNYS"))
    series = {
        "SAP.DE": pd.Series(walk(0, len(frankfurt)), frankfurt.astype("datetime64[ns]")),
        "AAA": pd.Series(walk(1, len(new_york)), new_york.astype("datetime64[ns]")),
        "SPY": pd.Series(walk(2, len(new_york)), new_york.astype("datetime64[ns]")),
    }
    result = ran(pd.DataFrame(series), ("SAP.DE", "AAA"))
    (warning,) = [w for w in result.warned if w.code == "CALENDAR_MISMATCH"]
    used = result.panel.block.sessions
    first, last = used.min(), used.max()
    apart = set(frankfurt[(frankfurt >= first) & (frankfurt <= last)]) ^ set(
        new_york[(new_york >= first) & (new_york <= last)]
    )
    assert warning.ticker == "SAP.DE"
    assert f"on XETR, the benchmark SPY on XNYS: {len(apart)} sessions" in warning.message
    assert "XNYS closes 4.5 hours later" in warning.message


def test_a_closing_of_one_market_is_seen_although_another_one_was_open() -> None:
    """All New York series lack a session on which a series of Frankfurt, which is open too, has a price."""
    frame = long()
    frame = frame[frame["date"] != pd.Timestamp(DAYS[INSIDE])]
    frankfurt = calendars.sessions("XETR", date(2023, 6, 1), date(2025, 2, 14))
    other = pd.DataFrame({"ticker": "SAP.DE", "date": frankfurt.astype("datetime64[ns]"), "close": 1.0})
    assert DAYS[INSIDE] in frankfurt
    result = ran(pd.concat([frame, other], ignore_index=True))
    (warning,) = [w for w in result.warned if w.code == "SUSPECT_CALENDAR"]
    assert warning.message.startswith(f"no series of XNYS has a price on {DAYS[INSIDE]}, where it was open")


@pytest.mark.parametrize("price", [1e-2, 1e-5, 1e-14])
def test_a_price_below_the_smallest_step_of_its_series_is_a_spike(price: float) -> None:
    """What the series steps by is no measure of how far a price that is less than one step may move."""
    prices = closes()
    prices.loc[SESSIONS[100], "AAA"] = price
    assert "PRICE_SPIKE" in [flag.code for flag in flagged_closes("AAA", load_prices(path=prices))]
