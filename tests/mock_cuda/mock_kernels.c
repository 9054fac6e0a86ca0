// SPDX-License-Identifier: Apache-2.0
// Kernels: by the emulation of the true ones on the host. Each has one parameter.
#include "mock_driver.h"

#include "emulator.h"
// Of the thread that calls.
static bool choose_chip(void)
{
    return cuda_emulator_choose(mock_cuda.capability / 10, mock_cuda.capability % 10);
}

bool mock_find_kernel(const char *name)
{
    return choose_chip() && cuda_emulator_has(name);
}

unsigned mock_kernel_parameters(const char *name, size_t sizes[32])
{
    sizes[0] = choose_chip() ? cuda_emulator_args_bytes(name) : 0;
    return sizes[0] > 0;
}

void mock_run_kernel(const char *name, const CUDA_KERNEL_NODE_PARAMS *params, void **arguments)
{
    const uint32_t grid[3] = {params->gridDimX, params->gridDimY, params->gridDimZ};
    const uint32_t block[3] = {params->blockDimX, params->blockDimY, params->blockDimZ};

    if (!choose_chip() || !cuda_emulator_launch(name, grid, block, params->sharedMemBytes, arguments))
        mock_complain("%s: cannot be launched", name);
}
