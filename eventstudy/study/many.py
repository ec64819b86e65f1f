"""What a study of which only sums are kept does around its two passes: who is studied, who could not be, what to say of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from eventstudy.config import StudyConfig
from eventstudy.engine.least_squares import least_days
from eventstudy.engine.plan import plan_of
from eventstudy.errors import InvalidFile, NeedsPairs, Sentence
from eventstudy.events import Event, Registry, as_events, chosen_moment, moment_of_day
from eventstudy.events.columns import EventColumns, columns_of_events, columns_of_rows
from eventstudy.events.rows import Rows, rows_of_frame
from eventstudy.events.table import read_rows
from eventstudy.models import Model
from eventstudy.panel import Exclusion, Ints, Warned, dated_factors
from eventstudy.panel.dense import Dense
from eventstudy.panel.flagged import InSums
from eventstudy.panel.grid import factor_names
from eventstudy.panel.left_out import LeftOut, unread
from eventstudy.panel.line_up import line_up
from eventstudy.panel.place import benchmarks_of
from eventstudy.parallel import Executor
from eventstudy.prices import PriceTable
from eventstudy.study.aggregate import AggregateResult
from eventstudy.study.evidence import Evidence
from eventstudy.study.near import Besides, with_others
from eventstudy.study.passes import evidence_of, in_order
from eventstudy.tables.frames import pandas_of

if TYPE_CHECKING:
    from eventstudy.study.study import Events

FEW_DATES = 8
"""Up to so many event dates the returns of each are added up, so that pairs of one date have their portfolio."""


def check_sums_do(config: StudyConfig, model: Model) -> None:
    """Refuse what sums cannot answer."""
    wants_peers = any(name in ("peer", "@") for name in model.requires(("benchmark", "peer", "@")))
    for wrong, what in (
        (not config.clock.daily, Sentence("a study whose frequency is {frequency}", frequency=config.frequency)),
        (config.outcome != "return", Sentence("a study of {outcome}", outcome=config.outcome)),
        (not config.in_order, Sentence("estimation on days after the event, or in several windows,")),
        (config.returns == "difference", Sentence("a study of changes of a level")),
        (config.looked_at is not None, Sentence("an event window without day 0")),
        (not config.estimated, Sentence("a study without estimation days")),
        (":" in config.model, Sentence("a model of your own")),
        (config.window_days is not None, Sentence("a window of calendar days")),
        (config.own_windows, Sentence("windows of each pair's own")),
        (config.own_estimation, Sentence("estimation windows of each pair's own")),
        (config.weights == "value", Sentence("a mean weighted by value")),
        (config.missing != "drop", f'missing="{config.missing}"'),
        (wants_peers, Sentence("the model {model}, which compares with peers,", model=config.model)),
        (bool(config.peers), Sentence("buy-and-hold returns over those of peers")),
        (config.bhar in ("model", "matched"), f'bhar="{config.bhar}"'),
        (config.correlation != "by_date", f'correlation="{config.correlation}"'),
        (config.delisting != "truncate", f'delisting="{config.delisting}"'),
    ):
        if wrong:
            raise NeedsPairs(
                Sentence("{what} cannot be had from sums", what=what),
                hint=Sentence('keep every pair: keep="pairs" (--keep pairs)'),
            )
    if len(config.windows or ()) > 62:
        raise NeedsPairs(
            Sentence("{n} windows cannot be added up at once", n=len(config.windows or ())),
            hint=Sentence("name at most 62"),
        )


def as_columns(events: Events | Rows, day0: str | date) -> tuple[EventColumns, list[Exclusion]]:
    """The pairs of a study as columns, and the rows of its table that are no events; `day0` as in `chosen_moment`.

    Raises:
        InvalidFile: no row is an event, or one is not and they are to be strict.
    """
    made = events if isinstance(events, Rows | list | tuple | Event | Registry) else pandas_of(events)
    if made is not None and not isinstance(made, list | tuple | Event | Registry):
        rows = made if isinstance(made, Rows) else rows_of_frame(made)
        try:
            if rows.noticed is None or day0 != "recognised":
                return _at(columns_of_rows(rows), day0), []
        except InvalidFile:
            if rows.strict:
                raise
        found, bad = read_rows(rows, rows.origin, strict=rows.strict)  # row by row, as where every pair is kept
        events = Registry(found, left_out=bad)
    assert not isinstance(events, Rows | pd.DataFrame)
    known = as_events(events)
    return columns_of_events(known, lambda event: chosen_moment(event, day0)), unread(known)


def _at(columns: EventColumns, day0: str | date) -> EventColumns:
    if day0 == "announced":
        return columns
    chosen = (None,) if day0 == "recognised" else (moment_of_day(day0),)
    return EventColumns(**{**vars(columns), "moments": chosen, "moment": np.zeros_like(columns.moment)})


@dataclass(frozen=True)
class LinedUp:
    """All grids with their pairs."""

    grids: list[Dense]
    left: LeftOut
    warned: list[Warned]
    benchmarks: tuple[str, ...]
    """Those that events are compared with."""
    look: InSums | None = None
    """What looks wrong in the prices; worked out when somebody asks, since it looks at every series. None: told elsewhere."""
    doubtful: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """The rows of the events whose pairs rest on prices in doubt, where there is no `look`."""


def lined_up(
    columns: EventColumns,
    table: PriceTable,
    config: StudyConfig,
    model: Model,
    benchmark: str,
    factors: pd.DataFrame | None,
    everyone: EventColumns | None = None,
    besides: tuple[Besides, EventColumns] | None = None,
) -> LinedUp:
    """Every pair on its grid; `benchmark` is that of events that name none, `everyone` as in `line_up`.

    `besides`: what firms had to react to besides, and all events by their announcement; None: nobody asks.
    """
    compared = "benchmark" in model.requires(("benchmark",))
    grids, left, warned = line_up(
        columns, table, config, benchmark, compared=compared, factors=factors, everyone=everyone
    )
    if besides is not None:
        grids = [with_others(dense, columns, besides[1], besides[0]) for dense in grids]
    grids = [in_order(dense) for dense in grids]  # here, so that nobody holds them in another order as well
    used = sorted(benchmarks_of(columns, config, benchmark)[0])
    placed = [replace(dense, returns=dense.returns[:0].copy(), busy=None) for dense in grids]
    misdated = of_factors(grids, factors, model, config)
    look = InSums(placed, table, config.accepts, compared=compared, misdated=misdated)
    return LinedUp(grids, left, warned, tuple(used), look)


def of_factors(grids: Sequence[Dense], factors: pd.DataFrame | None, model: Model, config: StudyConfig) -> list[Warned]:
    """What is wrong with the dates of the factors that the model takes of a file."""
    if factors is None:
        return []
    needed = [n for n in model.requires(("benchmark", *factor_names(factors))) if n in factors]
    return dated_factors.of_grids(grids, needed, config.accepts)


def added_up(
    columns: EventColumns, lined: LinedUp, config: StudyConfig, model: Model, executor: Executor | None
) -> Evidence:
    """Both passes; pairs without a fit are counted in `lined.left`."""
    dates = {
        str(d) for dense in lined.grids for d in dense.sessions[np.flatnonzero(np.bincount(dense.row))][: FEW_DATES + 1]
    }
    form = config.variants.get("grank_t", "default")
    plan = plan_of(config, portfolios=len(dates) <= FEW_DATES)
    evidence = evidence_of(plan, model, lined.grids, "adjusted" if form == "default" else form, executor)
    count_unfit(evidence, columns, config, lined.left)
    return evidence


def without(
    rows: Ints,
    columns: EventColumns,
    table: PriceTable,
    config: StudyConfig,
    model: Model,
    benchmark: str,
    factors: pd.DataFrame | None,
    besides: tuple[Besides, EventColumns] | None = None,
) -> Evidence | None:
    """The evidence of all pairs but those in some rows of the events; None where none is left."""
    if len(rows) == len(columns):
        return None
    part = columns.rows(np.setdiff1d(np.arange(len(columns)), rows))
    lined = lined_up(part, table, config, model, benchmark, factors, everyone=columns, besides=besides)
    found = added_up(part, lined, config, model, None) if lined.grids else None
    return found if found is not None and found.totals.n else None


def result_of(
    columns: EventColumns,
    lined: LinedUp,
    evidence: Evidence,
    config: StudyConfig,
    day0: str | date,
    source: Callable[[], Mapping[str, Any]],
    without: Callable[[Ints], Evidence | None] | None = None,
) -> AggregateResult:
    """The result; `source` makes its provenance, `without` the evidence of all pairs but those in some rows of the events."""
    look, doubtful = lined.look, lined.doubtful  # the tables of returns go with what was lined up

    def others() -> tuple[int, Evidence | None] | None:
        rows = look.rows if look else doubtful
        return (len(rows), without(rows)) if without is not None and len(rows) else None

    return AggregateResult(
        config=config,
        evidence=evidence,
        benchmark=lined.benchmarks[0] if len(lined.benchmarks) == 1 else list(lined.benchmarks),
        n_events=int(columns.event.max()) + 1,
        left_out=lined.left.counts,
        exclusions=tuple(lined.left.first),
        noticed=(*lined.warned, *_noticed(evidence, lined.grids, columns, day0, lined.left)),
        source=source,
        look=lambda: look.messages if look else (),
        others=others,
    )


def count_unfit(evidence: Evidence, columns: EventColumns, config: StudyConfig, left: LeftOut) -> None:
    """Count the pairs that the fit could not use, and name the first (ruling 12)."""
    least = least_days(config.min_estimation, evidence.totals.parameters)
    for reason, count in evidence.totals.problems.items():
        said = [(row, m) for r, row, m in evidence.totals.named if r == reason]
        left.add(
            reason,
            count,
            (
                Exclusion.of(
                    "NO_DAY0.sums" if reason == "NO_DAY0" else reason,
                    columns.name(row),
                    columns.tickers[columns.ticker[row]],
                    usable=m,
                    least=least,
                )
                for row, m in said
            ),
        )


def _noticed(
    evidence: Evidence, grids: Sequence[Dense], columns: EventColumns, day0: str | date, left: LeftOut
) -> Iterator[Warned]:
    """What is said of each pair by the ordinary engine, counted."""
    if day0 != "announced":
        yield Warned.of("DAY0_CHOSEN.sums_recognised" if day0 == "recognised" else "DAY0_CHOSEN.sums", day0=day0)
    counted = (
        ("DAY0_SHIFTED.sums", sum(d.n_shifted for d in grids)),
        ("DELISTED.sums", sum(d.n_delisted for d in grids)),
        ("SHORT_ESTIMATION.sums", evidence.totals.short),
        ("ESTIMATION_GAPS.sums", evidence.totals.gaps),
    )
    for form, count in counted:
        if count:
            yield Warned.of(form, count=count)
    if disturbed := sum(d.n_disturbed for d in grids):
        yield Warned.of("EVENT_IN_ESTIMATION.sums", count=disturbed, masked=sum(d.n_masked for d in grids))
    if left.repeats:
        yield Warned.of("REPEATED_EVENT.sums", count=len(left.repeats))
    if columns.grouped:
        yield Warned.of("GROUPS_NOT_KEPT")


def fingerprint(columns: EventColumns) -> str:
    """A hash of what is studied: equal tables of events, equal hash."""
    digest = hashlib.sha256()
    said = (m and (m.when.isoformat(), m.timing) for m in columns.moments)
    digest.update(repr((columns.tickers, tuple(said), columns.benchmarks)).encode())
    for codes in (columns.ticker, columns.moment, columns.benchmark, columns.event):
        digest.update(codes.astype("<i8").tobytes())
    return digest.hexdigest()
