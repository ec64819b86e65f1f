"""Did the event raise the variance? The spread of SCARs over firms against that of every estimation day (METHODS 3.25)."""

from __future__ import annotations

from scipy import special

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._placebo import upper_p
from eventstudy.inference._spread import no_spread
from eventstudy.language import Phrase


def compute(sample: Sample, variant: str) -> Significance:
    """Give p = (1 + #{v_t >= v_0}) / (days + 1), v the cross-sectional variance; days on which all pairs are present.

    `chi2` refers (N - 1) v_0 / Q to chi-square with N - 1 degrees of freedom, Q the mean variance v / (v - 2) of a SCAR.
    """
    n = sample.n
    if n < 3:
        return Significance.undefined(Phrase("a variance over firms needs three pairs"), n)
    if reason := no_spread(sample.scar_spread, sample.scar_mean):
        return Significance.undefined(reason, n)
    observed = sample.scar_spread**2
    if variant == "chi2":
        if sample.days.least_df <= 2:
            return Significance.undefined(Phrase("needs more than two degrees of freedom in every estimation"), n)
        ratio = float((n - 1) * observed / (sample.days.theoretical / n))
        return Significance(ratio, float(special.chdtrc(n - 1, ratio)), "chi2", n - 1, n)
    days = sample.variance_of_days
    if isinstance(days, str):
        return Significance.undefined(days, n)
    return Significance(observed, upper_p(observed, days), "placebo", None, n)


TEST = PairsTest(
    summary="did the event raise the variance between firms?",
    null="the spread of standardised CARs is that of ordinary days",
    assumes="exchangeable days; as chi2: normal errors, independent pairs",
    fails="volatility clustering; as chi2: fat tails, events that share days",
    paper="Boehmer, Musumeci and Poulsen 1991 (the question); placebo over days",
    compute=compute,
    variants=("default", "chi2"),
    from_sums=("default", "chi2"),
    independent_variants=("chi2",),
    normal_variants=("chi2",),
    location=False,
)
