/* The checksum of a block of weights: has anything changed since it was written? */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
  /** The most bytes of a block: none of the sums below can overflow. */
  TG_CHECKSUM_BLOCK = 1 << 20,
};

/** The checksum of at most TG_CHECKSUM_BLOCK bytes, a multiple of 4.
 *
 * Word i (32 bits, little endian) belongs to lane i mod 8. A lane has the sum of its words, a, and
 * the sum of all sums so far, b, both exact. So any change of one word changes an a; if changes of
 * two words of a lane leave a as it was, they are opposite, and their distance changes b. The sums
 * of all lanes and the number of bytes are then mixed into 64 bits. Not against intent: SHA-256 is.
 */
uint64_t tg_checksum(const void *_Nonnull bytes, size_t count);
