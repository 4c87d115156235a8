/* Preparing a convolution: the grid of tiles, the patch, the axis of pixels, the epilogue. All of
 * it depends on the description only. */
#include "tg_counts.h"
#include "tg_variant.h"

enum {
  /* The tiles of a large convolution: four for each of sixteen threads, so that none waits long for
   * the last. */
  TILES = 64,
  /* The elements of a patch: 512 KiB, half of a second cache, the other half for weights. */
  PATCH_FLOATS = 128 * 1024,
  /* The pixels of a row of a tile: long enough for full micro-kernels, short enough for several
   * rows, which share what they read. */
  ROW_PIXELS = 64,
  /* A row with fewer pixels leaves most of a micro-kernel idle: another axis may be longer. */
  SHORT_ROW = 6,
  /* Pixels this far apart, 4 KiB, share a line of the first cache (64 sets of 64 bytes). */
  ALIASING_FLOATS = 1024,
  /* A patch keeps off that and off half of it, where two ways are used, by a line between pixels.
   */
  PATCH_ALIASING_FLOATS = ALIASING_FLOATS / 2,
  LINE_FLOATS = 16,
  /* Rows shorter than this live with it: a cache has at least so many ways. */
  ALIASING_PIXELS = 8,
  /* The channels of a run, and the terms of a sum, that pay for adding up lanes at the end. */
  DOT_RUN = 32,
  DOT_TERMS = 128,
  /* The multiply-adds of a depthwise tile: each reads as much as it computes, so that it takes
   * about as long as TILE_WORK elsewhere. */
  DEPTHWISE_TILE_WORK = 200000,
  /* The sums of a depthwise tile that its epilogue's program takes at a time: 16 KiB. */
  DEPTHWISE_SCRATCH_FLOATS = 4096,
};

/* The multiply-adds of a tile: some 30 us of a core, against which a hand-over between threads, a
 * few us, is small; and the weights, 256 KiB, that take as long to be read from memory. */
static const double TILE_WORK = 1.5e6, TILE_WEIGHTS = 65536.0;

/* The elements of a patch, 64 TiB, that no machine has memory for. Below, sizes in bytes cannot
 * overflow. */
static const double IMPOSSIBLE_FLOATS = 0x1p44;

/* True if an operand of the epilogue holds one float per output channel. */
static int is_per_channel(const tg_view *operand) {
  if (operand->element != TG_FLOAT32) return 0;
  for (int a = 0; a < 3; a += 1) {
    if (operand->dims[a] > 1 && operand->strides[a] != 0) return 0;
  }
  return operand->dims[3] == 1 || operand->strides[3] == 1;
}

/* Recognises scale, bias and rectifier; returns 0 if the epilogue is something else. */
static int recognise(tg_finish *finish, int32_t operand_count, const tg_view *operands,
                     int32_t step_count, const tg_step *steps) {
  memset(finish, 0, sizeof *finish);
  int32_t value = 0, i = 0;
  for (int stage = 0; stage < 2; stage += 1) {
    if (i == step_count ||
        steps[i].function != (stage == 0 ? TG_FUNCTION_multiply : TG_FUNCTION_add))
      continue;
    const int32_t *x = steps[i].arguments;
    int32_t other = x[0] == value ? x[1] : x[1] == value ? x[0] : -1;
    if (other < 1 || other > operand_count || !is_per_channel(&operands[other - 1])) return 0;
    if (stage == 0) {
      finish->scale = operands[other - 1].base;
    } else {
      finish->bias = operands[other - 1].base;
    }
    value = operand_count + 1 + i;
    i += 1;
  }
  const int rectifies = i < step_count && steps[i].arguments[0] == value;
  if (rectifies && steps[i].function == TG_FUNCTION_relu) {
    finish->activation = TG_ACTIVATION_RELU;
    i += 1;
  } else if (rectifies && steps[i].function == TG_FUNCTION_leakyRelu) {
    finish->activation = TG_ACTIVATION_LEAKY_RELU;
    finish->slope = steps[i].immediate;
    i += 1;
  }
  return i == step_count;
}

