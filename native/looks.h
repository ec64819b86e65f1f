/* Quick looks at a table of prices, S days by n series: which series a closer look (prices/_quality.py) may find something in.
 *
 * They err on one side only: what is passed as sound has no flag, by the rules of prices/_moves.py and prices/_whole.py, whose
 * thresholds come from there; comparisons are widened by MARGIN, since logarithms here may differ in the last bits. */
#ifndef EVENTSTUDY_LOOKS_H
#define EVENTSTUDY_LOOKS_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "levels.h"

#define MARGIN 1e-9

/* Numbers as they lie in memory: steps of so many bytes from day to day and from series to series; of the series all, or `which`. */
typedef struct { const char *at; int64_t days, series; ptrdiff_t day, step; const int64_t *which; } Grid;

#define TOGETHER 8            /* series that are taken out of a table at once: a line of the cache */

static inline const char *series_of(const Grid *g, int64_t j) { return g->at + (g->which ? g->which[j] : j) * g->step; }

static inline double cell(const Grid *g, int64_t t, int64_t j) {
    double value;
    memcpy(&value, series_of(g, j) + t * g->day, sizeof value);
    return value;
}

/* Whether the days of each series lie side by side as numbers that can be read where they are. */
static inline int in_columns(const Grid *g) {
    return g->day == sizeof(double) && ((uintptr_t)g->at | (uintptr_t)g->step) % sizeof(double) == 0;
}

/* Takes some series out of a table, each in a row of its own. */
static inline void take_out(const Grid *g, int64_t days, int64_t first, int64_t upto, double *rows) {
    if (g->day == sizeof *rows) {
        for (int64_t j = first; j < upto; j++) memcpy(rows + (j - first) * days, series_of(g, j), sizeof *rows * (size_t)days);
        return;
    }
    for (int64_t t = 0; t < days; t++) for (int64_t j = first; j < upto; j++) rows[(j - first) * days + t] = cell(g, t, j);
}

/* The thresholds of prices/_moves.py, by their names there, and the first of prices/_whole.py. */
typedef struct {
    double spike, back, closer, quietly, leg, round, leap, index_leap, calm, far, alien, straight, as_often, by_chance, logs, alike;
    int64_t year, enough;
} Rules;

typedef struct {
    Grid used, near, market;       /* prices; 1 on days that are looked at closely; what the others explain. The last two may be absent. */
    const uint8_t *level;          /* (n) whether a series is an index or a rate */
    const uint8_t *expected;       /* (S) whether the market was open */
    Rules rules;
    uint8_t *sound;                /* (n) out: nothing can be found in it */
    int64_t *lacking, *priced;     /* (n) out: open days between its first and its last price on which it has none; days on which it has one */
    uint8_t *apart;                /* (n) out: it may follow the others a session apart */
} Looks;

/* One form for each instruction set; all give the same bits.  0 (rows_alike: how many there are), or -1 where there is no memory. */
#define LOOKS(level) int look_at_##level(const Looks *); int count_met_##level(const Grid *, const uint8_t *own, int64_t every, int64_t *count); \
    int64_t rows_alike_##level(const Grid *, uint8_t *alike);
LOOKS(base)
#ifdef X86_LEVELS
LOOKS(avx2)
LOOKS(avx512)
#endif
#endif
