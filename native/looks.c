/* The quick looks at prices; what each is for stands in looks.h, what is told of what they leave in eventstudy/prices.  Compiled
 * once for each instruction set (LEVEL). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "looks.h"

static inline const char *series_of(const Grid *g, int64_t j) { return g->at + (g->which ? g->which[j] : j) * g->step; }

static inline double cell(const Grid *g, int64_t t, int64_t j) {
    double value;
    memcpy(&value, series_of(g, j) + t * g->day, sizeof value);
    return value;
}

static inline uint64_t bits_of_value(double value) {
    uint64_t bits;
    value += 0.0;                /* one zero */
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double smaller(double a, double b) { return a < b ? a : b; }
static double larger(double a, double b) { return a > b ? a : b; }

/* ---- a set of numbers -------------------------------------------------------------------------------------------------------- */

/* Open addressing.  A slot counts only if it bears the stamp of the present set, so that a new one costs nothing. */
typedef struct { uint64_t bits; uint32_t stamp, met; } Slot;
typedef struct { Slot *slot; int shift; uint32_t stamp; } Set;

static int set_make(Set *s, int64_t most) {
    int log2 = 6;
    while (((int64_t)1 << log2) < 2 * most) log2++;
    s->slot = calloc((size_t)1 << log2, sizeof(Slot));
    s->shift = 64 - log2;
    s->stamp = 0;
    return s->slot ? 0 : -1;
}

/* The slot of a number, or the empty one where it would be. */
static inline Slot *set_find(const Set *s, uint64_t bits) {
    const uint64_t last = ((uint64_t)1 << (64 - s->shift)) - 1;
    uint64_t at = (bits ^ bits >> 32) * 0x9E3779B97F4A7C15u >> s->shift;
    while (s->slot[at].stamp == s->stamp && s->slot[at].bits != bits) at = (at + 1) & last;
    return &s->slot[at];
}

/* Put a number in; 1 where it was there. */
static inline int set_put(const Set *s, uint64_t bits) {
    Slot *slot = set_find(s, bits);
    if (slot->stamp == s->stamp) return 1;
    slot->bits = bits; slot->stamp = s->stamp; slot->met = 0;
    return 0;
}

/* ---- numbers that are there twice -------------------------------------------------------------------------------------------- */

/* Room for up to `most` numbers, none of them zero.  Each has a mark among `log2` bits of a number, of which there are eight for
 * each number at least; those that share one, which are few, are put into a set of their own. */
typedef struct { uint64_t *number, *key, *once, *again; uint32_t *mark; int log2; } Twice;

static int twice_make(Twice *s, int64_t most) {
    s->log2 = 6;
    while (((int64_t)1 << s->log2) < 8 * most) s->log2++;
    const size_t words = (size_t)1 << s->log2 >> 6;
    s->number = malloc(sizeof(uint64_t) * ((size_t)most + 1));
    s->mark = malloc(sizeof(uint32_t) * ((size_t)most + 1));
    s->key = malloc(sizeof(uint64_t) << s->log2);
    s->once = malloc(sizeof(uint64_t) * 2 * words);
    s->again = s->once + words;
    return s->number && s->mark && s->key && s->once ? 0 : -1;
}

static void twice_free(Twice *s) { free(s->number); free(s->mark); free(s->key); free(s->once); }

static inline uint64_t spot(uint64_t bits, int log2) { return (bits ^ bits >> 32) * 0x9E3779B97F4A7C15u >> (64 - log2); }

/* Keeps those of n numbers whose mark another one has; gives how many. */
static int64_t keep_shared(Twice *s, int64_t n) {
    const int log2 = s->log2;
    uint64_t *restrict number = s->number;
    uint32_t *restrict mark = s->mark;
    int64_t shared = 0;
    memset(s->once, 0, (size_t)1 << log2 >> 2);
    for (int64_t i = 0; i < n; i++) mark[i] = (uint32_t)spot(number[i], log2);
    for (int64_t i = 0; i < n; i++) {
        const uint64_t bit = (uint64_t)1 << (mark[i] & 63), met = s->once[mark[i] >> 6];
        s->again[mark[i] >> 6] |= met & bit;
        s->once[mark[i] >> 6] = met | bit;
    }
    for (int64_t i = 0; i < n; i++) {
        number[shared] = number[i];
        shared += s->again[mark[i] >> 6] >> (mark[i] & 63) & 1;
    }
    return shared;
}

