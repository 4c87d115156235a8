/* Mean and squared deviations are taken run by run, each in two passes over what lies in the
 * first-level cache, and joined in double (Chan, Golub, LeVeque: Updating Formulae and a Pairwise
 * Algorithm for Computing Sample Variances, 1979): as exact as two passes, memory is read once.
 * No include guard: see tg_lanes.h. */
#include "tg_lanes.h"

#ifndef TG_NORMALIZE_BODY_ONCE
#define TG_NORMALIZE_BODY_ONCE
enum { TG_MOMENT_ELEMENTS = 1024, TG_MOMENT_ROWS = 64 };
#endif

static void TG_FN(moments_row)(const tg_normalization *m, const float *input,
                                      float *mean_out, float *scale_out) {
  const ptrdiff_t places = tg_axes_count(&m->outer);
  double seen = 0, mean = 0, squares = 0;
  for (ptrdiff_t place = 0; place < places; place++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&m->outer, place, at);
    for (ptrdiff_t start = 0; start < m->count; start += TG_MOMENT_ELEMENTS) {
      const ptrdiff_t n =
          m->count - start < TG_MOMENT_ELEMENTS ? m->count - start : TG_MOMENT_ELEMENTS;
      const float *p = input + at[0] + start * m->stride_in;
      const ptrdiff_t whole = m->stride_in == 1 ? n / 16 * 16 : 0;
      tg_v16 sum = tg_splat(0);
      float rest = 0;
      for (ptrdiff_t i = 0; i < whole; i += 16) sum += tg_load(p + i);
      for (ptrdiff_t i = whole; i < n; i++) rest += p[i * m->stride_in];
      const double run = ((double)tg_sum_lanes(sum) + rest) / (double)n;
      const float centre = (float)run;
      sum = tg_splat(0);
      rest = 0;
      for (ptrdiff_t i = 0; i < whole; i += 16) {
        const tg_v16 d = tg_load(p + i) - tg_splat(centre);
        sum += d * d;
      }
      for (ptrdiff_t i = whole; i < n; i++) {
        const float d = p[i * m->stride_in] - centre;
        rest += d * d;
      }
      const double delta = run - mean, total = seen + (double)n;
      squares += (double)tg_sum_lanes(sum) + rest + delta * delta * seen * (double)n / total;
      mean += delta * (double)n / total;
      seen = total;
    }
  }
  *mean_out = (float)mean;
  *scale_out = (float)(1 / __builtin_sqrt(squares / seen + m->epsilon));
}

static void TG_FN(moments_lanes)(const tg_normalization *m, const float *input,
                                        ptrdiff_t lanes, float *mean_out, float *scale_out) {
  const ptrdiff_t places = tg_axes_count(&m->outer);
  const tg_d16 none = tg_widen(tg_splat(0));
  tg_d16 mean = none, squares = none;
  double seen = 0;
#define TG_LANES(p) (lanes == 16 ? tg_load(p) : tg_load_part(p, lanes, 0))
  for (ptrdiff_t place = 0; place < places; place++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&m->outer, place, at);
    for (ptrdiff_t start = 0; start < m->count; start += TG_MOMENT_ROWS) {
      const ptrdiff_t n = m->count - start < TG_MOMENT_ROWS ? m->count - start : TG_MOMENT_ROWS;
      const float *p = input + at[0] + start * m->stride_in;
      tg_v16 sum = tg_splat(0);
      for (ptrdiff_t i = 0; i < n; i++) sum += TG_LANES(p + i * m->stride_in);
      const tg_d16 run = tg_widen(sum) / (double)n;
      const tg_v16 centre = __builtin_convertvector(run, tg_v16);
      sum = tg_splat(0);
      for (ptrdiff_t i = 0; i < n; i++) {
        const tg_v16 d = TG_LANES(p + i * m->stride_in) - centre;
        sum += d * d;
      }
      const double total = seen + (double)n;
      const tg_d16 delta = run - mean;
      squares += tg_widen(sum) + delta * delta * (seen * (double)n / total);
      mean += delta * ((double)n / total);
      seen = total;
    }
  }
#undef TG_LANES
  for (ptrdiff_t lane = 0; lane < lanes; lane++) {
    mean_out[lane] = (float)mean[lane];
    scale_out[lane] = (float)(1 / __builtin_sqrt(squares[lane] / seen + m->epsilon));
  }
}

