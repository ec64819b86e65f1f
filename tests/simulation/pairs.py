"""`python -m tests.simulation.pairs`: sizes, coverage and family-wise errors of tests over many pairs (B 1 to B 6).

R = .0003 + beta R_m + sigma eps on a calendar of their own in each study: beta ~ U(.5, 1.5), sigma ~ U(1 %, 4 %), R_m ~ t(4)
with 1 %, eps ~ t(5) with a factor in common, loadings U(.3, .8) (r about .30; `r` scales it); 250 estimation days. Writes
tests/simulation/pairs.csv, a row a figure, with the draws, the seed and the day; `--only` one part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from eventstudy import EventStudy, plugins
from eventstudy.inference import Sample, advice
from eventstudy.inference.multiple import common_days, gaussian_step_down
from eventstudy.language.messages import WARNINGS, severity_of
from eventstudy.panel import AFTER, After, EventBlock, Floats, Ints
from eventstudy.study.answers import headline_of
from eventstudy.study.estimate import NearDays, around
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window

from tests.simulation.draws import EVENT, _fit
from tests.simulation.firms import FIVE, LEVEL, Chosen, Row, simulate
from tests.worlds import grown, shocks

SEED = 20261129
STORED = Path(__file__).with_name("pairs.csv")
ESTIMATION = Window(-260, -11)
DAY, THREE, ELEVEN = FIVE[0], FIVE[1], FIVE[4]
DOUBTS = tuple(code for code in WARNINGS if severity_of(code) == "doubt")
"""Made-up prices are what they are: a firm with fat tails that halves is not one whose split was forgotten."""
_AT_ONCE = 100
"""Firms that are studied in one run."""
_FEW = 5
"""Fewer pairs are judged by the days near their windows."""


@dataclass(frozen=True)
class Design:
    """One pair a day 0 given, on a calendar that all share."""

    days: tuple[int, ...]
    """Day 0 of each pair, in sessions from the first."""
    firms: tuple[int, ...] = ()
    """The firm of each pair; none: each its own."""
    r: float = 0.3
    regime: float = 1.0
    """Factor on all deviations from ten sessions before the first event on."""
    own: float = 1.0
    """Factor on the errors of the firm on its own event days."""
    effect: float = 0.0
    """Added to day 0 of every pair."""
    whom: str = "all"
    """Where the mean effect comes from: `all` alike, by `risk` (in proportion to sigma), the `loud` third of firms, the `quiet`
    one, or all by `chance` (a standard deviation of 3 % around the effect)."""
    tails: float = 5

    @property
    def n(self) -> int:
        return len(self.days)


def own(n: int, gap: int = 14) -> Design:
    return Design(tuple(gap * i for i in range(n)))


def many(n: int, dates: int, gap: int, r: float = 0.3) -> Design:
    return Design(tuple(gap * (i % dates) for i in range(n)), r=r)


def ticker(n: int, gap: int) -> Design:
    return Design(tuple(gap * i for i in range(n)), firms=(0,) * n)


def quarters(firms: int, n: int, gap: int) -> Design:
    """Each firm reports every 63 sessions, so many sessions after the one before it."""
    return Design(tuple(63 * q + gap * f for q in range(n) for f in range(firms)), firms=tuple(range(firms)) * n)


class Made(NamedTuple):
    """One study as returns on the calendar that all share."""

    returns: Floats
    """(S, F)"""
    market: Floats
    """(S,)"""
    day0: Ints
    """(N,) row of day 0 of each pair."""
    firm: Ints
    """(N,) column of its firm."""
    effect: float
    """The mean effect of the pairs."""


def made(rng: np.random.Generator, design: Design) -> Made:
    """One study."""
    before = -ESTIMATION.start
    day0 = np.array(design.days) + before
    firm = np.array(design.firms or range(design.n))
    later = AFTER if design.n < _FEW else 0
    n_firms, total = int(firm.max()) + 1, int(day0.max()) + EVENT.end + later + 1
    load = rng.uniform(0.3, 0.8, n_firms) * np.sqrt(design.r / 0.3)
    eps = load * shocks(rng, (total, 1), design.tails)
    eps += np.sqrt(1 - load**2) * shocks(rng, (total, n_firms), design.tails)
    market = 0.01 * shocks(rng, (total,), 4)
    late = np.where(np.arange(total) >= day0.min() - 10, design.regime, 1.0)
    market, eps = market * late, eps * late[:, None]
    for f, day in zip(firm, day0, strict=True):
        eps[day - 5 : day + 6, f] *= design.own
    sigma, beta = rng.uniform(0.01, 0.04, n_firms), rng.uniform(0.5, 1.5, n_firms)
    returns = 0.0003 + np.outer(market, beta) + eps * sigma
    effect = design.effect * _shares(rng, design.whom, sigma[firm])
    np.add.at(returns, (day0, firm), effect)
    return Made(returns, market, day0, firm, float(effect.mean()))


def _shares(rng: np.random.Generator, whom: str, sigma: Floats) -> Floats:
    """(N,) how much of the mean effect each pair shows."""
    if whom == "risk":
        return sigma / 0.025
    if whom in ("loud", "quiet"):
        edge = np.quantile(sigma, 2 / 3 if whom == "loud" else 1 / 3)
        moved = sigma >= edge if whom == "loud" else sigma <= edge
        share: Floats = moved / moved.mean()
        return share
    return 1 + 1.5 * rng.standard_normal(len(sigma)) if whom == "chance" else np.ones(len(sigma))


def drawn(rng: np.random.Generator, design: Design) -> tuple[EventBlock, float]:
    """One study as a block, and the mean effect of its pairs."""
    one = made(rng, design)
    return block_of(one), one.effect


def block_of(one: Made) -> EventBlock:
    """The block of a study."""
    returns, market, day0, firm, _ = one
    dates, which = np.unique(day0, return_inverse=True)
    columns = np.arange(ESTIMATION.start, EVENT.end + 1)
    sessions = np.datetime64("2000-01-03") + np.arange(len(market))
    rows = dates[:, None] + columns
    return EventBlock(
        returns=returns[day0[:, None] + columns, firm[:, None]],
        regressors=market[rows][:, :, None],
        names=("benchmark",),
        design=which.astype(np.int64),
        sessions=sessions[rows],
        span=np.ones(rows.shape),
        estimation=ESTIMATION,
        event=EVENT,
        row=dates,
    )


def studies(design: Design, draws: int, seed: int) -> Iterator[tuple[Callable[[Window], Sample], float]]:
    """For each study its samples by window, and the mean effect."""
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        one = made(rng, design)
        yield samples(one), one.effect


def samples(one: Made, draws: int = 999) -> Callable[[Window], Sample]:
    """Its samples by window; of few pairs the days near the windows are looked at, as their headline does."""
    block = block_of(one)
    returns = _fit(block)
    if block.n_pairs < _FEW:
        days = np.unique(one.day0)[:, None] + EVENT.end + 1 + np.arange(AFTER)
        held = one.returns[days[block.design], one.firm[:, None]]
        after = After(held, one.market[days][:, :, None], np.datetime64("2000-01-03") + days)
        returns = around(returns, block, after, plugins.load("models", "market"), 30, NearDays())
    return lambda window: Sample.of(returns, window, block=block, draws=draws).in_regime()


def sizes(
    part: str, name: str, design: Design, tests: tuple[str, ...], windows: tuple[Window, ...], draws: int
) -> list[Row]:
    """True nulls rejected by some tests, and by the headline of the decision table."""
    hits: Counter[tuple[str, str]] = Counter()
    tried: Counter[tuple[str, str]] = Counter()
    for sample, _ in studies(design, draws, SEED):
        for window in windows:
            one = sample(window)
            answers = {test: plugins.load("tests", test).compute(one, "default") for test in tests}
            if len(set(design.days)) > 1:  # that of one date is its portfolio's, in `dates`
                answers["headline"] = headline_of(one, advice.describe(one), {})[1]
            for test, answer in answers.items():
                if np.isfinite(answer.p_value):
                    tried[test, str(window)] += 1
                    hits[test, str(window)] += answer.p_value < LEVEL
    return [(part, name, test, window, tried[test, window], hits[test, window]) for test, window in tried]


def by_benchmark(name: str, design: Design, draws: int) -> list[Row]:
    """The guarded test on the scale that the tables of other code have: how much more the benchmark moved near the events.

    q, the mean over dates of (mean |x_t - x| over the days -10 to +5 but day 0, over that of estimation days)²; at least one.
    """
    rng, counts, test = np.random.default_rng(SEED), [0, 0], plugins.load("tests", "patell_guarded")
    for _ in range(draws):
        one = made(rng, design)
        q = float(np.mean([_moved(one.market, day) ** 2 for day in np.unique(one.day0)]))
        scale = max(1.0, q) ** 0.5
        counts[0] += test.compute(replace(samples(one)(DAY), scale=scale), "default").p_value < LEVEL
        counts[1] += scale > 1
    whats = ("patell_guarded by the benchmark", "benchmark moved more")
    return [("B5", name, what, str(DAY), draws, count) for what, count in zip(whats, counts, strict=True)]


def _moved(market: Floats, day0: int) -> float:
    ordinary, near = market[day0 + np.arange(-260, -10)], market[day0 + np.delete(np.arange(-10, 6), 10)]
    return float(np.abs(near - ordinary.mean()).mean() / np.abs(ordinary - ordinary.mean()).mean())


def coverage(name: str, design: Design, draws: int) -> list[Row]:
    """How often the headline's interval holds the mean effect, where there is one; and how often p contradicts it."""
    counts = {window: Counter[str]() for window in (DAY, ELEVEN)}
    for sample, effect in studies(design, draws, SEED + 1):
        for window, count in counts.items():
            one = sample(window)
            answer = headline_of(one, advice.describe(one), {})[1]
            count["below 5 %"] += answer.p_value < LEVEL
            if answer.interval:
                low, high = answer.interval
                count["there"] += 1
                count["interval holds the mean"] += low <= effect <= high
                against = answer.p_value != LEVEL and (low <= 0 <= high) != (answer.p_value > LEVEL)
                count["p contradicts"] += against
    return [
        ("B3", name, what, str(window), draws if what == "below 5 %" else count["there"], count[what])
        for window, count in counts.items()
        for what in ("interval holds the mean", "p contradicts", "below 5 %")
    ]


