"""Each flag is raised by the fault it is for, on the right session, and by no sound series.

The sound series is the embedded sample (18 real tickers, among them the fall of NVDA by 17 % on 2025-01-27), and random
walks; the faults are planted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars, load_prices
from eventstudy.prices import PriceTable, flags
from eventstudy.prices._beside import shifted_dates

from tests.store.conftest import DAYS, fetched, made
from tests.worlds import walk

DAY = DAYS[100]


def table(*frames: pd.DataFrame) -> PriceTable:
    return PriceTable.from_fetches([("store", fetched(f, symbol=f"T{i}")) for i, f in enumerate(frames)])


def codes(*frames: pd.DataFrame) -> list[tuple[str, str | None, date]]:
    return [(f.code, f.ticker, f.session) for f in flags(table(*frames))]


def altered(change: Callable[[pd.DataFrame], None], seed: int = 1) -> pd.DataFrame:
    frame = made(seed=seed)
    change(frame)
    return frame


def put(column: str, first: int, last: int, value: float) -> Callable[[pd.DataFrame], None]:
    """Set days `first` to `last` (excluded) of a column."""

    def change(frame: pd.DataFrame) -> None:
        values = frame[column].to_numpy(copy=True)
        values[first:last] = value
        frame[column] = values

    return change


def scaled(first: int, factor: float) -> Callable[[pd.DataFrame], None]:
    """Multiply closes from a day on."""

    def change(frame: pd.DataFrame) -> None:
        values = frame["close"].to_numpy(copy=True)
        values[first:] *= factor
        frame["close"] = values

    return change


def both(*changes: Callable[[pd.DataFrame], None]) -> Callable[[pd.DataFrame], None]:
    def change(frame: pd.DataFrame) -> None:
        for one in changes:
            one(frame)

    return change


STILL = 102.5


@pytest.mark.parametrize(
    ("change", "code", "session", "words"),
    [
        (put("close", 100, 103, np.nan), "GAP", DAY, f"3 sessions from {DAY} to {DAYS[102]}"),
        (put("close", 100, 101, np.nan), "GAP", DAY, f"the session of {DAY}"),
        (put("close", 100, 105, np.nan), "HALTED", DAY, "5 sessions"),
        (put("close", 99, 105, STILL), "STALE", DAY, "though there was trade"),
        (both(put("close", 99, 105, STILL), put("volume", 0, 999, np.nan)), "STALE", DAY, "nothing tells"),
        (both(put("close", 99, 105, STILL), put("volume", 100, 105, 0.0)), "HALTED", DAY, "no trade and no change"),
        (put("volume", 100, 102, 0.0), "ZERO_VOLUME", DAY, f"{DAY}, {DAYS[101]}"),
        (scaled(100, 0.63), "JUMP", DAY, "no dividend or split is listed"),
        (scaled(100, 0.1), "SPLIT_NOT_APPLIED", DAY, "looks like a split of 10:1 that is not listed"),
        (scaled(100, 8.0), "SPLIT_NOT_APPLIED", DAY, "looks like a split of 1:8"),
        (both(scaled(100, 0.1), put("split", 100, 101, 10.0)), "SPLIT_NOT_APPLIED", DAY, "10:1 is listed"),
        (both(scaled(100, 1 / 7.3), put("split", 100, 101, 7.3)), "SPLIT_NOT_APPLIED", DAY, "7.3:1 is listed"),
        (both(scaled(100, 10.0), put("split", 100, 101, 10.0)), "SPLIT_NOT_APPLIED", DAY, "adjusted for it twice"),
        (both(scaled(100, 0.25), put("split", 100, 101, 0.25)), "SPLIT_NOT_APPLIED", DAY, "adjusted for it twice"),
        (scaled(100, 100.0), "UNIT_CHANGE", DAY, "100 times"),
        (both(scaled(100, 0.01), put("dividend", 101, 999, np.nan)), "UNIT_CHANGE", DAY, "a hundredth"),
    ],
)
def test_a_planted_fault_is_flagged_once(
    change: Callable[[pd.DataFrame], None], code: str, session: date, words: str
) -> None:
    found = flags(table(made(seed=2), altered(change)))
    assert [(f.code, f.ticker, f.session) for f in found] == [(code, "T1", session)]
    assert words in found[0].message


def test_two_still_days_and_an_applied_split_are_nothing() -> None:
    assert codes(altered(put("close", 99, 102, STILL))) == []
    assert codes(altered(put("split", 100, 101, 10.0))) == []


def test_a_dividend_explains_a_fall() -> None:
    change = scaled(100, 0.63)
    fallen = altered(change)
    paid = fallen["close"].iloc[99] - fallen["close"].iloc[100]
    assert codes(altered(both(change, put("dividend", 100, 101, float(paid))))) == []


def test_a_wild_series_jumps_further() -> None:
    def wild(frame: pd.DataFrame) -> None:
        frame["close"] = walk(0, len(frame), sd=0.06)

    calm_limit = both(wild, scaled(100, 0.72))
    assert codes(altered(calm_limit)) == []


def test_an_index_has_no_volume() -> None:
    assert codes(altered(put("volume", 0, 999, 0.0))) == []


def test_a_session_nobody_has_is_a_suspect_calendar() -> None:
    lacking = [made(seed=s).drop(pd.Timestamp(DAY)) for s in (1, 2)]
    found = flags(table(*lacking))
    assert [(f.code, f.ticker, f.session) for f in found] == [("SUSPECT_CALENDAR", None, DAY)]
    assert codes(lacking[0]) == [("GAP", "T0", DAY)], "one alone is a gap"


def test_prices_on_a_closed_day() -> None:
    closed = made().rename(index={pd.Timestamp(DAYS[1]): pd.Timestamp("2024-01-06")}).sort_index()
    assert ("CALENDAR_MISMATCH", "T0", date(2024, 1, 6)) in codes(closed)


def test_a_ticker_of_another_market_than_most() -> None:
    days = calendars.sessions("XTKS", date(2024, 1, 1), date(2024, 12, 31)).tolist()
    close = walk(7, len(days))
    tokyo = pd.DataFrame({"close": close}, pd.DatetimeIndex(np.array(days, "datetime64[ns]"), name="session"))
    pairs = [("store", fetched(made(seed=s), symbol=f"T{s}")) for s in (1, 2)]
    pairs.append(("store", replace(fetched(tokyo, symbol="6758.T"), exchange=None)))
    found = flags(PriceTable.from_fetches(pairs))
    assert [(f.code, f.ticker) for f in found] == [("CALENDAR_MISMATCH", "6758.T")]
    new_york = set(calendars.sessions("XNYS", days[0], days[-1]).tolist())
    assert f": {len(new_york ^ set(days))} sessions are of one" in found[0].message


@pytest.mark.parametrize("seed", range(8))
def test_the_quick_look_passes_over_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    luck = np.random.default_rng(seed)
    frames = []
    for i in range(12):
        frame = made(seed=i)
        for column in luck.choice(["close", "volume", "split", "dividend"], 2):
            first = int(luck.integers(0, len(DAYS) - 8))
            value = luck.choice([np.nan, 0.0 if column == "volume" else 10.0, float(frame["close"].iloc[first])])
            put(column, first, first + int(luck.integers(1, 8)), float(value))(frame)
        frames.append(frame if luck.random() < 0.7 else frame.drop(frame.index[luck.choice(len(frame), 2)]))
    quick = flags(table(*frames))
    monkeypatch.setenv("EVENTSTUDY_NATIVE", "0")
    monkeypatch.setattr("eventstudy.prices._quality._odd", lambda tickers, *_: np.ones((2, len(tickers)), bool))
    assert quick == flags(table(*frames))
    assert len(quick) > 5


def by_adjusted(
    step: float,
    *,
    close: float = 1.0,
    listed: str = "",
    of: float = np.nan,
    source: str = "csv",
    notes: tuple[str, ...] = (),
) -> list[tuple[str, str]]:
    """The flags of a series whose returns come from `adj_close`: from day 100 on that is `step` times what the close is worth.

    The close itself moves by `close` more on that day; `of` stands in the column `listed`.
    """
    frame = made().drop(columns=["dividend", "split"])
    later = np.arange(len(frame)) >= 100
    frame["close"] *= np.where(later, close, 1.0)
    frame["adj_close"] = frame["close"] * np.where(later, step, 1.0)
    if listed:
        frame[listed] = np.where(np.arange(len(frame)) == 100, of, np.nan)
    series = replace(fetched(frame), basis="adj_close", notes=notes)
    found = flags(PriceTable.from_fetches([(source, series)]))
    assert {f.session for f in found} <= {DAY}
    return [(f.code, f.message) for f in found]


@pytest.mark.parametrize("step", [1.75, 2.0, 0.5, 1.2, 1.09, 0.93, 0.97])
def test_an_adjusted_price_that_steps_over_a_sound_close_is_flagged(step: float) -> None:
    ((code, message),) = by_adjusted(step)
    assert code == "ADJUSTED_DISAGREES"
    assert "adj_close moved by" in message
    assert by_adjusted(step, source="crsp")[0][1].startswith("the return given is ")


@pytest.mark.parametrize("paid", [0.002, 0.01, 0.03, 0.08, 0.3])
def test_a_step_as_a_dividend_makes_it_needs_no_column_of_dividends(paid: float) -> None:
    assert by_adjusted(1 / (1 - paid), close=1 - paid) == []
    assert by_adjusted(1 / (1 - min(paid, 0.03)), close=1.1 * (1 - min(paid, 0.03))) == [], "on a day of good news too"


def test_a_split_that_only_the_adjusted_price_knows_is_nothing() -> None:
    assert by_adjusted(2.0, close=0.5) == by_adjusted(0.1, close=10.0) == []
    assert [code for code, _ in by_adjusted(2.0, listed="split", of=2.0)] == ["SPLIT_NOT_APPLIED"], "applied twice"
    paid = float(0.09 * made()["close"].iloc[100])
    assert by_adjusted(1.09, close=1 / 1.09, listed="dividend", of=paid) == [], "listed, and the price fell by it"
    assert [code for code, _ in by_adjusted(1.09, listed="dividend", of=paid)] == ["DIVIDEND_NOT_FOLLOWED"]


def test_flags_look_at_the_prices_that_returns_are_made_of() -> None:
    both_jump = by_adjusted(1.0, close=0.63)
    assert [code for code, _ in both_jump] == ["JUMP"]
    assert f"from {made()['close'].iloc[99]:.6g} to" in both_jump[0][1], "told in closes, which can be looked up"
    unused = made().drop(columns=["dividend", "split"])
    unused["adj_close"] *= np.where(np.arange(len(unused)) >= 100, 1.75, 1.0)
    assert flags(PriceTable.from_fetches([("csv", replace(fetched(unused), basis="as_given"))])) == []


def test_a_day_that_the_source_has_a_word_on_is_explained() -> None:
    assert (
        by_adjusted(0.5, source="crsp", notes=(f"the delisting return of -50.0% is in the last return, of {DAY}",))
        == []
    )


@pytest.mark.parametrize("digits", [2, 6])
def test_sound_adjusted_prices_have_no_flags(digits: int) -> None:
    """The embedded sample, its dividends in an adjusted price only, also where that is rounded to cents."""
    sample = load_prices(source="bundled")
    fields = {name: frame for name, frame in sample.fields.items() if name != "dividend"}
    gross = (fields["close"] + sample.fields["dividend"].fillna(0.0)) / fields["close"].shift()
    fields["adj_close"] = (gross.fillna(1.0).cumprod() * 10).round(digits).where(fields["close"].notna())
    assert flags(PriceTable(fields, {t: replace(one, basis="adj_close") for t, one in sample.info.items()})) == []


def test_sound_prices_have_no_flags() -> None:
    assert flags(load_prices(source="bundled")) == []
    assert flags(load_prices(["NVDA"], "2025-03-01", "2025-03-02", source="bundled")) == []


# ---- moves that are undone, rates, dates, other symbols ---------------------------------------------------------------


def series(close: np.ndarray, ticker: str = "AAA", **fields: np.ndarray) -> PriceTable:
    """One ticker whose returns come from its closes alone."""
    return beside({ticker: close}, **{name: {ticker: values} for name, values in fields.items()})


def beside(closes: dict[str, np.ndarray], **fields: dict[str, np.ndarray]) -> PriceTable:
    index = pd.DatetimeIndex(np.array(DAYS, "datetime64[ns]"), name="session")
    frames = {
        t: pd.DataFrame({"close": c} | {n: f[t] for n, f in fields.items() if t in f}, index) for t, c in closes.items()
    }
    return PriceTable.from_fetches([("csv", replace(fetched(f, symbol=t), exchange=None)) for t, f in frames.items()])


def named(found: PriceTable) -> list[tuple[str, str | None, date]]:
    return [(f.code, f.ticker, f.session) for f in flags(found)]


def spread_of(close: np.ndarray) -> float:
    """1.4826 times the median size of a move, in a loop."""
    sizes = sorted(abs(float(np.log(b / a))) for a, b in pairwise(close))
    middle = len(sizes) // 2
    return 1.4826 * (sizes[middle] if len(sizes) % 2 else (sizes[middle - 1] + sizes[middle]) / 2)


def calm(seed: int = 3) -> np.ndarray:
    """A series of 1 % a day which happens to stand still on the days around the fault: what is planted is all that moves."""
    close = walk(seed, len(DAYS))
    close[99:104] = close[99] * np.cumprod([1, 1.0001, 1.0001, 1.0001, 1.0001])
    return close


@pytest.mark.parametrize(
    ("times", "code"), [(4.5, None), (5.5, "MOVE_UNDONE"), (7.5, "MOVE_UNDONE"), (8.6, "PRICE_SPIKE")]
)
@pytest.mark.parametrize("days", [1, 2])
@pytest.mark.parametrize("up", [1, -1])
def test_a_move_that_is_undone_is_judged_by_the_spread_of_the_series(
    times: float, code: str | None, days: int, up: int
) -> None:
    close = calm()
    factor = float(np.exp(up * times * spread_of(close)))
    close[100 : 100 + days] *= factor
    found = flags(series(close))
    assert [(f.code, f.session) for f in found] == ([(code, DAY)] if code else [])
    assert all(f.also == tuple(DAYS[101 : 101 + days]) for f in found), "the return of the day after is as wrong"


def test_a_move_that_stays_or_that_a_storm_explains_is_no_spike() -> None:
    close = calm()
    close[100:] *= 0.8
    assert [code for code, _, _ in named(series(close))] == ["JUMP"]
    storm = walk(3, len(DAYS))
    storm[90:115] *= np.exp(0.09 * (-1.0) ** np.arange(25))
    assert named(series(storm)) == []


def test_a_wrong_rate_and_one_of_the_other_way_round() -> None:
    rate = 1.1 * walk(5, len(DAYS)) / walk(5, len(DAYS))[0]
    rate = 1.1 * (rate / 1.1) ** 0.4
    spiked = rate.copy()
    spiked[100] *= 1.2
    assert named(series(spiked, "EURUSD=X")) == [("RATE_SPIKE", "EURUSD=X", DAY)]
    inverted = np.where(np.arange(len(DAYS)) < 100, 1.3 * rate, 1 / (1.3 * rate))
    assert named(series(inverted, "EURUSD=X")) == [("RATE_INVERTED", "EURUSD=X", DAY)]
    higher = np.where(np.arange(len(DAYS)) < 100, 1.0, 1.25) * rate
    assert [code for code, _, _ in named(series(higher, "^GSPC"))] == ["LEVEL_SHIFT"]
    assert named(series(rate, "EURUSD=X")) == []


@pytest.mark.parametrize("ticker", ["USDJPY=X", "JPY=X"])
def test_a_rate_that_is_the_wrong_way_round_throughout(ticker: str) -> None:
    rate = 150 * (walk(5, len(DAYS)) / walk(5, len(DAYS))[0]) ** 0.4
    assert named(series(rate, ticker)) == []
    [(code, _, _)] = named(series(1 / rate, ticker))
    assert code == "RATE_INVERTED"
    assert named(series(1 / rate, "JPYUSD=X")) == []
    assert named(series(rate / 136, "EURUSD=X")) == [], "near one nothing tells which way round it is"


def test_closes_that_were_pasted_in_twice() -> None:
    close = calm().round(2)
    again = close.copy()
    again[100:106] = close[60:66]
    [flag] = [f for f in flags(series(again)) if f.code == "REPEATED_CLOSES"]
    assert flag.sessions == tuple(DAYS[100:107])
    assert str(flag.message).startswith("the 6 closes from")
    few = close.copy()
    few[100:103] = close[60:63]
    assert "REPEATED_CLOSES" not in {f.code for f in flags(series(few))}
    cheap = np.maximum((calm() / calm()[0] * 0.05).round(2), 0.01)
    assert "REPEATED_CLOSES" not in {f.code for f in flags(series(cheap))}, "few prices come again by themselves"


@pytest.mark.parametrize("digits", [5, 8, 15])
def test_logarithms_are_no_prices(digits: int) -> None:
    logs = np.log(calm().round(2)).round(digits)
    assert [code for code, _, _ in named(series(logs))] == ["LOGARITHMS"]
    sound = (calm() / calm()[0] * 4).round(digits)
    assert named(series(sound)) == []
    assert named(series(np.exp(logs).round(2))) == []


def test_volume_tells_a_crash_from_a_split_and_from_a_slip() -> None:
    trade = np.random.default_rng(2).lognormal(12, 0.4, len(DAYS))
    trade[100] = float(np.median(trade))
    loud = trade.copy()
    loud[100] *= 12
    later = np.arange(len(DAYS)) >= 100
    for factor, quiet, news in (
        (0.5, "SPLIT_NOT_APPLIED", "JUMP"),
        (0.1, "SPLIT_NOT_APPLIED", "JUMP"),
        (0.63, "LEVEL_SHIFT", "JUMP"),
    ):
        close = walk(3, len(DAYS)) * np.where(later, factor, 1.0)
        assert named(series(close, volume=trade)) == [(quiet, "AAA", DAY)]
        assert named(series(close, volume=loud)) == [(news, "AAA", DAY)], "true crashes are not doubted"
    raw = np.where(later, trade * 4, trade)
    assert [c for c, _, _ in named(series(walk(3, len(DAYS)) * np.where(later, 0.25, 1.0), volume=raw))] == [
        "SPLIT_NOT_APPLIED"
    ]


@pytest.mark.parametrize("factor", [1e-6, 1e-4, 1 / 37, 37, 250, 1e4, 1e6])
def test_without_volumes_no_price_is_a_multitude_of_that_of_the_day_before(factor: float) -> None:
    later = np.arange(len(DAYS)) >= 100
    close = walk(3, len(DAYS)) * np.where(later, factor, 1.0)
    assert named(series(close)) == [("LEVEL_SHIFT", "AAA", DAY)]
    trade = np.random.default_rng(2).lognormal(12, 0.4, len(DAYS))
    trade[100] = 12 * float(np.median(trade))
    right = "JUMP" if factor < 1 else "LEVEL_SHIFT"
    assert named(series(close, volume=trade)) == [(right, "AAA", DAY)], (
        "true crashes are not doubted, such rises are none"
    )


@pytest.mark.parametrize(
    ("size", "code"), [(4.5, "LEVEL_SHIFT"), (1 / 7.3, "LEVEL_SHIFT"), (2.8, "JUMP"), (1 / 2.8, "JUMP")]
)
def test_a_calm_price_does_not_triple_without_volumes_that_tell_of_it(size: float, code: str) -> None:
    later, walked = np.arange(len(DAYS)) >= 100, walk(3, len(DAYS))
    assert named(series(walked * np.where(later, size, 1.0))) == [(code, "AAA", DAY)]
    assert named(series(walked**5.3 * np.where(later, size, 1.0))) == [("JUMP", "AAA", DAY)], (
        "of a wild one nobody knows"
    )
    trade = np.random.default_rng(2).lognormal(12, 0.4, len(DAYS))
    trade[100] = 12 * float(np.median(trade))
    assert named(series(walked * np.where(later, size, 1.0), volume=trade)) == [("JUMP", "AAA", DAY)]


@pytest.mark.parametrize("fall", [0.79, 0.85])
def test_a_fall_of_an_index_that_its_shares_made_too_is_one_of_the_market(fall: float) -> None:
    later = np.arange(len(DAYS)) >= 100
    index, quiet = (
        walk(1, len(DAYS)) * np.where(later, fall, 1.0),
        np.full(len(DAYS), 1e6) * (1 + 0.2 * walk(8, len(DAYS)) / 100),
    )
    shares = {f"S{i}": walk(i, len(DAYS)) * np.where(later, 0.74 + 0.02 * i, 1.0) for i in range(2, 5)}
    crash = beside({"^GSPC": index, **shares}, volume=dict.fromkeys(shares, quiet))
    assert {code for code, _, _ in named(crash)} == {"JUMP"}
    assert named(series(index, "^GSPC")) == [("LEVEL_SHIFT", "^GSPC", DAY)]
    calm = {t: c / np.where(later, c[100] / c[99], 1.0) for t, c in shares.items()}
    assert named(beside({"^GSPC": index, **calm})) == [("LEVEL_SHIFT", "^GSPC", DAY)]


@pytest.mark.parametrize("back", [101, 102])
@pytest.mark.parametrize("size", [1.05, 0.95])
def test_a_wrong_close_of_an_index_is_one_that_its_shares_do_not_make(size: float, back: int) -> None:
    rows = np.arange(len(DAYS))
    wrong = np.where((rows >= 100) & (rows < back), size, 1.0)
    index, share = calm(3), calm(5)
    assert named(beside({"^GSPC": index * wrong, "AAA": share})) == [("PRICE_SPIKE", "^GSPC", DAY)]
    assert "PRICE_SPIKE" not in {c for c, _, _ in named(beside({"^GSPC": index * wrong, "AAA": share * wrong}))}
    assert "PRICE_SPIKE" not in {c for c, _, _ in named(beside({"AAA": index * wrong, "BBB": share}))}, (
        "a share may do so"
    )


@pytest.mark.parametrize(("paid", "code"), [(0.05, ["DIVIDEND_NOT_FOLLOWED"]), (5.0, []), (0.002, [])])
def test_a_dividend_in_pounds_beside_prices_in_pence_is_a_hundredth_of_the_fall(paid: float, code: list[str]) -> None:
    close = np.round(calm(), 6)
    close = np.where(np.arange(len(DAYS)) >= 100, close - 0.05 * close[99], close)
    dividend = np.where(np.arange(len(DAYS)) == 100, paid / 100 * close[99], 0.0)
    assert [c for c, _, _ in named(series(close, dividend=dividend))] == code


def test_coins_are_not_split_and_nothing_is_merged_three_for_two() -> None:
    later = np.arange(len(DAYS)) >= 100
    halved = walk(3, len(DAYS)) * np.where(later, 0.5, 1.0)
    days = pd.date_range(DAYS[0], periods=len(DAYS), name="session")
    coin = replace(fetched(pd.DataFrame({"close": halved}, days), symbol="AAA-USD"), exchange=None)
    assert [f.code for f in flags(PriceTable.from_fetches([("csv", coin)]))] == ["JUMP"]
    assert [code for code, _, _ in named(series(walk(3, len(DAYS)) * np.where(later, 1.5, 1.0)))] == ["JUMP"]


@pytest.mark.parametrize(
    ("ratio", "at", "form"), [(1.25, 100, "are not adjusted"), (1.1, 100, "are not adjusted"), (2.0, 101, "listed for")]
)
def test_a_listed_split_is_looked_for_whatever_its_size(ratio: float, at: int, form: str) -> None:
    later = np.arange(len(DAYS)) >= at
    split = np.where(np.arange(len(DAYS)) == 100, ratio, np.nan)
    applied = walk(3, len(DAYS))
    (found,) = flags(series(applied * np.where(later, 1 / ratio, 1.0), split=split))
    assert (found.code, found.session) == ("SPLIT_NOT_APPLIED", DAYS[at])
    assert form in found.message
    assert named(series(applied, split=split)) == []


@pytest.mark.parametrize("paid", [0.09, 0.3, 1.5])
def test_a_dividend_that_the_price_does_not_know(paid: float) -> None:
    close = walk(3, len(DAYS))
    dividend = np.where(np.arange(len(DAYS)) == 100, paid * close[99], 0.0)
    (found,) = flags(series(close, dividend=dividend))
    assert (found.code, found.session) == ("DIVIDEND_NOT_FOLLOWED", DAY)
    assert ("more than the price itself" in found.message) == (paid > 1)
    if paid < 1:
        assert named(series(np.where(np.arange(len(DAYS)) < 100, close, close * (1 - paid)), dividend=dividend)) == []


def test_cheap_shares_stand_still_and_dear_ones_do_not() -> None:
    cheap = np.round(walk(3, len(DAYS), sd=0.02) * 0.002, 2)
    assert (np.diff(cheap) == 0).mean() > 0.5
    assert named(series(cheap)) == []
    dear = np.round(walk(3, len(DAYS)), 2)
    dear[100:103] = dear[99]
    assert named(series(dear)) == [("STALE", "AAA", DAY)]


def market_of(n: int, seed: int = 0, own: float = 0.012) -> dict[str, np.ndarray]:
    """So many shares that follow one market."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 0.01, (len(DAYS), 1))
    moved = common + rng.normal(0, own, (len(DAYS), n))
    return {f"S{i}": 50 * np.exp(moved[:, i].cumsum()) for i in range(n)}


