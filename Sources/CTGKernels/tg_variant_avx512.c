/* The kernels for AVX-512 F, BW, DQ and VL. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "tg_variant.h"

#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)

#include "tg_vector_avx512.h"

#define TG_VARIANT tg_variant_avx512
#define TG_PAIRS tg_pairs_avx512
#include "tg_variant_body.h"

#pragma clang attribute pop
#endif
