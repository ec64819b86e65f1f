/* Least squares of one pair (engine/least_squares.py).
 *
 * Coefficients by Q and R of X = QR, b = R^-1 G^-1 Q'y, G = Q'Q over the days that are there, G = LL'; residuals from X itself; a
 * second projection where something of the regressors is left. */
#define NO_VARIANCE 1e-24
#define LARGEST 1.7976931348623157e308
#define TINY 2.2250738585072014e-308
#define LEFT 1e-14           /* an error of a coefficient, in standard errors, from which on there is a second projection */
#define LEAST_EIGENVALUE 0.01
#define SMALL 0.125          /* leverages below it need no root */
#define PAGES 16             /* pairs of which the first and the last day are asked for at once */
#define LINES 4              /* of the next pair that are fetched at once */

static inline double larger(double a, double b) { return a > b ? a : b; }
static inline int is_finite(double a) { return fabs(a) <= LARGEST; }

/* From now on the days of the next pair but one are fetched: those of the next may be wanted before they are there.  Where memory
 * lies is looked up by page, which takes long and cannot be hidden: now and then it is asked of many pairs at once. */
static void look_ahead(Room *r, int64_t i) {
    const Work *w = r->w;
    const int64_t last = w->days + w->between + w->event - 1;
    r->next = w->place[i + 2 < w->n ? i + 2 : i];
    r->fetched = 0;
    if (i % PAGES) return;
    for (int64_t p = i + PAGES; p < i + 2 * PAGES && p < w->n; p++) { SOON(w->returns + w->place[p]); SOON(w->returns + w->place[p] + last); }
}

/* Have some more days of the next pair fetched while this one is worked on; all at once would have to be waited for. */
static void fetch(Room *r) {
    const Work *w = r->w;
    const int64_t line = 64 / (int64_t)sizeof(double), width = w->days + w->between + w->event;
    for (int k = 0; k < LINES && r->fetched < width; k++, r->fetched += line) SOON(w->returns + r->next + r->fetched);
}

/* 1 / sqrt(1 - h) for |h| < SMALL: the series 1 + h/2 + 3h^2/8 + 5h^3/16 and two steps of Newton, y (3 - (1 - h) y^2) / 2, each of
 * which squares the error, at first below 1e-4; without a root and a division, which take several times as long. */
static void inverse_roots(const double *restrict h, double *restrict y, int64_t size) {
    for (int64_t i = 0; i < size; i++) {
        const double x = 0.5 * (1 - h[i]);
        double one = 1 + h[i] * (0.5 + h[i] * (0.375 + 0.3125 * h[i]));
        one = one * (1.5 - x * one * one);
        y[i] = one * (1.5 - x * one * one);
    }
}

/* The largest size of some values. */
static double most(const double *h, int64_t size) {
    double found = 0;
    for (int64_t i = 0; i < size; i++) found = larger(fabs(h[i]), found);
    return found;
}

/* 1 / sqrt(1 - h) of each of some days, none of which has an h larger than `bound`. */
static void weights_of(const double *restrict h, double *restrict weight, int64_t size, double bound) {
    if (bound < SMALL) inverse_roots(h, weight, size);
    else for (int64_t i = 0; i < size; i++) weight[i] = 1 / sqrt(larger(1 - h[i], 1e-12));
}

/* factor a'Ma of each column a of rows (K, size), M symmetric; two rows at a time. */
static void quadratic(const double *m, double factor, const double *rows, int64_t K, int64_t size, double *h) {
    const double twice = 2 * factor;
    memset(h, 0, sizeof(double) * (size_t)size);
    if (K & 1) add_square(h, rows, factor * m[0], rows, 0, 0, size);
    for (int64_t k = K & 1; k < K; k += 2) {
        const double *one = rows + k * size, *two = one + size, *of = m + k * K, *next = of + K;
        for (int64_t j = 0; j < k; j++) add_products(h, rows + j * size, twice * of[j], one, twice * next[j], two, size);
        add_square(h, one, factor * of[k], two, twice * next[k], factor * next[k + 1], size);
    }
}

