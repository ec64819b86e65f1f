"""Rank sums by sorted keys against scipy's ranks: ties, values too close for the keys, values beyond them."""

from __future__ import annotations

import numpy as np
import pytest
from eventstudy import kernel
from scipy.stats import rankdata

RNG = np.random.default_rng(5)
CASES = {
    "no ties": RNG.normal(size=(40, 60)),
    "some ties": np.where(RNG.random((40, 60)) < 0.03, 0.25, RNG.normal(size=(40, 60))),
    "many ties": np.round(RNG.normal(size=(40, 60)), 1),
    "closer than the keys can tell": RNG.normal(size=(40, 60)) * 1e-7,
    "two that are close, the wrong way round": np.array([[0.5 + 2e-9, 0.1, 0.5 + 1e-9, -0.4]]),
    "two that are close, in order": np.array([[0.5 + 1e-9, 0.1, 0.5 + 2e-9, -0.4]]),
    "beyond the widest key": RNG.standard_t(1, size=(40, 60)) * 20,
    "a row ends as the next begins": np.array([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]]),
    "tied but for rounding": np.array([[1.0, 1.0 + 1e-15, -1.0, 0.3]]),
}


@pytest.mark.parametrize("event", [0, 2])
@pytest.mark.parametrize("case", CASES)
def test_sums_of_ranks_are_those_of_scipy(case: str, event: int) -> None:
    values = CASES[case]
    unit = kernel._key_unit(values.shape[1])
    left, right = np.split(values * unit, [values.shape[1] - event], axis=1)
    found = kernel._ranks(left.copy(), right if event else None, False, lambda rows: values[rows])
    np.testing.assert_allclose(found, rankdata(np.round(values, 12), axis=1).sum(axis=0), rtol=1e-13)


@pytest.mark.parametrize("lengths", [(1,), (2, 3, 6, 21), (1, 4, 5, 17, 41), (41,), (7, 60)])
def test_runs_are_counted_as_one_would_by_hand(lengths: tuple[int, ...]) -> None:
    values = np.round(RNG.normal(size=(9, 50)), 1)  # sums of zero are not above it
    expected = [
        sum(row[t : t + length].sum() > 1e-12 for row in values for t in range(50 - length + 1)) for length in lengths
    ]
    assert kernel._runs(values, lengths).tolist() == expected