@pytest.mark.parametrize("n", [2, 3, 8])
@pytest.mark.parametrize(("by", "words"), [(-1, "a session early"), (1, "a session late")])
def test_a_series_a_session_apart_from_the_others(n: int, by: int, words: str) -> None:
    closes = market_of(n)
    assert named(beside(closes)) == []
    (found,) = flags(beside(shifted_by(closes, by)))
    assert (found.code, found.ticker, found.whole) == ("SESSION_SHIFT", "S0", True)
    assert words in found.message


@pytest.mark.parametrize("n", [2, 3, 8])
@pytest.mark.parametrize(
    ("by", "words"),
    [(-2, "2 sessions early"), (2, "2 sessions late"), (5, "5 sessions late"), (0, "from the last day to the first")],
)
def test_a_series_some_sessions_apart_or_in_the_other_order(n: int, by: int, words: str) -> None:
    closes = market_of(n, own=0.008)
    turned = closes | {"S0": closes["S0"][::-1]}
    (found,) = flags(beside(shifted_by(closes, by) if by else turned))
    assert (found.code, found.ticker, found.whole) == ("SESSION_SHIFT", "S0", True)
    assert words in found.message
    assert named(beside(shifted_by(closes, 9))) == [], "nobody looks so far"


def test_the_other_order_is_seen_in_a_part_of_the_days() -> None:
    closes = market_of(2, own=0.008)
    whole = beside(closes | {"S0": closes["S0"][::-1]})
    upto = whole.part(["S0", "S1"], DAYS[0], DAYS[-60])
    assert [f.code for f in flags(upto)] == ["SESSION_SHIFT"]


