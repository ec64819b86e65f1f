"""Which figures rest on data that cannot be believed, and the words for it.

`of_pairs` decides it for a result, `graded` gives each warning its severity; `told` and `no_finding` are what every surface
says before, and in place of, a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy import plugins
from eventstudy.language import Phrase, shown
from eventstudy.language.messages import WARNINGS, Message, severity_of
from eventstudy.panel import Ints, with_rates
from eventstudy.prices import PriceTable

if TYPE_CHECKING:
    from eventstudy.study.aggregate import AggregateResult
    from eventstudy.study.answers import Answer
    from eventstudy.study.result import StudyResult


LEVEL = 0.05
"""A mean CAR stands out with a smaller p."""


def of_pairs(result: StudyResult) -> tuple[tuple[Message, ...], ...]:
    """For each pair the doubts that its figures rest on.

    They are those of its own prices, of its benchmark's where the model has one, and of its peers', on a day of its estimation
    or event window. Volumes rest on no price.
    """
    every = (*result.noticed, *result.impossible)
    return touching(result, [w for w in every if severity_of(w.code) == "doubt" and w.severity in ("", "doubt")])


def touching(result: StudyResult, doubts: Sequence[Message]) -> tuple[tuple[Message, ...], ...]:
    """For each pair those of the doubts, accepted or not, that its figures rest on."""
    found: list[list[Message]] = [[] for _ in result.panel.pairs]
    if not doubts or result.config.outcome == "volume":
        return tuple(() for _ in found)
    left_out = np.array(result.config.exclude_dates, dtype="datetime64[D]")
    compared, prices = _compared(result), result.prices or PriceTable({}, {})
    for i, pair in enumerate(result.panel.pairs):
        series = with_rates((pair.ticker, *((pair.benchmark,) if compared else ()), *pair.peers), prices)
        for w in doubts:
            if w.event_id in (None, pair.event_id) and (w.ticker is None or w.ticker in series):
                days = np.array(w.sessions or ([w.session] if w.session else []), dtype="datetime64[D]")
                if not len(days) or result.panel.rests_on(i, days, left_out).any():
                    found[i].append(w)
    return tuple(map(tuple, found))


def _compared(result: StudyResult) -> bool:
    """Whether the model looks at the benchmark: by itself, or as the market factor that is made of it."""
    names, block = result.panel.block.names, result.panel.block
    needed = plugins.load("models", result.config.model).requires(names)
    if "benchmark" in needed or not {"mkt_rf", "rf"} <= set(names) or "mkt_rf" not in needed:
        return "benchmark" in needed
    benchmark, market, rf = (block.columns((name,))[:, :, 0] for name in ("benchmark", "mkt_rf", "rf"))
    return bool(np.array_equal(benchmark - rf, market, equal_nan=True))


def graded(result: StudyResult, warned: Iterable[Message]) -> tuple[Message, ...]:
    """Each with its severity, doubts first; one that no figure rests on is a caution."""
    touching = {w for of_one in result.doubts for w in of_one}
    grades = [
        w._replace(severity="caution") if severity_of(w.code) == "doubt" and w not in touching else with_severity(w)
        for w in warned
    ]
    return doubts_first(grades)


def with_severity(warned: Message) -> Message:
    """With the severity of its code, unless it has one of its own."""
    return warned if warned.severity else warned._replace(severity=severity_of(warned.code))


def doubts_first(warned: Iterable[Message]) -> tuple[Message, ...]:
    """The same, each with a severity, doubts before all others."""
    return tuple(sorted(map(with_severity, warned), key=lambda w: w.severity != "doubt"))


def doubts_of(warned: Iterable[Message]) -> list[Message]:
    """Those that are doubts."""
    return [w for w in warned if w.severity == "doubt"]


def speak_for_all(kept: int, every: int, overturned: Callable[[], bool]) -> bool:
    """Whether there is a finding of the pairs that can be believed, without the others.

    They are nine in ten of all or more, and leaving out the others changes no verdict.
    """
    return kept < every and 10 * kept >= 9 * every and not overturned()


def overturned(result: StudyResult | AggregateResult, group: str | None) -> bool:
    """Whether leaving out the pairs in doubt changes the sign of a mean CAR, or whether it stands out."""
    for window in result.answers:
        kept, every = result.answer(window, group), result.with_doubtful(window, group)
        if kept.caar * every.caar < 0 or _stands_out(kept) != _stands_out(every):
            return True
    return False


def _stands_out(answer: Answer) -> bool | None:
    """None where no test is valid."""
    return answer.tests[answer.headline].p_value < LEVEL if answer.headline else None


# ---- words ------------------------------------------------------------------------------------------------------------


def told(doubts: Sequence[Message]) -> list[Phrase]:
    """The lines that stand before everything else: one a kind, with the first series and day."""
    lines: list[Phrase] = []
    for code in dict.fromkeys(w.code for w in doubts):
        same = [w for w in doubts if w.code == code]
        who = list(dict.fromkeys(w.ticker for w in same if w.ticker))
        what = same[0].message
        if len(same) > 1:
            what = Phrase("{what} (and the like of the others)", what=what)
        if who:
            what = Phrase("{tickers:some 4}, {what}", tickers=who, what=what)
        lines.append(Phrase("DOUBT {what} [{code}]", what=what, code=code))
    return lines


def left_out(result: StudyResult | AggregateResult) -> list[Phrase]:
    """How many pairs the means leave out for their prices; nothing where there is no finding of them anyway."""
    doubtful = result.n_doubtful
    if not doubtful or result.withheld():
        return []
    return [
        Phrase.counted(
            "{n} of {all} pairs is left out of the means: its prices look wrong.",
            "{n} of {all} pairs are left out of the means: their prices look wrong.",
            n=doubtful,
            all=result.n,
        )
    ]


def out_of_means(result: StudyResult, members: Ints | None = None) -> list[Phrase]:
    """Which of the pairs (all by default) the means leave out for their prices; nothing where they leave out none."""
    said = _without(result, members)
    return [Phrase("Means of {kept} of {all} pairs; without {tickers:some 4}, in doubt.", **said)] if said else []


def not_counted(result: StudyResult, members: Ints | None = None) -> list[Phrase]:
    """The same of figures of pairs together that are no means: a total, a regression."""
    said = _without(result, members)
    return (
        [Phrase("Counted together are {kept} of {all} pairs; without {tickers:some 4}, in doubt.", **said)]
        if said
        else []
    )


def _without(result: StudyResult, members: Ints | None) -> dict[str, Any]:
    """How many of the pairs can be believed, of how many, and which cannot; nothing where all or none can."""
    chosen = np.arange(result.returns.n) if members is None else members
    kept = result.believed(chosen)
    out = [result.panel.pairs[i].ticker for i in np.setdiff1d(chosen, kept).tolist()]
    return {"kept": len(kept), "all": len(chosen), "tickers": list(dict.fromkeys(out))} if out else {}


def no_finding(whom: str, doubts: Sequence[Message]) -> Phrase:
    """What is said in place of a finding on `whom`."""
    who = list(dict.fromkeys(w.ticker for w in doubts if w.ticker))
    advice = [Phrase.quoted(text) for text in dict.fromkeys(WARNINGS[w.code].advice for w in doubts)]
    said = {"whom": whom, "advice": advice}
    if doubts and all("factor" in w.params for w in doubts):
        return Phrase("No finding for {whom}: the figures rest on factors that look wrong. {advice: }", **said)
    if not who:
        return Phrase("No finding for {whom}: the figures rest on prices that look wrong. {advice: }", **said)
    return Phrase(
        "No finding for {whom}: the figures rest on prices of {tickers:some 4} that look wrong. {advice: }",
        tickers=who,
        **said,
    )


def some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    return shown(names, "some 4")
