"""Days of an event window are looked at net of the market, and a move that nothing confirms is told as a caution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy.prices import PriceTable, SeriesInfo, flags

DAYS = pd.bdate_range("2024-01-02", periods=160, name="session")
DAY = 120
NEAR = DAYS[DAY - 5 : DAY + 6].to_numpy("datetime64[D]")
RNG = np.random.default_rng(8)
MARKET = np.clip(0.01 * RNG.standard_normal(len(DAYS)), -0.025, 0.025)
OWN = np.clip(0.004 * RNG.standard_normal(len(DAYS)), -0.008, 0.008)
MARKET[DAY : DAY + 3], OWN[DAY : DAY + 3] = 0.004, 0.0
"""The market rises a little on the days in question, and the share with it."""
TRADE = 1e6 * np.exp(0.1 * RNG.standard_normal(len(DAYS)))

Change = Callable[[dict[str, Any]], None]


def found(*changes: Change, near: bool = True, benchmark: str = "M", given: Any = None) -> list[tuple[str, str | None]]:
    """The codes and tickers of a share that follows its market, with what is wrong with it."""
    share, market = 50 * np.exp(np.cumsum(MARKET + OWN)), 100 * np.exp(np.cumsum(MARKET))
    nothing = np.zeros(len(DAYS))
    fields: dict[str, Any] = {
        "close": np.column_stack([share, market]),
        "adj_close": np.column_stack([share, market]),
        "dividend": np.column_stack([nothing, nothing]),
        "split": np.column_stack([nothing, nothing]),
        "basis": "dividends",
    }
    for change in changes:
        change(fields)
    basis = fields.pop("basis")
    info = {"S": SeriesInfo("made", basis, exchange="24/5"), "M": SeriesInfo("made", "dividends", exchange="24/5")}
    frames = {name: pd.DataFrame(values, DAYS, pd.Index(["S", "M"])) for name, values in fields.items()}
    told = flags(PriceTable(frames, given or info), dict.fromkeys("SM", NEAR) if near else None, [benchmark])
    return [(f.code, f.ticker) for f in told]


def wrong(field: str, column: int, by: float, days: int = 1) -> Change:
    def change(fields: dict[str, Any]) -> None:
        fields[field] = fields[field].copy()
        fields[field][DAY : DAY + days, column] *= by

    return change


def both(column: int, by: float, days: int = 1) -> Change:
    def change(fields: dict[str, Any]) -> None:
        for name in ("close", "adj_close"):
            wrong(name, column, by, days)(fields)

    return change


def put(field: str, value: float) -> Change:
    def change(fields: dict[str, Any]) -> None:
        fields[field][DAY, 0] = value

    return change


def traded(times: float) -> Change:
    def change(fields: dict[str, Any]) -> None:
        fields["volume"] = np.column_stack([TRADE, np.full(len(DAYS), np.nan)])
        fields["volume"][DAY, 0] *= times

    return change


def adjusted(fields: dict[str, Any]) -> None:
    fields["basis"] = "adj_close"
    fields["adj_close"] = fields["close"] * np.where(np.arange(len(DAYS)) >= DAY, 1.021, 1.0)[:, None] ** [1, 0]


def test_sound_series_are_left_alone() -> None:
    assert found() == []
    assert found(traded(1.0)) == []


def test_a_wrong_close_that_the_market_hides_is_seen_net_of_it() -> None:
    assert found(both(0, 0.982)) == [("MOVE_UNDONE", "S")]
    assert found(both(0, 0.982), near=False) == [], "the share itself moves as far on any day"


def test_the_series_at_fault_is_named_not_the_one_beside_it() -> None:
    assert {ticker for _, ticker in found(both(1, 1.04))} == {"M"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param((both(0, 1.024, 99), traded(1.0)), "MOVE_UNCONFIRMED", id="stays, with no more trade"),
        pytest.param((both(0, 1.024, 99), traded(4.0)), None, id="stays, with trade"),
        pytest.param(
            (both(0, 1.024, 99),), "MOVE_UNCONFIRMED", id="stays, no volumes: so does an event look, and a fault"
        ),
        pytest.param((both(0, 1.013, 99),), None, id="stays, no volumes, and as large as on other days"),
        pytest.param((both(0, 0.988),), "MOVE_UNDONE", id="small both ways, and more together than ever"),
        pytest.param((both(0, 1.012, 99), traded(1.0)), None, id="an ordinary move"),
        pytest.param((put("dividend", 1.2),), "MOVE_UNCONFIRMED", id="a dividend that the price did not fall by"),
        pytest.param((both(0, 0.978, 99), put("dividend", 1.2)), None, id="a dividend that it fell by"),
        pytest.param((put("split", 1.005),), "MOVE_UNCONFIRMED", id="a split smaller than a day"),
        pytest.param((put("split", 1.5),), None, id="a split that was applied"),
        pytest.param((adjusted,), "MOVE_UNCONFIRMED", id="the adjusted price alone moved"),
    ],
)
def test_a_move_that_nothing_confirms(changes: tuple[Change, ...], code: str | None) -> None:
    assert found(*changes) == ([(code, "S")] if code else [])


@pytest.mark.parametrize("growing", [False, True])
@pytest.mark.parametrize(
    ("days", "told"), [(1, []), (2, []), (6, [("INTERPOLATED", "S")]), (9, [("INTERPOLATED", "S")])]
)
def test_closes_on_a_straight_line_were_filled_in(days: int, told: list[tuple[str, str]], growing: bool) -> None:
    def filled(fields: dict[str, Any]) -> None:
        close = np.log(fields["close"]) if growing else fields["close"]
        at = np.arange(DAY - 40, DAY - 40 + days)
        line = np.interp(at, [at[0] - 1, at[-1] + 1], close[[at[0] - 1, at[-1] + 1], 0])
        fields["close"] = fields["close"].copy()
        fields["close"][at, 0] = np.exp(line) if growing else line
        fields["close"] = fields["close"].round(2)

    assert found(filled, near=False) == told


def test_a_benchmark_that_moves_alone_needs_no_volumes() -> None:
    stays = both(1, 1.06, 99)
    assert found(stays) == [("MOVE_UNCONFIRMED", "M")]
    assert found(stays, traded(1.0)) == [("MOVE_UNCONFIRMED", "M")]
    held = {t: SeriesInfo("bundled", "dividends", exchange="24/5") for t in "SM"}
    assert found(stays, given=held, benchmark="S") == [], (
        "of a share whose closes were compared with a second copy it is news"
    )


def test_of_a_benchmark_beside_one_share_it_is_left_open_which_of_them_had_news() -> None:
    fields = {"close": np.column_stack([100 * np.exp(np.cumsum(MARKET + k * OWN)) for k in (1, -1, 0)])}
    fields["close"][DAY:, 2] *= 1.06
    for names, told in ((["S", "M"], "the only series"), (["S", "T", "M"], "what is held against it")):
        kept = fields["close"][:, [0, *([1] if len(names) > 2 else []), 2]]
        prices = PriceTable(
            {"close": pd.DataFrame(kept, DAYS, pd.Index(names))},
            {t: SeriesInfo("made", "as_given", exchange="24/5") for t in names},
        )
        [flag] = [f for f in flags(prices, dict.fromkeys(names, NEAR), ["M"]) if f.code == "MOVE_UNCONFIRMED"]
        assert told in str(flag.message)


def test_nothing_is_said_of_a_benchmark_that_no_other_of_its_market_is_held_against() -> None:
    close = np.column_stack([50 * np.exp(np.cumsum(MARKET + OWN)), 100 * np.exp(np.cumsum(MARKET))])
    close[DAY:, 1] *= 1.06
    info = {t: SeriesInfo("made", "as_given", exchange=home) for t, home in (("S", "24/7"), ("M", "24/5"))}
    told = flags(
        PriceTable({"close": pd.DataFrame(close, DAYS, pd.Index(["S", "M"]))}, info), dict.fromkeys("SM", NEAR), ["M"]
    )
    assert "MOVE_UNCONFIRMED" not in {f.code for f in told if f.ticker == "M"}
