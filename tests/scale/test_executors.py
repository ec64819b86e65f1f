"""Whoever works on the jobs, the answers are the same; a worker that dies costs time, not the result."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from eventstudy import plugins
from eventstudy.errors import InvalidRequest, NothingUsable, UnknownName, WorkerLost
from eventstudy.inference import multiple
from eventstudy.models import Fit, fit_pairs, fitting
from eventstudy.parallel import Executor, Processes, Serial, one_thread
from eventstudy.request import run
from eventstudy.scale.cluster import Cluster
from eventstudy.units.windows import Window

from tests.contracts.made_up import block
from tests.oracles.test_models_garch import clustered
from tests.scale import jobs
from tests.tiers import first


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address=None,
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(params=["serial", "processes", pytest.param("dask", marks=pytest.mark.wait)])
def executor(request: pytest.FixtureRequest) -> Executor:
    if request.param == "dask":
        return Cluster(request.getfixturevalue("address"))
    return Processes(2) if request.param == "processes" else Serial()


def test_results_come_in_the_order_of_the_jobs(executor: Executor) -> None:
    told: list[tuple[int, int]] = []
    assert executor.run(jobs.product, 7, range(20), lambda i, n: told.append((i, n))) == [7 * i for i in range(20)]
    assert told == [(i, 20) for i in range(1, 21)]


def test_draws_are_the_same_whoever_makes_them(executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiple, "_WORTH", 0)
    tickers = ["NVDA", "AMD", "AVGO", "MSFT", "NVDA"]
    events = pd.DataFrame({"ticker": tickers, "date": ["2025-01-27"] * 4 + ["2025-02-27"]})
    sample = replace(run(events, source="bundled").sample(Window(0, 1)), draws=700)
    here, draws = multiple.adjusted(sample)
    there, _ = multiple.adjusted(replace(sample, executor=executor))
    assert draws == 700
    np.testing.assert_array_equal(here, there)
    assert here.min() < here.max() <= 1


def test_an_error_arrives_as_it_was_raised(executor: Executor) -> None:
    with pytest.raises(UnknownName, match="there is no test called 'bpm'") as caught:
        executor.run(jobs.refused, None, range(4))
    assert caught.value.hint == "did you mean 'bmp'?"
    assert caught.value.exit_code == 2


@pytest.mark.wait
def test_a_killed_worker_costs_time_not_the_result(address: str, tmp_path: Path) -> None:
    for name, executor in (("processes", Processes(2)), ("dask", Cluster(address))):
        marker = tmp_path / name
        assert executor.run(jobs.fatal_once, str(marker), range(12)) == [10 * i for i in range(12)]
        assert marker.exists(), "the worker was killed"


@pytest.mark.wait
def test_workers_that_always_die_are_given_up() -> None:
    with pytest.raises(WorkerLost, match="died 3 times"):
        Processes(2).run(jobs.fatal, None, range(6))


@pytest.mark.slow
def test_an_error_ends_the_work_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(InvalidRequest):
        Processes(1).run(jobs.slow_and_refused, None, range(60))
    assert time.monotonic() - began < 20


@pytest.mark.wait
def test_a_scheduler_that_is_not_there() -> None:
    with pytest.raises(InvalidRequest, match="no Dask scheduler answers") as caught:
        Cluster("nonsense://127.0.0.1:1").run(jobs.product, 1, [1])
    assert "dask scheduler" in str(caught.value)


@pytest.mark.wait
def test_a_scheduler_without_workers() -> None:
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address="127.0.0.1:0") as empty,
        pytest.raises(NothingUsable, match="has no workers"),
    ):
        Cluster(empty.scheduler_address).run(jobs.product, 1, [1])


def same(one: Fit, other: Fit) -> None:
    """Every array of two fits, bit for bit."""
    for name in (f.name for f in fields(Fit)):
        mine, theirs = getattr(one, name), getattr(other, name)
        if isinstance(mine, np.ndarray) and mine.dtype != object:
            np.testing.assert_array_equal(mine, theirs, err_msg=name)
        elif isinstance(mine, np.ndarray):
            assert mine.tolist() == theirs.tolist()
        elif name != "donors":
            assert mine == theirs, name


def test_the_libraries_of_linear_algebra_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl")
    with one_thread():
        pass
    monkeypatch.setattr(threadpoolctl.ThreadpoolController, "__init__", None)
    with one_thread():
        pass


@pytest.mark.slow
def test_garch_is_the_same_whoever_fits_it(executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "PIECE", 3)
    made = clustered(8)
    made.returns[3, 5:] = np.nan  # no fit, and in its piece fewer parameters are known
    model = plugins.load("models", "garch")
    found = fit_pairs(model, made, 100, executor)
    assert found.problem[3] == "MIN_EST"
    same(found, fit_pairs(model, made, 100))
    with one_thread():
        same(found, model.fit(made, 100))


@pytest.mark.parametrize("name", first(["huber", "theil_sen", "elastic_net"]))
def test_pieces_make_the_whole(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "PIECE", 3)
    made = block(n=8)
    model = plugins.load("models", name)
    assert model.apart
    same_pairs(fit_pairs(model, made, 100), model.fit(made, 100))


def same_pairs(one: Fit, other: Fit) -> None:
    """What two fits say of every pair, designs resolved."""
    for name in ("params", "sigma", "df", "expected", "ar", "residuals"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-15, err_msg=name)
    for name in ("basis", "span", "noise"):
        mine, theirs = getattr(one, name)[one.basis_of], getattr(other, name)[other.basis_of]
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-15, err_msg=name)
    assert one.names == other.names
    assert [n[0] for n in one.notes] == [n[0] for n in other.notes]