/* out[r, l] = (in[r, l] - mean[l]) · scale[l] for up to 16 lanes of stride 1. */
static void TG_FN(standardize_lanes)(const float *input, ptrdiff_t stride_in, float *output,
                                     ptrdiff_t stride_out, ptrdiff_t rows, ptrdiff_t lanes,
                                     const float *mean, const float *scale) {
  if (lanes == 16) {
    const tg_v16 m = tg_load(mean), s = tg_load(scale);
    for (ptrdiff_t row = 0; row < rows; row++)
      tg_store(output + row * stride_out, (tg_load(input + row * stride_in) - m) * s);
  } else {
    const tg_v16 m = tg_load_part(mean, lanes, 0), s = tg_load_part(scale, lanes, 0);
    for (ptrdiff_t row = 0; row < rows; row++)
      tg_store_part(output + row * stride_out,
                    (tg_load_part(input + row * stride_in, lanes, 0) - m) * s, lanes);
  }
}

/* out[i] = (in[i] - mean) · scale. */
static void TG_FN(standardize_row)(const float *input, ptrdiff_t stride_in, float *output,
                                   ptrdiff_t stride_out, ptrdiff_t count, float mean,
                                   float scale) {
  ptrdiff_t i = 0;
  if (stride_in == 1 && stride_out == 1)
    for (; i + 16 <= count; i += 16)
      tg_store(output + i, (tg_load(input + i) - tg_splat(mean)) * tg_splat(scale));
  for (; i < count; i++) output[i * stride_out] = (input[i * stride_in] - mean) * scale;
}

/* A block of a unit: `rows` elements of the run, from number `start`, by `width` lanes. */
static void TG_FN(standardize)(const tg_normalization *n, const float *input, ptrdiff_t stride_in,
                               float *output, ptrdiff_t stride_out, ptrdiff_t rows,
                               ptrdiff_t width, const float *mean, const float *scale) {
  if (n->lanes == 0) {
    TG_FN(standardize_row)(input, stride_in, output, stride_out, rows, mean[0], scale[0]);
    return;
  }
  for (ptrdiff_t lane = 0; lane < width; lane += 16)
    TG_FN(standardize_lanes)(input + lane, stride_in, output + lane, stride_out, rows,
                             width - lane < 16 ? width - lane : 16, mean + lane, scale + lane);
}

static void TG_FN(tg_f32_normalize)(const tg_normalization *n, float *workspace, ptrdiff_t begin,
                                    ptrdiff_t end) {
  const ptrdiff_t blocks = n->lanes == 0 ? 1 : (n->lanes + n->block - 1) / n->block;
  const ptrdiff_t places = tg_axes_count(&n->outer);
  const ptrdiff_t run_axis = n->kept.rank + n->outer.rank, lane_axis = run_axis + 1;
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS], inner[TG_AXES_TENSORS], index[TG_EPILOGUE_AXES];
    tg_axes_locate(&n->kept, unit / blocks, at);
    tg_axes_indices(&n->kept, unit / blocks, index);
    const ptrdiff_t first = unit % blocks * n->block;
    const ptrdiff_t width =
        n->lanes == 0 ? 1 : n->lanes - first < n->block ? n->lanes - first : n->block;
    const float *input = n->input + at[0] + first;
    float *output = n->output + at[1] + first;
    float mean[64], scale[64];
    if (n->lanes == 0)
      TG_FN(moments_row)(n, input, mean, scale);
    else
      for (ptrdiff_t lane = 0; lane < width; lane += 16)
        TG_FN(moments_lanes)(n, input + lane, width - lane < 16 ? width - lane : 16, mean + lane,
                             scale + lane);
    const ptrdiff_t most = TG_NORMALIZE_BLOCK / width;
    for (ptrdiff_t place = 0; place < places; place++) {
      tg_axes_locate(&n->outer, place, inner);
      if (!n->epilogue.program) {
        TG_FN(standardize)(n, input + inner[0], n->stride_in, output + inner[1], n->stride_out,
                           n->count, width, mean, scale);
        continue;
      }
      tg_axes_indices(&n->outer, place, index + n->kept.rank);
      index[lane_axis] = first;
      for (ptrdiff_t i = 0; i < n->count; i += most) {
        const ptrdiff_t rows = n->count - i < most ? n->count - i : most;
        float *out = output + inner[1] + i * n->stride_out;
        index[run_axis] = i;
        TG_FN(standardize)(n, input + inner[0] + i * n->stride_in, n->stride_in, workspace, width,
                           rows, width, mean, scale);
        /* A run without lanes is one row of the block: programs are fast along rows. */
        if (n->lanes == 0)
          tg_block_epilogue_run(&n->epilogue, index, lane_axis + 1, lane_axis, run_axis, 1, rows,
                                workspace, out, 0, n->stride_out, workspace + TG_NORMALIZE_BLOCK);
        else
          tg_block_epilogue_run(&n->epilogue, index, lane_axis + 1, run_axis, lane_axis, rows,
                                width, workspace, out, n->stride_out, 1,
                                workspace + TG_NORMALIZE_BLOCK);
      }
    }
  }
}
