"""Nothing heavy is imported before it is needed: counted in modules, not in seconds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tiers import first

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


@pytest.mark.parametrize("case", first(CASES, 3))
def test_stays_light(case: str) -> None:
    code, unwanted = CASES[case]
    script = f"""
import sys, atexit, gc
atexit.register(lambda: print("FROZEN", gc.get_freeze_count(), "MODULES", *sys.modules, file=sys.stderr))
{code}
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr[-2000:]
    frozen, _, modules = ran.stderr.partition("FROZEN ")[2].partition(" MODULES ")
    loaded = set(modules.split())
    assert "eventstudy" in loaded
    assert (int(frozen) > 0) == ("eventstudy.cli" in loaded)  # a command ends without looking for garbage
    assert not loaded & unwanted
