"""Files that were once read to other days, other units or another security without a word: read right, or refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.calendars import markets
from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest
from eventstudy.events import load_registry
from eventstudy.language import in_language
from eventstudy.prices import Reading, load_prices
from eventstudy.prices._bars import load_bars
from eventstudy.prices._shapes import Names, named_by_file
from eventstudy.request import run

from tests.tiers import first

FIRST, LAST = date(2024, 3, 1), date(2025, 2, 28)
ZONES = {
    "XNYS": "America/New_York",
    "XLON": "Europe/London",
    "XETR": "Europe/Berlin",
    "XJSE": "Africa/Johannesburg",
    "XSAU": "Asia/Riyadh",
    "XBOM": "Asia/Kolkata",
    "XSHG": "Asia/Shanghai",
    "XTKS": "Asia/Tokyo",
    "XASX": "Australia/Sydney",
    "XNZE": "Pacific/Auckland",
    "BVMF": "America/Sao_Paulo",
}
DAY = pd.Timedelta(1, "D")


def sessions(code: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(calendars.sessions(code, FIRST, LAST))


def closes(n: int, seed: int = 15, sd: float = 0.01) -> np.ndarray:
    return np.round(100 * np.cumprod(1 + sd * np.random.default_rng(seed).standard_normal(n)), 2)


def stamped(path: Path, stamps: list[str], sep: str = ",") -> Path:
    path.write_text(
        f"date{sep}NVDA\n" + "".join(f"{s}{sep}{v}\n" for s, v in zip(stamps, closes(len(stamps)), strict=True))
    )
    return path


def told(found: Any) -> str:
    return "; ".join(map(str, found.read_as))


# ---- times ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zoned", [False, True])
@pytest.mark.parametrize("code", first(ZONES, 4))
def test_midnights_of_the_exchange_by_the_clock_of_greenwich_are_of_its_sessions(
    tmp_path: Path, code: str, zoned: bool
) -> None:
    days = sessions(code)
    stamps = days.tz_localize(ZONES[code]).tz_convert("UTC")
    path = stamped(tmp_path / "x.csv", [f"{t:%Y-%m-%d %H:%M}{'+00:00' * zoned}" for t in stamps])
    found = load_prices(path=path)
    assert found.close.index.tolist() == days.tolist()
    assert f"times with{'' if zoned else 'out'} a zone" in told(found)
    moved = any(stamp.date() < day.date() for stamp, day in zip(stamps, days, strict=True))
    assert ("the day after" in told(found)) == moved


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "Europe/Berlin"])
@pytest.mark.parametrize("clock", ["00:00", "15:00"])
@pytest.mark.parametrize("code", first(ZONES, 4))
def test_times_by_a_clock_elsewhere_are_of_the_sessions_or_refused(
    tmp_path: Path, code: str, clock: str, zone: str
) -> None:
    """Midnights and closes of each exchange by clocks of three places; refused is nothing but what is left open."""
    days = sessions(code)
    local = (days + pd.Timedelta(f"{clock}:00")).tz_localize(ZONES[code]).tz_convert(zone)
    path = stamped(tmp_path / "x.csv", [f"{t:%Y-%m-%d %H:%M}" for t in local])
    assert load_prices(path=path).close.index.tolist() == days.tolist()


@pytest.mark.parametrize("mark", ["", "+09:00"])
def test_closes_of_new_york_by_the_clock_of_seoul(tmp_path: Path, mark: str) -> None:
    """At 5 or 6 in the morning, from Tuesday to Saturday: times between 5 and noon are tried against weekends, too."""
    days = sessions("XNYS")
    local = (days + pd.Timedelta(16, "h")).tz_localize("America/New_York").tz_convert("Asia/Seoul")
    path = stamped(tmp_path / "x.csv", [f"{t:%d.%m.%Y %H:%M}{mark}" for t in local], ";")
    found = load_prices(path=path)
    assert found.close.index.tolist() == days.tolist()
    assert "the day before, on no weekend" in told(found)
    assert "der Tag davor, an keinem Wochenende" in str(in_language(found.read_as[-2], "de"))


@pytest.mark.parametrize(
    "stamp",
    ["2024-03-{} 18:00", "2024-03-{} 05:00", "2024-03-{} 23:00", "2024-03-{} 15:00Z", "2024-03-{}T05:00:00+09:00"],
)
def test_few_times_are_refused_with_the_option_that_settles_them(tmp_path: Path, stamp: str) -> None:
    path = stamped(tmp_path / "x.csv", [stamp.format(d) for d in ("05", "06", "07")])
    with pytest.raises(InvalidFile, match="its session reads two ways") as caught:
        load_prices(path=path)
    assert "--times written|after|before" in str(caught.value)
    late = "18" in stamp or "23" in stamp or "15:00" in stamp
    written = load_prices(path=path, reading=Reading(times="written")).close.index
    moved = load_prices(path=path, reading=Reading(times="after" if late else "before")).close.index
    assert f"{written[0]:%Y-%m-%d}" == "2024-03-05"
    assert moved[0] - written[0] == (DAY if late else -DAY)


def test_times_of_what_never_rests(tmp_path: Path) -> None:
    """Days of seven days a week: the last minute is of its day, and 19:00 may be midnight elsewhere."""
    days = pd.date_range("2024-03-01", periods=90)
    kept = stamped(tmp_path / "x.csv", [f"{d:%Y-%m-%d} 23:59:59" for d in days])
    assert load_prices(path=kept).close.index.tolist() == days.tolist()
    with pytest.raises(InvalidFile, match="two ways"):
        load_prices(path=stamped(tmp_path / "x.csv", [f"{d:%Y-%m-%d} 19:00" for d in days]))


def test_closes_on_sundays_are_no_midnights(tmp_path: Path) -> None:
    """Tel Aviv closes at 17:25 from Sunday to Thursday, Riyadh at 15:00: no calendar says so of the first."""
    sundays = pd.date_range("2024-03-03", periods=300, freq="D")
    sundays = sundays[sundays.map(lambda d: d.weekday() not in (4, 5))]
    with pytest.raises(InvalidFile, match="two ways"):
        load_prices(path=stamped(tmp_path / "x.csv", [f"{d:%Y-%m-%d} 17:25" for d in sundays]))
    asked = load_prices(path=tmp_path / "x.csv", reading=Reading(times="written"))
    assert asked.close.index.tolist() == sundays.tolist()
    riyadh = sessions("XSAU")
    path = stamped(tmp_path / "x.csv", [f"{d:%Y-%m-%d} 15:00" for d in riyadh])
    assert load_prices(path=path).close.index.tolist() == riyadh.tolist()
    plain = load_prices(path=stamped(tmp_path / "x.csv", [f"{d:%Y-%m-%d}" for d in sundays]))
    assert "from Sunday to Thursday, as they are written" in told(plain)


@pytest.mark.parametrize(("step", "lacking"), [(-1, "Friday"), (1, "Monday")])
@pytest.mark.parametrize("code", ["XNYS", "XTKS"])
def test_dates_beside_the_sessions_are_refused(tmp_path: Path, code: str, step: int, lacking: str) -> None:
    days = sessions(code)
    path = stamped(tmp_path / "x.csv", [f"{d + step * DAY:%Y-%m-%d}" for d in days])
    with pytest.raises(InvalidFile, match=f"no date is on a {lacking}"):
        load_prices(path=path)
    said: Any = "after" if step < 0 else "before"
    assert load_prices(path=path, reading=Reading(times=said)).close.index.tolist() == days.tolist()


def test_hours_of_a_frame_are_tried_as_those_of_a_file() -> None:
    days = sessions("XETR")
    stamps = days.tz_localize("Europe/Berlin").tz_convert("UTC").tz_localize(None)
    frame = pd.DataFrame({"SAP": closes(len(days))}, stamps)
    assert load_prices(path=frame).close.index.tolist() == days.tolist()


def test_the_car_is_that_of_the_sessions(tmp_path: Path) -> None:
    days = sessions("XETR")
    values = np.column_stack([closes(len(days), seed) for seed in (1, 2)])
    lines = "".join(f"{{}},{a},{b}\n" for a, b in values.tolist())
    right, moved = tmp_path / "right.csv", tmp_path / "moved.csv"
    right.write_text("date,SAP.DE,^GDAXI\n" + lines.format(*[f"{d:%Y-%m-%d}" for d in days]))
    stamps = days.tz_localize("Europe/Berlin").tz_convert("UTC")
    moved.write_text("date,SAP.DE,^GDAXI\n" + lines.format(*[f"{t:%Y-%m-%d %H:%M}" for t in stamps]))
    event = f"{days[200]:%Y-%m-%d}"
    asked: dict[str, Any] = {
        "date": event,
        "tickers": "SAP.DE",
        "benchmark": "^GDAXI",
        "estimation_window": (-150, -11),
    }
    one, other = (run(**asked, prices=p).to_dict()["firms"][0] for p in (right, moved))
    assert one["day0"] == other["day0"] == event
    assert one["windows"] == other["windows"]


# ---- zones in headings ---------------------------------------------------------------------------------------------------

ROWS = "NVDA,2025-01-27,16:05\nAMD,2025-07-28,07:30\n"


def events(path: Path, head: str, rows: str = ROWS, tz: str | None = None) -> Any:
    (path / "list.csv").write_text(f"{head}\n{rows}")
    return load_registry(path / "list.csv", tz=tz)


@pytest.mark.parametrize(
    ("heading", "offsets"),
    [
        ("time (ET)", ("-05:00", "-04:00")),
        ("Time ET", ("-05:00", "-04:00")),
        ("time (UTC)", ("+00:00", "+00:00")),
        ("time_utc", ("+00:00", "+00:00")),
        ("time (UTC+1)", ("+01:00", "+01:00")),
        ("time [GMT-5]", ("-05:00", "-05:00")),
        ("time (+05:30)", ("+05:30", "+05:30")),
        ("time (US/Eastern)", ("-05:00", "-04:00")),
        ("time (Europe/Berlin)", ("+01:00", "+02:00")),
        ("time (JST)", ("+09:00", "+09:00")),
        ("Uhrzeit (CET)", ("+01:00", None)),
        ("time (EST)", ("-05:00", None)),
    ],
)
def test_the_zone_of_a_heading_is_that_of_the_times(
    tmp_path: Path, heading: str, offsets: tuple[str, str | None]
) -> None:
    """A name of the winter is none of a time in summer: that row is left out, and named."""
    found = events(tmp_path, f"ticker,date,{heading}")
    assert [e.announced.isoformat()[-6:] for e in found] == [o for o in offsets if o]
    assert f"as the heading {heading} says" in told(found)
    assert len(found.left_out) == offsets.count(None)


@pytest.mark.parametrize("heading", ["Date (GMT)", "datetime_utc", "announced (UTC)", "timestamp utc"])
def test_the_zone_of_a_heading_of_dates_with_times(tmp_path: Path, heading: str) -> None:
    rows = "NVDA,2025-01-27 16:05\nAMD,2025-07-28 07:30\n"
    found = events(tmp_path, f"ticker,{heading}", rows)
    assert [e.announced.isoformat() for e in found] == ["2025-01-27T16:05:00+00:00", "2025-07-28T07:30:00+00:00"]
    with pytest.raises(InvalidFile, match="--tz America/New_York makes it another instant"):
        events(tmp_path, f"ticker,{heading}", rows, "America/New_York")


@pytest.mark.parametrize(
    ("head", "rows", "tz"),
    [
        ("ticker,date,time (UTC)", ROWS, "America/New_York"),
        ("ticker,date,time (ET)", ROWS, "Europe/Berlin"),
        ("ticker,date (ET),time (UTC)", ROWS, None),
        ("ticker,date,time (UTC),tz", "NVDA,2025-01-27,16:05,America/New_York\n", None),
    ],
)
def test_zones_that_contradict_each_other_are_refused(tmp_path: Path, head: str, rows: str, tz: str | None) -> None:
    with pytest.raises(InvalidFile, match="makes it another instant"):
        events(tmp_path, head, rows, tz)


def test_the_same_zone_twice_is_no_contradiction(tmp_path: Path) -> None:
    found = events(tmp_path, "ticker,date,time (ET)", tz="America/New_York")
    assert [e.announced.isoformat()[-6:] for e in found] == ["-05:00", "-04:00"]
    mixed = events(tmp_path, "ticker,date,time (UTC)", "NVDA,2025-01-27,16:05 ET\nAMD,2025-01-27,16:05Z\n")
    assert len(mixed) == len(mixed.left_out) == 1


def test_the_zone_of_a_heading_of_bars(tmp_path: Path) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text("ticker,time (UTC),close\n" + "".join(f"NVDA,2025-01-27 14:{m}:00,{m}\n" for m in range(30, 60)))
    with pytest.raises(InvalidRequest, match="as their heading says"):
        load_bars(path, zone="America/New_York")
    assert str(load_bars(path, zone="UTC").series["NVDA"].start[0]) == "2025-01-27T14:30:00"


# ---- another security ----------------------------------------------------------------------------------------------------

ELSEWHERE = [
    "NVDA.MX",
    "NVDA MM Equity",
    "NVDA.DE",
    "NVDA-MX",
    "D:NVDA",
    "NVIDIA Corp (NVDA.MX)",
    "BMV:NVDA",
    "nvda.mx",
]
HERE = [
    "NVDA.US",
    "NVDA US Equity",
    "NVDA.O",
    "NASDAQ:NVDA",
    "XNAS:NVDA",
    "@NVDA(P)",
    "U:NVDA",
    "NVDA (USD)",
    "NVDA-US",
    "nvda",
]


def of_tickers(path: Path, names: list[str], *, long: bool) -> Path:
    days = sessions("XNYS")[:30]
    if long:
        rows = [
            f'"{n}",{d:%Y-%m-%d},{v}' for i, n in enumerate(names) for d, v in zip(days, closes(30, i), strict=True)
        ]
        path.write_text("ticker,date,close\n" + "\n".join(rows) + "\n")
    else:
        pd.DataFrame({n: closes(30, i) for i, n in enumerate(names)}, days).rename_axis("date").to_csv(path)
    return path


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_ticker_of_another_exchange_serves_for_none(tmp_path: Path, name: str, long: bool) -> None:
    path = of_tickers(tmp_path / "prices.csv", [name, "SPY"], long=long)
    found = load_prices(["NVDA", "SPY"], path=path)
    assert found.tickers == ["SPY"]
    assert name in str(found.missing["NVDA"])


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("name", HERE)
def test_a_mark_of_the_same_exchange_serves_and_is_said(tmp_path: Path, name: str, long: bool) -> None:
    path = of_tickers(tmp_path / "prices.csv", ["NVDA.MX", name], long=long)
    found = load_prices(["NVDA"], path=path)
    assert found.close.iloc[:, 0].tolist() == closes(30, 1).tolist()
    assert ("NVDA is" in told(found)) == (name.upper() != "NVDA")


def test_marks_of_two_vendors_for_one_exchange(tmp_path: Path) -> None:
    path = of_tickers(tmp_path / "prices.csv", ["SAP GY Equity", "SAP US Equity", "7203.T"], long=False)
    found = load_prices(["SAP.DE", "7203"], path=path)
    assert found.close["SAP.DE"].tolist() == closes(30, 0).tolist()
    assert found.close["7203"].tolist() == closes(30, 2).tolist()
    assert load_prices(["SAP.F", "SAP.DE"], path=path).missing.keys() == {"SAP.F"}


@pytest.mark.parametrize(
    ("stem", "asked", "named"),
    [
        ("NVDA.MX", "NVDA", "NVDA.MX"),
        ("nvda.mx", "NVDA", "NVDA.MX"),
        ("NVDA_MX", "NVDA", "NVDA.MX"),
        ("sap_de_d", "SAP", "SAP.DE"),
        ("sap_de_d", "SAP.DE", "SAP.DE"),
        ("nvda_us_d", "NVDA", "NVDA"),
        ("XETR_SAP, 1D", "SAP", "XETR:SAP"),
        ("NASDAQ_NVDA, 1D", "NVDA", "NVDA"),
        ("SAP GY Equity", "SAP", "SAP GY Equity"),
        ("nvda", "SAP", "NVDA"),
        ("vod.l", "NVDA", "VOD.L"),
        ("kurse", "SAP", None),
    ],
)
def test_the_name_of_a_file_names_its_exchange_too(stem: str, asked: str, named: str | None) -> None:
    assert named_by_file(stem, [asked]) == named


def test_a_file_that_names_nobody_is_said_to_be_taken_for_the_one_that_is_asked_for(tmp_path: Path) -> None:
    days = sessions("XNYS")[:30]
    path = tmp_path / "kurse.csv"
    path.write_text("date,close\n" + "".join(f"{d:%Y-%m-%d},{v}\n" for d, v in zip(days, closes(30), strict=True)))
    assert "ticker SAP, the only one asked for" in told(load_prices(["SAP"], path=path))
    path.rename(tmp_path / "nvda.csv")
    assert load_prices(["SAP"], path=tmp_path / "nvda.csv").missing.keys() == {"SAP"}


def test_a_ticker_on_two_exchanges_is_left_out(tmp_path: Path) -> None:
    days = sessions("XNYS")[:40]
    path = tmp_path / "prices.csv"

    def rows(first: str, then: str) -> str:
        return "ticker,exchange,date,close\n" + "".join(
            f"NVDA,{first if i < 20 else then},{d:%Y-%m-%d},{v}\nSPY,ARCX,{d:%Y-%m-%d},{v}\n"
            for i, (d, v) in enumerate(zip(days, closes(40), strict=True))
        )

    path.write_text(rows("XMEX", "XNYS"))
    assert "prices in XMEX before, and in XNYS here" in str(load_prices(["NVDA", "SPY"], path=path).missing["NVDA"])
    path.write_text(rows("NYSE", "NASDAQ"))
    assert load_prices(["NVDA"], path=path).info["NVDA"].exchange == "XNYS"


# ---- a second date -------------------------------------------------------------------------------------------------------

FORMS: dict[str, Callable[[str, str, float], str]] = {
    "{},close": lambda a, b, v: f"{a},{b},{v}",
    "ticker,{},close": lambda a, b, v: f"NVDA,{a},{b},{v}",
    "{},NVDA,SPY": lambda a, b, v: f"{a},{b},{v},{v}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("heads", "taken"),
    [
        ("date,report_date", 0),
        ("settlement_date,trade_date", 1),
        ("created_at,date", 1),
        ("download_date,Date", 1),
        ("Handelstag,Valutadatum", 0),
        ("date,as_of_date", None),
        ("day,date", None),
        ("Quote Date,Trade Date", None),
        ("date,timestamp", None),
        ("created_at,updated_at", None),
    ],
)
def test_a_second_date_is_named_or_refused(tmp_path: Path, heads: str, taken: int | None, form: str) -> None:
    days = sessions("XNYS")[:40]
    path = tmp_path / "NVDA.csv"
    rows = [FORMS[form](f"{d:%Y-%m-%d}", f"{d + 3 * DAY:%Y-%m-%d}", v) for d, v in zip(days, closes(40), strict=True)]
    path.write_text("\n".join([form.format(heads), *rows]) + "\n")
    names = heads.split(",")
    if taken is None:
        with pytest.raises(InvalidFile, match="both may be the date of the session, and they differ") as caught:
            load_prices(["NVDA"], path=path)
        assert all(repr(name) in str(caught.value) for name in names)
        return
    found = load_prices(["NVDA"], path=path)
    assert found.close.index[0] == days[0] + 3 * taken * DAY
    assert f"dates from {names[taken]}, not from {names[1 - taken]}" in told(found)


def test_a_second_date_of_the_same_days_is_named(tmp_path: Path) -> None:
    days = sessions("XNYS")[:40]
    path = tmp_path / "NVDA.csv"
    rows = [f"{d:%Y-%m-%d},{d:%Y-%m-%d}T21:00:00Z,{v}" for d, v in zip(days, closes(40), strict=True)]
    path.write_text("\n".join(["date,timestamp,close", *rows]) + "\n")
    found = load_prices(["NVDA"], path=path)
    assert found.close.index.tolist() == days.tolist()
    assert "dates from date, not from timestamp" in told(found)


@pytest.mark.parametrize("heads", ["Date,Announcement Date", "event_date,date", "date,filing_date"])
def test_two_dates_of_an_event_that_differ_are_refused(tmp_path: Path, heads: str) -> None:
    with pytest.raises(InvalidFile, match="both may be the dates of the events"):
        events(tmp_path, f"ticker,{heads}", "NVDA,2024-10-27,2024-11-20\n")
    assert len(events(tmp_path, f"ticker,{heads}", "NVDA,2024-11-20,2024-11-20\n")) == 1


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        (("4:05", "4:15"), []),
        (("4:05 pm", "4:15"), ["16:05"]),
        (("4:05", "16:15"), ["04:05", "16:15"]),
        (("04:05", "4:15"), ["04:05", "04:15"]),
        (("7:30", "8:00"), ["07:30", "08:00"]),
    ],
)
def test_times_of_half_a_day_are_not_of_the_night(tmp_path: Path, times: tuple[str, str], kept: list[str]) -> None:
    rows = "".join(f"{t},2024-11-20,{c}\n" for t, c in zip(("NVDA", "AMD"), times, strict=True))
    if not kept:
        with pytest.raises(EventStudyError, match="in the morning or in the afternoon"):
            events(tmp_path, "ticker,date,time", rows, "America/New_York")
        return
    found = events(tmp_path, "ticker,date,time", rows, "America/New_York")
    assert [f"{e.announced:%H:%M}" for e in found] == kept
    assert len(found.left_out) == 2 - len(kept)


# ---- short histories -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("n", [30, 60, 80, 120])
def test_a_short_history_is_never_claimed_for_another_exchange(n: int, seed: int) -> None:
    """Sessions of thirty exchanges, some of which a price lacks: its own one is among those that are named."""
    rng, codes = np.random.default_rng([seed, n]), markets.ORDER[:30]
    claimed = 0
    for code in codes:
        own = calendars.sessions(code, date(2021, 6, 1), date(2025, 12, 30))
        for missing in (0.0, 0.02, 0.05, 0.1):
            start = int(rng.integers(0, len(own) - n))
            fit = markets.fitting(own[start : start + n][rng.random(n) >= missing])
            assert fit is None or code in (fit.exchange, *fit.same), (code, missing, fit)
            claimed += fit is not None and not fit.same
    assert claimed <= (0 if n == 30 else 0.6 * 4 * len(codes))


def test_one_session_more_or_less_is_no_evidence() -> None:
    """Xetra and Milan differ by one day in this half of a year; a price that lacks that day by accident says neither."""
    own = calendars.sessions("XETR", date(2024, 6, 17), date(2024, 11, 29))
    milan = calendars.sessions("XMIL", date(2024, 6, 17), date(2024, 11, 29))
    fit = markets.fitting(np.intersect1d(own, milan))
    assert fit is not None
    assert {"XETR", "XMIL"} <= {fit.exchange, *fit.same}


# ---- units of returns ----------------------------------------------------------------------------------------------------


def returns(path: Path, spreads: dict[str, float], mean: float = 0.0, digits: int = 6) -> Path:
    days, rng = sessions("XNYS")[:120], np.random.default_rng(6)
    rows = [
        f"{t},{d:%Y-%m-%d},{mean + sd * x:.{digits}f}"
        for t, sd in spreads.items()
        for d, x in zip(days, rng.standard_normal(120), strict=True)
    ]
    path.write_text("ticker,date,ret\n" + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("unit", [None, "percent", "decimal"])
@pytest.mark.parametrize("wide", [False, True])
def test_closes_that_are_said_to_be_returns_are_none(tmp_path: Path, unit: Any, wide: bool) -> None:
    closes = load_prices(["NVDA", "KO"], source="bundled").close.rename_axis(index="date", columns="ticker")
    (closes if wide else closes.reset_index().melt("date", value_name="close")).to_csv(tmp_path / "x.csv", index=wide)
    with pytest.raises(InvalidFile, match="has no returns: each of its") as caught:
        load_prices(path=tmp_path / "x.csv", reading=Reading(values="returns", unit=unit))
    assert "leave out --values returns" in str(caught.value)


def test_prices_among_returns_are_left_out_and_returns_that_only_rise_are_not(tmp_path: Path) -> None:
    path = returns(tmp_path / "x.csv", {"A": 1.0, "B": 2.0})
    frame = pd.read_csv(path).pivot(index="date", columns="ticker", values="ret")
    frame["SPX"], frame["RF"], frame["LUCKY"] = 4000 + np.arange(len(frame)), 1.2, frame["A"].abs() + 0.01
    frame.to_csv(path)
    table = load_prices(path=path, reading=Reading(values="returns", unit="percent"))
    assert table.tickers == ["A", "B", "RF", "LUCKY"]
    assert "SPX has no returns" in table.missing["SPX"].what


@pytest.mark.parametrize(
    "spreads",
    [
        {"BOND": 0.04},
        {"A": 0.03, "B": 0.05, "D": 0.065},
        {"SHORT": 0.02, "LONG": 0.3},
        {"PENNY": 0.06},
    ],
)
def test_returns_that_may_be_per_cent_are_refused(tmp_path: Path, spreads: dict[str, float]) -> None:
    path = returns(tmp_path / "x.csv", spreads)
    with pytest.raises(InvalidFile, match="reads two ways") as caught:
        load_prices(path=path)
    assert "--unit-in percent or --unit-in decimal" in str(caught.value)
    ticker = next(iter(spreads))
    decimal, percent = (
        load_prices(path=path, reading=Reading(unit=u)).fields["ret"][ticker] for u in ("decimal", "percent")
    )
    np.testing.assert_allclose(decimal, 100 * percent)


def test_interest_of_each_day_tells_no_unit(tmp_path: Path) -> None:
    """Money that earns .02 % a day, in per cent, beside bonds that move by .04 %."""
    path = returns(tmp_path / "x.csv", {"CASH": 0.002}, mean=0.02)
    with pytest.raises(InvalidFile, match="reads two ways"):
        load_prices(path=path)


@pytest.mark.parametrize(
    "spreads", [{"NVDA": 0.03, "SPY": 0.008}, {"A": 0.04, "B": 0.03, "C": 0.012}, {"SPY": 0.008}, {"BOND": 0.002}]
)
def test_returns_that_spread_too_little_for_per_cent_are_decimals(tmp_path: Path, spreads: dict[str, float]) -> None:
    found = load_prices(path=returns(tmp_path / "x.csv", spreads))
    assert "returns in decimals, in place of prices" in told(found)


def test_returns_of_crsp_are_decimals_unless_their_sizes_speak_against_it(tmp_path: Path) -> None:
    """Of shares that all move by 3 to 6 % a day, one of which gained 140 % on a day; -66 is a code."""
    path = returns(tmp_path / "x.csv", {"10001": 0.03, "10002": 0.06})
    rows = path.read_text().replace("ticker", "permno").splitlines()
    rows[5], rows[7] = (f"{rows[k].rpartition(',')[0]},{value}" for k, value in ((5, 1.4), (7, -66)))
    path.write_text("\n".join(rows))
    found = load_prices(path=path)
    assert "returns in decimals, in place of prices" in told(found)
    assert "codes of CRSP for no return taken for missing: 1 (-66)" in told(found)
    assert found.fields["ret"]["10001"].max() == 1.4
    with pytest.raises(InvalidFile, match="reads two ways"):
        load_prices(path=_renamed(returns(tmp_path / "y.csv", {"10001": 3.0, "10002": 6.0})))


def _renamed(path: Path) -> Path:
    path.write_text(path.read_text().replace("ticker", "permno"))
    return path


@pytest.mark.parametrize(("unit", "factor"), [("per cent", 100), ("decimals", 1), ("basis points", 10_000)])
def test_closes_beside_returns_say_their_unit(tmp_path: Path, unit: str, factor: int) -> None:
    days, close = sessions("XNYS")[:60], 100 * np.cumprod(1 + 0.0004 * np.random.default_rng(3).standard_normal(60))
    moves = factor * np.r_[np.nan, close[1:] / close[:-1] - 1]
    frame = pd.DataFrame({"ticker": "BOND", "date": days, "close": close, "ret": moves})
    frame.to_csv(tmp_path / "x.csv", index=False)
    found = load_prices(path=tmp_path / "x.csv", reading=Reading(values="returns"))
    assert f"returns in {unit}, in place of prices" in told(found)
    np.testing.assert_allclose(found.fields["ret"]["BOND"].to_numpy(), moves / factor)


# ---- day and month swapped -----------------------------------------------------------------------------------------------


def swapped(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Days as a reader leaves them that takes 02/01 for 1 February and, since it must, 13/01 for 13 January."""
    return pd.DatetimeIndex([d.replace(month=d.day, day=d.month) if d.day <= 12 else d for d in days], name="date")


