/* What an instruction set brings: the bodies of all kernels, compiled for it. A new one is a
 * tg_vector header, a tg_variant source that includes it, and a row in tg_variant.c. */
#pragma once

#include <string.h>

#include "tg_convolution.h"
#include "tg_max_pool_gradient.h"
#include "tg_normalize.h"
#include "tg_pack_masks.h"
#include "tg_program_internal.h"
#include "tg_pool.h"
#include "tg_product.h"
#include "tg_reduce_internal.h"
#include "tg_resample.h"
#include "tg_softmax.h"
#include "tg_winograd.h"

/* Kernels take units of work begin ..< end; those with a workspace cut it as their headers say. */
typedef struct {
  /* The lanes of a vector. */
  int width;
  const tg_step_table *steps;
  /* The micro-kernels of floats, and those of pairs. */
  const tg_micro_table *micros, *pairs;
  /* The forms of minimal filtering; the last has no results. */
  const tg_winograd_form *winograd;
  tg_multiply multiply;
  void (*normalize_rows)(const tg_normalize *, float *workspace, ptrdiff_t, ptrdiff_t);
  void (*normalize_moments)(const tg_normalize *, ptrdiff_t, ptrdiff_t);
  void (*normalize_lanes)(const tg_normalize *, float *workspace, ptrdiff_t, ptrdiff_t);
  void (*pool)(const tg_pool *, ptrdiff_t, ptrdiff_t);
  void (*max_pool_gradient)(const tg_max_pool_gradient *, ptrdiff_t, ptrdiff_t);
  void (*reduce)(const tg_reduce *, float *workspace, ptrdiff_t, ptrdiff_t);
  void (*resample)(const tg_resample *, ptrdiff_t, ptrdiff_t);
  void (*pack_masks)(const tg_pack_masks *, ptrdiff_t, ptrdiff_t);
  void (*softmax)(const tg_softmax *, float *workspace, ptrdiff_t, ptrdiff_t);
  /* Floats of so many of 16 bits. */
  void (*widen)(const uint16_t *, float *, ptrdiff_t);
} tg_variant;

extern const tg_variant tg_variant_scalar;
#if defined(__x86_64__)
extern const tg_variant tg_variant_avx2;
extern const tg_variant tg_variant_avx512;
extern const tg_micro_table tg_pairs_avx512_bf16;
#endif

/* The kernels of an instruction set that is available. */
const tg_variant *tg_variant_of(tg_isa isa);

/* Its micro-kernels: of floats, or of pairs. */
const tg_micro_table *tg_micros_of(tg_isa isa, int pairs);