/* What each window adds up: X* R^-1 over the event days that are `used`, and how many these are. */
static void add_up_windows(const Room *r, const double *used, double *sums) {
    const Work *w = r->w;
    const int64_t K = w->regressors;
    for (int64_t v = 0; v < w->windows; v++) {
        const int64_t first = w->window[2 * v], stop = w->window[2 * v + 1];
        for (int64_t k = 0; k <= K; k++) {
            double sum = 0;
            for (int64_t i = first; i < stop; i++) sum += k < K ? r->ahead[k * w->event + i] * used[i] : used[i];
            sums[k * w->windows + v] = sum;
        }
    }
}

/* C = i'Vi of each window, and its root. */
static void units_of(const Work *w, const double *sums, Spread *s) {
    const double *days = sums + w->regressors * w->windows;
    quadratic(s->inverse, w->prediction_error ? 1 : 0, sums, w->regressors, w->windows, s->unit);
    for (int64_t v = 0; v < w->windows; v++) { s->unit[v] += days[v]; s->deviation[v] = sqrt(s->unit[v]); }
}

/* No day lacks. */
static void all_days(Room *r) {
    for (int64_t g = 0; g < r->lacks; g++) r->known[r->lacking[g]] = 1;
    r->lacks = 0;
}

/* Zero on the days that lack. */
static void blank(const Room *r, double *of) {
    for (int64_t g = 0; g < r->lacks; g++) of[r->lacking[g]] = 0;
}

/* What (Q'Q)^-1 says of the errors of residuals and of windows.  The leverage of a day is h = q (Q'Q)^-1 q', q its row of Q, and
 * none is larger than `bound`; 1: nobody knows. */
static void spread_of(Room *r, const double *sums, double bound, Spread *s) {
    quadratic(s->inverse, 1, r->q, r->w->regressors, r->width, r->row);
    weights_of(r->row, s->weight, r->width, bound < 1 ? bound : most(r->row, r->width));
    units_of(r->w, sums, s);
}

/* a -= sum of b x over rows (K, size), two at a time. */
static void take_off_rows(double *a, const double *b, const double *rows, int64_t K, int64_t size) {
    int64_t k = 0;
    for (; k + 1 < K; k += 2) take_off_both(a, b[k], rows + k * size, b[k + 1], rows + (k + 1) * size, size);
    if (k < K) take_off(a, b[k], rows + k * size, size);
}

/* Take the normal returns that belong to these coefficients on Q off. */
static void subtract(Room *r, const double *coefficient) {
    const int64_t K = r->w->regressors, L2 = r->w->event;
    for (int64_t j = 0; j < K; j++) {
        double b = 0;
        for (int64_t k = 0; k < K; k++) b += r->inverse[j * K + k] * coefficient[k];
        r->product[j] = b;
    }
    take_off_rows(r->y, r->product, r->x, K, r->width);
    take_off_rows(r->ar, r->product, r->x_event, K, L2);
    blank(r, r->y);
    if (!r->ahead_whole) for (int64_t i = 0; i < L2; i++) r->ar[i] *= r->used[i];
}

/* The coefficients (Q'Q)^-1 Q'y over the days that are there; gives the square of the normal returns, y'Q (Q'Q)^-1 Q'y. */
static double project(Room *r, double *restrict c) {
    const int64_t K = r->w->regressors;
    double sum = 0;
    for (int64_t k = 0; k < K; k++) r->product[k] = dot(r->y, r->q + k * r->width, r->width);
    for (int64_t k = 0; k < K; k++) {
        double s = 0;
        for (int64_t j = 0; j < K; j++) s += r->inverse_of[k * K + j] * r->product[j];
        c[k] = s;
        sum += s * r->product[k];
    }
    return sum;
}

/* The sum of squares that is left; `gone` is that which went. */
static double fit_days(Room *r, double *gone) {
    r->settled = 1;
    *gone = 0;
    if (!r->w->regressors) return squares(r->y, r->width);
    *gone = project(r, r->coefficient);
    subtract(r, r->coefficient);
    double left = squares(r->y, r->width);
    r->settled = !(project(r, r->rest) > LEFT * LEFT * left / (double)r->m);
    if (!r->settled) { subtract(r, r->rest); left = squares(r->y, r->width); }
    return left;
}

