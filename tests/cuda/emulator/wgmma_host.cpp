// SPDX-License-Identifier: Apache-2.0
// wgmma ("Asynchronous Warpgroup Level Matrix Multiply-Accumulate Instructions"). A warp computes its sixteen rows for
// itself: operands are in shared memory, and nothing passes between the four warps. All is computed as late as it may
// be, when the group is waited for; until then the registers hold no value.
#include <cstring>
#include <vector>

#include "fibers.h"
#include "instructions_host.h"

struct cuda_warp_pending {
    struct multiplication {
        int32_t *d[32];
        uint64_t a, b;
        bool more;
        int group;
        bool bytes = false; // unsigned by signed ones, and `count` registers
        uint32_t count = 32;
    };
    struct registers {
        int32_t *d[32];
        int32_t before[32][32];
    };
    std::vector<multiplication> queue;
    std::vector<registers> owned; // what the registers held before the first of the queue
    int group = 0;
    bool fenced = false;
};

void cuda_check_no_copies(cuda_thread_pending *pending);

namespace
{

constexpr uint8_t NO_VALUE = 0xCD;

cuda_warp_pending &pending_of_warp()
{
    cuda_warp_pending *&pending = cuda_pending_of_warp();

    if (pending == nullptr)
        pending = new cuda_warp_pending;
    return *pending;
}

// "Matrix Descriptor Format" and "Strides": bits 0-13, 16-29 and 32-45 hold the start address, the leading dimension
// byte offset and the stride dimension byte offset, each without its lowest four bits; bits 62-63 the swizzling, 0 for
// none. Without swizzling a K-major operand is made of core matrices of 8 rows of 16 bytes, 128 bytes one after the
// other; the leading offset is between core matrices that are neighbours along K, the stride offset between those along
// M or N.
uint32_t operand_word(uint64_t descriptor, uint32_t row, uint32_t word)
{
    const uint32_t start = (uint32_t)(descriptor & 0x3fff) << 4, leading = (uint32_t)(descriptor >> 16 & 0x3fff) << 4;
    const uint32_t stride = (uint32_t)(descriptor >> 32 & 0x3fff) << 4;
    uint32_t v;

    if (descriptor >> 62 != 0 || (descriptor >> 49 & 7) != 0)
        cuda_fail("wgmma: only operands without swizzling and base offset are emulated");
    const uint32_t address = start + row / 8 * stride + row % 8 * 16 + word / 4 * leading + word % 4 * 4;
    memcpy(&v, cuda_shared_pointer(address, 4), 4);
    return v;
}

// "Register Fragments for wgmma.mma_async.m64nNk256", D: row 16 · (warp of the four) + lane / 4, eight more for i with
// i / 2 odd; column 8 · (i / 4) + lane % 4 · 2 + i % 2.
void multiply(const cuda_warp_pending::multiplication &m)
{
    const uint32_t warp = threadIdx.x / 32 % 4, columns = m.count * 2;
    uint32_t a[16][8], b[64][8];

    for (uint32_t row = 0; row < 16; row++)
        for (uint32_t word = 0; word < 8; word++)
            a[row][word] = operand_word(m.a, 16 * warp + row, word);
    for (uint32_t column = 0; column < columns; column++)
        for (uint32_t word = 0; word < 8; word++)
            b[column][word] = operand_word(m.b, column, word);
    for (uint32_t lane = 0; lane < 32; lane++)
        for (uint32_t i = 0; i < m.count; i++) {
            const uint32_t *row = a[lane / 4 + i / 2 % 2 * 8], *column = b[i / 4 * 8 + lane % 4 * 2 + i % 2];
            int32_t sum = m.more ? m.d[lane][i] : 0;
            for (uint32_t word = 0; word < 8 && !m.bytes; word++)
                sum += __builtin_popcount(row[word] & column[word]);
            for (uint32_t byte = 0; byte < 32 && m.bytes; byte++)
                sum += reinterpret_cast<const uint8_t *>(row)[byte] * reinterpret_cast<const int8_t *>(column)[byte];
            m.d[lane][i] = sum;
        }
}

struct bringing {
    int32_t *d;
    uint64_t a, b;
    int32_t more;
    int waits_for;
    bool bytes;
    uint32_t count;
};

void start(void *const brought[32])
{
    cuda_warp_pending &pending = pending_of_warp();
    const bringing *first = static_cast<bringing *>(brought[0]);
    cuda_warp_pending::multiplication m = {{},           first->a,    first->b, first->more != 0, pending.group,
                                           first->bytes, first->count};
    bool owned = false;

    if (!pending.fenced)
        cuda_fail("wgmma without wgmma.fence before it");
    for (int i = 0; i < 32; i++) {
        const bringing *own = static_cast<bringing *>(brought[i]);
        if (own->a != m.a || own->b != m.b || (own->more != 0) != m.more)
            cuda_fail("wgmma: operands that differ within a warp");
        m.d[i] = own->d;
    }
    pending.queue.push_back(m);
    for (const cuda_warp_pending::registers &r : pending.owned)
        owned = owned || r.d[0] == m.d[0];
    if (owned)
        return;
    pending.owned.push_back({});
    for (int i = 0; i < 32; i++) {
        pending.owned.back().d[i] = m.d[i];
        memcpy(pending.owned.back().before[i], m.d[i], 4 * m.count);
        memset(m.d[i], NO_VALUE, 4 * m.count);
    }
}

void commit(void *const[32])
{
    pending_of_warp().group++;
}

void fence(void *const[32])
{
    pending_of_warp().fenced = true;
}

// Registers of groups that are not waited for get no value here, even if their group came first.
void finish(void *const brought[32])
{
    cuda_warp_pending &pending = pending_of_warp();
    const int ended = pending.group - static_cast<bringing *>(brought[0])->waits_for;
    std::vector<cuda_warp_pending::multiplication> later;

    for (const cuda_warp_pending::multiplication &m : pending.queue) {
        if (m.group >= ended) {
            later.push_back(m);
            continue;
        }
        for (size_t i = 0; i < pending.owned.size(); i++)
            if (pending.owned[i].d[0] == m.d[0]) {
                for (int lane = 0; lane < 32; lane++)
                    memcpy(m.d[lane], pending.owned[i].before[lane], 4 * m.count);
                pending.owned.erase(pending.owned.begin() + (ptrdiff_t)i);
                break;
            }
        multiply(m);
    }
    for (const cuda_warp_pending::multiplication &m : later)
        for (const cuda_warp_pending::multiplication &done : pending.queue)
            if (done.group < ended && done.d[0] == m.d[0])
                cuda_fail("wgmma: waiting for some of the groups that use the same registers");
    pending.queue.swap(later);
    pending.fenced = false;
}

} // namespace

