"""The wheel, installed alone into a clean environment, does the main job from an empty folder without a network."""

from __future__ import annotations

import json
import os
import shutil
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


def _built(folder: Path, **env: str) -> Path:
    build = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation")
    _run(sys.executable, *build, "--wheel-dir", folder, ROOT, cwd=folder, **env)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a network, with the compiled kernel where there is a C compiler."""
    return _built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def pure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same where there is no C compiler."""
    return _built(tmp_path_factory.mktemp("pure"), CC="no-such-compiler")


@pytest.fixture(scope="module", params=["wheel", "pure"])
def bin(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that has the wheel, and this environment's libraries behind it."""
    wheel, home = request.getfixturevalue(request.param), tmp_path_factory.mktemp("env")
    venv.create(home, with_pip=False, symlinks=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    install = ("-m", "pip", "--python", programs / "python", "install", "--quiet", "--no-deps", "--no-index")
    _run(sys.executable, *install, wheel, cwd=home)
    [own] = [place for place in home.rglob("site-packages") if not place.is_symlink()]
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return programs


def test_the_wheel_holds_the_package_its_data_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"eventstudy", "-".join(wheel.name.split("-")[:2]) + ".dist-info"}
    for wanted in ("py.typed", "data/README.md", "data/events/deepseek-r1.toml", "data/prices/sample.csv", PO):
        assert f"eventstudy/{wanted}" in names


def test_without_a_compiler_the_wheel_is_pure(pure: Path) -> None:
    assert pure.name.endswith("-py3-none-any.whl")
    assert not [name for name in zipfile.ZipFile(pure).namelist() if name.endswith(".so")]


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_with_a_compiler_the_wheel_is_for_every_python_and_hardly_larger(wheel: Path, pure: Path) -> None:
    assert "-cp311-abi3-" in wheel.name
    assert "eventstudy/_native.abi3.so" in zipfile.ZipFile(wheel).namelist()
    assert wheel.stat().st_size - pure.stat().st_size < 250_000


def test_a_compiler_that_is_asked_for_and_lacks_ends_the_build(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no C compiler: no-such-compiler is not there"):
        _built(tmp_path, CC="no-such-compiler", EVENTSTUDY_NATIVE="1")


def test_the_doctor_says_which_form_of_the_kernel_runs(bin: Path, tmp_path: Path) -> None:
    place = Path(_run(bin / "python", "-c", "import eventstudy; print(eventstudy.__file__)", cwd=tmp_path).strip())
    compiled = (place.parent / "_native.abi3.so").exists()
    told = _run(
        bin / "eventstudy", "doctor", cwd=tmp_path, HOME=str(tmp_path), EVENTSTUDY_STORE=str(tmp_path / "none.db")
    )
    [line] = [line for line in told.splitlines() if " arithmetic " in line]
    assert ("compiled kernel" if compiled else "NumPy: no compiled kernel was built") in line
    told = _run(bin / "eventstudy", "doctor", cwd=tmp_path, HOME=str(tmp_path), EVENTSTUDY_NATIVE="0")
    assert "NumPy: EVENTSTUDY_NATIVE=0 asks for it" in told


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
