"""Yahoo's stand-in for the tests of prices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from eventstudy.prices.yahoo import Yahoo

from tests.loopback.answers import Series
from tests.loopback.inprocess import yahoo_in_process, yfinance_alone
from tests.loopback.server import Service

DAYS = [d for d in (date(2025, 1, 2) + timedelta(n) for n in range(40)) if d.weekday() < 5]
FIRST, LAST = DAYS[0], DAYS[-1]


def series(symbol: str = "GOOD", **changes: object) -> Series:
    """28 sound sessions of a symbol, closing at 100, 101, ..., with anything changed."""
    sound: dict[str, object] = {"closes": [100.0 + i for i in range(28)], "volumes": [1000 + i for i in range(28)]}
    return Series(symbol, DAYS, **(sound | changes))  # type: ignore[arg-type]


@pytest.fixture
def service() -> Service:
    return Service([series("GOOD"), series("FINE")])


@pytest.fixture
def yahoo(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yahoo]:
    """Yahoo as `load_prices` finds it, asking the stand-in."""
    with yahoo_in_process(service) as session, yfinance_alone(tmp_path):
        if find_spec("yfinance._http") is None:
            pytest.skip("this yfinance takes no requests session; test_yahoo_process.py covers it")
        source = Yahoo(session, spacing=0, timeout=0.4, give_up=8)
        monkeypatch.setattr("eventstudy.prices.yahoo.SOURCE", source)
        yield source
