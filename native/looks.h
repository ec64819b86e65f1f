/* The first look at a table of prices, S days by n series: which series a closer look (prices/_quality.py) may find something in.
 *
 * It errs on one side only: what is passed as sound has no flag, by the rules of prices/_moves.py and prices/_whole.py, whose
 * thresholds come from there; comparisons are widened by MARGIN, since logarithms here may differ in the last bits. */
#ifndef EVENTSTUDY_LOOKS_H
#define EVENTSTUDY_LOOKS_H
#include "grid.h"
#include "levels.h"

#define MARGIN 1e-9
#define MOST_SETS 64

/* The thresholds of prices/_moves.py, by their names there, and the first of prices/_whole.py. */
typedef struct {
    double spike, back, closer, quietly, leg, round, leap, index_leap, calm, far, alien, straight, as_often, by_chance, logs, alike;
    int64_t year, enough;
} Rules;

typedef struct {
    Grid used, near, market;       /* prices; 1 on days that are looked at closely; what the others explain. The last two may be absent. */
    const uint8_t *level;          /* (n) whether a series is an index or a rate */
    const uint8_t *expected;       /* (S) whether the market was open */
    const uint8_t *counted;        /* (sets, S) days that are counted, a row a set */
    int64_t sets;
    Rules rules;
    uint8_t *sound;                /* (n) out: nothing can be found in it */
    int64_t *lacking, *priced;     /* (n) out: open days between its first and its last price on which it has none; days on which it has one */
    uint8_t *apart;                /* (n) out: it may follow the others a session apart */
    int64_t *on;                   /* (sets, n) out: on how many days of each set it has a price */
} Looks;

/* One form for each instruction set; all give the same bits.  0, or -1 where there is no memory. */
#define LOOKS(level) int look_at_##level(const Looks *);
LOOKS(base)
#ifdef X86_LEVELS
LOOKS(avx2)
LOOKS(avx512)
#endif
#endif
