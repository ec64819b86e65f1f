"""Several events: a page each, an index that leads to them, and an Atom feed of results."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from eventstudy import disk
from eventstudy.config import shown_as
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase, at_most
from eventstudy.parallel import Executor, Serial
from eventstudy.reports import files, html
from eventstudy.reports.build import finding, in_doubt, joined, missing, title_of
from eventstudy.reports.formats import SUFFIXES, render
from eventstudy.reports.further import Answers, further, looked_through
from eventstudy.reports.material import Material, value_at
from eventstudy.reports.parts import (
    Figure,
    Lang,
    Link,
    Paragraph,
    Report,
    Row,
    Section,
    Spark,
    Strong,
    Table,
    Text,
    plain,
)
from eventstudy.reports.tables import NAMED, least, left_together
from eventstudy.reports.words import Words
from eventstudy.text import json_file

if TYPE_CHECKING:
    from eventstudy.analyses.confounders import Confounders
    from eventstudy.events import Event
    from eventstudy.study.result import StudyResult

INDEX, FEED = "index.html", "feed.xml"

_OWN = re.compile(r"(index|feed|manifest|con|prn|aux|nul|com[1-9]|lpt[1-9])(-event)*", re.IGNORECASE)
"""Names of the site's own files, names that mean devices to Windows, and what events of such names become."""

_SCHEMA = "eventstudy.site/1"


def stem(id: str) -> str:
    """The name of an event's files: its id, unless a file of the site, a device or such an event is called so."""
    return f"{id}-event" if _OWN.fullmatch(id) else id


def named_after(result: StudyResult) -> str:
    """The name of a file about a study: the ids of its first events."""
    return "-".join(stem(event.id) for event in result.events[:3])


def refuse_twins(ids: Iterable[str], where: str) -> None:
    """Events whose ids differ in case alone would share a file where names know no case.

    Raises:
        InvalidRequest: there are such events.
    """
    known: dict[str, str] = {}
    for id in ids:
        twin = known.setdefault(id.lower(), id)
        if twin != id:
            raise InvalidRequest(
                Sentence(
                    "the events {twin!r} and {id!r} differ in upper and lower case alone, and many systems keep"
                    " both in one file",
                    twin=twin,
                    id=id,
                ),
                where=where,
                hint=Sentence("give one of them another id"),
            )


def look_at(folder: Path, source: Path, ids: Sequence[str]) -> None:
    """Look whether a folder may become the site of this file of events; asked before there is anything to write.

    Raises:
        InvalidRequest: what is there was not written for this file, or the events cannot share a site.
    """
    refuse_twins(ids, where=str(source))
    files.refuse_place(folder)
    files.owned(folder, _SCHEMA, source, ids)


def write_site(folder: Path, pages: Mapping[str, bytes], source: Path, ids: Sequence[str]) -> None:
    """Bring a folder to the pages of a site, with a manifest that says whose it is: all of them, or what was there stays.

    Raises:
        InvalidRequest: the folder cannot be written, or holds something else of these names. Locked: another report is at work.
    """
    found = {
        "schema": _SCHEMA,
        "study": files.seen_from(folder, source),
        "events": list(ids),
        "files": {name: files.sha256(data) for name, data in sorted(pages.items())},
    }
    manifest, folder = json_file(found), Path(os.path.abspath(folder))
    with disk.locked(folder, "report"):
        files.tidy(folder)
        known = files.written(files.owned(folder, _SCHEMA, source, ids))
        now = {name: data for name, data in files.contents(folder).items() if name in known}
        files.publish(folder, {**pages, files.MANIFEST: manifest}, now)


@dataclass(frozen=True)
class Entry:
    """What a site tells of one event."""

    id: str
    title: str
    data: dict[str, Any] | None
    """The object of its JSON file; None where there is no result."""
    gap: str = ""
    """What is missing, and why; empty for a complete report."""
    changes: tuple[str, ...] = ()
    """What the last update changed."""
    updated: str = ""
    """The date of the last session that the result knows."""
    doubts: tuple[str, ...] = ()
    """What of the result cannot be believed, a sentence each, in the language of the site."""
    offers: tuple[str, ...] = ()
    """What its figures would be without the day at fault, a sentence each."""
    tickers: tuple[str, ...] = ()
    """Those of the event, which are named where there is no result."""


