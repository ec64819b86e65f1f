"""What is left of each p of windows and groups that are judged together, by loops over days and a law of scipy."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult, run
from eventstudy.study.families import Adjusted, smallest
from eventstudy.windows import Window
from scipy import stats

from tests.oracles import few_pairs
from tests.panel.made import CHOICES, DAY0
from tests.worlds import SESSIONS, closes

TICKERS = ("AAA", "BBB", "CCC", "DDD", "EEE")
GROUPS = {"one": (0, 2), "other": (1, 3, 4)}
LATER = (0, 1, 1, 3, 0)
"""Sessions after the first event on which each firm has its own."""
THREE = Window(-1, 1)


@cache
def several_dates(**choices: Any) -> StudyResult:
    """Five firms with errors in common, in two groups, whose windows overlap."""
    prices = closes(4, TICKERS, SESSIONS, common=0.7)
    for i, name in enumerate(TICKERS):
        prices.loc[prices.index >= SESSIONS[DAY0 + LATER[i]], name] *= 1.045 + 0.005 * i
    names = {i: name for name, members in GROUPS.items() for i in members}
    events = pd.DataFrame(
        {
            "ticker": TICKERS,
            "date": [str(SESSIONS[DAY0 + later].date()) for later in LATER],
            "event_id": [f"e{i}" for i in range(len(TICKERS))],
            "group": [names[i] for i in range(len(TICKERS))],
        }
    )
    usual: dict[str, Any] = {**CHOICES, "windows": [(0, 0), (-1, 1)], "correlation": "pairwise"}
    return EventStudy(**(usual | choices)).run(events, prices)


def headline_p(result: StudyResult, window: Window, group: str | None = None) -> float:
    answer = result.answer(window, group)
    assert answer.headline
    return answer.tests[answer.headline].p_value


def pearson(x: list[float], y: list[float]) -> float:
    mx, my = math.fsum(x) / len(x), math.fsum(y) / len(y)
    both = math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
    return both / math.sqrt(math.fsum((a - mx) ** 2 for a in x) * math.fsum((b - my) ** 2 for b in y))


def of_groups(result: StudyResult, window: Window) -> float:
    """g_a'P g_b over the root of g_a'P g_a g_b'P g_b, P_ij the correlation of residuals on common days times the overlap."""
    found = result.returns
    dates = found.sessions[found.session_of]  # estimation days first
    residuals = [
        {str(day): float(u) for day, u in zip(dates[i], found.residuals[i], strict=False) if np.isfinite(u)}
        for i in range(result.n)
    ]
    n = result.n
    rho = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            days = sorted(set(residuals[i]) & set(residuals[j]))
            rho[i][j] = pearson([residuals[i][d] for d in days], [residuals[j][d] for d in days])
    p = few_pairs.in_common(rho, LATER, window.length)
    one, other = ([1.0 if i in members else 0.0 for i in range(n)] for members in GROUPS.values())
    return few_pairs.quadratic(one, p, other) / math.sqrt(
        few_pairs.quadratic(one, p, one) * few_pairs.quadratic(other, p, other)
    )


def larger_of(p: float, r: float) -> float:
    """P(the larger of two |Z| with this correlation is as large as that of p)."""
    z = stats.norm.isf(p / 2)
    law = stats.multivariate_normal(cov=[[1, r], [r, 1]])
    return float(1 - law.cdf([z, z], lower_limit=[-z, -z]))


def test_windows_of_several_dates_hang_together_by_the_days_they_share() -> None:
    result = several_dates()
    p = {window: headline_p(result, window) for window in (Window(0, 0), THREE)}
    low, high = sorted(p.values())
    left = sorted(one.p for one in result.adjusted.values())
    assert left[0] == pytest.approx(larger_of(low, 1 / math.sqrt(3)), abs=1e-6)
    assert left[1] == pytest.approx(max(left[0], high), abs=1e-12)
    assert {one.by for one in result.adjusted.values()} == {"gaussian_copula"}
    assert {one.of for one in result.adjusted.values()} == {2}


def test_groups_of_several_dates_hang_together_as_their_means_do() -> None:
    result = several_dates(windows=((-1, 1),))
    p = {name: headline_p(result, THREE, name) for name in GROUPS}
    r = of_groups(result, THREE)
    assert 0.1 < r < 0.9
    first = min(p, key=lambda name: p[name])
    found = {name: result.adjusted_groups[name, THREE].p for name in GROUPS}
    assert found[first] == pytest.approx(larger_of(p[first], r), abs=1e-6)
    assert max(found.values()) == pytest.approx(max(found[first], max(p.values())), abs=1e-12)


def test_groups_and_windows_hang_together_by_both() -> None:
    """Four cells: the correlation of the groups over the widest window times that of the windows; by draws of scipy."""
    result = several_dates()
    windows, names = (Window(0, 0), THREE), list(GROUPS)
    cells = [(name, window) for name in names for window in windows]
    r, w = of_groups(result, THREE), 1 / math.sqrt(3)
    between, among = np.array([[1, r], [r, 1]]), np.array([[1, w], [w, 1]])
    p = np.array([headline_p(result, window, name) for name, window in cells])
    drawn = np.abs(stats.multivariate_normal(cov=np.kron(between, among)).rvs(400_000, random_state=1))
    left, reached, wanted = list(range(4)), 0.0, np.zeros(4)
    for cell in np.argsort(p):
        share = float((drawn[:, left].max(axis=1) >= stats.norm.isf(p[cell] / 2)).mean())
        reached = max(reached, share, float(p[cell]))
        wanted[cell] = reached
        left.remove(int(cell))
    assert [result.adjusted_groups[cell].p for cell in cells] == pytest.approx(wanted.tolist(), abs=0.006)


