/* Prepares and runs convolutions and elementwise maps of any small form on every instruction set,
 * and runs gatherings, scatterings, packings of masks and what makes weights. Each operand is a
 * piece of memory of just its size, so that the address sanitizer sees every step over an edge.
 * Programs may be unsound: then preparing says so. */
#include "CTGKernels.h"

#include <stdlib.h>
#include <string.h>

/* The bytes of an input, one choice after the other; zeros at the end. */
typedef struct {
  const uint8_t *bytes;
  size_t count;
} choices;

static int below(choices *from, int bound) {
  if (from->count == 0) return 0;
  from->count -= 1;
  return *from->bytes++ % bound;
}

/* Memory that is freed after an input. */
static void *pieces[64];
static int piece_count;

static void *piece_of_bytes(ptrdiff_t bytes) {
  if (piece_count == 64 || bytes <= 0 || bytes > 1 << 24) abort();
  void *memory = malloc((size_t)bytes);
  if (memory == NULL) abort();
  memset(memory, 0x5a, (size_t)bytes);
  pieces[piece_count++] = memory;
  return memory;
}

static void *piece(ptrdiff_t elements) {
  float *memory = piece_of_bytes(elements * (ptrdiff_t)sizeof(float));
  for (ptrdiff_t i = 0; i < elements; i++) memory[i] = (float)(i % 7) - 3;
  return memory;
}

/* A view of just the memory that it needs; axes keep their order, with gaps, and may stand still.
 */
static tg_view view(choices *from, ptrdiff_t rank, const ptrdiff_t *dims, int stands) {
  ptrdiff_t strides[TG_MAX_RANK];
  ptrdiff_t distance = 1, last = 0;
  for (ptrdiff_t axis = rank - 1; axis >= 0; axis--) {
    strides[axis] = distance;
    if (stands && below(from, 5) == 0) strides[axis] = 0;
    last += (dims[axis] - 1) * strides[axis];
    distance = dims[axis] * distance + (axis > 0 && below(from, 4) == 0 ? below(from, 4) : 0);
  }
  return tg_view_make(piece(last + 1), TG_FLOAT32, rank, dims, strides);
}

/* An operand of a program: floats, whole numbers, or rows of truths that begin with a word. */
static tg_view operand(choices *from, ptrdiff_t rank, const ptrdiff_t *dims) {
  tg_view made = view(from, rank, dims, 1);
  const int kind = below(from, 8);
  if (kind == 0) made.element = TG_INT32;
  if (kind != 1 || rank == 0) return made;
  ptrdiff_t distance = (dims[rank - 1] + TG_WORD - 1) / TG_WORD * TG_WORD, last = distance - 1;
  made.strides[rank - 1] = 1;
  for (ptrdiff_t axis = rank - 2; axis >= 0; axis--) {
    if (made.strides[axis] != 0) made.strides[axis] = distance;
    last += (dims[axis] - 1) * made.strides[axis];
    distance *= dims[axis];
  }
  made.element = TG_BITS;
  made.base = piece_of_bytes((last / TG_WORD + 1) * (ptrdiff_t)sizeof(uint16_t));
  return made;
}

static int32_t program(choices *from, int32_t operands, tg_step *steps) {
  int32_t count = below(from, 8) == 0 ? below(from, TG_MAX_STEPS + 1) : below(from, 6);
  for (int32_t i = 0; i < count; i++) {
    steps[i].function = below(from, TG_FUNCTION_COUNT);
    const int readable = operands + i > 0 ? operands + i : 1;
    for (int k = 0; k < TG_MAX_ARGUMENTS; k++)
      steps[i].arguments[k] = below(from, readable + (i == 7));
    steps[i].immediate = (float)below(from, 9) - 4;
  }
  return count;
}

static void run(tg_tile_function function, const void *record, ptrdiff_t tiles, ptrdiff_t bytes) {
  void *workspace = NULL;
  if (posix_memalign(&workspace, 64, (size_t)(bytes > 0 ? bytes : 1)) != 0) abort();
  for (ptrdiff_t tile = 0; tile < tiles; tile++) function(record, tile, workspace);
  free(workspace);
}

