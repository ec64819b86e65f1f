"""Folders that change from one state to the next in one step.

A published folder is a link to a hidden folder beside it that is never written to again. A new state is written into a new
hidden folder, unchanged files as hard links, and the link is then replaced: a process that dies at any point leaves the
old state or the new one.

The manifest of a folder says which study it belongs to and which of its files that study wrote. A folder of anybody else is
not written to, and what others put into a folder of ours stays there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from eventstudy.disk import write_through
from eventstudy.errors import InvalidRequest

MANIFEST = "manifest.json"

_ELSEWHERE = "name a folder that does not exist yet, or is empty"


def sha256(data: bytes) -> str:
    """The hash by which files are compared."""
    return hashlib.sha256(data).hexdigest()


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder; none where there is no folder."""
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


# ---- whose folder it is -----------------------------------------------------------------------------------------------


def owned(folder: Path, schema: str, source: Path, events: Collection[str]) -> dict[str, Any]:
    """The manifest of a folder that was written for the study of the file `source`; empty where nothing is there yet.

    A study whose file was moved, or that an earlier version wrote, is known by its events.

    Raises:
        InvalidRequest: what is there is a file, or was written by somebody else, or for another study.
    """
    try:
        if file := next((part for part in (folder, *folder.parents) if part.is_file()), None):
            raise InvalidRequest(f"{file} is a file, and the reports need a folder", hint=_ELSEWHERE)
        if not folder.exists():
            return {}
        names = sorted(path.name for path in folder.iterdir())
        found = _read_manifest(folder / MANIFEST)
    except OSError as error:
        raise InvalidRequest(f"cannot read {folder}: {error.strerror}", hint=_ELSEWHERE) from error
    if not names:
        return {}
    if found.get("schema") != schema:
        raise _not_ours(folder, names)
    owner, known = found.get("study"), found.get("events", ())
    if owner == seen_from(folder, source):
        return found
    if (owner and (_beside(folder) / owner).exists()) or (known and not set(known) & set(events)):
        whose = f"those of {owner}" if owner else f"reports of {', '.join(sorted(known)[:_NAMED])}"
        raise InvalidRequest(
            f"{folder} holds the reports of another study",
            available=whose,
            hint="give each study a folder of its own",
        )
    return found


_NAMED = 3
"""So many files or events are named."""


def _not_ours(folder: Path, names: Collection[str]) -> InvalidRequest:
    more = len(names) - _NAMED
    there = ", ".join(sorted(names)[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return InvalidRequest(f"{folder} was not written by this study", available=there, hint=_ELSEWHERE)


def _read_manifest(path: Path) -> dict[str, Any]:
    """A manifest; nothing where it is none."""
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def seen_from(folder: Path, source: Path) -> str:
    """The path of a study's file as seen from beside its folder: the same wherever both are moved together."""
    here, there = os.path.realpath(_beside(folder)), Path(os.path.realpath(source.parent), source.name)
    try:
        return Path(os.path.relpath(there, here)).as_posix()
    except ValueError:  # on another drive
        return there.as_posix()


def _beside(folder: Path) -> Path:
    return Path(os.path.abspath(folder)).parent


def written(manifest: Mapping[str, Any]) -> set[str]:
    """The names of the files that a folder of this manifest holds from us."""
    return {MANIFEST, *manifest.get("files", ())}


def _refuse_theirs(folder: Path, names: Collection[str], ours: Collection[str]) -> None:
    """What others put into the folder is not overwritten."""
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if theirs := sorted((there - set(ours)) & set(names)):
        raise InvalidRequest(
            f"{folder / theirs[0]} was not written by this study, and would be overwritten",
            hint="move it to another folder",
        )


# ---- writing it -------------------------------------------------------------------------------------------------------


def fill(folder: Path, files: Mapping[str, bytes], ours: Collection[str]) -> None:
    """Write a plain folder, all files or none of them; those of `ours` that are no longer among them go.

    Raises:
        InvalidRequest: it holds files of the same names that are not `ours`, or cannot be written.
    """
    _refuse_theirs(folder, files, ours)
    new = not folder.is_dir()
    drafts = (folder.parent if new else folder) / f".{folder.name}.draft-{secrets.token_hex(6)}"
    try:
        drafts.mkdir(parents=True)
        for name, data in files.items():
            write_through(drafts / name, data)
        if new:
            os.rename(drafts, folder)
            return
        for name in sorted(files, key=lambda n: n != MANIFEST):  # the manifest first: what follows is known as ours
            os.replace(drafts / name, folder / name)
        for name in set(ours) - files.keys():
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise InvalidRequest(f"cannot write {folder}: {error.strerror or error}", hint="name another folder") from error
    finally:
        shutil.rmtree(drafts, ignore_errors=True)


def refuse_place(folder: Path) -> None:
    """A folder is published only where there is none, an empty one, or a link that was made by publishing.

    Raises:
        InvalidRequest: something else is there.
    """
    if folder.is_symlink():
        if not re.fullmatch(rf"\..+{_STATE}", os.readlink(folder)):
            raise InvalidRequest(
                f"{folder} is a link that eventstudy did not make",
                available=f"it leads to {os.readlink(folder)}",
                hint="name the folder that it leads to, or one that does not exist yet",
            )
    elif folder.is_dir():
        if names := [path.name for path in folder.iterdir()]:
            raise _not_ours(folder, names)
    elif folder.exists():
        raise InvalidRequest(f"{folder} is a file, and the reports need a folder", hint=_ELSEWHERE)


def publish(folder: Path, files: Mapping[str, bytes], now: Mapping[str, bytes]) -> list[str]:
    """Bring a folder from the files that are ours `now` to these; the names of those that changed.

    Nothing is written where nothing changes. What others put into the folder stays.

    Raises:
        InvalidRequest: something is there that was not published here, or it cannot be written.
    """
    changed = sorted(name for name in now.keys() | files.keys() if now.get(name) != files.get(name))
    if not changed:
        return []
    refuse_place(folder)
    _refuse_theirs(folder, files, now)
    try:
        _replace(folder, files, now)
    except OSError as error:
        raise InvalidRequest(f"cannot write {folder}: {error.strerror or error}", hint="name another folder") from error
    return changed


def _replace(folder: Path, files: Mapping[str, bytes], now: Mapping[str, bytes]) -> None:
    state = folder.with_name(f".{folder.name}.state-{secrets.token_hex(6)}")
    state.mkdir(parents=True)
    for name, data in files.items():
        if now.get(name) == data:
            os.link(folder / name, state / name)
        else:
            write_through(state / name, data)
    if folder.is_dir() and {path.name for path in folder.iterdir()} - now.keys():
        _carry(folder, state, now)
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
    ours = re.compile(rf"{re.escape(f'.{folder.name}')}{_STATE}(\.link)?")
    for path in [path for path in folder.parent.iterdir() if ours.fullmatch(path.name)]:
        if path.is_symlink():
            path.unlink()
        elif path.name != current:
            shutil.rmtree(path)


def _carry(folder: Path, state: Path, ours: Collection[str]) -> None:
    """Take what is not ours from one state to the next."""
    shutil.copytree(
        folder,
        state,
        symlinks=True,
        dirs_exist_ok=True,
        copy_function=os.link,
        ignore=lambda at, _: ours if Path(at) == folder else (),
    )


_STATE = r"\.state-[0-9a-f]{12}"
"""How the name of a hidden folder ends."""


def _sync(folder: Path) -> None:
    """Make the names in a folder last, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
