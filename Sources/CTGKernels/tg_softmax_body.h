/* The maximum is subtracted; a row of -∞ only gives zeros (-∞ as logarithm).
 * No include guard: see tg_lanes.h. */
#include "tg_lanes.h"

#ifndef TG_SOFTMAX_BODY_ONCE
#define TG_SOFTMAX_BODY_ONCE
/* The natural logarithm of x > 0: x = 2ᵏ m with m near 1, ln m = 2 artanh((m - 1) / (m + 1)). */
static inline double tg_softmax_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int64_t k = (int64_t)(bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffffull) | 0x3ff0000000000000ull;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    k += 1;
  }
  const double z = (m - 1) / (m + 1), zz = z * z;
  double sum = 0;
  for (int n = 19; n >= 1; n -= 2) sum = sum * zz + 1.0 / n;
  return (double)k * 0.69314718055994531 + 2 * z * sum;
}
#endif

/* One contiguous row. */
TG_INLINE void TG_FN(row)(int logarithmic, const float *input, float *output, ptrdiff_t count) {
  const float least = -__builtin_inff();
  tg_v16 top = tg_splat(least);
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) top = tg_larger(top, tg_load(input + i));
  if (i < count) top = tg_larger(top, tg_load_part(input + i, count - i, least));
  const float maximum = tg_max_lanes(top);
  if (maximum == least) {
    for (i = 0; i < count; i++) output[i] = logarithmic ? least : 0;
    return;
  }
  const tg_v16 shift = tg_splat(maximum);
  double total = 0;
  for (ptrdiff_t start = 0; start < count; start += 4096) {
    const ptrdiff_t end = count - start < 4096 ? count : start + 4096;
    tg_v16 sum = tg_splat(0);
    for (i = start; i + 16 <= end; i += 16) {
      const tg_v16 e = tg_exp_lanes(tg_load(input + i) - shift);
      if (!logarithmic) tg_store(output + i, e);
      sum += e;
    }
    if (i < end) {
      const tg_v16 e = tg_exp_lanes(tg_load_part(input + i, end - i, least) - shift);
      if (!logarithmic) tg_store_part(output + i, e, end - i);
      sum += e;
    }
    total += tg_sum_lanes(sum);
  }
  if (logarithmic) {
    const tg_v16 logarithm = tg_splat((float)tg_softmax_log(total));
    for (i = 0; i + 16 <= count; i += 16)
      tg_store(output + i, tg_load(input + i) - shift - logarithm);
    if (i < count)
      tg_store_part(output + i, tg_load_part(input + i, count - i, 0) - shift - logarithm,
                    count - i);
  } else {
    const tg_v16 scale = tg_splat((float)(1 / total));
    for (i = 0; i + 16 <= count; i += 16) tg_store(output + i, tg_load(output + i) * scale);
    if (i < count)
      tg_store_part(output + i, tg_load_part(output + i, count - i, 0) * scale, count - i);
  }
}

/* Up to 16 rows side by side. */
TG_INLINE void TG_FN(columns)(int logarithmic, const tg_softmax *s, const float *input,
                              float *output, ptrdiff_t width) {
  const tg_v16 least = tg_splat(-__builtin_inff());
  const ptrdiff_t in = s->stride_in, out = s->stride_out;
#define TG_COLUMN(p) (width == 16 ? tg_load(p) : tg_load_part(p, width, 0))
#define TG_PUT(p, v) \
  do { \
    if (width == 16) tg_store(p, v); \
    else tg_store_part(p, v, width); \
  } while (0)
  tg_v16 top = least;
  for (ptrdiff_t i = 0; i < s->count; i++) top = tg_larger(top, TG_COLUMN(input + i * in));
  const tg_i16 empty = (tg_i16)(top == least);
  const tg_v16 shift = tg_choose(empty, tg_splat(0), top);
  tg_d16 total = tg_widen(tg_splat(0));
  for (ptrdiff_t start = 0; start < s->count; start += 128) {
    const ptrdiff_t end = s->count - start < 128 ? s->count : start + 128;
    tg_v16 sum = tg_splat(0);
    for (ptrdiff_t i = start; i < end; i++) {
      const tg_v16 e = tg_exp_lanes(TG_COLUMN(input + i * in) - shift);
      if (!logarithmic) TG_PUT(output + i * out, e);
      sum += e;
    }
    total += tg_widen(sum);
  }
  tg_v16 last = tg_splat(0);
  for (int lane = 0; lane < 16; lane++)
    if (!empty[lane])
      last[lane] = (float)(logarithmic ? tg_softmax_log(total[lane]) : 1 / total[lane]);
  for (ptrdiff_t i = 0; i < s->count; i++) {
    if (logarithmic)
      TG_PUT(output + i * out, TG_COLUMN(input + i * in) - shift - last);
    else
      TG_PUT(output + i * out, TG_COLUMN(output + i * out) * last);
  }
#undef TG_COLUMN
#undef TG_PUT
}

TG_INLINE void TG_FN(softmax_units)(int logarithmic, const tg_softmax *s, const float *input,
                                    float *output, float *workspace, ptrdiff_t begin, ptrdiff_t end) {
  const ptrdiff_t blocks = (s->lanes + 15) / 16;
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    if (s->lanes > 0) {
      tg_axes_locate(&s->rows, unit / blocks, at);
      const ptrdiff_t first = unit % blocks * 16;
      const ptrdiff_t width = s->lanes - first < 16 ? s->lanes - first : 16;
      TG_FN(columns)(logarithmic, s, input + at[0] + first, output + at[1] + first, width);
      continue;
    }
    tg_axes_locate(&s->rows, unit, at);
    const float *p = input + at[0];
    float *q = output + at[1];
    if (s->stride_in == 1 && s->stride_out == 1) {
      TG_FN(row)(logarithmic, p, q, s->count);
    } else {
      for (ptrdiff_t i = 0; i < s->count; i++) workspace[i] = p[i * s->stride_in];
      TG_FN(row)(logarithmic, workspace, workspace, s->count);
      for (ptrdiff_t i = 0; i < s->count; i++) q[i * s->stride_out] = workspace[i];
    }
  }
}

static void TG_FN(tg_f32_softmax)(const tg_softmax *s, float *workspace, ptrdiff_t begin,
                                  ptrdiff_t end) {
  if (s->logarithmic)
    TG_FN(softmax_units)(1, s, s->input, s->output, workspace, begin, end);
  else
    TG_FN(softmax_units)(0, s, s->input, s->output, workspace, begin, end);
}
