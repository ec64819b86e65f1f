"""Which columns may be copies of others: every stretch that `same_closes` tells of is among them."""

from __future__ import annotations

import numpy as np
import pytest
from eventstudy.prices import copies_among


@pytest.mark.parametrize("first", range(11, 16))
@pytest.mark.parametrize("lacking", [(), (0, 5), (2, 7)])
@pytest.mark.parametrize(("copied", "many"), [(0, 1), (1, 2), (2, 3), (3, 4), (5, 6)])  # a few are compared one by one
def test_ten_sessions_of_another_are_seen_wherever_they_begin(
    first: int, lacking: tuple[int, ...], copied: int, many: int
) -> None:
    rng = np.random.default_rng(first)
    close = 50 + np.cumsum(rng.normal(size=(60, 400)), axis=0)
    stretch = slice(first, first + 10)
    close[stretch, 300] = close[stretch, copied]
    for k in lacking:  # days on which neither has a close
        close[first + k, [copied, 300]] = np.nan
    own = np.zeros(400, bool)
    own[:many] = True
    assert copies_among(close, own).tolist() == [300]
    assert copies_among(close[:, :300], own[:300]).tolist() == []
