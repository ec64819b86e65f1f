"""A result as a person reads it: at most one screen, in the language spoken now.

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
from eventstudy.language import Phrase, at_most, figure, spoken, written
from eventstudy.language.messages import NEWS_OF_A_DAY, Exclusion
from eventstudy.panel import Ints, Warned
from eventstudy.study import doubts
from eventstudy.study.answers import Answer
from eventstudy.study.families import MANY_TICKERS, smallest
from eventstudy.study.happened import in_common, of_sums, what_happened
from eventstudy.study.sentences import LEVEL, amount, finding, judged_together, p_text, percent, to_two
from eventstudy.text import columns, fitted, wrapped
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
        prose(finding(result)) if few and not result.withheld() else [],
        list(_firms_in_detail(result)) if few else list(_firms_in_rows(result)),
        list(_together(result)) if result.returns.n > 1 else [],
        list(_tests(result)) if verbose else [],
        list(notes(result, verbose)),
    ]
    return fitted("\n\n".join("\n".join(lines) for lines in blocks if lines))


def prose(text: str) -> list[str]:
    """A text as lines, in the language spoken now."""
    return wrapped(spoken(text))


def _first(result: StudyResult) -> Iterator[str]:
    """What the study is about, what cannot be believed, and what happened."""
    yield from prose(_title(result))
    for line in _in_doubt(result):
        yield from prose(line)
    shown_later = result.returns.n <= _FEW and not result.withheld()
    said = what_happened(result) or ([] if shown_later else [finding(result)])
    for sentence in said:
        yield from prose(sentence)


def _title(result: StudyResult) -> str:
    if len(result.events) == 1:
        return f"{spoken(result.events[0].said('title'))} ({result.events[0].id})"
    return in_common(result)


def heading(result: StudyResult) -> Iterator[str]:
    """What was studied, how day 0 was found, and what cannot be believed: above what is asked further."""
    yield from prose(_title(result))
    yield from _how(result)
    for line in ["", *_in_doubt(result)] if not result.believable else ():
        yield from prose(line) if line else [""]


def _in_doubt(result: StudyResult) -> Iterator[str]:
    """What cannot be believed, what the means leave out for it, and what the figures would be without the day at fault."""
    yield from (*doubts.told(result.doubts_of()), *doubts.left_out(result), *(o.said for o in result.offers))


def _how(result: StudyResult) -> Iterator[str]:
    """How day 0 was found, and with which model and prices."""
    config, events = result.config, result.events
    found = {(d.announced, d.session, d.shifted, d.exchange) for d in result.panel.day0}
    chosen: str = ""
    if result.day0_policy != "announced":
        chosen = Phrase(", as chosen by the user (--day0 {policy})", policy=result.day0_policy)
    for announced, session, shifted, exchange in sorted(found, key=str)[:3]:
        why = _why_then(exchange) if shifted else ""
        day = Phrase("{on:short}", on=session) if config.clock.daily else Phrase("the day to {on}", on=session)
        said: dict[str, object] = {"moment": announced, "day": day, "why": why, "chosen": chosen}
        if result.day0_policy == "recognised":
            yield spoken(Phrase("recognised {moment}; day 0 is {day}{why}{chosen}", **said))
        else:
            yield spoken(Phrase("announced {moment}; day 0 is {day}{why}{chosen}", **said))
    if len(events) == 1 and events[0].recognised and result.day0_policy == "announced":
        moment = events[0].recognised.isoformat()
        yield spoken(Phrase("the registry also has a recognised date, {moment}: --day0 recognised", moment=moment))
    if len(found) > 3:
        yield spoken(Phrase("... and {n} more", n=len(found) - 3))
    yield spoken(_with_what(result))


def _why_then(exchange: str | None) -> Phrase:
    """Why day 0 is later than the day of the news."""
    if exchange is None:
        return Phrase(": the first session of the prices that could react [DAY0_SHIFTED]")
    return Phrase(": the first session of {exchange} that could react [DAY0_SHIFTED]", exchange=exchange)


def _with_what(result: StudyResult) -> Phrase:
    """The model, the benchmark, what was studied over which days, and where the prices came from."""
    config = result.config
    said: dict[str, object] = {"often": "" if config.clock.daily else _OFTEN[config.frequency]}
    said["days"] = windows_in_words(config)
    if config.model == "given":
        return Phrase("{often}abnormal returns as given, without a benchmark; {days}", **said)
    vintage = result.provenance.get("factors", {}).get("vintage")
    said |= {"model": config.model, "studied": _studied(result), "source": result.provenance["source"]}
    said["factors"] = Phrase("; factors: {vintage}", vintage=vintage.rstrip(".")) if vintage else ""
    if config.returns == "difference":
        return Phrase("{model} model, {often}{studied}; {days}; levels: {source}{factors}", **said)
    return Phrase("{model} model, {often}{studied}; {days}; prices: {source}{factors}", **said)


_OFTEN = {"weekly": Phrase("weekly "), "monthly": Phrase("monthly ")}
"""What stands before what is studied."""


def _studied(result: StudyResult) -> Phrase:
    """What is studied: log volume, or returns and what they are compared with."""
    config = result.config
    if config.outcome == "volume":
        return Phrase("log volume")
    said: dict[str, object] = {"returns": returns_in_words(config), "money": ""}
    if config.currency:
        said["money"] = Phrase(" in {currency}", currency=config.currency)
    if not config.compared:
        return Phrase("{returns}{money}", **said)
    benchmarks = sorted({p.benchmark for p in result.panel.pairs})[:3]
    return Phrase("benchmark {benchmarks}, {returns}{money}", benchmarks=benchmarks, **said)


def _firms_in_detail(result: StudyResult) -> Iterator[str]:
    """Few pairs: the days of each, then its windows."""
    days = [Phrase("day"), Phrase("session") if result.config.clock.daily else Phrase("to"), _of_a_day(result.config)]
    head = [Phrase("window"), car_in_words(result.config), interval_name(result.config), "p", "t", Phrase("p of t")]
    held = ["BHAR"] if result.config.returns != "difference" else []
    for i, pair in enumerate(result.panel.pairs):
        yield f"{pair.ticker}: {_model_line(result, i)}"
        yield columns([[*map(spoken, days), spoken(Phrase("abnormal")), "t", "p"], *_day_rows(result, i)], range(6))
        yield ""
        names = [*map(spoken, head), *held]
        yield columns([names, *(row[: len(names)] for row in _window_rows(result, i))], range(1, len(names)))
        yield from prose(_how_judged(result, i))
        for name in dict.fromkeys(result.config.tests):
            told = {w: firm.tests[name].at(i) for w, firm in result.firm_answers.items() if name in firm.tests}
            if told and name not in ("placebo", "exact_t"):  # these stand in the table
                yield from prose(_in_a_line(name, told))
    if result.returns.n > 1:  # what they say together follows in a table of its own
        yield from prose(_all_at_once(result))
        return
    for name in dict.fromkeys(result.config.tests):
        together = {w: answer.tests[name] for w, answer in result.answers.items() if name in answer.tests}
        if together and not any(name in firm.tests for firm in result.firm_answers.values()):
            yield from prose(_in_a_line(name, together))


def _of_a_day(config: StudyConfig) -> Phrase:
    """What a day brought: a return, a change of a level, or a volume."""
    if config.returns == "difference":
        return Phrase("change ({unit})", unit=config.unit.name)
    return Phrase("log volume") if config.outcome == "volume" else Phrase("return")


def _in_a_line(name: str, told: Mapping[Window, Significance]) -> Phrase:
    """What a test that was asked for by name says of each window, or why it says nothing."""
    said = [
        Phrase("{window} {p}", window=w, p=smallest_told(one) if one.valid else Phrase("not valid"))
        for w, one in told.items()
        if one.distribution
    ]
    if said:
        return Phrase("p, {test} (asked for): {windows}", test=name, windows=said)
    why = next((reason for one in told.values() for reason in one.reasons), Phrase("no value"))
    return Phrase("{test} (asked for): {why}", test=name, why=why)


def windows_in_words(config: StudyConfig) -> Phrase:
    """The windows of estimation and of the event, in sessions or calendar days; or within which each pair has its own."""
    event: object = config.days_looked_at
    if config.own_windows:
        event = Phrase("each its own within {spans}", spans=config.event_window)
    elif config.window_days:
        event = Phrase("{days} in calendar days", days=config.window_days)
    if not config.estimated:
        return Phrase("estimation none, event {event}", event=event)
    spans = Phrase("{spans:list}", spans=list(config.spans))
    if config.own_estimation:
        spans = Phrase("each its own within {spans}", spans=spans)
    return Phrase("estimation {estimation}, event {event}", estimation=spans, event=event)


def returns_in_words(config: StudyConfig) -> Phrase:
    """What the study is of: simple returns, or changes of a level in a unit."""
    if config.returns == "difference":
        return Phrase("changes in {unit}", unit=config.unit.name)
    return Phrase("log returns") if config.returns == "log" else Phrase("simple returns")


def car_in_words(config: StudyConfig) -> str:
    """What the sum over a window is called where there is room for few letters."""
    if config.returns == "difference":
        return Phrase("change")
    return Phrase("log volume") if config.outcome == "volume" else "CAR"


def interval_name(config: StudyConfig) -> Phrase:
    """What an interval is called: 95 % interval; that it has two sides, where p-values look to one."""
    level = f"{100 * config.level:.4g}"
    if config.alternative != "two-sided" or config.outcome == "volume":
        return Phrase("{level} % interval, two-sided", level=figure(level))
    return Phrase("{level} % interval", level=figure(level))


def _model_line(result: StudyResult, i: int) -> str:
    if not result.config.estimated:
        return spoken(Phrase("nothing is estimated"))
    unit, mark = (LOGS, "") if result.config.outcome == "volume" else (unit_shown(), unit_shown().mark)
    told = zip(result.fit.names, result.fit.params[i], strict=True)
    params = [
        f"{name} {figure(unit.text(v, '+.3f'))}{mark}" if name == "alpha" else f"{name} {figure(f'{v:.5f}')}"
        for name, v in told
    ]
    sigma = f"sigma {figure(unit.text(result.fit.sigma[i], '.3f'))}{mark}"
    days = Phrase("{n} estimation days", n=result.fit.n_estimation[i])
    return ", ".join([*params, sigma, spoken(days)])


def _day_rows(result: StudyResult, i: int) -> Iterator[list[str]]:
    show = amount(result)
    unseen = result.returns.unseen
    wild = any(_doubted(one) for one in _by_exact_t(result, i))
    for j, day in enumerate(result.rel_days):
        if unseen is not None and unseen[i, j]:
            continue
        t = result.returns.ar[i, j] / result.ar_se[i, j]
        yield [
            written(day, "day"),
            written(str(result.sessions[i, j])),
            show(result.raw[i, j]),
            show(result.returns.ar[i, j]),
            to_two(t),
            f"({p_text(result.ar_p[i, j])})" if wild else p_text(result.ar_p[i, j]),
        ]


def _window_rows(result: StudyResult, i: int) -> Iterator[list[str]]:
    show = amount(result)
    for window, firm in result.firm_answers.items():
        car, t = firm.found.car[i], firm.found.scar[i]
        low, high = firm.low[i], firm.high[i]
        yield [
            written(window),
            show(car),
            f"{show(low)} .. {show(high)}" if np.isfinite(high - low) else "",
            smallest_told(firm.spoken(i)),
            to_two(t),
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
    return Phrase("; in brackets: not valid, for {why}", why=reasons[0]) if reasons else ""


def _how_judged(result: StudyResult, i: int) -> Phrase:
    """What the p of a firm's windows are."""
    by = {firm.headline[i] for firm in result.firm_answers.values()}
    told = [firm.spoken(i) for firm in result.firm_answers.values()]
    text = Phrase("p and interval: the window among windows made of ordinary days; p of days and of t: exact t")
    if by == {"exact_t"} and result.config.outcome == "volume":
        text = Phrase("p: exact t, upper tail, and the interval")
    elif by == {"exact_t"}:
        text = Phrase("p: exact t, and the interval")
    elif "variance_ratio" in by:
        text = Phrase("p: variance_ratio, upper tail; p of t: exact t")
    floor = Phrase("; ≤: least possible") if any("≤" in smallest_told(said) for said in told) else ""
    invalid = _in_brackets([*told, *_by_exact_t(result, i)])
    return Phrase("{text}{floor}{invalid}", text=text, floor=floor, invalid=invalid)


