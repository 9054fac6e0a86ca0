// SPDX-License-Identifier: Apache-2.0
#define ARTEM_SM 75
#include "image.h"

#define ENTRY(name, threads)                                                                                           \
    {                                                                                                                  \
        "artem_cuda_" #name, run<artem_cuda_##name>, sizeof(artem_cuda_args), ARTEM_CUDA_##threads##_THREADS           \
    }

static const cuda_kernel kernels[] = {
    ENTRY(input, INPUT), ENTRY(encoder, CONV), ENTRY(unit_popcount, UNIT), ENTRY(unit_xor, UNIT), ENTRY(d0, CONV),
    ENTRY(d1, CONV),     ENTRY(d2, D2),
};

const cuda_image cuda_image_75 = {75, kernels, sizeof kernels / sizeof *kernels};
