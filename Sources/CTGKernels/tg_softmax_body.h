/* The maximum is subtracted; a row of -∞ only gives zeros (-∞ as logarithm). */

/* The largest of the lanes; not-a-number if there is one. */
TG_INLINE float softmax_top(v16 a) {
  float lanes[TG_LANES];
  v16_store(lanes, a);
  float top = lanes[0];
  for (int lane = 1; lane < TG_LANES; lane += 1)
    top = top >= lanes[lane] || top != top ? top : lanes[lane];
  return top;
}

enum {
  /* The terms of a sum in float: 256 in each lane of a row, 128 of a column. */
  SOFTMAX_ROW_RUN = 4096,
  SOFTMAX_COLUMN_RUN = 128,
  /* Rows of so many terms, attention over the words of a caption, are turned and taken as columns:
   * the maximum and the sum over the lanes of a row would take longer than all the rest. */
  SOFTMAX_SHORT_ROW = 64,
};

/* One contiguous row. */
TG_INLINE void softmax_row(int logarithmic, const float *input, float *output, ptrdiff_t count) {
  const float least = -__builtin_inff();
  const ptrdiff_t whole = count / TG_LANES * TG_LANES, rest = count - whole;
  v16 top = v16_set(least);
  for (ptrdiff_t i = 0; i < whole; i += TG_LANES) top = v16_maximum(top, v16_load(input + i));
  if (rest > 0) top = v16_maximum(top, v16_load_fill(input + whole, rest, least));
  const float maximum = softmax_top(top);
  if (maximum == least) {
    for (ptrdiff_t i = 0; i < count; i++) output[i] = logarithmic ? least : 0;
    return;
  }
  const v16 shift = v16_set(maximum);
  double total = 0;
  for (ptrdiff_t start = 0; start < count; start += SOFTMAX_ROW_RUN) {
    const ptrdiff_t end = count - start < SOFTMAX_ROW_RUN ? count : start + SOFTMAX_ROW_RUN;
    v16 sum = v16_set(0);
    ptrdiff_t i = start;
    for (; i + TG_LANES <= end; i += TG_LANES) {
      const v16 e = v16_exp(v16_sub(v16_load(input + i), shift));
      if (!logarithmic) v16_store(output + i, e);
      sum = v16_add(sum, e);
    }
    if (i < end) {
      const v16 e = v16_exp(v16_sub(v16_load_fill(input + i, end - i, least), shift));
      if (!logarithmic) v16_store_n(output + i, e, end - i);
      sum = v16_add(sum, e);
    }
    total += v16_sum(sum);
  }
  if (logarithmic) {
    const v16 logarithm = v16_set((float)tg_log(total));
    for (ptrdiff_t i = 0; i < count; i += TG_LANES) {
      const v16 x = v16_sub(v16_load_upto(input + i, count - i), shift);
      v16_store_upto(output + i, v16_sub(x, logarithm), count - i);
    }
  } else {
    const v16 scale = v16_set((float)(1 / total));
    for (ptrdiff_t i = 0; i < count; i += TG_LANES)
      v16_store_upto(output + i, v16_mul(v16_load_upto(output + i, count - i), scale), count - i);
  }
}

