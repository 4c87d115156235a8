/* Vectors of 8 lanes: AVX2 with FMA and F16C. Names as in tg_vector_scalar.h. */
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

enum { VW = 8 };
typedef __m256 vf;
typedef __m256i vi;
typedef __m256 vm;

/* What its 16 registers hold; see tg_vector_scalar.h. */
enum {
  PIXELS_1_1 = 6,
  PIXELS_1_2 = 3,
  PIXELS_1_4 = 0,
  PIXELS_2_1 = 3,
  PIXELS_2_2 = 0,
  PIXELS_2_4 = 0,
  PIXELS_4_1 = 1,
  DOT_PIXELS = 3,
  BLOCK_ROWS = 6,
  BLOCK_GROUPS = 1,
};

static inline vm vfirst(ptrdiff_t n) {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_castsi256_ps(
      _mm256_cmpgt_epi32(_mm256_set1_epi32(n > VW ? VW : (int32_t)n), index));
}
static inline __m256i vfirst_bits(ptrdiff_t n) { return _mm256_castps_si256(vfirst(n)); }
static inline vf vset(float a) { return _mm256_set1_ps(a); }
static inline vf vload(const float *p) { return _mm256_loadu_ps(p); }
static inline vf vload_half(const uint16_t *p) {
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
}
static inline vf vload_n(const float *p, ptrdiff_t n) {
  return _mm256_maskload_ps(p, vfirst_bits(n));
}
static inline void vstore(float *p, vf a) { _mm256_storeu_ps(p, a); }
static inline void vstore_n(float *p, vf a, ptrdiff_t n) {
  _mm256_maskstore_ps(p, vfirst_bits(n), a);
}
static inline vf vadd(vf a, vf b) { return _mm256_add_ps(a, b); }
static inline vf vsub(vf a, vf b) { return _mm256_sub_ps(a, b); }
static inline vf vmul(vf a, vf b) { return _mm256_mul_ps(a, b); }
static inline vf vdiv(vf a, vf b) { return _mm256_div_ps(a, b); }
static inline vf vfma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
static inline vf vmin(vf a, vf b) { return _mm256_min_ps(a, b); }
static inline vf vmax(vf a, vf b) { return _mm256_max_ps(a, b); }
static inline vf vsqrt(vf a) { return _mm256_sqrt_ps(a); }
static inline float vsum(vf half) {
  __m128 quarter = _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
  quarter = _mm_add_ps(quarter, _mm_movehl_ps(quarter, quarter));
  return _mm_cvtss_f32(_mm_add_ss(quarter, _mm_shuffle_ps(quarter, quarter, 1)));
}
static inline vi viset(int32_t a) { return _mm256_set1_epi32(a); }
static inline vi vibits(vf a) { return _mm256_castps_si256(a); }
static inline vf vfbits(vi a) { return _mm256_castsi256_ps(a); }
static inline vi viadd(vi a, vi b) { return _mm256_add_epi32(a, b); }
static inline vi visub(vi a, vi b) { return _mm256_sub_epi32(a, b); }
static inline vi viand(vi a, vi b) { return _mm256_and_si256(a, b); }
static inline vi vior(vi a, vi b) { return _mm256_or_si256(a, b); }
static inline vi vixor(vi a, vi b) { return _mm256_xor_si256(a, b); }
#define vishl(a, bits) _mm256_slli_epi32(a, bits)
#define vishr(a, bits) _mm256_srai_epi32(a, bits)
static inline vf vfromint(vi a) { return _mm256_cvtepi32_ps(a); }
static inline vi vtoint(vf a) {
  return _mm256_cvttps_epi32(_mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
static inline vm vlt(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
static inline vm vgt(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_GT_OQ); }
static inline vm veq(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_EQ_OQ); }
static inline vm vnan(vf a) { return _mm256_cmp_ps(a, a, _CMP_UNORD_Q); }
static inline vm vieq(vi a, vi b) { return _mm256_castsi256_ps(_mm256_cmpeq_epi32(a, b)); }
static inline vf vsel(vm m, vf yes, vf no) { return _mm256_blendv_ps(no, yes, m); }
static inline vm vor(vm a, vm b) { return _mm256_or_ps(a, b); }
static inline int vbits(vm m) { return _mm256_movemask_ps(m); }
static inline vf vfloor(vf a) {
  return _mm256_round_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
