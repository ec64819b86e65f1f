"""How did the last of them go? The events of one kind on one ticker side by side: a row an event, and what they have in common.

Each row is what a study of that event says, with the days of the others left out of its estimation. The mean over the events is
judged by the t of their CARs (n - 1 degrees of freedom), and by `bmp_adjusted` where their windows share days. The latest event
is placed among the others without a p: it is the largest of twelve in 8 % of all cases by chance alone. Its p is that against
ordinary days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.analyses.base import Answer, in_its_unit, lines_of, plain
from eventstudy.calendars import Timing, timing_of
from eventstudy.errors import EventStudyError, InvalidRequest, Sentence
from eventstudy.events import Event, Moment
from eventstudy.inference import holm
from eventstudy.inference.distributions import p_t
from eventstudy.language import Phrase, marked, spoken, written
from eventstudy.language.messages import Message
from eventstudy.panel import Floats
from eventstudy.study.document import called_as_dict, number, warnings_as_dicts
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import instead_of_finding, p_text, percent, to_two
from eventstudy.study.study import EventStudy
from eventstudy.study.text import car_in_words, prose
from eventstudy.text import columns, wrapped
from eventstudy.units.windows import Window

EVENT_WINDOW = (-1, 20)
WINDOWS = ((0, 0), (-1, 1), (0, 1), (0, 5), (1, 20))
"""What a history looks at: the day, three windows around it, and the drift of the month after."""
DRIFT = Window(1, 20)
_DAY0 = Window(0, 0)
_TOLD = 3
"""So many windows are in the finding; all of them are in the table."""
FEWEST = 6
"""Below so many events nothing is tested: counts alone."""
SIDES = {"unknown": ""} | dict(
    zip(("pre", "intraday", "post"), marked("before open", "in session", "after close"), strict=True)
)
"""Timing -> how a table calls it."""


@dataclass(frozen=True)
class Row:
    """One event."""

    event_id: str
    title: str
    announced: str
    timing: Timing
    """On which side of day 0's session it came."""
    day0: date | None
    """None where the event could not be studied."""
    gap: float
    """From the last close to the open of day 0, less beta times that of the benchmark; NaN with the reason in `no_gap`."""
    no_gap: str
    ar: float
    """Abnormal return of day 0."""
    p: float
    """Of that, by its place among ordinary days."""
    cars: dict[Window, float]
    """CAR of each reported window."""
    volume: float
    """Abnormal log volume of day 0; NaN where there is none."""
    flags: tuple[str, ...]
    doubts: tuple[str, ...]
    """Codes of why the figures cannot be believed."""
    left_out: str = ""
    """Why it could not be studied."""


@dataclass(frozen=True)
class Mean:
    """What the events have in common over one window."""

    window: Window
    n: int
    n_positive: int
    n_negative: int
    mean: float
    median: float
    test: str
    """The test behind p; empty where there are too few events."""
    statistic: float
    p: float
    p_adjusted: float = float("nan")
    """p by Holm over the windows that are tested; of the one declared before looking its own."""


