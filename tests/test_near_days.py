"""Days near the windows: who is asked, what is left out, and what the reader is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy import StudyResult
from eventstudy.calendars import Moment
from eventstudy.errors import InvalidRequest
from eventstudy.inference.regime import Regime
from eventstudy.study.answers import Answer
from eventstudy.study.cautions import of_design
from eventstudy.study.near import Other, leaving_out
from eventstudy.study.sentences import p_text
from eventstudy.study.study import EventStudy
from eventstudy.units.windows import Window

from tests.panel.made import DAY0, codes, study
from tests.worlds import SESSIONS, closes, grown

DAY = Window(0, 0)


def wild(since: int = -10, times: float = 4.0, lag: float = 0.0, until: int | None = None) -> pd.DataFrame:
    """Prices whose first firm moves so many times as much from a session before day 0 on, or whose errors hang together."""
    prices = closes(seed=3)
    returns = prices.pct_change().fillna(0.0)
    own = returns["AAA"].to_numpy().copy()
    own[DAY0 + since :] *= times
    own[1:] = own[1:] + lag * own[:-1]
    prices["AAA"] = grown(own)
    return prices if until is None else prices.iloc[: DAY0 + until + 1]


@cache
def stormy(**choices: Any) -> StudyResult:
    return study(wild(), tickers=("AAA",), **choices)


def test_a_storm_is_told_and_taken_into_account() -> None:
    found, calm = stormy(), stormy(regime="never")
    said = found.firm_answers[DAY].tests["placebo"].at(0)
    assert said.regime is not None
    assert said.regime.used
    assert said.regime.ratio > 2
    assert said.p_value > calm.firm_answers[DAY].headline_p[0]
    firm = found.firm_answers[DAY]
    assert firm.high[0] - firm.low[0] > 2 * 2.5 * firm.found.se[0], "wider than that of the exact t"
    assert "VOLATILITY_REGIME" in codes(found)
    exact = found.firm_answers[DAY].tests["exact_t"].at(0)
    assert not exact.valid
    assert "as much as estimation days" in exact.reasons[0]
    [told] = [w for w in found.to_dict()["firms"][0]["windows"] if (w["start"], w["end"]) == (0, 0)]
    assert told["regime"] == {"ratio": said.regime.ratio, "p": said.regime.p, "used": True}
    assert (told["headline"], told["headline_p"]) == ("placebo", said.p_value)


def test_a_storm_that_is_not_to_be_judged_by_is_told_and_leaves_no_valid_test() -> None:
    """`never` is a choice not to scale: validity does not rest on not having looked."""
    found, never = stormy(), stormy(regime="never")
    said, told = (r.firm_answers[DAY].tests["placebo"].at(0) for r in (found, never))
    assert said.regime is not None
    assert told.regime == said.regime._replace(used=False)
    assert told.p_value < said.p_value
    for one in (told, never.firm_answers[DAY].tests["exact_t"].at(0), never.answers[DAY].tests["placebo"]):
        assert not one.valid
        assert "as much as estimation days" in one.reasons[0]
    assert never.answers[DAY].headline is None
    assert never.answers[DAY].interval is None
    assert np.isnan(never.firm_answers[DAY].low[0])
    assert {"VOLATILITY_REGIME", "REGIME_CHOSEN"} <= set(codes(never))
    [document] = [w for w in never.to_dict()["firms"][0]["windows"] if (w["start"], w["end"]) == (0, 0)]
    assert document["regime"] == {"ratio": said.regime.ratio, "p": said.regime.p, "used": False}
    shown = " ".join(never.text().split())
    assert f"({p_text(float(never.firm_answers[DAY].p[0]))})" in shown
    assert "in brackets: not valid, for days near the event moved" in shown
    assert "tests that do not allow for that are not valid there (--regime never)" in shown
    assert "no test is valid for [0, 0]" in shown
    calm = study(closes(seed=3), tickers=("AAA",), regime="never")
    assert calm.answers[DAY].headline == "placebo"
    assert "REGIME_CHOSEN" in codes(calm)


def test_each_window_is_told_how_wild_the_days_near_it_are() -> None:
    """By itself, with those near which nothing shows, whose p-values do not allow for a storm."""
    result = stormy()
    [said] = [w for w in result.warned if w.code == "VOLATILITY_REGIME" and w.ticker == "AAA"]
    for window, firm in result.firm_answers.items():
        near = firm.tests["placebo"].at(0).regime
        assert near is not None
        assert near.raised is (near.p <= 0.1)
        assert near.raised is (str(window) in said.message.split("; p-values")[0])
        if near.raised:
            assert f"near {window} {near.ratio:.1f} times (p " in said.message
    assert "a small p may be the wild days, not the event" in said.message
    short = study(wild(), tickers=("AAA",), windows=[(0, 0)])
    assert "not in full" not in short.warnings.set_index("code")["message"]["VOLATILITY_REGIME"]


@pytest.mark.parametrize(
    ("wild", "calm", "speaks", "told"),
    [
        ((0,), (), {"placebo"}, "p-values there allow for that"),
        (
            (0,),
            (5,),
            {"placebo"},
            "allow for that, those of [-5, +5] do not: a small p there may be the wild days, not the event",
        ),
        (
            (0, 1),
            (5,),
            {"placebo"},
            "those of [-5, +5] do not, and over several days none does in full: a small p may be",
        ),
        ((1,), (), {"placebo"}, "allow for that, over several days not in full: a small p may be the wild days"),
        (
            (0,),
            (5,),
            {"placebo_sum"},
            "goes by the days near each event alone, not by those of all events together: a small p",
        ),
        ((0,), (), {"bmp"}, "the headline test allows for that"),
    ],
)
def test_what_is_said_of_p_is_what_the_headline_test_used(
    wild: tuple[int, ...], calm: tuple[int, ...], speaks: set[str], told: str
) -> None:
    """With `never` as well, where few events have the p of their own near days either way."""
    raised, near = Regime(1.5, 0.02, used=True, after=True), Regime(1.0, 0.6, used=True, after=True)
    windows = {Window(-k, k): raised for k in wild} | {Window(-k, k): near for k in calm}
    answers = [of_regime(window, one, next(iter(speaks))) for window, one in windows.items()]
    [said] = [str(w.message) for w in of_design(answers) if w.code == "VOLATILITY_REGIME"]
    assert told in said


def of_regime(window: Window, regime: Regime, headline: str) -> Answer:
    """The answer of three pairs, by this headline test, near whose window days were so wild."""
    return replace(Answer.of_none(window), n=3, headline=headline, regime=regime)


def test_a_p_by_calm_days_stands_in_brackets_where_days_were_wild() -> None:
    stormed, calm = (" ".join(r.text().split()) for r in (stormy(), study(closes(seed=3), tickers=("AAA",))))
    assert "in brackets: not valid, for days near the event moved" in stormed
    assert "in brackets" not in calm


def test_the_choice_is_recorded_and_others_are_refused() -> None:
    assert stormy(regime="never").to_dict()["config"]["regime"] == "never"
    always = study(closes(seed=3), tickers=("AAA",), regime="always")
    assert always.firm_answers[DAY].tests["placebo"].at(0).regime.used  # type: ignore[union-attr]
    assert "VOLATILITY_REGIME" not in codes(always)
    assert "REGIME_CHOSEN" in codes(always)
    assert "REGIME_CHOSEN" not in codes(stormy())
    with pytest.raises(InvalidRequest, match="regime is 'sometimes'"):
        EventStudy(regime="sometimes")


@pytest.mark.parametrize(("until", "judged"), [(5, ()), (6, ("[0, 0]",)), (7, ("[0, 0]", "[-1, +1]")), (15, None)])
def test_with_too_few_days_after_the_event_that_is_said(until: int, judged: tuple[str, ...] | None) -> None:
    """Six days after a window are needed: without the look at them alone a storm from day -3 on is found too rarely."""
    found = study(wild(until=until), tickers=("AAA",))
    said = found.warnings.set_index("code")["message"]
    assert ("REGIME_UNKNOWN" not in said) is (judged is None)
    if judged is not None:
        assert "mistrust a small p" in said["REGIME_UNKNOWN"]
        assert "[-5, +5]" in said["REGIME_UNKNOWN"]
        assert [w for w in ("[0, 0]", "[-1, +1]") if w not in said["REGIME_UNKNOWN"]] == list(judged)


def test_days_that_hang_together_are_told() -> None:
    found = study(wild(times=1.0, lag=0.8), tickers=("AAA",))
    said = found.warnings.set_index("code")["message"]["SERIAL_CORRELATION"]
    kappa = found.firm_answers[Window(-5, 5)].tests["placebo"].kappa
    assert kappa is not None
    assert f"vary {np.sqrt(kappa[0]):.2f} times" in said
    assert "SERIAL_CORRELATION" not in codes(stormy())


def test_other_events_of_the_firm_are_no_near_days() -> None:
    """Those of the same event, of other firms, and days far away count as before."""
    day = SESSIONS[DAY0 + 7].date()
    pair = stormy().panel.pairs[0]
    own, same = Other("AAA", None, Moment(day)), Other("AAA", pair.event_id, Moment(day))
    far = [Other("BBB", None, Moment(day)), Other("AAA", "old", Moment(date(2019, 1, 2)))]
    assert leaving_out(stormy(), [same, *far]) is stormy()
    found = leaving_out(stormy(), [own])
    assert found.returns.around is not None
    [place] = np.flatnonzero(found.returns.around.left_out[0])
    assert place == stormy().panel.block.returns.shape[1] + 1
    one, other = (r.firm_answers[DAY].tests["placebo"].regimes for r in (found, stormy()))
    assert one.ratio[0] != other.ratio[0]  # type: ignore[union-attr]
    together = found.answers[DAY].regime
    assert together is not None
    assert together.ratio == one.ratio[0]  # type: ignore[union-attr]


def test_on_several_dates_the_mean_over_the_pairs_is_asked() -> None:
    """Both firms are wild near their own events: the average day is, and tests of calm days are marked."""
    prices = wild()
    prices["BBB"] = wild(since=10)["AAA"].to_numpy()
    events = pd.DataFrame(
        {"ticker": ["AAA", "BBB"], "date": [SESSIONS[DAY0], SESSIONS[DAY0 + 20]], "event_id": ["a", "b"]}
    )
    choices: dict[str, Any] = {
        "estimation_window": (-110, -11),
        "min_estimation": 60,
        "calendar": None,
        "benchmark": "MKT",
    }
    answer = EventStudy(**choices).run(events, prices).answers[DAY]
    assert answer.n_dates == 2
    assert answer.regime is not None
    assert answer.regime.used
    assert answer.design is not None
    assert answer.design.scale == answer.regime.ratio > 1.5
    assert any("as much as estimation days" in reason for reason in answer.tests["cda"].reasons)


@pytest.mark.parametrize("regime", ["auto", "always", "never"])
def test_sums_know_how_wild_the_days_around_several_events_are(regime: Any) -> None:
    """As the pairs do: a pair lacks days, one lacks the window, one day of the windows is wild; too many are not asked."""
    prices = closes(seed=3)
    returns = prices.pct_change().fillna(0.0).to_numpy().copy()
    returns[DAY0 - 10 :, :3] *= 1.6
    prices[:] = grown(returns)
    prices.iloc[DAY0 - 40, 0] = np.nan
    prices.iloc[DAY0 + 16 : DAY0 + 19, 1] = np.nan
    days = [DAY0, DAY0 + 12, DAY0 + 20, DAY0 - 3]
    events = pd.DataFrame({"ticker": ["AAA", "BBB", "BBB", "CCC"], "date": [SESSIONS[d] for d in days]})
    events["event_id"] = list("abcd")
    choices: dict[str, Any] = {
        "estimation_window": (-110, -11),
        "min_estimation": 60,
        "calendar": None,
        "benchmark": "MKT",
    }
    study = EventStudy(**choices, regime=regime, windows=[(0, 0), (-1, 1), (-5, 5)])
    pairs, sums = (study.run(events, prices, keep=keep) for keep in ("pairs", "aggregate"))
    for window, answer in pairs.answers.items():
        one, other = answer.regime, sums.answers[window].regime
        assert answer.n == sums.answers[window].n > 1
        assert one is not None
        assert other == pytest.approx(one, rel=1e-9)
        assert one.used is not (regime == "never")
        assert answer.tests["cda"].reasons == sums.answers[window].tests["cda"].reasons
        mine, theirs = answer.tests, sums.answers[window].tests
        assert list(mine) == list(theirs)
        assert answer.headline == sums.answers[window].headline
        if "placebo_sum" in mine:  # drawn in another order
            assert theirs["placebo_sum"].statistic == pytest.approx(mine["placebo_sum"].statistic, rel=1e-9)
            assert theirs["placebo_sum"].p_value == pytest.approx(mine["placebo_sum"].p_value, abs=0.02)
            assert theirs["placebo_sum"].valid is mine["placebo_sum"].valid
    assert "REGIME_UNKNOWN" not in set(sums.warnings["code"])


def test_firms_that_react_unlike_have_the_p_of_their_mean_in_the_sentence() -> None:
    """On one date a wilder day and unlike reactions cannot be told apart, so both p stand there (REMEDIES B 5, B 8)."""
    wide, plain = es.run("deepseek-r1", day0="recognised"), es.run("deepseek-r1", tickers=["NVDA", "AMD"])
    assert (
        "whether such firms move on average, or only these did: [0, 0] (p .128), [-1, +1] (p .416), [0, +1] (p .357)"
        " by correlation-adjusted cross-sectional test (bmp_adjusted)"
    ) in wide.summary()
    assert "whether such firms" not in plain.summary()
