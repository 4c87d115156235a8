/* Vectors of one lane: plain C. The three tg_vector headers define the same names; tg_math.h and
 * the kernels' bodies are written once over them.
 *
 * vf floats, vi 32-bit whole numbers, vm one truth value per lane. vmin(a, b) and vmax(a, b) return
 * b where one of the two is NaN. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { VW = 1 };
typedef float vf;
typedef int32_t vi;
typedef int vm;

static inline vf vset(float a) { return a; }
static inline vf vload(const float *p) { return *p; }
static inline vf vload_n(const float *p, ptrdiff_t n) { return n > 0 ? *p : 0.0f; }
static inline void vstore(float *p, vf a) { *p = a; }
static inline void vstore_n(float *p, vf a, ptrdiff_t n) {
  if (n > 0) *p = a;
}
static inline vf vadd(vf a, vf b) { return a + b; }
static inline vf vsub(vf a, vf b) { return a - b; }
static inline vf vmul(vf a, vf b) { return a * b; }
static inline vf vdiv(vf a, vf b) { return a / b; }
#if defined(__FP_FAST_FMAF)
static inline vf vfma(vf a, vf b, vf c) { return __builtin_fmaf(a, b, c); }
#else
static inline vf vfma(vf a, vf b, vf c) { return a * b + c; }
#endif
static inline vf vmin(vf a, vf b) { return a < b ? a : b; }
static inline vf vmax(vf a, vf b) { return a > b ? a : b; }
static inline vf vsqrt(vf a) { return __builtin_elementwise_sqrt(a); }
/* The sum of the lanes, halves first. */
static inline float vsum(vf a) { return a; }
static inline vi viset(int32_t a) { return a; }
static inline vi vibits(vf a) {
  vi r;
  memcpy(&r, &a, sizeof r);
  return r;
}
static inline vf vfbits(vi a) {
  vf r;
  memcpy(&r, &a, sizeof r);
  return r;
}
static inline vi viadd(vi a, vi b) { return (vi)((uint32_t)a + (uint32_t)b); }
static inline vi visub(vi a, vi b) { return (vi)((uint32_t)a - (uint32_t)b); }
static inline vi viand(vi a, vi b) { return a & b; }
static inline vi vior(vi a, vi b) { return a | b; }
static inline vi vixor(vi a, vi b) { return a ^ b; }
static inline vi vishl(vi a, int bits) { return (vi)((uint32_t)a << bits); }
static inline vi vishr(vi a, int bits) { return a >> bits; }
static inline vf vfromint(vi a) { return (float)a; }
/* To the nearest whole number, ties to even; |a| < 2^22. */
static inline vi vtoint(vf a) {
  const float magic = 12582912.0f;
  return vibits(a + magic) - vibits(magic);
}
static inline vm vlt(vf a, vf b) { return a < b; }
static inline vm vgt(vf a, vf b) { return a > b; }
static inline vm veq(vf a, vf b) { return a == b; }
static inline vm vnan(vf a) { return a != a; }
static inline vm vieq(vi a, vi b) { return a == b; }
static inline vf vsel(vm m, vf yes, vf no) { return m ? yes : no; }
static inline int vany(vm m) { return m; }
static inline vf vfloor(vf a) {
  if (!(a > -8388608.0f && a < 8388608.0f)) return a;
  float whole = (float)(int32_t)a;
  whole = whole > a ? whole - 1.0f : whole;
  return vfbits(vior(vibits(whole), viand(vibits(a), viset(INT32_MIN))));
}
