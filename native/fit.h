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
#define LINES 4              /* of the next pair that are fetched at once */

static inline double larger(double a, double b) { return a > b ? a : b; }
static inline int is_finite(double a) { return fabs(a) <= LARGEST; }

/* Have some more days of the next pair fetched while this one is worked on; all at once would have to be waited for. */
static void fetch(Room *r) {
    const Work *w = r->w;
    const int64_t line = 64 / (int64_t)sizeof(double), width = w->days + w->between + w->event;
    for (int k = 0; k < LINES && r->fetched < width; k++, r->fetched += line) SOON(w->returns + r->next + r->fetched);
}

/* 1 / sqrt(1 - h) for h < SMALL: the series 1 + h/2 + 3h^2/8 and three steps of Newton, y (3 - (1 - h) y^2) / 2, each of which
 * squares the error, at first below a thousandth; without a root and a division, which take several times as long. */
static void inverse_roots(const double *restrict h, double *restrict y, int64_t size) {
    for (int64_t i = 0; i < size; i++) {
        const double x = 0.5 * (1 - h[i]);
        double one = 1 + h[i] * (0.5 + 0.375 * h[i]);
        one = one * (1.5 - x * one * one);
        one = one * (1.5 - x * one * one);
        y[i] = one * (1.5 - x * one * one);
    }
}

/* 1 / sqrt(1 - h) of each of some days. */
static void weights_of(const double *restrict h, double *restrict weight, int64_t size) {
    int64_t large = 0;
    for (int64_t i = 0; i < size; i++) large |= fabs(h[i]) < SMALL ? 0 : 1;
    if (!large) inverse_roots(h, weight, size);
    else for (int64_t i = 0; i < size; i++) weight[i] = 1 / sqrt(larger(1 - h[i], 1e-12));
}

