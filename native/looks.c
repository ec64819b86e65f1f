/* The first look at prices; what it is for stands in looks.h, what is told of what it leaves in eventstudy/prices.  Compiled once for
 * each instruction set (LEVEL). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "looks.h"
#include "twice.h"

static double smaller(double a, double b) { return a < b ? a : b; }
static double larger(double a, double b) { return a > b ? a : b; }

/* ---- one series by itself ---------------------------------------------------------------------------------------------------- */

#define AGAIN 5               /* closes in a row that may stand in a series twice (_whole.AGAIN) */
#define PART 3                /* and the first closes of each such part of a row: each row holds one that begins on one of every three days */
#define LEAST_EXPONENT 997    /* moves below 2^-26 are counted as if they were as large */
#define BINS 2048             /* 32 exponents, 64 parts of each; BINS itself: not counted */
#define WIDE 32               /* minima that are kept side by side */

/* Days of the table that follow each other and have a price each: the first of them in the table, and among the priced days. */
typedef struct { int64_t row, at, length; } Stretch;

typedef struct {
    int64_t days, n;          /* S of the table, N priced days of the series, one after the other */
    const double *price;      /* as they lie in the column where no day between them lacks, else closed up */
    double *closed, *move, *market, *net;
    uint8_t *near, *mark;
    int closely;              /* whether there are days that are looked at more closely */
    Stretch *stretch;
    int64_t stretches;
    uint16_t *bin;            /* (N - 1) of each move by its size */
    int32_t *part;            /* where parts of rows begin */
    Twice rows;               /* of closes */
    double *memory;
} Room;

static int room_make(Room *r, int64_t days) {
    const size_t size = (size_t)days + WIDE;
    r->days = days;
    r->memory = malloc(sizeof(double) * 4 * size);
    r->closed = r->memory; r->move = r->closed + size; r->market = r->move + size; r->net = r->market + size;
    r->stretch = malloc(sizeof *r->stretch * (size / 2 + 1));
    r->near = calloc(2 * size, 1);
    r->mark = r->near + size;
    r->bin = malloc(sizeof *r->bin * size);
    r->part = malloc(sizeof *r->part * size);
    return twice_make(&r->rows, days) || !r->memory || !r->stretch || !r->near || !r->bin || !r->part ? -1 : 0;
}

static void room_free(Room *r) { free(r->memory); free(r->stretch); free(r->near); free(r->bin); free(r->part); twice_free(&r->rows); }

/* move = log(b / a) = 2 artanh(q), q = (b - a) / (b + a): by its series where |q| <= 1/20, which leaves an error below 1e-16. */
static void moves_of(const double *restrict price, int64_t n, double *restrict move) {
    int wide = 0;
    for (int64_t t = 0; t + 1 < n; t++) {
        const double q = (price[t + 1] - price[t]) / (price[t + 1] + price[t]), s = q * q;
        move[t] = 2 * q * (1 + s * (1.0 / 3 + s * (1.0 / 5 + s * (1.0 / 7 + s * (1.0 / 9 + s * (1.0 / 11))))));
        wide |= !(s <= 0.0025);
    }
    for (int64_t t = 0; wide && t + 1 < n; t++) if (!(fabs(move[t]) < 0.1)) move[t] = log(price[t + 1] / price[t]);
}

/* The bins of moves by their size; unchanged prices have none. */
static void bins_of(const double *restrict move, int64_t n, uint16_t *restrict bins) {
    for (int64_t t = 0; t < n; t++) {
        const double size = fabs(move[t]);
        int64_t bits;
        memcpy(&bits, &size, sizeof bits);
        const int64_t bin = (bits >> 46) - ((int64_t)LEAST_EXPONENT << 6), least = bin < 0 ? 0 : bin;
        bins[t] = (uint16_t)(size == 0 ? BINS : least >= BINS ? BINS - 1 : least);
    }
}

