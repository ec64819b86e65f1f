"""What a study reads of the store is what was written, in the order in which it was kept, whatever a clock said since."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import load_prices
from eventstudy.cli import doctor
from eventstudy.errors import InvalidFile, Locked, SourceMalformed
from eventstudy.prices._store import Store
from eventstudy.prices._store_join import Apart
from eventstudy.prices._store_parts import is_sealed, seal
from eventstudy.prices._store_schema import STEPS, connect
from eventstudy.prices._store_update import Keeping, bring, take

from tests.store.conftest import DAYS, FIRST, LAST, LATER, Change, Service, change_bars, fetched, made, set_clock

AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
BEHIND = datetime(1980, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, LATER)


def by_hand(path: Path, change: str, *values: Any) -> None:
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute(change, values).rowcount
        raw.commit()


# ---- clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [AHEAD, BEHIND])
@pytest.mark.parametrize("later_source", ["yahoo", "csv"])
def test_what_was_kept_last_is_read_whatever_the_clock_said(store: Store, wrong: datetime, later_source: str) -> None:
    store.keep("yahoo", fetched(made(), wrong), FIRST, LAST)
    corrected = made() * 2
    store.keep(later_source, fetched(corrected), FIRST, LAST)
    table = load_prices("AAA", FIRST, LAST, source="store")
    assert table.close["AAA"].tolist() == corrected["close"].tolist()
    assert table.info["AAA"].retrieved_at == LATER.isoformat()
    assert load_prices("AAA", FIRST, LAST).close["AAA"].tolist() == corrected["close"].tolist(), "by auto as well"


def test_a_clock_that_was_wrong_is_told_by_the_study_and_the_doctor(store: Store) -> None:
    store.keep("yahoo", fetched(made(), AHEAD), FIRST, LAST)
    (note,) = load_prices("AAA", FIRST, LAST, source="store").info["AAA"].notes
    assert "2100-01-01" in note
    assert "still to come" in note
    faults = [f for f in doctor._store() if f.check == "clocks"]
    assert [(f.status, f.exit_code) for f in faults] == [("fault", 3)]
    assert "AAA" in faults[0].found
    store.keep("yahoo", fetched(made()), FIRST, LAST)
    (note,) = load_prices("AAA", FIRST, LAST, source="store").info["AAA"].notes
    assert "2100-01-01" in note
    assert "the later one holds" in note
    assert [(f.status, f.exit_code) for f in doctor._store() if f.check == "clocks"] == [("absent", 0)]


def test_a_clock_that_is_a_little_ahead_is_no_matter(store: Store) -> None:
    store.keep("yahoo", fetched(made(), LATER.replace(hour=20)), FIRST, LAST)
    store.keep("yahoo", fetched(made(), LATER), FIRST, LAST)
    assert load_prices("AAA", FIRST, LAST, source="store").info["AAA"].notes == ()
    assert store.clocks(LATER) == []


def test_days_that_a_wrong_clock_took_for_final_are_asked_for_again(store: Store, service: Service) -> None:
    service.at = AHEAD
    kept, _ = bring(store, "yahoo", service, "AAA", FIRST, date(2025, 12, 31), at=AHEAD)
    assert kept.through == date(2025, 12, 31), "the clock says that these days are over"
    service.at = LATER
    again, asked = bring(store, "yahoo", service, "AAA", FIRST, date(2025, 12, 31), at=LATER)
    assert asked
    assert again.through == date(2025, 2, 28), "the last session before the third of March"
    assert again.final_through < again.through
    assert not bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER).asked


def test_an_older_store_keeps_the_order_within_each_series(price_store: Path) -> None:
    price_store.parent.mkdir(parents=True)
    raw = sqlite3.connect(price_store)
    for step in STEPS[:2]:
        raw.executescript(step)
    raw.executemany("INSERT INTO series VALUES (?, ?, 'OLD')", [(1, "yahoo"), (2, "csv")])
    row = "INSERT INTO vintage VALUES (?, ?, ?, 'new', 1, 2, 1, 2, 2, 'dividends', NULL, NULL, '[\"close\"]', '[]', 0, '')"
    kept = [(1, 1, "2024"), (1, 2, "2100"), (2, 1, "2025"), (1, 3, "2026"), (2, 2, "2027")]
    raw.executemany(row, [(series, number, f"{year}-01-01T00:00:00+00:00") for series, number, year in kept])
    raw.execute("PRAGMA user_version=2")
    raw.commit()
    raw.close()
    with Store() as store:
        assert [(v.source, v.number) for v in store.vintages()] == [
            ("yahoo", 1), ("csv", 1), ("yahoo", 2), ("yahoo", 3), ("csv", 2),
        ]  # fmt: skip
        assert [v.number for v in store.vintages("OLD", "yahoo")] == [1, 2, 3]


# ---- bars that somebody changed ------------------------------------------------------------------------------------------


def moved(column: str, day: int = 20101, to: float | None = None) -> Change:
    """A value of a column that is another one."""

    def change(bars: pd.DataFrame) -> pd.DataFrame:
        assert day in bars.index
        return bars.assign(**{column: bars[column].where(bars.index != day, bars[column] * 1.01 if to is None else to)})

    return change


def one_more(day: int) -> Change:
    return lambda bars: pd.concat([bars, bars.iloc[:1].set_axis([day])]).sort_index()


CHANGES: dict[str, Change | str] = {
    "a close": moved("close"),
    "a close too large for a number": moved("close", to=np.inf),
    "a volume": moved("volume", to=1.0),
    "a bar that is gone": lambda bars: bars.drop(20101),
    "a bar of a Sunday": one_more(20100),
    "a bar of no day": one_more(9_000_000_000_000_000),
    "bars that are out of order": lambda bars: bars.iloc[::-1],
    "bars that are cut off": "UPDATE part SET bars = substr(bars, 1, 1001) WHERE series_id = 1",
    "half the bars": "UPDATE part SET bars = substr(bars, 1, length(bars) / 2) WHERE series_id = 1",
    "bars of text": "UPDATE part SET bars = 'x' WHERE series_id = 1",
    "bars of a number": "UPDATE part SET bars = 5 WHERE series_id = 1",
    "days that went, of text": "UPDATE part SET gone = 'x' WHERE series_id = 1",
    "columns of nothing": "UPDATE part SET columns = '[]' WHERE series_id = 1",
    "columns that are none": "UPDATE part SET columns = '[5, [' WHERE series_id = 1",
    "a column less": """UPDATE part SET columns = '["close"]' WHERE series_id = 1""",
    "a beginning that is lacking": "UPDATE part SET whole = 0 WHERE series_id = 1",
    "bars that are all gone": "DELETE FROM part WHERE series_id = 1",
}
INSIDE = (date(2025, 1, 2), LAST)
"""January 2025 holds day 20101."""


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("days", [INSIDE, (None, None)], ids=["part", "all"])
def test_bars_that_were_changed_are_not_studied(
    store: Store, price_store: Path, change: Change | str, days: tuple[date | None, date | None]
) -> None:
    store.keep("yahoo", fetched(made()), FIRST, LAST)
    store.keep("yahoo", fetched(made("BBB", 2), symbol="BBB"), FIRST, LAST)
    change_bars(price_store, change, "AAA")
    table = load_prices(["AAA", "BBB"], *days, source="store")
    assert table.tickers == ["BBB"], "the other one is sound"
    error = table.missing["AAA"]
    assert isinstance(error, SourceMalformed)
    assert "the bars are not those that were written" in error.what
    assert "--force" in str(error.hint)
    assert store.faults() == [error.what]


def test_days_of_other_years_are_not_in_doubt(store: Store, price_store: Path) -> None:
    store.keep("yahoo", fetched(made()), FIRST, LAST)
    change_bars(price_store, CHANGES["a close"])
    assert load_prices("AAA", FIRST, date(2024, 12, 31), source="store").missing == {}


def test_a_store_of_an_earlier_version_is_checked_whole(store: Store, price_store: Path) -> None:
    store.keep("yahoo", fetched(made()), FIRST, LAST)
    by_hand(price_store, "UPDATE vintage SET years = '{}', seal = ''")
    assert load_prices("AAA", *INSIDE, source="store").missing == {}
    change_bars(price_store, moved("close", 19800, 1.0))
    assert "AAA" in load_prices("AAA", *INSIDE, source="store").missing


def resealed(path: Path) -> None:
    """Put in place of each checksum that of what stands there now."""
    with Store(path) as store:
        seals = {v.series_id: seal(store._parts(v)) for v in store.vintages()}
    for series, one in seals.items():
        by_hand(path, "UPDATE vintage SET seal = ? WHERE series_id = ?", one, series)


def test_a_checksum_that_tells_nothing_does_not_deceive_the_doctor_nor_the_next_fetch(
    store: Store, service: Service, price_store: Path
) -> None:
    store.keep("yahoo", fetched(made()), FIRST, DAYS[200])
    change_bars(price_store, moved("close"))
    resealed(price_store)
    assert load_prices("AAA", FIRST, DAYS[200], source="store").missing == {}, "the checksum is what a study looks at"
    (fault,) = store.faults()
    assert "the bars are not those that were written" in fault
    with pytest.raises(SourceMalformed, match="are not those that were written"):
        bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER)


@pytest.mark.parametrize("change", [None, moved("close"), "UPDATE part SET number = number, whole = 2"])
def test_parts_that_an_earlier_version_sealed_by_a_hash_are_known_by_it(
    store: Store, price_store: Path, change: Change | str | None
) -> None:
    store.keep("yahoo", fetched(made()), FIRST, LAST)
    (part,) = store._parts(store.vintages()[0])
    about = repr((part.number, part.whole, part.columns, len(part.gone), len(part.bars))).encode()
    old = hashlib.sha256(about + part.gone + part.bars).hexdigest()
    if change is not None:
        change_bars(price_store, change)
    assert is_sealed(store._parts(store.vintages()[0]), old) == (change is None)
    by_hand(price_store, "UPDATE vintage SET seal = ?", old)
    assert set(load_prices("AAA", FIRST, LAST, source="store").missing) == ({"AAA"} if callable(change) else set())


def test_what_was_changed_does_not_become_the_past_of_the_next_fetch(
    store: Store, service: Service, price_store: Path
) -> None:
    bring(store, "yahoo", service, "AAA", FIRST, DAYS[200], at=LATER)
    change_bars(price_store, moved("dividend", 19850, 3.0))
    with pytest.raises(SourceMalformed, match="are not those that were written"):
        bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER)
    assert len(store.vintages()) == 1, "nothing was kept"


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_force_takes_them_anew(store: Store, service: Service, price_store: Path, change: Change | str) -> None:
    bring(store, "yahoo", service, "AAA", FIRST, LAST, at=LATER)
    change_bars(price_store, change)
    again, _ = bring(store, "yahoo", service, "AAA", FIRST, LAST, force=True, at=LATER)
    assert again.number == 2
    assert any("were taken anew" in note for note in again.notes)
    fetch = store.fetch(again, FIRST, LAST)
    assert np.array_equal(fetch.frame.to_numpy(), made().to_numpy(), equal_nan=True)
    assert store.faults() == []


def test_a_source_that_is_kept_says_so_too(store: Store, service: Service, price_store: Path) -> None:
    Keeping("yahoo", service, price_store).fetch("AAA", FIRST, LAST)
    change_bars(price_store, CHANGES["a close"])
    with pytest.raises(SourceMalformed, match="are not those that were written"):
        Keeping("yahoo", service, price_store).fetch("AAA", FIRST, LAST)


# ---- odd values among what is noted of a fetch -------------------------------------------------------------------------

ODD: dict[str, list[Any]] = {
    "columns": ["x", "[1]", '["shut"]', "{}", "[" * 100_000, None, b"\x00"],
    "notes": ["x", "[1]", "1", b"\x00"],
    "years": ["x", "[]", '{"x": 1}', "1"],
    "retrieved_at": ["", "yesterday", 5, b"\x00"],
    "basis": ["", "x", 5, b"\x00"],
    "first": [10**12, "x", b"\x00"],
    "through": [-(10**12), "x"],
    "currency": [b"\x00"],
}


@pytest.mark.parametrize("column", ODD)
def test_what_is_noted_of_a_fetch_is_read_or_refused(price_store: Path, column: str) -> None:
    with Store(write=True) as store:
        store.keep("yahoo", fetched(made(days=DAYS[:5])), FIRST, DAYS[4])
    sound = price_store.read_bytes()
    for value in ODD[column]:
        price_store.write_bytes(sound)
        try:
            by_hand(price_store, f"UPDATE vintage SET {column} = ?", value)
        except sqlite3.IntegrityError:
            continue  # SQLite itself refuses NULL
        with (
            pytest.raises((InvalidFile, SourceMalformed), match=r"damaged|not those that were written"),
            Store() as store,
        ):
            store.fetch(store.vintages()[0])


# ---- writers at the same time ------------------------------------------------------------------------------------------


def test_a_file_is_taken_in_although_others_add_days(
    store: Store, price_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(store, "csv", fetched(made(days=DAYS[:20])), FIRST, DAYS[19])
    looked = Store.newest

    def overtaken(self: Store, symbol: str, source: str) -> Any:
        """Another process takes in more days between the look and the write, once."""
        found = looked(self, symbol, source)
        if found and found.through < DAYS[29] and not self._db.in_transaction:
            monkeypatch.setattr(Store, "newest", looked)
            with Store(price_store, write=True) as other:
                other.keep("csv", fetched(made(days=DAYS[:30])), FIRST, DAYS[29])
        return found

    monkeypatch.setattr(Store, "newest", overtaken)
    kept = take(store, "csv", fetched(made(days=DAYS[:25])), FIRST, DAYS[24])
    assert (kept.number, kept.through) == (3, DAYS[29])


def test_a_file_that_is_always_overtaken_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def apart(*_: Any, **__: Any) -> None:
        raise Apart("others are quicker")

    monkeypatch.setattr(Store, "keep", apart)
    with pytest.raises(Locked, match="another process works on AAA"):
        take(store, "csv", fetched(made()), FIRST, LAST)


def test_two_that_open_an_older_store_take_its_steps_once(price_store: Path) -> None:
    with Store(write=True) as store:
        store.keep("yahoo", fetched(made()), FIRST, LAST)
    connect(price_store, write=True).close()
    connect(price_store, write=False).close()
