"""Each row of the decision table: which test speaks, which do not count, and why (METHODS 3.29, ruling 22)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult, plugins
from eventstudy.charts._language import of_language
from eventstudy.charts._words import caveat
from eventstudy.inference import Alternative, Sample, Significance, advice
from eventstudy.inference.base import cannot_reach
from eventstudy.language import in_language
from eventstudy.reports import render
from eventstudy.study.answers import Answer, ask
from eventstudy.study.cautions import of_design
from eventstudy.study.happened import what_happened
from eventstudy.units.windows import Window
from scipy import stats

from tests.oracles.designs import Panel, made_up, sampled
from tests.panel.made import study
from tests.worlds import SESSIONS, closes, grown

DAY, WINDOW = (0, 0), (-5, 5)
ALL = set(advice.DEFAULT_TESTS)
NEED_INDEPENDENCE = {"cross_section_t", "bmp", "patell", "generalized_sign"}
NEED_CONSTANT_VARIANCE = {"patell", "patell_adjusted", "cda", "corrado_rank"}
IN_EVENT_TIME = {"cda", "corrado_rank", "grank_t"}
SPREAD_OVER_PAIRS = {"bmp", "bmp_adjusted", "cross_section_t", "caar_t"}


def panel(days: list[int], seed: int = 1, jump: float = 1.0) -> Panel:
    """One firm a day given; the errors of day 0 are multiplied by `jump`."""
    made = made_up(np.random.default_rng(seed), tuple(enumerate(days)), missing=0.0, estimation=(-90, -11))
    if jump != 1:
        for firm, day in enumerate(days):
            made.returns[day - 5 : day + 6, firm] *= jump
    return made


def asked(made: Panel, window: tuple[int, int] = DAY) -> Answer:
    return ask(sampled(made.block(), window), (), {})


def said(design: advice.Design | None) -> dict[str, str]:
    """The sentence of each code that the design of a window calls for."""
    assert design is not None
    return {m.code: m.message for m in advice.warn_design(design, Window(*DAY))}


def said_of(answer: Answer) -> dict[str, str]:
    """The same of an answer."""
    return said(answer.design)


def invalid(answer: Answer) -> set[str]:
    return {name for name, s in answer.tests.items() if not s.valid}


def distinct(n: int) -> list[int]:
    return [100 + 40 * i for i in range(n)]


def quiet(n: int, window: tuple[int, int] = DAY) -> Answer:
    """Distinct dates without event-induced variance, as far as its test can tell."""
    for seed in range(1, 50):
        answer = asked(panel(distinct(n), seed), window)
        assert answer.design is not None
        if not answer.design.event_variance:
            return answer
    raise AssertionError


@pytest.mark.parametrize("window", [DAY, (0, 1), WINDOW])
def test_one_firm(window: tuple[int, int]) -> None:
    answer = asked(panel([100]), window)
    assert answer.headline == "placebo"
    assert answer.tests["placebo"].valid
    assert answer.interval is not None
    assert answer.interval == answer.tests["placebo"].interval
    assert invalid(answer) == ALL
    for name in ALL:
        test = answer.tests[name]
        assert np.isnan([test.statistic, test.p_value]).all()
        assert "not defined for one pair" in test.reasons[0]
    assert answer.tests["exact_t"].valid


@pytest.mark.parametrize("window", [DAY, WINDOW])
def test_one_date(window: tuple[int, int]) -> None:
    answer = asked(panel([100] * 12), window)
    assert answer.headline == "placebo"
    assert invalid(answer) == NEED_INDEPENDENCE
    r, n = answer.correlation, 12
    assert r > 0.1
    cut = stats.norm.ppf(0.975)
    wanted = {
        "bmp": 2 * stats.norm.sf(cut * np.sqrt((1 - r) / (1 + (n - 1) * r))),
        "cross_section_t": 2 * stats.norm.sf(cut * np.sqrt((1 - r) / (1 + (n - 1) * r))),
        "patell": 2 * stats.norm.sf(cut / np.sqrt(1 + (n - 1) * r)),
    }
    for name in NEED_INDEPENDENCE:
        test = answer.tests[name]
        assert "one date is one draw of the common shock" in test.reasons[0]
        assert np.isfinite([test.statistic, test.p_value]).all()
        assert test.expected_size is not None
        assert 0.1 < test.expected_size < 0.7
        if name in wanted:
            assert test.expected_size == pytest.approx(wanted[name], rel=1e-9)
    assert all(answer.tests[name].expected_size is None for name in ALL - NEED_INDEPENDENCE)
    assert ("joint_placebo" in answer.tests) == (window == DAY)
    assert "ONE_DATE" in said(answer.design)


def test_two_firms_on_one_date() -> None:
    answer = asked(panel([100] * 2))
    assert answer.headline == "placebo"
    assert invalid(answer) >= NEED_INDEPENDENCE


def test_repeated_dates() -> None:
    """Two pairs a date, the dates apart: what is added up in event time holds, what takes pairs for independent does not."""
    answer = asked(panel([100, 100, 150, 150, 200, 200]), WINDOW)
    assert answer.headline == "bmp_adjusted"
    assert NEED_INDEPENDENCE | {"portfolio_t"} == invalid(answer)
    assert "the events share days" in answer.tests["patell"].reasons[0]
    assert answer.tests["portfolio_t"].reasons == ("the pairs have more than one event date",)
    assert answer.design is not None
    assert answer.design.f_cross == pytest.approx(1, abs=1e-12)
    assert answer.robustness[0] == "patell_guarded"


def test_what_holds_for_several_windows_names_all_of_them() -> None:
    made = panel([100, 100, 150, 150, 200, 200])
    told = {m.code: m.message for m in of_design([asked(made, DAY), asked(made, WINDOW)])}
    assert told["OVERLAPPING_EVENTS"].startswith("[0, 0]: the events share days")
    assert told["OVERLAPPING_EVENTS"].endswith("; likewise [-5, +5]")
    [alone] = [m.message for m in of_design([asked(made, DAY)]) if m.code == "OVERLAPPING_EVENTS"]
    assert told["OVERLAPPING_EVENTS"] == f"{alone}; likewise [-5, +5]"


def test_windows_of_different_dates_that_overlap() -> None:
    answer = asked(panel([100 + 3 * i for i in range(8)]), WINDOW)
    assert answer.headline == "bmp_adjusted"
    assert NEED_INDEPENDENCE | IN_EVENT_TIME | {"portfolio_t"} == invalid(answer)
    design = answer.design
    assert design is not None
    assert design.f == pytest.approx(design.f_cross)
    assert design.f > 1.05
    for name in IN_EVENT_TIME:
        said = answer.tests[name]
        assert "windows of different dates share days" in said.reasons[0]
        wanted = 2 * stats.norm.sf(stats.norm.ppf(0.975) / np.sqrt(design.f_cross))
        assert said.expected_size == pytest.approx(wanted, rel=1e-9)
    assert not IN_EVENT_TIME & set(answer.robustness)
    assert "OVERLAPPING_EVENTS" in said_of(answer)


def test_a_day_that_two_of_many_windows_share_adjusts_the_headline_and_breaks_no_other() -> None:
    days = distinct(9)
    days[1] = days[0] + 10
    answer = asked(panel(days), WINDOW)
    assert answer.overlap == pytest.approx(2 / 11 / 72)
    assert answer.headline == "bmp_adjusted"
    assert invalid(answer) == {"portfolio_t"}
    assert "OVERLAPPING_EVENTS" in said_of(answer)


def test_a_raised_regime_speaks_against_tests_that_take_the_variance_for_unchanged() -> None:
    design = asked(panel(distinct(12))).design
    assert design is not None
    wild = replace(design, scale=1.5, storm=1.5, variance_p=0.5)
    for name in NEED_CONSTANT_VARIANCE:
        [(reason, size)] = advice.objections(plugins.load("tests", name), wild, "default")
        assert "days near the event moved 1.5 times as much" in reason
        assert size == pytest.approx(2 * stats.norm.sf(stats.norm.ppf(0.975) / 1.5), rel=1e-9)
    for name in ("patell_guarded", "bmp", "grank_t", "caar_t"):
        assert not list(advice.objections(plugins.load("tests", name), wild, "default"))


@pytest.mark.parametrize(
    ("z", "n", "headline"), [(2.0, 12, "caar_t"), (-2.0, 10, "caar_t"), (1.9, 12, "bmp"), (3, 9, "bmp")]
)
def test_an_effect_that_varies_with_risk_hands_over_to_the_mean(z: float, n: int, headline: str) -> None:
    design = asked(panel(distinct(n))).design
    assert design is not None
    design = replace(design, risk_z=z)
    assert advice.situation(design).headline == headline
    assert ("EFFECT_VARIES_WITH_RISK" in said(design)) == (headline == "caar_t")


def one_against_two(loud: float, quiet: float, side: Alternative = "two-sided") -> StudyResult:
    """Three firms of own dates: two move by 1 % a day and by `quiet` on their days, one by 4 % and by `loud`."""
    rng, sizes, days = np.random.default_rng(5), (0.01, 0.01, 0.04), (110, 130, 150)
    returns = np.column_stack([rng.normal(0, size, len(SESSIONS)) for size in (*sizes, 0.008)])
    for firm, (day, jump) in enumerate(zip(days, (quiet, quiet, loud), strict=True)):
        returns[day, firm] = jump
    prices = pd.DataFrame(grown(returns), SESSIONS, ["A", "B", "C", "MKT"])
    events = pd.DataFrame({"ticker": ["A", "B", "C"], "date": [str(SESSIONS[day])[:10] for day in days]})
    study = EventStudy(
        benchmark="MKT",
        calendar=None,
        estimation_window=(-90, -11),
        event_window=WINDOW,
        windows=[DAY],
        min_estimation=60,
        alternative=side,
    )
    return study.run(events, prices)


@pytest.mark.parametrize(
    ("side", "loud", "quiet"),
    [
        ("two-sided", 0.25, -0.06),
        ("two-sided", -0.25, 0.06),
        ("greater", -0.25, 0.06),
        ("less", 0.25, -0.06),
        ("greater", 0.25, -0.06),
    ],
)
def test_few_firms_whose_calm_ones_went_against_the_mean_are_no_finding(
    side: Alternative, loud: float, quiet: float
) -> None:
    """The sum of studentised returns has the sign of the calm firms, the mean that of the wild one."""
    result = one_against_two(loud, quiet, side)
    answer = result.answers[Window(0, 0)]
    told = answer.tests["placebo_sum"]
    assert told.statistic * answer.caar < 0
    assert not told.valid
    assert advice.AGAINST_THE_MEAN in told.reasons
    assert (answer.headline, answer.interval) == (None, None)
    assert "no test can tell" in what_happened(result)[0]
    assert [w.message for w in result.warned if w.code == "EFFECT_VARIES_WITH_RISK"]
    assert np.isnan(result.adjusted[answer.window].p)


def test_an_interval_that_does_not_hold_the_mean_is_left_out() -> None:
    """All three rose, the wild one by far the most: the effect in common is found, and is not the mean."""
    result = one_against_two(0.25, 0.06)
    answer = result.answers[Window(0, 0)]
    told = answer.tests["placebo_sum"]
    assert (answer.headline, answer.interval) == ("placebo_sum", None)
    assert told.p_value < 0.05
    assert told.interval is not None
    assert 0 < told.interval[0] < told.interval[1] < answer.caar
    [one] = [w.message for w in result.warned if w.code == "EFFECT_VARIES_WITH_RISK"]
    assert "the mean CAR lies outside the interval" in one
    assert "the mean CAR lies outside the interval" in " ".join(result.text().split())


@pytest.mark.render
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "a small p may be days of the window that were wild"),
        ("de", "Ein kleines p kann von unruhigen Tagen des"),
    ],
)
def test_few_events_say_everywhere_that_a_small_p_may_be_wild_days(lang: Literal["en", "de"], words: str) -> None:
    """No test with power tells an effect from firms that are wilder than usual on the days of the window alone (B5)."""
    result = one_against_two(0.25, 0.06)
    [told] = [w for w in result.warned if w.code == "FEW_EVENTS"]
    assert words in str(in_language(told.message, lang))
    assert words in render(result, "html", lang=lang).decode()
    if lang == "en":
        assert words in " ".join(result.text().split())
        assert words in result._repr_html_()
        assert "16 to 31 %" in result.to_json()
    with of_language(lang):
        assert any(words in line for line in caveat(result))


def test_volatile_firms_alone_react() -> None:
    """The six loudest of eighteen firms move: the mean CAR is not the effect that all have in common."""
    made = panel(distinct(18), 3)
    loud = np.argsort(made.returns.std(axis=0))[-6:]
    made.returns[[100 + 40 * i for i in loud.tolist()], loud] += 0.3
    answer = asked(made)
    assert answer.design is not None
    assert answer.design.risk_z > 1.96
    assert answer.headline == "caar_t"
    assert answer.interval is not None
    assert np.mean(answer.interval) == pytest.approx(answer.caar)


def test_dates_apart_whose_windows_overlap_are_apart_for_single_days() -> None:
    made = panel([100 + 3 * i for i in range(8)])
    assert asked(made, WINDOW).headline == "bmp_adjusted"
    assert asked(made, DAY).headline == "bmp"


@pytest.mark.parametrize("n", [2, 3, 4])
def test_fewer_than_five_events(n: int) -> None:
    answer = quiet(n)
    assert answer.headline == "placebo_sum"
    assert invalid(answer) >= {"bmp", "cross_section_t", "bmp_adjusted", "caar_t", "portfolio_t"}
    assert "FEW_EVENTS" in said_of(answer)
    for name in SPREAD_OVER_PAIRS:
        assert "five are needed" in answer.tests[name].reasons[0]


@pytest.mark.parametrize("days", [[100, 100], [100, 103, 106], [100, 100, 104, 104]])
def test_few_events_that_share_days(days: list[int]) -> None:
    """A spread of fewer than five pairs says little, whether they share days or not."""
    answer = asked(panel(days), WINDOW)
    assert answer.headline == ("placebo" if len(set(days)) == 1 else "patell_guarded")
    for name in SPREAD_OVER_PAIRS:
        assert any("five are needed" in reason for reason in answer.tests[name].reasons)
    assert ("FEW_EVENTS" in said_of(answer)) == (len(set(days)) > 1)


@pytest.mark.parametrize(("n", "also"), [(5, {"grank_t", "generalized_sign"}), (12, set())])
def test_distinct_dates(n: int, also: set[str]) -> None:
    answer = quiet(n)
    assert answer.headline == "bmp"
    assert invalid(answer) == {"portfolio_t"} | also
    adjusted = answer.tests["bmp_adjusted"]
    assert (adjusted.statistic, adjusted.p_value, adjusted.df) == (
        answer.tests["bmp"].statistic,
        answer.tests["bmp"].p_value,
        n - 1,
    )


def test_event_variance_on_distinct_dates() -> None:
    answer = asked(panel(distinct(12), jump=4.0))
    assert answer.design is not None
    assert answer.design.variance_p < 0.10
    assert answer.headline == "bmp"
    assert invalid(answer) == NEED_CONSTANT_VARIANCE | {"portfolio_t", "patell_guarded"}
    for name in NEED_CONSTANT_VARIANCE:
        assert "the variance rose with the event" in answer.tests[name].reasons[0]
    assert "EVENT_VARIANCE" in said(answer.design)


def test_event_variance_on_one_date_is_said_but_names_no_other_test() -> None:
    answer = asked(panel([100] * 12, jump=5.0))
    assert answer.design is not None
    assert answer.design.event_variance
    assert answer.headline == "placebo"
    assert invalid(answer) == NEED_INDEPENDENCE | NEED_CONSTANT_VARIANCE | {"patell_guarded"}
    assert "cannot be told apart" in said(answer.design)["EVENT_VARIANCE"]


def test_firms_with_two_benchmarks_have_no_portfolio() -> None:
    made = panel([100] * 6)
    block = made.block()
    two = replace(
        block,
        regressors=np.concatenate([block.regressors, block.regressors * 0.9 + 0.001]),
        sessions=np.repeat(block.sessions, 2, axis=0),
        span=np.repeat(block.span, 2, axis=0),
        design=np.array([0, 0, 0, 1, 1, 1]),
    )
    answer = ask(sampled(two, DAY), (), {})
    assert answer.headline == "bmp_adjusted"
    assert "one benchmark" in answer.tests["portfolio_t"].reasons[0]


def test_interval_follows_the_headline() -> None:
    answer = asked(panel([100] * 6))
    assert answer.interval is not None
    assert answer.interval == answer.tests["placebo"].interval
    for n in (9, 4):
        answer = quiet(n)
        assert answer.interval is not None
        assert answer.interval == answer.tests[answer.headline or ""].interval


def test_fat_tails_and_skew_are_measured() -> None:
    sample = sampled(panel(distinct(8)).block(), DAY)
    residuals = sample.returns.studentised[np.isfinite(sample.returns.studentised)]
    design = advice.describe(sample)
    assert design.kurtosis == pytest.approx(stats.kurtosis(residuals), rel=1e-10)
    assert design.skewness == pytest.approx(stats.skew(residuals), rel=1e-10)
    assert {"FAT_TAILS", "SKEWED", "LONG_WINDOW"} <= set(said(replace(design, kurtosis=1.2, skewness=-1.3, length=25)))
    assert not {"FAT_TAILS", "SKEWED", "LONG_WINDOW"} & set(said(replace(design, kurtosis=0.9)))


def test_no_pair_at_all() -> None:
    empty = sampled(panel([100]).block(), DAY)
    nothing = Sample.of(empty.returns.take(np.array([], dtype=np.int64)), empty.window)
    answer = ask(nothing, (), {})
    assert (answer.n, answer.headline, answer.tests) == (0, None, {})


def test_a_window_that_the_portfolio_does_not_live_through_still_has_a_headline() -> None:
    """One share is delisted after +2. Its CAR counts, the portfolio of all has no days +3 to +5: pairs must speak."""
    tickers = ("AAA", "BBB", "CCC", "DDD", "EEE")
    prices = closes(1, tickers)
    prices.loc[SESSIONS[163:], "AAA"] = np.nan
    answer = study(prices, tickers=tickers).answer(Window(0, 5))
    assert answer.n == 5
    assert answer.tests["bmp_adjusted"].valid
    assert answer.headline == "bmp_adjusted"


def test_of_several_reasons_the_largest_size_is_told() -> None:
    answer = (
        Significance(1.0, 0.3, "normal", None, 9)
        .distrusted("one", 0.06)
        .distrusted("two", 0.26)
        .distrusted("three", None)
    )
    assert answer.expected_size == 0.26
    assert answer.distrusted("four", 0.1).expected_size == 0.26
    assert Significance(1.0, 0.3, "normal").distrusted("one").expected_size is None


def test_a_test_that_can_reject_nothing_has_no_size() -> None:
    """Whichever reason comes first, and though the formula for independent pairs gives one: 6 % of five signs."""
    mute = Significance(1.0, 0.3, "binomial", None, 3).distrusted(cannot_reach(3, 0.25))
    assert mute.distrusted("one date", 0.0).expected_size is None
    assert (
        Significance(1.0, 0.3, "binomial")
        .distrusted("one date", 0.06)
        .distrusted(cannot_reach(5, 0.0625))
        .expected_size
        is None
    )
    answer = asked(panel([100] * 3))
    assert len(answer.tests["generalized_sign"].reasons) == 2
    assert answer.tests["generalized_sign"].expected_size is None
    assert answer.tests["patell"].expected_size is not None
