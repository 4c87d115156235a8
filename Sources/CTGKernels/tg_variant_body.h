/* The bodies of all kernels and their table, for the instruction set whose tg_vector header was
 * included before; TG_VARIANT is the table's name, TG_PAIRS that of its micro-kernels of pairs. */
#include "tg_lanes.h"

#include "tg_pairs_lane.h"

#include "tg_micro_body.h"

#include "tg_convolution_body.h"
#include "tg_normalize_body.h"
#include "tg_chain_body.h"
#include "tg_program_body.h"
#include "tg_pool_body.h"
#include "tg_product_body.h"
#include "tg_reduce_body.h"
#include "tg_resample_body.h"
#include "tg_pack_masks_body.h"
#include "tg_pairs_body.h"
#include "tg_softmax_body.h"
#include "tg_max_pool_gradient_body.h"
#include "tg_widen_body.h"
#include "tg_winograd_body.h"

const tg_variant TG_VARIANT = {
    .width = VW,
    .steps = &steps,
    .micros = &micros,
    .pairs = &TG_PAIRS,
    .winograd = winograd_forms,
    .multiply = product,
    .normalize_rows = normalize_rows,
    .normalize_moments = normalize_moments,
    .normalize_lanes = normalize_lanes,
    .pool = pool,
    .max_pool_gradient = max_pool_gradient,
    .reduce = reduce,
    .resample = resample,
    .pack_masks = pack_masks,
    .softmax = softmax,
    .widen = widen,
};
