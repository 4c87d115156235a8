/* Mean and squared deviations are taken run by run, each in two passes over what lies in the
 * first-level cache, and joined in double (Chan, Golub, LeVeque: Updating Formulae and a Pairwise
 * Algorithm for Computing Sample Variances, 1979): as exact as two passes, memory is read once. */

enum {
  /* What is taken twice out of the first cache, once for its mean, once for its deviations: 4 KiB,
   * or as many terms in each lane side by side, 16 KiB of groups of lanes. */
  TG_MOMENT_ELEMENTS = 1024,
  TG_MOMENT_ROWS = TG_MOMENT_ELEMENTS / TG_LANES,
};

/* The first position of a segment. */
static inline ptrdiff_t tg_segment_start(const tg_normalize *n, ptrdiff_t segment) {
  const ptrdiff_t positions = tg_axes_count(&n->outer) * n->count;
  const ptrdiff_t length = (positions + n->segments - 1) / n->segments;
  return segment * length < positions ? segment * length : positions;
}

/* How many positions from `position` on lie in a run, at most `most`. */
static inline ptrdiff_t tg_positions_together(const tg_normalize *n, ptrdiff_t position,
                                              ptrdiff_t most) {
  const ptrdiff_t rest = n->count - position % n->count;
  return rest < most ? rest : most;
}

static void normalize_moments_row(const tg_normalize *m, const float *input, float *mean_out,
                                  float *scale_out) {
  const ptrdiff_t positions = tg_axes_count(&m->outer);
  double seen = 0, mean = 0, squares = 0;
  for (ptrdiff_t position = 0; position < positions; position++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&m->outer, position, at);
    for (ptrdiff_t start = 0; start < m->count; start += TG_MOMENT_ELEMENTS) {
      const ptrdiff_t n =
          m->count - start < TG_MOMENT_ELEMENTS ? m->count - start : TG_MOMENT_ELEMENTS;
      const float *p = input + at[0] + start * m->stride_in;
      const ptrdiff_t whole = m->stride_in == 1 ? n / TG_LANES * TG_LANES : 0;
      v16 sum = v16_set(0);
      float rest = 0;
      for (ptrdiff_t i = 0; i < whole; i += TG_LANES) sum = v16_add(sum, v16_load(p + i));
      for (ptrdiff_t i = whole; i < n; i++) rest += p[i * m->stride_in];
      const double run = ((double)v16_sum(sum) + rest) / (double)n;
      const float centre = (float)run;
      sum = v16_set(0);
      rest = 0;
      for (ptrdiff_t i = 0; i < whole; i += TG_LANES) {
        const v16 d = v16_sub(v16_load(p + i), v16_set(centre));
        sum = v16_add(sum, v16_mul(d, d));
      }
      for (ptrdiff_t i = whole; i < n; i++) {
        const float d = p[i * m->stride_in] - centre;
        rest += d * d;
      }
      const double delta = run - mean, total = seen + (double)n;
      squares += (double)v16_sum(sum) + rest + delta * delta * seen * (double)n / total;
      mean += delta * (double)n / total;
      seen = total;
    }
  }
  *mean_out = (float)mean;
  *scale_out = (float)(1 / __builtin_sqrt(squares / seen + m->epsilon));
}

/* Mean and summed squares of positions first ..< last for G groups of lanes side by side; `lanes`
 * is TG_LANES unless it is one group. */
TG_INLINE void normalize_moments_lanes(const tg_normalize *n, const float *input, ptrdiff_t first,
                                       ptrdiff_t last, ptrdiff_t lanes, double *mean_out,
                                       double *squares_out, const int G) {
  d16 mean[TG_BLOCK_GROUPS], squares[TG_BLOCK_GROUPS];
  TG_REPEAT(g, G) mean[g] = squares[g] = d16_set(0);
  for (ptrdiff_t position = first; position < last;) {
    const ptrdiff_t most = last - position < TG_MOMENT_ROWS ? last - position : TG_MOMENT_ROWS;
    const ptrdiff_t rows = tg_positions_together(n, position, most);
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&n->outer, position / n->count, at);
    const float *p = input + at[0] + position % n->count * n->stride_in;
    v16 sum[TG_BLOCK_GROUPS], centre[TG_BLOCK_GROUPS];
    d16 run[TG_BLOCK_GROUPS];
    TG_REPEAT(g, G) sum[g] = v16_set(0);
    for (ptrdiff_t i = 0; i < rows; i++)
      TG_REPEAT(g, G)
        sum[g] = v16_add(sum[g], v16_load_upto(p + i * n->stride_in + g * TG_LANES, lanes));
    TG_REPEAT(g, G) {
      run[g] = v16_widen(sum[g]);
      TG_REPEAT(i, PARTS) run[g].part[i] /= (double)rows;
      centre[g] = d16_narrow(run[g]);
      sum[g] = v16_set(0);
    }
    for (ptrdiff_t i = 0; i < rows; i++)
      TG_REPEAT(g, G) {
        const v16 x = v16_load_upto(p + i * n->stride_in + g * TG_LANES, lanes);
        const v16 d = v16_sub(x, centre[g]);
        sum[g] = v16_add(sum[g], v16_mul(d, d));
      }
    const double seen = (double)(position - first), total = seen + (double)rows;
    TG_REPEAT(g, G) {
      const d16 wide = v16_widen(sum[g]);
      TG_REPEAT(i, PARTS) {
        const vd delta = run[g].part[i] - mean[g].part[i];
        squares[g].part[i] += wide.part[i] + delta * delta * (seen * (double)rows / total);
        mean[g].part[i] += delta * ((double)rows / total);
      }
    }
    position += rows;
  }
  TG_REPEAT(g, G) {
    double means[TG_LANES], sums[TG_LANES];
    d16_store(means, &mean[g]);
    d16_store(sums, &squares[g]);
    for (ptrdiff_t lane = 0; lane < lanes; lane++) {
      mean_out[g * TG_LANES + lane] = means[lane];
      squares_out[g * TG_LANES + lane] = sums[lane];
    }
  }
}

