/* Closes of securities: the least and the largest of each (prices/_frame.py), and the table of their returns (panel/returns.py). */
#ifndef EVENTSTUDY_RETURNS_H
#define EVENTSTUDY_RETURNS_H
#include "grid.h"
#include "levels.h"

typedef struct {
    Grid close;
    const int64_t *row;                  /* (S) the day of the table of each session; one past the last: it has none */
    int64_t sessions, before, width;     /* S; days before and of all of a row of returns: on those around the sessions nothing has a value */
    double *returns;                     /* (n, width) out */
    int64_t *last;                       /* (n) out: the session of the last close, -1 for none */
} Returns;

#define RETURNS(level) void bounds_of_##level(const Grid *, double *least, double *most); void returns_on_##level(const Returns *);
RETURNS(base)
#ifdef X86_LEVELS
RETURNS(avx2)
RETURNS(avx512)
#endif
#endif
