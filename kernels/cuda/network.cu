// SPDX-License-Identifier: Apache-2.0
// All kernels of a frame, in the order in which they run (plan.c).
#include "input.cuh"

#include "encoder.cuh"

#include "unit.cuh"

#include "decoder.cuh"