/* The smallest eigenvalue of the symmetric matrix g (K, K), which is overwritten: Jacobi's rotations. */
static double least_eigenvalue(double *g, int64_t K) {
    for (int sweep = 0; sweep < 40; sweep++) {
        double off = 0;
        for (int64_t p = 0; p < K; p++) for (int64_t q = 0; q < p; q++) off += g[p * K + q] * g[p * K + q];
        if (off < 1e-24) break;
        for (int64_t p = 0; p < K; p++)
            for (int64_t q = p + 1; q < K; q++) {
                double both = g[p * K + q];
                if (both == 0) continue;
                double theta = (g[q * K + q] - g[p * K + p]) / (2 * both);
                double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
                for (int64_t i = 0; i < K; i++) {
                    double u = g[i * K + p], v = g[i * K + q];
                    g[i * K + p] = c * u - s * v; g[i * K + q] = s * u + c * v;
                }
                for (int64_t i = 0; i < K; i++) {
                    double u = g[p * K + i], v = g[q * K + i];
                    g[p * K + i] = c * u - s * v; g[q * K + i] = s * u + c * v;
                }
            }
    }
    double least = INFINITY;
    for (int64_t i = 0; i < K; i++) if (g[i * K + i] < least) least = g[i * K + i];
    return least;
}

/* L of G = LL', below the diagonal and on it. */
static void cholesky(const double *g, double *l, int64_t K) {
    for (int64_t k = 0; k < K; k++)
        for (int64_t j = 0; j <= k; j++) {
            double s = g[k * K + j];
            for (int64_t i = 0; i < j; i++) s -= l[k * K + i] * l[j * K + i];
            l[k * K + j] = j == k ? sqrt(s) : s / l[j * K + j];
        }
}

/* G^-1 of G = LL', column by column. */
static void invert_gram(const double *l, double *inverse, int64_t K) {
    double share[MOST_REGRESSORS];
    for (int64_t k = 0; k < K; k++) share[k] = 1 / l[k * K + k];
    for (int64_t c = 0; c < K; c++) {
        double *x = inverse + c * K;
        for (int64_t k = 0; k < K; k++) {
            double s = k == c;
            for (int64_t j = 0; j < k; j++) s -= l[k * K + j] * x[j];
            x[k] = s * share[k];
        }
        for (int64_t k = K; k-- > 0;) {
            for (int64_t j = k + 1; j < K; j++) x[k] -= l[j * K + k] * x[j];
            x[k] *= share[k];
        }
    }
}

/* Q'Q over the days that are there: that of all days less what those that lack add to it. */
static void gram_of(Room *r) {
    const int64_t K = r->w->regressors;
    for (int64_t k = 0; k < K; k++)
        for (int64_t j = 0; j <= k; j++) {
            const double *one = r->q + k * r->width, *other = r->q + j * r->width;
            double gone = 0;
            for (int64_t g = 0; g < r->lacks; g++) gone += one[r->lacking[g]] * other[r->lacking[g]];
            r->own_gram[k * K + j] = r->own_gram[j * K + k] = r->gram[k * K + j] - gone;
        }
}

/* What pair i has of its design: all of it, or what is left on the days that it has.  0 where that is too little: the smallest
 * eigenvalue of G = I - E is at least one less the trace of E, which mostly settles it. */
static int own_days(Room *r) {
    const int64_t K = r->w->regressors;
    Spread *s = r->whole ? &r->whole_days : &r->own;
    r->inverse_of = s->inverse; r->weights = s->weight; r->units = s->unit; r->deviations = s->deviation;
    if (r->whole) return 1;
    gram_of(r);
    double gone = (double)K;
    for (int64_t k = 0; k < K; k++) gone -= r->own_gram[k * K + k];
    memcpy(r->root, r->own_gram, sizeof(double) * (size_t)(K * K));
    if (!(gone < 1 - LEAST_EIGENVALUE) && K && !(least_eigenvalue(r->root, K) > LEAST_EIGENVALUE)) return 0;
    cholesky(r->own_gram, r->root, K);
    invert_gram(r->root, s->inverse, K);
    if (!r->ahead_whole) add_up_windows(r, r->used, r->own_of_windows);
    const double bound = gone < 1 ? r->most / (1 - gone) : 1;   /* G is at least (1 - gone) I */
    spread_of(r, r->ahead_whole ? r->of_windows : r->own_of_windows, bound, s);
    return 1;
}

