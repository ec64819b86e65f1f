"""What happened, in plain words: the sentences that stand first on every surface.

What day 0 brought, how much of it the model explains, how rare that is among ordinary days, and which day of the window moved
most. No window in brackets, no name of a function. Every figure stands in the result too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.config import StudyConfig
from eventstudy.datasets import company_names
from eventstudy.inference import Alternative, Sample, advice
from eventstudy.language import Phrase
from eventstudy.panel import Ints
from eventstudy.study.answers import headline_of
from eventstudy.study.doubts import no_finding
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.aggregate import AggregateResult
    from eventstudy.study.families import Adjusted
    from eventstudy.study.result import StudyResult

LEVEL = 0.05
_SAME = 0.0005
"""An abnormal return that is shown as nothing."""
DAY0 = Window(0, 0)

_NAMED_BY = ("bundled", "yahoo", "store", "tiingo")
"""Sources whose tickers are those of the list of names that ships; in a file of the user's own AAL may be another firm."""

_EXPLAINS = {
    "constant_mean": Phrase("an average day brings"),
    "market_adjusted": Phrase("the market brought"),
    **dict.fromkeys(
        ("fama_french3", "carhart", "fama_french5", "fama_french5_momentum", "factors"),
        Phrase("the market and the factors explain"),
    ),
    **dict.fromkeys(
        ("matched", "synthetic_control", "elastic_net", "principal_components"),
        Phrase("the firms it is compared with explain"),
    ),
    "peer": Phrase("the market and its peers explain"),
}
"""What a model takes for normal, as the end of "3 points more than ..."; of all others it is what the market explains."""


def of_prices(result: StudyResult) -> bool:
    """Whether a study is about returns of prices with a day 0 in its window: then it can be told in plain words."""
    plain = (
        result.config.outcome == "return" and result.config.returns != "difference" and result.config.model != "given"
    )
    return plain and DAY0.inside(result.config.event_window)


def given_as_returns(result: StudyResult) -> list[str]:
    """The tickers of a study of days that have no price to show, since returns were given in place of them."""
    if (
        result.prices is None or not result.config.clock.daily
    ):  # weeks and months are made of returns, whatever was given
        return []
    return result.prices.of_returns(pair.ticker for pair in result.panel.pairs)


def explains(config: StudyConfig) -> Phrase:
    """What the model of a study takes for normal."""
    if config.of_portfolios:
        adjusted = config.model == "market_adjusted"
        return Phrase("the benchmark portfolios brought") if adjusted else Phrase("the benchmark portfolios explain")
    return _EXPLAINS.get(config.model, Phrase("the market explains"))


def called(result: StudyResult, ticker: str) -> str:
    """The name of a firm and its ticker, where the source of prices tells who it is; else the ticker."""
    if str(result.provenance.get("source", "")).partition(" ")[0] not in _NAMED_BY:
        return ticker
    name = company_names().get(ticker)
    return f"{name} ({ticker})" if name else ticker


@dataclass(frozen=True)
class Move:
    """What one day of the event window brought some pairs; decimals."""

    day: int
    session: str
    """The date, where the pairs share it; else empty."""
    raw: float
    """The mean return."""
    abnormal: float
    """Its abnormal part."""
    pairs: tuple[int, ...] = ()
    """The pairs that have that day, over which the means are taken."""

    @property
    def there(self) -> bool:
        """Whether there is a return and an abnormal one."""
        return bool(np.isfinite(self.raw) and np.isfinite(self.abnormal))


def counted(result: StudyResult) -> Ints:
    """The pairs that are spoken of: those whose prices can be believed, where some cannot."""
    return np.array([i for i, doubts in enumerate(result.doubts) if not doubts], dtype=np.int64)


def move(result: StudyResult, day: int, members: Ints | None = None) -> Move:
    """What a day of the event window brought these pairs, or all, on average."""
    at = day - result.config.event_window.start
    chosen = counted(result) if members is None else members
    raw, ar = result.raw[chosen, at], result.returns.ar[chosen, at]
    both = np.isfinite(raw) & np.isfinite(ar)
    sessions = np.unique(result.sessions[chosen[both] if both.any() else chosen, at])
    one = str(sessions[0]) if len(sessions) == 1 else ""
    if not both.any():
        return Move(day, one, np.nan, np.nan)
    weights = result.weights(chosen[both])
    both_means = [float(v[both].mean() if weights is None else weights @ v[both]) for v in (raw, ar)]
    return Move(day, one, both_means[0], both_means[1], tuple(chosen[both].tolist()))


