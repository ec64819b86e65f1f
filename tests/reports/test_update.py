"""`update`: fills windows, writes what differs and nothing else, keeps the last report where a source fails, and is never
seen half done. Prices come from files and from a source that is told what to answer.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from eventstudy import disk, plugins
from eventstudy.cli.update import _lines
from eventstudy.errors import (
    InvalidFile,
    InvalidRequest,
    Locked,
    SourceDown,
    SourceError,
    SourceMalformed,
    SourceRateLimited,
    SymbolUnknown,
)
from eventstudy.prices import Fetch, load_prices
from eventstudy.prices.store import Store
from eventstudy.reports import files, site
from eventstudy.reports import update as updating
from eventstudy.reports.study_file import read_study
from eventstudy.reports.update import Summary, update

from tests.tiers import first

pytestmark = pytest.mark.usefixtures("each_picture_once")
FAULTS = (
    SourceDown,
    *(pytest.param(error, marks=pytest.mark.wait) for error in (SymbolUnknown, SourceMalformed, SourceRateLimited)),
)
HALF, END = date(2025, 1, 29), date(2025, 2, 14)


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Path]:
    """`study("tickers = [...]", events=...)` writes a study file about the embedded sample."""

    def written(options: str = 'tickers = ["NVDA"]', top: str = 'events = ["deepseek-r1"]') -> Path:
        path = tmp_path / "study.toml"
        path.write_text(f'{top}\n[options]\nday0 = "recognised"\n{options}\n', encoding="utf-8")
        return path

    return written


def bring(path: Path, as_of: date = END, **more: Any) -> Summary:
    return update(read_study(path), as_of, **more)


def state_of(path: Path) -> dict[str, tuple[bytes, int]]:
    """Name -> content and time of last change."""
    folder = path.parent / "reports"
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}


@pytest.mark.slow
def test_a_window_fills_up_and_the_summary_says_so(study: Callable[..., Path]) -> None:
    path = study()
    first = bring(path, date(2025, 1, 17))
    assert first.exit_code == 5, "day 0 has not come yet"
    assert "no pair is left" in (path.parent / "reports" / "deepseek-r1.html").read_text(encoding="utf-8")
    assert bring(path, HALF).events[0].changes[1:] == ("NVDA: 8 of 11 days of [−5,\u00a0+5]",)
    assert "8 of 11 event days observed" in (path.parent / "reports" / "index.html").read_text(encoding="utf-8")
    last = bring(path)
    assert last.events[0].changes == ("NVDA: 8 of 11 days became 11 of 11",)
    assert last.events[0].status == "updated"
    assert last.events[0].complete
    assert last.exit_code == 0


@pytest.mark.slow
def test_a_second_update_writes_nothing(study: Callable[..., Path]) -> None:
    path = study(
        'tickers = ["NVDA", "XYZ"]\nsource = "bundled"', 'events = ["deepseek-r1"]\nformats = ["xlsx", "md", "latex"]'
    )
    first = bring(path, HALF)
    assert {"deepseek-r1.html", "deepseek-r1.xlsx", "deepseek-r1.md", "deepseek-r1.tex"} < set(first.written)
    before, place = state_of(path), (path.parent / "reports").stat().st_ino
    second = bring(path, HALF)
    assert second.written == ()
    assert second.events[0].status == "unchanged"
    assert state_of(path) == before
    assert (path.parent / "reports").stat().st_ino == place


@pytest.mark.render
def test_an_earlier_day_takes_nothing_back_and_says_so(study: Callable[..., Path]) -> None:
    path = study()
    bring(path, HALF)
    (kept,) = (summary := bring(path, date(2025, 1, 28))).events
    assert (kept.status, summary.exit_code) == ("kept", 4)
    assert kept.gap == (
        "not updated, the last report stands: asked as of 2025-01-28, and it knows days until 2025-01-29"
    )
    assert _lines(summary).splitlines()[1] == (
        "As of 2025-01-28, a day before these reports were last changed: what they know stays."
    )
    bring(path)
    (same,) = (summary := bring(path, HALF)).events
    assert (same.status, same.complete, summary.exit_code) == ("unchanged", True, 0)
    assert "what they know stays" in _lines(summary)
    assert "what they know stays" not in _lines(bring(path))


@pytest.mark.render
def test_a_report_that_leaves_the_span_is_named_with_it(study: Callable[..., Path]) -> None:
    path = study(top='events = ["deepseek-r1"]\nspan = "last 30 days"')
    bring(path)
    summary = bring(path, date(2025, 3, 3))
    assert (summary.removed, summary.aged) == (("deepseek-r1",), "last 30 days")
    assert summary.to_dict()["aged"] == "last 30 days"
    assert "removed  deepseek-r1  not announced in the span of the study file, last 30 days" in _lines(summary)


@pytest.mark.render
def test_a_complete_report_is_not_fetched_again(study: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = study()
    bring(path)

    def asked(*_: Any, **__: Any) -> None:
        raise AssertionError("prices were asked for")

    monkeypatch.setattr("eventstudy.request.prices.load_prices", asked)
    assert bring(path).written == ()
    assert bring(path, date(2025, 3, 3)).written == ()


@pytest.mark.render
def test_what_differs_is_written_and_the_rest_is_left(study: Callable[..., Path]) -> None:
    top = 'events = ["deepseek-r1", "other"]\nregistry = "events.toml"'
    path = study('tickers = ["NVDA"]', top)
    event = '[[event]]\nid = "{}"\ntitle = "T {}"\nannounced = {}\nrecognised = {}\nrecognised_reason = "r"\n'
    (path.parent / "events.toml").write_text(
        event.format("deepseek-r1", 1, "2025-01-20", "2025-01-27")
        + event.format("other", 2, "2025-01-20", "2025-01-21")
    )
    bring(path, HALF)
    before = state_of(path)
    summary = bring(path)
    after = state_of(path)
    assert "other.html" not in summary.written
    assert after["other.html"] == before["other.html"], "a hard link to the same file"
    assert after["deepseek-r1.html"] != before["deepseek-r1.html"]
    path.write_text(path.read_text().replace('["deepseek-r1", "other"]', '["other"]'))
    assert bring(path).removed == ("deepseek-r1",)
    assert "deepseek-r1.html" not in state_of(path)


@pytest.mark.render
def test_an_option_that_changes_makes_a_new_report(study: Callable[..., Path]) -> None:
    path = study()
    bring(path)
    study('tickers = ["NVDA", "AMD"]')
    assert bring(path).events[0].changes == ("AMD is there now",)
    study('tickers = ["AMD"]\nmodel = "market_adjusted"')
    gone, figure, why = bring(path).events[0].changes
    assert gone == "NVDA is no longer there"
    assert figure.startswith("AMD: CAR [0,\u00a00] was ")
    assert why == "model was market and is market_adjusted"


@pytest.mark.render
def test_a_report_that_somebody_changed_is_written_anew(study: Callable[..., Path]) -> None:
    path = study()
    bring(path)
    page = path.parent / "reports" / "deepseek-r1.html"
    whole = page.read_bytes()
    page.write_bytes(whole[:100])
    assert bring(path).exit_code == 0
    assert page.read_bytes() == whole
    page.unlink()
    bring(path)
    assert page.read_bytes() == whole


@pytest.mark.render
def test_catching_up_gives_every_session_its_news(study: Callable[..., Path]) -> None:
    path = study()
    bring(path, HALF)
    summary = bring(path, date(2025, 2, 3), catch_up=True)
    assert summary.events[0].changes == (
        "NVDA: 8 of 11 days became 9 of 11",
        "NVDA: 9 of 11 days became 10 of 11",
        "NVDA: 10 of 11 days became 11 of 11",
    )
    feed = (path.parent / "reports" / "feed.xml").read_text(encoding="utf-8")
    assert feed.count("<entry>") == 4
    assert "<updated>2025-01-31T00:00:00Z</updated>" in feed
    assert bring(path, date(2025, 2, 5), catch_up=True).written == ()


# ---- sources that fail -------------------------------------------------------------------------------------------------


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, error: type[SourceError], tickers: tuple[str, ...]) -> Iterator[None]:
    """The embedded sample answers for these tickers with an error."""
    source = plugins.load("sources", "bundled")
    fetch = type(source).fetch

    def answer(self: Any, symbol: str, *dates: Any) -> Any:
        if symbol in tickers:
            raise error(f"{symbol}: told to fail")
        return fetch(self, symbol, *dates)

    with monkeypatch.context() as patched:
        patched.setattr(type(source), "fetch", answer)
        yield


@pytest.mark.render
@pytest.mark.parametrize("error", FAULTS)
def test_a_fault_for_one_ticker_is_named_on_the_face(
    study: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, error: type[SourceError]
) -> None:
    path = study('tickers = ["NVDA", "AMD"]')
    with failing(monkeypatch, error, ("AMD",)):
        summary = bring(path)
    assert summary.exit_code == 4
    assert summary.events[0].status == "new"
    for name in ("deepseek-r1.html", "index.html"):
        page = (path.parent / "reports" / name).read_text(encoding="utf-8")
        assert page.index("told to fail") < page.index("<h2")
    again = bring(path)
    assert again.exit_code == 0
    assert again.events[0].changes == ("AMD is there now",)


@pytest.mark.render
@pytest.mark.parametrize("tickers", [("NVDA", "AMD"), ("SPY",)])
@pytest.mark.parametrize("error", FAULTS)
def test_a_fault_for_all_leaves_a_page_that_says_so(
    study: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, error: type[SourceError], tickers: tuple[str, ...]
) -> None:
    path = study('tickers = ["NVDA", "AMD"]')
    with failing(monkeypatch, error, tickers):
        summary = bring(path)
    assert summary.events[0].status == "failed"
    assert summary.exit_code == (75 if error is SourceRateLimited else 5)
    assert "told to fail" in (path.parent / "reports" / "deepseek-r1.html").read_text(encoding="utf-8")
    assert bring(path).exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("tickers", first([("AMD",), ("NVDA", "AMD", "SPY"), ("SPY",)]))
@pytest.mark.parametrize("error", FAULTS)
def test_a_fault_does_not_take_a_report_away(
    study: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, error: type[SourceError], tickers: tuple[str, ...]
) -> None:
    path = study('tickers = ["NVDA", "AMD"]')
    bring(path, HALF)
    before = state_of(path)
    with failing(monkeypatch, error, tickers):
        summary = bring(path)
        assert bring(path).written == (), "the same fault again is no news"
    assert summary.events[0].status == "kept"
    assert summary.exit_code == 4
    after = state_of(path)
    assert after["deepseek-r1.html"] == before["deepseek-r1.html"]
    assert "told to fail" in after["index.html"][0].decode()
    assert bring(path).events[0].changes[0] == "NVDA: 8 of 11 days became 11 of 11"


@pytest.mark.render
def test_a_source_that_knows_fewer_days_than_before_does_not_replace_a_report(
    study: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = study()
    bring(path, date(2025, 1, 31))
    source = plugins.load("sources", "bundled")
    fetch = type(source).fetch

    def shorter(self: Any, symbol: str, *dates: Any) -> Any:
        found = fetch(self, symbol, *dates)
        return replace(found, frame=found.frame.loc[:"2025-01-28"])

    with monkeypatch.context() as patched:
        patched.setattr(type(source), "fetch", shorter)
        summary = bring(path)
    assert summary.events[0].status == "kept"
    assert summary.exit_code == 4
    assert "10 of 11 event days" in (path.parent / "reports" / "deepseek-r1.html").read_text(encoding="utf-8")
    assert bring(path).events[0].changes == ("NVDA: 10 of 11 days became 11 of 11",)


@pytest.mark.render
def test_a_price_file_of_the_user_is_taken_as_it_is(study: Callable[..., Path], tmp_path: Path) -> None:
    closes = load_prices(["NVDA", "SPY"], source="bundled").close
    path = study('tickers = ["NVDA"]\nprices = "p.csv"')

    def saved(last: str) -> None:
        closes.loc[:last].to_csv(tmp_path / "p.csv", index_label="date", date_format="%Y-%m-%d")

    saved("2025-01-30")
    assert bring(path).exit_code == 4
    saved("2025-01-29")
    key_differs = bring(path)
    assert key_differs.events[0].status == "updated", "the user gave another file"
    saved("2025-02-14")
    assert bring(path).events[0].complete


@pytest.mark.render
def test_a_price_that_changes_in_a_shared_file_is_news_of_its_own_firm_alone(tmp_path: Path) -> None:
    closes = load_prices(["NVDA", "MSFT", "SPY"], source="bundled").close
    events = [f'{{ date = 2025-01-27, tickers = ["{ticker}"], id = "{ticker}" }}' for ticker in ("NVDA", "MSFT")]
    path = tmp_path / "study.toml"
    path.write_text(f'lang = "de"\nevents = [{", ".join(events)}]\n[options]\nprices = "p.csv"\n', encoding="utf-8")

    def with_close(close: float) -> Summary:
        closes.loc["2025-01-27", "NVDA"] = close
        closes.to_csv(tmp_path / "p.csv", index_label="date", date_format="%Y-%m-%d")
        return bring(path)

    with_close(118.42)
    before = state_of(path)
    changed = with_close(117.42)
    assert [event.status for event in changed.events] == ["updated", "unchanged"]
    assert "am 27.01.2025, 28.01.2025 ist" in "; ".join(changed.events[0].changes)
    assert {"MSFT.html", "MSFT.json"}.isdisjoint(changed.written)
    after = state_of(path)
    assert after["MSFT.html"] == before["MSFT.html"]
    assert "Microsoft" not in after["index.html"][0].decode().split('id="events"')[0].split('id="news"')[-1]
    assert not bring(path).news, "what was left as it was is known the next time"
    assert "<h1>Ereignisstudien</h1>" in after["index.html"][0].decode()


def test_a_file_that_events_share_is_hashed_once_an_update(
    study: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p.csv").write_text("date,NVDA,SPY\n2024-01-02,1,2\n", encoding="utf-8")
    path = study('tickers = ["NVDA"]\nprices = "p.csv"', 'events = ["deepseek-r1", "chatgpt-launch"]')
    asked: list[Path] = []
    own = updating._file_hash

    def noted(file: Path) -> str:
        asked.append(file)
        return own(file)

    monkeypatch.setattr(updating, "_file_hash", noted)
    assert [event.status for event in bring(path).events] == ["failed", "failed"], "there is no price of their days"
    assert asked == [tmp_path / "p.csv"]
    bring(path)
    assert len(asked) == 2, "and again in the next one, for it may be another file by then"


# ---- whole or not at all -----------------------------------------------------------------------------------------------

KILLED = """
import os, shutil, signal, sys
from eventstudy import disk
if sys.argv[-1] == "two steps":  # as on a system that cannot exchange names
    disk.exchange = lambda one, other: False

