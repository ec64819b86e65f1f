/* The regressors of one date, once for all of its pairs (engine/least_squares.py). */
#define MOST_CONDITION 1e8

/* On which days of design d regressors lack. */
static void read_days(Room *r, int64_t d) {
    const Work *w = r->w;
    const uint8_t *usable = w->usable + w->design[d], *ahead = usable + w->days + w->between;
    memset(r->lost, 0, sizeof(uint64_t) * (size_t)words_of(w->days));
    for (int64_t i = 0; i < w->days; i++) r->lost[i / 64] |= (uint64_t)!usable[i] << i % 64;
    for (int64_t i = 0; i < w->event; i++) r->usable_event[i] = ahead[i] ? 1.0 : 0.0;
}

/* Turn the regressors of design d over, so that each is one row, with what belongs to its days. */
static void read_design(Room *r, int64_t d) {
    const Work *w = r->w;
    const int64_t K = w->regressors, L1 = w->days, L2 = w->event, from = w->design[d], ahead = from + L1 + w->between;
    read_days(r, d);
    for (int64_t k = 0; k < K; k++) {
        for (int64_t i = 0; i < L1; i++) r->x[k * r->width + i] = w->x[(from + i) * K + k];
        for (int64_t i = 0; i < L2; i++) r->x_event[k * L2 + i] = w->x[(ahead + i) * K + k];
    }
    memcpy(r->offset, w->offset + from, sizeof(double) * (size_t)L1);
    memcpy(r->offset_event, w->offset + ahead, sizeof(double) * (size_t)L2);
    r->market = w->market + ahead;
}

/* X = QR, each column in units of its own length, by modified Gram-Schmidt; the second projection of a pair (`fit_days`) takes
 * out what is left.  A column that is a sum of those before it makes the condition infinite or no number (`invert`). */
static void orthogonal(Room *r) {
    const int64_t K = r->w->regressors;
    memset(r->root, 0, sizeof(double) * (size_t)(K * K));
    for (int64_t k = 0; k < K; k++) {
        double *q = r->q + k * r->width;
        r->own_length[k] = sqrt(squares(r->x + k * r->width, r->width));
        for (int64_t i = 0; i < r->width; i++) q[i] = r->x[k * r->width + i] / r->own_length[k];
        for (int64_t j = 0; j < k; j++) {
            r->root[j * K + k] = dot(r->q + j * r->width, q, r->width);
            take_off(q, r->root[j * K + k], r->q + j * r->width, r->width);
        }
        const double left = r->root[k * K + k] = sqrt(squares(q, r->width));
        for (int64_t i = 0; i < r->width; i++) q[i] /= left;
    }
}

/* R^-1 of the upper triangle R; 0 where the condition may be too large: it is at most |R| |R^-1| in the norm of Frobenius. */
static int invert(Room *r) {
    const int64_t K = r->w->regressors;
    double *inverse = r->inverse, straight = 0, back = 0;
    for (int64_t c = 0; c < K; c++)
        for (int64_t k = K; k-- > 0;) {
            double s = k == c;
            for (int64_t j = k + 1; j <= c; j++) s -= r->root[k * K + j] * inverse[j * K + c];
            inverse[k * K + c] = k > c ? 0 : s / r->root[k * K + k];
        }
    for (int64_t i = 0; i < K * K; i++) { straight += r->root[i] * r->root[i]; back += inverse[i] * inverse[i]; }
    if (!(straight * back < MOST_CONDITION * MOST_CONDITION)) return 0;
    for (int64_t k = 0; k < K; k++)
        for (int64_t c = 0; c < K; c++) inverse[k * K + c] /= r->own_length[k];
    return 1;
}

/* X* R^-1 on event days, Q'Q, which is I but for rounding, and what all days say of errors. */
static void variances(Room *r) {
    const Work *w = r->w;
    const int64_t K = w->regressors, L2 = w->event;
    for (int64_t k = 0; k < K; k++) {
        for (int64_t i = 0; i < L2; i++) {
            double sum = 0;
            for (int64_t j = 0; j < K; j++) sum += r->x_event[j * L2 + i] * r->inverse[j * K + k];
            r->ahead[k * L2 + i] = sum;
        }
        for (int64_t j = 0; j <= k; j++)
            r->gram[k * K + j] = r->gram[j * K + k] = dot(r->q + k * r->width, r->q + j * r->width, r->width);
    }
    cholesky(r->gram, r->root, K);
    invert_gram(r->root, r->whole_days.inverse, K);
    add_up_windows(r, r->every, r->of_windows);
    spread_of(r, r->of_windows, 1, &r->whole_days);
    r->most = most(r->row, r->width);
}

/* 0 where the model cannot be estimated on the days of design d. */
static int load_design(Room *r, int64_t d) {
    read_design(r, d);
    orthogonal(r);
    if (!invert(r)) return 0;
    variances(r);
    return 1;
}
