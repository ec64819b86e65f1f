"""Run the command as a user does: in a folder of its own, with no settings in the environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from eventstudy.cli import main
from eventstudy.prices.yahoo import Yahoo

from tests.loopback.inprocess import yahoo_in_process, yfinance_alone
from tests.loopback.server import Service


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def es(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ran]:
    """`es("run", "deepseek-r1")` runs the command in-process and in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in args])
        told = capsys.readouterr()
        return Ran(int(ended.value.code or 0), told.out, told.err)

    return call


@pytest.fixture
def bad_rows(tmp_path: Path) -> str:
    """A list of events whose row 7, the sixth below the names of columns, contradicts the row before: it alone is no event."""
    dates = ("2024-09-18", "2024-10-04", "2024-11-07", "2024-12-06", "2024-12-18")
    kinds = ("fomc", "jobs", "fomc", "jobs", "fomc")
    rows = [f"{kind}-{day},NVDA,{day},{kind},{i * i}" for i, (day, kind) in enumerate(zip(dates, kinds, strict=True))]
    rows.append(f"fomc-{dates[-1]},AAPL,{dates[-1]},jobs,7")
    (tmp_path / "list.csv").write_text("\n".join(["event_id,ticker,date,category,size", *rows]) + "\n")
    return "list.csv"


@pytest.fixture
def yahoo(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The module's `service` in Yahoo's place, as the command finds it."""
    with yahoo_in_process(service) as session, yfinance_alone(tmp_path):
        if find_spec("yfinance._http") is None:
            pytest.skip("this yfinance takes no requests session")
        source = Yahoo(session, spacing=0, timeout=0.4, give_up=8)
        monkeypatch.setattr("eventstudy.prices.yahoo.SOURCE", source)
        yield service
