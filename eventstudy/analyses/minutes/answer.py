"""The answer: what the minutes after one or several instants brought, told, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.analyses.base import Answer, Finding, plain
from eventstudy.analyses.minutes.judged import MEAN, Average, Judged
from eventstudy.analyses.minutes.room import FEWEST, FIVE
from eventstudy.inference import holm
from eventstudy.inference.distributions import p_t
from eventstudy.language import Phrase, figure, spoken
from eventstudy.panel.block import Floats
from eventstudy.study.text import prose
from eventstudy.text import columns

_HOUR = 60
_FEW = 3
"""Of five or more, so many are told one by one unless all are asked for."""
_DISTINCT = 5
ALWAYS = Phrase(
    "One p says that the minutes were unusual. After a scheduled release all moves are larger, so that a direction needs many"
    " events; no t of minutes is valid."
)


_HEAD = (
    *(Phrase("bar"), Phrase("clock"), Phrase("price"), Phrase("abnormal")),
    *(Phrase("path"), Phrase("band")),
)
"""The columns of a path."""


@dataclass(frozen=True, repr=False, eq=False)
class Minutes(Answer):
    """The minutes after one or several instants."""

    judged: tuple[Judged, ...]
    left_out: tuple[tuple[str, str, str], ...]
    """(event, ticker, why)."""
    model: str
    benchmark: str | None
    width: int
    read_as: tuple[Phrase, ...] = ()
    """What the file of bars was taken for."""
    choices: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for besides, as JSON has it."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Where the bars come from."""
    schema = "eventstudy.minutes/1"

    @property
    def findings(self) -> Sequence[Finding]:
        """Each window of each ticker."""
        return [s for one in self.judged for s in one.stretches]

    def _finding(self) -> str:
        """The first window, and all instants together."""
        first = self.judged[0].stretches[0].sentence
        many = self.together
        return first if many is None else self._together_words(*many)

    @property
    def messages(self) -> tuple[str, ...]:
        """What to know before believing it."""
        found = [
            Phrase("{who} ({event}): {note}", who=Phrase("mean") if who == MEAN else who, event=event, note=note)
            if who
            else Phrase("{event}: {note}", event=event, note=note)
            for who, event, note in self.noted
        ]
        found += [
            Phrase("{event} {ticker}: {why}", event=event, ticker=ticker, why=why)
            for event, ticker, why in self.left_out
        ]
        return (*dict.fromkeys(found), *self.told, *self.scale, ALWAYS)

    @property
    def noted(self) -> Iterator[tuple[str, str, Phrase]]:
        """(ticker, event, note); a note that all tickers of an event share is told once, of no ticker."""
        for event in dict.fromkeys(one.event_id for one in self.judged):
            own = [one for one in self.judged if one.event_id == event]
            shared = [n for n in own[0].notes if len(own) > 1 and all(n in one.notes for one in own)]
            yield from (("", event, note) for note in shared)
            yield from ((one.who, event, note) for one in own for note in one.notes if note not in shared)

    @property
    def told(self) -> tuple[Phrase, ...]:
        """What the file of bars was taken for, in one sentence."""
        return (Phrase("bars read as: {what:;}", what=self.read_as),) if self.read_as else ()

    @property
    def scale(self) -> tuple[Phrase, ...]:
        """What is taken for the volatility of a day, where that is more than an hour."""
        if self.width <= FIVE:
            return ()
        said = {"bars": FEWEST, "hours": FEWEST * self.width // _HOUR}
        return (
            Phrase(
                "The volatility of a day is that of the {bars} bars ({hours} hours) before the instant, or of the last {bars}"
                " of the day before where the session has fewer.",
                **said,
            ),
        )

    @property
    def incomplete(self) -> bool:
        """Whether something asked for was left out."""
        return bool(self.left_out)

    @property
    def together(self) -> tuple[int, float, float, float] | None:
        """(n, mean move, t, p) of the first window over instants of distinct days; None: fewer than five.

        t is that of Boehmer, Musumeci and Poulsen: each move over its spread on other days, then mean over standard error.
        """
        return self._averaged(lambda one: (one.stretches[0].car, one.stretches[0].scaled, one.others[0]))

    @property
    def stages(self) -> list[Average]:
        """Each stage over instants of distinct days, and each more than the one before it; none of fewer than five."""
        names = [s.stage for s in self.judged[0].stretches]
        if not names[0]:
            return []

        def move(one: Judged, k: int) -> tuple[float, float, Floats]:
            return one.stretches[k].car, one.stretches[k].scaled, one.others[k]

        def more(one: Judged, k: int) -> tuple[float, float, Floats]:
            (car, x, others), (before, y, other) = move(one, k), move(one, k - 1)
            return car - before, x - y, others - other

        own = [self._averaged(partial(move, k=k)) for k in range(len(names))]
        adjusted = holm(np.array([found[3] for found in own if found]))
        told = [
            Average(n, None, *found, float(p)) for n, found, p in zip(names, filter(None, own), adjusted, strict=False)
        ]
        for k, (earlier, later) in enumerate(pairwise(names), 1):
            if found := self._averaged(partial(more, k=k)):
                told.append(Average(later, earlier, *found, found[3]))
        return told

    @property
    def averages(self) -> list[Phrase]:
        """What all instants say together, in words; nothing of fewer than five days."""
        many = self.together
        return [] if many is None else [a.words for a in self.stages] or [self._together_words(*many)]

    def _averaged(self, of: Callable[[Judged], tuple[float, float, Floats]]) -> tuple[int, float, float, float] | None:
        """(n, mean, t, p) of a move, its scaled form and those of other days (D,); tickers of one day have one vote."""
        by_day: dict[date, list[tuple[float, float, Floats]]] = {}
        for one in self.judged:
            if one.who == MEAN or not any(o.who == MEAN and o.event_id == one.event_id for o in self.judged):
                by_day.setdefault(one.session, []).append(of(one))
        if len(by_day) < _DISTINCT:
            return None
        z = [np.mean([scaled / np.std(others, ddof=1) for _, scaled, others in day]) for day in by_day.values()]
        cars = [np.mean([car for car, _, _ in day]) for day in by_day.values()]
        t = float(np.mean(z) / (np.std(z, ddof=1) / np.sqrt(len(z))))
        return len(z), float(np.mean(cars)), t, float(p_t(t, len(z) - 1))

    def _together_words(self, n: int, mean: float, t: float, p: float) -> Phrase:
        return Phrase(
            "Over {n} days the first window moved {mean:+.2f %} on average (t {t:.2f} of scaled moves, p {p:p}).",
            n=n,
            mean=mean,
            t=t,
            p=p,
        )

    def plot(self, **options: Any) -> Any:
        """Draw the path of one ticker at one instant in the band of ordinary days: `ticker`, `event`, `width`, `lang`."""
        return import_module("eventstudy.charts._minutes").draw(self, **options)  # above us: reached by name

    def tidy(self) -> pd.DataFrame:
        """A row a ticker and window."""
        rows = [
            {
                "event_id": one.event_id,
                "ticker": one.who,
                "session": one.session.isoformat(),
                "bar0": one.grid.said(one.place),
                "stage": s.stage or None,
                "start": s.window.start,
                "end": s.window.end,
                "minutes": s.minutes,
                "nights": s.nights,
                "car": s.car,
                "scaled": s.scaled,
                "p": s.placebo.p,
                "p_adjusted": s.p_adjusted,
                "larger": s.placebo.larger,
                "days": s.placebo.days,
                "least_p": s.placebo.least,
            }
            for one in self.judged
            for s in one.stretches
        ]
        return pd.DataFrame(rows)

    def _document(self) -> dict[str, Any]:
        many = self.together
        return {
            "config": {
                "frequency": f"{self.width}min",
                "model": self.model,
                "benchmark": self.benchmark,
                "unit": "percent",
                **self.choices,
            },
            "provenance": dict(self.provenance),
            "windows": [plain({str(k): v for k, v in row.items()}) for row in self.tidy().to_dict("records")],
            "bars": [
                {"event_id": j.event_id, "ticker": j.who, **plain(row)} for j in self.judged for row in self._bars(j)
            ],
            "nights": [
                {"event_id": j.event_id, "ticker": j.who, "move": j.night[0], "p": j.night[1]}
                for j in self.judged
                if j.night
            ],
            "together": None if many is None else dict(zip(("n", "mean", "t", "p"), many, strict=True)),
            "stages": [a._asdict() for a in self.stages],
            "changes": [
                {
                    "event_id": j.event_id,
                    "ticker": j.who,
                    "later": c.later,
                    "earlier": c.earlier,
                    "car": c.car,
                    "p": c.placebo.p,
                    "larger": c.placebo.larger,
                    "days": c.placebo.days,
                }
                for j in self.judged
                for c in j.changes
            ],
            "excluded": [{"event_id": e, "ticker": t, "why": str(w)} for e, t, w in self.left_out],
            "sentences": [str(s.sentence) for s in self.findings],
            "notes": list(self.messages),
        }

    def _bars(self, one: Judged) -> Iterator[dict[str, Any]]:
        for k, path in enumerate(one.path):
            place = one.place + one.left.start + k
            yield {
                "bar": one.left.start + k,
                "clock": one.grid.said(place),
                "price": float(one.price[k]),
                "ar": float(one.ar[k]),
                "se": float(one.se[k]),
                "path": float(path),
                "band": float(one.band[k]),
            }

    def _lines(self, *, verbose: bool) -> Iterable[str]:
        if self.together is not None:
            for words in self.averages:
                yield from prose(words)
            yield ""
        shown = self.judged if verbose or len(self.judged) < _DISTINCT else self.judged[:_FEW]
        for one in shown:
            for sentence in (one.which, *one.sentences):
                yield from prose(sentence)
            if verbose or len(self.judged) == 1:
                yield ""
                yield columns([[spoken(name) for name in _HEAD], *self._cells(one)], range(6))
            yield ""
        if more := len(self.judged) - len(shown):
            yield spoken(Phrase("... and {n} more (--verbose shows all)", n=more))
            yield ""
        yield from (line for note in self.messages for line in prose(note))

    def _cells(self, one: Judged) -> Iterator[list[str]]:
        for row in self._bars(one):
            price = figure(f"{row['price']:.2f}") if np.isfinite(row["price"]) else ""
            mark = "*" if one.mixed and row["bar"] == 0 else ""
            shares = [figure(f"{100 * row[name]:+.3f} %") for name in ("ar", "path")]
            yield [
                figure(f"{row['bar']:+d}{mark}"),
                row["clock"],
                price,
                *shares,
                figure(f"±{100 * band:.3f} %") if np.isfinite(band := row["band"]) else "",
            ]
