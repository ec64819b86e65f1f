/* Closes that stand in two series; what each look is for stands in copies.h, what is told of it in prices/_beside.py.  Compiled once
 * for each instruction set (LEVEL). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "copies.h"
#include "twice.h"

/* ---- a set of numbers -------------------------------------------------------------------------------------------------------- */

/* Open addressing.  A slot counts only if it bears the stamp of the present set, so that a new one costs nothing. */
typedef struct { uint64_t bits; uint32_t stamp, met; } Slot;
typedef struct { Slot *slot; int shift; uint32_t stamp; } Set;

static int set_make(Set *s, int64_t most) {
    int log2 = 6;
    while (((int64_t)1 << log2) < 2 * most) log2++;
    s->slot = calloc((size_t)1 << log2, sizeof(Slot));
    s->shift = 64 - log2;
    s->stamp = 0;
    return s->slot ? 0 : -1;
}

/* The slot of a number, or the empty one where it would be. */
static inline Slot *set_find(const Set *s, uint64_t bits) {
    const uint64_t last = ((uint64_t)1 << (64 - s->shift)) - 1;
    uint64_t at = (bits ^ bits >> 32) * 0x9E3779B97F4A7C15u >> s->shift;
    while (s->slot[at].stamp == s->stamp && s->slot[at].bits != bits) at = (at + 1) & last;
    return &s->slot[at];
}

/* Put a number in; 1 where it was there. */
static inline int set_put(const Set *s, uint64_t bits) {
    Slot *slot = set_find(s, bits);
    if (slot->stamp == s->stamp) return 1;
    slot->bits = bits; slot->stamp = s->stamp; slot->met = 0;
    return 0;
}

/* ---- closes of other series -------------------------------------------------------------------------------------------------- */

/* Whether a series lacks a close on a day and on that so many later, and has all between: a row of ten closes of which two lack
 * may lie around them. */
static int lacks_twice(const Grid *g, int64_t t, int64_t every, int64_t j) {
    if (t + every >= g->days) return 0;
    for (int64_t k = 1; k < every; k++) if (isnan(cell(g, t + k, j))) return 0;
    return isnan(cell(g, t, j)) && isnan(cell(g, t + every, j));
}

#define TILE 64               /* days that are taken out of a table at once: a series at a time, as they may lie in memory */

/* Takes some days out of a table that are `every` so many apart, each in a row of its own. */
static void take_days(const Grid *g, int64_t t, int64_t every, double *rows) {
    for (int64_t j = 0; j < g->series; j += TOGETHER) {
        const char *from[TOGETHER];
        const int some = g->series - j < TOGETHER ? (int)(g->series - j) : TOGETHER;
        for (int k = 0; k < some; k++) from[k] = series_of(g, j + k);
        for (int64_t i = 0; i < TILE && t + i * every < g->days; i++)
            for (int k = 0; k < some; k++) memcpy(rows + i * g->series + j + k, from[k] + (t + i * every) * g->day, sizeof *rows);
    }
}

/* The closes of day t, one of the days that are `every` so many apart; where they lie side by side, as they are. */
static const double *days_apart(const Grid *g, int64_t t, int64_t every, double *tile) {
    const int64_t k = t / every % TILE;
    const char *row = g->at + t * g->day;
    if (g->step == sizeof *tile && !g->which && (uintptr_t)row % sizeof *tile == 0) return (const double *)(const void *)row;
    if (!k) take_days(g, t, every, tile);
    return tile + k * g->series;
}

/* The series of a study's own, its closes of a day and a mark of each; the others, of which none was met yet. */
typedef struct { int64_t *mine, *rest, owned, others; double *close; uint64_t *mark; int log2; } Marks;

static int marks_make(Marks *m, const uint8_t *own, int64_t series) {
    const size_t size = (size_t)series + 1;
    m->mine = malloc(2 * sizeof *m->mine * size);
    m->close = malloc(sizeof *m->close * size);
    m->rest = m->mine + size;
    for (int64_t j = 0; m->mine && j < series; j++) {
        if (own[j]) m->mine[m->owned++] = j;
        else m->rest[m->others++] = j;
    }
    for (m->log2 = 6; ((int64_t)1 << m->log2) < 64 * m->owned; m->log2++);
    m->mark = malloc((size_t)1 << m->log2 >> 3);
    return m->mine && m->close && m->mark ? 0 : -1;
}

static void marks_free(Marks *m) { free(m->mine); free(m->close); free(m->mark); }

static void mark_own(Marks *m, const double *row) {
    memset(m->mark, 0, (size_t)1 << m->log2 >> 3);
    for (int64_t i = 0; i < m->owned; i++) {
        const uint64_t at = spot(bits_of_value(m->close[i] = row[m->mine[i]]), m->log2);
        m->mark[at >> 6] |= (uint64_t)1 << (at & 63);
    }
}