@pytest.mark.parametrize("which", ["all", "up to the 12th"])
@pytest.mark.parametrize("kind", ["frame", "file", "days first", "long"])
@pytest.mark.parametrize("code", ["XNYS", "XETR", "XTKS"])
def test_days_that_were_swapped_are_refused(tmp_path: Path, code: str, kind: str, which: str) -> None:
    right = sessions(code)
    days = swapped(right[right.day <= 12] if which != "all" else right)
    path = tmp_path / "x.csv"
    texts = [f"{d:%d/%m/%Y}" if kind == "days first" else f"{d:%Y-%m-%d}" for d in days]
    given: Any = path
    if kind == "frame":
        given = pd.DataFrame({"NVDA": closes(len(days))}, days)
    elif kind == "long":
        rows = "".join(f"NVDA,{t},{v}\n" for t, v in zip(texts, closes(len(days)), strict=True))
        path.write_text("ticker,date,close\n" + rows)
    else:
        stamped(path, texts)
    with pytest.raises(InvalidFile, match=r"with day and month swapped|reads two ways") as caught:
        load_prices(path=given)
    assert "--dates" in str(caught.value)
    order = "dmy" if kind == "days first" else "ymd"
    kept = load_prices(path=given, reading=Reading(dates=order))  # type: ignore[arg-type]
    assert kept.close.index.tolist() == sorted(days)


