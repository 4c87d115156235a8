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
DOT(1, 1)
DOT(1, 2)
DOT(1, 3)
DOT(2, 1)
DOT(2, 2)
DOT(2, 3)
DOT(3, 1)
DOT(3, 2)
DOT(3, 3)
DOT(4, 1)
DOT(4, 2)
DOT(4, 3)

const tg_micro_table tg_micros_avx2 = {
    .pixels = {6, 3, 0, 1},
    .depthwise = depthwise,
    .dots = {
        {dot_1_1, dot_1_2, dot_1_3},
        {dot_2_1, dot_2_2, dot_2_3},
        {dot_3_1, dot_3_2, dot_3_3},
        {dot_4_1, dot_4_2, dot_4_3},
    },
    .kernels = {
        [0][0] = {micro_1_1_1, micro_1_1_2, micro_1_1_3, micro_1_1_4, micro_1_1_5, micro_1_1_6},
        [0][1] = {micro_1_2_1, micro_1_2_2, micro_1_2_3},
        [1][0] = {micro_2_1_1, micro_2_1_2, micro_2_1_3},
        [3][0] = {micro_4_1_1},
    },
};

#pragma clang attribute pop
#endif
