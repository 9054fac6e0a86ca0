// SPDX-License-Identifier: Apache-2.0
// A unit's binary 3 x 3 convolution of a tile, docs/arithmetic.md §6, in the forms of enum artem_cuda_form. Each gives
// every thread the sums s of 16 channels (columns 2q, 2q + 1 of eight matrices) for four cells: rows lane / 4 of four
// groups of eight. These four are one below the other, or (side_by_side) two and two.
//
// With activations a of {0, 1} and weights of ±1 as bits w: s = 2 · popc(a and w) - popc(a) = popc(w) - popc(a xor w).
// The tenth tap, which fills up a pair, has zero weights: it counts nothing, whatever stands in its place.
#ifndef ARTEM_KERNELS_CUDA_UNIT_FORMS_CUH
#define ARTEM_KERNELS_CUDA_UNIT_FORMS_CUH

#include "tiles.cuh"

struct unit_thread {
    uint32_t lane, q, half, warp; // warp: of the four that share the half
};

// Where in the tile row `lane / 4` of group g is, for forms whose warps have 32 cells each in order.
DEVICE uint32_t cell_of_warp_rows(const unit_thread &t, int g)
{
    return 32 * t.warp + 8 * g + t.lane / 4;
}

DEVICE void clear(int32_t (&acc)[2][8][4])
{
#pragma unroll
    for (int m = 0; m < 2; m++)
#pragma unroll
        for (int j = 0; j < 8; j++)
            acc[m][j][0] = acc[m][j][1] = acc[m][j][2] = acc[m][j][3] = 0;
}

// From popc(a and w) to s; ones: popc(a) of the window of each group.
DEVICE void both_to_sums(int32_t (&acc)[2][8][4], const int32_t ones[4])
{
#pragma unroll
    for (int m = 0; m < 2; m++)
#pragma unroll
        for (int j = 0; j < 8; j++)
#pragma unroll
            for (int i = 0; i < 4; i++)
                acc[m][j][i] = 2 * acc[m][j][i] - ones[2 * m + (i >> 1)];
}

// Word `lane % 4` of the map for a tap, of this lane's row in each of the four groups.
DEVICE void load_tap(uint32_t a[4], uint32_t map, const unit_thread &t, uint32_t tap)
{
    ldmatrix_x4(a, map + 16 * (window_of(32 * t.warp + t.lane) + tap_offset(tap)));
}

// Of one tap: word `lane % 4` of column lane / 4 in matrices j to j + 3.
DEVICE void load_weights(uint32_t b[4], uint32_t weights, const unit_thread &t, uint32_t tap, uint32_t j)
{
    ldmatrix_x4(b, weights + ((t.half * ARTEM_CUDA_PAIRED + tap) * 8 + j) * 128 + t.lane * 16);
}

// Popcount with carry-save adders: of nine words each bit's count becomes 1 · p + 2 · (q + r) + 4 · u, four popcounts
// in place of nine.
struct unit_popcount : conv_by_loads {
    DEVICE uint32_t cell(const unit_thread &t, int g)
    {
        return cell_of_warp_rows(t, g);
    }

    DEVICE uint32_t majority(uint32_t a, uint32_t b, uint32_t c)
    {
        return (a & b) | (c & (a | b));
    }

    DEVICE int32_t count(const uint32_t a[9], const uint32_t w[9])
    {
        uint32_t odd[3], two[3];
#pragma unroll
        for (int i = 0; i < 3; i++) {
            const uint32_t x = a[3 * i] & w[3 * i], y = a[3 * i + 1] & w[3 * i + 1], z = a[3 * i + 2] & w[3 * i + 2];
            odd[i] = x ^ y ^ z;
            two[i] = majority(x, y, z);
        }
        const uint32_t p = odd[0] ^ odd[1] ^ odd[2], q = majority(odd[0], odd[1], odd[2]);
        const uint32_t r = two[0] ^ two[1] ^ two[2], u = majority(two[0], two[1], two[2]);
        return __popc(p) + 2 * (__popc(q) + __popc(r)) + 4 * __popc(u);
    }

    DEVICE void convolve(int32_t (&acc)[2][8][4], const artem_cuda_unit_shared &shared, uint32_t buffer,
                         const unit_thread &t, const int32_t ones[4])
    {
        clear(acc);
#pragma unroll 1
        for (uint32_t word = 0; word < 4; word++) {
            uint32_t a[4][9];
#pragma unroll
            for (int g = 0; g < 4; g++) {
                const uint32_t window = window_of(cell(t, g));
#pragma unroll
                for (uint32_t tap = 0; tap < 9; tap++)
                    a[g][tap] = shared.map[buffer][window + tap_offset(tap)][word];
            }
#pragma unroll
            for (int k = 0; k < 16; k++) {
                uint32_t w[9];
#pragma unroll
                for (int tap = 0; tap < 9; tap++)
                    w[tap] = shared.weights[t.half][tap][k >> 1][2 * t.q + (k & 1)][word];
#pragma unroll
                for (int g = 0; g < 4; g++)
                    acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)] += count(a[g], w);
            }
        }
        both_to_sums(acc, ones);
    }
};