def test_swapped_days_of_events_are_refused(tmp_path: Path) -> None:
    days = sessions("XNYS")[::5]
    path = tmp_path / "events.csv"
    path.write_text("event,date,ticker\n" + "".join(f"e{i},{d:%Y-%m-%d},NVDA\n" for i, d in enumerate(swapped(days))))
    with pytest.raises(InvalidFile, match="with day and month swapped"):
        load_registry(path)


@pytest.mark.parametrize(
    "days",
    [
        pd.date_range("2024-01-01", periods=300),  # what never rests
        pd.date_range("2015-01-01", periods=120, freq="MS"),  # months under their first days
        pd.DatetimeIndex([*sessions("XNYS"), *pd.to_datetime(["2024-03-02", "2024-06-08"])]),  # two nobody planned
        pd.DatetimeIndex([*sessions("XNYS"), *pd.date_range("2024-03-02", "2024-05-30", freq="W-SAT")]),
    ],
    ids=["seven days", "months", "two Saturdays", "Saturdays of a spring"],
)
def test_weekends_of_themselves_are_no_swap(tmp_path: Path, days: pd.DatetimeIndex) -> None:
    found = load_prices(path=stamped(tmp_path / "x.csv", [f"{d:%Y-%m-%d}" for d in days]))
    assert found.close.index.tolist() == sorted(days)


