/* Sums run in lanes over short runs, then in double: rounding errors do not grow with the count.
 * Variances take each run twice, first its mean, then the squared deviations from it, and join the
 * runs in double (Chan, Golub, LeVeque 1979, as in tg_normalize_body.h). */

TG_INLINE v16 reduce_combine(int function, v16 a, v16 x, v16 centre) {
  switch (function) {
    case TG_REDUCE_SQUARES: {
      const v16 d = v16_sub(x, centre);
      return v16_add(a, v16_mul(d, d));
    }
    case TG_REDUCE_MAXIMUM: return v16_maximum(a, x);
    case TG_REDUCE_MINIMUM: return v16_minimum(a, x);
    case TG_REDUCE_PRODUCT: return v16_mul(a, x);
    default: return v16_add(a, x);
  }
}

/* One run of at most TG_RUN_ELEMENTS; `centre` matters to squares only. */
TG_INLINE float reduce_run(int function, const float *p, ptrdiff_t count, ptrdiff_t stride,
                           float centre) {
  const float neutral = tg_reduce_neutral(function);
  const v16 centres = v16_set(centre);
  float lanes[TG_LANES];
  if (stride == 1) {
    v16 a = v16_set(neutral), b = a;
    ptrdiff_t i = 0;
    for (; i + 2 * TG_LANES <= count; i += 2 * TG_LANES) {
      a = reduce_combine(function, a, v16_load(p + i), centres);
      b = reduce_combine(function, b, v16_load(p + i + TG_LANES), centres);
    }
    if (i + TG_LANES <= count) {
      a = reduce_combine(function, a, v16_load(p + i), centres);
      i += TG_LANES;
    }
    if (i < count)
      b = reduce_combine(
          function, b,
          v16_load_fill(p + i, count - i, function == TG_REDUCE_SQUARES ? centre : neutral),
          centres);
    a = reduce_combine(function == TG_REDUCE_SQUARES ? TG_REDUCE_SUM : function, a, b, centres);
    v16_store(lanes, a);
  } else {
    for (int k = 0; k < TG_LANES; k++) lanes[k] = neutral;
    for (ptrdiff_t i = 0; i < count; i++)
      lanes[i % TG_LANES] = tg_reduce_pair(function, lanes[i % TG_LANES],
                                           function == TG_REDUCE_SQUARES
                                               ? (p[i * stride] - centre) * (p[i * stride] - centre)
                                               : p[i * stride]);
  }
  for (int width = TG_LANES / 2; width > 0; width /= 2)
    for (int k = 0; k < width; k++) lanes[k] = tg_reduce_pair(function, lanes[k], lanes[k + width]);
  return lanes[0];
}

