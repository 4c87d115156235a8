#pragma once
/*
 * OpenBLAS's product of matrices, loaded when the first product needs it.
 *
 * Linked in the ordinary way, OpenBLAS starts a thread for each processor before main and lets each
 * take 128 MiB of address space; where that is refused it asks again for ever, also in commands
 * that multiply nothing. Loaded late, with one thread and its buffers taken here, it can neither
 * wait nor fail while a plan runs.
 */
#include <stddef.h>
#include <stdint.h>

typedef enum tg_blas_state {
  /* Products can be computed, once buffers are reserved. */
  TG_BLAS_READY = 0,
  /* It is not installed, or a build without what is needed here. */
  TG_BLAS_ABSENT = 1,
  /* The system has no memory for it. */
  TG_BLAS_NO_MEMORY = 2,
} tg_blas_state;

enum {
  /* The address space that loading takes at least. */
  TG_BLAS_LIBRARY_BYTES = 48 << 20,
  /* The address space of a calling thread's buffer, in all versions for x86-64 and ARM. */
  TG_BLAS_BUFFER_BYTES = 129 << 20,
};

/* Loads the library unless it is loaded; what was absent stays so. */
tg_blas_state tg_blas_load(void);

/* The processor that its kernels are made for, such as "Haswell"; NULL unless it is loaded. */
const char *_Nullable tg_blas_core(void);

/* What the library says of its build, such as "OpenBLAS 0.3.21 DYNAMIC_ARCH"; NULL unless it is
 * loaded and says so. */
const char *_Nullable tg_blas_configuration(void);

/*
 * Takes the buffers of so many threads that compute at once, and keeps them. Returns how many
 * threads have one, fewer than asked for if the system refuses more. Call it before other threads
 * compute products; 0 unless the library is loaded.
 */
ptrdiff_t tg_blas_reserve(ptrdiff_t threads);

/*
 * out = left * right, row-major: left is height x depth, right depth x width, each transposed in
 * memory where its flag is not 0; rows lie `leading` elements apart. Only after tg_blas_load.
 */
void tg_blas_product(int left_transposed, int right_transposed, int32_t height, int32_t width,
                     int32_t depth, const float *_Nonnull left, int32_t left_leading,
                     const float *_Nonnull right, int32_t right_leading, float *_Nonnull out,
                     int32_t out_leading);
