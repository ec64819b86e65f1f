"""What is missing stays missing, is counted, and is said (METHODS 0.5, rulings 3, 5, 12, 17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from eventstudy import StudyResult
from eventstudy.errors import NothingUsable

from tests.panel.made import DAY0, ESTIMATION, codes, dummies, row, study
from tests.worlds import SESSIONS, closes, long


def check(
    result: StudyResult,
    prices: pd.DataFrame,
    window: tuple[int, int],
    days: list[int],
    estimation: Sequence[int] = ESTIMATION,
) -> None:
    """A window's CAR, error and df are those of a regression over these days."""
    car, se, df = dummies(prices, days, estimation=estimation)
    found = row(result, window)
    np.testing.assert_allclose([found["car"], found["se"], found["t"]], [car, se, car / se], rtol=1e-9)
    assert found["n_days"] == len(days)
    assert result.fit.df[0] == df


def test_nothing_missing() -> None:
    prices = closes()
    result = study(prices)
    assert result.fit.n_estimation[0] == 110
    assert not result.incomplete
    for window in ((0, 0), (-1, 1), (0, 1), (0, 5), (-5, 5)):
        check(result, prices, window, list(range(window[0], window[1] + 1)))


def test_a_missing_close_costs_two_returns() -> None:
    prices = closes()
    prices.loc[SESSIONS[DAY0 - 50], "AAA"] = np.nan
    prices.loc[SESSIONS[[DAY0 - 80, DAY0 - 79]], "AAA"] = np.nan
    result = study(prices)
    assert result.fit.n_estimation[0] == 110 - 2 - 3
    assert "SHORT_ESTIMATION" in codes(result)
    check(result, prices, (0, 1), [0, 1])


def test_a_missing_close_of_the_benchmark_is_a_missing_regressor() -> None:
    prices = closes()
    prices.loc[SESSIONS[DAY0 - 50], "MKT"] = np.nan
    result = study(prices, tickers=("AAA", "BBB"))
    assert list(result.fit.n_estimation) == [108, 108]
    check(result, prices, (0, 1), [0, 1])


def test_long_windows_need_four_days_of_five() -> None:
    """A gap on +3 takes days +3 and +4: 9 of 11 days are enough, 4 of 6 are not (ruling 5)."""
    prices = closes()
    prices.loc[SESSIONS[DAY0 + 3], "AAA"] = np.nan
    result = study(prices)
    check(result, prices, (-5, 5), [-5, -4, -3, -2, -1, 0, 1, 2, 5])
    found = row(result, (0, 5))
    assert np.isnan([found["car"], found["se"], found["p"], found["bhar"]]).all()
    assert result.incomplete
    said = result.warnings.set_index("code").loc["GAP_IN_WINDOW"]
    assert "+3, +4" in said["message"]
    assert "from trade to trade" in said["message"]
    ar = result.tidy().set_index("rel_day")["ar"]
    assert list(ar.index[ar.isna()]) == [3, 4]


def test_two_gaps_are_too_much_for_eleven_days() -> None:
    prices = closes()
    prices.loc[SESSIONS[[DAY0 + 3, DAY0 - 4]], "AAA"] = np.nan
    assert np.isnan(row(study(prices), (-5, 5))["car"])


@pytest.mark.parametrize(("window", "there"), [((0, 0), True), ((0, 1), False), ((-1, 1), False), ((-1, 0), True)])
def test_windows_of_up_to_three_days_need_all_of_them(window: tuple[int, int], there: bool) -> None:
    prices = closes()
    prices.loc[SESSIONS[DAY0 + 1], "AAA"] = np.nan
    assert np.isfinite(row(study(prices, windows=[window]), window)["car"]) == there


@pytest.mark.parametrize("lacking", [DAY0, DAY0 - 1])
def test_without_a_return_on_day_0_a_pair_is_left_out(lacking: int) -> None:
    prices = closes()
    prices.loc[SESSIONS[lacking], "AAA"] = np.nan
    result = study(prices, tickers=("AAA", "BBB"))
    assert list(result.excluded[["ticker", "reason"]].itertuples(index=False, name=None)) == [("AAA", "NO_DAY0")]
    assert "lacks the close of day 0" in result.excluded["message"][0]
    assert [p.ticker for p in result.panel.pairs] == ["BBB"]
    assert result.incomplete


