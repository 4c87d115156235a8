/* The rare cases of elementary functions, one number at a time. */
#pragma once

#include <stdint.h>
#include <string.h>

/* a - k * pi/2 in [-pi/4, pi/4] in *rest, k modulo 4 as the result; for |a| >= 1. The product with
 * 2/pi is taken modulo 4 in whole numbers, as Payne and Hanek do. */
static inline float tg_reduce_angle(float a, float *rest) {
  /* 2/pi = 0.a2f9836e..., 32 bits each. */
  static const uint32_t digits[] = {0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0,
                                    0xdb629599, 0x3c439041, 0xfe5163ab};
  uint32_t bits;
  memcpy(&bits, &a, sizeof bits);
  int exponent = (int)(bits >> 23 & 0xff) - 150; /* |a| = mantissa * 2^exponent */
  *rest = 0.0f;
  if (exponent > 104 || exponent < -23) return 0.0f; /* infinite, NaN, or below 1 */
  uint64_t mantissa = (bits & 0x7fffff) | 0x800000;
  /* 96 bits of 2/pi decide; those before them give multiples of 4. */
  int first = exponent > 2 ? exponent - 2 : 0;
  int word = first / 32, shift = first % 32;
  uint64_t window[3];
  for (int i = 0; i < 3; i += 1) {
    uint64_t pair = (uint64_t)digits[word + i] << 32 | digits[word + i + 1];
    window[i] = pair << shift >> 32;
  }
  uint64_t low = mantissa * window[2];
  uint64_t middle = mantissa * window[1] + (low >> 32);
  uint64_t upper = mantissa * window[0] + (middle >> 32);
  uint64_t lower = middle << 32 | (low & 0xffffffff);
  /* a * 2/pi = (upper * 2^64 + lower) / 2^(64 + position), modulo 4. */
  int position = 32 - (exponent - first);
  uint64_t whole = upper >> position;
  uint64_t fraction = upper << (64 - position) | lower >> position;
  double part = (double)fraction * 0x1p-64;
  if (part > 0.5) {
    part -= 1.0;
    whole += 1;
  }
  int negative = bits >> 31 != 0;
  *rest = (float)((negative ? -part : part) * 1.5707963267948966);
  return (float)((negative ? 4 - (whole & 3) : whole) & 3);
}

/* log2 of a positive finite number. */
static inline double tg_log2(double a) {
  uint64_t bits;
  memcpy(&bits, &a, sizeof bits);
  bits -= 0x3fe6a09e667f3bcd; /* sqrt(1/2) */
  double exponent = (double)((int64_t)bits >> 52);
  bits = (bits & 0xfffffffffffff) + 0x3fe6a09e667f3bcd;
  double m;
  memcpy(&m, &bits, sizeof m);
  double s = (m - 1.0) / (m + 1.0), s2 = s * s, sum = 1.0 / 17.0;
  for (int k = 15; k > 0; k -= 2) sum = sum * s2 + 1.0 / k;
  return exponent + 2.0 * s * sum * 1.4426950408889634;
}

/* The natural logarithm of a positive finite number. */
static inline double tg_log(double a) { return tg_log2(a) * 0.6931471805599453; }

/* 2^a, to float's range. */
static inline double tg_exp2(double a) {
  if (a > 200.0) a = 200.0;
  if (a < -200.0) a = -200.0;
  int64_t n = (int64_t)(a < 0.0 ? a - 0.5 : a + 0.5);
  double r = (a - (double)n) * 0.6931471805599453, sum = 1.0;
  for (int k = 13; k > 0; k -= 1) sum = sum * r / k + 1.0;
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return sum * scale;
}

/* a to the power b, with the special cases of IEEE 754. */
static inline float tg_power(float a, float b) {
  if (b == 0.0f || a == 1.0f) return 1.0f;
  if (a != a || b != b) return a + b;
  float size = a < 0.0f ? -a : a;
  /* 2 if b is an even whole number, 1 if odd, 0 if not whole. */
  int parity = 0;
  float far = b < 0.0f ? -b : b;
  if (far >= 0x1p24f) {
    parity = 2;
  } else if ((float)(int32_t)far == far) {
    parity = (int32_t)far % 2 == 0 ? 2 : 1;
  }
  int negative = __builtin_signbit(a) != 0 && parity == 1;
  float y;
  if (size == 0.0f) {
    y = b < 0.0f ? __builtin_inff() : 0.0f;
  } else if (size == __builtin_inff()) {
    y = b < 0.0f ? 0.0f : __builtin_inff();
  } else if (far == __builtin_inff()) {
    y = size == 1.0f ? 1.0f : (size < 1.0f) == (b < 0.0f) ? far : 0.0f;
  } else if (a < 0.0f && parity == 0) {
    return __builtin_nanf("");
  } else {
    y = (float)tg_exp2((double)b * tg_log2((double)size));
  }
  return negative ? -y : y;
}
