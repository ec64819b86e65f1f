"""Ken French's library against a local stand-in: fetched once, kept, named; never needed by a run without factors."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eventstudy import calendars
from eventstudy.errors import InvalidRequest, SourceDown, SourceMalformed
from eventstudy.prices.ken_french import FIVE, MOMENTUM, THREE, KenFrench

from tests.cli.conftest import Ran, es  # noqa: F401 - the fixture
from tests.loopback.web import Desk, Reply, desk

SESSIONS = calendars.sessions("XNYS", date(2023, 11, 1), date(2025, 2, 14)).astype("datetime64[D]")
NAMES = {
    THREE: ("Mkt-RF", "SMB", "HML", "RF"),
    FIVE: ("Mkt-RF", "SMB", "HML", "RMW", "CMA", "RF"),
    MOMENTUM: ("Mom   ",),
}


def published(name: str, last: str = "2025-02-14", vintage: str = "202502") -> bytes:
    """A file of the library in its zip, with made-up numbers up to a day."""
    days = SESSIONS[np.datetime64(last) >= SESSIONS]
    rng = np.random.default_rng(len(name))
    lines = [f"This file was created using the {vintage} CRSP database.", "", "," + ",".join(NAMES[name])]
    for day in days:
        values = rng.normal(0, 1, len(NAMES[name]))
        values[-1] = 0.02 if name != MOMENTUM else values[-1]
        lines.append(str(day).replace("-", "") + "," + ",".join(f"{v:8.2f}" for v in values))
    return zipped(name, "\r\n".join([*lines, "", "Copyright 2025 Eugene F. Fama and Kenneth R. French", ""]))


def zipped(name: str, text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"{name}.CSV", text)
    return made.getvalue()


def library(path: str) -> Reply:
    name = path.removeprefix("/").removesuffix("_CSV.zip")
    return Reply(published(name), kind="application/zip") if name in NAMES else Reply(b"", 404, "text/html")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The library as `--factors ken_french` finds it."""
    with desk(library) as made:
        monkeypatch.setattr("eventstudy.prices.ken_french.SOURCE", KenFrench(made.address, timeout=0.5))
        yield made


@pytest.fixture
def source(web: Desk, tmp_path: Path) -> KenFrench:
    return KenFrench(web.address, tmp_path / "factors", timeout=0.5)


def test_the_file_is_that_of_the_model(source: KenFrench, web: Desk) -> None:
    three = source.factors(["mkt_rf", "smb", "hml"])
    assert list(three.columns) == ["mkt_rf", "smb", "hml", "rf"]
    assert three["rf"].tolist() == pytest.approx([0.0002] * len(SESSIONS))
    five = source.factors(["mkt_rf", "smb", "hml", "rmw", "cma", "mom"])
    assert list(five.columns) == ["mkt_rf", "smb", "hml", "rmw", "cma", "rf", "mom"]
    assert [path for path, _ in web.asked] == [f"/{n}_CSV.zip" for n in (THREE, FIVE, MOMENTUM)]
    assert five.attrs["files"] == [FIVE, MOMENTUM]
    assert five.attrs["vintage"] == "This file was created using the 202502 CRSP database."


def test_it_is_fetched_once(source: KenFrench, web: Desk, tmp_path: Path) -> None:
    first = source.factors(["mkt_rf"], date(2025, 2, 14))
    again = KenFrench("http://127.0.0.1:9", tmp_path / "factors").factors(["mkt_rf"], date(2025, 2, 14))
    assert first.equals(again)
    assert first.attrs["sha256"] == again.attrs["sha256"]
    assert [p.name for p in (tmp_path / "factors").iterdir()] == [f"{THREE}.zip"]


def test_one_that_ends_too_early_is_asked_for_again_but_once_a_day(
    source: KenFrench, web: Desk, tmp_path: Path
) -> None:
    web.answer = lambda path: Reply(published(THREE, "2024-12-31", "202412"), kind="application/zip")
    assert source.factors(["mkt_rf"], date(2025, 2, 14)).index[-1].date() == date(2024, 12, 31)
    web.answer = library
    assert source.factors(["mkt_rf"], date(2025, 2, 14)).index[-1].date() == date(2024, 12, 31)
    assert len(web.asked) == 1
    kept = tmp_path / "factors" / f"{THREE}.zip"
    os.utime(kept, (1, 1))
    assert source.factors(["mkt_rf"], date(2024, 12, 30)).attrs["vintage"].endswith("202412 CRSP database.")
    assert source.factors(["mkt_rf"], date(2025, 2, 14)).index[-1].date() == date(2025, 2, 14)
    assert len(web.asked) == 2


def test_what_is_kept_serves_when_the_library_does_not(source: KenFrench, web: Desk, tmp_path: Path) -> None:
    source.factors(["mkt_rf"])
    os.utime(tmp_path / "factors" / f"{THREE}.zip", (1, 1))
    web.answer = lambda path: Reply(b"", 503)
    found = source.factors(["mkt_rf"], date(2030, 1, 1))
    assert found.attrs["notes"] == [
        f"{THREE} could not be brought up to date: Ken French's library is out of order (HTTP 503)"
    ]