int tg_epilogue_prepare(tg_program *program, tg_finish *finish, int *finishes, tg_isa isa,
                        int32_t operand_count, const tg_view *operands, int32_t step_count,
                        const tg_step *steps) {
  if (operand_count >= TG_MAX_OPERANDS) return 0;
  tg_element elements[TG_MAX_OPERANDS] = {TG_FLOAT32};
  for (int32_t k = 0; k < operand_count; k += 1) elements[k + 1] = operands[k].element;
  if (tg_program_prepare(program, isa, operand_count + 1, elements, step_count, steps) != TG_OK) {
    return 0;
  }
  *finishes = recognise(finish, operand_count, operands, step_count, steps);
  if (!*finishes) memset(finish, 0, sizeof *finish);
  return 1;
}

/* Joins the pixels of all pictures to one row where the kernel sees one position and memory
 * permits: many rows times a matrix. */
static void join_pixels(tg_convolution *c, tg_convolution_part *p) {
  if (c->part_count != 1 || p->kernel_height != 1 || p->kernel_width != 1) return;
  for (int a = 0; a < 3; a += 1) {
    if (c->step[a] != 1 || p->pad[a] != 0 || c->in_extent[a] != p->extent[a]) return;
  }
  for (int a = 1; a >= 0; a -= 1) {
    if (p->extent[a] == 1) continue;
    ptrdiff_t inner = p->extent[2], whole = inner > 1;
    if (whole && (c->in_stride[a] != inner * c->in_stride[2] ||
                  p->out_stride[a] != inner * p->out_stride[2])) {
      return;
    }
    for (int k = 1; k < c->program.operand_count; k += 1) {
      if (whole && p->operand_strides[k][a] != inner * p->operand_strides[k][2]) return;
    }
    if (!whole) {
      c->in_stride[2] = c->in_stride[a];
      p->out_stride[2] = p->out_stride[a];
      for (int k = 1; k < c->program.operand_count; k += 1) {
        p->operand_strides[k][2] = p->operand_strides[k][a];
      }
    }
    p->extent[2] *= p->extent[a];
    c->in_extent[2] *= c->in_extent[a];
    p->extent[a] = c->in_extent[a] = 1;
  }
}

/* True if every tap of every output position lies inside the input. */
static int reads_inside(const tg_convolution *c, const tg_convolution_part *p) {
  for (int a = 1; a < 3; a += 1) {
    ptrdiff_t last = (p->extent[a] - 1) * c->step[a] - p->pad[a] + p->patch_extent[a] - 1;
    if (p->pad[a] > 0 || last >= c->in_extent[a]) return 0;
  }
  /* Pixels that share a line of the first cache are copied closer. */
  return c->in_stride[2] * c->step[2] % ALIASING_FLOATS != 0 || p->extent[2] < ALIASING_PIXELS;
}

/* The positions of a tile along each axis, for about `pixels` positions. */
static void cut_pixels(tg_convolution_part *p, ptrdiff_t pixels) {
  const ptrdiff_t *extent = p->extent;
  ptrdiff_t width = extent[1] == 1 && extent[0] == 1 ? most(pixels, TG_MICRO_PIXELS) : ROW_PIXELS;
  if (extent[2] <= width + width / 2) width = extent[2];
  p->tile[2] = divide_up(extent[2], divide_up(extent[2], width));
  p->tile[1] = least(extent[1], most(1, pixels / p->tile[2]));
  p->tile[1] = divide_up(extent[1], divide_up(extent[1], p->tile[1]));
  p->tile[0] = p->tile[1] < extent[1] || p->tile[2] < extent[2]
                   ? 1
                   : least(extent[0], most(1, pixels / (extent[1] * extent[2])));
  p->tile[0] = divide_up(extent[0], divide_up(extent[0], p->tile[0]));
}

