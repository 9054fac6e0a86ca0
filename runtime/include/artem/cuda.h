// SPDX-License-Identifier: Apache-2.0
// Whether the CUDA backend can work here, without making an engine. Any thread.
#ifndef ARTEM_CUDA_H
#define ARTEM_CUDA_H

#include <stddef.h>
#include <stdint.h>

#include "artem/result.h"

enum { ARTEM_CUDA_UUID_SIZE = 16 };

struct artem_cuda_info {
    char name[128]; // of the device
    char form[32];  // of its kernels: how binary convolutions are computed; of a probe, the one expected to be used
    int capability; // 10 * major + minor
    int driver;     // CUDA version of the driver: 1000 * major + 10 * minor
};

// Looks for the backend's shared object, a driver new enough, and the device of that UUID (that of a Vulkan device;
// NULL: any). ARTEM_ERROR_UNSUPPORTED: `why` says what is missing. Opens the driver; without one it costs nothing.
// out_info may be NULL.
enum artem_result artem_cuda_probe(const uint8_t *uuid, struct artem_cuda_info *out_info, char *why, size_t why_size);

#endif
