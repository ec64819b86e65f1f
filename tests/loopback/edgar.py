"""A local stand-in for EDGAR: made-up filers of both clocks, their lists, pages and headers, and its faults.

The `acceptanceDateTime` of a list ends in Z: of ACME it is the instant, of BETA New York's clock with a Z behind it, as EDGAR
has it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.loopback.web import Reply

NEW_YORK, UTC = ZoneInfo("America/New_York"), ZoneInfo("UTC")
ACME, BETA, OTHER = 1000001, 1000002, 1000003


@dataclass(frozen=True)
class Made:
    """A filing: `at` is its time in New York; None: its header has no clock."""

    number: str
    form: str
    at: str | None
    filed: str
    report: str = ""
    items: str = ""
    about: tuple[int, ...] = ()
    """Subject companies; by default none, and the filer files for itself."""
    of: str = ""
    """Whose header is there in its place."""


@dataclass
class Sec:
    """What EDGAR holds, and how it behaves: `faults` maps a part of a path to the reply in its place."""

    filers: dict[int, dict[str, Any]] = field(default_factory=dict)
    tickers: dict[str, int] = field(default_factory=dict)
    faults: dict[str, Callable[[], Reply]] = field(default_factory=dict)
    headers_gone: bool = False
    """Whether only whole submissions hold headers."""

    def add(
        self, cik: int, name: str, ticker: str, filings: list[Made], *, honest: bool, older: int = 0, **more: Any
    ) -> None:
        """A filer; `older`: so many of its filings, the first, stand on a page of their own."""
        self.filers[cik] = {"name": name, "filings": filings, "honest": honest, "older": older, **more}
        if ticker:
            self.tickers[ticker] = cik

    def reply(self, path: str) -> Reply:
        """What is answered to a path."""
        for part, fault in self.faults.items():
            if part in path:
                return fault()
        if path == "/files/company_tickers.json":
            listed = enumerate(self.tickers.items())
            rows = {str(i): {"cik_str": c, "ticker": t, "title": self.filers[c]["name"]} for i, (t, c) in listed}
            return Reply(json.dumps(rows).encode())
        for cik, filer in self.filers.items():
            if path == f"/submissions/CIK{cik:010d}.json":
                return Reply(json.dumps(self._list(cik, filer)).encode())
            if path == f"/submissions/CIK{cik:010d}-submissions-001.json":
                return Reply(json.dumps(columns(filer, filer["filings"][: filer["older"]])).encode())
            for made in filer["filings"]:
                folder = f"/Archives/edgar/data/{cik}/{made.number.replace('-', '')}/{made.number}"
                if path == f"{folder}-index-headers.html" and not self.headers_gone:
                    return Reply(page_of(made, cik).encode(), kind="text/html")
                if path == f"{folder}.txt":
                    return Reply(submission(made, cik).encode(), kind="text/plain")
        return Reply(b"<html>no such key</html>", status=404, kind="text/html")

    def _list(self, cik: int, filer: dict[str, Any]) -> dict[str, Any]:
        older = filer["filings"][: filer["older"]]
        page = {
            "name": f"CIK{cik:010d}-submissions-001.json",
            "filingCount": filer.get("count", len(older)),
            "filingFrom": min((m.filed for m in older), default=""),
            "filingTo": max((m.filed for m in older), default=""),
        }
        return {
            "cik": f"{cik:010d}",
            "name": filer["name"],
            "tickers": [t for t, c in self.tickers.items() if c == cik],
            "formerNames": filer.get("former", []),
            "filings": {"recent": columns(filer, filer["filings"][filer["older"] :]), "files": [page] if older else []},
        }


def columns(filer: dict[str, Any], filings: list[Made]) -> dict[str, list[Any]]:
    """The bare columns, the latest first."""
    rows = list(reversed(filings))
    return {
        "accessionNumber": [m.number for m in rows],
        "filingDate": [m.filed for m in rows],
        "reportDate": [m.report for m in rows],
        "acceptanceDateTime": [with_z(m, honest=filer["honest"]) for m in rows],
        "form": [m.form for m in rows],
        "items": [m.items for m in rows],
        "size": [1000] * len(rows),
    }


def with_z(made: Made, *, honest: bool) -> str:
    """What the list says: the instant, or New York's clock with a Z behind it."""
    local = datetime.fromisoformat(made.at or f"{made.filed}T12:00:00")
    shown = local.replace(tzinfo=NEW_YORK).astimezone(UTC) if honest else local
    return f"{shown:%Y-%m-%dT%H:%M:%S}.000Z"


def page_of(made: Made, cik: int) -> str:
    """The page of headers: the header stands in a comment, and again, escaped and an hour later to catch who reads that."""
    block = tags(made, cik)
    again = tags(Made(**{**vars(made), "at": later(made.at)}), cik).replace("<", "&lt;").replace(">", "&gt;")
    return f"<HTML><HEAD><TITLE>EDGAR filing index</TITLE></HEAD><!--\n{block}\n-->\n<BODY><PRE>{again}</PRE></BODY></HTML>"


def later(at: str | None) -> str | None:
    """An hour later."""
    return (datetime.fromisoformat(at) + timedelta(hours=1)).isoformat() if at else None


def _clock(made: Made) -> str:
    return f"<ACCEPTANCE-DATETIME>{datetime.fromisoformat(made.at):%Y%m%d%H%M%S}\n" if made.at else ""


