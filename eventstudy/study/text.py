"""A result as a person reads it: at most one screen.

The event and how day 0 was found; a row a ticker; what they say together and by which test; what not to believe and why;
warnings and exclusions in plain words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from eventstudy.inference import Significance
from eventstudy.language import Phrase, at_most, shown
from eventstudy.language.messages import NEWS_OF_A_DAY
from eventstudy.language.wording import worded
from eventstudy.panel import Ints, Warned
from eventstudy.study import doubts
from eventstudy.study.answers import Answer
from eventstudy.study.families import MANY_TICKERS, smallest
from eventstudy.study.happened import in_common, of_sums, what_happened
from eventstudy.study.sentences import LEVEL, amount, finding, judged_together, p_text, percent
from eventstudy.text import columns, fitted, some_of, wrapped
from eventstudy.units import LOGS, unit_shown
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.config import StudyConfig
    from eventstudy.study.aggregate import AggregateResult
    from eventstudy.study.result import Result, StudyResult

_FEW = 2
"""Up to so many pairs are shown with all their days."""
_OF_WINDOWS = ("BHAR_MARKET", "COUNTERFACTUAL")
"""What is said of the windows of any study; of many pairs with `verbose` alone."""
_OF_EACH_TOO = ("VOLATILITY_REGIME",)
"""What is said of all pairs together and of single ones in the same words; of these their names are enough."""
_NEWS_DAYS = 8
"""So many days with other news are shown."""


def screen(result: StudyResult, *, verbose: bool = False) -> str:
    """The whole text; `verbose` adds every test and every warning."""
    few = result.returns.n <= _FEW
    blocks = [
        list(_first(result)),
        list(_how(result)),
        wrapped(finding(result)) if few and not result.withheld() else [],
        list(_firms_in_detail(result)) if few else list(_firms_in_rows(result)),
        list(_together(result)) if result.returns.n > 1 else [],
        list(_tests(result)) if verbose else [],
        list(notes(result, verbose)),
    ]
    return fitted("\n\n".join("\n".join(lines) for lines in blocks if lines))


def _first(result: StudyResult) -> Iterator[str]:
    """What the study is about, what cannot be believed, and what happened."""
    yield from wrapped(_title(result))
    for line in _in_doubt(result):
        yield from wrapped(line)
    shown_later = result.returns.n <= _FEW and not result.withheld()
    said = what_happened(result) or ([] if shown_later else [finding(result)])
    for sentence in said:
        yield from wrapped(sentence)


def _title(result: StudyResult) -> str:
    if len(result.events) == 1:
        return f"{result.events[0].title} ({result.events[0].id})"
    return in_common(result)


def heading(result: StudyResult, lang: str = "en") -> Iterator[str]:
    """What was studied, how day 0 was found, and what cannot be believed: above what is asked further."""
    yield from wrapped(shown(_title(result), "", lang))
    yield from (shown(line, "", lang) for line in _how(result))
    for line in ["", *_in_doubt(result)] if not result.believable else ():
        yield from wrapped(shown(line, "", lang)) or [""]


def _in_doubt(result: StudyResult) -> Iterator[str]:
    """What cannot be believed, what the means leave out for it, and what the figures would be without the day at fault."""
    yield from (*doubts.told(result.doubts_of()), *doubts.left_out(result), *(o.said for o in result.offers))


_OFTEN = {"weekly": Phrase("weekly "), "monthly": Phrase("monthly ")}


def _how(result: StudyResult) -> Iterator[Phrase]:
    """How day 0 was found, and with which model and prices."""
    config, events, policy = result.config, result.events, result.day0_policy
    found = {(d.announced, d.session, d.shifted, d.exchange) for d in result.panel.day0}
    for announced, session, shifted, exchange in sorted(found, key=str)[:3]:
        said = {
            "when": announced,
            "day": Phrase("{on:short}", on=session) if config.clock.daily else Phrase("the day to {on}", on=session),
            "why": Phrase(
                ": the first session of {home} that could react [DAY0_SHIFTED]", home=exchange or Phrase("the prices")
            )
            if shifted
            else "",
            "chosen": ""
            if policy == "announced"
            else Phrase(", as chosen by the user (--day0 {policy})", policy=policy),
        }
        if policy == "recognised":
            yield Phrase("recognised {when}; day 0 is {day}{why}{chosen}", **said)
        else:
            yield Phrase("announced {when}; day 0 is {day}{why}{chosen}", **said)
    if len(events) == 1 and events[0].recognised and policy == "announced":
        recognised = events[0].recognised.isoformat()
        yield Phrase("the registry also has a recognised date, {when}: --day0 recognised", when=recognised)
    if len(found) > 3:
        yield Phrase("... and {n} more", n=len(found) - 3)
    window = window_in_words(config)
    days = (
        Phrase("estimation {spans}, event {window}", spans=estimation_in_words(config), window=window)
        if config.estimated
        else Phrase("estimation none, event {window}", window=window)
    )
    often = _OFTEN.get(config.frequency, "")
    if config.model == "given":
        yield Phrase("{often}abnormal returns as given, without a benchmark; {days}", often=often, days=days)
        return
    benchmarks = ", ".join(sorted({p.benchmark for p in result.panel.pairs})[:3])
    studied = Phrase("log volume")
    if config.outcome != "volume":
        studied = Phrase(
            "{compared}{returns}{money}",
            compared=Phrase("benchmark {names}, ", names=benchmarks) if config.compared else "",
            returns=returns_in_words(config),
            money=Phrase(" in {currency}", currency=config.currency) if config.currency else "",
        )
    vintage = result.provenance.get("factors", {}).get("vintage")
    yield Phrase(
        "{model} model, {often}{studied}; {days}; {held}: {source}{factors}",
        model=config.model, often=often, studied=studied, days=days,
        held=Phrase("levels") if config.returns == "difference" else Phrase("prices"),
        source=result.provenance["source"],
        factors=Phrase("; factors: {vintage}", vintage=vintage.rstrip(".")) if vintage else "",
    )  # fmt: skip


def _firms_in_detail(result: StudyResult) -> Iterator[str]:
    """Few pairs: the days of each, then its windows."""
    what = "log volume" if result.config.outcome == "volume" else "return"
    what = f"change ({result.config.unit.name})" if result.config.returns == "difference" else what
    for i, pair in enumerate(result.panel.pairs):
        yield f"{pair.ticker}: {_model_line(result, i)}"
        yield columns(
            [
                [worded("day"), "session" if result.config.clock.daily else "to", what, "abnormal", "t", "p"],
                *_day_rows(result, i),
            ],
            range(6),
        )
        yield ""
        held = ["BHAR"] if result.config.returns != "difference" else []
        head = ["window", car_in_words(result.config), interval_name(result.config), "p", "t", "p of t", *held]
        yield columns([head, *(row[: len(head)] for row in _window_rows(result, i))], range(1, len(head)))
        yield from wrapped(_how_judged(result, i))
        for name in dict.fromkeys(result.config.tests):
            told = {w: firm.tests[name].at(i) for w, firm in result.firm_answers.items() if name in firm.tests}
            if told and name not in ("placebo", "exact_t"):  # these stand in the table
                yield from wrapped(_in_a_line(name, told))
    if result.returns.n > 1:  # what they say together follows in a table of its own
        yield from wrapped(_all_at_once(result))
        return
    for name in dict.fromkeys(result.config.tests):
        together = {w: answer.tests[name] for w, answer in result.answers.items() if name in answer.tests}
        if together and not any(name in firm.tests for firm in result.firm_answers.values()):
            yield from wrapped(_in_a_line(name, together))


def _in_a_line(name: str, told: Mapping[Window, Significance]) -> str:
    """What a test that was asked for by name says of each window, or why it says nothing."""
    said = [f"{w} {smallest_told(one) if one.valid else 'not valid'}" for w, one in told.items() if one.distribution]
    if said:
        return f"p, {name} (asked for): {', '.join(said)}"
    return f"{name} (asked for): {next((reason for one in told.values() for reason in one.reasons), 'no value')}"


def estimation_in_words(config: StudyConfig) -> Phrase:
    """The estimation windows: of all pairs, or within which each has its own."""
    spans = Phrase("{spans:list}", spans=list(config.spans))
    return Phrase("each its own within {spans}", spans=spans) if config.own_estimation else spans


def window_in_words(config: StudyConfig) -> Phrase:
    """The event window: in sessions, or in calendar days."""
    if config.own_windows:
        return Phrase("each its own within {window}", window=config.event_window)
    if config.window_days:
        return Phrase("{window} in calendar days", window=config.window_days)
    return Phrase("{window}", window=config.days_looked_at)


def returns_in_words(config: StudyConfig) -> Phrase:
    """What the study is of: simple returns, or changes of a level in a unit."""
    if config.returns == "difference":
        return Phrase("changes in {unit}", unit=config.unit.name)
    return Phrase("log returns") if config.returns == "log" else Phrase("simple returns")


def car_in_words(config: StudyConfig) -> Phrase:
    """What the sum over a window is called where there is room for few letters."""
    if config.returns == "difference":
        return Phrase("change")
    return Phrase("log volume") if config.outcome == "volume" else Phrase("CAR")


def interval_name(config: StudyConfig) -> str:
    """What an interval is called: 95 % interval; that it has two sides, where p-values look to one."""
    sides = ", two-sided" if config.alternative != "two-sided" or config.outcome == "volume" else ""
    return f"{100 * config.level:.4g} % interval{sides}"


def _model_line(result: StudyResult, i: int) -> str:
    if not result.config.estimated:
        return "nothing is estimated"
    unit, mark = (LOGS, "") if result.config.outcome == "volume" else (unit_shown(), unit_shown().mark)
    told = zip(result.fit.names, result.fit.params[i], strict=True)
    params = ", ".join(
        f"{name} {unit.text(value, '+.3f')}{mark}" if name == "alpha" else f"{name} {value:.5f}" for name, value in told
    )
    fitted_on = (
        f"sigma {unit.text(result.fit.sigma[i], '.3f')}{mark}, {result.fit.n_estimation[i]} {worded('estimation days')}"
    )
    return f"{params + ', ' if params else ''}{fitted_on}"


def _day_rows(result: StudyResult, i: int) -> Iterator[list[str]]:
    show = amount(result)
    unseen = result.returns.unseen
    wild = any(_doubted(one) for one in _by_exact_t(result, i))
    for j, day in enumerate(result.rel_days):
        if unseen is not None and unseen[i, j]:
            continue
        t = result.returns.ar[i, j] / result.ar_se[i, j]
        yield [
            f"{day:+d}" if day else "0",
            str(result.sessions[i, j]),
            show(result.raw[i, j]),
            show(result.returns.ar[i, j]),
            f"{t:+.2f}" if np.isfinite(t) else "n/a",
            f"({p_text(result.ar_p[i, j])})" if wild else p_text(result.ar_p[i, j]),
        ]


def _window_rows(result: StudyResult, i: int) -> Iterator[list[str]]:
    show = amount(result)
    for window, firm in result.firm_answers.items():
        car, t = firm.found.car[i], firm.found.scar[i]
        low, high = firm.low[i], firm.high[i]
        yield [
            str(window),
            show(car),
            f"{show(low)} .. {show(high)}" if np.isfinite(high - low) else "",
            smallest_told(firm.spoken(i)),
            f"{t:+.2f}" if np.isfinite(t) else "n/a",
            smallest_told(firm.tests["exact_t"].at(i)),
            percent(result.bhars[window][i]),
        ]


def smallest_told(said: Significance) -> str:
    """A p as shown to people, marked where no smaller one is possible, and in brackets where the test is not valid."""
    told = p_text(said.told_p)
    return f"({told})" if _doubted(said) else told


def _doubted(said: Significance) -> bool:
    """Whether there is a p that is not to be believed."""
    return bool(said.distribution) and bool(np.isfinite(said.p_value)) and not said.valid


def _in_brackets(said: Iterable[Significance]) -> str:
    """What brackets around a p mean, and why they stand there first; empty where there are none."""
    reasons = [reason for one in said if _doubted(one) for reason in one.reasons[:1]]
    return f"; in brackets: not valid, for {reasons[0]}" if reasons else ""


def _how_judged(result: StudyResult, i: int) -> str:
    """What the p of a firm's windows are."""
    by = {firm.headline[i] for firm in result.firm_answers.values()}
    told = [firm.spoken(i) for firm in result.firm_answers.values()]
    text = worded("p and interval: the window among windows made of ordinary days; p of days and of t: exact t")
    if by == {"exact_t"}:
        side = ", upper tail" if result.config.outcome == "volume" else ""
        text = f"p: exact t{side}, and the interval"
    elif "variance_ratio" in by:
        text = "p: variance_ratio, upper tail; p of t: exact t"
    floor = "; ≤: least possible" if any("≤" in smallest_told(said) for said in told) else ""
    return f"{text}{floor}{_in_brackets([*told, *_by_exact_t(result, i)])}"


