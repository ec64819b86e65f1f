"""What is kept comes back as it was; what changes is told; nothing is lost.

The figures for a split (ratio 0.1, a phantom day of -89.9 % if old and new days were put side by side) follow from the
arithmetic of a 10:1 split.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from eventstudy import load_prices
from eventstudy.errors import SourceMalformed, SourceRateLimited
from eventstudy.prices import Fetch, PriceTable
from eventstudy.prices._store import Store, has_price
from eventstudy.prices._store_days import due, final, home_of, session_before
from eventstudy.prices._store_update import bring

from tests.store.conftest import DAYS, FIRST, LAST, LATER, Service, fetched, made

MIDDLE = DAYS[200]


def split(frame: pd.DataFrame, day: date, ratio: float = 10.0) -> pd.DataFrame:
    """The same series as the source gives it after a split on `day`."""
    after = frame.copy()
    money = ["open", "high", "low", "close", "adj_close", "dividend"]
    after[money] = after[money] / ratio
    after["volume"] = after["volume"] * ratio
    after.loc[str(day), "split"] = ratio
    return after


def returns(frame: pd.DataFrame) -> np.ndarray:
    """Total returns from close and dividend."""
    close, paid = frame["close"].to_numpy(), frame["dividend"].fillna(0).to_numpy()
    found: np.ndarray = (close[1:] + paid[1:]) / close[:-1] - 1
    return found


def times(frame: pd.DataFrame, day: date, factor: float) -> None:
    """Multiply the close of a day."""
    frame["close"] = frame["close"].where(frame.index != pd.Timestamp(day), frame["close"] * factor)


def at(day: date, hour: int = 23) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_what_was_fetched_is_what_is_read(store: Store, service: Service) -> None:
    given = service.fetch("AAA", FIRST, LAST)
    vintage = store.keep("yahoo", given, FIRST, LAST)
    back = store.fetch(vintage)
    pd.testing.assert_frame_equal(back.frame, given.frame, check_exact=True)
    assert (back.basis, back.currency, back.exchange, back.retrieved_at, back.notes) == (
        "dividends", "USD", "XNYS", LATER.isoformat(), ()
    )  # fmt: skip
    one, other = (PriceTable.from_fetches([("store", f)]) for f in (given, back))
    assert one.sha256() == other.sha256() == vintage.sha256
    assert one.info == other.info
    assert store.faults() == []


def test_missing_values_and_missing_columns_stay_missing(store: Store) -> None:
    frame = pd.DataFrame(
        {"close": [1.5, np.nan, 0.1 + 0.2], "volume": [np.nan, 3.0, 2.0**60]},
        pd.DatetimeIndex(["2025-01-02", "2025-01-03", "2025-01-06"], name="session"),
    )
    vintage = store.keep("csv", Fetch("NA", frame, "as_given"), date(2025, 1, 2), date(2025, 1, 6), at=LATER)
    back = store.fetch(vintage)
    assert list(back.frame) == ["close", "volume"]
    assert back.frame.to_numpy().tobytes() == frame.to_numpy().tobytes()
    assert back.retrieved_at == LATER.isoformat()


def test_nothing_is_asked_for_twice(store: Store, service: Service) -> None:
    bring(store, "yahoo", service, "AAA", MIDDLE, LAST, at=LATER)
    again = bring(store, "yahoo", service, "AAA", MIDDLE + timedelta(1), LAST, at=LATER + timedelta(days=400))
    assert not again.asked
    assert service.asked == [("AAA", MIDDLE, LAST)]


def test_earlier_days_are_asked_for_with_all_that_is_held(store: Store, service: Service) -> None:
    bring(store, "yahoo", service, "AAA", MIDDLE, LAST, at=LATER)
    vintage, _ = bring(store, "yahoo", service, "AAA", FIRST, MIDDLE, at=LATER)
    assert service.asked[-1] == ("AAA", FIRST, LAST)
    assert (vintage.outcome, vintage.first, vintage.through) == ("extended", FIRST, LAST)
    pd.testing.assert_frame_equal(store.frame(vintage), service.frames["AAA"], check_exact=True)


def test_later_days_are_asked_for_with_ten_final_sessions(store: Store, service: Service) -> None:
    service.at = at(MIDDLE)
    bring(store, "yahoo", service, "AAA", FIRST, MIDDLE, at=service.at)
    service.at = at(DAYS[203])
    vintage, _ = bring(store, "yahoo", service, "AAA", FIRST, DAYS[203], at=service.at)
    assert service.asked[-1] == ("AAA", DAYS[200 - 5 - 10], DAYS[203])
    assert vintage.final_through == DAYS[203 - 5]
    pd.testing.assert_frame_equal(store.frame(vintage), made(days=DAYS[:204]), check_exact=True)


def test_after_thirty_days_all_of_it_is_asked_for(store: Store, service: Service) -> None:
    service.at = at(MIDDLE)
    bring(store, "yahoo", service, "AAA", FIRST, MIDDLE, at=service.at)
    service.at = at(DAYS[240])
    bring(store, "yahoo", service, "AAA", FIRST, DAYS[240], at=service.at)
    assert service.asked[-1] == ("AAA", FIRST, DAYS[240])


def test_a_split_between_two_fetches_leaves_no_phantom_day(store: Store, service: Service) -> None:
    service.at = at(MIDDLE)
    before, _ = bring(store, "yahoo", service, "AAA", FIRST, MIDDLE, at=service.at)
    old = store.frame(before)
    service.frames["AAA"] = split(made(), DAYS[203])
    service.at = at(DAYS[205])
    after, _ = bring(store, "yahoo", service, "AAA", FIRST, DAYS[205], at=service.at)
    now = store.frame(after)
    assert after.outcome == "rebased"
    assert len(service.asked) == 3, "the end, then all of it"
    phantom = now["close"].iloc[201] / old["close"].iloc[200] - 1
    assert phantom < -0.88, "what putting both side by side would have given"
    assert np.abs(returns(now)).max() < 0.05
    np.testing.assert_allclose(returns(now), returns(made(days=DAYS[:206])), rtol=0, atol=1e-12)
    pd.testing.assert_frame_equal(store.frame(before), old, check_exact=True)
    assert store.faults() == []


def test_a_dividend_that_moves_adjusted_closes_leaves_returns_as_they_are(store: Store, service: Service) -> None:
    service.at = at(MIDDLE)
    before, _ = bring(store, "yahoo", service, "AAA", FIRST, MIDDLE, at=service.at)
    paid = made()
    paid.loc[: str(DAYS[202]), "adj_close"] *= 0.9975
    paid.loc[str(DAYS[203]), "dividend"] = 0.25
    service.frames["AAA"], service.at = paid, at(DAYS[205])
    after, _ = bring(store, "yahoo", service, "AAA", FIRST, DAYS[205], at=service.at)
    assert after.outcome == "rebased"
    assert service.asked[-1] == ("AAA", FIRST, DAYS[205]), "all of it is taken anew"
    n = len(store.frame(before))
    np.testing.assert_allclose(returns(store.frame(after))[: n - 1], returns(store.frame(before)), rtol=0, atol=1e-12)
    pd.testing.assert_frame_equal(store.frame(after), paid.loc[: str(DAYS[205])], check_exact=True)


def test_a_value_is_never_replaced_by_none(store: Store, service: Service) -> None:
    bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER)
    worse = made()
    worse.loc[str(DAYS[100]), ["open", "high", "low", "close", "adj_close", "volume"]] = np.nan
    worse.loc[str(DAYS[60]), "dividend"] = np.nan
    service.frames["AAA"] = worse.drop(pd.Timestamp(DAYS[150]))
    vintage, _ = bring(store, "yahoo", service, "AAA", FIRST, LAST, force=True, at=LATER)
    frame = store.frame(vintage)
    pd.testing.assert_frame_equal(frame.drop(columns="dividend"), made().drop(columns="dividend"), check_exact=True)
    assert np.isnan(frame["dividend"].iloc[60]), "forced: the source's word on dividends counts"
    assert any(f"no longer has the price of {DAYS[100]}, {DAYS[150]}" in note for note in vintage.notes)


def test_a_dividend_is_kept_unless_forced(store: Store, service: Service) -> None:
    bring(store, "yahoo", service, "AAA", MIDDLE, LAST, at=LATER)
    service.frames["AAA"]["dividend"] = np.nan
    vintage, _ = bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER)
    assert store.frame(vintage).loc[str(DAYS[200]), "dividend"] == 0.25
    assert any(f"dividend of {DAYS[200]}" in note for note in vintage.notes)


def test_values_missing_after_a_split_are_kept_on_the_new_basis(store: Store, service: Service) -> None:
    bring(store, "yahoo", service, "AAA", FIRST, DAYS[250], at=LATER)
    service.frames["AAA"] = split(made(), DAYS[260]).drop(pd.Timestamp(DAYS[100]))
    vintage, _ = bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER + timedelta(40))
    whole = split(made(), DAYS[260])
    pd.testing.assert_frame_equal(store.frame(vintage), whole, rtol=1e-12)


def test_a_corrected_past_is_taken_and_told(store: Store, service: Service) -> None:
    bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER)
    times(service.frames["AAA"], DAYS[100], 1.02)
    vintage, _ = bring(store, "yahoo", service, "AAA", FIRST, LAST, force=True, at=LATER)
    assert vintage.outcome == "revised"
    assert f"1 past prices, most that of {DAYS[100]} by 2.00%" in vintage.notes[0]
    pd.testing.assert_frame_equal(store.frame(vintage), service.frames["AAA"], check_exact=True)


def test_another_past_with_holes_is_not_believed(store: Store, service: Service) -> None:
    held, _ = bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER)
    service.frames["AAA"] = made(seed=99).iloc[50:]
    with pytest.raises(SourceMalformed, match="lacks days that are held"):
        bring(store, "yahoo", service, "AAA", FIRST, LAST, force=True, at=LATER)
    assert store.newest("AAA", "yahoo") == held


def test_another_unit_is_told(store: Store, service: Service) -> None:
    bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER)
    prices = ["open", "high", "low", "close", "adj_close", "dividend"]
    service.frames["AAA"][prices] *= 100
    vintage, _ = bring(store, "yahoo", service, "AAA", FIRST, LAST, force=True, at=LATER)
    assert vintage.outcome == "rebased"
    assert "all past prices are 100 times what they were, and no split says why" in vintage.notes[0]
    assert store.frame(vintage)["volume"].tolist() == made()["volume"].tolist()


def test_a_source_that_fails_changes_nothing(store: Store, service: Service) -> None:
    service.at = at(MIDDLE)
    held, _ = bring(store, "yahoo", service, "AAA", FIRST, MIDDLE, at=service.at)

    class Tired(Service):
        def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
            raise SourceRateLimited("wait")

    with pytest.raises(SourceRateLimited):
        bring(store, "yahoo", Tired(), "AAA", FIRST, LAST, at=LATER)
    assert store.vintages() == [held]


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_what_is_no_price_is_refused(store: Store, value: float) -> None:
    frame = made()
    frame.iloc[3, 0] = value
    with pytest.raises(SourceMalformed, match="infinite"):
        store.keep("yahoo", fetched(frame), FIRST, LAST)
    assert store.symbols() == []


# ---- finality -------------------------------------------------------------------------------------------------------


def test_a_bar_is_there_half_an_hour_after_the_close_and_final_five_sessions_later() -> None:
    early = datetime(2025, 1, 27, 21, 29, tzinfo=UTC)  # New York closes at 21:00 UTC in winter
    assert due("XNYS", early) == date(2025, 1, 24)
    assert due("XNYS", early + timedelta(minutes=1)) == date(2025, 1, 27)
    assert final("XNYS", early + timedelta(minutes=1)) == date(2025, 1, 17), "the 20th was a holiday"
    half_day = datetime(2024, 11, 29, 18, 30, tzinfo=UTC)
    assert due("XNYS", half_day) == date(2024, 11, 29)
    assert due("XTKS", datetime(2025, 1, 27, 7, 0, tzinfo=UTC)) == date(2025, 1, 27)


def test_symbols_without_a_calendar_have_weekdays() -> None:
    assert home_of("FOO.ZZZ") == home_of("FOO.ZZZ", "NONE") == "24/5"
    assert home_of("VOW3.DE") == "XETR"
    assert home_of("AAA", "XTKS") == "XTKS"
    assert session_before("24/5", date(2025, 1, 26)) == date(2025, 1, 24)


def test_after_the_end_of_a_calendar_every_day_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventstudy.calendars.reach", lambda home: (date(1990, 1, 1), date(2024, 12, 31)))
    assert due("XNYS", datetime(2025, 1, 5, 12, tzinfo=UTC)) == date(2025, 1, 4)
    assert final("XNYS", datetime(2025, 1, 10, 12, tzinfo=UTC)) == date(2025, 1, 4)
    assert due("XNYS", datetime(2024, 12, 30, 12, tzinfo=UTC)) == date(2024, 12, 27)


def test_a_tail_that_is_not_final_is_asked_for_after_the_next_close_and_not_before(
    store: Store, service: Service
) -> None:
    service.at = at(MIDDLE)
    wanted = MIDDLE + timedelta(20)
    bring(store, "yahoo", service, "AAA", FIRST, wanted, at=service.at)
    assert not bring(store, "yahoo", service, "AAA", FIRST, wanted, at=service.at + timedelta(hours=12)).asked
    times(service.frames["AAA"], MIDDLE, 1.001)
    service.at = at(DAYS[201])
    vintage, asked = bring(store, "yahoo", service, "AAA", FIRST, wanted, at=service.at)
    assert asked
    assert vintage.outcome == "extended"
    assert (
        store.frame(vintage)["close"].iloc[200] == service.frames["AAA"]["close"].iloc[200] != made()["close"].iloc[200]
    )


def test_a_session_that_the_source_skips_is_asked_for_until_it_comes(store: Store, service: Service) -> None:
    sound = service.frames["AAA"]
    service.frames["AAA"] = sound.drop(pd.Timestamp(DAYS[203]))
    service.at = at(DAYS[215])
    held, _ = bring(store, "yahoo", service, "AAA", FIRST, DAYS[210], at=service.at)
    assert held.final_through < DAYS[203], "five sessions have passed since, and it may still come"
    assert not held.settled(DAYS[210], at(DAYS[216]))
    service.frames["AAA"], service.at = sound, at(DAYS[216])
    after, asked = bring(store, "yahoo", service, "AAA", FIRST, DAYS[210], at=service.at)
    assert asked
    assert not np.isnan(store.frame(after)["close"].loc[str(DAYS[203])])
    assert after.settled(DAYS[210], at(DAYS[217]))


def test_a_session_that_never_comes_is_given_up_after_thirty_days(store: Store, service: Service) -> None:
    service.frames["AAA"] = service.frames["AAA"].drop(pd.Timestamp(DAYS[203]))
    service.at = at(DAYS[203]) + timedelta(31)
    held, _ = bring(store, "yahoo", service, "AAA", FIRST, DAYS[210], at=service.at)
    assert held.settled(DAYS[210], service.at + timedelta(9))


def test_an_end_that_lacks_is_told_until_it_comes(store: Store, service: Service) -> None:
    sound = service.frames["AAA"]
    service.frames["AAA"], service.at = sound.loc[: str(DAYS[198])], at(MIDDLE)
    held, _ = bring(store, "yahoo", service, "AAA", FIRST, LAST, at=service.at)
    late = f"the last price is that of {DAYS[198]}; 2 sessions from {DAYS[199]} to {MIDDLE} lack"
    assert [note[: len(late)] for note in store.fetch(held, FIRST, LAST).notes] == [late]
    assert store.fetch(held, FIRST, DAYS[198]).notes == (), "what was asked for is all there"
    service.frames["AAA"], service.at = sound, at(DAYS[201])
    after, _ = bring(store, "yahoo", service, "AAA", FIRST, LAST, at=service.at)
    assert store.fetch(after, FIRST, LAST).notes == ()


# ---- notes and vintages -----------------------------------------------------------------------------------------------


def test_notes_are_those_of_the_fetches_that_were_used(store: Store) -> None:
    frame = made()
    first = Fetch("AAA", frame.iloc[:150], "dividends", "USD", "XNYS", LATER.isoformat(), ("old",))
    store.keep("yahoo", first, FIRST, DAYS[149])
    then = Fetch("AAA", frame.iloc[130:], "dividends", "USD", "XNYS", (LATER + timedelta(1)).isoformat(), ("new",))
    vintage = store.keep("yahoo", then, DAYS[130], LAST, whole=False)
    assert store.fetch(vintage).notes == ("old", "new")
    assert store.fetch(vintage, DAYS[140], LAST).notes == ("new",)
    early = store.fetch(vintage, FIRST, DAYS[100])
    assert (early.notes, early.retrieved_at) == (("old",), LATER.isoformat())


def test_as_of_reads_the_prices_as_they_were_known(store: Store, service: Service) -> None:
    for day, factor in ((DAYS[210], 1.0), (DAYS[220], 1.05), (DAYS[230], 1.1)):
        service.frames["AAA"] = made()
        times(service.frames["AAA"], DAYS[100], factor)
        service.at = at(day)
        bring(store, "yahoo", service, "AAA", FIRST, MIDDLE, force=True, at=service.at)

    def read(as_of: date | None) -> float:
        table = load_prices("AAA", FIRST, MIDDLE, source="store", as_of=as_of)
        return float(table.close["AAA"].iloc[100] / made()["close"].iloc[100])

    days = (DAYS[205], DAYS[210], DAYS[219], DAYS[220], DAYS[229], None)
    assert [round(read(day), 6) for day in days] == [1.0, 1.0, 1.0, 1.05, 1.05, 1.1]


def test_days_without_a_close_at_the_end_of_a_series_are_no_prices(store: Store) -> None:
    frame = made().loc[: str(MIDDLE)].copy()
    frame.loc[frame.index[-5:], "close"] = np.nan
    store.keep("csv", fetched(frame), FIRST, MIDDLE, at=LATER)
    vintage = store.vintages("AAA")[0]
    priced, days = frame.index[frame["close"].notna()], frame.index[-6:]
    assert any(f"the last price is that of {priced[-1].date()}" in note for note in store.fetch(vintage).notes)
    assert has_price(store.fetch(vintage, days[0].date(), MIDDLE))
    assert not has_price(store.fetch(vintage, days[1].date(), MIDDLE))
    assert "AAA" in load_prices("AAA", days[1].date(), MIDDLE, source="store").missing


def test_a_symbol_is_found_without_going_through_all_vintages(price_store: Path) -> None:
    with Store(write=True) as store:
        for source, symbol in (("yahoo", "AAA"), ("csv", "BBB"), ("csv", "AAA"), ("tiingo", "AAA")):
            store.keep(source, fetched(made(symbol), symbol=symbol), FIRST, LAST)
        store.keep("yahoo", fetched(made() * 2, LATER + timedelta(1)), FIRST, LAST)
        asked: list[str] = []
        store._db.set_trace_callback(asked.append)
        found = [(v.source, v.number) for v in store.vintages("AAA")]
        assert found == [("yahoo", 1), ("csv", 1), ("tiingo", 1), ("yahoo", 2)], "in the order in which they were kept"
        assert [(v.source, v.number) for v in store.vintages("AAA", "csv")] == [("csv", 1)]
        assert store.vintages("CCC") == []
        store._db.set_trace_callback(None)
        for statement in asked:
            steps = [step for *_, step in store._db.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert not [step for step in steps if step.startswith("SCAN") and "known" not in step], steps
