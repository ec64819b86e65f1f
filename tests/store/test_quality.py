"""Each flag is raised by the fault it is for, on the right session, and by no sound series.

The sound series is the embedded sample (18 real tickers, among them the fall of NVDA by 17 % on 2025-01-27), and random
walks; the faults are planted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars, load_prices
from eventstudy.prices import PriceTable, flags

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


def test_four_still_days_and_an_applied_split_are_nothing() -> None:
    assert codes(altered(put("close", 99, 104, STILL))) == []
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
    close = np.linspace(100, 120, len(days))
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
    monkeypatch.setattr("eventstudy.prices._quality._odd", lambda own, *_: np.ones(own["close"].shape[1], bool))
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
    assert by_adjusted(1.09, listed="dividend", of=float(0.09 * made()["close"].iloc[100])) == [], "listed"


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
