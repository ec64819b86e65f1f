"""What every price source keeps to; a new file of `eventstudy/prices/` is met here by itself."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
from eventstudy import plugins


@pytest.mark.parametrize("name", plugins.names("sources"))
def test_every_source_keeps_the_contract(name: str) -> None:
    source = plugins.load("sources", name)
    assert source.summary
    assert "\n" not in source.summary
    shapes = {
        "read": ["path", "tickers", "start", "end", "reading"],
        "fetch": ["symbol", "start", "end"],
        "factors": ["names", "last", "monthly"],
    }
    found = [shape for shape in shapes if hasattr(source, shape)]
    assert len(found) == 1, "a source is a kind of file (read), is asked symbol by symbol (fetch), or has factors"
    assert list(inspect.signature(getattr(source, found[0])).parameters) == shapes[found[0]]


def test_the_sources_of_this_package() -> None:
    assert {"bundled", "crsp", "csv", "ken_french", "parquet", "store", "tiingo", "xlsx", "yahoo"} <= set(
        plugins.names("sources")
    )


@pytest.mark.slow
def test_loading_the_sample_imports_nothing_heavy() -> None:
    code = (
        "import sys, eventstudy.prices, eventstudy.prices.yahoo; eventstudy.prices.load_prices(source='bundled');"
        "print(*sorted({'yfinance', 'statsmodels', 'matplotlib', 'curl_cffi', 'requests', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")
