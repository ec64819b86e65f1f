"""Instants are judged: which days are ordinary, what is normal, how volatile a day is, and which move is unusual."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from eventstudy import calendars
from eventstudy.analyses.minutes.asked import instant_of
from eventstudy.analyses.minutes.grid import OLDEST, Grid, Track, grid_of, track, utc
from eventstudy.analyses.minutes.judged import Change, Judged, Stretch
from eventstudy.engine.arrays import mean_known
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence
from eventstudy.events import Event
from eventstudy.inference import holm
from eventstudy.inference.clock import LEAST_DAYS, clock_placebo, reaction, realised, shape_of_day
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.prices import BarTable, like_a_split
from eventstudy.units.windows import Window

_BEFORE = 60
"""Minutes before the bar of the instant that say how volatile a day is."""
_REACH = 2
"""Of so many times the days that are asked for, the last ones are taken that have what is needed."""
FEWEST = 12
"""Bars before the bar of the instant, where bars are long."""
FIVE = 5
"""Minutes of the returns that say how volatile a day is, and of the lags of the market."""
_USUAL = (5, 30, 60)
"""Minutes of the windows that are reported unless others are named."""
_THIN, _TOO_THIN = 0.8, 0.5
_NAMED = 12
"""Tickers that are named where one is not there."""


class WindowRefused(InvalidRequest):
    """A window that is named cannot be meant, of whatever ticker."""


class Room:
    """What the instants of a study share: grids, tracks, abnormal returns."""

    def __init__(
        self,
        bars: BarTable,
        benchmark: str | None,
        model: str,
        windows: Sequence[tuple[int, int]] | None,
        days: int,
        bar0: str,
        exchange: str | None,
        events: list[Event],
        names: Sequence[str] = (),
        *,
        across: bool = False,
    ) -> None:
        """Nothing is worked out before the first instant; all are as `minutes` takes them, `names` those of stages."""
        self.bars, self.benchmark, self.model, self.days, self.bar0 = bars, benchmark, model, days, bar0
        self.windows, self.exchange, self.events = windows, exchange, events
        self.names, self.across = names, across
        self._lagged: dict[str, Floats] = {}
        self._moments: dict[tuple[str, ...], tuple[Floats, Floats]] = {}
        self._grids: dict[str, Grid] = {}
        self._tracks: dict[tuple[str, str], Track] = {}
        self._taken: dict[str, set[int]] = {}

    def grid(self, ticker: str) -> tuple[str, Grid]:
        """The exchange of a ticker and its bars, on the days of the table."""
        place = self.exchange or calendars.exchange_of(ticker)
        if place not in self._grids:
            zone, _ = calendars.hours(place, date(2020, 1, 2), date(2020, 1, 10))
            ends = [s.start[[0, -1]] for s in self.bars.series.values() if len(s.start)]
            first, last = min(e[0] for e in ends).item(), max(e[1] for e in ends).item()
            days = [d.replace(tzinfo=UTC).astimezone(zone).date() for d in (first, last)]
            self._grids[place] = grid_of(place, days[0], days[1] + timedelta(7), self.bars.width)
        return place, self._grids[place]

    def track(self, ticker: str, place: str) -> Track:
        """The bars of a ticker on the grid of an exchange."""
        if ticker not in self.bars.series:
            named = ticker == self.benchmark
            raise InvalidRequest(
                Phrase("there are no bars of the benchmark {ticker}", ticker=ticker)
                if named
                else Phrase("there are no bars of {ticker}", ticker=ticker),
                available=", ".join(self.bars.tickers[:_NAMED]),
                hint=Sentence("name a benchmark that has bars (--benchmark), or --model constant_mean")
                if named
                else Sentence("name a ticker that has bars, or add its bars to the file"),
            )
        if (ticker, place) not in self._tracks:
            self._tracks[ticker, place] = track(self.bars.series[ticker], self._grids[place])
        return self._tracks[ticker, place]

    def taken(self, place: str) -> set[int]:
        """The sessions of the events of the study, which are no ordinary days."""
        if place not in self._taken:
            at = [self._grids[place].place(instant_of(e, self.bars.width)) for e in self.events]
            self._taken[place] = {found[0] for found in at if found is not None}
        return self._taken[place]

    def judge(self, event_id: str, who: str, tickers: list[str], instant: datetime) -> Judged:
        """One ticker, or the mean of several, at an instant."""
        place, grid = self.grid(tickers[0])
        if any(self.grid(t)[0] != place for t in tickers):
            raise InvalidRequest(
                Phrase("tickers of several exchanges have no bars in common"), hint=Sentence("study them apart")
            )
        tracks = [self.track(t, place) for t in tickers]
        row, col = self._place(tickers, grid, instant)
        start, at = grid.start[row, col], utc(instant)
        mixed = bool(at > start)
        holds = col  # what was there before it says how volatile the day is, whichever bar is 0
        if mixed and self.bar0 == "next":
            col, mixed = col + 1, False
            if col >= len(grid.clock) or not grid.open[row, col]:
                raise InvalidRequest(
                    Phrase("no bar of the session follows the instant"), hint=Sentence("leave out --bar0 next")
                )
        night = not mixed and col == 0 and at < start
        windows = self._windows(grid, row, col)
        shown = Window(min(0, *(w.start for w in windows)), max(0, *(w.end for w in windows)))
        later = max(
            -(-(col + shown.end + 1 - len(grid.clock)) // (len(grid.clock) + 1)), 0
        )  # sessions after that of the instant
        if row + later >= len(grid.sessions):
            raise WindowRefused(Phrase("the bars end before the window {window} does", window=shown))
        since = max(
            row - _REACH * self.days, 0
        )  # all below is of the sessions from here to the last one of the windows
        lately, now = slice(since, row + 1 + later), row - since
        fresh = np.all([t.age[lately] <= OLDEST for t in tracks], axis=0)
        opened = grid.open[lately]
        traded = min(float((t.age[lately][opened] == 0).mean()) for t in tracks)
        if traded < _TOO_THIN:
            raise InvalidRequest(
                Phrase("only {share:.0f %} of the bars hold a trade", share=traded), hint=Sentence("take longer bars")
            )
        notes = list[Phrase]()
        if self.windows is None and len(windows) < len(asked := self._usual()):
            short = ", ".join(str(w.length * grid.width) for w in asked if w not in windows)
            notes.append(
                Phrase(
                    "the first {minutes} minutes are not judged: the session, or its stretch, ends before",
                    minutes=short,
                )
            )
        model = self.model or ("market" if traded >= _THIN else "market_adjusted")
        if traded < _THIN:
            notes.append(
                Phrase("THIN_BARS: {share:.0f %} of the bars hold a trade", share=traded)
                if self.model
                else Phrase(
                    "THIN_BARS: {share:.0f %} of the bars hold a trade, so that the market is taken off one to one, not by an"
                    " estimated beta",
                    share=traded,
                )
            )
        if (told := instant.astimezone(grid.zone).date()) != grid.sessions[row]:
            notes.append(
                Phrase(
                    "DAY0_SHIFTED: announced on {announced:weekday}, outside the hours of the exchange; {day:weekday} is"
                    " judged, the first day that could react",
                    announced=told,
                    day=grid.sessions[row],
                )
            )
        if outside := sum(t.outside for t in tracks):
            notes.append(
                Phrase.counted(
                    "one bar outside the hours of the exchange is left aside",
                    "{n:,} bars outside the hours of the exchange are left aside",
                    n=outside,
                )
            )
        if mixed:
            notes.append(
                Phrase(
                    "MIXED_BAR: bar 0 begins at {clock}, before the instant, and holds older prices too",
                    clock=grid.said(col),
                )
            )
        first = col + shown.start
        cols = np.arange(first, col + shown.end + 1)
        if first == 0 and not all(np.isfinite(t.opening[row]) for t in tracks):
            raise InvalidRequest(
                Phrase(
                    "bar 0 is the first of the session, and without its first price the night cannot be told from it"
                ),
                hint=Sentence("give the first price of each bar in a column open"),
            )
        hours = grid.hours[lately]
        whole = hours == np.bincount(hours[: now + 1]).argmax()  # no half days
        taken = self.taken(place)
        raw = np.mean([t.returns[lately] for t in tracks], axis=0)
        nights = np.mean([t.nights(grid) for t in tracks], axis=0) if later or night else np.zeros(0)
        if later or night:
            notes += [note for t, of in zip(tickers, tracks, strict=True) for note in self._splits(t, of, grid, lately)]
        market = None
        if model != "constant_mean":
            if self.benchmark is None:
                raise InvalidRequest(
                    Phrase("no benchmark is named"),
                    hint=Sentence("name one: --benchmark SPY, or --model constant_mean"),
                )
            index = self.track(self.benchmark, place)
            market = index.returns[lately]
            fresh_too = index.age[lately] <= OLDEST
            nights = nights - index.nights(grid) if len(nights) else nights
        else:
            fresh_too = np.ones_like(fresh)
        base = (fresh & fresh_too)[:, first - 1] if first > 0 else np.ones(len(fresh), bool)
        between = np.isfinite(nights[lately]) if later else np.zeros(0)
        there = (_wide(fresh & fresh_too & opened, between, later)[:, cols] == 1).all(axis=1) & base
        if not there[now]:
            raise InvalidRequest(
                Phrase("a price of the window is older than {n} bars, or is not there", n=OLDEST),
                hint=Sentence("windows and instants that trade reaches, or longer bars"),
            )
        able = [
            d
            for d in range(now - 1 - later, 0, -1)
            if there[d] and all(whole[d + k] and d + k + since not in taken for k in range(later + 1))
        ]
        rows = np.array([now, *able[: self.days]])
        ar = self._abnormal(tuple(tickers), place, raw, market, rows, lately, model)
        scale = self._scale(ar, grid, opened, rows, holds)
        moves = _wide(ar, nights[lately], later)[rows][:, cols]
        good = np.isfinite(scale) & (scale > 0) & np.isfinite(moves).all(axis=1)
        if not good[0]:
            raise InvalidRequest(
                Phrase("no price moved before the instant, so that it is not known how volatile the day was"),
                hint=Sentence("bars of the hour before the instant and of the day before"),
            )
        rows, scale, moves = rows[good], scale[good], moves[good]
        if len(rows) - 1 < LEAST_DAYS:
            raise NothingUsable(
                Phrase.counted(
                    "{n} other day has the same minutes, and {least} are needed",
                    "{n} other days have the same minutes, and {least} are needed",
                    n=len(rows) - 1,
                    least=LEAST_DAYS,
                ),
                hint=Sentence("bars that begin earlier"),
            )
        scaled = moves / scale[:, None]
        stretches = list(self._stretches(who, grid, col, windows, shown, moves, scaled, against=market is not None))
        seen = slice(-shown.start, None)
        found = reaction(np.cumsum(scaled[0, seen]), np.cumsum(scaled[1:, seen], axis=1))
        band = np.concatenate([np.full(-shown.start, np.nan), found.band * scale[0]])
        alone = len(tracks) == 1
        own = (
            _wide(tracks[0].price[lately], tracks[0].opening[lately], later)[now, cols]
            if alone
            else np.full(len(cols), np.nan)
        )
        sums = np.array([scaled[:, w.start - shown.start : w.end - shown.start + 1].sum(axis=1) for w in windows])
        return Judged(
            event_id,
            who,
            grid.sessions[row],
            grid,
            col,
            mixed,
            _among(nights[rows + since]) if night else None,
            tuple(stretches),
            moves[0],
            shape_of_day(scaled[1:]) * scale[0],
            band,
            own,
            found,
            sums[:, 1:],
            tuple(notes),
            shown,
            np.nan_to_num(ar[now, max(first - FEWEST, 0) : first]),
            tuple(self._changes(stretches, sums)),
        )

    def _splits(self, ticker: str, of: Track, grid: Grid, lately: slice) -> Iterator[Phrase]:
        """Nights that are taken for moves and look like splits."""
        moves = of.nights(grid)[lately]
        for row in np.flatnonzero(np.isfinite(moves)).tolist():
            move = float(moves[row])
            if (split := like_a_split(1 + move)) is not None:
                yield Phrase(
                    "the night of {ticker} before {day:weekday} ({move:+.1f %}) looks like a split of {split} and is taken for"
                    " a move: bars must be of one split basis",
                    ticker=ticker,
                    day=grid.sessions[lately][row],
                    move=move,
                    split=split,
                )

    def _place(self, tickers: list[str], grid: Grid, instant: datetime) -> tuple[int, int]:
        """Session and place of bar 0.

        Raises:
            InvalidRequest: one of the tickers has no bars on that session.
        """
        found = grid.place(instant)
        lacking = tickers
        if found is not None:
            tracks = {t: self.track(t, self.grid(t)[0]) for t in tickers}
            lacking = [t for t, of in tracks.items() if not np.isfinite(of.price[found[0]]).any()]
        if found is None or lacking:
            day = grid.sessions[found[0]] if found else instant.astimezone(grid.zone).date()
            first, last = (
                at.item().replace(tzinfo=UTC).astimezone(grid.zone).date()
                for at in self.bars.series[lacking[0]].start[[0, -1]]
            )
            raise InvalidRequest(
                Phrase("{ticker} has no bars on {day}, when it would be judged", ticker=lacking[0], day=day),
                available=Sentence("{ticker}: {first} to {last}", ticker=lacking[0], first=first, last=last),
                hint=Sentence("bars of that day and of {least_days} others before it", least_days=LEAST_DAYS),
            )
        return found

    def _changes(self, stretches: list[Stretch], sums: Floats) -> Iterator[Change]:
        """Each stage against the one before it: `sums` (W, 1 + D) are the scaled moves."""
        if not self.names:
            return
        for k, (one, other) in enumerate(pairwise(stretches)):
            more = sums[k + 1] - sums[k]
            yield Change(one.stage, other.stage, other.car - one.car, clock_placebo(float(more[0]), more[1:]))

    def _stretches(
        self,
        who: str,
        grid: Grid,
        col: int,
        windows: list[Window],
        shown: Window,
        moves: Floats,
        scaled: Floats,
        *,
        against: bool,
    ) -> Iterator[Stretch]:
        parts = [slice(w.start - shown.start, w.end - shown.start + 1) for w in windows]
        sums = [scaled[:, part].sum(axis=1) for part in parts]
        placebos = [clock_placebo(float(x[0]), x[1:]) for x in sums]
        adjusted = holm(np.array([found.p for found in placebos]))
        names = self.names or [""] * len(windows)
        for name, window, part, x, found, p in zip(names, windows, parts, sums, placebos, adjusted, strict=True):
            nights = len(grid.nights(col + window.start, col + window.end))
            yield Stretch(
                who,
                window,
                float(moves[0, part].sum()),
                float(x[0]),
                found,
                float(p),
                (window.length - nights) * grid.width,
                grid.said(col + window.start),
                against,
                name,
                nights,
            )

    def _usual(self) -> list[Window]:
        """The windows that are judged where none are named."""
        return list(dict.fromkeys(Window(0, max(m // self.bars.width, 1) - 1) for m in _USUAL))

    def _windows(self, grid: Grid, row: int, col: int) -> list[Window]:
        """The windows that lie in the session and the stretch of bar 0."""

        def inside(w: Window) -> bool:
            places = range(col + w.start, col + w.end + 1)
            return all(
                0 <= b < len(grid.clock) and grid.open[row, b] and grid.stretch[b] == grid.stretch[col] for b in places
            )

        if self.windows is None:
            found = [w for w in self._usual() if inside(w)]
            if found:
                return found
            raise InvalidRequest(
                Phrase("the session, or its stretch, ends before the first window does"),
                hint=Sentence("name a shorter window (--window 0 0), or --across"),
            )
        named = list(dict.fromkeys(Window.of(w) for w in self.windows))
        for w in named:
            if self.across and col + w.start < 0:
                raise WindowRefused(
                    Phrase("the window {window} begins before the session does", window=w),
                    hint=Sentence("windows go across nights after the instant"),
                )
            if not self.across and not inside(w):
                raise WindowRefused(
                    Phrase("the window {window} reaches over a close or a lunch", window=w),
                    hint=Sentence(
                        "--across takes a night as one bar; without it windows lie within one stretch of trading; windows"
                        " count bars: {window} are {minutes} minutes",
                        window=w,
                        minutes=w.length * grid.width,
                    )
                    if grid.width > 1
                    else Sentence(
                        "--across takes a night as one bar; without it windows lie within one stretch of trading"
                    ),
                )
        return named

    def _abnormal(
        self,
        tickers: tuple[str, ...],
        place: str,
        raw: Floats,
        market: Floats | None,
        rows: Ints,
        lately: slice,
        model: str,
    ) -> Floats:
        """(S, B) abnormal returns; the model is fitted on the other days alone."""
        if market is None:
            found: Floats = raw - mean_known(raw[rows[1:]])
            return found
        if model == "market_adjusted":
            return raw - market
        x = self._regressors(place)
        xx, xy = self._sums(tickers, place)
        others = rows[1:] + lately.start
        beta = np.linalg.lstsq(xx[others].sum(axis=0), xy[others].sum(axis=0), rcond=None)[0]
        return np.where(np.isfinite(market), raw - x[lately] @ beta, np.nan)

    def _regressors(self, place: str) -> Floats:
        """(S, B, K) the market's return and its lags of up to five minutes, none before the first bar."""
        if place not in self._lagged:
            market = np.nan_to_num(self.track(str(self.benchmark), place).returns)
            width = self.bars.width
            lags = FIVE // width if width < FIVE else 1 if width == FIVE else 0
            x = np.zeros((*market.shape, lags + 1))
            for k in range(lags + 1):
                x[:, k:, k] = market[:, : market.shape[1] - k]
            self._lagged[place] = x
        return self._lagged[place]

    def _sums(self, tickers: tuple[str, ...], place: str) -> tuple[Floats, Floats]:
        """(S, K, K) and (S, K) X'X and X'y of each session, over the bars in which both are known."""
        if (place, *tickers) not in self._moments:
            y = np.mean([self.track(t, place).returns for t in tickers], axis=0)
            known = np.isfinite(y) & np.isfinite(self.track(str(self.benchmark), place).returns)
            x = np.where(known[:, :, None], self._regressors(place), 0.0)
            turned = x.transpose(0, 2, 1)
            self._moments[place, *tickers] = turned @ x, (turned @ np.where(known, y, 0.0)[:, :, None])[:, :, 0]
        return self._moments[place, *tickers]

    def _scale(self, ar: Floats, grid: Grid, opened: Bools, rows: Ints, col: int) -> Floats:
        """(D,) volatility of the hour before `col`, twelve bars at least; of the end of the day before where it has fewer.

        The move over a lunch is none of a bar, and counts as none.
        """
        n = max(_BEFORE // grid.width, FEWEST)
        part = np.full((len(rows), n), np.nan)
        ar = np.where(grid.over_lunch, np.nan, ar)
        if col >= n:
            part = ar[rows, col - n : col]
        else:
            for k, row in enumerate(rows.tolist()):
                places = np.flatnonzero(opened[row - 1])[-n:] if row else np.zeros(0, np.int64)
                part[k, n - len(places) :] = ar[row - 1, places]
        return realised(part, max(FIVE // grid.width, 1))


def _wide(values: Any, nights: Any, later: int) -> Floats:
    """(S, B + later (B + 1)) of (S, B): after each session the night (S,) that follows it and the next session."""
    found = [np.asarray(values, float)]
    for k in range(1, later + 1):
        for one in (np.asarray(nights, float)[:, None], found[0]):
            moved = np.full(one.shape, np.nan)
            moved[:-k] = one[k:]
            found.append(moved)
    return np.concatenate(found, axis=1)


def _among(nights: Floats) -> tuple[float, float] | None:
    """The move of a night and its rank among other nights."""
    own, others = nights[0], nights[1:][np.isfinite(nights[1:])]
    return (float(own), clock_placebo(float(own), others).p) if np.isfinite(own) and len(others) else None
