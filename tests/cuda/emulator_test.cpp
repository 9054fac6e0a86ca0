// SPDX-License-Identifier: Apache-2.0
// The emulator itself: where an instruction has its elements, that asynchronous ones take effect no sooner than they
// are waited for, and that kernels which break the rules end the program.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

#include "cuda_host.h"
#include "test.h"

static void run(void (*kernel)(const void *), uint32_t threads, size_t shared, const void *args)
{
    blockDim = {threads, 1, 1};
    gridDim = {1, 1, 1};
    blockIdx = {0, 0, 0};
    cuda_block_run(kernel, args, shared);
}

// ---- Where elements are: one bit or byte of A and of B meet at K, and one element of D counts it ----

struct elements {
    uint32_t a_lane, a_register, b_lane, b_register, d_lane, d_register;
};

template <void (*multiply)(int32_t *, const uint32_t *, const uint32_t *), uint32_t a_value, uint32_t b_value>
static void one_product(const void *args)
{
    const elements &e = *static_cast<const elements *>(args);
    uint32_t a[4] = {0}, b[2] = {0};
    int32_t d[4] = {1000, 1000, 1000, 1000};

    if (threadIdx.x == e.a_lane)
        a[e.a_register] = a_value;
    if (threadIdx.x == e.b_lane)
        b[e.b_register] = b_value;
    multiply(d, a, b);
    for (uint32_t i = 0; i < 4; i++)
        CHECK_INT(d[i] != 1000, threadIdx.x == e.d_lane && i == e.d_register);
}

// m16n8k64: row 9 and K = 50: group 1, thread 2, second half of rows and of K, the third element. Column 5: group 5.
// 0.5 and -1.5, with a factor of 2 each.
static void one_fp4_product(const void *)
{
    uint32_t a[4] = {0}, b[2] = {0};
    float d[4] = {1000, 1000, 1000, 1000};

    if (threadIdx.x == 6)
        a[3] = 1u << 8;
    if (threadIdx.x == 22)
        b[1] = 0xbu << 8;
    mma_fp4_16x8x64(d, a, b);
    for (int i = 0; i < 4; i++)
        CHECK(d[i] == (threadIdx.x == 6 && i == 3 ? 997.0f : 1000.0f));
}

static void test_elements()
{
    // m16n8k256: row 9 and K = 200: group 1, thread 2, second half of rows and of K. Column 5: group 5.
    const elements bits = {6, 3, 22, 1, 6, 3};
    run(one_product<mma_and_16x8x256, 1u << 8, 1u << 8>, 32, 0, &bits);
    // m16n8k32: row 2 and K = 15: group 2, thread 3, first halves. Column 6: group 6.
    const elements bytes = {11, 0, 27, 0, 11, 0};
    run(one_product<mma_u8s8_16x8x32, 200u << 24, 0x80u << 24>, 32, 0, &bytes);
    run(one_product<mma_u8u8_16x8x32, 200u << 24, 0x80u << 24>, 32, 0, &bytes);
    run(one_fp4_product, 32, 0, nullptr);
}

// ---- What comes too early ----

static void load_matrices(const void *)
{
    auto *shared = static_cast<uint32_t *>(cuda_block_shared(512));
    uint32_t r[4];

    for (uint32_t i = threadIdx.x; i < 128; i += 32)
        shared[i] = i;
    __syncthreads();
    ldmatrix_x4(r, cuda_shared_address(shared + 4 * threadIdx.x));
    for (uint32_t i = 0; i < 4; i++)
        CHECK_INT(r[i], 32 * i + threadIdx.x);
}

static void copy_and_wait(const void *args)
{
    auto *shared = static_cast<uint32_t *>(cuda_block_shared(1024));

    copy_16(cuda_shared_address(shared + 8 * threadIdx.x), args);
    copies_commit();
    copy_16(cuda_shared_address(shared + 8 * threadIdx.x + 4), args);
    copies_commit();
    CHECK(shared[8 * threadIdx.x] != 7);
    copies_wait<1>();
    CHECK_INT(shared[8 * threadIdx.x], 7);
    CHECK(shared[8 * threadIdx.x + 4] != 7);
    copies_wait<0>();
    CHECK_INT(shared[8 * threadIdx.x + 4], 7);
}

// 64 rows of 32 bytes at 0 and 64 columns at 2048, all ones: core matrices side by side along K.
static uint64_t all_ones_operand(uint32_t offset)
{
    auto *shared = static_cast<unsigned char *>(cuda_block_shared(4096));

    memset(shared + offset, 0xff, 2048);
    return cuda_shared_address(shared + offset) >> 4 | (uint64_t)(128 >> 4) << 16 | (uint64_t)(256 >> 4) << 32;
}

static void multiply_and_wait(const void *)
{
    const uint64_t a = all_ones_operand(0), b = all_ones_operand(2048);
    int32_t d[8][4];

    memset(d, 0, sizeof d);
    __syncthreads();
    wgmma_fence();
    wgmma_and_64x64x256(d, a, b, 0);
    wgmma_and_64x64x256(d, a, b, 1);
    wgmma_commit();
    CHECK(d[3][1] != 512 && d[3][1] != 0);
    wgmma_wait<0>(d);
    for (int j = 0; j < 8; j++)
        for (int i = 0; i < 4; i++)
            CHECK_INT(d[j][i], 512);
}

// ---- What must end the program ----

static void barrier_of_some(const void *)
{
    if (threadIdx.x != 5)
        __syncthreads();
}

static void shuffle_of_some(const void *)
{
    uint32_t r[4];

    if (threadIdx.x < 16)
        __shfl_sync(0xffffffffu, 1, 0);
    else
        ldmatrix_x4(r, cuda_shared_address(cuda_block_shared(16)));
}

static void unaligned_row(const void *)
{
    uint32_t r[4];

    ldmatrix_x4(r, cuda_shared_address(cuda_block_shared(512)) + 8);
}

static void row_outside(const void *)
{
    uint32_t r[4];

    ldmatrix_x4(r, cuda_shared_address(cuda_block_shared(512)) + 16 * (threadIdx.x + 1));
}

static void more_shared_memory(const void *)
{
    cuda_block_shared(513);
}

static void copies_left_over(const void *args)
{
    copy_16(cuda_shared_address(cuda_block_shared(512)), args);
    copies_commit();
}

static void wgmma_unfenced(const void *)
{
    int32_t d[8][4] = {};

    wgmma_and_64x64x256(d, 0, 0, 0);
}

static bool ends_the_program(void (*kernel)(const void *), const void *args)
{
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == nullptr)
            _exit(2);
        run(kernel, 32, 512, args);
        _exit(0);
    }
    return waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

int main()
{
    alignas(16) static const uint32_t source[4] = {7, 7, 7, 7};

    test_elements();
    run(load_matrices, 32, 512, nullptr);
    run(copy_and_wait, 32, 1024, source);
    run(multiply_and_wait, 128, 4096, nullptr);
    CHECK(ends_the_program(barrier_of_some, nullptr));
    CHECK(ends_the_program(shuffle_of_some, nullptr));
    CHECK(ends_the_program(unaligned_row, nullptr));
    CHECK(ends_the_program(row_outside, nullptr));
    CHECK(ends_the_program(more_shared_memory, nullptr));
    CHECK(ends_the_program(copies_left_over, source));
    CHECK(ends_the_program(wgmma_unfenced, nullptr));
    return test_result();
}