def test_unrelated_series_are_in_no_other_order() -> None:
    rng = np.random.default_rng(11)
    for _ in range(60):
        moved = (
            0.01 * rng.standard_t(3, (len(DAYS), 2)) * np.exp(0.5 * rng.normal(size=(len(DAYS), 1)).cumsum(axis=0) / 10)
        )
        closes = {name: 50 * np.exp(moved[:, i].cumsum()) for i, name in enumerate("AB")}
        assert "SESSION_SHIFT" not in [f.code for f in flags(beside(closes))]


@pytest.mark.parametrize("kind", ["inverse", "slow", "by the day of the week"])
def test_series_that_go_together_at_many_distances_are_in_no_other_order(kind: str) -> None:
    """A fund that falls as its index rises; growth that is smoothed; funds with days of their own."""
    rng, n = np.random.default_rng(4), len(DAYS)
    for _ in range(40):
        moved = 0.01 * rng.standard_t(4, (n, 2))
        if kind == "inverse":
            moved[:, 1] = 0.0005 * rng.normal(size=n) - moved[:, 0]
        elif kind == "slow":
            for t in range(1, n):
                moved[t] = 0.97 * moved[t - 1] + 0.1 * moved[t]
        else:
            moved += 0.02 * (np.arange(n)[:, None] % 5 == [0, 2])
        closes = {name: 50 * np.exp(moved[:, i].cumsum()) for i, name in enumerate("AB")}
        forms = [str(f.message) for f in flags(beside(closes)) if f.code == "SESSION_SHIFT"]
        assert not any("sessions" in form or "first" in form for form in forms)