def site_of(
    result: StudyResult,
    *,
    lang: Lang = "en",
    title: str = "",
    found: Confounders | None = None,
    progress: Callable[[str, int, int], object] | None = None,
    executor: Executor | None = None,
) -> dict[str, bytes]:
    """All files of a site about the events of one study: name -> bytes.

    `found`: what else happened, where it was asked. `progress` is called before each event with its id, its number and how many
    there are, and once at the end. `executor` makes the pages of several events at a time, the same bytes for any number of
    processes; None: one after the other, in this process.
    """
    with result.config.as_shown():
        if found is None and result.config.clock.daily:  # of weeks and months nothing is looked for
            found = looked_through(result)
        return _site(result, lang, title, found, progress, executor or Serial())


def _site(
    result: StudyResult,
    lang: Lang,
    title: str,
    found: Confounders | None,
    progress: Callable[[str, int, int], object] | None,
    executor: Executor,
) -> dict[str, bytes]:
    """What `site_of` says."""
    ids = [*(event.id for event in result.events), ""]

    def told_of(done: int, n: int) -> None:
        if progress:
            progress(ids[done], done, n)

    told_of(0, len(result.events))
    made = executor.run(_of_one, (result, lang, found), result.events, told_of)
    entries = [entry for entry, _ in made]
    pages = {name: data for _, own in made for name, data in own.items()}
    document = result.to_dict()
    told = Material(result, Words(lang), document=document)
    title = title or title_of(told)
    pages[INDEX] = index_page(entries, lang, title, tuple(finding(told, _doubtful(entries))), _together(told))
    pages["index.json"] = render(result, "json", answers={}, document=document)
    pages[FEED] = feed([item_of(e, lang) for e in entries if e.data is not None], lang, title)
    return pages


def _of_one(shared: tuple[StudyResult, Lang, Confounders | None], event: Event) -> tuple[Entry, dict[str, bytes]]:
    """What the index tells of an event, and its files."""
    result, lang, found = shared
    with result.config.as_shown():
        part = of_event(result, event)
        if part is None:
            left = [e for e in result.exclusions if e.event_id == event.id]
            why = Words(lang).left_out(left)
            entry = Entry(event.id, event.title, None, why, tickers=tuple(event.tickers))
            return entry, {f"{stem(event.id)}.html": gap_page(event.id, event.title, why, lang)}
        document, answers = part.to_dict(), further(part, found)
        return entry_of(part, lang, document), pages_of(part, ("html", "json"), lang, answers, document)


def _doubtful(entries: Iterable[Entry]) -> list[Text]:
    """What cannot be believed, with the event it is about."""
    return [(entry.title, ": ", doubt) for entry in entries for doubt in entry.doubts]


def _offered(entries: Iterable[Entry]) -> Iterator[Paragraph]:
    """What figures in doubt would be without the day at fault, with the event they are about."""
    for entry in entries:
        yield from (Paragraph((entry.title, ": ", offer), "note") for offer in entry.offers)


def of_event(result: StudyResult, event: Event) -> StudyResult | None:
    """The part of a result that is about one event; None where it has no pair."""
    which = np.array([i for i, p in enumerate(result.panel.pairs) if p.event_id == event.id], dtype=np.int64)
    if not len(which):
        return None
    part = result.part(which)
    return replace(
        part,
        exclusions=tuple(e for e in result.exclusions if e.event_id == event.id),
        noticed=tuple(w for w in result.noticed if w.event_id in (None, event.id)),
    )


