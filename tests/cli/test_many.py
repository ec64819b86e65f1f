"""`eventstudy run` with many events: sums in place of pairs, prices from a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from eventstudy.request import run_aggregate
from eventstudy.scale import words

from tests.cli.conftest import Ran
from tests.scale import panels
from tests.scale.test_folder_study import events

Es = Callable[..., Ran]
OPTIONS = ("--benchmark", "MKT", "--min-estimation", "60", "--window", "-1", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    wide = panels.closes()
    asked = events(wide)
    asked.to_parquet(tmp_path / "events.parquet", index=False)
    asked.to_csv(tmp_path / "events.csv", index=False)
    wide.rename_axis("date").to_csv(tmp_path / "closes.csv")
    panels.long(wide).to_parquet(tmp_path / "one.parquet", index=False)
    return panels.by_year(wide, tmp_path / "panel")


@pytest.mark.slow
def test_a_folder_keeps_sums_and_a_file_keeps_pairs(es: Es, folder: Path) -> None:
    told = {
        name: json.loads(es("run", *what, *OPTIONS, "--format", "json").out)
        for name, what in {
            "folder": ("events.parquet", "--prices", "panel", "--source", "parquet"),
            "csv": ("events.csv", "--prices", "panel"),
            "file": ("events.parquet", "--prices", "one.parquet", "--source", "parquet", "--keep", "aggregate"),
            "pairs": ("events.csv", "--prices", "closes.csv"),
            "folder pairs": ("events.csv", "--prices", "panel", "--keep", "pairs"),
        }.items()
    }
    for name in ("folder", "csv", "file"):
        assert told[name]["keep"] == "aggregate"
        assert told[name]["firms"] == []
    for name in ("pairs", "folder pairs"):
        assert "keep" not in told[name]
        assert len(told[name]["firms"]) == told[name]["aggregate"]["n"]
    caars = {name: one["aggregate"]["windows"][0]["caar"] for name, one in told.items()}
    assert list(caars.values()) == pytest.approx([caars["pairs"]] * 5, rel=1e-10)


def test_what_is_missing_is_said_and_ends_with_4(es: Es, folder: Path) -> None:
    ran = es("run", "events.parquet", "--prices", "panel", *OPTIONS)
    assert ran.code == 4
    assert "sums were kept, not pairs: --keep pairs shows each" in ran.out
    assert "1 pairs NO_PRICES, the first GONE" in ran.out
    result = run_aggregate("events.parquet", prices="panel", benchmark="MKT", min_estimation=60, windows=[(-1, 1)])
    assert result.text() + "\n" == ran.out, "Python has what the command prints"
    assert es("run", "events.parquet", "--prices", "panel", *OPTIONS, "--allow-excluded").code == 0


def test_a_file_of_very_many_events_keeps_sums(es: Es, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MANY", 50)
    asked = pd.read_csv("events.csv")
    asked.to_excel("events.xlsx", index=False)
    for name in ("events.csv", "events.parquet", "events.xlsx"):
        ran = es("run", name, "--prices", "closes.csv", *OPTIONS, "--allow-excluded", "--verbose")
        assert "sums were kept" in ran.out, ran.err
        assert "corrado_rank" in ran.out
    for n, keep in ((50, "pairs"), (51, "aggregate")):
        for end in ("", "\n"):
            Path("some.csv").write_text(asked.head(n).to_csv(index=False).removesuffix("\n") + end)
            assert words.kept(None, "some.csv", "closes.csv") == keep


@pytest.mark.parametrize("name", ["events.csv", "events.csv.gz", "events.zip", "events.xlsx", "events.feather"])
def test_rows_are_counted_whatever_their_dates_mean(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dates that can be read two ways are no matter of how many there are: `--dates` settles them later."""
    monkeypatch.setattr(words, "MANY", 50)
    path = tmp_path / name
    for n, keep in ((50, "pairs"), (51, "aggregate")):
        frame = pd.DataFrame({"ticker": [f"T{i}" for i in range(n)], "date": ["01/02/2024"] * n})
        if name.endswith(".xlsx"):
            frame.to_excel(path, index=False)
        elif name.endswith(".feather"):
            frame.to_feather(path)
        else:
            frame.to_csv(path, index=False)
        assert words.kept(None, str(path), "closes.csv") == keep


