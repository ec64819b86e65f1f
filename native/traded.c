/* Which exchange the days of a price fit: the days on which it moved, and those of them on which each market was closed; the plain form
 * stands in panel/homes.py and calendars/markets.py.  Compiled once for each instruction set (LEVEL). */
#include <stdlib.h>
#include <string.h>
#include "bits.h"
#include "traded.h"

/* Days on which a series has another price than on the day before, days on which prices begin, and how many there are. */
static int64_t moved_since(const double *restrict close, int64_t days, uint8_t *restrict moved, uint8_t *restrict begins) {
    int64_t prices = 0;
    if (!days) return 0;
    moved[0] = begins[0] = close[0] == close[0];
    for (int64_t t = 1; t < days; t++) {
        moved[t] = (uint8_t)((close[t] == close[t]) & (close[t] != close[t - 1]));
        begins[t] = (uint8_t)((close[t] == close[t]) & (close[t - 1] != close[t - 1]));
    }
    for (int64_t t = 0; t < days; t++) prices += close[t] == close[t];
    return prices;
}

/* The first mark of some; NULL: there is none. */
static const uint8_t *first_of(const uint8_t *mark, const uint8_t *end) { return memchr(mark, 1, (size_t)(end - mark)); }

/* Holds the first price after each gap against the last one before it, which may lie before these days; where the series has none
 * before them, its first price stays a move. */
static void over_gaps(const double *close, int64_t days, int has_before, const uint8_t *begins, uint8_t *moved) {
    const uint8_t *end = begins + days, *next = first_of(begins, end);
    if (next && !has_before) next = first_of(next + 1, end);
    for (; next; next = first_of(next + 1, end)) {
        const int64_t t = next - begins;
        int64_t before = t - 1;
        while (close[before] != close[before]) before--;
        moved[t] = close[t] != close[before];
    }
}

/* The numbers of a series, day after day: where they are, or taken out of a table, with its neighbours, into `rows`. */
static const double *in_a_row(const Grid *g, int64_t j, double *rows) {
    if (in_columns(g)) return (const double *)(const void *)series_of(g, j);
    if (j % TOGETHER == 0) take_out(g, g->days, j, j + TOGETHER < g->series ? j + TOGETHER : g->series, rows);
    return rows + j % TOGETHER * g->days;
}

/* Days on which each series has another price than its last one before; the first price of one that has several is a move. */
int NAMED(moved_on, LEVEL)(const Grid *close, uint8_t *moved) {
    const int64_t days = close->days;
    double *rows = malloc((sizeof *rows * TOGETHER + 1) * (size_t)days + 1);
    uint8_t *begins = (uint8_t *)(rows + TOGETHER * days);
    if (!rows) return -1;
    for (int64_t j = 0; j < close->series; j++) {
        const double *own = in_a_row(close, j, rows);
        if (moved_since(own, days, moved + j * days, begins) < 2) memset(moved + j * days, 0, (size_t)days);
        else over_gaps(own, days, 0, begins, moved + j * days);
    }
    free(rows);
    return 0;
}

/* ---- days on which markets were closed --------------------------------------------------------------------------------------- */

/* Puts eight marks into a byte each; in which order does not matter, as it is the same for all rows. */
static void packed(const uint8_t *mark, int64_t days, uint8_t *bits) {
    uint64_t eight = 0;
    for (int64_t t = 0; t + 8 <= days; t += 8) {
        memcpy(&eight, mark + t, 8);
        bits[t / 8] = (uint8_t)low_bits(eight);
    }
    if (days % 8 == 0) return;
    eight = 0;
    memcpy(&eight, mark + days / 8 * 8, (size_t)(days % 8));
    bits[days / 8] = (uint8_t)low_bits(eight);
}

/* How many bits are set in both of two rows: pairs, fours and bytes of them are added side by side. */
static int64_t in_both(const uint64_t *restrict one, const uint64_t *restrict other, int64_t words) {
    uint64_t found = 0;
    for (int64_t w = 0; w < words; w++) {
        uint64_t bits = one[w] & other[w];
        bits -= bits >> 1 & 0x5555555555555555u;
        bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
        bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
        bits += bits >> 8;
        bits += bits >> 16;
        found += (bits + (bits >> 32)) & 0x7F;
    }
    return (int64_t)found;
}

/* Rows of marks as rows of bits, and room for one row more; NULL where there is no memory. */
static uint64_t *rows_of_bits(const uint8_t *mark, int64_t rows, int64_t days) {
    uint64_t *bits = calloc((size_t)(words_of(days) * (rows + 1)) + 1, sizeof *bits);
    for (int64_t i = 0; bits && i < rows; i++) packed(mark + i * days, days, (uint8_t *)(bits + i * words_of(days)));
    return bits;
}

int NAMED(shared_days, LEVEL)(const Shared *s) {
    const int64_t words = words_of(s->days);
    uint64_t *closed = rows_of_bits(s->closed, s->markets, s->days);
    if (!closed) return -1;
    uint64_t *own = closed + words * s->markets;
    for (int64_t i = 0; i < s->n; i++) {
        packed(s->moved + i * s->days, s->days, (uint8_t *)own);
        for (int64_t c = 0; c < s->markets; c++) s->count[c * s->n + i] = in_both(own, closed + c * words, words);
    }
    free(closed);
    return 0;
}