def dying(where, name, left):
    real = getattr(where, name)
    def call(*args, **more):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)
    setattr(where, name, call)
"""
"""Each script below begins so: the process is killed at the n-th of the calls that touch files."""

DYING = """
from datetime import date
from eventstudy.reports import files
from eventstudy.reports.study_file import read_study
from eventstudy.reports.update import update
study, old, new = read_study(sys.argv[1]), *map(date.fromisoformat, sys.argv[2:4])
snaps = study.path.parent / "snaps"

def child(n):
    left = [n]
    for name in ("fsync", "replace", "rename", "link", "mkdir", "symlink", "rmdir", "unlink", "open", "readlink"):
        dying(os, name, left)
    dying(disk, "exchange", left)
    update(study, new)
    os._exit(0)

n, status = 0, 1
while status:
    n += 1
    shutil.rmtree(study.output, ignore_errors=True)
    update(study, old)
    pid = os.fork()
    if not pid:
        child(n)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if sys.argv[4] == "two steps":
        files.tidy(study.output)  # what the next update does first
    shutil.copytree(study.output, snaps / f"{n}")
    assert status in (0, -signal.SIGKILL), status
"""


def consistent(folder: Path) -> str:
    """The report of a folder whose files are all those of its manifest."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = {p.name: files.sha256(p.read_bytes()) for p in folder.iterdir() if p.name != "manifest.json"}
    assert found == manifest["files"]
    return (folder / "index.html").read_text(encoding="utf-8")


