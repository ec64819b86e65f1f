/* The two passes over the pairs of a chunk; compiled once for each instruction set (LEVEL). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "kernel.h"
#include "levels.h"
#include "dates.h"
#include "others.h"
#include "lanes.h"
#include "network.h"
#include "ranks.h"
#include "room.h"
#include "fit.h"
#include "design.h"

#define ABOVE 1e-12          /* a sum that is larger is above zero (METHODS ruling 10) */
#define LACKS -1.7976931348623157e308   /* of a residual: below all others, and zero times it is zero */
#define ALONE 1e-9           /* the least share of the variance that the other days leave; engine/least_squares.py */

/* What every pass does: each design once, each pair that is asked for and can be fitted (`prepare`) handed to `take`, and what is
 * left to do at the end. */
static int over_pairs(const Work *w, int (*prepare)(Room *, int64_t), void (*take)(Room *, int64_t), void (*finish)(Room *)) {
    Room r;
    if (room_make(&r, w)) return -1;
    for (int64_t d = 0; d < w->g; d++) {
        const int full = load_design(&r, d);
        for (int64_t i = w->bounds[d]; i < w->bounds[d + 1]; i++) {
            if (!w->good[i]) continue;
            w->good[i] = (uint8_t)(full && prepare(&r, i));
            if (w->good[i]) take(&r, i);
        }
    }
    finish(&r);
    room_free(&r);
    return 0;
}

/* ---- the first pass ---------------------------------------------------------------------------------------------------------- */

/* CAR, its standard error s = sigma sqrt(C), and CAR / s of each window that the pair covers. */
static void cars(Room *r, int64_t i) {
    const Work *w = r->w;
    for (int64_t v = 0; v < w->windows; v++) {
        const int64_t at = i * w->windows + v;
        if (!(w->covers[i] >> v & 1)) continue;
        double car = 0, se = r->sigma * r->deviations[v];
        for (int64_t t = w->window[2 * v]; t < w->window[2 * v + 1]; t++) car += r->ar[t];
        w->car[at] = car; w->se[at] = se; w->scar[at] = car / se; w->unit[w->stratum[i] * w->windows + v] += r->units[v];
    }
}

/* Buy-and-hold return less the benchmark's over the used days of each window; NaN where the benchmark lacks one of them. */
static void held(Room *r, int64_t i) {
    const Work *w = r->w;
    const double *own = w->returns + w->place[i] + w->days + w->between;
    for (int64_t v = 0; v < w->windows; v++) {
        double growth = w->log ? 0 : 1, usual = growth;
        if (!(w->covers[i] >> v & 1)) continue;
        for (int64_t t = w->window[2 * v]; t < w->window[2 * v + 1]; t++) {
            if (r->used[t] == 0) continue;
            if (w->log) { growth += own[t]; usual += r->market[t]; }
            else { growth *= 1 + own[t]; usual *= 1 + r->market[t]; }
        }
        w->bhar[i * w->windows + v] = w->log ? exp(growth) - exp(usual) : growth - usual;
    }
}

/* Shares of the estimation days, from the first return on, with a return of zero, and without one. */
static void untraded(Room *r, int64_t i) {
    const Work *w = r->w;
    const double *from = w->returns + w->place[i];
    int64_t early = 0, still = 0, lacking = 0;
    while (early < w->days && from[early] != from[early]) early++;
    if (early == w->days) early = 0;
    for (int64_t t = 0; t < w->days; t++) { still += from[t] == 0; lacking += from[t] != from[t]; }
    const double days = (double)(w->days - early > 1 ? w->days - early : 1);
    w->untraded[2 * w->stratum[i]] += (double)still / days;
    w->untraded[2 * w->stratum[i] + 1] += (double)(lacking - early) / days;
}

/* e, the standardised residuals, and s = e sqrt((v - 1) / (v - e^2)), each day against the others: sums of s, s^2, s^3, s^4. */
static void studentised(Room *r, int64_t i) {
    const Work *w = r->w;
    const double v = (double)r->df, inverse = 1 / r->sigma, root = sqrt(v - 1);
    double *restrict sum = w->student + w->stratum[i] * w->days, *restrict sum2 = w->student_squares + w->stratum[i] * w->days;
    double *restrict s = r->row, *restrict e = r->e;
    const double *restrict y = r->y, *restrict weights = r->weights;
    for (int64_t t = 0; t < r->width; t++) {
        const double one = y[t] * inverse * weights[t];
        e[t] = one;
        s[t] = one * root * inverse_root(larger(v - one * one, ALONE * v));
    }
    for (int64_t t = 0; t < w->days; t++) { sum[t] += s[t]; sum2[t] += s[t] * s[t]; }
    w->student_powers[2 * w->stratum[i]] += cubes(s, r->width);
    w->student_powers[2 * w->stratum[i] + 1] += fourths(s, r->width);
}

