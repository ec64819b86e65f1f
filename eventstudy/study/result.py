"""StudyResult: what a study found, as tables, answers of tests, JSON and pictures.

`tidy()` is the truth and all else a view of it: one row per event, ticker and day, decimals.
"""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from eventstudy import plugins
from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import AbnormalReturns, average, weighted_average
from eventstudy.errors import InvalidRequest, Sentence, named
from eventstudy.events import Event
from eventstudy.inference import Pairs, Sample, SeriesSignificance, Significance, WeightedMean, precision_weighted
from eventstudy.inference.distributions import critical_values, p_t
from eventstudy.language import Phrase, Translated, at_most, spoken_in
from eventstudy.language.messages import NEWS_OF_A_DAY
from eventstudy.language.wording import worded
from eventstudy.models import Fit
from eventstudy.panel import Exclusion, Floats, Ints, Panel, Warned, accepted
from eventstudy.parallel import Executor
from eventstudy.prices import PriceTable
from eventstudy.study import doubts, families
from eventstudy.study.answers import Answer, FamilyAnswers, FirmAnswers, answer_of, ask, ask_family, ask_firms
from eventstudy.study.buy_and_hold import buy_and_hold, compared_with
from eventstudy.study.cautions import cautions
from eventstudy.study.document import document, table_of_tests
from eventstudy.study.estimate import Portfolios
from eventstudy.study.families import Adjusted
from eventstudy.study.happened import what_happened
from eventstudy.study.impossible import impossible
from eventstudy.study.offers import Offer, offers
from eventstudy.study.sentences import amount, finding, p_text
from eventstudy.study.text import names_of, of_one_kind, screen, whom
from eventstudy.text import json_text
from eventstudy.units.windows import Window


