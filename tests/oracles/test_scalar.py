"""The engine against slow loops on panels with missing returns, several event dates, and overlapping windows."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.engine import correlation
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.engine.correlation import Correlation, DateTables, pairwise_correlation
from eventstudy.inference import Sample
from eventstudy.inference.days import null_residuals
from eventstudy.inference.ranks_and_signs import generalized_sign
from eventstudy.units.windows import Window

from tests.oracles import few_pairs, scalar
from tests.oracles.designs import Panel, ask, fitted, made_up, sampled

MODELS = {"market": 2, "constant_mean": 1, "market_adjusted": 0}
WINDOWS = [(0, 0), (-1, 1), (0, 5), (-5, 5)]
TIGHT: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-12}

# Nine pairs on six dates: two dates are shared, others are two to nine days apart, one firm is hit three times.
SPREAD = ((0, 90), (1, 90), (2, 90), (3, 94), (4, 96), (0, 105), (5, 105), (6, 140), (0, 200))
ONE_DATE = tuple((firm, 90) for firm in range(7))


def panel(seed: int, *, instances: tuple[tuple[int, int], ...] = SPREAD, missing: float = 0.05) -> Panel:
    return made_up(np.random.default_rng(seed), instances, missing=missing)


def both(
    made: Panel, window: tuple[int, int], model: str = "market", at_least: int = 5
) -> tuple[Sample, list[scalar.Fitted]]:
    """The engine's sample and the oracle's, each with the pairs it takes to be covered."""
    fits = [scalar.fit(one) for one in scalar.instances_of(made, MODELS[model])]
    kept = [f for f in fits if scalar.counts(f, window)]
    sample = sampled(made.block(), window, model)
    assert sample.n == len(kept) >= at_least
    return sample, kept


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("window", WINDOWS)
def test_cars_and_their_variances(model: str, window: tuple[int, int]) -> None:
    sample, fits = both(panel(1), window, model)
    np.testing.assert_allclose(sample.car, [scalar.car(f, window) for f in fits], **TIGHT)
    np.testing.assert_allclose(sample.cumulated.unit, [scalar.unit(f, window) for f in fits], **TIGHT)
    np.testing.assert_allclose(sample.scar, [scalar.scar(f, window) for f in fits], **TIGHT)
    np.testing.assert_allclose(sample.returns.sigma**2, [f.s2 for f in fits], **TIGHT)
    assert [int(df) for df in sample.returns.df] == [f.df for f in fits]
    assert [int(n) for n in sample.cumulated.n_days] == [len(scalar.used(f, window)) for f in fits]


def test_that_some_windows_are_incomplete_and_some_pairs_left_out() -> None:
    """The panels do exercise the rules: without this the comparisons above would prove less."""
    _, fits = both(panel(1), (-5, 5))
    assert any(len(scalar.used(f, (-5, 5))) < 11 for f in fits)
    assert any(f.m < 60 for f in fits)
    assert sampled(panel(1).block(), (-1, 1)).n < len(SPREAD) or sampled(panel(2).block(), (-1, 1)).n < len(SPREAD)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("window", WINDOWS)
def test_mean_correlation(seed: int, window: tuple[int, int]) -> None:
    sample, fits = both(panel(seed), window)
    wanted = scalar.mean_correlation(fits, window)
    assert wanted != 0
    found = pairwise_correlation(sample.returns, sample.window)
    np.testing.assert_allclose(found.mean, wanted, **TIGHT)
    assert found.exact
    assert sum_in_common(found) == pytest.approx(len(fits) * (1 + (len(fits) - 1) * wanted), rel=1e-11)


@pytest.mark.parametrize(("seed", "model"), [(1, "market"), (2, "market"), (3, "market"), (1, "market_adjusted")])
@pytest.mark.parametrize("window", WINDOWS)
def test_mean_correlation_by_date(seed: int, model: str, window: tuple[int, int]) -> None:
    """Residuals around their own mean, which is not zero where no intercept is estimated."""
    sample, fits = both(panel(seed), window, model)
    np.testing.assert_allclose(sample.correlation.mean, scalar.mean_correlation_by_date(fits, window), **TIGHT)
    assert not sample.correlation.exact


def test_mean_correlation_of_pairs_with_few_common_days() -> None:
    """Firms 0 and 1 never have a return on the same estimation day: their correlation is the mean of the others'."""
    made = made_up(np.random.default_rng(4), ONE_DATE, missing=0.0, estimation=(-90, -11))
    made.returns[:40, 0] = np.nan
    made.returns[40:80, 1] = np.nan
    sample, fits = both(made, (-1, 1))
    assert scalar.pearson(fits[0], fits[1]) is None
    found = pairwise_correlation(sample.returns, sample.window)
    np.testing.assert_allclose(found.mean, scalar.mean_correlation(fits, (-1, 1)), **TIGHT)


