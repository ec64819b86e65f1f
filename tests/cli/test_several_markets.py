"""One instant, three markets: each ticker on its own calendar, against its own benchmark, in its own or in one currency.

On 2025-02-10 at 18:00 UTC New York was open, Frankfurt had closed, and in Tokyo it was the morning of a holiday: day 0 is the
10th, the 11th and the 12th. The prices of those days are made up; what should come out was worked out by hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest
from eventstudy.events import load_registry
from eventstudy.prices import Fetch, PriceTable, currency_of, in_currency, load_prices
from eventstudy.units.windows import Window

from tests.cli.conftest import Ran
from tests.loopback.answers import Series
from tests.loopback.server import Service

WHEN = "2025-02-10T18:00:00+00:00"
BENCHMARK = "SPY,.DE=^GDAXI,7203.T=^N225"
TICKERS = ("AAA", "SAP.DE", "7203.T")
DAY0 = {"AAA": date(2025, 2, 10), "SAP.DE": date(2025, 2, 11), "7203.T": date(2025, 2, 12)}
MOVES = {
    "AAA": (100.0, 105.0),  # +5 %
    "SPY": (500.0, 505.0),  # +1 %
    "SAP.DE": (200.0, 190.0),  # -5 %
    "^GDAXI": (20000.0, 19800.0),  # -1 %
    "7203.T": (1000.0, 1020.0),  # +2 %
    "^N225": (40000.0, 39600.0),  # -1 %
}
"""The close before day 0 of the ticker's market, and the one on it."""
LOCAL = {"AAA": 0.04, "SAP.DE": -0.04, "7203.T": 0.03}
"""Return less that of the benchmark, by hand."""
RATES = {"EURUSD=X": (1.00, 1.02, "XETR"), "USDJPY=X": (150.0, 153.0, "XTKS")}
IN_DOLLARS = {
    "AAA": 0.05 - 0.01,
    "SAP.DE": (0.95 * 1.02 - 1) - (0.99 * 1.02 - 1),  # -0.0310 - 0.0098 = -0.0408
    "7203.T": (1.02 * 150 / 153 - 1) - (0.99 * 150 / 153 - 1),  # 0 - (-0.0294) = 0.0294
}
HOMES = {"AAA": "XNYS", "SPY": "XNYS", "SAP.DE": "XETR", "^GDAXI": "XETR", "7203.T": "XTKS", "^N225": "XTKS"}
ZERO = {"XNYS": DAY0["AAA"], "XETR": DAY0["SAP.DE"], "XTKS": DAY0["7203.T"]}


def series(home: str, seed: int, zero: date, before: float, on: float) -> pd.Series:
    """A walk on the sessions of a market that passes through two prices."""
    days = calendars.sessions(home, date(2023, 10, 2), date(2025, 3, 14))
    row = int(np.searchsorted(days, np.datetime64(zero)))
    steps = 1 + np.random.default_rng(seed).normal(0, 0.01, len(days))
    steps[row] = on / before
    if home == "24/5":
        steps[row - 1] = 1.0  # the day before the day 0 of Tokyo was no session there
    level = np.cumprod(steps)
    return pd.Series(level / level[row] * on, pd.DatetimeIndex(days.astype("datetime64[ns]")))


def wide(*more: str) -> pd.DataFrame:
    """All shares and benchmarks, and these rates."""
    columns = {t: series(HOMES[t], i, ZERO[HOMES[t]], *MOVES[t]) for i, t in enumerate(MOVES)}
    for i, name in enumerate(more):
        before, on, home = RATES[name]
        columns[name] = series("24/5", 50 + i, ZERO[home], before, on)
    return pd.DataFrame(columns)


def ran(prices: Any, tickers: tuple[str, ...] = TICKERS, **choices: Any) -> es.StudyResult:
    settings = {"benchmark": BENCHMARK, "model": "market_adjusted"} | choices
    return es.run(date=WHEN, tickers=tickers, prices=prices, **settings)