#if ARTEM_SM < 80

struct unit_xor : conv_by_loads {
    DEVICE uint32_t cell(const unit_thread &t, int g)
    {
        return cell_of_warp_rows(t, g);
    }

    DEVICE void convolve(int32_t (&acc)[2][8][4], const artem_cuda_unit_shared &shared, uint32_t buffer,
                         const unit_thread &t, const int32_t *)
    {
        const uint32_t map = shared_address(shared.map[buffer]), weights = shared_address(shared.weights);
        clear(acc);
#pragma unroll 1
        for (uint32_t tap = 0; tap < ARTEM_CUDA_TAPS; tap++) {
            uint32_t a[4], b[8];
            load_tap(a, map, t, tap);
            load_weights(b, weights, t, tap, 0);
            load_weights(b + 4, weights, t, tap, 4);
#pragma unroll
            for (int g = 0; g < 4; g++)
#pragma unroll
                for (int j = 0; j < 8; j++)
                    mma_xor_8x8x128(&acc[g >> 1][j][(g & 1) * 2], a[g], b[j]);
        }
#pragma unroll
        for (int j = 0; j < 8; j++)
#pragma unroll
            for (int e = 0; e < 2; e++) {
                const int32_t ones = shared.weight_ones[t.half * ARTEM_CUDA_HALF + 4 * (2 * j + e) + t.q];
#pragma unroll
                for (int g = 0; g < 4; g++)
                    acc[g >> 1][j][(g & 1) * 2 + e] = ones - acc[g >> 1][j][(g & 1) * 2 + e];
            }
    }
};

#else

struct unit_and : conv_by_loads {
    DEVICE uint32_t cell(const unit_thread &t, int g)
    {
        return cell_of_warp_rows(t, g);
    }

    DEVICE void convolve(int32_t (&acc)[2][8][4], const artem_cuda_unit_shared &shared, uint32_t buffer,
                         const unit_thread &t, const int32_t ones[4])
    {
        const uint32_t map = shared_address(shared.map[buffer]), weights = shared_address(shared.weights);
        // Of A this lane names a row of 16 and one tap of two, of B a row of two matrices and one tap of two.
        const uint32_t windows[2] = {window_of(32 * t.warp + t.lane % 16), window_of(32 * t.warp + 16 + t.lane % 16)};
        const uint32_t b_place = t.half * sizeof shared.weights[0] + (t.lane >> 3 & 1) * sizeof shared.weights[0][0] +
                                 (t.lane >> 4) * 128 + (t.lane & 7) * 16;
        clear(acc);
#pragma unroll 1
        for (uint32_t tap = 0; tap < ARTEM_CUDA_PAIRED; tap += 2) {
            const uint32_t mine = min(tap + t.lane / 16, ARTEM_CUDA_TAPS - 1u);
            uint32_t a[2][4], b[4];
#pragma unroll
            for (int m = 0; m < 2; m++)
                ldmatrix_x4(a[m], map + 16 * (windows[m] + tap_offset(mine)));
#pragma unroll
            for (int j = 0; j < 8; j += 2) {
                ldmatrix_x4(b, weights + (tap * 8 + j) * 128 + b_place);
#pragma unroll
                for (int m = 0; m < 2; m++) {
                    mma_and_16x8x256(acc[m][j], a[m], b);
                    mma_and_16x8x256(acc[m][j + 1], a[m], b + 2);
                }
            }
        }
        both_to_sums(acc, ones);
    }
};

// For matrix instructions of numbers that are `shifts` bits wide: a word of bits becomes as many registers, the first
// with bit 0 and every `shifts`-th one after it, the second with those from bit 1 on. That order is the same for
// activations and weights, which is all that matters.
template <class Numbers>
DEVICE void multiply_spread(typename Numbers::sum (&sums)[2][8][4], const artem_cuda_unit_shared &shared,
                            uint32_t buffer, const unit_thread &t)
{
    const uint32_t map = shared_address(shared.map[buffer]), weights = shared_address(shared.weights);
    constexpr uint32_t mask = Numbers::mask;

#pragma unroll 1
    for (uint32_t tap = 0; tap < ARTEM_CUDA_TAPS; tap++) {
        uint32_t a[4], b[8];
        load_tap(a, map, t, tap);
        load_weights(b, weights, t, tap, 0);
        load_weights(b + 4, weights, t, tap, 4);
#pragma unroll
        for (int i = 0; i < Numbers::shifts; i += 2) {
            const uint32_t low[4] = {a[0] >> i & mask, a[1] >> i & mask, a[0] >> (i + 1) & mask,
                                     a[1] >> (i + 1) & mask};
            const uint32_t high[4] = {a[2] >> i & mask, a[3] >> i & mask, a[2] >> (i + 1) & mask,
                                      a[3] >> (i + 1) & mask};
#pragma unroll
            for (int j = 0; j < 8; j++) {
                const uint32_t w[2] = {b[j] >> i & mask, b[j] >> (i + 1) & mask};
                Numbers::multiply(sums[0][j], low, w);
                Numbers::multiply(sums[1][j], high, w);
            }
        }
    }
}

