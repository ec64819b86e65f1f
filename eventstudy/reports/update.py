"""What the scheduler runs: bring the reports of a study file up to date, and say what changed.

A report that is complete and whose inputs are the same is neither fetched nor computed again; prices of a folder or of the
store are inputs. A source that says less than
it did before does not take the place of the last report: that stands, and the gap is named. All files change together
(see `files.publish`); nothing is written where nothing changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from eventstudy import __version__, calendars, disk
from eventstudy.errors import EventStudyError, InvalidRequest, NothingUsable, SourceError, SourceRateLimited
from eventstudy.inference.base import LEVEL
from eventstudy.prices.store import Store, location
from eventstudy.reports import deliver, files, site
from eventstudy.reports.changes import changes, lost, observed, substance
from eventstudy.reports.finding import Searched, searched
from eventstudy.reports.further import further
from eventstudy.reports.parts import Lang, plain
from eventstudy.reports.study_file import Condition, Options, StudyFile
from eventstudy.reports.words import Words
from eventstudy.study.differences import differences, doubts_moved
from eventstudy.text import json_file, json_text

if TYPE_CHECKING:
    from eventstudy.analyses.confounders import Confounders
    from eventstudy.events import Event
    from eventstudy.language.messages import Exclusion
    from eventstudy.study.result import StudyResult

_SCHEMA = "eventstudy.manifest/1"
_NEWS = 100
"""So many changes are kept for the feed."""


T = TypeVar("T")

Progress = Callable[[str, int, int], object]


@dataclass(frozen=True)
class State:
    """What the manifest remembers of one event."""

    __pydantic_config__ = ConfigDict(extra="ignore")

    id: str
    title: str
    key: str
    """Hash of all that the report is made from but the prices."""
    status: str
    """`new`, `updated`, `unchanged`, `kept` (the last report stands) or `failed` (there is none)."""
    complete: bool = False
    """Whether every day of every stock is there: nothing is left to be fetched."""
    incomplete: bool = True
    """Whether something asked for is missing, or cannot be believed: exit code 4."""
    gap: str = ""
    doubts: str = ""
    """What of the report cannot be believed, in one line; empty where all can."""
    doubtful: tuple[str, ...] = ()
    """The same, a sentence each."""
    offers: tuple[str, ...] = ()
    """What its figures would be without the day at fault, a sentence each."""
    changes: tuple[str, ...] = ()
    date: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """Name -> SHA-256."""
    again: bool = False
    """Whether the source asked to come back later."""
    finding: bool = False
    """Whether a window stands out from ordinary days, all windows judged together, and can be believed."""
    raised: bool = False
    """Whether the last change raised a doubt that was not there before."""
    prices: str = ""
    """Hash of the prices that are here and may be restated: a folder of files, the store; empty where there are none."""


@dataclass(frozen=True)
class Summary:
    """What an update did."""

    as_of: str | None
    output: str
    events: tuple[State, ...]
    removed: tuple[str, ...] = ()
    """Events that are no longer part of the study."""
    aged: str | None = None
    """The span of the study file, where events that it leaves out now had a report."""
    written: tuple[str, ...] = ()
    """The files that changed."""
    found: tuple[Searched, ...] = ()
    """What the finders of the study file did."""
    since: str | None = None
    """The last session that the reports knew before."""
    excluded: tuple[Exclusion, ...] = ()
    """Rows of the files of events that are none."""
    allowed: bool = False
    """Whether something may be left out."""

    @property
    def exit_code(self) -> int:
        """0, 4 (something is missing or not to be believed, and named), 5 (no event has a report), or 75 (all were to wait)."""
        if self.events and all(e.status == "failed" for e in self.events):
            return 75 if any(e.again for e in self.events) else 5
        if any(e.incomplete for e in self.events):
            return 4
        if self.excluded and not self.allowed:
            return 4
        return 75 if any(s.again for s in self.found) else 4 if any(s.incomplete for s in self.found) else 0

    @property
    def back(self) -> bool:
        """Whether it was asked for a day before the one that the reports knew."""
        return bool(self.as_of and self.since and self.as_of < self.since)

    @property
    def news(self) -> tuple[State, ...]:
        """The events whose reports this update changed."""
        return tuple(e for e in self.events if e.status in ("new", "updated"))

    def calls_for(self, conditions: Collection[Condition]) -> bool:
        """Whether one of these holds: a report `changed`, one that did has a `finding` or a new `doubt`, one `failed`."""
        holds: dict[Condition, bool] = {
            "changed": bool(self.news or self.removed),
            "finding": any(e.finding for e in self.news),
            "doubt": any(e.raised for e in self.news),
            "failed": any(e.status in ("kept", "failed") for e in self.events) or any(s.incomplete for s in self.found),
        }
        return any(holds[condition] for condition in conditions)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object `eventstudy.update/1`."""
        shown = ("id", "title", "status", "complete", "changes", "gap", "doubts", "date")
        events = [{name: value for name, value in asdict(e).items() if name in shown} for e in self.events]
        return {
            "schema": "eventstudy.update/1",
            "as_of": self.as_of,
            "since": self.since,
            "output": self.output,
            "events": events,
            "removed": list(self.removed),
            **({"aged": self.aged} if self.aged else {}),
            "written": list(self.written),
            **({"excluded": [one._asdict() for one in self.excluded]} if self.excluded else {}),
            **({"found": [one.to_dict() for one in self.found]} if self.found else {}),
            "exit_code": self.exit_code,
        }


