"""Compiles the kernel: `python native/build.py` beside the sources, and the build hook of the wheel.

With a C compiler the wheel is for this platform and every Python from 3.11 on (abi3); without one it is pure, and NumPy does
the work. An installation never fails for lack of a compiler, unless EVENTSTUDY_NATIVE=1 asks for the kernel.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NAME = "_native.abi3.so"
CONTRACT = 15
"""Goes up with every change of what the arrays mean; `eventstudy.native.CONTRACT` must be the same."""

_FLAGS = (
    "-std=c11",
    "-O3",
    "-fPIC",
    "-fvisibility=hidden",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
)
_LEVELS = {
    "avx2": ("-mavx2",),
    "avx512": ("-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mprefer-vector-width=512"),
}


class NotCompiled(Exception):
    """Why there is no compiled kernel."""


def compiled(folder: Path, more: tuple[str, ...] = ()) -> Path:
    """Compile into `folder`, with `more` flags; gives the file."""
    command = os.environ.get("CC", "cc").split()
    include = sysconfig.get_paths()["include"]
    if shutil.which(command[0]) is None:
        raise NotCompiled(f"no C compiler: {command[0]} is not there")
    if not Path(include, "Python.h").exists():
        raise NotCompiled(f"Python was installed without its headers: no Python.h in {include}")
    if sys.platform == "win32":
        raise NotCompiled("not yet tried on Windows")
    levels = _LEVELS if platform.machine().lower() in ("x86_64", "amd64") else {}
    once = (("module", "module", ()), ("prices", "module", ()), ("rows", "module", ()))
    each = {"base": (), **levels}.items()
    units = [
        *once,
        *((source, name, flags) for source in ("looks", "copies", "returns", "traded", "pass") for name, flags in each),
    ]
    objects = []
    for source, level, flags in units:
        made = str(folder / f"{source}_{level}.o")
        told = (f"-DLEVEL={level}", f"-DCONTRACT={CONTRACT}", *(("-DX86_LEVELS",) if levels else ()))
        _run(
            [
                *command,
                *_FLAGS,
                *flags,
                *told,
                *more,
                f"-I{include}",
                "-c",
                str(ROOT / "native" / f"{source}.c"),
                "-o",
                made,
            ]
        )
        objects.append(made)
    link = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)
    _run([*command, *link, *more, *objects, "-lm", "-o", str(folder / NAME)])
    return folder / NAME


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NotCompiled(f"{command[0]}: {error}") from error
    if done.returncode:
        raise NotCompiled(f"{' '.join(command)}: {(done.stderr.strip().splitlines() or ['failed'])[0]}")


def _platform() -> str:
    """The platform of what was compiled, as names of wheels have it."""
    told = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return told.replace("universal2", platform.machine())  # only what this machine runs was compiled


def beside(root: Path) -> Path:
    """Compile and put the file where the sources of the package find it; one that is there is never kept."""
    (root / "eventstudy" / NAME).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = compiled(Path(folder))
        place = root / "eventstudy" / NAME
        shutil.copy(made, place.with_suffix(".new"))
        place.with_suffix(".new").replace(place)  # a process that has the old one open keeps it
    return place


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # called by hand where hatchling is not installed
    BuildHookInterface = None  # type: ignore[assignment, misc]

if BuildHookInterface is not None:

    class CustomBuildHook(BuildHookInterface[Any]):
        """Puts the compiled kernel into the wheel, or beside the sources of an editable installation."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Before the wheel is made."""
            wanted = os.environ.get("EVENTSTUDY_NATIVE", "")
            if self.target_name != "wheel" or wanted == "0":
                return
            try:
                if version == "editable":
                    beside(Path(self.root))
                    return
                self._room = tempfile.TemporaryDirectory()
                made = compiled(Path(self._room.name))
            except NotCompiled as error:
                if wanted == "1":
                    raise
                print(f"eventstudy-lab: without the compiled kernel; NumPy does the work. {error}", file=sys.stderr)
                return
            build_data["force_include"][str(made)] = f"eventstudy/{NAME}"
            build_data["pure_python"] = False
            build_data["tag"] = f"cp311-abi3-{_platform()}"

        def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
            """After it."""
            if room := getattr(self, "_room", None):
                room.cleanup()


if __name__ == "__main__":
    try:
        print(beside(ROOT))
    except NotCompiled as error:
        sys.exit(str(error))
