"""What changed between two results, and why: figures that were moved by hand are named, and nothing else."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from eventstudy.reports.changes import changes
from eventstudy.reports.study_file import Condition
from eventstudy.reports.update import State, Summary
from eventstudy.reports.words import Words
from eventstudy.study.differences import differences, reasons
from eventstudy.study.result import StudyResult


@pytest.fixture
def two(nvda: StudyResult) -> tuple[dict[str, Any], dict[str, Any]]:
    return nvda.to_dict(), deepcopy(nvda.to_dict())


Two = tuple[dict[str, Any], dict[str, Any]]


def test_a_result_is_equal_to_itself_and_to_its_rounding(two: Two) -> None:
    before, after = two
    assert (differences(before, after), reasons(before, after)) == ([], [])
    after["firms"][0]["windows"][0]["car"] *= 1 + 1e-12
    assert differences(before, after) == []


def test_the_figures_that_moved_are_named_and_no_others(two: Two) -> None:
    before, after = two
    after["firms"][0]["windows"][1]["car"] += 1e-4
    after["firms"][0]["days"][5]["ar"] = None
    after["aggregate"]["windows"][2]["tests"][0]["p"] = 0.5
    test = after["aggregate"]["windows"][2]["tests"][0]["name"]
    assert [" ".join(one.name) for one in differences(before, after)] == [
        f"NVDA {after['firms'][0]['days'][5]['session']} ar",
        "NVDA [-1, +1] car",
        f"all [+0, +1] {test} p",
    ]


def test_a_firm_that_is_gone_is_beside_nothing(two: Two) -> None:
    before, after = two
    after["firms"] = []
    moved = differences(before, after)
    assert {one.name[0] for one in moved} == {"NVDA"}
    assert {one.after for one in moved} == {None}


def test_why_is_said_of_what_went_in(two: Two) -> None:
    before, after = two
    after["provenance"]["versions"]["numpy"] = "9.9"
    after["config"]["seed"] = 7
    after["firms"][0]["days"][4]["ret"] += 0.01
    after["warnings"].append({**after["warnings"][0], "code": "PRICE_SPIKE", "severity": "doubt", "ticker": "NVDA"})
    session, numpy = after["firms"][0]["days"][4]["session"], before["provenance"]["versions"]["numpy"]
    assert reasons(before, after) == [
        "seed was 0 and is 7",
        f"a price of NVDA was restated: its return on {session} is another",
        "a doubt was raised: PRICE_SPIKE (NVDA)",
        f"numpy was {numpy} and is 9.9",
    ]
    assert "a doubt was cleared: PRICE_SPIKE (NVDA)" in reasons(after, before)


def test_prices_before_the_event_are_noticed_by_what_was_estimated_of_them(two: Two) -> None:
    before, after = two
    after["firms"][0]["params"]["beta"] += 0.01
    assert [str(one) for one in reasons(before, after)] == [
        "NVDA: a price before the event, of it or of its benchmark, was restated"
    ]


@pytest.mark.parametrize(
    ("option", "value"), [("model", "market_adjusted"), ("estimation_window", [-200, -11]), ("event_window", [-2, 2])]
)
def test_another_option_is_the_reason_and_no_price_is_blamed_for_it(two: Two, option: str, value: Any) -> None:
    before, after = two
    after["config"][option] = value
    after["firms"][0]["params"]["beta"] += 0.01
    (told,) = reasons(before, after)
    assert str(told).startswith(f"{option} was ")


def test_another_day_0_is_the_reason_and_no_price_is_blamed_for_it(two: Two) -> None:
    before, after = two
    after["firms"][0]["day0"] = "2025-01-28"
    after["firms"][0]["params"]["beta"] += 0.01
    assert [str(one) for one in reasons(before, after)] == ["NVDA day0 was 2025-01-27 and is 2025-01-28"]


def test_returns_of_another_kind_are_no_restated_prices_and_another_seed_hides_none(two: Two) -> None:
    before, after = two
    after["firms"][0]["days"][4]["ret"] += 0.01
    after["config"]["returns"] = "log"
    assert [str(one) for one in reasons(before, after)] == ["returns was simple and is log"]
    after["config"] |= {"returns": "simple", "seed": 7}
    after["firms"][0]["days"][4]["ret"] -= 0.01
    after["firms"][0]["params"]["beta"] += 0.01
    assert any("was restated" in str(one) for one in reasons(before, after))


@pytest.mark.parametrize(("lang", "told"), [("en", "CAR [−1,\u00a0+1] was "), ("de", "CAR [−1,\u00a0+1] war ")])
def test_an_update_says_which_figure_moved_from_what_to_what(two: Two, lang: Any, told: str) -> None:
    before, after = two
    after["firms"][0]["windows"][1]["car"] = -0.2
    after["firms"][0]["windows"][2]["car"] = -0.3
    (line,) = changes(before, after, Words(lang))
    assert told in line
    assert line.endswith("−20.00\u00a0%" if lang == "en" else "−20,00\u00a0%")


PLAIN = State("a", "A", "key", "unchanged", incomplete=False)


@pytest.mark.parametrize(
    ("state", "holds"),
    [
        (PLAIN, set()),
        (replace(PLAIN, finding=True, raised=True), set()),  # which are those of the last change
        (replace(PLAIN, status="new"), {"changed"}),
        (replace(PLAIN, status="updated", finding=True), {"changed", "finding"}),
        (replace(PLAIN, status="updated", raised=True), {"changed", "doubt"}),
        (replace(PLAIN, status="kept"), {"failed"}),
        (replace(PLAIN, status="failed"), {"failed"}),
    ],
)
def test_what_calls_for_a_message(state: State, holds: set[Condition]) -> None:
    summary = Summary(None, "reports", (PLAIN, state))
    conditions: tuple[Condition, ...] = ("changed", "finding", "doubt", "failed")
    assert {one for one in conditions if summary.calls_for([one])} == holds
    assert summary.calls_for(conditions) == bool(holds)
    assert not summary.calls_for([])