static void convolve(choices *from, tg_isa isa) {
  const int depthwise = below(from, 4) == 0;
  const ptrdiff_t groups = depthwise ? 1 + below(from, 40) : 1 + below(from, 3);
  const ptrdiff_t group_in = depthwise ? 1 : 1 + below(from, 36);
  const ptrdiff_t group_out = depthwise ? 1 : 1 + below(from, 70);
  const ptrdiff_t in[4] = {1 + below(from, 2), 1 + below(from, 9), 1 + below(from, 9),
                           groups * group_in};
  const ptrdiff_t out[4] = {in[0], 1 + below(from, 17), 1 + below(from, 17), groups * group_out};
  const int pairs = !depthwise && below(from, 3) == 0;
  tg_convolution_shape shape = {.isa = isa,
                                .depthwise = depthwise,
                                .pairs = pairs,
                                .groups = groups,
                                .stride_y = 1 + below(from, 3),
                                .stride_x = 1 + below(from, 3),
                                .dilation_y = 1 + below(from, 3),
                                .dilation_x = 1 + below(from, 3),
                                .scale_y = 1 + below(from, 3),
                                .scale_x = 1 + below(from, 3)};
  shape.input = view(from, 4, in, 0);
  shape.output = view(from, 4, out, 0);
  tg_phase phases[9];
  tg_convolution_part parts[9];
  ptrdiff_t count = 0;
  for (ptrdiff_t y = 0; y < shape.scale_y && y < out[1]; y++)
    for (ptrdiff_t x = 0; x < shape.scale_x && x < out[2]; x++) {
      tg_phase phase = {.kernel_height = 1 + below(from, 4),
                        .kernel_width = 1 + below(from, 4),
                        .pad_top = below(from, 8) - 3,
                        .pad_left = below(from, 8) - 3,
                        .origin_y = y,
                        .origin_x = x};
      const ptrdiff_t taps = phase.kernel_height * phase.kernel_width;
      const ptrdiff_t panels = (group_out + TG_PANEL - 1) / TG_PANEL;
      phase.weights = piece(depthwise ? taps * groups
                                      : groups * panels * taps *
                                            (pairs ? (group_in + 1) / 2 : group_in) * TG_PANEL);
      phases[count++] = phase;
    }
  const int32_t operand_count = below(from, 4);
  tg_view operands[4];
  for (int32_t k = 0; k < operand_count; k++) operands[k] = operand(from, 4, out);
  tg_step steps[TG_MAX_STEPS + 1];
  const int32_t step_count = program(from, operand_count + 1, steps);
  tg_convolution prepared;
  if (tg_convolution_prepare(&prepared, parts, &shape, count, phases, operand_count, operands,
                             step_count, steps) != TG_OK)
    return;
  run(depthwise ? tg_convolution_depthwise_tile : tg_convolution_tile, &prepared,
      prepared.tile_count, prepared.workspace_bytes);
}

static void map(choices *from, tg_isa isa) {
  ptrdiff_t dims[TG_MAX_RANK];
  const ptrdiff_t rank = below(from, TG_MAX_RANK + 1);
  for (ptrdiff_t axis = 0; axis < rank; axis++) dims[axis] = 1 + below(from, rank > 4 ? 3 : 7);
  if (rank > 0 && rank < 4 && below(from, 3) == 0) dims[below(from, (int)rank)] = 900;
  tg_view out = view(from, rank, dims, 0);
  if (below(from, 6) == 0) out.element = TG_INT32;
  const int32_t operand_count = below(from, 6);
  tg_view operands[6];
  for (int32_t k = 0; k < operand_count; k++) operands[k] = operand(from, rank, dims);
  tg_step steps[TG_MAX_STEPS + 1];
  const int32_t step_count = program(from, operand_count, steps);
  tg_elementwise prepared;
  if (tg_elementwise_prepare(&prepared, isa, operand_count, step_count, steps, &out, operands) !=
      TG_OK)
    return;
  run(tg_elementwise_tile, &prepared, prepared.tile_count, prepared.workspace_bytes);
}

/* Cuts units into tiles of some. */
static ptrdiff_t cut(choices *from, tg_grid *grid, tg_isa isa, ptrdiff_t units) {
  *grid = (tg_grid){.isa = isa, .units = units, .units_per_tile = 1 + below(from, 9)};
  return (units + grid->units_per_tile - 1) / grid->units_per_tile;
}

