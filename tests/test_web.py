"""What is asked goes to the host that is named, over a connection that can be trusted, and no answer is without end."""

from __future__ import annotations

import io
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from eventstudy import web
from eventstudy.errors import SourceDown, SourceMalformed
from eventstudy.prices import Desk, Fetch
from eventstudy.prices._yahoo_answer import Unusable
from eventstudy.prices.yahoo import LARGEST, _bounded, _followed

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
        ("/there", False),
        ("http://query1.finance.yahoo.com/v8", True),
        ("https://yahoo.com.example.org/v8", True),
        ("https://notyahoo.com/v8", True),
        ("//elsewhere.example.org/v8", True),
        ("file:///etc/passwd", True),
    ],
)
@pytest.mark.parametrize("status", [302, 307])
def test_nothing_is_asked_of_another_host_than_yahoo(url: str, status: int, refused: bool) -> None:
    asked: list[tuple[str, str, dict[str, Any]]] = []

    def request(method: str, url: str, **options: Any) -> Any:
        asked.append((method, url, options))
        found = requests.Response()
        found.status_code, found.raw = (status, io.BytesIO()) if len(asked) == 1 else (200, io.BytesIO(b"it"))
        found.headers["Location"] = there
        return found

    there, later = url, time.monotonic() + 60
    options: dict[str, Any] = {"timeout": 1.0, "params": {"a": 1}, "data": {"b": 2}}
    if refused:
        with pytest.raises(Unusable, match="sent on to"):
            _followed(request, "POST", "https://finance.yahoo.com/", options, later)
        assert len(asked) == 1, "the other host is not even asked"
        return
    assert _followed(request, "POST", "https://finance.yahoo.com/here", options, later).content == b"it"
    method, asked_last, had = asked[-1]
    assert asked_last == ("https://finance.yahoo.com/there" if there == "/there" else there)
    assert (method, "data" in had, "params" in had) == (
        ("POST", True, False) if status == 307 else ("GET", False, False)
    )
    assert not any(options["allow_redirects"] for _, _, options in asked)


def test_circles_of_yahoo_end() -> None:
    def request(method: str, url: str, **options: Any) -> Any:
        found = requests.Response()
        found.status_code, found.raw = 302, io.BytesIO()
        found.headers["Location"] = url
        return found

    with pytest.raises(Unusable, match="again and again"):
        _followed(request, "GET", "https://finance.yahoo.com/", {"timeout": 1.0}, time.monotonic() + 60)


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