@pytest.mark.parametrize("down", [False, True])
def test_a_column_that_was_sorted_by_itself(down: bool) -> None:
    closes = np.sort(np.round(walk(5, len(DAYS)), 2))
    (found,) = [f for f in flags(series(closes[::-1] if down else closes)) if f.code == "SORTED"]
    assert found.whole
    assert ("only fall" if down else "only rise") in found.message
    assert str(np.count_nonzero(np.diff(closes))) in found.message


@pytest.mark.parametrize("digits", [2, 4, 9])
@pytest.mark.parametrize("rate", [0.001, 0.02, 0.2])
def test_money_that_earns_interest_is_not_sorted(rate: float, digits: int) -> None:
    days = np.array(DAYS, "datetime64[D]").astype(int)
    nights = np.diff(days, prepend=days[0] - 1)
    rates = rate * np.exp(np.linspace(-1, 1, len(DAYS)))  # that rise as fast as ever
    money = np.round(100 * np.cumprod(1 + rates * nights / 360), digits)
    assert "SORTED" not in [f.code for f in flags(series(money))]


def shifted_by(closes: dict[str, np.ndarray], by: int) -> dict[str, np.ndarray]:
    """The first of them a session later (or earlier)."""
    moved = np.full(len(DAYS), np.nan)
    moved[max(by, 0) : len(DAYS) + min(by, 0)] = closes["S0"][max(-by, 0) : len(DAYS) - max(by, 0)]
    return closes | {"S0": moved}


