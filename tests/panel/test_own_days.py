"""`calendar=None`: each security has the sessions of those that trade on its days, also where a frame mixes markets."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy import native
from eventstudy.calendars import markets
from eventstudy.panel import Days, homes
from eventstudy.panel.homes import moved, own_days
from eventstudy.prices import PriceTable, load_prices

Table = Callable[[pd.DataFrame], pd.DataFrame]
KERNEL = native._load()[0]
FIRST, LAST = np.datetime64("2022-06-01"), np.datetime64("2025-03-31")


def sessions(code: str) -> Days:
    """The days on which an exchange was open, without its calendar being built."""
    codes, opened, _ = markets._open()
    days = markets._FIRST + np.flatnonzero(opened[codes.index(code)])
    found: Days = days[(days >= FIRST) & (days <= LAST)]
    return found


def closes(*exchanges: str, seed: int = 0, drop: float = 0.0) -> pd.DataFrame:
    """Closes of one security an exchange, on the days on which it was open, some of them lost."""
    rng = np.random.default_rng(seed)
    columns = {}
    for i, code in enumerate(exchanges):
        days = sessions(code)
        values = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal(len(days))))
        values[1:300][rng.random(299) < drop] = np.nan
        columns[f"S{i}"] = pd.Series(values, pd.DatetimeIndex(days.astype("datetime64[ns]")))
    return pd.DataFrame(columns)


def frame_of(table: pd.DataFrame) -> PriceTable:
    return load_prices(path=table)


HOLIDAYS = [
    ("XNYS", "2024-07-04", "2024-07-05"), ("XNYS", "2024-11-28", "2024-11-29"), ("XLON", "2024-08-26", "2024-08-27"),
    ("XETR", "2024-12-24", "2024-12-27"), ("XPAR", "2024-05-01", "2024-05-02"), ("XTKS", "2024-09-23", "2024-09-24"),
    ("XHKG", "2024-09-06", "2024-09-09"), ("XSWX", "2024-08-01", "2024-08-02"), ("XTSE", "2024-07-01", "2024-07-02"),
    ("XSHG", "2024-10-01", "2024-10-08"), ("XASX", "2025-01-27", "2025-01-28"), ("BVMF", "2024-11-20", "2024-11-21"),
]  # fmt: skip
MIXED = ("XNYS", "XLON", "XETR", "XPAR", "XTKS", "XHKG", "XSWX", "XTSE", "XSHG", "XASX", "BVMF")


@pytest.fixture(scope="module")
def mixed() -> pd.DataFrame:
    return closes(*MIXED, *MIXED, seed=3, drop=0.006)


@pytest.mark.parametrize(
    ("exchange", "day", "session"),
    [pytest.param(*one, marks=[] if i % 4 == 0 else pytest.mark.slow) for i, one in enumerate(HOLIDAYS)],
)
def test_day_0_is_the_next_session_of_its_own_market(
    mixed: pd.DataFrame, exchange: str, day: str, session: str
) -> None:
    own = f"S{MIXED.index(exchange)}"
    beside = f"S{MIXED.index(exchange) + len(MIXED)}"
    assert own_days(frame_of(mixed)).of(own) == own_days(frame_of(mixed)).of(beside)
    table = mixed.copy()
    before = table[[own, beside]].ffill().shift()
    table.loc[session, [own, beside]] = 1.01 * before.loc[session]
    events = pd.DataFrame({"ticker": [own], "date": [day]})
    study = es.EventStudy(calendar=None, benchmark=beside, windows=[(0, 0)], max_shift=8, tests=())
    result = study.run(events, table)
    assert str(result.panel.day0[0].session) == session
    # the sessions of the pair are those of its exchange, whatever days of other markets the frame has
    known = result.sessions[0].astype("datetime64[D]")
    open_days = sessions(exchange)
    assert np.isin(known[~np.isnat(known)], open_days).all()


def test_a_table_of_one_market_keeps_all_its_days() -> None:
    table = closes("XNYS", "XNYS", "XNYS", drop=0.0)
    table.iloc[300, 0] = np.nan  # a halt is a day without a value, not a day without a session
    found = own_days(frame_of(table))
    assert len(found.days) == 1
    assert len(found.days[0]) == len(table)


def test_securities_of_no_exchange_that_is_known_are_with_those_of_their_days() -> None:
    days = pd.bdate_range("2022-06-01", "2025-03-31")
    rng = np.random.default_rng(5)
    every = pd.date_range("2022-06-01", "2025-03-31")
    sunday = every[every.day_of_week.isin([6, 0, 1, 2, 3])]
    index = days.union(sunday)
    table = pd.DataFrame(index=index, columns=["A", "B", "C", "D"], dtype=float)
    for name in "AB":
        table.loc[days, name] = 100 + rng.standard_normal(len(days)).cumsum() * 0.1
    for name in "CD":
        table.loc[sunday, name] = 100 + rng.standard_normal(len(sunday)).cumsum() * 0.1
    table.loc[days[100], "A"] = np.nan
    found = own_days(frame_of(table))
    assert found.of("A") == found.of("B") != found.of("C") == found.of("D")
    assert found.days[found.of("A")].tolist() == days.to_numpy("datetime64[D]").tolist()
    assert found.days[found.of("D")].tolist() == sunday.to_numpy("datetime64[D]").tolist()


@pytest.mark.parametrize("share", [0.1, 0.24, 0.26])
def test_who_lacks_more_than_a_quarter_of_the_days_has_its_own(share: float) -> None:
    """Weekdays without a holiday are those of no exchange, and one security has a price on each of them."""
    days = pd.bdate_range("2022-06-01", periods=500)
    table = pd.DataFrame(100 + np.random.default_rng(2).standard_normal((500, 3)).cumsum(axis=0), days, ["A", "B", "C"])
    table.iloc[100:120, 1] = np.nan
    table.iloc[200 : 200 + round(share * 500), 2] = np.nan
    found = own_days(frame_of(table))
    assert found.of("A") == found.of("B")
    assert (found.of("C") == found.of("A")) == (share < markets.LACKING)
    priced = [table["A"].notna().sum(), table["C"].notna().sum()]
    assert [len(d) for d in found.days] == (priced[:1] if share < markets.LACKING else priced)


def test_a_pair_of_two_markets_stands_on_the_days_they_share() -> None:
    table = closes("XNYS", "XTKS")
    events = pd.DataFrame({"ticker": ["S1"], "date": ["2024-09-10"]})
    result = es.EventStudy(calendar=None, benchmark="S0", windows=[(0, 0)], tests=()).run(events, table)
    known = result.sessions[0].astype("datetime64[D]")
    for code in ("XNYS", "XTKS"):
        assert np.isin(known[~np.isnat(known)], sessions(code)).all()


def test_without_an_exchange_the_days_are_not_those_of_all() -> None:
    """The same where sessions are those of exchanges: what has none is not thrown together."""
    days = pd.date_range("2023-01-01", "2025-03-31")
    rng = np.random.default_rng(7)
    table = pd.DataFrame(index=days, columns=["SUN", "SAT", "M1", "M2"], dtype=float)
    for name, rest in (("SUN", (4, 5)), ("M1", (4, 5)), ("SAT", (3, 4)), ("M2", (3, 4))):
        own = days[~days.day_of_week.isin(rest)]
        table.loc[own, name] = 100 * np.exp(0.01 * rng.standard_normal(len(own)).cumsum())
    events = pd.DataFrame({"ticker": ["SUN", "SAT"], "date": "2025-01-31"})  # a Friday
    results = [
        es.EventStudy(benchmark=m, windows=[(0, 0)], tests=()).run(events[events.ticker == t], table)
        for t, m in (("SUN", "M1"), ("SAT", "M2"))
    ]
    assert [str(r.panel.day0[0].session) for r in results] == ["2025-02-02", "2025-02-01"]
    both = es.EventStudy(model="constant_mean", windows=[(0, 0)], tests=()).run(events, table)
    assert [str(d.session) for d in both.panel.day0] == ["2025-02-02", "2025-02-01"]


def test_exchanges_of_many_securities_are_those_of_each_alone() -> None:
    """Days counted by hand; a price that stays, one that lacks days, one listed late, and one of too few days."""
    table = closes("XNYS", "XTKS", "XLON", "XETR", "XPAR", drop=0.3)
    table.iloc[400:430, 0] = 97.5
    table.iloc[:250, 1] = np.nan
    table.iloc[40:, 4] = np.nan
    prices = frame_of(table)
    days = prices.close.index.to_numpy("datetime64[D]")
    told = []
    for name in prices.tickers:
        last, mine = float("nan"), []
        for day, close in zip(days, prices.close[name].to_numpy(float).tolist(), strict=True):
            if close == close:
                mine += [day] if close != last else []
                last = close
        assert moved(name, prices).tolist() == [day.item() for day in mine]
        told.append(mine)
    together = markets.fittings(days, np.stack([np.isin(days, mine) for mine in told]))
    codes, opened, reach = markets._open()
    for mine, fit in zip(told, together, strict=True):
        wrong, apart = {}, {}
        at = (np.array(mine) - markets._FIRST).astype(int)
        for code, row, (low, high) in zip(codes, opened, reach, strict=True):
            if low <= at[0] and high > at[-1]:
                own = set(np.flatnonzero(row[at[0] : at[-1] + 1]) + at[0])
                wrong[code] = len(own ^ set(at.tolist()))
                apart[code] = len(set(at.tolist()) - own), len(own - set(at.tolist())), len(own)
        best = min(wrong, key=lambda code: wrong[code])
        if len(mine) < 60:
            assert fit is None
            continue
        strays, lacks, sessions = apart[best]
        rests = -math.log((lacks + 1) / (sessions + 2))
        odds = {c: -math.log(0.005) * (a - strays) + rests * (b - lacks) for c, (a, b, _) in apart.items()}
        assert fit is not None
        assert fit.exchange == best
        assert set(fit.same) == {c for c, log in odds.items() if log <= 9} - {best}
    assert [fit is None for fit in together] == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("table", "asked"),
    [
        pytest.param(lambda mixed: mixed.assign(ALL=100.0 + np.arange(len(mixed)) % 7), ("S0", "ALL"), id="two-groups"),
        pytest.param(lambda mixed: closes("XNYS", "XNYS", drop=0.0).assign(GONE=np.nan), ("S0", "S1"), id="all-days"),
        pytest.param(lambda mixed: holed(), ("S1", "S0"), id="one-market"),
        pytest.param(lambda mixed: holed(), ("S0", "S3"), id="another-market"),
    ],
)
def test_days_of_those_asked_for_are_those_found_of_all(
    mixed: pd.DataFrame, table: Table, asked: tuple[str, str]
) -> None:
    frame = table(mixed)
    few, every = own_days(frame_of(frame), asked=asked), own_days(frame_of(frame))
    for name in asked:
        np.testing.assert_array_equal(few.days[few.of(name)], every.days[every.of(name)])
    assert (few.of(asked[0]) == few.of(asked[1])) == (every.of(asked[0]) == every.of(asked[1]))


def holed() -> pd.DataFrame:
    """Closes of three securities of New York, of which one lacks days, and of one of Tokyo, on the days of New York."""
    table = closes("XNYS", "XNYS", "XNYS", "XTKS")
    table = table[table["S0"].notna()]
    table.iloc[[300, 310], 1] = np.nan
    return table


DAYS = (0, 1, 7, 64, 131)
ORDERS: tuple[Literal["C", "F"], ...] = ("C", "F")


@pytest.mark.skipif(KERNEL is None, reason="the compiled kernel is not built")
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("days", DAYS)
def test_days_on_which_prices_moved_are_those_of_plain_code(order: Literal["C", "F"], days: int) -> None:
    """Prices that stay, that stay over days that lack, and of which there is one or none."""
    rng = np.random.default_rng(days)
    table = np.array(rng.integers(1, 4, (days, 11)) * 1.5, order=order)
    table[rng.random((days, 11)) < 0.4] = np.nan
    table[:, 1] = np.nan
    table[days // 2 :, 2] = np.nan
    table[: days // 2, 2] = np.nan
    table[days // 2 : days // 2 + 1, 2] = 2.0
    which = np.array([10, 2, 1, 0, 4, 3, 9, 5, 6])
    wanted = np.zeros((9, days), bool)
    for row, series in zip(wanted, which.tolist(), strict=True):
        last = None
        for t, close in enumerate(table[:, series].tolist()):
            if close == close:
                row[t], last = close != last, close
        if np.isfinite(table[:, series]).sum() < 2:
            row[:] = False
    np.testing.assert_array_equal(homes._moved(table.T[which]), wanted)
    for form in range(len(KERNEL.forms())):
        found = np.ones((9, days), bool)
        KERNEL.moved(form, table, which, found)
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.skipif(KERNEL is None, reason="the compiled kernel is not built")
@pytest.mark.parametrize("days", DAYS)
def test_days_that_two_share_are_counted(days: int) -> None:
    rng = np.random.default_rng(days)
    moved, closed = rng.random((5, days)) < 0.7, rng.random((3, days)) < 0.7
    moved[0], closed[0] = True, True
    wanted = [[sum(a and b for a, b in zip(m, c, strict=True)) for m in moved.tolist()] for c in closed.tolist()]
    for form in range(len(KERNEL.forms())):
        found = np.full((3, 5), -1)
        KERNEL.shared_days(form, moved, closed, found)
        assert found.tolist() == wanted


@pytest.mark.skipif(KERNEL is None, reason="the compiled kernel is not built")
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("days", [*DAYS, 300])
def test_the_first_and_the_last_price_are_found(order: Literal["C", "F"], days: int) -> None:
    rng = np.random.default_rng(days)
    table = np.array(rng.random((days, 11)), order=order)
    table[rng.random((days, 11)) < 0.4] = np.nan
    table[:, 1], table[days // 2 :, 2], table[: days // 2, 3] = np.nan, np.nan, np.nan
    rows = [[t for t, close in enumerate(column) if close == close] for column in table.T.tolist()]
    wanted = [(own[0], own[-1] + 1, len(own)) if own else (0, 0, 0) for own in rows]
    for form in range(len(KERNEL.forms())):
        found = np.full((3, 11), -1)
        KERNEL.spans(form, table, found)
        assert found.T.tolist() == [list(one) for one in wanted]


LONG = (1, 7, 131, 2048, 4400)
"""Days of which the kernel looks at 2,048 together."""


@pytest.mark.skipif(KERNEL is None, reason="the compiled kernel is not built")
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("days", LONG)
def test_days_of_trade_are_those_of_plain_code(order: Literal["C", "F"], days: int) -> None:
    """Prices that stay over gaps, also where days looked at together end; no volume; days of which nothing is known."""
    rng = np.random.default_rng(days)
    table = np.array(rng.integers(1, 4, (days, 11)) * 1.5, order=order)
    table[rng.random((days, 11)) < 0.4] = np.nan
    table[2000:2100, :6], table[:, 1], table[: days // 2, 2] = np.nan, np.nan, np.nan
    table[2000:4100, 9:], table[1999:2000, 9:], table[4100:4101, 9:] = np.nan, 1.5, 1.5
    volume = np.array(rng.random((days, 11)) < 0.9, float, order=order)
    known, closed = rng.random(days) < 0.9, rng.random((3, days)) < [[0.01], [0.2], [0.9]]
    which = np.array([10, 2, 1, 0, 4, 3, 9, 5, 6])
    span, astray = np.full((3, 9), -1), np.full((9, 3), -1)
    for volumes in (volume, None):
        traded = homes._moved(table.T[which]) & known & (True if volumes is None else volumes.T[which] != 0)
        own = [np.flatnonzero(row).tolist() for row in traded]
        wanted = [[t[0], t[-1] + 1, len(t)] if len(t) else [0, 0, 0] for t in own]
        shut = (traded[:, None] & closed).sum(axis=2)
        early = (traded[:, None, :2048] & closed[:, :2048]).sum(axis=2).min(axis=1)
        for form in range(len(KERNEL.forms())):
            KERNEL.traded(form, table, volumes, which, known, closed, days, span, astray)
            many = np.array([(np.isfinite(table[:, i]).sum() > 1) for i in which.tolist()])  # one price is no move
            assert [one for one, some in zip(span.T.tolist(), many, strict=True) if some] == [
                one for one, some in zip(wanted, many, strict=True) if some
            ]
            np.testing.assert_array_equal(astray[many], shut[many])
            KERNEL.traded(form, table, volumes, which, known, closed, 5, span, astray)
            may = shut.min(axis=1) <= 5
            assert span[2][many & may].tolist() == [len(own[i]) for i in np.flatnonzero(many & may).tolist()]
            np.testing.assert_array_equal(astray[many & may], shut[many & may])
            assert not span[2][(early > 5) | (shut.min(axis=1) > 5)].any()


@pytest.mark.skipif(KERNEL is None, reason="the compiled kernel is not built")
@pytest.mark.parametrize("first", ["1989-06-01", "2010-01-04", "2026-06-01"])
def test_exchanges_are_the_same_with_and_without_the_kernel(first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of prices of New York, of each weekday, of days before and after those of known calendars, and of few days."""
    days = pd.bdate_range(first, periods=1500)
    codes, opened, _ = markets._open()
    rng = np.random.default_rng(11)
    table = pd.DataFrame(50 * np.exp(0.01 * rng.standard_normal((1500, 5)).cumsum(axis=0)), days, list("ABCDE"))
    at = (days.to_numpy("datetime64[D]") - markets._FIRST).astype(int)
    inside = (at >= 0) & (at < opened.shape[1])
    table.loc[days[inside][~opened[codes.index("XNYS"), at[inside]]], ["A", "B"]] = np.nan
    table.iloc[700:, 1], table.iloc[:1440, 2] = np.nan, np.nan
    table.iloc[::9, 3] = np.nan
    prices = frame_of(table)
    found = homes._fittings(np.arange(5), prices)
    monkeypatch.setenv(native.VARIABLE, "0")
    assert found == homes._fittings(np.arange(5), prices)
    assert found[0] is not None
    assert found[0].exchange == "XNYS"
    assert found[4] is None


