"""The decision page: what `advice` makes of the designs that readers have, and how often each test errs in them, as measured.

Nothing of it is written by hand: the headline, the tests to look at and the reasons why others are not valid come from
`eventstudy.inference.advice`, the rates from the stored simulations of `tests/`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from eventstudy import plugins
from eventstudy.inference import Sample, advice
from eventstudy.inference.advice import DEFAULT_TESTS, Design
from eventstudy.units.windows import Window
from tests.simulation import pairs
from tests.simulation.draws import Plan, studies

TESTS = Path(__file__).parents[1] / "tests"
WINDOWS = {"[0, 0]": (0, 0), "[-5, +5]": (-5, 5)}
CALM: Mapping[str, Any] = {
    "variance_p": 0.5,
    "variance_ratio": 1.0,
    "kurtosis": 0.0,
    "skewness": 0.0,
    "scale": 1.0,
    "storm": 1.0,
    "risk_z": 0.0,
    "thin": False,
}
STORM = {"scale": 2.0, "storm": 2.0}
"""Days near the event twice as wild as usual, and judged by that."""
RAISED = {"variance_p": 0.01, "variance_ratio": 2.0}
"""What is measured where the variance of event days is doubled."""


class Rate(NamedTuple):
    """How many of the made-up studies a test rejected."""

    rejected: int
    draws: int

    @property
    def share(self) -> float:
        """The rate."""
        return self.rejected / self.draws


@dataclass(frozen=True)
class Column:
    """One kind of days on which the tests were tried: its heading, the stored design, and what `advice` would measure."""

    heading: str
    stored: str
    """`sizes.json: plan`, `pairs.csv: design` (or that of another table); the second of two has what the first lacks."""
    measured: Mapping[str, float] | None = None
    """What differs from the calm design; None: nothing."""


@dataclass(frozen=True)
class Reader:
    """A design that a reader may have: the made-up study of it, and the days on which the tests were tried."""

    title: str
    study: Plan | pairs.Design
    columns: tuple[Column, ...]

    @cached_property
    def designs(self) -> Mapping[str, Design]:
        """What `advice` measures of one such study, by window, where its days are calm."""
        sample: Callable[[Window], Sample]
        if isinstance(self.study, Plan):
            sample = next(iter(studies(1, self.study, 1))).sample
        else:
            sample = next(pairs.studies(self.study, 1, 1))[0]
        return {name: replace(advice.describe(sample(Window(*window))), **CALM) for name, window in WINDOWS.items()}

    @property
    def design(self) -> Design:
        """That of day 0 alone."""
        return self.designs["[0, 0]"]


READERS = (
    Reader(
        "One firm, one event",
        Plan(1),
        (
            Column("calm", "sizes.json: distinct dates, N 50"),
            Column("spells", "firms.csv: one firm, GARCH"),
            Column("storm", "firms.csv: one firm, from -10, x2", STORM),
        ),
    ),
    Reader(
        "Twenty firms on one date",
        Plan(20, one_date=True),
        (
            Column("calm", "sizes.json: one date, N 20; dates.csv: 20 firms, normal"),
            Column("fat tails", "sizes.json: one date, N 20, t(4), M 250", {"kurtosis": 3.0}),
            Column("storm", "dates.csv: 20 firms, from -10, x2", STORM),
        ),
    ),
    Reader(
        "Three events of their own dates",
        pairs.own(3),
        (
            Column("calm", "pairs.csv: 3 own, x1"),
            Column("storm", "pairs.csv: 3 own, x2", STORM),
        ),
    ),
    Reader(
        "Two firms on each of two dates that lie close together",
        pairs.many(4, 2, 3),
        (
            Column("calm", "pairs.csv: 2 firms x 2 dates x3d, x1"),
            Column("storm", "pairs.csv: 2 firms x 2 dates x3d, x2", STORM),
        ),
    ),
    Reader("Ten events of their own dates", Plan(10), (Column("calm", "sizes.json: distinct dates, N 10"),)),
    Reader(
        "Fifty events of their own dates",
        Plan(50),
        (
            Column("calm", "sizes.json: distinct dates, N 50"),
            Column("fat tails", "sizes.json: distinct dates, N 50, t(4)", {"kurtosis": 3.0}),
            Column("variance doubled", "sizes.json: distinct dates, N 50, variance x2", RAISED),
        ),
    ),
    Reader(
        "Sixty firms on twenty dates, three sessions apart",
        pairs.many(60, 20, 3),
        (Column("calm", "pairs.csv: 60 firms, 20 dates x3d"),),
    ),
    Reader(
        "Thirty firms on three dates, far apart",
        pairs.many(30, 3, 60),
        (
            Column("calm", "pairs.csv: 30 firms, 3 dates"),
            Column("storm", "pairs.csv: 3 dates, regime x2", RAISED),
        ),
    ),
)


@cache
def _rates(file: str) -> Mapping[tuple[str, str], Mapping[str, Rate]]:
    """(design, test) -> window -> how many true nulls are rejected of how many, of one stored file."""
    found: dict[tuple[str, str], dict[str, Rate]] = {}
    if file == "sizes.json":
        for cell in json.loads((TESTS / "oracles" / file).read_text(encoding="utf-8"))["cells"]:
            if cell["variant"] == "default":
                window = {"day": "[0, 0]", "window": "[-5, +5]"}[cell["over"]]
                found.setdefault((cell["plan"], cell["name"]), {})[window] = Rate(cell["rejected"], cell["draws"])
    else:
        with (TESTS / "simulation" / file).open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                where = found.setdefault((row["design"], row["what"]), {})
                where[row["window"]] = Rate(int(row["counted"]), int(row["draws"]))
    return found


def _objects(name: str, design: Design) -> str:
    """Why the program marks a test as not valid in this design; empty where it is valid."""
    test = plugins.load("tests", name)
    if test.kind == "series":  # as `in_a_storm` marks exact t and portfolio_t
        return str(advice.in_a_storm(design.scale)) if design.scale > 1 and not name.startswith("placebo") else ""
    return "; ".join(str(reason) for reason, _ in advice.objections(test, design, "default"))


def _rates_of(name: str, reader: Reader, column: Column) -> dict[str, Rate]:
    """Window -> rate of a test in a column of the reader's table."""
    found: dict[str, Rate] = {}
    for place in reversed(column.stored.split("; ")):
        file, _, stored = place.partition(": ")
        if name == advice.situation(reader.design).headline:  # also stored as what it is
            found |= _rates(file).get((stored, "headline"), {})
        found |= _rates(file).get((stored, name), {})
    return {window: found[window] for window in WINDOWS if window in found}