/* Ranks of all days in units of sigma, and of the standardised residuals among each other, of all pairs that wait. */
static void rank_waiting(Room *r) {
    const Work *w = r->w;
    const int64_t columns = w->days + w->event, stride = whole_lanes(columns);
    order_days(&r->order, r->values, stride, columns);
    for (int64_t k = 0; k < r->waiting; k++) {
        ranks_of_lane(&r->order, k, r->values + k * stride, r->all_of[k], columns);
        add_ranks(w->ranks + w->stratum[r->waits[k]] * columns, &r->order, r->all_of[k], 1, columns);
    }
    order_days(&r->order, r->errors, r->width, w->days);
    for (int64_t k = 0; k < r->waiting; k++) {
        ranks_of_lane(&r->order, k, r->errors + k * r->width, r->days_of[k], w->days);
        add_ranks(w->residual_ranks + w->stratum[r->waits[k]] * w->days, &r->order, r->days_of[k], 2, w->days);
    }
    r->waiting = 0;
}

/* The pair's days in units of sigma and its standardised residuals wait until there are LANES pairs; ABSENT on days that lack. */
static void ranked(Room *r, int64_t i) {
    const Work *w = r->w;
    const double inverse = 1 / r->sigma;
    int64_t n = r->m + w->event;
    for (int64_t t = 0; t < w->days; t++) r->value[t] = r->y[t] * inverse;
    for (int64_t t = 0; t < w->event; t++) r->value[w->days + t] = r->ar[t] * inverse;
    for (int64_t g = 0; g < r->lacks; g++) r->value[r->lacking[g]] = r->e[r->lacking[g]] = ABSENT;
    if (!r->ahead_whole) for (int64_t t = 0; t < w->event; t++) if (r->used[t] == 0) { r->value[w->days + t] = ABSENT; n--; }
    r->waits[r->waiting] = i; r->days_of[r->waiting] = r->m; r->all_of[r->waiting] = n;
    if (++r->waiting == LANES) rank_waiting(r);
    r->value = r->values + r->waiting * whole_lanes(w->days + w->event);
    r->e = r->errors + r->waiting * r->width;
}

/* sum = y; gives how many lie above zero. */
static int64_t copy_and_count(double *restrict sum, const double *restrict y, int64_t n) {
    int64_t up = 0;
    for (int64_t t = 0; t < n; t++) {
        sum[t] = y[t];
        up += y[t] > ABOVE;
    }
    return up;
}

/* sum = one + other; gives how many lie above zero. */
static int64_t add_and_count(double *restrict sum, const double *restrict one, const double *restrict other, int64_t n) {
    int64_t up = 0;
    for (int64_t t = 0; t < n; t++) {
        const double both = one[t] + other[t];
        sum[t] = both;
        up += both > ABOVE;
    }
    return up;
}

/* How many sums of so many consecutive estimation days hold a day that lacks; each is counted at the first such day that it holds. */
static int64_t broken(const Room *r, int64_t days) {
    const int64_t last = r->w->days - days;
    int64_t sums = 0, from = 0;
    for (int64_t g = 0; g < r->lacks; g++) {
        const int64_t day = r->lacking[g], first = day - days < from ? from : day - days + 1, stop = day < last ? day : last;
        sums += first <= stop ? stop - first + 1 : 0;
        from = day + 1;
    }
    return sums;
}

/* The share of sums of consecutive days that lie above zero, by length, among the sums that hold no day that lacks. */
static void runs(Room *r, int64_t i) {
    const Work *w = r->w;
    Runs *runs = r->runs;
    runs[0] = (Runs){r->sums, 1, copy_and_count(r->sums, r->y, w->days)};
    for (int64_t g = 0; g < r->lacks; g++) r->sums[r->lacking[g]] = NAN;
    for (int64_t s = 0; s < w->steps; s++) {
        const Runs one = runs[w->step[2 * s]], other = runs[w->step[2 * s + 1]];
        const int64_t days = one.days + other.days;
        double *sum = r->sums + (s + 1) * r->width;
        runs[s + 1] = (Runs){sum, days, add_and_count(sum, one.sum, other.sum + one.days, w->days - days + 1)};
    }
    for (int64_t k = 0; k < w->lengths; k++) {
        const int64_t at = w->stratum[i] * w->lengths + k, days = w->length[k], there = w->days - days + 1 - broken(r, days);
        if (there <= 0) continue;
        w->share[at] += (double)runs[w->run[k]].up / (double)there;
        w->share_n[at] += 1;
    }
}

