"""Writes `data/closed_days.txt` from the installed calendars: `python -m tests.closed_days`."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
from eventstudy import calendars
from eventstudy.calendars.markets import ORDER, YEARS
from eventstudy.errors import InvalidRequest

FILE = Path(__file__).parent.parent / "data" / "closed_days.txt"
HEAD = """\
# On which weekdays exchanges were closed, and (+) on which days of a weekend they traded, by year: mmdd.
# Where a security lives is looked up here by the dates of its prices.
# Written by `python -m tests.closed_days` from exchange-calendars {version}.
"""


def lines_of(code: str, first: int = YEARS[0], last: int = YEARS[-1]) -> list[str]:
    """The lines of one exchange; none where its calendar cannot be worked out."""
    low, high = calendars.reach(code)
    since, until = max(low, date(first, 1, 1)), min(high, date(last, 12, 31))
    if since != date(since.year, 1, 1):
        since = date(since.year + 1, 1, 1)
    try:
        sessions = calendars.sessions(code, since, until)
    except InvalidRequest:
        return []
    days = np.arange(np.datetime64(since), np.datetime64(until) + 1)
    weekday = (days.astype("datetime64[D]").view("int64") - 4) % 7 < 5
    open_ = np.isin(days, sessions)
    lines = []
    for year in range(since.year, until.year + 1):
        mine = days.astype("datetime64[Y]").astype(int) + 1970 == year
        closed = [str(d)[5:].replace("-", "") for d in days[mine & weekday & ~open_]]
        traded = ["+" + str(d)[5:].replace("-", "") for d in days[mine & ~weekday & open_]]
        if len(closed) < 200:
            lines.append(" ".join([code, str(year), *closed, *traded]))
    return lines


if __name__ == "__main__":
    text = (
        HEAD.format(version=version("exchange-calendars"))
        + "\n".join(line for code in ORDER for line in lines_of(code))
        + "\n"
    )
    FILE.write_text(text, encoding="utf-8")