static int is_own(const Marks *m, double close) {
    const uint64_t at = spot(bits_of_value(close), m->log2);
    int64_t same = 0;
    if (!(m->mark[at >> 6] >> (at & 63) & 1)) return 0;
    for (int64_t i = 0; i < m->owned; i++) same += m->close[i] == close;
    return same > 0;
}

/* Which series, none of its own, hold a close of these on one of the days that are `every` so many apart, as each must that has
 * a row of ten closes of theirs, unless it lacks a close on both of the days that fall into it. */
static void meet_somewhere(const Grid *g, int64_t every, Marks *m, double *tile, uint8_t *met) {
    for (int64_t t = 0; t < g->days && m->others; t += every) {
        const double *row = days_apart(g, t, every, tile);
        int64_t left = 0;
        mark_own(m, row);
        for (int64_t i = 0; i < m->others; i++) {
            const int64_t j = m->rest[i];
            met[j] = (uint8_t)(isnan(row[j]) ? lacks_twice(g, t, every, j) : is_own(m, row[j]));
            m->rest[left] = j;
            left += !met[j];
        }
        m->others = left;
    }
}

/* On how many days the close of each of the series that were met is one of those of its own. */
static void count_days(const Grid *g, const uint8_t *own, const uint8_t *met, Set *s, int64_t *count) {
    for (int64_t t = 0; t < g->days; t++) {
        s->stamp++;
        for (int64_t j = 0; j < g->series; j++) if (met[j] && isfinite(cell(g, t, j))) set_put(s, bits_of_value(cell(g, t, j)));
        for (int64_t j = 0; j < g->series; j++) {
            if (!own[j]) continue;
            Slot *slot = set_find(s, bits_of_value(cell(g, t, j)));
            if (slot->stamp == s->stamp) slot->met = 1;
        }
        for (int64_t j = 0; j < g->series; j++)
            if (met[j] && isfinite(cell(g, t, j))) count[j] += set_find(s, bits_of_value(cell(g, t, j)))->met;
    }
}

int NAMED(count_met, LEVEL)(const Grid *g, const uint8_t *own, int64_t every, int64_t *count) {
    Set theirs = {0};
    Marks marks = {0};
    uint8_t *met = calloc((size_t)g->series + 1, 1);
    double *tile = malloc(sizeof *tile * (TILE * (size_t)g->series + 1));
    int64_t found = 0;
    memset(count, 0, sizeof *count * (size_t)g->series);
    int failed = !met || !tile || marks_make(&marks, own, g->series) ? -1 : 0;
    if (!failed) {
        meet_somewhere(g, every, &marks, tile, met);
        for (int64_t j = 0; j < g->series; j++) found += met[j];
        if (found) failed = set_make(&theirs, found);
        if (found && !failed) count_days(g, own, met, &theirs, count);
    }
    free(met); free(tile); marks_free(&marks); free(theirs.slot);
    return failed;
}

/* ---- rows of closes of two series -------------------------------------------------------------------------------------------- */

#define HALF 5                /* half of a row; rows begin so many days apart (_beside.BLOCK, EVERY) */
#define WHOLE (2 * HALF)      /* of the two halves of each row one begins on a day that is so many times some number: its even one */
#define MIDDLE 2              /* two series that share a row have the same closes on this day of each half and on the next one */
#define DIFFERENT 8           /* closes that a row needs (_beside.DIFFERENT) */

/* The marks of two closes of some series: the same for the same closes, wherever they lack; of those that lack both, none. */
static void marks_of_two(const double *restrict one, const double *restrict next, int log2, uint32_t *restrict mark) {
    for (int k = 0; k < TOGETHER; k++) {
        const int here = fabs(one[k]) < INFINITY, there = fabs(next[k]) < INFINITY;
        const double both = (here ? weights[0] * one[k] : 0) + (there ? weights[1] * next[k] : 0);
        mark[k] = here | there ? (uint32_t)spot(bits_of_value(both), log2) : UINT32_MAX;
    }
}

/* The marks of some even halves, a row each, of all series: where the days of a series lie side by side, several after each other. */
static void mark_halves(const Grid *g, int64_t half, int64_t halves, int log2, uint32_t *rows) {
    const int64_t upto = half + TILE < halves ? half + TILE : halves, several = in_columns(g) ? TILE : 1;
    for (int64_t at = half; at < upto; at += several)
        for (int64_t j = 0; j < g->series; j += TOGETHER) {
            const int some = g->series - j < TOGETHER ? (int)(g->series - j) : TOGETHER;
            const char *from[TOGETHER];
            for (int k = 0; k < TOGETHER; k++) from[k] = series_of(g, j + (k < some ? k : 0)) + MIDDLE * g->day;
            for (int64_t h = at; h < at + several && h < upto; h++) {
                double one[TOGETHER], next[TOGETHER];
                uint32_t mark[TOGETHER];
                for (int k = 0; k < TOGETHER; k++) {
                    memcpy(one + k, from[k] + h * WHOLE * g->day, sizeof *one);
                    memcpy(next + k, from[k] + (h * WHOLE + 1) * g->day, sizeof *next);
                }
                marks_of_two(one, next, log2, mark);
                memcpy(rows + (h - half) * g->series + j, mark, sizeof *mark * (size_t)some);
            }
        }
}

