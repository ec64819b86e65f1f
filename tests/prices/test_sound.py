"""The compiled first look at prices: each rule just within and just beyond its threshold, and the flags of the plain form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import native
from eventstudy.prices import PriceTable, _beside, _moves, _quality, _sound, copies_among, flags, frame_to_table

pytestmark = pytest.mark.skipif(native.form().kernel is None, reason=f"no compiled kernel: {native.form().why}")
T = 300
"""Where something is planted, among 400 days."""
DAYS = pd.bdate_range("2015-01-01", periods=400)


def calm(scale: float, seed: int = 0) -> np.ndarray:
    """(399,) moves of which none is odd, of a robust spread of `scale`."""
    moves = np.clip(np.random.default_rng(seed).normal(size=399), -1.4, 1.4)
    found: np.ndarray = moves * (scale / float(_moves.spread(moves)[0]))
    return found


def closes(moves: np.ndarray, first: float = 50.0) -> np.ndarray:
    return first * np.exp(np.concatenate(([0.0], np.cumsum(moves))))


def sound(
    prices: np.ndarray,
    ticker: str = "A",
    near: Any = (),
    market: np.ndarray | None = None,
    *,
    level: bool = False,
    **fields: Any,
) -> bool:
    """Whether the first look lets one series pass."""
    close = prices[:, None]
    closely = np.zeros(close.shape, bool)
    closely[near if isinstance(near, slice) else list(near)] = True
    explained = np.zeros(close.shape) if market is None else market[:, None]
    given = {"close": close, "used": close, "paid": np.zeros_like(close), **fields}
    days = np.ones(len(close), bool)
    if not closely.any():
        return bool(_sound.first_look([ticker], np.array([level]), given, None, None, days).sound[0])
    return bool(_sound.first_look([ticker], np.array([level]), given, closely, explained, days).sound[0])


def planted(scale: float, **sizes: float) -> np.ndarray:
    """Closes with moves of some sizes planted from day `T` on: `d0` that of the day itself, `d1` of the next."""
    moves = calm(scale)
    moves[T - 1 : T + 4] = 0.3 * scale * np.array([1, -1, 1.1, -1.2, 1.3])
    for name, size in sizes.items():
        moves[T - 1 + int(name[1:])] = size
    return closes(moves)


NEAR, STORM = slice(T, T + 1), np.zeros(400)
STORM[T : T + 2] = 0.02, -0.02
RULES: dict[str, tuple[Callable[[float], np.ndarray], dict[str, Any]]] = {
    "a jump of a calm share": (lambda k: planted(0.005, d0=k * _moves.FAR * 0.005), {}),
    "of a very calm one": (lambda k: planted(0.0016, d0=-k * _moves.CALM), {}),
    "of an ordinary one": (lambda k: planted(0.02, d0=k * _moves.LEAP), {}),
    "of a wild one": (lambda k: planted(0.05, d0=-k * _moves.SPIKE * 0.05), {}),
    "of an index": (lambda k: planted(0.01, d0=k * _moves.INDEX_LEAP), {"level": True}),
    "undone on the next day": (lambda k: planted(0.01, d0=k * _moves.BACK * 0.01, d1=-0.04), {}),
    "undone two days later": (lambda k: planted(0.01, d0=-k * _moves.BACK * 0.01, d2=0.04), {}),
    "undone by little": (lambda k: planted(0.01, d0=0.055, d1=-k * _moves.CLOSER * 0.01), {}),
    "an index's undone": (lambda k: planted(0.01, d0=k * _moves.ALIEN * 0.01, d1=-0.03), {"level": True}),
    "undone, on a day that is studied": (
        lambda k: planted(0.01, d0=k * _moves.CLOSER * 0.01, d1=-0.03),
        {"near": NEAR, "market": STORM},
    ),
    "net of the market, on such a day": (lambda k: planted(0.01, d0=k * _moves.QUIETLY * 0.01), {"near": NEAR}),
    "out and back, on such a day": (lambda k: planted(0.01, d0=k * 0.023, d1=-k * 0.02297), {"near": NEAR}),
    "out and back, one leg short": (lambda k: planted(0.01, d0=0.0365, d1=-k * _moves.LEG * 0.01), {"near": NEAR}),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds_from_its_threshold_on(rule: str) -> None:
    made, how = RULES[rule]
    assert sound(made(0.96), **how)
    assert not sound(made(1.03), **how)


def test_a_trip_out_and_back_is_one_of_many_where_the_year_before_had_a_longer_one() -> None:
    moves = calm(0.01)
    moves[T - 1 : T + 1] = 0.0245, -0.0244
    again = moves.copy()
    again[T - 200 : T - 198] = -0.0247, 0.0246
    assert not sound(closes(moves), near=NEAR)
    assert sound(closes(again), near=NEAR)
    long_ago = T - _moves.YEAR - 20
    again[long_ago : long_ago + 2] = again[T - 200 : T - 198]
    again[T - 200 : T - 198] = moves[T - 200 : T - 198]
    assert not sound(closes(again), near=NEAR)
    moves[T - 200 : T - 198] = 0.032, -0.031
    moves[T - 1 : T + 1] = 0.001, -0.001
    assert sound(closes(moves), near=NEAR, market=-STORM)
    assert not sound(closes(moves), near=NEAR, market=-1.35 * STORM), "each of the two is large"


def test_what_the_market_explains_is_no_move_of_the_series() -> None:
    prices, market = planted(0.01, d0=0.045), np.zeros(400)
    assert not sound(prices, near=NEAR, market=market)
    market[T] = 0.04
    assert sound(prices, near=NEAR, market=market)


LINES = [(4, 0.0, True), (5, 0.0, False), (5, 0.8, False), (5, 3.0, True)]
BENDS = [3, 4, 6]
STILL = [(3, (), True), (4, (), False), (2, (1,), True), (3, (1,), False), (3, (2,), False), (3, (0, 3), True)]


@pytest.mark.parametrize(("days", "bent", "passes"), LINES)
def test_prices_on_a_line(days: int, bent: float, passes: bool) -> None:
    prices = closes(calm(0.02))
    bend = bent * _moves.STRAIGHT / 4 * prices[T] * np.array([1, -1, 1, -1, 1])[:days]
    prices[T : T + days] = np.linspace(prices[T], prices[T] * 1.03, days) + bend
    assert sound(prices) is passes


@pytest.mark.parametrize("bends", BENDS)
def test_days_on_a_line_are_looked_at_where_they_are_rare(bends: int) -> None:
    """So many days of steady growth in 400, as the series grows wilder and such days become rarer than what is told."""
    moves = calm(1.0)
    moves[T - 1 : T + bends] = 0.3
    moves /= _moves.spread(moves)[0]
    rare = 2 * _moves.AS_OFTEN * _moves.STRAIGHT / (_moves.BY_CHANCE / 400) ** (1 / bends)
    assert sound(closes(0.97 * rare * moves))
    assert not sound(closes(1.001 * rare * moves))


def test_cheap_shares_in_whole_cents_are_passed_where_their_lines_are_no_rarity() -> None:
    """And where they are, none is passed that the plain quick look has."""
    lines = passed = 0
    for seed in range(4):
        rng = np.random.default_rng(seed)
        close = np.round(rng.uniform(15, 20, 50) * np.exp(np.cumsum(rng.normal(0, 0.007, (900, 50)), axis=0)), 2)
        none, level, names = np.zeros_like(close), np.zeros(50, bool), [f"T{i}" for i in range(50)]
        fields = {"close": close, "used": close, "paid": none}
        seen = _sound.first_look(names, level, fields, None, None, np.ones(900, bool))
        looked = fields | {"closely": none > 0, "market": none}
        odd, _ = _quality._odd(names, level, looked, _moves.Moves.of(close, none))
        bends = (np.abs(np.diff(close, n=2, axis=0)) < 0.0101) & (np.diff(close, axis=0)[1:] != 0)
        three = (bends[2:] & bends[1:-1] & bends[:-2]).any(axis=0)
        assert not (seen.sound & odd).any()
        lines, passed = lines + int((three & ~odd).sum()), passed + int((three & seen.sound).sum())
    assert lines > 50
    assert passed >= lines - 2


@pytest.mark.parametrize(("days", "near", "passes"), STILL)
def test_prices_that_stand_still(days: int, near: tuple[int, ...], passes: bool) -> None:
    prices = closes(calm(0.02))
    prices[T : T + days] = prices[T]
    assert sound(prices, near=[T + k for k in near]) is passes


def test_days_without_a_change_say_nothing_of_how_far_a_series_moves() -> None:
    moves = calm(0.02)
    moves[::2] = 0.0
    assert sound(closes(moves))


LATER = range(T, T + 6)


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize(("days", "passes"), [(4, True), (5, False)])
def test_closes_that_stand_there_twice(days: int, passes: bool, later: int) -> None:
    """However many days lie between them."""
    moves = calm(0.02)
    moves[110:later] -= np.sum(moves[100:later]) / (later - 110)  # back to where it was at 100
    moves[later : later + days - 1] = moves[100 : 100 + days - 1]
    prices = closes(moves)
    prices[later : later + days] = prices[100 : 100 + days]
    assert sound(prices) is passes


def test_logarithms_of_prices_in_cents_and_small_prices() -> None:
    prices = np.round(closes(calm(0.02)), 2)
    assert not sound(np.log(prices))
    assert not sound(np.round(np.log(np.round(0.5 * prices, 2)), 4)), "as far as their digits tell it"
    assert sound(prices / 10.37)


def test_what_no_price_is_and_rates_and_what_stands_beside_the_close_are_looked_at() -> None:
    prices = closes(calm(0.01))
    column = np.zeros((400, 1))
    assert sound(prices, paid=column, dividend=column, split=column, volume=column + 5.0)
    assert not sound(prices, ticker="EURUSD=X")
    for name, value in {"paid": 0.1, "dividend": 0.1, "split": 2.0, "volume": 0.0}.items():
        given = column + (5.0 if name == "volume" else 0.0)
        given[7] = value
        fields: dict[str, Any] = {name: given}
        assert not sound(prices, **fields), name
    used = prices[:, None].copy()
    assert sound(prices, used=used)
    used[7] *= 1.001
    assert not sound(prices, used=used)
    assert not sound(-prices / 10)


def test_days_that_lack_are_counted_and_closed_up() -> None:
    rng = np.random.default_rng(3)
    close = np.column_stack([closes(calm(0.02, seed)) for seed in range(20, 40)])
    close[rng.random(close.shape) < 0.05] = np.nan
    close[:50, 3] = close[350:, 4] = close[:, 5] = np.nan
    expected = rng.random(400) < 0.9
    fields = {"close": close, "used": close, "paid": np.zeros_like(close)}
    sets, names = rng.random((3, 400)) < 0.3, [f"T{i}" for i in range(20)]
    seen = _sound.first_look(names, np.zeros(20, bool), fields, None, None, expected, counted=sets)
    lacking = _sound._lacking(np.isfinite(close), expected)
    lacking[5] = 0  # no first and no last price
    assert seen.lacking.tolist() == lacking.tolist()
    assert seen.priced.tolist() == np.isfinite(fields["close"]).sum(axis=0).tolist()
    assert seen.on.tolist() == [np.isfinite(close[days]).sum(axis=0).tolist() for days in sets]
    assert seen.sound.sum() >= 19, "by chance one has a line"
    jump = planted(0.01, d0=0.2)
    jump[T] = np.nan
    assert not sound(jump), "the move over a day that lacks"


@pytest.mark.parametrize("part", [slice(None), slice(140, 260)])
@pytest.mark.parametrize("by", [1, -1])
def test_a_series_a_session_apart_is_seen(part: slice, by: int) -> None:
    rng = np.random.default_rng(1)
    market = rng.normal(0, 0.01, 401)
    moves = 0.8 * market[1:-1, None] + rng.normal(0, 0.006, (399, 6))
    later = 0.8 * np.roll(market, by)[1:-1] + moves[:, 2] - 0.8 * market[1:-1]
    apart = moves.copy()
    apart[part, 2] = later[part]

    def in_step(moves: np.ndarray) -> bool:
        close = np.column_stack([closes(m) for m in moves.T])
        close[17, 1] = np.nan
        fields = {"close": close, "used": close, "paid": np.zeros_like(close)}
        return _sound.first_look(list("ABCDEF"), np.zeros(6, bool), fields, None, None, np.ones(400, bool)).in_step

    assert in_step(moves)
    assert not in_step(apart)


def test_of_two_series_each_is_the_other_of_the_other() -> None:
    rng = np.random.default_rng(5)
    one, noise = rng.normal(0, 0.01, (2, 4001))
    other = noise[1:-1] - noise[1:-1] @ one[:-2] / (one[:-2] @ one[:-2]) * one[:-2] + 0.28 * one[:-2]

    def in_step(*moves: np.ndarray, every: int = 1) -> bool:
        close = np.column_stack([closes(m) for m in moves])
        close[2::every, 1] *= 1.0 if every == 1 else np.nan
        fields = {"close": close, "used": close, "paid": np.zeros_like(close)}
        return _sound.first_look(["A", "B"], np.zeros(2, bool), fields, None, None, np.ones(len(close), bool)).in_step

    assert 0.26 < np.corrcoef(one[:-2], other)[0, 1] < 0.29
    assert not in_step(one[1:-1], other)
    assert in_step(one[1:-1], one[1:-1], every=3), "moves over two days are those of neither"


def hostile(seed: int) -> tuple[Any, ...]:
    """A table of series of many kinds with faults in them, and what is asked of it."""
    rng = np.random.default_rng(seed)
    days, n = int(rng.integers(2, 700)), int(rng.integers(1, 12))
    market = rng.standard_t(4, days) * 0.008
    table = np.empty((days, n))
    for j in range(n):
        own = rng.standard_t(rng.choice([3, 5, 20]), days) * rng.choice([0.002, 0.01, 0.03])
        p = rng.choice([3, 30, 300.0]) * np.exp(np.cumsum(market * rng.uniform(0.3, 1.5) + own))
        p = np.round(p, int(rng.choice([1, 2, 9, 9]))) + 0.1
        a, k = int(rng.integers(0, days)), int(rng.integers(1, 9))
        fault = int(rng.integers(0, 16))
        if fault == 0:
            p[a : a + k] *= rng.choice([1.05, 1.1, 2, 100, 0.01])
        elif fault == 1:
            p[a:] *= rng.choice([1.5, 0.5, 100, 1.1, 1.3])
        elif fault == 2:
            p[a : a + k] = p[a]
        elif fault == 3:
            p[a : a + k] = np.linspace(p[a], p[min(a + k, days - 1)], k)[: days - a]
        elif fault == 4:
            p[a : a + k + 5] = p[: k + 5][: days - a]
        elif fault == 5:
            p = np.roll(p, 1)
        elif fault in (6, 7):
            p[rng.random(days) < 0.03 * k] = np.nan
        elif fault == 8:
            p[:a] = np.nan
        table[:, j] = p
    if n > 2 and seed % 3 == 0:
        table[5:30, 1] = table[5:30, 0]
    names = [("^" if seed % 4 == 1 and not j else "") + f"T{j}" for j in range(n)]
    frame = pd.DataFrame(table, pd.bdate_range("2015-01-01", periods=days), names).dropna(axis=1, how="all")
    given = frame_to_table(frame if seed % 2 else pd.DataFrame(np.asfortranarray(frame), frame.index, frame.columns))
    at = int(rng.integers(0, days))
    studied = dict.fromkeys(given.tickers, frame.index.to_numpy("datetime64[D]")[at : at + int(rng.integers(1, 25))])
    return given, studied if rng.random() < 0.6 else None, given.tickers[-1:], ("GAP",) if rng.random() < 0.5 else ()


def of_both(asked: Callable[[], Any], patch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    found = []
    for form in "10":
        patch.setenv(native.VARIABLE, form)
        found.append(asked())
    return found[0], found[1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "seeds", [range(15), *(pytest.param(range(a, a + 50), marks=pytest.mark.slow) for a in (100, 200))]
)
def test_the_flags_are_those_of_the_plain_form(seeds: range, monkeypatch: pytest.MonkeyPatch) -> None:
    told = 0
    for seed in seeds:
        compiled, plain = of_both(partial(flags, *hostile(seed)), monkeypatch)
        assert compiled == plain, seed
        told += len(plain)
    assert told > 2 * len(seeds)


def in_cents(seed: int) -> PriceTable:
    """Closes of 30 series of a few dollars in whole cents, with days in a row on a line, that stand twice or do not move."""
    rng = np.random.default_rng(seed)
    table = rng.uniform(1, 12, 30) * np.exp(np.cumsum(rng.normal(0, 0.012, (400, 30)), axis=0))
    for j in range(20):
        a, k = int(rng.integers(20, 350)), int(rng.integers(2, 9))
        if j < 12:
            table[a : a + k, j] = np.linspace(table[a - 1, j], table[a + k, j], k + 2)[1:-1]
        elif j < 16:
            table[a : a + k, j] = table[a - 15 : a - 15 + k, j]
        else:
            table[a : a + k, j] = table[a, j]
    table[rng.integers(0, 400, 6), rng.integers(0, 30, 6)] = np.nan
    return frame_to_table(pd.DataFrame(np.round(table, 2), pd.bdate_range("2015-01-01", periods=400)).add_prefix("T"))


def test_what_the_quick_look_passes_has_no_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each series were looked at closely, in all that it could be odd in: also lines just about as rare as is told."""
    quick, told = _quality._odd, Counter[str]()

    def every(*words: Any) -> tuple[np.ndarray, ...]:
        return (np.isfinite(words[2]["close"]).any(axis=0),) * 2

    for given in [*(hostile(seed) for seed in range(12)), *((in_cents(seed),) for seed in range(12))]:
        monkeypatch.setattr(_quality, "_odd", every)
        monkeypatch.setenv(native.VARIABLE, "0")
        wanted = flags(*given)
        monkeypatch.setattr(_quality, "_odd", quick)
        assert of_both(partial(flags, *given), monkeypatch) == (wanted, wanted)
        told.update(flag.code for flag in wanted)
    assert min(told["INTERPOLATED"], told["REPEATED_CLOSES"], told["STALE"]) > 10, told