def what_happened(result: StudyResult) -> list[Phrase]:
    """The sentences; where figures cannot be believed one that says there is no finding, and where none fits nothing."""
    if not of_prices(result):
        return []
    if doubts := result.withheld():
        return [no_finding(_whom(result), doubts)]
    if result.config.looked_at is not None:
        return [*_over(result, result.config.looked_at), *_largest(result)]
    first = move(result, 0)
    if not first.there:
        return []
    return [_brought(result, first), *_spread(result), *_largest(result)]


def of_sums(result: AggregateResult) -> Phrase | None:
    """What day 0 brought on average where sums alone were kept; None where it is not among the windows, or has no test."""
    answer = result.answers.get(DAY0)
    if answer is None or not answer.headline:
        return None
    who = Phrase("{who} on average", who=Phrase("the {n:,} cases", n=answer.n))
    said: dict[str, Any] = {
        "who": who,
        "points": 100 * abs(answer.caar),
        "model": explains(result.config),
        "rare": _verdict(*_together(result.adjusted[DAY0]), result.config.alternative),
    }
    if abs(answer.caar) < _SAME:
        return Phrase("On day 0 of their events {who} moved as much as {model}; {rare}.", **said)
    if answer.caar < 0:
        return Phrase("On day 0 of their events {who} moved {points:.1f} points below what {model}; {rare}.", **said)
    return Phrase("On day 0 of their events {who} moved {points:.1f} points above what {model}; {rare}.", **said)


def in_common(result: StudyResult) -> Phrase:
    """What a study of several events is called: what they have in common, and how many there are."""
    events, pairs = result.events, result.panel.pairs
    tickers = list(dict.fromkeys(pair.ticker for pair in pairs))
    studied = {pair.event_id for pair in pairs}
    said: dict[str, Any] = {"n": len(studied), "firms": len(tickers), "pairs": len(pairs)}
    kinds = {event.category for event in events if event.id in studied or not studied}
    if (kind := next(iter(kinds))) and len(kinds) == 1:
        said |= {"kind": kind}
    if not pairs:
        return Phrase.counted("{n:,} event", "{n:,} events", n=len(events))
    days = np.unique(result.returns.day0_sessions)
    first, last = str(days[0]), str(days[-1])
    said["when"] = first if first == last else Phrase("{first} to {last}", first=first, last=last)
    if len(studied) == 1 < len(events):
        several = Phrase("{firms:,} firms", firms=len(tickers))
        who = called(result, tickers[0]) if len(tickers) == 1 else several
        return Phrase("{who}: one event of {all:,}, {first}", who=who, all=len(events), first=first)
    if len(tickers) == 1:
        said["who"] = called(result, tickers[0])
        if "kind" in said:
            return Phrase("{who}: {n:,} events ({kind}), {when}", **said)
        return Phrase("{who}: {n:,} events, {when}", **said)
    if "kind" in said:
        return Phrase("{n:,} events ({kind}) of {firms:,} firms, {when}", **said)
    return Phrase("{n:,} events of {firms:,} firms, {when}", **said)


def title(result: StudyResult, chosen: Ints, who: str) -> Phrase | None:
    """What day 0 brought these pairs, as the title of a chart; None where there is no return."""
    if not of_prices(result):
        return None
    one = move(result, 0, chosen)
    if not one.there:
        return None
    said: dict[str, Any] = {
        "who": who,
        "points": _points(result, one),
        "raw": one.raw,
        "size": abs(one.raw),
        "on": one.session,
    }
    if len(chosen) > 1:
        said["who"] = weighted(result, who)
        if one.session:
            return Phrase("{who}: {raw:+.1f %} on average on {on:long}, {points}", **said)
        return Phrase("{who}: {raw:+.1f %} on average on day 0, {points}", **said)
    if abs(one.raw) < _SAME:
        return Phrase("{who} did not move on {on:long}, {points}", **said)
    if one.raw < 0:
        return Phrase("{who} lost {size:.1f %} on {on:long}, {points}", **said)
    return Phrase("{who} gained {size:.1f %} on {on:long}, {points}", **said)


# ---- one sentence each ------------------------------------------------------------------------------------------------