def _by_exact_t(result: StudyResult, i: int) -> list[Significance]:
    """What the exact t says of each window of a firm."""
    return [firm.tests["exact_t"].at(i) for firm in result.firm_answers.values()]


def _firms_in_rows(result: StudyResult) -> Iterator[str]:
    """Many pairs: a row each, under the mean of their group."""
    windows, show = list(result.firm_answers), amount(result)
    head = [spoken(_cumulated(result.config))]
    for window in windows:
        head += [written(window), "p"]
    head += [spoken(Phrase("adj."))] if _stepped_down(result) else []
    rows = [head]
    grouped: set[int] = set()
    for group in result.groups:
        answers = [result.answer(window, group.name) for window in windows]
        adjusted = [p_text(_least(result, group.name))] if _stepped_down(result) else []
        cells = [*_mean_cells(answers, show), *adjusted] if len(group.members) > 1 else []
        kept, every = len(result.believed(group.members)), len(group.members)
        many = written(every) if kept == every else spoken(Phrase("{n} of {all}", n=kept, all=every))
        rows.append([f"{spoken(group.name)} ({many})", *cells])
        rows += _ticker_rows(result, group.members)
        grouped |= set(group.members.tolist())
    rest = np.array([i for i in range(result.returns.n) if i not in grouped], dtype=np.int64)
    shown = rest[:20]
    rows += _ticker_rows(result, shown)
    yield columns(rows, range(1, len(head)))
    if len(rest) > len(shown):
        yield spoken(Phrase("... and {n:,} more pairs (--format csv shows all)", n=len(rest) - len(shown)))
    seen = [*sorted(grouped), *shown.tolist()]
    yield from prose(
        Phrase(
            "p of tickers: {judged}{means}{last}{invalid}",
            judged=_tickers_judged(result, seen),
            means=Phrase("; of groups: headline") if result.groups else "",
            last=Phrase("; adj.: least, judged together") if _stepped_down(result) else "",
            invalid=_in_brackets(firm.spoken(i) for firm in result.firm_answers.values() for i in seen),
        )
    )
    yield from prose(_all_at_once(result))


