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

#define TRADED(level) int moved_on_##level(const Grid *close, uint8_t *moved); int shared_days_##level(const Shared *);
TRADED(base)
#ifdef X86_LEVELS
TRADED(avx2)
TRADED(avx512)
#endif
#endif
