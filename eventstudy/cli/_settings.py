"""`eventstudy.toml` in the working folder: defaults for options, one table a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eventstudy.errors import InvalidFile


def settings(name: str) -> dict[str, Any]:
    """The options of each command: `[run] benchmark = "QQQ"`; none where there is no such file.

    Raises:
        InvalidFile: not TOML.
    """
    path = Path(name)
    if not path.is_file():
        return {}
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidFile(f"cannot read the settings: {error}", where=name) from error
    return _underscored(table)


def _underscored(table: dict[str, Any]) -> dict[str, Any]:
    return {k.replace("-", "_"): _underscored(v) if isinstance(v, dict) else v for k, v in table.items()}
