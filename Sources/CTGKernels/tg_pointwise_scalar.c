/* The steps of pointwise programs, plain C. */
#include "tg_pointwise_internal.h"

#include "tg_vector_scalar.h"

#include "tg_math.h"

#define TG_STEP_TABLE tg_steps_scalar
#include "tg_pointwise_steps.h"
