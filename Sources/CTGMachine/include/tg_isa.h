/* Which vector instruction sets this processor has. */
#pragma once

/** The vector instruction sets that kernels are written for. */
typedef enum {
  TG_ISA_SCALAR = 0,
  TG_ISA_AVX2 = 1,
  TG_ISA_AVX512 = 2,
  /** The same with products of bfloat16. */
  TG_ISA_AVX512_BF16 = 3,
} tg_isa;

/** 1 if the processor and the operating system support the instruction set. */
int tg_isa_available(tg_isa isa);
