"""Yahoo's stand-in behind a proxy: another process, TLS, and the session yfinance makes itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.loopback.proxied import yahoo_over_proxy
from tests.loopback.server import Service
from tests.prices.conftest import FIRST, LAST

pytestmark = pytest.mark.wait
ROOT = Path(__file__).parents[2]
CODE = f"""
import json
from eventstudy.prices import load_prices
table = load_prices(["GOOD", "NVDA", "NONE"], "{FIRST}", "{LAST}")
told = {{t: type(e).__name__ for t, e in table.missing.items()}}
print(json.dumps([table.source, table.close.count().to_dict(), told]))
"""


def answer(environment: dict[str, str]) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.parametrize("backend", ["curl", "requests"])
def test_prices_over_the_proxy(service: Service, tmp_path: Path, backend: Literal["curl", "requests"]) -> None:
    with yahoo_over_proxy(service, tmp_path, backend=backend) as environment:
        source, counts, missing = answer(environment)
    assert source == "bundled+yahoo"
    assert counts == {"GOOD": 28, "NVDA": 26}
    assert missing == {"NONE": "SymbolUnknown"}
    assert service.charts("GOOD") == 2
    assert service.charts("NVDA") == 0


def test_a_rate_limit_over_the_proxy(service: Service, tmp_path: Path) -> None:
    service.fail("*", "rate-limited")
    with yahoo_over_proxy(service, tmp_path) as environment:
        assert answer(environment) == ["bundled", {"NVDA": 26}, dict.fromkeys(("GOOD", "NONE"), "SourceRateLimited")]
    assert service.charts("NONE") == 0
