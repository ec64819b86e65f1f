"""Files on the disk: written whole or not at all, under a lock, and where those of our own are."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eventstudy.errors import InvalidRequest, Locked


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file: all of it, or what was there before stays.

    Raises:
        InvalidRequest: it cannot be written.
    """
    try:
        replace(path, data)
    except OSError as error:
        raise InvalidRequest(f"cannot write {path}: {error.strerror}", hint="name another file") from error


def replace(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole or not at all, for callers that have words of their own for what goes wrong.

    A link stays: the file that it leads to is written. A device or a pipe takes the data as they are.

    Raises:
        OSError: it cannot be written.
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            device.write(data)
        return
    path = Path(os.path.realpath(path))
    draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        write_through(draft, data)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def write_through(path: Path, data: bytes) -> None:
    """Write a file of a folder that nobody reads yet, down to the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def locked(folder: Path, what: str = "update") -> Iterator[None]:
    """Hold the lock of a folder while `what` is at work there; it is let go when the process ends, however it ends.

    Raises:
        Locked: another process holds it. InvalidRequest: the folder's place cannot be written.
    """
    import filelock

    path = folder.with_name(f".{folder.name}.lock")
    lock = filelock.FileLock(path, timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        hint = "wait until it has ended, then try again"
        raise Locked(f"another {what} is at work", where=str(folder), hint=hint) from error
    except (OSError, NotImplementedError) as error:  # the second: a file system without locks
        said = getattr(error, "strerror", None) or error
        raise InvalidRequest(f"cannot write {path}: {said}", hint="name another folder") from error
    try:
        yield
    finally:
        lock.release()


def data_folder() -> Path:
    """The user's folder for what we keep, as the system has it; one that an earlier version made elsewhere stays in use."""
    import platformdirs

    earlier = os.environ.get("XDG_DATA_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None)
    if earlier and Path(earlier, "eventstudy").is_dir():
        return Path(earlier, "eventstudy")
    return Path(platformdirs.user_data_dir("eventstudy", appauthor=False))