/* About how many elements a tile's patch has; too many to count for mad distances between taps. */
static double patch_floats(const tg_convolution *c, const tg_convolution_part *p) {
  double count = (double)p->tile[0] * (double)(c->words + TG_PANEL);
  for (int a = 1; a < 3; a += 1) {
    count *= (double)(p->tile[a] - 1) * (double)c->step[a] + (double)p->patch_extent[a];
  }
  return count;
}

/* Cuts a part into tiles: panels against pixels, so that little is read twice. */
static void cut(const tg_convolution *c, tg_convolution_part *p) {
  const ptrdiff_t taps = p->kernel_height * p->kernel_width * c->words;
  const ptrdiff_t pixels = p->extent[0] * p->extent[1] * p->extent[2];
  const ptrdiff_t padded = c->panels * TG_PANEL;
  const double weights = (double)taps * (double)padded, work = (double)pixels * weights;
  const double inputs = (double)pixels * (double)c->step[1] * (double)c->step[2] * (double)c->words;
  double parts =
      work / TILE_WORK > weights / TILE_WEIGHTS ? work / TILE_WORK : weights / TILE_WEIGHTS;
  ptrdiff_t wanted = divide_up(TILES, c->groups);
  if (parts < (double)wanted) wanted = most(1, (ptrdiff_t)parts);
  const ptrdiff_t pairs = divide_up(c->panels, 2);
  ptrdiff_t best_pairs = pairs, best_pixels = pixels;
  double best = -1.0;
  for (ptrdiff_t per_tile = pairs; per_tile >= 1; per_tile -= 1) {
    ptrdiff_t panel_tiles = divide_up(pairs, per_tile);
    if (panel_tiles > wanted && per_tile != pairs) break;
    ptrdiff_t pixel_tiles = divide_up(wanted, panel_tiles);
    /* Few pixels leave a micro-kernel idle. */
    if (pixel_tiles > divide_up(pixels, TG_MICRO_PIXELS))
      pixel_tiles = divide_up(pixels, TG_MICRO_PIXELS);
    if (panel_tiles * pixel_tiles * 2 < wanted && per_tile > 1) continue;
    double traffic = (double)panel_tiles * inputs * 2.0 + (double)pixel_tiles * weights;
    if (best < 0.0 || traffic < best) {
      best = traffic;
      best_pairs = per_tile;
      best_pixels = divide_up(pixels, pixel_tiles);
    }
  }
  cut_pixels(p, best_pixels);
  while (best_pixels > TG_MICRO_PIXELS && patch_floats(c, p) > PATCH_FLOATS) {
    ptrdiff_t before = p->tile[0] * p->tile[1] * p->tile[2];
    best_pixels = least(best_pixels, before) * 3 / 4;
    cut_pixels(p, best_pixels);
  }
  /* Where patches had to be smaller, fewer cuts between panels do. */
  ptrdiff_t pixel_tiles = 1;
  for (int a = 0; a < 3; a += 1) pixel_tiles *= divide_up(p->extent[a], p->tile[a]);
  ptrdiff_t panel_tiles = least(divide_up(pairs, best_pairs), divide_up(wanted, pixel_tiles));
  p->tile_panels = least(divide_up(pairs, panel_tiles) * 2, c->panels);
  p->panel_tiles = divide_up(c->panels, p->tile_panels);
}

/* Lets the micro-kernels' pixels run along the axis where most are. */
static void choose_axis(tg_convolution_part *p) {
  int axis = 2;
  if (p->tile[2] < SHORT_ROW) {
    for (int a = 1; a >= 0; a -= 1) {
      if (p->tile[a] > p->tile[axis] && (axis == 2 ? p->tile[a] >= 2 * p->tile[2] : 1)) axis = a;
    }
  }
  p->pixel_axis = axis;
  p->row_axes[0] = axis == 0 ? 1 : 0;
  p->row_axes[1] = axis == 2 ? 1 : 2;
}

