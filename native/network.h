/* Puts keys in order, those of sixteen pairs at once: rows of LANES keys, a pair a lane.
 *
 * A sorting network by bitonic merges (K. E. Batcher, Sorting networks and their applications, 1968): which places are compared does
 * not depend on what they hold, so that all lanes go the same way and the lesser and the greater of two rows is all that is asked. Two
 * runs in order become one by comparing the first with the last, the second with the last but one and so on, and then places half,
 * a quarter, ... of the run apart. Rows beyond the last one would hold keys above all others, which never move: they are left out.
 *
 * Row is as many keys as the machine compares at once: a block of sixteen of them stays in registers. */
#define BLOCK 16

#if defined(__AVX512F__)
#include <immintrin.h>
#define WIDE 16
typedef __m512i Row;
static inline Row row_from(const int32_t *key) { return _mm512_loadu_si512(key); }
static inline void row_to(int32_t *key, Row a) { _mm512_storeu_si512(key, a); }
static inline Row lesser(Row a, Row b) { return _mm512_min_epi32(a, b); }
static inline Row greater(Row a, Row b) { return _mm512_max_epi32(a, b); }
#elif defined(__AVX2__)
#include <immintrin.h>
#define WIDE 8
typedef __m256i Row;
static inline Row row_from(const int32_t *key) { return _mm256_loadu_si256((const __m256i *)(const void *)key); }
static inline void row_to(int32_t *key, Row a) { _mm256_storeu_si256((__m256i *)(void *)key, a); }
static inline Row lesser(Row a, Row b) { return _mm256_min_epi32(a, b); }
static inline Row greater(Row a, Row b) { return _mm256_max_epi32(a, b); }
#else
#define WIDE 4
typedef struct { int32_t lane[WIDE]; } Row;
static inline Row row_from(const int32_t *key) { Row a; memcpy(&a, key, sizeof a); return a; }
static inline void row_to(int32_t *key, Row a) { memcpy(key, &a, sizeof a); }
static inline Row lesser(Row a, Row b) { for (int l = 0; l < WIDE; l++) a.lane[l] = a.lane[l] < b.lane[l] ? a.lane[l] : b.lane[l]; return a; }
static inline Row greater(Row a, Row b) { for (int l = 0; l < WIDE; l++) a.lane[l] = a.lane[l] < b.lane[l] ? b.lane[l] : a.lane[l]; return a; }
#endif

#define EXCHANGE(i, j) do { const Row a = row[i], b = row[j]; row[i] = lesser(a, b); row[j] = greater(a, b); } while (0);
#define EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15)
#define TAKE(i) row[i] = row_from(key + (i) * LANES);
#define PUT(i) row_to(key + (i) * LANES, row[i]);
#define X EXCHANGE

/* Sixteen rows, by merges of odd and even places (Batcher), which compare a fifth less. */
static void sort_block(int32_t *key) {
    Row row[BLOCK];
    EACH(TAKE)
    X(0, 1) X(2, 3) X(4, 5) X(6, 7) X(8, 9) X(10, 11) X(12, 13) X(14, 15)
    X(0, 2) X(1, 3) X(4, 6) X(5, 7) X(8, 10) X(9, 11) X(12, 14) X(13, 15)
    X(1, 2) X(5, 6) X(9, 10) X(13, 14)
    X(0, 4) X(1, 5) X(2, 6) X(3, 7) X(8, 12) X(9, 13) X(10, 14) X(11, 15)
    X(2, 4) X(3, 5) X(10, 12) X(11, 13)
    X(1, 2) X(3, 4) X(5, 6) X(9, 10) X(11, 12) X(13, 14)
    X(0, 8) X(1, 9) X(2, 10) X(3, 11) X(4, 12) X(5, 13) X(6, 14) X(7, 15)
    X(4, 8) X(5, 9) X(6, 10) X(7, 11)
    X(2, 4) X(3, 5) X(6, 8) X(7, 9) X(10, 12) X(11, 13)
    X(1, 2) X(3, 4) X(5, 6) X(7, 8) X(9, 10) X(11, 12) X(13, 14)
    EACH(PUT)
}