@pytest.mark.parametrize(
    ("reply", "kind", "what"),
    [
        (Reply(b"<html>please log in</html>", kind="text/html"), SourceMalformed, "not with a zip file"),
        (Reply(b"", 401, "text/html"), SourceDown, "HTTP 401"),
        (Reply(b"", 404, "text/html"), SourceMalformed, "HTTP 404"),
        (Reply(b"PK\x03\x04 cut off", kind="application/zip"), SourceMalformed, "cannot be unpacked"),
        (Reply(published(THREE)[:-300], kind="application/zip"), SourceMalformed, "cannot be unpacked"),
        (Reply(zipped(THREE, ",Mkt-RF,RF\n20250102,1\n")), SourceMalformed, "cannot be read"),
        (Reply(zipped(THREE, "hello")), SourceMalformed, "cannot be read"),
    ],
)
def test_bad_answers_are_not_kept(
    source: KenFrench, web: Desk, tmp_path: Path, reply: Reply, kind: type[Exception], what: str
) -> None:
    web.answer = lambda path: reply
    with pytest.raises(kind) as caught:
        source.factors(["mkt_rf"])
    assert what in str(caught.value)
    assert not (tmp_path / "factors").exists()


def test_a_kept_file_that_is_damaged_is_fetched_again(source: KenFrench, web: Desk, tmp_path: Path) -> None:
    source.factors(["mkt_rf"])
    (tmp_path / "factors" / f"{THREE}.zip").write_bytes(b"PK damaged")
    assert source.factors(["mkt_rf"]).index[-1].date() == date(2025, 2, 14)
    assert len(web.asked) == 2


def test_months_are_files_of_their_own(source: KenFrench, web: Desk) -> None:
    names = ",Mkt-RF,SMB,HML,RF"
    text = f"{names}\n202412,-3.17,-2.9,-2.97,.37\n202501,2.8,-1.97,1.63,.37\n\n Annual\n{names}\n2024,1,1,1,1\n"
    web.answer = lambda path: Reply(
        zipped(THREE, f"created using the 202501 CRSP database\n\n{text}"), kind="application/zip"
    )
    found = source.factors(["mkt_rf"], date(2025, 1, 20), monthly=True)
    assert [d.date() for d in found.index] == [date(2024, 12, 31), date(2025, 1, 31)]
    assert found["mkt_rf"].tolist() == pytest.approx([-0.0317, 0.028])
    assert [path for path, _ in web.asked] == ["/F-F_Research_Data_Factors_CSV.zip"]
    assert source.factors(["mkt_rf"], date(2025, 1, 20), monthly=True).equals(found)
    assert len(web.asked) == 1


def test_factors_it_has_not(source: KenFrench, web: Desk) -> None:
    with pytest.raises(InvalidRequest, match="has no liq"):
        source.factors(["mkt_rf", "liq"])
    assert not web.asked


# ---- the command -----------------------------------------------------------------------------------------------------

RUN = ("run", "deepseek-r1", "--tickers", "NVDA,AMD", "--factors", "ken_french", "--format", "json")


def test_a_run_with_factors(es: Callable[..., Ran], web: Desk, price_store: Path) -> None:  # noqa: F811
    ran = es(*RUN, "--model", "fama_french3")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert set(told["firms"][0]["params"]) >= {"beta_mkt_rf", "beta_smb", "beta_hml"}
    assert told["provenance"]["factors"]["source"] == "ken_french"
    assert told["provenance"]["factors"]["vintage"] == "This file was created using the 202502 CRSP database."
    assert (price_store.parent / "factors" / f"{THREE}.zip").exists()
    again = es(*RUN, "--model", "fama_french3")
    assert again.out == ran.out
    assert len(web.asked) == 1


def test_a_run_that_needs_no_factors_does_not_ask(es: Callable[..., Ran], web: Desk) -> None:  # noqa: F811
    assert es(*RUN).code == 0
    assert not web.asked


def test_a_library_that_does_not_answer_fails_only_who_needs_it(es: Callable[..., Ran], web: Desk) -> None:  # noqa: F811
    web.answer = lambda path: Reply(b"", 503)
    ran = es(*RUN, "--model", "carhart")
    assert ran.code == 5
    assert "Ken French's library is out of order" in ran.err


def test_factors_that_end_inside_the_window_are_named(es: Callable[..., Ran], web: Desk) -> None:  # noqa: F811
    web.answer = lambda path: Reply(published(THREE, "2025-01-23"), kind="application/zip")
    ran = es(*RUN, "--model", "fama_french3")
    warned = {w["code"]: w["message"] for w in json.loads(ran.out)["warnings"]}
    assert "on day +3, +4, +5 of the event window, from 2025-01-24 on" in warned["FACTORS_LACKING"]


def test_factors_that_end_before_day_0_are_named(es: Callable[..., Ran], web: Desk) -> None:  # noqa: F811
    web.answer = lambda path: Reply(published(THREE, "2024-12-31"), kind="application/zip")
    ran = es(*RUN, "--model", "fama_french3")
    assert ran.code == 5
    assert "the factors have no value on day 0" in ran.err
    assert "--model market" in ran.err