@pytest.mark.parametrize(("days", "words"), [(-1, "a day later"), (1, "a day earlier")])
def test_dates_that_are_a_day_off_are_no_other_calendar(days: int, words: str) -> None:
    frame = made()
    frame.index = frame.index + pd.Timedelta(days, "D")
    found = [f for f in flags(table(frame)) if f.ticker]
    assert [(f.code, f.whole) for f in found] == [("WRONG_CALENDAR", True)]
    assert words in found[0].message


@pytest.mark.parametrize(("by", "words"), [(-1, "a working day later"), (1, "a working day earlier")])
def test_dates_that_are_a_working_day_off_stand_on_holidays_and_lack_sessions(by: int, words: str) -> None:
    days = calendars.sessions("XNYS", date(2023, 1, 3), date(2024, 6, 28))
    closes = 50 * np.exp(np.random.default_rng(3).normal(0, 0.01, (len(days), 2)).cumsum(axis=0))
    for n, codes in ((len(days), ["WRONG_CALENDAR"] * 2), (60, [])):  # two holidays tell nothing
        index = pd.DatetimeIndex(np.busday_offset(days[:n], by).astype("datetime64[ns]"))
        found = [f for f in flags(load_prices(path=pd.DataFrame(closes[:n], index, ["S0", "S1"]))) if f.ticker]
        assert [f.code for f in found if f.code != "CALENDAR_MISMATCH"] == codes
        assert all(words in f.message and f.whole for f in found if f.code == "WRONG_CALENDAR")