void shared_to_async()
{
}

void wgmma_fence()
{
    cuda_warp_meet(fence, nullptr, "wgmma.fence");
}

void wgmma_commit()
{
    cuda_warp_meet(commit, nullptr, "wgmma.commit_group");
}

void cuda_wgmma_wait(int waits_for)
{
    bringing own = {nullptr, 0, 0, 0, waits_for, false, 32};

    cuda_warp_meet(finish, &own, "wgmma.wait_group");
}

void wgmma_and_64x64x256(int32_t (&d)[8][4], uint64_t a, uint64_t b, int32_t more)
{
    bringing own = {&d[0][0], a, b, more, 0, false, 32};

    cuda_warp_meet(start, &own, "wgmma");
}

void wgmma_u8s8(int32_t (&d)[8][4], uint64_t a, uint64_t b)
{
    bringing own = {&d[0][0], a, b, 1, 0, true, 32};

    cuda_warp_meet(start, &own, "wgmma");
}

void wgmma_u8s8(int32_t (&d)[4][4], uint64_t a, uint64_t b)
{
    bringing own = {&d[0][0], a, b, 1, 0, true, 16};

    cuda_warp_meet(start, &own, "wgmma");
}

void cuda_check_nothing_pending(cuda_warp_pending *warp, cuda_thread_pending *thread)
{
    if (warp != nullptr && !warp->queue.empty())
        cuda_fail("a warp that ends before its wgmma have");
    delete warp;
    cuda_check_no_copies(thread);
}
