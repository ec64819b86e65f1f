"""What is left of each p of windows and groups that are judged together, by loops over days and a law of scipy."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult, run
from eventstudy.errors import InvalidRequest
from eventstudy.inference.regime import regimes
from eventstudy.study.families import Adjusted, of_windows, smallest
from eventstudy.study.happened import what_happened
from eventstudy.units.windows import Window
from scipy import stats

from tests.oracles import few_pairs
from tests.panel.made import CHOICES, DAY0
from tests.worlds import SESSIONS, closes, grown

TICKERS = ("AAA", "BBB", "CCC", "DDD", "EEE")
GROUPS = {"one": (0, 2), "other": (1, 3, 4)}
GROUP_OF = ("one", "other", "one", "other", "other")
LATER = (0, 1, 1, 3, 0)
"""Sessions after the first event on which each firm has its own."""
THREE = Window(-1, 1)


@cache
def several_dates(tickers: int = 5, moved: float = 0.045, **choices: Any) -> StudyResult:
    """Firms with errors in common, in two groups, whose windows overlap, up by some 5 % unless `moved` says less."""
    prices = closes(4, TICKERS, SESSIONS, common=0.7)
    for i, name in enumerate(TICKERS):
        prices.loc[prices.index >= SESSIONS[DAY0 + LATER[i]], name] *= 1 + moved + 0.005 * i
    events = pd.DataFrame(
        {
            "ticker": TICKERS,
            "date": [str(SESSIONS[DAY0 + later].date()) for later in LATER],
            "event_id": [f"e{i}" for i in range(len(TICKERS))],
            "group": GROUP_OF,
        }
    ).head(tickers)
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
    p = few_pairs.in_common(rho, LATER[:n], window.length)
    one, other = ([float(i in members) for i in range(n)] for members in GROUPS.values())
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
    result = several_dates(moved=-0.01)
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
def one_date(
    *, wild: float = 1.0, later: int = 0, groups: tuple[str, ...] = GROUP_OF, regime: str = "auto"
) -> StudyResult:
    """Five firms of one date, up by 3 %; from ten sessions before it all move `wild` times as much.

    `later` is how many sessions after the first group the second has its date.
    """
    closed = closes(4, TICKERS, SESSIONS, common=0.5)
    moved = closed.pct_change().to_numpy(copy=True)[1:]
    moved[DAY0 - 11 :] *= wild
    rows = [DAY0 - 1 + later * (name == "other") for name in groups]
    moved[rows, range(len(rows))] += 0.03 * wild
    prices = pd.DataFrame(grown(moved), SESSIONS[1:], closed.columns)
    dates = [str(SESSIONS[row + 1].date()) for row in rows]
    events = pd.DataFrame({"ticker": TICKERS, "date": dates, "event_id": dates, "group": groups})
    return EventStudy(**{**CHOICES, "windows": [(0, 0), (-1, 1)], "regime": regime}).run(events, prices)


@pytest.mark.parametrize(
    ("wild", "regime", "scaled"), [(1.0, "auto", {False}), (1.4, "auto", {True, False}), (1.0, "always", {True})]
)
def test_on_one_date_days_are_drawn_for_all(wild: float, regime: str, scaled: set[bool]) -> None:
    """Portfolios of the groups, drawn day by day by other code, on the studentised days of each.

    Where the days near the date are wild, statistics are divided by how wild they are, by no less than one, and draws by how
    wild the days near one ordinary day are, the same for all.
    """
    result = one_date(wild=wild, regime=regime)
    cells = [(name, window) for name in GROUPS for window in (Window(0, 0), THREE)]
    m, rng = 110, np.random.default_rng(7)
    at, near = rng.integers(m, size=(200_000, 3)), rng.integers(m, size=200_000)
    drawn, observed, p, used = [], [], [], set()
    for name, window in cells:
        portfolio = result.sample_of(window, name).portfolio
        assert portfolio is not None
        days = portfolio.studentised[0][np.isfinite(portfolio.studentised[0])]
        assert len(days) == m
        said = result.answer(window, name).tests["placebo"]
        assert said.regime is not None
        used.add(said.regime.used)
        observed.append(abs(said.statistic) / max(1.0, said.regime.ratio if said.regime.used else 1.0))
        p.append(said.p_value)
        sums = days[at[:, 0]] if window.length == 1 else days[at].sum(axis=1) / math.sqrt(3)
        if said.regime.used:
            looked = regimes(portfolio, window)
            assert looked is not None
            sums /= (looked.scales[0] * said.regime.ratio)[near]
        drawn.append(np.abs(sums))
    assert used == scaled
    left, reached = list(range(4)), 0.0
    for cell in np.argsort(observed)[::-1]:
        reached = max(reached, float((np.max([drawn[c] for c in left], axis=0) >= observed[cell]).mean()))
        wanted = max((1 + m * reached) / (1 + m), p[cell])
        assert result.adjusted_groups[cells[cell]].p == pytest.approx(wanted, abs=0.012)
        left.remove(int(cell))
    assert {one.by for one in result.adjusted_groups.values()} == {"romano_wolf"}


def test_days_are_drawn_only_for_portfolios_of_the_same_date() -> None:
    """Windows of one firm, and groups that have a date each, hang together as normal variables do."""
    for result, by in (
        (one_date(), "romano_wolf"),
        (one_date(later=1), "gaussian_copula"),
        (one_date(groups=("one", *["other"] * 4)), "romano_wolf"),
    ):
        assert {one.by for one in result.adjusted_groups.values()} == {by}
    alone = one_date(groups=("one", *["other"] * 4))
    assert {one.by for one in of_windows(alone, "one").values()} == {"gaussian_copula"}
    assert {one.by for one in of_windows(alone, "other").values()} == {"romano_wolf"}


def test_two_firms_hang_together_by_their_own_days() -> None:
    """Each is a group, and their windows overlap."""
    result = several_dates(tickers=2, windows=((-1, 1),))
    p = {name: headline_p(result, THREE, name) for name in GROUPS}
    r, first = of_groups(result, THREE), min(p, key=lambda name: p[name])
    assert r > 0.1
    assert result.adjusted_groups[first, THREE].p == pytest.approx(larger_of(p[first], r), abs=1e-6)


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


def test_a_primary_window_is_judged_alone_and_one_that_is_not_reported_is_refused() -> None:
    declared = es.run("deepseek-r1", day0="recognised", primary=(0, 0))
    first, raw = what_happened(declared)[0], declared.answers[Window(0, 0)].tests
    assert "judged together" not in first
    assert declared.adjusted[Window(0, 0)].p == raw[declared.answers[Window(0, 0)].headline or ""].p_value
    with pytest.raises(InvalidRequest, match=r"primary window \[0, \+3\] is none of those"):
        EventStudy(primary=(0, 3))
    assert EventStudy(primary=(0, 3), windows=[(0, 0), (0, 3)]).config.primary == Window(0, 3)
