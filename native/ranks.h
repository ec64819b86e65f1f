/* Ranks of the days of one pair.
 *
 * A value in units of sigma goes into the high bits of a 32-bit key and its day into the low ones.  One counting sort into 2,048
 * bins of the middle of the bell and four exchanges of neighbours put the keys in order, an insertion sort where that is not
 * enough.  Days whose keys lie side by side may be tied or the wrong way round; these few are told apart by the values themselves.
 * Ties share their average rank: neighbours in order that differ by no more than TIED (METHODS ruling 10; engine/ranks.py). */
#define WIDEST 8.0      /* beyond so many sigmas all values share the outermost keys */
#define TIED 1e-12
#define ROWS 16
#define COLUMNS 128
#define BINS (ROWS * COLUMNS)

typedef struct {
    int bits;            /* of a day */
    double unit;         /* steps of a key in one sigma */
    int32_t *key, *room; /* (columns) */
    int32_t *day;        /* (columns) the days in order */
    double *rank;        /* (columns) the rank of each day, zero where it is not known */
    uint16_t begin[BINS];
} Order;

static int bits_of(int64_t columns) {
    int bits = 1;
    while (((int64_t)1 << bits) < columns) bits++;
    return bits;
}

/* The least key of a day that is not known. */
static inline int32_t absent_from(const Order *o) { return (int32_t)((((uint32_t)1 << (31 - o->bits)) - 1) << o->bits); }

/* Towards zero, which keeps the order. */
static inline int32_t key_of(double value, int32_t day, const Order *o) {
    double limit = (double)((uint32_t)1 << (31 - o->bits)) - 2.0, scaled = value * o->unit;
    scaled = scaled < limit ? scaled : limit;
    scaled = scaled > -limit ? scaled : -limit;
    return (int32_t)((uint32_t)(int32_t)scaled << o->bits | (uint32_t)day);
}

static void merge_sort(int32_t *key, int32_t *room, int64_t n) {
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t begin = 0; begin < n; begin += 2 * width) {
            int64_t middle = begin + width < n ? begin + width : n, end = middle + width < n ? middle + width : n;
            int64_t i = begin, j = middle;
            for (int64_t k = begin; k < end; k++) room[k] = i < middle && (j >= end || key[i] < key[j]) ? key[i++] : key[j++];
        }
        memcpy(key, room, sizeof *key * (size_t)n);
    }
}

/* Keys that are nearly in order; where they turn out not to be, a merge sort does the work. */
static void insertion_sort(int32_t *key, int32_t *room, int64_t n) {
    int64_t moves = 0;
    for (int64_t i = 1; i < n; i++) {
        int32_t one = key[i];
        int64_t j = i;
        for (; j > 0 && key[j - 1] > one; j--) key[j] = key[j - 1];
        key[j] = one;
        moves += i - j;
        if (moves > 16 * n) { merge_sort(key, room, n); return; }
    }
}

/* Neighbours at even and at odd places change places in turn: keys that share a bin with up to three others are then in order. */
static int settle(int32_t *restrict key, int64_t n) {
    int32_t wrong = 0;
    for (int64_t round = 0; round < 4; round++)
        for (int64_t i = round & 1; i + 1 < n; i += 2) {
            const int32_t a = key[i], b = key[i + 1];
            key[i] = a < b ? a : b;
            key[i + 1] = a < b ? b : a;
        }
    for (int64_t i = 1; i < n; i++) wrong |= key[i] < key[i - 1];
    return !wrong;
}

/* How many there are in each bin -> how many there are in all bins before it. */
static void count_before(uint16_t *restrict bin) {
    uint16_t column[COLUMNS] = {0}, before = 0;
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) {
            const uint16_t own = bin[r * COLUMNS + c];
            bin[r * COLUMNS + c] = column[c];
            column[c] = (uint16_t)(column[c] + own);
        }
    for (int c = 0; c < COLUMNS; c++) { const uint16_t own = column[c]; column[c] = before; before = (uint16_t)(before + own); }
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) bin[r * COLUMNS + c] = (uint16_t)(bin[r * COLUMNS + c] + column[c]);
}

