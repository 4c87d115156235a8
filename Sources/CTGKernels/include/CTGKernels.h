/* The kernels of TGraph, one header per family. */
#pragma once

#include "tg_common.h"
#include "tg_pointwise.h"
