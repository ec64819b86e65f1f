"""The compiled form of the kernel: what NumPy and scipy find, one set of bits everywhere, and no way out of the arrays."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import native
from eventstudy.engine import compiled, correlation
from eventstudy.engine.compiled import Task
from eventstudy.engine.totals import Totals
from eventstudy.errors import InvalidRequest
from eventstudy.panel import Bools
from eventstudy.panel.marks import Words, as_bits
from eventstudy.parallel import Processes, Threads
from eventstudy.study import EventStudy, passes
from eventstudy.units.windows import Window

from tests.engine.test_kernel import CASES, ranked
from tests.engine.worlds import Found, World, abnormal, by_compiled, by_numpy, pairs_of

FORM = native.form()
pytestmark = pytest.mark.skipif(FORM.kernel is None, reason=f"no compiled kernel: {FORM.why}")


def world(seed: int, days: int = 0) -> World:
    """A chunk of random shape: designs with or without regressors, in ticks, with fat tails, some pairs without variance."""
    rng = np.random.default_rng(seed)
    days, event, k = days or int(rng.integers(30, 130)), int(rng.integers(1, 25)), int(rng.integers(0, 8))
    bounds = np.concatenate([[0], np.cumsum(rng.integers(1, 12, int(rng.integers(1, 8))))])
    g, n = len(bounds) - 1, int(bounds[-1])
    x = rng.normal(0, 0.01, (g, days + event, k))
    if intercept := bool(k and rng.random() < 0.7):
        x[:, :, 0] = 1.0
    y = rng.standard_t(3, (n, days + event)) * 0.02
    if rng.random() < 0.4:
        y = np.round(y, 2)
    straight = x[np.repeat(np.arange(g), np.diff(bounds))] @ -np.ones(k)
    still, alone = rng.random((2, n)) < 0.05
    y[still | alone] = straight[still | alone]  # no variance, and none but that of one day
    y[alone, days // 2] += 0.1
    windows = tuple(sorted({tuple(sorted(rng.integers(0, event + 1, 2).tolist())) for _ in range(4)} | {(0, event)}))
    windows = tuple(w for w in windows if w[1] > w[0])
    lengths = tuple(sorted({1, *(stop - first for first, stop in windows), days, days + 3}))
    task = Task(days, event, windows, lengths, intercept, bool(rng.random() < 0.8))
    return World(y[:, :days].copy(), y[:, days:].copy(), bounds, x, task)


def alike(one: Any, other: Any, where: str = "") -> None:
    """Within 1e-12 of the largest value, NaN in the same places, and counts the same."""
    if is_dataclass(one) and not isinstance(one, type):
        for field in fields(one):
            if field.compare:
                alike(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            alike(one[key], other[key], f"{where}[{key}]")
    elif isinstance(one, tuple | list):
        assert len(one) == len(other), where
        for a, b in zip(one, other, strict=True):
            alike(a, b, where)
    elif isinstance(one, np.ndarray) and one.dtype.kind == "f":
        scale = float(np.nanmax(np.abs(one), initial=0.0)) if np.isfinite(one).any() else 1.0
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12 * scale, err_msg=where)
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(other, one, err_msg=where)
    else:
        assert other == pytest.approx(one, rel=1e-12, nan_ok=True) if isinstance(one, float) else other == one, where


def both_passes(form: native.Form | None, of: World) -> Found:
    scales = np.linspace(0.8, 1.2, len(of.task.windows))
    return by_numpy(of, scales) if form is None else by_compiled(form, of, scales)


def some(few: int, many: int) -> list[Any]:
    """The first seeds in plain pytest, the others in the slow tier."""
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(few, many))]


@pytest.mark.parametrize("seed", some(12, 200))
def test_whole_pairs_are_those_of_numpy(seed: int) -> None:
    of = world(seed)
    alike(both_passes(None, of), both_passes(FORM, of))


@pytest.mark.parametrize("seed", some(3, 40))
def test_every_instruction_set_gives_the_same_bits(seed: int) -> None:
    of = world(seed)

    def bits(level: int) -> bytes:
        found = both_passes(replace(FORM, level=level), of)
        return b"".join(np.ascontiguousarray(a).tobytes() for a in found.values())

    assert len({bits(level) for level in range(FORM.level + 1)}) == 1


def test_days_of_large_leverage_are_those_of_numpy() -> None:
    """One day holds nearly all that there is of a regressor; whole pairs and such as lack other days."""
    of = next(made for seed in range(50) if (made := world(seed, days=60)).x.shape[2] > 1)
    x, y = of.x.copy(), of.estimation.copy()
    x[:, 20, -1] += 0.1
    for estimation in (y, np.where(np.arange(60) == 5, np.nan, y)):
        made = of._replace(x=x, estimation=estimation)
        alike(both_passes(None, made), both_passes(FORM, made))


@pytest.mark.parametrize("case", CASES)
def test_ranks_are_those_of_scipy(case: str) -> None:
    """Without regressors a residual is the value itself; two days further out give each row a spread."""
    values = np.insert(CASES[case], 0, [[-1.7], [1.9]], axis=1)
    days = values.shape[1] - 1
    deviation = np.sqrt(
        ((values[:, :days] - values[:, :days].mean(axis=1, keepdims=True)) ** 2).sum(axis=1) / (days - 1)
    )
    task = Task(days, 1, ((0, 1),), (1,), intercept=False, prediction_error=True)
    n, x = len(values), np.zeros((1, days + 1, 0))
    found = both_passes(FORM, World(values[:, :days], values[:, days:], np.array([0, n]), x, task))
    units = values / deviation[:, None]
    np.testing.assert_allclose(found["ranks"], sum(map(ranked, units)) / (days + 2) - n / 2, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(found["residual_ranks"], sum(map(ranked, units[:, :days])) / (days + 2), rtol=1e-13)


@pytest.mark.parametrize("days", [14, 15, 16, 31, 32, 63, 65, 127, 130, 256, 271, 300, 520])
def test_ranks_of_any_number_of_days_are_those_of_scipy(days: int) -> None:
    """Of more pairs than are ranked at a time."""
    values = np.random.default_rng(days).standard_t(4, (35, days + 3))
    units = values / np.sqrt(values[:, :days].var(axis=1, ddof=1, keepdims=True))
    task = Task(days, 3, ((0, 3),), (1,), intercept=False, prediction_error=True)
    found = both_passes(
        FORM, World(values[:, :days], values[:, days:], np.array([0, 35]), np.zeros((1, days + 3, 0)), task)
    )
    np.testing.assert_allclose(found["ranks"], sum(map(ranked, units)) / (days + 4) - 35 / 2, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(found["residual_ranks"], sum(map(ranked, units[:, :days])) / (days + 2), rtol=1e-13)


def test_days_far_out_are_told_from_days_that_lack() -> None:
    """The largest value of all ranks last among the days that are there, wherever those that lack stand."""
    of = world(1, days=60)
    estimation, event = of.estimation.copy(), of.event.copy()
    estimation[:, [3, 40]], event[:, -1] = np.nan, 100.0
    made = of._replace(estimation=estimation, event=event)
    alike(both_passes(None, made), both_passes(FORM, made))


def test_nothing_of_nearly_collinear_regressors_is_left_in_residuals() -> None:
    """The first projection leaves what rounding makes of a condition of a million, the second does not."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(1, 80, 3))
    x[:, :, 2] = x[:, :, 1] + 1e-6 * x[:, :, 2]
    task = Task(60, 20, ((0, 20),), (1,), intercept=False, prediction_error=True)
    for y in rng.normal(size=(10, 1, 80)) + 100 * x[:, :, 1]:
        found = both_passes(FORM, World(y[:, :60], y[:, 60:], np.array([0, 1]), x, task))
        own, left = x[0, :60] / np.sqrt((x[0, :60] ** 2).sum(axis=0)), found["residual"]
        assert found["good"].all()
        assert np.abs(own.T @ left).max() < 1e-13 * np.sqrt(left @ left)