/* Whether one of n numbers is there twice; they are changed. */
static int any_twice(Twice *s, int64_t n) {
    int log2 = 1;
    n = keep_shared(s, n);
    while (((int64_t)1 << log2) < 2 * n + 2) log2++;
    const uint64_t last = ((uint64_t)1 << log2) - 1;
    memset(s->key, 0, sizeof *s->key << log2);
    for (int64_t i = 0; i < n; i++) {
        uint64_t at = spot(s->number[i], log2);
        for (; s->key[at]; at = (at + 1) & last) if (s->key[at] == s->number[i]) return 1;
        s->key[at] = s->number[i];
    }
    return 0;
}

/* ---- closes of other series -------------------------------------------------------------------------------------------------- */

/* Whether a series lacks a close on a day and on that so many later, and has all between: a row of ten closes of which two lack
 * may lie around them. */
static int lacks_twice(const Grid *g, int64_t t, int64_t every, int64_t j) {
    if (t + every >= g->days || !isnan(cell(g, t, j)) || !isnan(cell(g, t + every, j))) return 0;
    for (int64_t k = 1; k < every; k++) if (isnan(cell(g, t + k, j))) return 0;
    return 1;
}

#define TILE 16               /* days that are taken out of a table at once: a series at a time, as they may lie in memory */

/* The closes of day t, one of the days that are `every` so many apart; where they lie side by side, as they are. */
static const double *days_apart(const Grid *g, int64_t t, int64_t every, double *tile) {
    const int64_t k = t / every % TILE;
    const char *row = g->at + t * g->day;
    if (g->step == sizeof *tile && !g->which && (uintptr_t)row % sizeof *tile == 0) return (const double *)(const void *)row;
    for (int64_t j = 0; !k && j < g->series; j++)
        for (int64_t i = 0; i < TILE && t + i * every < g->days; i++) tile[i * g->series + j] = cell(g, t + i * every, j);
    return tile + k * g->series;
}

/* Marks of the closes of a day, a bit each, and some of its series. */
typedef struct { uint32_t *mark; uint64_t *bit; int64_t *some; int log2; } Marks;

static int marks_make(Marks *m, int64_t series, int64_t marked) {
    m->log2 = 6;
    while (((int64_t)1 << m->log2) < 8 * marked) m->log2++;
    m->mark = malloc(sizeof *m->mark * (size_t)(series + 1));
    m->bit = malloc((size_t)1 << m->log2 >> 3);
    m->some = malloc(sizeof *m->some * (size_t)(series + 1));
    return m->mark && m->bit && m->some ? 0 : -1;
}

static void marks_free(Marks *m) { free(m->mark); free(m->bit); free(m->some); }

static inline void set_bit(const Marks *m, int64_t j) { m->bit[m->mark[j] >> 6] |= (uint64_t)1 << (m->mark[j] & 63); }
static inline int has_bit(const Marks *m, int64_t j) { return m->bit[m->mark[j] >> 6] >> (m->mark[j] & 63) & 1; }
static void clear_bits(const Marks *m) { memset(m->bit, 0, (size_t)1 << m->log2 >> 3); }

/* Which of n series, `some`, hold a close of those of its own on this day: the others of its own are told apart by their marks. */
static void meet_on(const Marks *m, const double *row, const uint8_t *own, int64_t series, int64_t n, uint8_t *met) {
    clear_bits(m);
    for (int64_t i = 0; i < n; i++) set_bit(m, m->some[i]);
    for (int64_t j = 0; j < series && n; j++) {
        if (!own[j] || !has_bit(m, j)) continue;
        for (int64_t i = 0; i < n; i++) {
            if (row[m->some[i]] != row[j]) continue;
            met[m->some[i]] = 1;
            m->some[i--] = m->some[--n];
        }
    }
}

/* Which series, none of its own, hold a close of these on one of the days that are `every` so many apart, as each must that has
 * a row of ten closes of theirs, unless it lacks a close on both of the days that fall into it. */
static void meet_somewhere(const Grid *g, const uint8_t *own, int64_t every, Marks *m, double *tile, uint8_t *met) {
    for (int64_t t = 0; t < g->days; t += every) {
        const double *row = days_apart(g, t, every, tile);
        int64_t n = 0;
        clear_bits(m);
        for (int64_t j = 0; j < g->series; j++) m->mark[j] = (uint32_t)spot(bits_of_value(row[j]), m->log2);
        for (int64_t j = 0; j < g->series; j++) if (own[j] && !isnan(row[j])) set_bit(m, j);
        for (int64_t j = 0; j < g->series; j++) {
            if (own[j] || met[j]) continue;
            if (isnan(row[j])) met[j] = (uint8_t)lacks_twice(g, t, every, j);
            else if (has_bit(m, j)) m->some[n++] = j;
        }
        meet_on(m, row, own, g->series, n, met);
    }
}

