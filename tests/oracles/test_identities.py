"""What must hold by algebra, whatever the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.inference import Sample
from eventstudy.inference.joint import distance
from eventstudy.panel import EventBlock
from eventstudy.units.windows import Window
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.oracles.designs import ask, fitted, made_up, sampled, scaled

WINDOWS = [(0, 0), (-1, 1), (-5, 5)]
seeds = st.integers(0, 10_000)
windows = st.sampled_from(WINDOWS)
quick = settings(max_examples=12, deadline=None, derandomize=True)

SIGNED = [
    *(("patell", v) for v in ("default", "paper")),
    *(("bmp", v) for v in ("default", "paper")),
    *(("bmp_adjusted", v) for v in ("default", "paper")),
    ("patell_adjusted", "default"),
    ("cross_section_t", "default"),
    *(("cda", v) for v in ("default", "paper")),
    *(("corrado_rank", v) for v in ("default", "paper")),
    *(("grank_t", v) for v in ("default", "corr", "paper")),
    *(("generalized_sign", v) for v in ("default", "paper")),
]
STANDARDISED = [k for k in SIGNED if k[0] not in ("cross_section_t", "cda")]


def spread(seed: int) -> EventBlock:
    """Seven pairs, some of which share days; returns are missing."""
    pairs = ((0, 80), (1, 80), (2, 83), (3, 100), (0, 100), (4, 140), (5, 141))
    return made_up(np.random.default_rng(seed), pairs, missing=0.02).block()


def one_date(seed: int, firms: int = 6) -> EventBlock:
    return made_up(np.random.default_rng(seed), tuple((f, 80) for f in range(firms)), missing=0.0).block()


def statistics(sample: Sample, keys: list[tuple[str, str]] = SIGNED) -> np.ndarray:
    return np.array([ask(name, sample, variant).statistic for name, variant in keys])


def same(got: object, wanted: object) -> None:
    np.testing.assert_allclose(np.asarray(got), np.asarray(wanted), rtol=1e-8, atol=1e-10)


@quick
@given(seeds, windows, st.floats(0.25, 40))
def test_the_unit_of_returns_does_not_matter(seed: int, window: tuple[int, int], factor: float) -> None:
    block = spread(seed)
    before, after = sampled(block, window), sampled(scaled(block, factor), window)
    same(after.car, before.car * factor)
    same(statistics(after), statistics(before))


@quick
@given(seeds, windows)
def test_mirrored_returns_mirror_the_statistics(seed: int, window: tuple[int, int]) -> None:
    block = spread(seed)
    before, after = sampled(block, window), sampled(replace(block, returns=-block.returns), window)
    same(statistics(after), -statistics(before))


@quick
@given(seeds, windows)
def test_the_order_of_pairs_does_not_matter(seed: int, window: tuple[int, int]) -> None:
    block = spread(seed)
    order = np.random.default_rng(seed + 1).permutation(block.n_pairs)
    mixed = replace(block, returns=block.returns[order], design=block.design[order])
    same(statistics(sampled(mixed, window)), statistics(sampled(block, window)))


@quick
@given(seeds, windows, st.floats(-0.05, 0.05))
def test_a_constant_in_the_market_goes_into_alpha(seed: int, window: tuple[int, int], constant: float) -> None:
    block = spread(seed)
    moved = replace(block, regressors=block.regressors + constant)
    before, after = sampled(block, window), sampled(moved, window)
    same(after.car, before.car)
    same(after.cumulated.se, before.cumulated.se)
    same(statistics(after), statistics(before))


@quick
@given(seeds, windows)
def test_standardised_tests_do_not_see_the_scale_of_single_firms(seed: int, window: tuple[int, int]) -> None:
    block = spread(seed)
    factor = np.random.default_rng(seed).uniform(0.2, 5, (block.n_pairs, 1))
    before, after = sampled(block, window), sampled(replace(block, returns=block.returns * factor), window)
    same(statistics(after, STANDARDISED), statistics(before, STANDARDISED))


@quick
@given(seeds, windows)
def test_portfolio_is_the_mean_of_the_firms(seed: int, window: tuple[int, int]) -> None:
    sample = sampled(one_date(seed), window)
    assert sample.portfolio is not None
    same(sample.portfolio.ar[0], sample.returns.ar.mean(axis=0))
    answer = ask("portfolio_t", sample)
    sigma = np.sqrt((sample.returns.residuals.mean(axis=0) ** 2).sum() / 58)
    same(answer.statistic, sample.caar / (sigma * np.sqrt(sample.cumulated.unit[0])))
    assert answer.df == 58


@quick
@given(seeds, windows, st.sampled_from(["market", "constant_mean", "market_adjusted"]))
def test_crude_dependence_adjustment_is_the_portfolio_t_on_one_date(
    seed: int, window: tuple[int, int], model: str
) -> None:
    sample = sampled(one_date(seed), window, model)
    cda, portfolio = ask("cda", sample), ask("portfolio_t", sample)
    same(cda.statistic, portfolio.statistic)
    same(cda.p_value, portfolio.p_value)
    assert cda.df == portfolio.df
    assert cda.se == pytest.approx(portfolio.se, rel=1e-9)


@quick
@given(seeds, windows)
def test_distance_of_one_firm_is_its_squared_t(seed: int, window: tuple[int, int]) -> None:
    sample = sampled(one_date(seed, firms=1), window)
    same(distance(sample)[0], sample.scar[0] ** 2)


@quick
@given(seeds, windows)
def test_rank_tests_are_two_sample_t_tests_of_the_mean_ranks(seed: int, window: tuple[int, int]) -> None:
    """With nothing missing: event days against all other days, equal variances, scipy's ranks and scipy's t."""
    sample = sampled(one_date(seed), window)
    returns = sample.returns

    def mean_ranks(values: np.ndarray) -> np.ndarray:
        return np.asarray(stats.rankdata(values, axis=1).mean(axis=0))

    days = mean_ranks(np.hstack([returns.residuals, returns.ar]))
    inside = np.zeros(len(days), dtype=bool)
    inside[60 + window[0] + 5 : 60 + window[1] + 6] = True
    wanted = stats.ttest_ind(days[inside], days[~inside])
    answer = ask("corrado_rank", sample)
    same([answer.statistic, answer.p_value], [wanted.statistic, wanted.pvalue])

    squeezed = sample.scar / sample.scar.std(ddof=1)
    days = mean_ranks(np.hstack([returns.standardised, squeezed[:, None]]))
    wanted = stats.ttest_ind(days[-1:], days[:-1])
    answer = ask("grank_t", sample, "paper")
    same([answer.statistic, answer.p_value], [wanted.statistic, wanted.pvalue])


@quick
@given(seeds)
def test_correlation_on_one_date_is_the_mean_off_the_diagonal(seed: int) -> None:
    for window in WINDOWS:
        sample = sampled(one_date(seed), window)
        rho = np.asarray(np.corrcoef(sample.returns.residuals))
        same(sample.correlation.mean, rho[~np.eye(6, dtype=bool)].mean())
        assert sample.correlation.overlap == pytest.approx(1, abs=1e-12)


@quick
@given(seeds, windows)
def test_series_do_not_depend_on_their_neighbours(seed: int, window: tuple[int, int]) -> None:
    """A pair has the same answers alone as in a block."""
    block = spread(seed)
    one = replace(block, returns=block.returns[3:4], design=block.design[3:4])
    whole, alone = fitted(block), fitted(one)
    for name in ("exact_t", "sample_quantile", "conformal"):
        if name != "sample_quantile" or window == (0, 0):
            test = plugins.load("tests", name)
            same(test.compute(alone, Window(*window), 0).p_value[0], test.compute(whole, Window(*window), 0).p_value[3])
