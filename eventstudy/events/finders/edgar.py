"""Filings with EDGAR, with the time of their header: reports of US firms, by form and item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any

from eventstudy.errors import InvalidRequest, Sentence, SourceMalformed, SymbolUnknown, UnknownName
from eventstudy.events.event import Event, Found
from eventstudy.events.finders import _edgar
from eventstudy.events.finders._base import Finder, Finds, Ids, LeftOut, Query, for_tickers, shifted, within
from eventstudy.events.finders._edgar import Edgar
from eventstudy.events.finders._filings import Filing, Firm, Header
from eventstudy.language import Phrase

FORMS = ("8-K", "10-Q", "10-K", "20-F", "40-F", "6-K", "S-4", "SC 13D", "SC 13G", "SC TO-T", "425")
"""Forms that are looked for; amendments (`8-K/A`) come with their form."""
ALSO = {"SC 13D": "SCHEDULE 13D", "SC 13G": "SCHEDULE 13G"}
"""What a form has been called since December 2024."""
OF_OTHERS = ("SC 13D", "SC 13G", "SC TO-T", "425")
"""Forms that stand in a firm's list whether it is their subject or has filed them about another firm."""
ITEMS = {
    "1.01": ("agreement", "entry into a material agreement"),
    "1.02": ("agreement", "end of a material agreement"),
    "1.03": ("bankruptcy", "bankruptcy or receivership"),
    "1.05": ("cybersecurity", "material cybersecurity incident"),
    "2.01": ("acquisition", "acquisition or disposal of assets completed"),
    "2.02": ("results", "results of operations"),
    "2.03": ("debt", "creation of a direct financial obligation"),
    "2.05": ("restructuring", "costs of exit or disposal"),
    "2.06": ("impairment", "material impairments"),
    "3.01": ("delisting", "notice of delisting"),
    "4.01": ("auditor", "change of the auditor"),
    "4.02": ("restatement", "earlier statements no longer to be relied on"),
    "5.01": ("control", "change of control"),
    "5.02": ("management", "directors and officers"),
    "5.03": ("charter", "change of charter or bylaws"),
    "5.07": ("vote", "votes of shareholders"),
    "7.01": ("disclosure", "Regulation FD disclosure"),
    "8.01": ("other", "other events"),
    "9.01": ("exhibits", "statements and exhibits"),
    "12": ("results", "results of operations (before August 2004)"),
}
"""Item of an 8-K -> category of an event, and how it is called; the first of a filing that is here counts."""
_CATEGORY = {
    "10-Q": "quarterly report", "10-K": "annual report", "20-F": "annual report", "40-F": "annual report",
    "6-K": "report of a foreign firm", "S-4": "merger", "SC 13D": "stake", "SC 13G": "stake", "SC TO-T": "tender offer",
    "425": "merger",
}  # fmt: skip
_LATE = time(17, 30)
"""Filings accepted from this time on are public on the next business morning."""


@dataclass(frozen=True)
class Filed:
    """A filing with its header, as an event will have it."""

    firm: Firm
    ticker: str
    filing: Filing
    header: Header
    form: str
    """As asked for: without `/A`, and under its older name."""

    @property
    def amends(self) -> bool:
        """Whether it is an amendment."""
        return self.filing.form.endswith("/A")


def search(query: Query) -> Finds:
    """The filings of the firms that are named, by form and item, each with its header.

    Raises:
        InvalidRequest: nobody says who asks (`EVENTSTUDY_CONTACT`). UnknownName: no such form. SymbolUnknown: no such ticker.
        SourceRateLimited: EDGAR asks us to wait; what was had is kept. SourceError: as their names say.
    """
    forms = query.forms or ("8-K",)
    for form in forms:
        if form not in FORMS:
            raise UnknownName("form", form, FORMS)
    edgar, left_out, filed = opened(), list[LeftOut](), list[Filed]()
    for firm, ticker in firms(edgar, query):
        for filing in listed(edgar, firm, query, left_out):
            form = _asked_form(filing.form)
            if form in forms and _wanted(filing, query, left_out):
                one = with_header(edgar, firm, ticker, filing, form, left_out)
                if one is not None and (form not in OF_OTHERS or firm.cik in one.header.about):
                    filed.append(one)
    return finds("edgar", query, edgar, filed, left_out)


