"""A server on 127.0.0.1 that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.loopback.server import QuietServer, Service, running


@dataclass(frozen=True)
class Reply:
    """One answer; `slow`: seconds between its bytes."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0


@dataclass
class Desk:
    """`answer(path)` makes the reply; `asked` lists (path with query, headers)."""

    answer: Callable[[str], Reply]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""


@contextmanager
def desk(answer: Callable[[str], Reply]) -> Iterator[Desk]:
    """A desk at work; its `address` is where it is asked."""
    made, service = Desk(answer), Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            made.asked.append((self.path, dict(self.headers.items())))
            reply = made.answer(self.path)
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if not reply.slow:
                self.wfile.write(reply.body)
            for i in range(len(reply.body) if reply.slow else 0):
                if service.stopping.wait(reply.slow):
                    break
                self.wfile.write(reply.body[i : i + 1])

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with running(QuietServer(("127.0.0.1", 0), Handler), service) as port:
        made.address = f"http://127.0.0.1:{port}"
        yield made
