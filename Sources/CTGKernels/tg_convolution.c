/* Convolution with weights in panels, tile by tile: pad the input into a patch, run micro-kernels
 * over it, finish the results. */
#include "tg_convolution.h"

#include <string.h>

#include "tg_counts.h"

enum {
  /* From so many channels on a call of memcpy is cheaper than a loop. */
  MEMCPY_CHANNELS = 32,
};

/* A tile: its positions in the output and its panels. */
typedef struct {
  const tg_convolution *convolution;
  const tg_convolution_part *part;
  ptrdiff_t start[3], count[3];
  ptrdiff_t group, first_panel, end_panel;
  /* The input position of the first output position's first tap. */
  const float *in;
  float *weights, *scratch;
  void *program_workspace;
} tile_range;

/* Channels as the micro-kernels read them. */
static void copy_channels(const tg_convolution *c, float *to, const float *from, ptrdiff_t n) {
  if (c->micro->narrow) {
    c->micro->narrow(from, n, to);
  } else if (n >= MEMCPY_CHANNELS) {
    memcpy(to, from, (size_t)n * sizeof(float));
  } else {
    for (ptrdiff_t i = 0; i < n; i += 1) to[i] = from[i];
  }
}

/* Copies the input positions that a tile reads, zeros where they are outside the picture. */
static void fill_patch(const tile_range *tile, float *patch) {
  const tg_convolution *c = tile->convolution;
  const tg_convolution_part *p = tile->part;
  const ptrdiff_t pitch = p->patch_stride[2], channels = c->group_in;
  /* Neighbours lie together before and after; of an odd number of channels no pair is of two. */
  const int is_dense = pitch == c->words && c->in_stride[2] == channels &&
                       (c->micro->narrow == NULL || channels % 2 == 0);
  ptrdiff_t rows = (tile->count[1] - 1) * c->step[1] + p->patch_extent[1];
  ptrdiff_t columns = (tile->count[2] - 1) * c->step[2] + p->patch_extent[2];
  ptrdiff_t x0 = tile->start[2] * c->step[2] - p->pad[2];
  ptrdiff_t left = least(most(-x0, 0), columns);
  ptrdiff_t end = most(least(c->in_extent[2] - x0, columns), left);
  for (ptrdiff_t n = 0; n < tile->count[0]; n += 1) {
    for (ptrdiff_t row = 0; row < rows; row += 1) {
      float *to = patch + n * p->patch_stride[0] + row * p->patch_stride[1];
      ptrdiff_t y = tile->start[1] * c->step[1] - p->pad[1] + row;
      if (y < 0 || y >= c->in_extent[1]) {
        memset(to, 0, (size_t)(columns * pitch) * sizeof(float));
        continue;
      }
      const float *from = c->input + (tile->start[0] + n) * c->in_stride[0] + y * c->in_stride[1] +
                          x0 * c->in_stride[2] + tile->group * channels;
      memset(to, 0, (size_t)(left * pitch) * sizeof(float));
      if (is_dense) {
        copy_channels(c, to + left * pitch, from + left * channels, (end - left) * channels);
      } else {
        for (ptrdiff_t x = left; x < end; x += 1) {
          copy_channels(c, to + x * pitch, from + x * c->in_stride[2], channels);
        }
      }
      memset(to + end * pitch, 0, (size_t)((columns - end) * pitch) * sizeof(float));
    }
  }
}

/* Turns the weights of a group from panels to [outputs][taps][run], runs padded to whole panels. */
static void turn_weights(const tile_range *tile) {
  const tg_convolution *c = tile->convolution;
  const tg_convolution_part *p = tile->part;
  const ptrdiff_t taps = p->outer * p->inner;
  const ptrdiff_t run = (p->run + TG_PANEL - 1) / TG_PANEL * TG_PANEL;
  const float *from = p->weights + tile->group * taps * p->run * TG_PANEL;
  for (ptrdiff_t tap = 0; tap < taps; tap += 1) {
    for (ptrdiff_t k = 0; k < p->run; k += 1, from += TG_PANEL) {
      for (ptrdiff_t o = 0; o < c->group_out; o += 1) {
        tile->weights[(o * taps + tap) * run + k] = from[o];
      }
    }
  }
}