def _by_exact_t(result: StudyResult, i: int) -> list[Significance]:
    """What the exact t says of each window of a firm."""
    return [firm.tests["exact_t"].at(i) for firm in result.firm_answers.values()]


def _firms_in_rows(result: StudyResult) -> Iterator[str]:
    """Many pairs: a row each, under the mean of their group."""
    windows, show = list(result.firm_answers), amount(result)
    what = "log volume" if result.config.outcome == "volume" else "return"
    head = [f"cumulated abnormal {'change' if result.config.returns == 'difference' else what}"]
    for window in windows:
        head += [str(window), "p"]
    head += ["adj."] if _stepped_down(result) else []
    rows = [head]
    grouped: set[int] = set()
    for group in result.groups:
        answers = [result.answer(window, group.name) for window in windows]
        adjusted = [p_text(_least(result, group.name))] if _stepped_down(result) else []
        cells = [*_mean_cells(answers, show), *adjusted] if len(group.members) > 1 else []
        kept, every = len(result.believed(group.members)), len(group.members)
        rows.append([f"{group.name} ({every if kept == every else f'{kept} of {every}'})", *cells])
        rows += _ticker_rows(result, group.members)
        grouped |= set(group.members.tolist())
    rest = np.array([i for i in range(result.returns.n) if i not in grouped], dtype=np.int64)
    shown = rest[:20]
    rows += _ticker_rows(result, shown)
    yield columns(rows, range(1, len(head)))
    if len(rest) > len(shown):
        yield f"... and {len(rest) - len(shown):,} more pairs (--format csv shows all)"
    means = "; of groups: headline" if result.groups else ""
    last = "; adj.: least, judged together" if _stepped_down(result) else ""
    seen = [*sorted(grouped), *shown.tolist()]
    bad = _in_brackets(firm.spoken(i) for firm in result.firm_answers.values() for i in seen)
    yield from wrapped(worded(f"p of tickers: {_tickers_judged(result, seen)}{means}{last}{bad}"))
    yield from wrapped(_all_at_once(result))