def families(name: str, design: Design, draws: int) -> list[Row]:
    """Studies in which some window is below 5 %, as it is and judged together; of effects, also day 0 itself."""
    counts, limit = Counter[tuple[str, str]](), smallest_p()
    for sample, _ in studies(design, draws, SEED + 2):
        p = []
        for window in FIVE:
            one = sample(window)
            p.append(headline_of(one, advice.describe(one), {})[1].p_value)
        counts["raw", "five"] += min(p) < LEVEL
        counts["judged together", "five"] += min(p) < limit
        if design.effect:
            left = p[0] if p[0] >= LEVEL else gaussian_step_down(np.array(p), common_days(FIVE), 0)[0]
            counts["raw", str(DAY)] += p[0] < LEVEL
            counts["judged together", str(DAY)] += left < LEVEL
    return [("B4", name, what, window, draws, count) for (what, window), count in counts.items()]


def groups(name: str, count: int, design: Design, draws: int) -> list[Row]:
    """Studies through `run` in which some window of some group is below 5 %, as it is and judged together."""
    rng, raw, left = np.random.default_rng(SEED + 4), 0, 0
    members = [f"G{i * count // design.n}" for i in range(design.n)]
    for _ in range(draws):
        result = run(made(rng, design), groups=members)
        cells = [result.answer(window, group.name) for group in result.groups for window in FIVE]
        if min(cell.tests[cell.headline or ""].p_value for cell in cells) < LEVEL:
            raw += 1  # what is judged together is never smaller
            left += min(one.p for one in result.adjusted_groups.values()) < LEVEL
    whats = {"groups x windows, raw": raw, "groups x windows": left}
    return [("B4", name, what, "five", draws, count) for what, count in whats.items()]