@pytest.mark.parametrize("by", [-1, 1])
def test_frames_beside_the_sessions_are_refused_as_files_are(by: int) -> None:
    days = sessions("XNYS")
    frame = pd.DataFrame({"NVDA": closes(len(days))}, days + by * DAY)
    with pytest.raises(InvalidFile, match=r"they are of the day (before|after) the sessions"):
        load_prices(path=frame)
    moved = load_prices(path=frame, reading=Reading(times="after" if by < 0 else "before"))
    assert moved.close.index.tolist() == days.tolist()


# ---- dates beside each series --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", [False, True])
@pytest.mark.parametrize(
    "heads",
    ["Date.1", "Date2", "Date_2", "", "Unnamed: 2", "Date (SPY)", "Date SPY", "date_spy", "Date"],
)
def test_a_second_date_before_a_ticker_is_of_that_ticker(tmp_path: Path, heads: str, frame: bool) -> None:
    """Two series of their own dates side by side, as a frame that was saved writes them: each has its own days."""
    days, one, other = sessions("XNYS"), closes(len(sessions("XNYS"))), closes(len(sessions("XNYS")), 16)
    rows = [[f"{days[i + 1]:%Y-%m-%d}", one[i + 1], f"{days[i]:%Y-%m-%d}", other[i]] for i in range(len(days) - 1)]
    names = ["Date", "NVDA", heads, "SPY"]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in [names, *rows]) + "\n")
    found = load_prices(path=pd.DataFrame(rows, columns=names) if frame else path).close
    assert found["NVDA"].dropna().tolist() == one[1:].tolist()
    assert found["NVDA"].first_valid_index() == days[1]
    assert found["SPY"].dropna().tolist() == other[:-1].tolist()
    assert found["SPY"].first_valid_index() == days[0]


