// SPDX-License-Identifier: Apache-2.0
#include "fibers.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/mman.h>
#include <vector>

#include "switch.h"

QUICK_THREAD_LOCAL cuda_dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace
{

enum status { READY, AT_WARP, AT_BARRIER, ENDED };

constexpr size_t STACK_BYTES = 256 * 1024;
constexpr uint32_t SHARED_BASE = 1024; // addresses do not begin at 0 on a chip either

struct fiber {
    fiber_context context;
    status state;
    void *brings;
    cuda_thread_pending *pending;
};

struct warp {
    uint32_t waiting;
    cuda_warp_operation operate;
    const char *name;
    cuda_warp_pending *pending;
};

// All of one operating-system thread.
struct block {
    fiber_context host;
    std::vector<fiber> fibers;
    std::vector<warp> warps;
    std::vector<char *> stacks;
    std::unique_ptr<unsigned char, void (*)(void *)> shared{nullptr, free};
    size_t shared_bytes = 0;
    uint32_t current = 0, waiting = 0, ended = 0;
    int predicate = 1, voted = 1;
    void (*run)(const void *args) = nullptr;
    const void *args = nullptr;

    ~block()
    {
        for (char *stack : stacks) {
            fiber_clear_stack(stack, STACK_BYTES);
            munmap(stack, STACK_BYTES);
        }
    }
};

thread_local block owned;
QUICK_THREAD_LOCAL block *b; // that one, once it is in use

// The next one that can go on: first of the same warp, so that warps run ahead of each other as far as they can.
uint32_t next_ready()
{
    const uint32_t warp = b->current / 32;

    for (uint32_t i = 1; i <= 32; i++) {
        const uint32_t lane = (b->current + i) % 32;
        if (b->fibers[warp * 32 + lane].state == READY)
            return warp * 32 + lane;
    }
    for (uint32_t i = 1; i < b->warps.size(); i++) {
        const uint32_t other = (warp + i) % (uint32_t)b->warps.size();
        for (uint32_t lane = 0; lane < 32; lane++)
            if (b->fibers[other * 32 + lane].state == READY)
                return other * 32 + lane;
    }
    cuda_fail(b->ended > 0 ? "a barrier or warp-wide operation that ended threads do not reach"
                           : "threads that wait for each other in different places");
}

void enter(uint32_t number)
{
    b->current = number;
    threadIdx = {number, 0, 0};
}

// From the current fiber, whose state says what it waits for.
void give_way()
{
    const uint32_t from = b->current, to = next_ready();

    enter(to);
    fiber_switch(&b->fibers[from].context, &b->fibers[to].context);
}

void begin_thread()
{
    b->run(b->args);
    cuda_check_nothing_pending(nullptr, b->fibers[b->current].pending);
    b->fibers[b->current].state = ENDED;
    if (++b->ended == b->fibers.size())
        fiber_switch(&b->fibers[b->current].context, &b->host);
    give_way();
    abort();
}

} // namespace

void cuda_fail(const char *what)
{
    fprintf(stderr, "CUDA emulator: %s (block %u, %u, thread %u)\n", what, blockIdx.x, blockIdx.y, threadIdx.x);
    abort();
}

void cuda_block_run(void (*run)(const void *args), const void *args, size_t shared_bytes)
{
    const uint32_t threads = blockDim.x;

    b = &owned;
    while (b->stacks.size() < threads) {
        void *stack =
            mmap(nullptr, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (stack == MAP_FAILED)
            cuda_fail("out of memory");
        b->stacks.push_back(static_cast<char *>(stack));
    }
    b->fibers.assign(threads, {});
    b->warps.assign(threads / 32, {});
    b->run = run;
    b->args = args;
    b->ended = b->waiting = 0;
    b->predicate = b->voted = 1;
    b->shared.reset(static_cast<unsigned char *>(aligned_alloc(1024, (shared_bytes + 1024) / 1024 * 1024)));
    b->shared_bytes = shared_bytes;
    memset(b->shared.get(), 0xA5, shared_bytes);
    for (uint32_t i = 0; i < threads; i++)
        fiber_prepare(&b->fibers[i].context, b->stacks[i], STACK_BYTES, begin_thread);
    enter(0);
    fiber_switch(&b->host, &b->fibers[0].context);
    for (warp &w : b->warps)
        cuda_check_nothing_pending(w.pending, nullptr);
}

int cuda_block_barrier(int predicate)
{
    b->predicate &= predicate;
    if (++b->waiting < b->fibers.size()) {
        b->fibers[b->current].state = AT_BARRIER;
        give_way();
        return b->voted;
    }
    for (fiber &f : b->fibers)
        f.state = READY;
    b->waiting = 0;
    b->voted = b->predicate;
    b->predicate = 1;
    return b->voted;
}

void cuda_warp_meet(cuda_warp_operation operate, void *brings, const char *name)
{
    warp &w = b->warps[b->current / 32];
    fiber *lanes = &b->fibers[b->current / 32 * 32];

    if (w.waiting > 0 && (w.operate != operate || (w.name != name && strcmp(w.name, name) != 0)))
        cuda_fail("lanes of one warp in different operations");
    w.operate = operate;
    w.name = name;
    b->fibers[b->current].brings = brings;
    if (++w.waiting < 32) {
        b->fibers[b->current].state = AT_WARP;
        give_way();
        return;
    }
    void *brought[32];
    for (int i = 0; i < 32; i++) {
        brought[i] = lanes[i].brings;
        lanes[i].state = READY;
    }
    w.waiting = 0;
    operate(brought);
}

namespace
{

struct share {
    const void *value;
    size_t size;
    void *out_values;
};

void share_values(void *const brought[32])
{
    const share *first = static_cast<const share *>(brought[0]);
    char *values = static_cast<char *>(first->out_values);

    for (int from = 0; from < 32; from++) {
        const share *in = static_cast<const share *>(brought[from]);
        memcpy(values + from * in->size, in->value, in->size);
    }
    for (int to = 1; to < 32; to++)
        memcpy(static_cast<share *>(brought[to])->out_values, values, 32 * first->size);
}

} // namespace

void cuda_warp_share(const void *value, size_t size, void *out_values, const char *name)
{
    share own = {value, size, out_values};

    cuda_warp_meet(share_values, &own, name);
}

void *cuda_block_shared(size_t needed_bytes)
{
    if (needed_bytes > b->shared_bytes)
        cuda_fail("less dynamic shared memory than the kernel needs");
    return b->shared.get();
}

uint32_t cuda_shared_address(const void *p)
{
    const ptrdiff_t offset = static_cast<const unsigned char *>(p) - b->shared.get();

    if (offset < 0 || (size_t)offset >= b->shared_bytes)
        cuda_fail("the address of something that is not in shared memory");
    return SHARED_BASE + (uint32_t)offset;
}

void *cuda_shared_pointer(uint32_t address, size_t bytes)
{
    if (address < SHARED_BASE || address - SHARED_BASE + bytes > b->shared_bytes)
        cuda_fail("shared memory out of bounds");
    return b->shared.get() + (address - SHARED_BASE);
}

cuda_warp_pending *&cuda_pending_of_warp()
{
    return b->warps[b->current / 32].pending;
}

cuda_thread_pending *&cuda_pending_of_thread()
{
    return b->fibers[b->current].pending;
}