@pytest.mark.wait
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
@pytest.mark.parametrize("how", ["one step"])  # the other way is tried on a site, whose pages take no time
def test_killed_at_any_call_that_touches_files_leaves_the_old_state_or_the_new(
    study: Callable[..., Path], how: str
) -> None:
    path = study()
    days = [HALF.isoformat(), END.isoformat()]
    words = [sys.executable, "-W", "ignore", "-c", KILLED + DYING, str(path), *days, how]
    ran = subprocess.run(words, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    snaps = sorted((path.parent / "snaps").iterdir(), key=lambda snap: int(snap.name))
    filled = ["11 of 11" in consistent(snap) for snap in snaps]
    assert len(snaps) > 12
    assert filled == sorted(filled), "the old state until one moment, the new one from then on"
    assert set(filled) == {False, True}
    left = {p.name for p in path.parent.iterdir() if p.name != "snaps"}
    assert left == {".reports.lock", "reports", "study.toml"}


SITE_DYING = """
from pathlib import Path
from eventstudy.reports import files, site
from eventstudy.reports import update as updating
folder, source = Path(sys.argv[1], "site"), Path(sys.argv[1], "events.csv")
old, new = ({f"{name}.html": (word * 1000).encode() for name in "abcdef"} for word in ("old ", "new "))
new = {**new, "g.html": b"new "}

n, status = 0, 1
while status:
    n += 1
    site.write_site(folder, old, source, ["a"])
    pid = os.fork()
    if not pid:
        left = [n]
        for name in ("fsync", "replace", "rename", "link", "mkdir", "unlink", "open", "rmdir"):
            dying(os, name, left)
        dying(disk, "exchange", left)
        site.write_site(folder, new, source, ["a"])
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in (0, -signal.SIGKILL), status
    if sys.argv[2] == "two steps":
        files.tidy(folder)
    words = {path.read_bytes()[:4].decode() for path in folder.glob("*.html")}
    print(n, *words, len(list(folder.glob("*.html"))))
files.tidy(folder)
assert sorted(os.listdir(sys.argv[1])) == [".site.lock", "site"], os.listdir(sys.argv[1])
"""


@pytest.mark.wait
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
@pytest.mark.parametrize("how", ["one step", "two steps"])
def test_a_report_of_several_events_that_is_killed_leaves_the_old_site_or_the_new(tmp_path: Path, how: str) -> None:
    words = [sys.executable, "-W", "ignore", "-c", KILLED + SITE_DYING, str(tmp_path), how]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    seen = [line.split()[1:] for line in ran.stdout.splitlines()]
    assert len(seen) > 12
    assert set(map(tuple, seen)) == {("old", "6"), ("new", "7")}
    assert seen == sorted(seen, reverse=True), "the old site until one moment, the new one from then on"


@pytest.mark.render
def test_a_second_update_at_the_same_time_is_refused(study: Callable[..., Path]) -> None:
    path = study()
    with disk.locked(path.parent / "reports"), pytest.raises(Locked) as told:
        bring(path)
    assert told.value.exit_code == 75
    assert bring(path).exit_code == 0


def test_a_folder_of_somebody_else_is_left_alone(study: Callable[..., Path]) -> None:
    path = study()
    (path.parent / "reports").mkdir()
    (path.parent / "reports" / "thesis.txt").write_text("mine")
    with pytest.raises(InvalidRequest, match="was not written by"):
        bring(path)
    assert [p.name for p in (path.parent / "reports").iterdir()] == ["thesis.txt"]
    (path.parent / "reports" / "thesis.txt").unlink()
    assert bring(path).exit_code == 0


@pytest.mark.render
def test_a_plain_copy_of_the_folder_is_brought_up_to_date_as_any(study: Callable[..., Path]) -> None:
    path = study()
    bring(path, HALF)
    folder = path.parent / "reports"
    shutil.copytree(folder, path.parent / "copy")
    (path.parent / "copy" / "notes.txt").write_text("mine")
    path.write_text('output = "copy"\n' + path.read_text())
    assert bring(path, HALF).written == ()
    assert bring(path).events[0].status == "updated"
    (path.parent / "copy" / "notes.txt").unlink()
    assert "11 of 11" in consistent(path.parent / "copy")
    assert "11 of 11" not in consistent(folder)


@pytest.mark.render
def test_a_folder_that_an_earlier_version_published_as_a_link_becomes_one(study: Callable[..., Path]) -> None:
    path = study()
    bring(path, HALF)
    folder = path.parent / "reports"
    hidden = folder.with_name(".reports.state-0123456789ab")
    folder.rename(hidden)
    folder.symlink_to(hidden.name)
    assert bring(path, HALF).written == ()
    assert hidden.is_dir(), "it is still in use"
    bring(path)
    assert not folder.is_symlink()
    assert "11 of 11" in consistent(folder)
    assert names_in(path.parent) == {".reports.lock", "reports", "study.toml"}


@pytest.mark.render
@pytest.mark.parametrize("there", [True, False])
def test_a_place_where_nobody_else_may_write_is_filled(tmp_path: Path, there: bool) -> None:
    """Somebody stands in the folder, or it is a disk of its own: it stays the folder that it is."""
    site.write_site(tmp_path / "site", {"a.html": b"old", "b.html": b"old"}, tmp_path / "e.csv", ["a"])
    place = (tmp_path / "site").stat().st_ino
    with chdir(tmp_path / "site" if there else tmp_path):
        site.write_site(tmp_path / "site", {"a.html": b"new"}, tmp_path / "e.csv", ["a"])
    assert names_in(tmp_path / "site") == {"a.html", "manifest.json"}
    assert (tmp_path / "site" / "a.html").read_bytes() == b"new"
    assert ((tmp_path / "site").stat().st_ino == place) is there


HANDS = {
    "no object": "[1, 2]",
    "broken off": '{"schema": "eventstudy.manifest/1", ',
    "deep": "[" * 100_000,
    "empty": "",
}


@pytest.mark.render
@pytest.mark.parametrize("text", HANDS.values(), ids=HANDS)
def test_a_manifest_that_is_none_makes_the_folder_somebody_elses(study: Callable[..., Path], text: str) -> None:
    path = study()
    (path.parent / "reports").mkdir()
    (path.parent / "reports" / "manifest.json").write_text(text)
    with pytest.raises(InvalidRequest, match="was not written by this study"):
        bring(path)


CHANGED: dict[str, Any] = {
    "events": [1, "deepseek-r1", ["deepseek-r1"], {"deepseek-r1": 1}, {"deepseek-r1": {"files": 5}}, None],
    "news": [1, "x", [1], [{"page": 1}], None],
    "files": [1, [1], {"index.html": 1}, None],
    "as_of": [1, "soon", None, "2100-99-99"],
    "study": [1, None, ["x"]],
    "undelivered": [1, {"mail": 1}],
}


@pytest.mark.render
@pytest.mark.parametrize("part", CHANGED)
def test_a_manifest_that_somebody_changed_is_read_or_refused(study: Callable[..., Path], part: str) -> None:
    path = study()
    bring(path, HALF)
    manifest = path.parent / "reports" / "manifest.json"
    sound = json.loads(manifest.read_text())
    for value in CHANGED[part]:
        manifest.write_text(json.dumps({**sound, part: value, "of a later version": 1}))
        if part == "files":  # it is not known which files are ours
            with pytest.raises(InvalidRequest, match="was not written by this study"):
                bring(path, HALF)
            continue
        assert bring(path, HALF, catch_up=True).events[0].status != "failed"
        assert json.loads(manifest.read_text())["events"]["deepseek-r1"]["title"]


@pytest.mark.render
def test_what_an_event_of_a_later_version_has_besides_is_no_matter(study: Callable[..., Path]) -> None:
    path = study()
    bring(path, HALF)
    manifest = path.parent / "reports" / "manifest.json"
    told = json.loads(manifest.read_text())
    told["events"]["deepseek-r1"]["of a later version"] = 1
    manifest.write_text(json.dumps(told))
    assert bring(path, HALF).events[0].status == "unchanged"


@pytest.mark.render
def test_a_folder_of_a_later_version_is_named_as_such(study: Callable[..., Path]) -> None:
    path = study()
    bring(path, HALF)
    manifest = path.parent / "reports" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("eventstudy.manifest/1", "eventstudy.manifest/7"))
    with pytest.raises(InvalidRequest, match=r"another version of eventstudy: its manifest is eventstudy\.manifest/7"):
        bring(path)


