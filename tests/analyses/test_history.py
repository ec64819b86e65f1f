"""A history: each row is the study of that event alone, and the summary is worked out by hand from the rows."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from math import sqrt
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from eventstudy import analyses as told
from eventstudy import history, load_prices, run
from eventstudy.analyses.history import DRIFT, History
from eventstudy.errors import InvalidRequest, NothingUsable, UnknownName
from eventstudy.events import Event, Group, Registry, parse_when
from eventstudy.events.finders import find
from eventstudy.language import in_language
from eventstudy.study.sentences import p_text, percent
from eventstudy.units.windows import Window
from statsmodels.stats.multitest import multipletests

from tests.worlds import MARKET, SESSIONS, closes

CHOICES: dict[str, Any] = {"source": "bundled", "event_window": (-1, 20)}


@cache
def decisions() -> History:
    return history("NVDA", kind="fomc", last=8, source="bundled")


def test_each_row_is_the_study_of_that_event_alone() -> None:
    found = history(
        "NVDA", kind="fomc", last=6, source="bundled", mask_other_events=None
    )  # as if each were the only one
    assert [row.event_id for row in found.studied] == [
        "fomc-2024-06-12", "fomc-2024-07-31", "fomc-2024-09-18", "fomc-2024-11-07", "fomc-2024-12-18", "fomc-2025-01-29"
    ]  # fmt: skip
    for row in found.studied[1:5:3]:
        [event] = find("fomc", tickers="NVDA", since=row.day0, until=row.day0).events
        alone = run(event, windows=list(row.cars), **CHOICES)
        assert row.day0 == alone.panel.day0[0].session
        assert row.ar == pytest.approx(float(alone.returns.ar[0, 1]), rel=1e-12)
        windows = alone.windows().set_index(["start", "end"])
        for window, car in row.cars.items():
            wanted = windows.loc[tuple(window), "car"]
            assert car == pytest.approx(wanted, rel=1e-12, nan_ok=True), window
        assert row.p == pytest.approx(windows.loc[(0, 0), "headline_p"], rel=1e-12)
        volume = run(event, outcome="volume", windows=[(0, 0)], **CHOICES)
        assert row.volume == pytest.approx(volume.windows()["car"].iloc[0], rel=1e-12)


@pytest.mark.slow
def test_twelve_made_up_events_each_alone() -> None:
    """Dates, instants before, in and after a session, a half day, a Saturday: each row is that of `run`.

    Nothing is left out because of other events, so that the days near a window are those of the event alone, too.
    """
    alike: dict[str, Any] = {"mask_other_events": None, **CHOICES}
    when = [
        "2024-06-14", "2024-07-05T08:30:00-04:00", "2024-07-19T12:00:00-04:00", "2024-08-02T16:05:00-04:00", "2024-08-17",
        "2024-09-03T09:31:00-04:00", "2024-09-20T17:45:00-04:00", "2024-10-10", "2024-10-29T15:59:59-04:00",
        "2024-11-15T16:00:00-05:00", "2024-11-29T13:30:00-05:00", "2024-12-18T14:00:00-05:00",
    ]  # fmt: skip
    events = [
        Event(id=f"e{i}", title="E", announced=parse_when(text), category="made up", group=(Group(tickers=("NVDA",)),))
        for i, text in enumerate(when)
    ]
    found = history("NVDA", kind="made up", registry=events, **alike)
    assert [row.event_id for row in found.studied] == [event.id for event in events]
    assert [str(row.day0) for row in found.studied] == [
        "2024-06-14", "2024-07-05", "2024-07-19", "2024-08-05", "2024-08-19", "2024-09-03", "2024-09-23", "2024-10-10",
        "2024-10-29", "2024-11-18", "2024-12-02", "2024-12-18",
    ]  # fmt: skip
    for row, event in zip(found.studied, events, strict=True):
        windows = run(event, windows=list(row.cars), **alike).windows().set_index(["start", "end"])
        for window, car in row.cars.items():
            assert car == pytest.approx(windows.loc[tuple(window), "car"], rel=1e-12, nan_ok=True), (event.id, window)
        assert row.p == pytest.approx(windows.loc[(0, 0), "headline_p"], rel=1e-12)
        assert row.ar == row.cars[Window(0, 0)]


def test_what_could_not_be_studied_is_a_row_with_its_reason() -> None:
    found = decisions()
    gone = [row for row in found.rows if row.day0 is None]
    assert [row.event_id for row in gone] == ["fomc-2024-03-20", "fomc-2024-05-01"]
    assert all("usable estimation days, 100 needed" in row.left_out for row in gone)
    assert found.incomplete
    assert "not studied" in found.text()
    assert [m.code for m in found.notes] == ["HISTORY_UNPRICED"]


def test_the_summary_by_hand() -> None:
    found = decisions()
    ars = [row.ar for row in found.studied]
    assert found.size == pytest.approx(median(map(abs, ars)))
    ordinary = [abs(e) for e in found.result.returns.residuals.ravel().tolist() if e == e]
    assert found.times == pytest.approx(median(map(abs, ars)) / median(ordinary))
    assert found.place == 1 + sum(abs(ar) > abs(ars[-1]) for ar in ars)
    for m in found.means:
        cars = [row.cars[m.window] for row in found.studied if row.cars[m.window] == row.cars[m.window]]
        assert (m.n_positive, m.n_negative) == (sum(c > 0 for c in cars), sum(c < 0 for c in cars))
        assert m.median == pytest.approx(median(cars))
        assert m.mean == pytest.approx(mean(cars))
        if m.test == "cross_section_t":
            t = mean(cars) / (stdev(cars) / sqrt(len(cars)))
            assert m.statistic == pytest.approx(t, rel=1e-10)
            assert m.p == pytest.approx(2 * scipy.stats.t.sf(abs(t), len(cars) - 1), rel=1e-10)
    assert found.drift is not None
    with_drift = [row for row in found.studied if np.isfinite(row.cars[DRIFT])]
    assert found.drift.mean == pytest.approx(mean(np.sign(row.ar) * row.cars[DRIFT] for row in with_drift))
    assert found.drift.n == len(with_drift) == 5
    assert found.drift.test == ""  # fewer than six are not tested


def test_json_screen_and_german_say_the_same() -> None:
    found = decisions()
    said = json.loads(found.to_json())
    assert said["schema"] == "eventstudy.history/1"
    assert (said["summary"]["n"], said["summary"]["n_positive"], said["summary"]["n_negative"]) == (6, 3, 3)
    assert said["rows"][-1]["windows"][0] == {"start": 0, "end": 0, "car": said["rows"][-1]["ar"]}
    assert said["summary"]["latest"]["place"] == found.place
    assert "p" not in {key for key in said["summary"]["latest"] if key.startswith("p_")}
    assert f"number {found.place} by size" in found.sentence
    assert list(found.tidy()["event_id"]) == [row["event_id"] for row in said["rows"]]
    german = in_language(found.sentence, "de")
    assert german is not None
    assert "3 auf, 3 ab" in german
    ax = found.plot()
    assert ax.figure._suptitle.get_text().startswith("NVDA: 6 events (fomc), up 3, down 3, the latest −3.")


# ---- made-up events --------------------------------------------------------------------------------------------------------

PRICES = closes(4, ["AAA"])
SHORT: dict[str, Any] = {
    "benchmark": MARKET,
    "calendar": None,
    "estimation_window": (-60, -11),
    "min_estimation": 30,
    "event_window": (-1, 5),
}
DAYS = [SESSIONS[i].date().isoformat() for i in range(70, 190, 12)]


def listed(tmp_path: Path, days: list[str], more: str = "") -> Path:
    path = tmp_path / "list.csv"
    path.write_text("ticker,date\n" + "".join(f"AAA,{day}\n" for day in days) + more, encoding="utf-8")
    return path


def test_a_list_of_dates_is_taken_for_the_kind_and_says_so(tmp_path: Path) -> None:
    found = history("AAA", registry=listed(tmp_path, DAYS, "BBB,2021-05-05\n"), prices=PRICES, last=4, **SHORT)
    assert [str(row.day0) for row in found.rows] == DAYS[-4:]
    assert [m.code for m in found.notes] == ["HISTORY_TAKEN"]
    assert "all 10 on the ticker are taken as earnings" in " ".join(found.text().split())  # lines are wrapped
    assert "with fewer than 6 events nothing is tested" in found.sentence
    assert all(m.test == "" and np.isnan(m.p) for m in found.means)


@pytest.mark.parametrize("declared", [None, (0, 1)])
def test_the_sentence_counts_how_many_windows_are_looked_at(tmp_path: Path, declared: tuple[int, int] | None) -> None:
    """By Holm, as statsmodels has it; the window that was declared before looking is judged by itself."""
    choices = SHORT | {"windows": [(0, 0), (-1, 1), (0, 1), (0, 5)], "primary": declared}
    found = history("AAA", registry=listed(tmp_path, DAYS), prices=PRICES, **choices)
    others = [m for m in found.means if m.window != declared]
    assert [m.p_adjusted for m in others] == pytest.approx(multipletests([m.p for m in others], method="holm")[1])
    assert all(m.p_adjusted == m.p for m in found.means if m.window == declared)
    assert f"mean CAR (p by Holm over {len(others)} windows) [0, 0] " in found.sentence
    assert all(f"{percent(m.mean)} (p {p_text(m.p_adjusted)})" in found.sentence for m in found.means[:3])
    said = json.loads(found.to_json())["summary"]["windows"]
    assert [one["p_adjusted"] for one in said] == pytest.approx([m.p_adjusted for m in found.means])


def test_windows_that_share_days_are_judged_by_the_test_that_allows_it(tmp_path: Path) -> None:
    near = [SESSIONS[i].date().isoformat() for i in range(70, 100, 3)]
    found = history("AAA", registry=listed(tmp_path, near), prices=PRICES, **SHORT)
    tests = {tuple(m.window): m.test for m in found.means}
    assert tests[0, 0] == "cross_section_t"
    assert tests[0, 5] == "bmp_adjusted"


def test_the_gap_at_the_open_is_less_beta_times_that_of_the_market(tmp_path: Path) -> None:
    at = 120
    day = SESSIONS[at]
    rows = []
    for ticker in ("AAA", MARKET):
        for session, last in zip(SESSIONS, PRICES[ticker].to_numpy(float), strict=True):
            paid = 0.5 if (ticker, session) == ("AAA", day) else np.nan
            rows.append((ticker, session, last, last * (1.01 if ticker == "AAA" else 0.998), paid))
    table = load_prices(path=pd.DataFrame(rows, columns=["ticker", "date", "close", "open", "dividend"]))
    event = Event(
        id="e", title="E", announced=day.date(), timing="pre", category="earnings", group=(Group(tickers=("AAA",)),)
    )
    found = history("AAA", registry=[event], prices=table, **SHORT)
    [row] = found.studied
    beta = float(found.result.fit.params[0, 1])
    close = {name: PRICES[name].to_numpy(float) for name in ("AAA", MARKET)}
    own = (close["AAA"][at] * 1.01 + 0.5) / close["AAA"][at - 1] - 1
    market = close[MARKET][at] * 0.998 / close[MARKET][at - 1] - 1
    assert row.gap == pytest.approx(own - beta * market, rel=1e-12)
    assert "gap" in found.text()
    none = history("AAA", registry=[event], prices=PRICES, **SHORT)
    assert none.rows[0].no_gap == "the prices have no opens"
    assert "gap " not in none.text().splitlines()[4]


def of(kind: str, tags: tuple[str, ...], day: str, ticker: str = "AAA") -> Event:
    return Event(
        id=f"{kind}-{day}", title=kind, announced=date.fromisoformat(day), category=kind, tags=tags,
        group=(Group(tickers=(ticker, "ZZZ")),),
    )  # fmt: skip


def test_kinds_are_categories_tags_and_forms_with_their_item() -> None:
    known = Registry(
        [
            of("results", ("8-K", "2.02"), DAYS[0]),
            of("earnings", ("8-K", "2.02", "9.01"), DAYS[1]),
            of("other", ("8-K", "5.02"), DAYS[2]),
            of("earnings", (), DAYS[3], "CCC"),
        ]
    )
    for kind, wanted in (("earnings", DAYS[1:2]), ("8-K:2.02", DAYS[:2]), ("8-K", DAYS[:3]), ("9.01", DAYS[1:2])):
        found = history("AAA", kind=kind, registry=known, prices=PRICES, **SHORT)
        assert [str(row.day0) for row in found.rows] == wanted, kind
        assert {pair.ticker for pair in found.result.panel.pairs} == {"AAA"}
    with pytest.raises(UnknownName, match="there is no kind of event on AAA called 'earning'") as caught:
        history("AAA", kind="earning", registry=known, prices=PRICES, **SHORT)
    assert "did you mean 'earnings'" in str(caught.value)


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    path = listed(tmp_path, DAYS)
    with pytest.raises(InvalidRequest, match="the last 0 events"):
        history("AAA", registry=path, prices=PRICES, last=0, **SHORT)
    with pytest.raises(NothingUsable, match="was announced by 2020-01-01"):
        history("AAA", registry=path, prices=PRICES, as_of="2020-01-01", **SHORT)
    with pytest.raises(NothingUsable, match="falls on a day with a price"):
        history("AAA", registry=listed(tmp_path, ["2019-05-01"]), prices=PRICES, **SHORT)
    with pytest.raises(UnknownName, match="events find earnings --ticker AAA"):
        history("AAA", prices=PRICES, **SHORT)
    both = run("deepseek-r1", tickers="NVDA,AMD")
    with pytest.raises(InvalidRequest, match="a history is that of one ticker, and the study has 2"):
        told.history(both)


def test_prices_that_look_wrong_are_said_first(tmp_path: Path) -> None:
    broken = PRICES.copy()
    broken.loc[broken.index[130] :, "AAA"] /= 100
    found = history("AAA", registry=listed(tmp_path, DAYS), prices=broken, **SHORT)
    assert not found.believable
    assert found.text().startswith("DOUBT AAA")
    assert "No finding" in found.sentence
    assert any(row.doubts for row in found.rows)


def test_volatility_has_no_history() -> None:
    with pytest.raises(InvalidRequest, match="returns of day 0"):
        told.history(run("deepseek-r1", tickers="NVDA", outcome="volatility"))


def test_a_table_that_ends_before_the_prices_is_named() -> None:
    days = pd.bdate_range("2025-11-03", "2026-06-30")
    rng = np.random.default_rng(7)
    rows = [
        (ticker, day, 100 * np.exp(step))
        for ticker in ("AAA", MARKET)
        for day, step in zip(days, rng.normal(0, 0.01, len(days)).cumsum(), strict=True)
    ]
    prices = load_prices(path=pd.DataFrame(rows, columns=["ticker", "date", "close"]))
    found = history("AAA", kind="cpi", prices=prices, as_of="2026-06-30", last=2, **SHORT)
    assert [row.event_id for row in found.rows] == ["cpi-2026-04-10", "cpi-2026-05-12"]
    assert [m.code for m in found.notes] == ["HISTORY_TABLE", "HISTORY_UNPRICED"]
    assert "ends on 2026-05-12" in " ".join(found.text().split())
    german = in_language(found.notes[0].message, "de")
    assert german is not None
    assert "endet am" in german