@pytest.mark.parametrize("by", [-1, 1])
def test_dates_a_working_day_off_are_told_beside_prices_of_each_weekday(by: int) -> None:
    """Those of each weekday stand on holidays too, and as many of their days do when they are moved."""
    days = calendars.sessions("XNYS", date(2023, 1, 3), date(2024, 6, 28))
    each = np.busday_offset(days[0], np.arange(len(days)))
    made = (days, np.busday_offset(days, by), each)
    closes = {
        f"S{i}": pd.Series(
            50 * np.exp(np.random.default_rng(i).normal(0, 0.01, len(own)).cumsum()),
            pd.DatetimeIndex(own.astype("datetime64[ns]")),
        )
        for i, own in enumerate(made)
    }
    found = flags(load_prices(path=pd.DataFrame(closes)), unasked=("CALENDAR_MISMATCH",))
    assert [f.ticker for f in found if f.code == "WRONG_CALENDAR"] == ["S1"]


@pytest.mark.parametrize("home", ["XLON", "XETR", "XTKS", "XSAU", "XTSE", "XBOM"])
def test_days_of_another_exchange_are_no_working_day_off(home: str) -> None:
    own = calendars.sessions(home, date(2021, 1, 4), date(2024, 6, 28))
    sessions = calendars.sessions("XNYS", date(2021, 1, 4), date(2024, 6, 28))
    months = np.unique(own.astype("datetime64[M]"))
    ends = np.busday_offset((months + 1).astype("datetime64[D]"), -1, roll="forward")
    for days in (own, own[:120], own[100:350], own[::5], ends):
        assert shifted_dates("S0", days, sessions, "XNYS") is None


