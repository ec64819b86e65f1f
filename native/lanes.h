/* Sums of rows whose length is a multiple of LANES: sixteen running sums and a fixed tree, so that every instruction set adds in
 * one order and gives the same bits. */
static inline double tree(const double *lane) {
    double eight[8];
    for (int l = 0; l < 8; l++) eight[l] = lane[l] + lane[l + 8];
    return ((eight[0] + eight[4]) + (eight[2] + eight[6])) + ((eight[1] + eight[5]) + (eight[3] + eight[7]));
}

static double dot(const double *restrict a, const double *restrict b, int64_t size) {
    double lane[LANES] = {0};
    for (int64_t i = 0; i < size; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += a[i + l] * b[i + l];
    return tree(lane);
}

/* Sum of a b over so many days, in lanes and a fixed tree. */
static double dot_of_any(const double *restrict a, const double *restrict b, int64_t size) {
    double lane[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= size; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += a[i + l] * b[i + l];
    for (int l = 0; i < size; i++, l++) lane[l] += a[i] * b[i];
    return tree(lane);
}

static double squares(const double *restrict a, int64_t size) {
    double lane[LANES] = {0};
    for (int64_t i = 0; i < size; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += a[i + l] * a[i + l];
    return tree(lane);
}

static double cubes(const double *restrict a, int64_t size) {
    double lane[LANES] = {0};
    for (int64_t i = 0; i < size; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += a[i + l] * a[i + l] * a[i + l];
    return tree(lane);
}

static double fourths(const double *restrict a, int64_t size) {
    double lane[LANES] = {0};
    for (int64_t i = 0; i < size; i += LANES)
        for (int l = 0; l < LANES; l++) { const double z = a[i + l] * a[i + l]; lane[l] += z * z; }
    return tree(lane);
}

static double total(const double *restrict a, int64_t size) {
    double lane[LANES] = {0};
    for (int64_t i = 0; i < size; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += a[i + l];
    return tree(lane);
}

/* Sum of (a - mean)^2 over the days that are known (1 or 0). */
static double squares_around(const double *restrict a, const double *restrict known, double mean, int64_t size) {
    double lane[LANES] = {0};
    for (int64_t i = 0; i < size; i += LANES)
        for (int l = 0; l < LANES; l++) { double z = (a[i + l] - mean) * known[i + l]; lane[l] += z * z; }
    return tree(lane);
}

/* a -= factor b */
static void take_off(double *restrict a, double factor, const double *restrict b, int64_t size) {
    for (int64_t i = 0; i < size; i++) a[i] -= factor * b[i];
}

/* sum += factor a */
static void add_times(double *restrict sum, double factor, const double *restrict a, int64_t size) {
    for (int64_t i = 0; i < size; i++) sum[i] += factor * a[i];
}

/* a -= factor b + other c */
static void take_off_both(double *restrict a, double factor, const double *restrict b, double other, const double *restrict c, int64_t size) {
    for (int64_t i = 0; i < size; i++) a[i] -= factor * b[i] + other * c[i];
}

/* sum += aa a^2 + ab a b + bb b^2 */
static void add_square(double *restrict sum, const double *a, double aa, const double *b, double ab, double bb, int64_t size) {
    for (int64_t i = 0; i < size; i++) sum[i] += a[i] * (aa * a[i] + ab * b[i]) + bb * (b[i] * b[i]);
}

/* sum += a (factor b + other c) */
static void add_products(double *restrict sum, const double *a, double factor, const double *b, double other, const double *c, int64_t size) {
    for (int64_t i = 0; i < size; i++) sum[i] += a[i] * (factor * b[i] + other * c[i]);
}

static void add(double *restrict sum, const double *restrict a, int64_t size) {
    for (int64_t i = 0; i < size; i++) sum[i] += a[i];
}

/* 1 / sqrt(x) for x > 0 without a root and a division, which take several times as long.  Half the bits of x from those of a
 * constant: within 3.5 % (J. F. Blinn, Floating-point tricks, IEEE Computer Graphics and Applications 17, 1997); four steps of Newton,
 * y (3 - x y^2) / 2, each of which squares the error and leaves at most three halves of it. */
static inline double inverse_root(double x) {
    int64_t bits;
    double y, half = 0.5 * x;
    memcpy(&bits, &x, sizeof bits);
    bits = 0x5FE6EB50C7B537A9 - (bits >> 1);
    memcpy(&y, &bits, sizeof y);
    for (int step = 0; step < 4; step++) y = y * (1.5 - half * y * y);
    return y;
}

static int64_t whole_lanes(int64_t size) { return (size + LANES - 1) / LANES * LANES; }

/* The place of the lowest bit of a word that is not zero. */
#ifdef __GNUC__
#define LOWEST(word) __builtin_ctzll(word)
#else
static int LOWEST(uint64_t word) {
    int place = 0;
    while (!(word >> place & 1)) place++;
    return place;
}
#endif

/* Keep a loop that writes to places of a list from becoming vectors: writing them one by one is quicker than AVX-512's own way. */
#ifdef __GNUC__
#define ONE_BY_ONE __asm__ volatile("")
#else
#define ONE_BY_ONE ((void)0)
#endif
