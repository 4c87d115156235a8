/* Direct convolution of channels-last pictures with packed weights. */
#pragma once

#include "tg_common.h"
#include "tg_pairs.h"
#include "tg_program.h"

enum {
  /** Output channels of a weight panel: the lanes of the widest vector. It is part of the format of
   * plans. */
  TG_PANEL = 16,
  /** The most rows of pixels that a micro-kernel takes. */
  TG_MICRO_ROWS = 4,
  /** The most pixels of a row that a micro-kernel takes: times two panels they are 28 sums in the
   * 32 registers of AVX-512, which leaves room for weights and a pixel. */
  TG_MICRO_PIXELS = 14,
  /** The most panels that a micro-kernel takes. */
  TG_MICRO_PANELS = 4,
  /** Products that are added one after the other, before a new sum begins: the error of n terms in
   * chains of c grows with the root of c / 2 + n / 2c, and long chains cost no additions. */
  TG_CHAIN = 256,
  /** The same of the products of transformed tiles. Of F(4, 3) a result is the sum of 36 with
   * factors up to 2.8: with chains of 32 its error is that of direct sums, and the additions cost 5
   * %. Of F(2, 3) and F(3, 2) all factors are 1, and half of the additions are enough. */
  TG_TILE_CHAIN = 64,
  TG_WIDE_TILE_CHAIN = 32,
  /** The most pixels and output channels of a micro-kernel for few output channels. */
  TG_DOT_PIXELS = 6,
  TG_DOT_OUTPUTS = 4,
};

/** The output positions of one residue class with their kernel, as described. */
typedef struct {
  /** [groups][panels][kernel height][kernel width][C / groups][16], or for depthwise
   * [kernel height][kernel width][C]; of pairs [C / groups / 2, rounded up] words (tg_pairs.h). */
  const float *_Nonnull weights;
  ptrdiff_t kernel_height, kernel_width;
  ptrdiff_t pad_top, pad_left;
  ptrdiff_t origin_y, origin_x;
} tg_phase;

/** A convolution as described; see Convolution in the plan for the meaning. */
typedef struct {
  tg_isa isa;
  int depthwise;
  /** 1 if products are of bfloat16, and weights pairs of them; not for depthwise. */
  int pairs;
  /** [N, H, W, C], innermost stride 1. */
  tg_view input;
  /** [N, OH, OW, O], innermost stride 1. */
  tg_view output;
  ptrdiff_t groups, stride_y, stride_x, dilation_y, dilation_x, scale_y, scale_x;
} tg_convolution_shape;

/** The rectifier of a tg_finish. */
typedef enum {
  TG_ACTIVATION_NONE,
  TG_ACTIVATION_RELU,
  TG_ACTIVATION_LEAKY_RELU,
} tg_activation;

/** What is done to a result, where it is simple enough to be done in registers: multiplied by
 * `scale` and added `bias` (each per channel, or NULL), then rectified. */
typedef struct {
  const float *_Nullable scale;
  const float *_Nullable bias;
  tg_activation activation;
  float slope;
} tg_finish;

/** The arguments of a micro-kernel: a few pixels in a few rows times a few panels. */
typedef struct {
  const float *_Nullable in[TG_MICRO_ROWS];
  float *_Nullable out[TG_MICRO_ROWS];
  /** Elements from pixel to pixel. */
  ptrdiff_t in_stride, out_stride;
  /** Taps: `outer` times `inner` runs of `run` contiguous channels. For depthwise, the taps inside
   * the picture, with weights `panel_stride` apart from tap row to tap row. */
  ptrdiff_t outer, inner, run, outer_stride, inner_stride;
  /** Products that are added one after the other. */
  ptrdiff_t chain;
  const float *_Nullable weights;
  ptrdiff_t panel_stride;
  /** The output channels to store, at most 16 per panel. */
  ptrdiff_t channels;
  /** Of a depthwise convolution: pixels of a row that have the same taps. */
  ptrdiff_t pixels;
  tg_finish finish;
} tg_micro_arguments;

typedef void (*tg_micro)(const tg_micro_arguments *_Nonnull arguments);

/** The micro-kernels of an instruction set; NULL where there is none. */
typedef struct {
  /** The most pixels of a row, by panels - 1. */
  int pixels[TG_MICRO_PANELS];
  tg_micro _Nullable kernels[TG_MICRO_PANELS][TG_MICRO_ROWS][TG_MICRO_PIXELS];
  /** Micro-kernels whose vectors run along input channels, by output channels - 1 and pixels - 1;
   * their weights are [outputs][taps][run], runs padded to whole panels. */
  tg_micro _Nullable dots[TG_DOT_OUTPUTS][TG_DOT_PIXELS];
  /** Pixels of a row of a depthwise convolution. */
  tg_micro _Nullable depthwise;
  /** Makes of floats what the micro-kernels multiply; NULL if that are floats. */
  tg_narrow _Nullable narrow;
} tg_micro_table;