@pytest.mark.render
def test_a_roundabout_output_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "home" / "here").mkdir(parents=True)
    path = another(tmp_path / "home" / "here", "study.toml", "a/../..")
    with pytest.raises(InvalidRequest, match="was not written by this study"):
        bring(path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["here", "home", "study.toml"]
    assert bring(another(tmp_path / "home" / "here", "study.toml", "b/../c")).output.endswith("here/c")
    assert names_in(tmp_path / "home" / "here") == {".c.lock", "c", "study.toml"}


# ---- whose folder it is -------------------------------------------------------------------------------------------------

EVENT = '[[event]]\nid = "{}"\ntitle = "Title of {}"\nannounced = 2025-01-27\n'


def registry_of(folder: Path, *ids: str) -> None:
    (folder / "events.toml").write_text("".join(EVENT.format(id, id) for id in ids), encoding="utf-8")


def another(folder: Path, name: str, output: str = "reports", *ids: str) -> Path:
    path = folder / name
    events = ", ".join(f'"{id}"' for id in ids or ("deepseek-r1",))
    registry = 'registry = "events.toml"\n' if ids else ""
    path.write_text(
        f'events = [{events}]\n{registry}output = "{output}"\n[options]\ntickers = ["NVDA"]\n', encoding="utf-8"
    )
    return path


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("name", ["thesis.docx", "study.toml", "events.toml", "thesis.docx/reports"])
def test_an_output_that_is_a_file_is_refused_before_anything_is_made(tmp_path: Path, name: str) -> None:
    registry_of(tmp_path, "one")
    (tmp_path / "thesis.docx").write_text("ten years")
    path = another(tmp_path, "study.toml", name, "one")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(
        InvalidRequest, match=f"{name.partition('/')[0]} is a file, and the reports need a folder"
    ) as told:
        bring(path)
    assert told.value.where == f"{path}, output"
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (".", "was not written by this study"),
        ("~", "was not written by this study"),
        ("/", "is the whole disk"),
        ("loop", "a link that eventstudy did not make"),
        ("x" * 5000, "can be no folder: File name too long"),
        ("new\\u0000x", "can be no folder"),
        ("/dev/null", "is a file"),
    ],
)
def test_an_output_that_can_be_no_folder_of_reports_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    registry_of(tmp_path, "one")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("mine")
    (tmp_path / "loop").symlink_to("pool")
    (tmp_path / "pool").symlink_to("loop")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    path = another(tmp_path, "study.toml", name, "one")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InvalidRequest, match=told) as error:
        bring(path)
    assert len(error.value.what) < 200
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.render
def test_a_file_is_not_published_over_whoever_asks(tmp_path: Path) -> None:
    (tmp_path / "thesis").write_text("ten years")
    with pytest.raises(InvalidRequest, match="is a file"):
        files.publish(tmp_path / "thesis", {"a.html": b"a"}, {})
    assert (tmp_path / "thesis").read_text() == "ten years"