/* The runs of a segment of a position of `kept`, elements side by side. */
TG_INLINE void reduce_rows(int function, const tg_reduce *r, ptrdiff_t begin, ptrdiff_t end,
                           float *workspace) {
  const ptrdiff_t run_axis = r->rank - 2, row_axis = r->rank - 3;
  const tg_reduce_runs runs = tg_reduce_cut(r);
  ptrdiff_t index[TG_EPILOGUE_AXES] = {0};
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    const ptrdiff_t kept = unit / r->segments, segment = unit % r->segments;
    tg_axes_indices(&r->kept, kept, index);
    double sum = 0, mean = 0, seen = 0;
    float other = tg_reduce_neutral(function);
    const ptrdiff_t last = tg_reduce_segment(r, &runs, segment + 1);
    for (ptrdiff_t run = tg_reduce_segment(r, &runs, segment); run < last; run++) {
      const ptrdiff_t block = run % (runs.row_blocks * runs.run_blocks);
      tg_axes_indices(&r->outer, run / (runs.row_blocks * runs.run_blocks), index + r->kept.rank);
      index[row_axis] = block / runs.run_blocks * runs.rows;
      index[run_axis] = block % runs.run_blocks * runs.columns;
      const ptrdiff_t rows = tg_smaller_of(r->rows - index[row_axis], runs.rows);
      const ptrdiff_t columns = tg_smaller_of(r->count - index[run_axis], runs.columns);
      const tg_block b = tg_reduce_block(r, index, row_axis, run_axis, rows, columns, workspace);
      const ptrdiff_t n = rows * columns; /* one run: there are rows only in the workspace */
      if (function == TG_REDUCE_VARIANCE) {
        const double here = reduce_run(TG_REDUCE_SUM, b.base, n, b.column_stride, 0) / (double)n;
        const double delta = here - mean, total = seen + (double)n;
        sum += reduce_run(TG_REDUCE_SQUARES, b.base, n, b.column_stride, (float)here) +
               delta * delta * seen * (double)n / total;
        mean += delta * (double)n / total;
        seen = total;
        continue;
      }
      const float part = reduce_run(function, b.base, n, b.column_stride, 0);
      if (tg_reduce_is_sum(function))
        sum += part;
      else
        other = tg_reduce_pair(function, other, part);
    }
    tg_reduce_finish(r, kept, segment, 0, tg_reduce_is_sum(function) ? sum : (double)other, mean,
                     seen);
  }
}

/* A run of rows for TG_BLOCK_LANES lanes as so many groups, for up to TG_LANES as one: on top of
 * `part`. */
TG_INLINE void reduce_row_run(int function, int groups, const float *p, ptrdiff_t rows,
                              ptrdiff_t stride, ptrdiff_t tail, const v16 *centre, v16 *part) {
  const float neutral = tg_reduce_neutral(function);
  for (ptrdiff_t row = 0; row < rows; row++, p += stride) {
    for (int v = 0; v + 1 < groups; v++)
      part[v] = reduce_combine(function, part[v], v16_load(p + v * TG_LANES), centre[v]);
    const int v = groups - 1;
    part[v] = reduce_combine(function, part[v],
                             tail == TG_LANES ? v16_load(p + v * TG_LANES)
                                              : v16_load_fill(p + v * TG_LANES, tail, neutral),
                             centre[v]);
  }
}

/* The runs of a segment for TG_BLOCK_LANES lanes at once, or for up to TG_LANES, from the
 * position of `kept` and the lane that `index` names. */
