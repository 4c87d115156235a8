/* Elementwise maps over views: loops arranged once, run block by block. */
#include "tg_elementwise.h"
#include "tg_counts.h"
#include "tg_program_internal.h"

#include <string.h>

enum {
  /* Rows of a block whose rows run across what is read: the floats of a cache line. */
  ACROSS_ROWS = 16,
  /* Columns are cut into multiples of the widest vector. */
  COLUMN_STEP = TG_LANES,
  /* The elements of a block that is copied: no buffer limits it, and the memory moves long pieces.
   */
  COPY_BLOCK = 8 * TG_TILE,
  /* The elements of a tile of a program without steps, some 5 us of work, against which a hand-over
   * between threads is small; every TILE_STEPS steps are as much again. */
  TILE_ELEMENTS = 32768,
  TILE_STEPS = 4,
  /* The floats of a cache line. */
  LINE = 16,
};

typedef struct {
  ptrdiff_t dim;
  ptrdiff_t out;
  ptrdiff_t in[TG_MAX_OPERANDS];
} axis;

static ptrdiff_t size_of(ptrdiff_t stride) { return stride < 0 ? -stride : stride; }

/* Axes longer than 1, those of large output strides first, neighbours joined where every view
 * walks on evenly. */
static ptrdiff_t arrange(axis *axes, const tg_view *out, const tg_view *operands, int count) {
  ptrdiff_t rank = 0;
  for (ptrdiff_t a = 0; a < out->rank; a += 1) {
    if (out->dims[a] == 1) continue;
    axis next = {.dim = out->dims[a], .out = out->strides[a]};
    for (int k = 0; k < count; k += 1) next.in[k] = operands[k].strides[a];
    ptrdiff_t position = rank;
    while (position > 0 && size_of(axes[position - 1].out) < size_of(next.out)) {
      axes[position] = axes[position - 1];
      position -= 1;
    }
    axes[position] = next;
    rank += 1;
  }
  ptrdiff_t kept = 0;
  for (ptrdiff_t a = 0; a < rank; a += 1) {
    if (kept > 0) {
      axis *outer = &axes[kept - 1], *inner = &axes[a];
      int joins = outer->out == inner->out * inner->dim;
      for (int k = 0; k < count; k += 1) joins &= outer->in[k] == inner->in[k] * inner->dim;
      if (joins) {
        inner->dim *= outer->dim;
        axes[kept - 1] = *inner;
        continue;
      }
    }
    axes[kept] = axes[a];
    kept += 1;
  }
  while (kept < 2) {
    for (ptrdiff_t a = kept; a > 0; a -= 1) axes[a] = axes[a - 1];
    axes[0] = (axis){.dim = 1};
    kept += 1;
  }
  return kept;
}

/* The axis of a block's rows: one along which an operand that jumps from column to column is
 * contiguous, else the innermost that fills a block, else the longest. */
static ptrdiff_t row_axis(const axis *axes, ptrdiff_t rank, int count, int *across) {
  const axis *columns = &axes[rank - 1];
  for (int k = 0; k < count; k += 1) {
    if (columns->in[k] == 0 || columns->in[k] == 1) continue;
    for (ptrdiff_t a = rank - 2; a >= 0; a -= 1) {
      if (axes[a].in[k] == 1) {
        *across = 1;
        return a;
      }
    }
  }
  *across = 0;
  ptrdiff_t longest = rank - 2;
  for (ptrdiff_t a = rank - 2; a >= 0; a -= 1) {
    if (axes[a].dim * columns->dim >= TG_TILE) return a;
    if (axes[a].dim > axes[longest].dim) longest = a;
  }
  return longest;
}

