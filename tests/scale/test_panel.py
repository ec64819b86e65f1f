"""Folders of Parquet files: which files belong together, and that every price arrives where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy.errors import InvalidFile
from eventstudy.scale import panel
from eventstudy.scale.panel import PanelFolder
from eventstudy.scale.read import read_tickers, read_unit, sessions_of

from tests.scale import panels

WRITERS = {"by_security": panels.by_security, "by_year": panels.by_year, "by_ticker": panels.by_ticker}


@pytest.mark.parametrize("name", WRITERS)
def test_all_units_together_are_what_was_written(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "ROWS", 3000)
    wide = panels.closes()
    folder = PanelFolder(WRITERS[name](wide, tmp_path / "panel"))
    assert folder.by == ("time" if name == "by_year" else "security")
    assert folder.rows == int(wide.notna().sum().sum())
    assert len(folder.units) > 2
    tables = [read_unit(folder, unit).close for unit in folder]
    again = pd.concat(tables, axis=0 if folder.by == "time" else 1).sort_index(axis=1)
    expected = wide.dropna(how="all").sort_index(axis=1)
    pd.testing.assert_frame_equal(again, expected, check_names=False, check_freq=False, check_column_type=False)
    assert np.array_equal(sessions_of(folder), expected.index.to_numpy("datetime64[D]"))


@pytest.mark.parametrize("name", WRITERS)
def test_the_benchmark_is_found_wherever_it_is(name: str, tmp_path: Path) -> None:
    wide = panels.closes()
    folder = PanelFolder(WRITERS[name](wide, tmp_path / "panel"))
    found = read_tickers(folder, ["MKT", "S03", "NONE"]).close
    assert list(found.columns) == ["MKT", "S03"]
    np.testing.assert_array_equal(found["MKT"].dropna().to_numpy(), wide["MKT"].to_numpy())


def test_a_benchmark_stands_beside_a_unit_that_lacks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "ROWS", 3000)
    wide = panels.closes()
    folder = PanelFolder(panels.by_security(wide, tmp_path / "panel"))
    market = read_tickers(folder, ["MKT"])
    table = read_unit(folder, folder.units[0], market)
    assert table.tickers[-1] == "MKT"
    pd.testing.assert_frame_equal(
        table.close,
        wide.loc[table.close.index, table.tickers],
        check_names=False,
        check_freq=False,
        check_column_type=False,
    )


def test_dividends_and_adjusted_closes_are_read(tmp_path: Path) -> None:
    rows = panels.long(panels.closes(2)).assign(dividend=0.0, adj_close=1.5, volume=7.0)
    rows.loc[rows.index[3], "dividend"] = 0.25
    (tmp_path / "panel").mkdir()
    rows.to_parquet(tmp_path / "panel" / "a.parquet", index=False)
    folder = PanelFolder(tmp_path / "panel")
    table = read_unit(folder, folder.units[0])
    assert set(table.fields) == {"close", "adj_close", "dividend"}
    assert int(table.fields["dividend"].notna().sum().sum()) == 1
    assert {i.basis for i in table.info.values()} == {"dividends"}


def test_exchanges_are_read(tmp_path: Path) -> None:
    rows = panels.long(panels.closes(3))
    where = {"S00": "Euronext Paris", "S01": "XPAR", "S02": "NasdaqGS", "MKT": "XLON"}
    (tmp_path / "panel").mkdir()
    rows.assign(Exch=rows["ticker"].map(where)).to_parquet(tmp_path / "panel" / "a.parquet", index=False)
    folder = PanelFolder(tmp_path / "panel")
    info = read_unit(folder, folder.units[0]).info
    assert {t: (i.exchange, i.exchange_by) for t, i in info.items()} == {
        "S00": (None, None),  # no name that is known
        "S01": ("XPAR", "given"),
        "S02": ("XNYS", "given"),
        "MKT": ("XLON", "given"),
    }


def spoiled(change: Callable[[pd.DataFrame], pd.DataFrame], folder: Path) -> PanelFolder:
    folder.mkdir()
    change(panels.long(panels.closes(3, 100))).to_parquet(folder / "a.parquet", index=False)
    return PanelFolder(folder)


ZONE = timezone(timedelta(hours=-5))
IS_WRONG = " of S00 on 2015-02-25 cannot be one"
FAULTS: dict[str, tuple[Callable[[pd.DataFrame], Any], str]] = {
    "twice": (lambda r: pd.concat([r, r.iloc[[5]]]), "is given twice"),
    "zero": (lambda r: r.assign(close=r["close"].where(r.index != r.index[4], 0.0)), "the close 0" + IS_WRONG),
    "infinite": (lambda r: r.assign(close=r["close"].where(r.index != r.index[4], np.inf)), "the close inf" + IS_WRONG),
    "text": (
        lambda r: r.assign(close=r["close"].astype(str).where(r.index != r.index[4], "n/a")),
        "closes are not numbers",
    ),
    "lists": (lambda r: r.assign(close=pd.Series([[1.0]] * len(r), r.index)), "closes are not numbers"),
    "no ticker": (lambda r: r.assign(ticker=r["ticker"].where(r.index != r.index[4])), "a row has no ticker"),
    "no close": (lambda r: r.drop(columns="close"), "there is no column 'close'"),
    "wide": (lambda r: r.drop(columns=["ticker"]).rename(columns={"close": "MKT"}), "there is no column 'ticker'"),
    "zoned": (lambda r: r.assign(date=pd.Timestamp(datetime(2020, 1, 2, tzinfo=ZONE))), "instants with a zone"),
    "time of the day": (lambda r: r.assign(date=pd.Timestamp("2020-01-02 23:00")), "a time of the day"),
    "two exchanges": (
        lambda r: r.assign(exchange=np.where(r.index == r.index[4], "XPAR", "XLON")),
        "S00 trades at XLON and at XPAR",
    ),
    "texts": (lambda r: r.assign(date="2 January"), "dates are not dates"),
    "gross returns": (
        lambda r: r.assign(close=1 + np.random.default_rng(1).normal(0, 0.02, len(r))),
        "they are gross returns",
    ),
    "half a number": (lambda r: r.assign(close=r["close"].astype(np.float16)), "the file cannot be read"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_prices_is_refused(fault: str, tmp_path: Path) -> None:
    change, text = FAULTS[fault]
    folder = spoiled(change, tmp_path / "panel")
    with pytest.raises(InvalidFile, match=text) as caught:
        [read_unit(folder, unit) for unit in folder]
    assert caught.value.where


def test_what_is_pegged_is_no_gross_return(tmp_path: Path) -> None:
    pegs = 1 + np.random.default_rng(1).normal(0, 0.001, 400)
    folder = spoiled(lambda r: r.assign(close=pegs[: len(r)]), tmp_path / "panel")
    assert read_unit(folder, folder.units[0]).close.size == len(pegs)


def test_securities_that_are_called_by_numbers(tmp_path: Path) -> None:
    folder = spoiled(
        lambda r: r.assign(ticker=r["ticker"].map({"S00": 10001, "S01": 10002, "S02": 10003, "MKT": 1})),
        tmp_path / "panel",
    )
    for wanted in (["10002", "1", "NONE"], ["1", "10002"]):
        assert read_tickers(folder, wanted).tickers == ["1", "10002"]


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more"])
def test_a_file_among_others_that_is_broken(content: bytes, tmp_path: Path) -> None:
    folder = spoiled(lambda r: r, tmp_path / "panel")
    (folder.path / "b.parquet").write_bytes(content)
    with pytest.raises(InvalidFile, match="the file cannot be read") as caught:
        PanelFolder(folder.path).units  # noqa: B018
    assert "b.parquet" in str(caught.value.where)
    with pytest.raises(InvalidFile, match="the file cannot be read"):
        read_tickers(PanelFolder(folder.path), ["MKT"])


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="no such folder"):
        PanelFolder(tmp_path / "nothing").units  # noqa: B018
    with pytest.raises(InvalidFile, match="holds no Parquet file"):
        PanelFolder(tmp_path).units  # noqa: B018
    (tmp_path / "a.parquet").write_text("not Parquet")
    with pytest.raises(InvalidFile, match="cannot be read as Parquet"):
        PanelFolder(tmp_path).units  # noqa: B018
