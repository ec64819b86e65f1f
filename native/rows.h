/* Rows of a security, a day and a value put where they belong in a table of securities by days (scale/read.py). */
#ifndef EVENTSTUDY_ROWS_H
#define EVENTSTUDY_ROWS_H
#include <stdint.h>

typedef struct {
    const int32_t *code, *day;           /* (n) the security and the day of each row, by their numbers */
    const double *value;                 /* (n) NaN where there is none */
    int64_t n, first;                    /* and the number of the first day */
    const int64_t *row, *column;         /* (codes), (span) where in the table each security and each day from the first on stands */
    int64_t codes, span, days;           /* days: columns of the table */
    double least;                        /* the least value that can be one */
    double *table;                       /* (S, days) out */
    uint8_t *written;                    /* (S, days) in and out: whether a row was put there */
} Rows;

int64_t put_rows(const Rows *r);
int64_t mark_numbers(const int32_t *number, int64_t n, int64_t first, uint8_t *there, int64_t span);
#endif
