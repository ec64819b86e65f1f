"""A study of a folder is the study of its prices, wherever they are stored and whoever reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.parallel import Processes
from eventstudy.scale import panel, work
from eventstudy.scale.cluster import Cluster
from eventstudy.scale.study import run_folder
from eventstudy.study.study import EventStudy

from tests.scale import panels
from tests.tiers import first

WRITERS = {"by_security": panels.by_security, "by_year": panels.by_year, "by_ticker": panels.by_ticker}
WINDOWS = [(0, 0), (-1, 1), (-5, 5)]


def events(wide: pd.DataFrame, n: int = 120, seed: int = 2) -> pd.DataFrame:
    """Dates that several tickers share, some before or after the prices, a ticker that has none, one that is the benchmark."""
    rng = np.random.default_rng(seed)
    days = pd.DatetimeIndex(wide.index).date[rng.integers(100, len(wide) - 3, n // 3)]
    frame = pd.DataFrame({"ticker": rng.choice(wide.columns[:-1], n), "date": rng.choice(days, n)})
    more = pd.DataFrame(
        {"ticker": ["GONE", "MKT", "S05"], "date": [days[0], days[0], pd.Timestamp(wide.index[-1]).date()]}
    )
    frame = pd.concat([frame, more], ignore_index=True).drop_duplicates(["ticker", "date"], ignore_index=True)
    return frame.assign(event_id=[f"e{i}" for i in range(len(frame))])


def study(calendar: str | None = "exchange") -> EventStudy:
    return EventStudy(
        benchmark="MKT", calendar=calendar, windows=WINDOWS, min_estimation=60, exclude_dates=["2016-03-10"]
    )


@pytest.fixture(autouse=True)
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "ROWS", 3000)
    monkeypatch.setattr(work, "_KEPT", 60_000)  # some parts are kept for the second pass, others read again


def same(mine: Any, theirs: Any, where: str = "") -> None:
    """Two documents, numbers to ten digits."""
    if isinstance(theirs, dict):
        assert mine.keys() == theirs.keys(), where
        for key in theirs:
            same(mine[key], theirs[key], f"{where}.{key}")
    elif isinstance(theirs, list):
        assert len(mine) == len(theirs), where
        for i, (a, b) in enumerate(zip(mine, theirs, strict=True)):
            same(a, b, f"{where}[{i}]")
    elif isinstance(theirs, float):
        assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-12), where
    else:
        assert mine == theirs, where


@pytest.mark.parametrize("calendar", first(["exchange", None]))
@pytest.mark.parametrize("name", WRITERS)
def test_it_is_the_study_of_the_whole_table(name: str, calendar: str | None, tmp_path: Path) -> None:
    wide = panels.closes()
    asked = events(wide)
    whole = study(calendar).run(asked, wide, keep="aggregate").to_dict()
    found = run_folder(study(calendar), asked, WRITERS[name](wide, tmp_path / "panel")).to_dict()
    same(found["aggregate"], whole["aggregate"])
    assert found["excluded_counts"] == whole["excluded_counts"]
    assert {e["reason"] for e in found["excluded"]} == {e["reason"] for e in whole["excluded"]}
    ids = dict(zip(asked["event_id"], asked["ticker"], strict=True))
    assert all(ids[e["event_id"]] == e["ticker"] for e in found["excluded"])
    assert {w["code"] for w in found["warnings"]} == {w["code"] for w in whole["warnings"]}
    assert found["aggregate"]["n"] > 60


def test_its_numbers_are_those_of_the_pairs_one_by_one(tmp_path: Path) -> None:
    """Against the ordinary engine, which holds every pair."""
    wide = panels.closes()
    asked = events(wide)
    pairs = study().run(asked, wide)
    found = run_folder(study(), asked, panels.by_year(wide, tmp_path / "panel"))
    for window in WINDOWS:
        a, b = pairs.tests(window), found.tests(window)
        theirs = dict(zip(a["name"], a["p"], strict=True))
        for name in ("cross_section_t", "patell", "bmp", "corrado_rank", "generalized_sign"):
            assert dict(zip(b["name"], b["p"], strict=True))[name] == pytest.approx(theirs[name], rel=1e-9), name
        for name in ("bmp_adjusted", "grank_t"):  # with days missing the mean correlation is one of sums
            assert dict(zip(b["name"], b["p"], strict=True))[name] == pytest.approx(theirs[name], rel=1e-3), name


def test_events_with_benchmarks_of_their_own(tmp_path: Path) -> None:
    wide = panels.closes()
    asked = events(wide).assign(benchmark=lambda f: np.where(f.index % 3 == 0, "S04", "MKT"))
    own = EventStudy(windows=WINDOWS, min_estimation=60)
    whole = own.run(asked, wide, keep="aggregate").to_dict()
    found = run_folder(own, asked, panels.by_security(wide, tmp_path / "panel")).to_dict()
    same(found["aggregate"], whole["aggregate"])
    assert found["excluded_counts"] == whole["excluded_counts"]


def test_an_event_without_a_recognised_date_is_named(tmp_path: Path) -> None:
    folder = panels.by_security(panels.closes(), tmp_path / "panel")
    with pytest.raises(NothingUsable, match=r"\((e\d+)\): \1 has no recognised date"):
        run_folder(study(), events(panels.closes()).iloc[3:40], folder, day0="recognised")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


@pytest.mark.slow
@pytest.mark.parametrize("name", ["by_security", "by_year"])
def test_the_bits_are_the_same_for_any_number_of_workers(name: str, tmp_path: Path, address: str) -> None:
    wide = panels.closes()
    asked, folder = events(wide), WRITERS[name](wide, tmp_path / name)
    alone = run_folder(study(), asked, folder).to_json()
    workers = Processes(2) if name == "by_security" else Processes(3)
    assert run_folder(study(), asked, folder, executor=workers).to_json() == alone
    assert run_folder(study(), asked, folder, executor=Cluster(address)).to_json() == alone


def test_progress_is_told_part_by_part(tmp_path: Path) -> None:
    wide = panels.closes()
    told: list[tuple[int, int]] = []
    folder = panels.by_year(wide, tmp_path / "panel")
    run_folder(study(), events(wide), folder, done=lambda i, n: told.append((i, n)))
    assert told == [(i, 8) for i in range(1, 9)]


def test_what_cannot_be_had(tmp_path: Path) -> None:
    wide = panels.closes()
    folder = panels.by_security(wide, tmp_path / "panel")
    with pytest.raises(NothingUsable, match="the panel has no prices of SPY"):
        run_folder(EventStudy(), events(wide), folder)
    with pytest.raises(InvalidRequest, match="cannot be had from sums"):
        run_folder(EventStudy(missing="trade_to_trade"), events(wide), folder)
    with pytest.raises(InvalidRequest, match="a study whose frequency is monthly cannot be had from sums"):
        run_folder(EventStudy(frequency="monthly"), events(wide), folder)
    gone = pd.DataFrame({"ticker": ["X", "Y"], "date": ["2017-01-03", "2017-01-04"]})
    with pytest.raises(NothingUsable, match="no pair is left") as caught:
        run_folder(study(), gone, folder)
    assert "2 pairs: NO_PRICES" in str(caught.value)


def test_a_ticker_with_its_own_benchmark(tmp_path: Path) -> None:
    wide = panels.closes()
    asked, own = events(wide), EventStudy(benchmark="MKT,S05=S06", windows=WINDOWS, min_estimation=60)
    whole = own.run(asked, wide, keep="aggregate").to_dict()
    found = run_folder(own, asked, panels.by_security(wide, tmp_path / "panel")).to_dict()
    same(found["aggregate"], whole["aggregate"])
    assert found["config"]["benchmark"] == whole["config"]["benchmark"] == ["MKT", "S06"]
    one = EventStudy(benchmark="MKT", windows=WINDOWS, min_estimation=60).run(asked, wide, keep="aggregate").to_dict()
    assert one["aggregate"]["windows"] != whole["aggregate"]["windows"], "it makes a difference"


@pytest.mark.parametrize("write", [panels.by_security, panels.by_year])
def test_prices_of_a_folder_are_looked_over(write: Any, tmp_path: Path) -> None:
    wide = panels.closes()
    named = pd.DataFrame({"ticker": ["S03", "S04"], "date": [str(wide.index[600].date())] * 2})
    made = EventStudy(benchmark="MKT", calendar=None)
    sound = run_folder(made, named, write(wide, tmp_path / "sound"))
    assert sound.believable
    wide["S04"] *= np.where(np.arange(len(wide)) == 450, 100.0, 1.0)
    result = run_folder(made, named, write(wide, tmp_path / "spoilt"))
    assert [(w.code, w.severity) for w in result.warned if w.severity == "doubt"] == [("UNIT_CHANGE", "doubt")]
    assert f"S04 on {wide.index[450]:%Y-%m-%d}" in result.warned[0].message
    accepted = EventStudy(made.config, accept=["UNIT_CHANGE:S04"])
    assert run_folder(accepted, named, tmp_path / "spoilt").believable


def test_an_exchange_that_is_given_places_day_0(tmp_path: Path) -> None:
    """A holiday of Paris, on which the rows repeat the price of the day before."""
    days = pd.bdate_range("2022-01-03", "2023-07-31")
    wide = panels.closes(3, len(days)).set_axis(days).ffill().bfill()
    rows, asked = panels.long(wide), pd.DataFrame({"ticker": ["S02"], "date": ["2023-05-01"]})
    found = {}
    for code in ("XPAR", "XNYS"):
        (tmp_path / code).mkdir()
        rows.assign(exchange=code).to_parquet(tmp_path / code / "a.parquet", index=False)
        result = run_folder(study(), asked, tmp_path / code)
        whole = study().run(asked, rows.assign(exchange=code), keep="aggregate")
        same(result.to_dict()["aggregate"], whole.to_dict()["aggregate"])
        assert "exchanges from the column exchange" in result.provenance["read_as"][0]
        found[code] = result.to_dict()["aggregate"]["windows"][0]["caar"]
    assert found["XPAR"] != found["XNYS"]


@pytest.mark.parametrize("write", [panels.by_security, panels.by_year])
def test_pairs_whose_prices_can_be_believed_are_answered(write: Any, tmp_path: Path) -> None:
    """As where the prices are in memory, with the count of the others."""
    wide = panels.closes()
    asked = events(wide)
    wide["S04"] *= np.where(np.arange(len(wide)) == 700, 1.4, 1.0)
    whole = study().run(asked, wide, keep="aggregate").to_dict()["aggregate"]
    found = run_folder(study(), asked, write(wide, tmp_path / "panel"))
    assert not found.withheld()
    assert found.n_doubtful == whole["n_doubtful"] > 0
    told = found.to_dict()["aggregate"]
    assert told["with_doubtful"] is not None
    same(told, whole)


@pytest.mark.parametrize("write", [panels.by_security, panels.by_year])
def test_where_its_securities_trade_is_known_by_all_of_their_days(write: Any, tmp_path: Path) -> None:
    """Days of New York in one half of the tickers, every weekday in the other; a part alone would say less."""
    wide = panels.closes().loc[:"2018-01-31"]
    holidays = ~wide.index.isin(
        pd.DatetimeIndex(calendars.sessions("XNYS", wide.index[0].date(), wide.index[-1].date()))
    )
    wide.loc[holidays, [*wide.columns[:6], "MKT"]] = np.nan
    asked = events(wide)
    whole = study().run(asked, wide, keep="aggregate").to_dict()
    found = run_folder(study(), asked, write(wide, tmp_path / "panel")).to_dict()
    same(found["aggregate"], whole["aggregate"])
    assert found["excluded_counts"] == whole["excluded_counts"]
    assert "OFF_CALENDAR" not in {w["code"] for w in found["warnings"]}
