/* Estimation days of pairs that lie near other events of the security (panel/dense.py). */
#ifndef EVENTSTUDY_OTHERS_H
#define EVENTSTUDY_OTHERS_H
#include <stdint.h>

typedef struct {
    const double *returns;               /* (S, T) NaN where there is none */
    const uint64_t *busy, *far;          /* bits, as in kernel.h: days near events of a security that has several; days that are not near the pair's own */
    const int64_t *place;                /* (n) the cell of the first estimation day of a pair */
    int64_t n, days;                     /* and L1 */
    int64_t *hit, *known, *lost;         /* (n) out: days near others; of pairs that have some: days with a return, and those of them that are near */
} Others;

#define OTHERS(level) void near_others_##level(const Others *);
OTHERS(base)
#ifdef X86_LEVELS
OTHERS(avx2)
OTHERS(avx512)
#endif
#endif
