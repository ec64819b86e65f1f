"""The wheel, installed alone into a clean environment, does the main job from an empty folder without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.render
ROOT = Path(__file__).parents[1]
PO = "locale/de/LC_MESSAGES/eventstudy.po"


def _run(*args: str | Path, cwd: Path, **env: str) -> str:
    quiet = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "EVENTSTUDY_STORE")}
    done = subprocess.run([str(a) for a in args], cwd=cwd, env=quiet | env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation")
    _run(sys.executable, *build, "--wheel-dir", folder, ROOT, cwd=folder)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def bin(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that has the wheel, and this environment's libraries behind it."""
    home = tmp_path_factory.mktemp("env")
    venv.create(home, with_pip=False, symlinks=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    install = ("-m", "pip", "--python", programs / "python", "install", "--quiet", "--no-deps", "--no-index")
    _run(sys.executable, *install, wheel, cwd=home)
    [own] = [place for place in home.rglob("site-packages") if not place.is_symlink()]
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return programs


def test_the_wheel_holds_the_package_its_data_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"eventstudy", f"{wheel.name.split('-py3')[0]}.dist-info"}
    for wanted in ("py.typed", "data/README.md", "data/events/deepseek-r1.toml", "data/prices/sample.csv", PO):
        assert f"eventstudy/{wanted}" in names


def test_it_is_the_installed_package_that_runs(bin: Path, tmp_path: Path) -> None:
    place = _run(bin / "python", "-c", "import eventstudy; print(eventstudy.__file__)", cwd=tmp_path).strip()
    assert Path(place).is_relative_to(bin.parent)


def test_the_main_job_needs_no_network(bin: Path, tmp_path: Path) -> None:
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    words = ("run", "deepseek-r1", "--tickers", "NVDA", "--day0", "recognised", "--format", "json")
    told = json.loads(_run(bin / "eventstudy", *words, cwd=tmp_path, HOME=str(tmp_path), **nowhere))
    [day] = [day for day in told["firms"][0]["days"] if day["session"] == "2025-01-27"]
    assert day["ar"] == pytest.approx(-0.1337, abs=5e-5)
    assert day["t"] == pytest.approx(-5.15, abs=0.01)
    assert told["provenance"]["source"] == "bundled"
    assert "deepseek-r1" in _run(bin / "eventstudy", "events", "list", cwd=tmp_path, HOME=str(tmp_path), **nowhere)
    assert not list(tmp_path.iterdir()), "a run leaves nothing behind"