/* C = i'Vi of each window over the event days that are `used`, and its root, by X* R^-1 L^-T (K, L2). */
static void units_of(const Work *w, const double *used, Spread *s) {
    for (int64_t v = 0; v < w->windows; v++) {
        const int64_t first = w->window[2 * v], stop = w->window[2 * v + 1];
        double unit = 0;
        for (int64_t i = first; i < stop; i++) unit += used[i];
        for (int64_t k = 0; k < w->regressors && w->prediction_error; k++) {
            double sum = 0;
            for (int64_t i = first; i < stop; i++) sum += s->ahead[k * w->event + i] * used[i];
            unit += sum * sum;
        }
        s->unit[v] = unit;
        s->deviation[v] = sqrt(unit);
    }
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

/* The leverage h = q (Q'Q)^-1 q' of each day, q its row of Q, as the square of L^-1 q'; some days at a time. */
static void leverages(const Room *r, const double *lower, double *restrict h) {
    const int64_t K = r->w->regressors;
    double part[MOST_REGRESSORS][LANES];
    for (int64_t i = 0; i < r->width; i += LANES) {
        double sum[LANES] = {0};
        for (int64_t k = 0; k < K; k++) {
            const double *q = r->q + k * r->width + i, inverse = 1 / lower[k * K + k];
            double one[LANES];
            for (int l = 0; l < LANES; l++) one[l] = q[l];
            for (int64_t j = 0; j < k; j++)
                for (int l = 0; l < LANES; l++) one[l] -= lower[k * K + j] * part[j][l];
            for (int l = 0; l < LANES; l++) { one[l] *= inverse; part[k][l] = one[l]; sum[l] += one[l] * one[l]; }
        }
        for (int l = 0; l < LANES; l++) h[i + l] = sum[l];
    }
}

/* L^-1 times rows (K, size), row by row. */
static void solve(const double *l, double *rows, int64_t K, int64_t size) {
    for (int64_t k = 0; k < K; k++) {
        double *row = rows + k * size;
        for (int64_t j = 0; j < k; j++) take_off(row, l[k * K + j], rows + j * size, size);
        const double inverse = 1 / l[k * K + k];
        for (int64_t i = 0; i < size; i++) row[i] *= inverse;
    }
}

/* What L says of the errors of residuals and of windows; the days that lack weigh 1. */
static void spread_of(Room *r, const double *used, Spread *s) {
    const Work *w = r->w;
    const int64_t K = w->regressors;
    leverages(r, s->lower, r->row);
    blank(r, r->row);
    weights_of(r->row, s->weight, r->width);
    memcpy(s->ahead, r->ahead, sizeof(double) * (size_t)(K * w->event));
    solve(s->lower, s->ahead, K, w->event);
    units_of(w, used, s);
}

/* Take the normal returns that belong to these coefficients on Q off. */
static void subtract(Room *r, const double *coefficient) {
    const int64_t K = r->w->regressors, L2 = r->w->event;
    for (int64_t j = 0; j < K; j++) {
        double b = 0;
        for (int64_t k = 0; k < K; k++) b += r->inverse[j * K + k] * coefficient[k];
        take_off(r->y, b, r->x + j * r->width, r->width);
        take_off(r->ar, b, r->x_event + j * L2, L2);
    }
    blank(r, r->y);
    if (!r->whole) for (int64_t i = 0; i < L2; i++) r->ar[i] *= r->used[i];
}

/* The coefficients (Q'Q)^-1 Q'y over the days that are there; gives the square of L^-1 Q'y, that of the normal returns. */
static double project(Room *r, double *restrict c) {
    const int64_t K = r->w->regressors;
    const double *l = r->lower;
    double sum = 0;
    for (int64_t k = 0; k < K; k++) {
        double s = dot(r->y, r->q + k * r->width, r->width);
        for (int64_t j = 0; j < k; j++) s -= l[k * K + j] * c[j];
        c[k] = s / l[k * K + k];
        sum += c[k] * c[k];
    }
    for (int64_t k = K; k-- > 0;) {
        double s = c[k];
        for (int64_t j = k + 1; j < K; j++) s -= l[j * K + k] * c[j];
        c[k] = s / l[k * K + k];
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

/* Q'Q over the days that are there: that of all days less what those that lack add to it. */
static void gram_of(Room *r) {
    const int64_t K = r->w->regressors;
    memcpy(r->own_gram, r->gram, sizeof(double) * (size_t)(K * K));
    for (int64_t g = 0; g < r->lacks; g++) {
        const double *day = r->q + r->lacking[g];
        for (int64_t k = 0; k < K; k++)
            for (int64_t j = 0; j < K; j++) r->own_gram[k * K + j] -= day[k * r->width] * day[j * r->width];
    }
}

/* What pair i has of its design: all of it, or what is left on the days that it has.  0 where that is too little: the smallest
 * eigenvalue of G = I - E is at least one less the trace of E, which mostly settles it. */
static int own_days(Room *r) {
    const int64_t K = r->w->regressors;
    Spread *s = r->whole ? &r->whole_days : &r->own;
    r->lower = s->lower; r->ahead_of = s->ahead; r->weights = s->weight; r->units = s->unit; r->deviations = s->deviation;
    if (r->whole) return 1;
    gram_of(r);
    double gone = (double)K;
    for (int64_t k = 0; k < K; k++) gone -= r->own_gram[k * K + k];
    memcpy(r->root, r->own_gram, sizeof(double) * (size_t)(K * K));
    if (!(gone < 1 - LEAST_EIGENVALUE) && K && !(least_eigenvalue(r->root, K) > LEAST_EIGENVALUE)) return 0;
    cholesky(r->own_gram, s->lower, K);
    spread_of(r, r->used, s);
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
    r->next = i + 1 < w->n ? w->place[i + 1] : w->place[i];
    r->fetched = 0;
    list_lacking(r, i);
    r->whole = where_finite(r->used, w->returns + w->place[i] + w->days + w->between, r->usable_event, w->event) && !r->lacks;
}

/* y = value - offset where `there` is not zero, else 0. */
static void less(double *restrict y, const double *restrict value, const double *restrict offset, const double *restrict there, int64_t size) {
    for (int64_t t = 0; t < size; t++) {
        const double one = value[t] - offset[t];
        y[t] = there[t] != 0 ? one : 0.0;
    }
}

/* Returns of pair i less what the model takes off first, zero on days that do not count, and what it has of its design; 0 where
 * that is too little. */
static int load_pair(Room *r, int64_t i) {
    const Work *w = r->w;
    const double *from = w->returns + w->place[i], *ahead = from + w->days + w->between;
    find_days(r, i);
    less(r->y, from, r->offset, r->known, w->days);
    less(r->ar, ahead, r->offset_event, r->used, w->event);
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