def test_two_symbols_with_the_same_closes_are_one() -> None:
    closes = market_of(3)
    whole = closes["S1"]
    for part in (slice(150, None), slice(53, 68)):
        closes["S1"] = whole.copy()
        closes["S1"][part] = closes["S2"][part]
        found = [(f.code, f.ticker) for f in flags(beside(closes)) if f.code == "OTHER_SYMBOL"]
        assert found == [("OTHER_SYMBOL", "S1"), ("OTHER_SYMBOL", "S2")]


def test_adjusted_closes_of_another_security_are_told_of_the_whole() -> None:
    index = pd.DatetimeIndex(np.array(DAYS, "datetime64[ns]"), name="session")
    for seed, codes in ((3, []), (4, ["ADJUSTED_DISAGREES"])):
        frame = pd.DataFrame({"close": walk(3, len(DAYS)), "adj_close": 0.8 * walk(seed, len(DAYS))}, index)
        table = PriceTable.from_fetches([("yahoo", replace(fetched(frame, symbol="AAA"), basis="adj_close"))])
        assert [f.code for f in flags(table) if f.whole] == codes


@pytest.mark.parametrize(("days", "near", "told"), [(2, True, True), (2, False, False), (1, True, False)])
def test_two_sessions_without_a_change_are_told_of_the_days_of_an_event(days: int, near: bool, told: bool) -> None:
    close = np.round(walk(3, len(DAYS)), 4)
    close[100 : 100 + days] = close[99]
    closer = {"AAA": np.array([DAYS[100 if near else 50]], "datetime64[D]")}
    assert ("STALE" in {f.code for f in flags(series(close), closer)}) is told


def test_a_benchmark_leaps_alone_and_not_with_its_share() -> None:
    later = np.arange(len(DAYS)) >= 100
    fund, share = walk(1, len(DAYS)) * np.where(later, 0.84, 1.0), walk(2, len(DAYS))
    alone = flags(beside({"FUND": fund, "AAA": share}), compared=["FUND"])
    assert [(f.code, f.ticker) for f in alone] == [("LEVEL_SHIFT", "FUND")]
    both = flags(beside({"FUND": fund, "AAA": share * np.where(later, 0.86, 1.0)}), compared=["FUND"])
    assert "LEVEL_SHIFT" not in {f.code for f in both}
