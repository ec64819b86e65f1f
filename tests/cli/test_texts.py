"""What the commands print is the text of the answers, which Python has too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eventstudy.analyses.calibration import calibrate
from eventstudy.analyses.counterfactual import counterfactual
from eventstudy.analyses.impact import impact
from eventstudy.analyses.reaction import DAYS, scan, window_for
from eventstudy.analyses.regression import read_characteristics, regress
from eventstudy.analyses.robustness import robustness
from eventstudy.analyses.spillover import spillover
from eventstudy.claims import check, load_names, of_registry
from eventstudy.prices import load_prices
from eventstudy.request import events_of, longer_prices, run, shares_for, what_else

from tests.cli.conftest import Ran
from tests.tiers import first

Es = Callable[..., Ran]
NVDA = ("deepseek-r1", "--tickers", "NVDA", "--day0", "recognised")
SHORT = ("--estimation-window", "-130", "-11", "--pairs", "4", "--draws", "20")


def nvda(**more: Any) -> Any:
    return run("deepseek-r1", tickers=["NVDA"], day0="recognised", **more)


def money() -> Any:
    result = nvda()
    return impact(result, longer_prices(result, sessions=0), shares_for(result, None)[0])


def claimed() -> Any:
    (event,) = events_of("deepseek-r1")
    names = load_names(None)
    return check(of_registry(event.claim[0], names), event, names=names)


ANSWERS: dict[str, tuple[tuple[str, ...], Callable[[], Any], bool]] = {
    "scan": (NVDA, lambda: scan(nvda(event_window=window_for(DAYS, (-5, 5))), DAYS), True),
    "impact": (NVDA, money, True),
    "counterfactual": (NVDA, lambda: counterfactual(nvda(), load_prices(None, source="bundled")), True),
    "confounders": (NVDA, lambda: what_else("deepseek-r1", tickers=["NVDA"], day0="recognised")[0], True),
    "spillover": (("deepseek-r1",), lambda: spillover(run("deepseek-r1")), True),
    "claim": (("deepseek-r1",), claimed, True),
    "robustness": (NVDA, lambda: robustness(nvda(), load_prices(None, source="bundled")), False),
}
"""Command -> its words, the answer in Python, and whether its text has a longer form."""


@pytest.mark.parametrize("command", first(ANSWERS, 2))
def test_python_has_what_the_command_prints(command: str, es: Es) -> None:
    words, answer, verbose = ANSWERS[command]
    text = answer().text(verbose=True) if verbose else answer().text()
    assert es(command, *words, *(["--verbose"] if verbose else [])).out.endswith(text + "\n")


def test_the_answer_without_confounded_days(es: Es) -> None:
    _, masked = what_else("deepseek-r1", tickers=["NVDA"], day0="recognised", mask_confounded=True)
    assert masked is not None
    assert es("run", *NVDA, "--mask-confounded").out.endswith("\n\n" + masked.text() + "\n")


@pytest.mark.slow
def test_sizes(es: Es) -> None:
    result = nvda(estimation_window=(-130, -11))
    found = calibrate(result, longer_prices(result), n=4, draws=20)
    assert es("calibrate", *NVDA, *SHORT).out == found.text() + "\n"


def test_a_regression(es: Es, tmp_path: Path) -> None:
    file = tmp_path / "firms.csv"
    result = run("deepseek-r1")
    sizes = [f"{pair.ticker},{len(pair.ticker) + i % 3}\n" for i, pair in enumerate(result.panel.pairs)]
    file.write_text("ticker,size\n" + "".join(sizes))
    found = regress(result, read_characteristics(file), ["size"], window=(-1, 1))
    ran = es("regress", "deepseek-r1", "--characteristics", str(file), "--on", "size", "--window", "-1", "1")
    assert ran.out.endswith("\n\n" + found.text() + "\n")


@pytest.mark.parametrize(
    ("days", "own", "wanted"),
    [((0, 10), (-5, 5), (-5, 10)), ((2, 4), (0, 0), (0, 4)), ((-7, -3), (-5, 5), (-7, 5)), ((1, 2), (3, 9), (0, 9))],
)
def test_a_study_is_wide_enough_for_the_days_to_search(
    days: tuple[int, int], own: tuple[int, int], wanted: tuple[int, int]
) -> None:
    assert window_for(days, own) == wanted