@pytest.mark.parametrize("third", ["the second", "nearly the second", "zero"])
def test_collinear_regressors_are_handed_back(third: str) -> None:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(1, 80, 3))
    x[:, :, 2] = {
        "the second": x[:, :, 1],
        "nearly the second": x[:, :, 1] + 1e-9 * x[:, :, 2],
        "zero": 0 * x[:, :, 2],
    }[third]
    task = Task(60, 20, ((0, 20),), (1,), intercept=False, prediction_error=True)
    of = World(rng.normal(size=(1, 60)), rng.normal(size=(1, 20)), np.array([0, 1]), x, task)
    assert not both_passes(FORM, of)["good"].any()


def test_pairs_that_lack_what_their_design_rests_on_are_handed_back() -> None:
    """A regressor that is zero but for some days, and pairs that lack more and more of them; without the last it is zero."""
    rng = np.random.default_rng(4)
    days, event, n = 60, 4, 12
    x = np.concatenate([np.ones((1, days + event, 1)), np.zeros((1, days + event, 1))], axis=2)
    x[0, :12, 1] = rng.normal(size=12)
    x[0, 11, 1] = 0.05
    task = Task(days, event, ((0, 4),), (1,), intercept=True, prediction_error=True)
    y = rng.normal(0, 0.02, (n, days + event))
    for i in range(n):
        y[i, : i + 1] = np.nan
    of = World(y[:, :days].copy(), y[:, days:].copy(), np.array([0, n]), x, task)
    fit, fits = abnormal(of)
    pairs = pairs_of(of)
    seen = compiled.survey(FORM, pairs, task, np.full(n, event))
    found = compiled.first(FORM, pairs, task, seen, np.ones(n, dtype=bool))
    left = (x[0, :days, 1] ** 2) @ np.tri(days, n, -1)  # of the regressor, to each pair
    expected = left / left[0] > 0.01
    assert 3 < expected.sum() < fits.sum() == n - 1
    np.testing.assert_array_equal(found.good, expected)
    kept = np.nansum(fit.residuals[expected[:-1]], axis=0)
    np.testing.assert_allclose(found.sums["residual"][0], kept, atol=1e-12)