def run(made: Made, **choices: Any) -> StudyResult:
    """The study of these pairs on prices, none of which falls by more than 90 % a day.

    Days of a firm's other events are not masked, as in the tables.
    """
    sessions = pd.bdate_range("2005-01-03", periods=len(made.market) + 1)
    names = [f"F{f}" for f in range(made.returns.shape[1])]
    moved = np.vstack([np.zeros(len(names) + 1), np.column_stack([made.returns, made.market])])
    table = pd.DataFrame(grown(np.maximum(moved, -0.9)), sessions, [*names, "MKT"])
    days = [str(sessions[d + 1].date()) for d in made.day0]
    ids = [f"e{i}" for i in range(len(days))]
    events = pd.DataFrame({"ticker": [names[f] for f in made.firm], "date": days, "event_id": ids})
    if groups := choices.pop("groups", None):
        events["group"] = groups
    return study(windows=FIVE, mask_other_events=None, **choices).run(events, table)


def study(**choices: Any) -> EventStudy:
    """As users run it, but that every doubt about made-up prices is accepted."""
    usual: dict[str, Any] = {
        "estimation_window": (ESTIMATION.start, ESTIMATION.end),
        "event_window": (EVENT.start, EVENT.end),
        "min_estimation": 100,
        "calendar": None,
        "benchmark": "MKT",
        "accept": DOUBTS,
    }
    return EventStudy(**(usual | choices))