def test_mean_correlation_of_two_pairs() -> None:
    sample, fits = both(panel(9, instances=((0, 90), (1, 91)), missing=0.0), (-1, 1), at_least=2)
    assert pairwise_correlation(sample.returns, sample.window).mean == pytest.approx(
        scalar.mean_correlation(fits, (-1, 1)), rel=1e-10
    )


def test_correlation_that_would_turn_a_variance_negative_is_set_to_zero() -> None:
    """Each two of three firms meet on days of their own, where one is the mirror of the other: r = -1, 1 + 2r < 0."""
    made = made_up(np.random.default_rng(5), ((0, 130), (1, 130), (2, 130)), missing=0.0, estimation=(-130, -11))
    mirror = 0.02 * np.random.default_rng(6).standard_normal((120, 1))
    for part, (one, other, absent) in enumerate([(0, 1, 2), (0, 2, 1), (1, 2, 0)]):
        days = slice(40 * part, 40 * part + 40)
        made.returns[days, one], made.returns[days, other] = mirror[days, 0], -mirror[days, 0]
        made.returns[days, absent] = np.nan
    sample, fits = both(made, (0, 0), at_least=3)
    assert scalar.pearson(fits[0], fits[1]) == pytest.approx(-1, abs=0.1)
    assert (sample.correlation.floored, sample.correlation.mean) == (True, 0.0)
    assert scalar.mean_correlation(fits, (0, 0)) == 0.0
    assert ask("patell_adjusted", sample).statistic == ask("patell", sample).statistic


def by_date(returns: AbnormalReturns, window: Window, parts: int = 3) -> Correlation:
    """The mean correlation from tables of parts of the pairs."""
    order = np.array_split(np.random.default_rng(4).permutation(returns.n), parts)
    tables = DateTables.merged([DateTables.of(returns.take(part)) for part in order])
    return tables.mean_correlation(returns.event, window)


@pytest.mark.parametrize("window", WINDOWS)
def test_both_forms_of_the_mean_correlation_agree_where_they_must(window: tuple[int, int]) -> None:
    """Ruling 25: with nothing missing and all windows coincident they are one number."""
    sample = sampled(panel(7, instances=ONE_DATE, missing=0.0).block(), window)
    exact, tables = pairwise_correlation(sample.returns, sample.window), by_date(sample.returns, sample.window)
    assert exact.mean == pytest.approx(tables.mean, rel=1e-12)
    assert exact.overlap == pytest.approx(tables.overlap, rel=1e-12)


def sum_in_common(found: Correlation) -> float:
    """Sum over all pairs i, j of what they have in common, i = j among them."""
    assert found.common is not None
    size = found.common.size
    return found.common.product(size, size, size)


