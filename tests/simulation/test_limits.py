"""No stored size lies above what it may be by more than two standard errors of its simulation."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.simulation import dates, firms, pages, pairs
from tests.simulation.limits import (
    CALM,
    ENDED,
    NONE_AFTER,
    STORM,
    TOGETHER_IN_STORMS,
    WITH_THE_EVENT,
    Size,
    sizes,
    unseen,
)
from tests.simulation.others import OTHERS


def test_no_design_rejects_too_often() -> None:
    assert {one: one.over for one in sizes() if one.over > 2} == {}


def test_every_design_of_no_table_is_stored() -> None:
    assert {one.design for one in sizes() if one.part == "other"} == set(OTHERS)


def test_every_design_is_held_against_its_limit() -> None:
    """If it is stored, which `test_tables` asks."""
    held: dict[tuple[str, str], set[float]] = defaultdict(set)
    for one in sizes():
        held[one.part, one.design].add(one.limit)
    wanted = {("A1", f"one firm, {name}"): storm for name, storm in firms.ALONE.items()}
    wanted |= {("A4", f"{n} firms, {name}"): storm for name, storm in dates.ONE_DATE.items() for n in (3, 20)}
    wanted |= {("A5", f"3 own dates, {name}"): storm for name, storm in dates.OF_OWN_DATES.items()}
    wanted |= {("B4", f"20 firms of one date, {name}"): storm for name, storm in dates.TOGETHER.items()}
    for (part, design), storm in wanted.items():
        assert held[part, design] == _limits(part, storm), (part, design)
    lengths = {f"one firm, {law}, M {m}" for law in firms.BY_LENGTH for m in (100, 150, 250)}
    assert {design: held["A B1", design] for design in lengths} == {name: {CALM} for name in lengths}
    for name, storm in firms.RECENT.items():
        later = {min(NONE_AFTER, unseen(storm.times))} if storm.since > -10 else {STORM}
        for last in (0, 1):
            assert held["A6", f"one firm, {name}, prices to {last:+d}"] == later
        assert held["A6", f"one firm, {name}, prices to +5"] == later | ({ENDED} if storm.since <= -10 else set())
    for (part, name), one_of in pairs.designs().items():
        if part != "B3" and not one_of.effect and len(set(one_of.days)) > 1:
            of_few = STORM if one_of.regime > 1 else unseen(one_of.own) if one_of.own > 1 else CALM
            many = one_of.n >= 5 or part == "B4"
            assert held[part, name] == {CALM if many else of_few}, (part, name)


def _limits(part: str, storm: firms.Storm) -> set[float]:
    if storm.times == 1:
        return {CALM}
    if part == "B4":
        return {TOGETHER_IN_STORMS}
    if (storm.since, storm.until) == (-5, 5):
        return {unseen(storm.times)}
    if storm.since > -10:
        return {WITH_THE_EVENT}
    return {STORM, ENDED} if storm.until < 10 else {STORM}


def test_what_a_blind_test_rejects() -> None:
    """The closed form of the decision table, for days 1.25, 1.5 and 2 times as wild: 11.7, 19.1 and 32.7 %."""
    assert [round(100 * unseen(times), 1) for times in (1.0, 1.25, 1.5, 2.0)] == [5.0, 11.7, 19.1, 32.7]


@pytest.mark.parametrize(
    ("part", "design", "what", "limit"),
    [
        ("A1", "one firm, GARCH", "placebo", CALM),
        ("A4", "3 firms, from -10, x1.25", "placebo", STORM),
        ("A4", "3 firms, firm-specific x1.5", "placebo", unseen(1.5)),
        ("A4", "3 firms, from -10 to +7, x2", "placebo", STORM),
        ("A5", "3 own dates, from -3, x2", "placebo_sum", WITH_THE_EVENT),
        ("A6", "one firm, from -10, x2, prices to +0", "placebo", STORM),
        ("A6", "one firm, from -3, x1.5, prices to +0", "placebo", unseen(1.5)),
        ("A6", "one firm, from -3, x2, prices to +0", "placebo", NONE_AFTER),
        ("B1", "60 firms, 60 dates x3d", "headline", CALM),
        ("B2", "20 own, regime x2", "headline", CALM),
        ("B2", "3 own, regime x2", "headline", STORM),
        ("B4", "60 dates x3d", "judged together", CALM),
        ("B4", "20 firms of one date, from -10, x2", "windows", TOGETHER_IN_STORMS),
        ("B5", "2 firms x 2 dates x3d, x1", "headline", CALM),
        ("B5", "2 firms x 2 dates x3d, x2", "headline", STORM),
    ],
)
def test_what_a_design_may_reject(part: str, design: str, what: str, limit: float) -> None:
    assert Size(part, design, what, "[0, 0]", 0, 1).limit == limit


def test_over_eleven_days_a_storm_that_ends_soon_may_reject_more() -> None:
    for part, design in (("A1", "one firm, from -10 to +7, x2"), ("A6", "one firm, from -10, x2, prices to +5")):
        assert Size(part, design, "placebo", "[-5, +5]", 0, 1).limit == ENDED
        assert Size(part, design, "placebo", "[-1, +1]", 0, 1).limit == STORM


def test_a_size_above_its_limit_is_seen() -> None:
    assert Size("A1", "one firm, GARCH", "placebo", "[0, 0]", 80, 1000).over == pytest.approx(1.924, abs=1e-3)
    assert Size("A1", "one firm, GARCH", "placebo", "[0, 0]", 130, 2000).over == pytest.approx(0)


def test_tables_of_the_docs_are_those_of_the_stored_figures() -> None:
    for (page, head), rows in pages.tables().items():
        text = (pages.METHODS / f"{page}.md").read_text(encoding="utf-8")
        assert pages.filled(text, head, rows) == text, "python -m tests.simulation.pages"
