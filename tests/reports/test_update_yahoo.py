"""`update` with Yahoo's stand-in: every bad answer, on the first report and on a later one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from eventstudy import calendars
from eventstudy.prices.yahoo import Yahoo
from eventstudy.reports.study_file import read_study
from eventstudy.reports.update import Summary, update

from tests.loopback.answers import FAULTS
from tests.loopback.inprocess import yahoo_in_process, yfinance_alone
from tests.loopback.server import Service
from tests.worlds import series

pytestmark = [pytest.mark.wait, pytest.mark.usefixtures("each_picture_once")]
HALF, END = date(2025, 1, 29), date(2025, 2, 14)
DAYS = [day.astype(object) for day in calendars.sessions("XNYS", date(2023, 12, 1), END)]
TICKERS = ("GOOD", "FINE", "MKT")
STUDY = """
events = ["deepseek-r1"]
[options]
tickers = ["GOOD", "FINE"]
benchmark = "MKT"
source = "yahoo"
day0 = "recognised"
"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The stand-in, asked by the source `yahoo`."""
    served = Service([series(symbol, seed, DAYS) for seed, symbol in enumerate(TICKERS)])
    with yahoo_in_process(served) as session, yfinance_alone(tmp_path):
        if find_spec("yfinance._http") is None:
            pytest.skip("this yfinance takes no requests session")
        monkeypatch.setattr("eventstudy.prices.yahoo.SOURCE", Yahoo(session, spacing=0, timeout=0.4, give_up=8))
        yield served


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def bring(study: Path, as_of: date) -> Summary:
    return update(read_study(study), as_of)


def page(study: Path, name: str = "deepseek-r1.html") -> str:
    return (study.parent / "reports" / name).read_text(encoding="utf-8")


def test_prices_fetched_at_another_time_are_no_change(service: Service, study: Path) -> None:
    assert bring(study, HALF).written
    before = page(study)
    asked = len(service.asked)
    assert bring(study, HALF).written == ()
    assert len(service.asked) > asked, "the report is not complete, so the source was asked again"
    assert page(study) == before
    assert bring(study, END).events[0].complete
    asked = len(service.asked)
    assert bring(study, END).written == ()
    assert len(service.asked) == asked, "nothing is missing, so nothing was asked for"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_on_the_first_report_is_on_its_face(service: Service, study: Path, fault: str) -> None:
    service.fail("FINE", fault)
    summary = bring(study, END)
    assert summary.exit_code == 4
    assert summary.events[0].status == "new"
    face = page(study).partition("<h2")[0]
    assert "FINE" in face
    assert 'class="alert"' in face
    service.recover()
    assert bring(study, END).events[0].changes == ("FINE is there now",)


@pytest.mark.parametrize("symbol", ["FINE", "MKT", "*"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_later_on_leaves_the_last_report(service: Service, study: Path, fault: str, symbol: str) -> None:
    bring(study, HALF)
    before = page(study)
    service.fail(symbol, fault)
    summary = bring(study, END)
    assert summary.events[0].status == "kept"
    assert summary.exit_code == 4
    assert page(study) == before
    assert "not updated, the last report stands" in page(study, "index.html")
    service.recover()
    after = bring(study, END)
    assert after.exit_code == 0
    assert after.events[0].changes == (
        "GOOD: 8 of 11 days became 11 of 11",
        "FINE: 8 of 11 days became 11 of 11",
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_all_from_the_start_leaves_a_page_and_a_code(service: Service, study: Path, fault: str) -> None:
    service.fail("*", fault)
    summary = bring(study, END)
    assert summary.exit_code == (75 if fault == "rate-limited" else 5)
    assert "There is no result" in page(study)
