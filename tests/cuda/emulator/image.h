// SPDX-License-Identifier: Apache-2.0
// The kernels as they are for one chip: included once per chip, with ARTEM_SM set.
#ifndef ARTEM_TEST_CUDA_IMAGE_H
#define ARTEM_TEST_CUDA_IMAGE_H

#include "cuda_host.h"
#include "kernels.h"

namespace
{
#include "network.cu"

// From the arguments as cuLaunchKernel gets them.
template <void (*kernel)(const artem_cuda_args &)> void run(const void *args)
{
    kernel(*static_cast<const artem_cuda_args *>(args));
}
} // namespace

#endif
