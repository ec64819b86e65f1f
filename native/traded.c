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

/* Holds the first price after each gap against the last one before it. */
static void over_gaps(const double *close, int64_t days, const uint8_t *begins, uint8_t *moved) {
    const uint8_t *next = memchr(begins, 1, (size_t)days);
    while (next && (next = memchr(next + 1, 1, (size_t)(begins + days - next - 1)))) {
        const int64_t t = next - begins;
        int64_t before = t - 1;
        while (close[before] != close[before]) before--;
        moved[t] = close[t] != close[before];
    }
}

/* Days on which each series has another price than its last one before; the first price of one that has several is a move. */
int NAMED(moved_on, LEVEL)(const Grid *close, uint8_t *moved) {
    const int64_t days = close->days, n = close->series;
    double *rows = malloc((sizeof *rows * TOGETHER + 1) * (size_t)days + 1);
    uint8_t *begins = (uint8_t *)(rows + TOGETHER * days);
    if (!rows) return -1;
    for (int64_t j = 0; j < n; j++) {
        if (!in_columns(close) && j % TOGETHER == 0) take_out(close, days, j, j + TOGETHER < n ? j + TOGETHER : n, rows);
        const double *own = in_columns(close) ? (const double *)(const void *)series_of(close, j) : rows + j % TOGETHER * days;
        if (moved_since(own, days, moved + j * days, begins) < 2) memset(moved + j * days, 0, (size_t)days);
        else over_gaps(own, days, begins, moved + j * days);
    }
    free(rows);
    return 0;
}

/* Puts eight marks into a byte each; in which order does not matter, as it is the same for all rows. */
static void packed(const uint8_t *mark, int64_t days, uint8_t *bits) {
    for (int64_t t = 0; t < days; t += 8) {
        uint64_t eight = 0;
        memcpy(&eight, mark + t, t + 8 <= days ? 8 : (size_t)(days - t));
        bits[t / 8] = (uint8_t)low_bits(eight);
    }
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

int NAMED(shared_days, LEVEL)(const Shared *s) {
    const int64_t words = (s->days + 63) / 64;
    uint64_t *closed = calloc((size_t)(words * (s->markets + 1)) + 1, sizeof *closed);
    if (!closed) return -1;
    uint64_t *own = closed + words * s->markets;
    for (int64_t c = 0; c < s->markets; c++) packed(s->closed + c * s->days, s->days, (uint8_t *)(closed + c * words));
    for (int64_t i = 0; i < s->n; i++) {
        packed(s->moved + i * s->days, s->days, (uint8_t *)own);
        for (int64_t c = 0; c < s->markets; c++) s->count[c * s->n + i] = in_both(own, closed + c * words, words);
    }
    free(closed);
    return 0;
}
