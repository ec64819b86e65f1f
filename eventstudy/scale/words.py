"""From words to a study of many events: files of events as columns, prices as a file or a folder of Parquet files."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.events import load_registry, rows_of_file
from eventstudy.parallel import Done, Executor
from eventstudy.prices import PriceTable, Reading, load_prices
from eventstudy.scale.panel import PARQUET, PanelFolder, arrow_of_parquet, is_panel
from eventstudy.scale.study import run_folder
from eventstudy.study.aggregate import AggregateResult
from eventstudy.study.near import Besides
from eventstudy.study.study import Events, EventStudy
from eventstudy.tables.opened import opened, table_of
from eventstudy.tables.place import TABLES

MANY = 20_000
"""Above so many pairs in a file, sums are kept unless pairs are asked for."""


def kept(keep: Literal["pairs", "aggregate"] | None, what: object, prices: object) -> Literal["pairs", "aggregate"]:
    """What a study keeps: as it is said, else sums where prices are a folder or a file has more than `MANY` pairs."""
    if keep is not None:
        return keep
    many = is_panel(prices) or (isinstance(what, str | Path) and _rows_in(Path(what)) > MANY)
    return "aggregate" if many else "pairs"


def _rows_in(path: Path) -> int:
    """The rows of a file of events below its heading, whatever they mean; 0 where it is no table, or not there."""
    if not os.path.isfile(path) or not path.name.lower().endswith(TABLES):
        return 0
    if path.suffix.lower() in PARQUET:
        return int(arrow_of_parquet(path).metadata.num_rows)
    one, *more = opened(path)
    if more:  # which of them is meant is asked where they are read
        return 0
    if one.kind == "text":
        return one.content.count(b"\n") - one.content.endswith(b"\n")
    return table_of(one, "events", Reading()).cells.rows


def run_many(
    study: EventStudy,
    what: Events | str | Path,
    prices: PriceTable | pd.DataFrame | str | Path,
    *,
    source: str = "auto",
    factors: pd.DataFrame | None = None,
    day0: str | dt.date = "announced",
    as_of: dt.date | None = None,
    provenance: Mapping[str, Any] | None = None,
    executor: Executor | None = None,
    progress: Callable[[str, int, int], object] | None = None,
    besides: Besides | None = None,
) -> AggregateResult:
    """The sums of a study; `what` may be a file of events, `prices` a table, a file or a folder.

    Raises:
        EventStudyError: one clear message; see `eventstudy.errors`.
    """
    events: Events = what if not isinstance(what, str | Path) else _events(Path(what))
    if not is_panel(prices):
        table = prices if isinstance(prices, PriceTable) else load_prices(None, None, as_of, source=source, path=prices)
        return study.run(
            events,
            table,
            keep="aggregate",
            factors=factors,
            day0=day0,
            provenance=provenance,
            executor=executor,
            besides=besides,
        )
    if source not in ("auto", "parquet"):
        raise InvalidRequest(
            Sentence("source {source!r} reads no folder", source=source),
            available="parquet",
            hint=Sentence("--source parquet"),
        )
    path = Path(str(prices))
    return run_folder(
        study,
        events,
        path,
        factors=factors,
        day0=day0,
        as_of=as_of,
        provenance=provenance,
        executor=executor,
        done=progress and told(progress, PanelFolder(path).rows),
        besides=besides,
    )


def _events(path: Path) -> Any:
    if path.suffix.lower() == ".toml":
        return load_registry(path)
    if not os.path.isfile(path):
        raise InvalidFile(Sentence("there is no such file"), where=str(path), hint=Sentence("check the path"))
    return rows_of_file(path, Reading())


def told(progress: Callable[[str, int, int], object], rows: int) -> Done:
    """Tells how much of the panel has gone by, both times, and how fast."""
    began = time.monotonic()

    def done(i: int, n: int) -> None:
        rate = 2 * rows * i / n / max(time.monotonic() - began, 1e-9)
        progress(f"{i / n:.0%} of the panel, {rate / 1e6:.1f} million rows a second", i, n)

    return done
