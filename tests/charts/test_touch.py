"""A day that is touched says its date, abnormal return, p and CAR; nothing of it is seen or stands in a legend."""

from __future__ import annotations

import re
from typing import Any

import eventstudy as es
import pytest
from eventstudy.charts import render
from eventstudy.study.result import StudyResult


@pytest.fixture(scope="module")
def nvda() -> StudyResult:
    return es.run("deepseek-r1", tickers="NVDA", day0="recognised")


def titles(result: StudyResult, chart: str, **options: Any) -> list[str]:
    text = render(result.plot(chart, **options), "svg").decode()
    return re.findall(r'<g id="day-\d+" pointer-events="all"><title>([^<]*)</title>', text)


@pytest.mark.parametrize("chart", ["ar_bars", "car", "price_path"])
def test_each_day_says_its_figures(nvda: StudyResult, chart: str) -> None:
    told = titles(nvda, chart)
    days = nvda.to_dict()["firms"][0]["days"]
    assert len(told) == len(days) == 11
    total = 0.0
    for text, day in zip(told, days, strict=True):
        total += day["ar"]
        sign = f"{100 * day['ar']:+.2f}".replace("-", "−")
        assert text.startswith(f"{day['session']} (day ")
        assert f": {sign}" in text
        assert text.endswith(f"{100 * total:+.2f}\u00a0%".replace("-", "−"))
    assert told[5] == "2025-01-27 (day 0): −13.37\u00a0%, p .004; CAR so far −14.83\u00a0%"


def test_each_firm_of_a_forest_says_its_figures() -> None:
    result = es.run("deepseek-r1", tickers="NVDA,AMD,AAPL", day0="recognised")
    text = render(result.plot("forest", window=(0, 1)), "svg").decode()
    told = re.findall(r'<g id="row-\d+" pointer-events="all"><title>([^<]*)</title>', text)
    assert len(told) == 3
    firms = {firm["ticker"]: firm for firm in result.to_dict()["firms"]}
    for said in told:
        firm = firms[said.partition(",")[0]]
        day = next(day for day in firm["days"] if day["rel_day"] == 0)
        window = next(window for window in firm["windows"] if (window["start"], window["end"]) == (0, 1))
        ar, car = (f"{100 * value:+.2f}\u00a0%".replace("-", "−") for value in (day["ar"], window["car"]))
        assert said.startswith(f"{firm['ticker']}, 2025-01-27 (day 0): {ar}; CAR[0,\u00a0+1] {car}, p ")
    german = render(result.plot("forest", lang="de"), "svg").decode()
    assert "27.01.2025 (Tag 0): −13,37" in german


def test_in_german_and_without_a_trace_elsewhere(nvda: StudyResult) -> None:
    assert titles(nvda, "ar_bars", lang="de")[5].startswith("27.01.2025 (Tag 0): −13,37\u00a0%")
    ax = nvda.plot("ar_bars")
    assert not [text for text in ax.get_legend_handles_labels()[1] if "told" in text]
    assert b"_told" not in render(ax, "svg")