def test_a_benchmark_without_day_0_leaves_the_pair_out_too() -> None:
    prices = closes()
    prices.loc[SESSIONS[DAY0], "MKT"] = np.nan
    with pytest.raises(NothingUsable, match="NO_DAY0"):
        study(prices)


@pytest.mark.parametrize(("first", "reason"), [(89, None), (90, "MIN_EST")])
def test_sixty_returns_are_enough_and_fifty_nine_are_not(first: int, reason: str | None) -> None:
    prices = closes()
    prices.loc[SESSIONS[:first], "AAA"] = np.nan
    result = study(prices, tickers=("AAA", "BBB"))
    assert list(result.excluded["reason"]) == ([reason] if reason else [])
    if reason:
        assert "59 usable estimation days, 60 needed" in result.excluded["message"][0]
    else:
        assert result.fit.n_estimation[0] == 60


def test_a_price_that_never_moves_has_no_variance() -> None:
    prices = closes()
    prices["AAA"] = 50.0
    for model in ("market", "constant_mean"):
        result = study(prices, tickers=("AAA", "BBB"), model=model)
        assert list(result.excluded["reason"]) == ["ZERO_VARIANCE"]


def test_a_copy_of_the_benchmark_has_no_variance() -> None:
    prices = closes()
    prices["AAA"] = 3 * prices["MKT"]
    assert list(study(prices, tickers=("AAA", "BBB")).excluded["reason"]) == ["ZERO_VARIANCE"]


def test_a_benchmark_that_never_moves_is_collinear_with_the_constant() -> None:
    prices = closes()
    prices["MKT"] = 50.0
    with pytest.raises(NothingUsable, match="COLLINEAR"):
        study(prices)


def test_its_own_benchmark() -> None:
    result = study(closes(), tickers=("AAA", "MKT"))
    assert list(result.excluded["reason"]) == ["BENCHMARK_IS_TICKER"]
    assert not len(study(closes(), tickers=("AAA", "MKT"), model="constant_mean").excluded)


def test_no_prices() -> None:
    result = study(closes(), tickers=("AAA", "ZZZ"))
    assert list(result.excluded["reason"]) == ["NO_PRICES"]
    assert "ZZZ" in result.excluded["message"][0]
    with pytest.raises(NothingUsable) as error:
        study(closes(), tickers=("AAA", "BBB"), benchmark="SPX")
    assert error.value.where == "AAA (made-up) and 1 more: no prices for SPX [NO_BENCHMARK]"
    assert error.value.available == "AAA, BBB, CCC, MKT"


def test_a_delisted_share_is_followed_to_its_last_close() -> None:
    """Ruling 3: the share goes after +2, the benchmark goes on; what counts is the part of each window before."""
    prices = closes()
    prices.loc[SESSIONS[DAY0 + 3 :], "AAA"] = np.nan
    result = study(prices)
    assert "DELISTED" in codes(result)
    assert not codes(result) & {"WINDOW_INCOMPLETE", "GAP_IN_WINDOW"}
    check(result, prices, (0, 5), [0, 1, 2])
    check(result, prices, (-5, 5), list(range(-5, 3)))
    check(result, prices, (0, 1), [0, 1])


def test_a_window_after_the_last_close_is_empty() -> None:
    prices = closes()
    prices.loc[SESSIONS[DAY0 + 1 :], "AAA"] = np.nan
    result = study(prices, windows=[(0, 0), (2, 5)])
    assert np.isfinite(row(result, (0, 0))["car"])
    assert np.isnan(row(result, (2, 5))["car"])


