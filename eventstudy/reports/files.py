"""Folders that change from one state to the next in one step.

A new state is written into a hidden folder beside the published one, unchanged files as hard links, and then takes its place: a
process that dies at any point leaves the old state or the new one. A folder that somebody stands in, or that is a disk of its
own, cannot be replaced: it is filled file by file.

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

from eventstudy.disk import lock_of, put_back, put_in_place, removed, synced, write_through
from eventstudy.errors import InvalidRequest, Sentence

MANIFEST = "manifest.json"

_ELSEWHERE = Sentence("name a folder that does not exist yet, or is empty")


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
        if not folder.exists():
            return {}
        lock = lock_of(Path(os.path.abspath(folder))).name
        names = sorted(path.name for path in folder.iterdir() if path.name != lock)
        found = _read_manifest(folder / MANIFEST)
    except OSError as error:
        raise InvalidRequest(
            Sentence("cannot read {folder}: {said}", folder=folder, said=error.strerror), hint=_ELSEWHERE
        ) from error
    if not names:
        return {}
    if found["schema"] != schema:
        raise _not_ours(folder, names, found["schema"], schema)
    owner, known = found["study"], found["events"]
    if owner == seen_from(folder, source):
        return found
    if (owner and os.path.exists(_beside(folder) / owner)) or (known and not set(known) & set(events)):
        whose = (
            Sentence("those of {owner}", owner=owner)
            if owner
            else Sentence("reports of {known}", known=", ".join(sorted(known)[:_NAMED]))
        )
        raise InvalidRequest(
            Sentence("{folder} holds the reports of another study", folder=folder),
            available=whose,
            hint=Sentence("give each study a folder of its own"),
        )
    return found


_SHOWN = 80
"""So many letters of a name that can be none are shown."""
_NAMED = 3
"""So many files or events are named."""


def _not_ours(folder: Path, names: Collection[str], found: str, wanted: str) -> InvalidRequest:
    more = len(names) - _NAMED
    there = ", ".join(sorted(names)[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    if found.partition("/")[0] == wanted.partition("/")[0]:
        later = Sentence(
            "{folder} was written by another version of eventstudy: its manifest is {found}, and {wanted} is known",
            folder=folder,
            found=found,
            wanted=wanted,
        )
        return InvalidRequest(later, hint=Sentence("upgrade eventstudy-lab, or name another folder"))
    return InvalidRequest(
        Sentence("{folder} was not written by this study", folder=folder), available=there, hint=_ELSEWHERE
    )


def _read_manifest(path: Path) -> dict[str, Any]:
    """A manifest, each of the parts that say whose it is of its kind; what is of another kind says nothing."""
    try:
        read = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        read = {}
    found = read if isinstance(read, dict) else {}
    kinds: dict[str, tuple[type, ...]] = {
        "schema": (str,),
        "study": (str,),
        "events": (dict, list),
        "files": (dict, list),
    }
    for name, kind in kinds.items():
        found[name] = found[name] if isinstance(found.get(name), kind) else kind[0]()
    for name in ("events", "files"):
        if isinstance(found[name], list):
            found[name] = dict.fromkeys(part for part in found[name] if isinstance(part, str))
    return found


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
    return {MANIFEST, *manifest.get("files", ())} if manifest else set()


def _refuse_theirs(folder: Path, names: Collection[str], ours: Collection[str]) -> None:
    """What others put into the folder is not overwritten."""
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if theirs := sorted((there - set(ours)) & set(names)):
        raise InvalidRequest(
            Sentence("{folder} was not written by this study, and would be overwritten", folder=folder / theirs[0]),
            hint=Sentence("move it to another folder"),
        )


# ---- writing it -------------------------------------------------------------------------------------------------------


def refuse_place(folder: Path) -> None:
    """Reports go where there is nothing yet, or a folder; a link is followed only where an earlier version made it.

    Raises:
        InvalidRequest: something else is there.
    """
    if not Path(os.path.abspath(folder)).name:
        raise InvalidRequest(
            Sentence("{folder} is the whole disk, and the reports need a folder of their own", folder=folder),
            hint=_ELSEWHERE,
        )
    try:
        os.lstat(folder)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        name = f"{folder}"[:_SHOWN] + ("..." if len(f"{folder}") > _SHOWN else "")
        raise InvalidRequest(
            Sentence("{name!r} can be no folder: {said}", name=name, said=said), hint=Sentence("name another folder")
        ) from error
    if folder.is_symlink() and _earlier(folder) is None:
        raise InvalidRequest(
            Sentence("{folder} is a link that eventstudy did not make", folder=folder),
            available=Sentence("it leads to {target}", target=os.readlink(folder)),
            hint=Sentence("name the folder that it leads to, or one that does not exist yet"),
        )
    there = next((part for part in (folder, *Path(os.path.abspath(folder)).parents) if os.path.exists(part)), folder)
    if os.path.exists(there) and not os.path.isdir(there):
        raise InvalidRequest(Sentence("{there} is a file, and the reports need a folder", there=there), hint=_ELSEWHERE)
    if not os.access(there, os.W_OK | os.X_OK):
        raise InvalidRequest(
            Sentence("{folder} cannot be written: {there} is read-only", folder=folder, there=there),
            hint=Sentence("name another folder"),
        )


def _earlier(folder: Path) -> Path | None:
    """The hidden folder that a link of an earlier version leads to."""
    if not folder.is_symlink():
        return None
    target = os.readlink(folder)
    return folder.with_name(target) if re.fullmatch(rf"\..+{_STATE}", target) else None


def differing(files: Mapping[str, bytes], now: Mapping[str, bytes]) -> list[str]:
    """The names of those files that are other ones `now`, or are not in both."""
    return sorted(name for name in now.keys() | files.keys() if now.get(name) != files.get(name))


def publish(folder: Path, files: Mapping[str, bytes], now: Mapping[str, bytes]) -> list[str]:
    """Bring a folder from the files that are ours `now` to these; the names of those that changed.

    Nothing is written where nothing changes. What others put into the folder stays.

    Raises:
        InvalidRequest: something is there that is not ours, or it cannot be written.
    """
    changed = differing(files, now)
    if not changed:
        return []
    refuse_place(folder)
    _refuse_theirs(folder, files, now)
    try:
        if _in_use(folder):
            _fill(folder, {name: files.get(name) for name in changed})
        else:
            _replace(folder, files, now)
    except OSError as error:
        raise InvalidRequest(
            Sentence("cannot write {folder}: {said}", folder=folder, said=error.strerror or error),
            hint=Sentence("name another folder"),
        ) from error
    return changed


def _in_use(folder: Path) -> bool:
    """Whether a folder has to stay the one it is: somebody stands in it, or it is a disk of its own."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    here = Path(os.path.realpath(folder))
    return Path.cwd().is_relative_to(here) or os.path.ismount(here) or not os.access(here.parent, os.W_OK)