def _tickers_judged(result: StudyResult, shown: Sequence[int]) -> str:
    """What the p of tickers in rows are."""
    by = {firm.headline[i] for firm in result.firm_answers.values() for i in shown}
    side = "" if result.config.outcome == "return" else ", upper tail"
    if "placebo" not in by:
        return f"{'exact t' if by == {'exact_t'} else ', '.join(sorted(by))}{side}"
    others = ", exact t where that is not valid" if "exact_t" in by else ""
    return f"among windows of ordinary days (≤: least possible){others}{side}"


def _least(result: StudyResult, group: str) -> float:
    """The smallest p of a group as all groups and windows are judged together."""
    return smallest({w: one for (name, w), one in result.adjusted_groups.items() if name == group})


def _adjusted(result: StudyResult) -> bool:
    """Whether p-values are adjusted for their number: several pairs, and not so many that it takes long."""
    return 1 < result.returns.n <= MANY_TICKERS and result.config.estimated


def _stepped_down(result: StudyResult) -> bool:
    """Whether Romano and Wolf's p are shown: they look to both sides, and draw days that do not depend on one another."""
    two_sided = _adjusted(result) and result.config.alternative == "two-sided"
    return two_sided and bool(np.isfinite(result.family.romano_wolf).any())


def _all_at_once(result: StudyResult) -> str:
    """What is left when the number of tickers and windows is taken into account; nothing is said of figures in doubt."""
    if not result.believable or not result.config.estimated:
        return ""
    if not _adjusted(result):
        return (
            f"no p is adjusted for the number of tickers: {result.returns.n:,} are too many (result.multiple() does it)"
        )
    family, windows = result.family, list(result.firm_answers)
    if not np.isfinite(family.p).any():
        return ""
    adjusted = {"Romano-Wolf": family.romano_wolf} if _stepped_down(result) else {}
    days = int(result.fit.n_estimation.min())
    least = family.p.size / (days + 1)
    beyond = result.fat_tailed and least > LEVEL
    if not beyond:
        adjusted |= {"Holm": family.holm, "Benjamini-Hochberg": family.benjamini_hochberg}
    told: dict[str, list[str]] = {}
    for name, p in adjusted.items():
        left = [f"{_pair_name(result, i)} {windows[w]}" for w, i in np.argwhere(p.T < LEVEL)]
        told.setdefault(some_of(left, 4) or "none", []).append(name)
    which = "; ".join(f"{shown} by {', '.join(names)}" for shown, names in told.items())
    if not beyond:
        other = any(name != "exact_t" for names in family.by for name in names)
        by = "ranks" if result.fat_tailed else f"exact t{', ranks where that is not valid' if other else ''}"
        return f"below 5 % of all {family.p.size} p (Holm and Benjamini-Hochberg: {by}) together: {which}"
    cannot = f"Holm and Benjamini-Hochberg cannot reach 5 %: least {p_text(least)}"
    return f"below 5 % of all {family.p.size} p together: {which} ({cannot})" if which else cannot


