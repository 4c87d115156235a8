/* Convolution by minimal filtering, block by block: tiles of the input are transformed, each
 * position of the transformed tiles is multiplied with its matrix, and the sums are transformed
 * back. */
#include "tg_winograd.h"

#include "tg_counts.h"
#include "tg_variant.h"

enum {
  /* Tiles of a block: two micro-kernels of 14, or one where inputs and sums of two would leave less
   * than half of a second cache of a megabyte to the weights; two again where one position's
   * weights fill it, so that they come out of the third cache half as often. */
  BLOCK_TILES = 2 * TG_MICRO_PIXELS,
  SMALL_BLOCK_TILES = TG_MICRO_PIXELS,
  BLOCK_BYTES = 512 * 1024,
  POSITION_BYTES = 1024 * 1024,
  /* Chunks of panels are made until there is work for so many threads; each transforms the inputs
   * anew, which takes some 3 % of the products with the 128 outputs of so many panels. */
  WANTED_TILES = 8,
  LEAST_CHUNK = 8,
  /* Tiles so many floats apart share a line of the first cache; a line between them helps. */
  ALIASING_FLOATS = 512,
  LINE_FLOATS = 16,
};

/* The form for a kernel; for one with a stride s that of ceil(rows / s) rows, those of every s-th
 * tap. */
static const tg_winograd_form *find(tg_isa isa, ptrdiff_t results, ptrdiff_t kernel) {
  const tg_winograd_form *form = tg_variant_of(isa)->winograd;
  for (; form->results > 0; form += 1) {
    if (form->results == results && form->kernel == kernel) return form;
  }
  return NULL;
}

int tg_winograd_exists(ptrdiff_t results, ptrdiff_t kernel, ptrdiff_t stride) {
  return find(TG_ISA_SCALAR, results, divide_up(kernel, stride)) != NULL;
}

ptrdiff_t tg_winograd_weights(ptrdiff_t channels, ptrdiff_t outputs, ptrdiff_t results,
                              ptrdiff_t kernel, ptrdiff_t stride) {
  const ptrdiff_t n = results + divide_up(kernel, stride) - 1;
  return n * n * divide_up(outputs, TG_PANEL) * stride * stride * channels * TG_PANEL;
}

void tg_winograd_transform_prepare(tg_winograd_transform *t, tg_isa isa, const void *weights,
                                   tg_element element, ptrdiff_t channels, ptrdiff_t outputs,
                                   ptrdiff_t results, ptrdiff_t kernel, ptrdiff_t stride,
                                   int is_turned, float *out) {
  *t = (tg_winograd_transform){.form = find(isa, results, divide_up(kernel, stride)),
                               .is_turned = is_turned,
                               .kernel = kernel,
                               .stride = stride};
  tg_turn_prepare(&t->turn, isa, weights, element, channels, outputs, kernel * kernel, out);
  t->tile_count = t->turn.tile_count;
  t->workspace_bytes = tg_turn_room(&t->turn, is_turned) * (ptrdiff_t)sizeof(float);
}

/* Taps `row`, `row` + s, ... and `column`, `column` + s, ... of one channel; those behind the
 * kernel are 0. */
static void gather_taps(const tg_winograd_transform *t, const float *weights, ptrdiff_t row,
                        ptrdiff_t column, float *taps) {
  const ptrdiff_t r = t->form->kernel;
  for (ptrdiff_t i = 0; i < r * r; i += 1) {
    const ptrdiff_t y = row + i / r * t->stride, x = column + i % r * t->stride;
    for (ptrdiff_t o = 0; o < TG_PANEL; o += 1) {
      taps[i * TG_PANEL + o] = y < t->kernel && x < t->kernel
                                   ? weights[(y * t->kernel + x) * t->turn.channels * TG_PANEL + o]
                                   : 0.0f;
    }
  }
}

void tg_winograd_transform_panel(const tg_winograd_transform *t, ptrdiff_t panel, float *room,
                                 float *out, ptrdiff_t position_stride) {
  const ptrdiff_t part_floats = t->turn.channels * TG_PANEL, parts = t->stride * t->stride;
  const float *from = tg_turn_find(&t->turn, t->is_turned, panel, room);
  float gathered[TG_WINOGRAD_KERNEL * TG_WINOGRAD_KERNEL * TG_PANEL];
  for (ptrdiff_t part = 0; part < parts; part += 1) {
    for (ptrdiff_t c = 0; c < part_floats; c += TG_PANEL) {
      gather_taps(t, from + c, part / t->stride, part % t->stride, gathered);
      t->form->transform(gathered, TG_PANEL, out + part * part_floats + c, position_stride);
    }
  }
}

