#include "tg_checksum.h"

#include <string.h>

enum { LANES = 8 };
typedef uint32_t words __attribute__((vector_size(4 * LANES)));
typedef uint64_t sums __attribute__((vector_size(8 * LANES)));

/* A bijection for each value of `sum`, and for each value of `hash`. */
static uint64_t mixed(uint64_t hash, uint64_t sum) {
  hash = (hash ^ sum) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 32;
}

uint64_t tg_checksum(const void *bytes, size_t count) {
  const char *start = bytes;
  sums a = {0}, b = {0};
  size_t position = 0;
  for (; position + sizeof(words) <= count; position += sizeof(words)) {
    words next;
    memcpy(&next, start + position, sizeof next);
    a += __builtin_convertvector(next, sums);
    b += a;
  }
  if (position < count) {
    words next = {0};
    memcpy(&next, start + position, count - position);
    a += __builtin_convertvector(next, sums);
    b += a;
  }
  uint64_t hash = count;
  for (int lane = 0; lane < LANES; lane += 1) hash = mixed(mixed(hash, a[lane]), b[lane]);
  return hash;
}
