#include "tg_isa.h"

int tg_isa_available(tg_isa isa) {
  switch (isa) {
    case TG_ISA_SCALAR: return 1;
#if defined(__x86_64__)
    case TG_ISA_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("f16c");
    case TG_ISA_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    case TG_ISA_AVX512_BF16:
      return tg_isa_available(TG_ISA_AVX512) && __builtin_cpu_supports("avx512bf16");
#endif
    default: return 0;
  }
}