void tg_winograd_transform_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_winograd_transform *t = record;
  const ptrdiff_t floats = t->stride * t->stride * t->turn.channels * TG_PANEL;
  tg_winograd_transform_panel(t, tile, workspace, t->turn.out + tile * floats,
                              t->tile_count * floats);
}

static ptrdiff_t pitch_of(ptrdiff_t floats) {
  return floats % ALIASING_FLOATS == 0 ? floats + LINE_FLOATS : floats;
}

/* ---- Preparing */

/* The most tiles of a block. */
static ptrdiff_t block_tiles(const tg_winograd *w) {
  const double n = w->form->results + w->form->kernel - 1, word = sizeof(float);
  const double outputs = (double)w->panels * TG_PANEL, words = (double)w->words;
  const int is_large = n * n * BLOCK_TILES * (words + outputs) * word > BLOCK_BYTES;
  return is_large && words * outputs * word < POSITION_BYTES ? SMALL_BLOCK_TILES : BLOCK_TILES;
}

static void prepare_part(const tg_winograd *w, tg_winograd_part *p,
                         const tg_convolution_shape *shape, const tg_phase *phase,
                         const tg_view *operands) {
  const ptrdiff_t scale[3] = {1, shape->scale_y, shape->scale_x};
  const ptrdiff_t origin[3] = {0, phase->origin_y, phase->origin_x};
  memset(p, 0, sizeof *p);
  p->weights = phase->weights;
  p->pad[1] = phase->pad_top;
  p->pad[2] = phase->pad_left;
  p->out = shape->output.base;
  ptrdiff_t tiles = 1;
  for (int a = 0; a < 3; a += 1) {
    ptrdiff_t positions = shape->output.dims[a] - origin[a];
    p->extent[a] = positions > 0 ? divide_up(positions, scale[a]) : 0;
    p->grid[a] = a == 0 ? p->extent[a] : divide_up(p->extent[a], w->form->results);
    tiles *= p->grid[a];
    p->out_stride[a] = shape->output.strides[a] * scale[a];
    p->out += origin[a] * shape->output.strides[a];
  }
  for (int k = 1; k < w->program.operand_count; k += 1) {
    const tg_view *view = &operands[k - 1];
    p->operands[k] = view->base;
    p->operand_strides[k][3] = view->strides[3];
    for (int a = 0; a < 3; a += 1) {
      p->operand_strides[k][a] = view->strides[a] * scale[a];
      p->operand_offsets[k] += origin[a] * view->strides[a];
    }
  }
  p->blocks = divide_up(tiles, block_tiles(w));
  p->block = p->blocks > 0 ? divide_up(tiles, p->blocks) : 0;
}

tg_status tg_winograd_prepare(tg_winograd *w, tg_winograd_part *parts,
                              const tg_convolution_shape *shape, ptrdiff_t results,
                              ptrdiff_t phase_count, const tg_phase *phases, int32_t operand_count,
                              const tg_view *operands, int32_t step_count, const tg_step *steps) {
  memset(w, 0, sizeof *w);
  if (!tg_epilogue_prepare(&w->program, &w->finish, &w->finishes, shape->isa, operand_count,
                           operands, step_count, steps)) {
    return TG_UNSOUND_PROGRAM;
  }
  w->micro = tg_micros_of(shape->isa, shape->pairs);
  w->stride = shape->stride_y;
  w->form = find(shape->isa, results, divide_up(phases[0].kernel_height, w->stride));
  w->parts = parts;
  w->part_count = phase_count;
  w->input = shape->input.base;
  for (int a = 0; a < 3; a += 1) {
    w->in_extent[a] = shape->input.dims[a];
    w->in_stride[a] = shape->input.strides[a];
  }
  w->channels = shape->input.dims[3];
  w->depth = w->channels * w->stride * w->stride;
  w->words = shape->pairs ? divide_up(w->depth, 2) : w->depth;
  w->outputs = shape->output.dims[3];
  w->panels = divide_up(w->outputs, TG_PANEL);
  ptrdiff_t block = 0, blocks = 0;
  for (ptrdiff_t i = 0; i < phase_count; i += 1) {
    prepare_part(w, &parts[i], shape, &phases[i], operands);
    block = most(block, parts[i].block);
    blocks += parts[i].blocks;
  }
  w->chunks =
      w->outputs == 0
          ? 0
          : most(1, least(w->panels / LEAST_CHUNK, divide_up(WANTED_TILES, most(blocks, 1))));
  w->chunk = w->chunks > 0 ? divide_up(w->panels, w->chunks) : 0;
  w->chunks = w->chunk > 0 ? divide_up(w->panels, w->chunk) : 0;
  for (ptrdiff_t i = 0; i < phase_count; i += 1) {
    parts[i].first_tile = w->tile_count;
    parts[i].tile_count = parts[i].blocks * w->chunks;
    w->tile_count += parts[i].tile_count;
  }
  const ptrdiff_t n = w->form->results + w->form->kernel - 1, word = sizeof(float);
  w->in_pitch = pitch_of(w->words);
  w->in_position = pitch_of(block * w->in_pitch);
  w->sum_pitch = pitch_of(w->chunk * TG_PANEL);
  w->sum_position = pitch_of(block * w->sum_pitch);
  w->patch_bytes = tg_aligned(n * n * w->channels * word);
  w->turned_bytes = shape->pairs ? tg_aligned(n * n * w->depth * word) : 0;
  w->in_bytes = tg_aligned(n * n * w->in_position * word);
  w->sum_bytes = tg_aligned(n * n * w->sum_position * word);
  if (!w->finishes) {
    w->scratch_bytes = tg_aligned(results * results * w->chunk * TG_PANEL * word);
    w->workspace_bytes = tg_program_workspace(&w->program);
  }
  w->workspace_bytes +=
      w->patch_bytes + w->turned_bytes + w->in_bytes + w->sum_bytes + w->scratch_bytes;
  return TG_OK;
}

