/* Days on which the prices of securities moved, and how many of them markets were closed on (panel/homes.py, calendars/markets.py). */
#ifndef EVENTSTUDY_TRADED_H
#define EVENTSTUDY_TRADED_H
#include "grid.h"
#include "levels.h"

/* Marks of days, 1 or 0, a row for each of so many series and one for each of so many markets. */
typedef struct {
    const uint8_t *moved, *closed;       /* (n, days), (markets, days) */
    int64_t n, markets, days;
    int64_t *count;                      /* (markets, n) out: days that both have */
} Shared;

typedef struct {
    Grid close, volume;                  /* of n series; the second may be absent */
    const uint8_t *known, *closed;       /* (days) whether a day is one of which calendars are known, (markets, days) */
    int64_t markets, most;               /* most: on how many of its days a market may have been closed and still be that of a price */
    int64_t *first, *end, *count;        /* (n) out: first day of trade, one past the last, and how many: 0 where no market can fit */
    int64_t *astray;                     /* (n, markets) out: those of them on which each market was closed; less where count is 0 */
} Traded;

#define TRADED(level) int moved_on_##level(const Grid *close, uint8_t *moved); int shared_days_##level(const Shared *); \
    int traded_on_##level(const Traded *); void spans_of_##level(const Grid *, int64_t *first, int64_t *end, int64_t *count);
TRADED(base)
#ifdef X86_LEVELS
TRADED(avx2)
TRADED(avx512)
#endif
#endif