/* Residuals around their own mean in units of their own deviation, zero where there is none: what pairs of one date share. */
static void date_sums(Room *r, int64_t i) {
    const Work *w = r->w;
    double *sum = w->dates + w->table[i] * w->days, *count = w->dates_n + w->table[i] * w->days;
    const double *known = r->known;
    if (w->intercept) {      /* residuals have the mean zero */
        const double factor = sqrt((double)r->m / (double)r->df) / r->sigma;
        add_times(sum, factor, r->y, w->days);
    } else {
        const double m = (double)r->m, mean = total(r->y, r->width) / m;
        const double factor = 1 / sqrt(squares_around(r->y, known, mean, r->width) / m);
        for (int64_t t = 0; t < w->days; t++) sum[t] += (r->y[t] - mean) * known[t] * factor;
    }
    for (int64_t g = 0; g < r->lacks; g++) count[r->lacking[g]] -= 1;   /* all of its pairs are added in the end */
    w->squares[w->table[i]] += (double)r->m;
    w->size[w->table[i]] += 1;
}

/* 1/s, 1/s^2, s and s^2 of the standard error s of each CAR, by date. */
static void spreads(Room *r, int64_t i) {
    const Work *w = r->w;
    for (int64_t v = 0; v < w->windows; v++) {
        double *sum = w->spreads + 4 * (w->table[i] * w->windows + v), s = w->se[i * w->windows + v], inverse = 1 / s;
        sum[0] += inverse; sum[1] += inverse * inverse; sum[2] += s; sum[3] += s * s;
    }
}

/* All returns from the first estimation day on, without those that another event takes away. */
static void spans(Room *r, int64_t i) {
    const Work *w = r->w;
    const double *from = w->returns + w->place[i];
    double *sum = w->span + w->table[i] * w->spanned, *count = w->span_n + w->table[i] * w->spanned;
    const int masked = w->masked_words && w->bears[i];
    for (int64_t t = 0; t < w->spanned; t++) {
        if (!is_finite(from[t]) || (masked && t < w->days && (is_marked(w->busy, w->place[i] + t) & is_marked(w->far, t)))) continue;
        sum[t] += from[t];
        count[t] += 1;
    }
}

static void day_sums(Room *r, int64_t i) {
    const Work *w = r->w;
    const int64_t p = w->stratum[i];
    add(w->residual + p * w->days, r->y, w->days);
    add(w->ar + p * w->event, r->ar, w->event);
    add(w->ar_n + p * w->event, r->used, w->event);
}

static void (*const stages[])(Room *, int64_t) = {
    cars, held, untraded, studentised, ranked, runs, date_sums, spreads, spans, day_sums,
};
#define STAGES (int)(sizeof stages / sizeof *stages)

static void add_up(Room *r, int64_t i) {
    for (int s = 0; s < STAGES; s++) { fetch(r); stages[s](r, i); }
    keep(r, i);
}

/* What is left to do at the end: pairs that wait are ranked, and all pairs of a date are added to what their lacking days took off. */
static void complete(Room *r) {
    const Work *w = r->w;
    rank_waiting(r);
    for (int64_t g = 0; g < w->tables; g++)
        for (int64_t t = 0; t < w->days; t++) w->dates_n[g * w->days + t] += w->size[g];
}

int NAMED(first, LEVEL)(const Work *w) { return over_pairs(w, fit, add_up, complete); }

/* ---- the second pass --------------------------------------------------------------------------------------------------------- */

/* sum += half for each day whose standardised residual lies above a pair's band, and half again for each above or within it; of
 * some pairs, a row of residuals each, some days of which stay in registers while all pairs are added. */
static void add_below(double *sum, const double *e, int64_t stride, const Band *band, int64_t pairs, int64_t days) {
    for (int64_t t = 0; t < days; t += DAYS) {
        double lane[DAYS] = {0};
        for (int64_t k = 0; k < pairs; k++) {
            const double *own = e + k * stride + t, high = band[k].high, low = band[k].low, half = band[k].half;
            for (int l = 0; l < DAYS; l++) {
                const double one = own[l] > high ? lane[l] + half : lane[l];
                lane[l] = own[l] >= low ? one + half : one;
            }
        }
        add(sum + t, lane, days - t < DAYS ? days - t : DAYS);
    }
}

