"""CRSP's exports: each rule on rows whose returns are worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eventstudy.errors import InvalidFile
from eventstudy.prices import PriceTable, load_prices
from eventstudy.prices.crsp import SOURCE

LEGACY = """PERMNO,date,TICKER,COMNAM,PRC,VOL,RET,SHROUT,CFACPR,CFACSHR,DLRET
10001,20080102,AAA,"ALPHA, INC",40.00,100,C,900,2,2,
10001,20080103,AAA,"ALPHA, INC",42.00,200,0.050000,900,2,2,
10001,20080104,AAA,"ALPHA, INC",-20.50,0,-0.023810,1800,1,1,
10001,20080107,AAB,"ALPHA, INC",,,B,1800,1,1,
10001,20080108,AAB,"ALPHA, INC",20.00,-99,-0.014390,1800,1,1,
10001,20080109,AAB,"ALPHA, INC",18.00,50,-0.100000,1800,1,1,-0.300000
10002,20080102,BBB,BETA,10.00,10,0.010000,5,1,1,
10002,20080103,BBB,BETA,11.00,10,0.100000,5,1,1,
10002,20080104,BBB,BETA,11.00,10,0.000000,5,1,1,
"""
CIZ = """PERMNO,DlyCalDt,Ticker,DlyPrc,DlyPrcFlg,DlyRet,DlyVol,DlyCumFacPr,DlyCumFacShr,DlyDelFlg
10001,2008-01-02,AAA,40,TR,,100,2,2,N
10001,2008-01-03,AAA,42,TR,0.05,200,2,2,N
10001,2008-01-04,AAA,20.5,BA,-0.023810,0,1,1,N
10001,2008-01-08,AAA,20,TR,-0.024390,50,1,1,N
10001,2008-01-09,AAA,12.6,DA,-0.37,,1,1,Y
"""
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def at(text: str) -> Path:
        path = tmp_path / "dsf.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return at


def returns(table: PriceTable, ticker: str) -> list[float]:
    level = table.fields["adj_close"][ticker].dropna()
    found: list[float] = (level / level.shift(1) - 1).dropna().tolist()
    return found


def refused(path: Path, tickers: list[str] | None = None) -> InvalidFile:
    with pytest.raises(InvalidFile) as caught:
        SOURCE.read(path, tickers)
    assert caught.value.where is not None
    assert "dsf.csv" in caught.value.where
    return caught.value


def test_legacy_prices_returns_and_volumes(write: Write) -> None:
    table = SOURCE.read(write(LEGACY), ["10001"])
    assert table.source == "crsp"
    assert table.close["10001"].tolist()[:3] == [20.0, 21.0, 20.5]  # over CFACPR, the bid-ask mean without its sign
    assert np.isnan(table.close["10001"].iloc[3])
    assert table.fields["volume"]["10001"].tolist()[:3] == [200.0, 400.0, 0.0]
    assert np.isnan(table.fields["volume"]["10001"].iloc[4])
    # the day without price has no level; the return after it covers both days; the last one compounds the delisting return
    assert returns(table, "10001") == pytest.approx([0.05, -0.02381, -0.01439, 0.9 * 0.7 - 1], abs=1e-12)
    assert table.info["10001"].basis == "adj_close"


def test_what_was_done_is_said(write: Write) -> None:
    notes = SOURCE.read(write(LEGACY), ["10001"]).info["10001"].notes
    assert any("mean of bid and ask" in n for n in notes)
    assert "the delisting return of -30.0% is in the last return, of 2008-01-09" in notes
    assert "its ticker changed: AAA, AAB" in notes
    assert SOURCE.read(write(LEGACY), ["10002"]).info["10002"].notes == ()
    early = SOURCE.read(write(LEGACY), ["10001"], end=date(2008, 1, 3)).info["10001"].notes
    assert not any("delisting" in n or "bid" in n for n in early)


def test_ciz_says_the_same_and_holds_the_delisting_return_already(write: Write) -> None:
    table = SOURCE.read(write(CIZ), ["AAA"])
    assert table.close["AAA"].tolist()[:3] == [20.0, 21.0, 20.5]
    assert returns(table, "AAA") == pytest.approx([0.05, -0.02381, -0.02439, -0.37], abs=1e-12)
    notes = table.info["AAA"].notes
    assert any("mean of bid and ask" in n for n in notes)
    assert any("-37.0% on 2008-01-09 is or holds the delisting return" in n for n in notes)


def test_months_of_ciz_are_read_as_its_days_are(write: Write) -> None:
    days, months = (SOURCE.read(write(text), ["AAA"]) for text in (CIZ, CIZ.replace("Dly", "Mth")))
    assert months.close["AAA"].tolist() == days.close["AAA"].tolist()
    assert returns(months, "AAA") == returns(days, "AAA")
    assert months.info["AAA"].notes == days.info["AAA"].notes


def test_the_file_of_months_is_told_as_such(write: Write) -> None:
    days = [line.split(",")[1] for line in LEGACY.splitlines()[1:7]]
    monthly = LEGACY
    for old, new in zip(days, ("20080131", "20080229", "20080331", "20080430", "20080530", "20080630"), strict=True):
        monthly = monthly.replace(old, new)
    told = [SOURCE.read(write(text)).read_as[0] for text in (LEGACY, monthly, CIZ)]
    assert told == [f"an export of CRSP's {kind} stock file" for kind in ("daily", "monthly", "daily")]


def test_a_ticker_means_the_security_that_bore_it(write: Write) -> None:
    path = write(LEGACY)
    assert returns(SOURCE.read(path, ["AAA"]), "AAA") == returns(SOURCE.read(path, ["AAB"]), "AAB")
    assert SOURCE.read(path).tickers == ["AAB", "BBB"]
    again = LEGACY.replace("BBB,BETA", "AAA,BETA")
    table = SOURCE.read(write(again), ["AAA", "10002"])
    assert table.tickers == ["10002"]
    assert "ticker of 2 securities" in str(table.missing["AAA"])
    assert "PERMNO 10002 from 2008-01-02 to 2008-01-04" in str(table.missing["AAA"])
    assert SOURCE.read(path, ["ZZZ"]).missing["ZZZ"].what == "dsf.csv has no ticker 'ZZZ'"


@pytest.mark.parametrize("code", ["-55.0", "S", ".T", "-99"])
def test_a_delisting_return_that_is_not_known_is_left_out_and_said(write: Write, code: str) -> None:
    table = SOURCE.read(write(LEGACY.replace("-0.300000", code)), ["10001"])
    assert returns(table, "10001")[-1] == pytest.approx(-0.1, abs=1e-12)
    assert any("does not know with what return" in n for n in table.info["10001"].notes)


def test_returns_of_an_index_beside_the_securities_are_a_series(write: Write) -> None:
    text = "PERMNO,date,PRC,vwretd,sprtrn\n10002,20080103,11,0.02,0.01\n10002,20080102,10,,0.03\n10001,20080103,5,0.02,0.01\n"
    path = write(text + "10001,20080104,6,-0.05,0.04\n")
    table = SOURCE.read(path, ["10002", "VWRETD", "sprtrn"])
    assert table.close["VWRETD"].dropna().tolist() == pytest.approx([102, 96.9])
    assert table.close["sprtrn"].tolist() == pytest.approx([103, 103 * 1.01, 103 * 1.01 * 1.04])
    assert (table.info["VWRETD"].basis, table.info["sprtrn"].basis) == ("adj_close", "as_given"), "one holds dividends"
    assert returns(table, "VWRETD") == pytest.approx([-0.05])
    assert SOURCE.read(path).tickers == ["10002", "10001", "vwretd", "sprtrn"]
    absent = SOURCE.read(path, ["ewretd"]).missing["ewretd"]
    assert "vwretd" in str(absent.available)
    with pytest.raises(InvalidFile, match="2008-01-03 is given twice"):
        SOURCE.read(write(text + "10003,20080103,5,0.03,0.01\n"), ["vwretd"])


def test_a_delisting_that_loses_all(write: Write) -> None:
    table = SOURCE.read(write(LEGACY.replace("-0.300000", "-1")), ["10001"])
    assert returns(table, "10001")[-1] == -1.0


def test_a_delisting_return_alone_is_the_last_return(write: Write) -> None:
    table = SOURCE.read(write(LEGACY.replace("18.00,50,-0.100000", ",,")), ["10001"])
    assert returns(table, "10001")[-1] == pytest.approx(-0.3, abs=1e-12)


def test_a_lacking_return_is_that_of_the_price_and_is_said(write: Write) -> None:
    table = SOURCE.read(write(LEGACY.replace("10,0.100000", "10,-66.0")), ["10002"])
    assert returns(table, "10002") == pytest.approx([0.1, 0.0], abs=1e-12)
    assert any("lacks a return" in n for n in table.info["10002"].notes)


def test_without_returns_the_price_is_used_as_it_is(write: Write) -> None:
    table = SOURCE.read(write("PERMNO,date,PRC\n10001,2008-01-02,40\n10001,2008-01-03,-42\n"))
    assert table.tickers == ["10001"]
    assert table.info["10001"].basis == "as_given"
    assert any("no returns" in n for n in table.info["10001"].notes)


def test_a_day_repeated_for_its_distributions_is_one(write: Write) -> None:
    line = '10001,20080103,AAA,"ALPHA, INC",42.00,200,0.050000,900,2,2,\n'
    table = SOURCE.read(write(LEGACY.replace(line, line + line)), ["10001"])
    assert returns(table, "10001") == returns(SOURCE.read(write(LEGACY), ["10001"]), "10001")
    assert any("taken once" in n for n in table.info["10001"].notes)
    error = refused(write(LEGACY.replace(line, line + line.replace("42.00", "43.00"))), ["10001"])
    assert "two different rows for 2008-01-03" in error.what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("10002,20080103", "x,20080103", "'x' is not a PERMNO"),
        ("10002,20080103", "10002,01/03/2008", "reads two ways"),
        ("0.050000", "fifty", "'fifty' is not a return"),
        ("0.050000", "-1.5", "'-1.5' is not a return"),
        ("PRC", "PRICE", "there is no column 'PRC'"),
        ("SHROUT", "prc", "is there twice"),
        ("-0.023810,1800,1,1,", "-0.023810,1800,1,1,-0.2", "stands before its last day"),
    ],
)
def test_what_cannot_be_meant_is_refused(write: Write, old: str, new: str, what: str) -> None:
    assert what in str(refused(write(LEGACY.replace(old, new, 1))))


def test_it_is_known_by_its_columns(write: Write) -> None:
    assert load_prices(["AAB"], path=write(LEGACY)).source == "crsp"
    assert load_prices(["AAA"], path=write(CIZ)).source == "crsp"
    assert load_prices(["AAB"], path=write(LEGACY), source="crsp").source == "crsp"