class Group(NamedTuple):
    """Pairs that play one part: `members` are positions in the result."""

    role: str
    name: str
    tickers: tuple[str, ...]
    members: Ints


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Result(ABC):
    """What any study found: the answers of all its pairs together, and what to know of them."""

    config: StudyConfig
    exclusions: tuple[Exclusion, ...]
    """The pairs left out, with the reason; where sums alone are kept, the first few of each reason."""
    noticed: tuple[Warned, ...]
    """What events, prices and their alignment gave cause to say; `warned` adds what the estimates do."""

    @property
    @abstractmethod
    def n(self) -> int:
        """N, the pairs studied."""

    @abstractmethod
    def sample(self, window: Window, members: Ints | None = None) -> Sample:
        """The pairs (of `members`) that cover a window."""

    @property
    @abstractmethod
    def warned(self) -> tuple[Warned, ...]:
        """All that the reader must know, doubts first."""

    @abstractmethod
    def doubts_of(self, members: Iterable[int] | None = None) -> list[Warned]:
        """Why the figures of these pairs (all by default) cannot be believed, each reason once."""

    @abstractmethod
    def summary(self) -> str:
        """The finding in a few sentences; doubts stand before it, each in a line."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the contract, as plain values."""

    @abstractmethod
    def _table(self) -> pd.DataFrame:
        """What Jupyter shows below the finding."""

    # ---- answers ------------------------------------------------------------------------------------------------------

    @property
    def groups(self) -> tuple[Group, ...]:
        """The named groups of the events; none where sums alone are kept."""
        return ()

    @cached_property
    def answers(self) -> dict[Window, Answer]:
        """What all pairs say together, for every reported window."""
        return {w: self.answer(w) for w in self.config.windows or ()}

    def answer(self, window: Window, group: str | None = None) -> Answer:
        """What the pairs (of a group) say together about one window.

        `window`: event days, both ends included. `group`: its name; None: all pairs.

        Example:
            >>> answer = result.answer(es.Window(0, 0))
            >>> round(answer.caar, 4), answer.headline
            (-0.0823, 'placebo')
        """
        if (window, group) not in self._asked:
            sample = self.sample_of(window, group)
            self._asked[window, group] = ask(sample, self.config.tests, self.config.variants)
        return self._asked[window, group]

    def sample_of(self, window: Window, group: str | None = None) -> Sample:
        """The pairs (of a group) that cover a window.

        `window`: event days, both ends included. `group`: its name; None: all pairs.

        Example:
            >>> result.sample_of(es.Window(0, 0)).members.tolist()
            [0, 1]
        """
        if (window, group) not in self._samples:
            self._samples[window, group] = self.sample(window, self._members(group))
        return self._samples[window, group]

    @cached_property
    def _samples(self) -> dict[tuple[Window, str | None], Sample]:
        return {}

    @cached_property
    def _asked(self) -> dict[tuple[Window, str | None], Answer]:
        return {}

    def _members(self, group: str | None) -> Ints | None:
        """The pairs that an answer counts: those of a group, None: all."""
        if group is None:
            return None
        name = named("group", group, [g.name for g in self.groups])
        return next(known.members for known in self.groups if known.name == name)

    @cached_property
    def adjusted(self) -> dict[Window, Adjusted]:
        """The p of each reported window as all of them are judged together."""
        return families.of_windows(self)

    def adjusted_of(self, group: str | None) -> dict[Window, Adjusted]:
        """The same of the pairs of a group.

        `group`: its name; None: all pairs.

        Example:
            >>> {str(window): round(found.p, 3) for window, found in result.adjusted_of(None).items()}
            {'[0, 0]': 0.01, '[-1, +1]': 0.122, '[0, +1]': 0.107, '[0, +5]': 0.17, '[-5, +5]': 0.174}
        """
        return self.adjusted if group is None else families.of_windows(self, group)

    @cached_property
    def adjusted_groups(self) -> dict[tuple[str, Window], Adjusted]:
        """The p of each group and reported window as all groups and windows are judged together."""
        return families.of_groups(self)

    def tests(self, window: Sequence[int] = (0, 0), *, group: str | None = None) -> pd.DataFrame:
        """All tests of one window over the pairs (or those of a group): one row a test, the valid ones first.

        `window`: event days, both ends included. `group`: its name; None: all pairs. p lie between 0 and 1; NaN: the test
        could not be made, and `reasons` say why.

        Example:
            >>> result.tests((0, 0))["name"].tolist()[:2]
            ['placebo', 'portfolio_t']
        """
        return table_of_tests(self.answer(Window.of(window), group))

    def test(self, name: str, window: Sequence[int] = (0, 0), *, group: str | None = None) -> Significance:
        """One test of one window over the pairs, or over those of a group; a series test judges their portfolio.

        Null with the reason where a test needs every pair and only sums were kept.

        `name`: one of `eventstudy methods tests`. `window`: event days, both ends included. `group`: its name; None: all
        pairs.

        Raises:
            UnknownName: no such test or group.
            InvalidRequest: the window lies outside the event window, or is not one of those that were added up.

        Example:
            >>> found = result.test("portfolio_t", (0, 0))
            >>> round(found.statistic, 2), round(found.p_value, 5), found.valid
            (-3.96, 0.0001, True)
        """
        sample = self.sample(Window.of(window), self._members(group))
        design = self.answer(sample.window, group).design
        if design is None:
            return Significance.undefined(Phrase("no pair was observed over this window"))
        return answer_of(name, sample, design, self.config.variants)

    @property
    def warnings(self) -> pd.DataFrame:
        """What the reader must know: code, sentence, and the event and ticker it is about."""
        return pd.DataFrame(self.warned, columns=list(Warned._fields))

    @property
    def believable(self) -> bool:
        """Whether the data that all figures rest on can be true."""
        return not self.doubts_of()

    @property
    def rel_days(self) -> list[int]:
        """The days of the event window relative to day 0."""
        return list(range(self.config.event_window.start, self.config.event_window.end + 1))

    # ---- show it, tell it ---------------------------------------------------------------------------------------------

    def to_json(self) -> str:
        """The result as JSON text: one object, decimals, NaN as null, the same bytes for the same inputs.

        Example:
            >>> import json
            >>> json.loads(result.to_json())["schema"]
            'eventstudy.result/1'
        """
        return json_text(self.to_dict())

    def __repr__(self) -> str:
        """The finding, for a prompt."""
        return f"<{type(self).__name__} of {self.n:,} pair{'' if self.n == 1 else 's'}>\n{self.summary()}"

    def _repr_html_(self) -> str:
        """The finding and a table, for Jupyter."""
        said = "".join(f"<p>{html.escape(line)}</p>" for line in self.summary().splitlines())
        return f"{said}{self._table().to_html(na_rep='', border=0)}"


