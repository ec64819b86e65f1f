/* Marks of days, one a byte or one a bit. */
#ifndef EVENTSTUDY_BITS_H
#define EVENTSTUDY_BITS_H
#include <stdint.h>

/* Eight marks, each 0 or 1 in a byte of the word: bit b is that of byte b. One product moves all of them into the highest byte, where
 * none meets another. */
static inline uint64_t low_bits(uint64_t eight) { return eight * 0x0102040810204080u >> 56; }

/* Words of 64 bits that so many marks need. */
static inline int64_t words_of(int64_t marks) { return (marks + 63) / 64; }

/* Whether mark t of a row of bits is set. */
static inline int is_marked(const uint64_t *row, int64_t t) { return (int)(row[t / 64] >> t % 64 & 1); }

/* The 64 marks of a row of bits from mark t on; the row has one word more than its marks need. */
static inline uint64_t marks_from(const uint64_t *row, int64_t t) {
    return row[t / 64] >> t % 64 | row[t / 64 + 1] << 1 << (63 - t % 64);
}

/* How many marks of a word are set: counted in twos, fours and eights, which one product adds up. */
static inline int64_t how_many(uint64_t word) {
    word -= word >> 1 & 0x5555555555555555u;
    word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
    return (int64_t)(((word + (word >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * 0x0101010101010101u >> 56);
}
#endif
