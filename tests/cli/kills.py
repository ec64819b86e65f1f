"""Commands ended at random moments, and what is left: the state before, or what they were to write, never a part of it.

`python -m tests.cli.kills KILLS [--keep]` does so with every command, each in a folder of its own, prints what was found and
ends with 1 where anything was torn, lost or mixed; `--keep` writes the figures. `... COMMAND FOLDER KILLS` does one command
in a folder, and prints what each kill left that came before the command had ended, and for every tenth what the same command
makes of that.

Every run is a child of this process, so that nothing is imported again. It starts from the same state, and is ended by
SIGKILL at a moment of the time that a whole run takes, late ones more often: that is when files are written.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

from eventstudy import load_registry
from eventstudy.cli import main
from eventstudy.prices import yahoo
from eventstudy.prices._store import Store
from eventstudy.prices.yahoo import Yahoo

from tests.loopback.inprocess import yahoo_in_process, yfinance_alone
from tests.loopback.server import Service
from tests.worlds import SESSIONS, closes, series

ROOT = Path(__file__).parents[2]
FIGURES = Path(__file__).with_name("kills.json")
ADDED = ("--title", "A second event", "--date", "2021-08-04", "--tickers", "BBB")
FIRST, SECOND = (f"[[event]]\nid = '{i}'\ntitle = '{i}'\nannounced = {d}\n"
                 "[[event.group]]\nrole = 'exposed'\ntickers = ['AAA']\n" for i, d in
                 (("one", "2021-08-02"), ("two", "2021-08-11")))  # fmt: skip
STUDY = "registry = 'mine.toml'\nformats = ['md', 'json']\noutput = 'out'\n"
STUDY += "[options]\nprices = 'prices.csv'\nbenchmark = 'MKT'\nestimation_window = [-100, -11]\n"
STUDY += "min_estimation = 60\nwindows = [[0, 0]]\nlevel = {level}\n"
REPORT = ("report", "events.csv", "--prices", "prices.csv", "--benchmark", "MKT", "--estimation-window", "-100", "-11",
          "--min-estimation", "60", "--window", "0", "0", "--output", "out/")  # fmt: skip


def run(*words: str) -> None:
    """A command in a child of its own, to its end."""
    code = os.waitstatus_to_exitcode(os.waitpid(child(words), 0)[1])
    assert code in (0, 4), f"{code}: {Path('said').read_text()}"


def child(words: tuple[str, ...]) -> int:
    """Start a command in a child; what it says is in the file `said`."""
    pid = os.fork()
    if pid:
        return pid
    try:
        said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        main(list(words))
    except SystemExit as ended:
        os._exit(int(ended.code or 0))
    finally:
        os._exit(99)


def written(day: int, factor: float) -> None:
    """A file of prices up to a day."""
    (closes(1).iloc[:day] * factor).to_csv("prices.csv", index_label="date")


def stored() -> str:
    """What the store holds, every bar of it compared with its hash."""
    with Store() as store:
        assert store.faults() == []
        held = store.vintages()
        for vintage in held:
            store.sound(vintage)
        return " ".join(f"{v.symbol}:{v.number}:{v.sha256[:12]}" for v in held)


def pages() -> str:
    """The pages of a site, by their contents."""
    left = [path for path in Path().glob("out*/**/*") if path.is_file()]
    return hashlib.sha256(b"".join(p.as_posix().encode() + p.read_bytes() for p in sorted(left))).hexdigest()[:12]


def registry() -> str:
    """The events of the registry."""
    return " ".join(event.id for event in load_registry("mine.toml"))


def copied_store(to: Path) -> None:
    """A copy of the store as it is, its log written into it."""
    path = Path(os.environ["EVENTSTUDY_STORE"])
    for left in to.parent.glob(f"{to.name}*"):
        left.unlink()
    with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(to)) as other:
        one.backup(other)


def importing(_: ExitStack) -> tuple[tuple[str, ...], Callable[[], None], Callable[[], str]]:
    """A second import into a store that has a first one."""
    written(150, 1.0)
    run("prices", "import", "prices.csv")
    written(200, 2.0)
    copied_store(Path("first.db"))
    return ("prices", "import", "prices.csv"), back, stored


def back() -> None:
    """The store as it was at first."""
    path = Path(os.environ["EVENTSTUDY_STORE"])
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy("first.db", path)


def fetching(stack: ExitStack) -> tuple[tuple[str, ...], Callable[[], None], Callable[[], str]]:
    """A fetch of three series over what was fetched before."""
    days = [day.date() for day in SESSIONS]
    service = Service([series(symbol, seed, days) for seed, symbol in enumerate(("AAA", "BBB", "CCC"))])
    session = stack.enter_context(yahoo_in_process(service))
    stack.enter_context(yfinance_alone(Path.cwd()))
    yahoo.SOURCE = Yahoo(session, spacing=0, timeout=2, give_up=20)
    words = ("prices", "fetch", "--tickers", "AAA,BBB,CCC", "--start", "2021-01-04", "--end")
    run(*words, "2021-06-01")
    copied_store(Path("first.db"))
    return (*words, "2021-09-30"), back, stored


def adding(_: ExitStack) -> tuple[tuple[str, ...], Callable[[], None], Callable[[], str]]:
    """One more event in a registry."""
    path = Path("mine.toml")
    return ("events", "add", "--registry", "mine.toml", *ADDED), lambda: void(path.write_text(FIRST)), registry


def void(_: object) -> None:
    """Nothing."""


def restored(old: Path) -> Callable[[], None]:
    """Puts the folder back as it was."""

    def again() -> None:
        shutil.rmtree("out", ignore_errors=True)
        shutil.copytree(old, "out")

    return again


def reporting(_: ExitStack) -> tuple[tuple[str, ...], Callable[[], None], Callable[[], str]]:
    """A site of three events over one of the same with another level."""
    written(200, 1.0)
    Path("events.csv").write_text("ticker,date\nAAA,2021-08-02\nBBB,2021-08-04\nCCC,2021-08-11\n")
    run(*REPORT)
    shutil.copytree("out", "first")
    return (*REPORT, "--level", "0.9"), restored(Path("first")), pages


def updating(_: ExitStack) -> tuple[tuple[str, ...], Callable[[], None], Callable[[], str]]:
    """An update after one more event and another level."""
    written(200, 1.0)
    Path("mine.toml").write_text(FIRST)
    Path("study.toml").write_text(STUDY.format(level=0.95))
    run("update", "study.toml")
    shutil.copytree("out", "first")
    Path("mine.toml").write_text(FIRST + SECOND)
    Path("study.toml").write_text(STUDY.format(level=0.9))
    return ("update", "study.toml"), restored(Path("first")), pages


COMMANDS = {"import": importing, "fetch": fetching, "add": adding, "report": reporting, "update": updating}


def killed(words: tuple[str, ...], again: Callable[[], None], seen: Callable[[], str], kills: int) -> Iterator[str]:
    """What is left after each kill, and after the same command was then run to its end."""
    luck, done, lasts = random.Random(len(words)), 0, 10.0
    while done < kills:
        again()
        pid, begin, ended = child(words), time.monotonic(), False
        until = begin + luck.random() ** 0.5 * lasts
        while not ended and time.monotonic() < until:
            time.sleep(0.002)
            ended = os.waitpid(pid, os.WNOHANG)[0] == pid
        if ended:  # before its moment had come: so long a whole run takes now
            lasts = time.monotonic() - begin
            continue
        os.kill(pid, signal.SIGKILL)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != -signal.SIGKILL:
            continue
        lasts *= 1.02
        done += 1
        left = seen()
        after = ""
        if done % 10 == 0:
            run(*words)
            after = seen()
        yield f"{left}|{after}"


def newest(stored: str) -> dict[str, str]:
    """The hash of the last vintage of each series."""
    held = [vintage.split(":") for vintage in stored.split()]
    return {symbol: content for symbol, _, content in sorted(held, key=lambda v: int(v[1]))}


def wrong(command: str, before: str, whole: str, left: str, after: str) -> str:
    """What is wrong with what a kill left, or with what the same command then made of it; nothing where all is well."""
    if command in ("import", "fetch"):  # each series is kept as a whole, one after the other
        if not whole.startswith(left):
            return "torn"
        if len(left) < len(before):
            return "lost"
        if after and newest(after) != newest(whole):  # a series that was kept already is kept once more, the same
            return "not made up for"
        return ""
    if left not in (before, whole):
        return "neither the old state nor the new"
    return "not made up for" if after not in ("", whole) else ""


def tried(command: str, folder: Path, kills: int) -> list[str]:
    """End a command so often in a folder; what is wrong with what each kill left."""
    own = {"EVENTSTUDY_STORE": str(folder / "prices.db"), "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    words = [sys.executable, "-W", "ignore", "-m", "tests.cli.kills", command, str(folder), str(kills)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | own)
    assert ran.returncode == 0, ran.stderr
    (_, before), (_, whole), *killed = [line.split("|") for line in ran.stdout.splitlines()]
    assert before != whole, "the command changes nothing"
    return [wrong(command, before, whole, left, after) for _, left, after in killed]


def everything(kills: int, keep: bool) -> int:
    """End every command so often; 1 where anything was wrong."""
    found: dict[str, dict[str, int]] = {}
    for command in COMMANDS:
        with tempfile.TemporaryDirectory() as folder:
            seen = tried(command, Path(folder), kills)
        found[command] = {"kills": len(seen), "wrong": sum(map(bool, seen))}
        print(command, found[command], sorted(set(filter(None, seen))), flush=True)
    if keep:
        told = {"date": datetime.now(UTC).date().isoformat(), "commands": found}
        FIGURES.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return int(any(each["wrong"] for each in found.values()))


def one(command: str, kills: int) -> None:
    """End one command so often in this folder, and print what is left."""
    with ExitStack() as stack:
        words, again, seen = COMMANDS[command](stack)
        again()
        print("before", seen(), sep="|")
        run(*words)
        print("whole", seen(), sep="|")
        for line in killed(words, again, seen, kills):
            print("killed", line, sep="|")


if __name__ == "__main__":
    if sys.argv[1] in COMMANDS:
        os.chdir(sys.argv[2])
        one(sys.argv[1], int(sys.argv[3]))
    else:
        sys.exit(everything(int(sys.argv[1]), "--keep" in sys.argv))
