"""The arithmetic of many pairs at once: least squares, abnormal returns, ranks, correlations, and what they add up to.

NumPy says what each figure is, of pairs that are kept and of sums alike. `compiled` calls the kernel in C of native/, where it
was built, for sums under a linear model; `kernel` says which one runs.
"""
