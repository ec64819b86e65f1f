"""What tests and models are called in a sentence; their names in code stand beside, in brackets.

`words_of_test` and `words_of_model` give the words, `tests_named` the words of several with their names.
"""

from __future__ import annotations

from collections.abc import Iterable

from eventstudy.language import Phrase

_TESTS = {
    "beaver_u": Phrase("Beaver's U"),
    "bhar_bootstrap": Phrase("bootstrap of buy-and-hold returns"),
    "bmp": Phrase("standardised cross-sectional test"),
    "bmp_adjusted": Phrase("correlation-adjusted cross-sectional test"),
    "caar_t": Phrase("t test of the mean CAR"),
    "calendar_time": Phrase("calendar-time portfolio"),
    "cda": Phrase("crude dependence test"),
    "conformal": Phrase("permutation of days"),
    "corrado_rank": Phrase("Corrado's rank test"),
    "corrado_zivney": Phrase("Corrado and Zivney's rank test"),
    "cross_section_t": Phrase("cross-sectional t test"),
    "exact_t": Phrase("exact t test"),
    "garch_z": Phrase("GARCH z test"),
    "generalized_sign": Phrase("generalised sign test"),
    "grank_t": Phrase("generalised rank t test"),
    "grank_z": Phrase("generalised rank z test"),
    "hall_t": Phrase("skewness-corrected t test"),
    "jackknife": Phrase("jackknife"),
    "joint_f": Phrase("joint F test"),
    "joint_placebo": Phrase("joint placebo test"),
    "max_t": Phrase("largest t"),
    "patell": Phrase("Patell's test"),
    "patell_adjusted": Phrase("correlation-adjusted Patell test"),
    "patell_guarded": Phrase("Patell's test, guarded against a rise of the variance"),
    "placebo": Phrase("placebo windows"),
    "placebo_in_space": Phrase("placebo firms"),
    "placebo_sum": Phrase("placebo windows, summed over the events"),
    "portfolio_t": Phrase("portfolio test"),
    "weighted_mean": Phrase("t test of the weighted mean"),
    "sample_quantile": Phrase("rank among ordinary days"),
    "sign": Phrase("sign test"),
    "variance_placebo": Phrase("placebo test of the variance"),
    "variance_ratio": Phrase("variance ratio"),
    "wilcoxon": Phrase("signed-rank test"),
    "wild_bootstrap": Phrase("wild bootstrap"),
}

_MODELS = {
    "capm": Phrase("CAPM"),
    "carhart": Phrase("four-factor model"),
    "constant_mean": Phrase("constant mean"),
    "dimson": Phrase("Dimson's market model"),
    "egarch": Phrase("market model with EGARCH errors"),
    "elastic_net": Phrase("elastic net of peers"),
    "factors": Phrase("factor model"),
    "fama_french3": Phrase("three-factor model"),
    "fama_french5": Phrase("five-factor model"),
    "fama_french5_momentum": Phrase("six-factor model"),
    "garch": Phrase("market model with GARCH errors"),
    "given": Phrase("abnormal returns as given"),
    "huber": Phrase("robust market model (Huber)"),
    "market": Phrase("market model"),
    "market_adjusted": Phrase("return less that of the market"),
    "matched": Phrase("matched firms"),
    "peer": Phrase("market model with peers"),
    "principal_components": Phrase("principal components of peers"),
    "scholes_williams": Phrase("Scholes and Williams' market model"),
    "synthetic_control": Phrase("synthetic control"),
    "theil_sen": Phrase("robust market model (Theil and Sen)"),
}


def words_of_test(name: str) -> str:
    """What a test is called; of a test from elsewhere its name with blanks."""
    return _TESTS.get(name) or name.replace("_", " ")


def words_of_model(name: str) -> str:
    """What a model is called; of a model from elsewhere its name with blanks."""
    return _MODELS.get(name) or name.replace("_", " ")


def named(name: str) -> str:
    """A test in words, with its name in brackets."""
    words = words_of_test(name)
    return Phrase("{words} ({name})", words=words, name=name) if isinstance(words, Phrase) else name


def tests_named(names: Iterable[str]) -> list[str]:
    """Several tests in words, each with its name in brackets and once."""
    return [named(name) for name in dict.fromkeys(names)]
