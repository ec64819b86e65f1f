/* Ranks of the days of sixteen pairs at once.
 *
 * A value in units of sigma goes into the high bits of a 32-bit key and its day into the low ones. Keys of sixteen pairs stand side by
 * side, a pair a lane, and a network of comparisons (network.h) puts all lanes in order. Days whose keys lie side by side may be tied
 * or the wrong way round; these few are told apart by the values themselves. Ties share their average rank: neighbours in order that
 * differ by no more than TIED (METHODS ruling 10; engine/ranks.py). */
#define FOUR 4          /* pairs whose keys are put side by side at a time */
#define WIDEST 8.0      /* beyond so many sigmas all values share the outermost keys */
#define TIED 1e-12
#define ABSENT INFINITY /* the value of a day that is not known: its key lies above all others */

typedef struct {
    int64_t rows;        /* of the lanes */
    int bits;            /* of a day */
    double unit;         /* steps of a key in one sigma */
    int32_t *lanes;      /* (rows, LANES) keys, a pair a lane; rows beyond the days hold INT32_MAX */
    int32_t *key, *four; /* (FOUR, rows) keys of some pairs, and the same side by side */
    int32_t *day;        /* (columns) the days of a pair in order */
    int32_t *twice;      /* (columns) twice the rank of each day, zero where it is not known */
    int32_t close[LANES];   /* 1 where some days of a pair have to be told apart */
} Order;

static int bits_of(int64_t columns) {
    int bits = 1;
    while (((int64_t)1 << bits) < columns) bits++;
    return bits;
}

/* Rows that the network may look at: a power of two. */
static int64_t rows_for(int64_t columns) { return columns < BLOCK ? BLOCK : (int64_t)1 << bits_of(columns); }

/* Towards zero, which keeps the order. */
static inline int32_t key_of(double value, int32_t day, const Order *o) {
    const double steps = (double)((uint32_t)1 << (31 - o->bits)), limit = value < ABSENT ? steps - 2.0 : steps - 1.0;
    double scaled = value * o->unit;
    scaled = scaled < limit ? scaled : limit;
    scaled = scaled > 2.0 - steps ? scaled : 2.0 - steps;
    return (int32_t)((uint32_t)(int32_t)scaled << o->bits | (uint32_t)day);
}

static void keys_of(const Order *o, const double *restrict value, int32_t *restrict key, int64_t columns) {
    for (int64_t i = 0; i < columns; i++) key[i] = key_of(value[i], (int32_t)i, o);
}

/* Keys of FOUR pairs, a row each -> a column each. */
static void side_by_side(const int32_t *restrict key, int64_t rows, int32_t *restrict four) {
    const int32_t *restrict a = key, *restrict b = key + rows, *restrict c = key + 2 * rows, *restrict d = key + 3 * rows;
    for (int64_t i = 0; i < rows; i++) { four[FOUR * i] = a[i]; four[FOUR * i + 1] = b[i]; four[FOUR * i + 2] = c[i]; four[FOUR * i + 3] = d[i]; }
}

static void to_lanes(int32_t *restrict lanes, const int32_t *restrict four, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) memcpy(lanes + i * LANES, four + i * FOUR, FOUR * sizeof(int32_t));
}

/* Which lanes hold days whose keys lie side by side. */
static void find_close(Order *o, int64_t columns) {
    const int32_t absent = (int32_t)((((uint32_t)1 << (31 - o->bits)) - 1) << o->bits);
    const uint32_t near = (uint32_t)2 << o->bits;
    int32_t close[LANES] = {0};
    for (int64_t i = 1; i < columns; i++) {
        const int32_t *restrict key = o->lanes + i * LANES, *restrict before = key - LANES;
        for (int l = 0; l < LANES; l++) close[l] |= (uint32_t)key[l] - (uint32_t)before[l] < near && key[l] < absent;
    }
    memcpy(o->close, close, sizeof close);
}

/* The days of sixteen pairs, each a row of `values` (LANES, stride), in order. */
static void order_days(Order *o, const double *values, int64_t stride, int64_t columns) {
    const int64_t rows = whole_lanes(columns);
    for (int64_t first = 0; first < LANES; first += FOUR) {
        for (int64_t k = 0; k < FOUR; k++) keys_of(o, values + (first + k) * stride, o->key + k * rows, columns);
        side_by_side(o->key, rows, o->four);
        to_lanes(o->lanes + first, o->four, columns);
    }
    for (int64_t i = columns * LANES; i < o->rows * LANES; i++) o->lanes[i] = INT32_MAX;
    sort_lanes(o->lanes, rows);
    find_close(o, columns);
}

/* Days first .. stop - 1 in order have keys too close to tell: put them in the order of their values, ties with one rank. */
static void tell_apart(Order *o, const double *value, int64_t first, int64_t stop) {
    for (int64_t i = first + 1; i < stop; i++) {
        int32_t one = o->day[i];
        int64_t j = i;
        for (; j > first && value[o->day[j - 1]] > value[one]; j--) o->day[j] = o->day[j - 1];
        o->day[j] = one;
    }
    for (int64_t i = first; i < stop;) {
        int64_t end = i + 1;
        while (end < stop && value[o->day[end]] - value[o->day[end - 1]] <= TIED) end++;
        for (int64_t k = i; k < end; k++) o->twice[o->day[k]] = (int32_t)(i + 1 + end);
        i = end;
    }
}

/* The ranks of the n days of one lane that are known, whose values are these. */
static void ranks_of_lane(Order *o, int64_t lane, const double *value, int64_t n, int64_t columns) {
    const uint32_t mask = ((uint32_t)1 << o->bits) - 1, near = (uint32_t)2 << o->bits;
    const int32_t *key = o->lanes + lane, *stop = key + n * LANES;
    int32_t *restrict twice = o->twice;
    if (n < columns) memset(twice, 0, sizeof *twice * (size_t)columns);
    int32_t rank = 2;
    for (; key + 3 * LANES < stop; key += 4 * LANES, rank += 8) {
        ONE_BY_ONE;
        twice[(uint32_t)key[0] & mask] = rank;
        twice[(uint32_t)key[LANES] & mask] = rank + 2;
        twice[(uint32_t)key[2 * LANES] & mask] = rank + 4;
        twice[(uint32_t)key[3 * LANES] & mask] = rank + 6;
    }
    for (; key < stop; key += LANES, rank += 2) { ONE_BY_ONE; twice[(uint32_t)*key & mask] = rank; }
    if (!o->close[lane]) return;
    key = o->lanes + lane;
    for (int64_t i = 0; i < n; i++) o->day[i] = (int32_t)((uint32_t)key[i * LANES] & mask);
    for (int64_t i = 0; i < n;) {
        int64_t end = i + 1;
        while (end < n && (uint32_t)key[end * LANES] - (uint32_t)key[(end - 1) * LANES] < near) end++;
        if (end - i > 1) tell_apart(o, value, i, end);
        i = end;
    }
}

/* sum += rank / (n + more): what scaled ranks of n days are made of. */
static void add_ranks(double *restrict sum, const Order *o, int64_t n, int64_t more, int64_t columns) {
    const double weight = 0.5 / (double)(n + more);
    const int32_t *restrict twice = o->twice;
    for (int64_t i = 0; i < columns; i++) sum[i] += weight * (double)twice[i];
}