def on_day0(result: es.StudyResult) -> dict[str, float]:
    return {p.ticker: float(result.returns.ar[i, 5]) for i, p in enumerate(result.panel.pairs)}


def codes(result: es.StudyResult) -> set[str]:
    return {w.code for w in result.warned}


def test_each_ticker_has_its_own_day0_calendar_and_benchmark() -> None:
    result = ran(wide())
    assert {p.ticker: d.session for p, d in zip(result.panel.pairs, result.panel.day0, strict=True)} == DAY0
    assert [p.benchmark for p in result.panel.pairs] == ["SPY", "^GDAXI", "^N225"]
    assert on_day0(result) == pytest.approx(LOCAL, abs=1e-12)
    for i, home in enumerate(("XNYS", "XETR", "XTKS")):
        first, last = (day.item() for day in result.sessions[i, [0, -1]].astype("datetime64[D]"))
        assert result.sessions[i].astype("datetime64[D]").tolist() == calendars.sessions(home, first, last).tolist(), (
            "no session is lost to another market"
        )
    assert not codes(result) & {"CALENDAR_MISMATCH", "CURRENCY_MIX", "CURRENCY_CONVERTED"}
    assert result.to_dict()["config"]["benchmark"] == ["SPY", "^GDAXI", "^N225"]


def test_one_benchmark_for_all_is_warned_of() -> None:
    result = ran(wide(), benchmark="SPY")
    told = {(w.code, w.ticker): w.message for w in result.warned if w.code in ("CALENDAR_MISMATCH", "CURRENCY_MIX")}
    assert {key[0] for key in told} == {"CALENDAR_MISMATCH", "CURRENCY_MIX"}
    assert "SAP.DE is quoted in EUR, the benchmark SPY in USD" in told["CURRENCY_MIX", "SAP.DE"]
    assert "7203.T trades on XTKS, the benchmark SPY on XNYS" in told["CALENDAR_MISMATCH", "7203.T"]
    one, other = (calendars.sessions(e, date(2023, 10, 2), date(2025, 3, 14)) for e in ("XETR", "XNYS"))
    shared = np.intersect1d(one, other)
    assert np.isin(result.sessions[1].astype("datetime64[D]"), shared).all(), "across exchanges: what both share"


def beside_paris(*, carried: bool = False) -> pd.DataFrame:
    """Shares of Paris and New York, an index of Paris named without a suffix, and SPY, carried over its holidays or not."""
    homes = {"MC.PA": "XPAR", "SBF": "XPAR", "AAA": "XNYS", "SPY": "XNYS"}
    columns = {}
    for i, (name, home) in enumerate(homes.items()):
        days = calendars.sessions(home, date(2024, 1, 2), date(2025, 6, 30))
        steps = 1 + np.random.default_rng(70 + i).normal(0, 0.01, len(days))
        columns[name] = pd.Series(100 * np.cumprod(steps), pd.DatetimeIndex(days.astype("datetime64[ns]")))
    table = pd.DataFrame(columns)
    return table.assign(SPY=table["SPY"].ffill()) if carried else table


MEMORIAL_DAY = date(2025, 5, 26)


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
def test_a_benchmark_without_a_suffix_takes_the_sessions_of_its_share(keep: Any) -> None:
    """New York was closed on 26 May 2025, Paris was not, and the prices of the index say so."""
    prices = beside_paris()
    events = pd.DataFrame({"ticker": ["MC.PA"], "date": [MEMORIAL_DAY], "event_id": ["a"]})
    study = es.EventStudy(benchmark="SBF", model="market_adjusted", windows=[(0, 0)])
    result = study.run(events, prices, keep=keep)
    plain = prices[["MC.PA", "SBF"]].dropna().pct_change().loc[str(MEMORIAL_DAY)]
    assert result.answers[Window(0, 0)].caar == pytest.approx(plain["MC.PA"] - plain["SBF"], abs=1e-12)
    assert not {w.code for w in result.warned} & {"CALENDAR_MISMATCH", "CURRENCY_MIX"}


