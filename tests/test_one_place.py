"""Each formula stands once: a fault in the function that the page names moves what pairs and sums say, and both alike.

The page is the table of docs/architecture.md. Sums are those of NumPy: the compiled form is a second one on purpose, and
tests/engine/test_compiled_faults.py plants its faults.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from eventstudy import native
from eventstudy.engine.correlation import Correlation
from eventstudy.study.study import EventStudy

from tests.test_architecture import found, rows
from tests.worlds import many

WINDOW = (0, 5)
Figures = dict[str, float]


class Fault(NamedTuple):
    """What is made of what a function returns and was given, and which figures move with it."""

    make: Callable[..., Any]
    moves: str
    """Figures that must move, with blanks between them."""
    stays: str = ""
    """Figures that must not."""
    world: str = "dates"


def _runs(sums: Iterator[tuple[int, int, np.ndarray]], *_: Any) -> Iterator[tuple[int, int, np.ndarray]]:
    return ((r, length, -values + 0.001) for r, length, values in sums)


RANKS = "caar bmp bhaar generalized_sign"
FAULTS = {
    "a return between two sessions, dividends and missing closes": Fault(
        lambda r, *_: replace(r, returns=np.multiply(r.returns, 1.1, out=r.returns)), "caar bhaar", "n"
    ),
    "returns of a pair in event time": Fault(lambda b, *_: replace(b, returns=b.returns + 0.01), "bhaar", "n"),
    "events and prices lined up: one table of returns a grid, and where in it each pair stands": Fault(
        lambda made, *_: ([replace(g, returns=1.1 * g.returns) for g in made[0]], *made[1:]),
        "caar bhaar",
        "n",
    ),
    "the regressors of a linear model": Fault(lambda e, *_: e._replace(x=e.x + e.x**2), "caar bmp", "bhaar n"),
    "X = QR and what full rank means": Fault(
        lambda made, *_: (1.001 * made[0], *made[1:]), "caar patell_adjusted bmp", "bhaar n"
    ),
    "least squares of pairs": Fault(lambda made, *_: (1.1 * made[0], made[1]), "caar bmp", "bhaar n"),
    "when nothing is left but rounding: no variance": Fault(lambda _, rest, total: rest > 0.6 * total, "n caar bmp"),
    "too few days, collinear, no variance: why a pair has no fit": Fault(
        lambda problem, rss, *_: np.where(rss > 0.1, "MIN_EST", problem), "n caar bmp"
    ),
    "the fewest estimation days of a fit": Fault(lambda least, *_: 250, "n caar", world="gaps"),
    "CAR, its variance with the forecast error, and whether enough of a window was observed (coverage)": Fault(
        lambda c, *_: replace(c, car=c.car + 0.1), "caar", "bhaar n corrado_rank"
    ),
    "buy-and-hold abnormal return": Fault(lambda value, *_: value + 1, "bhaar", "caar n bmp corrado_rank"),
    "what values are tied, and ranks": Fault(lambda ranks, *_: ranks**2, "corrado_rank", RANKS),
    "sums of ranks of many pairs": Fault(lambda total, *_: 1.1 * total, "corrado_rank", RANKS),
    "a window among the estimation days (GRANK)": Fault(
        lambda days, *_: 0.9 * days, "grank_t", f"{RANKS} corrado_rank"
    ),
    "sums of consecutive days and their signs": Fault(_runs, "generalized_sign", "caar bmp bhaar corrado_rank"),
    "residuals of each date, added up": Fault(
        lambda t, *_: replace(t, sums=2 * t.sums), "correlation bmp_adjusted", "caar bmp bhaar corrado_rank"
    ),
    "the mean correlation of residuals, by event date": Fault(
        lambda c, *_: Correlation(**{**vars(c), "mean": c.mean + 0.05}),
        "correlation bmp_adjusted",
        "caar bmp bhaar corrado_rank",
    ),
    "what the days of pairs add up to": Fault(
        lambda d, *_: replace(d, residual=2 * d.residual), "cda", "caar bhaar corrado_rank n"
    ),
    "what their windows add up to": Fault(
        lambda c, *_: replace(c, positive=c.positive + 1), "generalized_sign", "caar bhaar bmp corrado_rank n"
    ),
    "how far pairs moved on ordinary days and on those around their events": Fault(
        lambda sums, *_: sums and replace(sums, near=2 * sums.near), "storm", "caar bhaar n bmp", world="storm"
    ),
    "the portfolio of one date, run as one security": Fault(
        lambda made, *_: (replace(made[0], ar=made[0].ar + 0.1), made[1]), "placebo", "caar bhaar n", world="one date"
    ),
    "which test is the headline (decision table)": Fault(
        lambda row, *_: (
            row._replace(headline="patell") if hasattr(row, "_replace") else replace(row, headline="patell")
        ),
        "headline",
        "caar bmp n",
    ),
    "the interval that goes with the headline": Fault(lambda i, *_: (i[0] - 1, i[1]), "low", "high caar bmp n"),
}
"""Rule -> its fault."""
OTHERS = {
    "when a market reacts to an instant: day 0": "day0",
    "which pairs stand on which grid of sessions, and who is left out before any return is looked at": "place",
    "rows of Parquet files put in their places, each once, and values that can be none": "_put",
    "estimation days near other events of the security": "busy_days",
    "on which side of day 0's session news came": "timing_of",
    "the time of a filing": "header",
    "when a request to a service may go out, of all processes": "turn",
    "what a finder found goes to the end of a registry": "merge",
    "windows that share days, as clusters": "components",
    "clusters of dates, one vote each": "im_two_sample",
    "standard errors and degrees of freedom of few clusters": "by_clusters",
    "coefficients of CARs whose windows share days": "proportional",
    "which bar holds an instant": "place",
    "the value of a bar of minutes and its age: nothing is filled": "track",
    "how volatile a day of minutes is before an instant": "realised",
    "the place of a move among the same minutes of other days": "clock_placebo",
    "when a path of minutes left the band of ordinary days": "reaction",
    "the p of one side": "towards",
    "the unit that abnormal values are shown in": "text",
    "whether the compiled kernel or NumPy adds up many pairs": "form",
    "abnormal returns and what is known of their errors": "AbnormalReturns",
    "the same of every two pairs on the days they share": "pairwise_correlation",
    "what a test over pairs sees": "Sample",
    "what a design breaks of a test's assumptions": "objections",
    "one window put to all tests": "ask",
    "a result: the answers of all pairs, shown and told": "Result",
    "what buy-and-hold returns compare with": "compared_with",
    "every code: its sentence, severity, meaning and advice": "sentence",
    "a sentence in another language": "in_language",
    "warnings of prices that a study rests on": "flagged",
    "warnings of the lined-up pairs": "check",
    "warnings of the estimates": "cautions",
    "warnings of the design of the windows, from pairs and from sums": "of_design",
    "which series of prices need no closer look": "first_look",
    "which series may hold closes of another": "copies",
    "which figures rest on prices that cannot be believed": "of_pairs",
    "the JSON object of a result": "document",
    "a file written whole or not at all": "replace",
}
"""Rules that make no figure of these studies, and classes: rule -> the last part of the name of what holds it."""
WORLDS = {
    "dates": many(3, dates=10, events=60),
    "gaps": many(3, dates=10, events=60, gaps=0.002),
    "one date": many(3, dates=1, events=18),
    "storm": many(3, dates=10, events=60),
}
NAMES = dict(rows())


def figures(world: str, keep: str) -> Figures:
    """What a study says, by name."""
    data = WORLDS[world]
    asked = "always" if world == "storm" else "never"
    study: Any = EventStudy(calendar=None, regime=asked, windows=[WINDOW], tests=["cda"])
    result = study.run(data.events, data.prices, keep=keep)
    answer = result.answers[result.config.windows[0]]
    low, high = answer.interval or (np.nan, np.nan)
    of_tests = {name: test.statistic for name, test in answer.tests.items() if name != "joint_placebo"}
    return of_tests | {
        "n": answer.n,
        "storm": answer.regime.ratio if answer.regime else np.nan,
        "caar": answer.caar,
        "bhaar": answer.bhaar,
        "correlation": answer.correlation,
        "low": low,
        "high": high,
        "headline": float(list(answer.tests).index(answer.headline)) if answer.headline else np.nan,
    }


@cache
def without(world: str, keep: str) -> Figures:
    return figures(world, keep)


def planted(name: str, fault: Callable[..., Any], patch: pytest.MonkeyPatch) -> None:
    """Let the function of that dotted name give what `fault` makes of it, wherever it is known by a name of its own."""
    home, _, last = name.rpartition(".")
    own: Any = found(name)
    if isinstance(owner := found(home) if home != "eventstudy" else None, type):
        raw = vars(owner)[last]
        if isinstance(raw, classmethod):
            patch.setattr(owner, last, classmethod(lambda cls, *a, **k: fault(raw.__func__(cls, *a, **k), *a)))
        else:
            patch.setattr(owner, last, lambda *a, **k: fault(raw(*a, **k), *a))
        return
    for module in [m for key, m in sys.modules.items() if key.startswith("eventstudy.")]:
        for known in [key for key, value in vars(module).items() if value is own]:
            patch.setattr(module, known, lambda *a, **k: fault(own(*a, **k), *a))


def test_each_row_of_the_page_has_a_fault_or_makes_no_figure() -> None:
    assert NAMES.keys() == FAULTS.keys() | OTHERS.keys()
    assert not FAULTS.keys() & OTHERS.keys()
    assert {rule: NAMES[rule].rpartition(".")[2] for rule in OTHERS} == OTHERS


@pytest.mark.slow
@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_moves_pairs_and_sums_alike(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, "0")
    make, moves, stays, world = FAULTS[rule]
    before = {keep: without(world, keep) for keep in ("pairs", "aggregate")}
    planted(NAMES[rule], make, monkeypatch)
    after = {keep: figures(world, keep) for keep in before}
    for keep, now in after.items():
        clean = before[keep]
        moved = {name for name in clean if now.get(name, np.nan) != pytest.approx(clean[name], rel=1e-6, nan_ok=True)}
        assert set(moves.split()) <= moved, keep
        assert not set(stays.split()) & moved, keep
    assert after["aggregate"] == pytest.approx(after["pairs"], rel=1e-9, abs=1e-12, nan_ok=True)