/* ---- Running */

/* A tile of the grid: its picture and its first result. */
typedef struct {
  ptrdiff_t n, y, x;
} place;

static place place_of(const tg_winograd *w, const tg_winograd_part *p, ptrdiff_t tile) {
  const ptrdiff_t row = tile / p->grid[2];
  return (place){row / p->grid[1], row % p->grid[1] * w->form->results,
                 tile % p->grid[2] * w->form->results};
}

/* Transforms a patch of the picture of every s-th position, from row y and column x; one that
 * reaches over the border is copied between zeros. */
static void transform_part(const tg_winograd *w, ptrdiff_t picture, ptrdiff_t y, ptrdiff_t x,
                           float *patch, float *out, ptrdiff_t position) {
  const ptrdiff_t n = w->form->results + w->form->kernel - 1, s = w->stride;
  const float *in = w->input + picture * w->in_stride[0];
  if (y >= 0 && x >= 0 && y + (n - 1) * s < w->in_extent[1] && x + (n - 1) * s < w->in_extent[2]) {
    in += y * w->in_stride[1] + x * w->in_stride[2];
    w->form->input(in, w->in_stride[1] * s, w->in_stride[2] * s, w->channels, out, position);
    return;
  }
  const size_t bytes = (size_t)w->channels * sizeof(float);
  for (ptrdiff_t i = 0; i < n * n; i += 1) {
    const ptrdiff_t row = y + i / n * s, column = x + i % n * s;
    float *to = patch + i * w->channels;
    if (row < 0 || column < 0 || row >= w->in_extent[1] || column >= w->in_extent[2]) {
      memset(to, 0, bytes);
    } else {
      memcpy(to, in + row * w->in_stride[1] + column * w->in_stride[2], bytes);
    }
  }
  w->form->input(patch, n * w->channels, w->channels, w->channels, out, position);
}

/* Transforms the patch of one tile; pairs are made of what lies in `turned` before. */
static void transform_input(const tg_winograd *w, const tg_winograd_part *p, place at, float *patch,
                            float *turned, float *out) {
  const ptrdiff_t s = w->stride, side = w->form->results + w->form->kernel - 1;
  const tg_narrow narrow = w->micro->narrow;
  for (ptrdiff_t part = 0; part < s * s; part += 1) {
    transform_part(w, at.n, at.y * s - p->pad[1] + part / s, at.x * s - p->pad[2] + part % s, patch,
                   (narrow ? turned : out) + part * w->channels,
                   narrow ? w->depth : w->in_position);
  }
  if (!narrow) return;
  for (ptrdiff_t i = 0; i < side * side; i += 1) {
    narrow(turned + i * w->depth, w->depth, out + i * w->in_position);
  }
}