#define FEW 4                 /* so many series of its own are compared one by one */

/* The same for a few series of its own, `which`: comparing is quicker than looking up. */
static void meet_few(const Grid *g, const uint8_t *own, const int64_t *which, int64_t n, int64_t every, double *tile, uint8_t *met) {
    double mine[FEW] = {NAN, NAN, NAN, NAN};
    for (int64_t t = 0; t < g->days; t += every) {
        const double *row = days_apart(g, t, every, tile);
        for (int64_t i = 0; i < n; i++) mine[i] = row[which[i]];
        for (int64_t j = 0; j < g->series; j++) {
            const double value = row[j];
            const int same = (value == mine[0]) | (value == mine[1]) | (value == mine[2]) | (value == mine[3]);
            if ((same | (value != value)) && !own[j] && !met[j]) met[j] = same || lacks_twice(g, t, every, j);
        }
    }
}

/* On how many days the close of each of the series that were met is one of those of its own. */
static void count_days(const Grid *g, const uint8_t *own, const uint8_t *met, Set *s, int64_t *count) {
    for (int64_t t = 0; t < g->days; t++) {
        s->stamp++;
        for (int64_t j = 0; j < g->series; j++) if (met[j] && isfinite(cell(g, t, j))) set_put(s, bits_of_value(cell(g, t, j)));
        for (int64_t j = 0; j < g->series; j++) {
            if (!own[j]) continue;
            Slot *slot = set_find(s, bits_of_value(cell(g, t, j)));
            if (slot->stamp == s->stamp) slot->met = 1;
        }
        for (int64_t j = 0; j < g->series; j++)
            if (met[j] && isfinite(cell(g, t, j))) count[j] += set_find(s, bits_of_value(cell(g, t, j)))->met;
    }
}

int NAMED(count_met, LEVEL)(const Grid *g, const uint8_t *own, int64_t every, int64_t *count) {
    Set theirs = {0};
    Marks marks = {0};
    uint8_t *met = calloc((size_t)g->series + 1, 1);
    double *tile = malloc(sizeof *tile * (TILE * (size_t)g->series + 1));
    int64_t owned = 0, found = 0, which[FEW];
    memset(count, 0, sizeof *count * (size_t)g->series);
    for (int64_t j = 0; j < g->series; j++) if (own[j]) { if (owned < FEW) which[owned] = j; owned++; }
    int failed = !met || !tile || marks_make(&marks, g->series, owned) ? -1 : 0;
    if (!failed) {
        if (owned <= FEW) meet_few(g, own, which, owned, every, tile, met);
        else meet_somewhere(g, own, every, &marks, tile, met);
        for (int64_t j = 0; j < g->series; j++) found += met[j];
        if (found) failed = set_make(&theirs, found);
        if (found && !failed) count_days(g, own, met, &theirs, count);
    }
    free(met); free(tile); marks_free(&marks); free(theirs.slot);
    return failed;
}

/* ---- rows of closes of two series -------------------------------------------------------------------------------------------- */

#define HALVES 16             /* halves of rows that are added up together */
#define HALF 5                /* half of a row; rows begin so many days apart (_beside.BLOCK, EVERY) */
#define DIFFERENT 8           /* closes that a row needs (_beside.DIFFERENT) */

static const double weights[HALF] = {1.4142135623730951, 1.7320508075688772, 2.23606797749979, 2.6457513110645907, 3.3166247903554};

/* Of half a row of each series: a sum that is the same for the same closes, and how many there are. */
static inline void half_row(const Grid *g, int64_t first, ptrdiff_t step, double *restrict sum, double *restrict there) {
    const char *at = g->at + first * g->day;
    for (int64_t j = 0; j < g->series; j++) {
        double total = 0, known = 0;
        for (int k = 0; k < HALF; k++) {
            double value;
            memcpy(&value, at + k * g->day + j * step, sizeof value);
            total += fabs(value) < INFINITY ? weights[k] * value : 0;
            known += fabs(value) < INFINITY ? 1 : 0;
        }
        sum[j] = total; there[j] = known;
    }
}

