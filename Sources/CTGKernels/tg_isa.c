/* Which instruction sets this processor has. */
#include "tg_common.h"

int tg_isa_available(tg_isa isa) {
  switch (isa) {
  case TG_ISA_SCALAR:
    return 1;
#if defined(__x86_64__)
  case TG_ISA_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case TG_ISA_AVX512:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
  default:
    return 0;
  }
}

tg_isa tg_isa_best(void) {
  if (tg_isa_available(TG_ISA_AVX512)) return TG_ISA_AVX512;
  if (tg_isa_available(TG_ISA_AVX2)) return TG_ISA_AVX2;
  return TG_ISA_SCALAR;
}

tg_view tg_view_make(float *base, ptrdiff_t rank, const ptrdiff_t *dims,
                     const ptrdiff_t *strides) {
  tg_view view = {.base = base, .rank = rank};
  for (ptrdiff_t axis = 0; axis < rank && axis < TG_MAX_RANK; axis += 1) {
    view.dims[axis] = dims[axis];
    view.strides[axis] = strides[axis];
  }
  return view;
}
