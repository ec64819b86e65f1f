"""Who hears of each pair that is fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watcher = Callable[[str, int, int], object]
"""Called with what is done, its number from 1, and how many there are."""

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)
_MANY = 20


@contextmanager
def watched(watcher: Watcher | None) -> Iterator[None]:
    """Within the block `watcher` hears of every pair that is fitted, where there are many."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def heard() -> Watcher | None:
    """Who watches, if anyone does."""
    return _watcher.get()


def counted(pairs: Iterable[int]) -> Iterator[int]:
    """The positions of the pairs, each told to the watcher before it is handed out."""
    listed, watcher = list(pairs), _watcher.get()
    for number, i in enumerate(listed, 1):
        if watcher is not None and len(listed) >= _MANY:
            watcher("pairs fitted", number, len(listed))
        yield i