/* The program of the epilogue over one row of pixels in the scratch memory. */
static void run_epilogue(const tile_range *tile, const ptrdiff_t at[3], const float *sums,
                         ptrdiff_t sums_stride, ptrdiff_t pixels, ptrdiff_t first_channel,
                         ptrdiff_t channels) {
  const tg_convolution *c = tile->convolution;
  const tg_convolution_part *p = tile->part;
  const int axis = p->pixel_axis;
  tg_block operands[TG_MAX_OPERANDS];
  operands[0] = (tg_block){.base = sums, .row_stride = sums_stride, .column_stride = 1};
  float *out = p->out + first_channel;
  for (int a = 0; a < 3; a += 1) out += at[a] * p->out_stride[a];
  for (int k = 1; k < c->program.operand_count; k += 1) {
    const ptrdiff_t *strides = p->operand_strides[k];
    ptrdiff_t offset = p->operand_offsets[k] + first_channel * strides[3];
    for (int a = 0; a < 3; a += 1) offset += at[a] * strides[a];
    operands[k] = (tg_block){.base = p->operands[k],
                             .offset = offset,
                             .row_stride = strides[axis],
                             .column_stride = strides[3]};
  }
  tg_program_run(&c->program, pixels, channels, out, p->out_stride[axis], 1, operands,
                 tile->program_workspace);
}

/* Rows of pixels by a few panels. */
static void run_rows(const tile_range *tile, ptrdiff_t row, int rows, ptrdiff_t panel, int panels) {
  const tg_convolution *c = tile->convolution;
  const tg_convolution_part *p = tile->part;
  const int axis = p->pixel_axis, minor = p->row_axes[1], major = p->row_axes[0];
  const ptrdiff_t pixels = tile->count[axis];
  const ptrdiff_t terms = p->kernel_height * p->kernel_width * c->words;
  const ptrdiff_t first = tile->group * c->group_out + panel * TG_PANEL;
  const ptrdiff_t channels = least(panels * TG_PANEL, c->group_out - panel * TG_PANEL);
  const ptrdiff_t sums_stride = p->dots ? channels : panels * TG_PANEL;
  tg_micro_arguments a = {
      .in_stride = p->patch_stride[axis] * c->step[axis],
      .out_stride = c->finishes ? p->out_stride[axis] : sums_stride,
      .outer = p->outer,
      .inner = p->inner,
      .run = p->run,
      .chain = c->micro->narrow ? TG_CHAIN / 2 : TG_CHAIN,
      .outer_stride = p->outer_stride,
      .inner_stride = p->inner_stride,
      .weights = p->weights + (tile->group * c->panels + panel) * terms * TG_PANEL,
      .panel_stride = terms * TG_PANEL,
      .channels = channels,
      .finish = c->finish,
  };
  if (a.finish.scale) a.finish.scale += first;
  if (a.finish.bias) a.finish.bias += first;
  ptrdiff_t positions[TG_MICRO_ROWS][3];
  const float *in[TG_MICRO_ROWS];
  float *out[TG_MICRO_ROWS];
  for (int r = 0; r < rows; r += 1) {
    ptrdiff_t local[3] = {0};
    local[major] = (row + r) / tile->count[minor];
    local[minor] = (row + r) % tile->count[minor];
    in[r] = tile->in;
    out[r] = c->finishes ? p->out + first : tile->scratch + r * pixels * sums_stride;
    for (int k = 0; k < 3; k += 1) {
      positions[r][k] = tile->start[k] + local[k];
      in[r] += local[k] * c->step[k] * p->patch_stride[k];
      if (c->finishes) out[r] += positions[r][k] * p->out_stride[k];
    }
  }
  const tg_micro *kernels = c->micro->kernels[panels - 1][rows - 1];
  ptrdiff_t widest = c->micro->pixels[panels - 1];
  if (p->dots) {
    kernels = c->micro->dots[channels - 1];
    widest = TG_DOT_PIXELS;
    a.weights = tile->weights;
    a.panel_stride = p->outer * p->inner * ((p->run + TG_PANEL - 1) / TG_PANEL * TG_PANEL);
  }
  while (widest > 1 && !kernels[widest - 1]) widest -= 1;
  ptrdiff_t parts = (pixels + widest - 1) / widest, done = 0;
  for (ptrdiff_t part = 0; part < parts; part += 1) {
    ptrdiff_t count = (pixels - done) / (parts - part);
    for (int r = 0; r < rows; r += 1) {
      a.in[r] = in[r] + done * a.in_stride;
      a.out[r] = out[r] + done * a.out_stride;
    }
    kernels[count - 1](&a);
    done += count;
  }
  if (c->finishes) return;
  for (int r = 0; r < rows; r += 1) {
    run_epilogue(tile, positions[r], out[r], sums_stride, pixels, first, channels);
  }
}

