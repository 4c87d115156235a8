/* Vectors of 4 lanes in plain C: what every 64-bit processor has registers for. The tg_vector
 * headers define the same names, one of them for each instruction set; tg_math.h, tg_lanes.h and
 * the bodies of the kernels are written once over them.
 *
 * vf are floats, vi 32-bit whole numbers, vm a truth for each lane, VW how many lanes there are: a
 * divisor of TG_LANES. vmin(a, b) and vmax(a, b) return b where one of the two is NaN. Of n lanes,
 * those from the first on are meant: none if n <= 0, all if n >= VW; memory behind them is not
 * touched, and is read as 0. vload_half makes floats of as many of 16 bits, exactly; not-a-number
 * keeps its sign and upper bits and becomes quiet. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { VW = 4 };
typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));
typedef int32_t vm __attribute__((vector_size(16)));
typedef uint32_t vu __attribute__((vector_size(16)));

/* What its registers hold, 16 on x86-64. Of convolution the pixels of a micro-kernel, by panels of
 * output channels and rows of pixels; 0 where there is no such micro-kernel. */
enum {
  PIXELS_1_1 = 4,
  PIXELS_1_2 = 0,
  PIXELS_1_4 = 0,
  PIXELS_2_1 = 0,
  PIXELS_2_2 = 0,
  PIXELS_2_4 = 0,
  PIXELS_4_1 = 0,
  /* The pixels of a micro-kernel for few output channels. */
  DOT_PIXELS = 0,
  /* Rows and groups of TG_LANES columns of a block of a product of matrices. */
  BLOCK_ROWS = 2,
  BLOCK_GROUPS = 1,
};

static inline vf vset(float a) { return (vf){a, a, a, a}; }
static inline vi viset(int32_t a) { return (vi){a, a, a, a}; }
/* A truth for the first n lanes. */
static inline vm vfirst(ptrdiff_t n) {
  return (vm)((vi){0, 1, 2, 3} < viset(n < 0 ? 0 : n > VW ? VW : (int32_t)n));
}
static inline vf vload(const float *p) {
  vf a;
  memcpy(&a, p, sizeof a);
  return a;
}
static inline float float_of_half(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000) << 16, size = half & 0x7fff;
  uint32_t bits;
  if (size > 0x7c00) {
    bits = 0x7fc00000 | size << 13;
  } else if (size == 0x7c00) {
    bits = 0x7f800000;
  } else if (size >= 0x0400) {
    bits = (size << 13) + ((127 - 15) << 23);
  } else {
    /* Multiples of 2^-24. */
    const float small = (float)size * 0x1p-24f;
    memcpy(&bits, &small, sizeof bits);
  }
  float number;
  bits |= sign;
  memcpy(&number, &bits, sizeof number);
  return number;
}
static inline vf vload_half(const uint16_t *p) {
  return (vf){float_of_half(p[0]), float_of_half(p[1]), float_of_half(p[2]), float_of_half(p[3])};
}
static inline vf vload_n(const float *p, ptrdiff_t n) {
  vf a = vset(0.0f);
  if (n > 0) memcpy(&a, p, (size_t)(n > VW ? VW : n) * sizeof(float));
  return a;
}
static inline void vstore(float *p, vf a) { memcpy(p, &a, sizeof a); }
static inline void vstore_n(float *p, vf a, ptrdiff_t n) {
  if (n > 0) memcpy(p, &a, (size_t)(n > VW ? VW : n) * sizeof(float));
}
static inline vf vadd(vf a, vf b) { return a + b; }
static inline vf vsub(vf a, vf b) { return a - b; }
static inline vf vmul(vf a, vf b) { return a * b; }
static inline vf vdiv(vf a, vf b) { return a / b; }
/* a * b + c, rounded once where the processor is quick at that. */
#if defined(__FP_FAST_FMAF)
static inline vf vfma(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }
#else
static inline vf vfma(vf a, vf b, vf c) { return a * b + c; }
#endif
static inline vf vsqrt(vf a) { return __builtin_elementwise_sqrt(a); }
/* The sum of the lanes, halves first. */
static inline float vsum(vf a) { return (a[0] + a[2]) + (a[1] + a[3]); }
static inline vi vibits(vf a) { return (vi)a; }
static inline vf vfbits(vi a) { return (vf)a; }
static inline vi viadd(vi a, vi b) { return (vi)((vu)a + (vu)b); }
static inline vi visub(vi a, vi b) { return (vi)((vu)a - (vu)b); }
static inline vi viand(vi a, vi b) { return a & b; }
static inline vi vior(vi a, vi b) { return a | b; }
static inline vi vixor(vi a, vi b) { return a ^ b; }
static inline vi vishl(vi a, int bits) { return (vi)((vu)a << (uint32_t)bits); }
static inline vi vishr(vi a, int bits) { return a >> bits; }
static inline vf vfromint(vi a) { return __builtin_convertvector(a, vf); }
/* To the nearest whole number, ties to even; |a| < 2^22. */
static inline vi vtoint(vf a) {
  const vf magic = vset(12582912.0f); /* 1.5 * 2^23: its last bit is worth 1 */
  return visub(vibits(a + magic), vibits(magic));
}
static inline vm vlt(vf a, vf b) { return (vm)(a < b); }
static inline vm vgt(vf a, vf b) { return (vm)(a > b); }
static inline vm veq(vf a, vf b) { return (vm)(a == b); }
static inline vm vnan(vf a) { return (vm)(a != a); }
static inline vm vieq(vi a, vi b) { return (vm)(a == b); }
static inline vm vor(vm a, vm b) { return a | b; }
/* The truths as bits, that of the first lane lowest. */
static inline int vbits(vm m) { return (m[0] & 1) | (m[1] & 2) | (m[2] & 4) | (m[3] & 8); }
static inline vf vsel(vm m, vf yes, vf no) { return (vf)(((vi)yes & m) | ((vi)no & ~m)); }
static inline vf vmin(vf a, vf b) { return vsel(vlt(a, b), a, b); }
static inline vf vmax(vf a, vf b) { return vsel(vgt(a, b), a, b); }
static inline vf vfloor(vf a) {
  const vf limit = vset(8388608.0f); /* 2^23: from here on all are whole */
  const vf near = vmax(vmin(a, limit), -limit);
  vf whole = vfromint(__builtin_convertvector(near, vi));
  whole = vsel(vgt(whole, near), whole - 1.0f, whole);
  whole = vfbits(vior(vibits(whole), viand(vibits(a), viset(INT32_MIN))));
  return vsel((vm)(a > -limit) & (vm)(a < limit), whole, a);
}