@dataclass(frozen=True, repr=False, eq=False)
class History(Answer):
    """The events of one kind on one ticker, the oldest first."""

    ticker: str
    kind: str
    asked: int
    """How many were asked for."""
    rows: tuple[Row, ...]
    means: tuple[Mean, ...]
    """A row a reported window."""
    size: float
    """Median size of the abnormal return of day 0."""
    ordinary: float
    """Median size of abnormal returns on the estimation days."""
    drift: Mean | None
    """Of the drift in the direction of day 0; None where the windows hold none."""
    notes: tuple[Message, ...]
    """Where the events came from, and what is not among them."""
    result: StudyResult
    instead: tuple[str, ...] = ()
    """What is said in place of a finding where prices look wrong: the doubts, and last that there is none."""
    schema = "eventstudy.history/1"
    chart = "history"

    @property
    def studied(self) -> tuple[Row, ...]:
        """The events with figures."""
        return tuple(row for row in self.rows if row.day0 is not None)

    @property
    def times(self) -> float:
        """How many times the median size of an ordinary day the median size of day 0 is."""
        return self.size / self.ordinary if self.ordinary > 0 else float("nan")

    @property
    def place(self) -> int:
        """Which largest of all the size of the latest event's day 0 is: 1 for the largest."""
        sizes = [abs(row.ar) for row in self.studied]
        return 1 + sum(size > sizes[-1] for size in sizes)

    @property
    def incomplete(self) -> bool:
        """Whether an event could not be studied, or lacks a window."""
        return self.result.incomplete

    @property
    def messages(self) -> tuple[str, ...]:
        """Where the events came from, and all that the study warns of."""
        return (
            *lines_of(self.notes),
            *lines_of(self.result.warned),
            *(Phrase("{event}: {why}", event=r.event_id, why=r.left_out) for r in self.rows if r.left_out),
        )

    def tidy(self) -> pd.DataFrame:
        """One row an event: the fields of `Row`, and a column `car_A_B` for each window."""
        rows = []
        for row in self.rows:
            told = {name: value for name, value in vars(row).items() if name != "cars"}
            told |= {_column(window): value for window, value in row.cars.items()}
            told |= {name: ", ".join(told[name]) for name in ("flags", "doubts")}
            rows.append(told)
        return pd.DataFrame(rows)

    def _finding(self) -> Phrase:
        """Ups and downs, the size of the day, the mean, and the latest."""
        day = self.means[0]
        told = [
            Phrase(
                "{ticker} on day 0 of {n} events ({kind}): up {up}, down {down}, median {median:+.2f %}",
                ticker=self.ticker, n=day.n, kind=self.kind, up=day.n_positive, down=day.n_negative, median=day.median,
            ),
            Phrase(
                "the median size of the move, {size:-.2f %}, is {times:.1f} times that of an ordinary day",
                size=self.size, times=self.times,
            ),
        ]  # fmt: skip
        if judged := [mean for mean in self.means if mean.test][:_TOLD]:
            windows = [
                Phrase("{window} {value:+.2f %} (p {p:p})", window=m.window, value=m.mean, p=m.p_adjusted)
                for m in judged
            ]
            said = {"windows": windows, "tests": list(dict.fromkeys(m.test for m in judged)), "n": self._together}
            told.append(
                Phrase("mean CAR (p by Holm over {n} windows) {windows} by {tests:list}", **said)
                if self._together > 1
                else Phrase("mean CAR {windows} by {tests:list}", **said)
            )
        else:
            told.append(Phrase("with fewer than {fewest} events nothing is tested", fewest=FEWEST))
        last = self.studied[-1]
        told.append(
            Phrase(
                "the latest, {day0}, is number {place} by size with {value:+.2f %} (p {p:p} against ordinary days)",
                day0=last.day0, place=self.place, value=last.ar, p=last.p,
            )
        )  # fmt: skip
        return Phrase("{findings:;}.", findings=told)

    @property
    def _together(self) -> int:
        """How many windows are judged together."""
        return sum(m.test != "" and m.window != self.result.config.primary for m in self.means)

    def _document(self) -> dict[str, Any]:
        last = self.studied[-1]
        return {
            "ticker": self.ticker,
            "kind": self.kind,
            "asked": self.asked,
            "rows": [_row_as_dict(row) for row in self.rows],
            "summary": {
                "n": len(self.studied),
                "n_positive": self.means[0].n_positive,
                "n_negative": self.means[0].n_negative,
                "median_size": number(self.size),
                "ordinary_size": number(self.ordinary),
                "times_ordinary": number(self.times),
                "windows": [_mean_as_dict(mean) for mean in self.means],
                "drift_in_direction": _mean_as_dict(self.drift) if self.drift else None,
                "latest": {"event_id": last.event_id, "place": self.place, "ar": number(last.ar), "p": number(last.p)},
            },
            "believable": self.believable,
            "sentence": self.sentence,
            "notes": warnings_as_dicts(self.notes),
            "warnings": warnings_as_dicts(self.result.warned),
            "config": self.result.config.as_dict(),
            "provenance": dict(self.result.provenance),
        }

    def _lines(self, *, verbose: bool) -> Iterator[str]:
        """The doubts, the rows, the summary, and what to know."""
        for line in self.doubts:
            yield from prose(line)
        yield from prose(self.sentence)
        yield ""
        table = list(self._cells())
        yield columns(table, range(3, len(table[0]) - 1))
        yield ""
        yield columns(list(self._summary()), range(1, 1 + len(self.means)))
        yield spoken(Phrase("p of a row: place of day 0 among ordinary days; volume: abnormal log volume of day 0"))
        if self.drift and self.drift.test:
            yield spoken(
                Phrase(
                    "drift {window} in the direction of day 0: {mean:+.2f %} on average, p {p:p} ({test})",
                    window=DRIFT,
                    mean=self.drift.mean,
                    p=self.drift.p,
                    test=self.drift.test,
                )
            )
        for row in self.rows:
            if row.left_out:
                yield from prose(Phrase("left out {event}: {why}", event=row.event_id, why=row.left_out))
        said = (*self.notes, *(self.result.warned if verbose else ()))
        for line in dict.fromkeys(lines_of(said)):
            yield from wrapped(line)
        if reasons := list(dict.fromkeys(row.no_gap for row in self.rows if row.no_gap)):
            yield from prose(Phrase("no gap at the open: {reasons:;}", reasons=reasons))
        if not verbose and self.result.warned:
            codes = list(dict.fromkeys(w.code for w in self.result.warned))
            yield from prose(Phrase("warnings of the study (--verbose shows them): {codes}", codes=codes))

    def _cells(self) -> Iterator[list[str]]:
        opens = any(np.isfinite(row.gap) for row in self.rows)
        head: list[str] = [Phrase("announced"), Phrase("came"), Phrase("day 0"), *([Phrase("gap")] if opens else [])]
        head += [Phrase("AR of day 0"), "p", *(Phrase("CAR{window}", window=mean.window) for mean in self.means[1:])]
        yield [spoken(name) for name in [*head, Phrase("volume"), Phrase("flags")]]
        for row in self.rows:
            cars = [percent(row.cars.get(m.window, np.nan)) if row.day0 else "" for m in self.means[1:]]
            figures = [*([percent(row.gap)] if opens else []), percent(row.ar), p_text(row.p)]
            figures = figures if row.day0 else [""] * len(figures)
            volume = to_two(row.volume) if np.isfinite(row.volume) else ""
            flags = ", ".join((*row.doubts, *row.flags))
            day0 = written(row.day0) if row.day0 else spoken(Phrase("not studied"))
            day, _, hour = row.announced[:16].partition("T")
            yield [f"{written(day)} {hour}".rstrip(), spoken(SIDES[row.timing]), day0, *figures, *cars, volume, flags]

    def _summary(self) -> Iterator[list[str]]:
        n = Phrase.counted("{n} event (up:down)", "{n} events (up:down)", n=len(self.studied))
        yield [spoken(n), *(f"{written(m.window)} ({m.n_positive}:{m.n_negative})" for m in self.means)]
        mark = self.result.config.unit.mark or "#"
        means = [f"{percent(m.mean).removesuffix(mark)}; {percent(m.median)}" for m in self.means]
        yield [f"  {spoken(Phrase('mean; median {car}', car=car_in_words(self.result.config)))}", *means]
        if tests := list(dict.fromkeys(m.test for m in self.means if m.test)):
            yield [f"  p, {', '.join(tests)}", *(p_text(m.p) for m in self.means)]
            if self._together > 1:
                yield [f"  {spoken(Phrase('by Holm'))}", *(p_text(m.p_adjusted) for m in self.means)]


