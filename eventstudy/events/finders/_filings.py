"""What EDGAR answers, read: pure functions of bytes. What has another shape than this is refused, never guessed.

The time of a filing is the `<ACCEPTANCE-DATETIME>` of its header, on the clock of New York. The `acceptanceDateTime` of the
list of filings ends in Z and is, for many filers, New York's clock all the same: it puts filings of one firm in order and is no
instant.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from eventstudy.errors import Sentence, SourceMalformed

COLUMNS = ("accessionNumber", "filingDate", "reportDate", "acceptanceDateTime", "form", "items")
ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
ITEM = re.compile(r"\d\.\d\d|[1-9]|1[0-2]")
"""An item of an 8-K: `2.02` since August 2004, 1 to 12 before."""
_CLOCK = re.compile(r"^<ACCEPTANCE-DATETIME>(\d{14})\s*$", re.MULTILINE)
_ABOUT = re.compile(r"^<SUBJECT-COMPANY>$(.*?)^</SUBJECT-COMPANY>$", re.MULTILINE | re.DOTALL)
_CIK = re.compile(r"^\s*(?:<CIK>|CENTRAL INDEX KEY:\s*)(\d{1,10})\s*$", re.MULTILINE)
_PERIOD = re.compile(r"^(?:<PERIOD>|CONFORMED PERIOD OF REPORT:\s*)(\d{8})\s*$", re.MULTILINE)
_WORDS = re.compile(r"^([A-Z][A-Z -]+):\s*$", re.MULTILINE)
"""The headings of a header in words: FILER, SUBJECT COMPANY, FILED BY."""


@dataclass(frozen=True)
class Filing:
    """A row of a firm's list."""

    accession: str
    form: str
    filed: date
    report: date | None
    order: str
    """What the list says of its acceptance: to put filings of one firm in order, and for nothing else."""
    items: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Older filings that stand on a page of their own."""

    name: str
    first: date
    last: date
    count: int


@dataclass(frozen=True)
class Firm:
    """A filer and its filings."""

    cik: int
    name: str
    tickers: tuple[str, ...]
    former: tuple[tuple[str, str], ...]
    """Earlier names, and until when (ISO)."""
    filings: tuple[Filing, ...]
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class Header:
    """What the header of a filing says."""

    accepted: datetime | None
    """Without zone: the clock of New York. None where the header has no clock."""
    period: date | None
    about: frozenset[int]
    """The numbers of its subject companies."""


def _bad(what: str, where: str) -> SourceMalformed:
    return SourceMalformed(Sentence("EDGAR's answer cannot be read: {what}", what=what), where=where)


def _object(body: bytes, where: str) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise _bad(Sentence("it is broken off or no JSON"), where) from None
    if not isinstance(told, dict):
        raise _bad(Sentence("it is no object"), where)
    return told


def tickers(body: bytes, where: str) -> dict[str, tuple[int, str]]:
    """Ticker -> number and name of its filer, as of today.

    Raises:
        SourceMalformed: it is something else.
    """
    found: dict[str, tuple[int, str]] = {}
    for row in _object(body, where).values():
        try:
            found.setdefault(str(row["ticker"]).upper(), (int(row["cik_str"]), str(row["title"])))
        except (TypeError, KeyError, ValueError, OverflowError):
            raise _bad(Sentence("a row is no ticker with its number"), where) from None
    if not found:
        raise _bad(Sentence("it names no ticker"), where)
    return found


def firm(body: bytes, cik: int, where: str) -> Firm:
    """A filer with its latest filings, and the pages of the older ones.

    Raises:
        SourceMalformed: it is something else, or another filer.
    """
    told = _object(body, where)
    try:
        if int(told["cik"]) != cik:
            raise _bad(Sentence("it is about the filer {told}", told=told["cik"]), where)
        former = tuple((str(f["name"]), str(f.get("to") or "")[:10]) for f in told.get("formerNames") or ())
        older = [
            Page(
                str(p["name"]),
                date.fromisoformat(p["filingFrom"]),
                date.fromisoformat(p["filingTo"]),
                int(p["filingCount"]),
            )
            for p in told["filings"].get("files") or ()
        ]
        named = tuple(str(t) for t in told.get("tickers") or ())
        return Firm(cik, str(told["name"]), named, former, _filings(told["filings"]["recent"], where), tuple(older))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise _bad(Sentence("it is no list of filings"), where) from None


def page(body: bytes, where: str) -> tuple[Filing, ...]:
    """The filings of a page: the bare columns.

    Raises:
        SourceMalformed: it is something else.
    """
    return _filings(_object(body, where), where)


def _filings(told: Any, where: str) -> tuple[Filing, ...]:
    if not isinstance(told, dict) or not all(isinstance(told.get(name), list) for name in COLUMNS):
        raise _bad(Sentence("the columns {columns} are not there", columns=", ".join(COLUMNS)), where)
    columns = [told[name] for name in COLUMNS]
    if len({len(column) for column in columns}) > 1:
        lengths = ", ".join(f"{name} {len(column)}" for name, column in zip(COLUMNS, columns, strict=True))
        raise _bad(Sentence("its columns are not of one length: {lengths}", lengths=lengths), where)
    found = []
    for number, filed, report, order, form, items in zip(*columns, strict=True):
        if not ACCESSION.fullmatch(str(number)):
            raise _bad(Sentence("{number!r} is no accession number", number=str(number)[:40]), where)
        try:
            days = date.fromisoformat(str(filed)), date.fromisoformat(str(report)) if report else None
        except ValueError:
            raise _bad(Sentence("a date of {number} is none", number=number), where) from None
        listed = [one.strip() for one in str(items or "").split(",")]
        is_8k = str(form).removesuffix("/A") == "8-K"  # others hold what is no item
        found.append(
            Filing(str(number), str(form), *days, str(order), tuple(i for i in listed if is_8k and ITEM.fullmatch(i)))
        )
    return tuple(found)


def begins(body: bytes) -> bool:
    """Whether a header is there whole."""
    return b"</SEC-HEADER>" in body


def header(body: bytes, accession: str, where: str) -> Header:
    """The header that a page of headers or a whole submission begins with.

    Raises:
        SourceMalformed: there is none, it does not end, or it is that of another filing.
    """
    text = body.decode("utf-8", "replace").replace("\r\n", "\n")
    _, begun, rest = text.partition("<SEC-HEADER>")
    block, ended, _ = rest.partition("</SEC-HEADER>")
    if not begun or not ended:
        raise _bad(Sentence("it has no header of a filing"), where)
    said = block.partition("\n")[0]
    own = ACCESSION.search(said)
    if own is None or own.group() != accession:
        raise _bad(Sentence("it is the header of {said!r}", said=own.group() if own else said[:40]), where)
    clock, period = _CLOCK.search(block), _PERIOD.search(block)
    try:
        accepted = datetime.strptime(clock.group(1), "%Y%m%d%H%M%S") if clock else None  # noqa: DTZ007 - New York's clock
        day = datetime.strptime(period.group(1), "%Y%m%d").date() if period else None  # noqa: DTZ007
    except ValueError:
        raise _bad(Sentence("its clock is none"), where) from None
    return Header(accepted, day, frozenset(_subjects(block)))


def _subjects(block: str) -> list[int]:
    """The numbers of the subject companies, of a header in tags or in words."""
    found = [int(n) for part in _ABOUT.findall(block) for n in _CIK.findall(part)]
    heads = list(_WORDS.finditer(block))
    for head in heads:
        if head.group(1) == "SUBJECT COMPANY":
            rest = [
                h for h in heads if h.start() > head.start() and h.group(1) in ("FILER", "FILED BY", "SUBJECT COMPANY")
            ]
            end = rest[0].start() if rest else len(block)
            found += [int(n) for n in _CIK.findall(block[head.end() : end])]
    return found
