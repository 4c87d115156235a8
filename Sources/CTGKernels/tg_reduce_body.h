/* Sums run in lanes over short runs, then in double: rounding errors do not grow with the count.
 * Variances take each run twice, first its mean, then the squared deviations from it, and join the
 * runs in double (Chan, Golub, LeVeque 1979, as in tg_normalize_body.h).
 * No include guard: see tg_lanes.h. */
#include "tg_lanes.h"

#ifndef TG_REDUCE_BODY_ONCE
#define TG_REDUCE_BODY_ONCE
/* Within a run: the sum of squared deviations from a centre. */
enum { TG_REDUCE_SQUARES = -1 };

static inline float tg_reduce_neutral(int function) {
  switch (function) {
    case TG_REDUCE_MAXIMUM: return -__builtin_inff();
    case TG_REDUCE_MINIMUM: return __builtin_inff();
    case TG_REDUCE_PRODUCT: return 1;
    default: return 0;
  }
}

static inline int tg_reduce_is_sum(int function) {
  return function == TG_REDUCE_SUM || function == TG_REDUCE_MEAN || function == TG_REDUCE_VARIANCE;
}

static inline int tg_reduce_is_averaged(int function) {
  return function == TG_REDUCE_MEAN || function == TG_REDUCE_VARIANCE;
}

static inline float tg_reduce_pair(int function, float a, float x) {
  switch (function) {
    case TG_REDUCE_MAXIMUM: return a >= x || a != a ? a : x;
    case TG_REDUCE_MINIMUM: return a <= x || a != a ? a : x;
    case TG_REDUCE_PRODUCT: return a * x;
    default: return a + x;
  }
}

/* A block of what is reduced: where it lies, or computed into the workspace. */
static inline tg_block tg_reduce_block(const tg_reduction *r, const ptrdiff_t *place,
                                       ptrdiff_t row_axis, ptrdiff_t column_axis, ptrdiff_t rows,
                                       ptrdiff_t columns, float *workspace) {
  tg_block blocks[TG_MAX_OPERANDS];
  tg_block_operands(&r->source, place, r->rank, row_axis, column_axis, blocks);
  if (!r->source.program) return blocks[0];
  tg_program_run(r->source.program, rows, columns, workspace, columns, 1, blocks,
                 workspace + TG_REDUCE_BUFFER);
  return (tg_block){.base = workspace, .row_stride = columns, .column_stride = 1};
}
#endif

TG_INLINE tg_v16 TG_FN(combine)(int function, tg_v16 a, tg_v16 x, tg_v16 centre) {
  switch (function) {
    case TG_REDUCE_SQUARES: return a + (x - centre) * (x - centre);
    case TG_REDUCE_MAXIMUM: return tg_larger(a, x);
    case TG_REDUCE_MINIMUM: return tg_smaller(a, x);
    case TG_REDUCE_PRODUCT: return a * x;
    default: return a + x;
  }
}

/* One run of at most TG_RUN_ELEMENTS; `centre` matters to squares only. */
TG_INLINE float TG_FN(run)(int function, const float *p, ptrdiff_t count, ptrdiff_t stride,
                           float centre) {
  const float neutral = tg_reduce_neutral(function);
  const tg_v16 centres = tg_splat(centre);
  float lanes[16];
  if (stride == 1) {
    tg_v16 a = tg_splat(neutral), b = a;
    ptrdiff_t i = 0;
    for (; i + 32 <= count; i += 32) {
      a = TG_FN(combine)(function, a, tg_load(p + i), centres);
      b = TG_FN(combine)(function, b, tg_load(p + i + 16), centres);
    }
    if (i + 16 <= count) {
      a = TG_FN(combine)(function, a, tg_load(p + i), centres);
      i += 16;
    }
    if (i < count)
      b = TG_FN(combine)(
          function, b,
          tg_load_part(p + i, count - i, function == TG_REDUCE_SQUARES ? centre : neutral),
          centres);
    a = TG_FN(combine)(function == TG_REDUCE_SQUARES ? TG_REDUCE_SUM : function, a, b, centres);
    memcpy(lanes, &a, sizeof lanes);
  } else {
    for (int k = 0; k < 16; k++) lanes[k] = neutral;
    for (ptrdiff_t i = 0; i < count; i++)
      lanes[i % 16] = tg_reduce_pair(
          function, lanes[i % 16],
          function == TG_REDUCE_SQUARES ? (p[i * stride] - centre) * (p[i * stride] - centre)
                                        : p[i * stride]);
  }
  for (int width = 8; width > 0; width /= 2)
    for (int k = 0; k < width; k++)
      lanes[k] = tg_reduce_pair(function, lanes[k], lanes[k + width]);
  return lanes[0];
}