static void lay_patch(const tg_convolution *c, tg_convolution_part *p) {
  p->in_place = c->micro->narrow == NULL && reads_inside(c, p);
  if (p->in_place) {
    memcpy(p->patch_stride, c->in_stride, sizeof p->patch_stride);
    return;
  }
  ptrdiff_t pitch = c->words;
  if (pitch * c->step[2] % PATCH_ALIASING_FLOATS == 0) pitch += LINE_FLOATS;
  p->patch_stride[2] = pitch;
  p->patch_stride[1] = ((p->tile[2] - 1) * c->step[2] + p->patch_extent[2]) * pitch;
  p->patch_stride[0] = ((p->tile[1] - 1) * c->step[1] + p->patch_extent[1]) * p->patch_stride[1];
}

static void lay_taps(const tg_convolution *c, tg_convolution_part *p) {
  p->outer = p->kernel_height;
  p->inner = p->kernel_width;
  p->run = c->words;
  p->outer_stride = p->dilation[1] * p->patch_stride[1];
  p->inner_stride = p->dilation[2] * p->patch_stride[2];
  /* The taps of a kernel row are one run where they touch. */
  if (p->inner == 1 || p->inner_stride == p->run) {
    p->run *= p->inner;
    p->inner = 1;
  }
}

/* Takes vectors along input channels where a panel would be mostly empty and runs are long enough
 * to pay for the sum of lanes. */
static void choose_dots(tg_convolution *c, tg_convolution_part *p) {
  p->dots = c->group_out <= TG_DOT_OUTPUTS && p->pixel_axis == 2 && p->run >= DOT_RUN &&
            p->run * p->outer * p->inner >= DOT_TERMS && c->micro->dots[0][0] != NULL;
  if (!p->dots) return;
  ptrdiff_t run = divide_up(p->run, TG_PANEL) * TG_PANEL;
  ptrdiff_t floats = c->group_out * p->outer * p->inner * run;
  c->weights_bytes = most(c->weights_bytes, floats * (ptrdiff_t)sizeof(float));
}

static void prepare_part(tg_convolution *c, tg_convolution_part *p,
                         const tg_convolution_shape *shape, const tg_phase *phase,
                         const tg_view *operands) {
  const ptrdiff_t scale[3] = {1, shape->scale_y, shape->scale_x};
  const ptrdiff_t origin[3] = {0, phase->origin_y, phase->origin_x};
  memset(p, 0, sizeof *p);
  p->weights = phase->weights;
  p->kernel_height = phase->kernel_height;
  p->kernel_width = phase->kernel_width;
  p->pad[1] = phase->pad_top;
  p->pad[2] = phase->pad_left;
  p->dilation[1] = shape->dilation_y;
  p->dilation[2] = shape->dilation_x;
  p->patch_extent[0] = 1;
  p->patch_extent[1] = (phase->kernel_height - 1) * shape->dilation_y + 1;
  p->patch_extent[2] = (phase->kernel_width - 1) * shape->dilation_x + 1;
  p->out = shape->output.base;
  for (int a = 0; a < 3; a += 1) {
    ptrdiff_t positions = shape->output.dims[a] - origin[a];
    p->extent[a] = positions > 0 ? divide_up(positions, scale[a]) : 0;
    p->out_stride[a] = shape->output.strides[a] * scale[a];
    p->out += origin[a] * shape->output.strides[a];
  }
  for (int k = 1; k < c->program.operand_count; k += 1) {
    const tg_view *view = &operands[k - 1];
    p->operands[k] = view->base;
    p->operand_strides[k][3] = view->strides[3];
    for (int a = 0; a < 3; a += 1) {
      p->operand_strides[k][a] = view->strides[a] * scale[a];
      p->operand_offsets[k] += origin[a] * view->strides[a];
    }
  }
}

/* The rows of a depthwise tile: all of a few rows. Of each so many pixels go through the epilogue's
 * program together as stay in the first cache. */
