/* A table of numbers as it lies in memory. */
#ifndef EVENTSTUDY_GRID_H
#define EVENTSTUDY_GRID_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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
#endif
