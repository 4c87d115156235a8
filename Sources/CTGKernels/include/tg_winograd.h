/* Convolution by minimal filtering (Winograd 1980; Lavin & Gray, CVPR 2016): tiles of m x m results
 * of an r x r kernel cost n x n products for each pair of channels, n = m + r - 1, instead of
 * m x m x r x r.
 *
 * One of stride s is the sum of s x s convolutions of stride 1: of the pictures of every s-th
 * position with the kernels of every s-th tap. They are taken as one with s x s times the channels,
 * so that the sums of all are turned back once. */
#pragma once

#include "tg_convolution.h"
#include "tg_turn.h"

enum {
  /** The most rows and columns of a form's kernel. */
  TG_WINOGRAD_KERNEL = 3,
};

/** Turns one n x n patch of the input, `channels` of it, into n x n positions `position_stride`
 * apart. */
typedef void (*tg_winograd_input)(const float *_Nonnull in, ptrdiff_t row_stride,
                                  ptrdiff_t column_stride, ptrdiff_t channels, float *_Nonnull out,
                                  ptrdiff_t position_stride);

/** Turns n x n positions into results, finishes them and stores the first `rows` x `columns` of
 * them. The finish points at the first channel's factors. */
typedef void (*tg_winograd_output)(const float *_Nonnull in, ptrdiff_t position_stride,
                                   ptrdiff_t channels, const tg_finish *_Nonnull finish,
                                   float *_Nonnull out, ptrdiff_t row_stride,
                                   ptrdiff_t column_stride, ptrdiff_t rows, ptrdiff_t columns);

/** Turns the kernels of 16 outputs for one channel: r x r taps, `step` apart, into n x n positions.
 */
typedef void (*tg_winograd_kernel)(const float *_Nonnull in, ptrdiff_t step, float *_Nonnull out,
                                   ptrdiff_t position_stride);

/** A form: m results along each side of a tile from a kernel of r. */
typedef struct {
  int results, kernel;
  /** Products of a position that are added one after the other. */
  int chain;
  tg_winograd_input _Nonnull input;
  tg_winograd_output _Nonnull output;
  tg_winograd_kernel _Nonnull transform;
} tg_winograd_form;

/** One phase, prepared. The axes of results are N, Y, X. */
typedef struct {
  /** [n x n positions][panels][s x s][C][16], or of pairs [n x n positions][panels]
   * [s x s x C / 2, rounded up][16] words. */
  const float *_Nullable weights;
  ptrdiff_t pad[3];
  /** The results along N, Y, X and the tiles that cover them. */
  ptrdiff_t extent[3], grid[3];
  /** Tiles of a block, and how many blocks there are. */
  ptrdiff_t block, blocks;
  ptrdiff_t first_tile, tile_count;
  float *_Nullable out;
  ptrdiff_t out_stride[3];
  /** Operands 1 and up of the epilogue: where the part's first position lies, and how to go on. */
  const void *_Nullable operands[TG_MAX_OPERANDS];
  ptrdiff_t operand_offsets[TG_MAX_OPERANDS];
  ptrdiff_t operand_strides[TG_MAX_OPERANDS][4];
} tg_winograd_part;

/** A prepared convolution. A tile of the kernel's work is a block of tiles by a chunk of panels. */
typedef struct {
  const tg_micro_table *_Nullable micro;
  const tg_winograd_form *_Nullable form;
  const tg_winograd_part *_Nullable parts;
  ptrdiff_t part_count, tile_count, workspace_bytes;
  const float *_Nullable input;
  ptrdiff_t in_extent[3], in_stride[3];
  /** Channels of the input, and s x s times as many. */
  ptrdiff_t channels, depth;
  /** What `depth` numbers are to the micro-kernels: floats, or pairs. */
  ptrdiff_t words;
  ptrdiff_t outputs, panels, stride;
  /** Panels of a chunk, and how many chunks there are. */
  ptrdiff_t chunk, chunks;
  /** Elements from tile to tile and from position to position, of inputs and of sums. */
  ptrdiff_t in_pitch, in_position, sum_pitch, sum_position;
  /** The bytes of the pieces of a workspace, in their order. */
  ptrdiff_t patch_bytes, turned_bytes, in_bytes, sum_bytes, scratch_bytes;
  int finishes;
  tg_finish finish;
  tg_program program;
} tg_winograd;

/** True if there is a form of tiles of m x m results for kernels of so many rows and columns, with
 * a stride of s: one for r = kernel / s, rounded up. */
int tg_winograd_exists(ptrdiff_t results, ptrdiff_t kernel, ptrdiff_t stride);

/** The floats of the transformed weights of one phase. */
ptrdiff_t tg_winograd_weights(ptrdiff_t channels, ptrdiff_t outputs, ptrdiff_t results,
                              ptrdiff_t kernel, ptrdiff_t stride);

/** A transformation of packed weights [panels][kernel][kernel][C][16] into
 * [n x n positions][panels][s x s][C][16]; its tiles are the panels. Turned weights (tg_turn) and
 * such of 16 bits become panels of 32 bits in the workspace before. */
typedef struct {
  const tg_winograd_form *_Nullable form;
  tg_turn turn;
  int is_turned;
  ptrdiff_t kernel, stride, tile_count, workspace_bytes;
} tg_winograd_transform;

/** Prepares a transformation; there is a form of tiles of `results` for the kernel and stride.
 * `is_turned` says how `weights` lie. */
void tg_winograd_transform_prepare(tg_winograd_transform *_Nonnull transform, tg_isa isa,
                                   const void *_Nonnull weights, tg_element element,
                                   ptrdiff_t channels, ptrdiff_t outputs, ptrdiff_t results,
                                   ptrdiff_t kernel, ptrdiff_t stride, int is_turned,
                                   float *_Nonnull out);

/** Transforms one panel into positions `position_stride` floats apart; `room` has the workspace's
 * bytes. */
void tg_winograd_transform_panel(const tg_winograd_transform *_Nonnull transform, ptrdiff_t panel,
                                 float *_Nullable room, float *_Nonnull out,
                                 ptrdiff_t position_stride);

/** Transforms one panel into its place. */
void tg_winograd_transform_tile(const void *_Nonnull transform, ptrdiff_t tile,
                                void *_Nonnull workspace);

/** Prepares a convolution of one stride, with dilation and groups 1, whose phases' weights are
 * transformed for tiles of `results`; their kernels are of one extent. `parts` has room for
 * `phase_count` parts and stays where it is. Operands and steps as in tg_convolution_prepare.
 * Returns TG_OK or TG_UNSOUND_PROGRAM. */
tg_status tg_winograd_prepare(tg_winograd *_Nonnull winograd, tg_winograd_part *_Nonnull parts,
                              const tg_convolution_shape *_Nonnull shape, ptrdiff_t results,
                              ptrdiff_t phase_count, const tg_phase *_Nonnull phases,
                              int32_t operand_count, const tg_view *_Nonnull operands,
                              int32_t step_count, const tg_step *_Nonnull steps);

/** Runs one tile of a prepared convolution. */
void tg_winograd_tile(const void *_Nonnull winograd, ptrdiff_t tile, void *_Nonnull workspace);
