#include "rows.h"
#include <float.h>

/* Put each row in its place, up to the first that cannot be: its place lies outside or has a row, or its value can be none.  Gives its number, n where all are in place. */
int64_t put_rows(const Rows *r) {
    for (int64_t i = 0; i < r->n; i++) {
        const int64_t code = r->code[i], day = r->day[i] - r->first;
        if (code < 0 || code >= r->codes || day < 0 || day >= r->span) return i;
        const int64_t cell = r->row[code] * r->days + r->column[day];
        const double value = r->value[i];
        if (r->written[cell] || !((value >= r->least && value <= DBL_MAX) || value != value)) return i;
        r->written[cell] = 1;
        r->table[cell] = value;
    }
    return r->n;
}

/* Mark each number that is there, counted from the first on, up to one that lies outside; gives how many do not. */
int64_t mark_numbers(const int32_t *number, int64_t n, int64_t first, uint8_t *there, int64_t span) {
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = number[i] - first;
        if (at < 0 || at >= span) return i;
        there[at] = 1;
    }
    return n;
}
