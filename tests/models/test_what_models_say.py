"""What a study may ask of a model, the model says itself: a new one of the same kind is treated alike, whatever its name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eventstudy import plugins
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest


@pytest.fixture
def other_name(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives a model a name that says nothing."""
    monkeypatch.setattr(plugins, "_given", {})

    def named(model: str) -> str:
        plugins.give("models", "of_my_own", replace(plugins.load("models", model)))
        return "of_my_own"

    return named


@pytest.mark.parametrize(
    ("model", "choices", "refused"),
    [
        ("capm", {"returns": "difference", "unit_in": "bp"}, "is of returns"),
        ("fama_french5", {"returns": "difference", "unit_in": "bp"}, "is of returns"),
        ("constant_mean", {"returns": "difference", "unit_in": "bp"}, ""),
        ("capm", {"outcome": "volume"}, "no model of volume"),
        ("market", {"outcome": "volume"}, ""),
        ("market", {"min_estimation": 0}, "something to estimate"),
        ("matched", {"min_estimation": 0}, ""),
        ("dimson", {"estimation_window": (20, 200)}, "in their order"),
        ("scholes_williams", {"estimation_window": (20, 200)}, "in their order"),
        ("garch", {"estimation_window": (20, 200)}, "in their order"),
        ("market", {"estimation_window": (20, 200)}, ""),
    ],
)
def test_a_rule_does_not_hang_on_the_name(model: str, choices: dict[str, Any], refused: str, other_name: Any) -> None:
    for name in (model, other_name(model)):
        if refused:
            with pytest.raises(InvalidRequest, match=refused):
                StudyConfig(model=name, **choices)
        else:
            assert StudyConfig(model=name, **choices).model == name