/* The same of some halves that follow each other, each in a row of its own: a series at a time where its closes lie together. */
static void half_rows(const Grid *g, int64_t first, int64_t halves, double *restrict sum, double *restrict there) {
    const int beside = g->step == sizeof(double) && !g->which;
    for (int64_t h = 0; h < halves && beside; h++)   /* a loop that the compiler can widen */
        half_row(g, (first + h) * HALF, sizeof(double), sum + h * g->series, there + h * g->series);
    for (int64_t j = 0; j < g->series && !beside; j++)
        for (int64_t h = 0; h < halves; h++) {
            double total = 0, known = 0;
            for (int k = 0; k < HALF; k++) {
                const double value = cell(g, (first + h) * HALF + k, j);
                total += fabs(value) < INFINITY ? weights[k] * value : 0;
                known += fabs(value) < INFINITY ? 1 : 0;
            }
            sum[h * g->series + j] = total; there[h * g->series + j] = known;
        }
}

/* Marks the rows of ten closes that two series may share, by their number; gives how many, or -1 where there is no memory. */
int64_t NAMED(rows_alike, LEVEL)(const Grid *g, uint8_t *alike) {
    Twice rows = {0};
    const int64_t n = g->series, halves = g->days / HALF;
    int64_t found = 0;
    double *sum = calloc(2 * (size_t)n * (HALVES + 1) + 1, sizeof *sum), *there = sum + n * (HALVES + 1);   /* the last half before them, and some */
    if (twice_make(&rows, n) || !sum) { twice_free(&rows); free(sum); return -1; }
    for (int64_t first = 0; first < halves; first += HALVES) {
        const int64_t some = first + HALVES < halves ? HALVES : halves - first;
        half_rows(g, first, some, sum + n, there + n);
        for (int64_t h = first ? 0 : 1; h < some; h++) {
            const double *before = sum + h * n, *after = before + n, *early = there + h * n, *late = early + n;
            int64_t whole = 0;
            for (int64_t j = 0; j < n; j++) {
                rows.number[whole] = bits_of_value(before[j] + 3.605551275463989 * after[j]) + 1;   /* a sum of zero is a number as well */
                whole += early[j] + late[j] >= DIFFERENT;
            }
            alike[first + h - 1] = (uint8_t)any_twice(&rows, whole);
            found += alike[first + h - 1];
        }
        memcpy(sum, sum + some * n, sizeof *sum * (size_t)n);
        memcpy(there, there + some * n, sizeof *there * (size_t)n);
    }
    free(sum); twice_free(&rows);
    return found;
}

/* ---- one series by itself ---------------------------------------------------------------------------------------------------- */

#define AGAIN 5               /* closes in a row that may stand in a series twice (_whole.AGAIN) */
#define TOGETHER 8            /* series that are taken out of a table at once: a line of the cache */
#define LEAST_EXPONENT 997    /* moves below 2^-26 are counted as if they were as large */
#define BINS 2048             /* 32 exponents, 64 parts of each */

typedef struct {
    int64_t days, n;          /* S of the table, N priced days of the series, one after the other */
    double *price, *move, *market, *net;
    uint8_t *near, *mark;
    int closely;              /* whether there are days that are looked at more closely */
    int64_t *row;             /* the day of the table of each priced day */
    int32_t *bin;
    Twice rows;               /* of closes */
    double *memory;
} Room;

static int room_make(Room *r, int64_t days) {
    r->days = days;
    r->memory = malloc(sizeof(double) * (size_t)(5 * days + 5));
    r->price = r->memory; r->move = r->price + days + 1; r->market = r->move + days + 1; r->net = r->market + days + 1;
    r->row = (int64_t *)(void *)(r->net + days + 1);
    r->near = calloc(2 * (size_t)days + 2, 1);
    r->mark = r->near + days + 1;
    r->bin = malloc(sizeof *r->bin * BINS);
    return twice_make(&r->rows, days) || !r->memory || !r->near || !r->bin ? -1 : 0;
}

static void room_free(Room *r) { free(r->memory); free(r->near); free(r->bin); twice_free(&r->rows); }