/** One phase, prepared. The axes of pixels are N, Y, X. */
typedef struct {
  const float *_Nullable weights;
  ptrdiff_t kernel_height, kernel_width, pad[3], dilation[3];
  /** The output positions along N, Y, X. */
  ptrdiff_t extent[3];
  /** The positions of a tile along each axis and how many tiles there are. */
  ptrdiff_t tile[3], tiles[3];
  /** Panels of a tile and how many tiles there are. */
  ptrdiff_t tile_panels, panel_tiles;
  /** Of a depthwise convolution: the pixels that go through the epilogue's program together. */
  ptrdiff_t row_pixels;
  ptrdiff_t first_tile, tile_count;
  /** 1 if the output channels are so few that vectors run along input channels. */
  int dots;
  /** 1 if the input is read in place. */
  int in_place;
  /** Elements from input position to input position, of the input itself or of the padded patch. */
  ptrdiff_t patch_stride[3];
  /** Input positions of a patch along each axis. */
  ptrdiff_t patch_extent[3];
  /** The axis along which the micro-kernel's pixels run, and the two others. */
  int pixel_axis, row_axes[2];
  ptrdiff_t outer, inner, run, outer_stride, inner_stride;
  float *_Nullable out;
  ptrdiff_t out_stride[3];
  /** Operands 1 and up of the epilogue: where the part's first position lies, and how to go on. */
  const void *_Nullable operands[TG_MAX_OPERANDS];
  ptrdiff_t operand_offsets[TG_MAX_OPERANDS];
  ptrdiff_t operand_strides[TG_MAX_OPERANDS][4];
} tg_convolution_part;

/** A prepared convolution. */
typedef struct {
  const tg_micro_table *_Nullable micro;
  const tg_convolution_part *_Nullable parts;
  ptrdiff_t part_count, tile_count, workspace_bytes, patch_bytes, weights_bytes, scratch_bytes;
  const float *_Nullable input;
  ptrdiff_t in_extent[3], in_stride[3];
  /** Steps and distances along N, Y, X. */
  ptrdiff_t step[3];
  ptrdiff_t groups, group_in, group_out, panels;
  /** What a group's channels of a position are to the micro-kernels: floats, or pairs. */
  ptrdiff_t words;
  int isa, finishes;
  tg_finish finish;
  tg_program program;
} tg_convolution;

/** Prepares a convolution with its epilogue; `parts` has room for `phase_count` parts and stays
 * where it is. `operands` are operands 1 and up of the epilogue, with the output's extents.
 * Returns TG_OK; TG_UNSOUND_PROGRAM; TG_TOO_LARGE, and `workspace_bytes` is about how
 * much it would need. */
tg_status tg_convolution_prepare(tg_convolution *_Nonnull convolution,
                                 tg_convolution_part *_Nonnull parts,
                                 const tg_convolution_shape *_Nonnull shape, ptrdiff_t phase_count,
                                 const tg_phase *_Nonnull phases, int32_t operand_count,
                                 const tg_view *_Nonnull operands, int32_t step_count,
                                 const tg_step *_Nonnull steps);

/** How many of `left` panels a micro-kernel takes at once for rows of pixels. */
int tg_convolution_panels(const tg_micro_table *_Nonnull micro, ptrdiff_t pixels, ptrdiff_t rows,
                          ptrdiff_t left);

/** Prepares the program of an epilogue, and the finish that does the same where it is so simple;
 * `finishes` says whether. Operand 0 of the program is the result. False if it is unsound. */
int tg_epilogue_prepare(tg_program *_Nonnull program, tg_finish *_Nonnull finish,
                        int *_Nonnull finishes, tg_isa isa, int32_t operand_count,
                        const tg_view *_Nonnull operands, int32_t step_count,
                        const tg_step *_Nonnull steps);

/** Runs one tile of a prepared convolution with weights in panels. */
void tg_convolution_tile(const void *_Nonnull convolution, ptrdiff_t tile,
                         void *_Nonnull workspace);

/** Runs one tile of a prepared depthwise convolution. */
void tg_convolution_depthwise_tile(const void *_Nonnull convolution, ptrdiff_t tile,
                                   void *_Nonnull workspace);