def update(
    study: StudyFile, as_of: date | None = None, *, catch_up: bool = False, progress: Progress | None = None
) -> Summary:
    """Bring the folder of a study file up to date with prices until `as_of`.

    `catch_up`: first session by session since the last change, so that each has its own entry in the feed. `progress` is
    called before each event with its id, its number and how many there are, and once at the end.

    Raises:
        Locked: another update is at work. InvalidRequest, InvalidFile: the study cannot be meant, or its folder is not its own.
    """
    found = searched(study.find, as_of)
    _manifest(study, as_of)
    with disk.locked(study.output):
        files.tidy(study.output)
        steps = [_step(study, day, progress) for day in (*(_missed(study, as_of) if catch_up else ()), as_of)]
        allowed = bool(study.options.get("allow_excluded", False))
        return replace(_joined(steps), found=found, excluded=tuple(study.unread()), allowed=allowed)


def _joined(steps: Sequence[Summary]) -> Summary:
    """Several updates as one: the last state of each event, with all that changed on the way."""
    changed: dict[str, tuple[str, ...]] = {}
    for step in steps:
        for state in step.news:
            changed[state.id] = (*changed.get(state.id, ()), *state.changes)
    first = {state.id: state.status for step in reversed(steps) for state in step.news}
    events = tuple(
        replace(e, status=first[e.id], changes=changed[e.id])
        if e.id in first and e.status not in ("kept", "failed")
        else e
        for e in steps[-1].events
    )
    written = tuple(sorted({name for step in steps for name in step.written}))
    removed = tuple(dict.fromkeys(id for step in steps for id in step.removed))
    aged = next((step.aged for step in steps if step.aged), None)
    return replace(steps[-1], events=events, removed=removed, aged=aged, written=written, since=steps[0].since)


def _missed(study: StudyFile, as_of: date | None) -> Iterator[date]:
    """The sessions of New York between the last change and `as_of`, both excluded."""
    last = _remembered(date, _manifest(study, as_of).get("as_of"))
    if last is None or as_of is None:
        return
    day = calendars.shift("XNYS", last, 1)
    while day < as_of:
        yield day
        day = calendars.shift("XNYS", day, 1)


