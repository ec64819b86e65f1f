/* Least squares of one pair (engine/least_squares.py).
 *
 * Coefficients by Q and R of X = QR, b = R^-1 Q'y; residuals from X itself; a second projection where something of the regressors
 * is left.  Days that lack: G = Q'Q over the days that are there, G = LL', and L^-1 Q' is the pair's own basis. */
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
    if (w->masked_cells && r->fetched_bytes < w->days) { SOON(w->busy + r->next + r->fetched_bytes); r->fetched_bytes += 64; }
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

/* 1 / sqrt(1 - h) of each day, h the leverage, by the rows of a basis (K, width). */
static void weights_of(Room *r, const double *basis, double *weight) {
    memset(r->row, 0, sizeof(double) * (size_t)r->width);
    for (int64_t k = 0; k < r->w->regressors; k++) add_squares(r->row, basis + k * r->width, r->width);
    if (most(r->row, r->width) < SMALL) inverse_roots(r->row, weight, r->width);
    else for (int64_t i = 0; i < r->width; i++) weight[i] = 1 / sqrt(larger(1 - r->row[i], 1e-12));
}

/* C = i'Vi of each window over the event days that are `used`, by X* R^-1 (K, L2). */
static void units_of(const Room *r, const double *ahead, const double *used, double *units) {
    const Work *w = r->w;
    for (int64_t v = 0; v < w->windows; v++) {
        const int64_t first = w->window[2 * v], stop = w->window[2 * v + 1];
        double unit = 0;
        for (int64_t i = first; i < stop; i++) unit += used[i];
        for (int64_t k = 0; k < w->regressors && w->prediction_error; k++) {
            double sum = 0;
            for (int64_t i = first; i < stop; i++) sum += ahead[k * w->event + i] * used[i];
            unit += sum * sum;
        }
        units[v] = unit;
    }
}

/* Take the normal returns that belong to Q'y = `coefficient` off. */
static void subtract(Room *r) {
    const int64_t K = r->w->regressors, L2 = r->w->event;
    for (int64_t j = 0; j < K; j++) {
        double b = 0;
        for (int64_t k = 0; k < K; k++) b += r->inverse[j * K + k] * r->coefficient[k];
        take_off(r->y, b, r->x + j * r->width, r->width);
        take_off(r->ar, b, r->x_event + j * L2, L2);
    }
}

/* Q'y of the rows of a basis (K, width); gives its square. */
static double coefficients(Room *r, const double *basis) {
    double sum = 0;
    for (int64_t k = 0; k < r->w->regressors; k++) {
        double c = dot(r->y, basis + k * r->width, r->width);
        r->coefficient[k] = c;
        sum += c * c;
    }
    return sum;
}

