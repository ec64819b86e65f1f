"""What the fuzzers found, with its date: `figures.json`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).with_name("figures.json")
CORPUS = Path(__file__).with_name("corpus")
"""What a long run once stumbled over: `kind-name.bin`. Plain pytest reads it again."""
SLOW, LARGE = 10.0, 1_000_000_000
"""Seconds that one content may take, and bytes that the process may."""


def kept(how: str, told: dict[str, Any], keep: bool) -> None:
    """Print what a run found, and write it down where it is to be kept."""
    dated = {"date": datetime.now(UTC).date().isoformat()} | told
    print(json.dumps({how: dated}, indent=1))
    if keep:
        before = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
        FIGURES.write_text(json.dumps(before | {how: dated}, indent=1) + "\n", encoding="utf-8")
