/* No include guard: see tg_lanes.h. */
#include "tg_lanes.h"

/* 64 lanes with four vectors, up to 16 with one. */
TG_INLINE void TG_FN(taps)(int vectors, const float *input, ptrdiff_t stride, const float *weights,
                           ptrdiff_t taps, float *output, ptrdiff_t width) {
  tg_v16 a[4];
  for (int v = 0; v < vectors; v++) a[v] = tg_splat(0);
  for (ptrdiff_t t = 0; t < taps; t++) {
    const tg_v16 w = tg_splat(weights[t]);
    const float *p = input + t * stride;
    for (int v = 0; v < vectors; v++)
      a[v] += w * (width >= 16 ? tg_load(p + 16 * v) : tg_load_part(p, width, 0));
  }
  for (int v = 0; v < vectors; v++) {
    if (width >= 16)
      tg_store(output + 16 * v, a[v]);
    else
      tg_store_part(output, a[v], width);
  }
}

static void TG_FN(tg_f32_resample)(const tg_resampling *r, ptrdiff_t begin, ptrdiff_t end) {
  const ptrdiff_t blocks = (r->outputs + r->block - 1) / r->block;
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&r->others, unit / blocks, at);
    const ptrdiff_t first = unit % blocks * r->block;
    const ptrdiff_t last = first + r->block < r->outputs ? first + r->block : r->outputs;
    for (ptrdiff_t i = first; i < last; i++) {
      const float *p = r->input + at[0] + r->starts[i] * r->stride_in;
      const float *w = r->weights + i * r->taps;
      float *q = r->output + at[1] + i * r->stride_out;
      if (r->lanes == 1) {
        float sum = 0;
        for (ptrdiff_t t = 0; t < r->taps; t++) sum += w[t] * p[t * r->stride_in];
        *q = sum;
        continue;
      }
      ptrdiff_t b = 0;
      for (; b + 64 <= r->lanes; b += 64)
        TG_FN(taps)(4, p + b, r->stride_in, w, r->taps, q + b, 64);
      for (; b < r->lanes; b += 16)
        TG_FN(taps)(1, p + b, r->stride_in, w, r->taps, q + b, r->lanes - b);
    }
  }
}
