/* Vectors of 16 lanes: AVX-512 F, BW, DQ, VL. Names as in tg_vector_scalar.h. */
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

enum { VW = 16 };
typedef __m512 vf;
typedef __m512i vi;
typedef __mmask16 vm;

/* What its 32 registers hold; see tg_vector_scalar.h. */
enum {
  PIXELS_1_1 = 14,
  PIXELS_1_2 = 7,
  PIXELS_1_4 = 4,
  PIXELS_2_1 = 14,
  PIXELS_2_2 = 7,
  PIXELS_2_4 = 3,
  PIXELS_4_1 = 7,
  DOT_PIXELS = 6,
  BLOCK_ROWS = 12,
  BLOCK_GROUPS = 2,
};

static inline vm vfirst(ptrdiff_t n) { return n >= VW ? 0xffff : n <= 0 ? 0 : (vm)((1u << n) - 1); }
static inline vf vset(float a) { return _mm512_set1_ps(a); }
static inline vf vload(const float *p) { return _mm512_loadu_ps(p); }
static inline vf vload_half(const uint16_t *p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
static inline vf vload_n(const float *p, ptrdiff_t n) {
  return _mm512_maskz_loadu_ps(vfirst(n), p);
}
static inline void vstore(float *p, vf a) { _mm512_storeu_ps(p, a); }
static inline void vstore_n(float *p, vf a, ptrdiff_t n) { _mm512_mask_storeu_ps(p, vfirst(n), a); }
static inline vf vadd(vf a, vf b) { return _mm512_add_ps(a, b); }
static inline vf vsub(vf a, vf b) { return _mm512_sub_ps(a, b); }
static inline vf vmul(vf a, vf b) { return _mm512_mul_ps(a, b); }
static inline vf vdiv(vf a, vf b) { return _mm512_div_ps(a, b); }
static inline vf vfma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
static inline vf vmin(vf a, vf b) { return _mm512_min_ps(a, b); }
static inline vf vmax(vf a, vf b) { return _mm512_max_ps(a, b); }
static inline vf vsqrt(vf a) { return _mm512_sqrt_ps(a); }
static inline float vsum(vf a) {
  __m256 half = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
  __m128 quarter = _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
  quarter = _mm_add_ps(quarter, _mm_movehl_ps(quarter, quarter));
  return _mm_cvtss_f32(_mm_add_ss(quarter, _mm_shuffle_ps(quarter, quarter, 1)));
}
static inline vi viset(int32_t a) { return _mm512_set1_epi32(a); }
static inline vi vibits(vf a) { return _mm512_castps_si512(a); }
static inline vf vfbits(vi a) { return _mm512_castsi512_ps(a); }
static inline vi viadd(vi a, vi b) { return _mm512_add_epi32(a, b); }
static inline vi visub(vi a, vi b) { return _mm512_sub_epi32(a, b); }
static inline vi viand(vi a, vi b) { return _mm512_and_si512(a, b); }
static inline vi vior(vi a, vi b) { return _mm512_or_si512(a, b); }
static inline vi vixor(vi a, vi b) { return _mm512_xor_si512(a, b); }
#define vishl(a, bits) _mm512_slli_epi32(a, bits)
#define vishr(a, bits) _mm512_srai_epi32(a, bits)
static inline vf vfromint(vi a) { return _mm512_cvtepi32_ps(a); }
static inline vi vtoint(vf a) {
  return _mm512_cvt_roundps_epi32(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
static inline vm vlt(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
static inline vm vgt(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }
static inline vm veq(vf a, vf b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
static inline vm vnan(vf a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
static inline vm vieq(vi a, vi b) { return _mm512_cmpeq_epi32_mask(a, b); }
static inline vf vsel(vm m, vf yes, vf no) { return _mm512_mask_blend_ps(m, no, yes); }
static inline vm vor(vm a, vm b) { return a | b; }
static inline int vbits(vm m) { return m; }
static inline vf vfloor(vf a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