#define SOME 2048              /* days that are looked at together: some years, words of bits without a rest */

/* Marks on which of n days from one on a series traded: its price moved, there was some volume, and it is known which markets were
 * closed; gives how many prices it has. */
static int64_t trades_on(const Traded *w, const double *close, const double *volume, int64_t from, int64_t n, int64_t prices, uint8_t *moved) {
    const int64_t there = moved_since(close + from, n, moved, moved + SOME);
    over_gaps(close + from, n, prices > 0, moved + SOME, moved);
    for (int64_t t = 0; t < n; t++) moved[t] &= w->known[from + t];
    for (int64_t t = 0; volume && t < n; t++) moved[t] &= (uint8_t)(volume[from + t] != 0);
    return there;
}

/* Adds some of the days of a series on which each market was closed, and gives whether one of them was on no more than may be. */
static int add_closed(const Traded *w, const uint64_t *own, const uint64_t *closed, int64_t words, int64_t *astray) {
    int able = 0;
    for (int64_t c = 0; c < w->markets; c++) {
        astray[c] += in_both(own, closed + c * words_of(w->close.days), words);
        able |= astray[c] <= w->most;
    }
    return able;
}

/* The days of one series, some after the other: until all markets were closed on more of them than on those of a price, so that none
 * fits whatever follows. */
static void of_series(const Traded *w, int64_t j, const double *close, const double *volume, const uint64_t *closed, uint8_t *moved) {
    uint64_t own[SOME / 64];
    int64_t prices = 0, count = 0;
    int able = 1;
    w->first[j] = w->end[j] = 0;
    memset(w->astray + j * w->markets, 0, sizeof *w->astray * (size_t)w->markets);
    for (int64_t from = 0; from < w->close.days && able; from += SOME) {
        const int64_t n = from + SOME < w->close.days ? SOME : w->close.days - from, before = count;
        prices += trades_on(w, close, volume, from, n, prices, moved);
        memset(own, 0, sizeof own);
        packed(moved, n, (uint8_t *)own);
        for (int64_t i = 0; i < words_of(n); i++) count += how_many(own[i]);
        if (count == before) continue;
        if (!before) w->first[j] = from + (first_of(moved, moved + n) - moved);
        w->end[j] = from + n;
        while (!moved[w->end[j] - 1 - from]) w->end[j]--;
        able = add_closed(w, own, closed + from / 64, words_of(n), w->astray + j * w->markets);
    }
    w->count[j] = able ? count : 0;
}

int NAMED(traded_on, LEVEL)(const Traded *w) {
    const int64_t days = w->close.days;
    double *rows = malloc(sizeof *rows * 2 * TOGETHER * (size_t)days + 1);
    uint64_t *closed = rows_of_bits(w->closed, w->markets, days);
    uint8_t moved[2 * SOME];
    const int failed = !rows || !closed ? -1 : 0;
    for (int64_t j = 0; !failed && j < w->close.series; j++) {
        const double *volume = w->volume.at ? in_a_row(&w->volume, j, rows + TOGETHER * days) : NULL;
        of_series(w, j, in_a_row(&w->close, j, rows), volume, closed, moved);
    }
    free(rows); free(closed);
    return failed;
}

/* ---- days that have a price -------------------------------------------------------------------------------------------------- */

static int64_t priced(const double *close, int64_t n) {
    int64_t found = 0;
    for (int64_t t = 0; t < n; t++) found += close[t] == close[t];
    return found;
}

/* The first day on which a series has a price, the one after the last, and on how many it has one. */
static void span(const double *close, int64_t days, int64_t *first, int64_t *end, int64_t *count) {
    enum { FEW = 128 };
    *first = *end = *count = 0;
    for (int64_t from = 0; from < days; from += FEW) {
        const int64_t some = from + FEW < days ? FEW : days - from, there = priced(close + from, some);
        if (!there) continue;
        if (!*count) *first = from;
        *count += there;
        *end = from + some;
    }
    while (*count && close[*first] != close[*first]) ++*first;
    while (*count && close[*end - 1] != close[*end - 1]) --*end;
}

/* The same where the days of a series do not lie side by side: day after day, of all series. */
static void spans_by_day(const Grid *g, int64_t *restrict first, int64_t *restrict end, int64_t *restrict count) {
    for (int64_t j = 0; j < g->series; j++) first[j] = end[j] = count[j] = 0;
    for (int64_t t = 0; t < g->days; t++)
        for (int64_t j = 0; j < g->series; j++) {
            const double one = cell(g, t, j);
            const int there = one == one;
            first[j] = there && !count[j] ? t : first[j];
            end[j] = there ? t + 1 : end[j];
            count[j] += there;
        }
}

void NAMED(spans_of, LEVEL)(const Grid *g, int64_t *first, int64_t *end, int64_t *count) {
    if (!in_columns(g)) { spans_by_day(g, first, end, count); return; }
    for (int64_t j = 0; j < g->series; j++) span((const double *)(const void *)series_of(g, j), g->days, first + j, end + j, count + j);
}
