"""StudyConfig: every choice of a study in one frozen object, printed in every result."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from datetime import date, datetime, time
from functools import cache, partial
from itertools import pairwise
from numbers import Integral
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from eventstudy import plugins
from eventstudy.calendars import Moment
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence, UnknownName
from eventstudy.language import Phrase
from eventstudy.language.messages import WARNINGS
from eventstudy.language.wording import in_words_of
from eventstudy.settings import Kind, Setting, checked, place_of, read_toml
from eventstudy.text import separated
from eventstudy.units import GIVEN_IN, UNITS, Unit, shown_in, unit_called
from eventstudy.units.frequency import FREQUENCIES, Frequency, counted_in, is_of_minutes
from eventstudy.units.windows import CalendarDays, OwnWindows, Window

_CHOICES = {
    "frequency": tuple(FREQUENCIES),
    "returns": ("simple", "log", "difference"),
    "missing": ("drop", "trade_to_trade"),
    "correlation": ("by_date", "pairwise"),
    "calendar": ("exchange", None),
    "outcome": ("return", "volume", "volatility"),
    "bhar": ("auto", "model", "market", "matched"),
    "delisting": ("truncate", "reinvest"),
    "alternative": ("two-sided", "greater", "less"),
    "regime": ("auto", "always", "never"),
    "weights": ("equal", "value"),
    "event_period": ("same", "next"),
}
_ALSO = {
    "windows": ("window",),
    "tests": ("test",),
    "variants": ("variant",),
    "drop_days": ("drop_day",),
    "event_period": ("event_month", "event_week"),
}
"""Fields whose flag is called otherwise: it names one of several, or the row that is meant."""
PORTFOLIO_OF = "portfolio:"
"""Before a ticker: the name of the benchmark that is its portfolio."""
_LONGEST_SHIFT = 3650
_WIDEST_MASK = 20
"""Sessions on each side of another event that may be left out of the estimation."""


def _says(model: str, what: str) -> bool:
    """What a model says of itself (`models.base.Model`)."""
    return bool(getattr(plugins.load("models", model), what, False))


def _models(what: str) -> str:
    """The models that say so of themselves."""
    return ", ".join(name for name in plugins.names("models") if _says(name, what))


@dataclass(frozen=True)
class StudyConfig:
    """The choices of a study. All are checked here, so that a config that exists is a config that makes sense.

    Raises:
        InvalidRequest: a choice that cannot be meant, with what to choose instead.

    Example:
        >>> config = es.StudyConfig(model="capm", estimation_window=(-130, -11))
        >>> config.estimation_window
        Window(start=-130, end=-11)
        >>> config.event_window
        Window(start=-5, end=5)
    """

    frequency: Literal["daily", "weekly", "monthly"] = "daily"
    """What a row is: a session, or the sessions of a week (to Friday) or month compounded; windows count rows."""
    event_period: Literal["same", "next"] = "same"
    """Of weeks and months, which is row 0: the one that holds day 0, or the one after it (`--event-month`, `--event-week`)."""
    outcome: Literal["return", "volume", "volatility"] = "return"
    """What is abnormal: the return, the log volume, or the size of abnormal returns whatever their sign."""
    model: str = ""
    """Empty: `market`, or `constant_mean` for volume and for changes of levels."""
    alpha: bool = True
    """Whether market model and CAPM have an intercept."""
    returns: Literal["simple", "log", "difference"] = "simple"
    """`difference`: changes of a level that may be zero or negative, such as a yield, a spread or an implied volatility."""
    unit_in: Literal["decimal", "percent", "bp", "points"] | None = None
    """What the levels of the file are in; needed for differences, and only for them."""
    unit_out: Literal["percent", "bp", "points"] | None = None
    """What abnormal values are shown in; None: per cent, for differences basis points, or points where levels are."""
    snapshot: str | None = None
    """When levels were taken, an hour and a zone; what happened at that time or later belongs to the next session."""
    benchmark: str | None = None
    """Ticker of the benchmark; None: each event's own, or SPY. `SPY,.DE=^GDAXI,7203.T=^N225`: others for a suffix or ticker."""
    currency: str | None = None
    """Currency that all prices are put in, by the rates of each day; None: each ticker in that of its exchange."""
    peers: tuple[str, ...] = ()
    """Tickers that models with peers compare with, `NVDA=INTC` for one ticker's own; none: the event's peers and controls."""
    estimation_window: Window = cast(Window, None)
    """None: -260 to -11 days, -109 to -6 weeks, or -65 to -6 months."""
    estimation_windows: tuple[Window, ...] = ()
    """Several estimation windows, before the event, after it or on both sides; none: the one above."""
    event_window: Window = cast(Window, None)
    """None: -5 to 5 days, -5 to 26 weeks, or 0 to 36 months."""
    looked_at: Window | None = None
    """The event days that are looked at, where day 0 is not among them; None: all of the event window, which holds day 0."""
    window_days: Window | None = None
    """The event window in calendar days from day 0, in place of sessions, of which each pair then has its own number."""
    own_windows: bool = False
    """Each pair has a window of its own, `window_start` and `window_end` of the table of events, inside the event window."""
    own_estimation: bool = False
    """Each pair is estimated on days of its own, `estimation_start` to `estimation_end` of the table of events.

    They lie inside an estimation window.
    """
    windows: tuple[Window, ...] | None = None
    """Reported CAR windows; None: those that are usual at this frequency and lie inside the event window."""
    primary: Window | None = None
    """The reported window that was declared before looking: it is judged by itself, the others together."""
    missing: Literal["drop", "trade_to_trade"] = "drop"
    """Returns across days without a price: none, or one that counts for all its sessions (METHODS 0.5)."""
    correlation: Literal["by_date", "pairwise"] = "by_date"
    """The mean correlation of residuals: from sums by event date, or of every two pairs on the days that they share."""
    regime: Literal["auto", "always", "never"] = "auto"
    """Whether windows are judged by the scale of the days near them: where these were wilder than usual, always, or never."""
    tests: tuple[str, ...] = ()
    """Tests asked for besides the default set."""
    variants: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Published form to use for a test, e.g. {"corrado_rank": "paper"}."""
    weights: Literal["equal", "value"] = "equal"
    """`value`: means over pairs are weighted by the column `weight` of the table of events, such as the value of the firm."""
    prediction_error: bool = True
    """Whether the error of the estimates widens the standard error of a CAR."""
    alternative: Literal["two-sided", "greater", "less"] = "two-sided"
    """What p-values of the study's tests look for: an effect of either sign, above zero, or below; chosen beforehand."""
    level: float = 0.95
    """Of the study's confidence intervals and bands; what stands out has p below 5 %, whatever the level."""
    bhar: Literal["auto", "model", "market", "matched"] = "auto"
    """What buy-and-hold returns compare with: the normal return, the benchmark, or the mean of the peers.

    `auto`: the benchmark up to five sessions; beyond, the peers where the study has them.
    """
    delisting: Literal["truncate", "reinvest"] = "truncate"
    """Buy-and-hold returns after the last trade: they end there, or go on in the benchmark."""
    min_estimation: int = cast(int, None)
    """Fewest estimation days, None: 100 days, 52 weeks, 36 months.

    0: nothing is estimated, by models without parameters (market_adjusted, matched).
    """
    max_shift: int = 7
    """Calendar days by which day 0 may come after the date of the event."""
    exclude_dates: tuple[date, ...] = ()
    """Sessions left out of estimation windows."""
    accept: tuple[str, ...] = ()
    """Doubts of the prices that are taken for right: CODE, CODE:TICKER or CODE:TICKER:DATE."""
    drop_days: tuple[str, ...] = ()
    """Closes that are taken for missing: TICKER=DATE."""
    mask_other_events: int | None = 1
    """Estimation days within so many sessions of other events of the same firm in the run are left out; None: they stay."""
    calendar: Literal["exchange"] | None = "exchange"
    """`exchange`: sessions of each ticker's exchange; None: the dates of the price table are the sessions."""
    seed: int = 0
    """What draws at random begins with: the same seed, the same figures."""

    def __post_init__(self) -> None:
        """Bring every choice into its type, then check it."""
        put = object.__setattr__
        if self.frequency not in FREQUENCIES:
            of_minutes = is_of_minutes(str(self.frequency))
            raise InvalidRequest(
                Sentence("frequency is {frequency!r}", frequency=self.frequency),
                available=", ".join(FREQUENCIES),
                hint=Sentence("minutes are a study of their own: eventstudy minutes --bars FILE")
                if of_minutes
                else None,
            )
        usual = {
            "estimation_window": self.clock.estimation,
            "event_window": self.clock.event,
            "min_estimation": self.clock.least,
        }
        for name in (name for name in usual if getattr(self, name) is None):
            put(self, name, usual[name])
        for one in study_settings():
            put(self, one.field, _fitting(one, getattr(self, one.field)))
        put(self, "estimation_window", Window.of(self.estimation_window, Sentence("estimation window")))
        put(
            self,
            "estimation_windows",
            tuple(sorted({Window.of(w, Sentence("estimation window")) for w in self.estimation_windows})),
        )
        if self.estimation_windows:
            put(self, "estimation_window", self.estimation_windows[0])
        if self.window_days is not None:
            put(self, "window_days", Window.of(self.window_days, Sentence("window of calendar days")))
            if not self._lined:
                if self.windows is not None and [*map(tuple, self.windows)] == [tuple(self.event_window)]:
                    put(self, "windows", None)  # as this class made it
                put(self, "event_window", self.sessions_of(self.window_days))
                put(self, "looked_at", None)
        if self.min_estimation == 0:
            before = min(Window.of(self.event_window, Sentence("event window")).start, 0) - 1
            put(self, "estimation_windows", ())
            put(self, "estimation_window", Window(before, before))
        event = Window.of(self.event_window, Sentence("event window"))
        whole = Window(min(event.start, 0), max(event.end, 0))
        looked_at = Window.of(self.looked_at, Sentence("days looked at")) if self.looked_at is not None else event
        put(
            self,
            "looked_at",
            None
            if looked_at == whole or not looked_at.inside(whole) or (self.window_days and not self._lined)
            else looked_at,
        )
        put(self, "event_window", whole)
        put(self, "windows", self._reported_windows())
        put(self, "primary", None if self.primary is None else Window.of(self.primary, Sentence("primary window")))
        if self.primary is not None and self.primary not in (self.windows or ()):
            raise InvalidRequest(
                Sentence("the primary window {primary} is none of those that are reported", primary=self.primary),
                available=", ".join(map(str, self.windows or ())),
                hint=Sentence(
                    "name it as well: --window {start} {end}", start=self.primary.start, end=self.primary.end
                ),
            )
        put(self, "tests", tuple(separated(self.tests, "test")))
        put(self, "peers", tuple(separated(self.peers)))
        put(self, "variants", dict(self.variants))
        put(self, "exclude_dates", tuple(map(_as_date, _listed(self.exclude_dates))))
        put(self, "accept", tuple(dict.fromkeys(separated(self.accept))))
        put(self, "drop_days", tuple(dict.fromkeys(separated(self.drop_days))))
        for text in self.accept:
            _accepted(text)
        for text in self.drop_days:
            _dropped(text)
        if self.benchmark is not None:
            _benchmarks(self.benchmark)
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                options = ", ".join(repr(a) for a in allowed)
                raise InvalidRequest(
                    Sentence("{name} is {value!r}", name=name, value=getattr(self, name)), available=options
                )
        # on one event date the mean volume of the market holds the event itself
        model = "constant_mean" if self.outcome == "volume" or self.returns == "difference" else "market"
        put(self, "model", self.model or model)
        put(self, "model", plugins.meant("models", self.model))
        put(self, "tests", tuple(dict.fromkeys(plugins.meant("tests", name) for name in self.tests)))
        put(self, "variants", {plugins.meant("tests", name): form for name, form in self.variants.items()})
        if self.outcome == "volume" and not _says(self.model, "of_volume"):
            raise InvalidRequest(
                Sentence("{model} is no model of volume", model=self.model), available=_models("of_volume")
            )
        self._check_windows()
        self._check_units()
        self._check_frequency()
        if self.model == "given" and (
            self.returns != "simple" or self.missing != "drop" or self.bhar != "auto" or self.benchmark is not None
        ):
            raise InvalidRequest(
                Sentence("abnormal returns are given, and taken as they are"),
                hint=Sentence("leave out --benchmark, --returns, --missing and --bhar"),
            )
        if self.currency is not None and not re.fullmatch("[A-Z]{3}", self.currency):
            raise InvalidRequest(
                Sentence("currency is {given!r}", given=self.currency),
                available=Sentence("three letters: USD, EUR, JPY"),
            )
        if self.min_estimation < 30 and self.estimated:
            raise InvalidRequest(
                in_words_of(
                    Sentence(
                        "min_estimation is {min_estimation}: fewer than 30 days carry no estimate",
                        min_estimation=self.min_estimation,
                    ),
                    self.frequency,
                    "en",
                    "",
                ),
                hint=Sentence(
                    "use 30 or more, or 0 with a model that estimates nothing: {models}",
                    models=_models("estimates_nothing"),
                ),
            )
        if self.own_estimation and (not self.estimated or self.model == "given"):
            raise InvalidRequest(
                Sentence("pairs have estimation windows of their own, and nothing is estimated"),
                hint=Sentence("leave out --own-estimation"),
            )
        if not self.estimated and (self.outcome != "return" or not _says(self.model, "estimates_nothing")):
            what = (
                Sentence("the model {model}", model=self.model)
                if self.outcome == "return"
                else Sentence("a study of {outcome}", outcome=self.outcome)
            )
            raise InvalidRequest(
                Sentence("min_estimation is 0, and {what} has something to estimate", what=what),
                available=_models("estimates_nothing"),
                hint=Sentence("use 30 or more, or one of these models"),
            )
        if self.max_shift < 0:
            raise InvalidRequest(
                Sentence("max_shift is {max_shift}: day 0 is never moved backwards", max_shift=self.max_shift),
                hint=Sentence("use 0 or more"),
            )
        if self.max_shift > _LONGEST_SHIFT:
            raise InvalidRequest(
                Sentence("max_shift is {max_shift} calendar days", max_shift=self.max_shift),
                hint=Sentence("use {longest_shift} or fewer", longest_shift=_LONGEST_SHIFT),
            )
        if not 0.5 <= self.level <= 0.999:
            meant = self.level / 100
            raise InvalidRequest(
                Sentence("level is {given:g}", given=self.level),
                available=Sentence("0.5 to 0.999: 0.9, 0.95, 0.99"),
                hint=Sentence("did you mean {meant:g}?", meant=meant) if 0.5 <= meant <= 0.999 else None,
            )
        if self.alternative != "two-sided" and self.outcome == "volatility":
            raise InvalidRequest(
                Sentence("a study of volatility asks for a rise alone already"),
                hint=Sentence("leave out the alternative (--alternative)"),
            )
        if self.mask_other_events is not None and not 0 <= self.mask_other_events <= _WIDEST_MASK:
            raise InvalidRequest(
                Sentence("mask_other_events is {mask_other_events}", mask_other_events=self.mask_other_events),
                available=Sentence("none, or 0 to {widest_mask} sessions", widest_mask=_WIDEST_MASK),
            )
        if self.seed < 0:
            raise InvalidRequest(Sentence("seed is {seed}", seed=self.seed), hint=Sentence("use 0 or more"))

    def benchmark_for(self, ticker: str, named: str | None) -> str | None:
        """The benchmark of a ticker: its own, that of its suffix, that of all, or the one that its event `named`.

        `ticker`: whose benchmark is asked for.

        Raises:
            InvalidRequest: `benchmark` cannot be meant.

        Example:
            >>> config = es.StudyConfig(benchmark="SPY")
            >>> config.benchmark_for("NVDA", None)
            'SPY'
        """
        if self.benchmark is None:
            return named
        own, everyone = _benchmarks(self.benchmark)
        suffix = "." + ticker.rpartition(".")[2] if "." in ticker else ""
        return own.get(ticker) or own.get(suffix) or everyone or named

    @property
    def of_portfolios(self) -> bool:
        """Whether each firm is compared with the portfolio that it is assigned to."""
        return self.benchmark is not None and f"={PORTFOLIO_OF}" in self.benchmark

    @property
    def benchmark_differs(self) -> bool:
        """Whether `benchmark` names some tickers' own."""
        return self.benchmark is not None and bool(_benchmarks(self.benchmark)[0])

    @property
    def _lined(self) -> bool:
        """Whether the sessions are known that the window of calendar days holds."""
        return any(isinstance(w, CalendarDays) and w.days == self.window_days for w in self.windows or ())

    def sessions_of(self, days: Window) -> Window:
        """An event window that holds the sessions of so many calendar days, as far as no estimation window lies there.

        There are never more sessions than days; what reaches into an estimation window is seen among its days. `days`: the
        first and last calendar day from day 0.

        Example:
            >>> es.StudyConfig().sessions_of(es.Window(-14, 30))
            Window(start=-10, end=30)
        """
        if not self.estimated:
            return days
        spans = [
            Window.of(w, Sentence("estimation window")) for w in self.estimation_windows or (self.estimation_window,)
        ]
        low = max([days.start, *(w.end + 1 for w in spans if w.end < 0)])
        high = min([days.end, *(w.start - 1 for w in spans if w.start > 0)])
        if days.start > 0:
            return Window(1, max(high, 1))
        return Window(min(low, -1), -1) if days.end < 0 else Window(min(low, 0), max(high, 0))

    def in_sessions(self, sessions: Window) -> StudyConfig:
        """With the `sessions` that the window of calendar days holds, from the first to the last of any pair.

        Example:
            >>> es.StudyConfig(window_days=(0, 30)).in_sessions(es.Window(0, 21)).windows
            (CalendarDays(start=0, end=21),)
        """
        assert self.window_days is not None
        window = CalendarDays.holding(sessions, self.window_days)
        return replace(self, event_window=sessions, looked_at=None, windows=(window,))

    def _reported_windows(self) -> tuple[Window, ...]:
        if self.window_days is not None:
            if self._lined:
                return tuple(self.windows or ())
            if self.windows is not None:
                raise InvalidRequest(
                    Sentence("windows of sessions and a window of calendar days are both named"),
                    hint=Sentence("leave out --window or --window-days"),
                )
            return (self.event_window,)
        windows = self.windows
        if windows is not None and len(windows) == 2 and all(isinstance(day, Integral) for day in windows):
            windows = (Window(*windows),)  # type: ignore[arg-type]  # one window, whose two days are given as such
        named = None if windows is None else tuple(dict.fromkeys(map(Window.of, windows)))
        if self.own_windows:
            if named not in (None, (self.event_window,)) or self.looked_at is not None:
                raise InvalidRequest(
                    Sentence("windows are named, and each pair has its own"),
                    hint=Sentence("leave out --window or --own-windows; the event window holds day 0"),
                )
            return (self.called(self.event_window),)
        if named is None:
            inside = tuple(w for w in self.clock.windows if w.inside(self.days_looked_at))
            return inside if self.looked_at is None else (*inside, self.looked_at)
        return named

    def _check_windows(self) -> None:
        event, looked_at = self.event_window, self.days_looked_at
        for estimation in self.spans:
            if estimation.end >= event.start and estimation.start <= event.end:
                inside = looked_at.start <= estimation.end and looked_at.end >= estimation.start
                hint = Sentence("start it after {end}", end=event.end)
                if estimation.start < event.start:
                    hint = Sentence(
                        "end the estimation window before {start}, e.g. --estimation-window {first} {last}",
                        start=event.start,
                        first=estimation.start,
                        last=min(event.start - 6, estimation.end),
                    )
                raise InvalidRequest(
                    Sentence(
                        "the estimation window {one} reaches into the event window {other}",
                        one=estimation,
                        other=looked_at if inside else event,
                    ),
                    hint=hint,
                )
        for one, other in pairwise(self.spans):
            if other.start <= one.end:
                raise InvalidRequest(
                    Sentence("the estimation windows {one} and {other} share days", one=one, other=other),
                    hint=Sentence("let each day count once"),
                )
        if self.regime == "always":
            self.check_in_order(Phrase("a comparison with the days near the window"))
        if not self.in_order and (self.outcome == "volume" or _says(self.model, "needs_order")):
            who = Sentence("a study of volume")
            if self.outcome != "volume":
                who = Sentence("the model {model}", model=self.model)
            raise InvalidRequest(
                Sentence("{who} needs the estimation days in their order, right before the event", who=who),
                hint=Sentence("take one estimation window that ends before the event, or another model"),
            )
        for window in self.windows or ():
            if not window.inside(looked_at):
                raise InvalidRequest(
                    Sentence(
                        "the window {window} lies outside the event window {looked_at}",
                        window=window,
                        looked_at=looked_at,
                    ),
                    hint=Sentence(
                        "widen the event window: --event-window {low} {high}",
                        low=min(window.start, looked_at.start),
                        high=max(window.end, looked_at.end),
                    ),
                )
        if self.estimation_days.length < self.min_estimation:
            raise InvalidRequest(
                Sentence(
                    "the estimation window {named} has {length} sessions, fewer than min_estimation = {min_estimation}",
                    named=Phrase("{spans:list}", spans=[*map(str, self.spans)]),
                    length=self.estimation_days.length,
                    min_estimation=self.min_estimation,
                ),
                hint=Sentence("start the estimation window earlier, or lower --min-estimation"),
            )

    def accepts(self, code: str, ticker: str | None, days: Iterable[date]) -> bool:
        """Whether a doubt of a ticker on these days (none: of the series as a whole) is taken for right.

        `code` of the doubt, `ticker` it is about (None: the study), and its `days`.

        Example:
            >>> from datetime import date
            >>> es.StudyConfig(accept=("PRICE_SPIKE:NVDA",)).accepts("PRICE_SPIKE", "NVDA", [date(2025, 1, 27)])
            True
        """
        for named, whose, day in map(_accepted, self.accept):
            if named == code and whose in (None, ticker) and (day is None or day in days):
                return True
        return False

    @property
    def dropped(self) -> tuple[tuple[str, date], ...]:
        """The tickers and days whose closes are taken for missing."""
        return tuple(map(_dropped, self.drop_days))

    def _check_units(self) -> None:
        for name, allowed in (("unit_in", GIVEN_IN), ("unit_out", UNITS)):
            if (value := getattr(self, name)) is not None and value not in allowed:
                raise InvalidRequest(
                    Sentence("{name} is {value!r}", name=name, value=value), available=", ".join(allowed)
                )
        if self.snapshot is not None:
            _snapshot(self.snapshot)
        if self.returns != "difference":
            if self.snapshot is not None:
                raise InvalidRequest(
                    Sentence("a snapshot is of levels, and these are returns"), hint=Sentence("leave out the snapshot")
                )
            if self.unit_in or self.unit_out not in (None, "percent"):
                raise InvalidRequest(
                    Sentence("units are of levels, and these are returns"),
                    hint=Sentence("leave out the units, or take --returns difference"),
                )
            return
        if self.unit_in is None:
            raise InvalidRequest(
                Sentence("the unit of the levels is not said"),
                available=", ".join(GIVEN_IN),
                hint=Sentence(
                    "name it: --unit-in percent for a yield of 4.25, decimal for .0425, bp for 425, points for an index"
                ),
            )
        if (self.unit_in == "points") != (self.unit.name == "points"):
            raise InvalidRequest(
                Sentence("levels in {unit_in} are not shown in {name}", unit_in=self.unit_in, name=self.unit.name),
                hint=Sentence("points are shown in points, rates in bp or percent"),
            )
        for wrong, what in (
            (self.outcome != "return", Sentence("a study of {outcome}", outcome=self.outcome)),
            (self.currency is not None, "a currency"),
            (self.bhar != "auto", Sentence("a buy-and-hold return")),
            (_says(self.model, "excess"), self.model),
        ):
            if wrong:
                raise InvalidRequest(
                    Sentence("{what} is of returns, and these are changes of a level", what=what),
                    hint=Sentence("leave it out"),
                )

    def _check_frequency(self) -> None:
        """Refuse what is of days alone."""
        if self.clock.daily:
            if self.event_period == "next":
                raise InvalidRequest(
                    Sentence("the month or week after the one that holds day 0 is asked for, and rows are days"),
                    hint=Sentence("leave out --event-month (--event-week), or say what a row is: --frequency monthly"),
                )
            return
        for wrong, what, hint in (
            (
                self.outcome != "return",
                Sentence("a study of {outcome}", outcome=self.outcome),
                Sentence("take days, or the outcome return"),
            ),
            (self.missing != "drop", Sentence("returns from trade to trade"), Sentence("leave out --missing")),
            (
                self.window_days is not None,
                Sentence("a window of calendar days"),
                Sentence("name a window in rows: --event-window"),
            ),
        ):
            if wrong:
                raise InvalidRequest(
                    Sentence(
                        "{what} is of days, and the frequency is {frequency}", what=what, frequency=self.frequency
                    ),
                    hint=hint,
                )

    @property
    def clock(self) -> Frequency:
        """What a row of the study is."""
        return FREQUENCIES[self.frequency]

    @contextmanager
    def as_shown(self) -> Iterator[None]:
        """Values in the unit of the study and rows in its words meanwhile.

        Example:
            >>> with es.StudyConfig(frequency="weekly").as_shown():
            ...     print("sentences count weeks here")
            sentences count weeks here
        """
        with shown_in(self.unit), counted_in(self.frequency):
            yield

    @property
    def unit(self) -> Unit:
        """What abnormal values are shown in."""
        usual = "percent" if self.returns != "difference" else "points" if self.unit_in == "points" else "bp"
        return unit_called(self.unit_out or usual, levels=self.returns == "difference")

    def level_moment(self, moment: Moment) -> Moment:
        """When something happened as levels see it: an instant is before or after the snapshot of its day.

        `moment`: an instant, or a date.

        Raises:
            InvalidRequest: an instant, and nobody said when the levels were taken.

        Example:
            >>> from datetime import date
            >>> from eventstudy.calendars import Moment
            >>> es.StudyConfig().level_moment(Moment(date(2025, 1, 27))).when
            datetime.date(2025, 1, 27)
        """
        if self.returns != "difference" or not isinstance(moment.when, datetime):
            return moment
        if self.snapshot is None:
            raise InvalidRequest(
                Sentence("levels have one value a day, and {when} is an instant", when=moment.when.isoformat()),
                hint=Sentence(
                    "say when they were taken: --snapshot '15:30 America/New_York', or give the event a date"
                ),
            )
        clock, zone = _snapshot(self.snapshot)
        local = moment.when.astimezone(zone)
        return Moment(local.date(), "post" if local.time() >= clock else "unknown")

    def check_of_returns(self, what: str) -> None:
        """Refuse what is asked of returns alone.

        `what`: that which is asked, as the error names it.

        Raises:
            InvalidRequest: the study is of changes of a level.

        Example:
            >>> es.StudyConfig(returns="difference", unit_in="bp").check_of_returns("a placebo")
            Traceback (most recent call last):
            ...
            eventstudy.errors.InvalidRequest: a placebo ...
        """
        if self.returns == "difference":
            raise InvalidRequest(
                Phrase("{what} is of returns, and this is a study of changes of a level", what=Phrase.quoted(what))
            )

    def check_outcome(self, what: str, *others: str) -> None:
        """Refuse what is asked of a study of returns (or of `others`), not of volume or volatility.

        `what`: that which is asked, as the error names it. `others`: outcomes that it can be asked of besides.

        Raises:
            InvalidRequest: the study is of another outcome.

        Example:
            >>> es.StudyConfig(outcome="volume").check_outcome("a placebo")
            Traceback (most recent call last):
            ...
            eventstudy.errors.InvalidRequest: a placebo ...
        """
        if self.outcome not in ("return", *others):
            raise InvalidRequest(
                Phrase(
                    "{what} is of returns, and this is a study of {outcome}",
                    what=Phrase.quoted(what), outcome=Phrase.quoted(self.outcome),
                ),
                hint=Sentence("leave out --outcome"),
            )  # fmt: skip

    def check_inside(self, window: Window) -> None:
        """Refuse a window that the study did not look at.

        `window`: event days, both ends included.

        Raises:
            InvalidRequest: the window lies outside the event window.

        Example:
            >>> es.StudyConfig().check_inside(es.Window(0, 9))
            Traceback (most recent call last):
            ...
            eventstudy.errors.InvalidRequest: the window [0, +9] lies outside the event window [-5, +5] ...
        """
        if not window.inside(self.event_window):
            raise InvalidRequest(
                Sentence(
                    "the window {window} lies outside the event window {event_window}",
                    window=window,
                    event_window=self.event_window,
                ),
                hint=Sentence("run the study again with a wider event window"),
            )

    def check_made_anew(self, what: str) -> None:
        """Refuse what makes the study anew on other days or by other choices where it cannot be made so.

        `what`: that which is asked, as the error names it.

        Raises:
            InvalidRequest: see `check_in_order`, `check_equal_weights`, `check_estimated`, `check_of_returns`, `check_daily`
                and `check_prices`.

        Example:
            >>> es.StudyConfig().check_made_anew("a calibration") is None
            True
        """
        for check in (
            self.check_in_order,
            self.check_equal_weights,
            self.check_estimated,
            self.check_of_returns,
            self.check_daily,
            self.check_prices,
        ):
            check(what)

    def check_prices(self, what: str) -> None:
        """Refuse what needs returns that are not abnormal yet.

        `what`: that which is asked, as the error names it.

        Raises:
            InvalidRequest: abnormal returns are given.

        Example:
            >>> es.StudyConfig(model="given").check_prices("a placebo")
            Traceback (most recent call last):
            ...
            eventstudy.errors.InvalidRequest: a placebo ...
        """
        if self.model == "given":
            raise InvalidRequest(
                Phrase(
                    "{what} needs prices or returns, and this study was given abnormal returns",
                    what=Phrase.quoted(what),
                )
            )

    def check_daily(self, what: str) -> None:
        """Refuse what is asked of days alone.

        `what`: that which is asked, as the error names it.

        Raises:
            InvalidRequest: the rows of the study are weeks or months.

        Example:
            >>> es.StudyConfig(frequency="monthly").check_daily("a placebo")
            Traceback (most recent call last):
            ...
            eventstudy.errors.InvalidRequest: a placebo ...
        """
        if not self.clock.daily:
            raise InvalidRequest(
                Phrase(
                    "{what} is of days, and the frequency of this study is {frequency}",
                    what=Phrase.quoted(what),
                    frequency=self.frequency,
                )
            )

    @property
    def compared(self) -> bool:
        """Whether there is a benchmark: given abnormal returns have none, nor have levels that the model compares with none."""
        if self.returns != "difference":
            return self.model != "given"
        return "benchmark" in plugins.load("models", self.model).requires(("benchmark",))

    @property
    def estimated(self) -> bool:
        """Whether there are estimation days; without them nothing is said of a single firm."""
        return self.min_estimation != 0

    def check_estimated(self, what: str) -> None:
        """Refuse what rests on ordinary days where there are none.

        `what`: that which is asked, as the error names it.

        Raises:
            InvalidRequest: the study has no estimation days.

        Example:
            >>> es.StudyConfig(min_estimation=0, model="market_adjusted").check_estimated("a placebo")
            Traceback (most recent call last):
            ...
            eventstudy.errors.InvalidRequest: a placebo ...
        """
        if not self.estimated:
            raise InvalidRequest(
                Phrase("{what} needs estimation days", what=Phrase.quoted(what)),
                hint=Sentence("run the study with --min-estimation 30 or more"),
            )

    def check_equal_weights(self, what: str) -> None:
        """Refuse what weighs firms equally where weights by value are asked for.

        `what`: that which is asked, as the error names it.

        Raises:
            InvalidRequest: the weights are by value.

        Example:
            >>> es.StudyConfig(weights="value").check_equal_weights("a placebo")
            Traceback (most recent call last):
            ...
            eventstudy.errors.InvalidRequest: a placebo ...
        """
        if self.weights == "value":
            raise InvalidRequest(
                Phrase("{what} weighs firms equally, and this study weighs them by value", what=Phrase.quoted(what)),
                hint=Sentence("leave out --weights"),
            )

    @property
    def days_looked_at(self) -> Window:
        """The event days that are looked at."""
        return self.looked_at or self.event_window

    def called(self, window: Window) -> Window:
        """A window as this study calls it: the event window of each pair's own, or by the calendar days it holds.

        `window`: first and last day of it.

        Example:
            >>> es.StudyConfig().called(es.Window(0, 1))
            Window(start=0, end=1)
        """
        if self.window_days and self._lined and window == self.days_looked_at:
            return CalendarDays.holding(window, self.window_days)
        return OwnWindows(*window) if self.own_windows and window == self.event_window else window

    @property
    def day0_seen(self) -> bool:
        """Whether day 0 is among the days that are looked at, so that a pair without a return on it is left out."""
        return (
            self.looked_at is None
            and not self.own_windows
            and (self.window_days is None or self.window_days.start <= 0 <= self.window_days.end)
        )

    @property
    def spans(self) -> tuple[Window, ...]:
        """The estimation windows, in the order of time."""
        return self.estimation_windows or (self.estimation_window,)

    @property
    def in_order(self) -> bool:
        """Whether there is one estimation window, and it lies before the event."""
        return len(self.spans) == 1 and self.spans[0].end < self.event_window.start

    @property
    def estimation_days(self) -> Window:
        """The columns of the estimation, counted as the event's are.

        Those of one window before the event are its sessions; others stand side by side right before the event window.
        """
        if self.in_order:
            return self.spans[0]
        return Window(self.event_window.start - sum(w.length for w in self.spans), self.event_window.start - 1)

    def check_in_order(self, what: str) -> None:
        """Refuse what moves or fills the days between an estimation window and the event after it.

        `what`: that which is asked, as the error names it.

        Raises:
            InvalidRequest: the study has several estimation windows, one after the event, or one of each pair's own.

        Example:
            >>> es.StudyConfig().check_in_order("a placebo") is None  # one estimation window, before the event
            True
        """
        if not self.in_order:
            raise InvalidRequest(
                Phrase("{what} needs one estimation window that ends before the event", what=Phrase.quoted(what)),
                available=Phrase("{spans:list}", spans=[*map(str, self.spans)]),
                hint=Sentence("name one: --estimation-window -260 -11"),
            )
        if self.own_estimation:
            raise InvalidRequest(
                Phrase("{what} needs one estimation window for all pairs", what=Phrase.quoted(what)),
                hint=Sentence("run the study without --own-estimation"),
            )

    @property
    def reach(self) -> Window:
        """From the first to the last session that is needed, relative to day 0."""
        return Window(min(self.columns), max(self.columns))

    @property
    def columns(self) -> list[int]:
        """(T,) the sessions, relative to day 0, of all columns: of the estimation, then to the end of the event window."""
        if self.in_order:
            return list(range(self.spans[0].start, self.event_window.end + 1))
        return [day for w in (*self.spans, self.event_window) for day in range(w.start, w.end + 1)]

    def as_dict(self) -> dict[str, Any]:
        """Plain values (windows as lists, dates as ISO text), ready for JSON.

        Example:
            >>> es.StudyConfig().as_dict()["event_window"]
            [-5, 5]
        """
        plain = asdict(self)
        plain["estimation_window"], plain["event_window"] = list(self.estimation_window), list(self.days_looked_at)
        plain["estimation_windows"] = [list(w) for w in self.spans]
        if not self.estimated:
            plain["estimation_window"], plain["estimation_windows"] = None, []
        del plain["looked_at"]
        plain["unit"] = self.unit.name
        plain["windows"] = [list(w) for w in self.windows or ()]
        for name in ("tests", "peers", "accept", "drop_days"):
            plain[name] = list(getattr(self, name))
        plain["window_days"] = None if self.window_days is None else list(self.window_days)
        plain["primary"] = None if self.primary is None else list(self.primary)
        plain["exclude_dates"] = [d.isoformat() for d in self.exclude_dates]
        return plain

    @classmethod
    def from_toml(cls, path: str | Path) -> StudyConfig:
        """Read the table `[study]` of a TOML file.

        `path`: of the file.

        Raises:
            InvalidFile: no such file, not TOML, an unknown key, or a choice that cannot be meant.

        Example:
            >>> import pathlib, tempfile
            >>> path = pathlib.Path(tempfile.mkdtemp(), "study.toml")
            >>> path.write_text('[study]\\nmodel = "constant_mean"\\n')
            32
            >>> es.StudyConfig.from_toml(path).model
            'constant_mean'
        """
        text, tables = read_toml(path, Sentence("the study settings"))
        table = tables.get("study", {})
        if not isinstance(table, dict):
            raise InvalidFile(Sentence("study is not a table"), where=str(path), hint=Sentence("write it as [study]"))
        place = partial(place_of, str(path), text, "study")
        try:
            return cls(**chosen(checked(table, study_settings(), place)))
        except InvalidRequest as error:
            raise in_file(error, place()) from error