struct spread_bytes { // of 0 and 1
    using sum = int32_t;
    static constexpr uint32_t mask = 0x01010101u;
    static constexpr int shifts = 8;

    DEVICE void multiply(int32_t d[4], const uint32_t a[4], const uint32_t b[2])
    {
        mma_u8u8_16x8x32(d, a, b);
    }
};

struct unit_int8 : conv_by_loads {
    DEVICE uint32_t cell(const unit_thread &t, int g)
    {
        return cell_of_warp_rows(t, g);
    }

    DEVICE void convolve(int32_t (&acc)[2][8][4], const artem_cuda_unit_shared &shared, uint32_t buffer,
                         const unit_thread &t, const int32_t ones[4])
    {
        clear(acc);
        multiply_spread<spread_bytes>(acc, shared, buffer, t);
        both_to_sums(acc, ones);
    }
};

#endif

#ifdef ARTEM_FP4

struct spread_fp4 { // of 0 and 0.5
    using sum = float;
    static constexpr uint32_t mask = 0x11111111u;
    static constexpr int shifts = 4;

    DEVICE void multiply(float d[4], const uint32_t a[4], const uint32_t b[2])
    {
        mma_fp4_16x8x64(d, a, b);
    }
};

// Sums are whole numbers up to 1152, which 32-bit floats hold.
struct unit_fp4 : conv_by_loads {
    DEVICE uint32_t cell(const unit_thread &t, int g)
    {
        return cell_of_warp_rows(t, g);
    }

    // As an integer: the lowest bits of what the sum becomes beside 2^23.
    DEVICE int32_t to_integer(float sum)
    {
        return __float_as_int(sum + 8388608.0f) - 0x4b000000;
    }

    DEVICE void convolve(int32_t (&acc)[2][8][4], const artem_cuda_unit_shared &shared, uint32_t buffer,
                         const unit_thread &t, const int32_t ones[4])
    {
        float sums[2][8][4] = {};

        multiply_spread<spread_fp4>(sums, shared, buffer, t);
#pragma unroll
        for (int m = 0; m < 2; m++)
#pragma unroll
            for (int j = 0; j < 8; j++)
#pragma unroll
                for (int i = 0; i < 4; i++)
                    acc[m][j][i] = to_integer(sums[m][j][i]);
        both_to_sums(acc, ones);
    }
};

#endif

#ifdef ARTEM_WGMMA

// The four warps of a half together, 64 cells at a time, both sides from shared memory. Eight cells side by side are a
// core matrix of the map as it is: a window's taps are the same matrices begun elsewhere, so nothing is gathered.
struct unit_wgmma {
    static constexpr bool side_by_side = true;

    DEVICE void arrived()
    {
        shared_to_async();
    }

    DEVICE uint32_t cell(const unit_thread &t, int g)
    {
        return 64 * (g >> 1) + 16 * t.warp + 8 * (g & 1) + t.lane / 4;
    }

    DEVICE void convolve(int32_t (&acc)[2][8][4], const artem_cuda_unit_shared &shared, uint32_t buffer,
                         const unit_thread &t, const int32_t ones[4])
    {
        // The same in all lanes, which the compiler cannot know: the other operands are computed from these once per
        // warp.
        const uint32_t map = __shfl_sync(0xffffffffu, wgmma_address(shared.map[buffer]), 0);
        const uint32_t weights = __shfl_sync(0xffffffffu, wgmma_address(shared.weights[t.half]), 0);
        wgmma_fence();
#pragma unroll
        for (int square = 0; square < 2; square++) {
#pragma unroll
            for (uint32_t tap = 0; tap < ARTEM_CUDA_PAIRED; tap += 2) {
                // Beside the last tap, any other cell will do.
                const uint32_t here = tap_offset(tap), next = tap == 8 ? here + 1 : tap_offset(tap + 1);
                wgmma_and_64x64x256(acc[square], wgmma_operand(map + 8 * square + here, next - here, ARTEM_CUDA_HALO_W),
                                    wgmma_operand(weights + 64 * tap, 64, 8), tap > 0);
            }
            wgmma_commit();
        }
        wgmma_wait<0>(acc[0]);
        wgmma_wait<0>(acc[1]);
        both_to_sums(acc, ones);
    }
};

#endif

#endif