/* move = log(b / a) = 2 artanh(q), q = (b - a) / (b + a): by its series where |q| <= 1/20, which leaves an error below 1e-16. */
static void moves_of(const double *price, int64_t n, double *move) {
    int wide = 0;
    for (int64_t t = 0; t + 1 < n; t++) {
        const double q = (price[t + 1] - price[t]) / (price[t + 1] + price[t]), s = q * q;
        move[t] = 2 * q * (1 + s * (1.0 / 3 + s * (1.0 / 5 + s * (1.0 / 7 + s * (1.0 / 9 + s * (1.0 / 11))))));
        wide |= !(s <= 0.0025);
    }
    for (int64_t t = 0; wide && t + 1 < n; t++) if (!(fabs(move[t]) < 0.1)) move[t] = log(price[t + 1] / price[t]);
}

static inline int bin_of(double move) {
    uint64_t bits;
    move = fabs(move);
    memcpy(&bits, &move, sizeof bits);
    const int64_t bin = (int64_t)(bits >> 46) - ((int64_t)LEAST_EXPONENT << 6);
    return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : (int)bin;
}

/* Counts moves by their size, the unchanged ones left out; gives how many there are. */
static int64_t count_sizes(Room *r, const double *move, int64_t n) {
    int64_t none = 0;
    memset(r->bin, 0, sizeof *r->bin * BINS);
    for (int64_t t = 0; t < n; t++) { r->bin[bin_of(move[t])]++; none += move[t] == 0; }
    r->bin[0] -= (int32_t)none;
    return n - none;
}

/* Just below the robust standard deviation of the moves that were counted (_moves.spread): the least size of the bin in which
 * the lower of their medians lies; it is below it by a sixty-fourth at most. */
static double spread(const Room *r, int64_t count) {
    if (count < 1) return 0;
    int64_t before = 0;
    int bin = 0;
    while (before + r->bin[bin] <= (count - 1) / 2) before += r->bin[bin++];
    const uint64_t bits = (uint64_t)(bin + ((int64_t)LEAST_EXPONENT << 6)) << 46;
    double least;
    memcpy(&least, &bits, sizeof least);
    return bin ? 1.4826 * least : 0;
}

static int any_larger(const double *move, int64_t n, double limit) {
    int64_t larger_ones = 0;
    for (int64_t t = 0; t < n; t++) larger_ones += fabs(move[t]) > limit;
    return larger_ones > 0;
}

/* Large moves, and such as are undone within two days (_moves.suspects). */
static int moves_odd(const Room *r, double scale, int level, const Rules *rule) {
    const double leap = level ? rule->index_leap : rule->leap, closer = rule->closer * scale * (1 - MARGIN);
    const double jump = larger(rule->spike * scale, smaller(leap, larger(rule->calm, rule->far * scale))) * (1 - MARGIN);
    const double out = (level ? rule->alien : rule->back) * scale * (1 - MARGIN), least = smaller(jump, out);
    const int64_t n = r->n - 1;
    if (!any_larger(r->move, n, r->closely ? smaller(closer, least) : least)) return 0;
    for (int64_t t = 0; t < n; t++) {
        const double size = fabs(r->move[t]);
        if (!(size > (r->near[t + 1] ? closer : least))) continue;
        if (size > jump) return 1;
        if (!(size > out) && !r->near[t + 1]) continue;
        for (int64_t later = t + 1; later <= t + 2 && later < n; later++)
            if (fabs(r->move[later]) > closer && (r->move[t] > 0) != (r->move[later] > 0)) return 1;
    }
    return 0;
}

/* Moves net of the market on days that are looked at closely (_moves.unsure). */
static int net_odd(const Room *r, double scale, const Rules *rule) {
    const double closer = rule->closer * scale * (1 - MARGIN), quietly = rule->quietly * scale * (1 - MARGIN);
    const double leg = rule->leg * scale * (1 - MARGIN), round = sqrt(2) * rule->round * scale * (1 - MARGIN);
    const int64_t n = r->n - 1;
    const double *net = r->net;
    for (int64_t t = 0; t < n; t++) {
        if (!r->near[t + 1]) continue;
        if (fabs(net[t]) > quietly) return 1;
        for (int64_t later = t + 1; later <= t + 2 && later < n; later++) {
            const double both = fabs(net[t] - net[later]);
            if ((net[t] > 0) == (net[later] > 0) || smaller(fabs(net[t]), fabs(net[later])) <= leg) continue;
            if (smaller(fabs(net[t]), fabs(net[later])) > closer) return 1;
            if (both <= round) continue;
            int farther = 0;      /* whether such a trip was made in the year before */
            for (int64_t s = t > rule->year ? t - rule->year : 0; s < t && !farther; s++)
                for (int64_t next = s + 1; next <= s + 2 && next < n; next++)
                    farther |= net[s] * net[next] < 0 && fabs(net[s] - net[next]) > both * (1 + MARGIN);
            if (!farther) return 1;
        }
    }
    return 0;
}

