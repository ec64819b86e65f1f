"""`python -m tests.fuzz [SECONDS] [--seed N] [--keep]`: every door that reads, fed with what was good until it was changed.

For so many seconds (600), kind after kind. A content that leads to anything but one of our errors, or that takes over ten
seconds, is put into `corpus/`, and the run ends with 1, as it does where it takes over a gigabyte. `--seed`: the same changes
each time, as `.ci/run` wants them. `--keep` writes the figures.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from eventstudy.errors import EventStudyError

from tests.fuzz.figures import CORPUS, LARGE, SLOW, kept
from tests.test_fuzz import KINDS, WORDS

DEEP = [b"[" * 5000, b"{" * 5000, b"9" * 5000, b"a." * 5000, b'"' * 3, b"\n" * 1000, b"," * 5000]


def changed(good: bytes, luck: random.Random) -> bytes:
    """The bytes with a few changes of any kind: replaced, cut, doubled, put elsewhere, or single bits."""
    for _ in range(luck.choice((1, 1, 1, 2, 3, 8))):
        at, size = luck.randrange(len(good) + 1), luck.choice((0, 1, 2, 4, 16, 64))
        part = good[at : at + size]
        kind = luck.randrange(6)
        if kind == 0:
            good = good[:at] + luck.choice(WORDS) + good[at + size :]
        elif kind == 1:
            good = good[:at] + luck.choice(DEEP if luck.random() < 0.1 else WORDS) + good[at:]
        elif kind == 2:
            good = good[:at] + good[at + size :]
        elif kind == 3:
            good = good[:at] + part * luck.choice((2, 3, 50)) + good[at + size :]
        elif kind == 4:
            to = luck.randrange(len(good) + 1)
            good = good[:to] + part + good[to:]
        elif part:
            good = good[:at] + bytes([part[0] ^ (1 << luck.randrange(8))]) + good[at + 1 :]
    return good


def main(seconds: float, seed: int | None, keep: bool) -> int:
    """Feed all kinds for so many seconds, and print what came of it."""
    luck, until = random.Random(seed), time.monotonic() + seconds
    tried, refused, slowest, failed = Counter[str](), Counter[str](), 0.0, 0
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        while time.monotonic() < until:
            for kind, (name, good, read) in KINDS.items():
                content, path = changed(good(), luck), Path(folder, name)
                path.write_bytes(content)
                began, wrong = time.process_time(), ""
                try:
                    read(path)
                except EventStudyError:
                    refused[kind] += 1
                except Exception as error:  # noqa: BLE001 - it is what is looked for
                    wrong = f"{type(error).__name__}: {error}"
                took = time.process_time() - began
                tried[kind] += 1
                slowest = max(slowest, took)
                if wrong or took > SLOW:
                    failed += 1
                    CORPUS.mkdir(exist_ok=True)
                    (CORPUS / f"{kind.replace(' ', '-')}-{failed}.bin").write_bytes(content)
                    print(f"{kind}: {wrong or f'{took:.0f} s'}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    found = {
        "seconds": seconds,
        "kinds": len(KINDS),
        "tried": sum(tried.values()),
        "refused": sum(refused.values()),
        "slowest_seconds": round(slowest, 2),
        "peak_megabytes": round(peak / 1e6),
        "failed": failed,
    }
    kept("changed", found, keep)
    return int(failed > 0 or peak > LARGE)


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m tests.fuzz")
    words.add_argument("seconds", nargs="?", type=float, default=600.0)
    words.add_argument("--seed", type=int)
    words.add_argument("--keep", action="store_true")
    given = words.parse_args()
    sys.exit(main(given.seconds, given.seed, given.keep))
