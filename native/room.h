#define DAYS 32              /* whose sums over the pairs that wait are made at a time */

/* What the days that are there say of the errors of residuals and of windows. */
typedef struct {
    double *inverse;                     /* (K, K) (Q'Q)^-1 */
    double *weight;                      /* (width) 1 / sqrt(1 - h) of each day, h its leverage */
    double *unit, *deviation;            /* (W) C = i'Vi of each window, and its root */
} Spread;

/* Sums of so many consecutive days, and how many lie above zero. */
typedef struct { const double *sum; int64_t days, up; } Runs;

/* Where the SCAR of a pair lies among its standardised residuals, give or take what is tied, and half of what a day counts. */
typedef struct { double low, high, half; } Band;

/* What a residual in units of the return is times to be one in units of sigma, and what a day counts; zero: nobody asks. */
typedef struct { double inverse, counts; } Size;

/* The memory of one call, laid out once: a design, a pair, and what is worked out of it. */
typedef struct {
    const Work *w;
    int64_t width;                       /* L1 up to whole lanes; days beyond L1 hold zeros */
    /* a design, by regressor: (K, width) and (K, L2) */
    double *q, *x, *x_event, *ahead, *inverse, *own_length;
    double *offset, *offset_event, *usable_event;   /* (width), (L2) what is taken off first; 1 where regressors are there */
    uint64_t *lost;                      /* (words of L1) bit t: a regressor lacks on day t */
    const double *market;                /* (L2) the benchmark on event days */
    double *every;                       /* (L2) ones */
    double *of_windows, *own_of_windows; /* (K + 1, W) sums of X* R^-1 over the days of each window, last how many: all, those used */
    Spread whole_days;                   /* of pairs that have all days */
    double most;                         /* the largest leverage of its days */
    /* a pair */
    double *y, *ar;                      /* (width), (L2) residuals and abnormal returns; zero on days that lack */
    double *known, *used;                /* (width), (L2) 1 where there is a value, else 0 */
    int32_t *lacking;                    /* (L1) the estimation days that lack, ascending, and how many */
    int64_t lacks;
    Spread own;                          /* of a pair that lacks days */
    double *gram, *own_gram, *root;      /* (K, K) Q'Q of all days and of those that are there; what is worked with */
    double *coefficient, *rest;          /* (K) of the first projection on Q and of the second */
    double *product;                     /* (K) Q'y */
    const double *inverse_of, *weights, *units, *deviations;   /* of the pair: those of its design, or its own */
    int64_t m, df;
    double sigma;
    int whole, ahead_whole, settled;     /* whether it has all days, all event days; whether one projection was enough */
    /* of the pair */
    double *value, *e;                   /* (L1 + L2) days in units of sigma, (width) standardised residuals */
    double *sums;                        /* (1 + steps, width) sums of consecutive days, NaN where they hold a day that lacks */
    double *row;                         /* (width) */
    int64_t next, fetched;               /* the cell of the next pair's first day, and how many of its days were fetched */
    Runs runs[MOST_STEPS + 1];           /* what is known of these sums */
    /* pairs that wait to be ranked, a row each */
    double *values, *errors;             /* (LANES, L1 + L2 in whole lanes), (LANES, width or stride) what `value` and `e` are rows of */
    int64_t waiting, waits[LANES], days_of[LANES], all_of[LANES];   /* how many; which pairs, their estimation days and all their days */
    Order order;
    int64_t stride;                      /* of `errors` in the second pass: L1 up to whole DAYS */
    Band *bands;                         /* (W, LANES) of these pairs, in the second pass */
    Size sizes[LANES];
    void *memory;
} Room;

/* Two rounds: the first counts, the second hands out. */
static char *give(char **next, int64_t count, size_t size) {
    char *mine = *next;
    *next += ((size_t)count * size + 63) / 64 * 64;
    return mine;
}

static Spread spread(char **next, const Work *w, int64_t width) {
    const int64_t k = w->regressors + 1;
    const int64_t sizes[] = {k * k, width, w->windows + 1, w->windows + 1};
    double *at[4];
    for (int i = 0; i < 4; i++) at[i] = (double *)(void *)give(next, sizes[i], sizeof(double));
    return (Spread){at[0], at[1], at[2], at[3]};
}

static size_t lay_out(Room *r, const Work *w, char *start) {
    const int64_t k = w->regressors + 1, columns = w->days + w->event, rows = rows_for(columns);
    char *next = start;
#define DOUBLES(count) (double *)(void *)give(&next, count, sizeof(double))
    r->width = whole_lanes(w->days);
    r->stride = (w->days + DAYS - 1) / DAYS * DAYS;
    r->q = DOUBLES(k * r->width); r->x = DOUBLES(k * r->width); r->x_event = DOUBLES(k * w->event);
    r->ahead = DOUBLES(k * w->event); r->inverse = DOUBLES(k * k); r->own_length = DOUBLES(k); r->every = DOUBLES(w->event);
    r->offset = DOUBLES(r->width); r->offset_event = DOUBLES(w->event); r->usable_event = DOUBLES(w->event);
    r->lost = (uint64_t *)(void *)give(&next, words_of(w->days), sizeof(uint64_t));
    r->whole_days = spread(&next, w, r->width); r->own = spread(&next, w, r->width);
    r->y = DOUBLES(r->width); r->ar = DOUBLES(w->event); r->known = DOUBLES(r->width); r->used = DOUBLES(w->event);
    r->lacking = (int32_t *)(void *)give(&next, w->days, sizeof(int32_t));
    r->gram = DOUBLES(k * k); r->own_gram = DOUBLES(k * k); r->root = DOUBLES(k * k);
    r->coefficient = DOUBLES(k); r->rest = DOUBLES(k); r->product = DOUBLES(k);
    r->of_windows = DOUBLES(k * (w->windows + 1)); r->own_of_windows = DOUBLES(k * (w->windows + 1));
    r->value = r->values = DOUBLES(LANES * whole_lanes(columns)); r->e = r->errors = DOUBLES(LANES * r->stride);
    r->bands = (Band *)(void *)give(&next, LANES * w->windows, sizeof(Band));
    r->sums = DOUBLES((1 + w->steps) * r->width); r->row = DOUBLES(r->width);
#define KEYS(count) (int32_t *)(void *)give(&next, count, sizeof(int32_t))
    r->order.lanes = KEYS(LANES * rows); r->order.key = KEYS(FOUR * rows); r->order.four = KEYS(FOUR * rows);
    r->order.day = KEYS(columns); r->order.twice = KEYS(columns);
#undef KEYS
#undef DOUBLES
    r->order.rows = rows;
    r->order.bits = bits_of(columns);
    r->order.unit = (double)((uint32_t)1 << (31 - r->order.bits)) / WIDEST;
    return (size_t)(next - start);
}

static int room_make(Room *r, const Work *w) {
    char nowhere[1];
    memset(r, 0, sizeof *r);
    r->w = w;
    size_t size = lay_out(r, w, nowhere);
    r->memory = calloc(size + 64, 1);
    if (!r->memory) return -1;
    lay_out(r, w, (char *)r->memory + (64 - (uintptr_t)r->memory % 64) % 64);
    for (int64_t i = 0; i < w->days; i++) r->known[i] = 1.0;
    for (int64_t i = 0; i < w->event; i++) r->every[i] = 1.0;
    return 0;
}

static void room_free(Room *r) { free(r->memory); }