/* Up to TG_LANES rows side by side, their terms `in` and `out` apart. */
TG_INLINE void softmax_columns(int logarithmic, ptrdiff_t count, const float *input, ptrdiff_t in,
                               float *output, ptrdiff_t out, ptrdiff_t width) {
  const float least = -__builtin_inff();
  v16 top = v16_set(least);
  for (ptrdiff_t i = 0; i < count; i++)
    top = v16_maximum(top, v16_load_upto(input + i * in, width));
  v16 shift = top;
  TG_REPEAT(i, PARTS) {
    const vm empty = veq(top.part[i], vset(least));
    shift.part[i] = vsel(empty, vset(0.0f), top.part[i]);
  }
  d16 total = d16_set(0);
  for (ptrdiff_t start = 0; start < count; start += SOFTMAX_COLUMN_RUN) {
    const ptrdiff_t end = count - start < SOFTMAX_COLUMN_RUN ? count : start + SOFTMAX_COLUMN_RUN;
    v16 sum = v16_set(0);
    for (ptrdiff_t k = start; k < end; k++) {
      const v16 e = v16_exp(v16_sub(v16_load_upto(input + k * in, width), shift));
      if (!logarithmic) v16_store_upto(output + k * out, e, width);
      sum = v16_add(sum, e);
    }
    const d16 wide = v16_widen(sum);
    TG_REPEAT(i, PARTS) total.part[i] += wide.part[i];
  }
  double totals[TG_LANES];
  float tops[TG_LANES], lasts[TG_LANES] = {0};
  d16_store(totals, &total);
  v16_store(tops, top);
  for (int lane = 0; lane < TG_LANES; lane++)
    if (tops[lane] != least)
      lasts[lane] = (float)(logarithmic ? tg_log(totals[lane]) : 1 / totals[lane]);
  const v16 last = v16_load(lasts);
  for (ptrdiff_t i = 0; i < count; i++) {
    if (logarithmic) {
      const v16 x = v16_sub(v16_load_upto(input + i * in, width), shift);
      v16_store_upto(output + i * out, v16_sub(x, last), width);
    } else {
      v16_store_upto(output + i * out, v16_mul(v16_load_upto(output + i * out, width), last),
                     width);
    }
  }
}

/* Up to TG_LANES contiguous rows of few terms from row `first` on. */
TG_INLINE void softmax_short_rows(int logarithmic, const tg_softmax *s, const float *input,
                                  float *output, ptrdiff_t first, ptrdiff_t width) {
  float turned[SOFTMAX_SHORT_ROW * TG_LANES];
  const float *from[TG_LANES];
  float *to[TG_LANES];
  for (ptrdiff_t row = 0; row < TG_LANES; row++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&s->rows, first + (row < width ? row : 0), at);
    from[row] = input + at[0];
    to[row] = output + at[1];
  }
  for (ptrdiff_t i = 0; i < s->count; i++)
    TG_REPEAT(row, TG_LANES) turned[i * TG_LANES + row] = from[row][i];
  softmax_columns(logarithmic, s->count, turned, TG_LANES, turned, TG_LANES, TG_LANES);
  for (ptrdiff_t row = 0; row < width; row++)
    for (ptrdiff_t i = 0; i < s->count; i++) to[row][i] = turned[i * TG_LANES + row];
}

TG_INLINE void softmax_units(int logarithmic, const tg_softmax *s, const float *input,
                             float *output, float *workspace, ptrdiff_t begin, ptrdiff_t end) {
  const ptrdiff_t blocks = (s->lanes + TG_LANES - 1) / TG_LANES;
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    if (s->lanes > 0) {
      tg_axes_locate(&s->rows, unit / blocks, at);
      const ptrdiff_t first = unit % blocks * TG_LANES;
      const ptrdiff_t width = s->lanes - first < TG_LANES ? s->lanes - first : TG_LANES;
      softmax_columns(logarithmic, s->count, input + at[0] + first, s->stride_in,
                      output + at[1] + first, s->stride_out, width);
      continue;
    }
    if (s->count <= SOFTMAX_SHORT_ROW && s->stride_in == 1 && s->stride_out == 1) {
      const ptrdiff_t width = end - unit < TG_LANES ? end - unit : TG_LANES;
      softmax_short_rows(logarithmic, s, input, output, unit, width);
      unit += width - 1;
      continue;
    }
    tg_axes_locate(&s->rows, unit, at);
    const float *p = input + at[0];
    float *q = output + at[1];
    if (s->stride_in == 1 && s->stride_out == 1) {
      softmax_row(logarithmic, p, q, s->count);
    } else {
      for (ptrdiff_t i = 0; i < s->count; i++) workspace[i] = p[i * s->stride_in];
      softmax_row(logarithmic, workspace, workspace, s->count);
      for (ptrdiff_t i = 0; i < s->count; i++) q[i * s->stride_out] = workspace[i];
    }
  }
}

static void softmax(const tg_softmax *s, float *workspace, ptrdiff_t begin, ptrdiff_t end) {
  if (s->logarithmic)
    softmax_units(1, s, s->input, s->output, workspace, begin, end);
  else
    softmax_units(0, s, s->input, s->output, workspace, begin, end);
}