@pytest.mark.parametrize("carried", [False, True], ids=["no price on holidays", "the price before on holidays"])
def test_a_benchmark_of_new_york_keeps_its_sessions_beside_a_share_of_paris(carried: bool) -> None:
    result = es.run(date=MEMORIAL_DAY, tickers=["MC.PA"], prices=beside_paris(carried=carried), benchmark="SPY")
    assert result.panel.day0[0].session == date(2025, 5, 27)
    assert {"CALENDAR_MISMATCH", "CURRENCY_MIX"} <= codes(result)


def test_one_benchmark_without_a_suffix_for_shares_of_two_exchanges() -> None:
    """Each pair has its own sessions: those of Paris, and those that New York and the index of Paris share."""
    frame = pd.DataFrame({"ticker": ["MC.PA", "AAA"], "date": [MEMORIAL_DAY] * 2, "event_id": ["a", "b"]})
    study = es.EventStudy(benchmark="SBF", model="market_adjusted", windows=[(0, 0)])
    full, summed = study.run(frame, beside_paris()), study.run(frame, beside_paris(), keep="aggregate")
    assert {p.ticker: d.session.day for p, d in zip(full.panel.pairs, full.panel.day0, strict=True)} == {
        "MC.PA": 26,
        "AAA": 27,
    }
    assert summed.answers[Window(0, 0)].caar == pytest.approx(full.answers[Window(0, 0)].caar, abs=1e-12)


def test_all_in_one_currency() -> None:
    result = ran(wide(*RATES), currency="USD")
    assert on_day0(result) == pytest.approx(IN_DOLLARS, abs=1e-12)
    told = [w.message for w in result.warned if w.code == "CURRENCY_CONVERTED"]
    (euro,) = [text for text in told if "EURUSD=X" in text]
    assert euro.startswith("^GDAXI, SAP.DE: put from EUR in USD by EURUSD=X of each day (dataframe)")
    assert "taken as EUR by the exchange, because the prices do not say" in euro
    assert any("put from JPY in USD by USDJPY=X" in text for text in told)
    assert result.config.currency == "USD"
    assert result.to_dict()["config"]["currency"] == "USD"
    assert "EURUSD=X" in result.provenance["sources"]
    assert "CURRENCY_MIX" not in codes(ran(wide(*RATES), benchmark="SPY", currency="USD"))


def test_both_ways_round_of_a_rate_are_the_same() -> None:
    prices = wide("EURUSD=X")
    turned = prices.assign(**{"USDEUR=X": 1 / prices["EURUSD=X"]}).drop(columns="EURUSD=X")
    one, other = (ran(p, ("SAP.DE",), currency="USD") for p in (prices, turned))
    np.testing.assert_allclose(one.returns.ar, other.returns.ar, rtol=0, atol=1e-12)


def test_a_day_without_a_rate_has_no_return_and_is_said() -> None:
    prices = wide(*RATES)
    prices.loc[pd.Timestamp("2025-02-13"), "EURUSD=X"] = np.nan
    result = ran(prices, currency="USD")
    lacking = np.isnan(result.raw[1])
    days = result.sessions[1].astype("datetime64[D]").astype(str)
    assert days[lacking].tolist() == ["2025-02-13", "2025-02-14"], "no rate is carried over"
    (text,) = [w.message for w in result.warned if w.code == "CURRENCY_CONVERTED" and "EUR" in w.message]
    assert "2025-02-13 has no rate, and so no price" in text
    assert "GAP_IN_WINDOW" in {w.code for w in result.warned if w.ticker == "SAP.DE"}


def test_a_ticker_without_a_rate_is_left_out_and_named() -> None:
    result = ran(wide("EURUSD=X"), currency="USD")
    assert [p.ticker for p in result.panel.pairs] == ["AAA", "SAP.DE"]
    (left,) = result.exclusions
    assert (left.ticker, left.reason) == ("7203.T", "NO_PRICES")
    assert "there is no rate JPYUSD=X" in left.message


