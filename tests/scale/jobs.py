"""What the workers of these tests are asked to do; a module of its own, so that they can import it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from eventstudy.errors import InvalidRequest, UnknownName


def product(shared: int, job: int) -> int:
    return shared * job


def fatal_once(marker: str, job: int) -> int:
    """The worker that gets job 3 first is killed as a machine kills it; the next one finds the marker."""
    path = Path(marker)
    if job == 3 and not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * job


def fatal(shared: object, job: int) -> int:
    if job == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * job


def refused(shared: object, job: int) -> int:
    if job == 2:
        raise UnknownName("test", "bpm", ["bmp"])
    return job


def slow_and_refused(shared: object, job: int) -> int:
    if job == 0:
        raise InvalidRequest("no")
    time.sleep(0.5)
    return job
