"""The source of files as trees: read without looking for garbage, which takes twice the time of the reading."""

from __future__ import annotations

import ast
import gc
from collections import deque
from collections.abc import Iterator
from pathlib import Path


def parsed(path: Path) -> ast.Module:
    """What a file says."""
    looked = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        if looked:
            gc.enable()


def nodes(path: Path) -> Iterator[ast.AST]:
    """All that a file says, node by node, in the order of `ast.walk`, which takes twice the time."""
    left: deque[ast.AST] = deque([parsed(path)])
    while left:
        node = left.popleft()
        yield node
        for name in node._fields:
            held = getattr(node, name, None)
            if isinstance(held, ast.AST):
                left.append(held)
            elif isinstance(held, list):
                left.extend(one for one in held if isinstance(one, ast.AST))