def test_dividends_and_hundredths_are_converted() -> None:
    days = calendars.sessions("XLON", date(2025, 2, 3), date(2025, 2, 5))
    index = pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session")
    rate = pd.DataFrame({"close": [1.25, 1.30, 1.20]}, index)
    share = pd.DataFrame({"close": [200.0, 190.0, 195.0], "dividend": [np.nan, 10.0, np.nan], "volume": 7.0}, index)
    fetches = [
        ("t", Fetch("VOD.L", share, "dividends", "GBp")),
        ("t", Fetch("GBPUSD=X", rate, "as_given", "USD")),
    ]
    table = in_currency(PriceTable.from_fetches(fetches), "USD").table
    assert table.close["VOD.L"].tolist() == pytest.approx([2.50, 2.47, 2.34])
    assert table.fields["dividend"]["VOD.L"].tolist()[1] == pytest.approx(0.13)
    assert table.fields["volume"]["VOD.L"].tolist() == [7, 7, 7]
    assert (table.info["VOD.L"].currency, table.tickers) == ("USD", ["VOD.L"])


@pytest.mark.parametrize(
    ("ticker", "currency"),
    [("AAA", "USD"), ("BRK-B", "USD"), ("SAP.DE", "EUR"), ("VOD.L", "GBP"), ("7203.T", "JPY"), ("0700.HK", "HKD"),
     ("^GDAXI", "EUR"), ("BTC-EUR", "EUR"), ("GC=F", "USD"), ("EURUSD=X", None), ("X.UNHEARDOF", None)],
)  # fmt: skip
def test_the_exchange_says_what_a_share_is_quoted_in(ticker: str, currency: str | None) -> None:
    assert currency_of(ticker) == currency


def test_every_exchange_of_a_suffix_has_a_currency() -> None:
    from eventstudy.prices._currency import _CURRENCIES

    for exchange in {*calendars._SUFFIXES.values(), *calendars._INDICES.values(), "CMES"}:
        assert exchange in _CURRENCIES


def test_days_that_only_rates_have_are_no_sessions() -> None:
    prices = wide(*RATES)
    table = in_currency(load_prices(path=prices), "USD").table
    assert set(table.close.index) == set(wide().dropna(how="all").index)


# ---- how a benchmark is named ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "ticker", "found"),
    [
        (None, "AAA", "EVENT"), ("SPY", "AAA", "SPY"), (BENCHMARK, "AAA", "SPY"), (BENCHMARK, "SAP.DE", "^GDAXI"),
        (BENCHMARK, "7203.T", "^N225"), (BENCHMARK, "6758.T", "SPY"), (".DE=^GDAXI", "AAA", "EVENT"),
        ("SAP.DE=A, .DE=B", "SAP.DE", "A"), ("EURUSD=X", "AAA", "EURUSD=X"), ("GOLD=GC=F", "GOLD", "GC=F"),
    ],
)  # fmt: skip
def test_the_benchmark_of_a_ticker(given: str | None, ticker: str, found: str) -> None:
    assert StudyConfig(benchmark=given).benchmark_for(ticker, "EVENT") == found


@pytest.mark.parametrize("given", ["SPY,QQQ", "=SPY", "AAA=", "", "AAA=SPY,AAA=QQQ", "SPY,"])
def test_a_benchmark_that_cannot_be_meant(given: str) -> None:
    with pytest.raises(InvalidRequest, match="benchmark"):
        StudyConfig(benchmark=given)


@pytest.mark.parametrize("given", ["usd", "US", "EURO", "U$D"])
def test_a_currency_that_cannot_be_meant(given: str) -> None:
    with pytest.raises(InvalidRequest, match="currency"):
        StudyConfig(currency=given)


REGISTRY = f"""
[[event]]
id = "abroad"
title = "Something happens everywhere"
announced = {WHEN}
benchmark = "SPY"
[[event.group]]
name = "here"
tickers = ["AAA"]
[[event.group]]
name = "there"
tickers = ["SAP.DE"]
benchmark = "^GDAXI"
[[event.group]]
name = "far"
tickers = ["7203.T"]
benchmark = "^N225"
"""


