/* Which of many numbers are there twice, and numbers for rows of closes. */
#ifndef EVENTSTUDY_TWICE_H
#define EVENTSTUDY_TWICE_H
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The sum of up to five closes in a row by these weights is a number of the row: the same for the same closes. */
static const double weights[5] = {1.4142135623730951, 1.7320508075688772, 2.23606797749979, 2.6457513110645907, 3.3166247903554};

static inline uint64_t bits_of_value(double value) {
    uint64_t bits;
    value += 0.0;                /* one zero */
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Room for up to `most` numbers, none of them zero.  Each has a mark among `log2` bits of a number, of which there are eight for
 * each number at least; those that share one, which are few, are put into a set of their own. */
typedef struct { uint64_t *number, *key, *once, *again; uint32_t *mark; int log2; } Twice;

static inline int twice_make(Twice *s, int64_t most) {
    s->log2 = 6;
    while (((int64_t)1 << s->log2) < 8 * most) s->log2++;
    const size_t words = (size_t)1 << s->log2 >> 6;
    s->number = malloc(sizeof(uint64_t) * ((size_t)most + 1));
    s->mark = malloc(sizeof(uint32_t) * ((size_t)most + 2));
    s->key = malloc(sizeof(uint64_t) << s->log2);
    s->once = malloc(sizeof(uint64_t) * 2 * words);
    s->again = s->once ? s->once + words : NULL;
    return s->number && s->mark && s->key && s->once ? 0 : -1;
}

static inline void twice_free(Twice *s) { free(s->number); free(s->mark); free(s->key); free(s->once); }

static inline uint64_t spot(uint64_t bits, int log2) { return (bits ^ bits >> 32) * 0x9E3779B97F4A7C15u >> (64 - log2); }

/* Keeps those of n numbers whose mark another one has; gives how many. */
static inline int64_t keep_shared(Twice *s, int64_t n) {
    const int log2 = s->log2;
    uint64_t *restrict number = s->number;
    uint32_t *restrict mark = s->mark;
    int64_t shared = 0;
    memset(s->once, 0, (size_t)1 << log2 >> 2);
    for (int64_t i = 0; i < n; i++) mark[i] = (uint32_t)spot(number[i], log2);
    for (int64_t i = 0; i < n; i++) {
        const uint64_t bit = (uint64_t)1 << (mark[i] & 63), met = s->once[mark[i] >> 6];
        s->again[mark[i] >> 6] |= met & bit;
        s->once[mark[i] >> 6] = met | bit;
    }
    for (int64_t i = 0; i < n; i++) {
        number[shared] = number[i];
        shared += s->again[mark[i] >> 6] >> (mark[i] & 63) & 1;
    }
    return shared;
}

/* Whether one of n numbers is there twice. */
static inline int any_twice(Twice *s, int64_t n) {
    int log2 = 1;
    while (((int64_t)1 << log2) < 2 * n + 2) log2++;
    const uint64_t last = ((uint64_t)1 << log2) - 1;
    memset(s->key, 0, sizeof *s->key << log2);
    for (int64_t i = 0; i < n; i++) {
        uint64_t at = spot(s->number[i], log2);
        for (; s->key[at]; at = (at + 1) & last) if (s->key[at] == s->number[i]) return 1;
        s->key[at] = s->number[i];
    }
    return 0;
}
#endif
