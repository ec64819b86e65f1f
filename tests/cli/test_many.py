"""`eventstudy run` with many events: sums in place of pairs, prices from a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

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
    assert "sums were kept, not pairs (--keep pairs shows each)" in ran.out
    assert "1 pairs NO_PRICES, the first GONE" in ran.out
    result = run_aggregate("events.parquet", prices="panel", benchmark="MKT", min_estimation=60, windows=[(-1, 1)])
    assert result.text() + "\n" == ran.out, "Python has what the command prints"
    assert es("run", "events.parquet", "--prices", "panel", *OPTIONS, "--allow-excluded").code == 0


def test_a_file_of_very_many_events_keeps_sums(es: Es, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MANY", 50)
    for name in ("events.csv", "events.parquet"):
        ran = es("run", name, "--prices", "closes.csv", *OPTIONS, "--allow-excluded", "--verbose")
        assert "sums were kept" in ran.out, ran.err
        assert "corrado_rank" in ran.out


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