def test_a_series_that_lacks_days_is_looked_at_as_a_whole_too() -> None:
    close = closes(calm(0.01))
    close[T : T + 8] = close[T - 50 : T - 42]
    close[40:50] = np.nan
    assert {"REPEATED_CLOSES", "HALTED"} <= {f.code for f in flags(frame_to_table(pd.DataFrame({"A": close}, DAYS)))}


@pytest.mark.parametrize("bends", [3, 4, 6])
def test_lines_that_are_just_rare_enough_to_be_told_are_passed_by_no_quick_look(bends: int) -> None:
    """A line in 400 days, amid days that are no calmer than others, as scale grows and such a line becomes rare."""
    told = []
    for scale in np.geomspace(2e-4, 4e-2, 300):
        moves = calm(scale)
        moves[T - 40 : T + 40] = 3 * scale * np.where(np.arange(80) % 3, 1, -2) / 2
        close = closes(moves)
        close[T : T + bends + 2] = np.linspace(close[T], 1.01 * close[T], bends + 2)
        flagged = "INTERPOLATED" in {f.code for f in flags(frame_to_table(pd.DataFrame({"A": close}, DAYS)))}
        used = close[:, None]
        none = np.zeros_like(used)
        moved = _moves.Moves.of(used, none)
        seen = _moves.suspects(used, none, moved, none, none > 0, level=np.array([True]))[0]
        told.append(flagged)
        assert seen or not flagged
    assert told.index(True) > 0