def tags(made: Made, cik: int) -> str:
    """A header in tags."""
    number, day = made.of or made.number, made.filed.replace("-", "")
    period = f"<PERIOD>{made.report.replace('-', '')}\n" if made.report else ""
    items = "".join(f"<ITEMS>{item}\n" for item in made.items.split(",") if item)
    company = "<COMPANY-DATA>\n<CIK>{:010d}\n</COMPANY-DATA>\n"
    subjects = "".join(f"<SUBJECT-COMPANY>\n{company.format(c)}</SUBJECT-COMPANY>\n" for c in made.about)
    filer = f"<FILED-BY>\n<CIK>{cik:010d}\n</FILED-BY>\n" if made.about else f"<FILER>\n<CIK>{cik:010d}\n</FILER>\n"
    return (
        f"<SEC-HEADER>{number}.hdr.sgml : {day}\n{_clock(made)}<ACCESSION-NUMBER>{number}\n<TYPE>{made.form}\n{period}{items}"
        f"<FILING-DATE>{day}\n{subjects}{filer}</SEC-HEADER>"
    )


def submission(made: Made, cik: int) -> str:
    """A whole submission: the header in words, and then much else."""
    number, day = made.of or made.number, made.filed.replace("-", "")
    period = f"CONFORMED PERIOD OF REPORT:\t{made.report.replace('-', '')}\n" if made.report else ""
    subjects = "".join(
        f"\nSUBJECT COMPANY:\t\n\n\tCOMPANY DATA:\t\n\t\tCENTRAL INDEX KEY:\t\t\t{c:010d}\n" for c in made.about
    )
    by = "FILED BY" if made.about else "FILER"
    return (
        f"<SEC-DOCUMENT>{number}.txt : {day}\n<SEC-HEADER>{number}.hdr.sgml : {day}\n{_clock(made)}"
        f"ACCESSION NUMBER:\t\t{number}\nCONFORMED SUBMISSION TYPE:\t{made.form}\n{period}"
        f"ITEM INFORMATION:\t\tResults of Operations and Financial Condition\nFILED AS OF DATE:\t\t{day}\n{subjects}"
        f"\n{by}:\t\n\n\tCOMPANY DATA:\t\n\t\tCENTRAL INDEX KEY:\t\t\t{cik:010d}\n</SEC-HEADER>\n" + "x" * 200_000
    )


HTML = b"<!DOCTYPE html><html><title>SEC.gov | %s</title><h1>%s</h1></html>"
TOO_OFTEN = HTML % (b"Request Rate Threshold Exceeded", b"Your Request Originates from an Undeclared Network")
UNDECLARED = HTML % (b"Your Request Originates from an Undeclared Automated Tool", b"Please declare your traffic")


def world() -> Sec:
    """Two filers of both clocks, and one that files about others."""
    sec = Sec()
    sec.add(
        ACME, "ACME CORP", "ACME",
        [
            Made("0001000001-23-000001", "8-K", "2023-02-01T16:05:00", "2023-02-01", "2023-02-01", "2.02,9.01"),
            Made("0001000001-23-000002", "10-K", "2023-02-10T17:00:00", "2023-02-10", "2022-12-31"),
            Made("0001000001-24-000001", "8-K", "2024-01-31T16:05:10", "2024-01-31", "2024-01-31", "2.02,9.01"),
            Made("0001000001-24-000002", "10-K", "2024-02-09T16:30:00", "2024-02-09", "2023-12-31"),
            Made("0001000001-24-000003", "8-K", "2024-04-02T08:00:00", "2024-04-02", "2024-04-02", "2.02"),
            Made("0001000001-24-000004", "8-K", "2024-04-24T17:45:01", "2024-04-24", "2024-04-24", "2.02,9.01"),
            Made("0001000001-24-000005", "10-Q", "2024-04-25T21:08:00", "2024-04-26", "2024-03-31"),
            Made("0001000001-24-000006", "8-K/A", "2024-04-29T09:00:00", "2024-04-29", "2024-04-24", "2.02,9.01"),
            Made("0001000001-24-000007", "8-K", "2024-06-03T16:08:21", "2024-06-03", "2024-05-29", "5.07"),
            Made("0001000001-24-000008", "8-K", None, "2024-06-20", "2024-06-20", "8.01"),
            Made("0001000001-24-000009", "S-4", "2024-07-01T12:00:00", "2024-07-01", "", "S-4,,2024-07-01 16:00:00,06b"),
            Made("0001000001-24-000010", "8-K", "2024-11-01T16:30:00", "2024-11-01", "2024-11-01", "5.02,7.01"),
            Made("0001000001-24-000011", "8-K", "2024-11-01T16:31:00", "2024-11-01", "2024-11-01", "5.02,7.01"),
            Made("0001000001-24-000012", "SC 13D", "2024-11-14T10:00:00", "2024-11-14", "", "", (OTHER,)),
            Made("0001000001-24-000013", "SCHEDULE 13D", "2024-12-20T10:00:00", "2024-12-20", "", "", (ACME,)),
        ],
        honest=True, older=2,
        former=[{"name": "ROADRUNNER INC", "from": "1999-01-01T00:00:00.000Z", "to": "2010-05-05T00:00:00.000Z"}],
    )  # fmt: skip
    sec.add(
        BETA, "BETA INC", "BETA-B",
        [
            Made("0001000002-24-000001", "8-K", "2024-03-08T16:30:00", "2024-03-08", "2024-03-08", "2.02"),
            Made("0001000002-24-000002", "8-K", "2024-03-11T08:30:00", "2024-03-11", "2024-03-11", "1.01"),
            Made("0001000001-24-000010", "8-K", "2024-11-01T16:30:00", "2024-11-01", "2024-11-01", "5.02,7.01"),
        ],
        honest=False,
    )  # fmt: skip
    return sec
