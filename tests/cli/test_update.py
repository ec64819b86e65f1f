"""`eventstudy update`: exit codes, the summary, and what it tells whom."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from eventstudy.disk import locked
from eventstudy.errors import InvalidFile
from eventstudy.reports.deliver import MOST, queued
from eventstudy.reports.study_file import read_study
from eventstudy.reports.update import State, Summary

from tests.cli.conftest import Ran
from tests.tiers import first

pytestmark = pytest.mark.usefixtures("each_picture_once")
Es = Callable[..., Ran]
STUDY = 'title = "Desk"\nevents = ["deepseek-r1"]\n[options]\nsource = "bundled"\ntickers = [{}]\n'


def write(folder: Path, tickers: str = '"NVDA"', more: str = "") -> None:
    (folder / "study.toml").write_text(STUDY.format(tickers) + more, encoding="utf-8")


def test_the_summary_as_json(es: Es, tmp_path: Path) -> None:
    write(tmp_path)
    ran = es("update", "--format", "json")
    assert ran.code == 0
    told = json.loads(ran.out)
    assert told["schema"] == "eventstudy.update/1"
    assert told["exit_code"] == 0
    assert told["events"][0]["status"] == "new"
    assert set(told["written"]) == {"deepseek-r1.html", "deepseek-r1.json", "feed.xml", "index.html", "manifest.json"}
    again = json.loads(es("update", "--format", "json").out)
    assert again["written"] == []
    assert again["events"][0]["status"] == "unchanged"


@pytest.mark.render
def test_the_summary_for_people_and_quiet(es: Es, tmp_path: Path) -> None:
    write(tmp_path)
    ran = es("update", "study.toml", "--as-of", "2025-01-29")
    assert ran.code == 0
    assert "new  deepseek-r1  first report" in ran.out
    assert es("update", "--as-of", "2025-01-29", "--quiet").out == ""
    assert "nothing to write" in es("update", "--as-of", "2025-01-29").out


@pytest.mark.render
def test_a_ticker_without_data_ends_with_4_and_is_named(es: Es, tmp_path: Path) -> None:
    write(tmp_path, '"NVDA", "XYZ"')
    for _ in range(2):
        ran = es("update")
        assert ran.code == 4
        assert "XYZ is left out" in ran.out
    write(tmp_path, '"NVDA", "XYZ"', "allow_excluded = true\n")
    assert es("update").code == 0


def test_no_event_with_data_ends_with_5(es: Es, tmp_path: Path) -> None:
    write(tmp_path, '"XYZ"')
    assert es("update").code == 5
    assert (tmp_path / "reports" / "deepseek-r1.html").is_file()


def test_a_second_update_ends_with_75(es: Es, tmp_path: Path) -> None:
    write(tmp_path)
    with locked(tmp_path / "reports"):
        ran = es("update")
    assert ran.code == 75
    assert "another update is at work" in ran.err


@pytest.mark.parametrize(("args", "code"), [(("no.toml",), 3), (("--as-of", "soon"), 2), (("--format", "xml"), 2)])
def test_what_cannot_be_meant(es: Es, tmp_path: Path, args: tuple[str, ...], code: int) -> None:
    write(tmp_path)
    assert es("update", *args).code == code


# ---- mail and webhook ---------------------------------------------------------------------------------------------------


@contextmanager
def serving(server: Any) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def receiver(got: list[bytes], status: int = 200) -> HTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return HTTPServer(("127.0.0.1", 0), Handler)


@pytest.mark.render
def test_nobody_is_told_unless_the_study_says_so(es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[bytes] = []
    with serving(receiver(got)) as port:
        monkeypatch.setenv("EVENTSTUDY_WEBHOOK_URL", f"http://127.0.0.1:{port}/hook")
        write(tmp_path)
        assert es("update", "--as-of", "2025-01-27").code == 0
        assert got == []
        write(tmp_path, more="[webhook]\n")
        assert es("update").code == 0
        assert es("update").code == 0
    assert len(got) == 1, "once, for the one change"
    told = json.loads(got[0])
    assert told["title"] == "Desk"
    assert "index.html" in told["written"]
    assert "NVDA: 10 of 11 days became 11 of 11" in told["text"]
    assert str(tmp_path) not in got[0].decode(), "where the files are is nobody's business"


@pytest.mark.render
def test_what_could_not_be_sent_is_sent_with_the_next_update(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[bytes] = []
    write(tmp_path, more="[webhook]\n")
    monkeypatch.setenv("EVENTSTUDY_WEBHOOK_URL", "https://127.0.0.1:9/nobody-listens")
    for as_of in ("2025-01-24", "2025-01-27"):
        ran = es("update", "--as-of", as_of)
        assert ran.code == 4
        assert "will be sent with the next update" in ran.err
    assert es("update", "--as-of", "2025-01-27", "--quiet").code == 4, "nothing new, and something is still to be sent"
    with serving(receiver(got)) as port:
        monkeypatch.setenv("EVENTSTUDY_WEBHOOK_URL", f"http://127.0.0.1:{port}/hook")
        ran = es("update", "--as-of", "2025-01-27")
        assert (ran.code, ran.err) == (0, "")
        assert es("update", "--as-of", "2025-01-27").code == 0
        assert es("update").code == 0
    first, second = map(json.loads, got)
    assert "2025-01-24:\nDeepSeek releases the R1 model: first report" in first["text"]
    assert "2025-01-27:" in first["text"], "all that was missed, in one message"
    assert [one["as_of"] for one in first["earlier"]] == ["2025-01-24"]
    assert "earlier" not in second
    assert "became 11 of 11" in second["text"]
    assert "undelivered" not in json.loads((tmp_path / "reports" / "manifest.json").read_text())


@pytest.mark.render
def test_a_way_that_is_no_longer_named_is_not_waited_for(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTSTUDY_WEBHOOK_URL", "")
    write(tmp_path, more="[webhook]\n")
    assert es("update").code == 4
    write(tmp_path)
    assert es("update").code == 0
    assert "undelivered" not in json.loads((tmp_path / "reports" / "manifest.json").read_text())


def test_what_waits_does_not_grow_for_ever(tmp_path: Path) -> None:
    write(tmp_path, more="[webhook]\n")
    study = read_study(tmp_path / "study.toml")
    summary = Summary("2025-01-27", "x", (State("a", "A", "", "new"),))
    waiting: dict[str, Any] = {}
    for _ in range(MOST + 5):
        waiting = queued(study, waiting, summary)
    assert len(waiting["webhook"]) == MOST
    odd: Any
    for odd in (None, [], {"webhook": 1}, {"webhook": [1, {"text": 5}]}, {"pigeon": [{"text": "coo"}]}):
        assert queued(study, odd) == {}, "what somebody changed by hand is dropped"


MAIL = '[mail]\nto = ["d@e.org"]\nfrom = "r@e.org"\nhost = "{}"\nuser = "u"\n{}\n'


@pytest.mark.parametrize(
    ("host", "more", "refused"),
    [
        ("mail.example.org", "starttls = false", True),
        ("127.0.0.1.example.org", "starttls = false", True),
        ("mail.example.org", "starttls = true", False),
        ("mail.example.org", "port = 465\nstarttls = false", False),
        ("localhost", "starttls = false", False),
    ],
)
def test_a_password_does_not_leave_this_machine_in_clear(tmp_path: Path, host: str, more: str, refused: bool) -> None:
    write(tmp_path, more=MAIL.format(host, more))
    if refused:
        with pytest.raises(InvalidFile, match="the password of u would go to"):
            read_study(tmp_path / "study.toml")
    else:
        assert read_study(tmp_path / "study.toml").mail is not None


def test_a_server_that_offers_no_encryption_gets_no_password(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTSTUDY_SMTP_PASSWORD", "secret-token")
    server = socketserver.TCPServer(("127.0.0.1", 0), _Smtp)
    server.lines = []  # type: ignore[attr-defined]
    with serving(server) as port:
        write(tmp_path, more=MAIL.format("127.0.0.1", f"port = {port}"))
        ran = es("update")
    assert ran.code == 4
    assert "the mail was not sent: SMTPNotSupportedError" in ran.err
    assert not [line for line in server.lines if "AUTH" in line or "secret-token" in line]  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", [500, 302])
def test_a_delivery_that_fails_is_told_without_the_secret(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    got: list[bytes] = []
    with serving(receiver(got, status)) as port:
        monkeypatch.setenv("HOOK", f"http://127.0.0.1:{port}/secret-token")
        write(tmp_path, more='[webhook]\nurl_env = "HOOK"\n')
        ran = es("update", "--format", "json")
    assert ran.code == 4
    assert "the webhook was not sent" in ran.err
    assert str(status) in ran.err
    assert "secret-token" not in ran.err + ran.out
    assert len(got) == 1


@pytest.mark.parametrize(
    "address", first(["http://secret-token.example.org", "", "file:///etc/passwd", "ftp://secret-token"], 2)
)
def test_an_address_that_is_none_is_refused(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HOOK", address)
    write(tmp_path, more='[webhook]\nurl_env = "HOOK"\n')
    ran = es("update")
    assert ran.code == 4
    assert "HOOK is not set to an https address" in ran.err
    assert "secret-token" not in ran.err


class _Smtp(socketserver.StreamRequestHandler):
    """As much of a mail server as it takes to receive one message."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        body = False
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            self.server.lines.append(line)  # type: ignore[attr-defined]
            if body:
                body = line != "."
                self.wfile.write(b"" if body else b"250 taken\r\n")
            elif line.upper().startswith("DATA"):
                body = True
                self.wfile.write(b"354 go on\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if line.upper().startswith("QUIT") else b"250 fine\r\n")


@pytest.mark.render
def test_a_mail_says_what_changed(es: Es, tmp_path: Path) -> None:
    server = socketserver.TCPServer(("127.0.0.1", 0), _Smtp)
    server.lines = []  # type: ignore[attr-defined]
    mail = (
        '[mail]\nto = ["desk@example.org"]\nfrom = "r@example.org"\nhost = "127.0.0.1"\nport = {}\nstarttls = false\n'
    )
    with serving(server) as port:
        write(tmp_path, more=mail.format(port))
        assert es("update").code == 0
    lines: list[str] = server.lines  # type: ignore[attr-defined]
    assert "Subject: Desk" in lines
    assert "To: desk@example.org" in lines
    assert "DeepSeek releases the R1 model: first report" in lines


def test_a_mail_without_its_password_is_told(es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENTSTUDY_SMTP_PASSWORD", raising=False)
    server = socketserver.TCPServer(("127.0.0.1", 0), _Smtp)
    server.lines = []  # type: ignore[attr-defined]
    mail = '[mail]\nto = ["d@e.org"]\nfrom = "r@e.org"\nhost = "127.0.0.1"\nport = {}\nstarttls = false\nuser = "u"\n'
    with serving(server) as port:
        write(tmp_path, more=mail.format(port))
        ran = es("update")
    assert ran.code == 4
    assert "EVENTSTUDY_SMTP_PASSWORD is not set" in ran.err


def test_a_row_that_is_no_event_is_named_and_ends_with_4(es: Es, bad_rows: str, tmp_path: Path) -> None:
    text = f'events = ["{bad_rows}"]\nlatest = 1\n[options]\nsource = "bundled"\n'
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    ran = es("update")
    assert ran.code == 4
    assert "row 7 of the table of events cannot be read" in ran.out
    told = json.loads(es("update", "--format", "json").out)
    assert ([e["reason"] for e in told["excluded"]], told["exit_code"]) == (["BAD_ROW"], 4)
    (tmp_path / "study.toml").write_text(text + "allow_excluded = true\n", encoding="utf-8")
    assert es("update").code == 0
