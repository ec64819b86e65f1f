"""Settings of files and of Python: called as the field or as the flag, and refused by name where they cannot be meant."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eventstudy.config import StudyConfig, study_settings
from eventstudy.errors import InvalidFile, InvalidRequest, UnknownName
from eventstudy.request import run, run_aggregate
from eventstudy.settings import checked, place_of


def read(**table: Any) -> dict[str, Any]:
    return checked(table, study_settings(), lambda key: f"here, {key}")


def test_a_setting_is_called_as_its_field_or_its_flag() -> None:
    assert read(window=[[0, 1]], test=["bmp"], no_alpha=True) == read(windows=[[0, 1]], tests=["bmp"], alpha=False)
    assert checked({"estimation-window": [-250, -20]}, study_settings(), str) == {"estimation_window": [-250, -20]}


def test_one_stands_for_a_list_of_one() -> None:
    assert read(window=[0, 1], test="bmp", peers="KO, PG") == {
        "windows": [[0, 1]],
        "tests": ["bmp"],
        "peers": ["KO", "PG"],
    }
    assert read(windows=[]) == {"windows": []}
    assert read(variant="corrado_rank=paper") == read(variants={"corrado_rank": "paper"})
    assert read(exclude_dates=[date(2025, 1, 2), "2025-01-03"])["exclude_dates"] == ["2025-01-02", "2025-01-03"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"tests": 5}, "tests is 5, not text in quotes or a list of it"),
        ({"test": ["bmp", 5]}, 'test is ["bmp", 5], not text'),
        ({"seed": "x"}, 'seed is "x", not a whole number'),
        ({"seed": True}, "seed is true, not a whole number"),
        ({"seed": 1.5}, "seed is 1.5, not a whole number"),
        ({"alpha": 1}, "alpha is 1, not true or false"),
        ({"no_alpha": "no"}, 'no_alpha is "no", not true or false'),
        ({"windows": 5}, "windows is 5, not a list of pairs"),
        ({"windows": [[0, 1], [1]]}, "not a list of pairs"),
        ({"event_window": [0, "1"]}, 'event_window is [0, "1"], not two whole numbers'),
        ({"benchmark": date(2025, 1, 2)}, 'benchmark is "2025-01-02", not text'),
        ({"variants": "paper"}, 'variants is "paper", not a table'),
        ({"variants": {"corrado_rank": 1}}, "not a table"),
        ({"window": [0, 1], "windows": [0, 2]}, "window and windows are the same setting"),
    ],
)
def test_what_cannot_be_meant_is_named(table: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(**table)
    assert told in caught.value.what
    assert caught.value.where == f"here, {list(table)[-1]}"


def test_an_unknown_one_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="there is no setting called 'benchmrk'") as caught:
        read(benchmrk="SPY")
    assert caught.value.hint == "did you mean 'benchmark'?"


def test_where_it_stands() -> None:
    text = 'title = "x"\n[a]  # one\nseed = 1\n\n["b.c"]\nw = [\n [0, 1],\n]\n"seed" = 2\n'
    where = partial(place_of, "f.toml", text)
    assert where("", "title") == "f.toml, line 1"
    assert where("a") == "f.toml, line 2, [a]"
    assert where("a", "seed") == "f.toml, line 3, [a]"
    assert where("b.c", "seed") == "f.toml, line 9, [b.c]"
    assert where("a", "none") == "f.toml, [a]"


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({"seed": "x"}, "seed is 'x', not a whole number"),
        ({"seed": -1}, "seed is -1"),
        ({"min_estimation": "100"}, "min_estimation is '100', not a whole number"),
        ({"max_shift": 10**12}, "max_shift is 1000000000000 calendar days"),
        ({"alpha": 5}, "alpha is 5, not true or false"),
        ({"prediction_error": "false"}, "prediction_error is 'false', not true or false"),
        ({"benchmark": 5}, "benchmark is 5, not text"),
        ({"model": None}, "model is None, not text"),
        ({"tests": 5}, "tests is 5, not text"),
        ({"windows": 5}, "windows is 5, not a list of pairs"),
        ({"variants": ["corrado_rank"]}, "variants is ['corrado_rank'], not a table"),
        ({"exclude_dates": 5}, "exclude_dates is 5, not a list of dates"),
        ({"estimation_window": (-99999999999, -11)}, "the estimation window [-99999999999, -11] reaches further"),
    ],
)
def test_choices_in_python_are_refused_by_name_too(choices: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        StudyConfig(**choices)
    assert told in caught.value.what


def test_numbers_of_numpy_are_numbers() -> None:
    made = StudyConfig(seed=np.int64(3), alpha=np.bool_(False), windows=np.array([[0, 1]]))  # type: ignore[arg-type]
    assert (made.seed, made.alpha, made.windows) == (3, False, ((0, 1),))
    assert type(made.seed) is int


def test_the_choices_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text('[study]\nwindow = [0, 1]\ncalendar = "prices"\nno-alpha = true\n')
    assert StudyConfig.from_toml(path) == StudyConfig(windows=((0, 1),), calendar=None, alpha=False)  # type: ignore[arg-type]
    for text, told in (("modle = 1", "'modle'"), ("seed = 'x'", "seed is"), ("event_window = [5, 1]", "ends before")):
        path.write_text(f"[study]\n{text}\n")
        with pytest.raises(InvalidFile, match=told) as caught:
            StudyConfig.from_toml(path)
        assert str(path) in str(caught.value.where)


def test_choices_can_be_kept_by_what_they_are() -> None:
    one, same, other = (StudyConfig(variants=v) for v in ({"bmp": "default"}, {"bmp": "default"}, {}))
    assert hash(one) == hash(same)
    assert len({one, same, other}) == 2


def test_sums_alone_are_another_word_of_python() -> None:
    with pytest.raises(InvalidRequest, match="here every pair is kept") as error:
        run("deepseek-r1", tickers="NVDA", keep="aggregate")
    assert (
        error.value.hint
        == f"sums alone, by the same words: {run_aggregate.__module__.rpartition('.')[0]}.run_aggregate"
    )