def _whom(result: StudyResult) -> str:
    """The firm, or how many cases there are together."""
    n = result.returns.n
    if n == 1:
        return called(result, result.panel.pairs[0].ticker)
    return Phrase("the {n:,} stocks together", n=n) if _distinct(result) else Phrase("the {n:,} cases together", n=n)


def _distinct(result: StudyResult) -> bool:
    """Whether each firm is there once."""
    tickers = [pair.ticker for pair in result.panel.pairs]
    return len(set(tickers)) == len(tickers)


def _brought(result: StudyResult, first: Move) -> Phrase:
    """What day 0 brought, what of it the model explains, and how rare that is."""
    said = {"what": _moved(result, first), "points": _points(result, first), "rare": _rare(result)}
    if not first.session:
        return Phrase("On day 0 of their events {what}, {points}; {rare}.", **said)
    if result.day0_policy == "announced" and any(day.shifted for day in result.panel.day0):
        return Phrase(
            "On {on:weekday}, the first day that could react, {what}, {points}; {rare}.", on=first.session, **said
        )
    return Phrase("On {on:weekday} {what}, {points}; {rare}.", on=first.session, **said)


def _over(result: StudyResult, window: Window) -> Iterator[Phrase]:
    """What a window without day 0 brought beyond what the model explains, and whether that is rare."""
    members = counted(result)
    found = float(result.sample(window, members).estimate)
    if not np.isfinite(found):
        return
    n = len(members)
    who = called(result, result.panel.pairs[members[0]].ticker)
    if n > 1:
        whom = Phrase("the {n:,} stocks", n=n) if _distinct(result) else Phrase("the {n:,} cases", n=n)
        who = weighted(result, Phrase("{who} on average", who=whom))
    said: dict[str, Any] = {
        "who": who,
        "points": 100 * abs(found),
        "model": explains(result.config),
        "rare": _judged(result, window),
        "first": window.start,
        "last": window.end,
    }
    if days := result.config.window_days:
        said |= {"first": days.start, "last": days.end}
        if abs(found) < _SAME:
            yield Phrase("From calendar day {first:day} to {last:day}, {who} moved as much as {model}; {rare}.", **said)
            return
        if found < 0:
            yield Phrase(
                "From calendar day {first:day} to {last:day}, {who} moved {points:.1f} points below what {model}; {rare}.",
                **said,
            )
            return
        yield Phrase(
            "From calendar day {first:day} to {last:day}, {who} moved {points:.1f} points above what {model}; {rare}.",
            **said,
        )
        return
    if abs(found) < _SAME:
        yield Phrase("From day {first:day} to day {last:day}, {who} moved as much as {model}; {rare}.", **said)
        return
    if found < 0:
        yield Phrase(
            "From day {first:day} to day {last:day}, {who} moved {points:.1f} points below what {model}; {rare}.",
            **said,
        )
        return
    yield Phrase(
        "From day {first:day} to day {last:day}, {who} moved {points:.1f} points above what {model}; {rare}.", **said
    )


def _moved(result: StudyResult, one: Move) -> str:
    """Whom a day moved, and by how much; where some of the pairs do not have that day, how many have it."""
    size, n, together = abs(one.raw), len(one.pairs), len(counted(result))
    if n == 1:
        only = one.pairs[0]
        named = together == 1 or _distinct(result)
        who = called(result, result.panel.pairs[only].ticker) if named else _case(result, only)
        if size < _SAME:
            return Phrase("{who} did not move", who=who)
        if one.raw < 0:
            return Phrase("{who} lost {size:.1f %}", who=who, size=size)
        return Phrase("{who} gained {size:.1f %}", who=who, size=size)
    return weighted(result, _some_moved(result, one, together) if n < together else _all_moved(result, one))


def weighted(result: StudyResult, what: str) -> str:
    """What is said of a mean, and that its pairs are weighted, where they are."""
    return Phrase("{what}, weighted by value", what=what) if result.config.weights == "value" else what


def _all_moved(result: StudyResult, one: Move) -> Phrase:
    """How far a day moved all pairs."""
    size, n = abs(one.raw), len(one.pairs)
    if _distinct(result):
        if size < _SAME:
            return Phrase("the {n:,} stocks did not move on average", n=n)
        if one.raw < 0:
            return Phrase("the {n:,} stocks lost {size:.1f %} on average", n=n, size=size)
        return Phrase("the {n:,} stocks gained {size:.1f %} on average", n=n, size=size)
    if size < _SAME:
        return Phrase("the {n:,} cases did not move on average", n=n)
    if one.raw < 0:
        return Phrase("the {n:,} cases lost {size:.1f %} on average", n=n, size=size)
    return Phrase("the {n:,} cases gained {size:.1f %} on average", n=n, size=size)