@pytest.mark.parametrize("missing", [0.0, 0.05])
@pytest.mark.parametrize("window", WINDOWS)
def test_tables_by_date_are_the_sums_they_stand_for(missing: float, window: tuple[int, int]) -> None:
    made = panel(8, missing=missing)
    returns = fitted(made.block())
    fits = [scalar.fit(one) for one in scalar.instances_of(made, 2)]
    wanted = scalar.mean_correlation_by_date(fits, window)
    for dates_at_a_time in (64, 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(correlation, "_ROWS", dates_at_a_time)
            found = by_date(returns, Window(*window))
        assert found.mean == pytest.approx(wanted, rel=1e-11, abs=1e-14)
        assert sum_in_common(found) == pytest.approx(len(fits) * (1 + (len(fits) - 1) * wanted), rel=1e-11)


@pytest.mark.parametrize("missing", [0.0, 0.05])
@pytest.mark.parametrize("cut", [(0, 0), (7, 0), (0, 3), (6, 2)], ids=str)
@pytest.mark.parametrize("window", WINDOWS)
def test_tables_of_one_grid_go_by_the_sessions_between_dates(
    missing: float, cut: tuple[int, int], window: tuple[int, int]
) -> None:
    """Dates of one grid, some event days of the first or last of which the calendar lacks; a few products at a time."""
    made = panel(8, missing=missing)
    returns = fitted(made.block())
    fits = [scalar.fit(one) for one in scalar.instances_of(made, 2)]
    sessions, (early, late) = returns.sessions.copy(), cut
    sessions[0, 60 : 60 + early] = np.datetime64("NaT")  # the date of three firms, and one that its windows overlap
    sessions[2, 71 - late :] = np.datetime64("NaT")
    rows = np.unique([day0 for _, day0 in made.instances])
    of_one_grid = replace(returns, sessions=sessions, row=rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(correlation, "_AT_ONCE", 2)
        found = by_date(of_one_grid, Window(*window))
    held = {}
    for row, days in zip(rows.tolist(), sessions[:, 60:], strict=True):
        first, last = row + window[0], row + window[1]
        there = {row - 5 + i for i in np.flatnonzero(~np.isnat(days)).tolist()}
        held[row - 5] = there & set(range(first, last + 1))
    wanted = scalar.mean_correlation_by_date(fits, window, held)
    assert found.mean == pytest.approx(wanted, rel=1e-11, abs=1e-14)
    assert sum_in_common(found) == pytest.approx(len(fits) * (1 + (len(fits) - 1) * wanted), rel=1e-11)
    starts = [f.instance.event_days[0] for f in fits]
    shared = [len(held[a] & held[b]) for (i, a), (j, b) in itertools.product(enumerate(starts), repeat=2) if i != j]
    assert found.overlap == pytest.approx(sum(shared) / len(shared) / (window[1] - window[0] + 1), rel=1e-12)


SIMPLE: dict[tuple[str, str], Callable[[list[scalar.Fitted], tuple[int, int]], float]] = {
    ("patell", "default"): scalar.patell,
    ("patell", "paper"): scalar.patell_of_daily_values,
    ("patell_adjusted", "default"): scalar.patell_adjusted,
    ("bmp", "default"): scalar.bmp,
    ("bmp_adjusted", "default"): scalar.bmp_adjusted,
    ("cross_section_t", "default"): scalar.cross_section,
    ("cda", "default"): lambda f, w: scalar.cda(f, w)[0],
    ("cda", "paper"): scalar.cda_published,
    ("corrado_rank", "default"): lambda f, w: scalar.corrado(f, w)[0],
    ("corrado_rank", "paper"): lambda f, w: scalar.corrado(f, w, published=True)[0],
    ("generalized_sign", "default"): lambda f, w: scalar.generalized_sign(f, w, w[1] - w[0] + 1),
    ("generalized_sign", "paper"): lambda f, w: scalar.generalized_sign(f, w, 1),
    ("grank_t", "default"): lambda f, w: scalar.grank(f, w, lambda n, r: ((1 - r) * (n - 3) / (n - 1)) ** 0.5)[0],
    ("grank_t", "corr"): lambda f, w: scalar.grank(f, w, lambda n, r: (1 - r) ** 0.5)[0],
    ("grank_t", "paper"): lambda f, w: scalar.grank(f, w, lambda n, r: 1.0)[0],
}


@pytest.mark.parametrize("key", SIMPLE, ids="-".join)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("design", ["spread", "one date", "few returns"])
def test_statistic(key: tuple[str, str], window: tuple[int, int], design: str) -> None:
    made = {
        "spread": panel(1),
        "one date": panel(3, instances=ONE_DATE, missing=0.03),
        "few returns": made_up(np.random.default_rng(12), SPREAD, missing=0.08),
    }[design]
    sample, fits = both(made, window)
    np.testing.assert_allclose(ask(key[0], sample, key[1]).statistic, SIMPLE[key](fits, window), **TIGHT)


@pytest.mark.parametrize("model", ["constant_mean", "market_adjusted"])
@pytest.mark.parametrize("key", [k for k in SIMPLE if k[1] == "default"], ids="-".join)
def test_statistic_of_other_models(key: tuple[str, str], model: str) -> None:
    sample, fits = both(panel(3), (-5, 5), model)
    np.testing.assert_allclose(ask(key[0], sample, key[1]).statistic, SIMPLE[key](fits, (-5, 5)), **TIGHT)


@pytest.mark.parametrize("model", MODELS)
def test_degrees_of_freedom_and_p_values(model: str) -> None:
    from scipy import stats

    window = (-5, 5)
    sample, fits = both(panel(2), window, model)
    n = len(fits)
    ts = {
        ("cda", "default"): scalar.cda(fits, window)[1],
        ("cda", "paper"): 59,
        ("corrado_rank", "default"): scalar.corrado(fits, window)[1] - 2,
        ("grank_t", "default"): scalar.grank(fits, window, lambda n, r: 1.0)[1] - 2,
        ("bmp", "default"): n - 1,
        ("bmp_adjusted", "default"): scalar.degrees(fits, window),
        ("cross_section_t", "default"): n - 1,
    }
    for (name, form), df in ts.items():
        answer = ask(name, sample, form)
        assert (answer.distribution, answer.n) == ("t", n), name
        assert answer.df == pytest.approx(df, rel=1e-10), name
        assert answer.p_value == pytest.approx(2 * stats.t.sf(abs(answer.statistic), df), rel=1e-10)
    for name, form in [("patell", "default"), ("patell_adjusted", "default"), ("generalized_sign", "paper")]:
        answer = ask(name, sample, form)
        assert (answer.distribution, answer.df) == ("normal", None)
        assert answer.p_value == pytest.approx(2 * stats.norm.sf(abs(answer.statistic)), rel=1e-10)
    for name in ("bmp", "bmp_adjusted", "corrado_rank"):
        assert ask(name, sample, "paper").distribution == "normal"


@pytest.mark.parametrize(("seed", "window"), [(2, (-5, 5)), (4, (0, 0)), (9, (-1, 1))])
def test_mean_car_and_guarded_patell_of_pairs_that_share_dates(seed: int, window: tuple[int, int]) -> None:
    sample, fits = both(panel(seed), window)
    p = scalar.common_by_date(fits, window)
    car, z = ([of(f, window) for f in fits] for of in (scalar.car, scalar.scar))
    se = [c / v for c, v in zip(car, z, strict=True)]
    mean, guarded = ask("caar_t", sample), ask("patell_guarded", sample)
    wanted = few_pairs.mean_car(car, se, p)
    assert mean.se == pytest.approx(wanted["se"], rel=1e-9)
    assert mean.df == pytest.approx(wanted["df"], rel=1e-9)
    assert mean.statistic == pytest.approx(scalar.mean(car) / wanted["se"], rel=1e-9)
    expected = scalar.mean([f.df / (f.df - 2) for f in fits])
    assert guarded.statistic == pytest.approx(few_pairs.guarded(car, se, p, expected, 1.0), rel=1e-9)


@pytest.mark.parametrize("seed", [2, 4, 9])
def test_generalized_sign_up_to_a_hundred_pairs_is_binomial(seed: int) -> None:
    """Twice the smaller tail of so many positive CARs, each with the share of positive runs of its estimation days."""
    from scipy import stats

    window = (-1, 1)
    sample, fits = both(panel(seed), window)
    answer, n, up = ask("generalized_sign", sample), len(fits), sample.positive
    z = scalar.generalized_sign(fits, window, 3)
    coin = stats.binom(n, sample.share_positive)
    assert answer.distribution == "binomial"
    assert answer.statistic == pytest.approx(z, rel=1e-9)
    assert answer.p_value == pytest.approx(min(1, 2 * min(coin.cdf(up), coin.sf(up - 1))), rel=1e-9)
    assert answer.valid == (2 * min(coin.pmf(0), coin.pmf(n)) <= 0.05)


@pytest.mark.parametrize(("n", "share", "valid"), [(5, 0.46, True), (4, 0.46, False), (4, 0.7, True), (3, 0.7, False)])
def test_generalized_sign_of_so_few_that_no_count_is_below_five_percent(n: int, share: float, valid: bool) -> None:
    """Twice the rarer of no positive CAR and of nothing but positive ones."""
    from scipy import stats

    sample: Any = SimpleNamespace(n=n, positive=1, share_positive=share, share_positive_days=0.5)
    coin = stats.binom(n, share)
    assert (2 * min(coin.pmf(0), coin.pmf(n)) <= 0.05) == valid
    assert generalized_sign(sample, "default").valid == valid


def test_days_with_half_of_the_pairs_stay_and_those_with_fewer_go() -> None:
    """Ruling 7 at its edge: of six pairs, a day with three counts and a day with two does not."""
    instances = tuple((firm, 90) for firm in range(6))
    made = made_up(np.random.default_rng(9), instances, missing=0.0)
    made.returns[30, :3] = np.nan
    made.returns[31, :4] = np.nan
    sample, fits = both(made, (0, 1))
    assert scalar.cda(fits, (0, 1))[1] == 60 - 1 - 2
    answer = ask("cda", sample)
    assert answer.df == 57
    np.testing.assert_allclose(answer.statistic, scalar.cda(fits, (0, 1))[0], **TIGHT)


def test_ranks_with_ties_of_days_without_a_move() -> None:
    """A constant-mean model turns every zero return of a firm into one tied abnormal return (ruling 10)."""
    made = panel(10)
    rng = np.random.default_rng(11)
    made.returns[rng.random(made.returns.shape) < 0.25] = 0.0
    for window in WINDOWS:
        sample, fits = both(made, window, "constant_mean")
        np.testing.assert_allclose(ask("corrado_rank", sample).statistic, scalar.corrado(fits, window)[0], **TIGHT)
        wanted = scalar.grank(fits, window, lambda n, r: 1.0)[0]
        np.testing.assert_allclose(ask("grank_t", sample, "paper").statistic, wanted, **TIGHT)


@pytest.mark.parametrize("length", [1, 3, 11])
def test_share_of_positive_runs(length: int) -> None:
    made = panel(13)
    fits = [scalar.fit(one) for one in scalar.instances_of(made, 2)]
    shares = fitted(made.block()).share_of_runs(length)
    assert np.nanmean(shares) == pytest.approx(scalar.share_positive(fits, length), rel=1e-12)


@pytest.mark.parametrize("model", ["market", "constant_mean"])
def test_studentised_residuals_are_forecasts_of_each_day_from_the_others(model: str) -> None:
    made = panel(14)
    returns = fitted(made.block(), model)
    for i, one in enumerate(scalar.instances_of(made, MODELS[model])[:4]):
        wanted = np.array([np.nan if v is None else v for v in scalar.day_by_day(one)])
        np.testing.assert_allclose(returns.studentised[i], wanted, **TIGHT)


@pytest.mark.parametrize("seed", [15, 16, 17])
def test_sample_quantile(seed: int) -> None:
    made = panel(seed)
    found = plugins.load("tests", "sample_quantile").compute(fitted(made.block()), Window(0, 0), 0)
    fits = [scalar.fit(one) for one in scalar.instances_of(made, 2)]
    np.testing.assert_allclose(found.p_value, [scalar.sample_quantile(f) for f in fits], rtol=1e-12)


@pytest.mark.parametrize("seed", [18, 19])
def test_variance_placebo(seed: int) -> None:
    made = made_up(np.random.default_rng(seed), SPREAD, missing=0.02)
    for window in [(0, 0), (-5, 5)]:
        sample, fits = both(made, window)
        observed, p = scalar.variance_placebo(fits, window)
        answer = ask("variance_placebo", sample)
        assert answer.statistic == pytest.approx(observed, rel=1e-10)
        assert answer.p_value == pytest.approx(p, rel=1e-12)


@pytest.mark.parametrize("model", ["market", "constant_mean"])
@pytest.mark.parametrize("jump", [0.0, 1.5])
def test_joint_placebo(model: str, jump: float) -> None:
    made = panel(20, instances=tuple((f, 90) for f in range(5)), missing=0.0)
    made.returns[90] *= 1 + jump
    sample, fits = both(made, (0, 0), model)
    q, p = scalar.joint_placebo(fits)
    answer = ask("joint_placebo", sample)
    assert answer.statistic == pytest.approx(q, rel=1e-10)
    assert answer.p_value == pytest.approx(p, rel=1e-12)
    assert answer.least == pytest.approx(1 / (made.estimation.length + 1), rel=1e-12)


# ---- permutations ----------------------------------------------------------------------------------------------------


def refitted(made: Panel, i: int, window: tuple[int, int], model: str) -> tuple[np.ndarray, np.ndarray]:
    """Residuals of the fit on estimation and window days together, and which of them are window days: brute force."""
    firm, day0 = made.instances[i]
    rows = np.r_[
        np.arange(day0 + made.estimation.start, day0 + made.estimation.end + 1),
        np.arange(day0 + window[0], day0 + window[1] + 1),
    ]
    inside = np.arange(len(rows)) >= made.estimation.length
    y = made.returns[rows, firm]
    seen = np.isfinite(y)
    x = np.column_stack([np.ones(len(rows)), made.market[rows]])[:, : MODELS[model]]
    if MODELS[model] == 0:
        return np.where(seen, y - made.market[rows], np.nan), inside
    b = np.linalg.lstsq(x[seen], y[seen], rcond=None)[0]
    return np.where(seen, y - x @ b, np.nan), inside


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("window", WINDOWS)
def test_residuals_refitted_under_the_null(model: str, window: tuple[int, int]) -> None:
    made = panel(21)
    returns = fitted(made.block(), model)
    sample = Sample.of(returns, Window(*window))
    columns = slice(window[0] + 5, window[1] + 6)
    found, inside = null_residuals(returns, sample.cumulated.used, columns)
    for i in range(returns.n):
        wanted, within = refitted(made, i, window, model)
        np.testing.assert_allclose(found[i], wanted, rtol=1e-9, atol=1e-13)
        assert (inside[i] == (within & np.isfinite(wanted))).all()


@pytest.mark.parametrize(("window", "exact"), [((0, 0), True), ((0, 1), False), ((-1, 1), False)])
def test_conformal_against_all_permutations(window: tuple[int, int], exact: bool) -> None:
    """Every choice of L among the days is enumerated; 9,999 draws must come within four standard errors of it."""
    made = made_up(np.random.default_rng(22), tuple((f, 52) for f in range(6)), missing=0.02, estimation=(-46, -11))
    returns = fitted(made.block())
    found = plugins.load("tests", "conformal").compute(returns, Window(*window), 0)
    checked = 0
    for i in np.flatnonzero(np.isfinite(found.p_value)):
        days, inside = refitted(made, int(i), window, "market")
        observed = abs(days[inside].sum())
        pool = days[np.isfinite(days)]
        sums = [abs(sum(choice)) for choice in itertools.combinations(pool.tolist(), int(inside.sum()))]
        p = sum(1 for s in sums if s >= observed * (1 - 1e-12)) / len(sums)
        error = 0.0 if exact else 4 * np.sqrt(p * (1 - p) / 9999) + 1e-4
        assert abs(found.p_value[i] - p) <= error + 1e-12
        own = days[inside].sum()
        signed = np.array([sum(choice) for choice in itertools.combinations(pool.tolist(), int(inside.sum()))])
        assert found.tails is not None
        for tail, side in zip(found.tails, (1, -1), strict=True):
            share = float((side * signed >= side * own - 1e-12 * abs(own)).mean())
            error = 0.0 if exact else 4 * np.sqrt(share * (1 - share) / 9999) + 1e-4
            assert abs(tail[i] - share) <= error + 1e-12
        checked += 1
    assert checked >= 4


def test_conformal_of_a_window_depends_on_the_seed_and_on_nothing_else() -> None:
    returns = fitted(panel(23).block())
    test = plugins.load("tests", "conformal")
    first, again, other = (test.compute(returns, Window(-1, 1), seed).p_value for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    alone = test.compute(returns.take(np.array([3])), Window(-1, 1), 0).p_value
    np.testing.assert_array_equal(alone, first[3:4])


@pytest.mark.parametrize("missing", [0.0, 0.05])
@pytest.mark.parametrize("on_one_grid", [True, False])
@pytest.mark.parametrize("absent", [(1,), (3,), (0, 6, 8), (2, 5, 7)], ids=str)
def test_tables_that_share_their_dates_with_others_go_by_their_own_pairs(
    absent: tuple[int, ...], on_one_grid: bool, missing: float
) -> None:
    """Of a date some firms are absent, or all, so that it goes; the other dates are those of all pairs."""
    made = panel(8, missing=missing)
    returns = fitted(made.block())
    fits = [scalar.fit(one) for one in scalar.instances_of(made, 2)]
    if on_one_grid:
        returns = replace(returns, row=np.unique([day0 for _, day0 in made.instances]))
    there = np.setdiff1d(np.arange(returns.n), absent)
    every, own = DateTables.of(returns), DateTables.of(returns.take(there))
    keys = DateTables.of(returns.take(np.array(absent))).keys
    found = replace(every.but(keys, own.among(keys)), days=own.days, row=own.row)
    assert found.keys.tolist() == own.keys.tolist()
    for window in [*WINDOWS[::-1], *WINDOWS]:  # the widest first: what is known of it is more than the next one asks
        wanted = scalar.mean_correlation_by_date([fits[i] for i in there], window)
        told = replace(found, means={}).mean_correlation(returns.event, Window(*window))
        assert told.mean == pytest.approx(wanted, rel=1e-11, abs=1e-14)
        assert sum_in_common(told) == pytest.approx(len(there) * (1 + (len(there) - 1) * wanted), rel=1e-11)
    for name in ("sums", "counts", "squares", "size"):
        np.testing.assert_array_equal(getattr(found, name)[:], getattr(own, name))