def _step(study: StudyFile, as_of: date | None, progress: Progress | None) -> Summary:
    """One update: every event, then index, feed and manifest, all published at once."""
    manifest = _manifest(study, as_of)
    ours = files.written(manifest)
    before = {name: data for name, data in files.contents(study.output).items() if name in ours}
    known = {id: state for id, told in manifest.get("events", {}).items() if (state := _remembered(State, told))}
    states, entries, pages = [], [], dict[str, bytes]()
    chosen, hash_of = study.chosen(as_of), cache(_file_hash)  # many events share a file of prices
    for i, event in enumerate(chosen):
        if progress:
            progress(event.id, i, len(chosen))
        state, made = _one(study, event, as_of, known.get(event.id), before, hash_of)
        pages |= made
        states.append(state)
        data = pages.get(f"{site.stem(event.id)}.json")
        found = json.loads(data) if data else None
        about = (state.gap, state.changes, state.date, state.doubtful, state.offers)
        entries.append(site.Entry(event.id, _title(event, study.lang), found, *about, tuple(event.tickers)))
    if progress:
        progress("", len(chosen), len(chosen))
    removed = tuple(id for id in known if id not in {state.id for state in states})
    since, until = manifest.get("as_of"), as_of.isoformat() if as_of else None
    aged = study.span if set(removed) & {event.id for event in study.named()} else None
    summary = Summary(until, str(study.output), tuple(states), removed, aged=aged, since=since)
    past = manifest.get("news")
    items = [_remembered(site.Item, item) for item in (past if isinstance(past, list) else ())]
    news = _news(study, entries, summary) + [item for item in items if item]
    title = study.title or Words(study.lang)("event studies")
    pages[site.INDEX] = site.index_page(entries, study.lang, title)
    pages[site.FEED] = site.feed(news[:_NEWS], study.lang, title, study.base)
    changed = files.differing(pages, {name: data for name, data in before.items() if name != files.MANIFEST})
    noted = summary.as_of if changed else manifest.get("as_of")
    waiting = deliver.queued(study, manifest.get("undelivered"), replace(summary, written=tuple(changed)))
    pages[files.MANIFEST] = _manifest_of(study, states, noted, news[:_NEWS], pages, waiting)
    return replace(summary, written=tuple(files.publish(study.output, pages, before)))


def _title(event: Event, lang: Lang) -> str:
    return plain((Words(lang).said(event.said("title")),))


def send(study: StudyFile) -> list[str]:
    """Send what waits to be sent, of this update and of earlier ones; a sentence for each that failed, which waits on.

    Raises:
        Locked: another update is at work, and will send it.
    """
    if study.mail is None and study.webhook is None:
        return []
    with disk.locked(study.output):
        manifest = _manifest(study)
        waiting = deliver.queued(study, manifest.get("undelivered"))
        left, failed = deliver.deliver(study, waiting)
        if left != waiting:
            path = study.output / files.MANIFEST
            told = {name: value for name, value in manifest.items() if name != "undelivered"}
            disk.write(path, json_file({**told, "undelivered": left} if left else told))
    return failed


def _manifest(study: StudyFile, as_of: date | None = None) -> dict[str, Any]:
    """What the last update left; nothing where there was none.

    Raises:
        InvalidRequest: the folder is not this study's own.
    """
    ids = [event.id for event in study.chosen(as_of)]
    site.refuse_twins(ids, where=str(study.path))
    try:
        files.refuse_place(study.output)
        return files.owned(study.output, _SCHEMA, study.path, ids)
    except InvalidRequest as error:
        error.where = f"{study.path}, output"
        raise


def _manifest_of(
    study: StudyFile,
    states: Sequence[State],
    as_of: str | None,
    news: Sequence[site.Item],
    pages: Mapping[str, bytes],
    waiting: Mapping[str, Any],
) -> bytes:
    remembered = {
        s.id: asdict(replace(s, status="unchanged" if s.status in ("new", "updated") else s.status)) for s in states
    }
    found = {
        "schema": _SCHEMA,
        "study": files.seen_from(study.output, study.path),
        "as_of": as_of,
        "events": remembered,
        "news": [asdict(item) for item in news],
        "files": {name: files.sha256(data) for name, data in sorted(pages.items())},
    }
    if waiting:
        found["undelivered"] = dict(waiting)
    return json_file(found)


