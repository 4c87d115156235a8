/* Each window is searched once, in lanes of channels; what it passes on is added position by
 * position, so that a position collects from its windows in their order whatever the bands are. */

/* A window inside the picture, and the part of it whose rows lie in the band. */
typedef struct {
  ptrdiff_t y0, y1, x0, x1;
  ptrdiff_t band_y0, band_y1;
} tg_window;

/* One window for TG_BLOCK_LANES channels as so many groups, for up to TG_LANES as one. The pointers
 * are those of the item, at the first of the channels. */
TG_INLINE void max_pool_gradient_window(int groups, const tg_max_pool_gradient *u,
                                        const tg_window *w, const float *input,
                                        const float *gradient, float *output, ptrdiff_t channels) {
  v16 best[TG_BLOCK_GROUPS];
  /* Where in the window they are: the bits are whole numbers. */
  v16 at[TG_BLOCK_GROUPS];
  for (int v = 0; v < groups; v++) {
    best[v] = v16_set(-__builtin_inff());
    at[v] = v16_set(0);
  }
  uint32_t position = 0;
  for (ptrdiff_t y = w->y0; y < w->y1; y++)
    for (ptrdiff_t x = w->x0; x < w->x1; x++, position++) {
      const float *p = input + y * u->in_row + x * u->in_column;
      for (int v = 0; v < groups; v++) {
        const v16 value = v16_load_upto(p + v * TG_LANES, channels);
        TG_REPEAT(i, PARTS) {
          const vf x = value.part[i], top = best[v].part[i];
          const vm larger = vor(vgt(x, top), vnan(x));
          best[v].part[i] = vsel(larger, x, top);
          at[v].part[i] = vsel(larger, vfbits(viset((int32_t)position)), at[v].part[i]);
        }
      }
    }
  v16 passed[TG_BLOCK_GROUPS];
  for (int v = 0; v < groups; v++) passed[v] = v16_load_upto(gradient + v * TG_LANES, channels);
  position = (uint32_t)((w->band_y0 - w->y0) * (w->x1 - w->x0));
  for (ptrdiff_t y = w->band_y0; y < w->band_y1; y++)
    for (ptrdiff_t x = w->x0; x < w->x1; x++, position++) {
      float *p = output + y * u->out_row + x * u->out_column;
      for (int v = 0; v < groups; v++) {
        v16 sum = v16_load_upto(p + v * TG_LANES, channels);
        TG_REPEAT(i, PARTS) {
          const vm here = vieq(vibits(at[v].part[i]), viset((int32_t)position));
          sum.part[i] = vadd(sum.part[i], vsel(here, passed[v].part[i], vset(0.0f)));
        }
        v16_store_upto(p + v * TG_LANES, sum, channels);
      }
    }
}

static void max_pool_gradient(const tg_max_pool_gradient *u, ptrdiff_t begin, ptrdiff_t end) {
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    const ptrdiff_t item = unit / u->bands, first = unit % u->bands * u->band;
    const ptrdiff_t last = first + u->band < u->height ? first + u->band : u->height;
    const float *input = u->input + item * u->in_item;
    const float *gradient = u->gradient + item * u->gradient_item;
    float *output = u->output + item * u->out_item;
    for (ptrdiff_t y = first; y < last; y++)
      for (ptrdiff_t x = 0; x < u->width; x++)
        memset(output + y * u->out_row + x * u->out_column, 0, (size_t)u->channels * sizeof(float));
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
        for (; c + TG_BLOCK_LANES <= u->channels; c += TG_BLOCK_LANES)
          max_pool_gradient_window(TG_BLOCK_GROUPS, u, &w, input + c, g + c, output + c,
                                   TG_BLOCK_LANES);
        for (; c < u->channels; c += TG_LANES)
          max_pool_gradient_window(1, u, &w, input + c, g + c, output + c, u->channels - c);
      }
    }
  }
}
