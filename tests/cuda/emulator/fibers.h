// SPDX-License-Identifier: Apache-2.0
// A block's threads as fibers: they run one at a time, until they wait for their warp or their block.
#ifndef ARTEM_TEST_CUDA_FIBERS_H
#define ARTEM_TEST_CUDA_FIBERS_H

#include <cstddef>
#include <cstdint>

struct cuda_dim3 {
    uint32_t x, y, z;
};

// For a few bytes that are used all the time: neither is a function called around each use, as for thread_local, nor
// one that looks for them.
#define QUICK_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

extern QUICK_THREAD_LOCAL cuda_dim3 threadIdx, blockIdx, blockDim, gridDim;

[[noreturn]] void cuda_fail(const char *what);

// Runs one block of blockDim.x threads; each calls run(args).
void cuda_block_run(void (*run)(const void *args), const void *args, size_t shared_bytes);

// Waits for all threads of the block; whether all predicates were true.
int cuda_block_barrier(int predicate);

// What each lane brings to an operation of its whole warp. The last lane that comes runs `operate`, with what all of
// them brought, in order of lanes; then all go on. `name`: of the operation, which must be the same for all lanes.
typedef void (*cuda_warp_operation)(void *const brought[32]);
void cuda_warp_meet(cuda_warp_operation operate, void *brings, const char *name);

// Gives all lanes the values of all lanes, in their order.
void cuda_warp_share(const void *value, size_t size, void *out_values, const char *name);

// ---- Shared memory ----

void *cuda_block_shared(size_t needed_bytes);
// In the window of shared addresses, and back. Fail outside the block's shared memory.
uint32_t cuda_shared_address(const void *p);
void *cuda_shared_pointer(uint32_t address, size_t bytes);

// One per warp of the block, and one per thread, for instructions that end later than they begin.
struct cuda_warp_pending;
struct cuda_thread_pending;
cuda_warp_pending *&cuda_pending_of_warp();
cuda_thread_pending *&cuda_pending_of_thread();
void cuda_check_nothing_pending(cuda_warp_pending *warp, cuda_thread_pending *thread);

#endif
