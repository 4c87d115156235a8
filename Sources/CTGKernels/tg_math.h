/* Elementary functions over one of the tg_vector headers, which is included before this one.
 *
 * Each is within a few ulp of the exact value, NaN gives NaN, and a lane's result does not depend
 * on the other lanes. The polynomials are weighted minimax fits, highest coefficient first. */
#pragma once

#include "tg_math_lane.h"

static inline vf vabs(vf a) { return vfbits(viand(vibits(a), viset(INT32_MAX))); }
static inline vf vneg(vf a) { return vfbits(vixor(vibits(a), viset(INT32_MIN))); }
static inline vf vcopysign(vf size, vf sign) {
  return vfbits(vior(vibits(vabs(size)), viand(vibits(sign), viset(INT32_MIN))));
}

static inline vf vpolynomial(vf x, const float *coefficients, int count) {
  vf sum = vset(coefficients[0]);
  for (int i = 1; i < count; i += 1) sum = vfma(sum, x, vset(coefficients[i]));
  return sum;
}

/* e^(a + b) for a b that is small beside 1. */
static inline vf vexp_sum(vf a, vf b) {
  static const float p[] = {1.979006764e-4f, 1.394494337e-3f, 8.333498786e-3f,
                            4.166629117e-2f, 1.666666586e-1f, 5.000000069e-1f};
  /* NaN stays: vmax and vmin return their second argument. */
  a = vmin(vset(89.0f), vmax(vset(-104.0f), a));
  vi n = vtoint(vmul(a, vset(1.44269504f)));
  vf k = vfromint(n);
  /* ln 2 in two parts, the first of 12 bits so that k times it is exact. */
  vf r = vsub(a, vmul(k, vset(0x1.62ep-1f)));
  r = vadd(vsub(r, vmul(k, vset(3.19461850e-5f))), b);
  vf y = vadd(vfma(vmul(r, r), vpolynomial(r, p, 6), r), vset(1.0f));
  vi half = vishr(n, 1);
  vf scale1 = vfbits(vishl(viadd(half, viset(127)), 23));
  vf scale2 = vfbits(vishl(viadd(visub(n, half), viset(127)), 23));
  return vsel(vnan(a), a, vmul(vmul(y, scale1), scale2));
}

static inline vf vexp(vf a) { return vexp_sum(a, vset(0.0f)); }

static inline vf vlog(vf a) {
  static const float p[] = {-7.634429862e-2f, 1.276155034e-1f, -1.316019506e-1f, 1.420176247e-1f,
                            -1.662335648e-1f, 2.000122667e-1f, -2.500082106e-1f, 3.333333171e-1f};
  vm subnormal = vlt(a, vset(0x1p-126f));
  vf x = vsel(subnormal, vmul(a, vset(0x1p23f)), a);
  const int32_t root = 0x3f3504f3; /* sqrt(1/2) */
  vi bits = visub(vibits(x), viset(root));
  vf e = vsub(vfromint(vishr(bits, 23)), vsel(subnormal, vset(23.0f), vset(0.0f)));
  vf f = vsub(vfbits(viadd(viand(bits, viset(0x7fffff)), viset(root))), vset(1.0f));
  vf f2 = vmul(f, f);
  vf tail = vfma(vmul(f2, f), vpolynomial(f, p, 8), vmul(e, vset(3.19461850e-5f)));
  tail = vfma(f2, vset(-0.5f), tail);
  vf y = vadd(vadd(f, tail), vmul(e, vset(0x1.62ep-1f)));
  y = vsel(veq(a, vset(0.0f)), vset(-__builtin_inff()), y);
  y = vsel(vlt(a, vset(0.0f)), vset(__builtin_nanf("")), y);
  y = vsel(veq(a, vset(__builtin_inff())), a, y);
  return vsel(vnan(a), a, y);
}

static inline vf vtanh(vf a) {
  static const float p[] = {-5.697375063e-3f, 2.063253745e-2f, -5.373779496e-2f, 1.333142034e-1f,
                            -3.333328118e-1f};
  vf x = vabs(a);
  vf x2 = vmul(a, a);
  vf small = vfma(vmul(x2, a), vpolynomial(x2, p, 5), a);
  vf e = vexp(vadd(x, x));
  vf large = vsub(vset(1.0f), vdiv(vset(2.0f), vadd(e, vset(1.0f))));
  return vsel(vlt(x, vset(0.625f)), small, vcopysign(large, a));
}

static inline vf vsigmoid(vf a) {
  vf e = vexp(vneg(vabs(a)));
  vf numerator = vsel(vlt(a, vset(0.0f)), e, vset(1.0f));
  return vdiv(numerator, vadd(vset(1.0f), e));
}

static inline vf vsoftplus(vf a) {
  vf y = vexp(vneg(vabs(a)));
  vf u = vadd(vset(1.0f), y);
  vf rest = vdiv(vsub(y, vsub(u, vset(1.0f))), u);
  return vadd(vmax(vset(0.0f), a), vadd(vlog(u), rest));
}

