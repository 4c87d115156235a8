
/* TG_BLOCK_LANES lanes as so many groups, up to TG_LANES as one. */
TG_INLINE void resample_taps(int groups, const float *input, ptrdiff_t stride, const float *weights,
                             ptrdiff_t taps, float *output, ptrdiff_t width) {
  v16 a[TG_BLOCK_GROUPS];
  for (int v = 0; v < groups; v++) a[v] = v16_set(0);
  for (ptrdiff_t t = 0; t < taps; t++) {
    const v16 w = v16_set(weights[t]);
    const float *p = input + t * stride;
    for (int v = 0; v < groups; v++)
      a[v] = v16_add(a[v], v16_mul(w, v16_load_upto(p + v * TG_LANES, width)));
  }
  for (int v = 0; v < groups; v++) v16_store_upto(output + v * TG_LANES, a[v], width);
}

static void resample(const tg_resample *r, ptrdiff_t begin, ptrdiff_t end) {
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
      for (; b + TG_BLOCK_LANES <= r->lanes; b += TG_BLOCK_LANES)
        resample_taps(TG_BLOCK_GROUPS, p + b, r->stride_in, w, r->taps, q + b, TG_BLOCK_LANES);
      for (; b < r->lanes; b += TG_LANES)
        resample_taps(1, p + b, r->stride_in, w, r->taps, q + b, r->lanes - b);
    }
  }
}
