/* Micro-kernels of convolution, plain C. */
#include "tg_convolution_internal.h"

#include "tg_vector_scalar.h"

#include "tg_convolution_micro.h"

MICRO(1, 1, 1)
MICRO(1, 1, 2)
MICRO(1, 1, 3)
MICRO(1, 1, 4)

const tg_micro_table tg_micros_scalar = {
    .pixels = {4, 0, 0, 0},
    .depthwise = depthwise,
    .kernels = {
        [0][0] = {micro_1_1_1, micro_1_1_2, micro_1_1_3, micro_1_1_4},
    },
};