def pages_of(
    result: StudyResult, forms: Iterable[str], lang: Lang, answers: Answers, document: Mapping[str, Any]
) -> dict[str, bytes]:
    """The report of one event in several formats, each page linking to the others; `document` is the object of its JSON."""
    event = result.events[0]
    forms = tuple(forms)
    links = tuple(Link(form.upper(), stem(event.id) + SUFFIXES[form], own=True) for form in forms if form != "html")
    home = Link(Words(lang)("all reports"), INDEX, own=True)
    found = {}
    for form in forms:
        options: dict[str, Any] = {"home": home, "files": links} if form in ("html", "pdf") else {}
        found[stem(event.id) + SUFFIXES[form]] = render(
            result, form, lang=lang, answers=answers, document=document, **options
        )
    return found


def entry_of(result: StudyResult, lang: Lang, document: Mapping[str, Any] | None = None) -> Entry:
    """What the index tells of a result; `document` is the object of its JSON, made now where there is none."""
    with result.config.as_shown():
        return _entry(Material(result, Words(lang), document=document))


def _entry(told: Material) -> Entry:
    data, gap = told.data, "; ".join(plain(gap) for gap in missing(told))
    event, doubts, offers = data["events"][0], tuple(map(plain, told.doubts)), tuple(map(plain, told.offers))
    title = plain((told.of_registry(told.result.events[0], "title"),))
    return Entry(event["id"], title, data, gap, (), last_session(data), doubts, offers)


def last_session(data: dict[str, Any]) -> str:
    """The last session with an abnormal return."""
    days = [d["session"] for firm in data["firms"] for d in firm["days"] if d["ar"] is not None]
    return str(max(days, default=data["firms"][0]["day0"]))


def gap_page(id: str, title: str, why: str, lang: Lang) -> bytes:
    """The page of an event without a result: it says so, and why."""
    words = Words(lang)
    alert = Paragraph((Strong(words("incomplete")), " ", *words.fill("no result", why=why)), "alert")
    home = Link(words("all reports"), INDEX, own=True)
    return html.render(Report(id, lang, title, (words("event study"), ": ", id), (alert,), (), home))


def _together(told: Material) -> tuple[Paragraph, ...]:
    """Which firms of all events stand out as all are judged together, where a report would name them."""
    return (Paragraph(left_together(told), "note"),) if 1 < told.result.returns.n <= NAMED else ()


def index_page(
    entries: Sequence[Entry],
    lang: Lang,
    title: str,
    told: tuple[Paragraph, ...] = (),
    together: tuple[Paragraph, ...] = (),
) -> bytes:
    """The page that leads to all others: what is missing and what changed stand above the list, how to read its p below."""
    with _in_common(entries):
        return html.render(_index(entries, Words(lang), title, told, together))


def _index(
    entries: Sequence[Entry], words: Words, title: str, told: tuple[Paragraph, ...], together: tuple[Paragraph, ...]
) -> Report:
    """What `index_page` says."""
    gaps: list[Text] = [(entry.title, ": ", entry.gap) for entry in entries if entry.gap]
    alert = [span for gap in gaps for span in (" ", *gap, ".")]
    doubtful = _doubtful(entries)
    doubts = (in_doubt(words, doubtful), *_offered(entries)) if doubtful and not told else ()
    faces = (
        *doubts,
        *told,
        *([Paragraph((Strong(words("incomplete")), *alert), "alert")] if gaps and not told else []),
    )
    table = _table(entries, words)
    news = [f"{entry.title}: {'; '.join(entry.changes)}" for entry in entries if entry.changes]
    alone = (Paragraph((words("p of events"),), "note"),) if sum(e.data is not None for e in entries) > 1 else ()
    sections = [Section("events", words("s.events"), (table, *alone, *together, *least(words, [table])))]
    if news:
        sections.insert(0, Section("news", words("s.news"), tuple(Paragraph((line,)) for line in news)))
    return Report(
        id="index",
        lang=words.lang,
        title=title,
        subtitle=(words("event study"), ": ", *_counted(entries, words)),
        finding=faces,
        sections=tuple(sections),
        feed=FEED,
    )


