// SPDX-License-Identifier: Apache-2.0
// What the bench asks the CUDA driver for beyond what the CUDA backend does.
#ifndef ARTEM_CLI_BENCH_GPU_DRIVER_MORE_H
#define ARTEM_CLI_BENCH_GPU_DRIVER_MORE_H

#include "runtime/cuda/driver.h"

enum {
    CU_DEVICE_ATTRIBUTE_CLOCK_RATE = 13,              // kHz
    CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE = 36,       // kHz
    CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH = 37, // bits
    CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE = 38,           // bytes
};

// As CUDA_DRIVER_FUNCTIONS.
#define GPU_DRIVER_FUNCTIONS(X)                                                                                        \
    X(cuDevicePrimaryCtxRetain, 7000, (CUcontext * context, CUdevice device))                                          \
    X(cuDevicePrimaryCtxRelease, 11000, (CUdevice device))                                                             \
    X(cuMemcpyDtoDAsync, 3020, (CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream))

#endif
