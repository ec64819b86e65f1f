"""`python -m tests.fuzz.guided [SECONDS] [--keep]`: the same doors, fed with what leads into lines of ours not yet reached.

So many seconds in all (600), kind after kind, each in a process of its own that libFuzzer ends where a content takes over ten
seconds or the process a gigabyte (`pip install atheris`, on Linux). What leads to anything but one of our errors is put into
`corpus/`, and the run ends with 1. `--keep` writes the figures.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["eventstudy"]):
    from eventstudy.errors import EventStudyError

    from tests.fuzz.figures import CORPUS, LARGE, SLOW, kept
    from tests.test_fuzz import KINDS


def feed(kind: str, seconds: int, folder: Path) -> None:
    """Feed one kind in this folder; libFuzzer ends the process, and what it says is in the file `said`."""
    os.chdir(folder)
    said = os.open("said", os.O_WRONLY | os.O_CREAT)
    os.dup2(said, 1)
    os.dup2(said, 2)
    name, good, read = KINDS[kind]
    path, start = Path(name), Path("start")
    start.mkdir()
    for i, content in enumerate([good(), *(p.read_bytes() for p in CORPUS.glob(f"{kind.replace(' ', '-')}-*.bin"))]):
        (start / str(i)).write_bytes(content)

    def one_input(content: bytes) -> None:
        path.write_bytes(content)
        try:
            read(path)
        except EventStudyError:
            return
        except Exception:  # noqa: BLE001 - it is what is looked for
            Path(f"crash-{hashlib.sha256(content).hexdigest()}").write_bytes(content)
            traceback.print_exc()
            os._exit(77)

    one_input(good())  # what is imported on the way is not counted as slow
    warnings.simplefilter("error")
    options = [f"-max_total_time={seconds}", f"-timeout={SLOW:.0f}", f"-rss_limit_mb={LARGE // 1_000_000}"]
    atheris.Setup(["fuzz", *options, "-max_len=100000", "-print_final_stats=1", "start"], one_input)
    atheris.Fuzz()


def one_kind(kind: str, seconds: int) -> dict[str, int]:
    """What came of one kind."""
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        pid = os.fork()
        if not pid:
            try:
                feed(kind, seconds, folder)
            finally:
                os._exit(70)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        said = (folder / "said").read_text(encoding="utf-8", errors="replace")
        bad = [p for p in folder.iterdir() if p.name.startswith(("crash-", "timeout-", "oom-", "leak-"))]
        for one in bad:
            (CORPUS / f"{kind.replace(' ', '-')}-{one.name[-6:]}.bin").write_bytes(one.read_bytes())
    told = {name: int(value) for name, value in re.findall(r"stat::(\w+):\s+(\d+)", said)}
    if code or not told:
        print(f"{kind}: ended with {code}: {said[-3000:]}")
    return {
        "tried": told.get("number_of_executed_units", 0),
        "slowest_seconds": told.get("slowest_unit_time_sec", 0),
        "peak_megabytes": told.get("peak_rss_mb", 0),
        "failed": len(bad) or int(code != 0 or not told),
    }


def main(seconds: float, keep: bool) -> int:
    """Feed all kinds, and print what came of it."""
    found = []
    for kind in KINDS:
        found.append(one_kind(kind, max(1, round(seconds / len(KINDS)))))
        print(kind, found[-1], flush=True)
    told: dict[str, Any] = {"seconds": seconds, "kinds": len(KINDS)}
    told |= {name: sum(one[name] for one in found) for name in ("tried", "failed")}
    told |= {name: max(one[name] for one in found) for name in ("slowest_seconds", "peak_megabytes")}
    kept("guided", told, keep)
    return int(told["failed"] > 0)


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if word != "--keep"]
    sys.exit(main(float(given[0]) if given else 600.0, "--keep" in sys.argv))
