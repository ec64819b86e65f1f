/* Tables of dates, a row of estimation days each: the last days of the one are the first of a later one (engine/correlation.py). */
#ifndef EVENTSTUDY_DATES_H
#define EVENTSTUDY_DATES_H
#include <stdint.h>

typedef struct {
    const double *values;                /* (G, days) */
    int64_t dates, days, n;              /* G, L1, and how many pairs of dates */
    const int64_t *one, *other, *shared; /* (n) two dates, and how many days they share */
    double *product;                     /* (n) out */
} Products;

#define DATES(level) void products_##level(const Products *);
DATES(base)
#ifdef X86_LEVELS
DATES(avx2)
DATES(avx512)
#endif
#endif