@pytest.mark.parametrize("heads", ["Date,Close,Date.1,Volume", "Date,Close,Date updated,Volume", "Date,Close,,Volume"])
def test_a_second_date_before_another_field_is_no_date_of_a_ticker(tmp_path: Path, heads: str) -> None:
    days, path = sessions("XNYS"), tmp_path / "NVDA.csv"
    rows = [f"{d:%Y-%m-%d},{v},{d + DAY:%Y-%m-%d},1000" for d, v in zip(days, closes(len(days)), strict=True)]
    path.write_text("\n".join([heads, *rows]) + "\n")
    found = load_prices("NVDA", path=path)
    assert found.close["NVDA"].index.tolist() == days.tolist()
    assert "dates from Date, not from" in told(found)


# ---- gross returns -------------------------------------------------------------------------------------------------------


def drawn(n: int = 120, sd: float = 0.01, seed: int = 3) -> tuple[pd.DatetimeIndex, np.ndarray]:
    return sessions("XNYS")[:n], np.round(sd * np.random.default_rng(seed).standard_normal((n, 2)), 6)


def written_long(days: pd.DatetimeIndex, values: np.ndarray, field: str) -> str:
    rows = (
        f"{t},{d:%Y-%m-%d},{v:.6f}\n"
        for k, t in enumerate(("AAA", "BBB"))
        for d, v in zip(days, values[:, k], strict=True)
    )
    return f"ticker,date,{field}\n" + "".join(rows)