@pytest.mark.parametrize(("last", "whole"), [(2, False), (3, True)])
def test_a_window_that_is_not_over_is_not_a_delisting(last: int, whole: bool) -> None:
    """All prices end: eight of eleven days are too few, nine are enough; nobody was delisted."""
    prices = closes().iloc[: DAY0 + last + 1]
    result = study(prices)
    assert "WINDOW_INCOMPLETE" in codes(result)
    assert "DELISTED" not in codes(result)
    assert np.isfinite(row(result, (-5, 5))["car"]) == whole
    assert np.isnan(row(result, (0, 5))["car"])
    assert np.isfinite(row(result, (0, 1))["car"])
    assert result.incomplete


def test_excluded_dates_leave_the_estimation_window_only() -> None:
    prices = closes()
    out = [SESSIONS[DAY0 - 40], SESSIONS[DAY0 - 39], SESSIONS[DAY0 + 1]]
    result = study(prices, exclude_dates=[d.date() for d in out])
    assert result.fit.n_estimation[0] == 108
    kept = [r for r in ESTIMATION if r not in (DAY0 - 40, DAY0 - 39)]
    check(result, prices, (0, 1), [0, 1], kept)


def test_a_caar_is_the_mean_of_the_cars() -> None:
    """With missing days it is not the sum of the average abnormal returns."""
    prices = closes()
    prices.loc[SESSIONS[DAY0 + 3], "AAA"] = np.nan
    result = study(prices, tickers=("AAA", "BBB", "CCC"))
    cars = result.windows().query("start == -5 and end == 5")["car"]
    answer = next(a for w, a in result.answers.items() if w == (-5, 5))
    assert answer.caar == pytest.approx(cars.mean(), rel=1e-12)
    aar, n = result.aar()
    assert list(n) == [3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 3]
    assert abs(aar.sum() - cars.mean()) > 1e-4
    assert next(a.n for w, a in result.answers.items() if w == (0, 5)) == 2


def test_zero_returns_are_kept_and_said() -> None:
    prices = closes()
    prices.loc[SESSIONS[DAY0 + 2], "AAA"] = prices["AAA"].iloc[DAY0 + 1]
    result = study(prices)
    assert {"ZERO_RETURN"} <= codes(result)
    assert "STALE" not in codes(result)
    volume = pd.Series(1000.0, SESSIONS)
    volume.iloc[DAY0 + 2] = 0.0
    result = study(long(prices, volume={"AAA": volume, "MKT": volume * 0 + 5}))
    assert {"STALE"} <= codes(result)
    assert "ZERO_RETURN" not in codes(result)
    assert result.tidy().set_index("rel_day")["ret"][2] == 0.0
    check(result, prices, (-5, 5), list(range(-5, 6)))


def test_a_short_estimation_window_is_said_even_when_none_of_it_is_missing() -> None:
    result = study(closes())
    assert result.fit.n_estimation[0] == 110
    assert "SHORT_ESTIMATION" in codes(result)


def test_excluded_dates_are_no_thin_trading() -> None:
    out = [SESSIONS[DAY0 - 20 - i].date() for i in range(10)]
    assert "THIN_TRADING" not in codes(study(closes(), exclude_dates=out))


def test_days_before_the_first_price_are_no_thin_trading_and_gaps_after_it_are() -> None:
    """A firm listed inside the estimation window: 40 of 110 days lie before its first return."""
    prices = closes()
    first = DAY0 - 120 + 39
    prices.loc[prices.index[:first], "AAA"] = np.nan
    result = study(prices, tickers=("AAA", "BBB"))
    assert result.untraded.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert "THIN_TRADING" not in codes(result)
    block = result.panel.block
    returns = block.returns.copy()
    returns[0, [60, 70, 80]] = np.nan
    lacking = replace(block, returns=returns).untraded(np.array([], dtype="datetime64[D]"))
    assert lacking.tolist() == [[0.0, 3 / 70], [0.0, 0.0]]


def test_days_after_the_last_price_are_no_thin_trading() -> None:
    prices = closes()
    prices.loc[prices.index[DAY0 + 25] :, "AAA"] = np.nan
    result = study(prices, tickers=("AAA", "BBB"), estimation_windows=[(-100, -20), (10, 35)])
    assert result.fit.n_estimation[0] == 81 + 15
    assert result.untraded.tolist() == [[0.0, 0.0], [0.0, 0.0]]