def opened() -> Edgar:
    """EDGAR for one search, once it is known who asks."""
    _edgar.contact()
    return replace(_edgar.EDGAR, requests=0, at_hand=0, notes=[])


def firms(edgar: Edgar, query: Query) -> Iterator[tuple[Firm, str]]:
    """The filers that are named, each with the ticker that it is found under.

    Raises:
        SymbolUnknown: a ticker that leads to none. InvalidRequest: nobody is named.
    """
    if not query.tickers and not query.ciks:
        raise InvalidRequest(Sentence("no firm is named"), hint=Sentence("--ticker NVDA, or --cik 1045810"))
    known = edgar.tickers() if query.tickers else {}
    for ticker in query.tickers:
        spelt = ticker.upper().replace(".", "-")
        if spelt not in known:
            near = get_close_matches(spelt, known, n=3)
            raise SymbolUnknown(
                Sentence("EDGAR knows no ticker {ticker!r} today", ticker=ticker),
                available=", ".join(f"{n} ({known[n][1]})" for n in near) or None,
                hint=Sentence("a firm that was renamed or is gone: --cik with its number"),
            )
        yield _named(edgar, edgar.firm(known[spelt][0])), ticker
    for cik in query.ciks:
        firm = _named(edgar, edgar.firm(cik))
        yield firm, firm.tickers[0] if firm.tickers else f"CIK{cik}"


def _named(edgar: Edgar, firm: Firm) -> Firm:
    """The firm; that it had other names is noted, since tickers are used again."""
    for name, until in firm.former:
        edgar.notes.append(Phrase("{firm} was {name} until {until}", firm=firm.name, name=name, until=until or "?"))
    return firm


def listed(edgar: Edgar, firm: Firm, query: Query, left_out: list[LeftOut]) -> Iterator[Filing]:
    """The filings of a firm that may lie between the dates asked for; older pages only where they do."""
    near = timedelta(days=7)  # the date of filing is not that of acceptance
    last = min((d for d in (query.until, query.as_of) if d), default=date.max - near)
    first = query.since or date.min + near
    found = {filing.accession: filing for filing in firm.filings}
    for page in firm.pages:
        if page.last >= first - near and page.first <= last + near:
            try:
                rows = edgar.page(page.name)
            except SourceMalformed as error:
                left_out.append(LeftOut(page.name, Phrase.quoted(error.what)))
                continue
            if len(rows) != page.count:
                counts = {"page": page.name, "said": page.count, "n": len(rows)}
                edgar.notes.append(Phrase("page {page} is said to hold {said} filings and holds {n}", **counts))
            found |= {filing.accession: filing for filing in rows}
    for filing in found.values():
        if first - near <= filing.filed <= last + near:
            yield filing


def _asked_form(form: str) -> str:
    plain = form.removesuffix("/A")
    return next((name for name, new in ALSO.items() if plain == new), plain)


def _wanted(filing: Filing, query: Query, left_out: list[LeftOut]) -> bool:
    if query.items and not set(query.items) & set(filing.items):
        return False
    if filing.form.endswith("/A") and query.amendments == "drop":
        if query.covers(filing.filed):
            left_out.append(LeftOut(filing.accession, Phrase("an amendment ({form})", form=filing.form), wanted=True))
        return False
    return True


def with_header(
    edgar: Edgar, firm: Firm, ticker: str, filing: Filing, form: str, left_out: list[LeftOut]
) -> Filed | None:
    """The filing with its header; None, and named, where there is none that can be believed."""
    try:
        return Filed(firm, ticker, filing, edgar.header(firm.cik, filing.accession), form)
    except SourceMalformed as error:
        left_out.append(LeftOut(filing.accession, Phrase.quoted(error.what)))
        return None


