// SPDX-License-Identifier: Apache-2.0
// In place of the kernels' fatbin, which the mock driver does not look into.
#include "cuda_engine.h"

const void *cuda_image(void)
{
    return "no image";
}

int cuda_image_driver(void)
{
    return 12030;
}
