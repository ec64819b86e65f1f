"""The made-up firms of one date and of their own, and what their stored figures must show."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.engine.abnormal import Scaled
from eventstudy.panel import Floats

from tests.simulation import dates, firms
from tests.simulation.dates import OF_PARTS, of_one_date
from tests.simulation.firms import (
    CALM,
    DAY0,
    LATE,
    LAWS,
    SEED,
    SHORT,
    SPAN,
    STORMS,
    WINDOWS,
    Span,
    Storm,
    Tally,
    drawn,
    judged,
    paths,
    series_of,
    ways,
)

Row = tuple[str, str, str, str]


@cache
def stored() -> dict[Row, tuple[int, int]]:
    rows = []
    for module in (firms, dates):
        with module.STORED.open(encoding="utf-8") as file:
            rows += list(csv.DictReader(file))
    assert all(row["seed"] == str(SEED) and row["made"] for row in rows)
    return {(r["part"], r["design"], r["what"], r["window"]): (int(r["counted"]), int(r["draws"])) for r in rows}


@pytest.mark.slow
def test_errors_of_garch_are_those_of_the_table() -> None:
    """Its exact t finds 62 and 88 % of two and three standard deviations on [0, 0]; 54 and 86 with normal innovations."""
    rng, exact = np.random.default_rng(3), plugins.load("tests", "exact_t")
    for effect, percent in ((2.0, 62), (3.0, 88)):
        series = series_of(*paths(rng, Storm("GARCH", effect=effect), 2000))
        found = (exact.compute(series, WINDOWS[0], 0).p_value <= 0.05).mean()
        share = percent / 100
        assert abs(found - share) < 3 * np.sqrt(share * (1 - share) * (1 / 2000 + 1 / 8000))


def test_storms_that_begin_with_the_event_are_not_without_bound() -> None:
    """Their reader is warned (`test_public`); the headline rejects up to 18 %."""
    late = {
        k: v[0] / v[1]
        for k, v in stored().items()
        if k[0] != "A6" and k[1].partition(", ")[2] in LATE and k[2] in ("placebo", "placebo_sum")
    }
    assert len(late) == 33
    assert max(late.values()) < 0.18


def test_wild_days_of_the_window_alone_look_like_an_effect() -> None:
    """Of which the reader is warned as well: three in ten are below 5 % over those days, if they are twice as wild."""
    over = [k for k in stored() if k[0] == "A4" and "firm-specific x2" in k[1] and k[2:] == ("placebo", "[-5, +5]")]
    shares = [stored()[k][0] / stored()[k][1] for k in over]
    assert len(shares) == 2
    assert min(shares) > 0.25
    assert max(shares) < 0.31


def test_windows_that_are_not_judged_together_cry_wolf() -> None:
    """Some window of five is below 5 % in one study of eight or more."""
    raw = [v[0] / v[1] for k, v in stored().items() if k[2] == "windows, raw" and k[1].partition(", ")[2] in CALM]
    assert min(raw) > 0.10


def test_a_storm_and_prices_that_end_early_are_as_they_are_called() -> None:
    returns, market = next(of_one_date(1, LATE["from -10 to +7, x2"], 3, 100))
    moved = np.abs(market).mean(axis=0)
    assert moved[250:268].mean() == pytest.approx(2 * moved[:250].mean(), rel=0.1)
    assert moved[268:].mean() == pytest.approx(moved[:250].mean(), rel=0.1)
    assert returns.shape == (100, 3, len(moved))
    assert returns.shape[2] == len(SPAN.days)
    series = series_of(returns[:, 0], market, last=0)
    assert np.isfinite(series.ar[:, :6]).all()
    assert not np.isfinite(series.ar[:, 6:]).any()


@pytest.mark.parametrize("name", OF_PARTS)
def test_a_storm_of_a_part_alone_leaves_the_others_as_they_are(name: str) -> None:
    calm, wild = (next(of_one_date(1, storm, 40, 20)) for storm in (Storm(), OF_PARTS[name]))

    def wilder(values: np.ndarray, other: np.ndarray) -> float:
        before, after = slice(0, DAY0 - 10), slice(DAY0 - 10, None)
        assert np.array_equal(values[..., before], other[..., before])
        return float(np.std(values[..., after]) / np.std(other[..., after]))

    assert wilder(wild[1], calm[1]) == pytest.approx(2.0 if "market" in name else 1.0)
    beside = [returns - returns.mean(axis=1, keepdims=True) for returns, _ in (wild, calm)]
    assert (wilder(*beside) > 1.6) == ("firms" in name)
    assert (wilder(wild[0].mean(axis=1), calm[0].mean(axis=1)) > 1.15) == ("firms" not in name)


@pytest.mark.parametrize("law", LAWS)
def test_errors_of_a_law_have_mean_zero_and_the_variance_that_is_told(law: str) -> None:
    made = LAWS[law](np.random.default_rng(5), (400, 500))
    variance = {"bounce": 1 + 2 * 0.75**2, "jumps": 1 + 0.01 * 64}.get(law, 1.0)
    assert made.mean() == pytest.approx(0, abs=0.03)
    assert np.median(made.var(axis=1)) <= variance * 1.05
    assert made.var() == pytest.approx(variance, rel=0.25 if law in ("t3", "t3.5", "t4", "GARCH") else 0.05)
    near = (made[:, 1:] * made[:, :-1]).mean() / made.var()
    assert near == pytest.approx(-(0.75**2) / variance if law == "bounce" else 0, abs=0.02)


@pytest.mark.parametrize("window", WINDOWS)
def test_what_is_counted_is_the_headline_and_it_without_and_always_on_the_scale_of_near_days(window: object) -> None:
    """The parts of `placebo` that are counted give its p, with each `regime`, to the last digits."""
    [series] = drawn(1, Storm(since=-10, times=1.5), 40)
    assert series.around is not None
    [said] = ways(series, window)  # type: ignore[arg-type]
    assert 5 < said.told.sum() < 40
    ways_of: tuple[tuple[Scaled, Floats], ...] = (
        ("auto", said.placebo),
        ("never", said.unscaled),
        ("always", said.always),
    )
    for scaled, found in ways_of:
        asked = replace(series, around=replace(series.around, scaled=scaled))
        assert found == pytest.approx(judged(asked, window)[0], abs=1e-12)  # type: ignore[arg-type]
    exact = plugins.load("tests", "exact_t").compute(series, window, 0)
    assert said.exact_t == pytest.approx(exact.p_value, abs=1e-12)


def test_an_effect_on_a_car_is_an_effect_on_day_0() -> None:
    """So that neither ordinary windows nor near days are asked anew for each effect."""
    [calm], [moved] = (list(drawn(2, Storm("t4", effect=k), 30)) for k in (0.0, 2.0))
    for window in WINDOWS:
        [_, said], [wanted] = ways(calm, window, [0.0, 0.04]), ways(moved, window)
        for found, other in zip(said, wanted, strict=True):
            assert found == pytest.approx(other, abs=1e-9)


def test_a_hundred_estimation_days_have_the_same_storm_around_day_0() -> None:
    span, storm = Span(100), SHORT["from -10, x2"]
    returns, market = paths(np.random.default_rng(3), storm, 400, span.days)
    assert market.shape == returns.shape == (400, 126)
    moved = np.abs(market).mean(axis=0)
    assert moved[span.day0 - 10 :].mean() == pytest.approx(2 * moved[: span.day0 - 10].mean(), rel=0.05)
    series = series_of(returns, market, None, span)
    assert (series.n_estimation_days, series.event.length) == (100, 11)


def test_a_tally_counts_each_rule() -> None:
    tally, [series] = Tally(), drawn(4, STORMS["from -10, x2"], 50)
    for window in WINDOWS[:2]:
        tally.add(*ways(series, window))
    rows = {what: (draws, count) for _, _, what, _, draws, count in tally.rows("A1", "made-up", WINDOWS[0])}
    assert {draws for draws, _ in rows.values()} == {100}
    assert rows["told"][1] > 80
    assert rows["exact_t"][1] > rows["placebo"][1]


def test_the_headline_holds_where_the_exact_t_does_not() -> None:
    by_t = {k: v[0] / v[1] for k, v in stored().items() if k[0] == "A1" and k[2] == "exact_t"}
    storm = [share for k, share in by_t.items() if k[1].removeprefix("one firm, ") in STORMS]
    assert len(storm) == 12
    assert min(storm) > 0.13
