"""What every price source keeps to; a new file of `eventstudy/prices/` is met here by itself."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
from eventstudy import catalog


@pytest.mark.parametrize("name", catalog.names("sources"))
def test_every_source_keeps_the_contract(name: str) -> None:
    source = catalog.load("sources", name)
    assert source.summary
    assert "\n" not in source.summary
    reads, fetches = hasattr(source, "read"), hasattr(source, "fetch")
    assert reads != fetches, "a source is a kind of file (read) or is asked symbol by symbol (fetch)"
    wanted = ["path", "tickers", "start", "end"] if reads else ["symbol", "start", "end"]
    assert list(inspect.signature(source.read if reads else source.fetch).parameters) == wanted


def test_the_sources_of_this_package() -> None:
    assert {"bundled", "csv", "yahoo"} <= set(catalog.names("sources"))


def test_loading_the_sample_imports_nothing_heavy() -> None:
    code = (
        "import sys, eventstudy.prices, eventstudy.prices.yahoo; eventstudy.prices.load_prices(source='bundled');"
        "print(*sorted({'yfinance', 'statsmodels', 'matplotlib', 'curl_cffi', 'requests', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")