/* Keys go to the bin of their value, four sigmas to either side; those further out share the first and the last but one, and days
 * that are not known have the last.
 *
 * Bin b is kept in row b % ROWS and column b / ROWS, so that the counts before each bin are added up a whole row at a time. */
static void counting_sort(Order *o, int64_t n) {
    const int shift = 32 - 12;   /* 4,096 bins on the whole range of 32 bits: 2,048 on its middle half */
    int32_t *restrict bin = o->day;
    const int32_t *restrict from = o->room, absent = absent_from(o);
    for (int64_t i = 0; i < n; i++) {
        int32_t b = (from[i] >> shift) + BINS / 2;
        b = b < 0 ? 0 : b;
        b = b < BINS - 2 ? b : BINS - 2;
        b = from[i] < absent ? b : BINS - 1;
        bin[i] = b % ROWS * COLUMNS + b / ROWS;
    }
    memset(o->begin, 0, sizeof o->begin);
    for (int64_t i = 0; i < n; i++) o->begin[bin[i]]++;
    count_before(o->begin);
    for (int64_t i = 0; i < n; i++) o->key[o->begin[bin[i]]++] = from[i];
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
        for (int64_t k = i; k < end; k++) o->rank[o->day[k]] = 0.5 * (double)(i + 1 + end);
        i = end;
    }
}

/* The ranks of n of these days, whose keys are in order. */
static void ranks_of_order(Order *o, const double *value, int64_t n, int64_t columns) {
    const int32_t mask = (int32_t)(((uint32_t)1 << o->bits) - 1);
    const uint32_t close = (uint32_t)2 << o->bits;
    int any = 0;
    int32_t *restrict day = o->day;
    double *restrict rank = o->rank;
    for (int64_t i = 0; i < n; i++) day[i] = o->key[i] & mask;
    if (n < columns) memset(rank, 0, sizeof *rank * (size_t)columns);
    for (int64_t i = 0; i < n; i++) { ONE_BY_ONE; rank[day[i]] = (double)(i + 1); }
    for (int64_t i = 1; i < n; i++) any |= (uint32_t)o->key[i] - (uint32_t)o->key[i - 1] < close;
    if (!any) return;
    for (int64_t i = 0; i < n;) {
        int64_t end = i + 1;
        while (end < n && (uint32_t)o->key[end] - (uint32_t)o->key[end - 1] < close) end++;
        if (end - i > 1) tell_apart(o, value, i, end);
        i = end;
    }
}

/* Days that are not known get keys above all others; gives how many are known. */
static int64_t set_apart(const Order *o, int32_t *restrict key, const double *restrict known, int64_t columns) {
    const int32_t absent = absent_from(o);
    int64_t n = 0;
    for (int64_t i = 0; i < columns; i++) {
        key[i] = known[i] != 0 ? key[i] : absent | (int32_t)i;
        n += known[i] != 0;
    }
    return n;
}

/* The days of `value` that are known, in order; gives how many. */
static int64_t rank_days(Order *o, const double *restrict value, const double *restrict known, int64_t columns) {
    int64_t n = columns;
    for (int64_t i = 0; i < columns; i++) o->room[i] = key_of(value[i], (int32_t)i, o);
    if (known) n = set_apart(o, o->room, known, columns);
    counting_sort(o, columns);
    if (!settle(o->key, n)) insertion_sort(o->key, o->room, n);
    ranks_of_order(o, value, n, columns);
    return n;
}

/* The first `days` days among those that `o` has in order, by another `value` that hardly changes it. */
static int64_t rank_again(Order *o, const double *restrict value, int64_t n, int64_t days) {
    int64_t left = 0;
    for (int64_t i = 0; i < days; i++) o->room[i] = key_of(value[i], (int32_t)i, o);
    for (int64_t i = 0; i < n; i++) {
        const int32_t day = o->day[i];
        o->key[left] = o->room[day];
        left += day < days;
    }
    if (!settle(o->key, left)) insertion_sort(o->key, o->room, left);
    ranks_of_order(o, value, left, days);
    return left;
}