/* Up to three axes of two tensors, each around elements that lie `inner` apart; now and then with
 * gaps. Returns in `inner` how much memory each tensor needs. */
static tg_axes axes(choices *from, ptrdiff_t inner[2]) {
  tg_axes made = {0};
  ptrdiff_t extents[3], strides[2][3];
  const int rank = below(from, 4);
  for (int axis = rank - 1; axis >= 0; axis--) {
    extents[axis] = 1 + below(from, 6);
    for (int tensor = 0; tensor < 2; tensor++) {
      strides[tensor][axis] = inner[tensor] + (below(from, 4) == 0 ? below(from, 4) : 0);
      inner[tensor] += (extents[axis] - 1) * strides[tensor][axis];
    }
  }
  for (int axis = 0; axis < rank; axis++)
    tg_axes_append(&made, extents[axis], strides[0][axis], strides[1][axis], 0);
  return made;
}

/* Numbers of rows, some of them of none. */
static int32_t *numbers(choices *from, ptrdiff_t count, ptrdiff_t rows) {
  int32_t *made = piece_of_bytes(count * (ptrdiff_t)sizeof *made);
  for (ptrdiff_t i = 0; i < count; i++) {
    made[i] = below(from, (int)rows);
    if (below(from, 20) == 7) made[i] = below(from, 2) == 0 ? INT32_MIN : (int32_t)rows;
  }
  return made;
}

static void gather(choices *from, tg_isa isa) {
  ptrdiff_t first_bad = PTRDIFF_MAX;
  tg_gather g = {.count = 1 + below(from, 40), .rows = 1 + below(from, 9), .first_bad = &first_bad};
  ptrdiff_t row[2] = {g.count, g.count};
  g.row = axes(from, row);
  g.row_stride = row[0] + below(from, 3);
  ptrdiff_t outer[2] = {1, row[1]};
  g.positions = axes(from, outer);
  const ptrdiff_t elements = (g.rows - 1) * g.row_stride + row[0];
  g.element = below(from, 3) == 0 ? TG_FLOAT16 : TG_FLOAT32;
  g.table = g.element == TG_FLOAT32 ? piece(elements)
                                    : piece_of_bytes(elements * (ptrdiff_t)sizeof(uint16_t));
  g.indices = numbers(from, outer[0], g.rows);
  g.output = piece(outer[1]);
  run(tg_gather_tile, &g, cut(from, &g.grid, isa, tg_axes_count(&g.positions)), 0);
}

static void scatter(choices *from, tg_isa isa) {
  ptrdiff_t first_bad = PTRDIFF_MAX;
  tg_scatter s = {
      .count = 1 + below(from, 40), .rows = 1 + below(from, 9), .first_bad = &first_bad};
  s.runs = (s.count + TG_SCATTER_COLUMNS - 1) / TG_SCATTER_COLUMNS;
  ptrdiff_t row[2] = {s.count, s.count};
  s.row = axes(from, row);
  s.row_stride = row[1] + below(from, 3);
  ptrdiff_t outer[2] = {1, row[0]};
  s.positions = axes(from, outer);
  s.input = piece(outer[1]);
  s.indices = numbers(from, outer[0], s.rows);
  s.output = piece((s.rows - 1) * s.row_stride + row[1]);
  run(tg_scatter_tile, &s, cut(from, &s.grid, isa, tg_axes_count(&s.row) * s.runs), 0);
}

static void pack(choices *from, tg_isa isa) {
  tg_pack_masks s = {.count = 1 + below(from, 5), .stride_in = TG_WORD, .stride_out = 1};
  s.last = 1 + below(from, TG_WORD);
  ptrdiff_t outer[2] = {(s.count - 1) * TG_WORD + s.last, s.count};
  s.runs = axes(from, outer);
  s.input = piece(outer[0]);
  s.output = piece_of_bytes(outer[1] * (ptrdiff_t)sizeof(uint16_t));
  run(tg_pack_masks_tile, &s, cut(from, &s.grid, isa, tg_axes_count(&s.runs) * s.count), 0);
}

