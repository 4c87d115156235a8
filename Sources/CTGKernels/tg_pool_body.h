/* No include guard: see tg_lanes.h. */
#include "tg_lanes.h"

/* One window for 64 channels with four vectors, for up to 16 with one. */
TG_INLINE void TG_FN(window)(int maximum, int vectors, const float *input, ptrdiff_t rows,
                             ptrdiff_t columns, ptrdiff_t row, ptrdiff_t column, float scale,
                             float *output, ptrdiff_t channels) {
  const float neutral = maximum ? -__builtin_inff() : 0;
  tg_v16 a[4];
  for (int v = 0; v < vectors; v++) a[v] = tg_splat(neutral);
  for (ptrdiff_t y = 0; y < rows; y++)
    for (ptrdiff_t x = 0; x < columns; x++) {
      const float *p = input + y * row + x * column;
      for (int v = 0; v < vectors; v++) {
        const tg_v16 value =
            channels >= 16 ? tg_load(p + 16 * v) : tg_load_part(p, channels, neutral);
        a[v] = maximum ? tg_larger(a[v], value) : a[v] + value;
      }
    }
  for (int v = 0; v < vectors; v++) {
    if (!maximum) a[v] *= tg_splat(scale);
    if (channels >= 16)
      tg_store(output + 16 * v, a[v]);
    else
      tg_store_part(output, a[v], channels);
  }
}

TG_INLINE void TG_FN(pool_units)(int maximum, const tg_pooling *p, const float *input,
                                 float *output, ptrdiff_t begin, ptrdiff_t end) {
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
      for (; c + 64 <= p->channels; c += 64)
        TG_FN(window)(maximum, 4, q + c, y1 - y0, x1 - x0, p->in_row, p->in_column, scale, o + c,
                      64);
      for (; c < p->channels; c += 16)
        TG_FN(window)(maximum, 1, q + c, y1 - y0, x1 - x0, p->in_row, p->in_column, scale, o + c,
                      p->channels - c);
    }
  }
}

static void TG_FN(tg_f32_pool)(const tg_pooling *p, ptrdiff_t begin, ptrdiff_t end) {
  if (p->function == TG_POOL_MAXIMUM)
    TG_FN(pool_units)(1, p, p->input, p->output, begin, end);
  else
    TG_FN(pool_units)(0, p, p->input, p->output, begin, end);
}
