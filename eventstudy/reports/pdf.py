"""Report -> PDF: the HTML page, printed by Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.reports import html
from eventstudy.reports.parts import Report

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
"""Commands that print a page, in the order of preference."""

_SECONDS = 120


def render(report: Report) -> bytes:
    """The printed page. Chromium writes the time of printing into the file, so the bytes differ from run to run.

    Raises:
        InvalidRequest: no Chromium on PATH, or it did not print.
    """
    browser = find_browser()
    page = html.render(report)
    with tempfile.TemporaryDirectory(prefix="eventstudy-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_bytes(page)
        command = [
            browser,
            *flags(Path(folder, "profile")),
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        try:
            ran = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InvalidRequest(
                Sentence("{browser} did not print the report: {said}", browser=browser, said=error),
                hint=Sentence("write --format html"),
            ) from error
        if not target.is_file():
            told = ran.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise InvalidRequest(
                Sentence(
                    "{browser} did not print the report (exit code {returncode})",
                    browser=browser,
                    returncode=ran.returncode,
                ),
                where=told[0] if told else None,
                hint=Sentence("write --format html and print it from a browser"),
            )
        return target.read_bytes()


def find_browser() -> str:
    """The path of a Chromium.

    Raises:
        InvalidRequest: there is none on PATH.
    """
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise InvalidRequest(
        Sentence("a PDF report needs Chromium, and there is none on PATH"),
        available="html, md, xlsx, latex, json",
        hint=Sentence(
            "install Chromium (Debian: apt-get install chromium), or write --format html and print it from a browser"
        ),
    )


def flags(profile: Path) -> list[str]:
    """What makes Chromium work without a screen, without the network, and with a profile of its own."""
    found = [
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-extensions",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={profile}",
    ]
    return [*found, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else found