def _remembered(kind: type[T], told: Any) -> T | None:
    """What a manifest remembers; None where somebody changed it so that it cannot be meant: then it is found anew."""
    try:
        return TypeAdapter(kind).validate_python(told)
    except ValidationError:
        return None


def _news(study: StudyFile, entries: Sequence[site.Entry], summary: Summary) -> list[site.Item]:
    changed = {state.id for state in summary.news}
    return [site.item_of(entry, study.lang) for entry in entries if entry.id in changed]


# ---- one event --------------------------------------------------------------------------------------------------------


def _one(
    study: StudyFile, event: Event, as_of: date | None, old: State | None, before: Mapping[str, bytes], hash_of: Hash
) -> tuple[State, dict[str, bytes]]:
    """The state of one event after this update, and its files."""
    options = study.options_of(event.id)
    key = _key(study, event, options, hash_of)
    last = {name: before[name] for name in old.files if name in before} if old else {}
    page = f"{site.stem(event.id)}.html"  # an earlier version may have called it otherwise
    intact = old is not None and {n: files.sha256(d) for n, d in last.items()} == dict(old.files) and page in last
    data = json.loads(last[f"{site.stem(event.id)}.json"]) if intact and old and old.status != "failed" else None
    whole = old is not None and data is not None and old.key == key and old.complete
    if old and data and whole and old.prices == _prices(options, data, hash_of):
        return replace(old, status="unchanged"), last
    try:
        result, found = _run(event, options, as_of)
    except (SourceError, NothingUsable) as error:
        return _without(study, event, key, error, old if data else None, last)
    document = result.to_dict()
    less = lost(data, document) if old and old.key == key else []
    if old and data and less:
        words, known = Words(study.lang), site.last_session(data)
        why = words.left_out(e for e in result.exclusions if e.ticker in less) or ", ".join(less)
        if as_of and as_of.isoformat() < known:
            why = words("knows more", as_of=words.date(as_of.isoformat()), last=words.date(known))
        return replace(old, status="kept", complete=False, incomplete=True, gap=words("kept") + why), last
    if old and data and whole and not differences(data, document):  # other prices, or other days of them
        return replace(old, status="unchanged", prices=_prices(options, data, hash_of)), last
    return _with(study, event, key, result, document, found, old if data else None, data, last, options, hash_of)


def _with(
    study: StudyFile,
    event: Event,
    key: str,
    result: StudyResult,
    document: dict[str, Any],
    other: Confounders,
    old: State | None,
    data: dict[str, Any] | None,
    last: dict[str, bytes],
    options: Options,
    hash_of: Hash,
) -> tuple[State, dict[str, bytes]]:
    """The state and files of a result; those of the last one where it says the same."""
    answers = further(result, other)
    found = {**document, **answers}
    entry = site.entry_of(result, study.lang, document)
    state = State(
        id=event.id,
        title=event.title,
        key=key,
        status="updated" if old else "new",
        complete=_complete(result, document["firms"]),
        incomplete=(result.incomplete and not options.get("allow_excluded", False)) or not result.believable,
        gap=entry.gap,
        doubts=site.doubts_of(entry, study.lang),
        doubtful=entry.doubts,
        offers=entry.offers,
        date=entry.updated,
        finding=_stands_out(found),
        prices=_prices(options, found, hash_of),
        raised=bool(doubts_moved(data, found)[0]) if data else bool(entry.doubts),
    )
    same = replace(state, status="unchanged", changes=old.changes, date=old.date, files=old.files) if old else None
    if same and old and data and old.key == key and substance(data) == substance(json.loads(json_text(found))):
        return same, last
    pages = site.pages_of(result, dict.fromkeys(("html", *study.formats, "json")), study.lang, answers, document)
    hashes = {name: files.sha256(page) for name, page in pages.items()}
    if same and hashes == dict(same.files):  # its file of prices changed, at other tickers or other days
        return same, last
    return replace(state, changes=changes(data, found, Words(study.lang)), files=hashes), pages