/* The least change of a price that is one; infinity where there is none. */
static double least_step(const double *price, int64_t n) {
    enum { LANES = 8 };
    double tick[LANES];
    int64_t t = 0;
    for (int l = 0; l < LANES; l++) tick[l] = INFINITY;
    for (; t + LANES < n; t += LANES)
        for (int l = 0; l < LANES; l++) {
            const double step = fabs(price[t + l + 1] - price[t + l]), one = step > 0 ? step : INFINITY;
            tick[l] = one < tick[l] ? one : tick[l];
        }
    for (; t + 1 < n; t++) {
        const double step = fabs(price[t + 1] - price[t]);
        tick[0] = step > 0 && step < tick[0] ? step : tick[0];
    }
    for (int l = 1; l < LANES; l++) tick[0] = smaller(tick[0], tick[l]);
    return tick[0];
}

enum { STANDS = 1, STRAIGHT = 2 };

/* Of each day from the second on: whether the price stands still, and whether its step is that of the day before. */
static void mark_lines(const double *restrict price, const double *restrict move, int64_t n, double straight, double least, uint8_t *restrict mark) {
    mark[0] = n > 1 && price[1] == price[0] ? STANDS : 0;
    for (int64_t t = 1; t + 1 < n; t++) {
        const double step = price[t + 1] - price[t], past = price[t] - price[t - 1];
        const double by_step = fabs(step - past), by_move = fabs(move[t] - move[t - 1]) * price[t];
        const double bent = by_step < by_move ? by_step : by_move, part = straight * price[t];
        const double limit = (part > least ? part : least) * (1 + MARGIN) + 1e-12 * price[t];
        const uint8_t stands = step == 0 ? STANDS : 0, line = (bent <= limit) & (step != 0) & (past != 0) ? STRAIGHT : 0;
        mark[t] = stands | line;
    }
}

/* Prices on a straight line, or that stand still (_moves.straight, _quality.STILL, CLOSELY). */
static int line_odd(const Room *r, const Rules *rule) {
    const double tick = least_step(r->price, r->n);
    const int64_t n = r->n - 1;
    uint8_t *mark = r->mark, any = 0;
    if (n < 1) return 0;
    mark_lines(r->price, r->move, r->n, rule->straight, tick < INFINITY ? 1.01 * tick : 0, mark);
    for (int64_t t = 1; t < n; t++) any |= mark[t] & mark[t - 1];
    if (!any) return 0;
    for (int64_t t = 1; t < n; t++) {
        const int two = mark[t] & mark[t - 1], three = t > 1 ? two & mark[t - 2] : 0;
        if (three || (two & STANDS && (r->near[t + 1] || r->near[t]))) return 1;
    }
    return 0;
}

/* Closes all below `logs` that may be the logarithms of whole cents (_whole.may_be_odd). */
static int logarithms(const Room *r, const Rules *rule) {
    for (int64_t t = 0; t < r->n; t++) if (!(r->price[t] < rule->logs)) return 0;
    for (int64_t t = 0; t < r->n; t++) {
        const double cents = 100 * exp(r->price[t]);
        if (fabs(cents - rint(cents)) > 0.21) return 0;
    }
    return 1;
}

/* A row of closes that stands in the series twice (_whole._twice): each row has a number. */
static int twice(Room *r) {
    const int64_t rows = r->n - AGAIN + 1;
    const double *restrict price = r->price;
    uint64_t *restrict number = r->rows.number;
    if (r->n < 2 * AGAIN) return 0;
    for (int64_t t = 0; t < rows; t++) {
        double sum = 0;
        for (int k = 0; k < AGAIN; k++) sum += weights[k] * price[t + k];
        number[t] = bits_of_value(sum);
    }
    return any_twice(&r->rows, rows);
}

/* Puts the priced days of a series one after the other, and what the others explain and which days are looked at more closely
 * where that is asked; 0 where it holds what no price is. */
static int close_up(Room *r, const double *column, const double *market, const uint8_t *near) {
    int64_t n = 0;
    int sound = 1;
    for (int64_t t = 0; t < r->days; t++) {
        r->price[n] = column[t]; r->row[n] = t;
        n += fabs(column[t]) < INFINITY;
    }
    r->n = n;
    for (int64_t i = 0; i < n; i++) sound &= r->price[i] > 0;
    for (int64_t i = 0; market && i < n; i++) r->market[i] = market[r->row[i]];
    for (int64_t i = 0; near && i < n; i++) r->near[i] = near[r->row[i]];
    return sound;
}

