"""EDGAR as it is asked: who asks, how often, what is kept, and what its refusals mean.

EDGAR wants to know who asks: `Name contact@example.org` in EVENTSTUDY_CONTACT goes into a header of each request and into
nothing else. All processes together ask at most eight times a second. Once it asks to wait nothing more is asked.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from eventstudy.errors import InvalidRequest, Sentence, SourceDown, SourceMalformed, SourceRateLimited
from eventstudy.events.finders._filings import Filing, Firm, Header, begins, firm, header, page, tickers
from eventstudy.events.finders._kept import Kept
from eventstudy.language import Phrase
from eventstudy.web import Answer, ask

T = TypeVar("T")
CONTACT = "EVENTSTUDY_CONTACT"
PER_SECOND = 8.0
_PASSES = (200, 403, 404, 408, 429, *range(500, 600))
_AGAIN = (1.0, 4.0)
"""Seconds to wait before it is asked again, where it was out of order."""
_FRESH = {"tickers": 86_400.0, "submissions": 900.0}
"""Seconds for which an answer is not asked for again; a header never changes."""
_LARGEST_HEADER = 65_536
_TOO_OFTEN = re.compile(rb"Request Rate Threshold Exceeded|too many requests", re.IGNORECASE)
_WHO = re.compile(rb"Undeclared Automated Tool", re.IGNORECASE)


def contact() -> str:
    """Who asks, from the environment.

    Raises:
        InvalidRequest: nobody is named, or without an address.
    """
    said = os.environ.get(CONTACT, "").strip()
    if not said:
        raise InvalidRequest(
            Sentence("EDGAR wants to know who asks, and {contact} is not set", contact=CONTACT),
            hint=Sentence(
                'export {contact}="Your Name you@example.org"; it goes to sec.gov in a header and is kept nowhere',
                contact=CONTACT,
            ),
        )
    if not (said.isascii() and said.isprintable() and re.search(r"\S+@\S+\.\S+", said)):
        raise InvalidRequest(
            Sentence("{contact} does not name a person with an address", contact=CONTACT),
            hint=Sentence('export {contact}="Your Name you@example.org"', contact=CONTACT),
        )
    return said


@dataclass
class Edgar:
    """EDGAR. `data` and `www`: where it is asked."""

    data: str = "https://data.sec.gov"
    www: str = "https://www.sec.gov"
    timeout: float = 10.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0
    at_hand: int = 0
    notes: list[Phrase] = field(default_factory=list)

    @property
    def _kept(self) -> Kept:
        return Kept(clock=self.clock)

    def tickers(self) -> dict[str, tuple[int, str]]:
        """Ticker -> number and name of its filer."""
        return self._list(f"{self.www}/files/company_tickers.json", "tickers", Sentence("the list of tickers"), tickers)

    def firm(self, cik: int) -> Firm:
        """A filer with its latest filings."""
        url = f"{self.data}/submissions/CIK{cik:010d}.json"
        return self._list(
            url, "submissions", Sentence("filings of {cik}", cik=cik), lambda body, where: firm(body, cik, where)
        )

    def page(self, name: str) -> tuple[Filing, ...]:
        """The filings of an older page.

        Raises:
            SourceMalformed: it is not there, or something else.
        """
        where = f"page {name}"
        if not re.fullmatch(r"CIK\d{10}-submissions-\d{3}\.json", name):
            raise SourceMalformed(
                Sentence("EDGAR's answer cannot be read: {name!r} is no name of a page", name=name[:60]), where=where
            )
        return self._list(f"{self.data}/submissions/{name}", "submissions", where, page)

    def header(self, cik: int, accession: str) -> Header:
        """The header of a filing: from the page of headers, or where there is none from the submission itself.

        Raises:
            SourceMalformed: there is none, or that of another filing.
        """
        folder = f"{self.www}/Archives/edgar/data/{cik}/{accession.replace('-', '')}/{accession}"
        where = f"filing {accession}"
        for url in (f"{folder}-index-headers.html", f"{folder}.txt"):
            found = self._read(url, None, where, lambda body: header(body, accession, where), enough=_enough)
            if found is not None:
                return found
        raise SourceMalformed(Sentence("EDGAR has no header of it"), where=where)

    def _list(self, url: str, kind: str, where: str, read: Callable[[bytes, str], T]) -> T:
        found = self._read(url, _FRESH[kind], where, lambda body: read(body, where))
        if found is None:
            raise SourceMalformed(Sentence("EDGAR has no {where}", where=where), where=where)
        return found

    def _read(
        self,
        url: str,
        fresh: float | None,
        where: str,
        read: Callable[[bytes], T],
        enough: Callable[[bytes], bool] | None = None,
    ) -> T | None:
        """What is kept and fresh, or EDGAR's answer, kept once it could be read; None where EDGAR has none.

        What is kept and no longer fresh is used where EDGAR does not answer, and said.
        """
        known = self._kept.get(url, fresh if fresh is not None else float("inf"))
        if known is None:
            try:
                return self._fetched(url, where, read, enough)
            except SourceDown:
                if (known := self._kept.get(url)) is None:
                    raise
                self.notes.append(Phrase("{what} could not be asked for: as it was kept is used", what=where))
        self.at_hand += 1
        return None if known[0] == 404 else read(known[1])

    def _fetched(
        self, url: str, where: str, read: Callable[[bytes], T], enough: Callable[[bytes], bool] | None
    ) -> T | None:
        answer = self._asked(url, where, enough)
        body = answer.body[:_LARGEST_HEADER] if enough else answer.body
        if answer.status == 404:
            if enough:  # a filing has one form of header or the other; a list may be there tomorrow
                self._kept.put(url, 404, b"")
            return None
        if not (begins(body) if enough else body.lstrip()[:1] == b"{"):
            self._refuse_page(body, where)
            if enough:
                return None  # a page without a header: the submission itself may have one
        found = read(body)
        self._kept.put(url, answer.status, body)
        return found

    def _asked(self, url: str, where: str, enough: Callable[[bytes], bool] | None) -> Answer:
        headers = {"User-Agent": contact(), "Accept-Encoding": "gzip, deflate"}
        for wait in (*_AGAIN, None):
            self.sleep(max(0.0, self._kept.turn("edgar", PER_SECOND) - self.clock()))
            self.requests += 1
            try:
                answer = ask(
                    url, "EDGAR", headers=headers, enough=enough, passes=_PASSES, where=where, timeout=self.timeout
                )
            except SourceDown:
                if wait is None:
                    raise
                self.sleep(wait)
                continue
            if answer.status in (403, 429):
                raise self._refusal(answer.body, answer.later, where)
            if answer.status in (200, 404):
                return answer
            if wait is None:
                raise SourceDown(
                    Sentence("EDGAR is out of order (HTTP {status})", status=answer.status),
                    where=where,
                    hint=Sentence("try again: what was had is kept"),
                )
            self.sleep(wait)
        raise AssertionError("the last try answers or raises")

    def _refuse_page(self, body: bytes, where: str) -> None:
        """A web page in place of an answer is what EDGAR says when it has enough of us."""
        if _TOO_OFTEN.search(body[:_LARGEST_HEADER]) or _WHO.search(body[:_LARGEST_HEADER]):
            raise self._refusal(body, None, where)

    @staticmethod
    def _refusal(body: bytes, later: str | None, where: str) -> InvalidRequest | SourceRateLimited:
        if _WHO.search(body[:_LARGEST_HEADER]):
            return InvalidRequest(
                Sentence("EDGAR does not take us for who asks"),
                where=where,
                hint=Sentence("check {contact}: Your Name you@example.org", contact=CONTACT),
            )
        wait = f"{later} seconds" if later and later.isdigit() else Sentence("ten minutes")
        return SourceRateLimited(
            Sentence("EDGAR limits the rate of requests and asks us to wait"),
            where=where,
            hint=Sentence("wait {wait} and run the same command again: what was had is kept", wait=wait),
        )


def _enough(body: bytes) -> bool:
    return begins(body) or len(body) >= _LARGEST_HEADER


EDGAR = Edgar()
"""Where finders ask; each search takes a copy, which counts its own requests."""
