/* What the files of the convolution family share. */
#pragma once

#include "tg_convolution.h"
#include "tg_pointwise_internal.h"

extern const tg_micro_table tg_micros_scalar;
#if defined(__x86_64__)
extern const tg_micro_table tg_micros_avx2;
extern const tg_micro_table tg_micros_avx512;
#endif