def _stands_out(found: Mapping[str, Any]) -> bool:
    """Whether a reported window of all pairs stands out, all windows judged together, and can be believed."""
    together = found["aggregate"]
    ps = [window["p_adjusted_windows"] for window in together["windows"]]
    return bool(together["believable"]) and any(p is not None and p < LEVEL for p in ps)


def _without(
    study: StudyFile, event: Event, key: str, error: EventStudyError, old: State | None, last: dict[str, bytes]
) -> tuple[State, dict[str, bytes]]:
    """No result: the last report stands, or a page that says what is missing."""
    reasons = error.where if isinstance(error, NothingUsable) else error.available
    why = f"{error.what}: {reasons}" if reasons else error.what
    again = isinstance(error, SourceRateLimited)
    if old:
        gap = Words(study.lang)("kept") + why
        return replace(old, status="kept", complete=False, incomplete=True, gap=gap, again=again), last
    page = {f"{site.stem(event.id)}.html": site.gap_page(event.id, event.title, why, study.lang)}
    hashes = {name: files.sha256(data) for name, data in page.items()}
    return State(event.id, event.title, key, "failed", gap=why, files=hashes, again=again), page


def _run(event: Event, options: Options, as_of: date | None) -> tuple[StudyResult, Confounders]:
    """The result, and what else happened on its days."""
    from eventstudy.request import read_dates, what_else

    words = {name: value for name, value in options.items() if name != "allow_excluded"}
    if "exclude_dates" in words:
        words["exclude_dates"] = read_dates(words["exclude_dates"])
    found, _ = what_else(event, as_of=as_of, **words)
    return found.result, found


def _complete(result: StudyResult, firms: Sequence[dict[str, Any]]) -> bool:
    """Whether every stock was kept and has every day, or ended before: nothing can be added by waiting."""
    whole = all(observed(firm) == len(firm["days"]) or bool(result.panel.delisted[i]) for i, firm in enumerate(firms))
    return whole and not any(e.reason in ("NO_PRICES", "NO_BENCHMARK") for e in result.exclusions)


def _key(study: StudyFile, event: Event, options: Options, hash_of: Hash) -> str:
    """A hash of all that a report is made from, the prices of a source excepted."""
    inputs = {name: hash_of(Path(options[name])) for name in ("prices", "factors", "exclude_dates") if name in options}
    made_from = [event.to_dict(), options, inputs, study.lang, list(study.formats), __version__]
    return files.sha256(json.dumps(made_from, sort_keys=True, default=str).encode())


def _prices(options: Options, data: Mapping[str, Any], hash_of: Hash) -> str:
    """A hash of the prices of a report that are here and may be restated, until some days after its last; empty: none are."""
    folder = Path(options["prices"]) if "prices" in options else None
    held: list[Any] = []
    if folder and os.path.isdir(folder):
        held += [[path.name, hash_of(path)] for path in sorted(folder.iterdir()) if path.is_file()]
    stored = [ticker for ticker, source in data["provenance"]["sources"].items() if source.startswith("store")]
    if stored and location().exists():
        days = [day["session"] for firm in data["firms"] for day in firm["days"]]
        last = (date.fromisoformat(max(days)) + _NEAR).year if days else date.max.year
        with Store() as store:
            newest = {v.series_id: v for ticker in stored for v in store.vintages(ticker)}
        for _, v in sorted(newest.items()):
            years = {year: sha for year, sha in v.years.items() if int(year) <= last}
            held.append([v.symbol, v.source, years or v.sha256])
    return files.sha256(json.dumps(held, sort_keys=True).encode()) if held else ""


_NEAR = timedelta(days=31)
"""Days after a report's last that may be looked at too."""


Hash = Callable[[Path], str]


def _file_hash(path: Path) -> str:
    return files.sha256(path.read_bytes()) if path.is_file() else ""
