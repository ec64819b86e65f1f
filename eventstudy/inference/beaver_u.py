"""Did the event raise the variance? The sum of squared standardised CARs (METHODS 3.27, ruling 26)."""

from __future__ import annotations

from scipy import special

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._placebo import days_in_common, upper_p
from eventstudy.language import Phrase


def compute(sample: Sample, variant: str) -> Significance:
    """Give sum U (v - 2) / v against chi-square with N degrees of freedom, U = SCAR²; upper tail.

    `placebo` holds the mean U against the mean squared studentised residual of each estimation day.
    """
    u = sample.scar**2
    if variant == "placebo":
        days = days_in_common(sample.returns.studentised)
        if isinstance(days, str):
            return Significance.undefined(days, sample.n)
        observed = float(u.mean())
        return Significance(observed, upper_p(observed, (days**2).mean(axis=0)), "placebo", None, sample.n)
    df = sample.returns.df
    if (df <= 2).any():
        return Significance.undefined(Phrase("needs more than two degrees of freedom in every estimation"), sample.n)
    total = float((u * (df - 2) / df).sum())
    return Significance(total, float(special.chdtrc(sample.n, total)), "chi2", sample.n, sample.n)


TEST = PairsTest(
    summary="did the event raise the variance? Squared standardised CARs added up",
    null="squared standardised CARs are as large as on ordinary days",
    assumes="normal errors, independent pairs; as placebo: exchangeable days",
    fails="fat tails, events that share days; as placebo: volatility clustering",
    paper="Beaver 1968; Patell 1976",
    compute=compute,
    variants=("default", "placebo"),
    independent_variants=("default",),
    normal_variants=("default",),
    location=False,
)
