/* Returns of the securities of a table, a row each, in one pass over the closes; what a return is stands in panel/returns.py.
 * Compiled once for each instruction set (LEVEL). */
#include <math.h>
#include <stdlib.h>
#include "returns.h"

/* The ratio of each close to the one before it, less one: none where one of the two lacks. */
static void returns_of(const double *restrict close, int64_t sessions, double *restrict out) {
    if (sessions) out[0] = NAN;
    for (int64_t t = 1; t < sessions; t++) out[t] = close[t] / close[t - 1] - 1;
}

static int64_t last_of(const double *close, int64_t sessions) {
    while (sessions && !isfinite(close[sessions - 1])) sessions--;
    return sessions - 1;
}

/* Takes the closes of some series on the sessions out of the table, each in a row of its own. */
static void take_sessions(const Returns *r, int64_t first, int64_t upto, double *rows) {
    for (int64_t t = 0; t < r->sessions; t++)
        for (int64_t j = first; j < upto; j++)
            rows[(j - first) * r->sessions + t] = r->row[t] == r->close.days ? NAN : cell(&r->close, r->row[t], j);
}

/* Whether the sessions are days of the table that follow each other. */
static int follow(const Returns *r) {
    for (int64_t t = 0; t < r->sessions; t++) if (r->row[t] == r->close.days || r->row[t] != r->row[0] + t) return 0;
    return r->sessions > 0;
}

int NAMED(returns_on, LEVEL)(const Returns *r) {
    const int lies = in_columns(&r->close) && follow(r);
    double *rows = malloc(sizeof *rows * (TOGETHER * (size_t)r->sessions + 1));
    if (!rows) return -1;
    for (int64_t j = 0; j < r->close.series; j++) {
        if (!lies && j % TOGETHER == 0)
            take_sessions(r, j, j + TOGETHER < r->close.series ? j + TOGETHER : r->close.series, rows);
        const double *close = lies ? (const double *)(const void *)series_of(&r->close, j) + r->row[0] : rows + j % TOGETHER * r->sessions;
        double *out = r->returns + j * r->width;
        for (int64_t t = 0; t < r->before; t++) out[t] = NAN;
        returns_of(close, r->sessions, out + r->before);
        for (int64_t t = r->before + r->sessions; t < r->width; t++) out[t] = NAN;
        r->last[j] = last_of(close, r->sessions);
    }
    free(rows);
    return 0;
}
