"""Decisions and releases whose dates are public: tables of `data/calendar/`, a row an instant, with precision and source."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from eventstudy.datasets import shipped
from eventstudy.language import Phrase

RELEASES = {"cpi": Phrase("US consumer prices"), "jobs": Phrase("US employment report")}
"""The releases of `macro.csv`, as they are called in its column `release`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of the rate committee of the Federal Reserve: when its statement came out."""

    instant: datetime
    press: datetime | None
    """When the chair spoke to the press; None: not at all."""
    projections: bool
    scheduled: bool
    """Whether the meeting stood in the calendar beforehand."""
    precision: str
    """`minute`, or `hour` where the minute is not certain."""
    source: str

    @property
    def what(self) -> str:
        """The decision, in a few words."""
        return Phrase("FOMC decision") if self.scheduled else Phrase("FOMC decision between meetings")


@dataclass(frozen=True, slots=True)
class Release:
    """One release of a statistic: when it did come out, which a closed government may have moved."""

    instant: datetime
    release: str
    reference: str
    """The month it is about: 2023-12."""
    precision: str
    source: str

    @property
    def what(self) -> str:
        """The release, in a few words."""
        month = date.fromisoformat(f"{self.reference}-01")
        return Phrase("{release} of {month:month}", release=RELEASES[self.release], month=month)


@cache
def decisions() -> tuple[Decision, ...]:
    """All decisions from 2000 on, in order."""
    return tuple(
        Decision(
            datetime.fromisoformat(row["instant"]),
            datetime.fromisoformat(row["press"]) if row["press"] else None,
            row["projections"] == "yes",
            row["scheduled"] == "yes",
            row["precision"],
            row["source"],
        )
        for row in _rows("fomc.csv")
    )


@cache
def releases() -> tuple[Release, ...]:
    """All releases of `macro.csv`, in order."""
    return tuple(
        Release(
            datetime.fromisoformat(row["instant"]), row["release"], row["reference"], row["precision"], row["source"]
        )
        for row in _rows("macro.csv")
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(shipped("calendar", name).read_text(encoding="utf-8").splitlines())