/* How many of n bins are below one of them. */
static int64_t below(const uint16_t *bins, int64_t n, uint16_t bin) {
    int64_t found = 0;
    for (int64_t from = 0; from < n; from += UINT16_MAX) {
        const int64_t upto = from + UINT16_MAX < n ? from + UINT16_MAX : n;
        uint16_t some = 0;    /* as narrow as the bins, so that many are compared at once */
        for (int64_t t = from; t < upto; t++) some = (uint16_t)(some + (bins[t] < bin));
        found += some;
    }
    return found;
}

/* The bin of the move before which so many are smaller. */
static int bin_of(const uint16_t *bins, int64_t n, int64_t before) {
    int bin = 0;
    for (int half = BINS / 2; half; half /= 2)
        if (below(bins, n, (uint16_t)(bin + half)) <= before) bin += half;
    return bin;
}

static double least_of(int bin) {
    const uint64_t bits = (uint64_t)(bin + ((int64_t)LEAST_EXPONENT << 6)) << 46;
    double least;
    memcpy(&least, &bits, sizeof least);
    return least;
}

/* Just below the robust standard deviation of n moves by their bins (_moves.spread): the least size of the bin in which the lower
 * of their medians lies; it is below it by a sixty-fourth at most.  Unchanged prices are left out. */
static double spread(const uint16_t *bins, int64_t n) {
    const int64_t count = below(bins, n, BINS);
    const int bin = bin_of(bins, n, (count - 1) / 2);
    return count > 0 && bin ? 1.4826 * least_of(bin) : 0;
}

