/* TG_LANES floats side by side: one, two or four vectors of one of the tg_vector headers, which is
 * included before. Kernels that add up numbers do so in this many lanes on every instruction set,
 * so that all of them add in the same order. */
#pragma once

#include "tg_common.h"
#include "tg_math.h"

#define TG_INLINE static inline __attribute__((always_inline))
/* A loop over 0 ..< count, a constant, that the compiler unrolls. */
#define TG_REPEAT(index, count)                                                                    \
  _Pragma("clang loop unroll(full)") for (int index = 0; index < (count); index += 1)

/* The vectors of a group. */
enum { PARTS = TG_LANES / VW };

/* Doubles for the lanes of a vector; C's operators work on them. */
typedef double vd __attribute__((vector_size(8 * VW)));

typedef struct {
  vf part[PARTS];
} v16;

typedef struct {
  vd part[PARTS];
} d16;

TG_INLINE v16 v16_set(float x) {
  v16 a;
  TG_REPEAT(i, PARTS) a.part[i] = vset(x);
  return a;
}

TG_INLINE v16 v16_load(const float *p) {
  v16 a;
  TG_REPEAT(i, PARTS) a.part[i] = vload(p + i * VW);
  return a;
}

/* The first n of 16 lanes, 1 to 16, and 0 in the others; memory behind them is not touched. */
TG_INLINE v16 v16_load_n(const float *p, ptrdiff_t n) {
  v16 a;
  TG_REPEAT(i, PARTS) a.part[i] = vload_n(p + i * VW, n - i * VW);
  return a;
}

/* The first n lanes, and `fill` in the others. */
TG_INLINE v16 v16_load_fill(const float *p, ptrdiff_t n, float fill) {
  v16 a = v16_load_n(p, n);
  TG_REPEAT(i, PARTS) a.part[i] = vsel(vfirst(n - i * VW), a.part[i], vset(fill));
  return a;
}

TG_INLINE void v16_store(float *p, v16 a) {
  TG_REPEAT(i, PARTS) vstore(p + i * VW, a.part[i]);
}

TG_INLINE void v16_store_n(float *p, v16 a, ptrdiff_t n) {
  TG_REPEAT(i, PARTS) vstore_n(p + i * VW, a.part[i], n - i * VW);
}

/* The lanes of up to TG_LANES that there are: all where `n` is larger. */
TG_INLINE v16 v16_load_upto(const float *p, ptrdiff_t n) {
  return n >= TG_LANES ? v16_load(p) : v16_load_n(p, n);
}

TG_INLINE void v16_store_upto(float *p, v16 a, ptrdiff_t n) {
  if (n >= TG_LANES)
    v16_store(p, a);
  else
    v16_store_n(p, a, n);
}

TG_INLINE v16 v16_add(v16 a, v16 b) {
  TG_REPEAT(i, PARTS) a.part[i] = vadd(a.part[i], b.part[i]);
  return a;
}

TG_INLINE v16 v16_sub(v16 a, v16 b) {
  TG_REPEAT(i, PARTS) a.part[i] = vsub(a.part[i], b.part[i]);
  return a;
}

TG_INLINE v16 v16_mul(v16 a, v16 b) {
  TG_REPEAT(i, PARTS) a.part[i] = vmul(a.part[i], b.part[i]);
  return a;
}

TG_INLINE v16 v16_fma(v16 a, v16 b, v16 c) {
  TG_REPEAT(i, PARTS) a.part[i] = vfma(a.part[i], b.part[i], c.part[i]);
  return a;
}

/* The larger of what there was and what comes, and the smaller; not-a-number once seen stays. */
TG_INLINE v16 v16_maximum(v16 was, v16 next) {
  TG_REPEAT(i, PARTS) was.part[i] = vmaximum(next.part[i], was.part[i]);
  return was;
}

TG_INLINE v16 v16_minimum(v16 was, v16 next) {
  TG_REPEAT(i, PARTS) was.part[i] = vminimum(next.part[i], was.part[i]);
  return was;
}

TG_INLINE v16 v16_exp(v16 a) {
  TG_REPEAT(i, PARTS) a.part[i] = vexp(a.part[i]);
  return a;
}

/* The sum of the lanes as a tree: lane i with lane i + 8, then + 4, + 2, + 1. */
TG_INLINE float v16_sum(v16 a) {
  for (int width = PARTS / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i += 1) a.part[i] = vadd(a.part[i], a.part[i + width]);
  return vsum(a.part[0]);
}

TG_INLINE d16 v16_widen(v16 a) {
  d16 wide;
  TG_REPEAT(i, PARTS) wide.part[i] = __builtin_convertvector(a.part[i], vd);
  return wide;
}

TG_INLINE v16 d16_narrow(d16 a) {
  v16 narrow;
  TG_REPEAT(i, PARTS) narrow.part[i] = __builtin_convertvector(a.part[i], vf);
  return narrow;
}

TG_INLINE d16 d16_set(double x) {
  d16 a;
  TG_REPEAT(i, PARTS) {
    for (int lane = 0; lane < VW; lane += 1) a.part[i][lane] = x;
  }
  return a;
}

TG_INLINE void d16_store(double *p, const d16 *a) { memcpy(p, a->part, TG_LANES * sizeof *p); }
