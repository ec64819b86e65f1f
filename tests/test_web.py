"""What is asked goes to the host that is named, over a connection that can be trusted, and no answer is without end."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from eventstudy import web
from eventstudy.errors import SourceDown, SourceMalformed
from eventstudy.prices import Desk, Fetch
from eventstudy.prices._yahoo_answer import Unusable
from eventstudy.prices.yahoo import LARGEST, _bounded, _refuse_elsewhere

from tests.loopback.proxied import _certificates
from tests.loopback.server import QuietServer, Service, running
from tests.loopback.web import Reply, desk


def test_a_page_of_the_same_host_is_followed() -> None:
    with desk(
        lambda path: Reply(status=302, headers={"Location": "/there"}) if path == "/here" else Reply(body=b"it")
    ) as found:
        assert web.ask(f"{found.address}/here", "It").body == b"it"


@pytest.mark.parametrize(
    "there", ["http://elsewhere.example.org/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "//other/x"]
)
def test_nothing_is_asked_of_another_host(there: str) -> None:
    with (
        desk(lambda _: Reply(status=302, headers={"Location": there})) as found,
        pytest.raises(SourceDown, match="the request is sent on to") as told,
    ):
        web.ask(f"{found.address}/here", "It")
    assert told.value.exit_code == 5
    assert len(found.asked) == 1


def test_circles_end() -> None:
    with (
        desk(lambda _: Reply(status=302, headers={"Location": "/here"})) as found,
        pytest.raises(SourceDown, match="again and again"),
    ):
        web.ask(f"{found.address}/here", "It")
    assert len(found.asked) == 5


@contextmanager
def unknown_authority(folder: Path) -> Iterator[int]:
    """A server whose certificate nobody vouches for."""
    _, pem = _certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raise AssertionError("it was trusted")

    server = QuietServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server, Service()) as port:
        yield port


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with unknown_authority(tmp_path) as port, pytest.raises(SourceDown, match="does not answer") as told:
        web.ask(f"https://127.0.0.1:{port}/", "It")
    assert "SSLError" in str(told.value)


# ---- Yahoo ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("https://query1.finance.yahoo.com/v8", False),
        ("https://consent.yahoo.com/", False),
        ("http://query1.finance.yahoo.com/v8", True),
        ("https://yahoo.com.example.org/v8", True),
        ("https://notyahoo.com/v8", True),
        ("file:///etc/passwd", True),
    ],
)
@pytest.mark.parametrize("how", ["requests", "curl"])
def test_an_answer_that_came_from_elsewhere_is_not_taken(url: str, refused: bool, how: str) -> None:
    moved = {"history": [1]} if how == "requests" else {"redirect_count": 1}
    if refused:
        with pytest.raises(Unusable, match="sent on to"):
            _refuse_elsewhere(SimpleNamespace(url=url, **moved))
    else:
        _refuse_elsewhere(SimpleNamespace(url=url, **moved))


def _as_curl(parts: int, size: int) -> Any:
    """A session's `request` as curl_cffi has it: parts go to a callback, which may stop it."""

    def request(method: str, url: str, *, content_callback: Any, timeout: float) -> Any:
        for _ in range(parts):
            if content_callback(b"x" * size) != size:
                raise OSError("Failed writing received data")
        return SimpleNamespace(url=url, content=b"", redirect_count=0)

    request.__module__ = "curl_cffi.requests.session"
    return request


def test_an_answer_by_curl_is_put_together_and_has_an_end() -> None:
    later = time.monotonic() + 60
    url, options = "https://query1.finance.yahoo.com/v8", {"timeout": 1.0}
    assert _bounded(_as_curl(3, 5), "GET", url, options, later).content == b"x" * 15
    with pytest.raises(Unusable, match="larger than 30 MB"):
        _bounded(_as_curl(50, LARGEST // 40), "GET", url, options, later)
    with pytest.raises(OSError, match=r"Failed writing|out of time"):
        _bounded(_as_curl(3, 5), "GET", url, options, time.monotonic() - 1)


# ---- any source -------------------------------------------------------------------------------------------------------------


class Odd:
    """A source from elsewhere that stumbles over one of its symbols."""

    summary = "for tests"

    def fetch(self, symbol: str, start: Any, end: Any) -> Fetch:
        if symbol == "BAD":
            raise KeyError("no such field")
        return Fetch(symbol, None, "dividends")  # type: ignore[arg-type]


def test_whatever_one_symbol_leads_to_the_others_are_asked_for() -> None:
    one = Desk(Odd())
    assert one.fetch("GOOD", None, None).symbol == "GOOD"
    with pytest.raises(SourceMalformed, match="the prices of BAD cannot be read: KeyError"):
        one.fetch("BAD", None, None)
    assert one.fetch("NEXT", None, None).symbol == "NEXT"