/* The last steps of a merge: places 8, 4, 2 and 1 apart. */
static void settle_block(int32_t *key) {
    Row row[BLOCK];
    EACH(TAKE)
    X(0, 8) X(1, 9) X(2, 10) X(3, 11) X(4, 12) X(5, 13) X(6, 14) X(7, 15)
    X(0, 4) X(1, 5) X(2, 6) X(3, 7) X(8, 12) X(9, 13) X(10, 14) X(11, 15)
    X(0, 2) X(1, 3) X(4, 6) X(5, 7) X(8, 10) X(9, 11) X(12, 14) X(13, 15)
    X(0, 1) X(2, 3) X(4, 5) X(6, 7) X(8, 9) X(10, 11) X(12, 13) X(14, 15)
    EACH(PUT)
}

/* The first step of a merge of two runs of `run` rows, of which `rows` are there: each place with its mirror image. */
static void mirror(int32_t *key, int64_t run, int64_t rows) {
    for (int64_t i = rows < 2 * run ? 2 * run - rows : 0; i < run; i++) {
        int32_t *one = key + i * LANES, *other = key + (2 * run - 1 - i) * LANES;
        const Row a = row_from(one), b = row_from(other);
        row_to(one, lesser(a, b));
        row_to(other, greater(a, b));
    }
}

/* The same and the next step, places half a run apart. */
static void mirror_and_half(int32_t *key, int64_t run, int64_t rows) {
    const int64_t half = run / 2;
    for (int64_t i = rows < run + half ? run + half - rows : 0; i < half; i++) {
        int32_t *at[4] = {key + i * LANES, key + (i + half) * LANES, key + (2 * run - 1 - i - half) * LANES, key + (2 * run - 1 - i) * LANES};
        Row row[4];
        for (int k = 0; k < 4; k++) row[k] = row_from(at[k]);
        X(0, 3) X(1, 2) X(0, 1) X(2, 3)
        for (int k = 0; k < 4; k++) row_to(at[k], row[k]);
    }
}

/* Two later steps: places 2 `apart` and `apart` apart, of which `rows` are there. */
static void two_steps(int32_t *key, int64_t apart, int64_t rows) {
    for (int64_t i = 0; i < apart && i < rows; i++) {
        Row row[4];
        for (int k = 0; k < 4; k++) row[k] = row_from(key + (i + k * apart) * LANES);
        X(0, 2) X(1, 3) X(0, 1) X(2, 3)
        for (int k = 0; k < 4; k++) row_to(key + (i + k * apart) * LANES, row[k]);
    }
}

/* Runs of `run` rows become runs of twice as many. */
static void merge_runs(int32_t *key, int64_t run, int64_t rows, int even) {
    for (int64_t i = 0; i + run < rows; i += 2 * run) (even ? mirror_and_half : mirror)(key + i * LANES, run, rows - i);
    for (int64_t apart = run / (even ? 8 : 4); apart >= BLOCK; apart /= 4)
        for (int64_t i = 0; i < rows; i += 4 * apart) two_steps(key + i * LANES, apart, rows - i);
    for (int64_t i = 0; i < rows; i += BLOCK) settle_block(key + i * LANES);
}

/* `rows` are a multiple of BLOCK; up to the next power of two the rows that follow hold INT32_MAX. */
static void sort_lanes(int32_t *lanes, int64_t rows) {
    for (int first = 0; first < LANES; first += WIDE) {
        int32_t *key = lanes + first;
        int even = 0;
        for (int64_t i = 0; i < rows; i += BLOCK) sort_block(key + i * LANES);
        for (int64_t run = BLOCK; run < rows; run *= 2, even = !even) merge_runs(key, run, rows, even);
    }
}
#undef X
