/* Numbers of 16 bits for products: bfloat16, the upper half of a float, two of them in a word. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** The nearest bfloat16, of two the even one; a number below 2^-126 becomes 0, not-a-number quiet:
 * what vcvtne2ps2bf16 does. */
static inline uint32_t tg_bfloat16(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  const uint32_t size = bits & 0x7fffffff, upper = bits >> 16;
  const uint32_t rounded = (bits + 0x7fff + (upper & 1)) >> 16;
  return size > 0x7f800000 ? upper | 0x40 : size < 0x00800000 ? upper & 0x8000 : rounded;
}

/** A word: bfloat16 of two neighbours, the first in the lower half. It lies where a float would. */
static inline float tg_pair(float first, float second) {
  const uint32_t bits = tg_bfloat16(first) | tg_bfloat16(second) << 16;
  float word;
  memcpy(&word, &bits, sizeof word);
  return word;
}

/** Words of `count` neighbours; the last one of an odd number stands beside 0. */
typedef void (*tg_narrow)(const float *_Nonnull in, ptrdiff_t count, float *_Nonnull words);
