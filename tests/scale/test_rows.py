"""Rows of Parquet files put in their places, by NumPy and compiled, beside a loop over one row after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from eventstudy import native
from eventstudy.scale import read

KERNEL = native.form().kernel
compiled = pytest.mark.skipif(KERNEL is None, reason=f"no compiled kernel: {native.form().why}")


@pytest.fixture(params=["0", pytest.param("1", marks=compiled)])
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each form in turn."""
    monkeypatch.setenv(native.VARIABLE, request.param)


def world(seed: int) -> dict[str, Any]:
    """Batches of rows of seven securities on up to 40 days; of some seeds one row cannot be."""
    rng = np.random.default_rng(seed)
    names, first, span = 9, int(rng.integers(-40, 40)), 40
    row = np.minimum(rng.permutation(names), 6)
    cells = rng.permutation(7 * span)[: int(rng.integers(1, 200))]
    code_of = np.array([np.flatnonzero(row == s)[0] for s in range(7)])
    codes, days = code_of[cells // span].astype(np.int32), (first + cells % span).astype(np.int32)
    values = rng.lognormal(size=len(cells))
    values[rng.random(len(values)) < 0.1] = np.nan
    i, j = rng.integers(0, len(cells), 2)
    for k, wrong in enumerate((0.0, -1.0, np.inf, 5e-324)):
        if seed % 6 == k:
            values[i] = wrong
    if seed % 6 == 4 and len(cells) > 1:
        codes[i], days[i] = codes[j - 1 if i == j else j], days[j - 1 if i == j else j]
    return {"codes": codes, "days": days, "values": values, "row": row, "first": first, "span": span}


def by_row(w: dict[str, Any], least: float) -> tuple[int, dict[tuple[int, int], float]]:
    """How many rows come before one that cannot be put, and what stands where."""
    found: dict[tuple[int, int], float] = {}
    for i, (code, day, value) in enumerate(zip(w["codes"], w["days"], w["values"], strict=True)):
        place = int(w["row"][code]), int(day) - w["first"]
        if place in found or (not np.isnan(value) and (np.isinf(value) or value < least)):
            return i, found
        found[place] = float(value)
    return len(w["codes"]), found


def check(seed: int) -> None:
    """Rows in two batches arrive where a loop puts them, up to the same row, on the days that there are."""
    w = world(seed)
    cut = len(w["codes"]) // 3
    halves = [
        read._Batch(None, w["codes"][part].copy(), w["row"], w["days"][part].copy())
        for part in (slice(0, cut), slice(cut, None))
    ]
    first, column, sessions = read._columns([half.days for half in halves if len(half.days)], None)
    assert sessions.astype(int).tolist() == sorted({int(day) for day in w["days"]})
    assert first == w["days"].min()
    for least in (0.0, read._LEAST):
        grid, written = np.full((7, len(sessions)), -7.0), np.zeros((7, len(sessions)), bool)
        done = 0
        for half, values in zip(halves, (w["values"][:cut], w["values"][cut:]), strict=True):
            n = read._put(half, values.copy(), column, first, least, grid, written)
            done += n
            if n < len(values):
                break
        wanted, places = by_row(w, least)
        assert done == wanted
        assert written.sum() == len(places)
        for (s, day), value in places.items():
            at = np.searchsorted(sessions.astype(int), day + w["first"])
            assert written[s, at]
            assert grid[s, at] == value or (np.isnan(value) and np.isnan(grid[s, at]))
        assert (grid[~written] == -7.0).all()


def marked() -> None:
    """Numbers are marked up to the first that lies outside."""
    there = np.zeros(5, bool)
    assert read._mark(np.array([3, 7, 3], np.int32), 3, there) == 3
    assert there.tolist() == [True, False, False, False, True]
    for outside in (2, 8, -(2**31), 2**31 - 1):
        there[:] = False
        assert read._mark(np.array([4, outside, 5], np.int32), 3, there) == 1
        assert there.tolist() == [False, True, False, False, False]


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.usefixtures("form")
def test_rows_arrive_in_their_places(seed: int) -> None:
    check(seed)


@pytest.mark.usefixtures("form")
def test_numbers_are_marked() -> None:
    marked()


def hostile() -> Iterator[dict[str, Any]]:
    """Arguments of which one cannot be."""
    yield {"row": np.array([0, 3])}
    yield {"row": np.array([-1, 0])}
    yield {"column": np.array([0, 4])}
    yield {"column": np.array([0, -1])}
    yield {"code": np.zeros(2, np.int64)}
    yield {"day": np.zeros(3, np.int32)}
    yield {"value": np.zeros(1)}
    yield {"table": np.zeros((4, 3)).T}
    yield {"table": np.zeros(12)}
    yield {"written": np.zeros((3, 3), bool)}
    yield {"first": 2**31}
    yield {"code": np.frombuffer(bytes(9), np.uint8)[1:].view(np.int32)}


@compiled
@pytest.mark.parametrize("wrong", list(hostile()), ids=lambda wrong: next(iter(wrong)))
def test_what_leads_outside_is_refused(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "code": np.array([0, 1], np.int32), "day": np.array([5, 6], np.int32), "value": np.ones(2), "row": np.array([0, 2]),
        "column": np.array([0, 3]), "first": 5, "least": 0.0, "table": np.zeros((3, 4)), "written": np.zeros((3, 4), bool),
    }  # fmt: skip
    assert KERNEL.put_rows(*given.values()) == 2
    assert given["table"][2, 3] == 1
    for outside in ({"code": np.array([2, 0], np.int32)}, {"day": np.array([4, 5], np.int32)}, {"first": -(2**31)}):
        assert KERNEL.put_rows(*(given | outside).values()) == 0
    with pytest.raises((ValueError, BufferError)):
        KERNEL.put_rows(*(given | wrong).values())