/* The products of one position: tiles times a few panels. */
static void multiply(const tg_winograd *w, const float *weights, ptrdiff_t panels, ptrdiff_t tiles,
                     const float *in, float *sums) {
  tg_micro_arguments a = {
      .in_stride = w->in_pitch,
      .out_stride = w->sum_pitch,
      .outer = 1,
      .inner = 1,
      .run = w->words,
      .chain = w->micro->narrow ? w->form->chain / 2 : w->form->chain,
      .panel_stride = w->words * TG_PANEL,
  };
  for (ptrdiff_t panel = 0; panel < panels;) {
    const int count = tg_convolution_panels(w->micro, tiles, 1, panels - panel);
    const tg_micro *kernels = w->micro->kernels[count - 1][0];
    const ptrdiff_t parts = divide_up(tiles, w->micro->pixels[count - 1]);
    a.weights = weights + panel * a.panel_stride;
    a.channels = count * TG_PANEL;
    ptrdiff_t done = 0;
    for (ptrdiff_t part = 0; part < parts; part += 1) {
      const ptrdiff_t pixels = (tiles - done) / (parts - part);
      a.in[0] = in + done * w->in_pitch;
      a.out[0] = sums + done * w->sum_pitch + panel * TG_PANEL;
      kernels[pixels - 1](&a);
      done += pixels;
    }
    panel += count;
  }
}

/* The program of the epilogue over the results of one tile in the scratch memory, row by row. */
static void run_epilogue(const tg_winograd *w, const tg_winograd_part *p, place at,
                         const float *results, float *out, ptrdiff_t first, ptrdiff_t channels,
                         ptrdiff_t rows, ptrdiff_t columns, void *workspace) {
  for (ptrdiff_t row = 0; row < rows; row += 1) {
    tg_block operands[TG_MAX_OPERANDS];
    operands[0] = (tg_block){.base = results + row * w->form->results * channels,
                             .row_stride = channels,
                             .column_stride = 1};
    for (int k = 1; k < w->program.operand_count; k += 1) {
      const ptrdiff_t *strides = p->operand_strides[k];
      operands[k] =
          (tg_block){.base = p->operands[k],
                     .offset = p->operand_offsets[k] + at.n * strides[0] +
                               (at.y + row) * strides[1] + at.x * strides[2] + first * strides[3],
                     .row_stride = strides[2],
                     .column_stride = strides[3]};
    }
    tg_program_run(&w->program, columns, channels, out + row * p->out_stride[1], p->out_stride[2],
                   1, operands, workspace);
  }
}

void tg_winograd_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_winograd *w = record;
  const tg_winograd_part *p = w->parts;
  while (tile >= p->first_tile + p->tile_count) p += 1;
  char *memory = workspace;
  float *patch = workspace, *turned = (float *)(memory + w->patch_bytes);
  memory += w->patch_bytes + w->turned_bytes;
  float *in = (float *)memory, *sums = (float *)(memory + w->in_bytes);
  float *scratch = (float *)(memory + w->in_bytes + w->sum_bytes);
  const ptrdiff_t m = w->form->results,
                  positions = (m + w->form->kernel - 1) * (m + w->form->kernel - 1);
  /* Blocks in turn read the same chunk of weights, which stays in the third cache. */
  const ptrdiff_t first_panel = (tile - p->first_tile) / p->blocks * w->chunk;
  const ptrdiff_t panels = least(w->chunk, w->panels - first_panel);
  const ptrdiff_t start = (tile - p->first_tile) % p->blocks * p->block;
  const ptrdiff_t tiles = least(p->block, p->grid[0] * p->grid[1] * p->grid[2] - start);
  for (ptrdiff_t t = 0; t < tiles; t += 1) {
    transform_input(w, p, place_of(w, p, start + t), patch, turned, in + t * w->in_pitch);
  }
  for (ptrdiff_t i = 0; i < positions; i += 1) {
    multiply(w, p->weights + (i * w->panels + first_panel) * w->words * TG_PANEL, panels, tiles,
             in + i * w->in_position, sums + i * w->sum_position);
  }
  const ptrdiff_t first = first_panel * TG_PANEL;
  const ptrdiff_t channels = least(panels * TG_PANEL, w->outputs - first);
  tg_finish finish = w->finish;
  if (finish.scale) finish.scale += first;
  if (finish.bias) finish.bias += first;
  for (ptrdiff_t t = 0; t < tiles; t += 1) {
    const place at = place_of(w, p, start + t);
    const ptrdiff_t rows = least(m, p->extent[1] - at.y), columns = least(m, p->extent[2] - at.x);
    float *out = p->out + at.n * p->out_stride[0] + at.y * p->out_stride[1] +
                 at.x * p->out_stride[2] + first;
    const float *from = sums + t * w->sum_pitch;
    if (w->finishes) {
      w->form->output(from, w->sum_position, channels, &finish, out, p->out_stride[1],
                      p->out_stride[2], rows, columns);
      continue;
    }
    w->form->output(from, w->sum_position, channels, &finish, scratch, m * channels, channels, m,
                    m);
    run_epilogue(w, p, at, scratch, out, first, channels, rows, columns,
                 (char *)scratch + w->scratch_bytes);
  }
}
