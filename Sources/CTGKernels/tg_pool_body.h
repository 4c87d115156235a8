
/* One window for TG_BLOCK_LANES channels as so many groups, for up to TG_LANES as one. */
TG_INLINE void pool_window(int maximum, int groups, const float *input, ptrdiff_t rows,
                           ptrdiff_t columns, ptrdiff_t row, ptrdiff_t column, float scale,
                           float *output, ptrdiff_t channels) {
  const float neutral = maximum ? -__builtin_inff() : 0;
  v16 a[TG_BLOCK_GROUPS];
  for (int v = 0; v < groups; v++) a[v] = v16_set(neutral);
  for (ptrdiff_t y = 0; y < rows; y++)
    for (ptrdiff_t x = 0; x < columns; x++) {
      const float *p = input + y * row + x * column;
      for (int v = 0; v < groups; v++) {
        const v16 value =
            channels >= TG_LANES ? v16_load(p + v * TG_LANES) : v16_load_fill(p, channels, neutral);
        a[v] = maximum ? v16_maximum(a[v], value) : v16_add(a[v], value);
      }
    }
  for (int v = 0; v < groups; v++) {
    if (!maximum) a[v] = v16_mul(a[v], v16_set(scale));
    v16_store_upto(output + v * TG_LANES, a[v], channels);
  }
}

TG_INLINE void pool_units(int maximum, const tg_pool *p, const float *input, float *output,
                          ptrdiff_t begin, ptrdiff_t end) {
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    const ptrdiff_t n = unit / p->out_height, oy = unit % p->out_height;
    const ptrdiff_t y = oy * p->stride_y - p->pad_top;
    const ptrdiff_t y0 = y > 0 ? y : 0;
    const ptrdiff_t y1 = y + p->kernel_height < p->height ? y + p->kernel_height : p->height;
    for (ptrdiff_t ox = 0; ox < p->out_width; ox++) {
      const ptrdiff_t x = ox * p->stride_x - p->pad_left;
      const ptrdiff_t x0 = x > 0 ? x : 0;
      const ptrdiff_t x1 = x + p->kernel_width < p->width ? x + p->kernel_width : p->width;
      const ptrdiff_t area = p->function == TG_POOL_AVERAGE ? (y1 - y0) * (x1 - x0)
                                                            : p->kernel_height * p->kernel_width;
      const float scale = 1.0f / (float)area;
      const float *q = input + n * p->in_item + y0 * p->in_row + x0 * p->in_column;
      float *o = output + n * p->out_item + oy * p->out_row + ox * p->out_column;
      ptrdiff_t c = 0;
      for (; c + TG_BLOCK_LANES <= p->channels; c += TG_BLOCK_LANES)
        pool_window(maximum, TG_BLOCK_GROUPS, q + c, y1 - y0, x1 - x0, p->in_row, p->in_column,
                    scale, o + c, TG_BLOCK_LANES);
      for (; c < p->channels; c += TG_LANES)
        pool_window(maximum, 1, q + c, y1 - y0, x1 - x0, p->in_row, p->in_column, scale, o + c,
                    p->channels - c);
    }
  }
}

static void pool(const tg_pool *p, ptrdiff_t begin, ptrdiff_t end) {
  if (p->function == TG_POOL_MAXIMUM)
    pool_units(1, p, p->input, p->output, begin, end);
  else
    pool_units(0, p, p->input, p->output, begin, end);
}
