/* What the kernel is given and what it leaves behind: pairs of a chunk, one after the other.
 *
 * n pairs, g designs, K regressors with the intercept, L1 estimation and L2 event days, W windows, R lengths of runs, P strata
 * of pairs that cover the same windows, G tables of a date and a stratum.  Arrays are in C order; NaN is a day without a value. */
#ifndef EVENTSTUDY_KERNEL_H
#define EVENTSTUDY_KERNEL_H
#include <stdint.h>

#define LANES 16             /* doubles that are added up side by side, whatever the machine has */
#define MOST_DAYS 16384      /* L1 + L2: the number of a day must fit into the low bits of a key */
#define MOST_WINDOWS 62
#define MOST_STEPS 512
#define MOST_REGRESSORS 64

typedef struct {
    int64_t n, g, days, event, regressors, windows, lengths, steps, strata, tables;
    int64_t gaps;            /* whether days may lack: then ranks and runs of a pair are shares of its own days */
    int64_t intercept, prediction_error;
    /* read only */
    const double *estimation, *ahead;   /* (n, L1), (n, L2) returns less what the model subtracts */
    const int64_t *bounds;              /* (g + 1) the pairs of design d are bounds[d] .. bounds[d + 1] - 1 */
    const int64_t *covers;              /* (n) bit w: the pair covers window w */
    const int64_t *stratum, *table;     /* (n) where the sums of a pair go */
    const int64_t *window;              /* (W, 2) first and one past the last event day */
    const int64_t *step;                /* (steps, 2) the sums of runs to be added; 0 are the days themselves, 1 the first step */
    const int64_t *run, *length;        /* (R) which of them holds the runs of a length, and that length */
    const double *basis, *inverse, *x, *x_event, *weight, *unit;   /* `Designs` of engine/least_squares.py */
    const double *scales;               /* (W) of the second pass */
    const int64_t *last;                /* (n) one past the last event day on which the security could be observed */
    /* written */
    uint8_t *good;                      /* (n) in: pairs that are asked for; out: those that count */
    int64_t *m, *covered;               /* (n) of the survey: estimation days with a return; bits as in `covers` */
    double *car, *scar, *se, *unit_of;  /* (n, W) NaN where not covered */
    double *ar, *ar_n;                  /* (P, L2) */
    double *residual, *residual_n;      /* (P, L1) */
    double *ranks, *residual_ranks;     /* (P, L1 + L2), (P, L1) */
    double *student, *student_squares, *student_powers;   /* (P, L1), (P, L1), (P, 2) */
    double *share, *share_n;            /* (P, R) */
    double *dates, *dates_n;            /* (G, L1) */
    double *below;                      /* (P, W, L1) */
} Work;

/* One form for each instruction set; all give the same bits.  0, or -1 where there is no memory. */
#define FORMS(level) int first_##level(const Work *); int second_##level(const Work *); int survey_##level(const Work *);
FORMS(base)
#ifdef X86_LEVELS
FORMS(avx2)
FORMS(avx512)
#endif
#endif