# ---- through the study ----


def prices(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A table with gaps, prices in ticks, late listings and delistings; events, some on one date; and six factors."""
    rng = np.random.default_rng(seed)
    days, firms, events = 330, 12, 40
    sessions = pd.bdate_range("2015-01-05", periods=days)
    market = rng.normal(0, 0.01, days)
    table = 20 * np.exp(
        np.cumsum(market[:, None] * rng.uniform(0.5, 1.5, firms) + rng.normal(0, 0.02, (days, firms)), axis=0)
    )
    table = np.round(table, 1 if seed % 3 == 0 else 4)
    table[rng.random(table.shape) < 0.01] = np.nan
    table[: int(rng.integers(1, 160)), 0] = np.nan
    for firm in (1, 2, 3):
        table[int(rng.integers(250, days)) :, firm] = np.nan
    names = [f"S{i}" for i in range(firms)]
    frame = pd.DataFrame(table, sessions, names).assign(MKT=100 * np.exp(np.cumsum(market)))
    row = rng.integers(170, days - 12, events)
    if seed % 4 == 0:  # all on one date, or on two
        row = np.where((seed % 8 == 4) & (np.arange(events) % 2 == 0), 200, 230)
    listed = pd.DataFrame({"ticker": rng.choice(names, events), "date": sessions[row], "event_id": np.arange(events)})
    factors = ["mkt_rf", "smb", "hml", "rmw", "cma", "mom"]
    known = pd.DataFrame(rng.normal(0, 0.006, (days, 6)), sessions, factors).assign(rf=rng.normal(0, 0.001, days))
    if seed % 3 == 0:  # some days lack factors, or the benchmark
        other = np.setdiff1d(np.arange(days), [199, 200, 229, 230])
        known = known.drop(sessions[rng.choice(other, 8, replace=False)])
        frame.loc[sessions[rng.choice(other, 5, replace=False)], "MKT"] = np.nan
    return frame, listed, known


def choices(seed: int) -> dict[str, Any]:
    names = (
        "market",
        "fama_french5_momentum",
        "market_adjusted",
        "constant_mean",
    )  # a model of factors has no log form
    return {
        "model": names[seed % 4],
        "returns": "log" if seed % 5 == 0 and seed % 4 != 1 else "simple",
        "mask_other_events": None if seed % 2 else 2,
        "prediction_error": seed % 7 != 0,
        "exclude_dates": (pd.Timestamp("2015-06-01").date(),) if seed % 6 == 5 else (),
        **(
            {"estimation_window": (-140, -11), "event_window": (-10, 10)},
            {"estimation_window": (-160, -31), "event_window": (-10, 10)},  # days between them
            {"estimation_window": (-140, -1), "event_window": (0, 10)},  # the own event is near
        )[seed // 2 % 3],
    }


def keeping(patch: pytest.MonkeyPatch) -> list[Any]:
    """What both passes leave behind of each block, from now on."""
    found: list[Any] = []

    for name in ("first_pass", "second_pass"):
        patch.setattr(passes, name, _keeping(getattr(passes, name), found))
    return found


def _keeping(one: Callable[..., Any], found: list[Any]) -> Callable[..., Any]:
    def kept(*given: Any, **more: Any) -> Any:
        found.append(one(*given, **more))
        return found[-1]

    return kept


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    return keeping(monkeypatch)


@pytest.mark.parametrize("seed", some(5, 200))
def test_a_study_of_many_events_leaves_the_same_sums(
    seed: int, kept: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, events, factors = prices(seed)
    chosen = choices(seed)
    study = EventStudy(
        benchmark="MKT", calendar=None, min_estimation=60,
        windows=((0, 0), (0, 2), (0, 5), (chosen["event_window"][0], 10)), **chosen,
    )  # fmt: skip
    sums = []
    for form in ("0", "1"):
        monkeypatch.setenv(native.VARIABLE, form)
        result = study.run(events, frame, factors=factors if "fama" in chosen["model"] else None, keep="aggregate")
        answers = [list(answer.tests.items()) for answer in result.answers.values()]
        assert answers
        sums.append(kept.copy())
        kept.clear()
    assert sum(part.n for part in sums[0] if isinstance(part, Totals)) > 0
    alike(sums[0], sums[1])


def test_days_around_an_event_that_lie_outside_are_refused() -> None:
    of = world(3, days=60)
    pairs, n = pairs_of(of), len(of.estimation)
    seen = compiled.survey(FORM, pairs, of.task, np.full(n, of.task.event))
    wanted = np.ones(n, dtype=bool)
    scales = np.ones(len(of.task.windows))
    found = compiled.second(FORM, pairs, of.task, seen, wanted, scales, wanted)
    assert found.good.any()
    assert found.moved_n.any()
    assert not compiled.second(FORM, pairs, of.task, seen, wanted, scales).moved_n.any()
    with pytest.raises(ValueError, match="place lies outside"):
        compiled.second(FORM, replace(pairs, place=pairs.place + 10**6), of.task, seen, wanted, scales, wanted)


def test_only_calm_pairs_say_how_far_they_moved() -> None:
    """More pairs than wait for each other; every second one is calm, then the others."""
    of = next(made for seed in range(50) if len((made := world(seed)).estimation) > 40)
    pairs, n = pairs_of(of), len(of.estimation)
    seen = compiled.survey(FORM, pairs, of.task, np.full(n, of.task.event))
    wanted, calm = np.ones(n, dtype=bool), np.arange(n) % 2 == 0
    scales = np.ones(len(of.task.windows))
    every, one, other = (
        compiled.second(FORM, pairs, of.task, seen, wanted, scales, which) for which in (wanted, calm, ~calm)
    )
    assert every.good.sum() > 2 * 16
    assert one.moved_n.any()
    assert other.moved_n.any()
    assert np.array_equal(one.below, every.below)
    assert np.array_equal(one.moved_n + other.moved_n, every.moved_n)
    np.testing.assert_allclose(one.moved + other.moved, every.moved, rtol=1e-12)


def bits_of(found: Any) -> list[bytes]:
    """All numbers of what passes leave behind, in order."""
    if is_dataclass(found) and not isinstance(found, type):
        return [b for field in fields(found) if field.compare for b in bits_of(getattr(found, field.name))]
    if isinstance(found, dict):
        return [b for key in found for b in bits_of(found[key])]
    if isinstance(found, tuple | list):
        return [b for one in found for b in bits_of(one)]
    return [np.ascontiguousarray(found).tobytes() if isinstance(found, np.ndarray) else repr(found).encode()]


def test_any_number_of_threads_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of few pairs, so that several are worked on at once; processes are asked for and threads do it."""
    frame, events, _ = prices(1)
    monkeypatch.setattr(passes, "BLOCK", 4)
    told: set[str] = set()

    first_pass = passes.first_pass

    def first(*args: Any) -> Any:
        told.add(threading.current_thread().name)
        return first_pass(*args)

    monkeypatch.setattr(passes, "first_pass", first)
    study = EventStudy(
        benchmark="MKT", calendar=None, estimation_window=(-140, -11), min_estimation=60, windows=((0, 1),)
    )
    found = []
    for executor in (None, Processes(1), Processes(2), Processes(5)):
        result = study.run(events, frame, keep="aggregate", executor=executor)
        found.append(bits_of((result.evidence.totals, result.evidence.below)))
    assert len(found[0]) > 40
    assert all(one == found[0] for one in found)
    assert len(told) > 3, "the main thread, and others beside it"


def test_an_error_in_a_thread_ends_the_study() -> None:
    def fails(shared: Any, job: int) -> int:
        if job == 2:
            raise InvalidRequest("no")
        return job

    with pytest.raises(InvalidRequest, match="no"):
        Threads(2).run(fails, None, range(50))
    folded: list[int] = []
    assert Threads(3).run(lambda shared, job: shared + job, 10, range(5)) == [10, 11, 12, 13, 14]
    assert Threads(3).run(lambda shared, job: shared + job, 10, range(5), fold=folded.append) == []
    assert folded == [10, 11, 12, 13, 14]


# ---- what is refused ----


def arguments(monkeypatch: pytest.MonkeyPatch, run: Any, which: str = "first") -> dict[str, Any]:
    """The arrays that `run` hands to one pass of the kernel."""
    taken: dict[str, Any] = {}

    def noted(level: int, arrays: dict[str, Any]) -> None:
        taken.update(arrays)
        getattr(FORM.kernel, which)(level, arrays)

    passes_of = {name: getattr(FORM.kernel, name) for name in ("survey", "first", "second")}
    run(replace(FORM, kernel=SimpleNamespace(**passes_of | {which: noted})))
    return taken


HOSTILE = {
    "a window of returns that begins before": ("place", 0, -1),
    "one that ends beyond": ("place", 0, 10**6),
    "regressors that begin before": ("design", -1, -1),
    "regressors that end beyond": ("design", -1, 10**6),
    "bounds beyond": ("bounds", -1, 10**6),
    "bounds that descend": ("bounds", 1, -1),
    "bounds that begin later": ("bounds", 0, 1),
    "a stratum beyond": ("stratum", 0, 1),
    "a stratum before": ("stratum", 0, -1),
    "a table beyond": ("table", -1, 10**9),
    "a window that ends beyond": ("window", -1, 10**6),
    "a window that ends before it begins": ("window", 0, 10**6),
    "a window before": ("window", 0, -1),
    "a step from sums that are not there": ("step", 0, 5),
    "a run beyond": ("run", -1, 10**6),
    "a length that no sum has": ("length", -1, 7777),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_an_index_that_leads_outside_is_refused(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = arguments(monkeypatch, lambda form: both_passes(form, world(3, days=60)))
    name, place, value = HOSTILE[what]
    array = given[name].copy()
    array.reshape(-1)[place] = value
    with pytest.raises(ValueError, match="lies outside"):
        FORM.kernel.first(0, given | {name: array})


def test_every_array_is_measured_and_every_number_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    given = arguments(monkeypatch, lambda form: both_passes(form, world(3, days=60)))
    for name, value in given.items():
        if isinstance(value, np.ndarray):
            with pytest.raises(ValueError, match=f"{name} has"):
                FORM.kernel.first(0, given | {name: np.zeros(value.size + 1, value.dtype)})
            with pytest.raises(ValueError, match=f"{name} is missing"):
                FORM.kernel.first(0, {k: v for k, v in given.items() if k != name})
        elif name not in ("intercept", "prediction_error", "log"):
            for other in (-1, 2**40 + 1, 2**63 - 1):
                with pytest.raises(ValueError, match=r"lies outside|has"):
                    FORM.kernel.first(0, given | {name: other})
    with pytest.raises(ValueError, match="instruction set"):
        FORM.kernel.first(99, given)
    with pytest.raises((BufferError, ValueError)):
        FORM.kernel.first(0, given | {"returns": np.asfortranarray(given["returns"])})
    frozen = given["car"].copy()
    frozen.flags.writeable = False
    with pytest.raises((BufferError, ValueError)):
        FORM.kernel.first(0, given | {"car": frozen})
    FORM.kernel.first(0, given)


@pytest.mark.parametrize("which", ["survey", "first", "second"])
@pytest.mark.parametrize("seed", some(2, 25))
def test_whatever_the_numbers_are_the_kernel_returns_or_refuses(
    seed: int, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any bits as values, and any of a few changes to sizes and indices; ASan and UBSan run this too (CONTRIBUTING.md)."""
    given = arguments(monkeypatch, lambda form: both_passes(form, world(seed, days=40)), which)
    rng = np.random.default_rng(seed)
    if seed % 2:  # days near other events
        words = rng.integers(0, 2**64, -(-given["cells"] // 64) + 1, dtype=np.uint64)
        given |= {"busy": words, "masked_words": len(words), "bears": np.ones_like(given["bears"])}
        given["far"] = ~given["far"]
    refused = 0
    for _ in range(80):
        changed = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in given.items()}
        for name in rng.choice(sorted(changed), 3):
            value = changed[name]
            if isinstance(value, np.ndarray) and value.size:
                bits = rng.integers(0, 256, (3, value.itemsize), dtype=np.uint8)
                value.reshape(-1)[rng.integers(0, value.size, 3)] = bits.view(value.dtype).reshape(-1)
            elif not isinstance(value, np.ndarray):
                changed[name] = int(rng.integers(-2, 70))
        for level in range(FORM.level + 1):
            try:
                getattr(FORM.kernel, which)(level, changed)
            except (ValueError, OverflowError):
                refused += 1
    assert 20 < refused < 80 * (FORM.level + 1)


@pytest.mark.parametrize("seed", range(4))
def test_products_of_dates_are_sums_over_the_days_that_they_share(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dates, days, n = int(rng.integers(1, 9)), int(rng.integers(1, 90)), 25
    values, (one, other) = rng.normal(size=(dates, days)), rng.integers(0, dates, (2, n))
    shared = rng.integers(0, days + 1, n)
    wanted = [
        math.fsum(values[a, days - k + t] * values[b, t] for t in range(k))
        for a, b, k in zip(one.tolist(), other.tolist(), shared.tolist(), strict=True)
    ]
    bits = set()
    for level in range(FORM.level + 1):
        found = np.full(n, np.nan)
        FORM.kernel.products(level, values, one, other, shared, found)
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-13)
        bits.add(found.tobytes())
    assert len(bits) == 1
    np.testing.assert_allclose(correlation._products(values, one, other, shared), wanted, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("one", 3), ("one", -1), ("other", 3), ("shared", 9), ("shared", -1), ("values", None), ("found", 0)],
)
def test_products_of_dates_that_are_none_are_refused(name: str, wrong: int | None) -> None:
    given: dict[str, Any] = {
        "values": np.ones((3, 8)), "one": np.array([1, 2]), "other": np.array([0, 2]), "shared": np.array([5, 8]),
        "found": np.zeros(2),
    }  # fmt: skip
    if name == "values":
        given["values"] = np.ones((8, 3)).T
    elif name == "found":
        given["found"] = np.zeros(3)
    else:
        given[name][1] = wrong
    with pytest.raises(ValueError, match=r"lies outside|row after row|bytes"):
        FORM.kernel.products(0, *given.values())


def with_a_word_more(marks: Bools) -> Words:
    return np.append(as_bits(marks), np.uint64(2**64 - 1))


@pytest.mark.parametrize("seed", range(4))
def test_days_near_other_events_are_counted_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days, n, cells = int(rng.integers(1, 150)), 40, 400
    returns, busy = rng.normal(size=(4, 100)), rng.random((4, 100)) < rng.choice([0.01, 0.3])
    returns[rng.random((4, 100)) < 0.2] = rng.choice([np.nan, np.inf])
    far, place = rng.random(days) < 0.7, rng.integers(0, cells - days + 1, n)
    value, marks = returns.ravel().tolist(), busy.ravel().tolist()
    wanted = np.zeros((3, n), dtype=np.int64)
    for i, at in enumerate(place.tolist()):
        near = [marks[at + t] and bool(far[t]) for t in range(days)]
        known = [math.isfinite(value[at + t]) for t in range(days)]
        wanted[0, i] = sum(near)
        if any(near):
            wanted[1:, i] = sum(known), sum(a and b for a, b in zip(near, known, strict=True))
    for level in range(FORM.level + 1):
        found = np.full((3, n), -1)
        FORM.kernel.near_others(level, returns, with_a_word_more(busy), days, as_bits(far), place, *found)
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    "what",
    ["beyond", "before", "too long", "no word more", "turned", "no marks", "few far", "negative", "short", "set"],
)
def test_days_near_other_events_that_lie_outside_are_refused(what: str) -> None:
    returns, days, far = np.ones((3, 40)), 10, as_bits(np.ones(10, dtype=bool))
    busy: Any = with_a_word_more(np.ones((3, 40), dtype=bool))
    place, found, level = np.array([0, 110]), np.zeros((3, 2), dtype=np.int64), 0
    FORM.kernel.near_others(level, returns, busy, days, far, place, *found)
    place = {"beyond": place + 1, "before": place - 1}.get(what, place)
    returns = np.ones((40, 3)).T if what == "turned" else returns
    days = {"too long": 121, "few far": 65, "negative": -1}.get(what, days)
    busy = {"no word more": busy[:-1], "no marks": None}.get(what, busy)
    found = np.zeros((3, 3), dtype=np.int64) if what == "short" else found
    level = FORM.level + 1 if what == "set" else level
    with pytest.raises((ValueError, TypeError), match=r"lies outside|row after row|bytes|buffer|instruction set"):
        FORM.kernel.near_others(level, returns, busy, days, far, place, *found)


def test_the_form_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, "0")
    assert (native.form().kernel, native.form().name) == (None, "NumPy")
    monkeypatch.setenv(native.VARIABLE, "1")
    assert native.form().kernel is not None
    monkeypatch.setenv(native.VARIABLE, "yes")
    with pytest.raises(InvalidRequest, match="EVENTSTUDY_NATIVE"):
        native.form()


def test_without_a_compiled_kernel_numpy_does_the_work_and_one_may_insist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "CONTRACT", native.CONTRACT + 1)
    native._form.cache_clear()
    try:
        monkeypatch.delenv(native.VARIABLE, raising=False)
        assert native.form().kernel is None
        assert "another version" in native.form().why
        monkeypatch.setenv(native.VARIABLE, "1")
        with pytest.raises(InvalidRequest, match="another version"):
            native.form()
    finally:
        native._form.cache_clear()


def test_what_is_too_long_goes_to_numpy() -> None:
    task = Task(16_384, 1, ((0, 1),), (1,), intercept=False, prediction_error=True)
    assert not compiled.takes(task, 1)
    assert compiled.takes(replace(task, days=16_383), 64)
    assert not compiled.takes(replace(task, days=16_383), 65)
    assert os.environ.get(native.VARIABLE) != "0"


@pytest.mark.parametrize(("days", "between"), [(16_363, 0), (120, 16_234)])
def test_days_near_the_event_are_among_those_that_may_be_too_many(
    days: int, between: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Estimation and event days alone are few enough; with those between and after them they are not."""
    rng, last = np.random.default_rng(days), -11 - between
    sessions = pd.bdate_range("1950-01-02", periods=16_420)
    prices = pd.DataFrame(np.exp(rng.normal(0, 0.01, (16_420, 3)).cumsum(axis=0) / 4), sessions, ["A", "B", "M"])
    events = pd.DataFrame({"ticker": ["A", "B"], "date": sessions[[16_390, 16_400]]})
    window: dict[str, Any] = {
        "estimation_window": (last - days + 1, last),
        "event_window": (-10, 10),
        "windows": [(0, 1)],
    }
    study = EventStudy(calendar=None, benchmark="M", **window)

    def told() -> dict[str, tuple[float, float]]:
        found = study.run(events, prices, keep="aggregate").answers[Window(0, 1)].tests
        return {name: (said.statistic, said.p_value) for name, said in found.items()}

    compiled_or_not = told()
    monkeypatch.setenv(native.VARIABLE, "0")
    for name, said in told().items():
        assert compiled_or_not[name] == pytest.approx(said, rel=1e-9, nan_ok=True), name
