"""Files on the disk: written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from eventstudy.errors import InvalidRequest


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
