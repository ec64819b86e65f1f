"""What holds for all tests: none touches the price store of whoever runs them, or knows the width of their terminal."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "fixed",
    derandomize=True,  # what passed passes again; `python -m tests.fuzz` looks for more
    suppress_health_check=[HealthCheck.too_slow],  # a machine that is busy is not a fault of the code
)
settings.load_profile("fixed")

APART = ("tests/mutations/", "tests/simulation/", "tests/reports/test_update", "tests/test_notebooks.py")
"""Files of long tests that share nothing."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker whole files, whose tests share what is made once; tests that share nothing go one by one, at the end."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return nodeid if file.startswith(APART) else file

    return ByFile(config, log) if config.getoption("dist") == "load" else None


gc.disable()  # until the tests are found: what finding them makes stays to the end, and is not to be searched for garbage


def pytest_collection_finish() -> None:
    """From here on garbage is looked for among what the tests make, not among the thousands of tests and the modules."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="session")
def _own_price_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Outside single tests: fixtures of modules, and processes they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENTSTUDY_STORE", str(tmp_path_factory.mktemp("store") / "prices.db"))
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_terminal() -> Iterator[None]:
    """Tests that ask for a width set it; readline leaves COLUMNS=80 to the processes that pytest starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        patch.delenv("LINES", raising=False)
        yield


@pytest.fixture(autouse=True)
def price_store(_own_price_store: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of an empty store for each test; made by the first that is kept in it."""
    path = tmp_path_factory.getbasetemp() / f"store-{next(_numbers)}" / "prices.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENTSTUDY_STORE", str(path))
        yield path


@pytest.fixture
def each_picture_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports on the same result share the pictures, which have tests of their own."""
    from tests.reports.once import pictures_once

    monkeypatch.setattr(import_module("eventstudy.reports.build"), "pictures", pictures_once)


_numbers = iter(range(10**9))