def _some_moved(result: StudyResult, one: Move, together: int) -> Phrase:
    """How far a day moved those pairs that have it, of all together."""
    said: dict[str, Any] = {"n": len(one.pairs), "all": together, "size": abs(one.raw)}
    if _distinct(result):
        if abs(one.raw) < _SAME:
            return Phrase("the {n:,} of {all:,} stocks that have that day did not move on average", **said)
        if one.raw < 0:
            return Phrase("the {n:,} of {all:,} stocks that have that day lost {size:.1f %} on average", **said)
        return Phrase("the {n:,} of {all:,} stocks that have that day gained {size:.1f %} on average", **said)
    if abs(one.raw) < _SAME:
        return Phrase("the {n:,} of {all:,} cases that have that day did not move on average", **said)
    if one.raw < 0:
        return Phrase("the {n:,} of {all:,} cases that have that day lost {size:.1f %} on average", **said)
    return Phrase("the {n:,} of {all:,} cases that have that day gained {size:.1f %} on average", **said)


def _points(result: StudyResult, one: Move) -> Phrase:
    """How far the return lies from what the model takes for normal: "13.4 points more than the market explains"."""
    if max(abs(one.raw), abs(one.abnormal)) < _SAME:
        return Phrase("which {model}", model=explains(result.config))
    if abs(one.abnormal) < _SAME:
        return Phrase("as much as {model}", model=explains(result.config))
    said = {"points": 100 * abs(one.abnormal), "model": explains(result.config)}
    where = side(one.raw, one.abnormal)
    if where == "more than":
        return Phrase("{points:.1f} points more than {model}", **said)
    if where == "less than":
        return Phrase("{points:.1f} points less than {model}", **said)
    if where == "below what":
        return Phrase("{points:.1f} points below what {model}", **said)
    return Phrase("{points:.1f} points above what {model}", **said)


def side(raw: float, abnormal: float) -> str:
    """How a move stands to what was normal: of one sign `more than` or `less than` it, else `below` or `above what` it is."""
    if raw * (raw - abnormal) > 0:
        return "more than" if raw * abnormal > 0 else "less than"
    return "below what" if abnormal < 0 else "above what"


def _p(result: StudyResult, window: Window) -> tuple[float, str, Sample]:
    """The headline p of a window, of how many it is the p that are judged together, and what was tested; NaN: no test fits."""
    sample = result.sample(window, counted(result))
    _, judged = headline_of(sample, advice.describe(sample), result.config.variants)
    p = judged.told_p if judged.valid else float("nan")
    of = ""
    if window in result.adjusted and judged.valid:
        p, of = _together(result.adjusted[window])
    return p, of, sample


def _together(adjusted: Adjusted) -> tuple[float, str]:
    """The p of a window, and of how many it is the p that are judged together."""
    return adjusted.p, Phrase(" of {n} windows judged together", n=adjusted.of) if adjusted.of > 1 else ""


def _judged(result: StudyResult, window: Window) -> Phrase:
    """Whether what a window brought is out of the ordinary, by the test that fits the study."""
    p, of, _ = _p(result, window)
    return _verdict(p, of, result.config.alternative)


def _verdict(p: float, of: str, alternative: Alternative) -> Phrase:
    """Whether something is out of the ordinary; asked to one side, whether it is a rise or a fall that is."""
    if not np.isfinite(p):
        return Phrase("no test can tell whether that is out of the ordinary")
    if alternative == "greater" and p < LEVEL:
        return Phrase("that is a rise out of the ordinary (p {p:p}{of})", p=p, of=of)
    if alternative == "greater":
        return Phrase("that is no rise out of the ordinary (p {p:p}{of})", p=p, of=of)
    if alternative == "less" and p < LEVEL:
        return Phrase("that is a fall out of the ordinary (p {p:p}{of})", p=p, of=of)
    if alternative == "less":
        return Phrase("that is no fall out of the ordinary (p {p:p}{of})", p=p, of=of)
    if p < LEVEL:
        return Phrase("that is out of the ordinary (p {p:p}{of})", p=p, of=of)
    return Phrase("that is not out of the ordinary (p {p:p}{of})", p=p, of=of)