@pytest.mark.render
@pytest.mark.parametrize("leads_to", ["elsewhere", "nowhere"])
def test_a_link_of_the_user_stays_his(tmp_path: Path, leads_to: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "reports").symlink_to(leads_to)
    with pytest.raises(InvalidRequest, match="a link that eventstudy did not make"):
        bring(another(tmp_path, "study.toml"))
    assert os.readlink(tmp_path / "reports") == leads_to


@pytest.mark.render
@pytest.mark.parametrize("other", ["report[s]", "report?", "*"])
def test_the_name_of_a_folder_is_no_pattern(tmp_path: Path, other: str) -> None:
    bring(another(tmp_path, "a.toml"))
    bring(another(tmp_path, "b.toml", other))
    assert consistent(tmp_path / "reports")
    assert consistent(tmp_path / other)


@pytest.mark.render
def test_a_folder_whose_name_begins_alike_is_left_alone(tmp_path: Path) -> None:
    bring(another(tmp_path, "a.toml", "reports.state-old"))
    bring(another(tmp_path, "b.toml"))
    assert consistent(tmp_path / "reports.state-old")


@pytest.mark.render
def test_a_folder_of_another_study_is_refused(tmp_path: Path) -> None:
    registry_of(tmp_path, "one", "two")
    first = another(tmp_path, "a.toml", "reports", "one")
    bring(first)
    before = state_of(first)
    for other in (("two",), ("one", "two")):
        with pytest.raises(InvalidRequest, match="another study") as told:
            bring(another(tmp_path, "b.toml", "reports", *other))
        assert "a.toml" in str(told.value)
    assert state_of(first) == before


