"""A study of a panel that is larger than memory: its parts go by, their sums are kept (`keep="aggregate"`).

A part is read, its events are lined up, and both passes of `study.passes` add them up; dates of all parts are numbered alike,
so that pairs of one date meet wherever they are stored. Parts depend on the panel alone and are combined in their order: the
same bits, however many workers read them. A panel by security is read file by file; one by time through a window that moves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eventstudy import __version__, calendars
from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.engine.plan import plan_of
from eventstudy.engine.totals import Below, NearSums, Totals, below_together, near_together
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence
from eventstudy.events import policy_of
from eventstudy.events.columns import EventColumns
from eventstudy.language import Phrase
from eventstudy.models import model_of
from eventstudy.panel import Days, Exclusion, Warned
from eventstudy.panel.dense import padded, regressors_on
from eventstudy.panel.grid import factor_names, grid_sessions
from eventstudy.panel.homes import Home, exchange_beside, home_of
from eventstudy.panel.left_out import LeftOut, by_row, row_of, with_id
from eventstudy.panel.place import benchmarks_of
from eventstudy.parallel import Done, Executor, Serial
from eventstudy.prices import PriceTable
from eventstudy.scale.panel import PanelFolder
from eventstudy.scale.parts import Part, parts_of
from eventstudy.scale.read import homes_of, on_sessions, read_tickers, sessions_of, upto
from eventstudy.scale.work import Asked, Found, Place, Work, first, second
from eventstudy.study import many
from eventstudy.study.aggregate import AggregateResult
from eventstudy.study.doubts import with_severity
from eventstudy.study.evidence import Evidence, Ground
from eventstudy.study.near import Besides
from eventstudy.study.passes import few_asked, near_asked
from eventstudy.study.study import DEFAULT_BENCHMARK, Events, EventStudy, check_regressors


def run_folder(
    study: EventStudy,
    events: Events,
    path: str | Path,
    *,
    factors: pd.DataFrame | None = None,
    day0: str | date = "announced",
    as_of: date | None = None,
    provenance: Mapping[str, Any] | None = None,
    executor: Executor | None = None,
    done: Done | None = None,
    besides: Besides | None = None,
) -> AggregateResult:
    """Study `events` with the prices of a folder of Parquet files up to `as_of`; see `EventStudy.run` for the rest.

    Raises:
        NothingUsable: no pair is left to study; the message lists why.
        InvalidRequest: what sums cannot answer, or factors that are not there. InvalidFile: the folder is no panel of prices.
    """
    config, model, folder = study.config, model_of(study.config), PanelFolder(Path(path))
    many.check_sums_do(config, model)
    if config.currency is not None:
        raise InvalidRequest(
            Sentence("prices of a folder are not converted"),
            hint=Sentence("leave out --currency, or name a price file"),
        )
    day0 = policy_of(day0)
    columns, no_events = many.as_columns(events, day0)
    work = _work(folder, columns, config, factors, as_of)
    if besides is not None:
        every = columns if day0 == "announced" else many.as_columns(events, "announced")[0]
        work = replace(work, besides=besides.among(every))
    check_regressors(model, ("benchmark", *factor_names(factors)), config)
    parts = parts_of(folder, config)
    runner = executor or Serial()
    found, evidence = _both_passes(work, columns, parts, runner, done)
    _count_unseen(found, columns)
    found.left.add("BAD_ROW", len(no_events), no_events)
    used = _used(columns, config)
    lined = many.LinedUp(found.grids, found.left, _once(found.warned), used, doubtful=found.doubtful)
    many.count_unfit(evidence, columns, config, found.left)
    if not evidence.totals.n:
        raise NothingUsable(
            Sentence("no pair is left to study"), where=_reasons(found.left), hint=Sentence("check tickers and dates")
        )
    told = partial(_provenance, folder, columns, provenance or {})
    others = _believable(replace(work, doubtful=found.doubtful), columns, parts, runner)
    return many.result_of(columns, lined, evidence, config, day0, told, lambda _: others)


def _believable(work: Work, columns: EventColumns, parts: tuple[Part, ...], runner: Executor) -> Evidence | None:
    """The evidence of the pairs that are not in doubt, by two more passes; None where all are, or none is."""
    if not 0 < len(work.doubtful) < len(columns):
        return None
    evidence = _both_passes(work, columns, parts, runner, None)[1]
    return evidence if evidence.totals.n else None


def _both_passes(
    work: Work, columns: EventColumns, parts: tuple[Part, ...], runner: Executor, done: Done | None
) -> tuple[Found, Evidence]:
    """All parts twice: the first pass, and the second with what it found. Parts name events by their rows."""
    n = len(parts)
    found = Found(Totals({}), LeftOut())

    def fold(part: Found) -> None:
        found.totals = Totals.combined([found.totals, part.totals])
        for reason, count in part.left.counts.items():
            mine = (e for e in part.left.first if e.reason == reason)
            found.left.add(reason, count, (with_id(e, columns.name(row_of(e))) for e in mine))
        found.left.repeats += part.left.repeats
        found.warned += part.warned
        found.grids += part.grids
        found.seen |= part.seen
        if part.shared is not None:
            found.shared = part.shared if found.shared is None else found.shared & part.shared
        found.doubtful = np.union1d(found.doubtful, part.doubtful)

    runner.run(first, work, parts, done and (lambda i, _: done(i, 2 * n)), fold)
    grounds = tuple(ground for _, ground in work.grounds.values())
    evidence = Evidence(work.plan, found.totals, grounds, model_of(work.config), left_out=found.shared)
    if not found.totals.n:
        return found, evidence
    form = work.config.variants.get("grank_t", "default")
    scales = evidence.scales_of("adjusted" if form == "default" else form)
    below: Below = {}
    near: dict[int, NearSums] = {}

    few: tuple[AbnormalReturns, ...] = ()

    def fold_second(part: tuple[Below, dict[int, NearSums], list[AbnormalReturns]]) -> None:
        nonlocal below, near, few
        below, near = below_together([below, part[0]]), near_together([near, part[1]])
        few += tuple(part[2])

    asked = Asked(near_asked(evidence), few_asked(evidence))
    runner.run(second, (work, scales, asked), parts, done and (lambda i, _: done(n + i, 2 * n)), fold_second)
    evidence = replace(evidence, below=below, scales=tuple(scales.tolist()), few=few)
    return found, replace(evidence, near=near if asked.near else None)


def _work(
    folder: PanelFolder,
    columns: EventColumns,
    config: StudyConfig,
    factors: pd.DataFrame | None,
    as_of: date | None,
) -> Work:
    benchmarks = _used(columns, config)
    market = upto(read_tickers(folder, benchmarks), as_of)
    if not market.tickers:
        raise NothingUsable(
            Sentence(
                "the panel has no prices of {benchmarks}, which events are compared with",
                benchmarks=", ".join(benchmarks),
            ),
            where=str(folder.path),
            hint=Sentence("name a --benchmark that is one of its tickers"),
        )
    days = np.array([_date(m) for m in columns.moments], dtype="datetime64[D]")[columns.moment]
    sessions = sessions_of(folder) if config.calendar is None else None
    if sessions is not None and as_of is not None:
        sessions = sessions[sessions <= np.datetime64(as_of, "D")]
    market = on_sessions(market, sessions) if sessions is not None else market
    plan = plan_of(config, portfolios=len(columns.moments) <= many.FEW_DATES)
    known = tuple(b for b in benchmarks if b in market.tickers)
    homes, unplaced = _homes(folder, columns, market, config, as_of)
    market = replace(market, homes=dict(homes), unplaced=unplaced, opened=None)
    grounds = {}
    for number, place in enumerate(_places(columns, benchmarks, config, market)):
        grounds[place] = (number, _ground(place, market, known, days, config, factors))
    plain = replace(columns, name=by_row)
    return Work(folder, plain, days, config, plan, market, factors, sessions, as_of, grounds, known, homes, unplaced)


def _date(moment: calendars.Moment | None) -> np.datetime64:
    if moment is None:
        return np.datetime64("NaT", "D")
    when = moment.when
    return np.datetime64(when.date() if isinstance(when, datetime) else when, "D")


def _used(columns: EventColumns, config: StudyConfig) -> tuple[str, ...]:
    return tuple(sorted(benchmarks_of(columns, config, DEFAULT_BENCHMARK)[0]))


def _homes(
    folder: PanelFolder, columns: EventColumns, market: PriceTable, config: StudyConfig, as_of: date | None
) -> tuple[dict[str, Home], Days | None]:
    """Where the securities of events and their benchmarks trade, and the days of those without an exchange."""
    if config.calendar is None:
        return {}, None
    used = [columns.tickers[i] for i in np.unique(columns.ticker).tolist()]
    homes, days = homes_of(folder, used, as_of)
    for benchmark in market.tickers:
        with suppress(InvalidRequest):  # told of each event when it is lined up
            homes[benchmark] = home_of(benchmark, market)
    return homes, days


def _places(columns: EventColumns, benchmarks: tuple[str, ...], config: StudyConfig, market: PriceTable) -> list[Place]:
    """The exchanges of tickers and benchmarks that may meet, in the order in which pairs are placed."""
    if config.calendar is None:
        return [(None, None)]
    homes = {home.exchange for ticker in columns.tickers if (home := market.homes.get(ticker))}
    there = [b for b in benchmarks if b in market.homes]
    met = {(h, exchange_beside(b, h, market)) for h in homes for b in there}
    return sorted(met, key=lambda place: [(e is None, e or "") for e in place])


def _ground(
    place: Place,
    market: PriceTable,
    benchmarks: tuple[str, ...],
    days: np.ndarray[Any, Any],
    config: StudyConfig,
    factors: pd.DataFrame | None,
) -> Ground:
    """The days and regressors of a grid, from the benchmarks alone; as those of pairs."""
    known = days[~np.isnat(days)]
    last = (known.max() if len(known) else market.close.index[-1].to_datetime64().astype("datetime64[D]")).astype(date)
    sessions, _ = grid_sessions(*place, None if place[0] else market.unplaced, [], last, market, config)
    regressors, _ = regressors_on(market, benchmarks, sessions, config, factors)
    return Ground(place[0], padded(sessions, config), regressors, ("benchmark", *factor_names(factors)))


def _count_unseen(found: Found, columns: EventColumns) -> None:
    """Count the pairs whose ticker is nowhere in the panel."""
    lacking = np.setdiff1d(np.unique(columns.ticker), np.fromiter(found.seen, np.int64, len(found.seen)))
    rows = np.flatnonzero(np.isin(columns.ticker, lacking))
    named = (
        Exclusion.of("NO_PRICES", columns.name(i), t, symbol=t)
        for i in rows.tolist()
        for t in [columns.tickers[columns.ticker[i]]]
    )
    found.left.add("NO_PRICES", len(rows), named)


def _once(warned: list[Warned]) -> list[Warned]:
    """One warning of each code, and how many more parts of the panel gave cause for it."""
    by_code: dict[str, list[Warned]] = {}
    for one in warned:
        by_code.setdefault(one.code, []).append(one)
    found = []
    for same in by_code.values():
        same.sort(key=lambda w: with_severity(w).severity != "doubt")
        more = len({w.message for w in same}) - 1
        text = same[0].message
        if more:
            text = Phrase("{what} (and alike in {more} more parts of the panel)", what=text, more=more)
        found.append(same[0]._replace(message=text))
    return found


def _reasons(left: LeftOut) -> str:
    shown = [f"{n:,} pairs: {r}" for r, n in left.counts.items()]
    first = [f"{e.ticker} ({e.event_id}): {e.message}" for e in left.first[:3]]
    return "; ".join([*shown, *first]) or Sentence("no event names a ticker")


def _of_column(folder: PanelFolder) -> Phrase:
    return Phrase(
        "exchanges from the column {column}, where it holds one that is known", column=folder.columns["exchange"]
    )


def _provenance(folder: PanelFolder, columns: EventColumns, more: Mapping[str, Any]) -> dict[str, Any]:
    digest = hashlib.sha256()
    for name in folder.dataset.files:
        digest.update(str(Path(name).relative_to(folder.path)).encode())
        with open(name, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    packages = ("numpy", "scipy", "pandas", "pyarrow", "exchange-calendars")
    return {
        "source": "parquet",
        "panel": {"files": len(folder.dataset.files), "rows": folder.rows, "by": folder.by},
        "retrieved_at": None,
        "prices_sha256": digest.hexdigest(),
        "registry_sha256": many.fingerprint(columns),
        **({"read_as": [str(_of_column(folder))]} if "exchange" in folder.columns else {}),
        "versions": {"eventstudy": __version__, **{name: version(name) for name in packages}},
        **more,
    }
