/* The kernels for AVX2 with FMA and F16C. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "tg_variant.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "tg_vector_avx2.h"

#define TG_VARIANT tg_variant_avx2
#define TG_PAIRS tg_pairs_avx2
#include "tg_variant_body.h"

#pragma clang attribute pop
#endif
