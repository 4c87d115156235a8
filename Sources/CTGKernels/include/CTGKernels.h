/* The kernels of TGraph, one header each.
 *
 * Names: a kernel `tg_NAME` is a record of pointers, extents and strides. `tg_NAME_prepare` makes
 * one of a description, where that takes more than filling it in, and returns a tg_status;
 * `tg_NAME_workspace` says how many bytes a tile needs; `tg_NAME_tile` runs one tile of the record,
 * and `tg_NAME_PART_tile` that of one part where a kernel is run in several calls or ways. The code
 * is in tg_NAME.c, what is compiled once for each instruction set in tg_NAME_body.h, and the safe
 * face is KernelCall.NAME in Swift. */
#pragma once

#include "tg_axes.h"
#include "tg_block_epilogue.h"
#include "tg_common.h"
#include "tg_convolution.h"
#include "tg_elementwise.h"
#include "tg_gather.h"
#include "tg_max_pool_gradient.h"
#include "tg_normalize.h"
#include "tg_pack_masks.h"
#include "tg_pairs.h"
#include "tg_pairs_weights.h"
#include "tg_pool.h"
#include "tg_product.h"
#include "tg_program.h"
#include "tg_reduce.h"
#include "tg_resample.h"
#include "tg_softmax.h"
#include "tg_turn.h"
#include "tg_widen.h"
#include "tg_winograd.h"
