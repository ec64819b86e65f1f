/* The bounds of the closes of securities, and their returns, a row each, in one pass over the closes; what a return is stands in
 * panel/returns.py.  Compiled once for each instruction set (LEVEL). */
#include <math.h>
#include <stdlib.h>
#include "returns.h"

/* The least and the largest of n closes, those that lack left out; infinite and the wrong way round where there is none. */
static void bounds(const double *close, int64_t n, double *least, double *most) {
    enum { LANES = 32 };
    double low[LANES], high[LANES];
    int64_t t = 0;
    for (int l = 0; l < LANES; l++) { low[l] = INFINITY; high[l] = -INFINITY; }
    for (; t + LANES <= n; t += LANES)
        for (int l = 0; l < LANES; l++) {
            const double one = close[t + l];
            low[l] = one < low[l] ? one : low[l];
            high[l] = one > high[l] ? one : high[l];
        }
    for (; t < n; t++) {
        low[0] = close[t] < low[0] ? close[t] : low[0];
        high[0] = close[t] > high[0] ? close[t] : high[0];
    }
    for (int l = 1; l < LANES; l++) {
        low[0] = low[l] < low[0] ? low[l] : low[0];
        high[0] = high[l] > high[0] ? high[l] : high[0];
    }
    *least = low[0]; *most = high[0];
}

/* The same where the days of a series do not lie side by side: day after day, of all series. */
static void bounds_by_day(const Grid *g, double *restrict least, double *restrict most) {
    for (int64_t j = 0; j < g->series; j++) { least[j] = INFINITY; most[j] = -INFINITY; }
    for (int64_t t = 0; t < g->days; t++)
        for (int64_t j = 0; j < g->series; j++) {
            const double one = cell(g, t, j);
            least[j] = one < least[j] ? one : least[j];
            most[j] = one > most[j] ? one : most[j];
        }
}

void NAMED(bounds_of, LEVEL)(const Grid *g, double *least, double *most) {
    if (!in_columns(g)) { bounds_by_day(g, least, most); return; }
    for (int64_t j = 0; j < g->series; j++) bounds((const double *)(const void *)series_of(g, j), g->days, least + j, most + j);
}

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