static void cut_depthwise(const tg_convolution *c, tg_convolution_part *p) {
  const ptrdiff_t row = p->extent[2] * c->group_out * p->kernel_height * p->kernel_width;
  p->tile[0] = 1;
  p->tile[1] = least(p->extent[1], most(1, DEPTHWISE_TILE_WORK / most(row, 1)));
  p->tile[2] = p->extent[2];
  p->row_pixels = least(p->extent[2], most(1, DEPTHWISE_SCRATCH_FLOATS / most(c->group_out, 1)));
  p->tile_panels = p->panel_tiles = 1;
}

tg_status tg_convolution_prepare(tg_convolution *c, tg_convolution_part *parts,
                                 const tg_convolution_shape *shape, ptrdiff_t phase_count,
                                 const tg_phase *phases, int32_t operand_count,
                                 const tg_view *operands, int32_t step_count,
                                 const tg_step *steps) {
  memset(c, 0, sizeof *c);
  if (!tg_epilogue_prepare(&c->program, &c->finish, &c->finishes, shape->isa, operand_count,
                           operands, step_count, steps)) {
    return TG_UNSOUND_PROGRAM;
  }
  c->micro = tg_micros_of(shape->isa, shape->pairs);
  c->isa = (int)shape->isa;
  c->parts = parts;
  c->part_count = phase_count;
  c->input = shape->input.base;
  c->step[0] = 1;
  c->step[1] = shape->stride_y;
  c->step[2] = shape->stride_x;
  for (int a = 0; a < 3; a += 1) {
    c->in_extent[a] = shape->input.dims[a];
    c->in_stride[a] = shape->input.strides[a];
  }
  /* A depthwise convolution is one group of many channels to its kernel. */
  c->groups = shape->depthwise ? 1 : shape->groups;
  c->group_in = shape->input.dims[3] / c->groups;
  c->group_out = shape->output.dims[3] / c->groups;
  c->panels = divide_up(c->group_out, TG_PANEL);
  c->words = shape->pairs ? divide_up(c->group_in, 2) : c->group_in;
  ptrdiff_t rows_bytes = 0;
  for (ptrdiff_t i = 0; i < phase_count; i += 1) {
    tg_convolution_part *p = &parts[i];
    prepare_part(c, p, shape, &phases[i], operands);
    p->first_tile = c->tile_count;
    if (p->extent[0] * p->extent[1] * p->extent[2] * c->group_out == 0) continue;
    if (shape->depthwise) {
      cut_depthwise(c, p);
    } else {
      join_pixels(c, p);
      cut(c, p);
      choose_axis(p);
      const double floats = patch_floats(c, p);
      if (floats > IMPOSSIBLE_FLOATS) {
        const double bytes = floats * (double)sizeof(float);
        c->workspace_bytes = bytes < 0x1p62 ? (ptrdiff_t)bytes : PTRDIFF_MAX;
        return TG_TOO_LARGE;
      }
      lay_patch(c, p);
      lay_taps(c, p);
      choose_dots(c, p);
      if (!p->in_place) {
        ptrdiff_t bytes = p->tile[0] * p->patch_stride[0] * (ptrdiff_t)sizeof(float);
        c->patch_bytes = most(c->patch_bytes, tg_aligned(bytes));
      }
    }
    p->tile_count = c->groups * p->panel_tiles;
    for (int a = 0; a < 3; a += 1) {
      p->tiles[a] = divide_up(p->extent[a], p->tile[a]);
      p->tile_count *= p->tiles[a];
    }
    c->tile_count += p->tile_count;
    ptrdiff_t row = shape->depthwise
                        ? p->row_pixels * c->group_out
                        : p->tile[p->pixel_axis] * TG_MICRO_ROWS * TG_MICRO_PANELS * TG_PANEL;
    rows_bytes = most(rows_bytes, row * (ptrdiff_t)sizeof(float));
  }
  if (!c->finishes) {
    c->scratch_bytes = tg_aligned(rows_bytes);
    c->workspace_bytes = tg_program_workspace(&c->program);
  }
  c->workspace_bytes += c->patch_bytes + c->weights_bytes + c->scratch_bytes;
  return TG_OK;
}
