"""The equal-weighted portfolio of the firms, run as one security (METHODS 3.4): exact on one event date."""

from __future__ import annotations

from eventstudy.engine.abnormal import cumulate
from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_t
from eventstudy.language import Phrase


def compute(sample: Sample, variant: str) -> Significance:
    """The t of the portfolio's CAR with the degrees of freedom of its own fit."""
    if sample.portfolio is None:
        return Significance.undefined(sample.no_portfolio, sample.n)
    found = cumulate(sample.portfolio, sample.window)
    if not found.covered[0]:
        return Significance.undefined(
            Phrase("the portfolio lacks days of this window on which all members traded"), sample.n
        )
    t, df = float(found.scar[0]), float(sample.portfolio.df[0])
    return Significance(t, float(p_t(t, df)), "t", df, sample.n, se=float(found.se[0]))


TEST = PairsTest(
    summary="exact t of the equal-weighted portfolio of the firms",
    null="E[portfolio CAR] = 0",
    assumes="one event date; normal errors, same variance on event days",
    fails="event-induced variance; several event dates",
    paper="Jaffe 1974; Brown and Warner 1980",
    compute=compute,
    from_sums=("default",),
)
