/* What the kernel is given and what it leaves behind: pairs in a panel of returns, one after the other.
 *
 * n pairs, g designs (a day 0 and a benchmark), S x T returns, B x T days of B benchmarks, K regressors with the intercept, L1
 * estimation and L2 event days, W windows, R lengths of runs, P strata of pairs that cover the same windows, G tables of a date
 * and a stratum.  Arrays are in C order; NaN is a day without a value. */
#ifndef EVENTSTUDY_KERNEL_H
#define EVENTSTUDY_KERNEL_H
#include <stdint.h>
#include "bits.h"

#define LANES 16             /* doubles that are added up side by side, whatever the machine has */
#define MOST_DAYS 16384      /* L1 + L2: the number of a day must fit into the low bits of a key */
#define MOST_WINDOWS 62
#define MOST_STEPS 512
#define MOST_REGRESSORS 64

typedef struct {
    int64_t n, g, days, event, regressors, windows, lengths, steps, strata, tables;
    int64_t cells, market_cells;        /* S T and B T */
    int64_t between;                    /* days between estimation and event window */
    int64_t masked_words;               /* of `busy` where other events of a security take days from a pair, else 0 */
    int64_t spanned;                    /* returns from the first estimation day on that are added up by date; 0: none */
    int64_t intercept, prediction_error, log;
    /* read only */
    const double *returns;              /* (S T) */
    const uint64_t *busy;               /* (words of S T, and one more) or none: bit c: cell c is a day near another event of the security */
    const uint8_t *bears;               /* (n) whether the pair leaves these out of its estimation days */
    const uint64_t *far;                /* (words of L1) bit t: estimation day t is not near the pair's own event */
    const double *x;                    /* (B T, K) regressors of the model, zero where one lacks */
    const double *offset;               /* (B T) what is taken off the return first */
    const uint8_t *usable;              /* (B T) whether all regressors are there */
    const double *market;               /* (B T) returns of the benchmark */
    const int64_t *place;               /* (n) the cell of the first estimation day of a pair */
    const int64_t *design;              /* (g) the same of a design, among B T */
    const int64_t *bounds;              /* (g + 1) the pairs of design d are bounds[d] .. bounds[d + 1] - 1 */
    const int64_t *covers;              /* (n) bit w: the pair covers window w */
    const int64_t *stratum, *table;     /* (n) where the sums of a pair go */
    const int64_t *window;              /* (W, 2) first and one past the last event day */
    const int64_t *step;                /* (steps, 2) the sums of runs to be added; 0 are the days themselves, 1 the first step */
    const int64_t *run, *length;        /* (R) which of them holds the runs of a length, and that length */
    const double *scales;               /* (W) of the second pass */
    const uint8_t *calm;                /* (n) of the second pass: pairs that say how far they moved */
    const int64_t *last;                /* (n) one past the last event day on which the security could be observed */
    /* written */
    uint8_t *good;                      /* (n) in: pairs that are asked for; out: those that count */
    int64_t *m, *covered;               /* (n) of the survey: estimation days with a return; bits as in `covers` */
    uint64_t *lacks;                    /* (n, words of 64 days) of the survey, read by both passes: bit t: estimation day t lacks */
    double *kept;                       /* (n, K + 1) of the first pass, read by the second: coefficients and sigma; sigma 0: none */
    double *car, *scar, *se, *bhar;     /* (n, W) NaN where not covered */
    double *unit;                       /* (P, W) */
    double *ar, *ar_n;                  /* (P, L2) */
    double *residual;                   /* (P, L1) */
    double *ranks, *residual_ranks;     /* (P, L1 + L2), (P, L1) */
    double *student, *student_squares, *student_powers;   /* (P, L1), (P, L1), (P, 2) */
    double *share, *share_n;            /* (P, R) */
    double *untraded;                   /* (P, 2) shares of estimation days with a return of zero, and without one */
    double *dates, *dates_n;            /* (G, L1) */
    double *squares, *size;             /* (G) */
    double *spreads;                    /* (G, W, 4) */
    double *span, *span_n;              /* (G, spanned) */
    double *below;                      /* (P, W, L1) */
    double *moved, *moved_n;            /* (P, L1 + L2) of all days after the estimation days: sizes of standardised returns, and how many */
} Work;

/* One form for each instruction set; all give the same bits.  0, or -1 where there is no memory. */
#define FORMS(level) int first_##level(const Work *); int second_##level(const Work *); int survey_##level(const Work *);
FORMS(base)
#ifdef X86_LEVELS
FORMS(avx2)
FORMS(avx512)
#endif
#endif
