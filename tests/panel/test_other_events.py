"""Other events of a firm: days near them are no ordinary days, and one firm on one day counts once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult
from eventstudy.errors import InvalidRequest

from tests.panel.made import CHOICES, DAY0, codes
from tests.worlds import SESSIONS, closes, long


def events(*rows: tuple[str, int, str]) -> pd.DataFrame:
    table = [(ticker, SESSIONS[day].date().isoformat(), event) for ticker, day, event in rows]
    return pd.DataFrame(table, columns=["ticker", "date", "event_id"])


def run(table: pd.DataFrame, **choices: Any) -> StudyResult:
    return EventStudy(**{**CHOICES, **choices}).run(table, closes(1, ("AAA", "BBB")))


EARLIER = events(("AAA", DAY0, "now"), ("AAA", DAY0 - 60, "earlier"), ("BBB", DAY0, "now"))


@pytest.mark.parametrize(("near", "days"), [(1, 3), (0, 1), (3, 7), (None, 0)])
def test_days_near_another_event_of_the_firm_leave_the_estimation(near: int | None, days: int) -> None:
    result, plain = run(EARLIER, mask_other_events=near), run(EARLIER, mask_other_events=None)
    at = [(p.event_id, p.ticker) for p in result.panel.pairs].index(("now", "AAA"))
    lost = np.isnan(result.returns.residuals[at])
    first = 120 - 60 - (near or 0)
    assert np.flatnonzero(lost).tolist() == list(range(first, first + days))
    others = [i for i in range(result.n) if i != at]
    np.testing.assert_array_equal(result.returns.residuals[others], plain.returns.residuals[others])
    assert result.fit.n_estimation[at] == plain.fit.n_estimation[at] - days
    [told] = [w for w in result.warned if w.code == "EVENT_IN_ESTIMATION"]
    assert (told.event_id, told.ticker) == ("now", "AAA")
    assert told.severity == ("caution" if near is None else "note")
    assert result.untraded[at].tolist() == plain.untraded[at].tolist()


def test_a_mask_is_the_least_squares_of_the_other_days() -> None:
    result = run(EARLIER)
    returns = closes(1, ("AAA", "BBB")).pct_change()
    rows = [r for r in range(DAY0 - 120, DAY0 - 10) if abs(r - (DAY0 - 60)) > 1]
    x = np.column_stack([np.ones(len(rows)), returns["MKT"].iloc[rows]])
    wanted = np.linalg.lstsq(x, returns["AAA"].iloc[rows].to_numpy(), rcond=None)[0]
    at = [(p.event_id, p.ticker) for p in result.panel.pairs].index(("now", "AAA"))
    np.testing.assert_allclose(result.fit.params[at], wanted, rtol=1e-9)


def test_how_wide_residuals_would_be_with_those_days_is_said_where_it_matters() -> None:
    """The other event moves the firm by 20 %: the standard deviation of least squares over all days, and over the others."""
    prices = closes(1, ("AAA", "BBB"))
    prices.iloc[DAY0 - 60 :, 0] *= 1.2
    result = EventStudy(**CHOICES).run(EARLIER, prices)
    told = [w.message for w in result.warned if w.code == "EVENT_IN_ESTIMATION" and "standard deviation" in w.message]
    returns, wanted = prices.pct_change(), []
    for near in (1, -1):
        rows = [r for r in range(DAY0 - 120, DAY0 - 10) if abs(r - (DAY0 - 60)) > near]
        x = np.column_stack([np.ones(len(rows)), returns["MKT"].iloc[rows]])
        left = np.linalg.lstsq(x, returns["AAA"].iloc[rows].to_numpy(), rcond=None)[1].item()
        wanted.append(np.sqrt(left / (len(rows) - 2)))
    assert told == [
        "without the days near other events of the same ticker the AR has a standard deviation of "
        f"{100 * wanted[0]:.2f} % a day, with them {100 * wanted[1]:.2f} %"
    ]
    assert not [w for w in run(EARLIER).warned if "standard deviation" in w.message]


def test_nothing_is_left_out_where_too_few_days_would_be_left() -> None:
    """Events every third session: with them there are 110 days, without them 2."""
    many = events(*[("AAA", DAY0 - 3 * i, f"e{i}") for i in range(45)])
    result = run(many)
    told = [w for w in result.warned if w.code == "EVENT_IN_ESTIMATION" and w.event_id == "e0"]
    assert "too few would be left" in told[0].message
    assert result.fit.n_estimation[0] == 110


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
def test_one_firm_on_one_day_counts_once(keep: Any) -> None:
    again = events(("AAA", DAY0, "one"), ("AAA", DAY0, "two"), ("BBB", DAY0, "two"), ("BBB", DAY0 - 70, "old"))
    result = EventStudy(**CHOICES).run(again, closes(1, ("AAA", "BBB")), keep=keep)
    assert result.n == 3
    assert not len(result.excluded)
    assert "REPEATED_EVENT" in set(result.warnings["code"])
    assert not result.incomplete


def test_sums_mask_as_pairs_do() -> None:
    prices = closes(1, ("AAA", "BBB"))
    pairs, sums = (EventStudy(**CHOICES).run(EARLIER, prices, keep=keep) for keep in ("pairs", "aggregate"))
    for window, answer in pairs.answers.items():
        other = sums.answers[window]
        assert answer.caar == pytest.approx(other.caar, rel=1e-11)
        for name in ("patell_guarded", "bmp_adjusted", "cda"):
            assert answer.tests[name].statistic == pytest.approx(other.tests[name].statistic, rel=1e-9), name
    assert "EVENT_IN_ESTIMATION" in set(sums.warnings["code"])


def test_a_mask_is_a_number_of_sessions() -> None:
    with pytest.raises(InvalidRequest, match="mask_other_events"):
        EventStudy(mask_other_events=-1)


def test_firms_without_other_events_say_nothing() -> None:
    assert not {"EVENT_IN_ESTIMATION", "REPEATED_EVENT"} & codes(
        run(events(("AAA", DAY0, "now"), ("BBB", DAY0, "now")))
    )


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
def test_two_tickers_with_the_same_returns_are_one(keep: Any) -> None:
    prices = closes(1, ("AAA", "BBB"))
    prices["COPY"] = 3 * prices["AAA"]
    table = events(("AAA", DAY0, "now"), ("BBB", DAY0, "now"), ("COPY", DAY0, "now"))
    result = EventStudy(**CHOICES).run(table, prices, keep=keep)
    assert result.n == 2
    assert result.incomplete
    [told] = result.exclusions
    assert (told.ticker, told.reason) == ("COPY", "DUPLICATE_SERIES")
    assert "AAA" in told.message


def test_near_twins_are_kept_and_named() -> None:
    prices = closes(1, ("AAA", "BBB"))
    noise = np.random.default_rng(2).normal(0, 0.001, len(prices))
    prices["TWIN"] = prices["AAA"] * np.exp(np.cumsum(noise))
    table = events(("AAA", DAY0, "now"), ("BBB", DAY0, "now"), ("TWIN", DAY0, "now"))
    result = EventStudy(**CHOICES).run(table, prices)
    assert result.n == 3
    [told] = [w for w in result.warned if w.code == "NEAR_TWINS"]
    assert told.message.params["twin"] == "TWIN"
    assert told.message.params["correlation"] > 0.9


def test_left_out_days_of_a_study_of_volumes_are_no_days_without_a_trade() -> None:
    prices = closes(1, ("AAA", "BBB"))
    shares = pd.Series(1000.0 + 50 * np.sin(np.arange(len(SESSIONS))), SESSIONS)
    volume = dict.fromkeys(("AAA", "BBB", "MKT"), shares)
    result = EventStudy(**{**CHOICES, "mask_other_events": 3}, outcome="volume").run(
        EARLIER, long(prices, volume=volume)
    )
    at = [(p.event_id, p.ticker) for p in result.panel.pairs].index(("now", "AAA"))
    assert result.fit.n_estimation[at] == 110 - 7
    assert result.untraded[at].tolist() == [0.0, 0.0]
    assert "THIN_TRADING" not in codes(result)
