// SPDX-License-Identifier: Apache-2.0
// What an image tells the emulator about itself.
#ifndef ARTEM_TEST_CUDA_KERNELS_H
#define ARTEM_TEST_CUDA_KERNELS_H

#include <cstddef>
#include <cstdint>

struct cuda_kernel {
    const char *name;
    void (*run)(const void *args);
    size_t args_bytes;
    uint32_t most_threads;
};

struct cuda_image {
    int sm;
    const cuda_kernel *kernels;
    size_t count;
};

extern const cuda_image cuda_image_75, cuda_image_80, cuda_image_90, cuda_image_120;
extern const cuda_image cuda_bench_image_75, cuda_bench_image_80, cuda_bench_image_90, cuda_bench_image_120;

#endif
