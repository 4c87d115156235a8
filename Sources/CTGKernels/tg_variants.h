/* Includes the kernel body TG_BODY once per variant; no include guard. */

/* Vectors are passed only to functions that are always inlined: there is no such call in the end. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define TG_VARIANT scalar
#define TG_LEVEL 0
#include TG_BODY
#undef TG_VARIANT
#undef TG_LEVEL

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define TG_VARIANT avx2
#define TG_LEVEL 1
#include TG_BODY
#undef TG_VARIANT
#undef TG_LEVEL
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)
#define TG_VARIANT avx512
#define TG_LEVEL 2
#include TG_BODY
#undef TG_VARIANT
#undef TG_LEVEL
#pragma clang attribute pop
#endif
#pragma clang diagnostic pop

/* Calls the variant of a kernel that the caller chose. */
#if defined(__x86_64__)
#define TG_CALL(isa, name, ...) \
  do { \
    switch (isa) { \
      case 2: name##_avx512(__VA_ARGS__); break; \
      case 1: name##_avx2(__VA_ARGS__); break; \
      default: name##_scalar(__VA_ARGS__); break; \
    } \
  } while (0)
#else
#define TG_CALL(isa, name, ...) \
  do { \
    (void)(isa); \
    name##_scalar(__VA_ARGS__); \
  } while (0)
#endif
