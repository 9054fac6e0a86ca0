// SPDX-License-Identifier: Apache-2.0
#include "emulator.h"

#include <cstring>

#include "fibers.h"
#include "kernels.h"

// Of the network, and of the bench.
static const cuda_image *const images[][2] = {{&cuda_image_75, &cuda_bench_image_75},
                                              {&cuda_image_80, &cuda_bench_image_80},
                                              {&cuda_image_90, &cuda_bench_image_90},
                                              {&cuda_image_120, &cuda_bench_image_120}};
static thread_local const cuda_image *const *chosen = images[2];

bool cuda_emulator_choose(int major, int minor)
{
    const int sm = 10 * major + minor;

    chosen = nullptr;
    for (const cuda_image *const(&pair)[2] : images)
        if (pair[0]->sm <= sm)
            chosen = pair;
    return chosen != nullptr;
}

static const cuda_kernel *find(const char *name)
{
    for (size_t k = 0; chosen != nullptr && k < 2; k++)
        for (size_t i = 0; i < chosen[k]->count; i++)
            if (strcmp(chosen[k]->kernels[i].name, name) == 0)
                return &chosen[k]->kernels[i];
    return nullptr;
}

bool cuda_emulator_has(const char *kernel)
{
    return find(kernel) != nullptr;
}

size_t cuda_emulator_args_bytes(const char *name)
{
    const cuda_kernel *kernel = find(name);

    return kernel != nullptr ? kernel->args_bytes : 0;
}

bool cuda_emulator_launch(const char *name, const uint32_t grid[3], const uint32_t block[3], uint32_t shared,
                          void **params)
{
    const cuda_kernel *kernel = find(name);

    if (kernel == nullptr || grid[0] == 0 || grid[1] == 0 || grid[2] == 0 || block[1] != 1 || block[2] != 1 ||
        block[0] == 0 || block[0] % 32 != 0 || block[0] > kernel->most_threads)
        return false;
    // The arguments are copied at the launch.
    unsigned char args[4096] __attribute__((aligned(16)));
    memcpy(args, params[0], kernel->args_bytes);
    blockDim = {block[0], 1, 1};
    gridDim = {grid[0], grid[1], grid[2]};
    for (uint32_t z = 0; z < grid[2]; z++)
        for (uint32_t y = 0; y < grid[1]; y++)
            for (uint32_t x = 0; x < grid[0]; x++) {
                blockIdx = {x, y, z};
                cuda_block_run(kernel->run, args, shared);
            }
    return true;
}
