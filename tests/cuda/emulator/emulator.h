// SPDX-License-Identifier: Apache-2.0
// The CUDA kernels of kernels/cuda/ on the host: the same source text, compiled by the host's compiler, a block's
// threads as fibers of one operating-system thread. For tests that have no GPU; calls from several threads are
// independent.
#ifndef ARTEM_TEST_CUDA_EMULATOR_H
#define ARTEM_TEST_CUDA_EMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Which chip is emulated from now on by this thread, by its compute capability: of the kernels' images
// for 7.5, 8.0, 9.0 and 12.0 the newest one that is not newer than the chip. False where there is none. At the
// beginning it is 9.0.
bool cuda_emulator_choose(int major, int minor);

// Whether there is a kernel of this name.
bool cuda_emulator_has(const char *kernel);

// Bytes of its one parameter; 0: there is no such kernel.
size_t cuda_emulator_args_bytes(const char *kernel);

// Runs all blocks, one after the other, and returns when they are done. `params` as cuLaunchKernel takes them; device
// addresses are the host's. `shared`: bytes of dynamic shared memory. Returns false where there is no such kernel or
// the sizes are none. A kernel that breaks the rules (a barrier that not all threads reach, a warp-wide operation
// without its warp, a read of registers that an asynchronous operation still owns, shared memory out of bounds) ends
// the program with a message.
bool cuda_emulator_launch(const char *kernel, const uint32_t grid[3], const uint32_t block[3], uint32_t shared,
                          void **params);

#ifdef __cplusplus
}
#endif

#endif