/* How far the same pairs moved on these days, e = y / (sigma sqrt(1 - h)), and how many of them have each. */
static void add_sizes(double *sum, double *n, const double *e, int64_t stride, const Size *size, int64_t pairs, int64_t days) {
    for (int64_t t = 0; t < days; t += DAYS) {
        double lane[DAYS] = {0}, there[DAYS] = {0};
        for (int64_t k = 0; k < pairs; k++) {
            const double *own = e + k * stride + t, inverse = size[k].inverse, counts = size[k].counts;
            for (int l = 0; l < DAYS; l++) {
                const double is = own[l] > LACKS ? counts : 0.0;
                lane[l] += fabs(own[l]) * is * inverse;
                there[l] += is;
            }
        }
        add(sum + t, lane, days - t < DAYS ? days - t : DAYS);
        add(n + t, there, days - t < DAYS ? days - t : DAYS);
    }
}

/* What the pairs that wait leave behind. */
static void add_waiting(Room *r) {
    const Work *w = r->w;
    if (!r->waiting) return;
    const int64_t p = w->stratum[*r->waits], first = p * (w->days + w->event);
    add_sizes(w->moved + first, w->moved_n + first, r->errors, r->stride, r->sizes, r->waiting, w->days);
    for (int64_t v = 0; v < w->windows; v++)
        if (w->covers[*r->waits] >> v & 1)
            add_below(w->below + (p * w->windows + v) * w->days, r->errors, r->stride, r->bands + v * LANES, r->waiting, w->days);
    r->waiting = 0;
}

/* 1{SCAR times its scale ranks below the standardised residual of a day}, a tie one half; by the days of the pair + 2. */
static void ranked_below(Room *r, int64_t i) {
    const Work *w = r->w;
    const double tied = TIED * r->sigma, half = 0.5 / ((double)r->m + 2);
    for (int64_t v = 0; v < w->windows; v++) {
        fetch(r);
        if (!(w->covers[i] >> v & 1)) continue;
        double car = 0;
        for (int64_t t = w->window[2 * v]; t < w->window[2 * v + 1]; t++) car += r->ar[t];
        const double place = w->scales[v] * (car / r->deviations[v]);
        r->bands[v * LANES + r->waiting] = (Band){place - tied, place + tied, half};
    }
}

/* How far the pair moved after its estimation days, in units of the standard error of each day: AR / (sigma sqrt(1 + x (X'X)^-1 x'));
 * those themselves are added up with those of the pairs that wait.  Sums of the sizes, and how many there are. */
static void moved(Room *r, int64_t i) {
    const Work *w = r->w;
    const double inverse = 1 / r->sigma;
    const int64_t first = w->stratum[i] * (w->days + w->event) + w->days;
    double *restrict sum = w->moved + first;
    quadratic(r->inverse_of, w->prediction_error ? -1 : 0, r->ahead, w->regressors, w->event, r->row);
    weights_of(r->row, r->value, w->event, most(r->row, w->event));
    for (int64_t t = 0; t < w->event; t++) sum[t] += fabs(r->ar[t]) * inverse * r->value[t];
    add(w->moved_n + first, r->used, w->event);
}

/* The pair waits until there are LANES of its stratum: its residuals by the root of 1 - h, LACKS on days that lack. */
static void later(Room *r, int64_t i) {
    const Work *w = r->w;
    if (r->waiting == LANES || (r->waiting && w->stratum[i] != w->stratum[*r->waits])) add_waiting(r);
    double *restrict e = r->errors + r->waiting * r->stride;
    for (int64_t t = 0; t < w->days; t++) e[t] = r->y[t] * r->weights[t];
    for (int64_t g = 0; g < r->lacks; g++) e[r->lacking[g]] = LACKS;
    r->sizes[r->waiting] = w->calm[i] ? (Size){1 / r->sigma, 1} : (Size){0, 0};
    if (w->calm[i]) moved(r, i);
    ranked_below(r, i);
    r->waits[r->waiting++] = i;
}

int NAMED(second, LEVEL)(const Work *w) { return over_pairs(w, again, later, add_waiting); }

/* ---- which windows a pair covers --------------------------------------------------------------------------------------------- */

