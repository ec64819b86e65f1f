"""Files that are there whole or not at all, and folders that change from one state to the next in one step.

A published folder is a link to a hidden folder beside it that is never written to again. A new state is written into a new
hidden folder, unchanged files as hard links, and the link is then replaced: a process that dies at any point leaves the
old state or the new one.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from eventstudy.errors import InvalidRequest, Locked


def sha256(data: bytes) -> str:
    """The hash by which files are compared."""
    return hashlib.sha256(data).hexdigest()


def write(path: Path, data: bytes) -> None:
    """Write a file: all of it, or what was there before stays.

    Raises:
        InvalidRequest: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write(draft, data)
        os.replace(draft, path)
    except OSError as error:
        raise InvalidRequest(f"cannot write {path}: {error.strerror}", hint="name another file") from error
    finally:
        draft.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder; none where there is no folder."""
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def publish(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Bring a folder to this state; the names of the files that changed. Nothing is written where nothing changes.

    Raises:
        InvalidRequest: the folder holds something that was not published here, or cannot be written.
    """
    now = contents(folder)
    changed = sorted(name for name in now.keys() | files.keys() if now.get(name) != files.get(name))
    if not changed:
        return []
    if folder.is_dir() and not folder.is_symlink() and any(folder.iterdir()):
        raise InvalidRequest(
            f"{folder} was not written by `eventstudy update`",
            hint="name a folder that does not exist yet, or is empty",
        )
    try:
        _replace(folder, files, now)
    except OSError as error:
        raise InvalidRequest(f"cannot write {folder}: {error.strerror or error}", hint="name another folder") from error
    return changed


def _replace(folder: Path, files: Mapping[str, bytes], now: Mapping[str, bytes]) -> None:
    state = folder.with_name(f"{_prefix(folder)}{secrets.token_hex(6)}")
    state.mkdir(parents=True)
    for name, data in files.items():
        if now.get(name) == data:
            os.link(folder / name, state / name)
        else:
            _write(state / name, data)
    _sync(state)
    link = folder.with_name(f"{state.name}.link")
    link.symlink_to(state.name, target_is_directory=True)
    if folder.is_dir() and not folder.is_symlink():
        folder.rmdir()  # an empty one that the user made
    os.replace(link, folder)
    _sync(folder.parent)
    tidy(folder)


def tidy(folder: Path) -> None:
    """Remove the hidden folders that the link does not lead to: earlier states, and what a dead process left behind."""
    current = os.readlink(folder) if folder.is_symlink() else ""
    for path in folder.parent.glob(f"{_prefix(folder)}*"):
        if path.is_symlink():
            path.unlink()
        elif path.name != current:
            shutil.rmtree(path)


def _prefix(folder: Path) -> str:
    return f".{folder.name}.state-"


def _sync(folder: Path) -> None:
    """Make the names in a folder last, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; it is let go when the process ends, however it ends.

    Raises:
        Locked: another process holds it. InvalidRequest: the folder's place cannot be written.
    """
    path = folder.with_name(f".{folder.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise InvalidRequest(f"cannot write {path}: {error.strerror}", hint="name another folder") from error
    with file:
        try:
            _lock(file.fileno())
        except OSError as error:
            raise Locked(
                "another update is at work", where=str(folder), hint="wait until it has ended, then try again"
            ) from error
        yield


def _lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