/* The sum of squares that is left; `gone` is that which went. */
static double fit_whole(Room *r, double *gone) {
    *gone = 0;
    if (!r->w->regressors) return squares(r->y, r->width);
    *gone = coefficients(r, r->q);
    subtract(r);
    double left = squares(r->y, r->width);
    if (coefficients(r, r->q) > LEFT * LEFT * left / (double)r->w->days) { subtract(r); left = squares(r->y, r->width); }
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

/* L^-1 times rows (K, size), row by row. */
static void solve(const double *l, double *rows, int64_t K, int64_t size) {
    for (int64_t k = 0; k < K; k++) {
        double *row = rows + k * size;
        for (int64_t j = 0; j < k; j++) take_off(row, l[k * K + j], rows + j * size, size);
        const double inverse = 1 / l[k * K + k];
        for (int64_t i = 0; i < size; i++) row[i] *= inverse;
    }
}

/* The basis on the days that the pair has; 0 where too little of the design is left: the smallest eigenvalue of G = I - E is at
 * least one less the trace of E, which mostly settles it. */
static int own_basis(Room *r) {
    const int64_t K = r->w->regressors, L2 = r->w->event;
    for (int64_t k = 0; k < K; k++) times(r->own_q + k * r->width, r->q + k * r->width, r->known, r->width);
    for (int64_t k = 0; k < K; k++)
        for (int64_t j = 0; j <= k; j++)
            r->gram[k * K + j] = r->gram[j * K + k] = dot(r->own_q + k * r->width, r->q + j * r->width, r->width);
    memcpy(r->root, r->gram, sizeof(double) * (size_t)(K * K));
    double gone = (double)K;
    for (int64_t k = 0; k < K; k++) gone -= r->gram[k * K + k];
    if (!(gone < 1 - LEAST_EIGENVALUE) && K && !(least_eigenvalue(r->root, K) > LEAST_EIGENVALUE)) return 0;
    memset(r->root, 0, sizeof(double) * (size_t)(K * K));
    cholesky(r->gram, r->root, K);
    memcpy(r->own_ahead, r->ahead, sizeof(double) * (size_t)(K * L2));
    solve(r->root, r->own_q, K, r->width);
    solve(r->root, r->own_ahead, K, L2);
    return 1;
}

/* The same as `fit_whole` for a pair that lacks days; -1 where too little of its design is left. */
static double fit_gaps(Room *r, double *gone) {
    const int64_t K = r->w->regressors, L2 = r->w->event;
    double before = squares(r->y, r->width);
    if (!own_basis(r)) return -1;
    double left = before;
    for (int again = 0; again < 2; again++) {
        if (!(coefficients(r, r->own_q) > (again ? LEFT * LEFT * left / (double)r->m : 0))) break;
        for (int64_t k = 0; k < K; k++) {
            take_off(r->y, r->coefficient[k], r->own_q + k * r->width, r->width);
            take_off(r->ar, r->coefficient[k], r->own_ahead + k * L2, L2);
        }
        left = squares(r->y, r->width);
        fetch(r);
    }
    for (int64_t i = 0; i < L2; i++) r->ar[i] *= r->used[i];
    *gone = before - left;
    weights_of(r, r->own_q, r->own_weight);
    units_of(r, r->own_ahead, r->used, r->own_unit);
    return left;
}

/* there = 1 where `value` is a number and `usable` is 1, else 0. */
static void where_finite(double *restrict there, const double *restrict value, const double *restrict usable, int64_t size) {
    for (int64_t t = 0; t < size; t++) {
        const double one = fabs(value[t]) <= LARGEST ? 1.0 : 0.0;
        there[t] = one * usable[t];
    }
}

/* 0 for days that are near another event and far from the pair's own. */
static void leave_out(double *restrict there, const uint8_t *restrict busy, const uint8_t *restrict far, int64_t size) {
    for (int64_t t = 0; t < size; t++) there[t] *= (double)(1 - (busy[t] & far[t]));
}

/* Which days of pair i count: those with a return and all regressors that no other event of the security takes away. */
static void find_days(Room *r, int64_t i) {
    const Work *w = r->w;
    const double *from = w->returns + w->place[i], *ahead = from + w->days + w->between;
    double blank = 0;
    r->next = i + 1 < w->n ? w->place[i + 1] : w->place[i];
    r->fetched = r->fetched_bytes = 0;
    where_finite(r->known, from, r->usable, w->days);
    where_finite(r->used, ahead, r->usable_event, w->event);
    if (w->masked_cells && w->bears[i]) leave_out(r->known, w->busy + w->place[i], w->far, w->days);
    for (int64_t t = 0; t < w->event; t++) blank += 1 - r->used[t];
    r->m = (int64_t)total(r->known, r->width);
    r->whole = r->m == w->days && blank == 0;
}

/* y = value - offset where `there` is not zero, else 0. */
static void less(double *restrict y, const double *restrict value, const double *restrict offset, const double *restrict there, int64_t size) {
    for (int64_t t = 0; t < size; t++) {
        const double one = value[t] - offset[t];
        y[t] = there[t] != 0 ? one : 0.0;
    }
}

/* Returns of pair i less what the model takes off first; zero on days that do not count. */
static void load_pair(Room *r, int64_t i) {
    const Work *w = r->w;
    const double *from = w->returns + w->place[i], *ahead = from + w->days + w->between;
    find_days(r, i);
    less(r->y, from, r->offset, r->known, w->days);
    less(r->ar, ahead, r->offset_event, r->used, w->event);
}

/* Residuals, abnormal returns and sigma of pair i; 0 where no variance is left around the normal return (ruling 12). */
static int fit(Room *r, int64_t i) {
    const Work *w = r->w;
    double gone = 0, left;
    load_pair(r, i);
    fetch(r);
    r->weights = r->whole ? r->weight : r->own_weight;
    r->units = r->whole ? r->unit : r->own_unit;
    left = r->whole ? fit_whole(r, &gone) : fit_gaps(r, &gone);
    fetch(r);
    if (left < 0) return 0;
    const double before = left + gone;
    if (!w->regressors) {
        const double *known = r->whole ? r->there : r->known;
        left = squares_around(r->y, known, total(r->y, r->width) / (double)r->m, r->width);
    }
    if (!(left > NO_VARIANCE * larger(before, TINY))) return 0;
    r->df = r->m - (w->regressors ? w->regressors : 1);
    r->sigma = sqrt(left / (double)r->df);
    return 1;
}