static void normalize_moments(const tg_normalize *n, ptrdiff_t begin, ptrdiff_t end) {
  const ptrdiff_t blocks = (n->lanes + TG_BLOCK_LANES - 1) / TG_BLOCK_LANES;
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    const ptrdiff_t piece = unit / blocks, segment = piece % n->segments;
    tg_axes_locate(&n->kept, piece / n->segments, at);
    double *mean = n->moments + piece * 2 * n->lanes;
    const ptrdiff_t start = tg_segment_start(n, segment), stop = tg_segment_start(n, segment + 1);
    ptrdiff_t lane = unit % blocks * TG_BLOCK_LANES;
    const ptrdiff_t last = n->lanes - lane < TG_BLOCK_LANES ? n->lanes : lane + TG_BLOCK_LANES;
    if (last - lane == TG_BLOCK_LANES) {
      normalize_moments_lanes(n, n->input + at[0] + lane, start, stop, TG_LANES, mean + lane,
                              mean + n->lanes + lane, TG_BLOCK_GROUPS);
      continue;
    }
    for (; lane < last; lane += TG_LANES)
      normalize_moments_lanes(n, n->input + at[0] + lane, start, stop,
                              last - lane < TG_LANES ? last - lane : TG_LANES, mean + lane,
                              mean + n->lanes + lane, 1);
  }
}

/* Mean and scale of each lane of a position of `kept`, from the moments of its segments. */
static void normalize_join(const tg_normalize *n, const double *moments, float *mean_out,
                           float *scale_out) {
  for (ptrdiff_t lane = 0; lane < n->lanes; lane++) {
    double mean = 0, squares = 0;
    for (ptrdiff_t segment = 0; segment < n->segments; segment++) {
      const double seen = (double)tg_segment_start(n, segment);
      const double total = (double)tg_segment_start(n, segment + 1), positions = total - seen;
      if (positions == 0) break;
      const double *part = moments + segment * 2 * n->lanes + lane;
      const double delta = part[0] - mean;
      squares += part[n->lanes] + delta * delta * (seen * positions / total);
      mean += delta * (positions / total);
    }
    const double positions = (double)tg_segment_start(n, n->segments);
    mean_out[lane] = (float)mean;
    scale_out[lane] = (float)(1 / __builtin_sqrt(squares / positions + n->epsilon));
  }
}

/* out[r, l] = (in[r, l] - mean[l]) · scale[l]; lanes have stride 1. */
static void normalize_standardize_lanes(const float *input, ptrdiff_t stride_in, float *output,
                                        ptrdiff_t stride_out, ptrdiff_t rows, ptrdiff_t lanes,
                                        const float *mean, const float *scale) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    const float *p = input + row * stride_in;
    float *q = output + row * stride_out;
    ptrdiff_t lane = 0;
    for (; lane + TG_LANES <= lanes; lane += TG_LANES)
      v16_store(q + lane, v16_mul(v16_sub(v16_load(p + lane), v16_load(mean + lane)),
                                  v16_load(scale + lane)));
    for (; lane < lanes; lane++) q[lane] = (p[lane] - mean[lane]) * scale[lane];
  }
}

