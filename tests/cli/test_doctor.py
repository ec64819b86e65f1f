"""`eventstudy doctor`: a healthy installation is healthy, and each fault is told with its exit code."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from eventstudy import calendars, native
from eventstudy.cli import doctor
from eventstudy.errors import SourceDown, SourceRateLimited
from eventstudy.prices import Fetch, load_prices

from tests.cli.conftest import Ran
from tests.store.conftest import change_bars

Es = Callable[..., Ran]


def rows(ran: Ran) -> dict[str, dict[str, Any]]:
    told = json.loads(ran.out)
    assert told["schema"] == "eventstudy.doctor/1"
    return {row["check"]: row for row in told["rows"]}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is installed, for a doctor who asks: two packages that are needed, and one of an extra."""
    installed = {"eventstudy-lab": "0.1.0", "numpy": "2.0", "click": "8.1"}
    lines = ["numpy>=1.26.0", "click>=8.1.0", "arch>=7.0; extra == 'garch'", "ruff>=0.9; extra == 'dev'"]
    lines += ["eventstudy-lab[garch]; extra == 'all'"]

    def version(name: str) -> str:
        if name not in installed:
            raise PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(doctor, "version", version)
    monkeypatch.setattr(doctor, "requires", lambda name: lines)
    return installed


def test_a_healthy_installation(es: Es, alone: dict[str, str], price_store: Path) -> None:
    ran = es("doctor", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    found = rows(ran)
    assert found.pop("calendars")["status"] in ("ok", "absent"), "which, the day and the installed calendars decide"
    compiled = native.form().kernel is not None or os.environ.get(native.VARIABLE) == "0"
    assert found.pop("arithmetic")["status"] == ("ok" if compiled else "absent")
    assert {name: row["status"] for name, row in found.items()} == {
        "eventstudy": "ok",
        "python": "ok",
        "package numpy": "ok",
        "package click": "ok",
        "package arch": "absent",
        "embedded sample": "ok",
        "price store": "absent",
    }
    assert "eventstudy-lab[garch]" in found["package arch"]["advice"]
    assert not price_store.parent.exists(), "looking makes no store"
    assert es("doctor").out.startswith("ok")


@pytest.mark.parametrize("lacking", ["built for another version", "not built", "broken"])
def test_a_kernel_that_does_not_run_is_told_with_what_to_do(
    es: Es, alone: dict[str, str], monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    def load(name: str) -> SimpleNamespace:
        if lacking == "not built":
            raise ModuleNotFoundError(name)
        if lacking == "broken":
            raise ImportError("file too short")
        return SimpleNamespace(CONTRACT=native.CONTRACT - 1)

    monkeypatch.setattr(native, "import_module", load)
    monkeypatch.delenv(native.VARIABLE, raising=False)
    native._form.cache_clear()
    try:
        told = rows(es("doctor", "--format", "json"))["arithmetic"]
        monkeypatch.setenv(native.VARIABLE, "1")
        insisted = es("doctor", "--format", "json")
    finally:
        native._form.cache_clear()
    assert told["status"] == "absent"
    assert told["found"].startswith("NumPy: ")
    assert "python native/build.py" in told["advice"]
    assert ("C compiler" in told["advice"]) is (lacking == "not built")
    assert (insisted.code, rows(insisted)["arithmetic"]["status"]) == (2, "fault")
    assert told["advice"] in rows(insisted)["arithmetic"]["advice"]


def test_on_a_narrow_screen_what_was_found_stands_beside_what_was_looked_at(
    es: Es, alone: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = [line.split() for line in es("doctor").out.splitlines()]
    assert ["ok", "package", "numpy", "2.0"] in lines


def test_a_package_that_is_needed_and_one_that_overwrites_us(es: Es, alone: dict[str, str]) -> None:
    del alone["numpy"]
    ran = es("doctor", "--format", "json")
    assert ran.code == 3
    assert rows(ran)["package numpy"]["status"] == "fault"
    alone |= {"numpy": "2.0", "eventstudy": "0.1a12"}
    ran = es("doctor", "--format", "json")
    assert ran.code == 3
    assert "0.1a12 overwrites files" in rows(ran)["package eventstudy"]["found"]


def test_from_a_folder_of_sources(es: Es, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> list[str]:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "requires", nothing)
    assert "runs from its sources" in rows(es("doctor", "--format", "json"))["packages"]["found"]


def test_the_store(es: Es, price_store: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("ticker,date,close\nAAA,2025-01-02,1.1\nBBB,2025-01-02,2\n")
    assert es("prices", "import", "in.csv").code == 0
    healthy = rows(es("doctor", "--format", "json"))["price store"]
    assert healthy["status"] == "ok"
    assert "2 symbols, 2 vintages" in healthy["found"]
    change_bars(price_store, lambda bars: bars + 1, "BBB")
    ran = es("doctor", "--format", "json")
    assert ran.code == 3
    assert "1 faults" in rows(ran)["price store"]["found"]
    assert "BBB from csv" in rows(ran)["price store"]["found"]


def test_a_store_that_is_none(es: Es, price_store: Path) -> None:
    price_store.parent.mkdir(parents=True)
    price_store.write_text("something else " * 100)
    ran = es("doctor", "--format", "json")
    assert ran.code == 3
    assert "is no price store" in rows(ran)["price store"]["found"]


class Source:
    """A source that gives a week, or an error."""

    summary = "for tests"
    error: Exception | None = None

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        if self.error:
            raise self.error
        frame = load_prices("SPY", "2025-01-02", "2025-01-08", source="bundled").close.rename(columns={"SPY": "close"})
        return Fetch(symbol, frame, "as_given")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (None, 0, "SPY: 5 sessions, the last 2025-01-08"),
        (SourceDown("Yahoo does not answer", available="no network"), 5, "Yahoo does not answer (no network)"),
        (SourceRateLimited("Yahoo asks us to wait"), 75, "Yahoo asks us to wait"),
    ],
)
def test_the_source_is_asked_only_online(
    es: Es, monkeypatch: pytest.MonkeyPatch, error: Exception | None, code: int, words: str
) -> None:
    source = Source()
    source.error = error
    monkeypatch.setattr("eventstudy.prices.yahoo.SOURCE", source)
    assert "source yahoo" not in rows(es("doctor", "--format", "json"))
    ran = es("doctor", "--online", "--format", "json")
    assert ran.code == code
    assert rows(ran)["source yahoo"]["found"] == words


def test_calendars_that_end_soon_are_named(es: Es, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "reach", lambda code: (date(1990, 1, 1), date(2199, 12, 31)))
    assert rows(es("doctor", "--format", "json"))["calendars"]["status"] == "ok"
    end = date.today() + timedelta(30)  # noqa: DTZ011
    monkeypatch.setattr(
        calendars, "reach", lambda code: (date(1990, 1, 1), end if code == "XSHG" else date(2199, 12, 31))
    )
    row = rows(es("doctor", "--format", "json"))["calendars"]
    assert row["status"] == "absent"
    assert f"none for XSHG after {end}" in row["found"]
    assert "days put right for XNYS" in row["found"]


def test_overrides_that_cannot_be_read_are_a_fault(es: Es, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSTUDY_CALENDARS", "nowhere.toml")
    ran = es("doctor", "--format", "json")
    assert ran.code == 3
    assert rows(ran)["calendars"]["status"] == "fault"
