// SPDX-License-Identifier: Apache-2.0
// Kernels that machines are compared by; args.h says what they compute.
#include "floats.cuh"
#include "pack.cuh"
#include "popcount.cuh"
#include "tensor.cuh"
#include "wgmma.cuh"
