"""StudyResult -> Report: what is told, in which order. The finding comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eventstudy.language import Phrase
from eventstudy.reports.elsewhere import elsewhere, who
from eventstudy.reports.further import Answers, further
from eventstudy.reports.history import history
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Facts, Lang, Link, Paragraph, Report, Section, Span, Strong, Text, plain
from eventstudy.reports.pictures import chosen_charts, pictures
from eventstudy.reports.reasons import notes, provenance, sources_of_methods, tests
from eventstudy.reports.survives import survives
from eventstudy.reports.tables import detail, results
from eventstudy.reports.words import Words
from eventstudy.study.happened import called, in_common, what_happened
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
    document: Mapping[str, Any] | None = None,
) -> Report:
    """The report of a result.

    `charts`: names of charts to draw; None: those that suit the number of pairs. `home`: the index page of a site. `files`: the
    same report in other formats. `title`: instead of that of the event. `answers`: those to further questions; None: they are
    asked now. `document`: the result as the object of its JSON, which is not changed; None: it is made now.
    """
    with result.config.as_shown():
        told = Material(result, Words(lang), further(result) if answers is None else answers, document)
        return _built(told, result, charts, home, files, title, lang)


def _built(
    told: Material,
    result: StudyResult,
    charts: tuple[str, ...] | None,
    home: Link | None,
    files: tuple[Link, ...],
    title: str,
    lang: Lang,
) -> Report:
    """What `build` says."""
    names = chosen_charts(result) if charts is None else charts
    first, *others = pictures(told, names) if names else (None,)
    sections = [
        Section("chart", told.words("s.charts"), (first,) if first else ()),
        results(told),
        history(told),
        tests(told),
        survives(told),
        elsewhere(told),
        _day0(told),
        Section("charts", told.words("s.more charts"), tuple(others)),
        detail(told),
        notes(told),
        provenance(told),
        sources_of_methods(told),
    ]
    return Report(
        id=told.data["events"][0]["id"] if len(told.data["events"]) == 1 else "index",
        lang=lang,
        title=title or title_of(told),
        subtitle=_subtitle(told),
        finding=tuple(finding(told)),
        sections=tuple(section for section in sections if section.blocks),
        home=home,
        files=files,
    )


def title_of(told: Material) -> str:
    """What a report is called: its event, or what its events have in common."""
    events = told.result.events
    if len(events) == 1:
        event, firms = events[0], told.data["firms"]
        if event.title == event.id and len(firms) == 1:  # a list without titles
            who = called(told.result, firms[0]["ticker"])
            return plain(
                (told.words.said(Phrase("{id}: {who}, {on:long}", id=event.id, who=who, on=firms[0]["day0"])),)
            )
        return plain((told.of_registry(event, "title"),))
    return plain((told.words.said(in_common(told.result)),))


def _subtitle(told: Material) -> Text:
    words, events = told.words, told.data["events"]
    if len(events) > 1:
        return (words("event study"), ": ", words("site of", n=len(events)))
    return (words("event study"), ": ", told.text("events[0].id"))


def finding(told: Material, doubtful: Sequence[Text] | None = None) -> Iterator[Paragraph]:
    """What happened, in plain words; then what is missing.

    Where the figures cannot be believed, that stands first, and no finding. `doubtful`: the same, as the first page of a site
    says it, on which no other section tells what is missing.
    """
    said = what_happened(told.result)
    if doubts := told.doubts if doubtful is None else doubtful:
        yield in_doubt(told.words, doubts)
        yield from (Paragraph(offer, "note") for offer in told.offers)
    if told.accepted:
        yield in_doubt(told.words, told.accepted, "accepted")
    if not told.data["aggregate"]["believable"]:
        yield Paragraph(_no_finding(told), "lead")
    elif said:
        first, *others = ((told.words.said(sentence),) for sentence in said)
        yield Paragraph(first, "lead")
        yield from (Paragraph(other) for other in others)
    elif told.data["aggregate"]["windows"]:
        yield Paragraph((told.words.said(finding_of(told.result)),), "lead")
    if told.result.day0_policy != "announced":
        name = f"as {told.result.day0_policy}"
        policy = told.words(name) if told.words.knows(name) else told.text("events[0].day0_policy")
        yield Paragraph(told.words.fill("user chose", policy=policy), "note")
    if gaps := list(missing(told)):
        where = "and more" if doubtful is None else "and more pages"
        more: Text = (" ", told.words(where, n=len(gaps) - _SHOWN)) if len(gaps) > _SHOWN else ()
        shown = [span for gap in gaps[:_SHOWN] for span in (" ", *gap, ".")]
        yield Paragraph((Strong(told.words("incomplete")), *shown, *more), "alert")


def in_doubt(words: Words, doubts: Sequence[Text], heading: str = "doubt") -> Paragraph:
    """The line that stands before everything else: what cannot be believed, or is believed because the user said so."""
    shown = joined([tuple(text) for text in doubts[:_SHOWN]], "; ")
    more: Text = ("; ", words("and more doubts", n=len(doubts) - _SHOWN)) if len(doubts) > _SHOWN else ()
    return Paragraph((Strong(words(heading)), " ", *shown, *more, "."), "alert")


def _no_finding(told: Material) -> Text:
    """What is said in place of a finding."""
    series = list(dict.fromkeys(w.ticker for w in told.result.doubts_of() if w.ticker))
    if told.result.returns.n == 1:
        return told.words.fill("no finding one", who=told.text("firms[0].ticker"), series=who(told, series))
    tickers = {pair.ticker for pair in told.result.panel.pairs}
    many = "no finding many" if len(tickers) == told.result.n else "no finding cases"
    return told.words.fill(many, n=(str(told.result.n),), series=who(told, series))


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
        yield (f"{told.whom(warning)}: ", told.words.said(warning["message"]))
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
            rows.append((words("reason"), (told.of_registry(event, "recognised_reason"),)))
    policy = told.result.day0_policy
    which = policy if policy in ("announced", "recognised") else "date"
    rows.append((words("counted from"), (words(f"policy {which}"),)))
    rows += [(words("day 0"), text) for text in _sessions(told)]
    if len(events) == 1:
        event = events[0]
        sources = event.sources_de if words.lang == "de" and event.sources_de else event.sources
        links: list[Text] = [(Link(source, source),) for source in sources]
        rows += [(words("sources"), joined(links, "; "))] if links else []
        rows += [(words("notes"), (told.of_registry(event, "notes"),))] if event.notes else []
    return Section("day0", words("s.day0"), (Facts(tuple(rows)),))


def _sessions(told: Material) -> Iterator[Text]:
    """Each way from a moment to a session, with the tickers that it holds for where there are several."""
    found: dict[tuple[str, str, bool, str, int], list[int]] = {}
    for i, day0 in enumerate(told.result.panel.day0):
        key = (day0.announced, str(day0.session), day0.shifted, day0.exchange, day0.shift_days)
        found.setdefault(key, []).append(i)
    for (_, _, shifted, exchange, days), members in list(found.items())[:_SHOWN]:
        fields: dict[str, Span | Text] = {"day0": told.text(f"firms[{members[0]}].day0"), "exchange": exchange}
        fields |= {"days": str(days)} if shifted and days != 1 else {}
        tickers = ", ".join(told.result.panel.pairs[i].ticker for i in members)
        whom: Text = (told.words("for tickers", tickers=tickers),) if len(found) > 1 else ()
        how = ("shifted" if days != 1 else "shifted one") if shifted else "not shifted"
        yield (
            *told.words.fill(how if exchange else f"{how} by prices", **fields),
            *whom,
        )
    if len(found) > _SHOWN:
        yield (f"… +{len(found) - _SHOWN}",)
