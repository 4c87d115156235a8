/* Weights of a convolution as pairs of bfloat16, panel by panel: found or made as floats, then
 * rounded. */
#include "tg_pairs_weights.h"

#include "tg_counts.h"

void tg_pairs_weights_of_panels(tg_pairs_weights *pairs, tg_isa isa, const void *weights,
                                tg_element element, ptrdiff_t channels, ptrdiff_t outputs,
                                ptrdiff_t groups, ptrdiff_t taps, int is_turned, float *out) {
  *pairs = (tg_pairs_weights){
      .source = {.is_turned = is_turned}, .out = out, .rows = taps, .depth = channels};
  tg_turn_prepare(&pairs->source.turn, isa, weights, element, channels, outputs, taps, out);
  pairs->tile_count = groups * pairs->source.turn.tile_count;
  pairs->workspace_bytes = tg_turn_room(&pairs->source.turn, is_turned) * (ptrdiff_t)sizeof(float);
}

void tg_pairs_weights_of_tiles(tg_pairs_weights *pairs, tg_isa isa, const void *weights,
                               tg_element element, ptrdiff_t channels, ptrdiff_t outputs,
                               ptrdiff_t results, ptrdiff_t kernel, ptrdiff_t stride, int is_turned,
                               float *out) {
  *pairs = (tg_pairs_weights){.out = out, .depth = stride * stride * channels};
  tg_winograd_transform_prepare(&pairs->source, isa, weights, element, channels, outputs, results,
                                kernel, stride, is_turned, out);
  const ptrdiff_t side = results + pairs->source.form->kernel - 1;
  pairs->rows = side * side;
  pairs->tile_count = pairs->source.tile_count;
  pairs->workspace_bytes = tg_aligned(pairs->source.workspace_bytes) +
                           pairs->rows * pairs->depth * TG_PANEL * (ptrdiff_t)sizeof(float);
}

/* One row, [depth][16] floats, as [depth / 2, rounded up][16] words. */
static void narrow_row(const float *from, ptrdiff_t depth, float *to) {
  for (ptrdiff_t k = 0; k < depth; k += 2, from += 2 * TG_PANEL, to += TG_PANEL) {
    for (ptrdiff_t o = 0; o < TG_PANEL; o += 1) {
      to[o] = tg_pair(from[o], k + 1 < depth ? from[TG_PANEL + o] : 0.0f);
    }
  }
}

void tg_pairs_weights_tile(const void *record, ptrdiff_t tile, void *workspace) {
  const tg_pairs_weights *p = record;
  const ptrdiff_t row = divide_up(p->depth, 2) * TG_PANEL, floats = p->depth * TG_PANEL;
  const int tiled = p->source.form != NULL;
  const float *from;
  if (tiled) {
    float *made = (float *)((char *)workspace + tg_aligned(p->source.workspace_bytes));
    tg_winograd_transform_panel(&p->source, tile, workspace, made, floats);
    from = made;
  } else {
    from = tg_turn_find(&p->source.turn, p->source.is_turned, tile, workspace);
  }
  for (ptrdiff_t i = 0; i < p->rows; i += 1) {
    const ptrdiff_t place = tiled ? i * p->tile_count + tile : tile * p->rows + i;
    narrow_row(from + i * floats, p->depth, p->out + place * row);
  }
}
