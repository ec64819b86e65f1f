"""What many pairs of which only sums were kept say of each window: the samples that the tests see.

What needs every pair is not here; tests that ask for it are not `from_sums` and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from operator import add
from typing import Any

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.engine.correlation import DateTables, as_slice
from eventstudy.engine.plan import Plan
from eventstudy.engine.totals import Below, NearSums, Totals
from eventstudy.inference import Sample, Sums
from eventstudy.inference.ranks_and_signs import not_ranked, scale_of
from eventstudy.language import Phrase
from eventstudy.models import Model
from eventstudy.panel import AFTER, After, Bools, Days, EventBlock, Floats, Ints
from eventstudy.study.estimate import NearDays, Portfolios
from eventstudy.units.windows import Window

_BITS = 48


@dataclass(frozen=True)
class Ground:
    """One grid as answers need it: its days and regressors, without the returns."""

    exchange: str | None
    """Where its tickers trade; None: the prices say which days there are."""
    sessions: Days
    """(P,)"""
    regressors: Floats
    """(B, P, F)"""
    names: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """All windows of a study of which sums were kept."""

    plan: Plan
    totals: Totals
    grounds: tuple[Ground, ...]
    """The grids by their number."""
    model: Model
    below: Below | None = None
    """What the second pass found; None before it."""
    scales: tuple[float, ...] = ()
    """(W,) what the SCARs were multiplied with in it."""
    near: Mapping[int, NearSums] | None = None
    """How much the pairs of each stratum moved around the event; None where that was not added up."""
    few: tuple[AbnormalReturns, ...] = ()
    """The pairs themselves, in parts, where they are few."""
    left_out: Bools | None = None
    """(1, L) days of other events of all pairs, as in `Portfolios`; None: none, or nobody asks."""
    tables: dict[tuple[int, ...], DateTables] = field(default_factory=dict, compare=False)
    """Tables of dates that several windows look at, put together once."""
    calendar: dict[bytes, tuple[Days, Ints]] = field(default_factory=dict, compare=False)
    """Calendar days of tables of dates, by their keys."""
    portfolios: dict[tuple[int, ...], tuple[AbnormalReturns | None, str]] = field(default_factory=dict, compare=False)
    """Portfolios of pairs that several windows look at, made once."""

    def over(self, window: Window, seed: int = 0) -> Sample:
        """The pairs that cover `window`, one of those of the plan."""
        strata = self.totals.covering(self.plan.windows.index(window))
        sample = replace(self._added_up(window, strata), seed=seed)
        if not strata:
            return sample
        if strata not in self.portfolios:
            self.portfolios[strata] = self._portfolio(sample)
        portfolio, why_none = self.portfolios[strata]
        return replace(sample, portfolio=portfolio, no_portfolio=why_none).in_regime()

    def _added_up(self, window: Window, strata: tuple[int, ...]) -> Sample:
        """What the pairs of these strata add up to over a window."""
        if not strata:
            return Sample(window)
        w = self.plan.windows.index(window)
        first, *rest = (self.totals.strata[s] for s in strata)
        days, ranks, cars = first.days, first.ranks, first.cars.at(w)
        for other in rest:
            days, ranks, cars = days + other.days, ranks + other.ranks, cars + other.cars.at(w)
        more: dict[str, Any] = {}
        if self.below is not None:
            more = {"below": sum(self.below[s][w] for s in strata), "scale": self.scales[w]}
        dates = self.dates(strata)
        near = [self.near[s] for s in strata if s in self.near] if self.near else []
        if near and len(near) == len(strata):
            more["near"] = reduce(add, near)
        few = [(part, part.over(window).covered) for part in self.few]
        more["few"] = tuple(part.take(covered) for part, covered in few if covered.any())
        sums = Sums(
            days,
            ranks,
            cars,
            dates,
            dates.spreads[:, w],
            self.plan.event,
            self.totals.errors,
            self.totals.parameters,
            **more,
        )
        return Sample(window, sums=sums)

    def scales_of(self, form: str) -> Floats:
        """(W,) what the SCARs are multiplied with before they are ranked; 0 where that is not defined."""
        found = []
        for w, window in enumerate(self.plan.windows):
            one = self._added_up(window, self.totals.covering(w))
            ready = one.n > 0 and not not_ranked(one, form)
            found.append(scale_of(one.n, one.correlation.mean, one.scar_spread, form) if ready else 0.0)
        return np.array(found)

    def dates(self, strata: tuple[int, ...]) -> DateTables:
        """The date tables of these strata together, with their calendar days."""
        if strata not in self.tables:
            tables = self._tables(strata)
            days, row = self._days_of(tables.keys)
            self.tables[strata] = replace(tables, days=days, row=row if len(self.grounds) == 1 else None)
        return self.tables[strata]

    def _tables(self, strata: tuple[int, ...]) -> DateTables:
        """The same without days: those of the window that most strata cover, but for the dates that others have pairs of."""
        of = self.totals.strata
        most = max((self.totals.covering(w) for w in range(len(self.plan.windows))), key=len)
        lacking = [of[s].dates.keys for s in most if s not in strata]
        if not lacking or not set(strata) <= set(most):
            return DateTables.merged([of[s].dates for s in strata])
        keys = np.unique(np.concatenate(lacking))
        return self.dates(most).but(keys, DateTables.merged([of[s].dates.among(keys) for s in strata]))

    @cached_property
    def keys(self) -> Ints:
        """(G,) those of all dates, ascending."""
        found: Ints = np.unique(np.concatenate([stratum.dates.keys for stratum in self.totals.strata.values()]))
        return found

    def _days_of(self, keys: Ints) -> tuple[Days, Ints]:
        """(G, L1 + L2) the calendar days of dates, and (G,) where day 0 stands on its grid; most windows have the same.

        Of one grid those of the event alone (G, L2).
        """
        if (named := keys.tobytes()) in self.calendar:
            return self.calendar[named]
        plan, one = self.plan, len(self.grounds) == 1
        before = 0 if one else plan.estimation.length
        grid, place = keys >> _BITS, keys & ((1 << _BITS) - 1)
        days = np.empty((len(keys), before + plan.event.length), dtype="datetime64[D]")
        row = np.zeros(len(keys), dtype=np.int64)
        for g, ground in enumerate(self.grounds):
            mine = as_slice(np.flatnonzero(grid == g))
            row[mine] = place[mine] % len(ground.sessions)
            spanned = [(slice(0, before), plan.estimation), (slice(before, None), plan.event)]
            for inside, window in spanned[one:]:
                spans = np.lib.stride_tricks.sliding_window_view(ground.sessions, window.length)
                days[mine, inside] = spans[row[mine] + window.start]
        self.calendar[named] = days, row
        return days, row

    @property
    def n_dates(self) -> int:
        """The distinct sessions of day 0 of all pairs."""
        days, _ = self._days_of(self.keys)
        return len(np.unique(days[:, -1 - self.plan.event.end]))

    @property
    def event_days(self) -> tuple[list[str | None], Days]:
        """The exchange of each date of an event, and the sessions (D, L2) of its event window; NaT beyond the calendar."""
        exchanges = [ground.exchange for ground in self.grounds]
        days, _ = self._days_of(self.keys)
        return [exchanges[g] for g in (self.keys >> _BITS).tolist()], days[:, -self.plan.event.length :]

    @property
    def market(self) -> tuple[Floats, Floats]:
        """The benchmark's returns on the estimation days (D, L1) and event days (D, L2) of each date of an event."""
        before: list[Floats] = []
        within: list[Floats] = []
        for key in self.keys.tolist():
            ground, table, row = _place(self, key)
            for found, window in ((before, self.plan.estimation), (within, self.plan.event)):
                found.append(ground.regressors[table, row + window.start : row + window.end + 1, 0])
        return np.array(before), np.array(within)

    def _portfolio(self, sample: Sample) -> tuple[AbnormalReturns | None, str]:
        """The equal-weighted portfolio of the pairs of one date as one series, or None and why there is none."""
        tables, plan = sample.dates, self.plan
        if sample.n_dates > 1:
            return None, Phrase("the pairs have more than one event date")
        if len(tables.keys) > 1:
            return None, Phrase("the firms do not share one calendar and one benchmark")
        if not plan.portfolios:
            return None, Phrase('the returns of one date are not kept among many: run with keep="pairs"')
        mean = np.where(tables.returns_n == sample.n, tables.returns / sample.n, np.nan)
        block, after = _block(self, int(tables.keys[0]), mean)
        near, errors = NearDays(plan.regime), plan.prediction_error
        made = Portfolios(block, self.model, plan.min_estimation, errors, after, near, self.left_out)
        return made.portfolio(np.zeros(1, dtype=np.int64))


def _place(evidence: Evidence, key: int) -> tuple[Ground, int, int]:
    """The grid of a date, and its benchmark and row there."""
    ground = evidence.grounds[key >> _BITS]
    table, row = divmod(key & ((1 << _BITS) - 1), len(ground.sessions))
    return ground, table, row


def _block(evidence: Evidence, key: int, returns: Floats) -> tuple[EventBlock, After]:
    ground, table, row = _place(evidence, key)
    plan = evidence.plan
    days = slice(row + plan.estimation.start, row + plan.event.end + 1)
    later = slice(days.stop, days.stop + AFTER)
    width = days.stop - days.start
    after = After(returns[:, width:], ground.regressors[table : table + 1, later], ground.sessions[None, later])
    block = EventBlock(
        returns=returns[:, :width],
        regressors=ground.regressors[table : table + 1, days],
        names=ground.names,
        design=np.zeros(1, dtype=np.int64),
        sessions=ground.sessions[None, days],
        span=np.ones((1, width)),
        estimation=plan.estimation,
        event=plan.event,
    )
    return block, after