def _column(window: Window) -> str:
    return f"car_{window.start}_{window.end}".replace("-", "m")


def _row_as_dict(row: Row) -> dict[str, Any]:
    told = plain({name: value for name, value in vars(row).items() if name != "cars"})
    return told | {
        "day0": row.day0.isoformat() if row.day0 else None,
        "no_gap": row.no_gap or None,
        "left_out": row.left_out or None,
        "flags": list(row.flags),
        "doubts": list(row.doubts),
        "believable": not row.doubts,
        "windows": [
            {"start": w.start, "end": w.end, **called_as_dict(w), "car": number(car)} for w, car in row.cars.items()
        ],
    }


def _mean_as_dict(mean: Mean) -> dict[str, Any]:
    told = plain({name: value for name, value in vars(mean).items() if name not in ("window", "test")})
    return (
        {"start": mean.window.start, "end": mean.window.end}
        | called_as_dict(mean.window)
        | told
        | {"test": mean.test or None}
    )


@in_its_unit
def history(result: StudyResult, *, kind: str = "", asked: int = 0, notes: tuple[Message, ...] = ()) -> History:
    """What the events of a study of one ticker have in common; see `request.history`, which makes such a study.

    `result`: the study, of which the pairs are kept. `kind`: what the events are called. `asked`: how many were asked for, 0:
    no number. `notes`: what was noticed while they were looked for.

    Raises:
        InvalidRequest: the study is of several tickers, of no day 0, or of another outcome than returns.

    Example:
        >>> found = es.history("AAPL", kind="fomc", last=3, source="bundled", estimation_window=(-130, -11))
        >>> print(found.sentence)
        AAPL on day 0 of 3 events (fomc): up 3, down 0, median +0.93 %; the median size of the move, 0.93 %,
        is 1.4 times that of an ordinary day; with fewer than 6 events nothing is tested; the latest,
        2025-01-29, is number 3 by size with +0.89 % (p .515 against ordinary days).
    """
    result.config.check_daily(Phrase("a history of events"))
    tickers = list(dict.fromkeys(pair.ticker for pair in result.panel.pairs))
    if len(tickers) > 1:
        raise InvalidRequest(
            Sentence("a history is that of one ticker, and the study has {n}", n=len(tickers)),
            available=", ".join(tickers[:10]),
            hint=Sentence("name one"),
        )
    if result.config.outcome != "return" or not _DAY0.inside(result.config.event_window):
        raise InvalidRequest(
            Sentence("a history looks at returns of day 0"),
            hint=Sentence("leave out --outcome, and let the event window hold 0"),
        )
    ar = result.returns.ar[:, -result.config.event_window.start]
    rows = sorted(_rows(result, ar), key=lambda row: (row.announced[:10], row.announced))
    windows = list(dict.fromkeys([_DAY0, *(result.config.windows or ())]))
    means = _adjusted([_mean(result, window) for window in windows], result.config.primary)
    drift = DRIFT if DRIFT.inside(result.config.event_window) and result.config.window_days is None else None
    return History(
        ticker=tickers[0],
        kind=kind or _kind(result.events),
        asked=asked or len(rows),
        rows=tuple(rows),
        means=means,
        size=float(np.nanmedian(np.abs(ar))),
        ordinary=float(np.nanmedian(np.abs(result.returns.residuals))),
        drift=_in_direction(result, ar, drift) if drift else None,
        notes=notes,
        result=result,
        instead=instead_of_finding(result),
    )


