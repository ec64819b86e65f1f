"""Made-up studies against studies made one by one, and sizes that the embedded sample must show."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from eventstudy.analyses.calibration import Calibration, _interval, calibrate, drawn, placebo_dates
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.parallel import Processes
from eventstudy.prices import PriceTable, load_prices
from eventstudy.request import longer_prices, run
from eventstudy.study.result import StudyResult
from eventstudy.study.study import EventStudy
from scipy import stats

from tests.tiers import first
from tests.worlds import closes

WINDOWS = [(0, 0), (-1, 1)]
FEW, MORE = ("portfolio_t", "bmp_adjusted"), ("corrado_rank", "cross_section_t", "grank_t", "cda")


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return run("deepseek-r1", estimation_window=(-130, -11), windows=WINDOWS)


@pytest.fixture(scope="module")
def prices(result: StudyResult) -> PriceTable:
    return longer_prices(result)


@pytest.fixture(scope="module")
def found(result: StudyResult, prices: PriceTable) -> Calibration:
    return calibrate(result, prices, effects=[0.02])


@pytest.fixture(scope="module")
def one_by_one(found: Calibration, result: StudyResult, prices: PriceTable) -> list[StudyResult]:
    """The study of every eighth placebo date."""
    tickers = [p.ticker for p in result.panel.pairs]
    frames = [
        pd.DataFrame({"ticker": tickers, "date": date.fromisoformat(day), "event_id": "e"}) for day in found.dates[::8]
    ]
    study = EventStudy(result.config, benchmark="SPY")
    return [study.run(frame, prices) for frame in frames]


def size(found: Calibration, name: str, window: tuple[int, int]) -> float:
    return next(r.size for r in found.rates if r.name == name and r.window == window)


@pytest.mark.parametrize("window", WINDOWS)
def test_on_the_embedded_sample_counting_tickers_as_observations_fails(
    found: Calibration, window: tuple[int, int]
) -> None:
    assert size(found, "cross_section_t", window) > 0.20
    assert size(found, "portfolio_t", window) < 0.12
    assert size(found, "bmp_adjusted", window) < 0.12


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FEW, *(pytest.param(n, marks=pytest.mark.slow) for n in MORE)])
@pytest.mark.parametrize("window", first(WINDOWS))
def test_a_made_up_study_is_the_study_run_on_that_date(
    found: Calibration,
    one_by_one: list[StudyResult],
    result: StudyResult,
    prices: PriceTable,
    name: str,
    window: tuple[int, int],
) -> None:
    """The share over all placebo dates, each date run as a study of its own with a level between any two p-values."""
    days = found.dates[::8]
    p = [one.test(name, window).p_value for one in one_by_one]
    level = float(np.median(p)) + 1e-9
    again = calibrate(result, prices, effects=[], level=level)
    every = calibrate_on(result, prices, days, level)
    assert every[name, window] == np.mean(np.array(p) <= level)
    assert 0 < size(again, name, window) < 1


def calibrate_on(
    result: StudyResult, prices: PriceTable, days: tuple[str, ...], level: float
) -> dict[tuple[str, tuple[int, int]], float]:
    """Sizes on some of the placebo dates alone."""
    kept = [date.fromisoformat(day) for day in days]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eventstudy.analyses.calibration.placebo_dates", lambda *_: kept)
        some = calibrate(result, prices, effects=[], level=level)
    return {(r.name, (r.window.start, r.window.end)): r.size for r in some.rates}


@pytest.mark.slow
def test_an_effect_is_added_to_every_day_0(result: StudyResult, prices: PriceTable) -> None:
    """A huge effect is always found; spread over three days it is found over three days, and its third on day 0."""
    sure = calibrate(result, prices, effects=[0.5])
    assert all(r.power[0.5] == 1 for r in sure.rates if r.name in ("portfolio_t", "bmp_adjusted"))
    spread = calibrate(result, prices, effects=[0.06], spread=True)
    once = calibrate(result, prices, effects=[0.06])
    assert {r.name: r.power for r in spread.rates if r.window == (-1, 1) and r.name == "portfolio_t"} == {
        r.name: r.power for r in once.rates if r.window == (-1, 1) and r.name == "portfolio_t"
    }, "a sum of abnormal returns does not see on which day it rose"


@pytest.mark.slow
def test_a_larger_variance_of_event_days_makes_parametric_tests_reject(
    found: Calibration, result: StudyResult, prices: PriceTable
) -> None:
    wild = calibrate(result, prices, effects=[], variance=9.0)
    assert size(wild, "portfolio_t", (0, 0)) > 3 * size(found, "portfolio_t", (0, 0))
    assert size(wild, "bmp_adjusted", (0, 0)) == size(found, "bmp_adjusted", (0, 0)), "BMP is blind to a common scale"


@pytest.mark.slow
def test_pairs_at_random_on_dates_of_their_own_and_on_one(result: StudyResult, prices: PriceTable) -> None:
    apart = calibrate(result, prices, n=10, draws=120, effects=[])
    together = calibrate(result, prices, n=10, draws=120, effects=[], clustered=True)
    assert size(apart, "bmp", (0, 0)) < 0.12
    assert size(together, "bmp", (0, 0)) > 0.15
    assert not [r for r in apart.rates if r.name == "portfolio_t"], "pairs on several dates have no portfolio"
    assert calibrate(result, prices, n=10, draws=120, effects=[]).to_dict() == apart.to_dict()


@pytest.mark.slow
def test_more_workers_change_nothing(result: StudyResult, prices: PriceTable, found: Calibration) -> None:
    assert calibrate(result, prices, effects=[0.02], executor=Processes(2)).to_dict() == found.to_dict()


def test_placebo_windows_end_before_the_event_window_begins(result: StudyResult, prices: PriceTable) -> None:
    days = placebo_dates(prices, "SPY", result.config, date(2025, 1, 21))
    sessions = [d.date() for d in prices.close.index]
    assert sessions.index(days[-1]) + 5 == sessions.index(date(2025, 1, 21)) - 5 - 1
    assert sessions.index(days[0]) - 130 == 1, "the first estimation day has a return"


def test_too_few_dates_are_said(prices: PriceTable) -> None:
    with pytest.raises(NothingUsable, match="too few placebo dates: the windows of 0") as caught:
        calibrate(run("deepseek-r1"), prices)
    assert "16 dates have whole windows" in str(caught.value)
    assert "--estimation-window" in str(caught.value)


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (3, 60), (20, 20)])
def test_the_interval_is_clopper_and_pearson(hits: int, n: int) -> None:
    exact = stats.binomtest(hits, n).proportion_ci(0.95, "exact")
    assert _interval(hits, n) == pytest.approx((exact.low, exact.high), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    "wrong", [{"draws": 0}, {"effects": [0.0]}, {"variance": 0.0}, {"level": 1.0}, {"n": 1}, {"n": 500}]
)
def test_what_cannot_be_meant(result: StudyResult, prices: PriceTable, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        calibrate(result, prices, **wrong)  # type: ignore[arg-type]


def test_several_events_move_to_random_dates() -> None:
    days = pd.bdate_range("2019-01-01", periods=600)
    table = closes(3, "ABCD", days, sigma=(0.01, 0.01))
    events = pd.DataFrame({"ticker": list("ABCD"), "date": [days[500 + 10 * i].date() for i in range(4)]})
    made = EventStudy(benchmark="MKT", calendar=None, estimation_window=(-130, -11), windows=[(0, 0)])
    study = made.run(events.assign(event_id=list("abcd")), table)
    found = calibrate(study, load_prices(path=table), draws=60, effects=[0.03])
    assert found.design == "the study's own events on random dates"
    assert {r.draws for r in found.rates if r.name == "bmp"} == {60}
    assert next(r.power[0.03] for r in found.rates if r.name == "patell") > 0.9


def test_pairs_that_no_date_has_together_are_refused_instead_of_drawn_for_ever() -> None:
    """Four tickers, of which any date has two at most: listed one after the other."""
    made = SimpleNamespace(
        date_of=np.array([0, 0, 1, 1, 2]),
        tickers=tuple("ABCD"),
        dates=tuple(date(2024, 1, k) for k in (2, 3, 4)),
    )
    with pytest.raises(InvalidRequest, match="3 pairs cannot be drawn") as refused:
        drawn(made, 3, 10, 1, clustered=True)  # type: ignore[arg-type]
    assert "use 2 to 2" in str(refused.value)
    assert {tuple(rows.tolist()) for rows in drawn(made, 2, 40, 1, clustered=True)} == {(0, 1), (2, 3)}  # type: ignore[arg-type]


def test_dates_on_which_no_ticker_can_be_studied_are_never_drawn() -> None:
    """Of five placebo dates two have no pair."""
    made = SimpleNamespace(date_of=np.array([0, 2, 2, 4]), tickers=tuple("AB"), dates=tuple(range(5)))
    found = drawn(made, 3, 40, 1, clustered=False)  # type: ignore[arg-type]
    assert {tuple(sorted(rows.tolist())) for rows in found} == {(0, 1, 3), (0, 2, 3)}
    with pytest.raises(InvalidRequest, match="available: 3 placebo dates"):
        drawn(made, 4, 1, 1, clustered=False)  # type: ignore[arg-type]
    alone = SimpleNamespace(date_of=np.arange(3), tickers=("A",), dates=tuple(range(3)))
    with pytest.raises(InvalidRequest, match="leave out --pairs"):
        drawn(alone, 2, 1, 1, clustered=True)  # type: ignore[arg-type]


def test_table_json_and_picture(found: Calibration) -> None:
    told = found.to_dict()
    assert told["schema"] == "eventstudy.calibration/1"
    assert [t["size"] for t in told["tests"]] == found.tidy()["size"].tolist()
    axes = found.plot()
    line = axes[0].lines[1]
    drawn = dict(zip([t.get_text() for t in axes[0].get_yticklabels()], axes[0].get_yticks(), strict=True))
    by_place = dict(zip(line.get_ydata(), line.get_xdata(), strict=True))
    assert by_place[drawn["cross_section_t"]] == size(found, "cross_section_t", (0, 0))
    assert "rejects" in found.sentence
