/* The kernels of TGraph, one header per family. */
#pragma once

#include "tg_block_epilogue.h"
#include "tg_common.h"
#include "tg_convolution.h"
#include "tg_gather.h"
#include "tg_normalize.h"
#include "tg_pointwise.h"
#include "tg_pool.h"
#include "tg_product.h"
#include "tg_reduce.h"
#include "tg_resample.h"
#include "tg_signs.h"
#include "tg_softmax.h"
