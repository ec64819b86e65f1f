"""Studies whose rows are weeks or months: returns by hand, the daily engine fed with them, published tests by slow code."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult, calendars, plugins
from eventstudy.analyses.robustness import robustness
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidFile, InvalidRequest, NothingUsable
from eventstudy.inference import advice
from eventstudy.language import LOCALE, Phrase, entries, in_language
from eventstudy.language.wording import in_words_of
from eventstudy.panel import in_periods
from eventstudy.prices import frame_to_table
from eventstudy.reports import render
from eventstudy.request import run
from eventstudy.units.frequency import FREQUENCIES, counted_in
from eventstudy.units.windows import Window
from matplotlib.text import Text

FIRMS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
FIRST, LAST = date(2009, 1, 2), date(2019, 12, 31)
EVENTS = pd.DataFrame(
    {"ticker": FIRMS, "date": ["2015-03-16", "2015-07-15", "2015-11-16", "2016-01-15", "2016-04-15", "2016-06-15"]}
)


@cache
def world() -> pd.DataFrame:
    """Daily closes of six firms and their market on the sessions of New York; one without the last session of a month."""
    days = calendars.sessions("XNYS", FIRST, LAST)
    rng = np.random.default_rng(20)
    market = 0.0003 + 0.009 * rng.standard_normal(len(days))
    returns = {t: (0.7 + 0.1 * k) * market + 0.012 * rng.standard_normal(len(days)) for k, t in enumerate(FIRMS)}
    frame = pd.DataFrame({**returns, "SPY": market}, index=pd.DatetimeIndex(days))
    return 50 * (1 + frame).cumprod()


@cache
def monthly(**choices: Any) -> StudyResult:
    return EventStudy(frequency="monthly", **choices).run(EVENTS, world())


def last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def friday(day: date) -> date:
    while day.weekday() != 4:
        day += timedelta(1)
    return day


@cache
def months_by_hand() -> dict[str, dict[date, float]]:
    return {t: by_hand(world()[t], {}, "XNYS", last_of_month) for t in (*FIRMS, "SPY")}


def by_hand(closes: pd.Series, paid: dict[date, float], exchange: str, name: Any) -> dict[date, float]:
    """Returns of periods, exact products of sessions: one missing close is bridged, an unknown first or last is not."""
    sessions = [d.item() for d in calendars.sessions(exchange, closes.index[0].date(), name(closes.index[-1].date()))]
    known = closes.dropna()
    price = dict(zip(pd.DatetimeIndex(known.index).date, known.to_numpy(float), strict=True))
    found: dict[date, float] = {}
    groups: dict[date, list[date]] = {}
    for d in sessions:
        groups.setdefault(name(d), []).append(d)
    ends = [mine[-1] for mine in groups.values()]
    for (label, mine), last in zip(groups.items(), [date.min, *ends], strict=False):
        if last not in price or mine[-1] not in price:
            continue
        if len([d for d in mine if d in price]) < 0.8 * len(mine):
            continue
        growth, level, since = Fraction(1), price[last], last
        for d in mine:
            if d in price:
                got = sum(v for on, v in paid.items() if since < on <= d)
                growth *= 1 + Fraction((price[d] + got) / level - 1)
                level, since = price[d], d
        found[label] = float(growth - 1)
    return found


@pytest.mark.parametrize(("frequency", "name"), [("monthly", last_of_month), ("weekly", friday)])
def test_a_period_is_its_sessions_compounded(frequency: Any, name: Any) -> None:
    abroad = calendars.sessions("XETR", FIRST, date(2010, 6, 30))
    rng = np.random.default_rng(3)
    german = pd.Series(30 * np.exp(np.cumsum(0.01 * rng.standard_normal(len(abroad)))), pd.DatetimeIndex(abroad))
    home = world()["AAA"].loc["2009":"2010-06-15"].copy()
    home.loc["2009-04-14"] = np.nan  # one session: bridged
    home.loc["2009-06-30"] = np.nan  # the last of a month: that month and the next are missing
    home.loc["2009-09-08":"2009-09-18"] = np.nan  # nine of twenty-one: too few
    paid = {date(2009, 4, 14): 0.5, date(2009, 5, 20): 0.25}
    rows = [
        (t, d, v, paid.get(d.date(), 0.0) if t == "AAA" else 0.0)
        for t, s in (("AAA", home), ("BBB.DE", german))
        for d, v in zip(pd.DatetimeIndex(s.dropna().index), s.dropna(), strict=True)
    ]
    dividends = pd.DataFrame(rows, columns=["ticker", "date", "close", "dividend"])
    lacking = [("AAA", pd.Timestamp(date(2009, 4, 14)), np.nan, 0.5)]
    table = frame_to_table(pd.concat([dividends, pd.DataFrame(lacking, columns=dividends.columns)]))
    config = StudyConfig(frequency=frequency)
    made, partial = in_periods(table, config, ["AAA", "BBB.DE"])
    for ticker, series, cash, exchange in (("AAA", home, paid, "XNYS"), ("BBB.DE", german, {}, "XETR")):
        expected = by_hand(series, cash, exchange, name)
        found = made.fields["ret"][ticker].dropna()
        assert {d.date() for d in found.index} == set(expected)
        assert found.to_numpy() == pytest.approx([expected[d.date()] for d in found.index], rel=0, abs=1e-15)
    if frequency == "monthly":
        said = [d.item() for d in partial["AAA"]]
        assert said == [date(2009, 6, 30), date(2009, 7, 31), date(2009, 9, 30), date(2010, 6, 30)]


def test_a_monthly_study_is_the_engine_fed_with_its_months() -> None:
    returns = pd.DataFrame(months_by_hand())
    returns.index = pd.DatetimeIndex(returns.index)
    long = returns.rename_axis("date").reset_index().melt("date", var_name="ticker", value_name="ret")
    events = EVENTS.assign(date=[last_of_month(date.fromisoformat(d)).isoformat() for d in EVENTS["date"]])
    own = monthly()
    fed = EventStudy(
        calendar=None,
        estimation_window=own.config.estimation_window,
        event_window=own.config.event_window,
        windows=own.config.windows,
        min_estimation=36,
    ).run(events, long)
    assert fed.returns.ar == pytest.approx(own.returns.ar, rel=0, abs=1e-12)
    assert fed.returns.over(Window(1, 12)).se == pytest.approx(own.returns.over(Window(1, 12)).se, rel=1e-10)
    labels = own.sessions[0]
    assert [d.item() for d in labels[:3]] == [date(2015, 3, 31), date(2015, 4, 30), date(2015, 5, 31)]


def test_a_file_of_months_is_taken_as_it_is() -> None:
    closes = world()
    ends = closes.groupby(pd.DatetimeIndex(closes.index).to_period("M")).tail(1)
    starts = ends.set_axis(
        pd.DatetimeIndex(ends.index).to_period("M").to_timestamp()
    )  # dated by the first of the month
    own = monthly()
    for table in (ends, starts):
        again = EventStudy(frequency="monthly").run(EVENTS, table)
        assert again.returns.ar == pytest.approx(own.returns.ar, rel=0, abs=1e-12)


@pytest.mark.parametrize(("frequency", "rule"), [("monthly", "ME"), ("weekly", "W-FRI")])
def test_weeks_and_months_do_not_pass_for_days(frequency: Any, rule: str) -> None:
    """Also where the event falls on the date of a row."""
    rows = world().resample(rule).last()
    on = pd.DataFrame({"ticker": ["AAA"], "date": [str(rows.index[70].date())]})
    with pytest.raises(InvalidRequest, match="days apart, and this is a study of days") as error:
        EventStudy(benchmark="SPY").run(on, rows)
    assert error.value.hint == f"say what a row is: --frequency {frequency}"
    assert "Tage auseinander" in str(in_language(error.value.what, "de"))


def test_no_synthetic_control_is_recommended_where_it_is_refused() -> None:
    assert "COUNTERFACTUAL" not in {w.code for w in monthly().warned}


def test_calendar_time_and_buy_and_hold_by_slow_code() -> None:
    own = monthly()
    months = months_by_hand()
    labels = sorted(months["SPY"])
    held: dict[date, list[float]] = {}
    bhar = []
    for ticker, on in EVENTS.itertuples(index=False):
        start = labels.index(last_of_month(date.fromisoformat(on)))
        firm = market = 1.0
        for label in labels[start + 1 : start + 37]:
            held.setdefault(label, []).append(months[ticker][label])
            firm, market = firm * (1 + months[ticker][label]), market * (1 + months["SPY"][label])
        bhar.append(firm - market)
    days = sorted(held)
    y = np.array([sum(held[d]) / len(held[d]) for d in days])
    x = np.array([[1.0, months["SPY"][d]] for d in days])
    bread = np.linalg.inv(x.T @ x)
    b = bread @ x.T @ y
    meat = np.zeros((2, 2))
    for row, value in zip(x, y, strict=True):
        off = (value - row @ b) / (1 - row @ bread @ row)
        meat += off**2 * np.outer(row, row)
    t = b[0] / np.sqrt((bread @ meat @ bread)[0, 0])
    answer = own.answer(Window(1, 36))
    assert answer.headline == "calendar_time"
    assert own.test("calendar_time", (1, 36)).statistic == pytest.approx(t, rel=1e-9)
    assert own.test("calendar_time", (1, 36)).df == len(days) - 2
    assert own.bhar(Window(1, 36)) == pytest.approx(bhar, rel=1e-9)
    said = [str(w) for w in own.warnings[own.warnings["code"] == "HOLDING_PERIOD"]["message"]]
    assert f"{100 * b[0]:+.2f} %" in said[-1]
    thin = sum(len(firms) < 10 for firms in held.values())
    assert f"over {len(days)} months of {min(map(len, held.values()))} firms and more; {thin} of these" in said[-1]


def test_overlapping_holding_periods_are_no_independent_pairs() -> None:
    result = monthly(tests=("bhar_bootstrap",))
    assert not result.test("bhar_bootstrap", (1, 36)).valid
    assert result.answer(Window(0, 0)).headline != "calendar_time"


def test_news_after_the_last_close_of_a_month_is_of_the_next() -> None:
    early, late = "2015-03-31T15:59:00-04:00", "2015-03-31T16:00:00-04:00"
    for at, month in ((early, date(2015, 3, 31)), (late, date(2015, 4, 30))):
        result = run(date=at, tickers="AAA", prices=world(), frequency="monthly")
        assert result.panel.day0[0].session == month


@pytest.mark.parametrize(
    ("frequency", "german"), [("monthly", "Monat 0 ist der Monat"), ("weekly", "Woche 0 ist die Woche")]
)
def test_row_0_may_be_the_one_after_that_of_the_event(frequency: Any, german: str) -> None:
    """Its abnormal returns are those of windows that lie one row later."""
    usual = FREQUENCIES[frequency]
    a, b = usual.estimation
    later = EventStudy(
        frequency=frequency, estimation_window=(a + 1, b + 1), event_window=(0, 9), windows=[(1, 1), (2, 9)]
    ).run(EVENTS, world())
    found = run(
        EVENTS, prices=world(), frequency=frequency, event_period="next", event_window=(-1, 8), windows=[(0, 0), (1, 8)]
    )
    assert found.returns.ar == pytest.approx(later.returns.ar, abs=1e-14)
    assert found.sessions.tolist() == later.sessions.tolist()
    for mine, other in (((0, 0), (1, 1)), ((1, 8), (2, 9))):
        assert found.answer(Window(*mine)).caar == pytest.approx(later.answer(Window(*other)).caar)
    by_hand = [FREQUENCIES[frequency].moved(date.fromisoformat(day), 1) for day in EVENTS["date"]]
    assert [d.session for d in found.panel.day0] == by_hand
    assert found.to_dict()["config"]["event_period"] == "next"
    [told] = [w.message for w in found.warned if w.code == "NEXT_PERIOD"]
    assert f"{frequency[:-2]} 0 is the {frequency[:-2]} after" in told
    assert german in str(in_language(told, "de"))
    assert german in render(found, "md", lang="de").decode()
    assert "NEXT_PERIOD" not in {w.code for w in later.warned}
    with pytest.raises(InvalidRequest, match="rows are days"):
        StudyConfig(event_period="next")


def test_a_period_that_lacks_closes_is_missing_and_said() -> None:
    closes = world().copy()
    closes.loc["2016-05-31", "AAA"] = np.nan
    result = EventStudy(frequency="monthly").run(EVENTS, closes)
    hit = [d.item() for d, v in zip(result.sessions[0], result.returns.ar[0], strict=True) if np.isnan(v)]
    assert hit == [date(2016, 5, 31), date(2016, 6, 30)]
    said = next(w for w in result.warned if w.code == "PARTIAL_PERIOD")
    assert said.ticker == "AAA"
    assert str(said.message).startswith("2 months without a return")
    assert "2 Monate ohne Rendite" in str(in_language(said.message, "de"))


def test_prices_in_doubt_are_so_in_a_monthly_study_too() -> None:
    closes = world().copy()
    closes.loc["2015-05-06":, "AAA"] /= 3
    result = EventStudy(frequency="monthly").run(EVENTS.iloc[:1], closes)
    doubt = next(w for w in result.warned if w.severity == "doubt")
    assert doubt.session == "2015-05-06"
    assert "No finding" in result.summary()


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"frequency": "hourly"}, "daily, weekly, monthly"),
        ({"frequency": "monthly", "outcome": "volume"}, "volume"),
        ({"frequency": "weekly", "missing": "trade_to_trade"}, "trade to trade"),
        ({"frequency": "monthly", "event_window": (-5, 5), "estimation_window": (-20, -6)}, "min_estimation = 36"),
    ],
)
def test_what_is_of_days_alone_is_refused(choices: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        StudyConfig(**choices)
    assert said in str(caught.value)


def test_what_asks_for_days_is_refused_of_months() -> None:
    with pytest.raises(InvalidRequest, match="is of days"):
        robustness(monthly())
    daily = pd.DataFrame({"mkt_rf": 0.0, "rf": 0.0}, index=world().index)
    with pytest.raises(InvalidRequest, match="several rows a month"):
        EventStudy(frequency="monthly", model="capm").run(EVENTS, world(), factors=daily)
    with pytest.raises(InvalidRequest, match="frequency"):
        EventStudy(frequency="monthly").run(EVENTS, world(), keep="aggregate")


def test_monthly_factors_are_those_of_their_month() -> None:
    months = pd.DatetimeIndex(sorted({d.replace(day=1) for d in world().index}))
    factors = pd.DataFrame({"rf": 0.001}, index=months)
    plain, over = monthly(), EventStudy(frequency="monthly", model="capm").run(EVENTS, world(), factors=factors)
    beta = plain.fit.params[:, 1]
    assert over.fit.params[:, -1] == pytest.approx(beta, rel=1e-9)  # a constant rate moves alpha alone


def published(months: list[date]) -> str:
    """A monthly file laid out as the library's: prose, months, a month without values, and the years below.

    Its figures are made up, as long as the prices of the test; months as published stand in tests/prices/test_factors.py.
    """
    rng = np.random.default_rng(8)
    head = (
        "This file was created by using the 202501 CRSP database.\r\n"
        "The 1-month TBill rate data until 202405 are from Ibbotson Associates.\r\n\r\n"
    )
    rows = [f"{m:%Y%m}," + ",".join(f"{v:8.2f}" for v in (*rng.normal(0.5, 3, 3), 0.21)) for m in months]
    rows[30] = f"{months[30]:%Y%m},  -99.99,  -99.99,  -99.99,    0.21"
    years = [f"  {y}," + ",".join(f"{v:8.2f}" for v in rng.normal(6, 15, 4)) for y in range(2009, 2020)]
    names = ",Mkt-RF,SMB,HML,RF"
    lines = [names, *rows, "", " Annual Factors: January-December ", names, *years, ""]
    return head + "\r\n".join([*lines, "Copyright 2025 Eugene F. Fama and Kenneth R. French", ""])


def test_a_monthly_file_of_the_library_as_it_is_published(tmp_path: Any) -> None:
    months = sorted({last_of_month(d) for d in months_by_hand()["SPY"]})
    path = tmp_path / "F-F_Research_Data_Factors.csv"
    path.write_bytes(published(months).encode())
    rows = [line.split(",") for line in published(months).splitlines() if line[:6].isdigit() and line[:4] != "  20"]
    by_month = {m: [float(v) / 100 for v in row[1:]] for m, row in zip(months, rows, strict=True)}
    known = {m: v for m, v in by_month.items() if v[0] > -0.99}
    assert len(known) == len(months) - 1
    result = run(EVENTS, prices=world(), factors=path, frequency="monthly", model="fama_french3")
    assert "factors: This file was created by using the 202501 CRSP database" in result.text()
    for i, (ticker, at) in enumerate(EVENTS.itertuples(index=False)):
        zero = months.index(last_of_month(date.fromisoformat(at)))
        days = [m for m in months[zero - 65 : zero - 5] if m in known]
        x = np.array([[1.0, *known[m][:3]] for m in days])
        y = np.array([months_by_hand()[ticker][m] - known[m][3] for m in days])
        wanted = np.linalg.lstsq(x, y, rcond=None)[0]
        assert result.fit.n_estimation[i] == len(days)
        assert result.fit.params[i] == pytest.approx(wanted, rel=1e-9, abs=1e-12)
        ahead = months[zero]
        ar = months_by_hand()[ticker][ahead] - known[ahead][3] - np.array([1.0, *known[ahead][:3]]) @ wanted
        assert result.returns.ar[i, 0] == pytest.approx(ar, rel=1e-9, abs=1e-12)
    with pytest.raises(InvalidFile, match="by the month or year"):
        run(EVENTS, prices=world(), factors=path, model="fama_french3")
    years = tmp_path / "years.csv"
    years.write_text(",Mkt-RF,RF\n2009,1,2\n2010,1,2\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match="by the year"):
        run(EVENTS, prices=world(), factors=years, model="capm", frequency="monthly")
    with pytest.raises(InvalidRequest, match="days or months"):
        run(EVENTS, prices=world(), factors="ken_french", model="capm", frequency="weekly")


_WRONG = {
    "en": r"\b(?!calendar )(days?|sessions?|daily)\b|\bon\s(the\s)?(month|week)\b",
    "de": r"\b(?!Kalender)\w*([Tt]ag(e|en|es|s)?|[Hh]andelstag\w*|[Tt]äglich\w*)\b|\b[Aa][nm]\s(\w+\s)?(Monat|Woche)\b",
}
"""Days, and what stands before days but not before weeks and months."""


def strings(value: Any) -> list[str]:
    """All texts among plain values, but those of warnings of prices, which have days."""
    if isinstance(value, dict):
        of_prices = value.get("code") in ("JUMP", "MOVE_UNDONE")
        return [] if of_prices else [s for inner in value.values() for s in strings(inner)]
    if isinstance(value, list):
        return [s for inner in value for s in strings(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("frequency", "language"),
    [("monthly", "en"), ("monthly", "de"), pytest.param("weekly", "en", marks=pytest.mark.slow), ("weekly", "de")],
)
def test_no_sentence_of_a_study_counts_days(frequency: Any, language: Any) -> None:
    result = monthly() if frequency == "monthly" else EventStudy(frequency="weekly").run(EVENTS, world())
    page = render(result, "md", lang=language).decode()
    english = [
        result.text(verbose=True),
        result.text(),
        result.summary(),
        *strings(result.to_dict()),
        result._repr_html_(),
    ]
    journal = render(result, "latex", lang=language, style="journal").decode()
    texts = [page, journal, *(english if language == "en" else [])]
    for line in (line for text in texts for line in text.splitlines()):
        if not re.search(r"JUMP|MOVE|\d at|sessions (of one|x)|Kürzel|Freitag|Montag|Dienstag|Donnerstag", line):
            assert not re.search(_WRONG[language], line), line
    assert result.to_dict()["config"]["frequency"] == frequency


def test_templates_in_words_of_months_and_weeks() -> None:
    """Every template with a day in it has one in other words, but where days are meant."""
    for english, _ in entries((LOCALE / "de" / "LC_MESSAGES" / "eventstudy.po").read_text(encoding="utf-8")):
        for template in english.split("\0"):
            for name in ("weekly", "monthly"):
                said = in_words_of(template, name, "en", template)
                assert re.findall(r"\{[^{}]*\}", said.replace("{on:weekday}", "{on:long}")) == re.findall(
                    r"\{[^{}]*\}", template.replace("{on:weekday}", "{on:long}")
                )
                if said != template:
                    plain = re.sub(r"\{[^{}]*\}", "", said)
                    assert not re.search(r"(?<!-)\b(days?|sessions?)\b(?! of the week)(?!-)", plain), said
    assert in_words_of("{move} on average on day 0", "weekly", "en", "") == "{move} on average in week 0"
    with counted_in("daily"):
        phrase = Phrase("day 0")
    free = Phrase("day 0")
    with counted_in("monthly"):
        assert Phrase("day 0") == "month 0"
        assert in_language(phrase, "de") == "Tag 0"
        assert in_language(phrase, "en") == "day 0"
        assert in_language(free, "en") == "month 0"
        assert in_language("Day 0", "de") == "Monat 0"


def test_a_screen_of_months_names_them_and_says_where_a_test_is_not_valid() -> None:
    said = monthly().text()
    assert "month 0 is the month to 2015-03-31\n" in said
    assert "... and 3 more\n" in said
    assert "p of the headline" in said
    [told] = re.findall(r"not valid ([^:]*):[^:]*\bbmp:", said.replace("\n  ", " "))
    assert told == "over [+1, +12], [+1, +36]"


def test_words_of_months_where_english_has_an_on_of_its_own() -> None:
    with counted_in("monthly"):
        assert Phrase("{who}: {raw:+.1f %} on average on day 0, x", who="A", raw=0.1).endswith(
            "on average in month 0, x"
        )
    with pytest.raises(InvalidRequest, match="fewer than 30 months carry"):
        EventStudy(frequency="monthly", min_estimation=20)
    with pytest.raises(InvalidRequest, match="fewer than 30 days carry"):
        EventStudy(min_estimation=20)


@pytest.mark.render
@pytest.mark.parametrize(("language", "words"), [("en", "none from month +{} on"), ("de", "keines ab Monat +{}")])
def test_a_band_that_ends_says_where(language: Any, words: str) -> None:
    """Windows that are holding periods are judged in calendar time, which has no interval of the sum."""
    result = monthly()
    last = next(d for d in range(37) if result.answer(Window(0, d)).interval is None)
    drawn = result.plot("caar", lang=language).figure.findobj(Text)
    written = " ".join(" ".join(text.get_text() for text in drawn).split())
    assert words.format(last) in written


def test_a_holding_period_too_short_for_a_regression_is_judged_as_another_window() -> None:
    held, long = (monthly().answers[Window(1, end)] for end in (12, 36))
    assert (held.headline, long.headline) == ("bmp_adjusted", "calendar_time")
    assert held.design is not None
    assert long.design is not None
    assert advice.judged_by(held.design, held.headline).name == "events that share days"
    assert advice.judged_by(long.design, long.headline).name == "holding periods of a year or more"
    for answer in monthly().answers.values():
        assert answer.headline not in answer.look_next
        assert all(answer.tests[name].valid for name in answer.look_next if name in answer.tests)


def test_no_test_is_named_to_look_at_next_that_is_not_valid() -> None:
    answer = monthly().answers[Window(1, 36)]
    broken = replace(answer, robustness=("patell_guarded", "bmp", "wild_bootstrap"))
    assert not answer.tests["bmp"].valid
    assert broken.look_next == ("patell_guarded", "wild_bootstrap")


def test_periods_are_named_by_their_last_days() -> None:
    days = np.arange("2024-01-01", "2024-03-31", dtype="datetime64[D]")
    for name, by in (("monthly", last_of_month), ("weekly", friday)):
        found = FREQUENCIES[name].named_by(days)
        assert [d.item() for d in found] == [by(d.item()) for d in days]
        assert FREQUENCIES[name].moved(date(2024, 1, 31), 1) == by(by(date(2024, 1, 31)) + timedelta(3))


@pytest.mark.parametrize(
    ("name", "english", "german"),
    [
        (
            "weekly",
            "X lost 2.0 % in the week to 14 May 2021, so",
            "X verlor in der Woche bis zum 14. Mai 2021 2,0 %, so",
        ),
        ("monthly", "X lost 2.0 % in the month to 14 May 2021, so", "X verlor im Monat bis zum 14. Mai 2021 2,0 %, so"),
        ("daily", "X lost 2.0 % on 14 May 2021, so", "X verlor am 14. Mai 2021 2,0 %, so"),
    ],
)
def test_a_date_within_a_sentence_is_the_end_of_its_row(name: str, english: str, german: str) -> None:
    with counted_in(name):
        said = Phrase(
            "{who} lost {size:.1f %} on {on:long}, {points}", who="X", size=0.02, on="2021-05-14", points="so"
        )
        assert (said, in_language(said, "de")) == (english, german)


@pytest.mark.slow
@pytest.mark.parametrize(("frequency", "event_window"), [("monthly", (0, 12)), ("weekly", (2, 9))])
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_chart_of_a_study_of_months_or_weeks_counts_days(frequency: Any, event_window: Any, language: Any) -> None:
    """Titles, lines, legends and axes of every chart that such a study has."""
    result = EventStudy(frequency=frequency, event_window=event_window).run(EVENTS, world())
    drawn = written_on_charts(result, language)
    assert {"car", "caar", "forest"} <= set(drawn)
    for chart, texts in drawn.items():
        for text in texts:
            assert not re.search(_WRONG[language], text), (chart, text)


def written_on_charts(result: StudyResult, language: Any) -> dict[str, list[str]]:
    """Every text on every chart that the study has, by the name of the chart."""
    import matplotlib.pyplot as plt

    found = {}
    for chart in plugins.names("charts"):
        try:
            drawn = result.plot(chart, lang=language)
        except (InvalidRequest, NothingUsable):
            continue
        figure = (drawn if hasattr(drawn, "figure") else next(iter(drawn))).figure
        found[chart] = [" ".join(t.get_text().split()) for t in figure.findobj(Text)]
        plt.close("all")
    return found
