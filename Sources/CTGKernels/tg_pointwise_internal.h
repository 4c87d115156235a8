/* What the files of the pointwise family share. */
#pragma once

#include "tg_pointwise.h"

extern const tg_step_function tg_steps_scalar[TG_FUNCTION_COUNT];
#if defined(__x86_64__)
extern const tg_step_function tg_steps_avx2[TG_FUNCTION_COUNT];
extern const tg_step_function tg_steps_avx512[TG_FUNCTION_COUNT];
#endif

/* Copies a block; the two may be the same memory with the same strides, or do not overlap. */
void tg_copy_block(ptrdiff_t rows, ptrdiff_t columns, float *out, ptrdiff_t out_row_stride,
                   ptrdiff_t out_column_stride, const float *in, ptrdiff_t row_stride,
                   ptrdiff_t column_stride);
