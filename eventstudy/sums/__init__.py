"""MANY PAIRS: sums that combine, so that no array of (pairs x days) of a whole study is held.

    plan                what is added up
    totals, dates       what the pairs of a part of a study leave behind, all together and by event date
    chunks, by_kernel   windows gathered for the kernel, and its two passes over them: `whole` and `gaps` add up
    fitted              the same of pairs that a model's own code fits
    passes              both passes over all pairs, block by block
    evidence            what the sums say of one window, as `inference.Sample` says it of pairs

Pairs are added up by *stratum*, the set of windows that they cover (ruling 9: a window's tests use the pairs that cover it, on
estimation days too). The sums of a window are those of the strata that cover it. Parts are combined in the order given, so the
same partition gives the same bits. Everything here pickles.

What the two engines share: `panel.dense` follows the rules of `panel.align`, designs are factorised by `kernel`, and every
formula of a test stands once, in `inference`.
"""