/* erf for |a| < 1. */
static inline vf verf_small(vf a) {
  static const float p[] = {7.853854051e-5f, -8.010191327e-4f, 5.188327410e-3f, -2.685381178e-2f,
                            1.128358514e-1f, -3.761262582e-1f, 1.128379166f};
  return vmul(a, vpolynomial(vmul(a, a), p, 7));
}

/* 1 - erf for x >= 1. */
static inline vf verfc_large(vf x) {
  static const float p[] = {-6.197697947e-2f, 3.063079600e-1f, -5.406598904e-1f, 3.439691556e-1f,
                            -7.355072048e-2f, 2.230523916e-1f, 2.376788514e-1f,  2.832325420e-1f,
                            2.820135014e-1f,  2.539882793e-6f};
  x = vmin(vset(10.25f), x);
  vf t = vdiv(vset(1.0f), vfma(x, vset(0.5f), vset(1.0f)));
  /* x squared in two parts, the first exact. */
  vf head = vfbits(viand(vibits(x), viset(~0xfff)));
  vf rest = vmul(vsub(head, x), vadd(head, x));
  vf e = vexp_sum(vneg(vmul(head, head)), rest);
  return vmul(e, vpolynomial(t, p, 10));
}

static inline vf verf(vf a) {
  vf x = vabs(a);
  vf large = vcopysign(vsub(vset(1.0f), verfc_large(x)), a);
  return vsel(vlt(x, vset(1.0f)), verf_small(a), vsel(vnan(a), a, large));
}

/* a times the probability that a standard normal number is below a. */
static inline vf vgelu(vf a) {
  vf z = vmul(a, vset(0.70710678f));
  vf x = vabs(z);
  vf half = vmul(vset(0.5f), verfc_large(x));
  vf large = vsel(vlt(a, vset(0.0f)), half, vsub(vset(1.0f), half));
  vf small = vfma(vset(0.5f), verf_small(z), vset(0.5f));
  vf y = vmul(a, vsel(vlt(x, vset(1.0f)), small, large));
  y = vsel(vlt(a, vset(-14.5f)), vset(-0.0f), y);
  return vsel(vnan(a), a, y);
}

/* sin(a + quarter * pi / 2) for quarter 0 or 1. */
static inline vf vsine_shifted(vf a, int quarter) {
  static const float ps[] = {2.717971145e-6f, -1.983929653e-4f, 8.333329256e-3f, -1.666666664e-1f};
  static const float pc[] = {2.443166628e-5f, -1.388730344e-3f, 4.166664542e-2f};
  vf x = vabs(a);
  /* Up to here n < 2^13, and n times each of the first parts of pi / 2 is exact. */
  vm far = vgt(x, vset(8192.0f));
  vf near = vsel(far, vset(0.0f), a);
  vi n = vtoint(vmul(near, vset(0.636619772f)));
  vf k = vfromint(n);
  vf r = vsub(near, vmul(k, vset(0x1.92p+0f)));
  r = vsub(r, vmul(k, vset(0x1.fb4p-12f)));
  r = vsub(r, vmul(k, vset(0x1.444p-24f)));
  r = vsub(r, vmul(k, vset(2.56334416e-12f)));
  if (vbits(far) != 0) {
    float lanes[VW], rests[VW], counts[VW];
    vstore(lanes, a);
    vstore(rests, r);
    vstore(counts, k);
    for (int lane = 0; lane < VW; lane += 1) {
      float size = lanes[lane] < 0.0f ? -lanes[lane] : lanes[lane];
      if (size > 8192.0f) counts[lane] = tg_reduce_angle(lanes[lane], &rests[lane]);
    }
    r = vload(rests);
    n = vtoint(vload(counts));
  }
  n = viadd(n, viset(quarter));
  vf r2 = vmul(r, r);
  vf sine = vfma(vmul(r2, r), vpolynomial(r2, ps, 4), r);
  vf cosine = vfma(vmul(r2, r2), vpolynomial(r2, pc, 3), vfma(r2, vset(-0.5f), vset(1.0f)));
  vm odd = vieq(viand(n, viset(1)), viset(1));
  vf y = vsel(odd, cosine, sine);
  y = vfbits(vixor(vibits(y), vishl(viand(n, viset(2)), 30)));
  /* Infinity and NaN give NaN. */
  vf nothing = vsub(a, a);
  return vsel(vnan(nothing), nothing, y);
}

static inline vf vsin(vf a) { return vsine_shifted(a, 0); }
static inline vf vcos(vf a) { return vsine_shifted(a, 1); }

static inline vf vpow(vf a, vf b) {
  float x[VW], y[VW];
  vstore(x, a);
  vstore(y, b);
  for (int lane = 0; lane < VW; lane += 1) x[lane] = tg_power(x[lane], y[lane]);
  return vload(x);
}

/* The smaller and the larger; NaN if one of the two is. */
static inline vf vminimum(vf a, vf b) { return vsel(vnan(a), a, vmin(a, b)); }
static inline vf vmaximum(vf a, vf b) { return vsel(vnan(a), a, vmax(a, b)); }

/* -1, 0 or 1 with the sign of a; a where it is 0 or NaN. */
static inline vf vsign(vf a) {
  const vf zero = vset(0.0f);
  return vsel(vgt(a, zero), vset(1.0f), vsel(vlt(a, zero), vset(-1.0f), a));
}