/* The most rows that the micro-kernels take at once for rows of so many pixels. */
static int row_count(const tg_micro_table *micro, int panels, ptrdiff_t pixels, ptrdiff_t left) {
  for (int rows = TG_MICRO_ROWS; rows > 1; rows -= 1) {
    if (rows <= left && pixels <= TG_MICRO_PIXELS &&
        micro->kernels[panels - 1][rows - 1][pixels - 1]) {
      return rows;
    }
  }
  return 1;
}

int tg_convolution_panels(const tg_micro_table *micro, ptrdiff_t pixels, ptrdiff_t rows,
                          ptrdiff_t left) {
  if (left >= 4 && pixels * rows <= micro->pixels[3]) return 4;
  if (left >= 2 && micro->pixels[1] > 0 &&
      (micro->pixels[1] >= micro->pixels[0] || pixels * rows <= micro->pixels[1])) {
    return 2;
  }
  return 1;
}

void tg_convolution_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_convolution *c = record;
  const tg_convolution_part *p = c->parts;
  while (tile >= p->first_tile + p->tile_count) p += 1;
  char *memory = workspace;
  tile_range position = {
      .convolution = c,
      .part = p,
      .weights = (float *)(memory + c->patch_bytes),
      .scratch = (float *)(memory + c->patch_bytes + c->weights_bytes),
      .program_workspace = memory + c->patch_bytes + c->weights_bytes + c->scratch_bytes,
  };
  ptrdiff_t rest = tile - p->first_tile;
  for (int a = 2; a >= 0; a -= 1) {
    position.start[a] = rest % p->tiles[a] * p->tile[a];
    position.count[a] = least(p->tile[a], p->extent[a] - position.start[a]);
    rest /= p->tiles[a];
  }
  position.first_panel = rest % p->panel_tiles * p->tile_panels;
  position.end_panel = least(position.first_panel + p->tile_panels, c->panels);
  position.group = rest / p->panel_tiles;
  if (p->in_place) {
    position.in = c->input + position.group * c->group_in;
    for (int a = 0; a < 3; a += 1) {
      position.in += (position.start[a] * c->step[a] - p->pad[a]) * c->in_stride[a];
    }
  } else {
    position.in = workspace;
    fill_patch(&position, workspace);
  }
  if (p->dots) turn_weights(&position);
  const ptrdiff_t pixels = position.count[p->pixel_axis];
  const ptrdiff_t rows = position.count[p->row_axes[0]] * position.count[p->row_axes[1]];
  for (ptrdiff_t panel = position.first_panel; panel < position.end_panel;) {
    int panels = tg_convolution_panels(c->micro, pixels, rows, position.end_panel - panel);
    for (ptrdiff_t row = 0; row < rows;) {
      int count = p->dots ? 1 : row_count(c->micro, panels, pixels, rows - row);
      run_rows(&position, row, count, panel, panels);
      row += count;
    }
    panel += panels;
  }
}
