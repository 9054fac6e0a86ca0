// SPDX-License-Identifier: Apache-2.0
// Warp-level instructions. In the PTX ISA's text on fragments, groupID = lane >> 2 and threadID_in_group = lane % 4.
#include "instructions_host.h"

#include <cstring>
#include <vector>

#include "fibers.h"

namespace
{

int32_t saturate(int32_t v, int32_t low, int32_t high)
{
    return v < low ? low : v > high ? high : v;
}

// ---- ldmatrix (Warp-level matrix load instruction): for .x4, threads 0-7, 8-15, 16-23 and 24-31 give the addresses of
// the rows of matrices 0 to 3; rows are 16 bytes, naturally aligned; register i of thread T holds the pair T % 4 of row
// T / 4 of matrix i.

struct loading {
    uint32_t address;
    uint32_t *r;
};

void load_matrices(void *const brought[32])
{
    for (int matrix = 0; matrix < 4; matrix++)
        for (int row = 0; row < 8; row++) {
            const uint32_t address = static_cast<loading *>(brought[8 * matrix + row])->address;
            if (address % 16 != 0)
                cuda_fail("ldmatrix: a row that is not aligned to 16 bytes");
            const char *bytes = static_cast<const char *>(cuda_shared_pointer(address, 16));
            for (int t = 0; t < 4; t++)
                memcpy(&static_cast<loading *>(brought[4 * row + t])->r[matrix], bytes + 4 * t, 4);
        }
}

// ---- mma.sync: fragments of one register of A, B per 8 rows or columns and 128 bits; of D two registers.

template <typename D> struct multiplying_into {
    const uint32_t *a, *b;
    D *d;
};

using multiplying = multiplying_into<int32_t>;

int32_t xor_bits(uint32_t a, uint32_t b)
{
    return __builtin_popcount(a ^ b);
}

int32_t and_bits(uint32_t a, uint32_t b)
{
    return __builtin_popcount(a & b);
}

int32_t dot_bytes(uint32_t a, uint32_t b)
{
    const auto byte = [](uint32_t w, int i) { return w >> 8 * i; };

    return (uint8_t)byte(a, 0) * (int8_t)byte(b, 0) + (uint8_t)byte(a, 1) * (int8_t)byte(b, 1) +
           (uint8_t)byte(a, 2) * (int8_t)byte(b, 2) + (uint8_t)byte(a, 3) * (int8_t)byte(b, 3);
}

// "Matrix Fragments for mma.m8n8k16" (8-bit) and "mma.m8n8k128" (single-bit): element i of A's register is row groupID,
// column threadID_in_group · n + i, n being 4 or 32; B's is row threadID_in_group · n + i, column groupID; D's is row
// groupID, column threadID_in_group · 2 + i.
template <int32_t (*product)(uint32_t, uint32_t)> void multiply_8x8(void *const brought[32])
{
    for (int row = 0; row < 8; row++)
        for (int column = 0; column < 8; column++)
            for (int t = 0; t < 4; t++)
                static_cast<multiplying *>(brought[row * 4 + column / 2])->d[column % 2] +=
                    product(*static_cast<multiplying *>(brought[row * 4 + t])->a,
                            *static_cast<multiplying *>(brought[column * 4 + t])->b);
}

// "Matrix Fragments for mma.m16n8k32" (8-bit) and "mma.m16n8k256" (single-bit). With n elements a register, element i
// of A: row groupID for 0 <= i < n and 2n <= i < 3n, else groupID + 8; column threadID_in_group · n + i % n, for i >=
// 2n beyond the first half of K. Of B: row threadID_in_group · n + i % n, for i >= n beyond the first half of K; column
// groupID. Of D: row groupID for i < 2, else groupID + 8; column threadID_in_group · 2 + i % 2.
template <typename D> struct operands_16x8 {
    uint32_t a[16][8], b[8][8]; // rows of A, columns of B

    explicit operands_16x8(void *const brought[32])
    {
        for (int lane = 0; lane < 32; lane++) {
            const auto *own = static_cast<multiplying_into<D> *>(brought[lane]);
            for (int i = 0; i < 4; i++)
                a[lane / 4 + i % 2 * 8][lane % 4 + i / 2 * 4] = own->a[i];
            for (int i = 0; i < 2; i++)
                b[lane / 4][lane % 4 + i * 4] = own->b[i];
        }
    }
};

template <typename D> D &result_16x8(void *const brought[32], int row, int column)
{
    return static_cast<multiplying_into<D> *>(brought[row % 8 * 4 + column / 2])->d[row / 8 * 2 + column % 2];
}

// Of elements that have been unpacked.
template <typename A, typename B, int count> int32_t dot(const A *a, const B *b)
{
    int32_t sum = 0;

    for (int i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

void multiply_bits_16x8(void *const brought[32])
{
    const operands_16x8<int32_t> operands(brought);

    for (int row = 0; row < 16; row++)
        for (int column = 0; column < 8; column++) {
            int32_t sum = 0;
            for (int k = 0; k < 8; k++)
                sum += and_bits(operands.a[row][k], operands.b[column][k]);
            result_16x8<int32_t>(brought, row, column) += sum;
        }
}

template <typename B> void multiply_bytes_16x8(void *const brought[32])
{
    const operands_16x8<int32_t> operands(brought);
    uint8_t a[16][32];
    B b[8][32];

    memcpy(a, operands.a, sizeof a); // the lowest byte comes first
    memcpy(b, operands.b, sizeof b);
    for (int row = 0; row < 16; row++)
        for (int column = 0; column < 8; column++)
            result_16x8<int32_t>(brought, row, column) += dot<uint8_t, B, 32>(a[row], b[column]);
}

// ---- "Matrix Fragments for mma.m16n8k64" with .e2m1 elements: as above, with eight elements a register. "Block
// Scaling for mma": each 1 x 32 part of A and 32 x 1 part of B has a factor of its own, of type .ue8m0 (a power of two
// with a bias of 127); kernels give all of them the same one, 2, so that products are of whole numbers.

// Twice an .e2m1: a sign, two bits of exponent with a bias of 1, one of mantissa; no infinity, no NaN.
int8_t doubled_fp4(uint32_t bits)
{
    const int exponent = (int)(bits >> 1 & 3), mantissa = (int)(bits & 1);
    const int value = exponent == 0 ? mantissa : (2 + mantissa) << (exponent - 1);

    return (int8_t)((bits & 8) != 0 ? -value : value);
}

void unpack_fp4(const uint32_t words[8], int8_t elements[64])
{
    for (int i = 0; i < 64; i++)
        elements[i] = doubled_fp4(words[i / 8] >> i % 8 * 4);
}

void multiply_fp4_16x8(void *const brought[32])
{
    const operands_16x8<float> operands(brought);
    int8_t a[16][64], b[8][64];

    for (int row = 0; row < 16; row++)
        unpack_fp4(operands.a[row], a[row]);
    for (int column = 0; column < 8; column++)
        unpack_fp4(operands.b[column], b[column]);
    for (int row = 0; row < 16; row++)
        for (int column = 0; column < 8; column++)
            result_16x8<float>(brought, row, column) += (float)dot<int8_t, int8_t, 64>(a[row], b[column]);
}

} // namespace

void ldmatrix_x4(uint32_t r[4], uint32_t address)
{
    loading own = {address, r};

    cuda_warp_meet(load_matrices, &own, "ldmatrix");
}

void mma_xor_8x8x128(int32_t d[2], uint32_t a, uint32_t b)
{
    multiplying own = {&a, &b, d};

    cuda_warp_meet(multiply_8x8<xor_bits>, &own, "mma.m8n8k128 xor");
}

void mma_u8s8_8x8x16(int32_t d[2], uint32_t a, uint32_t b)
{
    multiplying own = {&a, &b, d};

    cuda_warp_meet(multiply_8x8<dot_bytes>, &own, "mma.m8n8k16 u8 s8");
}

void mma_u8s8_16x8x32(int32_t d[4], const uint32_t a[4], const uint32_t b[2])
{
    multiplying own = {a, b, d};

    cuda_warp_meet(multiply_bytes_16x8<int8_t>, &own, "mma.m16n8k32 u8 s8");
}

void mma_u8u8_16x8x32(int32_t d[4], const uint32_t a[4], const uint32_t b[2])
{
    multiplying own = {a, b, d};

    cuda_warp_meet(multiply_bytes_16x8<uint8_t>, &own, "mma.m16n8k32 u8 u8");
}

void mma_and_16x8x256(int32_t d[4], const uint32_t a[4], const uint32_t b[2])
{
    multiplying own = {a, b, d};

    cuda_warp_meet(multiply_bits_16x8, &own, "mma.m16n8k256 and");
}

void mma_fp4_16x8x64(float d[4], const uint32_t a[4], const uint32_t b[2])
{
    multiplying_into<float> own = {a, b, d};

    cuda_warp_meet(multiply_fp4_16x8, &own, "mma.m16n8k64 e2m1");
}

// ---- cvt.pack ("Data Movement and Conversion Instructions: cvt.pack"): both operands saturated, a above b, c's lower
// half above both.

static uint32_t pack(int32_t a, int32_t b, uint32_t c, int32_t low, int32_t high)
{
    return c << 16 | ((uint32_t)saturate(a, low, high) & 0xff) << 8 | ((uint32_t)saturate(b, low, high) & 0xff);
}

uint32_t pack_s8(int32_t v0, int32_t v1, int32_t v2, int32_t v3)
{
    return pack(v1, v0, pack(v3, v2, 0, -128, 127), -128, 127);
}

uint32_t pack_u8(int32_t v0, int32_t v1, int32_t v2, int32_t v3)
{
    return pack(v1, v0, pack(v3, v2, 0, 0, 255), 0, 255);
}

// ---- cp.async ("Data Movement and Conversion Instructions: Asynchronous copy"): nothing is there before the thread
// has waited for the group that the copy was committed in.

struct cuda_thread_pending {
    struct copy {
        void *to;
        const void *from;
        int group;
    };
    std::vector<copy> copies;
    int group = 0; // that is being filled
};

void copy_16(uint32_t shared, const void *global)
{
    cuda_thread_pending *&pending = cuda_pending_of_thread();

    if (shared % 16 != 0 || reinterpret_cast<uintptr_t>(global) % 16 != 0)
        cuda_fail("cp.async: not aligned to 16 bytes");
    if (pending == nullptr)
        pending = new cuda_thread_pending;
    void *to = cuda_shared_pointer(shared, 16);
    memset(to, 0xA5, 16);
    pending->copies.push_back({to, global, pending->group});
}

void copies_commit()
{
    cuda_thread_pending *&pending = cuda_pending_of_thread();

    if (pending == nullptr)
        pending = new cuda_thread_pending;
    pending->group++;
}

void cuda_copies_wait(int left)
{
    cuda_thread_pending *pending = cuda_pending_of_thread();

    if (pending == nullptr)
        return;
    std::vector<cuda_thread_pending::copy> later;
    for (const cuda_thread_pending::copy &copy : pending->copies)
        if (copy.group < pending->group - left)
            memcpy(copy.to, copy.from, 16);
        else
            later.push_back(copy);
    pending->copies.swap(later);
}

void cuda_check_no_copies(cuda_thread_pending *pending)
{
    if (pending != nullptr && !pending->copies.empty())
        cuda_fail("a thread that ends before its copies have");
    delete pending;
}
