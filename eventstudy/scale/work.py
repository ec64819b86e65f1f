"""One part of a panel: read, lined up, and its sums in both passes, wherever it is worked on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.engine.correlation import DateTables
from eventstudy.engine.plan import Plan
from eventstudy.engine.totals import Below, NearSums, Totals, below_together, near_together
from eventstudy.events.columns import EventColumns
from eventstudy.models import model_of
from eventstudy.panel import Bools, Days, Floats, Ints, Warned
from eventstudy.panel.dense import Dense
from eventstudy.panel.flagged import InSums
from eventstudy.panel.homes import Home
from eventstudy.panel.left_out import LeftOut
from eventstudy.panel.line_up import line_up
from eventstudy.parallel import one_thread
from eventstudy.prices import PriceTable
from eventstudy.scale.panel import PanelFolder
from eventstudy.scale.parts import Part
from eventstudy.scale.read import on_sessions, read_rows, table_of, upto
from eventstudy.study import many
from eventstudy.study.evidence import Ground
from eventstudy.study.fitted import pairs_by_model
from eventstudy.study.near import Besides, with_others
from eventstudy.study.passes import BLOCK, first_pass, in_order, second_pass, shared_days
from eventstudy.study.study import DEFAULT_BENCHMARK

FAR = 0.2
"""Securities with a return above this size have their prices looked over."""
_AT_ONCE = 32
_BITS = 48
_KEPT = 512 * 2**20
"""Bytes of lined-up parts that a worker keeps for the second pass, so that it need not read them again."""

Place = tuple[str | None, str | None]


@dataclass(frozen=True)
class Work:
    """What all parts share; it travels to each worker once."""

    folder: PanelFolder
    columns: EventColumns
    days: np.ndarray[Any, Any]
    """(E,) the date of each event, for parts by time; NaT where it has none."""
    config: StudyConfig
    plan: Plan
    market: PriceTable
    """The benchmarks."""
    factors: pd.DataFrame | None
    sessions: np.ndarray[Any, Any] | None
    """All days of the panel, where they are the sessions; else None."""
    as_of: date | None
    """The last day whose prices are used."""
    grounds: dict[Place, tuple[int, Ground]]
    """The grids that pairs may stand on, with their numbers."""
    benchmarks: tuple[str, ...]
    """Their tables, in this order on all grids."""
    homes: dict[str, Home]
    """Where tickers and benchmarks trade, by all of their days in the panel."""
    unplaced: Days | None
    """The days on which a ticker without an exchange has a price; None: no exchange is looked for."""
    doubtful: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """The rows of the table of events that are left out, because their prices cannot be believed."""
    besides: tuple[Besides, EventColumns] | None = None
    """What firms had to react to besides, and all events by their announcement; None: nobody asks."""


@dataclass
class Found:
    """What one part, or several, leave behind in the first pass."""

    totals: Totals
    left: LeftOut
    warned: list[Warned] = field(default_factory=list)
    grids: list[Dense] = field(default_factory=list)
    """Without their arrays: counts alone."""
    seen: set[int] = field(default_factory=set)
    """Tickers of the events that are in the panel."""
    doubtful: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """The rows of the table of events whose pairs rest on prices in doubt."""
    shared: Bools | None = None
    """(1, L) days of other events that all pairs share."""


@dataclass(frozen=True)
class _Lined:
    """A part with its events lined up."""

    grids: list[Dense]
    rows: Ints
    """(e,) the rows of the table of events that the part has."""
    left: LeftOut
    warned: list[Warned]
    doubtful: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """Those of the rows whose pairs rest on prices in doubt."""


_lined: dict[tuple[str, Part], _Lined] = {}
"""Parts that the first pass left for the second, in this process."""


def _line_up(work: Work, part: Part) -> _Lined:
    table, tickers = _part_table(work, part)
    has = set(tickers)
    own = np.array([t in has for t in work.columns.tickers], dtype=bool)
    hit = own[work.columns.ticker] & part.takes(work.days)
    hit[work.doubtful] = False
    rows = np.flatnonzero(hit)
    if not len(rows):
        return _Lined([], rows, LeftOut(), [])
    columns = _of_rows(work, rows)
    more = work.folder.by == "time" or len(work.doubtful)
    others = _of_rows(work, np.flatnonzero(own[work.columns.ticker])) if more else None
    compared = "benchmark" in model_of(work.config).requires(("benchmark",))
    grids, left, warned = line_up(
        columns, table, work.config, DEFAULT_BENCHMARK, compared=compared, factors=work.factors, everyone=others
    )
    if work.besides is not None:
        besides, every = work.besides
        mine = every.rows(np.flatnonzero(np.array([t in has for t in every.tickers], dtype=bool)[every.ticker]))
        grids = [with_others(dense, columns, mine, besides) for dense in grids]
    look = _look(grids, table, work, compared=compared)
    told, doubtful = (look.messages, rows[look.rows]) if look else ([], rows[:0])
    misdated = many.of_factors(grids, work.factors, model_of(work.config), work.config)
    if any(doubt.severity != "caution" for doubt in misdated):
        doubtful = rows
    told = [*misdated, *told]
    return _Lined([in_order(dense) for dense in grids], rows, left, warned + told, doubtful)


def _of_rows(work: Work, rows: Ints) -> EventColumns:
    """The events in these rows."""
    return work.columns.rows(rows)


def _look(grids: list[Dense], table: PriceTable, work: Work, *, compared: bool) -> InSums | None:
    """What looks wrong in the prices of the few securities that move by far in a day; the others are passed over for speed."""
    wild: set[str] = set()
    for dense in grids:
        for start in range(0, len(dense.tickers), _AT_ONCE):  # so few that their returns stay in the cache
            far = (np.abs(dense.returns[start : start + _AT_ONCE]) > FAR).any(axis=1)
            wild |= {dense.tickers[start + i] for i in np.flatnonzero(far).tolist()}
    wild |= {name for name in work.benchmarks if name in table.info}
    return InSums(grids, table, work.config.accepts, compared=compared, among=wild) if wild else None


def _part_table(work: Work, part: Part) -> tuple[PriceTable, list[str]]:
    """The prices of a part with the benchmarks beside them, and the tickers that it has itself."""
    rows = _remembered if work.folder.by == "time" else read_rows
    table, own = table_of(work.folder, [rows(work.folder, unit) for unit in part.units], work.market)
    table = upto(table, work.as_of)
    if work.sessions is not None:
        days = _within(work.sessions, work, part)
        return replace(on_sessions(table, days), unplaced=days), own
    unplaced = None if work.unplaced is None else _within(work.unplaced, work, part)
    return replace(table, homes=dict(work.homes), unplaced=unplaced, opened=None), own


def _within(days: Days, work: Work, part: Part) -> Days:
    """Those of the days that a part may have."""
    if work.folder.by == "security":
        return days
    first, last = part.units[0].first, max(unit.last for unit in part.units)
    return days[slice(*np.searchsorted(days, [first, last + np.timedelta64(1, "D")]).tolist())]


@lru_cache(maxsize=4)
def _remembered(folder: PanelFolder, unit: Any) -> Any:
    return read_rows(folder, unit)


def first(work: Work, part: Part) -> Found:
    """The sums of one part."""
    lined, model = _line_up(work, part), model_of(work.config)
    with one_thread():
        sums = [
            replace(_renumbered(found, work, dense), named=_rows_named(found, lined.rows))
            for dense in lined.grids
            for some in _blocks(dense)
            for found in [first_pass(work.plan, model, some)]
        ]
    _remember(work, part, lined)
    seen = {int(i) for i in np.unique(work.columns.ticker[lined.rows])}
    return Found(
        Totals.combined(sums),
        lined.left,
        lined.warned,
        [_bare(d) for d in lined.grids],
        seen,
        lined.doubtful,
        shared_days(lined.grids),
    )


class Asked(NamedTuple):
    """What the second pass finds beside ranks."""

    near: bool
    """How much pairs moved around their events."""
    few: bool
    """The pairs themselves."""


def second(shared: tuple[Work, Floats, Asked], part: Part) -> tuple[Below, dict[int, NearSums], list[AbnormalReturns]]:
    """The ranks of one part, and where they are `asked` for how much its pairs moved around their events, and the pairs."""
    work, scales, asked = shared
    lined = _lined.pop((str(work.folder.path), part), None) or _line_up(work, part)
    model = model_of(work.config)
    with one_thread():
        blocks = [some for dense in lined.grids for some in _blocks(dense)]
        found = [second_pass(work.plan, model, some, scales, near=asked.near) for some in blocks]
        few = [one for some in blocks if asked.few for one in pairs_by_model(work.plan, model, some)]
    return below_together(below for below, _ in found), near_together(near for _, near in found), few


def _remember(work: Work, part: Part, lined: _Lined) -> None:
    """Keep a part for the second pass as long as there is room."""
    held = sum(d.returns.nbytes for one in _lined.values() for d in one.grids)
    if held + sum(d.returns.nbytes for d in lined.grids) <= _KEPT:
        _lined[str(work.folder.path), part] = lined


def _blocks(dense: Dense) -> list[Dense]:
    return [dense.take(np.arange(i, min(i + BLOCK, len(dense)))) for i in range(0, len(dense), BLOCK)]


def _bare(dense: Dense) -> Dense:
    """The grid without its arrays."""
    none = dense.take(np.empty(0, dtype=np.int64))
    return replace(
        none,
        returns=none.returns[:0].copy(),
        regressors=none.regressors[:0].copy(),
        busy=None,
        tickers=(),
        reacted=None,
    )


def _renumbered(totals: Totals, work: Work, dense: Dense) -> Totals:
    """The sums with the dates of this grid numbered as on the ground that all parts share."""
    number, ground = work.grounds[dense.place]
    width = dense.returns.shape[1]
    tables = np.array([work.benchmarks.index(b) if b in work.benchmarks else -1 for b in dense.benchmarks])
    known = ~np.isnat(ground.sessions)
    first = int(known.argmax())
    days = ground.sessions[known]

    def again(one: DateTables) -> DateTables:
        local = one.keys & ((1 << _BITS) - 1)
        row = first + np.searchsorted(days, dense.sessions[local % width])
        keys = (number << _BITS) + tables[local // width] * len(ground.sessions) + row
        order = np.argsort(keys, kind="stable")
        return one.take(order, keys[order])

    strata = {s: stratum._replace(dates=again(stratum.dates)) for s, stratum in totals.strata.items()}
    return replace(totals, strata=strata)


def _rows_named(totals: Totals, rows: Ints) -> tuple[tuple[str, int, int], ...]:
    return tuple((reason, int(rows[i]), m) for reason, i, m in totals.named)