def _cumulated(config: StudyConfig) -> Phrase:
    """What the sum over a window is called where there is room for it."""
    if config.returns == "difference":
        return Phrase("cumulated abnormal change")
    if config.outcome == "volume":
        return Phrase("cumulated abnormal log volume")
    return Phrase("cumulated abnormal return")


def _tickers_judged(result: StudyResult, shown: Sequence[int]) -> Phrase:
    """What the p of tickers in rows are."""
    by = {firm.headline[i] for firm in result.firm_answers.values() for i in shown}
    side = "" if result.config.outcome == "return" else Phrase(", upper tail")
    if "placebo" not in by:
        tests = Phrase("exact t") if by == {"exact_t"} else ", ".join(sorted(by))
        return Phrase("{tests}{side}", tests=tests, side=side)
    others = Phrase(", exact t where that is not valid") if "exact_t" in by else ""
    return Phrase("among windows of ordinary days (≤: least possible){others}{side}", others=others, side=side)


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
        return Phrase(
            "no p is adjusted for the number of tickers: {n:,} are too many (result.multiple() does it)",
            n=result.returns.n,
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
    told: dict[Phrase, list[str]] = {}
    for name, p in adjusted.items():
        left = [f"{_pair_name(result, i)} {written(windows[w])}" for w, i in np.argwhere(p.T < LEVEL)]
        told.setdefault(Phrase("{names:some 4}", names=left) if left else Phrase("none"), []).append(name)
    which = [Phrase("{which} by {by}", which=which, by=", ".join(names)) for which, names in told.items()]
    if not beyond:
        other = any(name != "exact_t" for names in family.by for name in names)
        by = Phrase("exact t, ranks where that is not valid") if other else Phrase("exact t")
        return Phrase(
            "below 5 % of all {n} p (Holm and Benjamini-Hochberg: {by}) together: {which:;}",
            n=family.p.size,
            by=Phrase("ranks") if result.fat_tailed else by,
            which=which,
        )
    cannot = Phrase("Holm and Benjamini-Hochberg cannot reach 5 %: least {p:p}", p=least)
    if not which:
        return cannot
    return Phrase("below 5 % of all {n} p together: {which:;} ({but})", n=family.p.size, which=which, but=cannot)


def _pair_name(result: StudyResult, i: int) -> str:
    """The ticker of a pair, with its day 0 where there are several events."""
    ticker = result.panel.pairs[i].ticker
    return ticker if len(result.events) == 1 else f"{ticker} {written(result.panel.day0[i].session)}"


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
        yield from prose(line)
    said = {"pairs": n, "n": dates}
    who = Phrase.counted(
        "all {pairs:,} pairs, {n:,} date (up:down)", "all {pairs:,} pairs, {n:,} dates (up:down)", **said
    )
    if out:
        who = Phrase.counted(
            "believable {pairs:,} pairs, {n:,} date (up:down)",
            "believable {pairs:,} pairs, {n:,} dates (up:down)",
            **said,
        )
    rows = [[spoken(who), *(f"{written(a.window)} ({a.n_positive}:{a.n_negative})" for a in answers)]]
    means = [f"{show(a.caar).removesuffix(result.config.unit.mark or '#')}; {show(a.median)}" for a in answers]
    rows.append([_row(Phrase("mean; median {car}", car=car_in_words(result.config))), *means])
    if any(a.interval for a in answers):
        rows.append([_row(interval_name(result.config)), *(_interval(a, result.config) for a in answers)])
    headlines = list(dict.fromkeys(a.headline for a in answers if a.headline))
    valid = {name for a in answers for name, test in a.tests.items() if test.valid}
    second = [name for name in ("bmp_adjusted",) if name in valid and not {name, "bmp"} & {*headlines}]
    if headlines:
        by = Phrase("p, {test} (headline)", test=headlines[0]) if len(headlines) == 1 else Phrase("p of the headline")
        rows.append([_row(by), *(smallest_told(a.tests[a.headline]) if a.headline else "" for a in answers)])
    if len(headlines) > 1:
        rows.append([_row(Phrase("by")), *(a.headline or "" for a in answers)])
    for name in second:
        cells = [smallest_told(a.tests[name]) if name in a.tests and a.tests[name].valid else "" for a in answers]
        rows.append([_row(Phrase("p, {test} (also valid)", test=name)), *cells])
    rows += [[_row(head), *cells] for head, cells in _asked(result, [*headlines, *second])]
    if judged_together(result) > 1:
        cells = [p_text(result.adjusted[a.window].p) if a.headline else "" for a in answers]
        rows.append([_row(Phrase("p, windows judged together")), *cells])
    yield columns(rows, range(1, len(answers) + 1))
    yield from _not_valid(answers)
    of_pairs = {name for firm in result.firm_answers.values() for name in firm.tests if name in result.config.tests}
    for why in _lacking(result, of_pairs):
        yield from prose(why)
    if result.returns.n > _FEW and (single := sorted(of_pairs - {"placebo", "exact_t"})):
        yield from prose(Phrase("of single pairs (asked for): {tests}: --format json shows each", tests=single))


def _row(name: str) -> str:
    """What stands before a row below a heading."""
    return f"  {spoken(name)}"


def _asked(result: Result, shown: Collection[str]) -> Iterator[tuple[Phrase, list[str]]]:
    """The tests that were asked for by name and are not shown anyway, and what each says of each window."""
    answers = list(result.answers.values())
    for name in dict.fromkeys(result.config.tests):
        told = [a.tests[name] for a in answers if name in a.tests]
        if name not in shown and any(said.distribution for said in told):
            cells = [smallest_told(said) if said.valid else spoken(Phrase("not valid")) for said in told]
            yield Phrase("p, {test} (asked for)", test=name), cells


def _interval(answer: Answer, config: StudyConfig) -> str:
    unit = LOGS if config.outcome == "volume" else unit_shown()
    low, high = (figure(unit.text(limit, "+.1f")) for limit in answer.interval or (0.0, 0.0))
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
        sized = Phrase(" (true nulls rejected)") if any(size is not None for size in sizes.values()) else ""
        yield from prose(
            Phrase("not valid {where}{sized}: {tests}: {why}", where=where, sized=sized, tests=named, why=reason)
        )


def _where_invalid(name: str, answers: Sequence[Answer]) -> Phrase:
    """The windows over which a test is not valid, where it is valid over others."""
    asked = [a for a in answers if name in a.tests]
    over = [a.window for a in asked if not a.tests[name].valid]
    return Phrase("here") if len(over) == len(asked) else Phrase("over {windows}", windows=over)


def _tests(result: StudyResult) -> Iterator[str]:
    """Every test of every window; of one firm those that judge it."""
    for window, answer in result.answers.items():
        table = result.tests(window)
        if result.returns.n == 1 and len(table):
            table = table[table["distribution"] != ""]
        if table.empty:  # no day of the window is there yet
            continue
        rows = [[spoken(Phrase("tests of {window}", window=window)), spoken(Phrase("statistic")), "p", ""]]
        for name in table["name"]:
            said = answer.tests[name]
            told = "" if said.valid else spoken(Phrase("not valid: {reasons:;}", reasons=list(said.reasons)))
            rows.append([f"  {name}", _statistic(said), p_text(said.told_p), told])
        yield columns(rows, (1, 2))


def _statistic(said: Significance) -> str:
    return figure(f"{said.statistic:.3f}")


def _other_news(result: StudyResult, verbose: bool) -> Iterator[str]:
    """A line a day with other news: what, and of whom where it is not all of them."""
    days: dict[tuple[str, str], dict[str, list[str]]] = {}
    for w in result.warned:
        if w.code in NEWS_OF_A_DAY and w.session:
            on, _, what = spoken(w.message).partition(": ")
            event = f" {w.event_id}" if len(result.events) > 1 else ""
            whom = w.ticker if w.ticker and result.returns.n > 1 else ""
            days.setdefault((w.session, on + event), {}).setdefault(f"{w.code} {what}", []).append(whom)
    if days and result.returns.n > _FEW and not verbose:
        yield from prose(_news_in_short(days))
        return
    shown = list(days.items()) if verbose else list(days.items())[:_NEWS_DAYS]
    for (_, on), told in shown:
        said = [f"{what}{_of(who) if 'EARNINGS' not in what else ''}" for what, who in told.items()]
        yield from prose(Phrase("other news on {on}: {news:;}", on=on, news=said))
    if len(days) > len(shown):
        more = len(days) - len(shown)
        yield spoken(Phrase("... and {n} more days with other news (eventstudy confounders shows them)", n=more))


def _news_in_short(days: dict[tuple[str, str], dict[str, list[str]]]) -> Phrase:
    """The days with other news and the kinds of it, in a sentence."""
    kinds: dict[str, dict[str, list[str]]] = {}
    for (session, _), said in days.items():
        for what, who in said.items():
            kinds.setdefault(session, {}).setdefault(what.partition(" ")[0], []).extend(who)
    told = [
        f"{written(session)} ({', '.join(f'{kind}{_of(who)}' for kind, who in of_day.items())})"
        for session, of_day in kinds.items()
    ]
    named = written(told, f"some {_NEWS_DAYS}")
    return Phrase("other news, not told apart from the event by prices: {days}; see eventstudy confounders", days=named)


def _of(tickers: Sequence[str]) -> str:
    named = list(dict.fromkeys(ticker for ticker in tickers if ticker))
    return f" ({written(named, 'some 4')})" if named else ""


def names_of(result: StudyResult) -> dict[tuple[str | None, str | None], str]:
    """What the pairs of tickers with several events are called, by event and ticker: each with its day 0."""
    several = {ticker for ticker, n in Counter(pair.ticker for pair in result.panel.pairs).items() if n > 1}
    return {
        (pair.event_id, pair.ticker): _pair_name(result, i)
        for i, pair in enumerate(result.panel.pairs)
        if pair.ticker in several
    }


def whom(told: Iterable[Warned], names: Mapping[tuple[str | None, str | None], str]) -> str:
    """The tickers that messages are about, each once and the first four by name; empty where they are about the study."""
    return written(list(dict.fromkeys(names.get((w.event_id, w.ticker), w.ticker) for w in told if w.ticker)), "some 4")


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
            lines = [f"{w.code} {whom([w], names) + ': ' if w.ticker else ''}{spoken(w.message)}" for w in told]
        else:
            alike = Phrase(" (and the like; --verbose shows all)") if len({w.message for w in told}) > 1 else ""
            named = whom(told, names)
            lines = [f"{code}{f' {named}:' if named else ''} {spoken(told[0].message)}{spoken(alike)}"]
            if of_tickers and code in of_study:
                lines = [
                    spoken(Phrase("{code} {names}: by themselves too (--verbose shows all)", code=code, names=named))
                ]
        for line in lines:
            yield from wrapped(line)
    yield from left_out(result.exclusions, verbose=verbose)


def left_out(exclusions: Sequence[Exclusion], *, verbose: bool = False) -> Iterator[str]:
    """What was left out and why: the first few, or with `verbose` all."""
    for one in exclusions[: None if verbose else 6]:
        said = {"ticker": one.ticker, "event": one.event_id, "why": one.message}
        yield from prose(Phrase("left out {ticker} ({event}): {why}", **said))
    if not verbose and len(exclusions) > 6:
        yield spoken(Phrase("... and {n} more left out (--verbose shows all)", n=len(exclusions) - 6))


# ---- sums over many pairs ------------------------------------------------------------------------------------------------


def many_screen(result: AggregateResult, *, verbose: bool = False) -> str:
    """A row a window, what was left out, what to know; `verbose` adds every test of every window."""
    several = judged_together(result) > 1
    head: list[str] = [Phrase("window"), Phrase("pairs"), Phrase("up : down"), "CAAR", interval_name(result.config)]
    head += ["BHAAR", Phrase("headline"), "p", *([Phrase("p together")] if several else [])]
    rows = [[spoken(name) for name in head]]
    for answer in result.answers.values():
        interval = f"{percent(answer.interval[0])} .. {percent(answer.interval[1])}" if answer.interval else ""
        p = p_text(answer.tests[answer.headline].told_p) if answer.headline else ""
        headline = answer.headline or spoken(Phrase("no valid test"))
        told = [percent(answer.caar), interval, percent(answer.bhaar), headline, p]
        counts = [written(answer.n, ","), f"{written(answer.n_positive, ',')} : {written(answer.n_negative, ',')}"]
        together = [p_text(result.adjusted[answer.window].p) if answer.headline else ""] if several else []
        rows.append([written(answer.window), *counts, *told, *together])
    asked = [
        [spoken(name), *cells]
        for name, cells in _asked(result, [a.headline for a in result.answers.values() if a.headline])
    ]
    told_above = (*result.doubts_of(), *(w for w in result.warned if w.code in _OF_WINDOWS and not verbose))
    sums = Phrase("sums were kept, not pairs: --keep pairs shows each, and other news on its days")
    blocks = [
        prose(Phrase("{events:,} events, {pairs:,} pairs", events=result.n_events, pairs=result.n)),
        [line for said in _many_finding(result) for line in prose(said)],
        prose(sums),
        columns(rows, (1, 2, 3, 4, 5, 7, 8)).splitlines(),
        columns([["", *map(written, result.answers)], *asked], range(1, len(result.answers) + 1)).splitlines()
        if asked
        else [],
        [line for why in _lacking(result) for line in prose(why)],
        _sums_tests(result) if verbose else [],
        [line for n in _left_out_of_sums(result) for line in prose(n)],
        [
            line
            for w in result.warned
            if w not in told_above
            for line in wrapped(f"{w.code}{f' {w.ticker}' if w.ticker else ''}: {spoken(w.message)}")
        ],
    ]
    return fitted("\n\n".join("\n".join(block) for block in blocks if block))


def _many_finding(result: AggregateResult) -> list[str]:
    """What day 0 brought on average, where that can be believed and was tested; else what was found over all windows."""
    said = of_sums(result) if result.believable else None
    return list(result.sentences()) if said is None else [said]


def _lacking(result: Result, but: Collection[str] = ()) -> Iterator[Phrase]:
    """The tests that were asked for, `but` some, and have no answer, and why."""
    for name in (asked for asked in dict.fromkeys(result.config.tests) if asked not in but):
        told = {w: answer.tests[name] for w, answer in result.answers.items() if name in answer.tests}
        if told and not any(one.distribution for one in told.values()):
            yield _in_a_line(name, told)


def _left_out_of_sums(result: AggregateResult) -> Iterator[Phrase]:
    first = {e.reason: e for e in reversed(result.exclusions)}
    for reason, count in result.left_out.items():
        if one := first.get(reason):
            yield Phrase(
                "left out: {n:,} pairs {reason}, the first {ticker} ({event}): {why}",
                n=count,
                reason=reason,
                ticker=one.ticker,
                event=one.event_id,
                why=one.message,
            )


def _sums_tests(result: AggregateResult) -> list[str]:
    rows = [[*map(spoken, (Phrase("window"), Phrase("test"), Phrase("statistic"), "p", Phrase("valid")))]]
    for window, answer in result.answers.items():
        for name, said in answer.tests.items():
            why = Phrase("yes") if said.valid else Phrase("no: {reasons:;}", reasons=list(said.reasons))
            rows.append([written(window), name, _statistic(said), p_text(said.told_p), spoken(why)])
    return columns(rows, (2, 3)).splitlines()