def written_wide(days: pd.DatetimeIndex, values: np.ndarray) -> str:
    return "date,AAA,BBB\n" + "".join(f"{d:%Y-%m-%d},{a:.6f},{b:.6f}\n" for d, (a, b) in zip(days, values, strict=True))


@pytest.mark.parametrize("sd", [0.0005, 0.005, 0.05])
@pytest.mark.parametrize("base", [1, 100])
@pytest.mark.parametrize("shape", ["wide", "close", "ret", "frame"])
def test_gross_returns_are_no_closes(tmp_path: Path, shape: str, base: int, sd: float) -> None:
    days, net = drawn(sd=sd)
    gross, path = base * (1 + net), tmp_path / "x.csv"
    if shape == "frame":
        given: dict[str, Any] = {"path": pd.DataFrame(gross, days, ["AAA", "BBB"])}
    else:
        path.write_text(written_wide(days, gross) if shape == "wide" else written_long(days, gross, shape))
        given = {"path": path}
    if shape == "close" and sd < 0.003:  # no share moves so little: a coin, a rate, a loan near par
        found = load_prices(**given)
        assert np.allclose(found.close, gross, rtol=1e-6)
        assert f"values around {base} that hardly move taken for closes" in told(found)
    elif shape != "ret" and (shape == "close" or sd < 0.003):
        with pytest.raises(InvalidFile, match=f"reads two ways: a gross return .{base} for no move.") as info:
            load_prices(**given)
        assert "--values returns or --values close" in str(info.value)
        assert in_language(info.value.what, "de") != info.value.what
        as_closes = load_prices(**given, reading=Reading(values="close"))
        assert np.allclose(as_closes.close, gross, rtol=1e-6)
    alone = shape == "ret" or (
        shape != "close" and sd > 0.003
    )  # no share's prices move so much and start anew each day
    found = load_prices(**given, reading=Reading(values=None if alone else "returns"))
    assert f"gross returns, {base} for no move" in told(found)
    assert np.allclose(found.fields["ret"], net, rtol=0, atol=2e-6)


def test_closes_around_one_or_a_hundred_are_closes(tmp_path: Path) -> None:
    for seed in range(20):
        days, net = drawn(sd=0.004, seed=seed)
        for base in (1, 100):
            path = tmp_path / f"{seed}_{base}.csv"
            path.write_text(written_wide(days, base * np.cumprod(1 + net, axis=0)))
            assert "ret" not in load_prices(path=path).fields
    days, net = drawn()
    path.write_text(written_wide(days, np.column_stack([1 + net[:, 0] / 20, 50 * np.cumprod(1 + net[:, 1])])))
    assert "ret" not in load_prices(path=path).fields  # a coin that is worth a dollar, beside one that is not
    opened = "".join(f"{d:%Y-%m-%d},{a:.6f},{b:.6f}\n" for d, (a, b) in zip(days, 1 + net, strict=True))
    path.write_text("date,open,close\n" + opened)
    assert "ret" not in load_prices(path=path, reading=Reading(ticker="AAA")).fields


def test_gross_returns_beside_others_are_not_taken_for_them(tmp_path: Path) -> None:
    """A rate of interest in decimals beside two columns of gross returns would lose all it has, were 1 taken off."""
    days, net = drawn()
    rate = 0.0001 + np.abs(net[:, 0]) / 1000
    path = tmp_path / "x.csv"
    columns = (("AAA", 1 + net[:, 0]), ("BBB", 1 + net[:, 1]), ("RF", rate))
    rows = (f"{t},{d:%Y-%m-%d},{v:.8f}\n" for t, own in columns for d, v in zip(days, own, strict=True))
    path.write_text("ticker,date,ret\n" + "".join(rows))
    with pytest.raises(InvalidFile, match="reads two ways"):
        load_prices(path=path)


def test_what_a_column_is_said_to_be_it_is(tmp_path: Path) -> None:
    days, net = drawn()
    path = tmp_path / "x.csv"
    path.write_text(written_long(days, net, "close"))
    with pytest.raises(InvalidFile, match="negative"):
        load_prices(path=path)
    found = load_prices(path=path, reading=Reading(values="returns"))
    assert np.allclose(found.fields["ret"], net)
    path.write_text(written_long(days, 100 * np.cumprod(1 + net, axis=0), "ret"))
    assert "ret" not in load_prices(path=path, reading=Reading(values="close")).fields


# ---- a file that ends too early ------------------------------------------------------------------------------------------


def downloads(form: str) -> str:
    """Prices of two tickers on 60 days; `form`: what stands in the last column."""
    days, close = sessions("XNYS")[:60], 100 * np.cumprod(1 + drawn()[1][:60], axis=0)
    if form == "wide":
        return "date,AAA,BBB\n" + "".join(
            f"{d:%Y-%m-%d},{a:.2f},{b:.2f}\n" for d, (a, b) in zip(days, close, strict=True)
        )
    ends = {
        "close": "{t},{d:%Y-%m-%d},{v:.2f}",
        "comma": "{t};{d:%d.%m.%Y};{v:.2f}",
        "volume": "{t},{d:%Y-%m-%d},{v:.2f},{n}",
    }
    head = {"close": "ticker,date,close", "comma": "ticker;date;close", "volume": "ticker,date,close,volume"}
    ends |= {"ticker": "{d:%Y-%m-%d},{v:.2f},{t}", "yen": "{t},{d:%Y-%m-%d},{w}"}
    head |= {"ticker": "date,close,ticker", "yen": "ticker,date,close"}
    rows = (
        ends[form].format(t=t, d=d, v=close[i, k], n=10_000_000 + 9_311 * i, w=3_850 + i)
        for k, t in enumerate(("AAA", "BBB"))
        for i, d in enumerate(days)
    )
    text = "\n".join([head[form], *rows]) + "\n"
    return re.sub(r"(?<=;)(\d+)\.(\d\d)(?=\n)", r"\1,\2", text) if form == "comma" else text


