"""`eventstudy prices`: what is fetched is kept, what is kept is told, and every fault ends in a message and an exit code."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eventstudy import calendars, load_prices
from eventstudy.datasets import shipped
from eventstudy.prices._store import Store

from tests.cli.conftest import Ran
from tests.loopback.proxied import yahoo_over_proxy
from tests.loopback.server import Service
from tests.worlds import series, walk

Es = Callable[..., Ran]
DAYS: list[date] = calendars.sessions("XNYS", date(2023, 12, 1), date(2025, 2, 14)).tolist()
SPAN = ("--start", "2023-12-01", "--end", "2025-02-14")


@pytest.fixture
def service() -> Service:
    return Service([series(symbol, seed, DAYS) for seed, symbol in enumerate(("GOOD", "FINE", "SPY"))])


def rows(ran: Ran) -> list[dict[str, Any]]:
    told: dict[str, Any] = json.loads(ran.out)
    assert str(told["schema"]).startswith("eventstudy.prices_")
    found: list[dict[str, Any]] = told["rows"]
    return found


# ---- fetch -----------------------------------------------------------------------------------------------------------


def test_fetch_keeps_and_asks_for_nothing_twice(es: Es, yahoo: Service) -> None:
    ran = es("prices", "fetch", "--tickers", "GOOD,FINE", *SPAN, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert [(r["ticker"], r["outcome"], r["sessions"]) for r in rows(ran)] == [
        ("GOOD", "new", len(DAYS)),
        ("FINE", "new", len(DAYS)),
    ]
    asked = len(yahoo.asked)
    again = es("prices", "fetch", "--tickers", "GOOD", *SPAN, "--format", "json")
    assert rows(again)[0]["outcome"] == "held"
    assert len(yahoo.asked) == asked
    forced = es("prices", "fetch", "--tickers", "GOOD", *SPAN, "--force", "--format", "json")
    assert rows(forced)[0]["outcome"] == "unchanged"
    assert len(yahoo.asked) > asked


def test_what_the_store_gives_is_what_the_fetch_gave(es: Es, yahoo: Service) -> None:
    tickers = ["GOOD", "FINE", "SPY"]
    fetched = load_prices(tickers, DAYS[0], DAYS[-1], source="yahoo")
    assert es("prices", "fetch", "--tickers", ",".join(tickers), *SPAN).code == 0
    held = load_prices(tickers, DAYS[0], DAYS[-1], source="store")
    assert held.sha256() == fetched.sha256()
    assert list(held.fields) == list(fetched.fields)
    for ticker in tickers:
        one, other = fetched.info[ticker], held.info[ticker]
        assert (one.basis, one.currency, one.exchange, one.notes) == (
            other.basis,
            other.currency,
            other.exchange,
            other.notes,
        )


def test_a_rate_limit_stops_the_source_keeps_what_was_had_and_goes_on_later(es: Es, yahoo: Service) -> None:
    yahoo.fail("FINE", "rate-limited")
    ran = es("prices", "fetch", "--tickers", "GOOD,FINE,SPY", *SPAN, "--format", "json")
    assert ran.code == 75
    assert [(r["ticker"], r["outcome"]) for r in rows(ran)] == [
        ("GOOD", "new"),
        ("FINE", "failed"),
        ("SPY", "not asked for"),
    ]
    assert "asks us to wait" in ran.err
    assert yahoo.charts("SPY") == 0
    with Store() as store:
        assert store.symbols() == ["GOOD"]
    yahoo.recover()
    later = es("prices", "fetch", "--tickers", "GOOD,FINE,SPY", *SPAN, "--format", "json")
    assert later.code == 0
    assert [r["outcome"] for r in rows(later)] == ["held", "new", "new"]


@pytest.mark.parametrize(
    "fault",
    [
        *("500", "web-page", "401", "404", "truncated", "ragged", "all-null", "weekly"),
        pytest.param("time-out", marks=pytest.mark.wait),
    ],
)
def test_a_fault_is_partial_or_nothing(es: Es, yahoo: Service, fault: str) -> None:
    yahoo.fail("FINE", fault)
    alone = es("prices", "fetch", "--tickers", "FINE", *SPAN)
    assert alone.code == 5, alone.err
    assert alone.err.startswith("eventstudy: ")
    ran = es("prices", "fetch", "--tickers", "FINE,GOOD", *SPAN, "--format", "json")
    assert ran.code == 4
    assert [(r["ticker"], r["outcome"]) for r in rows(ran)] == [("FINE", "failed"), ("GOOD", "new")]
    assert rows(ran)[0]["message"]
    with Store() as store:
        assert store.symbols() == ["GOOD"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--tickers", "A", "--start", "2025-01-02", "--end", "2025-01-01"), "is after end"),
        (("--tickers", ",", "--start", "2025-01-01", "--end", "2025-01-02"), "no ticker"),
        (("--tickers", "A", "--start", "1/2/2025", "--end", "2025-01-02"), "--start"),
        (
            ("--tickers", "A", "--start", "2025-01-01", "--end", "2025-01-02", "--source", "csv"),
            "not one to fetch from",
        ),
        (
            ("--tickers", "A", "--start", "2025-01-01", "--end", "2025-01-02", "--source", "store"),
            "not one to fetch from",
        ),
        (
            ("--tickers", "A", "--start", "2025-01-01", "--end", "2025-01-02", "--source", "yaho"),
            "did you mean 'yahoo'",
        ),
        (("--start", "2025-01-01", "--end", "2025-01-02"), "--tickers"),
    ],
)
def test_what_cannot_be_meant(es: Es, args: tuple[str, ...], words: str) -> None:
    ran = es("prices", "fetch", *args)
    assert ran.code == 2
    assert words in ran.err


def test_a_store_that_cannot_be_there(es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EVENTSTUDY_STORE", str(tmp_path / "file" / "prices.db"))
    ran = es("prices", "fetch", "--tickers", "A", *SPAN)
    assert ran.code == 2
    assert "the price store cannot be read or written" in ran.err


def test_a_store_that_another_process_holds_stops_the_fetch_and_says_what_was_kept(
    es: Es, yahoo: Service, price_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    from eventstudy.prices import _store_schema

    assert es("prices", "fetch", "--tickers", "GOOD", *SPAN).code == 0
    monkeypatch.setattr(_store_schema, "PATIENCE", 0.05)
    other = sqlite3.connect(price_store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ran = es("prices", "fetch", "--tickers", "GOOD,FINE,SPY", *SPAN, "--format", "json")
    other.close()
    assert ran.code == 75
    assert [(r["ticker"], r["outcome"]) for r in rows(ran)] == [
        ("GOOD", "held"),
        ("FINE", "failed"),
        ("SPY", "not asked for"),
    ]
    assert "another process is writing" in ran.err


def test_a_full_disk_stops_the_fetch_and_says_what_was_kept(
    es: Es, yahoo: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eventstudy.prices._store_schema import connect

    assert es("prices", "fetch", "--tickers", "GOOD", *SPAN).code == 0

    def full(path: Path, *, write: bool) -> Any:
        connection = connect(path, write=write)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    monkeypatch.setattr("eventstudy.prices._store.connect", full)
    ran = es("prices", "fetch", "--tickers", "GOOD,FINE,SPY", *SPAN, "--format", "json")
    assert ran.code == 2
    assert [(r["ticker"], r["outcome"]) for r in rows(ran)] == [
        ("GOOD", "held"),
        ("FINE", "failed"),
        ("SPY", "not asked for"),
    ]
    assert "the disk or its quota is full" in ran.err


# ---- auto ------------------------------------------------------------------------------------------------------------


RUN = ("run", "--date", "2025-01-27", "--tickers", "GOOD,FINE", "--benchmark", "SPY", "--format", "json")


def told(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_auto_keeps_what_it_asked_for_and_reads_it_from_then_on(es: Es, yahoo: Service) -> None:
    run = (*RUN[:5], "--event-window", "-2", "2", "--estimation-window", "-275", "-11", *RUN[5:])  # beyond the sample
    first = es(*run)
    assert first.code == 0, first.err
    asked = len(yahoo.asked)
    second, third = es(*run), es(*run)
    assert len(yahoo.asked) == asked
    one, other = told(first), told(second)
    assert (one["provenance"]["source"], other["provenance"]["source"]) == ("yahoo", "store")
    assert one["firms"] == other["firms"]
    assert one["provenance"]["prices_sha256"] == other["provenance"]["prices_sha256"]
    assert second.out == third.out


def test_auto_goes_on_when_the_store_is_out_of_order_and_says_so(es: Es, yahoo: Service, price_store: Path) -> None:
    price_store.parent.mkdir(parents=True)
    price_store.write_text("no database at all " * 100)
    ran = es(*RUN)
    assert ran.code == 0, ran.err
    notes = [w["message"] for w in told(ran)["warnings"] if w["code"] == "SOURCE_NOTE"]
    assert any("not kept in the price store: this file is no price store" in note for note in notes)
    assert price_store.read_text().startswith("no database")
    assert es(*RUN, "--source", "store").code == 3


def test_auto_keeps_what_it_had_when_the_source_asks_to_wait_and_goes_on_from_there(es: Es, yahoo: Service) -> None:
    run = (*RUN[:5], "--event-window", "-2", "2", "--estimation-window", "-275", "-11", *RUN[5:])  # beyond the sample
    yahoo.fail("FINE", "rate-limited")
    limited = es(*run)
    assert limited.code == 4
    assert [(e["ticker"], "asks us to wait" in e["message"]) for e in told(limited)["excluded"]] == [("FINE", True)]
    yahoo.recover()
    good, market = yahoo.charts("GOOD"), yahoo.charts("SPY")
    whole = es(*run)
    assert (whole.code, len(told(whole)["firms"])) == (0, 2)
    assert (yahoo.charts("GOOD"), yahoo.charts("SPY")) == (good, market), "only what was lacking is asked for"


def returns_of(ran: Ran, ticker: str) -> list[float]:
    assert ran.code == 0, ran.err
    (firm,) = [f for f in told(ran)["firms"] if f["ticker"] == ticker]
    return [day["ret"] for day in firm["days"]] + [firm["params"]["alpha"], firm["params"]["beta"], firm["sigma"]]


@pytest.mark.parametrize("what", ["split", "dividend"])
def test_a_new_basis_between_two_fetches_leaves_the_study_as_it_was(es: Es, yahoo: Service, what: str) -> None:
    """A 10:1 split in the event window, or a dividend that moves all adjusted closes, between one fetch and the next."""
    sound, day = yahoo.series["GOOD"], DAYS.index(date(2025, 1, 29))
    before = replace(sound, days=DAYS[: day - 1], closes=sound.closes[: day - 1], volumes=sound.volumes[: day - 1])
    study = (
        "run",
        "--date",
        "2025-01-27",
        "--tickers",
        "GOOD",
        "--benchmark",
        "SPY",
        "--source",
        "store",
        "--format",
        "json",
    )
    assert es("prices", "fetch", "--tickers", "SPY", *SPAN).code == 0
    if what == "dividend":  # known in both: the truth to compare with
        sound = replace(sound, dividends={DAYS[day]: 2.5})
    yahoo.add(sound)
    assert es("prices", "fetch", "--tickers", "GOOD", *SPAN).code == 0
    truth = returns_of(es(*study), "GOOD")
    with Store(write=True) as store:
        store._db.execute("DELETE FROM part WHERE series_id = (SELECT id FROM series WHERE symbol = 'GOOD')")
        store._db.execute("DELETE FROM vintage WHERE series_id = (SELECT id FROM series WHERE symbol = 'GOOD')")
    yahoo.add(before)
    assert es("prices", "fetch", "--tickers", "GOOD", "--start", SPAN[1], "--end", str(DAYS[day - 2])).code == 0
    if what == "split":
        after = replace(sound, closes=[float(c or 0) / 10 for c in sound.closes], splits={DAYS[day]: (10, 1)})
    else:
        factor = 1 - 2.5 / float(sound.closes[day - 1] or 0)
        after = replace(
            sound, adjusted=[float(c or 0) * (factor if i < day else 1) for i, c in enumerate(sound.closes)]
        )
    yahoo.add(after)
    fetched = es("prices", "fetch", "--tickers", "GOOD", *SPAN, "--format", "json")
    assert [r["outcome"] for r in rows(fetched)] == ["rebased"]
    ran = es(*study)
    np.testing.assert_allclose(returns_of(ran, "GOOD"), truth, rtol=0, atol=1e-12)
    assert not {"JUMP", "SPLIT_NOT_APPLIED"} & {w["code"] for w in told(ran)["warnings"]}


# ---- import, export, status, check -------------------------------------------------------------------------------------


def numbers(result: dict[str, Any]) -> dict[str, Any]:
    return {key: result[key] for key in ("events", "config", "firms", "aggregate", "groups", "excluded", "warnings")}


@pytest.mark.wait
def test_a_run_from_the_store_equals_the_run_from_the_file(es: Es, tmp_path: Path) -> None:
    path = shipped("prices", "sample.csv")
    assert es("prices", "import", path).code == 0
    run = ("run", "deepseek-r1", "--format", "json")
    from_file, from_store = told(es(*run, "--prices", path)), told(es(*run, "--source", "store"))
    assert numbers(from_store) == numbers(from_file)
    assert es("prices", "export", tmp_path / "out.csv").code == 0
    assert numbers(told(es(*run, "--prices", tmp_path / "out.csv"))) == numbers(from_file)
    given, back = load_prices(path=path), load_prices(path=tmp_path / "out.csv")
    assert given.sha256() == load_prices(source="store", tickers=given.tickers).sha256()
    assert {t: back.close[t].dropna().tolist() for t in back.tickers} == {
        t: given.close[t].tolist() for t in given.tickers
    }
    assert es("prices", "export", tmp_path / "out.parquet").code == 0
    assert numbers(told(es(*run, "--prices", tmp_path / "out.parquet"))) == numbers(from_file)
    again = es("prices", "import", tmp_path / "out.csv", "--format", "json")
    assert {r["outcome"] for r in rows(again)} == {"unchanged"}


def test_tickers_that_look_like_something_else_survive(es: Es, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("ticker,date,close\nNA,2025-01-02,1.1\nON,2025-01-02,2.2\nTRUE,2025-01-03,3.3\n")
    assert es("prices", "import", "in.csv").code == 0
    assert [r["ticker"] for r in rows(es("prices", "status", "--format", "json"))] == ["NA", "ON", "TRUE"]
    assert es("prices", "export").out == (tmp_path / "in.csv").read_text()


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("mine.csv", "Date,NVDA\n2025-01-02,138.31\n"),
        ("long.csv", "ticker,date,close\nAAA,2025-01-02,1.1\nBBB,2025-01-02,2.2\n"),
        ("notes.txt", "not a table"),
    ],
)
def test_an_export_does_not_replace_what_it_does_not_hold(es: Es, tmp_path: Path, name: str, held: str) -> None:
    (tmp_path / "in.csv").write_text("ticker,date,close\nAAA,2025-01-02,1.1\n")
    assert es("prices", "import", "in.csv").code == 0
    (tmp_path / name).write_text(held)
    refused = es("prices", "export", name)
    assert refused.code == 2
    assert "--force replaces the file" in refused.err
    assert (tmp_path / name).read_text() == held
    assert es("prices", "export", name, "--force").code == 0
    assert (tmp_path / name).read_text() == (tmp_path / "in.csv").read_text()


@pytest.mark.parametrize("name", ["week.csv", "week.parquet"])
def test_an_export_replaces_an_earlier_one_that_it_holds_whole(es: Es, tmp_path: Path, name: str) -> None:
    (tmp_path / "in.csv").write_text("ticker,date,close\nNA,2025-01-02,1.1\n")
    assert es("prices", "import", "in.csv").code == 0
    assert es("prices", "export", name).code == 0
    (tmp_path / "in.csv").write_text("ticker,date,close\nNA,2025-01-02,1.1\nNA,2025-01-03,1.2\n")
    assert es("prices", "import", "in.csv").code == 0
    assert es("prices", "export", name).code == 0
    assert load_prices(path=tmp_path / name).close["NA"].tolist() == [1.1, 1.2]
    assert es("prices", "export", name, "--end", "2025-01-02").code == 2


def test_a_file_without_some_ticker_is_partial(es: Es, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("ticker,date,close\nAAA,2025-01-02,1.1\n")
    ran = es("prices", "import", "in.csv", "--tickers", "AAA,BBB", "--format", "json")
    assert ran.code == 4
    assert [(r["ticker"], r["outcome"]) for r in rows(ran)] == [("AAA", "new"), ("BBB", "failed")]
    assert es("prices", "import", "in.csv", "--tickers", "BBB").code == 5
    assert es("prices", "import", "none.csv").code == 3


def test_status_as_table_csv_json_and_history(es: Es, tmp_path: Path) -> None:
    for price in ("1.1", "1.2"):
        (tmp_path / "in.csv").write_text(
            f"ticker,date,close\nAAA,2025-01-02,1.1\nAAA,2025-01-03,{price}\nBBB,2025-01-02,3\n"
        )
        assert es("prices", "import", "in.csv").code == 0
    assert es("prices", "status", "--tickers", "AAA").out.splitlines()[1].split()[:6] == [
        "AAA", "csv", "2", "2025-01-02", "2025-01-03", "2025-01-03"
    ]  # fmt: skip
    newest = rows(es("prices", "status", "--format", "json"))
    assert [(r["ticker"], r["vintage"], r["outcome"]) for r in newest] == [
        ("AAA", 2, "revised"),
        ("BBB", 2, "unchanged"),
    ]
    listed = list(csv.DictReader(io.StringIO(es("prices", "status", "--history", "--format", "csv").out)))
    assert [(r["ticker"], r["vintage"]) for r in listed] == [("AAA", "1"), ("AAA", "2"), ("BBB", "1"), ("BBB", "2")]
    assert len({r["sha256"] for r in listed}) == 3
    missing = es("prices", "status", "--tickers", "AAA,CCC")
    assert (missing.code, missing.out) == (5, "")
    assert "has no CCC" in missing.err


def test_without_a_store_each_says_how_to_make_one(es: Es, price_store: Path) -> None:
    for name in ("status", "check", "export"):
        ran = es("prices", name)
        assert ran.code == 2
        assert "prices fetch makes one" in ran.err
    assert not price_store.parent.exists()


def test_check_lists_what_looks_wrong(es: Es, tmp_path: Path) -> None:
    close = walk(3, len(DAYS))
    good = "".join(f"AAA,{day},{close[i]}\n" for i, day in enumerate(DAYS))
    bad = "".join(f"BBB,{day},{2 * close[i] / (10 if i > 50 else 1)}\n" for i, day in enumerate(DAYS) if i != 20)
    (tmp_path / "in.csv").write_text("ticker,date,close\n" + good + bad)
    assert es("prices", "import", "in.csv").code == 0
    sound = es("prices", "check", "--tickers", "AAA")
    assert (sound.code, sound.out) == (0, f"1 ticker, {len(DAYS)} sessions: nothing to look at\n")
    ran = es("prices", "check", "--format", "json")
    assert ran.code == 4
    assert json.loads(ran.out)["schema"] == "eventstudy.prices_check/1"
    assert [(r["code"], r["ticker"], r["session"]) for r in rows(ran)] == [
        ("GAP", "BBB", str(DAYS[20])),
        ("SPLIT_NOT_APPLIED", "BBB", str(DAYS[51])),
    ]
    of_file = es("prices", "check", "--prices", "in.csv", "--format", "json")
    assert (of_file.code, rows(of_file)) == (4, rows(ran))
    lacking = es("prices", "check", "--tickers", "AAA,CCC")
    assert lacking.code == 4
    assert "NO_PRICES" in lacking.out


def test_check_lists_a_currency_that_changed(es: Es) -> None:
    from datetime import UTC, datetime, timedelta

    import pandas as pd
    from eventstudy.prices import Fetch

    index = pd.DatetimeIndex(np.array(DAYS, "datetime64[ns]"), name="session")
    close = walk(3, len(DAYS))
    first = datetime(2025, 3, 3, 12, tzinfo=UTC)
    with Store(write=True) as store:
        for i, (currency, factor) in enumerate((("GBp", 1.0), ("GBp", 1.0), ("GBP", 0.01))):
            at = (first + timedelta(40 * i)).isoformat(timespec="seconds")
            fetch = Fetch("VOD.L", pd.DataFrame({"close": close * factor}, index), "dividends", currency, "XNYS", at)
            store.keep("yahoo", fetch, DAYS[0], DAYS[-1])
    ran = es("prices", "check", "--format", "json")
    assert (ran.code, [r["code"] for r in rows(ran)]) == (4, ["SOURCE_NOTE"] * 2 + ["CURRENCY_CHANGE"])
    assert rows(ran)[-1]["message"] == "yahoo gave it in GBp until 2025-04-12, and now in GBP"


def test_a_source_that_is_down_for_long_is_given_up(es: Es, yahoo: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventstudy.prices._load._PATIENCE", 0.0)
    yahoo.fail("*", "500")
    ran = es("prices", "fetch", "--tickers", "GOOD,FINE,SPY,MORE", *SPAN, "--format", "json")
    assert ran.code == 5
    asked = [yahoo.charts(t) for t in ("GOOD", "FINE", "SPY", "MORE")]
    assert asked[0] > 0
    assert asked[-1] == 0
    assert "MORE was not asked for: Yahoo is out of order" in rows(ran)[-1]["message"]


@pytest.mark.parametrize(
    ("ticker", "hint"), [("GOODD", "check tickers"), ("NVDAA", "'NVDA'?"), ("BANK", "check tickers")]
)
def test_a_ticker_that_was_mistyped_is_told_where_no_source_answers(
    es: Es, yahoo: Service, ticker: str, hint: str
) -> None:
    yahoo.fail("*", "500")
    ran = es("run", "deepseek-r1", "--tickers", ticker)
    assert ran.code == 5
    assert hint in ran.err.partition("what to do:")[2]


def test_the_bar_grows_and_is_wiped(capsys: pytest.CaptureFixture[str]) -> None:
    from eventstudy.cli._output import bar

    for i, ticker in ((1, "A"), (2, "B"), (4, "")):
        bar(ticker, i, 4)
    shown = capsys.readouterr().err.split("\r")
    assert [s.count("#") for s in shown] == [0, 8, 15, 0]
    assert [s[32:] for s in shown] == ["", " 1/4 A", " 2/4 B", ""]


def test_export_as_of(es: Es, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("ticker,date,close\nAAA,2025-01-02,1.1\n")
    es("prices", "import", "in.csv")
    assert es("prices", "export", "--as-of", "2020-01-01").out.endswith("AAA,2025-01-02,1.1\n")
    assert es("prices", "export", "--tickers", "ZZZ").code == 5


# ---- as a process of its own -------------------------------------------------------------------------------------------


@pytest.mark.wait
def test_a_process_of_its_own_fetches_and_runs_offline(service: Service, tmp_path: Path, price_store: Path) -> None:
    def call(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "eventstudy", *words],
            env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    with yahoo_over_proxy(service, tmp_path) as environment:
        further = (*SPAN[:-1], "2025-03-31")  # a study looks at days after its window too
        done = call(environment, "prices", "fetch", "--tickers", "GOOD,FINE,SPY", *further)
        assert (done.returncode, done.stderr) == (0, "")
        asked = len(service.asked)
        ran = call(environment, *RUN)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert json.loads(ran.stdout)["provenance"]["source"] in ("store", "bundled+store")
        assert len(service.asked) == asked


def test_run_as_of_gives_the_same_bytes_after_prices_have_changed(es: Es, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from eventstudy.prices import Fetch

    sample = load_prices(source="bundled")

    def keep(day: int, factor: float) -> None:
        at = datetime(2025, 3, day, 12, tzinfo=UTC)
        with Store(write=True) as store:
            for ticker in ("NVDA", "SPY"):
                frame = sample.close[[ticker]].set_axis(["close"], axis=1)
                if ticker == "NVDA":
                    frame["close"] = frame["close"].where(frame.index != frame.index[-14], frame["close"] * factor)
                first, last = (d.date() for d in frame.index[[0, -1]])
                store.keep(
                    "yahoo", Fetch(ticker, frame, "as_given", retrieved_at=at.isoformat()), first, last, force=True
                )

    run = ("run", "deepseek-r1", "--day0", "recognised", "--tickers", "NVDA", "--source", "store", "--format", "json")
    keep(3, 1.0)
    before = es(*run, "--as-of", "2025-03-05")
    assert before.code == 0, before.err
    keep(10, 1.1)
    after, now = es(*run, "--as-of", "2025-03-05"), es(*run)
    assert after.out == before.out
    assert told(now)["firms"] != told(before)["firms"]
    assert told(now)["provenance"]["retrieved_at"] == "2025-03-10T12:00:00+00:00"


@pytest.mark.parametrize("day", ["27.01.2025", "Jan 27 2025", "2025-01-27", "20250127"])
def test_days_of_options_are_read_as_those_of_events_are(es: Es, day: str) -> None:
    ran = es("prices", "check", "--tickers", "NVDA", "--source", "bundled", "--start", day, "--end", "28.01.2025")
    assert (ran.code, "1 ticker, 2 sessions:" in ran.out) == (0, True), ran.out + ran.err


def test_a_day_of_an_option_that_reads_two_ways_is_refused(es: Es) -> None:
    ran = es("prices", "check", "--source", "bundled", "--start", "01/02/2025", "--lang", "de")
    assert (ran.code, ran.out) == (2, "")
    assert "das Datum '01/02/2025' lässt sich zweifach lesen" in ran.err