/* Whether a series has a price on each day of the table from its first to its last. */
static int has_all(const Room *r) { return !r->n || r->row[r->n - 1] - r->row[0] == r->n - 1; }

/* On how many of the expected days between its first and its last price a series has none. */
static int64_t lacking(const Room *r, const uint8_t *expected) {
    int64_t found = 0;
    if (has_all(r)) return 0;
    for (int64_t i = 0; i + 1 < r->n; i++) for (int64_t t = r->row[i] + 1; t < r->row[i + 1]; t++) found += expected[t] != 0;
    return found;
}

static int is_sound(Room *r, const Looks *l, int64_t j, double scale) {
    const Rules *rule = &l->rules;
    if (!r->n) return 1;
    if (moves_odd(r, scale, l->level[j], rule) || line_odd(r, rule) || logarithms(r, rule) || twice(r)) return 0;
    if (!l->market.at) return 1;
    for (int64_t t = 0; t + 1 < r->n; t++) r->net[t] = r->move[t] - r->market[t + 1];
    return !net_odd(r, spread(r, count_sizes(r, r->net, r->n - 1)), rule);
}

/* ---- a session before or after the others ------------------------------------------------------------------------------------- */

#define BOUND 4.0             /* no move counts for more than so many spreads (_beside._BOUND) */

/* Moves in spreads, none more than so many, and added to those of all. */
static void bounded(const double *restrict move, double scale, int64_t n, float *restrict own, double *restrict total) {
    for (int64_t t = 0; t < n; t++) {
        const double z = move[t] / scale;
        own[t] = (float)(z > BOUND ? BOUND : z < -BOUND ? -BOUND : z);
    }
    for (int64_t t = 0; t < n; t++) total[t] += own[t];
}

/* The moves of a series from one day of the table to the next in its spreads, zero where there is none, and added to those of
 * all; `count` moves were counted by their size, those over days that lack as well. */
static void scaled(Room *r, int64_t count, float *own, double *total) {
    const int all = has_all(r);
    for (int64_t t = 0; !all && t + 1 < r->n; t++)
        if (r->row[t + 1] != r->row[t] + 1 && r->move[t] != 0) { r->bin[bin_of(r->move[t])]--; count--; }
    const double scale = spread(r, count);
    memset(own, 0, sizeof *own * (size_t)(r->days - 1));
    if (!(scale > 0)) return;
    for (int64_t t = 0; t + 1 < r->n;) {
        if (r->row[t + 1] != r->row[t] + 1) { t++; continue; }
        int64_t end = all ? r->n - 1 : t + 1;      /* a stretch of days that follow each other */
        while (end + 1 < r->n && r->row[end + 1] == r->row[end] + 1) end++;
        bounded(r->move + t, scale, end - t, own + r->row[t], total + r->row[t]);
        t = end;
    }
}

/* Sum of a b, in lanes that are added up in one order, so that every instruction set gives the same bits. */
static double products(const float *restrict a, const float *restrict b, int64_t n) {
    enum { LANES = 16 };
    float lane[LANES] = {0};
    int64_t t = 0;
    double sum = 0;
    for (; t + LANES <= n; t += LANES) for (int l = 0; l < LANES; l++) lane[l] += a[t + l] * b[t + l];
    for (; t < n; t++) sum += a[t] * b[t];
    for (int l = 0; l < LANES; l++) sum += lane[l];
    return sum;
}

/* The larger of the correlations of a series with the others a day later and a day before, on n days. */
static double out_of_step(const float *own, const float *others, int64_t n, int64_t *known) {
    const double later = products(own, others + 1, n - 1), before = products(own + 1, others, n - 1);
    const double first = products(own, own, n - 1), second = products(others, others, n - 1);   /* squares of all but the last day */
    const double a0 = own[0], b0 = others[0], a1 = own[n - 1], b1 = others[n - 1];
    *known = 0;
    for (int64_t t = 0; t < n; t++) *known += own[t] != 0;
    return larger(later / sqrt(larger(first * (second - b0 * b0 + b1 * b1), 1e-300)),
                  before / sqrt(larger((first - a0 * a0 + a1 * a1) * second, 1e-300)));
}