@pytest.mark.parametrize("form", ["wide", "close", "comma", "volume", "ticker", "yen"])
def test_a_file_that_ends_too_early_is_refused_and_never_read_to_another_price(tmp_path: Path, form: str) -> None:
    path, text, refused = tmp_path / "x.csv", downloads(form), 0
    path.write_text(text)
    whole = load_prices(path=path).close
    for gone in range(1, 20):
        path.write_text(text[:-gone])
        try:
            found = load_prices(path=path).close
        except InvalidFile:
            refused += 1
            continue
        price = found.reindex_like(whole).to_numpy()
        same = (price == whole.to_numpy()) | np.isnan(price)
        wild = np.abs(np.log(np.where(same, 1, price / whole.to_numpy())))
        assert (same | (wild > np.log(9))).all(), f"{gone} letters gone: {text[:-gone][-20:]!r}"
    assert refused >= (16 if form in ("wide", "close", "comma", "ticker") else 10)


def test_a_last_row_without_a_line_end_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    for form in ("wide", "close", "volume", "ticker", "yen"):
        path.write_text(downloads(form).rstrip("\n"))
        assert len(load_prices(path=path).close) == 60
    days, net = drawn(n=60)
    short = "".join(
        f"AAA,{d:%Y-%m-%d},{v:.2f}".rstrip("0").rstrip(".") + "\n"
        for d, v in zip(days, 100 * np.cumprod(1 + net[:, 0]), strict=True)
    )
    short = re.sub(r"(?<=,)(\d+)(?=\n)", r"\1.5", short)  # none is a whole number
    for last in ("99.5", "99.31"):
        path.write_text(f"ticker,date,close\n{short}AAA,2024-06-03,{last}")
        assert load_prices(path=path).close["AAA"].iloc[-1] == float(last)
    path.write_text(f"ticker,date,close\n{short}AAA,2024-06-03,99")
    with pytest.raises(InvalidFile, match="may break off: 99 is shorter") as info:
        load_prices(path=path)
    assert in_language(info.value.what, "de") != info.value.what
    path.write_text(f"ticker,date,close\n{short}AAA,2024-06-03,99\n")
    assert load_prices(path=path).close["AAA"].iloc[-1] == 99


def test_the_last_number_may_well_be_shorter_than_those_above(tmp_path: Path) -> None:
    path, close = tmp_path / "x.csv", 100 * np.cumprod(1 + drawn()[1][:, 0])
    days = drawn()[0]
    forms = {  # what stands at the end of each row but the last, and of the last
        "volume": ("{n}", "0"),  # nobody traded
        "adj_close": ("{a:.6f}", "{c:.2f}"),  # no dividend since
        "factor": ("{a:.14f}", "97.2488035934"),  # no figure of a study rests on the twelfth digit
    }
    for head, ends in forms.items():
        rows = (
            f"AAA,{d:%Y-%m-%d},{c:.2f}," + ends[k == len(days) - 1].format(n=10_000_000 + k, a=0.97 * c, c=c)
            for k, (d, c) in enumerate(zip(days, close, strict=True))
        )
        path.write_text(f"ticker,date,close,{head}\n" + "\n".join(rows))
        assert load_prices(path=path).close["AAA"].iloc[-1] == round(close[-1], 2), head
    cut = path.read_text().replace("97.2488035934", "97.24")
    path.write_text(cut)
    with pytest.raises(InvalidFile, match=r"may break off: 97\.24 is shorter"):
        load_prices(path=path)


def test_a_ticker_may_begin_another(tmp_path: Path) -> None:
    path, names = tmp_path / "events.csv", [f"{a}{b}" for a in "ABCDEFG" for b in "HIJKLM"]
    path.write_text("date,ticker\n" + "\n".join(f"2025-01-27,{name}" for name in [*names, "A"]))
    assert list(load_registry(path))[-1].tickers == ("A",)


# ---- weeks, quarters, logarithmic returns --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{0}-W{1:02d}", "{0}W{1:02d}", "KW {1}/{0}", "{0} KW {1}"])
@pytest.mark.parametrize("head", ["week", "date", "Woche"])
def test_weeks_are_put_under_their_fridays(tmp_path: Path, form: str, head: str) -> None:
    fridays = pd.date_range("2015-12-25", periods=60, freq="W-FRI")  # 2015 has a 53rd week
    path = tmp_path / "x.csv"
    values = closes(60)
    rows = (f"{form.format(*d.isocalendar()[:2])},{v}\n" for d, v in zip(fridays, values, strict=True))
    path.write_text(f"{head},NVDA\n" + "".join(rows))
    found = load_prices(path=path)
    assert found.close.index.tolist() == fridays.tolist()
    assert found.close["NVDA"].tolist() == values.tolist()
    assert "weeks, each under its Friday" in told(found)


@pytest.mark.parametrize("form", ["{0}Q{1}", "{0}-Q{1}", "Q{1} {0}", "{1}. Q {0}"])
@pytest.mark.parametrize("head", ["quarter", "date"])
def test_quarters_are_refused_by_name(tmp_path: Path, form: str, head: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        f"{head},NVDA\n" + "".join(f"{form.format(y, q)},{100 + q}.5\n" for y in range(2010, 2024) for q in range(1, 5))
    )
    with pytest.raises(InvalidFile, match="quarter of a year"):
        load_prices(path=path)