static void choose_blocks(tg_elementwise *map, int across) {
  ptrdiff_t rows = map->dims[map->rank - 2], columns = map->dims[map->rank - 1];
  if (across) {
    map->block_rows = least(rows, ACROSS_ROWS);
    map->block_columns = least(columns, TG_TILE / map->block_rows);
  } else {
    ptrdiff_t most = map->program.identity ? COPY_BLOCK : TG_TILE;
    ptrdiff_t parts = divide_up(columns, most);
    map->block_columns =
        least(columns, divide_up(divide_up(columns, parts), COLUMN_STEP) * COLUMN_STEP);
    map->block_rows = least(rows, most / map->block_columns > 1 ? most / map->block_columns : 1);
  }
  map->row_blocks = divide_up(rows, map->block_rows);
  map->column_blocks = divide_up(columns, map->block_columns);
}

tg_status tg_elementwise_prepare(tg_elementwise *map, tg_isa isa, int32_t operand_count,
                                 int32_t step_count, const tg_step *steps, const tg_view *out,
                                 const tg_view *operands) {
  memset(map, 0, sizeof *map);
  if (operand_count < 0 || operand_count > TG_MAX_OPERANDS) return TG_UNSOUND_PROGRAM;
  tg_element elements[TG_MAX_OPERANDS];
  for (int32_t k = 0; k < operand_count; k += 1) elements[k] = operands[k].element;
  if (out->element != TG_FLOAT32) {
    if (out->element == TG_BITS || step_count > 0 || operand_count != 1 || elements[0] == TG_BITS) {
      return TG_UNSOUND_PROGRAM;
    }
    map->converts = elements[0] == TG_FLOAT32;
    elements[0] = TG_FLOAT32; /* What is only moved may hold anything. */
  }
  if (tg_program_prepare(&map->program, isa, operand_count, elements, step_count, steps) != TG_OK) {
    return TG_UNSOUND_PROGRAM;
  }
  for (ptrdiff_t a = 0; a < out->rank; a += 1) {
    if (out->dims[a] == 0) return TG_OK;
  }
  axis axes[TG_MAX_RANK];
  map->rank = arrange(axes, out, operands, operand_count);
  int across;
  ptrdiff_t row = row_axis(axes, map->rank, operand_count, &across);
  axis rows = axes[row];
  for (ptrdiff_t a = row; a < map->rank - 2; a += 1) axes[a] = axes[a + 1];
  axes[map->rank - 2] = rows;
  map->out = out->base;
  for (int k = 0; k < operand_count; k += 1) map->operands[k] = operands[k].base;
  map->block_count = 1;
  for (ptrdiff_t a = 0; a < map->rank; a += 1) {
    map->dims[a] = axes[a].dim;
    map->out_strides[a] = axes[a].out;
    for (int k = 0; k < operand_count; k += 1) map->strides[k][a] = axes[a].in[k];
    if (a < map->rank - 2) map->block_count *= axes[a].dim;
  }
  choose_blocks(map, across);
  map->block_count *= map->row_blocks * map->column_blocks;
  ptrdiff_t per_tile = TILE_ELEMENTS / (1 + map->program.step_count / TILE_STEPS);
  ptrdiff_t block = map->block_rows * map->block_columns;
  map->blocks_per_tile = per_tile / block > 1 ? per_tile / block : 1;
  map->tile_count = divide_up(map->block_count, map->blocks_per_tile);
  map->workspace_bytes = tg_program_workspace(&map->program);
  return TG_OK;
}

/* Where a block begins in the output and in each operand, counted from its base. */
typedef struct {
  ptrdiff_t index[TG_MAX_RANK];
  float *out;
  ptrdiff_t in[TG_MAX_OPERANDS];
} position;

/* Asks for the rows of a block at once: the processor does not guess rows with gaps between. */
static void fetch_rows(const tg_block *in, ptrdiff_t rows, ptrdiff_t columns) {
  const float *base = (const float *)in->base + in->offset;
  if (in->column_stride != 1 || in->row_stride == columns || in->row_stride == 0) return;
  for (ptrdiff_t row = 0; row < rows; row += 1) {
    for (ptrdiff_t column = 0; column < columns; column += LINE) {
      __builtin_prefetch(base + row * in->row_stride + column);
    }
  }
}

