"""What is held of a series and what a source says now become one series, or it is told why they cannot.

A price of the past changes for two reasons: a split (or, for adjusted closes, a dividend) puts the whole series on another
basis, or the source corrects itself. New days are never put beside old ones of another basis, and no value is lost because
a source stopped giving it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from eventstudy.errors import Sentence, SourceMalformed
from eventstudy.text import some_of

Outcome = Literal["new", "unchanged", "extended", "rebased", "revised"]
"""What a fetch did to a series: began it, confirmed it, added to it, put it on another basis, or changed its past."""

SAME = 1e-6
"""Relative change of a past price below which nothing has changed."""
CONSTANT = 1e-5
"""Relative spread of ratios below which they are one."""
_MONEY = ("open", "high", "low", "close", "dividend")


class Apart(Exception):
    """The new days cannot be put beside the old ones: all of the series has to be fetched."""


@dataclass(frozen=True)
class Joined:
    """The series as it is from now on, what happened to it, and what is odd about that."""

    frame: pd.DataFrame
    outcome: Outcome
    notes: tuple[str, ...] = ()


def join(
    symbol: str, old: pd.DataFrame | None, new: pd.DataFrame, final: date, *, whole: bool, force: bool = False
) -> Joined:
    """Put together what is held and what was fetched.

    `final`: up to here the old prices are not expected to change. `whole`: the new prices reach as far as the
    old ones. `force`: dividends, splits and volumes that the source no longer gives are dropped on days it has a price for.

    Raises:
        Apart: the new prices are only a part, and on another basis or without a day in common.
        SourceMalformed: the past is another one, and days that are held are lacking from it.
    """
    if old is None:
        return Joined(new, "new")
    settled = old[old.index <= pd.Timestamp(final)]
    known = settled if settled["close"].notna().any() else old
    close, adjusted = _ratio(known, new, "close"), _ratio(known, new, "adj_close")
    if not whole and (close != 1 or adjusted != 1):
        raise Apart(f"the prices of {symbol} are on another basis than those held")
    if close is None or adjusted is None:
        return Joined(_replaced(symbol, old, new), "revised", tuple(_told(known, new)))
    frame, notes = _merged(old, new, close, adjusted, force)
    if close != 1 or adjusted != 1:
        return Joined(frame, "rebased", tuple(notes))
    return Joined(frame, "unchanged" if same(old, frame) else "extended", tuple(notes))


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two series hold the same days and values."""
    return one.index.equals(other.index) and not changed(one, other).any()


def changed(one: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """(D,) whether any value differs, day by day, between two frames with the same days."""
    columns = one.columns.union(other.columns)
    a, b = (f.reindex(columns=columns).to_numpy(float) for f in (one, other))
    differ: np.ndarray = ~((a == b) | (np.isnan(a) & np.isnan(b))).all(axis=1)
    return differ


def _shared(old: pd.DataFrame, new: pd.DataFrame, name: str) -> pd.Series:
    """New over old on the days on which both have a value."""
    if name not in old or name not in new:
        return pd.Series(dtype=float)
    ratio: pd.Series = (new[name].reindex(old.index) / old[name]).dropna()
    return ratio


def _ratio(old: pd.DataFrame, new: pd.DataFrame, name: str) -> float | None:
    """The one number by which the past has changed; exactly 1 where it has not, None where there is no such number."""
    ratio = _shared(old, new, name)
    if ratio.empty:
        return None if name == "close" else 1.0
    middle = float(ratio.median())
    if (ratio - 1).abs().max() <= SAME:
        return 1.0
    return middle if (ratio / middle - 1).abs().max() <= CONSTANT else None


def _merged(
    old: pd.DataFrame, new: pd.DataFrame, close: float, adjusted: float, force: bool
) -> tuple[pd.DataFrame, list[str]]:
    """The new values, and the old ones on the new basis where there is no new one."""
    scaled = old.copy()
    money = [c for c in _MONEY if c in scaled and close != 1]
    scaled[money] = scaled[money] * close
    if "adj_close" in scaled and adjusted != 1:
        scaled["adj_close"] = scaled["adj_close"] * adjusted
    if "volume" in scaled and close != 1 and abs(_new_splits(old, new) * close - 1) < 1e-3:
        scaled["volume"] = scaled["volume"] / close
    priced = new.index[new["close"].notna()]
    if force:
        gone = [c for c in ("volume", "dividend", "split") if c in scaled and c in new]
        scaled.loc[scaled.index.isin(priced), gone] = np.nan
    frame = new.combine_first(scaled)
    inside = scaled[(scaled.index >= new.index[0]) & (scaled.index <= new.index[-1])]
    notes = []
    for name, noun in (("close", "price"), ("dividend", "dividend"), ("split", "split")):
        if name in inside and name in new:
            kept = inside.index[inside[name].notna() & new[name].reindex(inside.index).isna()]
            if len(kept):
                notes.append(f"the source no longer has the {noun} of {_days(kept)}: what it gave before is kept")
    if close != 1 and abs(_new_splits(old, new) * close - 1) >= 1e-3:
        notes.append(f"all past prices are {close:.6g} times what they were, and no split says why: another unit?")
    return frame[[c for c in old.columns.union(new.columns) if c in frame]], notes


def _new_splits(old: pd.DataFrame, new: pd.DataFrame) -> float:
    """The product of the splits that were not known before."""
    if "split" not in new:
        return 1.0
    known = old["split"].dropna().index if "split" in old else old.index[:0]
    return float(np.prod(new["split"].dropna().drop(known, errors="ignore").to_numpy(float)))


def _replaced(symbol: str, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    held = old.index[old["close"].notna()]
    lacking = held.difference(new.index[new["close"].notna()])
    if len(lacking):
        raise SourceMalformed(
            Sentence(
                "the source gives another past for {symbol} and lacks days that are held; what is held stays",
                symbol=symbol,
            ),
            where=Sentence("ticker {symbol}, {days}", symbol=symbol, days=_days(lacking)),
            hint=Sentence("fetch it into another store (EVENTSTUDY_STORE=other.db) and compare the two"),
        )
    return new


def _told(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    ratio = _shared(old, new, "close")
    ratio = ratio if (ratio - 1).abs().max() > SAME else _shared(old, new, "adj_close")
    off = (ratio - 1).abs()
    if off.empty:
        return ["what was held had no price: all is new"]
    day, n = off.idxmax(), int((off > SAME).sum())
    return [f"the source changed {n} past prices, most that of {day:%Y-%m-%d} by {off.max():.2%}: all were taken anew"]


def _days(days: pd.Index) -> str:
    return some_of([f"{day:%Y-%m-%d}" for day in days], 3)