def _rare(result: StudyResult) -> Phrase:
    """How many ordinary days were as large, and what the test says that fits the study, where that is another thing."""
    p, of, sample = _p(result, DAY0)
    among = days_as_large(sample) if result.config.in_order else None  # else ordinary days do not lie before
    if among is None:
        return _judged(result, DAY0)
    larger, days = among
    said = {"n": larger, "days": days}
    rare = Phrase("none of the {days} ordinary days before was as large", days=days)
    if larger:
        rare = Phrase.counted(
            "one of the {days} ordinary days before was as large",
            "{n} of the {days} ordinary days before were as large",
            **said,
        )
    side = result.config.alternative
    if side != "two-sided" and np.isfinite(p):  # days of either sign are counted, p looks to one
        return Phrase("{rare}; {verdict}", rare=rare, verdict=_verdict(p, of, side))
    often = (1 + larger) / (1 + days)
    if not np.isfinite(p) and often < LEVEL:
        return Phrase("{rare}, but no test can tell whether that is out of the ordinary", rare=rare)
    if not np.isfinite(p) or (p < LEVEL) == (often < LEVEL):
        return rare
    if p < LEVEL:
        return Phrase(
            "{rare}, yet by the test that fits this study that is out of the ordinary (p {p:p}{of})",
            rare=rare,
            p=p,
            of=of,
        )
    return Phrase(
        "{rare}, yet by the test that fits this study that is not out of the ordinary (p {p:p}{of})",
        rare=rare,
        p=p,
        of=of,
    )


def days_as_large(sample: Sample) -> tuple[int, int] | None:
    """How many estimation days of the firm or of the portfolio were at least as large as day 0, and of how many."""
    if sample.portfolio is None:
        return None
    days, found = sample.portfolio.studentised[0], sample.portfolio.over(DAY0).scar[0]
    days = days[np.isfinite(days)]
    if not np.isfinite(found) or not len(days):
        return None
    return int((np.abs(days) >= abs(found)).sum()), len(days)


def _spread(result: StudyResult) -> Iterator[Phrase]:
    """Of several: who fell most, who rose most, how many of each."""
    members, at = counted(result), -result.config.event_window.start
    raw = result.raw[:, at]
    there = members[np.isfinite(raw[members]) & np.isfinite(result.returns.ar[members, at])]
    if len(there) < 2:
        return
    least, most = there[np.argmin(raw[there])], there[np.argmax(raw[there])]
    fell, rose = int((raw[there] < 0).sum()), int((raw[there] > 0).sum())
    said = {
        "low": float(raw[least]),
        "least": _case(result, int(least)),
        "high": float(raw[most]),
        "most": _case(result, int(most)),
    }
    if fell and rose:
        yield Phrase(
            "They range from {low:+.1f %} ({least}) to {high:+.1f %} ({most}); {fell:,} fell, {rose:,} rose.",
            fell=fell,
            rose=rose,
            **said,
        )
        return
    yield Phrase("They range from {low:+.1f %} ({least}) to {high:+.1f %} ({most}).", **said)


def _case(result: StudyResult, i: int) -> str:
    """A firm, with the date of its day 0 where that is needed to tell it from others."""
    ticker = result.panel.pairs[i].ticker
    name = company_names().get(ticker, ticker) if called(result, ticker) != ticker else ticker
    if len(np.unique(result.returns.day0_sessions)) == 1:
        return name
    return Phrase("{who}, {on}", who=name, on=str(result.returns.day0_sessions[i]))


def _largest(result: StudyResult) -> Iterator[Phrase]:
    """The day of the window that moved most, where it is another than day 0: described, not tested."""
    aar, _ = result.aar()
    if not np.isfinite(aar).any():
        return
    day = result.rel_days[int(np.nanargmax(np.abs(aar)))]
    one = move(result, day)
    if day == 0 or not one.there:
        return
    said = {"what": _moved(result, one), "points": _points(result, one)}
    if not one.session:
        yield Phrase(
            "On day {day:day}, the largest move of the window, {what}, {points}; that day was picked after looking, so it"
            " is not tested.",
            day=day,
            **said,
        )
        return
    yield Phrase(
        "On {on:weekday}, the largest move of the window, {what}, {points}; that day was picked after looking, so it is"
        " not tested.",
        on=one.session,
        **said,
    )