def test_one_sided_p_look_to_one_side() -> None:
    result = several_dates(alternative="greater")
    p = sorted(headline_p(result, window) for window in (Window(0, 0), THREE))
    z, r = stats.norm.isf(p[0]), 1 / math.sqrt(3)
    law = stats.multivariate_normal(cov=[[1, r], [r, 1]])
    assert min(one.p for one in result.adjusted.values()) == pytest.approx(max(1 - law.cdf([z, z]), p[0]), abs=1e-6)


def test_a_window_that_was_named_before_keeps_its_p() -> None:
    """The others are judged together without it."""
    result = several_dates(windows=((0, 0), (-1, 1), (0, 1)), primary=(0, 0))
    found = result.adjusted
    assert found[Window(0, 0)] == Adjusted(headline_p(result, Window(0, 0)), "primary", 1)
    assert {(one.by, one.of) for window, one in found.items() if window != Window(0, 0)} == {("gaussian_copula", 2)}
    alone = several_dates(windows=((0, 0), (-1, 1)), primary=(0, 0)).adjusted[THREE]
    assert alone == Adjusted(headline_p(result, THREE), "", 1)


@cache
def one_date() -> StudyResult:
    prices = closes(4, TICKERS, SESSIONS, common=0.5)
    prices.loc[prices.index >= SESSIONS[DAY0], list(TICKERS)] *= 1.05
    date = str(SESSIONS[DAY0].date())
    groups = ["one" if i in GROUPS["one"] else "other" for i in range(len(TICKERS))]
    events = pd.DataFrame({"ticker": TICKERS, "date": date, "event_id": "made-up", "group": groups})
    return EventStudy(**{**CHOICES, "windows": [(0, 0), (-1, 1)]}).run(events, prices)


def test_on_one_date_days_are_drawn_for_all() -> None:
    """Portfolios of the groups, drawn day by day by other code, on the studentised days of each."""
    result = one_date()
    cells = [(name, window) for name in GROUPS for window in (Window(0, 0), THREE)]
    days, observed, p = [], [], []
    for name, window in cells:
        sample = result.sample_of(window, name)
        assert sample.portfolio is not None
        days.append(sample.portfolio.studentised[0][np.isfinite(sample.portfolio.studentised[0])])
        said = result.answer(window, name).tests["placebo"]
        observed.append(abs(said.statistic) / (said.regime.ratio if said.regime and said.regime.used else 1.0))
        assert said.regime is None or not said.regime.used
        p.append(said.p_value)
    m, rng = len(days[0]), np.random.default_rng(7)
    at = rng.integers(m, size=(200_000, 3))
    sums = [
        days[c][at[:, 0]] if window.length == 1 else days[c][at].sum(axis=1) / math.sqrt(3)
        for c, (_, window) in enumerate(cells)
    ]
    drawn = np.abs(np.stack(sums, axis=1))
    left, reached = list(range(4)), 0.0
    for cell in np.argsort(observed)[::-1]:
        reached = max(reached, float((drawn[:, left].max(axis=1) >= observed[cell]).mean()))
        wanted = max((1 + m * reached) / (1 + m), p[cell])
        assert result.adjusted_groups[cells[cell]].p == pytest.approx(wanted, abs=0.012)
        left.remove(int(cell))
    assert {one.by for one in result.adjusted_groups.values()} == {"romano_wolf"}


def test_nothing_that_is_judged_together_is_surer_than_alone() -> None:
    """Draws of days reach the larger p a little less often than the placebo windows it comes from: its own p stays."""
    days, day0 = pd.bdate_range("2020-01-06", periods=340), 300
    prices = closes(33, TICKERS[:3], days, common=0.5)
    prices.loc[prices.index >= days[day0], list(TICKERS[:3])] *= 1.03
    events = pd.DataFrame({"ticker": TICKERS[:3], "date": str(days[day0].date()), "event_id": "made-up"})
    choices = {**CHOICES, "estimation_window": (-260, -11), "windows": [(0, 0), (-5, 5)]}
    result = EventStudy(**choices).run(events, prices)
    p = {window: headline_p(result, window) for window in result.adjusted}
    assert {one.by for one in result.adjusted.values()} == {"romano_wolf"}
    assert result.adjusted[Window(0, 0)].p > p[Window(0, 0)] + 0.05
    assert result.adjusted[Window(-5, 5)].p == p[Window(-5, 5)]


def test_the_smallest_of_several() -> None:
    assert smallest({Window(0, 0): Adjusted(math.nan, "", 0), THREE: Adjusted(0.2, "", 1)}) == 0.2
    assert math.isnan(smallest({}))


@pytest.mark.parametrize(("day0", "out"), [("announced", []), ("recognised", ["[0, 0]", "[-1, +1]", "[0, +1]"])])
def test_what_stands_out_of_the_shipped_example(day0: str, out: list[str]) -> None:
    """Sixteen firms, five windows judged together (golden table of the method, section 8); the sentence says the same."""
    result = run("deepseek-r1", day0=day0, source="bundled")
    assert [str(window) for window, one in result.adjusted.items() if one.p < 0.05] == out
    assert (" stand out from ordinary days" in result.summary()) is bool(out)