@pytest.mark.render
def test_a_study_file_that_was_renamed_keeps_its_folder_and_one_with_other_events_does_not(tmp_path: Path) -> None:
    registry_of(tmp_path, "one", "two")
    bring(another(tmp_path, "a.toml", "reports", "one"))
    (tmp_path / "a.toml").rename(tmp_path / "desk.toml")
    assert bring(tmp_path / "desk.toml").written == ("manifest.json",)
    (tmp_path / "desk.toml").unlink()
    with pytest.raises(InvalidRequest, match="another study"):
        bring(another(tmp_path, "b.toml", "reports", "two"))


def test_a_manifest_whose_study_can_be_no_file_is_known_by_its_events(tmp_path: Path) -> None:
    schema = "eventstudy.manifest/1"
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": schema, "study": "9" * 5000, "events": ["one"]}))
    assert files.owned(tmp_path, schema, tmp_path / "a.toml", ["one"])["events"] == {"one": None}
    with pytest.raises(InvalidRequest, match="another study"):
        files.owned(tmp_path, schema, tmp_path / "a.toml", ["two"])


@pytest.mark.render
def test_a_folder_of_an_earlier_version_is_known_by_its_events(tmp_path: Path) -> None:
    registry_of(tmp_path, "one", "two")
    path = another(tmp_path, "a.toml", "reports", "one")
    bring(path)
    manifest = tmp_path / "reports" / "manifest.json"
    told = json.loads(manifest.read_text())
    del told["study"]
    manifest.write_text(json.dumps(told))
    with pytest.raises(InvalidRequest, match="another study"):
        bring(another(tmp_path, "b.toml", "reports", "two"))
    assert bring(path).events[0].status == "unchanged"


