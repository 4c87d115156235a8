/* The kernels in plain C. */
#include "tg_variant.h"
#include "tg_vector_scalar.h"

#define TG_VARIANT tg_variant_scalar
#define TG_PAIRS tg_pairs_scalar
#include "tg_variant_body.h"