def _in_common(entries: Iterable[Entry]) -> AbstractContextManager[None]:
    """Headings in the unit and the rows of all studies, where these are the same; else as of days."""
    kinds = [{name: e.data["config"].get(name) for name in _SHOWN_BY} for e in entries if e.data is not None]
    return shown_as(kinds[0]) if kinds and all(kind == kinds[0] for kind in kinds) else nullcontext()


_SHOWN_BY = ("unit", "returns", "frequency")
"""What of a study says how its figures and rows are shown."""


def _counted(entries: Sequence[Entry], words: Words) -> Text:
    """How many events, firms and pairs of both there are."""
    studied = [entry.data for entry in entries if entry.data]
    pairs = [firm["ticker"] for data in studied for firm in data["firms"]]
    if studied and all(data["config"]["returns"] == "difference" for data in studied):
        firms = Phrase.counted("one series", "{n} series", n=len(set(pairs)))
        both = Phrase.counted("{n} pair of event and series", "{n} pairs of event and series", n=len(pairs))
    else:
        firms = Phrase.counted("{n} firm", "{n} firms", n=len(set(pairs)))
        both = Phrase.counted("{n} pair of event and firm", "{n} pairs of event and firm", n=len(pairs))
    counts = (
        Phrase.counted("{n:,} event", "{n:,} events", n=len(entries)),
        firms,
        both,
    )
    return joined([(words.said(count),) for count in counts])


_NAMED = 4
"""So many tickers of an event are named in the index."""


def _table(entries: Sequence[Entry], words: Words) -> Table:
    """A row an event: whose, which group, its CAR, p and path; the window in the heading where all have the same."""
    leads = {words.window_of(lead) for entry in entries if (lead := _lead(entry))}
    grouped = any(entry.data and entry.data["groups"] for entry in entries)
    span = leads.pop() if len(leads) == 1 else ""
    keys = (
        "event",
        "day 0",
        "whom",
        *(("of group",) if grouped else ()),
        *(() if span else ("window",)),
        "mean CAR",
        "p",
    )
    columns = [words(key) if key != "mean CAR" or not span else f"{words(key)} {span}" for key in keys]
    rows = tuple(_row(entry, words, keys) for entry in entries)
    texts = {i for i, key in enumerate(keys) if key in ("event", "whom", "of group")} | {len(keys), len(keys) + 1}
    return Table(
        words("cap.events"),
        (*columns, words("path"), words("status")),
        rows,
        frozenset(texts),
        sortable=len(rows) > 1,
    )


def _lead(entry: Entry) -> dict[str, Any] | None:
    """The window of an event that the index shows: day 0, or its first."""
    windows: list[dict[str, Any]] = entry.data["aggregate"]["windows"] if entry.data else []
    return next((w for w in windows if w["start"] == w["end"] == 0), windows[0] if windows else None)


def _row(entry: Entry, words: Words, keys: Sequence[str]) -> Row:
    head: Text = (Link(entry.title, f"{stem(entry.id)}.html", own=True),)
    lead = _lead(entry)
    if entry.data is None or lead is None:
        known: dict[str, Text] = {"whom": _whom(entry.tickers)}
        return Row(head, (*(known.get(key, ()) for key in keys[1:]), (), (words("no report"),)))
    with shown_as(entry.data["config"]):
        return _row_of(entry, entry.data, lead, head, words, keys)


def _whom(tickers: Sequence[str]) -> Text:
    """The first tickers of an event, and how many more there are."""
    each = list(dict.fromkeys(tickers))
    return (", ".join(each[:_NAMED]) + (f" +{len(each) - _NAMED}" if len(each) > _NAMED else ""),)