@pytest.mark.parametrize(
    "choice", [pytest.param("1", marks=pytest.mark.skipif(KERNEL is None, reason="not built")), "0"]
)
def test_a_security_without_volume_on_a_day_did_not_trade(choice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, choice)
    prices = frame_of(closes("XNYS", "XTKS", drop=0.1))
    volume = pd.DataFrame(5.0, prices.close.index, prices.close.columns)
    volume.iloc[::7, 1] = 0.0
    traded = replace(prices, fields={"close": prices.close, "volume": volume})
    days = prices.close.index.to_numpy("datetime64[D]")
    assert moved("S0", traded).tolist() == moved("S0", prices).tolist()
    assert moved("S1", traded).tolist() == [d for d in moved("S1", prices).tolist() if d not in days[::7].tolist()]


@pytest.mark.skipif(KERNEL is None, reason="the compiled kernel is not built")
def test_marks_that_do_not_fit_are_refused() -> None:
    close, marks, count = np.ones((20, 3)), np.ones((3, 20), bool), np.ones((3, 3), np.int64)
    KERNEL.moved(0, close, None, marks.copy())
    KERNEL.shared_days(0, marks, marks, count)
    for given in (
        (99, close, None, marks),
        (0, close, np.array([0, 1, 3]), marks),
        (0, close, np.array([0, 1]), marks),
    ):
        with pytest.raises(ValueError, match=r"instruction set|lies outside|bytes"):
            KERNEL.moved(*given)
    for wrong in ((marks[:, 1:], marks, count), (marks, np.asfortranarray(marks), count), (marks, marks, count[:2])):
        with pytest.raises((ValueError, BufferError), match=r"row after row|bytes"):
            KERNEL.shared_days(0, *wrong)
    with pytest.raises(ValueError, match="instruction set"):
        KERNEL.shared_days(99, marks, marks, count)
    known, span = np.ones(20, bool), np.ones((3, 3), np.int64)
    sound = (0, close, close, None, known, marks, 5, span, count)
    KERNEL.traded(*sound)
    KERNEL.spans(0, close, span)
    wrong_ones = {0: 99, 2: close[1:], 3: np.array([3, 0, 1]), 4: known[1:], 5: marks[:, 1:], 7: span[1:], 8: count[1:]}
    for at, other in wrong_ones.items():
        with pytest.raises(ValueError, match=r"instruction set|lies outside|bytes|row after row|another shape"):
            KERNEL.traded(*sound[:at], other, *sound[at + 1 :])
    for unfit in ((99, close, span), (0, close, span[1:])):
        with pytest.raises(ValueError, match=r"instruction set|bytes"):
            KERNEL.spans(*unfit)