TG_INLINE void TG_FN(rows)(int function, const tg_reduction *r, ptrdiff_t begin, ptrdiff_t end,
                           float *workspace) {
  const ptrdiff_t places = tg_axes_count(&r->outer);
  const ptrdiff_t run_axis = r->rank - 2, row_axis = r->rank - 3;
  const ptrdiff_t most = r->count < TG_RUN_ELEMENTS ? TG_RUN_ELEMENTS / r->count : 1;
  ptrdiff_t index[TG_EPILOGUE_AXES] = {0};
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&r->kept, unit, at);
    tg_axes_indices(&r->kept, unit, index);
    double sum = 0, mean = 0, seen = 0;
    float other = tg_reduce_neutral(function);
    for (ptrdiff_t place = 0; place < places; place++) {
      tg_axes_indices(&r->outer, place, index + r->kept.rank);
      for (ptrdiff_t row = 0; row < r->rows; row += most) {
        index[row_axis] = row;
        const ptrdiff_t rows = r->rows - row < most ? r->rows - row : most;
        for (ptrdiff_t i = 0; i < r->count; i += TG_RUN_ELEMENTS) {
          index[run_axis] = i;
          const ptrdiff_t columns =
              r->count - i < TG_RUN_ELEMENTS ? r->count - i : TG_RUN_ELEMENTS;
          const tg_block b =
              tg_reduce_block(r, index, row_axis, run_axis, rows, columns, workspace);
          const ptrdiff_t n = rows * columns; /* one run: there are rows only in the workspace */
          if (function == TG_REDUCE_VARIANCE) {
            const double here =
                TG_FN(run)(TG_REDUCE_SUM, b.base, n, b.column_stride, 0) / (double)n;
            const double delta = here - mean, total = seen + (double)n;
            sum += TG_FN(run)(TG_REDUCE_SQUARES, b.base, n, b.column_stride, (float)here) +
                   delta * delta * seen * (double)n / total;
            mean += delta * (double)n / total;
            seen = total;
            continue;
          }
          const float part = TG_FN(run)(function, b.base, n, b.column_stride, 0);
          if (tg_reduce_is_sum(function))
            sum += part;
          else
            other = tg_reduce_pair(function, other, part);
        }
      }
    }
    if (tg_reduce_is_averaged(r->function)) sum /= (double)(places * r->rows * r->count);
    r->output[at[0]] = tg_reduce_is_sum(function) ? (float)sum : other;
  }
}

/* A run of rows for 64 lanes with four vectors, for up to 16 with one: on top of `part`. */
TG_INLINE void TG_FN(row_run)(int function, int vectors, const float *p, ptrdiff_t rows,
                              ptrdiff_t stride, ptrdiff_t tail, const tg_v16 *centre,
                              tg_v16 *part) {
  const float neutral = tg_reduce_neutral(function);
  for (ptrdiff_t row = 0; row < rows; row++, p += stride) {
    for (int v = 0; v + 1 < vectors; v++)
      part[v] = TG_FN(combine)(function, part[v], tg_load(p + 16 * v), centre[v]);
    const int v = vectors - 1;
    part[v] = TG_FN(combine)(
        function, part[v],
        tail == 16 ? tg_load(p + 16 * v) : tg_load_part(p + 16 * v, tail, neutral), centre[v]);
  }
}

