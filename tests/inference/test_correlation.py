"""Mean correlations of many pairs, judged by pandas (rulings 2 and 25)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from eventstudy.engine import correlation
from eventstudy.inference import Sample
from eventstudy.units.windows import Window

from tests.oracles.designs import fitted, made_up


def many(seed: int, pairs: int, last: int, missing: float, *, exact: bool = True) -> Sample:
    rng = np.random.default_rng(seed)
    days = np.sort(rng.integers(100, last, pairs))
    instances = tuple((i, int(d)) for i, d in enumerate(rng.permutation(days)))
    made = made_up(rng, instances, missing=missing, estimation=(-90, -11))
    for firm, day0 in instances[::9]:  # some have returns in half of the estimation window only
        made.returns[day0 - 90 : day0 - 52, firm] = np.nan
    for firm, day0 in instances[4::9]:
        made.returns[day0 - 48 : day0 - 10, firm] = np.nan
    return Sample.of(fitted(made.block()), Window(-5, 5), exact_correlation=exact)


def by_pandas(sample: Sample) -> float:
    """Pearson's r of each two series on their common days, at least 30; else the mean of the others."""
    returns = sample.returns
    columns, windows = [], []
    for i in range(returns.n):
        days = returns.sessions[returns.session_of[i]]
        columns.append(pd.Series(returns.residuals[i], days[:80].astype("datetime64[ns]")))
        windows.append(set(days[80:][sample.cumulated.used[i]].tolist()))
    r = pd.concat(columns, axis=1, sort=True).corr(min_periods=30).to_numpy()
    off = ~np.eye(returns.n, dtype=bool)
    r = np.where(np.isfinite(r), r, np.nanmean(r[off]))
    w = np.array([[len(a & b) / np.sqrt(len(a) * len(b)) for b in windows] for a in windows])
    return float((r * w)[off].mean())


@pytest.mark.parametrize(("seed", "last", "missing"), [(1, 160, 0.03), (2, 400, 0.0), (3, 102, 0.05), (4, 1500, 0.02)])
def test_two_hundred_pairs(seed: int, last: int, missing: float) -> None:
    sample = many(seed, 200, last, missing)
    wanted = by_pandas(sample)
    assert sample.correlation.mean == pytest.approx(wanted, rel=1e-9, abs=1e-13)
    assert sample.correlation.exact


@pytest.mark.parametrize("rows", [1, 3, 7])
def test_the_size_of_the_steps_does_not_matter(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = many(5, 40, 140, 0.03).correlation
    monkeypatch.setattr(correlation, "_ROWS", rows)
    parts = many(5, 40, 140, 0.03).correlation
    assert parts.mean == pytest.approx(whole.mean, rel=1e-11)
    assert parts.overlap == pytest.approx(whole.overlap, rel=1e-11)


def test_sums_by_date_are_near_the_exact_form() -> None:
    exact, tables = (many(6, 60, 130, 0.0, exact=exact).correlation for exact in (True, False))
    assert (exact.exact, tables.exact) == (True, False)
    assert tables.mean == pytest.approx(exact.mean, rel=0.05)
    assert tables.overlap == pytest.approx(exact.overlap, rel=1e-9)


def test_one_pair_has_no_correlation() -> None:
    sample = many(7, 1, 101, 0.0)
    assert (sample.correlation.mean, sample.correlation.overlap) == (0.0, 0.0)
