"""Tests whose law is drawn: signs of dates, buy-and-hold returns, windows made of ordinary days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.inference.base import PairsTest, Sample, Significance, no_spread
from eventstudy.inference.distributions import mean_over_spread
from eventstudy.inference.parametric import bmp_t
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.units.windows import Window

_ENUMERATED = 12
"""Dates up to which all patterns of signs are tried."""
_LEVEL = 0.05
"""A smallest p above this makes random signs pointless."""
_PATTERNS = 1000
"""Patterns of signs that are held at once."""
DRAWS = 1000
"""Resamples of buy-and-hold returns."""
_MANY = 200
"""Buy-and-hold returns from which on a resample takes a quarter of them."""
_LEAST, _LEAST_DRAWN = 10, 5
"""Buy-and-hold returns that are needed, and in a resample."""
_FEWEST_DAYS = 30
"""Days with a residual of every series of a date, without which it cannot be drawn."""
_CELLS = 100_000
"""Drawn days that are held at once."""
_ROWS, _MOST = 256, 4_000_000
"""Draws that are made at once even so, since each date is visited once a chunk, while their sums are not more than this."""


def all_signs(groups: int) -> Floats:
    """(2^(G-1), G) every pattern of signs up to the mirrored one: the first is +1."""
    bits = np.arange(2 ** (groups - 1))[:, None] >> np.arange(groups)[::-1]
    return np.where(bits & 1, -1.0, 1.0)


def wild_bootstrap(sample: Sample, variant: str) -> Significance:
    """Random signs on standardised CARs, one sign for all pairs of a date (METHODS 3.21, ruling 4).

    Give the BMP statistic with the share of sign patterns that reach it; all patterns up to twelve dates, else random ones.

    Signs leave the sum of squares alone, so the statistic grows with the absolute sum: sums are compared.
    """
    _, date = np.unique(sample.returns.day0_sessions, return_inverse=True)
    groups = int(date.max()) + 1
    smallest = 2.0 ** (1 - groups)
    if smallest > _LEVEL:
        why = Phrase.counted(
            "{n} date cannot reach 5 %: the smallest p is {p:.3g}",
            "{n} dates cannot reach 5 %: the smallest p is {p:.3g}",
            n=groups,
            p=smallest,
        )
        return Significance.undefined(why, sample.n)
    if reason := no_spread(sample.scar_spread, sample.scar_mean):
        return Significance.undefined(reason, sample.n)
    sums = np.bincount(date, weights=sample.scar)
    reached = abs(sums.sum()) * (1 - 1e-12)
    draws = None
    if groups <= _ENUMERATED:
        p = float((np.abs(all_signs(groups) @ sums) >= reached).mean())
    else:
        rng, draws = np.random.default_rng(sample.seed), sample.draws
        parts = [rng.choice((-1.0, 1.0), size=(min(_PATTERNS, draws - i), groups)) for i in range(0, draws, _PATTERNS)]
        p = (1 + sum(int((np.abs(signs @ sums) >= reached).sum()) for signs in parts)) / (draws + 1)
    return Significance(bmp_t(sample), p, "random signs", None, sample.n, draws=draws)


def adjusted_t(values: Floats, centre: float = 0.0) -> Floats:
    """T = sqrt(N) (S + g S²/3 + g/(6N)) along the last axis of values (..., N), S = (mean - centre) / sd.

    g = sum (x - mean)³ / (N sd³). Infinite where nothing varies.
    """
    n = values.shape[-1]
    mean = values.mean(axis=-1, keepdims=True)
    sd = values.std(axis=-1, ddof=1)
    flat = sd <= 1e-14 * (1 + np.abs(mean[..., 0]))
    safe = np.where(flat, 1.0, sd)
    s = (mean[..., 0] - centre) / safe
    apart = values - mean
    g = (apart * apart * apart).sum(axis=-1) / (n * safe**3)
    t: Floats = np.sqrt(n) * (s + g * s**2 / 3 + g / (6 * n))
    return np.where(flat, np.copysign(np.inf, s), t)


def resample_size(n: int, variant: str) -> int:
    """How many of n buy-and-hold returns a resample draws."""
    return n if variant == "default" and n < _MANY else n // 4


def bhar_bootstrap(sample: Sample, variant: str) -> Significance:
    """Skewness-adjusted t of buy-and-hold abnormal returns, with its bootstrap distribution (METHODS 3.21).

    Two-sided p = 2 min(share of draws below, share above), 1,000 resamples centred on the mean.

    Resamples are as large as the sample below 200 pairs, a quarter of it from there on; `paper` takes a quarter always.
    """
    if sample.bhar is None:
        return Significance.undefined(Phrase("buy-and-hold returns are not known here"), sample.n)
    values = sample.bhar[np.isfinite(sample.bhar)]
    n = len(values)
    size = resample_size(n, variant)
    if n < _LEAST or size < _LEAST_DRAWN:
        least = _LEAST if variant == "default" else 4 * _LEAST_DRAWN
        return Significance.undefined(
            Phrase("{n} buy-and-hold returns are too few to resample: {least} are needed", n=n, least=least), n
        )
    if no_spread(float(values.std(ddof=1)), float(values.mean())):
        return Significance.undefined(Phrase("all buy-and-hold returns are equal"), n)
    rng = np.random.default_rng(sample.seed)
    t = float(adjusted_t(values))
    drawn = np.concatenate([_draws(rng, values, size, 100) for _ in range(DRAWS // 100)])
    below, above = (1 + (drawn <= t).sum()) / (DRAWS + 1), (1 + (drawn >= t).sum()) / (DRAWS + 1)
    return Significance(t, float(min(1.0, 2 * min(below, above))), "bootstrap", None, n, draws=DRAWS)


def _draws(rng: np.random.Generator, values: Floats, size: int, draws: int) -> Floats:
    return adjusted_t(values[rng.integers(len(values), size=(draws, size))], float(values.mean()))


class DayBootstrap:
    """Draws of standardised CARs under the null, from externally studentised residuals.

    Each event date draws from the days on which all of its series have a residual; dates are drawn apart from each other.
    """

    def __init__(self, returns: AbnormalReturns, windows: Sequence[Window], *, blocks: bool = False) -> None:
        """Prepare draws for N series and W windows; `blocks` draws runs of about M^(1/3) days in place of single days."""
        _, date = np.unique(returns.day0_sessions, return_inverse=True)
        self._prepare(returns.studentised, date, windows, blocks=blocks)

    @classmethod
    def of_days(cls, days: Floats, windows: Sequence[Window], date: Ints | None = None) -> DayBootstrap:
        """Draws from studentised days (N, M) of series of one date, or of several by the number (N,) of each."""
        made = cls.__new__(cls)
        made._prepare(days, np.zeros(len(days), dtype=np.int64) if date is None else date, windows, blocks=False)
        return made

    def _prepare(self, days: Floats, date: Ints, windows: Sequence[Window], *, blocks: bool) -> None:
        self._windows, self._blocks, self._n = windows, blocks, len(days)
        self.dates = date.reshape(-1).astype(np.int64)
        """(N,) the number of the event date of each series."""
        self._first = min(w.start for w in windows)
        self._width = max(w.end for w in windows) + 1 - self._first
        self.known: Bools = np.zeros(self._n, dtype=bool)
        """(N,) whether a series can be drawn: its date has at least thirty days with a residual of every series."""
        self._pools: list[tuple[Ints, Floats]] = []
        for group in range(int(date.max()) + 1 if self._n else 0):
            members = np.flatnonzero(date == group)
            pool = days[members]
            pool = pool[:, np.isfinite(pool).all(axis=0)]
            if pool.shape[1] >= _FEWEST_DAYS:
                self.known[members] = True
                self._pools.append((members, np.ascontiguousarray(pool.T)))

    @property
    def days(self) -> int:
        """The days that a series draws from, of the date that has the fewest."""
        return min((len(pool) for _, pool in self._pools), default=0)

    @property
    def cells(self) -> int:
        """Days that one draw takes of all series."""
        return self._n * self._width

    def chunks(self, draws: int) -> list[tuple[int, int]]:
        """Number and size of the chunks in which so many draws are made; they do not depend on who makes them."""
        sums = max(1, self._n * len(self._windows))
        step = max(1, _CELLS // max(1, self.cells), min(_ROWS, _MOST // sums))
        return [(number, min(step, draws - start)) for number, start in enumerate(range(0, draws, step))]

    def draw(self, seed: int, chunk: tuple[int, int]) -> Floats:
        """(draws, N, W) SCARs of one chunk, whose number has its own part of the random numbers of `seed`.

        NaN for series that cannot be drawn.
        """
        number, size = chunk
        rng = np.random.default_rng([seed, number])
        made = np.full((size, self._n, len(self._windows)), np.nan)
        for members, pool in self._pools:
            days = pool.take(self._positions(rng, size, len(pool)).T, axis=0)
            for w, window in enumerate(self._windows):
                first = window.start - self._first
                sums = days[first : first + window.length].sum(axis=0)
                made[:, members, w] = sums / np.sqrt(window.length)
        return made

    def _positions(self, rng: np.random.Generator, size: int, total: int) -> Ints:
        """(size, width) positions of drawn days: each by itself, or in runs that a random start cuts into."""
        if not self._blocks:
            return rng.integers(total, size=(size, self._width))
        length = int(np.ceil(total ** (1 / 3)))
        runs = rng.integers(total - length + 1, size=(size, self._width // length + 2, 1)) + np.arange(length)
        offset = rng.integers(length, size=(size, 1)) + np.arange(self._width)
        return np.take_along_axis(runs.reshape(size, -1), offset, axis=1)


TESTS: dict[str, PairsTest] = {
    "wild_bootstrap": PairsTest(
        summary="random signs on the standardised CARs of each date",
        null="standardised CARs are symmetric about zero",
        assumes="independent dates, at least six of them",
        fails="fewer than six dates, windows of different dates that overlap",
        paper="Wu 1986; Cameron, Gelbach and Miller 2008",
        compute=wild_bootstrap,
        event_time=True,
    ),
    "bhar_bootstrap": PairsTest(
        summary="mean buy-and-hold abnormal return, skewness-adjusted and bootstrapped",
        null="mean BHAR = 0",
        assumes="independent buy-and-hold returns",
        fails="windows that overlap, events that share days",
        paper="Lyon, Barber and Tsai 1999",
        compute=bhar_bootstrap,
        variants=("default", "paper"),
        independent=True,
        cross_sectional_variance=True,
        size_when_clustered=mean_over_spread,
    ),
}