/* 64 lanes at once with four vectors, up to 16 with one, from the places that `index` names. */
TG_INLINE void TG_FN(lanes)(int function, int vectors, const tg_reduction *r, ptrdiff_t *index,
                            float *output, ptrdiff_t width, float *workspace) {
  const ptrdiff_t places = tg_axes_count(&r->outer);
  const ptrdiff_t lane_axis = r->rank - 1, run_axis = r->rank - 2, row_axis = r->rank - 3;
  const float neutral = tg_reduce_neutral(function);
  const ptrdiff_t tail = width - (vectors - 1) * 16;
  tg_d16 sum[4], mean[4];
  tg_v16 part[4], centre[4];
  double seen = 0;
  for (int v = 0; v < vectors; v++) {
    sum[v] = mean[v] = tg_widen(tg_splat(0));
    part[v] = tg_splat(neutral);
    centre[v] = tg_splat(0);
  }
  for (ptrdiff_t place = 0; place < places * r->rows; place++) {
    tg_axes_indices(&r->outer, place / r->rows, index + r->kept.rank);
    index[row_axis] = place % r->rows;
    for (ptrdiff_t i = 0; i < r->count; i += TG_RUN_ROWS) {
      index[run_axis] = i;
      const ptrdiff_t n = r->count - i < TG_RUN_ROWS ? r->count - i : TG_RUN_ROWS;
      const tg_block b = tg_reduce_block(r, index, run_axis, lane_axis, n, width, workspace);
      TG_FN(row_run)(function == TG_REDUCE_VARIANCE ? TG_REDUCE_SUM : function, vectors, b.base, n,
                     b.row_stride, tail, centre, part);
      if (function == TG_REDUCE_VARIANCE) {
        const double total = seen + (double)n;
        for (int v = 0; v < vectors; v++) {
          const tg_d16 here = tg_widen(part[v]) / (double)n, delta = here - mean[v];
          sum[v] += delta * delta * (seen * (double)n / total);
          mean[v] += delta * ((double)n / total);
          centre[v] = __builtin_convertvector(here, tg_v16);
          part[v] = tg_splat(0);
        }
        seen = total;
        TG_FN(row_run)(TG_REDUCE_SQUARES, vectors, b.base, n, b.row_stride, tail, centre, part);
      }
      if (tg_reduce_is_sum(function))
        for (int v = 0; v < vectors; v++) {
          sum[v] += tg_widen(part[v]);
          part[v] = tg_splat(0);
        }
    }
  }
  for (ptrdiff_t lane = 0; lane < width; lane++) {
    double value = sum[lane / 16][lane % 16];
    if (tg_reduce_is_averaged(r->function)) value /= (double)(places * r->rows * r->count);
    output[lane * r->lane_stride] =
        tg_reduce_is_sum(function) ? (float)value : part[lane / 16][lane % 16];
  }
}

TG_INLINE void TG_FN(units)(int function, const tg_reduction *r, ptrdiff_t begin, ptrdiff_t end,
                            float *workspace) {
  if (r->lanes == 0) {
    TG_FN(rows)(function, r, begin, end, workspace);
    return;
  }
  const ptrdiff_t blocks = (r->lanes + r->block - 1) / r->block;
  ptrdiff_t index[TG_EPILOGUE_AXES] = {0};
  for (ptrdiff_t unit = begin; unit < end; unit++) {
    ptrdiff_t at[TG_AXES_TENSORS];
    tg_axes_locate(&r->kept, unit / blocks, at);
    tg_axes_indices(&r->kept, unit / blocks, index);
    const ptrdiff_t first = unit % blocks * r->block;
    const ptrdiff_t last = r->lanes - first < r->block ? r->lanes : first + r->block;
    float *output = r->output + at[0];
    const int vectors = last - first == 64 ? 4 : 1;
    for (ptrdiff_t lane = first; lane < last; lane += 16 * vectors) {
      index[r->rank - 1] = lane;
      if (vectors == 4)
        TG_FN(lanes)(function, 4, r, index, output + lane * r->lane_stride, 64, workspace);
      else
        TG_FN(lanes)(function, 1, r, index, output + lane * r->lane_stride,
                     last - lane < 16 ? last - lane : 16, workspace);
    }
  }
}

static void TG_FN(tg_f32_reduce)(const tg_reduction *r, ptrdiff_t begin, ptrdiff_t end,
                                 void *workspace) {
  switch (r->function) {
    case TG_REDUCE_MAXIMUM:
      TG_FN(units)(TG_REDUCE_MAXIMUM, r, begin, end, workspace);
      break;
    case TG_REDUCE_MINIMUM:
      TG_FN(units)(TG_REDUCE_MINIMUM, r, begin, end, workspace);
      break;
    case TG_REDUCE_PRODUCT:
      TG_FN(units)(TG_REDUCE_PRODUCT, r, begin, end, workspace);
      break;
    case TG_REDUCE_VARIANCE:
      TG_FN(units)(TG_REDUCE_VARIANCE, r, begin, end, workspace);
      break;
    default: TG_FN(units)(TG_REDUCE_SUM, r, begin, end, workspace); break;
  }
}