/* Makes pairs of bfloat16 of weights of a kernel of k x k: panels, turned, or in tiles. */
static void narrow(choices *from, tg_isa isa, const void *weights, tg_element element,
                   ptrdiff_t channels, ptrdiff_t outputs, ptrdiff_t results, ptrdiff_t kernel,
                   ptrdiff_t stride, int is_turned) {
  const ptrdiff_t panels = (outputs + 15) / 16;
  tg_pairs_weights pairs;
  if (below(from, 2) == 0) {
    const ptrdiff_t numbers = stride * stride * channels;
    const ptrdiff_t floats = tg_winograd_weights(channels, outputs, results, kernel, stride);
    tg_pairs_weights_of_tiles(&pairs, isa, weights, element, channels, outputs, results, kernel,
                              stride, is_turned, piece(floats / numbers * ((numbers + 1) / 2)));
  } else {
    tg_pairs_weights_of_panels(&pairs, isa, weights, element, channels, outputs, 1, kernel * kernel,
                               is_turned,
                               piece(kernel * kernel * 16 * panels * ((channels + 1) / 2)));
  }
  run(tg_pairs_weights_tile, &pairs, pairs.tile_count, pairs.workspace_bytes);
}

/* Widens weights of 16 bits, or turns weights of either size, transforms them for tiles or makes
 * pairs of them. */
static void widen(choices *from, tg_isa isa) {
  if (below(from, 2) == 0) {
    tg_widen w = {.count = 1 + below(from, 256) * (1 + below(from, 40))};
    w.input = piece_of_bytes(w.count * (ptrdiff_t)sizeof(uint16_t));
    w.output = piece(w.count);
    const ptrdiff_t units = (w.count + TG_WIDEN_RUN - 1) / TG_WIDEN_RUN;
    run(tg_widen_tile, &w, cut(from, &w.grid, isa, units), 0);
    return;
  }
  const ptrdiff_t forms[3][2] = {{4, 3}, {2, 3}, {3, 2}};
  const ptrdiff_t *form = forms[below(from, 3)];
  const ptrdiff_t channels = 1 + below(from, 40), outputs = 1 + below(from, 40);
  const int stride = 1 + below(from, 3);
  const ptrdiff_t kernel = form[1] * stride - below(from, stride);
  const ptrdiff_t panels = (outputs + 15) / 16, turned = (channels + 15) / 16;
  const int is_turned = below(from, 2) == 0;
  const ptrdiff_t taps = kernel * kernel * 16 * (is_turned ? turned * outputs : panels * channels);
  const tg_element element = below(from, 2) == 0 ? TG_FLOAT16 : TG_FLOAT32;
  const void *weights =
      element == TG_FLOAT32 ? piece(taps) : piece_of_bytes(taps * (ptrdiff_t)sizeof(uint16_t));
  if (below(from, 3) == 0) {
    narrow(from, isa, weights, element, channels, outputs, form[0], kernel, stride, is_turned);
    return;
  }
  if (is_turned && below(from, 2) == 0) {
    tg_turn turn;
    tg_turn_prepare(&turn, isa, weights, element, channels, outputs, kernel * kernel,
                    piece(kernel * kernel * 16 * panels * channels));
    run(tg_turn_tile, &turn, turn.tile_count, 0);
    return;
  }
  tg_winograd_transform t;
  tg_winograd_transform_prepare(
      &t, isa, weights, element, channels, outputs, form[0], kernel, stride, is_turned,
      piece(tg_winograd_weights(channels, outputs, form[0], kernel, stride)));
  run(tg_winograd_transform_tile, &t, t.tile_count, t.workspace_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  const tg_isa sets[] = {TG_ISA_SCALAR, TG_ISA_AVX2, TG_ISA_AVX512, TG_ISA_AVX512_BF16};
  for (size_t k = 0; k < sizeof sets / sizeof *sets; k++) {
    if (!tg_isa_available(sets[k])) continue;
    choices from = {bytes, count};
    void (*const kernels[])(choices *, tg_isa) = {convolve, map,     convolve, map,
                                                  gather,   scatter, pack,     widen};
    kernels[below(&from, 8)](&from, sets[k]);
    while (piece_count > 0) free(pieces[--piece_count]);
  }
  return 0;
}
