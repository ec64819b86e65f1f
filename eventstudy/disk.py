"""Files on the disk: written whole or not at all, under a lock, and where those of our own are."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eventstudy.errors import InvalidFile, InvalidRequest, Locked, Sentence

LARGEST = 100_000_000
"""Bytes of a file that people write by hand: a list of events, settings, dates."""


def read_bytes(path: str | os.PathLike[str], what: str = Sentence("the file"), *, most: int = LARGEST) -> bytes:
    """What stands in a file, of at most so many bytes.

    Raises:
        InvalidFile: there is none, it is no file, it is larger, or it cannot be read.
    """
    refuse_irregular(path, what)
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size  # a pipe says none: room is made for all that it may hold
            found = b"" if size > most else file.read(-1 if size else most + 1)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise InvalidFile(Sentence("cannot read {what}: {said}", what=what, said=said), where=str(path)) from error
    if max(size, len(found)) > most:
        raise InvalidFile(
            Sentence("cannot read {what}: it is larger than {most} MB", what=what, most=most // 1_000_000),
            where=str(path),
            hint=Sentence("is it the right file?"),
        )
    return found


def read_text(path: str | os.PathLike[str], what: str = Sentence("the file"), *, most: int = LARGEST) -> str:
    """The text of a file in UTF-8, whether it begins with a mark that says so or not.

    Raises:
        InvalidFile: as `read_bytes`, or it is not UTF-8.
    """
    try:
        return read_bytes(path, what, most=most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = Sentence(
            "cannot read {what}: it is not UTF-8 text: {reason} at byte {start}",
            what=what,
            reason=error.reason,
            start=error.start,
        )
        raise InvalidFile(said, where=str(path), hint=Sentence("save it as UTF-8")) from error


def refuse_irregular(path: str | os.PathLike[str], what: str = "") -> None:
    """Only files are read: a pipe waits for a writer that may never come, and a device may never end.

    What the shell hands on by itself, such as `<(command)`, has a writer.

    Raises:
        InvalidFile: there is none, or it is something else.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        lacking = isinstance(error, FileNotFoundError | NotADirectoryError)
        fault = getattr(error, "strerror", None) or error
        said = Sentence("there is no such file") if lacking else Sentence("it cannot be read: {fault}", fault=fault)
        if what not in ("", "the file"):
            said = Sentence("cannot read {what}: {said}", what=what, said=said)
        raise InvalidFile(said, where=str(path), hint=Sentence("check the path")) from error
    if stat.S_ISDIR(mode):
        raise InvalidFile(Sentence("this is a folder, not a file"), where=str(path), hint=Sentence("name a file in it"))
    if not stat.S_ISREG(mode) and not os.fspath(path).startswith(_HANDED_ON):
        raise InvalidFile(
            Sentence("this is a pipe or a device, not a file"),
            where=str(path),
            hint=Sentence("save what it gives into a file"),
        )


_HANDED_ON = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file: all of it, or what was there before stays.

    Raises:
        InvalidRequest: it cannot be written.
    """
    try:
        replace(path, data)
    except OSError as error:
        said = Sentence("cannot write {path}: {fault}", path=path, fault=error.strerror)
        raise InvalidRequest(said, hint=Sentence("name another file")) from error


def refuse_unwritable(path: str | os.PathLike[str], where: str | None = None) -> None:
    """Look whether a file can be written, before there is anything to write.

    Raises:
        InvalidRequest: it is a folder, its folder is not there, or neither may be written to.
    """
    given, at = Path(path), Path(os.path.realpath(path))
    try:
        os.stat(at)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass  # what follows says it better
    except (OSError, ValueError) as error:
        fault = getattr(error, "strerror", None) or error
        said = Sentence("{path} cannot be written: {fault}", path=given, fault=fault)
        raise InvalidRequest(said, where=where, hint=Sentence("name another file")) from error
    if os.path.isdir(at) or os.fspath(path).endswith(("/", os.sep)):
        raise InvalidRequest(
            Sentence("{path} is a folder, and a file is to be written", path=path),
            where=where,
            hint=Sentence("name a file in it"),
        )
    folder = next((part for part in at.parents if os.path.exists(part)), at.parent)
    if folder != at.parent or not os.path.isdir(folder):
        said = (
            Sentence("{path} cannot be written: {folder} is no folder", path=given, folder=folder)
            if os.path.isfile(folder)
            else Sentence("{path} cannot be written: there is no folder {folder}", path=given, folder=given.parent)
        )
        raise InvalidRequest(said, where=where, hint=Sentence("make it, or name another"))
    if os.path.exists(at) and not os.path.isfile(at):
        return  # a device or a pipe
    if not os.access(folder, os.W_OK | os.X_OK) or (os.path.exists(at) and not os.access(at, os.W_OK)):
        what = (
            Sentence("{path} cannot be written: it is read-only", path=given)
            if os.access(folder, os.W_OK | os.X_OK)
            else Sentence("{path} cannot be written: {folder} is read-only", path=given, folder=given.parent)
        )
        raise InvalidRequest(what, where=where, hint=Sentence("name another place"))


def replace(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole or not at all, for callers that have words of their own for what goes wrong.

    A link stays: the file that it leads to is written. A device or a pipe takes the data as they are.

    Raises:
        OSError: it cannot be written.
    """
    path = Path(path)
    if os.path.exists(path) and not os.path.isfile(path):
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


