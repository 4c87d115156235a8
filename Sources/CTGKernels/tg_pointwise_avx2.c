/* The steps of pointwise programs, AVX2 with FMA. */
#include "tg_pointwise_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "tg_vector_avx2.h"

#include "tg_math.h"

#define TG_STEP_TABLE tg_steps_avx2
#include "tg_pointwise_steps.h"

#pragma clang attribute pop
#endif