/* The whole number that a float is; INT32_MIN if it is none. */
static int32_t whole(float number) {
  if (!(number >= -0x1p31f && number < 0x1p31f)) return INT32_MIN;
  const int32_t truncated = (int32_t)number;
  return (float)truncated == number ? truncated : INT32_MIN;
}

/* Makes whole numbers of floats where they are. */
static void make_whole(ptrdiff_t rows, ptrdiff_t columns, float *out, ptrdiff_t row_stride,
                       ptrdiff_t column_stride) {
  for (ptrdiff_t row = 0; row < rows; row += 1) {
    for (ptrdiff_t column = 0; column < columns; column += 1) {
      float *at = out + row * row_stride + column * column_stride;
      const int32_t number = whole(*at);
      memcpy(at, &number, sizeof number);
    }
  }
}

static void run_block(const tg_elementwise *map, const position *at, void *workspace) {
  const ptrdiff_t r = map->rank - 2, c = map->rank - 1;
  ptrdiff_t row = at->index[r] * map->block_rows, column = at->index[c] * map->block_columns;
  ptrdiff_t rows = least(map->block_rows, map->dims[r] - row);
  ptrdiff_t columns = least(map->block_columns, map->dims[c] - column);
  float *out = at->out + row * map->out_strides[r] + column * map->out_strides[c];
  tg_block operands[TG_MAX_OPERANDS];
  for (int k = 0; k < map->program.operand_count; k += 1) {
    operands[k].row_stride = map->strides[k][r];
    operands[k].column_stride = map->strides[k][c];
    operands[k].base = map->operands[k];
    operands[k].offset =
        at->in[k] + row * operands[k].row_stride + column * operands[k].column_stride;
  }
  if (map->program.identity && map->out_strides[c] == 1 &&
      (operands[0].column_stride == 0 || operands[0].column_stride == 1)) {
    tg_copy_block(rows, columns, out, map->out_strides[r], map->out_strides[c],
                  (const float *)operands[0].base + operands[0].offset, operands[0].row_stride,
                  operands[0].column_stride);
  } else {
    for (int k = 0; rows > 1 && k < map->program.operand_count; k += 1) {
      if (map->program.expand[k] == NULL) fetch_rows(&operands[k], rows, columns);
    }
    tg_program_run(&map->program, rows, columns, out, map->out_strides[r], map->out_strides[c],
                   operands, workspace);
  }
  if (map->converts) make_whole(rows, columns, out, map->out_strides[r], map->out_strides[c]);
}

void tg_elementwise_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_elementwise *map = record;
  ptrdiff_t first = tile * map->blocks_per_tile;
  ptrdiff_t end = least(first + map->blocks_per_tile, map->block_count);
  position at = {.out = map->out};
  ptrdiff_t rest = first;
  ptrdiff_t extents[TG_MAX_RANK];
  for (ptrdiff_t a = map->rank - 1; a >= 0; a -= 1) {
    extents[a] = a == map->rank - 1   ? map->column_blocks
                 : a == map->rank - 2 ? map->row_blocks
                                      : map->dims[a];
    at.index[a] = rest % extents[a];
    rest /= extents[a];
    if (a >= map->rank - 2) continue;
    at.out += at.index[a] * map->out_strides[a];
    for (int k = 0; k < map->program.operand_count; k += 1) {
      at.in[k] += at.index[a] * map->strides[k][a];
    }
  }
  for (ptrdiff_t block = first; block < end; block += 1) {
    run_block(map, &at, workspace);
    for (ptrdiff_t a = map->rank - 1; a >= 0; a -= 1) {
      at.index[a] += 1;
      ptrdiff_t step = at.index[a] < extents[a] ? 1 : 1 - extents[a];
      if (step != 1) at.index[a] = 0;
      if (a < map->rank - 2) {
        at.out += step * map->out_strides[a];
        for (int k = 0; k < map->program.operand_count; k += 1) {
          at.in[k] += step * map->strides[k][a];
        }
      }
      if (step == 1) break;
    }
  }
}