static void normalize_lanes(const tg_normalize *n, float *workspace, ptrdiff_t begin,
                            ptrdiff_t end) {
  const ptrdiff_t positions = tg_axes_count(&n->outer) * n->count;
  const ptrdiff_t blocks = (positions + n->block - 1) / n->block;
  const ptrdiff_t run_axis = n->kept.rank + n->outer.rank, lane_axis = run_axis + 1;
  const ptrdiff_t most = TG_NORMALIZE_BLOCK > n->lanes ? TG_NORMALIZE_BLOCK / n->lanes : 1;
  float *mean = workspace, *scale = mean + n->lanes;
  float *result = workspace + (2 * n->lanes + TG_LANES - 1) / TG_LANES * TG_LANES;
  float *program = result + (most * n->lanes + TG_LANES - 1) / TG_LANES * TG_LANES;
  ptrdiff_t joined = -1;
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS], inner[TG_AXES_TENSORS], index[TG_EPILOGUE_AXES];
    const ptrdiff_t kept = unit / blocks;
    if (kept != joined)
      normalize_join(n, n->moments + kept * n->segments * 2 * n->lanes, mean, scale);
    joined = kept;
    tg_axes_locate(&n->kept, kept, at);
    tg_axes_indices(&n->kept, kept, index);
    index[lane_axis] = 0;
    const ptrdiff_t first = unit % blocks * n->block;
    const ptrdiff_t last = positions - first < n->block ? positions : first + n->block;
    for (ptrdiff_t position = first; position < last;) {
      const ptrdiff_t limit =
          n->epilogue.program && last - position > most ? most : last - position;
      const ptrdiff_t rows = tg_positions_together(n, position, limit);
      tg_axes_locate(&n->outer, position / n->count, inner);
      index[run_axis] = position % n->count;
      const float *p = n->input + at[0] + inner[0] + index[run_axis] * n->stride_in;
      float *q = n->output + at[1] + inner[1] + index[run_axis] * n->stride_out;
      if (n->epilogue.program) {
        tg_axes_indices(&n->outer, position / n->count, index + n->kept.rank);
        normalize_standardize_lanes(p, n->stride_in, result, n->lanes, rows, n->lanes, mean, scale);
        tg_block_epilogue_run(&n->epilogue, index, lane_axis + 1, run_axis, lane_axis, rows,
                              n->lanes, result, q, n->stride_out, 1, program);
      } else {
        normalize_standardize_lanes(p, n->stride_in, q, n->stride_out, rows, n->lanes, mean, scale);
      }
      position += rows;
    }
  }
}

/* out[i] = (in[i] - mean) · scale. */
static void normalize_standardize_row(const float *input, ptrdiff_t stride_in, float *output,
                                      ptrdiff_t stride_out, ptrdiff_t count, float mean,
                                      float scale) {
  ptrdiff_t i = 0;
  if (stride_in == 1 && stride_out == 1)
    for (; i + TG_LANES <= count; i += TG_LANES)
      v16_store(output + i, v16_mul(v16_sub(v16_load(input + i), v16_set(mean)), v16_set(scale)));
  for (; i < count; i++) output[i * stride_out] = (input[i * stride_in] - mean) * scale;
}

static void normalize_rows(const tg_normalize *n, float *workspace, ptrdiff_t begin,
                           ptrdiff_t end) {
  const ptrdiff_t positions = tg_axes_count(&n->outer);
  const ptrdiff_t run_axis = n->kept.rank + n->outer.rank, lane_axis = run_axis + 1;
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS], inner[TG_AXES_TENSORS], index[TG_EPILOGUE_AXES];
    tg_axes_locate(&n->kept, unit, at);
    tg_axes_indices(&n->kept, unit, index);
    index[lane_axis] = 0;
    float mean, scale;
    normalize_moments_row(n, n->input + at[0], &mean, &scale);
    for (ptrdiff_t position = 0; position < positions; position++) {
      tg_axes_locate(&n->outer, position, inner);
      const float *p = n->input + at[0] + inner[0];
      float *q = n->output + at[1] + inner[1];
      if (!n->epilogue.program) {
        normalize_standardize_row(p, n->stride_in, q, n->stride_out, n->count, mean, scale);
        continue;
      }
      tg_axes_indices(&n->outer, position, index + n->kept.rank);
      for (ptrdiff_t i = 0; i < n->count; i += TG_NORMALIZE_BLOCK) {
        const ptrdiff_t elements =
            n->count - i < TG_NORMALIZE_BLOCK ? n->count - i : TG_NORMALIZE_BLOCK;
        index[run_axis] = i;
        normalize_standardize_row(p + i * n->stride_in, n->stride_in, workspace, 1, elements, mean,
                                  scale);
        tg_block_epilogue_run(&n->epilogue, index, lane_axis + 1, lane_axis, run_axis, 1, elements,
                              workspace, q + i * n->stride_out, 0, n->stride_out,
                              workspace + TG_NORMALIZE_BLOCK);
      }
    }
  }
}
