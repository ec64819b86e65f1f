"""The gate before a service holds for all who ask at once, in threads as in processes: they share one file."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from eventstudy.errors import EventStudyError
from eventstudy.events.finders import _kept
from eventstudy.events.finders._filings import firm, header, page, tickers
from eventstudy.events.finders._kept import Kept
from hypothesis import given, settings
from hypothesis import strategies as st


def test_turns_of_many_are_an_eighth_of_a_second_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_kept, "SYNCHRONOUS", "off")
    turns: list[float] = []

    def ask() -> None:
        turns.extend(Kept(clock=lambda: 1e9).turn("edgar", 8.0) for _ in range(5))

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert sorted(turns) == pytest.approx([1e9 + i / 8 for i in range(20)], abs=1e-6)


PIECES = st.sampled_from(
    [
        *(
            b"<SEC-HEADER>",
            b"</SEC-HEADER>",
            b"0001000001-24-000001",
            b"\n<ACCEPTANCE-DATETIME>",
            b"20240131160510",
            b"\n",
        ),
        *(
            b"<PERIOD>",
            b"20249999",
            b"<SUBJECT-COMPANY>",
            b"</SUBJECT-COMPANY>",
            b"<CIK>",
            b"SUBJECT COMPANY:",
            b"\xff\xfe",
        ),
        *(
            b"{",
            b"}",
            b'"filings"',
            b":",
            b"[",
            b"]",
            b'"recent"',
            b"1e999",
            b"null",
            b'"cik": 7',
            b'"cik": 1e999',
            b",",
        ),
    ]
)


@given(st.lists(PIECES, max_size=25).map(b"".join))
@settings(max_examples=150, deadline=None)
def test_odd_answers_are_read_or_refused_in_our_words(body: bytes) -> None:
    for read in (
        lambda: header(body, "0001000001-24-000001", "x"),
        lambda: firm(body, 7, "x"),
        lambda: page(body, "x"),
        lambda: tickers(body, "x"),
    ):
        with suppress(EventStudyError):
            read()


def test_a_number_beyond_all_is_refused() -> None:
    for body in (b'{"cik": 1e999, "filings": {}}', b'{"0": {"ticker": "A", "cik_str": 1e999, "title": "A"}}'):
        for read in (lambda body=body: firm(body, 7, "x"), lambda body=body: tickers(body, "x")):
            with pytest.raises(EventStudyError, match="EDGAR"):
                read()