@pytest.mark.render
def test_the_study_may_be_moved_together_with_its_folder(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    bring(another(tmp_path / "old", "study.toml"))
    (tmp_path / "old").rename(tmp_path / "new")
    assert bring(tmp_path / "new" / "study.toml").written == ()


@pytest.mark.render
def test_what_others_put_into_the_folder_stays_there(study: Callable[..., Path]) -> None:
    path = study()
    bring(path, HALF)
    folder = path.parent / "reports"
    (folder / "notes.txt").write_text("mine")
    (folder / "figures").mkdir()
    (folder / "figures" / "one.png").write_text("mine too")
    (folder / "latest").symlink_to("nowhere")
    assert bring(path, HALF).written == (), "what others put there is no change of ours"
    assert "notes.txt" not in bring(path).written
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "figures" / "one.png").read_text() == "mine too"
    assert os.readlink(folder / "latest") == "nowhere"


@pytest.mark.render
def test_a_page_does_not_overwrite_what_others_put_there(tmp_path: Path) -> None:
    registry_of(tmp_path, "one", "two")
    bring(another(tmp_path, "a.toml", "reports", "one"))
    (tmp_path / "reports" / "two.html").write_text("mine")
    with pytest.raises(InvalidRequest, match=r"two\.html was not written by this study"):
        bring(another(tmp_path, "a.toml", "reports", "one", "two"))
    assert (tmp_path / "reports" / "two.html").read_text() == "mine"


@pytest.mark.render
def test_every_event_has_its_own_page_whatever_its_id(tmp_path: Path) -> None:
    ids = ("index", "index-event", "INDEX-Event-event", "Feed-event", "manifest", "con", "con-event", "Lpt1", "one")
    registry_of(tmp_path, *ids)
    bring(another(tmp_path, "study.toml", "reports", *ids))
    folder = tmp_path / "reports"
    pages = [folder / f"{site.stem(id)}.json" for id in ids]
    assert [json.loads(page.read_text())["events"][0]["id"] for page in pages] == list(ids)
    assert len({page.name.lower() for page in pages} - {"index.json", "feed.json", "manifest.json"}) == len(ids)
    assert "feed.xml" in names_in(folder)


@pytest.mark.parametrize("id", ["con", "PRN", "aux", "Nul", "com1", "lpt9", "nul-event", "index", "feed", "manifest"])
def test_an_id_that_means_something_else_is_no_name_of_a_file(id: str) -> None:
    assert site.stem(id) == f"{id}-event"
    assert site.stem(site.stem(id)) != site.stem(id), "no other event can have its page"
    assert site.stem("console") == "console"
    assert site.stem("com10") == "com10"


def test_ids_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    registry_of(tmp_path, "q1", "Q1")
    with pytest.raises(InvalidRequest, match="'q1' and 'Q1' differ in upper and lower case alone"):
        bring(another(tmp_path, "study.toml", "reports", "q1", "Q1"))
    assert names_in(tmp_path) == {"events.toml", "study.toml"}


# ---- study files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("events = [", "cannot read"),
        ("", "names no event"),
        ('events = ["deepseek-r1"]\nevnts = 1', "no setting called 'evnts'"),
        ('events = ["deepseek-r1"]\nevnts = 1', "study.toml, line 2"),
        ('events = ["deepseek-r1"]\nevnts = 1', "did you mean 'events'?"),
        ('events = ["deepseek-r1"]\npath = "x"', "no setting called 'path'"),
        ('events = ["deepseek-r1"]\n[mail]\ntoo = ["a"]', "line 3, [mail]"),
        ('events = ["deepseek-r1"]\nformats = ["doc"]', "formats"),
        ('events = ["deepseek-r1"]\nlang = "fr"', "lang"),
        ('events = ["deepseek-r1"]\nbase = "javascript:x"', "base"),
        ('events = ["deepseek-r1"]\n[options]\nmodle = "market"', "there is no option called 'modle'"),
        ('events = ["deepseek-r1"]\n[event.deepseek-r1]\nday1 = "x"', "there is no option called 'day1'"),
        ('events = ["deepseek-r1"]\n[mail]\nto = []\nfrom = "a"\nhost = "b"', "mail.to"),
        ('events = ["deepseek-r1"]\ntitle = 5', "title is 5, not text in quotes\n  where: "),
        ("events = 5", "events is 5, not text in quotes or a list of it"),
        ('events = ["deepseek-r1"]\nformats = [5]', "study.toml, line 2"),
        ('events = ["deepseek-r1"]\nregistry = ["r"]', 'registry is ["r"], not text in quotes'),
        (
            'events = ["deepseek-r1"]\n[mail]\nto = "a"\nfrom = "a"\nhost = "b"\nport = "25"',
            'port is "25", not a whole',
        ),
        ('events = ["deepseek-r1"]\n[mail]\nto = "a"\nfrom = "a"\nhost = "b"\nstarttls = "no"', "not true or false"),
        ('events = ["deepseek-r1"]\nmail = "a@b"', "mail is not a table"),
        ('events = ["deepseek-r1"]\noptions = 5', "options is not a table"),
        ('events = ["deepseek-r1"]\n[event]\nday0 = "recognised"', "write [event.ID] above the options of an event"),
    ],
)
def test_a_faulty_study_file_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile) as error:
        read_study(path)
    assert told in str(error.value)
    assert error.value.exit_code == 3