def _kind(events: tuple[Event, ...]) -> str:
    """The one category of the events; `mixed` where they have several, or none."""
    kinds = {event.category for event in events}
    return (next(iter(kinds)) if len(kinds) == 1 else "") or Phrase("mixed")


def _rows(result: StudyResult, ar: Floats) -> Iterator[Row]:
    """A row an event; those that were left out too."""
    events = {event.id: event for event in result.events}
    ranked = _ranks(result)
    gaps, volumes = _gaps(result), _volumes(result)
    cars = {window: result.returns.over(window).car for window in result.config.windows or ()}
    for i, (pair, day0) in enumerate(zip(result.panel.pairs, result.panel.day0, strict=True)):
        event = events[pair.event_id]
        moment = _moment(result, event)
        timing = timing_of(moment, day0)
        gap, why = gaps[i] if timing != "intraday" else (np.nan, Phrase("the news came after the open"))
        yield Row(
            event_id=event.id,
            title=event.title,
            announced=day0.announced,
            timing=timing,
            day0=day0.session,
            gap=gap,
            no_gap=why,
            ar=float(ar[i]),
            p=float(ranked[i]),
            cars={window: float(car[i]) for window, car in cars.items()},
            volume=volumes.get(event.id, np.nan),
            flags=event.found.flags if event.found else (),
            doubts=tuple(dict.fromkeys(w.code for w in result.doubts[i])),
        )
    for left in result.exclusions:
        event = events[left.event_id]
        none: dict[str, Any] = {"gap": np.nan, "no_gap": "", "ar": np.nan, "p": np.nan, "cars": {}, "volume": np.nan}
        flags = event.found.flags if event.found else ()
        yield Row(event.id, event.title, event.announced.isoformat(), event.timing, None, **none, flags=flags, doubts=(),
                  left_out=left.message)  # fmt: skip


def _moment(result: StudyResult, event: Event) -> Moment:
    from eventstudy.events import chosen_moment

    return chosen_moment(event, result.day0_policy) or Moment(event.announced, event.timing)


def _ranks(result: StudyResult) -> Floats:
    """(N,) p of day 0 by its place among ordinary days, or by the exact t where that does not apply."""
    from eventstudy.study.answers import ask_firms

    known = result.firm_answers.get(_DAY0) or ask_firms(result.returns, _DAY0, (), result.config.seed)
    return known.headline_p