@contextmanager
def shown_as(told: Mapping[str, Any]) -> Iterator[None]:
    """What `StudyConfig.as_shown` does, for a study of which the JSON is there.

    `told`: the object `config` of its JSON.

    Example:
        >>> with shown_as(es.StudyConfig(frequency="monthly").as_dict()):
        ...     print("sentences count months here")
        sentences count months here
    """
    unit = unit_called(told.get("unit", "percent"), levels=told.get("returns") == "difference")
    with shown_in(unit), counted_in(told.get("frequency", "daily")):
        yield


@cache
def study_settings() -> tuple[Setting, ...]:
    """What a file may say of each choice: called as its field or as its flag."""
    hints = get_type_hints(StudyConfig)
    return tuple(_setting(f.name, hints[f.name], f.default) for f in fields(StudyConfig))


def _setting(name: str, hint: Any, default: Any) -> Setting:
    """The setting of a field of this type."""
    several = get_args(hint) if isinstance(hint, UnionType) or get_origin(hint) is Union else (hint,)
    kind = next(h for h in several if h is not NoneType)
    many = get_origin(kind) is tuple
    inner = get_args(kind)[0] if many else kind
    kinds: dict[Any, Kind] = {bool: "flag", int: "whole", float: "number", Window: "whole", date: "day"}
    return Setting(
        name,
        "form" if get_origin(inner) is Mapping else kinds.get(inner, "text"),
        _ALSO.get(name, ()),
        f"no_{name}" if default is True else "",
        2 if inner is Window else 1,
        many,
        NoneType in several,
        by_commas=name == "peers",
    )


