/* Each window is searched once, in lanes of channels; what it passes on is added place by place, so
 * that a place collects from its windows in their order whatever the bands are.
 * No include guard: see tg_lanes.h. */
#include "tg_lanes.h"

#ifndef TG_UNPOOL_BODY_ONCE
#define TG_UNPOOL_BODY_ONCE
/* A window inside the picture, and the part of it whose rows lie in the band. */
typedef struct {
  ptrdiff_t y0, y1, x0, x1;
  ptrdiff_t band_y0, band_y1;
} tg_window;
#endif

/* One window for 64 channels with four vectors, for up to 16 with one. The pointers are those of the
 * item, at the first of the channels. */
TG_INLINE void TG_FN(unpool_window)(int vectors, const tg_unpooling *u, const tg_window *w,
                                    const float *input, const float *gradient, float *output,
                                    ptrdiff_t channels) {
#define TG_LANES(p, v) (channels >= 16 ? tg_load((p) + 16 * (v)) : tg_load_part(p, channels, 0))
  tg_v16 best[4];
  tg_i16 at[4];
  for (int v = 0; v < vectors; v++) {
    best[v] = tg_splat(-__builtin_inff());
    at[v] = (tg_i16)tg_splat(0);
  }
  uint32_t place = 0;
  for (ptrdiff_t y = w->y0; y < w->y1; y++)
    for (ptrdiff_t x = w->x0; x < w->x1; x++, place++) {
      const float *p = input + y * u->in_row + x * u->in_column;
      for (int v = 0; v < vectors; v++) {
        const tg_v16 value = TG_LANES(p, v);
        const tg_i16 larger = (tg_i16)(value > best[v]) | (tg_i16)(value != value);
        best[v] = tg_choose(larger, value, best[v]);
        at[v] = ((at[v] ^ (int32_t)place) & larger) ^ at[v];
      }
    }
  tg_v16 passed[4];
  for (int v = 0; v < vectors; v++) passed[v] = TG_LANES(gradient, v);
  place = (uint32_t)((w->band_y0 - w->y0) * (w->x1 - w->x0));
  for (ptrdiff_t y = w->band_y0; y < w->band_y1; y++)
    for (ptrdiff_t x = w->x0; x < w->x1; x++, place++) {
      float *p = output + y * u->out_row + x * u->out_column;
      for (int v = 0; v < vectors; v++) {
        const tg_v16 sum =
            TG_LANES(p, v) + tg_choose((tg_i16)(at[v] == (int32_t)place), passed[v], tg_splat(0));
        if (channels >= 16)
          tg_store(p + 16 * v, sum);
        else
          tg_store_part(p, sum, channels);
      }
    }
#undef TG_LANES
}

static void TG_FN(tg_f32_unpool)(const tg_unpooling *u, ptrdiff_t begin, ptrdiff_t end) {
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    const ptrdiff_t item = unit / u->bands, first = unit % u->bands * u->band;
    const ptrdiff_t last = first + u->band < u->height ? first + u->band : u->height;
    const float *input = u->input + item * u->in_item;
    const float *gradient = u->gradient + item * u->gradient_item;
    float *output = u->output + item * u->out_item;
    for (ptrdiff_t y = first; y < last; y++)
      for (ptrdiff_t x = 0; x < u->width; x++)
        memset(output + y * u->out_row + x * u->out_column, 0,
               (size_t)u->channels * sizeof(float));
    /* The first window that reaches the band. */
    const ptrdiff_t above = first + u->pad_top - u->kernel_height + u->stride_y;
    for (ptrdiff_t i = above > 0 ? above / u->stride_y : 0; i < u->windows_y; i++) {
      const ptrdiff_t top = i * u->stride_y - u->pad_top;
      if (top >= last) break;
      tg_window w = {.y0 = top > 0 ? top : 0, .y1 = top + u->kernel_height};
      if (w.y1 > u->height) w.y1 = u->height;
      w.band_y0 = w.y0 > first ? w.y0 : first;
      w.band_y1 = w.y1 < last ? w.y1 : last;
      for (ptrdiff_t j = 0; j < u->windows_x; j++) {
        const ptrdiff_t left = j * u->stride_x - u->pad_left;
        w.x0 = left > 0 ? left : 0;
        w.x1 = left + u->kernel_width < u->width ? left + u->kernel_width : u->width;
        const float *g = gradient + i * u->gradient_row + j * u->gradient_column;
        ptrdiff_t c = 0;
        for (; c + 64 <= u->channels; c += 64)
          TG_FN(unpool_window)(4, u, &w, input + c, g + c, output + c, 64);
        for (; c < u->channels; c += 16)
          TG_FN(unpool_window)(1, u, &w, input + c, g + c, output + c, u->channels - c);
      }
    }
  }
}