/* All of up to three days that could be observed, 80 % of more (METHODS 0.5; engine/abnormal.py). */
static int64_t covered(const Room *r, int64_t last) {
    const Work *w = r->w;
    int64_t bits = 0;
    for (int64_t v = 0; v < w->windows; v++) {
        const int64_t first = w->window[2 * v], length = w->window[2 * v + 1] - first;
        const int64_t possible = (last < first + length ? last : first + length) - first;
        double there = 0;
        for (int64_t t = first; t < first + length; t++) there += r->used[t];
        const double needed = length <= 3 ? (double)possible : ceil(0.8 * (double)possible - 1e-9);
        if (there > 0 && there >= needed) bits |= (int64_t)1 << v;
    }
    return bits;
}

/* The windows that have days: those that a pair with all event days covers. */
static int64_t all_windows(const Work *w) {
    int64_t bits = 0;
    for (int64_t v = 0; v < w->windows; v++) if (w->window[2 * v + 1] > w->window[2 * v]) bits |= (int64_t)1 << v;
    return bits;
}

/* Bit t: day t of up to 64 has no return. */
static inline uint64_t gaps_of(const double *restrict value, int64_t days) {
    uint8_t gap[64] = {0};
    uint64_t bits = 0;
    for (int64_t t = 0; t < days; t++) gap[t] = fabs(value[t]) <= LARGEST ? 0 : 1;
    for (int b = 0; b < 64; b += 8) {
        uint64_t eight = 0;
        for (int k = 0; k < 8; k++) eight |= (uint64_t)gap[b + k] << 8 * k;
        bits |= low_bits(eight) << b;
    }
    return bits;
}

/* The same of the next 64 of these days, which may be fewer: of a whole word the compiler knows how many. */
static inline uint64_t gaps_from(const double *value, int64_t days) { return days < 64 ? gaps_of(value, days) : gaps_of(value, 64); }

/* Which estimation days of pair i lack, how many are left, and which windows it covers. */
static void look(Room *r, int64_t i, int64_t all) {
    const Work *w = r->w;
    const double *from = w->returns + w->place[i];
    const int masked = w->masked_words && w->bears[i];
    const int64_t words = words_of(w->days);
    look_ahead(r, i);
    w->m[i] = w->days;
    for (int64_t b = 0; b < words; b++) {
        const uint64_t near = masked ? marks_from(w->busy, w->place[i] + 64 * b) & w->far[b] : 0;
        const uint64_t word = gaps_from(from + 64 * b, w->days - 64 * b) | r->lost[b] | near;
        fetch(r); fetch(r);
        w->lacks[i * words + b] = word;
        w->m[i] -= how_many(word);
    }
    w->covered[i] = where_finite(r->used, from + w->days + w->between, r->usable_event, w->event) ? all : covered(r, w->last[i]);
}

int NAMED(survey, LEVEL)(const Work *w) {
    const int64_t all = all_windows(w);
    Room r;
    if (room_make(&r, w)) return -1;
    for (int64_t d = 0; d < w->g; d++) {
        read_days(&r, d);
        for (int64_t i = w->bounds[d]; i < w->bounds[d + 1]; i++) look(&r, i, all);
    }
    room_free(&r);
    return 0;
}

/* ---- the days near other events of a security --------------------------------------------------------------------------------- */

/* How many estimation days of pair i are near other events. */
static void count_near(const Others *o, int64_t i) {
    int64_t near = 0;
    for (int64_t b = 0; b < words_of(o->days); b++) near += how_many(marks_from(o->busy, o->place[i] + 64 * b) & o->far[b]);
    o->hit[i] = near;
}

/* How many of them have a return, and how many of these are near. */
static void count_known(const Others *o, int64_t i) {
    const double *value = o->returns + o->place[i];
    int64_t known = o->days, lost = o->hit[i];
    for (int64_t b = 0; b < words_of(o->days); b++) {
        const uint64_t gaps = gaps_from(value + 64 * b, o->days - 64 * b);
        known -= how_many(gaps);
        lost -= how_many(marks_from(o->busy, o->place[i] + 64 * b) & o->far[b] & gaps);
    }
    o->known[i] = known; o->lost[i] = lost;
}

void NAMED(near_others, LEVEL)(const Others *o) {
    for (int64_t i = 0; i < o->n; i++) {
        o->known[i] = o->lost[i] = 0;
        count_near(o, i);
        if (o->hit[i]) count_known(o, i);
    }
}

/* ---- the days that dates share ------------------------------------------------------------------------------------------------ */

/* The inner product of the days that two dates share, of each pair of dates. */
void NAMED(products, LEVEL)(const Products *p) {
    for (int64_t q = 0; q < p->n; q++)
        p->product[q] = dot_of_any(p->values + (p->one[q] + 1) * p->days - p->shared[q], p->values + p->other[q] * p->days, p->shared[q]);
}
