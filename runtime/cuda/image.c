// SPDX-License-Identifier: Apache-2.0
#include "cuda_engine.h"
#include "fatbin.h"

const void *cuda_image(void)
{
    return artem_cuda_fatbin;
}

int cuda_image_driver(void)
{
    return artem_cuda_fatbin_driver;
}
