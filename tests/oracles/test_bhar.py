"""Buy-and-hold abnormal returns over [-10, +10] against R EventStudy 0.50, run on the design of `reference/`."""

from __future__ import annotations

import numpy as np

from tests.oracles.test_reference import study

PRINTED = [
    -0.005158295517315725,
    0.04799128460554036,
    0.1028383904547554,
    0.06325751506723498,
    0.15341311587001583,
    -0.053863506888567,
    0.09760093574551798,
    0.07030228541498862,
]
"""Events 1 to 8; compared with the market, which is our default where no control is named."""


def test_buy_and_hold() -> None:
    ours = study().windows().query("start == -10 and end == 10")["bhar"].to_numpy()
    np.testing.assert_allclose(ours[: len(PRINTED)], PRINTED, rtol=1e-9)