/* Just above it: the least size of the bin after that of the upper median. */
static double spread_at_most(const uint16_t *bins, int64_t n) {
    const int bin = bin_of(bins, n, below(bins, n, BINS) / 2);
    return bin + 1 < BINS ? 1.4826 * least_of(bin + 1) * (1 + MARGIN) : INFINITY;
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
    double tick[WIDE];
    int64_t t = 0;
    for (int l = 0; l < WIDE; l++) tick[l] = INFINITY;
    for (; t + WIDE < n; t += WIDE)
        for (int l = 0; l < WIDE; l++) {
            const double step = fabs(price[t + l + 1] - price[t + l]), one = step > 0 ? step : INFINITY;
            tick[l] = one < tick[l] ? one : tick[l];
        }
    for (; t + 1 < n; t++) {
        const double step = fabs(price[t + 1] - price[t]);
        tick[0] = step > 0 && step < tick[0] ? step : tick[0];
    }
    for (int l = 1; l < WIDE; l++) tick[0] = smaller(tick[0], tick[l]);
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

/* Whether so many days in a row that bend by no more than a part of their price may be rarer by chance than what is told
 * (_moves._by_chance), in a series of no more than that spread. */
static int rare_line(int64_t bends, double near, int64_t days, double scale, const Rules *rule) {
    const double one = smaller(2 * rule->as_often * near / scale, 1);
    double expected = (double)days * (1 - MARGIN);
    while (bends--) expected *= one;
    return expected < rule->by_chance;
}

/* Whether days on a straight line, as they are marked, may be told: three or more, and the more, the rarer. */
static int on_a_line(Room *r, double least, const Rules *rule) {
    int64_t bends = 0;
    double scale = 0, highest = 0;
    for (int64_t t = 1; t + 1 < r->n; t++) {
        bends = r->mark[t] & STRAIGHT ? bends + 1 : 0;
        highest = bends > 1 ? larger(highest, r->price[t]) : r->price[t];
        if (bends < 3) continue;
        if (scale == 0) { bins_of(r->move, r->n - 1, r->bin); scale = spread_at_most(r->bin, r->n - 1); }
        if (rare_line(bends, larger(rule->straight, least / highest), r->n, scale, rule)) return 1;
    }
    return 0;
}

/* Prices on a straight line, or that stand still (_moves.straight, _quality.STILL, CLOSELY). */
static int line_odd(Room *r, const Rules *rule) {
    const double tick = least_step(r->price, r->n), least = tick < INFINITY ? 1.01 * tick : 0;
    const int64_t n = r->n - 1;
    uint8_t *mark = r->mark, any = 0;
    int line = 0;
    if (n < 1) return 0;
    mark_lines(r->price, r->move, r->n, rule->straight, least, mark);
    for (int64_t t = 1; t < n; t++) any |= mark[t] & mark[t - 1];
    if (!any) return 0;
    for (int64_t t = 1; t < n; t++) {
        const int two = mark[t] & mark[t - 1], three = t > 1 ? two & mark[t - 2] : 0;
        if ((three | (r->near[t + 1] || r->near[t] ? two : 0)) & STANDS) return 1;
        line |= three;
    }
    return line && on_a_line(r, least, rule);
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

/* Where parts of rows begin of which another part has the same mark, ascending, into `at`; gives how many.  One part of every
 * three in a row leaves a mark, so that of two rows that are the same each holds a part that meets a mark of the other. */
static int64_t parts_met(Twice *s, const double *restrict price, int64_t parts, int32_t *restrict at) {
    const int log2 = s->log2;
    uint32_t *restrict mark = s->mark;
    uint64_t *restrict once = s->once, *restrict again = s->again;
    int64_t met = 0;
    for (int64_t t = 0; t < parts; t++)
        mark[t] = (uint32_t)spot(bits_of_value(weights[0] * price[t] + weights[1] * price[t + 1] + weights[2] * price[t + 2]), log2);
    mark[parts] = mark[parts + 1] = 0;
    memset(once, 0, (size_t)1 << log2 >> 2);
    for (int64_t t = 0; t < parts; t += PART) {
        const uint64_t bit = (uint64_t)1 << (mark[t] & 63), old = once[mark[t] >> 6];
        again[mark[t] >> 6] |= old & bit;
        once[mark[t] >> 6] = old | bit;
    }
    for (int64_t t = 0; t < parts; t += PART) {
        at[met] = (int32_t)t; met += again[mark[t] >> 6] >> (mark[t] & 63) & 1;
        at[met] = (int32_t)t + 1; met += once[mark[t + 1] >> 6] >> (mark[t + 1] & 63) & 1;
        at[met] = (int32_t)t + 2; met += once[mark[t + 2] >> 6] >> (mark[t + 2] & 63) & 1;
    }
    while (met && at[met - 1] >= parts) met--;      /* the last parts may be fewer than three */
    return met;
}

/* A row of closes that stands in the series twice (_whole._twice): each row has a number. */
static int twice(Room *r) {
    const int64_t rows = r->n - AGAIN + 1;
    const double *price = r->price;
    int32_t *at = r->part;
    if (r->n < 2 * AGAIN) return 0;
    const int64_t met = parts_met(&r->rows, price, r->n - PART + 1, at);
    int64_t numbers = 0, next = 0;
    for (int64_t i = 0; i < met; i++) {
        const int64_t first = at[i] - (AGAIN - PART);
        for (next = first > next ? first : next; next <= at[i] && next < rows; next++) {
            double sum = 0;
            for (int k = 0; k < AGAIN; k++) sum += weights[k] * price[next + k];
            r->rows.number[numbers++] = bits_of_value(sum);
        }
    }
    return any_twice(&r->rows, numbers);
}

/* The first day from t on that has a price where that of t has none, or the other way round. */
static int64_t change(const double *column, int64_t t, int64_t days) {
    enum { LANES = 64 };
    const int there = fabs(column[t]) < INFINITY;
    for (; t + LANES <= days; t += LANES) {
        int same = 0;
        for (int l = 0; l < LANES; l++) same += (fabs(column[t + l]) < INFINITY) == there;
        if (same < LANES) break;
    }
    while (t < days && (fabs(column[t]) < INFINITY) == there) t++;
    return t;
}

/* Puts the priced days of a series one after the other, and what the others explain and which days are looked at more closely
 * where that is asked; 0 where it holds what no price is. */
static int close_up(Room *r, const double *column, const double *market, const uint8_t *near) {
    int sound = 1;
    r->n = r->stretches = 0;
    for (int64_t t = 0, end; t < r->days; t = end) {
        end = change(column, t, r->days);
        if (!(fabs(column[t]) < INFINITY)) continue;
        r->stretch[r->stretches++] = (Stretch){t, r->n, end - t};
        r->n += end - t;
    }
    for (int64_t i = 0; i < r->stretches; i++) {
        const Stretch *s = r->stretch + i;
        if (r->stretches > 1) memcpy(r->closed + s->at, column + s->row, sizeof *column * (size_t)s->length);
        if (market) memcpy(r->market + s->at, market + s->row, sizeof *market * (size_t)s->length);
        if (near) memcpy(r->near + s->at, near + s->row, (size_t)s->length);
    }
    r->price = r->stretches == 1 ? column + r->stretch->row : r->closed;
    for (int64_t i = 0; i < r->n; i++) sound &= r->price[i] > 0;
    return sound;
}

/* On how many of the expected days between its first and its last price a series has none. */
static int64_t lacking(const Room *r, const uint8_t *expected) {
    int64_t found = 0;
    for (int64_t i = 0; i + 1 < r->stretches; i++)
        for (int64_t t = r->stretch[i].row + r->stretch[i].length; t < r->stretch[i + 1].row; t++) found += expected[t] != 0;
    return found;
}

/* On how many of the days of each set series j has a price; `upto`: how many days of a set come before each day. */
static void count_sets(const Room *r, const Looks *l, int64_t j, const int32_t *upto) {
    for (int64_t set = 0; set < l->sets; set++, upto += r->days + 1) {
        int64_t found = 0;
        for (int64_t i = 0; i < r->stretches; i++) found += upto[r->stretch[i].row + r->stretch[i].length] - upto[r->stretch[i].row];
        l->on[set * l->used.series + j] = found;
    }
}

static int is_sound(Room *r, const Looks *l, int64_t j, double scale) {
    const Rules *rule = &l->rules;
    if (!r->n) return 1;
    if (moves_odd(r, scale, l->level[j], rule) || line_odd(r, rule) || logarithms(r, rule) || twice(r)) return 0;
    if (!l->market.at) return 1;
    for (int64_t t = 0; t + 1 < r->n; t++) r->net[t] = r->move[t] - r->market[t + 1];
    bins_of(r->net, r->n - 1, r->bin);
    return !net_odd(r, spread(r->bin, r->n - 1), rule);
}

/* ---- a session before or after the others ------------------------------------------------------------------------------------- */

#define BOUND 4.0             /* no move counts for more than so many spreads (_beside._BOUND) */
#define PARTS 31              /* so many parts of a spread are told apart */

/* Moves in parts of a spread, none more than so many and none zero that is no zero, and added to those of all. */
static void bounded(const double *restrict move, double scale, int64_t n, int8_t *restrict own, int32_t *restrict total) {
    const double part = PARTS / scale;
    const float most = BOUND * PARTS;
    for (int64_t t = 0; t < n; t++) {
        const float z = (float)(move[t] * part), within = z > most ? most : z < -most ? -most : z;
        const int32_t whole = (int32_t)(within + (most + 1.5f)) - (int32_t)(most + 1);
        own[t] = (int8_t)(whole ? whole : (z > 0) - (z < 0));
    }
    for (int64_t t = 0; t < n; t++) total[t] += own[t];
}

/* The moves of a series from one day of the table to the next in parts of its spread, zero where there is none, and added to those
 * of all.  `scale`: the spread of all of its moves, those over days that lack as well; these do not count here. */
static void scaled(Room *r, double scale, int8_t *own, int32_t *total) {
    memset(own, 0, sizeof *own * (size_t)(r->days - 1));
    for (int64_t i = 1; i < r->stretches; i++) r->bin[r->stretch[i].at - 1] = BINS;
    if (r->stretches > 1) scale = spread(r->bin, r->n - 1);
    if (!(scale > 0)) return;
    for (int64_t i = 0; i < r->stretches; i++) {
        const Stretch *s = r->stretch + i;
        bounded(r->move + s->at, scale, s->length - 1, own + s->row, total + s->row);
    }
}

/* What a series and the others have in common on some days and on the days after them. */
typedef struct { double later, before, own, others; int64_t known; } Step;

/* Sums over the days from one to another, in lanes that are added up in one order, so that every instruction set gives the same bits. */
static Step step_over(const int8_t *restrict own, const float *restrict others, int64_t from, int64_t upto) {
    enum { LANES = 16 };
    float later[LANES] = {0}, before[LANES] = {0}, first[LANES] = {0}, second[LANES] = {0};
    int32_t known[LANES] = {0};
    Step sum = {0};
    int64_t t = from;
    for (; t + LANES <= upto; t += LANES)
        for (int l = 0; l < LANES; l++) {
            const float a = own[t + l], b = others[t + l];
            later[l] += a * others[t + l + 1]; before[l] += own[t + l + 1] * b;
            first[l] += a * a; second[l] += b * b;
            known[l] += own[t + l] != 0;
        }
    for (; t < upto; t++) {
        const float a = own[t], b = others[t];
        later[0] += a * others[t + 1]; before[0] += own[t + 1] * b;
        first[0] += a * a; second[0] += b * b;
        known[0] += own[t] != 0;
    }
    for (int l = 0; l < LANES; l++) {
        sum.later += later[l]; sum.before += before[l]; sum.own += first[l]; sum.others += second[l]; sum.known += known[l];
    }
    return sum;
}

static Step both(Step a, Step b) {
    return (Step){a.later + b.later, a.before + b.before, a.own + b.own, a.others + b.others, a.known + b.known};
}

/* Whether a series may be out of step with the others from one day to another, as these sums over all days but the last have it:
 * that spreads are known to a sixty-fourth, moves to a part of them, and numbers in single precision, is made up for. */
static int may_be_off(Step s, const int8_t *own, const float *others, int64_t from, int64_t last, const Rules *rule) {
    const double a0 = own[from], b0 = others[from], a1 = own[last], b1 = others[last];
    const double later = s.later / sqrt(larger(s.own * (s.others - b0 * b0 + b1 * b1), 1e-300));
    const double before = s.before / sqrt(larger((s.own - a0 * a0 + a1 * a1) * s.others, 1e-300));
    return larger(later, before) >= 0.9 * rule->alike && s.known + (own[last] != 0) >= rule->enough;
}

/* The whole is looked at, and each third of it. */
static int steps_of(const int8_t *own, const float *others, int64_t n, const Rules *rule) {
    const int64_t third = n / 3;
    Step whole = {0};
    int off = 0;
    for (int64_t from = 0; from + third <= n && third; from += third) {
        const int64_t last = from + third - 1;
        const Step part = step_over(own, others, from, last);
        off |= third >= rule->enough && may_be_off(part, own, others, from, last, rule);
        whole = both(whole, both(part, step_over(own, others, last, last + 1 < n ? last + 1 : last)));
    }
    if (third) whole = both(whole, step_over(own, others, n / third * third, n - 1));
    return off || may_be_off(whole, own, others, 0, n - 1, rule);
}

static int compare(const Looks *l, const int8_t *own, const int32_t *total) {
    const int64_t n = l->used.days - 1;
    float *others = malloc(sizeof *others * (size_t)(n + 1));
    if (!others) return -1;
    for (int64_t j = 0; j < l->used.series; j++) {
        const int8_t *mine = own + j * n;
        for (int64_t t = 0; t < n; t++) others[t] = (float)(total[t] - mine[t]);
        l->apart[j] = (uint8_t)steps_of(mine, others, n, &l->rules);
    }
    free(others);
    return 0;
}

/* ---- all of it --------------------------------------------------------------------------------------------------------------- */

static void take_out_bytes(const Grid *g, int64_t days, int64_t first, int64_t upto, uint8_t *rows) {
    for (int64_t t = 0; t < days; t++)
        for (int64_t j = first; j < upto; j++) rows[(j - first) * days + t] = *(g->at + t * g->day + j * g->step) != 0;
}

static void of_group(const Looks *l, int64_t first, int64_t upto, double *column, Room *r, const int32_t *before, int8_t *own, int32_t *total) {
    const int64_t days = l->used.days;
    double *market = column + TOGETHER * days;
    uint8_t *near = (uint8_t *)(market + TOGETHER * days);
    const int lies = in_columns(&l->used);
    if (!lies) take_out(&l->used, days, first, upto, column);
    if (l->market.at) take_out(&l->market, days, first, upto, market);
    if (l->near.at) take_out_bytes(&l->near, days, first, upto, near);
    for (int64_t j = first; j < upto; j++) {
        const int64_t at = (j - first) * days;
        const double *own_days = lies ? (const double *)(const void *)series_of(&l->used, j) : column + at;
        l->sound[j] = (uint8_t)close_up(r, own_days, l->market.at ? market + at : NULL, l->near.at ? near + at : NULL);
        l->lacking[j] = lacking(r, l->expected);
        l->priced[j] = r->n;
        count_sets(r, l, j, before);
        if (l->sound[j]) moves_of(r->price, r->n, r->move); else for (int64_t t = 0; t + 1 < r->n; t++) r->move[t] = 0;
        l->apart[j] = !l->sound[j];
        bins_of(r->move, r->n - 1, r->bin);
        const double scale = spread(r->bin, r->n - 1);
        if (own) scaled(r, scale, own + j * (days - 1), total);
        if (l->sound[j]) l->sound[j] = (uint8_t)is_sound(r, l, j, scale);
    }
}

/* How many days of each set come before each day and before the end, a row a set; NULL where there is no memory. */
static int32_t *before_each(const Looks *l) {
    const int64_t days = l->used.days;
    int32_t *upto = calloc((size_t)((days + 1) * l->sets) + 1, sizeof *upto);
    for (int64_t set = 0; upto && set < l->sets; set++)
        for (int64_t t = 0, at = set * (days + 1); t < days; t++, at++) upto[at + 1] = upto[at] + (l->counted[set * days + t] != 0);
    return upto;
}

int NAMED(look_at, LEVEL)(const Looks *l) {
    const int64_t days = l->used.days, n = l->used.series;
    const int beside = n > 1 && days > l->rules.enough;
    Room r = {0};
    double *column = malloc((size_t)(TOGETHER * days) * (2 * sizeof *column + 1) + 1);
    int32_t *total = calloc((size_t)days + 1, sizeof *total), *before = before_each(l);
    int8_t *own = beside ? malloc((size_t)n * (size_t)(days - 1)) : NULL;
    int failed = !column || !total || !before || (beside && !own) || room_make(&r, days) ? -1 : 0;
    if (!failed) {
        int wrong = 0;
        r.closely = l->near.at != NULL;
        for (int64_t j = 0; j < n; j += TOGETHER)
            of_group(l, j, j + TOGETHER < n ? j + TOGETHER : n, column, &r, before, own, total);
        for (int64_t j = 0; j < n; j++) wrong |= l->apart[j];
        if (beside && !wrong) failed = compare(l, own, total);
    }
    room_free(&r);
    free(column); free(total); free(before); free(own);
    return failed;
}
