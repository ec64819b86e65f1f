"""No stored size lies above what it may be by more than two standard errors of its simulation."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation import pages
from tests.simulation.limits import CALM, FAMILIES, STORM, TOGETHER_IN_STORMS, Size, sizes
from tests.simulation.others import OTHERS


def test_no_design_rejects_too_often() -> None:
    assert {one: one.over for one in sizes() if one.over > 2} == {}


def test_every_design_of_no_table_is_stored() -> None:
    assert {one.design for one in sizes() if one.part == "other"} == set(OTHERS)


def test_every_design_is_held_against_its_limit() -> None:
    counted = Counter((one.part, one.limit, one.what in FAMILIES) for one in sizes())
    assert counted["A1", STORM, False] == 12
    assert counted["A4", CALM, False] == 18
    assert counted["A4", STORM, False] == 30
    assert counted["A5", CALM, False] == 12
    assert counted["A5", STORM, False] == 12
    assert counted["B1", CALM, False] == 14
    assert counted["B2", CALM, False] == 6
    assert counted["B4", CALM, True] == 9 + 3
    assert counted["B4", TOGETHER_IN_STORMS, True] == 12
    assert {limit for part, limit, _ in counted if part == "A6"} == {None}
    assert (counted["B5", STORM, False], counted["B5", CALM, False]) == (8, 8)


@pytest.mark.parametrize(
    ("part", "design", "what", "limit"),
    [
        ("A1", "one firm, GARCH", "placebo", CALM),
        ("A4", "3 firms, from -10, x1.25", "placebo", STORM),
        ("A4", "3 firms, from -10 to +7, x2", "placebo", None),
        ("A6", "one firm, from -10, x2, prices to +0", "placebo", None),
        ("B1", "60 firms, 60 dates x3d", "headline", CALM),
        ("B2", "20 own, regime x2", "headline", CALM),
        ("B4", "60 dates x3d", "judged together", CALM),
        ("B4", "20 firms of one date, from -10, x2", "windows", TOGETHER_IN_STORMS),
        ("B5", "2 firms x 2 dates x3d, x1", "headline", CALM),
        ("B5", "2 firms x 2 dates x3d, x2", "headline", STORM),
    ],
)
def test_what_a_design_may_reject(part: str, design: str, what: str, limit: float | None) -> None:
    assert Size(part, design, what, "[0, 0]", 0, 1).limit == limit


def test_a_size_above_its_limit_is_seen() -> None:
    assert Size("A1", "one firm, GARCH", "placebo", "[0, 0]", 80, 1000).over == pytest.approx(1.924, abs=1e-3)
    assert Size("A1", "one firm, GARCH", "placebo", "[0, 0]", 130, 2000).over == pytest.approx(0)


def test_tables_of_the_docs_are_those_of_the_stored_figures() -> None:
    for (page, head), rows in pages.tables().items():
        text = (pages.METHODS / f"{page}.md").read_text(encoding="utf-8")
        assert pages.filled(text, head, rows) == text, "python -m tests.simulation.pages"
