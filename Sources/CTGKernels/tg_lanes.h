/* Sixteen float lanes for the memory-bound kernels. No include guard: a kernel's body is included
 * once per variant, and this file with it, under
 *   TG_VARIANT  the suffix of the names: scalar, avx2, avx512
 *   TG_LEVEL    0, 1, 2
 * The same source and the same order of operations serve all variants; the compiler maps sixteen
 * lanes to one, two or four registers of the target. */

#ifndef TG_LANES_ONCE
#define TG_LANES_ONCE
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define TG_JOIN_(a, b) a##_##b
#define TG_JOIN(a, b) TG_JOIN_(a, b)
#define TG_FN(name) TG_JOIN(name, TG_VARIANT)
#define TG_INLINE static inline __attribute__((always_inline))

typedef float tg_v16 __attribute__((vector_size(64)));
typedef float tg_v16_unaligned __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t tg_i16 __attribute__((vector_size(64)));
typedef double tg_d16 __attribute__((vector_size(128)));
#endif

#define tg_load TG_FN(tg_load)
#define tg_load_part TG_FN(tg_load_part)
#define tg_store TG_FN(tg_store)
#define tg_store_part TG_FN(tg_store_part)
#define tg_splat TG_FN(tg_splat)
#define tg_choose TG_FN(tg_choose)
#define tg_first_lanes TG_FN(tg_first_lanes)
#define tg_larger TG_FN(tg_larger)
#define tg_smaller TG_FN(tg_smaller)
#define tg_sum_lanes TG_FN(tg_sum_lanes)
#define tg_max_lanes TG_FN(tg_max_lanes)
#define tg_exp_lanes TG_FN(tg_exp_lanes)
#define tg_widen TG_FN(tg_widen)

TG_INLINE tg_v16 tg_splat(float x) {
  return (tg_v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

TG_INLINE tg_v16 tg_load(const float *p) { return *(const tg_v16_unaligned *)p; }

TG_INLINE void tg_store(float *p, tg_v16 v) { *(tg_v16_unaligned *)p = v; }

/* a where the mask is set, else b. */
TG_INLINE tg_v16 tg_choose(tg_i16 mask, tg_v16 a, tg_v16 b) {
  return (tg_v16)(((tg_i16)a & mask) | ((tg_i16)b & ~mask));
}

/* All bits of the first n lanes. */
TG_INLINE tg_i16 tg_first_lanes(ptrdiff_t n) {
  const tg_i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const int32_t m = (int32_t)n;
  const tg_i16 limit = {m, m, m, m, m, m, m, m, m, m, m, m, m, m, m, m};
  return (tg_i16)(lane < limit);
}

/* The first n of 16 lanes (1 ≤ n ≤ 16), `fill` in the others; memory past them is not touched. */
TG_INLINE tg_v16 tg_load_part(const float *p, ptrdiff_t n, float fill) {
#if TG_LEVEL == 2
  return (tg_v16)_mm512_mask_loadu_ps((__m512)tg_splat(fill), (__mmask16)((1u << n) - 1), p);
#elif TG_LEVEL == 1
  const tg_i16 mask = tg_first_lanes(n);
  __m256i half[2];
  __m256 part[2];
  tg_v16 v;
  memcpy(half, &mask, sizeof half);
  part[0] = _mm256_maskload_ps(p, half[0]);
  part[1] = _mm256_maskload_ps(p + 8, half[1]);
  memcpy(&v, part, sizeof part);
  return tg_choose(mask, v, tg_splat(fill));
#else
  tg_v16 v = tg_splat(fill);
  for (ptrdiff_t i = 0; i < n; i++) v[i] = p[i];
  return v;
#endif
}

TG_INLINE void tg_store_part(float *p, tg_v16 v, ptrdiff_t n) {
#if TG_LEVEL == 2
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#elif TG_LEVEL == 1
  const tg_i16 mask = tg_first_lanes(n);
  __m256i half[2];
  __m256 part[2];
  memcpy(half, &mask, sizeof half);
  memcpy(part, &v, sizeof part);
  _mm256_maskstore_ps(p, half[0], part[0]);
  _mm256_maskstore_ps(p + 8, half[1], part[1]);
#else
  for (ptrdiff_t i = 0; i < n; i++) p[i] = v[i];
#endif
}

/* The larger and the smaller; not-a-number once seen stays. */
TG_INLINE tg_v16 tg_larger(tg_v16 a, tg_v16 x) {
  return tg_choose((tg_i16)(a >= x) | (tg_i16)(a != a), a, x);
}

TG_INLINE tg_v16 tg_smaller(tg_v16 a, tg_v16 x) {
  return tg_choose((tg_i16)(a <= x) | (tg_i16)(a != a), a, x);
}

/* Sum and maximum of the lanes, as a tree: lane i with lane i + 8, then + 4, + 2, + 1. */
#define TG_TREE(v, pair) \
  v = pair(v, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)); \
  v = pair(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3)); \
  v = pair(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1)); \
  v = pair(v, __builtin_shufflevector(v, v, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0))
#define TG_PLUS(a, b) ((a) + (b))

TG_INLINE float tg_sum_lanes(tg_v16 v) {
  TG_TREE(v, TG_PLUS);
  return v[0];
}

TG_INLINE float tg_max_lanes(tg_v16 v) {
  TG_TREE(v, tg_larger);
  return v[0];
}

#undef TG_TREE
#undef TG_PLUS

TG_INLINE tg_d16 tg_widen(tg_v16 v) { return __builtin_convertvector(v, tg_d16); }

/* eˣ for x ≤ 0; below -87.3 it is 0. Within 2 units in the last place.
 * x = n ln 2 + r, |r| ≤ ln 2 / 2; the polynomial is Taylor's of degree 7. */
TG_INLINE tg_v16 tg_exp_lanes(tg_v16 x) {
  const tg_v16 rounding = tg_splat(12582912.0f); /* 1.5 · 2²³ */
  tg_v16 bounded = tg_choose((tg_i16)(x < tg_splat(-87.3f)), tg_splat(-87.3f), x);
  tg_v16 n = bounded * tg_splat(1.44269504f) + rounding;
  tg_i16 exponent = (tg_i16)n - (tg_i16)rounding;
  n -= rounding;
  tg_v16 r = bounded - n * tg_splat(0.693359375f); /* 9 bits: exact */
  r = r + n * tg_splat(2.12194440e-4f);
  tg_v16 p = tg_splat(1.0f / 5040);
  p = p * r + tg_splat(1.0f / 720);
  p = p * r + tg_splat(1.0f / 120);
  p = p * r + tg_splat(1.0f / 24);
  p = p * r + tg_splat(1.0f / 6);
  p = p * r + tg_splat(0.5f);
  p = p * r * r + r + tg_splat(1.0f);
  p = (tg_v16)((tg_i16)p + (exponent << 23));
  p = tg_choose((tg_i16)(x != x), x, p);
  return tg_choose((tg_i16)(x < tg_splat(-87.3f)), tg_splat(0), p);
}