def chosen(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says as the choices of a study: the sessions of the prices are no calendar."""
    return {name: None if (name, value) == ("calendar", "prices") else value for name, value in found.items()}


def in_file(error: InvalidRequest, where: str) -> InvalidFile:
    """The error as one of the file that says what cannot be meant."""
    return InvalidFile(error.what, where=error.where or where, available=error.available, hint=error.hint)


def _fitting(one: Setting, value: Any) -> Any:
    """A choice as it was given, plain where it is a scalar of numpy.

    Raises:
        InvalidRequest: it is of another type.
    """
    if value is None and one.optional:
        return None
    if one.many or one.each > 1 or one.kind == "form":
        held = isinstance(value, Mapping if one.kind == "form" else Iterable)
    else:
        value = value.item() if hasattr(value, "item") and not getattr(value, "ndim", 0) else value
        held = one.fits(value)
    if not held:
        raise InvalidRequest(
            Sentence("{field} is {value!r}, not {meant}", field=one.field, value=value, meant=one.meant)
        )
    return value


@cache
def _benchmarks(text: str) -> tuple[dict[str, str], str | None]:
    """The benchmarks of tickers and suffixes, and that of all others."""
    own: dict[str, str] = {}
    everyone: list[str] = []
    for part in map(str.strip, text.split(",")):
        key, mark, benchmark = part.partition("=")
        if not mark or benchmark in ("X", "F"):  # EURUSD=X and GC=F are tickers themselves
            everyone.append(part)
        elif not key.strip() or not benchmark.strip() or own.get(key.strip(), benchmark.strip()) != benchmark.strip():
            raise InvalidRequest(
                Sentence("the benchmark {part!r} cannot be meant", part=part),
                hint=Sentence("SPY, or SPY,.DE=^GDAXI,7203.T=^N225"),
            )
        else:
            own[key.strip()] = benchmark.strip()
    if len(everyone) > 1 or "" in everyone:
        raise InvalidRequest(
            Sentence("the benchmark is {text!r}: one for all, and others by ticker or suffix", text=text),
            hint=Sentence("SPY,.DE=^GDAXI,7203.T=^N225"),
        )
    return own, everyone[0] if everyone else None


@cache
def _accepted(text: str) -> tuple[str, str | None, date | None]:
    """The code of a doubt, and the ticker and day it is accepted of.

    Raises:
        InvalidRequest: it is no code of a doubt, or no date.
    """
    code, _, rest = text.partition(":")
    doubts = sorted(name for name, known in WARNINGS.items() if known.severity == "doubt")
    if code not in doubts:
        raise UnknownName("doubt", code, doubts)
    head, colon, tail = rest.rpartition(":")
    if colon and head:
        return code, head, _as_date(tail)
    return code, rest or None, None


@cache
def _dropped(text: str) -> tuple[str, date]:
    """The ticker and day of a close that is taken for missing.

    Raises:
        InvalidRequest: there is no ticker, or no date.
    """
    ticker, _, day = text.rpartition("=")
    if not ticker:
        raise InvalidRequest(
            Sentence("drop_day {text!r} names no ticker", text=text), hint=Sentence("write NVDA=2024-10-17")
        )
    return ticker, _as_date(day)


def _snapshot(text: str) -> tuple[time, ZoneInfo]:
    """The clock and the zone of a snapshot."""
    clock, _, zone = text.strip().partition(" ")
    try:
        return time.fromisoformat(clock), ZoneInfo(zone.strip())
    except (ValueError, ZoneInfoNotFoundError, IsADirectoryError) as error:
        raise InvalidRequest(
            Sentence("the snapshot is {text!r}", text=text), hint=Sentence("a time and a zone: 15:30 America/New_York")
        ) from error


def _listed(dates: str | Iterable[Any]) -> Iterable[Any]:
    """Dates as they were given; a text may name several, as one of tickers does."""
    return separated(dates, "date") if isinstance(dates, str) else dates


def _as_date(value: date | str | Sequence[Any]) -> date:
    try:
        if isinstance(value, datetime):  # of pandas too, which is no equal of the date that it is on
            return date.fromisoformat(value.isoformat()[:10])
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise InvalidRequest(
            Sentence("{value!r} is not a date", value=value), hint=Sentence("write it as 2025-01-31")
        ) from error


_Called = TypeVar("_Called", bound=Callable[..., Any])


def named_choices(function: _Called) -> _Called:
    """The function with the fields of `StudyConfig` in its signature in place of `**choices`, for help and completion."""
    own = inspect.signature(function)
    parameters = [p for p in own.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    taken = {parameter.name for parameter in parameters}
    for choice in fields(StudyConfig):
        default = choice.default if choice.default_factory is MISSING else choice.default_factory()
        if choice.name not in taken:
            parameters.append(
                inspect.Parameter(choice.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=choice.type)
            )
    function.__dict__["__signature__"] = own.replace(parameters=parameters)
    return function