/* Whether a series lacks no close of a half but the two in its middle. */
static int lacks_middle(const Grid *g, int64_t first, int64_t j) {
    for (int k = 0; k < HALF; k++)
        if (k != MIDDLE && k != MIDDLE + 1 && !(fabs(cell(g, first + k, j)) < INFINITY)) return 0;
    return 1;
}

/* Bits of marks: those of series that are told of, and those that a second series has. */
typedef struct { uint64_t *once, *again; int log2; } Met;

static int met_make(Met *m, int64_t told) {
    for (m->log2 = 6; ((int64_t)1 << m->log2) < 64 * told; m->log2++);
    m->once = malloc((size_t)1 << m->log2 >> 2);
    m->again = m->once ? m->once + ((size_t)1 << m->log2 >> 6) : NULL;
    return m->once ? 0 : -1;
}

/* Which series may share a row by an even half: their marks there are those of another one, and one of the two is among the first,
 * which are told of; or they lack what is marked.  Gives how many. */
static int64_t may_share(const Grid *g, int64_t told, Met *m, int64_t first, const uint32_t *mark, int64_t *who) {
    uint64_t *restrict once = m->once, *restrict again = m->again;
    int64_t found = 0;
    memset(once, 0, (size_t)1 << m->log2 >> 2);
    for (int64_t j = 0; j < told; j++) {
        if (mark[j] == UINT32_MAX) continue;
        const uint64_t bit = (uint64_t)1 << (mark[j] & 63), old = once[mark[j] >> 6];
        again[mark[j] >> 6] |= old & bit;
        once[mark[j] >> 6] = old | bit;
    }
    for (int64_t j = told; j < g->series; j++) {
        if (mark[j] == UINT32_MAX) { who[found] = j; found += lacks_middle(g, first, j); continue; }
        const uint64_t bit = (uint64_t)1 << (mark[j] & 63), hit = once[mark[j] >> 6] & bit;
        if (hit) { again[mark[j] >> 6] |= hit; who[found++] = j; }
    }
    for (int64_t j = 0; j < told; j++) {
        if (mark[j] == UINT32_MAX) { who[found] = j; found += lacks_middle(g, first, j); continue; }
        who[found] = j;
        found += again[mark[j] >> 6] >> (mark[j] & 63) & 1;
    }
    return found;
}

/* The number of a row of ten closes from a day on: a sum that is the same for the same closes; 0 where too few are there. */
static uint64_t number_of_row(const Grid *g, int64_t first, int64_t j) {
    double half[2] = {0};
    int there = 0;
    for (int k = 0; k < 2 * HALF; k++) {
        const double value = cell(g, first + k, j);
        if (!(fabs(value) < INFINITY)) continue;
        half[k / HALF] += weights[k % HALF] * value; there++;
    }
    return there < DIFFERENT ? 0 : bits_of_value(half[0] + 3.605551275463989 * half[1]) + 1;   /* a sum of zero is a number as well */
}

/* Whether two of some series may share the row of ten closes from a day on. */
static int share_row(const Grid *g, int64_t first, const int64_t *who, int64_t n, Twice *rows) {
    int64_t some = 0;
    for (int64_t i = 0; i < n; i++) {
        rows->number[some] = number_of_row(g, first, who[i]);
        some += rows->number[some] != 0;
    }
    return some > 1 && any_twice(rows, keep_shared(rows, some));
}

/* Marks the rows of ten closes that one of the first series and another one may share, by their number; gives how many, or -1 where
 * there is no memory. */
int64_t NAMED(rows_alike, LEVEL)(const Grid *g, int64_t told, uint8_t *alike) {
    const int64_t all = g->days / HALF - 1, halves = (all + 2) / 2;
    Twice rows = {0};
    Met met = {0};
    int64_t found = 0;
    uint32_t *mark = malloc(sizeof *mark * TILE * ((size_t)g->series + 1));
    int64_t *who = malloc(sizeof *who * ((size_t)g->series + 1));
    if (twice_make(&rows, g->series) || met_make(&met, told) || !mark || !who) found = -1;
    for (int64_t h = 0; found >= 0 && all > 0 && h < halves; h++) {
        if (h % TILE == 0) mark_halves(g, h, halves, met.log2, mark);
        const int64_t n = may_share(g, told, &met, h * WHOLE, mark + h % TILE * g->series, who);
        for (int64_t row = 2 * h - 1; n > 1 && row <= 2 * h; row++)      /* the half ends the first of these and begins the second */
            if (row >= 0 && row < all) found += alike[row] = (uint8_t)share_row(g, row * HALF, who, n, &rows);
    }
    free(mark); free(who); free(met.once); twice_free(&rows);
    return found;
}