/* there = 1 where `value` is a number and `usable` is 1, else 0; whether all are there. */
static int where_finite(double *restrict there, const double *restrict value, const double *restrict usable, int64_t size) {
    int64_t lacks = 0;
    for (int64_t t = 0; t < size; t++) {
        const double one = fabs(value[t]) <= LARGEST ? 1.0 : 0.0;
        there[t] = one * usable[t];
        lacks |= there[t] == 0;
    }
    return !lacks;
}

/* The days of pair i that lack, from what the survey left behind. */
static void list_lacking(Room *r, int64_t i) {
    const Work *w = r->w;
    const int64_t words = words_of(w->days);
    all_days(r);
    for (int64_t b = 0; b < words; b++)
        for (uint64_t left = w->lacks[i * words + b]; left; left &= left - 1) {
            const int64_t t = 64 * b + LOWEST(left);
            if (t < w->days) r->lacking[r->lacks++] = (int32_t)t;
        }
    for (int64_t g = 0; g < r->lacks; g++) r->known[r->lacking[g]] = 0;
    r->m = w->days - r->lacks;
}

/* Which days of pair i count: those with a return and all regressors that no other event of the security takes away. */
static void find_days(Room *r, int64_t i) {
    const Work *w = r->w;
    look_ahead(r, i);
    list_lacking(r, i);
    r->ahead_whole = where_finite(r->used, w->returns + w->place[i] + w->days + w->between, r->usable_event, w->event);
    r->whole = r->ahead_whole && !r->lacks;
}

/* y = value - offset */
static void less(double *restrict y, const double *restrict value, const double *restrict offset, int64_t size) {
    for (int64_t t = 0; t < size; t++) y[t] = value[t] - offset[t];
}

/* Returns of pair i less what the model takes off first, zero on days that do not count, and what it has of its design; 0 where
 * that is too little. */
static int load_pair(Room *r, int64_t i) {
    const Work *w = r->w;
    const double *from = w->returns + w->place[i], *ahead = from + w->days + w->between;
    find_days(r, i);
    less(r->y, from, r->offset, w->days);
    blank(r, r->y);
    less(r->ar, ahead, r->offset_event, w->event);
    if (!r->ahead_whole) for (int64_t t = 0; t < w->event; t++) r->ar[t] = r->used[t] != 0 ? r->ar[t] : 0.0;
    fetch(r);
    r->df = r->m - (w->regressors ? w->regressors : 1);
    return own_days(r);
}

/* Residuals, abnormal returns and sigma of pair i; 0 where no variance is left around the normal return (ruling 12). */
static int fit(Room *r, int64_t i) {
    const Work *w = r->w;
    double gone, left;
    if (!load_pair(r, i)) return 0;
    left = fit_days(r, &gone);
    fetch(r);
    const double before = left + gone;
    if (!w->regressors) left = squares_around(r->y, r->known, total(r->y, r->width) / (double)r->m, r->width);
    if (!(left > NO_VARIANCE * larger(before, TINY))) return 0;
    r->sigma = sqrt(left / (double)r->df);
    return 1;
}

/* Keep what `again` needs: Q'y and sigma, where one projection was enough. */
static void keep(const Room *r, int64_t i) {
    const int64_t K = r->w->regressors;
    double *kept = r->w->kept + i * (K + 1);
    if (!r->settled) return;
    memcpy(kept, r->coefficient, sizeof(double) * (size_t)K);
    kept[K] = r->sigma;
}

/* The same as `fit`, by what the first pass kept of the pair. */
static int again(Room *r, int64_t i) {
    const int64_t K = r->w->regressors;
    const double *kept = r->w->kept + i * (K + 1);
    if (!(kept[K] > 0)) return fit(r, i);
    if (!load_pair(r, i)) return 0;
    subtract(r, kept);
    r->sigma = kept[K];
    return 1;
}