def _pair_name(result: StudyResult, i: int) -> str:
    """The ticker of a pair, with its day 0 where there are several events."""
    ticker = result.panel.pairs[i].ticker
    return ticker if len(result.events) == 1 else f"{ticker} {result.panel.day0[i].session}"


def _ticker_rows(result: StudyResult, members: Ints) -> list[list[str]]:
    show, rows = amount(result), []
    for i in members.tolist():
        cells = [f"  {_pair_name(result, i)}"]
        for firm in result.firm_answers.values():
            cells += [show(firm.found.car[i]), smallest_told(firm.spoken(i))]
        if _stepped_down(result):
            cells.append(p_text(at_most(float(np.fmin.reduce(result.family.romano_wolf[i])), result.family.least)))
        rows.append(cells)
    return rows


def _mean_cells(answers: Sequence[Answer], show: Callable[[float], str]) -> list[str]:
    cells = []
    for answer in answers:
        p = smallest_told(answer.tests[answer.headline]) if answer.headline else p_text(float("nan"))
        cells += [show(answer.caar), p]
    return cells


def _together(result: StudyResult) -> Iterator[str]:
    """What all pairs say together: mean, interval, the headline test, the next best, and what not to believe."""
    answers, show = list(result.answers.values()), amount(result)
    n, dates = answers[0].n if answers else 0, max((a.n_dates for a in answers), default=0)
    out = doubts.out_of_means(result)
    for line in out:
        yield from wrapped(line)
    who = f"{'believable' if out else 'all'} {n:,} pairs, {dates:,} date{'s' if dates != 1 else ''} (up:down)"
    rows = [[who, *(f"{a.window} ({a.n_positive}:{a.n_negative})" for a in answers)]]
    rows.append(
        [
            f"  mean; median {car_in_words(result.config)}",
            *(f"{show(a.caar).removesuffix(result.config.unit.mark or '#')}; {show(a.median)}" for a in answers),
        ]
    )
    if any(a.interval for a in answers):
        rows.append([f"  {interval_name(result.config)}", *(_interval(a, result.config) for a in answers)])
    headlines = list(dict.fromkeys(a.headline for a in answers if a.headline))
    valid = {name for a in answers for name, test in a.tests.items() if test.valid}
    second = [name for name in ("bmp_adjusted",) if name in valid and not {name, "bmp"} & {*headlines}]
    if headlines:
        by = f", {headlines[0]} (headline)" if len(headlines) == 1 else " of the headline"
        rows.append([f"  p{by}", *(smallest_told(a.tests[a.headline]) if a.headline else "" for a in answers)])
    if len(headlines) > 1:
        rows.append(["  by", *(a.headline or "" for a in answers)])
    for name in second:
        cells = [smallest_told(a.tests[name]) if name in a.tests and a.tests[name].valid else "" for a in answers]
        rows.append([f"  p, {name} (also valid)", *cells])
    rows += [[f"  p, {name} (asked for)", *cells] for name, cells in _asked(result, [*headlines, *second])]
    if judged_together(result) > 1:
        cells = [p_text(result.adjusted[a.window].p) if a.headline else "" for a in answers]
        rows.append(["  p, windows judged together", *cells])
    yield columns(rows, range(1, len(answers) + 1))
    yield from _not_valid(answers)
    of_pairs = {name for firm in result.firm_answers.values() for name in firm.tests if name in result.config.tests}
    for why in _lacking(result, of_pairs):
        yield from wrapped(why)
    if result.returns.n > _FEW and (single := sorted(of_pairs - {"placebo", "exact_t"})):
        yield from wrapped(f"of single pairs (asked for): {', '.join(single)}: --format json shows each")