@pytest.mark.parametrize("form", ["0", "1"])
def test_some_columns_of_a_table_are_looked_at_as_if_they_were_all(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of these columns, and the whole table of which they are named, whichever way it lies in memory."""
    monkeypatch.setenv(native.VARIABLE, form)
    told = 0
    for seed in range(7):
        table, _, compared, unasked = hostile(seed)
        named = table.tickers[1::2] + table.tickers[:1]
        days = table.close.index
        alone = table.part(named, days[0].date(), days[-1].date())
        found = flags(table, None, compared, unasked, named=named)
        assert found == flags(alone, None, [t for t in compared if t in named], unasked), seed
        told += len(found)
    assert told > 7


def shared(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Closes of which some columns have stretches of others, and which columns are a study's own."""
    rng = np.random.default_rng(seed)
    days, n = int(rng.integers(1, 80)) * (3 if seed % 7 == 3 else 1), int(rng.integers(1, 30))
    close = 50 + np.cumsum(rng.normal(size=(days, n)), axis=0)
    if rng.random() < 0.5:
        close = np.round(close, int(rng.integers(0, 3)))
    if rng.random() < 0.5:
        close[rng.random(close.shape) < rng.choice([0.02, 0.2, 0.9])] = np.nan
    for _ in range(int(rng.integers(0, 4))):
        (i, j), a, k = rng.integers(0, n, 2), int(rng.integers(0, days)), int(rng.integers(5, 25))
        close[a : a + k, i] = close[a : a + k, j]
    return np.asfortranarray(close) if seed % 2 else close, rng.random(n) < rng.choice([0.1, 0.5, 0.9])


GONE = [*((a, b) for a in range(10) for b in range(a)), (), (3,), (0, 4, 8), (2, 7, 9)]


@pytest.mark.parametrize("gone", GONE)
def test_rows_of_which_two_closes_lack_are_alike(gone: tuple[int, ...]) -> None:
    for first in (20, 25):
        close = 50 + np.cumsum(np.random.default_rng(0).normal(size=(60, 9)), axis=0)
        close[first : first + 10, 7] = close[first : first + 10, 2]
        close[first + np.array(gone, int)[:, None], [2, 7]] = np.nan
        close[:, 5] = np.nan
        for table in (close, np.asfortranarray(close)):
            for told in (None, 3, 8):
                assert _beside._alike(table, None, told) == ([first] if len(gone) <= 2 else [])
            assert _beside._alike(table, np.array([5, 2, 7, 1]), 2) == ([first] if len(gone) <= 2 else [])


@pytest.mark.skipif(native.form().kernel is None, reason="the plain form gives rows of any two")
def test_rows_that_nobody_is_told_of_are_no_work() -> None:
    close = 50 + np.cumsum(np.random.default_rng(0).normal(size=(60, 9)), axis=0)
    close[20:30, 7] = close[20:30, 5]
    assert _beside._alike(close, None, 6) == [20]
    assert _beside._alike(close, None, 5) == []


def test_rows_that_very_many_share_are_alike() -> None:
    close = 50 + np.cumsum(np.random.default_rng(0).normal(size=(60, 300)), axis=0)
    close[20:30, 9:265] = close[20:30, 9:10]
    assert _beside._alike(close) == [20]


def copied_closes(close: np.ndarray, own: np.ndarray) -> tuple[Any, ...]:
    days, names = np.arange(len(close)).astype("datetime64[D]"), [f"T{i}" for i in range(len(own))]
    return copies_among(close, own).tolist(), list(_beside.same_closes(names, days, close)), _beside._alike(close)


def test_copies_are_those_of_the_plain_form(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = same = 0
    for seed in range(200):
        compiled, plain = of_both(partial(copied_closes, *shared(seed)), monkeypatch)
        assert compiled[:2] == plain[:2], seed
        assert set(compiled[2]) <= set(plain[2]), "rows that cannot be alike are no work"
        copied, same = copied + len(plain[0]), same + len(plain[1])
    assert copied > 50
    assert same > 50


def same_rows(close: np.ndarray, own: np.ndarray) -> set[int]:
    """Which of its own columns have the closes of another one on ten days in a row, of which eight differ."""
    found = set()
    for start in range(0, len(close) - 9, 5):
        block = close[start : start + 10]
        enough = [j for j in range(len(own)) if len(set(block[np.isfinite(block[:, j]), j].tolist())) >= 8]
        for i in (i for i in enough if own[i]):
            found |= (
                {i}
                if any(np.array_equal(block[:, i], block[:, j], equal_nan=True) for j in enough if j != i)
                else set()
            )
    return found


@pytest.mark.parametrize("form", ["0", "1"])
def test_columns_are_compared_with_those_that_nobody_named(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the columns of their own table as with closes beside it, and with three that are the same."""
    monkeypatch.setenv(native.VARIABLE, form)
    told = 0
    for seed in range(100):
        close, own = shared(seed)
        there = np.isfinite(close).any(axis=0)
        close, own = close[:, there], own[there]
        if not own.any() or len(close) < 12:
            continue
        if seed % 5 == 0:
            close[:11, [0, len(own) // 2]] = close[:11, -1:]
        index = pd.bdate_range("2015-01-01", periods=len(close), name="session")
        frame = pd.DataFrame(close, index, [f"T{j}" for j in range(len(own))])
        table = frame_to_table(frame, all_checked=False)
        named = [t for t, mine in zip(table.tickers, own, strict=True) if mine]
        found = flags(table, named=named)
        alone = table.part(named, index[0].date(), index[-1].date())
        assert found == flags(alone, others=frame.loc[:, ~own]), seed
        same = {f.ticker for f in found if f.code == "OTHER_SYMBOL"}
        assert same == {f"T{i}" for i in same_rows(close, own)}, seed
        told += len(same)
    assert told > 40


def test_nothing_is_read_that_does_not_fit() -> None:
    kernel = native.form().kernel
    close, flag, count = np.ones((20, 3)), np.ones(3, bool), np.zeros(3, np.int64)
    rows = np.ones(20, bool)
    sets, on = np.ones((2, 20), bool), np.zeros((2, 3), np.int64)
    good = [close, None, None, flag, rows, sets, flag.copy(), count, count.copy(), flag.copy(), on, _sound._RULES, None]
    kernel.look_at(*good)
    kernel.look_at(*good[:-1], np.array([2, 0, 1]))
    for place, wrong in (
        (0, np.ones(20)),
        (0, np.ones((20, 3), np.float32)),
        (0, np.ones((20, 3), np.int64)),
        (1, np.ones((20, 2), bool)),
        (1, np.ones((20, 3))),
        (2, np.ones((19, 3))),
        (3, flag[:2]),
        (4, rows[::2]),
        (5, sets[:, :19]),
        (5, np.ones((65, 20), bool)),
        (6, np.ones(4, bool)),
        (7, count[:2]),
        (8, count[:2]),
        (10, on[:1]),
        (12, np.array([0, 1, 3])),
        (12, np.array([-1, 0, 1])),
        (12, np.array([0, 1])),
    ):
        with pytest.raises((ValueError, BufferError)):
            kernel.look_at(*good[:place], wrong, *good[place + 1 :])
    with pytest.raises(ValueError, match="rules"):
        kernel.look_at(*good[:-2], (*_sound._RULES[:-2], -1, 60), None)
    for args in ((close, flag[:2], 5, count), (close, flag, 0, count), (close, flag, 5, count[:1])):
        with pytest.raises(ValueError, match=r"bytes|every"):
            kernel.count_met(*args)
    with pytest.raises(ValueError, match="bytes"):
        kernel.rows_alike(close, np.zeros(3, np.uint8), None, 3)
    with pytest.raises(ValueError, match="which lies outside"):
        kernel.rows_alike(close, np.zeros(4, np.uint8), np.array([0, 3]), 2)
    with pytest.raises(ValueError, match="told lies outside"):
        kernel.rows_alike(close, np.zeros(4, np.uint8), None, -1)


def test_a_benchmark_is_held_to_what_an_index_does_whatever_its_name() -> None:
    """A wrong close of 4.8 spreads that the other series did not make, and that is undone on the next day."""
    rng = np.random.default_rng(2)
    market = rng.normal(0, 0.01, 400)
    moves = np.column_stack([market, *(market + rng.normal(0, 0.01, 400) for _ in range(6))])
    close = 50 * np.exp(np.cumsum(moves, axis=0))
    close[200, 0] = close[199, 0] * np.exp(4.8 * _moves.spread(market)[0])
    close[201:, 0] *= close[199, 0] / close[201, 0]
    frame = pd.DataFrame(close, pd.bdate_range("2020-01-02", periods=400), ["SPY", *"ABCDEF"])
    for compared, told in ((["SPY"], True), ([], False)):
        found = flags(frame_to_table(frame), None, compared, ("CALENDAR_MISMATCH",))
        assert any((f.code, f.ticker) == ("PRICE_SPIKE", "SPY") for f in found) is told
