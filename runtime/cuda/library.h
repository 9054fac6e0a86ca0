// SPDX-License-Identifier: Apache-2.0
// NVIDIA's libraries beside the driver, like cuBLAS and cuDNN: opened where they are installed, never linked.
#ifndef ARTEM_CUDA_LIBRARY_H
#define ARTEM_CUDA_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

struct cuda_library_function {
    const char *name;
    void **place;
};

// Opens the first of these libraries, for good, and finds what is wanted of it; false: `why` says what is missing.
bool cuda_library_open(const char *const names[], size_t count, const struct cuda_library_function wanted[],
                       size_t wanted_count, char *why, size_t why_size);

#endif