def test_a_week_is_no_day_of_an_event(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("ticker,date\nNVDA,2025-W05\n")
    with pytest.raises(InvalidFile, match="is a week, not a day"):
        load_registry(path)


@pytest.mark.parametrize("head", ["log_return", "Log-Rendite", "ln_ret", "logret", "stetige Rendite", "log return (%)"])
def test_logarithmic_returns_are_made_simple_ones(tmp_path: Path, head: str) -> None:
    days, net = drawn()
    path, factor = tmp_path / "x.csv", 100 if "%" in head else 1
    path.write_text(written_long(days, factor * np.log1p(net), head))
    found = load_prices(path=path)
    assert "logarithmic returns made simple ones" in told(found)
    assert np.allclose(found.fields["ret"], net, rtol=0, atol=2e-6)
    path.write_text(written_long(days, net, "ret"))
    assert "logarithmic" not in told(load_prices(path=path))


@pytest.mark.parametrize(
    ("head", "factor"), [("Rendite in %", 100), ("return in per cent", 100), ("ret in bp", 10_000)]
)
def test_the_unit_of_returns_behind_in(tmp_path: Path, head: str, factor: int) -> None:
    days, net = drawn()
    path = tmp_path / "x.csv"
    path.write_text(written_long(days, factor * net, head))
    assert np.allclose(load_prices(path=path).fields["ret"], net, rtol=0, atol=1e-8)


def test_a_price_in_per_cent_is_no_close(tmp_path: Path) -> None:
    days, net = drawn()
    path = tmp_path / "x.csv"
    path.write_text(written_long(days, 100 + net, "Kurs in %"))
    with pytest.raises(InvalidFile, match="no column 'close'"):
        load_prices(path=path)


# ---- columns that another program has numbered ---------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["Close.1", "Close_1", "close.1", "Close2", "Close (2)"])
def test_a_column_that_stands_there_again_is_no_ticker_and_no_other_close(tmp_path: Path, again: str) -> None:
    days, net = drawn()
    prices = 100 * np.cumprod(1 + net, axis=0)
    path = tmp_path / "AAA.csv"

    def written(other: np.ndarray) -> None:
        rows = (f"{d:%Y-%m-%d},{a:.4f},{b:.4f}\n" for d, a, b in zip(days, prices[:, 0], other, strict=True))
        path.write_text(f"Date,Close,{again}\n" + "".join(rows))

    written(prices[:, 0])
    found = load_prices(path=path)
    assert found.tickers == ["AAA"]
    assert f"columns that stand there twice taken once: {again}" in told(found)
    written(prices[:, 1])
    with pytest.raises(InvalidFile, match="may be two columns of one name") as info:
        load_prices(path=path)
    assert "row 2" in str(info.value.where)
    assert in_language(info.value.what, "de") != info.value.what


@pytest.mark.parametrize("other", ["aaa", "AAA US Equity"])
def test_a_ticker_in_two_spellings_on_different_days_is_left_out(tmp_path: Path, other: str) -> None:
    """The rows of one of them were passed over without a word."""
    days, net = drawn()
    prices = 100 * np.cumprod(1 + net[:, 0])
    path = tmp_path / "x.csv"

    def written(half: int, both: int) -> None:
        rows = [("AAA" if i < half else other, d, v) for i, (d, v) in enumerate(zip(days, prices, strict=True))]
        rows += [("AAA", d, v + 1) for d, v in zip(days[half : half + both], prices[half : half + both], strict=True)]
        path.write_text("ticker,date,close\n" + "".join(f"{t},{d:%Y-%m-%d},{v:.4f}\n" for t, d, v in rows))

    written(30, 0)
    missing = load_prices(["AAA"], path=path).missing["AAA"]
    assert f"AAA and {other} may be one security in two spellings" in str(missing)
    assert "row 32" in str(missing)
    written(30, 1)  # on one day there are both: two securities
    assert len(load_prices(["AAA"], path=path).close) == 31


def test_two_closes_of_one_ticker_below_each_other_stay_two(tmp_path: Path) -> None:
    """A number is taken from a heading where the ticker below is another one."""
    days, net = drawn()
    prices = 100 * np.cumprod(1 + net, axis=0)
    path = tmp_path / "x.csv"
    rows = "".join(f"{d:%Y-%m-%d},{a:.4f},{b:.4f}\n" for d, (a, b) in zip(days, prices[:, :2].tolist(), strict=True))
    path.write_text("Price,Close,Close.1\nTicker,AAA,BBB\nDate,,\n" + rows)
    assert load_prices(path=path).close.round(4).iloc[0].tolist() == prices[0, :2].round(4).tolist()
    path.write_text("Price,Close,Close.1\nTicker,AAA,AAA\nDate,,\n" + rows)
    found = load_prices(path=path)
    assert found.tickers == ["AAA"]
    assert "columns not needed: Close.1" in told(found)


def test_a_ticker_that_stands_there_again_stops_those_who_ask_for_it(tmp_path: Path) -> None:
    days, net = drawn()
    prices = 100 * np.cumprod(1 + net, axis=0)
    path = tmp_path / "x.csv"
    path.write_text(written_wide(days, prices).replace("AAA,BBB", "AAA,AAA.1"))
    with pytest.raises(InvalidFile, match="may be two columns of one name"):
        load_prices(["AAA"], path=path)
    assert load_prices(["AAA", "AAA.1"], path=path).tickers == ["AAA", "AAA.1"]  # a ticker that is asked for
    path.write_text(written_wide(days, prices).replace("AAA,BBB", "7203.T,7203"))
    assert load_prices(path=path).tickers == ["7203.T", "7203"]


@pytest.mark.parametrize("minus", ["\u2212{}", "\u2013{}", "\u2012{}", "\uff0d{}", "{}-", "{}\u2013", "{} -"])
def test_a_minus_of_typesetters_and_ledgers_is_one(tmp_path: Path, minus: str) -> None:
    days, moves = sessions("XNYS")[:60], np.diff(closes(61)) / 100
    cells = [minus.format(f"{-r:.6f}") if r < 0 else f"{r:.6f}" for r in moves]
    (path := tmp_path / "r.csv").write_text(
        "date,NVDA\n" + "".join(f"{d:%Y-%m-%d},{c}\n" for d, c in zip(days, cells, strict=True)), encoding="utf-8"
    )
    table = load_prices(["NVDA"], path=path, reading=Reading(values="returns", unit="decimal"))
    found = table.close["NVDA"].pct_change().dropna().to_numpy()
    np.testing.assert_allclose(found, np.round(moves, 6)[1:], atol=1e-12)
    assert any("a minus behind a number is its sign" in text for text in table.read_as) == (minus[0] == "{")


@pytest.mark.parametrize("cell", ["12.-", "1-2", "5--"])
def test_other_marks_behind_a_number_are_no_minus(tmp_path: Path, cell: str) -> None:
    (path := tmp_path / "p.csv").write_text(f"date,NVDA\n2025-01-02,10\n2025-01-03,{cell}\n2025-01-06,11\n")
    with pytest.raises(EventStudyError, match="is not a number"):
        load_prices(["NVDA"], path=path)


def test_a_row_of_sums_without_a_date_is_told_what_to_do(tmp_path: Path) -> None:
    (path := tmp_path / "p.csv").write_text("date,NVDA,AMD\n2025-01-02,10,20\n2025-01-03,11,21\n,21,41\n")
    with pytest.raises(InvalidFile, match="the date is empty") as error:
        load_prices(["NVDA", "AMD"], path=path)
    assert "take a row of sums or means out" in str(error.value.hint)


def test_an_index_of_total_returns_is_the_share_unless_its_price_stands_beside_it(tmp_path: Path) -> None:
    names = Names(["@NVDA(RI)", "U:SPY(RI)"])
    assert names.meant_by("NVDA") == ["@NVDA(RI)"]
    assert names.meant_by("SPY") == ["U:SPY(RI)"]
    assert Names(["@NVDA(P)", "@NVDA(RI)"]).meant_by("NVDA") == ["@NVDA(P)", "@NVDA(RI)"]