OPTIONS = {
    "tests": "5",
    "test": "[5]",
    "seed": '"x"',
    "windows": "5",
    "tickers": "5",
    "benchmark": "5",
    "exclude_dates": "5",
    "prices": "5",
    "source": "5",
    "day0": "5",
    "factors": "5",
    "min_estimation": '"100"',
    "estimation_window": "[-99999999999, -11]",
    "allow_excluded": '"no"',
    "prediction_error": '"false"',
    "no_alpha": '"no"',
    "alpha": "5",
    "model": '"markt"',
}


@pytest.mark.parametrize("table", ["options", "event.deepseek-r1"])
@pytest.mark.parametrize(("option", "value"), OPTIONS.items())
def test_an_option_that_cannot_be_meant_is_refused_by_name_before_any_work(
    tmp_path: Path, option: str, value: str, table: str
) -> None:
    path = tmp_path / "study.toml"
    path.write_text(f'events = ["deepseek-r1"]\n[{table}]\n{option} = {value}\n', encoding="utf-8")
    with pytest.raises(InvalidFile) as error:
        read_study(path)
    assert option.replace("_", " ") in error.value.what.replace("_", " ")
    assert f"[{table}]" in str(error.value.where)
    assert str(path) in str(error.value.where)


def test_a_text_may_stand_for_a_list_of_one(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    mail = '[mail]\nto = "Desk, first <a@b.org>"\nfrom = "c@b.org"\nhost = "b"\n'
    path.write_text(f'events = "deepseek-r1, brexit"\nformats = "html"\n{mail}', encoding="utf-8")
    asked = read_study(path)
    assert (asked.events, asked.formats) == (("deepseek-r1", "brexit"), ("html",))
    assert asked.mail is not None
    assert (asked.mail.to, asked.mail.sender) == (["Desk, first <a@b.org>"], "c@b.org")


@pytest.mark.render
def test_options_are_called_as_flags_or_as_fields(study: Callable[..., Path]) -> None:
    flags = 'tickers = "NVDA, AMD"\nwindow = [0, 1]\ntest = "bmp"\nno-alpha = true\ncalendar = "prices"'
    fields = 'tickers = ["NVDA", "AMD"]\nwindows = [[0, 1]]\ntests = ["bmp"]\nalpha = false'
    one = read_study(study(flags)).options
    assert one == {**read_study(study(fields)).options, "calendar": None}
    assert one["tickers"] == ["NVDA", "AMD"]


@pytest.mark.render
def test_options_that_only_make_sense_for_their_events_are_judged_with_them(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    text = 'events = ["deepseek-r1"]\n[options]\nwindow = [0, 9]\n[event.deepseek-r1]\nevent_window = [-5, {}]\n'
    path.write_text(text.format(10))
    assert read_study(path).options_of("deepseek-r1")["event_window"] == [-5, 10]
    path.write_text(text.format(8))
    with pytest.raises(InvalidFile, match=r"lies outside the event window \[-5, \+8\]"):
        read_study(path)


def test_a_study_file_that_is_not_there_says_how_one_begins(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="a study file begins with"):
        read_study(tmp_path / "no.toml")


@pytest.mark.render
@pytest.mark.parametrize("kind", ["folder", "store"])
def test_a_price_that_is_restated_here_is_noticed_when_a_report_is_complete(
    study: Callable[..., Path], tmp_path: Path, kind: str
) -> None:
    loaded = load_prices(["NVDA", "SPY"], "2023-12-01", "2025-02-14", source="bundled").close
    folder = tmp_path / "prices"
    folder.mkdir()

    def have(factor: float = 1.0, upto: str = "2025-02-11", at: str = "2025-02-13T12:00:00+00:00") -> None:
        for ticker in map(str, loaded):
            close = loaded[ticker].loc[:upto].copy()
            if ticker == "NVDA":
                close["2025-01-24"] *= factor
            if kind == "folder":
                close.to_csv(folder / f"{ticker}.csv", index_label="date")
                continue
            frame = close.rename("close").to_frame().rename_axis("session")
            first, last = (close.index[i].date() for i in (0, -1))
            with Store(write=True) as store:
                store.keep("yahoo", Fetch(ticker, frame, "as_given", "USD", "XNYS", at), first, last, force=True)

    path = study('tickers = ["NVDA"]\n' + {"folder": 'prices = "prices"', "store": 'source = "store"'}[kind])
    have()
    assert bring(path).events[0].complete
    before = state_of(path)
    assert bring(path).written == ()
    have(upto="2025-02-12")
    again = bring(path)
    assert again.events[0].status == "unchanged", "days that are not those of the study"
    assert {name for name, told in state_of(path).items() if told != before[name]} <= {files.MANIFEST}
    assert bring(path).written == ()
    have(1.05, "2025-02-12")
    changed = bring(path).events[0]
    assert changed.status == "updated"
    assert any("restated" in line for line in changed.changes)
    assert bring(path).written == ()
