"""CARs on characteristics, held against statsmodels, closed forms and portfolios by hand (METHODS 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy import plugins
from eventstudy.analyses.comparison import compare
from eventstudy.analyses.regression import Regression, regress
from eventstudy.engine.correlation import InCommon
from eventstudy.errors import InvalidFile, InvalidRequest, NothingUsable
from eventstudy.inference.clusters import by_clusters
from eventstudy.inference.parametric import proportional
from eventstudy.panel import Floats
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import p_text
from eventstudy.study.study import EventStudy
from eventstudy.units.windows import Window
from scipy import stats

from tests.worlds import closes, jumped, long

N, DAYS = 24, 420
SESSIONS = pd.bdate_range("2020-01-01", periods=DAYS)
NAMES = [f"F{i:02d}" for i in range(N)]


def prices(seed: int = 1) -> pd.DataFrame:
    return closes(seed, NAMES, SESSIONS, sigma=(0.01, 0.025), common=0.5)


def table(seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "ticker": NAMES,
            "size": rng.normal(size=N).astype(str),
            "debt": rng.uniform(size=N).astype(str),
            "sector": [f"s{i % 5}" for i in range(N)],
            "date": "2020-06-30",
        }
    )


def study(dates: str, holes: dict[str, int] | None = None) -> StudyResult:
    """Events on one date, on dates of their own, or three pairs a date."""
    place = place_of(dates)
    given = prices()
    for name, row in (holes or {}).items():
        given.loc[SESSIONS[row], name] = np.nan
    events = pd.DataFrame({"ticker": NAMES, "date": [SESSIONS[p].date() for p in place]})
    events["event_id"] = [f"e{p}" for p in place]
    made = EventStudy(benchmark="MKT", calendar=None, estimation_window=(-200, -11), event_window=(-2, 2))
    return made.run(events, given)


def z_of(on: tuple[str, ...] = ("size", "debt")) -> Floats:
    return np.column_stack([np.ones(N), *(table()[c].astype(float) for c in on)])


def values(found: Regression, name: str) -> Floats:
    return np.array([getattr(c, name) for c in found.coefficients])


@pytest.mark.parametrize("window", [(0, 0), (-1, 1)])
def test_distinct_dates_are_least_squares_with_hc3(window: tuple[int, int]) -> None:
    result = study("own dates")
    found = regress(result, table(), ["size", "debt"], window=window)
    car = result.windows().query("start == @window[0] and end == @window[1]")["car"].to_numpy()
    z = z_of()
    inverse = np.linalg.inv(z.T @ z)
    rest = car - z @ (inverse @ z.T @ car)
    leverage = np.einsum("ij,jk,ik->i", z, inverse, z)
    by_hand = inverse @ (z.T @ (z * (rest**2 / (1 - leverage) ** 2)[:, None])) @ inverse
    assert (found.covariance, found.df) == ("HC3", N - 3)
    np.testing.assert_allclose(values(found, "value"), inverse @ z.T @ car, rtol=1e-9)
    np.testing.assert_allclose(values(found, "se"), np.sqrt(np.diag(by_hand)), rtol=1e-9)
    np.testing.assert_allclose(values(found, "p"), 2 * stats.t.sf(np.abs(values(found, "t")), N - 3), rtol=1e-9)
    half = stats.t.ppf(0.975, N - 3) * values(found, "se")
    np.testing.assert_allclose(values(found, "high") - values(found, "value"), half, rtol=1e-9)
    assert all(f" {value:+.5g} " in found.text() for value in inverse @ z.T @ car)
    assert found.r_squared == pytest.approx(1 - (rest**2).sum() / ((car - car.mean()) ** 2).sum(), rel=1e-9)


def test_precision_weights() -> None:
    result = study("own dates")
    found = regress(result, table(), ["size"], weights="precision")
    firm = result.firm_answers[Window(0, 0)].found
    fit = sm.WLS(firm.car, z_of(("size",)), weights=1 / firm.se**2).fit(cov_type="HC3", use_t=True)
    np.testing.assert_allclose(values(found, "value"), fit.params, rtol=1e-9)
    np.testing.assert_allclose(values(found, "se"), fit.bse, rtol=1e-9)


def test_random_effects_without_characteristics_are_dersimonian_and_laird() -> None:
    """With a constant alone the variance of true effects has its textbook form."""
    result = study("own dates")
    firm = result.firm_answers[Window(0, 0)].found
    from eventstudy.analyses.regression import _between

    w = 1 / firm.se**2
    mean = (w * firm.car).sum() / w.sum()
    q = (w * (firm.car - mean) ** 2).sum()
    tau2 = max(0.0, (q - (N - 1)) / (w.sum() - (w**2).sum() / w.sum()))
    assert _between(firm.car, np.ones((N, 1)), firm.se**2) == pytest.approx(np.sqrt(tau2), rel=1e-9, abs=1e-12)
    wide = firm.car * 4
    q = (w * (wide - 4 * mean) ** 2).sum()
    tau2 = (q - (N - 1)) / (w.sum() - (w**2).sum() / w.sum())
    assert tau2 > 0
    assert _between(wide, np.ones((N, 1)), firm.se**2) == pytest.approx(np.sqrt(tau2), rel=1e-9)


def clustered(car: Floats, z: Floats, codes: np.ndarray, *, scale: bool = True) -> Floats:
    """CR1 by hand."""
    inverse = np.linalg.inv(z.T @ z)
    rest = car - z @ (inverse @ z.T @ car)
    scores = np.array([z[codes == g].T @ rest[codes == g] for g in np.unique(codes)])
    g, n, p = len(scores), len(car), z.shape[1]
    return np.asarray(inverse @ (scores.T @ scores) @ inverse * (g / (g - 1) * (n - 1) / (n - p) if scale else 1.0))


def place_of(dates: str) -> np.ndarray:
    """The row of each pair's day 0."""
    apart, pairs = {
        "one date": (0, 1),
        "own dates": (5, 1),
        "shared dates": (5, 3),
        "four dates": (10, 6),
        "a chain": (2, 1),
    }[dates]
    return 280 + apart * (np.arange(N) // pairs)


def in_common(dates: str, window: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
    """CARs, their standard errors, and the correlations of their errors, a regression and two series at a time."""
    returns, place = prices().pct_change(), place_of(dates)
    market, length = returns["MKT"].to_numpy(), window[1] - window[0] + 1
    car, se, rest = np.empty(N), np.empty(N), np.full((N, DAYS), np.nan)
    for i, name in enumerate(NAMES):
        y, at = returns[name].to_numpy(), slice(place[i] - 200, place[i] - 10)
        fit = sm.OLS(y[at], sm.add_constant(market[at])).fit()
        rest[i, at] = fit.resid
        days = slice(place[i] + window[0], place[i] + window[1] + 1)
        ahead = np.column_stack([np.ones(length), market[days]])
        ones = np.ones(length)
        car[i] = (y[days] - ahead @ fit.params).sum()
        se[i] = np.sqrt(fit.mse_resid * (length + ones @ ahead @ fit.normalized_cov_params @ ahead.T @ ones))
    p = np.eye(N)
    for i in range(N):
        for j in range(i):
            shared = max(0, length - abs(int(place[i]) - int(place[j])))
            both = np.isfinite(rest[i]) & np.isfinite(rest[j])
            p[i, j] = p[j, i] = shared / length * np.corrcoef(rest[i][both], rest[j][both])[0, 1] if shared else 0.0
    return car, se, p


@pytest.mark.parametrize(("dates", "window"), [("four dates", (0, 0)), ("four dates", (-2, 2)), ("a chain", (-2, 2))])
def test_errors_of_windows_that_share_days_have_the_correlations_of_the_estimation_days(
    dates: str, window: tuple[int, int]
) -> None:
    """Of too few clusters, by whole matrices; distinct dates whose windows overlap are no independent draws either."""
    result, (car, s, p) = study(dates), in_common(dates, window)
    found, z = regress(result, table(), ["size", "debt"], window=window), z_of()
    a = np.linalg.solve(z.T @ z, z.T)
    x, root = z / s[:, None], np.diag(s)
    q = np.eye(N) - x @ np.linalg.inv(x.T @ x) @ x.T
    spread = (car / s) @ q @ (car / s) / np.trace(q @ p)
    df = np.trace(q @ p) ** 2 / np.trace(q @ p @ q @ p)
    se = np.sqrt(spread * np.diag(a @ root @ p @ root @ a.T))
    np.testing.assert_allclose(values(found, "value"), a @ car, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(values(found, "se"), se, rtol=1e-8)
    assert found.df == pytest.approx(df, rel=1e-8)
    assert df < N - 3
    np.testing.assert_allclose(values(found, "p"), 2 * stats.t.sf(np.abs(a @ car) / se, df), rtol=1e-7)
    assert "correlations of the estimation days" in found.covariance
    assert "correlations" in found.text()
    assert f"days: {4 if dates == 'four dates' else 1}, and 5 are needed" in " ".join(found.text().split())


def test_on_a_constant_of_alike_pairs_it_is_the_correlation_adjusted_t() -> None:
    """Kolari and Pynnonen's: mean / (sd / sqrt N) times sqrt((1 - r) / (1 + (N - 1) r))."""
    n, r, rng = 12, 0.3, np.random.default_rng(3)
    car = rng.normal(0.01, 0.02, n)
    common = InCommon.of_matrix(np.where(np.eye(n) > 0, 1.0, r), np.zeros(n, dtype=np.int64))
    found = proportional(np.ones((n, 1)), car, np.ones(n), np.full(n, 0.02), common).of(0)
    t = car.mean() / (car.std(ddof=1) / np.sqrt(n)) * np.sqrt((1 - r) / (1 + (n - 1) * r))
    assert found.statistic == pytest.approx(t)
    assert found.df == pytest.approx(n - 1)


def test_with_weights_and_where_little_is_left_of_a_sum() -> None:
    """Weighted least squares by whole matrices; a sum that varies by next to nothing has a thousandth of its parts."""
    n, rng = 9, np.random.default_rng(4)
    z, car, s, w = (
        np.column_stack([np.ones(n), rng.normal(size=n)]),
        rng.normal(size=n),
        rng.uniform(1, 3, n),
        rng.uniform(1, 5, n),
    )
    p = np.where(np.eye(n) > 0, 1.0, 0.2)
    q = np.eye(n) - (z / s[:, None]) @ np.linalg.pinv(z / s[:, None])
    a = np.linalg.inv(z.T @ np.diag(w) @ z) @ z.T @ np.diag(w)
    spread = (car / s) @ q @ (car / s) / np.trace(q @ p)
    found = proportional(z, car, w, s, InCommon.of_matrix(p, np.zeros(n, dtype=np.int64)))
    np.testing.assert_allclose(found.beta, a @ car)
    np.testing.assert_allclose(found.covariance, spread * a @ np.diag(s) @ p @ np.diag(s) @ a.T)
    flat = np.where(np.eye(n) > 0, 1.0, -1 / (n - 1))
    none = proportional(
        np.ones((n, 1)), car, np.ones(n), np.full(n, 2.0), InCommon.of_matrix(flat, np.zeros(n, dtype=np.int64))
    )
    own = np.trace((np.eye(n) - 1 / n) @ flat)
    assert none.covariance[0, 0] == pytest.approx(1e-3 * ((car - car.mean()) ** 2).sum() / own / n)


def test_clusters_that_are_named_have_cr2_and_degrees_of_freedom_of_their_own() -> None:
    """By whole matrices: (I - H_gg)^(-1/2) of each cluster, and tr(G)² / tr(G²) (Bell and McCaffrey 2002)."""
    found = regress(study("shared dates"), table(), ["size", "debt"], cluster="date")
    car, z, codes = study("shared dates").firm_answers[Window(0, 0)].found.car, z_of(), np.arange(N) // 3
    inverse = np.linalg.inv(z.T @ z)
    h = z @ inverse @ z.T
    rest = car - h @ car
    for k, c in enumerate(found.coefficients):
        columns, variance = [], 0.0
        for g in range(8):
            at = codes == g
            size, vectors = np.linalg.eigh(np.eye(3) - h[np.ix_(at, at)])
            load = vectors @ np.diag(size**-0.5) @ vectors.T @ z[at] @ inverse[:, k]
            variance += (load @ rest[at]) ** 2
            columns.append((np.eye(N) - h)[:, at] @ load)
        gram = np.array(columns) @ np.array(columns).T
        df = np.trace(gram) ** 2 / (gram**2).sum()
        assert c.se == pytest.approx(np.sqrt(variance))
        assert c.df == pytest.approx(df)
        assert c.p == pytest.approx(2 * stats.t.sf(abs(c.value) / c.se, df))
        assert c.df < 7
    assert found.covariance == "clusters of date (CR2)"
    by_days = regress(study("shared dates"), table(), ["size", "debt"])  # eight dates, and no window reaches another
    assert by_days.coefficients == found.coefficients
    assert by_days.covariance == "clusters of windows that share days (CR2)"
    assert found.df == min(c.df for c in found.coefficients)


def test_a_coefficient_that_rests_on_one_cluster_has_no_test() -> None:
    """Its residuals there are none in the direction that matters: its standard error would be far too small."""
    only = table().assign(first=["1" if i < 3 else "0" for i in range(N)])
    found = regress(study("shared dates"), only, ["first", "size"], cluster="date")
    assert [c.test for c in found.coefficients] == ["t", "", "t"]
    assert "no test is valid for first" in found.sentence
    assert "nan" not in found.text()
    alone = regress(study("shared dates"), only.assign(all="one"), ["size"], cluster="all")
    assert alone.sentence == f"CAR[0, 0] of {N} pairs: no test is valid for size."
    assert "degrees of freedom" not in alone.text()
    own = {n: regress(study("own dates"), only.assign(first=["1"] * n + ["0"] * (N - n)), ["first"]) for n in (1, 2, 3)}
    for n in (1, 2):  # HC3 of two pairs rejects twice as many true nulls as it should
        assert own[n].sentence == f"CAR[0, 0] of {N} pairs: no test is valid for first."
    assert "no test" not in own[3].sentence


def test_two_ways_of_clusters() -> None:
    result = study("shared dates")
    found = regress(result, table(), ["size"], cluster=["date", "sector"])
    car, z = result.firm_answers[Window(0, 0)].found.car, z_of(("size",))
    date, sector = np.arange(N) // 3, np.arange(N) % 5
    both = clustered(car, z, date) + clustered(car, z, sector) - clustered(car, z, date * 10 + sector)
    np.testing.assert_allclose(values(found, "se"), np.sqrt(np.diag(both)), rtol=1e-9)
    assert found.df == 4
    assert "FEW_CLUSTERS" in {w.code for w in found.warned}


@pytest.mark.parametrize("window", [(0, 0), (-2, 2)])
def test_on_one_date_each_coefficient_is_a_portfolio(window: tuple[int, int]) -> None:
    """The portfolio with weights (Z'Z)⁻¹Z', regressed on the market by itself, has the coefficient for its CAR."""
    result = study("one date")
    found = regress(result, table(), ["size", "debt"], window=window)
    z = z_of()
    weights = np.linalg.solve(z.T @ z, z.T)
    returns = prices().pct_change()
    own, market = returns[NAMES].to_numpy() @ weights.T, returns["MKT"].to_numpy()
    estimation, event = slice(80, 270), slice(280 + window[0], 280 + window[1] + 1)
    for j, c in enumerate(found.coefficients):
        fit = sm.OLS(own[estimation, j], sm.add_constant(market[estimation])).fit()
        ahead = sm.add_constant(market[event], has_constant="add")
        length = window[1] - window[0] + 1
        ones = np.ones(length)
        unit = length + ones @ ahead @ fit.normalized_cov_params @ ahead.T @ ones
        car = (own[event, j] - ahead @ fit.params).sum()
        assert c.value == pytest.approx(car, rel=1e-8, abs=1e-12)
        assert c.se == pytest.approx(np.sqrt(fit.mse_resid * unit), rel=1e-8)
        assert c.p_t == pytest.approx(2 * stats.t.sf(abs(car) / c.se, 188), rel=1e-7)
        assert (c.test, c.p) == ("placebo", c.rank_p)
        assert (c.low <= 0 <= c.high) == (c.p > 0.05)
    assert found.df == 188
    assert "Sefcik" in found.method


def test_the_intercept_alone_would_be_the_portfolio_of_all() -> None:
    """With characteristics that sum to zero the intercept is the equal-weighted portfolio."""
    result = study("one date")
    even = table().assign(size=[str((-1.0) ** i) for i in range(N)])
    found = regress(result, even, ["size"])
    answer = result.test("portfolio_t", (0, 0))
    assert found.coefficients[0].t == pytest.approx(answer.statistic, rel=1e-9)
    ranks = plugins.load("tests", "sample_quantile")
    sample = result.sample(Window(0, 0))
    assert sample.portfolio is not None
    assert found.coefficients[0].rank_p == ranks.compute(sample.portfolio, Window(0, 0), 0).p_value[0]


def of_volume(order: list[int], dates: str = "one date") -> StudyResult:
    """Firms whose volumes hang together from day to day, some of them more than others."""
    rng, place = np.random.default_rng(8), place_of(dates)
    logs = rng.normal(0, 0.4, (DAYS, N))
    for t in range(1, DAYS):
        logs[t, ::2] = 0.8 * logs[t - 1, ::2] + 0.6 * logs[t, ::2]
    volume = pd.DataFrame(np.round(1e6 * np.exp(logs)), index=SESSIONS, columns=NAMES).assign(MKT=1e6)
    given = long(prices(), volume={name: volume[name] for name in [*NAMES, "MKT"]})
    events = pd.DataFrame({"ticker": NAMES, "date": [SESSIONS[p].date() for p in place]}).iloc[order]
    made = EventStudy(
        benchmark="MKT", calendar=None, estimation_window=(-200, -11), event_window=(-2, 2), outcome="volume"
    )
    return made.run(events, given)


def test_of_volume_each_portfolio_has_an_autocorrelation_of_its_own_and_two_sides() -> None:
    """With characteristics that sum to zero the intercept is the portfolio of all, whoever stands first in the list."""
    even = table().assign(size=[str((-1.0) ** (i // 2)) for i in range(N)])
    straight, turned = of_volume(list(range(N))), of_volume([*range(1, N), 0])
    one, other = (regress(result, even, ["size"], window=(-2, 2)) for result in (straight, turned))
    for name in ("value", "se", "p", "low", "high"):
        np.testing.assert_allclose(values(one, name), values(other, name), rtol=1e-9)
    whole = straight.test("portfolio_t", (-2, 2))
    assert one.coefficients[0].t == pytest.approx(whole.statistic, rel=1e-9)
    for c in one.coefficients:
        assert (c.test, c.rank_p) == ("exact_t", None)
        assert c.p == pytest.approx(2 * stats.t.sf(abs(c.t), c.df))
        assert (c.low <= 0 <= c.high) == (c.p > 0.05)
    assert "p and interval: exact t of the portfolio" in one.text()
    assert "ordinary days" not in one.text()


def test_weights_are_left_aside_on_one_date_and_that_is_said() -> None:
    plain, weighted = (regress(study("one date"), table(), ["size"], weights=w) for w in ("equal", "precision"))
    assert plain.coefficients == weighted.coefficients
    assert "ONE_DATE" in {w.code for w in weighted.warned}


def test_a_characteristic_from_day_0_on_is_left_out() -> None:
    late = table()
    late.loc[3, "date"] = str(SESSIONS[280].date())
    late.loc[4, "size"] = ""
    found = regress(study("one date"), late.drop(index=5), ["size"])
    assert {e.ticker for e in found.excluded} == {"F03", "F04", "F05"}
    assert found.n == N - 3
    assert "dated" in next(e.message for e in found.excluded if e.ticker == "F03")


def test_undated_characteristics_are_said() -> None:
    found = regress(study("one date"), table().drop(columns="date"), ["size", "debt"])
    assert {"UNDATED", "FEW_PAIRS"} <= {w.code for w in found.warned}


def test_a_pair_with_a_gap_in_the_window_is_left_out() -> None:
    found = regress(study("one date", {"F07": 281}), table(), ["size"], window=(0, 1))
    assert [(e.ticker, e.reason) for e in found.excluded] == [("F07", "WINDOW_INCOMPLETE")]


@pytest.mark.parametrize(
    ("change", "on", "error", "words"),
    [
        ({}, ["lever"], InvalidFile, "no column 'lever'"),
        ({"size": "big"}, ["size"], InvalidFile, "'big' is not a number"),
        ({"size": "inf"}, ["size"], InvalidFile, "'inf' is not a number"),
        ({"date": "last year"}, ["size"], InvalidFile, "not a date"),
        ({"size": "1"}, ["debt", "size"], NothingUsable, "^size: the same for all 24 pairs"),
        (
            {"size": [str(2 * i) for i in range(N)], "debt": [str(i + 1) for i in range(N)]},
            ["debt", "size"],
            NothingUsable,
            "size follows from debt",
        ),
        ({"size": ["1", "2", "4", *[""] * (N - 3)]}, ["size"], NothingUsable, "3 pairs .* too few for 2 coef"),
        ({}, [], InvalidRequest, "name the characteristics"),
        ({}, ["size", "size"], InvalidRequest, "each once"),
        ({"ticker": "F00"}, ["size"], InvalidFile, "twice"),
    ],
)
def test_what_cannot_be_meant(change: dict[str, Any], on: list[str], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        regress(study("one date"), table().assign(**change), on)


@pytest.mark.parametrize("dates", ["one date", "own dates", "shared dates", "four dates"])
def test_units_of_characteristics_are_nobody_s_business(dates: str) -> None:
    """Capitalisations in dollars beside returns on assets: the figures are those of trillions, to the last digits."""
    known = table()
    dear = known.assign(
        size=[repr(3e12 + 2.0**40 * float(v)) for v in known["size"]],
        debt=[repr(0.01 * float(v)) for v in known["debt"]],
    )
    small = dear.assign(size=[repr(float(v) / 2.0**40) for v in dear["size"]])
    one, other = (regress(study(dates), given, ["size", "debt"]) for given in (dear, small))
    unit = np.array([1.0, 2.0**40, 1.0])
    for name in ("value", "se", "low", "high"):
        np.testing.assert_allclose(values(one, name) * unit, values(other, name), rtol=1e-9)
    for name in ("p", "p_t", "df"):
        np.testing.assert_allclose(values(one, name), values(other, name), rtol=1e-9)
    assert one.r_squared == pytest.approx(other.r_squared)


def test_p_by_holm_stand_beside_those_of_one() -> None:
    """What the sentence goes by is in the table: a small p beside a sentence that nothing stands out is a riddle."""
    found = regress(study("own dates"), table(), ["size", "debt"])
    size = found.coefficients[1]
    row = next(line.split() for line in found.text().splitlines() if line.split()[:1] == ["size"])
    assert row[-3:-1] == [p_text(size.p), p_text(size.p_adjusted)]
    assert "adj." not in regress(study("own dates"), table(), ["size"]).text()


def test_json_and_table_hold_the_same() -> None:
    found = regress(study("own dates"), table(), ["size"])
    told: list[dict[str, Any]] = found.to_dict()["coefficients"]
    assert [c["value"] for c in told] == found.tidy()["value"].tolist()
    assert found.sentence == found.to_dict()["sentence"]


# ---- categories -------------------------------------------------------------------------------------------------------

KINDS = np.array(["bank"] * 7 + ["tech"] * 10 + ["oil"] * 7)


def kinds() -> pd.DataFrame:
    return table().assign(kind=KINDS)


def dummies_of(*levels: str) -> Floats:
    return np.column_stack([np.ones(N), table()["size"].astype(float), *(level == KINDS for level in levels)]).astype(
        float
    )


@pytest.mark.parametrize("dates", ["own dates", "shared dates"])
def test_a_category_is_dummies_and_one_wald_test(dates: str) -> None:
    result = study(dates)
    found = regress(result, kinds(), ["size", "C(kind)"])
    car, z = result.firm_answers[Window(0, 0)].found.car, dummies_of("bank", "oil")
    fit = sm.OLS(car, z).fit(use_t=True, cov_type="HC3")
    covariance, df = fit.cov_params(), N - 4.0
    if dates == "shared dates":
        made = by_clusters(z, car, np.arange(N) // 3, np.ones(N))
        covariance, df = made.covariance, min(made.df[2:]) - 1  # Hotelling's
    assert [c.name for c in found.coefficients] == ["intercept", "size", "kind: bank", "kind: oil"]
    np.testing.assert_allclose(values(found, "value"), fit.params, rtol=1e-9)
    np.testing.assert_allclose(values(found, "se"), np.sqrt(np.diag(covariance)), rtol=1e-8)
    [category] = found.categories
    b = values(found, "value")[2:]
    f = b @ np.linalg.solve(covariance[2:, 2:], b) / 2 * (df / (df + 1) if dates == "shared dates" else 1)
    assert category.base == "tech"
    assert category.df == pytest.approx((2.0, df))
    assert (category.f, category.p) == pytest.approx((f, stats.f.sf(f, 2, df)))
    assert "differences from tech" in found.text()


def test_a_category_of_two_levels_is_one_dummy() -> None:
    two = table().assign(kind=["oil" if i < 9 else "tech" for i in range(N)])
    found = regress(study("own dates"), two, "C(kind)")
    car = study("own dates").firm_answers[Window(0, 0)].found.car
    assert [c.name for c in found.coefficients] == ["intercept", "kind: oil"]
    np.testing.assert_allclose(values(found, "value"), [car[9:].mean(), car[:9].mean() - car[9:].mean()], rtol=1e-9)
    with pytest.raises(InvalidRequest, match="all pairs are of one level of kind"):
        regress(study("own dates"), two.assign(kind="oil"), "C(kind)")


def test_on_one_date_a_category_is_portfolios_and_hotelling() -> None:
    """The portfolios' residuals by hand; whichever level is the base, the test of all is the same."""
    result = study("one date")
    found = regress(result, kinds(), ["size", "C(kind)"])
    returns = prices().pct_change().to_numpy()[80:270]
    market = np.column_stack([np.ones(len(returns)), returns[:, -1]])
    answers = []
    for others in (("bank", "oil"), ("tech", "oil")):
        z = dummies_of(*others)
        weights = np.linalg.solve(z.T @ z, z.T)[2:]
        series = returns[:, :N] @ weights.T
        rest = series - market @ np.linalg.lstsq(market, series, rcond=None)[0]
        v = len(rest) - 2
        ahead = np.array([1.0, prices().pct_change()["MKT"].iloc[280]])
        c = 1 + ahead @ np.linalg.inv(market.T @ market) @ ahead
        b = weights @ result.firm_answers[Window(0, 0)].found.car
        q = b @ np.linalg.solve(rest.T @ rest / v * c, b)
        f = q * (v - 1) / (2 * v)
        answers.append((f, stats.f.sf(f, 2, v - 1)))
    [category] = found.categories
    assert (category.f, category.p) == pytest.approx(answers[0])
    assert answers[0] == pytest.approx(answers[1])


def test_in_a_storm_the_place_among_ordinary_days_speaks() -> None:
    """Days three times as wild around one date: exact t and F take their variance for unchanged, and are not believed."""
    wild = prices().pct_change().fillna(0.0)
    wild.iloc[270:296] = wild.iloc[270:296] * 3
    events = pd.DataFrame({"ticker": NAMES, "date": SESSIONS[280].date(), "event_id": "one"})
    made = EventStudy(benchmark="MKT", calendar=None, estimation_window=(-200, -11), event_window=(-2, 2))
    result = made.run(events, 100 * (1 + wild).cumprod())
    found = regress(result, kinds(), ["size", "C(kind)"])
    calm = regress(study("one date"), kinds(), ["size", "C(kind)"])
    assert "VOLATILITY_REGIME" in {w.code for w in found.warned}
    assert "VOLATILITY_REGIME" not in {w.code for w in calm.warned}
    t, rank = values(found, "p_t"), values(found, "p")
    assert (rank > t).all()
    assert (t < 0.05).any()
    assert ("goes with" in found.sentence) == any(c.p_adjusted < 0.05 for c in found.coefficients[1:])
    assert ((values(found, "low") <= 0) & (values(found, "high") >= 0) == (rank > 0.05)).all()
    [category] = found.categories
    assert "moved" in category.reason
    assert not calm.categories[0].reason
    assert "; not valid: days near the event moved" in " ".join(found.text().split())
    assert " (<.001)" in found.text() or any(f"({p_text(p)})" in found.text() for p in t)


def test_several_characteristics_are_judged_together() -> None:
    """By Holm over the characteristics: the smallest of three p counts three times."""
    rng = np.random.default_rng(5)
    three = table().assign(noise=rng.normal(size=N).astype(str))
    found = regress(study("own dates"), three, ["size", "debt", "noise"])
    p = values(found, "p")[1:]
    order = np.argsort(p)
    by_hand = np.empty(3)
    by_hand[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * [3, 2, 1]))
    np.testing.assert_allclose(values(found, "p_adjusted")[1:], by_hand)
    assert np.isnan(found.coefficients[0].p_adjusted)


def test_levels_of_few_firms_are_refused() -> None:
    result = study("own dates")
    with pytest.raises(InvalidRequest, match=r"levels of sector with fewer than 5 pairs: s4 \(4\)"):
        regress(result, table(), ["C(sector)"])
    with pytest.raises(InvalidRequest, match="one level"):
        regress(result, table().assign(kind="a"), ["C(kind)"])
    blank = kinds()
    blank.loc[3, "kind"] = ""
    lost = regress(result, blank, ["C(kind)"]).excluded
    assert [(e.ticker, e.reason) for e in lost] == [("F03", "NO_CHARACTERISTICS")]


def test_a_study_of_volatility_has_no_coefficients_of_returns() -> None:
    """Its CARs are those of a study of returns: their differences answer another question."""
    made = EventStudy(
        benchmark="MKT", calendar=None, estimation_window=(-200, -11), event_window=(-2, 2), outcome="volatility"
    )
    events = pd.DataFrame({"ticker": NAMES, "date": SESSIONS[280].date()})
    result = made.run(events, prices())
    with pytest.raises(InvalidRequest, match="is of returns, and this is a study of volatility"):
        regress(result, table(), ["size"])
    with pytest.raises(InvalidRequest, match="a comparison of kinds of events is of returns"):
        compare(result, "sector", characteristics=table())


@pytest.mark.parametrize("dates", ["one date", "shared dates"])
def test_a_pair_in_doubt_counts_in_no_coefficient_and_in_no_kind(dates: str) -> None:
    """A close a hundredfold on day 0: the figures are those of the others, which is said.

    They are a finding where that pair would change none of their verdicts: on one date it makes a characteristic stand out.
    """
    place = place_of(dates)
    given = jumped(prices(), int(place[0]), {"F00": 99})
    given.loc[SESSIONS[place[0] + 1] :, "F00"] /= 100
    events = pd.DataFrame({"ticker": NAMES, "date": [SESSIONS[p].date() for p in place]})
    made = EventStudy(benchmark="MKT", calendar=None, estimation_window=(-200, -11), event_window=(-2, 2))
    result, others = made.run(events, given), made.run(events.iloc[1:], prices())
    found, clean = (regress(one, table(), ["size", "debt"]) for one in (result, others))
    for name in ("value", "se", "p", "df"):
        np.testing.assert_allclose(values(found, name), values(clean, name), rtol=1e-9)
    said = f"Counted together are {N - 1} of {N} pairs; without F00, in doubt."
    assert (found.n, found.without[-1], clean.without) == (N - 1, said, ())
    assert said in found.text()
    assert found.believable == (dates != "one date")
    if dates == "one date":
        assert found.sentence.startswith(f"No finding for the CARs of {N} pairs")
        assert found.doubts[0].startswith("DOUBT F00, 2021-01-27: the price is 100 times")
    else:
        assert (found.sentence, found.verdicts) == (clean.sentence, clean.verdicts)
        assert found.without[0].startswith("DOUBT F00, 2021-01-27: the price is 100 times")
        kinds, others_kinds = (
            compare(one, "sector", window=(0, 0), characteristics=table()) for one in (result, others)
        )
        assert sum(level.n for level in kinds.levels) == N - 1
        assert kinds.without == found.without
        assert all(line in " ".join(kinds.text().split()) for line in kinds.without)
        assert (kinds.sentence, kinds.verdicts) == (others_kinds.sentence, others_kinds.verdicts)


@pytest.mark.parametrize(("wrong", "told"), [(2, True), (3, False)])
def test_the_pairs_that_can_be_believed_speak_for_all_where_they_are_nine_in_ten(wrong: int, told: bool) -> None:
    given = prices()
    given.iloc[150, :wrong] *= 100  # an estimation day: no CAR moves far, and the verdicts stay
    events = pd.DataFrame({"ticker": NAMES, "date": SESSIONS[300].date()})
    made = EventStudy(benchmark="MKT", calendar=None, estimation_window=(-200, -11), event_window=(-2, 2))
    found = regress(made.run(events, given), table(), ["size"])
    assert (found.n, found.believable) == (N - wrong, told)
    assert found.sentence.startswith(f"CAR[0, 0] of {N - wrong} pairs" if told else "No finding")


def test_a_narrow_table_names_the_coefficients_in_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    found = regress(study("one date"), table(), ["size", "debt"])
    monkeypatch.setenv("COLUMNS", "60")
    rows = [line.split()[0] for line in found.text().split("12 pairs")[0].splitlines() if line.startswith("      ")]
    assert rows.count("size") == rows.count("debt") == 2