def finds(
    finder: str,
    query: Query,
    edgar: Edgar,
    filed: list[Filed],
    left_out: list[LeftOut],
    categories: dict[str, str] | None = None,
) -> Finds:
    """The filings as events: one an accession, the first of those that repeat each other."""
    ids, events, order = Ids(), list[Event](), sorted(filed, key=_moment)
    holders: dict[str, list[str]] = {}
    for one in order:
        holders.setdefault(one.filing.accession, []).append(one.ticker)
    first: dict[Any, str] = {}
    told = set()
    for one in order:
        key = one.filing.accession
        if key in told:
            continue  # the same filing under another filer: one event, both tickers
        told.add(key)
        same = (one.firm.cik, one.filing.form, one.filing.items, one.header.period, _day(one))
        if first.setdefault(same, key) != key:
            left_out.append(LeftOut(key, Phrase("it repeats {other}", other=first[same]), wanted=True))
            continue
        event = _event(finder, one, tuple(dict.fromkeys(holders[key])), order, ids, (categories or {}).get(key), query)
        if query.late == "drop" and event.found and "FILED_LATER" in event.found.flags:
            left_out.append(LeftOut(key, Phrase("filed after the day of what it reports"), wanted=True))
        else:
            events.append(event)
    notes = tuple(dict.fromkeys(edgar.notes))
    return within(Finds(finder, query, tuple(events), tuple(left_out), notes, edgar.requests, edgar.at_hand))


def _moment(one: Filed) -> tuple[datetime, str]:
    return one.header.accepted or datetime.combine(one.filing.filed, time.max), one.filing.accession


def _day(one: Filed) -> date:
    return one.header.accepted.date() if one.header.accepted else one.filing.filed


def _event(
    finder: str,
    one: Filed,
    tickers: tuple[str, ...],
    all_filed: list[Filed],
    ids: Ids,
    category: str | None,
    query: Query,
) -> Event:
    accepted, filing = one.header.accepted, one.filing
    period = one.header.period or filing.report
    flags = []
    if accepted is None:
        flags.append("NO_CLOCK")
    if one.form == "8-K" and period and period < _day(one):
        flags.append("FILED_LATER")
    if accepted and accepted.time() >= _LATE:
        flags.append("AFTER_HOURS_FILING")
    asked_first = sorted(filing.items, key=lambda item: item not in query.items)
    kinds = [ITEMS[item] for item in asked_first if item in ITEMS]
    what = kinds[0][1] if kinds else _CATEGORY.get(one.form, "report")
    items = f" ({', '.join(filing.items)})" if filing.items else ""
    found: dict[str, Any] = {
        "finder": finder,
        "key": filing.accession,
        "stamp": "acceptance" if accepted else "date",
        "precision": "second" if accepted else "day",
        "period": period,
        "flags": tuple(flags),
    }
    if one.amends and (original := _original(one, all_filed)):
        found["amends"] = original
    folder = f"https://www.sec.gov/Archives/edgar/data/{one.firm.cik}/{filing.accession.replace('-', '')}"
    named = "-".join((one.ticker, filing.form, *filing.items[:1], _day(one).isoformat())).lower()
    return Event(
        id=ids.of(re.sub(r"[^a-z0-9]+", "-", named).strip("-")),
        title=f"{one.firm.name}, {filing.form}: {what}{items}",
        announced=shifted(accepted) if accepted else filing.filed,
        category=category or (kinds[0][0] if kinds else _CATEGORY.get(one.form, "filing")),
        tags=(filing.form, *filing.items),
        sources=(f"{folder}/{filing.accession}-index.htm",),
        found=Found(**found),
        group=for_tickers(tickers),
    )


def _original(one: Filed, all_filed: list[Filed]) -> str | None:
    """The latest earlier original of form and period."""
    earlier = [
        other.filing.accession
        for other in all_filed
        if not other.amends
        and (other.firm.cik, other.form, other.header.period) == (one.firm.cik, one.form, one.header.period)
        and _moment(other) < _moment(one)
    ]
    return earlier[-1] if earlier else None


FINDER = Finder(
    "filings with the SEC by ticker, form and item, with the time of their header; needs EVENTSTUDY_CONTACT",
    search,
    frozenset({"tickers", "ciks", "forms", "items", "amendments", "late"}),
)
