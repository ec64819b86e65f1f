/* Closes that stand in two series of a table, S days by n series (prices/_beside.py): on how many days a series has a close of some
 * others, and which rows of ten closes two of them may share,
 * one of which is among the first that are told of.  These looks err on one side only: what they leave out, no two share. */
#ifndef EVENTSTUDY_COPIES_H
#define EVENTSTUDY_COPIES_H
#include "grid.h"
#include "levels.h"

/* One form for each instruction set; all give the same.  0 (rows_alike: how many there are), or -1 where there is no memory. */
#define COPIES(level) int count_met_##level(const Grid *, const uint8_t *own, int64_t every, int64_t *count); \
    int64_t rows_alike_##level(const Grid *, int64_t told, uint8_t *alike);
COPIES(base)
#ifdef X86_LEVELS
COPIES(avx2)
COPIES(avx512)
#endif
#endif
