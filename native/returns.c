/* The bounds of the closes of securities, and their returns, a row each, in one pass over the closes; what a return is stands in
 * panel/returns.py.  Compiled once for each instruction set (LEVEL). */
#include <math.h>
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

/* Series whose closes are taken out of a table together, which are some lines of the cache; so many days at a time. */
#define ACROSS 32
#define DOWN 8
#define AHEAD 8              /* days whose closes are fetched before they are asked for */

/* The ratio of each close to the one before it, less one: none where one of the two lacks. */
static void returns_of(const double *restrict close, const double *restrict before, int64_t n, double *restrict out) {
    for (int64_t t = 0; t < n; t++) out[t] = close[t] / before[t] - 1;
}

static int64_t last_of(const double *close, int64_t sessions) {
    while (sessions && !isfinite(close[sessions - 1])) sessions--;
    return sessions - 1;
}

/* Returns of a series whose closes lie side by side. */
static void of_column(const Returns *r, int64_t j, double *out) {
    const double *close = (const double *)(const void *)series_of(&r->close, j) + r->row[0];
    out[0] = NAN;
    returns_of(close + 1, close, r->sessions - 1, out + 1);
    r->last[j] = last_of(close, r->sessions);
}

/* Returns of `n` series from `first` on, all of a day at once; some days fill a block, which is turned into rows. */
static void of_days(const Returns *r, int64_t first, int64_t n) {
    const Grid *g = &r->close;
    const int64_t wide = (n + TOGETHER - 1) / TOGETHER * TOGETHER;      /* those beyond the last are the first again */
    const char *at[ACROSS];
    double close[2][ACROSS], block[DOWN][ACROSS];
    int64_t last[ACROSS];
    for (int64_t l = 0; l < wide; l++) { at[l] = series_of(g, first + (l < n ? l : 0)); close[1][l] = NAN; last[l] = -1; }
    for (int64_t t = 0; t < r->sessions; t += DOWN) {
        const int64_t days = r->sessions - t < DOWN ? r->sessions - t : DOWN;
        for (int64_t d = 0; d < days; d++) {
            double *restrict now = close[d & 1], *restrict before = close[~d & 1];
            const int64_t row = r->row[t + d], soon = r->row[t + d + AHEAD < r->sessions ? t + d + AHEAD : t + d];
            for (int64_t l = 0; l < wide; l += TOGETHER) SOON(at[l] + (soon < g->days ? soon : 0) * g->day);
            if (row == g->days) for (int64_t l = 0; l < wide; l++) now[l] = NAN;
            else for (int64_t l = 0; l < wide; l++) memcpy(now + l, at[l] + row * g->day, sizeof *now);
            returns_of(now, before, wide, block[d]);
            for (int64_t l = 0; l < wide; l++) last[l] = fabs(now[l]) < INFINITY ? t + d : last[l];
        }
        for (int64_t l = 0; l < n; l++)
            for (int64_t d = 0; d < days; d++) r->returns[(first + l) * r->width + r->before + t + d] = block[d][l];
    }
    for (int64_t l = 0; l < n; l++) r->last[first + l] = last[l];
}

/* Whether the sessions are days of the table that follow each other. */
static int follow(const Returns *r) {
    for (int64_t t = 0; t < r->sessions; t++) if (r->row[t] == r->close.days || r->row[t] != r->row[0] + t) return 0;
    return r->sessions > 0;
}

void NAMED(returns_on, LEVEL)(const Returns *r) {
    const int64_t n = r->close.series;
    const int lies = in_columns(&r->close) && follow(r);
    for (int64_t j = 0; j < n; j++) {
        double *out = r->returns + j * r->width;
        for (int64_t t = 0; t < r->before; t++) out[t] = NAN;
        for (int64_t t = r->before + r->sessions; t < r->width; t++) out[t] = NAN;
        if (lies) of_column(r, j, out + r->before);
        else if (j % ACROSS == 0) of_days(r, j, n - j < ACROSS ? n - j : ACROSS);
    }
}
