"""The design of `reference/` and what other programs printed for it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.inference import Sample
from eventstudy.panel import EventBlock, Floats
from eventstudy.units.windows import Window

from tests.oracles.designs import FIRST_DAY, fitted

HERE = Path(__file__).parent / "reference"
ESTIMATION, EVENT = Window(-250, -21), Window(-10, 10)
DAYS = range(EVENT.start, EVENT.end + 1)


@cache
def table() -> pd.DataFrame:
    """Simple returns: sessions by securities, the market `MKT` last; only the days that the design uses."""
    return pd.read_csv(HERE / "returns.csv.gz", index_col="date")


@cache
def events() -> pd.DataFrame:
    return pd.read_csv(HERE / "events.csv")


@cache
def block() -> EventBlock:
    returns, day0 = table(), table().index.get_indexer(pd.Index(events()["event_date"]))
    rows = day0[:, None] + np.arange(ESTIMATION.start, EVENT.end + 1)
    own = [returns.columns.get_loc(name) for name in events()["security"]]
    values = returns.to_numpy()
    return EventBlock(
        returns=np.stack([values[r, c] for r, c in zip(rows, own, strict=True)]),
        regressors=values[rows, -1][:, :, None],
        names=("benchmark",),
        design=np.arange(len(rows)),
        sessions=FIRST_DAY + rows,
        span=np.ones(rows.shape),
        estimation=ESTIMATION,
        event=EVENT,
    )


@cache
def ours() -> AbnormalReturns:
    return fitted(block())


@cache
def sample(start: int, end: int) -> Sample:
    return Sample.of(ours(), Window(start, end))


@cache
def _programs() -> dict[tuple[str, str], pd.DataFrame]:
    frame = pd.read_csv(HERE / "programs.csv.gz")
    return {(str(p), str(s)): rows for (p, s), rows in frame.groupby(["program", "stat"])}


def printed(program: str, stat: str) -> Floats:
    """What a program printed: (events, days), (events,), (days,) or (1,), in order."""
    rows = _programs()[program, stat].sort_values(["event_id", "rel_day"])
    values = rows["value"].to_numpy(float)
    if rows["event_id"].notna().any():
        return values.reshape(rows["event_id"].nunique(), -1).squeeze()
    return values
