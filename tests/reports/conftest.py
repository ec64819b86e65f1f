"""Results to report on, and a Chromium to look at pages with."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import eventstudy as es
import pandas as pd
import pytest
from eventstudy.events import Group
from eventstudy.prices import load_prices
from eventstudy.reports import render, site_of
from eventstudy.reports.parts import Lang
from eventstudy.reports.pdf import BROWSERS, flags
from eventstudy.study.result import StudyResult

HOSTILE = (
    '<script>alert(1)</script><img src=x onerror=alert(2)> =HYPERLINK("http://evil.example","x")'
    " | [a](javascript:b) \\input{c} $&%"
)
"""A title that tries every output."""


@pytest.fixture(scope="session")
def nvda() -> StudyResult:
    return es.run("deepseek-r1", tickers=["NVDA"], day0="recognised")


@pytest.fixture(scope="session")
def sixteen() -> StudyResult:
    return es.run("deepseek-r1", day0="recognised")


@pytest.fixture(scope="session")
def gaps() -> StudyResult:
    """One ticker without prices, and prices that end inside the event window of the other two."""
    events = pd.DataFrame({"ticker": ["NVDA", "AMD", "XYZ"], "date": ["2025-02-10"] * 3, "event_id": ["gap"] * 3})
    return es.run(events, source="bundled")


@pytest.fixture(scope="session")
def volume() -> StudyResult:
    return es.run("deepseek-r1", tickers=["NVDA", "AMD"], outcome="volume")


@pytest.fixture(scope="session")
def volatility() -> StudyResult:
    return es.run("deepseek-r1", tickers=["NVDA", "AMD"], outcome="volatility")


@pytest.fixture(scope="session")
def mean_model() -> StudyResult:
    """One parameter and no forecast of a regressor: the other shape of a forecast covariance."""
    return es.run("deepseek-r1", tickers=["NVDA", "MU"], model="constant_mean", prediction_error=False)


@pytest.fixture(scope="session")
def three() -> StudyResult:
    """Three events, one of them without any ticker that has prices."""
    rows = [
        ("NVDA", "2025-01-27", "one"),
        ("AMD", "2025-01-27", "one"),
        ("MSFT", "2024-12-02", "index"),
        ("XYZ", "2024-12-02", "none"),
    ]
    return es.run(pd.DataFrame(rows, columns=["ticker", "date", "event_id"]), source="bundled")


@pytest.fixture(scope="session")
def hostile() -> StudyResult:
    """An event whose title, ticker, source, notes and group try to be more than text."""
    ticker = '=HYPERLINK("http://evil.example")<b>'
    closes = load_prices(["NVDA", "SPY"], source="bundled").close.rename(columns={"NVDA": ticker})
    event = es.Event(
        id="hostile",
        title=HOSTILE,
        announced=date(2025, 1, 27),
        sources=("javascript:alert(3)", "http://example.org/?a=1&b=<x>", "data:text/html,<script>alert(4)</script>"),
        notes=HOSTILE,
        group=(Group(name=HOSTILE, tickers=(ticker,)),),
    )
    return es.run(event, prices=closes, calendar=None)


Rendered = Callable[..., bytes]


@pytest.fixture(scope="session")
def rendered(request: pytest.FixtureRequest) -> Rendered:
    """`rendered("nvda", "html", "de")` is the report on a study of this file, written once for all tests that only read it."""
    made: dict[tuple[str, str, str], bytes] = {}

    def get(study: str, form: str = "html", lang: Lang = "en") -> bytes:
        if (study, form, lang) not in made:
            made[study, form, lang] = render(request.getfixturevalue(study), form, lang=lang)
        return made[study, form, lang]

    return get


@pytest.fixture(scope="session")
def site(three: StudyResult) -> dict[str, bytes]:
    """The site of three events, written once."""
    return site_of(three)


@dataclass(frozen=True)
class Looked:
    """What Chromium made of a page."""

    facts: list[dict[str, Any]]
    """One for each width."""
    console: list[str]
    requests: list[str]


DARK = "--blink-settings=preferredColorScheme=0"

_COLLECTED = """<!DOCTYPE html><pre id="told"></pre>
<script>onmessage = (told) => { document.querySelector("#told").append(told.data + "\\n"); };</script>"""
_FRAME = '<iframe style="width:{width}px;height:900px;border:0" src="{page}"></iframe>'
"""A window of Chromium is at least 500 pixels wide; a frame is as narrow as a phone."""

_PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> str:
    """The path of a Chromium; tests that need one are skipped where there is none."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on PATH (Debian: apt-get install chromium)")
    return path


def chromium(browser: str, profile: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run Chromium without a screen."""
    command = [browser, *flags(profile), "--hide-scrollbars", "--enable-logging=stderr", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture
def look(browser: str, tmp_path: Path) -> Callable[..., Looked]:
    """`look(page, 390, 1280)` opens the page at these widths: its measures, what the console said, what it asked for."""

    def opened(page: bytes, *widths: int, dark: bool = False) -> Looked:
        more = [DARK] if dark else []
        plain, probed, frame, log = (tmp_path / name for name in ("page.html", "probed.html", "frame.html", "net.json"))
        plain.write_bytes(page)
        ran = chromium(browser, tmp_path / "profile", f"--log-net-log={log}", "--dump-dom", *more, plain.as_uri())
        open_to_scripts = page.decode().replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'")
        probed.write_text(open_to_scripts.replace("</body>", f"<script>{_PROBE}</script></body>"), encoding="utf-8")
        frames = "".join(_FRAME.format(width=width, page=probed.as_uri()) for width in widths)
        frame.write_text(_COLLECTED + frames, encoding="utf-8")
        told = chromium(
            browser, tmp_path / "profile", "--virtual-time-budget=5000", "--dump-dom", *more, frame.as_uri()
        )
        lines = unescape(told.stdout.partition('<pre id="told">')[2].partition("</pre>")[0]).splitlines()
        facts = sorted(map(json.loads, lines), key=lambda fact: widths.index(fact["width"]))
        return Looked(facts, said(ran.stderr), asked(log))

    return opened


def said(stderr: str) -> list[str]:
    """What pages wrote to the console."""
    return [line for line in stderr.splitlines() if "CONSOLE" in line]


def asked(log: Path) -> list[str]:
    """The addresses that pages asked for; what the browser asks on its own account has no origin."""
    found = [event.get("params", {}) for event in json.loads(log.read_text(encoding="utf-8"))["events"]]
    return [p["url"] for p in found if "url" in p and p.get("initiator", "not an origin") != "not an origin"]
