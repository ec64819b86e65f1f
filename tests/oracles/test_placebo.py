"""The headline of one series against scalar code that fits everything anew, and against figures made by other scalar code."""

from __future__ import annotations

import csv
import itertools
from dataclasses import replace
from functools import cache
from math import comb, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns, Around
from eventstudy.engine.leave_out import Days, days_of, drawn_t
from eventstudy.engine.totals import near_sums
from eventstudy.inference import SeriesSignificance, regime
from eventstudy.inference.placebo import judged, largest_kept, placebo, placebo_sets, serial, share_beyond
from eventstudy.inference.regime import regime_of_all, regimes
from eventstudy.panel import After, Bools, EventBlock, Floats
from eventstudy.study.estimate import NearDays, around, fits
from eventstudy.units.windows import Window

from tests.oracles import scalar
from tests.oracles.designs import fitted, made_up

# Forty estimation days, a market and a firm with errors 1.8 times as large from day -10 on, -14 % on day 0: figures by scalar
# code that fits every set of days anew (golden/README.md).
GOLDEN: dict[tuple[int, int], dict[str, Any]] = {
    (0, 0): {
        "car": -0.12527175745416333,
        "C": 1.0395534332512923,
        "T0": -6.222888478428544,
        "lam": 1.7650485506035904,
        "p_regime": 0.024390243902439025,
        "n_sets": 40,
        "p_plain": 0.024390243902439025,
        "p": 0.03231707317073171,
        "crit_plain": 1.8386937374672514,
        "crit_scaled": 4.498317211882722,
        "interval": (-0.21582650621308103, -0.03471700869524562),
    },
    (0, 1): {
        "car": -0.17605205352499215,
        "C": 2.1008400148180213,
        "T0": -6.151865914042861,
        "lam": 1.572953916088579,
        "p_regime": 0.024390243902439025,
        "n_sets": 780,
        "p_plain": 0.0012804097311139564,
        "p": 0.0034891165172855317,
        "crit_plain": 2.0385752378145625,
        "crit_scaled": 3.4197871056104794,
        "interval": (-0.2739183839966448, -0.0781857230533395),
    },
}
S, R1, Z1 = 0.019744118264757332, 0.1334737495149763, 0.9193511735241876
TIGHT: dict[str, Any] = {"rel": 1e-9, "abs": 1e-12}
EVENT = Window(-5, 5)