/* Whether a series may be out of step with the others on some days: that spreads are known to a sixty-fourth, and numbers in
 * single precision, is made up for. */
static int may_be_off(const float *own, const float *others, int64_t n, const Rules *rule) {
    int64_t known;
    return out_of_step(own, others, n, &known) >= 0.9 * rule->alike && known >= rule->enough;
}

static void steps_of(const float *own, const float *others, int64_t n, const Rules *rule, uint8_t *apart) {
    const int64_t third = n / 3;
    *apart = (uint8_t)may_be_off(own, others, n, rule);
    for (int64_t from = 0; third >= rule->enough && from + third <= n && !*apart; from += third)
        *apart = (uint8_t)may_be_off(own + from, others + from, third, rule);
}

static int compare(const Looks *l, const float *own, const double *total) {
    const int64_t n = l->used.days - 1;
    float *others = malloc(sizeof *others * (size_t)(n + 1));
    if (!others) return -1;
    for (int64_t j = 0; j < l->used.series; j++) {
        for (int64_t t = 0; t < n; t++) others[t] = (float)(total[t] - own[j * n + t]);
        steps_of(own + j * n, others, n, &l->rules, l->apart + j);
    }
    free(others);
    return 0;
}

/* ---- all of it --------------------------------------------------------------------------------------------------------------- */

/* Takes some series out of a table, each in a row of its own. */
static void take_out(const Grid *g, int64_t days, int64_t first, int64_t upto, double *rows) {
    if (g->day == sizeof *rows) {
        for (int64_t j = first; j < upto; j++) memcpy(rows + (j - first) * days, series_of(g, j), sizeof *rows * (size_t)days);
        return;
    }
    for (int64_t t = 0; t < days; t++) for (int64_t j = first; j < upto; j++) rows[(j - first) * days + t] = cell(g, t, j);
}

static void take_out_bytes(const Grid *g, int64_t days, int64_t first, int64_t upto, uint8_t *rows) {
    for (int64_t t = 0; t < days; t++)
        for (int64_t j = first; j < upto; j++) rows[(j - first) * days + t] = *(g->at + t * g->day + j * g->step) != 0;
}

static void of_group(const Looks *l, int64_t first, int64_t upto, double *column, Room *r, float *own, double *total) {
    const int64_t days = l->used.days;
    double *market = column + TOGETHER * days;
    uint8_t *near = (uint8_t *)(market + TOGETHER * days);
    take_out(&l->used, days, first, upto, column);
    if (l->market.at) take_out(&l->market, days, first, upto, market);
    if (l->near.at) take_out_bytes(&l->near, days, first, upto, near);
    for (int64_t j = first; j < upto; j++) {
        const int64_t at = (j - first) * days;
        l->sound[j] = (uint8_t)close_up(r, column + at, l->market.at ? market + at : NULL, l->near.at ? near + at : NULL);
        l->lacking[j] = lacking(r, l->expected);
        l->priced[j] = r->n;
        if (l->sound[j]) moves_of(r->price, r->n, r->move); else for (int64_t t = 0; t + 1 < r->n; t++) r->move[t] = 0;
        l->apart[j] = !l->sound[j];
        const int64_t count = count_sizes(r, r->move, r->n - 1);
        const double scale = spread(r, count);
        if (own) scaled(r, count, own + j * (days - 1), total);
        if (l->sound[j]) l->sound[j] = (uint8_t)is_sound(r, l, j, scale);
    }
}

int NAMED(look_at, LEVEL)(const Looks *l) {
    const int64_t days = l->used.days, n = l->used.series;
    const int beside = n > 1 && days > l->rules.enough;
    Room r = {0};
    double *column = malloc((size_t)(TOGETHER * days) * (2 * sizeof *column + 1) + 1), *total = calloc((size_t)days + 1, sizeof *total);
    float *own = beside ? malloc(sizeof *own * (size_t)n * (size_t)(days - 1)) : NULL;
    int failed = !column || !total || (beside && !own) || room_make(&r, days) ? -1 : 0;
    if (!failed) {
        int wrong = 0;
        r.closely = l->near.at != NULL;
        for (int64_t j = 0; j < n; j += TOGETHER)
            of_group(l, j, j + TOGETHER < n ? j + TOGETHER : n, column, &r, own, total);
        for (int64_t j = 0; j < n; j++) wrong |= l->apart[j];
        if (beside && !wrong) failed = compare(l, own, total);
    }
    room_free(&r);
    free(column); free(total); free(own);
    return failed;
}
