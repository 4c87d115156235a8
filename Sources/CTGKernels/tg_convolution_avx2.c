/* Micro-kernels of convolution, AVX2 with FMA. */
#include "tg_convolution_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "tg_vector_avx2.h"

#include "tg_convolution_micro.h"

MICRO(1, 1, 1)
MICRO(1, 1, 2)
MICRO(1, 1, 3)
MICRO(1, 1, 4)
MICRO(1, 1, 5)
MICRO(1, 1, 6)
MICRO(1, 2, 1)
MICRO(1, 2, 2)
MICRO(1, 2, 3)
MICRO(2, 1, 1)
MICRO(2, 1, 2)
MICRO(2, 1, 3)
MICRO(4, 1, 1)

const tg_micro_table tg_micros_avx2 = {
    .pixels = {6, 3, 0, 1},
    .depthwise = depthwise,
    .kernels = {
        [0][0] = {micro_1_1_1, micro_1_1_2, micro_1_1_3, micro_1_1_4, micro_1_1_5, micro_1_1_6},
        [0][1] = {micro_1_2_1, micro_1_2_2, micro_1_2_3},
        [1][0] = {micro_2_1_1, micro_2_1_2, micro_2_1_3},
        [3][0] = {micro_4_1_1},
    },
};

#pragma clang attribute pop
#endif
