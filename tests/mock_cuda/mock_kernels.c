// SPDX-License-Identifier: Apache-2.0
// Kernels: by the emulation of the true ones on the host. Each has one parameter.
#include "mock_driver.h"

#include <stdlib.h>
#include <string.h>

#include "emulator.h"

// Of the thread that calls.
static bool choose_chip(void)
{
    return cuda_emulator_choose(mock_cuda.capability / 10, mock_cuda.capability % 10);
}

bool mock_find_kernel(const char *name)
{
    return choose_chip() && strcmp(name, mock_cuda.missing) != 0 && cuda_emulator_has(name);
}

static bool is_within(unsigned n, unsigned most)
{
    return n > 0 && n <= most;
}

bool mock_can_launch(const CUDA_KERNEL_NODE_PARAMS *p)
{
    return p->kernelParams != NULL && p->extra == NULL && choose_chip() &&
           cuda_emulator_args_bytes(p->func->name) > 0 && is_within(p->gridDimX, INT32_MAX) &&
           is_within(p->gridDimY, 65535) && is_within(p->gridDimZ, 65535) && is_within(p->blockDimX, 1024) &&
           is_within(p->blockDimY, 1024) && is_within(p->blockDimZ, 64) &&
           is_within(p->blockDimX * p->blockDimY * p->blockDimZ, 1024);
}

struct mock_node mock_kernel_node(const CUDA_KERNEL_NODE_PARAMS *params, const void *argument)
{
    const size_t bytes = choose_chip() ? cuda_emulator_args_bytes(params->func->name) : 0;
    struct mock_node node = {.kind = WORK_KERNEL, .kernel = *params, .argument = malloc(bytes)};

    if (node.argument == NULL)
        abort();
    memcpy(node.argument, argument, bytes);
    node.kernel.kernelParams = NULL; // the caller's
    return node;
}

void mock_run_kernel(const struct mock_node *node)
{
    const CUDA_KERNEL_NODE_PARAMS *p = &node->kernel;
    const uint32_t grid[3] = {p->gridDimX, p->gridDimY, p->gridDimZ};
    const uint32_t block[3] = {p->blockDimX, p->blockDimY, p->blockDimZ};

    if (!choose_chip() ||
        !cuda_emulator_launch(p->func->name, grid, block, p->sharedMemBytes, (void *[]){node->argument}))
        mock_complain("%s: cannot be launched", p->func->name);
}
