"""StudyResult -> Report: what is told, in which order. The finding comes first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from eventstudy.reports.elsewhere import elsewhere, who
from eventstudy.reports.further import Answers, further
from eventstudy.reports.history import history
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Facts, Lang, Link, Paragraph, Report, Section, Span, Strong, Text
from eventstudy.reports.pictures import chosen_charts, pictures
from eventstudy.reports.reasons import notes, provenance, sources_of_methods, tests
from eventstudy.reports.survives import survives
from eventstudy.reports.tables import detail, results
from eventstudy.reports.words import Words
from eventstudy.study.sentences import LEVEL
from eventstudy.study.sentences import finding as finding_of

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

_SHOWN = 5
"""So many gaps are named on the face of a report; all of them stand in its notes."""


def build(
    result: StudyResult,
    *,
    lang: Lang = "en",
    charts: tuple[str, ...] | None = None,
    home: Link | None = None,
    files: tuple[Link, ...] = (),
    title: str = "",
    answers: Answers | None = None,
) -> Report:
    """The report of a result.

    `charts`: names of charts to draw; None: those that suit the number of pairs. `home`: the index page of a site. `files`: the
    same report in other formats. `title`: instead of that of the event. `answers`: those to further questions; None: they are
    asked now.
    """
    told = Material(result, Words(lang), further(result) if answers is None else answers)
    names = chosen_charts(result) if charts is None else charts
    sections = [
        _day0(told),
        results(told),
        history(told),
        Section("charts", told.words("s.charts"), tuple(pictures(told, names))),
        detail(told),
        tests(told),
        survives(told),
        elsewhere(told),
        notes(told),
        provenance(told),
        sources_of_methods(told),
    ]
    return Report(
        id=told.data["events"][0]["id"] if len(told.data["events"]) == 1 else "index",
        lang=lang,
        title=title or told.data["events"][0]["title"],
        subtitle=_subtitle(told),
        finding=tuple(finding(told)),
        sections=tuple(section for section in sections if section.blocks),
        home=home,
        files=files,
    )


def _subtitle(told: Material) -> Text:
    words, events = told.words, told.data["events"]
    if len(events) > 1:
        return (words("event study"), ": ", words("site of", n=len(events)))
    return (words("event study"), ": ", told.text("events[0].id"))


def finding(told: Material) -> Iterator[Paragraph]:
    """Two sentences: what the first window brought, and what the others say; then what is missing.

    Where the figures cannot be believed, that stands first, and no finding.
    """
    windows = told.data["aggregate"]["windows"]
    lead = next((i for i, w in enumerate(windows) if w["start"] == w["end"] == 0), 0)
    if doubts := told.doubts:
        yield in_doubt(told.words, doubts)
    if not told.data["aggregate"]["believable"]:
        yield Paragraph(_no_finding(told), "lead")
    elif told.result.config.outcome != "return":
        yield Paragraph((told.words.said(finding_of(told.result)),), "lead")
    elif windows:
        yield Paragraph((*_lead(told, f"aggregate.windows[{lead}]"), " ", *_others(told, lead)), "lead")
    if told.result.day0_policy != "announced":
        name = f"as {told.result.day0_policy}"
        policy = told.words(name) if told.words.knows(name) else told.text("events[0].day0_policy")
        yield Paragraph(told.words.fill("user chose", policy=policy), "note")
    if gaps := list(missing(told)):
        more: Text = (" ", told.words("and more", n=len(gaps) - _SHOWN)) if len(gaps) > _SHOWN else ()
        shown = [span for gap in gaps[:_SHOWN] for span in (" ", *gap, ".")]
        yield Paragraph((Strong(told.words("incomplete")), *shown, *more), "alert")


def in_doubt(words: Words, doubts: Sequence[Text]) -> Paragraph:
    """The line that stands before everything else: what cannot be believed."""
    shown = joined([tuple(text) for text in doubts[:_SHOWN]], "; ")
    more: Text = ("; ", words("and more doubts", n=len(doubts) - _SHOWN)) if len(doubts) > _SHOWN else ()
    return Paragraph((Strong(words("doubt")), " ", *shown, *more, "."), "alert")


def _no_finding(told: Material) -> Text:
    """What is said in place of a finding."""
    series = list(dict.fromkeys(w.ticker for w in told.result.doubts_of() if w.ticker))
    if told.result.returns.n == 1:
        return told.words.fill("no finding one", who=told.text("firms[0].ticker"), series=who(told, series))
    return told.words.fill("no finding many", n=(str(told.result.returns.n),), series=who(told, series))


def _lead(told: Material, path: str) -> Text:
    words, single = told.words, told.result.returns.n == 1
    fields: dict[str, Span | Text] = {
        "car": told.amount(f"{path}.caar"),
        "model": told.text("config.model"),
        "when": _when(told, path),
        "verdict": _verdict(told, path),
    }
    if single:
        return words.fill("lead one", who=told.text("firms[0].ticker"), **fields)
    return words.fill("lead many", n=told.count(f"{path}.n"), **fields)


def _when(told: Material, path: str) -> Text:
    """The date where the window is the one day that all pairs share."""
    if told.window(path) != "[0,\u00a00]":
        return told.words.fill("over window", window=told.window(path))
    if told.data["aggregate"]["n_dates"] == 1:
        return told.words.fill("on date", day0=told.text("firms[0].day0"))
    return (told.words("on day 0"),)


def _verdict(told: Material, path: str) -> Text:
    kind = _kind(told, path)
    if kind == "none":
        return (told.words("verdict none"),)
    return told.words.fill(f"verdict {kind}", p=told.headline_p(path), test=told.text(f"{path}.headline"))


def _kind(told: Material, path: str) -> str:
    """`out` of the ordinary, `quiet`, or `none` where no test is valid."""
    p = getattr(told.headline_p(path), "value", None)
    return "none" if p is None else "out" if p < LEVEL else "quiet"


def _others(told: Material, lead: int) -> Text:
    """One sentence on all other windows, by what their headline tests say."""
    words, by_kind = told.words, dict[str, list[Text]]()
    for i in range(len(told.data["aggregate"]["windows"])):
        path = f"aggregate.windows[{i}]"
        if i != lead:
            key = "one window" if (kind := _kind(told, path)) != "none" else "one window untested"
            spans: dict[str, Span | Text] = {"window": told.window(path), "car": told.amount(f"{path}.caar")}
            if kind != "none":
                spans["p"] = told.headline_p(path)
            by_kind.setdefault(kind, []).append(words.fill(key, **spans))
    also = "rest out" if _kind(told, f"aggregate.windows[{lead}]") == "out" else "rest only out"
    parts = [
        words.fill(key, list=joined(by_kind[kind]))
        for kind, key in (("out", also), ("quiet", "rest quiet"), ("none", "rest none"))
        if kind in by_kind
    ]
    return words.fill("rest", list=joined(parts, "; ")) if parts else ()


def joined(texts: list[Text], separator: str = ", ") -> Text:
    """Texts one after the other."""
    spans: list[Span] = []
    for place, text in enumerate(texts):
        spans += [separator, *text] if place else text
    return tuple(spans)


def missing(told: Material) -> Iterator[Text]:
    """What the report lacks: pairs left out, prices that end inside the event window, and windows of too few days."""
    several = len(told.data["events"]) > 1
    for i, left in enumerate(told.data["excluded"]):
        fields: dict[str, Span | Text] = {"ticker": told.text(f"excluded[{i}].ticker")}
        fields |= {"event": told.text(f"excluded[{i}].event_id")} if several else {}
        yield (
            *told.words.fill("left out of" if several else "left out", **fields),
            told.words.said(left["message"]),
        )
    early = [w for w in told.data["warnings"] if w["code"] == "WINDOW_INCOMPLETE"]
    for warning in early:
        yield (f"{warning['ticker']}: ", told.words.said(warning["message"]))
    told_of = {(w["event_id"], w["ticker"]) for w in early}
    for i, firm in enumerate(told.data["firms"]):
        if (firm["event_id"], firm["ticker"]) not in told_of:
            yield from _short_windows(told, i)


def _short_windows(told: Material, i: int) -> Iterator[Text]:
    for j, window in enumerate(told.data["firms"][i]["windows"]):
        if window["car"] is None:
            path = f"firms[{i}].windows[{j}]"
            days = str(window["end"] - window["start"] + 1)
            fields: dict[str, Span | Text] = {"n": told.count(f"{path}.n_days"), "all": days}
            yield told.words.fill("days so far", ticker=told.ticker_of(i), window=told.window(path), **fields)


def _day0(told: Material) -> Section:
    """Announced, recognised, and the session that counts, exchange by exchange; of one event."""
    words, events = told.words, told.result.events
    rows: list[tuple[str, Text]] = []
    if len(events) == 1:
        event = events[0]
        rows.append((words("announced"), (told.text("events[0].announced"),)))
        if event.recognised:
            rows.append((words("recognised"), (told.text("events[0].recognised"),)))
            rows.append((words("reason"), (told.english(event.recognised_reason or ""),)))
    policy = told.result.day0_policy
    which = policy if policy in ("announced", "recognised") else "date"
    rows.append((words("counted from"), (words(f"policy {which}"),)))
    rows += [(words("day 0"), text) for text in _sessions(told)]
    if len(events) == 1:
        event = events[0]
        links: list[Text] = [(Link(source, source),) for source in event.sources]
        rows += [(words("sources"), joined(links, "; "))] if links else []
        rows += [(words("notes"), (told.english(event.notes),))] if event.notes else []
    return Section("day0", words("s.day0"), (Facts(tuple(rows)),))


def _sessions(told: Material) -> Iterator[Text]:
    """Each way from a moment to a session, with the tickers that it holds for where there are several."""
    found: dict[tuple[str, str, bool, str, int], list[int]] = {}
    for i, day0 in enumerate(told.result.panel.day0):
        key = (day0.announced, str(day0.session), day0.shifted, day0.exchange, day0.shift_days)
        found.setdefault(key, []).append(i)
    for (_, _, shifted, exchange, days), members in list(found.items())[:_SHOWN]:
        fields: dict[str, Span | Text] = {"day0": told.text(f"firms[{members[0]}].day0"), "exchange": exchange or "–"}
        fields |= {"days": str(days)} if shifted else {}
        tickers = ", ".join(told.result.panel.pairs[i].ticker for i in members)
        whom: Text = (told.words("for tickers", tickers=tickers),) if len(found) > 1 else ()
        yield (*told.words.fill("shifted" if shifted else "not shifted", **fields), *whom)
    if len(found) > _SHOWN:
        yield (f"… +{len(found) - _SHOWN}",)