def test_a_group_of_the_registry_has_its_benchmark(tmp_path: Path) -> None:
    (tmp_path / "events.toml").write_text(REGISTRY)
    result = es.run(str(tmp_path / "events.toml"), prices=wide(), model="market_adjusted")
    assert on_day0(result) == pytest.approx(LOCAL, abs=1e-12)
    assert [p.benchmark for p in result.panel.pairs] == ["SPY", "^GDAXI", "^N225"]
    over = es.run(str(tmp_path / "events.toml"), prices=wide(), model="market_adjusted", benchmark="SPY")
    assert {p.benchmark for p in over.panel.pairs} == {"SPY"}, "the user's word holds over the registry's"
    study = es.EventStudy(model="market_adjusted")
    summed = study.run(load_registry(tmp_path / "events.toml"), wide(), keep="aggregate")
    assert summed.benchmark == ["SPY", "^GDAXI", "^N225"]
    assert summed.answers[Window(0, 0)].caar == pytest.approx(sum(LOCAL.values()) / 3, abs=1e-12)


@pytest.mark.parametrize("currency", [None, "USD"])
def test_sums_over_pairs_have_the_same_benchmarks_and_currency(currency: str | None) -> None:
    frame = pd.DataFrame({"ticker": TICKERS, "date": WHEN, "event_id": ["a", "b", "c"]})
    study = es.EventStudy(benchmark=BENCHMARK, currency=currency)
    full = study.run(frame, wide(*RATES))
    summed = study.run(frame, wide(*RATES), keep="aggregate")
    assert summed.benchmark == ["SPY", "^GDAXI", "^N225"]
    for window, answer in full.answers.items():
        assert summed.answers[window].caar == pytest.approx(answer.caar, abs=1e-12)
    assert ("CURRENCY_CONVERTED" in {w.code for w in summed.warned}) == (currency is not None)


# ---- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def service() -> Service:
    prices = wide(*RATES)
    found = []
    for name in prices:
        own = prices[name].dropna()
        days = [day.date() for day in own.index]
        currency = {"XETR": "EUR", "XTKS": "JPY"}.get(HOMES.get(str(name), ""), "USD")
        found.append(Series(str(name), days, own.tolist(), [1000] * len(days), currency=currency, exchange="ZZZ"))
    return Service(found)


WORDS = ("run", "--date", WHEN, "--tickers", ",".join(TICKERS), "--benchmark", BENCHMARK, "--model", "market_adjusted")


def test_the_command_asks_the_source_for_the_rates(es: Callable[..., Ran], yahoo: Service) -> None:
    one = es(*WORDS, "--currency", "USD", "--source", "yahoo", "--format", "json")
    assert one.code == 0, one.err
    result = json.loads(one.out)
    found = {firm["ticker"]: firm["days"][5]["ar"] for firm in result["firms"]}
    assert found == pytest.approx(IN_DOLLARS, abs=1e-9)
    assert {"EURUSD=X", "USDJPY=X"} <= set(result["provenance"]["sources"])
    assert {firm["ticker"]: firm["benchmark"] for firm in result["firms"]}["SAP.DE"] == "^GDAXI"


@pytest.mark.slow
def test_the_command_keeps_the_rates_and_runs_again_without_the_source(es: Callable[..., Ran], yahoo: Service) -> None:
    words = (*WORDS, "--currency", "USD", "--format", "json")
    first = es(*words)
    asked = yahoo.charts("EURUSD=X")
    second = es(*words)
    assert (first.code, second.code) == (0, 0), first.err
    assert asked > 0
    assert json.loads(first.out)["firms"] == json.loads(second.out)["firms"]
    assert yahoo.charts("EURUSD=X") == asked


def test_the_screen_says_the_currency(es: Callable[..., Ran], tmp_path: Path) -> None:
    wide(*RATES).rename_axis("date").to_csv(tmp_path / "prices.csv")
    text = es(*WORDS, "--currency", "USD", "--prices", "prices.csv").out
    assert "simple returns in USD" in text
    assert "CURRENCY_CONVERTED" in text
    assert es(*WORDS, "--currency", "dollar", "--prices", "prices.csv").code == 2
