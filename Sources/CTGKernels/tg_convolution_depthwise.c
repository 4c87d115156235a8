/* Depthwise convolution: every channel with its own kernel, vectors along channels, the input read
 * in place with the taps outside the picture left out. */
#include "tg_convolution.h"

#include "tg_counts.h"

enum {
  /* The floats of a line of the caches. */
  LINE_FLOATS = 16,
};

/* The taps that see the picture from output position `at` along an axis: the first, and how many.
 */
static ptrdiff_t taps_inside(ptrdiff_t position, ptrdiff_t dilation, ptrdiff_t taps,
                             ptrdiff_t extent, ptrdiff_t *first) {
  *first = position < 0 ? least(taps, (-position + dilation - 1) / dilation) : 0;
  ptrdiff_t end = position < extent ? (extent - position + dilation - 1) / dilation : 0;
  end = least(end, taps);
  return end > *first ? end - *first : 0;
}

/* Asks for the row of the picture that the next row of results reads first, under `pixels` from
 * `x` on: it comes while this one is computed, the processor alone would guess it late. */
static void fetch_next_row(const tg_convolution *c, const float *row, ptrdiff_t in_x,
                           ptrdiff_t pixels) {
  const ptrdiff_t first = most(in_x, 0), last = least(in_x + pixels, c->in_extent[2]);
  if (c->in_stride[2] != c->group_in) return;
  for (ptrdiff_t i = first * c->group_in; i < last * c->group_in; i += LINE_FLOATS)
    __builtin_prefetch(row + i, 0, 2);
}

/* Where a tile's results of one row, from `x` on, lie in the picture of a part. */
typedef struct {
  const tg_convolution *c;
  const tg_convolution_part *p;
  ptrdiff_t n, y;
} place;

/* The sums of pixels first ..< end of a row, stored at `out`. */
static void depthwise_sums(place at, ptrdiff_t first, ptrdiff_t end, float *out,
                           ptrdiff_t out_stride) {
  const tg_convolution *c = at.c;
  const tg_convolution_part *p = at.p;
  const ptrdiff_t channels = c->group_out, in_y = at.y * c->step[1] - p->pad[1];
  tg_micro_arguments a = {
      .channels = channels,
      .finish = c->finish,
      .panel_stride = p->kernel_width * channels,
      .outer_stride = p->dilation[1] * c->in_stride[1],
      .inner_stride = p->dilation[2] * c->in_stride[2],
      .in_stride = c->step[2] * c->in_stride[2],
      .out_stride = out_stride,
  };
  const float *picture = c->input + at.n * c->in_stride[0];
  ptrdiff_t first_y, first_x;
  a.outer = taps_inside(in_y, p->dilation[1], p->kernel_height, c->in_extent[1], &first_y);
  const ptrdiff_t next = in_y + (p->kernel_height - 1) * p->dilation[1] + c->step[1];
  if (next >= 0 && next < c->in_extent[1])
    fetch_next_row(c, picture + next * c->in_stride[1], first * c->step[2] - p->pad[2],
                   (end - first) * c->step[2]);
  for (ptrdiff_t x = first; x < end; x += a.pixels) {
    const ptrdiff_t in_x = x * c->step[2] - p->pad[2];
    a.inner = taps_inside(in_x, p->dilation[2], p->kernel_width, c->in_extent[2], &first_x);
    if (a.outer > 0 && a.inner > 0) {
      a.in[0] = picture + (in_y + first_y * p->dilation[1]) * c->in_stride[1] +
                (in_x + first_x * p->dilation[2]) * c->in_stride[2];
      a.weights = p->weights + (first_y * p->kernel_width + first_x) * channels;
    }
    /* Together with all whose taps are inside. */
    const ptrdiff_t last_x = in_x + (p->kernel_width - 1) * p->dilation[2];
    a.pixels = 1;
    if (in_x >= 0 && last_x < c->in_extent[2])
      a.pixels = least((c->in_extent[2] - 1 - last_x) / c->step[2] + 1, end - x);
    a.out[0] = out + (x - first) * out_stride;
    c->micro->depthwise(&a);
  }
}

void tg_convolution_depthwise_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_convolution *c = record;
  const tg_convolution_part *p = c->parts;
  while (tile >= p->first_tile + p->tile_count) p += 1;
  const ptrdiff_t rest = tile - p->first_tile, channels = c->group_out;
  place at = {.c = c, .p = p, .n = rest / p->tiles[1]};
  const ptrdiff_t y0 = rest % p->tiles[1] * p->tile[1], end = least(y0 + p->tile[1], p->extent[1]);
  float *scratch = workspace;
  for (at.y = y0; at.y < end; at.y += 1) {
    float *row = p->out + at.n * p->out_stride[0] + at.y * p->out_stride[1];
    if (c->finishes) {
      depthwise_sums(at, 0, p->extent[2], row, p->out_stride[2]);
      continue;
    }
    for (ptrdiff_t x = 0; x < p->extent[2]; x += p->row_pixels) {
      const ptrdiff_t pixels = least(p->row_pixels, p->extent[2] - x);
      depthwise_sums(at, x, x + pixels, scratch, channels);
      tg_block operands[TG_MAX_OPERANDS];
      operands[0] = (tg_block){.base = scratch, .row_stride = channels, .column_stride = 1};
      for (int k = 1; k < c->program.operand_count; k += 1) {
        const ptrdiff_t *strides = p->operand_strides[k];
        operands[k] = (tg_block){.base = p->operands[k],
                                 .offset = p->operand_offsets[k] + at.n * strides[0] +
                                           at.y * strides[1] + x * strides[2],
                                 .row_stride = strides[2],
                                 .column_stride = strides[3]};
      }
      tg_program_run(&c->program, pixels, channels, row + x * p->out_stride[2], p->out_stride[2], 1,
                     operands, (char *)workspace + c->scratch_bytes);
    }
  }
}