@cache
def golden_days() -> tuple[Floats, Floats]:
    """Firm and market from day -50 to +15."""
    with (Path(__file__).parent / "golden" / "placebo.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return np.array([float(r["firm"]) for r in rows]), np.array([float(r["market"]) for r in rows])


JUDGED = NearDays()


def golden_block() -> tuple[EventBlock, After]:
    firm, market = golden_days()
    last = 50 + EVENT.end + 1
    days = np.datetime64("2024-01-01") + np.arange(len(firm))
    block = EventBlock(
        returns=firm[None, :last],
        regressors=market[None, :last, None],
        names=("benchmark",),
        design=np.zeros(1, dtype=np.int64),
        sessions=days[None, :last],
        span=np.ones((1, last)),
        estimation=Window(-50, -11),
        event=EVENT,
    )
    return block, After(firm[None, last:], market[None, last:, None], days[None, last:])


def golden(near: NearDays | None = JUDGED) -> AbnormalReturns:
    block, after = golden_block()
    return around(fitted(block), block, after, plugins.load("models", "market"), 30, near)


@pytest.mark.parametrize("name", ["market", "market_adjusted", "constant_mean"])
def test_one_fit_of_all_days_is_that_of_the_event_days_and_that_of_the_days_around_them(name: str) -> None:
    block, after = golden_block()
    model = plugins.load("models", name)
    both = fits(model, block, after, 30, JUDGED)
    alone, wide = model.fit(block, 30), model.fit(after.beside(block), 30)
    for field in ("ar", "expected", "residuals", "sigma", "params", "basis", "span", "noise", "df", "n_estimation"):
        np.testing.assert_array_equal(getattr(both.own, field), getattr(alone, field))
        np.testing.assert_array_equal(getattr(both.wide, field), getattr(wide, field))
    assert fits(model, block, after, 30, None).wide is None
    assert fits(model, block, None, 30, JUDGED).wide is None
    assert fits(plugins.load("models", "huber"), block, after, 30, JUDGED).wide is None


def asked(returns: AbnormalReturns, window: tuple[int, int]) -> SeriesSignificance:
    found: SeriesSignificance = plugins.load("tests", "placebo").compute(returns, Window(*window), 0)
    return found


@pytest.mark.parametrize(
    ("window", "ratios"),
    [
        ((0, 0), (1.6300556443309753, 2.0573244166078712, 2.037267868694009)),
        ((0, 1), (1.502783543267148, 1.8392338793881318, 1.6783978756044973)),
    ],
)
def test_each_look_at_the_near_days(
    window: tuple[int, int], ratios: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten days on either side, ten behind, five on either side: each over its usual value, by itself."""
    for look, ratio in zip(regime.LOOKS, ratios, strict=True):
        with monkeypatch.context() as alone:
            alone.setattr(regime, "LOOKS", (look,))
            found = regimes(golden(), Window(*window))
        assert found is not None
        assert found.ratio[0] == pytest.approx(ratio, **TIGHT)


@pytest.mark.parametrize("window", GOLDEN)
def test_figures_of_other_scalar_code(window: tuple[int, int]) -> None:
    wanted, returns = GOLDEN[window], golden()
    found = asked(returns, window)
    counted = returns.over(Window(*window))
    assert returns.sigma[0] == pytest.approx(S, **TIGHT)
    assert (counted.car[0], counted.unit[0]) == pytest.approx((wanted["car"], wanted["C"]), **TIGHT)
    assert found.statistic[0] == pytest.approx(wanted["T0"], **TIGHT)
    assert found.kappa is not None
    assert found.kappa[0] == 1
    assert [v[0] for v in serial(returns.residuals, np.array([2]))[1:]] == pytest.approx([R1, Z1], **TIGHT)
    assert found.regimes is not None
    assert found.regimes.at(0)[:2] == pytest.approx((wanted["lam"], wanted["p_regime"]), **TIGHT)
    assert found.regimes.at(0).used
    assert found.p_value[0] == pytest.approx(wanted["p"], **TIGHT)
    assert found.interval(0) == pytest.approx(wanted["interval"], **TIGHT)
    half = wanted["crit_scaled"] * S * sqrt(wanted["C"])
    assert half == pytest.approx((wanted["interval"][1] - wanted["interval"][0]) / 2, **TIGHT)
    assert found.draws is None
    assert found.least is not None
    assert found.least[0] == 1 / (wanted["n_sets"] + 1)


@pytest.mark.parametrize("window", GOLDEN)
def test_figures_of_other_scalar_code_where_nobody_asks_for_regimes(window: tuple[int, int]) -> None:
    wanted = GOLDEN[window]
    found = asked(golden(None), window)
    assert found.p_value[0] == pytest.approx(wanted["p_plain"], **TIGHT)
    half = wanted["crit_plain"] * S * sqrt(wanted["C"])
    assert found.interval(0) == pytest.approx((wanted["car"] - half, wanted["car"] + half), **TIGHT)
    assert found.regimes is None


def test_days_of_other_events_are_left_out_of_the_near_ones() -> None:
    """Six days are enough for a look, five are not; a day of the window is never near."""
    returns = golden()
    assert returns.around is not None
    first = returns.around.start - returns.n_estimation_days
    far = np.zeros_like(returns.around.left_out)
    for day in range(-10, 16):
        far[0, day - first] = day not in (-3, -2, -1, 0, 1, 2, 3)
    six = replace(returns, around=replace(returns.around, left_out=far))
    assert np.isfinite(asked(six, (0, 0)).regimes.ratio[0])  # type: ignore[union-attr]
    far[0, 3 - first] = True
    five = asked(replace(returns, around=replace(returns.around, left_out=far.copy())), (0, 0))
    assert five.regimes is not None
    assert np.isnan(five.regimes.ratio[0])
    assert not five.regimes.at(0).after
    assert not five.regimes.at(0).used
    assert five.p_value[0] == pytest.approx(GOLDEN[0, 0]["p_plain"], **TIGHT)
    for last, enough in ((5, False), (6, True)):  # days after the window alone
        far[0] = True
        far[0, 1 - first : last - first + 1] = False
        some = asked(replace(returns, around=replace(returns.around, left_out=far.copy())), (0, 0))
        assert some.regimes is not None
        assert some.regimes.at(0).after is enough


# ---- leaving days out ------------------------------------------------------------------------------------------------

SPREAD = ((0, 90), (1, 90), (2, 90), (3, 94), (4, 110))


@pytest.mark.parametrize(("model", "k"), [("market", 2), ("constant_mean", 1), ("market_adjusted", 0)])
@pytest.mark.parametrize("length", [2, 5])
def test_t_of_days_that_are_left_out_is_that_of_a_new_fit(model: str, k: int, length: int) -> None:
    panel = made_up(np.random.default_rng(5), SPREAD, missing=0.04)
    returns = fitted(panel.block(), model)
    rng = np.random.default_rng(6)
    for i, one in enumerate(scalar.instances_of(panel, k)):
        valid = [t for t, y in enumerate(one.y) if y is not None]
        drawn = np.array([rng.choice(len(valid), length, replace=False) for _ in range(6)])
        wanted = [scalar.ordinary_t(one, [valid[d] for d in days]) for days in drawn.tolist()]
        np.testing.assert_allclose(drawn_t(days_of(returns, np.array([i])), drawn)[0], wanted, rtol=1e-9)


def test_t_of_days_that_are_left_out_with_many_regressors_and_many_series_at_once() -> None:
    panel = made_up(np.random.default_rng(7), tuple((i, 90) for i in range(20)), missing=0.0, n_factors=4)
    block = panel.block()
    returns = fitted(block, "factors")
    drawn = placebo_sets(60, 4, 3)[:5]
    found = drawn_t(days_of(returns, np.arange(20)), drawn)
    x = np.column_stack([np.ones(60), block.regressors[0, :60, 1:]])
    for i, days in itertools.product((0, 7, 19), range(5)):
        left = drawn[days]
        kept = np.setdiff1d(np.arange(60), left)
        b, rss = np.linalg.lstsq(x[kept], block.returns[i, kept], rcond=None)[:2]
        ahead = x[left].sum(axis=0)
        unit = 4 + ahead @ np.linalg.inv(x[kept].T @ x[kept]) @ ahead
        car = (block.returns[i, left] - x[left] @ b).sum()
        assert found[i, days] == pytest.approx(car / np.sqrt(rss[0] / (56 - 5) * unit), rel=1e-9)


def test_without_the_forecast_error_none_is_put_into_ordinary_windows() -> None:
    panel = made_up(np.random.default_rng(8), ((0, 90),), missing=0.0)
    with_it, without = (fitted(panel.block(), prediction_error=p) for p in (True, False))
    drawn = placebo_sets(60, 3, 0)[:4]
    [one] = scalar.instances_of(panel, 2)
    found = [drawn_t(days_of(r, np.array([0])), drawn)[0] for r in (with_it, without)]
    for b, days in enumerate(drawn.tolist()):
        unit = scalar.unit(scalar.without(one, days), (0, 2))
        assert found[1][b] == pytest.approx(found[0][b] * sqrt(unit / 3), rel=1e-9)


def test_days_left_out_do_not_hang_on_the_coordinates_of_the_regressors() -> None:
    """Regressors in other units and mixed, and one that others make up, are the same space."""
    returns = golden()
    k = returns.parameters
    mixed = returns.basis.copy()
    mixed[:, :, :k] = returns.basis[:, :, :k] @ np.array([[3.0, 0.4], [-1.0, 0.2]])
    twice = np.concatenate([mixed[:, :, :k], mixed[:, :, :1] - 2 * mixed[:, :, 1:k], mixed[:, :, k:]], axis=2)
    drawn = placebo_sets(40, 3, 0, 99)
    wanted = drawn_t(days_of(returns, np.arange(1)), drawn)
    for other in (replace(returns, basis=mixed), replace(returns, basis=twice, parameters=k + 1)):
        np.testing.assert_allclose(drawn_t(days_of(other, np.arange(1)), drawn), wanted, rtol=1e-9)


def test_sets_that_hold_the_only_day_of_a_regressor_are_left_to_others() -> None:
    """A factor that is zero on all days but one says nothing once that day is left out; NumPy's least squares is the judge."""
    rng, (n, m, length) = np.random.default_rng(0), (3, 40, 2)
    x = np.stack([np.ones(m), rng.normal(size=m), (np.arange(m) == 7) * 1.0], axis=1)
    y, basis = rng.normal(size=(n, m)), np.linalg.qr(x)[0]
    residuals, df = y - y @ basis @ basis.T, np.full(n, m - 3)
    days = Days(residuals, basis[None], np.zeros(n, dtype=np.int64), (residuals**2).sum(axis=1), df, True)

    def by_hand(row: Floats, out: Floats) -> float:
        rest = np.setdiff1d(np.arange(m), out)
        coefficients = np.linalg.lstsq(x[rest], row[rest])[0]
        left, ahead = row[rest] - x[rest] @ coefficients, x[out].sum(axis=0)
        unit = length + ahead @ np.linalg.inv(x[rest].T @ x[rest]) @ ahead
        return float((row[out] - x[out] @ coefficients).sum() / sqrt(left @ left / (m - 3 - length) * unit))

    drawn = placebo_sets(m, length, 0, 150)
    known = ~(drawn == 7).any(axis=1)
    wanted, found = np.array([[by_hand(row, out) for out in drawn[known]] for row in y]), drawn_t(days, drawn)
    np.testing.assert_allclose(found[:, known], wanted, rtol=1e-10)
    lacking = np.count_nonzero(~known)
    assert 0 < lacking < len(drawn)
    np.testing.assert_allclose(found[:, ~known], wanted[:, :lacking], rtol=1e-10)
    assert np.isinf(drawn_t(days, drawn[~known])).all()


def test_days_without_a_variance_beside_a_window_have_a_least_one() -> None:
    """All that moved lies in the window: the variance of the others is taken for 1e-12 of that of all days."""
    residuals = np.zeros((1, 40))
    residuals[0, 3] = 2.0
    days = Days(residuals, np.zeros((1, 40, 0)), np.zeros(1, dtype=np.int64), np.array([3.9]), np.array([39]), False)
    [[t]] = drawn_t(days, np.array([[3, 7]]))
    assert t == pytest.approx(2.0 / sqrt(1e-12 * 3.9 / 37 * 2), rel=1e-9)


def test_all_sets_where_they_are_few_else_as_many_as_are_drawn_each_without_a_day_twice() -> None:
    every = placebo_sets(30, 2, 0)
    assert len(every) == comb(30, 2)
    assert len({tuple(days) for days in every.tolist()}) == len(every)
    drawn = placebo_sets(250, 11, 4)
    assert drawn.shape == (9999, 11)
    assert (np.diff(np.sort(drawn, axis=1), axis=1) > 0).all()
    np.testing.assert_array_equal(drawn, placebo_sets(250, 11, 4))


@pytest.mark.parametrize(("r", "raised"), [(0.6, True), (-0.7, True), (0.0, False)])
def test_factor_for_days_that_hang_together(r: float, raised: bool) -> None:
    noise = np.random.default_rng(13).standard_normal(121)
    residuals = (noise[1:] + r * noise[:-1])[None].copy()
    residuals[0, [30, 31, 70]] = np.nan
    listed = [None if np.isnan(v) else float(v) for v in residuals[0]]
    for length in (1, 2, 11):
        wanted = scalar.hanging_together(listed, length)
        assert (wanted[0] != 1) == (raised and length > 1)
        found = serial(residuals, np.array([length]))
        assert found[0][0] == pytest.approx(wanted[0], rel=1e-12)
        assert [found[1][0], found[2][0]] == pytest.approx(wanted[1:], rel=1e-12)


@pytest.mark.parametrize("length", [2, 3])
def test_a_window_whose_days_hang_together_is_judged_by_its_factor(length: int) -> None:
    panel = made_up(np.random.default_rng(14), ((0, 90),), missing=0.0)
    noise = 0.02 * np.random.default_rng(15).standard_normal(len(panel.market) + 1)
    panel.returns[:, 0] = panel.market + noise[1:] + 0.7 * noise[:-1]
    returns, window = fitted(panel.block()), Window(-1, length - 2)
    answer, found = placebo(returns, window, 0), returns.over(window)
    [one] = scalar.instances_of(panel, 2)
    kappa = scalar.hanging_together(scalar.fit(one).residual, length)[0]
    assert kappa > 1.2
    assert answer.statistic[0] == pytest.approx(found.scar[0] / sqrt(kappa), rel=1e-10)
    interval = answer.interval(0)
    assert interval is not None
    low, high = interval
    size = np.abs(drawn_t(days_of(returns, np.array([0])), placebo_sets(60, length, 0))[0])
    critical = (high - low) / 2 / (found.se[0] * sqrt(kappa))
    for factor, kept in ((1 - 1e-9, True), (1 + 1e-9, False)):
        assert ((1 + (size >= critical * factor).sum()) / (len(size) + 1) > 0.05) is np.bool_(kept)


def test_ten_degrees_of_freedom_are_left_beside_a_window() -> None:
    panel = made_up(np.random.default_rng(16), ((0, 60),), missing=0.0, estimation=(-40, -11), event=(-9, 9))
    returns = fitted(panel.block())
    assert returns.df[0] == 28
    assert np.isfinite(placebo(returns, Window(-9, 8), 0, draws=99).p_value[0])
    few = placebo(returns, Window(-9, 9), 0, draws=99)
    assert np.isnan(few.p_value[0])
    assert "too few estimation days" in few.reasons[0]


# ---- near days -------------------------------------------------------------------------------------------------------


def in_the_mean(moved: list[dict[int, float]], left_out: Bools, window: tuple[int, int]) -> tuple[float, float]:
    """By loops: how wild the days near a window are in the mean over those who have them, and its p."""
    near = [{d: e for d, e in own.items() if not left_out[i, d + 70]} for i, own in enumerate(moved)]
    ordinary, beside = (
        {
            d: float(np.mean([own[d] for own in part if d in own]))
            for d in range(-70, 16)
            if any(d in own for own in part)
        }
        for part in (moved, near)
    )
    found = scalar.wildness(
        [e for day, e in sorted(ordinary.items()) if day < -10],
        [beside.get(window[0] - 1 - j) for j in range(10)],
        [beside.get(window[1] + 1 + j) for j in range(10)],
        window[1] - window[0] + 1,
    )
    assert found is not None
    return found[0], found[1]


def with_days_around() -> tuple[AbnormalReturns, list[dict[int, float]]]:
    """Four firms that lack days, and by loops |e| of every day from -70 to +15 that each of them has."""
    panel = made_up(np.random.default_rng(10), ((0, 90), (1, 90), (2, 90), (3, 93)), missing=0.08, event=(-10, 15))
    wide = fitted(panel.block())
    narrow = fitted(replace(panel, event=EVENT).block())
    near = Around(-10, lambda: (wide.ar, wide.unit_variance), np.arange(4), np.zeros((4, 60 + 26), dtype=bool))
    moved = []
    for one in scalar.instances_of(panel, 2):
        f = scalar.fit(one)
        own = {
            t - 70: abs(e) / sqrt(f.s2 * (1 - scalar.leverage(f, t))) for t, e in enumerate(f.residual) if e is not None
        }
        own |= {t - 10: abs(scalar.scar(f, (t - 10, t - 10))) for t, e in enumerate(f.ar) if e is not None}
        moved.append(own)
    return replace(narrow, around=near), moved


def wildness(moved: dict[int, float], window: tuple[int, int]) -> tuple[float, float, list[float]]:
    """By loops: how wild the days near a window are, its p, and the ratio at each estimation day."""
    found = scalar.wildness(
        [e for day, e in sorted(moved.items()) if day < -10],
        [moved.get(window[0] - 1 - j) for j in range(10)],
        [moved.get(window[1] + 1 + j) for j in range(10)],
        window[1] - window[0] + 1,
    )
    assert found is not None
    return found


@pytest.mark.parametrize("window", [(0, 0), (-1, 2), (-5, 5)])
def test_near_days_that_lack_are_passed_over_by_the_same_pattern(window: tuple[int, int]) -> None:
    returns, moved = with_days_around()
    found = regimes(returns, Window(*window))
    assert found is not None
    for i, own in enumerate(moved):
        wanted = wildness(own, window)
        assert found.at(i)[:2] == pytest.approx(wanted[:2], rel=1e-10)
        np.testing.assert_allclose(found.scales[i], np.array(wanted[2]) / wanted[0], rtol=1e-10)


@pytest.mark.parametrize("window", [(0, 0), (-1, 2), (-5, 5)])
def test_days_near_several_events_are_those_of_the_mean_over_who_has_them(window: tuple[int, int]) -> None:
    """The sums of all pairs and those of two parts together; other events are no near days, but ordinary ones."""
    returns, moved = with_days_around()
    assert returns.around is not None
    left_out = returns.around.left_out.copy()
    for i, day in ((0, -12), (1, -12), (2, 7), (3, -7)):
        left_out[i, day + 70] = True
    wanted = in_the_mean(moved, left_out, window)
    returns = replace(returns, around=replace(returns.around, left_out=left_out))
    parts = [near_sums(returns.take(np.array(rows))) for rows in ([0, 1, 2, 3], [0, 2], [1, 3])]
    whole, one, other = (part for part in parts if part is not None)
    for sums in (whole, one + other):
        found = regime_of_all(sums, Window(*window))
        assert found[:2] == pytest.approx(wanted[:2], rel=1e-10)
        assert (found.used, found.after) == (wanted[1] <= 0.1, True)
        always = regime_of_all(replace(sums, scaled="always"), Window(*window))
        assert (always[:2], always.used) == (found[:2], True)


def test_a_regime_is_raised_at_ten_per_cent_and_one_pair_is_its_own_mean() -> None:
    """The same days, wilder step by step: used as soon as p is at most .10, and not before."""
    returns, moved = with_days_around()
    assert returns.around is not None
    left_out = returns.around.left_out.copy()
    left_out[0, -9 + 70 : -2 + 70] = True
    two = replace(returns, around=replace(returns.around, left_out=left_out)).take(np.array([0, 2]))
    for part, own in ((returns.take(np.array([3])), moved[3:]), (two, [moved[0], moved[2]])):
        sums = near_sums(part)
        assert sums is not None
        assert part.around is not None
        wanted = in_the_mean(own, part.around.left_out, (0, 0))
        assert regime_of_all(sums, Window(0, 0))[:2] == pytest.approx(wanted, rel=1e-10)
    sums = near_sums(returns)
    assert sums is not None
    told = [regime_of_all(replace(sums, near=f * sums.near), Window(0, 0)) for f in np.linspace(0.8, 2, 60)]
    assert all(regime.used == (regime.p <= 0.1) for regime in told)
    assert any(0.1 < regime.p < 0.15 for regime in told)
    assert {regime.used for regime in told} == {True, False}


def test_p_on_the_scale_of_near_days_is_the_mean_over_all_of_them() -> None:
    rng = np.random.default_rng(11)
    ordinary, ratios, ratio = rng.standard_normal(199), rng.uniform(0.6, 1.8, 50), 1.5
    ratios[3] = ratio  # so that one of them is the ordinary day itself
    signs = (np.abs(ordinary), abs), (ordinary, float), (-ordinary, float.__neg__)
    for x in (0.3, -1.7, 2.9, -6.0, float(ordinary[7])):
        for own, among in ((ratios / ratio, (ratios.tolist(), ratio)), (None, ())):
            wanted = [scalar.share_of_ordinary(of(x), values.tolist(), *among) for values, of in signs]
            assert judged(x, ordinary, own)[:3] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("b", [19, 20, 250, 999])
def test_an_effect_is_in_the_interval_if_and_only_if_it_is_not_rejected(b: int) -> None:
    """The critical value is the last that is kept: a hair more is rejected. With fewer than 19 windows nothing is."""
    rng = np.random.default_rng(b)
    for _ in range(20):
        ordinary, scale = rng.standard_t(4, b), rng.uniform(0.5, 1.4, 60)
        for own, alpha in itertools.product((None, scale), (0.05, 0.2)):
            c = judged(1.0, ordinary, own, alpha).critical
            assert judged(c * (1 - 1e-9), ordinary, own).p > alpha
            assert judged(c * (1 + 1e-9), ordinary, own).p <= alpha
            for x in rng.uniform(-5, 5, 10):
                assert (judged(float(x), ordinary, own).p > alpha) == (abs(x) <= c)
    few = np.sort(np.abs(rng.standard_normal(18)))
    assert judged(1e9, few, None).critical == np.inf
    assert largest_kept(few, np.ones(5), 0.05) == np.inf
    assert share_beyond(few, np.array([0.0])) == 1