def _fill(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Write files into a folder that stays, file by file, when all of them are on the disk; None: it goes."""
    drafts = folder / f".{folder.name}{_state()}"
    try:
        drafts.mkdir()
        there = {name: data for name, data in files.items() if data is not None}
        for name, data in there.items():
            write_through(drafts / name, data)
        for name in sorted(there, key=lambda n: n != MANIFEST):  # the manifest first: what follows is known as ours
            os.replace(drafts / name, folder / name)
        for name in files.keys() - there.keys():
            (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(drafts, ignore_errors=True)


def _replace(folder: Path, files: Mapping[str, bytes], now: Mapping[str, bytes]) -> None:
    """Write a whole new folder beside it, and let it take its place."""
    state, earlier = folder.with_name(f".{folder.name}{_state()}"), _earlier(folder)
    try:
        state.mkdir(parents=True)
        for name, data in files.items():
            if now.get(name) == data:
                _same(folder / name, state / name)
            else:
                write_through(state / name, data)
        if folder.is_dir() and {path.name for path in folder.iterdir()} - now.keys():
            _carry(folder, state, now)
        synced(state)
        put_in_place(state, folder)
    except OSError:
        shutil.rmtree(state, ignore_errors=True)
        raise
    if earlier is not None:
        shutil.rmtree(earlier)


def tidy(folder: Path) -> None:
    """Bring back what a process took away when it died, and remove the hidden folders that it left behind."""
    put_back(folder)
    ours = re.compile(rf"{re.escape(f'.{folder.name}')}{_STATE}(\.link|\.before)?")
    current = _earlier(folder)
    for place in (folder.parent, folder):
        for path in [path for path in place.iterdir() if ours.fullmatch(path.name)] if place.is_dir() else ():
            if path != current:
                removed(path)


def _same(source: str | Path, target: str | Path) -> None:
    """The same file under another name; a copy of it where a file has one name only."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _carry(folder: Path, state: Path, ours: Collection[str]) -> None:
    """Take what is not ours from one state to the next."""
    shutil.copytree(
        folder,
        state,
        symlinks=True,
        dirs_exist_ok=True,
        copy_function=_same,
        ignore=lambda at, _: ours if Path(at) == folder else (),
    )


def _state() -> str:
    return f".state-{secrets.token_hex(6)}"


_STATE = r"\.state-[0-9a-f]{12}"
"""How the name of a hidden folder ends."""
