"""No request leaves but those to named hosts: what asks nothing opens no connection, what asks looks for its host alone."""

from __future__ import annotations

import contextlib
import shlex
import socketserver
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from eventstudy.prices import yahoo
from eventstudy.prices.yahoo import Yahoo

from tests.cli.conftest import Ran
from tests.loopback.proxied import _certificates, yahoo_over_proxy
from tests.loopback.server import Service, running
from tests.test_web import unknown_authority
from tests.tiers import first

Es = Callable[..., Ran]
ROOT = Path(__file__).parents[2]


class Watch:
    """What a process looks for in the network, by Python's own audit; curl, which is not Python, is told apart."""

    def __init__(self) -> None:
        self.on, self.hosts = False, set[str]()

    def __call__(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            self.refuse(given[0])
        if event in ("socket.connect", "socket.sendto") and isinstance(given[1], tuple):
            self.refuse(given[1][0])

    def refuse(self, host: Any) -> None:
        """Note it, and let nothing out."""
        self.hosts.add(host.decode() if isinstance(host, bytes) else str(host))
        raise OSError("no network here")


WATCH = Watch()
sys.addaudithook(WATCH)  # it stays for the life of the process, and is deaf but in these tests


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[set[str]]:
    """The hosts that were looked for; none is reached."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    curl = pytest.importorskip("curl_cffi.curl", reason="this yfinance speaks through requests").Curl
    asked = curl.setopt

    def setopt(self: Any, option: Any, value: Any) -> Any:
        from curl_cffi import CurlOpt

        if option == CurlOpt.URL:
            text = value.decode() if isinstance(value, bytes) else str(value)
            WATCH.refuse(text.split("/")[2])
        return asked(self, option, value)

    monkeypatch.setattr(curl, "setopt", setopt)
    WATCH.hosts, WATCH.on = set(), True
    yield WATCH.hosts
    WATCH.on = False


STUDY = """title = "Desk"
events = ["deepseek-r1"]
output = "out"
formats = ["html", "json"]
[options]
tickers = ["NVDA"]
"""
QUIET = [
    "run deepseek-r1",
    "update study.toml",
    "run --date 2025-01-27 --tickers NVDA --benchmark SPY --format json",
    "report deepseek-r1 --tickers NVDA --output r.html",
    "plot deepseek-r1 --tickers NVDA --output c.svg",
    "events list",
    "events show deepseek-r1",
    "events check more.toml",
    "events day0 2025-01-27T08:00-05:00 --ticker NVDA",
    "events add --registry mine.toml --title New --date 2025-01-27 --tickers NVDA",
    "events find fomc",
    "prices import closes.csv",
    "prices status",
    "prices check",
    "prices export all.csv",
    "doctor",
    "config",
    "methods",
    "schedule show cron",
    "init",
    "claim 'Nvidia fell by 17% on 27 January 2025'",
    "spillover deepseek-r1",
    "confounders deepseek-r1 --tickers NVDA",
    "scan deepseek-r1 --tickers NVDA",
    "robustness deepseek-r1 --tickers NVDA",
    "counterfactual deepseek-r1 --tickers NVDA",
]


@pytest.mark.parametrize("line", first(QUIET, 1))
def test_what_asks_nothing_opens_no_connection(es: Es, hosts: set[str], tmp_path: Path, line: str) -> None:
    (tmp_path / "closes.csv").write_text("date,A,B\n2025-01-02,1,2\n2025-01-03,1.1,2.1\n")
    if line != "init":
        (tmp_path / "study.toml").write_text(STUDY)
    if line.startswith("prices "):
        es("prices", "import", "closes.csv")
    if "more.toml" in line:
        es("events", "add", "--registry", "more.toml", "--title", "New", "--date", "2025-01-27", "--tickers", "NVDA")
    ran = es(*shlex.split(line))
    assert ran.code == 0, ran.err
    assert hosts == set()


SEC, YAHOO = (
    {"www.sec.gov", "data.sec.gov"},
    {f"{n}.yahoo.com" for n in ("query1.finance", "query2.finance", "fc", "guce")},
)
ASKING = {
    "prices fetch --tickers NVDA --start 2025-01-02 --end 2025-01-10 --source yahoo": YAHOO,
    "prices fetch --tickers NVDA --start 2025-01-02 --end 2025-01-10 --source tiingo": {"api.tiingo.com"},
    "run --date 2025-01-27 --tickers ZZZZ --benchmark SPY": YAHOO,
    "doctor --online": YAHOO,
    "events find edgar --ticker NVDA": SEC,
    "events find earnings --ticker NVDA": SEC,
    "run deepseek-r1 --tickers NVDA --factors ken_french --model fama_french3": {"mba.tuck.dartmouth.edu"},
    "update study.toml": {"mail.example.org", "hook.example.org"},
}


@pytest.mark.wait
@pytest.mark.parametrize("line", ASKING)
def test_what_asks_looks_for_its_hosts_alone(
    es: Es, hosts: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(yahoo, "SOURCE", Yahoo(spacing=0, timeout=1, give_up=20, retries=0))
    monkeypatch.setenv("TIINGO_API_KEY", "key")
    monkeypatch.setenv("EVENTSTUDY_CONTACT", "Some One s@example.org")
    monkeypatch.setenv("EVENTSTUDY_WEBHOOK_URL", "https://hook.example.org/secret")
    mail = '[webhook]\n[mail]\nto = ["d@e.org"]\nfrom = "r@e.org"\nhost = "mail.example.org"\n'
    (tmp_path / "study.toml").write_text(STUDY + mail)
    ran = es(*line.split())
    assert ran.code == (4 if line.startswith("update") else 5), ran.err
    assert hosts
    assert hosts <= ASKING[line]


def test_the_hosts_are_named_for_the_reader() -> None:
    said = (ROOT / "docs" / "project" / "policy.md").read_text(encoding="utf-8")
    told = {host for hosts in ASKING.values() for host in hosts if not host.endswith("example.org")}
    assert {host for host in told if f"`{host}`" not in said and not host.endswith(".yahoo.com")} == set()
    assert "`*.yahoo.com`" in said


# ---- a certificate that nobody vouches for --------------------------------------------------------------------------------


@pytest.mark.wait
@pytest.mark.parametrize("backend", ["curl", "requests"])
def test_yahoo_is_not_believed_without_its_certificate(tmp_path: Path, backend: Literal["curl", "requests"]) -> None:
    words = (
        "prices",
        "fetch",
        "--tickers",
        "GOOD",
        "--start",
        "2025-01-02",
        "--end",
        "2025-01-10",
        "--source",
        "yahoo",
    )
    service = Service()
    with yahoo_over_proxy(service, tmp_path, backend=backend) as environment:
        own = {name: value for name, value in environment.items() if not name.endswith("CA_BUNDLE")}
        done = subprocess.run(
            [sys.executable, "-m", "eventstudy", *words], cwd=tmp_path, env=own | {"PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 5
    assert "Yahoo does not answer" in done.stderr
    assert service.asked == [], "nothing was told to whoever pretends to be Yahoo"


class _StartTls(socketserver.StreamRequestHandler):
    """A mail server up to the moment at which it is to show its certificate."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"EHLO"):
                self.wfile.write(b"250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n")
            elif line.upper().startswith(b"STARTTLS"):
                self.wfile.write(b"220 go on\r\n")
                with contextlib.suppress(OSError):
                    self.server.context.wrap_socket(self.request, server_side=True)  # type: ignore[attr-defined]
                return
            else:
                self.server.heard.append(line)  # type: ignore[attr-defined]
                return


@pytest.mark.wait
def test_a_mail_server_is_not_believed_without_its_certificate(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTSTUDY_SMTP_PASSWORD", "secret-token")
    server: Any = socketserver.TCPServer(("127.0.0.1", 0), _StartTls)
    server.heard, server.context = [], _unvouched(tmp_path)
    mail = f'[mail]\nto = ["d@e.org"]\nfrom = "r@e.org"\nuser = "u"\nhost = "127.0.0.1"\nport = {server.server_address[1]}\n'
    (tmp_path / "study.toml").write_text(STUDY + mail)
    with running(server, Service()):
        ran = es("update", "study.toml")
    assert ran.code == 4
    assert "the mail was not sent: [SSL: CERTIFICATE_VERIFY_FAILED]" in ran.err
    assert server.heard == [], "no word after the certificate, the password least of all"


@pytest.mark.wait
def test_a_webhook_is_not_believed_without_its_certificate(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study.toml").write_text(STUDY + "[webhook]\n")
    with unknown_authority(tmp_path) as port:
        monkeypatch.setenv("EVENTSTUDY_WEBHOOK_URL", f"https://127.0.0.1:{port}/secret-token")
        ran = es("update", "study.toml")
    assert ran.code == 4
    assert "the webhook was not sent: [SSL: CERTIFICATE_VERIFY_FAILED]" in ran.err
    assert "secret-token" not in ran.err + ran.out


def _unvouched(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificates(folder)[1])
    return context
