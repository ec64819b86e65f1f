"""The stand-in itself: a server on 127.0.0.1 that answers as Yahoo's chart service does."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.loopback.answers import FAULTS, NOT_FOUND, Answer, Fault, Series, chart_of, earnings_page, shares_of

_CHART = "/v8/finance/chart/"
_SHARES = "/ws/fundamentals-timeseries/v1/finance/timeseries/"


class Service:
    """What the stand-in knows and how it behaves; tests change it while it runs.

    `fail(symbol, name, times)` answers a symbol's next `times` requests for prices (None: all) with a fault
    of `FAULTS`, or one of their kind; the symbol `*` is any. `asked` lists every path that was asked for.
    """

    def __init__(self, series: Iterable[Series] = ()) -> None:
        self.series = {s.symbol: s for s in series}
        self.earnings: dict[str, list[str]] = {}
        """Earnings dates as Yahoo's page prints them, by symbol."""
        self.asked: list[str] = []
        self._faults: dict[str, list[Any]] = {}
        self._changing = threading.Lock()
        self.stopping = threading.Event()

    def add(self, series: Series) -> None:
        """Hold one more symbol, or another series for it."""
        self.series[series.symbol] = series

    def fail(self, symbol: str, fault: str | Fault, times: int | None = None) -> None:
        """Answer badly from now on."""
        self._faults[symbol] = [FAULTS[fault] if isinstance(fault, str) else fault, times]

    def recover(self) -> None:
        """Answer well again."""
        self._faults.clear()

    def charts(self, symbol: str) -> int:
        """How often the prices of a symbol were asked for, its time zone included."""
        return sum(urlsplit(path).path == _CHART + symbol for path in self.asked)

    def answer(self, target: str) -> Answer:
        """The answer to a path with its query."""
        parts = urlsplit(target)
        with self._changing:
            self.asked.append(target)
        if parts.path == "/v1/test/getcrumb":
            return Answer(200, b"crumb", "text/plain")
        if parts.path.startswith(_SHARES):
            symbol, query = unquote(parts.path.removeprefix(_SHARES)), parse_qs(parts.query)
            if (held := self.series.get(symbol)) is None:
                return self._spoilt(symbol, NOT_FOUND)
            return self._spoilt(symbol, shares_of(held, int(query["period1"][0]), int(query["period2"][0])))
        if parts.path == "/calendar/earnings":
            return self._calendar(parse_qs(parts.query)["symbol"][0])
        if not parts.path.startswith(_CHART):
            return NOT_FOUND if parts.path.startswith(("/v7/", "/v10/")) else Answer(200, b"", "text/html")
        symbol, query = unquote(parts.path.removeprefix(_CHART)), parse_qs(parts.query)
        known = self.series.get(symbol)
        sound = NOT_FOUND
        if known is not None:
            first, last = (int(query.get(name, ["0"])[0]) for name in ("period1", "period2"))
            sound = chart_of(known.chart(first, last))
        return self._spoilt(symbol, sound)

    def _calendar(self, symbol: str) -> Answer:
        """The page of earnings dates: a table, or none where nothing is known."""
        rows = self.earnings.get(symbol)
        page = earnings_page(symbol, rows) if rows else "<html><body>no results</body></html>"
        return self._spoilt(symbol, Answer(200, page.encode(), "text/html"))

    def _spoilt(self, symbol: str, sound: Answer) -> Answer:
        with self._changing:
            fault = self._faults.get(symbol) or self._faults.get("*")
            if fault is None or fault[1] == 0:
                return sound
            if fault[1] is not None:
                fault[1] -= 1
        answer: Answer = fault[0](sound)
        return answer


def handler_of(service: Service) -> type[BaseHTTPRequestHandler]:
    """A request handler that gives the answers of `service`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for the client's acknowledgement of its headers

        def do_GET(self) -> None:
            answer = service.answer(self.path)
            if answer.delay and service.stopping.wait(answer.delay):
                return
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                if answer.encoding:
                    self.send_header("Content-Encoding", answer.encoding)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:
                self.close_connection = True  # the client gave up waiting, as it should

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a test that wants to know reads `Service.asked`."""

    return Handler


class QuietServer(ThreadingHTTPServer):
    """Threads that end with the test, and no word about clients that hang up."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is part of what is tested."""


@contextmanager
def running(server: ThreadingHTTPServer, service: Service) -> Iterator[int]:
    """The server at work in a thread; gives its port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        service.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serving(service: Service) -> Iterator[int]:
    """The stand-in over plain HTTP on a free port, which is given."""
    with running(QuietServer(("127.0.0.1", 0), handler_of(service)), service) as port:
        yield port
