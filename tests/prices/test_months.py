"""Tables whose rows are months or weeks: periods of a notebook, a year and a month in two columns, and what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy.errors import InvalidFile, InvalidRequest, NothingUsable
from eventstudy.language import in_language
from eventstudy.prices import load_prices
from matplotlib.text import Text

MONTHS = pd.period_range("2005-01", "2016-12", freq="M")
ENDS = [p.end_time.date() for p in MONTHS]


def closes() -> pd.DataFrame:
    moves = np.random.default_rng(4).normal(0.005, 0.05, (len(MONTHS), 4))
    return pd.DataFrame(100 * np.exp(np.cumsum(moves, axis=0)), MONTHS, ["AAA", "BBB", "CCC", "MKT"])


def written(form: str, table: pd.DataFrame, path: Path) -> Path:
    table.set_axis(pd.Index([p.strftime(form) for p in table.index], name="month"), axis=0).to_csv(path)
    return path


@pytest.mark.parametrize("form", ["%Y-%m", "%Y%m", "%b %Y"])
def test_rows_of_months_are_counted_as_months(form: str, tmp_path: Path) -> None:
    made = closes()
    found = load_prices(["AAA", "MKT"], path=written(form, made, tmp_path / "months.csv"))
    assert [day.date() for day in found.close.index] == ENDS
    assert found.close["AAA"].to_numpy() == pytest.approx(made["AAA"].to_numpy())
    said = [str(one) for one in found.read_as]
    assert "months, each under its last day" in said
    assert said[-1] == "144 months x 2 tickers"
    assert in_language(found.read_as[-1], "de") == "144 Monate x 2 Kürzel"
    long = made.iloc[:, :1].rename_axis("month").reset_index().melt("month", var_name="ticker", value_name="close")
    long["month"] = long["month"].astype(str)
    of_one = load_prices(["AAA"], path=long)
    assert [str(one) for one in of_one.read_as] == [
        "one row a ticker and month",
        "months, each under its last day",
        "144 months of AAA",
    ]


def test_months_of_any_form_give_the_study_of_dated_months(tmp_path: Path) -> None:
    made = closes()
    dated = made.set_axis(pd.DatetimeIndex(ENDS, name="date"))
    events = pd.DataFrame({"ticker": ["AAA", "BBB", "CCC"], "date": ["2011-03-15", "2011-07-29", "2012-02-06"]})
    choices: dict[str, Any] = {"frequency": "monthly", "benchmark": "MKT"}
    wanted = es.EventStudy(**choices).run(events, dated)
    returns = made.pct_change().iloc[1:]
    long = returns.rename_axis("month").reset_index().melt("month", var_name="permno", value_name="ret")
    long["month"] = long["month"].astype(str)
    split = made.reset_index(drop=True).assign(year=MONTHS.year, month=MONTHS.month)
    split.to_csv(tmp_path / "split.csv", index=False)
    for prices in (
        written("%Y-%m", made, tmp_path / "a.csv"),
        written("%Y%m", returns, tmp_path / "b.csv"),
        long,
        made,
        split,
        tmp_path / "split.csv",
    ):
        said: dict[str, Any] = {"values": "returns", "unit_in": "decimal"} if "b.csv" in str(prices) else {}
        found = es.run(events, prices=prices, **choices, **said)
        assert found.returns.ar == pytest.approx(wanted.returns.ar, abs=1e-13)
        assert [d.session for d in found.panel.day0] == [d.session for d in wanted.panel.day0]
    assert es.EventStudy(**choices).run(events, made).returns.ar == pytest.approx(wanted.returns.ar, abs=1e-13)
    long["ar"] = long.pop("ret")
    given = es.run(events, abnormal=long[long["permno"] != "MKT"], frequency="monthly")
    own = [returns[t][pd.Period(day, "M")] for t, day in zip(events["ticker"], events["date"], strict=True)]
    assert given.returns.over(es.Window(0, 0)).car == pytest.approx(own)


@pytest.mark.parametrize(
    ("when", "month"),
    [
        ("2011-07-29", "2011-07"),
        ("2011-07-30", "2011-08"),  # a Saturday, and the Sunday after it
        ("2011-07-31T12:00:00-04:00", "2011-08"),
        ("2011-07-28T17:00:00-04:00", "2011-07"),
        ("2011-07-29T17:00:00-04:00", None),
        ("2011-07-29T10:00:00-04:00", None),
    ],
)
def test_what_may_follow_the_last_close_of_a_month_needs_an_exchange(when: str, month: str | None) -> None:
    """A file of months does not say where and until when one trades; of an exchange that is named the day decides as ever."""
    made = closes()
    events = pd.DataFrame({"ticker": ["AAA"], "date": [when]})
    choices: dict[str, Any] = {"frequency": "monthly", "benchmark": "MKT", "prices": made}
    if month:
        found = es.run(events, **choices)
        assert found.panel.day0[0].session.isoformat()[:7] == month
    else:
        with pytest.raises(NothingUsable, match="may be after the last close of the period to 2011-07-31") as error:
            es.run(events, **choices)
        assert "--exchange" in str(error.value)
        assert "2011-08-31" in str(error.value)
    placed = es.run(events, exchange=["AAA=XNYS", "MKT=XNYS"], **choices)
    late = when.startswith("2011-07-29T17")
    assert placed.panel.day0[0].session.isoformat()[:7] == (month or ("2011-08" if late else "2011-07"))


def test_the_picture_of_prices_says_month() -> None:
    events = pd.DataFrame({"ticker": ["AAA"], "date": ["2011-07-28"]})
    drawn = es.run(events, prices=closes(), frequency="monthly", benchmark="MKT").plot("price_path")
    told = " ".join(t.get_text() for t in drawn.figure.findobj(Text)).replace("\u00a0", " ")
    assert " in the month to 2011-07-31" in told
    assert "on 2011-07-31" not in told


def test_a_file_of_months_is_no_study_of_weeks() -> None:
    events = pd.DataFrame({"ticker": ["AAA"], "date": ["2011-07-28"]})
    with pytest.raises(InvalidRequest, match="are 31 calendar days apart, too far for a study of weeks") as error:
        es.run(events, frequency="weekly", benchmark="MKT", prices=closes())
    assert str(error.value.hint) == "say what a row is: --frequency monthly"


def test_periods_of_pandas_are_months_or_weeks() -> None:
    made = closes()
    assert [day.date() for day in load_prices(["AAA"], path=made).close.index] == ENDS
    weeks = made.set_axis(pd.period_range("2016-01-04", periods=len(made), freq="W-SUN", name="week"))
    found = load_prices(["AAA"], path=weeks)
    assert [str(one) for one in found.read_as][-2:] == ["weeks, each under its Friday", "144 weeks of AAA"]
    assert {day.weekday() for day in found.close.index} == {4}
    assert found.close.index[0].date().isoformat() == "2016-01-08"
    odd = made.set_axis(pd.period_range("2016-01-04", periods=len(made), freq="W-WED", name="week"))
    with pytest.raises(InvalidFile, match="a period of more than a day"):
        load_prices(["AAA"], path=odd)