def put_in_place(new: Path, folder: Path) -> None:
    """Let a whole folder take the place of another one, or of nothing, in one step where the system can; the other one goes.

    Where it cannot, there is none for a moment; a process that dies in it leaves the other one for `put_back`.

    Raises:
        OSError: it cannot be done; the other one stays.
    """
    if not os.path.lexists(folder):
        os.rename(new, folder)
        aside = None
    elif exchange(new, folder):
        aside = new
    else:
        aside = new.with_name(f"{new.name}{_BEFORE}")
        os.rename(folder, aside)
        try:
            os.rename(new, folder)
        except OSError:
            os.rename(aside, folder)
            raise
    synced(folder.parent)
    if aside is not None:
        removed(aside)


def put_back(folder: Path) -> None:
    """Bring back a folder that a process had just taken away when it died, before the new one was in its place."""
    if os.path.lexists(folder) or not folder.parent.is_dir():
        return
    begin, end = f".{folder.name}.", _BEFORE
    aside = [path for path in folder.parent.iterdir() if path.name.startswith(begin) and path.name.endswith(end)]
    if aside:
        os.rename(max(aside, key=lambda path: path.lstat().st_mtime_ns), folder)


_BEFORE = ".before"
"""How the name of a folder ends while another one takes its place."""


def exchange(one: Path, other: Path) -> bool:
    """Exchange what two names stand for, in one step; False where the system or its file system cannot."""
    import ctypes

    names = os.fsencode(one), os.fsencode(other)
    library: Any = ctypes.CDLL(None) if os.name == "posix" else None
    here, swap = -100, 2  # AT_FDCWD; RENAME_EXCHANGE, RENAME_SWAP
    if hasattr(library, "renameat2"):
        done = library.renameat2(here, ctypes.c_char_p(names[0]), here, ctypes.c_char_p(names[1]), swap)
    elif hasattr(library, "renamex_np"):
        done = library.renamex_np(ctypes.c_char_p(names[0]), ctypes.c_char_p(names[1]), swap)
    else:
        return False
    return bool(done == 0)


def removed(path: Path) -> None:
    """Take away a folder with all that is in it, or a link to one."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path)


def synced(folder: Path) -> None:
    """Make the names in a folder last, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def lock_of(folder: Path) -> Path:
    """The file of a folder's lock: beside it, or in it where nothing can be written beside it."""
    name = f".{folder.name}.lock"
    return folder / name if folder.is_dir() and not os.access(folder.parent, os.W_OK) else folder.with_name(name)


@contextmanager
def locked(folder: Path, what: str = "update", *, patience: float = 0) -> Iterator[None]:
    """Hold the lock of a folder or file while `what` is at work there; it is let go when the process ends, however it ends.

    `patience`: seconds that another one is waited for.

    Raises:
        Locked: another process holds it. InvalidRequest: the folder's place cannot be written.
    """
    import filelock

    folder = Path(os.path.abspath(folder))
    path = lock_of(folder)
    lock = filelock.FileLock(path, timeout=patience)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        hint = Sentence("wait until it has ended, then try again")
        raise Locked(Sentence("another {what} is at work", what=what), where=str(folder), hint=hint) from error
    except (OSError, NotImplementedError) as error:  # the second: a file system without locks
        said = getattr(error, "strerror", None) or error
        raise InvalidRequest(
            Sentence("cannot write {path}: {said}", path=path, said=said), hint=Sentence("name another folder")
        ) from error
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