@pytest.mark.parametrize(
    "more",
    [("--event-window", "1", "3", "--window", "1", "3"), pytest.param(("--news", "news.csv"), marks=pytest.mark.slow)],
)
def test_what_sums_cannot_answer_is_answered_by_pairs_where_nobody_asked_for_sums(
    es: Es, folder: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.setattr(words, "MANY", 50)
    (folder.parent / "news.csv").write_text("date,what\n2016-05-02,something\n")
    asked = ("run", "events.csv", "--prices", "closes.csv", "--benchmark", "MKT", "--min-estimation", "60", *more)
    ran = es(*asked, "--allow-excluded")
    assert "every pair is kept: " in ran.err
    assert "sums were kept" not in ran.out
    assert ran.code == 0, ran.err
    ran = es(*asked, "--keep", "aggregate")
    assert ran.code == 2
    assert "--keep pairs" in ran.err


def test_tests_that_were_asked_for_are_on_the_screen(es: Es, folder: Path) -> None:
    asked = ("--test", "wilcoxon", "--test", "jackknife", "--test", "grank_z")
    words = ("run", "events.csv", "--prices", "closes.csv", *OPTIONS, "--allow-excluded", *asked)
    ran = es(*words)
    assert all(f"  p, {name} (asked for)" in ran.out for name in ("wilcoxon", "jackknife", "grank_z"))
    ran = es(*words, "--keep", "aggregate")
    assert ran.out.startswith("111 events, 103 pairs\n\nMean CAR of 103 pairs: [-1, +1] -0.16 % does not stand out")
    assert "wilcoxon (asked for): needs every pair" in ran.out
    one = es(
        "run", "--date", "2025-01-27", "--tickers", "NVDA,AMD", "--test", "corrado_rank", "--test", "variance_ratio"
    )
    assert one.out.count("p, variance_ratio (asked for): [0, 0] ") == 2  # of each firm
    assert one.out.count("  p, variance_ratio (asked for)  ") == 1  # and of both together
    assert one.out.count("p, corrado_rank (asked for)") == 1
    for tickers in ("NVDA,AMD", "NVDA,AMD,MU"):  # a test without an answer says why
        lacking = es("run", "--date", "2025-01-27", "--tickers", tickers, "--test", "wild_bootstrap")
        assert lacking.out.count("wild_bootstrap (asked for): 1 date cannot reach 5 %: the smallest p is 1") == 1


def test_nothing_later_than_as_of_is_read(es: Es, folder: Path) -> None:
    late = ("--as-of", "2016-12-30", "--format", "json", "--keep")
    some, all_of = (
        json.loads(es("run", "events.csv", "--prices", "panel", *OPTIONS, *late, keep).out)
        for keep in ("aggregate", "pairs")
    )
    assert some["aggregate"]["n"] == all_of["aggregate"]["n"] > 20
    assert some["aggregate"]["windows"][0]["caar"] == pytest.approx(all_of["aggregate"]["windows"][0]["caar"])


@pytest.mark.parametrize(
    ("more", "text", "code"),
    [
        (("--prices", "panel", "--source", "csv"), "reads no folder", 2),
        (("--prices", "panel", "--scheduler", "dask"), "which Dask scheduler is not said", 2),
        (("--prices", "panel", "--address", "tcp://127.0.0.1:1"), "an address is that of a Dask scheduler", 2),
        (("--prices", "panel", "--workers", "0"), "0 workers cannot work", 2),
        (("--prices", "empty"), "holds no Parquet file", 3),
        (("--prices", "panel", "--currency", "EUR"), "are not converted", 2),
    ],
)
def test_what_cannot_be_meant(es: Es, folder: Path, more: tuple[str, ...], text: str, code: int) -> None:
    (folder.parent / "empty").mkdir()
    ran = es("run", "events.csv", "--benchmark", "MKT", *more)
    assert (ran.code, text in ran.err) == (code, True), ran.err


def test_progress_tells_the_rate() -> None:
    lines: list[str] = []
    done = words.told(lambda text, i, n: lines.append(text), 5_000_000)
    done(1, 4)
    done(4, 4)
    assert lines[0].startswith("25% of the panel, ")
    assert lines[-1].startswith("100% of the panel, ")
    assert lines[0].endswith("million rows a second")
