/* The steps of pointwise programs, AVX-512. */
#include "tg_pointwise_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)

#include "tg_vector_avx512.h"

#include "tg_math.h"

#define TG_STEP_TABLE tg_steps_avx512
#include "tg_pointwise_steps.h"

#pragma clang attribute pop
#endif
