"""Many pairs: sums that combine, so that no array of (pairs x days) of a whole study is held.

    chunks, by_kernel   windows gathered for the kernel, and its two passes over pairs that have all their days
    gaps, fitted        pairs that lack days, and those that a model's own code fits: abnormal returns, added up as any
    whole               what the kernel leaves behind becomes sums
    passes              both passes over all pairs, block by block
    evidence            the samples that the tests see, a window at a time

Pairs are added up by *stratum*, the set of windows that they cover (ruling 9: a window's tests use the pairs that cover it, on
estimation days too). The sums of a window are those of the strata that cover it. Parts are combined in the order given, so the
same partition gives the same bits. Everything here pickles. What is added up stands in `engine.totals`.
"""