def _cell(name: str, reader: Reader, column: Column) -> str:
    """Rates of one day and of eleven, each in italics where the program marks the test as not valid."""
    rates, told = _rates_of(name, reader, column), []
    for window, design in reader.designs.items():
        text = f"{100 * rates[window].share:.1f}" if window in rates else "–"
        broken = window in rates and _objects(name, replace(design, **(column.measured or {})))  # type: ignore[arg-type]
        told.append(f"*{text}*" if broken else text)
    return "\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}".join(told) if rates else ""


def _names(reader: Reader) -> Iterator[tuple[str, str]]:
    """(test, its part): the headline, those to look at, and the other tests that are shown beside them."""
    headline = advice.situation(reader.design).headline
    look = advice.robustness(reader.design)
    yield headline, "**headline**"
    yield from ((name, "look at") for name in look)
    for name in DEFAULT_TESTS:
        if name not in (headline, *look) and (reader.design.n > 1 or plugins.load("tests", name).kind == "series"):
            day, window = (_objects(name, design) for design in reader.designs.values())
            yield name, "not valid" if day else "not valid over eleven days" if window else "shown"


def _reasons(reader: Reader, names: list[str]) -> str:
    """Why tests of the table are not valid on calm days, each reason once."""
    why: dict[str, list[str]] = {}
    for name in names:
        reasons = [reason for design in reader.designs.values() if (reason := _objects(name, design))]
        if reasons:
            why.setdefault(reasons[0], []).append(f"`{name}`")
    return "\n".join(f"* {', '.join(tests)}: {reason}." for reason, tests in why.items())


def table_of(reader: Reader) -> str:
    """Heading and rows: each test that was measured in this design."""
    rows, names = [], []
    for name, part in _names(reader):
        if reader.design.n == 1 and name == "portfolio_t":  # of one firm it is the exact t
            continue
        cells = [_cell(name, reader, column) for column in reader.columns]
        if any(cells):
            rows.append([f"[`{name}`](reference/tests/{name}.md)", plugins.load("tests", name).summary, part, *cells])
            names.append(name)
    head = ["test", "what it is", "here", *(c.heading for c in reader.columns)]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + f"\n\n{_reasons(reader, names)}".rstrip()


TOLD = (
    "What the program does in designs that readers have, printed from the table by which it decides. Beside each test stands"
    " how often it rejected where nothing had happened, in per cent, over day 0 / over [-5, +5]: it should be 5. Made-up"
    " studies, {least:,} to {most:,} a figure (standard error up to {error:.1f} points). *In italics*: the program marks the"
    " test as not valid there. Blank: not measured; [all designs](reference/sizes.md). *Spells*: volatility that comes and"
    " goes (GARCH). *Storm*: everything moves twice as much from ten sessions before the event on."
)


def page() -> str:
    """The part of the decision page that the program knows."""
    draws = [
        rate.draws
        for reader in READERS
        for name, _ in _names(reader)
        for column in reader.columns
        for rate in _rates_of(name, reader, column).values()
    ]
    error = 100 * (0.05 * 0.95 / min(draws)) ** 0.5
    parts = [TOLD.format(least=min(draws), most=max(draws), error=error)]
    for reader in READERS:
        parts += [f"### {reader.title}", table_of(reader)]
    return "\n\n".join(parts)
