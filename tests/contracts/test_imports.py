"""Nothing heavy is imported before it is needed: counted in modules, not in seconds."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"matplotlib", "yfinance", "statsmodels", "scipy.stats", "pandas", "numpy", "exchange_calendars", "pydantic"}
TOLD = HEAVY | {"importlib.metadata", "sqlite3", "urllib.request", "concurrent.futures"}
STUDY = {"matplotlib", "yfinance", "statsmodels", "scipy.stats", "requests"}

CASES = {
    "import eventstudy": ("import eventstudy", HEAVY),
    "--help": ("from eventstudy.cli import main; main(['--help'])", TOLD),
    "run --help": ("from eventstudy.cli import main; main(['run', '--help'])", HEAVY),
    "events list": ("from eventstudy.cli import main; main(['events', 'list'])", HEAVY - {"pydantic"}),
    "run": ("from eventstudy.cli import main; main(['run', 'deepseek-r1'])", STUDY),
    "prices": ("import eventstudy.prices", STUDY),
}


@pytest.mark.parametrize(("code", "unwanted"), CASES.values(), ids=CASES.keys())
def test_stays_light(code: str, unwanted: set[str]) -> None:
    script = f"""
import sys, atexit
atexit.register(lambda: sys.stderr.write("MODULES " + " ".join(sys.modules)))
{code}
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr[-2000:]
    loaded = set(ran.stderr.partition("MODULES ")[2].split())
    assert "eventstudy" in loaded
    assert not loaded & unwanted
