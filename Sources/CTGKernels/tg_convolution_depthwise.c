/* Depthwise convolution: every channel with its own kernel, vectors along channels, the input read
 * in place with the taps outside the picture left out. */
#include "tg_convolution.h"

#include "tg_counts.h"

/* The taps that see the picture from output position `at` along an axis: the first, and how many.
 */
static ptrdiff_t taps_inside(ptrdiff_t position, ptrdiff_t dilation, ptrdiff_t taps,
                             ptrdiff_t extent, ptrdiff_t *first) {
  *first = position < 0 ? least(taps, (-position + dilation - 1) / dilation) : 0;
  ptrdiff_t end = position < extent ? (extent - position + dilation - 1) / dilation : 0;
  end = least(end, taps);
  return end > *first ? end - *first : 0;
}

void tg_convolution_depthwise_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_convolution *c = record;
  const tg_convolution_part *p = c->parts;
  while (tile >= p->first_tile + p->tile_count) p += 1;
  ptrdiff_t rest = tile - p->first_tile;
  const ptrdiff_t n = rest / p->tiles[1], y0 = rest % p->tiles[1] * p->tile[1];
  const ptrdiff_t end = least(y0 + p->tile[1], p->extent[1]), channels = c->group_out;
  float *scratch = workspace;
  tg_micro_arguments a = {
      .channels = channels, .finish = c->finish, .panel_stride = p->kernel_width * channels};
  a.outer_stride = p->dilation[1] * c->in_stride[1];
  a.inner_stride = p->dilation[2] * c->in_stride[2];
  a.in_stride = c->step[2] * c->in_stride[2];
  a.out_stride = c->finishes ? p->out_stride[2] : channels;
  for (ptrdiff_t y = y0; y < end; y += 1) {
    const ptrdiff_t in_y = y * c->step[1] - p->pad[1];
    ptrdiff_t first_y, first_x;
    a.outer = taps_inside(in_y, p->dilation[1], p->kernel_height, c->in_extent[1], &first_y);
    float *out = p->out + n * p->out_stride[0] + y * p->out_stride[1];
    for (ptrdiff_t x = 0; x < p->extent[2]; x += a.pixels) {
      const ptrdiff_t in_x = x * c->step[2] - p->pad[2];
      a.inner = taps_inside(in_x, p->dilation[2], p->kernel_width, c->in_extent[2], &first_x);
      if (a.outer > 0 && a.inner > 0) {
        a.in[0] = c->input + n * c->in_stride[0] +
                  (in_y + first_y * p->dilation[1]) * c->in_stride[1] +
                  (in_x + first_x * p->dilation[2]) * c->in_stride[2];
        a.weights = p->weights + (first_y * p->kernel_width + first_x) * channels;
      }
      /* Together with all whose taps are inside. */
      const ptrdiff_t last_x = in_x + (p->kernel_width - 1) * p->dilation[2];
      a.pixels = 1;
      if (in_x >= 0 && last_x < c->in_extent[2]) {
        a.pixels = least((c->in_extent[2] - 1 - last_x) / c->step[2] + 1, p->extent[2] - x);
      }
      a.out[0] = c->finishes ? out + x * p->out_stride[2] : scratch + x * channels;
      c->micro->depthwise(&a);
    }
    if (c->finishes) continue;
    tg_block operands[TG_MAX_OPERANDS];
    operands[0] = (tg_block){.base = scratch, .row_stride = channels, .column_stride = 1};
    for (int k = 1; k < c->program.operand_count; k += 1) {
      const ptrdiff_t *strides = p->operand_strides[k];
      operands[k] = (tg_block){.base = p->operands[k],
                               .offset = p->operand_offsets[k] + n * strides[0] + y * strides[1],
                               .row_stride = strides[2],
                               .column_stride = strides[3]};
    }
    tg_program_run(&c->program, p->extent[2], channels, out, p->out_stride[2], 1, operands,
                   (char *)workspace + c->scratch_bytes);
  }
}