@cache
def smallest_p() -> float:
    """The smallest of five p that is 5 % when they are judged together: that of the others does not matter for it."""
    low, high = LEVEL / 5, LEVEL
    for _ in range(14):
        middle = (low + high) / 2
        left = gaussian_step_down(np.array([middle, 0.9, 0.9, 0.9, 0.9]), common_days(FIVE), 0)[0]
        low, high = (middle, high) if left < LEVEL else (low, middle)
    return low


def masks(tau: float, draws: int) -> list[Row]:
    """Firms with four earlier events each, 70 % of each on its day and 30 % on the next, many in one `EventStudy.run`.

    How many are below 5 % without an effect and with 6 %; and of ten together with 1.5 % each.
    """
    counts = Counter[tuple[str, str]]()
    for near in MASKS:
        rng = np.random.default_rng(SEED + 3)
        for begin in range(0, draws, _AT_ONCE):
            for what, count in _below_of_masked(rng, tau, near, min(_AT_ONCE, draws - begin)).items():
                counts[what, str(near)] += count
    name = f"four earlier events, {100 * tau:g} %"
    return [
        ("B6", name, f"{what}, mask {near}", "[0, 0]", draws // 10 if "ten" in what else draws, count)
        for (what, near), count in counts.items()
    ]


def _below_of_masked(rng: np.random.Generator, tau: float, near: int | None, firms: int) -> dict[str, int]:
    """How many of some firms, each with a benchmark of its own, are below 5 % at their last event."""
    now = 285
    earlier = [now - 63 * k for k in (1, 2, 3, 4)]
    returns = np.empty((300, firms, 2))
    for i in range(firms):
        market = 0.01 * shocks(rng, (300,), 4)
        own_returns = 0.0003 + rng.uniform(0.5, 1.5) * market + rng.uniform(0.01, 0.04) * shocks(rng, (300,), 5)
        for day in earlier:
            size = tau * rng.standard_normal()
            own_returns[day] += 0.7 * size
            own_returns[day + 1] += 0.3 * size
        returns[:, i] = np.stack([own_returns, market], axis=1)
    names = [f"F{i}" for i in range(firms)]
    columns = [*names, *(f"M{i}" for i in range(firms))]
    sessions = pd.bdate_range("2015-01-01", periods=300)
    table = pd.DataFrame(100 * np.cumprod(1 + returns.swapaxes(1, 2).reshape(300, -1), axis=0), sessions, columns)
    days = [now, *earlier]
    events = pd.DataFrame(
        {
            "ticker": np.repeat(names, len(days)),
            "date": np.tile(sessions[days], firms),
            "event_id": [f"e{d}-{name}" for name in names for d in days],
            "benchmark": np.repeat(columns[firms:], len(days)),
        }
    )
    study = EventStudy(benchmark=None, calendar=None, mask_other_events=near, windows=[(0, 0)], min_estimation=60)
    result = study.run(events, table)
    last = np.flatnonzero([pair.event_id.startswith(f"e{now}-") for pair in result.panel.pairs])
    assert len(last) == firms
    held = result.returns.take(last)
    exact, placebo = (plugins.load("tests", name) for name in ("exact_t", "placebo"))
    found: dict[str, int] = {}
    for effect in (0.0, 0.06):
        moved = replace(held, ar=held.ar + effect * (np.arange(held.event.start, held.event.end + 1) == 0))
        for name, test in {"exact_t": exact, "placebo": placebo}.items():
            p = test.compute(moved, DAY, 0).p_value
            found[f"{name}, 6 %" if effect else name] = int((p < LEVEL).sum())
    moved = replace(held, ar=held.ar + 0.015 * (np.arange(held.event.start, held.event.end + 1) == 0))
    for name in ("patell", "bmp", "corrado_rank"):
        test = plugins.load("tests", name)
        tens = (Sample.of(moved.take(np.arange(k, k + 10)), DAY) for k in range(0, firms, 10))
        found[f"{name} of ten, 1.5 %"] = sum(test.compute(ten, "default").p_value < LEVEL for ten in tens)
    return found


OVERLAPPING = {
    "60 firms, 60 dates x3d": many(60, 60, 3),
    "30 dates x1d": many(30, 30, 1),
    "1 ticker, 12 events x5d": ticker(12, 5),
    "60 firms, 20 dates x3d": many(60, 20, 3),
    "20 firms, 10 dates x4d": many(20, 10, 4),
    "30 firms, 3 dates": many(30, 3, 60),
    "20 own": own(20),
    "100 dates x2d, r .1": many(100, 100, 2, r=0.1),
    "100 dates x2d": many(100, 100, 2),
    "30 dates x1d, r .1": many(30, 30, 1, r=0.1),
    "30 dates x5d": many(30, 30, 5),
    "1 ticker, 30 events x5d": ticker(30, 5),
    "1 ticker, 12 quarters": quarters(1, 12, 0),
    "5 firms x 12 quarters, 2 days apart": quarters(5, 12, 2),
    "60 dates x3d, r 0": many(60, 60, 3, r=0.0),
}
LOOKED_AT = (*list(OVERLAPPING)[:7], "5 firms x 12 quarters, 2 days apart")
"""Those of which B 2 has other tests."""
_OF_B2 = {f"{k} own": own(k) for k in (3, 5, 20)}
_OF_ONE_DATE = {f"{k} of one date": many(k, 1, 0) for k in (3, 20)}
_SEVERAL = {
    "3 dates": many(30, 3, 14),
    "20 firms, 10 dates x4d": many(20, 10, 4),
    "60 firms, 60 dates x3d": many(60, 60, 3),
}
WILD = {
    **{
        f"{name}, firm-specific x1.5": replace(one, own=1.5)
        for name, one in ({"20 own": own(20)} | {"3 dates": many(30, 3, 60)} | _OF_ONE_DATE).items()
        if name != "3 of one date"
    },
    **{
        f"{name}, regime x{by:g}": replace(one, regime=by)
        for name, one in (_OF_B2 | _OF_ONE_DATE | _SEVERAL).items()
        for by in (1.25, 1.5, 2.0)
    },
    **{f"{k} own": own(k) for k in (10, 7, 5, 4, 3, 2)},
    **{f"{k} of one date": many(k, 1, 0) for k in (20, 10, 5)},
}
"""Designs of B 2, and the storms of B 1."""
FEW = {f"{k} own": own(k) for k in (2, 3, 4)} | {"2 firms x 2 dates x3d": many(4, 2, 3)}
MORE = {f"{k} own": own(k) for k in (5, 7, 10)}
COVERED = {
    "20 own, 0 %": own(20),
    "20 own, 1 %": replace(own(20), effect=0.01),
    "20 own, by risk, 2 %": replace(own(20), effect=0.02, whom="risk"),
    "3 dates, 1 %": replace(many(30, 3, 60), effect=0.01),
    "3 own, 2 %": replace(own(3), effect=0.02),
    "20 own, 2 %": replace(own(20), effect=0.02),
    "20 own, 4 %": replace(own(20), effect=0.04),
    "20 own, by risk, 1 %": replace(own(20), effect=0.01, whom="risk"),
    "20 own, loud third, 1 %": replace(own(20), effect=0.01, whom="loud"),
    "20 own, loud third, 2 %": replace(own(20), effect=0.02, whom="loud"),
    "20 own, quiet third, 1 %": replace(own(20), effect=0.01, whom="quiet"),
    "20 own, by chance, 2 %": replace(own(20), effect=0.02, whom="chance"),
    "100 own, 0 %": own(100),
    "100 own, 1 %": replace(own(100), effect=0.01),
    "100 own, by risk, 1 %": replace(own(100), effect=0.01, whom="risk"),
    "100 own, by risk, 2 %": replace(own(100), effect=0.02, whom="risk"),
    "100 own, loud third, 1 %": replace(own(100), effect=0.01, whom="loud"),
    "100 own, loud third, 2 %": replace(own(100), effect=0.02, whom="loud"),
    "100 own, quiet third, 1 %": replace(own(100), effect=0.01, whom="quiet"),
    **{f"5 own, {by} %": replace(own(5), effect=by / 100) for by in (0, 1, 2, 4)},
    **{f"3 own, {by} %": replace(own(3), effect=by / 100) for by in (0, 4)},
    **{f"3 dates, {by} %": replace(many(30, 3, 60), effect=by / 100) for by in (0, 2, 4)},
    "3 dates, loud third, 2 %": replace(many(30, 3, 60), effect=0.02, whom="loud"),
    "3 dates, quiet third, 1 %": replace(many(30, 3, 60), effect=0.01, whom="quiet"),
    **{
        f"{name}, regime x2, 2 %": replace(one, regime=2.0, effect=0.02)
        for name, one in {"20 own": own(20), "3 dates": many(30, 3, 60), "5 own": own(5)}.items()
    },
}
EARLIER = (0.0, 0.03, 0.06, 0.1)
"""Standard deviations of the earlier events of B 6."""
MASKS = (None, 0, 1, 3)
JUDGED = {
    "20 own": own(20),
    "3 dates": many(30, 3, 60),
    "60 dates x3d": many(60, 60, 3),
    "5 own": own(5),
    "1 ticker, 12 quarters": quarters(1, 12, 0),
    "20 own, 1.5 %": replace(own(20), effect=0.015),
}
GROUPED = {
    "30 firms, 3 dates, 3 groups mixed": (3, many(30, 3, 60)),
    "30 own, 5 groups": (5, own(30)),
    "40 firms, 10 dates x4d, 4 groups": (4, many(40, 10, 4)),
}
"""How many groups of firms that follow each other, and the firms."""


def designs() -> dict[tuple[str, str], Design]:
    """Every design but those of groups and of B 6, which go through `EventStudy.run` anyway, by its part and name."""
    found = {f"{name}, 1 %": replace(one, effect=0.01) for name, one in OVERLAPPING.items()}
    few = {f"{name}, x{by:g}": replace(one, regime=by) for name, one in FEW.items() for by in (1.0, 1.5, 2.0)}
    few |= {f"{name}, firm-specific x{by:g}": replace(one, own=by) for name, one in FEW.items() for by in (1.5, 2.0)}
    few |= {f"{name}, x1": one for name, one in MORE.items()}
    few |= {
        f"{name}, {100 * by:g} %": replace(one, effect=by) for name, one in (FEW | MORE).items() for by in (0.02, 0.04)
    }
    of = {"B1": OVERLAPPING | found, "B2": WILD, "B3": COVERED, "B4": JUDGED, "B5": few}
    return {(part, name): design for part, named in of.items() for name, design in named.items()}


def shape(design: Design) -> Design:
    """The same study without an effect."""
    return replace(design, effect=0.0, whom="all")


IN_EVENT_TIME = ("cda", "corrado_rank", "grank_t", "patell_adjusted", "bmp", "bmp_adjusted")
AS_INDEPENDENT = ("generalized_sign", "wilcoxon", "sign", "grank_z", "corrado_zivney")
OF_FEW = ("patell", "patell_guarded", "bmp_adjusted")


def _each(part: str, work: Callable[[str, Design, int], list[Row]]) -> Callable[[int, Chosen], Iterator[Row]]:
    def rows(draws: int, chosen: Chosen) -> Iterator[Row]:
        for (of, name), design in designs().items():
            if of == part and chosen(name):
                yield from work(name, design, draws)

    return rows


def _overlapping(name: str, design: Design, draws: int) -> list[Row]:
    tests = (*IN_EVENT_TIME, *AS_INDEPENDENT) if name in LOOKED_AT else ("bmp", "bmp_adjusted")
    return sizes("B1", name, design, ("patell_adjusted",) if design.effect else tests, (DAY, THREE, ELEVEN), draws)


def _wild(name: str, design: Design, draws: int) -> list[Row]:
    tests = IN_EVENT_TIME if design.regime > 1 else (*IN_EVENT_TIME, *AS_INDEPENDENT)
    return sizes("B2", name, design, tests, (DAY, ELEVEN), draws)


def _few(name: str, design: Design, draws: int) -> list[Row]:
    found = sizes("B5", name, design, OF_FEW, (DAY,) if design.effect else (DAY, ELEVEN), draws)
    return [*found, *by_benchmark(name, design, draws)]


def _of_groups(draws: int, chosen: Chosen) -> Iterator[Row]:
    return (row for name, of in GROUPED.items() if chosen(name) for row in groups(name, *of, draws))


def _masked(draws: int, chosen: Chosen) -> Iterator[Row]:
    return (row for tau in EARLIER if chosen(f"{100 * tau:g} %") for row in masks(tau, draws))


PARTS: dict[str, Callable[[int, Chosen], Iterator[Row]]] = {
    "B1": _each("B1", _overlapping),
    "B2": _each("B2", _wild),
    "B3": _each("B3", coverage),
    "B4": _each("B4", families),
    "groups": _of_groups,
    "B5": _each("B5", _few),
    "B6": _masked,
}


def main() -> None:
    """Simulate and store."""
    simulate(__doc__, PARTS, STORED, SEED)


if __name__ == "__main__":
    main()
