"""AggregateResult: what a study found of which only sums were kept (`keep="aggregate"`).

The tables, JSON and sentences are those of `StudyResult` as far as sums reach: there are no firms, and what needs every pair is
null with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.engine.arrays import mean_of
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.inference import Sample
from eventstudy.language import Phrase, spoken_in
from eventstudy.language.messages import Message
from eventstudy.panel import Floats, Ints, Warned, calendar_ends
from eventstudy.study import doubts
from eventstudy.study.answers import Answer, ask
from eventstudy.study.cautions import by_peers, of_choices, of_design, without_control
from eventstudy.study.document import (
    SCHEMA,
    all_of,
    belief_as_dict,
    days_as_dicts,
    exclusions_as_dicts,
    number,
    warnings_as_dicts,
    window_as_dict,
)
from eventstudy.study.evidence import Evidence
from eventstudy.study.result import Result
from eventstudy.study.sentences import LEVEL, judged_together
from eventstudy.study.text import many_screen
from eventstudy.units.windows import Window


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class AggregateResult(Result):
    """What many pairs say together; no pair's arrays are held."""

    evidence: Evidence
    benchmark: str | list[str] | None
    """The benchmark, or those of the events."""
    n_events: int
    left_out: Mapping[str, int]
    """Reason -> pairs that could not be studied."""
    source: Callable[[], Mapping[str, Any]]
    """Makes the provenance when it is asked for: hashing large tables takes its time."""
    look: Callable[[], Iterable[Warned]] = tuple
    """Says what looks wrong in the prices when it is asked for: looking at every series takes its time too."""
    others: Callable[[], tuple[int, Evidence | None] | None] = lambda: None
    """How many pairs rest on prices in doubt, and the evidence of the others; None: nobody knows, or no pair does."""

    def __getstate__(self) -> dict[str, Any]:
        """What goes into a file or to another process: what would be worked out when it is asked for, worked out."""
        made = {"source": dict(self.source()), "look": tuple(self.look()), "others": self._others}
        return {**vars(self), **{name: partial(_as_it_is, value) for name, value in made.items()}}

    # ---- tables -------------------------------------------------------------------------------------------------------

    def windows(self) -> pd.DataFrame:
        """One row a reported window: pairs, CAAR with its interval, buy-and-hold, the headline test and its p."""
        rows = []
        for answer in self.answers.values():
            low, high = answer.interval or (np.nan, np.nan)
            said = answer.tests[answer.headline] if answer.headline else None
            rows.append(
                {
                    "start": answer.window.start,
                    "end": answer.window.end,
                    "n": answer.n,
                    "n_positive": answer.n_positive,
                    "n_negative": answer.n_negative,
                    "caar": answer.caar,
                    "ci_low": low,
                    "ci_high": high,
                    "bhaar": answer.bhaar,
                    "headline": answer.headline,
                    "p": said.p_value if said else np.nan,
                    "p_adjusted_windows": self.adjusted[answer.window].p,
                }
            )
        return pd.DataFrame(rows)

    def aar(self) -> pd.DataFrame:
        """One row a day of the event window: pairs with a return, and their average abnormal return."""
        average, count = self._aar
        return pd.DataFrame({"rel_day": self.rel_days, "n": count, "aar": average})

    @property
    def excluded(self) -> pd.DataFrame:
        """The pairs left out, counted by reason, with the first of each and its sentence."""
        first = {e.reason: e for e in reversed(self.exclusions)}
        rows = [
            {
                "reason": r,
                "n": n,
                "first_event_id": first[r].event_id,
                "first_ticker": first[r].ticker,
                "message": first[r].message,
            }
            for r, n in self.left_out.items()
        ]
        return pd.DataFrame(rows, columns=["reason", "n", "first_event_id", "first_ticker", "message"])

    @cached_property
    def warned(self) -> tuple[Warned, ...]:
        """All that the reader must know, doubts first."""
        said = [*of_choices(self.config), *of_design(self.answers.values()), *self._of_windows()]
        ends = calendar_ends(*self.evidence.event_days)
        return doubts.doubts_first((*self.noticed, *ends, *self.look(), *said))

    def _of_windows(self) -> Iterator[Message]:
        """What the reported windows call for by their length, and by the market around them."""
        days = {window: window.length for window in self.answers}
        yield from without_control(self.config, max(days.values(), default=0))
        if days and not self.evidence.totals.errors.descriptive:
            yield from by_peers(days, *self.evidence.market, self.evidence.plan.event)

    @cached_property
    def _others(self) -> tuple[int, Evidence | None] | None:
        return self.others() if self.doubts_of() else None

    @property
    def n_doubtful(self) -> int | None:
        """The pairs that rest on prices in doubt; None: sums do not know."""
        if not self.doubts_of():
            return 0
        return self._others[0] if self._others else None

    @property
    def believed(self) -> Evidence:
        """The evidence that answers are made of: that of the pairs whose prices can be believed, as far as these are known."""
        return (self._others and self._others[1]) or self.evidence

    def withheld(self, group: str | None = None) -> list[Warned]:
        """Why there is no finding of the pairs together, by the rule of `StudyResult.withheld`; empty where there is one."""
        return self._withheld

    @cached_property
    def _withheld(self) -> list[Warned]:
        if doubts.speak_for_all(self.believed.totals.n, self.n, lambda: doubts.overturned(self, None)):
            return []
        return self.doubts_of()

    def with_doubtful(self, window: Window, group: str | None = None) -> Answer:
        """What all pairs say together about a window, those in doubt too."""
        return ask(self._sample(self.evidence, window), self.config.tests, self.config.variants)

    def doubts_of(self, members: Iterable[int] | None = None) -> list[Warned]:
        """Why the figures cannot be believed, each reason once; empty where they can."""
        return self._doubts

    @cached_property
    def _doubts(self) -> list[Warned]:
        return doubts.doubts_of(doubts.doubts_first((*self.noticed, *self.look())))

    # ---- answers ------------------------------------------------------------------------------------------------------

    def sample(self, window: Window, members: Ints | None = None) -> Sample:
        """The pairs that cover one of the windows that were added up.

        Raises:
            InvalidRequest: the window is not one of them.
        """
        return self._sample(self.believed, window)

    def _sample(self, evidence: Evidence, window: Window) -> Sample:
        windows = evidence.plan.windows
        if window not in windows:
            raise InvalidRequest(
                Sentence("the window {window} was not added up", window=window),
                available=", ".join(map(str, windows)),
                hint=Sentence("name it in windows= and run again: sums cannot be had afterwards"),
            )
        sample = evidence.over(window, self.config.seed)
        return replace(sample, alternative=self.config.alternative, level=self.config.level)

    @property
    def n(self) -> int:
        """The pairs studied."""
        return self.evidence.totals.n

    @property
    def incomplete(self) -> bool:
        """Whether something asked for is missing: an excluded pair, or a window that a pair did not live through."""
        return bool(self.left_out) or any(a.n < self.believed.totals.n for a in self.answers.values())

    @cached_property
    def _aar(self) -> tuple[Floats, Ints]:
        sums = [stratum.days for stratum in self.believed.totals.strata.values()]
        total, count = np.sum([s.ar for s in sums], axis=0), np.sum([s.ar_n for s in sums], axis=0)
        return mean_of(total, count), count

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """Where the prices came from, and which versions worked on them."""
        return self.source()

    # ---- show it, tell it ---------------------------------------------------------------------------------------------

    def summary(self) -> str:
        """The finding in a few sentences; doubts stand before it, each in a line."""
        return "\n".join(self.sentences())

    def sentences(self) -> Iterator[Phrase]:
        """What cannot be believed, then the finding of all windows."""
        yield from (*doubts.told(self.doubts_of()), *doubts.left_out(self))
        if self.withheld():
            yield doubts.no_finding(Phrase("the {pairs:,} pairs together", pairs=self.n), self.withheld())
            return
        said: dict[str, Any] = {"pairs": self.believed.totals.n, "windows": [*map(self._told, self.answers.values())]}
        left = [Phrase("{n:,} {reason}", n=n, reason=reason) for reason, n in self.left_out.items()]
        said["left"] = ""
        if left:
            said["left"] = Phrase(" {n:,} pairs left out: {reasons}.", n=sum(self.left_out.values()), reasons=left)
        said["n"] = n = judged_together(self)
        if n < 2:
            yield Phrase("Mean CAR of {pairs:,} pairs: {windows:;}.{left}", **said)
        elif self.config.primary:
            yield Phrase(
                "Mean CAR of {pairs:,} pairs (p of {n} windows, beside {primary}, judged together): {windows:;}.{left}",
                primary=self.config.primary,
                **said,
            )
        else:
            yield Phrase("Mean CAR of {pairs:,} pairs (p of {n} windows judged together): {windows:;}.{left}", **said)

    def _told(self, answer: Answer) -> Phrase:
        """What one window says."""
        said: dict[str, Any] = {"window": answer.window, "caar": answer.caar}
        if not answer.headline:
            return Phrase("{window} {caar:+.2f %}, no valid test", **said)
        said |= {"p": self.adjusted[answer.window].p, "test": answer.headline}
        if said["p"] < LEVEL:
            return Phrase("{window} {caar:+.2f %} stands out (p {p:p}, {test})", **said)
        return Phrase("{window} {caar:+.2f %} does not stand out (p {p:p}, {test})", **said)

    def text(self, *, verbose: bool = False, lang: str = "en") -> str:
        """What the command prints: at most a screen; `verbose` adds every test and every warning. `lang`: `en` or `de`.

        Raises:
            UnknownName: there is no such language.
        """
        with spoken_in(lang):
            return many_screen(self, verbose=verbose)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the contract, as plain values: no firms, the first of the excluded pairs, and their counts."""
        widest = max(self.answers.values(), key=lambda a: (a.window.length, a.n), default=None)
        config = self.config.as_dict() | {"benchmark": self.benchmark}
        average, count = self._aar
        return {
            "schema": SCHEMA,
            "keep": "aggregate",
            "events": [],
            "n_events": self.n_events,
            "config": config,
            "provenance": dict(self.provenance),
            "firms": [],
            "aggregate": {
                "n": self.believed.totals.n,
                "n_dates": self.believed.n_dates,
                "mean_correlation": number(widest.correlation) if widest else None,
                "approximate": bool(widest and widest.design and not widest.design.correlation.exact),
                "days": days_as_dicts(self.rel_days, average, count),
                "windows": [window_as_dict(answer, self.adjusted[w]) for w, answer in self.answers.items()],
                **belief_as_dict(self.doubts_of()),
                "believable": not self.withheld(),
                "n_doubtful": self.n_doubtful,
                "with_doubtful": all_of(self) if self.doubts_of() else None,
            },
            "groups": [],
            "offers": [],
            "excluded": exclusions_as_dicts(self.exclusions),
            "excluded_counts": dict(self.left_out),
            "warnings": warnings_as_dicts(self.warned),
        }

    def _table(self) -> pd.DataFrame:
        """What Jupyter shows below the finding: a row a window."""
        table = self.windows()
        if len(table):
            spans = zip(table.pop("start"), table.pop("end"), strict=True)
            table.insert(0, "window", [str(Window(s, e)) for s, e in spans])
        return table.set_index("window").map(lambda v: f"{v:.4g}" if isinstance(v, float) else v, na_action="ignore")