def _gaps(result: StudyResult) -> list[tuple[float, str]]:
    """For each pair the abnormal return from the last close to the open, or why there is none."""
    prices, names = result.prices, result.fit.names
    n = result.returns.n
    if prices is None or "open" not in prices.fields:
        return [(np.nan, Phrase("the prices have no opens"))] * n
    if "beta" not in names and result.config.model not in ("market_adjusted", "constant_mean"):
        return [(np.nan, Phrase("the model {model} has no one beta", model=result.config.model))] * n
    found: list[tuple[float, str]] = []
    for i, (pair, day0) in enumerate(zip(result.panel.pairs, result.panel.day0, strict=True)):
        beta = {"market_adjusted": 1.0, "constant_mean": 0.0}.get(result.config.model, np.nan)
        beta = float(result.fit.params[i, names.index("beta")]) if "beta" in names else beta
        own = _overnight(result, pair.ticker, day0.session)
        market = 0.0 if beta == 0 else _overnight(result, pair.benchmark, day0.session)
        lacking = [ticker for ticker, value in ((pair.ticker, own), (pair.benchmark, market)) if np.isnan(value)]
        why = Phrase("no open of {tickers:list} on day 0", tickers=lacking) if lacking else ""
        found.append((own - beta * market, why))
    return found


def _overnight(result: StudyResult, ticker: str, session: date) -> float:
    """(open + dividend) / last close - 1; NaN where one lacks."""
    assert result.prices is not None
    fields, at = result.prices.fields, pd.Timestamp(session)
    if ticker not in result.prices.info or at not in result.prices.close.index:
        return float("nan")
    before = result.prices.close.loc[:at, ticker].iloc[:-1].dropna()
    row = int(result.prices.close.index.get_indexer(pd.DatetimeIndex([at]))[0])
    opened, paid = (
        fields[name][ticker].to_numpy(float)[row] if name in fields else 0.0 for name in ("open", "dividend")
    )
    return (opened + (paid if np.isfinite(paid) else 0.0)) / float(before.iloc[-1]) - 1 if len(before) else float("nan")


def _volumes(result: StudyResult) -> dict[str, float]:
    """Event -> abnormal log volume of day 0; nothing where the prices have no volume."""
    prices = result.prices
    ticker = result.panel.pairs[0].ticker
    if prices is None or "volume" not in prices.fields or prices.fields["volume"][ticker].isna().all():
        return {}
    config = replace(
        result.config, outcome="volume", model="", windows=(_DAY0,), primary=None, tests=(), variants={}, benchmark=None
    )
    studied = [event.model_copy(update={"benchmark": None}) for event in result.events]
    try:
        found = EventStudy(config).run(studied, prices, day0=result.day0_policy)
    except EventStudyError:  # no event has a volume: the column stays empty
        return {}
    ar = found.returns.ar[:, -found.config.event_window.start]
    return {pair.event_id: float(value) for pair, value in zip(found.panel.pairs, ar, strict=True)}


def _mean(result: StudyResult, window: Window) -> Mean:
    answer = result.answer(window)
    test = ""
    statistic = p = float("nan")
    if answer.n >= FEWEST:
        test = "bmp_adjusted" if answer.overlap > 0 else "cross_section_t"
        said = result.test(test, window)
        statistic, p = said.statistic, said.p_value
    return Mean(window, answer.n, answer.n_positive, answer.n_negative, answer.caar, answer.median, test, statistic, p)


def _adjusted(means: Sequence[Mean], declared: Window | None) -> tuple[Mean, ...]:
    """With p that count how many windows are looked at, but for the one declared before."""
    p = np.array([np.nan if mean.window == declared else mean.p for mean in means])
    return tuple(
        replace(mean, p_adjusted=mean.p if mean.window == declared else float(q))
        for mean, q in zip(means, holm(p), strict=True)
    )


def _in_direction(result: StudyResult, ar: Floats, window: Window) -> Mean:
    """The drift after day 0 in the direction of day 0: the mean of sign(AR) CAR, by its t."""
    signed = np.sign(ar) * result.returns.over(window).car
    values = signed[np.isfinite(signed)]
    n = len(values)
    mean = float(values.mean()) if n else float("nan")
    median = float(np.median(values)) if n else float("nan")
    up, down = int((values > 0).sum()), int((values < 0).sum())
    if n < FEWEST or result.answer(window).overlap > 0:
        return Mean(window, n, up, down, mean, median, "", float("nan"), float("nan"))
    t = mean / (float(values.std(ddof=1)) / np.sqrt(n))
    return Mean(window, n, up, down, mean, median, "t", float(t), float(p_t(t, n - 1)))
