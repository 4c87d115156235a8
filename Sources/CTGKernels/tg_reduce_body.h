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

/* The number to be stored, of a sum or another value. */
static inline float tg_reduce_result(const tg_reduction *r, double value) {
  if (tg_reduce_is_averaged(r->function))
    value /= (double)(tg_axes_count(&r->outer) * r->rows * r->count);
  return (float)value;
}

static inline ptrdiff_t tg_smaller_of(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/* How what is reduced is cut into runs: blocks of so many rows and columns, so many blocks. */
typedef struct {
  ptrdiff_t rows, columns, row_blocks, run_blocks, count;
} tg_reduce_runs;

static inline tg_reduce_runs tg_reduce_cut(const tg_reduction *r) {
  tg_reduce_runs runs = {.rows = 1, .columns = r->lanes ? TG_RUN_ROWS : TG_RUN_ELEMENTS};
  if (r->lanes == 0 && r->count < TG_RUN_ELEMENTS) runs.rows = TG_RUN_ELEMENTS / r->count;
  runs.row_blocks = (r->rows + runs.rows - 1) / runs.rows;
  runs.run_blocks = (r->count + runs.columns - 1) / runs.columns;
  runs.count = tg_axes_count(&r->outer) * runs.row_blocks * runs.run_blocks;
  return runs;
}

/* The first run of a segment. */
static inline ptrdiff_t tg_reduce_segment(const tg_reduction *r, const tg_reduce_runs *runs,
                                          ptrdiff_t segment) {
  const ptrdiff_t length = (runs->count + r->segments - 1) / r->segments;
  return tg_smaller_of(segment * length, runs->count);
}

/* Writes a result, or what a segment found for it. */
static inline void tg_reduce_finish(const tg_reduction *r, ptrdiff_t kept, ptrdiff_t segment,
                                    ptrdiff_t lane, double value, double mean, double seen) {
  if (r->segments > 1) {
    const ptrdiff_t lanes = r->lanes ? r->lanes : 1;
    double *part = r->parts + ((kept * r->segments + segment) * lanes + lane) * TG_REDUCE_PARTS;
    part[0] = value;
    part[1] = mean;
    part[2] = seen;
    return;
  }
  ptrdiff_t at[TG_AXES_TENSORS];
  tg_axes_locate(&r->kept, kept, at);
  r->output[at[0] + lane * r->lane_stride] = tg_reduce_result(r, value);
}

/* A block of what is reduced: where it lies, or computed into the workspace. */
static inline tg_block tg_reduce_block(const tg_reduction *r, const ptrdiff_t *place,
                                       ptrdiff_t row_axis, ptrdiff_t column_axis, ptrdiff_t rows,
                                       ptrdiff_t columns, float *workspace) {
  tg_block blocks[TG_MAX_OPERANDS];
  tg_block_operands(&r->source, place, r->rank, row_axis, column_axis, blocks);
  if (!r->source.program) {
    blocks[0].base += blocks[0].offset;
    return blocks[0];
  }
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

/* The runs of a segment of a place of `kept`, elements side by side. */
TG_INLINE void TG_FN(rows)(int function, const tg_reduction *r, ptrdiff_t begin, ptrdiff_t end,
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
      tg_axes_indices(&r->outer, run / (runs.row_blocks * runs.run_blocks),
                      index + r->kept.rank);
      index[row_axis] = block / runs.run_blocks * runs.rows;
      index[run_axis] = block % runs.run_blocks * runs.columns;
      const ptrdiff_t rows = tg_smaller_of(r->rows - index[row_axis], runs.rows);
      const ptrdiff_t columns = tg_smaller_of(r->count - index[run_axis], runs.columns);
      const tg_block b = tg_reduce_block(r, index, row_axis, run_axis, rows, columns, workspace);
      const ptrdiff_t n = rows * columns; /* one run: there are rows only in the workspace */
      if (function == TG_REDUCE_VARIANCE) {
        const double here = TG_FN(run)(TG_REDUCE_SUM, b.base, n, b.column_stride, 0) / (double)n;
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
    tg_reduce_finish(r, kept, segment, 0, tg_reduce_is_sum(function) ? sum : (double)other, mean,
                     seen);
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

/* The runs of a segment for 64 lanes at once with four vectors, for up to 16 with one, from the
 * place of `kept` and the lane that `index` names. */
TG_INLINE void TG_FN(lanes)(int function, int vectors, const tg_reduction *r, ptrdiff_t kept,
                            ptrdiff_t segment, ptrdiff_t *index, ptrdiff_t width,
                            float *workspace) {
  const ptrdiff_t lane_axis = r->rank - 1, run_axis = r->rank - 2, row_axis = r->rank - 3;
  const tg_reduce_runs runs = tg_reduce_cut(r);
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
  const ptrdiff_t last = tg_reduce_segment(r, &runs, segment + 1);
  for (ptrdiff_t run = tg_reduce_segment(r, &runs, segment); run < last; run++) {
    const ptrdiff_t place = run / runs.run_blocks;
    tg_axes_indices(&r->outer, place / r->rows, index + r->kept.rank);
    index[row_axis] = place % r->rows;
    index[run_axis] = run % runs.run_blocks * runs.columns;
    const ptrdiff_t n = tg_smaller_of(r->count - index[run_axis], runs.columns);
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
  for (ptrdiff_t lane = 0; lane < width; lane++)
    tg_reduce_finish(r, kept, segment, index[lane_axis] + lane,
                     tg_reduce_is_sum(function) ? sum[lane / 16][lane % 16]
                                                : (double)part[lane / 16][lane % 16],
                     mean[lane / 16][lane % 16], seen);
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
    const ptrdiff_t first = unit % blocks * r->block;
    const ptrdiff_t last = tg_smaller_of(r->lanes, first + r->block);
    const ptrdiff_t segment = unit / blocks % r->segments, kept = unit / blocks / r->segments;
    tg_axes_indices(&r->kept, kept, index);
    for (ptrdiff_t lane = first; lane < last;) {
      index[r->rank - 1] = lane;
      const ptrdiff_t width = last - lane >= 64 ? 64 : tg_smaller_of(last - lane, 16);
      if (width == 64)
        TG_FN(lanes)(function, 4, r, kept, segment, index, 64, workspace);
      else
        TG_FN(lanes)(function, 1, r, kept, segment, index, width, workspace);
      lane += width;
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
