"""Of a wide frame those columns are looked at that a study names: a fault elsewhere does not concern it, nor cost time."""

from __future__ import annotations

import pickle
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy
from eventstudy.errors import InvalidFile, NothingUsable
from eventstudy.prices import frame_to_table, load_prices
from eventstudy.prices._given import _near
from eventstudy.request.prices import placed

from tests.panel.made import CHOICES, DAY0, study
from tests.worlds import SESSIONS, closes

FAULTS: dict[str, tuple[Any, str]] = {
    "zero": (0.0, "the close is zero"),
    "negative": (-3.0, "the close is negative"),
    "infinite": (np.inf, "the value is infinite"),
    "tiny": (1e-308, "the close is too small: 1e-308"),
    "huge": (1e300, "the close is too large"),
}
FAULTY = pytest.mark.parametrize("fault", FAULTS)


def frame(fault: str, column: str, **more: Any) -> pd.DataFrame:
    """Closes with one cell of a column, in row 17, that is no price."""
    prices = closes(**more)
    prices.loc[SESSIONS[17], column] = FAULTS[fault][0]
    return prices


@FAULTY
@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
def test_a_fault_in_a_column_that_nobody_names_does_not_stop_a_study(fault: str, keep: Any) -> None:
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": SESSIONS[DAY0].date(), "event_id": "made-up"})
    asked = EventStudy(**CHOICES)
    found = asked.run(events, frame(fault, "CCC"), keep=keep).to_dict()
    sound = asked.run(events, closes(), keep=keep).to_dict()
    for name in ("aggregate", "excluded", "warnings"):
        assert found[name] == sound[name]


@FAULTY
@pytest.mark.parametrize("named", ["AAA", "MKT", "CCC"])
def test_a_fault_in_the_firm_its_benchmark_or_a_peer_does(fault: str, named: str) -> None:
    with pytest.raises(InvalidFile, match=f"{FAULTS[fault][1]}[^$]*row 17, column {named}"):
        study(frame(fault, named), model="peer", peers=["BBB", "CCC"])


@FAULTY
def test_a_fault_in_a_rate_does(fault: str) -> None:
    prices = frame(fault, "EURUSD=X", tickers=("AAA", "EURUSD=X"))
    with pytest.raises(InvalidFile, match=f"{FAULTS[fault][1]}[^$]*column EURUSD=X"):
        study(prices, currency="EUR")


@FAULTY
def test_a_file_that_is_loaded_whole_is_looked_at_whole(fault: str) -> None:
    prices = frame(fault, "CCC")
    with pytest.raises(InvalidFile, match=f"{FAULTS[fault][1]}[^$]*row 17, column CCC"):
        load_prices(path=prices)
    assert load_prices(["BBB", "AAA"], path=prices).tickers == ["BBB", "AAA"]
    with pytest.raises(InvalidFile, match="column CCC"):
        load_prices(["AAA", "CCC"], path=prices)


@FAULTY
def test_a_column_that_is_named_later_is_looked_at_later(fault: str) -> None:
    """By another benchmark of the same prices, in this process and in another."""
    result = study(frame(fault, "CCC"))
    prices = result.prices
    assert prices is not None
    for table in (prices, pickle.loads(pickle.dumps(prices))):
        assert table.naming(["AAA", "BBB"]) is table
        with pytest.raises(InvalidFile, match=f"{FAULTS[fault][1]}[^$]*row 17, column CCC"):
            study(table, benchmark="CCC")


def test_the_row_is_the_one_that_was_given() -> None:
    with pytest.raises(InvalidFile, match="row 182, column AAA"):
        study(frame("zero", "AAA").iloc[::-1])


@pytest.mark.parametrize("given", ["index", "column", "whole numbers"])
def test_the_numbers_are_those_of_the_whole_table(given: str) -> None:
    prices = closes().iloc[::-1] if given == "index" else closes()
    prices = prices.round().astype({"CCC": "int64"}) if given == "whole numbers" else prices
    prices = prices.reset_index(names="Date") if given == "column" else prices
    assert study(prices).to_json() == study(load_prices(path=prices)).to_json()


def test_a_column_without_a_price_is_no_ticker() -> None:
    prices = closes().assign(CCC=np.nan, DDD=np.nan)
    whole = load_prices(path=prices)
    result = study(prices, tickers=("AAA", "CCC"))
    assert result.excluded["message"].tolist() == [whole.missing["CCC"].what]
    assert result.provenance["prices_sha256"] == whole.sha256()
    assert list(result.provenance["sources"]) == sorted(whole.tickers)
    with pytest.raises(NothingUsable, match="has no price of 'MKT'"):
        study(prices.assign(MKT=np.nan))


def test_what_the_user_does_to_the_frame_afterwards_changes_nothing() -> None:
    prices = closes()
    result, sound = study(prices), load_prices(path=closes()).sha256()
    prices.loc[:, "AAA"] = 1.0
    prices.iloc[3, 1] = 5.0
    assert result.provenance["prices_sha256"] == sound


def test_a_day_that_one_other_column_has_is_no_closed_day() -> None:
    prices = closes().drop(SESSIONS[[90, 100]])
    prices.loc[SESSIONS[95], ["AAA", "MKT"]] = np.nan
    for given in (frame_to_table(prices, all_checked=False), load_prices(path=prices)):
        table = placed(given, [f"{t}=XNYS" for t in prices.columns])
        told = [w.message for w in study(table, calendar="exchange").warned if w.code == "SUSPECT_CALENDAR"]
        assert len(told) == 1
        assert f"no price on {SESSIONS[90].date()}, {SESSIONS[100].date()}," in told[0].replace(
            "has a price", "no price"
        )


def test_many_columns_are_looked_at_together() -> None:
    """As many as a study of a whole market names, the faulty one among them."""
    names = [f"S{i:03d}" for i in range(300)]
    table = frame_to_table(closes(tickers=names), all_checked=False)
    assert table.naming(names) is table
    faulty = frame("zero", "S123", tickers=names)
    with pytest.raises(InvalidFile, match="row 17, column S123"):
        frame_to_table(faulty, all_checked=False).naming(names)
    assert frame_to_table(faulty, all_checked=False).naming(names[:100]).tickers == [*names, "MKT"]


def test_the_names_that_are_near_are_those_of_all_names_compared_one_by_one() -> None:
    rng = np.random.default_rng(18)
    names = tuple("".join(rng.choice(list("abcde.1"), rng.integers(1, 7))) for _ in range(300))
    for word in (*names[:40], "", "zz", "abcdeabcde", "é"):
        assert _near(word, names) == get_close_matches(word, names, n=3)
    assert _near("a", ()) == []