_LACKING = 64
"""Where one pair in so many lacks a window, or fewer, what the others add up to is that of all without theirs."""


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class StudyResult(Result):
    """What a study of N pairs found. Row i of every array is pair i of `panel.pairs`.

    In the examples of its methods `result` is the one of the first line.

    Example:
        >>> result = es.run("deepseek-r1", tickers="NVDA,AMD", day0="recognised")
        >>> len(result), list(result)
        (2, ['NVDA', 'AMD'])
        >>> result["NVDA"].windows()["car"].round(4).tolist()
        [-0.1337, -0.0946, -0.0693, -0.1453, -0.1599]
    """

    events: tuple[Event, ...]
    day0_policy: str
    """How day 0 was chosen: `announced`, `recognised`, or the date the user named."""
    panel: Panel
    fit: Fit
    returns: AbnormalReturns
    portfolios: Portfolios
    provenance: Mapping[str, Any]
    prices: PriceTable | None = None
    """The prices the study was made with."""
    known: tuple[Event, ...] = ()
    """The events as the registry has them, where the study took other tickers; else empty."""
    executor: Executor | None = field(default=None, compare=False)
    """Who makes the many draws of bootstraps; None: they are made here."""

    @property
    def n(self) -> int:
        """N, the pairs studied."""
        return self.returns.n

    def __len__(self) -> int:
        """N, the pairs studied."""
        return self.n

    def __iter__(self) -> Iterator[str]:
        """The tickers, each once."""
        return iter(dict.fromkeys(pair.ticker for pair in self.panel.pairs))

    def __getitem__(self, ticker: str | Sequence[str]) -> StudyResult:
        """The part of the result that is about one ticker, `result["NVDA"]`, or about some: `result[["NVDA", "AMD"]]`.

        Raises:
            UnknownName: no such ticker.
        """
        wanted = list(ticker) if pd.api.types.is_list_like(ticker) else [ticker]
        names = {named("ticker in this result", str(name), self) for name in wanted or [""]}
        members = [i for i, pair in enumerate(self.panel.pairs) if pair.ticker in names]
        part = self.part(np.array(members, dtype=np.int64))
        return replace(part, exclusions=(), noticed=tuple(w for w in self.noticed if self._about(w, part)))

    @staticmethod
    def _about(warned: Warned, part: StudyResult) -> bool:
        """Whether a warning is about pairs of a part, or about all."""
        pairs = part.panel.pairs
        series = {name for pair in pairs for name in (pair.ticker, pair.benchmark, *pair.peers)}
        events = {pair.event_id for pair in pairs}
        return (warned.ticker is None or warned.ticker in series) and warned.event_id in (None, *events)

    def part(self, members: Ints) -> StudyResult:
        """The result of these pairs alone, with all that was left out and noticed.

        `members`: positions of pairs, (n,) from 0.

        Example:
            >>> len(result.part([0]))
            1
        """
        panel = self.panel.take(members)
        ids = {pair.event_id for pair in panel.pairs}
        return replace(
            self,
            events=tuple(event for event in self.events if event.id in ids),
            panel=panel,
            fit=self.fit.take(members),
            returns=self.returns.take(members),
            portfolios=self.portfolios.take(members, panel.block),
        )

    # ---- tables -------------------------------------------------------------------------------------------------------

    def tidy(self) -> pd.DataFrame:
        """One row per event, ticker and day of the event window: returns, abnormal returns and the CAR since its start.

        Columns: event_id, ticker, rel_day, session, ret, expected, ar, ar_se, car, car_se, car_low, car_high; decimals,
        limits of the study's level by the exact t. A day without a return has NaN; so has a CAR of which too little was
        observed.

        Example:
            >>> table = result.tidy()
            >>> table.loc[table["rel_day"] == 0, ["ticker", "ar"]].round(4).to_dict("records")
            [{'ticker': 'NVDA', 'ar': -0.1337}, {'ticker': 'AMD', 'ar': -0.0308}]
        """
        n, length = self.returns.ar.shape
        car, se = np.empty((n, length)), np.empty((n, length))
        for day in range(length):
            found = self.returns.over(Window(self.config.event_window.start, self.rel_days[day]))
            there = np.isfinite(self.returns.ar[:, day])
            car[:, day], se[:, day] = np.where(there, found.car, np.nan), np.where(there, found.se, np.nan)
        half = critical_values(self.returns.df, 1 - self.config.level)[:, None] * se
        columns = {
            "event_id": np.repeat([p.event_id for p in self.panel.pairs], length),
            "ticker": np.repeat([p.ticker for p in self.panel.pairs], length),
            "rel_day": np.tile(self.rel_days, n),
            "session": self.sessions.reshape(-1).astype("datetime64[ns]"),
            "ret": self.raw.reshape(-1),
            "expected": np.where(np.isfinite(self.returns.ar), self.fit.expected, np.nan).reshape(-1),
            "ar": self.returns.ar.reshape(-1),
            "ar_se": self.ar_se.reshape(-1),
            "car": car.reshape(-1),
            "car_se": se.reshape(-1),
            "car_low": (car - half).reshape(-1),
            "car_high": (car + half).reshape(-1),
        }
        return pd.DataFrame(columns)

    def windows(self) -> pd.DataFrame:
        """One row per event, ticker and reported window: CAR with exact t and p, Holm's p, BHAR, and the headline test's p.

        Example:
            >>> result.windows()[["ticker", "start", "end", "car"]].round(4).head(2).to_dict("records")
            [{'ticker': 'NVDA', 'start': 0, 'end': 0, 'car': -0.1337}, {'ticker': 'AMD', 'start': 0, 'end': 0,
            'car': -0.0308}]
        """
        frames = []
        for window, firm in self.firm_answers.items():
            found = firm.found
            frames.append(
                pd.DataFrame(
                    {
                        "event_id": [p.event_id for p in self.panel.pairs],
                        "ticker": [p.ticker for p in self.panel.pairs],
                        "start": window.start,
                        "end": window.end,
                        "n_days": found.n_days,
                        "car": found.car,
                        "se": found.se,
                        "t": found.scar,
                        "p": firm.p,
                        "p_adjusted": firm.p_adjusted,
                        "scar": found.scar,
                        "bhar": self.bhars[window],
                        "headline": list(firm.headline),
                        "headline_p": firm.headline_p,
                        "headline_p_least": firm.least,
                        "ci_low": firm.low,
                        "ci_high": firm.high,
                    }
                )
            )
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def multiple(self) -> pd.DataFrame:
        """One row per event, ticker and reported window: p and what is left of it when all of them are taken into account.

        Columns: event_id, ticker, start, end, by (the test behind p: the exact t, or ranks and permutations where tails are
        fat), p, holm, bh (Benjamini and Hochberg), romano_wolf (from the largest of all placebo statistics, days drawn at
        random; NaN where fewer than thirty days are common to the firms of a date).

        Example:
            >>> table = result.multiple()
            >>> table[["ticker", "start", "end", "holm"]].round(3).head(2).to_dict("records")
            [{'ticker': 'NVDA', 'start': 0, 'end': 0, 'holm': 0.04}, {'ticker': 'AMD', 'start': 0, 'end': 0,
            'holm': 0.701}]
        """
        family, windows = self.family, list(self.firm_answers)
        frames = [
            pd.DataFrame(
                {
                    "event_id": [p.event_id for p in self.panel.pairs],
                    "ticker": [p.ticker for p in self.panel.pairs],
                    "start": window.start,
                    "end": window.end,
                    "by": list(family.by[w]),
                    "p": family.p[:, w],
                    "holm": family.holm[:, w],
                    "bh": family.benjamini_hochberg[:, w],
                    "romano_wolf": family.romano_wolf[:, w],
                }
            )
            for w, window in enumerate(windows)
        ]
        return pd.concat(frames, ignore_index=True)

    def weighted(self, window: Sequence[int] = (0, 0), *, by: Literal["var", "sd"] = "var") -> WeightedMean:
        """Mean CAR with weights by precision, 1 / variance or 1 / standard deviation, and its standard error.

        `window`: event days, both ends included. `by`: `var`, the inverse of each CAR's variance, or `sd`, that of its
        standard error. In decimals.

        Example:
            >>> found = result.weighted((0, 0))
            >>> round(found.caar, 4), found.weights.round(2).tolist()
            (-0.0802, [0.48, 0.52])
        """
        return precision_weighted(self.sample(Window.of(window)), by)

    @property
    def excluded(self) -> pd.DataFrame:
        """The pairs left out, with the code and the sentence of the reason."""
        return pd.DataFrame(self.exclusions, columns=list(Exclusion._fields))

    @cached_property
    def warned(self) -> tuple[Warned, ...]:
        """All that the reader must know, doubts first."""
        with self.config.as_shown():
            return doubts.graded(self, (*self.noticed, *self.impossible, *cautions(self)))

    @cached_property
    def impossible(self) -> tuple[Warned, ...]:
        """The figures that cannot be; those that the user takes for right are cautions."""
        found = impossible(self) if self.fit.n_estimation.any() else ()
        return tuple(
            accepted(w) if self.config.accepts(w.code, w.ticker, [date.fromisoformat(w.session or "")]) else w
            for w in found
        )

    @cached_property
    def doubts(self) -> tuple[tuple[Warned, ...], ...]:
        """For each pair why its figures cannot be believed; empty where they can."""
        return doubts.of_pairs(self)

    def doubts_of(self, members: Iterable[int] | None = None) -> list[Warned]:
        """Why the figures of these pairs (all by default) cannot be believed, each reason once.

        `members`: positions of pairs from 0; None: all.

        Example:
            >>> result.doubts_of()
            []
        """
        chosen = range(len(self.doubts)) if members is None else members
        return list(dict.fromkeys(w for i in chosen for w in self.doubts[int(i)]))

    def believed(self, members: Ints | None = None) -> Ints:
        """Those of the pairs (all by default) that can be believed; all of them where none can.

        `members`: positions of pairs, (n,) from 0; None: all.

        Example:
            >>> result.believed().tolist()
            [0, 1]
        """
        chosen = np.arange(self.returns.n) if members is None else members
        kept = np.array([i for i in chosen.tolist() if not self.doubts[i]], dtype=np.int64)
        return kept if len(kept) else chosen

    def _members(self, group: str | None) -> Ints | None:
        """The pairs that an answer counts: the believable ones, of a group or of all; None: all there are."""
        members = super()._members(group)
        if not any(self.doubts):
            return members
        return self.believed(members)

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """What the CARs of the first pairs in doubt would be without the days at fault."""
        return offers(self)

    @property
    def n_doubtful(self) -> int:
        """The pairs that rest on prices in doubt."""
        return sum(map(bool, self.doubts))

    def with_doubtful(self, window: Window, group: str | None = None) -> Answer:
        """What all pairs (of a group) say together about a window, those in doubt too.

        `window`: event days, both ends included. `group`: its name; None: all pairs.

        Example:
            >>> result.with_doubtful(es.Window(0, 0)).n
            2
        """
        return ask(self.sample(window, super()._members(group)), self.config.tests, self.config.variants)

    def withheld(self, group: str | None = None) -> list[Warned]:
        """Why there is no finding of the pairs (of a group) together; empty where their answer can be believed.

        It can where nine in ten of them or more can, and where leaving out the others changes neither sign nor verdict of a
        reported window.

        `group`: its name; None: all pairs.

        Example:
            >>> result.withheld()
            []
        """
        if group not in self._withheld:
            everyone = super()._members(group)
            chosen = np.arange(self.returns.n) if everyone is None else everyone
            doubtful, kept = self.doubts_of(chosen), self.believed(chosen)
            if doubtful and doubts.speak_for_all(len(kept), len(chosen), lambda: doubts.overturned(self, group)):
                doubtful = []
            self._withheld[group] = doubtful
        return self._withheld[group]

    @cached_property
    def _withheld(self) -> dict[str | None, list[Warned]]:
        return {}

    # ---- answers ------------------------------------------------------------------------------------------------------

    @cached_property
    def firm_answers(self) -> dict[Window, FirmAnswers]:
        """What each pair says by itself, for every reported window."""
        return {w: self._of_firms(self.returns, w) for w in self.config.windows or ()}

    def _of_firms(self, returns: AbnormalReturns, window: Window) -> FirmAnswers:
        """The tests of single firms, in the words of the study."""
        own = self.config
        with own.as_shown():
            return ask_firms(returns, window, own.tests, own.seed, own.outcome, own.alternative, own.level)

    def firms_over(self, window: Window, members: Ints | None = None) -> FirmAnswers:
        """What each pair (of `members`) says by itself about any window inside the event window.

        `window`: event days, both ends included. Arrays (N,), decimals; NaN: too little of the window was observed.

        Example:
            >>> result.firms_over(es.Window(0, 0)).found.car.round(4).tolist()
            [-0.1337, -0.0308]
        """
        if window in self.firm_answers:
            known = self.firm_answers[window]
            return known if members is None else known.take(members)
        if members is None or len(members) != 1:
            return self._of_firms(self.returns if members is None else self.returns.take(members), window)
        which = window, int(members[0])  # of one pair every chart asks the same
        if which not in self._of_one:
            self._of_one[which] = self._of_firms(self.returns.take(members), window)
        return self._of_one[which]

    @cached_property
    def _of_one(self) -> dict[tuple[Window, int], FirmAnswers]:
        return {}

    @cached_property
    def told_in_charts(self) -> dict[Any, Any]:
        """What charts asked already, by pairs, window and language."""
        return {}

    @cached_property
    def family(self) -> FamilyAnswers:
        """The p-values of all pairs and reported windows, adjusted for their number."""
        if not self.firm_answers:
            raise InvalidRequest(
                Sentence("no window is reported"), hint=Sentence("name windows inside the event window")
            )
        return ask_family(
            self.returns,
            self.firm_answers,
            fat=self.fat_tailed,
            seed=self.config.seed,
            executor=self.executor,
            alternative=self.config.alternative,
        )

    @cached_property
    def fat_tailed(self) -> bool:
        """Whether the residuals have fat tails, so that ranks and permutations speak in place of t."""
        return any(answer.design is not None and answer.design.fat_tailed for answer in self.answers.values())

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The named groups of the events, in the order of the registry, with the pairs that were kept."""
        place = {(p.event_id, p.ticker): i for i, p in enumerate(self.panel.pairs)}
        for again, first in self.panel.repeats:
            if (first.event_id, first.ticker) in place:
                place[again.event_id, again.ticker] = place[first.event_id, first.ticker]
        found: dict[tuple[str, Translated], list[int]] = {}
        for event in self.events:
            for group in event.group:
                if group.name:
                    members = [place[event.id, t] for t in group.tickers if (event.id, t) in place]
                    found.setdefault((group.role, Translated(group.name, de=group.name_de)), []).extend(members)
        found = {name: list(dict.fromkeys(members)) for name, members in found.items()}
        return tuple(
            Group(
                role,
                name,
                tuple(dict.fromkeys(self.panel.pairs[i].ticker for i in m)),
                np.array(m, dtype=np.int64),
            )
            for (role, name), m in found.items()
            if m
        )

    def sample(self, window: Window, members: Ints | None = None) -> Sample:
        """The pairs that count for a window: those (of `members`) of which enough was observed.

        `window`: event days, both ends included. `members`: positions of pairs, (n,) from 0; None: all.

        Raises:
            InvalidRequest: the window lies outside the event window.

        Example:
            >>> result.sample(es.Window(0, 0)).members.tolist()
            [0, 1]
        """
        self.config.check_inside(window)
        part = self._pairs(members)
        covered = part.returns.over(window).covered
        assert part.members is not None
        if not covered.all():
            few = part.members[~covered]
            some = _LACKING * len(few) <= len(covered)
            part = self._pairs(part.members[covered], (part, self._pairs(few)) if some else None)
        assert part.members is not None
        weights = self.weights(part.members) if len(part.members) > 1 else None
        portfolio: AbnormalReturns | None = None
        why_none: str = Phrase("no pair")
        if part.returns.n:
            portfolio, why_none = self.portfolios.portfolio(part.members, weights)
        return Sample(
            window,
            part,
            bhar=self.bhar(window)[part.members],
            portfolio=portfolio,
            no_portfolio=why_none,
            weights=weights,
            seed=self.config.seed,
            outcome=self.config.outcome,
            alternative=self.config.alternative,
            level=self.config.level,
            executor=self.executor,
            exact_correlation=self.config.correlation == "pairwise",
            clock=self.config.clock,
        ).in_regime()

    def weights(self, members: Ints | None = None) -> Floats | None:
        """(N,) weights of pairs, adding up to one; None where all count equally.

        `members`: positions of pairs, (n,) from 0; None: all.

        Example:
            >>> result.weights() is None
            True
        """
        if self.config.weights == "equal":
            return None
        found = self._weights if members is None else self._weights[members]
        shares: Floats = found / found.sum()
        return shares

    @cached_property
    def _weights(self) -> Floats:
        """(N,) as the table of events has them."""
        events = {event.id: event for event in self.events}
        if self.panel.worth is not None:
            return self.panel.worth
        return np.array([events[p.event_id].weight_of(p.ticker) for p in self.panel.pairs])

    def _pairs(self, members: Ints | None, but: tuple[Pairs, Pairs] | None = None) -> Pairs:
        """These pairs, or all; what their days add up to is kept, since most windows count the same."""
        if members is None:
            members = np.arange(self.returns.n)
        key = members.tobytes()
        if key not in self._known_pairs:
            whole = len(members) == self.returns.n and bool((np.diff(members) == 1).all())
            returns = self.returns if whole else self.returns.take(members)
            self._known_pairs[key] = Pairs(returns, self.panel.block, members, self.untraded[members], but)
        return self._known_pairs[key]

    @cached_property
    def _known_pairs(self) -> dict[bytes, Pairs]:
        return {}

    @cached_property
    def untraded(self) -> Floats:
        """(N, 2) share of estimation days with a return of zero, and without a return; excluded dates do not count."""
        found = self.panel.block.untraded(np.array(self.config.exclude_dates, dtype="datetime64[D]"))
        if self.config.returns == "difference":
            found[:, 0] = 0.0  # a level that stays as it is was traded all the same
        return found

    @cached_property
    def bhars(self) -> dict[Window, Floats]:
        """(N,) BHARs of every reported window."""
        return {window: self.bhar(window) for window in self.config.windows or ()}

    def bhar(self, window: Window) -> Floats:
        """(N,) buy-and-hold return minus that of `bhar_benchmark` over the observed days; NaN where too few were.

        `window`: event days, both ends included. In decimals, one number a pair.

        Example:
            >>> result.bhar(es.Window(0, 1)).round(4).tolist()
            [-0.0899, -0.0649]
        """
        return buy_and_hold(self, window)

    def bhar_benchmark(self, window: Window) -> str:
        """What buy-and-hold returns of this window compare with: `model`, `market`, or `matched`, the mean of the peers.

        `window`: event days, both ends included.

        Example:
            >>> result.bhar_benchmark(es.Window(0, 1))
            'market'
        """
        return compared_with(self, window)

    # ---- arrays -------------------------------------------------------------------------------------------------------

    @cached_property
    def raw(self) -> Floats:
        """(N, L2) returns of the event window."""
        return self.panel.block.returns[:, self.panel.block.event_columns]

    @cached_property
    def benchmark(self) -> Floats:
        """(N, L2) returns of each pair's benchmark."""
        block = self.panel.block
        return block.regressors[block.design][:, block.event_columns, 0]

    @cached_property
    def sessions(self) -> Any:
        """(N, L2) the session of each event day."""
        block = self.panel.block
        return block.sessions[block.design][:, block.event_columns]

    @cached_property
    def ar_se(self) -> Floats:
        """(N, L2) forecast standard error of each abnormal return; NaN where there is none."""
        se = self.returns.sigma[:, None] * np.sqrt(self.returns.unit_variance)
        return np.where(np.isfinite(self.returns.ar), se, np.nan)

    @cached_property
    def ar_p(self) -> Floats:
        """(N, L2) exact p of each abnormal return; of one tail where only an increase counts, or was asked for."""
        t = self.returns.ar / self.ar_se
        said = SeriesSignificance(t, p_t(t, self.returns.df[:, None]), "t")
        return said.in_upper_tail().p_value if self.returns.upper else said.towards(self.config.alternative).p_value

    def aar(self, members: Ints | None = None) -> tuple[Floats, Ints]:
        """Average abnormal return of each event day over these pairs (the believable ones), and the number behind it.

        `members`: positions of pairs, (n,) from 0; None: the believable ones. Two arrays (L2,), decimals and counts; NaN: no
        pair had a return.

        Example:
            >>> mean, counted = result.aar()
            >>> round(float(mean[5]), 4), int(counted[5])
            (-0.0823, 2)
        """
        members = self._members(None) if members is None else members
        every = self.returns.ar if members is None else self.returns.ar[members]
        weights = self.weights(members)
        return average(every) if weights is None else weighted_average(every, weights)

    @property
    def incomplete(self) -> bool:
        """Whether something asked for is missing: an excluded pair, or a window that a pair did not live through."""
        return bool(self.exclusions) or any(not f.found.covered.all() for f in self.firm_answers.values())

    # ---- show it, tell it ---------------------------------------------------------------------------------------------

    def summary(self) -> str:
        """The finding in a few sentences; doubts stand before it, each in a line.

        Example:
            >>> print(result.summary().splitlines()[1])
            They range from -17.0 % (Nvidia) to -6.4 % (Advanced Micro Devices).
        """
        with self.config.as_shown():
            said = [] if self.withheld() else what_happened(self)
            offered = [offer.said for offer in self.offers]
            told = [*doubts.told(self.doubts_of()), *doubts.left_out(self), *offered]
            return "\n".join([*told, *said, finding(self)])

    def plot(self, chart: str = "car", **options: Any) -> Any:
        """Draw a chart by name and return its matplotlib Axes.

        `chart`: its name, one of `eventstudy methods charts`. `options`: those of the chart.

        Raises:
            UnknownName: no such chart.

        Example:
            >>> axes = result.plot("car")
            >>> axes.get_ylabel()
            'cumulated abnormal return'
        """
        return plugins.load("charts", chart).draw(self, **options)

    def text(self, *, verbose: bool = False, lang: str = "en") -> str:
        """What the command prints: at most a screen; `verbose` adds every test and every warning. `lang`: `en` or `de`.

        Raises:
            UnknownName: there is no such language.

        Example:
            >>> print(result.text(lang="de").splitlines()[0])
            DeepSeek veröffentlicht das Modell R1 (deepseek-r1)
        """
        with self.config.as_shown(), spoken_in(lang):
            return screen(self, verbose=verbose)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the contract, as plain values.

        Example:
            >>> result.to_dict()["schema"]
            'eventstudy.result/1'
        """
        with self.config.as_shown():
            return document(self)

    def report(self, *, lang: str = "en", **options: Any) -> Any:
        """The report as a page: shown by Jupyter, written by its `.save("report.html")`.

        `lang`: `en` or `de`. Other options are those of `eventstudy.reports.build`.

        Example:
            >>> result.report()
            <report on DeepSeek releases the R1 model: .save('report.html') writes it>
        """
        return import_module("eventstudy.reports.formats").Page(self, lang, options)  # above us: reached by name

    def save(self, path: str | Path, *, lang: str = "en") -> Path:
        """Write what the suffix of `path` says: .html .pdf .xlsx .md .tex (reports), .json, .csv (tidy), .png .svg (a chart).

        `lang`: `en` or `de`.

        Raises:
            InvalidRequest: another suffix, or a place that cannot be written to.

        Example:
            >>> from pathlib import Path
            >>> from tempfile import mkdtemp
            >>> result.save(Path(mkdtemp()) / "result.md").name
            'result.md'
        """
        saved: Path = import_module("eventstudy.reports.formats").save(self, Path(path), lang)
        return saved

    def to_excel(self, path: str | Path, *, lang: str = "en") -> Path:
        """Write the workbook of the report.

        `path`: where; a file of that name is replaced. `lang`: `en` or `de`.

        Example:
            >>> from pathlib import Path
            >>> from tempfile import mkdtemp
            >>> result.to_excel(Path(mkdtemp()) / "result.xlsx").name
            'result.xlsx'
        """
        if Path(path).suffix.lower() != ".xlsx":
            raise InvalidRequest(Sentence("{path} is no workbook", path=path), hint=Sentence("end the name in .xlsx"))
        return self.save(path, lang=lang)

    def _table(self) -> pd.DataFrame:
        """What Jupyter shows below the finding: a row a pair, a column a window."""
        table = self.windows()
        if not len(table):
            return table
        table["window"] = [
            str(self.config.called(Window(s, e))) for s, e in zip(table.pop("start"), table.pop("end"), strict=True)
        ]
        with self.config.as_shown():
            told = zip(table["car"], table["headline_p"], table["headline_p_least"], strict=True)
            table["said"] = [_car_text(self, car, at_most(p, least)) for car, p, least in told]
            shown = table.pivot(index=["event_id", "ticker"], columns="window", values="said")
            order = pd.MultiIndex.from_tuples(
                [(p.event_id, p.ticker) for p in self.panel.pairs], names=shown.index.names
            )
            shown = shown.reindex(index=order, columns=[str(window) for window in self.firm_answers])
            if self.n > 1:
                for name, answers in self._means():
                    shown.loc[("", name), :] = [_mean_text(self, answer) for answer in answers]
        return shown

    def _means(self) -> Iterator[tuple[str, list[Answer]]]:
        """What is said of all pairs, and of each group."""
        behind = max((answer.n for answer in self.answers.values()), default=0)
        yield f"mean of {behind}", list(self.answers.values())
        for group in self.groups:
            yield f"{group.name} ({len(group.members)})", [self.answer(w, group.name) for w in self.answers]

    def _repr_html_(self) -> str:
        """What happened, a table, day 0 and what to know before believing it, for Jupyter."""
        known: dict[tuple[str, bool, str], list[Warned]] = {}
        for w in self.warned:
            if w.severity == "caution" and w.code not in NEWS_OF_A_DAY:
                known.setdefault(of_one_kind(w), []).append(w)
        lines, names = [], names_of(self)
        for (code, _, _), told in known.items():
            alike = "" if len({w.message for w in told}) == 1 else " (and the like)"
            lines.append(f"{f'{code} {whom(told, names)}'.strip()}: {told[0].message}{alike}")
        with self.config.as_shown():
            day0 = worded("day 0")
        days = dict.fromkeys(
            f"announced {d.announced}: {day0} is {d.session} {d.exchange}".strip() for d in self.panel.day0
        )
        facts = [*list(days)[:_SHOWN], *lines[:_SHOWN]]
        listed = "".join(f"<li>{html.escape(line)}</li>" for line in facts)
        return f"{super()._repr_html_()}<ul>{listed}</ul>"


_SHOWN = 5
"""So many days 0, and so many kinds of cautions, are shown in a notebook."""


def _car_text(result: StudyResult, car: float, p: float) -> str:
    """A CAR and its p; empty where the window was not observed."""
    return f"{amount(result)(car)} (p {p_text(p)})" if np.isfinite(car) else ""


def _mean_text(result: StudyResult, answer: Answer) -> str:
    """A mean CAR and the p of its headline test."""
    p = answer.tests[answer.headline].told_p if answer.headline else float("nan")
    return f"{amount(result)(answer.caar)} (p {p_text(p)})" if answer.n else ""
