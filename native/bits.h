/* Marks of days, one a byte, as bits. */
#ifndef EVENTSTUDY_BITS_H
#define EVENTSTUDY_BITS_H
#include <stdint.h>

/* Eight marks, each 0 or 1 in a byte of the word: bit b is that of byte b. One product moves all of them into the highest byte, where
 * none meets another. */
static inline uint64_t low_bits(uint64_t eight) { return eight * 0x0102040810204080u >> 56; }
#endif