TG_INLINE void reduce_lanes(int function, int groups, const tg_reduce *r, ptrdiff_t kept,
                            ptrdiff_t segment, ptrdiff_t *index, ptrdiff_t width,
                            float *workspace) {
  const ptrdiff_t lane_axis = r->rank - 1, run_axis = r->rank - 2, row_axis = r->rank - 3;
  const tg_reduce_runs runs = tg_reduce_cut(r);
  const float neutral = tg_reduce_neutral(function);
  const ptrdiff_t tail = width - (groups - 1) * TG_LANES;
  d16 sum[TG_BLOCK_GROUPS], mean[TG_BLOCK_GROUPS];
  v16 part[TG_BLOCK_GROUPS], centre[TG_BLOCK_GROUPS];
  double seen = 0;
  for (int v = 0; v < groups; v++) {
    sum[v] = mean[v] = d16_set(0);
    part[v] = v16_set(neutral);
    centre[v] = v16_set(0);
  }
  const ptrdiff_t last = tg_reduce_segment(r, &runs, segment + 1);
  for (ptrdiff_t run = tg_reduce_segment(r, &runs, segment); run < last; run++) {
    const ptrdiff_t position = run / runs.run_blocks;
    tg_axes_indices(&r->outer, position / r->rows, index + r->kept.rank);
    index[row_axis] = position % r->rows;
    index[run_axis] = run % runs.run_blocks * runs.columns;
    const ptrdiff_t n = tg_smaller_of(r->count - index[run_axis], runs.columns);
    const tg_block b = tg_reduce_block(r, index, run_axis, lane_axis, n, width, workspace);
    reduce_row_run(function == TG_REDUCE_VARIANCE ? TG_REDUCE_SUM : function, groups, b.base, n,
                   b.row_stride, tail, centre, part);
    if (function == TG_REDUCE_VARIANCE) {
      const double total = seen + (double)n;
      for (int v = 0; v < groups; v++) {
        d16 here = v16_widen(part[v]);
        TG_REPEAT(i, PARTS) {
          here.part[i] /= (double)n;
          const vd delta = here.part[i] - mean[v].part[i];
          sum[v].part[i] += delta * delta * (seen * (double)n / total);
          mean[v].part[i] += delta * ((double)n / total);
        }
        centre[v] = d16_narrow(here);
        part[v] = v16_set(0);
      }
      seen = total;
      reduce_row_run(TG_REDUCE_SQUARES, groups, b.base, n, b.row_stride, tail, centre, part);
    }
    if (tg_reduce_is_sum(function))
      for (int v = 0; v < groups; v++) {
        const d16 wide = v16_widen(part[v]);
        TG_REPEAT(i, PARTS) sum[v].part[i] += wide.part[i];
        part[v] = v16_set(0);
      }
  }
  for (int v = 0; v < groups; v++) {
    double sums[TG_LANES], means[TG_LANES];
    float others[TG_LANES];
    d16_store(sums, &sum[v]);
    d16_store(means, &mean[v]);
    v16_store(others, part[v]);
    for (ptrdiff_t lane = 0; lane < TG_LANES && v * TG_LANES + lane < width; lane++)
      tg_reduce_finish(r, kept, segment, index[lane_axis] + v * TG_LANES + lane,
                       tg_reduce_is_sum(function) ? sums[lane] : (double)others[lane], means[lane],
                       seen);
  }
}

TG_INLINE void reduce_units(int function, const tg_reduce *r, ptrdiff_t begin, ptrdiff_t end,
                            float *workspace) {
  if (r->lanes == 0) {
    reduce_rows(function, r, begin, end, workspace);
    return;
  }
  const ptrdiff_t blocks = (r->lanes + r->block - 1) / r->block;
  ptrdiff_t index[TG_EPILOGUE_AXES] = {0};
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    const ptrdiff_t first = unit % blocks * r->block;
    const ptrdiff_t last = tg_smaller_of(r->lanes, first + r->block);
    const ptrdiff_t segment = unit / blocks % r->segments, kept = unit / blocks / r->segments;
    tg_axes_indices(&r->kept, kept, index);
    for (ptrdiff_t lane = first; lane < last;) {
      index[r->rank - 1] = lane;
      const ptrdiff_t width =
          last - lane >= TG_BLOCK_LANES ? TG_BLOCK_LANES : tg_smaller_of(last - lane, TG_LANES);
      if (width == TG_BLOCK_LANES)
        reduce_lanes(function, TG_BLOCK_GROUPS, r, kept, segment, index, TG_BLOCK_LANES, workspace);
      else
        reduce_lanes(function, 1, r, kept, segment, index, width, workspace);
      lane += width;
    }
  }
}

static void reduce(const tg_reduce *r, float *workspace, ptrdiff_t begin, ptrdiff_t end) {
  switch (r->function) {
    case TG_REDUCE_MAXIMUM: reduce_units(TG_REDUCE_MAXIMUM, r, begin, end, workspace); break;
    case TG_REDUCE_MINIMUM: reduce_units(TG_REDUCE_MINIMUM, r, begin, end, workspace); break;
    case TG_REDUCE_PRODUCT: reduce_units(TG_REDUCE_PRODUCT, r, begin, end, workspace); break;
    case TG_REDUCE_VARIANCE: reduce_units(TG_REDUCE_VARIANCE, r, begin, end, workspace); break;
    default: reduce_units(TG_REDUCE_SUM, r, begin, end, workspace); break;
  }
}