def _row_of(
    entry: Entry, data: dict[str, Any], lead: dict[str, Any], head: Text, words: Words, keys: Sequence[str]
) -> Row:
    """The row of an event with a result, in its unit."""
    path = f"aggregate.windows[{data['aggregate']['windows'].index(lead)}]"
    at = next((k for k, t in enumerate(lead["tests"]) if t["name"] == lead["headline"]), None)

    def figure(path: str, shown: str) -> Text:
        return (Figure(path, value_at(data, path), shown, f"{stem(entry.id)}.json"),)

    cells: dict[str, Text] = {
        "day 0": figure("firms[0].day0", words.date(data["firms"][0]["day0"])),
        "whom": _whom([firm["ticker"] for firm in data["firms"]]),
        "of group": (
            ", ".join(dict.fromkeys(group["name"] or words.named(group["role"]) for group in data["groups"])),
        ),
        "window": (words.window_of(lead),),
        "mean CAR": ("–",) if entry.doubts else figure(f"{path}.caar", words.amount(lead["caar"])),
        "p": ("–",)
        if entry.doubts
        else ()
        if at is None
        else figure(f"{path}.tests[{at}].p", words.p(at_most(lead["tests"][at]["p"], lead.get("headline_p_least")))),
    }
    status = words("doubtful" if entry.doubts else "partial" if entry.gap else "complete")
    spark: Text = () if entry.doubts else (_spark(data, words),)
    return Row(head, (*(cells[key] for key in keys[1:]), spark, (status,)))


def _spark(data: dict[str, Any], words: Words) -> Spark:
    """The mean CAR from the first day of the event window on."""
    days, total, path = data["aggregate"]["days"], 0.0, []
    for day in days:
        total += day["aar"] or 0.0
        path.append(None if day["aar"] is None else total)
    zero = next((i for i, day in enumerate(days) if day["rel_day"] == 0), 0)
    span = words.window(days[0]["rel_day"], days[-1]["rel_day"])
    return Spark(tuple(path), zero, words("path said", window=span, car=words.amount(total)))


@dataclass(frozen=True)
class Item:
    """What the feed tells: a new result, or a change of one."""

    page: str
    title: str
    date: str
    """ISO date of the last session it knows."""
    summary: str


def item_of(entry: Entry, lang: Lang) -> Item:
    """A result as news."""
    keys = ("event", "day 0", "window", "mean CAR", "p")
    told = " · ".join(text for cell in _row(entry, Words(lang), keys).cells if (text := plain(cell)))
    first = f"{doubts} " if (doubts := doubts_of(entry, lang)) else ""
    return Item(f"{stem(entry.id)}.html", entry.title, entry.updated, first + "; ".join([told, *entry.changes]))


def doubts_of(entry: Entry, lang: Lang) -> str:
    """What of a result cannot be believed, in one line; empty where all can."""
    if not entry.doubts:
        return ""
    return " ".join([plain(in_doubt(Words(lang), [(doubt,) for doubt in entry.doubts]).text), *entry.offers])


def feed(items: Iterable[Item], lang: Lang, title: str, base: str = "") -> bytes:
    """The Atom feed, the latest first. `base` is the address where the site will stand."""
    shown = sorted(items, key=lambda item: item.date, reverse=True)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{lang}">',
        f"<title>{_xml(title)}</title>",
        f"<id>{_urn(base or title)}</id>",
        f"<updated>{_time(shown[0].date if shown else '')}</updated>",
        f'<link rel="self" href={quoteattr(base + FEED)}/>',
        "<author><name>eventstudy</name></author>",
    ]
    for item in shown:
        lines += [
            "<entry>",
            f"<title>{_xml(item.title)}</title>",
            f"<id>{_urn(f'{base or title}/{item.page}/{item.date}/{item.summary}')}</id>",
            f"<updated>{_time(item.date)}</updated>",
            f"<link href={quoteattr(base + item.page)}/>",
            f"<summary>{_xml(item.summary)}</summary>",
            "</entry>",
        ]
    return ("\n".join([*lines, "</feed>"]) + "\n").encode()


def _xml(text: str) -> str:
    """Text that XML may hold."""
    return escape(re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text))


def _urn(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"eventstudy:{name}").urn


def _time(day: str) -> str:
    return f"{day or '1970-01-01'}T00:00:00Z"
