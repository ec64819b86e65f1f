"""Values of a parameter, the first few in plain pytest and the rest in a tier of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first(values: Iterable[Any], stay: int = 1, tier: str = "slow") -> list[Any]:
    """`stay` of the values as they are; those after them with the mark of a tier."""
    mark = getattr(pytest.mark, tier)
    return [value if i < stay else pytest.param(value, marks=mark) for i, value in enumerate(values)]
