"""The arithmetic of many pairs at once: least squares by date, what the tests need of the residuals, and ranks.

By NumPy, or by the compiled kernel of native/ where it was built: `kernel` says which one runs. `compiled` calls the latter;
it looks pairs up in the panel. The contract of the form in NumPy:

    designs         what is the same for all pairs of a design (a day 0 and a benchmark)
    whole, gaps     `first` and `second` pass over a chunk of pairs that have all their days, and of pairs that lack some

Float64 arrays in C order, NaN nowhere (in `gaps` it is a missing day), at most `whole.rows_at_once` pairs, sorted by design.
No array is kept, and the same arrays give the same bits.

    n pairs, g designs, K regressors with the intercept, L1 estimation and L2 event days, W windows, R lengths of runs
    estimation (n, L1), event (n, L2)   returns less what the model subtracts; overwritten
    bounds (g + 1,)                     the pairs of design d are bounds[d] .. bounds[d + 1] - 1, one at least
    given                               what `designs` makes
"""
