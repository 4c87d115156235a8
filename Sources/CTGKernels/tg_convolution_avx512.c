/* Micro-kernels of convolution, AVX-512. */
#include "tg_convolution_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)

#include "tg_vector_avx512.h"

#include "tg_convolution_micro.h"

MICRO(1, 1, 1)
MICRO(1, 1, 2)
MICRO(1, 1, 3)
MICRO(1, 1, 4)
MICRO(1, 1, 5)
MICRO(1, 1, 6)
MICRO(1, 1, 7)
MICRO(1, 1, 8)
MICRO(1, 1, 9)
MICRO(1, 1, 10)
MICRO(1, 1, 11)
MICRO(1, 1, 12)
MICRO(1, 1, 13)
MICRO(1, 1, 14)
MICRO(1, 2, 1)
MICRO(1, 2, 2)
MICRO(1, 2, 3)
MICRO(1, 2, 4)
MICRO(1, 2, 5)
MICRO(1, 2, 6)
MICRO(1, 2, 7)
MICRO(1, 4, 1)
MICRO(1, 4, 2)
MICRO(1, 4, 3)
MICRO(1, 4, 4)
MICRO(2, 1, 1)
MICRO(2, 1, 2)
MICRO(2, 1, 3)
MICRO(2, 1, 4)
MICRO(2, 1, 5)
MICRO(2, 1, 6)
MICRO(2, 1, 7)
MICRO(2, 1, 8)
MICRO(2, 1, 9)
MICRO(2, 1, 10)
MICRO(2, 1, 11)
MICRO(2, 1, 12)
MICRO(2, 1, 13)
MICRO(2, 1, 14)
MICRO(2, 2, 1)
MICRO(2, 2, 2)
MICRO(2, 2, 3)
MICRO(2, 2, 4)
MICRO(2, 2, 5)
MICRO(2, 2, 6)
MICRO(2, 2, 7)
MICRO(2, 4, 1)
MICRO(2, 4, 2)
MICRO(2, 4, 3)
MICRO(4, 1, 1)
MICRO(4, 1, 2)
MICRO(4, 1, 3)
MICRO(4, 1, 4)
MICRO(4, 1, 5)
MICRO(4, 1, 6)
MICRO(4, 1, 7)
DOT(1, 1)
DOT(1, 2)
DOT(1, 3)
DOT(1, 4)
DOT(1, 5)
DOT(1, 6)
DOT(2, 1)
DOT(2, 2)
DOT(2, 3)
DOT(2, 4)
DOT(2, 5)
DOT(2, 6)
DOT(3, 1)
DOT(3, 2)
DOT(3, 3)
DOT(3, 4)
DOT(3, 5)
DOT(3, 6)
DOT(4, 1)
DOT(4, 2)
DOT(4, 3)
DOT(4, 4)
DOT(4, 5)
DOT(4, 6)

const tg_micro_table tg_micros_avx512 = {
    .pixels = {14, 14, 0, 7},
    .depthwise = depthwise,
    .dots = {
        {dot_1_1, dot_1_2, dot_1_3, dot_1_4, dot_1_5, dot_1_6},
        {dot_2_1, dot_2_2, dot_2_3, dot_2_4, dot_2_5, dot_2_6},
        {dot_3_1, dot_3_2, dot_3_3, dot_3_4, dot_3_5, dot_3_6},
        {dot_4_1, dot_4_2, dot_4_3, dot_4_4, dot_4_5, dot_4_6},
    },
    .kernels = {
        [0][0] = {micro_1_1_1, micro_1_1_2, micro_1_1_3, micro_1_1_4, micro_1_1_5, micro_1_1_6, micro_1_1_7, micro_1_1_8, micro_1_1_9, micro_1_1_10, micro_1_1_11, micro_1_1_12, micro_1_1_13, micro_1_1_14},
        [0][1] = {micro_1_2_1, micro_1_2_2, micro_1_2_3, micro_1_2_4, micro_1_2_5, micro_1_2_6, micro_1_2_7},
        [0][3] = {micro_1_4_1, micro_1_4_2, micro_1_4_3, micro_1_4_4},
        [1][0] = {micro_2_1_1, micro_2_1_2, micro_2_1_3, micro_2_1_4, micro_2_1_5, micro_2_1_6, micro_2_1_7, micro_2_1_8, micro_2_1_9, micro_2_1_10, micro_2_1_11, micro_2_1_12, micro_2_1_13, micro_2_1_14},
        [1][1] = {micro_2_2_1, micro_2_2_2, micro_2_2_3, micro_2_2_4, micro_2_2_5, micro_2_2_6, micro_2_2_7},
        [1][3] = {micro_2_4_1, micro_2_4_2, micro_2_4_3},
        [3][0] = {micro_4_1_1, micro_4_1_2, micro_4_1_3, micro_4_1_4, micro_4_1_5, micro_4_1_6, micro_4_1_7},
    },
};

#pragma clang attribute pop
#endif