def _asked(result: Result, shown: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """The tests that were asked for by name and are not shown anyway, and what each says of each window."""
    answers = list(result.answers.values())
    for name in dict.fromkeys(result.config.tests):
        told = [a.tests[name] for a in answers if name in a.tests]
        if name not in shown and any(said.distribution for said in told):
            yield name, [smallest_told(said) if said.valid else "not valid" for said in told]


def _interval(answer: Answer, config: StudyConfig) -> str:
    unit = LOGS if config.outcome == "volume" else unit_shown()
    low, high = (unit.text(limit, "+.1f") for limit in answer.interval or (0.0, 0.0))
    return f"{low} .. {high}" if answer.interval else ""


def _not_valid(answers: Sequence[Answer]) -> Iterator[str]:
    """The invalid tests by reason, with the share of true nulls they are expected to reject, and the windows unless all."""
    answer = next((a for a in answers if any(not t.valid and t.distribution for t in a.tests.values())), None)
    if answer is None:
        return
    invalid = [
        ((t.reasons[0], _where_invalid(name, answers)), name, t)
        for name, t in answer.tests.items()
        if not t.valid and t.distribution
    ]
    for (reason, where), members in groupby(sorted(invalid, key=lambda m: m[0]), key=lambda m: m[0]):
        sizes = {name: test.expected_size for _, name, test in members}
        named = [name if size is None else f"{name} ({100 * size:.0f} %)" for name, size in sizes.items()]
        sized = " (true nulls rejected)" if any(size is not None for size in sizes.values()) else ""
        yield from wrapped(f"not valid {where}{sized}: {', '.join(named)}: {reason}")


def _where_invalid(name: str, answers: Sequence[Answer]) -> str:
    """The windows over which a test is not valid, where it is valid over others."""
    asked = [a for a in answers if name in a.tests]
    over = [str(a.window) for a in asked if not a.tests[name].valid]
    return "here" if len(over) == len(asked) else f"over {', '.join(over)}"


def _tests(result: StudyResult) -> Iterator[str]:
    """Every test of every window; of one firm those that judge it."""
    for window in result.answers:
        table = result.tests(window)
        if result.returns.n == 1 and len(table):
            table = table[table["distribution"] != ""]
        if table.empty:  # no day of the window is there yet
            continue
        rows = [["", "statistic", "p", ""]]
        for row in table.to_dict("records"):
            told = "" if row["valid"] else f"not valid: {row['reasons']}"
            p = p_text(at_most(row["p"], row["p_least"]))
            rows.append([f"  {row['name']}", f"{row['statistic']:.3f}", p, told])
        rows[0][0] = f"tests of {window}"
        yield columns(rows, (1, 2))


def _other_news(result: StudyResult, verbose: bool) -> Iterator[str]:
    """A line a day with other news: what, and of whom where it is not all of them."""
    days: dict[tuple[str, str], dict[str, list[str]]] = {}
    for w in result.warned:
        if w.code in NEWS_OF_A_DAY and w.session:
            on, _, what = w.message.partition(": ")
            event = f" {w.event_id}" if len(result.events) > 1 else ""
            whom = w.ticker if w.ticker and result.returns.n > 1 else ""
            days.setdefault((w.session, on + event), {}).setdefault(f"{w.code} {what}", []).append(whom)
    if days and result.returns.n > _FEW and not verbose:
        yield from wrapped(_news_in_short(days))
        return
    shown = list(days.items()) if verbose else list(days.items())[:_NEWS_DAYS]
    for (_, on), told in shown:
        said = [f"{what}{_of(who) if 'EARNINGS' not in what else ''}" for what, who in told.items()]
        yield from wrapped(f"other news on {on}: {'; '.join(said)}")
    if len(days) > len(shown):
        yield f"... and {len(days) - len(shown)} more days with other news (eventstudy confounders shows them)"


def _news_in_short(days: dict[tuple[str, str], dict[str, list[str]]]) -> str:
    """The days with other news and the kinds of it, in a sentence."""
    kinds: dict[str, dict[str, list[str]]] = {}
    for (session, _), said in days.items():
        for what, who in said.items():
            kinds.setdefault(session, {}).setdefault(what.partition(" ")[0], []).extend(who)
    told = [
        f"{session} ({', '.join(f'{kind}{_of(who)}' for kind, who in of_day.items())})"
        for session, of_day in list(kinds.items())[:_NEWS_DAYS]
    ]
    more = f" and {len(kinds) - _NEWS_DAYS} more" if len(kinds) > _NEWS_DAYS else ""
    return f"other news, not told apart from the event by prices: {', '.join(told)}{more}; see eventstudy confounders"


def _of(tickers: Sequence[str]) -> str:
    named = list(dict.fromkeys(ticker for ticker in tickers if ticker))
    return f" ({some_of(named, 4)})" if named else ""


def names_of(result: StudyResult) -> dict[tuple[str | None, str | None], str]:
    """What the pairs of tickers with several events are called, by event and ticker: each with its day 0."""
    several = {ticker for ticker, n in Counter(pair.ticker for pair in result.panel.pairs).items() if n > 1}
    both = zip(result.panel.pairs, result.panel.day0, strict=True)
    return {(pair.event_id, pair.ticker): f"{pair.ticker} {d.session}" for pair, d in both if pair.ticker in several}


def whom(told: Iterable[Warned], names: Mapping[tuple[str | None, str | None], str]) -> str:
    """The tickers that messages are about, each once and the first four by name; empty where they are about the study."""
    return some_of(list(dict.fromkeys(names.get((w.event_id, w.ticker), w.ticker) for w in told if w.ticker)), 4)


def of_one_kind(w: Warned) -> tuple[str, bool, str]:
    """What is told together: warnings of one code, those about the study first, and of these those of one sentence."""
    return w.code, w.ticker is not None, "" if w.ticker else w.message.template


def notes(result: StudyResult, verbose: bool) -> Iterator[str]:
    """Warnings and exclusions; those that many pairs share are told once."""
    of_all = _OF_WINDOWS if result.returns.n > _FEW else ()
    said_by_news = ("ONE_DATE",) if of_all and any(w.code in NEWS_OF_A_DAY for w in result.warned) else ()
    told_above = () if verbose else ("DAY0_SHIFTED", *of_all, *said_by_news)
    yield from _other_news(result, verbose)
    told_by_day = {w for w in result.warned if w.code in NEWS_OF_A_DAY and w.session}
    in_heading = () if verbose else doubts.doubts_of(result.warned)
    shown = [w for w in result.warned if w.code not in told_above and w not in told_by_day and w not in in_heading]
    of_study = {w.code for w in shown if w.ticker is None and w.code in _OF_EACH_TOO}
    names = names_of(result)
    for (code, of_tickers, _), members in groupby(sorted(shown, key=of_one_kind), key=of_one_kind):
        told = list(members)
        if verbose or len(told) == 1:
            lines = [f"{w.code} {whom([w], names) + ': ' if w.ticker else ''}{w.message}" for w in told]
        else:
            alike = "" if len({w.message for w in told}) == 1 else " (and the like; --verbose shows all)"
            named = whom(told, names)
            lines = [f"{code}{f' {named}:' if named else ''} {told[0].message}{alike}"]
            if of_tickers and code in of_study:
                lines = [f"{code} {named}: by themselves too (--verbose shows all)"]
        for line in lines:
            yield from wrapped(line)
    for left_out in result.exclusions[: None if verbose else 6]:
        yield from wrapped(f"left out {left_out.ticker} ({left_out.event_id}): {left_out.message}")
    if not verbose and len(result.exclusions) > 6:
        yield f"... and {len(result.exclusions) - 6} more left out (--verbose shows all)"


# ---- sums over many pairs ------------------------------------------------------------------------------------------------


def many_screen(result: AggregateResult, *, verbose: bool = False) -> str:
    """A row a window, what was left out, what to know; `verbose` adds every test of every window."""
    several = judged_together(result) > 1
    head = ["window", "pairs", "up : down", "CAAR", interval_name(result.config), "BHAAR", "headline", "p"]
    rows = [[*head, *(["p together"] if several else [])]]
    for answer in result.answers.values():
        interval = f"{percent(answer.interval[0])} .. {percent(answer.interval[1])}" if answer.interval else ""
        p = p_text(answer.tests[answer.headline].told_p) if answer.headline else ""
        told = [percent(answer.caar), interval, percent(answer.bhaar), answer.headline or "no valid test", p]
        signs = f"{answer.n_positive:,} : {answer.n_negative:,}"
        together = [p_text(result.adjusted[answer.window].p) if answer.headline else ""] if several else []
        rows.append([str(answer.window), f"{answer.n:,}", signs, *told, *together])
    asked = [
        [f"p, {name} (asked for)", *cells]
        for name, cells in _asked(result, [a.headline for a in result.answers.values() if a.headline])
    ]
    told_above = (*result.doubts_of(), *(w for w in result.warned if w.code in _OF_WINDOWS and not verbose))
    blocks = [
        wrapped(f"{result.n_events:,} events, {result.n:,} pairs"),
        [line for said in _many_finding(result) for line in wrapped(said)],
        wrapped("sums were kept, not pairs: --keep pairs shows each, and other news on its days"),
        columns(rows, (1, 2, 3, 4, 5, 7, 8)).splitlines(),
        columns([["", *map(str, result.answers)], *asked], range(1, len(result.answers) + 1)).splitlines()
        if asked
        else [],
        [line for why in _lacking(result) for line in wrapped(why)],
        _sums_tests(result) if verbose else [],
        [line for n in _left_out_of_sums(result) for line in wrapped(n)],
        [
            line
            for w in result.warned
            if w not in told_above
            for line in wrapped(f"{w.code}{f' {w.ticker}' if w.ticker else ''}: {w.message}")
        ],
    ]
    return fitted("\n\n".join("\n".join(block) for block in blocks if block))


def _many_finding(result: AggregateResult) -> list[str]:
    """What day 0 brought on average, where that can be believed and was tested; else what was found over all windows."""
    said = of_sums(result) if result.believable else None
    return result.summary().splitlines() if said is None else [said]


def _lacking(result: Result, but: Collection[str] = ()) -> Iterator[str]:
    """The tests that were asked for, `but` some, and have no answer, and why."""
    for name in (asked for asked in dict.fromkeys(result.config.tests) if asked not in but):
        told = {w: answer.tests[name] for w, answer in result.answers.items() if name in answer.tests}
        if told and not any(one.distribution for one in told.values()):
            yield _in_a_line(name, told)


def _left_out_of_sums(result: AggregateResult) -> list[str]:
    first = {e.reason: e for e in reversed(result.exclusions)}
    return [
        f"left out: {count:,} pairs {reason}, the first {one.ticker} ({one.event_id}): {one.message}"
        for reason, count in result.left_out.items()
        if (one := first.get(reason))
    ]


def _sums_tests(result: AggregateResult) -> list[str]:
    rows = [["window", "test", "statistic", "p", "valid"]]
    for window, answer in result.answers.items():
        for name, said in answer.tests.items():
            why = "yes" if said.valid else f"no: {'; '.join(said.reasons)}"
            rows.append([str(window), name, f"{said.statistic:.3f}", p_text(said.told_p), why])
    return columns(rows, (2, 3)).splitlines()
